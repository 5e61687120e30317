//! The line that is written: several lines, history with search, commands completed.

use std::borrow::Cow;
use std::path::Path;

use crossterm::terminal::disable_raw_mode;
use reedline::{
    ColumnarMenu, DefaultCompleter, Emacs, FileBackedHistory, KeyCode, KeyModifiers, MenuBuilder as _, Prompt,
    PromptEditMode, PromptHistorySearch, Reedline, ReedlineEvent, ReedlineMenu, Signal, ValidationResult, Validator,
    default_emacs_keybindings,
};
use tokio::signal::unix::{SignalKind, signal};

use super::super::failure::Failure;
use crate::exit::Exit;

/// What begins with `/`.
pub const COMMANDS: [&str; 8] = [
    "/clear", "/exit", "/help", "/model", "/quit", "/retry", "/save", "/system",
];
/// Lines that the history keeps.
const KEPT: usize = 2_000;

/// What somebody wrote.
pub enum Input {
    /// An empty line, or one that was given up.
    Nothing,
    /// The end of the conversation.
    End,
    /// Something for the model.
    Said(String),
    /// A command, from its `/` on.
    Command(String),
}

/// Reads what somebody writes.
pub struct Editor {
    lines: Option<Reedline>,
}

impl Editor {
    /// An editor whose history is the file `history`.
    ///
    /// # Errors
    /// The history cannot be read or made.
    pub fn new(history: &Path, coloured: bool) -> Result<Self, Failure> {
        let kept = FileBackedHistory::with_file(KEPT, history.to_owned()).map_err(|error| {
            let message = format!("the history `{}` cannot be used: {error}", history.display());
            Failure::new(Exit::Storage, "history_unusable", message).hint("check its rights, or move it away")
        })?;
        let mut keys = default_emacs_keybindings();
        let new_line = ReedlineEvent::Edit(vec![reedline::EditCommand::InsertNewline]);
        keys.add_binding(KeyModifiers::ALT, KeyCode::Enter, new_line);
        let complete = ReedlineEvent::UntilFound(vec![
            ReedlineEvent::Menu("commands".to_owned()),
            ReedlineEvent::MenuNext,
        ]);
        keys.add_binding(KeyModifiers::NONE, KeyCode::Tab, complete);
        let mut completer = DefaultCompleter::with_inclusions(&['/']);
        completer.insert(COMMANDS.iter().map(|command| (*command).to_owned()).collect());
        let menu = ColumnarMenu::default().with_name("commands");
        let lines = Reedline::create()
            .with_history(Box::new(kept))
            .with_edit_mode(Box::new(Emacs::new(keys)))
            .with_validator(Box::new(Whole))
            .with_completer(Box::new(completer))
            .with_menu(ReedlineMenu::EngineCompleter(Box::new(menu)))
            .with_ansi_colors(coloured)
            .use_bracketed_paste(true);
        Ok(Self { lines: Some(lines) })
    }

    /// Waits for the next input.
    ///
    /// # Errors
    /// The terminal cannot be read.
    pub async fn read(&mut self) -> Result<Input, Failure> {
        let unreadable = |why: String| {
            Failure::new(Exit::Internal, "no_line", format!("the terminal cannot be read: {why}"))
                .hint("`somagent ask` needs no terminal")
        };
        let Some(mut lines) = self.lines.take() else {
            return Ok(Input::End);
        };
        let mut terminate = signal(SignalKind::terminate()).map_err(|error| unreadable(error.to_string()))?;
        let reading = tokio::task::spawn_blocking(move || {
            let read = lines.read_line(&Sign);
            (lines, read)
        });
        let (lines, read) = tokio::select! {
            read = reading => read.map_err(|error| unreadable(error.to_string()))?,
            _ = terminate.recv() => {
                // The thread still reads and cannot be woken; the terminal is left as it was found.
                let _ = disable_raw_mode();
                std::process::exit(i32::from(Exit::Terminated.code()));
            }
        };
        self.lines = Some(lines);
        match read.map_err(|error| unreadable(error.to_string()))? {
            Signal::Success(text) if text.trim().is_empty() => Ok(Input::Nothing),
            Signal::Success(text) if text.starts_with('/') => Ok(Input::Command(text.trim().to_owned())),
            Signal::Success(text) => Ok(Input::Said(unwrapped(&text))),
            Signal::CtrlD => Ok(Input::End),
            _ => Ok(Input::Nothing),
        }
    }
}

/// Without the `\` that only said that another line follows.
fn unwrapped(text: &str) -> String {
    text.replace("\\\n", "\n")
}

/// A text is whole unless a fence is open or its last line ends with `\`.
struct Whole;

impl Validator for Whole {
    fn validate(&self, text: &str) -> ValidationResult {
        let fences = text.lines().filter(|line| line.trim_start().starts_with("```")).count();
        if text.ends_with('\\') || !fences.is_multiple_of(2) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Complete
        }
    }
}

/// What stands before a line.
struct Sign;

impl Prompt for Sign {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_right(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_indicator(&self, _: PromptEditMode) -> Cow<'_, str> {
        Cow::Borrowed("> ")
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        Cow::Borrowed(". ")
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        Cow::Owned(format!("(history: {}) ", search.term))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_goes_on_while_a_fence_is_open_or_a_line_says_so() {
        let is_whole = |text: &str| matches!(Whole.validate(text), ValidationResult::Complete);
        assert!(is_whole("hello") && is_whole("```\ncode\n```") && is_whole("a \\ b"));
        assert!(!is_whole("hello \\") && !is_whole("look:\n```rust\nfn main() {}"));
        assert_eq!(unwrapped("one\\\ntwo"), "one\ntwo");
    }
}
