//! The text of a file of the workspace: from its beginning, or from one line to another.

use std::borrow::Cow;
use std::io::{BufRead as _, BufReader, Read as _};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::ToolError;
use super::super::beneath::Directory;
use super::super::contract::{bad_argument, failed};
use super::{inside, shown};
use crate::policy::Situation;

/// The most bytes that one read returns.
const READ_MAX: u64 = 4 * 1024 * 1024;
/// The most bytes that are passed over on the way to a line.
const PASSED_MAX: u64 = 4 * 1024 * 1024 * 1024;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadFile {
    /// Path of the file, relative to the workspace.
    path: String,
    /// The most bytes to return.
    #[serde(default = "read_bytes")]
    #[schemars(range(min = 1, max = 4_194_304))]
    max_bytes: u64,
    /// The first line to return, counted from 1.
    #[serde(default)]
    #[schemars(range(min = 1))]
    first_line: Option<u64>,
    /// The last line to return; the last of the file when absent.
    #[serde(default)]
    #[schemars(range(min = 1))]
    last_line: Option<u64>,
}

fn read_bytes() -> u64 {
    65_536
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Contents {
    /// The path, relative to the workspace.
    path: String,
    /// The text; bytes that are not UTF-8 are replaced. Empty when binary.
    text: String,
    /// Size of the file in bytes.
    size: u64,
    /// Whether there is more than what was read: of the file, or of the lines that were asked for.
    truncated: bool,
    /// Whether bytes were replaced.
    lossy: bool,
    /// Whether it holds a NUL byte, so that it is not a text.
    binary: bool,
    /// Which lines these are, where lines were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Lines>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Lines {
    /// The first, from 1.
    first: u64,
    /// The last, of which a part may be missing where the text was cut; one less than the first where there are none.
    last: u64,
}

/// Reads a file.
///
/// # Errors
/// It lies outside, is no regular file, or cannot be read.
pub(super) fn read(params: &ReadFile, situation: &Situation) -> Result<Contents, ToolError> {
    let relative = inside(situation, &params.path)?;
    let (file, stat) = Directory::open(&situation.workspace)?.file(&relative)?;
    let limit = params.max_bytes.clamp(1, READ_MAX);
    let unreadable =
        |error: std::io::Error| failed(format!("cannot read `{}`: {error}", params.path), "check the file");
    let mut bytes = Vec::new();
    let is_by_line = params.first_line.is_some() || params.last_line.is_some();
    let (first, last) = (params.first_line.unwrap_or(1), params.last_line.unwrap_or(u64::MAX));
    let mut more = false;
    if is_by_line {
        if last < first {
            return Err(bad_argument(
                format!("`last_line` is {last}, before `first_line`, which is {first}"),
                "count from 1, and name both or one",
            ));
        }
        let mut from = BufReader::with_capacity(1 << 18, file);
        if !pass_lines(&mut from, first - 1).map_err(unreadable)? {
            return Err(failed(
                format!("`{}` is too long to look for line {first}", params.path),
                "cut it with a program of its own",
            ));
        }
        let mut left = last - first + 1;
        while left > 0 && bytes.len() as u64 <= limit {
            let room = limit + 1 - bytes.len() as u64;
            let read = from.by_ref().take(room).read_until(b'\n', &mut bytes);
            if read.map_err(unreadable)? == 0 {
                break;
            }
            left -= 1;
        }
    } else {
        file.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if bytes.len() > limit {
        more = true;
        bytes.truncate(limit);
        bytes.truncate(whole_characters(&bytes));
    }
    let binary = bytes.contains(&0);
    let lines = is_by_line.then(|| Lines {
        first,
        last: first + bytes.split_inclusive(|byte| *byte == b'\n').count() as u64 - 1,
    });
    let text = if binary {
        "".into()
    } else {
        String::from_utf8_lossy(&bytes)
    };
    Ok(Contents {
        path: shown(&relative),
        lossy: matches!(text, Cow::Owned(_)),
        text: text.into_owned(),
        size: u64::try_from(stat.st_size).unwrap_or(0),
        truncated: more,
        binary,
        lines,
    })
}

/// Passes over `count` lines; says whether it was not too much. Fewer are no error.
fn pass_lines(from: &mut BufReader<std::fs::File>, mut count: u64) -> std::io::Result<bool> {
    let mut passed = 0;
    while count > 0 {
        let piece = from.fill_buf()?;
        if piece.is_empty() {
            return Ok(true);
        }
        let (length, found) = match piece.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, 1),
            None => (piece.len(), 0),
        };
        from.consume(length);
        count -= found;
        passed += length as u64;
        if passed > PASSED_MAX {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The length of `bytes` without a character that the cut left incomplete at the end.
fn whole_characters(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(4);
    let start = (tail..bytes.len())
        .rev()
        .find(|&at| bytes[at] & 0b1100_0000 != 0b1000_0000);
    match start.map(|at| (at, std::str::from_utf8(&bytes[at..]))) {
        Some((at, Err(error))) if error.error_len().is_none() => at,
        Some(_) | None => bytes.len(),
    }
}
