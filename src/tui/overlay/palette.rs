//! Everything that can be done and opened, found by a few letters.

use crossterm::event::{KeyCode, KeyEvent};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use tui_input::{Input, InputRequest};

use super::super::act::Act;
use super::super::app::{App, Screen};
use super::super::frame;
use super::super::keymap::{BINDINGS, Intent, Place};
use super::super::list::List;
use super::super::theme::Theme;
use super::Verdict;
use super::form::request;
use crate::sight::text::harmless;
use crate::tools::Artifact;

/// What an entry of the palette does.
#[derive(Debug, Clone)]
enum Goal {
    Intent(Intent),
    Run(String),
    Capsule(String),
    Approval(String),
    Artifact(Artifact),
}

#[derive(Debug)]
struct Choice {
    text: String,
    more: String,
    goal: Goal,
}

fn artifacts(left: &[Artifact]) -> impl Iterator<Item = Choice> {
    left.iter().map(|artifact| Choice {
        text: format!("artifact {}", artifact.name),
        more: format!("{} bytes", artifact.size),
        goal: Goal::Artifact(artifact.clone()),
    })
}

/// The palette.
#[derive(Debug)]
pub struct Palette {
    input: Input,
    choices: Vec<Choice>,
    found: Vec<usize>,
    list: List,
}

impl Palette {
    /// All that `app` knows.
    pub fn new(app: &App) -> Self {
        let place = app.screen().place();
        let is_command = |intent: Intent| {
            let is_there = !app.is_spoken() || intent.is_heard();
            is_there
                && !matches!(
                    intent,
                    Intent::Up
                        | Intent::Down
                        | Intent::Left
                        | Intent::Right
                        | Intent::PageUp
                        | Intent::PageDown
                        | Intent::First
                        | Intent::Last
                        | Intent::Palette
                )
        };
        let commands = BINDINGS
            .iter()
            .filter(|binding| binding.place == place || binding.place == Place::Anywhere)
            .filter(|binding| is_command(binding.intent))
            .map(|binding| {
                let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
                Choice {
                    text: binding.says.to_owned(),
                    more: keys.join(" "),
                    goal: Goal::Intent(binding.intent),
                }
            });
        let approvals = app.sight.approvals.iter().map(|asked| Choice {
            text: format!("approval {}: {}", asked.row.id, asked.row.prompt),
            more: "asks".to_owned(),
            goal: Goal::Approval(asked.row.id.clone()),
        });
        let capsules = app.capsules.names().map(|name| Choice {
            text: format!("capsule {name}"),
            more: "look".to_owned(),
            goal: Goal::Capsule(name.to_owned()),
        });
        let runs = app.sight.runs.iter().map(|listed| Choice {
            text: format!("run {} {}", listed.row.capsule, listed.row.id),
            more: listed.status.clone(),
            goal: Goal::Run(listed.row.id.clone()),
        });
        let opened = app.sight.opened.iter().filter(|_| app.screen() == Screen::Run);
        let artifacts = opened.flat_map(|opened| artifacts(opened.run.artifacts()));
        let objects = approvals.chain(artifacts).chain(capsules).chain(runs);
        Self::of(commands.chain(objects).collect())
    }

    /// The files that a step left.
    pub fn artifacts(left: &[Artifact]) -> Self {
        Self::of(artifacts(left).collect())
    }

    fn of(choices: Vec<Choice>) -> Self {
        Self {
            found: (0..choices.len()).collect(),
            choices,
            input: Input::default(),
            list: List::default(),
        }
    }

    fn search(&mut self) {
        self.found = self.scored(self.input.value());
        self.list.select(0);
    }

    /// The entries that have the letters of `words`, the best first.
    fn scored(&self, words: &str) -> Vec<usize> {
        let pattern = Pattern::parse(words, CaseMatching::Smart, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, usize)> = self
            .choices
            .iter()
            .enumerate()
            .filter_map(|(at, choice)| {
                let score = pattern.score(Utf32Str::new(&choice.text, &mut buffer), &mut matcher)?;
                Some((score, at))
            })
            .collect();
        scored.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
        scored.into_iter().map(|(_, at)| at).collect()
    }

    /// The entries that have every one of `words`; when none has, those that have their letters.
    pub fn like(&self, words: &str) -> Vec<usize> {
        let wanted = words.to_lowercase();
        let has_all = |at: &usize| {
            let text = self.choices[*at].text.to_lowercase().replace('_', " ");
            wanted
                .split_whitespace()
                .all(|word| text.contains(&word.replace('_', " ")))
        };
        let scored = self.scored(words);
        let mut exact: Vec<usize> = scored.iter().copied().filter(has_all).collect();
        if exact.is_empty() {
            exact = (0..self.choices.len()).filter(has_all).collect();
        }
        if exact.is_empty() { scored } else { exact }
    }

