//! Steps that work in directories of their own: empty or a checkout, apart from all else, and gone when they should be.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::constitution::{change, file, founded};
use crate::gates::question;
use crate::repositories::git;
use crate::shell::permissive;
use crate::workbench::{Ended, Workbench, killed};

/// A store under which programs start without being asked about, and a directory to work on.
fn bench() -> Workbench {
    let bench = founded();
    permissive(&bench);
    fs::create_dir(bench.path("project")).unwrap();
    bench
}

/// The same where the directory is a repository with one commit.
fn with_repository() -> Workbench {
    let bench = bench();
    let project = bench.path("project");
    begin(&project);
    fs::write(project.join("file"), "one\n").unwrap();
    commit(&project);
    git(&project, &["branch", "other"]);
    bench
}

/// Makes a repository without a commit.
fn begin(project: &Path) {
    git(project, &["init", "-q", "-b", "main"]);
    git(project, &["config", "user.name", "Ann"]);
    git(project, &["config", "user.email", "ann@example.org"]);
}

/// Commits whatever there is.
fn commit(project: &Path) {
    git(project, &["add", "-A"]);
    git(project, &["commit", "-q", "--allow-empty", "-m", "as it is"]);
}

/// Runs these steps on `directory`, side by side where they do not need each other.
fn running(bench: &Workbench, directory: &Path, outputs: &str, steps: &str) -> Command {
    let capsule = bench.capsule(&format!(
        r#"schema: somagent.dev/capsule/v1
capsule_id: works_apart
version: 1.0.0
description: Works in directories of its own.
inputs: {{type: object, additionalProperties: false, properties: {{path: {{type: string, default: "."}}}}}}
outputs_from: {{{outputs}}}
tools:
  - {{adapter: shell, version: "^1", actions: [inspect, run, script]}}
  - {{adapter: fs, version: "^1", actions: [list, read, write]}}
execution:
  mode: dag
  steps:
{steps}"#
    ));
    let path = format!("path={}", directory.display());
    bench.command(&["run", &capsule, "-p", &path, "-o", "json"])
}

fn run(bench: &Workbench, outputs: &str, steps: &str) -> Ended {
    let mut command = running(bench, &bench.path("project"), outputs, steps);
    Ended::new(command.output().unwrap())
}

fn outputs(ended: &Ended) -> Value {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.json()["outputs"].clone()
}

/// What a run that failed with `code` says of it, and what it says helps.
fn failed(ended: &Ended, code: i32) -> [String; 2] {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    let error = &ended.json()["error"];
    ["message", "hint"].map(|field| error[field].as_str().unwrap_or_default().to_owned())
}

/// What a step says of its directories, as `runs show` has it.
fn directories(bench: &Workbench, step: &str) -> Vec<Value> {
    let shown = bench.succeed(&["runs", "show", &bench.newest(), "-o", "json"]).json();
    let steps = shown["steps"].as_array().unwrap();
    let step = steps.iter().find(|shown| shown["step"] == step).unwrap();
    step["workspaces"].as_array().unwrap().clone()
}

/// Where the only directory of a step is, or was.
fn directory(bench: &Workbench, step: &str) -> PathBuf {
    let [shown] = &directories(bench, step)[..] else {
        panic!("`{step}` has one directory");
    };
    PathBuf::from(shown["path"].as_str().unwrap())
}

fn entries(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != ".git").collect();
    names.sort();
    names
}

/// A repository that looks as if nothing had been there.
fn assert_untouched(project: &Path) {
    assert_eq!(
        git(project, &["worktree", "list", "--porcelain"])
            .matches("worktree ")
            .count(),
        1
    );
    assert_eq!(git(project, &["status", "--porcelain", "--ignored"]), "");
    assert_eq!(git(project, &["symbolic-ref", "--short", "HEAD"]).trim(), "main");
    git(project, &["fsck", "--strict"]);
}

