//! What a key decides: the command line that says it, and the run that goes on then.

use super::super::super::act::{Act, Deed};
use super::super::super::app::App;
use super::super::super::keymap::Intent;
use super::super::super::overlay::{Form, Overlay};
use crate::engine::fact::About;
use crate::engine::fact::question::{APPROVE, REJECT};
use crate::sight::question::{Asked, fields};

/// Decides about `asked`, or asks for what has to be said first.
pub(super) fn decide(app: &mut App, asked: &Asked, intent: Intent) -> Vec<Act> {
    let has = |choice: &str| asked.requested.choices.iter().any(|own| own == choice);
    let mut needs = fields(asked.requested.form.as_ref()).into_iter();
    // A default is seen before it is sent.
    let needs_form = needs.any(|field| field.required || field.default.is_some());
    // What may happen twice is never simply approved.
    let needs_form = needs_form || asked.requested.about.is_in_doubt();
    match intent {
        Intent::Approve if has(APPROVE) && !is_own(asked) && !needs_form => {
            let deed = approval(&asked.row.id);
            let deed = follow(deed, resume(app, &asked.row.run));
            app.begin(deed)
        }
        Intent::Approve if has(APPROVE) && !is_own(asked) => form(app, asked, Some(APPROVE)),
        Intent::Deny if has(REJECT) && !is_own(asked) => form(app, asked, Some(REJECT)),
        Intent::ApproveForRun => approve_alike(app, asked),
        // It has choices of its own, and none of them counts until it is chosen.
        Intent::Approve | Intent::Deny | Intent::Open => form(app, asked, None),
        _ => Vec::new(),
    }
}

/// Opens the form of an answer; nothing is chosen in it but `choice`.
fn form(app: &mut App, asked: &Asked, choice: Option<&str>) -> Vec<Act> {
    let then = resume(app, &asked.row.run);
    let form = Form::answer(asked, choice, then, app.now);
    app.overlays.push(Overlay::Form(Box::new(form)));
    Vec::new()
}

fn is_own(asked: &Asked) -> bool {
    matches!(asked.requested.about, About::Gate { own_choices: true })
}

fn approval(id: &str) -> Deed {
    Deed::new(&["approvals", "approve", id], "approved")
}

fn follow(deed: Deed, next: Option<Deed>) -> Deed {
    match next {
        Some(next) => deed.then(Act::Do(next)),
        None => deed,
    }
}

/// Approves every open question of the run about this very action, one after the other, and has the rules that ask
/// remember it for the rest of the run.
fn approve_alike(app: &mut App, asked: &Asked) -> Vec<Act> {
    let About::Action { digest, subjects, .. } = &asked.requested.about else {
        app.toast(
            "nothing else of this run asks the same: `a` or enter answers this one",
            true,
        );
        return Vec::new();
    };
    let is_alike = |other: &&Asked| {
        other.row.run == asked.row.run
            && other.row.id != asked.row.id
            && matches!(&other.requested.about, About::Action { digest: own, .. } if own == digest)
    };
    let others: Vec<String> = app
        .sight
        .approvals
        .iter()
        .filter(is_alike)
        .map(|other| other.row.id.clone())
        .collect();
    let own = if subjects.is_empty() {
        approval(&asked.row.id)
    } else {
        let args = ["approvals", "approve", &asked.row.id, "--remember", "run"];
        Deed::new(&args, "approved for the run")
    };
    if others.is_empty() && subjects.is_empty() {
        app.toast("nothing else of this run asks the same: `a` approves this one", true);
        return Vec::new();
    }
    let last = resume(app, &asked.row.run);
    let chain = others
        .iter()
        .rev()
        .fold(last, |next, id| Some(follow(approval(id), next)));
    let deed = follow(own, chain);
    app.begin(deed)
}

/// What lets the run go on that somebody began: the one that asks, or the one above it.
///
/// Also one that seems to be driven is meant: whoever drives it may be just about to park it, and somebody who does
/// drive it refuses as busy, which does no harm.
fn resume(app: &App, run: &str) -> Option<Deed> {
    let of = |id: &str| app.sight.runs.iter().find(|listed| listed.row.id == id);
    let mut root = of(run)?;
    while let Some(parent) = &root.row.parent {
        root = of(&parent.run)?;
    }
    let goes_on = matches!(root.status.as_str(), "waiting" | "running" | "queued" | "interrupted");
    goes_on.then(|| {
        Deed::new(&["runs", "resume", &root.row.id], "the run goes on")
            .driving()
            .behind()
    })
}
