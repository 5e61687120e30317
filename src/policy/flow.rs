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
use crate::capsule::tool_spec::{SideEffect, Touch};
use crate::label::{Confidentiality, Integrity, Label};
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
    action.leaves() == SideEffect::None || !is_untrusted(&situation.control) || asked::asks_for(request, action.name())
}

/// Untrusted ∧ private ∧ out to a place that is no reader: never. A secret leaves only for its readers.
fn leaks(action: &Action, situation: &Situation) -> Vec<String> {
    let mut data = action.label().clone();
    data.join(&situation.control);
    let is_private = match data.confidentiality {
        Confidentiality::Public | Confidentiality::Unstated => false,
        Confidentiality::Private => is_untrusted(&data),
        Confidentiality::Secret => true,
    };
    if !action.sends() || !is_private {
        return Vec::new();
    }
    let what = match data.confidentiality {
        Confidentiality::Secret => "a secret",
        _ => "what is private",
    };
    let destinations: Vec<&Aim> = action.aims().iter().filter(|aim| aim.touch.is_destination()).collect();
    let is_secret = data.confidentiality == Confidentiality::Secret;
    if destinations.is_empty() && (is_secret || data.readers.is_some()) {
        let name = quoted(action.name());
        let origins = origins(&data);
        return vec![format!(
            "{name} would send {what} out of this machine, to a place it does not name: {what} comes from {origins}"
        )];
    }
    let strange = destinations.into_iter().filter(|aim| match &data.readers {
        Some(readers) => !readers.iter().any(|reader| is_reader(reader, aim)),
        None => is_secret || is_untrusted(&aim.label),
    });
    strange
        .map(|aim| {
            let (kind, value) = (aim.touch.name(), quoted(&aim.value));
            let chosen = if is_untrusted(&aim.label) {
                format!(", which {} chose", origins(&aim.label))
            } else {
                String::new()
            };
            let from = origins(&data);
            format!("{what} from {from} would go to the {kind} {value}{chosen}, which is none of its readers")
        })
        .collect()
}

/// Whether `reader`, a host, a domain or an address, is where `aim` leads.
fn is_reader(reader: &str, aim: &Aim) -> bool {
    let is_below = |host: &str| host == reader || host.strip_suffix(reader).is_some_and(|sub| sub.ends_with('.'));
    let value = aim.value.trim().to_lowercase();
    match aim.touch {
        Touch::Url | Touch::RemoteUrl => Destination::of(&value).is_ok_and(|(_, reached)| is_below(&reached.host)),
        _ => value == reader || value.rsplit_once('@').is_some_and(|(_, host)| is_below(host)),
    }
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
