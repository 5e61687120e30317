//! Contracts from types: JSON Schemas of parameters and outputs, and arguments read back.
//!
//! One Rust type is both the schema that the engine validates against and the shape that a tool
//! reads or returns, so the two cannot drift apart. Never does IO.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::ToolError;
use crate::capsule::tool_spec::{ActionSpec, EffectClass, OutputTrust, Sink, ToolSpec, Touch};
use crate::label::Integrity;
use crate::policy::Action;

/// A list of objects that a tool reads in place, because copying a hundred thousand costs more than the work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Objects;

impl<'de> Deserialize<'de> for Objects {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl JsonSchema for Objects {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Objects".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "array", "items": {"type": "object"}})
    }
}

/// The contract of the built-in tool `name`, which is made once: it is the same in every toolbox, and not small.
pub(super) fn shared(name: &str, make: impl FnOnce() -> ToolSpec) -> Arc<ToolSpec> {
    static MADE: Mutex<BTreeMap<String, Arc<ToolSpec>>> = Mutex::new(BTreeMap::new());
    // No contract is made while the lock is held.
    let known = |made: &BTreeMap<String, Arc<ToolSpec>>| made.get(name).cloned();
    if let Some(known) = known(&MADE.lock().unwrap_or_else(PoisonError::into_inner)) {
        return known;
    }
    let spec = Arc::new(make());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(made.entry(name.to_owned()).or_insert(spec))
}

/// An action that reads the world and changes nothing; the other builders change one thing each.
pub(super) fn action<Params: JsonSchema, Out: JsonSchema>(name: &str, summary: &str) -> ActionSpec {
    ActionSpec {
        name: name.to_owned(),
        summary: summary.to_owned(),
        params: schema::<Params>(SchemaSettings::draft2020_12().for_deserialize()),
        output: schema::<Out>(SchemaSettings::draft2020_12().for_serialize()),
        effect: EffectClass::None,
        weakest: EffectClass::None,
        sinks: Vec::new(),
        always: Vec::new(),
        trust: OutputTrust::World,
        field_trust: BTreeMap::new(),
        side_effect: None,
        egress: None,
        confidentiality: None,
        readers: None,
    }
}

/// An action that computes from its arguments alone; `counts` are what it counted itself.
pub(super) fn pure<Params: JsonSchema, Out: JsonSchema>(name: &str, summary: &str, counts: &[&str]) -> ActionSpec {
    ActionSpec {
        trust: OutputTrust::Arguments,
        field_trust: counted(counts),
        ..action::<Params, Out>(name, summary)
    }
}

/// A path or name parameter, and the value that counts when it is absent.
pub(super) fn sink(param: &str, touch: Touch, default: Option<&str>) -> Sink {
    Sink {
        param: param.to_owned(),
        touch,
        default: default.map(str::to_owned),
    }
}

/// Output fields that our own counting made: no text of the world reaches them.
pub(super) fn counted(pointers: &[&str]) -> BTreeMap<String, Integrity> {
    pointers
        .iter()
        .map(|pointer| ((*pointer).to_owned(), Integrity::Trusted))
        .collect()
}

fn schema<T: JsonSchema>(settings: SchemaSettings) -> Value {
    let settings = settings.with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.remove("title");
    schema.remove("description");
    schema.to_value()
}

/// The verb of `action`, when it is one of the tool's own.
///
/// # Errors
/// The action belongs to another tool, or the tool has no such action.
pub(super) fn verb<'a>(spec: &ToolSpec, action: &'a Action) -> Result<&'a str, ToolError> {
    match action.name().split_once('.') {
        Some((tool, verb)) if tool == spec.name && spec.action(verb).is_some() => Ok(verb),
        Some(_) | None => Err(no_such_action(spec, action.name())),
    }
}

/// The error for an action that `spec` does not have.
pub(super) fn no_such_action(spec: &ToolSpec, name: &str) -> ToolError {
    let actions: Vec<&str> = spec.actions.iter().map(|action| action.name.as_str()).collect();
    ToolError::BadArgument {
        message: format!("`{}` has no action `{name}`", spec.name),
        hint: format!("its actions are {}", actions.join(", ")),
    }
}

/// Reads the arguments of an action.
///
/// # Errors
/// They do not fit; the engine validates first, so this is a second line.
pub(super) fn arguments<T: DeserializeOwned>(args: &Value) -> Result<T, ToolError> {
    T::deserialize(args).map_err(|error| bad_argument(error.to_string(), "see the parameters of the action"))
}

/// The list argument `name`, by reference.
///
/// # Errors
/// It is absent or not a list.
pub(super) fn objects<'a>(args: &'a Value, name: &str) -> Result<&'a [Value], ToolError> {
    args.get(name)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .ok_or_else(|| bad_argument(format!("`{name}` must be a list"), "give a list of objects"))
}

/// An argument that the schema lets through and the tool does not.
pub(super) fn bad_argument(message: impl Into<String>, hint: impl Into<String>) -> ToolError {
    ToolError::BadArgument {
        message: message.into(),
        hint: hint.into(),
    }
}

/// Something in the world that is not as it should be.
pub(super) fn failed(message: impl Into<String>, hint: impl Into<String>) -> ToolError {
    ToolError::Failed {
        message: message.into(),
        hint: hint.into(),
    }
}

/// The JSON of an output.
///
/// Trees of strings, numbers and lists always serialise, so the fallback is never taken.
pub(super) fn json<T: Serialize>(output: &T) -> Value {
    serde_json::to_value(output).unwrap_or(Value::Null)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Fails unless `value` conforms to the output schema of `action`.
    pub(in crate::tools) fn assert_conforms(spec: &ToolSpec, action: &str, value: &Value) {
        let schema = &spec.action(action).unwrap().output;
        let validator = jsonschema::validator_for(schema).unwrap();
        let errors: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{action}: {errors:?}\n{value:#}");
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Params {
        #[serde(rename = "items")]
        _items: Objects,
    }

    #[test]
    fn unknown_arguments_are_refused_by_the_schema_and_by_the_reader() {
        let spec = action::<Params, Params>("x", "Does x.");
        assert_eq!(spec.params["additionalProperties"], false);
        assert_eq!(spec.params["properties"]["items"]["type"], "array");
        assert!(arguments::<Params>(&serde_json::json!({"items": [], "more": 1})).is_err());
        assert!(arguments::<Params>(&serde_json::json!({"items": [{"a": 1}]})).is_ok());
    }
}
