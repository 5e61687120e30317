//! Servers out of the files of other programs: `.mcp.json`, Claude Desktop and Claude Code, VS Code.
//!
//! What is understood is taken, and what is not is said. Nothing is allowed because another program allowed it, and a
//! program that is taken is confined to nothing until somebody says what it may reach. Never reads a file or a
//! variable, and never shows a value that looks like a secret.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::config::{ServerConfig, Setting, is_name};
use super::secrets::looks_secret;
use super::shape::shown;

/// The longest file that is read, in bytes. Claude Code keeps its history in the same file.
const BYTES: usize = 64 << 20;

/// What a file of another program says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imported {
    /// The servers that were understood.
    pub servers: Vec<Found>,
    /// What was not, or is to be looked at.
    pub remarks: Vec<Remark>,
}

/// A server of another program.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its name, as one of somagent's.
    pub name: String,
    /// The project that it is for, where it is for one.
    pub project: Option<String>,
    /// What it is.
    pub config: ServerConfig,
}

/// Something that was not taken over, or is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{server}`{}: {what}", if place.is_empty() { String::new() } else { format!(", `{place}`") })]
pub struct Remark {
    /// The server, as the file calls it, escaped.
    pub server: String,
    /// Where in it.
    pub place: String,
    /// What.
    pub what: String,
}

/// Reads the text of a file of another program.
///
/// # Errors
/// It is no JSON, too long, or says nothing of servers.
pub fn import(text: &str) -> Result<Imported, String> {
    if text.len() > BYTES {
        return Err(format!("the file is {} bytes long, and {BYTES} are read", text.len()));
    }
    let value: Value = serde_json::from_str(&plain(text)).map_err(|error| {
        // The library's message may show a value.
        format!("line {}, column {}: this is no JSON", error.line(), error.column())
    })?;
    let mut imported = Imported::default();
    let mut names = BTreeSet::new();
    let mut is_any = false;
    let places = [
        (value.get("mcpServers"), None),
        (value.get("servers"), None),
        (value.pointer("/mcp/servers"), None),
    ];
    let projects = value.get("projects").and_then(Value::as_object).into_iter().flatten();
    let projects = projects.map(|(path, project)| (project.get("mcpServers"), Some(path.clone())));
    for (servers, project) in places.into_iter().chain(projects) {
        let Some(servers) = servers.and_then(Value::as_object) else {
            continue;
        };
        is_any = true;
        for (name, entry) in servers {
            imported.take(name, entry, project.clone(), &mut names);
        }
    }
    if !is_any {
        return Err("it has no `mcpServers` and no `servers`".to_owned());
    }
    imported.inputs(value.get("inputs").or_else(|| value.pointer("/mcp/inputs")));
    Ok(imported)
}

impl Imported {
    fn take(&mut self, theirs: &str, entry: &Value, project: Option<String>, names: &mut BTreeSet<String>) {
        let server = shown(theirs, 80);
        let mut taking = Taking {
            server: server.clone(),
            remarks: Vec::new(),
        };
        let config = entry.as_object().and_then(|entry| taking.server(entry));
        if entry.as_object().is_none() {
            taking.say("", "it is no object, and not taken");
        }
        if let Some(config) = config {
            let name = unique(&named(theirs), names);
            if name != theirs {
                taking.say("", &format!("it is called `{name}` here"));
            }
            names.insert(name.clone());
            self.servers.push(Found { name, project, config });
        }
        self.remarks.append(&mut taking.remarks);
    }

    /// What VS Code asks its user for.
    fn inputs(&mut self, inputs: Option<&Value>) {
        for input in inputs.and_then(Value::as_array).into_iter().flatten() {
            let text = |name| input.get(name).and_then(Value::as_str).unwrap_or_default();
            let what = match (text("type"), input.get("password").and_then(Value::as_bool)) {
                ("promptString", Some(true)) => "it is a secret that is asked for: keep it as one, and name it",
                ("promptString" | "pickString", _) => "it is asked for: give it a value",
                ("command", _) => "it is what a command of an editor says, which is not run",
                (_, _) => "it is of a kind that is not known",
            };
            self.remarks.push(Remark {
                server: "inputs".to_owned(),
                place: format!("${{input:{}}}", shown(text("id"), 80)),
                what: what.to_owned(),
            });
        }
    }
}

