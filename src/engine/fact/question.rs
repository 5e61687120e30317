//! Questions to people and their answers. The bodies are a stored form: fields are added with defaults,
//! never renamed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fault::Fault;
use super::unit::Unit;
use crate::digest::Digest;
use crate::label::{Confidentiality, Integrity, Label, Labelled};
use crate::policy::{InForce, Subject};

/// The answer that allows.
pub const APPROVE: &str = "approve";
/// What stands before the words of a server, which end the question.
pub const OWN_WORDS: &str = "In the server's own words: ";
/// What stands before the message of a call that failed, which ends the question about its effect.
pub const CALL_SAID: &str = "What its call said: ";
/// The answer that refuses.
pub const REJECT: &str = "reject";
/// To a doubt: the effect happened.
pub const HAPPENED: &str = "happened";
/// To a doubt: it did not, or may happen twice.
pub const RETRY: &str = "retry";
/// To a doubt: the step has failed.
pub const FAIL: &str = "fail";

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum About {
    /// A gate of the capsule.
    Gate {
        /// Whether the capsule names the choices, and so knows what to do with each.
        own_choices: bool,
    },
    /// An action that needs somebody's word.
    Action {
        /// Tool and action.
        action: String,
        /// What exactly is approved.
        digest: Digest,
        /// Its arguments.
        args: Arc<Labelled>,
        /// What rules ask about it, which whoever approves it can have remembered.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        subjects: Vec<Subject>,
    },
    /// An effect that may have happened.
    Doubt {
        /// The attempt.
        attempt: u32,
        /// Its idempotency key.
        key: String,
        /// Why nobody knows, in the words of the tool or of the other side; absent when its owner died.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// A form that an attached server asked for in the middle of a call, which failed without it.
    Elicited {
        /// The attempt.
        attempt: u32,
        /// Tool and action. Not under the name that it has above: nobody is asked whether it may happen, so that what is
        /// answered here says nothing of how people judge it.
        call: String,
        /// What the server says that it is for, cut and escaped.
        message: String,
        /// How many forms were answered before it in that attempt.
        #[serde(default)]
        answered: usize,
        /// How the attempt failed.
        fault: Fault,
        /// Whether its effect may have happened, so that it is in doubt until somebody answers.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        in_doubt: bool,
    },
    /// Something that a guardrail found in the inputs.
    Inputs,
    /// Something that a guardrail found in the outputs.
    Outputs {
        /// The digest of the outputs.
        digest: Digest,
    },
}

impl About {
    /// Whether it decides about an effect that may have happened.
    pub fn is_in_doubt(&self) -> bool {
        match self {
            Self::Doubt { .. } => true,
            Self::Elicited { in_doubt, .. } => *in_doubt,
            Self::Gate { .. } | Self::Action { .. } | Self::Inputs | Self::Outputs { .. } => false,
        }
    }
}

/// A value that is shown beside a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// The expression that gave it.
    pub name: String,
    /// The value.
    pub value: Arc<Labelled>,
}

/// `approval.requested`: somebody has to decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Requested {
    /// 16 hexadecimal digits, unique in the store.
    pub id: String,
    /// The unit that waits; absent when the run as a whole does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// What it is about.
    pub about: About,
    /// The question.
    pub prompt: String,
    /// What is shown beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<Shown>,
    /// What can be answered.
    pub choices: Vec<String>,
    /// Who may answer; empty means anybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignees: Vec<String>,
    /// JSON Schema of what is answered besides the choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Value>,
    /// Until when it can be answered, in milliseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// The answer that counts then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_expire: Option<String>,
    /// The label of what decided that a gate asks (`when`, `foreach`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
}

impl Requested {
    /// The question without the words of somebody else, which end it: what stands after them would pass for theirs, and
    /// theirs for it.
    pub fn ours(&self) -> &str {
        let words = match self.about {
            About::Elicited { .. } => OWN_WORDS,
            About::Doubt { .. } => CALL_SAID,
            About::Gate { .. } | About::Action { .. } | About::Inputs | About::Outputs { .. } => return &self.prompt,
        };
        let told = self.prompt.split_once(words);
        told.map_or(&self.prompt, |(ours, _)| ours.trim_end())
    }
}

/// What a form was filled in with: whoever fills nothing in fills in an empty one.
pub(in crate::engine) fn filled(form: &Value) -> Value {
    match form {
        Value::Null => json!({}),
        filled => filled.clone(),
    }
}

/// An answer, as it is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The question.
    pub id: String,
    /// The choice.
    pub choice: String,
    /// What else was answered: an object.
    pub form: Value,
    /// Who answers.
    pub by: String,
    /// Why, in their words.
    pub reason: Option<String>,
    /// The deployment mode in which it is given; [`super::super::Engine::tell`] says which.
    pub mode: InForce,
    /// Whether the rules that ask need not ask about the same again in this run.
    pub remember: bool,
}

/// `approval.resolved`: it is decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resolved {
    /// The question.
    pub id: String,
    /// The choice.
    pub choice: String,
    /// Who decided; `clock` when nobody did in time.
    pub by: String,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What else was answered: an object, or null.
    #[serde(default)]
    pub form: Value,
    /// Whether nobody answered in time.
    #[serde(default)]
    pub expired: bool,
    /// What exactly is approved, when it is an action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The deployment mode in which it was decided.
    #[serde(default, skip_serializing_if = "InForce::is_default")]
    pub mode: InForce,
    /// What rules do not ask about again in this run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remembered: Vec<Subject>,
}

impl Resolved {
    /// The label of what else was answered: whoever answers vouches for it.
    pub(in crate::engine) fn label(&self) -> Label {
        let source = format!("approval:{}", self.by);
        Label::from_source(Integrity::User, Confidentiality::Private, source)
    }
}
