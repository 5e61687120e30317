//! What of this machine a confined program sees: the system, tool chains, its workspace. Everything else is not there.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};

use super::launch::{Job, Sandbox};
use super::plan::Tree;

/// What makes up a system: programs, libraries, settings.
const SYSTEM: [&str; 12] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc",
    "/opt",
    "/nix/store",
    "/gnu/store",
    "/run/current-system",
];

/// Whether a path is of the system, which every program sees.
pub fn is_system(path: &Path) -> bool {
    SYSTEM.iter().any(|place| path.starts_with(place))
}

/// Where people's tool chains lie in their home; what holds their credentials is beside these, not in them.
const TOOL_CHAINS: [&str; 21] = [
    ".asdf",
    ".bun/bin",
    ".cargo/bin",
    ".cargo/git",
    ".cargo/registry",
    ".deno/bin",
    ".local/bin",
    ".local/lib",
    ".local/pipx",
    ".local/share/mise",
    ".local/share/pnpm",
    ".local/share/uv",
    ".nix-profile",
    ".nvm",
    ".pyenv",
    ".rustup",
    ".sdkman/candidates",
    ".volta",
    "bin",
    "go/bin",
    "go/pkg",
];

/// Whether `path` lies where tool chains of `home` are shown in every sandbox.
pub fn is_tool_chain(path: &Path, home: &Path) -> bool {
    TOOL_CHAINS.iter().any(|name| {
        let place = home.join(name);
        path.starts_with(&place) && is_without_links(&place)
    })
}

/// Names in a writable tree that a program may read and not change: what runs outside later, and our own.
const PROTECTED: [&str; 2] = [".git", ".somagent"];

/// Places whose contents belong to the kernel or to other programs.
const NOT_A_WORKSPACE: [&str; 5] = ["/proc", "/sys", "/dev", "/run", "/boot"];

/// Why something cannot be seen inside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSeen {
    /// It cannot be opened.
    #[error("{path} cannot be given to a program: {why}")]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// It holds more than a program may be given.
    #[error("{path} cannot be given to a program: it is {what}")]
    TooMuch {
        /// The path.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
}

/// What a program sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    /// Files and directories, the outer ones first.
    pub(super) trees: Vec<Tree>,
    /// Links of the root.
    pub(super) links: Vec<(PathBuf, PathBuf)>,
    /// Directories among them whose contents are not seen.
    pub(super) hidden: Vec<PathBuf>,
    /// The `PATH` of its environment.
    pub(super) path: String,
    /// The home, without links.
    pub(super) home: PathBuf,
}

/// What `workspace`, further trees and a user's `PATH` come to.
///
/// # Errors
/// A tree cannot be read, or is too much to be given away.
pub(super) fn view(sandbox: &Sandbox, job: &Job) -> Result<View, NotSeen> {
    let home = fs::canonicalize(&sandbox.home).unwrap_or_else(|_| sandbox.home.clone());
    let home = home.as_path();
    let hidden = sandbox.hidden.iter().filter_map(|path| fs::canonicalize(path).ok());
    let hidden: Vec<PathBuf> = hidden.collect();
    let mut trees = Vec::new();
    let mut links = Vec::new();
    for place in SYSTEM.map(Path::new) {
        match fs::read_link(place) {
            Ok(target) => links.push((place.to_owned(), target)),
            Err(_) if place.exists() => trees.push(seen(place.to_owned())),
            Err(_) => {}
        }
    }
    for name in TOOL_CHAINS {
        let place = home.join(name);
        // A link would show whatever it leads to.
        if is_without_links(&place) {
            trees.push(seen(place));
        }
    }
    let mut places = Vec::new();
    for place in sandbox
        .path
        .split(':')
        .map(Path::new)
        .filter(|place| place.is_absolute())
    {
        let real = match is_without_links(place) {
            true => Ok(place.to_owned()),
            false => fs::canonicalize(place),
        };
        let Ok(real) = real else { continue };
        let shown = |trees: &[Tree]| trees.iter().any(|tree| real.starts_with(&tree.path));
        if !shown(&trees) && !real.starts_with(home) && !home.starts_with(&real) && is_harmless(&real) {
            trees.push(seen(real.clone()));
        }
        if shown(&trees)
            || job
                .workspace
                .as_ref()
                .is_some_and(|workspace| real.starts_with(workspace))
        {
            places.push(place.display().to_string());
        }
    }
    for tree in &job.read {
        let real = canonical(tree)?;
        refuse_to_show(&real, home, &hidden)?;
        trees.push(seen(real));
    }
    let mut owners = None;
    for (path, write) in mapped(job) {
        let real = canonical(path)?;
        refuse_too_much(&real, home, &hidden)?;
        let owner = owner(&real)?;
        // Ids are mapped only where somagent runs as root.
        if rustix::process::geteuid().is_root() && *owners.get_or_insert(owner) != owner {
            // One map of ids cannot give both to their owners.
            return Err(NotSeen::TooMuch {
                path: real,
                what: "of another owner than the other places that it may write",
            });
        }
        trees.push(Tree {
            path: real,
            write,
            mapped: true,
            protected: if write {
                PROTECTED.map(str::to_owned).to_vec()
            } else {
                Vec::new()
            },
        });
    }
    // An outer tree has to lie there before an inner one is laid on it.
    trees.sort_by_key(|tree| tree.path.components().count());
    trees.dedup_by(|later, first| later.path == first.path && !later.mapped);
    let seen_in = |path: &PathBuf| trees.iter().any(|tree| path.starts_with(&tree.path));
    Ok(View {
        hidden: hidden.into_iter().filter(seen_in).collect(),
        trees,
        links,
        path: places.join(":"),
        home: home.to_owned(),
    })
}

