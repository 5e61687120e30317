//! Looking at a server: starting it, reading what it offers, and showing that to whoever has to approve it.

use std::time::Instant;

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::{Output, talk};
use super::super::tool::contract;
use super::super::{Context, prompt, signals, table};
use crate::capsule::tool_spec::{ActionSpec, Touch};
use crate::engine::drive::Stop;
use crate::engine::now_ms;
use crate::exit::Exit;
use crate::sight::text::harmless;
use crate::tools::ToolError;
use crate::tools::attached::{Approved, Offer, Reached, mapped, reached};
use crate::tools::mcp::{Described, Identity, Mapped, ServerConfig, Setting, Standing, Transport, compare};

/// The most characters of a server's words about a tool in a table.
const ABOUT: usize = 100;

/// What a server offers now.
pub(super) struct Looked {
    pub(super) identity: Identity,
    pub(super) protocol: String,
    pub(super) described: Vec<Described>,
    pub(super) mapped: Mapped,
    /// What is to be kept when it is approved.
    pub(super) offer: Approved,
    /// How long it took until it was ready, in milliseconds.
    pub(super) ready_ms: u128,
}

/// Starts the server and reads what it offers.
///
/// # Errors
/// It cannot be started or reached, or has no tools.
pub(super) async fn look(name: &str, config: &ServerConfig, context: &Context) -> Result<Looked, Failure> {
    let stop = Stop::default();
    let signal = signals::listen(stop.clone())?;
    // Whoever does not want to wait any more drops the connection, and with it the server.
    tokio::select! {
        looked = looked(name, config, context) => looked,
        () = stop.asked() => Err(Failure::new(signal.exit(), "interrupted", "stopped before the server was looked at")),
    }
}

async fn looked(name: &str, config: &ServerConfig, context: &Context) -> Result<Looked, Failure> {
    let began = Instant::now();
    let workspace = context
        .directory
        .canonicalize()
        .unwrap_or_else(|_| context.directory.clone());
    let Reached { connection, behind } = reached(name, config, &workspace, &super::wiring(context))
        .await
        .map_err(|error| failure(&error))?;
    let ready_ms = began.elapsed().as_millis();
    let (described, undescribed) = match connection.tools().await {
        Ok(listed) => listed,
        Err(error) => {
            let last = behind.last_words(&error).await;
            let message = format!("the MCP server `{name}` does not say what it offers: {error}{last}");
            return Err(
                Failure::new(Exit::Unavailable, "mcp_server", message).hint("somagent uses the tools of servers")
            );
        }
    };
    let offer = Approved::of(&connection, config, &described, &context.actor, now_ms());
    let looked = Looked {
        identity: connection.identity(),
        protocol: connection.version().to_owned(),
        mapped: mapped(
            name,
            config,
            &offer.version,
            Offer {
                described: described.clone(),
                undescribed,
                beside: offer.beside.clone(),
            },
        ),
        described,
        offer,
        ready_ms,
    };
    connection.close().await;
    Ok(looked)
}

fn failure(error: &ToolError) -> Failure {
    let (exit, hint) = match error {
        ToolError::Unconfined { hint, .. } => (Exit::SandboxTooWeak, hint.as_str()),
        ToolError::Unavailable { hint, .. } => (Exit::Unavailable, hint.as_str()),
        ToolError::Failed { hint, .. } | ToolError::BadArgument { hint, .. } => (Exit::Usage, hint.as_str()),
        _ => (Exit::Failed, "look at its entry"),
    };
    Failure::new(exit, "mcp_server", error.to_string()).hint(hint)
}

/// Who it is and what it may do, one line each.
pub(super) fn about(config: &ServerConfig, looked: &Looked) -> String {
    let Identity { name, version, .. } = &looked.identity;
    let mut text = format!(
        "{} {}, protocol {}, ready after {} ms\n",
        harmless(name),
        harmless(version),
        harmless(&looked.protocol),
        looked.ready_ms
    );
    for line in bounds(config) {
        text.push_str(&line);
        text.push('\n');
    }
    // No server says beforehand whether it will.
    if looked.mapped.spec.actions.iter().any(may_be_lent_a_model) {
        text.push_str(
            "it may ask for a model while it works: it gets one where a step lends it with `sampling`, else none\n",
        );
    }
    text
}

/// Whether a step may lend a model to a call of the action.
fn may_be_lent_a_model(action: &ActionSpec) -> bool {
    action.sinks.iter().any(|sink| sink.touch == Touch::Infer)
}

