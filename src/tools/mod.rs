//! Acting: the tools that steps call.
//!
//! A tool never judges and never journals. It performs exactly the action that its grant covers,
//! inside the workspace of that grant, and returns a bounded, typed output.

mod artifact;
mod beneath;
mod contract;
mod fs;
mod git;
mod text;
pub mod toolbox;

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

use crate::capsule::tool_spec::ToolSpec;
use crate::policy::{Action, Grant, Refused};

pub use toolbox::Toolbox;

/// A future of a tool's output.
pub type Calling<'a> = Pin<Box<dyn Future<Output = Result<Output, ToolError>> + Send + 'a>>;

/// Something that acts.
///
/// Implementers check [`Grant::covers`] first, stop promptly when the future is dropped (children
/// are killed), and return an error, never a panic, on any argument.
pub trait Tool: Send + Sync {
    /// Its contract.
    fn spec(&self) -> &ToolSpec;

    /// Performs `action`.
    fn call<'a>(&'a self, action: &'a Action, grant: &'a Grant) -> Calling<'a>;
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
    /// The place to write is full, read-only or damaged.
    #[error("{message}")]
    Storage {
        /// What happened.
        message: String,
    },
}
