//! The journal as the rest of the program holds it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use ed25519_dalek::{SigningKey, VerifyingKey};
use tokio::sync::{mpsc, oneshot};

use super::append::{self, AppendError, Request};
use super::checkpoint::Checkpoint;
use super::event::{Event, Fact, Stamp, Stream};
use super::keeper::{Errand, Keeper, Signals};
use super::open::{self, OpenError, Opened};
use super::outside::PublishError;
use super::place::Place;
use super::reader::{ReadError, Reader};
use super::writer::Writer;

/// Appends that may wait for the writer before [`Journal::append`] waits too.
const QUEUE: usize = 1024;

/// One store, open for writing.
///
/// Its threads begin with the first append. Dropping it writes what was accepted, publishes the
/// newest checkpoint and waits for both.
pub struct Journal {
    place: Place,
    store_id: String,
    key: VerifyingKey,
    state: Mutex<State>,
}

enum State {
    /// Nothing was appended yet.
    Idle(Box<Idle>),
    Running(Threads),
    /// Closed, or its threads could not be started.
    Stopped,
}

struct Idle {
    opened: Opened,
    signer: SigningKey,
}

struct Threads {
    queue: mpsc::Sender<Request>,
    errands: std::sync::mpsc::Sender<Errand>,
    writer: JoinHandle<()>,
    keeper: JoinHandle<()>,
}

impl Journal {
    /// Opens the store at `place`, creating it when there is none; `signer` signs its checkpoints.
    ///
    /// # Errors
    /// Each variant of [`OpenError`]; nothing is repaired and no damaged log is opened.
    pub fn open(place: &Place, signer: SigningKey) -> Result<Self, OpenError> {
        let opened = open::open(place, &signer)?;
        Ok(Self {
            place: place.clone(),
            store_id: opened.store_id.clone(),
            key: signer.verifying_key(),
            state: Mutex::new(State::Idle(Box::new(Idle { opened, signer }))),
        })
    }

    /// The store's id, a UUIDv7.
    pub fn store_id(&self) -> &str {
        &self.store_id
    }

    /// The key that verifies the store's checkpoints.
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Opens a reader of the same store.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn reader(&self) -> Result<Reader, ReadError> {
        Reader::open(&self.place)
    }

    /// Appends facts to a stream that has `expected` events (0: a new stream), all of them or none.
    ///
    /// When it returns, the events are on disk. It works on any executor and never blocks it. If the
    /// future is dropped the facts may be appended or not.
    ///
    /// # Errors
    /// Each variant of [`AppendError`]; see there which leaves it open whether the events exist.
    pub async fn append(
        &self,
        stream: &Stream,
        expected: u64,
        stamp: &Stamp,
        facts: Vec<Fact>,
    ) -> Result<Vec<Event>, AppendError> {
        let drafts = append::draft(stream, stamp, facts)?;
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        let (reply, answer) = oneshot::channel();
        let request = Request {
            stream: stream.clone(),
            expected,
            stamp: stamp.clone(),
            drafts,
            reply,
        };
        let queue = match &*self.running()? {
            State::Running(threads) => threads.queue.clone(),
            State::Idle(_) | State::Stopped => return Err(AppendError::Closed),
        };
        queue.send(request).await.map_err(|_| AppendError::Closed)?;
        answer.await.unwrap_or(Err(AppendError::Closed))
    }

    /// Writes the newest checkpoint to [`Place::checkpoint`] now, and returns it.
    ///
    /// It is also written at most 5 seconds after each commit, and on closing.
    ///
    /// # Errors
    /// [`PublishError::Diverged`] when the one that is there covers more than the log, or something
    /// else: the log was cut or replaced, and nothing is written any more.
    pub async fn publish_checkpoint(&self) -> Result<Checkpoint, PublishError> {
        let (reply, answer) = oneshot::channel();
        match &*self.running().map_err(|_| PublishError::Closed)? {
            State::Running(threads) => threads
                .errands
                .send(Errand::Publish(reply))
                .map_err(|_| PublishError::Closed)?,
            State::Idle(_) | State::Stopped => return Err(PublishError::Closed),
        }
        answer.await.unwrap_or(Err(PublishError::Closed))
    }

