//! What was said in a conversation. It is kept by the runs: each has what was said before it in its inputs.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Zoned;
use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::{Context, capsules, engine};
use crate::exit::Exit;
use crate::sight::opened::Opened;

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Whoever asks.
    User(String),
    /// The model.
    Model(String),
}

impl Said {
    /// What was said.
    pub fn text(&self) -> &str {
        match self {
            Self::User(text) | Self::Model(text) => text,
        }
    }
}

/// A conversation, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transcript {
    turns: Vec<Said>,
    /// What it was about.
    about: Option<String>,
    /// The run of the last turn.
    run: Option<String>,
}

impl Transcript {
    /// The conversation up to the turn that `run` is.
    ///
    /// # Errors
    /// There is no such run, it is no turn of a conversation, or it has no answer.
    pub fn of_run(run: &str, context: &Context) -> Result<Self, Failure> {
        let opened = open(run, context)?;
        let started = opened.run.started();
        if !matches!(opened.run.capsule().name(), "chat" | "ask") {
            let message = format!("run {} is no turn of a conversation", opened.row.id);
            return Err(Failure::new(Exit::Usage, "no_conversation", message)
                .hint("`somagent runs list --capsule chat` shows those that are"));
        }
        let inputs = &started.inputs;
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let earlier = inputs.get("turns").and_then(Value::as_array).into_iter().flatten();
        let mut turns: Vec<Said> = earlier
            .map(|turn| match text(turn, "role").as_str() {
                "assistant" => Said::Model(text(turn, "text")),
                _ => Said::User(text(turn, "text")),
            })
            .collect();
        turns.push(Said::User(text(inputs, "question")));
        turns.push(Said::Model(answer(&opened)?));
        Ok(Self {
            turns,
            about: inputs.get("about").and_then(Value::as_str).map(str::to_owned),
            run: Some(opened.row.id),
        })
    }

    /// All that was said.
    pub fn turns(&self) -> &[Said] {
        &self.turns
    }

    /// What it was about, besides what was said.
    pub fn about(&self) -> Option<&str> {
        self.about.as_deref()
    }

    /// As `model.call` takes it.
    pub fn as_turns(&self) -> Vec<Value> {
        let turns = self.turns.iter().map(|said| match said {
            Said::User(text) => json!({"role": "user", "text": text}),
            Said::Model(text) => json!({"role": "assistant", "text": text}),
        });
        turns.collect()
    }

    /// Adds a question and its answer, which `run` gave.
    pub fn push(&mut self, question: String, answer: String, run: String) {
        self.turns.push(Said::User(question));
        self.turns.push(Said::Model(answer));
        self.run = Some(run);
    }

    /// Takes the last question and its answer away; gives the question.
    pub fn take_last(&mut self) -> Option<String> {
        // Its run is none that this conversation goes on from.
        self.run = None;
        self.turns.pop()?;
        self.turns.pop().map(|said| said.text().to_owned())
    }

    /// Writes the conversation as Markdown into a file that is not there yet: `file`, or one named after the time.
    ///
    /// # Errors
    /// Nothing was said, the file is there already, or it cannot be written.
    pub fn save(&self, file: Option<&Path>, model: &str, directory: &Path) -> Result<PathBuf, Failure> {
        if self.turns.is_empty() {
            return Err(
                Failure::new(Exit::Usage, "nothing_said", "there is nothing to save yet").hint("say something"),
            );
        }
        let named = || PathBuf::from(Zoned::now().strftime("chat-%Y%m%d-%H%M%S.md").to_string());
        let path = directory.join(file.map_or_else(named, Path::to_path_buf));
        let mut text = String::new();
        for said in &self.turns {
            let who = match said {
                Said::User(_) => "You",
                Said::Model(_) => model,
            };
            text.push_str(&format!("## {who}\n\n{}\n\n", said.text().trim_end()));
        }
        if let Some(run) = &self.run {
            text.push_str(&format!("<!-- somagent chat --resume {run} -->\n"));
        }
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|reason| {
            let message = format!("cannot write `{}`: {reason}", path.display());
            let hint = match reason.kind() {
                io::ErrorKind::AlreadyExists => "name a file that is not there yet",
                io::ErrorKind::NotFound => "name a file in a directory that is there",
                _ => "check the space and the rights of the directory, or name another one",
            };
            Failure::new(Exit::Usage, "not_saved", message).hint(hint)
        })?;
        Ok(path)
    }
}

/// What the model answered in the run `id`.
///
/// # Errors
/// The run cannot be read, or has no answer.
pub fn answer_of(id: &str, context: &Context) -> Result<String, Failure> {
    answer(&open(id, context)?)
}

fn open(run: &str, context: &Context) -> Result<Opened, Failure> {
    let missing = || Failure::new(Exit::NotFound, "run_not_found", format!("there is no run `{run}`"));
    let reader = engine::reader(context)?.ok_or_else(missing)?;
    let id = reader.find_run(run)?.id;
    let catalogue = Arc::new(capsules::built_in());
    Ok(Opened::load(&reader, &catalogue, &id, &context.home.locks())?)
}

fn answer(opened: &Opened) -> Result<String, Failure> {
    let outputs = opened.run.finished().and_then(|finished| finished.outputs.as_ref());
    match outputs
        .and_then(|outputs| outputs.value.get("answer"))
        .and_then(Value::as_str)
    {
        Some(answer) => Ok(answer.to_owned()),
        None => {
            let message = format!("run {} has no answer to go on from", opened.row.id);
            Err(Failure::new(Exit::Usage, "no_answer", message).hint("name a turn that was answered"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_saved_once_and_taken_back_by_turns() {
        let folder = tempfile::tempdir().unwrap();
        let mut transcript = Transcript::default();
        assert!(transcript.save(None, "m", folder.path()).is_err());
        assert_eq!(transcript.take_last(), None);
        transcript.push("a?".into(), "b.".into(), "r1".into());
        transcript.push("c?".into(), "d.\n".into(), "r2".into());
        let saved = transcript
            .save(Some(Path::new("talk.md")), "small", folder.path())
            .unwrap();
        let text = std::fs::read_to_string(&saved).unwrap();
        assert_eq!(
            text,
            "## You\n\na?\n\n## small\n\nb.\n\n## You\n\nc?\n\n## small\n\nd.\n\n<!-- somagent chat --resume r2 -->\n"
        );
        assert!(
            transcript
                .save(Some(Path::new("talk.md")), "small", folder.path())
                .is_err()
        );
        let nowhere = transcript.save(Some(Path::new("none/talk.md")), "small", folder.path());
        assert!(nowhere.unwrap_err().hint.unwrap().contains("a directory that is there"));
        assert_eq!(transcript.take_last().as_deref(), Some("c?"));
        assert_eq!(transcript.as_turns().len(), 2);
        assert!(transcript.save(None, "small", folder.path()).is_ok());
    }
}
