//! What a model is asked and what it answers.

use serde_json::Value;

use crate::policy::Refused;

/// A question to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The user's turn.
    pub prompt: String,
    /// The system's turn; the model's own default when absent.
    pub system: Option<String>,
    /// What the answer must look like.
    pub constraint: Constraint,
    /// The most tokens that the answer may have, its end included. Choices need no bound.
    pub max_output_tokens: u32,
    /// 0 takes the likeliest token; 1 samples from the model's distribution. Choices ignore it.
    pub temperature: f32,
    /// The same seed, question and model give the same answer.
    pub seed: u64,
}

/// What an answer must look like.
#[derive(Debug, Clone, PartialEq)]
pub enum Constraint {
    /// Any text.
    Free,
    /// Exactly one of these; all are scored.
    Choices(Vec<String>),
    /// JSON that is valid under this JSON Schema; bound its strings and arrays.
    Schema(Value),
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The text, the choice, or the JSON value.
    pub value: Value,
    /// The answer as written: exactly what was streamed.
    pub text: String,
    /// Whether the model ended it; otherwise the bound on tokens did. Only a free text may be cut.
    pub finished: bool,
    /// Tokens of the rendered prompt.
    pub prompt_tokens: u64,
    /// Tokens of the answer, its end included.
    pub output_tokens: u64,
    /// Milliseconds spent reading the prompt.
    pub prefill_ms: u64,
    /// Milliseconds spent writing the answer.
    pub decode_ms: u64,
    /// For choices: each with the logarithm of its probability among them, in the order given.
    pub confidence: Vec<(String, f64)>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AskError {
    /// The grant is not for this action.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The action that was judged has another prompt.
    #[error("the prompt is not the one that was judged in `{action}`")]
    OtherPrompt {
        /// The action's name.
        action: String,
    },
    /// Prompt and answer do not fit into the context; nothing is ever cut off.
    #[error("prompt and answer need {tokens} tokens and the model's context has {context}")]
    TooLong {
        /// Tokens of the prompt and the most that the answer may have; of a text far too long, a
        /// lower bound.
        tokens: u64,
        /// Tokens that fit.
        context: u64,
    },
    /// The constraint cannot be met or is not understood.
    #[error("the answer cannot be constrained: {why}")]
    Constraint {
        /// What is wrong with it.
        why: String,
    },
    /// The bound on tokens was reached before the JSON was complete.
    #[error("the answer was not complete after {tokens} tokens")]
    Unfinished {
        /// Tokens that were written.
        tokens: u64,
    },
    /// The answer breaks the schema in a way that cannot be enforced while it is written.
    #[error("the answer does not conform to its schema: {why}")]
    Invalid {
        /// The first violation.
        why: String,
        /// The answer.
        text: String,
    },
    /// The caller stopped it.
    #[error("stopped")]
    Stopped,
    /// The model's chat template cannot render the question.
    #[error("the model's chat template fails: {why}")]
    Template {
        /// What the template engine said.
        why: String,
    },
    /// The computation failed.
    #[error("the model failed: {why}")]
    Compute {
        /// What the library said.
        why: String,
    },
}
