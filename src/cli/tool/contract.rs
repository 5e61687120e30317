//! A contract in words: what an action takes, does, leaves behind and gives.

use crate::capsule::tool_spec::{ActionSpec, EffectClass, OutputTrust, SideEffect, Touch};
use crate::label::Integrity;

/// What a repetition would do, in a word.
pub(in crate::cli) fn effect(effect: EffectClass) -> &'static str {
    match effect {
        EffectClass::None => "none",
        EffectClass::Idempotent => "idempotent",
        EffectClass::Keyed => "keyed",
        EffectClass::External => "external",
    }
}

/// What it leaves behind, in a word.
pub(in crate::cli) fn leaves(action: &ActionSpec) -> &'static str {
    match action.leaves(action.effect) {
        SideEffect::None => "nothing",
        SideEffect::Reversible => "reversible",
        SideEffect::Irreversible => "irreversible",
    }
}

/// What it touches, in a few words: `reads path, reaches url`.
pub(in crate::cli) fn touches(action: &ActionSpec) -> String {
    let mut words: Vec<String> = Vec::new();
    for sink in &action.sinks {
        let verb = match sink.touch {
            Touch::ReadPath => "reads",
            Touch::WritePath => "writes",
            Touch::WriteArtifact => "writes artifact",
            // Where nothing is there, nobody is lent one.
            Touch::Infer if sink.param.starts_with('/') => "may ask a model that is lent by",
            Touch::Infer => "asks a model",
            Touch::Url | Touch::RemoteUrl => "reaches",
            Touch::Recipient => "gives to",
            Touch::RemotePath | Touch::Id => "acts on",
            Touch::Amount => "as much as",
            Touch::Command => "executes",
        };
        let word = format!("{verb} `{}`", plain(&sink.param));
        if !words.contains(&word) {
            words.push(word);
        }
    }
    for fixed in &action.always {
        let verb = match fixed.touch {
            Touch::WritePath => "may write",
            Touch::Url => "may reach",
            _ => "may read",
        };
        words.push(format!("{verb} `{}`", plain(&fixed.value)));
    }
    match (
        words.is_empty(),
        action.side_effect.is_some() || action.egress.is_some(),
    ) {
        (true, false) => "only computes".to_owned(),
        (true, true) => "nothing that an argument names".to_owned(),
        (false, _) => words.join(", "),
    }
}

/// A name as one word of a line: a server may have written it.
pub(super) fn plain(name: &str) -> String {
    name.chars().take(80).flat_map(char::escape_debug).collect()
}

/// Sentences about what a repetition does, what it reaches and how its output is believed.
pub(in crate::cli) fn sentences(action: &ActionSpec) -> Vec<String> {
    let mut said = vec![
        match action.effect {
            EffectClass::None => "It changes nothing, so it may always run again.".to_owned(),
            EffectClass::Idempotent => "Running it twice leaves what running it once leaves.".to_owned(),
            EffectClass::Keyed => "The other side drops a repetition that carries the same key.".to_owned(),
            EffectClass::External => {
                "A repetition is a second effect: interrupted, it is in doubt until it was looked into.".to_owned()
            }
        },
        format!("It {}.", touches(action)),
        match action.sends() {
            true => "Its arguments leave this machine.".to_owned(),
            false => "Nothing of it leaves this machine.".to_owned(),
        },
    ];
    if action.weakest < action.effect {
        said.push(format!(
            "A capsule that knows better may declare an effect down to `{}`.",
            effect(action.weakest)
        ));
    }
    said.push(match action.trust {
        OutputTrust::Arguments => "Its output is as trustworthy as its arguments.".to_owned(),
        OutputTrust::World => {
            let trusted = action
                .field_trust
                .iter()
                .filter(|(_, integrity)| **integrity == Integrity::Trusted);
            let trusted: Vec<String> = trusted.map(|(at, _)| format!("`{at}`")).collect();
            match trusted.is_empty() {
                true => "Its output is data of the world: untrusted.".to_owned(),
                false => format!(
                    "Its output is data of the world: untrusted, but for {}.",
                    trusted.join(", ")
                ),
            }
        }
    });
    said
}
