//! From what the user's file says of a server to a connection with it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

use super::super::ToolError;
use super::super::contract::failed;
use super::super::mcp::{
    CallError, Callbacks, ConnectError, Connection, Ended, Endpoint, Pipes, Place, Root, ServerConfig, Setting,
    Starting, Transport, connect,
};
use super::super::sandbox::{Egress, Job, Limits, NotRun, Sandbox, Server};
use super::asked::Asked;
use super::contract::in_workspace;
use super::said::{Last, Said, forms, masked};
use super::unseen;
use crate::net::{Broken, Destination, Exchange, Net};

/// What the client says that it is.
const CLIENT: (&str, &str) = ("somagent", env!("CARGO_PKG_VERSION"));

/// The processor time of a server, in milliseconds: an hour.
const CPU_MS: u64 = 3_600_000;

/// With what servers are started and reached.
#[derive(Debug, Clone)]
pub struct Wiring {
    /// Where programs are confined.
    pub sandbox: Sandbox,
    /// The network.
    pub net: Net,
}

/// A server that is spoken to, and what is known of its program.
pub struct Reached {
    /// The connection.
    pub connection: Connection,
    /// What its program says beside the protocol.
    pub behind: Behind,
}

/// What the program of a server says beside the protocol, and how it ends.
#[derive(Default)]
pub struct Behind {
    said: Said,
    /// Values that nobody is shown, and what they are called.
    hidden: Vec<(String, String)>,
}

impl Behind {
    /// What there is to say after `error` about the program: how it ended, and its last words; empty where there is
    /// nothing, else it goes on with the sentence.
    pub async fn last_words(&self, error: &CallError) -> String {
        let is_gone = match error {
            CallError::Ended {
                ended: Ended::Dropped, ..
            } => return String::new(),
            CallError::Ended { ended, .. } => matches!(ended, Ended::Closed | Ended::Broken { .. }),
            CallError::Lost { .. } => true,
            _ => return String::new(),
        };
        let Last { ended, words } = self.said.last(is_gone, &self.hidden).await;
        let parts = ended.into_iter().chain((!words.is_empty()).then_some(words));
        let said: String = parts.map(|part| format!("; {part}")).collect();
        masked(&self.hidden, &said)
    }
}

/// Connects to the server `name`, which is asked what it offers and nothing else.
///
/// # Errors
/// A value that its configuration names is not there, it cannot be started or reached, or no agreement is found with it.
pub async fn reached(
    name: &str,
    config: &ServerConfig,
    workspace: &Path,
    wiring: &Wiring,
) -> Result<Reached, ToolError> {
    connected(name, config, workspace, wiring, &Asked::default()).await
}

/// The same for a run in `workspace`, whose calls bring what `asked` answers.
pub(super) async fn connected(
    name: &str,
    config: &ServerConfig,
    workspace: &Path,
    wiring: &Wiring,
    asked: &Asked,
) -> Result<Reached, ToolError> {
    let said = Said::default();
    let values = Values { name, workspace };
    let endpoint = endpoint(config, &values, wiring, &said)?;
    let is_free = config.transport() == Transport::Stdio && !config.sandbox;
    let callbacks = Callbacks {
        roots: (is_free || values.sees_workspace(config)).then(|| vec![root(workspace)]),
        elicit: Some(asked.callback()),
        sample: Some(asked.sampling()),
    };
    let connected = connect(
        &endpoint,
        CLIENT,
        config.protocol.as_deref(),
        &callbacks,
        &config.limits(),
    )
    .await;
    let behind = Behind {
        said,
        hidden: values.hidden(config),
    };
    match connected {
        Ok(connection) => Ok(Reached { connection, behind }),
        Err(error) => Err(not_connected(&values, config, &error, &behind).await),
    }
}

/// The directory, as servers are told of it.
fn root(workspace: &Path) -> Root {
    let uri = crate::net::Url::from_directory_path(workspace).map(String::from);
    Root {
        uri: uri.unwrap_or_else(|()| "file:///".to_owned()),
        name: workspace.file_name().map(|name| name.to_string_lossy().into_owned()),
    }
}

