//! What a rule is about: places, hosts and tools, each in the form that an action has.

use serde_saphyr::Spanned;

use super::super::rule::{Deeds, Hosts, Place, Scope};
use super::{Malformed, WrittenRule, at, shown};
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::SideEffect;
use crate::net::Destination;

/// What a rule is about.
pub(super) fn scope(rule: &WrittenRule) -> Result<Scope, Malformed> {
    let access = &rule.access;
    if access.value == "egress" {
        return egress(rule).map(Scope::Egress);
    }
    if access.value == "act" {
        return deeds(rule).map(Scope::Act);
    }
    if let Some(tools) = &rule.tools {
        return Err(at(tools, only_act("tools")));
    }
    if let Some(leaves) = &rule.leaves {
        return Err(at(leaves, only_act("leaves")));
    }
    if let Some(hosts) = rule.hosts.as_ref().or(rule.except.as_ref()) {
        return Err(at(
            hosts,
            format!(
                "{} reaches no host, so `hosts` and `except` could never match",
                shown(&access.value)
            ),
        ));
    }
    match (access.value.as_str(), &rule.within) {
        ("read", Some(within)) => Ok(Scope::Read(place(within)?)),
        ("write", Some(within)) => Ok(Scope::Write(place(within)?)),
        (name @ ("read" | "write"), None) => Err(at(
            access,
            format!("`{name}` needs `within`: `workspace`, or `workspace/SUB` for a part of it"),
        )),
        ("artifact", None) => Ok(Scope::Artifact),
        ("infer", None) => Ok(Scope::Infer),
        ("compute", None) => Ok(Scope::Compute),
        ("endorse", None) => Ok(Scope::Endorse),
        (name @ ("artifact" | "infer" | "compute" | "endorse"), Some(within)) => Err(at(
            within,
            format!("`{name}` has no place, so `within` could never match"),
        )),
        (other, _) => Err(at(
            access,
            format!(
                "nothing an action does is called {}; an access is `read`, `write`, `artifact`, `infer`, `compute`, \
                 `endorse`, `egress` or `act`",
                shown(other)
            ),
        )),
    }
}

fn only_act(key: &str) -> String {
    format!("only a rule with access `act` has `{key}`")
}

/// What tools do: which of them, and what that leaves behind.
fn deeds(rule: &WrittenRule) -> Result<Deeds, Malformed> {
    if let Some(within) = &rule.within {
        return Err(at(
            within,
            "`act` has no place, so `within` could never match".to_owned(),
        ));
    }
    if let Some(hosts) = rule.hosts.as_ref().or(rule.except.as_ref()) {
        return Err(at(hosts, "`act` names tools, not hosts".to_owned()));
    }
    let needed = "`act` needs `tools`: a list such as `[mail.send, \"calendar.*\"]`, or `[\"*\"]` for all";
    let tools = match &rule.tools {
        Some(written) if !written.value.is_empty() => written.value.iter().map(pattern).collect::<Result<_, _>>()?,
        Some(written) => return Err(at(written, needed.to_owned())),
        None => return Err(at(&rule.access, needed.to_owned())),
    };
    let every = vec![SideEffect::None, SideEffect::Reversible, SideEffect::Irreversible];
    let leaves = match &rule.leaves {
        None => every,
        Some(written) => written.value.iter().map(side_effect).collect::<Result<_, _>>()?,
    };
    Ok(Deeds { tools, leaves })
}

/// The name of an action, or the beginning of names and `*`.
fn pattern(written: &Spanned<String>) -> Result<String, Malformed> {
    let text = &written.value;
    let stem = text.strip_suffix('*').unwrap_or(text);
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    if text.is_empty() || text.len() > 128 || !stem.chars().all(plain) {
        let message = format!(
            "{} is no name of an action such as `mail.send`, `mail.*` or `*`",
            shown(text)
        );
        return Err(at(written, message));
    }
    Ok(text.clone())
}

fn side_effect(written: &Spanned<String>) -> Result<SideEffect, Malformed> {
    match written.value.as_str() {
        "none" => Ok(SideEffect::None),
        "reversible" => Ok(SideEffect::Reversible),
        "irreversible" => Ok(SideEffect::Irreversible),
        other => Err(at(
            written,
            format!(
                "an action leaves `none`, `reversible` or `irreversible`, not {}",
                shown(other)
            ),
        )),
    }
}

fn egress(rule: &WrittenRule) -> Result<Hosts, Malformed> {
    if let Some(tools) = rule.tools.as_ref().or(rule.leaves.as_ref()) {
        return Err(at(tools, only_act("tools` and `leaves")));
    }
    if let Some(within) = &rule.within {
        return Err(at(
            within,
            "`egress` has no place, so `within` could never match".to_owned(),
        ));
    }
    let needed = "`egress` needs `hosts`: a list such as `[api.example.com, \"127.0.0.1:*\"]`, or `[\"*:*\"]` for all";
    match &rule.hosts {
        Some(written) if !written.value.is_empty() => Ok(Hosts {
            of: hosts(&written.value)?,
            except: rule
                .except
                .as_ref()
                .map_or(Ok(Vec::new()), |except| hosts(&except.value))?,
        }),
        Some(written) => Err(at(written, needed.to_owned())),
        None => Err(at(&rule.access, needed.to_owned())),
    }
}

fn hosts(written: &[Spanned<String>]) -> Result<Vec<HostPattern>, Malformed> {
    written.iter().map(host).collect()
}

/// One pattern, in the form that an action's host has: in another one it would never match.
fn host(written: &Spanned<String>) -> Result<HostPattern, Malformed> {
    let pattern = HostPattern::parse(&written.value).map_err(|error| at(written, error.to_string()))?;
    let text = pattern.to_string();
    let text = text.strip_suffix(":*").unwrap_or(&text);
    // What `*` stands for is any name; a letter is one.
    let example = format!("http://{}/", text.replacen('*', "a", 1));
    let reached = Destination::of(&example).map(|(_, reached)| reached);
    match reached {
        Ok(reached) if pattern.matches(&reached.host, reached.port) => Ok(pattern),
        Ok(reached) => Err(at(
            written,
            format!(
                "no action reaches a host of this form; {} is the host `{}`",
                shown(text),
                reached.host
            ),
        )),
        Err(error) => Err(at(written, format!("no action reaches {}: {error}", shown(text)))),
    }
}

fn place(within: &Spanned<String>) -> Result<Place, Malformed> {
    Place::parse(&within.value).ok_or_else(|| {
        at(
            within,
            format!(
                "no action reaches {}; a place is `workspace`, or `workspace/SUB` without `.` and `..`",
                shown(&within.value)
            ),
        )
    })
}
