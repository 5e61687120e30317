//! What happened: the journal, which is also the audit log.

pub mod event;

pub use event::{Body, Event, Fact, Stamp, Stream};
