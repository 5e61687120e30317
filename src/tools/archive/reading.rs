//! Reading an archive, whatever its format: from its beginning to its end, each entry looked at before it counts.
//!
//! Nothing of an archive is trusted; whoever visits it gets only entries that are safe.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::ToolError;
use super::super::aside::Stop;
use super::super::beneath::BeneathError;
use super::super::contract::{bad_argument, failed};
use super::tree::{Entry, Limits, Tree, Unsafe, What, in_proportion, printed};
use super::{tarball, zipped};

/// The formats that are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) enum Format {
    /// Tar, plain.
    #[serde(rename = "tar")]
    Tar,
    /// Tar, compressed with gzip.
    #[serde(rename = "tar.gz")]
    TarGz,
    /// Zip.
    #[serde(rename = "zip")]
    Zip,
}

/// Why an archive was not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArchiveError {
    /// Its format is none of ours.
    #[error("it is no tar, tar.gz or zip archive")]
    Unknown,
    /// It does not hold what its format promises.
    #[error("it is broken: {what}")]
    Broken { what: String },
    /// It holds what is not unpacked.
    #[error(transparent)]
    Unsafe(#[from] Unsafe),
    /// It, or what is made of it, cannot be read or written.
    #[error("it cannot be read: {0}")]
    Io(io::Error),
    /// A place beneath the workspace.
    #[error(transparent)]
    Place(#[from] BeneathError),
    /// The call is given up.
    #[error(transparent)]
    Tool(#[from] ToolError),
}

impl ArchiveError {
    /// It is broken in this way.
    pub fn broken(what: impl Into<String>) -> Self {
        Self::Broken { what: what.into() }
    }

    /// The tool error about the archive at `path`.
    pub fn told(self, path: &str) -> ToolError {
        let message = format!("`{path}` is refused as a whole: {self}");
        match self {
            Self::Unknown => bad_argument(format!("`{path}`: {self}"), "give an archive of one of those formats"),
            Self::Broken { .. } => failed(message, "get it again, or unpack it with a program that mends it"),
            Self::Unsafe(Unsafe::Entries { .. } | Unsafe::Bytes { .. }) => {
                failed(message, "raise `max_entries` or `max_bytes` if you expect that much")
            }
            Self::Unsafe(_) => failed(message, "look at it with `archive.list`; nothing of it was unpacked"),
            Self::Io(error) => match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::ReadOnlyFilesystem => {
                    ToolError::Storage { message }
                }
                _ => failed(message, "check the file and its permissions"),
            },
            Self::Place(error) => error.into(),
            Self::Tool(error) => error,
        }
    }

    /// The tool error about the directory at `path`, which was to be packed.
    pub fn told_of_packing(self, path: &str) -> ToolError {
        let message = format!("`{path}` is not packed: {self}");
        match self {
            Self::Unsafe(Unsafe::Entries { .. } | Unsafe::Bytes { .. }) => failed(message, "pack less of it"),
            Self::Unsafe(_) => failed(
                message,
                "rename it, or leave it out with a pattern such as `!name`: nothing would unpack it",
            ),
            other => other.told(path),
        }
    }
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        if let Some(unsafe_) = error.get_ref().and_then(|inner| inner.downcast_ref::<Unsafe>()) {
            return Self::Unsafe(unsafe_.clone());
        }
        if let Some(given_up) = error.get_ref().and_then(|inner| inner.downcast_ref::<ToolError>()) {
            return Self::Tool(given_up.clone());
        }
        match error.kind() {
            // What the decoders say of bytes that are none of theirs.
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
                Self::broken(error.to_string())
            }
            _ => Self::Io(error),
        }
    }
}

/// Gets the entries of an archive, one after the other.
pub(super) trait Sink {
    /// One entry; `content` is that of a file and may be left unread.
    ///
    /// # Errors
    /// The archive is not read any further.
    fn entry(&mut self, entry: &Entry, content: &mut dyn Read) -> Result<(), ArchiveError>;
}

