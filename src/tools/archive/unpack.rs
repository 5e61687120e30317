//! Unpacking: into a directory beside, which gets its place when all of the archive was read, or is gone.

use std::collections::BTreeMap;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use rustix::fs::FileType;
use serde_json::json;
use sha3::{Digest as _, Sha3_512};

use super::super::ToolError;
use super::super::beneath::{Directory, Scratch};
use super::super::contract::failed;
use super::reading::{ArchiveError, Sink};
use super::tree::{Entry, What};
use crate::digest::Digest;

/// What lies at each path.
pub(super) type Contents = BTreeMap<PathBuf, Content>;

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// A directory.
    Directory,
    /// A file.
    File {
        /// In bytes.
        size: u64,
        /// SHA3-512 of it.
        digest: Digest,
        /// Whether it may be run.
        is_executable: bool,
    },
    /// A symbolic link with this text.
    Link(String),
}

/// The digest of all that lies there: names, contents, and which files may be run.
pub(super) fn digest_of(contents: &Contents) -> Digest {
    let entries = contents.iter().map(|(path, content)| {
        let path = path.to_string_lossy();
        match content {
            Content::Directory => json!({"path": path, "kind": "directory"}),
            Content::Link(to) => json!({"path": path, "kind": "link", "to": to}),
            Content::File {
                digest, is_executable, ..
            } => json!({"path": path, "kind": "file", "digest": digest.to_string(), "executable": is_executable}),
        }
    });
    Digest::of_json(&entries.collect())
}

/// Fills a directory.
#[derive(Debug)]
pub(super) struct Unpacker {
    /// Where it writes.
    pub scratch: Scratch,
    /// What it wrote.
    pub contents: Contents,
}

impl Unpacker {
    /// Writes into `scratch`.
    pub fn new(scratch: Scratch) -> Self {
        Self {
            scratch,
            contents: Contents::new(),
        }
    }

    fn file(&mut self, path: &Path, is_executable: bool, content: &mut dyn Read) -> Result<u64, ArchiveError> {
        let mode = if is_executable { 0o755 } else { 0o644 };
        let mut file = self.scratch.file(path, mode)?;
        let mut hash = Sha3_512::new();
        let mut piece = vec![0; 1 << 16];
        let mut size = 0;
        loop {
            let read = content.read(&mut piece)?;
            if read == 0 {
                break;
            }
            hash.update(&piece[..read]);
            file.write_all(&piece[..read]).map_err(ArchiveError::Io)?;
            size += read as u64;
        }
        let digest = Digest::from_bytes(&hash.finalize()).unwrap_or(Digest::ZERO);
        self.put(
            path,
            Content::File {
                size,
                digest,
                is_executable,
            },
        );
        Ok(size)
    }

    fn put(&mut self, path: &Path, content: Content) {
        for above in path.ancestors().skip(1).filter(|above| !above.as_os_str().is_empty()) {
            self.contents.entry(above.to_path_buf()).or_insert(Content::Directory);
        }
        self.contents.insert(path.to_path_buf(), content);
    }
}

impl Sink for Unpacker {
    fn entry(&mut self, entry: &Entry, content: &mut dyn Read) -> Result<(), ArchiveError> {
        match &entry.what {
            What::Directory => {
                self.scratch.directory(&entry.path)?;
                self.put(&entry.path, Content::Directory);
            }
            What::File { size, is_executable } => {
                let written = self.file(&entry.path, *is_executable, content)?;
                if written != *size {
                    return Err(ArchiveError::broken(format!(
                        "`{}` has {written} bytes and says {size}",
                        entry.path.display()
                    )));
                }
            }
            What::Link { to } => {
                self.scratch.link(&entry.path, Path::new(to))?;
                self.put(&entry.path, Content::Link(to.clone()));
            }
            What::Same { of } => {
                let (mut file, _) = self.scratch.inner().file(of)?;
                let is_executable = matches!(
                    self.contents.get(of),
                    Some(Content::File {
                        is_executable: true,
                        ..
                    })
                );
                self.file(&entry.path, is_executable, &mut file)?;
            }
        }
        Ok(())
    }
}

/// What lies below `at`, as long as it is no more than `most` entries.
///
/// # Errors
/// It is no directory, or cannot be read.
pub(super) fn contents_of(directory: &Directory, at: &Path, most: usize) -> Result<Contents, ToolError> {
    let mut contents = Contents::new();
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        let mut found = Vec::new();
        directory.entries(&at.join(&below), |name, file_type, _| {
            if found.len() <= most {
                found.push((below.join(name), file_type));
            }
        })?;
        for (path, file_type) in found {
            let content = match file_type {
                FileType::Directory => {
                    open.push(path.clone());
                    Content::Directory
                }
                FileType::RegularFile => file_content(directory, &at.join(&path))?,
                FileType::Symlink => Content::Link(directory.link_text(&at.join(&path))?),
                _ => {
                    return Err(failed(
                        format!("`{}` is no file, directory or link", path.display()),
                        "unpack into another directory",
                    ));
                }
            };
            contents.insert(path, content);
            if contents.len() > most {
                return Ok(contents);
            }
        }
    }
    Ok(contents)
}

fn file_content(directory: &Directory, path: &Path) -> Result<Content, ToolError> {
    let (mut file, stat) = directory.file(path)?;
    let mut hash = Sha3_512::new();
    let mut piece = vec![0; 1 << 16];
    let mut size = 0;
    loop {
        let read = file
            .read(&mut piece)
            .map_err(|error| failed(format!("cannot read `{}`: {error}", path.display()), "check the file"))?;
        if read == 0 {
            break;
        }
        hash.update(&piece[..read]);
        size += read as u64;
    }
    Ok(Content::File {
        size,
        digest: Digest::from_bytes(&hash.finalize()).unwrap_or(Digest::ZERO),
        is_executable: stat.st_mode & 0o100 != 0,
    })
}
