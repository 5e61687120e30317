//! What somebody broke in a home: said plainly, and nothing runs on it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use crate::command_line::somagent;
use crate::homes::{Ended, Home, LOOK};

/// Nothing runs, not even what only reads, and the journal has no run more than before.
fn nothing_runs(break_it: impl Fn(&Home), parts: &[&str]) {
    let home = Home::founded();
    assert_eq!(home.run_capsule(LOOK, &[]).code, Some(0));
    break_it(&home);
    home.run_capsule(LOOK, &["-q"]).refused(12, parts);
    home.run_capsule(LOOK, &["-q", "--dry-run"]).refused(12, parts);
    assert_eq!(home.runs(), 1);
}

#[test]
fn without_a_sound_constitution_nothing_runs() {
    nothing_runs(
        |home| {
            let text = fs::read_to_string(home.constitution()).unwrap();
            fs::write(home.constitution(), text.replace("access: read", "access: write")).unwrap();
        },
        &["the text or the signature was changed", "put back the text"],
    );
    nothing_runs(
        |home| fs::remove_file(home.constitution()).unwrap(),
        &["constitution.yaml`", "put the signed"],
    );
    nothing_runs(
        |home| fs::remove_file(home.constitution().with_extension("yaml.sig")).unwrap(),
        &["constitution.yaml.sig`", "put the signed"],
    );
}

#[test]
fn an_exposed_key_signs_nothing() {
    nothing_runs(
        |home| fs::set_permissions(home.key(), fs::Permissions::from_mode(0o644)).unwrap(),
        &["has mode 0644", "chmod 600"],
    );
}

#[test]
fn a_constitution_that_a_stranger_signed_is_refused() {
    let stranger = Home::founded();
    nothing_runs(
        |home| {
            for name in ["constitution.yaml", "constitution.yaml.sig"] {
                fs::copy(
                    stranger.constitution().with_file_name(name),
                    home.constitution().with_file_name(name),
                )
                .unwrap();
            }
        },
        &["constitution", "hint: "],
    );
}

fn damaged_store(damage: impl Fn(&Home)) -> Home {
    let home = Home::founded();
    for _ in 0..30 {
        assert_eq!(home.run_capsule(LOOK, &["-q"]).code, Some(0));
    }
    // The log that SQLite keeps beside is folded in when the last user closes; nothing is open now.
    damage(&home);
    home
}

/// The command says what is wrong with 12 or 16, and names a way out; a reader's table stays empty.
fn store_refused(home: &Home, parts: &[&str]) {
    let ended = home.run_capsule(LOOK, &["-q"]);
    let code = ended.code.unwrap();
    assert!(code == 12 || code == 16, "{ended:?}");
    ended.refused(code, parts);
    assert!(
        ended.err.contains("backup") && !ended.err.contains("space"),
        "{ended:?}"
    );
}

#[test]
fn a_database_with_flipped_bytes_is_called_damaged() {
    let home = damaged_store(|home| {
        let mut bytes = fs::read(home.database()).unwrap();
        let page = 4096;
        // Every page but the first, which says what the file is.
        for at in (page..bytes.len()).step_by(page) {
            bytes[at..at + 64].iter_mut().for_each(|byte| *byte ^= 0x5a);
        }
        fs::write(home.database(), bytes).unwrap();
    });
    store_refused(&home, &["malformed", "the file is damaged"]);
    let verified = home.run(&["audit", "verify"]);
    assert!(matches!(verified.code, Some(12 | 16)), "{verified:?}");
}

#[test]
fn a_database_that_was_cut_is_called_damaged() {
    let home = damaged_store(|home| {
        let file = fs::File::options().write(true).open(home.database()).unwrap();
        file.set_len(file.metadata().unwrap().len() / 2).unwrap();
    });
    store_refused(&home, &["malformed", "the file is damaged"]);
    let verified = home.run(&["audit", "verify"]);
    assert!(matches!(verified.code, Some(12 | 16)), "{verified:?}");
}

#[test]
fn an_emptied_or_lost_database_is_missed() {
    let empty = damaged_store(|home| fs::write(home.database(), "").unwrap());
    store_refused(&empty, &["says that there was one"]);
    let lost = damaged_store(|home| fs::remove_file(home.database()).unwrap());
    store_refused(&lost, &["says that there was one"]);
    let other = damaged_store(|home| fs::write(home.database(), "no database at all, but long enough").unwrap());
    store_refused(&other, &["not a"]);
}

#[test]
fn a_home_that_cannot_be_written_ends_with_16() {
    for root in ["/proc/somagent", "/sys/somagent"] {
        let ended = Ended::of(&mut somagent(std::path::Path::new(root), &["init", "--no-model"]));
        ended.refused(16, &[root, "SOMAGENT_HOME"]);
    }
    let home = Home::fresh();
    let file = home.file("home", "a file");
    home.run_capsule(LOOK, &[])
        .refused(16, &[&file, "a file is in the way"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "a file");
}

/// The home of a live store on a read-only mount, where the machine lets a test make one.
#[test]
fn a_home_that_became_read_only_ends_with_16_and_can_still_be_read() {
    let home = Home::founded();
    assert_eq!(home.run_capsule(LOOK, &[]).code, Some(0));
    let file = home.file("capsule.yaml", LOOK);
    let (root, program) = (home.root().display().to_string(), env!("CARGO_BIN_EXE_somagent"));
    let inside = |args: &str| {
        let script =
            format!("mount --bind '{root}' '{root}' && mount -o remount,ro,bind '{root}' && exec '{program}' {args}");
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]);
        Ended::of(
            command
                .env("SOMAGENT_HOME", home.root())
                .current_dir(home.work())
                .stdin(Stdio::null()),
        )
    };
    let possible = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "true"])
        .status();
    if !possible.is_ok_and(|status| status.success()) {
        // The kernel gives no mounts: a home that root cannot write either stands in for it.
        a_home_that_cannot_be_written_ends_with_16();
        return;
    }
    inside(&format!("run '{file}' -q")).refused(16, &["read-only", "SOMAGENT_HOME"]);
    let listed = inside("runs list -o json");
    assert_eq!(
        (listed.code, listed.json().as_array().unwrap().len()),
        (Some(0), 1),
        "{listed:?}"
    );
}
