//! What a program that is a server says beside the protocol, and how it ended: for whoever wonders why it is gone.

use std::cmp::Reverse;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use tokio::io::AsyncReadExt as _;
use tokio::process::ChildStderr;
use tokio::time::{Instant, sleep};

use super::super::mcp::shown;
use super::super::sandbox::{Ended, Known};

/// How much of a server's last words is told, in characters, and how much is kept of what it says, in bytes.
const LAST_WORDS: (usize, usize) = (600, 4 << 10);
/// How long a program that closed its output is waited for, until it is known how it ended: less than until it is ended
/// from here. And how often somebody looks.
const A_MOMENT: (Duration, Duration) = (Duration::from_millis(800), Duration::from_millis(10));

/// The newest program of a server that was started.
#[derive(Clone, Default)]
pub(super) struct Said(Arc<Mutex<Option<Program>>>);

#[derive(Clone)]
enum Program {
    Confined(Known),
    Free { pid: Pid, errors: Arc<Mutex<Kept>> },
}

/// The end of what a program outside of the sandbox says.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    is_cut: bool,
}

/// What is known of a program that is gone.
#[derive(Default)]
pub(super) struct Last {
    /// How it ended: `the program ended with 3`.
    pub(super) ended: Option<String>,
    /// What it was kept from, and its last words, marked as its own; empty where there are none.
    pub(super) words: String,
}

impl Said {
    /// A program in the sandbox was started.
    pub(super) fn confined(&self, known: Known) {
        self.started(Program::Confined(known));
    }

    /// A program outside of it was started; what it writes there is read as long as it writes.
    pub(super) fn free(&self, pid: Pid, stderr: ChildStderr) {
        let errors: Arc<Mutex<Kept>> = Arc::default();
        tokio::spawn(read(stderr, Arc::clone(&errors)));
        self.started(Program::Free { pid, errors });
    }

    fn started(&self, program: Program) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(program);
    }

    /// What it said last, with the names of `hidden` values for them; where it `is_gone`, also how it ended, if it does so
    /// within a moment.
    pub(super) async fn last(&self, is_gone: bool, hidden: &[(String, String)]) -> Last {
        let program = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(program) = program else {
            return Last::default();
        };
        let begun = Instant::now();
        let mut ended = None;
        while is_gone && ended.is_none() && begun.elapsed() < A_MOMENT.0 {
            sleep(A_MOMENT.1).await;
            ended = program.ended();
        }
        // What it wrote just before is read right after.
        sleep(A_MOMENT.1).await;
        Last {
            ended: ended.map(how),
            words: program.words(hidden),
        }
    }
}

impl Program {
    fn ended(&self) -> Option<Ended> {
        match self {
            Self::Confined(known) => known.ended(),
            Self::Free { pid, .. } => {
                // Whoever holds it takes it away; until then its number is its own.
                let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
                let status = waitid(WaitId::Pid(*pid), look).ok().flatten()?;
                let code = status.exit_status().map(Ended::Code);
                code.or_else(|| status.terminating_signal().map(Ended::Signal))
            }
        }
    }

    fn words(&self, hidden: &[(String, String)]) -> String {
        let ((errors, is_cut), mut said) = match self {
            Self::Confined(known) => (known.errors(), known.refused()),
            Self::Free { errors, .. } => {
                let errors = errors.lock().unwrap_or_else(PoisonError::into_inner);
                let text = String::from_utf8_lossy(&errors.bytes).into_owned();
                ((text, errors.is_cut), Vec::new())
            }
        };
        let last = end(&errors, is_cut, hidden);
        if !last.is_empty() {
            said.push(format!("it said last: {last}"));
        }
        said.join("; ")
    }
}

/// The end of a text as it is shown, without `hidden` values: what is cut or escaped is no longer known as one, so they go
/// first. Where the text itself `is_cut`, it may begin within one.
fn end(text: &str, is_cut: bool, hidden: &[(String, String)]) -> String {
    let whole = match is_cut {
        true => {
            let text = text.trim_start_matches(char::REPLACEMENT_CHARACTER);
            &text[begun(text, hidden)..]
        }
        false => text,
    };
    let masked = masked(hidden, whole);
    let masked = masked.trim();
    let skipped = masked.chars().count().saturating_sub(LAST_WORDS.0);
    let last: String = masked.chars().skip(skipped).collect();
    let lines: Vec<String> = last.lines().map(|line| shown(line, LAST_WORDS.0)).collect();
    lines.join("\n")
}

/// How long the end of a hidden value is that `text` begins with, in bytes; fewer than four characters are in every text.
fn begun(text: &str, hidden: &[(String, String)]) -> usize {
    let ends = hidden.iter().flat_map(|(value, _)| {
        let ends = value.char_indices().skip(1).map(move |(at, _)| &value[at..]);
        ends.filter(|end| end.chars().nth(3).is_some())
    });
    let begun = ends.filter(|end| text.starts_with(end));
    begun.map(str::len).max().unwrap_or(0)
}