/// What would be started or reached, and which values it is given: everything that an entry says of that.
pub(super) fn entry(config: &ServerConfig) -> String {
    let shown = |setting: &Setting| match setting.is_secret("") {
        true => "…".to_owned(),
        false => setting.as_written().escape_debug().to_string(),
    };
    let mut text = match &config.url {
        Some(url) => format!("it is reached at {}\n", shown(url)),
        None => {
            let words = config.command.iter().chain(&config.args).map(shown);
            format!("it is started as {}\n", words.collect::<Vec<_>>().join(" "))
        }
    };
    for (what, settings) in [("header", &config.headers), ("variable", &config.env)] {
        for (name, setting) in settings {
            let value = match setting.is_secret(name) {
                true => "…".to_owned(),
                false => shown(setting),
            };
            text.push_str(&format!("it is given the {what} {}: {value}\n", name.escape_debug()));
        }
    }
    for line in bounds(config) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// What a server can reach, in sentences.
pub(super) fn bounds(config: &ServerConfig) -> Vec<String> {
    if config.transport() == Transport::Http {
        return vec!["it is a server of its own: what it is told leaves".to_owned()];
    }
    if !config.sandbox {
        return vec!["it is NOT confined: it can do whatever you can".to_owned()];
    }
    let list = |what: &str, texts: Vec<&str>| match texts.is_empty() {
        true => format!("{what} nothing"),
        false => format!("{what} {}", texts.join(", ")),
    };
    let settings =
        |settings: &'static str, list_of: &[Setting]| list(settings, list_of.iter().map(Setting::as_written).collect());
    vec![format!(
        "it is confined, {}, {}, {}",
        settings("reads", &config.read),
        settings("writes", &config.write),
        list("reaches", config.hosts.iter().map(String::as_str).collect()),
    )]
}

/// A row for each tool that becomes an action, and why others do not.
pub(super) fn tools(looked: &Looked, standing: impl Fn(&str) -> String) -> String {
    let mut rows = vec![["ACTION", "EFFECT", "LEAVES", "TOUCHES", "STANDING", "ITS OWN WORDS"].map(str::to_owned)];
    let spec = &looked.mapped.spec;
    for (action, call) in spec.actions.iter().zip(&looked.mapped.calls) {
        let words = call.description.as_deref().unwrap_or_default();
        let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let cut = if line.chars().nth(ABOUT).is_some() { "…" } else { "" };
        let line: String = line.chars().take(ABOUT).collect();
        rows.push([
            format!("{}.{}", spec.name, action.name),
            contract::effect(action.effect).to_owned(),
            contract::leaves(action).to_owned(),
            contract::touches(action),
            standing(&call.tool),
            format!("{}{cut}", harmless(&line)),
        ]);
    }
    let mut text = table::columns(&rows);
    for action in &spec.actions[looked.mapped.calls.len()..] {
        text.push_str(&format!("{}.{}: {}\n", spec.name, action.name, action.summary));
    }
    for refused in &looked.mapped.refused {
        text.push_str(&format!("{}\n", harmless(&refused.to_string())));
    }
    text
}

/// How each tool stands to what was approved, by the server's name of it.
pub(super) fn standings(approved: Option<&Approved>, looked: &Looked) -> std::collections::BTreeMap<String, Standing> {
    let pinned = approved.map(Approved::pinned).unwrap_or_default();
    compare(&pinned, &looked.described)
}

/// A standing in a word or two.
pub(super) fn word(standing: &Standing) -> String {
    match standing {
        Standing::Unchanged => "approved".to_owned(),
        Standing::New => "new".to_owned(),
        Standing::Gone => "gone".to_owned(),
        Standing::Changed(changes) => {
            let parts: Vec<&str> = changes.iter().map(|change| change.name()).collect();
            format!("changed: {}", parts.join(", "))
        }
    }
}

/// The same for programs.
pub(super) fn value(name: &str, looked: &Looked, standing: impl Fn(&str) -> String) -> Value {
    let spec = &looked.mapped.spec;
    let tools = spec.actions.iter().zip(&looked.mapped.calls).map(|(action, call)| {
        json!({
            "action": format!("{}.{}", spec.name, action.name), "tool": call.tool, "effect": action.effect,
            "leaves": action.leaves(action.effect), "sends": action.sends(), "standing": standing(&call.tool),
            "description": call.description, "loosened": call.loosened,
            "may_be_lent_a_model": may_be_lent_a_model(action),
        })
    });
    let refused = looked.mapped.refused.iter();
    let refused = refused.map(|tool| json!({"tool": tool.name, "why": tool.why.to_string()}));
    json!({
        "name": name, "server": looked.identity.name, "version": looked.identity.version,
        "protocol": looked.protocol, "ready_ms": u64::try_from(looked.ready_ms).unwrap_or(u64::MAX),
        "tools": tools.collect::<Vec<_>>(), "beside": looked.offer.beside, "left_out": refused.collect::<Vec<_>>(),
    })
}

/// Asks whether what was shown is approved, where nobody said so ahead.
///
/// # Errors
/// Nobody approved it.
pub(super) async fn agree(
    name: &str,
    yes: bool,
    looked: &Looked,
    context: &Context,
    output: &Output,
) -> Result<(), Failure> {
    let count = looked.mapped.spec.actions.len();
    let question = format!("approve {count} actions of `{name}` as they are described? Type `yes`: ");
    match confirmed(&question, yes, context, output).await {
        true => Ok(()),
        false => Err(not_confirmed(format!("nobody approved the tools of `{name}`"))),
    }
}

/// Asks whether a server that was never looked at may be started, before it is.
///
/// # Errors
/// Nobody said so.
pub(super) async fn may_start(
    name: &str,
    config: &ServerConfig,
    yes: bool,
    context: &Context,
    output: &Output,
) -> Result<(), Failure> {
    if !yes {
        talk(&harmless(&entry(config)));
    }
    let question = format!("start or reach `{name}`, to see what it offers? Type `yes`: ");
    match confirmed(&question, yes, context, output).await {
        true => Ok(()),
        false => Err(not_confirmed(format!("nobody wanted `{name}` to be started"))),
    }
}

async fn confirmed(question: &str, yes: bool, context: &Context, output: &Output) -> bool {
    if yes || (context.asks && prompt::reply(question).await.is_some_and(|reply| reply == "yes")) {
        return true;
    }
    output.say("nothing was changed");
    false
}

fn not_confirmed(message: String) -> Failure {
    Failure::new(Exit::Usage, "not_confirmed", message).hint("give --yes")
}
