//! A constitution that nobody has to have signed: it may be read and asked, and gives no right to act.

use super::action::{Action, Situation};
use super::constitution::Constitution;
use super::document::Malformed;
use super::inquiry::{Answer, Posed};
use super::law::Law;
use super::opa::{Opa, Question};
use super::outline::Outline;
use crate::digest::Digest;

/// A law for reading and trying out. What it says cannot become a [`super::Grant`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub(super) constitution: Constitution,
    law: Law,
}

impl Draft {
    /// Reads a text without asking who signed it.
    ///
    /// # Errors
    /// It is no constitution that this build understands.
    pub fn read(text: &[u8]) -> Result<Self, Malformed> {
        let constitution = Constitution::unsigned(text)?;
        let law = Law::new(constitution.clone());
        Ok(Self { constitution, law })
    }

    /// What it says of an action in a situation.
    pub fn judge(&self, action: &Action, situation: &Situation) -> Answer {
        Answer::of(None, &self.law.judge(action, situation))
    }

    /// What it wants to have asked before it judges, as [`Law::question`] says.
    pub fn question(&self, action: &Action, situation: &Situation) -> Option<Question> {
        self.law.question(action, situation)
    }

    /// The server that it names.
    pub fn server(&self) -> Option<&str> {
        self.law.server()
    }

    /// A question about nothing to the server that it names, which shows whether that answers.
    pub fn probe(&self) -> Option<Question> {
        self.constitution.opa().map(Opa::probe)
    }

    /// What it says of a call.
    pub fn answer(&self, posed: Posed) -> Answer {
        posed.put(&self.law)
    }

    /// Its version.
    pub fn version(&self) -> u64 {
        self.constitution.version()
    }

    /// SHA3-512 of the text.
    pub fn digest(&self) -> Digest {
        self.constitution.digest()
    }

    /// What it says, for people.
    pub fn outline(&self) -> Outline {
        Outline::of(&self.constitution)
    }
}
