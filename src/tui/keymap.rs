//! Keys: the only place where they become intents, and what the help says about them.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// The first row.
    First,
    /// The last row.
    Last,
    /// To the left, in what is wider than the screen.
    Left,
    /// To the right.
    Right,
    /// What is selected.
    Open,
    /// Where we came from.
    Back,
    /// The end.
    Quit,
    /// The nth screen, from 0.
    Screen(usize),
    /// The next pane.
    Pane,
    /// The pane before.
    PaneBack,
    /// The tab before.
    TabBack,
    /// The next tab.
    Tab,
    /// Every key.
    Help,
    /// Every command and every object.
    Palette,
    /// Only what has these letters.
    Filter,
    /// Other colours.
    Theme,
    /// Everything anew.
    Redraw,
    /// The terminal is wanted for something else.
    Suspend,
    /// Stay at the newest.
    Follow,
    /// The record.
    Log,
    /// The difference of two.
    Diff,
    /// The command line that does the same.
    Copy,
    /// In the editor.
    Edit,
    /// A file that the step left.
    Artifact,
    /// Go on with a run.
    Resume,
    /// Do it again.
    Retry,
    /// End it.
    Cancel,
    /// Let it rest.
    Pause,
    /// Another run from here.
    Fork,
    /// Start a run.
    Start,
    /// Yes, this once.
    Approve,
    /// Yes, whenever this run asks the same.
    ApproveForRun,
    /// No.
    Deny,
}

impl Intent {
    /// Whether it means anything where nothing is drawn.
    pub fn is_heard(self) -> bool {
        !matches!(self, Self::Theme | Self::Redraw)
    }
}

/// Where keys are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Everywhere.
    Anywhere,
    /// The list of runs.
    Runs,
    /// One run.
    Run,
    /// The approvals.
    Approvals,
    /// The capsules.
    Capsules,
}

/// A key, where it counts, and what it is for.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// Where.
    pub place: Place,
    /// The keys.
    pub keys: &'static [Key],
    /// What they mean.
    pub intent: Intent,
    /// What the help says.
    pub says: &'static str,
}

/// A key with what is held down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(KeyCode, KeyModifiers);

const fn key(code: KeyCode) -> Key {
    Key(code, KeyModifiers::NONE)
}

const fn letter(letter: char) -> Key {
    key(KeyCode::Char(letter))
}

const fn control(letter: char) -> Key {
    Key(KeyCode::Char(letter), KeyModifiers::CONTROL)
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.1.contains(KeyModifiers::CONTROL) {
            f.write_str("ctrl-")?;
        }
        match self.0 {
            KeyCode::Char(letter) => write!(f, "{letter}"),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::Enter => f.write_str("enter"),
            KeyCode::Esc => f.write_str("esc"),
            KeyCode::Tab => f.write_str("tab"),
            KeyCode::BackTab => f.write_str("shift-tab"),
            KeyCode::PageUp => f.write_str("pgup"),
            KeyCode::PageDown => f.write_str("pgdn"),
            KeyCode::Home => f.write_str("home"),
            KeyCode::End => f.write_str("end"),
            other => write!(f, "{other}"),
        }
    }
}

impl Key {
    /// Its name in words.
    pub fn spoken(self) -> String {
        match self.0 {
            KeyCode::Up => "up".to_owned(),
            KeyCode::Down => "down".to_owned(),
            KeyCode::Left => "left".to_owned(),
            KeyCode::Right => "right".to_owned(),
            _ => self.to_string(),
        }
    }
}

/// The key with a name of more than one letter, as the help says it or as people do.
pub fn named(name: &str) -> Option<KeyEvent> {
    let name = match name {
        "page down" => "pgdn",
        "page up" => "pgup",
        "escape" => "esc",
        "return" => "enter",
        other => other,
    };
    let mut keys = BINDINGS.iter().flat_map(|binding| binding.keys);
    let key = keys.find(|key| key.spoken().eq_ignore_ascii_case(name))?;
    Some(KeyEvent::new(key.0, key.1))
}

