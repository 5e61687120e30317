//! Any bytes as the header and the body of a stored event, read as every reader of the journal reads them.
//!
//! An event can be made only by the journal, so the bytes are put where an attacker would put them: into
//! the row of a real store, by way of SQLite. The input is the header's line, a newline, and the body.

#![no_main]

use std::cell::RefCell;

use ed25519_dalek::SigningKey;
use libfuzzer_sys::fuzz_target;
use rusqlite::{Connection, params};
use serde_json::Value;
use somagent::digest::Digest;
use somagent::engine::fact::RunFact;
use somagent::engine::house::House;
use somagent::journal::event::Header;
use somagent::journal::{Body, Event, Journal, Place, ReadError, Reader};
use tempfile::TempDir;

struct Store {
    connection: Connection,
    reader: Reader,
    _directory: TempDir,
}

thread_local! {
    static STORE: RefCell<Option<Store>> = const { RefCell::new(None) };
}

impl Store {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory for the store");
        let place = Place {
            database: directory.path().join("journal.db"),
            blobs: directory.path().join("blobs"),
            checkpoint: directory.path().join("checkpoint"),
            locks: directory.path().join("locks"),
        };
        let journal = Journal::open(&place, SigningKey::from_bytes(&[7; 32])).expect("a new store");
        let reader = journal.reader().expect("a reader of the new store");
        let connection = Connection::open(&place.database).expect("the database");
        connection
            .execute_batch("PRAGMA synchronous = OFF; PRAGMA trusted_schema = OFF;")
            .expect("settings of the connection");
        Self {
            connection,
            reader,
            _directory: directory,
        }
    }

    /// Makes these bytes the only event, with index columns that agree with them where they can.
    fn put(&self, entry: &[u8], body: &[u8]) {
        let header: Value = serde_json::from_slice(entry).unwrap_or_default();
        let number = |name: &str| header[name].as_u64().map(u64::cast_signed).unwrap_or(1);
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO events (seq, stream, run_seq, kind, at, entry, hash, body_in, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8)",
            )
            .and_then(|mut insert| {
                insert.execute(params![
                    number("seq"),
                    header["stream"].as_str().unwrap_or("run/1"),
                    number("run_seq"),
                    header["kind"].as_str().unwrap_or("run.started"),
                    header["at"].as_i64().unwrap_or(0),
                    entry,
                    Digest::of(entry).as_bytes(),
                    body
                ])
            })
            .expect("a row with the event");
    }

    /// What the journal gives for these bytes, and nothing stays of them.
    fn read(&self, entry: &[u8], body: &[u8]) -> Result<Option<Event>, ReadError> {
        self.put(entry, body);
        let seq = self.connection.last_insert_rowid().cast_unsigned();
        let events = self.reader.tail(seq.wrapping_sub(1), 2);
        self.connection
            .execute("DELETE FROM events", [])
            .expect("an empty table");
        let mut events = events?;
        assert!(events.len() <= 1, "one row gives {} events", events.len());
        Ok(events.pop())
    }
}

fuzz_target!(|bytes: &[u8]| {
    STORE.with_borrow_mut(|store| look(store.get_or_insert_with(Store::new), bytes));
});

fn look(store: &Store, bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (entry, body) = (&bytes[..at], bytes.get(at + 1..).unwrap_or_default());
    // A row before the first position is none that a reader is asked for.
    let Ok(Some(event)) = store.read(entry, body) else {
        return;
    };
    let header: Header = serde_json::from_slice(entry).expect("what the reader could read");
    assert_eq!(event.header(), &header);
    assert_eq!(
        event.body(),
        &Body::Present(serde_json::from_slice(body).expect("what the reader could read"))
    );
    let _ = House::replay(std::slice::from_ref(&event)).map_err(|refused| refused.to_string());
    let fact = match RunFact::recorded(&event) {
        Ok(fact) => fact,
        Err(refused) => {
            let _ = refused.to_string();
            return;
        }
    };
    // What was read and is written again is read as the same.
    let written = fact.to_fact().expect("a fact that was read can be written");
    assert_eq!(written.kind, header.kind);
    let body = serde_json::to_vec(&written.body).expect("a body is JSON");
    let again = store
        .read(entry, &body)
        .expect("the same event")
        .expect("at the same place");
    assert_eq!(RunFact::recorded(&again), Ok(fact));
}
