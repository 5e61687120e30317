//! Failpoints: named places where the process ends itself with `SIGKILL`, for tests of durability.
//!
//! A kill at a random moment seldom hits the gap between two writes; one at a name hits it every time.
//! It is the same signal from the same system, so nothing is cleaned up and nothing is flushed. An
//! engine that is not armed compares one `None` at each place. Never changes what is recorded.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::fact::{Outcome, RunFact};

/// A place where a process may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A run is about to be recorded.
    BeforeStart,
    /// A run is recorded, and nothing else was done.
    AfterStart,
    /// An intent is about to be recorded.
    BeforeIntent,
    /// An intent is recorded, and its effect was not begun.
    AfterIntentCommit,
    /// An effect was begun and waits for something; passed each time that it waits.
    DuringEffect,
    /// An effect is over, and nobody knows it yet.
    AfterEffect,
    /// The end of an effect is about to be recorded.
    BeforeSettleCommit,
    /// The end of an effect is recorded.
    AfterSettleCommit,
    /// A failure after which another attempt follows is recorded.
    AfterRetryCommit,
    /// A doubt is recorded.
    AfterDoubtCommit,
    /// A question is recorded.
    AfterQuestion,
    /// An answer is about to be recorded.
    BeforeAnswer,
    /// An answer is recorded.
    AfterAnswer,
    /// The intent to run another capsule is recorded, and its run does not exist.
    BetweenParentAndChild,
    /// The run of another capsule is over, and the run that wanted it does not know.
    BetweenChildAndParent,
    /// The end of a run is about to be recorded.
    BeforeFinish,
    /// The end of a run is recorded.
    AfterFinish,
    /// A change of the constitution or of the trusted keys is about to be recorded; its files are laid down.
    BeforeEnact,
    /// A change of the constitution or of the trusted keys is recorded; its files are not in their places.
    AfterEnact,
}

/// Every point with its name, in the order in which a run passes them; the last two lie in no run.
pub const POINTS: [(&str, Point); 19] = [
    ("before_start", Point::BeforeStart),
    ("after_start", Point::AfterStart),
    ("before_intent", Point::BeforeIntent),
    ("after_intent_commit", Point::AfterIntentCommit),
    ("during_effect", Point::DuringEffect),
    ("after_effect", Point::AfterEffect),
    ("before_settle_commit", Point::BeforeSettleCommit),
    ("after_settle_commit", Point::AfterSettleCommit),
    ("after_retry_commit", Point::AfterRetryCommit),
    ("after_doubt_commit", Point::AfterDoubtCommit),
    ("after_question", Point::AfterQuestion),
    ("before_answer", Point::BeforeAnswer),
    ("after_answer", Point::AfterAnswer),
    ("between_parent_and_child", Point::BetweenParentAndChild),
    ("between_child_and_parent", Point::BetweenChildAndParent),
    ("before_finish", Point::BeforeFinish),
    ("after_finish", Point::AfterFinish),
    ("before_enact", Point::BeforeEnact),
    ("after_enact", Point::AfterEnact),
];

/// Where and at which passing the process ends; by default nowhere.
#[derive(Debug, Clone, Default)]
pub struct Failpoint(Option<Armed>);

#[derive(Debug, Clone)]
struct Armed {
    point: Point,
    /// How many passings are left, the last one included.
    left: Arc<AtomicU64>,
}

impl Failpoint {
    /// Whether there is a place at all.
    pub fn is_armed(&self) -> bool {
        self.0.is_some()
    }
}

/// A text that arms nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FailpointError {
    /// There is no such place.
    #[error("there is no failpoint `{name}`")]
    NoSuchPoint {
        /// As given.
        name: String,
    },
    /// The passing is not a number from 1.
    #[error("`{count}` does not say at which passing of `{name}`")]
    NotACount {
        /// The place.
        name: String,
        /// As given.
        count: String,
    },
}

impl FailpointError {
    /// What would change it.
    pub fn hint(&self) -> String {
        match self {
            Self::NoSuchPoint { .. } => format!("the names are {}", POINTS.map(|(name, _)| name).join(", ")),
            Self::NotACount { name, .. } => format!("write `{name}`, or `{name}:3` for its third passing"),
        }
    }
}

impl FromStr for Failpoint {
    type Err = FailpointError;

    /// Reads `name` or `name:count`; the count is that of the passing, from 1.
    fn from_str(text: &str) -> Result<Self, FailpointError> {
        let (name, count) = text.split_once(':').unwrap_or((text, "1"));
        let known = POINTS.iter().find(|(known, _)| *known == name);
        let Some((_, point)) = known else {
            return Err(FailpointError::NoSuchPoint { name: name.to_owned() });
        };
        let left = count.parse().ok().filter(|count| *count > 0);
        let Some(left) = left else {
            return Err(FailpointError::NotACount {
                name: name.to_owned(),
                count: count.to_owned(),
            });
        };
        Ok(Self(Some(Armed {
            point: *point,
            left: Arc::new(AtomicU64::new(left)),
        })))
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = POINTS
            .iter()
            .find(|(_, point)| point == self)
            .map_or("", |(name, _)| name);
        f.write_str(name)
    }
}

