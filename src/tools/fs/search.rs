//! Which lines of the files of the workspace hold a text, or what a regular expression says.
//!
//! Reads each file once, in bounded memory; binary files are passed over and counted.

use std::ops::ControlFlow;

use grep_matcher::{ByteSet, LineMatchKind, Match, Matcher, NoCaptures, NoError};
use grep_regex::{ErrorKind, RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder, Sink, SinkContext, SinkContextKind, SinkMatch};
use rustix::fs::FileType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::ToolError;
use super::super::aside::Stop;
use super::super::beneath::Directory;
use super::super::contract::bad_argument;
use super::glob::Patterns;
use super::walk::{Passed, Walked, walk};
use super::{here, inside, shown};
use crate::policy::Situation;

/// Characters of a line that are shown.
const LINE_SHOWN: usize = 400;
/// The most bytes that a searched line may have, and with them the memory of a search.
const LINE_MAX: usize = 16 * 1024 * 1024;
/// The most bytes of a compiled expression.
const PATTERN_MAX: usize = 10 * 1024 * 1024;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// Path of a directory or of a file, relative to the workspace.
    #[serde(default = "here")]
    path: String,
    /// A regular expression, in the syntax of the crate `regex`, found within one line; or a text where `literal`. The
    /// end of a line, `\n` or `\r\n`, is no part of it; its `\r` is where the pattern names one.
    #[schemars(length(min = 1, max = 10_000))]
    pattern: String,
    /// Whether the pattern is a plain text.
    #[serde(default)]
    literal: bool,
    /// Whether it has to stand between what are no letters, digits or underscores.
    #[serde(default)]
    word: bool,
    /// Whether upper and lower case differ.
    #[serde(default)]
    case: Case,
    /// Which files are looked at, below `path`: patterns as those of `fs.glob`; all where there is none.
    #[serde(default)]
    #[schemars(length(max = 100))]
    files: Vec<String>,
    /// Whether what `.gitignore` leaves out is looked at as well.
    #[serde(default)]
    ignored: bool,
    /// Whether names that begin with a dot are looked at as well.
    #[serde(default)]
    hidden: bool,
    /// How many lines before and after each match are returned.
    #[serde(default)]
    #[schemars(range(max = 20))]
    context: usize,
    /// The most matching lines of all files.
    #[serde(default = "limit")]
    #[schemars(range(min = 1, max = 5_000))]
    limit: usize,
    /// The most matching lines of one file.
    #[serde(default = "limit_per_file")]
    #[schemars(range(min = 1, max = 5_000))]
    limit_per_file: usize,
    /// The most bytes of text that are returned.
    #[serde(default = "max_bytes")]
    #[schemars(range(min = 1, max = 1_048_576))]
    max_bytes: usize,
}

fn limit() -> usize {
    200
}

fn limit_per_file() -> usize {
    50
}

