//! A run with those that its steps have begun, as the journal knows them.

use super::SightError;
use super::question::{self, Asked};
use crate::journal::{ApprovalFilter, Reader, RunRow};

/// The run and every unfinished one that it has begun, directly or not, each before its own.
///
/// # Errors
/// The journal cannot be read.
pub fn unfinished(reader: &Reader, run: &str) -> Result<Vec<RunRow>, SightError> {
    let mut found: Vec<RunRow> = reader.run(run)?.into_iter().collect();
    let mut at = 0;
    while let Some(id) = found.get(at).map(|row| row.id.clone()) {
        let children = reader.children(&id)?.into_iter();
        found.extend(children.filter(|child| child.finished_at.is_none()));
        at += 1;
    }
    Ok(found)
}

/// Ids of the run and of every run that it has begun, directly or not, each before its own.
///
/// # Errors
/// The journal cannot be read.
pub fn all(reader: &Reader, run: &str) -> Result<Vec<String>, SightError> {
    let mut found = vec![run.to_owned()];
    let mut at = 0;
    while let Some(id) = found.get(at) {
        let children = reader.children(id)?;
        found.extend(children.into_iter().map(|child| child.id));
        at += 1;
    }
    Ok(found)
}

/// The run that somebody began: the one itself, or the first above it that no step has begun.
///
/// # Errors
/// The journal cannot be read.
pub fn root(reader: &Reader, row: RunRow) -> Result<RunRow, SightError> {
    let mut row = row;
    while let Some(parent) = &row.parent {
        match reader.run(&parent.run)? {
            Some(above) => row = above,
            None => break,
        }
    }
    Ok(row)
}

/// The open questions of the run and of those that it has begun, the oldest first.
///
/// # Errors
/// The journal cannot be read.
pub fn questions(reader: &Reader, run: &str) -> Result<Vec<Asked>, SightError> {
    let mut rows = Vec::new();
    for row in unfinished(reader, run)?.iter().filter(|row| row.questions > 0) {
        let filter = ApprovalFilter {
            open_only: true,
            run: Some(&row.id),
        };
        rows.extend(reader.approvals(filter, usize::MAX)?);
    }
    rows.sort_by_key(|row| row.seq);
    rows.into_iter().map(|row| question::read(reader, row)).collect()
}
