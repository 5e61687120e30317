//! What is still to be said: fields, each checked where the command line checks them.

mod deed;
mod draw;
mod entry;
mod spoken;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Position, Rect};

use super::super::act::{Act, Answer, Ask, Deed, Refusal, Topic, line};
use super::super::app::App;
use super::super::detail::Scroll;
use super::Verdict;
use crate::sight::question::{Asked, Field, fields, plain};
pub(in crate::tui) use entry::request;
use entry::{Entry, Role};

/// What a form is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// An answer to a question.
    Answer {
        /// The question.
        id: String,
        /// What is chosen, where the form does not ask for it.
        choice: String,
        /// What goes on then.
        then: Option<Deed>,
    },
    /// A run.
    Start {
        /// Its capsule.
        capsule: String,
    },
    /// The end of a run.
    Cancel {
        /// The run.
        run: String,
    },
}

/// What is known about what a run would do.
#[derive(Debug)]
struct Rehearsed {
    /// The command line that was asked.
    line: String,
    /// What it said; absent while it has not.
    told: Option<Answer>,
    scroll: Scroll,
}

/// Fields to be filled in.
///
/// It stays open until what it stands for has begun, so that a refusal loses nothing.
#[derive(Debug)]
pub struct Form {
    title: String,
    lead: String,
    entries: Vec<Entry>,
    at: usize,
    purpose: Purpose,
    wrong: Option<String>,
    /// What was begun and is not settled.
    sent: Option<Deed>,
    /// What a run would do, while that is looked at.
    rehearsed: Option<Rehearsed>,
    pub(super) opened: i64,
}

/// The kind of the field that becomes `--reason`; no schema has such a type.
const FREE_TEXT: &str = "text";

impl Form {
    /// A form with these fields, each with what it begins with.
    pub fn new(
        title: impl Into<String>,
        lead: impl Into<String>,
        fields: Vec<(Field, String)>,
        purpose: Purpose,
        opened: i64,
    ) -> Self {
        let entries = fields.into_iter().map(|(field, value)| {
            let role = if field.kind == FREE_TEXT {
                Role::Reason
            } else {
                Role::Param
            };
            Entry::new(field, role, value)
        });
        Self {
            title: title.into(),
            lead: lead.into(),
            entries: entries.collect(),
            at: 0,
            purpose,
            wrong: None,
            sent: None,
            rehearsed: None,
            opened,
        }
    }

    /// A field for words of one's own.
    pub fn reason() -> (Field, String) {
        let field = Field {
            name: "reason".to_owned(),
            kind: FREE_TEXT.to_owned(),
            about: "why, for the record".to_owned(),
            required: false,
            choices: Vec::new(),
            default: None,
        };
        (field, String::new())
    }

    /// The answer to a question: the choice, unless it is known, the fields that it asks for, and a reason.
    pub fn answer(asked: &Asked, choice: Option<&str>, then: Option<Deed>, opened: i64) -> Self {
        let purpose = Purpose::Answer {
            id: asked.row.id.clone(),
            choice: choice.unwrap_or_default().to_owned(),
            then,
        };
        let mut given: Vec<(Field, String)> = Vec::new();
        // Whoever refuses fills in no form.
        if choice != Some(crate::engine::fact::question::REJECT) {
            given.extend(begun(fields(asked.requested.form.as_ref())));
        }
        given.push(Self::reason());
        let title = choice.map_or_else(|| "answer".to_owned(), |choice| format!("answer: {choice}"));
        let mut form = Self::new(title, asked.requested.prompt.clone(), given, purpose, opened);
        if choice.is_none() {
            let field = Field {
                name: "choice".to_owned(),
                kind: "what is answered".to_owned(),
                about: String::new(),
                required: true,
                choices: asked.requested.choices.clone(),
                default: None,
            };
            form.entries.insert(0, Entry::new(field, Role::Choice, String::new()));
        }
        form
    }

    /// A run of `capsule` with the inputs that its schema asks for.
    pub fn start(capsule: &str, about: &str, inputs: Option<&serde_json::Value>, opened: i64) -> Self {
        let purpose = Purpose::Start {
            capsule: capsule.to_owned(),
        };
        let given = begun(fields(inputs)).collect();
        Self::new(format!("start {capsule}"), about, given, purpose, opened)
    }

    pub(super) fn key(&mut self, key: KeyEvent, app: &mut App) -> Verdict {
        let held = key.modifiers.contains(KeyModifiers::CONTROL);
        if self.sent.is_some() {
            return match key.code {
                KeyCode::Esc => Verdict::Close(Vec::new()),
                _ => Verdict::Stay,
            };
        }
        if self.rehearsed.is_some() {
            return self.rehearsed_key(key, app);
        }
        let count = self.entries.len();
        match key.code {
            KeyCode::Esc => return Verdict::Close(Vec::new()),
            KeyCode::Char('s') if held => return self.submit(app),
            KeyCode::Char('f') if held => return self.rehearse(),
            KeyCode::Char('y') if held => return Verdict::Act(vec![Act::Copy(self.deed().line())]),
            KeyCode::Char('e') if held => {
                if let Some(entry) = self.entries.get(self.at) {
                    let text = entry.value().to_owned();
                    return Verdict::Act(vec![Act::Edit { text, suffix: "txt" }]);
                }
            }
            KeyCode::Enter if self.at + 1 >= count => return self.submit(app),
            KeyCode::Tab | KeyCode::Down | KeyCode::Enter => self.at = (self.at + 1) % count.max(1),
            KeyCode::BackTab | KeyCode::Up => self.at = (self.at + count.saturating_sub(1)) % count.max(1),
            _ => {
                if self.entries.get_mut(self.at).is_some_and(|entry| entry.key(key)) {
                    self.wrong = None;
                }
            }
        }
        Verdict::Stay
    }

