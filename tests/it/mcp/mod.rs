//! The MCP client against real servers: those that people use, those that misbehave, and the conformance suite's.

mod conformance;
mod everything;
mod hostile;
mod memory;
mod real;
mod started;
mod web;

pub use started::installed;
pub use web::Web;
