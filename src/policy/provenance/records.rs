//! Which records of an output the request speaks of.
//!
//! A service can vouch for all of its records, and an injected text can still choose among them. So one of several is
//! the user's choice only where the request tells it from the others: by a word that few of them have, by being the
//! largest or the latest of them, or by asking for all of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{JOINTS, LONGEST_TITLE, SHORTEST_WORD, number, parts, text};
use crate::label::{Integrity, Labelled, leaves};
use crate::policy::asked;

/// How many words after "all" or "every" say what is meant by it.
const QUANTIFIED: usize = 5;

const QUANTIFIERS: &[&str] = &[
    "all",
    "every",
    "each",
    "both",
    "everyone",
    "everybody",
    "everything",
    "whatever",
    "any",
];

/// Words that all requests have.
const COMMON: &[&str] = &[
    "and", "are", "but", "can", "could", "did", "does", "for", "from", "had", "has", "have", "her", "here", "him",
    "his", "how", "its", "let", "may", "our", "out", "she", "should", "some", "than", "that", "the", "their", "them",
    "then", "there", "these", "they", "this", "those", "was", "were", "what", "when", "where", "which", "who", "will",
    "with", "would", "you", "your", "please", "all", "any", "every", "each", "into", "not", "about", "just", "too",
    "also", "now", "yes", "one", "two", "more", "most", "very", "been", "being", "over", "under", "per", "via",
];

const LARGEST: &[&str] = &[
    "largest",
    "biggest",
    "highest",
    "most",
    "greatest",
    "longest",
    "maximum",
    "top",
    "top-rated",
    "best",
];
const SMALLEST: &[&str] = &[
    "smallest", "lowest", "least", "shortest", "cheapest", "minimum", "fewest",
];
const LATEST: &[&str] = &["latest", "newest", "last", "recent"];
const EARLIEST: &[&str] = &["oldest", "earliest", "first"];

/// What a request says about which of several things it means.
#[derive(Debug, Clone, Default)]
pub(super) struct Choice {
    words: BTreeSet<String>,
    quantified: BTreeSet<String>,
}

impl Choice {
    pub(super) fn of(request: &str) -> Self {
        let sentences: Vec<Vec<String>> = asked::sentences(request).map(asked::words).collect();
        let mut quantified = BTreeSet::new();
        for said in &sentences {
            for at in 0..said.len() {
                if QUANTIFIERS.contains(&said[at].as_str()) {
                    quantified.extend(said[at..].iter().take(QUANTIFIED + 1).cloned());
                }
            }
        }
        Self {
            words: parts(&request.to_lowercase()).map(str::to_owned).collect(),
            quantified,
        }
    }

    /// Whether the request asks for all of what `name` calls, or of the people that it stands for.
    pub(super) fn is_all_of(&self, name: &str, are_people: bool) -> bool {
        let name = name.trim_end_matches('s');
        self.quantified.iter().any(|word| {
            (name.len() >= SHORTEST_WORD && word.starts_with(name))
                || (are_people && asked::PEOPLE.iter().any(|stem| asked::is_form(word, stem)))
        })
    }

    /// Whether the request leaves it to a comparison which one is meant.
    pub(super) fn compares(&self) -> bool {
        [LARGEST, SMALLEST, LATEST, EARLIEST]
            .iter()
            .any(|words| self.says(words))
    }

    fn says(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.words.contains(*word))
    }

    /// Whether `word` can tell records apart.
    fn tells(&self, word: &str) -> bool {
        word.chars().count() >= SHORTEST_WORD
            && !JOINTS.contains(&word)
            && !COMMON.contains(&word)
            && self.words.contains(word)
            // Whoever writes a record can have it say what every request of its kind says.
            && !asked::is_deed(word)
    }
}

/// The members of lists of an output that the request does not tell from their neighbours.
#[derive(Debug, Clone, Default)]
pub(super) struct Records {
    /// JSON pointers of members of lists with several.
    members: BTreeSet<String>,
    spoken: BTreeMap<String, usize>,
}

