//! Defects that are put in on purpose, so that it is seen that they are found.

use super::super::super::fact::RunFact;
use super::super::super::fact::question::{About, REJECT};
use super::super::super::run::Run;

/// A defect that is put in on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bug {
    None,
    /// The edge begins an effect before its intent is durable.
    EffectBeforeIntent,
    /// The core forgets at a hand-over what it held for attempts that were cut short.
    ReservationForgotten,
    /// The core repeats an external effect that was cut short as if it were any other.
    BlindRepeat,
    /// The core makes a call again and forgets the form that was filled in for it.
    FormForgotten,
}

impl Bug {
    /// Has `run` take in a fact, as a core with the bug would.
    pub(super) fn apply(self, run: &mut Run, fact: &RunFact, run_seq: u64, at: i64) {
        if let (Self::FormForgotten, RunFact::Resolved(resolved)) = (self, fact)
            && let Some(pending) = run.questions().get(&resolved.id)
            && matches!(pending.requested.about, About::Elicited { in_doubt: false, .. })
        {
            // The call is made again all the same: only the end of the step that follows a refusal would prevent it.
            let mut forgotten = resolved.clone();
            forgotten.choice = REJECT.to_owned();
            run.apply(&RunFact::Resolved(forgotten), run_seq, at);
        } else {
            run.apply(fact, run_seq, at);
        }
    }
}
