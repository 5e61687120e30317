//! What happens by itself, said once: questions, ends of runs, steps of the run that is looked at, short messages.

use std::collections::{BTreeMap, BTreeSet};

use super::super::app::{App, Screen, Store, Toast};
use crate::sight::step::Sign;
use crate::sight::text::harmless;

/// What was said, or was there before anybody listened.
#[derive(Debug, Default)]
pub struct News {
    /// Nothing is news before the store was seen once.
    known: Option<Known>,
    toasts: Vec<Toast>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Known {
    questions: BTreeSet<String>,
    runs: BTreeMap<String, String>,
    opened: Option<String>,
    steps: BTreeMap<String, &'static str>,
}

impl Known {
    fn of(app: &App) -> Self {
        let theme = app.palette.theme();
        let questions = app.sight.approvals.iter().map(|asked| asked.row.id.clone());
        let runs = app.sight.runs.iter();
        let opened = app.sight.opened.as_ref().filter(|_| app.screen() == Screen::Run);
        let steps = opened.into_iter().flat_map(|opened| {
            let steps = opened.run.capsule().steps().iter();
            steps.filter_map(|step| {
                let sign = Sign::of(&opened.run, &step.name)?;
                Some((step.name.clone(), theme.step(&sign).0))
            })
        });
        Self {
            questions: questions.collect(),
            runs: runs
                .map(|listed| (listed.row.id.clone(), listed.status.clone()))
                .collect(),
            opened: opened.map(|opened| opened.row.id.clone()),
            steps: steps.collect(),
        }
    }
}

impl News {
    /// What has happened since it was asked last.
    pub fn of(&mut self, app: &App) -> Vec<String> {
        let mut news = self.toasts(app);
        if app.store != Store::Here {
            return news;
        }
        let now = Known::of(app);
        if let Some(before) = &self.known {
            news.extend(steps(before, &now));
            news.extend(runs(before, app));
            news.extend(questions(before, app));
        }
        self.known = Some(now);
        news
    }

    fn toasts(&mut self, app: &App) -> Vec<String> {
        let new = app.toasts.iter().filter(|toast| !self.toasts.contains(toast));
        let said = new.map(|toast| {
            let bad = if toast.is_bad { "Not done: " } else { "" };
            format!("{bad}{}", harmless(&toast.text))
        });
        let said = said.collect();
        self.toasts = app.toasts.iter().cloned().collect();
        said
    }
}

fn steps<'a>(before: &'a Known, now: &'a Known) -> impl Iterator<Item = String> + 'a {
    let is_same = before.opened.is_some() && before.opened == now.opened;
    let other = now
        .steps
        .iter()
        .filter(move |(name, state)| is_same && before.steps.get(*name) != Some(*state));
    other.map(|(name, state)| format!("Step {state} {name}."))
}

fn runs(before: &Known, app: &App) -> Vec<String> {
    let mut said = Vec::new();
    // The newest run is first, and what came first is said first.
    for listed in app.sight.runs.iter().rev() {
        let status = listed.status.as_str();
        if before.runs.get(&listed.row.id).is_some_and(|before| before == status) {
            continue;
        }
        said.push(format!("Run of {}: {status}.", harmless(&listed.row.capsule)));
    }
    said
}

fn questions(before: &Known, app: &App) -> Vec<String> {
    let asked = app.sight.approvals.iter();
    let new = asked.filter(|asked| !before.questions.contains(&asked.row.id));
    let mut said: Vec<String> = new
        .map(|asked| {
            let step = asked.row.step.as_deref().unwrap_or("the run");
            let prompt = harmless(&asked.row.prompt).replace('\n', " ");
            format!("Question of {step}: {prompt} 3 goes to the questions.")
        })
        .collect();
    if !before.questions.is_empty() && app.sight.approvals.is_empty() {
        said.push("No question is open.".to_owned());
    }
    said
}
