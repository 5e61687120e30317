//! Asking a person on the terminal.
//!
//! Reads standard input and writes to standard error; an empty answer decides nothing.

use std::io::BufRead as _;

use super::chat::quiet::Heard;
use super::failure::Failure;
use super::output::{harmless, talk};
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
/// input, or a request to stop.
///
/// # Errors
/// A field of the form is named twice, which asking once prevents.
pub async fn ask(asked: &Asked, by: &str, reason: ReasonFor, stop: &Stop) -> Result<Option<fact::Answer>, Failure> {
    let requested = &asked.requested;
    talk(&format!("\n{}\n", harmless(&question::shown(asked, now_ms()))));
    let Some(choice) = choose(&requested.choices, stop).await else {
        return Ok(None);
    };
    let mut given = Vec::new();
    let wants_form = !matches!(choice.as_str(), choices::REJECT | choices::RETRY | choices::FAIL);
    for field in fields(requested.form.as_ref()).into_iter().filter(|_| wants_form) {
        match fill(&field, stop).await {
            None => return Ok(None),
            Some(text) if text.is_empty() && field.default.is_none() => {}
            Some(text) => given.push((field.name, text)),
        }
    }
    let wants_reason = match reason {
        ReasonFor::Nothing => false,
        ReasonFor::Agreeing => !matches!(choice.as_str(), choices::REJECT | choices::FAIL),
        ReasonFor::Deciding => true,
    };
    let reason = match wants_reason {
        false => None,
        true => match said("why: ", stop).await {
            None => return Ok(None),
            why => why,
        },
    };
    Ok(Some(fact::Answer {
        id: asked.row.id.clone(),
        choice,
        form: question::form(requested, &given)?,
        by: by.to_owned(),
        reason,
        mode: InForce::default(),
        remember: false,
    }))
}

/// What somebody types after `question`; `None` when that is nothing.
pub async fn reply(question: &str) -> Option<String> {
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
    let _heard = Heard::new();
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
