//! Proposing a constitution that remembers more.

use super::Context;
use super::failure::Failure;
use crate::engine::Engine;
use crate::engine::house::{HouseCommand, HouseError};
use crate::exit::Exit;
use crate::policy::remember::amended;

/// Proposes the constitution in force with `entries` under `remembered`, or what is proposed already with them; its
/// version.
///
/// # Errors
/// The text cannot be amended by lines, or the proposal cannot be recorded.
pub async fn propose(engine: &Engine, entries: &[String], context: &Context) -> Result<u64, Failure> {
    let house = engine.house();
    let (text, version) = match (&house.proposed, &house.active) {
        // What is signed already would lose its signatures either way; what was asked for is kept.
        (Some(proposal), _) => (&proposal.what.text, proposal.what.version),
        (None, Some(active)) => (&active.text, active.version.saturating_add(1)),
        (None, None) => return Err(HouseError::NotFounded.into()),
    };
    let text = amended(text, version, entries).map_err(|error| {
        let lines: Vec<String> = entries.iter().map(|entry| format!("- {entry}")).collect();
        Failure::new(Exit::Usage, "constitution_unclear", error.to_string()).hint(format!(
            "put this under `remembered` in its text, raise its version and propose it: {}",
            lines.join(" ")
        ))
    })?;
    let by = context.actor.clone();
    engine.enact(&HouseCommand::Propose { text, by }).await?;
    Ok(version)
}
