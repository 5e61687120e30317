//! A part of the workspace that may not be read is read in no other way either.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use crate::constitution::{change, file, founded};
use crate::repositories::git;
use crate::workbench::{Ended, Workbench};

/// A directory of which a part may not be read, and the rest may.
fn bench() -> Workbench {
    let bench = founded();
    let text = bench.succeed(&["constitution", "show", "developer", "--text"]).out;
    let text = text.replace("\nversion: 1\n", "\nversion: 2\n");
    let rule = "rules:\n  - {id: hide, article: A1, decision: deny, access: read, within: workspace/private, reason: private}\n";
    change(&bench, &file(&bench, "v2.yaml", &text.replacen("rules:\n", rule, 1)));
    for place in ["project/private", "project/in"] {
        fs::create_dir_all(bench.path(place)).unwrap();
    }
    fs::write(bench.path("project/private/k"), "a,b\nSECRET,1\n").unwrap();
    fs::write(bench.path("project/in/plain"), "a,b\nopen,1\n").unwrap();
    bench
}

/// A capsule of one step that calls `action` with `params`, with more keys of the step.
fn capsule(bench: &Workbench, action: &str, params: &Value, more: &str) -> String {
    let (adapter, verb) = action.split_once('.').unwrap();
    bench.capsule(&format!(
        r#"schema: somagent.dev/capsule/v1
capsule_id: looks
version: 1.0.0
description: Looks at a part.
inputs: {{type: object, additionalProperties: false, properties: {{path: {{type: string, default: "."}}}}}}
outputs_from: {{}}
tools: [{{adapter: {adapter}, version: "^1", actions: [{verb}]}}]
execution:
  mode: sequence
  steps:
    - name: look
      action: {action}
      params: {params}
{more}"#
    ))
}

/// Runs it on the directory.
fn call(bench: &Workbench, action: &str, params: &Value, more: &str) -> Ended {
    let capsule = capsule(bench, action, params, more);
    let path = format!("path={}", bench.path("project").display());
    bench.run(&["run", &capsule, "-p", &path, "-o", "json", "--approval", "park"])
}

#[test]
fn no_link_is_a_way_around_a_denial() {
    let bench = bench();
    symlink("../private/k", bench.path("project/in/l")).unwrap();
    symlink("../private", bench.path("project/in/ld")).unwrap();
    let csv = |path: &str| json!({"table": {"path": path, "format": "csv"}});
    for (action, params, name) in [
        ("fs.read", json!({"path": "in/l"}), "private/k"),
        ("fs.read", json!({"path": "in/ld/k"}), "private/k"),
        ("fs.list", json!({"path": "in/ld"}), "private"),
        ("fs.stat", json!({"path": "in/ld/k"}), "private/k"),
        ("fs.glob", json!({"path": "in/ld", "patterns": ["*"]}), "private"),
        ("fs.search", json!({"path": "in/ld", "pattern": "S"}), "private"),
        ("data.read", csv("in/ld/k"), "private/k"),
        ("log.scan", json!({"path": "in/l"}), "private/k"),
        ("archive.list", json!({"path": "in/l"}), "private/k"),
        ("git.log", json!({"repo": "in/ld"}), "private"),
    ] {
        let ended = call(&bench, action, &params, "");
        assert!(!format!("{ended:?}").contains("SECRET"), "{action}: {ended:?}");
        assert_eq!(ended.code, Some(3), "{action}: {ended:?}");
        let error = &ended.json()["error"];
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("is a link to `private"), "{action}: {error}");
        assert!(
            error.to_string().contains(&format!("name `{name}`")),
            "{action}: {error}"
        );
    }
    // What it says to name is judged like everything that is named.
    for (action, params) in [
        ("fs.read", json!({"path": "private/k"})),
        ("fs.list", json!({"path": "private"})),
        ("fs.search", json!({"path": ".", "pattern": "S"})),
    ] {
        let ended = call(&bench, action, &params, "");
        assert_eq!(ended.code, Some(6), "{action}: {ended:?}");
    }
    let ended = call(&bench, "data.read", &csv("in/plain"), "");
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn no_directory_within_a_repository_is_a_way_around_a_denial() {
    let bench = bench();
    let project = bench.path("project");
    git(&project, &["init", "-q", "-b", "main"]);
    git(&project, &["config", "user.name", "Ann"]);
    git(&project, &["config", "user.email", "ann@example.org"]);
    git(&project, &["add", "-A"]);
    git(&project, &["commit", "-q", "-m", "as it is"]);
    for action in ["git.log", "git.show", "git.stat", "git.staged"] {
        let ended = call(&bench, action, &json!({"repo": "."}), "");
        assert_eq!(ended.code, Some(6), "{action}: {ended:?}");
        for (repo, says) in [
            ("in", "`in` lies in the repository `.`"),
            (".git", "the data of one with a worktree"),
        ] {
            let ended = call(&bench, action, &json!({"repo": repo}), "");
            assert_eq!(ended.code, Some(3), "{action} {repo}: {ended:?}");
            assert!(!format!("{ended:?}").contains("SECRET"), "{action} {repo}: {ended:?}");
            let message = &ended.json()["error"]["message"];
            assert!(message.as_str().unwrap().contains(says), "{action} {repo}: {message}");
        }
    }
    // What is checked out anywhere is a copy of all of it.
    let tree = json!({"repo": ".", "path": "in/tree", "branch": "copy"});
    let ended = call(&bench, "git.worktree", &tree, "");
    assert_eq!(ended.code, Some(6), "{ended:?}");
    assert!(!project.join("in/tree").exists());
}

#[test]
fn a_repository_that_begins_above_is_named() {
    let bench = founded();
    let project = bench.path("project");
    fs::create_dir_all(project.join("sub")).unwrap();
    git(&project, &["init", "-q", "-b", "main"]);
    let capsule = capsule(&bench, "git.log", &json!({"repo": "."}), "");
    let path = format!("path={}", project.join("sub").display());
    let ended = bench.run(&["run", &capsule, "-p", &path, "-o", "json"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let error = ended.json()["error"].to_string();
    assert!(
        error.contains("begins above the workspace") && error.contains("-C "),
        "{error}"
    );
}

/// A program sees all of the workspace, wherever it starts; in an empty directory of its step there is nothing to hide.
#[test]
fn no_program_is_a_way_around_a_denial() {
    let bench = bench();
    for (action, params) in [
        ("shell.inspect", json!({"argv": ["cat", "../private/k"], "cwd": "in"})),
        ("shell.run", json!({"argv": ["cat", "../private/k"], "cwd": "in"})),
        ("shell.script", json!({"script": "cat ../private/k", "cwd": "in"})),
    ] {
        let ended = call(&bench, action, &params, "");
        assert_eq!(ended.code, Some(6), "{action}: {ended:?}");
        let message = &ended.json()["error"]["message"];
        assert!(message.as_str().unwrap().contains("reading `.`"), "{action}: {message}");
    }
    for (action, params) in [
        ("shell.run", json!({"argv": ["true"]})),
        ("shell.script", json!({"script": "true"})),
    ] {
        let ended = call(&bench, action, &params, "      workspace: scratch\n");
        // A person is asked, as before every program.
        assert_eq!(ended.code, Some(5), "{action}: {ended:?}");
    }
}
