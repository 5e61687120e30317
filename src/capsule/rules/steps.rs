//! What each step runs, with what, and what it leaves.

use std::rc::Rc;

use serde_json::{Value, json};

use super::super::document::WrittenStep;
use super::super::flow::may_fit;
use super::super::node::escape;
use super::super::problem::Code;
use super::super::step::{Artifact, Foreach, Retry, Step, Work, stays_inside};
use super::super::syntax::{is_template, proves};
use super::super::tool_spec::ActionSpec;
use super::Checker;
use super::contract::Contract;
use super::gate;
use super::texts::Surroundings;

/// Names that templates have already.
const TAKEN: [&str; 7] = ["inputs", "steps", "run", "loop", "loop_index", "output", "secrets"];

impl<'a> Checker<'a> {
    /// Checks every step, in the order of the text.
    pub(super) fn steps(&mut self) -> Vec<Step> {
        let steps = self.steps;
        let actions: Vec<Option<&'a ActionSpec>> = (0..steps.len()).map(|index| self.action(index)).collect();
        self.outputs = actions
            .iter()
            .enumerate()
            .map(|(index, action)| listed(&steps[index].step, self.unit_output(index, *action)))
            .collect();
        actions
            .into_iter()
            .enumerate()
            .map(|(index, action)| self.one(index, action))
            .collect()
    }

    fn one(&mut self, index: usize, action: Option<&'a ActionSpec>) -> Step {
        let steps = self.steps;
        let (written, pointer) = (&*steps[index].step, steps[index].pointer.as_str());
        let mut at = Surroundings {
            step: Some(index),
            ..Surroundings::default()
        };
        if let Some(when) = &written.when {
            self.expression(&at, &format!("{pointer}/when"), when, true);
            at.guards = proves(when);
            at.after_when = true;
        }
        let foreach = self.foreach(&mut at, pointer, written);
        let mut work = match (&written.gate, written.action.as_deref()) {
            (Some(gate), _) => Work::Gate(self.gate(&at, pointer, gate)),
            (None, Some("capsule.run")) => Work::Capsule(self.child(&at, pointer, written)),
            (None, _) => self.task(&at, pointer, written, action),
        };
        if written.gate.is_none() {
            self.answer(&at, pointer, written);
        }
        if let Some(schema) = &written.output_schema {
            let schema = Value::Object(schema.clone());
            let place = format!("{pointer}/output_schema");
            self.schema(&place, &schema);
            self.templates(&at, &place, &schema);
        }
        let endorse = self.endorse(index, action);
        if let Work::Model(ask) = &mut work {
            ask.endorse = endorse;
        }
        if written.cache.is_some() && matches!(&work, Work::Tool(call) if call.infers) {
            let message = "a step that lends a model cannot be answered from a cache";
            let help = "remove `cache`, or `sampling`: what a model answers on the way is no part of the cache's key";
            let span = self.root.key_span_at(&format!("{pointer}/cache"));
            self.error(Code::C021, span, message, help);
        }
        let effect = self.effect(index, action);
        let gate = written.gate.is_some();
        Step {
            name: written.name.clone(),
            stage: steps[index].stage,
            needs: self.needs[index]
                .iter()
                .map(|need| self.name_of(*need).to_owned())
                .collect(),
            when: written.when.clone(),
            foreach,
            work,
            effect,
            limit: self.limit(&format!("{pointer}/budget"), &written.budget),
            output_schema: written.output_schema.clone().map(Value::Object),
            artifacts: self.artifacts(&at, pointer, written),
            retry: if gate {
                Retry::default()
            } else {
                self.retry(pointer, written, effect)
            },
            timeout_ms: if gate { None } else { self.timeout(pointer, written) },
            cache: self.cache(&at, pointer, written, effect),
            workspace: self.workspace(index),
            compensate: self.compensate(&at, index, action),
            reconcile: self.reconcile(&at, pointer, written, effect),
            on_uncertain: written.on_uncertain.unwrap_or_default(),
            secrets: self.step_secrets(pointer, written),
        }
    }

