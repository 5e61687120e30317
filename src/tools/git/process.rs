//! Runs the git binary so that nothing in a repository can make it run anything else.
//!
//! Arguments are an argv, never a shell. The environment is built from nothing, configuration of
//! the user and the system is cut off, and settings of the repository that start programs are
//! overridden. Output is streamed and bounded; a dropped call kills the child, but for one that
//! changes a repository: it holds locks that only git itself removes, so it has its time to end.

use std::ffi::{OsStr, OsString};
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::super::ToolError;
use super::super::contract::failed;
use super::super::text::plain::plain;

/// Settings that a repository may hold and that would run a program, read a file elsewhere or change what is shown.
const OVERRIDES: [&str; 20] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.pager=cat",
    "core.askPass=false",
    "core.sshCommand=false",
    "core.alternateRefsCommand=false",
    "core.bigFileThreshold=32m",
    "credential.helper=",
    "color.ui=never",
    "diff.renameLimit=400",
    "gpg.program=false",
    "gpg.openpgp.program=false",
    "gpg.ssh.program=false",
    "gpg.x509.program=false",
    "i18n.logOutputEncoding=UTF-8",
    "log.showRoot=true",
    "log.showSignature=false",
    "mailmap.file=",
    "protocol.allow=never",
];

/// The whole environment of the child, besides `PATH` and the ceiling.
const ENVIRONMENT: [(&str, &str); 18] = [
    ("HOME", "/nonexistent"),
    ("LC_ALL", "C.UTF-8"),
    ("TZ", "UTC"),
    ("TERM", "dumb"),
    ("GIT_ADVICE", "0"),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_ASKPASS", "false"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_EDITOR", "false"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("GIT_NO_LAZY_FETCH", "1"),
    // What is shown is what the ids hash, not what a replacement puts in their place.
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_PAGER", "cat"),
    ("GIT_PROTOCOL_FROM_USER", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
];

/// How much of what git complains about is kept.
const COMPLAINT_MAX: u64 = 8 * 1024;

/// How long a child that changes a repository may go on when nobody waits for it any more, and how long it has to
/// end when it is asked to: then git removes its locks.
const GRACE: Duration = Duration::from_secs(10);

/// Where git is, and where it may look for a repository.
#[derive(Debug, Clone)]
pub(super) struct Program {
    git: PathBuf,
    path: OsString,
    workspace: PathBuf,
}

/// Whose name, ignored files and line ends count, beside what the repository says.
#[derive(Debug, Clone)]
pub(super) struct Person {
    environment: Vec<(&'static str, OsString)>,
}

impl Person {
    /// Whoever runs this program.
    pub fn here() -> Self {
        let named = ["HOME", "XDG_CONFIG_HOME"];
        Self {
            environment: named
                .into_iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?)))
                .collect(),
        }
    }

    /// Somebody with this home, on a machine that has no settings of its own.
    #[cfg(test)]
    pub fn at(home: &Path) -> Self {
        Self {
            environment: vec![
                ("HOME", home.into()),
                ("GIT_CONFIG_NOSYSTEM", "1".into()),
                ("GIT_ATTR_NOSYSTEM", "1".into()),
            ],
        }
    }
}

/// How a child ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Whether it exited with zero, or was stopped because enough was read.
    pub ok: bool,
    /// The beginning of its standard error, without control characters.
    pub complaint: String,
}

impl Ended {
    fn of(ok: bool, complaint: &[u8]) -> Self {
        Self {
            ok,
            complaint: plain(&String::from_utf8_lossy(complaint)).trim().to_owned(),
        }
    }
}

