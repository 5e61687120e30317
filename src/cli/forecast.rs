//! `somagent run --dry-run`: the plan, printed.

use std::path::Path;

use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{Format, Output};
use super::table;
use crate::capsule::Capsule;
use crate::engine::Engine;
use crate::engine::forecast::Planned;
use crate::exit::Exit;
use crate::policy::Decision;

/// Prints what the run would do; denied steps end it with the code that the run would end with.
///
/// # Errors
/// Standard output cannot be written.
pub async fn print(
    output: &mut Output,
    engine: &Engine,
    capsule: &Capsule,
    inputs: &Value,
    workspace: &Path,
) -> Result<Exit, Failure> {
    let plan = engine.forecast(capsule, inputs, workspace).await;
    let denied = plan.iter().any(|planned| planned.decision == Some(Decision::Deny));
    match output.format() {
        Format::Table => output.text(&shown(capsule, &plan))?,
        Format::Json | Format::Jsonl => output.json(&json!({
            "v": 1, "capsule": capsule.name(), "digest": capsule.digest(), "workspace": workspace,
            "inputs": inputs, "budget": capsule.limit(), "steps": plan,
        }))?,
    }
    Ok(if denied { Exit::Denied } else { Exit::Succeeded })
}

fn shown(capsule: &Capsule, plan: &[Planned]) -> String {
    let mut rows = vec![["STEP", "ACTION", "AT MOST", "DECISION"].map(str::to_owned)];
    rows.extend(plan.iter().map(|planned| {
        let decision = match planned.decision {
            Some(Decision::Allow) => "allowed".to_owned(),
            Some(Decision::Ask) => format!("asks: {}", planned.because.join("; ")),
            Some(Decision::Deny) => format!("denied: {}", planned.because.join("; ")),
            None => "judged when its arguments are known".to_owned(),
        };
        [
            planned.step.clone(),
            planned.action.clone(),
            planned.at_most.to_string(),
            decision,
        ]
    }));
    let tokens: u64 = plan.iter().map(|planned| planned.output_tokens).sum();
    let bound = capsule
        .limit()
        .tokens
        .map_or_else(String::new, |limit| format!("; the budget is {limit} tokens in all"));
    format!(
        "{}\nA model writes at most {tokens} tokens{bound}. Nothing was done.\n",
        table::columns(&rows)
    )
}
