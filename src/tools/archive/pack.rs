//! Packing: the same files give the same bytes, whoever packs them, when and where.
//!
//! Names are sorted, times and owners are always the same, and of a mode only counts whether a file may be run.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek as _, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use rustix::fs::FileType;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::super::ToolError;
use super::super::aside::Stop;
use super::super::beneath::{Directory, Draft};
use super::super::contract::failed;
use super::super::fs::{Passed, Patterns, Walked, walk};
use super::reading::{ArchiveError, Asking, Format};
use super::tree::{Entry, Limits, Tree, What};

/// What is to be packed, and how.
#[derive(Debug)]
pub(super) struct Order<'a> {
    /// The directory, relative to the workspace.
    pub from: &'a Path,
    /// Where the archive goes, relative to the workspace.
    pub to: &'a Path,
    /// The directory in the archive that all of it lies in.
    pub prefix: Option<&'a str>,
    /// Which files.
    pub patterns: &'a Patterns,
    /// What is passed over.
    pub passed: Passed,
    /// How much it may be.
    pub limits: Limits,
}

/// What was packed.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Packed {
    /// Files, directories and links.
    pub entries: u64,
    /// Bytes of the files.
    pub content_bytes: u64,
}

/// Writes an archive of `entries` into `draft`.
///
/// # Errors
/// A file cannot be read, or the call is given up.
pub(super) fn pack(
    directory: &Directory,
    draft: &mut Draft,
    entries: Vec<(Entry, PathBuf)>,
    format: Format,
    stop: &Stop,
) -> Result<Packed, ArchiveError> {
    let mut packed = Packed {
        entries: entries.len() as u64,
        content_bytes: 0,
    };
    let mut to = Writer::new(draft.file(), format)?;
    for (entry, from) in entries {
        stop.check()?;
        match &entry.what {
            What::Directory => to.directory(&entry.path)?,
            What::Link { to: text } => to.link(&entry.path, text)?,
            What::File { size, is_executable } => {
                let (file, _) = directory.file(&from)?;
                // A file that grows meanwhile would make an archive that says something else than it holds.
                let from = Asking {
                    from: file.take(*size),
                    stop,
                };
                let mut content = Exactly { from, left: *size };
                to.file(&entry.path, *size, *is_executable, &mut content)?;
                packed.content_bytes += size;
            }
            What::Same { .. } => {}
        }
    }
    to.finish()?;
    Ok(packed)
}

