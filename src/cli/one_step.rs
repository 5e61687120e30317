//! A capsule of one step, made here, and its run: what `ask`, `chat` and `tool test` are.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::failure::Failure;
use super::manner::Manner;
use super::output::Output;
use super::watch::{Driver, Telling};
use super::{Context, capsules};
use crate::capsule::{Capsule, Catalogue, Problem, lines};
use crate::engine::{Engine, Job, start};
use crate::exit::Exit;

/// Where the step is in the capsule.
const STEP: [&str; 3] = ["execution", "steps", "0"];

/// A capsule of one step and what it is given.
pub struct OneStep<'a> {
    /// The capsule's name: which command it is.
    pub name: &'a str,
    /// The capsule.
    pub document: Value,
    /// Its inputs, so that the record says what was given.
    pub inputs: Value,
    /// Seed of what is drawn.
    pub seed: u64,
    /// What is told of it.
    pub telling: Telling,
}

impl OneStep<'_> {
    /// Runs it, and tells what came of it; gives the run and how it ended.
    ///
    /// # Errors
    /// Anything that keeps the run from ending well.
    pub async fn run(
        self,
        engine: &Arc<Engine>,
        manner: &Manner,
        context: &Context,
        output: &mut Output,
    ) -> Result<(String, Exit), Failure> {
        let (capsule, catalogue) = self.checked(context)?;
        let workspace = workspace(&self.inputs, context)?;
        let capsule = Arc::new(capsule);
        let job = Job {
            limit: capsule.limit(),
            children: start::children(&capsule, &catalogue),
            capsule,
            inputs: self.inputs,
            workspace,
            seed: self.seed,
            idempotency_key: None,
            deadline_ms: None,
            forked: None,
        };
        let driver = Driver {
            context,
            engine,
            manner,
            file: None,
            telling: self.telling,
        };
        let (owned, command) = engine.begin(job)?;
        let run = owned.id().to_owned();
        let exit = driver.drive(output, owned, vec![command]).await?;
        Ok((run, exit))
    }

    /// The capsule, checked, and what it was checked against.
    ///
    /// # Errors
    /// It is not one that holds here.
    pub fn checked(&self, context: &Context) -> Result<(Capsule, Catalogue), Failure> {
        let text = self.document.to_string();
        let catalogue = capsules::catalogue(context);
        match Capsule::parse(&text, &catalogue) {
            Ok(capsule) => Ok((capsule, catalogue)),
            Err(problems) => Err(self.refusal(&text, &problems)),
        }
    }

    /// Its problems as a failure. Nobody wrote the capsule, so they are told by what was given, without its text.
    fn refusal(&self, text: &str, problems: &[Problem]) -> Failure {
        let action = self.document[STEP[0]][STEP[1]][0]["action"]
            .as_str()
            .unwrap_or_default();
        let told = lines(text, problems, &STEP);
        let hint = match action.split_once('.') {
            Some((tool, _)) if tool != "model" => format!("`somagent tool show {action}` shows what it takes"),
            _ => format!("`somagent {} --help` shows what it takes", self.name),
        };
        let message = format!("`{action}` cannot be called like this\n{}", told.trim_end());
        Failure::new(Exit::InvalidCapsule, "invalid_capsule", message).hint(hint)
    }
}

/// The directory that such a run works on.
///
/// # Errors
/// It is not there.
pub fn workspace(inputs: &Value, context: &Context) -> Result<PathBuf, Failure> {
    start::workspace(inputs, &context.directory).map_err(|reason| {
        let message = format!("cannot work here: {reason}");
        Failure::new(Exit::Usage, "directory", message).hint("change to a directory that exists")
    })
}

/// A text that is no template, whatever stands in it.
pub fn literal(text: &str) -> String {
    if text.contains("{{") || text.contains("{%") || text.contains("{#") {
        // A string in an expression: what JSON writes, the expression reads.
        format!("{{{{ {} }}}}", Value::from(text))
    } else {
        text.to_owned()
    }
}

/// [`literal`] for every text of a value.
pub fn literals(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(literal(text)),
        Value::Array(items) => items.iter().map(literals).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| (name.clone(), literals(field)))
            .collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_that_looks_like_a_template_is_taken_as_it_is() {
        assert_eq!(literal("plain {x}"), "plain {x}");
        assert_eq!(literal("a {{ b }} \"c\""), r#"{{ "a {{ b }} \"c\"" }}"#);
        assert_eq!(literal("{# no #}"), r##"{{ "{# no #}" }}"##);
        assert_eq!(
            literals(&json!([{"name": "f", "description": "{{ x }}"}, 3])),
            json!([{"name": "f", "description": "{{ \"{{ x }}\" }}"}, 3])
        );
    }
}
