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
mod start;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::contract::{bad_argument, failed, no_such_action};
use super::mcp::{
    self, CallError, CallOptions, ConfigError, Connection, Mapped, Pinned, Place, Reach, ServerConfig, Servers,
    Standing, Transport, compare, contracts,
};
use super::{Call, Calling, Checking, Health, Output, Tool, ToolError, Toolbox};
use crate::capsule::tool_spec::{Fixed, ToolSpec, Touch};
use crate::config::Home;

pub use approved::{Approved, ApprovedError};
pub use start::{Wiring, reached};

/// The largest file of servers that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// How many connections of one server are kept: one for each workspace that was worked in last.
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
    /// A server has the name of something else.
    #[error("`{}`: a server cannot be called `{name}`: there is a built-in tool of that name", path.display())]
    Taken {
        /// Where.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// What was approved cannot be read.
    #[error(transparent)]
    Approved(#[from] ApprovedError),
}

/// What is attached, by name.
///
/// # Errors
/// The file of servers, or what was approved of one, cannot be used.
pub fn attached(home: &Home) -> Result<Vec<Attachment>, AttachError> {
    let path = home.mcp_servers();
    let file = |source| AttachError::File {
        path: path.clone(),
        source,
    };
    let text = match fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(file(error)),
        Ok(found) if found.len() > LARGEST => return Err(file(io::ErrorKind::FileTooLarge.into())),
        Ok(_) => fs::read_to_string(&path).map_err(file)?,
    };
    let servers = Servers::parse(&text).map_err(|source| AttachError::Config {
        path: path.clone(),
        source,
    })?;
    let attached = servers.servers.into_iter().map(|(name, config)| {
        if is_taken(&name) {
            return Err(AttachError::Taken {
                path: path.clone(),
                name,
            });
        }
        let approved = Approved::read(&home.mcp_approved(), &name)?;
        Ok(Attachment { name, config, approved })
    });
    attached.collect()
}

/// Whether a tool of this build has this name.
pub fn is_taken(name: &str) -> bool {
    name == "model" || name == "capsule" || Toolbox::contracts().iter().any(|spec| spec.name == name)
}

impl Attachment {
    /// What its tools come to, and which of them are none; `None` where it is not used or nothing was approved.
    pub fn mapped(&self) -> Option<Mapped> {
        let approved = self.approved.as_ref().filter(|_| self.config.enabled)?;
        let (described, undescribed) = approved.described();
        Some(mapped(
            &self.name,
            &self.config,
            &approved.version,
            (described, undescribed),
        ))
    }

    /// Its contract.
    pub fn contract(&self) -> Option<ToolSpec> {
        self.mapped().map(|mapped| mapped.spec)
    }
}

/// What the tools of a server come to under what the user says of it.
pub fn mapped(
    name: &str,
    config: &ServerConfig,
    version: &str,
    (mut described, undescribed): (Vec<mcp::Described>, Vec<mcp::Undescribed>),
) -> Mapped {
    described.retain(|tool| config.tools.allows(&tool.name));
    let is_free = config.transport() == Transport::Http || !config.sandbox;
    let reach = Reach {
        network: is_free || !config.hosts.is_empty(),
        writes: is_free || !config.write.is_empty(),
    };
    let mut mapped = contracts(name, &semantic(version), described, undescribed, reach, &config.known);
    for action in &mut mapped.spec.actions {
        action.always = always(config);
    }
    mapped
}

/// What every action of a server touches, whatever its arguments say.
fn always(config: &ServerConfig) -> Vec<Fixed> {
    let fixed = |touch, value: &str| Fixed {
        touch,
        value: value.to_owned(),
    };
    let mut always = Vec::new();
    always.extend(config.url.iter().map(|url| {
        let value = |place: &Place| match place {
            Place::Env(name) => std::env::var(name).ok(),
            Place::Input(_) | Place::Secret(_) | Place::Workspace => None,
        };
        // What has no value leads nowhere, and is refused with that when it is judged.
        fixed(
            Touch::Url,
            &url.resolve(value).unwrap_or_else(|_| url.as_written().to_owned()),
        )
    }));
    always.extend(config.hosts.iter().map(|host| fixed(Touch::Url, &start::url(host))));
    let is_workspace = |setting: &&mcp::Setting| matches!(setting.as_written(), "${workspace}" | "." | "");
    let has_workspace = |settings: &[mcp::Setting]| settings.iter().any(|setting| is_workspace(&setting));
    if has_workspace(&config.read) {
        always.push(fixed(Touch::ReadPath, "."));
    }
    if has_workspace(&config.write) {
        always.push(fixed(Touch::WritePath, "."));
    }
    always
}