#[test]
fn a_scratch_is_empty_separate_and_gone() {
    let bench = bench();
    let project = bench.path("project");
    fs::write(project.join("file"), "mine\n").unwrap();
    let ended = run(
        &bench,
        "seen: \"{{ steps.try.output.stdout }}\", after: \"{{ steps.look.output.total }}\"",
        r#"    - name: try
      action: shell.script
      workspace: scratch
      params: {script: "ls; pwd; echo made > made; cat made; cat ../../../../file 2>&1 || true"}
    - name: look
      needs: [try]
      action: fs.list
"#,
    );
    let outputs = outputs(&ended);
    let seen: Vec<&str> = outputs["seen"].as_str().unwrap().lines().collect();
    let [directory, made, outside] = &seen[..] else {
        panic!("it was not empty: {seen:?}");
    };
    let run = ended.json()["run"].as_str().unwrap().to_owned();
    let project = project.canonicalize().unwrap();
    let expected = project.join(".somagent/work").join(run).join("try");
    assert_eq!(Path::new(directory), expected);
    assert_eq!(*made, "made");
    // The step after it sees the run's workspace: the file and `.somagent`, which goes with the run.
    assert_eq!(outputs["after"], 2, "{outputs}");
    assert!(
        outside.contains("No such file"),
        "the run's workspace is not seen: {outside}"
    );
    assert_eq!(entries(&project), ["file"]);
    let [shown] = &directories(&bench, "try")[..] else {
        panic!("one directory");
    };
    assert_eq!(
        (&shown["kind"], &shown["there"], shown["path"].as_str()),
        (&Value::from("scratch"), &Value::from(false), expected.to_str())
    );
    assert_eq!(directories(&bench, "look"), [Value::Null; 0]);
}

#[test]
fn items_in_worktrees_do_not_see_each_other() {
    let bench = with_repository();
    let project = bench.path("project");
    fs::write(project.join("file"), "changed here\n").unwrap();
    let ended = run(
        &bench,
        "seen: \"{{ steps.each.output | map(attribute='stdout') | list }}\"",
        r#"    - name: each
      foreach: {items: "[1, 2, 3, 4]", as: n, max_items: 4, max_parallel: 4}
      action: shell.script
      workspace: worktree
      params: {script: "echo {{ n }} >> file; echo {{ n }} > new{{ n }}; sleep 1; cat file; ls"}
"#,
    );
    let seen = outputs(&ended)["seen"].clone();
    let seen: Vec<&str> = seen
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect();
    for (at, text) in seen.iter().enumerate() {
        let n = at + 1;
        assert_eq!(*text, format!("one\n{n}\nfile\nnew{n}\n"));
    }
    assert_eq!(seen.len(), 4);
    assert_eq!(fs::read_to_string(project.join("file")).unwrap(), "changed here\n");
    git(&project, &["checkout", "-q", "file"]);
    assert_untouched(&project);
    assert_eq!(directories(&bench, "each").len(), 4);
}

#[test]
fn a_step_works_in_the_directory_of_another_and_it_goes_with_the_run() {
    let bench = with_repository();
    let ended = run(
        &bench,
        "read: \"{{ steps.look.output.text }}\", count: \"{{ steps.count.output.stdout }}\"",
        r#"    - {name: try, action: shell.script, workspace: {kind: worktree, ref: other}, params: {script: "echo two >> file"}}
    - {name: look, needs: [try], action: fs.read, workspace: {of: try}, params: {path: file}}
    - {name: count, needs: [look], action: shell.inspect, workspace: {of: try}, params: {argv: [wc, -l, file]}}
"#,
    );
    let outputs = outputs(&ended);
    assert_eq!(outputs["read"], "one\ntwo\n", "{outputs}");
    assert!(outputs["count"].as_str().unwrap().starts_with('2'), "{outputs}");
    let made = directory(&bench, "try");
    assert_eq!(
        [directory(&bench, "look"), directory(&bench, "count")],
        [made.clone(), made]
    );
    assert_untouched(&bench.path("project"));
}

