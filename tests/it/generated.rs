//! Files made from the command line itself: they are in the repository, so that packagers and
//! readers need no build, and they never drift. `SOMAGENT_BLESS=1` writes them anew.

use std::fs;
use std::path::Path;

use clap::{Arg, Command};
use somagent::exit::Exit;

use crate::command_line::somagent;

fn expect_file(name: &str, content: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("SOMAGENT_BLESS").is_some_and(|value| value == "1") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == content,
        "`{name}` is not what the command line says now: run the tests with SOMAGENT_BLESS=1 and commit it"
    );
}

fn printed(args: &[&str]) -> String {
    let scratch = tempfile::tempdir().unwrap();
    let ended = somagent(scratch.path(), args).output().unwrap();
    assert!(ended.status.success(), "{args:?}");
    String::from_utf8(ended.stdout).unwrap()
}

#[test]
fn completions_are_current() {
    for (shell, file) in [
        ("bash", "somagent.bash"),
        ("zsh", "_somagent"),
        ("fish", "somagent.fish"),
        ("elvish", "somagent.elv"),
        ("powershell", "_somagent.ps1"),
    ] {
        expect_file(&format!("completions/{file}"), &printed(&["completion", shell]));
    }
}

#[test]
fn the_manual_is_current() {
    expect_file("docs/man/somagent.1", &printed(&["man"]));
}

#[test]
fn the_reference_is_current() {
    expect_file("docs/cli.md", &reference());
}

/// The reference: every command with its arguments, the global options once, and the exit codes.
fn reference() -> String {
    let mut root = somagent::cli::command();
    root.build();
    let mut text = String::from("# The `somagent` command\n\nMade from the command line itself; do not edit.\n\n");
    text.push_str(&prose(&root));
    text.push_str("\n\n## Global options\n\n");
    text.push_str(&options(root.get_arguments().filter(|arg| arg.is_global_set())));
    for command in root.get_subcommands() {
        describe(command, &mut text);
    }
    text.push_str("\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
    for exit in Exit::ALL {
        text.push_str(&format!("| {} | {} |\n", exit.code(), exit.meaning()));
    }
    text
}

fn describe(command: &Command, text: &mut String) {
    if command.get_name() == "help" || command.is_hide_set() {
        return;
    }
    let mut usage = command.clone();
    text.push_str(&format!(
        "\n## `{}`\n\n{}\n",
        usage.get_bin_name().unwrap_or_default(),
        prose(command)
    ));
    let usage = usage.render_usage().to_string();
    text.push_str(&format!("\n```console\n{}\n```\n", usage.trim_start_matches("Usage: ")));
    let own = |arg: &&Arg| !arg.is_global_set() && arg.get_id() != "help" && !arg.is_hide_set();
    let own = options(command.get_arguments().filter(own));
    if !own.is_empty() {
        text.push_str(&format!("\n{own}"));
    }
    for subcommand in command.get_subcommands() {
        describe(subcommand, text);
    }
}

fn prose(command: &Command) -> String {
    command
        .get_long_about()
        .or(command.get_about())
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn options<'a>(args: impl Iterator<Item = &'a Arg>) -> String {
    args.map(option).collect()
}

fn option(arg: &Arg) -> String {
    let names: Vec<String> = arg
        .get_short()
        .map(|short| format!("-{short}"))
        .into_iter()
        .chain(arg.get_long().map(|long| format!("--{long}")))
        .collect();
    let value = if arg.get_action().takes_values() {
        let names = arg.get_value_names().unwrap_or_default();
        let names: Vec<String> = names.iter().map(|name| format!("<{name}>")).collect();
        names.join(" ")
    } else {
        String::new()
    };
    let help = arg
        .get_long_help()
        .or(arg.get_help())
        .map(ToString::to_string)
        .unwrap_or_default();
    let mut line = format!("- `{}`: {help}", format!("{} {value}", names.join(", ")).trim());
    let possible: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|_| arg.get_action().takes_values())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !possible.is_empty() {
        line.push_str(&format!("; one of {}", possible.join(", ")));
    }
    let default: Vec<String> = arg
        .get_default_values()
        .iter()
        .filter(|_| arg.get_action().takes_values())
        .map(|value| format!("`{}`", value.to_string_lossy()))
        .collect();
    if !default.is_empty() {
        line.push_str(&format!("; default {}", default.join(", ")));
    }
    line.push('\n');
    line
}
