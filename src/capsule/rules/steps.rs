//! What each step runs, with what, and what it leaves.

use std::collections::HashSet;
use std::rc::Rc;

use serde_json::{Value, json};

use super::super::document::{Mode, WrittenStep};
use super::super::flow::may_fit;
use super::super::problem::{Code, Problem, one_of};
use super::super::step::{
    Artifact, Ask, Call, Foreach, OnItemError, OnUncertain, Retry, Stage, Step, Work, stays_inside,
};
use super::super::syntax::{Outcome, is_template, proves};
use super::super::tool_spec::{ActionSpec, EffectClass, ToolSpec};
use super::Checker;
use super::contract::Contract;
use super::texts::Surroundings;

/// Names that templates have already.
const TAKEN: [&str; 5] = ["inputs", "steps", "run", "loop", "loop_index"];

impl<'a> Checker<'a> {
    /// Checks every step, in the order of the text.
    pub(super) fn steps(&mut self) -> Vec<Step> {
        let document = self.document;
        let actions: Vec<Option<&'a ActionSpec>> = (0..document.execution.steps.len())
            .map(|index| self.action(index))
            .collect();
        self.outputs = document
            .execution
            .steps
            .iter()
            .zip(&actions)
            .map(|(step, action)| output_of(step, *action))
            .collect();
        actions
            .into_iter()
            .enumerate()
            .map(|(index, action)| self.one(index, action))
            .collect()
    }

