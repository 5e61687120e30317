//! What `doctor` looks at: each check asks the machine one question and never changes anything.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::Access;
use serde::Serialize;

use crate::config::Home;
use crate::keys::{self, LoadKeyError};
use crate::policy::{Constitution, Trusted};

/// How a check went; the later, the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// As it should be.
    Ok,
    /// Works, or will; worth a look.
    Warn,
    /// Stands in the way.
    Fail,
}

impl Status {
    /// The word for tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// The answer to one question about this machine.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// What was asked.
    pub name: &'static str,
    /// How it went.
    pub status: Status,
    /// What was found.
    pub detail: String,
    /// What would change it; absent when all is well.
    pub hint: Option<String>,
    /// The value that was measured, when one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
}

/// A value beside its limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    /// The value.
    pub value: f64,
    /// Of both.
    pub unit: &'static str,
    /// What it is not to exceed.
    pub limit: f64,
}

impl Check {
    /// All is well.
    pub fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self {
            name,
            status: Status::Ok,
            detail: detail.into(),
            hint: None,
            measured: None,
        }
    }

    /// Worth a look.
    pub fn warn(name: &'static str, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            name,
            status: Status::Warn,
            detail: detail.into(),
            hint: Some(hint.into()),
            measured: None,
        }
    }

    /// The same, with the value that was measured.
    #[must_use]
    pub fn measured(self, value: f64, unit: &'static str, limit: f64) -> Self {
        let measured = Some(Measured { value, unit, limit });
        Self { measured, ..self }
    }

    /// In the way.
    pub fn fail(name: &'static str, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            name,
            status: Status::Fail,
            detail: detail.into(),
            hint: Some(hint.into()),
            measured: None,
        }
    }
}

/// All checks. `trusted` is what the journal records about the constitution, if there is one.
pub fn all(home: &Home, trusted: Option<&Trusted>) -> Vec<Check> {
    vec![
        directories(home),
        signing_key(home),
        constitution(home, trusted),
        git(),
        disk_space(home),
        file_system(home),
        network_namespaces(),
    ]
}

fn directories(home: &Home) -> Check {
    const NAME: &str = "directories";
    let mut missing = 0;
    let directories = home.directories();
    for (name, path) in &directories {
        let existing = nearest_existing(path);
        missing += usize::from(existing != path.as_path());
        let usable = if existing.is_dir() {
            rustix::fs::access(existing, Access::WRITE_OK | Access::EXEC_OK).map_err(io::Error::from)
        } else {
            Err(io::Error::from(io::ErrorKind::NotADirectory))
        };
        if let Err(reason) = usable {
            return Check::fail(
                NAME,
                format!("{name}: cannot write in `{}`: {reason}", existing.display()),
                "change its rights, or set SOMAGENT_HOME to a directory of your own",
            );
        }
    }
    let count = directories.len();
    match missing {
        0 => Check::ok(NAME, format!("{count} directories can be written")),
        _ => Check::ok(
            NAME,
            format!("{count} directories can be written; {missing} are not there yet"),
        ),
    }
}

fn signing_key(home: &Home) -> Check {
    const NAME: &str = "signing key";
    match keys::load(&home.signing_key()) {
        Ok(key) => Check::ok(NAME, keys::public_text(&key.verifying_key())),
        Err(error @ LoadKeyError::Missing { .. }) => Check::warn(NAME, error.to_string(), error.hint()),
        Err(
            error @ (LoadKeyError::Unreadable { .. }
            | LoadKeyError::NotAFile { .. }
            | LoadKeyError::Exposed { .. }
            | LoadKeyError::NotAKey { .. }),
        ) => Check::fail(NAME, error.to_string(), error.hint()),
    }
}

fn constitution(home: &Home, trusted: Option<&Trusted>) -> Check {
    const NAME: &str = "constitution";
    let Some(trusted) = trusted else {
        return Check::warn(
            NAME,
            "nobody is trusted to sign one yet, so nothing may run",
            "found this installation with a signed constitution",
        );
    };
    match Constitution::load(&home.constitution(), &home.constitution_signature(), trusted) {
        Ok(constitution) => Check::ok(
            NAME,
            format!(
                "version {}, {}, verified",
                constitution.version(),
                constitution.digest().short()
            ),
        ),
        Err(error) => Check::fail(NAME, error.to_string(), error.hint()),
    }
}

