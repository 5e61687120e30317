//! What happened: the journal, which is also the audit log.
//!
//! ```text
//! Journal::append ─► writer (one thread) ─► SQLite: events, tree, store, views   ◄─ Reader (own connection)
//!                                      └──► blobs: bodies above 16 KiB
//! keeper (one thread) ─► the checkpoint outside the database
//! verify ─► the bytes of all of these, and a public key
//! ```
//!
//! An event is a header and a body. `entry`, the RFC 8785 bytes of the header, is what is hashed:
//! `hash` = SHA3-512(entry), and each header holds the hash of the event before it. The same
//! entries are the leaves of an RFC 6962 tree. After each batch a checkpoint (C2SP signed note) says
//! the size, the root and the last hash. The body lies beside the entry, which holds its digest, so
//! it may be lost on purpose without breaking the chain.
//!
//! The journal never changes or deletes an event, never decides what is recorded, and reads no clock
//! but for the five seconds between two outside checkpoints.

mod append;
mod blob;
mod chain;
mod checkpoint;
pub(crate) mod durable;
pub mod event;
mod keeper;
mod lease;
mod note;
mod open;
mod outside;
mod place;
mod reader;
mod schema;
mod store;
#[cfg(test)]
mod tests;
mod tree;
mod verify;
mod view;
mod writer;

pub use append::{AppendError, DEEPEST_BODY, LARGEST_BODY, MOST_FACTS, StorageFailure, is_within};
pub use blob::{BlobError, Blobs};
pub use checkpoint::Checkpoint;
pub use event::{Body, Event, Fact, Stamp, Stream};
pub use lease::{Lease, LeaseError};
pub use note::NoteError;
pub use open::OpenError;
pub use outside::{Divergence, OutsideError, PublishError};
pub use place::Place;
pub use reader::{FindApprovalError, FindError, Head, ReadError, Reader, Stored, has_events};
pub use store::Journal;
pub use verify::{Finding, Kept, Range, Report, VerifyError, verify};
pub use view::approval::{ApprovalFilter, ApprovalRow};
pub use view::deed::Deeds;
pub use view::run::{CANCELLING, PAUSED, Parent, QUEUED, RUNNING, RunFilter, RunRow, Slot};
