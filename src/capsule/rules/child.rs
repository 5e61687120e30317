//! Steps that run another capsule: is it there, do the inputs fit, and does the chain end?

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::catalogue::Callable;
use super::super::document::WrittenStep;
use super::super::problem::Code;
use super::super::step::Child;
use super::super::syntax::is_template;
use super::Checker;
use super::contract::Contract;
use super::texts::Surroundings;

/// How many capsules may run below each other.
const MAX_DEPTH: usize = 8;

/// Keys that have no meaning for a child run, whose own steps say such things.
const NOT_FOR_CHILDREN: [&str; 5] = ["effect", "output_schema", "reconcile", "on_uncertain", "workspace"];

impl<'a> Checker<'a> {
    /// Checks a step with `action: capsule.run`.
    pub(super) fn child(&mut self, at: &Surroundings, pointer: &str, written: &WrittenStep) -> Child {
        self.without(
            pointer,
            &NOT_FOR_CHILDREN,
            "`capsule.run`: the steps of that capsule say it",
        );
        let place = format!("{pointer}/params");
        for key in written
            .params
            .keys()
            .filter(|key| !matches!(key.as_str(), "capsule" | "inputs"))
        {
            let span = self
                .root
                .key_span_at(&format!("{place}/{}", super::super::node::escape(key)));
            let message = format!("`capsule.run` takes no `{key}`");
            self.unknown(Code::C021, span, message, key, ["capsule", "inputs"]);
        }
        let inputs = match written.params.get("inputs") {
            None => Some(Map::new()),
            Some(Value::Object(inputs)) => Some(inputs.clone()),
            Some(_) => {
                let help = "write a mapping: each input may be a template";
                let span = self.span(&format!("{place}/inputs"));
                self.error(Code::C051, span, "`inputs` is a mapping", help);
                None
            }
        };
        let (name, version) = self.name_of_child(pointer, written);
        let callable = self.callable(&place, &name, &version);
        if let Some(callable) = callable {
            self.chain(&place, callable);
        }
        if let Some(inputs) = &inputs {
            let value = Value::Object(inputs.clone());
            let leaves = self.templates(at, &format!("{place}/inputs"), &value);
            if let Some(callable) = callable {
                self.inputs_of_child(at, pointer, callable, inputs, &leaves);
            }
        }
        Child {
            capsule: name,
            version,
            inputs: Value::Object(inputs.unwrap_or_default()),
        }
    }

    /// The name and the version requirement of `params.capsule`; an empty name was reported.
    fn name_of_child(&mut self, pointer: &str, written: &WrittenStep) -> (String, String) {
        let place = format!("{pointer}/params/capsule");
        let help = "such as `capsule: draft_from_lines@^1`";
        let text = match written.params.get("capsule") {
            Some(Value::String(text)) if is_template(text) => {
                let message = "which capsule runs is known before the run";
                self.error(Code::C002, self.span(&place), message, help);
                return (String::new(), "*".to_owned());
            }
            Some(Value::String(text)) => text,
            Some(_) => {
                self.error(Code::C021, self.span(&place), "`capsule` is a text", help);
                return (String::new(), "*".to_owned());
            }
            None => {
                let params = self.root.at(&format!("{pointer}/params")).is_some();
                let key = if params { "params" } else { "action" };
                let span = self.span(&format!("{pointer}/{key}"));
                self.error(Code::C021, span, "`capsule.run` needs `capsule`", help);
                return (String::new(), "*".to_owned());
            }
        };
        let (name, version) = text.split_once('@').unwrap_or((text, "*"));
        if semver::VersionReq::parse(version).is_err() || name.is_empty() {
            let message = format!("`{text}` is not a capsule and a version requirement");
            self.error(Code::C002, self.span(&place), message, help);
            return (String::new(), "*".to_owned());
        }
        (name.to_owned(), version.to_owned())
    }

