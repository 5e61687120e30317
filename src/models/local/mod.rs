//! Models that run on this machine's processor.
//!
//! A file is believed only after its digest and its header were checked. One [`OnDevice`] serves
//! any number of threads; nothing of one question reaches another, except that the beginning of a
//! prompt which was just read is not read again.

mod chat;
mod choose;
mod constrain;
mod decoder;
mod describe;
mod device;
mod gguf;
mod measure;
mod prepare;
mod reading;
mod requantise;
mod sample;
mod shape;
mod text;
mod tokenizer;
mod write;

pub use self::describe::{Description, Share, check, describe};

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use candle_core::quantized::gguf_file::Value as Metadata;
use serde_json::Value;

use self::chat::Chat;
use self::choose::{Choices, log_sum_exp};
use self::constrain::Grammars;
use self::decoder::Decoder;
use self::gguf::{Fault, Gguf};
pub use self::measure::{Chosen, Prediction, Speed};
use self::prepare::Prepared;
use self::reading::{Reading, Readings};
use self::tokenizer::Tokenizer;
use self::write::Writing;
use super::ask::{Answer, Ask, AskError, CONTENT_FREE, Constraint};
use super::sha256::Sha256;
use super::{Progress, PulledModel};
use crate::policy::{Access, Action, Grant};

/// What nothing can be less likely than, as a logarithm.
const LEAST_LOG: f64 = -1e4;
/// Questions whose choices are remembered without content.
const MOST_CALIBRATIONS: usize = 64;

/// Which model answered; pinned in runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelIdentity {
    /// Its name in the catalogue.
    pub name: String,
    /// The digest of its file, as published.
    pub sha256: Sha256,
    /// The file's name.
    pub file: String,
}

/// A model in memory.
pub struct OnDevice {
    identity: ModelIdentity,
    decoder: Arc<Decoder>,
    tokenizer: Arc<Tokenizer>,
    chat: Chat,
    grammars: OnceLock<Grammars>,
    context: u64,
    readings: Readings,
    calibrations: Mutex<Vec<Calibration>>,
}

/// Prompts without content and the choices, with what the choices score there.
type Calibration = ((Vec<Vec<u32>>, Vec<String>), Vec<f64>);

/// Why a model cannot be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// There is no such file.
    #[error("`{}` does not exist", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The system does not let it be read.
    #[error("`{}` cannot be read: {why}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The file is not what it was: cut off, or its bytes changed.
    #[error("`{}` is damaged: {why}", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The file asks for something that this program cannot do.
    #[error("`{}` is not supported: {what}", path.display())]
    Unsupported {
        /// Which file.
        path: PathBuf,
        /// What it asks for.
        what: String,
    },
    /// The converted weights cannot be written, neither beside the model nor where the system has temporary files.
    #[error("`{}` cannot be written: {why}", path.display())]
    Storage {
        /// Where.
        path: PathBuf,
        /// What the system said.
        why: String,
        /// Bytes that it takes.
        needed: u64,
    },
}

/// What changes that a model is not here, or not whole.
pub const PULL: &str = "`somagent model pull` fetches and checks it again";

impl LoadError {
    /// What would change it.
    pub fn hint(&self) -> String {
        match self {
            Self::Missing { .. } | Self::Damaged { .. } => PULL.to_owned(),
            Self::Unreadable { .. } => "check that it is a file, who owns it and its rights".to_owned(),
            // What is damaged at its beginning looks like something else.
            Self::Unsupported { .. } => {
                "`somagent model list` shows what can be used; `somagent model pull` fetches one of the catalogue again"
                    .to_owned()
            }
            Self::Storage { path, needed, .. } => format!(
                "free {} MiB and make `{}` writable, or set TMPDIR to a directory with as much space",
                needed.div_ceil(1 << 20),
                path.parent().unwrap_or(path).display()
            ),
        }
    }

