//! Recorded judgements, for those who want them explained or made again.

use super::super::failure::Failure;
use super::super::{Context, runs};
use crate::engine::fact::{Judged, RunFact};
use crate::journal::{Reader, Stream};
use crate::policy::Decision;

/// A judgement, and where it stands in the journal.
pub struct Judgement {
    /// The number of its event.
    pub seq: u64,
    /// What was judged, and how.
    pub judged: Judged,
}

/// The judgements of a run, or of one of its steps, in the order in which they were made.
///
/// # Errors
/// There is no such run, or its record cannot be read.
pub fn judgements(
    context: &Context,
    run: &str,
    step: Option<&str>,
) -> Result<(Reader, String, Vec<Judgement>), Failure> {
    let reader = runs::reader(context)?;
    let id = reader.find_run(run)?.id;
    let mut found = Vec::new();
    for event in reader.events(&Stream::Run(id.clone()), 0, usize::MAX)? {
        if let RunFact::Judged(judged) = RunFact::recorded(&event)?
            && step.is_none_or(|step| judged.unit.step == step)
        {
            found.push(Judgement {
                seq: event.seq(),
                judged: *judged,
            });
        }
    }
    Ok((reader, id, found))
}

/// A decision in words.
pub fn decided(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow => "it may happen",
        Decision::Ask => "a person is asked",
        Decision::Deny => "it may not happen",
    }
}
