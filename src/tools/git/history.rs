//! Commits, read from one `git log` as it streams.
//!
//! Memory is bounded: so many files a commit, so many in all, so much of each message. Totals are
//! exact whatever is listed.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;

use schemars::JsonSchema;
use serde::Serialize;

use super::super::ToolError;
use super::changes::{Change, Changes, Tokens};
use super::repository::{Range, Repository};

/// The most files that one output lists, over all commits.
const FILES_MAX: usize = 300_000;

/// The most bytes of message bodies that one output holds.
const BODIES_MAX: usize = 64 * 1024 * 1024;

/// The most authors that one output lists.
const AUTHORS_MAX: usize = 1_000;

/// Id, parents, author, address, time, subject, body; a NUL before, between and (by `-z`) after.
const FORMAT: &str = "--format=tformat:%x00%H%x00%P%x00%aN%x00%aE%x00%cd%x00%s%x00%b";

/// What stands first in every commit: the empty token, then these fields.
const FIELDS: usize = 7;

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Commit {
    /// The full id.
    pub id: String,
    /// The first ten digits of the id.
    pub short: String,
    /// The author's name, after the repository's mailmap.
    pub author: String,
    /// The author's address, after the repository's mailmap.
    pub email: String,
    /// When it was committed, RFC 3339 in UTC.
    pub at: String,
    /// The first paragraph of the message, on one line.
    pub subject: String,
    /// The rest of the message, cut at `body_max` characters.
    pub body: String,
    /// Whether it has several parents; a merge lists no files.
    pub merge: bool,
    /// The first changed files, at most `files_max`.
    pub files: Vec<Change>,
    /// How many files it changed.
    pub files_total: u64,
    /// Lines added.
    pub added: u64,
    /// Lines deleted.
    pub deleted: u64,
}

/// Sums over commits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Totals {
    /// How many commits, merges included.
    pub commits: u64,
    /// How many of them are merges.
    pub merges: u64,
    /// How many different paths changed.
    pub files: u64,
    /// Lines added.
    pub added: u64,
    /// Lines deleted.
    pub deleted: u64,
    /// The earliest commit time, RFC 3339 in UTC; null without commits.
    pub first: Option<String>,
    /// The latest commit time.
    pub last: Option<String>,
    /// Authors by commits, then by name; at most 1,000.
    pub authors: Vec<Author>,
    /// How many authors there are.
    pub authors_total: u64,
}

/// What one author did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Author {
    /// The name, after the repository's mailmap.
    pub name: String,
    /// How many commits, merges included.
    pub commits: u64,
    /// Lines added.
    pub added: u64,
    /// Lines deleted.
    pub deleted: u64,
}

/// How much to read and to keep.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// At most so many commits, newest first; 0 means all.
    pub commits: u64,
    /// At most so many files listed for each.
    pub files: usize,
    /// At most so many characters of each body.
    pub body: usize,
    /// Whether a merge shows what it changed against its first parent, instead of nothing.
    pub merges: bool,
}

/// Walks the commits of `range`, newest first, gives each to `each`, and returns the sums.
///
/// # Errors
/// Git cannot be run or the history is damaged.
pub(super) async fn walk(
    repository: &Repository,
    range: &Range,
    extent: Extent,
    each: impl FnMut(Commit),
) -> Result<Totals, ToolError> {
    let mut reader = Reader::new(extent, each);
    let Some(argument) = range.argument() else {
        return Ok(reader.finish());
    };
    let limit = format!("--max-count={}", extent.commits);
    let merges = if extent.merges {
        "--diff-merges=first-parent"
    } else {
        "--diff-merges=off"
    };
    let mut args = vec![
        "log",
        "-z",
        "--raw",
        "--numstat",
        "--no-abbrev",
        "--find-renames",
        FORMAT,
        "--date=format-local:%Y-%m-%dT%H:%M:%SZ",
        "--encoding=UTF-8",
        "--no-show-signature",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--no-decorate",
        "--no-notes",
        "--no-relative",
        "--no-follow",
        "--submodule=short",
        "--ignore-submodules=none",
        "--root",
        "-O/dev/null",
        merges,
    ];
    if extent.commits > 0 {
        args.push(&limit);
    }
    args.extend(["--end-of-options", &argument, "--"]);
    let mut tokens = Tokens::default();
    repository
        .stream(&args, |piece| {
            tokens.feed(piece, |token| reader.take(token));
            ControlFlow::Continue(())
        })
        .await?;
    Ok(reader.finish())
}

