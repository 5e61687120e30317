//! What went wrong with a request, in the terms in which the engine decides what comes next.

use std::time::{SystemTime, UNIX_EPOCH};

use super::super::ToolError;
use super::super::contract::{bad_argument, failed};
use super::MOST_REDIRECTS;
use super::retry_after::wait_ms;
use crate::net::{Answer, Broken, Closed};

/// How much of an answer is quoted.
const EXCERPT_CHARACTERS: usize = 200;

/// The other side did something, and then it went wrong in this way.
pub(super) fn after(error: ToolError) -> ToolError {
    match error {
        already @ ToolError::Uncertain(_) => already,
        error => ToolError::Uncertain(Box::new(error)),
    }
}

/// A request that got no answer, or no whole one.
pub(super) fn broken(error: Broken) -> ToolError {
    let message = error.to_string();
    match error {
        Broken::Closed(Closed::Offline) => failed(message, "run it without `--offline`"),
        Broken::Closed(Closed::NoClient { .. }) => failed(message, "check the certificates of this machine"),
        Broken::NotADestination(_) => bad_argument(message, "give an absolute URL such as `https://example.com/x`"),
        Broken::Inward(_) => failed(
            message,
            "a name has to lead to a public address; write an address of your own network into the URL itself",
        ),
        Broken::Malformed { .. } => bad_argument(message, "see RFC 9110, section 5"),
        Broken::Unreached { .. } => unavailable(message, "check that the server runs and can be reached from here"),
        Broken::Lost { .. } => after(unavailable(
            message,
            "find out on the other side whether the request was carried out",
        )),
        Broken::TooLarge { .. } => failed(message, "raise `max_bytes`, or ask for less"),
        Broken::Encoded { .. } => failed(message, "ask the server for an answer without compression"),
    }
}

/// A redirect that is not followed.
pub(super) fn elsewhere(place: String) -> ToolError {
    failed(
        format!("the server redirects to {place}, and only redirects on the same scheme, host and port are followed"),
        "ask there directly: then it is judged where the request really goes",
    )
}

/// A server that keeps redirecting.
pub(super) fn led_astray() -> ToolError {
    failed(
        format!("the server redirects more than {MOST_REDIRECTS} times"),
        "ask for the last place directly",
    )
}

/// An answer with a status that the capsule does not count as success.
pub(super) async fn unexpected(method: &str, answer: Answer) -> ToolError {
    let status = answer.status();
    let retry_after_ms = answer.header("retry-after").and_then(|text| wait_ms(&text, now_ms()));
    let place = answer.place();
    let excerpt = answer.excerpt(EXCERPT_CHARACTERS).await;
    let said = if excerpt.is_empty() {
        String::new()
    } else {
        format!(": `{excerpt}`")
    };
    let message = format!("{method} `{place}` answered {status}{said}");
    match status {
        429 => ToolError::RateLimited {
            message,
            hint: "ask less often, or later".to_owned(),
            retry_after_ms,
        },
        // A gateway that gave up may have passed the request on before.
        502..=504 => after(unavailable(message, "try again later")),
        _ => failed(
            message,
            "correct the request, or list the status under `expect` of `http.request`",
        ),
    }
}

fn unavailable(message: String, hint: &str) -> ToolError {
    ToolError::Unavailable {
        message,
        hint: hint.to_owned(),
    }
}

/// Milliseconds since 1970.
pub(super) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
