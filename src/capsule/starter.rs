//! The starter capsules that come with somagent, compiled in, and the one that a new file begins as.

use super::document::SCHEMA;

/// Name and text of every starter capsule, by name.
pub const STARTERS: [(&str, &str); 4] = [
    ("commit_message", include_str!("../../capsules/commit_message.yaml")),
    ("issue_classifier", include_str!("../../capsules/issue_classifier.yaml")),
    ("log_triage", include_str!("../../capsules/log_triage.yaml")),
    ("repo_digest", include_str!("../../capsules/repo_digest.yaml")),
];

/// What a new capsule begins as.
pub const BLANK: &str = include_str!("../../capsules/blank.yaml");

/// What [`is_name`] takes, in words.
pub const NAME: &str = "lower-case letters, digits, `_` and `-`, beginning with a letter, at most 64";

/// Whether a capsule can be called `name`.
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() <= 64 && name.chars().all(plain)
}

/// The text of `starter` as that of a capsule called `name`, for a file anywhere.
pub fn named(starter: &str, name: &str) -> String {
    let mut text = String::with_capacity(starter.len());
    for line in starter.lines() {
        if line.starts_with("capsule_id:") {
            text.push_str(&format!("capsule_id: {name}"));
        } else if line.starts_with("# yaml-language-server:") {
            text.push_str(&format!("# yaml-language-server: $schema=https://{SCHEMA}.schema.json"));
        } else {
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_text_has_the_name_and_the_schema_of_any_place() {
        for starter in [BLANK].into_iter().chain(STARTERS.map(|(_, text)| text)) {
            let text = named(starter, "my-own");
            assert!(text.starts_with("# yaml-language-server: $schema=https://somagent.dev/capsule/v1.schema.json\n"));
            assert_eq!(text.matches("\ncapsule_id: my-own\n").count(), 1, "{text}");
            assert_eq!(text.lines().count(), starter.lines().count());
        }
    }

    #[test]
    fn names_are_those_of_the_format() {
        let names = [
            "a",
            "a_b-9",
            &"a".repeat(64),
            "",
            "A",
            "9a",
            "a b",
            "a/b",
            "../a",
            "a.b",
            "é",
            &"a".repeat(65),
        ];
        let taken = names.map(is_name);
        assert_eq!(
            taken,
            [
                true, true, true, false, false, false, false, false, false, false, false, false
            ]
        );
        let schema = super::super::document::schema_json();
        let pattern = schema["properties"]["capsule_id"]["pattern"].as_str().unwrap();
        let pattern = regex::Regex::new(pattern).unwrap();
        assert_eq!(names.map(|name| pattern.is_match(name)), taken);
    }
}
