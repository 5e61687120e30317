//! Acting: the tools that steps call.
//!
//! A tool never judges and never journals. It performs exactly the action that its grant covers,
//! inside the workspace of that grant, and returns a bounded, typed output.

mod archive;
mod artifact;
mod aside;
pub mod attached;
mod beneath;
mod code;
mod contract;
mod data;
mod fs;
mod git;
mod http;
mod key;
mod lent;
mod log;
pub mod mcp;
mod open_form;
mod pure;
pub mod sandbox;
mod shell;
mod text;
pub mod toolbox;
mod vector;
pub mod workspace;

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

use crate::capsule::tool_spec::ToolSpec;
use crate::policy::{Action, Grant, Refused, Situation};

pub use key::{Key, NotAKey};
pub use lent::{Answered, Answering, Lent, Loan, NoAnswer, SAMPLING};
pub use open_form::{ANSWERS, OpenForm};
pub use toolbox::Toolbox;

/// A future of a tool's output.
pub type Calling<'a> = Pin<Box<dyn Future<Output = Result<Output, ToolError>> + Send + 'a>>;

/// A future of what a tool found of itself.
pub type Checking<'a> = Pin<Box<dyn Future<Output = Health> + Send + 'a>>;

/// Something that acts.
///
/// Implementers stop promptly when the future is dropped (children are killed; one that holds a lock of
/// its own may end first), never repeat an effect by themselves, and return an error, never a panic, on
/// any argument.
pub trait Tool: Send + Sync {
    /// Its contract.
    fn spec(&self) -> &ToolSpec;

    /// Performs what `call` says; reached only through [`dyn Tool::call`](Tool#method.call).
    fn perform<'a>(&'a self, call: Call<'a>) -> Calling<'a>;

    /// Whether what it needs of this machine is there. Changes nothing and reaches no server.
    fn health(&self) -> Checking<'_> {
        Box::pin(std::future::ready(Health::ready("needs nothing but this program")))
    }
}

/// Whether a tool can work here.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Health {
    /// Whether it can.
    pub ready: bool,
    /// What was found.
    pub detail: String,
    /// What would make it ready; empty where it is.
    pub hint: String,
}

impl Health {
    /// It can.
    pub(crate) fn ready(detail: impl Into<String>) -> Self {
        Self {
            ready: true,
            detail: detail.into(),
            hint: String::new(),
        }
    }

    /// It cannot, until `hint` is done.
    pub(crate) fn not_ready(detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            ready: false,
            detail: detail.into(),
            hint: hint.into(),
        }
    }
}

impl dyn Tool + '_ {
    /// Performs `action`, which is one of this tool's own and covered by `grant`.
    ///
    /// # Errors
    /// The grant is for something else, or the tool did not do it.
    pub async fn call(&self, action: &Action, grant: &Grant, key: &Key) -> Result<Output, ToolError> {
        self.call_lending(action, grant, key, None).await
    }

    /// The same with a model that whoever is called may ask.
    ///
    /// # Errors
    /// As for [`dyn Tool::call`](Tool#method.call).
    pub async fn call_lending<'a>(
        &'a self,
        action: &'a Action,
        grant: &'a Grant,
        key: &'a Key,
        lent: Option<Lent<'a>>,
    ) -> Result<Output, ToolError> {
        grant.covers(action)?;
        let verb = contract::verb(self.spec(), action)?;
        let args = action.args();
        let situation = grant.situation();
        self.perform(Call {
            verb,
            args,
            situation,
            key,
            lent,
        })
        .await
    }
}

/// One granted call. Only [`dyn Tool::call_lending`](Tool#method.call_lending) makes one, so that nothing acts without a grant.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    verb: &'a str,
    args: &'a Value,
    situation: &'a Situation,
    key: &'a Key,
    /// The model that whoever is called may ask.
    lent: Option<Lent<'a>>,
}

/// What a tool returns.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Conforms to the output schema of the action.
    pub value: Value,
    /// Artifacts it wrote.
    pub artifacts: Vec<Artifact>,
}

/// A file that a run produced.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Artifact {
    /// Its name within the run: a relative path.
    pub name: String,
    /// Where it lies.
    pub path: std::path::PathBuf,
    /// SHA3-512 of its bytes.
    pub digest: crate::digest::Digest,
    /// Its size in bytes.
    pub size: u64,
    /// IANA media type.
    pub media_type: String,
}

/// Why a tool did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ToolError {
    /// The grant is not for this.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// An argument is wrong in a way that the schema cannot say.
    #[error("{message}")]
    BadArgument {
        /// What is wrong, and what was expected.
        message: String,
        /// What would change it.
        hint: String,
    },
    /// The world says no: not a repository, no such file.
    #[error("{message}")]
    Failed {
        /// What happened.
        message: String,
        /// What would change it.
        hint: String,
    },
    /// The other side cannot be reached, or says that it cannot answer now.
    #[error("{message}")]
    Unavailable {
        /// What happened.
        message: String,
        /// What would change it.
        hint: String,
    },
    /// The other side asks to come back later, and did nothing.
    #[error("{message}")]
    RateLimited {
        /// What happened.
        message: String,
        /// What would change it.
        hint: String,
        /// After how many milliseconds, where it says so.
        retry_after_ms: Option<u64>,
    },
    /// It went wrong in this way after the effect was asked for, so it may have happened.
    #[error(transparent)]
    Uncertain(Box<ToolError>),
    /// It went wrong in this way after whoever was called had asked for a form and not got it.
    #[error("{after}")]
    Unanswered {
        /// How.
        after: Box<ToolError>,
        /// What was asked for first.
        form: Box<OpenForm>,
    },
    /// The sandbox does not hold here, so nothing was run.
    #[error("{message}")]
    Unconfined {
        /// Which layer, and what the system said.
        message: String,
        /// What would change it.
        hint: String,
    },
    /// The place to write is full, read-only or damaged.
    #[error("{message}")]
    Storage {
        /// What happened.
        message: String,
    },
}

impl ToolError {
    /// Whether the effect may have happened nevertheless.
    pub fn uncertain(&self) -> bool {
        match self {
            Self::Uncertain(_) => true,
            Self::Unanswered { after, .. } => after.uncertain(),
            Self::Refused(_)
            | Self::BadArgument { .. }
            | Self::Failed { .. }
            | Self::Unavailable { .. }
            | Self::RateLimited { .. }
            | Self::Unconfined { .. }
            | Self::Storage { .. } => false,
        }
    }
}
