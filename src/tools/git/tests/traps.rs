//! Repositories that try to run something, or to lead git elsewhere, while they are written.

use std::os::unix::fs::PermissionsExt;

use super::super::view::{Index, View};
use super::writing::{assert_whole, project, refusal, write};
use super::*;

/// A program that leaves a mark when it runs.
struct Trap {
    script: String,
    mark: PathBuf,
}

impl Trap {
    fn new(place: &Place) -> Self {
        let (mark, script) = (place.root.join("ran"), place.root.join("trap.sh"));
        // It passes on what it reads, as a filter would; a git that waits for its answer gets one.
        let text = format!("#!/bin/sh\necho \"$0 $*\" >> {}\ncat\n", mark.display());
        std::fs::write(&script, text).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self {
            script: script.display().to_string(),
            mark,
        }
    }

    /// Puts the program wherever a repository can name one.
    fn set(&self, place: &Place, repo: &Path) {
        let hooks = place.root.join("hooks");
        std::fs::create_dir_all(&hooks).unwrap();
        for name in [
            "commit-msg",
            "fsmonitor-watchman",
            "post-checkout",
            "post-commit",
            "post-index-change",
            "post-rewrite",
            "pre-auto-gc",
            "pre-commit",
            "prepare-commit-msg",
            "reference-transaction",
            "update",
        ] {
            for directory in [&hooks, &repo.join(".git/hooks")] {
                std::fs::create_dir_all(directory).unwrap();
                std::fs::copy(&self.script, directory.join(name)).unwrap();
            }
        }
        let script = self.script.as_str();
        let shell = format!("!{script}");
        for (key, value) in [
            ("core.hooksPath", hooks.to_str().unwrap()),
            ("core.fsmonitor", script),
            ("core.editor", script),
            ("sequence.editor", script),
            ("core.pager", script),
            ("core.askPass", script),
            ("core.sshCommand", script),
            ("core.gitProxy", script),
            ("core.alternateRefsCommand", script),
            ("credential.helper", script),
            ("commit.gpgSign", "true"),
            ("tag.gpgSign", "true"),
            ("gpg.program", script),
            ("gpg.openpgp.program", script),
            ("gpg.ssh.program", script),
            ("diff.external", script),
            ("diff.trap.command", script),
            ("diff.trap.textconv", script),
            ("merge.trap.driver", script),
            ("filter.trap.clean", script),
            ("filter.trap.smudge", script),
            ("filter.trap.process", script),
            ("filter.trap.required", "true"),
            ("trailer.trap.command", script),
            ("interactive.diffFilter", script),
            ("alias.commit-tree", &shell),
            ("alias.update-index", &shell),
            ("alias.worktree", &shell),
            ("pager.config", script),
            ("pager.diff-index", script),
            ("hook.trap.command", script),
            ("hook.trap.event", "reference-transaction"),
            ("gc.auto", "1"),
            ("maintenance.auto", "true"),
            ("worktree.guessRemote", "true"),
            ("submodule.recurse", "true"),
            ("remote.origin.url", &format!("ext::{script}")),
            ("remote.origin.promisor", "true"),
            ("protocol.ext.allow", "always"),
        ] {
            git(repo, &["config", key, value]);
        }
        std::fs::remove_file(&self.mark).ok();
    }

    fn is_sprung(&self) -> bool {
        self.mark.exists()
    }

    fn assert_idle(&self, what: &str) {
        assert!(
            !self.is_sprung(),
            "{what} ran {}",
            std::fs::read_to_string(&self.mark).unwrap()
        );
    }
}

