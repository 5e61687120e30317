//! Pages that were fetched, with what their servers said of how to ask again (RFC 9111, section 4.3).
//!
//! One file a page, for its user alone: a line of JSON and the bytes as they came. What does not hold its own digest is
//! not there. A cache that cannot be used is none: fetching goes on without it.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// The most pages, and the most bytes of all of them.
const PAGES_MAX: usize = 1_000;
const BYTES_MAX: u64 = 256 * 1024 * 1024;
/// The most bytes of one file.
const FILE_MAX: u64 = 24 * 1024 * 1024;

/// Where pages are kept.
#[derive(Debug)]
pub(super) struct Cache {
    directory: PathBuf,
}

/// A page that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub head: Head,
    pub body: Vec<u8>,
}

/// What was said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// The version of this form.
    pub v: u32,
    pub url: String,
    pub content_type: String,
    pub content_language: Option<String>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// Milliseconds since 1970, when the server last said that it holds.
    pub fetched_ms: i64,
    /// SHA3-512 of the body.
    pub digest: String,
}

impl Head {
    /// The fields that ask whether it still holds.
    pub fn validators(&self) -> Vec<(String, String)> {
        let etag = self.etag.iter().map(|etag| ("if-none-match".to_owned(), etag.clone()));
        // A tag is the better question; the time is for servers that give none.
        let since = self.last_modified.iter().filter(|_| self.etag.is_none());
        etag.chain(since.map(|time| ("if-modified-since".to_owned(), time.clone())))
            .collect()
    }
}

impl Cache {
    /// The cache in `directory`, which is made when the first page is kept.
    pub fn at(directory: PathBuf) -> Self {
        Self { directory }
    }

    fn path(&self, url: &str) -> PathBuf {
        let digest = Digest::of(url.as_bytes()).to_string();
        self.directory.join(&digest[..40])
    }

    /// The page of `url`, where there is one and it is whole.
    pub fn get(&self, url: &str) -> Option<Kept> {
        let mut bytes = Vec::new();
        let file = File::open(self.path(url)).ok()?;
        file.take(FILE_MAX).read_to_end(&mut bytes).ok()?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(&bytes[..end]).ok()?;
        let body = bytes.split_off(end + 1);
        let holds = head.v == 1 && head.url == url && head.digest == Digest::of(&body).to_string();
        holds.then_some(Kept { head, body })
    }

    /// Keeps a page, in place of what was kept of its URL; too many are made fewer, the oldest first.
    pub fn put(&self, page: &Kept) {
        // A page that is not kept is fetched again.
        let _ = self.write(page);
    }

    /// Forgets the page of `url`.
    pub fn drop(&self, url: &str) {
        let _ = fs::remove_file(self.path(url));
    }

    fn write(&self, page: &Kept) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.directory)?;
        let mut bytes = serde_json::to_vec(&page.head)?;
        bytes.push(b'\n');
        bytes.extend_from_slice(&page.body);
        if bytes.len() as u64 > FILE_MAX {
            return Ok(());
        }
        let aside = self.directory.join(format!("{}.new", uuid::Uuid::now_v7().simple()));
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&aside)?;
        let written = file
            .write_all(&bytes)
            .and_then(|()| fs::rename(&aside, self.path(&page.head.url)));
        if written.is_err() {
            let _ = fs::remove_file(&aside);
        }
        written.and_then(|()| prune(&self.directory))
    }
}

fn prune(directory: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        files.push((metadata.modified()?, entry.path(), metadata.len()));
    }
    files.sort();
    let mut bytes: u64 = files.iter().map(|(.., length)| length).sum();
    let mut count = files.len();
    for (_, path, length) in files {
        if count <= PAGES_MAX && bytes <= BYTES_MAX {
            break;
        }
        fs::remove_file(path)?;
        bytes -= length;
        count -= 1;
    }
    Ok(())
}