impl Program {
    /// Finds git on `path` (as in `$PATH`), outside the workspace: a file that lies there is never run.
    ///
    /// # Errors
    /// There is none.
    pub fn find(path: Option<&OsStr>, workspace: &Path) -> Result<Self, ToolError> {
        let outside = |path: &Path| path.canonicalize().is_ok_and(|path| !path.starts_with(workspace));
        let directories: Vec<PathBuf> = std::env::split_paths(path.unwrap_or(OsStr::new("/usr/bin:/bin")))
            .filter(|directory| directory.is_absolute() && outside(directory))
            .collect();
        let git = directories.iter().map(|directory| directory.join("git")).find(|file| {
            let runs = |meta: std::fs::Metadata| meta.is_file() && meta.permissions().mode() & 0o111 != 0;
            file.metadata().is_ok_and(runs) && outside(file)
        });
        match (git, std::env::join_paths(&directories)) {
            (Some(git), Ok(path)) => Ok(Self {
                git,
                path,
                workspace: workspace.to_path_buf(),
            }),
            (Some(_) | None, _) => Err(failed(
                "git is not installed",
                "install git 2.31 or later and put it on the PATH, outside the workspace",
            )),
        }
    }

    /// Where it is.
    pub fn file(&self) -> &Path {
        &self.git
    }

    /// The directory that it stays in.
    pub fn workspace(&self) -> &Path {
        &self.workspace
    }

