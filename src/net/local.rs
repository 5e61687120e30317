//! Sockets in the file system: between processes of one user on one machine.
//!
//! They lead nowhere else, so `--offline` does not refuse them.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

/// The longest path of a socket, in bytes: 104 with a NUL at its end on macOS and the BSDs, and 108 on Linux.
pub const LONGEST_PATH: usize = 103;

/// Listens at `path`, for its user alone, without ever waiting for anybody.
///
/// A socket that lies there is replaced: the caller knows that whoever made it is gone.
///
/// # Errors
/// The path is too long, something else lies there, or its directory cannot be used.
pub fn listen(path: &Path) -> io::Result<UnixListener> {
    if let Some(directory) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        if fs::metadata(directory)?.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(directory, Permissions::from_mode(0o700))?;
        }
    }
    if fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket()) {
        fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Connects to whoever listens at `path`.
///
/// # Errors
/// Nobody listens there.
pub fn connect(path: &Path) -> io::Result<UnixStream> {
    UnixStream::connect(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_private_and_replaces_that_of_a_dead_owner() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("deep/runs/x.sock");
        drop(listen(&path).unwrap());
        assert!(path.exists(), "the system keeps the file of a socket that is closed");
        assert!(connect(&path).is_err());
        let listener = listen(&path).unwrap();
        connect(&path).unwrap();
        listener.accept().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn what_is_no_socket_stays() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("x.sock");
        fs::write(&path, "a file").unwrap();
        assert!(listen(&path).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "a file");
    }

    #[test]
    fn the_longest_path_is_taken() {
        let scratch = tempfile::tempdir().unwrap();
        let long = |bytes: usize| {
            let directory = scratch.path().as_os_str().len() + 1;
            scratch.path().join("x".repeat(bytes - directory))
        };
        listen(&long(LONGEST_PATH)).unwrap();
        assert!(listen(&long(LONGEST_PATH + 5)).is_err());
    }
}
