//! Thinking: the models that steps ask, and where their files come from.
//!
//! ```text
//! catalogue ── entry ──► store::pull ── hub │ python ──► sha256/<hex>/<file>   (verified, read-only)
//! a path ───► import ──► store::copy_in ─────────────────────┘
//!                                                              │
//! Ask + Action + Grant ──► local::OnDevice::answer ◄── load ───┘
//! ```
//!
//! Nothing here judges, journals or decides which model to ask. No model runs without a grant.

pub mod ask;
pub mod catalogue;
pub mod embed;
pub mod head;
pub mod import;
pub mod local;
pub mod memory;
pub mod sha256;
pub mod store;

mod halt;
mod hub;
mod partial;
mod python;

#[cfg(test)]
pub(crate) mod fixture;

pub use ask::{Answer, Ask, AskError, Constraint};
pub use catalogue::Catalogue;
pub use embed::{EmbedError, Embedded, Embedder, KeepError, KeptEmbedder};
pub use halt::HaltOnDrop;
pub use head::Head;
pub use hub::Hub;
pub use local::{LoadError, ModelIdentity, OnDevice, PULL, Prediction, Speed};
pub use sha256::Sha256;
pub use store::{PullError, PulledFile, PulledModel, RemoveError, Store};

/// What a long piece of work is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Another process pulls the same file; this one waits for it.
    Waiting,
    /// Bytes arrive over HTTP.
    Downloading,
    /// `pip` or `uv` downloads a package; how far it is cannot be seen.
    Installing,
    /// A file is read through, to see which one it is.
    Checking,
    /// The file is taken out of its package, or copied in.
    Unpacking,
    /// The weights are rewritten in a faster format, once.
    Converting,
}

/// How far a long piece of work is; whoever shows it takes the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Bytes done.
    pub done: u64,
    /// Bytes in all, when known.
    pub total: Option<u64>,
}
