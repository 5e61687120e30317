//! Tools that only compute: each action is a function of its arguments, without a file, a clock or randomness.

use serde_json::Value;
use std::sync::Arc;

use super::contract::{no_such_action, shared};
use super::{Call, Calling, Output, Tool, ToolError};
use crate::capsule::tool_spec::{ActionSpec, ToolSpec};

/// What an action does with its arguments.
pub(super) type Computes = fn(&Value) -> Result<Value, ToolError>;

/// A tool of such actions.
#[derive(Debug)]
pub(super) struct Pure {
    spec: Arc<ToolSpec>,
    /// In the order of the contract.
    computes: Vec<Computes>,
}

impl Pure {
    /// The tool `name`: contracts, and what carries them out.
    pub(super) fn new(name: &str, summary: &str, actions: Vec<(ActionSpec, Computes)>) -> Self {
        let (actions, computes) = actions.into_iter().unzip();
        Self {
            spec: shared(name, || ToolSpec {
                name: name.to_owned(),
                version: "1.0.0".to_owned(),
                summary: summary.to_owned(),
                actions,
            }),
            computes,
        }
    }

    /// Computes.
    ///
    /// # Errors
    /// There is no such action, or it cannot do anything with these arguments.
    pub(super) fn run(&self, verb: &str, args: &Value) -> Result<Value, ToolError> {
        let mut actions = self.spec.actions.iter().zip(&self.computes);
        match actions.find(|(action, _)| action.name == verb) {
            Some((_, computes)) => computes(args),
            None => Err(no_such_action(&self.spec, verb)),
        }
    }
}

impl Tool for Pure {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn perform<'a>(&'a self, call: Call<'a>) -> Calling<'a> {
        Box::pin(async move {
            Ok(Output {
                value: self.run(call.verb, call.args)?,
                artifacts: Vec::new(),
            })
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::super::contract::tests::assert_conforms;
    use super::*;

    /// Calls every action once, with arguments that its schema allows: what it gives is what its schema promises.
    pub(in crate::tools) fn assert_promises_hold(tool: &Pure, calls: &[(&str, Value)]) {
        assert_eq!(calls.len(), tool.spec.actions.len());
        for (verb, args) in calls {
            let params = &tool.spec.action(verb).unwrap().params;
            assert!(jsonschema::is_valid(params, args), "{verb}");
            assert_conforms(&tool.spec, verb, &tool.run(verb, args).unwrap());
        }
    }

    /// Calls `each` with every variant of `value` in which one part is replaced by `odd`.
    fn replaced(value: &Value, odd: &Value, each: &mut dyn FnMut(Value)) {
        each(odd.clone());
        match value {
            Value::Object(map) => {
                for (key, inner) in map {
                    let put = |part: Value| {
                        let mut whole = map.clone();
                        whole.insert(key.clone(), part);
                        Value::Object(whole)
                    };
                    replaced(inner, odd, &mut |part| each(put(part)));
                }
            }
            Value::Array(list) => {
                for (at, inner) in list.iter().enumerate() {
                    let put = |part: Value| {
                        let mut whole = list.clone();
                        whole[at] = part;
                        Value::Array(whole)
                    };
                    replaced(inner, odd, &mut |part| each(put(part)));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Puts something odd in every place of these arguments: that is an error or fine, and never a panic. Gives how often.
    pub(in crate::tools) fn odd_arguments_tried(tool: &Pure, calls: &[(&str, Value)]) -> usize {
        let odds = [
            json!(null),
            json!(-1),
            json!(1e300),
            json!(0),
            json!(""),
            json!("\0[]+.é"),
            json!([]),
            json!({}),
            json!([[1]]),
        ];
        let mut tried = 0;
        for (verb, args) in calls {
            for odd in &odds {
                replaced(args, odd, &mut |args| {
                    tried += 1;
                    if let Ok(value) = tool.run(verb, &args) {
                        assert_conforms(&tool.spec, verb, &value);
                    }
                });
            }
        }
        tried
    }
}
