//! One line of a log: when, how severe as it says itself, and what is the same in all lines like it.

use serde::{Deserialize, Serialize};

use schemars::JsonSchema;

/// Bytes at the beginning of a line where its level stands.
const HEAD: usize = 160;
/// Bytes of a line that its pattern is made of.
const PATTERN: usize = 400;

/// How severe a line says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Severity {
    /// Details for whoever looks for a mistake.
    Debug,
    /// What goes as it should.
    Info,
    /// Something to look at.
    Warning,
    /// Something went wrong.
    Error,
}

/// Words that programs write for a level, in lower case.
const LEVELS: [(&str, Severity); 25] = [
    ("emerg", Severity::Error),
    ("emergency", Severity::Error),
    ("alert", Severity::Error),
    ("crit", Severity::Error),
    ("critical", Severity::Error),
    ("fatal", Severity::Error),
    ("panic", Severity::Error),
    ("severe", Severity::Error),
    ("error", Severity::Error),
    ("err", Severity::Error),
    ("eror", Severity::Error),
    ("warning", Severity::Warning),
    ("warn", Severity::Warning),
    ("wrn", Severity::Warning),
    ("notice", Severity::Info),
    ("information", Severity::Info),
    ("info", Severity::Info),
    ("inf", Severity::Info),
    ("log", Severity::Info),
    ("hint", Severity::Info),
    ("debug", Severity::Debug),
    ("dbg", Severity::Debug),
    ("trace", Severity::Debug),
    ("verbose", Severity::Debug),
    ("fine", Severity::Debug),
];

/// The level that a line names where levels stand: at its beginning, alone or in brackets, in capital letters, before
/// a colon, or as the value of `level`.
pub(super) fn severity(line: &[u8]) -> Option<Severity> {
    if let Some(severity) = priority(line).or_else(|| klog(line)) {
        return Some(severity);
    }
    let head = &line[..line.len().min(HEAD)];
    // A level that is named is the line's, whatever words its message has.
    find(head, is_named).or_else(|| find(head, stands_as_level))
}

/// The first level whose word stands as `stands` wants it.
fn find(head: &[u8], stands: fn(&[u8], usize, usize) -> bool) -> Option<Severity> {
    let mut at = 0;
    while at < head.len() {
        if !head[at].is_ascii_alphabetic() {
            at += 1;
            continue;
        }
        let end = head[at..].iter().position(|byte| !byte.is_ascii_alphabetic());
        let end = end.map_or(head.len(), |length| at + length);
        // A word that goes on is no level: `error_log`, `info2`.
        let goes_on = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'/'));
        let alone = !goes_on(at.checked_sub(1).and_then(|before| head.get(before))) && !goes_on(head.get(end));
        if alone
            && let Some(found) = level(&head[at..end])
            && stands(head, at, end)
        {
            return Some(found);
        }
        at = end;
    }
    None
}

/// Whether the word between `at` and `end` is the value of something called a level.
fn is_named(head: &[u8], at: usize, _: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| head.get(before));
    matches!(before, Some(b'=' | b'"')) && names_level(&head[..at])
}

fn level(word: &[u8]) -> Option<Severity> {
    let found = LEVELS
        .iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()));
    found.map(|(_, severity)| *severity)
}

/// Whether the word between `at` and `end` is written as levels are, and not as a word of a sentence.
fn stands_as_level(head: &[u8], at: usize, end: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| head.get(before)).copied();
    let after = head.get(end).copied();
    let bracketed = matches!(
        (before, after),
        (Some(b'['), Some(b']')) | (Some(b'<'), Some(b'>')) | (Some(b'('), Some(b')')) | (Some(b'|'), Some(b'|'))
    );
    let capital = head[at..end].iter().all(u8::is_ascii_uppercase);
    // Before the message: a colon after it, and at most a time and a name before it.
    let labelled = after == Some(b':') && head[..at].iter().filter(|byte| **byte == b' ').count() <= 6;
    bracketed || capital || labelled
}

