//! Findings in the form that a build server shows beside the code.
//!
//! Makes texts from plain data and writes nothing itself. GitHub reads commands from the log of a job; GitLab
//! reads no such commands, but a Code Quality report, which the job names as an artifact.
//! Sources: GitHub, "Workflow commands for GitHub Actions", and the escaping of `@actions/core`; GitLab,
//! "Code Quality", report format.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::digest::Digest;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    Notice,
    /// Something may be wrong.
    Warning,
    /// Something is wrong.
    Error,
}

/// A finding at a place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// How much it matters.
    pub level: Level,
    /// Path from the root of the repository.
    pub file: String,
    /// Line, from 1; none for the file as a whole.
    pub line: Option<u64>,
    /// A code or a few words: GitHub's title, GitLab's name of the check.
    pub title: String,
    /// What is to be said.
    pub message: String,
}

/// Where a build runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forge {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI.
    GitLab,
}

impl Forge {
    /// The one that says in the environment that it runs this: `GITHUB_ACTIONS=true`, `GITLAB_CI=true`.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let is_set = |name: &str| variable(name).is_some_and(|value| value == "true");
        match () {
            () if is_set("GITHUB_ACTIONS") => Some(Self::GitHub),
            () if is_set("GITLAB_CI") => Some(Self::GitLab),
            () => None,
        }
    }

    /// The annotations in its form: commands for the log, one a line, or a Code Quality report.
    pub fn write(self, annotations: &[Annotation]) -> String {
        match self {
            Self::GitHub => annotations.iter().map(command).collect(),
            Self::GitLab => {
                let mut report = code_quality(annotations).to_string();
                report.push('\n');
                report
            }
        }
    }
}

fn command(annotation: &Annotation) -> String {
    let level = match annotation.level {
        Level::Notice => "notice",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    let mut command = format!("::{level} file={}", property(&annotation.file));
    if let Some(line) = annotation.line {
        // Writing to a string cannot fail, here and below.
        let _ = write!(command, ",line={line}");
    }
    let (title, message) = (property(&annotation.title), data(&annotation.message));
    let _ = writeln!(command, ",title={title}::{message}");
    command
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn code_quality(annotations: &[Annotation]) -> Value {
    let mut seen: BTreeMap<Digest, u64> = BTreeMap::new();
    let issues = annotations.iter().map(|annotation| {
        let severity = match annotation.level {
            Level::Notice => "info",
            Level::Warning => "minor",
            Level::Error => "major",
        };
        // Without the line: the same finding in moved code is the same finding, and not a new one.
        let finding = json!([annotation.file, annotation.title, annotation.message]);
        let times = seen.entry(Digest::of_json(&finding)).or_default();
        let fingerprint = Digest::of_json(&json!([finding, *times]));
        *times += 1;
        json!({
            "description": annotation.message,
            "check_name": annotation.title,
            "fingerprint": fingerprint.to_string(),
            "severity": severity,
            "location": {"path": annotation.file, "lines": {"begin": annotation.line.unwrap_or(1)}},
        })
    });
    issues.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn annotation(level: Level, line: Option<u64>) -> Annotation {
        Annotation {
            level,
            file: "a,b:c/x.yaml".to_owned(),
            line,
            title: "C012: 100%, sure".to_owned(),
            message: "first, 50%: line\r\nsecond\n::error::x".to_owned(),
        }
    }

    #[test]
    fn commands_for_github_are_escaped_and_stay_on_one_line() {
        assert_eq!(
            Forge::GitHub.write(&[annotation(Level::Error, Some(3)), annotation(Level::Notice, None)]),
            "::error file=a%2Cb%3Ac/x.yaml,line=3,title=C012%3A 100%25%2C sure::first, 50%25: line%0D%0Asecond%0A::error::x\n\
             ::notice file=a%2Cb%3Ac/x.yaml,title=C012%3A 100%25%2C sure::first, 50%25: line%0D%0Asecond%0A::error::x\n"
        );
        assert!(
            Forge::GitHub
                .write(&[annotation(Level::Warning, None)])
                .starts_with("::warning ")
        );
        assert_eq!(Forge::GitHub.write(&[]), "");
    }

    #[test]
    fn a_report_for_gitlab_has_every_required_field_and_distinct_fingerprints() {
        let levels = [Level::Error, Level::Warning, Level::Notice];
        let text = Forge::GitLab.write(&levels.map(|level| annotation(level, Some(7))));
        let report: Value = serde_json::from_str(&text).unwrap();
        let issues = report.as_array().unwrap();
        let severities: Vec<_> = issues.iter().map(|issue| issue["severity"].as_str().unwrap()).collect();
        assert_eq!(severities, ["major", "minor", "info"]);
        let mut first = issues[0].clone();
        assert_eq!(first["fingerprint"].take().as_str().unwrap().len(), 128);
        assert_eq!(
            first,
            json!({
                "description": "first, 50%: line\r\nsecond\n::error::x", "check_name": "C012: 100%, sure",
                "fingerprint": null, "severity": "major",
                "location": {"path": "a,b:c/x.yaml", "lines": {"begin": 7}},
            })
        );
        assert_ne!(issues[0]["fingerprint"], issues[1]["fingerprint"]);
        assert_ne!(issues[1]["fingerprint"], issues[2]["fingerprint"]);
        assert_eq!(Forge::GitLab.write(&[]), "[]\n");
    }

    #[test]
    fn a_finding_keeps_its_fingerprint_when_its_line_moves() {
        let fingerprint = |line| code_quality(&[annotation(Level::Error, line)])[0]["fingerprint"].clone();
        assert_eq!(fingerprint(Some(3)), fingerprint(Some(30)));
        assert_eq!(
            code_quality(&[annotation(Level::Error, None)])[0]["location"]["lines"]["begin"],
            json!(1)
        );
    }

    #[test]
    fn the_forge_is_the_one_that_says_so() {
        let of = |set: &str, value: &str| Forge::of(|name| (name == set).then(|| value.to_owned()));
        assert_eq!(of("GITHUB_ACTIONS", "true"), Some(Forge::GitHub));
        assert_eq!(of("GITLAB_CI", "true"), Some(Forge::GitLab));
        assert_eq!(of("GITHUB_ACTIONS", "false"), None);
        assert_eq!(of("CI", "true"), None);
    }
}
