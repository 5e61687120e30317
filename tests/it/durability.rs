//! What survives when a process is killed or its disk is full.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::account::check_account;
use crate::workbench::{Chance, MANY_STEPS, Workbench, pull_model, wait};

/// Kills `kills` processes that begin or go on with a run, each after a random time below `longest`; every
/// run is brought to its end. Returns the ids of the runs.
fn survive(bench: &Workbench, run: &[&str], kills: u32, longest: Duration, chance: &mut Chance) -> Vec<String> {
    let mut killed = 0;
    loop {
        let runs = bench.runs();
        let ended = ["succeeded", "interrupted"];
        assert!(
            runs.iter()
                .all(|row| ended.iter().any(|status| row["status"] == *status)),
            "{runs:?}"
        );
        let open = runs.iter().find(|row| row["status"] == "interrupted");
        let args = match open {
            Some(row) => vec!["runs", "resume", row["run"].as_str().unwrap(), "-q"],
            None if killed >= kills => break,
            None => run.to_vec(),
        };
        if killed >= kills {
            bench.succeed(&args);
            continue;
        }
        let errors = fs::File::create(bench.path("errors")).unwrap();
        let mut command = bench.command(&args);
        let mut child = command.stdout(Stdio::null()).stderr(errors).spawn().unwrap();
        let micros = chance.below(u64::try_from(longest.as_micros()).unwrap());
        std::thread::sleep(Duration::from_micros(micros));
        child.kill().unwrap();
        let status = wait(&mut child);
        if status.code().is_none() {
            killed += 1;
        } else {
            let errors = fs::read_to_string(bench.path("errors")).unwrap();
            assert_eq!(status.code(), Some(0), "{errors}");
        }
        bench.succeed(&["audit", "verify"]);
    }
    // Events only come to the log, so what it says at the end covers the time after each kill.
    let (events, runs) = (bench.events(), bench.runs());
    let ids = runs.iter().map(|row| row["run"].as_str().unwrap().to_owned());
    ids.inspect(|run| check_account(&events, run)).collect()
}

#[test]
fn a_digest_that_is_killed_ten_times_is_the_one_of_an_undisturbed_run() {
    pull_model();
    let bench = Workbench::new();
    let repository = bench.repository();
    let path = format!("path={}", repository.display());
    let args = ["run", "repo_digest", "-p", &path, "--seed", "7", "-q"];
    let begun = Instant::now();
    let undisturbed = bench.succeed(&[&args[..], &["-o", "json"]].concat()).json();
    // Most kills hit a model's answer, some hit the loading of the model or the end.
    let longest = begun.elapsed() / 2;
    let expected = bench.artifact(undisturbed["run"].as_str().unwrap(), "digest.md");
    assert!(expected.contains("## By area"), "{expected}");

    let runs = survive(&bench, &args, 10, longest, &mut Chance::new("digest"));
    for run in runs {
        assert_eq!(bench.artifact(&run, "digest.md"), expected, "run {run}");
    }
}

#[test]
fn many_cheap_steps_survive_many_kills() {
    let bench = Workbench::new();
    let (repository, capsule) = (bench.repository(), bench.capsule(MANY_STEPS));
    let path = format!("path={}", repository.display());
    let args = ["run", &capsule, "-p", &path, "-q"];
    let begun = Instant::now();
    let undisturbed = bench.succeed(&[&args[..], &["-o", "json"]].concat()).json();
    let longest = begun.elapsed();
    let artifacts = |run: &Value| {
        let run = run.as_str().unwrap();
        let directory = bench.home().join("data/artifacts").join(run).join("notes");
        let names = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        // A kill before the rename leaves a file that nothing reads.
        let notes: BTreeSet<(String, String)> = names
            .filter(|name| !(name.starts_with(".somagent-") && name.ends_with(".tmp")))
            .map(|name| (bench.artifact(run, &format!("notes/{name}")), name))
            .collect();
        (notes, bench.artifact(run, "authors.json"))
    };
    let expected = artifacts(&undisturbed["run"]);
    assert_eq!(expected.0.len(), 40);

    for run in survive(&bench, &args, 25, longest, &mut Chance::new("many steps")) {
        assert_eq!(artifacts(&Value::from(run)), expected);
    }
}

