//! Exact texts that take the place of others, as lines that take the place of lines. Pure.

use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::ToolError;
use super::super::contract::{bad_argument, failed};
use super::edit::{FILE_MAX, too_large};
use super::shown;
use super::splice::{Splice, lines};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Replacement {
    /// The text as it stands there, exactly.
    #[schemars(length(min = 1, max = 1_048_576))]
    old: String,
    /// What stands there then.
    #[schemars(length(max = 1_048_576))]
    new: String,
    /// How often it has to be there; each of them is replaced.
    #[serde(default = "once")]
    #[schemars(range(min = 1, max = 100_000))]
    expect: usize,
}

fn once() -> usize {
    1
}

/// The lines that the replacements touch, and what stands there then.
pub(super) fn replaced(
    path: &Path,
    text: &[u8],
    old_lines: &[&[u8]],
    replacements: &[Replacement],
    returns: bool,
) -> Result<Vec<Splice>, ToolError> {
    if replacements.is_empty() {
        return Err(bad_argument(
            format!("nothing is to be changed in `{}`", shown(path)),
            "give `diff`, or `replace` for each file",
        ));
    }
    let ending = |text: &str| {
        if returns && !text.contains('\r') {
            text.replace('\n', "\r\n")
        } else {
            text.to_owned()
        }
    };
    let overlap = |place: &str| {
        bad_argument(
            format!("two replacements overlap in {place}`{}`", shown(path)),
            "make one of them",
        )
    };
    // Where each replacement goes, and which one it is: its text is copied only when all of them are known to fit.
    let mut spots: Vec<(usize, usize, usize)> = Vec::new();
    let mut news: Vec<String> = Vec::with_capacity(replacements.len());
    let (mut gone, mut come) = (0_usize, 0_usize);
    for (index, replacement) in replacements.iter().enumerate() {
        // Where every line of the file ends with a carriage return, one is meant that is not written.
        let old = ending(&replacement.old);
        let new = if returns && !replacement.old.contains('\r') {
            ending(&replacement.new)
        } else {
            replacement.new.clone()
        };
        let found: Vec<usize> = occurrences(text, old.as_bytes());
        if found.len() != replacement.expect {
            return Err(failed(
                format!(
                    "`old` of replacement {index} is {} times in `{}`, and {} is expected",
                    found.len(),
                    shown(path),
                    replacement.expect
                ),
                "give more of the text around it, or set `expect`",
            ));
        }
        gone = gone.saturating_add(found.len().saturating_mul(old.len()));
        come = come.saturating_add(found.len().saturating_mul(new.len()));
        if gone > text.len() {
            return Err(overlap(""));
        }
        spots.extend(found.into_iter().map(|at| (at, at + old.len(), index)));
        news.push(new);
    }
    if (text.len() - gone).saturating_add(come) as u64 > FILE_MAX {
        return Err(too_large(path));
    }
    spots.sort_by_key(|(start, ..)| *start);
    if let Some(pair) = spots.windows(2).find(|pair| pair[0].1 > pair[1].0) {
        let line = text[..pair[1].0].iter().filter(|byte| **byte == b'\n').count() + 1;
        return Err(overlap(&format!("line {line} of ")));
    }
    let mut starts = Vec::with_capacity(old_lines.len() + 1);
    let mut start = 0;
    for line in old_lines {
        starts.push(start);
        start += line.len();
    }
    starts.push(start);
    let line_of = |at: usize| starts.partition_point(|start| *start <= at).saturating_sub(1);
    let mut splices: Vec<Splice> = Vec::new();
    let mut rest = spots.as_slice();
    while let Some((first, _, _)) = rest.first() {
        let from = line_of(*first);
        // The line where a replacement ends belongs to it: the line feed before it may be gone.
        let mut to = from;
        let mut count = 0;
        for (start, end, _) in rest {
            if count > 0 && line_of(*start) >= to {
                break;
            }
            to = (line_of(*end) + 1).min(old_lines.len());
            count += 1;
        }
        let mut new = Vec::new();
        let mut at = starts[from];
        for (start, end, index) in &rest[..count] {
            new.extend_from_slice(&text[at..*start]);
            new.extend_from_slice(news[*index].as_bytes());
            at = *end;
        }
        new.extend_from_slice(&text[at..starts[to]]);
        splices.push(Splice {
            old: from..to,
            new: lines(&new).into_iter().map(<[u8]>::to_vec).collect(),
        });
        rest = &rest[count..];
    }
    Ok(splices)
}

/// Where `needle` begins in `text`, from left to right, none within another.
fn occurrences(text: &[u8], needle: &[u8]) -> Vec<usize> {
    memchr::memmem::find_iter(text, needle).collect()
}
