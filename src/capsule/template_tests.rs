use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::capsule::budget::Spend;

fn world(source: &str) -> Label {
    Label::from_source(Integrity::Untrusted, Confidentiality::Private, source)
}

/// `log` ran with a trusted `count` and a secret second commit; `late` was skipped.
fn scope() -> Scope {
    let mut scope = Scope::new(&json!({"repo": "a/b", "n": 3, "langs": ["en", "de"], "flag": false}));
    let mut log = Labelled::new(
        json!({"count": 2, "commits": [{"sha": "1", "line": "x"}, {"sha": "2", "line": "y"}], "empty": [], "a/b": 1}),
        world("tool:git.log"),
    );
    log.fields.insert(
        "/count".into(),
        Label::from_source(Integrity::Trusted, Confidentiality::Public, "count"),
    );
    log.fields.insert(
        "/commits/1".into(),
        Label::from_source(Integrity::Untrusted, Confidentiality::Secret, "second"),
    );
    scope.finish("log", Arc::new(log), &Beside::default(), Label::constant());
    scope.skip("late", world("when"));
    scope.set_run(
        "run-1",
        Spend {
            tokens: 7,
            micro_usd: 1_500_000,
            ..Spend::default()
        },
        "running",
    );
    scope
}

fn rendered(template: Value) -> Labelled {
    render(&template, &scope()).unwrap()
}

fn sources(label: &Label) -> Vec<&str> {
    label.sources.iter().map(String::as_str).collect()
}

#[test]
fn a_whole_expression_keeps_its_type() {
    let out = rendered(json!({
        "n": "{{ inputs.n }}", "list": "{{ inputs.langs }}", "sum": "{{ inputs.n + 1 }}", "flag": "{{ not inputs.flag }}",
        "none": "{{ none }}", "map": "{{ {'a': inputs.n, 'b': inputs.langs} }}", "half": "{{ inputs.n / 2 }}",
        "usd": "{{ run.usage.usd }}", "tokens": "{{ run.usage.tokens }}", "id": "{{ run.id }}",
        "text": "n={{ inputs.n }} l={{ inputs.langs }} f={{ inputs.flag }}", "constant": [1, true, null, "{ x }"],
        "skipped": "{{ steps.late.output }}", "status": "{{ steps.late.status }}",
        "first": "{{ steps.log.output.commits[0].sha }}", "last": "{{ steps.log.output.commits[-1].sha }}",
        "or": "{{ steps.late.output or [] }}", "odd": "{{ steps.log.output['a/b'] }}", "big": "{{ 18446744073709551615 }}",
    }));
    assert_eq!(
        out.value,
        json!({
            "n": 3, "list": ["en", "de"], "sum": 4, "flag": true, "none": null, "map": {"a": 3, "b": ["en", "de"]},
            "half": 1.5, "usd": 1.5, "tokens": 7, "id": "run-1", "text": "n=3 l=[\"en\",\"de\"] f=false",
            "constant": [1, true, null, "{ x }"], "skipped": null, "status": "skipped", "first": "1", "last": "2",
            "or": [], "odd": 1, "big": 18_446_744_073_709_551_615_u64,
        })
    );
}

#[test]
fn a_text_carries_the_labels_of_exactly_the_leaves_it_read() {
    let out = rendered(json!({
        "constant": "x",
        "count": "{{ steps.log.output.count }} commits",
        "one": "{{ steps.log.output.commits[0].line }}",
        "second": "{{ steps.log.output.commits[1].line | upper }}",
        "both": "{{ inputs.repo }}: {{ steps.log.output.count }}",
        "loop": "{% for c in steps.log.output.commits %}{{ c.line }}{% endfor %}",
        "length": "{{ steps.log.output.commits | length }}",
        "branch": "{{ inputs.repo if steps.log.output.count > 5 else inputs.n }}",
        "skip": "{{ steps.late.status }}",
    }));
    let at = |pointer: &str| sources(out.label_at(pointer));
    assert_eq!(at("/constant"), ["capsule"]);
    assert_eq!(at("/count"), ["capsule", "count"]);
    assert_eq!(out.label_at("/count").integrity, Integrity::Trusted);
    assert_eq!(at("/one"), ["tool:git.log"]);
    assert_eq!(at("/second"), ["second"]);
    assert_eq!(at("/both"), ["capsule", "count", "input:repo"]);
    assert_eq!(out.label_at("/both").integrity, Integrity::User);
    assert_eq!(at("/loop"), ["capsule", "second", "tool:git.log"]);
    assert_eq!(out.label_at("/loop").confidentiality, Confidentiality::Secret);
    assert_eq!(at("/length"), ["tool:git.log"]);
    assert_eq!(at("/branch"), ["count", "input:n"]);
    assert_eq!(at("/skip"), ["when"]);
    assert!(!out.fields.contains_key("/constant"));
}

