//! Attacks 44 and 45 of the threat list: what verification finds, and where.

use std::fs;

use rusqlite::types::Value as Cell;

use super::*;
use crate::digest::Digest;
use crate::journal::{Blobs, Checkpoint, Divergence, Finding, Kept, NoteError, OpenError, Range, VerifyError, verify};

/// Events of the store that is attacked; one body lies in the blob store.
const EVENTS: u64 = 8;
/// The event whose body is a blob.
const LARGE: u64 = 4;

/// A store with a checkpoint outside, and the bytes it can be set back to.
async fn store() -> Ground {
    let ground = Ground::new();
    let journal = ground.journal();
    let mut facts = vec![started(None), fact("run.leased", json!({"epoch": 1}))];
    facts.extend((3..=EVENTS).map(|number| {
        let size = if number == LARGE { 20_000 } else { 20 };
        fact("step.settled", json!({"number": number, "text": "x".repeat(size)}))
    }));
    journal.append(&run("r"), 0, &stamp(1), facts).await.unwrap();
    drop(journal);
    ground
}

fn verified(ground: &Ground) -> Result<u64, VerifyError> {
    verify(&ground.place, &key().verifying_key(), &Range::Full).map(|report| report.events)
}

/// The first bad event and what is wrong with it.
fn first_bad(ground: &Ground) -> (u64, Finding) {
    match verified(ground) {
        Err(VerifyError::BadEvent { seq, finding }) => (seq, finding),
        other => panic!("{other:?}"),
    }
}

/// Damages a copy of the database, looks, and sets the database back.
fn under<T>(ground: &Ground, damage: &str, look: impl FnOnce(&Ground) -> T) -> T {
    let whole = fs::read(&ground.place.database).unwrap();
    ground.database().execute_batch(damage).unwrap();
    let seen = look(ground);
    fs::write(&ground.place.database, whole).unwrap();
    seen
}

#[tokio::test]
async fn an_untouched_log_verifies() {
    let ground = store().await;
    let report = verify(&ground.place, &key().verifying_key(), &Range::Full).unwrap();
    assert_eq!(
        (report.events, report.shredded, report.outside),
        (EVENTS, 0, Some(EVENTS))
    );
    assert_eq!(report.checkpoint.size(), EVENTS);
    let note = fs::read_to_string(&ground.place.checkpoint).unwrap();
    assert_eq!(
        report.checkpoint,
        Checkpoint::open(&note, &report.store_id, &key().verifying_key()).unwrap()
    );
    let stranger = SigningKey::from_bytes(&[8; 32]).verifying_key();
    assert!(matches!(
        verify(&ground.place, &stranger, &Range::Full),
        Err(VerifyError::Checkpoint {
            source: NoteError::NotSigned { .. },
            ..
        })
    ));
}

#[tokio::test]
async fn attack_44_a_flipped_byte_in_an_entry_a_body_or_a_hash_names_its_event() {
    let ground = store().await;
    let database = ground.database();
    for column in ["entry", "body", "hash"] {
        for seq in 1..=EVENTS {
            if column == "body" && seq == LARGE {
                continue;
            }
            let read = format!("SELECT {column} FROM events WHERE seq = ?1");
            let bytes: Vec<u8> = database.query_row(&read, [seq as i64], |row| row.get(0)).unwrap();
            for position in (0..bytes.len()).step_by(bytes.len() / 16 + 1).chain([bytes.len() - 1]) {
                let mut flipped = bytes.clone();
                flipped[position] ^= 1;
                let write = format!("UPDATE events SET {column} = ?2 WHERE seq = ?1");
                database.execute(&write, (seq as i64, &flipped)).unwrap();
                let expected = if column == "body" { Finding::Body } else { Finding::Hash };
                assert_eq!(first_bad(&ground), (seq, expected), "{column} {position}");
                database.execute(&write, (seq as i64, &bytes)).unwrap();
            }
        }
    }
    assert_eq!(verified(&ground).unwrap(), EVENTS);
}

