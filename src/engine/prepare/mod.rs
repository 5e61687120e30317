//! Preparing: rendering a unit's action and having it judged, at the edge.
//!
//! What it finds goes into the core as a [`Ruling`]; what is needed to carry the action out stays
//! here as [`Prepared`] and is used only once the intent is recorded.

mod cache;
mod child;
mod conditions;
mod guarded;
mod model;

use std::sync::Arc;

use serde_json::{Value, json};

use super::Engine;
use super::command::{Act, Ruling};
use super::contract::{self, Contract};
use super::decide::objection;
use super::drive::LOOK;
use super::fact::{ChildRun, Fault, FaultKind, Part, Shown, Unit};
use super::run::Run;
use super::workspace::{Assigned, judged_in};
use crate::capsule::budget::Spend;
use crate::capsule::guard::{Checks, Finding};
use crate::capsule::policies::Redact;
use crate::capsule::template::{self, Scope, TemplateError};
use crate::capsule::tool_spec::EffectClass;
use crate::capsule::{Call, Capsule, Gate, Step, Work, stays_inside};
use crate::journal::{DEEPEST_BODY, is_within};
use crate::label::{Label, Labelled};
use crate::policy::{Action, Decision, Demand, Past, Situation};
use crate::tools::{ANSWERS, Loan, Tool};

pub(super) use cache::Keep;
pub(super) use child::{ChildJob, child_bound, needed};
pub(super) use conditions::scope_of;
pub(super) use guarded::scan;
pub(super) use model::{Classified, Endorsed, First, ModelArgs, Question, model_fault};

/// The most tokens of an answer when the capsule does not say.
pub(super) const MAX_OUTPUT_TOKENS: u32 = 512;

/// Most levels of a value that a step gives: the bodies of events have a few of their own around it.
pub(super) const DEEPEST_VALUE: usize = DEEPEST_BODY - 4;

/// An action that is rendered and waits for its intent to be recorded.
pub(super) struct Prepared {
    pub(super) unit: Unit,
    pub(super) action: Action,
    pub(super) doing: Doing,
    pub(super) promised: Promised,
    /// The label of `when` and `foreach`: what the step reveals by happening at all.
    pub(super) implicit: Label,
    /// The most milliseconds of the attempt, as the step says.
    pub(super) timeout_ms: Option<u64>,
    /// Of a reconciliation: the expression over its output that says whether the effect happened.
    pub(super) found_when: Option<(String, Scope)>,
    /// What looks at the questions to a model that it lends, where the capsule has them looked at.
    pub(super) guard: Option<Arc<Checks>>,
    /// Where the output may serve again.
    pub(super) keep: Option<Keep>,
    /// Of everything random about it.
    pub(super) seed: u64,
    /// Where it works, when that is not the run's workspace.
    pub(super) assigned: Option<Assigned>,
}

/// What the step says about what it leaves.
#[derive(Default)]
pub(super) struct Promised {
    /// What the output must look like.
    pub(super) output_schema: Option<Value>,
    /// Names of artifacts that it writes.
    pub(super) artifacts: Vec<String>,
    /// What is taken out of the output.
    pub(super) redact: Vec<Redact>,
}

/// Who carries it out.
pub(super) enum Doing {
    /// A tool.
    Tool(Arc<dyn Tool>, Arc<Contract>),
    /// On-device models.
    Model(Box<Question>),
    /// Another run.
    Child(Box<ChildJob>),
}

/// An action before it is judged.
struct Rendered {
    action: Action,
    doing: Doing,
    /// The arguments as they are shown to a person.
    args: Arc<Labelled>,
    estimate: Spend,
    child: Option<ChildRun>,
    findings: Vec<Finding>,
}

impl Engine {
    /// Renders `unit` and judges it.
    pub(super) async fn prepare(&self, run: &Run, unit: &Unit, now: i64) -> (Ruling, Option<Prepared>) {
        if let Err(error) = self.look_at_mode(LOOK).await {
            let fault = Fault::new(FaultKind::Storage, format!("nobody knows the mode: {error}"));
            return (Ruling::Refuse { fault }, None);
        }
        match self.render_and_judge(run, unit, now).await {
            Ok((ruling, prepared)) => (ruling, prepared),
            Err(fault) => (Ruling::Refuse { fault }, None),
        }
    }

