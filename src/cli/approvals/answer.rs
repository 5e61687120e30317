//! `somagent approvals answer`, and giving an answer.

use serde_json::json;

use super::super::amend::Amended;
use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine, given, question, runs, time};
use super::remember::{self, Remember};
use crate::engine::command::Command;
use crate::engine::decide::{AnswerError, CommandError};
use crate::engine::fact::{self, Outcome, RunFact};
use crate::engine::tell::TellError;
use crate::exit::Exit;
use crate::journal::{ApprovalRow, Event, Lease, Reader};
use crate::policy::InForce;
use crate::sight;

/// Answer with one of the choices, and fill in the form
///
/// A doubt is answered with `happened` (and perhaps `-p output=JSON`, what the step gave), `retry` or `fail`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The approval's id, or at least four characters that only its id begins with
    approval: String,
    /// One of the choices that `somagent approvals show` lists
    #[arg(long, value_name = "CHOICE")]
    choice: String,
    /// A field of the form, as key=value, read as the type that the form asks for; may be given more than once
    #[arg(short, long = "param", value_name = "KEY=VALUE", value_parser = given::key_value)]
    param: Vec<(String, String)>,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// What somebody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The choice.
    pub choice: String,
    /// Fields of the form.
    pub param: Vec<(String, String)>,
    /// Why.
    pub reason: Option<String>,
    /// Where rules need not ask about the same again.
    pub remember: Option<Remember>,
}

/// Runs the command.
///
/// # Errors
/// There is no such question, it was decided before, or it cannot be answered like that.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let word = Word {
        choice: args.choice,
        param: args.param,
        reason: args.reason,
        remember: None,
    };
    give(&args.approval, word, context, output).await
}

/// Records `word` as the answer to the question that `id` begins, and says what follows.
///
/// # Errors
/// There is no such question, it was decided before, or it cannot be answered like that.
pub async fn give(id: &str, word: Word, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let reader = runs::reader(context)?;
    let row = reader.find_approval(id)?;
    if !row.is_open() {
        return Err(decided(&row));
    }
    let asked = sight::question::read(&reader, row)?;
    let lasting = word
        .remember
        .map(|remember| remember::lasting(&asked, remember, &context.actor));
    let lasting = lasting.transpose()?.unwrap_or_default();
    let (id, run) = (asked.row.id, asked.row.run);
    let answer = fact::Answer {
        id: id.clone(),
        choice: word.choice,
        form: question::form(&asked.requested, &word.param)?,
        by: context.actor.clone(),
        reason: word.reason,
        mode: InForce::default(),
        remember: word.remember.is_some(),
    };
    let choice = answer.choice.clone();
    let engine = engine::open(context, output)?;
    // What cannot be kept is refused before anything is said.
    let amended = match lasting.as_slice() {
        [] => None,
        entries => Some(Amended::of(&engine, entries)?),
    };
    let events = match engine.tell(&run, Command::Answer(answer)).await {
        Ok(events) => events,
        Err(TellError::Command(CommandError::Answer(AnswerError::NotOpen { .. }) | CommandError::Finished)) => {
            return Err(decided(&reader.find_approval(&id)?));
        }
        Err(error) => return Err(error.into()),
    };
    let proposed = match amended {
        Some(amended) => Some(amended.propose(&engine, context, output).await?),
        None => None,
    };
    engine.journal().publish_checkpoint().await?;
    let resume = resume(&reader, &run, context)?;
    match output.format() {
        Format::Json | Format::Jsonl => output.json(&json!({
            "v": 1, "id": id, "run": run, "choice": choice, "by": context.actor, "owned": resume.is_none(),
            "resume": resume, "remembered": word.remember.map(Remember::name), "proposed": proposed,
        }))?,
        Format::Table => {
            output.line(&format!("{id}  {choice} by {}", context.actor))?;
            for line in follows(&events)? {
                output.say(&line);
            }
            if word.remember.is_some() {
                output.say("the same is not asked about again in this run");
            }
            if let Some(version) = proposed {
                output.say(&format!(
                    "version {version} of the constitution is proposed, which remembers it for later runs: \
                     `somagent constitution sign` and `activate` put it in force"
                ));
            }
            match resume {
                Some(resume) => output.say(&format!("then      {resume}")),
                None => output.say("the run goes on: another process drives it"),
            }
        }
    }
    Ok(Exit::Succeeded)
}

/// The command that goes on with the run, or with the one it is a part of; none while somebody drives it.
fn resume(reader: &Reader, run: &str, context: &Context) -> Result<Option<String>, Failure> {
    let Some(row) = reader.run(run)? else { return Ok(None) };
    let root = sight::tree::root(reader, row)?;
    let owned = Lease::is_held(&context.home.locks(), &root.id);
    Ok((!owned).then(|| format!("somagent runs resume {}", root.id)))
}

/// What an answer has brought about at once.
fn follows(events: &[Event]) -> Result<Vec<String>, Failure> {
    let mut lines = Vec::new();
    for event in events {
        match RunFact::recorded(event)? {
            RunFact::Settled(settled) => lines.push(match &settled.outcome {
                Outcome::Completed { .. } => format!("step `{}` is over", settled.unit),
                Outcome::Failed { fault } => format!("step `{}` has failed: {}", settled.unit, fault.message),
            }),
            RunFact::Failing(failing) => lines.push(format!("the run ends: {}", failing.fault.fault.message)),
            _ => {}
        }
    }
    Ok(lines)
}

/// Says that a question is decided, by whom and when.
fn decided(row: &ApprovalRow) -> Failure {
    let message = match (row.resolved_at, &row.choice, &row.by) {
        (Some(at), Some(choice), Some(by)) => {
            format!(
                "`{}` was decided before: `{choice}` by {by} at {}",
                row.id,
                time::rfc3339(at)
            )
        }
        (Some(at), _, _) => format!("`{}` was decided before, at {}", row.id, time::rfc3339(at)),
        (None, _, _) => format!(
            "`{}` is void: what it asks about was over before anybody answered",
            row.id
        ),
    };
    Failure::new(Exit::Usage, "already_decided", message).hint(format!(
        "a question is decided once; `somagent approvals show {}` has it all",
        row.id
    ))
}
