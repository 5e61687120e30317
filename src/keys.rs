//! Ed25519 keys: a private key in a file that only its owner can read, and the text of a public one.
//!
//! Files are PKCS#8 PEM (RFC 8410), so that `openssl pkey` reads them. A private key is never
//! printed and never leaves its file but as a [`SigningKey`] in memory.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, KeypairBytes};
use ed25519_dalek::{SigningKey, VerifyingKey};

/// A PEM file of one key is about 120 bytes; whatever is larger is something else.
const LARGEST_FILE: u64 = 4096;

const PUBLIC_PREFIX: &str = "ed25519:";

/// Why a key was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateKeyError {
    /// Something has the name already; it is never overwritten.
    #[error("`{}` exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The system has no randomness.
    #[error("the system gives no random bytes: {reason}")]
    NoRandomness {
        /// What the system said.
        reason: getrandom::Error,
    },
    /// The key has no PKCS#8 form.
    #[error("the key cannot be written as PKCS#8: {reason}")]
    NotEncodable {
        /// What the encoder said.
        reason: ed25519_dalek::pkcs8::Error,
    },
    /// The file could not be written through to the disk.
    #[error("cannot write the key `{}`: {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        reason: io::Error,
    },
}

impl CreateKeyError {
    /// What would change it.
    pub fn hint(&self) -> String {
        match self {
            Self::Exists { .. } => "use the key that is there, or move it away first".to_owned(),
            Self::NoRandomness { .. } => "wait until the system's random source is seeded".to_owned(),
            Self::NotEncodable { .. } => "report this: every Ed25519 key has a PKCS#8 form".to_owned(),
            Self::Unwritable { path, .. } => {
                format!(
                    "check that the directory of `{}` is writable and has space",
                    path.display()
                )
            }
        }
    }
}

/// Why a key was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadKeyError {
    /// There is none.
    #[error("there is no key at `{}`", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The system refuses to open or read it.
    #[error("cannot read the key `{}`: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        reason: io::Error,
    },
    /// A directory, a pipe or a device has its name.
    #[error("`{}` is not a regular file", path.display())]
    NotAFile {
        /// What was found.
        path: PathBuf,
    },
    /// Others than its owner may do something with it.
    #[error("`{}` has mode {mode:04o}: others than its owner can get at the key", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It holds something else.
    #[error("`{}` does not hold an Ed25519 private key in PKCS#8 PEM form", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
}

impl LoadKeyError {
    /// What would change it.
    pub fn hint(&self) -> String {
        match self {
            Self::Missing { .. } => {
                "restore it from a backup; a store goes on with the key that has signed its checkpoints, and no other"
                    .to_owned()
            }
            Self::Unreadable { .. } => "check who owns it and whether the disk is sound".to_owned(),
            Self::NotAFile { path } => format!("move `{}` away and put the key file there", path.display()),
            Self::Exposed { path, .. } => format!(
                "run `chmod 600 {}`, and replace the key if somebody may have copied it",
                path.display()
            ),
            Self::NotAKey { .. } => {
                "restore it from a backup; `openssl pkey -in FILE -noout -text` shows a good one".to_owned()
            }
        }
    }
}

/// A text that is not a public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` is not a public key: expected `ed25519:` and the base64 of the 32 bytes of a sound key",
    text.escape_debug()
)]
pub struct NotAPublicKey {
    text: String,
}

/// Why a public key was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadPublicError {
    /// The system refuses to open or read it.
    #[error("cannot read the public key `{}`: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        reason: io::Error,
    },
    /// It holds something else.
    #[error("`{}` does not hold one Ed25519 public key, as `ed25519:…` or in PEM form", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
}

/// Makes a new key and writes it to `path`, mode 0600, through to the disk.
///
/// # Errors
/// Something is at `path`, or it cannot be written; nothing is left behind then. A crash leaves the whole key or none
/// at `path`.
pub fn create(path: &Path) -> Result<SigningKey, CreateKeyError> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|reason| CreateKeyError::NoRandomness { reason })?;
    let key = SigningKey::from_bytes(&secret);
    // The form with the public key (RFC 5958, version 2) is one that OpenSSL 3.0 does not read.
    let pem = KeypairBytes {
        secret_key: secret,
        public_key: None,
    }
    .to_pkcs8_pem(LineEnding::LF)
    .map_err(|reason| CreateKeyError::NotEncodable { reason })?;
    let unwritable = |reason| CreateKeyError::Unwritable {
        path: path.to_path_buf(),
        reason,
    };
    let temporary = temporary_beside(path).map_err(|reason| CreateKeyError::NoRandomness { reason })?;
    let named = write_new(&temporary, pem.as_bytes())
        .map_err(unwritable)
        // A link, unlike a rename, takes no name that something else has.
        .and_then(|()| {
            fs::hard_link(&temporary, path).map_err(|reason| match reason.kind() {
                io::ErrorKind::AlreadyExists => CreateKeyError::Exists {
                    path: path.to_path_buf(),
                },
                _ => unwritable(reason),
            })
        });
    // What went wrong says more than a failure to remove this; a crash may leave it, and nothing reads it.
    let _ = fs::remove_file(&temporary);
    named?;
    sync_directory_of(path).map_err(unwritable)?;
    Ok(key)
}

