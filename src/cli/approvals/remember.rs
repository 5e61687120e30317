//! What an approval answers ahead: in its run, and as entries of a constitution that is proposed.

use super::super::failure::Failure;
use crate::engine::decide::{AnswerError, CommandError};
use crate::engine::fact::About;
use crate::exit::Exit;
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
    let entries = subjects.iter().map(|subject| {
        let entry = subject.entry(situation, &bearer, &why);
        entry.ok_or_else(|| {
            let message = format!("what `{}` asks cannot be remembered for later runs", subject.rule);
            Failure::new(Exit::Usage, "nothing_to_remember", message)
                .hint("a constitution remembers hosts, tools and places; `--remember run` answers it in this run")
        })
    });
    entries.collect()
}
