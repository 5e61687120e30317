//! A server of decisions that a constitution names: it is asked in the form of OPA's data API, and may only deny.
//!
//! Here is what it is asked and what its answer means. The asking is done at the edge; what came of it is data, an
//! input of the judgement that is recorded with the verdict. Anything but `true` denies, silence and faults included.
//!
//! ```text
//!  Law::question(action, situation) ─► Question ─► engine::opa asks ─► Heard ─► situation.heard ─► Law::judge
//! ```

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::action::Situation;
use super::law::quoted;
use super::mode::{InForce, Reach};
use super::verdict::Reason;
use crate::digest::Digest;
use crate::net::{Closed, Destination};

/// The most bytes of an answer; a truth value needs a few.
pub const LARGEST_ANSWER: u64 = 64 * 1024;

/// The server that a constitution names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Opa {
    /// The article that asking it serves.
    pub(super) article: String,
    /// The rule, as OPA's data API names it: `https://HOST/v1/data/PATH`.
    pub(super) url: String,
    /// How long an answer may take, all of it.
    pub(super) timeout_ms: u64,
}

/// What is asked of a server, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    url: String,
    timeout: Duration,
    body: String,
    asked: Digest,
    is_offline: bool,
}

/// What a server said, or why it said nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Who was asked.
    pub url: String,
    /// The digest of the input that it was asked about, so that an answer counts for nothing else.
    pub asked: Digest,
    /// What came of it.
    pub said: Said,
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Said {
    /// `{"result": true}`.
    Allow,
    /// `{"result": false}`.
    Deny,
    /// An answer without `result`: the rule is undefined for this input, or there is none.
    Undefined,
    /// No answer, or another one than a truth value.
    Fault {
        /// What went wrong, in words.
        why: String,
    },
}

/// The form of an answer; what else is in it decides nothing.
#[derive(Deserialize)]
struct Reply {
    #[serde(default, deserialize_with = "present")]
    result: Option<Value>,
}

/// `null` is a value like others; only what is not there is undefined.
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

impl Opa {
    /// What it is asked about `input`, which a judgement in `situation` depends on.
    pub(super) fn question(&self, input: &Value, situation: &Situation) -> Question {
        Question {
            url: self.url.clone(),
            timeout: Duration::from_millis(self.timeout_ms),
            body: json!({"input": input}).to_string(),
            asked: Digest::of_json(input),
            is_offline: situation.offline,
        }
    }

    /// A question about nothing, which shows whether it answers.
    pub(super) fn probe(&self) -> Question {
        let input = json!({});
        Question {
            url: self.url.clone(),
            timeout: Duration::from_millis(self.timeout_ms),
            body: json!({"input": input}).to_string(),
            asked: Digest::of_json(&input),
            is_offline: false,
        }
    }

    /// Why what was heard of it does not let an action with this input pass; `None` when it does.
    pub(super) fn objection(&self, input: &Value, heard: &[Heard]) -> Option<Reason> {
        let asked = Digest::of_json(input);
        let said = heard
            .iter()
            .find(|heard| heard.url == self.url && heard.asked == asked)
            .map(|heard| &heard.said);
        let url = quoted(&self.url);
        let text = match said {
            Some(Said::Allow) => return None,
            Some(Said::Deny) => format!("{url} does not allow it"),
            Some(Said::Undefined) => format!("{url} does not allow it: its rule is undefined for this"),
            Some(Said::Fault { why }) => format!("{url} did not decide, so nothing is allowed: {why}"),
            None => format!("{url} was not asked about it, so nothing is allowed"),
        };
        Some(Reason {
            rule: None,
            article: Some(self.article.clone()),
            text,
        })
    }

    /// What it does, for people.
    pub(super) fn says(&self) -> String {
        format!(
            "denies what `{}` does not allow within {} ms",
            self.url, self.timeout_ms
        )
    }
}

impl Question {
    /// Who is asked.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How long the whole answer may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// What is sent: `{"input": …}`.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Why it is not asked at all where this mode is in force.
    pub fn closed(&self, mode: &InForce) -> Option<String> {
        if self.is_offline {
            return Some(Closed::Offline.to_string());
        }
        let is_here = Destination::of(&self.url).is_ok_and(|(_, destination)| destination.is_loopback());
        match mode.terms().reach {
            Reach::ThisMachine if !is_here => {
                Some(format!("the mode `{mode}` lets nothing be reached beyond this machine"))
            }
            Reach::ThisMachine | Reach::AsRuled => None,
        }
    }

    /// Whether it was asked already.
    pub fn is_answered(&self, heard: &[Heard]) -> bool {
        heard
            .iter()
            .any(|heard| heard.url == self.url && heard.asked == self.asked)
    }

    /// What came of it, as it is recorded.
    pub fn answered(&self, said: Said) -> Heard {
        Heard {
            url: self.url.clone(),
            asked: self.asked,
            said,
        }
    }
}

impl Said {
    /// What the body of an answer with the status 200 says.
    pub fn of(body: &[u8]) -> Self {
        let fault = |why: &str| Self::Fault { why: why.to_owned() };
        // A list would be taken for the fields in their order.
        let text = std::str::from_utf8(body).ok();
        let object = text.filter(|text| text.trim_start().starts_with('{'));
        let Some(reply) = object.and_then(|text| serde_json::from_str::<Reply>(text).ok()) else {
            return fault("its answer is no JSON object");
        };
        match reply.result {
            None => Self::Undefined,
            Some(Value::Bool(true)) => Self::Allow,
            Some(Value::Bool(false)) => Self::Deny,
            Some(Value::Null) => fault("its result is null, not a truth value"),
            Some(Value::Number(_)) => fault("its result is a number, not a truth value"),
            Some(Value::String(_)) => fault("its result is a text, not a truth value"),
            Some(Value::Array(_)) => fault("its result is a list, not a truth value"),
            Some(Value::Object(_)) => fault("its result is an object, not a truth value"),
        }
    }
}

#[cfg(test)]
mod tests;
