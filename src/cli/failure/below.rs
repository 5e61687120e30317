//! What the journal, the models and the engine say, as failures.

use std::error::Error;

use super::Failure;
use crate::engine::OpenError;
use crate::engine::StartError;
use crate::engine::decide::{AnswerError, CommandError};
use crate::engine::drive::DriveError;
use crate::engine::fact::FactError;
use crate::engine::house::{EnactError, HouseError};
use crate::engine::mode::{DeclareError, ModeError, PostureError};
use crate::engine::replay::ReplayError;
use crate::engine::setup::SetupError;
use crate::engine::tell::TellError;
use crate::exit::Exit;
use crate::journal::{
    self, AppendError, FindApprovalError, FindError, LeaseError, OutsideError, PublishError, ReadError, VerifyError,
};
use crate::keys::LoadPublicError;
use crate::models::catalogue::Unreadable;
use crate::models::{LoadError, PullError, RemoveError};
use crate::policy::NotAKeySet;
use crate::policy::mode::Confirmed;
use crate::sight::SightError;
use crate::tools::attached::{ApprovedError, AttachError};

/// An error with everything that caused it, in one line.
fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let part = error.to_string();
        if !text.contains(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        cause = error.source();
    }
    text
}

const VERIFY: &str = "`somagent audit verify` says where; restore the store from a backup";
const DAMAGED: &str = "the file is damaged: keep it for whoever looks into it, and restore the store from a backup";
const SPACE: &str = "check the space and the rights of the directory, or set SOMAGENT_HOME to another one";

impl From<journal::OpenError> for Failure {
    fn from(error: journal::OpenError) -> Self {
        use journal::OpenError as E;
        let (exit, kind, hint) = match &error {
            E::ReadOnly { .. } => (Exit::Storage, "store_read_only", SPACE),
            E::Full { .. } => (Exit::Storage, "store_full", SPACE),
            E::Network { .. } => (Exit::Storage, "store_on_network", "set SOMAGENT_HOME to a local disk"),
            E::Newer { .. } => (Exit::Storage, "store_newer", "use the newer somagent that wrote it"),
            E::NotAJournal { .. } => (Exit::Storage, "not_a_store", "move the file away, or set SOMAGENT_HOME"),
            E::Lost { .. } => (Exit::Unverified, "store_gone", VERIFY),
            E::Signer { .. } => (Exit::Unverified, "checkpoint_refused", VERIFY),
            E::DamagedHead { .. } | E::Diverged { .. } => (Exit::Unverified, "store_damaged", VERIFY),
            E::Outside(_) => (Exit::Unverified, "checkpoint_unusable", VERIFY),
            E::Views { .. } => (Exit::Storage, "views_not_rebuilt", VERIFY),
            E::Database { .. } if error.is_damage() => (Exit::Storage, "store_unusable", DAMAGED),
            E::File { .. } | E::Database { .. } => (Exit::Storage, "store_unusable", SPACE),
        };
        Self::new(exit, kind, told(&error)).hint(hint)
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        use ReadError as E;
        let (exit, kind, hint) = match &error {
            E::Absent { .. } => (Exit::NotFound, "no_store", "`somagent init` makes one"),
            E::OtherForm { .. } => (
                Exit::Storage,
                "store_of_another_form",
                "use the somagent that wrote it, or run something to bring it up to date",
            ),
            E::Damaged { .. } | E::DamagedHead | E::Blob { .. } => (Exit::Unverified, "store_damaged", VERIFY),
            E::Database(_) if error.is_damage() => (Exit::Storage, "store_unusable", DAMAGED),
            E::Interrupted => (Exit::Internal, "internal", "repeat the command"),
            E::Database(_) => (Exit::Storage, "store_unusable", SPACE),
        };
        Self::new(exit, kind, told(&error)).hint(hint)
    }
}

impl From<FindError> for Failure {
    fn from(error: FindError) -> Self {
        match error {
            FindError::NotFound { .. } => {
                Self::new(Exit::NotFound, "no_such_run", &error).hint("`somagent runs list` shows all of them")
            }
            FindError::Ambiguous { .. } => Self::new(Exit::Usage, "ambiguous_run", &error).hint("give more of the id"),
            FindError::Read(error) => error.into(),
        }
    }
}