    fn callable(&mut self, place: &str, name: &str, version: &str) -> Option<&'a Callable> {
        if name.is_empty() {
            return None;
        }
        let span = self.span(&format!("{place}/capsule"));
        if name == self.document.capsule_id {
            let message = format!("`{name}` would run itself");
            self.error(Code::C050, span, message, "use `foreach` for work that repeats");
            return None;
        }
        let catalogue = self.catalogue;
        let Some(callable) = catalogue.capsule(name) else {
            let known = catalogue.capsules.iter().map(|capsule| capsule.name.as_str());
            self.unknown(Code::C020, span, format!("there is no capsule `{name}`"), name, known);
            return None;
        };
        let met = match (
            semver::VersionReq::parse(version),
            semver::Version::parse(&callable.version),
        ) {
            (Ok(requirement), Ok(version)) => requirement.matches(&version),
            (Err(_), _) | (_, Err(_)) => true,
        };
        if !met {
            let message = format!("`{name}` is here in version {}, not `{version}`", callable.version);
            let help = "change the requirement, after checking the inputs against that version";
            self.error(Code::C020, span, message, help);
        }
        Some(callable)
    }

    fn inputs_of_child(
        &mut self,
        at: &Surroundings,
        pointer: &str,
        callable: &'a Callable,
        inputs: &Map<String, Value>,
        leaves: &[(String, super::super::syntax::Outcome)],
    ) {
        let Some(validator) = self.validator(&format!("capsule {}", callable.name), &callable.inputs) else {
            return;
        };
        // As the child run takes them: with its defaults.
        let mut given = inputs.clone();
        let properties = callable.inputs.get("properties").and_then(Value::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            if let (false, Some(default)) = (given.contains_key(name), schema.get("default")) {
                given.insert(name.clone(), default.clone());
            }
        }
        let contract = Contract {
            schema: &callable.inputs,
            validator,
            owner: format!("`{}`", callable.name),
            code: Code::C051,
        };
        let mut place = format!("{pointer}/params/inputs");
        if self.root.at(&place).is_none() {
            place = format!("{pointer}/params/capsule");
        }
        self.fits(at, &place, &Value::Object(given), &contract, leaves);
    }

    /// Adds C050 when the capsules below this step run each other in a circle, or too deep.
    fn chain(&mut self, place: &str, callable: &'a Callable) {
        let wrong = match self.chains.get(callable.name.as_str()) {
            Some(known) => known.clone(),
            None => {
                let wrong = self.chain_below(callable);
                self.chains.insert(&callable.name, wrong.clone());
                wrong
            }
        };
        if let Some(message) = wrong {
            let help = format!("at most {MAX_DEPTH} capsules run below each other, and none runs itself");
            self.error(Code::C050, self.span(&format!("{place}/capsule")), message, help);
        }
    }

    /// What is wrong below `first`. Work: each capsule and what it calls once for each level.
    fn chain_below(&self, first: &'a Callable) -> Option<String> {
        let this = self.document.capsule_id.as_str();
        let mut levels: Vec<BTreeMap<&str, &str>> = vec![BTreeMap::from([(first.name.as_str(), this)])];
        while let Some(level) = levels.last().filter(|level| !level.is_empty()) {
            let circle = level.contains_key(this);
            if circle || levels.len() > MAX_DEPTH {
                let last = if circle {
                    Some(this)
                } else {
                    level.keys().min().copied()
                };
                return Some(described(&path_to(&levels, last?)));
            }
            let mut next = BTreeMap::new();
            for name in level.keys() {
                let calls = self.catalogue.capsule(name).map(|capsule| capsule.calls.as_slice());
                for called in calls.unwrap_or_default() {
                    next.entry(called.as_str()).or_insert(*name);
                }
            }
            levels.push(next);
        }
        None
    }

    /// The schema of the outputs of the capsule that a step runs.
    pub(super) fn outputs_of_child(&self, written: &WrittenStep) -> Value {
        let text = written
            .params
            .get("capsule")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let name = text.split_once('@').map_or(text, |(name, _)| name);
        let callable = self.catalogue.capsule(name);
        callable.map_or_else(|| json!({}), |callable| callable.outputs.clone())
    }
}

/// The capsules from the first to `last`, which stands in the last of `levels`.
fn path_to<'n>(levels: &[BTreeMap<&'n str, &'n str>], last: &'n str) -> Vec<&'n str> {
    let mut path = vec![last];
    let mut at = last;
    for level in levels.iter().rev() {
        let Some(caller) = level.get(at) else { break };
        path.push(caller);
        at = caller;
    }
    path.reverse();
    path
}

/// Says the circle in a path, or the path when there is none.
fn described(path: &[&str]) -> String {
    for (end, name) in path.iter().enumerate() {
        if let Some(start) = path[..end].iter().position(|earlier| earlier == name) {
            return format!(
                "these capsules run each other in a circle: {}",
                path[start..=end].join(" → ")
            );
        }
    }
    format!(
        "more than {MAX_DEPTH} capsules run below each other: {}",
        path.join(" → ")
    )
}
