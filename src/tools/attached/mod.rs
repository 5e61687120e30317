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
mod contract;
mod form;
mod lending;
mod start;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};

use serde_json::{Map, Value, json};
use tokio::sync::{Mutex, RwLock, mpsc};

use super::contract::{bad_argument, failed, no_such_action};
use super::lent::{Lent, SAMPLING};
use super::mcp::{
    self, Beside, CallError, CallOptions, ConfigError, Connection, Pinned, ServerConfig, Servers, Standing, Transport,
    compare,
};
use super::open_form::{ANSWERS, OpenForm};
use super::{Call, Calling, Checking, Health, Key, Output, Tool, ToolError, Toolbox};
use crate::capsule::tool_spec::{ActionSpec, EffectClass, ToolSpec};
use crate::config::Home;

use asked::Asked;

pub use approved::{Approved, ApprovedError};
pub use contract::{Offer, mapped};
pub use start::{Wiring, reached};

/// The largest file of servers that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// How many connections of one server are kept: those of the workspaces that were worked in last.
const KEPT: usize = 8;

/// A server that is attached: what the user says of it, and what somebody approved.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    /// What it is called here; the name of its tool.
    pub name: String,
    /// What the user says of it.
    pub config: ServerConfig,
    /// What was approved; `None` where nothing was yet, so that it has no actions.
    pub approved: Option<Approved>,
    /// Why it cannot be used, whatever was approved.
    pub problem: Option<String>,
}

/// Why it is not known what is attached.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// The file cannot be read.
    #[error("`{}`: {source}", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be used.
    #[error("`{}`: {source}", path.display())]
    Config {
        /// Where.
        path: PathBuf,
        /// What is wrong.
        source: ConfigError,
    },
}

/// What is attached, by name.
///
/// # Errors
/// The file of servers cannot be used.
pub fn attached(home: &Home) -> Result<Vec<Attachment>, AttachError> {
    let path = home.mcp_servers();
    let file = |source| AttachError::File {
        path: path.clone(),
        source,
    };
    let text = match fs::metadata(&path) {
        // A home that is not one is not this file's fault.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(file(error)),
        Ok(found) if found.len() > LARGEST => return Err(file(io::ErrorKind::FileTooLarge.into())),
        Ok(_) => fs::read_to_string(&path).map_err(file)?,
    };
    let servers = Servers::parse(&text).map_err(|source| AttachError::Config {
        path: path.clone(),
        source,
    })?;
    // One that has the name of a tool of this build, or whose approval is damaged, is not used; the others are.
    let attached = servers.servers.into_iter().map(|(name, config)| {
        let (approved, problem) = match (is_taken(&name), Approved::read(&home.mcp_approved(), &name)) {
            (true, _) => (None, Some("there is a built-in tool of that name".to_owned())),
            (false, Ok(approved)) => (approved, None),
            (false, Err(error)) => (None, Some(error.to_string())),
        };
        Attachment {
            name,
            config,
            approved,
            problem,
        }
    });
    Ok(attached.collect())
}

/// Whether a tool of this build has this name.
pub fn is_taken(name: &str) -> bool {
    name == "model" || name == "capsule" || Toolbox::contracts().iter().any(|spec| spec.name == name)
}

impl Attachment {
    /// What was approved, where it counts: the server is used, and its entry says what it said then.
    fn counting(&self) -> Option<&Approved> {
        self.approved
            .as_ref()
            .filter(|_| self.config.enabled && self.is_as_approved())
    }

    /// Whether its entry says what it said when it was approved: the same program with the same bounds, or the same address.
    pub fn is_as_approved(&self) -> bool {
        let entry = approved::entry_digest(&self.config);
        self.approved.as_ref().is_some_and(|approved| approved.entry == entry)
    }

    /// Its contract; `None` where it is not used or nothing that counts was approved.
    pub fn contract(&self) -> Option<ToolSpec> {
        let approved = self.counting()?;
        Some(mapped(&self.name, &self.config, &approved.version, approved.offer()).spec)
    }
}

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

/// The connection for one workspace, where there is one; whoever makes it keeps others of the same workspace waiting.
type Place = Mutex<Option<Arc<Live>>>;

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

