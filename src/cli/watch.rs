//! Watching a run that this process drives: lines while it goes, the result at the end.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;

use super::answer::Written;
use super::failure::Failure;
use super::lines::{FINISHED, Line};
use super::live::{self, Live};
use super::manner::{Approval, Manner};
use super::output::{Format, Output, talk};
use super::paint::Paint;
use super::report::Wanted;
use super::signals::{self, Signal};
use super::waiting::Waiting;
use super::{Context, lines, prompt, result};
use crate::engine::Engine;
use crate::engine::command::Command;
use crate::engine::decide::{AnswerError, CommandError};
use crate::engine::drive::{DriveError, End, Notice, Owned, Stop};
use crate::engine::fact::{Answer, RunFact, question};
use crate::engine::tell::TellError;
use crate::exit::Exit;
use crate::journal::{Event, Stream};
use crate::policy::InForce;
use crate::sight::question::Asked;

/// Who answers for everybody under `--approval deny`.
const DENIER: &str = "approval:deny";

/// What driving needs besides the run.
pub struct Driver<'a> {
    /// Where and for whom.
    pub context: &'a Context,
    /// The store and all that acts.
    pub engine: &'a Arc<Engine>,
    /// Who decides, and what is written besides.
    pub manner: &'a Manner,
    /// The file of the capsule, when the command was given one.
    pub file: Option<&'a Path>,
    /// What people are told meanwhile.
    pub telling: Telling,
}

/// What people are told while a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// Its steps.
    Steps,
    /// Nothing but what its model answers.
    Answer,
}

/// How far a run got until driving it came to an end.
struct Leg {
    /// Absent when the driver broke down.
    owned: Option<Owned>,
    ended: Result<End, DriveError>,
}

/// What was seen while a run was driven.
#[derive(Default)]
struct Seen {
    /// Hash of the last event of the run.
    head: Option<String>,
    /// Whether anything was recorded in the last leg.
    moved: bool,
    /// The line of the run's end, which is printed last.
    end: Option<Line>,
    /// The tree of its steps, where one can be drawn.
    tree: Option<Live>,
    /// Whether what is judged is told, too.
    is_debug: bool,
    /// The answer, when it is all that is told.
    answer: Option<Written>,
}

