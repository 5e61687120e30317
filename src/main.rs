//! The `somagent` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    somagent::cli::main()
}
