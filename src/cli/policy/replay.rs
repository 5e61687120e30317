//! `somagent policy replay`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::super::{Context, capsules, runs};
use super::check::draft_of;
use super::record::{Judgement, decided};
use crate::capsule::Catalogue;
use crate::engine::fact::{Judged, RunFact};
use crate::engine::recall::recall;
use crate::engine::run::Run;
use crate::engine::start;
use crate::exit::Exit;
use crate::journal::Stream;
use crate::policy::inquiry::Answer;
use crate::policy::{DEFAULT_CONSTITUTION, Draft};
use crate::sight::amount::counted;

/// Decide the recorded actions of a run again under another constitution, and show what would differ
///
/// Performs and records nothing. Each action is rendered again from the record and held against its digest; what
/// cannot be rendered any more is said, and so is what a server was not asked about that the file names. The file need
/// not be signed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
    /// The other constitution; without it, the one that a new store begins with
    #[arg(long, value_name = "FILE")]
    constitution: Option<PathBuf>,
}

/// What became of one judgement.
struct Again {
    judgement: Judgement,
    /// What the other constitution says, or why it was not asked.
    now: Result<Answer, String>,
}

impl Again {
    fn differs(&self) -> bool {
        let before = self.judgement.judged.verdict.decision();
        self.now.as_ref().is_ok_and(|now| now.decision != before)
    }
}

/// Runs the command.
///
/// # Errors
/// There is no such run, its record cannot be read, or the file is no constitution.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let draft = match &args.constitution {
        Some(path) => draft_of(path)?,
        None => Draft::read(DEFAULT_CONSTITUTION.as_bytes())
            .map_err(|error| Failure::new(Exit::Internal, "internal", error.to_string()))?,
    };
    let reader = runs::reader(context)?;
    let id = reader.find_run(&args.run)?.id;
    let events = reader.events(&Stream::Run(id.clone()), 0, usize::MAX)?;
    let catalogue = capsules::built_in();
    let mut again = Vec::new();
    // Each with what the run was then: what people gave it later, a form for one, was not judged.
    start::watch(&events, &catalogue, &id, |run, event, fact| {
        if let RunFact::Judged(judged) = fact {
            again.push(Again {
                now: judge(&draft, run, judged, &catalogue),
                judgement: Judgement {
                    seq: event.seq(),
                    judged: (**judged).clone(),
                },
            });
        }
    })?;
    let differ = again.iter().filter(|again| again.differs()).count();
    match output.format() {
        Format::Table => {
            again.iter().try_for_each(|again| output.text(&shown(again)))?;
            let judged = counted(again.len(), "judgement");
            output.line(&format!("{judged}, of which {differ} would differ"))?;
        }
        Format::Json | Format::Jsonl => output.values(again.iter().map(data).collect())?,
    }
    Ok(Exit::Succeeded)
}

/// What `draft` says about what `run` was about to do, or why it is not asked.
fn judge(draft: &Draft, run: &Run, judged: &Judged, catalogue: &Catalogue) -> Result<Answer, String> {
    let verdict = &judged.verdict;
    let recalled = recall(run, &judged.unit, catalogue).map_err(|fault| fault.message)?;
    if recalled.action.digest() != verdict.action_digest() {
        return Err("what it was given cannot be rendered again from the record".to_owned());
    }
    match draft.question(&recalled.action, verdict.situation()) {
        // Nobody is asked now what somebody might have said then.
        Some(question) => Err(format!("`{}` was not asked about this then", question.url())),
        None => Ok(draft.judge(&recalled.action, verdict.situation())),
    }
}

fn data(again: &Again) -> Value {
    let Judgement { seq, judged } = &again.judgement;
    json!({
        "v": 1, "seq": seq, "unit": judged.unit.to_string(), "action": judged.action,
        "before": judged.verdict.decision(), "now": again.now.as_ref().ok(), "not_asked": again.now.as_ref().err(),
        "differs": again.differs(),
    })
}

fn shown(again: &Again) -> String {
    let judged = &again.judgement.judged;
    let (unit, before) = (judged.unit.to_string(), decided(judged.verdict.decision()));
    let unit = harmless(&unit);
    match &again.now {
        Err(why) => format!("?  {unit}  {before}; not asked: {}\n", harmless(why)),
        Ok(_) if !again.differs() => format!("=  {unit}  {before}\n"),
        Ok(now) => {
            let because: Vec<String> = now
                .because
                .iter()
                .map(|because| harmless(because).into_owned())
                .collect();
            format!(
                "!  {unit}  {before}; now {}: {}\n",
                decided(now.decision),
                because.join("; ")
            )
        }
    }
}
