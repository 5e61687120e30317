//! A hundred and twenty ways out, each tried by a real program.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use rustix::process::geteuid;
use somagent::tools::sandbox::{Ended, TIER};

use super::{Ground, program, said, strangers};

/// What every way needs outside, so that it would lead somewhere.
struct Outside {
    ground: Ground,
    _listeners: (UnixListener, UnixListener, TcpListener),
    port: u16,
    segment: Segment,
}

impl Outside {
    fn new() -> Self {
        let ground = Ground::new();
        for name in ["secret", "secret.deletable"] {
            fs::write(ground.path(name), "nobody gave this away\n").unwrap();
        }
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/services/escapes.c");
        let escapes = ground.path("workspace/escapes");
        let built = match std::env::var_os("SOMAGENT_TESTED_ESCAPES") {
            Some(there) => fs::copy(there, &escapes).is_ok(),
            None => Command::new("cc")
                .args(["-O1", "-Wall", "-Werror", "-static", "-o"])
                .args([escapes.as_os_str(), source.as_ref()])
                .status()
                .unwrap()
                .success(),
        };
        assert!(built);
        let local = UnixListener::bind(ground.path("socket")).unwrap();
        let name = ground.path("abstract");
        let address = <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name.to_str().unwrap());
        let hidden = UnixListener::bind_addr(&address.unwrap()).unwrap();
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        Self {
            port: tcp.local_addr().unwrap().port(),
            segment: Segment::new(),
            _listeners: (local, hidden, tcp),
            ground,
        }
    }

    fn argument(&self, way: &str) -> String {
        let path = |name: &str| self.ground.path(name).display().to_string();
        match way {
            "local_socket" => path("socket"),
            "abstract_socket" => path("abstract"),
            "loopback_of_host" => self.port.to_string(),
            "shared_memory" => self.segment.key.to_string(),
            "kill_host" => std::process::id().to_string(),
            "environment" => "CARGO_MANIFEST_DIR".to_owned(),
            _ => path("secret"),
        }
    }
}

/// A segment of System V memory that every process of this machine could attach by its key; gone with this value.
struct Segment {
    id: String,
    key: i32,
}

impl Segment {
    fn new() -> Self {
        let made = Command::new("ipcmk")
            .args(["-M", "4096", "-p", "0666"])
            .output()
            .unwrap();
        let made = String::from_utf8(made.stdout).unwrap();
        let id = made.split_whitespace().last().unwrap().to_owned();
        let table = fs::read_to_string("/proc/sysvipc/shm").unwrap();
        let row = table
            .lines()
            .find(|row| row.split_whitespace().nth(1) == Some(&id))
            .unwrap();
        let key = row.split_whitespace().next().unwrap().parse().unwrap();
        Self { id, key }
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        let _ = Command::new("ipcrm").args(["-m", &self.id]).status();
    }
}

/// The names of all ways.
fn ways(escapes: &Path) -> Vec<String> {
    let listed = Command::new(escapes).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    listed.lines().map(str::to_owned).collect()
}