impl From<FindApprovalError> for Failure {
    fn from(error: FindApprovalError) -> Self {
        let hint = "`somagent approvals list` shows what is open";
        match error {
            FindApprovalError::NotFound { .. } => Self::new(Exit::NotFound, "no_such_approval", &error).hint(hint),
            FindApprovalError::TooShort { .. } | FindApprovalError::Ambiguous { .. } => {
                Self::new(Exit::Usage, "ambiguous_approval", &error).hint("give more of the id")
            }
            FindApprovalError::Read(error) => error.into(),
        }
    }
}

impl From<LeaseError> for Failure {
    fn from(error: LeaseError) -> Self {
        match &error {
            LeaseError::Busy { .. } => Self::new(Exit::Busy, "busy", &error)
                .hint("wait until it is done, or stop that process")
                .retryable(),
            LeaseError::NotARun { .. } => Self::new(Exit::NotFound, "no_such_run", &error),
            LeaseError::Io { .. } => Self::new(Exit::Storage, "lock_unusable", told(&error)).hint(SPACE),
        }
    }
}

impl From<AppendError> for Failure {
    fn from(error: AppendError) -> Self {
        use AppendError as E;
        match &error {
            E::Conflict { .. } | E::Fenced { .. } => Self::new(Exit::Busy, "busy", &error)
                .hint("another process went on with the run; `somagent runs show` says how far it is")
                .retryable(),
            E::KeyTaken { .. } => Self::new(Exit::Busy, "key_taken", &error)
                .hint("another process began the run; repeat the command")
                .retryable(),
            E::TooMany { .. } | E::TooLarge { .. } | E::TooDeep { .. } => {
                Self::new(Exit::Failed, "too_large", &error).hint("give the run less to do at once")
            }
            E::Malformed { .. } => Self::new(Exit::Internal, "internal", &error),
            E::Storage { .. } => {
                let hint = if error.is_damage() { DAMAGED } else { SPACE };
                Self::new(Exit::Storage, "store_not_written", told(&error)).hint(hint)
            }
            E::Halted { .. } | E::Closed => Self::new(Exit::Storage, "store_halted", told(&error)).hint(VERIFY),
        }
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        use PublishError as E;
        let (exit, kind, hint) = match &error {
            E::Outside(OutsideError::File { .. }) => (Exit::Storage, "checkpoint_not_written", SPACE),
            E::Outside(OutsideError::Refused { .. }) => (Exit::Unverified, "checkpoint_refused", VERIFY),
            E::Diverged { .. } => (Exit::Unverified, "checkpoint_contradicted", VERIFY),
            E::Inside(_) => (Exit::Unverified, "checkpoint_refused", VERIFY),
            E::Database(_) => (Exit::Storage, "store_unusable", SPACE),
            E::Closed => (Exit::Storage, "store_halted", VERIFY),
        };
        Self::new(exit, kind, told(&error)).hint(hint)
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        use VerifyError as E;
        let (exit, kind) = match &error {
            E::BadEvent { .. } => (Exit::Unverified, "bad_event"),
            E::Cut { .. } => (Exit::Unverified, "log_cut"),
            E::OtherHistory { .. } => (Exit::Unverified, "other_history"),
            E::Checkpoint { .. } => (Exit::Unverified, "checkpoint_refused"),
            E::Head | E::Structure { .. } => (Exit::Unverified, "store_damaged"),
            E::Outside(_) => (Exit::Unverified, "checkpoint_unusable"),
            E::OtherForm { .. } => (Exit::Storage, "store_of_another_form"),
            E::File { .. } | E::Database(_) => (Exit::Storage, "store_unusable"),
        };
        Self::new(exit, kind, told(&error))
            .hint("keep the files as they are for whoever looks into it, and restore a backup")
    }
}