#[test]
fn the_absence_of_a_field_is_read_from_what_lacks_it() {
    let out = rendered(json!("{{ steps.log.output.commits[0].nope | default('no') }}"));
    assert_eq!((out.value, sources(&out.label)), (json!("no"), vec!["tool:git.log"]));
    let out = rendered(json!("{{ steps.log.output.commits[1].nope is defined }}"));
    assert_eq!((out.value, sources(&out.label)), (json!(false), vec!["second"]));
}

#[test]
fn a_value_that_passes_through_keeps_the_labels_of_its_parts() {
    for template in [
        "{{ steps.log.output }}",
        "{{ steps.log.output or {} }}",
        "{{ steps.log.output | default({}) }}",
    ] {
        let out = rendered(json!({"deep": {"er": template}}));
        let at = |pointer: &str| sources(out.label_at(pointer));
        assert!(at("/deep/er/count").contains(&"count"), "{template}");
        assert!(at("/deep/er/commits/1/line").contains(&"second"), "{template}");
        assert!(!at("/deep/er/commits/0/line").contains(&"second"), "{template}");
        assert_eq!(at("/deep"), ["capsule"]);
    }
    let out = rendered(json!("{{ inputs }}"));
    assert_eq!(sources(out.label_at("/repo")), ["input:repo"]);
    let out = rendered(json!("{{ [steps.log.output.commits] }}"));
    assert_eq!(sources(out.label_at("/0/1/sha")), ["second"]);
    let out = rendered(json!("{{ {'x': steps.log.output.commits} }}"));
    assert_eq!(sources(&out.label), ["second", "tool:git.log"]);
}

#[test]
fn a_condition_gives_its_truth_and_what_it_read() {
    let scope = scope();
    let (truth, label) = condition("steps.log.output.count > 0 and inputs.flag", &scope).unwrap();
    assert_eq!((truth, sources(&label)), (false, vec!["count", "input:flag"]));
    let (truth, label) = condition("steps.log.output.count > 9 and inputs.flag", &scope).unwrap();
    assert_eq!((truth, sources(&label)), (false, vec!["count"]));
    let (truth, label) = condition("steps.log.output.empty", &scope).unwrap();
    assert_eq!((truth, sources(&label)), (false, vec!["tool:git.log"]));
    assert_eq!(condition("1 == 1", &scope).unwrap(), (true, capsule_label()));
    assert!(condition("steps.late.output.x", &scope).is_err());
}

#[test]
fn items_keep_their_own_labels_and_what_chose_them() {
    let scope = scope();
    let all = items("steps.log.output.commits", &scope).unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(
        (sources(&all[0].label), sources(&all[1].label)),
        (vec!["tool:git.log"], vec!["second"])
    );
    assert_eq!(all[1].value, json!({"sha": "2", "line": "y"}));
    let chosen = items("steps.log.output.commits | selectattr('sha', 'eq', '1')", &scope).unwrap();
    assert_eq!(chosen.len(), 1);
    // Every `sha` was read to choose.
    assert_eq!(sources(&chosen[0].label), ["second", "tool:git.log"]);
    let inner = scope.with_item("commit", all[1].clone(), 1);
    let out = render(&json!("{{ loop_index }}: {{ commit.line }}"), &inner).unwrap();
    assert_eq!(
        (out.value, sources(&out.label)),
        (json!("1: y"), vec!["capsule", "second"])
    );
    assert_eq!(
        items("inputs.langs", &scope).unwrap()[1],
        Labelled::new(
            json!("de"),
            Label::from_source(Integrity::User, Confidentiality::Private, "input:langs")
        )
    );
    assert_eq!(
        items("inputs.repo", &scope).unwrap_err(),
        TemplateError::NotAList {
            expression: "inputs.repo".into(),
            found: "a text"
        }
    );
}