/// A version with three numbers, as capsules ask for one; what else it says is left out.
fn semantic(version: &str) -> String {
    if semver::Version::parse(version).is_ok() {
        return version.to_owned();
    }
    let numbers = version.trim_start_matches(['v', 'V']).split(['.', '-', '+', ' ']);
    let mut numbers = numbers.map_while(|number| number.parse::<u32>().ok());
    let mut next = || numbers.next().unwrap_or(0);
    format!("{}.{}.{}", next(), next(), next())
}

/// A server as a tool.
pub(super) struct Attached {
    spec: ToolSpec,
    name: String,
    config: ServerConfig,
    calls: BTreeMap<String, mcp::Call>,
    pinned: Pinned,
    wiring: Wiring,
    /// The connections by workspace; the one that was made last comes last.
    live: Mutex<Vec<(PathBuf, Arc<Live>)>>,
}

/// A connection, and how its tools stand to what was approved.
struct Live {
    connection: Connection,
    /// After how many of its news its tools were looked at, and what was found.
    seen: Mutex<(u64, BTreeMap<String, Standing>)>,
}

impl Attached {
    /// The tool of an attachment; `None` where it has no actions.
    pub(super) fn new(attachment: Attachment, wiring: Wiring) -> Option<Self> {
        let mapped = attachment.mapped()?;
        let Attachment { name, config, approved } = attachment;
        Some(Self {
            calls: mapped
                .calls
                .into_iter()
                .map(|call| (call.action.clone(), call))
                .collect(),
            spec: mapped.spec,
            pinned: approved?.pinned(),
            name,
            config,
            wiring,
            live: Mutex::default(),
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
        self.check(&live, called).await?;
        let options = CallOptions {
            meta: Map::from_iter([(mcp::KEY.to_owned(), Value::from(call.key.as_str()))]),
            ..CallOptions::default()
        };
        let outcome = live
            .connection
            .call(&called.tool, args.clone(), called.output.as_ref(), &options);
        let outcome = outcome.await.map_err(|error| self.not_done(&error))?;
        if outcome.is_error {
            let said: String = outcome.text().trim().chars().take(600).collect();
            let message = format!(
                "`{}` of the MCP server `{}` says that it failed",
                called.action, self.name
            );
            return Err(failed(
                message,
                if said.is_empty() {
                    "it does not say why".to_owned()
                } else {
                    said
                },
            ));
        }
        Ok(Output {
            value: outcome.value,
            artifacts: Vec::new(),
        })
    }

    /// The connection for a workspace, made where there is none that holds.
    async fn live(&self, workspace: &Path) -> Result<Arc<Live>, ToolError> {
        let mut all = self.live.lock().await;
        all.retain(|(_, live)| live.connection.ended().is_none());
        if let Some((_, live)) = all.iter().find(|(place, _)| place == workspace) {
            return Ok(Arc::clone(live));
        }
        let connection = reached(&self.name, &self.config, workspace, &self.wiring).await?;
        let live = Arc::new(Live {
            seen: Mutex::new((0, self.standings(&connection).await?)),
            connection,
        });
        if all.len() == KEPT {
            all.remove(0);
        }
        all.push((workspace.to_owned(), Arc::clone(&live)));
        Ok(live)
    }

    async fn standings(&self, connection: &Connection) -> Result<BTreeMap<String, Standing>, ToolError> {
        let (now, _) = connection.tools().await.map_err(|error| self.not_done(&error))?;
        Ok(compare(&self.pinned, &now))
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

    fn not_done(&self, error: &CallError) -> ToolError {
        let message = format!("the MCP server `{}`: {error}", self.name);
        let hint = format!("`somagent mcp test {}` tries it alone", self.name);
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
