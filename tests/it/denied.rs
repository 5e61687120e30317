//! A part of the workspace that may not be read is read in no other way either.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use crate::constitution::{change, file, founded};
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

/// Runs one step that calls `action` with `params`, with more keys of the step.
fn call(bench: &Workbench, action: &str, params: &Value, more: &str) -> Ended {
    let (adapter, verb) = action.split_once('.').unwrap();
    let capsule = bench.capsule(&format!(
        r#"schema: somagent.dev/capsule/v1
capsule_id: looks
version: 1.0.0
description: Looks at a part.
inputs: {{type: object, additionalProperties: false, properties: {{path: {{type: string, default: "."}}}}}}
outputs_from: {{seen: "{{{{ steps.look.output }}}}"}}
tools: [{{adapter: {adapter}, version: "^1", actions: [{verb}]}}]
execution:
  mode: sequence
  steps:
    - name: look
      action: {action}
      params: {params}
{more}"#
    ));
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