    /// The entry that is called exactly so: a command, the name of a capsule, an id.
    pub fn named(&self, words: &str) -> Option<usize> {
        let is_called = |choice: &Choice| {
            let name = match &choice.goal {
                Goal::Intent(_) => &choice.text,
                Goal::Run(name) | Goal::Capsule(name) | Goal::Approval(name) => name,
                Goal::Artifact(artifact) => &artifact.name,
            };
            name.eq_ignore_ascii_case(words) || choice.text.eq_ignore_ascii_case(words)
        };
        self.choices.iter().position(is_called)
    }

    /// Whether an entry is something to go to, and no command.
    pub fn is_object(&self, at: usize) -> bool {
        let goal = self.choices.get(at).map(|choice| &choice.goal);
        matches!(
            goal,
            Some(Goal::Run(_) | Goal::Capsule(_) | Goal::Approval(_) | Goal::Artifact(_))
        )
    }

    /// What an entry is, in one line.
    pub fn said(&self, at: usize) -> String {
        let choice = self.choices.get(at);
        choice.map_or_else(String::new, |choice| {
            format!("{} ({})", choice.text.replace('\n', " "), choice.more)
        })
    }

    /// Does what an entry stands for.
    pub fn go(&self, at: usize, app: &mut App) -> Vec<Act> {
        match self.choices.get(at).map(|choice| choice.goal.clone()) {
            Some(Goal::Intent(intent)) => app.intend(intent),
            Some(Goal::Run(run)) => app.open_run(&run),
            Some(Goal::Capsule(name)) => super::super::screen::capsules::show(app, &name),
            Some(Goal::Approval(id)) => super::super::screen::approvals::show(app, &id),
            Some(Goal::Artifact(artifact)) => vec![Act::Show(artifact)],
            None => Vec::new(),
        }
    }

    pub(super) fn key(&mut self, key: KeyEvent, app: &mut App) -> Verdict {
        match key.code {
            KeyCode::Down | KeyCode::Tab => self.list.step(1, self.found.len()),
            KeyCode::Up | KeyCode::BackTab => self.list.step(-1, self.found.len()),
            KeyCode::PageDown => self.list.step(10, self.found.len()),
            KeyCode::PageUp => self.list.step(-10, self.found.len()),
            KeyCode::Enter => {
                let chosen = self.list.selected(self.found.len()).and_then(|at| self.found.get(at));
                let acts = chosen.map(|at| self.go(*at, app));
                return Verdict::Close(acts.unwrap_or_default());
            }
            _ => {
                if let Some(request) = request(key) {
                    self.input.handle(request);
                    self.search();
                }
            }
        }
        Verdict::Stay
    }

    pub(super) fn paste(&mut self, text: &str) {
        for letter in text.chars().filter(|letter| !letter.is_control()) {
            self.input.handle(InputRequest::InsertChar(letter));
        }
        self.search();
    }

    pub(super) fn draw(&self, theme: &Theme, frame: &mut Frame) {
        let height = frame.area().height.saturating_sub(4).min(20);
        let area = frame::middle(frame, 76, height);
        let block = frame::pane("commands, runs, capsules, approvals", true, theme);
        let inner = block.inner(area);
        frame.render_widget(block, area);
        let [line, below] = Layout::vertical([Constraint::Length(2), Constraint::Min(1)]).areas(inner);
        let shown = Line::from(vec![
            Span::styled("› ", theme.accent),
            Span::styled(harmless(self.input.value()).into_owned(), theme.text),
        ]);
        frame.render_widget(Paragraph::new(shown), line);
        let cursor = u16::try_from(self.input.visual_cursor()).unwrap_or(0);
        frame.set_cursor_position(Position::new(
            (line.x + 2 + cursor).min(line.right().saturating_sub(1)),
            line.y,
        ));
        if self.found.is_empty() {
            frame::said(frame, below, "nothing like that", theme.dim);
            return;
        }
        let window = usize::from(below.height);
        let first = self.list.window(self.found.len(), window);
        let selected = self.list.selected(self.found.len());
        let lines: Vec<Line> = self.found[first..]
            .iter()
            .take(window)
            .enumerate()
            .filter_map(|(row, at)| {
                let choice = self.choices.get(*at)?;
                let style = if selected == Some(first + row) {
                    theme.selected
                } else {
                    theme.text
                };
                Some(Line::from(vec![
                    Span::styled(harmless(&choice.text).into_owned(), style),
                    Span::styled(format!("  {}", choice.more), theme.dim),
                ]))
            })
            .collect();
        frame.render_widget(Paragraph::new(lines), below);
    }
}
