//! Files of capsules: made, rewritten, locked and drawn by the command.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::workbench::{Ended, Workbench};

/// The one whole capsule in the blueprints.
const PLANE: &str = include_str!("../version0/plane_project_starter.yaml");

/// A file of version 0 with tools that are here.
const LISTING: &str = "\
# What lies here.
capsule_id: listing
version: 1.2.0
tools:
  - adapter: fs
    actions: [list]
  - adapter: text
    actions: [table]
  - adapter: artifact
    actions: [put]
policies:
  budget_tokens: 5000
execution:
  steps:
    - name: List entries
      action: fs.list
      params: {limit: 5}
    - name: table
      action: text.table
      params:
        columns: [{field: name}] # only names
        rows: \"{{ steps.list_entries.output.entries }}\"
    - name: keep
      action: artifact.put
      params: {name: \"{{ name }}\", content: \"{{ steps.table.output.markdown }}\"}
";

impl Workbench {
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }
}

fn codes(linted: &Ended) -> Vec<Value> {
    let all = linted.json();
    all.as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["code"].clone())
        .collect()
}

#[test]
fn a_new_capsule_is_valid_and_runs_without_a_network() {
    let bench = Workbench::new();
    let made = bench.succeed(&["capsule", "new", "my_list"]);
    assert_eq!(made.out, "my_list.yaml\n");
    let text = bench.read("my_list.yaml");
    assert!(text.starts_with("# yaml-language-server: $schema="), "{text}");
    assert_eq!(
        codes(&bench.succeed(&["capsule", "lint", "my_list.yaml", "-o", "json"])),
        [] as [Value; 0]
    );
    let ran = bench
        .succeed(&["run", "my_list.yaml", "--offline", "-o", "json"])
        .json();
    let markdown = ran["outputs"]["markdown"].as_str().unwrap();
    assert!(
        markdown.contains("| my\\_list.yaml |") || markdown.contains("my_list.yaml"),
        "{markdown}"
    );

    let again = bench.run(&["capsule", "new", "my_list"]);
    assert_eq!(again.code, Some(2), "{again:?}");
    assert!(
        again.err.contains("hint: ") && bench.read("my_list.yaml") == text,
        "{again:?}"
    );
    bench.succeed(&[
        "capsule",
        "new",
        "digest",
        "--from",
        "repo_digest",
        "--output-file",
        "other.yaml",
    ]);
    let shown = bench.succeed(&["capsule", "show", "other.yaml", "-o", "json"]).json();
    assert_eq!(shown["name"], "digest");
}

