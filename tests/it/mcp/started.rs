//! Real programs, each in a process group of its own that ends with it.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, OnceLock};

use rustix::process::{Pid, Signal, kill_process_group};
use somagent::tools::mcp::{Callbacks, ConnectError, Connection, Endpoint, Limits, Pipes, Starting, connect};
use tokio::process::{Child, Command};

/// The version of the client in these tests.
pub const CLIENT: (&str, &str) = ("somagent-tests", "0.1.0");

/// A process and all that it starts.
pub struct Group {
    pub pid: Pid,
    _child: Child,
}

impl Drop for Group {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = kill_process_group(self.pid, Signal::KILL);
    }
}

/// Where the servers are installed, which is done where they are not, or in other versions.
pub fn installed() -> PathBuf {
    static INSTALLED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let installed = INSTALLED.get_or_init(|| {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = std::env::var_os("SOMAGENT_MCP").map(PathBuf::from);
        let root = root.unwrap_or_else(|| repository.join("target/mcp"));
        let script = repository.join("tests/services/mcp/install");
        let ended = std::process::Command::new(script).arg(&root).output();
        let ended = ended.map_err(|error| error.to_string())?;
        if ended.status.success() {
            Ok(root)
        } else {
            Err([ended.stdout, ended.stderr]
                .map(|text| String::from_utf8_lossy(&text).into_owned())
                .concat())
        }
    });
    match installed {
        Ok(root) => root.clone(),
        Err(said) => panic!("tests/services/mcp/install does not install the servers: {said}"),
    }
}

/// A program and its arguments.
#[derive(Clone)]
pub struct Program {
    pub path: PathBuf,
    pub args: Vec<OsString>,
    /// The processes that were started, the newest last.
    pub started: Arc<Mutex<Vec<Pid>>>,
}

impl Program {
    pub fn new(path: impl Into<PathBuf>, args: &[&str]) -> Self {
        Self {
            path: path.into(),
            args: args.iter().map(OsString::from).collect(),
            started: Arc::default(),
        }
    }

    /// A server out of a package of npm.
    pub fn node(package: &str, args: &[&str]) -> Self {
        let root = installed();
        let script = root.join("npm/node_modules").join(package).join("dist/index.js");
        let mut program = Self::new(root.join("node/bin/node"), args);
        program.args.insert(0, script.into());
        program
    }

    /// A server out of a package of Python, of the new or the old generation.
    pub fn python(generation: &str, script: &str, args: &[&str]) -> Self {
        Self::new(installed().join(format!("python-{generation}/bin")).join(script), args)
    }

    /// A server of these tests.
    pub fn script(name: &str, args: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/services").join(name);
        let mut program = Self::new("python3", args);
        program.args.insert(0, script.into());
        program
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .args(&self.args)
            .current_dir(std::env::temp_dir())
            .process_group(0)
            .kill_on_drop(true);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
    }

    fn start(&self) -> io::Result<Pipes> {
        let mut child = self.command().spawn()?;
        let (Some(write), Some(read), Some(pid)) = (child.stdin.take(), child.stdout.take(), child.id()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let pid = Pid::from_raw(pid.try_into().unwrap()).unwrap();
        self.started.lock().unwrap().push(pid);
        Ok(Pipes {
            read: Box::new(read),
            write: Box::new(write),
            process: Box::new(Group { pid, _child: child }),
        })
    }

    pub fn endpoint(&self) -> Endpoint {
        let program = self.clone();
        Endpoint::Stdio(Box::new(move || {
            let pipes = program.start();
            Box::pin(async move { pipes }) as Starting
        }))
    }

    pub async fn connect(&self) -> Connection {
        // A busy machine starts them slowly.
        let limits = Limits {
            start: std::time::Duration::from_secs(300),
            ..Limits::default()
        };
        self.connect_with(&Callbacks::default(), &limits).await.unwrap()
    }

    /// As the newest protocol wants, for however long the server takes to start.
    pub async fn connect_newest(&self) -> Connection {
        let limits = Limits {
            start: std::time::Duration::from_secs(300),
            ..Limits::default()
        };
        let connected = connect(
            &self.endpoint(),
            CLIENT,
            Some("2026-07-28"),
            &Callbacks::default(),
            &limits,
        )
        .await;
        connected.unwrap()
    }

    pub async fn connect_with(&self, callbacks: &Callbacks, limits: &Limits) -> Result<Connection, ConnectError> {
        connect(&self.endpoint(), CLIENT, None, callbacks, limits).await
    }
}
