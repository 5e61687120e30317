//! Models that a step lends to whoever it calls.
//!
//! What a tool is given is a question's way to the run's model and nothing else: it chooses no model, reserves nothing
//! and records nothing. Whoever gives it keeps to the [`Loan`] that was judged, however often it is used.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

use crate::capsule::tool_spec::ActionSpec;
use crate::models::{Answer, Ask};

/// The most tokens of one prompt where a loan does not say.
pub const MAX_PROMPT_TOKENS: u64 = 2_048;

/// The argument that lends a model: `sampling`, as the Model Context Protocol calls what a server does with it.
pub const SAMPLING: &str = "sampling";

/// How often a model may be asked on the way of one call, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loan {
    /// How many questions are taken, those that cannot be answered among them.
    pub times: u64,
    /// The most tokens of one prompt, as the model's chat template writes it.
    pub max_prompt_tokens: u64,
    /// The most tokens of one answer.
    pub max_output_tokens: u32,
}

impl Loan {
    /// The loan that `args`, which fit the contract of `action`, make; `None` where they make none.
    pub fn of(action: &ActionSpec, args: &Value) -> Option<Self> {
        let lent = args.get(SAMPLING).filter(|_| action.infers(args))?;
        let number = |name: &str| lent.get(name).and_then(Value::as_u64);
        let output = number("max_output_tokens").and_then(|tokens| u32::try_from(tokens).ok());
        Some(Self {
            times: number("times")?,
            max_prompt_tokens: number("max_prompt_tokens").unwrap_or(MAX_PROMPT_TOKENS),
            max_output_tokens: output?,
        })
    }

    /// The most tokens that it takes.
    pub fn tokens(&self) -> u64 {
        let each = self.max_prompt_tokens.saturating_add(self.max_output_tokens.into());
        self.times.saturating_mul(each)
    }
}

/// Why a question was not answered; whoever asked is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// As many came as the step allows.
    #[error("the step lends a model for {times} questions, and as many were asked")]
    Spent {
        /// How many that are.
        times: u64,
    },
    /// A guardrail of the capsule holds it back.
    #[error("{why}")]
    Guarded {
        /// What was found, and where; never the text.
        why: String,
    },
    /// The prompt is longer than the step allows, or does not fit the model.
    #[error("{why}")]
    TooLong {
        /// How long it is, and how long it may be.
        why: String,
    },
    /// The model did not answer.
    #[error("the model did not answer: {why}")]
    Failed {
        /// What happened.
        why: String,
    },
}

/// What a model answered.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// The guardrails that warn of the question, by name.
    pub warned: Vec<String>,
}

/// A future of a model's answer.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Answered, NoAnswer>> + Send + 'a>>;

/// A model that a call was lent. Dropping the answer's future stops the model within a token.
#[derive(Clone, Copy)]
pub struct Lent<'a> {
    name: &'a str,
    ask: &'a (dyn Fn(Ask) -> Answering<'a> + Send + Sync),
}

impl<'a> Lent<'a> {
    /// The model `name`, which `ask` asks.
    pub fn new(name: &'a str, ask: &'a (dyn Fn(Ask) -> Answering<'a> + Send + Sync)) -> Self {
        Self { name, ask }
    }

    /// What it is called.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Asks it. The seed of the question, and its bounds where they are wider than what was lent, are not the asker's to
    /// say.
    pub fn ask(&self, ask: Ask) -> Answering<'a> {
        (self.ask)(ask)
    }
}

impl fmt::Debug for Lent<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Lent")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
