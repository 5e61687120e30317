mod endorse;
mod example;
mod hostile;
mod mending;
mod rules;

use std::collections::BTreeMap;

use serde_json::json;

use super::template::Beside;
use super::tool_spec::{ActionSpec, EffectClass, OutputTrust, ToolSpec};
use super::*;

fn action(name: &str, effect: EffectClass, params: Value, output: Value) -> ActionSpec {
    ActionSpec {
        name: name.to_owned(),
        summary: String::new(),
        params,
        output,
        effect,
        weakest: effect,
        sinks: vec![],
        always: Vec::new(),
        trust: OutputTrust::World,
        field_trust: BTreeMap::new(),
        side_effect: None,
        egress: None,
        confidentiality: None,
        readers: None,
    }
}

pub(super) fn catalogue() -> Catalogue {
    let commit = json!({"type": "object", "properties": {"sha": {"type": "string"}, "message": {"type": "string"}, "files": {"type": "integer"}}});
    let git = ToolSpec {
        name: "git".to_owned(),
        version: "1.2.0".to_owned(),
        summary: String::new(),
        actions: vec![
            action(
                "log",
                EffectClass::None,
                json!({"type": "object", "additionalProperties": false, "properties": {
                    "range": {"type": "string"}, "limit": {"type": "integer", "minimum": 1, "maximum": 1000},
                    "paths": {"type": "array", "items": {"type": "string"}},
                }}),
                json!({"type": "object", "properties": {"count": {"type": "integer"}, "commits": {"type": "array", "items": commit}}}),
            ),
            action(
                "push",
                EffectClass::External,
                json!({"type": "object", "additionalProperties": false, "properties": {}}),
                json!({"type": "object"}),
            ),
        ],
    };
    let text = ToolSpec {
        name: "text".to_owned(),
        version: "2.0.0".to_owned(),
        summary: String::new(),
        actions: vec![action(
            "write",
            EffectClass::Idempotent,
            json!({"type": "object", "required": ["path", "text"], "additionalProperties": false, "properties": {
                "path": {"type": "string"}, "text": {"type": "string"},
            }}),
            json!({"type": "object", "properties": {"bytes": {"type": "integer"}}}),
        )],
    };
    Catalogue {
        tools: vec![git.into(), text.into()],
        ..Catalogue::default()
    }
}

