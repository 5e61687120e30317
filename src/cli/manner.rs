//! How a command drives a run: who decides, and what is written besides.

use std::path::PathBuf;

use clap::ValueEnum;

use super::Context;

/// What becomes of a question to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Approval {
    /// It is asked on the terminal; where there is none, the run parks.
    Prompt,
    /// The run parks once nothing else goes on, and the command ends with 5.
    Park,
    /// It is answered with `reject`; whether an interrupted effect happened is never decided like that.
    Deny,
}

/// Flags of every command that drives a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Manner {
    /// What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks
    #[arg(long, value_enum, value_name = "HOW")]
    pub approval: Option<Approval>,
    /// Also write the main output to a file
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
    /// Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

impl Manner {
    /// What becomes of questions here: nobody is asked in CI, and where nobody is there.
    pub fn approval(&self, context: &Context) -> Approval {
        let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
        match self.approval {
            Some(Approval::Prompt) | None if !context.asks => Approval::Park,
            None if in_ci => Approval::Park,
            None | Some(Approval::Prompt) => Approval::Prompt,
            Some(approval @ (Approval::Park | Approval::Deny)) => approval,
        }
    }
}