    /// Finds the contract of a step's action, or says why there is none.
    fn action(&mut self, index: usize) -> Option<&'a ActionSpec> {
        let written = self.document.execution.steps[index].action.as_str();
        if written.is_empty() {
            return None;
        }
        let span = self.span(&format!("/execution/steps/{index}/action"));
        if matches!(written, "capsule.run" | "agent.run") {
            let message = format!("this version does not know `{written}` yet");
            self.error(Code::C001, span, message, "use `model.call` or an action of a tool");
            return None;
        }
        let Some((name, verb)) = written.split_once('.') else {
            let message = format!("`{written}` is not an action");
            self.error(
                Code::C020,
                span,
                message,
                "write tool and action, such as `git.log`, or `model.call`",
            );
            return None;
        };
        let listed = self.document.tools.iter().find(|used| used.adapter == name);
        let tool: Option<&'a ToolSpec> = if name == "model" {
            Some(self.model)
        } else {
            self.catalogue.tool(name)
        };
        let Some(tool) = tool else {
            if listed.is_none() {
                let known = self
                    .document
                    .tools
                    .iter()
                    .map(|used| used.adapter.as_str())
                    .chain(["model"]);
                let help = one_of(name, known);
                self.error(
                    Code::C020,
                    span,
                    format!("there is no tool `{name}` among `tools`"),
                    help,
                );
            }
            return None;
        };
        let Some(action) = tool.action(verb) else {
            let help = one_of(verb, tool.actions.iter().map(|action| action.name.as_str()));
            self.error(Code::C020, span, format!("`{name}` has no action `{verb}`"), help);
            return None;
        };
        let allowed = name == "model" || listed.is_some_and(|used| used.actions.iter().any(|listed| listed == verb));
        if !allowed {
            let version = tool.version.split('.').next().unwrap_or("1");
            let help = match listed {
                Some(_) => format!("add `{verb}` to the actions of `{name}` under `tools`"),
                None => format!("add `{{adapter: {name}, version: \"^{version}\", actions: [{verb}]}}` to `tools`"),
            };
            self.error(Code::C020, span, format!("`{written}` is not among `tools`"), help);
        }
        Some(action)
    }

    fn one(&mut self, index: usize, action: Option<&'a ActionSpec>) -> Step {
        let written = &self.document.execution.steps[index];
        let pointer = format!("/execution/steps/{index}");
        let mut at = Surroundings {
            step: Some(index),
            ..Surroundings::default()
        };
        if let Some(when) = &written.when {
            self.expression(&at, &format!("{pointer}/when"), when, true);
            at.guards = proves(when);
            at.after_when = true;
        }
        let foreach = self.foreach(&mut at, &pointer, written);
        let params = Value::Object(written.params.clone());
        let leaves = self.templates(&at, &format!("{pointer}/params"), &params);
        if let Some(action) = action {
            self.params(&at, index, action, &params, &leaves);
        }
        self.answer(&at, &pointer, written);
        if let Some(schema) = &written.output_schema {
            let schema = Value::Object(schema.clone());
            let pointer = format!("{pointer}/output_schema");
            self.schema(&pointer, &schema);
            self.templates(&at, &pointer, &schema);
        }
        Step {
            name: written.name.clone(),
            needs: self.all_needs(index),
            when: written.when.clone(),
            foreach,
            work: work(written),
            effect: self.effect(&pointer, written, action),
            limit: self.limit(&format!("{pointer}/budget"), &written.budget),
            output_schema: written.output_schema.clone().map(Value::Object),
            artifacts: self.artifacts(&at, &pointer, written),
            stage: Stage::Main,
            retry: Retry::default(),
            timeout_ms: None,
            cache: None,
            compensate: None,
            reconcile: None,
            on_uncertain: OnUncertain::default(),
            secrets: Vec::new(),
        }
    }

    fn all_needs(&self, index: usize) -> Vec<String> {
        let written = &self.document.execution.steps[index].needs;
        let before = index
            .checked_sub(1)
            .filter(|_| self.document.execution.mode == Mode::Sequence);
        let implied = before.map(|step| self.name_of(step)).into_iter();
        let mut seen = HashSet::with_capacity(written.len() + 1);
        let all = implied.chain(written.iter().map(String::as_str));
        all.filter(|name| seen.insert(*name)).map(str::to_owned).collect()
    }

    fn foreach(&mut self, at: &mut Surroundings, pointer: &str, written: &WrittenStep) -> Option<Foreach> {
        let foreach = written.foreach.as_ref()?;
        let pointer = format!("{pointer}/foreach");
        let mut item = None;
        if !foreach.items.is_empty() {
            let items = format!("{pointer}/items");
            let outcome = self.expression(at, &items, &foreach.items, false);
            let types = self.types_of(at, &outcome);
            if types.is_some_and(|types| !types.iter().any(|name| name == "array")) {
                let message = format!("`{}` does not give a list", foreach.items);
                self.error(
                    Code::C021,
                    self.span(&items),
                    message,
                    "`foreach` runs the step for each item of a list",
                );
            }
            item = self.item_schema(at, &outcome);
        }
        if TAKEN.contains(&foreach.name.as_str()) {
            let message = format!("`{}` has a meaning in templates already", foreach.name);
            self.error(
                Code::C002,
                self.span(&format!("{pointer}/as")),
                message,
                "take another name",
            );
        }
        if foreach.max_items.is_none() {
            let message = "`foreach` has no `max_items`";
            let help = "say how many items are the most, such as `max_items: 100`";
            self.error(Code::C032, self.root.key_span_at(&pointer), message, help);
        }
        at.item = Some((foreach.name.clone(), item));
        Some(Foreach {
            items: foreach.items.clone(),
            name: foreach.name.clone(),
            max_items: foreach.max_items.unwrap_or(0),
            max_parallel: 1,
            on_item_error: OnItemError::default(),
        })
    }

    fn params(
        &mut self,
        at: &Surroundings,
        index: usize,
        action: &'a ActionSpec,
        params: &Value,
        leaves: &[(String, Outcome)],
    ) {
        let name = self.document.execution.steps[index].action.clone();
        let validator = self
            .validators
            .entry(name.clone())
            .or_insert_with(|| jsonschema::validator_for(&action.params).ok().map(Rc::new))
            .clone();
        let pointer = format!("/execution/steps/{index}/params");
        let Some(validator) = validator else {
            let message = format!("the contract of `{name}` is not a JSON Schema");
            self.error(
                Code::C021,
                self.span(&pointer),
                message,
                "the fault is the tool's, not the capsule's",
            );
            return;
        };
        let contract = Contract {
            schema: &action.params,
            validator,
            owner: format!("`{name}`"),
        };
        // Without `params` a missing one is reported where the action is named.
        let written = self.root.at(&pointer).is_some();
        let pointer = if written {
            pointer
        } else {
            format!("/execution/steps/{index}/action")
        };
        self.fits(at, &pointer, params, &contract, leaves);
    }

    /// `choices` and `model`, which only a model has.
    fn answer(&mut self, at: &Surroundings, pointer: &str, written: &WrittenStep) {
        let asks = written.action == "model.call";
        for (key, present) in [
            ("choices", written.choices.is_some()),
            ("model", written.model.is_some()),
        ] {
            if present && !asks && !written.action.is_empty() {
                let span = self.root.key_span_at(&format!("{pointer}/{key}"));
                self.error(Code::C002, span, format!("`{key}` is for `model.call`"), "remove it");
            }
        }
        let Some(choices) = &written.choices else { return };
        let pointer = format!("{pointer}/choices");
        if written.output_schema.is_some() {
            let message = "a step has `choices` or an `output_schema`, not both";
            self.error(
                Code::C002,
                self.root.key_span_at(&pointer),
                message,
                "choices give a text; a schema gives JSON",
            );
        }
        let leaves = self.templates(at, &pointer, choices);
        let Value::String(text) = choices else { return };
        let gives = leaves.first().and_then(|(_, outcome)| self.types_of(at, outcome));
        if !is_template(text) || gives.is_some_and(|given| !given.iter().any(|name| may_fit(&[name], &["array"]))) {
            let message = "`choices` is neither a list nor a template that gives one";
            self.error(
                Code::C002,
                self.span(&pointer),
                message,
                "write `[yes, no]` or `\"{{ steps.x.output.list }}\"`",
            );
        }
    }

    fn effect(&mut self, pointer: &str, written: &WrittenStep, action: Option<&ActionSpec>) -> EffectClass {
        let own = action.map_or(EffectClass::None, |action| action.effect);
        let effect = written.effect.unwrap_or(own);
        if effect < own {
            let message = format!("`{}` is {}: a step cannot make it weaker", written.action, word(own));
            self.error(
                Code::C021,
                self.span(&format!("{pointer}/effect")),
                message,
                "remove `effect`, or make it stricter",
            );
        }
        let effect = effect.max(own);
        if effect == EffectClass::External {
            let key = if written.effect.is_some() { "effect" } else { "action" };
            self.problems.push(
                Problem::warning(
                    Code::C022,
                    self.span(&format!("{pointer}/{key}")),
                    format!(
                        "a repetition of `{}` is a second effect, and nothing settles doubt",
                        written.action
                    ),
                )
                .with_help("when the run is interrupted inside this step, a person must look at what happened"),
            );
        }
        effect
    }

    fn artifacts(&mut self, at: &Surroundings, pointer: &str, written: &WrittenStep) -> Vec<Artifact> {
        let mut artifacts = Vec::with_capacity(written.artifacts.len());
        for (index, artifact) in written.artifacts.iter().enumerate() {
            let path = format!("{pointer}/artifacts/{index}/path");
            self.templates(at, &path, &Value::String(artifact.path.clone()));
            if !artifact.path.is_empty() && !stays_inside(&without_expressions(&artifact.path)) {
                let message = format!("`{}` may leave the directory of the run", artifact.path);
                let help = "a relative path with `/` and without `..`";
                self.error(Code::C060, self.span(&path), message, help);
            }
            artifacts.push(Artifact {
                name: artifact.name.clone(),
                path: artifact.path.clone(),
                media_type: artifact.media_type.clone(),
            });
        }
        artifacts
    }

    /// Checks `outputs_from` against `outputs`; gives the schema of the outputs.
    pub(super) fn results(&mut self) -> Value {
        let document = self.document;
        let value = Value::Object(document.outputs_from.clone());
        let at = Surroundings::default();
        let leaves = self.templates(&at, "/outputs_from", &value);
        let schema = super::object_schema(&document.outputs);
        if let (false, Ok(validator)) = (document.outputs.is_empty(), jsonschema::validator_for(&schema)) {
            let contract = Contract {
                schema: &schema,
                validator: Rc::new(validator),
                owner: "`outputs`".to_owned(),
            };
            let written = self.root.at("/outputs_from").is_some();
            let pointer = if written { "/outputs_from" } else { "/outputs" };
            self.fits(&at, pointer, &value, &contract, &leaves);
        }
        // Without a schema the outputs are whatever `outputs_from` gives.
        if document.outputs.is_empty() {
            json!({"type": "object"})
        } else {
            schema
        }
    }
}

