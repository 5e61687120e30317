//! A home of its own for each test, and what commands said in it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::command_line::somagent;

/// A capsule that lists the workspace: no model, one step.
pub const LOOK: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: look
version: 1.0.0
description: Lists a directory.
inputs:
  type: object
  additionalProperties: false
  properties:
    path: {type: string, default: "."}
    limit: {type: integer, default: 10, minimum: 1}
outputs:
  type: object
  required: [total]
  properties: {total: {type: integer}}
outputs_from: {total: "{{ steps.list.output.total }}"}
tools:
  - {adapter: fs, version: "^1", actions: [list, read, write]}
policies:
  budget: {tool_calls: 10, steps: 10, wall: 1m}
execution:
  mode: sequence
  steps:
    - name: list
      action: fs.list
      params: {path: ".", limit: "{{ inputs.limit }}"}
"#;

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self::from(output)
    }

    /// The one JSON value on standard output.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// It ended with `code`, said each of `parts`, and neither panicked nor printed data.
    pub fn refused(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        assert!(self.err.contains("error: "), "{self:?}");
        assert!(!self.err.contains("panicked"), "{self:?}");
        for part in parts {
            assert!(self.err.contains(part), "`{part}` is not said: {}", self.err);
        }
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

/// A home, and a workspace beside it.
pub struct Home {
    scratch: tempfile::TempDir,
}

impl Home {
    /// Nothing is set up; the workspace holds one file.
    pub fn fresh() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        fs::create_dir(scratch.path().join("work")).unwrap();
        fs::write(scratch.path().join("work/note.txt"), "a note\n").unwrap();
        Self { scratch }
    }

    /// Everything is set up but the model.
    pub fn founded() -> Self {
        let home = Self::fresh();
        let init = home.run(&["init", "--yes", "--no-model"]);
        assert_eq!(init.code, Some(0), "{init:?}");
        home
    }

    pub fn root(&self) -> PathBuf {
        self.scratch.path().join("home")
    }

    pub fn work(&self) -> PathBuf {
        self.scratch.path().join("work")
    }

    pub fn key(&self) -> PathBuf {
        self.root().join("data/keys/signing.pem")
    }

    pub fn database(&self) -> PathBuf {
        self.root().join("data/somagent.db")
    }

    pub fn constitution(&self) -> PathBuf {
        self.root().join("config/constitution.yaml")
    }

    /// A file beside the workspace.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.scratch.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// A command that starts in the workspace.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = somagent(&self.root(), args);
        command.current_dir(self.work());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ended {
        Ended::of(&mut self.command(args))
    }

    /// Runs `capsule` as a file, with more arguments.
    pub fn run_capsule(&self, capsule: &str, args: &[&str]) -> Ended {
        let file = self.file("capsule.yaml", capsule);
        self.run(&[&["run", &file], args].concat())
    }

    /// Gives `input` to a command.
    pub fn feed(&self, args: &[&str], input: &[u8]) -> Ended {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Whoever has read enough closes the pipe.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap().into()
    }

    /// A command that finds the real model.
    pub fn command_with_model(&self, args: &[&str]) -> Command {
        let mut command = self.command(args);
        command.env("SOMAGENT_MODELS", models());
        // More threads wait for each other when other tests have the cores.
        command.env("CANDLE_NUM_THREADS", "1");
        command
    }

    /// How many runs the journal has.
    pub fn runs(&self) -> usize {
        let listed = self.run(&["runs", "list", "-o", "json"]);
        assert_eq!(listed.code, Some(0), "{listed:?}");
        listed.json().as_array().unwrap().len()
    }

    /// The log verifies; what a failed command left must not spoil it.
    pub fn verifies(&self) {
        let verified = self.run(&["audit", "verify"]);
        assert_eq!(verified.code, Some(0), "{verified:?}");
    }
}

/// `LOOK` with another step in place of its own: nothing comes out.
pub fn capsule_of(step: &str) -> String {
    let (head, _) = LOOK.split_once("outputs:").unwrap();
    let tools = "tools:\n  - {adapter: fs, version: \"^1\", actions: [list, read, write]}\n";
    format!("{head}{tools}policies: {{budget: {{tool_calls: 10, steps: 10}}}}\nexecution:\n  steps:\n{step}")
}

/// The shared directory of models, with the default one in it.
pub fn models() -> &'static Path {
    static MODELS: OnceLock<PathBuf> = OnceLock::new();
    MODELS.get_or_init(|| {
        let directory = std::env::var_os("SOMAGENT_MODELS").map_or_else(
            || {
                let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
                let target =
                    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| manifest.join("target"), PathBuf::from);
                target.join("models")
            },
            PathBuf::from,
        );
        let scratch = tempfile::tempdir().unwrap();
        for model in ["smollm2-135m-instruct", "all-minilm-l6-v2"] {
            let mut pull = somagent(scratch.path(), &["model", "pull", model]);
            let pulled = Ended::of(pull.env("SOMAGENT_MODELS", &directory));
            assert_eq!(pulled.code, Some(0), "the model cannot be had: {pulled:?}");
        }
        directory
    })
}
