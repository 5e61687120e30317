//! Asking the server that a constitution names: once, for no longer than it says, following nothing.
//!
//! Says what came of it as data and never decides anything.

use std::time::Duration;

use crate::net::{Ask, Broken, Exchange};
use crate::policy::InForce;
use crate::policy::opa::{Heard, LARGEST_ANSWER, Question, Said};

/// Puts `question` where `mode` is in force, and says what came of it.
pub async fn ask(exchange: &Exchange, question: &Question, mode: &InForce) -> Heard {
    ask_within(question.timeout(), exchange, question, mode).await
}

/// The same, but for how long an answer may take.
async fn ask_within(timeout: Duration, exchange: &Exchange, question: &Question, mode: &InForce) -> Heard {
    let said = match question.closed(mode) {
        Some(why) => Said::Fault { why },
        None => answer(timeout, exchange, question)
            .await
            .unwrap_or_else(|broken| Said::Fault {
                why: broken.to_string(),
            }),
    };
    question.answered(said)
}

async fn answer(timeout: Duration, exchange: &Exchange, question: &Question) -> Result<Said, Broken> {
    let headers = [("content-type".to_owned(), "application/json".to_owned())];
    let ask = Ask {
        method: "POST",
        url: question.url(),
        headers: &headers,
        body: Some(question.body()),
        timeout,
    };
    let answer = exchange.send(ask).await?;
    Ok(match answer.status() {
        200 => Said::of(&answer.body(LARGEST_ANSWER).await?),
        status @ 300..=399 => Said::Fault {
            why: format!("it answered with the status {status}, and no redirect is followed"),
        },
        status => Said::Fault {
            why: format!("it answered with the status {status}"),
        },
    })
}

#[cfg(test)]
mod tests;