    async fn render_and_judge(&self, run: &Run, unit: &Unit, now: i64) -> Result<(Ruling, Option<Prepared>), Fault> {
        let Some(step) = run.step_of(unit) else {
            let message = format!("the capsule has no step `{}`", unit.step);
            return Err(Fault::new(FaultKind::Template, message));
        };
        let scope = scope_of(run, step, unit)?;
        let implicit = match conditions::gate(run, step, unit, &scope)? {
            conditions::Gate::Ruled(ruling) => return Ok((ruling, None)),
            conditions::Gate::Pass(implicit) => implicit,
        };
        if let Some(secret) = step.secrets.first() {
            let message = format!("the secret `{secret}` is not to be had: there is no store of secrets here");
            return Err(Fault::new(FaultKind::Secret, message).hint("leave `secrets` out of the step"));
        }
        match (unit.part, &step.compensate, &step.reconcile) {
            (Part::Main, _, _) => {}
            (Part::Compensate, Some(call), _) => {
                let scope = undoing(run, unit, &scope);
                return self.followup(run, step, unit, call, &scope, implicit, None).await;
            }
            (Part::Reconcile, _, Some(reconcile)) => {
                let found_when = Some((reconcile.found_when.clone(), scope.clone()));
                let call = &reconcile.call;
                return self.followup(run, step, unit, call, &scope, implicit, found_when).await;
            }
            (Part::Compensate | Part::Reconcile, _, _) => return Err(contract::missing(&step.action())),
        }
        if let Work::Gate(gate) = &step.work {
            return Ok((question(gate, &scope, implicit)?, None));
        }
        let output_schema = output_schema(step, &scope)?;
        let rendered = self.rendered(run, step, unit, &scope, output_schema.as_ref()).await?;
        let keep = cache::keep(run, step, unit, &rendered.action, &scope, now)?;
        let cached = match &keep {
            Some(keep) => self.cached(keep, now, &implicit).await?,
            None => None,
        };
        let cost = run.share(unit, rendered.estimate);
        let assigned = self.assigned(run, step, unit)?;
        let mut situation = Situation {
            demands: demands(run.capsule(), step, rendered.action.effect(), &rendered.findings),
            past: self.past_of(&rendered.action).await?,
            ..self.situation(run, implicit.clone(), cost)
        };
        let mut action = rendered.action;
        if let Some(assigned) = &assigned {
            let (directory, kind) = (assigned.directory().to_path_buf(), assigned.kind());
            action = judged_in(action, &mut situation, directory, kind, assigned.is_own());
        }
        let verdict = self.judge(&action, situation).await;
        let ruling = Ruling::Act(Box::new(Act {
            label: implicit.clone(),
            action: action.name().to_owned(),
            action_digest: action.digest(),
            args: rendered.args,
            effect: action.effect(),
            verdict: Box::new(verdict),
            review: None,
            estimate: rendered.estimate,
            child: rendered.child,
            findings: rendered.findings,
            cached,
        }));
        let prepared = Prepared {
            unit: unit.clone(),
            guard: guarded::of_lent(run, &rendered.doing, &action)?,
            action,
            doing: rendered.doing,
            promised: Promised {
                output_schema: output_schema.map(|schema| schema.value),
                artifacts: declared_artifacts(step, &scope)?,
                redact: run.capsule().policies().redact.clone(),
            },
            implicit,
            timeout_ms: step.timeout_ms,
            found_when: None,
            keep,
            seed: model::unit_seed(run.started().seed, unit),
            assigned,
        };
        Ok((ruling, Some(prepared)))
    }

    /// The action of a unit that does the step's own work.
    async fn rendered(
        &self,
        run: &Run,
        step: &Step,
        unit: &Unit,
        scope: &Scope,
        output_schema: Option<&Labelled>,
    ) -> Result<Rendered, Fault> {
        match &step.work {
            Work::Tool(call) => {
                self.is_as_it_began(run, call)?;
                self.tool_action(call, step.effect, scope, run.forms(unit))
            }
            Work::Model(ask) => self.model_action(run, step, unit, ask, scope, output_schema).await,
            Work::Capsule(child) => self.child_action(run, step, unit, child, scope),
            Work::Gate(_) => Err(contract::missing(&step.action())),
        }
    }

