//! What a policy is promised, one test for each promise.

mod hostile;
mod refused;
mod same;
mod testing;

use serde_json::{Value as Json, json};

use super::{Rego, RegoError, Ruling, work};

const DEFAULT: &str = include_str!("tests/default.rego");

fn files(modules: &[(&str, &str)]) -> Vec<(String, String)> {
    modules
        .iter()
        .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
        .collect()
}

/// A policy of one module, `rules` from its third line on.
fn parse(rules: &str) -> Result<Rego, RegoError> {
    Rego::parse(&files(&[(
        "p.rego",
        &format!("package somagent\nimport rego.v1\n{rules}"),
    )]))
}

fn judge(rules: &str, input: &Json) -> Ruling {
    parse(rules).unwrap().judge(input)
}

fn denied(reason: &str) -> Ruling {
    Ruling {
        deny: vec![reason.to_owned()],
        ask: Vec::new(),
    }
}

fn action() -> Json {
    json!({
        "action": {
            "name": "shell.run",
            "args": { "path": "/etc/passwd", "amount": 250 },
            "effect": "external",
            "accesses": [{ "kind": "write", "path": "/etc/passwd" }],
        },
        "situation": { "mode": "production", "actor": "user:x", "offline": false, "hosts": ["a", "b"] },
        "score": 700,
        "terms": [{ "feature": "reversibility", "amount": 300 }],
    })
}

#[test]
fn reasons_are_collected_from_all_modules_and_sorted() {
    let policy = Rego::parse(&files(&[
        (
            "a.rego",
            "package somagent\ndeny contains \"b\" if input.score > 1\nask contains \"d\" if input.score > 1",
        ),
        (
            "b.rego",
            "package somagent\nimport data.somagent.lib\ndeny contains \"a\" if lib.big(input.score)",
        ),
        ("lib.rego", "package somagent.lib\nbig(x) if x > 600"),
    ]));
    let ruling = policy.unwrap().judge(&action());
    assert_eq!(
        ruling,
        Ruling {
            deny: vec!["a".into(), "b".into()],
            ask: vec!["d".into()]
        }
    );
}

#[test]
fn one_of_the_two_is_enough_and_none_is_refused() {
    assert_eq!(
        judge("deny contains \"x\" if input.score < 0", &action()),
        Ruling::default()
    );
    assert_eq!(judge("ask contains \"x\"", &action()).ask, ["x"]);
    assert_eq!(parse("helper := 1").unwrap_err(), RegoError::Silent);
    assert_eq!(Rego::parse(&[]).unwrap_err(), RegoError::Silent);
    for overlooked in [
        "deny(x) := 1",
        "deny[\"x\"] if input.a",
        "deny.x contains \"y\"",
        "deny.f(x) := 1",
    ] {
        let error = parse(&format!("ask contains \"x\"\n{overlooked}")).unwrap_err();
        assert_eq!(error, RegoError::Misshapen { verdict: "deny" }, "{overlooked}");
    }
    let below = [
        ("a.rego", "package somagent\ndeny contains \"x\""),
        ("b.rego", "package somagent.ask\nx := 1"),
    ];
    assert_eq!(
        Rego::parse(&files(&below)).unwrap_err(),
        RegoError::Misshapen { verdict: "ask" }
    );
}

#[test]
fn an_answer_that_is_no_set_of_texts_denies() {
    for (rules, reason) in [
        ("deny := \"x\"", "`deny` is a text and not a set"),
        ("deny if input.score", "`deny` is a truth value and not a set"),
        ("deny[x] if some x in [\"x\"]", "`deny` is an object and not a set"),
        ("ask := [\"x\"]", "`ask` is a list and not a set"),
        ("ask := null", "`ask` is null and not a set"),
        ("deny := {\"x\"} if input.nothing", "`deny` is undefined"),
        (
            "deny contains 1",
            "`deny` has a number in it, and only texts are reasons",
        ),
        (
            "deny contains 1e308",
            "`deny` has a number in it, and only texts are reasons",
        ),
        (
            "deny contains true",
            "`deny` has a truth value in it, and only texts are reasons",
        ),
        ("ask contains null", "`ask` has null in it, and only texts are reasons"),
        (
            "ask contains [\"x\"]",
            "`ask` has a list in it, and only texts are reasons",
        ),
    ] {
        assert_eq!(judge(rules, &action()), denied(reason), "{rules}");
    }
    assert_eq!(judge("deny := {\"x\"}", &action()), denied("x"));
    assert_eq!(judge("deny contains \"true\"", &action()), denied("true"));
}