/// Whether what stands before a value ends with the name of a level: `level=`, `"severity":"`.
fn names_level(before: &[u8]) -> bool {
    let end = before
        .iter()
        .rposition(u8::is_ascii_alphabetic)
        .map_or(0, |last| last + 1);
    let name = &before[..end];
    ["level", "lvl", "severity", "loglevel"].iter().any(|known| {
        name.len() >= known.len() && name[name.len() - known.len()..].eq_ignore_ascii_case(known.as_bytes())
    })
}

/// `<11>`: facility × 8 + severity (RFC 5424, section 6.2.1).
fn priority(line: &[u8]) -> Option<Severity> {
    let rest = line.strip_prefix(b"<")?;
    let end = rest.iter().take(4).position(|byte| *byte == b'>')?;
    let number: u8 = std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
    (number < 192).then_some(match number % 8 {
        0..=3 => Severity::Error,
        4 => Severity::Warning,
        5 | 6 => Severity::Info,
        _ => Severity::Debug,
    })
}

/// `E0512 10:11:12.123456`: the header of klog and glog.
fn klog(line: &[u8]) -> Option<Severity> {
    let (letter, date) = line.split_first()?;
    let is_date = date.get(..4).is_some_and(|date| date.iter().all(u8::is_ascii_digit)) && date.get(4) == Some(&b' ');
    match letter {
        b'I' if is_date => Some(Severity::Info),
        b'W' if is_date => Some(Severity::Warning),
        b'E' | b'F' if is_date => Some(Severity::Error),
        _ => None,
    }
}

/// Whether nothing is seen of a character: space, control characters, marks without width.
pub(super) fn is_unseen(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Whether a line belongs to the one before it: a stack, a quoted text, what is set in.
pub(super) fn continues(line: &[u8]) -> bool {
    matches!(line.first(), None | Some(b' ' | b'\t'))
        || line.starts_with(b"Caused by:")
        || line.starts_with(b"Traceback (most recent")
        || line.starts_with(b"... ")
}

/// What is the same in all lines that differ only in numbers, addresses, ids and quoted texts: those become `#`, and
/// the level and the time at the beginning are left out.
pub(super) fn pattern(line: &[u8], into: &mut String) {
    into.clear();
    let line = &line[..line.len().min(PATTERN)];
    let mut words = line
        .split(|byte| byte.is_ascii_whitespace())
        .filter(|word| !word.is_empty())
        .peekable();
    // What stands in front of a message: times, hosts' numbers, levels.
    while let Some(word) = words.peek() {
        let bare: Vec<u8> = word
            .iter()
            .filter(|byte| byte.is_ascii_alphanumeric())
            .copied()
            .collect();
        let is_time = bare.iter().filter(|byte| byte.is_ascii_digit()).count() * 2 > bare.len();
        if is_time || level(&bare).is_some() || is_calendar(&bare) || bare.is_empty() {
            words.next();
        } else {
            break;
        }
    }
    for word in words {
        if !into.is_empty() {
            into.push(' ');
        }
        masked(word, into);
    }
}

fn is_calendar(word: &[u8]) -> bool {
    const NAMES: [&str; 21] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "tue", "wed", "thu",
        "fri", "sat", "sun", "utc", "gmt",
    ];
    NAMES.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()))
}

/// One word with what varies masked.
fn masked(word: &[u8], into: &mut String) {
    // A path or an address is one thing, whatever it is made of.
    let slashes = word.iter().filter(|byte| **byte == b'/').count();
    if slashes >= 2 || (word.len() > 12 && word.iter().filter(|byte| byte.is_ascii_digit()).count() * 3 > word.len()) {
        into.push('#');
        return;
    }
    let mut masking = false;
    for part in word.chunk_by(|a, b| a.is_ascii_alphanumeric() == b.is_ascii_alphanumeric()) {
        let varies = part.iter().any(u8::is_ascii_digit);
        if varies {
            if !masking {
                into.push('#');
            }
            masking = true;
            continue;
        }
        // `10.0.0.1:80` is one number.
        if masking && part.iter().all(|byte| matches!(byte, b'.' | b':' | b'-' | b',')) {
            continue;
        }
        masking = false;
        into.push_str(&String::from_utf8_lossy(part));
    }
}

