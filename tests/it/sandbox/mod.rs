//! The sandbox as programs find it: real ones, which try to get out.
//!
//! Each of these tests fails where the sandbox does not hold; none is skipped.

mod egress;
mod escapes;
mod limits;
mod zygote;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use somagent::tools::sandbox::{Captured, Job, Limits, NotRun, Outcome, Sandbox, Zygote};
use tempfile::TempDir;

/// A workspace, and beside it what nobody gave to a program.
struct Ground {
    directory: TempDir,
    sandbox: Sandbox,
}

impl Ground {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // Another user has to be able to come here.
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["workspace/.git/hooks", "workspace/sub", "home/.ssh"] {
            fs::create_dir_all(directory.path().join(name)).unwrap();
        }
        let sandbox = Sandbox {
            program: program(),
            zygote: Zygote::default(),
            home: directory.path().join("home"),
            path: "/usr/local/bin:/usr/bin:/bin".to_owned(),
            hidden: Vec::new(),
        };
        Self { directory, sandbox }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn job(&self, argv: &[&str]) -> Job {
        Job {
            argv: argv.iter().map(|arg| (*arg).to_owned()).collect(),
            env: BTreeMap::new(),
            workspace: Some(self.path("workspace")),
            write: true,
            directory: PathBuf::new(),
            read: Vec::new(),
            also: Vec::new(),
            input: Vec::new(),
            limits: Limits {
                wall_ms: 60_000,
                ..Limits::default()
            },
            egress: None,
        }
    }

    fn run(&self, job: Job) -> Result<Outcome, NotRun> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(self.sandbox.run(job))
    }
}

/// What is written to both outputs.
fn said(outcome: &Outcome) -> String {
    format!("{}{}", Captured::text(&outcome.stdout), outcome.stderr.text())
}

/// The program that is the process around a confined one: where another user runs this, a copy that they can reach.
fn program() -> PathBuf {
    std::env::var_os("SOMAGENT_TESTED_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_somagent").into(), PathBuf::from)
}

/// Whether anything under `directory` is there besides `known`.
fn strangers(directory: &Path, known: &[&str]) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    names.filter(|name| !known.contains(&name.as_str())).collect()
}
