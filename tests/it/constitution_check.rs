//! `constitution check` as people and scripts meet it: what is shipped holds together, and what does not is shown.

use std::fs;

use serde_json::{Value, json};

use crate::workbench::Workbench;

/// A text that contradicts itself in four ways, and one finding that is none.
const TORN: &str = r#"schema: somagent.dev/constitution/v1
version: 1
title: Torn
articles:
  - {id: A1, text: Agents look and hand over.}
  - {id: A2, text: Some places and hosts are nobody's business.}
rules:
  - {id: read-docs, article: A1, decision: allow, access: read, within: workspace/docs}
  - {id: hide-all, article: A2, decision: deny, access: read, within: workspace}
  - {id: write, article: A1, decision: allow, access: write, within: workspace}
  - {id: reach, article: A1, decision: allow, access: egress, hosts: ["*:*"]}
  - {id: never-there, article: A2, decision: deny, access: egress, hosts: [bad.example.org]}
  - {id: nameless, article: A1, decision: allow, access: act, tools: [mail]}
score:
  article: A2
  threshold: 11500
  weights: {reversibility: 2, provenance: 4, secrecy: 2, egress: 1, request: 3, cost: 1}
"#;

fn file(bench: &Workbench, text: &str) -> String {
    let path = bench.path("text.yaml");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// What is found, with its rule or kind, of this severity.
fn found(report: &Value, severity: &str) -> Vec<(String, String)> {
    let findings = report["findings"].as_array().unwrap().iter();
    let found = findings.filter(|finding| finding["severity"] == severity);
    found
        .map(|finding| {
            let of = finding["rule"]
                .as_str()
                .or(finding["kind"].as_str())
                .unwrap_or_default();
            (finding["what"].as_str().unwrap().to_owned(), of.to_owned())
        })
        .collect()
}

#[test]
fn no_shipped_text_contradicts_itself_and_each_shows_the_worst_it_lets_happen() {
    let bench = Workbench::new();
    for name in ["developer", "production", "enterprise", "locked"] {
        let report = bench.succeed(&["constitution", "check", name, "-o", "json"]).json();
        assert_eq!((&report["v"], &report["errors"]), (&json!(1), &json!(0)), "{report}");
        let worst = report["findings"].as_array().unwrap().iter();
        let worst: Vec<&Value> = worst.filter(|finding| finding["what"] == "unasked").collect();
        assert!(!worst.is_empty(), "{report}");
        for finding in worst {
            let witness = &finding["witness"];
            assert_eq!(witness["decision"], "allow", "{finding}");
            assert!(witness["score"].as_i64() >= witness["threshold"].as_i64(), "{finding}");
        }
    }
    // Looking makes nothing, and without a store it is the text that one begins with.
    let active = bench.succeed(&["constitution", "check", "-o", "json"]).json();
    let developer = bench
        .succeed(&["constitution", "check", "developer", "-o", "json"])
        .json();
    assert_eq!(active, developer);
    assert!(!bench.home().join("data").exists());
}

#[test]
fn a_text_that_contradicts_itself_ends_with_3_and_the_actions_that_show_it() {
    let bench = Workbench::new();
    let path = file(&bench, TORN);
    let ended = bench.run(&["constitution", "check", &path, "-o", "json"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let report = ended.json();
    let pair = |what: &str, of: &str| (what.to_owned(), of.to_owned());
    assert_eq!(
        found(&report, "error"),
        [
            pair("overshadowed", "read-docs"),
            pair("sidestepped", "never-there"),
            pair("unmatched", "nameless"),
            pair("out_of_reach", "write"),
        ]
    );
    let escaped = report["findings"].as_array().unwrap().iter();
    let escaped = escaped
        .clone()
        .find(|finding| finding["what"] == "sidestepped")
        .unwrap();
    assert_eq!(
        escaped["witness"]["access"],
        json!({"kind": "egress", "scheme": "http", "host": "bad.example.org", "port": 8443})
    );
    assert_eq!(escaped["witness"]["decision"], "allow");
    let text = bench.run(&["constitution", "check", &path]);
    assert_eq!(text.code, Some(3));
    for said in [
        "sidestepped",
        "reaches `bad.example.org:8443`",
        "asks below 11500",
        "allow: A1 allows",
    ] {
        assert!(text.out.contains(said), "{said}: {}", text.out);
    }
    assert!(text.err.contains("errors: 4"), "{}", text.err);
    let lines = bench.run(&["constitution", "check", &path, "-o", "jsonl"]);
    let all = report["findings"].as_array().unwrap().len();
    assert_eq!((lines.code, lines.out.lines().count()), (Some(3), all));
}

#[test]
fn what_is_no_constitution_is_not_checked() {
    let bench = Workbench::new();
    let path = file(&bench, "schema: somagent.dev/constitution/v1\n");
    assert_eq!(bench.run(&["constitution", "check", &path]).code, Some(2));
    assert_eq!(bench.run(&["constitution", "check", "nowhere.yaml"]).code, Some(14));
}
