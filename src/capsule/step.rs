//! A checked step: what runs, when, and for what.

use serde_json::Value;

use super::budget::Limit;
use super::tool_spec::EffectClass;

/// One step of a capsule. It is found only in a [`super::Capsule`], which proves it valid.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Unique in the capsule; templates say `steps.NAME`.
    pub name: String,
    /// Steps that come directly before it, by name; those that `mode: sequence` implies are included.
    pub needs: Vec<String>,
    /// A bare expression; the step is skipped when it is false.
    pub when: Option<String>,
    /// Runs the step for each item of a list.
    pub foreach: Option<Foreach>,
    /// What runs.
    pub work: Work,
    /// What a repetition would do: the stricter of the tool's word and the capsule's.
    pub effect: EffectClass,
    /// What the step may spend, all items together.
    pub limit: Limit,
    /// JSON Schema of one output, whose texts may be templates: what a model must answer, or what is
    /// asserted of a tool.
    pub output_schema: Option<Value>,
    /// Files that the step leaves.
    pub artifacts: Vec<Artifact>,
}

/// The list that a step runs for, one item after another; the first failure fails the step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreach {
    /// A bare expression that gives a list.
    pub items: String,
    /// The item's name in templates.
    pub name: String,
    /// The most items; a longer list fails the step.
    pub max_items: u32,
}

/// What a step runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// Asks a model.
    Model(Ask),
    /// Calls a tool.
    Tool(Call),
}

/// A question to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// An object of `prompt` and perhaps `system`, as templates.
    pub params: Value,
    /// A list of texts, or a template that gives one: the answer is one of them.
    pub choices: Option<Value>,
    /// The most tokens of the answer.
    pub max_output_tokens: Option<u32>,
    /// 0 takes the likeliest token every time.
    pub temperature: Option<f64>,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The tool's name: `git`.
    pub tool: String,
    /// The action's name within the tool: `log`.
    pub action: String,
    /// An object of arguments, as templates.
    pub params: Value,
}

/// A file that a step leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Its name within the capsule.
    pub name: String,
    /// A relative path, which may be a template; check what it gives with [`stays_inside`].
    pub path: String,
    /// IANA media type.
    pub media_type: String,
}

impl Step {
    /// `model.call`, or tool and action: `git.log`.
    pub fn action(&self) -> String {
        match &self.work {
            Work::Model(_) => "model.call".to_owned(),
            Work::Tool(call) => format!("{}.{}", call.tool, call.action),
        }
    }

    /// The arguments, as templates: an object.
    pub fn params(&self) -> &Value {
        match &self.work {
            Work::Model(ask) => &ask.params,
            Work::Tool(call) => &call.params,
        }
    }
}

/// Whether a path is relative and never climbs: no root, no `..`, no drive, no back slash, no NUL.
pub fn stays_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.starts_with('/')
        && !path.contains(['\\', '\0', ':'])
        && path.split('/').all(|part| part != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_climbs_or_has_a_root_does_not_stay_inside() {
        for path in ["", "/a", "../a", "a/../../b", "a/..", "C:\\x", "c:x", "a\\..\\b", "a\0"] {
            assert!(!stays_inside(path), "{path}");
        }
        for path in ["a", "a/b.md", "./a", "a..b/c", "..a"] {
            assert!(stays_inside(path), "{path}");
        }
    }
}
