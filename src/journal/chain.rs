//! The head of the log: the last hash, the tree's frontier, and how an event is added to both.

use rusqlite::{Connection, params};

use super::event::Header;
use super::schema::BodyPlace;
use super::tree::{self, Frontier};
use crate::digest::Digest;

/// The state that the next event continues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    seq: u64,
    head: Digest,
    frontier: Frontier,
}

/// The row `store`, as a transaction finds it.
pub(super) struct Stored {
    /// The store's id.
    pub id: String,
    /// Version of the views in the database.
    pub views: i64,
    /// Version of the tables.
    pub tables: i64,
    /// The newest checkpoint, a signed note.
    pub checkpoint: String,
    /// The head, or `None` when the row contradicts itself.
    pub chain: Option<Chain>,
}

impl Default for Chain {
    fn default() -> Self {
        Self {
            seq: 0,
            head: Digest::ZERO,
            frontier: Frontier::default(),
        }
    }
}

impl Chain {
    /// Continues the log after event `seq`, whose hash is `head`.
    pub fn at(seq: u64, head: Digest, frontier: Frontier) -> Self {
        Self { seq, head, frontier }
    }

    /// The seq of the last event.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The hash of the last event.
    pub fn head(&self) -> Digest {
        self.head
    }

    /// The root of the tree over all entries.
    pub fn root(&self) -> tree::Hash {
        self.frontier.root()
    }

    /// Moves on by one event; `keep` is given the tree nodes that are complete now.
    pub fn extend(&mut self, entry: &[u8], hash: Digest, keep: impl FnMut(tree::Node)) {
        self.frontier.push(tree::leaf(entry), keep);
        self.head = hash;
        self.seq += 1;
    }

    /// Writes the head and its checkpoint.
    pub fn save(&self, connection: &Connection, checkpoint: &str) -> rusqlite::Result<()> {
        connection
            .prepare_cached("UPDATE store SET seq = ?1, hash = ?2, frontier = ?3, checkpoint = ?4")?
            .execute(params![
                self.seq.cast_signed(),
                self.head.as_bytes(),
                self.frontier.to_bytes(),
                checkpoint
            ])?;
        Ok(())
    }
}

/// Reads the row `store`.
pub(super) fn stored(connection: &Connection) -> rusqlite::Result<Stored> {
    connection
        .prepare_cached(
            "SELECT id, views, (SELECT user_version FROM pragma_user_version), checkpoint, seq, hash, frontier FROM store",
        )?
        .query_row([], |row| {
            let seq = row.get::<_, i64>(4)?.cast_unsigned();
            let head = Digest::from_bytes(row.get_ref(5)?.as_blob()?);
            let frontier = Frontier::from_bytes(seq, row.get_ref(6)?.as_blob()?);
            Ok(Stored {
                id: row.get(0)?,
                views: row.get(1)?,
                tables: row.get(2)?,
                checkpoint: row.get(3)?,
                chain: head.zip(frontier).map(|(head, frontier)| Chain::at(seq, head, frontier)),
            })
        })
}

/// Inserts an event after `chain` and moves `chain` on.
pub(super) fn insert(
    connection: &Connection,
    chain: &mut Chain,
    header: &Header,
    entry: &[u8],
    body: (BodyPlace, Option<&[u8]>),
) -> rusqlite::Result<Digest> {
    let hash = Digest::of(entry);
    connection
        .prepare_cached(
            "INSERT INTO events (seq, stream, run_seq, kind, at, entry, hash, body_in, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            header.seq.cast_signed(),
            header.stream,
            header.run_seq.cast_signed(),
            header.kind,
            header.at,
            entry,
            hash.as_bytes(),
            body.0,
            body.1
        ])?;
    let mut complete = Vec::new();
    chain.extend(entry, hash, |node| complete.push(node));
    for node in complete {
        connection
            .prepare_cached("INSERT INTO tree (level, position, node) VALUES (?1, ?2, ?3)")?
            .execute(params![node.level, node.position.cast_signed(), node.hash])?;
    }
    Ok(hash)
}

/// The number of events in a stream, which is the run_seq of its last one.
pub(super) fn length(connection: &Connection, stream: &str) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT max(run_seq) FROM events WHERE stream = ?1")?
        .query_row([stream], |row| row.get::<_, Option<i64>>(0))
        .map(|last| last.unwrap_or(0).cast_unsigned())
}

/// The hash stored with event `seq`; `None` when there is no such event or it is no hash.
pub(super) fn hash_at(connection: &Connection, seq: u64) -> rusqlite::Result<Option<Digest>> {
    let mut statement = connection.prepare_cached("SELECT hash FROM events WHERE seq = ?1")?;
    let mut rows = statement.query([seq.cast_signed()])?;
    match rows.next()? {
        Some(row) => Ok(Digest::from_bytes(row.get_ref(0)?.as_blob()?)),
        None => Ok(None),
    }
}

/// The frontier the tree had at `size` leaves, from the kept nodes and the entries after them.
///
/// `None` when something it needs is not there.
pub(super) fn frontier_at(connection: &Connection, size: u64) -> rusqlite::Result<Option<Frontier>> {
    let mut peaks = Vec::new();
    for (level, position) in Frontier::peaks_of(size) {
        match subtree(connection, level, position)? {
            Some(hash) => peaks.push(hash),
            None => return Ok(None),
        }
    }
    Ok(Frontier::from_peaks(size, peaks))
}

fn subtree(connection: &Connection, level: u32, position: u64) -> rusqlite::Result<Option<tree::Hash>> {
    if level == 0 {
        let mut statement = connection.prepare_cached("SELECT entry FROM events WHERE seq = ?1")?;
        let mut rows = statement.query([(position + 1).cast_signed()])?;
        return match rows.next()? {
            Some(row) => Ok(Some(tree::leaf(row.get_ref(0)?.as_blob()?))),
            None => Ok(None),
        };
    }
    if level.is_multiple_of(tree::STRIDE) {
        return node_at(connection, level, position);
    }
    let left = subtree(connection, level - 1, 2 * position)?;
    let right = subtree(connection, level - 1, 2 * position + 1)?;
    Ok(left.zip(right).map(|(left, right)| tree::join(&left, &right)))
}

/// The kept node of the tree there; `None` when there is none or it is no hash.
pub(super) fn node_at(connection: &Connection, level: u32, position: u64) -> rusqlite::Result<Option<tree::Hash>> {
    let mut statement = connection.prepare_cached("SELECT node FROM tree WHERE level = ?1 AND position = ?2")?;
    let mut rows = statement.query(params![level, position.cast_signed()])?;
    match rows.next()? {
        Some(row) => Ok(row.get_ref(0)?.as_blob()?.try_into().ok()),
        None => Ok(None),
    }
}

/// Whether the last event is `seq` and its hash is `head`.
pub(super) fn ends_with(connection: &Connection, seq: u64, head: Digest) -> rusqlite::Result<bool> {
    let last: Option<i64> = connection.query_row("SELECT max(seq) FROM events", [], |row| row.get(0))?;
    match last {
        None => Ok(seq == 0),
        Some(last) => Ok(last.cast_unsigned() == seq && hash_at(connection, seq)? == Some(head)),
    }
}
