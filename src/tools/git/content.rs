//! What a commit is made of: the tree of the last one, with the present content of some paths.
//!
//! ```text
//! index ─ copied ─► next: paths as they are now ─ what differs there ─► committed: the last commit with it ─► tree
//! ```
//!
//! As `git commit --only` does it, except that files git does not know yet are taken as well. Writes objects,
//! which nobody sees until a branch leads to them, and nothing else of the repository. Never takes what a filter
//! would have to make first, a submodule, or anything of `.somagent`.

use super::super::ToolError;
use super::super::contract::failed;
use super::super::fs::protected;
use super::repository::path_of;
use super::view::{Index, View};

/// A difference, as `--raw` lists it.
struct Difference<'a> {
    old_mode: &'a [u8],
    mode: &'a [u8],
    id: &'a [u8],
    is_gone: bool,
    path: &'a [u8],
}

/// What was worked out.
#[derive(Debug)]
pub(super) struct Content {
    /// The id of the tree.
    pub tree: String,
    /// Whether it is the one of the last commit.
    pub is_same: bool,
    /// What changes in the index of the worktree, as `update-index --index-info` reads it.
    pub staged: Vec<u8>,
}

/// The mode of a submodule, and those of what a filter sees.
const SUBMODULE: &[u8] = b"160000";
const FILES: [&[u8]; 2] = [b"100644", b"100755"];

/// Works out the tree for `paths` of the worktree: `parent` and its tree `base`, or nothing and the empty tree.
///
/// # Errors
/// A path names nothing, or something among them cannot be committed.
pub(super) async fn content(
    view: &View,
    parent: Option<&str>,
    base: &str,
    paths: &[String],
) -> Result<Content, ToolError> {
    view.copy_index().await?;
    let unmerged = view.output(Index::Next, &["ls-files", "-z", "--unmerged"], b"").await?;
    if let Some(path) = unmerged.split(|byte| *byte == b'\t' || *byte == 0).nth(1) {
        return Err(failed(
            format!("`{}` is not merged yet", text(path)),
            "resolve the conflict and stage the file",
        ));
    }
    known(view, base, paths).await?;
    let before = view.id(Index::Next, &["write-tree", "--missing-ok"], b"").await?;
    take(view, paths).await?;
    let listed = compared(view, base, paths).await?;
    let differences: Vec<Difference<'_>> = differences(&listed).collect();
    check(view, &differences).await?;
    let start = match parent {
        Some(parent) => vec!["read-tree", parent],
        None => vec!["read-tree", "--empty"],
    };
    view.output(Index::Committed, &start, b"").await?;
    let info = ["update-index", "-z", "--index-info"];
    view.output(Index::Committed, &info, &index_info(&differences)).await?;
    let tree = view.id(Index::Committed, &["write-tree", "--missing-ok"], b"").await?;
    let listed = compared(view, &before, paths).await?;
    let staged: Vec<Difference<'_>> = self::differences(&listed).collect();
    Ok(Content {
        tree,
        is_same: differences.is_empty(),
        staged: index_info(&staged),
    })
}

/// Says whether each path names something that is there, or was in the index or the last commit.
async fn known(view: &View, base: &str, paths: &[String]) -> Result<(), ToolError> {
    let tree = format!("--with-tree={base}");
    let ask = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--error-unmatch",
        &tree,
        "--",
    ];
    let named: Vec<&str> = paths.iter().map(String::as_str).filter(|path| *path != ".").collect();
    if named.is_empty() || view.attempt(Index::Next, &[&ask[..], &named].concat(), b"").await?.1.ok {
        return Ok(());
    }
    for path in named {
        let (_, ended) = view.attempt(Index::Next, &[&ask[..], &[path]].concat(), b"").await?;
        if !ended.ok {
            return Err(failed(
                format!("`{path}` holds nothing that can be committed"),
                "give a file that is there or was committed, and that `.gitignore` does not leave out",
            ));
        }
    }
    Ok(())
}