async fn not_connected(values: &Values<'_>, config: &ServerConfig, error: &ConnectError, behind: &Behind) -> ToolError {
    let name = values.name;
    let is_gone = matches!(error, ConnectError::Ended(Ended::Closed | Ended::Broken { .. }));
    let Last { ended, words: last } = behind.said.last(is_gone, &behind.hidden).await;
    let ended = ended.map(|ended| format!("; {ended}")).unwrap_or_default();
    let message = format!("the MCP server `{name}` is not there: {error}{ended}");
    let confined = match error {
        ConnectError::Start(error) => error.get_ref().and_then(|inner| inner.downcast_ref::<NotRun>()),
        _ => None,
    };
    let hint = match (confined, error) {
        (Some(NotRun::NotBegun { program, .. }), _) if let Some(unseen) = values.unseen(config, program) => unseen,
        (Some(not_run), _) => not_run.remedy().to_owned(),
        (None, ConnectError::Login { .. }) => {
            "give it what it asks for under `headers` of its entry, for example `Authorization = \"Bearer ${env:TOKEN}\"`"
                .to_owned()
        }
        (None, _) if last.is_empty() => "look at its command or address, and at what it needs to start".to_owned(),
        (None, _) => last,
    };
    let (message, hint) = (masked(&behind.hidden, &message), masked(&behind.hidden, &hint));
    match confined {
        Some(NotRun::Refused { .. }) => ToolError::Unconfined { message, hint },
        Some(_) | None => ToolError::Unavailable { message, hint },
    }
}

/// What the settings of a server name.
struct Values<'a> {
    name: &'a str,
    workspace: &'a Path,
}

impl Values<'_> {
    fn of(&self, place: &Place) -> Option<String> {
        match place {
            Place::Env(name) => std::env::var(name).ok(),
            Place::Workspace => Some(self.workspace.display().to_string()),
            Place::Input(_) | Place::Secret(_) => None,
        }
    }

    fn text(&self, setting: &Setting) -> Result<String, ToolError> {
        setting
            .resolve(|place| self.of(place))
            .map_err(|place| self.missing(&place))
    }

    fn texts(&self, settings: &[Setting]) -> Result<Vec<String>, ToolError> {
        settings.iter().map(|setting| self.text(setting)).collect()
    }

    /// The places that settings name, without links: what is named in the workspace lies there, and what is not does
    /// not hold it, because only the former is judged at each call.
    fn paths(&self, settings: &[Setting]) -> Result<Vec<PathBuf>, ToolError> {
        let path = |setting: &Setting| {
            let text = self.text(setting)?;
            let wrong = |what: &str, hint: &str| {
                let message = format!("`{text}`, which the MCP server `{}` is to see, {what}", self.name);
                failed(message, hint)
            };
            let real = fs::canonicalize(self.workspace.join(&text))
                .map_err(|error| wrong(&format!("cannot be used: {error}"), "check that it is there"))?;
            let named = self.workspace.join(&text);
            let (lies_in, holds) = (real.starts_with(self.workspace), self.workspace.starts_with(&real));
            match (in_workspace(setting).is_some(), lies_in || holds) {
                (true, _) if lies_in && real == named => Ok(real),
                // The judge knows the path that is written, and would not know that another one is seen.
                (true, _) if lies_in => {
                    let at = real.strip_prefix(self.workspace).unwrap_or(&real);
                    let what = format!("is really `{}` in the workspace", at.display());
                    Err(wrong(&what, "name that place"))
                }
                (true, _) => Err(wrong(
                    "leads out of the workspace",
                    "name the place itself, with its whole path",
                )),
                (false, false) => Ok(real),
                (false, true) => {
                    let hint = "name it as `${workspace}` or `${workspace}/…`, so that it is judged at each call";
                    Err(wrong("lies in the workspace or holds it", hint))
                }
            }
        };
        settings.iter().map(path).collect()
    }

    /// Whether a confined program sees the whole workspace.
    fn sees_workspace(&self, config: &ServerConfig) -> bool {
        let settings = config.read.iter().chain(&config.write);
        settings.filter_map(in_workspace).any(|path| path == ".")
    }

    /// What shows a program to its sandbox that is there outside.
    fn unseen(&self, config: &ServerConfig, program: &str) -> Option<String> {
        let shown = [&config.read, &config.write].map(|settings| self.paths(settings).unwrap_or_default());
        let directories = unseen::directories(program, self.workspace, &shown.concat());
        let options = directories
            .iter()
            .map(|directory| format!("--read {}", directory.display()));
        let options: Vec<String> = options.collect();
        (!options.is_empty()).then(|| {
            let options = options.join(" ");
            format!("it is there, and the sandbox does not show it: `{options}` does (`read` of its entry)")
        })
    }

    /// The values of variables, and what these are called.
    fn hidden(&self, config: &ServerConfig) -> Vec<(String, String)> {
        let places = config.settings().flat_map(Setting::places);
        let hidden = places.filter_map(|place| match &place {
            Place::Env(_) => Some((self.of(&place)?, place.to_string())),
            Place::Input(_) | Place::Secret(_) | Place::Workspace => None,
        });
        let hidden = hidden.flat_map(|(value, name)| forms(&value).into_iter().map(move |form| (form, name.clone())));
        // What is this short is in every text.
        hidden.filter(|(value, _)| value.len() > 3).collect()
    }

    fn missing(&self, place: &str) -> ToolError {
        let message = format!("the MCP server `{}` needs `{place}`, which has no value", self.name);
        failed(
            message,
            "set the variable in the environment that somagent is started in, or change its entry",
        )
    }
}

