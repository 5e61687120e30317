//! A change of a text as lines that take the place of lines, and the unified diff that says so.
//!
//! Lines are bytes up to and with their line feed, so nothing about line endings is lost. Pure.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Lines around a change that a diff shows.
const CONTEXT: usize = 3;
/// Lines of one change that are compared with each other; a longer one is shown as it was asked for.
const COMPARED: usize = 2_000;

/// These lines go, those come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    /// Of the old text.
    pub old: Range<usize>,
    /// With their line feeds; only the last of a text may lack one.
    pub new: Vec<Vec<u8>>,
}

/// The lines of a text, each with its line feed.
pub(super) fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

/// The new text, where `splices` are in order and apart.
pub(super) fn spliced(old: &[&[u8]], splices: &[Splice]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut at = 0;
    for splice in splices {
        for line in &old[at..splice.old.start] {
            text.extend_from_slice(line);
        }
        for line in &splice.new {
            text.extend_from_slice(line);
        }
        at = splice.old.end;
    }
    for line in &old[at..] {
        text.extend_from_slice(line);
    }
    text
}

/// The same change with nothing in it that stays: lines that both sides have are taken out.
pub(super) fn refined(old: &[&[u8]], splices: Vec<Splice>) -> Vec<Splice> {
    let mut refined: Vec<Splice> = Vec::with_capacity(splices.len());
    for splice in splices {
        let mine = &old[splice.old.clone()];
        let its: Vec<&[u8]> = splice.new.iter().map(Vec::as_slice).collect();
        let head = mine.iter().zip(&its).take_while(|(one, other)| one == other).count();
        let rest = mine.len().min(its.len()) - head;
        let pairs = mine.iter().rev().zip(its.iter().rev()).take(rest);
        let tail = pairs.take_while(|(one, other)| one == other).count();
        let start = splice.old.start + head;
        let (mine, its) = (&mine[head..mine.len() - tail], &its[head..its.len() - tail]);
        let owned = |lines: &[&[u8]]| -> Vec<Vec<u8>> { lines.iter().map(|line| line.to_vec()).collect() };
        if mine.is_empty() && its.is_empty() {
            continue;
        }
        if mine.len() > COMPARED || its.len() > COMPARED {
            refined.push(Splice {
                old: start..start + mine.len(),
                new: owned(its),
            });
            continue;
        }
        let mut at = start;
        for op in capture_diff_slices(Algorithm::Myers, mine, its) {
            if let DiffOp::Equal { len, .. } = op {
                at += len;
                continue;
            }
            // What goes and what comes at one place is one change, whatever the order in which they are found.
            let gone = op.old_range().len();
            match refined.last_mut() {
                Some(last) if last.old.end == at => {
                    last.old.end += gone;
                    last.new.extend(owned(&its[op.new_range()]));
                }
                Some(_) | None => refined.push(Splice {
                    old: at..at + gone,
                    new: owned(&its[op.new_range()]),
                }),
            }
            at += gone;
        }
    }
    refined
}

/// How many lines come and go.
pub(super) fn counts(splices: &[Splice]) -> (u64, u64) {
    splices.iter().fold((0, 0), |(added, removed), splice| {
        (added + splice.new.len() as u64, removed + splice.old.len() as u64)
    })
}

/// The hunks of a unified diff, as diff and git write them; empty where nothing changes.
pub(super) fn hunks(old: &[&[u8]], splices: &[Splice]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut shift: isize = 0;
    let mut rest = splices;
    while let Some(first) = rest.first() {
        let near = |pair: &[Splice]| pair[1].old.start - pair[0].old.end <= 2 * CONTEXT;
        let count = 1 + rest.windows(2).take_while(|pair| near(pair)).count();
        let (group, after) = rest.split_at(count);
        rest = after;
        let start = first.old.start.saturating_sub(CONTEXT);
        let last = group.last().map_or(first.old.end, |splice| splice.old.end);
        let end = (last + CONTEXT).min(old.len());
        let (added, removed) = counts(group);
        let grown = isize::try_from(added).unwrap_or(0) - isize::try_from(removed).unwrap_or(0);
        let length = end - start;
        let new_start = start.saturating_add_signed(shift);
        let new_length = length.saturating_add_signed(grown);
        text.extend_from_slice(format!("@@ -{} +{} @@\n", span(start, length), span(new_start, new_length)).as_bytes());
        let mut at = start;
        for splice in group {
            put(&mut text, b' ', &old[at..splice.old.start]);
            put(&mut text, b'-', &old[splice.old.clone()]);
            put(&mut text, b'+', &splice.new);
            at = splice.old.end;
        }
        put(&mut text, b' ', &old[at..end]);
        shift += grown;
    }
    text
}

/// `LINE,COUNT`; the line before it where there are none.
fn span(start: usize, length: usize) -> String {
    match length {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        _ => format!("{},{length}", start + 1),
    }
}

fn put<T: AsRef<[u8]>>(text: &mut Vec<u8>, mark: u8, lines: &[T]) {
    for line in lines {
        let line = line.as_ref();
        text.push(mark);
        text.extend_from_slice(line);
        if line.last() != Some(&b'\n') {
            text.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}
