//! What people see of the store: the structs that are printed, drawn and served.
//!
//! Reads the journal and knows no face: no colour, no width, no words of a command line.

pub mod amount;
pub mod matter;
pub mod opened;
pub mod question;
pub mod rails;
pub mod status;
pub mod step;
pub mod text;
pub mod time;
pub mod tree;
pub mod workspace;

use crate::engine::fact::FactError;
use crate::engine::start::StartError;
use crate::journal::ReadError;

/// Why something cannot be seen.
#[derive(Debug, thiserror::Error)]
pub enum SightError {
    /// The journal cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An event does not say what its kind says.
    #[error(transparent)]
    Fact(#[from] FactError),
    /// The record is not that of a run.
    #[error(transparent)]
    Start(#[from] StartError),
}
