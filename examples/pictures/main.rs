//! The pictures of the dashboard in `docs/pictures/`: the built program in a real terminal, on a clone of this
//! repository, as a person named Ada would meet it.
//!
//! `cargo build --release --bin somagent --example pictures && target/release/examples/pictures`, with the model in
//! `SOMAGENT_MODELS` or where it can be fetched.
//! The scratch directory is shown to the program as `/srv` (`unshare`, util-linux), so that no path of a machine is
//! in a picture.

#![allow(
    clippy::unwrap_used,
    reason = "what it cannot go on without ends it, and is said by where"
)]

mod screen;
#[path = "../../tests/it/terminal.rs"]
#[expect(dead_code, reason = "the tests do more with a terminal")]
mod terminal;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use terminal::Terminal;

const ROWS: u16 = 30;
const COLUMNS: u16 = 120;
/// Mounts the scratch directory there, the models where they would be without `SOMAGENT_MODELS`, and begins.
const INSIDE: &str = r#"
mount --bind "$0" /srv
if [ -n "$SOMAGENT_MODELS" ]; then mount --bind "$SOMAGENT_MODELS" /srv/ada/data/models; unset SOMAGENT_MODELS; fi
cd /srv/somagent
exec "$@"
"#;
/// What is in the list of capsules: the built-in one and the examples.
const CAPSULES: [&str; 4] = ["count_commits", "release_check", "release_section", "repo_digest"];

fn main() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scratch = tempfile::tempdir().unwrap();
    let home = scratch.path().join("ada");
    let clone = scratch.path().join("somagent");
    must(
        Command::new("git")
            .args(["clone", "-q", "--branch", "main"])
            .arg(source)
            .arg(&clone),
    );
    let capsules = home.join("data/capsules");
    for directory in [&capsules, &home.join("data/models")] {
        std::fs::create_dir_all(directory).unwrap();
    }
    for file in std::fs::read_dir(source.join("docs/examples/release")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), capsules.join(file.file_name())).unwrap();
    }
    let program = program();
    must(&mut inside(scratch.path(), &program, &["init", "-q"]));

    let mut terminal = Terminal::start(&inside(scratch.path(), &program, &[]), ROWS, COLUMNS);
    walk(&mut terminal);
    assert!(terminal.end().success());
}

/// `somagent` with `args`, in the clone, where the scratch directory is `/srv`.
fn inside(scratch: &Path, program: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "--mount", "sh", "-ec"])
        .arg(INSIDE)
        .arg(scratch)
        .arg(program)
        .args(args)
        .current_dir(scratch)
        .env("HOME", "/srv/ada")
        .env("SOMAGENT_HOME", "/srv/ada")
        .env("USER", "ada")
        .env("LOGNAME", "ada")
        .env_remove("NO_COLOR")
        .env("COLORTERM", "truecolor");
    command
}

/// A morning: something waits for Ada's answer while a digest is written.
fn walk(terminal: &mut Terminal) {
    terminal.sees("Nothing has run yet");
    start(terminal, "release_check");
    terminal.sees("review asks");
    start(terminal, "repo_digest");
    terminal.sees("lines[1]");
    terminal.press("]]]");
    terminal.sees("is being written");
    keep(terminal, "run", "A run at work: its steps, and what the model writes");

    terminal.press("1");
    terminal.sees("newest in the journal");
    keep(terminal, "overview", "The overview: runs, lights, and the journal");

    terminal.press("3");
    terminal.sees("a gate of the capsule");
    pause();
    terminal.press("\r");
    terminal.sees("why, for the record");
    keep(
        terminal,
        "approvals",
        "A question to a person, and the form to answer it",
    );
    terminal.press("\x1b");
    terminal.until("the form is gone", |screen| !screen.contains("why, for the record"));

    select(terminal, "release_check");
    terminal.press("]");
    terminal.sees("only on a condition");
    keep(terminal, "capsules", "The capsules, and the steps of one as a graph");

    // The model takes as long as the machine needs, which may be more than a terminal's patience.
    terminal.press("2");
    for _ in 0..600 {
        pause();
        if !terminal.text().contains("▶ running") {
            break;
        }
    }
    terminal.sees("repo_digest");
    terminal.press("q");
}

/// Starts a capsule from its form, with what the form begins with.
fn start(terminal: &mut Terminal, capsule: &str) {
    select(terminal, capsule);
    terminal.press("n");
    terminal.sees(&format!("somagent run {capsule}"));
    pause();
    terminal.press("\x13");
}

/// Goes to a capsule in the list, which is in the order of names.
fn select(terminal: &mut Terminal, capsule: &str) {
    terminal.press("4");
    terminal.sees("repo_digest");
    let before = CAPSULES.iter().take_while(|name| **name != capsule);
    terminal.press(&format!("g{}", "j".repeat(before.count())));
    pause();
}

/// Keys count only some time after a dialog has come into view, and what was asked has to be answered.
fn pause() {
    std::thread::sleep(Duration::from_millis(1_500));
}

/// Writes what is on the screen now.
fn keep(terminal: &Terminal, name: &str, says: &str) {
    pause();
    let picture = screen::svg(&terminal.screen(), says);
    let file = format!("{}/docs/pictures/{name}.svg", env!("CARGO_MANIFEST_DIR"));
    assert!(!picture.contains("/tmp"), "a path of this machine is in {file}");
    std::fs::write(&file, picture).unwrap();
}

fn program() -> PathBuf {
    let example = std::env::current_exe().unwrap();
    let target = example.parent().and_then(Path::parent).unwrap();
    target.join("somagent")
}

fn must(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}
