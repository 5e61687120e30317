//! The integration tests: one binary, because links are what costs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what a test cannot go on without fails it, in its functions too"
)]

mod account;
mod actions;
mod asking;
mod attached;
mod bad_input;
mod budgets;
mod children;
mod ci;
mod command_line;
mod constitution;
mod constitution_check;
mod control;
mod damage;
mod dashboard;
mod denied;
mod digest;
mod digest_text;
mod durability;
mod effects;
mod elicited;
mod endorsing;
mod first_use;
mod fixing;
mod flat;
mod gates;
mod generated;
mod heads;
mod homes;
mod idempotency;
mod keys;
mod kills;
mod kills_undone;
mod layers;
mod ledger;
mod lending;
mod live;
mod mcp;
mod mending;
mod models;
mod modes;
mod odd;
mod offline;
mod opa;
mod output;
mod policy;
mod repositories;
mod sandbox;
mod shared_store;
mod shell;
mod signals;
mod starters;
mod tasks_files;
mod terminal;
mod thousand_effects;
mod tools;
mod workbench;
mod workspaces;
