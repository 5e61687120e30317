//! `somagent constitution verify`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::Context;
use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::{no_store, recorded};
use crate::engine::house::{self, House};
use crate::engine::open;
use crate::exit::Exit;
use crate::policy::constitution::Examination;

/// Verify the constitution in force, or a file, against the keys that this store trusts
///
/// Says point by point what holds and what does not: the signatures, whether enough of them are of trusted keys, whether
/// the text is understood, and how its version stands to the one in force. Exit 12 when one of them does not hold.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The text; without it, that of this installation
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Its signatures; without it, FILE.sig
    #[arg(long, value_name = "FILE", requires = "file")]
    signatures: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// There is no store, or a file is missing; what does not hold is said and is exit 12.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let house = recorded(context)?.ok_or_else(no_store)?;
    let trusted = open::trusted(&house)?;
    let home = &context.home;
    let (text, signatures) = match (&args.file, &args.signatures) {
        (None, _) => (home.constitution(), home.constitution_signature()),
        (Some(text), Some(signatures)) => (text.clone(), signatures.clone()),
        (Some(text), None) => {
            let mut beside = text.clone().into_os_string();
            beside.push(".sig");
            (text.clone(), PathBuf::from(beside))
        }
    };
    let examination = Examination::of(&text, &signatures, &trusted)?;
    let is_active = activation(&house, &examination);
    // Of the own files, to be signed is not enough.
    let activated = args.file.is_some() || is_active;
    let holds = examination.holds() && activated;
    match output.format() {
        Format::Table => {
            output.text(&harmless(&shown(&examination, activated)))?;
            let end = if holds { "it holds" } else { "it does not hold" };
            output.say(&format!("{}: {end}", text.display()));
        }
        Format::Json | Format::Jsonl => output.json(&data(&examination, is_active, holds))?,
    }
    Ok(if holds { Exit::Succeeded } else { Exit::Unverified })
}

/// Whether the text is the one that the journal says is in force.
fn activation(house: &house::House, examination: &Examination) -> bool {
    let active = |house: &House| Some(house.active.as_ref()?.digest);
    active(house) == Some(examination.digest)
}

fn shown(examination: &Examination, activated: bool) -> String {
    let mut text = format!("digest      {}\n", examination.digest);
    for signer in &examination.signers {
        let trusted = if signer.is_trusted { "trusted" } else { "a stranger" };
        let fits = if signer.fits { "fits" } else { "does not fit" };
        text.push_str(&format!("signer      {}  {trusted}, {fits}\n", signer.key));
    }
    for finding in &examination.findings {
        let holds = if finding.holds { "holds" } else { "does not hold" };
        text.push_str(&format!("{:<11} {holds}: {}\n", finding.name, finding.says));
    }
    if !activated {
        text.push_str("activation  does not hold: the journal says that another text is in force\n");
    }
    text
}

fn data(examination: &Examination, is_active: bool, holds: bool) -> Value {
    let signers = examination
        .signers
        .iter()
        .map(|signer| json!({"key": signer.key, "trusted": signer.is_trusted, "fits": signer.fits}));
    let findings = examination
        .findings
        .iter()
        .map(|finding| json!({"name": finding.name, "holds": finding.holds, "says": finding.says}));
    json!({
        "v": 1, "holds": holds, "active": is_active, "digest": examination.digest, "version": examination.version,
        "needed": examination.needed, "signers": signers.collect::<Vec<_>>(), "findings": findings.collect::<Vec<_>>(),
    })
}