fn max_bytes() -> usize {
    131_072
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Case {
    /// They differ.
    #[default]
    Sensitive,
    /// They do not.
    Insensitive,
    /// They differ where the pattern has a capital letter.
    Smart,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Searched {
    /// The path, relative to the workspace.
    path: String,
    /// The matching lines, in the order of their paths, part by part, and of their lines.
    matches: Vec<Hit>,
    /// How many matching lines are returned.
    count: u64,
    /// How many files were looked at, and have none or some.
    files: u64,
    /// How many of them have a match.
    files_with_match: u64,
    /// How many binary files were passed over.
    binary: u64,
    /// How many files could not be read, or have a line that is too long.
    unreadable: u64,
    /// Whether there may be more matches.
    truncated: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Hit {
    /// The path, relative to the workspace.
    path: String,
    /// Its number, from 1.
    line: u64,
    /// Where the match begins in it: characters of the whole line, from 1; what replaces bytes that are not UTF-8 counts
    /// as one.
    column: u64,
    /// The line, cut at 400 characters; bytes that are not UTF-8 are replaced.
    text: String,
    /// The lines before it that belong to no match.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    before: Vec<String>,
    /// The lines after it that belong to no match.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    after: Vec<String>,
}

/// Looks for lines.
///
/// # Errors
/// The expression is broken or too large, or `path` is not there.
pub(super) fn search(params: &Search, situation: &Situation, stop: &Stop) -> Result<Searched, ToolError> {
    let from = inside(situation, &params.path)?;
    let patterns = Patterns::parse(&params.files)?;
    let matcher = matcher(params)?;
    let directory = Directory::open(&situation.workspace)?;
    let mut seen = Seen {
        params,
        matcher,
        searcher: SearcherBuilder::new()
            .binary_detection(BinaryDetection::quit(0))
            .line_number(true)
            .before_context(params.context)
            .after_context(params.context)
            .heap_limit(Some(LINE_MAX))
            .build(),
        told: Searched {
            path: shown(&from),
            matches: Vec::new(),
            count: 0,
            files: 0,
            files_with_match: 0,
            binary: 0,
            unreadable: 0,
            truncated: false,
        },
        bytes: 0,
        is_full: false,
    };
    let is_file = directory
        .look(&from)?
        .is_some_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile);
    if is_file {
        seen.file(&directory, &from);
        return Ok(seen.told());
    }
    let passed = Passed {
        ignored: !params.ignored,
        hidden: !params.hidden,
    };
    let walked = walk(&directory, &from, passed, stop, &mut |found| {
        let below = found.path.strip_prefix(&from).unwrap_or(found.path);
        if found.file_type == FileType::RegularFile && patterns.fit(below) {
            stop.check()?;
            seen.file(&directory, found.path);
        }
        Ok(if seen.is_full {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })?;
    seen.told.truncated |= walked == Walked::Cut;
    Ok(seen.told())
}

fn matcher(params: &Search) -> Result<LineMatcher, ToolError> {
    let mut builder = RegexMatcherBuilder::new();
    builder
        .line_terminator(Some(b'\n'))
        .word(params.word)
        .fixed_strings(params.literal)
        .size_limit(PATTERN_MAX);
    match params.case {
        Case::Sensitive => {}
        Case::Insensitive => {
            builder.case_insensitive(true);
        }
        Case::Smart => {
            builder.case_smart(true);
        }
    }
    let regex = builder.build(&params.pattern).map_err(|error| {
        let why: String = error.to_string().chars().take(600).collect();
        let hint = match (error.kind(), params.literal) {
            (ErrorKind::NotAllowed(_), _) => "a match lies within one line: look for a part that has no line feed",
            (_, true) => "look for a shorter text",
            (_, false) => "correct the expression, or set `literal` to look for the very text",
        };
        bad_argument(format!("`pattern` cannot be used: {why}"), hint)
    })?;
    // What cannot do without a carriage return asks for it.
    let keeps_return = builder
        .line_terminator(Some(b'\r'))
        .build(&params.pattern)
        .is_err_and(|error| matches!(error.kind(), ErrorKind::NotAllowed(_)));
    Ok(LineMatcher { regex, keeps_return })
}

/// An expression that sees a line as people do: without its end, be that `\n` or `\r\n`.
struct LineMatcher {
    regex: RegexMatcher,
    /// Whether the `\r` of `\r\n` belongs to the line after all.
    keeps_return: bool,
}

impl LineMatcher {
    fn seen<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        match line.strip_suffix(b"\r") {
            Some(line) if !self.keeps_return => line,
            Some(_) | None => line,
        }
    }
}

/// What is given to it is a line without its `\n`, but for [`Matcher::find_candidate_line`].
impl Matcher for LineMatcher {
    type Captures = NoCaptures;
    type Error = NoError;

    fn find_at(&self, line: &[u8], at: usize) -> Result<Option<Match>, NoError> {
        let line = self.seen(line);
        self.regex.find_at(line, at.min(line.len()))
    }

    fn shortest_match_at(&self, line: &[u8], at: usize) -> Result<Option<usize>, NoError> {
        let line = self.seen(line);
        self.regex.shortest_match_at(line, at.min(line.len()))
    }

    fn new_captures(&self) -> Result<NoCaptures, NoError> {
        Ok(NoCaptures::new())
    }

    /// Many lines are looked at at once only where that finds every line that has a match. It does not with `^` and `$`,
    /// which the library tells by naming no line end, or with `(?m)` by letting the expression see `\n`.
    fn non_matching_bytes(&self) -> Option<&ByteSet> {
        self.regex
            .line_terminator()
            .and_then(|_| self.regex.non_matching_bytes())
    }

    /// The first line of many that may have a match, as they stand in the file; the line alone says whether it has.
    fn find_candidate_line(&self, lines: &[u8]) -> Result<Option<LineMatchKind>, NoError> {
        let found = self.regex.find_candidate_line(lines)?;
        Ok(match found {
            // The place behind the last line feed is in no line.
            Some(LineMatchKind::Confirmed(at)) if at == lines.len() && lines.ends_with(b"\n") => None,
            Some(LineMatchKind::Confirmed(at) | LineMatchKind::Candidate(at)) => Some(LineMatchKind::Candidate(at)),
            None => None,
        })
    }
}

struct Seen<'a> {
    params: &'a Search,
    matcher: LineMatcher,
    searcher: Searcher,
    told: Searched,
    bytes: usize,
    is_full: bool,
}

impl Seen<'_> {
    fn file(&mut self, directory: &Directory, path: &std::path::Path) {
        let Ok((file, _)) = directory.file(path) else {
            self.told.unreadable += 1;
            return;
        };
        let mut hits = Hits {
            path: shown(path),
            matcher: &self.matcher,
            found: Vec::new(),
            waiting: Vec::new(),
            most: self
                .params
                .limit_per_file
                .min(self.params.limit - self.told.matches.len()),
            is_cut: false,
            is_binary: false,
        };
        let searched = self.searcher.search_reader(&self.matcher, file, &mut hits);
        if searched.is_err() {
            self.told.unreadable += 1;
            return;
        }
        if hits.is_binary {
            self.told.binary += 1;
            return;
        }
        self.told.files += 1;
        self.told.truncated |= hits.is_cut;
        self.told.files_with_match += u64::from(!hits.found.is_empty());
        for hit in hits.found {
            let lines = [&hit.text].into_iter().chain(&hit.before).chain(&hit.after);
            self.bytes += hit.path.len() + lines.map(String::len).sum::<usize>();
            if self.bytes > self.params.max_bytes {
                self.told.truncated = true;
                self.is_full = true;
                return;
            }
            self.told.matches.push(hit);
        }
        self.is_full = self.told.matches.len() == self.params.limit;
    }

    fn told(self) -> Searched {
        Searched {
            count: self.told.matches.len() as u64,
            ..self.told
        }
    }
}

/// The matches of one file.
struct Hits<'a> {
    path: String,
    matcher: &'a LineMatcher,
    found: Vec<Hit>,
    waiting: Vec<String>,
    most: usize,
    is_cut: bool,
    is_binary: bool,
}