#[test]
fn what_is_undefined_is_named() {
    for (template, expression) in [
        ("{{ inputs.repoo }}", "inputs.repoo"),
        ("x {{ inputs.repo }} {{ inputs.repoo }}", "inputs.repoo"),
        ("{{ steps.late.output.x }}", "steps.late.output.x"),
        ("{{ steps.late.output.x | upper }}", "steps.late.output.x"),
        ("{{ steps.nope.output }}", "steps.nope.output"),
    ] {
        let error = render(&json!({"a": [template]}), &scope()).unwrap_err();
        let TemplateError::Undefined { expression: found, at } = &error else {
            panic!("{template}: {error:?}")
        };
        assert!(
            found.contains(expression) || expression.contains(found.as_str()),
            "{template}: {found}"
        );
        assert_eq!(at, "/a/0", "{template}");
    }
}

#[test]
fn fuel_and_length_are_bounded() {
    let forever = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";
    assert!(matches!(
        render(&json!(forever), &scope()),
        Err(TemplateError::OutOfFuel { .. })
    ));
    let mut scope = scope();
    scope.finish(
        "big",
        Arc::new(Labelled::new(json!("x".repeat(1 << 20)), Label::constant())),
        &Beside::default(),
        Label::constant(),
    );
    let long = "{% for a in range(99) %}{{ steps.big.output }}{% endfor %}";
    assert!(matches!(
        render(&json!(long), &scope),
        Err(TemplateError::TooLong { .. })
    ));
}

#[test]
fn a_message_never_carries_the_value() {
    let mut scope = Scope::new(&json!({}));
    scope.finish(
        "a",
        Arc::new(Labelled::new(
            json!({"key": "hunter2", "list": ["hunter2"]}),
            world("tool:x"),
        )),
        &Beside::default(),
        Label::constant(),
    );
    for template in [
        "{{ steps.a.output | int }}",
        "{{ steps.a.output.list | round }}",
        "{{ -steps.a.output }}",
        "{{ steps.a.output < 1 }}",
    ] {
        if let Err(error) = render(&json!(template), &scope) {
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}

#[test]
fn a_slice_goes_forwards() {
    let scope = Scope::new(&json!({"none": [], "some": [1, 2, 3], "step": -1, "d": {"a": 1}}));
    for text in [
        "inputs.none[::-1]",
        "''[::-1]",
        "[][::inputs.step]",
        "inputs.some[::1 - 2]",
        "inputs.some[([1])[0]:2:-1]",
        "inputs.some[::0]",
    ] {
        let refused = items(text, &scope).unwrap_err().to_string();
        assert!(refused.contains("the step of a slice"), "{text}: {refused}");
        let refused = render(&json!(format!("x {{{{ {text} }}}}")), &scope)
            .unwrap_err()
            .to_string();
        assert!(refused.contains("the step of a slice"), "{text}: {refused}");
    }
    for (text, value) in [
        ("inputs.some[::2]", json!([1, 3])),
        ("inputs.some[1:]", json!([2, 3])),
        ("inputs.some[::]", json!([1, 2, 3])),
        ("inputs.some[{'a': -2}['a']:]", json!([2, 3])),
        ("inputs.none | reverse | list", json!([])),
        ("inputs.some | reverse | list", json!([3, 2, 1])),
    ] {
        assert_eq!(
            render(&json!(format!("{{{{ {text} }}}}")), &scope).unwrap().value,
            value,
            "{text}"
        );
    }
}
