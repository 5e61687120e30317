//! Proposing a constitution that remembers more.

use super::Context;
use super::failure::Failure;
use super::output::Output;
use crate::engine::Engine;
use crate::engine::house::{HouseCommand, HouseError};
use crate::exit::Exit;
use crate::policy::remember::amended;

/// A constitution that remembers more, to be proposed.
#[derive(Debug)]
pub struct Amended {
    text: String,
    version: u64,
    /// Signatures over what was proposed before, which this takes the place of.
    dropped: usize,
}

impl Amended {
    /// The constitution in force with `entries` under `remembered`, or what is proposed already with them.
    ///
    /// # Errors
    /// The text cannot be amended by lines.
    pub fn of(engine: &Engine, entries: &[String]) -> Result<Self, Failure> {
        let house = engine.house();
        let (text, version, dropped) = match (&house.proposed, &house.active) {
            (Some(proposal), _) => (&proposal.what.text, proposal.what.version, proposal.signatures.len()),
            (None, Some(active)) => (&active.text, active.version.saturating_add(1), 0),
            (None, None) => return Err(HouseError::NotFounded.into()),
        };
        let text = amended(text, version, entries).map_err(|error| {
            let lines: Vec<String> = entries.iter().map(|entry| format!("- {entry}")).collect();
            Failure::new(Exit::Usage, "constitution_unclear", error.to_string()).hint(format!(
                "put this under `remembered` in its text, raise its version and propose it: {}",
                lines.join(" ")
            ))
        })?;
        Ok(Self { text, version, dropped })
    }

    /// Proposes it; its version.
    ///
    /// # Errors
    /// It cannot be recorded.
    pub async fn propose(self, engine: &Engine, context: &Context, output: &Output) -> Result<u64, Failure> {
        let (text, by) = (self.text, context.actor.clone());
        let events = engine.enact(&HouseCommand::Propose { text, by }).await?;
        if self.dropped > 0 && !events.is_empty() {
            output.say(&format!(
                "it takes the place of what was proposed before, whose {} signatures do not count any more",
                self.dropped
            ));
        }
        Ok(self.version)
    }
}
