//! What was given is found again: of every intent of a real run, the same action.

use std::sync::Arc;

use serde_json::json;

use super::super::fact::{Part, RunFact, StepStarted};
use super::super::recall::{Recalled, recall};
use super::super::run::Run;
use super::super::{Job, start};
use super::driving::{Ground, finish, recorded};
use super::{capsule, catalogue, unit};

const STEPS: [&str; 6] = [
    "name: all, action: text.count, params: {items: \"{{ inputs.list }}\", by: n}, \
     compensate: {action: text.count, params: {items: [{n: \"{{ output.total }}\"}], by: n}}",
    "name: each, needs: [all], foreach: {items: inputs.list, as: entry, max_items: 9}, \
     action: text.count, params: {items: [\"{{ entry }}\", \"{{ entry }}\"], by: n}",
    "name: other, needs: [all], action: capsule.run, params: {capsule: \"inner@^1\", inputs: {list: \"{{ inputs.list }}\"}}",
    "name: never, needs: [each], when: inputs.list|length > 5, action: text.count, params: {items: [], by: n}",
    "name: late, needs: [each, other], action: text.count, params: {items: [{n: \"{{ steps.all.output.total }}\"}, {n: \"{{ run.id }}\"}], by: n}",
    "name: breaks, needs: [late], action: fs.read, params: {path: \"{{ inputs.key | default('') }}\"}",
];

#[tokio::test]
async fn every_intent_is_found_again_with_what_it_was_given() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let capsule = capsule("dag", "steps: 50", &STEPS);
    let job = Job {
        capsule: Arc::clone(&capsule),
        inputs: json!({"list": [{"n": 1}, {"n": 2}], "key": "not-there.txt"}),
        workspace: ground.workspace(),
        seed: 7,
        idempotency_key: None,
        limit: capsule.limit(),
        children: start::children(&capsule, &catalogue()),
        deadline_ms: None,
        forked: None,
    };
    let (mut owned, command) = engine.begin(job).unwrap();
    finish(&engine, &mut owned, command).await;

    let facts = recorded(&engine, owned.id());
    let run = owned.run().unwrap();
    let intents: Vec<&StepStarted> = facts
        .iter()
        .filter_map(|fact| match fact {
            RunFact::StepStarted(started) => Some(&**started),
            _ => None,
        })
        .collect();
    let names: Vec<String> = intents.iter().map(|intent| intent.unit.to_string()).collect();
    for name in ["all", "each[0]", "each[1]", "other", "late", "breaks", "all.compensate"] {
        assert!(names.iter().any(|found| found == name), "{name}: {names:?}");
    }
    for intent in intents {
        let recalled = recall(run, &intent.unit, &catalogue()).unwrap();
        assert_eq!(recalled.action.digest(), intent.action_digest, "{}", intent.unit);
    }
    assert_eq!(
        args(run, "each", Some(1)),
        json!({"items": [{"n": 2}, {"n": 2}], "by": "n"})
    );
    assert_eq!(args(run, "breaks", None), json!({"path": "not-there.txt"}));
    let undone = recall(run, &unit("all").part(Part::Compensate), &catalogue()).unwrap();
    assert_eq!(undone.args.value, json!({"items": [{"n": 2}], "by": "n"}));
}

fn args(run: &Run, step: &str, item: Option<usize>) -> serde_json::Value {
    let mut unit = unit(step);
    unit.item = item;
    let Recalled { args, .. } = recall(run, &unit, &catalogue()).unwrap();
    args.value
}
