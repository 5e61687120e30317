//! Which servers there are: a file of their own, in TOML.
//!
//! ```toml
//! [servers.files]
//! command = "mcp-server-filesystem"
//! args = ["${workspace}"]
//! read = ["${workspace}"]
//!
//! [servers.tracker]
//! url = "https://tracker.example/mcp"
//! headers = { Authorization = "Bearer ${env:TRACKER_TOKEN}" }
//! tools = { deny = ["delete_*"] }
//! ```
//!
//! A secret is named, never written: `${env:NAME}`, or a whole value `secret://…`. Resolves nothing by itself and
//! reads no environment: the values come in as a function.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::limits::Limits;
use super::secrets::looks_secret;
use super::shape::shown;
use crate::capsule::tool_spec::{EffectClass, SideEffect};
use crate::net::web;

/// The servers of a file, by name.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Servers {
    /// What follows `servers.`.
    #[serde(default)]
    pub servers: BTreeMap<String, ServerConfig>,
}

/// One server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// The program, which is found as a shell finds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Setting>,
    /// Its arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<Setting>,
    /// Its environment; nothing of this program's own is passed on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, Setting>,
    /// The directory in which it runs; the workspace when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<Setting>,
    /// The address, where it is no program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Setting>,
    /// What is sent with every request to the address.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Setting>,
    /// Whether it is used.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// How long a call may take, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// The version of the protocol that it is known to speak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// Which of its tools are used.
    #[serde(default, skip_serializing_if = "Tools::is_all")]
    pub tools: Tools,
    /// What is known of its tools, by the server's name of each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub known: BTreeMap<String, Loosened>,
    /// Whether the program is confined.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub sandbox: bool,
    /// The hosts that a confined program may reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// The paths that a confined program may read, beside what programs need.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<Setting>,
    /// The paths that a confined program may write.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub write: Vec<Setting>,
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_yes(yes: &bool) -> bool {
    *yes
}

/// Which tools of a server are used: those that `allow` names, or all, without those that `deny` names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tools {
    /// Names, in which `*` stands for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow: Option<Vec<String>>,
    /// Names, in which `*` stands for anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<String>,
}

impl Tools {
    fn is_all(&self) -> bool {
        self.allow.is_none() && self.deny.is_empty()
    }

    /// Whether a tool is used.
    pub fn allows(&self, tool: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| is_like(tool, pattern));
        self.allow.as_deref().is_none_or(any) && !any(&self.deny)
    }
}

fn is_like(name: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    let Some(_) = parts.peek() else {
        return rest.is_empty();
    };
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

/// What the user knows of a tool, instead of what it might do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loosened {
    /// The effect of a repetition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<EffectClass>,
    /// What it leaves behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side_effect: Option<SideEffect>,
    /// Whether its arguments leave this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub egress: Option<bool>,
}

/// A text of a configuration in which values are named.
///
/// `${env:NAME}`, `${input:NAME}`, `${workspace}`, or as a whole `secret://…`; `${env:NAME:-else}` where there may be
/// none. A literal that looks like a secret is not shown when it is debugged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Setting(String);

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A variable of the environment.
    Env(String),
    /// A value that the user is asked for.
    Input(String),
    /// A secret, by its address.
    Secret(String),
    /// The directory of the workspace.
    Workspace,
}

