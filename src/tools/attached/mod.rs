//! MCP servers as tools: what the user attached, judged and recorded like every other tool.
//!
//! ```text
//! mcp.toml (how to start it, what it may reach)  ┐
//! approved (its tools, as it described them then) ┴─► contract ─► capsules are checked, actions are judged
//! a call ─► connect (in the sandbox) ─► does it still describe the tool so? ─► call
//! ```
//!
//! A server is started when one of its tools is first called, once for each workspace, and ends with this process. A tool
//! that it describes differently from what was approved is not called.

mod approved;
mod asked;
mod attachment;
mod contract;
mod form;
mod lending;
mod live;
mod said;
mod start;
mod unseen;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex as StdMutex};

use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::contract::{bad_argument, failed, no_such_action};
use super::lent::{Lent, SAMPLING};
use super::mcp::{self, Beside, CallError, CallOptions, Ended, Pinned, ServerConfig, Transport};
use super::open_form::{ANSWERS, OpenForm};
use super::{Call, Calling, Checking, Health, Key, Output, Tool, ToolError};
use crate::capsule::tool_spec::{ActionSpec, EffectClass, ToolSpec};

use live::{GivenUp, Live, Place};

pub use approved::{Approved, ApprovedError};
pub use attachment::{AttachError, Attachment, attached, is_taken, switched_on};
pub use contract::{Offer, mapped};
pub use start::{Behind, Reached, Wiring, reached};

/// A server as a tool.
pub(super) struct Attached {
    spec: ToolSpec,
    name: String,
    config: ServerConfig,
    calls: BTreeMap<String, Called>,
    pinned: Pinned,
    wiring: Wiring,
    /// The connections by workspace; the one that was used last comes last.
    places: StdMutex<Vec<(PathBuf, Arc<Place>)>>,
}

/// What an action asks its server for.
enum Called {
    /// A tool, and the arguments of the action that are none of the tool's.
    Tool {
        call: Box<mcp::Call>,
        along: Vec<&'static str>,
    },
    /// Something beside its tools.
    Beside(Beside),
}

/// What a call takes along for what its server asks.
struct Along<'a> {
    answers: Vec<Value>,
    /// Whether it could have taken one more.
    has_room: bool,
    lent: Option<Lent<'a>>,
}

impl Attached {
    /// The tool of an attachment; `None` where it has no actions.
    pub(super) fn new(attachment: Attachment, wiring: Wiring) -> Option<Self> {
        let approved = attachment.counting()?;
        let offer = approved.offer();
        let pinned = approved::pinned(&offer.described);
        let along = offer.described.iter().map(|tool| {
            let along = [ANSWERS, SAMPLING].into_iter();
            let along = along.filter(|name| contract::takes(tool, name));
            (tool.name.clone(), along.collect::<Vec<_>>())
        });
        let along: BTreeMap<String, Vec<&'static str>> = along.collect();
        let mapped = mapped(&attachment.name, &attachment.config, &approved.version, offer);
        let calls = mapped.calls.into_iter().map(|call| {
            let along = along.get(&call.tool).cloned().unwrap_or_default();
            let name = call.action.clone();
            let call = Box::new(call);
            (name, Called::Tool { call, along })
        });
        let mut calls: BTreeMap<String, Called> = calls.collect();
        for what in &approved.beside {
            calls.entry(what.action().to_owned()).or_insert(Called::Beside(*what));
        }
        Some(Self {
            calls,
            spec: mapped.spec,
            pinned,
            name: attachment.name,
            config: attachment.config,
            wiring,
            places: StdMutex::default(),
        })
    }