fn endpoint(config: &ServerConfig, values: &Values<'_>, wiring: &Wiring, said: &Said) -> Result<Endpoint, ToolError> {
    if let Some(url) = &config.url {
        let url = values.text(url)?;
        let reached = Destination::of(&url).map_err(Broken::from);
        let client = reached.and_then(|(_, destination)| Exchange::new(wiring.net).client_to(&destination));
        let client = client.map_err(|error| ToolError::Unavailable {
            message: format!("the MCP server `{}` cannot be reached: {error}", values.name),
            hint: "look at its `url`; `--offline` refuses every server".to_owned(),
        })?;
        let headers = config.auth(|place| values.of(place)).map_err(|why| {
            let message = format!("the MCP server `{}`: {why}", values.name);
            failed(
                message,
                "set the variable in the environment that somagent is started in, or change its entry",
            )
        })?;
        return Ok(Endpoint::Http {
            client,
            url,
            headers,
            login: None,
        });
    }
    let program = Program::of(config, values)?;
    if !config.sandbox {
        let said = said.clone();
        return Ok(Endpoint::Stdio(Box::new(move || {
            let pipes = program.free(&said);
            Box::pin(async move { pipes }) as Starting
        })));
    }
    let confined = Confined::of(config, program, values, wiring)?;
    let said = said.clone();
    Ok(Endpoint::Stdio(Box::new(move || {
        let (confined, said) = (confined.clone(), said.clone());
        Box::pin(async move { confined.start(&said).await }) as Starting
    })))
}

/// A program and its arguments, with all values there.
#[derive(Clone)]
struct Program {
    argv: Vec<String>,
    env: BTreeMap<String, String>,
    directory: Option<PathBuf>,
}

impl Program {
    fn of(config: &ServerConfig, values: &Values<'_>) -> Result<Self, ToolError> {
        let mut argv = values.texts(config.command.as_slice())?;
        argv.extend(values.texts(&config.args)?);
        let env = config.env.iter();
        let env = env.map(|(name, setting)| Ok::<_, ToolError>((name.clone(), values.text(setting)?)));
        let cwd = config.cwd.as_ref().map(|cwd| values.text(cwd)).transpose()?;
        let usual = (!config.sandbox || values.sees_workspace(config)).then(|| values.workspace.to_owned());
        Ok(Self {
            argv,
            env: env.collect::<Result<_, _>>()?,
            directory: cwd.map(|cwd| values.workspace.join(cwd)).or(usual),
        })
    }