impl From<PullError> for Failure {
    fn from(error: PullError) -> Self {
        match &error {
            PullError::Storage { .. } => Self::new(Exit::Storage, "model_not_stored", &error)
                .hint("check the space and the rights, or set SOMAGENT_MODELS to another directory"),
            PullError::Refused { .. } => {
                Self::new(Exit::Usage, "model_refused", &error).hint("`somagent model list` shows what can be used")
            }
            PullError::NoSource { .. } => Self::new(Exit::Unavailable, "model_not_pulled", &error)
                .hint("with a file of the model at hand: `somagent model pull --from FILE`")
                .retryable(),
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Self::new(Exit::Storage, "model_not_loaded", &error).hint(error.hint())
    }
}

impl From<RemoveError> for Failure {
    fn from(error: RemoveError) -> Self {
        match &error {
            RemoveError::Busy { .. } => Self::new(Exit::Busy, "model_busy", &error)
                .hint("wait until it is here, or end the other process")
                .retryable(),
            RemoveError::Storage { .. } => Self::new(Exit::Storage, "model_not_removed", &error)
                .hint("check the rights of the directory of models"),
        }
    }
}

impl From<Unreadable> for Failure {
    fn from(error: Unreadable) -> Self {
        match &error {
            Unreadable::BuiltIn { .. } => Self::new(Exit::Internal, "internal", &error),
            Unreadable::Line { .. } => Self::new(Exit::Usage, "bad_model_list", &error).hint(
                "docs/models.md shows the form of a list of models; without the file only its models are missing",
            ),
            Unreadable::File { .. } => {
                Self::new(Exit::Usage, "bad_model_list", &error).hint("check who owns it and whether it is text")
            }
        }
    }
}

impl From<FactError> for Failure {
    fn from(error: FactError) -> Self {
        let exit = match &error {
            FactError::Unknown { .. } => Exit::Storage,
            FactError::Shredded { .. } | FactError::Malformed { .. } => Exit::Unverified,
        };
        Self::new(exit, "unreadable_event", &error).hint(VERIFY)
    }
}

impl From<SightError> for Failure {
    fn from(error: SightError) -> Self {
        match error {
            SightError::Read(error) => error.into(),
            SightError::Fact(error) => error.into(),
            SightError::Start(error) => error.into(),
        }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Lease(error) => error.into(),
            StartError::Read(error) => error.into(),
            StartError::Fact(error) => error.into(),
            StartError::NoSuchRun { .. } => {
                Self::new(Exit::NotFound, "no_such_run", &error).hint("`somagent runs list` shows all of them")
            }
            StartError::Headless { .. } => Self::new(Exit::Unverified, "store_damaged", &error).hint(VERIFY),
            StartError::Capsule { .. } => {
                Self::new(Exit::InvalidCapsule, "invalid_capsule", &error).hint("use the somagent that started the run")
            }
            StartError::Template { .. } => Self::new(Exit::Usage, "bad_concurrency_key", &error)
                .hint("the key of `concurrency` is a template over the inputs"),
            StartError::Guard { .. } => {
                Self::new(Exit::InvalidCapsule, "invalid_capsule", &error).hint("`somagent capsule lint` says where")
            }
            StartError::Head(error) => error.into(),
            // A model that is known here would have been taken for it.
            StartError::OtherModel { pinned, .. } => {
                let message = format!("the run is pinned to the model `{pinned}`, which is not here");
                Self::new(Exit::Usage, "other_model", message).hint(
                    "with its file, `somagent ask -m FILE` brings it back under the name of the file; or start a new run",
                )
            }
        }
    }
}

impl From<AttachError> for Failure {
    fn from(error: AttachError) -> Self {
        match &error {
            AttachError::File { .. } => {
                Self::new(Exit::Storage, "attached_unreadable", &error).hint("check who owns it, or move it away")
            }
            AttachError::Config { .. } => {
                Self::new(Exit::Usage, "bad_server", &error).hint("mend the file, or `somagent mcp remove` the server")
            }
        }
    }
}

