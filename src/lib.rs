//! somagent: governed agents in a terminal.
//!
//! A capsule goes in, a pure core decides, the edge acts, the journal remembers.
//! `ARCHITECTURE.md` has the map; a module uses only what stands above it there.

pub mod digest;
pub mod exit;
pub mod label;
pub mod net;

pub mod config;
pub mod keys;

pub mod capsule;

pub mod journal;

pub mod policy;

pub mod models;

pub mod tools;

pub mod engine;

pub mod sight;

pub mod tui;

pub mod cli;