impl Driver<'_> {
    /// Drives `owned` and prints what happens; returns the code that the command ends with.
    ///
    /// # Errors
    /// The outputs could not be written, or the checkpoint outside the database.
    pub async fn drive(&self, output: &mut Output, owned: Owned, first: Vec<Command>) -> Result<Exit, Failure> {
        let stop = Stop::default();
        let signal = signals::listen(stop.clone())?;
        let run = owned.id().to_owned();
        let reader = self.engine.journal().reader()?;
        let (tree, answer) = match self.telling {
            Telling::Steps => (Live::wanted(output, &run, self.engine.catalogue(), reader), None),
            Telling::Answer => (None, Some(Written::default())),
        };
        let mut seen = Seen {
            tree,
            answer,
            is_debug: self.engine.is_debug(),
            ..Seen::default()
        };
        let (mut owned, mut commands) = (owned, first);
        let last = loop {
            let leg = self.leg(output, owned, commands, &mut seen, &stop).await?;
            match (leg.ended, leg.owned) {
                (Ok(End::Parked), Some(parked)) if self.gets_on(&run, &mut seen, &stop).await? => {
                    commands = parked.again();
                    owned = parked;
                }
                (ended, owned) => break Leg { owned, ended },
            }
        };
        if let Some(tree) = seen.tree.take() {
            tree.finish();
        }
        let exit = self.end(output, &run, last, seen, &signal, &stop)?;
        // Somebody who can write the database cannot write this file's past.
        self.engine.journal().publish_checkpoint().await?;
        self.report(&run, exit)?;
        Ok(exit)
    }

    /// Tells the build server how the run ended.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn report(&self, run: &str, exit: Exit) -> Result<(), Failure> {
        let wanted = Wanted {
            junit: self.manner.junit.as_deref(),
            file: self.file,
        };
        wanted.write(&self.engine.journal().reader()?, run, exit)
    }

    /// Drives until nothing goes on.
    async fn leg(
        &self,
        output: &mut Output,
        mut owned: Owned,
        commands: Vec<Command>,
        seen: &mut Seen,
        stop: &Stop,
    ) -> Result<Leg, Failure> {
        let (notices, received) = tokio::sync::mpsc::unbounded_channel();
        let run = owned.id().to_owned();
        let (engine, stop) = (Arc::clone(self.engine), stop.clone());
        // A task of its own: writing blocks while nobody reads, and the run must not wait for that. The printer ends
        // when the task does, because then there is nothing more to come.
        let driving = tokio::spawn(async move {
            let ended = engine.drive(&mut owned, commands, &notices, &stop).await;
            (owned, ended)
        });
        print(output, &run, received, seen).await?;
        Ok(match driving.await {
            Ok((owned, ended)) => Leg {
                owned: Some(owned),
                ended,
            },
            Err(error) => Leg {
                owned: None,
                ended: Err(DriveError::Task(error)),
            },
        })
    }

    /// Answers what a parked run waits for, as far as it may be answered here; says whether it can go on.
    async fn gets_on(&self, run: &str, seen: &mut Seen, stop: &Stop) -> Result<bool, Failure> {
        let reader = self.engine.journal().reader()?;
        let waiting = Waiting::of(&reader, run, self.context)?;
        // Somebody answered while other things were in flight.
        if waiting.is_over() {
            return Ok(seen.moved);
        }
        if let Some(tree) = &mut seen.tree {
            tree.clear();
        }
        let mut answered = false;
        for asked in waiting.questions {
            let run = asked.row.run.clone();
            let answer = match self.manner.approval(self.context) {
                Approval::Park => None,
                Approval::Deny => denial(&asked),
                Approval::Prompt => {
                    let reason = self.engine.in_force().terms().reason;
                    let asked = asked.looked_up(&reader, self.engine.catalogue());
                    prompt::ask(&asked, &self.context.actor, reason, stop).await
                }
            };
            if let Some(answer) = answer {
                answered |= self.give(&run, answer).await?;
            }
            if stop.is_asked() {
                return Ok(false);
            }
        }
        Ok(answered)
    }

    /// Says whether the question is decided.
    async fn give(&self, run: &str, answer: Answer) -> Result<bool, Failure> {
        match self.engine.tell(run, Command::Answer(answer)).await {
            Ok(_) => Ok(true),
            // The mode leaves the question to somebody else, the run does nothing again, or what was said to have happened
            // cannot have: it parks.
            Err(
                error @ TellError::Command(CommandError::Answer(
                    AnswerError::OwnRequest { .. } | AnswerError::NotAgain { .. } | AnswerError::Form { .. },
                )),
            ) => {
                talk(&Failure::from(error).to_text(Paint::PLAIN));
                Ok(false)
            }
            // Somebody else, or the clock, was faster: their answer counts.
            Err(TellError::Command(
                CommandError::Finished
                | CommandError::Answer(AnswerError::NotOpen { .. } | AnswerError::Expired { .. }),
            )) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Prints how it ended.
    fn end(
        &self,
        output: &mut Output,
        run: &str,
        leg: Leg,
        seen: Seen,
        signal: &Signal,
        stop: &Stop,
    ) -> Result<Exit, Failure> {
        let head = seen.head.as_deref();
        if let Some(end) = seen.end {
            // Another process may have ended the run that was driven here: then that is not what this one says last.
            let is_last = matches!(leg.ended, Ok(End::Finished(_)));
            output.json(&end.among(is_last).envelope())?;
        }
        let (status, failure, approvals) = match leg.ended {
            Ok(End::Finished(finished)) => {
                // A run that failed is told as any other, whatever it has answered.
                if let (Some(written), Format::Table, Some(outputs), None) =
                    (&seen.answer, output.format(), &finished.outputs, &finished.fault)
                {
                    return self.answered(output, run, written, &outputs.value["answer"]);
                }
                let reader = self.engine.journal().reader()?;
                let file = self.manner.output_file.as_deref();
                return result::finish(output, &reader, run, &finished, head, file);
            }
            Ok(End::Parked) if !stop.is_asked() => {
                let waiting = Waiting::of(&self.engine.journal().reader()?, run, self.context)?;
                ("parked", waiting.failure(run), Some(waiting.data()))
            }
            Ok(End::Parked | End::Stopped) => {
                let message = "the run was interrupted and its state is saved";
                let failure = Failure::new(signal.exit(), "interrupted", message);
                ("parked", failure.hint(format!("somagent runs resume {run}")), None)
            }
            Err(error) => {
                // It halts before its next action, and goes on once the constitution is put back.
                let is_halted = matches!(error, DriveError::Law(_));
                let mut failure = Failure::from(error);
                let status = match failure.exit {
                    // The run is as the journal says, and can be gone on with.
                    exit if is_halted || matches!(exit, Exit::Busy | Exit::Storage) => {
                        let resume = format!("then `somagent runs resume {run}`");
                        failure.hint = Some(failure.hint.map_or(resume.clone(), |hint| format!("{hint}; {resume}")));
                        "parked"
                    }
                    _ => "failed",
                };
                (status, failure, None)
            }
        };
        let mut early = result::early(Some(run), status, &failure);
        if let Some(state) = leg.owned.as_ref().and_then(Owned::run) {
            early = early.so_far(state, head);
        }
        if let Some(approvals) = approvals {
            early = early.approvals(approvals);
        }
        result::print(output, early)
    }

    /// Ends with the answer, and with what it took.
    fn answered(&self, output: &mut Output, run: &str, written: &Written, answer: &Value) -> Result<Exit, Failure> {
        let text = match answer {
            Value::String(text) => text.clone(),
            other => format!("{other:#}"),
        };
        written.finish(output, &text)?;
        written.close(output, run);
        result::write_main(self.manner.output_file.as_deref(), &text)?;
        Ok(Exit::Succeeded)
    }
}

/// What `--approval deny` says; a doubt is never decided by it, nor a question that cannot be refused.
fn denial(asked: &Asked) -> Option<Answer> {
    let requested = &asked.requested;
    let is_doubt = requested.about.is_in_doubt();
    let refusable = requested.choices.iter().any(|choice| choice == question::REJECT);
    (!is_doubt && refusable).then(|| Answer {
        id: requested.id.clone(),
        choice: question::REJECT.to_owned(),
        form: serde_json::Value::Null,
        by: DENIER.to_owned(),
        reason: Some("the command was given `--approval deny`".to_owned()),
        mode: InForce::default(),
        remember: false,
    })
}

/// Prints notices as they come, but for the end of `run`, which comes last.
///
/// What cannot be written does not stop the run; it is told at the end.
async fn print(
    output: &mut Output,
    run: &str,
    mut notices: UnboundedReceiver<Notice>,
    seen: &mut Seen,
) -> Result<(), Failure> {
    let own = Stream::Run(run.to_owned()).to_string();
    seen.moved = false;
    let mut written = Ok(());
    let mut frame = tokio::time::interval(live::FRAME);
    frame.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let notice = tokio::select! {
            notice = notices.recv() => notice,
            _ = frame.tick(), if seen.tree.is_some() => {
                seen.tree.iter_mut().for_each(Live::draw);
                continue;
            }
        };
        let Some(notice) = notice else { break };
        let now = match output.format() {
            Format::Jsonl => match lines::of_notice(&notice, run) {
                Ok(lines) => lines.into_iter().try_for_each(|line| seen.print(output, line)),
                Err(error) => Err(error.into()),
            },
            Format::Table => match (&notice, &mut seen.answer) {
                (Notice::Delta { text, .. }, Some(answer)) => answer.take(output, text),
                (Notice::Event(event), Some(answer)) => {
                    if let Ok(RunFact::Settled(settled)) = RunFact::recorded(event) {
                        settled.usage.iter().for_each(|usage| answer.used(usage));
                    }
                    Ok(())
                }
                (Notice::Event(event), None) => {
                    seen.say(output, event, run);
                    Ok(())
                }
                (Notice::Landing { effects }, _) => {
                    seen.land(output, *effects);
                    Ok(())
                }
                (Notice::Delta { .. }, None) => Ok(()),
            },
            Format::Json => Ok(()),
        };
        written = written.and(now);
        if let Notice::Event(event) = notice {
            seen.moved = true;
            if event.header().stream == own {
                seen.head = Some(event.hash().to_string());
            }
        }
    }
    seen.tree.iter_mut().for_each(Live::draw);
    written
}

