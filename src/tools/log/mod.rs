//! The tool `log`: what a log says, in groups of lines that are alike.
//!
//! A file is read once from beginning to end in bounded memory, whatever its size. Never leaves the workspace.

mod line;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::oneshot::error::TryRecvError::Closed;

use self::line::Severity;
use super::beneath::Directory;
use super::contract::{action, arguments, counted, failed, json, no_such_action, shared, sink};
use super::fs::inside;
use super::{Call, Calling, Output, Tool, ToolError};
use crate::capsule::tool_spec::{ActionSpec, ToolSpec, Touch};
use crate::policy::Situation;

/// Bytes of one line that are looked at; the rest of a longer one is passed over.
const LINE: u64 = 16 * 1024;
/// Groups that are told apart; what comes after is counted together.
const GROUPS: usize = 20_000;
/// Characters of an example.
const EXAMPLE: usize = 500;

/// The tool.
#[derive(Debug)]
pub struct Log {
    spec: Arc<ToolSpec>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Scan {
    /// Path of the log, relative to the workspace.
    path: String,
    /// The most groups listed: the severest first, then those with most lines.
    #[serde(default = "groups_listed")]
    #[schemars(range(min = 1, max = 2_000))]
    groups_max: usize,
    /// Only groups of at least this severity, and those that name none.
    #[serde(default)]
    at_least: Option<Severity>,
}

fn groups_listed() -> usize {
    100
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Scanned {
    /// The path, relative to the workspace.
    path: String,
    /// Bytes that were read.
    bytes: u64,
    /// Lines of it.
    lines: u64,
    /// Lines without anything to see; they are in no group and name no level.
    blank: u64,
    /// Lines that belong to the one before them: stacks, what is set in.
    continued: u64,
    /// Lines by the level that they name themselves.
    levels: Levels,
    /// How many groups there are; more than 20,000 are not told apart.
    groups_total: u64,
    /// How many of them name no level, listed or not.
    groups_unnamed: u64,
    /// Lines of groups that came after the first 20,000.
    ungrouped: u64,
    /// Whether some groups are not listed.
    truncated: bool,
    /// The groups.
    groups: Vec<Group>,
}

#[derive(Debug, Default, Clone, Copy, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Levels {
    /// Errors and what is worse.
    error: u64,
    /// Warnings.
    warning: u64,
    /// Information and notices.
    info: u64,
    /// Debugging and traces.
    debug: u64,
    /// Lines that name no level.
    none: u64,
}

/// Lines that differ only in what varies.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Group {
    /// Counts from 1, in the order in which groups first appear.
    id: u64,
    /// What is the same in all of them; `#` stands for what varies.
    pattern: String,
    /// The level that its lines name themselves; null when they name none.
    severity: Option<Severity>,
    /// How many lines.
    count: u64,
    /// The number of the first line, from 1.
    first_line: u64,
    /// The time of the first line as it is written; null when it has none.
    first_time: Option<String>,
    /// The number of the last line.
    last_line: u64,
    /// The time of the last line as it is written; null when it has none.
    last_time: Option<String>,
    /// The first line without colours and what is set in before it, cut at 500 characters.
    example: String,
}