    fn unreadable(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        if error.kind() == io::ErrorKind::NotFound {
            return Self::Missing { path };
        }
        Self::Unreadable {
            path,
            why: error.to_string(),
        }
    }
}

impl OnDevice {
    /// Loads a model of the store; the first time its weights are converted to a faster format.
    ///
    /// Every byte that is loaded is checked against its digest.
    ///
    /// # Errors
    /// The file is missing, damaged or not supported, or the converted weights cannot be written.
    pub fn load(model: &PulledModel, progress: &mut dyn FnMut(Progress)) -> Result<Self, LoadError> {
        if let Some(derived) = requantise::find(model)
            && let Ok(loaded) = Self::load_file(model, &derived.path, derived.sha256)
        {
            return Ok(loaded);
        }
        let mut gguf = Gguf::open(&model.path)?;
        if !requantise::worthwhile(&gguf.content) {
            return Self::load_file(model, &model.path, model.sha256);
        }
        check_digest(&model.path, model.sha256)?;
        let unwritable = match requantise::make(model, requantise::beside(model), &mut gguf, progress) {
            Ok(derived) => return Self::load_file(model, &derived.path, derived.sha256),
            Err(error @ LoadError::Storage { .. }) => error,
            Err(error) => return Err(error),
        };
        // A shared directory may be read-only. The original as it is would answer otherwise than the same model elsewhere.
        let Ok(scratch) = requantise::Scratch::new() else {
            return Err(unwritable);
        };
        match requantise::make(model, scratch.path(), &mut gguf, progress) {
            Ok(derived) => Self::load_file(model, &derived.path, derived.sha256),
            Err(LoadError::Storage { .. }) => Err(unwritable),
            Err(error) => Err(error),
        }
    }

    fn load_file(model: &PulledModel, path: &Path, sha256: Sha256) -> Result<Self, LoadError> {
        // The digest takes as long as the rest; a second thread hides it.
        let (loaded, checked) = std::thread::scope(|scope| {
            let digest = scope.spawn(|| check_digest(path, sha256));
            let loaded = Self::read_file(model, path);
            (loaded, digest.join())
        });
        match checked {
            Ok(checked) => checked.and(loaded),
            Err(_) => Err(LoadError::Unreadable {
                path: path.to_owned(),
                why: "checking its digest failed".to_owned(),
            }),
        }
    }

    fn read_file(model: &PulledModel, path: &Path) -> Result<Self, LoadError> {
        let mut gguf = Gguf::open(path)?;
        let (tokenizer, chat) = spoken(&gguf, path)?;
        let context = gguf.shape.context;
        let decoder = device::best().and_then(|device| Decoder::load(&mut gguf, &device));
        let decoder = decoder.map_err(|error| LoadError::Damaged {
            path: path.to_owned(),
            why: error.to_string(),
        })?;
        let file = model.path.file_name().unwrap_or_default();
        Ok(Self {
            identity: ModelIdentity {
                name: model.name.clone(),
                sha256: model.sha256,
                file: file.to_string_lossy().into_owned(),
            },
            decoder: Arc::new(decoder),
            tokenizer: Arc::new(tokenizer),
            chat,
            grammars: OnceLock::new(),
            context,
            readings: Readings::default(),
            calibrations: Mutex::default(),
        })
    }

    /// Which model this is.
    pub fn identity(&self) -> &ModelIdentity {
        &self.identity
    }

    /// Tokens that prompt and answer may have together.
    pub fn context(&self) -> u64 {
        self.context
    }

    /// The most tokens that answering `ask` can take: its prompt, exactly, and its bound.
    ///
    /// # Errors
    /// As [`OnDevice::answer`], of what can be known before.
    pub fn count(&self, ask: &Ask) -> Result<u64, AskError> {
        self.prepare(ask).map(|prepared| prepared.tokens)
    }