enum Part<'a> {
    Text(&'a str),
    Named(Place, Option<&'a str>),
    Unknown(&'a str),
}

impl Setting {
    /// A text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as it is written.
    pub fn as_written(&self) -> &str {
        &self.0
    }

    /// The values that it names.
    pub fn places(&self) -> Vec<Place> {
        let named = self.parts().into_iter().filter_map(|part| match part {
            Part::Named(place, _) => Some(place),
            Part::Text(_) | Part::Unknown(_) => None,
        });
        named.collect()
    }

    /// What it says once its values are there.
    ///
    /// # Errors
    /// The place of the first value that is not there, as it is written.
    pub fn resolve(&self, value: impl Fn(&Place) -> Option<String>) -> Result<String, String> {
        let mut text = String::new();
        for part in self.parts() {
            match part {
                Part::Text(piece) => text.push_str(piece),
                Part::Unknown(written) => return Err(written.to_owned()),
                Part::Named(place, fallback) => match value(&place).or_else(|| fallback.map(str::to_owned)) {
                    Some(value) => text.push_str(&value),
                    None => return Err(place.to_string()),
                },
            }
        }
        Ok(text)
    }

    /// Whether it is written out and looks like a secret, as the value of `name`.
    pub fn is_secret(&self, name: &str) -> bool {
        self.places().is_empty() && looks_secret(name, &self.0)
    }

    /// What of it is named in a way that is not known.
    pub(crate) fn unknown(&self) -> Option<&str> {
        self.parts().into_iter().find_map(|part| match part {
            Part::Unknown(written) => Some(written),
            Part::Text(_) | Part::Named(_, _) => None,
        })
    }

    fn parts(&self) -> Vec<Part<'_>> {
        if self.0.starts_with("secret://") {
            return vec![Part::Named(Place::Secret(self.0.clone()), None)];
        }
        let mut parts = Vec::new();
        let mut rest = self.0.as_str();
        while let Some((text, after)) = rest.split_once("${") {
            parts.push(Part::Text(text));
            let Some((name, after)) = after.split_once('}') else {
                parts.push(Part::Unknown(&rest[text.len()..]));
                return parts;
            };
            let (name, fallback) = match name.split_once(":-") {
                Some((name, fallback)) => (name, Some(fallback)),
                None => (name, None),
            };
            parts.push(match name.split_once(':') {
                Some(("env", name)) => Part::Named(Place::Env(name.to_owned()), fallback),
                Some(("input", name)) => Part::Named(Place::Input(name.to_owned()), fallback),
                None if name == "workspace" => Part::Named(Place::Workspace, fallback),
                Some(_) | None => Part::Unknown(&rest[text.len()..rest.len() - after.len()]),
            });
            rest = after;
        }
        parts.push(Part::Text(rest));
        parts
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "${{env:{name}}}"),
            Self::Input(name) => write!(f, "${{input:{name}}}"),
            Self::Secret(address) => f.write_str(address),
            Self::Workspace => f.write_str("${workspace}"),
        }
    }
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_secret("") {
            f.write_str("\"…\"")
        } else {
            write!(f, "{:?}", self.0)
        }
    }
}

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// As a program, over pipes.
    Stdio,
    /// At an address.
    Http,
}

/// What is said with a request to an address, once its values are there.
pub type Auth = web::header::HeaderMap;

/// Why a configuration is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("line {line}: {why}")]
    Unreadable {
        /// From 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// A server's name cannot be the name of a tool.
    #[error("`{name}` is no name of a server: use up to 64 of a-z, 0-9, `_` and `-`")]
    Name {
        /// The name, escaped and cut.
        name: String,
    },
    /// A server is described in a way that cannot be meant.
    #[error("server `{server}`: {why}")]
    Server {
        /// Its name.
        server: String,
        /// What is wrong, and what was expected.
        why: String,
    },
}

impl Servers {
    /// Reads a file's text.
    ///
    /// # Errors
    /// It is no TOML of this shape, or a server in it cannot be meant.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let servers: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start.min(text.len()));
            // The library shows the line, which may hold a secret.
            ConfigError::Unreadable {
                line: text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1,
                why: shown(error.message(), 300),
            }
        })?;
        for (name, server) in &servers.servers {
            server.check(name)?;
        }
        Ok(servers)
    }

    /// The text of a file that says this.
    ///
    /// # Errors
    /// A value cannot be written as TOML.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }
}

/// Whether servers can be called this: it is the name of a tool.
pub fn is_name(name: &str) -> bool {
    let allowed = |character: char| {
        character.is_ascii_lowercase() || character.is_ascii_digit() || matches!(character, '_' | '-')
    };
    (1..=64).contains(&name.len()) && name.chars().all(allowed)
}

