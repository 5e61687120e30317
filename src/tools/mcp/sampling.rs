//! What a server asks of a model, and what it is told: `sampling/createMessage` (the specification's section
//! "Sampling", 2025-11-25, and the same request within results of 2026-07-28).
//!
//! A model is asked for text and answers with text. Tools, images and sounds are refused; nothing of anybody else's
//! context is ever added, whatever `includeContext` asks for; preferences of models are hints, and there is one model.

use serde::Deserialize;
use serde_json::{Number, Value, json};

use crate::models::ask::{Overflow, Role, Sampling, Turn};
use crate::models::{Answer, Ask, Constraint};

/// The method of a question.
pub(crate) const CREATE_MESSAGE: &str = "sampling/createMessage";

/// The most messages of one question.
const MESSAGES: usize = 256;
/// The most texts that end an answer, and the longest of them, in bytes.
const STOPS: (usize, usize) = (16, 256);
/// The highest temperature.
const HOTTEST: f64 = 2.0;

/// Why a server gets no answer of a model. The text is told to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSampled {
    /// Nobody lends it one, or not any more.
    #[error("{0}")]
    Refused(String),
    /// What it asks cannot be asked.
    #[error("{0}")]
    Invalid(String),
    /// The model gave none.
    #[error("{0}")]
    Failed(String),
}