#[test]
fn what_is_kept_stays_where_it_is_shown() {
    for (keep, script, stays) in [
        ("never", "exit 3", false),
        ("on_failure", "exit 3", true),
        ("on_failure", "exit 0", false),
        ("always", "exit 0", true),
    ] {
        for kind in ["scratch", "worktree"] {
            let bench = with_repository();
            let project = bench.path("project");
            let ended = run(
                &bench,
                "",
                &format!(
                    "    - {{name: try, action: shell.script, workspace: {{kind: {kind}, keep: {keep}}}, \
                     params: {{script: \"echo x > made; {script}\"}}}}\n"
                ),
            );
            assert_eq!(ended.code == Some(0), script == "exit 0", "{ended:?}");
            let shown = directories(&bench, "try").remove(0);
            let path = PathBuf::from(shown["path"].as_str().unwrap());
            assert_eq!(
                (&shown["there"], path.is_dir()),
                (&Value::from(stays), stays),
                "{keep} {kind}"
            );
            // Git takes no notice of it, and a person can remove it.
            assert_eq!(git(&project, &["status", "--porcelain"]), "");
            if stays {
                assert_eq!(fs::read_to_string(path.join("made")).unwrap(), "x\n");
                fs::remove_dir_all(project.join(".somagent")).unwrap();
                git(&project, &["worktree", "prune"]);
            }
            assert_untouched(&project);
        }
    }
}

#[test]
fn each_attempt_begins_anew() {
    let bench = bench();
    let ended = run(
        &bench,
        "",
        r#"    - name: try
      action: shell.script
      workspace: {kind: scratch, keep: always}
      retry: {max_attempts: 3, backoff: {initial: 1ms, max: 1ms}, on: [tool]}
      params: {script: "test -z \"$(ls)\" || exit 9; mkdir -p deep/er; touch deep/er/file made; chmod 500 deep/er deep; exit 3"}
"#,
    );
    assert_ne!(ended.code, Some(0), "{ended:?}");
    assert_eq!(entries(&directory(&bench, "try")), ["deep", "made"]);
    let events = bench.events();
    let failures: Vec<String> = events
        .iter()
        .filter(|event| event["header"]["kind"] == "step.settled")
        .map(|event| event["body"].to_string())
        .collect();
    assert_eq!(failures.len(), 3, "{failures:?}");
    assert!(
        failures.iter().all(|body| body.contains("ended with 3")),
        "{failures:?}"
    );
}

#[test]
fn a_killed_run_leaves_nothing_once_it_is_resumed() {
    let points = [
        "after_intent_commit",
        "during_effect:1",
        "during_effect:8",
        "after_effect",
        "before_settle_commit",
        "after_settle_commit",
        "before_finish",
        "after_finish",
    ];
    for point in points {
        let bench = with_repository();
        let project = bench.path("project");
        let running = running(
            &bench,
            &project,
            "seen: \"{{ steps.look.output.text }}\"",
            r#"    - {name: try, action: shell.script, effect: idempotent, workspace: worktree, params: {script: "ls; echo two >> file"}}
    - {name: look, needs: [try], action: fs.read, workspace: {of: try}, params: {path: file}}
    - {name: apart, needs: [look], action: shell.script, effect: idempotent, workspace: scratch, params: {script: "touch made; ls"}}
"#,
        );
        killed(running, point);
        let run = bench.newest();
        let mut ended = bench.run(&["runs", "resume", &run, "-o", "json"]);
        // A program that may have changed something is in doubt: a person looks, and has it done again.
        while ended.code == Some(5) {
            bench.succeed(&["approvals", "answer", &question(&bench), "--choice", "retry"]);
            ended = bench.run(&["runs", "resume", &run, "-o", "json"]);
        }
        assert_eq!(outputs(&ended)["seen"], "one\ntwo\n", "{point}");
        assert_eq!(entries(&project), ["file"], "{point}");
        assert_untouched(&project);
        bench.succeed(&["audit", "verify"]);
        bench.succeed(&["runs", "replay", &run]);
    }
}

