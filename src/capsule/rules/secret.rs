//! Secrets: only declared ones, and never where their values or names would be shown or kept.

use serde_json::Value;

use super::super::document::WrittenStep;
use super::super::node::escape;
use super::super::problem::Code;
use super::Checker;

impl Checker<'_> {
    /// Checks the secrets that a step gives to its tool.
    pub(super) fn step_secrets(&mut self, pointer: &str, written: &WrittenStep) -> Vec<String> {
        let action = written.action.as_deref();
        if let (false, Some("model.call" | "capsule.run")) = (written.secrets.is_empty(), action) {
            let message = "a secret is for the action of a tool";
            let help = "a model would read it, and another capsule declares its own";
            self.error(
                Code::C030,
                self.root.key_span_at(&format!("{pointer}/secrets")),
                message,
                help,
            );
        }
        for (number, name) in written.secrets.iter().enumerate() {
            self.declared(&format!("{pointer}/secrets/{number}"), name);
        }
        written.secrets.clone()
    }

    /// Adds C030 when the secret called `name` is not declared.
    pub(super) fn declared(&mut self, pointer: &str, name: &str) {
        if name.is_empty() || self.secrets.contains(name) || self.full() {
            return;
        }
        let message = format!("`{name}` is not among the capsule's `secrets`");
        let (document, span) = (self.document, self.span(pointer));
        if document.secrets.is_empty() {
            let help = format!("add `secrets: [{name}]` to the capsule");
            self.error(Code::C030, span, message, help);
        } else {
            let known = document.secrets.iter().map(String::as_str);
            self.unknown(Code::C030, span, message, name, known);
        }
    }

    /// Adds C030 for each text in `value` that names a secret where it has no place: in `what`.
    pub(super) fn no_secret(&mut self, pointer: &str, value: &Value, what: &str) {
        if self.secrets.is_empty() {
            return;
        }
        let mut open = vec![(pointer.to_owned(), value)];
        while let Some((at, value)) = open.pop() {
            match value {
                Value::String(text) => {
                    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                    if let Some(name) = words.find(|word| self.secrets.contains(word)) {
                        let message = format!("the secret `{name}` is named in {what}");
                        let help = "list its name under `secrets` of a step: its tool gets the value, and no text does";
                        self.error(Code::C030, self.span(&at), message, help);
                    }
                }
                Value::Array(items) => {
                    open.extend(
                        items
                            .iter()
                            .enumerate()
                            .map(|(index, item)| (format!("{at}/{index}"), item)),
                    );
                }
                Value::Object(map) => {
                    open.extend(map.iter().map(|(key, item)| (format!("{at}/{}", escape(key)), item)));
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
    }
}