const HEAD: &str = "\
schema: somagent.dev/capsule/v1
capsule_id: digest
version: 1.0.0
inputs: {type: object, required: [repo], properties: {repo: {type: string}, areas: {type: array, items: {type: string}, default: []}, note: {type: string}}}
tools:
  - {adapter: git, version: \"^1\", actions: [log, push]}
  - {adapter: text, version: \">=2\", actions: [write]}
";

/// A capsule with `steps` in `mode: dag`.
fn dag(steps: &str) -> String {
    format!("{HEAD}execution:\n  mode: dag\n  steps:\n{steps}")
}

fn found(text: &str) -> Vec<(Code, String)> {
    let problems = match Capsule::parse(text, &catalogue()) {
        Ok(capsule) => capsule.warnings().to_vec(),
        Err(problems) => problems,
    };
    problems
        .into_iter()
        .map(|problem| (problem.code, text[problem.span].to_owned()))
        .collect()
}

const LOG: &str = "    - {name: log, action: git.log}\n";

#[test]
fn each_rule_finds_its_mistake_at_its_place() {
    use Code::*;
    let ask = |rest: &str| format!("    - {{name: ask, needs: [log], action: model.call, {rest}}}\n");
    let prompt = |text: &str| dag(&format!("{LOG}{}", ask(&format!("params: {{prompt: \"{text}\"}}"))));
    let top = |line: &str| format!("{}{line}\n", dag(LOG));
    let step = |line: &str| dag(&format!("    - {{name: x, {line}}}\n"));
    let skipped = |rest: &str| {
        dag(&format!(
            "    - {{name: log, action: git.log, when: \"inputs.areas\"}}\n    - {{name: ask, needs: [log], action: model.call, {rest}}}\n"
        ))
    };
    let cases: Vec<(String, Vec<(Code, &str)>)> = vec![
        (dag(LOG), vec![]),
        // C001
        (top("polices: {}"), vec![(C001, "polices")]),
        (top("triggers: []"), vec![]),
        (
            step("action: git.log, workspase: scratch, persona: a"),
            vec![(C001, "workspase"), (C001, "persona")],
        ),
        (step("action: agent.run"), vec![(C001, "agent.run")]),
        (
            top("policies: {data: {journal_payloads: hash_only}}"),
            vec![(C001, "hash_only")],
        ),
        (
            top("triggers: [{event: {}}]"),
            vec![(C002, "{event: {}}"), (C001, "event")],
        ),
        (
            step(
                "action: model.call, params: {prompt: a}, choices: {head: mood@2, abstain: unclear}, escalate_below: 0.6",
            ),
            vec![],
        ),
        (
            step("action: model.call, params: {prompt: a}, choices: {head: mood, hat: 1}"),
            vec![(C001, "hat")],
        ),
        (
            step("action: model.call, params: {prompt: a}, model: {tier: small, role: writer, fallback: [standard]}"),
            vec![],
        ),
        // C002
        (top("description: 3"), vec![(C002, "3")]),
        (dag(LOG).replace("version: 1.0.0", "version: 1.0"), vec![(C002, "1.0")]),
        (dag(LOG).replace("version: 1.0.0", "version: one"), vec![(C002, "one")]),
        (dag(LOG).replace("digest", "Digest!"), vec![(C002, "Digest!")]),
        (
            top("policies: {budget: {wall: 30 minutes, usd: 0.0000001}}"),
            vec![(C002, "30 minutes"), (C002, "0.0000001")],
        ),
        (step("action: git.log, effect: extrenal"), vec![(C002, "extrenal")]),
        (
            step("action: git.log, when: \"{{ inputs.repo }}\""),
            vec![(C002, "{{ inputs.repo }}")],
        ),
        (step("action: git.log, when: \"inputs.repo ==\""), vec![(C002, "==")]),
        (prompt("é {{ inputs.repo | uper }}"), vec![(C002, "uper")]),
        (prompt("{% set x = 1 %}"), vec![(C002, "set x = 1")]),
        (step("action: git.log, choices: [a]"), vec![(C002, "choices")]),
        (
            step("action: git.log, escalate_below: 0.6"),
            vec![(C002, "escalate_below")],
        ),
        (
            step("action: model.call, params: {prompt: a}, escalate_below: 0.6"),
            vec![(C002, "escalate_below")],
        ),
        (
            step("action: model.call, params: {prompt: a}, choices: [a], escalate_below: 0"),
            vec![(C002, "0")],
        ),
        (
            step("action: model.call, params: {prompt: a}, choices: {head: \"Mood!\"}"),
            vec![(C002, "\"Mood!\"")],
        ),
        (
            step("action: model.call, params: {prompt: a}, choices: [a], output_schema: {type: string}"),
            vec![(C002, "choices")],
        ),
        (
            step("action: model.call, params: {prompt: a}, choices: \"{{ inputs.repo }}\""),
            vec![(C002, "\"{{ inputs.repo }}\"")],
        ),
        (
            step("action: git.log, output_schema: {type: objekt}"),
            vec![(C002, "objekt")],
        ),
        (dag(LOG).replace("default: []", "default: [1]"), vec![(C002, "[1]")]),
        (dag("    - {action: git.log}\n"), vec![(C002, "{action: git.log}")]),
        // C003
        (
            dag(LOG).replace("capsule/v1", "capsule/v9"),
            vec![(C003, "somagent.dev/capsule/v9")],
        ),
        (
            dag(LOG).replacen("schema: somagent.dev/capsule/v1\n", "", 1),
            vec![(C003, "")],
        ),
        // C010, C011
        (dag(&format!("{LOG}{LOG}")), vec![(C010, "log")]),
        (step("action: git.log, needs: [x]"), vec![(C011, "x")]),
        (
            dag(
                "    - {name: a, needs: [b], action: git.log}\n    - {name: b, needs: [c], action: git.log}\n    - {name: c, needs: [a], action: git.log}\n",
            ),
            vec![(C011, "b")],
        ),
        // C012
        (step("action: git.log, needs: [nope]"), vec![(C012, "nope")]),
        (
            prompt("{{ steps.lgo.output.count }}"),
            vec![(C012, "steps.lgo.output.count")],
        ),
        (prompt("a {{ steps.ask.output }}"), vec![(C012, "steps.ask.output")]),
        (
            prompt("{{ inputs.rpeo }} {{ foo }}"),
            vec![(C012, "inputs.rpeo"), (C012, "foo")],
        ),
        (
            prompt("{{ steps[inputs.repo].output }}"),
            vec![(C012, "steps[inputs.repo].output")],
        ),
        (
            dag(&format!(
                "{LOG}    - {{name: ask, action: model.call, params: {{prompt: \"{{{{ steps.log.output.count }}}} x\"}}}}\n"
            )),
            vec![(C012, "steps.log.output.count")],
        ),
        // C013
        (
            prompt("{{ steps.log.output.comits }}"),
            vec![(C013, "steps.log.output.comits")],
        ),
        (
            prompt("{{ steps.log.output.commits[0].shaa }}"),
            vec![(C013, "steps.log.output.commits[0].shaa")],
        ),
        (
            prompt("{{ steps.log.otput }}{{ run.usage.token }}"),
            vec![(C013, "steps.log.otput"), (C013, "run.usage.token")],
        ),
        // C014
        (prompt("{{ inputs.note }}"), vec![(C014, "inputs.note")]),
        (
            prompt("{{ inputs.note | default('') }}{% if inputs.note is defined %}{{ inputs.note }}{% endif %}"),
            vec![],
        ),
        (
            skipped("params: {prompt: \"{{ steps.log.output.count }} x\"}"),
            vec![(C014, "steps.log.output.count")],
        ),
        (
            skipped("params: {prompt: \"{{ steps.log.output.count | default(0) }} x\"}"),
            vec![],
        ),
        (
            skipped("when: \"steps.log.status == 'done'\", params: {prompt: \"{{ steps.log.output.count }} x\"}"),
            vec![],
        ),
        (
            skipped("when: inputs.areas, params: {prompt: \"{{ steps.log.output.count }} x\"}"),
            vec![],
        ),
        (
            skipped("when: \"steps.log.output.count > 1\", params: {prompt: x}"),
            vec![(C014, "steps.log.output.count")],
        ),
        // C020
        (step("action: gti.log"), vec![(C020, "gti.log")]),
        (step("action: git.logg"), vec![(C020, "git.logg")]),
        (step("action: log"), vec![(C020, "log")]),
        (
            dag(LOG).replace("actions: [log, push]", "actions: [push]"),
            vec![(C020, "git.log")],
        ),
        (dag(LOG).replace("[log, push]", "[log, pusch]"), vec![(C020, "pusch")]),
        (dag(LOG).replace("\"^1\"", "\"^2\""), vec![(C020, "\"^2\"")]),
        (dag(LOG).replace("adapter: text", "adapter: txt"), vec![(C020, "txt")]),
        // C021
        (step("action: git.log, params: {limit: many}"), vec![(C021, "many")]),
        (step("action: git.log, params: {limit: 5000}"), vec![(C021, "5000")]),
        (step("action: git.log, params: {limt: 1}"), vec![(C021, "limt")]),
        (step("action: text.write, params: {path: a}"), vec![(C021, "{path: a}")]),
        (
            step("action: text.write"),
            vec![(C021, "text.write"), (C021, "text.write")],
        ),
        (
            step("action: git.log, params: {limit: \"{{ inputs.repo }}\"}"),
            vec![(C021, "\"{{ inputs.repo }}\"")],
        ),
        (
            step("action: git.log, params: {limit: \"{{ inputs.repo | length }}\", paths: [\"{{ inputs.repo }}\"]}"),
            vec![],
        ),
        (
            step("action: git.log, params: {paths: \"x {{ inputs.areas }}\"}"),
            vec![(C021, "\"x {{ inputs.areas }}\"")],
        ),
        (
            prompt("{{ steps.log.output.commits }}"),
            vec![(C021, "\"{{ steps.log.output.commits }}\"")],
        ),
        (
            step("action: git.push, effect: none"),
            vec![(C021, "none"), (C022, "none")],
        ),
        (
            format!(
                "{}outputs: {{type: object, required: [n, m], properties: {{n: {{type: string}}, m: {{}}}}}}\noutputs_from: {{n: \"{{{{ steps.log.output.count }}}}\"}}\n",
                dag(LOG)
            ),
            vec![
                (C021, "{n: \"{{ steps.log.output.count }}\"}"),
                (C021, "\"{{ steps.log.output.count }}\""),
            ],
        ),
        // C022, C031, C032
        (step("action: git.push"), vec![(C022, "git.push")]),
        (
            format!(
                "policies: {{budget: {{tokens: 10, usd: 0.1}}}}\n{}",
                step("action: git.log, budget: {tokens: 11, usd: 0.05}")
            ),
            vec![(C031, "10")],
        ),
        (
            dag(&format!(
                "{LOG}{}",
                ask("foreach: {items: steps.log.output.commits, as: c}, params: {prompt: \"{{ c.sha }}\"}")
            )),
            vec![(C032, "foreach")],
        ),
        (
            dag(&format!(
                "{LOG}{}",
                ask("foreach: {items: steps.log.output.count, as: loop, max_items: 3}, params: {prompt: x}")
            )),
            vec![(C021, "steps.log.output.count"), (C002, "loop")],
        ),
        (
            dag(&format!(
                "{LOG}{}",
                ask(
                    "foreach: {items: steps.log.output.commits, as: c, max_items: 3}, params: {prompt: \"{{ c.nope }} {{ loop_index }}\"}"
                )
            )),
            vec![(C013, "c.nope")],
        ),
        // C060
        (
            step("action: git.log, artifacts: [{name: a, path: ../a}]"),
            vec![(C060, "../a")],
        ),
        (
            step("action: git.log, artifacts: [{name: a, path: \"{{ inputs.repo }}/../../a\"}]"),
            vec![(C060, "\"{{ inputs.repo }}/../../a\"")],
        ),
        (
            step("action: git.log, artifacts: [{name: a, path: \"notes/{{ inputs.repo }}.md\"}]"),
            vec![],
        ),
        // C071
        (
            step("action: git.log, params: {limit: 1, limit: 2}"),
            vec![(C071, "limit")],
        ),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let expected: Vec<(Code, String)> = expected
            .into_iter()
            .map(|(code, span)| (code, span.to_owned()))
            .collect();
        let found = found(&text);
        if found != expected {
            wrong.push(format!(
                "{}\n  found    {found:?}\n  expected {expected:?}",
                &text[HEAD.len().min(text.len() / 2)..]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_problems_come_in_one_pass_by_position() {
    let text = format!(
        "{}polices: {{}}\n",
        dag(
            "    - {name: a, needs: [b], action: git.lgo}\n    - {name: b, needs: [a], action: git.log, params: {limit: x}, wen: y}\n    - {name: a, action: 3, needs: [zz]}\n    - 7\n"
        )
    );
    let codes: Vec<Code> = found(&text).into_iter().map(|(code, _)| code).collect();
    use Code::*;
    assert_eq!(
        codes,
        [C011, C020, C021, C001, C010, C002, C012, C002, C001],
        "{:?}",
        found(&text)
    );
}

#[test]
fn messages_say_what_would_help() {
    let text = dag(
        "    - {name: a, needs: [b], action: git.log}\n    - {name: b, needs: [a], action: git.log}\n    - {name: fetch_log, action: git.log, needs: [a, fetch_lgo], persona: a}\n",
    );
    let problems = Capsule::parse(&text, &catalogue()).unwrap_err();
    let shown: Vec<String> = problems
        .iter()
        .map(|problem| {
            format!(
                "{} {}; {}",
                problem.code,
                problem.message,
                problem.help.clone().unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "C011 these steps need each other in a circle: a → b → a; take one `needs` away",
            "C012 there is no step `fetch_lgo`; did you mean `fetch_log`?",
            "C001 this version does not know `persona` yet; remove it: it would have no effect",
        ]
    );
}

const REPO_DIGEST: &str = r#"
schema: somagent.dev/capsule/v1
capsule_id: repo_digest
version: 1.0.0
description: Says what changed.
tags: {team: devrel}
inputs:
  type: object
  additionalProperties: false
  required: [repo]
  properties:
    repo: {type: string}
    areas: {type: array, items: {type: string}, default: [docs, code]}
outputs:
  type: object
  required: [lines, tokens]
  properties:
    lines: {type: array}
    file: {type: [string, "null"]}
    tokens: {type: integer}
outputs_from:
  lines: "{{ steps.sort.output or [] }}"
  file: "{{ steps.write.output.bytes | string if steps.write.status == 'done' else none }}"
  tokens: "{{ run.usage.tokens }}"
tools:
  - {adapter: git, version: "^1", actions: [log]}
  - {adapter: text, version: "^2", actions: [write]}
policies:
  budget: {tokens: 20000, usd: 1.50, wall: 30m, tool_calls: 20, steps: 100}
execution:
  mode: dag
  steps:
    - name: write
      needs: [sort]
      when: steps.sort.status == 'done'
      action: text.write
      effect: keyed
      params:
        path: "out/{{ inputs.repo }}.md"
        text: |
          # {{ inputs.repo }}
          {% for line in steps.sort.output %}- {{ line.area }}: {{ line.text }}
          {% endfor %}
      artifacts: [{name: digest, path: "out/{{ inputs.repo }}.md", media_type: text/markdown}]
    - name: log
      action: git.log
      params: {range: "{{ inputs.repo }}..HEAD", limit: 50}
    - name: sort
      needs: [log]
      when: "steps.log.output.commits | length > 0"
      foreach: {items: steps.log.output.commits, as: commit, max_items: 50}
      action: model.call
      params:
        prompt: "{{ commit.message | truncate(400) }}"
        system: Answer in one line.
      output_schema:
        type: object
        required: [area, text]
        additionalProperties: false
        properties:
          area: {type: string, enum: "{{ inputs.areas }}"}
          text: {type: string, maxLength: 200}
      model: {max_output_tokens: 80, temperature: 0}
      budget: {tokens: 15000}
"#;

#[test]
fn a_valid_capsule_says_what_was_written() {
    let capsule = Capsule::parse(REPO_DIGEST, &catalogue()).unwrap();
    assert_eq!(capsule.warnings(), []);
    assert_eq!(
        (capsule.name(), capsule.version(), capsule.description()),
        ("repo_digest", "1.0.0", "Says what changed.")
    );
    assert_eq!(capsule.tags()["team"], "devrel");
    assert_eq!(capsule.digest(), Digest::of(REPO_DIGEST.as_bytes()));
    assert_eq!(capsule.text(), REPO_DIGEST);
    assert_eq!(
        capsule.limit(),
        Limit {
            tokens: Some(20_000),
            micro_usd: Some(1_500_000),
            wall_ms: Some(1_800_000),
            tool_calls: Some(20),
            steps: Some(100)
        }
    );
    let order: Vec<&str> = capsule.steps().iter().map(|step| step.name.as_str()).collect();
    assert_eq!(order, ["log", "sort", "write"]);
    let before: Vec<&str> = capsule
        .transitive_needs("write")
        .map(|step| step.name.as_str())
        .collect();
    assert_eq!(before, ["log", "sort"]);
    assert_eq!(capsule.transitive_needs("nope").count(), 0);
    let sort = capsule.step("sort").unwrap();
    assert_eq!(sort.action(), "model.call");
    assert_eq!(sort.effect, EffectClass::None);
    assert_eq!(
        sort.foreach,
        Some(Foreach {
            items: "steps.log.output.commits".into(),
            name: "commit".into(),
            max_items: 50,
            max_parallel: 1,
            on_item_error: OnItemError::FailFast,
        })
    );
    let Work::Model(ask) = &sort.work else {
        panic!("{:?}", sort.work)
    };
    assert_eq!(
        (ask.manner.max_output_tokens, ask.manner.temperature, &ask.choices),
        (Some(80), Some(0.0), &None)
    );
    assert!(ask.head.is_none() && !capsule.heads().any(|_| true));
    assert_eq!(sort.limit.tokens, Some(15_000));
    let write = capsule.step("write").unwrap();
    assert_eq!(
        (write.effect, write.needs.as_slice(), write.action()),
        (EffectClass::Keyed, &["sort".to_owned()][..], "text.write".to_owned())
    );
    assert_eq!(write.artifacts[0].media_type, "text/markdown");
    assert!(write.params()["text"].as_str().unwrap().ends_with("{% endfor %}\n"));
}

#[test]
fn a_capsule_renders_from_its_first_step_to_its_outputs() {
    use crate::label::{Confidentiality, Integrity, Label, Labelled};
    use std::sync::Arc;
    let capsule = Capsule::parse(REPO_DIGEST, &catalogue()).unwrap();
    let inputs = capsule.inputs(Given::Json(json!({"repo": "main"}))).unwrap();
    let mut scope = template::Scope::new(&inputs);
    scope.set_run(
        "r",
        budget::Spend {
            tokens: 12,
            ..budget::Spend::default()
        },
        "running",
    );
    let params = template::render(capsule.step("log").unwrap().params(), &scope).unwrap();
    assert_eq!(params.value, json!({"range": "main..HEAD", "limit": 50}));

    let world = Label::from_source(Integrity::Untrusted, Confidentiality::Private, "tool:git.log");
    let log = Labelled::new(
        json!({"count": 1, "commits": [{"sha": "1", "message": "Fix"}]}),
        world.clone(),
    );
    scope.finish("log", Arc::new(log), &Beside::default(), Label::constant());
    let sort = capsule.step("sort").unwrap();
    let (runs, why) = template::condition(sort.when.as_ref().unwrap(), &scope).unwrap();
    assert_eq!((runs, &why), (true, &world));
    let foreach = sort.foreach.as_ref().unwrap();
    let items = template::items(&foreach.items, &scope).unwrap();
    let inner = scope.with_item(&foreach.name, items[0].clone(), 0);
    let params = template::render(sort.params(), &inner).unwrap();
    assert_eq!(params.value["prompt"], "Fix");
    assert_eq!(params.label_at("/prompt"), &world);
    let schema = template::render(sort.output_schema.as_ref().unwrap(), &inner).unwrap();
    assert_eq!(schema.value["properties"]["area"]["enum"], json!(["docs", "code"]));
    assert_eq!(schema.label_at("/properties/area/enum").integrity, Integrity::User);
    assert_eq!(schema.label_at("/properties/text").integrity, Integrity::Trusted);

    scope.finish(
        "sort",
        Arc::new(Labelled::new(json!([{"area": "docs", "text": "x"}]), world.clone())),
        &Beside::default(),
        why,
    );
    let params = template::render(capsule.step("write").unwrap().params(), &scope).unwrap();
    assert_eq!(
        params.value,
        json!({"path": "out/main.md", "text": "# main\n- docs: x\n\n"})
    );
    assert_eq!(params.label_at("/path").integrity, Integrity::User);
    scope.skip("write", Label::constant());
    let outputs = template::render(capsule.outputs_from(), &scope).unwrap();
    assert_eq!(
        outputs.value,
        json!({"lines": [{"area": "docs", "text": "x"}], "file": null, "tokens": 12})
    );
    assert!(jsonschema::is_valid(capsule.outputs_schema(), &outputs.value));
}

#[test]
fn a_sequence_needs_the_step_before() {
    let text = format!(
        "{HEAD}execution:\n  steps:\n{LOG}    - {{name: ask, action: model.call, params: {{prompt: \"{{{{ steps.log.output.count }}}} x\"}}}}\n"
    );
    let capsule = Capsule::parse(&text, &catalogue()).unwrap();
    assert_eq!(capsule.step("ask").unwrap().needs, ["log"]);
}

#[test]
fn json_is_a_capsule_too() {
    let value = json!({
        "schema": SCHEMA, "capsule_id": "x", "version": "1.0.0",
        "execution": {"steps": [{"name": "a", "action": "model.call", "params": {"prompt": "hi"}, "choices": ["a", "b"]}]},
    });
    let capsule = Capsule::parse(&value.to_string(), &Catalogue::default()).unwrap();
    assert_eq!(capsule.steps().len(), 1);
    assert!(Capsule::parse(&value.to_string().replace("\"b\"", "\"b\","), &Catalogue::default()).is_ok());
}