/// A connection, and how its tools stand to what was approved.
struct Live {
    connection: Connection,
    asked: Asked,
    /// A call that takes answers or a model along has the connection for itself, also from readings: nobody else's
    /// question takes them.
    turn: RwLock<()>,
    /// Whether a call was given up, so that nobody knows what the server is still doing: it is not called again.
    is_left: AtomicBool,
    /// Servers of the newest protocol tell of their tools only to those who listen.
    _watch: Option<mcp::Watch>,
    /// After how many of its news its tools were looked at, and what was found.
    seen: Mutex<(u64, BTreeMap<String, Standing>)>,
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
        let mut outcome = outcome.map_err(|error| {
            // Whoever says no heard that there is no form; of a server that is gone, nobody knows why it went.
            let form = form.clone().filter(|_| matches!(error, CallError::Refused { .. }));
            unanswered(self.not_done(&error, &before, asked.as_deref()), form)
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
        read.map_err(|error| self.not_done(&error, "", asked))
    }

    /// The connection for a workspace, made where there is none that holds.
    async fn live(&self, workspace: &Path) -> Result<Arc<Live>, ToolError> {
        let place = self.place(workspace);
        let mut place = place.lock().await;
        let holds = |live: &&Arc<Live>| live.connection.ended().is_none() && !live.is_left.load(Ordering::Relaxed);
        if let Some(live) = place.as_ref().filter(holds) {
            return Ok(Arc::clone(live));
        }
        *place = None;
        let asked = Asked::default();
        let connection = start::connected(&self.name, &self.config, workspace, &self.wiring, &asked).await?;
        let watched = mcp::Watched {
            tools: true,
            ..mcp::Watched::default()
        };
        let live = Arc::new(Live {
            asked,
            turn: RwLock::default(),
            is_left: AtomicBool::new(false),
            _watch: match connection.is_of_the_newest() {
                true => connection.watch(&watched).await.ok(),
                false => None,
            },
            seen: Mutex::new((0, self.standings(&connection).await?)),
            connection,
        });
        // What it asked while it was looked at, no call of a step is told of.
        drop((live.asked.take_open(), live.asked.take_unlent()));
        *place = Some(Arc::clone(&live));
        Ok(live)
    }

    fn place(&self, workspace: &Path) -> Arc<Place> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let known = places.iter().position(|(place, _)| place == workspace);
        let found = match known {
            Some(at) => places.remove(at),
            None => (workspace.to_owned(), Arc::default()),
        };
        if places.len() == KEPT {
            places.remove(0);
        }
        let place = Arc::clone(&found.1);
        places.push(found);
        place
    }

    async fn standings(&self, connection: &Connection) -> Result<BTreeMap<String, Standing>, ToolError> {
        // Nothing was called yet, whatever became of this.
        let listed = connection.tools().await.map_err(|error| ToolError::Unavailable {
            message: format!("the MCP server `{}` does not say what it offers: {error}", self.name),
            hint: self.tries(),
        });
        Ok(compare(&self.pinned, &listed?.0))
    }

    /// Refuses a tool that is described differently from what was approved.
    async fn check(&self, live: &Live, called: &mcp::Call) -> Result<(), ToolError> {
        let mut seen = live.seen.lock().await;
        let news = live.connection.tools_changed();
        if seen.0 != news {
            *seen = (news, self.standings(&live.connection).await?);
        }
        let what = match seen.1.get(&called.tool) {
            Some(Standing::Unchanged) => return Ok(()),
            Some(Standing::Changed(changes)) => {
                let parts: Vec<&str> = changes.iter().map(|change| change.name()).collect();
                format!("is described differently from what was approved ({})", parts.join(", "))
            }
            Some(Standing::New | Standing::Gone) | None => "is not there any more".to_owned(),
        };
        let message = format!(
            "`{}` of the MCP server `{}` {what}, so it is not called",
            called.action, self.name
        );
        let hint = format!("`somagent mcp approve {}` shows what changed and asks", self.name);
        Err(failed(message, hint))
    }

    /// The error of a call or a reading, with what a model did `before` and what the server asked in vain.
    fn not_done(&self, error: &CallError, before: &str, asked: Option<&str>) -> ToolError {
        let message = format!("the MCP server `{}`: {error}{before}", self.name);
        let hint = asked.map_or_else(|| self.tries(), str::to_owned);
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
    fn tries(&self) -> String {
        format!(
            "`somagent mcp test {}` tries it alone; `timeout_ms` of its entry gives it more time",
            self.name
        )
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

/// Says so where a call is dropped before its outcome is there.
struct GivenUp<'a>(Option<&'a AtomicBool>);

impl Drop for GivenUp<'_> {
    fn drop(&mut self) {
        if let Some(is_left) = self.0 {
            is_left.store(true, Ordering::Relaxed);
        }
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
