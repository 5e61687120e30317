//! A constitution that nobody has signed: it may be asked, and gives no right to act.

use super::action::{Action, Situation};
use super::constitution::Constitution;
use super::document::Malformed;
use super::inquiry::{Answer, Inquiry, InquiryError};
use super::law::Law;

/// A law for trying out. What it says cannot become a [`super::Grant`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft(Law);

impl Draft {
    /// Reads a text without asking who signed it.
    ///
    /// # Errors
    /// It is no constitution that this build understands.
    pub fn read(text: &[u8]) -> Result<Self, Malformed> {
        Constitution::unsigned(text).map(|constitution| Self(Law::new(constitution)))
    }

    /// What it says of an action in a situation.
    pub fn judge(&self, action: &Action, situation: &Situation) -> Answer {
        Answer::of(None, &self.0.judge(action, situation))
    }

    /// What it says of a call.
    ///
    /// # Errors
    /// As for [`Inquiry::put`].
    pub fn answer(&self, inquiry: Inquiry) -> Result<Answer, InquiryError> {
        inquiry.put(&self.0)
    }
}
