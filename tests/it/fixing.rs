//! The example `fix_failing_test` on a repository that is broken in one line: everything runs, nothing is believed.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::constitution::founded;
use crate::gates::question;
use crate::repositories::git;
use crate::workbench::{Ended, Workbench};

const CALC: &str = "\"\"\"Sums.\"\"\"\n\n\ndef total(values):\n    result = 0\n    for index in range(1, len(values)):\n        \
                    result += values[index]\n    return result\n\n\ndef mean(values):\n    return total(values) / len(values)\n";
const TEST: &str = "import unittest\n\nfrom calc import mean, total\n\n\nclass Sums(unittest.TestCase):\n    def test_total(self):\n        \
                    self.assertEqual(total([1, 2, 3]), 6)\n        self.assertEqual(total([5]), 5)\n\n    def test_mean(self):\n        \
                    self.assertEqual(mean([2, 4]), 3)\n\n\nif __name__ == \"__main__\":\n    unittest.main()\n";

/// A repository with one commit and somebody who commits.
fn repository(bench: &Workbench, calc: &str) {
    let project = bench.path("project");
    fs::create_dir(&project).unwrap();
    git(&project, &["init", "-q", "-b", "main"]);
    git(&project, &["config", "user.name", "Ann"]);
    git(&project, &["config", "user.email", "ann@example.org"]);
    fs::write(project.join("calc.py"), calc).unwrap();
    fs::write(project.join("test_calc.py"), TEST).unwrap();
    git(&project, &["add", "-A"]);
    git(&project, &["commit", "-q", "-m", "begin"]);
}

/// Runs the example and says yes to everything that it asks, until it is over; gives how often it asked.
fn approved(bench: &Workbench) -> (Ended, usize) {
    let capsule = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/fix/fix_failing_test.yaml");
    let path = format!("path={}", bench.path("project").display());
    let mut ended = bench.run(&["run", capsule.to_str().unwrap(), "-p", &path, "-o", "json"]);
    let mut asked = 0;
    while ended.code == Some(5) {
        asked += 1;
        assert!(asked < 20, "{ended:?}");
        bench.succeed(&["approvals", "approve", &question(bench), "--reason", "I looked at it"]);
        let run = bench.newest();
        ended = bench.run(&["runs", "resume", &run, "-o", "json"]);
    }
    (ended, asked)
}

fn outputs(ended: &Ended) -> Value {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.json()["outputs"].clone()
}

#[test]
fn a_broken_line_is_found_tried_chosen_shown_and_committed() {
    let bench = founded();
    repository(&bench, CALC);
    let (ended, asked) = approved(&bench);
    let outputs = outputs(&ended);
    assert_eq!(outputs["failed"], true, "{outputs}");
    assert!(outputs["tried"].as_u64().unwrap() >= 5, "{outputs}");
    assert_eq!(outputs["passing"], 1, "{outputs}");
    assert_eq!(outputs["what"], "`1` becomes `0`", "{outputs}");
    assert!(
        outputs["diff"]
            .as_str()
            .unwrap()
            .contains("+    for index in range(0, len(values)):"),
        "{outputs}"
    );
    // Two programs before, one after, a worktree, an edit, the gate and the commit.
    assert!((4..=8).contains(&asked), "{asked}");
    let project = bench.path("project");
    let commit = outputs["commit"].as_str().unwrap();
    assert_eq!(git(&project, &["rev-parse", "fix-failing-test"]).trim(), commit);
    assert_eq!(
        git(&project, &["log", "--format=%s", "-1", commit]).trim(),
        "Repair what made `python3 -m unittest` fail"
    );
    assert_eq!(git(&project, &["diff", "--stat", "main", commit]).lines().count(), 2);
    // What somebody works on is as it was.
    assert_eq!(
        git(&project, &["status", "--porcelain", "--", "calc.py", "test_calc.py"]),
        ""
    );
    assert_eq!(git(&project, &["symbolic-ref", "--short", "HEAD"]).trim(), "main");
    git(&project, &["fsck", "--strict"]);
    // Whoever works on in the worktree keeps that: a second run ends before it touches it.
    fs::write(project.join(".fix-failing-test/calc.py"), "mine\n").unwrap();
    let (again, _) = approved(&bench);
    assert_eq!(again.code, Some(13), "{again:?}");
    assert_eq!(
        fs::read_to_string(project.join(".fix-failing-test/calc.py")).unwrap(),
        "mine\n"
    );
    git(&project.join(".fix-failing-test"), &["checkout", "-q", "calc.py"]);
    let tests = Command::new("python3")
        .args(["-m", "unittest"])
        .current_dir(project.join(".fix-failing-test"))
        .output()
        .unwrap();
    assert!(tests.status.success(), "{tests:?}");
}

#[test]
fn where_nothing_fails_or_nothing_helps_nothing_is_done() {
    let bench = founded();
    repository(&bench, &CALC.replace("range(1,", "range(0,"));
    let (ended, asked) = approved(&bench);
    let outputs = outputs(&ended);
    assert_eq!(
        (&outputs["failed"], &outputs["commit"], asked),
        (&Value::Bool(false), &Value::Null, 1),
        "{outputs}"
    );

    let bench = founded();
    repository(&bench, &CALC.replace("result += values[index]", "pass"));
    let (ended, asked) = approved(&bench);
    let outputs = self::outputs(&ended);
    assert_eq!(
        (&outputs["failed"], &outputs["passing"], asked),
        (&Value::Bool(true), &Value::from(0), 2),
        "{outputs}"
    );
    assert_eq!(
        git(&bench.path("project"), &["branch", "--format=%(refname:short)"]).trim(),
        "main"
    );
}
