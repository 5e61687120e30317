//! Any text as a template, a condition and a list of items over a small scope.

#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use somagent::capsule::budget::Spend;
use somagent::capsule::template::{Beside, Scope, condition, items, render};
use somagent::label::{Confidentiality, Integrity, Label, Labelled};

/// A text that no template holds by chance: where it comes out, its label has to come with it.
const WORD: &str = "qzvjxkwq8813";

static SCOPE: LazyLock<Scope> = LazyLock::new(|| {
    let label = |source: &str| Label::from_source(Integrity::Untrusted, Confidentiality::Secret, source);
    let mut scope = Scope::new(&json!({"a": [1, {"b": "c"}, -2.5, null, true], "n": 7, "text": "x y\nz"}));
    scope.set_run("01980000-0000-7000-8000-000000000001", Spend::default(), "running");
    let read = json!({"list": [WORD, {"deep": WORD}], "word": WORD, WORD: 1});
    scope.finish(
        "read",
        Arc::new(Labelled::new(read, label("tool:fs.read"))),
        &Beside::default(),
        label("when"),
    );
    scope.skip("skipped", label("when"));
    let item = Labelled::new(json!({"name": "one", "files": ["a", "b"]}), label("item"));
    scope.with_item("item", item, 3)
});

fuzz_target!(|text: &str| {
    let template = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    let rendered = render(&template, &SCOPE);
    assert_eq!(rendered, render(&template, &SCOPE));
    let holds = condition(text, &SCOPE);
    assert_eq!(holds, condition(text, &SCOPE));
    let listed = items(text, &SCOPE);
    assert_eq!(listed, items(text, &SCOPE));
    if text.contains(WORD) {
        return;
    }
    for found in rendered.iter().chain(listed.iter().flatten()) {
        if found.value.to_string().contains(WORD) {
            let labels = std::iter::once(&found.label).chain(found.fields.values());
            assert!(labels.into_iter().any(is_of_the_tool), "{found:?}");
        }
    }
    for said in [rendered.err(), holds.err(), listed.err()].into_iter().flatten() {
        assert!(!said.to_string().contains(WORD), "{said}");
    }
});

fn is_of_the_tool(label: &Label) -> bool {
    label.integrity == Integrity::Untrusted && label.confidentiality == Confidentiality::Secret
}
