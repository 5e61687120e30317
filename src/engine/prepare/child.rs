//! Runs that are steps: which capsule, with which inputs.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};

use super::super::Engine;
use super::super::fact::{ChildRun, Fault, FaultKind, Unit};
use super::super::run::Run;
use super::{Doing, Rendered, template_fault};
use crate::capsule::budget::Spend;
use crate::capsule::policies::OnExhausted;
use crate::capsule::template::{self, Scope};
use crate::capsule::{Callable, Capsule, Catalogue, Child, Given, Step, child_spec};
use crate::label::Labelled;

/// Another run that a unit begins or goes on with.
pub(in crate::engine) struct ChildJob {
    pub(in crate::engine) capsule: Arc<Capsule>,
    /// The capsules that it runs itself.
    pub(in crate::engine) children: Vec<Callable>,
    pub(in crate::engine) inputs: Value,
    pub(in crate::engine) workspace: PathBuf,
    pub(in crate::engine) parent: String,
    pub(in crate::engine) on_exhausted: OnExhausted,
    /// Who began the run that it is a step of.
    pub(in crate::engine) by: Option<String>,
}

impl Engine {
    pub(super) fn child_action(
        &self,
        run: &Run,
        step: &Step,
        unit: &Unit,
        child: &Child,
        scope: &Scope,
    ) -> Result<Rendered, Fault> {
        let ChildBound { capsule, inputs, bound } = child_bound(run, child, scope, &self.catalogue)?;
        let started = run.started();
        let contract = self.contracts.of(&child_spec(), "run")?;
        let shown = Arc::new(bound.clone());
        let action = contract.action(step.effect, bound)?;
        let begun = run.progress(unit).and_then(|progress| progress.child.clone());
        Ok(Rendered {
            action,
            args: shown,
            estimate: Spend::default(),
            child: Some(ChildRun {
                run: begun.map_or_else(|| uuid::Uuid::now_v7().to_string(), |child| child.run),
                limit: capsule.limit(),
            }),
            findings: Vec::new(),
            doing: Doing::Child(Box::new(ChildJob {
                children: needed(&capsule, &started.children),
                capsule: Arc::new(capsule),
                inputs,
                workspace: started.workspace.clone(),
                parent: started.run.clone(),
                on_exhausted: run.on_exhausted(),
                by: started.by.clone(),
            })),
        })
    }
}

/// A capsule with its inputs, and all that the action of running it depends on.
pub(in crate::engine) struct ChildBound {
    capsule: Capsule,
    inputs: Value,
    pub(in crate::engine) bound: Labelled,
}

/// The run that `child` stands for, with its inputs.
pub(in crate::engine) fn child_bound(
    run: &Run,
    child: &Child,
    scope: &Scope,
    catalogue: &Catalogue,
) -> Result<ChildBound, Fault> {
    let started = run.started();
    let pinned = started.children.iter().find(|callable| callable.name == child.capsule);
    let Some(callable) = pinned else {
        let message = format!("the run began without the capsule `{}`", child.capsule);
        return Err(Fault::new(FaultKind::Template, message));
    };
    let capsule = Capsule::parse(&callable.document, &started.catalogue(catalogue)).map_err(|problems| {
        let first = problems
            .first()
            .map_or_else(String::new, |problem| problem.message.clone());
        let message = format!("the recorded capsule `{}` is not valid here: {first}", child.capsule);
        Fault::new(FaultKind::Template, message)
    })?;
    let rendered = template::render(&child.inputs, scope).map_err(template_fault)?;
    let inputs = capsule
        .inputs(Given::Json(rendered.value.clone()))
        .map_err(|problems| {
            let first = problems.first().map_or_else(String::new, ToString::to_string);
            Fault::new(
                FaultKind::Template,
                format!("the inputs of `{}` do not fit: {first}", child.capsule),
            )
        })?;
    let bound = Labelled {
        value: json!({
            "capsule": callable.name, "version": callable.version, "digest": callable.digest.to_string(),
            "inputs": inputs,
        }),
        label: rendered.joined_label(),
        fields: Default::default(),
    };
    Ok(ChildBound { capsule, inputs, bound })
}

/// The capsules of `known` that `capsule` runs, directly or not.
pub(in crate::engine) fn needed(capsule: &Capsule, known: &[Callable]) -> Vec<Callable> {
    let mut wanted = Callable::of(capsule).calls;
    let mut found = BTreeSet::new();
    let mut needed = Vec::new();
    while let Some(name) = wanted.pop() {
        if !found.insert(name.clone()) {
            continue;
        }
        if let Some(callable) = known.iter().find(|callable| callable.name == name) {
            wanted.extend(callable.calls.iter().cloned());
            needed.push(callable.clone());
        }
    }
    needed
}
