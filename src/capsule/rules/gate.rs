//! Gates: what a person is asked, and what counts when nobody answers.

use serde_json::{Value, json};

use super::super::document::{WrittenGate, WrittenStep};
use super::super::problem::{Code, quoted};
use super::super::step::Gate;
use super::Checker;
use super::texts::Surroundings;

/// What can be answered when the capsule does not say.
const USUAL: [&str; 2] = ["approve", "reject"];

/// Keys that have no meaning for a question to a person.
const NOT_FOR_GATES: [&str; 16] = [
    "action",
    "params",
    "choices",
    "output_schema",
    "model",
    "effect",
    "retry",
    "timeout",
    "cache",
    "compensate",
    "reconcile",
    "on_uncertain",
    "secrets",
    "budget",
    "artifacts",
    "workspace",
];

impl Checker<'_> {
    /// Checks the gate of the step at `pointer`.
    pub(super) fn gate(&mut self, at: &Surroundings, pointer: &str, gate: &WrittenGate) -> Gate {
        self.without(pointer, &NOT_FOR_GATES, "a gate");
        let pointer = format!("{pointer}/gate");
        let prompt = Value::String(gate.prompt.clone());
        self.templates(at, &format!("{pointer}/prompt"), &prompt);
        self.no_secret(&format!("{pointer}/prompt"), &prompt, "a prompt");
        for (number, shown) in gate.show.iter().enumerate().filter(|(_, shown)| !shown.is_empty()) {
            self.expression(at, &format!("{pointer}/show/{number}"), shown, false);
        }
        let form = gate.form.clone().map(Value::Object);
        if let Some(form) = &form {
            self.schema(&format!("{pointer}/form"), form);
            if form.get("type").is_some_and(|name| name != "object") {
                let span = self.span(&format!("{pointer}/form/type"));
                self.error(Code::C002, span, "a `form` describes an object", "write `type: object`");
            }
        }
        let expires_ms = self.time(&format!("{pointer}/expires"), gate.expires.as_ref());
        self.expiry(&pointer, gate);
        Gate {
            prompt: gate.prompt.clone(),
            show: gate.show.clone(),
            choices: gate.choices.clone(),
            assignees: gate.assignees.clone(),
            form,
            expires_ms,
            on_expire: gate.on_expire.clone(),
        }
    }

    fn expiry(&mut self, pointer: &str, gate: &WrittenGate) {
        match (&gate.expires, &gate.on_expire) {
            (Some(_), None) => {
                let span = self.root.key_span_at(&format!("{pointer}/expires"));
                let message = "`expires` does not say what counts then";
                let help = format!("add `on_expire`: one of {}", quoted(&answers(gate)));
                self.error(Code::C002, span, message, help);
            }
            (None, Some(_)) => {
                let span = self.root.key_span_at(&format!("{pointer}/on_expire"));
                self.error(
                    Code::C002,
                    span,
                    "`on_expire` without `expires` never counts",
                    "add `expires: 48h`",
                );
            }
            (_, _) => {}
        }
        let Some(choice) = &gate.on_expire else { return };
        let known = answers(gate);
        if !known.contains(&choice.as_str()) {
            let message = format!("`{choice}` is not a choice of this gate");
            let span = self.span(&format!("{pointer}/on_expire"));
            self.unknown(Code::C002, span, message, choice, known);
        }
    }

    /// Adds C002 for each of `keys` that the step at `pointer` has, because it is `what`.
    pub(super) fn without(&mut self, pointer: &str, keys: &[&str], what: &str) {
        for key in keys {
            if self.root.at(pointer).is_some_and(|step| step.entry(key).is_some()) {
                let span = self.root.key_span_at(&format!("{pointer}/{key}"));
                let message = match *key {
                    "action" => "a step has an `action` or a `gate`, not both".to_owned(),
                    key => format!("`{key}` is not for {what}"),
                };
                self.error(Code::C002, span, message, "remove it: it would have no effect");
            }
        }
    }
}

fn answers(gate: &WrittenGate) -> Vec<&str> {
    if gate.choices.is_empty() {
        USUAL.to_vec()
    } else {
        gate.choices.iter().map(String::as_str).collect()
    }
}

/// What a gate gives to templates.
pub(super) fn output(step: &WrittenStep) -> Value {
    let Some(gate) = &step.gate else { return json!({}) };
    let text = json!({"type": ["string", "null"]});
    let form = gate
        .form
        .clone()
        .map_or_else(|| json!({"type": ["object", "null"]}), Value::Object);
    json!({"type": "object", "properties": {
        "decision": {"type": "string", "enum": answers(gate)}, "by": text, "reason": text, "form": form,
    }})
}
