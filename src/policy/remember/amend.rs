//! A constitution with more under `remembered`: its text, to be proposed, signed and activated as any other.

use super::super::compare::{Part, compare};
use super::super::{Draft, Malformed};

/// The key under which a constitution remembers.
const KEY: &str = "remembered:";

/// Why a text cannot be amended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmendError {
    /// What came of it is no constitution, or the text never was one.
    #[error("the text with the new entries is no constitution: {0}")]
    Malformed(#[from] Malformed),
    /// Its lines are written in a way that another one cannot be put between.
    #[error("the text is written in a way that entries cannot be added to by lines")]
    Unclear,
}

/// `text` as `version`, with those of `entries` under `remembered` that are not there yet.
///
/// # Errors
/// The text cannot be read, before or afterwards, or would say anything else than that.
pub fn amended(text: &str, version: u64, entries: &[String]) -> Result<String, AmendError> {
    let before = Draft::read(text.as_bytes())?;
    let is_there = |entry: &String| {
        text.lines()
            .any(|line| line.trim_start().strip_prefix("- ") == Some(entry))
    };
    let lines: String = entries
        .iter()
        .filter(|entry| !is_there(entry))
        .map(|entry| format!("  - {entry}\n"))
        .collect();
    let mut amended = String::with_capacity(text.len() + lines.len());
    let mut is_put = false;
    for line in text.lines() {
        if line.starts_with("version:") {
            amended.push_str(&format!("version: {version}\n"));
            continue;
        }
        amended.push_str(line);
        amended.push('\n');
        if line.trim_end() == KEY {
            amended.push_str(&lines);
            is_put = true;
        }
    }
    if !is_put && !lines.is_empty() {
        amended.push_str(&format!("{KEY}\n{lines}"));
    }
    let after = Draft::read(amended.as_bytes())?;
    let changes = compare(&before, &after);
    let is_only_that = changes
        .iter()
        .all(|change| change.part == Part::Remembered && change.before.is_none());
    if after.version() == version && is_only_that && changes.len() == lines.lines().count() {
        Ok(amended)
    } else {
        Err(AmendError::Unclear)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{DEFAULT_CONSTITUTION, Shipped};
    use super::super::{Bearer, Subject};
    use super::*;
    use crate::policy::fixture::situation;
    use crate::policy::{Access, Decision};

    fn entry(host: &str) -> String {
        let subject = Subject {
            rule: "ask-hosts".to_owned(),
            access: Access::Egress {
                scheme: "https".to_owned(),
                host: host.to_owned(),
                port: 443,
            },
        };
        let bearer = Bearer {
            capsule: Some(situation().capsule),
            actor: Some("user:ann: \"x\"".to_owned()),
        };
        subject
            .entry(&situation(), &bearer, "approval 12: said by \"ann\"")
            .unwrap()
    }

    /// The rule of the default constitution that asks about hosts.
    fn asking() -> String {
        let draft = Draft::read(DEFAULT_CONSTITUTION.as_bytes()).unwrap();
        let rules = draft.outline().rules;
        rules
            .into_iter()
            .find(|rule| rule.decision == Decision::Ask)
            .unwrap()
            .id
    }

    #[test]
    fn entries_are_added_to_every_shipped_text_that_asks() {
        let (one, two) = (entry("a.example"), entry("b.example"));
        let (one, two) = (one.replace("ask-hosts", &asking()), two.replace("ask-hosts", &asking()));
        let once = amended(DEFAULT_CONSTITUTION, 2, std::slice::from_ref(&one)).unwrap();
        assert!(once.starts_with(DEFAULT_CONSTITUTION.split("version:").next().unwrap()));
        let outline = Draft::read(once.as_bytes()).unwrap().outline();
        assert_eq!((outline.version, outline.remembered.len()), (2, 1));
        let twice = amended(&once, 2, &[two, one]).unwrap();
        assert_eq!(Draft::read(twice.as_bytes()).unwrap().outline().remembered.len(), 2);
        for shipped in Shipped::ALL {
            assert!(amended(shipped.text, 2, &[]).is_ok(), "{}", shipped.name);
        }
    }

    #[test]
    fn what_would_say_anything_else_is_refused() {
        let flow = serde_json::json!({
            "schema": "somagent.dev/constitution/v1", "version": 1, "title": "t", "articles": [{"id": "A1", "text": "x"}],
            "rules": [{"id": "r", "article": "A1", "decision": "ask", "access": "infer"}],
        });
        let entry = || [r#"{rule: "r"}"#.to_owned()];
        // In one line there is no place for another one.
        assert!(matches!(
            amended(&flow.to_string(), 2, &entry()),
            Err(AmendError::Malformed(_))
        ));
        assert!(matches!(
            amended(DEFAULT_CONSTITUTION, 2, &entry()),
            Err(AmendError::Malformed(_))
        ));
        assert!(matches!(amended("nothing", 2, &entry()), Err(AmendError::Malformed(_))));
    }
}
