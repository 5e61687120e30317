//! One line of a log: when, how severe as it says itself, and what is the same in all lines like it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use schemars::JsonSchema;

/// Bytes at the beginning of a line where its level stands.
const HEAD: usize = 160;
/// Bytes of a line in which a level is looked for that is named as one, in JSON after everything else.
const NAMED: usize = 4096;
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
const LEVELS: [(&str, Severity); 36] = [
    ("emerg", Severity::Error),
    ("emergency", Severity::Error),
    ("alert", Severity::Error),
    ("crit", Severity::Error),
    ("critical", Severity::Error),
    ("fatal", Severity::Error),
    ("fata", Severity::Error),
    ("ftl", Severity::Error),
    ("panic", Severity::Error),
    ("severe", Severity::Error),
    ("error", Severity::Error),
    ("err", Severity::Error),
    ("erro", Severity::Error),
    ("eror", Severity::Error),
    ("warning", Severity::Warning),
    ("warn", Severity::Warning),
    ("wrn", Severity::Warning),
    ("notice", Severity::Info),
    ("note", Severity::Info),
    ("information", Severity::Info),
    ("info", Severity::Info),
    ("inf", Severity::Info),
    ("log", Severity::Info),
    ("hint", Severity::Info),
    ("debug", Severity::Debug),
    ("debu", Severity::Debug),
    ("dbug", Severity::Debug),
    ("dbg", Severity::Debug),
    ("trace", Severity::Debug),
    ("trce", Severity::Debug),
    ("trc", Severity::Debug),
    ("verbose", Severity::Debug),
    ("vrb", Severity::Debug),
    ("fine", Severity::Debug),
    ("finer", Severity::Debug),
    ("finest", Severity::Debug),
];

/// The facilities that syslog writes before a level: `daemon.err`.
const FACILITIES: [&str; 12] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
];

/// The level that a line names where levels stand: at its beginning, alone or in brackets, in capital letters, before
/// a colon, or as the value of `level`.
pub(super) fn severity(line: &[u8]) -> Option<Severity> {
    if let Some(severity) = priority(line).or_else(|| klog(line)).or_else(|| letter(line)) {
        return Some(severity);
    }
    let head = &line[..line.len().min(HEAD)];
    // An object may have its level after a long message.
    let wide = if line.starts_with(b"{") {
        &line[..line.len().min(NAMED)]
    } else {
        head
    };
    // A level that is named is the line's, whatever words its message has.
    find(wide, is_named)
        .or_else(|| numbered(wide))
        .or_else(|| find(head, stands_as_level))
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
        if let Some(found) = level(&head[at..end])
            && stands(head, at, end)
        {
            return Some(found);
        }
        at = end;
    }
    None
}

/// The byte that stands `back` before `at`; 1 is the nearest.
fn before(head: &[u8], at: usize, back: usize) -> Option<u8> {
    head.get(at.checked_sub(back)?).copied()
}

/// Whether the word between `at` and `end` is a whole one, and not a part of a name: `error_log`, `info2`, `x-error`,
/// `error.log`, `my::error`, `DEBUG=1`. A hyphen or a point that ends something belongs to no name: `WARN -`, `ERROR.`
fn is_whole(head: &[u8], at: usize, end: usize) -> bool {
    let next = head.get(end + 1).copied();
    let is_joined = next.is_some_and(|next| next.is_ascii_alphanumeric());
    let goes_on = match head.get(end) {
        Some(b'0'..=b'9' | b'_' | b'/' | b'@') => true,
        Some(b'-' | b'.') => is_joined,
        Some(b'=') => is_joined || matches!(next, Some(b'"' | b'\'')),
        _ => false,
    };
    let came_on = match before(head, at, 1) {
        Some(b'0'..=b'9' | b'_' | b'/' | b'@' | b'-') => true,
        Some(b'.') => before(head, at, 2).is_some_and(|byte| byte.is_ascii_alphanumeric()),
        // `::error::` at the beginning is what programs tell a CI.
        Some(b':') => at > 2 && before(head, at, 2) == Some(b':'),
        _ => false,
    };
    !goes_on && !came_on
}

/// Whether the word between `at` and `end` is the value of something called a level.
fn is_named(head: &[u8], at: usize, end: usize) -> bool {
    matches!(before(head, at, 1), Some(b'=' | b'"')) && is_whole(head, at, end) && names_level(&head[..at])
}