impl From<ApprovedError> for Failure {
    fn from(error: ApprovedError) -> Self {
        Self::new(Exit::Storage, "attached_unreadable", &error).hint("check who owns it, or move it away")
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Key(error) => error.into(),
            OpenError::Store(error) => error.into(),
            OpenError::Read(error) => error.into(),
            OpenError::House(error) => error.into(),
            OpenError::Constitution(error) => error.into(),
            OpenError::NotFounded => {
                Self::new(Exit::Unverified, "not_founded", &error).hint("`somagent init` sets it up")
            }
            OpenError::TrustedKey(_) => Self::new(Exit::Unverified, "store_damaged", &error).hint(VERIFY),
            OpenError::NotActivated { .. } => Self::new(Exit::Unverified, "constitution_not_activated", &error).hint(
                "put the activated one back, then `somagent constitution propose`, `sign` and `activate` the new one",
            ),
            OpenError::Files { .. } => Self::new(Exit::Storage, "constitution_not_in_place", &error).hint(SPACE),
        }
    }
}

/// How keys are given.
const KEYS: &str =
    "give each key once, as `ed25519:…` or as the file of a public key, and how many of them have to sign";

impl From<NotAKeySet> for Failure {
    fn from(error: NotAKeySet) -> Self {
        Self::new(Exit::Usage, "not_a_key_set", &error).hint(KEYS)
    }
}

impl From<LoadPublicError> for Failure {
    fn from(error: LoadPublicError) -> Self {
        let (exit, kind) = match &error {
            LoadPublicError::Unreadable { .. } => (Exit::NotFound, "no_such_key"),
            LoadPublicError::NotAKey { .. } => (Exit::Usage, "not_a_key"),
        };
        Self::new(exit, kind, &error).hint("give `ed25519:…`, or a file as `openssl pkey -in KEY -pubout` writes it")
    }
}

impl From<SetupError> for Failure {
    fn from(error: SetupError) -> Self {
        match error {
            SetupError::Home(error) => error.into(),
            SetupError::CreateKey(error) => error.into(),
            SetupError::LoadKey(error) => error.into(),
            SetupError::Constitution(error) => error.into(),
            SetupError::Store(error) => error.into(),
            SetupError::Read(error) => error.into(),
            SetupError::Append(error) => error.into(),
            SetupError::Publish(error) => error.into(),
            SetupError::House(error) => error.into(),
            SetupError::KeySet(error) => error.into(),
            SetupError::TrustedKey(error) => Self::new(Exit::Usage, "not_a_key", &error).hint(KEYS),
            SetupError::Founded => Self::new(Exit::Usage, "founded", &error)
                .hint("`somagent constitution keys propose` changes whom it trusts"),
            SetupError::Occupied { .. } => Self::new(Exit::Unverified, "constitution_occupied", &error)
                .hint("move the file away when it is in force nowhere"),
            SetupError::Unwritable { .. } => Self::new(Exit::Storage, "not_set_up", &error).hint(SPACE),
            SetupError::Unsigned { .. } => Self::new(Exit::Unverified, "constitution_unsigned", &error)
                .hint("move the file away so that the default one is written, or put its signature beside it"),
            SetupError::Unrecordable(_) => Self::new(Exit::Internal, "internal", &error),
        }
    }
}