#[test]
fn a_capsule_is_not_made_under_a_bad_name_or_from_nothing() {
    let bench = Workbench::new();
    for name in ["../up", "Upper", "", "a b", "a.yaml"] {
        let refused = bench.run(&["capsule", "new", name, "-o", "json"]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        let error: Value = serde_json::from_str(&refused.err).unwrap();
        assert_eq!(error["error"]["kind"], "bad_name");
        assert!(
            error["error"]["hint"].as_str().unwrap().contains("lower-case letters"),
            "{error}"
        );
    }
    assert_eq!(bench.run(&["capsule", "new", "a", "--from", "nothing"]).code, Some(14));
    let nowhere = bench.run(&["capsule", "new", "a", "--output-file", "no/where/a.yaml"]);
    assert_eq!(nowhere.code, Some(16), "{nowhere:?}");
    assert!(!bench.path("a.yaml").exists());
}

#[test]
fn a_file_of_version_0_runs_as_it_is_and_as_what_it_is_rewritten_to() {
    let bench = Workbench::new();
    bench.file("listing.yaml", LISTING);
    let of = |bench: &Workbench| {
        let ran = bench
            .succeed(&["run", "listing.yaml", "-p", "name=names.md", "-o", "json"])
            .json();
        bench.artifact(ran["run"].as_str().unwrap(), "names.md")
    };
    let before = of(&bench);
    let shown = bench.succeed(&["capsule", "show", "listing.yaml", "-o", "json"]).json();
    let linted = bench.succeed(&["capsule", "lint", "listing.yaml"]);
    assert!(linted.err.contains("capsule migrate"), "{linted:?}");

    let printed = bench.succeed(&["capsule", "migrate", "listing.yaml"]).out;
    assert_eq!(bench.read("listing.yaml"), LISTING, "printing changes nothing");
    bench.succeed(&["capsule", "migrate", "listing.yaml", "--write"]);
    assert_eq!(bench.read("listing.yaml"), printed);
    for kept in ["# What lies here.\n", "# only names\n", "# List entries\n"] {
        assert!(printed.contains(kept), "{printed}");
    }
    let after = bench.succeed(&["capsule", "show", "listing.yaml", "-o", "json"]).json();
    for part in ["name", "version", "inputs", "budget", "steps"] {
        assert_eq!(after[part], shown[part], "{part}");
    }
    assert_eq!(of(&bench), before);

    let current = bench.succeed(&["capsule", "migrate", "listing.yaml", "--write"]);
    assert!(
        current.err.contains("nothing is to be done") && current.out.is_empty(),
        "{current:?}"
    );
    assert_eq!(bench.read("listing.yaml"), printed);
}

#[test]
fn the_capsule_of_the_blueprints_is_rewritten_and_lacks_only_what_is_not_here() {
    let bench = Workbench::new();
    bench.file("plane.yaml", PLANE);
    let migrated = bench.run(&["capsule", "migrate", "plane.yaml"]);
    assert_eq!(migrated.code, Some(10), "its tools are not here: {migrated:?}");
    insta::assert_snapshot!(migrated.out, @r#"
    schema: somagent.dev/capsule/v1
    # From the blueprint "SomaGent Architecture Blueprint", section 4.1, as it stands there: `{...}` is its own ellipsis.
    capsule_id: plane_project_starter
    version: 1.2.0
    persona_shot: pm_plane_guru_v1

    inputs:
      type: object
      additionalProperties: false
      required:
        - project_name
      properties:
        project_name: {}

    tools:
      - adapter: plane
        version: "*"
        actions: [create_project, add_member, seed_issue]
      - adapter: notion
        version: "*"
        actions: [create_page]

    knowledge:
      - node_id: "somabrain://guidelines/project-management"

    policies:
      budget:
        tokens: 5000
      requires_review: true

    execution:
      mode: sequence
      steps:
        # Create Plane project
        - name: create_plane_project
          action: plane.create_project
          effect: external
          params: {name_template: "{{inputs.project_name}}"}
        # Seed backlog
        - name: seed_backlog
          action: plane.seed_issue
          effect: external
          params: {"...": null}
        # Publish summary
        - name: publish_summary
          action: notion.create_page
          effect: external
    "#);
    let refused = bench.run(&["capsule", "migrate", "plane.yaml", "--write"]);
    assert_eq!((refused.code, bench.read("plane.yaml").as_str()), (Some(10), PLANE));

    bench.file("new.yaml", &migrated.out);
    let sorted = |name: &str| {
        let mut codes: Vec<String> = codes(&bench.run(&["capsule", "lint", name, "-o", "json"]))
            .iter()
            .map(Value::to_string)
            .collect();
        codes.sort();
        codes
    };
    assert_eq!(
        sorted("plane.yaml"),
        sorted("new.yaml"),
        "what was wrong is wrong, and nothing else"
    );
    assert!(!sorted("plane.yaml").iter().any(|code| code == "\"C003\""));
}

#[test]
fn a_lock_stops_a_run_that_would_mean_something_else() {
    let bench = Workbench::new();
    bench.succeed(&["capsule", "new", "mine"]);
    assert_eq!(bench.run(&["capsule", "lock", "mine.yaml", "--check"]).code, Some(14));
    bench.succeed(&["capsule", "lock", "mine.yaml"]);
    let lock = bench.read("mine.lock");
    bench.succeed(&["capsule", "lock", "mine.yaml", "--check"]);
    bench.succeed(&["capsule", "lock", "mine.yaml"]);
    assert_eq!(bench.read("mine.lock"), lock, "the same is written the same");

    let text = bench.read("mine.yaml");
    bench.file("mine.yaml", &text.replace("0.1.0", "0.1.1"));
    let changed = bench.run(&["run", "mine.yaml", "-o", "json"]);
    assert_eq!(changed.code, Some(10), "{changed:?}");
    let told = changed.json();
    assert_eq!(told["error"]["kind"], "lock_mismatch");
    let message = told["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("the capsule: locked 0.1.0 sha3-512 ") && message.contains("found 0.1.1"),
        "{message}"
    );
    assert!(!bench.home().join("data/somagent.db").exists(), "nothing happened");
    assert_eq!(bench.run(&["run", "mine.yaml", "--dry-run"]).code, Some(10));

    bench.file("mine.yaml", &text);
    let table = lock.find("[tools.fs]").unwrap();
    let digest = lock[table..].find("sha3_512 = \"").unwrap() + table + "sha3_512 = \"".len();
    let mut other = lock.clone();
    other.replace_range(
        digest..digest + 4,
        if lock[digest..].starts_with("0000") {
            "1111"
        } else {
            "0000"
        },
    );
    bench.file("mine.lock", &other);
    let changed = bench.run(&["capsule", "lock", "mine.yaml", "--check"]);
    assert_eq!(changed.code, Some(10));
    assert!(
        changed.err.contains("the tool `fs`: locked") && !changed.err.contains("the tool `text`"),
        "{changed:?}"
    );
    for damaged in ["", "not a lock", "form = 9"] {
        bench.file("mine.lock", damaged);
        assert_eq!(bench.run(&["run", "mine.yaml"]).code, Some(10), "{damaged}");
    }

    fs::remove_file(bench.path("mine.lock")).unwrap();
    bench.succeed(&["run", "mine.yaml"]);
    bench.succeed(&["capsule", "lock", "mine.yaml"]);
    bench.succeed(&["run", "mine.yaml"]);
    assert!(
        bench.read("mine.lock").contains("[constitution]"),
        "the store is set up now"
    );
    fs::remove_dir_all(bench.home()).unwrap();
    let unfounded = bench.run(&["run", "mine.yaml"]);
    assert_eq!(unfounded.code, Some(10));
    assert!(
        unfounded.err.contains("the constitution: locked version 1 ") && unfounded.err.contains("init"),
        "{unfounded:?}"
    );
    bench.succeed(&["init"]);
    bench.succeed(&["run", "mine.yaml"]);
}

#[test]
fn a_lock_names_the_model_of_a_capsule_that_asks_one() {
    let bench = Workbench::new();
    assert_eq!(bench.run(&["capsule", "lock", "repo_digest"]).code, Some(2), "built in");
    bench.succeed(&["capsule", "new", "digest", "--from", "repo_digest"]);
    let locked = bench.succeed(&["capsule", "lock", "digest.yaml", "-o", "json"]).json();
    let shown = bench.succeed(&["model", "show", "-o", "json"]).json();
    assert_eq!(
        locked["lock"]["model"],
        json!({"name": shown["name"], "sha256": shown["sha256"]})
    );
    let tools: Vec<&String> = locked["lock"]["tools"].as_object().unwrap().keys().collect();
    assert_eq!(tools, ["artifact", "git", "model", "text"]);
    assert_eq!(locked["lock"]["constitution"], Value::Null);
}

#[test]
fn a_graph_is_drawn_for_people_for_graphviz_and_for_scripts() {
    let bench = Workbench::new();
    let drawn = |locale: &str, term: &str| {
        let mut command = bench.command(&["capsule", "graph", "repo_digest"]);
        let output = command.env("LC_ALL", locale).env("TERM", term).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let boxes = drawn("C.UTF-8", "xterm");
    assert!(boxes.contains('●') && boxes.contains("publish"), "{boxes}");
    assert!(drawn("C.UTF-8", "dumb").is_ascii() && drawn("POSIX", "xterm").is_ascii());

    let data = bench.succeed(&["capsule", "graph", "repo_digest", "-o", "json"]).json();
    let shown = bench.succeed(&["capsule", "show", "repo_digest", "-o", "json"]).json();
    assert_eq!(
        data["nodes"].as_array().unwrap().len(),
        shown["steps"].as_array().unwrap().len()
    );
    assert_eq!(data["layers"][0], json!(["log"]));
    let dot = bench
        .succeed(&["capsule", "graph", "repo_digest", "--format", "dot"])
        .out;
    assert!(
        dot.starts_with("digraph \"repo_digest\" {") && dot.ends_with("}\n"),
        "{dot}"
    );
    assert_eq!(dot.matches(" -> ").count(), data["edges"].as_array().unwrap().len());
    assert_eq!(bench.run(&["capsule", "graph", "nothing"]).code, Some(14));
}
