//! What is said where a link stands in the way: which part of the path it is, and what to name instead.
//!
//! Only the link itself is read, never what it leads to: that has another path, and is judged when it is named.

use std::ffi::OsString;
use std::fmt;
use std::os::fd::{AsFd, AsRawFd as _};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{self, Mode, OFlags};

use super::{BeneathError, RESOLVE};

/// Where a link leads, as far as its own text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tools) enum Leads {
    /// To `to`, so that `path` is what was asked for; both beneath the directory.
    To { to: PathBuf, path: PathBuf },
    /// Out of the directory.
    Out,
    /// Where other links lead: this is its text.
    On { text: PathBuf },
}

impl Leads {
    /// What would change it.
    pub fn hint(&self) -> String {
        match self {
            Self::To { path, .. } => format!("no link is followed: name `{}`", plain(path)),
            Self::Out => "name a file that lies inside the workspace".to_owned(),
            Self::On { .. } => "no link is followed: name the file that it leads to".to_owned(),
        }
    }

    /// Where the link at `link`, which says `text`, leads beneath `root`; `rest` of the path was still to come.
    fn of(root: Option<&Path>, link: &Path, text: &Path, rest: &Path) -> Self {
        let below = root.and_then(|root| text.strip_prefix(root).ok());
        if text.is_absolute() && below.is_none() {
            return Self::Out;
        }
        let mut to = match below {
            Some(_) => PathBuf::new(),
            None => link.parent().unwrap_or(Path::new("")).to_path_buf(),
        };
        // The parts above the link are none themselves, so going up from it is as it is written.
        let mut has_gone_down = false;
        for part in below.unwrap_or(text).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir if has_gone_down => {
                    return Self::On {
                        text: text.to_path_buf(),
                    };
                }
                Component::ParentDir => {
                    if !to.pop() {
                        return Self::Out;
                    }
                }
                Component::Prefix(_) | Component::RootDir | Component::Normal(_) => {
                    has_gone_down = true;
                    to.push(part);
                }
            }
        }
        let path = to.join(rest).components().collect();
        Self::To { to, path }
    }
}

impl fmt::Display for Leads {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::To { to: place, .. } => write!(to, "to `{}`", plain(place)),
            Self::Out => to.write_str("that leads out of the workspace"),
            Self::On { text } => write!(to, "to `{}`", plain(text)),
        }
    }
}

/// A path for people: whoever wrote it, it moves no cursor.
pub(super) fn plain(path: &Path) -> String {
    let text = path.to_string_lossy();
    if text.is_empty() {
        return ".".to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign.is_control() {
            true => plain.extend(sign.escape_default()),
            false => plain.push(sign),
        }
    }
    plain
}

/// Why `path` was not opened in `directory`: the first part of it that is a link, and where that leads.
pub(super) fn in_the_way(directory: impl AsFd, path: &Path) -> BeneathError {
    let directory = directory.as_fd();
    let mut link = PathBuf::new();
    let mut parts = path.components();
    while let Some(part) = parts.next() {
        link.push(part);
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let Ok(fd) = fs::openat2(directory, &link, flags, Mode::empty(), RESOLVE) else {
            break;
        };
        // Only of a link the text can be read.
        let Ok(text) = fs::readlinkat(&fd, "", Vec::new()) else {
            continue;
        };
        let text = PathBuf::from(OsString::from_vec(text.into_bytes()));
        // Where it is not known, a link that is written absolute counts as one that leads out, as it does for the kernel.
        let root = std::fs::read_link(format!("/proc/self/fd/{}", directory.as_raw_fd())).ok();
        let leads = Leads::of(root.as_deref(), &link, &text, parts.as_path());
        return BeneathError::Link { link, leads };
    }
    // It went meanwhile.
    BeneathError::Escapes {
        path: path.to_path_buf(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(link: &str, text: &str, rest: &str) -> (String, String) {
        let root = Path::new("/w");
        let leads = Leads::of(Some(root), Path::new(link), Path::new(text), Path::new(rest));
        (leads.to_string(), leads.hint())
    }

    #[test]
    fn what_a_link_leads_to_is_named() {
        for (link, text, rest, to, name) in [
            ("in/l", "../private/k", "", "to `private/k`", "name `private/k`"),
            ("in/l", "../private", "a/b", "to `private`", "name `private/a/b`"),
            ("l", "./x", "", "to `x`", "name `x`"),
            ("in/l", "..", "x", "to `.`", "name `x`"),
            ("in/l", "/w/private", "k", "to `private`", "name `private/k`"),
            ("in/l", "/w", "", "to `.`", "name `.`"),
            ("l", "a\nb", "", "to `a\\nb`", "name `a\\nb`"),
            ("in/l", "x/../y", "", "to `x/../y`", "name the file that it leads to"),
        ] {
            let (shown, hint) = leads(link, text, rest);
            assert_eq!(shown, to, "{text}");
            assert!(hint.ends_with(name), "{text}: {hint}");
        }
        for (link, text) in [
            ("in/l", "../../x"),
            ("l", ".."),
            ("l", "/etc/passwd"),
            ("l", "/w2/x"),
            ("l", "/w/../x"),
        ] {
            assert_eq!(leads(link, text, "").0, "that leads out of the workspace", "{text}");
        }
    }
}
