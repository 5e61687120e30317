//! Where a step works: in a directory of its own, or in that of a step before it.

use super::super::document::WrittenWorkspace;
use super::super::problem::Code;
use super::super::step::{OwnWorkspace, Separate, Workspace};
use super::super::syntax::is_template;
use super::Checker;

impl Checker<'_> {
    /// Checks `workspace` of a step.
    pub(super) fn workspace(&mut self, index: usize) -> Option<Workspace> {
        let steps = self.steps;
        let (step, pointer) = (&*steps[index].step, steps[index].pointer.as_str());
        let written = step.workspace.as_ref()?;
        let place = format!("{pointer}/workspace");
        // Gates and other capsules have said already that it is not for them.
        if step.gate.is_some() || step.action.as_deref() == Some("capsule.run") {
            return None;
        }
        if step.action.as_deref() == Some("model.call") {
            let message = "`workspace` is for actions of tools";
            let help = "remove it: a model reads its prompt, not a directory";
            self.error(Code::C002, self.root.key_span_at(&place), message, help);
            return None;
        }
        if step.cache.is_some() {
            let message = "a step with a `workspace` cannot be answered from a cache";
            let help = "remove one of them: what lies in the directory is no part of the cache's key";
            let span = self.root.key_span_at(&format!("{pointer}/cache"));
            self.error(Code::C021, span, message, help);
        }
        let workspace = match (&written.of, written.kind) {
            (Some(of), _) => self.workspace_of(index, of, &place),
            (None, Some(kind)) => self.own_workspace(written, kind, &place),
            (None, None) => {
                // A `kind` that is none, and an `of` that is no text, were reported with the shape of the file.
                let is_said = |key: &str| self.root.at(&format!("{place}/{key}")).is_some();
                if !is_said("kind") && !is_said("of") {
                    let message = "`workspace` does not say which";
                    let help =
                        "write `scratch`, `worktree`, or `{of: STEP}` for the directory of a step before this one";
                    self.error(Code::C002, self.span(&place), message, help);
                }
                None
            }
        };
        let kind = match &workspace {
            Some(Workspace::Own(own)) => Some(own.kind),
            Some(Workspace::Of(of)) => self.written_workspace(of).and_then(|written| written.kind),
            None => None,
        };
        let action = step.action.as_deref().unwrap_or_default();
        if kind == Some(Separate::Worktree) && action.starts_with("git.") {
            let message = format!("`{action}` does not work in a worktree that is made for a step");
            let help = "leave `workspace` out: the repository's data lies outside of it, and `git` stays inside";
            self.error(Code::C021, self.root.key_span_at(&place), message, help);
        }
        workspace
    }

    fn own_workspace(&mut self, written: &WrittenWorkspace, kind: Separate, place: &str) -> Option<Workspace> {
        if let Some(reference) = &written.reference {
            let place = format!("{place}/ref");
            if kind == Separate::Scratch {
                let help = "remove it, or write `kind: worktree`";
                let span = self.root.key_span_at(&place);
                self.error(Code::C002, span, "`ref` is for a worktree", help);
            } else if is_template(reference) {
                let message = "what is checked out is known before the run";
                self.error(
                    Code::C002,
                    self.span(&place),
                    message,
                    "name a branch, a tag or a commit",
                );
            }
        }
        Some(Workspace::Own(OwnWorkspace {
            kind,
            reference: written.reference.clone(),
            keep: written.keep.unwrap_or_default(),
        }))
    }

    /// Checks that the step `of` has a directory when this one begins.
    fn workspace_of(&mut self, index: usize, of: &str, place: &str) -> Option<Workspace> {
        for key in ["kind", "ref", "keep"] {
            let at = format!("{place}/{key}");
            if self.root.at(&at).is_some() {
                let message = format!("`{key}` is for a directory that is made for this step");
                let help = format!("remove it: `{of}` says it of its own");
                self.error(Code::C002, self.root.key_span_at(&at), message, help);
            }
        }
        let span = self.span(&format!("{place}/of"));
        let Some(other) = self.names.get(of).copied() else {
            let steps = self.steps;
            let own = steps
                .iter()
                .filter(|placed| has_its_own(placed.step.workspace.as_ref()));
            let known = own.map(|placed| placed.step.name.as_str());
            self.unknown(Code::C012, span, format!("there is no step `{of}`"), of, known);
            return None;
        };
        let step = &*self.steps[other].step;
        let wrong = if !self.graph.is_before(other, index) {
            Some((
                format!("`{of}` does not certainly come before this step"),
                format!("add `needs: [{of}]`"),
            ))
        } else if !has_its_own(step.workspace.as_ref()) {
            Some((
                format!("`{of}` has no directory of its own"),
                "name the step that has `workspace: scratch` or `workspace: worktree`".to_owned(),
            ))
        } else if step.foreach.is_some() {
            Some((
                format!("`{of}` has a directory for each item"),
                "name a step without `foreach`".to_owned(),
            ))
        } else {
            None
        };
        match wrong {
            Some((message, help)) => {
                self.error(Code::C012, span, message, help);
                None
            }
            None => Some(Workspace::Of(of.to_owned())),
        }
    }

    fn written_workspace(&self, step: &str) -> Option<&WrittenWorkspace> {
        let step = self.names.get(step)?;
        self.steps[*step].step.workspace.as_ref()
    }
}

/// Whether a step that says this has a directory that was made for it.
fn has_its_own(written: Option<&WrittenWorkspace>) -> bool {
    written.is_some_and(|written| written.of.is_none() && written.kind.is_some())
}
