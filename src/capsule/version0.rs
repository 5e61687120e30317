//! Version 0 of the format, the blueprints' own: a sequence of named steps without a `schema` key.
//!
//! A tree of version 0 becomes one of version 1 whose parts keep the bytes they were written in, so
//! that every later rule speaks of the text the author sees. Nothing is invented: what version 1 does
//! not know stays as it is and is refused there. Reads no file.
//!
//! | version 0 | version 1 |
//! |---|---|
//! | no `schema` | `schema: somagent.dev/capsule/v1` |
//! | the order of `execution.steps` | `execution.mode: sequence` |
//! | `policies.budget_tokens: N` | `policies.budget: {tokens: N}` |
//! | a tool without `version` | `version: "*"` |
//! | a step called `Seed backlog` | `seed_backlog` |
//! | `{{ project }}` | `{{ inputs.project }}`, and an input of that name |
//! | an action of no known tool, without `effect` | `effect: external`; the action itself is C020 |

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde_json::Value;

use super::catalogue::{Catalogue, model_spec};
use super::document::SCHEMA;
use super::expression;
use super::node::{Entry, Kind, Node};
use super::syntax::is_template;

/// Keys of version 0 at the top.
const TOP: [&str; 8] = [
    "capsule_id",
    "version",
    "description",
    "persona_shot",
    "tools",
    "knowledge",
    "policies",
    "execution",
];

/// Keys that only version 1 has, by the mapping that they stand in.
const ONLY_1: [(&str, &[&str]); 5] = [
    (
        "",
        &[
            "inputs",
            "outputs",
            "outputs_from",
            "secrets",
            "guardrails",
            "triggers",
            "defaults",
            "hooks",
            "tags",
        ],
    ),
    (
        "/policies",
        &[
            "budget",
            "on_budget_exhausted",
            "max_parallel",
            "concurrency",
            "deadline",
            "data",
        ],
    ),
    ("/tools", &["hosts"]),
    ("/execution", &["mode"]),
    (STEPS, &ONLY_1_STEP),
];

const STEPS: &str = "/execution/steps";

const ONLY_1_STEP: [&str; 18] = [
    "needs",
    "when",
    "foreach",
    "gate",
    "choices",
    "output_schema",
    "model",
    "budget",
    "artifacts",
    "retry",
    "timeout",
    "cache",
    "compensate",
    "reconcile",
    "on_uncertain",
    "secrets",
    "workspace",
    "guardrails",
];

/// The longest name of a step that is made from a label; a number may follow.
const LONGEST_NAME: usize = 56;

/// Whether `root` is of version 0: without `schema`, with a key that version 0 has, and without any
/// that only version 1 has. Such a key says that the author meant version 1 and forgot `schema`: C003.
pub(super) fn is_version0(root: &Node) -> bool {
    let has = |node: &Node, keys: &[&str]| keys.iter().any(|key| node.entry(key).is_some());
    root.entry("schema").is_none()
        && has(root, &TOP)
        && !ONLY_1.iter().any(|(pointer, keys)| match root.at(pointer) {
            Some(Node {
                kind: Kind::List(items),
                ..
            }) => items.iter().any(|item| has(item, keys)),
            Some(node) => has(node, keys),
            None => false,
        })
}

/// What a tree of version 0 says, as version 1 writes it.
pub(super) fn upgraded(mut root: Node, catalogue: &Catalogue) -> Node {
    let start = root.span.start..root.span.start;
    let inputs = root
        .child_mut("execution")
        .map(|execution| execution_of(execution, catalogue))
        .unwrap_or_default();
    if let Some(tools) = root.child_mut("tools") {
        tools.items_mut().for_each(tool);
    }
    if let Some(policies) = root.child_mut("policies") {
        policies.entries_mut().for_each(budget);
    }
    // At the end: the first entry is where what is missing from the whole file is shown.
    root.add("schema", start, SCHEMA.into());
    if let Some(written) = inputs_of(&inputs) {
        root.push(written);
    }
    root
}

/// Names that templates use and nothing declares.
#[derive(Debug, Default)]
struct Variables {
    /// By first use.
    order: Vec<String>,
    known: HashMap<String, Variable>,
}

/// The first use of a name.
#[derive(Debug)]
struct Variable {
    span: Range<usize>,
    required: bool,
}

/// Names steps, says their order and effects; gives the names that their templates use.
fn execution_of(execution: &mut Node, catalogue: &Catalogue) -> Variables {
    let mut variables = Variables::default();
    if let Some(steps) = execution.child_mut("steps") {
        names(steps);
        for step in steps.items_mut() {
            effect(step, catalogue);
            if let Some(params) = step.child_mut("params") {
                parameters(params, &mut variables);
            }
        }
    }
    let start = execution.span.start..execution.span.start;
    execution.add("mode", start, "sequence".into());
    variables
}

