//! Version, inputs, outputs, persona, tools and knowledge.

use serde_json::{Map, Value};

use super::super::budget::Limit;
use super::super::node::{escape, segments};
use super::super::problem::{Code, MAX_PROBLEMS};
use super::super::violation::{expected, short};
use super::Checker;

impl Checker<'_> {
    /// Checks everything above the steps; gives the run's limit.
    pub(super) fn header(&mut self) -> Limit {
        let version = &self.document.version;
        if !version.is_empty() && semver::Version::parse(version).is_err() {
            let message = format!("`{version}` is not a semantic version");
            self.error(
                Code::C002,
                self.span("/version"),
                message,
                "three numbers, such as `1.2.0`",
            );
        }
        self.schema("/inputs", &self.inputs.clone());
        self.schema("/outputs", &Value::Object(self.document.outputs.clone()));
        self.defaults();
        self.tools();
        self.knowledge();
        self.limit("/policies/budget", &self.document.policies.budget)
    }

    /// Checks that a schema in the document is one; parts that templates fill in are left out.
    pub(super) fn schema(&mut self, pointer: &str, schema: &Value) {
        let constant = without_templates(schema);
        if let Err(error) = jsonschema::validator_for(&constant) {
            let at = format!("{pointer}{}", error.instance_path());
            let message = format!("not a JSON Schema: expected {}", expected(&error));
            self.error(
                Code::C002,
                self.span(&at),
                message,
                "see https://json-schema.org/draft/2020-12",
            );
        }
        let root = pointer == "/inputs" || pointer == "/outputs";
        if root && schema.get("type").is_some_and(|name| name != "object") {
            let at = format!("{pointer}/type");
            let message = format!("`{}` describes an object", &pointer[1..]);
            self.error(Code::C002, self.span(&at), message, "write `type: object`");
        }
    }

    /// A default must be a value that would be taken.
    fn defaults(&mut self) {
        let properties = self.inputs.get("properties").and_then(Value::as_object);
        let defaults: Map<String, Value> = properties
            .into_iter()
            .flatten()
            .filter_map(|(name, schema)| Some((name.clone(), schema.get("default")?.clone())))
            .collect();
        let mut schema = self.inputs.clone();
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("required");
        }
        // A schema that does not compile is reported as such.
        let Ok(validator) = jsonschema::validator_for(&schema) else {
            return;
        };
        let defaults = Value::Object(defaults);
        for error in validator.iter_errors(&defaults).take(MAX_PROBLEMS) {
            let path = error.instance_path().to_string();
            let Some(name) = segments(&path).next() else { continue };
            let at = format!("/inputs/properties/{}/default", escape(&name));
            let given = short(error.instance());
            let message = format!("the default of `{name}` has `{given}`; expected {}", expected(&error));
            self.error(Code::C002, self.span(&at), message, "a default must fit its own schema");
        }
    }

    fn tools(&mut self) {
        for (index, used) in self.document.tools.iter().enumerate() {
            if used.adapter.is_empty() {
                continue;
            }
            let at = format!("/tools/{index}");
            let requirement = semver::VersionReq::parse(&used.version);
            if requirement.is_err() {
                let message = format!("`{}` is not a version requirement", used.version);
                self.error(
                    Code::C002,
                    self.span(&format!("{at}/version")),
                    message,
                    "such as `\"^1\"` or `\">=1.2, <2\"`",
                );
            }
            let Some(tool) = self
                .catalogue
                .tool(&used.adapter)
                .or((used.adapter == "model").then_some(self.model))
            else {
                let span = self.span(&format!("{at}/adapter"));
                if let Some(known) = self.catalogue.unusable(&used.adapter) {
                    self.error(Code::C020, span, &known.why, &known.remedy);
                    continue;
                }
                let known = self.catalogue.tools.iter().map(|tool| tool.name.as_str());
                let message = format!("there is no tool `{}`", used.adapter);
                self.unknown(Code::C020, span, message, &used.adapter, known);
                continue;
            };
            let met = match (&requirement, semver::Version::parse(&tool.version)) {
                (Ok(requirement), Ok(version)) => requirement.matches(&version),
                // The first is reported above; a catalogue's own version is not the author's mistake.
                (Err(_), _) | (_, Err(_)) => true,
            };
            if !met {
                let message = format!(
                    "`{}` is here in version {}, not `{}`",
                    tool.name, tool.version, used.version
                );
                let help = "change the requirement, after checking the steps against that version";
                self.error(Code::C020, self.span(&format!("{at}/version")), message, help);
            }
            for (number, action) in used.actions.iter().enumerate() {
                if action.is_empty() || tool.action(action).is_some() {
                    continue;
                }
                let known = tool.actions.iter().map(|action| action.name.as_str());
                let message = format!("`{}` has no action `{action}`", tool.name);
                self.unknown(
                    Code::C020,
                    self.span(&format!("{at}/actions/{number}")),
                    message,
                    action,
                    known,
                );
            }
        }
    }

    /// Checks that the persona is there; gives its name and major version.
    pub(super) fn persona(&mut self) -> Option<String> {
        let written = self.document.persona_shot.as_deref()?;
        let name = written.strip_prefix("personas/").unwrap_or(written);
        if !self.catalogue.personas.iter().any(|known| known == name) {
            let known = self.catalogue.personas.iter().map(String::as_str);
            let message = format!("there is no persona `{name}`");
            self.unknown(Code::C020, self.span("/persona_shot"), message, name, known);
        }
        Some(name.to_owned())
    }

    /// A node of knowledge lies in a store that is there; whether the node is, is known when it is read.
    fn knowledge(&mut self) {
        for (index, known) in self.document.knowledge.iter().enumerate() {
            let Some((store, _)) = known.node_id.split_once("://") else {
                continue;
            };
            if !self.catalogue.knowledge.iter().any(|known| known == store) {
                let known = self.catalogue.knowledge.iter().map(String::as_str);
                let span = self.span(&format!("/knowledge/{index}/node_id"));
                let message = format!("there is no store of knowledge `{store}`");
                self.unknown(Code::C020, span, message, store, known);
            }
        }
    }
}

/// The parts of a schema that are known before a run.
fn without_templates(schema: &Value) -> Value {
    let is_template = |value: &Value| value.as_str().is_some_and(super::super::syntax::is_template);
    match schema {
        Value::Object(map) => map
            .iter()
            .filter(|(_, value)| !is_template(value))
            .map(|(key, value)| (key.clone(), without_templates(value)))
            .collect(),
        Value::Array(items) => items
            .iter()
            .filter(|item| !is_template(item))
            .map(without_templates)
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
}
