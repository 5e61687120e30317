//! `somagent constitution check`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::super::{Context, table};
use super::{ACTIVE, draft, recorded, text_of};
use crate::capsule::tool_spec::SideEffect;
use crate::exit::Exit;
use crate::label::Confidentiality;
use crate::policy::Decision;
use crate::policy::check::{Finding, Remedy, Severity, What, Witness};
use crate::policy::score::FULL;

/// Find what nobody sees by reading a constitution, each with an action that shows it
///
/// Looks with an SMT solver at every action that rules, score and information flow can tell apart: for rules that never
/// decide anything, for thresholds out of reach, for refusals that an action of the same host escapes, for what only one
/// rule stops, and for the worst that happens unasked. Exit 3 when the text contradicts itself. Nothing is changed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file, `active`, or the name of a shipped one; `-` for standard input
    #[arg(value_name = "FILE|NAME", default_value = ACTIVE)]
    name: String,
}

/// Runs the command.
///
/// # Errors
/// There is no such text, it is no constitution, or the check itself is wrong.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let is_unfounded = args.name == ACTIVE && recorded(context)?.is_none();
    let name = match is_unfounded {
        true => {
            output.say("there is no store yet: this is the constitution that a new one begins with");
            "developer"
        }
        false => args.name.as_str(),
    };
    let draft = draft(&text_of(name, context)?, name)?;
    let findings = draft.check().map_err(|error| {
        Failure::new(Exit::Internal, "check_differs", error.to_string())
            .hint("this is a defect of the check and not of the text: report it with the text")
    })?;
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let [errors, warnings, notes] = [Severity::Error, Severity::Warning, Severity::Note].map(of);
    match output.format() {
        Format::Table => {
            let text: String = findings.iter().map(shown).collect();
            output.text(&harmless(&text))?;
            output.say(&format!("errors: {errors}, warnings: {warnings}, notes: {notes}"));
        }
        Format::Json => output.json(&json!({
            "v": 1, "version": draft.version(), "digest": draft.digest(), "errors": errors, "warnings": warnings,
            "notes": notes, "findings": findings,
        }))?,
        Format::Jsonl => {
            for finding in &findings {
                output.json(&json!({"v": 1, "finding": finding}))?;
            }
        }
    }
    Ok(if errors > 0 { Exit::Failed } else { Exit::Succeeded })
}

fn shown(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let what = match finding.what {
        What::Unmatched => "unmatched",
        What::Overshadowed => "overshadowed",
        What::Redundant => "redundant",
        What::OutOfReach => "out of reach",
        What::NeverShort => "never short",
        What::Sidestepped => "sidestepped",
        What::Overruled => "overruled",
        What::FlowAlone => "flow alone",
        What::Unasked => "unasked",
    };
    let rule = finding
        .rule
        .as_ref()
        .map_or_else(String::new, |rule| format!("rule {rule}: "));
    let mut rows = vec![[severity.to_owned(), what.to_owned(), format!("{rule}{}", finding.says)]];
    let mut more = |name: &str, says: String| rows.push([String::new(), name.to_owned(), says]);
    if let Some(witness) = &finding.witness {
        more("witness", deed(witness));
        if let (Some(score), Some(threshold)) = (witness.score, witness.threshold) {
            let measured = witness.features.iter();
            let measured: Vec<String> = measured
                .map(|measured| format!("{} {}×{}", measured.feature.name(), measured.weight, measured.value))
                .collect();
            let best: i64 = witness.features.iter().map(|measured| measured.weight * FULL).sum();
            more(
                "score",
                format!("{score} of {best}, asks below {threshold}: {}", measured.join(", ")),
            );
        }
        let decision = match witness.decision {
            Decision::Allow => "allow",
            Decision::Ask => "ask",
            Decision::Deny => "deny",
        };
        more("law", format!("{decision}: {}", witness.because.join("; ")));
    }
    if !finding.remedies.is_empty() {
        let ways: Vec<String> = finding.remedies.iter().map(remedy).collect();
        more("agrees", format!("the score would with {}", ways.join(", or ")));
    }
    table::columns(&rows)
}

/// An action in words.
fn deed(witness: &Witness) -> String {
    let leaves = match witness.leaves {
        SideEffect::None => "leaves nothing",
        SideEffect::Reversible => "leaves what can be taken back",
        SideEffect::Irreversible => "leaves what cannot be taken back",
    };
    let mut said = vec![witness.does.clone(), leaves.to_owned()];
    if witness.sends {
        said.push(match witness.confidentiality {
            Confidentiality::Public => "sends what is public".to_owned(),
            Confidentiality::Unstated => "sends what nobody said anything about".to_owned(),
            Confidentiality::Private => "sends what is private".to_owned(),
            Confidentiality::Secret => "sends a secret".to_owned(),
        });
    }
    if witness.aims > 0 {
        let (untrusted, aims) = (witness.untrusted, witness.aims);
        said.push(format!("{untrusted} of {aims} aiming arguments untrusted"));
    }
    if !witness.asked {
        said.push("nobody asked for it".to_owned());
    }
    if witness.cost > 0 {
        said.push(format!("costs {} of 1000", witness.cost));
    }
    said.join(", ")
}

fn remedy(remedy: &Remedy) -> String {
    let Remedy {
        feature,
        weight,
        threshold,
    } = remedy;
    format!("`{}: {weight}` and the threshold {threshold}", feature.name())
}
