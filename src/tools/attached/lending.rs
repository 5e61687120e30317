//! Models that a server asks for while it works: the one that the step lends for this call, or none.
//!
//! Its questions are answered one after the other, by the call itself: what ends the call ends them, and nothing else
//! waits for them. An answer goes to the server that asked and nowhere else; what was asked and answered is told in the
//! output of the step, with the beginnings of the texts and their digests.

use std::convert::Infallible;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use super::super::lent::{Lent, NoAnswer, SAMPLING};
use super::super::mcp::{NotSampled, sampled, stop_reason, wanted};
use crate::digest::Digest;
use crate::models::Answer;

/// The most characters of a prompt or an answer that are told.
const TOLD: usize = 300;

/// The most questions that are answered within one call: what the newest version of the protocol asks in results, it
/// asks at most as often.
const MOST_TIMES: u64 = 10;
/// The most tokens of one prompt, and of one answer, that are lent.
const MOST_TOKENS: u64 = 32_768;

/// A question of a server, and where its answer is waited for.
pub(super) struct Wanted {
    pub(super) params: Value,
    pub(super) reply: oneshot::Sender<Result<Value, NotSampled>>,
}

/// The schema of the argument that lends a model. A run keeps it for each action of a server: it is short.
pub(super) fn argument() -> Value {
    let number = |most: u64| json!({"type": "integer", "minimum": 1, "maximum": most});
    json!({
        "type": "object", "required": ["times", "max_output_tokens"], "additionalProperties": false,
        "description": "Lends the model of the run: so many questions of the server are answered, with at most so many tokens each",
        "properties": {
            "times": number(MOST_TIMES), "max_output_tokens": number(MOST_TOKENS), "max_prompt_tokens": number(MOST_TOKENS),
        },
    })
}

/// The schema of what an output tells of questions to a model: for each `prompt` and `asked`, and either `answer`,
/// `answered`, `model`, `stop_reason`, `prompt_tokens` and `output_tokens`, or `refused`.
pub(super) fn told() -> Value {
    json!({"type": "array", "items": {"type": "object", "required": ["prompt", "asked"]}})
}

/// Answers what comes through `wanted` with `model`, and writes into `told` what came and what became of it. Ends only by
/// being dropped.
pub(super) async fn lend(
    mut wanted: UnboundedReceiver<Wanted>,
    model: Option<Lent<'_>>,
    told: &mut Vec<Value>,
) -> Infallible {
    if let Some(model) = model {
        while let Some(question) = wanted.recv().await {
            // What it says when this is dropped before there is an answer.
            told.push(refused(&question.params, "nobody waited for the answer"));
            if let Some(now) = serve(question, model).await {
                told.pop();
                told.push(now);
            }
        }
    }
    std::future::pending().await
}

/// Answers one question; what is told of it, or nothing where the server gave it up.
async fn serve(question: Wanted, model: Lent<'_>) -> Option<Value> {
    let Wanted { params, mut reply } = question;
    let answer = match wanted(&params) {
        Err(not) => Err(not),
        Ok(ask) => tokio::select! {
            biased;
            () = reply.closed() => return None,
            answer = model.ask(ask) => answer.map_err(not_answered),
        },
    };
    let (now, said) = match answer {
        Ok(answer) => (
            answered(&params, &answer, model.name()),
            Ok(sampled(&answer, model.name())),
        ),
        Err(not) => (refused(&params, &not.to_string()), Err(not)),
    };
    // A server that is gone hears nothing.
    let _ = reply.send(said);
    Some(now)
}

fn not_answered(why: NoAnswer) -> NotSampled {
    let text = why.to_string();
    match why {
        NoAnswer::Spent { .. } => NotSampled::Refused(text),
        NoAnswer::TooLong { .. } => NotSampled::Invalid(text),
        NoAnswer::Failed { .. } => NotSampled::Failed(text),
    }
}

/// Why a server gets no model where the step lends none: told to the server, and to whoever wrote the step.
pub(super) fn nothing_lent() -> NotSampled {
    NotSampled::Refused(format!(
        "no model is lent to this call; the argument `{SAMPLING}: {{times: 1, max_output_tokens: 256}}` of the step would"
    ))
}

/// What is told of a question that got no answer.
pub(super) fn refused(params: &Value, why: &str) -> Value {
    json!({"prompt": cut(last_text(params)), "asked": Digest::of_json(params).to_string(), "refused": cut(why)})
}