    /// The ruling about what undoes a unit, or looks after it.
    #[expect(clippy::too_many_arguments, reason = "what a unit is made of, each once")]
    async fn followup(
        &self,
        run: &Run,
        step: &Step,
        unit: &Unit,
        call: &Call,
        scope: &Scope,
        implicit: Label,
        found_when: Option<(String, Scope)>,
    ) -> Result<(Ruling, Option<Prepared>), Fault> {
        // What looks changes nothing: that is checked with the capsule. What undoes has the effect that
        // its tool is known for, so that an interrupted one is not simply repeated.
        let effect = match unit.part {
            Part::Main | Part::Reconcile => EffectClass::None,
            Part::Compensate => self.usual_effect(call)?,
        };
        self.is_as_it_began(run, call)?;
        let rendered = self.tool_action(call, effect, scope, &[])?;
        let cost = run.share(unit, rendered.estimate);
        let situation = Situation {
            past: self.past_of(&rendered.action).await?,
            ..self.situation(run, implicit.clone(), cost)
        };
        let verdict = self.judge(&rendered.action, situation).await;
        let ruling = Ruling::Act(Box::new(Act {
            label: implicit.clone(),
            action: rendered.action.name().to_owned(),
            action_digest: rendered.action.digest(),
            args: rendered.args,
            effect: rendered.action.effect(),
            verdict: Box::new(verdict),
            review: None,
            estimate: rendered.estimate,
            child: None,
            findings: Vec::new(),
            cached: None,
        }));
        let prepared = Prepared {
            unit: unit.clone(),
            guard: guarded::of_lent(run, &rendered.doing, &rendered.action)?,
            action: rendered.action,
            doing: rendered.doing,
            promised: Promised {
                redact: run.capsule().policies().redact.clone(),
                ..Promised::default()
            },
            implicit,
            timeout_ms: step.timeout_ms,
            found_when,
            keep: None,
            seed: model::unit_seed(run.started().seed, unit),
            // What undoes a step, or looks after it, works where the run does: the step's directory may be gone.
            assigned: None,
        };
        Ok((ruling, Some(prepared)))
    }

    /// An attached server has the contract that the run began with, or nothing of it is called: what was checked, and
    /// what people were shown, was that one.
    fn is_as_it_began(&self, run: &Run, call: &Call) -> Result<(), Fault> {
        let Some(pinned) = run.started().tools.iter().find(|pinned| pinned.name == call.tool) else {
            return Ok(());
        };
        let what = match self.toolbox.get(&call.tool).map(|tool| tool.spec()) {
            Some(here) if here == pinned => return Ok(()),
            Some(_) => "has another contract than when the run began",
            None => "is not attached here",
        };
        let fault = Fault::new(FaultKind::Tool, format!("the MCP server `{}` {what}", call.tool));
        Err(fault.hint("attach and approve it as it was, or start a new run"))
    }

    fn usual_effect(&self, call: &Call) -> Result<EffectClass, Fault> {
        let tool = self
            .toolbox
            .get(&call.tool)
            .ok_or_else(|| contract::missing(&call.name()))?;
        Ok(self.contracts.of(tool.spec(), &call.action)?.spec().effect)
    }

    /// `forms` are those that people filled in because the tool had asked for them.
    fn tool_action(
        &self,
        call: &Call,
        effect: EffectClass,
        scope: &Scope,
        forms: &[Labelled],
    ) -> Result<Rendered, Fault> {
        let mut args = template::render(&call.params, scope).map_err(template_fault)?;
        take_along(&mut args, forms);
        let tool = self
            .toolbox
            .get(&call.tool)
            .ok_or_else(|| contract::missing(&call.name()))?;
        let contract = self.contracts.of(tool.spec(), &call.action)?;
        contract.check(&args.value)?;
        let loan = Loan::of(contract.spec(), &args.value);
        if loan.is_some() && !self.model.is_here() {
            let message = format!("the model `{}`, which the step lends, is not here", self.model.pin.name);
            return Err(Fault::new(FaultKind::Storage, message).hint(crate::models::PULL));
        }
        let shown = Arc::new(args.clone());
        let action = contract.action(effect, args)?;
        Ok(Rendered {
            action,
            doing: Doing::Tool(Arc::clone(tool), contract),
            args: shown,
            estimate: Spend {
                tokens: loan.map_or(0, |loan| loan.tokens()),
                tool_calls: 1,
                steps: 1,
                ..Spend::default()
            },
            child: None,
            findings: Vec::new(),
        })
    }

    async fn past_of(&self, action: &Action) -> Result<Past, Fault> {
        let unread = |error| {
            Fault::new(
                FaultKind::Storage,
                format!("what was done before cannot be read: {error}"),
            )
        };
        self.past(action.name()).await.map_err(unread)
    }

    pub(super) fn situation(&self, run: &Run, control: Label, cost: u16) -> Situation {
        let started = run.started();
        Situation {
            workspace: started.workspace.clone(),
            run: started.run.clone(),
            capsule: started.capsule.digest,
            tenant: "local".to_owned(),
            actor: self.actor.clone(),
            offline: started.offline,
            hosts: run.capsule().policies().hosts.clone(),
            request: None,
            control,
            misled: Default::default(),
            cost,
            mode: self.in_force(),
            demands: Vec::new(),
            remembered: run.remembered().clone(),
            past: Past::default(),
            separate: None,
            heard: Vec::new(),
        }
    }
}

/// Puts forms after those that the capsule brought along. Where it brought something else, the contract refuses that.
pub(super) fn take_along(args: &mut Labelled, forms: &[Labelled]) {
    let Some(members) = args.value.as_object_mut().filter(|_| !forms.is_empty()) else {
        return;
    };
    let all = members.entry(ANSWERS).or_insert_with(|| json!([]));
    let Some(all) = all.as_array_mut() else { return };
    for form in forms {
        let at = format!("/{ANSWERS}/{}", all.len());
        all.push(form.value.clone());
        args.fields.insert(at, form.label.clone());
    }
}

