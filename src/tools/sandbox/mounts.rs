//! The file system that a program sees: an empty root, and in it what the plan names, nothing else.
//!
//! A root that names what is seen forgets no secret and no socket, as one that hides what is known would.

use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{CWD, FileType, FlockOperation, Mode, OFlags, ResolveFlags};
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags,
    fsconfig_create, fsconfig_set_string, fsmount, fsopen, mount_change, move_mount, open_tree, unmount,
};

use super::fault::{Fault, layer};
use super::plan::{Plan, Tree};

/// Where the new root is put together; every Linux has it.
const STAGE: &str = "/tmp";

/// Devices that programs expect; each only passes or makes bytes.
const DEVICES: [&str; 5] = ["null", "zero", "full", "random", "urandom"];

const READ_ONLY: u64 = libc::MOUNT_ATTR_RDONLY;
const NO_SETUID: u64 = libc::MOUNT_ATTR_NOSUID;
const NO_DEVICES: u64 = libc::MOUNT_ATTR_NODEV;
const NO_PROGRAMS: u64 = libc::MOUNT_ATTR_NOEXEC;

/// What has to be opened with the rights of whoever starts the program, and undone with them.
pub(super) struct Outside {
    /// The trees of the plan, where the process inside may not reach them by itself.
    pub(super) trees: Option<Vec<OwnedFd>>,
    /// Directories that are there only so that nothing else can be made in their place, with a lock on each.
    kept: Vec<(PathBuf, OwnedFd)>,
}

impl Outside {
    /// Opens what the plan names; `mapping` is the user namespace that shows its owner's files as the program's.
    pub(super) fn open(plan: &Plan, mapping: Option<BorrowedFd<'_>>) -> Result<Self, Fault> {
        let mut outside = Self {
            trees: None,
            kept: Vec::new(),
        };
        for tree in plan.trees.iter().filter(|tree| tree.write) {
            for name in &tree.protected {
                outside.keep(&tree.path.join(name))?;
            }
        }
        // Where there is one, it takes rights to use it that the process inside does not have.
        if mapping.is_some() {
            let open = |tree| open(tree, mapping);
            outside.trees = Some(plan.trees.iter().map(open).collect::<Result<_, _>>()?);
        }
        Ok(outside)
    }

    /// Makes sure that something is there which can be covered, as long as this is.
    fn keep(&mut self, path: &Path) -> Result<(), Fault> {
        let fault = |error: io::Error| layer("workspace")(format!("{}: {error}", path.display()));
        loop {
            match fs::symlink_metadata(path) {
                Ok(found) if found.file_type().is_symlink() => {
                    return Err(Fault {
                        layer: "workspace".to_owned(),
                        why: format!("{} is a link, so that it could be put in another place", path.display()),
                    });
                }
                Ok(found) if found.is_dir() && is_mark(found.mode()) => {
                    if let Some(lock) = share(path).map_err(fault)? {
                        self.kept.push((path.to_owned(), lock));
                        return Ok(());
                    }
                }
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    match fs::DirBuilder::new().mode(MARK).create(path) {
                        Ok(()) => {}
                        // Another program got the same protection at the same time.
                        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                        Err(error) => return Err(fault(error)),
                    }
                }
                Err(error) => return Err(fault(error)),
            }
        }
    }
}

/// The rights of a directory that is there only to be covered: one is made over a name that a program must not make,
/// held by a lock, and taken away with the last program.
pub(in crate::tools) const MARK: u32 = 0o500;

/// The rights that such a directory has while somagent makes something in it or takes it away.
pub(in crate::tools) const OPEN: u32 = 0o1700;

/// Whether these are the rights of such a directory, and of nobody else's.
pub(in crate::tools) fn is_mark(mode: u32) -> bool {
    // One in a directory that hands its group on has that bit, too.
    matches!(mode & 0o7777 & !libc::S_ISGID, MARK | OPEN)
}

/// How often a lock is tried that somebody holds for a moment: whoever takes the directory away, and may not be let on
/// in between.
pub(in crate::tools) const TRIES: u32 = 200;

/// How long it is until the next try.
pub(in crate::tools) const TRY: Duration = Duration::from_millis(1);

/// A share in the directory at `path`, which then stays; `None` when it went meanwhile.
fn share(path: &Path) -> io::Result<Option<OwnedFd>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(directory) => directory,
        Err(rustix::io::Errno::NOENT) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    for tried in 1.. {
        match rustix::fs::flock(&directory, FlockOperation::NonBlockingLockShared) {
            Ok(()) => break,
            // A program that sees the directory can hold it for as long as it likes.
            Err(rustix::io::Errno::WOULDBLOCK) if tried == TRIES => {
                return Err(io::Error::other("another program holds it"));
            }
            Err(rustix::io::Errno::WOULDBLOCK) => std::thread::sleep(TRY),
            Err(error) => return Err(error.into()),
        }
    }
    let held = rustix::fs::fstat(&directory)?;
    let there = fs::symlink_metadata(path);
    let same = there.is_ok_and(|there| (there.dev(), there.ino()) == (held.st_dev, held.st_ino));
    Ok(same.then_some(directory))
}