/// The time that a line begins with, as it is written.
pub(super) fn time(line: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&line[..line.len().min(64)]);
    let head = head.trim_start_matches(|sign: char| "[<({\"".contains(sign));
    let mut end = 0;
    let mut digits = 0;
    for (at, word) in words_at(head).into_iter().take(6) {
        let bare: Vec<u8> = word.bytes().filter(u8::is_ascii_alphanumeric).collect();
        let numbers = bare.iter().filter(|byte| byte.is_ascii_digit()).count();
        // A number in brackets after a time is a process.
        let is_other = end > 0 && word.starts_with(['[', '(', '<']);
        if is_other || (numbers * 2 <= bare.len() && !is_calendar(&bare)) {
            break;
        }
        digits += numbers;
        end = at + word.len();
    }
    let time = head[..end].trim_end_matches(|sign: char| "])>,\":".contains(sign));
    (digits >= 4 && time.len() >= 5).then(|| time.to_owned())
}

fn words_at(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut from = 0;
    for part in text.split(' ') {
        if !part.is_empty() {
            words.push((from, part));
        }
        from += part.len() + 1;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_found_where_levels_stand() {
        for (line, expected) in [
            (
                "2026-01-02 03:04:05.678 UTC [12] ERROR:  relation does not exist",
                Some(Severity::Error),
            ),
            ("2026/01/02 03:04:05 [warn] 12#12: *3 upstream", Some(Severity::Warning)),
            (
                r#"{"time":"2026-01-02","level":"info","msg":"an error page was served"}"#,
                Some(Severity::Info),
            ),
            ("ts=2026 level=debug msg=\"no error\"", Some(Severity::Debug)),
            ("E0102 03:04:05.678901  12 main.go:3] failed", Some(Severity::Error)),
            ("<28>Jan  2 03:04:05 host app: careful", Some(Severity::Warning)),
            ("ts=1 msg=\"ERROR: tried again\" level=info", Some(Severity::Info)),
            ("warning: unused variable", Some(Severity::Warning)),
            ("INFO  [main] org.x.Y - started", Some(Severity::Info)),
            ("the error was not found", None),
            ("GET /error/info 200", None),
            ("error_log is open", None),
            ("", None),
        ] {
            assert_eq!(severity(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn lines_that_differ_in_what_varies_have_one_pattern() {
        let of = |line: &str| {
            let mut text = String::new();
            pattern(line.as_bytes(), &mut text);
            text
        };
        let one = of("2026-01-02 03:04:05.678 UTC [12] ERROR:  connection from 10.0.0.1:5432 lost after 17 ms");
        let two = of("2027-11-12 13:14:15.016 UTC [9912] ERROR:  connection from 192.168.7.9:41 lost after 3 ms");
        assert_eq!((one.as_str(), one == two), ("connection from # lost after # ms", true));
        assert_eq!(
            of("Jan  2 03:04:05 web1 sshd[81]: closed by 1.2.3.4 port 22"),
            "# sshd[#]: closed by # port #"
        );
        assert_eq!(
            of("opened /var/lib/app/data.db for id 3f2a9c1e-aa11"),
            "opened # for id #"
        );
        assert_eq!(of("[12] [info] grüße"), "grüße");
    }

    #[test]
    fn times_are_told_as_they_are_written() {
        let of = |line: &str| time(line.as_bytes());
        assert_eq!(
            of("2026-01-02 03:04:05.678 UTC [12] ERROR: x").as_deref(),
            Some("2026-01-02 03:04:05.678 UTC")
        );
        assert_eq!(
            of("[02/Jan/2026:03:04:05 +0000] GET").as_deref(),
            Some("02/Jan/2026:03:04:05 +0000")
        );
        assert_eq!(of("Jan  2 03:04:05 host x").as_deref(), Some("Jan  2 03:04:05"));
        assert_eq!(of("no time here"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn what_is_set_in_belongs_to_the_line_before() {
        assert!(continues(b"    at org.x.Y(Y.java:3)") && continues(b"Caused by: z") && continues(b""));
        assert!(!continues(b"2026 x"));
    }
}
