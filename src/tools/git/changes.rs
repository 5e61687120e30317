//! What a commit changed, read from `--raw --numstat -z` as it streams.
//!
//! Bytes that are not UTF-8 are replaced in what is shown; comparing uses the bytes. Never keeps
//! more files than asked for; the totals are exact.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Serialize;

/// How a file changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    /// It is new.
    Added,
    /// Its content or mode changed.
    Modified,
    /// It is gone.
    Deleted,
    /// It has another name.
    Renamed,
    /// It is a copy of another.
    Copied,
    /// It became another type: a link, a file, a submodule.
    Type,
    /// Git calls it something else.
    Unknown,
}

/// One changed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Change {
    /// Where it is, or was.
    pub path: String,
    /// How it changed.
    pub status: Status,
    /// Where it was, when renamed or copied; else null.
    pub old_path: Option<String>,
    /// Lines added; 0 for binary files.
    pub added: u64,
    /// Lines deleted; 0 for binary files.
    pub deleted: u64,
    /// Whether git does not count its lines: a binary file, or one above 32 MiB.
    pub binary: bool,
}

/// The changes of one commit so far.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// The first files, as many as asked for.
    pub files: Vec<Change>,
    /// How many files changed.
    pub total: u64,
    /// Lines added in all of them.
    pub added: u64,
    /// Lines deleted in all of them.
    pub deleted: u64,
    raw_paths: Vec<Vec<u8>>,
    next: usize,
    expect: Expect,
}

#[derive(Debug, Default)]
enum Expect {
    #[default]
    Record,
    OldPath(Status),
    Path(Status, Option<Vec<u8>>),
    CountedOld(Counts),
    CountedNew(Counts),
}

#[derive(Debug, Clone, Copy)]
struct Counts {
    added: Option<u64>,
    deleted: Option<u64>,
}

impl Changes {
    /// Whether the next token begins a record, so that an empty one begins a commit.
    pub fn between_records(&self) -> bool {
        matches!(self.expect, Expect::Record)
    }

    /// Takes one NUL-terminated token; keeps at most `keep` files and adds every path to `seen`.
    pub fn take(&mut self, token: &[u8], keep: usize, seen: &mut HashSet<Box<[u8]>>) {
        self.expect = match std::mem::take(&mut self.expect) {
            Expect::Record => self.record(token.strip_prefix(b"\n").unwrap_or(token)),
            Expect::OldPath(status) => Expect::Path(status, Some(token.to_vec())),
            Expect::Path(status, old) => {
                self.total += 1;
                if !seen.contains(token) {
                    seen.insert(token.into());
                }
                if self.files.len() < keep {
                    self.raw_paths.push(token.to_vec());
                    self.files.push(Change {
                        path: String::from_utf8_lossy(token).into_owned(),
                        status,
                        old_path: old.map(|old| String::from_utf8_lossy(&old).into_owned()),
                        added: 0,
                        deleted: 0,
                        binary: false,
                    });
                }
                Expect::Record
            }
            Expect::CountedOld(counts) => Expect::CountedNew(counts),
            Expect::CountedNew(counts) => {
                self.count(token, counts);
                Expect::Record
            }
        };
    }

    fn record(&mut self, token: &[u8]) -> Expect {
        if token.first() == Some(&b':') {
            let letter = token
                .rsplit(|byte| *byte == b' ')
                .next()
                .and_then(|field| field.first());
            return match letter {
                Some(b'A') => Expect::Path(Status::Added, None),
                Some(b'M') => Expect::Path(Status::Modified, None),
                Some(b'D') => Expect::Path(Status::Deleted, None),
                Some(b'T') => Expect::Path(Status::Type, None),
                Some(b'R') => Expect::OldPath(Status::Renamed),
                Some(b'C') => Expect::OldPath(Status::Copied),
                Some(_) | None => Expect::Path(Status::Unknown, None),
            };
        }
        let mut fields = token.splitn(3, |byte| *byte == b'\t');
        let mut number = || std::str::from_utf8(fields.next()?).ok()?.parse().ok();
        let counts = Counts {
            added: number(),
            deleted: number(),
        };
        match fields.next() {
            Some([]) => Expect::CountedOld(counts),
            Some(path) => {
                self.count(path, counts);
                Expect::Record
            }
            None => Expect::Record,
        }
    }

    /// The counts come in the order of the files; whoever is out of order is looked up.
    fn count(&mut self, path: &[u8], counts: Counts) {
        self.added += counts.added.unwrap_or(0);
        self.deleted += counts.deleted.unwrap_or(0);
        let at = match self.raw_paths.get(self.next) {
            Some(next) if next == path => Some(self.next),
            Some(_) => self.raw_paths.iter().position(|other| other == path),
            None => None,
        };
        if let Some(at) = at {
            self.next = at + 1;
            let file = &mut self.files[at];
            file.added = counts.added.unwrap_or(0);
            file.deleted = counts.deleted.unwrap_or(0);
            file.binary = counts.added.is_none() || counts.deleted.is_none();
        }
    }
}

/// Cuts a stream into NUL-terminated tokens, each bounded.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    pending: Vec<u8>,
}

/// More than any path or message that is shown; what is longer is cut.
const TOKEN_MAX: usize = 128 * 1024;

impl Tokens {
    /// Gives every token that `piece` completes to `each`.
    pub fn feed(&mut self, mut piece: &[u8], mut each: impl FnMut(&[u8])) {
        while let Some(end) = piece.iter().position(|byte| *byte == 0) {
            if self.pending.is_empty() && end <= TOKEN_MAX {
                each(&piece[..end]);
            } else {
                self.push(&piece[..end]);
                each(&self.pending);
                self.pending.clear();
            }
            piece = &piece[end + 1..];
        }
        self.push(piece);
    }

    fn push(&mut self, piece: &[u8]) {
        let room = TOKEN_MAX - self.pending.len().min(TOKEN_MAX);
        self.pending.extend_from_slice(&piece[..piece.len().min(room)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn tokens_do_not_depend_on_how_the_stream_is_cut(bytes: Vec<u8>, cut in 1_usize..9) {
            let mut bytes: Vec<u8> = bytes.into_iter().map(|byte| byte % 4).collect();
            bytes.push(0);
            let mut tokens = Tokens::default();
            let mut pieces = Vec::new();
            for piece in bytes.chunks(cut) {
                tokens.feed(piece, |token| pieces.push(token.to_vec()));
            }
            bytes.pop();
            let whole: Vec<Vec<u8>> = bytes.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
            prop_assert_eq!(pieces, whole);
        }

        #[test]
        fn any_tokens_are_taken_without_panic(tokens: Vec<Vec<u8>>, keep in 0_usize..3) {
            let mut changes = Changes::default();
            let mut seen = HashSet::new();
            for token in &tokens {
                changes.take(token, keep, &mut seen);
            }
            prop_assert!(changes.files.len() <= keep);
        }
    }

    #[test]
    fn a_token_longer_than_the_limit_is_cut() {
        let mut tokens = Tokens::default();
        let mut sizes = Vec::new();
        tokens.feed(&vec![b'x'; TOKEN_MAX], |token| sizes.push(token.len()));
        tokens.feed(b"yy\0z\0", |token| sizes.push(token.len()));
        assert_eq!(sizes, [TOKEN_MAX, 1]);
    }
}
