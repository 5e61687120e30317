//! What a model is asked and what it answers.

use serde_json::Value;

pub use crate::capsule::step::Overflow;
use crate::policy::Refused;

/// A question to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The system's turn; the model's own default when absent.
    pub system: Option<String>,
    /// What was said before, oldest first.
    pub turns: Vec<Turn>,
    /// The user's turn.
    pub prompt: String,
    /// What the question is about; stands after it in the user's turn.
    pub about: Option<String>,
    /// What becomes of `about` and `turns` when they do not fit; everything else is never cut.
    pub overflow: Overflow,
    /// What the answer must look like.
    pub constraint: Constraint,
    /// The most tokens that the answer may have, its end included. Choices need no bound.
    pub max_output_tokens: u32,
    /// How the next token is picked. Choices ignore it.
    pub sampling: Sampling,
    /// Texts that end a free answer; they are not part of it.
    pub stop: Vec<String>,
}

impl Ask {
    /// A question by itself whose answer is any text of at most `max_output_tokens`.
    pub fn free(prompt: &str, max_output_tokens: u32) -> Self {
        Self {
            system: None,
            turns: Vec::new(),
            prompt: prompt.to_owned(),
            about: None,
            overflow: Overflow::default(),
            constraint: Constraint::Free,
            max_output_tokens,
            sampling: Sampling::default(),
            stop: Vec::new(),
        }
    }
}

/// A turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Whose turn it is.
    pub role: Role,
    /// What was said.
    pub text: String,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Whoever asks.
    User,
    /// The model.
    Model,
}

impl Role {
    /// Its name in chat templates.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Model => "assistant",
        }
    }
}

/// How the next token is picked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// 0 takes the likeliest token; 1 samples from the model's distribution.
    pub temperature: f32,
    /// Only the likeliest tokens that together have this share of the probability are drawn; 1 draws all
    /// (nucleus sampling, arXiv:1904.09751).
    pub top_p: f32,
    /// Tokens less likely than this share of the likeliest are never drawn; 0 draws all (arXiv:2407.01082).
    pub min_p: f32,
    /// What the logits of tokens are divided by (multiplied, below zero) that are among the last 256 of the answer; 1
    /// changes nothing (arXiv:1909.05858).
    pub repetition_penalty: f32,
    /// The same seed, question and model give the same answer.
    pub seed: u64,
}

impl Default for Sampling {
    /// The likeliest token each time. Once a temperature is set, small models have long, wrong tails: they are cut.
    fn default() -> Self {
        Self {
            temperature: 0.0,
            top_p: 1.0,
            min_p: 0.05,
            repetition_penalty: 1.0,
            seed: 0,
        }
    }
}

/// What an answer must look like.
#[derive(Debug, Clone, PartialEq)]
pub enum Constraint {
    /// Any text.
    Free,
    /// Exactly one of these; all are scored.
    Choices {
        /// The texts.
        texts: Vec<String>,
        /// Divides each probability by what it is without anything to judge (the mean over [`CONTENT_FREE`] in the
        /// place of what the question is about, or of the question): contextual calibration (arXiv:2102.09690).
        calibrated: bool,
    },
    /// JSON that is valid under this JSON Schema; bound its strings and arrays.
    Schema(Value),
    /// A text that this regular expression matches as a whole; no look-around, no back-references.
    Pattern(String),
    /// A call of one of these functions: a JSON object of `name` and `arguments`.
    Call(Vec<Function>),
}

/// Whole numbers up to this are held exactly by what enforces and checks a schema.
const EXACT: u128 = 1 << 53;

/// The bounds of the number types, which generated schemas have: they bound nothing that anybody means.
const WIDEST: [i128; 3] = [i64::MIN as i128, i64::MAX as i128, u64::MAX as i128];

/// From here on whole numbers are read as doubles.
const BEYOND: f64 = 18_446_744_073_709_551_616.0;

/// Keywords of a schema that only describe: nothing is held to what they say.
const DESCRIBING: [&str; 5] = ["default", "examples", "title", "description", "$comment"];

