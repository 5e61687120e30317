//! Directories of steps: which one a unit works in, when it is made, and when it goes.
//!
//! ```text
//! prepare: which ─► judged ─► intent recorded ─► made ─► the action ─► outcome recorded ─► gone, or at the run's end
//! ```
//!
//! Where a directory is follows from the run and the unit alone, so whoever goes on with a run after a crash finds what
//! was left. The run is concluded when nothing is there any more but what it keeps.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::Engine;
use super::fact::{Fault, FaultKind, Unit};
use super::perform::tool_fault;
use super::run::{Fan, ItemState, Run, StepState};
use crate::capsule::{KeepWorkspace, OwnWorkspace, Separate, Step, Work, Workspace};
use crate::policy::{Action, Situation};
use crate::tools::workspace::{self, Place};

/// Where a unit works in place of its run's workspace.
#[derive(Debug, Clone)]
pub(super) struct Assigned {
    place: Place,
    /// Whether it is made for this unit, and not for a step before it.
    is_own: bool,
    directory: PathBuf,
}

impl Assigned {
    /// The directory.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// What is in it at first.
    pub(super) fn kind(&self) -> Separate {
        self.place.kind()
    }

    /// Whether it is made for the unit.
    pub(super) fn is_own(&self) -> bool {
        self.is_own
    }
}

/// Whose turn it is at each directory: what nobody waits for any more may still be making one.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<PathBuf, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    fn of(&self, directory: PathBuf) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(turns.entry(directory).or_default())
    }

    /// Whether somebody has a turn there, or waits for one.
    fn has(&self, directory: &Path) -> bool {
        let turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.get(directory).is_some_and(|turn| Arc::strong_count(turn) > 1)
    }
}

impl Engine {
    /// Where `unit` works, which does the own work of `step`; `None` where that is the run's workspace.
    ///
    /// # Errors
    /// There is no such directory, and there will be none.
    pub(super) fn assigned(&self, run: &Run, step: &Step, unit: &Unit) -> Result<Option<Assigned>, Fault> {
        let Some((owner, own)) = run.capsule().workspace_of(step) else {
            return Ok(None);
        };
        if let Work::Tool(call) = &step.work
            && self.toolbox.attached().any(|spec| spec.name == call.tool)
        {
            // It goes on between calls, and would hold on to a directory that is made anew.
            let message = format!("the MCP server `{}` works in the run's workspace only", call.tool);
            return Err(Fault::new(FaultKind::Tool, message).hint("leave `workspace` out of the step"));
        }
        let is_own = owner.name == step.name;
        let owner = if is_own { unit.clone() } else { Unit::step(&owner.name) };
        if !is_own && !matches!(run.steps().get(&owner.step), Some(StepState::Completed { .. })) {
            let message = format!(
                "the step `{}` has not run, so it has no directory to work in",
                owner.step
            );
            return Err(Fault::new(FaultKind::Tool, message)
                .hint("where it is skipped, this step has to be skipped, too: give it the same `when`"));
        }
        let place = place_of(run, &owner, own);
        let directory = place.workspace().map_err(tool_fault)?;
        Ok(Some(Assigned {
            place,
            is_own,
            directory,
        }))
    }

    /// Makes the directory, or looks for it where it was made for another step.
    ///
    /// It is made to its end, whoever waits for it: git holds locks meanwhile.
    pub(super) async fn enter(&self, assigned: &Assigned) -> Result<(), Fault> {
        let place = assigned.place.clone();
        if !assigned.is_own {
            if place.is_there().await.map_err(tool_fault)? {
                return Ok(());
            }
            let message = format!("the directory `{}` is not there any more", assigned.directory.display());
            return Err(Fault::new(FaultKind::Tool, message)
                .hint("it went with the run that made it: begin again at the step that it was made for"));
        }
        let turn = self.turns.of(place.directory());
        let making = tokio::spawn(async move {
            let _turn = turn.lock_owned().await;
            place.make().await
        });
        let made = making.await.map_err(|error| {
            let message = format!("the making of a directory ended abnormally: {error}");
            Fault::new(FaultKind::Tool, message)
        })?;
        made.map_err(tool_fault)
    }

    /// The units of `run` whose directories are there.
    pub(super) async fn entered(&self, run: &Run) -> BTreeSet<Unit> {
        if !makes_some(run) {
            return BTreeSet::new();
        }
        let (root, id) = (run.started().workspace.clone(), run.started().run.clone());
        let listed = tokio::task::spawn_blocking(move || workspace::made(&root, &id)).await;
        // What is not seen now is looked for again when the run ends.
        let names = listed.unwrap_or_default();
        names.iter().filter_map(|name| unit_of(run, name)).collect()
    }

    /// Takes away the directory of `unit`, when its turn comes.
    ///
    /// One that cannot be taken away stays where people are told that it is; the unit did what it did.
    pub(super) async fn leave(self: Arc<Self>, place: Place) {
        let turn = self.turns.of(place.directory());
        let _turn = turn.lock().await;
        let _ = place.remove().await;
    }

