//! Tests of the whole journal: a real database in a real directory.

mod appending;
mod attacks;
mod crashes;
mod opening;
mod reading;
mod views;

use std::path::Path;

use ed25519_dalek::SigningKey;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Event, Fact, Journal, Place, Stamp, Stream};

/// A directory for one store, removed at the end.
struct Ground {
    _directory: TempDir,
    place: Place,
}

impl Ground {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let place = place_in(directory.path());
        Self {
            _directory: directory,
            place,
        }
    }

    fn journal(&self) -> Journal {
        Journal::open(&self.place, key()).unwrap()
    }

    /// The database, for doing what the journal never does.
    fn database(&self) -> Connection {
        Connection::open(&self.place.database).unwrap()
    }
}

fn place_in(directory: &Path) -> Place {
    Place {
        database: directory.join("data/journal.db"),
        blobs: directory.join("data/blobs"),
        checkpoint: directory.join("state/checkpoint"),
        locks: directory.join("run/locks"),
    }
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn stamp(at: i64) -> Stamp {
    Stamp {
        at,
        actor: "user:ann".into(),
        trace: None,
        constitution: None,
    }
}

fn fact(kind: &str, body: Value) -> Fact {
    Fact {
        kind: kind.into(),
        v: 1,
        body,
        epoch: None,
    }
}

fn started(key: Option<&str>) -> Fact {
    let capsule = json!({"name": "tidy", "version": "1.0.0", "digest": "d"});
    let body = json!({"capsule": capsule, "idempotency_key": key, "workspace": "/w"});
    fact("run.started", body)
}

fn run(id: &str) -> Stream {
    Stream::Run(id.into())
}

/// Appends `count` small events to a house stream, one commit each.
async fn fill(journal: &Journal, count: u64) -> Vec<Event> {
    let house = Stream::House("settings".into());
    let length = journal.reader().unwrap().events(&house, 0, usize::MAX).unwrap().len() as u64;
    let mut events = Vec::new();
    for expected in length..length + count {
        let facts = vec![fact("setting.changed", json!({"value": expected}))];
        events.extend(journal.append(&house, expected, &stamp(1), facts).await.unwrap());
    }
    events
}
