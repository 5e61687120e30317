//! The actions of a workstation in whole runs: files found and edited, archives unpacked, tables summed up.

use std::fs;
use std::process::Command;

use serde_json::json;

use crate::constitution::{change, founded};
use crate::workbench::Workbench;

/// Finds a line, sums a table up, and looks into an archive.
const LOOKS: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: looks
version: 1.0.0
description: Looks around.
inputs: {type: object, additionalProperties: false, properties: {}}
outputs: {type: object}
outputs_from:
  found: "{{ steps.search.output.matches[0].path }}"
  rows: "{{ steps.sums.output.rows }}"
  refused: "{{ steps.archive.output.refused }}"
tools:
  - {adapter: fs, version: "^1.1", actions: [glob, search, stat]}
  - {adapter: data, version: "^1", actions: [query]}
  - {adapter: archive, version: "^1", actions: [list]}
execution:
  mode: sequence
  steps:
    - {name: search, action: fs.search, params: {path: deep, pattern: "needle", literal: true}}
    - name: sums
      action: data.query
      params:
        tables: {sales: {path: sales.csv}}
        stages:
          - {do: aggregate, by: [region], values: [{function: sum, column: amount, as: total}]}
          - {do: sort, by: [{column: region}]}
    - {name: archive, action: archive.list, params: {path: x.tar.gz}}
"#;

/// Unpacks an archive and edits what was in it.
const CHANGES: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: changes
version: 1.0.0
description: Unpacks and edits.
inputs: {type: object, additionalProperties: false, properties: {}}
outputs: {type: object}
outputs_from: {diff: "{{ steps.edit.output.diff }}"}
tools:
  - {adapter: fs, version: "^1.1", actions: [edit, stat]}
  - {adapter: archive, version: "^1", actions: [unpack]}
execution:
  mode: sequence
  steps:
    - {name: unpack, action: archive.unpack, params: {path: x.tar.gz, into: src/x}}
    - name: edit
      action: fs.edit
      reconcile:
        action: fs.stat
        params: {path: src/x/a.txt}
        found_when: "output.digest == 'bb4a6a67200fa5e4e8d4a9cd2db273eb64b17665b70af833cc078e9f13cb272ac4cb6b54c3e478c30b151e40a3cc41497edd155d87992529b96f70a88a6bfc0a'"
      params: {files: [{path: src/x/a.txt, replace: [{old: one, new: two}]}]}
"#;

fn place() -> Workbench {
    let bench = founded();
    fs::create_dir_all(bench.path("deep")).unwrap();
    fs::write(bench.path("deep/hay.txt"), "hay\nneedle\n").unwrap();
    fs::write(
        bench.path("sales.csv"),
        "region,amount\nsouth,0.10\nnorth,1\nsouth,0.20\n",
    )
    .unwrap();
    fs::write(bench.path("a.txt"), "one\n").unwrap();
    let packed = Command::new("tar")
        .current_dir(bench.path(""))
        .args(["-czf", "x.tar.gz", "a.txt"])
        .status();
    assert!(packed.unwrap().success());
    bench
}

#[test]
fn looking_is_allowed_and_exact() {
    let bench = place();
    let outputs = bench.succeed(&["run", &bench.capsule(LOOKS), "-o", "json"]).json()["outputs"].clone();
    assert_eq!(
        outputs,
        json!({
            "found": "deep/hay.txt",
            "rows": [{"region": "north", "total": 1}, {"region": "south", "total": 0.3}],
            "refused": null,
        })
    );
    bench.succeed(&["audit", "verify"]);
}

#[test]
fn changing_is_asked_about_until_a_rule_allows_it_and_only_where_it_does() {
    let bench = place();
    let capsule = bench.capsule(CHANGES);
    let waits = bench.run(&["run", &capsule, "-o", "json"]);
    assert_eq!(waits.code, Some(5), "{waits:?}");
    assert!(!bench.path("src").exists());
    let text = fs::read_to_string(bench.home().join("config/constitution.yaml")).unwrap();
    let asks = "    decision: ask\n    access: write\n    within: workspace\n";
    assert!(text.contains(asks));
    let next = bench.path("next.yaml");
    fs::write(
        &next,
        text.replace("\nversion: 1\n", "\nversion: 2\n").replace(
            asks,
            "    decision: allow\n    access: write\n    within: workspace/src\n",
        ),
    )
    .unwrap();
    change(&bench, next.to_str().unwrap());
    let ended = bench.succeed(&["run", &capsule, "-o", "json"]).json();
    assert_eq!(
        ended["outputs"]["diff"],
        "--- a/src/x/a.txt\n+++ b/src/x/a.txt\n@@ -1 +1 @@\n-one\n+two\n"
    );
    assert_eq!(fs::read_to_string(bench.path("src/x/a.txt")).unwrap(), "two\n");
    // One file that may not be written, and none is.
    let both = "replace: [{old: two, new: three}]}, {path: a.txt, replace: [{old: one, new: two}]";
    let capsule = CHANGES
        .replace("replace: [{old: one, new: two}]", both)
        .replace("into: src/x", "into: src/y");
    let before = fs::read_to_string(bench.path("a.txt")).unwrap();
    let denied = bench.run(&["run", &bench.capsule(&capsule), "-o", "json"]);
    assert_eq!(denied.code, Some(6), "{denied:?}");
    assert!(denied.out.contains("writing `a.txt`"), "{denied:?}");
    assert_eq!(fs::read_to_string(bench.path("a.txt")).unwrap(), before);
    assert_eq!(fs::read_to_string(bench.path("src/x/a.txt")).unwrap(), "two\n");
    bench.succeed(&["audit", "verify"]);
}