    /// Takes away all directories of a run that has only to be concluded, but for those that it keeps, and what lies
    /// above them.
    pub(super) async fn vacate(self: &Arc<Self>, run: &Run) {
        let mut units = self.entered(run).await;
        // One that is still being made may not be there yet.
        units.extend(
            owners(run).filter(|unit| place(run, unit).is_some_and(|place| self.turns.has(&place.directory()))),
        );
        for unit in units.iter().filter(|unit| !stays(run, unit, true)) {
            if let Some(place) = place(run, unit) {
                Arc::clone(self).leave(place).await;
            }
        }
        let (root, id) = (run.started().workspace.clone(), run.started().run.clone());
        // What is not taken away is empty, or of somebody else.
        let _ = tokio::task::spawn_blocking(move || workspace::close(&root, &id)).await;
    }
}

/// How an action is judged that works in `directory`: there, and where a repository is checked out for it, as reading
/// all of that. A program that sees all of an empty directory sees nothing of the run's.
pub(super) fn judged_in(
    action: Action,
    situation: &mut Situation,
    directory: PathBuf,
    kind: Separate,
    is_own: bool,
) -> Action {
    situation.workspace = directory;
    situation.separate = Some(kind);
    match kind {
        Separate::Worktree if is_own => action.reading_all(),
        Separate::Worktree => action,
        Separate::Scratch => action.in_scratch(),
    }
}

/// Whether directories are made for steps of the run.
pub(super) fn makes_some(run: &Run) -> bool {
    let mut steps = run.capsule().steps().iter();
    steps.any(|step| step.own_workspace().is_some())
}

/// The directory of `unit`, where one is made for it.
pub(super) fn place(run: &Run, unit: &Unit) -> Option<Place> {
    let own = run.step_of(unit)?.own_workspace()?;
    Some(place_of(run, unit, own))
}

/// Whether the directory of `unit` is to stay for now; with `at_end`, for good, because nothing more comes.
///
/// One that a step after it works in stays to the end of the run.
pub(super) fn stays(run: &Run, unit: &Unit, at_end: bool) -> bool {
    let Some(own) = run.step_of(unit).and_then(Step::own_workspace) else {
        return true;
    };
    let completed = completed(run, unit);
    let mut guests = run.capsule().steps().iter().filter(|step| works_in(step, &unit.step));
    if !at_end && (completed.is_none() || guests.clone().next().is_some()) {
        return true;
    }
    match own.keep {
        KeepWorkspace::Never => false,
        KeepWorkspace::Always => true,
        KeepWorkspace::OnFailure => {
            let failed = |step: &Step| matches!(run.steps().get(&step.name), Some(StepState::Failed { .. }));
            completed != Some(true) || guests.any(failed)
        }
    }
}

/// Whether `unit` completed; `None` while it is not over, or never will be.
fn completed(run: &Run, unit: &Unit) -> Option<bool> {
    let of_item = |fan: &Fan, item: usize| match fan.states.get(item)? {
        ItemState::Open(_) => None,
        ItemState::Completed(_) => Some(true),
        ItemState::Failed(_) => Some(false),
    };
    match (run.steps().get(&unit.step)?, unit.item) {
        (StepState::Completed { beside, .. }, Some(item)) => {
            let errors = beside.errors.as_ref().and_then(|errors| errors.value.as_array());
            let is_of = |error: &Value| error["item"].as_u64() == u64::try_from(item).ok();
            Some(!errors.is_some_and(|errors| errors.iter().any(is_of)))
        }
        (StepState::Completed { .. } | StepState::Skipped { .. }, _) => Some(true),
        (StepState::Fanned(fan), Some(item)) => of_item(fan, item),
        (StepState::Failed { fan: Some(fan), .. }, Some(item)) => of_item(fan, item),
        (StepState::Failed { .. }, _) => Some(false),
        (StepState::Waiting(_) | StepState::Fanned(_), _) => None,
    }
}

fn works_in(step: &Step, owner: &str) -> bool {
    matches!(&step.workspace, Some(Workspace::Of(of)) if of == owner)
}

fn place_of(run: &Run, unit: &Unit, own: &OwnWorkspace) -> Place {
    let started = run.started();
    Place::new(&started.workspace, &started.run, name_of(unit), own)
}

/// What the directory of a unit is called. A step's name has no `-`, so none is that of another.
fn name_of(unit: &Unit) -> String {
    match unit.item {
        Some(item) => format!("{}-{item}", unit.step),
        None => unit.step.clone(),
    }
}

/// The unit whose directory has this name.
fn unit_of(run: &Run, name: &str) -> Option<Unit> {
    let unit = match name.split_once('-') {
        Some((step, item)) => Unit::item(step, item.parse().ok()?),
        None => Unit::step(name),
    };
    let is_whole = name_of(&unit) == name;
    (is_whole && run.step_of(&unit).and_then(Step::own_workspace).is_some()).then_some(unit)
}

/// Every unit of the run for which a directory may have been made.
fn owners(run: &Run) -> impl Iterator<Item = Unit> {
    let steps = run
        .capsule()
        .steps()
        .iter()
        .filter(|step| step.own_workspace().is_some());
    steps.flat_map(|step| {
        let items = match run.steps().get(&step.name) {
            Some(StepState::Fanned(fan)) => fan.states.len(),
            Some(StepState::Failed { fan: Some(fan), .. }) => fan.states.len(),
            Some(_) | None => 0,
        };
        let items = (0..items).map(|item| Unit::item(&step.name, item));
        std::iter::once(Unit::step(&step.name)).chain(items)
    })
}
