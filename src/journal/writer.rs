//! The one thread of a process that writes the log.
//!
//! ```text
//! append ─► bounded queue ─► batch ─► blobs ─► file lock ─► BEGIN IMMEDIATE ─► check, insert, sign ─► COMMIT ─► replies
//! ```
//! Whatever waits when a batch begins is committed together; nothing waits for company. A refused
//! request leaves no trace and does not disturb its neighbours. A failed COMMIT ends all writing:
//! after a failed fsync the system may have dropped the pages, so trying again would lie.

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use ed25519_dalek::SigningKey;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use tokio::sync::mpsc;

use super::append::{AppendError, Draft, LARGEST_ROW, MOST_FACTS, Request, StorageFailure};
use super::blob::{BlobError, Blobs};
use super::chain::{self, Chain};
use super::checkpoint::Checkpoint;
use super::event::{Body, Event, Header, Stamp, Stream};
use super::keeper::{Errand, Signals};
use super::place::Place;
use super::schema::{self, BodyPlace};
use super::view::{self, RunFold, Seen, run};

/// The tenant of every event, until there are several.
const TENANT: &str = "local";

/// What the thread owns.
pub(super) struct Writer {
    pub connection: Connection,
    pub write_lock: File,
    pub place: Place,
    pub store_id: String,
    pub signer: SigningKey,
    pub signals: Arc<Signals>,
    pub errands: Sender<Errand>,
}

/// Why a transaction was given up.
struct Failure {
    source: StorageFailure,
    /// Nothing may be written after it.
    fatal: bool,
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        let fatal = match error.sqlite_error_code() {
            Some(
                ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OutOfMemory,
            ) => false,
            // I/O errors, corruption, and errors that SQLite does not explain.
            Some(_) | None => true,
        };
        Self {
            source: StorageFailure::Database(Arc::new(error)),
            fatal,
        }
    }
}

/// The answer to one request.
type Outcome = Result<Vec<Event>, AppendError>;

impl Writer {
    /// Writes until the queue is closed and empty.
    pub fn run(mut self, mut queue: mpsc::Receiver<Request>) {
        let mut held = None;
        while let Some(first) = held.take().or_else(|| queue.blocking_recv()) {
            let mut events = first.drafts.len();
            let mut batch = vec![first];
            while let Ok(next) = queue.try_recv() {
                events += next.drafts.len();
                if events > MOST_FACTS {
                    held = Some(next);
                    break;
                }
                batch.push(next);
            }
            self.write(batch);
            if self.signals.backfilled() {
                self.finish_backfill();
            }
            // Another process may be waiting for the lock.
            std::thread::yield_now();
        }
    }

    fn write(&mut self, batch: Vec<Request>) {
        if let Some(reason) = self.signals.halted() {
            for request in batch {
                reply(request, Err(AppendError::Halted { reason: reason.clone() }));
            }
            return;
        }
        let mut batch = self.store_blobs(batch);
        if batch.is_empty() {
            return;
        }
        match self.transact(&mut batch) {
            Ok(outcomes) => {
                if outcomes.iter().any(Result::is_ok) {
                    self.signals.committed(&self.errands);
                }
                for (request, outcome) in batch.into_iter().zip(outcomes) {
                    reply(request, outcome);
                }
            }
            Err(failure) => {
                if failure.fatal {
                    self.signals.halt(failure.source.to_string());
                }
                for request in batch {
                    let path = self.place.database.clone();
                    let source = failure.source.clone();
                    reply(request, Err(AppendError::Storage { path, source }));
                }
            }
        }
    }

    /// Stores the large bodies; requests whose bodies cannot be stored are answered and left out.
    fn store_blobs(&self, batch: Vec<Request>) -> Vec<Request> {
        let blobs = Blobs::new(&self.place.blobs);
        let mut ready = Vec::with_capacity(batch.len());
        for mut request in batch {
            match request
                .drafts
                .iter_mut()
                .try_for_each(|draft| store_blob(&blobs, draft))
            {
                Ok(()) => ready.push(request),
                Err(error) => {
                    let refused = self.blob_refused(error);
                    reply(request, Err(refused));
                }
            }
        }
        ready
    }

    fn blob_refused(&self, error: BlobError) -> AppendError {
        let (path, source) = match error {
            BlobError::File { path, source } => (path, source),
            BlobError::Missing { .. } | BlobError::Damaged { .. } => {
                (self.place.blobs.clone(), std::io::Error::other(error.to_string()))
            }
        };
        AppendError::Storage {
            path,
            source: StorageFailure::File(Arc::new(source)),
        }
    }

    /// Appends a batch in one transaction, under the lock that other processes wait for.
    fn transact(&self, batch: &mut [Request]) -> Result<Vec<Outcome>, Failure> {
        let lock_failed = |error| Failure {
            source: StorageFailure::File(Arc::new(error)),
            fatal: false,
        };
        self.write_lock.lock().map_err(lock_failed)?;
        let outcomes = self.transact_locked(batch);
        let unlocked = self.write_lock.unlock().map_err(lock_failed);
        if !self.connection.is_autocommit() {
            // The transaction could not be rolled back: it must never be committed by a later one.
            self.signals.halt("a transaction could not be rolled back".to_owned());
        }
        // What was committed is committed, whatever the lock says.
        match outcomes {
            Ok(outcomes) => Ok(outcomes),
            Err(failure) => unlocked.and(Err(failure)),
        }
    }

