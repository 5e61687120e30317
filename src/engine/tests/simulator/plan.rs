//! Random capsules, and what the edge will find out about their steps.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::json;

use super::super::super::command::Act;
use super::super::super::fact::{Adopted, Part};
use super::super::table::{act, action, catalogue, document, situation};
use super::chance::{Chance, Kind};
use crate::capsule::budget::Spend;
use crate::capsule::tool_spec::EffectClass;
use crate::capsule::{Call, Capsule, Stage, Work};
use crate::label::{Label, Labelled};
use crate::policy::{Decision, Demand, Situation};

/// How many ways there are to render the arguments of a step.
pub(super) const VARIANTS: u64 = 2;

/// A capsule, and every action that its steps can be rendered to, with the law's verdict.
pub(super) struct Plan {
    pub(super) capsule: Arc<Capsule>,
    acts: BTreeMap<(String, Part, u64), Act>,
    /// What the run begins with, when it is forked from another.
    pub(super) adopted: Vec<Adopted>,
}

impl Plan {
    /// The plan of this seed, with at most `most` steps.
    pub(super) fn new(seed: u64, most: u64) -> Self {
        let mut chance = Chance::new(seed, 0);
        let text = written(&mut chance, most);
        let capsule = Capsule::parse(&text, &catalogue()).unwrap_or_else(|problems| panic!("{problems:#?}\n{text}"));
        let acts = acts(&capsule, &mut chance);
        let first = capsule
            .steps()
            .iter()
            .find(|step| step.stage == Stage::Main && step.needs.is_empty());
        let adopted = first
            .filter(|step| !matches!(step.work, Work::Gate(_)) && chance.one_in(Kind::Plan, 8))
            .map(|step| Adopted {
                step: step.name.clone(),
                output: (!chance.one_in(Kind::Plan, 4))
                    .then(|| Arc::new(Labelled::new(json!({"adopted": true}), Label::constant()))),
                errors: None,
                confidence: None,
                why: Label::constant(),
            });
        Self {
            capsule: Arc::new(capsule),
            acts,
            adopted: adopted.into_iter().collect(),
        }
    }

    /// What the edge finds out about the action of a step's part, rendered in one of its ways.
    pub(super) fn act(&self, step: &str, part: Part, variant: u64) -> Act {
        self.acts[&(step.to_owned(), part, variant)].clone()
    }
}

fn acts(capsule: &Capsule, chance: &mut Chance) -> BTreeMap<(String, Part, u64), Act> {
    let situation = situation(capsule);
    let held = Situation {
        demands: vec![Demand {
            decision: Decision::Ask,
            because: "the capsule wants a review before each external effect".to_owned(),
        }],
        ..situation.clone()
    };
    let mut acts = BTreeMap::new();
    let specs = catalogue().tools;
    for step in capsule.steps() {
        let main = match &step.work {
            Work::Tool(call) => Some((Part::Main, call.clone(), step.effect)),
            Work::Capsule(child) => {
                // Its own steps are judged; running it touches nothing, which is what `text.count` does too.
                let call = Call {
                    tool: "text".to_owned(),
                    action: "count".to_owned(),
                    params: json!({"items": [], "by": child.capsule}),
                    infers: false,
                };
                Some((Part::Main, call, step.effect))
            }
            Work::Gate(_) | Work::Model(_) => None,
        };
        let look = step
            .reconcile
            .as_ref()
            .map(|look| (Part::Reconcile, look.call.clone(), EffectClass::None));
        let undo = step.compensate.as_ref().map(|call| {
            let spec = specs.iter().find(|spec| spec.name == call.tool).unwrap();
            (
                Part::Compensate,
                call.clone(),
                spec.action(&call.action).unwrap().effect,
            )
        });
        for (part, call, effect) in main.into_iter().chain(look).chain(undo) {
            let estimate = Spend {
                tokens: chance.below(Kind::Plan, 30),
                tool_calls: 1,
                steps: 1,
                ..Spend::default()
            };
            for variant in 0..VARIANTS {
                let mut args = call.params.clone();
                if let Some(by) = args.get_mut("by") {
                    *by = json!(format!("{}{variant}", by.as_str().unwrap_or_default()));
                } else if let Some(url) = args.get_mut("url") {
                    *url = json!(format!("{}/{variant}", url.as_str().unwrap_or_default()));
                }
                let reviewed =
                    capsule.policies().requires_review && part == Part::Main && effect == EffectClass::External;
                let situation = if reviewed { &held } else { &situation };
                let made = act(&action(&call, effect, args), situation, estimate);
                acts.insert((step.name.clone(), part, variant), made);
            }
        }
    }
    acts
}

