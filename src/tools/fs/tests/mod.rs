mod finding;

use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde_json::json;

use super::super::contract::tests::assert_conforms;
use super::*;

pub(in crate::tools) struct Place {
    pub tool: FileSystem,
    pub situation: Situation,
    pub outside: PathBuf,
    _keep: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        let keep = tempfile::tempdir().unwrap();
        let root = keep.path().canonicalize().unwrap();
        let workspace = root.join("workspace");
        let outside = root.join("outside");
        std::fs::create_dir_all(workspace.join(".git/hooks")).unwrap();
        std::fs::create_dir_all(&outside).unwrap();
        std::fs::write(outside.join("secret"), "secret").unwrap();
        Self {
            tool: FileSystem::new(),
            situation: Situation {
                workspace,
                run: "r".into(),
                capsule: Digest::ZERO,
                tenant: "local".into(),
                actor: "me".into(),
                offline: true,
                hosts: Vec::new(),
                request: None,
                control: crate::label::Label::constant(),
                misled: Default::default(),
                cost: 0,
                mode: crate::policy::InForce::default(),
                demands: Vec::new(),
                remembered: Default::default(),
                past: Default::default(),
                separate: None,
                heard: Vec::new(),
            },
            outside,
            _keep: keep,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.situation.workspace.join(name)
    }

    pub fn call(&self, verb: &str, args: &Value) -> Result<Value, ToolError> {
        let value = run(verb, args, &self.situation, &Stop::default())?.unwrap();
        assert_conforms(&self.tool.spec, verb, &value);
        Ok(value)
    }
}

