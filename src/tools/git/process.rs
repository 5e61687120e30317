//! Runs the git binary so that nothing in a repository can make it run anything else.
//!
//! Arguments are an argv, never a shell. The environment is built from nothing, configuration of
//! the user and the system is cut off, and settings of the repository that start programs are
//! overridden. Output is streamed and bounded; a dropped call kills the child.

use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

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

/// Where git is, and where it may look for a repository.
#[derive(Debug, Clone)]
pub(super) struct Program {
    git: PathBuf,
    path: std::ffi::OsString,
    workspace: PathBuf,
}

/// How a child ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Whether it exited with zero, or was stopped because enough was read.
    pub ok: bool,
    /// The beginning of its standard error, without control characters.
    pub complaint: String,
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

    fn command(&self, directory: &Path, args: &[&str]) -> Command {
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
            .arg("--no-pager");
        for setting in OVERRIDES {
            command.args(["-c", setting]);
        }
        command
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs git in `directory` and gives its output to `consume` piece by piece, until that breaks.
    ///
    /// # Errors
    /// It cannot be started or read; a failure of git itself is in [`Ended`].
    pub async fn stream(
        &self,
        directory: &Path,
        args: &[&str],
        mut consume: impl FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Ended, ToolError> {
        let broken = |error: std::io::Error| failed(format!("cannot run git: {error}"), "check the git installation");
        let mut child = self.command(directory, args).spawn().map_err(broken)?;
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
        Ok(Ended {
            ok: stopped || status.success(),
            complaint: plain(&String::from_utf8_lossy(&complaint)).trim().to_owned(),
        })
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
        let (mut bytes, mut more) = (Vec::new(), false);
        let ended = self
            .stream(directory, args, |piece| {
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