struct Taking {
    server: String,
    remarks: Vec<Remark>,
}

impl Taking {
    fn say(&mut self, place: &str, what: &str) {
        self.remarks.push(Remark {
            server: self.server.clone(),
            place: shown(place, 80),
            what: what.to_owned(),
        });
    }

    fn server(&mut self, entry: &Map<String, Value>) -> Option<ServerConfig> {
        let kind = entry
            .get("type")
            .or_else(|| entry.get("transport"))
            .and_then(Value::as_str);
        let mut config = match (
            kind,
            entry.get("command"),
            entry.get("url").or_else(|| entry.get("serverUrl")),
        ) {
            (Some("sse"), _, _) => {
                self.say(
                    "type",
                    "it speaks `sse`, a transport of 2024 that is not spoken here: ask for its newer address",
                );
                return None;
            }
            (Some("ws" | "websocket"), _, _) => {
                self.say("type", "it speaks over a web socket, which is not spoken here");
                return None;
            }
            (Some("stdio") | None, Some(Value::String(command)), None) => {
                let mut config = ServerConfig::program("");
                config.command = Some(self.setting("command", command));
                config
            }
            (
                Some("http" | "streamable-http" | "streamableHttp" | "streamable_http") | None,
                None,
                Some(Value::String(url)),
            ) => {
                let mut config = ServerConfig::address("");
                if url
                    .split_once("://")
                    .is_some_and(|(_, rest)| rest.split('/').next().is_some_and(|host| host.contains('@')))
                {
                    self.say(
                        "url",
                        "its address carries a user or a password: move it to a header that names it",
                    );
                }
                config.url = Some(self.setting("url", url));
                config
            }
            (_, _, _) => {
                self.say(
                    "",
                    "it has neither a program nor an address that is understood, and is not taken",
                );
                return None;
            }
        };
        for (member, value) in entry {
            self.member(&mut config, member, value);
        }
        if config.url.is_none() {
            self.say(
                "",
                "it is confined to nothing: say what it may reach with `hosts`, `read` and `write`",
            );
        }
        let unknown: Vec<String> = config
            .settings()
            .filter_map(Setting::unknown)
            .map(|written| shown(written, 80))
            .collect();
        for written in unknown {
            self.say(
                &written,
                "it names a value in a way that is not known: the server is disabled until that is written anew",
            );
            config.enabled = false;
        }
        Some(config)
    }

    fn member(&mut self, config: &mut ServerConfig, member: &str, value: &Value) {
        let is_program = config.url.is_none();
        match (member, value) {
            ("command" | "url" | "serverUrl" | "type" | "transport", _) => {}
            ("args", Value::Array(args)) if is_program => {
                let mut flag = String::new();
                for (index, arg) in args.iter().enumerate() {
                    let Some(arg) = arg.as_str() else {
                        self.say(&format!("args/{index}"), "it is no text, and not taken");
                        continue;
                    };
                    let (name, text) = match arg.split_once('=') {
                        Some((name, text)) if name.starts_with('-') => (name, text),
                        Some(_) | None => (flag.as_str(), arg),
                    };
                    self.look(&format!("args/{index}"), name, text);
                    config.args.push(translated(arg));
                    flag = if arg.starts_with('-') && !arg.contains('=') {
                        arg.to_owned()
                    } else {
                        String::new()
                    };
                }
            }
            ("env", Value::Object(env)) if is_program => {
                for (name, value) in env {
                    if let Some(setting) = self.scalar(&format!("env/{name}"), name, value) {
                        config.env.insert(name.clone(), setting);
                    }
                }
            }
            ("headers", Value::Object(headers)) if !is_program => {
                for (name, value) in headers {
                    if let Some(setting) = self.scalar(&format!("headers/{name}"), name, value) {
                        config.headers.insert(name.clone(), setting);
                    }
                }
            }
            ("cwd", Value::String(cwd)) if is_program => config.cwd = Some(self.setting("cwd", cwd)),
            ("disabled", Value::Bool(disabled)) => config.enabled = !disabled,
            ("enabled", Value::Bool(enabled)) => config.enabled = *enabled,
            ("timeout", Value::Number(timeout)) => match timeout.as_u64() {
                // Some programs count seconds, and nobody waits for a tool for less than a second.
                Some(seconds @ 1..1000) => config.timeout_ms = Some(seconds * 1000),
                Some(milliseconds) if milliseconds > 0 => config.timeout_ms = Some(milliseconds),
                Some(_) | None => self.say("timeout", "it is no time, and not taken"),
            },
            ("alwaysAllow" | "autoApprove" | "autoAllow" | "trust" | "alwaysLoad", _) => {
                self.say(
                    member,
                    "what another program allows is not allowed here: the constitution says what is",
                );
            }
            ("envFile", _) => self.say(member, "no file of variables is read: name each with ${env:NAME}"),
            ("headersHelper", _) => self.say(member, "no program is run for headers: name their values"),
            ("oauth" | "auth", _) => self.say(member, "no login is made: name a token in `headers`"),
            ("sandbox", _) => self.say(
                member,
                "it is not taken: `hosts`, `read` and `write` say what it may reach",
            ),
            ("gallery" | "version" | "description" | "name" | "icon" | "tags" | "dev", _) => {}
            (_, _) => self.say(member, "it is not understood, and not taken"),
        }
    }