/// What a program works on and what else it may write: the places whose files are given to it as their owner has them.
pub(super) fn mapped(job: &Job) -> impl Iterator<Item = (&Path, bool)> {
    let workspace = job.workspace.iter().map(|workspace| (workspace.as_path(), job.write));
    workspace.chain(job.also.iter().map(|path| (path.as_path(), true)))
}

fn seen(path: PathBuf) -> Tree {
    Tree {
        path,
        write: false,
        mapped: false,
        protected: Vec::new(),
    }
}

/// Whether it is there, and its own name: asked at once instead of part by part.
fn is_without_links(path: &Path) -> bool {
    let is_plain = path.components().collect::<PathBuf>().as_os_str() == path.as_os_str()
        && !path
            .components()
            .any(|part| matches!(part, Component::ParentDir | Component::CurDir));
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    is_plain && rustix::fs::openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS).is_ok()
}

fn canonical(path: &Path) -> Result<PathBuf, NotSeen> {
    fs::canonicalize(path).map_err(|error: io::Error| NotSeen::Unreadable {
        path: path.to_owned(),
        why: error.to_string(),
    })
}

/// Whom a place belongs to.
fn owner(path: &Path) -> Result<(u32, u32), NotSeen> {
    use std::os::unix::fs::MetadataExt as _;

    let found = fs::metadata(path).map_err(|error| NotSeen::Unreadable {
        path: path.to_owned(),
        why: error.to_string(),
    })?;
    Ok((found.uid(), found.gid()))
}

fn is_harmless(path: &Path) -> bool {
    !NOT_A_WORKSPACE.iter().any(|place| path.starts_with(place)) && path.components().count() > 2
}

/// Refuses to show a program everything, what belongs to somagent, and what belongs to the kernel or to other programs.
fn refuse_to_show(path: &Path, home: &Path, hidden: &[PathBuf]) -> Result<(), NotSeen> {
    let what = if path.parent().is_none() {
        "the whole file system"
    } else if home.starts_with(path) {
        "the home directory, or holds it"
    } else if hidden.iter().any(|own| path.starts_with(own)) {
        "a directory of somagent's own"
    } else if NOT_A_WORKSPACE.iter().any(|place| path.starts_with(place)) {
        "a place of the kernel's or of other programs"
    } else {
        return Ok(());
    };
    Err(NotSeen::TooMuch {
        path: path.to_owned(),
        what,
    })
}

/// Refuses what would give a program the system, somebody's home or everybody's files to write.
fn refuse_too_much(path: &Path, home: &Path, hidden: &[PathBuf]) -> Result<(), NotSeen> {
    let what = if path.components().all(|part| part == Component::RootDir) {
        "the whole file system"
    } else if home.starts_with(path) {
        "the home directory, or holds it"
    } else if hidden.iter().any(|own| path.starts_with(own)) {
        "a directory of somagent's own"
    } else if is_system(path) {
        "a part of the system"
    } else if NOT_A_WORKSPACE.iter().any(|place| path.starts_with(place)) {
        "a place of the kernel's or of other programs"
    } else if path == Path::new("/tmp") || path == Path::new("/var/tmp") || path == Path::new("/var") {
        "a directory that every program shares"
    } else {
        return Ok(());
    };
    Err(NotSeen::TooMuch {
        path: path.to_owned(),
        what,
    })
}