/// A name that nobody else uses, so that half a key never has the name of a whole one.
fn temporary_beside(path: &Path) -> Result<PathBuf, getrandom::Error> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{:016x}.tmp", getrandom::u64()?));
    Ok(PathBuf::from(name))
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_directory_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => File::open(directory)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}

/// Reads the key at `path`.
///
/// # Errors
/// The file is missing, unreadable, not a regular file, open to others than its owner, or holds
/// something else than one key.
pub fn load(path: &Path) -> Result<SigningKey, LoadKeyError> {
    let unreadable = |reason| LoadKeyError::Unreadable {
        path: path.to_path_buf(),
        reason,
    };
    // O_NONBLOCK: opening a pipe would otherwise wait for a writer.
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
        .map_err(|reason| match reason.kind() {
            io::ErrorKind::NotFound => LoadKeyError::Missing {
                path: path.to_path_buf(),
            },
            _ => unreadable(reason),
        })?;
    // Of the open file, so that it is the one that is read.
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(LoadKeyError::NotAFile {
            path: path.to_path_buf(),
        });
    }
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(LoadKeyError::Exposed {
            path: path.to_path_buf(),
            mode,
        });
    }
    let not_a_key = || LoadKeyError::NotAKey {
        path: path.to_path_buf(),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(not_a_key());
    }
    let pem = std::str::from_utf8(&bytes).map_err(|_| not_a_key())?;
    SigningKey::from_pkcs8_pem(pem).map_err(|_| not_a_key())
}

/// The text of a public key: `ed25519:` and the base64 (RFC 4648 §4) of its 32 bytes.
pub fn public_text(key: &VerifyingKey) -> String {
    let mut text = PUBLIC_PREFIX.to_owned();
    BASE64.encode_string(key.as_bytes(), &mut text);
    text
}

/// Reads what [`public_text`] writes.
///
/// # Errors
/// Another form, bytes that are not the canonical encoding of a point of the curve, or a point of
/// small order, under which anybody can sign.
pub fn parse_public(text: &str) -> Result<VerifyingKey, NotAPublicKey> {
    decode_public(text).ok_or_else(|| NotAPublicKey {
        text: text.chars().take(64).collect(),
    })
}