struct Reader<Each> {
    extent: Extent,
    each: Each,
    header: Vec<String>,
    changes: Changes,
    begun: bool,
    files_left: usize,
    bodies_left: usize,
    seen: HashSet<Box<[u8]>>,
    totals: Totals,
    authors: BTreeMap<String, Author>,
}

impl<Each: FnMut(Commit)> Reader<Each> {
    fn new(extent: Extent, each: Each) -> Self {
        Self {
            extent,
            each,
            header: Vec::with_capacity(FIELDS),
            changes: Changes::default(),
            begun: false,
            files_left: FILES_MAX,
            bodies_left: BODIES_MAX,
            seen: HashSet::new(),
            totals: Totals::default(),
            authors: BTreeMap::new(),
        }
    }

    fn take(&mut self, token: &[u8]) {
        if self.begun && self.header.len() < FIELDS {
            let limit = if self.header.len() + 1 == FIELDS {
                self.extent.body
            } else {
                usize::MAX
            };
            self.header.push(text(token, limit));
        } else if token.is_empty() && (!self.begun || self.changes.between_records()) {
            self.commit();
            self.begun = true;
        } else {
            let keep = self.extent.files.min(self.files_left);
            self.changes.take(token, keep, &mut self.seen);
        }
    }

    fn commit(&mut self) {
        let changes = std::mem::take(&mut self.changes);
        let Ok([id, parents, author, email, at, subject, body]) =
            <[String; FIELDS]>::try_from(std::mem::take(&mut self.header))
        else {
            return;
        };
        self.files_left -= changes.files.len();
        let body = if body.len() <= self.bodies_left {
            body
        } else {
            String::new()
        };
        self.bodies_left -= body.len();
        let commit = Commit {
            short: id.chars().take(10).collect(),
            id,
            author,
            email,
            at,
            subject,
            body,
            merge: parents.contains(' '),
            files: changes.files,
            files_total: changes.total,
            added: changes.added,
            deleted: changes.deleted,
        };
        self.add(&commit);
        (self.each)(commit);
    }

    fn add(&mut self, commit: &Commit) {
        let totals = &mut self.totals;
        totals.commits += 1;
        totals.merges += u64::from(commit.merge);
        totals.added += commit.added;
        totals.deleted += commit.deleted;
        if totals.first.as_ref().is_none_or(|first| commit.at < *first) {
            totals.first = Some(commit.at.clone());
        }
        if totals.last.as_ref().is_none_or(|last| commit.at > *last) {
            totals.last = Some(commit.at.clone());
        }
        if !self.authors.contains_key(&commit.author) {
            let author = Author {
                name: commit.author.clone(),
                commits: 0,
                added: 0,
                deleted: 0,
            };
            self.authors.insert(commit.author.clone(), author);
        }
        if let Some(author) = self.authors.get_mut(&commit.author) {
            author.commits += 1;
            author.added += commit.added;
            author.deleted += commit.deleted;
        }
    }

    fn finish(mut self) -> Totals {
        self.commit();
        self.totals.files = self.seen.len() as u64;
        self.totals.authors_total = self.authors.len() as u64;
        let mut authors: Vec<Author> = self.authors.into_values().collect();
        // Stable: those with as many commits stay in the order of their names.
        authors.sort_by_key(|author| std::cmp::Reverse(author.commits));
        authors.truncate(AUTHORS_MAX);
        self.totals.authors = authors;
        self.totals
    }
}

/// The text of `bytes`, at most `limit` characters, without white space at its end.
fn text(bytes: &[u8], limit: usize) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_end();
    match text.char_indices().nth(limit) {
        Some((end, _)) => text[..end].to_owned(),
        None => text.to_owned(),
    }
}