fn git() -> Check {
    const NAME: &str = "git";
    match answer("git", &["--version"]) {
        Ok(version) => Check::ok(NAME, version.trim().trim_start_matches("git version ").to_owned()),
        Err(reason) => Check::fail(NAME, reason, "install git; the `git` tool calls it"),
    }
}

fn disk_space(home: &Home) -> Check {
    const NAME: &str = "disk space";
    const GIB: u64 = 1 << 30;
    let place = home.database();
    let existing = nearest_existing(&place);
    let free = match rustix::fs::statvfs(existing) {
        Ok(found) => found.f_bavail.saturating_mul(found.f_frsize),
        Err(reason) => {
            return Check::fail(
                NAME,
                format!("cannot ask about `{}`: {}", existing.display(), io::Error::from(reason)),
                "check that the disk is sound",
            );
        }
    };
    let detail = format!(
        "{}.{} GiB free at `{}`",
        free / GIB,
        free % GIB * 10 / GIB,
        existing.display()
    );
    match free {
        0..=0x1000_0000 => Check::fail(
            NAME,
            detail,
            "free at least 256 MiB: the journal refuses to act without room",
        ),
        // A model of the catalogue with its download beside it.
        free if free < 5 * GIB => Check::warn(NAME, detail, "free 5 GiB before a model is pulled"),
        _ => Check::ok(NAME, detail),
    }
}

fn file_system(home: &Home) -> Check {
    const NAME: &str = "file system";
    let place = home.database();
    let existing = nearest_existing(&place);
    match rustix::fs::statfs(existing) {
        Ok(found) => describe_file_system(kind_of(found.f_type), existing),
        Err(reason) => Check::fail(
            NAME,
            format!("cannot ask about `{}`: {}", existing.display(), io::Error::from(reason)),
            "check that the disk is sound",
        ),
    }
}