/// Makes labels into names. Two labels that are the same stay the same, and are C010.
fn names(steps: &mut Node) {
    let labels: Vec<String> = steps.items_mut().filter_map(|step| label(step).cloned()).collect();
    let mut taken: HashSet<String> = labels.iter().filter(|label| is_name(label)).cloned().collect();
    let mut made: HashMap<&str, String> = HashMap::new();
    let mut numbers: HashMap<String, u32> = HashMap::new();
    for label in labels.iter().filter(|label| !is_name(label)) {
        if made.contains_key(label.as_str()) {
            continue;
        }
        let base = name_of(label);
        let number = numbers.entry(base.clone()).or_insert(0);
        let name = loop {
            *number += 1;
            let name = match *number {
                1 => base.clone(),
                number => format!("{base}_{number}"),
            };
            if taken.insert(name.clone()) {
                break name;
            }
        };
        made.insert(label, name);
    }
    for step in steps.items_mut() {
        let name = label(step).and_then(|label| made.get(label.as_str())).cloned();
        if let (Some(name), Some(node)) = (name, step.child_mut("name")) {
            node.kind = Kind::Scalar(name.into());
        }
    }
}

fn label(step: &Node) -> Option<&String> {
    match &step.entry("name")?.value.kind {
        Kind::Scalar(Value::String(label)) => Some(label),
        Kind::Scalar(_) | Kind::List(_) | Kind::Mapping(_) => None,
    }
}

/// Whether version 1 takes `label` as the name of a step.
fn is_name(label: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    label.len() <= 64
        && label.chars().all(plain)
        && !label.starts_with(|c: char| c.is_ascii_digit())
        && !label.is_empty()
}

/// The words of a label, in lower case, with `_` between them.
fn name_of(label: &str) -> String {
    let words: Vec<String> = label
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let mut name = words.join("_");
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert_str(0, if name.is_empty() { "step" } else { "step_" });
    }
    name.truncate(LONGEST_NAME);
    name
}

/// Without a tool that says otherwise, a repetition is taken to be a second effect.
fn effect(step: &mut Node, catalogue: &Catalogue) {
    let Some(action) = step.entry("action") else { return };
    let Kind::Scalar(Value::String(name)) = &action.value.kind else {
        return;
    };
    let known = match name.split_once('.') {
        Some(("model", verb)) => model_spec().action(verb).is_some(),
        Some((tool, verb)) => catalogue.tool(tool).is_some_and(|tool| tool.action(verb).is_some()),
        None => false,
    };
    if !known && name != "capsule.run" && step.entry("effect").is_none() {
        let span = action.value.span.clone();
        step.add("effect", span, "external".into());
    }
}

/// Turns `{{ name }}` into `{{ inputs.name }}` in every template below `node`.
fn parameters(node: &mut Node, variables: &mut Variables) {
    match &mut node.kind {
        Kind::List(items) => items.iter_mut().for_each(|item| parameters(item, variables)),
        Kind::Mapping(entries) => entries
            .iter_mut()
            .for_each(|entry| parameters(&mut entry.value, variables)),
        Kind::Scalar(Value::String(text)) if is_template(text) => {
            let analysis = expression::template(text, &[]);
            let mut starts = Vec::new();
            // A text that cannot be read stays as it is, and is reported as such.
            let reads = analysis.reads.iter().filter(|_| analysis.faults.is_empty());
            for read in reads.filter(|read| !matches!(read.path[0].as_str(), "inputs" | "steps" | "run")) {
                let name = &read.path[0];
                if !variables.known.contains_key(name) {
                    let variable = Variable {
                        span: node.span.clone(),
                        required: false,
                    };
                    variables.order.push(name.clone());
                    variables.known.insert(name.clone(), variable);
                }
                starts.push(read.span.start);
            }
            starts.sort_unstable();
            starts.dedup();
            starts.iter().rev().for_each(|start| text.insert_str(*start, "inputs."));
            // Only an input can be guarded, so this is asked of the new text.
            for read in expression::template(text, &[])
                .reads
                .iter()
                .filter(|read| !read.guarded)
            {
                let [root, name, ..] = read.path.as_slice() else {
                    continue;
                };
                if let ("inputs", Some(variable)) = (root.as_str(), variables.known.get_mut(name)) {
                    variable.required = true;
                }
            }
        }
        Kind::Scalar(_) => {}
    }
}

