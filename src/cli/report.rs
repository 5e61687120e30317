//! What a build server is told of a run: a JUnit file, and remarks beside the capsule.
//!
//! Everything comes from the recorded events of the run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::annotate::{Annotation, Forge, Level};
use super::capsules;
use super::failure::Failure;
use super::junit::{Case, CaseResult, Suite};
use super::output::{harmless, talk};
use super::replace::replace;
use crate::engine::fact::{Fault, FaultKind, Outcome, RunFact, Settled, Unit};
use crate::engine::run::{Run, StepState};
use crate::engine::start;
use crate::exit::Exit;
use crate::journal::{Event, Reader, Stream};
use crate::sight;

/// GitLab's own name for its report; it lies beside the JUnit file.
const CODE_QUALITY: &str = "gl-code-quality-report.json";

/// What is to be written.
pub struct Wanted<'a> {
    /// The JUnit file.
    pub junit: Option<&'a Path>,
    /// The file of the capsule, when it is one.
    pub file: Option<&'a Path>,
}

impl Wanted<'_> {
    /// Writes what is wanted, and what the build server that this runs on reads, about a command that ended with `exit`.
    ///
    /// # Errors
    /// The record cannot be read, or a file not be written.
    pub fn write(&self, reader: &Reader, run: &str, exit: Exit) -> Result<(), Failure> {
        let forge = Forge::of(|name| std::env::var(name).ok());
        if self.junit.is_none() && forge.is_none() {
            return Ok(());
        }
        let events = reader.events(&Stream::Run(run.to_owned()), 0, usize::MAX)?;
        let state = start::replay(&events, &capsules::built_in(), run)?;
        if let Some(file) = self.junit {
            replace(file, &suite(&state, &events, exit)?.to_xml())?;
        }
        let remarks = if exit == Exit::Succeeded {
            Vec::new()
        } else {
            self.remarks(reader, &state, exit)?
        };
        match (forge, self.junit) {
            (Some(forge @ Forge::GitHub), _) => talk(&forge.write(&remarks)),
            (Some(forge @ Forge::GitLab), Some(junit)) => {
                replace(&junit.with_file_name(CODE_QUALITY), &forge.write(&remarks))?;
            }
            (Some(Forge::GitLab), None) | (None, _) => {}
        }
        Ok(())
    }

    /// What went wrong, or is waited for, each beside its step.
    fn remarks(&self, reader: &Reader, run: &Run, exit: Exit) -> Result<Vec<Annotation>, Failure> {
        let text = run.capsule().text();
        let remark = |level, step: Option<&Unit>, title: String, message: String| Annotation {
            level,
            file: self.place(run),
            line: step.and_then(|unit| line_of(text, &unit.step)),
            title,
            message,
        };
        let mut remarks = Vec::new();
        if let Some(failure) = run.failure() {
            let step = failure.unit.as_ref();
            let title = step.map_or_else(|| "run".to_owned(), |unit| format!("step {unit}"));
            remarks.push(remark(Level::Error, step, title, told(&failure.fault)));
        }
        for asked in sight::tree::questions(reader, &run.started().run)? {
            let own = asked.row.run == run.started().run;
            let step = asked.requested.unit.as_ref().filter(|_| own);
            let message = format!("{}: {}", asked.row.id, asked.requested.prompt);
            remarks.push(remark(
                Level::Warning,
                step,
                "waits for an approval".to_owned(),
                message,
            ));
        }
        if remarks.is_empty() {
            let title = format!("exit {}", exit.code());
            remarks.push(remark(Level::Error, None, title, exit.meaning().to_owned()));
        }
        Ok(remarks)
    }

    /// The file from the root of the repository, as far as that is the current directory.
    fn place(&self, run: &Run) -> String {
        let here = std::env::current_dir().unwrap_or_default();
        match self.file {
            Some(file) => {
                let file: PathBuf = file.canonicalize().unwrap_or_else(|_| file.to_owned());
                file.strip_prefix(&here).unwrap_or(&file).display().to_string()
            }
            None => run.started().capsule.name.clone(),
        }
    }
}