impl Sink for Hits<'_> {
    type Error = std::io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> Result<bool, Self::Error> {
        if self.found.len() == self.most {
            self.is_cut = true;
            return Ok(false);
        }
        let line = found.bytes();
        let seen = line.strip_suffix(b"\n").unwrap_or(line);
        let Ok(Some(at)) = self.matcher.find(seen) else {
            return Err(std::io::Error::other("a line matches as one of many and not alone"));
        };
        self.found.push(Hit {
            path: self.path.clone(),
            line: found.line_number().unwrap_or(0),
            column: column(line, at.start()),
            text: cut(line),
            before: std::mem::take(&mut self.waiting),
            after: Vec::new(),
        });
        Ok(true)
    }

    fn context(&mut self, _: &Searcher, context: &SinkContext<'_>) -> Result<bool, Self::Error> {
        let line = cut(context.bytes());
        match context.kind() {
            SinkContextKind::Before | SinkContextKind::Other => self.waiting.push(line),
            SinkContextKind::After => {
                if let Some(hit) = self.found.last_mut() {
                    hit.after.push(line);
                }
            }
        }
        Ok(true)
    }

    fn binary_data(&mut self, _: &Searcher, _: u64) -> Result<bool, Self::Error> {
        self.is_binary = true;
        Ok(false)
    }
}

/// Which character of the line, as it is shown, stands at byte `at`, from 1.
fn column(line: &[u8], at: usize) -> u64 {
    let (mut end, mut before) = (0, 0);
    for chunk in line.utf8_chunks() {
        for character in chunk.valid().chars() {
            end += character.len_utf8();
            before += u64::from(end <= at);
        }
        end += chunk.invalid().len();
        before += u64::from(!chunk.invalid().is_empty() && end <= at);
    }
    before + 1
}

fn cut(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    String::from_utf8_lossy(line).chars().take(LINE_SHOWN).collect()
}