    /// Answers `ask`, which `action` carries as its argument `prompt` and `grant` allows.
    ///
    /// `on_delta` gets the answer as it is written, in whole characters; `stop` ends it between
    /// two tokens. Blocks its thread and uses every core.
    ///
    /// # Errors
    /// The grant is for something else, prompt and answer do not fit, the constraint cannot be
    /// met, or it was stopped.
    pub fn answer(
        &self,
        ask: &Ask,
        action: &Action,
        grant: &Grant,
        on_delta: &mut dyn FnMut(&str),
        stop: &AtomicBool,
    ) -> Result<Answer, AskError> {
        grant.covers(action)?;
        let judged = |name: &str| action.args().get(name).and_then(Value::as_str);
        let is_judged = judged("prompt") == Some(ask.prompt.as_str())
            && judged("system") == ask.system.as_deref()
            && judged("about") == ask.about.as_deref();
        if !is_judged {
            return Err(AskError::OtherPrompt {
                action: action.name().to_owned(),
            });
        }
        self.infer(ask, on_delta, stop)
    }

    /// Answers `ask`, which whoever `action` calls has made up: it was not there to be judged, but that a model is asked
    /// was, and `grant` allows it. How often and how much is for the caller to bound.
    ///
    /// # Errors
    /// The grant is for something else, the action was judged without asking a model, prompt and answer do not fit, or it
    /// was stopped.
    pub fn answer_for(&self, ask: &Ask, action: &Action, grant: &Grant, stop: &AtomicBool) -> Result<Answer, AskError> {
        grant.covers(action)?;
        if !action.accesses().contains(&Access::Infer) {
            return Err(AskError::NotJudged {
                action: action.name().to_owned(),
            });
        }
        self.infer(ask, &mut |_| {}, stop)
    }

    fn infer(&self, ask: &Ask, on_delta: &mut dyn FnMut(&str), stop: &AtomicBool) -> Result<Answer, AskError> {
        let Prepared {
            prompt,
            tokens,
            left_out,
        } = self.prepare(ask)?;
        // Compiled first: a schema that is not understood costs no reading.
        let grammar = match &ask.constraint {
            Constraint::Schema(schema) => Some(self.grammars()?.compile(schema)?),
            Constraint::Pattern(pattern) => Some(self.grammars()?.compile_pattern(pattern)?),
            Constraint::Call(functions) => Some(self.grammars()?.compile(&self.chat.call_form().schema(functions))?),
            Constraint::Free | Constraint::Choices { .. } => None,
        };
        let without = match &ask.constraint {
            Constraint::Choices {
                texts,
                calibrated: true,
            } => Some(self.without_content(ask, texts, stop)?),
            _ => None,
        };
        let start = Instant::now();
        let (mut reading, logits) = self.read_prompt(&prompt, tokens, stop)?;
        let prefill_ms = millis(start);
        let start = Instant::now();
        let writing = Writing {
            ask,
            tokenizer: &self.tokenizer,
            on_delta,
            stop,
        };
        let written = match (grammar, &ask.constraint) {
            (Some(grammar), _) => writing.conforming(grammar, &mut reading, logits),
            (None, Constraint::Choices { texts, .. }) => {
                writing.choice(texts, without.as_deref(), &mut reading, &logits)
            }
            (None, _) => writing.free(&mut reading, logits),
        };
        // Whatever became of the answer, what was read of its prompt is still right.
        self.readings.put(reading, prompt.len());
        let written = written?;
        Ok(Answer {
            value: match &ask.constraint {
                Constraint::Call(_) => self.chat.call_form().read(written.value),
                _ => written.value,
            },
            text: written.text,
            finished: written.finished,
            stopped: written.stopped,
            prompt_tokens: prompt.len() as u64,
            output_tokens: written.tokens,
            prefill_ms,
            decode_ms: millis(start),
            confidence: written.confidence,
            left_out,
            masks: written.masks,
        })
    }