    fn transact_locked(&self, batch: &mut [Request]) -> Result<Vec<Outcome>, Failure> {
        let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let stored = chain::stored(&transaction)?;
        if (stored.tables, stored.views) != (schema::VERSION, view::VERSION) {
            return Err(contradiction(
                "the database was changed by another version of the program",
            ));
        }
        let Some(mut chain) = stored.chain else {
            return Err(contradiction("the head of the log is damaged"));
        };
        let before = chain.seq();
        let mut outcomes = Vec::with_capacity(batch.len());
        for request in batch {
            outcomes.push(append(&transaction, &mut chain, request)?);
        }
        if chain.seq() == before {
            transaction.rollback()?;
            return Ok(outcomes);
        }
        let checkpoint = Checkpoint::sign(&self.store_id, chain.seq(), chain.root(), chain.head(), &self.signer);
        chain.save(&transaction, checkpoint.note())?;
        transaction.commit().map_err(|error| Failure {
            fatal: true,
            ..Failure::from(error)
        })?;
        Ok(outcomes)
    }

    /// Copies the few frames that were written while the keeper copied the many, so that the log can restart.
    fn finish_backfill(&mut self) {
        let copied = self
            .connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(error) = copied {
            self.signals.halt(error.to_string());
        }
    }
}

fn reply(request: Request, outcome: Outcome) {
    // Whoever asked may have stopped waiting; the events stand.
    let _ = request.reply.send(outcome);
}

fn contradiction(problem: &str) -> Failure {
    Failure {
        source: StorageFailure::File(Arc::new(std::io::Error::other(problem))),
        fatal: true,
    }
}

fn store_blob(blobs: &Blobs, draft: &mut Draft) -> Result<(), BlobError> {
    if draft.digest.is_none() {
        draft.digest = Some(blobs.put(&draft.body)?);
    }
    Ok(())
}

/// Appends one request, or says why not before anything is written for it.
fn append(connection: &Connection, chain: &mut Chain, request: &mut Request) -> Result<Outcome, Failure> {
    let stream = request.stream.to_string();
    let head = chain::length(connection, &stream)?;
    if head != request.expected {
        return Ok(Err(AppendError::Conflict { head }));
    }
    let run = match admit(connection, chain.seq(), request)? {
        Ok(run) => run,
        Err(refused) => return Ok(Err(refused)),
    };
    let mut events = Vec::with_capacity(request.drafts.len());
    for (run_seq, draft) in (head + 1..).zip(&mut request.drafts) {
        events.push(insert(connection, chain, &stream, run_seq, &request.stamp, draft)?);
    }
    if let Some(run) = run {
        run.save(connection)?;
    }
    Ok(Ok(events))
}

/// Folds the facts of a run into its views, checking its epoch and its key; house streams have none.
///
/// `last` is the seq of the event before them.
fn admit(
    connection: &Connection,
    last: u64,
    request: &Request,
) -> Result<Result<Option<RunFold>, AppendError>, Failure> {
    let mut fold = match &request.stream {
        Stream::Run(id) => {
            let kinds = request.drafts.iter().map(|draft| draft.fact.kind.as_str());
            Some(RunFold::load(connection, id, kinds)?)
        }
        Stream::House(_) => None,
    };
    for (seq, Draft { fact, .. }) in (last + 1..).zip(&request.drafts) {
        let newest = fold.as_ref().map_or(0, |fold| fold.row().epoch);
        if let Some(epoch) = fact.epoch
            && epoch != newest
        {
            return Ok(Err(AppendError::Fenced { epoch, newest }));
        }
        let Some(fold) = &mut fold else { continue };
        if fact.kind == run::LEASED {
            let epoch = run::epoch(&fact.body).unwrap_or(0);
            if epoch != newest + 1 {
                return Ok(Err(AppendError::Fenced { epoch, newest }));
            }
        }
        if fact.kind == run::STARTED
            && let Some(key) = run::idempotency_key(&fact.body)
            && let Some(taken) = run::by_key(connection, key)?
            && taken.id != fold.row().id
        {
            return Ok(Err(AppendError::KeyTaken { run: taken.id }));
        }
        fold.apply(&Seen {
            seq,
            at: request.stamp.at,
            kind: &fact.kind,
            body: &fact.body,
        });
    }
    Ok(Ok(fold))
}

fn insert(
    connection: &Connection,
    chain: &mut Chain,
    stream: &str,
    run_seq: u64,
    stamp: &Stamp,
    draft: &mut Draft,
) -> Result<Event, Failure> {
    let Some(body_digest) = draft.digest else {
        return Err(contradiction("a large body was not stored"));
    };
    let header = Header {
        actor: stamp.actor.clone(),
        at: stamp.at,
        body_digest,
        body_key: None,
        body_size: draft.body.len() as u64,
        constitution: stamp.constitution,
        kind: draft.fact.kind.clone(),
        prev: chain.head(),
        run_seq,
        seq: chain.seq() + 1,
        stream: stream.to_owned(),
        tenant: TENANT.to_owned(),
        trace: stamp.trace.clone(),
        v: draft.fact.v,
    };
    let entry = header
        .entry()
        .map_err(|_| contradiction("a header could not be written as JSON"))?;
    let body = if draft.body.len() <= LARGEST_ROW {
        (BodyPlace::Row, Some(draft.body.as_slice()))
    } else {
        (BodyPlace::Blob, None)
    };
    let hash = chain::insert(connection, chain, &header, &entry, body)?;
    Ok(Event::new(header, Body::Present(draft.fact.body.take()), hash))
}