    /// The state, with the threads started.
    fn running(&self) -> Result<MutexGuard<'_, State>, AppendError> {
        // No code panics while it holds the lock; a poisoned state would still be a whole one.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Idle(_))
            && let State::Idle(idle) = std::mem::replace(&mut *state, State::Stopped)
        {
            let threads = start(*idle, &self.place, self.key).map_err(|error| AppendError::Halted {
                reason: format!("its threads could not be started: {error}"),
            })?;
            *state = State::Running(threads);
        }
        Ok(state)
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(state, State::Stopped) {
            State::Running(threads) => threads.stop(),
            State::Idle(_) | State::Stopped => {}
        }
    }
}

impl Threads {
    fn stop(self) {
        let Self {
            queue,
            errands,
            writer,
            keeper,
        } = self;
        drop(queue);
        // A thread that panicked has nothing left to wait for.
        let _ = writer.join();
        drop(errands);
        let _ = keeper.join();
    }
}

fn start(idle: Idle, place: &Place, key: VerifyingKey) -> std::io::Result<Threads> {
    let Idle { opened, signer } = idle;
    let (queue, requests) = mpsc::channel(QUEUE);
    let (errands, inbox) = std::sync::mpsc::channel();
    let signals = Arc::new(Signals::default());
    let keeper = Keeper {
        place: place.clone(),
        store_id: opened.store_id.clone(),
        key,
        signals: Arc::clone(&signals),
        connection: None,
    };
    let writer = Writer {
        connection: opened.connection,
        write_lock: opened.write_lock,
        place: place.clone(),
        store_id: opened.store_id,
        signer,
        signals,
        errands: errands.clone(),
    };
    let keeper = thread("journal keeper", move || keeper.run(inbox))?;
    let writer = thread("journal writer", move || writer.run(requests))?;
    Ok(Threads {
        queue,
        errands,
        writer,
        keeper,
    })
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work)
}

#[cfg(test)]
mod tests {
    use super::super::verify::{Range, verify};
    use super::*;
    use crate::journal::append::StorageFailure;
    use serde_json::json;

    #[tokio::test]
    async fn a_full_database_refuses_the_batch_and_keeps_what_was_acknowledged() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place {
            database: directory.path().join("journal.db"),
            blobs: directory.path().join("blobs"),
            checkpoint: directory.path().join("checkpoint"),
            locks: directory.path().join("locks"),
        };
        let signer = SigningKey::from_bytes(&[7; 32]);
        let journal = Journal::open(&place, signer.clone()).unwrap();
        if let State::Idle(idle) = &*journal.state.lock().unwrap() {
            // SQLite's own limit, which fails as a full disk does.
            idle.opened
                .connection
                .pragma_update(None, "max_page_count", 60)
                .unwrap();
        }
        let stamp = Stamp {
            at: 1,
            actor: "engine".into(),
            trace: None,
            constitution: None,
        };
        let run = Stream::Run("r".into());
        let append = async |expected, size| {
            let fact = Fact {
                kind: "a.b".into(),
                v: 1,
                body: json!("x".repeat(size)),
                epoch: None,
            };
            journal.append(&run, expected, &stamp, vec![fact]).await
        };
        let mut kept = 0;
        let full = loop {
            match append(kept, 16_000).await {
                Ok(_) => kept += 1,
                Err(refused) => break refused,
            }
        };
        let AppendError::Storage {
            source: StorageFailure::Database(error),
            ..
        } = full
        else {
            panic!("{full:?}")
        };
        assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DiskFull));
        // The transaction was undone, so writing goes on where there is room.
        while append(kept, 10).await.is_ok() {
            kept += 1;
        }
        assert!(kept > 5);
        assert_eq!(journal.reader().unwrap().tail(0, 1000).unwrap().len() as u64, kept);
        drop(journal);
        assert_eq!(
            verify(&place, &signer.verifying_key(), &Range::Full).unwrap().events,
            kept
        );
    }
}
