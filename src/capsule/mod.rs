//! What a task is.

pub mod budget;
pub mod tool_spec;
