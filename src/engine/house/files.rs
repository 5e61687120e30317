//! The files of the constitution: laid beside their places, and moved there once the journal says that they hold.
//!
//! Both are durable under other names before `constitution.activated` or `keys.activated` is recorded; other keys bring
//! other signatures over the same text. Whoever opens the store after a
//! crash finds them: if the journal names this text they are moved into place, else they are removed. An older text
//! in the place of the newer one is therefore never mended: it stays what it is, one that is refused.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Activated;
use crate::config::Home;
use crate::digest::Digest;
use crate::engine::OpenError;
use crate::policy::constitution::signature_file;

/// Held while files of the constitution are laid down or moved.
pub(in crate::engine) struct Held {
    _lock: File,
}

/// Waits until nobody else moves files of the constitution.
pub(in crate::engine) fn hold(home: &Home) -> Result<Held, OpenError> {
    let path = home.locks().join("constitution.lock");
    let open = || {
        let lock = File::create(&path)?;
        lock.lock()?;
        Ok(Held { _lock: lock })
    };
    open().map_err(at(&path))
}

/// Whether an activation has laid files down and did not finish, or not yet.
pub(in crate::engine) fn are_laid(home: &Home) -> bool {
    laid(&home.constitution()).exists() || laid(&home.constitution_signature()).exists()
}

/// Lays both files down beside their places; the signatures last, because they say that the text is whole.
pub(in crate::engine) fn lay(home: &Home, text: &[u8], signatures: &[u8], _held: &Held) -> Result<(), OpenError> {
    for (place, bytes) in [(home.constitution(), text), (home.constitution_signature(), signatures)] {
        let path = laid(&place);
        write(&path, bytes).map_err(at(&path))?;
    }
    sync(home)
}

/// Moves what was laid down into place when it is what the journal says, and removes it when it is not.
pub(in crate::engine) fn settle(home: &Home, active: &Activated, _held: &Held) -> Result<(), OpenError> {
    let (text, signatures) = (home.constitution(), home.constitution_signature());
    let (new_text, new_signatures) = (laid(&text), laid(&signatures));
    // Once the text is in its place, the signatures are all that is left to move.
    let found = match fs::read(&new_text) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::read(&text),
        found => found,
    };
    let is_active = found.is_ok_and(|found| Digest::of(&found) == active.digest);
    let signed = fs::read(&new_signatures);
    let is_signed = signed.is_ok_and(|signed| signed == signature_file(&active.signatures));
    if is_active && is_signed {
        if new_text.exists() {
            fs::rename(&new_text, &text).map_err(at(&text))?;
        }
        fs::rename(&new_signatures, &signatures).map_err(at(&signatures))?;
    } else {
        for path in [&new_signatures, &new_text] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(path)(error)),
                Ok(()) | Err(_) => {}
            }
        }
    }
    sync(home)
}

/// Where a file lies before it is moved to `place`.
fn laid(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".next");
    PathBuf::from(name)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync(home: &Home) -> Result<(), OpenError> {
    let place = home.constitution();
    let directory = place.parent().unwrap_or(Path::new("/"));
    let synced = File::open(directory).and_then(|directory| directory.sync_all());
    synced.map_err(at(directory))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> OpenError {
    let path = path.to_owned();
    move |reason| OpenError::Files { path, reason }
}
