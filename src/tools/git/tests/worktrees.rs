//! Branches and worktrees: made, found, removed, and left alone.

use super::writing::{assert_whole, project, refusal, write};
use super::*;

#[test]
fn a_branch_is_made_once_and_never_moved() {
    let place = Place::new();
    let repo = project(&place, "p");
    let first = git(&repo, &["rev-parse", "HEAD"]);
    let second = commit(&repo, &[("a.txt", b"2\n")], "second");
    let make = |name: &str, from: &str| json!({"repo": "p", "name": name, "from": from});
    let made = |name: &str, commit: &str, created: bool| json!({"name": name, "commit": commit, "created": created});
    assert_eq!(
        place.call("branch", &json!({"repo": "p", "name": "topic"})).unwrap(),
        made("topic", &second, true)
    );
    assert_eq!(
        place.call("branch", &make("topic", "HEAD")).unwrap(),
        made("topic", &second, false)
    );
    assert_eq!(
        place.call("branch", &make("リリース/β-1", &first)).unwrap(),
        made("リリース/β-1", &first, true)
    );
    let said = refusal(&place, "branch", make("topic", "HEAD~1"));
    assert_eq!(
        said,
        format!("the branch `topic` is there already, at {second}, not at {first}")
    );
    for name in [
        "-x",
        "--upload-pack",
        "a b",
        "a..b",
        "@{-1}",
        "HEAD",
        "x.lock",
        "a\nb",
        "a\0b",
        "/x",
        "x/",
        "a\\b",
        "~",
        "^main",
    ] {
        let said = refusal(&place, "branch", make(name, "HEAD"));
        assert!(said.contains("cannot name a branch"), "{name:?}: {said}");
    }
    let under = refusal(&place, "branch", make("topic/part", "HEAD"));
    assert!(under.contains("refs/heads/topic"), "{under}");
    for from in ["nowhere", "--all", "-x", "HEAD:a.txt"] {
        assert!(
            refusal(&place, "branch", make("other", from)).contains("names no commit"),
            "{from}"
        );
    }
    assert_eq!(
        git(&repo, &["branch", "--format=%(refname:short)"]),
        "main\ntopic\nリリース/β-1"
    );
    assert_eq!(
        git(&repo, &["reflog", "topic", "--format=%gs"]),
        "branch: Created from HEAD"
    );
    assert_eq!(git(&repo, &["symbolic-ref", "HEAD"]), "refs/heads/main");
    assert_whole(&repo);
    git(&place.situation.workspace, &["clone", "-q", "--bare", "p", "bare.git"]);
    let bare = json!({"repo": "bare.git", "name": "there"});
    assert_eq!(place.call("branch", &bare).unwrap()["created"], true);
    let packed = git(&repo, &["pack-refs", "--all"]);
    assert_eq!(packed, "");
    assert_eq!(place.call("branch", &make("topic", "main")).unwrap()["created"], false);
}

