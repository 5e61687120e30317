//! The tool `archive`: lists, unpacks and packs tar, tar.gz and zip archives inside the workspace.
//!
//! An archive is refused as a whole, before anything of it has a place, when one of its entries is not safe
//! (see [`tree`]). Never follows a link, never writes into a directory that is there.

mod pack;
mod reading;
mod tarball;
mod tree;
mod unpack;
mod zipped;

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha3::{Digest as _, Sha3_512};

use self::pack::Order;
use self::reading::{ArchiveError, Format, Sink, format_of, read};
use self::tree::{Entry, Limits, What};
use self::unpack::{Content, Unpacker, contents_of, digest_of};
use super::aside::{self, Stop};
use super::beneath::{Directory, Draft, Scratch};
use super::contract::{action, arguments, bad_argument, counted, failed, json, shared, sink};
use super::fs::{Passed, Patterns, inside, protected, shown, writable};
use super::{Call, Calling, Tool, ToolError};
use crate::capsule::tool_spec::{ActionSpec, EffectClass, ToolSpec, Touch};
use crate::digest::Digest;
use crate::policy::Situation;

/// The tool.
#[derive(Debug)]
pub struct Archives {
    spec: Arc<ToolSpec>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct List {
    /// Path of the archive, relative to the workspace.
    path: String,
    /// The most entries to return.
    #[serde(default = "listed")]
    #[schemars(range(min = 1, max = 10_000))]
    limit: usize,
    /// The most entries that it may have.
    #[serde(default = "max_entries")]
    #[schemars(range(min = 1, max = 60_000))]
    max_entries: u64,
    /// The most bytes that its files may have together.
    #[serde(default = "max_bytes")]
    #[schemars(range(min = 1, max = 17_179_869_184_u64))]
    max_bytes: u64,
}

fn listed() -> usize {
    1_000
}

fn max_entries() -> u64 {
    20_000
}

fn max_bytes() -> u64 {
    1 << 30
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Listing {
    /// The path, relative to the workspace.
    path: String,
    /// Its format.
    format: Format,
    /// What it holds, in its own order, up to what is refused.
    entries: Vec<Listed>,
    /// How many entries there are, up to what is refused.
    total: u64,
    /// Bytes of all its files.
    bytes: u64,
    /// Whether there are more than listed.
    truncated: bool,
    /// Why it is not unpacked; null where it can be.
    refused: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Listed {
    /// The path in the archive.
    path: String,
    /// What it is.
    kind: Kind,
    /// Size in bytes.
    size: u64,
    /// Whether it may be run.
    executable: bool,
    /// Where a link leads, or of which file it is another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    File,
    Directory,
    Symlink,
    Hardlink,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Unpack {
    /// Path of the archive, relative to the workspace.
    path: String,
    /// The directory that is made of it; nothing may lie there yet, but the very same.
    into: String,
    /// The most entries that it may have.
    #[serde(default = "max_entries")]
    #[schemars(range(min = 1, max = 60_000))]
    max_entries: u64,
    /// The most bytes that its files may have together.
    #[serde(default = "max_bytes")]
    #[schemars(range(min = 1, max = 17_179_869_184_u64))]
    max_bytes: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Unpacked {
    /// The directory, relative to the workspace.
    into: String,
    /// The format of the archive.
    format: Format,
    /// How many files there are.
    files: u64,
    /// How many directories.
    directories: u64,
    /// How many symbolic links.
    links: u64,
    /// Bytes of all files.
    bytes: u64,
    /// The names at its top, the first 100.
    top: Vec<String>,
    /// SHA3-512 over names, contents, links and which files may be run, in hexadecimal.
    digest: String,
    /// Whether the very same lay there already.
    already: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Pack {
    /// The directory that is packed, relative to the workspace.
    path: String,
    /// Path of the archive, relative to the workspace; what lies there is replaced.
    to: String,
    /// Its format; what its name ends with when absent.
    #[serde(default)]
    format: Option<Format>,
    /// A directory in the archive that all of it lies in.
    #[serde(default)]
    #[schemars(length(min = 1, max = 200))]
    prefix: Option<String>,
    /// Which files are packed, below `path`, with the directories that they lie in: patterns as those of `fs.glob`, each
    /// of which has to find something, a directory itself as well; all where there is none.
    #[serde(default)]
    #[schemars(length(max = 100))]
    files: Vec<String>,
    /// Whether what `.gitignore` leaves out is packed as well.
    #[serde(default)]
    ignored: bool,
    /// Whether names that begin with a dot are packed as well.
    #[serde(default)]
    hidden: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Made {
    /// The archive, relative to the workspace.
    to: String,
    /// Its format.
    format: Format,
    /// How many files, directories and links it holds.
    entries: u64,
    /// Bytes of the files in it.
    content_bytes: u64,
    /// Its size in bytes.
    size: u64,
    /// SHA3-512 of it, in hexadecimal.
    digest: String,
}

impl Archives {
    /// The tool.
    pub fn new() -> Self {
        let list = ActionSpec {
            sinks: vec![sink("path", Touch::ReadPath, None)],
            field_trust: counted(&["/format", "/total", "/bytes", "/truncated"]),
            ..action::<List, Listing>("list", "Lists an archive, and says whether it is safe to unpack.")
        };
        let unpack = ActionSpec {
            effect: EffectClass::Idempotent,
            weakest: EffectClass::Idempotent,
            sinks: vec![
                sink("path", Touch::ReadPath, None),
                sink("into", Touch::WritePath, None),
            ],
            field_trust: counted(&[
                "/format",
                "/files",
                "/directories",
                "/links",
                "/bytes",
                "/digest",
                "/already",
            ]),
            ..action::<Unpack, Unpacked>(
                "unpack",
                "Unpacks an archive into a new directory, whole or not at all.",
            )
        };
        let pack = ActionSpec {
            effect: EffectClass::Idempotent,
            weakest: EffectClass::Idempotent,
            sinks: vec![sink("path", Touch::ReadPath, None), sink("to", Touch::WritePath, None)],
            field_trust: counted(&["/format", "/entries", "/content_bytes", "/size", "/digest"]),
            ..action::<Pack, Made>("pack", "Packs a directory; the same files give the same bytes.")
        };
        Self {
            spec: shared("archive", || ToolSpec {
                name: "archive".to_owned(),
                version: "1.0.0".to_owned(),
                summary: "Lists, unpacks and packs archives inside the workspace.".to_owned(),
                actions: vec![list, unpack, pack],
            }),
        }
    }
}

impl Default for Archives {
    fn default() -> Self {
        Self::new()
    }
}

impl Tool for Archives {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn perform<'a>(&'a self, call: Call<'a>) -> Calling<'a> {
        aside::perform(&self.spec, call, run)
    }
}

/// Does what `verb` says; `None` where it is none of ours.
fn run(verb: &str, args: &Value, situation: &Situation, stop: &Stop) -> Result<Option<Value>, ToolError> {
    Ok(Some(match verb {
        "list" => json(&list(&arguments(args)?, situation, stop)?),
        "unpack" => json(&unpack(&arguments(args)?, situation, stop)?),
        "pack" => json(&pack(&arguments(args)?, situation, stop)?),
        _ => return Ok(None),
    }))
}

/// Collects what a listing shows.
struct Lister {
    limit: usize,
    entries: Vec<Listed>,
    total: u64,
    bytes: u64,
}

impl Sink for Lister {
    fn entry(&mut self, entry: &Entry, content: &mut dyn Read) -> Result<(), ArchiveError> {
        let (kind, size, executable, to) = match &entry.what {
            What::File { size, is_executable } => {
                // Whether it really is as long as it says, only reading it tells.
                if std::io::copy(content, &mut std::io::sink())? != *size {
                    return Err(ArchiveError::broken(format!(
                        "`{}` is not as long as it says",
                        entry.path.display()
                    )));
                }
                (Kind::File, *size, *is_executable, None)
            }
            What::Directory => (Kind::Directory, 0, false, None),
            What::Link { to } => (Kind::Symlink, 0, false, Some(to.clone())),
            What::Same { of } => (Kind::Hardlink, 0, false, Some(shown(of))),
        };
        self.total += 1;
        self.bytes += size;
        if self.entries.len() < self.limit {
            self.entries.push(Listed {
                path: shown(&entry.path),
                kind,
                size,
                executable,
                to,
            });
        }
        Ok(())
    }
}

fn list(params: &List, situation: &Situation, stop: &Stop) -> Result<Listing, ToolError> {
    let relative = inside(situation, &params.path)?;
    let (mut file, _) = Directory::open(&situation.workspace)?.file(&relative)?;
    let format = format_of(&mut file).map_err(|error| error.told(&params.path))?;
    let mut lister = Lister {
        limit: params.limit,
        entries: Vec::new(),
        total: 0,
        bytes: 0,
    };
    let limits = Limits {
        entries: params.max_entries,
        bytes: params.max_bytes,
    };
    let refused = match read(file, format, limits, stop, &mut lister) {
        Ok(()) => None,
        Err(error @ (ArchiveError::Broken { .. } | ArchiveError::Unsafe(_))) => Some(error.to_string()),
        Err(error) => return Err(error.told(&params.path)),
    };
    Ok(Listing {
        path: shown(&relative),
        format,
        truncated: lister.total > lister.entries.len() as u64,
        entries: lister.entries,
        total: lister.total,
        bytes: lister.bytes,
        refused,
    })
}

/// The path, which is written and is not the workspace itself.
fn written(situation: &Situation, path: &str) -> Result<PathBuf, ToolError> {
    let relative = inside(situation, path)?;
    writable(&relative)?;
    if relative.as_os_str().is_empty() {
        return Err(bad_argument(
            format!("`{path}` is the workspace itself"),
            "name something below it",
        ));
    }
    Ok(relative)
}

fn unpack(params: &Unpack, situation: &Situation, stop: &Stop) -> Result<Unpacked, ToolError> {
    let relative = inside(situation, &params.path)?;
    let into = written(situation, &params.into)?;
    let directory = Directory::open(&situation.workspace)?;
    let (mut file, _) = directory.file(&relative)?;
    let told = |error: ArchiveError| error.told(&params.path);
    let format = format_of(&mut file).map_err(told)?;
    let mut unpacker = Unpacker::new(Scratch::near(&directory, &into)?);
    let limits = Limits {
        entries: params.max_entries,
        bytes: params.max_bytes,
    };
    read(file, format, limits, stop, &mut unpacker).map_err(told)?;
    stop.check()?;
    let Unpacker { scratch, contents } = unpacker;
    let already = !scratch.place()?;
    if already && contents_of(&directory, &into, contents.len())? != contents {
        return Err(failed(
            format!("something else lies at `{}` already", shown(&into)),
            "name a directory that is not there yet",
        ));
    }
    let mut unpacked = Unpacked {
        into: shown(&into),
        format,
        files: 0,
        directories: 0,
        links: 0,
        bytes: 0,
        top: Vec::new(),
        digest: digest_of(&contents).to_string(),
        already,
    };
    for (path, content) in &contents {
        match content {
            Content::Directory => unpacked.directories += 1,
            Content::Link(_) => unpacked.links += 1,
            Content::File { size, .. } => {
                unpacked.files += 1;
                unpacked.bytes += size;
            }
        }
        if path.components().count() == 1 && unpacked.top.len() < 100 {
            unpacked.top.push(shown(path));
        }
    }
    Ok(unpacked)
}

fn pack(params: &Pack, situation: &Situation, stop: &Stop) -> Result<Made, ToolError> {
    let from = inside(situation, &params.path)?;
    if let Some(part) = protected(&from) {
        return Err(failed(
            format!("`{part}` is never packed, and no tool would unpack it"),
            "pack what lies beside it",
        ));
    }
    let to = written(situation, &params.to)?;
    let name = to
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let by_name = [
        (".tar.gz", Format::TarGz),
        (".tgz", Format::TarGz),
        (".tar", Format::Tar),
        (".zip", Format::Zip),
    ];
    let by_name = by_name.into_iter().find(|(end, _)| name.ends_with(end));
    let Some(format) = params.format.or(by_name.map(|(_, format)| format)) else {
        return Err(bad_argument(
            format!("the name `{}` does not say which format is meant", params.to),
            "end it with `.tar`, `.tar.gz` or `.zip`, or give `format`",
        ));
    };
    let directory = Directory::open(&situation.workspace)?;
    let patterns = Patterns::parse(&params.files)?;
    let order = Order {
        from: &from,
        to: &to,
        prefix: params.prefix.as_deref(),
        patterns: &patterns,
        passed: Passed {
            ignored: !params.ignored,
            hidden: !params.hidden,
        },
        limits: Limits {
            entries: 60_000,
            bytes: 1 << 34,
        },
    };
    let told = |error: ArchiveError| error.told_of_packing(&params.path);
    let entries = pack::entries(&directory, &order, stop).map_err(told)?;
    // The draft may lie in what is packed, and is none of it.
    let mut draft = Draft::near(&directory, &to)?;
    let packed = pack::pack(&directory, &mut draft, entries, format, stop).map_err(told)?;
    let (size, digest) = measured(draft.file()).map_err(|error| ArchiveError::Io(error).told(&params.to))?;
    stop.check()?;
    draft.place()?;
    Ok(Made {
        to: shown(&to),
        format,
        entries: packed.entries,
        content_bytes: packed.content_bytes,
        size,
        digest,
    })
}

fn measured(file: &mut std::fs::File) -> std::io::Result<(u64, String)> {
    use std::io::Seek as _;
    file.rewind()?;
    let mut hash = Sha3_512::new();
    let mut piece = vec![0; 1 << 18];
    let mut size = 0;
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            let digest = Digest::from_bytes(&hash.finalize()).unwrap_or(Digest::ZERO);
            return Ok((size, digest.to_string()));
        }
        hash.update(&piece[..read]);
        size += read as u64;
    }
}

#[cfg(test)]
mod tests;
