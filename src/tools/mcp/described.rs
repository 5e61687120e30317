//! A tool as its server describes it. Nothing here is believed.

use serde_json::{Value, json};

use super::shape::shown;

/// The longest description that is read, in bytes.
const DESCRIPTION: usize = 64 << 10;

/// A tool as its server describes it: all of it a stranger's words.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// The name that calls it.
    pub name: String,
    /// What people are to call it.
    pub title: Option<String>,
    /// What it says that it does, for people and models.
    pub description: Option<String>,
    /// JSON Schema of its arguments.
    pub input: Value,
    /// JSON Schema of the value it returns, where it returns one.
    pub output: Option<Value>,
    /// What it says of its effects.
    pub hints: Hints,
    /// All that it says beside: `annotations` as they came.
    pub annotations: Value,
}

/// What a server says of a tool's effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hints {
    /// `readOnlyHint`
    pub read_only: Option<bool>,
    /// `destructiveHint`
    pub destructive: Option<bool>,
    /// `idempotentHint`
    pub idempotent: Option<bool>,
    /// `openWorldHint`
    pub open_world: Option<bool>,
}

/// An entry of a list of tools that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry {index} of the list of tools, `{name}`, is none: {why}")]
pub struct Undescribed {
    /// Its place in the list, from 0.
    pub index: usize,
    /// Its name, where it has one, escaped and cut.
    pub name: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl Described {
    /// Reads an entry of a list of tools.
    ///
    /// # Errors
    /// It is none.
    pub fn of(entry: Value, index: usize) -> Result<Self, Undescribed> {
        let name = entry.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let wrong = |why| Undescribed {
            index,
            name: shown(&name, 80),
            why,
        };
        let Value::Object(mut entry) = entry else {
            return Err(wrong("it is no object"));
        };
        if name.is_empty() {
            return Err(wrong("it has no name"));
        }
        let mut text = |member| match entry.remove(member) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.len() <= DESCRIPTION => Ok(Some(text)),
            Some(Value::String(_)) => Err(wrong("its description is longer than 64 KiB")),
            Some(_) => Err(wrong("its description is no text")),
        };
        let (title, description) = (text("title")?, text("description")?);
        let input = match entry.remove("inputSchema") {
            Some(input @ Value::Object(_)) => input,
            Some(_) | None => return Err(wrong("it has no schema of its arguments")),
        };
        let output = match entry.remove("outputSchema") {
            None | Some(Value::Null) => None,
            Some(output @ Value::Object(_)) => Some(output),
            Some(_) => return Err(wrong("the schema of what it returns is none")),
        };
        let annotations = entry.remove("annotations").unwrap_or_default();
        let hint = |name| annotations.get(name).and_then(Value::as_bool);
        Ok(Self {
            hints: Hints {
                read_only: hint("readOnlyHint"),
                destructive: hint("destructiveHint"),
                idempotent: hint("idempotentHint"),
                open_world: hint("openWorldHint"),
            },
            name,
            title,
            description,
            input,
            output,
            annotations,
        })
    }

    /// The entry of a list of tools that says this.
    pub fn entry(&self) -> Value {
        let mut entry = json!({"name": self.name, "inputSchema": self.input});
        let rest = [
            ("title", self.title.clone().map(Value::from)),
            ("description", self.description.clone().map(Value::from)),
            ("outputSchema", self.output.clone()),
            (
                "annotations",
                Some(self.annotations.clone()).filter(|annotations| !annotations.is_null()),
            ),
        ];
        for (member, value) in rest {
            if let Some(value) = value {
                entry[member] = value;
            }
        }
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_is_no_tool_says_why() {
        for (entry, why) in [
            (json!(3), "it is no object"),
            (json!({"inputSchema": {}}), "it has no name"),
            (json!({"name": "a"}), "it has no schema of its arguments"),
            (
                json!({"name": "a", "inputSchema": true}),
                "it has no schema of its arguments",
            ),
            (
                json!({"name": "a", "inputSchema": {}, "outputSchema": 1}),
                "the schema of what it returns is none",
            ),
            (
                json!({"name": "a", "inputSchema": {}, "description": 1}),
                "its description is no text",
            ),
            (
                json!({"name": "a", "inputSchema": {}, "description": "x".repeat(70_000)}),
                "its description is longer than 64 KiB",
            ),
        ] {
            assert_eq!(Described::of(entry, 0).unwrap_err().why, why);
        }
        let tool =
            json!({"name": "a", "inputSchema": {}, "annotations": {"readOnlyHint": true, "idempotentHint": "yes"}});
        let tool = Described::of(tool, 0).unwrap();
        assert_eq!(
            tool.hints,
            Hints {
                read_only: Some(true),
                ..Hints::default()
            }
        );
    }
}
