//! Where the hunks of a diff belong in a text, as `git apply` finds it: at the line they name, else at the nearest place
//! where exactly their lines stand, forward first. Pure.

use std::borrow::Cow;

use super::patch::{FilePatch, Hunk, Mark, PatchError, shown, told_apart};
use super::splice::Splice;

/// Where a hunk was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Put {
    /// The first line of it in the new text, counted from 1.
    pub line: usize,
    /// How far that is from where the diff says.
    pub offset: isize,
    /// Lines of context at its ends that were not looked at.
    pub fuzz: usize,
}

impl FilePatch<'_> {
    /// Finds each hunk in `old`, with at most `fuzz` lines of context at each of its ends that are not looked at.
    ///
    /// # Errors
    /// One does not fit.
    pub fn fit(&self, old: &[&[u8]], fuzz: usize) -> Result<(Vec<Splice>, Vec<Put>), PatchError> {
        let mut splices = Vec::with_capacity(self.hunks.len());
        let mut puts = Vec::with_capacity(self.hunks.len());
        let (mut floor, mut drift, mut grown) = (0, 0_isize, 0_isize);
        for hunk in &self.hunks {
            let found = (0..=fuzz).find_map(|fuzz| hunk.find(old, floor, drift, fuzz));
            let Some(found) = found else {
                return Err(hunk.misfit(old, drift));
            };
            drift = found.drift;
            floor = found.end;
            puts.push(Put {
                line: found.start.saturating_add_signed(grown) + 1,
                offset: found.drift,
                fuzz: found.fuzz,
            });
            let lines = &hunk.lines[found.fuzz_head..hunk.lines.len() - found.fuzz_tail];
            for splice in splices_of(lines, found.start) {
                grown += isize::try_from(splice.new.len()).unwrap_or(0);
                grown -= isize::try_from(splice.old.len()).unwrap_or(0);
                splices.push(splice);
            }
        }
        Ok((splices, puts))
    }
}

/// Where a hunk fits.
#[derive(Debug)]
struct Found {
    /// Its first line on the left, from 0, without what fuzz passes over.
    start: usize,
    end: usize,
    drift: isize,
    fuzz: usize,
    fuzz_head: usize,
    fuzz_tail: usize,
}

impl Hunk<'_> {
    fn find(&self, old: &[&[u8]], floor: usize, drift: isize, fuzz: usize) -> Option<Found> {
        let is_kept = |line: &&(Mark, Cow<'_, [u8]>)| line.0 == Mark::Keep;
        let head = self.lines.iter().take_while(is_kept).count();
        let tail = self.lines.iter().rev().take_while(is_kept).count();
        if fuzz > head.max(tail) {
            return None;
        }
        let (fuzz_head, fuzz_tail) = (fuzz.min(head), fuzz.min(tail));
        let lines = self.lines.get(fuzz_head..self.lines.len().checked_sub(fuzz_tail)?)?;
        let left: Vec<&[u8]> = lines
            .iter()
            .filter(|(mark, _)| *mark != Mark::Add)
            .map(|(_, text)| text.as_ref())
            .collect();
        let has_left = self.lines.iter().any(|(mark, _)| *mark != Mark::Add);
        let said = self.start.saturating_sub(usize::from(has_left)) + fuzz_head;
        let expected = said.checked_add_signed(drift)?;
        let fits = |at: usize| at >= floor && old.get(at..at + left.len()).is_some_and(|here| here == left.as_slice());
        let found = |at: usize| Found {
            start: at,
            end: at + left.len(),
            drift: isize::try_from(at).unwrap_or(0) - isize::try_from(said).unwrap_or(0),
            fuzz,
            fuzz_head,
            fuzz_tail,
        };
        if fits(expected) {
            return Some(found(expected));
        }
        if head == 0 && tail == 0 {
            // Nothing around it says where else it could belong.
            return None;
        }
        // Without context at its beginning or end, it was at that of the file, and has to be there again.
        let begins = head == 0 && said == 0;
        let ends = tail == 0;
        let last = old.len().checked_sub(left.len())?;
        // A diff may name any line: one behind the last place is as good as that.
        let expected = expected.min(last);
        (0..=last).find_map(|distance| {
            let forward = Some(expected + distance).filter(|at| *at <= last);
            let backward = expected.checked_sub(distance).filter(|at| *at <= last);
            [forward, backward].into_iter().flatten().find_map(|at| {
                let anchored = (!begins || at == 0) && (!ends || at == last);
                (anchored && fits(at)).then(|| found(at))
            })
        })
    }

    /// Says what stands where it belongs.
    fn misfit(&self, old: &[&[u8]], drift: isize) -> PatchError {
        let mut left = self
            .lines
            .iter()
            .filter(|(mark, _)| *mark != Mark::Add)
            .map(|(_, text)| text.as_ref());
        let start = self.start.saturating_sub(1).saturating_add_signed(drift);
        let quoted = |line: &[u8]| format!("`{}`", shown(line));
        let other = left
            .clone()
            .enumerate()
            .find(|(at, text)| old.get(start + at) != Some(text));
        let (at, text) = other.unwrap_or_else(|| (0, left.next().unwrap_or_default()));
        let line = start + at;
        let (expected, found) = match (old.get(line), other) {
            (None, _) => (quoted(text), "the end of the file".to_owned()),
            (Some(found), Some(_)) => told_apart(text, found),
            // Its lines stand there, before the end of the hunk before it.
            (Some(found), None) => (
                quoted(text),
                format!("{}, which the hunk before it takes", quoted(found)),
            ),
        };
        PatchError::Misfit {
            at: self.at,
            line: line + 1,
            expected,
            found,
        }
    }
}

/// The changes in a hunk that begins at line `start` of the old text.
fn splices_of(lines: &[(Mark, Cow<'_, [u8]>)], start: usize) -> Vec<Splice> {
    let mut splices: Vec<Splice> = Vec::new();
    let mut at = start;
    let mut is_open = false;
    for (mark, text) in lines {
        if *mark == Mark::Keep {
            at += 1;
            is_open = false;
            continue;
        }
        if !is_open {
            splices.push(Splice {
                old: at..at,
                new: Vec::new(),
            });
            is_open = true;
        }
        if let Some(splice) = splices.last_mut() {
            match mark {
                Mark::Remove => {
                    at += 1;
                    splice.old.end = at;
                }
                Mark::Add => splice.new.push(text.to_vec()),
                Mark::Keep => {}
            }
        }
    }
    splices
}