    fn rehearsed_key(&mut self, key: KeyEvent, app: &mut App) -> Verdict {
        let held = key.modifiers.contains(KeyModifiers::CONTROL);
        let Some(rehearsed) = &mut self.rehearsed else {
            return Verdict::Stay;
        };
        match key.code {
            KeyCode::Char('s') if held => {
                self.rehearsed = None;
                return self.submit(app);
            }
            KeyCode::Char('f') if held => self.rehearsed = None,
            KeyCode::Esc | KeyCode::Enter => self.rehearsed = None,
            KeyCode::Down | KeyCode::Char('j') => rehearsed.scroll.step(1),
            KeyCode::Up | KeyCode::Char('k') => rehearsed.scroll.step(-1),
            KeyCode::PageDown => rehearsed.scroll.page(1),
            KeyCode::PageUp => rehearsed.scroll.page(-1),
            _ => {}
        }
        Verdict::Stay
    }

    /// Says what is missing, and goes there.
    fn is_complete(&mut self) -> bool {
        let Some(missing) = self.entries.iter().position(Entry::is_missing) else {
            return true;
        };
        self.at = missing;
        self.wrong = Some(format!("`{}` is required", self.entries[missing].field.name));
        false
    }

    fn submit(&mut self, app: &mut App) -> Verdict {
        if !self.is_complete() {
            return Verdict::Stay;
        }
        let deed = self.deed();
        self.wrong = None;
        self.sent = Some(deed.clone());
        Verdict::Act(app.at_once(deed))
    }

    /// Asks what a run with these inputs would do.
    fn rehearse(&mut self) -> Verdict {
        let Some(args) = self.rehearsal() else {
            return Verdict::Stay;
        };
        if !self.is_complete() {
            return Verdict::Stay;
        }
        let line = line(&args);
        self.wrong = None;
        self.rehearsed = Some(Rehearsed {
            line: line.clone(),
            told: None,
            scroll: Scroll::default(),
        });
        Verdict::Act(vec![Act::Ask(Ask {
            args,
            topic: Topic::Forecast(line),
        })])
    }

    /// Takes what the command line `line` said a run would do; says whether it was asked here.
    pub fn foretold(&mut self, line: &str, answer: &Answer) -> bool {
        let Some(rehearsed) = self.rehearsed.as_mut().filter(|rehearsed| rehearsed.line == line) else {
            return false;
        };
        match answer {
            Ok(_) => rehearsed.told = Some(answer.clone()),
            Err(refusal) => {
                self.wrong = Some(said(refusal));
                self.rehearsed = None;
            }
        }
        true
    }

    /// Whether it waits for `deed` to begin or to end.
    pub fn waits_for(&self, deed: &Deed) -> bool {
        self.sent.as_ref() == Some(deed)
    }

    /// What it stands for was refused: it can be mended and tried again.
    pub fn refused(&mut self, refusal: &Refusal) {
        self.sent = None;
        let message = said(refusal);
        // The field that is spoken about is the one to be mended.
        let named = |entry: &Entry| refusal.message.contains(&format!("`{}`", entry.field.name));
        if let Some(at) = self.entries.iter().position(named) {
            self.at = at;
        }
        self.wrong = Some(message);
    }

    pub(super) fn paste(&mut self, text: &str) {
        if self.sent.is_none()
            && self.rehearsed.is_none()
            && let Some(entry) = self.entries.get_mut(self.at)
        {
            entry.paste(text);
        }
    }

    pub(super) fn edited(&mut self, text: &str) {
        if let Some(entry) = self.entries.get_mut(self.at) {
            let text = text.trim_end();
            let is_free = entry.field.choices.is_empty();
            if is_free || entry.field.choices.iter().any(|choice| choice == text) {
                entry.write(text.to_owned());
            }
        }
    }

    /// Goes to the field under the mouse; a choice that is there already is turned.
    pub(super) fn click(&mut self, at: Position, screen: Rect) {
        if self.sent.is_some() || self.rehearsed.is_some() {
            return;
        }
        let places = self.places(screen);
        let Some((index, _)) = self.seen(places.fields).find(|(_, place)| place.contains(at)) else {
            return;
        };
        if index == self.at {
            self.entries[index].turn(1);
        }
        self.at = index;
    }
}

/// Fields with what counts when nothing is given.
fn begun(fields: Vec<Field>) -> impl Iterator<Item = (Field, String)> {
    fields.into_iter().map(|field| {
        let value = field.default.as_ref().map(plain).unwrap_or_default();
        (field, value)
    })
}

fn said(refusal: &Refusal) -> String {
    match &refusal.hint {
        Some(hint) => format!("{} ({hint})", refusal.message),
        None => refusal.message.clone(),
    }
}
