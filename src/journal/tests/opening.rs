//! Opening, and publishing the checkpoint outside.

use std::fs;

use super::*;
use crate::journal::{Divergence, OpenError, OutsideError, PublishError, ReadError, Reader};

fn refused(ground: &Ground) -> OpenError {
    match Journal::open(&ground.place, key()) {
        Ok(_) => panic!("it was opened"),
        Err(refused) => refused,
    }
}

#[tokio::test]
async fn a_store_keeps_its_id_and_its_events() {
    let ground = Ground::new();
    let journal = ground.journal();
    let id = journal.store_id().to_owned();
    assert_eq!(uuid::Uuid::parse_str(&id).unwrap().get_version_num(), 7);
    fill(&journal, 2).await;
    drop(journal);
    let journal = ground.journal();
    assert_eq!(journal.store_id(), id);
    assert_eq!(journal.key(), &key().verifying_key());
    assert_eq!(fill(&journal, 1).await[0].seq(), 3);
}

#[test]
fn processes_that_create_a_store_at_once_create_one() {
    let ground = Ground::new();
    let ids: Vec<String> = std::thread::scope(|scope| {
        let opening: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| ground.journal().store_id().to_owned()))
            .collect();
        opening.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[test]
fn the_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let ground = Ground::new();
    let _journal = ground.journal();
    for (path, mode) in [
        (&ground.place.database, 0o600),
        (&ground.place.blobs, 0o700),
        (&ground.place.locks, 0o700),
    ] {
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o777,
            mode,
            "{path:?}"
        );
    }
}

#[test]
fn a_database_of_a_newer_program_is_refused_with_both_forms() {
    let ground = Ground::new();
    drop(ground.journal());
    ground.database().pragma_update(None, "user_version", 99).unwrap();
    assert!(
        matches!(refused(&ground), OpenError::Newer { path, found: 99, known: 1 } if path == ground.place.database)
    );
    assert!(matches!(Reader::open(&ground.place), Err(ReadError::OtherForm { .. })));
}

#[test]
fn another_file_is_not_a_journal() {
    let ground = Ground::new();
    fs::create_dir_all(ground.place.database.parent().unwrap()).unwrap();
    fs::write(&ground.place.database, "not a database, but long enough to look at").unwrap();
    assert!(matches!(refused(&ground), OpenError::NotAJournal { path } if path == ground.place.database));
    fs::remove_file(&ground.place.database).unwrap();
    ground.database().execute_batch("CREATE TABLE notes (text)").unwrap();
    assert!(matches!(refused(&ground), OpenError::NotAJournal { .. }));
}