#[test]
fn every_way_out_is_closed() {
    let outside = Outside::new();
    let ways = Mutex::new(ways(&outside.ground.path("workspace/escapes")));
    let tried = Mutex::new(Vec::new());
    let through = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let Some(way) = ways.lock().unwrap().pop() else { return };
                    let argument = outside.argument(&way);
                    let outcome = outside
                        .ground
                        .run(outside.ground.job(&["./escapes", &way, &argument]))
                        .unwrap();
                    assert_eq!(outcome.standing.tier, TIER);
                    let said = said(&outcome);
                    if outcome.ended != Ended::Code(0) || !said.starts_with("refused") {
                        through
                            .lock()
                            .unwrap()
                            .push(format!("{way}: {:?} {said}", outcome.ended));
                    }
                    tried.lock().unwrap().push(way);
                }
            });
        }
    });
    let through = through.into_inner().unwrap();
    assert!(through.is_empty(), "{through:#?}");
    let tried = tried.into_inner().unwrap();
    assert!(tried.len() >= 115, "{}", tried.len());
    // What could be seen of it outside is as it was.
    assert_eq!(
        fs::read_to_string(outside.ground.path("secret")).unwrap(),
        "nobody gave this away\n"
    );
    assert!(outside.ground.path("secret.deletable").exists());
    assert_eq!(strangers(&outside.ground.path("workspace/.git"), &["hooks"]), [""; 0]);
    assert_eq!(strangers(&outside.ground.path("workspace/.git/hooks"), &[]), [""; 0]);
    assert!(
        !outside.ground.path("workspace/.somagent").exists(),
        "what was made to be covered goes again"
    );
    for place in ["/etc/somagent-escape", "/usr/bin/somagent-escape", "/somagent-escape"] {
        assert!(!Path::new(place).exists(), "{place}");
    }
    let left = fs::metadata(outside.ground.path("workspace/s")).map(|found| found.permissions().mode() & 0o6000);
    assert_eq!(left.unwrap_or(0), 0);
}

/// Outside, the same program gets through where that does no harm: a way that cannot be taken proves nothing.
#[test]
fn an_open_way_is_noticed() {
    let outside = Outside::new();
    let workspace = outside.ground.path("workspace");
    let harmless = [
        "read_absolute",
        "read_upwards",
        "read_by_link",
        "write_absolute",
        "write_hook",
        "write_git_config",
        "write_somagent",
        "chmod_git",
        "setuid_chmod",
        "setuid_fchmod",
        "setuid_open",
        "setuid_openat2",
        "local_socket",
        "abstract_socket",
        "loopback_of_host",
        "kill_host",
        "shared_memory",
        "clone3_user",
        "trace_child",
        "vsock",
        "handle_of_root",
        "environment",
        "new_privileges",
        "executable_data",
    ];
    fs::create_dir(workspace.join(".somagent")).unwrap();
    let closed = harmless.iter().filter(|way| {
        let bare = Command::new("./escapes")
            .args([**way, outside.argument(way).as_str()])
            .env("CARGO_MANIFEST_DIR", "here")
            .current_dir(&workspace)
            .stdout(Stdio::piped())
            .output()
            .unwrap();
        bare.status.code() != Some(1)
    });
    let closed: Vec<_> = closed.collect();
    // A machine may refuse one or the other by itself.
    assert!(closed.len() <= 3, "{closed:?}");
}

/// The same as somebody who is not root, where these tests are.
#[test]
fn every_way_out_is_closed_for_another_user_too() {
    if !geteuid().is_root() {
        // Then every other test here is that one.
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let copy = |from: &Path, name: &str| {
        let to = directory.path().join(name);
        // Not by this process: what another test begins at this moment would have it open, and then it cannot be run.
        assert!(Command::new("cp").arg(from).arg(&to).status().unwrap().success());
        fs::set_permissions(&to, fs::Permissions::from_mode(0o755)).unwrap();
        to
    };
    let tests = copy(&std::env::current_exe().unwrap(), "tests");
    let tested = copy(&program(), "somagent");
    let outside = Outside::new();
    let escapes = copy(&outside.ground.path("workspace/escapes"), "escapes");
    let scratch = directory.path().join("scratch");
    fs::create_dir(&scratch).unwrap();
    fs::set_permissions(&scratch, fs::Permissions::from_mode(0o777)).unwrap();
    let ended = Command::new("setpriv")
        .args([
            "--reuid=54321",
            "--regid=54321",
            "--clear-groups",
            "--inh-caps=-all",
            "--",
        ])
        .arg(&tests)
        .args(["sandbox::escapes::every_way_out_is_closed", "--exact"])
        .env("SOMAGENT_TESTED_PROGRAM", &tested)
        .env("SOMAGENT_TESTED_ESCAPES", &escapes)
        .env("TMPDIR", &scratch)
        .current_dir("/")
        .output()
        .unwrap();
    std::io::stderr().write_all(&ended.stdout).unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && said.contains("1 passed"), "{said}");
}
