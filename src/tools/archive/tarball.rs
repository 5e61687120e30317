//! Tar archives, plain or compressed with gzip, read from beginning to end.
//!
//! Every block is looked at: what one program reads and another passes over (sizes that a PAX header overrides,
//! entries after the end, sparse files) is refused. Never seeks, never writes.

use std::io::{self, Read};
use std::path::PathBuf;

use super::reading::{ArchiveError, Sink, Visit};
use super::tree::{What, printed};

const BLOCK: usize = 512;
/// The most bytes of a header that extends another one.
const EXTENSION_MAX: u64 = 64 * 1024;

/// What comes before an entry and is about it.
#[derive(Debug, Default)]
struct Said {
    path: Option<String>,
    link: Option<String>,
    is_pax: bool,
}

/// Reads an archive to its end.
///
/// # Errors
/// It is broken, unsafe, or whoever visits says so.
pub(super) fn read(from: &mut dyn Read, visit: &mut Visit<'_>, sink: &mut dyn Sink) -> Result<(), ArchiveError> {
    let mut said = Said::default();
    let mut number = 0_u64;
    loop {
        let mut block = [0; BLOCK];
        if !fill(from, &mut block)? {
            return Err(ArchiveError::broken(
                "it ends without the blocks that end a tar archive",
            ));
        }
        if block.iter().all(|byte| *byte == 0) {
            break;
        }
        number += 1;
        let header = tar::Header::from_byte_slice(&block);
        let cannot = |what: &str| ArchiveError::broken(format!("entry {number} has {what}"));
        if header.cksum().ok() != Some(sum(&block)) {
            return Err(cannot("a header with a wrong checksum"));
        }
        let size = header.entry_size().map_err(|_| cannot("no readable size"))?;
        let kind = header.entry_type();
        if kind.is_gnu_longname() || kind.is_gnu_longlink() {
            let text = extension(from, size, number)?;
            let text = text.strip_suffix(b"\0").unwrap_or(&text).to_vec();
            let text = String::from_utf8(text).map_err(|_| cannot("a name that is not UTF-8"))?;
            let slot = if kind.is_gnu_longname() {
                &mut said.path
            } else {
                &mut said.link
            };
            if slot.replace(text).is_some() {
                return Err(cannot("two long names"));
            }
            continue;
        }
        if kind.is_pax_local_extensions() {
            if said.is_pax {
                return Err(cannot("two PAX headers"));
            }
            said.is_pax = true;
            pax(&extension(from, size, number)?, number, Some(&mut said))?;
            continue;
        }
        if kind.is_pax_global_extensions() {
            pax(&extension(from, size, number)?, number, None)?;
            continue;
        }
        let Said { path, link, is_pax: _ } = std::mem::take(&mut said);
        let path = match path {
            Some(path) => path,
            None => {
                String::from_utf8(header.path_bytes().into_owned()).map_err(|_| cannot("a name that is not UTF-8"))?
            }
        };
        let link = || -> Result<String, ArchiveError> {
            match (link, header.link_name_bytes()) {
                (Some(link), _) => Ok(link),
                (None, Some(bytes)) => {
                    String::from_utf8(bytes.into_owned()).map_err(|_| cannot("a link that is not UTF-8"))
                }
                (None, None) => Err(cannot("a link that leads nowhere")),
            }
        };
        let mode = header.mode().map_err(|_| cannot("no readable mode"))?;
        let what = if kind.is_file() {
            What::File {
                size,
                is_executable: mode & 0o100 != 0,
            }
        } else if kind.is_dir() {
            What::Directory
        } else if kind.is_symlink() {
            What::Link { to: link()? }
        } else if kind.is_hard_link() {
            What::Same {
                of: PathBuf::from(link()?),
            }
        } else {
            let what = match kind.as_byte() {
                b'3' | b'4' => "a device",
                b'6' => "a FIFO",
                b'S' => "a sparse file",
                _ => "of a kind that is not known here",
            };
            return Err(visit.kind(&path, what).into());
        };
        let content = if matches!(what, What::File { .. }) { size } else { 0 };
        if content == 0 && size != 0 {
            return Err(ArchiveError::broken(format!(
                "`{}` has content and is no file",
                printed(&path)
            )));
        }
        let mut content_from = (&mut *from).take(content);
        if let Some(entry) = visit.take(&path, what, mode & 0o7777)? {
            sink.entry(&entry, &mut content_from)?;
        }
        // Whoever only lists leaves content unread.
        io::copy(&mut content_from, &mut io::sink())?;
        if content_from.limit() > 0 {
            return Err(ArchiveError::broken("it ends inside a file"));
        }
        pad(from, size, number)?;
    }
    if said.path.is_some() || said.link.is_some() || said.is_pax {
        return Err(ArchiveError::broken("it ends after a header that is about another one"));
    }
    let mut rest = [0; 16 * 1024];
    loop {
        let read = from.read(&mut rest)?;
        if read == 0 {
            return Ok(());
        }
        if rest[..read].iter().any(|byte| *byte != 0) {
            return Err(ArchiveError::broken("something comes after its end"));
        }
        visit.check()?;
    }
}

