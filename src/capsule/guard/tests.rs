use serde_json::json;

use super::*;

fn guard(check: &str, with: Value, on_fail: OnFail) -> Guard {
    let with = with.as_object().map(|map| map.clone().into_iter().collect());
    Guard {
        check: check.to_owned(),
        with: with.unwrap_or_default(),
        on_fail,
    }
}

fn compiled(check: &str, with: Value) -> Checks {
    Checks::compile(&[guard(check, with, OnFail::Block)]).unwrap()
}

fn found(checks: &Checks, value: &Value) -> Vec<(String, String, (usize, usize))> {
    let findings = checks.scan(value);
    findings
        .into_iter()
        .map(|found| (found.at, found.what, found.span))
        .collect()
}

fn problem(check: &str, with: Value) -> String {
    let Guard { check, with, .. } = guard(check, with, OnFail::Block);
    check_params(&check, &with).unwrap_err()
}

#[test]
fn a_text_that_is_too_long_is_found_from_the_first_character_too_many() {
    let checks = compiled("max_length", json!({"chars": 3}));
    assert_eq!(
        found(&checks, &json!({"a": "äöü", "b": ["xyz", "äöüß!"]})),
        [("/b/1".to_owned(), "too_long".to_owned(), (6, 9))]
    );
}

#[test]
fn a_pattern_that_must_match_is_asked_of_texts_alone() {
    let checks = compiled("regex", json!({"pattern": "^v[0-9]+$", "must": "match"}));
    assert_eq!(
        found(&checks, &json!({"tag": "v1", "n": 3, "deep": {"x/~y": "one"}})),
        [("/deep/x~1~0y".to_owned(), "no_match".to_owned(), (0, 3))]
    );
}

#[test]
fn a_pattern_that_must_not_match_is_asked_of_keys_texts_and_numbers() {
    let checks = compiled("regex", json!({"pattern": "(?i)todo|77", "must": "not_match"}));
    assert_eq!(
        found(&checks, &json!({"a todo": 1, "b": "a ToDo, a todo", "c": 1772})),
        [
            ("/#0".to_owned(), "match".to_owned(), (2, 6)),
            ("/b".to_owned(), "match".to_owned(), (2, 6)),
            ("/c".to_owned(), "match".to_owned(), (1, 3)),
        ]
    );
}

#[test]
fn a_finding_never_repeats_a_key_in_which_something_was_found() {
    let checks = compiled("regex", json!({"pattern": "hunter", "must": "not_match"}));
    let findings = checks.scan(&json!({"list": [{"x hunter x": {"in": "hunter"}}]}));
    let places: Vec<_> = findings.iter().map(|found| (found.at.as_str(), found.in_key)).collect();
    assert_eq!(places, [("/list/0/#0", true), ("/list/0/#0/in", false)]);
    assert!(!serde_json::to_string(&findings).unwrap().contains("hunter"));
}

#[test]
fn a_finding_survives_its_json_form() {
    let findings = compiled("max_length", json!({"chars": 1})).scan(&json!({"k": "long"}));
    let text = serde_json::to_string(&findings).unwrap();
    assert_eq!(
        text,
        r#"[{"check":"max_length","at":"/k","in_key":false,"what":"too_long","span":[1,4],"on_fail":"block"}]"#
    );
    assert_eq!(serde_json::from_str::<Vec<Finding>>(&text).unwrap(), findings);
}

#[test]
fn many_warnings_do_not_hide_what_blocks() {
    let checks = Checks::compile(&[
        guard("regex", json!({"pattern": "a", "must": "not_match"}), OnFail::Warn),
        guard("regex", json!({"pattern": "z", "must": "not_match"}), OnFail::Block),
        guard("regex", json!({"pattern": "y", "must": "not_match"}), OnFail::Review),
    ])
    .unwrap();
    let mut texts = vec![json!("a"); 2 * MAX_FINDINGS];
    texts.extend([json!("y"), json!("z")]);
    let findings = checks.scan(&Value::Array(texts));
    assert_eq!(findings.len(), MAX_FINDINGS);
    let first: Vec<_> = findings.iter().take(3).map(|found| found.on_fail).collect();
    assert_eq!(first, [OnFail::Block, OnFail::Review, OnFail::Warn]);
}

#[test]
fn wrong_parameters_say_what_was_expected() {
    for (check, with, expected) in [
        ("length", json!({}), "expected one of `max_length`, `regex`"),
        (
            "max_length",
            json!({}),
            "`max_length` needs `chars`: a whole number from 1",
        ),
        (
            "max_length",
            json!({"chars": 0}),
            "`max_length` needs `chars`: a whole number from 1",
        ),
        (
            "max_length",
            json!({"chars": 1, "bytes": 2}),
            "`max_length` takes `chars`, found `bytes`",
        ),
        (
            "regex",
            json!({"must": "match"}),
            "`regex` needs `pattern`: a regular expression",
        ),
        (
            "regex",
            json!({"pattern": "a"}),
            "`regex` needs `must`: `match` or `not_match`",
        ),
        (
            "regex",
            json!({"pattern": "(", "must": "match"}),
            "is not a regular expression: unclosed group",
        ),
        ("regex", json!({"pattern": "(?=a)", "must": "match"}), "look-around"),
        (
            "regex",
            json!({"pattern": "(\\w{99}){99}", "must": "match"}),
            "must compile to at most 1048576 bytes",
        ),
    ] {
        let problem = problem(check, with);
        assert!(problem.contains(expected), "{check}: {problem}");
    }
}

#[test]
fn a_bad_guard_is_named_by_its_place() {
    let guards = [
        guard("max_length", json!({"chars": 9}), OnFail::Warn),
        guard("regex", json!({"pattern": "["}), OnFail::Warn),
    ];
    assert_eq!(Checks::compile(&guards).unwrap_err().index, 1);
}
