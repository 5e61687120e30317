//! Information flow: what untrusted text may aim, and where what is not public may go.
//!
//! Whatever a tool, a page, a file or a model said is data. It may fill a message; it may not choose whom the message
//! goes to, what is paid, which file is written, or that anything is done at all. These rules hold under every
//! constitution: one can only name the article they serve.
//!
//! After Denning, "A lattice model of secure information flow" (1976), and the integrity half of it for agents: Costa
//! et al., "Securing AI agents with information-flow control" (2025).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::action::{Action, Aim, Carried, Situation};
use super::asked;
use super::law::quoted;
use super::verdict::{Decision, Reason};
use crate::capsule::tool_spec::SideEffect;
use crate::label::{Confidentiality, Integrity, Label, leaves};
use crate::net::Destination;

/// The most places a reason names.
const MOST_ORIGINS: usize = 3;

/// An argument that somebody untrusted chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tainted {
    /// Where it stands in the arguments: a JSON pointer.
    pub at: String,
    /// What it decides: `recipient`, `url`, `path`, `id`, `amount`, `command`.
    pub kind: String,
    /// What it says, cut.
    pub value: String,
    /// Where it came from.
    pub origins: BTreeSet<String>,
}

/// What information flow says of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flow {
    pub(super) decision: Decision,
    pub(super) because: Vec<Reason>,
    pub(super) tainted: Vec<Tainted>,
}

/// Judges where the arguments of `action` come from and where they go.
pub(super) fn judge(action: &Action, situation: &Situation, article: Option<&str>) -> Flow {
    let suspects: Vec<&Aim> = action.aims().iter().filter(|aim| is_untrusted(&aim.label)).collect();
    let aimed = suspects.iter().map(|aim| tainted(aim));
    let tainted = aimed.chain(action.carried().iter().map(taken)).collect();
    let denied: Vec<String> = leaks(action, situation);
    let (decision, texts) = if denied.is_empty() {
        let asked: Vec<String> = misled(action, situation, &suspects)
            .into_iter()
            .chain(doubtful(action, situation))
            .chain(unasked(action, situation))
            .chain(carried(action))
            .chain(led(action, situation))
            .collect();
        let decision = if asked.is_empty() {
            Decision::Allow
        } else {
            Decision::Ask
        };
        (decision, asked)
    } else {
        (Decision::Deny, denied)
    };
    let because = texts.into_iter().map(|text| Reason {
        rule: None,
        article: article.map(str::to_owned),
        text,
    });
    Flow {
        decision,
        because: because.collect(),
        tainted,
    }
}

/// Whether somebody trusted asked for `action`: the capsule that names it, or the words of the request.
///
/// Where nothing untrusted was read, the model only had the request to go by.
pub(super) fn is_asked_for(action: &Action, situation: &Situation) -> bool {
    let Some(request) = &situation.request else {
        return true;
    };
    let call = || asked::Call {
        action: action.name(),
        args: action.args(),
        aims: action.aims().iter().map(|aim| aim.value.as_str()).collect(),
        has_chosen: action
            .aims()
            .iter()
            .any(|aim| asked::is_thing(aim.touch) && !is_untrusted(&aim.label)),
    };
    action.leaves() == SideEffect::None || !is_untrusted(&situation.control) || asked::asks_for(request, &call())
}

/// What would leave with an action, of what may not go everywhere: its label, and what people call it.
fn guarded(action: &Action, situation: &Situation) -> Option<(Label, &'static str)> {
    let data = action.label().clone().joined(&situation.control);
    let what = match data.confidentiality {
        Confidentiality::Public | Confidentiality::Unstated => return None,
        Confidentiality::Private if is_untrusted(&data) => "what is private",
        Confidentiality::Private => return None,
        Confidentiality::Secret => "a secret",
    };
    (action.sends() && !only_follows(action)).then_some((data, what))
}

/// Whether all that it takes along is an address as it stood in a text, to look at what is there: whoever wrote the
/// text knows the address already.
fn only_follows(action: &Action) -> bool {
    action.leaves() == SideEffect::None
        && action.aims().iter().all(|aim| aim.is_quoted)
        && leaves(action.args()).len() == action.aims().len()
}

/// Untrusted ∧ private ∧ out to a host that is no reader: never. A secret leaves only for its readers.
fn leaks(action: &Action, situation: &Situation) -> Vec<String> {
    let Some((data, what)) = guarded(action, situation) else {
        return Vec::new();
    };
    let is_secret = data.confidentiality == Confidentiality::Secret;
    let destinations: Vec<&Aim> = destinations(action).collect();
    if destinations.is_empty() && is_secret {
        return vec![unnamed(action, &data, what)];
    }
    let strange = destinations.into_iter().filter(|aim| match (&data.readers, host(aim)) {
        (Some(readers), Some(_)) => !is_among(readers, aim),
        (Some(readers), None) => is_secret && !is_among(readers, aim),
        (None, _) => is_secret || (aim.touch.is_url() && is_untrusted(&aim.label)),
    });
    strange.map(|aim| stray(aim, &data, what)).collect()
}