#[test]
fn where_there_is_nothing_to_check_out_the_step_says_what_to_do() {
    let bench = bench();
    let project = bench.path("project");
    let step =
        |reference: &str| format!("    - {{name: try, action: fs.list, workspace: {{kind: worktree{reference}}}}}\n");
    let [nowhere, helps] = failed(&run(&bench, "", &step("")), 3);
    assert!(nowhere.contains("lies in no git repository"), "{nowhere}");
    assert!(helps.contains("git init"), "{helps}");
    begin(&project);
    let [unborn, helps] = failed(&run(&bench, "", &step("")), 3);
    assert!(unborn.contains("has no commit yet"), "{unborn}");
    assert!(helps.contains("first commit"), "{helps}");
    commit(&project);
    let [unknown, _] = failed(&run(&bench, "", &step(", ref: nowhere")), 3);
    assert!(unknown.contains("`nowhere` names no commit"), "{unknown}");
    assert_untouched(&project);
}

#[test]
fn what_lies_in_its_place_is_not_followed_and_not_lost() {
    let step = "    - {name: try, action: shell.script, workspace: scratch, params: {script: \"touch made\"}}\n";
    for link in [".somagent", ".somagent/work"] {
        let bench = bench();
        let (project, elsewhere) = (bench.path("project"), bench.path("elsewhere"));
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join("precious"), "mine").unwrap();
        let at = project.join(link);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        symlink(&elsewhere, &at).unwrap();
        let [said, helps] = failed(&run(&bench, "", step), 3);
        assert!(said.contains("no place for the directory"), "{said}");
        assert!(helps.contains("plain directories"), "{helps}");
        assert_eq!(entries(&elsewhere), ["precious"]);
        assert!(at.is_symlink());
    }
    let bench = bench();
    let file = bench.path("project/.somagent");
    fs::write(&file, "mine").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    failed(&run(&bench, "", step), 3);
    assert_eq!(fs::read_to_string(file).unwrap(), "mine");
}

#[test]
fn no_other_step_writes_into_it_by_its_path() {
    let bench = bench();
    let ended = run(
        &bench,
        "said: \"{{ steps.reach.output.stdout }}\"",
        r#"    - {name: try, action: shell.script, workspace: {kind: scratch, keep: always}, params: {script: "touch made"}}
    - name: reach
      needs: [try]
      action: shell.script
      params: {script: "ls .somagent/work/*/; touch .somagent/work/x 2>&1 || true; touch .somagent/work/*/try/x 2>&1 || true"}
"#,
    );
    let outputs = outputs(&ended);
    let said = outputs["said"].as_str().unwrap();
    assert!(said.starts_with("try\n"), "{said}");
    // Nothing was made, and each attempt was told so.
    assert_eq!(said.lines().count(), 3, "{said}");
    assert_eq!(entries(&directory(&bench, "try")), ["made"]);
    let write = r#"    - {name: reach, action: fs.write, params: {path: .somagent/work/x, text: no}}
"#;
    let [said, _] = failed(&run(&bench, "", write), 6);
    assert!(said.contains("lies outside the workspace"), "{said}");
}

#[test]
fn what_undoes_a_step_works_where_the_run_does() {
    let bench = bench();
    let ended = run(
        &bench,
        "",
        r#"    - name: try
      action: shell.script
      workspace: scratch
      params: {script: "touch made"}
      compensate: {action: shell.script, params: {script: "pwd > undone"}}
    - {name: fails, needs: [try], action: shell.inspect, params: {argv: ["false"]}}
"#,
    );
    assert_ne!(ended.code, Some(0), "{ended:?}");
    let project = bench.path("project").canonicalize().unwrap();
    let undone = fs::read_to_string(project.join("undone")).unwrap();
    assert_eq!(Path::new(undone.trim()), project);
    assert_eq!(entries(&project), ["undone"]);
}

