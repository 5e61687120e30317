//! A question to a person, as people read it and as scripts do.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::failure::Failure;
use super::{table, time};
use crate::capsule::typed;
use crate::engine::fact::{About, Requested};
use crate::exit::Exit;
use crate::journal::ApprovalRow;
use crate::sight::matter;
use crate::sight::question::{Asked, fields};

/// `open`, `expired`, `answered`, or `void` when the run, or what it asks about, was over before.
pub fn status(row: &ApprovalRow, now: i64) -> &'static str {
    match (row.resolved_at, row.void, row.expires_at) {
        (Some(_), _, _) => "answered",
        (None, true, _) => "void",
        (None, false, Some(expires)) if expires <= now => "expired",
        (None, false, _) => "open",
    }
}

/// What it says in `-o json`, without how it was decided.
pub fn data(asked: &Asked, now: i64) -> Value {
    let Asked { row, requested, .. } = asked;
    let mut data = json!({"v": 1, "id": row.id, "run": row.run, "status": status(row, now)});
    if let (Value::Object(data), Value::Object(rest)) = (&mut data, requested_data(requested)) {
        data.extend(rest);
        data.insert("requested".into(), json!(time::rfc3339(row.requested_at)));
        if let Some(directory) = asked.directory() {
            data.insert("workspace".into(), json!(directory));
        }
    }
    if let Some(given) = &asked.given {
        data["about"]["args"] = given.value.clone();
    }
    data
}

/// What the question itself says: `{id, step, about, prompt, shown, choices, form, assignees, expires, on_expire}`.
pub fn requested_data(requested: &Requested) -> Value {
    let about = match &requested.about {
        About::Gate { .. } => json!({"kind": "gate"}),
        About::Action {
            action,
            digest,
            args,
            subjects,
        } => {
            json!({"kind": "action", "action": action, "digest": digest, "args": args.value, "subjects": subjects})
        }
        About::Doubt { attempt, key, message } => {
            json!({"kind": "doubt", "attempt": attempt, "key": key, "message": message})
        }
        About::Elicited {
            attempt,
            call,
            message,
            answered,
            fault,
            in_doubt,
        } => json!({
            "kind": "elicited", "attempt": attempt, "action": call, "message": message, "answered": answered,
            "failed": fault.message, "in_doubt": in_doubt,
        }),
        About::Inputs => json!({"kind": "inputs"}),
        About::Outputs { digest } => json!({"kind": "outputs", "digest": digest}),
    };
    let shown: Map<String, Value> = requested
        .shown
        .iter()
        .map(|shown| (shown.name.clone(), shown.value.value.clone()))
        .collect();
    json!({
        "id": requested.id, "step": requested.unit.as_ref().map(ToString::to_string), "about": about,
        "prompt": requested.prompt, "shown": shown, "choices": requested.choices, "form": requested.form,
        "assignees": requested.assignees, "expires": requested.expires_at.map(time::rfc3339),
        "on_expire": requested.on_expire,
    })
}

/// What somebody has to know who decides, line by line.
pub fn shown(asked: &Asked, now: i64) -> String {
    let Asked { row, requested, .. } = asked;
    let mut facts = vec![
        ["approval".to_owned(), row.id.clone()],
        ["status".to_owned(), status(row, now).to_owned()],
        ["run".to_owned(), row.run.clone()],
    ];
    let mut fact = |name: &str, value: String| facts.push([name.to_owned(), value]);
    if let Some(unit) = &requested.unit {
        fact("step", unit.to_string());
    }
    if let Some(directory) = asked.directory() {
        fact("works in", directory.to_string());
    }
    fact("kind", kind(&requested.about).to_owned());
    for row in matter::rows(&requested.about) {
        fact(row.name, row.text);
    }
    match &requested.about {
        About::Action { digest, subjects, .. } => {
            fact("digest", format!("sha3-512 {digest}"));
            for subject in subjects {
                fact(
                    "asked by",
                    format!("{}, which `--remember` can answer ahead", subject.rule),
                );
            }
        }
        About::Outputs { digest } => fact("digest", format!("sha3-512 {digest}")),
        About::Gate { .. } | About::Doubt { .. } | About::Elicited { .. } | About::Inputs => {}
    }
    fact("choices", requested.choices.join(", "));
    if !requested.assignees.is_empty() {
        fact("assignees", requested.assignees.join(", "));
    }
    fact("asked", time::rfc3339(row.requested_at));
    if let Some(expires) = requested.expires_at {
        fact("expires", format!("{}, {}", time::rfc3339(expires), asked.lapse()));
    }
    for field in fields(requested.form.as_ref()) {
        fact("form", field.to_string());
    }
    let args = asked.args().map(|args| ("arguments".to_owned(), args.value.clone()));
    let mut long = Vec::from_iter(args);
    let shown = requested.shown.iter();
    long.extend(shown.map(|shown| (shown.name.clone(), shown.value.value.clone())));
    let mut text = format!("{}\n{}\n", table::columns(&facts), requested.prompt);
    for (name, value) in long {
        let value = match value {
            Value::String(text) => text,
            other => format!("{other:#}"),
        };
        text.push_str(&format!("\n{name}:\n{}\n", indented(&value)));
    }
    text
}

