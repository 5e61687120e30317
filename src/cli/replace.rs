//! Replacing a file of the user's: the old one or the new one is there, never half of one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use super::failure::Failure;
use crate::exit::Exit;

/// Writes `text` to `path`, following links, with the rights of the file that was there.
///
/// # Errors
/// It cannot be written; the old file is as it was.
pub fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    written(path, text).map_err(|error| {
        let message = format!("cannot write `{}`: {error}", path.display());
        Failure::new(Exit::Storage, "storage", message).hint("check the space and the rights of the directory")
    })
}

fn written(path: &Path, text: &str) -> io::Result<()> {
    let known = path.canonicalize();
    let path = known.as_deref().unwrap_or(path);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&temporary)?;
    let moved = fill(&mut file, path, text).and_then(|()| fs::rename(&temporary, path));
    if let Err(error) = moved {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    match path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        Some(directory) => File::open(directory)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

fn fill(file: &mut File, old: &Path, text: &str) -> io::Result<()> {
    if let Ok(old) = fs::metadata(old) {
        file.set_permissions(old.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_replaced_file_keeps_its_rights_and_the_links_to_it() {
        let scratch = tempfile::tempdir().unwrap();
        let (path, link) = (scratch.path().join("a"), scratch.path().join("link"));
        replace(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        replace(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 2);
        let failure = replace(&scratch.path().join("no/where"), "x").unwrap_err();
        assert_eq!(failure.exit, Exit::Storage);
    }
}
