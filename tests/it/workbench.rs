//! A home, a repository and capsules for one test, and what its journal says afterwards.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::command_line::somagent;

/// How long anything is waited for before the test fails.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Eighty-three cheap steps over a repository with forty commits, in two loops.
pub const MANY_STEPS: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: many_steps
version: 1.0.0
description: Many cheap steps.
inputs:
  type: object
  additionalProperties: false
  properties:
    path: {type: string, default: "."}
    commits: {type: integer, default: 40}
outputs:
  type: object
  required: [commits]
  properties: {commits: {type: integer}}
outputs_from:
  commits: "{{ steps.log.output.totals.commits }}"
tools:
  - {adapter: git, version: "^1", actions: [log]}
  - {adapter: text, version: "^1", actions: [count]}
  - {adapter: artifact, version: "^1", actions: [put]}
policies:
  budget: {tool_calls: 1000, steps: 1000}
execution:
  mode: sequence
  steps:
    - name: log
      action: git.log
      params: {repo: "{{ inputs.path }}", limit: "{{ inputs.commits }}"}
    - name: counts
      foreach: {items: steps.log.output.commits, as: commit, max_items: 60}
      action: text.count
      params: {items: "{{ commit.files }}", by: path}
    - name: notes
      foreach: {items: steps.log.output.commits, as: commit, max_items: 60}
      action: artifact.put
      params: {name: "notes/{{ commit.short }}.txt", content: "{{ commit.subject }}"}
    - name: authors
      action: text.count
      params: {items: "{{ steps.log.output.commits }}", by: author}
    - name: publish
      action: artifact.put
      params: {name: authors.json, content: "{{ steps.authors.output | tojson }}"}
"#;