    async fn act(&self, call: Call<'_>) -> Result<Output, ToolError> {
        let Some(called) = self.calls.get(call.verb) else {
            return Err(no_such_action(&self.spec, call.verb));
        };
        let Value::Object(args) = call.args else {
            return Err(bad_argument("the arguments are no object", "give an object"));
        };
        let live = self.live(&call.situation.workspace).await?;
        let mut given_up = GivenUp(Some(&live.is_left));
        let value = match called {
            Called::Tool { call: tool, along } => {
                let mut args = args.clone();
                let mut take = |name| along.contains(&name).then(|| args.remove(name)).flatten();
                let answers = match take(ANSWERS) {
                    Some(Value::Array(answers)) => answers,
                    Some(_) | None => Vec::new(),
                };
                // What it says was judged and is kept to where the model is.
                let lent = take(SAMPLING).and(call.lent);
                let brought = Along {
                    has_room: along.contains(&ANSWERS) && answers.len() < asked::MOST,
                    answers,
                    lent,
                };
                self.call(&live, tool, args, brought, call.key).await
            }
            Called::Beside(what) => self.read(&live, *what, args).await,
        };
        given_up.0 = None;
        Ok(Output {
            value: value?,
            artifacts: Vec::new(),
        })
    }

    async fn call(
        &self,
        live: &Live,
        tool: &mcp::Call,
        args: Map<String, Value>,
        along: Along<'_>,
        key: &Key,
    ) -> Result<Value, ToolError> {
        let Along {
            answers,
            has_room,
            lent,
        } = along;
        let (lender, wanted) = mpsc::unbounded_channel();
        let (_alone, _shared, _brought);
        if answers.is_empty() && lent.is_none() {
            _shared = live.turn.read().await;
            self.check(live, tool).await?;
        } else {
            _alone = live.turn.write().await;
            self.check(live, tool).await?;
            // Not before: a server that asks while it is looked at would wait for an answer that waits for it.
            _brought = live.asked.bring(answers, lent.map(|_| lender));
        }
        let options = CallOptions {
            meta: Map::from_iter([(mcp::KEY.to_owned(), Value::from(key.as_str()))]),
            ..CallOptions::default()
        };
        let within = live.asked.within();
        let calling = live.connection.call(&tool.tool, args, tool.output.as_ref(), &options);
        let mut sampled = Vec::new();
        let outcome = tokio::select! {
            biased;
            outcome = calling => outcome,
            never = lending::lend(wanted, lent, &mut sampled) => match never {},
        };
        sampled.extend(live.asked.take_unlent());
        let form = within.form().filter(|_| has_room);
        let before = lending::before(&sampled);
        let asked = [asked::hint(&live.asked.take_open()), lending::hint(&sampled)];
        let asked: Vec<String> = asked.into_iter().flatten().collect();
        let asked = (!asked.is_empty()).then(|| asked.join("; "));
        let last = match &outcome {
            Ok(_) => String::new(),
            Err(error) => live.behind.last_words(error).await,
        };
        let mut outcome = outcome.map_err(|error| {
            // Whoever says no heard that there is no form; of a server that is gone, nobody knows why it went.
            let form = form.clone().filter(|_| matches!(error, CallError::Refused { .. }));
            unanswered(
                self.not_done(&error, &format!("{before}{last}"), asked.as_deref()),
                form,
            )
        })?;
        if outcome.is_error {
            let said: String = outcome.text().trim().chars().take(600).collect();
            let said = if said.is_empty() { "it does not say why" } else { &said };
            let message = format!(
                "`{}` of the MCP server `{}` says that it failed{before}: {}",
                tool.action,
                self.name,
                said.escape_debug()
            );
            let is_harmless = |action: &ActionSpec| action.effect == EffectClass::None;
            let usual = || match self.spec.action(&tool.action).is_some_and(is_harmless) {
                true => "look at its arguments; it changes nothing".to_owned(),
                false => "look at what it may have done before it failed".to_owned(),
            };
            // It did something before it failed, or nothing: nobody here can tell.
            let told = failed(message, asked.unwrap_or_else(usual));
            return Err(unanswered(ToolError::Uncertain(Box::new(told)), form));
        }
        if !sampled.is_empty() {
            outcome.value["sampled"] = Value::Array(sampled);
        }
        Ok(outcome.value)
    }

