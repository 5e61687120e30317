//! Asking a person on the terminal.
//!
//! Reads standard input and writes to standard error; an empty answer decides nothing.

use std::io::BufRead as _;

use super::chat::quiet::Heard;
use super::output::{harmless, talk};
use super::paint::Paint;
use super::question;
use crate::engine::drive::Stop;
use crate::engine::fact::{self, question as choices};
use crate::engine::now_ms;
use crate::policy::InForce;
use crate::policy::mode::ReasonFor;
use crate::sight::question::{Asked, Field, fields, plain};

/// How often an answer that is none is asked for again.
const TRIES: usize = 3;

/// Asks `asked`, and why where an answer needs a reason; `None` when nobody decided: an empty line, the end of the
/// input, a form that cannot be read, or a request to stop.
pub async fn ask(asked: &Asked, by: &str, reason: ReasonFor, stop: &Stop) -> Option<fact::Answer> {
    let requested = &asked.requested;
    // Once for all lines: what was typed before the question does not answer it, and what is typed ahead does.
    let _heard = Heard::new();
    talk(&format!("\n{}\n", harmless(&question::shown(asked, now_ms()))));
    let choice = choose(&requested.choices, stop).await?;
    let mut given = Vec::new();
    let wants_form = !matches!(choice.as_str(), choices::REJECT | choices::RETRY | choices::FAIL);
    for field in fields(requested.form.as_ref()).into_iter().filter(|_| wants_form) {
        let text = fill(&field, stop).await?;
        if !text.is_empty() || field.default.is_some() {
            given.push((field.name, text));
        }
    }
    let form = match question::form(requested, &given) {
        Ok(form) => form,
        Err(failure) => {
            talk(&failure.to_text(Paint::PLAIN));
            return None;
        }
    };
    let wants_reason = match reason {
        ReasonFor::Nothing => false,
        ReasonFor::Agreeing => !matches!(choice.as_str(), choices::REJECT | choices::FAIL),
        ReasonFor::Deciding => true,
    };
    let reason = match wants_reason {
        false => None,
        true => Some(said("why: ", stop).await?),
    };
    Some(fact::Answer {
        id: asked.row.id.clone(),
        choice,
        form,
        by: by.to_owned(),
        reason,
        mode: InForce::default(),
        remember: false,
    })
}

/// What somebody types after `question`; `None` when that is nothing.
pub async fn reply(question: &str) -> Option<String> {
    let _heard = Heard::new();
    said(question, &Stop::default()).await
}

async fn said(question: &str, stop: &Stop) -> Option<String> {
    talk(&harmless(question));
    line(stop).await.filter(|line| !line.is_empty())
}

async fn choose(choices: &[String], stop: &Stop) -> Option<String> {
    let all = choices.join(", ");
    for _ in 0..TRIES {
        talk(&format!("{all}, or Enter to decide later: "));
        let line = line(stop).await?;
        if line.is_empty() {
            return None;
        }
        let mut fitting = choices.iter().filter(|choice| choice.starts_with(&line));
        let exact = choices.iter().find(|choice| **choice == line);
        match (exact, fitting.next(), fitting.next()) {
            (Some(choice), _, _) | (None, Some(choice), None) => return Some(choice.clone()),
            (None, _, _) => talk(&format!("`{}` is not one of them\n", harmless(&line))),
        }
    }
    None
}

/// What is filled in: what is typed, or else the default that is shown.
async fn fill(field: &Field, stop: &Stop) -> Option<String> {
    for _ in 0..TRIES {
        talk(&format!("{}: ", harmless(&field.to_string())));
        let line = line(stop).await?;
        match &field.default {
            Some(default) if line.is_empty() => return Some(plain(default)),
            None if line.is_empty() && field.required => {}
            Some(_) | None => return Some(line),
        }
    }
    None
}

/// A line without its end and the spaces around it; `None` at the end of the input or when somebody asks to stop.
async fn line(stop: &Stop) -> Option<String> {
    let reading = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        match std::io::stdin().lock().read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.trim().to_owned()),
        }
    });
    tokio::select! {
        () = stop.asked() => None,
        line = reading => line.ok().flatten(),
    }
}