impl Drop for Outside {
    fn drop(&mut self) {
        for (path, lock) in &self.kept {
            // Taken away under another program, it would uncover what that program must not make. The last one takes it
            // away, unless somebody outside put something into it: then it is theirs.
            if rustix::fs::flock(lock, FlockOperation::NonBlockingLockExclusive).is_ok() {
                let _ = fs::remove_dir(path);
                // Closed only, it would stay locked until a copy of this process that is just being made has closed it.
                let _ = rustix::fs::flock(lock, FlockOperation::Unlock);
            }
        }
    }
}

/// Puts the root of `plan` together, of `trees` where they were opened outside, and makes it the root of this process.
pub(super) fn settle(plan: &Plan, trees: Option<&[OwnedFd]>) -> Result<(), Fault> {
    let change = |error| layer("root")(error);
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC).map_err(change)?;
    // Before the old `/proc` is out of sight: a new one is only to be had beside a whole one.
    let proc = fresh("proc", &[], NO_SETUID | NO_DEVICES | NO_PROGRAMS).map_err(layer("/proc"))?;
    let stage = Path::new(STAGE);
    // What is seen is opened before the stage covers what lies under it.
    let opened: Vec<OwnedFd> = match trees {
        Some(_) => Vec::new(),
        None => plan
            .trees
            .iter()
            .map(|tree| open(tree, None))
            .collect::<Result<_, _>>()?,
    };
    let devices = DEVICES
        .iter()
        .map(|name| clone_of(&Path::new("/dev").join(name)).map(|device| (*name, device)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(layer("/dev"))?;
    let root = fresh("tmpfs", &[("size", "4m"), ("mode", "0755")], NO_SETUID | NO_DEVICES).map_err(layer("root"))?;
    attach(&root, stage).map_err(layer("root"))?;
    let scratch = plan.limits.scratch.to_string();
    let private = |path: &Path, mode: &str| -> io::Result<()> {
        let target = beneath(stage, path);
        fs::create_dir_all(&target)?;
        let made = fresh("tmpfs", &[("size", &scratch), ("mode", mode)], NO_SETUID | NO_DEVICES)?;
        attach(&made, &target)
    };
    private(Path::new("/tmp"), "1777").map_err(layer("/tmp"))?;
    fs::create_dir_all(stage.join("var")).map_err(layer("root"))?;
    fs::create_dir_all(stage.join("run")).map_err(layer("root"))?;
    std::os::unix::fs::symlink("../tmp", stage.join("var/tmp")).map_err(layer("root"))?;
    private(&plan.home, "0700").map_err(layer("home"))?;
    device_files(stage, devices, &private).map_err(layer("/dev"))?;
    for (link, target) in &plan.links {
        std::os::unix::fs::symlink(target, beneath(stage, link)).map_err(layer("root"))?;
    }
    for (number, tree) in plan.trees.iter().enumerate() {
        let descriptor = &trees.unwrap_or(&opened)[number];
        lay(stage, tree, descriptor)
            .and_then(|()| cover(stage, tree, &plan.hidden))
            .map_err(|error| Fault {
                layer: "workspace".to_owned(),
                why: format!("{}: {error}", tree.path.display()),
            })?;
    }
    fs::create_dir_all(stage.join("proc")).map_err(layer("/proc"))?;
    attach(&proc, &stage.join("proc")).map_err(layer("/proc"))?;
    set_attributes(root.as_fd(), READ_ONLY, None, false).map_err(layer("root"))?;
    pivot(stage).map_err(layer("root"))
}

/// Makes `stage` the root and lets go of the old one.
fn pivot(stage: &Path) -> io::Result<()> {
    std::env::set_current_dir(stage)?;
    rustix::process::pivot_root(".", ".")?;
    unmount(".", UnmountFlags::DETACH)?;
    std::env::set_current_dir("/")
}

/// `/dev`: what passes or makes bytes, terminals of its own, and memory to share.
fn device_files(
    stage: &Path,
    devices: Vec<(&str, OwnedFd)>,
    private: &impl Fn(&Path, &str) -> io::Result<()>,
) -> io::Result<()> {
    let dev = stage.join("dev");
    fs::create_dir_all(&dev)?;
    for (name, device) in devices {
        let target = dev.join(name);
        fs::write(&target, b"")?;
        attach(&device, &target)?;
    }
    private(Path::new("/dev/shm"), "1777")?;
    let terminals = dev.join("pts");
    fs::create_dir_all(&terminals)?;
    let options = [("newinstance", ""), ("ptmxmode", "0666"), ("mode", "0600")];
    attach(&fresh("devpts", &options, NO_SETUID | NO_PROGRAMS)?, &terminals)?;
    let links = [
        ("pts/ptmx", "ptmx"),
        ("/proc/self/fd", "fd"),
        ("/proc/self/fd/0", "stdin"),
        ("/proc/self/fd/1", "stdout"),
        ("/proc/self/fd/2", "stderr"),
    ];
    for (target, link) in links {
        std::os::unix::fs::symlink(target, dev.join(link))?;
    }
    Ok(())
}

/// Lays `tree` down at its place, and covers what is protected in it.
fn lay(stage: &Path, tree: &Tree, descriptor: &OwnedFd) -> io::Result<()> {
    let target = beneath(stage, &tree.path);
    let is_directory =
        rustix::fs::fstat(descriptor).map(|found| FileType::from_raw_mode(found.st_mode) == FileType::Directory)?;
    if is_directory {
        fs::create_dir_all(&target)?;
    } else if fs::symlink_metadata(&target).is_err() {
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&target, b"")?;
    }
    attach(descriptor, &target)?;
    if !tree.write {
        return Ok(());
    }
    for name in &tree.protected {
        let at = target.join(name);
        let covered = clone_of(&at)?;
        set_attributes(covered.as_fd(), READ_ONLY | NO_SETUID | NO_DEVICES, None, true)?;
        attach(&covered, &at)?;
    }
    Ok(())
}

