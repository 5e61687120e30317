//! What heads say, as failures.

use super::Failure;
use crate::exit::Exit;
use crate::models::head::{ClassifyError, ExamplesError, HeadError, RulesError, ShelfError, TrainError};
use crate::models::{AskError, EmbedError};

impl From<HeadError> for Failure {
    fn from(error: HeadError) -> Self {
        let (exit, kind, hint) = match &error {
            HeadError::Form { .. } => (
                Exit::Unverified,
                "head_malformed",
                "train it again with `somagent model head train`",
            ),
            HeadError::Unsigned => (
                Exit::Unverified,
                "head_unsigned",
                "heads are used where they were trained; train it here",
            ),
            HeadError::Stranger { .. } => (
                Exit::Unverified,
                "head_of_a_stranger",
                "heads are used where they were trained; train it here from its examples",
            ),
            HeadError::Tampered => (
                Exit::Unverified,
                "head_changed",
                "remove the file, and train the head again or restore it from a backup",
            ),
            HeadError::Rules(_) => (Exit::Usage, "bad_rules", RULES),
            HeadError::OtherVectors { .. } => (
                Exit::Unavailable,
                "other_vectors",
                "train the head again with the embedding model that is here",
            ),
            HeadError::WithoutLanguage { .. } => (
                Exit::Unavailable,
                "no_language_model",
                "`somagent model pull`, or `-m` with its path, brings it back; or train the head again",
            ),
        };
        Self::new(exit, kind, &error).hint(hint)
    }
}

/// What a file of rules looks like.
const RULES: &str = "write `rules: [{name: starts_as_fix, pattern: '^fix'}]`; docs/heads.md says more";

impl From<RulesError> for Failure {
    fn from(error: RulesError) -> Self {
        Self::new(Exit::Usage, "bad_rules", &error).hint(RULES)
    }
}

impl From<ShelfError> for Failure {
    fn from(error: ShelfError) -> Self {
        let said = error.to_string();
        match error {
            ShelfError::NoSuchHead { .. } => {
                Self::new(Exit::NotFound, "no_such_head", said).hint("`somagent model head list` shows what there is")
            }
            ShelfError::NoName { .. } => Self::new(Exit::Usage, "no_head_name", said).hint("take another name"),
            ShelfError::Key(error) => error.into(),
            ShelfError::Refused { why, .. } => Self {
                message: said,
                ..(*why).into()
            },
            ShelfError::Misnamed { .. } => Self::new(Exit::Unverified, "head_misnamed", said)
                .hint("give the file back the name that it says it has"),
            ShelfError::Storage { .. } => {
                Self::new(Exit::Storage, "head_not_stored", said).hint("check the space and the rights there")
            }
        }
    }
}

impl From<ExamplesError> for Failure {
    fn from(error: ExamplesError) -> Self {
        let hint = match &error {
            ExamplesError::NotJson { .. } | ExamplesError::None => {
                "give JSONL: one object a line, such as {\"text\": \"…\", \"label\": \"…\"}"
            }
            ExamplesError::Missing { .. } => "name the fields with --text-field, --label-field and --group-field",
            ExamplesError::Empty { .. } => "take the line out, or write what is missing",
            ExamplesError::Many { .. } => "give a part of them",
        };
        Self::new(Exit::Usage, "bad_examples", &error).hint(hint)
    }
}

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Self {
        let said = error.to_string();
        match error {
            TrainError::OneLabel { .. } | TrainError::Few { .. } | TrainError::ManyLabels { .. } => {
                Self::new(Exit::Usage, "bad_examples", said)
                    .hint("give at least two labels, each with two examples; some dozens each are better")
            }
            TrainError::StrangeLabel { .. } => Self::new(Exit::Usage, "bad_rules", said)
                .hint("write a label that the examples have, or leave `label` out"),
            TrainError::NoThreshold { .. } => Self::new(Exit::Failed, "no_threshold", said)
                .hint("ask for less with --precision, or give more examples"),
            TrainError::Head(error) => error.into(),
            TrainError::Embed(error) => error.into(),
            TrainError::Language(error) => not_chosen(said, &error),
            TrainError::Stopped => Self::new(Exit::Cancelled, "stopped", said),
        }
    }
}

impl From<ClassifyError> for Failure {
    fn from(error: ClassifyError) -> Self {
        let said = error.to_string();
        match error {
            ClassifyError::Embed(error) => error.into(),
            ClassifyError::Language(error) => not_chosen(said, &error),
            ClassifyError::Head(error) => error.into(),
        }
    }
}

/// A language model did not say which label it takes a text for.
fn not_chosen(said: String, error: &AskError) -> Failure {
    let exit = match error {
        AskError::Stopped => Exit::Cancelled,
        AskError::Refused(_)
        | AskError::OtherPrompt { .. }
        | AskError::NotJudged { .. }
        | AskError::TooLong { .. }
        | AskError::Memory { .. }
        | AskError::Constraint { .. }
        | AskError::Unfinished { .. }
        | AskError::Invalid { .. }
        | AskError::Template { .. }
        | AskError::Compute { .. } => Exit::Failed,
    };
    Failure::new(exit, "not_chosen", said).hint("train without --with-language-model, or with another one")
}

impl From<EmbedError> for Failure {
    fn from(error: EmbedError) -> Self {
        match &error {
            EmbedError::Tokenizer { .. } => Self::new(Exit::Failed, "not_embedded", &error),
            EmbedError::Stopped => Self::new(Exit::Cancelled, "stopped", &error),
        }
    }
}
