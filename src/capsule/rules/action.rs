//! Actions: are they there and allowed, and do the parameters fit their contract?

use std::rc::Rc;

use jsonschema::Validator;
use serde_json::{Map, Value};

use super::super::document::WrittenStep;
use super::super::mend::{self, Mend};
use super::super::problem::{Code, Problem};
use super::super::step::{Ask, Call, Work};
use super::super::tool_spec::{ActionSpec, ToolSpec};
use super::Checker;
use super::contract::Contract;
use super::texts::Surroundings;

impl<'a> Checker<'a> {
    /// Finds the contract of a step's action, or says why there is none.
    pub(super) fn action(&mut self, index: usize) -> Option<&'a ActionSpec> {
        let steps = self.steps;
        let (written, pointer) = (&steps[index].step, &steps[index].pointer);
        match (written.action.as_deref(), &written.gate) {
            (_, Some(_)) | (Some("" | "capsule.run"), None) => None,
            (Some(name), None) => self.contract_of(name, &format!("{pointer}/action")),
            (None, None) => {
                let help = "write `action: git.log`, `action: model.call`, or a `gate`";
                self.error(Code::C002, self.span(pointer), "`action` is missing", help);
                None
            }
        }
    }

    /// Finds the contract of the action `written` at `pointer`, or says why there is none.
    pub(super) fn contract_of(&mut self, written: &str, pointer: &str) -> Option<&'a ActionSpec> {
        let span = self.span(pointer);
        if written == "agent.run" {
            let message = "this version does not know `agent.run` yet";
            self.error(Code::C001, span, message, "use `model.call` or an action of a tool");
            return None;
        }
        let Some((name, verb)) = written.split_once('.') else {
            let message = format!("`{written}` is not an action");
            let help = "write tool and action, such as `git.log`, or `model.call`";
            self.error(Code::C020, span, message, help);
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
                let used = self.document.tools.iter().map(|used| used.adapter.as_str());
                let known: Vec<&str> = used.chain(["model"]).collect();
                let message = format!("there is no tool `{name}` among `tools`");
                self.unknown(Code::C020, span, message, name, known);
            }
            return None;
        };
        let Some(action) = tool.action(verb) else {
            let known = tool.actions.iter().map(|action| action.name.as_str());
            self.unknown(
                Code::C020,
                span,
                format!("`{name}` has no action `{verb}`"),
                verb,
                known,
            );
            return None;
        };
        let allowed = name == "model" || listed.is_some_and(|used| used.actions.iter().any(|listed| listed == verb));
        if !allowed && !self.full() {
            let (help, mend) = self.listing(tool, verb);
            let message = format!("`{written}` is not among `tools`");
            let problem = Problem::error(Code::C020, span, message).with_help(help);
            self.problems.push(problem.with_mend(mend));
        }
        Some(action)
    }

    /// What lists an action among `tools`: in words, and as a change of the text.
    fn listing(&self, tool: &ToolSpec, verb: &str) -> (String, Option<Mend>) {
        let name = &tool.name;
        let Some(at) = self.document.tools.iter().position(|used| used.adapter == *name) else {
            let version = tool.version.split('.').next().unwrap_or("1");
            let entry = format!("{{adapter: {name}, version: \"^{version}\", actions: [{verb}]}}");
            let mend = mend::add_tool(self.source, self.root, &entry);
            return (format!("add `{entry}` to `tools`"), mend);
        };
        let actions = self.root.at(&format!("/tools/{at}/actions"));
        let help = format!("add `{verb}` to the actions of `{name}` under `tools`");
        (
            help,
            actions.and_then(|actions| mend::append(self.source, actions, verb)),
        )
    }

    /// Checks the parameters of the action called `name`; `pointer` is what has `action` and `params`.
    pub(super) fn arguments(
        &mut self,
        at: &Surroundings,
        pointer: &str,
        name: &str,
        action: Option<&'a ActionSpec>,
        params: &Map<String, Value>,
    ) {
        let params = Value::Object(params.clone());
        let leaves = self.templates(at, &format!("{pointer}/params"), &params);
        let Some(action) = action else { return };
        let Some(validator) = self.validator(name, &action.params) else {
            let message = format!("the contract of `{name}` is not a JSON Schema");
            let help = "the fault is the tool's, not the capsule's";
            self.error(Code::C021, self.span(&format!("{pointer}/params")), message, help);
            return;
        };
        let contract = Contract {
            schema: &action.params,
            validator,
            owner: format!("`{name}`"),
            code: Code::C021,
        };
        // Without `params` a missing one is reported where the action is named.
        let written = self.root.at(&format!("{pointer}/params")).is_some();
        let key = if written { "params" } else { "action" };
        self.fits(at, &format!("{pointer}/{key}"), &params, &contract, &leaves);
    }

    /// The compiled schema of what is called `name`; `None` when it does not compile.
    pub(super) fn validator(&mut self, name: &str, schema: &Value) -> Option<Rc<Validator>> {
        self.validators
            .entry(name.to_owned())
            .or_insert_with(|| jsonschema::validator_for(schema).ok().map(Rc::new))
            .clone()
    }

    /// Checks a call of a tool besides the step's own; gives it with its contract.
    pub(super) fn call(
        &mut self,
        at: &Surroundings,
        pointer: &str,
        name: &str,
        params: &Map<String, Value>,
    ) -> (Call, Option<&'a ActionSpec>) {
        let place = format!("{pointer}/action");
        let action = match name {
            "" => None,
            "model.call" | "capsule.run" => {
                let message = format!("`{name}` is no action of a tool");
                self.error(
                    Code::C020,
                    self.span(&place),
                    message,
                    "name a tool's action, such as `git.log`",
                );
                None
            }
            name => self.contract_of(name, &place),
        };
        self.arguments(at, pointer, name, action, params);
        (call_of(name, params, action), action)
    }

    /// Checks what a step that is neither a gate nor a capsule runs.
    pub(super) fn task(
        &mut self,
        at: &Surroundings,
        pointer: &str,
        written: &WrittenStep,
        action: Option<&'a ActionSpec>,
    ) -> Work {
        let name = written.action.as_deref().unwrap_or_default();
        self.arguments(at, pointer, name, action, &written.params);
        if name != "model.call" && !name.is_empty() {
            return Work::Tool(call_of(name, &written.params, action));
        }
        self.no_secret(
            &format!("{pointer}/params"),
            &Value::Object(written.params.clone()),
            "a prompt",
        );
        let defaults = &self.document.defaults.model;
        let own = written.model.clone().unwrap_or_default();
        Work::Model(Ask {
            params: Value::Object(written.params.clone()),
            choices: written.choices.clone().filter(|choices| !choices.is_object()),
            // What it looks like was checked with the shape of the file. A list is none: it would be read field by field.
            head: written
                .choices
                .clone()
                .filter(Value::is_object)
                .and_then(|choices| serde_json::from_value(choices).ok()),
            escalate_below: written.escalate_below,
            functions: written.functions.clone(),
            manner: own.manner(defaults),
            endorse: Vec::new(),
        })
    }
}

fn call_of(name: &str, params: &Map<String, Value>, contract: Option<&ActionSpec>) -> Call {
    let (tool, action) = name.split_once('.').unwrap_or((name, ""));
    let params = Value::Object(params.clone());
    Call {
        tool: tool.to_owned(),
        action: action.to_owned(),
        infers: contract.is_some_and(|contract| contract.infers(&params)),
        params,
    }
}