/// What all formats ask before an entry counts.
#[derive(Debug)]
pub(super) struct Visit<'a> {
    tree: Tree,
    stop: &'a Stop,
}

impl<'a> Visit<'a> {
    /// Says whether `written` may be unpacked; `None` where it is the top directory.
    ///
    /// # Errors
    /// It may not, or the call is given up.
    pub fn take(&mut self, written: &str, what: What, mode: u32) -> Result<Option<Entry>, ArchiveError> {
        self.stop.check()?;
        Ok(self.tree.take(written, what, mode)?)
    }

    /// The refusal of an entry that is no file, directory or link.
    pub fn kind(&self, written: &str, what: &'static str) -> Unsafe {
        Unsafe::Kind {
            name: printed(written),
            what,
        }
    }

    /// The same bytes, as long as whoever asked is still there.
    pub fn asking<R>(&self, from: R) -> Asking<'a, R> {
        Asking { from, stop: self.stop }
    }

    /// Says whether whoever asked is still there.
    ///
    /// # Errors
    /// They are not.
    pub fn check(&self) -> Result<(), ArchiveError> {
        Ok(self.stop.check()?)
    }
}

/// The format of `file`, by what stands in it; it is left at its beginning.
///
/// # Errors
/// It is none of ours, or cannot be read.
pub(super) fn format_of(file: &mut File) -> Result<Format, ArchiveError> {
    let mut head = Vec::new();
    file.by_ref().take(512).read_to_end(&mut head)?;
    file.rewind()?;
    // An empty tar archive is nothing but zeros.
    let is_tar = head.len() == 512 && (&head[257..262] == b"ustar" || head.iter().all(|byte| *byte == 0));
    if head.starts_with(b"\x1f\x8b") {
        Ok(Format::TarGz)
    } else if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        Ok(Format::Zip)
    } else if is_tar {
        Ok(Format::Tar)
    } else {
        Err(ArchiveError::Unknown)
    }
}

/// Reads the whole archive, and gives its entries to `sink`.
///
/// # Errors
/// It is broken or unsafe; what `sink` did before is void then.
pub(super) fn read(
    mut file: File,
    format: Format,
    limits: Limits,
    stop: &Stop,
    sink: &mut dyn Sink,
) -> Result<(), ArchiveError> {
    let mut visit = Visit {
        tree: Tree::new(limits),
        stop,
    };
    match format {
        Format::Zip => zipped::read(&mut file, &mut visit, sink),
        Format::Tar => {
            let mut from = visit.asking(BufReader::with_capacity(1 << 18, file));
            tarball::read(&mut from, &mut visit, sink)
        }
        Format::TarGz => {
            let packed = Rc::new(Cell::new(0));
            let from = Counted {
                from: file,
                count: Rc::clone(&packed),
            };
            // What stands around the content: headers, and what fills blocks.
            let around = limits.entries.saturating_mul(2_048).saturating_add(1 << 20);
            let watched = Watched {
                from: MultiGzDecoder::new(BufReader::with_capacity(1 << 16, from)),
                packed,
                bytes: 0,
                limit: limits.bytes.saturating_add(around),
            };
            let mut from = visit.asking(watched);
            tarball::read(&mut from, &mut visit, sink)
        }
    }
}

/// Ends between two pieces when nobody waits for them any more.
#[derive(Debug)]
pub(super) struct Asking<'a, R> {
    /// Where they come from.
    pub from: R,
    /// Who is asked.
    pub stop: &'a Stop,
}

impl<R: Read> Read for Asking<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stop.check().map_err(io::Error::other)?;
        self.from.read(buffer)
    }
}

/// Counts what is read.
struct Counted {
    from: File,
    count: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// Ends when more comes out than may come out of what went in.
struct Watched<R> {
    from: R,
    packed: Rc<Cell<u64>>,
    bytes: u64,
    limit: u64,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.bytes += read as u64;
        let refused = if self.bytes > self.limit {
            Err(Unsafe::Bytes { limit: self.limit })
        } else {
            in_proportion(self.bytes, self.packed.get())
        };
        refused.map_err(io::Error::other)?;
        Ok(read)
    }
}