/// What a file system does to locks and to what is said to be on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Local(&'static str),
    Memory(&'static str),
    Network(&'static str),
    Unknown,
}

/// Magic numbers of statfs(2).
fn kind_of(magic: rustix::fs::FsWord) -> Kind {
    match magic {
        0xef53 => Kind::Local("ext4"),
        0x5846_5342 => Kind::Local("xfs"),
        0x9123_683e => Kind::Local("btrfs"),
        0x2fc1_2fc1 => Kind::Local("zfs"),
        0xf2f5_2010 => Kind::Local("f2fs"),
        0x794c_7630 => Kind::Local("overlay"),
        0x0102_1994 => Kind::Memory("tmpfs"),
        0x8584_58f6 => Kind::Memory("ramfs"),
        0x6969 => Kind::Network("nfs"),
        0xff53_4d42 => Kind::Network("cifs"),
        0xfe53_4d42 => Kind::Network("smb2"),
        0x517b => Kind::Network("smb"),
        0x5346_414f => Kind::Network("afs"),
        0x00c3_6400 => Kind::Network("ceph"),
        0x0102_1997 => Kind::Network("9p"),
        _ => Kind::Unknown,
    }
}

fn describe_file_system(kind: Kind, place: &Path) -> Check {
    const NAME: &str = "file system";
    let place = place.display();
    match kind {
        Kind::Local(name) => Check::ok(NAME, format!("{name} at `{place}`")),
        Kind::Memory(name) => Check::warn(
            NAME,
            format!("{name} at `{place}`: the journal is gone after a restart"),
            "set SOMAGENT_HOME to a directory on a disk",
        ),
        Kind::Network(name) => Check::fail(
            NAME,
            format!("{name} at `{place}`: locks over a network do not keep two writers apart"),
            "set SOMAGENT_HOME to a directory on a local disk",
        ),
        Kind::Unknown => Check::warn(
            NAME,
            format!("unknown at `{place}`"),
            "make sure that it is local and keeps what was synced",
        ),
    }
}

fn network_namespaces() -> Check {
    const NAME: &str = "network namespaces";
    match answer("unshare", &["--user", "--net", "true"]) {
        Ok(_) => Check::ok(NAME, "a process can be cut off from the network"),
        Err(reason) => Check::warn(
            NAME,
            reason,
            "install util-linux and allow unprivileged user namespaces (sysctl user.max_user_namespaces)",
        ),
    }
}

fn nearest_existing(path: &Path) -> &Path {
    path.ancestors()
        .find(|ancestor| ancestor.symlink_metadata().is_ok())
        .unwrap_or(Path::new("/"))
}

/// What a program that ends by itself prints; it gets five seconds.
fn answer(program: &str, args: &[&str]) -> Result<String, String> {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("`{program}` does not start: {error}"))?;
    let deadline = Instant::now() + Duration::from_secs(5);
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(5)),
            Ok(None) => {
                // It is killed and reaped; whether it had just ended makes no difference.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("`{program}` did not end within 5 seconds"));
            }
            Err(error) => return Err(format!("`{program}` is lost: {error}")),
        }
    };
    if !status.success() {
        return Err(format!("`{program} {}` ended with {status}", args.join(" ")));
    }
    let mut text = String::new();
    if let Some(stdout) = child.stdout.take() {
        stdout
            .take(4096)
            .read_to_string(&mut text)
            .map_err(|error| format!("`{program}` printed something unreadable: {error}"))?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::fs;

    use super::*;
    use crate::policy::DEFAULT_CONSTITUTION;
    use crate::policy::constitution::sign;

    fn home(root: &Path) -> Home {
        Home::from_env(|name| (name == "SOMAGENT_HOME").then(|| OsString::from(root))).unwrap()
    }

    fn named(checks: &[Check], name: &str) -> Check {
        checks.iter().find(|check| check.name == name).unwrap().clone()
    }

    #[test]
    fn a_fresh_machine_lacks_only_a_key_and_a_constitution() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().join("home");
        let checks = all(&home(&root), None);
        assert_eq!(named(&checks, "directories").status, Status::Ok);
        assert!(named(&checks, "directories").detail.contains("not there yet"));
        assert_eq!(named(&checks, "signing key").status, Status::Warn);
        assert_eq!(named(&checks, "constitution").status, Status::Warn);
        assert_eq!(named(&checks, "git").status, Status::Ok);
        assert!(!root.exists(), "checking changes nothing");
    }

    #[test]
    fn a_founded_home_is_verified_and_a_changed_one_fails() {
        let scratch = tempfile::tempdir().unwrap();
        let home = home(scratch.path());
        home.create().unwrap();
        let key = keys::create(&home.signing_key()).unwrap();
        let trusted = Trusted {
            keys: vec![key.verifying_key()],
            threshold: 1,
            highest_version: 1,
            pinned: None,
        };
        fs::write(home.constitution(), DEFAULT_CONSTITUTION).unwrap();
        fs::write(
            home.constitution_signature(),
            sign(DEFAULT_CONSTITUTION.as_bytes(), &key),
        )
        .unwrap();
        let checks = all(&home, Some(&trusted));
        assert_eq!(
            named(&checks, "signing key").detail,
            keys::public_text(&key.verifying_key())
        );
        let verified = named(&checks, "constitution");
        assert!(verified.detail.starts_with("version 1, "), "{verified:?}");
        assert_eq!(verified.status, Status::Ok);

        fs::write(home.constitution(), DEFAULT_CONSTITUTION.replace("allow", "deny")).unwrap();
        assert_eq!(named(&all(&home, Some(&trusted)), "constitution").status, Status::Fail);
    }

    #[test]
    fn a_file_where_a_directory_should_be_fails() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().join("home");
        fs::write(&root, "").unwrap();
        let check = directories(&home(&root));
        assert_eq!(check.status, Status::Fail);
        assert!(check.hint.unwrap().contains("SOMAGENT_HOME"));
    }

    #[test]
    fn network_file_systems_fail_and_memory_warns() {
        let status = |magic| describe_file_system(kind_of(magic), Path::new("/x")).status;
        assert_eq!(status(0xef53), Status::Ok);
        assert_eq!(status(0x6969), Status::Fail);
        assert_eq!(status(0x0102_1994), Status::Warn);
        assert_eq!(status(1), Status::Warn);
    }

    #[test]
    fn a_program_that_is_missing_fails_or_says_why_it_ended() {
        assert!(
            answer("somagent-no-such-program", &[])
                .unwrap_err()
                .contains("does not start")
        );
        assert!(answer("false", &[]).unwrap_err().contains("ended with"));
        assert_eq!(answer("echo", &["x"]).unwrap(), "x\n");
    }
}