    fn scalar(&mut self, place: &str, name: &str, value: &Value) -> Option<Setting> {
        match value {
            Value::String(text) => {
                self.look(place, name, text);
                Some(translated(text))
            }
            Value::Number(_) | Value::Bool(_) => Some(Setting::new(value.to_string())),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                self.say(place, "it is no text, and not taken");
                None
            }
        }
    }

    fn setting(&mut self, place: &str, text: &str) -> Setting {
        self.look(place, "", text);
        translated(text)
    }

    fn look(&mut self, place: &str, name: &str, text: &str) {
        if translated(text).places().is_empty() && looks_secret(name, text) {
            self.say(place, "it looks like a secret that is written out: keep it as one, and name it with ${env:NAME} or secret://…");
        }
    }
}

/// A text with its values named as here.
fn translated(text: &str) -> Setting {
    let mut written = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        written.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            written.push_str("${");
            rest = after;
            continue;
        };
        let is_variable = |name: &str| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|character| character.is_ascii_alphanumeric() || character == '_')
        };
        let (variable, fallback) = match name.split_once(":-") {
            Some((variable, fallback)) => (variable, format!(":-{fallback}")),
            None => (name, String::new()),
        };
        written.push_str(&match name {
            "workspaceFolder" | "workspaceRoot" | "CLAUDE_PROJECT_DIR" | "workspace" => "${workspace}".to_owned(),
            "userHome" => "${env:HOME}".to_owned(),
            "/" | "pathSeparator" => "/".to_owned(),
            _ if is_variable(variable) => format!("${{env:{variable}{fallback}}}"),
            _ => format!("${{{name}}}"),
        });
        rest = after;
    }
    written.push_str(rest);
    Setting::new(written)
}

/// A name of a server out of another one.
fn named(theirs: &str) -> String {
    let plain = theirs.chars().map(|character| match character.to_ascii_lowercase() {
        character @ ('a'..='z' | '0'..='9' | '_' | '-') => character,
        _ => '-',
    });
    let plain: String = plain.take(56).collect();
    if is_name(&plain) { plain } else { "server".to_owned() }
}

fn unique(name: &str, names: &BTreeSet<String>) -> String {
    let others = (2..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned())
        .chain(others)
        .filter(|name| !names.contains(name));
    names.next().unwrap_or_default()
}

/// JSON without the comments and the last commas that editors allow.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.strip_prefix('\u{feff}').unwrap_or(text).chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('"', _) => {
                plain.push('"');
                while let Some(within) = characters.next() {
                    plain.push(within);
                    match within {
                        '\\' => plain.extend(characters.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            ('/', Some('/')) => while characters.next_if(|within| *within != '\n').is_some() {},
            ('/', Some('*')) => {
                characters.next();
                let mut before = ' ';
                for within in characters.by_ref() {
                    if before == '*' && within == '/' {
                        break;
                    }
                    // Lines are counted in what is said of mistakes.
                    if within == '\n' {
                        plain.push('\n');
                    }
                    before = within;
                }
            }
            (']' | '}', _) => {
                let kept = plain.trim_end();
                if kept.ends_with(',') {
                    let at = kept.len() - 1;
                    plain.replace_range(at..=at, " ");
                }
                plain.push(character);
            }
            (_, _) => plain.push(character),
        }
    }
    plain
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