/// A directory of its own for one test.
pub struct Workbench {
    scratch: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` when a signal killed it.
    pub code: Option<i32>,
    /// The signal that killed it.
    pub signal: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    pub fn new(output: Output) -> Self {
        Self {
            code: output.status.code(),
            signal: output.status.signal(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The one value that `-o json` printed.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The last line of `-o jsonl`, which is the only `run.finished`.
    pub fn finish(&self) -> Value {
        let lines: Vec<Value> = self
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect();
        let finishes = lines.iter().filter(|line| line["type"] == "run.finished").count();
        let last = lines.last().unwrap_or_else(|| panic!("nothing was printed: {self:?}"));
        assert_eq!((finishes, &last["type"]), (1, &Value::from("run.finished")), "{self:?}");
        assert_eq!(last["data"]["exit_code"], self.code.unwrap(), "{last}");
        last["data"].clone()
    }
}

impl Workbench {
    pub fn new() -> Self {
        Self {
            scratch: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// A capsule's file.
    pub fn capsule(&self, text: &str) -> String {
        let path = self.path("capsule.yaml");
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// A repository with forty commits by two people in four directories.
    pub fn repository(&self) -> PathBuf {
        let mut stream = String::new();
        for number in 0..40 {
            let area = ["core", "cli", "docs", "net"][number % 4];
            let author = ["Ann <ann@example.org>", "Bob <bob@example.org>"][number % 2];
            let at = 1_700_000_000 + 60 * number;
            let message = format!(
                "feat({area}): add widget {number} so that people can turn knob {number}\n\n\
                 The knob {number} makes the {area} part faster for everyone who uses it."
            );
            let text = format!("line {number}\n").repeat(number + 1);
            write!(
                stream,
                "commit refs/heads/main\nauthor {author} {at} +0000\ncommitter {author} {at} +0000\n\
                 data {}\n{message}\nM 100644 inline {area}/file{number}.txt\ndata {}\n{text}\n",
                message.len(),
                text.len()
            )
            .unwrap();
        }
        self.import("repository", &stream)
    }

    /// A repository whose log takes minutes: its two texts are costly to compare, and they alternate.
    pub fn slow_repository(&self) -> PathBuf {
        let mut stream = String::new();
        let mut chance = Chance(1);
        for mark in 1..=2 {
            let lines = (0..100_000).map(|_| format!("{}\n", chance.below(200)));
            let text: String = lines.collect();
            write!(stream, "blob\nmark :{mark}\ndata {}\n{text}\n", text.len()).unwrap();
        }
        for number in 0..1_000 {
            let at = 1_700_000_000 + 60 * number;
            write!(
                stream,
                "commit refs/heads/main\nauthor Ann <ann@example.org> {at} +0000\n\
                 committer Ann <ann@example.org> {at} +0000\ndata 1\nx\nM 100644 :{} file.txt\n",
                1 + number % 2
            )
            .unwrap();
        }
        self.import("slow", &stream)
    }

    fn import(&self, name: &str, stream: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir(&path).unwrap();
        let git = |args: &[&str]| {
            let mut command = Command::new("git");
            command
                .args(args)
                .current_dir(&path)
                .env("GIT_CONFIG_GLOBAL", "/dev/null");
            command
        };
        assert!(git(&["init", "-q", "-b", "main"]).status().unwrap().success());
        let mut importing = git(&["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
        importing.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
        assert!(importing.wait().unwrap().success());
        path
    }

    /// The command in this home. One thread for a model: several on busy cores wait for each other.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = somagent(&self.home(), args);
        command
            .env("SOMAGENT_MODELS", models())
            .env("CANDLE_NUM_THREADS", "1")
            .current_dir(self.scratch.path());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ended {
        Ended::new(self.command(args).output().unwrap())
    }

    /// Runs a command that has to succeed.
    pub fn succeed(&self, args: &[&str]) -> Ended {
        let ended = self.run(args);
        assert_eq!(ended.code, Some(0), "{args:?}: {ended:?}");
        ended
    }

    /// Starts a command whose lines are looked at while it runs.
    pub fn start(&self, args: &[&str]) -> Live {
        Live::new(self.command(args))
    }

    /// Every run as `runs list` shows it, the newest first.
    pub fn runs(&self) -> Vec<Value> {
        let listed = self.succeed(&["runs", "list", "-n", "1000", "-o", "json"]).json();
        listed.as_array().unwrap().clone()
    }

    /// The run that began last.
    pub fn newest(&self) -> String {
        self.runs()[0]["run"].as_str().unwrap().to_owned()
    }

    /// Every open question as `approvals list` shows it.
    pub fn questions(&self) -> Vec<Value> {
        let listed = self.succeed(&["approvals", "list", "-o", "json"]).json();
        listed.as_array().unwrap().clone()
    }

    /// Every event of the store, after the chain was verified.
    pub fn events(&self) -> Vec<Value> {
        self.succeed(&["audit", "verify"]);
        let tail = self.succeed(&["audit", "tail", "-n", "100000", "-o", "json"]).json();
        tail.as_array().unwrap().clone()
    }

    /// The text of an artifact that a run left.
    pub fn artifact(&self, run: &str, name: &str) -> String {
        let path = self.home().join("data/artifacts").join(run).join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

/// Runs a command that is killed at `point`.
pub fn killed(mut command: Command, point: &str) {
    let ended = Ended::new(command.env("SOMAGENT_KILL_AT", point).output().unwrap());
    assert_eq!(ended.signal, Some(9), "{point}: {ended:?}");
}

/// A command that is running.
pub struct Live {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
    /// What it said on standard error so far.
    err: Arc<Mutex<String>>,
    hearing: Option<JoinHandle<()>>,
}

impl Live {
    pub fn new(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in out.lines() {
                let _ = sender.send(line.unwrap());
            }
        });
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let err = Arc::<Mutex<String>>::default();
        let said = Arc::clone(&err);
        let hearing = std::thread::spawn(move || {
            let mut line = String::new();
            while stderr.read_line(&mut line).unwrap() > 0 {
                said.lock().unwrap().push_str(&line);
                line.clear();
            }
        });
        Self {
            child,
            lines,
            seen: Vec::new(),
            err,
            hearing: Some(hearing),
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its standard input, where it was piped.
    pub fn stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().unwrap()
    }

    /// Waits for a line that contains `text`.
    pub fn until(&mut self, text: &str) -> String {
        self.until_one(&[text])
    }

    /// Waits for a line that contains one of these.
    pub fn until_one(&mut self, texts: &[&str]) -> String {
        loop {
            match self.lines.recv_timeout(DEADLINE) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if texts.iter().any(|text| line.contains(text)) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("no line with {texts:?} came in time: {:?}", self.seen),
                Err(RecvTimeoutError::Disconnected) => panic!("no line with {texts:?} came: {:?}", self.seen),
            }
        }
    }

    /// Waits until a line on standard error contains `text`.
    pub fn until_err(&self, text: &str) {
        eventually(&format!("`{text}` was not said"), || {
            self.err.lock().unwrap().contains(text)
        });
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for the end.
    pub fn end(self) -> Ended {
        self.end_within(DEADLINE)
    }

    /// Waits for the end of what takes longer than most.
    pub fn end_within(mut self, time: Duration) -> Ended {
        let status = wait_for(&mut self.child, time);
        let mut lines = std::mem::take(&mut self.seen);
        lines.extend(self.lines.iter());
        let out = lines.iter().fold(String::new(), |out, line| out + line + "\n");
        self.hearing.take().unwrap().join().unwrap();
        Ended {
            code: status.code(),
            signal: status.signal(),
            out,
            err: self.err.lock().unwrap().clone(),
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for a child, but not for ever.
pub fn wait(child: &mut Child) -> ExitStatus {
    wait_for(child, DEADLINE)
}

fn wait_for(child: &mut Child, time: Duration) -> ExitStatus {
    let mut ended = None;
    within(time, "the process did not end", || {
        ended = child.try_wait().unwrap();
        ended.is_some()
    });
    ended.unwrap()
}

/// Polls until `holds`, and fails with `problem` when that takes too long.
pub fn eventually(problem: &str, holds: impl FnMut() -> bool) {
    within(DEADLINE, problem, holds);
}

fn within(time: Duration, problem: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < time, "{problem}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The directory of models, with the default one in it.
pub fn models() -> &'static Path {
    static MODELS: OnceLock<PathBuf> = OnceLock::new();
    MODELS.get_or_init(|| {
        if let Some(given) = std::env::var_os("SOMAGENT_MODELS") {
            return given.into();
        }
        let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| manifest.join("target"), PathBuf::from);
        target.join("models")
    })
}

/// Pulls the default model unless it is here; the test fails when it cannot be had.
pub fn pull_model() {
    static PULLED: OnceLock<()> = OnceLock::new();
    PULLED.get_or_init(|| {
        Workbench::new().succeed(&["model", "pull"]);
    });
}

/// Numbers that look random and follow from their seed (SplitMix64, Steele and others 2014).
pub struct Chance(pub u64);

impl Chance {
    /// A new seed, printed so that a failure can be repeated with `SOMAGENT_TEST_SEED`.
    pub fn new(test: &str) -> Self {
        let given = std::env::var("SOMAGENT_TEST_SEED").ok();
        let clock = || {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            u64::try_from(since.unwrap().as_millis()).unwrap()
        };
        let seed = given.map_or_else(clock, |seed| seed.parse().unwrap());
        eprintln!("{test}: SOMAGENT_TEST_SEED={seed}");
        Self(seed)
    }

    /// A number from 0 to `limit` - 1.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// The processes that work in `directory`.
pub fn processes_in(directory: &Path) -> Vec<String> {
    let directory = directory.canonicalize().unwrap();
    let found = fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(&directory)));
    found
        .map(|entry| {
            let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).replace('\0', " ")
        })
        // A process that ended and was not yet waited for has no command line.
        .filter(|line| !line.is_empty())
        .collect()
}