fn level(word: &[u8]) -> Option<Severity> {
    // Most words of a log are none, and are told by their length.
    if !(3..=11).contains(&word.len()) {
        return None;
    }
    let found = LEVELS
        .iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()));
    found.map(|(_, severity)| *severity)
}

/// Whether the word between `at` and `end` is written as levels are, and not as a word of a sentence.
fn stands_as_level(head: &[u8], at: usize, end: usize) -> bool {
    let word = &head[at..end];
    if !is_whole(head, at, end) {
        return is_between(head, at, end) || is_apache_trace(head, at, end);
    }
    let is_capital = word.iter().all(u8::is_ascii_uppercase);
    if is_capital {
        // `"TRACE / HTTP/1.1"` is a request.
        return !(word == b"TRACE" && before(head, at, 1) == Some(b'"') && head.get(end) == Some(&b' '));
    }
    is_bracketed(head, at, end) || is_labelled(head, at, end) || is_announced(head, at, end)
}

/// `[error]`, `[core:error]`, `[ info ]`, `<warn>`, `|info|`, and between tabs.
fn is_bracketed(head: &[u8], at: usize, end: usize) -> bool {
    // Levels are filled up with spaces to one width.
    let open = head[..at].iter().rposition(|byte| *byte != b' ').map(|open| head[open]);
    let close = head[end..].iter().find(|byte| **byte != b' ').copied();
    match (open, close) {
        (Some(b'['), Some(b']')) => true,
        (Some(b':'), Some(b']')) => before(head, at, 1) == Some(b':') && is_apache(&head[..at - 1]),
        _ => matches!(
            (before(head, at, 1), head.get(end)),
            (Some(b'<'), Some(b'>')) | (Some(b'('), Some(b')')) | (Some(b'|'), Some(b'|')) | (Some(b'\t'), Some(b'\t'))
        ),
    }
}

