//! What may be appended, and why an append is refused.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::oneshot;

use super::event::{Event, Fact, Stamp, Stream, is_run_id};
use super::view::run;
use crate::digest::Digest;

/// Most facts in one append, and most events in one commit.
pub const MOST_FACTS: usize = 2048;
/// Most bytes of one body, as stored: 256 MiB.
pub const LARGEST_BODY: usize = 256 << 20;
/// Most levels of nested arrays and objects in a body; deeper ones could not be read again.
pub const DEEPEST_BODY: usize = 100;
/// Bodies above this many bytes go to the blob store.
pub(super) const LARGEST_ROW: usize = 16 << 10;
/// Longest actor, kind and stream name, in bytes.
const LONGEST_NAME: usize = 256;
/// Integers in an entry lie below this, so that every JSON reader keeps them (RFC 8785, appendix D).
const INTEGERS: i64 = 1 << 53;

/// Why nothing was appended.
///
/// After [`AppendError::Storage`] it is unknown whether the events are in the log: the disk failed while
/// they were made durable. After every other variant they are not.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// Somebody else appended to the stream first.
    #[error("the stream has {head} events, another number was expected")]
    Conflict {
        /// The number of events it has.
        head: u64,
    },
    /// Another owner drives the run.
    #[error("epoch {epoch} is not in force, the newest is {newest}")]
    Fenced {
        /// The epoch of the fact.
        epoch: u64,
        /// The newest epoch of the stream.
        newest: u64,
    },
    /// A run was already started with the same idempotency key.
    #[error("run `{run}` was already started with this idempotency key")]
    KeyTaken {
        /// That run's id.
        run: String,
    },
    /// More facts than one append may have.
    #[error("an append has {facts} facts, at most {MOST_FACTS} are allowed")]
    TooMany {
        /// How many there were.
        facts: usize,
    },
    /// A body is larger than a body may be.
    #[error("the body of `{kind}` has {bytes} bytes, at most {LARGEST_BODY} are allowed")]
    TooLarge {
        /// Kind of the fact.
        kind: String,
        /// Its size.
        bytes: usize,
    },
    /// A body is nested deeper than a body may be.
    #[error("the body of `{kind}` is nested deeper than {DEEPEST_BODY} levels")]
    TooDeep {
        /// Kind of the fact.
        kind: String,
    },
    /// A field has a value that an entry cannot hold.
    #[error("`{value}` cannot be the {field} of an event")]
    Malformed {
        /// The field.
        field: &'static str,
        /// The value, shortened.
        value: String,
    },
    /// The disk or the database failed.
    #[error("cannot write `{path}`")]
    Storage {
        /// The file.
        path: PathBuf,
        /// What failed.
        source: StorageFailure,
    },
    /// The journal stopped writing after a failure; it has to be opened again.
    #[error("the journal stopped writing: {reason}")]
    Halted {
        /// What happened.
        reason: String,
    },
    /// The journal is closed.
    #[error("the journal is closed")]
    Closed,
}

impl AppendError {
    /// Whether the database file does not hold what was written into it.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Storage { source: StorageFailure::Database(error), .. } if super::schema::says_damaged(error))
    }
}

/// What failed below the journal; shared by all appends of a batch.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StorageFailure {
    /// SQLite.
    #[error(transparent)]
    Database(Arc<rusqlite::Error>),
    /// A file: the lock or a blob.
    #[error(transparent)]
    File(Arc<io::Error>),
}

/// A fact that has been checked, and its body as it will be stored.
pub(super) struct Draft {
    pub fact: Fact,
    pub body: Vec<u8>,
    /// Digest of `body`; left to the blob store for bodies that go there.
    pub digest: Option<Digest>,
}

/// One append on its way to the writer.
pub(super) struct Request {
    pub stream: Stream,
    pub expected: u64,
    pub stamp: Stamp,
    pub drafts: Vec<Draft>,
    pub reply: oneshot::Sender<Result<Vec<Event>, AppendError>>,
}

/// Checks everything that can be checked without the store.
pub(super) fn draft(stream: &Stream, stamp: &Stamp, facts: Vec<Fact>) -> Result<Vec<Draft>, AppendError> {
    if facts.len() > MOST_FACTS {
        return Err(AppendError::TooMany { facts: facts.len() });
    }
    let (name, valid) = match stream {
        Stream::Run(id) => (id, is_run_id(id)),
        Stream::House(name) => (name, is_house_name(name)),
    };
    check("stream", name, valid)?;
    check("actor", &stamp.actor, is_plain(&stamp.actor))?;
    if let Some(trace) = &stamp.trace {
        check("trace", trace, is_trace(trace))?;
    }
    check(
        "time",
        &stamp.at.to_string(),
        (-INTEGERS + 1..INTEGERS).contains(&stamp.at),
    )?;
    facts.into_iter().map(|fact| draft_fact(stream, fact)).collect()
}

