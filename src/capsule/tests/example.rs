//! The example of the format, whole: every key is read and means what it says.

use std::sync::Arc;

use super::host::HostPattern;
use super::policies::{Concurrency, Guard, OnConflict, OnExhausted, OnFail, Redact};
use super::trigger::{Change, FileChange, Misfire, Schedule, Trigger, Webhook};
use super::*;

pub(super) const EXAMPLE: &str = include_str!("example.yaml");

const DRAFT: &str = r#"
schema: somagent.dev/capsule/v1
capsule_id: draft_from_lines
version: 1.4.0
inputs: {type: object, required: [lines], properties: {lines: {type: array}, langs: {type: array, default: [en]}}}
outputs: {type: object, required: [markdown], properties: {markdown: {type: string}}}
outputs_from: {markdown: "{{ steps.ask.output }}"}
execution: {steps: [{name: ask, action: model.call, params: {prompt: "{{ inputs.lines | join(', ') }}"}}]}
"#;

/// What the example needs to be there.
pub(super) fn example_catalogue() -> Catalogue {
    let object = |properties: Value| json!({"type": "object", "additionalProperties": false, "properties": properties});
    let text = json!({"type": "string"});
    let tool = |name: &str, version: &str, actions| {
        Arc::new(ToolSpec {
            name: name.to_owned(),
            version: version.to_owned(),
            summary: String::new(),
            actions,
        })
    };
    let release = object(json!({"repo": text, "tag": text, "body": text}));
    let made = json!({"type": "object", "properties": {"id": {"type": "integer"}, "html_url": text}});
    Catalogue {
        tools: vec![
            tool(
                "git",
                "1.0.0",
                vec![
                    action(
                        "log",
                        EffectClass::None,
                        object(json!({"repo": text, "range": text, "n": {"type": "integer"}})),
                        json!({}),
                    ),
                    action("diff", EffectClass::None, object(json!({})), json!({})),
                ],
            ),
            tool(
                "event",
                "1.0.0",
                vec![action(
                    "emit",
                    EffectClass::Keyed,
                    object(json!({"topic": text})),
                    json!({}),
                )],
            ),
            tool(
                "github",
                "2.3.0",
                vec![
                    action("create_release", EffectClass::External, release.clone(), made),
                    action(
                        "get_release_by_tag",
                        EffectClass::None,
                        release,
                        json!({"type": "object", "properties": {"status": {"type": "integer"}}}),
                    ),
                    action(
                        "delete_release",
                        EffectClass::Idempotent,
                        object(json!({"id": {"type": "integer"}})),
                        json!({}),
                    ),
                ],
            ),
        ],
        capsules: vec![Callable::of(&Capsule::parse(DRAFT, &Catalogue::default()).unwrap())],
        personas: vec!["release-writer@3".to_owned()],
        knowledge: vec!["kb".to_owned()],
        unusable: Vec::new(),
    }
}