#[test]
fn first_use_that_is_killed_is_finished_by_the_next_command() {
    let mut chance = Chance::new("first use");
    let whole = {
        let bench = Workbench::new();
        let begun = Instant::now();
        bench.succeed(&["init", "--yes", "--no-model"]);
        begun.elapsed()
    };
    let longest = u64::try_from(whole.as_micros()).unwrap();
    let bench = Workbench::new();
    let (repository, capsule) = (bench.repository(), bench.capsule(MANY_STEPS));
    let path = format!("path={}", repository.display());
    let run = ["run", &capsule, "-p", &path, "-p", "commits=2", "-o", "json"];
    for _ in 0..40 {
        if bench.home().exists() {
            fs::remove_dir_all(bench.home()).unwrap();
        }
        let mut first = bench.command(&run);
        first.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = first.spawn().unwrap();
        std::thread::sleep(Duration::from_micros(chance.below(longest)));
        child.kill().unwrap();
        wait(&mut child);
        bench.succeed(&run);
        check_account(&bench.events(), &bench.newest());
    }
}

/// Each state that first use can leave behind, made by hand from the real files.
#[test]
fn every_stage_of_first_use_can_be_gone_on_from() {
    let bench = Workbench::new();
    let (home, data) = (bench.home(), bench.home().join("data"));
    bench.succeed(&["init", "--yes", "--no-model"]);
    let [key, text, signature] = [
        "data/keys/signing.pem",
        "config/constitution.yaml",
        "config/constitution.yaml.sig",
    ]
    .map(|name| home.join(name));
    let forget_store = || {
        for name in [
            "data/somagent.db",
            "data/somagent.db-wal",
            "data/somagent.db-shm",
            "state/checkpoint",
        ] {
            let _ = fs::remove_file(home.join(name));
        }
    };
    let goes_on = |stage: &str| {
        let ended = bench.run(&["init", "--yes", "--no-model"]);
        assert_eq!(ended.code, Some(0), "{stage}: {ended:?}");
        assert_eq!(bench.events().len(), 2, "{stage}");
    };
    goes_on("everything is there");
    forget_store();
    goes_on("before the store");
    forget_store();
    fs::write(data.join("somagent.db"), "").unwrap();
    goes_on("the database is empty");
    forget_store();
    {
        let place = somagent::journal::Place {
            database: data.join("somagent.db"),
            blobs: data.join("blobs"),
            checkpoint: home.join("state/checkpoint"),
            locks: data.join("locks"),
        };
        drop(somagent::journal::Journal::open(&place, somagent::keys::load(&key).unwrap()).unwrap());
    }
    goes_on("the store has no event");
    forget_store();
    fs::remove_file(&signature).unwrap();
    goes_on("the constitution is not signed");
    forget_store();
    fs::remove_file(&signature).unwrap();
    fs::remove_file(&text).unwrap();
    goes_on("there is no constitution");
    forget_store();
    for path in [&signature, &text, &key] {
        fs::remove_file(path).unwrap();
    }
    goes_on("there is no key");
    fs::remove_file(home.join("state/checkpoint")).unwrap();
    goes_on("there is no checkpoint outside");
}

/// The commands of a session on a disk that fills up; each prints the code that it ends with.
const FULL_DISK: &str = r#"
report() { label=$1; shift; "$@" >>"$LOG" 2>&1; echo "$label $?"; }
report init "$SOM" init --yes --no-model
report warm "$SOM" run "$CAPSULE" -p "path=$REPOSITORY"
fill
"$SOM" run "$CAPSULE" -p "path=$REPOSITORY" -o jsonl >"$OUT" 2>>"$LOG"; echo "full $?"
report listed "$SOM" runs list
free
report verify "$SOM" audit verify
"$SOM" runs list -o jsonl >"$LIST" 2>>"$LOG"
for run in $(sed -n 's/.*"run":"\([^"]*\)".*"status":"interrupted".*/\1/p' "$LIST"); do
  report resumed "$SOM" runs resume "$run"