impl From<DriveError> for Failure {
    fn from(error: DriveError) -> Self {
        match error {
            DriveError::Append(error) => error.into(),
            DriveError::Mode(error) => error.into(),
            DriveError::Law(error) => error.into(),
            DriveError::Refused(error) => error.into(),
            DriveError::Fact(error) => error.into(),
            DriveError::Read(error) => error.into(),
            DriveError::Record(error) => error.into(),
            DriveError::Command(error) => error.into(),
            DriveError::Unrecordable(_) | DriveError::Task(_) | DriveError::Standstill => {
                Self::new(Exit::Internal, "internal", &error).hint("this is a bug; the run is as the journal says")
            }
        }
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        use CommandError as E;
        let (exit, kind, hint) = match &error {
            E::AlreadyStarted | E::NotStarted | E::NotReady { .. } | E::NotConcluded => (
                Exit::Internal,
                "internal",
                "this is a bug; the run is as the journal says",
            ),
            E::Finished => (Exit::Usage, "finished", "`somagent runs show` says how it ended"),
            E::Answer(AnswerError::NotOpen { .. }) => (
                Exit::Usage,
                "already_decided",
                "`somagent approvals list` shows what is open",
            ),
            E::Answer(AnswerError::Expired { .. }) => (
                Exit::Usage,
                "expired",
                "`somagent runs resume` goes on with what its capsule says of that",
            ),
            E::Answer(AnswerError::NotAgain { .. }) => (
                Exit::Usage,
                "not_again",
                "`fail` leaves it to `somagent runs retry`, which does it again under a new key when the run is over",
            ),
            E::Answer(AnswerError::NoSuchChoice { .. } | AnswerError::Form { .. }) => (
                Exit::Usage,
                "bad_answer",
                "`somagent approvals show` lists the choices and the form",
            ),
            E::Answer(AnswerError::OwnRequest { .. }) => (
                Exit::Denied,
                "own_request",
                "somebody else has to agree, from an account of their own; `somagent approvals deny` is yours to say, and \
                 `somagent elevate` lets a looser mode be in force for a time",
            ),
            E::Answer(AnswerError::NothingToRemember { .. }) => (
                Exit::Usage,
                "nothing_to_remember",
                "leave `--remember` out: `somagent approvals show` says what rules ask about",
            ),
            E::Answer(AnswerError::NoReason { .. }) => (Exit::Usage, "no_reason", "say why with `--reason TEXT`"),
            E::NoSuchStep { .. } => (Exit::NotFound, "no_such_step", "`somagent runs show` lists the steps"),
            E::NotOver { .. } | E::NothingFailed | E::Ending => (
                Exit::Usage,
                "nothing_to_retry",
                "`somagent runs show` says how far it is",
            ),
            E::NotPaused => (Exit::Usage, "not_paused", "`somagent runs show` says how far it is"),
            E::BelowUse { .. } => (Exit::Usage, "below_use", "`somagent budget show` says what was used"),
            E::PartOf { .. } => (Exit::Usage, "part_of_another", "change the budget of that run"),
        };
        Self::new(exit, kind, &error).hint(hint)
    }
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Fact(error) => error.into(),
            ReplayError::Headless => Self::new(Exit::Unverified, "store_damaged", &error).hint(VERIFY),
            ReplayError::Capsule { .. } => {
                Self::new(Exit::InvalidCapsule, "invalid_capsule", &error).hint("use the somagent that started the run")
            }
            ReplayError::Refused { .. } | ReplayError::Mismatch(_) => {
                Self::new(Exit::Unverified, "replay_differs", told(&error))
                    .hint("another somagent decided it, or the record was changed: `somagent audit verify` says which")
            }
        }
    }
}

impl From<PostureError> for Failure {
    fn from(error: PostureError) -> Self {
        match error {
            PostureError::Read(error) => error.into(),
            PostureError::Fact(error) => error.into(),
        }
    }
}

impl From<DeclareError> for Failure {
    fn from(error: DeclareError) -> Self {
        match error {
            DeclareError::Posture(error) => error.into(),
            DeclareError::Refused(error) => error.into(),
            DeclareError::Append(error) => error.into(),
            DeclareError::Unrecordable(_) => Self::new(Exit::Internal, "internal", &error),
        }
    }
}

impl From<ModeError> for Failure {
    fn from(error: ModeError) -> Self {
        use ModeError as E;
        let (exit, kind, hint) = match &error {
            E::NoReason => (Exit::Usage, "no_reason", "say why with `--reason TEXT`"),
            E::NotConfirmed {
                needs: Confirmed::Typed,
                ..
            } => (
                Exit::Denied,
                "mode_not_loosened",
                "type its name at a terminal when asked; `somagent elevate` lets it be in force for a time",
            ),
            E::NotConfirmed { .. } => (Exit::Usage, "mode_not_confirmed", "give `--yes` when it is meant"),
            E::NotLooser { .. } => (
                Exit::Usage,
                "no_elevation",
                "`somagent mode set` records a stricter mode; `somagent mode show` has the table",
            ),
            E::NoTime => (Exit::Usage, "no_elevation", "give `--for` a time such as `15m`"),
            E::TooLong { .. } => (
                Exit::Denied,
                "elevation_too_long",
                "ask for less, and again when it is over",
            ),
            E::Elevated { .. } => (Exit::Usage, "elevated", "`somagent elevate --end` ends it"),
            E::NotElevated => (
                Exit::Usage,
                "not_elevated",
                "`somagent mode show` says what is in force",
            ),
        };
        Self::new(exit, kind, &error).hint(hint)
    }
}

