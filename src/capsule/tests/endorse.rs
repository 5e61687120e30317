//! What of an answer may be endorsed, and what is refused with its place.

use super::super::problem::Code;
use super::super::{Capsule, Work};
use super::catalogue;

const TOP: &str = "\
schema: somagent.dev/capsule/v1
capsule_id: sorter
version: 1.0.0
inputs: {type: object, properties: {}}
tools: [{adapter: git, version: \"^1\", actions: [log]}]
";

fn capsule(step: &str) -> String {
    format!("{TOP}execution:\n  mode: sequence\n  steps:\n    - {{name: x, {step}}}\n")
}

fn ask(rest: &str) -> String {
    capsule(&format!("action: model.call, params: {{prompt: hello}}, {rest}"))
}

#[test]
fn what_is_bounded_by_the_capsule_may_be_endorsed() {
    let schema = "output_schema: {type: object, properties: {urgent: {type: boolean}, team: {enum: [red, blue]}, \
                  only: {const: yes}, tags: {type: array, items: {enum: [a, b]}}, a/b: {type: boolean}}}";
    for (text, endorsed) in [
        (ask("choices: [red, blue], endorse: [\"\"]"), vec![""]),
        (
            ask(&format!("{schema}, endorse: [/urgent, /team, /only, /tags/*, /a~1b]")),
            vec!["/urgent", "/team", "/only", "/tags/*", "/a~1b"],
        ),
        (ask("choices: [red, blue]"), vec![]),
    ] {
        let capsule = Capsule::parse(&text, &catalogue()).unwrap();
        let Work::Model(ask) = &capsule.steps()[0].work else {
            panic!("{text}")
        };
        assert_eq!(ask.endorse, endorsed, "{text}");
        // A list of texts is no head.
        assert!(ask.head.is_none(), "{text}");
    }
}

#[test]
fn a_number_a_text_and_what_a_tool_says_are_never_endorsed() {
    for (text, place, says) in [
        (ask("endorse: [\"\"]"), "endorse", "with `choices`"),
        (
            capsule("action: git.log, endorse: [/totals]"),
            "endorse",
            "is for a `model.call`",
        ),
        (ask("choices: {head: mood}, endorse: [\"\"]"), "\"\"", "may be anything"),
        (
            ask("output_schema: {type: object, properties: {n: {type: integer}}}, endorse: [/n]"),
            "/n",
            "may be anything",
        ),
        (
            ask("output_schema: {type: object, properties: {n: {enum: [1, 2]}}}, endorse: [/n]"),
            "/n",
            "may be anything",
        ),
        (
            ask("output_schema: {type: object, properties: {t: {type: string, maxLength: 3}}}, endorse: [/t]"),
            "/t",
            "may be anything",
        ),
        (
            ask("output_schema: {type: object, properties: {t: {enum: []}}}, endorse: [/t]"),
            "/t",
            "may be anything",
        ),
        (
            ask("output_schema: {type: array, prefixItems: [{type: string}], items: {type: boolean}}, endorse: ['/*']"),
            "'/*'",
            "no part `/*`",
        ),
        (
            ask("output_schema: {properties: {t: {type: boolean}}}, endorse: [/t]"),
            "/t",
            "no part `/t`",
        ),
        (
            ask("output_schema: {type: object, properties: {t: {type: boolean}}}, endorse: [/u]"),
            "/u",
            "no part `/u`",
        ),
        (
            ask("output_schema: {type: object, properties: {t: {type: boolean}}}, endorse: [t]"),
            "t",
            "no part `t`",
        ),
    ] {
        let problems = Capsule::parse(&text, &catalogue()).unwrap_err();
        let found = problems.iter().find(|problem| problem.code == Code::C024);
        let found = found.unwrap_or_else(|| panic!("{text}: {problems:?}"));
        assert_eq!(&text[found.span.clone()], place, "{text}");
        assert!(found.message.contains(says), "{text}: {}", found.message);
    }
}
