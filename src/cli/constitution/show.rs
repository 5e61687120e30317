//! `somagent constitution show`.

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::super::{Context, engine, table};
use super::{ACTIVE, draft, needed, recorded, text_of};
use crate::engine::house::House;
use crate::engine::open;
use crate::exit::Exit;
use crate::policy::constitution::{Examination, Signer};
use crate::policy::{Decision, Outline, Shipped};

/// Show the constitution in force: articles, rules in words, the score, and who signed it
///
/// With a name, one that comes with this build: developer, production, enterprise or locked.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// `active`, the name of a shipped one, or a file
    #[arg(value_name = "NAME", default_value = ACTIVE)]
    name: String,
    /// Print its text; that of a shipped one with a version above the one in force, as `propose` takes it
    #[arg(long)]
    text: bool,
}

/// Runs the command.
///
/// # Errors
/// The one in force does not hold, or there is none of this name.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let house = recorded(context)?;
    if args.text {
        output.data(text(args, context, house.as_ref())?.as_bytes())?;
        return Ok(Exit::Succeeded);
    }
    let active = house.as_ref().filter(|_| args.name == ACTIVE);
    if let Some(reader) = engine::reader(context)?.filter(|_| active.is_some()) {
        // What does not hold is in force for nobody.
        open::standing_law(&context.home, &reader)?;
    }
    let (name, signers) = match active {
        Some(house) => {
            let home = &context.home;
            let (text, signatures) = (home.constitution(), home.constitution_signature());
            let examination = Examination::of(&text, &signatures, &open::trusted(house)?)?;
            (ACTIVE, Some((examination.signers, needed(house))))
        }
        None if args.name == ACTIVE => {
            output.say("there is no store yet: this is the constitution that a new one begins with");
            ("developer", None)
        }
        None => (args.name.as_str(), None),
    };
    let outline = draft(&text_of(name, context)?, name)?.outline();
    let says = Shipped::named(name).map(|shipped| shipped.says);
    match output.format() {
        Format::Table => output.text(&harmless(&shown(&outline, signers.as_ref(), says)))?,
        Format::Json | Format::Jsonl => output.json(&data(&outline, signers.as_ref(), active))?,
    }
    Ok(Exit::Succeeded)
}

/// A text as it is; a shipped one is made to follow the one in force.
fn text(args: &Args, context: &Context, house: Option<&House>) -> Result<String, Failure> {
    let active = house.and_then(|house| house.active.as_ref());
    match (Shipped::named(&args.name), active) {
        (Some(shipped), Some(active)) => Ok(shipped.at_version(active.version.saturating_add(1))),
        (None, None) if args.name == ACTIVE => text_of("developer", context),
        (Some(_) | None, _) => text_of(&args.name, context),
    }
}

fn data(outline: &Outline, signers: Option<&(Vec<Signer>, u32)>, house: Option<&House>) -> Value {
    let mut data = json!(outline);
    data["v"] = json!(1);
    data["active"] = json!(house.is_some());
    let signed = signers.map(|(signers, _)| {
        let signers = signers.iter();
        signers
            .map(|signer| json!({"key": signer.key, "trusted": signer.is_trusted}))
            .collect::<Vec<_>>()
    });
    data["signers"] = json!(signed);
    data["needed"] = json!(signers.map(|(_, needed)| needed));
    let proposed = house.and_then(|house| house.proposed.as_ref()).map(|proposal| {
        json!({
            "version": proposal.what.version, "digest": proposal.what.digest, "by": proposal.what.by,
            "signatures": proposal.signatures.len(),
        })
    });
    data["proposed"] = json!(proposed);
    data
}

fn shown(outline: &Outline, signers: Option<&(Vec<Signer>, u32)>, says: Option<&str>) -> String {
    let mut text = format!("{}\n", outline.title);
    if let Some(says) = says {
        text.push_str(&format!("for       {says}\n"));
    }
    text.push_str(&format!(
        "version   {}\ndigest    {}\n",
        outline.version, outline.digest
    ));
    match signers {
        None => text.push_str("signed    by nobody here: it is not in force\n"),
        Some((signers, needed)) => {
            for signer in signers {
                let trusted = if signer.is_trusted { "trusted" } else { "a stranger" };
                text.push_str(&format!("signed    {}  {trusted}\n", signer.key));
            }
            text.push_str(&format!("needed    {needed} by trusted keys\n"));
        }
    }
    for article in &outline.articles {
        text.push_str(&format!("\n{}  {}\n", article.id, article.text.trim_end()));
    }
    let rules = outline.rules.iter().map(|rule| {
        let reason = rule
            .reason
            .as_ref()
            .map_or_else(String::new, |reason| format!(": {reason}"));
        let decision = match rule.decision {
            Decision::Allow => "allow",
            Decision::Ask => "ask",
            Decision::Deny => "deny",
        };
        let says = format!("{}{reason}", rule.says);
        [decision.to_owned(), rule.article.clone(), rule.id.clone(), says]
    });
    let rules: Vec<[String; 4]> = rules.collect();
    text.push_str(&format!(
        "\n{}what no rule speaks about is denied\n",
        table::columns(&rules)
    ));
    if let Some(score) = &outline.score {
        let weights = score.weights.iter();
        let weights: Vec<String> = weights
            .map(|weight| format!("{} {}", weight.feature.name(), weight.weight))
            .collect();
        text.push_str(&format!(
            "\nscore     {} asks below {} of {}: {}\n",
            score.article,
            score.threshold,
            score.best,
            weights.join(", ")
        ));
    }
    if let Some(opa) = &outline.opa {
        text.push_str(&format!(
            "opa       {} {} (unverified: tried against no OPA server)\n",
            opa.article, opa.says
        ));
    }
    if let Some(flow) = &outline.flow {
        text.push_str(&format!(
            "flow      {flow} is why untrusted arguments are asked about\n"
        ));
    }
    if let Some(rego) = &outline.rego {
        let names = rego.names.join(", ");
        text.push_str(&format!(
            "rego      {} denies and asks about more: {names}\n",
            rego.article
        ));
    }
    for known in &outline.remembered {
        text.push_str(&format!("known     {known}\n"));
    }
    text
}
