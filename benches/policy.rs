//! How long a judgement takes, beside its limit.
//!
//! `cargo bench --bench policy`. The action sends a message to a recipient that a tool gave, under the constitution
//! that a new store begins with: rules, information flow and score. The inquiry is the whole way from a line of JSON,
//! with a session of one call, to its verdict.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and what it cannot go on without ends it"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::json;
use somagent::capsule::tool_spec::{ActionSpec, EffectClass, OutputTrust, Sink, ToolSpec, Touch};
use somagent::digest::Digest;
use somagent::label::{Confidentiality, Integrity, Label, Labelled};
use somagent::policy::inquiry::Inquiry;
use somagent::policy::{Action, DEFAULT_CONSTITUTION, Draft, InForce, Shipped, Situation};

/// A judgement without Rego.
const LIMIT: Duration = Duration::from_micros(5);

/// A judgement with it.
const LIMIT_WITH_REGO: Duration = Duration::from_micros(100);

/// What a policy adds: two rules that look at the action, and one that looks at the score.
const REGO: &str = r#"
rego:
  article: A5
  modules:
    - name: ours.rego
      text: |
        package somagent
        import rego.v1
        deny contains reason if {
            some access in input.action.accesses
            access.kind == "egress"
            not endswith(access.host, ".example.org")
            reason := sprintf("%s reaches %s", [input.action.name, access.host])
        }
        deny contains "not in production" if {
            input.situation.mode == "production"
            startswith(input.action.name, "shell.")
        }
        ask contains "a low score" if input.score < 8000
"#;

const ROUNDS: usize = 100;

const EACH: u32 = 100;

fn main() {
    let draft = Draft::read(DEFAULT_CONSTITUTION.as_bytes()).expect("the default constitution is one");
    let (action, situation) = (action(), situation());
    let judged = median(|| drop(black_box(draft.judge(black_box(&action), black_box(&situation)))));
    let ratio = judged.as_secs_f64() / LIMIT.as_secs_f64();
    println!("judgement: {judged:?}, {ratio:.2} times the limit of {LIMIT:?}");
    let draft_of_rego = Draft::read(format!("{DEFAULT_CONSTITUTION}{REGO}").as_bytes()).expect("it is one");
    let judged = median(|| {
        drop(black_box(
            draft_of_rego.judge(black_box(&action), black_box(&situation)),
        ))
    });
    let ratio = judged.as_secs_f64() / LIMIT_WITH_REGO.as_secs_f64();
    println!("judgement with Rego: {judged:?}, {ratio:.2} times the limit of {LIMIT_WITH_REGO:?}");
    let shipped = Shipped::named("production").expect("it is shipped");
    let draft_shipped = Draft::read(shipped.text.as_bytes()).expect("it is one");
    let judged = median(|| {
        drop(black_box(
            draft_shipped.judge(black_box(&action), black_box(&situation)),
        ))
    });
    let ratio = judged.as_secs_f64() / LIMIT_WITH_REGO.as_secs_f64();
    println!("judgement of `production` with its Rego: {judged:?}, {ratio:.2} times the limit of {LIMIT_WITH_REGO:?}");
    let line = inquiry();
    let asked = median(|| {
        let inquiry = Inquiry::parse(black_box(&line)).expect("it is an inquiry");
        let posed = inquiry.pose().expect("its arguments say what they touch");
        drop(black_box(draft.answer(posed)));
    });
    println!("inquiry of {} bytes: {asked:?}", line.len());
}

/// Half of the time a call takes this long.
fn median(mut call: impl FnMut()) -> Duration {
    let mut took: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            (0..EACH).for_each(|_| call());
            began.elapsed() / EACH
        })
        .collect();
    took.sort_unstable();
    took[ROUNDS / 2]
}

fn action() -> Action {
    let send = ActionSpec {
        name: "send".to_owned(),
        summary: String::new(),
        params: json!({}),
        output: json!({}),
        effect: EffectClass::External,
        weakest: EffectClass::None,
        sinks: vec![Sink {
            param: "to".to_owned(),
            touch: Touch::Recipient,
            default: None,
        }],
        always: Vec::new(),
        trust: OutputTrust::World,
        field_trust: BTreeMap::new(),
        side_effect: None,
        egress: None,
        confidentiality: None,
        readers: None,
    };
    let tool = ToolSpec {
        name: "mail".to_owned(),
        version: "1.0.0".to_owned(),
        summary: String::new(),
        actions: vec![send],
    };
    let mut args = Labelled::new(
        json!({"to": "ann@example.org", "subject": "Minutes", "body": "We meet on Friday."}),
        Label::from_source(Integrity::Untrusted, Confidentiality::Unstated, "tool:web.fetch"),
    );
    let user = Label::from_source(Integrity::User, Confidentiality::Public, "input:to");
    args.fields.insert("/to".to_owned(), user);
    Action::new(&tool, &tool.actions[0], EffectClass::External, args).expect("it has a recipient")
}

fn situation() -> Situation {
    Situation {
        workspace: PathBuf::from("/home/ann/project"),
        run: "0190b0a0-0000-7000-8000-000000000000".to_owned(),
        capsule: Digest::of(b"capsule"),
        tenant: "local".to_owned(),
        actor: "user:ann".to_owned(),
        offline: false,
        hosts: Vec::new(),
        request: None,
        control: Label::constant(),
        misled: Default::default(),
        cost: 0,
        mode: InForce::default(),
        demands: Vec::new(),
        remembered: Default::default(),
        past: Default::default(),
        separate: None,
        heard: Vec::new(),
    }
}

fn inquiry() -> String {
    json!({
        "tool": "mail.send", "args": {"to": ["ann@example.org"], "subject": "Minutes", "body": "We meet on Friday."},
        "tool_spec": {"side_effect": "irreversible", "sinks": {"to": "recipient"}, "egress": true},
        "session": {"prompt": "Send ann@example.org the minutes in notes/today.md", "calls": [{
            "tool": "files.read", "args": {"path": "notes/today.md"},
            "tool_spec": {"side_effect": "none", "sinks": {"path": "path"}, "egress": false},
            "output": {"text": "We meet on Friday. ".repeat(50)},
        }]},
    })
    .to_string()
}
