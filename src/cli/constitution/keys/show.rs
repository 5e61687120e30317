//! `somagent constitution keys show`.

use serde_json::{Value, json};

use super::super::super::Context;
use super::super::super::failure::Failure;
use super::super::super::output::{Format, Output, harmless};
use super::super::{no_store, recorded};
use super::{standing, trust};
use crate::engine::house::{House, KeysProposal};
use crate::exit::Exit;
use crate::keys;
use crate::policy::KeySet;

/// Show the keys whose signatures count, and those that are proposed
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
///
/// # Errors
/// There is no store, or it cannot be read.
pub fn run(_args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let house = recorded(context)?.ok_or_else(no_store)?;
    // Whoever looks need not be able to sign.
    let own = keys::load(&context.home.signing_key()).ok();
    let own = own.map(|key| keys::public_text(&key.verifying_key()));
    match output.format() {
        Format::Table => output.text(&harmless(&shown(&house, own.as_deref())?))?,
        Format::Json | Format::Jsonl => output.json(&data(&house)?)?,
    }
    Ok(Exit::Succeeded)
}

fn data(house: &House) -> Result<Value, Failure> {
    let set = |set: &KeySet| json!({"version": set.version, "keys": set.keys, "threshold": set.threshold, "digest": set.digest()});
    let mut data = set(trust(house)?);
    data["v"] = json!(1);
    data["proposed"] = json!(house.keys_proposed.as_ref().map(|proposal| {
        let mut data = set(&proposal.what.set);
        let signers = proposal.signatures.iter().map(|signed| &signed.key);
        data["by"] = json!(proposal.what.by);
        data["signers"] = json!(signers.collect::<Vec<_>>());
        data
    }));
    Ok(data)
}

fn shown(house: &House, own: Option<&str>) -> Result<String, Failure> {
    let trust = trust(house)?;
    let mut text = format!("version   {}\n", trust.version);
    for key in &trust.keys {
        let mark = if own == Some(key) { "  this installation" } else { "" };
        text.push_str(&format!("key       {key}{mark}\n"));
    }
    text.push_str(&format!("needed    {} of {}\n", trust.threshold, trust.keys.len()));
    if let Some(proposal) = &house.keys_proposed {
        text.push_str(&proposed(proposal, trust));
    }
    Ok(text)
}

fn proposed(proposal: &KeysProposal, trust: &KeySet) -> String {
    let set = &proposal.what.set;
    let has_signed = |key: &String| {
        let signed = proposal.signatures.iter().any(|signed| signed.key == *key);
        if signed { "  signed" } else { "" }
    };
    let mut text = format!("\nproposed  version {} by {}\n", set.version, proposal.what.by);
    for key in &set.keys {
        let new = if trust.has(key) { "" } else { "  new" };
        text.push_str(&format!("key       {key}{new}{}\n", has_signed(key)));
    }
    for key in trust.keys.iter().filter(|key| !set.has(key)) {
        text.push_str(&format!("goes      {key}{}\n", has_signed(key)));
    }
    text.push_str(&format!("needed    {} of {}\n", set.threshold, set.keys.len()));
    text.push_str(&format!("signed    {}\n", standing(proposal, trust)));
    text
}
