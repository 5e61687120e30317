//! Tests of policies: the shipped ones, and what becomes of any.

use super::super::{Rego, TestOutcome};
use super::{DEFAULT, action, files, parse};

const DEFAULT_TEST: &str = include_str!("default_test.rego");

#[test]
fn the_shipped_policy_passes_its_tests_and_they_test_it() {
    let policy = Rego::parse(&files(&[("default.rego", DEFAULT)])).unwrap();
    let outcomes = policy.test(&files(&[("default_test.rego", DEFAULT_TEST)]));
    assert_eq!(outcomes.len(), 7);
    assert!(outcomes.iter().all(|outcome| outcome.passed), "{outcomes:?}");
    assert_eq!(
        policy.judge(&action()).deny,
        ["shell.run writes /etc/passwd, which is below /etc/, in production"]
    );
    assert_eq!(
        policy.judge(&action()).ask,
        ["shell.run cannot be taken back and scores 700"]
    );
    for (old, new) in [
        ("\"production\"", "\"other\""),
        ("> 3", "> 9"),
        (">= 300", "> 300"),
        (">= 600", ">= 701"),
        ("not input", "input"),
    ] {
        let changed = DEFAULT.replace(old, new);
        let outcomes = Rego::parse(&files(&[("default.rego", &changed)]))
            .unwrap()
            .test(&files(&[("t.rego", DEFAULT_TEST)]));
        assert!(outcomes.iter().any(TestOutcome::failed), "{old} -> {new}");
    }
}

#[test]
fn tests_run_as_opa_runs_them() {
    let policy = parse("deny contains \"x\" if input.a == 1\nlimit := 5").unwrap();
    let tests = "package somagent\nimport rego.v1
test_true if count(deny) == 1 with input as {\"a\": 1}
test_false := false
test_undefined if input.nothing
test_not_boolean := 5
test_error if to_number(\"x\") == 1
test_mocked if limit == 6 with data.somagent.limit as 6
todo_test_later if false
test_endless if { some a in numbers.range(1, 9000); some b in numbers.range(1, 9000); a + b == 0 }
test_twice if true
test_twice if false
helper if false
";
    let outcomes = policy.test(&files(&[("t_test.rego", tests)]));
    let told: Vec<_> = outcomes
        .iter()
        .map(|o| (o.name.as_str(), o.ran, o.passed, o.detail.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("test_true", true, true, ""),
            ("test_false", true, false, "it is false"),
            ("test_undefined", true, false, "it is undefined"),
            ("test_not_boolean", true, false, "it is a number and not true"),
            (
                "test_error",
                true,
                false,
                "the evaluation failed at t_test.rego:7: could not parse string as number"
            ),
            ("test_mocked", true, true, ""),
            ("todo_test_later", false, false, "not run: it is still to do"),
            ("test_endless", true, false, "the work limit of 50000 steps is reached"),
            ("test_twice", true, true, ""),
            ("test_twice", true, false, "two tests have this name"),
        ]
    );
    assert!(outcomes.iter().all(|outcome| outcome.file == "t_test.rego"));
}

#[test]
fn tests_that_do_not_parse_are_a_failure() {
    let policy = parse("deny contains \"x\" if input.a == 1").unwrap();
    for text in [
        "package somagent\ntest_x if {",
        "package other\ntest_x if true",
        "package somagent\ntest_x if time.now_ns() > 0",
    ] {
        let outcomes = policy.test(&files(&[("t_test.rego", text)]));
        let [outcome] = &outcomes[..] else {
            panic!("{outcomes:?}")
        };
        assert!(
            outcome.failed() && outcome.file == "t_test.rego" && outcome.detail.starts_with("t_test.rego:"),
            "{outcome:?}"
        );
    }
    assert_eq!(policy.test(&[]), []);
}
