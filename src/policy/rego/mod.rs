//! Policies in Rego: what an organisation adds to the law. They may deny and raise a question, and never allow.
//!
//! A policy is judged from the input alone and within limits that are counted, so the same input has the same answer
//! everywhere. Whatever goes wrong is a denial that says what.

mod builtins;
mod charges;
mod error;
mod expressions;
mod guards;
mod names;
mod reading;
mod shape;
mod survey;
mod testing;
#[cfg(test)]
mod tests;
mod weight;
mod work;

use std::fmt;
use std::panic::{self, AssertUnwindSafe};

use regorus::{Engine, Value};
use serde_json::{Value as Json, json};

pub use error::RegoError;
use reading::{PACKAGE, Text};
pub use testing::TestOutcome;
use weight::Oversize;
use work::Limit;
pub use work::{MOST_BYTES, MOST_STACK, MOST_STEPS};

/// Modules of the package `somagent` that parse, are bounded, and say what is denied or asked about.
#[derive(Clone)]
pub struct Rego {
    texts: Vec<Text>,
    engine: Engine,
    deny: Option<String>,
    ask: Option<String>,
}

/// What a policy says about one action.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Ruling {
    /// Why it is denied; empty if it is not.
    pub deny: Vec<String>,
    /// Why somebody is to be asked; empty if nobody is.
    pub ask: Vec<String>,
}

/// Why a judgement came to nothing, which denies.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Limit(#[from] Limit),
    #[error("{0}")]
    Input(#[from] Oversize),
    #[error("the evaluation failed{place}: {reason}")]
    Evaluation { place: String, reason: String },
    #[error("`{0}` is undefined")]
    Undefined(&'static str),
    #[error("`{verdict}` is {kind} and not a set")]
    NoSet { verdict: &'static str, kind: &'static str },
    #[error("`{verdict}` has {kind} in it, and only texts are reasons")]
    NoText { verdict: &'static str, kind: &'static str },
    #[error("the evaluator panicked")]
    Panicked,
}

impl Rego {
    /// Reads the modules, each a file name and its text, and refuses what could not be judged within limits.
    ///
    /// # Errors
    /// A module does not parse, uses a builtin that a policy may not use or a name that nothing defines, is in another
    /// package or too large; or no module defines `deny` or `ask`.
    pub fn parse(modules: &[(String, String)]) -> Result<Self, RegoError> {
        let text = |(file, text): &(String, String)| Text {
            file: file.clone(),
            text: text.clone(),
            is_test: false,
        };
        let texts: Vec<_> = modules.iter().map(text).collect();
        let prepared = reading::read(&texts)?;
        let defined = |verdict| Some(format!("{PACKAGE}.{verdict}")).filter(|path| prepared.names.has_rule(path));
        Ok(Self {
            texts,
            deny: defined("deny"),
            ask: defined("ask"),
            engine: prepared.engine,
        })
    }

    /// What the policy says about `input`. It needs a mebibyte of stack ([`MOST_STACK`]).
    ///
    /// Whatever keeps it from an answer is the only reason in `deny`: a limit, an error, something undefined, something
    /// else than a set of texts.
    pub fn judge(&self, input: &Json) -> Ruling {
        self.answer(input).unwrap_or_else(|failure| Ruling {
            deny: vec![failure.to_string()],
            ask: Vec::new(),
        })
    }

    fn answer(&self, input: &Json) -> Result<Ruling, Failure> {
        let (input, steps) = weight::input(input)?;
        contained(|| {
            work::spend(steps, 0)?;
            let mut engine = self.engine.clone();
            engine.set_input(input);
            let deny = self
                .deny
                .as_deref()
                .map_or(Ok(Vec::new()), |path| reasons(&mut engine, "deny", path))?;
            let ask = self
                .ask
                .as_deref()
                .map_or(Ok(Vec::new()), |path| reasons(&mut engine, "ask", path))?;
            Ok(Ruling { deny, ask })
        })
    }

    /// The names of the modules, in order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.texts.iter().map(|text| text.file.clone()).collect();
        names.sort();
        names
    }

    /// The names and texts of the modules, in the order of their names: two policies that differ in it differ.
    pub fn digest_material(&self) -> Json {
        let mut texts: Vec<_> = self.texts.iter().collect();
        texts.sort_by(|one, other| one.file.cmp(&other.file));
        let modules: Vec<_> = texts
            .iter()
            .map(|text| json!({ "file": text.file, "text": text.text }))
            .collect();
        json!({ "rego": modules })
    }
}

impl PartialEq for Rego {
    fn eq(&self, other: &Self) -> bool {
        self.digest_material() == other.digest_material()
    }
}

impl Eq for Rego {}

impl fmt::Debug for Rego {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rego")
            .field("texts", &self.texts)
            .finish_non_exhaustive()
    }
}

/// Runs `work` within the limits. One that is reached counts, whatever became of the work.
fn contained<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    // What panicked is dropped, and what it counted is put back.
    let (done, limit) = work::limited(|| panic::catch_unwind(AssertUnwindSafe(work)));
    match (limit, done) {
        (Some(limit), _) => Err(Failure::Limit(limit)),
        (None, Err(_)) => Err(Failure::Panicked),
        (None, Ok(done)) => done,
    }
}

fn evaluated(engine: &mut Engine, path: &str) -> Result<Value, Failure> {
    engine.eval_rule(path.to_owned()).map_err(|error| {
        let (place, reason) = error::place_and_reason(&error.to_string());
        // The column is that of the text with the charges in it.
        let place = place.map_or(String::new(), |(file, line, _)| format!(" at {file}:{line}"));
        Failure::Evaluation { place, reason }
    })
}

fn reasons(engine: &mut Engine, verdict: &'static str, path: &str) -> Result<Vec<String>, Failure> {
    let members = match evaluated(engine, path)? {
        Value::Set(members) => members,
        Value::Undefined => return Err(Failure::Undefined(verdict)),
        other => {
            return Err(Failure::NoSet {
                verdict,
                kind: kind_of(&other),
            });
        }
    };
    // A limit that was reached on the way would make this answer a part of one.
    work::spend(0, 0)?;
    let text = |member: &Value| match member {
        Value::String(reason) => Ok(reason.to_string()),
        other => Err(Failure::NoText {
            verdict,
            kind: kind_of(other),
        }),
    };
    members.iter().map(text).collect()
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Set(_) => "a set",
        Value::Object(_) => "an object",
        Value::Undefined => "undefined",
    }
}
