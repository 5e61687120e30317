//! Days that a request states, and those that a call names.

use serde_json::Value;

use crate::label::leaves;

/// A month and a day: requests rarely say the year.
type Day = (u32, u32);

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Words for days that only a calendar can work out.
const RELATIVE: &[&str] = &[
    "today",
    "tomorrow",
    "tonight",
    "yesterday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "weekend",
    "week",
    "weeks",
    "day",
    "days",
    "month",
    "months",
    "before",
    "after",
    "later",
    "earlier",
    "next",
    "until",
    "till",
    "every",
    "eve",
];

/// Whether `sentences`, which ask for a call, state days, and `args` names days of which none is among them.
pub(super) fn contradict(sentences: &[&[String]], args: &Value) -> bool {
    let is_relative = sentences
        .iter()
        .any(|words| words.iter().any(|word| RELATIVE.contains(&word.as_str())));
    let stated: Vec<Day> = sentences.iter().flat_map(|words| stated(words)).collect();
    if is_relative || stated.is_empty() {
        return false;
    }
    let named = leaves(args).into_iter().filter_map(|(_, leaf)| iso(leaf.as_str()?));
    let named: Vec<Day> = named.collect();
    !named.is_empty() && !named.iter().any(|day| stated.contains(day))
}

/// The days in the words of a sentence: `2025-01-02`, `January 2nd`, `the 2nd of January`.
fn stated(words: &[String]) -> Vec<Day> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        found.extend(iso(word));
        let Some(month) = month(word) else { continue };
        let before = |back: usize| at.checked_sub(back).and_then(|at| words.get(at));
        let is_of = before(1).is_some_and(|word| word == "of");
        let days = [
            words.get(at + 1).and_then(|word| day(word)),
            before(if is_of { 2 } else { 1 }).and_then(|word| day(word)),
        ];
        found.extend(days.into_iter().flatten().map(|day| (month, day)));
    }
    found
}

fn month(word: &str) -> Option<u32> {
    let is_it = |month: &str| month == word || (word.len() == 3 && month.starts_with(word));
    let at = MONTHS.iter().position(|month| is_it(month))?;
    u32::try_from(at + 1).ok()
}

fn day(word: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending))
        .unwrap_or(word);
    digits.parse().ok().filter(|day| (1..=31).contains(day))
}

/// The day at the beginning of `2025-01-02T10:00`.
fn iso(text: &str) -> Option<Day> {
    let mut parts = text.get(..10)?.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    let day = (month.parse().ok()?, day.parse().ok()?);
    (is_year && (1..=12).contains(&day.0) && (1..=31).contains(&day.1)).then_some(day)
}
