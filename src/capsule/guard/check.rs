//! One check with its parameters.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::pii::{KINDS, Kind};
use super::walk::Leaf;
use super::{NAMES, injection, pii, secret};

/// How large a compiled pattern of a capsule may be, in bytes; the same again for its cache.
const PATTERN_BYTES: usize = 1 << 20;

/// A check that is ready to scan.
#[derive(Debug, Clone)]
pub(super) enum Check {
    /// `max_length`.
    MaxLength { chars: usize },
    /// `regex`.
    Pattern { regex: Regex, must_match: bool },
    /// `secret_scan`.
    Secrets,
    /// `pii_scan`.
    PersonalData { kinds: Vec<Kind> },
    /// `prompt_injection_scan`.
    Injection { threshold: f64 },
}

/// Something found in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// What it looks like.
    pub(super) what: &'static str,
    /// First byte and the byte after the last one.
    pub(super) span: (usize, usize),
}

impl Check {
    /// Reads a name and parameters; the error says what was expected.
    pub(super) fn read(name: &str, with: &BTreeMap<String, Value>) -> Result<Self, String> {
        let allow = |keys: &[&str]| match with.keys().find(|key| !keys.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) if keys.is_empty() => Err(format!("`{name}` takes no parameters, found `{key}`")),
            Some(key) => Err(format!("`{name}` takes {}, found `{key}`", list(keys))),
        };
        match name {
            "max_length" => {
                allow(&["chars"])?;
                Ok(Self::MaxLength { chars: chars(with)? })
            }
            "regex" => {
                allow(&["pattern", "must"])?;
                Ok(Self::Pattern {
                    regex: pattern(with)?,
                    must_match: must_match(with)?,
                })
            }
            "secret_scan" => {
                allow(&[])?;
                Ok(Self::Secrets)
            }
            "pii_scan" => {
                allow(&["kinds"])?;
                Ok(Self::PersonalData { kinds: kinds(with)? })
            }
            "prompt_injection_scan" => {
                allow(&["threshold"])?;
                Ok(Self::Injection {
                    threshold: threshold(with)?,
                })
            }
            _ => Err(format!("expected one of {}, found `{name}`", list(NAMES))),
        }
    }

    /// The name that capsules use.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::MaxLength { .. } => "max_length",
            Self::Pattern { .. } => "regex",
            Self::Secrets => "secret_scan",
            Self::PersonalData { .. } => "pii_scan",
            Self::Injection { .. } => "prompt_injection_scan",
        }
    }

    /// Finds at most `room` hits in one leaf, by their place.
    pub(super) fn scan(&self, leaf: &Leaf<'_>, room: usize) -> Vec<Hit> {
        if room == 0 {
            return Vec::new();
        }
        let text = leaf.text();
        match self {
            Self::MaxLength { chars } => match text.char_indices().nth(*chars) {
                Some((start, _)) => vec![Hit {
                    what: "too_long",
                    span: (start, text.len()),
                }],
                None => Vec::new(),
            },
            Self::Pattern {
                regex,
                must_match: true,
            } => match leaf {
                // The capsule's author named the keys; what is asked is about the texts.
                Leaf::Key(_) | Leaf::Number(_) => Vec::new(),
                Leaf::Text { .. } if regex.is_match(text) => Vec::new(),
                Leaf::Text { .. } => vec![Hit {
                    what: "no_match",
                    span: (0, text.len()),
                }],
            },
            // Only the first match of a text: all of them would take quadratic time for some patterns.
            Self::Pattern {
                regex,
                must_match: false,
            } => regex
                .find(text)
                .map(|found| Hit {
                    what: "match",
                    span: (found.start(), found.end()),
                })
                .into_iter()
                .collect(),
            Self::Secrets => secret::scan(leaf, room),
            Self::PersonalData { kinds } => pii::scan(text, kinds, room),
            Self::Injection { threshold } => injection::scan(text, *threshold, room),
        }
    }
}

fn chars(with: &BTreeMap<String, Value>) -> Result<usize, String> {
    with.get("chars")
        .and_then(Value::as_u64)
        .and_then(|chars| usize::try_from(chars).ok())
        .filter(|chars| *chars > 0)
        .ok_or_else(|| "`max_length` needs `chars`: a whole number from 1".to_owned())
}

fn pattern(with: &BTreeMap<String, Value>) -> Result<Regex, String> {
    let Some(pattern) = with.get("pattern").and_then(Value::as_str) else {
        return Err("`regex` needs `pattern`: a regular expression".to_owned());
    };
    RegexBuilder::new(pattern)
        .size_limit(PATTERN_BYTES)
        .dfa_size_limit(PATTERN_BYTES)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(limit) => {
                format!("the `pattern` of `regex` must compile to at most {limit} bytes")
            }
            // The last line of the drawing says what is wrong; the lines before it repeat the pattern.
            other => {
                let text = other.to_string();
                let last = text.lines().last().unwrap_or_default();
                let reason = last.strip_prefix("error: ").unwrap_or(last);
                format!("the `pattern` of `regex` is not a regular expression: {reason}")
            }
        })
}

fn must_match(with: &BTreeMap<String, Value>) -> Result<bool, String> {
    match with.get("must").and_then(Value::as_str) {
        Some("match") => Ok(true),
        Some("not_match") => Ok(false),
        _ => Err("`regex` needs `must`: `match` or `not_match`".to_owned()),
    }
}

fn kinds(with: &BTreeMap<String, Value>) -> Result<Vec<Kind>, String> {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name()).collect();
    let wrong = || format!("`kinds` of `pii_scan` is a list of one or more of {}", list(&names));
    match with.get("kinds") {
        None => Ok(KINDS.to_vec()),
        Some(Value::Array(given)) if !given.is_empty() => {
            let given: Vec<Option<&str>> = given.iter().map(Value::as_str).collect();
            if given.iter().any(|name| name.is_none_or(|name| !names.contains(&name))) {
                return Err(wrong());
            }
            // In the order in which they are tried, whatever the order of the list.
            let asked = KINDS.iter().filter(|kind| given.contains(&Some(kind.name())));
            Ok(asked.copied().collect())
        }
        Some(_) => Err(wrong()),
    }
}

fn threshold(with: &BTreeMap<String, Value>) -> Result<f64, String> {
    match with.get("threshold") {
        None => Ok(injection::THRESHOLD),
        Some(given) => given
            .as_f64()
            .filter(|threshold| *threshold > 0.0 && *threshold <= 1.0)
            .ok_or_else(|| "`threshold` of `prompt_injection_scan` is a number above 0, at most 1".to_owned()),
    }
}

fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