#[test]
fn a_worktree_is_whole_to_git_and_commits_on_its_own_branch() {
    let place = Place::new();
    let repo = project(&place, "p");
    let begin = git(&repo, &["rev-parse", "HEAD"]);
    std::os::unix::fs::symlink("a.txt", repo.join("link")).unwrap();
    std::fs::set_permissions(
        repo.join("other.txt"),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    commit(
        &repo,
        &[(".gitattributes", b"*.dos text eol=crlf\n"), ("x.dos", b"1\n")],
        "more",
    );
    let add = json!({"repo": "p", "path": "trees/a", "branch": "topic"});
    let first = place.call("worktree", &add).unwrap();
    let head = git(&repo, &["rev-parse", "main"]);
    let expected = |commit: &str, created: bool| json!({"path": "trees/a", "branch": "topic", "commit": commit, "created": created, "unfiltered": 0});
    assert_eq!(first, expected(&head, true));
    let tree = place.path("trees/a");
    assert_eq!(git(&tree, &["status", "--porcelain", "--branch"]), "## topic");
    assert_eq!(std::fs::read(tree.join("x.dos")).unwrap(), b"1\r\n");
    assert_eq!(std::fs::read_link(tree.join("link")).unwrap(), Path::new("a.txt"));
    let listed = git(&repo, &["worktree", "list", "--porcelain"]);
    assert!(listed.contains(&format!("worktree {}\n", tree.display())), "{listed}");
    let data = std::fs::read_to_string(tree.join(".git")).unwrap();
    assert_eq!(data, format!("gitdir: {}\n", repo.join(".git/worktrees/a").display()));
    assert_eq!(place.call("worktree", &add).unwrap(), expected(&head, false));
    write(&tree, "a.txt", "2\n");
    write(&tree, "new.txt", "1\n");
    let args = json!({"repo": "trees/a", "paths": ["trees/a"], "message": "in the worktree"});
    let done = place.call("commit", &args).unwrap();
    assert_eq!((&done["branch"], &done["parent"]), (&json!("topic"), &json!(head)));
    assert_eq!(git(&tree, &["status", "--porcelain"]), "");
    assert_eq!(
        git(&repo, &["status", "--porcelain"]),
        "",
        "the main worktree sees nothing of it"
    );
    assert_eq!(git(&repo, &["rev-parse", "main"]), head);
    assert_eq!(git(&repo, &["log", "-1", "--format=%s", "topic"]), "in the worktree");
    let moved = done["commit"].as_str().unwrap();
    assert_eq!(place.call("worktree", &add).unwrap(), expected(moved, false));
    // From one worktree another is added, and an old commit may be where it begins.
    let old = json!({"repo": "trees/a", "path": "trees/b", "branch": "old", "from": begin});
    assert_eq!(place.call("worktree", &old).unwrap()["commit"], begin);
    assert!(!place.path("trees/b/x.dos").exists());
    assert_whole(&repo);
}

#[test]
fn a_worktree_goes_only_where_nothing_is_and_leaves_no_branch_where_it_fails() {
    let place = Place::new();
    let repo = project(&place, "p");
    let other = project(&place, "q");
    git(
        &other,
        &["worktree", "add", "-q", place.path("theirs").to_str().unwrap()],
    );
    git(&repo, &["branch", "taken", "HEAD"]);
    commit(&repo, &[("a.txt", b"2\n")], "second");
    symlink(&place.root, place.path("far")).unwrap();
    symlink("p", place.path("near")).unwrap();
    symlink("nowhere", place.path("dangling")).unwrap();
    write(&place.situation.workspace, "file", "x");
    std::fs::create_dir(place.path("empty")).unwrap();
    for (path, branch, expected) in [
        ("p", "new", "no worktree that was added"),
        ("p/dir", "new", "no worktree that was added"),
        ("empty", "new", "no worktree that was added"),
        ("file", "new", "no worktree that was added"),
        ("dangling", "new", "no worktree that was added"),
        ("near", "new", "no worktree that was added"),
        ("theirs", "theirs", "no worktree that was added"),
        (".", "new", "cannot be the path of a worktree"),
        ("new\nline", "new", "cannot be the path of a worktree"),
        ("file/x", "new", "file"),
        ("far/x", "new", "through the symbolic link `far`"),
        ("near/x", "new", "through the symbolic link `near`"),
        ("../x", "new", "lies outside the workspace"),
        ("p/.git/x", "new", "`.git` in the workspace"),
        (".somagent/x", "new", "`.somagent` in the workspace"),
        ("fresh", "main", "`main` is checked out at"),
        ("fresh", "taken", "`taken` is there already"),
        ("fresh", "-b", "cannot name a branch"),
    ] {
        let said = refusal(&place, "worktree", json!({"repo": "p", "path": path, "branch": branch}));
        assert!(said.contains(expected), "{path} {branch}: {said}");
    }
    assert!(!place.path("fresh").exists() && !place.root.join("x").exists());
    assert_eq!(git(&repo, &["branch", "--format=%(refname:short)"]), "main\ntaken");
    assert_eq!(git(&repo, &["worktree", "list"]).lines().count(), 1);
    // A branch that is there at the very commit is taken as it is, and stays where the worktree fails.
    let taken = |path: &str| json!({"repo": "p", "path": path, "branch": "taken", "from": "HEAD~1"});
    assert!(refusal(&place, "worktree", taken("file/x")).contains("file"));
    assert_eq!(place.call("worktree", &taken("fresh")).unwrap()["created"], true);
    assert!(refusal(&place, "worktree", taken("second")).contains("`taken` is checked out at"));
    let elsewhere = json!({"repo": "p", "path": "fresh", "branch": "main"});
    assert_eq!(
        refusal(&place, "worktree", elsewhere),
        "`fresh` is a worktree already, on `taken`"
    );
}

#[test]
fn a_worktree_that_was_left_half_made_is_finished() {
    let place = Place::new();
    let repo = project(&place, "p");
    let add = json!({"repo": "p", "path": "tree", "branch": "topic"});
    place.call("worktree", &add).unwrap();
    let (tree, data) = (place.path("tree"), repo.join(".git/worktrees/tree"));
    std::fs::remove_file(data.join("index")).unwrap();
    std::fs::remove_file(tree.join("a.txt")).unwrap();
    std::fs::write(tree.join("other.txt"), "half").unwrap();
    std::fs::write(tree.join(".git"), "gitdir: /nonexistent/worktrees/tree\n").unwrap();
    // Whatever became of the index: this may be somebody's work.
    let said = refusal(&place, "worktree", add.clone());
    assert!(said.contains("with files and without an index"), "{said}");
    assert_eq!(std::fs::read_to_string(tree.join("other.txt")).unwrap(), "half");
    // Where its data says that it was begun here, it is not.
    std::fs::write(data.join("somagent-begun"), "").unwrap();
    assert_eq!(place.call("worktree", &add).unwrap()["created"], true);
    assert_eq!(git(&tree, &["status", "--porcelain"]), "");
    assert_eq!(place.call("worktree", &add).unwrap()["created"], false);
    assert!(!data.join("somagent-begun").exists());
    // A file `.git` that leads through what is temporary is written anew, too.
    let passing = place.root.join("passing");
    std::fs::create_dir(&passing).unwrap();
    std::os::unix::fs::symlink(repo.join(".git/worktrees"), passing.join("worktrees")).unwrap();
    let leads = format!("gitdir: {}\n", passing.join("worktrees/tree").display());
    std::fs::write(tree.join(".git"), leads).unwrap();
    assert_eq!(place.call("worktree", &add).unwrap()["created"], false);
    std::fs::remove_dir_all(&passing).unwrap();
    assert_eq!(git(&tree, &["status", "--porcelain"]), "");
    assert_whole(&repo);
}

#[test]
fn what_sparse_checkouts_hide_and_submodules_keep_is_not_lost() {
    let place = Place::new();
    let repo = project(&place, "p");
    let add = json!({"repo": "p", "path": "tree", "branch": "topic"});
    let remove = json!({"repo": "p", "path": "tree"});
    place.call("worktree", &add).unwrap();
    let tree = place.path("tree");
    git(&tree, &["sparse-checkout", "set", "--no-cone", "/a.txt"]);
    write(&tree, "dir/b.txt", "work\n");
    let said = refusal(&place, "unworktree", remove.clone());
    assert!(said.contains("`dir/b.txt`"), "{said}");
    std::fs::remove_dir_all(tree.join("dir")).unwrap();
    let modules = repo.join(".git/worktrees/tree/modules/vendor");
    std::fs::create_dir_all(&modules).unwrap();
    assert!(refusal(&place, "unworktree", remove.clone()).contains("the data of submodules"));
    std::fs::remove_dir_all(repo.join(".git/worktrees/tree/modules")).unwrap();
    assert_eq!(place.call("unworktree", &remove).unwrap()["removed"], true);
}

#[test]
fn a_common_directory_that_git_reads_otherwise_is_refused() {
    let place = Place::new();
    let repo = project(&place, "p");
    place
        .call("worktree", &json!({"repo": "p", "path": "tree", "branch": "topic"}))
        .unwrap();
    let data = repo.join(".git/worktrees/tree");
    let outside = place.root.join("outside");
    init(&outside);
    std::os::unix::fs::symlink(outside.join(".git"), place.path("link")).unwrap();
    std::fs::create_dir_all(place.path("link\n/objects")).unwrap();
    for ends in ["\n\n", "\r\n", "\n\r"] {
        std::fs::write(data.join("commondir"), format!("../../../../link{ends}")).unwrap();
        let said = refusal(&place, "branch", json!({"repo": "tree", "name": "new"}));
        assert!(said.contains("control characters"), "{ends:?}: {said}");
        assert_eq!(git(&outside, &["branch", "--list"]), "");
    }
}

#[test]
fn a_worktree_is_removed_only_where_nothing_is_lost_and_its_branch_stays() {
    let place = Place::new();
    let repo = project(&place, "p");
    commit(&repo, &[(".gitignore", b"built\n")], "ignore");
    let add = json!({"repo": "p", "path": "tree", "branch": "topic"});
    let remove = json!({"repo": "p", "path": "tree"});
    let tree = place.path("tree");
    let removed = |force: bool| {
        place
            .call("unworktree", &json!({"repo": "p", "path": "tree", "force": force}))
            .unwrap()
    };
    assert_eq!(
        removed(false),
        json!({"path": "tree", "removed": false}),
        "it never was"
    );
    place.call("worktree", &add).unwrap();
    for (name, text, stage, expected) in [
        ("a.txt", "2\n", false, "`a.txt` is changed"),
        ("a.txt", "2\n", true, "`a.txt` is staged"),
        ("new.txt", "1\n", false, "`new.txt` is untracked"),
    ] {
        write(&tree, name, text);
        if stage {
            git(&tree, &["add", "-A"]);
        }
        let said = refusal(&place, "unworktree", remove.clone());
        assert!(said.contains(expected), "{said}");
        git(&tree, &["reset", "-q", "--hard"]);
        git(&tree, &["clean", "-q", "-f", "-d"]);
    }
    git(&tree, &["checkout", "-q", "--detach"]);
    let said = refusal(&place, "unworktree", remove.clone());
    assert!(said.contains("is on no branch"), "{said}");
    git(&tree, &["checkout", "-q", "topic"]);
    git(&tree, &["worktree", "lock", "--reason", "mine", "."]);
    let said = refusal(
        &place,
        "unworktree",
        json!({"repo": "p", "path": "tree", "force": true}),
    );
    assert!(said.contains("lock reason: mine") && tree.exists(), "{said}");
    git(&tree, &["worktree", "unlock", "."]);
    let within = refusal(&place, "unworktree", json!({"repo": "tree", "path": "tree"}));
    assert!(within.contains("from another worktree only"), "{within}");
    // What is ignored is what can be made again, and a file that was only touched is as it was.
    write(&tree, "built", "x");
    write(&tree, "a.txt", "1\n");
    assert_eq!(removed(false)["removed"], true);
    assert!(!tree.exists());
    assert_eq!(removed(false)["removed"], false);
    assert_eq!(git(&repo, &["branch", "--format=%(refname:short)"]), "main\ntopic");
    assert_eq!(git(&repo, &["worktree", "list"]).lines().count(), 1);
    place.call("worktree", &add).unwrap();
    write(&tree, "a.txt", "lost\n");
    assert_eq!(removed(true)["removed"], true);
    // A directory that somebody removed by hand leaves what git knows of it.
    place.call("worktree", &add).unwrap();
    std::fs::remove_dir_all(&tree).unwrap();
    let said = refusal(&place, "worktree", add.clone());
    assert!(
        said.contains("checked out at") || said.contains("already registered"),
        "{said}"
    );
    assert_eq!(removed(false)["removed"], true);
    place.call("worktree", &add).unwrap();
    assert_whole(&repo);
}

#[test]
fn nothing_but_an_added_worktree_is_ever_removed() {
    let place = Place::new();
    let repo = project(&place, "p");
    let other = project(&place, "q");
    git(
        &other,
        &["worktree", "add", "-q", place.path("theirs").to_str().unwrap()],
    );
    git(&repo, &["worktree", "add", "-q", place.path("tree").to_str().unwrap()]);
    symlink("tree", place.path("link")).unwrap();
    symlink(".", place.path("here")).unwrap();
    // A file that says that it belongs there, where the repository does not know it.
    std::fs::create_dir(place.path("forged")).unwrap();
    std::fs::copy(place.path("tree/.git"), place.path("forged/.git")).unwrap();
    for (path, expected) in [
        ("p", "no worktree that was added"),
        ("p/dir", "no worktree that was added"),
        ("q", "no worktree that was added"),
        ("theirs", "no worktree that was added"),
        ("link", "no worktree that was added"),
        ("forged", "no worktree that was added"),
        ("here/tree", "through the symbolic link `here`"),
        (".", "cannot be the path of a worktree"),
        ("p/.git", "`.git` in the workspace"),
        ("..", "lies outside the workspace"),
    ] {
        let said = refusal(&place, "unworktree", json!({"repo": "p", "path": path, "force": true}));
        assert!(said.contains(expected), "{path}: {said}");
    }
    for name in ["p/a.txt", "q/a.txt", "theirs/a.txt", "tree/a.txt", "forged/.git"] {
        assert!(place.path(name).exists(), "{name}");
    }
    let forged = refusal(
        &place,
        "commit",
        json!({"repo": "forged", "paths": ["forged"], "message": "m"}),
    );
    assert!(
        forged.contains("is not the directory of a whole repository"),
        "{forged}"
    );
    std::fs::write(place.path("forged/.git"), "gitdir: ../p/.git\n").unwrap();
    let forged = refusal(&place, "branch", json!({"repo": "forged", "name": "x"}));
    assert!(
        forged.contains("is not the directory of a whole repository"),
        "{forged}"
    );
}
