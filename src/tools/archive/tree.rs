//! What an archive may hold: names, links and sizes that are safe on any file system, or the whole archive is refused.
//!
//! Knows nothing of formats and touches no disk.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use unicode_normalization_alignments::UnicodeNormalization as _;

/// The deepest path.
const DEPTH_MAX: usize = 64;
/// The most bytes of a path.
const PATH_MAX: usize = 1_024;
/// The most bytes of one name.
const NAME_MAX: usize = 255;
/// How many times as long as the archive its content may be,
const RATIO_MAX: u64 = 250;
/// where it is longer than this.
const RATIO_FROM: u64 = 16 * 1024 * 1024;

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A file of this many bytes, which may be run or not.
    File { size: u64, is_executable: bool },
    /// A directory.
    Directory,
    /// A symbolic link with this text.
    Link { to: String },
    /// Another name of a file that came before.
    Same { of: PathBuf },
}

/// An entry of an archive that is safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Relative, of plain names.
    pub path: PathBuf,
    /// What it is.
    pub what: What,
}

/// How much an archive may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Entries.
    pub entries: u64,
    /// Bytes of all files.
    pub bytes: u64,
}

/// Why an archive is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsafe {
    #[error("`{name}` leads out of the archive")]
    Leads { name: String },
    #[error("`{name}` is no name that can be told apart everywhere: {why}")]
    Name { name: String, why: &'static str },
    #[error("`{name}` goes into `{part}`, which no tool writes")]
    Protected { name: String, part: &'static str },
    #[error("`{name}` is {what}, and only files, directories and links are unpacked")]
    Kind { name: String, what: &'static str },
    #[error("`{name}` has a mode with set-user, set-group or sticky bits ({mode:o})")]
    Mode { name: String, mode: u32 },
    #[error("`{name}` links to `{to}`, which leads out of the archive")]
    LinkLeads { name: String, to: String },
    #[error("`{name}` links to `{to}`, which is no file that came before it")]
    LinkMissing { name: String, to: String },
    #[error("`{name}` is there twice")]
    Twice { name: String },
    #[error("`{name}` and `{other}` are the same name where case or composition does not count")]
    Alike { name: String, other: String },
    #[error("`{name}` lies in `{other}`, which is no directory")]
    NoDirectory { name: String, other: String },
    #[error("it has more than {limit} entries")]
    Entries { limit: u64 },
    #[error("its files have more than {limit} bytes")]
    Bytes { limit: u64 },
    #[error("{bytes} bytes come out of {packed}, which is more than {RATIO_MAX} times as much")]
    Ratio { bytes: u64, packed: u64 },
}

/// All names so far.
#[derive(Debug)]
pub(super) struct Tree {
    limits: Limits,
    entries: u64,
    bytes: u64,
    /// By the name as the least careful file system sees it.
    known: HashMap<String, Known>,
}

#[derive(Debug)]
struct Known {
    path: PathBuf,
    is: Is,
    size: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    File,
    Directory,
    Link,
}

/// The names in `written`, without what means nothing; whether it ends with a slash.
fn names(written: &str) -> Result<(PathBuf, bool), Unsafe> {
    let name = || printed(written);
    let refused = |why| Unsafe::Name { name: name(), why };
    if written.starts_with('/') {
        return Err(Unsafe::Leads { name: name() });
    }
    if written.len() > PATH_MAX {
        return Err(refused("it is too long"));
    }
    if written.contains('\\') {
        return Err(refused("it has a backslash"));
    }
    if written.contains(|character: char| character.is_control() || steers(character)) {
        return Err(refused("it has characters that are not shown"));
    }
    let mut path = PathBuf::new();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err(Unsafe::Leads { name: name() }),
            part if part.len() > NAME_MAX => return Err(refused("a part of it is too long")),
            part if part.len() == 2 && part.ends_with(':') => return Err(refused("a part of it is a drive")),
            part => path.push(part),
        }
    }
    if path.components().count() > DEPTH_MAX {
        return Err(refused("it is too deep"));
    }
    Ok((path, written.ends_with('/')))
}

/// Characters that change the direction of what is written after them.
fn steers(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}')
}

/// A name as it can be shown.
pub(super) fn printed(name: &str) -> String {
    name.chars().take(200).flat_map(char::escape_debug).collect()
}

/// What the least careful file system takes a name for: composed, without case.
fn key(path: &Path) -> String {
    let text = path.to_string_lossy();
    let composed: String = text.nfc().map(|(character, _)| character).collect();
    let folded = composed.to_uppercase().to_lowercase();
    folded.nfc().map(|(character, _)| character).collect()
}

