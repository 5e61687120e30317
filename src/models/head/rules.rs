//! Rules of a head: regular expressions that are features of a text, or decide what it is.
//!
//! A file of rules is YAML: a list `rules`, each with a `name`, a `pattern`, perhaps `case: exact` (otherwise the
//! pattern sees the text in lower case) and perhaps a `label`: a rule with one decides outright, the first that matches.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::ngrams::MOST_BYTES;

/// The most rules of a head.
pub const MOST_RULES: usize = 256;
/// Bytes that a compiled pattern may take.
const LARGEST_PATTERN: usize = 1 << 20;
/// Words from which on a text counts as long.
const MANY_WORDS: usize = 30;
/// What a flag weighs beside a vector of length 1.
const WEIGHT: f32 = 0.6;

/// A rule as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What an answer calls it.
    pub name: String,
    /// A regular expression.
    pub pattern: String,
    /// Which text it sees.
    #[serde(default, skip_serializing_if = "Case::is_lower")]
    pub case: Case,
    /// What a text is that it matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// Which text a rule sees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Case {
    /// In lower case.
    #[default]
    Lower,
    /// As it is.
    Exact,
}

impl Case {
    fn is_lower(&self) -> bool {
        *self == Self::Lower
    }
}

/// Rules that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// The file has another form.
    #[error("the rules cannot be read: {why}")]
    Form {
        /// What the parser said, with the place.
        why: String,
    },
    /// There are too many.
    #[error("there are {found} rules, and a head has at most {MOST_RULES}")]
    Many {
        /// How many.
        found: usize,
    },
    /// Two have one name, or one has none.
    #[error("rule {number} has the name `{name}`, which is empty or taken")]
    Name {
        /// Which, from 1.
        number: usize,
        /// Its name.
        name: String,
    },
    /// One is no regular expression.
    #[error("the pattern of the rule `{name}` is no regular expression: {why}")]
    Pattern {
        /// Its name.
        name: String,
        /// What the library said.
        why: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rules: Vec<Rule>,
}

/// Rules that are ready.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    rules: Vec<(Rule, Regex)>,
}

impl Rules {
    /// Reads a file of rules.
    ///
    /// # Errors
    /// It has another form, or a rule cannot be used.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let file: File = serde_saphyr::from_str(text).map_err(|error| RulesError::Form { why: error.to_string() })?;
        Self::new(file.rules)
    }

    /// Makes rules ready.
    ///
    /// # Errors
    /// There are too many, or one cannot be used.
    pub fn new(rules: Vec<Rule>) -> Result<Self, RulesError> {
        if rules.len() > MOST_RULES {
            return Err(RulesError::Many { found: rules.len() });
        }
        let mut ready: Vec<(Rule, Regex)> = Vec::with_capacity(rules.len());
        for rule in rules {
            let is_taken = ready.iter().any(|(other, _)| other.name == rule.name);
            if rule.name.is_empty() || is_taken {
                return Err(RulesError::Name {
                    number: ready.len() + 1,
                    name: rule.name,
                });
            }
            let pattern = RegexBuilder::new(&rule.pattern).size_limit(LARGEST_PATTERN).build();
            let pattern = pattern.map_err(|error| RulesError::Pattern {
                name: rule.name.clone(),
                why: error.to_string(),
            })?;
            ready.push((rule, pattern));
        }
        Ok(Self { rules: ready })
    }

    /// The rules as they are written.
    pub fn written(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|(rule, _)| rule)
    }

    /// Features that [`Rules::flags`] gives: one for each rule that does not decide, and the length.
    pub(super) fn features(&self) -> usize {
        self.written().filter(|rule| rule.label.is_none()).count() + 1
    }

    /// The first rule that decides `text`, with its label.
    pub(super) fn decide(&self, text: &str) -> Option<(&Rule, &str)> {
        let seen = Seen::of(text);
        self.rules
            .iter()
            .find(|(rule, pattern)| rule.label.is_some() && seen.matches(rule, pattern))
            .and_then(|(rule, _)| Some((rule, rule.label.as_deref()?)))
    }

    /// What the other rules say of `text`, 0 or [`WEIGHT`] each, and how long it is, up to [`WEIGHT`].
    pub(super) fn flags(&self, text: &str) -> Vec<f32> {
        let seen = Seen::of(text);
        let flags = self.rules.iter().filter(|(rule, _)| rule.label.is_none());
        let mut flags: Vec<f32> = flags
            .map(|(rule, pattern)| if seen.matches(rule, pattern) { WEIGHT } else { 0.0 })
            .collect();
        let words = seen.exact.split_whitespace().take(MANY_WORDS).count();
        flags.push(WEIGHT * words as f32 / MANY_WORDS as f32);
        flags
    }
}

/// A text as rules see it.
struct Seen<'a> {
    exact: &'a str,
    lower: String,
}

impl<'a> Seen<'a> {
    fn of(text: &'a str) -> Self {
        let exact = super::beginning(text, MOST_BYTES).0;
        Self {
            exact,
            lower: exact.to_lowercase(),
        }
    }

    fn matches(&self, rule: &Rule, pattern: &Regex) -> bool {
        match rule.case {
            Case::Lower => pattern.is_match(&self.lower),
            Case::Exact => pattern.is_match(self.exact),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_flags_or_decide() {
        let rules = r"
rules:
  - {name: fixes, pattern: '^fix'}
  - {name: shouts, pattern: '[A-Z]{2}', case: exact}
  - {name: merges, pattern: '^merge branch', label: chore}
";
        let rules = Rules::parse(rules).unwrap();
        assert_eq!(rules.features(), 3);
        assert_eq!(rules.flags("Fix the API"), [WEIGHT, WEIGHT, WEIGHT * 0.1]);
        assert_eq!(rules.flags(""), [0.0; 3]);
        let (rule, label) = rules.decide("Merge branch 'x'").unwrap();
        assert_eq!((rule.name.as_str(), label), ("merges", "chore"));
        assert!(rules.decide("fix it").is_none());
    }

    #[test]
    fn what_is_no_rule_is_told() {
        for (text, said) in [
            ("rules: 3", "cannot be read"),
            ("rules: [{name: a, pattern: x, colour: red}]", "colour"),
            ("rules: [{name: a, pattern: '('}]", "`a` is no regular expression"),
            (
                "rules: [{name: a, pattern: '.{1000}{1000}'}]",
                "`a` is no regular expression",
            ),
            (
                "rules: [{name: a, pattern: x}, {name: a, pattern: y}]",
                "rule 2 has the name `a`",
            ),
        ] {
            let error = Rules::parse(text).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