#[tokio::test]
async fn attack_44_a_changed_entry_with_a_hash_to_match_breaks_the_chain() {
    let ground = store().await;
    let database = ground.database();
    for seq in 1..=EVENTS as i64 {
        let read = "SELECT entry, hash FROM events WHERE seq = ?1";
        let (entry, hash): (Vec<u8>, Vec<u8>) = database
            .query_row(read, [seq], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        let forged = String::from_utf8(entry.clone())
            .unwrap()
            .replace("user:ann", "user:bob");
        let write = "UPDATE events SET entry = ?2, hash = ?3 WHERE seq = ?1";
        let forged_hash = Digest::of(forged.as_bytes());
        database
            .execute(write, (seq, forged.as_bytes(), forged_hash.as_bytes()))
            .unwrap();
        match verified(&ground) {
            Err(VerifyError::BadEvent { seq: found, finding }) => {
                assert_eq!((found as i64, finding), (seq + 1, Finding::Prev));
            }
            // After the last event only the signed checkpoint speaks.
            Err(VerifyError::OtherHistory { seq: found, kept }) => {
                assert_eq!((found, kept, seq as u64), (EVENTS, Kept::Inside, EVENTS));
            }
            other => panic!("{other:?}"),
        }
        database.execute(write, (seq, entry, hash)).unwrap();
    }
    assert_eq!(verified(&ground).unwrap(), EVENTS);
}

#[tokio::test]
async fn attack_44_a_changed_index_column_names_its_event() {
    let ground = store().await;
    for (change, column) in [
        ("stream = 'run/q'", "stream"),
        ("run_seq = 99", "run_seq"),
        ("kind = 'step.failed'", "kind"),
        ("at = 2", "time"),
    ] {
        let damage = format!("UPDATE events SET {change} WHERE seq = 5");
        let (seq, finding) = under(&ground, &damage, first_bad);
        assert_eq!(seq, 5);
        assert!(
            matches!(finding, Finding::Header(problem) if problem.contains(column)),
            "{change}"
        );
    }
    for (change, finding) in [
        ("body = NULL", Finding::BodyMissing),
        ("body_in = 1", Finding::Body),
        ("body_in = 2", Finding::Body),
        ("body_in = 1, body = NULL", Finding::BodyMissing),
    ] {
        let damage = format!("UPDATE events SET {change} WHERE seq = 5");
        assert_eq!(under(&ground, &damage, first_bad), (5, finding), "{change}");
    }
    let (seq, finding) = under(&ground, "UPDATE events SET body_in = 9 WHERE seq = 5", first_bad);
    assert!(matches!((seq, finding), (5, Finding::Row(_))));
}

#[tokio::test]
async fn attack_44_a_damaged_or_deleted_blob_names_its_event() {
    let ground = store().await;
    let blob = fs::read_dir(&ground.place.blobs)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let whole = fs::read(&blob).unwrap();
    let mut flipped = whole.clone();
    flipped[10_000] ^= 0x20;
    fs::write(&blob, flipped).unwrap();
    assert_eq!(first_bad(&ground), (LARGE, Finding::Body));
    fs::remove_file(&blob).unwrap();
    assert_eq!(first_bad(&ground), (LARGE, Finding::BodyMissing));
    Blobs::new(&ground.place.blobs).put(&whole).unwrap();
    assert_eq!(verified(&ground).unwrap(), EVENTS);
}

#[tokio::test]
async fn attack_44_a_deleted_event_is_named() {
    let ground = store().await;
    for seq in 1..EVENTS {
        let damage = format!("DELETE FROM events WHERE seq = {seq}");
        assert_eq!(under(&ground, &damage, first_bad), (seq, Finding::Missing));
    }
    // Deleting at the end is cutting: the checkpoint in the database still says more.
    for (from, left) in [(EVENTS, EVENTS - 1), (3, 2), (1, 0)] {
        let damage = format!("DELETE FROM events WHERE seq >= {from}");
        let found = under(&ground, &damage, verified).unwrap_err();
        assert!(
            matches!(found, VerifyError::Cut { events, checkpoint: EVENTS, kept: Kept::Inside } if events == left),
            "{found:?}"
        );
    }
}

#[tokio::test]
async fn attack_44_reordered_events_name_the_first() {
    let ground = store().await;
    for (first, second) in [(1, 2), (3, 7), (7, 8)] {
        let damage = format!(
            "UPDATE events SET seq = -1 WHERE seq = {first};
             UPDATE events SET seq = {first} WHERE seq = {second};
             UPDATE events SET seq = {second} WHERE seq = -1;"
        );
        let (seq, finding) = under(&ground, &damage, first_bad);
        assert_eq!(
            (seq, finding),
            (first, Finding::Header("its seq is not that of its entry"))
        );
    }
}

#[tokio::test]
async fn attack_44_a_duplicated_event_is_named() {
    let ground = store().await;
    let copy_to = |seq: u64| {
        format!(
            "DROP INDEX events_of_stream;
             INSERT INTO events SELECT {seq}, stream, run_seq, kind, at, entry, hash, body_in, body
             FROM events WHERE seq = 3"
        )
    };
    let at_the_end = under(&ground, &copy_to(EVENTS + 1), first_bad);
    assert_eq!(
        at_the_end,
        (EVENTS + 1, Finding::Header("its seq is not that of its entry"))
    );
    // In the place of another event, and between two of them.
    let instead = format!("DELETE FROM events WHERE seq = 6; {}", copy_to(6));
    assert_eq!(under(&ground, &instead, first_bad).0, 6);
    let between = "DROP INDEX events_of_stream;
         UPDATE events SET seq = -seq WHERE seq > 3; UPDATE events SET seq = 1 - seq WHERE seq < 0;
         INSERT INTO events SELECT 4, stream, run_seq, kind, at, entry, hash, body_in, body FROM events WHERE seq = 3";
    assert_eq!(under(&ground, between, first_bad).0, 4);
}

#[tokio::test]
async fn attack_44_an_event_added_without_the_key_is_not_covered() {
    let ground = store().await;
    let database = ground.database();
    let read = "SELECT entry, hash FROM events WHERE seq = ?1";
    let (entry, hash): (Vec<u8>, Vec<u8>) = database
        .query_row(read, [EVENTS as i64], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    let mut header: Value = serde_json::from_slice(&entry).unwrap();
    header["prev"] = json!(Digest::from_bytes(&hash).unwrap());
    header["seq"] = json!(EVENTS + 1);
    header["run_seq"] = json!(EVENTS + 1);
    let forged = crate::digest::canonical(&header);
    let insert = "INSERT INTO events SELECT seq + 1, stream, run_seq + 1, kind, at, ?2, ?3, body_in, body
                  FROM events WHERE seq = ?1";
    let forged_hash = Digest::of(&forged);
    database
        .execute(insert, (EVENTS as i64, forged, forged_hash.as_bytes()))
        .unwrap();
    assert_eq!(first_bad(&ground), (EVENTS + 1, Finding::Uncovered));
}

#[tokio::test]
async fn attack_44_a_changed_checkpoint_head_or_tree_is_told() {
    let ground = Ground::new();
    let journal = ground.journal();
    let house = Stream::House("settings".into());
    let facts = vec![fact("a.b", json!(1)); 300];
    journal.append(&house, 0, &stamp(1), facts).await.unwrap();
    drop(journal);
    let damaged = |damage: &str| under(&ground, damage, verified).unwrap_err();

    let unsigned = damaged("UPDATE store SET checkpoint = replace(checkpoint, 'seq 300', 'seq 200')");
    assert!(matches!(
        unsigned,
        VerifyError::Checkpoint {
            kept: Kept::Inside,
            source: NoteError::WrongSignature { .. }
        }
    ));
    let other_store = damaged("UPDATE store SET id = '019a9f6e-6f1c-7000-8000-000000000000'");
    assert!(matches!(other_store, VerifyError::Checkpoint { .. }));
    for head in [
        "seq = 299",
        "hash = zeroblob(64)",
        "frontier = zeroblob(128)",
        "frontier = x''",
    ] {
        let found = damaged(&format!("UPDATE store SET {head}"));
        assert!(matches!(found, VerifyError::Head), "{head}");
    }
    for node in ["UPDATE tree SET node = zeroblob(32)", "DELETE FROM tree"] {
        let found = damaged(node);
        assert!(
            matches!(
                found,
                VerifyError::BadEvent {
                    seq: 256,
                    finding: Finding::TreeNode
                }
            ),
            "{node}"
        );
    }

    let note = fs::read_to_string(&ground.place.checkpoint).unwrap();
    fs::write(&ground.place.checkpoint, note.replace("seq 300", "seq 301")).unwrap();
    let found = verified(&ground).unwrap_err();
    assert!(matches!(
        found,
        VerifyError::Checkpoint {
            kept: Kept::Outside,
            ..
        }
    ));
}

#[tokio::test]
async fn attack_44_a_damaged_page_is_found() {
    let ground = store().await;
    let whole = fs::read(&ground.place.database).unwrap();
    let size: i64 = ground
        .database()
        .pragma_query_value(None, "page_size", |row| row.get(0))
        .unwrap();
    let (size, mut found) = (size as usize, 0);
    for page in 0..whole.len() / size {
        let mut damaged = whole.clone();
        for byte in &mut damaged[page * size..(page + 1) * size] {
            *byte ^= 0x55;
        }
        fs::write(&ground.place.database, &damaged).unwrap();
        found += usize::from(verified(&ground).is_err());
    }
    fs::write(&ground.place.database, &whole).unwrap();
    // Those of the views and the indexes too, which say nothing of their own but keep the rest from being read.
    assert_eq!(found, whole.len() / size);
}

#[tokio::test]
async fn attack_45_log_cut_to_an_older_checkpoint() {
    let ground = store().await;
    let older = fs::read(&ground.place.database).unwrap();
    fill(&ground.journal(), 4).await;
    let newest = fs::read(&ground.place.checkpoint).unwrap();
    assert_eq!(verified(&ground).unwrap(), EVENTS + 4);

    // The whole database set back to a state it had, with a checkpoint that was really signed.
    fs::write(&ground.place.database, &older).unwrap();
    let cut = verified(&ground).unwrap_err();
    assert_eq!(
        cut.to_string(),
        format!(
            "the log was cut: {EVENTS} events, the checkpoint kept outside says {}",
            EVENTS + 4
        )
    );
    assert!(matches!(
        cut,
        VerifyError::Cut {
            kept: Kept::Outside,
            ..
        }
    ));
    assert!(matches!(
        Journal::open(&ground.place, key()),
        Err(OpenError::Diverged {
            source: Divergence::Cut { .. },
            ..
        })
    ));

    // Without the outside checkpoint nothing can tell: only a note kept elsewhere does.
    fs::remove_file(&ground.place.checkpoint).unwrap();
    let report = verify(&ground.place, &key().verifying_key(), &Range::Full).unwrap();
    assert_eq!((report.events, report.outside), (EVENTS, None));
    let since = Range::Since(String::from_utf8(newest).unwrap());
    let cut = verify(&ground.place, &key().verifying_key(), &since).unwrap_err();
    assert!(matches!(
        cut,
        VerifyError::Cut { events: EVENTS, checkpoint, kept: Kept::Given } if checkpoint == EVENTS + 4
    ));
}

#[tokio::test]
async fn a_log_is_verified_from_a_checkpoint_on() {
    let ground = Ground::new();
    let journal = ground.journal();
    let mut notes = vec![journal.publish_checkpoint().await.unwrap()];
    let mut expected = 0;
    // Sizes around the nodes that are kept.
    for count in [1, 254, 1, 1, 255, 256, 300] {
        let facts = vec![fact("a.b", json!(count)); count as usize];
        journal.append(&run("r"), expected, &stamp(1), facts).await.unwrap();
        expected += count;
        notes.push(journal.publish_checkpoint().await.unwrap());
    }
    drop(journal);
    let since = |note: &Checkpoint| verify(&ground.place, &key().verifying_key(), &Range::Since(note.note().into()));
    for note in &notes {
        let report = since(note).unwrap();
        assert_eq!(report.events, expected - note.size());
        assert_eq!(report.checkpoint.size(), expected);
    }
    // Damage after the checkpoint is found, and damage before it when hashes show it.
    let middle = &notes[4];
    assert_eq!(middle.size(), 257);
    let late = under(&ground, "UPDATE events SET at = 9 WHERE seq = 400", |_| since(middle));
    assert!(matches!(late, Err(VerifyError::BadEvent { seq: 400, .. })));
    let forged = under(&ground, "UPDATE events SET hash = zeroblob(64) WHERE seq = 257", |_| {
        since(middle)
    });
    assert!(matches!(
        forged,
        Err(VerifyError::OtherHistory {
            seq: 257,
            kept: Kept::Given
        })
    ));
    let node = under(
        &ground,
        "UPDATE tree SET node = zeroblob(32) WHERE position = 0",
        |_| since(middle),
    );
    assert!(matches!(
        node,
        Err(VerifyError::OtherHistory {
            seq: 257,
            kept: Kept::Given
        })
    ));

    let other = Ground::new();
    let stranger = other.journal().publish_checkpoint().await.unwrap();
    assert!(matches!(
        since(&stranger),
        Err(VerifyError::Checkpoint { kept: Kept::Given, .. })
    ));
}

#[tokio::test]
async fn a_shredded_body_is_reported_and_the_chain_still_verifies() {
    let ground = store().await;
    ground
        .database()
        .execute_batch("UPDATE events SET body = NULL, body_in = 2 WHERE seq IN (3, 4)")
        .unwrap();
    let report = verify(&ground.place, &key().verifying_key(), &Range::Full).unwrap();
    assert_eq!((report.events, report.shredded), (EVENTS, 2));
    let events = ground.journal().reader().unwrap().tail(2, 2).unwrap();
    assert!(
        events
            .iter()
            .all(|event| *event.body() == crate::journal::Body::Shredded)
    );
}

#[tokio::test]
async fn a_seq_that_no_integer_holds_is_damage() {
    let ground = store().await;
    ground
        .database()
        .execute("UPDATE events SET seq = ?1 WHERE seq = 8", [Cell::Integer(i64::MAX)])
        .unwrap();
    assert_eq!(first_bad(&ground), (8, Finding::Missing));
}