/// Attack 23, for git that writes: whatever a repository configures, preparing a change in it runs nothing.
#[test]
fn attack_23_a_repository_cannot_make_git_run_anything_when_it_is_written() {
    let place = Place::new();
    let repo = project(&place, "trap");
    let attributes = b"*.big filter=trap diff=trap merge=trap\n";
    commit(&repo, &[(".gitattributes", attributes), ("x.big", b"stored\n")], "big");
    let before = git(&repo, &["rev-parse", "HEAD"]);
    let trap = Trap::new(&place);
    trap.set(&place, &repo);
    // The traps are real: plain git walks into several of them.
    for args in [
        &["status"][..],
        &["update-ref", "refs/heads/plain", "HEAD"],
        &["add", "x.big"],
        &["checkout", "-q", "-f", "HEAD", "--", "x.big"],
    ] {
        std::fs::remove_file(&trap.mark).ok();
        std::fs::write(repo.join("x.big"), "changed\n").unwrap();
        command(&repo, args).stdin(Stdio::null()).output().unwrap();
        assert!(
            trap.is_sprung(),
            "git {args:?} runs nothing here, so this test shows nothing"
        );
    }
    std::fs::remove_file(&trap.mark).unwrap();
    std::fs::write(repo.join("x.big"), "stored\n").unwrap();

    place.call("branch", &json!({"repo": "trap", "name": "topic"})).unwrap();
    trap.assert_idle("branch");
    let add = json!({"repo": "trap", "path": "tree", "branch": "topic"});
    let added = place.call("worktree", &add).unwrap();
    trap.assert_idle("worktree");
    assert_eq!(added["unfiltered"], 1);
    assert_eq!(std::fs::read(place.path("tree/x.big")).unwrap(), b"stored\n");
    for (tree, branch) in [("trap", "main"), ("tree", "topic")] {
        write(&place.path(tree), "a.txt", "2\n");
        write(&place.path(tree), "new.txt", "1\n");
        let paths = [
            format!("{tree}/a.txt"),
            format!("{tree}/new.txt"),
            format!("{tree}/dir"),
        ];
        let args = json!({"repo": tree, "paths": paths, "message": "change\n\nTrap: x"});
        let done = place.call("commit", &args).unwrap();
        trap.assert_idle("commit");
        assert_eq!((&done["branch"], &done["parent"]), (&json!(branch), &json!(before)));
        write(&place.path(tree), "y.big", "not filtered\n");
        let all = json!({"repo": tree, "paths": [format!("{tree}/y.big")], "message": "m"});
        let said = refusal(&place, "commit", all);
        assert!(said.contains("`y.big` has to go through the filter `trap`"), "{said}");
        trap.assert_idle("a commit of a filtered file");
        std::fs::remove_file(place.path(tree).join("y.big")).unwrap();
        // Taking out what a filter made needs none.
        std::fs::remove_file(place.path(tree).join("x.big")).unwrap();
        let gone = json!({"repo": tree, "paths": [format!("{tree}/x.big")], "message": "gone"});
        assert_eq!(place.call("commit", &gone).unwrap()["files_total"], 1);
        trap.assert_idle("a commit without a filtered file");
    }
    write(&place.path("tree"), "a.txt", "3\n");
    let remove = json!({"repo": "trap", "path": "tree"});
    assert!(refusal(&place, "unworktree", remove.clone()).contains("`a.txt` is changed"));
    write(&place.path("tree"), "a.txt", "2\n");
    assert_eq!(place.call("unworktree", &remove).unwrap()["removed"], true);
    trap.assert_idle("unworktree");
    // Without its settings git finds all of it whole.
    std::fs::remove_file(repo.join(".git/config")).unwrap();
    assert_whole(&repo);
    let signed = git(&repo, &["cat-file", "commit", "HEAD"]);
    assert!(!signed.contains("gpgsig"), "{signed}");
}

/// What is seen of a repository does not change while it is written: a sandboxed program may write its settings then.
#[test]
fn settings_that_come_later_are_not_read() {
    let place = Place::new();
    let repo = project(&place, "p");
    let trap = Trap::new(&place);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let repository = open_to_write(&place.situation, "p").await.unwrap();
        let view = View::open(&repository, &place.git.person, Some("late")).await.unwrap();
        write(&repo, ".gitattributes", "* filter=trap\n");
        write(&repo, "a.txt", "2\n");
        trap.set(&place, &repo);
        view.copy_index().await.unwrap();
        let add = view
            .output(Index::Next, &["update-index", "-z", "--add", "--stdin"], b"a.txt\0")
            .await;
        assert_eq!(add.unwrap(), b"");
        let head = git(&repo, &["rev-parse", "HEAD"]);
        std::fs::remove_file(&trap.mark).ok();
        let made = view
            .change(
                Index::Own,
                &["update-ref", "refs/heads/late", &head, &"0".repeat(40)],
                b"",
            )
            .await;
        assert!(made.unwrap().ok);
        trap.assert_idle("a view");
    });
    assert!(repo.join(".git/refs/heads/late").exists());
}

#[test]
fn a_repository_whose_parts_lead_out_of_the_workspace_is_not_written() {
    let place = Place::new();
    let outside = place.root.join("outside");
    std::fs::create_dir(&outside).unwrap();
    let branch = json!({"repo": "p", "name": "topic/part"});
    let commit = json!({"repo": "p", "paths": ["p"], "message": "m"});
    for (name, is_for_all) in [
        ("logs", true),
        ("logs/HEAD", true),
        ("index", true),
        ("packed-refs", true),
        ("objects/zz", true),
        ("worktrees", true),
        ("refs/heads/topic", false),
    ] {
        let repo = project(&place, "p");
        let part = repo.join(".git").join(name);
        if part.is_dir() {
            std::fs::remove_dir_all(&part).unwrap();
        } else {
            std::fs::remove_file(&part).ok();
        }
        symlink(outside.join("x"), &part).unwrap();
        write(&repo, "a.txt", "2\n");
        let mut said = vec![refusal(&place, "branch", branch.clone())];
        if is_for_all {
            said.push(refusal(&place, "commit", commit.clone()));
        }
        for said in said {
            assert!(said.contains("leads out of the workspace"), "{name}: {said}");
        }
        assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0, "{name}");
        std::fs::remove_dir_all(&repo).unwrap();
    }
}

#[test]
fn a_format_that_is_not_known_is_not_written() {
    let place = Place::new();
    let repo = project(&place, "p");
    git(&repo, &["config", "extensions.fromTheFuture", "true"]);
    let said = refusal(&place, "branch", json!({"repo": "p", "name": "x"}));
    assert!(said.contains("`extensions.fromthefuture`"), "{said}");
}