done
report again "$SOM" run "$CAPSULE" -p "path=$REPOSITORY"
report verify "$SOM" audit verify
"$SOM" audit tail -n 100000 -o json >"$EVENTS"
"#;

/// A small file system of its own, filled to the last block but a few.
const SMALL_DISK: &str = r#"
mount -t tmpfs -o size=16m tmpfs "$DISK" || exit 99
fill() { dd if=/dev/zero of="$DISK/ballast" bs=4k >/dev/null 2>&1; truncate -s -"${ROOM}k" "$DISK/ballast"; }
free() { rm "$DISK/ballast"; }
"#;

/// Without the right to mount: no file may grow beyond a limit, which fails like a full disk.
const SMALL_FILES: &str = r#"
trap '' XFSZ
fill() { ulimit -S -f 1; }
free() { ulimit -S -f unlimited; }
"#;

#[test]
fn a_full_disk_ends_with_16_and_the_run_goes_on_when_there_is_space() {
    let mounts = Command::new("unshare").args(["-rm", "true"]).status();
    let mounts = mounts.is_ok_and(|status| status.success());
    if std::env::var_os("SOMAGENT_EXPECT_NETNS").is_some_and(|value| value == "1") {
        assert!(mounts, "this machine was expected to allow namespaces");
    }
    let mut stopped = 0;
    for room in if mounts {
        vec!["0", "24", "64", "128"]
    } else {
        vec!["0"]
    } {
        let bench = Workbench::new();
        let (repository, capsule) = (bench.repository(), bench.capsule(MANY_STEPS));
        fs::create_dir(bench.home()).unwrap();
        let mut command = if mounts {
            let mut command = Command::new("unshare");
            command.args(["-rm", "bash", "-c", &format!("{SMALL_DISK}{FULL_DISK}")]);
            command
        } else {
            let mut command = Command::new("bash");
            command.args(["-c", &format!("{SMALL_FILES}{FULL_DISK}")]);
            command
        };
        let variables = bench.command(&[]);
        for (name, value) in variables.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .env("DISK", bench.home())
            .env("ROOM", room)
            .env("SOM", env!("CARGO_BIN_EXE_somagent"))
            .env("CAPSULE", &capsule)
            .env("REPOSITORY", &repository);
        for name in ["LOG", "OUT", "LIST", "EVENTS"] {
            command.env(name, bench.path(name));
        }
        let ended = command.output().unwrap();
        let codes = String::from_utf8(ended.stdout).unwrap();
        let log = fs::read_to_string(bench.path("LOG")).unwrap_or_default();
        let told = format!("{room} KiB free:\n{codes}\n{log}");
        let events: Vec<Value> = serde_json::from_slice(&fs::read(bench.path("EVENTS")).expect(&told)).expect(&told);
        for (label, code) in codes.lines().map(|line| line.split_once(' ').unwrap()) {
            let expected: &[&str] = match label {
                "full" => &["16"],
                // SQLite needs 32 KiB for the index of its log, also to read.
                "listed" => &["0", "16"],
                _ => &["0"],
            };
            assert!(expected.contains(&code), "{label}, {told}");
        }
        stopped += codes.matches("resumed 0").count();
        let started = events.iter().filter(|event| event["header"]["kind"] == "run.started");
        for event in started {
            check_account(&events, event["body"]["run"].as_str().unwrap());
        }
        let out = fs::read_to_string(bench.path("OUT")).unwrap();
        assert!(
            out.lines().filter(|line| line.contains("\"run.finished\"")).count() <= 1,
            "{told}"
        );
    }
    assert!(!mounts || stopped > 0, "no run was interrupted by the full disk");
}
