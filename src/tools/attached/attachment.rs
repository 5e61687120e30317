//! What is attached: what the user says of each server, and whether what somebody approved counts.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::super::Toolbox;
use super::super::mcp::{ConfigError, ServerConfig, Servers};
use super::approved::{self, Approved};
use super::contract::mapped;
use crate::capsule::Unusable;
use crate::capsule::tool_spec::ToolSpec;
use crate::config::Home;

/// The largest file of servers that is read, in bytes.
const LARGEST: u64 = 1 << 20;

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

/// What switches the server `name` on.
pub fn switched_on(name: &str) -> String {
    format!("write `enabled = true` in its entry `[servers.{name}]` of mcp.toml")
}

impl Attachment {
    /// What was approved, where it counts: the server is used, and its entry says what it said then.
    pub(super) fn counting(&self) -> Option<&Approved> {
        self.approved
            .as_ref()
            .filter(|_| self.config.enabled && self.is_as_approved())
    }

    /// Whether its entry says what it said when it was approved: the same program with the same bounds, or the same address.
    pub fn is_as_approved(&self) -> bool {
        let entry = approved::entry_digest(&self.config);
        self.approved.as_ref().is_some_and(|approved| approved.entry == entry)
    }

    /// Why it cannot be used as it stands; `None` where it has its actions.
    pub fn unusable(&self) -> Option<Unusable> {
        let name = &self.name;
        let (why, remedy) = match (&self.approved, self.config.enabled) {
            (_, false) => ("is switched off".to_owned(), switched_on(name)),
            (None, true) => match &self.problem {
                Some(problem) => (format!("cannot be used: {problem}"), self.looked_at()),
                None => ("is not approved".to_owned(), self.looked_at()),
            },
            (Some(_), true) if !self.is_as_approved() => {
                ("was changed since it was approved".to_owned(), self.looked_at())
            }
            (Some(_), true) => return None,
        };
        Some(Unusable {
            name: name.clone(),
            why: format!("the MCP server `{name}` {why}"),
            remedy,
        })
    }

    /// What makes its tools usable: somebody looks at them.
    fn looked_at(&self) -> String {
        format!(
            "`somagent mcp approve {}` starts it, shows what it offers and asks",
            self.name
        )
    }

    /// Its contract; `None` where it is not used or nothing that counts was approved.
    pub fn contract(&self) -> Option<ToolSpec> {
        let approved = self.counting()?;
        Some(mapped(&self.name, &self.config, &approved.version, approved.offer()).spec)
    }
}