/// What the call that undoes a unit may read: the unit's output, too.
pub(super) fn undoing(run: &Run, unit: &Unit, scope: &Scope) -> Scope {
    let output = run.undo_output(&unit.part(Part::Main)).map(|output| (**output).clone());
    let nothing = || Labelled::new(Value::Null, Label::constant());
    scope.with("output", output.unwrap_or_else(nothing))
}

/// What the output of a step must look like, rendered.
pub(super) fn output_schema(step: &Step, scope: &Scope) -> Result<Option<Labelled>, Fault> {
    let schema = step.output_schema.as_ref();
    let rendered = schema.map(|schema| template::render(schema, scope)).transpose();
    rendered.map_err(template_fault)
}

/// The question of a gate, rendered.
fn question(gate: &Gate, scope: &Scope, label: Label) -> Result<Ruling, Fault> {
    let prompt = template::render(&json!(gate.prompt), scope).map_err(template_fault)?;
    let prompt = match prompt.value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let shown = gate.show.iter().map(|expression| {
        let value = template::value(expression, scope).map_err(template_fault)?;
        check_depth(&value.value, "a value that a gate shows")?;
        Ok(Shown {
            name: expression.clone(),
            value: Arc::new(value),
        })
    });
    Ok(Ruling::Ask {
        label,
        prompt,
        shown: shown.collect::<Result<_, Fault>>()?,
    })
}

/// What the capsule demands of an action of `step`: a review before external effects that no gate stands before,
/// and what its guardrails say of what they found.
pub(super) fn demands(capsule: &Capsule, step: &Step, effect: EffectClass, findings: &[Finding]) -> Vec<Demand> {
    let guarded = || {
        capsule
            .transitive_needs(&step.name)
            .any(|before| matches!(before.work, Work::Gate(_)))
    };
    let wants_review = capsule.policies().requires_review && effect == EffectClass::External && !guarded();
    let review = wants_review.then(|| Demand {
        decision: Decision::Ask,
        because: "the capsule wants a review before each external effect".to_owned(),
    });
    review.into_iter().chain(objection(findings)).collect()
}

/// The declared outputs of a run whose steps are over, and what its guardrails found in them.
pub(super) fn outputs(run: &Run) -> (Result<Labelled, Fault>, Vec<Finding>) {
    let outputs = rendered_outputs(run);
    let findings = match &outputs {
        Ok(outputs) => scan(&run.capsule().policies().guard_output, &outputs.value),
        Err(_) => Ok(Vec::new()),
    };
    match findings {
        Ok(findings) => (outputs, findings),
        Err(fault) => (outputs.and(Err(fault)), Vec::new()),
    }
}

fn rendered_outputs(run: &Run) -> Result<Labelled, Fault> {
    let capsule = run.capsule();
    let outputs = template::render(capsule.outputs_from(), &run.scope()).map_err(template_fault)?;
    check_depth(&outputs.value, "the value of the outputs")?;
    let schema = jsonschema::validator_for(capsule.outputs_schema()).map_err(|error| {
        Fault::new(
            FaultKind::Schema,
            format!("the schema of the outputs is not valid: {error}"),
        )
    })?;
    let wrong = schema.iter_errors(&outputs.value).next().map(|error| {
        let message = format!("the outputs fail their schema at `{}`: {error}", error.instance_path());
        Fault::new(FaultKind::Schema, message)
    });
    wrong.map_or(Ok(outputs), Err)
}

/// Says whether an event can hold `value`: one that cannot would stop its run for ever.
///
/// # Errors
/// It is nested too deeply.
pub(super) fn check_depth(value: &Value, what: &str) -> Result<(), Fault> {
    if is_within(value, DEEPEST_VALUE) {
        return Ok(());
    }
    let message = format!("{what} is nested deeper than {DEEPEST_VALUE} levels");
    Err(Fault::new(FaultKind::Schema, message))
}

fn declared_artifacts(step: &Step, scope: &Scope) -> Result<Vec<String>, Fault> {
    step.artifacts
        .iter()
        .map(|artifact| {
            let path = template::render(&json!(artifact.path), scope).map_err(template_fault)?;
            match path.value.as_str() {
                Some(path) if stays_inside(path) => Ok(path.to_owned()),
                Some(_) | None => Err(Fault::new(
                    FaultKind::Artifact,
                    format!("the artifact path `{}` leaves the run's directory", path.value),
                )),
            }
        })
        .collect()
}

pub(super) fn template_fault(error: TemplateError) -> Fault {
    Fault::new(FaultKind::Template, error.to_string())
}