/// What is asked about, in a word.
fn kind(about: &About) -> &'static str {
    match about {
        About::Gate { .. } => "gate",
        About::Action { .. } => "action",
        About::Doubt { .. } => "doubt",
        About::Elicited { .. } => "form that an MCP server asks for",
        About::Inputs => "guardrail on the inputs",
        About::Outputs { .. } => "guardrail on the outputs",
    }
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

/// The form filled in with texts, each read as the type that it asks for.
///
/// What a doubt asks for has no type of its own: a text that is JSON is taken as that, and one that only begins like it
/// is refused, because what was said to have happened cannot be taken back.
///
/// # Errors
/// A field is given twice, or begins like JSON and is none.
pub fn form(requested: &Requested, given: &[(String, String)]) -> Result<Value, Failure> {
    let mut texts = BTreeMap::new();
    for (key, value) in given {
        if texts.insert(key.clone(), value.clone()).is_some() {
            let message = format!("the field `{key}` is given twice");
            return Err(Failure::new(Exit::Usage, "bad_answer", message).hint("give each field once"));
        }
    }
    if texts.is_empty() {
        return Ok(Value::Null);
    }
    let mut values = typed(requested.form.as_ref().unwrap_or(&Value::Null), texts);
    if matches!(requested.about, About::Doubt { .. }) {
        for (name, value) in &mut values {
            let Some(text) = value.as_str() else { continue };
            match serde_json::from_str(text) {
                Ok(read) => *value = read,
                Err(error) if text.trim_start().starts_with(['{', '[', '"']) => {
                    let message = format!("the field `{name}` begins like JSON and is none: {error}");
                    return Err(Failure::new(Exit::Usage, "bad_answer", message)
                        .hint("mend it there; a text that is to begin like that is given as JSON, in quotes"));
                }
                Err(_) => {}
            }
        }
    }
    Ok(Value::Object(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(about: Value, value: &str) -> Result<Value, Failure> {
        let requested = serde_json::from_value(json!({
            "id": "1", "about": about, "prompt": "?", "choices": ["happened"],
            "form": {"type": "object", "properties": {"output": {}}},
        }));
        form(&requested.unwrap(), &[("output".to_owned(), value.to_owned())])
    }

    #[test]
    fn what_happened_is_json_or_a_text_that_does_not_begin_like_it() {
        let doubt = || json!({"kind": "doubt", "attempt": 1, "key": "k"});
        for (given, expected) in [
            ("{\"n\": 1}", json!({"n": 1})),
            ("3", json!(3)),
            ("null", Value::Null),
            ("\"{bad\"", json!("{bad")),
            ("it was sent", json!("it was sent")),
            ("", json!("")),
        ] {
            assert_eq!(filled(doubt(), given).unwrap(), json!({"output": expected}), "{given}");
        }
        for (given, place) in [
            ("{bad", "line 1 column 2"),
            (" [1,\n 2", "line 2 column 2"),
            ("\"open", "line 1 column 5"),
            ("{} {}", "line 1 column 4"),
        ] {
            let refused = filled(doubt(), given).unwrap_err();
            assert_eq!((refused.exit, refused.kind), (Exit::Usage, "bad_answer"), "{given}");
            assert!(
                refused.message.contains("`output`") && refused.message.contains(place),
                "{}",
                refused.message
            );
        }
        // What a gate asks for without a type is a text.
        let gate = json!({"kind": "gate", "own_choices": true});
        assert_eq!(filled(gate, "{bad").unwrap(), json!({"output": "{bad"}));
    }
}