    /// The name of a step.
    fn name_of(&self, step: usize) -> &'a str {
        &self.steps[step].step.name
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
            max_parallel: foreach.max_parallel.unwrap_or(1),
            on_item_error: foreach.on_item_error,
        })
    }

    /// `choices`, `escalate_below`, `functions` and `model`, which only a model has.
    fn answer(&mut self, at: &Surroundings, pointer: &str, written: &WrittenStep) {
        let asks = written.action.as_deref() == Some("model.call");
        let named = written.action.as_ref().is_some_and(|action| !action.is_empty());
        for (key, present) in [
            ("choices", written.choices.is_some()),
            ("escalate_below", written.escalate_below.is_some()),
            ("functions", written.functions.is_some()),
            ("model", written.model.is_some()),
        ] {
            if present && !asks && named {
                let span = self.root.key_span_at(&format!("{pointer}/{key}"));
                self.error(Code::C002, span, format!("`{key}` is for `model.call`"), "remove it");
            }
        }
        if asks && written.escalate_below.is_some() && written.choices.is_none() {
            let span = self.root.key_span_at(&format!("{pointer}/escalate_below"));
            let message = "`escalate_below` is for a step with `choices`";
            self.error(Code::C002, span, message, "only a choice says how sure it is");
        }
        let forms = [
            ("choices", written.choices.is_some(), "choices give a text"),
            ("functions", written.functions.is_some(), "functions give a call"),
            (
                "output_schema",
                asks && written.output_schema.is_some(),
                "a schema gives JSON",
            ),
        ];
        let mut forms = forms.iter().filter(|(_, present, _)| *present);
        if let (Some((first, _, gives)), Some((second, _, others))) = (forms.next(), forms.next()) {
            let span = self.root.key_span_at(&format!("{pointer}/{first}"));
            let message = format!("a step has `{first}` or `{second}`, not both");
            self.error(Code::C002, span, message, format!("{gives}; {others}"));
        }
        let choices = written.choices.as_ref().filter(|choices| !choices.is_object());
        self.list_or_template(at, pointer, "choices", choices, "`[yes, no]`");
        let function = "`[{name: look_up, parameters: {type: object}}]`";
        self.list_or_template(at, pointer, "functions", written.functions.as_ref(), function);
        self.parameters(&format!("{pointer}/functions"), written.functions.as_ref());
    }

    /// The parameters of functions are schemas that stand for themselves: nothing is fetched to understand one.
    fn parameters(&mut self, pointer: &str, functions: Option<&Value>) {
        let functions = functions
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        for (index, function) in functions.iter().enumerate() {
            let Some(parameters) = function.get("parameters").filter(|parameters| parameters.is_object()) else {
                continue;
            };
            let pointer = format!("{pointer}/{index}/parameters");
            let strangers = strangers(parameters, &pointer);
            for (at, reference) in &strangers {
                let message = format!("`$ref: {reference}` leads out of these `parameters`");
                let help = "write what is meant under `$defs` of the same `parameters`, and `$ref: \"#/$defs/NAME\"`";
                self.error(Code::C002, self.span(at), message, help);
            }
            if strangers.is_empty() {
                self.schema(&pointer, parameters);
            }
        }
    }

    /// Checks that `key` has a list, or a template that gives one.
    fn list_or_template(&mut self, at: &Surroundings, pointer: &str, key: &str, value: Option<&Value>, such: &str) {
        let Some(value) = value else { return };
        let pointer = format!("{pointer}/{key}");
        let leaves = self.templates(at, &pointer, value);
        let Value::String(text) = value else { return };
        let gives = leaves.first().and_then(|(_, outcome)| self.types_of(at, outcome));
        if !is_template(text) || gives.is_some_and(|given| !given.iter().any(|name| may_fit(&[name], &["array"]))) {
            let message = format!("`{key}` is neither a list nor a template that gives one");
            let help = format!("write {such} or `\"{{{{ steps.x.output.list }}}}\"`");
            self.error(Code::C002, self.span(&pointer), message, help);
        }
    }

    fn artifacts(&mut self, at: &Surroundings, pointer: &str, written: &WrittenStep) -> Vec<Artifact> {
        let mut artifacts = Vec::with_capacity(written.artifacts.len());
        for (index, artifact) in written.artifacts.iter().enumerate() {
            let path = format!("{pointer}/artifacts/{index}/path");
            let value = Value::String(artifact.path.clone());
            self.templates(at, &path, &value);
            self.no_secret(&path, &value, "the path of an artifact");
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

    /// The schema of what a step gives for one item.
    pub(super) fn unit_output(&self, index: usize, action: Option<&ActionSpec>) -> Value {
        let step = &self.steps[index].step;
        match (&step.output_schema, &step.choices, step.action.as_deref()) {
            _ if step.gate.is_some() => gate::output(step),
            (None, _, Some("capsule.run")) => self.outputs_of_child(step),
            (Some(schema), _, _) => Value::Object(schema.clone()),
            (None, Some(Value::Array(choices)), _) => json!({"type": "string", "enum": choices}),
            (None, None, Some("model.call")) if step.functions.is_some() => json!({
                "type": "object", "required": ["name", "arguments"],
                "properties": {"name": {"type": "string"}, "arguments": {"type": "object"}},
            }),
            (None, Some(_), _) | (None, None, Some("model.call")) => json!({"type": "string"}),
            (None, None, _) => action.map_or_else(|| json!({}), |action| action.output.clone()),
        }
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
                code: Code::C021,
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

/// The schema of what a step gives to templates: with a `foreach`, a list of what it gives for an item.
fn listed(step: &WrittenStep, one: Value) -> Value {
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

/// What in `schema`, which stands at `at`, refers to something that is not within it: each with its place.
fn strangers(schema: &Value, at: &str) -> Vec<(String, String)> {
    match schema {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, field)| {
                let at = format!("{at}/{}", escape(key));
                match (key.as_str(), field) {
                    ("$ref", Value::String(reference)) if reference != "#" && !reference.starts_with("#/") => {
                        vec![(at, reference.clone())]
                    }
                    // What is written there is data.
                    ("const" | "enum" | "default" | "examples", _) => Vec::new(),
                    // What these are called is up to whoever wrote the schema.
                    (
                        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas",
                        Value::Object(named),
                    ) => {
                        let inner = |(name, schema): (&String, &Value)| {
                            let at = format!("{at}/{}", escape(name));
                            strangers(schema, &at)
                        };
                        named.iter().flat_map(inner).collect()
                    }
                    (_, field) => strangers(field, &at),
                }
            })
            .collect(),
        Value::Array(items) => {
            let inner = |(index, item): (usize, &Value)| strangers(item, &format!("{at}/{index}"));
            items.iter().enumerate().flat_map(inner).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