impl Failpoint {
    /// Ends the process when this is the passing of the point that it is armed for.
    pub(super) fn pass(&self, point: Point) {
        let Some(armed) = self.0.as_ref().filter(|armed| armed.point == point) else {
            return;
        };
        if armed.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            // The signal is on its way: nothing may happen until it arrives.
            loop {
                std::thread::park();
            }
        }
    }

    /// Passes what lies before the commit of `facts`.
    pub(super) fn before_commit(&self, facts: &[RunFact]) {
        if self.0.is_some() {
            facts.iter().filter_map(before).for_each(|point| self.pass(point));
        }
    }

    /// Passes what lies after the commit of `facts`.
    pub(super) fn after_commit(&self, facts: &[RunFact]) {
        if self.0.is_some() {
            facts.iter().filter_map(after).for_each(|point| self.pass(point));
        }
    }

    /// Carries out an effect, passing [`Point::DuringEffect`] whenever it waits.
    pub(super) async fn during<T>(&self, effect: impl Future<Output = T>) -> T {
        if self.0.is_none() {
            return effect.await;
        }
        let mut effect = pin!(effect);
        std::future::poll_fn(|context| {
            let polled = effect.as_mut().poll(context);
            if polled.is_pending() {
                self.pass(Point::DuringEffect);
            }
            polled
        })
        .await
    }
}

fn before(fact: &RunFact) -> Option<Point> {
    match fact {
        RunFact::Started(_) => Some(Point::BeforeStart),
        RunFact::StepStarted(_) => Some(Point::BeforeIntent),
        RunFact::Settled(_) => Some(Point::BeforeSettleCommit),
        RunFact::Resolved(_) => Some(Point::BeforeAnswer),
        RunFact::Finished(_) => Some(Point::BeforeFinish),
        RunFact::Leased(_)
        | RunFact::Admitted(_)
        | RunFact::Paused(_)
        | RunFact::Resumed(_)
        | RunFact::Cancelling(_)
        | RunFact::Failing(_)
        | RunFact::Reopened(_)
        | RunFact::Raised(_)
        | RunFact::Expanded(_)
        | RunFact::Skipped(_)
        | RunFact::Judged(_)
        | RunFact::InDoubt(_)
        | RunFact::Reset(_)
        | RunFact::Adopted(_)
        | RunFact::Requested(_)
        | RunFact::Endorsed(_)
        | RunFact::Tripped(_) => None,
    }
}

fn after(fact: &RunFact) -> Option<Point> {
    match fact {
        RunFact::Started(_) => Some(Point::AfterStart),
        RunFact::StepStarted(_) => Some(Point::AfterIntentCommit),
        RunFact::Settled(settled) => Some(match (&settled.outcome, settled.retry_at) {
            (Outcome::Failed { .. }, Some(_)) => Point::AfterRetryCommit,
            (Outcome::Completed { .. } | Outcome::Failed { .. }, _) => Point::AfterSettleCommit,
        }),
        RunFact::InDoubt(_) => Some(Point::AfterDoubtCommit),
        RunFact::Requested(_) => Some(Point::AfterQuestion),
        RunFact::Resolved(_) => Some(Point::AfterAnswer),
        RunFact::Finished(_) => Some(Point::AfterFinish),
        RunFact::Leased(_)
        | RunFact::Admitted(_)
        | RunFact::Paused(_)
        | RunFact::Resumed(_)
        | RunFact::Cancelling(_)
        | RunFact::Failing(_)
        | RunFact::Reopened(_)
        | RunFact::Raised(_)
        | RunFact::Expanded(_)
        | RunFact::Skipped(_)
        | RunFact::Judged(_)
        | RunFact::Reset(_)
        | RunFact::Adopted(_)
        | RunFact::Endorsed(_)
        | RunFact::Tripped(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_armed_by_its_name_and_perhaps_a_count() {
        for (name, point) in POINTS {
            let armed = name.parse::<Failpoint>().unwrap().0.unwrap();
            assert_eq!((armed.point, point.to_string().as_str()), (point, name));
            assert_eq!(armed.left.load(Ordering::SeqCst), 1);
        }
        let armed: Failpoint = "before_intent:3".parse().unwrap();
        armed.pass(Point::BeforeIntent);
        armed.pass(Point::AfterFinish);
        assert_eq!(armed.0.unwrap().left.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn what_names_no_point_says_which_there_are() {
        let error = "somewhere:2".parse::<Failpoint>().unwrap_err();
        assert_eq!(error.to_string(), "there is no failpoint `somewhere`");
        for (name, _) in POINTS {
            assert!(error.hint().contains(name));
        }
        for count in ["", "0", "-1", "x", "1:2"] {
            let error = format!("after_effect:{count}").parse::<Failpoint>().unwrap_err();
            assert!(error.hint().contains("after_effect:3"), "{error}");
        }
    }
}
