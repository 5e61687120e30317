//! Rules of what came after templates and order: gates, children, doubt, secrets, hooks, policies,
//! triggers. Each with an input that holds and inputs that do not.

mod answers;
mod workspace;

use std::sync::Arc;

use super::tool_spec::{Sink, Touch};
use super::*;
use Code::*;

const TOP: &str = "\
schema: somagent.dev/capsule/v1
capsule_id: whole
version: 1.0.0
inputs: {type: object, required: [repo], properties: {repo: {type: string}, areas: {type: array, items: {type: string}, default: []}}}
secrets: [TOKEN, HOOK_SECRET]
tools:
  - {adapter: git, version: \"^1\", actions: [log, push]}
  - {adapter: bank, version: \"^1\", actions: [pay, look, undo, ask]}
  - {adapter: http, version: \"^1\", actions: [get], hosts: [api.example.com]}
";

fn rich() -> Catalogue {
    let object = |properties: Value| json!({"type": "object", "additionalProperties": false, "properties": properties});
    let integer = json!({"type": "integer"});
    let mut pay = action(
        "pay",
        EffectClass::External,
        object(json!({"sum": integer})),
        json!({"type": "object", "properties": {"id": integer}}),
    );
    pay.weakest = EffectClass::Keyed;
    let mut ask = action(
        "ask",
        EffectClass::None,
        object(json!({"sampling": {"type": "object"}})),
        json!({}),
    );
    ask.sinks = vec![Sink {
        param: "/sampling".to_owned(),
        touch: Touch::Infer,
        default: None,
    }];
    let mut catalogue = catalogue();
    let tool = |name: &str, actions| {
        Arc::new(ToolSpec {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            summary: String::new(),
            actions,
        })
    };
    catalogue.tools.push(tool(
        "bank",
        vec![
            pay,
            ask,
            action(
                "look",
                EffectClass::None,
                object(json!({"id": integer})),
                json!({"type": "object", "properties": {"found": {"type": "boolean"}}}),
            ),
            action(
                "undo",
                EffectClass::Idempotent,
                object(json!({"id": integer})),
                json!({}),
            ),
        ],
    ));
    let mut get = action(
        "get",
        EffectClass::None,
        object(json!({"url": {"type": "string"}})),
        json!({}),
    );
    get.sinks = vec![Sink {
        param: "url".to_owned(),
        touch: Touch::Url,
        default: None,
    }];
    catalogue.tools.push(tool("http", vec![get]));
    let child = |name: &str, calls: &[&str]| Callable {
        name: name.to_owned(),
        version: "1.2.0".to_owned(),
        digest: Digest::of(name.as_bytes()),
        document: String::new(),
        inputs: json!({"type": "object", "required": ["lines", "mode"], "additionalProperties": false,
            "properties": {"lines": {"type": "array"}, "mode": {"type": "string", "default": "short"}}}),
        outputs: json!({"type": "object", "properties": {"text": {"type": "string"}}}),
        calls: calls.iter().map(|name| (*name).to_owned()).collect(),
        asks_a_model: false,
        heads: Vec::new(),
        tools: Vec::new(),
    };
    catalogue.capsules = vec![
        child("draft", &[]),
        child("back", &["middle"]),
        child("middle", &["whole"]),
        child("round", &["round2"]),
        child("round2", &["round"]),
        child("deep1", &["deep2", "draft"]),
        child("deep2", &["deep3"]),
        child("deep3", &["deep4"]),
        child("deep4", &["deep5"]),
        child("deep5", &["deep6"]),
        child("deep6", &["deep7"]),
        child("deep7", &["deep8"]),
        child("deep8", &["deep9"]),
        child("deep9", &[]),
    ];
    catalogue.personas = vec!["release-writer@3".to_owned()];
    catalogue.knowledge = vec!["kb".to_owned()];
    catalogue
}

fn whole(steps: &str) -> String {
    format!("{TOP}execution:\n  mode: dag\n  steps:\n{steps}")
}

const LOG_STEP: &str = "    - {name: log, action: git.log}\n";

fn check(cases: &[(String, Vec<(Code, &str)>)]) {
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let problems = match Capsule::parse(text, &rich()) {
            Ok(capsule) => capsule.warnings().to_vec(),
            Err(problems) => problems,
        };
        let found: Vec<(Code, &str)> = problems
            .iter()
            .map(|problem| (problem.code, &text[problem.span.clone()]))
            .collect();
        if found != *expected {
            let shown = text.strip_prefix(TOP).unwrap_or(text);
            wrong.push(format!(
                "{shown}\n  found    {found:?}\n  expected {expected:?}\n  {problems:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A step `x` after `log`.
fn step(rest: &str) -> String {
    whole(&format!("{LOG_STEP}    - {{name: x, needs: [log], {rest}}}\n"))
}

/// A step that pays, and says what settles doubt.
fn pay(rest: &str) -> String {
    step(&format!("action: bank.pay, on_uncertain: review, {rest}"))
}

fn top(line: &str) -> String {
    format!("{}{line}\n", whole(LOG_STEP))
}

#[test]
fn gates_ask_something_that_can_be_answered() {
    let gate = |rest: &str| {
        step(&format!(
            "gate: {{kind: human, prompt: \"Go {{{{ steps.log.output.count }}}}?\", {rest}}}"
        ))
    };
    check(&[
        (gate("show: [steps.log.output.commits]"), vec![]),
        (gate("choices: [a, b], expires: 1h, on_expire: b"), vec![]),
        (gate("expires: 1h, on_expire: reject"), vec![]),
        (step("gate: {kind: human}"), vec![(C002, "{kind: human}")]),
        (step("gate: {kind: robot, prompt: x}"), vec![(C002, "robot")]),
        (gate("show: [steps.lgo.output]"), vec![(C012, "steps.lgo.output")]),
        (gate("show: [\"{{ inputs.repo }}\"]"), vec![(C002, "{{ inputs.repo }}")]),
        (gate("choices: [a, a]"), vec![(C002, "[a, a]")]),
        (
            gate("choices: [a, b], expires: 1h, on_expire: reject"),
            vec![(C002, "reject")],
        ),
        (gate("expires: 1h, on_expire: later"), vec![(C002, "later")]),
        (gate("expires: 1h"), vec![(C002, "expires")]),
        (gate("on_expire: reject"), vec![(C002, "on_expire")]),
        (gate("expires: 0s, on_expire: reject"), vec![(C002, "0s")]),
        (
            gate("assignees: [\"role:maintainer\", \"user:ann@example.com\"]"),
            vec![],
        ),
        (gate("assignees: [maintainer]"), vec![(C002, "maintainer")]),
        (gate("form: {type: objekt}"), vec![(C002, "objekt"), (C002, "objekt")]),
        (gate("form: {type: array}"), vec![(C002, "array")]),
        (step("gate: {prompt: \"TOKEN?\"}"), vec![(C030, "\"TOKEN?\"")]),
        (
            step("gate: {prompt: x}, action: git.log, retry: {max_attempts: 2}, timeout: 1m"),
            vec![(C002, "action"), (C002, "retry"), (C002, "timeout")],
        ),
        (
            step("when: inputs.areas"),
            vec![(C002, "{name: x, needs: [log], when: inputs.areas}")],
        ),
        (
            whole(
                "    - {name: ask, gate: {prompt: x, choices: [a, b], form: {properties: {n: {type: integer}}}}}\n    - {name: x, needs: [ask], action: git.log, when: \"steps.ask.output.decision == 'a'\", params: {limit: \"{{ steps.ask.output.form.n }}\"}}\n",
            ),
            vec![],
        ),
        (
            whole(
                "    - {name: ask, gate: {prompt: x}}\n    - {name: x, needs: [ask], action: git.log, when: \"steps.ask.output.answer\"}\n",
            ),
            vec![(C013, "steps.ask.output.answer")],
        ),
    ]);
}

#[test]
fn children_are_there_take_their_inputs_and_end() {
    let run = |params: &str| step(&format!("action: capsule.run, params: {params}"));
    check(&[
        (run("{capsule: \"draft@^1\", inputs: {lines: [a]}}"), vec![]),
        (
            run("{capsule: draft, inputs: {lines: \"{{ steps.log.output.commits }}\", mode: long}}"),
            vec![],
        ),
        (step("action: capsule.run"), vec![(C021, "capsule.run")]),
        (run("{inputs: {}}"), vec![(C021, "{inputs: {}}")]),
        (
            run("{capsule: draft, inputs: {lines: []}, capsul: 3}"),
            vec![(C021, "capsul")],
        ),
        (run("{capsule: drfat, inputs: {lines: []}}"), vec![(C020, "drfat")]),
        (
            run("{capsule: \"draft@^2\", inputs: {lines: []}}"),
            vec![(C020, "\"draft@^2\"")],
        ),
        (run("{capsule: \"draft@one\"}"), vec![(C002, "\"draft@one\"")]),
        (
            run("{capsule: \"{{ inputs.repo }}\"}"),
            vec![(C002, "\"{{ inputs.repo }}\"")],
        ),
        (run("{capsule: [draft]}"), vec![(C021, "[draft]")]),
        (run("{capsule: draft}"), vec![(C051, "draft")]),
        (run("{capsule: draft, inputs: [a]}"), vec![(C051, "[a]")]),
        (run("{capsule: draft, inputs: {lines: 3}}"), vec![(C051, "3")]),
        (
            run("{capsule: draft, inputs: {lines: [], line: 3}}"),
            vec![(C051, "line")],
        ),
        (
            run("{capsule: draft, inputs: {lines: \"{{ inputs.repo }}\"}}"),
            vec![(C051, "\"{{ inputs.repo }}\"")],
        ),
        (run("{capsule: whole, inputs: {lines: []}}"), vec![(C050, "whole")]),
        (run("{capsule: back, inputs: {lines: []}}"), vec![(C050, "back")]),
        (run("{capsule: round, inputs: {lines: []}}"), vec![(C050, "round")]),
        (run("{capsule: deep1, inputs: {lines: []}}"), vec![(C050, "deep1")]),
        (run("{capsule: deep2, inputs: {lines: []}}"), vec![]),
        (
            step(
                "action: capsule.run, params: {capsule: draft, inputs: {lines: []}}, effect: none, choices: [a], cache: {}, secrets: [TOKEN]",
            ),
            vec![(C002, "effect"), (C002, "choices"), (C021, "cache"), (C030, "secrets")],
        ),
        (
            whole(
                "    - {name: d, action: capsule.run, params: {capsule: draft, inputs: {lines: []}}}\n    - {name: x, needs: [d], action: model.call, params: {prompt: \"{{ steps.d.output.txt }}\"}}\n",
            ),
            vec![(C013, "steps.d.output.txt")],
        ),
    ]);
    let problems = Capsule::parse(&run("{capsule: back, inputs: {lines: []}}"), &rich()).unwrap_err();
    assert_eq!(
        problems[0].message,
        "these capsules run each other in a circle: whole → back → middle → whole"
    );
    let problems = Capsule::parse(&run("{capsule: round, inputs: {lines: []}}"), &rich()).unwrap_err();
    assert_eq!(
        problems[0].message,
        "these capsules run each other in a circle: round → round2 → round"
    );
}

#[test]
fn doubt_about_an_effect_is_settled_and_never_made_worse() {
    check(&[
        (step("action: bank.pay"), vec![(C022, "bank.pay")]),
        (step("action: git.log, effect: external"), vec![(C022, "external")]),
        (step("action: bank.pay, on_uncertain: fail"), vec![]),
        (
            step("action: bank.pay, reconcile: {action: bank.look, found_when: output.found}"),
            vec![],
        ),
        (
            whole(
                "    - {name: ask, gate: {prompt: x}}\n    - {name: l, needs: [ask], action: git.log}\n    - {name: x, needs: [l], action: bank.pay}\n",
            ),
            vec![],
        ),
        (
            whole("    - {name: ask, gate: {prompt: x}}\n    - {name: x, action: bank.pay}\n"),
            vec![(C022, "bank.pay")],
        ),
        (
            format!("policies: {{requires_review: true}}\n{}", step("action: bank.pay")),
            vec![],
        ),
        (step("action: bank.pay, effect: keyed"), vec![]),
        (
            step("action: bank.pay, effect: idempotent"),
            vec![(C021, "idempotent"), (C022, "idempotent")],
        ),
        (
            step("action: git.log, on_uncertain: retry"),
            vec![(C021, "on_uncertain")],
        ),
        (
            step("action: git.log, reconcile: {action: bank.look, found_when: output.found}"),
            vec![(C021, "reconcile")],
        ),
        (
            step("action: bank.pay, reconcile: {action: bank.undo, found_when: \"true\"}"),
            vec![(C021, "bank.undo")],
        ),
        (
            step("action: bank.pay, reconcile: {action: bank.lok, found_when: output.found}"),
            vec![(C020, "bank.lok")],
        ),
        (
            step("action: bank.pay, reconcile: {action: model.call, found_when: output.found}"),
            vec![(C020, "model.call")],
        ),
        (
            step("action: bank.pay, reconcile: {action: bank.look, found_when: output.fond}"),
            vec![(C013, "output.fond")],
        ),
        (
            step("action: bank.pay, reconcile: {action: bank.look}"),
            vec![(C002, "{action: bank.look}")],
        ),
        (
            step("action: bank.pay, reconcile: {action: bank.look, params: {id: x}, found_when: output.found}"),
            vec![(C021, "x")],
        ),
        (
            pay("compensate: {action: bank.undo, params: {id: \"{{ output.id }}\"}}"),
            vec![],
        ),
        (
            pay("compensate: {action: bank.undo, params: {id: \"{{ output.di }}\"}}"),
            vec![(C013, "output.di")],
        ),
        (pay("compensate: {action: bank.undoo}"), vec![(C020, "bank.undoo")]),
        (
            pay("compensate: {action: text.write, params: {path: a, text: b}}"),
            vec![(C020, "text.write")],
        ),
        (
            pay(
                "foreach: {items: inputs.areas, as: area, max_items: 3}, compensate: {action: bank.undo, params: {id: \"{{ area | length + output.id }}\"}}",
            ),
            vec![],
        ),
        (pay("params: {sum: \"{{ output.id }}\"}"), vec![(C012, "output.id")]),
    ]);
}

#[test]
fn attempts_are_counted_and_waits_are_bounded() {
    let retry = |rest: &str| step(&format!("action: git.log, retry: {rest}"));
    check(&[
        (
            retry(
                "{max_attempts: 3, backoff: {initial: 250ms, factor: 1.5, max: 1m, jitter: none}, on: [tool, schema, model]}",
            ),
            vec![],
        ),
        (retry("{}"), vec![(C002, "retry")]),
        (retry("{on: [tool]}"), vec![(C002, "retry")]),
        (
            format!("defaults: {{retry: {{max_attempts: 2}}}}\n{}", retry("{on: [tool]}")),
            vec![],
        ),
        (retry("{max_attempts: 0}"), vec![(C002, "0")]),
        (retry("{max_attempts: 101}"), vec![(C002, "101")]),
        (retry("{max_attempts: 3, on: [time]}"), vec![(C002, "time")]),
        (retry("{max_attempts: 3, backoff: {factor: 0.5}}"), vec![(C002, "0.5")]),
        (
            retry("{max_attempts: 3, backoff: {initial: soon}}"),
            vec![(C002, "soon")],
        ),
        (pay("retry: {max_attempts: 3, on: [unavailable]}"), vec![]),
        (pay("retry: {max_attempts: 3}"), vec![]),
        (
            pay("retry: {max_attempts: 3, on: [tool, timeout]}"),
            vec![(C023, "timeout")],
        ),
        (pay("effect: keyed, retry: {max_attempts: 3, on: [timeout]}"), vec![]),
        (step("action: git.log, timeout: 0s"), vec![(C002, "0s")]),
        (step("action: git.log, timeout: 30"), vec![(C002, "30")]),
        (
            format!("defaults: {{timeout: 0ms}}\n{}", step("action: git.log")),
            vec![(C002, "0ms")],
        ),
    ]);
}

#[test]
fn what_is_said_once_for_all_steps_holds_where_a_step_says_nothing() {
    let text = format!(
        "defaults: {{timeout: 3s, retry: {{max_attempts: 5, backoff: {{initial: 2s, max: 9s}}, on: [timeout, tool]}}, model: {{temperature: 1, max_output_tokens: 9}}}}\n{}",
        whole(
            "    - {name: a, action: model.call, params: {prompt: x}, model: {temperature: 0}}\n    - {name: b, action: bank.pay, on_uncertain: fail, timeout: 1m, retry: {backoff: {max: 1s}}}\n"
        )
    );
    let capsule = Capsule::parse(&text, &rich()).unwrap();
    let (a, b) = (capsule.step("a").unwrap(), capsule.step("b").unwrap());
    let Work::Model(ask) = &a.work else { panic!() };
    assert_eq!(
        (ask.manner.temperature, ask.manner.max_output_tokens),
        (Some(0.0), Some(9))
    );
    assert_eq!((a.timeout_ms, b.timeout_ms), (Some(3_000), Some(60_000)));
    assert_eq!(
        (a.retry.max_attempts, a.retry.initial_ms, a.retry.max_ms),
        (5, 2_000, 9_000)
    );
    assert_eq!(a.retry.on, [RetryOn::Timeout, RetryOn::Tool]);
    assert_eq!(
        (b.retry.max_attempts, b.retry.initial_ms, b.retry.max_ms),
        (5, 2_000, 1_000)
    );
    assert_eq!(b.retry.on, [RetryOn::Tool]);
    let plain = Capsule::parse(&whole(LOG_STEP), &rich()).unwrap();
    assert_eq!(plain.step("log").unwrap().retry, Retry::default());
    assert_eq!(
        plain.policies(),
        &Policies {
            hosts: vec![host::HostPattern::parse("api.example.com").unwrap()],
            ..Policies::default()
        }
    );
}

#[test]
fn only_what_changes_nothing_is_answered_from_a_cache() {
    let cache = |rest: &str| step(&format!("action: git.log, cache: {rest}"));
    check(&[
        (cache("{}"), vec![]),
        (
            cache("{key: [inputs.repo, \"steps.log.output.count + 1\"], ttl: 1d}"),
            vec![],
        ),
        (cache("{ttl: 0s}"), vec![(C002, "0s")]),
        (cache("{key: inputs.repo}"), vec![(C002, "inputs.repo")]),
        (cache("{key: [inputs.rep]}"), vec![(C012, "inputs.rep")]),
        (cache("{key: [steps.x.output]}"), vec![(C012, "steps.x.output")]),
        (pay("cache: {}"), vec![(C021, "cache")]),
        (
            step("action: git.log, effect: idempotent, cache: {}"),
            vec![(C021, "cache")],
        ),
    ]);
}

#[test]
fn secrets_are_declared_and_never_shown_or_kept() {
    check(&[
        (step("action: http.get, secrets: [TOKEN]"), vec![]),
        (step("action: http.get, secrets: [TOKN]"), vec![(C030, "TOKN")]),
        (step("action: http.get, secrets: [token]"), vec![(C030, "token")]),
        (
            step("action: model.call, params: {prompt: x}, secrets: [TOKEN]"),
            vec![(C030, "secrets")],
        ),
        (
            step("action: http.get, params: {url: \"{{ secrets.TOKEN }}\"}"),
            vec![(C030, "secrets.TOKEN")],
        ),
        (
            step("action: model.call, params: {prompt: \"use TOKEN\"}"),
            vec![(C030, "\"use TOKEN\"")],
        ),
        (step("action: model.call, params: {prompt: \"use TOKENS\"}"), vec![]),
        (
            step("action: git.log, artifacts: [{name: a, path: \"TOKEN.txt\"}]"),
            vec![(C030, "\"TOKEN.txt\"")],
        ),
        (
            step("action: git.log, cache: {key: [TOKEN]}"),
            vec![(C012, "TOKEN"), (C030, "TOKEN")],
        ),
        (
            step("action: git.log, cache: {key: [secrets.TOKEN]}"),
            vec![(C030, "secrets.TOKEN"), (C030, "secrets.TOKEN")],
        ),
        (
            whole(LOG_STEP).replace("[TOKEN, HOOK_SECRET]", "[token]"),
            vec![(C002, "token")],
        ),
    ]);
}

#[test]
fn hooks_come_before_and_after_all_else() {
    let hooks = |line: &str| {
        format!(
            "hooks: {{{line}}}\n{}",
            whole(
                "    - {name: log, action: git.log}\n    - {name: l2, action: git.log}\n    - {name: l3, needs: [log], action: git.log}\n"
            )
        )
    };
    check(&[
        (
            hooks(
                "pre: [{name: a, action: git.log}], post: [{name: z, action: git.log, when: \"run.status != 'cancelled'\"}]",
            ),
            vec![],
        ),
        (
            hooks("pre: [{name: a, action: git.log, needs: [log]}]"),
            vec![(C001, "needs")],
        ),
        (hooks("pre: [{name: log, action: git.log}]"), vec![(C010, "log")]),
        (
            hooks("pre: [{name: a, action: git.log, when: steps.log.output}]"),
            vec![(C012, "steps.log.output")],
        ),
        (
            hooks("pre: [{name: a, action: git.log, when: \"run.status == 'done'\"}]"),
            vec![(C013, "run.status")],
        ),
        (
            hooks("post: [{name: z, action: git.log, params: {limit: \"{{ steps.log.output.count }}\"}}]"),
            vec![(C014, "steps.log.output.count")],
        ),
        (
            hooks(
                "post: [{name: z, action: git.log, when: \"steps.log.status == 'done'\", params: {limit: \"{{ steps.log.output.count }}\"}}]",
            ),
            vec![],
        ),
        (
            hooks("post: [{name: z, action: git.log, params: {limit: \"{{ steps.log.output.count | default(1) }}\"}}]"),
            vec![],
        ),
        (
            hooks("post: [{name: y, action: git.log}, {name: z, action: git.log, when: steps.y.output}]"),
            vec![],
        ),
        (
            hooks("post: [{name: y, action: git.log, when: steps.z.output}, {name: z, action: git.log}]"),
            vec![(C012, "steps.z.output")],
        ),
        (
            hooks("post: [{name: z, action: git.log}]").replace("needs: [log]", "needs: [z]"),
            vec![(C012, "z")],
        ),
        (
            hooks("post: [{name: z, action: git.log}]").replace("needs: [log]", "needs: [log], when: steps.z.output"),
            vec![(C012, "steps.z.output")],
        ),
        (
            format!(
                "{}outputs_from: {{n: \"{{{{ steps.z.output }}}}\"}}\n",
                hooks("post: [{name: z, action: git.log}]")
            ),
            vec![(C012, "steps.z.output")],
        ),
        (hooks("pre: [{name: a}]"), vec![(C002, "{name: a}")]),
        (hooks("pre: [3]"), vec![(C002, "3")]),
    ]);
    let text = hooks(
        "pre: [{name: a, action: git.log}, {name: b, action: git.log}], post: [{name: y, action: git.log}, {name: z, action: git.log}]",
    );
    let capsule = Capsule::parse(
        &text.replace("    - {name: l2,", "    - {name: l2, needs: [a],"),
        &rich(),
    )
    .unwrap();
    let rows: Vec<(&str, Stage, Vec<&str>)> = capsule
        .steps()
        .iter()
        .map(|step| {
            (
                step.name.as_str(),
                step.stage,
                step.needs.iter().map(String::as_str).collect(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("a", Stage::Before, vec![]),
            ("b", Stage::Before, vec!["a"]),
            ("log", Stage::Main, vec!["b"]),
            ("l2", Stage::Main, vec!["a", "b"]),
            ("l3", Stage::Main, vec!["log"]),
            ("y", Stage::After, vec![]),
            ("z", Stage::After, vec!["y"]),
        ]
    );
}

#[test]
fn items_that_failed_are_collected_where_the_step_says_so() {
    let two = |error: &str, path: &str| {
        step(&format!(
            "foreach: {{items: inputs.areas, as: area, max_items: 3, max_parallel: 2, on_item_error: {error}}}, action: git.log"
        )) + &format!(
            "    - {{name: y, needs: [x], action: model.call, params: {{prompt: \"{{{{ steps.x.{path} }}}}!\"}}}}\n"
        )
    };
    check(&[
        (two("collect", "errors[0].message"), vec![]),
        (
            two("collect", "errors[0].reason"),
            vec![(C013, "steps.x.errors[0].reason")],
        ),
        (two("fail_fast", "errors"), vec![(C013, "steps.x.errors")]),
        (two("collcet", "output"), vec![(C002, "collcet")]),
        (
            two("collect", "output").replace("max_parallel: 2", "max_parallel: 0"),
            vec![(C002, "0")],
        ),
        (
            two("collect", "output").replace("as: area", "as: output"),
            vec![(C002, "output")],
        ),
    ]);
}

#[test]
fn policies_guards_and_hosts_say_something_that_can_be_done() {
    let policies = |rest: &str| top(&format!("policies: {{{rest}}}"));
    let guards = |rest: &str| top(&format!("guardrails: {{input: [{rest}]}}"));
    check(&[
        (
            policies(
                "on_budget_exhausted: pause, requires_review: false, max_parallel: 3, deadline: 2h, data: {redact: [email], journal_payloads: full}",
            ),
            vec![],
        ),
        (policies("on_budget_exhausted: stop"), vec![(C002, "stop")]),
        (policies("max_parallel: 0"), vec![(C002, "0")]),
        (policies("deadline: 0m"), vec![(C002, "0m")]),
        (policies("data: {redact: [names]}"), vec![(C002, "names")]),
        (
            policies("concurrency: {key: \"{{ inputs.repo }}\", limit: 2, on_conflict: replace}"),
            vec![],
        ),
        (policies("concurrency: {limit: 2}"), vec![(C002, "{limit: 2}")]),
        (policies("concurrency: {key: \"{{ run.id }}\"}"), vec![(C012, "run.id")]),
        (
            policies("concurrency: {key: \"{{ steps.log.output }}\"}"),
            vec![(C012, "steps.log.output")],
        ),
        (guards("{use: max_length, chars: 20, on_fail: warn}"), vec![]),
        (
            guards("{use: max_length, chars: many}"),
            vec![(C002, "{use: max_length, chars: many}")],
        ),
        (
            guards("{use: regex, pattern: \"(\"}"),
            vec![(C002, "{use: regex, pattern: \"(\"}")],
        ),
        (guards("{use: pii}"), vec![(C002, "pii")]),
        (guards("{on_fail: warn}"), vec![(C002, "{on_fail: warn}")]),
        (guards("{use: pii_scan, on_fail: explode}"), vec![(C002, "explode")]),
        (
            whole(LOG_STEP).replace("[api.example.com]", "[\"https://a\"]"),
            vec![(C002, "\"https://a\"")],
        ),
        (
            whole(LOG_STEP).replace("actions: [log, push]", "actions: [log, push], hosts: [a.b]"),
            vec![(C002, "hosts")],
        ),
        (top("persona_shot: personas/release-writer@3"), vec![]),
        (top("persona_shot: release-writer@4"), vec![(C020, "release-writer@4")]),
        (top("persona_shot: Someone"), vec![(C002, "Someone"), (C020, "Someone")]),
        (top("knowledge: [{node_id: \"kb://style\", mode: read}]"), vec![]),
        (
            top("knowledge: [{node_id: \"kx://style\"}]"),
            vec![(C020, "\"kx://style\"")],
        ),
        (top("knowledge: [{node_id: style}]"), vec![(C002, "style")]),
        (
            top("knowledge: [{node_id: \"kb://a\", mode: write}]"),
            vec![(C002, "write")],
        ),
    ]);
}

#[test]
fn triggers_name_times_that_exist_and_senders_that_prove_themselves() {
    let schedule = |rest: &str| top(&format!("triggers: [{{schedule: {{{rest}}}}}]"));
    let webhook = |rest: &str| top(&format!("triggers: [{{webhook: {{path: /hooks/x, {rest}}}}}]"));
    let signed = "auth: hmac_sha256, secret: HOOK_SECRET, ";
    let file = |rest: &str| top(&format!("triggers: [{{file: {{{rest}}}}}]"));
    check(&[
        (
            schedule("cron: \"0 9 * * MON-FRI\", tz: Europe/Berlin, misfire: skip, jitter: 60s"),
            vec![],
        ),
        (schedule("cron: \"*/5 * * * *\""), vec![]),
        (schedule("cron: \"0 25 * * *\""), vec![(C040, "\"0 25 * * *\"")]),
        (schedule("cron: daily"), vec![(C040, "daily")]),
        (schedule("cron: \"* * * *\""), vec![(C040, "\"* * * *\"")]),
        (
            schedule("cron: \"0 9 * * *\", tz: Europe/Berlim"),
            vec![(C040, "Europe/Berlim")],
        ),
        (
            schedule("cron: \"0 9 * * *\", tz: ../etc/passwd"),
            vec![(C040, "../etc/passwd")],
        ),
        (schedule("cron: \"0 9 * * *\", misfire: twice"), vec![(C002, "twice")]),
        (schedule("tz: UTC"), vec![(C002, "{tz: UTC}")]),
        (
            webhook(&format!(
                "{signed}dedupe_key: event.id, map: {{repo: event.repository}}"
            )),
            vec![],
        ),
        (webhook("dedupe_key: event.id"), vec![(C041, "webhook")]),
        (
            webhook("auth: hmac_sha256, dedupe_key: event.id"),
            vec![(C041, "webhook")],
        ),
        (
            webhook("auth: none, secret: HOOK_SECRET, dedupe_key: event.id"),
            vec![(C041, "webhook"), (C002, "none")],
        ),
        (
            webhook("auth: hmac_sha256, secret: OTHER_SECRET, dedupe_key: event.id"),
            vec![(C030, "OTHER_SECRET")],
        ),
        (webhook(signed), vec![(C042, "webhook")]),
        (
            webhook(&format!("{signed}dedupe_key: inputs.repo")),
            vec![(C012, "inputs.repo")],
        ),
        (
            webhook(&format!("{signed}dedupe_key: event.id, map: {{rep: event.x}}")),
            vec![(C012, "rep")],
        ),
        (
            webhook(&format!(
                "{signed}dedupe_key: event.id, map: {{repo: steps.log.output}}"
            )),
            vec![(C012, "steps.log.output")],
        ),
        (
            webhook(&format!("{signed}dedupe_key: event.id")).replace("/hooks/x", "hooks"),
            vec![(C002, "hooks")],
        ),
        (file("glob: \"in/*.csv\", event: modified, debounce: 2s"), vec![]),
        (file("glob: ../*.csv"), vec![(C060, "../*.csv")]),
        (file("glob: /etc/*"), vec![(C060, "/etc/*")]),
        (file("glob: a, event: touched"), vec![(C002, "touched")]),
        (top("triggers: [{}]"), vec![(C002, "{}")]),
        (
            top("triggers: [{file: {glob: a}, schedule: {cron: \"0 9 * * *\"}}]"),
            vec![(C002, "{file: {glob: a}, schedule: {cron: \"0 9 * * *\"}}")],
        ),
    ]);
}

#[test]
fn there_are_no_more_hooks_than_steps() {
    let many = "{name: a, action: git.log}, ".repeat(2_001);
    let text = format!("hooks: {{post: [{many}]}}\n{}", whole(LOG_STEP));
    let problems = Capsule::parse(&text, &rich()).unwrap_err();
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [C070]);
}
