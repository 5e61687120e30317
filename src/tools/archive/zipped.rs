//! Zip archives: what their directory says and what stands before each file have to be the same.
//!
//! Archives whose parts overlap, that hide entries, are encrypted, split or of the 64-bit form are refused.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use zip::read::{ArchiveOffset, Config};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::reading::{ArchiveError, Sink, Visit};
use super::tree::{What, in_proportion, printed};

/// The record that ends an archive, without its comment.
const END: u64 = 22;
/// The most bytes of the text of a link.
const LINK_MAX: u64 = 1_024;
/// The most bytes of the directory of an archive, which is held in memory.
const DIRECTORY_MAX: u64 = 64 * 1024 * 1024;

/// Reads an archive in the order of its directory.
///
/// # Errors
/// It is broken, unsafe, or whoever visits says so.
pub(super) fn read(file: &mut File, visit: &mut Visit<'_>, sink: &mut dyn Sink) -> Result<(), ArchiveError> {
    let length = file.seek(SeekFrom::End(0))?;
    let entries = end(file)?;
    let mut bytes = 0_u64;
    let config = Config {
        archive_offset: ArchiveOffset::Known(0),
    };
    let mut archive = ZipArchive::with_config(config, &mut *file).map_err(broken)?;
    if archive.len() as u64 != entries || archive.has_duplicate_names() {
        return Err(ArchiveError::broken(
            "its directory does not list as many names as it says",
        ));
    }
    archive.validate_header_consistency().map_err(broken)?;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(broken)?;
        let written = String::from_utf8(entry.name_raw().to_vec())
            .map_err(|_| ArchiveError::broken(format!("the name of entry {index} is not UTF-8")))?;
        let cannot = |what: &str| ArchiveError::broken(format!("`{}` {what}", printed(&written)));
        if entry.encrypted() {
            return Err(cannot("is encrypted"));
        }
        if !matches!(
            entry.compression(),
            CompressionMethod::Stored | CompressionMethod::Deflated
        ) {
            return Err(cannot("is compressed in a way that is not known here"));
        }
        let (size, packed) = (entry.size(), entry.compressed_size());
        // As they stand there: what reads them otherwise takes bits off.
        let mode = match entry.external_attributes() >> 16 {
            0 => 0o644,
            mode => mode,
        };
        drop(entry);
        in_proportion(size, packed)?;
        // Many small ones are one large one.
        bytes = bytes.saturating_add(size);
        in_proportion(bytes, length)?;
        let mut content = archive.by_index(index).map_err(broken)?;
        let what = match mode & 0o170_000 {
            0o040_000 => What::Directory,
            _ if written.ends_with('/') => What::Directory,
            0 | 0o100_000 => What::File {
                size,
                is_executable: mode & 0o100 != 0,
            },
            0o120_000 => {
                let mut to = Vec::new();
                (&mut content).take(LINK_MAX + 1).read_to_end(&mut to)?;
                let to = String::from_utf8(to).map_err(|_| cannot("is a link that is not UTF-8"))?;
                What::Link { to }
            }
            0o060_000 | 0o020_000 => return Err(visit.kind(&written, "a device").into()),
            0o010_000 => return Err(visit.kind(&written, "a FIFO").into()),
            _ => return Err(visit.kind(&written, "of a kind that is not known here").into()),
        };
        if what == What::Directory && size != 0 {
            return Err(cannot("has content and is a directory"));
        }
        if let Some(entry) = visit.take(&written, what, mode & 0o7777)? {
            // One byte more than it says would be seen.
            sink.entry(&entry, &mut visit.asking((&mut content).take(size.saturating_add(1))))?;
        }
    }
    Ok(())
}

/// Looks at the record that ends the archive; says how many entries it counts.
///
/// Programs look for it from the end, and where there is more than one they differ.
fn end(file: &mut File) -> Result<u64, ArchiveError> {
    let length = file.seek(SeekFrom::End(0))?;
    let window = length.min(END + u64::from(u16::MAX));
    file.seek(SeekFrom::Start(length - window))?;
    let mut tail = Vec::new();
    file.take(window).read_to_end(&mut tail)?;
    let mark = b"PK\x05\x06";
    let mut found = tail.windows(mark.len()).enumerate().filter(|(_, bytes)| *bytes == mark);
    let (Some((at, _)), None) = (found.next(), found.next()) else {
        return Err(ArchiveError::broken(
            "it does not end once, with the record that ends a zip archive",
        ));
    };
    let record = tail
        .get(at..at + 22)
        .ok_or_else(|| ArchiveError::broken("its last record is cut off"))?;
    let two = |at: usize| u64::from(u16::from_le_bytes([record[at], record[at + 1]]));
    let four = |at: usize| two(at) | two(at + 2) << 16;
    let (size, offset) = (four(12), four(16));
    let place = length - window + at as u64;
    if two(4) != 0 || two(6) != 0 || two(8) != two(10) {
        return Err(ArchiveError::broken("it is split into parts"));
    }
    if two(10) == u64::from(u16::MAX) || size == u64::from(u32::MAX) || offset == u64::from(u32::MAX) {
        return Err(ArchiveError::broken("it is of the 64-bit form, which is not read here"));
    }
    if place + END + two(20) != length || offset + size != place {
        return Err(ArchiveError::broken(
            "something lies between its directory and its end, or after it",
        ));
    }
    if size > DIRECTORY_MAX {
        return Err(ArchiveError::broken("its directory is too long"));
    }
    file.rewind()?;
    Ok(two(10))
}

fn broken(error: ZipError) -> ArchiveError {
    match error {
        ZipError::Io(error) => error.into(),
        other => ArchiveError::broken(other.to_string()),
    }
}
