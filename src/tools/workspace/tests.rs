//! Directories on a real disk, in real repositories.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use super::*;
use crate::capsule::KeepWorkspace;

const RUN: &str = "0190b0a0-0000-7000-8000-000000000000";

/// A directory for a run to work on.
struct Ground {
    _keep: tempfile::TempDir,
    root: PathBuf,
}

impl Ground {
    fn new() -> Self {
        let keep = tempfile::tempdir().unwrap();
        let root = keep.path().canonicalize().unwrap().join("project");
        fs::create_dir(&root).unwrap();
        Self { _keep: keep, root }
    }

    /// The same as a repository with one commit.
    fn repository() -> Self {
        let ground = Self::new();
        ground.git(&["init", "-q", "-b", "main"]);
        fs::create_dir(ground.root.join("part")).unwrap();
        fs::write(ground.root.join("part/file"), "one\n").unwrap();
        ground.git(&["add", "-A"]);
        ground.git(&["commit", "-q", "-m", "first"]);
        ground
    }

    fn git(&self, args: &[&str]) -> String {
        git(&self.root, args)
    }

    fn scratch(&self, name: &str) -> Place {
        place(&self.root, name, Separate::Scratch, None)
    }

    fn worktree(&self, reference: Option<&str>) -> Place {
        place(&self.root, "tree", Separate::Worktree, reference)
    }

    /// What lies in it besides the data of a repository.
    fn entries(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.root).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name != ".git").collect();
        names.sort();
        names
    }

    /// Whether a repository is as it was before: one worktree, nothing new, all whole.
    fn assert_unchanged(&self) {
        assert_eq!(
            self.git(&["worktree", "list", "--porcelain"])
                .matches("worktree ")
                .count(),
            1
        );
        assert_eq!(self.git(&["status", "--porcelain", "--ignored"]), "");
        self.git(&["fsck", "--strict"]);
        assert_eq!(self.git(&["symbolic-ref", "--short", "HEAD"]), "main");
    }
}

fn place(root: &Path, name: &str, kind: Separate, reference: Option<&str>) -> Place {
    let own = OwnWorkspace {
        kind,
        reference: reference.map(str::to_owned),
        keep: KeepWorkspace::Never,
    };
    Place::new(root, RUN, name.to_owned(), &own)
}