/// Brings `paths` in the copy of the index to what the worktree has.
async fn take(view: &View, paths: &[String]) -> Result<(), ToolError> {
    let paths = paths.iter().map(String::as_str);
    let mut args = vec!["diff-files", "-z", "--raw", "--no-abbrev", "--no-renames"];
    // Looking into a submodule would be another git with the settings of that one.
    args.extend(["--ignore-submodules=dirty", "--"]);
    args.extend(paths.clone());
    let changed = view.output(Index::Next, &args, b"").await?;
    let mut args = vec!["ls-files", "-z", "--others", "--exclude-standard", "--"];
    args.extend(paths);
    let others = view.output(Index::Next, &args, b"").await?;
    let (mut gone, mut there) = (Vec::new(), Vec::new());
    for difference in differences(&changed) {
        no_submodule(&difference)?;
        let list = if difference.is_gone { &mut gone } else { &mut there };
        list.extend_from_slice(difference.path);
        list.push(0);
    }
    for path in others.split(|byte| *byte == 0) {
        // What ends in a slash is a repository of its own.
        if !path.is_empty() && !path.ends_with(b"/") && !is_protected(path) {
            there.extend_from_slice(path);
            there.push(0);
        }
    }
    // What is gone goes first: a directory may have taken the place of a file, or a file that of a directory.
    let remove = ["update-index", "-z", "--force-remove", "--stdin"];
    view.output(Index::Next, &remove, &gone).await?;
    let add = ["update-index", "-z", "--add", "--replace", "--stdin"];
    view.output(Index::Next, &add, &there).await?;
    Ok(())
}

/// What the copy of the index has otherwise than `tree`, among `paths`.
async fn compared(view: &View, tree: &str, paths: &[String]) -> Result<Vec<u8>, ToolError> {
    let mut args = vec!["diff-index", "--cached", "-z", "--raw", "--no-abbrev", "--no-renames"];
    args.extend(["--ignore-submodules=none", tree, "--"]);
    args.extend(paths.iter().map(String::as_str));
    view.output(Index::Next, &args, b"").await
}

/// Says whether everything that changes may be committed.
async fn check(view: &View, differences: &[Difference<'_>]) -> Result<(), ToolError> {
    let mut files = Vec::new();
    for difference in differences {
        no_submodule(difference)?;
        if FILES.contains(&difference.mode) {
            files.extend_from_slice(difference.path);
            files.push(0);
        }
    }
    match view.filtered(Index::Next, &files).await?.first() {
        Some((path, filter)) => Err(failed(
            format!("`{path}` has to go through the filter `{filter}` before it is committed, and no filter is run"),
            "commit it with git itself, or leave it out; `.gitattributes` names the filter",
        )),
        None => Ok(()),
    }
}

fn no_submodule(difference: &Difference<'_>) -> Result<(), ToolError> {
    if difference.old_mode != SUBMODULE && difference.mode != SUBMODULE {
        return Ok(());
    }
    Err(failed(
        format!("the submodule `{}` is at another commit", text(difference.path)),
        "name the paths without it, or commit it with git itself",
    ))
}

/// The differences of a list, but for those of directories that are never committed.
fn differences(listed: &[u8]) -> impl Iterator<Item = Difference<'_>> {
    let mut tokens = listed.split(|byte| *byte == 0);
    std::iter::from_fn(move || Some((tokens.next()?, tokens.next()?)))
        .filter_map(|(record, path)| {
            let mut fields = record.strip_prefix(b":")?.split(|byte| *byte == b' ');
            let (old_mode, mode) = (fields.next()?, fields.next()?);
            let id = fields.nth(1)?;
            Some(Difference {
                old_mode,
                mode,
                id,
                is_gone: fields.next()?.starts_with(b"D"),
                path,
            })
        })
        .filter(|difference| !is_protected(difference.path))
}

/// The differences as `update-index --index-info` reads them.
fn index_info(differences: &[Difference<'_>]) -> Vec<u8> {
    let mut lines = Vec::new();
    for difference in differences {
        // Mode 0 takes the path out, whatever the id.
        let mode = if difference.is_gone { &b"0"[..] } else { difference.mode };
        for part in [mode, b" ", difference.id, b"\t", difference.path, b"\0"] {
            lines.extend_from_slice(part);
        }
    }
    lines
}

fn is_protected(path: &[u8]) -> bool {
    protected(&path_of(path)).is_some()
}

fn text(path: &[u8]) -> String {
    String::from_utf8_lossy(path).escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_become_what_an_index_reads() {
        let listed =
            b":100644 100755 aa bb M\0a b\0:100644 000000 aa 00 D\0x/\n\0:000000 120000 00 cc A\0.somagent/key\0";
        let found: Vec<Difference<'_>> = differences(listed).collect();
        assert_eq!(index_info(&found), b"100755 bb\ta b\x000 00\tx/\n\0");
        assert_eq!(differences(b"").count(), 0);
        assert_eq!(differences(b":1 2\0").count(), 0);
    }
}
