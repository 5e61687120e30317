//! The terminal: taken, given back whatever happens, and never left raw.

use std::io::{self, Stdout, Write};
use std::panic;

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::app::App;
use super::edge::Face;
use super::frame;

/// The terminal, until it is dropped.
pub struct Taken {
    /// What is drawn on.
    pub screen: Terminal<CrosstermBackend<Stdout>>,
}

impl Taken {
    /// Takes the terminal; a panic gives it back before it says anything.
    ///
    /// # Errors
    /// It is none, or cannot be set up.
    pub fn new() -> io::Result<Self> {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            give_back();
            before(info);
        }));
        take()?;
        Ok(Self {
            screen: Terminal::new(CrosstermBackend::new(io::stdout()))?,
        })
    }
}

impl Face for Taken {
    fn show(&mut self, app: &mut App) -> io::Result<()> {
        self.screen.draw(|frame| frame::draw(app, frame)).map(drop)
    }

    fn lend<T>(&mut self, work: impl FnOnce() -> T) -> io::Result<T> {
        give_back();
        let done = work();
        take()?;
        // Clearing the old one would ask the terminal where its cursor is, and somebody else may hear the answer.
        execute!(io::stdout(), Clear(ClearType::All))?;
        self.screen = Terminal::new(CrosstermBackend::new(io::stdout()))?;
        Ok(done)
    }

    /// Puts the text on the clipboard (OSC 52), as far as the terminal lets it.
    fn copy(&mut self, app: &mut App, text: &str) -> io::Result<()> {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(text);
        let mut out = io::stdout();
        write!(out, "\x1b]52;c;{text}\x07")?;
        out.flush()?;
        app.toast("copied", false);
        Ok(())
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        give_back();
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        EnableMouseCapture,
        EnableBracketedPaste,
        cursor::Hide
    )
}

/// Gives the terminal back; what cannot be given back is left, because there is nobody to tell.
fn give_back() {
    let _ = execute!(
        io::stdout(),
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use portable_pty::{CommandBuilder, PtySize, native_pty_system};

    use super::*;

    /// Set in the process that panics.
    const ROLE: &str = "SOMAGENT_TEST_OF_A_PANIC";

    #[test]
    fn a_panic_gives_the_terminal_back_before_it_says_anything() {
        if std::env::var_os(ROLE).is_some() {
            let _taken = Taken::new().unwrap();
            panic!("what went wrong");
        }
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let modes = || format!("{:?}", pair.master.get_termios());
        let before = modes();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args([
            "--exact",
            "--nocapture",
            "tui::terminal::tests::a_panic_gives_the_terminal_back_before_it_says_anything",
        ]);
        command.env(ROLE, "1");
        let mut output = pair.master.try_clone_reader().unwrap();
        let mut child = pair.slave.spawn_command(command).unwrap();
        let reader = std::thread::spawn(move || {
            let mut said = Vec::new();
            // Reading fails when the last one at the other end is gone.
            let _ = output.read_to_end(&mut said);
            String::from_utf8_lossy(&said).into_owned()
        });
        assert!(!child.wait().unwrap().success());
        assert_eq!(modes(), before, "it is no longer raw");
        drop(pair.slave);
        let said = reader.join().unwrap();
        let (_, taken) = said.split_once("\x1b[?1049h").expect(&said);
        let (taken, given_back) = taken.split_once("\x1b[?1049l").expect(&said);
        assert!(!taken.contains("what went wrong"), "{said}");
        assert!(given_back.contains("what went wrong"), "{said}");
        for mode in ["\x1b[?25h", "\x1b[?2004l", "\x1b[?1000l"] {
            assert!(said.contains(mode), "{mode:?} in {said:?}");
        }
    }
}