fn example() -> Capsule {
    Capsule::parse(EXAMPLE, &example_catalogue()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[test]
fn the_example_has_nothing_to_find_fault_with_where_its_tools_are_there() {
    assert_eq!(example().warnings(), []);
}

#[test]
fn the_example_misses_what_is_not_there() {
    let problems = Capsule::parse(EXAMPLE, &Catalogue::default()).unwrap_err();
    let missing: Vec<(Code, &str)> = problems
        .iter()
        .map(|problem| (problem.code, &EXAMPLE[problem.span.clone()]))
        .collect();
    let expected = [
        "personas/release-writer@3",
        "git",
        "event",
        "github",
        "kb://style/release-notes",
        "draft_from_lines@^1",
    ];
    assert_eq!(missing, expected.map(|name| (Code::C020, name)));
}

#[test]
fn the_example_says_what_holds_for_the_run() {
    let capsule = example();
    assert_eq!(capsule.persona(), Some("release-writer@3"));
    assert_eq!(capsule.secrets(), ["GITHUB_TOKEN", "HOOK_SECRET"]);
    assert_eq!(capsule.knowledge(), ["kb://style/release-notes"]);
    let guard = |check: &str, on_fail| Guard {
        check: check.to_owned(),
        with: BTreeMap::new(),
        on_fail,
    };
    let policies = Policies {
        on_budget_exhausted: OnExhausted::Pause,
        requires_review: true,
        max_parallel: 8,
        deadline_ms: None,
        concurrency: Some(Concurrency {
            key: "{{ inputs.repo }}".to_owned(),
            limit: 1,
            on_conflict: OnConflict::Queue,
        }),
        hosts: Vec::<HostPattern>::new(),
        redact: vec![Redact::Secrets, Redact::Email],
        guard_input: vec![guard("prompt_injection_scan", OnFail::Block)],
        guard_output: vec![guard("pii_scan", OnFail::Review)],
    };
    assert_eq!(capsule.policies(), &policies);
    let triggers = [
        Trigger::Schedule(Schedule {
            cron: "0 9 * * MON-FRI".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            misfire: Misfire::RunOnce,
            jitter_ms: 60_000,
        }),
        Trigger::Webhook(Webhook {
            path: "/hooks/release".to_owned(),
            secret: "HOOK_SECRET".to_owned(),
            dedupe_key: "event.delivery_id".to_owned(),
            map: BTreeMap::from([
                ("repo".to_owned(), "event.repository.full_name".to_owned()),
                ("tag".to_owned(), "event.release.tag_name".to_owned()),
            ]),
        }),
        Trigger::File(FileChange {
            glob: "releases/*.tag".to_owned(),
            event: Change::Created,
            debounce_ms: 2_000,
        }),
    ];
    assert_eq!(capsule.triggers(), triggers);
}

#[test]
fn the_steps_of_the_example_have_every_key_that_is_written_or_implied() {
    let capsule = example();
    let rows: Vec<(&str, Stage, Vec<&str>, String)> = capsule
        .steps()
        .iter()
        .map(|step| {
            (
                step.name.as_str(),
                step.stage,
                step.needs.iter().map(String::as_str).collect(),
                step.action(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("check_clean", Stage::Before, vec![], "git.log".to_owned()),
            ("log", Stage::Main, vec!["check_clean"], "git.log".to_owned()),
            ("summarize", Stage::Main, vec!["log"], "model.call".to_owned()),
            ("draft", Stage::Main, vec!["summarize"], "capsule.run".to_owned()),
            ("review", Stage::Main, vec!["draft"], "gate".to_owned()),
            (
                "publish",
                Stage::Main,
                vec!["review"],
                "github.create_release".to_owned()
            ),
            ("notify", Stage::After, vec![], "event.emit".to_owned()),
        ]
    );
    let usual = Retry {
        max_attempts: 4,
        initial_ms: 1_000,
        factor: 2.0,
        max_ms: 30_000,
        jitter: Jitter::Full,
        on: vec![RetryOn::Timeout, RetryOn::RateLimited, RetryOn::Unavailable],
    };
    let log = capsule.step("log").unwrap();
    assert_eq!((&log.retry, log.timeout_ms), (&usual, Some(120_000)));
    assert_eq!(
        log.cache,
        Some(Cache {
            key: vec!["inputs.repo".to_owned(), "inputs.tag".to_owned()],
            ttl_ms: Some(86_400_000),
        })
    );
    let summarize = capsule.step("summarize").unwrap();
    let foreach = summarize.foreach.as_ref().unwrap();
    assert_eq!((foreach.max_parallel, foreach.on_item_error), (6, OnItemError::Collect));
    let Work::Model(ask) = &summarize.work else {
        panic!("{:?}", summarize.work)
    };
    assert_eq!(
        (ask.manner.temperature, ask.manner.max_output_tokens),
        (Some(0.0), Some(2_000))
    );
    let Work::Capsule(child) = &capsule.step("draft").unwrap().work else {
        panic!()
    };
    assert_eq!(
        (child.capsule.as_str(), child.version.as_str()),
        ("draft_from_lines", "^1")
    );
    assert_eq!(child.inputs["langs"], "{{ inputs.langs }}");

    let review = capsule.step("review").unwrap();
    assert_eq!(
        (&review.retry, review.timeout_ms, review.effect),
        (&Retry::default(), None, EffectClass::None)
    );
    let Work::Gate(gate) = &review.work else { panic!() };
    assert_eq!(
        gate,
        &Gate {
            prompt: "Publish {{ inputs.tag }}?".to_owned(),
            show: vec!["steps.draft.output.markdown".to_owned()],
            choices: ["approve", "edit", "reject"].map(str::to_owned).to_vec(),
            assignees: vec!["role:maintainer".to_owned()],
            form: Some(json!({"type": "object", "properties": {"comment": {"type": "string"}}})),
            expires_ms: Some(172_800_000),
            on_expire: Some("reject".to_owned()),
        }
    );

    let publish = capsule.step("publish").unwrap();
    assert_eq!(
        (publish.effect, publish.on_uncertain),
        (EffectClass::External, OnUncertain::Review)
    );
    assert_eq!(
        (publish.timeout_ms, publish.secrets.as_slice()),
        (Some(45_000), &["GITHUB_TOKEN".to_owned()][..])
    );
    // What `defaults` says of timeouts is not meant for what must not happen twice.
    assert_eq!(publish.retry.on, [RetryOn::RateLimited, RetryOn::Unavailable]);
    let call = |action: &str, params: Value| Call {
        tool: "github".to_owned(),
        action: action.to_owned(),
        params,
        infers: false,
    };
    assert_eq!(
        publish.compensate,
        Some(call("delete_release", json!({"id": "{{ output.id }}"})))
    );
    assert_eq!(
        publish.reconcile,
        Some(Reconcile {
            call: call(
                "get_release_by_tag",
                json!({"repo": "{{ inputs.repo }}", "tag": "{{ inputs.tag }}"})
            ),
            found_when: "output.status == 200".to_owned(),
        })
    );
}

#[test]
fn the_example_as_json_is_the_same_capsule() {
    let (root, _) = node::parse(EXAMPLE).unwrap();
    let capsule = Capsule::parse(&root.to_json().to_string(), &example_catalogue()).unwrap();
    assert_eq!(capsule.steps(), example().steps());
}
