//! Files that want to hurt whoever reads them.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::example::{EXAMPLE, example_catalogue};
use super::node::{Kind, Node};
use super::*;

/// The bytes of every value in a tree.
fn spans_of(node: &Node, spans: &mut Vec<std::ops::Range<usize>>) {
    spans.push(node.span.clone());
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::List(items) => items.iter().for_each(|item| spans_of(item, spans)),
        Kind::Mapping(entries) => entries.iter().for_each(|entry| spans_of(&entry.value, spans)),
    }
}

#[test]
fn a_schema_that_refers_to_itself_or_to_a_file_is_harmless() {
    let with = |schema: &str| {
        format!(
            "schema: {SCHEMA}\ncapsule_id: x\nversion: 1.0.0\ninputs: {schema}\nexecution: {{steps: [{{name: a, action: model.call, params: {{prompt: hi}}}}]}}\n"
        )
    };
    for schema in [
        "{$ref: \"#\"}",
        "{not: {$ref: \"#\"}}",
        "{properties: {a: {$ref: \"#/properties/a\"}}}",
        "{allOf: [{$ref: \"#\"}]}",
    ] {
        let capsule = Capsule::parse(&with(schema), &Catalogue::default()).unwrap();
        let _ = capsule.inputs(Given::Json(json!({"a": 1})));
    }
    for schema in [
        "{$ref: \"file:///etc/passwd\"}",
        "{$ref: \"https://example.com/x\"}",
        "{properties: {a: {pattern: \"(a{1000}){1000}\"}}}",
    ] {
        let problems = Capsule::parse(&with(schema), &Catalogue::default()).unwrap_err();
        assert_eq!(
            problems.iter().map(|problem| problem.code).collect::<Vec<_>>(),
            [Code::C002],
            "{problems:?}"
        );
    }
}

#[test]
fn attack_22_cycle_self_need_and_too_many_steps() {
    assert_eq!(
        found(&dag("    - {name: x, needs: [x], action: git.log}\n")),
        [(Code::C011, "x".to_owned())]
    );
    let chain = |count: usize, closed: bool| {
        let mut steps = String::new();
        for index in 0..count {
            let need = match (index, closed) {
                (0, false) => String::new(),
                (0, true) => format!("s{}", count - 1),
                (index, _) => format!("s{}", index - 1),
            };
            writeln!(
                steps,
                "    - {{name: s{index}, needs: [{need}], action: git.log, when: \"steps.s{}.status == 'done'\"}}",
                index.saturating_sub(1)
            )
            .unwrap();
        }
        dag(&steps)
    };
    let longest = chain(2_000, false).replacen("when: \"steps.s0.status == 'done'\"", "when: \"true\"", 1);
    let capsule = Capsule::parse(&longest, &catalogue()).unwrap();
    assert_eq!(capsule.transitive_needs("s1999").count(), 1_999);
    let codes: Vec<Code> = found(&chain(2_000, true)).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes.iter().filter(|code| **code == Code::C011).count(), 1);
    // Too many steps are counted, not looked at: the one problem says so.
    assert_eq!(found(&chain(2_001, true)).len(), 1);
    assert_eq!(found(&chain(2_001, true))[0].0, Code::C070);
    let million = format!("{HEAD}execution: {{steps: [{}]}}", "{},".repeat(1_000_000));
    assert_eq!(
        found(&million).iter().map(|(code, _)| *code).collect::<Vec<_>>(),
        [Code::C070]
    );
    let many = format!("{HEAD}execution: {{steps: [{}]}}", "{},".repeat(190_000));
    assert_eq!(
        found(&many).iter().map(|(code, _)| *code).collect::<Vec<_>>(),
        [Code::C070]
    );
}

fn parse_anything(text: &str) {
    parse_against(text, &catalogue());
}

fn parse_against(text: &str, catalogue: &Catalogue) {
    let problems = match Capsule::parse(text, catalogue) {
        Ok(capsule) => {
            let _ = capsule.inputs(Given::Json(json!({})));
            capsule.warnings().to_vec()
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            problems
        }
    };
    for problem in &problems {
        assert!(text.get(problem.span.clone()).is_some(), "{problem:?}");
        let mend = problem.mend.as_ref();
        assert!(
            mend.is_none_or(|mend| text.get(mend.span.clone()).is_some()),
            "{problem:?}"
        );
    }
    let _ = apply(text, &problems);
    let _ = report(
        "x",
        text,
        &problems[..problems.len().min(3)],
        Look {
            colour: false,
            width: 80,
        },
    );
}