    fn bare(&self, directory: &Path) -> Command {
        let mut command = Command::new(&self.git);
        command
            .env_clear()
            .envs(ENVIRONMENT)
            .env("PATH", &self.path)
            .env(
                "GIT_CEILING_DIRECTORIES",
                self.workspace.parent().unwrap_or(&self.workspace),
            )
            .current_dir(directory)
            .arg("--no-pager")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    fn command(&self, directory: &Path, args: &[&str]) -> Command {
        let mut command = self.bare(directory);
        for setting in OVERRIDES {
            command.args(["-c", setting]);
        }
        command.args(args);
        command
    }

    /// The settings whose names fit `pattern`, of the repository in `directory`, the person and the system: scope and
    /// setting in turn, each closed by a NUL. Reading them runs nothing.
    pub fn settings(&self, directory: &Path, person: &Person, pattern: &str) -> Command {
        let mut command = self.bare(directory);
        command
            .env_remove("GIT_CONFIG_GLOBAL")
            .env_remove("GIT_CONFIG_NOSYSTEM")
            .envs(person.environment.iter().map(|(name, value)| (*name, value)))
            .args(["config", "--null", "--show-scope", "--get-regexp", pattern]);
        command
    }

    /// A command for which `environment` says where everything is, and that overrides nothing: whoever asks for it
    /// has seen to it that no settings but its own are read.
    pub fn seeing(
        &self,
        directory: &Path,
        person: &Person,
        environment: &[(&'static str, OsString)],
        args: &[&str],
    ) -> Command {
        let mut command = self.bare(directory);
        command
            .env_remove("GIT_ATTR_NOSYSTEM")
            .envs(person.environment.iter().map(|(name, value)| (*name, value)))
            .envs(environment.iter().map(|(name, value)| (*name, value)))
            .args(args);
        command
    }

    /// Runs a git command that changes something in `directory`; see [`finished`].
    ///
    /// # Errors
    /// As [`finished`].
    pub async fn change(&self, directory: &Path, args: &[&str]) -> Result<Ended, ToolError> {
        finished(self.command(directory, args), ()).await
    }

    /// Runs git in `directory` and gives its output to `consume` piece by piece, until that breaks.
    ///
    /// # Errors
    /// It cannot be started or read; a failure of git itself is in [`Ended`].
    pub async fn stream(
        &self,
        directory: &Path,
        args: &[&str],
        consume: impl FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Ended, ToolError> {
        streamed(self.command(directory, args), consume).await
    }

    /// Runs git in `directory` and returns at most `limit` bytes of its output, and whether there was more.
    ///
    /// # Errors
    /// As [`Program::stream`].
    pub async fn output(
        &self,
        directory: &Path,
        args: &[&str],
        limit: usize,
    ) -> Result<(Vec<u8>, bool, Ended), ToolError> {
        collected(self.command(directory, args), limit).await
    }
}

fn broken(error: std::io::Error) -> ToolError {
    failed(format!("cannot run git: {error}"), "check the git installation")
}

/// Runs a child and gives its output to `consume` piece by piece, until that breaks.
async fn streamed(mut command: Command, mut consume: impl FnMut(&[u8]) -> ControlFlow<()>) -> Result<Ended, ToolError> {
    let mut child = command.spawn().map_err(broken)?;
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let reading = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Some(out) = stdout.as_mut() {
            let read = out.read(&mut buffer).await?;
            if read == 0 {
                break;
            }
            if consume(&buffer[..read]).is_break() {
                child.start_kill()?;
                return Ok(true);
            }
        }
        Ok(false)
    };
    let (stopped, complaint) = tokio::join!(reading, beginning(stderr.as_mut()));
    let stopped = stopped.map_err(broken)?;
    let status: ExitStatus = child.wait().await.map_err(broken)?;
    Ok(Ended::of(stopped || status.success(), &complaint))
}

/// Runs a child and returns at most `limit` bytes of its output, and whether there was more.
///
/// # Errors
/// It cannot be started or read.
pub(super) async fn collected(command: Command, limit: usize) -> Result<(Vec<u8>, bool, Ended), ToolError> {
    let (mut bytes, mut more) = (Vec::new(), false);
    let ended = streamed(command, |piece| {
        let room = limit - bytes.len();
        bytes.extend_from_slice(&piece[..piece.len().min(room)]);
        more = piece.len() > room;
        if more {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .await?;
    Ok((bytes, more, ended))
}

/// Runs a child that changes something to its end, whoever waits for it; its output counts for nothing.
///
/// When nobody waits any more it may go on for a while, is then asked to end, which is when git removes its locks,
/// and only then killed. A lock that is left then, or when the machine stops, has to be removed by hand; git says
/// which. `keep` is what the child needs: it goes when the child has.
///
/// # Errors
/// It cannot be started, or nobody knows how it ended.
pub(super) async fn finished(mut command: Command, keep: impl Send + 'static) -> Result<Ended, ToolError> {
    command.stdout(Stdio::null()).kill_on_drop(false);
    let mut child = command.spawn().map_err(broken)?;
    let (waiting, gone) = oneshot::channel::<()>();
    let ending = tokio::spawn(async move {
        let mut stderr = child.stderr.take();
        let ended = tokio::join!(end(&mut child, gone), beginning(stderr.as_mut()));
        drop(keep);
        ended
    });
    let ended = ending.await;
    drop(waiting);
    let (status, complaint) = ended.map_err(|error| failed(format!("git was lost: {error}"), "call it again"))?;
    Ok(Ended::of(status.map_err(broken)?.success(), &complaint))
}

/// Waits for a child, for as long as somebody waits for it and a little longer.
async fn end(child: &mut Child, gone: oneshot::Receiver<()>) -> std::io::Result<ExitStatus> {
    let given_up = async {
        // Nothing is ever sent: the other side goes, and that is what is waited for.
        let _ = gone.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        status = child.wait() => return status,
        () = given_up => {}
    }
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(id) = id {
        // One that is gone already needs no asking.
        let _ = kill_process(id, Signal::TERM);
    }
    match tokio::time::timeout(GRACE, child.wait()).await {
        Ok(status) => status,
        Err(_) => {
            child.start_kill()?;
            child.wait().await
        }
    }
}

/// Reads a stream to its end and keeps the beginning, so that the writer never blocks on it.
async fn beginning(stream: Option<&mut (impl AsyncRead + Unpin)>) -> Vec<u8> {
    let mut kept = Vec::new();
    if let Some(stream) = stream {
        // What cannot be read of a complaint is not worth failing for.
        let _ = (&mut *stream).take(COMPLAINT_MAX).read_to_end(&mut kept).await;
        let _ = tokio::io::copy(stream, &mut tokio::io::sink()).await;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_nobody_waits_for_any_more_is_made_to_its_end() {
        let place = tempfile::tempdir().unwrap();
        let (done, go) = (place.path().join("done"), place.path().join("go"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut command = Command::new("sh");
            let script = "while ! [ -e \"$1\" ]; do sleep 0.01; done; : > \"$0\"";
            command.args(["-c", script]).args([&done, &go]);
            let mut call = Box::pin(finished(command, ()));
            tokio::select! {
                biased;
                ended = &mut call => panic!("it takes longer: {ended:?}"),
                () = tokio::time::sleep(Duration::from_millis(20)) => {}
            }
            drop(call);
            std::fs::write(&go, "").unwrap();
            while !done.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
    }
}
