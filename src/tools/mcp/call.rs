//! Calling a tool: its progress, what it asks meanwhile, and what it returns.

use std::time::Duration;

use rmcp::model::{
    CallToolRequest, CallToolRequestParams, ClientRequest, InputRequest, InputResponses, RequestParamsMeta as _,
};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::connection::{Asking, CallError, Connection};
use super::content::bounded;
use super::sampling::CREATE_MESSAGE;
use super::schema::Schema;

/// How often a server may ask for input before it answers.
const ROUNDS: usize = 10;
/// How long a server that asks for nothing but patience is left alone, at first and at most.
const PATIENCE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// The code of the refusal where a server is not given what it asks for.
const NOT_GIVEN: i32 = -1;

/// Under which name the key of a call is sent in `_meta`: a server that knows it does nothing twice.
pub const KEY: &str = "dev.somagent/idempotency-key";

/// How far a call is. The message is the server's, cut to 4096 characters.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// How much is done.
    pub progress: f64,
    /// Of how much.
    pub total: Option<f64>,
    /// With what.
    pub message: Option<String>,
}

/// How a tool is called.
#[derive(Debug, Clone, Default)]
pub struct CallOptions {
    /// How long it may take; what the limits say when absent.
    pub limit: Option<Duration>,
    /// Who hears of its progress; what they do not take in time is lost.
    pub progress: Option<mpsc::Sender<Progress>>,
    /// What is said beside the arguments (`_meta`).
    pub meta: Map<String, Value>,
}

/// What a tool returned.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// `content`, a list of items, each with a `type`; `structured`, where the tool returns a value; `is_error`;
    /// `truncated`.
    pub value: Value,
    /// Whether the tool says that it failed.
    pub is_error: bool,
}

impl Outcome {
    /// The texts of its content, one after the other.
    pub fn text(&self) -> String {
        let items = self.value["content"].as_array();
        let texts = items.into_iter().flatten().filter_map(|item| item["text"].as_str());
        texts.collect::<Vec<_>>().join("\n")
    }
}

/// Whether a result is one of a tool. Every version of the protocol asks for `content`; servers that give a value, or say
/// that they failed, have said as much without it.
fn says_something(result: &Value) -> bool {
    let has = |name: &str| result.get(name).is_some_and(|value| !value.is_null());
    has("content") || result.get("structuredContent").is_some() || result["isError"] == true
}

impl Connection {
    /// Calls `tool`, by the name that its server gave it, and checks what it returns against `output`.
    ///
    /// # Errors
    /// The server does not answer in time, refuses, or returns something else than it described. Where
    /// [`CallError::is_uncertain`] holds, the tool may have done its work.
    pub async fn call(
        &self,
        tool: &str,
        arguments: Map<String, Value>,
        output: Option<&Schema>,
        options: &CallOptions,
    ) -> Result<Outcome, CallError> {
        self.offers("tools")?;
        let asking = self.asking("tools/call", options.limit.unwrap_or(self.limits.call));
        let mut params = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        for (name, value) in &options.meta {
            params.meta_or_default().insert(name.clone(), value.clone());
        }
        let work = self.rounds(&asking, options.progress.as_ref(), |responses, state| {
            let mut params = params.clone();
            params.input_responses = responses;
            params.request_state = state;
            ClientRequest::CallToolRequest(CallToolRequest::new(params))
        });
        let result = asking.finish(work).await?;
        self.outcome(tool, result, output)
    }

    /// Sends a request and gives the server what it asks for, until it answers.
    pub(crate) async fn rounds(
        &self,
        asking: &Asking,
        progress: Option<&mpsc::Sender<Progress>>,
        request: impl Fn(Option<InputResponses>, Option<String>) -> ClientRequest,
    ) -> Result<Value, CallError> {
        let (mut responses, mut state) = (None, None);
        let mut patience = PATIENCE.0;
        for _ in 0..=ROUNDS {
            let mut result = asking.ask(request(responses.take(), state.take()), progress).await?;
            match result.get("resultType").and_then(Value::as_str) {
                None | Some("complete") => return Ok(result),
                Some("task") => return Err(CallError::Task),
                Some("input_required") => {}
                Some(_) => return Err(CallError::Unexpected { what: "a result" }),
            }
            state = match result.get_mut("requestState").map(Value::take) {
                Some(Value::String(state)) => Some(state),
                _ => None,
            };
            let wanted = match result.get_mut("inputRequests").map(Value::take) {
                Some(Value::Object(wanted)) => wanted,
                _ => Map::new(),
            };
            if wanted.is_empty() {
                if state.is_none() {
                    return Err(CallError::Unexpected { what: "a result" });
                }
                tokio::time::sleep(patience).await;
                patience = (patience * 2).min(PATIENCE.1);
                continue;
            }
            if wanted.len() > self.limits.questions {
                return Err(CallError::Unexpected { what: "a result" });
            }
            let mut given = InputResponses::new();
            for (name, mut wanted) in wanted {
                let answer = if wanted["method"] == CREATE_MESSAGE {
                    self.answers.sample(wanted["params"].take()).await
                } else {
                    let unexpected = |_| CallError::Unexpected { what: "a result" };
                    let wanted: InputRequest = serde_json::from_value(wanted).map_err(unexpected)?;
                    self.answers.input(wanted).await
                };
                let answer = answer.map_err(|error| CallError::Refused {
                    // Whatever was wrong with what it asks, it did something before it asked.
                    code: NOT_GIVEN,
                    message: format!("it asks for what it is not given: {}", error.message),
                })?;
                given.insert(name, answer);
            }
            responses = Some(given);
        }
        Err(CallError::Rounds { rounds: ROUNDS })
    }

    fn outcome(&self, tool: &str, mut result: Value, output: Option<&Schema>) -> Result<Outcome, CallError> {
        if !says_something(&result) {
            return Err(CallError::Unexpected {
                what: "a tool's result",
            });
        }
        let content = match result.get_mut("content").map(Value::take) {
            Some(Value::Array(content)) => content,
            None | Some(Value::Null) => Vec::new(),
            Some(_) => {
                return Err(CallError::Unexpected {
                    what: "a tool's result",
                });
            }
        };
        let is_error = result.get("isError").and_then(Value::as_bool).unwrap_or(false);
        let structured = result.get_mut("structuredContent").map(Value::take);
        if let (Some(output), false) = (output, is_error) {
            let misshapen = |why| CallError::Misshapen {
                tool: tool.to_owned(),
                why,
            };
            let structured = structured
                .as_ref()
                .ok_or_else(|| misshapen("it has no structured content".to_owned()))?;
            output.check(structured).map_err(misshapen)?;
        }
        let mut bounded = bounded(content, &self.limits);
        let structured = structured.and_then(|structured| bounded.structured(structured));
        let mut value = json!({"content": bounded.items, "is_error": is_error, "truncated": bounded.truncated});
        if let Some(structured) = structured {
            value["structured"] = structured;
        }
        Ok(Outcome { value, is_error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_says_something() {
        for (result, says) in [
            (json!({"content": []}), true),
            (json!({"content": null, "structuredContent": {"n": 1}}), true),
            (json!({"structuredContent": null}), true),
            (json!({"isError": true}), true),
            (json!({"isError": false}), false),
            (json!({"content": null}), false),
            (json!({"_meta": {}}), false),
            (json!({}), false),
            (json!("content"), false),
            (json!(["content"]), false),
            (json!(3), false),
            (json!(null), false),
        ] {
            assert_eq!(says_something(&result), says, "{result}");
        }
    }
}