/// The text of a capsule.
fn written(chance: &mut Chance, most: u64) -> String {
    let count = 1 + chance.below(Kind::Plan, most.clamp(1, 6));
    let mut lines = Vec::new();
    for at in 0..count {
        let mut needs = Vec::new();
        for other in 0..at {
            if chance.one_in(Kind::Plan, 3) {
                needs.push(format!("s{other}"));
            }
        }
        lines.push(step(chance, at, &needs.join(", ")));
    }
    let mode = chance.pick(Kind::Plan, &["dag", "dag", "sequence"]);
    let lines: Vec<String> = lines
        .into_iter()
        .map(|line| {
            if mode == "sequence" {
                line.replace("needs: [], ", "")
            } else {
                line
            }
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut text = document(mode, &policies(chance), &lines);
    hooks(chance, &mut text);
    text
}

fn policies(chance: &mut Chance) -> String {
    let mut budget = Vec::new();
    for (unit, least, more) in [("tokens", 40, 120), ("tool_calls", 3, 9), ("steps", 3, 12)] {
        if chance.one_in(Kind::Plan, 3) {
            budget.push(format!("{unit}: {}", least + chance.below(Kind::Plan, more)));
        }
    }
    if chance.one_in(Kind::Plan, 3) {
        budget.push(format!("wall: {}s", 5 + chance.below(Kind::Plan, 60)));
    }
    let mut text = format!("{}\n", budget.join(", "));
    let mut line = |often: u64, line: &str| {
        if chance.one_in(Kind::Plan, often) {
            let _ = writeln!(text, "  {line}");
        }
    };
    line(2, "on_budget_exhausted: pause");
    line(8, "requires_review: true");
    line(6, "deadline: 10m");
    line(3, "max_parallel: 2");
    let conflict = chance.pick(Kind::Plan, &["queue", "reject", "replace"]);
    if chance.one_in(Kind::Plan, 6) {
        let _ = writeln!(text, "  concurrency: {{key: one, limit: 1, on_conflict: {conflict}}}");
    }
    text
}

fn hooks(chance: &mut Chance, text: &mut String) {
    let hook = |name: &str| format!("{{name: {name}, action: text.count, params: {{items: [], by: {name}}}}}");
    // Taken of what is drawn already: seeds that are kept because they broke a promise once draw as they did.
    let after = if text.len().is_multiple_of(3) {
        "{name: after, action: http.request, params: {method: POST, url: \"https://example.com/after\"}}".to_owned()
    } else {
        hook("after")
    };
    let mut kinds = Vec::new();
    if chance.one_in(Kind::Plan, 4) {
        kinds.push(format!("pre: [{}]", hook("before")));
    }
    if chance.one_in(Kind::Plan, 3) {
        kinds.push(format!("post: [{after}, {}]", hook("last")));
    }
    if !kinds.is_empty() {
        let _ = writeln!(text, "hooks: {{{}}}", kinds.join(", "));
    }
}

/// One line of a step: what it does, and how it is repeated, looked after and undone.
fn step(chance: &mut Chance, at: u64, needs: &str) -> String {
    let mut text = format!("name: s{at}, needs: [{needs}], ");
    let mut add = |more: &str| text.push_str(more);
    match chance.below(Kind::Plan, 12) {
        0 => {
            let gate = chance.pick(
                Kind::Plan,
                &[
                    "gate: {prompt: go on}",
                    "gate: {prompt: which, choices: [left, right]}",
                    "gate: {prompt: soon, expires: 20s, on_expire: approve}",
                    "gate: {prompt: or not, expires: 20s, on_expire: reject}",
                ],
            );
            add(gate);
            return text;
        }
        1 => {
            if chance.one_in(Kind::Plan, 2) {
                add("budget: {tokens: 60}, ");
            }
            add("action: capsule.run, params: {capsule: inner, inputs: {list: []}}");
            return text;
        }
        _ => {}
    }
    let effect = chance.pick(Kind::Plan, &["none", "idempotent", "keyed", "external", "external"]);
    add(&format!("effect: {effect}, "));
    if chance.one_in(Kind::Plan, 4) {
        let on_error = chance.pick(Kind::Plan, &["collect", "fail_fast"]);
        let parallel = 1 + chance.below(Kind::Plan, 3);
        add(&format!(
            "foreach: {{items: \"inputs.list\", as: one, max_items: 9, max_parallel: {parallel}, on_item_error: {on_error}}}, "
        ));
    }
    if chance.one_in(Kind::Plan, 4) {
        add("when: \"inputs.list\", ");
    }
    if chance.one_in(Kind::Plan, 3) {
        add("retry: {max_attempts: 3, backoff: {initial: 100ms, max: 2s}, on: [unavailable, rate_limited, tool]}, ");
    }
    if chance.one_in(Kind::Plan, 4) {
        add("timeout: 8s, ");
    }
    if chance.one_in(Kind::Plan, 5) {
        add(&format!("budget: {{tokens: {}}}, ", 30 + chance.below(Kind::Plan, 50)));
    }
    if effect == "none" && chance.one_in(Kind::Plan, 3) {
        add("cache: {ttl: 1h}, ");
    }
    if effect != "none" && chance.one_in(Kind::Plan, 2) {
        let undo = match chance.below(Kind::Plan, 3) {
            0 => "http.request, params: {method: DELETE, url: \"https://example.com/undo\"}",
            _ => "text.count, params: {items: [], by: undo}",
        };
        add(&format!("compensate: {{action: {undo}}}, "));
    }
    if effect == "external" {
        if chance.one_in(Kind::Plan, 2) {
            add("reconcile: {action: text.count, params: {items: [], by: look}, found_when: \"output.total > 0\"}, ");
        }
        let then = chance.pick(Kind::Plan, &["retry", "review", "fail"]);
        add(&format!("on_uncertain: {then}, "));
    }
    // A person is asked before the last of these; the one before it is denied.
    add(match chance.below(Kind::Plan, 30) {
        0 => "action: fs.read, params: {path: /etc/passwd}",
        1..=5 => "action: http.request, params: {method: POST, url: \"https://example.com/do\"}",
        _ => "action: text.count, params: {items: [], by: x}",
    });
    text
}
