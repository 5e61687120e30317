//! What a program reached and what it was refused, within bounds that it cannot use to hide one.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// How many different attempts are kept of each kind: let through, and refused.
const KEPT: usize = 100;

/// The most characters of a place and of a reason.
const LONGEST: usize = 300;

/// One attempt to reach a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Scheme, host and port as they were judged, or what was written where nothing could be.
    pub place: String,
    /// Why it was refused; absent when it was let through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// The attempts of one program.
#[derive(Debug, Clone, Default)]
pub(super) struct Attempts(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    reached: Vec<Reach>,
    refused: Vec<Reach>,
    left_out: u64,
}

impl Attempts {
    /// Keeps an attempt, once.
    pub(super) fn note(&self, place: &str, refused: Option<&str>) {
        let cut = |text: &str| text.chars().take(LONGEST).collect::<String>();
        let reach = Reach {
            place: cut(place),
            refused: refused.map(cut),
        };
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let list = match reach.refused {
            None => &mut noted.reached,
            Some(_) => &mut noted.refused,
        };
        if list.contains(&reach) {
            return;
        }
        if list.len() < KEPT {
            list.push(reach);
        } else {
            noted.left_out += 1;
        }
    }

    /// What there was so far, what was let through first, and how many attempts are not among it.
    pub(super) fn so_far(&self) -> (Vec<Reach>, u64) {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all = noted.reached.iter().chain(&noted.refused).cloned();
        (all.collect(), noted.left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_again_and_again_hides_nothing_that_is_reached() {
        let attempts = Attempts::default();
        for number in 0..1_000 {
            attempts.note(&format!("h{number}:443"), Some(&"x".repeat(5_000)));
            attempts.note("h0:443", Some("again"));
        }
        attempts.note("reached:443", None);
        attempts.note("reached:443", None);
        let (all, left_out) = attempts.so_far();
        assert_eq!(all[0].place, "reached:443");
        assert_eq!((all.len(), left_out), (1 + KEPT, 1_001 - KEPT as u64));
        assert!(
            all.iter()
                .all(|reach| reach.refused.as_ref().is_none_or(|why| why.len() <= LONGEST))
        );
    }
}