fn git(directory: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(directory)
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_NAME", "Ada")
        .env("GIT_COMMITTER_EMAIL", "ada@example.org")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[tokio::test]
async fn a_scratch_is_empty_each_time_and_leaves_nothing_behind() {
    let ground = Ground::new();
    let place = ground.scratch("try");
    let directory = place.workspace().unwrap();
    assert_eq!(directory, ground.root.join(".somagent/work").join(RUN).join("try"));
    assert!(!place.is_there().await.unwrap());
    place.make().await.unwrap();
    assert!(place.is_there().await.unwrap());
    fs::create_dir_all(directory.join("deep/er")).unwrap();
    fs::write(directory.join("deep/file"), "x").unwrap();
    place.make().await.unwrap();
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
    assert_eq!(made(&ground.root, RUN), ["try"]);
    place.remove().await.unwrap();
    place.remove().await.unwrap();
    close(&ground.root, RUN).unwrap();
    assert_eq!(ground.entries(), [""; 0]);
}

#[tokio::test]
async fn what_is_kept_stays_and_can_be_removed_by_hand() {
    let ground = Ground::new();
    for name in ["kept", "gone"] {
        ground.scratch(name).make().await.unwrap();
    }
    assert_eq!(mode(&ground.root.join(".somagent")), MARK);
    ground.scratch("gone").remove().await.unwrap();
    close(&ground.root, RUN).unwrap();
    assert_eq!(made(&ground.root, RUN), ["kept"]);
    assert_eq!(mode(&ground.root.join(".somagent")), PLAIN);
    fs::remove_dir_all(ground.root.join(".somagent")).unwrap();
}

#[tokio::test]
async fn what_a_person_has_there_stays() {
    let ground = Ground::new();
    fs::create_dir(ground.root.join(".somagent")).unwrap();
    let place = ground.scratch("try");
    place.make().await.unwrap();
    place.remove().await.unwrap();
    close(&ground.root, RUN).unwrap();
    assert_eq!(ground.entries(), [".somagent"]);
    assert_eq!(fs::read_dir(ground.root.join(".somagent")).unwrap().count(), 0);
}

#[tokio::test]
async fn runs_side_by_side_do_not_take_each_others_place() {
    let ground = Ground::new();
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let root = ground.root.clone();
            let run = format!("run-{number}");
            let own = OwnWorkspace {
                kind: Separate::Scratch,
                reference: None,
                keep: KeepWorkspace::Never,
            };
            tokio::spawn(async move {
                for _ in 0..20 {
                    let place = Place::new(&root, &run, "try".to_owned(), &own);
                    place.make().await.unwrap();
                    assert!(place.is_there().await.unwrap());
                    place.remove().await.unwrap();
                    close(&root, &run).unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(ground.entries(), [""; 0]);
}

#[tokio::test]
async fn a_worktree_is_a_checkout_on_no_branch_and_goes_with_what_was_done_in_it() {
    let ground = Ground::repository();
    let place = ground.worktree(None);
    place.make().await.unwrap();
    let directory = place.workspace().unwrap();
    assert_eq!(fs::read_to_string(directory.join("part/file")).unwrap(), "one\n");
    assert_eq!(git(&directory, &["status", "--porcelain"]), "");
    assert_eq!(git(&directory, &["rev-parse", "--abbrev-ref", "HEAD"]), "HEAD");
    assert_eq!(ground.git(&["status", "--porcelain"]), "");
    fs::write(directory.join("part/file"), "changed\n").unwrap();
    fs::write(directory.join("new"), "x").unwrap();
    // Another attempt begins at the commit again.
    place.make().await.unwrap();
    assert_eq!(git(&directory, &["status", "--porcelain"]), "");
    fs::write(directory.join("new"), "x").unwrap();
    place.remove().await.unwrap();
    close(&ground.root, RUN).unwrap();
    ground.assert_unchanged();
}

#[tokio::test]
async fn a_run_below_the_top_of_a_repository_works_below_the_top_of_the_checkout() {
    let ground = Ground::repository();
    let part = ground.root.join("part");
    let place = place(&part, "tree", Separate::Worktree, Some("main"));
    place.make().await.unwrap();
    let workspace = place.workspace().unwrap();
    assert_eq!(workspace, place.directory().join("part"));
    assert_eq!(fs::read_to_string(workspace.join("file")).unwrap(), "one\n");
    place.remove().await.unwrap();
    close(&part, RUN).unwrap();
    ground.assert_unchanged();
    // A commit without it, or with a link in its place, has nowhere to work.
    for linked in [false, true] {
        ground.git(&["checkout", "-q", "--orphan", "other"]);
        ground.git(&["rm", "-rq", "--cached", "."]);
        fs::remove_dir_all(&part).unwrap();
        if linked {
            symlink("/etc", &part).unwrap();
        } else {
            fs::write(ground.root.join("else"), "x").unwrap();
        }
        ground.git(&["add", "-A"]);
        ground.git(&["commit", "-q", "-m", "other"]);
        let commit = ground.git(&["rev-parse", "HEAD"]);
        ground.git(&["checkout", "-q", "-f", "main"]);
        ground.git(&["branch", "-q", "-D", "other"]);
        let place = super::tests::place(&part, "tree", Separate::Worktree, Some(&commit));
        let said = place.make().await.unwrap_err().to_string();
        let expected = if linked { "no place for" } else { "is no directory of" };
        assert!(said.contains(expected), "{said}");
        place.remove().await.unwrap();
        close(&part, RUN).unwrap();
        ground.assert_unchanged();
    }
}

#[tokio::test]
async fn what_cannot_be_checked_out_says_what_to_do() {
    let ground = Ground::new();
    let said = |error: ToolError| match error {
        ToolError::Failed { message, hint } => format!("{message}; {hint}"),
        other => panic!("{other}"),
    };
    let nowhere = said(ground.worktree(None).workspace().unwrap_err());
    assert!(
        nowhere.contains("lies in no git repository") && nowhere.contains("git init"),
        "{nowhere}"
    );
    ground.git(&["init", "-q", "-b", "main"]);
    let unborn = said(ground.worktree(None).make().await.unwrap_err());
    assert!(
        unborn.contains("has no commit yet") && unborn.contains("first commit"),
        "{unborn}"
    );
    ground.git(&["commit", "-q", "--allow-empty", "-m", "first"]);
    for reference in ["nowhere", "--all", "-x", "HEAD:a"] {
        let unknown = said(ground.worktree(Some(reference)).make().await.unwrap_err());
        assert!(unknown.contains("names no commit"), "{unknown}");
    }
    close(&ground.root, RUN).unwrap();
    ground.assert_unchanged();
}

#[tokio::test]
async fn nothing_of_the_repository_runs() {
    let ground = Ground::repository();
    let trap = ground.root.parent().unwrap().join("sprung");
    let script = format!("#!/bin/sh\necho x >> {}\n", trap.display());
    let hook = ground.root.join(".git/hooks/post-checkout");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, &script).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let sprung = format!("sh -c 'echo x >> {}; cat'", trap.display());
    ground.git(&["config", "filter.trap.smudge", &sprung]);
    ground.git(&["config", "core.fsmonitor", hook.to_str().unwrap()]);
    fs::write(ground.root.join(".git/info/attributes"), "* filter=trap\n").unwrap();
    let place = ground.worktree(None);
    place.make().await.unwrap();
    place.remove().await.unwrap();
    assert!(!trap.exists());
}

#[tokio::test]
async fn links_and_files_in_its_place_lead_nowhere() {
    let elsewhere = tempfile::tempdir().unwrap();
    let precious = elsewhere.path().join("work").join(RUN).join("try");
    fs::create_dir_all(&precious).unwrap();
    fs::write(precious.join("file"), "mine").unwrap();
    for link in [".somagent", ".somagent/work"] {
        let ground = Ground::new();
        let target = match link {
            ".somagent" => elsewhere.path().to_path_buf(),
            _ => elsewhere.path().join("work"),
        };
        let at = ground.root.join(link);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        symlink(target, &at).unwrap();
        let place = ground.scratch("try");
        for refused in [
            place.make().await,
            place.remove().await,
            place.is_there().await.map(drop),
        ] {
            let said = refused.unwrap_err();
            assert!(
                said.to_string().contains("no place for the directory of a step"),
                "{said}"
            );
        }
        assert_eq!(made(&ground.root, RUN), [""; 0]);
        assert!(close(&ground.root, RUN).is_err());
        assert_eq!(fs::read_to_string(precious.join("file")).unwrap(), "mine");
    }
    for file in [".somagent", ".somagent/work"] {
        let ground = Ground::new();
        let at = ground.root.join(file);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(&at, "mine").unwrap();
        let said = ground.scratch("try").make().await.unwrap_err();
        assert!(
            said.to_string().contains("no place for the directory of a step"),
            "{said}"
        );
        assert_eq!(fs::read_to_string(at).unwrap(), "mine");
    }
    // What lies under the very name of the step is the run's own.
    let ground = Ground::new();
    let place = ground.scratch("try");
    fs::create_dir_all(place.directory().parent().unwrap()).unwrap();
    symlink(&precious, place.directory()).unwrap();
    place.make().await.unwrap();
    assert_eq!(fs::read_dir(place.directory()).unwrap().count(), 0);
    assert_eq!(fs::read_to_string(precious.join("file")).unwrap(), "mine");
}

#[tokio::test]
async fn a_name_that_is_covered_for_a_program_is_not_taken_away() {
    let ground = Ground::new();
    let covered = ground.root.join(".somagent");
    fs::create_dir(&covered).unwrap();
    fs::set_permissions(&covered, fs::Permissions::from_mode(MARK)).unwrap();
    let held = fs::File::open(&covered).unwrap();
    rustix::fs::flock(&held, rustix::fs::FlockOperation::LockShared).unwrap();
    let place = ground.scratch("try");
    place.make().await.unwrap();
    place.remove().await.unwrap();
    close(&ground.root, RUN).unwrap();
    assert_eq!(fs::read_dir(&covered).unwrap().count(), 0);
    assert_eq!(mode(&covered), MARK);
    // Closed only, it could stay held by what another test begins at this moment.
    held.unlock().unwrap();
    place.make().await.unwrap();
    place.remove().await.unwrap();
    close(&ground.root, RUN).unwrap();
    assert_eq!(ground.entries(), [""; 0]);
}

/// One that was made anew meanwhile may be covered for a program, whose lock is on that one.
#[test]
fn only_what_is_locked_is_taken_away() {
    let ground = Ground::new();
    let root = Directory::open(&ground.root).unwrap();
    let old = root.with(OWN, MARK).unwrap();
    fs::remove_dir(ground.root.join(OWN)).unwrap();
    take_away(&root, &old).unwrap();
    let new = root.with(OWN, MARK).unwrap();
    take_away(&root, &old).unwrap();
    assert_eq!(ground.entries(), [OWN]);
    take_away(&root, &new).unwrap();
    assert_eq!(ground.entries(), [""; 0]);
}

#[test]
fn the_parts_of_the_place_are_the_place() {
    assert_eq!(Path::new(OWN).join(WORK), Path::new(OF_STEPS));
}
