//! `somagent chat`: a conversation with a model, each turn a run of one step.

mod editor;
pub mod quiet;
mod transcript;

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use self::editor::{Editor, Input};
use self::quiet::Quiet;
use self::transcript::{Said, Transcript};
use super::ask::about;
use super::ask::question::{Answering, Form, Overflow, Question};
use super::failure::Failure;
use super::manner::Manner;
use super::output::{Format, Output, talk};
use super::{Context, engine, model};
use crate::engine::Engine;
use crate::exit::Exit;
use crate::models::catalogue::Entry;

/// How freely an answer is drawn that is asked for again, unless somebody said how.
const AGAIN: f64 = 0.7;

/// Talk with a model
///
/// A conversation on a terminal. Each turn is a run like any other: judged, recorded, with what was said before in its
/// inputs, so that `--resume` goes on from it. Lines that begin with `/` are commands; `/help` shows them. In scripts,
/// `somagent ask` answers one question.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The model: a name that `somagent model list` shows, or the path of a GGUF file
    #[arg(short, long, value_name = "MODEL")]
    model: Option<String>,
    /// A file that the conversation is about; may be given more than once
    #[arg(short, long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Go on from this turn of an earlier conversation: its run, or a part of its id that only one run has
    #[arg(long, value_name = "RUN")]
    resume: Option<String>,
    #[command(flatten)]
    answering: Answering,
}

/// Runs the command.
///
/// # Errors
/// There is no terminal, or the model or the store cannot be used.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let is_terminal = io::stdin().is_terminal() && output.is_terminal() && context.asks;
    if !is_terminal || output.format() != Format::Table {
        let failure = Failure::new(
            Exit::Usage,
            "no_terminal",
            "a conversation needs a terminal and somebody at it",
        );
        return Err(failure.hint("in scripts, `somagent ask` answers one question"));
    }
    let entry = model::chosen(args.model.as_deref(), context, output).await?;
    engine::set_up(context, output).await?;
    engine::pull_model(context, output, &entry).await?;
    let transcript = match &args.resume {
        Some(run) => Transcript::of_run(run, context)?,
        None => Transcript::default(),
    };
    let mut answering = args.answering;
    // Old turns go before anything is refused; what the model is told of its task stays.
    answering.overflow.get_or_insert(Overflow::KeepEnd);
    let mut chat = Chat {
        context,
        engine: Arc::new(engine::open_with(context, output, entry, None)?),
        // Files that are given now take the place of those that the conversation was about.
        about: about(&args.files, false)?.or_else(|| transcript.about().map(str::to_owned)),
        answering,
        transcript,
    };
    let mut editor = Editor::new(&context.home.chat_history(), output.paint().is_coloured())?;
    chat.greet(output)?;
    loop {
        let input = editor.read().await?;
        match input {
            Input::Nothing => {}
            Input::End => break,
            Input::Said(text) => chat.say(text, output).await?,
            Input::Command(command) => match chat.obey(&command, output).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(failure) => output.failed(&failure),
            },
        }
    }
    Ok(Exit::Succeeded)
}

/// A conversation.
struct Chat<'a> {
    context: &'a Context,
    engine: Arc<Engine>,
    answering: Answering,
    /// What every question is about, besides what was said.
    about: Option<String>,
    transcript: Transcript,
}

const HELP: &str = "\
/retry          ask the last question again, drawn anew
/model [MODEL]  show the model, or go on with another
/system [TEXT]  show what the model is told of its task, or tell it something else
/save [FILE]    write the conversation as Markdown
/clear          forget what was said
/help           this
/quit           end; so does Ctrl-D
Alt-Enter begins a new line, Ctrl-R searches what was written before, Ctrl-C stops an answer or a download.
While the model answers, what is typed is neither shown nor kept.";

