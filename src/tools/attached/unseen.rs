//! Programs that are there and that a server's sandbox does not show.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::super::sandbox::{is_system, is_tool_chain};

/// The longest first line of a script that is read, in bytes.
const LINE: u64 = 512;

/// The directories that have to be shown so that `program` can be begun, which is there outside; none where it is not, and
/// where all of them are `shown` or belong to the system. `workspace` is where a relative path begins.
///
/// Never all of a person's home, nor what holds it.
pub(super) fn directories(program: &str, workspace: &Path, shown: &[PathBuf]) -> Vec<PathBuf> {
    let home = std::env::var_os("HOME")
        .filter(|home| !home.is_empty())
        .map(PathBuf::from);
    let home = home.map(|home| home.canonicalize().unwrap_or(home));
    directories_in(home.as_deref(), program, workspace, shown)
}

fn directories_in(home: Option<&Path>, program: &str, workspace: &Path, shown: &[PathBuf]) -> Vec<PathBuf> {
    let Some(file) = found(program, workspace) else {
        return Vec::new();
    };
    let real = |path: &Path| path.canonicalize().ok();
    let mut files = vec![file.clone()];
    files.extend(real(&file));
    if let Some(interpreter) = interpreter(&file) {
        files.extend(real(&interpreter));
        files.push(interpreter);
    }
    let mut directories: Vec<PathBuf> = Vec::new();
    let is_there = |file: &Path| is_system(file) || home.is_some_and(|home| is_tool_chain(file, home));
    let files = files.iter().filter(|file| !is_there(file));
    let around = files.filter_map(|file| around(file, home));
    for directory in around.filter(|directory| !home.is_some_and(|home| home.starts_with(directory))) {
        let is_shown = |shown: &PathBuf| directory.starts_with(shown);
        if !shown.iter().chain(&directories).any(is_shown) {
            directories.push(directory);
        }
    }
    directories
}

/// The file of a program as it is found outside.
fn found(program: &str, workspace: &Path) -> Option<PathBuf> {
    let runs = |file: &PathBuf| file.is_file() && access(file, Access::EXEC_OK).is_ok();
    if program.contains('/') {
        return Some(workspace.join(program)).filter(runs);
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|place| place.join(program)).find(runs)
}

/// What a script says that reads it.
fn interpreter(file: &Path) -> Option<PathBuf> {
    let mut line = Vec::new();
    let mut text = BufReader::new(File::open(file).ok()?.take(LINE));
    text.read_until(b'\n', &mut line).ok()?;
    let said = line.strip_prefix(b"#!")?.trim_ascii();
    let path = said.split(u8::is_ascii_whitespace).next()?;
    let path = Path::new(std::ffi::OsStr::from_bytes(path));
    path.is_absolute().then(|| path.to_owned())
}

/// The directory that a program needs around it: where it was installed as `bin/NAME` beside what it uses, all of that.
fn around(file: &Path, home: Option<&Path>) -> Option<PathBuf> {
    let parent = file.parent()?;
    let installed = parent.parent().filter(|_| parent.ends_with("bin"));
    // What everybody installs into holds much else: keys, histories, other people's.
    let is_home = |root: &Path| home.is_some_and(|home| home.starts_with(root) || root == home.join(".local"));
    let installed = installed.filter(|root| root.join("lib").is_dir() && !is_home(root));
    Some(installed.unwrap_or(parent).to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_program_is_there_with_what_it_needs() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().canonicalize().unwrap();
        let write = |name: &str, text: &str, mode| {
            let file = root.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            file.to_str().unwrap().to_owned()
        };
        let python = write("python/bin/python", "", 0o755);
        write("python/lib/x", "", 0o644);
        let script = write("tools/serve", &format!("#!{python} -u\nprint()\n"), 0o755);
        let plain = write("tools/plain", "#!/bin/sh\n", 0o755);
        let data = write("tools/data", "", 0o644);
        let of = |program: &str, shown: &[PathBuf]| directories(program, &root, shown);
        let (tools, installed) = (root.join("tools"), root.join("python"));
        assert_eq!(of(&script, &[]), [tools.clone(), installed.clone()]);
        assert_eq!(of(&script, std::slice::from_ref(&tools)), [installed]);
        assert_eq!(of(&plain, &[]), std::slice::from_ref(&tools));
        assert_eq!(of("tools/plain", &[]), [tools]);
        for nothing in [data.as_str(), "tools/none", "/bin/sh", "surely-no-such-program"] {
            assert_eq!(of(nothing, &[]), [] as [PathBuf; 0], "{nothing}");
        }
    }

    #[test]
    fn all_of_a_home_is_never_named() {
        let scratch = tempfile::tempdir().unwrap();
        let home = scratch.path().canonicalize().unwrap();
        let write = |name: &str| {
            let file = home.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "").unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
            file
        };
        let installed = home.join(".local/share/pipx/venvs/server");
        let server = write(".local/share/pipx/venvs/server/bin/server");
        for lib in [".local/lib", "lib", ".local/share/pipx/venvs/server/lib"] {
            fs::create_dir_all(home.join(lib)).unwrap();
        }
        fs::create_dir_all(home.join(".local/bin")).unwrap();
        std::os::unix::fs::symlink(&server, home.join(".local/bin/server")).unwrap();
        let of = |name: &str| {
            let file = home.join(name);
            directories_in(Some(&home), file.to_str().unwrap(), &home, &[])
        };
        assert_eq!(of(".local/bin/server"), [installed]);
        write("serve");
        write("bin/serve");
        for nothing in ["serve", "bin/serve"] {
            assert_eq!(of(nothing), [] as [PathBuf; 0], "{nothing}");
        }
        let own = |file: &Path| around(file, Some(&home));
        assert_eq!(own(&home.join(".local/bin/x")), Some(home.join(".local/bin")));
        assert_eq!(own(&home.join("bin/x")), Some(home.join("bin")));
    }
}