impl ServerConfig {
    /// A server that is a program.
    pub fn program(command: impl Into<String>) -> Self {
        Self {
            command: Some(Setting::new(command)),
            args: Vec::new(),
            env: BTreeMap::new(),
            cwd: None,
            url: None,
            headers: BTreeMap::new(),
            enabled: true,
            timeout_ms: None,
            protocol: None,
            tools: Tools::default(),
            known: BTreeMap::new(),
            sandbox: true,
            hosts: Vec::new(),
            read: Vec::new(),
            write: Vec::new(),
        }
    }

    /// A server at an address.
    pub fn address(url: impl Into<String>) -> Self {
        Self {
            url: Some(Setting::new(url)),
            command: None,
            ..Self::program("")
        }
    }

    /// How it is spoken to.
    pub fn transport(&self) -> Transport {
        if self.url.is_some() {
            Transport::Http
        } else {
            Transport::Stdio
        }
    }

    /// The limits with what it says of them.
    pub fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        if let Some(milliseconds) = self.timeout_ms {
            limits.call = std::time::Duration::from_millis(milliseconds);
        }
        limits
    }

    /// Its headers, once their values are there.
    ///
    /// # Errors
    /// A value is not there, or is none that a header can have.
    pub fn auth(&self, value: impl Fn(&Place) -> Option<String>) -> Result<Auth, String> {
        let mut headers = Auth::new();
        for (name, setting) in &self.headers {
            let wrong = || format!("the header `{}` cannot be sent", shown(name, 80));
            let text = setting
                .resolve(&value)
                .map_err(|place| format!("`{place}` has no value"))?;
            let name: web::header::HeaderName = name.parse().map_err(|_| wrong())?;
            let mut value = web::header::HeaderValue::from_str(&text).map_err(|_| wrong())?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(headers)
    }

    fn check(&self, name: &str) -> Result<(), ConfigError> {
        if !is_name(name) {
            return Err(ConfigError::Name { name: shown(name, 80) });
        }
        let wrong = |why: &str| {
            Err(ConfigError::Server {
                server: name.to_owned(),
                why: why.to_owned(),
            })
        };
        match (&self.command, &self.url) {
            (Some(_), Some(_)) => return wrong("it has both a `command` and a `url`: use one"),
            (None, None) => return wrong("it has neither a `command` nor a `url`: use one"),
            (Some(_), None) if !self.headers.is_empty() => return wrong("`headers` go with a `url`"),
            (None, Some(_)) if self.is_programs() => {
                return wrong("`args`, `env`, `cwd`, `hosts`, `read` and `write` go with a `command`");
            }
            (Some(_), None) | (None, Some(_)) => {}
        }
        if self.timeout_ms == Some(0) {
            return wrong("`timeout_ms` is 0: use at least 1");
        }
        let has_bounds = !(self.hosts.is_empty() && self.read.is_empty() && self.write.is_empty());
        if has_bounds && !self.sandbox {
            return wrong("`hosts`, `read` and `write` bound the sandbox, and `sandbox` is false");
        }
        for header in self.headers.keys() {
            if header.parse::<web::header::HeaderName>().is_err() {
                return wrong("a name in `headers` is none of a header");
            }
        }
        // One that is not used may wait to be written anew.
        if self.enabled
            && let Some(written) = self.settings().find_map(Setting::unknown)
        {
            let why = format!(
                "`{}` names no value: use ${{env:NAME}}, ${{input:NAME}} or ${{workspace}}",
                shown(written, 80)
            );
            return wrong(&why);
        }
        Ok(())
    }

    fn is_programs(&self) -> bool {
        let has_paths = !(self.hosts.is_empty() && self.read.is_empty() && self.write.is_empty());
        !self.args.is_empty() || !self.env.is_empty() || self.cwd.is_some() || has_paths
    }

    /// All its texts in which values may be named.
    pub fn settings(&self) -> impl Iterator<Item = &Setting> {
        let single = [&self.command, &self.cwd, &self.url].into_iter().flatten();
        let listed = self.args.iter().chain(&self.read).chain(&self.write);
        single
            .chain(listed)
            .chain(self.env.values())
            .chain(self.headers.values())
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
