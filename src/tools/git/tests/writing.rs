//! Commits, compared with what git itself says of them.

use std::os::unix::fs::PermissionsExt;

use super::super::commit as committing;
use super::*;

/// A repository with one commit, whose settings name an author.
pub(super) fn project(place: &Place, name: &str) -> PathBuf {
    let repo = place.path(name);
    init(&repo);
    git(&repo, &["config", "user.name", "Grace"]);
    git(&repo, &["config", "user.email", "grace@example.org"]);
    let files: [(&str, &[u8]); 4] = [
        ("a.txt", b"1\n"),
        ("dir/b.txt", b"1\n"),
        ("gone.txt", b"1\n"),
        ("other.txt", b"1\n"),
    ];
    commit(&repo, &files, "begin");
    repo
}

pub(super) fn write(repo: &Path, name: &str, text: &str) {
    let file = repo.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

/// What an error says, of a call that has to fail.
pub(super) fn refusal(place: &Place, verb: &str, args: Value) -> String {
    match place.call(verb, &args) {
        Err(ToolError::Failed { message, hint } | ToolError::BadArgument { message, hint }) => {
            assert!(!hint.is_empty(), "{message}");
            message
        }
        other => panic!("{args}: {other:?}"),
    }
}

/// Fails unless git finds every object and reference whole.
pub(super) fn assert_whole(repo: &Path) {
    let checked = command(repo, &["fsck", "--strict", "--no-dangling"]).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(checked.status.success() && !said.contains("error"), "{said}");
}

/// A copy of a repository, for git itself to work in.
fn twin(place: &Place, repo: &Path) -> PathBuf {
    let twin = place.root.join("twin");
    let copied = Command::new("cp").arg("-a").arg(repo).arg(&twin).status().unwrap();
    assert!(copied.success());
    twin
}

#[test]
fn a_commit_takes_what_its_paths_hold_now_and_leaves_what_else_is_staged() {
    let place = Place::new();
    let repo = project(&place, "p");
    let parent = git(&repo, &["rev-parse", "HEAD"]);
    write(&repo, "other.txt", "staged\n");
    write(&repo, "a.txt", "staged\n");
    git(&repo, &["add", "other.txt", "a.txt"]);
    write(&repo, "other.txt", "not staged\n");
    write(&repo, "a.txt", "2\n");
    write(&repo, "dir/new.txt", "new\nlines\n");
    write(&repo, "beside.txt", "1\n");
    std::fs::remove_file(repo.join("gone.txt")).unwrap();
    let args =
        json!({"repo": "p", "paths": ["p/a.txt", "p/dir", "p/gone.txt"], "message": "change\n\nWhy it changed.\n\n"});
    let done = place.call("commit", &args).unwrap();
    assert_eq!(done["commit"], git(&repo, &["rev-parse", "HEAD"]));
    assert_eq!(done["tree"], git(&repo, &["rev-parse", "HEAD^{tree}"]));
    assert_eq!((&done["parent"], &done["branch"]), (&json!(parent), &json!("main")));
    assert_eq!(strings(&done, "/files", "path"), ["a.txt", "dir/new.txt", "gone.txt"]);
    assert_eq!(strings(&done, "/files", "status"), ["modified", "added", "deleted"]);
    assert_eq!(
        (
            &done["files_total"],
            &done["files_truncated"],
            &done["added"],
            &done["deleted"]
        ),
        (&json!(3), &json!(false), &json!(3), &json!(2))
    );
    let changed = git(&repo, &["show", "--name-status", "--format=%an <%ae>%n%cn%n%B", "HEAD"]);
    assert_eq!(
        changed,
        "Grace <grace@example.org>\nGrace\nchange\n\nWhy it changed.\n\n\nM\ta.txt\nA\tdir/new.txt\nD\tgone.txt"
    );
    assert_eq!(git(&repo, &["status", "--porcelain"]), "MM other.txt\n?? beside.txt");
    assert_eq!(git(&repo, &["show", ":other.txt"]), "staged");
    assert_eq!(git(&repo, &["reflog", "-1", "--format=%gs"]), "commit: change");
    assert_whole(&repo);
    // What was staged is committed by whoever does so next.
    git(&repo, &["commit", "-q", "-m", "by hand"]);
    assert_eq!(git(&repo, &["show", "--name-only", "--format=", "HEAD"]), "other.txt");
}

#[test]
fn modes_links_names_and_what_took_the_place_of_another_are_committed_as_git_does() {
    let place = Place::new();
    let repo = project(&place, "p");
    std::fs::set_permissions(repo.join("a.txt"), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::remove_file(repo.join("gone.txt")).unwrap();
    write(&repo, "gone.txt/within", "1\n");
    std::fs::remove_dir_all(repo.join("dir")).unwrap();
    write(&repo, "elsewhere/b.txt", "1\n");
    symlink("elsewhere", repo.join("dir")).unwrap();
    symlink("/nowhere", repo.join("dangling")).unwrap();
    for name in ["-x", ":(top)y", "*", "naïve 名.txt", " sp ace", "quo\"te\nline"] {
        write(&repo, name, name);
    }
    std::fs::write(repo.join(std::ffi::OsStr::from_bytes(b"caf\xe9")), "x").unwrap();
    write(&repo, ".gitignore", "left-out\n");
    write(&repo, "left-out", "x");
    write(&repo, ".somagent/key", "x");
    let twin = twin(&place, &repo);
    git(&twin, &["add", "-A", "--", ".", ":(exclude).somagent"]);
    git(&twin, &["commit", "-q", "-m", "all"]);
    let done = place
        .call(
            "commit",
            &json!({"repo": "p", "paths": ["p"], "message": "all", "files_max": 2}),
        )
        .unwrap();
    assert_eq!(done["tree"], git(&twin, &["rev-parse", "HEAD^{tree}"]));
    assert_eq!(
        (done["files"].as_array().unwrap().len(), &done["files_truncated"]),
        (2, &json!(true))
    );
    assert_eq!(git(&repo, &["status", "--porcelain"]), "?? .somagent/");
    assert_whole(&repo);
    let one = json!({"repo": "p", "paths": ["p/:(top)y", "p/-x", "p/*"], "message": "literally"});
    assert!(refusal(&place, "commit", one.clone()).contains("nothing to commit"));
    write(&repo, "*", "2");
    assert_eq!(strings(&place.call("commit", &one).unwrap(), "/files", "path"), ["*"]);
}

#[test]
fn line_ends_and_ignored_files_are_what_the_repository_and_the_person_say() {
    let place = Place::new();
    let repo = project(&place, "p");
    git(&repo, &["config", "--unset", "user.name"]);
    git(&repo, &["config", "--unset", "user.email"]);
    write(&repo, ".gitattributes", "*.txt text=auto\n*.raw -text\n");
    for name in ["crlf.txt", "crlf.raw", "crlf.dat"] {
        write(&repo, name, "a\r\nb\r\n");
    }
    write(&repo, "editor~", "x");
    let args = json!({"repo": "p", "paths": ["p"], "message": "ends"});
    let nobody = refusal(&place, "commit", args.clone());
    assert!(nobody.contains("nobody is named as the author"), "{nobody}");
    let home = place.root.join("home");
    write(
        &home,
        ".gitconfig",
        "[user]\n\tname = Zoë Q\n\temail = zoe@example.org\n[core]\n\tautocrlf = input\n",
    );
    write(&home, ".config/git/ignore", "*~\n");
    place.call("commit", &args).unwrap();
    let blob = |name: &str| {
        let shown = command(&repo, &["cat-file", "blob", &format!("HEAD:{name}")])
            .output()
            .unwrap();
        String::from_utf8(shown.stdout).unwrap()
    };
    assert_eq!(blob("crlf.txt"), "a\nb\n");
    assert_eq!(blob("crlf.dat"), "a\nb\n", "`core.autocrlf` of the person counts");
    assert_eq!(blob("crlf.raw"), "a\r\nb\r\n");
    // As the person sees it.
    let status = [
        "-c",
        "core.autocrlf=input",
        "status",
        "--porcelain",
        "--untracked-files=no",
    ];
    assert_eq!(git(&repo, &status), "");
    assert_eq!(
        git(&repo, &["ls-files", "editor~"]),
        "",
        "the person leaves it out everywhere"
    );
    assert_eq!(
        git(&repo, &["log", "-1", "--format=%an %ae %cn"]),
        "Zoë Q zoe@example.org Zoë Q"
    );
    write(&repo, "a.txt", "3\n");
    let other = json!({"repo": "p", "paths": ["p/a.txt"], "message": "m", "author": {"name": "Ed", "email": "ed@x"}});
    place.call("commit", &other).unwrap();
    assert_eq!(git(&repo, &["log", "-1", "--format=%an %ae %cn"]), "Ed ed@x Zoë Q");
    for (name, email) in [("E<d", "x"), ("Ed", "a\nb"), (" ", "x")] {
        let args = json!({"repo": "p", "paths": ["p"], "message": "m", "author": {"name": name, "email": email}});
        assert!(refusal(&place, "commit", args).contains("names no author"));
    }
}

#[test]
fn what_is_not_committed_says_so_and_leaves_everything_as_it_was() {
    let place = Place::new();
    let repo = project(&place, "p");
    project(&place, "p/nested");
    std::fs::create_dir(place.path("outside")).unwrap();
    write(&place.path("outside"), "x", "x");
    symlink(place.path("outside"), repo.join("link")).unwrap();
    symlink(&place.root, repo.join("far")).unwrap();
    git(&place.situation.workspace, &["clone", "-q", "--bare", "p", "bare.git"]);
    write(&repo, ".gitignore", "left-out\n");
    write(&repo, "left-out", "x");
    write(&repo, ".somagent/key", "x");
    std::fs::create_dir(repo.join("empty")).unwrap();
    let state = || {
        (
            git(&repo, &["rev-parse", "HEAD"]),
            git(&repo, &["status", "--porcelain"]),
        )
    };
    let before = state();
    for (path, expected) in [
        ("p/a.txt", "nothing to commit"),
        ("p/missing", "`missing` holds nothing"),
        ("p/left-out", "`left-out` holds nothing"),
        ("p/empty", "`empty` holds nothing"),
        ("p/a.txt/x", "holds nothing"),
        ("p/.git/config", "`.git` in the workspace"),
        ("p/.GIT", "`.git` in the workspace"),
        ("p/.somagent", "`.somagent` in the workspace"),
        ("p/link/x", "through the symbolic link `link`"),
        ("p/far/workspace/outside/x", "through the symbolic link `far`"),
        ("p/nested/a.txt", "`nested` in `p` is a repository"),
        ("p/nested", "`nested` in `p` is a repository"),
        ("outside/x", "lies outside `p`"),
        ("../x", "lies outside the workspace"),
        ("/etc/passwd", "lies outside the workspace"),
    ] {
        let args = json!({"repo": "p", "paths": [path], "message": "m"});
        let said = refusal(&place, "commit", args);
        assert!(said.contains(expected), "{path}: {said}");
    }
    for (repo, path, expected) in [
        (
            "p/dir",
            "p/dir",
            "`p/dir` lies in the repository `p` and is not its top",
        ),
        ("bare.git", "bare.git", "is bare"),
        ("p/.git", "p", "`.git` in the workspace"),
        ("outside", "outside", "not a git repository"),
    ] {
        let said = refusal(&place, "commit", json!({"repo": repo, "paths": [path], "message": "m"}));
        assert!(said.contains(expected), "{repo}: {said}");
    }
    let words = refusal(&place, "commit", json!({"repo": "p", "paths": ["p"], "message": " \n"}));
    assert!(words.contains("needs words"), "{words}");
    write(&repo, ".git/index.lock", "");
    write(&repo, "a.txt", "2\n");
    let locked = refusal(
        &place,
        "commit",
        json!({"repo": "p", "paths": ["p/a.txt"], "message": "m"}),
    );
    assert!(locked.contains("index.lock"), "{locked}");
    std::fs::remove_file(repo.join(".git/index.lock")).unwrap();
    write(&repo, "a.txt", "1\n");
    assert_eq!(state(), before);
    let empty = json!({"repo": "p", "paths": ["p/a.txt"], "message": "m", "allow_empty": true});
    let done = place.call("commit", &empty).unwrap();
    assert_eq!((&done["files_total"], &done["parent"]), (&json!(0), &json!(before.0)));
    // A repository of its own is passed over where only its directory is named.
    write(&repo, "a.txt", "2\n");
    place
        .call("commit", &json!({"repo": "p", "paths": ["p"], "message": "all"}))
        .unwrap();
    assert_eq!(git(&repo, &["ls-files", "nested"]), "");
}

#[test]
fn nothing_is_committed_without_a_branch_or_in_the_middle_of_something() {
    let place = Place::new();
    let repo = project(&place, "p");
    let args = json!({"repo": "p", "paths": ["p"], "message": "m"});
    git(&repo, &["checkout", "-q", "-b", "side"]);
    commit(&repo, &[("a.txt", b"side\n")], "side");
    git(&repo, &["checkout", "-q", "main"]);
    commit(&repo, &[("a.txt", b"main\n")], "main");
    for (verb, expected) in [
        ("merge", "a merge"),
        ("cherry-pick", "a cherry-pick"),
        ("rebase", "rebase"),
    ] {
        let merged = command(&repo, &[verb, "side"]).output().unwrap();
        assert!(!merged.status.success(), "{verb}");
        let said = refusal(&place, "commit", args.clone());
        // A rebase works on no branch at all.
        assert!(
            said.contains(expected) || said.contains("no branch is checked out"),
            "{said}"
        );
        git(&repo, &[verb, "--abort"]);
    }
    // A conflict that is left after the state of its merge was removed.
    command(&repo, &["merge", "side"]).output().unwrap();
    std::fs::remove_file(repo.join(".git/MERGE_HEAD")).unwrap();
    let said = refusal(
        &place,
        "commit",
        json!({"repo": "p", "paths": ["p/other.txt"], "message": "m"}),
    );
    assert_eq!(said, "`a.txt` is not merged yet");
    git(&repo, &["reset", "-q", "--hard"]);
    git(&repo, &["checkout", "-q", "--detach"]);
    write(&repo, "a.txt", "detached\n");
    let said = refusal(&place, "commit", args);
    assert!(said.contains("no branch is checked out"), "{said}");
}

#[test]
fn a_branch_that_moved_meanwhile_is_left_alone() {
    let place = Place::new();
    let repo = project(&place, "p");
    write(&repo, "a.txt", "ours\n");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (error, theirs) = runtime.block_on(async {
        let repository = open_to_write(&place.situation, "p").await.unwrap();
        let params = arguments(&json!({"repo": "p", "paths": ["p/a.txt"], "message": "ours"})).unwrap();
        let prepared = committing::prepare(&repository, &params, &place.situation, &place.git.person).await;
        let prepared = prepared.unwrap();
        git(&repo, &["commit", "-q", "--allow-empty", "-m", "theirs"]);
        let theirs = git(&repo, &["rev-parse", "HEAD"]);
        let error = committing::publish(&repository, &prepared).await.unwrap_err();
        (error.to_string(), theirs)
    });
    assert!(error.contains(&format!("`main` moved to {theirs}")), "{error}");
    assert_eq!(git(&repo, &["rev-parse", "HEAD"]), theirs);
    assert_eq!(
        git(&repo, &["status", "--porcelain"]),
        "M  a.txt",
        "staged, and not lost"
    );
    let again = json!({"repo": "p", "paths": ["p/a.txt"], "message": "ours"});
    assert_eq!(place.call("commit", &again).unwrap()["parent"], theirs);
    assert_whole(&repo);
}

#[test]
fn the_first_commit_has_no_parent() {
    let place = Place::new();
    let repo = place.path("new");
    init(&repo);
    write(&repo, "a.txt", "1\n");
    write(&repo, "b.txt", "1\n");
    git(&repo, &["add", "b.txt"]);
    let author = json!({"name": "Ada", "email": "ada@example.org"});
    let args = json!({"repo": "new", "paths": ["new/a.txt"], "message": "begin", "author": author});
    let done = place.call("commit", &args).unwrap();
    assert_eq!((&done["parent"], &done["added"]), (&json!(null), &json!(1)));
    assert_eq!(git(&repo, &["log", "--format=%s %an %cn"]), "begin Ada Ada");
    assert_eq!(git(&repo, &["status", "--porcelain"]), "A  b.txt");
    assert_eq!(git(&repo, &["reflog", "--format=%gs"]), "commit (initial): begin");
    assert_whole(&repo);
}

#[test]
fn a_submodule_is_never_committed() {
    let place = Place::new();
    let (inner, outer) = (project(&place, "inner"), project(&place, "outer"));
    let add = [
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        "../inner",
        "vendor",
    ];
    git(&outer, &add);
    git(&outer, &["commit", "-q", "-m", "add a submodule"]);
    let within = outer.join("vendor");
    write(&within, "a.txt", "2\n");
    write(&outer, "a.txt", "2\n");
    let args = json!({"repo": "outer", "paths": ["outer"], "message": "m"});
    let done = place.call("commit", &args).unwrap();
    assert_eq!(
        strings(&done, "/files", "path"),
        ["a.txt"],
        "what is changed within stays there"
    );
    git(&within, &["commit", "-q", "-a", "-m", "within"]);
    let said = refusal(&place, "commit", args);
    assert_eq!(said, "the submodule `vendor` is at another commit");
    git(&outer, &["add", "vendor"]);
    let staged = json!({"repo": "outer", "paths": ["outer"], "message": "m"});
    assert!(refusal(&place, "commit", staged).contains("the submodule `vendor`"));
    // In the submodule itself, commits are like elsewhere.
    git(&within, &["checkout", "-q", "-b", "topic"]);
    write(&within, "a.txt", "3\n");
    let done = place
        .call(
            "commit",
            &json!({"repo": "outer/vendor", "paths": ["outer/vendor/a.txt"], "message": "m",
            "author": {"name": "Ada", "email": "ada@example.org"}}),
        )
        .unwrap();
    assert_eq!(done["branch"], "topic");
    assert_eq!(git(&inner, &["log", "--format=%s"]), "begin");
}

#[test]
fn other_formats_and_sparse_worktrees_are_committed_too() {
    let place = Place::new();
    let author = json!({"name": "Ada", "email": "ada@example.org"});
    let strong = place.path("strong");
    std::fs::create_dir(&strong).unwrap();
    git(&strong, &["init", "-q", "-b", "main", "--object-format=sha256"]);
    commit(&strong, &[("a.txt", b"1\n")], "begin");
    write(&strong, "a.txt", "2\n");
    let done = place
        .call(
            "commit",
            &json!({"repo": "strong", "paths": ["strong"], "message": "m", "author": author}),
        )
        .unwrap();
    assert_eq!(done["commit"].as_str().unwrap().len(), 64);
    assert_eq!(git(&strong, &["status", "--porcelain"]), "");
    assert_whole(&strong);
    let sparse = project(&place, "sparse");
    git(&sparse, &["sparse-checkout", "set", "--cone", "nowhere"]);
    assert!(!sparse.join("dir").exists());
    write(&sparse, "a.txt", "2\n");
    let done = place
        .call(
            "commit",
            &json!({"repo": "sparse", "paths": ["sparse"], "message": "m"}),
        )
        .unwrap();
    assert_eq!(
        strings(&done, "/files", "path"),
        ["a.txt"],
        "what was never checked out is not gone"
    );
    assert_eq!(git(&sparse, &["status", "--porcelain"]), "");
    let split = project(&place, "split");
    git(&split, &["update-index", "--split-index"]);
    write(&split, "a.txt", "2\n");
    write(&split, "other.txt", "2\n");
    git(&split, &["add", "other.txt"]);
    place
        .call(
            "commit",
            &json!({"repo": "split", "paths": ["split/a.txt"], "message": "m"}),
        )
        .unwrap();
    assert_eq!(git(&split, &["status", "--porcelain"]), "M  other.txt");
}