impl NotSampled {
    /// The code of the error: -1 where a user says no, as the specification has it, and JSON-RPC's own.
    pub fn code(&self) -> i32 {
        match self {
            Self::Refused(_) => -1,
            Self::Invalid(_) => -32_602,
            Self::Failed(_) => -32_603,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    messages: Vec<Message>,
    system_prompt: Option<String>,
    temperature: Option<f64>,
    max_tokens: Number,
    stop_sequences: Option<Vec<String>>,
    tools: Option<Value>,
    tool_choice: Option<Value>,
}

#[derive(Deserialize)]
struct Message {
    role: Speaker,
    content: Value,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Speaker {
    User,
    Assistant,
}

/// The question that the parameters of a request are.
///
/// # Errors
/// It is none that a model can be asked here: what was found, and what is answered instead.
pub fn wanted(params: &Value) -> Result<Ask, NotSampled> {
    let wanted =
        Wanted::deserialize(params).map_err(|error| invalid(format!("the request cannot be read: {error}")))?;
    // Whoever is told of no tools has to refuse both, also where there is nothing in them.
    if wanted.tools.is_some() || wanted.tool_choice.is_some() {
        return Err(invalid("a model is lent without tools: it only answers text"));
    }
    let max_output_tokens = whole(&wanted.max_tokens)
        .ok_or_else(|| invalid("the request cannot be read: `maxTokens` is no whole number of 0 or more"))?;
    if max_output_tokens == 0 {
        return Err(invalid("`maxTokens` is 0, and an answer has one token or more"));
    }
    if wanted.messages.len() > MESSAGES {
        let message = format!(
            "there are {} messages, and at most {MESSAGES} are read",
            wanted.messages.len()
        );
        return Err(invalid(message));
    }
    let stop = wanted.stop_sequences.unwrap_or_default();
    if stop.len() > STOPS.0 || stop.iter().any(|text| text.len() > STOPS.1) {
        let message = format!(
            "`stopSequences` are at most {} texts of {} bytes each",
            STOPS.0, STOPS.1
        );
        return Err(invalid(message));
    }
    let turns = wanted.messages.into_iter().map(|message| {
        let text = text(&message.content)?;
        let role = match message.role {
            Speaker::User => Role::User,
            Speaker::Assistant => Role::Model,
        };
        Ok(Turn { role, text })
    });
    let mut turns = turns.collect::<Result<Vec<_>, _>>()?;
    let prompt = match turns.pop() {
        Some(Turn { role: Role::User, text }) => text,
        Some(Turn { role: Role::Model, .. }) | None => {
            return Err(invalid(
                "the last message is not the user's, so there is nothing to answer",
            ));
        }
    };
    let temperature = wanted.temperature.unwrap_or_default().clamp(0.0, HOTTEST);
    Ok(Ask {
        system: wanted.system_prompt,
        turns,
        prompt,
        about: None,
        overflow: Overflow::Refuse,
        constraint: Constraint::Free,
        max_output_tokens,
        sampling: Sampling {
            temperature: temperature as f32,
            ..Sampling::default()
        },
        stop,
    })
}

/// A number of tokens, however it is written; more than can be counted is as many as can.
fn whole(number: &Number) -> Option<u32> {
    let rounded = || {
        let float = number.as_f64()?;
        // JSON Schema calls 8.0 an integer, and some languages write it.
        (float >= 0.0 && float.fract() == 0.0).then_some(float as u64)
    };
    let whole = number.as_u64().or_else(rounded)?;
    Some(u32::try_from(whole).unwrap_or(u32::MAX))
}

/// What the last message says, as far as it is text: what a model would be asked to answer.
pub fn last_message(params: &Value) -> String {
    let last = params["messages"].as_array().and_then(|messages| messages.last());
    let texts = last.map(|message| texts(&message["content"]).flatten().collect::<Vec<_>>());
    texts.unwrap_or_default().join("\n")
}

/// The texts of a message, one after the other.
fn text(content: &Value) -> Result<String, NotSampled> {
    Ok(texts(content).collect::<Result<Vec<_>, _>>()?.join("\n"))
}

fn texts(content: &Value) -> impl Iterator<Item = Result<&str, NotSampled>> {
    let blocks = match content {
        Value::Array(blocks) => blocks.as_slice(),
        block => std::slice::from_ref(block),
    };
    blocks.iter().map(|block| {
        let kind = block.get("type").and_then(Value::as_str).unwrap_or_default();
        match (kind, block.get("text").and_then(Value::as_str)) {
            ("text", Some(text)) => Ok(text),
            _ => {
                let kind: String = kind.chars().take(40).collect();
                let kind = kind.escape_debug();
                Err(invalid(format!(
                    "a message has content of type `{kind}`, and only text is read"
                )))
            }
        }
    })
}

/// The result that tells a server what `model` answered.
pub fn sampled(answer: &Answer, model: &str) -> Value {
    let reason = stop_reason(answer);
    let content = json!({"type": "text", "text": answer.text});
    json!({"role": "assistant", "content": content, "model": model, "stopReason": reason})
}

/// Why an answer ended, as the protocol calls it.
pub fn stop_reason(answer: &Answer) -> &'static str {
    match (answer.stopped, answer.finished) {
        (true, _) => "stopSequence",
        (false, true) => "endTurn",
        (false, false) => "maxTokens",
    }
}

fn invalid(why: impl Into<String>) -> NotSampled {
    NotSampled::Invalid(why.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> Value {
        json!({"role": "user", "content": {"type": "text", "text": text}})
    }

    #[test]
    fn a_request_becomes_a_question() {
        let params = json!({
            "messages": [
                user("Hello"),
                {"role": "assistant", "content": [{"type": "text", "text": "Good"}, {"type": "text", "text": "day"}]},
                user("What is it?"),
            ],
            "systemPrompt": "Be brief.", "temperature": 9.5, "maxTokens": 20, "stopSequences": ["\n"],
            "includeContext": "allServers", "modelPreferences": {"hints": [{"name": "a-large-one"}]},
            "metadata": {"x": 1},
        });
        let ask = wanted(&params).unwrap();
        assert_eq!(ask.system.as_deref(), Some("Be brief."));
        assert_eq!(
            ask.turns,
            [(Role::User, "Hello"), (Role::Model, "Good\nday")].map(|(role, text)| Turn {
                role,
                text: text.to_owned()
            })
        );
        assert_eq!((ask.prompt.as_str(), ask.about.as_deref()), ("What is it?", None));
        assert_eq!((ask.max_output_tokens, ask.sampling.temperature), (20, 2.0));
        assert_eq!((ask.stop, ask.overflow), (vec!["\n".to_owned()], Overflow::Refuse));
        let plain = wanted(&json!({"messages": [user("x")], "maxTokens": 1})).unwrap();
        assert_eq!((plain.system, plain.sampling.temperature), (None, 0.0));
        for (written, read) in [
            (json!(8.0), 8),
            (json!(5_000_000_000u64), u32::MAX),
            (json!(1e300), u32::MAX),
        ] {
            let ask = wanted(&json!({"messages": [user("x")], "maxTokens": written})).unwrap();
            assert_eq!(ask.max_output_tokens, read, "{written}");
        }
    }

    #[test]
    fn the_last_message_is_read_as_far_as_it_is_text() {
        for (params, read) in [
            (json!({"messages": [user("first"), user("last")]}), "last"),
            (
                json!({"messages": [{"content": [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]}]}),
                "a\nb",
            ),
            (json!({"messages": []}), ""),
            (json!({"messages": 3}), ""),
            (Value::Null, ""),
        ] {
            assert_eq!(last_message(&params), read, "{params}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused_with_what_is_read() {
        let with = |change: &dyn Fn(&mut Value)| {
            let mut params = json!({"messages": [user("x")], "maxTokens": 5});
            change(&mut params);
            wanted(&params).unwrap_err()
        };
        let image = json!({"role": "user", "content": {"type": "image", "data": "", "mimeType": "image/png"}});
        let used = json!({"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "x", "input": {}}]});
        for (error, says) in [
            (with(&|params| params["messages"] = json!([image])), "type `image`"),
            (with(&|params| params["messages"] = json!([used])), "type `tool_use`"),
            (with(&|params| params["messages"] = json!([])), "nothing to answer"),
            (
                with(&|params| params["messages"][0]["role"] = json!("assistant")),
                "nothing to answer",
            ),
            (
                with(&|params| params["messages"][0]["role"] = json!("system")),
                "cannot be read",
            ),
            (
                with(&|params| params["messages"] = json!(vec![user("x"); 257])),
                "257 messages",
            ),
            (with(&|params| params["maxTokens"] = json!(0)), "one token or more"),
            (with(&|params| params["maxTokens"] = json!(-1)), "cannot be read"),
            (with(&|params| params["maxTokens"] = json!(0.5)), "cannot be read"),
            (with(&|params| params["maxTokens"] = json!("8")), "cannot be read"),
            (with(&|params| params["temperature"] = json!("hot")), "cannot be read"),
            (with(&|params| params["tools"] = json!([])), "without tools"),
            (
                with(&|params| params["toolChoice"] = json!({"mode": "none"})),
                "without tools",
            ),
            (
                with(&|params| params["stopSequences"] = json!(vec!["x"; 17])),
                "at most 16",
            ),
            (
                with(&|params| params["stopSequences"] = json!(["x".repeat(257)])),
                "256 bytes",
            ),
            (
                with(&|params| params["tools"] = json!([{"name": "t"}])),
                "without tools",
            ),
        ] {
            assert!(error.to_string().contains(says), "{error}");
            assert_eq!(error.code(), -32_602);
        }
    }
}
