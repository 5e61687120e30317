//! What the dashboard wants done: values, done at the edge.

use serde_json::Value;

use crate::tools::Artifact;

/// Something to be done outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// End.
    Quit,
    /// End, because this part of the dashboard is broken.
    Fail(String),
    /// Watch this run, or none.
    Open(Option<String>),
    /// Ask a command line for its data.
    Ask(Ask),
    /// Run a command line that changes something, and say how it went.
    Do(Deed),
    /// Put a text on the clipboard of the terminal (OSC 52).
    Copy(String),
    /// Open a text in `$EDITOR`, and take back what is saved.
    Edit {
        /// The text.
        text: String,
        /// How a file of it ends, such as `json`.
        suffix: &'static str,
    },
    /// Open a copy of a file that a run left in `$EDITOR`, if it is still what the run left.
    Show(Artifact),
    /// Give the terminal back until the process is continued.
    Suspend,
    /// Take the terminal again and draw everything anew.
    Redraw,
}

/// A question to this very program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Its arguments, without the program and the form of the output.
    pub args: Vec<String>,
    /// What the answer is for.
    pub topic: Topic,
}

/// What an answer is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// The lights.
    Doctor,
    /// The list of capsules.
    Capsules,
    /// One capsule.
    Capsule(String),
    /// Its steps and what each needs.
    Graph(String),
    /// Its problems.
    Lint(String),
    /// What a run of it would do.
    Forecast(String),
    /// Two attempts or two runs side by side.
    Diff(String),
}

/// A command line that changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Its arguments, without the program.
    pub args: Vec<String>,
    /// What is said when it went well.
    pub says: String,
    /// Whether it drives a run, so that it goes on when the dashboard ends.
    pub drives: bool,
    /// Whether the run that it drives is opened when it begins.
    pub opens: bool,
    /// What follows when it went well.
    pub then: Vec<Act>,
}

impl Deed {
    /// One that is over soon.
    pub fn new(args: &[&str], says: impl Into<String>) -> Self {
        Self {
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            says: says.into(),
            drives: false,
            opens: false,
            then: Vec::new(),
        }
    }

    /// The same, driving a run.
    #[must_use]
    pub fn driving(self) -> Self {
        Self {
            drives: true,
            opens: true,
            ..self
        }
    }

    /// The same, behind whatever somebody looks at meanwhile.
    #[must_use]
    pub fn behind(self) -> Self {
        Self { opens: false, ..self }
    }

    /// The same, followed by `act` when it went well.
    #[must_use]
    pub fn then(mut self, act: Act) -> Self {
        self.then.push(act);
        self
    }

    /// As somebody would type it.
    pub fn line(&self) -> String {
        line(&self.args)
    }

    /// What somebody hears before they agree: its command line, and those that follow when it went well.
    pub fn spoken(&self) -> Vec<String> {
        let mut lines = vec![format!("It will run: {}", self.line())];
        for act in &self.then {
            if let Act::Do(deed) = act {
                lines.extend(deed.spoken());
            }
        }
        lines
    }
}

/// Arguments as somebody would type them after the program's name.
pub fn line(args: &[String]) -> String {
    let plain = |arg: &str| {
        !arg.is_empty()
            && arg
                .chars()
                .all(|character| character.is_alphanumeric() || "-_./=:,@+%".contains(character))
    };
    let quoted = args.iter().map(|arg| {
        if plain(arg) {
            arg.clone()
        } else {
            format!("'{}'", arg.replace('\'', "'\\''"))
        }
    });
    std::iter::once("somagent".to_owned())
        .chain(quoted)
        .collect::<Vec<_>>()
        .join(" ")
}

/// What a command line answered.
pub type Answer = Result<Value, Refusal>;

/// Why a command line did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its kind, as in `-o json`; empty when it has none.
    pub kind: String,
    /// What was wrong.
    pub message: String,
    /// What would change it.
    pub hint: Option<String>,
}