/// Every key.
pub const BINDINGS: &[Binding] = &[
    bind(
        Place::Anywhere,
        &[letter('?'), key(KeyCode::F(1))],
        Intent::Help,
        "help",
    ),
    bind(
        Place::Anywhere,
        &[letter(':'), control('p')],
        Intent::Palette,
        "command palette",
    ),
    bind(Place::Anywhere, &[letter('/')], Intent::Filter, "filter"),
    bind(
        Place::Anywhere,
        &[key(KeyCode::Esc), key(KeyCode::Backspace)],
        Intent::Back,
        "back",
    ),
    bind(Place::Anywhere, &[letter('q'), control('c')], Intent::Quit, "quit"),
    bind(Place::Anywhere, &[letter('1')], Intent::Screen(0), "overview"),
    bind(Place::Anywhere, &[letter('2')], Intent::Screen(1), "runs"),
    bind(Place::Anywhere, &[letter('3')], Intent::Screen(2), "approvals"),
    bind(Place::Anywhere, &[letter('4')], Intent::Screen(3), "capsules"),
    bind(
        Place::Anywhere,
        &[letter('j'), key(KeyCode::Down)],
        Intent::Down,
        "down",
    ),
    bind(Place::Anywhere, &[letter('k'), key(KeyCode::Up)], Intent::Up, "up"),
    bind(
        Place::Anywhere,
        &[letter('h'), key(KeyCode::Left)],
        Intent::Left,
        "left",
    ),
    bind(Place::Anywhere, &[key(KeyCode::Right)], Intent::Right, "right"),
    bind(
        Place::Anywhere,
        &[letter('g'), key(KeyCode::Home)],
        Intent::First,
        "first",
    ),
    bind(Place::Anywhere, &[letter('G'), key(KeyCode::End)], Intent::Last, "last"),
    bind(
        Place::Anywhere,
        &[key(KeyCode::PageUp), control('b')],
        Intent::PageUp,
        "page up",
    ),
    bind(
        Place::Anywhere,
        &[key(KeyCode::PageDown), control('f')],
        Intent::PageDown,
        "page down",
    ),
    bind(Place::Anywhere, &[key(KeyCode::Enter)], Intent::Open, "open"),
    bind(Place::Anywhere, &[key(KeyCode::Tab)], Intent::Pane, "next pane"),
    bind(
        Place::Anywhere,
        &[key(KeyCode::BackTab)],
        Intent::PaneBack,
        "pane before",
    ),
    bind(Place::Anywhere, &[letter(']')], Intent::Tab, "next tab"),
    bind(Place::Anywhere, &[letter('[')], Intent::TabBack, "tab before"),
    bind(Place::Anywhere, &[letter('T')], Intent::Theme, "other colours"),
    bind(Place::Anywhere, &[control('l')], Intent::Redraw, "draw anew"),
    bind(Place::Anywhere, &[control('z')], Intent::Suspend, "suspend"),
    bind(Place::Anywhere, &[letter('y')], Intent::Copy, "copy the command line"),
    bind(Place::Anywhere, &[letter('e')], Intent::Edit, "open in $EDITOR"),
    bind(Place::Runs, &[letter('r')], Intent::Resume, "resume"),
    bind(Place::Runs, &[letter('R')], Intent::Retry, "retry"),
    bind(Place::Runs, &[letter('x')], Intent::Cancel, "cancel"),
    bind(Place::Runs, &[letter('p')], Intent::Pause, "pause"),
    bind(Place::Run, &[letter('r')], Intent::Resume, "resume"),
    bind(Place::Run, &[letter('R')], Intent::Retry, "retry the step"),
    bind(Place::Run, &[letter('x')], Intent::Cancel, "cancel"),
    bind(Place::Run, &[letter('p')], Intent::Pause, "pause"),
    bind(Place::Run, &[letter('F')], Intent::Fork, "fork at the step"),
    bind(Place::Run, &[letter('o')], Intent::Artifact, "open what the step left"),
    bind(Place::Run, &[letter('f')], Intent::Follow, "follow"),
    bind(Place::Run, &[letter('l')], Intent::Log, "timeline"),
    bind(Place::Run, &[letter('d')], Intent::Diff, "diff of two attempts"),
    bind(Place::Run, &[letter('a')], Intent::Approve, "answer its question"),
    bind(Place::Approvals, &[letter('a')], Intent::Approve, "approve once"),
    bind(
        Place::Approvals,
        &[letter('s')],
        Intent::ApproveForRun,
        "approve for this run",
    ),
    bind(Place::Approvals, &[letter('n')], Intent::Deny, "deny, with a reason"),
    bind(
        Place::Capsules,
        &[letter('s'), letter('n')],
        Intent::Start,
        "start a run",
    ),
];

const fn bind(place: Place, keys: &'static [Key], intent: Intent, says: &'static str) -> Binding {
    Binding {
        place,
        keys,
        intent,
        says,
    }
}

/// What `event` means in `place`; what is bound there comes before what is bound everywhere.
pub fn intent(place: Place, event: KeyEvent) -> Option<Intent> {
    // A capital letter comes with shift from some terminals and without from others.
    let held = event.modifiers - KeyModifiers::SHIFT;
    let pressed = Key(event.code, held);
    let of = |place: Place| {
        let mut bindings = BINDINGS.iter().filter(move |binding| binding.place == place);
        bindings.find(|binding| binding.keys.contains(&pressed))
    };
    of(place).or_else(|| of(Place::Anywhere)).map(|binding| binding.intent)
}
