//! A constitution that changes while an engine runs: put aside, replaced, and activated by the rules.

use std::sync::Arc;
use std::time::Duration;

use super::super::drive::{DriveError, End, Stop};
use super::super::fact::{RunFact, Status};
use super::super::house::HouseCommand;
use super::super::{Engine, OpenError};
use super::driving::{Ground, finish, listener, recorded};
use super::{capsule, counting};
use crate::capsule::Capsule;
use crate::digest::Digest;
use crate::keys;
use crate::policy::constitution::{Signed, sign};
use crate::policy::mode::Confirmed;
use crate::policy::{ConstitutionError, DEFAULT_CONSTITUTION, Decision, Shipped};

/// One step that waits before it is tried again: it fails the first time, because nothing has its name.
fn slow() -> Arc<Capsule> {
    let first = counting("first", "");
    let waits = "name: waits, retry: {max_attempts: 3, backoff: {initial: 2s, max: 2s, jitter: none}, on: [tool]}, action: fs.read, \
                 params: {path: absent.txt}";
    capsule("sequence", "steps: 9", &[&first, waits])
}

async fn change(engine: &Engine, ground: &Ground, text: &str) {
    let by = "user:test".to_owned();
    let key = keys::load(&ground.home.signing_key()).unwrap();
    let digest = Digest::of(text.as_bytes());
    let commands = [
        HouseCommand::Propose {
            text: text.to_owned(),
            by: by.clone(),
        },
        HouseCommand::Sign {
            digest,
            signed: Signed::by(&key, text.as_bytes()),
            by: by.clone(),
        },
        HouseCommand::Activate {
            digest,
            confirmed: Confirmed::Flag,
            loosening: Confirmed::Flag,
            by,
        },
    ];
    for command in &commands {
        assert_eq!(engine.enact(command).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn attack_02_missing_or_swapped_while_it_runs_nothing_more_is_judged() {
    let ground = Ground::new().await;
    let (path, signature) = (ground.home.constitution(), ground.home.constitution_signature());
    let (text, signed) = (std::fs::read(&path).unwrap(), std::fs::read(&signature).unwrap());
    let stranger = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let swaps: [&dyn Fn(); 3] = [
        &|| std::fs::remove_file(&path).unwrap(),
        &|| std::fs::write(&path, [&text[..], b"# one rule less\n"].concat()).unwrap(),
        &|| std::fs::write(&signature, sign(&text, &stranger)).unwrap(),
    ];
    for swap in swaps {
        let engine = ground.engine();
        let counts = capsule("sequence", "steps: 9", &[&counting("a", ""), &counting("b", "")]);
        let (mut owned, command) = ground.begin(&engine, &counts);
        let run = owned.id().to_owned();
        swap();
        let (notices, _received) = listener();
        let ended = engine
            .drive(&mut owned, vec![command], &notices, &Stop::default())
            .await;
        let Err(DriveError::Law(OpenError::Constitution(refused))) = ended else {
            panic!("{ended:?}")
        };
        assert!(
            matches!(
                refused,
                ConstitutionError::Missing { .. }
                    | ConstitutionError::Tampered { .. }
                    | ConstitutionError::Untrusted { .. }
            ),
            "{refused}"
        );
        let judged = recorded(&engine, &run);
        assert!(
            !judged.iter().any(|fact| matches!(fact, RunFact::Judged(_))),
            "{judged:?}"
        );
        std::fs::write(&path, &text).unwrap();
        std::fs::write(&signature, &signed).unwrap();
    }
    eprintln!("attack 02: missing, changed and signed by a stranger in a running engine: nothing is judged");
}

#[tokio::test]
async fn attack_02_swapped_between_two_steps_halts_at_the_second_and_goes_on_once_put_back() {
    let ground = Ground::new().await;
    let path = ground.home.constitution();
    let text = std::fs::read(&path).unwrap();
    let engine = ground.engine();
    let (mut owned, command) = ground.begin(&engine, &slow());
    let run = owned.id().to_owned();
    let (notices, _received) = listener();
    let stop = Stop::default();
    let driving = engine.drive(&mut owned, vec![command], &notices, &stop);
    let swapping = async {
        // The second step has failed once and waits for its next attempt.
        let is_waiting = || {
            recorded(&engine, &run)
                .iter()
                .any(|fact| matches!(fact, RunFact::Settled(_)))
        };
        while !is_waiting() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        std::fs::write(&path, b"nothing").unwrap();
    };
    let (ended, ()) = tokio::join!(driving, swapping);
    assert!(matches!(ended, Err(DriveError::Law(_))), "{ended:?}");
    drop((owned, engine));
    assert!(ground.open().is_err());
    std::fs::write(&path, &text).unwrap();
    let engine = ground.engine();
    let reader = engine.journal().reader().unwrap();
    let (mut owned, command) = engine.take_over(&reader, &run).unwrap();
    let End::Finished(finished) = finish(&engine, &mut owned, command).await else {
        panic!("not finished")
    };
    assert_eq!(finished.status, Status::Failed);
    eprintln!("attack 02: swapped between two steps: halted at the second, went on once it was put back");
}

#[tokio::test]
async fn one_that_is_activated_meanwhile_judges_beside_the_first_and_the_strictest_wins() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let writes = "name: a, action: artifact.put, params: {name: a.txt, content: x}";
    let puts = capsule("sequence", "steps: 9", &[writes]);
    let locked = Shipped::named("locked").unwrap().at_version(2);
    change(&ground.engine(), &ground, &locked).await;
    let (mut owned, command) = ground.begin(&engine, &puts);
    let End::Finished(finished) = finish(&engine, &mut owned, command).await else {
        panic!("not finished")
    };
    assert_eq!(finished.status, Status::Denied);
    let facts = recorded(&engine, owned.id());
    let judged = facts.iter().find_map(|fact| match fact {
        RunFact::Judged(judged) => Some(judged),
        _ => None,
    });
    let verdict = &judged.unwrap().verdict;
    assert_eq!(verdict.decision(), Decision::Deny);
    assert_eq!(verdict.constitution(), Digest::of(DEFAULT_CONSTITUTION.as_bytes()));
    assert_eq!(verdict.also(), Some(Digest::of(locked.as_bytes())));
    assert_eq!(engine.law().constitution(), verdict.constitution());

    // A looser one does not loosen what a process began under.
    let strict = ground.engine();
    assert_eq!(strict.law().constitution(), Digest::of(locked.as_bytes()));
    let loose = Shipped::named("developer").unwrap().at_version(3);
    change(&ground.engine(), &ground, &loose).await;
    let (mut owned, command) = ground.begin(&strict, &puts);
    let End::Finished(finished) = finish(&strict, &mut owned, command).await else {
        panic!("not finished")
    };
    assert_eq!(finished.status, Status::Denied);
    // One that begins now is judged by it alone.
    let fresh = ground.engine();
    let (mut owned, command) = ground.begin(&fresh, &puts);
    let End::Finished(finished) = finish(&fresh, &mut owned, command).await else {
        panic!("not finished")
    };
    assert_eq!(finished.status, Status::Succeeded);
    assert_eq!(std::fs::read_to_string(ground.home.constitution()).unwrap(), loose);
}

#[tokio::test]
async fn attack_04_an_older_signed_text_in_its_place_is_refused_and_not_mended() {
    let ground = Ground::new().await;
    let (path, signature) = (ground.home.constitution(), ground.home.constitution_signature());
    let old = [std::fs::read(&path).unwrap(), std::fs::read(&signature).unwrap()];
    change(
        &ground.engine(),
        &ground,
        &Shipped::named("production").unwrap().at_version(2),
    )
    .await;
    let new = [std::fs::read(&path).unwrap(), std::fs::read(&signature).unwrap()];
    std::fs::write(&path, &old[0]).unwrap();
    std::fs::write(&signature, &old[1]).unwrap();
    let refused = ground.open().err().unwrap();
    assert!(
        matches!(
            refused,
            OpenError::Constitution(ConstitutionError::Older { version: 1, highest: 2 })
        ),
        "{refused}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), old[0]);
    std::fs::write(&path, &new[0]).unwrap();
    std::fs::write(&signature, &new[1]).unwrap();
    ground.open().unwrap();
    eprintln!("attack 04: an older signed text is refused by its version and stays where it was put");
}