fn draft_fact(stream: &Stream, fact: Fact) -> Result<Draft, AppendError> {
    check("kind", &fact.kind, is_kind(&fact.kind))?;
    if !is_within(&fact.body, DEEPEST_BODY) {
        return Err(AppendError::TooDeep { kind: fact.kind });
    }
    if fact.kind == run::LEASED {
        let epoch = run::epoch(&fact.body).filter(|epoch| *epoch < INTEGERS.cast_unsigned());
        let leasable = matches!(stream, Stream::Run(_)) && epoch.is_some();
        check("lease", &fact.body.to_string(), leasable)?;
    }
    let body = serde_json::to_vec(&fact.body).map_err(|_| malformed("body", &fact.kind))?;
    if body.len() > LARGEST_BODY {
        return Err(AppendError::TooLarge {
            kind: fact.kind,
            bytes: body.len(),
        });
    }
    let digest = (body.len() <= LARGEST_ROW).then(|| Digest::of(&body));
    Ok(Draft { fact, body, digest })
}

fn check(field: &'static str, value: &str, valid: bool) -> Result<(), AppendError> {
    if valid { Ok(()) } else { Err(malformed(field, value)) }
}

fn malformed(field: &'static str, value: &str) -> AppendError {
    AppendError::Malformed {
        field,
        value: value.chars().take(80).collect(),
    }
}

fn is_plain(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len()) && !text.contains(char::is_control)
}

fn is_house_name(name: &str) -> bool {
    is_plain(name) && name.split('/').all(is_run_id)
}

/// Dotted lower case, as `step.settled`.
fn is_kind(kind: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    kind.len() <= LONGEST_NAME && kind.split('.').all(is_word)
}

/// 32 lower-case hex digits (W3C Trace Context).
fn is_trace(trace: &str) -> bool {
    trace.len() == 32 && trace.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a value has at most `levels` levels of arrays and objects.
pub fn is_within(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| is_within(item, levels - 1)),
        Value::Object(map) => levels > 0 && map.values().all(|item| is_within(item, levels - 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stamp() -> Stamp {
        Stamp {
            at: 1,
            actor: "user:ann".into(),
            trace: None,
            constitution: None,
        }
    }

    fn fact(kind: &str, body: Value) -> Fact {
        Fact {
            kind: kind.into(),
            v: 1,
            body,
            epoch: None,
        }
    }

    fn refused_field(stream: &Stream, stamp: &Stamp, kind: &str) -> Option<&'static str> {
        match draft(stream, stamp, vec![fact(kind, json!({}))]) {
            Err(AppendError::Malformed { field, .. }) => Some(field),
            Err(_) | Ok(_) => None,
        }
    }

    #[test]
    fn fields_that_an_entry_cannot_hold_are_refused() {
        let run = Stream::Run("r".into());
        for (stream, stamp, kind, field) in [
            (Stream::Run("a/b".into()), stamp(), "a.b", Some("stream")),
            (Stream::House(String::new()), stamp(), "a.b", Some("stream")),
            (Stream::House("memory/notes".into()), stamp(), "a.b", None),
            (
                run.clone(),
                Stamp {
                    actor: "a\nb".into(),
                    ..stamp()
                },
                "a.b",
                Some("actor"),
            ),
            (
                run.clone(),
                Stamp {
                    trace: Some("xyz".into()),
                    ..stamp()
                },
                "a.b",
                Some("trace"),
            ),
            (
                run.clone(),
                Stamp {
                    trace: Some("0af7651916cd43dd8448eb211c80319c".into()),
                    ..stamp()
                },
                "a.b",
                None,
            ),
            (run.clone(), Stamp { at: 1 << 53, ..stamp() }, "a.b", Some("time")),
            (
                run.clone(),
                Stamp {
                    at: i64::MIN,
                    ..stamp()
                },
                "a.b",
                Some("time"),
            ),
            (
                run.clone(),
                Stamp {
                    at: (1 << 53) - 1,
                    ..stamp()
                },
                "a.b",
                None,
            ),
            (run.clone(), stamp(), "Step.Settled", Some("kind")),
            (run.clone(), stamp(), "step..settled", Some("kind")),
            (run.clone(), stamp(), "", Some("kind")),
            (run.clone(), stamp(), "step.in_doubt2", None),
            (run, stamp(), "run.leased", Some("lease")),
        ] {
            assert_eq!(refused_field(&stream, &stamp, kind), field, "{stream} {stamp:?} {kind}");
        }
    }

    #[test]
    fn bodies_that_could_not_be_read_again_are_refused() {
        let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
        let run = Stream::Run("r".into());
        let ok = draft(&run, &stamp(), vec![fact("a", nested(DEEPEST_BODY))]).unwrap();
        assert!(serde_json::from_slice::<Value>(&ok[0].body).is_ok());
        let deep = draft(&run, &stamp(), vec![fact("a", nested(DEEPEST_BODY + 1))]);
        assert!(matches!(deep, Err(AppendError::TooDeep { .. })));
        let large = draft(&run, &stamp(), vec![fact("a", json!("x".repeat(LARGEST_BODY)))]);
        assert!(matches!(large, Err(AppendError::TooLarge { bytes, .. }) if bytes == LARGEST_BODY + 2));
        let many = draft(&run, &stamp(), vec![fact("a", json!(1)); MOST_FACTS + 1]);
        assert!(matches!(many, Err(AppendError::TooMany { .. })));
    }
}
