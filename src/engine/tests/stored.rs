//! Runs through a real store: what is written is what is read, and what is read makes the run that was live.

use proptest::prelude::*;

use super::super::fact::RunFact;
use super::super::start;
use super::properties::{graph, moves, play, shapes};
use super::{RUN, catalogue};
use crate::journal::{Journal, Place, Stamp, Stream};

proptest! {
    // Each fact is a commit on a real disk.
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_stored_run_is_the_run_that_was_live(shapes in shapes(), moves in moves()) {
        let table = play(&graph(&shapes), &moves);
        let directory = tempfile::tempdir().unwrap();
        let place = Place {
            database: directory.path().join("somagent.db"),
            blobs: directory.path().join("blobs"),
            checkpoint: directory.path().join("checkpoint"),
            locks: directory.path().join("locks"),
        };
        let journal = Journal::open(&place, ed25519_dalek::SigningKey::from_bytes(&[7; 32])).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let stream = Stream::Run(RUN.to_owned());
        for (at, (fact, time)) in table.facts.iter().zip(&table.at).enumerate() {
            let stamp = Stamp { at: *time, actor: "user:test".to_owned(), trace: None, constitution: None };
            let fact = fact.to_fact().unwrap();
            runtime.block_on(journal.append(&stream, at as u64, &stamp, vec![fact])).unwrap();
        }
        let events = journal.reader().unwrap().events(&stream, 0, usize::MAX).unwrap();
        let facts: Vec<RunFact> = events.iter().map(|event| RunFact::recorded(event).unwrap()).collect();
        prop_assert_eq!(&facts, &table.facts);
        let stored = start::replay(&events, &catalogue(), RUN).unwrap();
        prop_assert_eq!(format!("{stored:?}"), format!("{:?}", table.run));
        let replayed = super::super::replay::check(&events, &catalogue()).unwrap();
        prop_assert_eq!(replayed.facts, facts.len());
    }
}