fn word(effect: EffectClass) -> &'static str {
    match effect {
        EffectClass::None => "without effect",
        EffectClass::Idempotent => "idempotent",
        EffectClass::Keyed => "keyed",
        EffectClass::External => "external",
    }
}

fn work(written: &WrittenStep) -> Work {
    match written.action.split_once('.') {
        Some((tool, action)) if tool != "model" => Work::Tool(Call {
            tool: tool.to_owned(),
            action: action.to_owned(),
            params: Value::Object(written.params.clone()),
        }),
        Some(_) | None => Work::Model(Ask {
            params: Value::Object(written.params.clone()),
            choices: written.choices.clone(),
            max_output_tokens: written.model.as_ref().and_then(|model| model.max_output_tokens),
            temperature: written.model.as_ref().and_then(|model| model.temperature),
        }),
    }
}

/// The schema of what a step gives to templates.
fn output_of(step: &WrittenStep, action: Option<&ActionSpec>) -> Value {
    let one = match (&step.output_schema, &step.choices, action) {
        (Some(schema), _, _) => Value::Object(schema.clone()),
        (None, Some(Value::Array(choices)), _) => json!({"type": "string", "enum": choices}),
        (None, Some(_), _) => json!({"type": "string"}),
        (None, None, _) if step.action == "model.call" => json!({"type": "string"}),
        (None, None, Some(action)) => action.output.clone(),
        (None, None, None) => json!({}),
    };
    if step.foreach.is_none() {
        return one;
    }
    // Definitions move with the schema, so that its local references still hold.
    let mut list = json!({"type": "array"});
    for key in ["$defs", "definitions"] {
        if let Some(definitions) = one.get(key) {
            list[key] = definitions.clone();
        }
    }
    list["items"] = one;
    list
}

/// A path with a plain name in place of each expression.
fn without_expressions(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once("{{") {
        plain.push_str(before);
        plain.push('x');
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    plain + rest
}