/// Whether `before` ends with `[` and perhaps the name of a module of Apache.
fn is_apache(before: &[u8]) -> bool {
    let name = before
        .iter()
        .rposition(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    name.is_some_and(|open| before[open] == b'[')
}

/// `[core:trace3]`
fn is_apache_trace(head: &[u8], at: usize, end: usize) -> bool {
    head[at..end] == *b"trace"
        && matches!(head[end..], [b'1'..=b'8', b']', ..])
        && before(head, at, 1) == Some(b':')
        && is_apache(&head[..at - 1])
}

/// Before the message: a colon after it, and at most a time and a name before it. `info:amd64` is a name with a kind.
fn is_labelled(head: &[u8], at: usize, end: usize) -> bool {
    let next = head.get(end + 1);
    let ends = next.is_none_or(|next| !next.is_ascii_alphanumeric() && !matches!(next, b':' | b'/'));
    // These are words of sentences, too.
    let is_level = !matches!(&head[at..end], b"log" | b"fine");
    let is_early = head[..at].iter().filter(|byte| **byte == b' ').count() <= 6;
    // A CI is told `::error::message` and `::error file=…::message`.
    let is_command = at == 2 && head.starts_with(b"::") && matches!(head.get(end), Some(b':' | b' '));
    is_command || (head.get(end) == Some(&b':') && ends && is_level && is_early)
}

/// `error[E0308]: …` of rustc and `npm warn …`, at the beginning.
fn is_announced(head: &[u8], at: usize, end: usize) -> bool {
    let code = head[end..].strip_prefix(b"[").and_then(|rest| {
        let close = rest.iter().position(|byte| *byte == b']')?;
        rest[close..].starts_with(b"]:").then_some(&rest[..close])
    });
    let is_code = at == 0 && code.is_some_and(|code| code.first().is_some_and(u8::is_ascii_alphabetic));
    is_code || (at == 4 && head.starts_with(b"npm ") && head.get(end) == Some(&b' '))
}

/// Levels that are joined to what stands beside them: `12:00:00,123-ERROR-message`, `[… 12:00:00,123: ERROR/Process]`
/// of Celery and `daemon.err` of syslog.
fn is_between(head: &[u8], at: usize, end: usize) -> bool {
    let is_capital = head[at..end].iter().all(u8::is_ascii_uppercase);
    match (before(head, at, 1), head.get(end)) {
        (Some(b'-'), Some(b'-')) => {
            is_capital && before(head, at, 2).is_none_or(|byte| !byte.is_ascii_alphabetic() && byte != b'_')
        }
        (Some(b' '), Some(b'/')) => is_capital && head.starts_with(b"[") && before(head, at, 2) == Some(b':'),
        (Some(b'.'), Some(b' ' | b'>' | b':')) => is_facility(&head[..at - 1]),
        _ => false,
    }
}

/// Whether `before` ends with a facility of syslog as a word of its own.
fn is_facility(before: &[u8]) -> bool {
    let start = before.iter().rposition(|byte| matches!(byte, b' ' | b'<' | b'\t'));
    let word = &before[start.map_or(0, |start| start + 1)..];
    FACILITIES.iter().any(|name| name.as_bytes() == word) || matches!(word, [b'l', b'o', b'c', b'a', b'l', b'0'..=b'7'])
}

/// Whether what stands before a value ends with the name of a level: `level=`, `"severity":"`.
fn names_level(before: &[u8]) -> bool {
    let end = before
        .iter()
        .rposition(u8::is_ascii_alphabetic)
        .map_or(0, |last| last + 1);
    let name = &before[..end];
    ["level", "lvl", "severity", "levelname", "level_name"]
        .iter()
        .any(|known| {
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

/// `"level":50`: the scale of pino and bunyan.
fn numbered(head: &[u8]) -> Option<Severity> {
    const KEY: &[u8] = b"\"level\":";
    if !head.starts_with(b"{") {
        return None;
    }
    let at = head.windows(KEY.len()).position(|bytes| bytes == KEY)? + KEY.len();
    let rest = head[at..].trim_ascii_start();
    match (rest, rest.get(2)) {
        (_, Some(b'0'..=b'9' | b'.')) => None,
        ([b'1' | b'2', b'0', ..], _) => Some(Severity::Debug),
        ([b'3', b'0', ..], _) => Some(Severity::Info),
        ([b'4', b'0', ..], _) => Some(Severity::Warning),
        ([b'5' | b'6', b'0', ..], _) => Some(Severity::Error),
        _ => None,
    }
}

/// `E: Unable to locate` of apt, `E/Tag( 12): …` of Android, and .NET's `fail: Name[0]`, at the beginning.
fn letter(line: &[u8]) -> Option<Severity> {
    if line.starts_with(b"fail: ") {
        return Some(Severity::Error);
    }
    match line {
        [b'E', b':', b' ', ..] => Some(Severity::Error),
        [b'W', b':', b' ', ..] => Some(Severity::Warning),
        [b'N', b':', b' ', ..] => Some(Severity::Info),
        [letter, b'/', next, rest @ ..] if next.is_ascii_alphabetic() => {
            let tag = rest.iter().position(|byte| matches!(byte, b'(' | b' ' | b'/'))?;
            match (rest[tag], letter) {
                (b'(', b'E' | b'F') => Some(Severity::Error),
                (b'(', b'W') => Some(Severity::Warning),
                (b'(', b'I') => Some(Severity::Info),
                (b'(', b'D' | b'V') => Some(Severity::Debug),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `E0512 10:11:12.123456`, with or without the year: the header of klog and glog.
fn klog(line: &[u8]) -> Option<Severity> {
    let (letter, date) = line.split_first()?;
    let digits = date.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_date = matches!(digits, 4 | 8)
        && matches!(date[digits..], [b' ', first, second, b':', ..] if first.is_ascii_digit() && second.is_ascii_digit());
    match letter {
        b'I' if is_date => Some(Severity::Info),
        b'W' if is_date => Some(Severity::Warning),
        b'E' | b'F' if is_date => Some(Severity::Error),
        _ => None,
    }
}

/// A line without what only colours it and moves the cursor (`ESC [ … letter`), also as JSON writes it.
pub(super) fn plain(line: &[u8]) -> Cow<'_, [u8]> {
    const WRITTEN: &[u8] = b"\\u001b[";
    let is_written = line.starts_with(b"{") && line.windows(WRITTEN.len()).any(|bytes| bytes == WRITTEN);
    if !is_written && !line.contains(&0x1b) {
        return Cow::Borrowed(line);
    }
    let mut kept = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some((first, others)) = rest.split_first() {
        let body = rest
            .strip_prefix(b"\x1b[")
            .or_else(|| rest.strip_prefix(WRITTEN).filter(|_| is_written));
        let end = body.and_then(|body| {
            let end = body.iter().position(|byte| !matches!(byte, 0x20..=0x3f))?;
            matches!(body[end], 0x40..=0x7e).then(|| &body[end + 1..])
        });
        rest = end.unwrap_or_else(|| {
            kept.push(*first);
            others
        });
    }
    Cow::Owned(kept)
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
    use super::Severity::{Debug, Error, Info, Warning};
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

    /// What real programs write, and the level that each line names.
    const WRITTEN: &[(&str, Option<Severity>)] = &[
        // Names that have such a word in them.
        ("2026-01-02 03:04:05 install shared-mime-info:amd64 <none> 2.2-1", None),
        ("2026-01-02 03:04:05 status installed libc6-dbg:amd64 2.36-9", None),
        ("2026-01-02 03:04:05 upgrade libgpg-error:amd64 1.46-1 1.47-2", None),
        ("2026-01-02 03:04:05 install info:amd64 <none> 6.8-4", None),
        ("GET http://h/x-error: 1", None),
        ("opened error.log for writing", None),
        ("see level.error: it is read", None),
        ("ERROR-1234 is explained elsewhere", None),
        ("org.example.ERROR was loaded", None),
        ("std::io::error: is a module", None),
        ("DEBUG=1 PATH=/usr/bin make", None),
        ("mail from INFO@EXAMPLE.ORG", None),
        (
            r#"1.2.3.4 - - [02/Jan/2026:03:04:05 +0000] "TRACE / HTTP/1.1" 405 157"#,
            None,
        ),
        ("the log: nothing is in it", None),
        ("at 10:11 it went on without an error.", None),
        // A point or a hyphen that ends something.
        ("it ended with ERROR.", Some(Error)),
        ("WARN - disk is nearly full", Some(Warning)),
        ("2026-01-02 03:04:05,678 - app - ERROR - lost", Some(Error)),
        ("2026-01-02 03:04:05,678-ERROR-lost", Some(Error)),
        ("ERROR:root:lost", Some(Error)),
        // Colours.
        ("\x1b[31mERROR\x1b[0m lost", Some(Error)),
        (
            "\x1b[2m2026-01-02T03:04:05.678Z\x1b[0m \x1b[33m WARN\x1b[0m \x1b[2mapp\x1b[0m: x",
            Some(Warning),
        ),
        (
            r#"{"log":"\u001b[31mERROR\u001b[0m lost\n","stream":"stderr"}"#,
            Some(Error),
        ),
        // Syslog.
        (
            "Jan  2 03:04:05 host sshd[12]: error: kex_exchange_identification: reset",
            Some(Error),
        ),
        ("Jan  2 03:04:05 host daemon.err dnsmasq[12]: no upstream", Some(Error)),
        ("Jan  2 03:04:05 host local0.notice app: begun", Some(Info)),
        ("<165>1 2026-01-02T03:04:05Z host app - - - begun", Some(Info)),
        (
            "Jan  2 03:04:05 host NetworkManager[12]: <warn>  [17.1] dhcp4: none",
            Some(Warning),
        ),
        // Web servers.
        ("2026/01/02 03:04:05 [error] 12#12: *3 open() failed", Some(Error)),
        (
            "[Fri Jan 02 03:04:05.678 2026] [core:error] [pid 12] AH00082: lost",
            Some(Error),
        ),
        ("[Fri Jan 02 03:04:05.678 2026] [:warn] [pid 12] careful", Some(Warning)),
        (
            "[Fri Jan 02 03:04:05.678 2026] [mpm_event:notice] [pid 12] AH00489",
            Some(Info),
        ),
        ("[Fri Jan 02 03:04:05.678 2026] [ssl:trace3] [pid 12] x", Some(Debug)),
        ("[WARNING] (12) : config : missing timeouts", Some(Warning)),
        // Java, .NET, Python, Ruby, Erlang.
        ("2026-01-02 03:04:05,678 [main] WARN  org.x.Y - careful", Some(Warning)),
        (
            "[2026-01-02T03:04:05,678][INFO ][o.e.n.Node] [node] started",
            Some(Info),
        ),
        ("29-Nov-2026 12:23:54.327 SEVERE [main] org.x.Y lost", Some(Error)),
        ("FINEST: entering", Some(Debug)),
        ("fail: Microsoft.Hosting[6]", Some(Error)),
        ("dbug: Microsoft.Hosting[1]", Some(Debug)),
        ("[03:04:05 INF] begun", Some(Info)),
        ("[2026-01-02 03:04:05,678: ERROR/MainProcess] lost", Some(Error)),
        ("E, [2026-01-02T03:04:05.678 #12] ERROR -- : lost", Some(Error)),
        ("03:04:05.678 [warning] careful", Some(Warning)),
        ("=ERROR REPORT==== 2-Jan-2026::03:04:05 ===", Some(Error)),
        // Go, Rust, JavaScript.
        ("E1130 12:00:00.123456 12 main.go:3] lost", Some(Error)),
        ("W20261130 12:00:00.123456 12 main.cc:3] careful", Some(Warning)),
        ("E1130 is the number of a part", None),
        ("ERRO[0001] lost", Some(Error)),
        ("2026-01-02T03:04:05.678Z\terror\tmain.go:3\tlost", Some(Error)),
        ("3:04AM DBG looked", Some(Debug)),
        ("2026-01-02T03:04:05.678Z  INFO app::error: begun", Some(Info)),
        ("[2026-01-02T03:04:05Z DEBUG app] looked", Some(Debug)),
        ("error[E0308]: mismatched types", Some(Error)),
        ("npm warn deprecated x@1.0.0: no longer", Some(Warning)),
        // Objects and pairs.
        (r#"{"level":"error","ts":1,"msg":"lost"}"#, Some(Error)),
        (
            r#"{"log":"{\"level\":\"warn\",\"msg\":\"x\"}\n","stream":"stdout"}"#,
            Some(Warning),
        ),
        (
            r#"{"@timestamp":"2026-01-02","log.level": "INFO","message":"ERROR: was mended"}"#,
            Some(Info),
        ),
        (r#"{"levelname": "critical", "message": "lost"}"#, Some(Error)),
        (r#"{"level":30,"time":1767323045678,"msg":"begun"}"#, Some(Info)),
        (r#"{"level":50,"time":1767323045678,"msg":"lost"}"#, Some(Error)),
        ("ts=2026-01-02T03:04:05Z lvl=eror msg=lost", Some(Error)),
        (
            r#"time="2026-01-02T03:04:05Z" level=warning msg="no error""#,
            Some(Warning),
        ),
        // Tools.
        ("W: Failed to fetch http://deb.debian.org/", Some(Warning)),
        ("E/AndroidRuntime( 123): lost", Some(Error)),
        ("##[error]Process completed with exit code 1.", Some(Error)),
        ("::warning file=app.js,line=1::careful", Some(Warning)),
        ("main.c:3:5: error: expected `;`", Some(Error)),
        ("2026-01-02 03:04:05 0 [Note] ready for connections", Some(Info)),
    ];

    #[test]
    fn a_level_is_what_real_programs_write_and_no_part_of_a_name() {
        for (line, expected) in WRITTEN {
            assert_eq!(severity(&plain(line.as_bytes())), *expected, "{line}");
        }
        // A level may come after a long message.
        let long = format!(r#"{{"msg":"{}","level":"error"}}"#, "x ".repeat(1_000));
        assert_eq!(severity(long.as_bytes()), Some(Error));
    }

    #[test]
    fn colours_are_left_out_and_nothing_else() {
        let of = |line: &str| String::from_utf8(plain(line.as_bytes()).into_owned()).unwrap();
        assert_eq!(of("\x1b[1;31ma\x1b[0m b\x1b[K"), "a b");
        assert_eq!(of("grüße \\u001b[31m"), "grüße \\u001b[31m");
        assert_eq!(of("{\"a\":\"\\u001b[31mb\\u001b[0m\"}"), "{\"a\":\"b\"}");
        assert_eq!(of("\x1b"), "\x1b");
        assert_eq!(of("x\x1b[31"), "x\x1b[31");
        assert_eq!(
            time(&plain(b"\x1b[2m2026-01-02T03:04:05Z\x1b[0m x")).as_deref(),
            Some("2026-01-02T03:04:05Z")
        );
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