impl Records {
    pub(super) fn of(output: &Labelled, choice: &Choice) -> Self {
        let mut records = Self::default();
        let mut open = vec![(String::new(), &output.value)];
        while let Some((at, value)) = open.pop() {
            match value {
                Value::Array(members) => {
                    if members.len() > 1 {
                        records.compare(&at, members, output, choice);
                    }
                    let inner = members.iter().enumerate();
                    open.extend(inner.map(|(n, member)| (format!("{at}/{n}"), member)));
                }
                Value::Object(fields) => {
                    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
                    open.extend(
                        fields
                            .iter()
                            .map(|(name, field)| (format!("{at}/{}", escaped(name)), field)),
                    );
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        records
    }

    /// Finds out which members of one list the request speaks of.
    fn compare(&mut self, at: &str, members: &[Value], output: &Labelled, choice: &Choice) {
        let are_plain = members.iter().all(|member| !member.is_object() && !member.is_array());
        // Which of the participants of a meeting is meant is told by the meeting.
        if are_plain && self.is_inside(at) {
            return;
        }
        let said: Vec<BTreeSet<String>> = members.iter().map(|member| titles(member, choice)).collect();
        let mut held: BTreeMap<&str, usize> = BTreeMap::new();
        for word in said.iter().flatten() {
            *held.entry(word.as_str()).or_default() += 1;
        }
        let most = (members.len() / 2).max(1);
        for (n, words) in said.iter().enumerate() {
            let distinct = words.iter().filter(|word| {
                choice.quantified.contains(*word) || held.get(word.as_str()).is_some_and(|n| *n <= most)
            });
            let member = format!("{at}/{n}");
            let distinct = distinct.count();
            if distinct > 0 {
                self.spoken.insert(member.clone(), distinct);
            }
            self.members.insert(member);
        }
        for n in extremes(at, members, output, choice) {
            *self.spoken.entry(format!("{at}/{n}")).or_default() += 1;
        }
    }

    fn is_inside(&self, at: &str) -> bool {
        ancestors(at).any(|above| self.members.contains(above))
    }

    /// Whether the request speaks of all records that the leaf at `at` is part of, or there are no others.
    pub(super) fn speak_of(&self, at: &str) -> bool {
        let mut around = ancestors(at).filter(|above| self.members.contains(*above));
        around.all(|member| self.spoken.contains_key(member))
    }

    /// With how many words the request speaks of the innermost record that the leaf at `at` is part of.
    pub(super) fn words_for(&self, at: &str) -> usize {
        let member = ancestors(at).find(|above| self.members.contains(*above));
        member.and_then(|member| self.spoken.get(member)).copied().unwrap_or(0)
    }

    /// The innermost record that the leaf at `at` is part of: its JSON pointer.
    pub(super) fn around<'a>(&self, at: &'a str) -> Option<&'a str> {
        ancestors(at).find(|above| self.members.contains(*above))
    }
}

/// `at` and everything around it, from the inside out.
fn ancestors(at: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(at), |at| at.rsplit_once('/').map(|(around, _)| around))
}

/// The words of short texts in a record that could tell it from others.
fn titles(record: &Value, choice: &Choice) -> BTreeSet<String> {
    let texts = leaves(record).into_iter().filter_map(|(_, leaf)| text(leaf));
    let short = texts
        .map(|title| title.to_lowercase())
        .filter(|title| title.len() <= LONGEST_TITLE);
    short
        .flat_map(|title| {
            let telling: Vec<String> = parts(&title)
                .filter(|word| choice.tells(word))
                .map(str::to_owned)
                .collect();
            telling
        })
        .collect()
}

/// The members that are the largest or the latest by a field that the tool vouches for, where the request says so.
fn extremes(at: &str, members: &[Value], output: &Labelled, choice: &Choice) -> BTreeSet<usize> {
    let names: BTreeSet<&String> = members
        .first()
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|first| first.keys())
        .collect();
    let mut found = BTreeSet::new();
    for name in names.into_iter().filter(|name| !is_id(name)) {
        let key = name.replace('~', "~0").replace('/', "~1");
        let vouched = |n: usize| output.label_at(&format!("{at}/{n}/{key}")).integrity < Integrity::Untrusted;
        let fields: Option<Vec<&Value>> = (0..members.len())
            .map(|n| members[n].get(name).filter(|_| vouched(n)))
            .collect();
        let Some(fields) = fields else { continue };
        let numbers: Option<Vec<f64>> = fields.iter().map(|field| number(&text(field)?)).collect();
        let times: Option<Vec<&str>> = fields
            .iter()
            .map(|field| field.as_str().filter(|text| is_time(text)))
            .collect();
        if let Some(numbers) = numbers {
            let best = |is_better: fn(&f64, &f64) -> bool| best_of(&numbers, is_better);
            found.extend(choice.says(LARGEST).then(|| best(|one, other| one > other)).flatten());
            found.extend(choice.says(SMALLEST).then(|| best(|one, other| one < other)).flatten());
        } else if let Some(times) = times {
            found.extend(
                choice
                    .says(LATEST)
                    .then(|| best_of(&times, |one, other| one > other))
                    .flatten(),
            );
            found.extend(
                choice
                    .says(EARLIEST)
                    .then(|| best_of(&times, |one, other| one < other))
                    .flatten(),
            );
        }
    }
    found
}

/// Where the only best of some values stands.
fn best_of<T>(values: &[T], is_better: impl Fn(&T, &T) -> bool) -> Option<usize> {
    let at = (0..values.len()).reduce(|best, n| if is_better(&values[n], &values[best]) { n } else { best })?;
    let beats = |n: usize| n == at || is_better(&values[at], &values[n]);
    (0..values.len()).all(beats).then_some(at)
}

/// Whether a text begins as dates do that sort by their letters: `2025-01-02`.
fn is_time(text: &str) -> bool {
    let digits = |from: usize, to: usize| {
        text.get(from..to)
            .is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()))
    };
    digits(0, 4) && digits(5, 7) && digits(8, 10) && text.get(4..5) == Some("-") && text.get(7..8) == Some("-")
}

/// Whether a field of this name says which record it is: `id`, `event_id`, `threadId`.
pub(super) fn is_id(name: &str) -> bool {
    let bare = name.trim_end_matches('_');
    let lower = bare.to_lowercase();
    lower == "id"
        || lower == "ids"
        || lower.ends_with("_id")
        || lower.ends_with("_ids")
        || bare.ends_with("Id")
        || bare.ends_with("ID")
}