impl Chat<'_> {
    fn greet(&self, output: &mut Output) -> Result<(), Failure> {
        for said in self.transcript.turns() {
            let who = match said {
                Said::User(_) => "> ",
                Said::Model(_) => "",
            };
            output.text(&format!("{who}{}", output.for_eyes(said.text())))?;
        }
        talk(&format!("{}  /help shows commands\n", self.engine.model_entry().name));
        Ok(())
    }

    /// Asks what somebody said, and keeps both.
    async fn say(&mut self, text: String, output: &mut Output) -> Result<(), Failure> {
        let answering = self.answering.clone();
        self.answer(text, &answering, output).await?;
        Ok(())
    }

    /// Whether it was answered.
    async fn answer(&mut self, text: String, answering: &Answering, output: &mut Output) -> Result<bool, Failure> {
        let question = Question {
            name: "chat",
            question: text.clone(),
            about: self.about.clone(),
            turns: self.transcript.as_turns(),
            form: Form::Text,
            escalate_below: None,
            answering,
        };
        // What is typed into an answer would be the next question, unseen.
        let quiet = Quiet::new();
        let asked = question
            .ask(&self.engine, &Manner::default(), self.context, output)
            .await;
        drop(quiet);
        match asked {
            Ok((run, Exit::Succeeded)) => {
                let answer = transcript::answer_of(&run, self.context)?;
                self.transcript.push(text, answer, run);
                return Ok(true);
            }
            // The failure was told, and the question is not part of the conversation.
            Ok(_) => {}
            Err(failure) => output.failed(&failure),
        }
        Ok(false)
    }

    /// Does what a command says; whether the conversation goes on.
    async fn obey(&mut self, command: &str, output: &mut Output) -> Result<bool, Failure> {
        let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let rest = rest.trim();
        match name {
            "/help" => output.text(HELP)?,
            "/quit" | "/exit" => return Ok(false),
            "/clear" => {
                self.transcript = Transcript::default();
                talk("what was said is forgotten here; the runs stay in the store\n");
            }
            "/retry" => self.retry(output).await?,
            "/model" if rest.is_empty() => output.line(&self.engine.model_entry().name)?,
            "/model" => self.change(rest, output).await?,
            "/system" if rest.is_empty() => {
                let system = self.answering.system.as_deref();
                let text = output
                    .for_eyes(system.unwrap_or("nothing but the model's own default"))
                    .into_owned();
                output.text(&text)?;
            }
            "/system" => self.answering.system = Some(rest.to_owned()),
            "/save" => {
                let file = Some(rest).filter(|rest| !rest.is_empty()).map(Path::new);
                let saved = self
                    .transcript
                    .save(file, &self.engine.model_entry().name, &self.context.directory)?;
                talk(&format!("saved to {}\n", saved.display()));
            }
            other => {
                let failure = Failure::new(Exit::Usage, "no_such_command", format!("there is no command `{other}`"));
                let near = editor::COMMANDS
                    .iter()
                    .min_by_key(|known| strsim::levenshtein(known, other));
                return Err(
                    failure.hint(match near.filter(|known| strsim::levenshtein(known, other) <= 2) {
                        Some(known) => format!("did you mean `{known}`?"),
                        None => "`/help` shows all of them".to_owned(),
                    }),
                );
            }
        }
        Ok(true)
    }

    async fn retry(&mut self, output: &mut Output) -> Result<(), Failure> {
        let before = self.transcript.clone();
        let Some(text) = self.transcript.take_last() else {
            return Err(
                Failure::new(Exit::Usage, "nothing_said", "there is nothing to ask again").hint("say something"),
            );
        };
        self.answering.seed = self.answering.seed.wrapping_add(1);
        let mut answering = self.answering.clone();
        // The likeliest words would be the same ones.
        answering.temperature.get_or_insert(AGAIN);
        if !self.answer(text, &answering, output).await? {
            self.transcript = before;
        }
        Ok(())
    }

    async fn change(&mut self, name: &str, output: &mut Output) -> Result<(), Failure> {
        // Listens before anything arrives, so that no signal falls between.
        let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| {
            let message = format!("cannot listen for signals: {error}");
            Failure::new(Exit::Internal, "signals", message)
        })?;
        let fetch = async {
            let entry = model::chosen(Some(name), self.context, output).await?;
            engine::pull_model(self.context, output, &entry).await?;
            Ok::<Entry, Failure>(entry)
        };
        let entry = tokio::select! {
            entry = fetch => entry?,
            _ = interrupt.recv() => {
                let own = &self.engine.model_entry().name;
                talk(&format!("stopped; {own} goes on answering, and `/model {name}` goes on where it stopped\n"));
                return Ok(());
            }
        };
        self.engine = Arc::new(engine::open_with(self.context, output, entry, None)?);
        talk(&format!("{} answers from now on\n", self.engine.model_entry().name));
        Ok(())
    }
}