/// What is packed, in the order of the archive, with where it lies.
///
/// # Errors
/// A file has a name or a link that would not be unpacked, a directory cannot be read, a pattern finds nothing, or there
/// is too much.
pub(super) fn entries(
    directory: &Directory,
    order: &Order<'_>,
    stop: &Stop,
) -> Result<Vec<(Entry, PathBuf)>, ArchiveError> {
    let mut tree = Tree::new(order.limits);
    let mut entries = Vec::new();
    let mut refused = None;
    // Directories that lead to what comes now, and are packed only if something in them is.
    let mut above: Vec<PathBuf> = Vec::new();
    let mut met = BTreeSet::new();
    let walked = walk(directory, order.from, order.passed, stop, &mut |found| {
        let below = found.path.strip_prefix(order.from).unwrap_or(found.path);
        if found.path == order.to {
            return Ok(ControlFlow::Continue(()));
        }
        order.patterns.found(below, &mut met);
        above.retain(|directory| found.path.starts_with(directory));
        if !order.patterns.fit(below) {
            if found.file_type == FileType::Directory {
                above.push(found.path.to_path_buf());
            }
            return Ok(ControlFlow::Continue(()));
        }
        let what = what(directory, found.path, found.file_type)?;
        let above = above.drain(..).map(|path| (path, What::Directory));
        for (path, what) in above.chain([(found.path.to_path_buf(), what)]) {
            match tree.take(&order.written(&path)?, what, 0) {
                Ok(entry) => entries.extend(entry.map(|entry| (entry, path))),
                Err(error) => {
                    refused = Some(error);
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    match (refused, walked, order.patterns.missed(&met)) {
        (Some(error), _, _) => Err(error.into()),
        (None, Walked::Cut, _) => Err(failed(
            "there is too much to pack, or a directory in it that cannot be read",
            "pack less of it, or check the permissions",
        )
        .into()),
        (None, Walked::Whole, Some(pattern)) => Err(failed(
            format!("the pattern `{}` of `files` finds nothing", pattern.escape_debug()),
            "correct it, leave it out, or set `hidden` or `ignored` where that is what it names",
        )
        .into()),
        (None, Walked::Whole, None) => Ok(entries),
    }
}

/// What lies at `path`, as it is packed.
fn what(directory: &Directory, path: &Path, file_type: FileType) -> Result<What, ToolError> {
    Ok(match file_type {
        FileType::Directory => What::Directory,
        FileType::Symlink => What::Link {
            to: directory.link_text(path)?,
        },
        FileType::RegularFile => {
            let (_, stat) = directory.file(path)?;
            What::File {
                size: u64::try_from(stat.st_size).unwrap_or(0),
                is_executable: stat.st_mode & 0o100 != 0,
            }
        }
        _ => {
            return Err(failed(
                format!("`{}` is no file, directory or link", path.display()),
                "leave it out with a pattern such as `!name`",
            ));
        }
    })
}

impl Order<'_> {
    /// The name in the archive of what lies at `path`.
    fn written(&self, path: &Path) -> Result<String, ToolError> {
        let below = path.strip_prefix(self.from).unwrap_or(path);
        let written = match self.prefix {
            Some(prefix) => Path::new(prefix).join(below),
            None => below.to_path_buf(),
        };
        written.into_os_string().into_string().map_err(|_| {
            failed(
                format!("the name `{}` is not UTF-8", path.display()),
                "rename it, or leave it out",
            )
        })
    }
}

/// Reads as much as was announced, or fails.
struct Exactly<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.left -= read as u64;
        if read == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(io::Error::other("a file became shorter while it was packed"));
        }
        Ok(read)
    }
}

enum Writer<'a> {
    Tar(tar::Builder<BufWriter<&'a mut File>>),
    TarGz(Box<tar::Builder<flate2::write::GzEncoder<BufWriter<&'a mut File>>>>),
    Zip(Box<ZipWriter<BufWriter<&'a mut File>>>),
}

impl<'a> Writer<'a> {
    fn new(file: &'a mut File, format: Format) -> Result<Self, ArchiveError> {
        file.rewind()?;
        let to = BufWriter::with_capacity(1 << 18, file);
        Ok(match format {
            Format::Tar => Self::Tar(tar::Builder::new(to)),
            Format::TarGz => {
                // No name, no time; 255 is an unknown system (RFC 1952, section 2.3.1).
                let gz = GzBuilder::new().mtime(0).operating_system(255);
                Self::TarGz(Box::new(tar::Builder::new(gz.write(to, Compression::default()))))
            }
            Format::Zip => Self::Zip(Box::new(ZipWriter::new(to))),
        })
    }

    fn directory(&mut self, path: &Path) -> Result<(), ArchiveError> {
        let mut header = header(tar::EntryType::Directory, 0, 0o755);
        match self {
            Self::Tar(to) => to.append_data(&mut header, path, io::empty())?,
            Self::TarGz(to) => to.append_data(&mut header, path, io::empty())?,
            Self::Zip(to) => to
                .add_directory(path.to_string_lossy(), options(0o755))
                .map_err(zip_error)?,
        }
        Ok(())
    }

    fn link(&mut self, path: &Path, text: &str) -> Result<(), ArchiveError> {
        let mut header = header(tar::EntryType::Symlink, 0, 0o777);
        match self {
            Self::Tar(to) => to.append_link(&mut header, path, text)?,
            Self::TarGz(to) => to.append_link(&mut header, path, text)?,
            Self::Zip(to) => to
                .add_symlink(path.to_string_lossy(), text, options(0o777))
                .map_err(zip_error)?,
        }
        Ok(())
    }

    fn file(
        &mut self,
        path: &Path,
        size: u64,
        is_executable: bool,
        content: &mut dyn Read,
    ) -> Result<(), ArchiveError> {
        let mode = if is_executable { 0o755 } else { 0o644 };
        let mut header = header(tar::EntryType::Regular, size, mode);
        match self {
            Self::Tar(to) => to.append_data(&mut header, path, content)?,
            Self::TarGz(to) => to.append_data(&mut header, path, content)?,
            Self::Zip(to) => {
                to.start_file(path.to_string_lossy(), options(mode))
                    .map_err(zip_error)?;
                io::copy(content, to)?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), ArchiveError> {
        let mut to = match self {
            Self::Tar(to) => to.into_inner()?,
            Self::TarGz(to) => to.into_inner()?.finish()?,
            Self::Zip(to) => to.finish().map_err(zip_error)?,
        };
        Ok(to.flush()?)
    }
}

fn header(kind: tar::EntryType, size: u64, mode: u32) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}

/// The first time that the format knows, 1980.
fn options(mode: u32) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(mode)
}

fn zip_error(error: zip::result::ZipError) -> ArchiveError {
    match error {
        zip::result::ZipError::Io(error) => error.into(),
        other => ToolError::Failed {
            message: format!("the archive cannot be written: {other}"),
            hint: "pack less of it, or as `tar.gz`".to_owned(),
        }
        .into(),
    }
}