#[test]
fn a_written_file_is_read_back_with_mode_0644() {
    let place = Place::new();
    let written = place
        .call("write", &json!({"path": "a/b/c.txt", "text": "héllo\n"}))
        .unwrap();
    assert_eq!(written["size"], 7);
    assert_eq!(written["path"], "a/b/c.txt");
    let mode = std::fs::metadata(place.path("a/b/c.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
    let absolute = place.path("a/b/c.txt");
    let read = place
        .call("read", &json!({"path": absolute.to_str().unwrap()}))
        .unwrap();
    assert_eq!(
        read,
        json!({"path": "a/b/c.txt", "text": "héllo\n", "size": 7, "truncated": false, "lossy": false, "binary": false})
    );
    let again = place
        .call("write", &json!({"path": "a/b/c.txt", "text": "héllo\n"}))
        .unwrap();
    assert_eq!(again, written);
    let names: Vec<_> = std::fs::read_dir(place.path("a/b")).unwrap().collect();
    assert_eq!(names.len(), 1, "no temporary file stays");
}

#[test]
fn a_long_file_is_cut_between_characters() {
    let place = Place::new();
    std::fs::write(place.path("long"), "ééééé").unwrap();
    let read = place.call("read", &json!({"path": "long", "max_bytes": 3})).unwrap();
    assert_eq!(read["text"], "é");
    assert_eq!((&read["truncated"], &read["lossy"]), (&json!(true), &json!(false)));
    assert_eq!(read["size"], 10);
}

#[test]
fn bytes_that_are_not_text_are_flagged() {
    let place = Place::new();
    std::fs::write(place.path("latin"), b"caf\xe9").unwrap();
    std::fs::write(place.path("binary"), b"\x7fELF\0\x01").unwrap();
    let latin = place.call("read", &json!({"path": "latin"})).unwrap();
    assert_eq!((&latin["text"], &latin["lossy"]), (&json!("caf\u{fffd}"), &json!(true)));
    let binary = place.call("read", &json!({"path": "binary"})).unwrap();
    assert_eq!((&binary["text"], &binary["binary"]), (&json!(""), &json!(true)));
}

#[test]
fn a_fifo_a_device_and_a_directory_are_refused_at_once() {
    let place = Place::new();
    rustix::fs::mkfifoat(rustix::fs::CWD, place.path("fifo"), rustix::fs::Mode::RUSR).unwrap();
    for (name, found) in [("fifo", "a FIFO"), (".", "a directory")] {
        let error = place.call("read", &json!({"path": name})).unwrap_err();
        assert!(error.to_string().contains(found), "{error}");
    }
}

#[test]
fn a_listing_is_sorted_bounded_and_names_links_without_following_them() {
    let place = Place::new();
    symlink("/etc", place.path("link")).unwrap();
    std::fs::write(place.path("b"), "12").unwrap();
    std::fs::write(place.path("A 名\n"), "").unwrap();
    let all = place.call("list", &json!({})).unwrap();
    assert_eq!(all["total"], 4);
    let kinds: Vec<_> = all["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["name"].as_str().unwrap(), entry["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(
        kinds,
        [
            (".git", "directory"),
            ("A 名\n", "file"),
            ("b", "file"),
            ("link", "symlink")
        ]
    );
    let two = place.call("list", &json!({"limit": 2})).unwrap();
    assert_eq!(two["entries"], json!([all["entries"][0], all["entries"][1]]));
    assert_eq!(two["truncated"], true);
}

#[test]
fn attack_29_a_link_to_a_file_outside_is_neither_read_nor_written() {
    let place = Place::new();
    symlink(place.outside.join("secret"), place.path("absolute")).unwrap();
    symlink("../outside/secret", place.path("relative")).unwrap();
    symlink("/proc/self/root/etc/passwd", place.path("magic")).unwrap();
    symlink(&place.outside, place.path("directory")).unwrap();
    for name in ["absolute", "relative", "magic", "directory/secret"] {
        let error = place.call("read", &json!({"path": name})).unwrap_err();
        assert!(error.to_string().contains("leads out of the workspace"), "{error}");
        place
            .call("write", &json!({"path": name, "text": "owned"}))
            .unwrap_err();
    }
    place.call("list", &json!({"path": "directory"})).unwrap_err();
    for name in ["../outside/secret", "/etc/passwd", "a/../../outside/secret"] {
        let error = place.call("read", &json!({"path": name})).unwrap_err();
        assert!(error.to_string().contains("lies outside the workspace"), "{error}");
    }
    assert_eq!(std::fs::read_to_string(place.outside.join("secret")).unwrap(), "secret");
}

/// The judge knows the path that is written: a link would open another one than it allowed.
#[test]
fn no_link_within_the_workspace_is_followed_and_where_it_leads_is_told() {
    let place = Place::new();
    std::fs::create_dir(place.path("private")).unwrap();
    std::fs::create_dir(place.path("in")).unwrap();
    std::fs::write(place.path("private/k"), "secret").unwrap();
    symlink("../private/k", place.path("in/l")).unwrap();
    symlink("../private", place.path("in/ld")).unwrap();
    symlink(place.path("private"), place.path("in/whole")).unwrap();
    symlink("ld", place.path("in/twice")).unwrap();
    for (verb, path, link, name) in [
        ("read", "in/l", "`in/l` is a link to `private/k`", "`private/k`"),
        ("read", "in/ld/k", "`in/ld` is a link to `private`", "`private/k`"),
        ("read", "in/ld/../ld/k", "`in/ld` is a link to `private`", "`private/k`"),
        ("read", "in/whole/k", "`in/whole` is a link to `private`", "`private/k`"),
        ("read", "in/twice/k", "`in/twice` is a link to `in/ld`", "`in/ld/k`"),
        ("list", "in/ld", "`in/ld` is a link to `private`", "`private`"),
        ("stat", "in/ld/k", "`in/ld` is a link to `private`", "`private/k`"),
        ("stat", "in/ld/none", "`in/ld` is a link to `private`", "`private/none`"),
        ("glob", "in/ld", "`in/ld` is a link to `private`", "`private`"),
        ("search", "in/ld", "`in/ld` is a link to `private`", "`private`"),
        ("search", "in/l", "`in/l` is a link to `private/k`", "`private/k`"),
        ("write", "in/ld/new", "`in/ld` is a link to `private`", "`private/new`"),
    ] {
        let mut args = json!({"path": path});
        match verb {
            "glob" => args["patterns"] = json!(["*"]),
            "search" => args["pattern"] = json!("secret"),
            "write" => args["text"] = json!("owned"),
            _ => {}
        }
        match place.call(verb, &args).unwrap_err() {
            ToolError::Failed { message, hint } => {
                assert_eq!(message, link, "{verb} {path}");
                assert_eq!(hint, format!("no link is followed: name {name}"), "{verb} {path}");
            }
            other => panic!("{verb} {path}: {other:?}"),
        }
    }
    // The link itself may be looked at, and is named where it lies.
    assert_eq!(place.call("stat", &json!({"path": "in/l"})).unwrap()["kind"], "symlink");
    let args = json!({"patterns": ["*"], "kinds": ["file", "symlink"]});
    let found = place.call("glob", &args).unwrap();
    assert_eq!(found["entries"].as_array().unwrap().len(), 5);
    assert_eq!(
        place.call("read", &json!({"path": "private/k"})).unwrap()["text"],
        "secret"
    );
    assert_eq!(std::fs::read_dir(place.path("private")).unwrap().count(), 1);
}

#[test]
fn attack_30_nothing_is_written_into_git_or_somagent() {
    let place = Place::new();
    symlink(".git", place.path("alias")).unwrap();
    for name in [
        ".git/hooks/post-checkout",
        "x/../.git/config",
        ".GIT/config",
        "sub/.git/hooks/x",
        ".somagent/constitution.yaml",
        ".git",
        "alias/hooks/post-checkout",
    ] {
        place
            .call("write", &json!({"path": name, "text": "#!/bin/sh"}))
            .unwrap_err();
    }
    assert_eq!(std::fs::read_dir(place.path(".git/hooks")).unwrap().count(), 0);
    assert!(!place.path(".somagent").exists());
    place
        .call("write", &json!({"path": ".gitignore", "text": "target\n"}))
        .unwrap();
}

#[test]
fn attack_31_a_directory_swapped_for_a_link_never_leads_outside() {
    let place = Place::new();
    std::fs::create_dir(place.path("swap")).unwrap();
    std::fs::write(place.path("swap/secret"), "inside").unwrap();
    symlink(&place.outside, place.path("trap")).unwrap();
    let stop = AtomicBool::new(false);
    let (mut read, mut refused) = (0_u32, 0_u32);
    std::thread::scope(|scope| {
        let (swap, trap) = (place.path("swap"), place.path("trap"));
        let stop = &stop;
        scope.spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                renameat_with(CWD, &swap, CWD, &trap, RenameFlags::EXCHANGE).unwrap();
            }
        });
        // Each outcome must be seen, or the race did not happen.
        let mut rounds = 0;
        let still = Stop::default();
        while rounds < 5_000 || read == 0 || refused == 0 {
            rounds += 1;
            match run("read", &json!({"path": "swap/secret"}), &place.situation, &still) {
                Ok(value) => {
                    assert_eq!(value.unwrap()["text"], "inside");
                    read += 1;
                }
                Err(error) => {
                    assert!(error.to_string().contains("leads out of the workspace"), "{error}");
                    refused += 1;
                }
            }
            // Refused or written inside: never outside.
            let _ = run(
                "write",
                &json!({"path": "swap/new", "text": "x"}),
                &place.situation,
                &still,
            );
        }
        stop.store(true, Ordering::Relaxed);
    });
    let outside: Vec<_> = std::fs::read_dir(&place.outside)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(outside, ["secret"]);
    assert_eq!(std::fs::read_to_string(place.outside.join("secret")).unwrap(), "secret");
}