/// `inputs` that declare `variables`; of any type, because version 0 never said one.
fn inputs_of(variables: &Variables) -> Option<Entry> {
    let used = || {
        variables
            .order
            .iter()
            .filter_map(|name| variables.known.get_key_value(name))
    };
    let (_, first) = used().next()?;
    let node = |span: &Range<usize>, kind| Node {
        span: span.clone(),
        kind,
    };
    let entry = |key: &str, span: &Range<usize>, kind| Entry {
        key: key.to_owned(),
        key_span: span.clone(),
        value: node(span, kind),
    };
    let required = used().filter(|(_, variable)| variable.required);
    let required = required.map(|(name, variable)| node(&variable.span, Kind::Scalar(name.clone().into())));
    let properties = used().map(|(name, variable)| entry(name, &variable.span, Kind::Mapping(vec![])));
    let schema = vec![
        entry("type", &first.span, Kind::Scalar("object".into())),
        entry("additionalProperties", &first.span, Kind::Scalar(false.into())),
        entry("required", &first.span, Kind::List(required.collect())),
        entry("properties", &first.span, Kind::Mapping(properties.collect())),
    ];
    Some(entry("inputs", &first.span, Kind::Mapping(schema)))
}

/// Any version: version 0 had none to ask for.
fn tool(tool: &mut Node) {
    if tool.entry("adapter").is_some() && tool.entry("version").is_none() {
        let start = tool.span.start..tool.span.start;
        tool.add("version", start, "*".into());
    }
}

fn budget(entry: &mut Entry) {
    if entry.key != "budget_tokens" {
        return;
    }
    let span = entry.key_span.start..entry.value.span.end.max(entry.key_span.end);
    let tokens = Entry {
        key: "tokens".to_owned(),
        key_span: entry.key_span.clone(),
        value: entry.value.clone(),
    };
    entry.key = "budget".to_owned();
    entry.value = Node {
        span,
        kind: Kind::Mapping(vec![tokens]),
    };
}