    /// The log-probabilities of `texts` when `ask` has nothing to judge; worked out once for each question.
    fn without_content(&self, ask: &Ask, texts: &[String], stop: &AtomicBool) -> Result<Vec<f64>, AskError> {
        let empty = |text: &str| {
            let mut ask = ask.clone();
            match &mut ask.about {
                Some(about) => text.clone_into(about),
                None => text.clone_into(&mut ask.prompt),
            }
            ask
        };
        let prepared = CONTENT_FREE.map(|text| self.prepare(&empty(text)));
        let mut key = Vec::new();
        for prepared in &prepared {
            key.push(prepared.as_ref().map_err(AskError::clone)?.prompt.clone());
        }
        let key = (key, texts.to_vec());
        let calibrated = || self.calibrations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, scores)) = calibrated().iter().find(|(known, _)| *known == key) {
            return Ok(scores.clone());
        }
        let (choices, _) = Choices::new(texts, &self.tokenizer)?;
        let mut each = Vec::with_capacity(CONTENT_FREE.len());
        for prepared in prepared {
            let prepared = prepared?;
            let (mut reading, logits) = self.read_prompt(&prepared.prompt, prepared.tokens, stop)?;
            let scores = choices.scores(&mut reading, &logits, stop)?;
            self.readings.put(reading, prepared.prompt.len());
            each.push(scores);
        }
        // In logarithms: what is all but impossible would be nothing at all as a probability.
        let mean = |at: usize| log_sum_exp(each.iter().map(move |scores| scores[at])) - (each.len() as f64).ln();
        let scores: Vec<f64> = (0..texts.len()).map(|at| mean(at).max(LEAST_LOG)).collect();
        let mut calibrations = calibrated();
        if calibrations.len() == MOST_CALIBRATIONS {
            calibrations.remove(0);
        }
        calibrations.push((key, scores.clone()));
        Ok(scores)
    }

    /// Reads the prompt, with room for `tokens` in all; gives the logits after it.
    fn read_prompt(&self, prompt: &[u32], tokens: u64, stop: &AtomicBool) -> Result<(Reading, Vec<f32>), AskError> {
        let end = self.tokenizer.end_of_turn();
        self.readings.read(&self.decoder, prompt, end, tokens as usize, stop)
    }

    fn grammars(&self) -> Result<&Grammars, AskError> {
        if let Some(grammars) = self.grammars.get() {
            return Ok(grammars);
        }
        let grammars = Grammars::new(&self.tokenizer)?;
        Ok(self.grammars.get_or_init(|| grammars))
    }
}

#[cfg(test)]
impl OnDevice {
    fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    fn chat(&self) -> &Chat {
        &self.chat
    }
}

/// What a file says of the language that its model speaks: the vocabulary and the template of conversations.
fn spoken(gguf: &Gguf, path: &Path) -> Result<(Tokenizer, Chat), LoadError> {
    let metadata = &gguf.content.metadata;
    let tokenizer = Tokenizer::from_metadata(metadata).map_err(|fault| fault.at(path))?;
    if tokenizer.len() != gguf.shape.vocabulary {
        return Err(Fault::Damaged("its vocabulary and its weights do not fit together".to_owned()).at(path));
    }
    match metadata.get("tokenizer.chat_template") {
        Some(Metadata::String(template)) => {
            let chat = Chat::new(template).map_err(|fault| fault.at(path))?;
            Ok((tokenizer, chat))
        }
        Some(_) | None => Err(Fault::Unsupported("a model without a chat template".to_owned()).at(path)),
    }
}

fn check_digest(path: &Path, expected: Sha256) -> Result<(), LoadError> {
    let unreadable = |error: io::Error| LoadError::unreadable(path, &error);
    let found = Sha256::of_reader(File::open(path).map_err(unreadable)?).map_err(unreadable)?;
    if found == expected {
        return Ok(());
    }
    Err(LoadError::Damaged {
        path: path.to_owned(),
        why: format!("its SHA-256 is {found} instead of {expected}"),
    })
}

fn millis(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod families_tests;
#[cfg(test)]
mod tests;