/// Pieces that capsules are made of, in any order.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "steps",
            "inputs",
            "log",
            "output",
            "name",
            "needs",
            "when",
            "foreach",
            "{{",
            "}}",
            "{%",
            "%}",
            "{#",
            "if",
            "for",
            "in",
            "endif",
            "endfor",
            "or",
            "and",
            "not",
            "is",
            "|",
            ".",
            "[",
            "]",
            "(",
            ")",
            "~",
            "*",
            "==",
            "default",
            "length",
            "'",
            "\"",
            ":",
            "-",
            ",",
            "{",
            "}",
            "\n",
            "  ",
            "    ",
            "é",
            "0",
            "9999999999",
            "&a",
            "*a",
            "!!str",
            "null",
            "true",
            "raw",
            "\\",
            "%",
            "+",
        ])
        .prop_map(str::to_owned),
        "[a-z]{1,3}",
        any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        parse_anything(&text);
    }

    #[test]
    fn arbitrary_pieces_never_panic(pieces in prop::collection::vec(piece(), 0..60)) {
        parse_anything(&pieces.concat());
    }

    #[test]
    fn arbitrary_expressions_never_panic(pieces in prop::collection::vec(piece(), 0..24)) {
        let text = pieces.join(" ");
        let quoted = serde_json::to_string(&text).unwrap();
        parse_anything(&dag(&format!("{LOG}    - {{name: a, needs: [log], action: model.call, when: {quoted}, params: {{prompt: {quoted}}}, choices: {quoted}, artifacts: [{{name: a, path: {quoted}}}]}}\n")));
        let scope = template::Scope::new(&json!({"a": [1, {"b": "c"}]}));
        let _ = (template::condition(&text, &scope), template::items(&text, &scope), template::render(&json!(text), &scope));
    }

    #[test]
    fn a_capsule_with_one_byte_changed_never_panics(at in 0..REPO_DIGEST.len(), byte in any::<char>()) {
        let mut text: Vec<char> = REPO_DIGEST.chars().collect();
        text[at] = byte;
        parse_anything(&text.into_iter().collect::<String>());
    }

    #[test]
    fn the_example_with_some_bytes_changed_never_panics(changes in prop::collection::vec((0..EXAMPLE.len(), any::<char>()), 1..4)) {
        let mut text: Vec<char> = EXAMPLE.chars().collect();
        for (at, c) in changes {
            let length = text.len();
            text[at % length] = c;
        }
        parse_against(&text.into_iter().collect::<String>(), &example_catalogue());
    }

    #[test]
    fn the_example_with_a_part_of_it_elsewhere_never_panics(from in 0..EXAMPLE.len(), length in 1..200_usize, to in 0..EXAMPLE.len(), cut in any::<bool>()) {
        let mut text: Vec<char> = EXAMPLE.chars().collect();
        let (from, to) = (from % text.len(), to % text.len());
        let part: Vec<char> = text[from..].iter().take(length).copied().collect();
        let end = if cut { (to + length).min(text.len()) } else { to };
        text.splice(to..end, part);
        parse_against(&text.into_iter().collect::<String>(), &example_catalogue());
    }

    #[test]
    fn the_example_with_another_value_anywhere_never_panics(at in any::<prop::sample::Index>(), value in prop::sample::select(vec![
        "null", "1", "-1", "1e400", "true", "\"\"", "\"x\"", "\"{{\"", "[]", "{}", "[null]", "[[]]", "{a: {b: 1}}", "[{name: 1}]", "0s", "999999999d",
    ])) {
        let root = node::parse(EXAMPLE).unwrap().0;
        let mut spans = Vec::new();
        spans_of(&root, &mut spans);
        let span = spans[at.index(spans.len())].clone();
        let mut text = EXAMPLE.to_owned();
        text.replace_range(span, value);
        parse_against(&text, &example_catalogue());
    }

    #[test]
    fn arbitrary_values_at_arbitrary_keys_never_panic(key in prop::sample::select(vec![
        "schema", "capsule_id", "version", "description", "tags", "inputs", "outputs", "outputs_from", "tools", "policies", "execution",
        "persona_shot", "secrets", "knowledge", "guardrails", "triggers", "defaults", "hooks",
    ]), inner in prop::sample::select(vec![
        "", "budget", "steps", "mode", "properties", "0", "pre", "post", "retry", "model", "timeout", "input", "concurrency", "data",
    ]), value in prop::sample::select(vec![
        "null", "1", "\"x\"", "[]", "{}", "[[]]", "[null]", "{a: {b: 1}}", "[{name: 1}]", "-1", "1e400", "true", "[{}]", "{$ref: \"#\"}",
    ])) {
        let text = format!("{HEAD}execution: {{steps: [{{name: a, action: git.log}}]}}\n");
        let line = if inner.is_empty() { format!("{key}: {value}\n") } else { format!("{key}: {{{inner}: {value}}}\n") };
        parse_anything(&format!("{text}{line}"));
        let without: String = text.lines().filter(|other| !other.starts_with(key)).map(|other| format!("{other}\n")).collect();
        parse_anything(&format!("{without}{line}"));
    }
}

#[test]
fn one_mistake_made_many_times_is_reported_a_bounded_number_of_times() {
    let steps = |rest: &dyn Fn(usize) -> String| {
        dag(&(0..2_000)
            .map(|index| format!("    - {{name: s{index:0>40}, action: git.log{}}}\n", rest(index)))
            .collect::<String>())
    };
    for text in [
        steps(&|index| format!(", needs: [t{index:0>40}, u{index:0>40}]")),
        steps(&|index| format!(", params: {{range: \"{{{{ steps.t{index:0>40}.output }}}}\"}}")),
        format!("{HEAD}{}", "a: 1\n".repeat(90_000)),
        format!(
            "{HEAD}{}",
            (0..60_000)
                .map(|index| format!("k{index:0>9}: 1\n"))
                .collect::<String>()
        ),
    ] {
        let count = found(&text).len();
        assert!((200..1_000).contains(&count), "{count}");
    }
}