impl Node {
    fn child_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.entries_mut()
            .find(|entry| entry.key == key)
            .map(|entry| &mut entry.value)
    }

    fn entries_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        let entries = match &mut self.kind {
            Kind::Mapping(entries) => entries.as_mut_slice(),
            Kind::Scalar(_) | Kind::List(_) => &mut [],
        };
        entries.iter_mut()
    }

    fn items_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        let items = match &mut self.kind {
            Kind::List(items) => items.as_mut_slice(),
            Kind::Scalar(_) | Kind::Mapping(_) => &mut [],
        };
        items.iter_mut()
    }

    /// Adds a value that no byte was written for; it is shown at `span`.
    fn add(&mut self, key: &str, span: Range<usize>, value: Value) {
        self.push(Entry {
            key: key.to_owned(),
            key_span: span.clone(),
            value: Self {
                span,
                kind: Kind::Scalar(value),
            },
        });
    }

    fn push(&mut self, entry: Entry) {
        if let Kind::Mapping(entries) = &mut self.kind {
            entries.push(entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::node::parse;
    use super::super::tests::catalogue;
    use super::super::{Capsule, Code};
    use super::*;
    use crate::capsule::tool_spec::EffectClass;
    use crate::digest::Digest;
    use serde_json::json;

    const V0: &str = "\
# Tags a release.
capsule_id: tag_release
version: 1.2.0
tools:
  - adapter: git
    actions: [log, push]
  - adapter: text
    actions: [write]
policies:
  budget_tokens: 5000
execution:
  steps:
    - name: Read the log
      action: git.log
      params: {range: \"{{range}}\"}
    - name: note
      action: text.write
      params: {path: a, text: \"{{ range }} by {{ who | default('nobody') }} of {{ steps.read_the_log.output.count }}\"}
    - name: Push!
      action: git.push
";

    #[test]
    fn a_file_of_version_0_is_a_capsule() {
        let capsule = Capsule::parse(V0, &catalogue()).unwrap();
        assert_eq!((capsule.text(), capsule.digest()), (V0, Digest::of(V0.as_bytes())));
        assert_eq!(capsule.limit().tokens, Some(5000));
        let steps: Vec<_> = capsule
            .steps()
            .iter()
            .map(|step| (step.name.as_str(), step.needs.clone(), step.effect))
            .collect();
        assert_eq!(
            steps,
            [
                ("read_the_log", vec![], EffectClass::None),
                ("note", vec!["read_the_log".to_owned()], EffectClass::Idempotent),
                ("push", vec!["note".to_owned()], EffectClass::External),
            ]
        );
        assert_eq!(
            *capsule.inputs_schema(),
            json!({"type": "object", "additionalProperties": false, "required": ["range"],
                "properties": {"range": {}, "who": {}}})
        );
        assert_eq!(
            capsule.steps()[1].params()["text"],
            "{{ inputs.range }} by {{ inputs.who | default('nobody') }} of {{ steps.read_the_log.output.count }}"
        );
    }

    #[test]
    fn problems_are_shown_in_the_text_of_version_0() {
        let text = V0
            .replace("budget_tokens: 5000", "budget_tokens: many\n  requires: x")
            .replace("git.log\n", "notion.create_page\n")
            .replace("version: 1.2.0", "version: 1.2.0\nowner: me");
        let problems = Capsule::parse(&text, &catalogue()).unwrap_err();
        let found: Vec<_> = problems
            .iter()
            .map(|problem| (problem.code, &text[problem.span.clone()]))
            .collect();
        use Code::*;
        assert_eq!(
            found,
            [
                (C001, "owner"),
                (C002, "many"),
                (C001, "requires"),
                (C020, "notion.create_page"),
                (C022, "notion.create_page"),
                (C022, "git.push"),
            ]
        );
        let text = V0.replace("{{range}}", "{{ steps.note.status }}");
        let problems = Capsule::parse(&text, &catalogue()).unwrap_err();
        assert_eq!(
            (problems[0].code, &text[problems[0].span.clone()]),
            (C012, "steps.note.status")
        );
    }

    #[test]
    fn a_key_of_version_1_says_that_schema_was_forgotten() {
        for (text, old) in [
            ("capsule_id: a\nexecution: {steps: [{name: a, action: git.log}]}", true),
            ("capsule_id: a\ninputs: {}", false),
            ("capsule_id: a\npolicies: {budget: {tokens: 1}}", false),
            ("capsule_id: a\ntools: [{adapter: git, hosts: []}]", false),
            ("capsule_id: a\nexecution: {mode: dag, steps: []}", false),
            (
                "capsule_id: a\nexecution: {steps: [{name: a}, {name: b, when: x}]}",
                false,
            ),
            ("schema: somagent.dev/capsule/v1\ncapsule_id: a", false),
            ("steps: []", false),
            ("[]", false),
        ] {
            assert_eq!(is_version0(&parse(text).unwrap().0), old, "{text}");
        }
    }

    #[test]
    fn labels_become_different_names_and_names_stay() {
        let text = "execution: {steps: [{name: seed_backlog}, {name: Seed backlog}, {name: Seed-Backlog}, {name: 2nd}, {name: 世界}, {name: Seed backlog}, {name: 7}]}";
        let root = upgraded(parse(text).unwrap().0, &Catalogue::default());
        let names: Vec<Value> = (0..7)
            .map(|step| root.at(&format!("/execution/steps/{step}/name")).unwrap().to_json())
            .collect();
        assert_eq!(
            json!(names),
            json!([
                "seed_backlog",
                "seed_backlog_2",
                "seed_backlog_3",
                "step_2nd",
                "step",
                "seed_backlog_2",
                7
            ])
        );
    }

    #[test]
    fn what_no_tool_says_is_external() {
        let text = "execution: {steps: [{name: a, action: plane.x}, {name: b, action: git.log}, {name: c, action: model.call}, {name: d, action: plane.x, effect: none}]}";
        let root = upgraded(parse(text).unwrap().0, &catalogue());
        let effects: Vec<Option<Value>> = (0..4)
            .map(|step| root.at(&format!("/execution/steps/{step}/effect")).map(Node::to_json))
            .collect();
        assert_eq!(effects, [Some(json!("external")), None, None, Some(json!("none"))]);
    }

    #[test]
    fn a_text_with_any_byte_changed_never_panics_and_is_shown_within_itself() {
        for at in 0..V0.len() {
            for byte in *b"#:{\"- x\n]" {
                let mut bytes = V0.as_bytes().to_vec();
                bytes[at] = byte;
                let text = String::from_utf8(bytes).unwrap();
                for problem in Capsule::parse(&text, &catalogue()).err().into_iter().flatten() {
                    assert!(text.get(problem.span.clone()).is_some(), "{problem:?}\n{text}");
                }
                let Ok(Some(new)) = super::super::migrate::migrate(&text, &catalogue()) else {
                    continue;
                };
                assert_eq!(
                    Capsule::parse(&new, &catalogue())
                        .map(|capsule| capsule.steps().to_vec())
                        .ok(),
                    Capsule::parse(&text, &catalogue())
                        .map(|capsule| capsule.steps().to_vec())
                        .ok(),
                    "{text}\n{new}"
                );
            }
        }
    }

    #[test]
    fn many_labels_and_names_take_no_longer_than_they_are_many() {
        let steps: Vec<String> = (0..20_000)
            .map(|n| format!("{{name: \"\\U{:08x}\", params: {{a: \"{{{{ v{n} }}}}\"}}}}", 0x4e00 + n))
            .collect();
        let text = format!("execution: {{steps: [{}]}}", steps.join(","));
        let root = upgraded(parse(&text).unwrap().0, &Catalogue::default());
        assert_eq!(root.at("/execution/steps/19999/name").unwrap().to_json(), "step_20000");
        assert!(root.at("/inputs/properties/v19999").is_some());
    }
}
