//! Offline: a run needs no network, and `--offline` opens none.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::command_line::somagent;
use crate::homes::{Ended, Home, models};
use crate::repositories::import;

/// What a run may do in three model calls is little; a deadline only ends what hangs.
const DEADLINE: Duration = Duration::from_secs(300);

fn repository(home: &Home) {
    let streams = Path::new(env!("CARGO_MANIFEST_DIR")).join("capsules/fixtures");
    import(&home.work(), &streams.join("one_commit.fast-export"));
}

/// Whether this machine lets a process have a network of its own.
fn isolation() -> Option<&'static [&'static str]> {
    const WAYS: [&[&str]; 2] = [&["--user", "--map-root-user", "--net"], &["--net"]];
    WAYS.into_iter().find(|way| {
        let tried = Command::new("unshare")
            .args(*way)
            .arg("true")
            .stderr(Stdio::null())
            .status();
        tried.is_ok_and(|status| status.success())
    })
}

#[test]
fn a_run_works_without_any_network() {
    let home = Home::fresh();
    repository(&home);
    let args = ["run", "repo_digest", "--offline", "-o", "json"];
    let inner = home.command_with_model(&args);
    let mut command = match isolation() {
        // It becomes the command, with the same process id.
        Some(way) => {
            let mut command = Command::new("unshare");
            command.args(way).arg(inner.get_program()).args(inner.get_args());
            command
        }
        None => {
            let expected = std::env::var_os("SOMAGENT_EXPECT_NETNS").is_some_and(|value| value == "1");
            assert!(!expected, "this machine gives no network namespace");
            let mut command = Command::new(inner.get_program());
            command.args(inner.get_args());
            command
        }
    };
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.current_dir(home.work()).stdin(Stdio::null());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let ended = watched(child);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let result = ended.json();
    assert_eq!(result["outputs"]["commits"], 1, "{result}");
    assert!(result["outputs"]["model_sentences"].as_u64().unwrap() > 0, "{result}");
}

/// Looks at the open files of a process until it ends: none may be a socket of the internet.
fn watched(mut child: Child) -> Ended {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(began.elapsed() < DEADLINE, "the run does not end");
        let found = internet_sockets(child.id());
        assert!(found.is_empty(), "{found:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap().into()
}

fn internet_sockets(process: u32) -> Vec<String> {
    let mut inodes = HashSet::new();
    for table in ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"] {
        // The process may end while it is looked at.
        let text = fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default();
        inodes.extend(
            text.lines()
                .skip(1)
                .filter_map(|line| Some(format!("socket:[{}]", line.split_whitespace().nth(9)?))),
        );
    }
    let files = fs::read_dir(format!("/proc/{process}/fd"))
        .into_iter()
        .flatten()
        .flatten();
    files
        .filter_map(|file| fs::read_link(file.path()).ok())
        .map(|target| target.to_string_lossy().into_owned())
        .filter(|target| inodes.contains(target))
        .collect()
}

#[test]
fn the_look_at_sockets_sees_one() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(!internet_sockets(std::process::id()).is_empty(), "{listener:?}");
}

#[test]
fn offline_without_a_model_ends_with_9_and_leaves_nothing_half_pulled() {
    let home = Home::founded();
    repository(&home);
    for args in [
        &["run", "repo_digest", "--offline"][..],
        &["model", "pull", "--offline"],
        &["init", "-y", "--offline"],
    ] {
        let ended = home.run(args);
        ended.refused(
            9,
            &[
                "the network is refused because of `--offline`",
                "hint: ",
                "model pull --from FILE",
            ],
        );
    }
    assert_eq!(home.runs(), 0, "nothing began");
    let mut left = Vec::new();
    files(&home.root().join("data/models"), &mut left);
    left.retain(|(_, size)| *size > 0);
    assert!(left.is_empty(), "{left:?}");
}

fn files(directory: &Path, found: &mut Vec<(String, u64)>) {
    for entry in fs::read_dir(directory).unwrap().flatten() {
        match entry.metadata().unwrap() {
            metadata if metadata.is_dir() => files(&entry.path(), found),
            metadata => found.push((entry.path().display().to_string(), metadata.len())),
        }
    }
}

/// Where the default model's file lies under `models`, and how long it is.
fn model_file(models: &Path) -> (std::path::PathBuf, u64) {
    let scratch = tempfile::tempdir().unwrap();
    let shown = Ended::of(&mut somagent(scratch.path(), &["model", "show", "-o", "json"]));
    let entry = shown.json();
    let real =
        Ended::of(somagent(scratch.path(), &["model", "show", "-o", "json"]).env("SOMAGENT_MODELS", self::models()));
    let name = real.json()["path"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let folder = models.join("sha256").join(entry["sha256"].as_str().unwrap());
    (folder.join(name), entry["size"].as_u64().unwrap())
}

#[test]
fn a_damaged_model_ends_with_16_and_pulling_replaces_it() {
    let home = Home::founded();
    repository(&home);
    let own = home.root().join("data/models");
    let (path, size) = model_file(&own);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let run = |args: &[&str]| home.run(&[&["run", "repo_digest", "--offline"], args].concat());

    fs::write(&path, "XXXX, and no more").unwrap();
    run(&[]).refused(16, &["damaged", "somagent model pull"]);

    // The right length and another beginning; what is not written takes no space.
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(size)
        .unwrap();
    let ended = run(&["-o", "json"]);
    assert_eq!(ended.code, Some(16), "{ended:?}");
    let error = ended.json()["error"].clone();
    assert!(
        error["message"].as_str().unwrap().contains("not a GGUF file"),
        "{error}"
    );
    assert!(
        error["hint"].as_str().unwrap().contains("somagent model pull"),
        "{error}"
    );

    let (whole, _) = model_file(models());
    let pulled = home.run(&["model", "pull", "--offline", "--from", whole.to_str().unwrap()]);
    assert_eq!(pulled.code, Some(0), "{pulled:?}");
    assert!(pulled.err.contains("was damaged and is removed"), "{}", pulled.err);
    assert_eq!(fs::read(&path).unwrap(), fs::read(&whole).unwrap());
    home.verifies();
}