impl Log {
    /// The tool.
    pub fn new() -> Self {
        let scan = ActionSpec {
            sinks: vec![sink("path", Touch::ReadPath, None)],
            field_trust: counted(&[
                "/bytes",
                "/lines",
                "/blank",
                "/continued",
                "/levels/error",
                "/levels/warning",
                "/levels/info",
                "/levels/debug",
                "/levels/none",
                "/groups_total",
                "/groups_unnamed",
                "/ungrouped",
                "/truncated",
            ]),
            ..action::<Scan, Scanned>(
                "scan",
                "Reads a log and puts lines that are alike together, with counts.",
            )
        };
        Self {
            spec: shared("log", || ToolSpec {
                name: "log".to_owned(),
                version: "1.0.0".to_owned(),
                summary: "Reads logs of any size inside the workspace.".to_owned(),
                actions: vec![scan],
            }),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self::new()
    }
}

impl Tool for Log {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn perform<'a>(&'a self, call: Call<'a>) -> Calling<'a> {
        Box::pin(async move {
            let value = match call.verb {
                "scan" => scan(arguments(call.args)?, call.situation).await?,
                other => return Err(no_such_action(&self.spec, other)),
            };
            Ok(Output {
                value,
                artifacts: Vec::new(),
            })
        })
    }
}

async fn scan(params: Scan, situation: &Situation) -> Result<Value, ToolError> {
    let relative = inside(situation, &params.path)?;
    let unreadable = |why: String| {
        failed(
            format!("cannot read `{}`: {why}", params.path),
            "give a file of the workspace",
        )
    };
    // It has no name that could be said.
    if relative.as_os_str().is_empty() {
        return Err(unreadable("it is a directory, not a file".to_owned()));
    }
    let (file, _) = Directory::open(&situation.workspace)?.file(&relative)?;
    // A gigabyte takes seconds: others go on meanwhile, and a dropped call is noticed at the next piece.
    let (sender, cancelled) = tokio::sync::oneshot::channel::<()>();
    let reading =
        tokio::task::spawn_blocking(move || Reader::default().read(BufReader::with_capacity(1 << 20, file), cancelled));
    let read = reading.await.map_err(|error| unreadable(error.to_string()))?;
    drop(sender);
    let read = read.map_err(|error| unreadable(error.to_string()))?;
    Ok(json(&read.told(params)))
}

/// What was read so far.
#[derive(Debug, Default)]
struct Reader {
    bytes: u64,
    lines: u64,
    blank: u64,
    continued: u64,
    /// Whether there was a line that another one can belong to.
    has_begun: bool,
    levels: Levels,
    ungrouped: u64,
    groups: HashMap<(Option<Severity>, String), Group>,
}

impl Reader {
    fn read(
        mut self,
        mut from: impl BufRead,
        mut cancelled: tokio::sync::oneshot::Receiver<()>,
    ) -> std::io::Result<Self> {
        let mut bytes = Vec::new();
        let mut pattern = String::new();
        loop {
            bytes.clear();
            let read = from.by_ref().take(LINE).read_until(b'\n', &mut bytes)? as u64;
            if read == 0 {
                return Ok(self);
            }
            self.bytes += read;
            if bytes.last() != Some(&b'\n') && read == LINE {
                self.bytes += skip_line(&mut from)?;
            }
            let end = bytes
                .iter()
                .rposition(|byte| !matches!(byte, b'\n' | b'\r'))
                .map_or(0, |last| last + 1);
            self.line(&bytes[..end], &mut pattern);
            if self.lines.is_multiple_of(1 << 14) && cancelled.try_recv().is_err_and(|error| error == Closed) {
                return Err(std::io::Error::other("it was given up"));
            }
        }
    }

    fn line(&mut self, line: &[u8], pattern: &mut String) {
        self.lines += 1;
        let plain = line::plain(line);
        let line = plain.as_ref();
        let text = String::from_utf8_lossy(line);
        // What cannot be seen at the beginning must not be all that an example has room for.
        let text = text.trim_start_matches(line::is_unseen);
        if text.is_empty() {
            self.blank += 1;
            return;
        }
        if self.has_begun && line::continues(line) {
            self.continued += 1;
            return;
        }
        self.has_begun = true;
        let severity = line::severity(line);
        *match severity {
            Some(Severity::Error) => &mut self.levels.error,
            Some(Severity::Warning) => &mut self.levels.warning,
            Some(Severity::Info) => &mut self.levels.info,
            Some(Severity::Debug) => &mut self.levels.debug,
            None => &mut self.levels.none,
        } += 1;
        line::pattern(line, pattern);
        let key = (severity, std::mem::take(pattern));
        if let Some(group) = self.groups.get_mut(&key) {
            group.count += 1;
            group.last_line = self.lines;
            group.last_time = line::time(line);
        } else if self.groups.len() < GROUPS {
            let time = line::time(line);
            let example: String = text.chars().take(EXAMPLE).collect();
            let group = Group {
                id: self.groups.len() as u64 + 1,
                pattern: key.1.clone(),
                severity,
                count: 1,
                first_line: self.lines,
                first_time: time.clone(),
                last_line: self.lines,
                last_time: time,
                example,
            };
            self.groups.insert(key.clone(), group);
        } else {
            self.ungrouped += 1;
        }
        *pattern = key.1;
    }

