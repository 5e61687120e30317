//! Rules of what models answer: how sure they are, and the calls that they write.

use super::*;

#[test]
fn how_sure_a_step_was_is_known_of_one_choice_only() {
    let two = |step_of: &str, path: &str| {
        step(step_of)
            + &format!(
                "    - {{name: y, needs: [x], action: model.call, params: {{prompt: \"{{{{ steps.x.{path} }}}}!\"}}}}\n"
            )
    };
    let choose = "action: model.call, params: {prompt: hi}, choices: [a, b]";
    let head = "action: model.call, params: {prompt: hi}, choices: {head: kind}";
    check(&[
        (two(choose, "confidence"), vec![]),
        (two(head, "confidence"), vec![]),
        (two(choose, "confidence.high"), vec![(C013, "steps.x.confidence.high")]),
        (
            two("action: model.call, params: {prompt: hi}", "confidence"),
            vec![(C013, "steps.x.confidence")],
        ),
        (two("action: git.log", "confidence"), vec![(C013, "steps.x.confidence")]),
        (
            two(
                &format!("foreach: {{items: inputs.areas, as: area, max_items: 3}}, {choose}"),
                "confidence",
            ),
            vec![(C013, "steps.x.confidence")],
        ),
        (
            two(&format!("when: inputs.repo == 'x', {choose}"), "confidence"),
            vec![(C014, "steps.x.confidence")],
        ),
        // A number is not endorsed, whatever it is about.
        (
            step(&format!("{choose}, endorse: [\"/confidence\"]")),
            vec![(C024, "\"/confidence\"")],
        ),
    ]);
    let said = Capsule::parse(&two("action: git.log", "confidence"), &rich()).unwrap_err();
    assert_eq!(said[0].message, "`x` has no confidence: it chooses nothing");
    assert!(
        said[0].help.as_deref().unwrap_or_default().contains("`choices`"),
        "{said:?}"
    );
}

#[test]
fn the_parameters_of_functions_refer_to_nothing_outside() {
    let call = |parameters: &str| {
        step(&format!(
            "action: model.call, params: {{prompt: hi}}, functions: [{{name: f, parameters: {parameters}}}]"
        ))
    };
    check(&[
        (
            call(r##"{type: object, $defs: {a: {type: string}}, properties: {x: {$ref: "#/$defs/a"}}}"##),
            vec![],
        ),
        (
            call(r##"{type: object, properties: {x: {$ref: "https://example.com/x"}}}"##),
            vec![(C002, "\"https://example.com/x\"")],
        ),
        (
            call(r##"{type: object, properties: {enum: {items: [{$ref: "#a"}]}}}"##),
            vec![(C002, "\"#a\"")],
        ),
        (
            call(r##"{type: object, enum: [{$ref: "x"}], properties: {$ref: {type: string}}}"##),
            vec![],
        ),
        (call("{type: objekt}"), vec![(C002, "objekt")]),
    ]);
    let said = Capsule::parse(
        &call(r##"{type: object, properties: {x: {$ref: "#/$defs/b"}}}"##),
        &rich(),
    );
    let said = said.unwrap_err();
    assert!(said[0].message.contains("not a JSON Schema"), "{said:?}");
}