impl Tree {
    /// With nothing in it.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            entries: 0,
            bytes: 0,
            known: HashMap::new(),
        }
    }

    /// Takes an entry in; `None` where it is the top directory itself.
    ///
    /// # Errors
    /// It is not safe.
    pub fn take(&mut self, written: &str, what: What, mode: u32) -> Result<Option<Entry>, Unsafe> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(Unsafe::Entries {
                limit: self.limits.entries,
            });
        }
        let (path, is_directory) = names(written)?;
        let name = printed(written);
        if mode & 0o7000 != 0 {
            return Err(Unsafe::Mode { name, mode });
        }
        if let Some(part) = super::super::fs::protected(&path) {
            return Err(Unsafe::Protected { name, part });
        }
        let what = match what {
            What::File { size: 0, .. } if is_directory => What::Directory,
            What::File { .. } | What::Link { .. } | What::Same { .. } if is_directory => {
                return Err(Unsafe::Name {
                    name,
                    why: "it ends with a slash and is no directory",
                });
            }
            What::Link { to } => self.link(&name, &path, to)?,
            What::Same { of } => self.same(&name, of)?,
            what @ (What::File { .. } | What::Directory) => what,
        };
        if path.as_os_str().is_empty() {
            return match what {
                What::Directory => Ok(None),
                What::File { .. } | What::Link { .. } | What::Same { .. } => Err(Unsafe::Leads { name }),
            };
        }
        let size = match &what {
            What::File { size, .. } => *size,
            // Each name gets a copy of its own.
            What::Same { of } => self.known.get(&key(of)).map_or(0, |known| known.size),
            What::Directory | What::Link { .. } => 0,
        };
        self.grow(size)?;
        self.place(&name, &path, &what, size)?;
        Ok(Some(Entry { path, what }))
    }

    fn grow(&mut self, size: u64) -> Result<(), Unsafe> {
        self.bytes = self.bytes.saturating_add(size);
        if self.bytes > self.limits.bytes {
            return Err(Unsafe::Bytes {
                limit: self.limits.bytes,
            });
        }
        Ok(())
    }

    fn place(&mut self, name: &str, path: &Path, what: &What, size: u64) -> Result<(), Unsafe> {
        let is = match what {
            What::File { .. } | What::Same { .. } => Is::File,
            What::Directory => Is::Directory,
            What::Link { .. } => Is::Link,
        };
        let above: Vec<&Path> = path
            .ancestors()
            .skip(1)
            .filter(|path| !path.as_os_str().is_empty())
            .collect();
        let parts = above.into_iter().rev().map(|path| (path, Is::Directory, false));
        for (part, is, is_itself) in parts.chain([(path, is, true)]) {
            let Some(known) = self.known.get(&key(part)) else {
                // A directory that is only named above others is made as well.
                if self.known.len() as u64 >= self.limits.entries {
                    return Err(Unsafe::Entries {
                        limit: self.limits.entries,
                    });
                }
                let known = Known {
                    path: part.to_path_buf(),
                    is,
                    size: if is_itself { size } else { 0 },
                };
                self.known.insert(key(part), known);
                continue;
            };
            if known.path != part {
                return Err(Unsafe::Alike {
                    name: name.to_owned(),
                    other: printed(&known.path.to_string_lossy()),
                });
            }
            if known.is == Is::Directory && is == Is::Directory {
                continue;
            }
            return Err(if is_itself {
                Unsafe::Twice { name: name.to_owned() }
            } else {
                Unsafe::NoDirectory {
                    name: name.to_owned(),
                    other: printed(&part.to_string_lossy()),
                }
            });
        }
        Ok(())
    }

    /// A link leads to what lies in the archive: up no farther than it is deep, then only down.
    ///
    /// What goes up after it went down depends on where other links lead, so it is refused.
    fn link(&self, name: &str, path: &Path, to: String) -> Result<What, Unsafe> {
        let leads = || Unsafe::LinkLeads {
            name: name.to_owned(),
            to: printed(&to),
        };
        let is_odd = |character: char| character.is_control() || steers(character) || character == '\\';
        if to.is_empty() || to.starts_with('/') || to.len() > PATH_MAX || to.contains(is_odd) {
            return Err(leads());
        }
        let depth = path.components().count().saturating_sub(1);
        let (mut ups, mut goes_down) = (0, false);
        for part in Path::new(&to).components() {
            match part {
                Component::ParentDir if !goes_down && ups < depth => ups += 1,
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(leads()),
                Component::CurDir => {}
                Component::Normal(_) => goes_down = true,
            }
        }
        if super::super::fs::protected(Path::new(&to)).is_some() {
            return Err(leads());
        }
        Ok(What::Link { to })
    }

    fn same(&self, name: &str, of: PathBuf) -> Result<What, Unsafe> {
        let (path, _) = names(&of.to_string_lossy())?;
        match self.known.get(&key(&path)) {
            Some(known) if known.path == path && known.is == Is::File => Ok(What::Same { of: path }),
            Some(_) | None => Err(Unsafe::LinkMissing {
                name: name.to_owned(),
                to: printed(&of.to_string_lossy()),
            }),
        }
    }
}

/// Says whether so many bytes may come out of so few.
///
/// # Errors
/// They may not.
pub(super) fn in_proportion(bytes: u64, packed: u64) -> Result<(), Unsafe> {
    if bytes > RATIO_FROM && bytes / RATIO_MAX > packed {
        Err(Unsafe::Ratio { bytes, packed })
    } else {
        Ok(())
    }
}
