//! What becomes of a line: a key, a command, a field of a form, an answer.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::super::act::Act;
use super::super::app::App;
use super::super::keymap::{BINDINGS, Binding, Intent, Place, intent};
use super::super::overlay::Palette;
use super::super::screen::Screen;
use super::said::Said;

/// The most that is listed of what is like some words.
const MOST_FOUND: usize = 9;

/// How all this works.
const HELP: [&str; 8] = [
    "Every line is answered; an empty line says again where you are.",
    "1 overview, 2 runs, 3 approvals, 4 capsules. enter opens what is selected, esc goes back, tab goes to the other pane.",
    "j or down, k or up: the next line, the one before. G the last, g the first. > marks what is selected.",
    "] and [ change the tab. ? says every key of this screen; a key's name is its key.",
    "Any other words are looked for among commands, approvals, capsules and runs: `resume`, `repo digest`.",
    "/words keeps only the runs with these words, / alone asks for them, more goes on with what is long.",
    "Before anything is started or decided you hear its command line, and only yes does it.",
    "quit, Ctrl-D or Ctrl-C leaves; runs go on.",
];

/// What is to be said of the place after a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// What the line changed.
    Changes,
    /// All of it.
    Whole,
    /// What was too much at once.
    More,
    /// The answers say it all.
    Nothing,
}

/// The conversation, apart from what the screens remember.
#[derive(Debug)]
pub struct Dialogue {
    /// What is to be said that no screen shows.
    answers: Vec<String>,
    /// What is to be said of the place; nothing when no line was heard.
    wish: Option<Wish>,
    /// What was found and can be chosen by its number.
    found: Option<(Palette, Vec<usize>)>,
}

impl Default for Dialogue {
    fn default() -> Self {
        Self {
            answers: vec!["The dashboard in lines. help says how it works.".to_owned()],
            wish: Some(Wish::Whole),
            found: None,
        }
    }
}

impl Dialogue {
    /// What is to be said now: the answers, and what of the place.
    pub fn take(&mut self) -> (Vec<String>, Option<Wish>) {
        (std::mem::take(&mut self.answers), self.wish.take())
    }

    fn answer(&mut self, lines: impl IntoIterator<Item = String>) {
        self.answers.extend(lines);
        self.wish = Some(Wish::Nothing);
    }
}

/// Takes a line in.
pub fn hear(app: &mut App, line: &str) -> Vec<Act> {
    let Some(dialogue) = &mut app.dialogue else {
        return Vec::new();
    };
    dialogue.wish = Some(Wish::Changes);
    let found = dialogue.found.take();
    if let Some(mut overlay) = app.overlays.pop() {
        if line.trim().is_empty() && overlay.is_question() {
            app.overlays.push(overlay);
            return wish(app, Wish::Whole);
        }
        let verdict = overlay.hear(line, app);
        return app.settle(overlay, verdict);
    }
    if app.screen() == Screen::Runs && app.runs.is_filtering() {
        return match line.trim() {
            "esc" => app.key(KeyCode::Esc.into()),
            words => filter(app, words),
        };
    }
    if let Some((palette, found)) = found
        && let Ok(number) = line.trim().parse::<usize>()
    {
        return match number.checked_sub(1).and_then(|at| found.get(at)) {
            Some(at) => choose(app, &palette, *at),
            None => answer(app, [format!("There is no number {number}.")]),
        };
    }
    match Said::read(line) {
        Said::Nothing => wish(app, Wish::Whole),
        Said::More => wish(app, Wish::More),
        Said::Help => answer(app, HELP.map(str::to_owned)),
        Said::Quit => vec![Act::Quit],
        Said::Key(key) => press(app, key),
        Said::Filter(words) if app.screen() == Screen::Runs => {
            app.intend(Intent::Filter);
            filter(app, &words)
        }
        Said::Filter(words) => search(app, &words),
        Said::Words(words) => search(app, &words),
    }
}

/// Every key that counts here, a line each.
pub fn explain(app: &mut App) {
    let place = app.screen().place();
    let of = |place: Place| BINDINGS.iter().filter(move |binding| binding.place == place);
    let says = |binding: &Binding| {
        let keys: Vec<String> = binding.keys.iter().map(|key| key.spoken()).collect();
        format!("{}: {}", keys.join(" or "), binding.says)
    };
    let own = of(place).filter(|binding| binding.place != Place::Anywhere);
    let everywhere = of(Place::Anywhere).filter(|binding| binding.intent.is_heard());
    let lines: Vec<String> = own.chain(everywhere).map(says).collect();
    answer(app, lines);
}

/// Says `lines` instead of what changed.
pub fn answer(app: &mut App, lines: impl IntoIterator<Item = String>) -> Vec<Act> {
    if let Some(dialogue) = &mut app.dialogue {
        dialogue.answer(lines);
    }
    Vec::new()
}

fn wish(app: &mut App, wish: Wish) -> Vec<Act> {
    if let Some(dialogue) = &mut app.dialogue {
        dialogue.wish = Some(wish);
    }
    Vec::new()
}

fn press(app: &mut App, key: KeyEvent) -> Vec<Act> {
    match intent(app.screen().place(), key) {
        None => answer(app, ["That key does nothing here; ? says every key.".to_owned()]),
        Some(intent) if !intent.is_heard() => answer(app, ["There is no picture to change.".to_owned()]),
        // Where one is already, all of it is meant.
        Some(Intent::Screen(_)) => {
            wish(app, Wish::Whole);
            app.key(key)
        }
        Some(Intent::Filter) if app.screen() == Screen::Runs => {
            app.intend(Intent::Filter);
            answer(app, ["Which words? An empty line keeps all runs, esc too.".to_owned()])
        }
        Some(_) => app.key(key),
    }
}

/// Keeps only the runs with these words.
fn filter(app: &mut App, words: &str) -> Vec<Act> {
    let clear = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
    let typed = words.chars().map(|letter| KeyCode::Char(letter).into());
    let keys = std::iter::once(clear).chain(typed).chain([KeyCode::Enter.into()]);
    for key in keys {
        app.runs.filter_key(key);
    }
    wish(app, Wish::Whole)
}

/// Does what an entry stands for, and says which object it goes to; a command is heard by what it does.
fn choose(app: &mut App, palette: &Palette, at: usize) -> Vec<Act> {
    if let Some(dialogue) = &mut app.dialogue
        && palette.is_object(at)
    {
        dialogue.answers.push(palette.said(at));
    }
    palette.go(at, app)
}

/// Does what `words` name, when that is one thing, and says what they may mean otherwise.
fn search(app: &mut App, words: &str) -> Vec<Act> {
    let palette = Palette::new(app);
    let found = palette.named(words).map_or_else(|| palette.like(words), |at| vec![at]);
    match found[..] {
        [] => answer(app, [format!("Nothing is like `{words}`. help says how this works.")]),
        [only] => choose(app, &palette, only),
        [..] => {
            let count = found.len();
            let rest = match count.saturating_sub(MOST_FOUND) {
                0 => String::new(),
                rest => format!(" The first {MOST_FOUND}; {rest} more need more words."),
            };
            let head = format!("{count} are like `{words}`; a number chooses.{rest}");
            let named = found.iter().take(MOST_FOUND).enumerate();
            let lines: Vec<String> = named
                .map(|(at, entry)| format!("{}: {}", at + 1, palette.said(*entry)))
                .collect();
            answer(app, std::iter::once(head).chain(lines));
            if let Some(dialogue) = &mut app.dialogue {
                dialogue.found = Some((palette, found));
            }
            Vec::new()
        }
    }
}
