//! What can be wrong with a capsule: a code, a place, a sentence, a help.

use std::fmt;
use std::ops::Range;

use super::mend::Mend;

/// Names a rule of the format. [`Code::explain`] has the long text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Unknown key, or one that this version does not know yet.
    C001,
    /// A value, template or expression that is malformed or of the wrong type.
    C002,
    /// `schema` names another version, or is missing from a file with keys that only version 1 has.
    C003,
    /// Two steps have one name.
    C010,
    /// The steps need each other in a circle.
    C011,
    /// A name that is not there to be used.
    C012,
    /// A field that the step's output does not have.
    C013,
    /// A value that may be absent when it is used.
    C014,
    /// An action that is not among `tools`, or not in the catalogue.
    C020,
    /// Parameters or effect contradict the tool's contract.
    C021,
    /// A step with an external effect and nothing that settles doubt.
    C022,
    /// Another attempt after a timeout, of an effect that must not happen twice.
    C023,
    /// An endorsement of what may be anything.
    C024,
    /// A secret that is not declared, or that would be shown or kept.
    C030,
    /// Steps may together spend more than the capsule may.
    C031,
    /// A `foreach` without `max_items`.
    C032,
    /// A schedule whose times or whose time zone do not exist.
    C040,
    /// A webhook that anybody could use.
    C041,
    /// A webhook that cannot tell a request from its repetition.
    C042,
    /// Capsules that run each other in a circle, or too deep.
    C050,
    /// Inputs that the capsule which is run does not take.
    C051,
    /// An artifact's path leaves the directory of the run.
    C060,
    /// A limit on the file.
    C070,
    /// A key that is written twice.
    C071,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The capsule may run.
    Warning,
    /// The capsule is not valid.
    Error,
}

/// One finding about a capsule's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The rule.
    pub code: Code,
    /// Whether the capsule can run in spite of it.
    pub severity: Severity,
    /// What is wrong: a fragment, user input in backticks.
    pub message: String,
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What would change it.
    pub help: Option<String>,
    /// The change of the text, where exactly one is sensible.
    pub mend: Option<Mend>,
}

impl Problem {
    pub(super) fn error(code: Code, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: printable(message.into()),
            span,
            help: None,
            mend: None,
        }
    }

    pub(super) fn warning(code: Code, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, span, message)
        }
    }

    pub(super) fn with_mend(mut self, mend: Option<Mend>) -> Self {
        self.mend = mend;
        self
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(printable(help.into()));
        self
    }
}

impl Code {
    /// Every code, in order.
    pub const ALL: [Self; 24] = [
        Self::C001,
        Self::C002,
        Self::C003,
        Self::C010,
        Self::C011,
        Self::C012,
        Self::C013,
        Self::C014,
        Self::C020,
        Self::C021,
        Self::C022,
        Self::C023,
        Self::C024,
        Self::C030,
        Self::C031,
        Self::C032,
        Self::C040,
        Self::C041,
        Self::C042,
        Self::C050,
        Self::C051,
        Self::C060,
        Self::C070,
        Self::C071,
    ];

    /// Reads `C012` or `c012`; `None` for a code that this version does not have.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|code| code.as_str().eq_ignore_ascii_case(text))
    }

    /// `C012`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::C001 => "C001",
            Self::C002 => "C002",
            Self::C003 => "C003",
            Self::C010 => "C010",
            Self::C011 => "C011",
            Self::C012 => "C012",
            Self::C013 => "C013",
            Self::C014 => "C014",
            Self::C020 => "C020",
            Self::C021 => "C021",
            Self::C022 => "C022",
            Self::C023 => "C023",
            Self::C024 => "C024",
            Self::C030 => "C030",
            Self::C031 => "C031",
            Self::C032 => "C032",
            Self::C040 => "C040",
            Self::C041 => "C041",
            Self::C042 => "C042",
            Self::C050 => "C050",
            Self::C051 => "C051",
            Self::C060 => "C060",
            Self::C070 => "C070",
            Self::C071 => "C071",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Escapes control characters: names in a message come from the file.
fn printable(text: String) -> String {
    if !text.contains(|c: char| c.is_control() && c != '\n') {
        return text;
    }
    text.chars()
        .flat_map(|c| {
            let escaped = c.is_control() && c != '\n';
            let plain = (!escaped).then_some(c);
            escaped.then(|| c.escape_default()).into_iter().flatten().chain(plain)
        })
        .collect()
}

/// The most problems of one kind of check; a file with more has one mistake many times.
pub(super) const MAX_PROBLEMS: usize = 200;

/// The name in `known` that `given` was probably meant to be. Bounded work, whatever the names.
pub fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = candidates(given, known).into_iter();
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// The only name in `known` that `given` can have been meant to be.
pub(super) fn only_candidate<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = candidates(given, known);
    let (_, first) = near.first()?;
    near.iter().all(|(_, name)| name == first).then_some(*first)
}

fn candidates<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<(usize, &'a str)> {
    const LONGEST: usize = 48;
    if given.len() > LONGEST {
        return Vec::new();
    }
    known
        .into_iter()
        .filter(|name| name.len().abs_diff(given.len()) <= LONGEST / 4)
        .take(500)
        .map(|name| (strsim::osa_distance(given, name), name))
        .filter(|(distance, name)| *distance <= 1 + given.chars().count().max(name.chars().count()) / 4)
        .collect()
}

/// A help that proposes the nearest of `known`, else lists them.
pub(super) fn one_of<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match did_you_mean(given, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.is_empty() => "there are none here".to_owned(),
        None => format!("known here: {}", quoted(&known)),
    }
}

/// The first dozen of `names` in backticks.
pub(super) fn quoted(names: &[&str]) -> String {
    let mut shown: Vec<String> = names.iter().take(12).map(|name| format!("`{name}`")).collect();
    if names.len() > 12 {
        shown.push(format!("and {} more", names.len() - 12));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_its_text() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(code));
        }
        assert_eq!(Code::parse("c012"), Some(Code::C012));
        assert_eq!(Code::parse("C999"), None);
    }

    #[test]
    fn near_names_are_proposed_and_far_ones_are_listed() {
        assert_eq!(one_of("neds", ["name", "needs"]), "did you mean `needs`?");
        assert_eq!(one_of("retry", ["name", "needs"]), "known here: `name`, `needs`");
    }
}
