//! Edits of files that are there: by a unified diff, or by exact texts that take the place of others.
//!
//! All files of an edit change or none does. Nothing is written that was not worked out from the bytes that a file
//! had, and a file that somebody changed meanwhile is put back and the edit fails.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use rustix::fs::Stat;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::ToolError;
use super::super::beneath::{Directory, Next, Staged};
use super::super::contract::{bad_argument, failed};
use super::patch::{FilePatch, PatchError, parse};
use super::place::Put;
use super::replace::{Replacement, replaced};
use super::splice::{Splice, counts, hunks, lines, refined, spliced};
use super::{inside, shown, writable};
use crate::digest::Digest;
use crate::policy::Situation;

/// The most bytes of a file that is edited, before and after.
pub(super) const FILE_MAX: u64 = 16 * 1024 * 1024;
/// The most bytes of the diff that is returned.
const DIFF_MAX: usize = 256 * 1024;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Edit {
    /// Every file that is changed, made or removed; a diff may name no other.
    #[schemars(length(min = 1, max = 100))]
    files: Vec<FileEdit>,
    /// A unified diff, as `diff -u` and git write it; instead of `replace`.
    #[serde(default)]
    #[schemars(length(max = 4_194_304))]
    diff: Option<String>,
    /// How many lines of context at each end of a hunk may be passed over where it fits nowhere otherwise.
    #[serde(default)]
    #[schemars(range(max = 2))]
    fuzz: usize,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FileEdit {
    /// Path of the file, relative to the workspace.
    #[schemars(length(min = 1))]
    path: String,
    /// Texts that take the place of others. All of them are looked for in the file as it is, and they may not overlap.
    #[serde(default)]
    #[schemars(length(max = 1_000))]
    replace: Vec<Replacement>,
    /// SHA3-512 that the file has to have, in hexadecimal, as `fs.stat` and an edit before say it.
    #[serde(default)]
    #[schemars(length(min = 128, max = 128))]
    expect_digest: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Edited {
    /// The files, in the order in which they were given.
    files: Vec<Changed>,
    /// What really changed, as a unified diff; bytes that are not UTF-8 are replaced.
    diff: String,
    /// Whether the diff is longer than what is returned.
    truncated: bool,
    /// Whether bytes of the diff were replaced.
    lossy: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Changed {
    /// The path, relative to the workspace.
    path: String,
    /// What became of it.
    change: Change,
    /// SHA3-512 before, in hexadecimal; null where it was not there.
    before: Option<String>,
    /// SHA3-512 after, in hexadecimal; null where it is gone.
    after: Option<String>,
    /// Size in bytes after.
    size: u64,
    /// Lines that came.
    added: u64,
    /// Lines that went.
    removed: u64,
    /// Where the hunks of the diff were put.
    hunks: Vec<PutAt>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Change {
    Created,
    Changed,
    Removed,
    Unchanged,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct PutAt {
    /// Its first line in the new text, from 1.
    line: usize,
    /// How many lines that is from where the diff says.
    offset: isize,
    /// How many lines of context at its ends were passed over.
    fuzz: usize,
}

/// A file, and what is to become of it.
struct Plan {
    path: PathBuf,
    old: Option<(Vec<u8>, Stat)>,
    new: Option<(Vec<u8>, u32)>,
    splices: Vec<Splice>,
    puts: Vec<Put>,
}

/// Makes an edit.
///
/// # Errors
/// A file is not as the edit says, or was changed meanwhile; then nothing is changed.
pub(super) fn edit(params: &Edit, situation: &Situation) -> Result<Edited, ToolError> {
    let mut paths = Vec::with_capacity(params.files.len());
    for file in &params.files {
        let path = inside(situation, &file.path)?;
        writable(&path)?;
        if paths.contains(&path) {
            return Err(bad_argument(
                format!("`{}` is listed twice", file.path),
                "put all that changes in a file into one entry",
            ));
        }
        paths.push(path);
    }
    let patches = match &params.diff {
        Some(diff) => patches(params, &paths, diff)?,
        None => paths.iter().map(|_| None).collect(),
    };
    let directory = Directory::open(&situation.workspace)?;
    let mut plans = Vec::with_capacity(paths.len());
    for ((file, path), patch) in params.files.iter().zip(paths).zip(patches) {
        plans.push(plan(&directory, file, path, patch, params.fuzz)?);
    }
    perform(&directory, &plans)?;
    Ok(told(&plans))
}

/// The part of the diff that is about each file.
fn patches<'a>(params: &Edit, paths: &[PathBuf], diff: &'a str) -> Result<Vec<Option<FilePatch<'a>>>, ToolError> {
    if params.files.iter().any(|file| !file.replace.is_empty()) {
        return Err(bad_argument("`diff` and `replace` are both given", "give one of them"));
    }
    let mut found: Vec<Option<FilePatch<'a>>> = paths.iter().map(|_| None).collect();
    for patch in parse(diff).map_err(unfit)? {
        let at = place(&patch, paths)?;
        if found[at].replace(patch).is_some() {
            return Err(bad_argument(
                format!("the diff changes `{}` twice", paths[at].display()),
                "put its hunks together",
            ));
        }
    }
    match found.iter().position(Option::is_none) {
        Some(at) => Err(bad_argument(
            format!("the diff does not change `{}`", paths[at].display()),
            "list only the files that it changes",
        )),
        None => Ok(found),
    }
}

/// Which of `paths` a part of a diff is about: as it names it, or without the `a/` and `b/` of git.
fn place(patch: &FilePatch<'_>, paths: &[PathBuf]) -> Result<usize, ToolError> {
    let (old, new) = (patch.old.as_deref(), patch.new.as_deref());
    let bare = |name: Option<&'_ str>, prefix: &str| match name {
        Some(name) => name.strip_prefix(prefix).map(|name| Some(name.to_owned())),
        None => Some(None),
    };
    let stripped = bare(old, "a/").zip(bare(new, "b/"));
    let written = (old.map(str::to_owned), new.map(str::to_owned));
    let readings = stripped.into_iter().chain([written]);
    let named = readings.map(|(old, new)| match (old, new) {
        (Some(old), Some(new)) if old != new => None,
        (old, new) => old.or(new),
    });
    let mut named = named.flatten();
    let found = named.find_map(|name| {
        let name = Path::new(name.strip_prefix("./").unwrap_or(&name)).to_path_buf();
        paths.iter().position(|path| *path == name)
    });
    found.ok_or_else(|| {
        let name = new.or(old).unwrap_or_default();
        bad_argument(
            format!("the diff changes `{}`, which is not among `files`", name.escape_debug()),
            "list every file that it changes, relative to the workspace; it renames none",
        )
    })
}

fn plan(
    directory: &Directory,
    file: &FileEdit,
    path: PathBuf,
    patch: Option<FilePatch<'_>>,
    fuzz: usize,
) -> Result<Plan, ToolError> {
    if patch.as_ref().is_some_and(|patch| patch.old.is_none()) {
        if directory.look(&path)?.is_some() {
            return Err(failed(
                format!("the diff makes `{}`, which is there already", shown(&path)),
                "give a diff against what is there",
            ));
        }
        return planned(path, None, file, patch, fuzz);
    }
    let (from, stat) = directory.file(&path)?;
    let mut old = Vec::new();
    from.take(FILE_MAX + 1)
        .read_to_end(&mut old)
        .map_err(|error| failed(format!("cannot read `{}`: {error}", shown(&path)), "check the file"))?;
    if old.len() as u64 > FILE_MAX {
        return Err(too_large(&path));
    }
    planned(path, Some((old, stat)), file, patch, fuzz)
}

/// The refusal of a file that has too many bytes, or would have.
pub(super) fn too_large(path: &Path) -> ToolError {
    failed(
        format!("`{}` is longer than {FILE_MAX} bytes", shown(path)),
        "change it with a program of its own",
    )
}

fn planned(
    path: PathBuf,
    old: Option<(Vec<u8>, Stat)>,
    file: &FileEdit,
    patch: Option<FilePatch<'_>>,
    fuzz: usize,
) -> Result<Plan, ToolError> {
    let text: &[u8] = old.as_ref().map_or(&[], |(text, _)| text);
    if let Some(expected) = &file.expect_digest {
        let digest = Digest::of(text).to_string();
        if old.is_none() || !expected.eq_ignore_ascii_case(&digest) {
            return Err(failed(
                format!(
                    "`{}` is not the file that was expected: its digest is another",
                    shown(&path)
                ),
                "read it again, and make the edit from what it says now",
            ));
        }
    }
    let old_lines = lines(text);
    let mode = old.as_ref().map_or(0o644, |(_, stat)| stat.st_mode & 0o7777);
    let returns = !old_lines.is_empty() && old_lines.iter().all(|line| line.ends_with(b"\r\n"));
    let is_patch = patch.is_some();
    let (splices, puts, mode) = match patch {
        Some(mut patch) => {
            if returns {
                patch.with_carriage_returns();
            }
            let (splices, puts) = patch.fit(&old_lines, fuzz).map_err(|error| in_file(&path, error))?;
            if patch.new.is_none() {
                if !spliced(&old_lines, &splices).is_empty() {
                    return Err(failed(
                        format!("the diff removes `{}`, but leaves lines of it", shown(&path)),
                        "give a diff against what is there",
                    ));
                }
                return Ok(Plan {
                    path,
                    splices,
                    puts,
                    new: None,
                    old,
                });
            }
            (splices, puts, patch.mode.unwrap_or(mode))
        }
        None => (
            replaced(&path, text, &old_lines, &file.replace, returns)?,
            Vec::new(),
            mode,
        ),
    };
    let splices = refined(&old_lines, splices);
    let new = spliced(&old_lines, &splices);
    if new.len() as u64 > FILE_MAX {
        return Err(too_large(&path));
    }
    let gone: usize = splices.iter().map(|splice| splice.old.len()).sum();
    let come: usize = splices.iter().map(|splice| splice.new.len()).sum();
    if is_patch && lines(&new).len() != old_lines.len() - gone + come {
        return Err(failed(
            format!(
                "the diff leaves a line of `{}` without its line feed that is not the last",
                shown(&path)
            ),
            "put `\\ No newline at end of file` only behind the last line",
        ));
    }
    Ok(Plan {
        path,
        splices,
        puts,
        new: Some((new, mode)),
        old,
    })
}

fn unfit(error: PatchError) -> ToolError {
    let hint = match &error {
        PatchError::Unreadable { .. } | PatchError::Short { .. } | PatchError::Empty => {
            "give a unified diff, as `diff -u` or `git diff` writes it"
        }
        PatchError::Unsupported { .. } => "change texts with it, and leave the rest out",
        PatchError::Misfit { .. } => "read the file again, and make the diff from what it says now",
    };
    match error {
        PatchError::Misfit { .. } => failed(error.to_string(), hint),
        PatchError::Unreadable { .. }
        | PatchError::Short { .. }
        | PatchError::Empty
        | PatchError::Unsupported { .. } => bad_argument(error.to_string(), hint),
    }
}

fn in_file(path: &Path, error: PatchError) -> ToolError {
    match unfit(error) {
        ToolError::Failed { message, hint } => failed(format!("`{}`: {message}", shown(path)), hint),
        other => other,
    }
}

/// Makes all changes, or none.
fn perform(directory: &Directory, plans: &[Plan]) -> Result<(), ToolError> {
    let mut staged = Vec::with_capacity(plans.len());
    for plan in plans.iter().filter(|plan| plan.change() != Change::Unchanged) {
        let next = match (&plan.new, &plan.old) {
            (Some((bytes, mode)), None) => Next::Create(bytes, *mode),
            (Some((bytes, mode)), Some((_, stat))) => Next::Replace(bytes, *mode, stat),
            (None, _) => Next::Remove,
        };
        staged.push((plan, Staged::new(directory, &plan.path, next)?));
    }
    for (plan, staged) in &mut staged {
        staged.swap()?;
        let before = staged.before(FILE_MAX + 1)?;
        if before.as_deref() != plan.old.as_ref().map(|(bytes, _)| bytes.as_slice()) {
            return Err(failed(
                format!("`{}` was changed by somebody else meanwhile", shown(&plan.path)),
                "read it again, and make the edit from what it says now",
            ));
        }
    }
    // All changes are made: one that cannot be settled must not take back those after it.
    let mut settled = Ok(());
    for (_, staged) in staged {
        settled = settled.and(staged.settle());
    }
    settled.map_err(ToolError::from)
}

impl Plan {
    fn change(&self) -> Change {
        match (&self.old, &self.new) {
            (None, _) => Change::Created,
            (Some(_), None) => Change::Removed,
            (Some((old, stat)), Some((new, mode))) if old == new && stat.st_mode & 0o7777 == *mode => Change::Unchanged,
            (Some(_), Some(_)) => Change::Changed,
        }
    }
}

/// A name as git writes it: in quotes where it could be read as something else.
fn quoted(name: &str) -> String {
    if !name.contains(|character: char| character.is_control() || matches!(character, '"' | '\\')) {
        return name.to_owned();
    }
    let mut text = "\"".to_owned();
    for byte in name.bytes() {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\{byte:03o}")),
        }
    }
    text.push('"');
    text
}

fn told(plans: &[Plan]) -> Edited {
    let mut diff = Vec::new();
    let mut files = Vec::with_capacity(plans.len());
    for plan in plans {
        let change = plan.change();
        let (added, removed) = counts(&plan.splices);
        let path = shown(&plan.path);
        let old: &[u8] = plan.old.as_ref().map_or(&[], |(bytes, _)| bytes);
        if added + removed > 0 {
            let name = |prefix: &str, is_there: bool| match is_there {
                true => quoted(&format!("{prefix}/{path}")),
                false => "/dev/null".to_owned(),
            };
            let head = format!(
                "--- {}\n+++ {}\n",
                name("a", plan.old.is_some()),
                name("b", plan.new.is_some())
            );
            diff.extend_from_slice(head.as_bytes());
            diff.extend_from_slice(&hunks(&lines(old), &plan.splices));
        }
        files.push(Changed {
            path,
            change,
            before: plan.old.as_ref().map(|(bytes, _)| Digest::of(bytes).to_string()),
            after: plan.new.as_ref().map(|(bytes, _)| Digest::of(bytes).to_string()),
            size: plan.new.as_ref().map_or(0, |(bytes, _)| bytes.len() as u64),
            added,
            removed,
            hunks: plan
                .puts
                .iter()
                .map(|put| PutAt {
                    line: put.line,
                    offset: put.offset,
                    fuzz: put.fuzz,
                })
                .collect(),
        });
    }
    let truncated = diff.len() > DIFF_MAX;
    if truncated {
        let cut = diff[..DIFF_MAX].iter().rposition(|byte| *byte == b'\n');
        diff.truncate(cut.map_or(0, |at| at + 1));
    }
    let text = String::from_utf8_lossy(&diff);
    Edited {
        files,
        lossy: matches!(text, std::borrow::Cow::Owned(_)),
        diff: text.into_owned(),
        truncated,
    }
}

#[cfg(test)]
mod tests;
