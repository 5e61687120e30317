//! The `somagent` command.

fn main() {}