/// `text` with the names of hidden values for them. Where some overlap, nothing stays of any: the name is that of the
/// first one, and of the longest there.
pub(super) fn masked(hidden: &[(String, String)], text: &str) -> String {
    let found = hidden.iter().flat_map(|(value, name)| {
        let places = text.match_indices(value.as_str());
        places.map(move |(at, value)| (at, at + value.len(), name))
    });
    let mut found: Vec<(usize, usize, &String)> = found.collect();
    found.sort_by_key(|(from, to, _)| (*from, Reverse(*to)));
    let (mut masked, mut done) = (String::with_capacity(text.len()), 0);
    for (from, to, name) in found {
        if from >= done {
            masked.push_str(&text[done..from]);
            masked.push_str(name);
        }
        done = done.max(to);
    }
    masked.push_str(&text[done..]);
    masked
}

/// A value as it may stand in a text: as it is, without the blanks around it, and escaped.
pub(super) fn forms(value: &str) -> Vec<String> {
    let trimmed = value.trim();
    let mut forms = vec![value.to_owned(), trimmed.to_owned()];
    forms.extend([value, trimmed].map(|value| shown(value, usize::MAX)));
    forms.sort_unstable();
    forms.dedup();
    forms
}

fn how(ended: Ended) -> String {
    match ended {
        Ended::Code(code) => format!("the program ended with {code}"),
        Ended::Signal(signal) => format!("the program was ended by signal {signal}"),
        Ended::ProcessorTime => "the program used up its processor time".to_owned(),
        Ended::Memory => "the program took more memory than it may".to_owned(),
        Ended::Deadline | Ended::Output => "the program was ended".to_owned(),
    }
}

/// Reads what a program says, and keeps the end of it.
async fn read(mut stderr: ChildStderr, errors: Arc<Mutex<Kept>>) -> io::Result<()> {
    let mut piece = [0; 1 << 10];
    loop {
        let count = stderr.read(&mut piece).await?;
        if count == 0 {
            return Ok(());
        }
        let mut errors = errors.lock().unwrap_or_else(PoisonError::into_inner);
        errors.bytes.extend_from_slice(&piece[..count]);
        let over = errors.bytes.len().saturating_sub(LAST_WORDS.1);
        errors.is_cut |= over > 0;
        errors.bytes.drain(..over);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(values: &[(&str, &str)]) -> Vec<(String, String)> {
        let all = values.iter().flat_map(|(value, name)| {
            let forms = forms(value).into_iter();
            forms.map(|form| (form, (*name).to_owned()))
        });
        all.collect()
    }

    #[test]
    fn values_are_hidden_before_a_text_is_cut_and_escaped() {
        let lines: Vec<String> = (0..40).map(|line| format!("{line:064}")).collect();
        let pem = format!("-----BEGIN KEY-----\n{}\n-----END KEY-----\n", lines.join("\n"));
        let long = hidden(&[(&pem, "${env:KEY}")]);
        assert_eq!(end(&format!("bad key {pem}"), false, &long), "bad key ${env:KEY}");
        assert_eq!(
            end(&format!("bad key {}.", pem.trim()), false, &long),
            "bad key ${env:KEY}."
        );
        // One of which the beginning is not there any more.
        assert_eq!(end(&format!("{} is bad", &pem[700..]), true, &long), "is bad");
        let short = hidden(&[("s3cret-value", "${env:S}")]);
        let straddling = format!("s3cret-value{}", "x".repeat(595));
        assert!(!end(&straddling, false, &short).contains("alue"));
        assert_eq!(end("et-value and s3cret-value", true, &short), "and ${env:S}");
        assert_eq!(end("lue is left", true, &short), "lue is left");
        assert_eq!(end("et-value is a word", false, &short), "et-value is a word");
        let blank = hidden(&[("one\ttwo\nthree", "${env:B}")]);
        assert_eq!(end("it is one\ttwo\nthree!", false, &blank), "it is ${env:B}!");
        assert_eq!(masked(&blank, "it is one\\ttwo\\nthree!"), "it is ${env:B}!");
    }

    #[test]
    fn nothing_stays_of_values_that_overlap() {
        let both = hidden(&[
            ("token", "${env:A}"),
            ("token-and-more", "${env:B}"),
            ("more-yet", "${env:C}"),
        ]);
        assert_eq!(masked(&both, "token token-and-more."), "${env:A} ${env:B}.");
        assert_eq!(masked(&both, "<token-and-more-yet>"), "<${env:B}>");
    }
}