/// Reads the public key in the file at `path`: what [`public_text`] writes, or PEM as `openssl pkey -pubout` writes it.
///
/// # Errors
/// It cannot be read, or holds something else than one public key.
pub fn load_public(path: &Path) -> Result<VerifyingKey, LoadPublicError> {
    let unreadable = |reason| LoadPublicError::Unreadable {
        path: path.to_path_buf(),
        reason,
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default().trim();
    let pem = || VerifyingKey::from_public_key_pem(text).ok();
    // A key from PEM has to be as sound as any other.
    let pem = || pem().and_then(|key| decode_public(&public_text(&key)));
    decode_public(text)
        .or_else(pem)
        .ok_or_else(|| LoadPublicError::NotAKey {
            path: path.to_path_buf(),
        })
}

fn decode_public(text: &str) -> Option<VerifyingKey> {
    let bytes: [u8; 32] = BASE64.decode(text.strip_prefix(PUBLIC_PREFIX)?).ok()?.try_into().ok()?;
    let key = VerifyingKey::from_bytes(&bytes).ok()?;
    let canonical = key.to_edwards().compress().to_bytes() == bytes;
    (canonical && !key.is_weak()).then_some(key)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use ed25519_dalek::Signer as _;

    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_created_key_loads_and_is_private() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("signing.pem");
        let created = create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        let loaded = load(&path).unwrap();
        assert_eq!(created.verifying_key(), loaded.verifying_key());
        let signature = loaded.sign(b"x");
        created.verifying_key().verify_strict(b"x", &signature).unwrap();
        let other = create(&scratch.path().join("other.pem")).unwrap();
        assert_ne!(other.verifying_key(), created.verifying_key());
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 2);
    }

    #[test]
    fn an_existing_file_is_never_overwritten() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("signing.pem");
        fs::write(&path, "mine").unwrap();
        assert!(matches!(create(&path), Err(CreateKeyError::Exists { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        let nowhere = create(&scratch.path().join("no/such/signing.pem")).unwrap_err();
        assert!(matches!(nowhere, CreateKeyError::Unwritable { .. }), "{nowhere}");
    }

    #[test]
    fn openssl_reads_our_key_and_we_read_the_one_of_openssl() {
        let scratch = tempfile::tempdir().unwrap();
        let ours = scratch.path().join("ours.pem");
        let key = create(&ours).unwrap();
        let shown = Command::new("openssl")
            .args(["pkey", "-pubout", "-outform", "DER", "-in"])
            .arg(&ours)
            .output()
            .unwrap();
        assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
        assert!(shown.stdout.ends_with(key.verifying_key().as_bytes()));

        let theirs = scratch.path().join("theirs.pem");
        let made = Command::new("openssl")
            .args(["genpkey", "-algorithm", "ed25519", "-out"])
            .arg(&theirs)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        set_mode(&theirs, 0o600);
        load(&theirs).unwrap();
    }

    // Root may read a file of mode 0000, so that case is not told apart by mode here; what root
    // cannot read as a file either is a directory in its place.
    #[test]
    fn attack_50_signing_key_unreadable_or_wrong_mode() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("signing.pem");
        create(&path).unwrap();
        for bit in [0o040, 0o020, 0o010, 0o004, 0o002, 0o001] {
            set_mode(&path, 0o600 | bit);
            let refused = load(&path).unwrap_err();
            assert!(
                matches!(refused, LoadKeyError::Exposed { mode, .. } if mode == 0o600 | bit),
                "{refused}"
            );
            assert!(refused.hint().contains("chmod 600"));
        }
        set_mode(&path, 0o400);
        load(&path).unwrap();

        let directory = scratch.path().join("directory");
        fs::create_dir(&directory).unwrap();
        assert!(matches!(load(&directory), Err(LoadKeyError::NotAFile { .. })));

        let pipe = scratch.path().join("pipe");
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        assert!(matches!(load(&pipe), Err(LoadKeyError::NotAFile { .. })));

        assert!(matches!(
            load(&scratch.path().join("none")),
            Err(LoadKeyError::Missing { .. })
        ));
        assert!(matches!(
            load(&path.join("beneath")),
            Err(LoadKeyError::Unreadable { .. })
        ));
    }

    #[test]
    fn attack_50_signing_key_of_other_content() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("signing.pem");
        create(&path).unwrap();
        let good = fs::read_to_string(&path).unwrap();
        let wrong: [&[u8]; 5] = [
            b"",
            &good.as_bytes()[..good.len() / 2],
            b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
            &[0xff; 64],
            &[b' '; 5000],
        ];
        for content in wrong {
            fs::write(&path, content).unwrap();
            assert!(matches!(load(&path), Err(LoadKeyError::NotAKey { .. })), "{content:?}");
        }
        let made = Command::new("openssl")
            .args(["genpkey", "-algorithm", "x25519", "-out"])
            .arg(&path)
            .output()
            .unwrap();
        assert!(made.status.success());
        set_mode(&path, 0o600);
        assert!(matches!(load(&path), Err(LoadKeyError::NotAKey { .. })));
    }

    #[test]
    fn a_public_key_survives_its_text_and_unsound_ones_are_refused() {
        let key = SigningKey::from_bytes(&[7; 32]).verifying_key();
        let text = public_text(&key);
        assert_eq!(parse_public(&text), Ok(key));
        let point = |bytes: [u8; 32]| format!("ed25519:{}", BASE64.encode(bytes));
        let mut identity = [0; 32];
        identity[0] = 1;
        // y = p + 1: the identity again, encoded with a y that is not reduced (RFC 8032, 5.1.3).
        let mut unreduced = [0xff; 32];
        unreduced[0] = 0xee;
        unreduced[31] = 0x7f;
        for wrong in [
            String::new(),
            text[8..].to_owned(),
            text.to_uppercase(),
            format!("{text}\n"),
            format!("{text}AAAA"),
            point([0; 32]),
            point(identity),
            point(unreduced),
        ] {
            let refused = parse_public(&wrong).unwrap_err();
            assert!(!refused.to_string().contains('\n'), "{refused}");
        }
    }

    #[test]
    fn a_public_key_is_read_as_we_write_it_and_as_openssl_does() {
        let scratch = tempfile::tempdir().unwrap();
        let (private, public) = (scratch.path().join("key.pem"), scratch.path().join("key.pub"));
        let key = create(&private).unwrap().verifying_key();
        let exported = Command::new("openssl")
            .args(["pkey", "-pubout", "-in"])
            .arg(&private)
            .output()
            .unwrap();
        let ours = format!("{}\n", public_text(&key)).into_bytes();
        for content in [&exported.stdout, &ours] {
            fs::write(&public, content).unwrap();
            assert_eq!(load_public(&public).unwrap(), key);
        }
        let weak = format!("ed25519:{}", BASE64.encode([0; 32])).into_bytes();
        let long = vec![b' '; 5_000];
        // A private key is not taken for a public one.
        for content in [b"".to_vec(), weak, long, fs::read(&private).unwrap()] {
            fs::write(&public, content).unwrap();
            assert!(matches!(load_public(&public), Err(LoadPublicError::NotAKey { .. })));
        }
        let nowhere = load_public(&scratch.path().join("none"));
        assert!(matches!(nowhere, Err(LoadPublicError::Unreadable { .. })));
    }
}
