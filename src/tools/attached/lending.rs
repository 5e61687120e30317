//! Models that a server asks for while it works: the one that the step lends for this call, or none.
//!
//! Its questions are answered one after the other, by the call itself: what ends the call ends them, and nothing else
//! waits for them. An answer goes to the server that asked and nowhere else; what was asked and answered is told in the
//! output of the step, with the beginnings of the texts and their digests.

use std::convert::Infallible;

use serde_json::{Map, Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use super::super::lent::{Answered, Lent, NoAnswer, SAMPLING};
use super::super::mcp::{NotSampled, last_message, sampled, stop_reason, wanted};
use crate::digest::Digest;

/// The most characters of a prompt or an answer that are told.
const TOLD: usize = 300;

/// The most questions that are answered within one call: what the newest version of the protocol asks in results, it
/// asks at most as often.
const MOST_TIMES: u64 = 10;
/// The most tokens of one prompt, and of one answer, that are lent.
const MOST_TOKENS: u64 = 32_768;
/// The longest question, in bytes or so, that is read at once: a longer one would keep others waiting.
const SHORT: usize = 64 << 10;

/// What is told of a question that was given up before there was an answer.
const NOBODY: &str = "nobody waited for the answer";

/// A question of a server, and where its answer is waited for.
pub(super) struct Wanted {
    pub(super) params: Value,
    pub(super) reply: Reply,
}

/// Where the answer to a question is waited for.
pub(super) type Reply = oneshot::Sender<Result<Value, NotSampled>>;

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

/// The schema of what an output tells of questions to a model: for each `prompt` and `asked`, with `system` and
/// `messages` where there is more than a prompt, and either `answer`, `answered`, `model`, `stop_reason`,
/// `prompt_tokens` and `output_tokens`, with `warned` where a guardrail did, or `refused`.
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
        while let Some(Wanted { params, reply }) = wanted.recv().await {
            let (params, brief) = Brief::of(params).await;
            // What it says when this is dropped before there is an answer.
            told.push(brief.refused(NOBODY));
            if let Some(now) = serve(&params, &brief, reply, model).await {
                told.pop();
                told.push(now);
            }
        }
    }
    std::future::pending().await
}

/// Answers one question; what is told of it, or nothing where the server gave it up.
async fn serve(params: &Value, brief: &Brief, mut reply: Reply, model: Lent<'_>) -> Option<Value> {
    let answer = match wanted(params) {
        Err(not) => Err(not),
        Ok(ask) => tokio::select! {
            biased;
            () = reply.closed() => return None,
            answer = model.ask(ask) => answer.map_err(not_answered),
        },
    };
    let (now, said) = match answer {
        Ok(answered) => (
            brief.answered(&answered, model.name()),
            Ok(sampled(&answered.answer, model.name())),
        ),
        Err(not) => (brief.refused(&not.to_string()), Err(not)),
    };
    // A server that is gone hears nothing.
    let _ = reply.send(said);
    Some(now)
}