/// Denies reading what lies there.
fn denying(bench: &Workbench, within: &str) {
    let text = bench.succeed(&["constitution", "show", "--text"]).out;
    let text = text.replace("\nversion: 2\n", "\nversion: 3\n");
    let rule = format!(
        "rules:\n  - {{id: hide, article: A1, decision: deny, access: read, within: {within}, reason: private}}\n"
    );
    change(bench, &file(bench, "v3.yaml", &text.replacen("rules:\n", &rule, 1)));
}

/// What the last step that failed said.
fn last_failure(bench: &Workbench) -> String {
    let mut events = bench.events().into_iter().rev();
    let found = events.find(|event| event["body"].to_string().contains("\"fault\""));
    found.unwrap()["body"].to_string()
}

/// Where a part of the workspace is denied, so is a checkout that would hold it, and no path leads into one.
#[test]
fn a_checkout_is_no_way_around_a_denial() {
    let bench = with_repository();
    let project = bench.path("project");
    fs::create_dir(project.join("private")).unwrap();
    fs::write(project.join("private/key"), "SECRET\n").unwrap();
    commit(&project);
    let steps = r#"    - {name: mk, action: fs.list, workspace: {kind: worktree, keep: always}}
    - {name: l, needs: [mk], action: fs.list, params: {path: .somagent}}
    - {name: r, needs: [l], action: fs.list, params: {path: .somagent/work}}
"#;
    // Without the denial the checkout is made; the paths of steps lead nowhere from outside all the same.
    let ended = run(&bench, "", steps);
    let settled = last_failure(&bench);
    assert_ne!(ended.code, Some(0), "{ended:?}");
    assert!(settled.contains("outside"), "{settled}");
    assert!(directories(&bench, "mk")[0]["there"].as_bool().unwrap());
    denying(&bench, "workspace/private");
    let ended = run(&bench, "", steps);
    assert_eq!(ended.code, Some(6), "{ended:?}");
    assert!(!ended.out.contains("SECRET"));
    assert!(!directories(&bench, "mk")[0]["there"].as_bool().unwrap());
}

/// A program beside it, for whom the sandbox puts up a `.git`, does not change which repository that is.
#[test]
fn below_the_top_of_a_repository_it_is_that_repository() {
    let bench = with_repository();
    let project = bench.path("project");
    fs::create_dir(project.join("sub")).unwrap();
    fs::write(project.join("sub/inner"), "in\n").unwrap();
    commit(&project);
    let mut running = running(
        &bench,
        &project.join("sub"),
        "seen: \"{{ steps.made.output.stdout }}\"",
        r#"    - {name: beside, action: shell.script, params: {script: "while [ ! -e over ]; do sleep 0.05; done"}}
    - name: made
      action: shell.script
      workspace: worktree
      params: {script: "ls; sleep 0.5"}
    - {name: last, needs: [made], action: shell.script, params: {script: "touch over"}}
"#,
    );
    let ended = Ended::new(running.output().unwrap());
    assert_eq!(outputs(&ended)["seen"], "inner\n", "{ended:?}");
    fs::remove_file(project.join("sub/over")).unwrap();
    assert_untouched(&project);
}

/// A directory that hands its group on gives `.somagent` that bit, too.
#[test]
fn a_directory_that_hands_its_group_on_is_no_obstacle() {
    let bench = bench();
    let project = bench.path("project");
    fs::set_permissions(&project, fs::Permissions::from_mode(0o2755)).unwrap();
    let ended = run(
        &bench,
        "",
        "    - {name: try, action: shell.script, workspace: scratch, params: {script: \"touch made\"}}\n    \
         - {name: plain, needs: [try], action: shell.script, params: {script: \"true\"}}\n",
    );
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(entries(&project), [""; 0]);
    assert!(!project.join(".git").exists());
}