impl From<EnactError> for Failure {
    fn from(error: EnactError) -> Self {
        match error {
            EnactError::Law(error) => error.into(),
            EnactError::Refused(error) => error.into(),
            EnactError::Unsound(error) => error.into(),
            EnactError::Read(error) => error.into(),
            EnactError::Append(error) => error.into(),
            EnactError::Unrecordable(_) => Self::new(Exit::Internal, "internal", &error),
        }
    }
}

impl From<HouseError> for Failure {
    fn from(error: HouseError) -> Self {
        use HouseError as E;
        const PROPOSE: &str = "`somagent constitution propose FILE` lays a text down to be signed";
        let (exit, kind, hint) = match &error {
            E::AlreadyFounded => (Exit::Usage, "founded", PROPOSE),
            E::NotFounded => (Exit::Unverified, "not_founded", "`somagent init` sets it up"),
            E::Malformed(_) => (Exit::Usage, "constitution_malformed", "correct the text at that place"),
            E::NotNewer { .. } => (
                Exit::Usage,
                "constitution_not_newer",
                "raise its version above the one in force, and propose it again",
            ),
            E::NothingProposed => (Exit::NotFound, "nothing_proposed", PROPOSE),
            E::OtherProposed { .. } => (
                Exit::Usage,
                "other_proposed",
                "`somagent constitution show -o json` says what is proposed; look at it and repeat the command",
            ),
            E::Stranger { .. } => (
                Exit::Unverified,
                "constitution_stranger",
                "sign with one of the keys that the store trusts: `somagent constitution keys show`",
            ),
            E::NotSigned { .. } => (Exit::Unverified, "constitution_not_signed", "sign the proposed text"),
            E::TooFew { .. } => (
                Exit::Unverified,
                "constitution_untrusted",
                "have it signed: `somagent constitution sign --key FILE`",
            ),
            E::NotConfirmed {
                needs: Confirmed::Typed,
                ..
            } => (
                Exit::Denied,
                "constitution_not_confirmed",
                "type what is asked for at a terminal; in this mode nothing less loosens it",
            ),
            E::NotConfirmed { .. } => (
                Exit::Usage,
                "constitution_not_confirmed",
                "give `--yes` when it is meant",
            ),
            E::KeySet(error) => return error.clone().into(),
            E::SameKeys => (
                Exit::Usage,
                "keys_unchanged",
                "`somagent constitution keys show` says which keys are in force",
            ),
            E::NoKeysProposed => (
                Exit::NotFound,
                "no_keys_proposed",
                "`somagent constitution keys propose` lays a set down to be signed",
            ),
            E::NeitherKey { .. } => (
                Exit::Unverified,
                "keys_stranger",
                "sign with a key in force, or with one of those that are proposed",
            ),
            E::TooFewKeys { .. } => (
                Exit::Unverified,
                "keys_untrusted",
                "have it signed: `somagent constitution keys sign --key FILE`",
            ),
            E::KeysNotConfirmed {
                needs: Confirmed::Typed,
                ..
            } => (
                Exit::Denied,
                "keys_not_confirmed",
                "type what is asked for at a terminal; in this mode nothing less changes whom the store trusts",
            ),
            E::KeysNotConfirmed { .. } => (Exit::Usage, "keys_not_confirmed", "give `--yes` when it is meant"),
        };
        Self::new(exit, kind, &error).hint(hint)
    }
}

impl From<TellError> for Failure {
    fn from(error: TellError) -> Self {
        match error {
            TellError::Append(error) => error.into(),
            TellError::Mode(error) => error.into(),
            TellError::Run(error) => error.into(),
            TellError::Command(error) => error.into(),
            TellError::Unrecordable(_) => Self::new(Exit::Internal, "internal", &error),
            TellError::Crowded => Self::new(Exit::Busy, "busy", &error)
                .hint("repeat the command")
                .retryable(),
        }
    }
}