    fn told(self, params: Scan) -> Scanned {
        let groups_total = self.groups.len() as u64;
        let groups_unnamed = self.groups.values().filter(|group| group.severity.is_none()).count() as u64;
        let mut groups: Vec<Group> = self.groups.into_values().collect();
        groups.retain(|group| group.severity.is_none() || group.severity >= params.at_least);
        // What names no level may be anything: it stands between warnings and information.
        let rank = |group: &Group| match group.severity {
            Some(Severity::Error) => 0,
            Some(Severity::Warning) => 1,
            None => 2,
            Some(Severity::Info) => 3,
            Some(Severity::Debug) => 4,
        };
        groups.sort_by_key(|group| (rank(group), std::cmp::Reverse(group.count), group.id));
        let truncated = groups.len() > params.groups_max;
        groups.truncate(params.groups_max);
        Scanned {
            path: params.path,
            bytes: self.bytes,
            lines: self.lines,
            blank: self.blank,
            continued: self.continued,
            levels: self.levels,
            groups_total,
            groups_unnamed,
            ungrouped: self.ungrouped,
            truncated,
            groups,
        }
    }
}

/// Passes over the rest of a line; gives its bytes.
fn skip_line(from: &mut impl BufRead) -> std::io::Result<u64> {
    let mut skipped = 0;
    loop {
        let piece = from.fill_buf()?;
        if piece.is_empty() {
            return Ok(skipped);
        }
        let end = piece.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(piece.len(), |at| at + 1);
        from.consume(length);
        skipped += length as u64;
        if end.is_some() {
            return Ok(skipped);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn read(text: &str) -> Reader {
        let (_sender, cancelled) = tokio::sync::oneshot::channel();
        Reader::default().read(Cursor::new(text.to_owned()), cancelled).unwrap()
    }

    fn told(text: &str) -> Scanned {
        read(text).told(Scan {
            path: "x.log".into(),
            groups_max: 10,
            at_least: None,
        })
    }

    #[test]
    fn lines_that_are_alike_are_one_group_with_first_and_last() {
        let text = "2026-01-02 03:04:05 ERROR: lost 3 of 4\n  at x\n2026-01-02 03:04:06 INFO: ok\r\n\n2026-01-02 03:05:05 ERROR: lost 9 of 10";
        let scanned = told(text);
        assert_eq!(
            (scanned.lines, scanned.continued, scanned.blank, scanned.bytes),
            (5, 1, 1, text.len() as u64)
        );
        assert_eq!((scanned.levels.error, scanned.levels.info), (2, 1));
        assert_eq!((scanned.groups_total, scanned.groups_unnamed), (2, 0));
        let group = &scanned.groups[0];
        assert_eq!((group.pattern.as_str(), group.count), ("lost # of #", 2));
        assert_eq!((group.first_line, group.last_line), (1, 5));
        assert_eq!(group.last_time.as_deref(), Some("2026-01-02 03:05:05"));
        assert_eq!(group.example, "2026-01-02 03:04:05 ERROR: lost 3 of 4");
    }

    #[test]
    fn lines_without_anything_to_see_are_counted_and_in_no_group() {
        for (text, lines) in [("\n", 1), ("\n\r\n\n", 3), (" \t \n\u{a0}\n", 2), ("\0\0\n\u{feff}", 2)] {
            let scanned = told(text);
            assert_eq!((scanned.lines, scanned.blank), (lines, lines), "{text:?}");
            assert_eq!((scanned.groups_total, scanned.levels.none), (0, 0), "{text:?}");
        }
        // What is set in belongs to no blank line.
        let scanned = told("\n   Start-Date: 1\n  more\n\nEnd-Date: 2\n");
        assert_eq!((scanned.blank, scanned.continued, scanned.groups_total), (2, 1, 2));
        let first = &scanned.groups[0];
        assert_eq!((first.first_line, first.example.as_str()), (2, "Start-Date: 1"));
        // There is always something in an example, however far in a line begins.
        let scanned = told(&format!("{}x\n", " ".repeat(2 * EXAMPLE)));
        assert_eq!(scanned.groups[0].example, "x");
    }

    #[test]
    fn a_line_without_end_and_too_many_groups_stay_within_bounds() {
        let mut text = "x".repeat(3 * LINE as usize);
        text.push('\n');
        let letters = |number: usize| -> String {
            let mut name = String::new();
            let mut rest = number;
            for _ in 0..5 {
                name.push(char::from(b'a' + (rest % 26) as u8));
                rest /= 26;
            }
            name
        };
        for number in 0..GROUPS + 5 {
            text.push_str(&letters(number));
            text.push('\n');
        }
        let scanned = told(&text);
        assert_eq!(scanned.bytes, text.len() as u64);
        assert_eq!((scanned.groups_total, scanned.ungrouped), (GROUPS as u64, 6));
        assert_eq!(scanned.groups_unnamed, GROUPS as u64);
        assert!(scanned.truncated && scanned.groups.len() == 10);
        assert!(scanned.groups.iter().all(|group| group.example.len() <= EXAMPLE));
        assert_eq!(told("").lines, 0);
    }

    #[test]
    fn a_dropped_call_stops_reading() {
        let (sender, cancelled) = tokio::sync::oneshot::channel::<()>();
        drop(sender);
        let text = "line\n".repeat(40_000);
        assert!(Reader::default().read(Cursor::new(text), cancelled).is_err());
    }
}
