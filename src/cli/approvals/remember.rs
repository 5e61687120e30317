//! What an approval answers ahead: in its run, and as entries of a constitution that is proposed.

use super::super::failure::Failure;
use super::super::{Context, amend};
use crate::engine::Engine;
use crate::engine::decide::{AnswerError, CommandError};
use crate::engine::fact::About;
use crate::policy::remember::Bearer;
use crate::sight::question::Asked;

/// Where rules need not ask about the same again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Remember {
    /// In this run
    Run,
    /// In later runs of this very capsule, too
    Capsule,
    /// In later runs on behalf of the same account, too
    User,
}

impl Remember {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Capsule => "capsule",
            Self::User => "user",
        }
    }
}

/// The entries that keep what is approved for later runs; none when only this run is to remember it.
///
/// # Errors
/// No rule asks, so that nothing can be remembered.
pub fn lasting(asked: &Asked, remember: Remember, by: &str) -> Result<Vec<String>, Failure> {
    let nothing = || CommandError::Answer(AnswerError::NothingToRemember { is_yes: true }).into();
    let (About::Action { subjects, .. }, Some(judged)) = (&asked.requested.about, &asked.judged) else {
        return Err(nothing());
    };
    if subjects.is_empty() {
        return Err(nothing());
    }
    let situation = judged.verdict.situation();
    let bearer = match remember {
        Remember::Run => return Ok(Vec::new()),
        Remember::Capsule => Bearer {
            capsule: Some(situation.capsule),
            actor: None,
        },
        Remember::User => Bearer {
            capsule: None,
            actor: Some(situation.actor.clone()),
        },
    };
    let why = format!("approval {} by {by}", asked.row.id);
    let entries = subjects.iter().map(|subject| subject.entry(situation, &bearer, &why));
    Ok(entries.collect())
}

/// Proposes the constitution in force, or the one that is proposed already, with `entries`; its version.
///
/// # Errors
/// The text cannot be amended by lines, or the proposal cannot be recorded.
pub async fn propose(engine: &Engine, entries: &[String], context: &Context) -> Result<Option<u64>, Failure> {
    if entries.is_empty() {
        return Ok(None);
    }
    amend::propose(engine, entries, context).await.map(Some)
}
