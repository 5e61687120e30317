//! The integration tests: one binary, because links are what costs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what a test cannot go on without fails it, in its functions too"
)]

mod command_line;
mod generated;
mod layers;
