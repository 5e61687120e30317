//! Forecasting: what a run would do, as far as that is known before it begins.

use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::Engine;
use super::prepare::{MAX_OUTPUT_TOKENS, demands};
use super::workspace::judged_in;
use crate::capsule::template::{self, Scope};
use crate::capsule::tool_spec::EffectClass;
use crate::capsule::{Call, Capsule, Separate, Step, Work};
use crate::label::Label;
use crate::policy::{Action, Decision, Past, Situation};
use crate::tools::workspace::Place;
use crate::tools::{Loan, SAMPLING};

/// What is known about one step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Planned {
    /// The step.
    pub step: String,
    /// Tool and action.
    pub action: String,
    /// What a repetition would do.
    pub effect: EffectClass,
    /// What is in the directory that it works in at first, where that is not the run's workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separate: Option<Separate>,
    /// How often it runs at most.
    pub at_most: u64,
    /// The most tokens that a model may write in all of them.
    pub output_tokens: u64,
    /// The judgement, when the arguments do not depend on other steps.
    pub decision: Option<Decision>,
    /// Why it would be denied.
    pub because: Vec<String>,
}

/// What is assumed of the past where it cannot be read: the worst.
const UNREAD: Past = Past {
    begun: 0,
    approved: 0,
    refused: u32::MAX,
};

impl Engine {
    /// Says what running `capsule` on `workspace` would do; performs and records nothing.
    pub async fn forecast(&self, capsule: &Capsule, inputs: &Value, workspace: &Path) -> Vec<Planned> {
        let scope = Scope::new(inputs);
        let situation = Situation {
            workspace: workspace.to_owned(),
            run: "forecast".to_owned(),
            capsule: capsule.digest(),
            tenant: "local".to_owned(),
            actor: self.actor.clone(),
            offline: self.offline,
            hosts: capsule.policies().hosts.clone(),
            request: None,
            control: Label::constant(),
            misled: Default::default(),
            cost: 0,
            mode: self.in_force(),
            demands: Vec::new(),
            remembered: Default::default(),
            past: Default::default(),
            separate: None,
            heard: Vec::new(),
        };
        let mut plan = Vec::with_capacity(capsule.steps().len());
        for step in capsule.steps() {
            plan.push(self.plan(capsule, step, &scope, &situation).await);
        }
        plan
    }

    async fn plan(&self, capsule: &Capsule, step: &Step, scope: &Scope, situation: &Situation) -> Planned {
        let at_most = step.foreach.as_ref().map_or(1, |foreach| u64::from(foreach.max_items));
        let output_tokens = match &step.work {
            Work::Gate(_) | Work::Capsule(_) => 0,
            Work::Tool(call) => self
                .lent_early(call, scope)
                .map_or(0, |loan| loan.times.saturating_mul(loan.max_output_tokens.into()))
                .saturating_mul(at_most),
            Work::Model(ask) if ask.head.is_some() => 0,
            Work::Model(ask) => {
                u64::from(ask.manner.max_output_tokens.unwrap_or(MAX_OUTPUT_TOKENS)).saturating_mul(at_most)
            }
        };
        let verdict = match self.render_early(step, scope) {
            Some(mut action) => {
                let mut situation = Situation {
                    demands: demands(capsule, step, action.effect(), &[]),
                    past: self.past(action.name()).await.unwrap_or(UNREAD),
                    ..situation.clone()
                };
                if let Some((owner, own)) = capsule.workspace_of(step) {
                    let place = Place::new(&situation.workspace, &situation.run, owner.name.clone(), own);
                    let directory = place.workspace().unwrap_or_else(|_| place.directory());
                    let is_own = owner.name == step.name;
                    action = judged_in(action, &mut situation, directory, own.kind, is_own);
                }
                Some(self.judge(&action, situation).await)
            }
            None => None,
        };
        let because = verdict
            .as_ref()
            .map_or_else(Vec::new, |verdict| match verdict.decision() {
                Decision::Allow => Vec::new(),
                Decision::Ask | Decision::Deny => verdict.because().iter().map(|reason| reason.text.clone()).collect(),
            });
        Planned {
            step: step.name.clone(),
            action: step.action(),
            effect: step.effect,
            separate: capsule.workspace_of(step).map(|(_, own)| own.kind),
            at_most,
            output_tokens,
            decision: verdict.map(|verdict| verdict.decision()),
            because,
        }
    }

    /// The model that a step lends, where what it says of it needs nothing but the inputs.
    fn lent_early(&self, call: &Call, scope: &Scope) -> Option<Loan> {
        let lent = json!({SAMPLING: call.params.get(SAMPLING)?});
        let args = template::render(&lent, scope).ok()?;
        let spec = self.toolbox.get(&call.tool)?.spec();
        Loan::of(spec.action(&call.action)?, &args.value)
    }

    /// The action of a step whose arguments need nothing but the inputs.
    fn render_early(&self, step: &Step, scope: &Scope) -> Option<Action> {
        let args = template::render(step.params(), scope).ok()?;
        let spec = match &step.work {
            Work::Tool(call) => self.toolbox.get(&call.tool)?.spec(),
            Work::Model(_) => &self.model_spec,
            Work::Gate(_) | Work::Capsule(_) => return None,
        };
        let verb = match &step.work {
            Work::Tool(call) => call.action.as_str(),
            Work::Model(_) => "call",
            Work::Gate(_) | Work::Capsule(_) => return None,
        };
        let endorsed = match &step.work {
            Work::Model(ask) => ask.endorse.as_slice(),
            Work::Tool(_) | Work::Gate(_) | Work::Capsule(_) => &[],
        };
        let action = Action::new(spec, spec.action(verb)?, step.effect, args).ok()?;
        Some(action.endorsing(endorsed))
    }
}