    /// Reads what a server has beside its tools.
    async fn read(&self, live: &Live, what: Beside, args: &Map<String, Value>) -> Result<Value, ToolError> {
        let _shared = live.turn.read().await;
        let _within = live.asked.within();
        let text = |name: &str| args.get(name).and_then(Value::as_str).unwrap_or_default();
        let read = match what {
            Beside::Resource => {
                let read = live.connection.read(text("uri")).await;
                read.map(|read| json!({"content": read.items, "truncated": read.truncated}))
            }
            Beside::Prompt => {
                let given = args
                    .get("arguments")
                    .and_then(Value::as_object)
                    .cloned()
                    .unwrap_or_default();
                let read = live.connection.prompt(text("name"), given).await;
                read.map(|read| {
                    let messages = read.messages.into_iter();
                    let messages = messages.map(|(role, content)| json!({"role": role, "content": content}));
                    json!({
                        "description": read.description, "messages": messages.collect::<Vec<_>>(),
                        "truncated": read.truncated,
                    })
                })
            }
        };
        // Nothing can be brought along to these, so what the server asked has no answer; the next call did not ask it.
        let (open, unlent) = (live.asked.take_open(), live.asked.take_unlent());
        let asked =
            (!open.is_empty() || !unlent.is_empty()).then_some("it asked for an answer or a model, and got none");
        match read {
            Ok(read) => Ok(read),
            Err(error) => Err(self.not_done(&error, &live.behind.last_words(&error).await, asked)),
        }
    }

    /// The error of a call or a reading, with what else is known of it, and what the server asked in vain.
    fn not_done(&self, error: &CallError, more: &str, asked: Option<&str>) -> ToolError {
        let message = format!("the MCP server `{}`: {error}{more}", self.name);
        let hint = asked.map_or_else(|| self.tries(error), str::to_owned);
        let told = match error {
            CallError::Refused { .. } | CallError::NotOffered { .. } | CallError::Misshapen { .. } => {
                failed(message, hint)
            }
            CallError::Ended { .. }
            | CallError::Lost { .. }
            | CallError::Login { .. }
            | CallError::Unexpected { .. }
            | CallError::Endless { .. }
            | CallError::Rounds { .. }
            | CallError::Task => ToolError::Unavailable { message, hint },
        };
        if error.is_uncertain() {
            ToolError::Uncertain(Box::new(told))
        } else {
            told
        }
    }

    /// What helps where a server does not.
    fn tries(&self, error: &CallError) -> String {
        let name = &self.name;
        match error {
            CallError::Refused { .. } => "that is the server's own answer: look at the arguments".to_owned(),
            CallError::NotOffered { .. } => format!("`somagent mcp test {name}` shows what it offers"),
            CallError::Ended {
                ended: Ended::Overdue { .. },
                ..
            } => format!("`somagent mcp test {name}` tries it alone; `timeout_ms` of its entry gives it more time"),
            _ => format!("`somagent mcp test {name}` tries it alone"),
        }
    }
}

/// An error after a form was asked for in vain, where one was.
fn unanswered(after: ToolError, form: Option<OpenForm>) -> ToolError {
    match form {
        Some(form) => ToolError::Unanswered {
            after: Box::new(after),
            form: Box::new(form),
        },
        None => after,
    }
}

impl Tool for Attached {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn perform<'a>(&'a self, call: Call<'a>) -> Calling<'a> {
        Box::pin(self.act(call))
    }

    fn health(&self) -> Checking<'_> {
        let actions = self.spec.actions.len();
        let how = match self.config.transport() {
            Transport::Http => "at an address",
            Transport::Stdio if self.config.sandbox => "confined",
            Transport::Stdio => "NOT confined",
        };
        let text = format!(
            "an MCP server, {how}, {actions} tools approved; `somagent mcp test {}` starts it",
            self.name
        );
        Box::pin(std::future::ready(Health::ready(text)))
    }
}