impl Seen {
    /// Says what happened to people: in the tree, in a line above it, or in a line.
    fn say(&mut self, output: &Output, event: &Event, run: &str) {
        if let Some(line) = lines::judged(event).ok().flatten().filter(|_| self.is_debug) {
            match &mut self.tree {
                Some(tree) => tree.above(&line),
                None => output.say(&line),
            }
        }
        let line = lines::plain(event, run).ok().flatten();
        match &mut self.tree {
            Some(tree) => tree.take(event, line.filter(|_| !is_in_tree(event))),
            None => line.iter().for_each(|line| output.say(line)),
        }
    }

    /// Says what is waited for before the process ends.
    fn land(&mut self, output: &Output, effects: usize) {
        let line = lines::landing(effects);
        match &mut self.tree {
            Some(tree) => tree.above(&line),
            None => output.say(&line),
        }
    }

    fn print(&mut self, output: &mut Output, line: Line) -> Result<(), Failure> {
        if line.kind == FINISHED {
            return match self.end.replace(line) {
                Some(before) => output.json(&before.among(false).envelope()),
                None => Ok(()),
            };
        }
        if let Some(before) = self.end.take() {
            output.json(&before.among(false).envelope())?;
        }
        output.json(&line.envelope())
    }
}

/// Whether the tree of steps shows what happened.
fn is_in_tree(event: &Event) -> bool {
    match RunFact::recorded(event) {
        Ok(fact) => matches!(
            fact,
            RunFact::Expanded(_)
                | RunFact::Skipped(_)
                | RunFact::Judged(_)
                | RunFact::StepStarted(_)
                | RunFact::Settled(_)
                | RunFact::InDoubt(_)
                | RunFact::Adopted(_)
                | RunFact::Requested(_)
                | RunFact::Finished(_)
        ),
        Err(_) => false,
    }
}