fn not_answered(why: NoAnswer) -> NotSampled {
    let text = why.to_string();
    match why {
        NoAnswer::Spent { .. } | NoAnswer::Guarded { .. } => NotSampled::Refused(text),
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

/// What is told of a question, whatever becomes of it.
pub(super) struct Brief(Map<String, Value>);

impl Brief {
    /// Reads the parameters of a request, a long one on a thread that may block; they come back.
    pub(super) async fn of(params: Value) -> (Value, Self) {
        if is_short(&params) {
            let brief = Self::read(&params);
            return (params, brief);
        }
        let reading = tokio::task::spawn_blocking(move || {
            let brief = Self::read(&params);
            (params, brief)
        });
        // Reading does not panic; were it to, nothing of the question would be known.
        reading
            .await
            .unwrap_or_else(|_| (Value::Null, Self::read(&Value::Null)))
    }

    fn read(params: &Value) -> Self {
        let mut told = Map::from_iter([
            ("prompt".to_owned(), cut(&last_message(params)).into()),
            ("asked".to_owned(), digest(params).to_string().into()),
        ]);
        let system = params["systemPrompt"].as_str();
        told.extend(system.map(|system| ("system".to_owned(), cut(system).into())));
        let count = params["messages"].as_array().map_or(0, Vec::len);
        if count > 1 {
            told.insert("messages".to_owned(), count.into());
        }
        Self(told)
    }

    /// What is told where it got no answer.
    pub(super) fn refused(&self, why: &str) -> Value {
        let mut told = self.0.clone();
        told.insert("refused".to_owned(), cut(why).into());
        Value::Object(told)
    }

    fn answered(&self, answered: &Answered, model: &str) -> Value {
        let Answered { answer, warned } = answered;
        let mut told = Value::Object(self.0.clone());
        told["answer"] = cut(&answer.text).into();
        told["answered"] = Digest::of(answer.text.as_bytes()).to_string().into();
        told["model"] = model.into();
        told["stop_reason"] = stop_reason(answer).into();
        told["prompt_tokens"] = answer.prompt_tokens.into();
        told["output_tokens"] = answer.output_tokens.into();
        if !warned.is_empty() {
            told["warned"] = json!(warned);
        }
        told
    }
}

/// The digest of what a server asked: of the parameters without `_meta`, which is about the request.
fn digest(params: &Value) -> Digest {
    match params {
        Value::Object(members) if members.contains_key("_meta") => {
            let mut members = members.clone();
            members.remove("_meta");
            Digest::of_json(&Value::Object(members))
        }
        params => Digest::of_json(params),
    }
}

/// Whether a value is read in no time.
fn is_short(value: &Value) -> bool {
    left(value, SHORT).is_some()
}

/// What is left of `room` after `value`; `None` where it does not suffice.
fn left(value: &Value, room: usize) -> Option<usize> {
    let room = room.checked_sub(1)?;
    match value {
        Value::String(text) => room.checked_sub(text.len()),
        Value::Array(items) => items.iter().try_fold(room, |room, item| left(item, room)),
        Value::Object(members) => members
            .iter()
            .try_fold(room, |room, (name, member)| left(member, room.checked_sub(name.len())?)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(room),
    }
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
    let mut refusals = told.iter().rev().filter_map(|told| told["refused"].as_str());
    // Of one that was given up, its end was the reason, and no model's.
    let refusal = refusals.find(|why| *why != NOBODY);
    refusal.map(|why| format!("it got no model: {why}"))
}

fn cut(text: &str) -> String {
    let more = if text.chars().nth(TOLD).is_some() { "…" } else { "" };
    text.chars().take(TOLD).chain(more.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Answer;

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
        let warned = vec!["regex".to_owned()];
        let answered = Answered { answer, warned };
        let list = json!([
            Brief::read(&params(&"x".repeat(1 << 20))).answered(&answered, "a-model"),
            Brief::read(&json!({"messages": 3})).refused(&"z".repeat(1_000)),
        ]);
        let schema = jsonschema::validator_for(&told()).unwrap();
        assert!(schema.is_valid(&list), "{list}");
        assert!(list.to_string().len() < 2_000, "{list}");
        assert_eq!(list[0]["stop_reason"], "maxTokens");
        assert_eq!(list[0]["warned"], json!(["regex"]));
        assert!(list[0]["prompt"].as_str().unwrap().ends_with("x…"));
    }

    #[tokio::test]
    async fn a_question_is_told_as_the_model_reads_it() {
        let text = |text: &str| json!({"type": "text", "text": text});
        let user = |content: Value| json!({"role": "user", "content": content});
        let last = user(json!([text("do this"), {"type": "image"}, text("thanks")]));
        let plain = json!({"messages": [user(text("before")), last], "systemPrompt": "s".repeat(500), "maxTokens": 5});
        let mut with_token = plain.clone();
        with_token["_meta"] = json!({"progressToken": 1});
        let (same, brief) = Brief::of(plain.clone()).await;
        assert_eq!(same, plain);
        let told = brief.refused("no");
        assert_eq!(
            (&told["prompt"], &told["messages"]),
            (&json!("do this\nthanks"), &json!(2))
        );
        assert_eq!(told["system"].as_str().unwrap().chars().count(), 301);
        // What is about the request is no part of the question.
        assert_eq!(Brief::read(&with_token).refused("no"), told);
        let plain = Brief::read(&params("x")).refused("no");
        assert_eq!((plain.get("system"), plain.get("messages")), (None, None));
        let long = params(&"x".repeat(SHORT));
        assert!(is_short(&params("x")) && !is_short(&long));
        let (same, brief) = Brief::of(long.clone()).await;
        assert_eq!(
            (same == long, brief.refused("no")),
            (true, Brief::read(&long).refused("no"))
        );
    }

    #[test]
    fn a_failure_says_what_became_of_the_questions() {
        let no = |why: &str| json!({"prompt": "p", "asked": "d", "refused": why});
        let yes = json!({"prompt": "p", "asked": "d", "answer": "a"});
        for (told, before_it, why) in [
            (vec![], "", None),
            (vec![no("A")], " (it had asked for a model and got none)", Some("A")),
            (vec![yes.clone()], " (a model had answered it once)", None),
            // What it was not given for its own end says nothing about the end.
            (vec![no(NOBODY)], " (it had asked for a model and got none)", None),
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