/// What is private and goes where nobody can say whether a reader is: to be looked at.
fn doubtful(action: &Action, situation: &Situation) -> Vec<String> {
    let Some((data, what)) = guarded(action, situation) else {
        return Vec::new();
    };
    let Some(readers) = &data.readers else {
        return Vec::new();
    };
    let destinations: Vec<&Aim> = destinations(action).collect();
    if destinations.is_empty() {
        return vec![unnamed(action, &data, what)];
    }
    // A name without a host is one that the tool knows: whoever is trusted and gave it, chose its reader.
    let strange = destinations
        .into_iter()
        .filter(|aim| !is_among(readers, aim) && (host(aim).is_some() || is_untrusted(&aim.label)));
    strange.map(|aim| stray(aim, &data, what)).collect()
}

fn destinations(action: &Action) -> impl Iterator<Item = &Aim> {
    action.aims().iter().filter(|aim| aim.touch.is_destination())
}

fn unnamed(action: &Action, data: &Label, what: &str) -> String {
    let (name, origins) = (quoted(action.name()), origins(data));
    format!("{name} would send {what} out of this machine, to a place it does not name: {what} comes from {origins}")
}

fn stray(aim: &Aim, data: &Label, what: &str) -> String {
    let (kind, value, from) = (aim.touch.name(), quoted(&aim.value), origins(data));
    let chosen = if is_untrusted(&aim.label) {
        format!(", which {} chose", origins(&aim.label))
    } else {
        String::new()
    };
    format!("{what} from {from} would go to the {kind} {value}{chosen}, which is none of its readers")
}

/// The host that a destination leads to, where its text tells.
fn host(aim: &Aim) -> Option<String> {
    let value = aim.value.trim().to_lowercase();
    if aim.touch.is_url() {
        return Destination::of(&value).ok().map(|(_, reached)| reached.host);
    }
    value.rsplit_once('@').map(|(_, host)| host.to_owned())
}

/// Whether one of `readers`, hosts, domains and addresses, is where `aim` leads.
fn is_among(readers: &BTreeSet<String>, aim: &Aim) -> bool {
    let (value, host) = (aim.value.trim().to_lowercase(), host(aim));
    readers.iter().any(|reader| {
        let reader = reader.to_lowercase();
        let is_below =
            |host: &String| *host == reader || host.strip_suffix(&reader).is_some_and(|before| before.ends_with('.'));
        value == reader || host.as_ref().is_some_and(is_below)
    })
}

/// What an untrusted text aims: to be looked at by a person.
fn misled(action: &Action, situation: &Situation, suspects: &[&Aim]) -> Vec<String> {
    let is_open = situation.request.is_some();
    suspects
        .iter()
        // Looking at what a listing named harms nobody; what a sentence told to look at is an instruction.
        .filter(|aim| acts(action) || (is_open && aim.is_quoted))
        .map(|aim| {
            let (kind, value, origins) = (aim.touch.name(), quoted(&aim.value), origins(&aim.label));
            format!("the {kind} {value} comes from {origins}, which nobody trusted vouches for")
        })
        .collect()
}

/// Whether it leaves anything behind, here or with somebody else.
fn acts(action: &Action) -> bool {
    let tells = action.sends() && action.label().confidentiality > Confidentiality::Public;
    action.leaves() != SideEffect::None || tells
}

/// What a message takes along that its reader or its sender may come to regret.
fn carried(action: &Action) -> Vec<String> {
    if !action.sends() || action.leaves() == SideEffect::None {
        return Vec::new();
    }
    let carried = action.carried().iter();
    carried
        .map(|carried| {
            let (kind, value) = (&carried.kind, quoted(&carried.value));
            format!("it takes the {kind} {value} along, which the request does not hold")
        })
        .collect()
}

/// What follows a call that an untrusted text led to.
fn led(action: &Action, situation: &Situation) -> Option<String> {
    let before = situation.misled.first().filter(|_| acts(action))?;
    let before = quoted(before);
    Some(format!(
        "{before} was called on the word of an untrusted text, and this follows it"
    ))
}

/// What was done although only an untrusted text can have asked for it.
fn unasked(action: &Action, situation: &Situation) -> Option<String> {
    (!is_asked_for(action, situation)).then(|| {
        let (name, origins) = (quoted(action.name()), origins(&situation.control));
        format!("the request does not ask for {name}, and {origins} was read before")
    })
}

fn is_untrusted(label: &Label) -> bool {
    label.integrity == Integrity::Untrusted
}

fn tainted(aim: &Aim) -> Tainted {
    Tainted {
        at: aim.at.clone(),
        kind: aim.touch.name().to_owned(),
        value: aim.value.chars().take(200).collect(),
        origins: aim.label.sources.clone(),
    }
}

fn taken(carried: &Carried) -> Tainted {
    Tainted {
        at: carried.at.clone(),
        kind: carried.kind.clone(),
        value: carried.value.chars().take(200).collect(),
        origins: carried.origins.clone(),
    }
}

/// The sources of a label, in words.
fn origins(label: &Label) -> String {
    let mut named: Vec<String> = label
        .sources
        .iter()
        .take(MOST_ORIGINS)
        .map(|source| quoted(source))
        .collect();
    let more = label.sources.len().saturating_sub(MOST_ORIGINS);
    if more > 0 {
        named.push(format!("{more} more"));
    }
    match named.split_last() {
        None => "somewhere unknown".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests;