#[test]
fn an_error_denies_whatever_else_was_said() {
    for (rule, reason) in [
        (
            "ask contains \"y\" if to_number(input.action.name) > 1",
            "could not parse string as number",
        ),
        ("ask contains \"y\" if 1 / (input.score - 700) > 1", "divide by zero"),
        (
            "ask contains \"y\" if not to_number(\"a\") == 1",
            "could not parse string as number",
        ),
        (
            "f(x) if to_number(x) > 1\nf(x) if true\nask contains \"y\" if f(\"a\")",
            "could not parse string as number",
        ),
        (
            "a := 1\na := input.score\nask contains \"y\" if a == 1",
            "rule conflicts with rule at p.rego:4:1",
        ),
        (
            "ask contains \"y\" if a\na if b\nb if a",
            "recursion detected when evaluating rule:",
        ),
    ] {
        let ruling = judge(&format!("deny contains \"x\"\n{rule}"), &action());
        let [told] = &ruling.deny[..] else { panic!("{ruling:?}") };
        assert!(
            told.starts_with("the evaluation failed at p.rego:") && told.ends_with(reason),
            "{told}"
        );
        assert_eq!(ruling.ask, [""; 0]);
    }
}

#[test]
fn fields_of_the_input_are_nothing_but_fields() {
    // serde_json and regorus agree that an object with this field is a number.
    let input = json!({ "a": { "$serde_json::private::Number": "7" } });
    let rules = "deny contains \"object\" if is_object(input.a)\nask contains \"number\" if is_number(input.a)";
    assert_eq!(judge(rules, &input), denied("object"));
    let numbers =
        "deny contains \"x\" if { input.i == -9223372036854775808; input.u == 18446744073709551615; input.f == 0.5 }";
    assert_eq!(
        judge(numbers, &json!({ "i": i64::MIN, "u": u64::MAX, "f": 0.5 })),
        denied("x")
    );
}

#[test]
fn the_same_input_has_the_same_answer_on_every_thread() {
    let policy = parse(&format!(
        "{}deny contains \"x\" if f(1)\nf(x) if f(x + 1)",
        &DEFAULT[DEFAULT.find("guarded").unwrap()..]
    ));
    let (policy, input) = (policy.unwrap(), action());
    let first = policy.judge(&input);
    assert!(first.deny[0].contains("depth limit"), "{first:?}");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..20).for_each(|_| assert_eq!(policy.judge(&input), first)));
        }
    });
}

#[test]
fn a_judgement_within_another_has_limits_of_its_own() {
    let endless = parse(
        "deny contains \"x\" if { some a in numbers.range(1, 9000); some b in numbers.range(1, 9000); a + b == 0 }",
    );
    let endless = endless.unwrap();
    let (inner, reached) = work::limited(|| {
        work::spend(work::MOST_STEPS - 10, 0).unwrap();
        let inner = endless.judge(&action());
        assert_eq!(work::left(), 10);
        inner
    });
    assert_eq!(
        (inner, reached),
        (denied("the work limit of 50000 steps is reached"), None)
    );
}

#[test]
fn an_ordinary_decision_is_far_from_its_limits() {
    let policy = Rego::parse(&files(&[("default.rego", DEFAULT)])).unwrap();
    let mut engine = policy.engine.clone();
    let (left, reached) = work::limited(|| {
        engine.set_input(super::weight::input(&action()).unwrap().0);
        engine.eval_rule("data.somagent.deny".to_owned()).unwrap();
        engine.eval_rule("data.somagent.ask".to_owned()).unwrap();
        work::left()
    });
    assert_eq!(reached, None);
    assert!(work::MOST_STEPS - left < 1000, "{}", work::MOST_STEPS - left);
}

#[test]
fn the_digest_material_is_names_and_texts_in_order() {
    let (one, other) = (
        ("a.rego", "package somagent\ndeny contains \"x\" if false"),
        ("b.rego", "package somagent.b\nr := 1"),
    );
    let (here, there) = (
        Rego::parse(&files(&[one, other])).unwrap(),
        Rego::parse(&files(&[other, one])).unwrap(),
    );
    assert_eq!(here.digest_material(), there.digest_material());
    let expected = json!({ "rego": [{ "file": one.0, "text": one.1 }, { "file": other.0, "text": other.1 }] });
    assert_eq!(here.digest_material(), expected);
}