    /// Starts it as it is, with an environment of its own.
    fn free(&self, said: &Said) -> io::Result<Pipes> {
        let [program, args @ ..] = self.argv.as_slice() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let kept = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "TMPDIR"];
        let kept = kept
            .into_iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut command = Command::new(program);
        command
            .args(args)
            .env_clear()
            .envs(kept)
            .envs(&self.env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        let mut child = command.spawn()?;
        let pid = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        match (child.stdin.take(), child.stdout.take(), child.stderr.take(), pid) {
            (Some(write), Some(read), Some(stderr), Some(pid)) => {
                said.free(pid, stderr);
                Ok(Pipes {
                    read: Box::new(read),
                    write: Box::new(write),
                    process: Box::new(Group { pid, _child: child }),
                })
            }
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

/// A process and all that it starts in its group, which end with this.
struct Group {
    pid: Pid,
    _child: Child,
}

impl Drop for Group {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = kill_process_group(self.pid, Signal::KILL);
    }
}

/// A program in the sandbox.
#[derive(Clone)]
struct Confined {
    sandbox: Sandbox,
    program: Program,
    read: Vec<PathBuf>,
    write: Vec<PathBuf>,
    egress: Option<Egress>,
    workspace: PathBuf,
}

impl Confined {
    fn of(config: &ServerConfig, program: Program, values: &Values<'_>, wiring: &Wiring) -> Result<Self, ToolError> {
        let servers = servers(config)?;
        Ok(Self {
            sandbox: wiring.sandbox.clone(),
            program,
            read: values.paths(&config.read)?,
            write: values.paths(&config.write)?,
            egress: (!servers.is_empty()).then(|| Egress {
                servers,
                secrets: Vec::new(),
                net: wiring.net,
            }),
            workspace: values.workspace.to_owned(),
        })
    }

    async fn start(&self, said: &Said) -> io::Result<Pipes> {
        // The workspace is seen as a run sees it; what else is written belongs to somebody, and what is read is as it is.
        let writes = |path: &PathBuf| self.write.contains(path);
        let sees = writes(&self.workspace) || self.read.contains(&self.workspace);
        let others = |paths: &[PathBuf]| paths.iter().filter(|path| **path != self.workspace).cloned().collect();
        let job = Job {
            argv: self.program.argv.clone(),
            env: self.program.env.clone(),
            read: others(&self.read),
            also: others(&self.write),
            workspace: sees.then(|| self.workspace.clone()),
            write: writes(&self.workspace),
            directory: self.program.directory.clone().unwrap_or_default(),
            input: Vec::new(),
            limits: Limits {
                cpu_ms: CPU_MS,
                ..Limits::default()
            },
            egress: self.egress.clone(),
        };
        let serving = self.sandbox.serve(job).await.map_err(io::Error::other)?;
        said.confined(serving.known);
        Ok(Pipes {
            read: Box::new(serving.output),
            write: Box::new(serving.input),
            process: Box::new(serving.life),
        })
    }
}

/// The URL of a host that a server may reach: `https` where it does not say.
pub(super) fn url(host: &str) -> String {
    if host.contains("://") {
        host.to_owned()
    } else {
        format!("https://{host}")
    }
}

/// The servers that a confined program may reach.
fn servers(config: &ServerConfig) -> Result<Vec<Server>, ToolError> {
    let parsed = config.hosts.iter().map(|host| Server::parse(&url(host)));
    parsed.collect::<Result<_, _>>().map_err(|why| {
        failed(
            format!("`hosts` of an MCP server: {why}"),
            "write each as a URL without a path: `https://api.example`",
        )
    })
}
