//! What a person and a script are told when a command does not do what was asked.
//!
//! Every error of a lower layer becomes one here, and nowhere else gets its exit code.

mod below;
mod heads;

use std::fmt;
use std::io;

use serde_json::{Value, json};

use crate::cli::output::harmless;
use crate::cli::paint::{Paint, Tone};
use crate::config::{CreateHomeError, HomeError};
use crate::exit::Exit;
use crate::keys::{CreateKeyError, LoadKeyError};
use crate::policy::{ConstitutionError, Refused};

/// An error with its exit code, its kind, and what would change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    /// A name for scripts: `signing_key_exposed`.
    pub kind: &'static str,
    /// What happened.
    pub message: String,
    /// What would change it.
    pub hint: Option<String>,
    /// Whether the same command may succeed when tried again.
    pub retryable: bool,
}

impl Failure {
    /// A failure that trying again does not change.
    pub fn new(exit: Exit, kind: &'static str, message: impl fmt::Display) -> Self {
        Self {
            exit,
            kind,
            message: message.to_string(),
            hint: None,
            retryable: false,
        }
    }

    /// Says what would change it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Marks it as one that may pass by itself.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// Data could not be written to standard output.
    pub fn from_stdout(error: &io::Error) -> Self {
        Self::new(
            Exit::Storage,
            "output_not_written",
            format!("cannot write to standard output: {error}"),
        )
        .hint("check the space and the rights where the output goes")
    }

    /// The form for `-o json`: `{kind, message, hint, retryable}`.
    pub fn to_json(&self) -> Value {
        json!({
            "kind": self.kind, "message": self.message, "hint": self.hint, "retryable": self.retryable,
        })
    }

    /// The form for people: two lines, readable without colour.
    pub fn to_text(&self, paint: Paint) -> String {
        let mut text = format!("{} {}\n", paint.apply(Tone::Bad, "error:"), harmless(&self.message));
        if let Some(hint) = &self.hint {
            text.push_str(&format!("{} {}\n", paint.apply(Tone::Strong, "hint:"), harmless(hint)));
        }
        text
    }
}

impl From<HomeError> for Failure {
    fn from(error: HomeError) -> Self {
        let kind = match &error {
            HomeError::NoHome => "no_home",
            HomeError::NotAbsolute { .. } => "home_not_absolute",
        };
        Self::new(Exit::Usage, kind, &error).hint(error.hint())
    }
}

impl From<CreateHomeError> for Failure {
    fn from(error: CreateHomeError) -> Self {
        Self::new(Exit::Storage, "directory_not_prepared", &error).hint(error.hint())
    }
}

impl From<CreateKeyError> for Failure {
    fn from(error: CreateKeyError) -> Self {
        let (exit, kind) = match &error {
            CreateKeyError::Exists { .. } => (Exit::Usage, "signing_key_exists"),
            CreateKeyError::NoRandomness { .. } => (Exit::Unavailable, "no_randomness"),
            CreateKeyError::NotEncodable { .. } => (Exit::Internal, "signing_key_not_encodable"),
            CreateKeyError::Unwritable { .. } => (Exit::Storage, "signing_key_not_written"),
        };
        let failure = Self::new(exit, kind, &error).hint(error.hint());
        if matches!(error, CreateKeyError::NoRandomness { .. }) {
            failure.retryable()
        } else {
            failure
        }
    }
}

impl From<LoadKeyError> for Failure {
    fn from(error: LoadKeyError) -> Self {
        let (exit, kind) = match &error {
            LoadKeyError::Missing { .. } => (Exit::NotFound, "signing_key_missing"),
            LoadKeyError::Unreadable { .. } => (Exit::Storage, "signing_key_unreadable"),
            LoadKeyError::NotAFile { .. } => (Exit::Unverified, "signing_key_not_a_file"),
            LoadKeyError::Exposed { .. } => (Exit::Unverified, "signing_key_exposed"),
            LoadKeyError::NotAKey { .. } => (Exit::Unverified, "signing_key_damaged"),
        };
        Self::new(exit, kind, &error).hint(error.hint())
    }
}

impl From<ConstitutionError> for Failure {
    fn from(error: ConstitutionError) -> Self {
        let (exit, kind) = match &error {
            ConstitutionError::Missing { .. } => (Exit::Unverified, "constitution_missing"),
            ConstitutionError::Unreadable { .. } => (Exit::Storage, "constitution_unreadable"),
            ConstitutionError::TooLarge { .. } => (Exit::Unverified, "constitution_too_large"),
            ConstitutionError::NoSignatures { .. } => (Exit::Unverified, "constitution_signature_damaged"),
            ConstitutionError::Tampered { .. } => (Exit::Unverified, "constitution_changed"),
            ConstitutionError::Untrusted { .. } => (Exit::Unverified, "constitution_untrusted"),
            ConstitutionError::Malformed(_) => (Exit::Unverified, "constitution_malformed"),
            ConstitutionError::Older { .. } => (Exit::Unverified, "constitution_older"),
            ConstitutionError::Replaced { .. } => (Exit::Unverified, "constitution_replaced"),
        };
        Self::new(exit, kind, &error).hint(error.hint())
    }
}

impl From<Refused> for Failure {
    fn from(error: Refused) -> Self {
        match &error {
            Refused::Denied { .. } => Self::new(Exit::Denied, "denied", &error)
                .hint("change the capsule, or have the constitution changed and signed"),
            Refused::NotApproved { .. } => {
                Self::new(Exit::Denied, "not_approved", &error).hint("have it approved first")
            }
            Refused::ApprovedOther { .. } => Self::new(Exit::Denied, "approved_other", &error)
                .hint("an approval is for one action as it was shown: have this one approved"),
            Refused::NoApproval { .. } => {
                Self::new(Exit::Unverified, "approval_missing", &error).hint("the journal is damaged: verify it")
            }
            Refused::OtherAction { .. } => Self::new(Exit::Internal, "grant_for_other_action", &error),
            Refused::NoVerdict { .. } => {
                Self::new(Exit::Unverified, "verdict_missing", &error).hint("the journal is damaged: verify it")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn people_get_two_lines_and_scripts_get_four_fields() {
        let failure = Failure::from(LoadKeyError::Exposed {
            path: PathBuf::from("/k/signing.pem"),
            mode: 0o644,
        });
        assert_eq!(failure.exit, Exit::Unverified);
        assert_eq!(
            failure.to_text(Paint::PLAIN),
            "error: `/k/signing.pem` has mode 0644: others than its owner can get at the key\n\
             hint: run `chmod 600 /k/signing.pem`, and replace the key if somebody may have copied it\n"
        );
        assert_eq!(
            failure.to_json(),
            json!({
                "kind": "signing_key_exposed",
                "message": "`/k/signing.pem` has mode 0644: others than its owner can get at the key",
                "hint": "run `chmod 600 /k/signing.pem`, and replace the key if somebody may have copied it",
                "retryable": false,
            })
        );
    }

    #[test]
    fn a_run_whose_model_was_removed_says_how_to_get_it_back() {
        let failure = Failure::from(crate::engine::StartError::OtherModel {
            pinned: "mine (sha256 00)".to_owned(),
            here: "another (sha256 11)".to_owned(),
        });
        assert_eq!(
            failure.message,
            "the run is pinned to the model `mine (sha256 00)`, which is not here"
        );
        assert!(failure.hint.unwrap().contains("-m FILE"));
    }
}
