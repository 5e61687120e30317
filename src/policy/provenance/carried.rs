//! What a message takes along that its sender may come to regret: links, and what looks like a credential.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;

use crate::capsule::guard::Checks;
use crate::capsule::policies::{Guard, OnFail};

/// Words that say that what follows opens something.
const OPENERS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "psk",
    "pin",
    "puk",
    "otp",
    "cvv",
    "cvc",
    "token",
    "secret",
    "key",
];

/// Words that say so only before `code`.
const CODES: &[&str] = &[
    "verification",
    "access",
    "security",
    "recovery",
    "login",
    "door",
    "auth",
    "authentication",
    "backup",
    "alarm",
    "confirmation",
    "2fa",
];

/// What people are known by: words before `number`.
const PAPERS: &[&str] = &["card", "passport", "ssn", "security", "licence", "license", "insurance"];

/// How many words may stand between the word and what it names.
const REACH: usize = 6;

/// The URLs in a text, without what a sentence puts after them.
pub(super) fn links(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | '(' | ')' | '[' | ']' | '`' | '|');
    let words = text.split(ends);
    words.filter_map(|word| {
        let at = ["http://", "https://", "www."]
            .iter()
            .find_map(|start| word.find(start))?;
        let link = word.get(at..)?.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        (link.len() > "https://".len()).then_some(link)
    })
}

/// What in a text looks like a credential; one that `words`, those of the request, speak of by its name is none.
pub(super) fn credentials<'a>(text: &'a str, words: &BTreeSet<String>) -> Vec<&'a str> {
    static CHECKS: LazyLock<Option<Checks>> = LazyLock::new(|| {
        let guard = Guard {
            check: "secret_scan".to_owned(),
            with: BTreeMap::new(),
            on_fail: OnFail::Review,
        };
        Checks::compile(&[guard]).ok()
    });
    let found = CHECKS.iter().flat_map(|checks| checks.scan(&Value::from(text)));
    let mut found: Vec<&str> = found
        .filter_map(|finding| text.get(finding.span.0..finding.span.1))
        .collect();
    for named in named(text, words) {
        if !found.iter().any(|known| known.contains(named) || named.contains(known)) {
            found.push(named);
        }
    }
    found
}

/// What follows a word that says that it opens something, and holds a digit: `psk=Tern-58`, `the PIN is 4711`.
fn named<'a>(text: &'a str, words: &BTreeSet<String>) -> Vec<&'a str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '=' | ':' | '"' | '\'' | '`' | ',' | ';' | '(' | ')');
    let parts: Vec<&str> = text.split(ends).filter(|part| !part.is_empty()).collect();
    let bare = |part: &str| -> String { part.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase() };
    let mut found = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let word = bare(part);
        let is_code = word == "code"
            && at
                .checked_sub(1)
                .is_some_and(|before| CODES.contains(&bare(parts[before]).as_str()));
        let last = word.rsplit('_').next().unwrap_or(&word);
        let paper = (last == "number").then(|| paper(&word, at.checked_sub(1).map(|before| bare(parts[before]))));
        let is_paper = paper.flatten().is_some_and(|paper| !words.contains(paper));
        if !is_paper && (!(is_code || OPENERS.contains(&last)) || words.contains(last)) {
            continue;
        }
        let opens = |next: &&&str| next.chars().any(|c| c.is_ascii_digit()) && next.chars().count() >= 4;
        found.extend(
            parts
                .iter()
                .skip(at + 1)
                .take(REACH)
                .find(opens)
                .map(|next| next.trim_end_matches(['.', '!', '?'])),
        );
    }
    found
}

/// What a `number` is the number of: `passport number`, `credit_card_number`.
fn paper(word: &str, before: Option<String>) -> Option<&'static str> {
    let joined = word.rsplit('_').nth(1).map(str::to_owned);
    let kind = joined.or(before)?;
    PAPERS.iter().find(|paper| kind.ends_with(**paper)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_end_where_a_sentence_goes_on() {
        let text =
            "See (https://a.example/x), <http://b.example>, https:// and \"https://c.example/?q=1\", www.d.example.";
        let found: Vec<&str> = links(text).collect();
        assert_eq!(
            found,
            [
                "https://a.example/x",
                "http://b.example",
                "https://c.example/?q=1",
                "www.d.example"
            ]
        );
    }

    #[test]
    fn credentials_are_found_by_what_names_them_unless_the_request_speaks_of_it() {
        let none = BTreeSet::new();
        assert_eq!(
            credentials("The file says: psk=Tern-Quartz-58.", &none),
            ["Tern-Quartz-58"]
        );
        assert_eq!(credentials("your verification code is 482913", &none), ["482913"]);
        assert_eq!(credentials("the PIN of the card is 4711!", &none), ["4711"]);
        assert!(credentials("the key of the song is A, in bar 12 or so", &none).is_empty());
        assert!(credentials("zip code 8000, confirmation GNT-40771", &none).is_empty());
        let papers = "credit_card_number: 4237-4252-7456-2574 and passport number HGK137803";
        assert_eq!(credentials(papers, &none), ["4237-4252-7456-2574", "HGK137803"]);
        let asked = BTreeSet::from(["passport".to_owned()]);
        assert_eq!(credentials(papers, &asked), ["4237-4252-7456-2574"]);
        assert!(credentials("flight number LX1234, the number of guests is 1200", &none).is_empty());
        let words = BTreeSet::from(["pin".to_owned()]);
        assert!(credentials("the PIN is 4711", &words).is_empty());
        assert!(credentials("", &none).is_empty());
    }
}