#[test]
fn a_place_that_cannot_be_written_is_refused_by_name() {
    let ground = Ground::new();
    let place = Place {
        database: "/proc/somagent/journal.db".into(),
        ..ground.place.clone()
    };
    match Journal::open(&place, key()) {
        Err(OpenError::File { path, .. } | OpenError::ReadOnly { path }) => {
            assert_eq!(path.to_str(), Some("/proc/somagent"));
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was opened"),
    }
    assert!(matches!(Reader::open(&ground.place), Err(ReadError::Absent { .. })));
}

#[tokio::test]
async fn a_store_is_opened_only_with_the_key_that_signs_it() {
    let ground = Ground::new();
    fill(&ground.journal(), 1).await;
    let stranger = Journal::open(&ground.place, SigningKey::from_bytes(&[8; 32]));
    // The checkpoint outside is looked at first.
    assert!(matches!(
        stranger,
        Err(OpenError::Outside(OutsideError::Refused { .. }))
    ));
    fs::remove_file(&ground.place.checkpoint).unwrap();
    let stranger = Journal::open(&ground.place, SigningKey::from_bytes(&[8; 32]));
    assert!(matches!(stranger, Err(OpenError::Signer { .. })));
}

#[tokio::test]
async fn a_log_that_does_not_end_as_its_checkpoint_says_is_not_opened() {
    let ground = Ground::new();
    fill(&ground.journal(), 3).await;
    let whole = fs::read(&ground.place.database).unwrap();
    for damage in [
        "DELETE FROM events WHERE seq = 3",
        "UPDATE events SET hash = zeroblob(64) WHERE seq = 3",
        "UPDATE store SET seq = 2",
        "UPDATE store SET hash = zeroblob(64)",
        "UPDATE store SET frontier = zeroblob(64)",
        "UPDATE store SET frontier = x''",
    ] {
        ground.database().execute_batch(damage).unwrap();
        assert!(matches!(refused(&ground), OpenError::DamagedHead { .. }), "{damage}");
        fs::write(&ground.place.database, &whole).unwrap();
    }
    ground.journal();
}

#[tokio::test]
async fn a_lost_database_is_not_silently_begun_anew() {
    let ground = Ground::new();
    fill(&ground.journal(), 1).await;
    fs::remove_file(&ground.place.database).unwrap();
    assert!(matches!(refused(&ground), OpenError::Lost { .. }));
}

#[tokio::test]
async fn a_log_that_was_cut_is_neither_opened_nor_published_over() {
    let ground = Ground::new();
    fill(&ground.journal(), 2).await;
    let older = fs::read(&ground.place.database).unwrap();
    fill(&ground.journal(), 3).await;
    let kept = fs::read(&ground.place.checkpoint).unwrap();
    fs::write(&ground.place.database, &older).unwrap();
    let cut = Divergence::Cut {
        events: 2,
        checkpoint: 5,
    };
    assert!(matches!(refused(&ground), OpenError::Diverged { source, .. } if source == cut));

    // The checkpoint appears only after opening: publishing finds it, and writing ends.
    fs::remove_file(&ground.place.checkpoint).unwrap();
    let journal = ground.journal();
    fs::write(&ground.place.checkpoint, &kept).unwrap();
    let published = journal.publish_checkpoint().await;
    assert!(matches!(published, Err(PublishError::Diverged { source, .. }) if source == cut));
    let halted = journal.append(&run("r"), 0, &stamp(1), vec![started(None)]).await;
    assert!(matches!(halted, Err(crate::journal::AppendError::Halted { .. })));
    drop(journal);
    assert_eq!(fs::read(&ground.place.checkpoint).unwrap(), kept);
}

#[tokio::test]
async fn another_history_of_the_same_length_is_told_apart() {
    let ground = Ground::new();
    let empty = {
        drop(ground.journal());
        fs::read(&ground.place.database).unwrap()
    };
    fill(&ground.journal(), 2).await;
    let kept = fs::read(&ground.place.checkpoint).unwrap();
    fs::remove_file(&ground.place.checkpoint).unwrap();
    fs::write(&ground.place.database, &empty).unwrap();
    let journal = ground.journal();
    for expected in 0..4 {
        let facts = vec![fact("other", json!(1))];
        journal.append(&run("r"), expected, &stamp(1), facts).await.unwrap();
    }
    fs::write(&ground.place.checkpoint, &kept).unwrap();
    let published = journal.publish_checkpoint().await;
    assert!(matches!(
        published,
        Err(PublishError::Diverged {
            source: Divergence::OtherHistory { seq: 2 },
            ..
        })
    ));
}

#[tokio::test]
async fn publishing_writes_the_newest_checkpoint_and_only_moves_forward() {
    let ground = Ground::new();
    let journal = ground.journal();
    let published = journal.publish_checkpoint().await.unwrap();
    assert_eq!(published.size(), 0);
    fill(&journal, 2).await;
    let published = journal.publish_checkpoint().await.unwrap();
    assert_eq!(published.size(), 2);
    assert_eq!(fs::read_to_string(&ground.place.checkpoint).unwrap(), published.note());
    assert_eq!(published.note(), journal.reader().unwrap().head().unwrap().checkpoint);
    assert_eq!(journal.publish_checkpoint().await.unwrap(), published);
    fs::write(&ground.place.checkpoint, "scribble").unwrap();
    let refused = journal.publish_checkpoint().await;
    assert!(matches!(
        refused,
        Err(PublishError::Outside(OutsideError::Refused { .. }))
    ));
    assert_eq!(fs::read_to_string(&ground.place.checkpoint).unwrap(), "scribble");
}
