//! The integration tests: one binary, because links are what costs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what a test cannot go on without fails it, in its functions too"
)]

mod account;
mod bad_input;
mod command_line;
mod damage;
mod digest;
mod digest_text;
mod durability;
mod first_use;
mod generated;
mod homes;
mod idempotency;
mod layers;
mod ledger;
mod offline;
mod output;
mod repositories;
mod shared_store;
mod signals;
mod tasks_files;
mod workbench;
