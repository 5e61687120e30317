//! Deterministic checks of texts: what a capsule's `guardrails` name.
//!
//! Reads no file, no clock and no random number: the same value has the same findings everywhere. A
//! finding says what was found and where, never the text itself, because it is recorded. No check
//! proves the absence of anything; `docs/guardrails/` says what each one misses.
//!
//! ```text
//! Value ─► walk (every key, text, number) ─► check (length, regex, secret, pii, injection) ─► Finding
//! Value ─► redact ─► Value
//! ```

mod check;
mod email;
mod injection;
mod pii;
mod redact;
mod secret;
mod walk;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::policies::{Guard, OnFail};
use check::Check;
pub use redact::{SHORTEST_SECRET, redact};
use walk::{Leaf, Part};

/// The names of all checks.
pub const NAMES: &[&str] = &[
    "max_length",
    "regex",
    "secret_scan",
    "pii_scan",
    "prompt_injection_scan",
];

/// How many findings one scan reports at most: the strictest ones.
pub const MAX_FINDINGS: usize = 100;

/// How long a key may be, in characters, to be written into [`Finding::at`].
const MAX_KEY_IN_POINTER: usize = 64;

/// Compiled checks.
#[derive(Debug, Clone)]
pub struct Checks {
    /// Those that block first, so that the limit of findings never hides one of them.
    guards: Vec<(Check, OnFail)>,
}

/// Something that a check found. Holds nothing of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The name of the check.
    pub check: String,
    /// JSON Pointer (RFC 6901) of the text. A key that is long, or in which something was found itself, is
    /// written as `#` and its place in the object, from 0.
    pub at: String,
    /// Whether the text is the key itself, not what it points to.
    pub in_key: bool,
    /// What it looks like: `aws_access_key`, `email`, `too_long`.
    pub what: String,
    /// First byte and the byte after the last one, both on character boundaries of the text. Of a number: of
    /// its JSON form.
    pub span: (usize, usize),
    /// What the guard says that this means.
    pub on_fail: OnFail,
}

/// A [`Guard`] that cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct BadGuard {
    /// Its place in the list, from 0.
    pub index: usize,
    /// What was expected.
    pub problem: String,
}

/// Checks the name and the parameters of a check, by compiling it.
///
/// # Errors
/// What was expected, as a message.
pub fn check_params(name: &str, with: &BTreeMap<String, Value>) -> Result<(), String> {
    Check::read(name, with).map(|_| ())
}

impl Checks {
    /// Compiles every guard.
    ///
    /// # Errors
    /// The first guard whose name or parameters are wrong.
    pub fn compile(guards: &[Guard]) -> Result<Self, BadGuard> {
        let mut compiled = guards
            .iter()
            .enumerate()
            .map(|(index, guard)| match Check::read(&guard.check, &guard.with) {
                Ok(check) => Ok((check, guard.on_fail)),
                Err(problem) => Err(BadGuard { index, problem }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        compiled.sort_by_key(|(_, on_fail)| match on_fail {
            OnFail::Block => 0,
            OnFail::Review => 1,
            OnFail::Warn => 2,
        });
        Ok(Self { guards: compiled })
    }

    /// Finds what the checks look for in every key, text and number of `value`.
    ///
    /// At most [`MAX_FINDINGS`]; those that block come first, then those for review. Time is linear in the size
    /// of the value, memory is bounded by a small multiple of its largest text.
    pub fn scan(&self, value: &Value) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (check, on_fail) in &self.guards {
            let full = walk::leaves(value, &mut |leaf, path| {
                for hit in check.scan(leaf, MAX_FINDINGS - findings.len()) {
                    findings.push(Finding {
                        check: check.name().to_owned(),
                        at: self.pointer(path),
                        in_key: matches!(leaf, Leaf::Key(_)),
                        what: hit.what.to_owned(),
                        span: hit.span,
                        on_fail: *on_fail,
                    });
                }
                if findings.len() >= MAX_FINDINGS {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            if full.is_break() {
                break;
            }
        }
        findings
    }

    fn pointer(&self, path: &[Part<'_>]) -> String {
        let mut pointer = String::new();
        for part in path {
            pointer.push('/');
            match part {
                Part::Item(index) => pointer.push_str(&index.to_string()),
                Part::Member { key, .. } if self.may_show(key) => {
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                }
                Part::Member { place, .. } => pointer.push_str(&format!("#{place}")),
            }
        }
        pointer
    }

    fn may_show(&self, key: &str) -> bool {
        key.chars().nth(MAX_KEY_IN_POINTER).is_none()
            && self
                .guards
                .iter()
                .all(|(check, _)| check.scan(&Leaf::Key(key), 1).is_empty())
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