/// The line of the text where the step has its name, from 1.
fn line_of(text: &str, step: &str) -> Option<u64> {
    let names = |line: &str| {
        line.split("name:").skip(1).any(|rest| {
            let rest = rest.trim_start().trim_start_matches(['"', '\'']);
            let after = rest.strip_prefix(step);
            after.is_some_and(|after| {
                !after.starts_with(|next: char| next.is_alphanumeric() || next == '_' || next == '-')
            })
        })
    };
    let at = text.lines().position(names)?;
    Some(at as u64 + 1)
}

fn told(fault: &Fault) -> String {
    match &fault.hint {
        Some(hint) => format!("{}\n{hint}", fault.message),
        None => fault.message.clone(),
    }
}

/// The run as a suite, each unit that ended as a case, and each step that did not begin.
fn suite(run: &Run, events: &[Event], exit: Exit) -> Result<Suite, Failure> {
    let mut settled: BTreeMap<&str, BTreeMap<Unit, (u64, Outcome)>> = BTreeMap::new();
    for event in events {
        if let RunFact::Settled(fact) = RunFact::recorded(event)?
            && let Some(step) = run.step_of(&fact.unit)
        {
            let Settled {
                unit, spent, outcome, ..
            } = *fact;
            let cases = settled.entry(&step.name).or_default();
            let before = cases.get(&unit).map_or(0, |(ms, _)| *ms);
            cases.insert(unit, (before + spent.wall_ms, outcome));
        }
    }
    let mut cases = Vec::new();
    for step in run.capsule().steps() {
        let of_step = settled.remove(step.name.as_str()).unwrap_or_default();
        let began = !of_step.is_empty();
        cases.extend(of_step.into_iter().map(|(unit, (time_ms, outcome))| Case {
            name: unit.to_string(),
            time_ms,
            result: result(&outcome),
        }));
        let why = match run.steps().get(&step.name) {
            Some(StepState::Skipped { .. }) => "its condition is false",
            Some(StepState::Completed { .. }) if !began => "it was taken over from another run, or had no items",
            Some(StepState::Completed { .. } | StepState::Failed { .. } | StepState::Fanned(_)) => continue,
            Some(StepState::Waiting(progress)) if progress.question.is_some() => "it waits for an approval",
            Some(StepState::Waiting(_)) | None if began => continue,
            Some(StepState::Waiting(_)) | None => "it did not begin",
        };
        cases.push(Case {
            name: step.name.clone(),
            time_ms: 0,
            result: CaseResult::Skipped {
                message: why.to_owned(),
            },
        });
    }
    let (began, ended) = run.times();
    Ok(Suite {
        capsule: run.started().capsule.name.clone(),
        run_id: run.started().run.clone(),
        exit_code: exit.code(),
        audit_head: events.last().map_or_else(String::new, |event| event.hash().to_string()),
        time_ms: u64::try_from(ended.saturating_sub(began)).unwrap_or(0),
        cases,
    })
}

fn result(outcome: &Outcome) -> CaseResult {
    let fault = match outcome {
        Outcome::Completed { .. } => return CaseResult::Passed,
        Outcome::Failed { fault } => fault,
    };
    let message = harmless(fault.message.lines().next().unwrap_or_default()).into_owned();
    let detail = told(fault);
    match fault.kind {
        FaultKind::Rejected | FaultKind::Guardrail | FaultKind::Schema | FaultKind::Artifact | FaultKind::Tool => {
            CaseResult::Failed { message, detail }
        }
        FaultKind::Template
        | FaultKind::Denied
        | FaultKind::Budget
        | FaultKind::Timeout
        | FaultKind::Deadline
        | FaultKind::RateLimited
        | FaultKind::Unavailable
        | FaultKind::Model
        | FaultKind::Storage
        | FaultKind::Uncertain
        | FaultKind::Busy
        | FaultKind::Secret
        | FaultKind::Sandbox
        | FaultKind::Cancelled => CaseResult::Errored { message, detail },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_found_where_it_has_its_name() {
        let text = "steps:\n  - name: review_all\n  - {name: \"review\", gate: {}}\n  - action: x\n    name: last\n";
        assert_eq!(line_of(text, "review"), Some(3));
        assert_eq!(line_of(text, "review_all"), Some(2));
        assert_eq!(line_of(text, "last"), Some(5));
        assert_eq!(line_of(text, "none"), None);
    }
}