/// Puts something empty over what is hidden in `tree`.
fn cover(stage: &Path, tree: &Tree, hidden: &[PathBuf]) -> io::Result<()> {
    for path in hidden.iter().filter(|path| path.starts_with(&tree.path)) {
        let options = [("size", "4k"), ("mode", "0000")];
        let empty = fresh("tmpfs", &options, READ_ONLY | NO_SETUID | NO_DEVICES | NO_PROGRAMS)?;
        attach(&empty, &beneath(stage, path))?;
    }
    Ok(())
}

/// A copy of the mount tree at `tree.path`, with its attributes, attached nowhere yet.
fn open(tree: &Tree, mapping: Option<BorrowedFd<'_>>) -> Result<OwnedFd, Fault> {
    let read_only = if tree.write { 0 } else { READ_ONLY };
    let mapping = mapping.filter(|_| tree.mapped);
    clone_of(&tree.path)
        .and_then(|copy| set_attributes(copy.as_fd(), read_only | NO_SETUID | NO_DEVICES, mapping, true).map(|()| copy))
        .map_err(|error| Fault {
            layer: "workspace".to_owned(),
            why: format!("{}: {error}", tree.path.display()),
        })
}

fn clone_of(path: &Path) -> io::Result<OwnedFd> {
    // What was judged has no links in it: one that was put there since leads nowhere.
    let found = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let found = rustix::fs::openat2(CWD, path, found, Mode::empty(), ResolveFlags::NO_SYMLINKS)?;
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE
        | OpenTreeFlags::AT_EMPTY_PATH;
    Ok(open_tree(found.as_fd(), "", flags)?)
}

/// A new file system of this kind, attached nowhere yet.
fn fresh(kind: &str, options: &[(&str, &str)], attributes: u64) -> io::Result<OwnedFd> {
    let context = fsopen(kind, FsOpenFlags::FSOPEN_CLOEXEC)?;
    for (key, value) in options {
        if value.is_empty() {
            rustix::mount::fsconfig_set_flag(context.as_fd(), *key)?;
        } else {
            fsconfig_set_string(context.as_fd(), *key, *value)?;
        }
    }
    fsconfig_create(context.as_fd())?;
    let attributes = MountAttrFlags::from_bits_retain(u32::try_from(attributes).map_err(io::Error::other)?);
    Ok(fsmount(context.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, attributes)?)
}

fn attach(tree: &OwnedFd, at: &Path) -> io::Result<()> {
    Ok(move_mount(
        tree.as_fd(),
        "",
        CWD,
        at,
        MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH,
    )?)
}

/// `mount_setattr(2)`: sets `attributes`, and maps the ids of the tree by a user namespace.
#[allow(unsafe_code, reason = "rustix has no mount_setattr")]
fn set_attributes(
    tree: BorrowedFd<'_>,
    attributes: u64,
    mapping: Option<BorrowedFd<'_>>,
    recursive: bool,
) -> io::Result<()> {
    let mapped = if mapping.is_some() { libc::MOUNT_ATTR_IDMAP } else { 0 };
    let wanted = libc::mount_attr {
        attr_set: attributes | mapped,
        attr_clr: 0,
        // What is mounted in here stays in here, and what is mounted outside later stays there.
        propagation: libc::MS_PRIVATE,
        userns_fd: mapping.map_or(0, |namespace| u64::try_from(namespace.as_raw_fd()).unwrap_or(0)),
    };
    let flags = libc::AT_EMPTY_PATH | if recursive { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: the path is a C string and the structure has the size that is said; both live through the call.
    let done = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const wanted,
            size_of::<libc::mount_attr>(),
        )
    };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

fn beneath(stage: &Path, path: &Path) -> PathBuf {
    stage.join(path.strip_prefix("/").unwrap_or(path))
}