/// Where `schema` has a whole number that would be rounded, as a JSON pointer: an answer could not be held to it.
///
/// A number written with a point or an exponent is the double that it names, and stays it.
pub fn rounded(schema: &Value) -> Option<String> {
    let below = |name: &str, value: &Value| {
        let name = name.replace('~', "~0").replace('/', "~1");
        rounded(value).map(|at| format!("/{name}{at}"))
    };
    match schema {
        Value::Number(number) => {
            let whole = number
                .as_i64()
                .map(i128::from)
                .or_else(|| number.as_u64().map(i128::from));
            let is_rounded = match whole {
                Some(whole) => whole.unsigned_abs() > EXACT && !WIDEST.contains(&whole),
                // Beyond those, what was written as a whole number cannot be told from what was not.
                None => number.as_f64().is_none_or(|number| number.abs() >= BEYOND),
            };
            is_rounded.then(String::new)
        }
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(index, item)| below(&index.to_string(), item))
        }
        Value::Object(fields) => {
            let mut fields = fields.iter().filter(|(name, field)| {
                // A property may have such a name; what stands there is a schema then.
                !DESCRIBING.contains(&name.as_str()) || field.is_object()
            });
            fields.find_map(|(name, field)| below(name, field))
        }
        Value::Null | Value::Bool(_) | Value::String(_) => None,
    }
}

/// What stands for nothing in particular.
pub const CONTENT_FREE: [&str; 3] = ["N/A", "[MASK]", ""];

/// A function that a model may call.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// JSON Schema of its arguments, an object.
    pub parameters: Value,
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
    /// Whether one of the texts of [`Ask::stop`] ended it.
    pub stopped: bool,
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
    /// Tokens of `about` and `turns` that did not fit.
    pub left_out: u64,
    /// What it took to work out which tokens may come next.
    pub masks: Masks,
}

/// What a grammar costs while an answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Masks {
    /// How often it was asked which token may come next.
    pub count: u64,
    /// Half of the times it took at most this, in nanoseconds.
    pub median_ns: u64,
    /// Nanoseconds in all.
    pub total_ns: u64,
}

const MIB: u64 = 1 << 20;

fn had(available: Option<u64>) -> String {
    match available {
        Some(bytes) => format!("{} MiB are available", bytes / MIB),
        None => "the system does not give it".to_owned(),
    }
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
    /// The action was not judged to ask a model.
    #[error("`{action}` was not judged to ask a model")]
    NotJudged {
        /// The action's name.
        action: String,
    },
    /// Prompt and answer do not fit into the context, and nothing that may be cut would make them fit.
    #[error("prompt and answer need {tokens} tokens and the model's context has {context}")]
    TooLong {
        /// Tokens of the prompt and the most that the answer may have; of a text far too long, a
        /// lower bound.
        tokens: u64,
        /// Tokens that fit.
        context: u64,
    },
    /// There is no memory for what the model would have to remember.
    #[error("what the model remembers of its tokens needs {} MiB of memory, and {}", needed.div_ceil(MIB), had(*available))]
    Memory {
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that are there; the system does not say where it refused to give any.
        available: Option<u64>,
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

impl AskError {
    /// What would change it, where somebody who asks can.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Memory { .. } => Some(
                "allow a shorter answer with `--max-output-tokens` (in a capsule: `model: {max_output_tokens: N}`), give less \
                 to read, or free memory",
            ),
            Self::TooLong { .. } => Some(
                "give less to read, allow a shorter answer with `--max-output-tokens`, or have material cut with \
                 `--overflow keep-ends` (in a capsule: `model: {overflow: keep_ends}`)",
            ),
            Self::Unfinished { .. } => Some(
                "allow more with `--max-output-tokens` (in a capsule: `model: {max_output_tokens: N}`), or bound strings and \
                 lists in the schema",
            ),
            Self::Refused(_)
            | Self::OtherPrompt { .. }
            | Self::NotJudged { .. }
            | Self::Constraint { .. }
            | Self::Invalid { .. }
            | Self::Stopped
            | Self::Template { .. }
            | Self::Compute { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_that_would_be_rounded_are_found() {
        let read = |text: &str| rounded(&serde_json::from_str(text).unwrap());
        assert_eq!(
            read(r#"{"properties": {"a/b": {"const": 123456789012345678901234567890}}}"#).as_deref(),
            Some("/properties/a~1b/const")
        );
        assert_eq!(read(r#"{"enum": [1, -9007199254740993]}"#).as_deref(), Some("/enum/1"));
        for kept in [
            json!({"minimum": 9_007_199_254_740_992_u64, "maximum": 0.1, "type": "integer"}),
            json!({"type": "number", "maximum": 1e16}),
            json!({"type": "integer", "minimum": i64::MIN, "maximum": u64::MAX}),
            json!({"type": "string", "examples": [9_007_199_254_740_993_u64]}),
        ] {
            assert_eq!(rounded(&kept), None, "{kept}");
        }
        let named = json!({"properties": {"default": {"const": 9_007_199_254_740_993_u64}}});
        assert_eq!(rounded(&named).as_deref(), Some("/properties/default/const"));
    }
}