fn answered(params: &Value, answer: &Answer, model: &str) -> Value {
    json!({
        "prompt": cut(last_text(params)), "asked": Digest::of_json(params).to_string(),
        "answer": cut(&answer.text), "answered": Digest::of(answer.text.as_bytes()).to_string(),
        "model": model, "stop_reason": stop_reason(answer),
        "prompt_tokens": answer.prompt_tokens, "output_tokens": answer.output_tokens,
    })
}

/// What the error of a call adds about the questions to a model before it; empty where there was none.
pub(super) fn before(told: &[Value]) -> String {
    let count = told.iter().filter(|told| told["answer"].is_string()).count();
    let more = if count < told.len() { ", and then no more" } else { "" };
    match (count, told.len()) {
        (0, 0) => String::new(),
        (0, _) => " (it had asked for a model and got none)".to_owned(),
        (1, _) => format!(" (a model had answered it once{more})"),
        (count, _) => format!(" (a model had answered it {count} times{more})"),
    }
}

/// Why the last question to a model got no answer, where one got none.
pub(super) fn hint(told: &[Value]) -> Option<String> {
    let refusal = told.iter().rev().find_map(|told| told["refused"].as_str());
    refusal.map(|why| format!("it got no model: {why}"))
}

/// The text of the last message.
fn last_text(params: &Value) -> &str {
    let last = params["messages"].as_array().and_then(|messages| messages.last());
    let content = last.map(|message| &message["content"]);
    let block = content.and_then(|content| match content {
        Value::Array(blocks) => blocks.last(),
        block => Some(block),
    });
    block.and_then(|block| block["text"].as_str()).unwrap_or_default()
}

fn cut(text: &str) -> String {
    let more = if text.chars().nth(TOLD).is_some() { "…" } else { "" };
    text.chars().take(TOLD).chain(more.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(text: &str) -> Value {
        json!({"messages": [{"role": "user", "content": {"type": "text", "text": text}}], "maxTokens": 5})
    }

    #[test]
    fn what_is_told_conforms_to_the_contract_and_is_short() {
        let answer = Answer {
            value: json!("yes"),
            text: "y".repeat(1_000),
            finished: false,
            stopped: false,
            prompt_tokens: 40,
            output_tokens: 5,
            prefill_ms: 1,
            decode_ms: 1,
            confidence: Vec::new(),
            left_out: 0,
            masks: Default::default(),
        };
        let list = json!([
            answered(&params(&"x".repeat(1 << 20)), &answer, "a-model"),
            refused(&json!({"messages": 3}), &"z".repeat(1_000)),
        ]);
        let schema = jsonschema::validator_for(&told()).unwrap();
        assert!(schema.is_valid(&list), "{list}");
        assert!(list.to_string().len() < 2_000, "{list}");
        assert_eq!(list[0]["stop_reason"], "maxTokens");
        assert!(list[0]["prompt"].as_str().unwrap().ends_with("x…"));
    }

    #[test]
    fn a_failure_says_what_became_of_the_questions() {
        let no = |why: &str| json!({"prompt": "p", "asked": "d", "refused": why});
        let yes = json!({"prompt": "p", "asked": "d", "answer": "a"});
        for (told, before_it, why) in [
            (vec![], "", None),
            (vec![no("A")], " (it had asked for a model and got none)", Some("A")),
            (vec![yes.clone()], " (a model had answered it once)", None),
            (
                vec![yes.clone(), yes, no("A"), no("B")],
                " (a model had answered it 2 times, and then no more)",
                Some("B"),
            ),
        ] {
            let why = why.map(|why| format!("it got no model: {why}"));
            assert_eq!((before(&told).as_str(), hint(&told)), (before_it, why));
        }
    }

    #[test]
    fn a_loan_has_bounds() {
        let schema = jsonschema::validator_for(&argument()).unwrap();
        for (loan, fits) in [
            (json!({"times": 1, "max_output_tokens": 256}), true),
            (
                json!({"times": 10, "max_output_tokens": 1, "max_prompt_tokens": 32_768}),
                true,
            ),
            (json!({"times": 11, "max_output_tokens": 1}), false),
            (json!({"times": 0, "max_output_tokens": 1}), false),
            (json!({"times": 1}), false),
            (
                json!({"times": 1, "max_output_tokens": 1, "max_prompt_tokens": 32_769}),
                false,
            ),
            (json!({"times": 1, "max_output_tokens": 1, "model": "x"}), false),
            (json!(true), false),
        ] {
            assert_eq!(schema.is_valid(&loan), fits, "{loan}");
        }
    }
}