/// Fills a block; `false` where nothing comes at all.
fn fill(from: &mut dyn Read, block: &mut [u8; BLOCK]) -> Result<bool, ArchiveError> {
    let mut filled = 0;
    while filled < BLOCK {
        let read = from.read(&mut block[filled..])?;
        if read == 0 {
            return match filled {
                0 => Ok(false),
                _ => Err(ArchiveError::broken("it ends inside a block")),
            };
        }
        filled += read;
    }
    Ok(true)
}

/// The sum of all bytes, those of the checksum itself counted as blanks (POSIX.1-1988).
fn sum(block: &[u8; BLOCK]) -> u32 {
    let rest = block[..148].iter().chain(&block[156..]);
    rest.map(|byte| u32::from(*byte)).sum::<u32>() + 8 * 32
}

fn extension(from: &mut dyn Read, size: u64, number: u64) -> Result<Vec<u8>, ArchiveError> {
    if size > EXTENSION_MAX {
        return Err(ArchiveError::broken(format!(
            "entry {number} is a header of {size} bytes, and more than {EXTENSION_MAX} are not read"
        )));
    }
    let mut bytes = Vec::new();
    let mut content = (&mut *from).take(size);
    content.read_to_end(&mut bytes)?;
    if bytes.len() as u64 != size {
        return Err(ArchiveError::broken("it ends inside a header"));
    }
    pad(from, size, number)?;
    Ok(bytes)
}

/// Passes over what fills the last block.
fn pad(from: &mut dyn Read, size: u64, number: u64) -> Result<(), ArchiveError> {
    let mut left = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
    let mut bytes = [0; BLOCK];
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
        let read = from.read(&mut bytes[..most])?;
        if read == 0 {
            return Err(ArchiveError::broken(format!("it ends inside entry {number}")));
        }
        left -= read as u64;
    }
    Ok(())
}

/// Reads records of a PAX header (POSIX.1-2001); without an entry that they are about, only comments count.
fn pax(bytes: &[u8], number: u64, mut about: Option<&mut Said>) -> Result<(), ArchiveError> {
    let broken = || ArchiveError::broken(format!("entry {number} is a PAX header that cannot be read"));
    let mut rest = bytes;
    while !rest.is_empty() {
        let blank = rest.iter().position(|byte| *byte == b' ').ok_or_else(broken)?;
        let length = std::str::from_utf8(&rest[..blank])
            .ok()
            .and_then(|text| text.parse::<usize>().ok());
        let length = length
            .filter(|length| *length > blank + 1 && *length <= rest.len())
            .ok_or_else(broken)?;
        let record = rest[blank + 1..length].strip_suffix(b"\n").ok_or_else(broken)?;
        rest = &rest[length..];
        let record = std::str::from_utf8(record).map_err(|_| broken())?;
        let (name, value) = record.split_once('=').ok_or_else(broken)?;
        // `SCHILY.realsize` and others of that kind say how long a file is, so each is named.
        let is_harmless = matches!(
            name,
            "comment"
                | "mtime"
                | "atime"
                | "ctime"
                | "uid"
                | "gid"
                | "uname"
                | "gname"
                | "SCHILY.dev"
                | "SCHILY.ino"
                | "SCHILY.nlink"
                | "SCHILY.fflags"
        ) || ["LIBARCHIVE.", "SCHILY.xattr.", "SCHILY.acl."]
            .into_iter()
            .any(|prefix| name.starts_with(prefix));
        match (name, &mut about) {
            ("path", Some(said)) if said.path.is_none() => said.path = Some(value.to_owned()),
            ("linkpath", Some(said)) if said.link.is_none() => said.link = Some(value.to_owned()),
            _ if is_harmless => {}
            _ => {
                return Err(ArchiveError::broken(format!(
                    "entry {number} is a PAX header that overrides `{}`, and programs differ about that",
                    printed(name)
                )));
            }
        }
    }
    Ok(())
}
