//! Repositories that lie elsewhere, belong to others or try to run something.

use std::os::unix::fs::{PermissionsExt, symlink};

use super::super::repository::refusal;
use super::*;

#[test]
fn what_is_no_repository_or_lies_outside_is_refused_with_a_hint() {
    let place = Place::new();
    std::fs::create_dir(place.path("plain")).unwrap();
    std::fs::write(place.path("file"), "").unwrap();
    let outside = place.root.join("outside");
    init(&outside);
    commit(&outside, &[("a", b"secret")], "secret");
    // The directory above the workspace is a repository too, and must not be found from within.
    git(&place.root, &["init", "-q"]);
    git(
        &outside,
        &["worktree", "add", "-q", place.path("linked").to_str().unwrap()],
    );
    std::fs::create_dir(place.path("pointer")).unwrap();
    std::fs::write(
        place.path("pointer/.git"),
        format!("gitdir: {}/.git\n", outside.display()),
    )
    .unwrap();
    symlink(&outside, place.path("symlink")).unwrap();
    std::fs::create_dir(place.path("dotgit")).unwrap();
    symlink(outside.join(".git"), place.path("dotgit/.git")).unwrap();
    git(
        &place.situation.workspace,
        &["clone", "-q", "--shared", outside.to_str().unwrap(), "borrowing"],
    );
    init(&place.path("worktree"));
    git(
        &place.path("worktree"),
        &["config", "core.worktree", place.root.to_str().unwrap()],
    );
    for (repo, expected) in [
        ("plain", "the repository of `plain` begins above the workspace"),
        (".", "the repository of `.` begins above the workspace"),
        ("file", "`file` is not a directory"),
        ("missing", "cannot open `missing`"),
        ("../outside", "lies outside the workspace"),
        ("/etc", "lies outside the workspace"),
        ("linked", "it is a linked worktree"),
        ("pointer", "lies outside the workspace"),
        ("symlink", "`symlink` is a link that leads out of the workspace"),
        ("dotgit", "lies outside the workspace"),
        ("borrowing", "it borrows objects"),
        ("worktree", "its `core.worktree` is elsewhere"),
    ] {
        match place.call("log", &json!({"repo": repo})) {
            Err(ToolError::Failed { message, hint }) => {
                assert!(message.contains(expected) && !hint.is_empty(), "{repo}: {message}");
            }
            other => panic!("{repo}: {other:?}"),
        }
    }
}

/// What is judged is the directory that is named: git would go up to the repository, and read all of it.
#[test]
fn a_directory_within_a_repository_is_none() {
    let place = Place::new();
    let repo = place.path("p");
    init(&repo);
    commit(&repo, &[("in/a", b"1\n"), ("private/k", b"SECRET\n")], "first");
    git(&place.situation.workspace, &["clone", "-q", "--bare", "p", "bare.git"]);
    git(
        &place.situation.workspace,
        &["clone", "-q", "--shared", "p", "borrowing"],
    );
    git(&repo, &["worktree", "add", "-q", place.path("tree").to_str().unwrap()]);
    // A file that leads to the data of another repository, and data that is another's in part.
    std::fs::create_dir(place.path("forged")).unwrap();
    std::fs::write(place.path("forged/.git"), "gitdir: ../p/.git\n").unwrap();
    std::fs::create_dir_all(place.path("fake/refs")).unwrap();
    std::fs::write(place.path("fake/HEAD"), "ref: refs/heads/main\n").unwrap();
    std::fs::write(place.path("fake/commondir"), "../p/.git\n").unwrap();
    // Data that says it is a linked worktree's, of which the repository knows nothing: in place, and led to.
    let linked = |data: &str, common: &str, file: &str| {
        std::fs::create_dir_all(place.path(data)).unwrap();
        for (name, text) in [
            ("HEAD", "ref: refs/heads/main"),
            ("commondir", common),
            ("gitdir", file),
        ] {
            std::fs::write(place.path(data).join(name), format!("{text}\n")).unwrap();
        }
    };
    linked("wt/.git", "../../p/.git", "../.git");
    linked("unknown", "../p/.git", "../led/.git");
    std::fs::create_dir(place.path("led")).unwrap();
    std::fs::write(place.path("led/.git"), "gitdir: ../unknown\n").unwrap();
    git(&place.situation.workspace, &["clone", "-q", "--bare", "p", "led.git"]);
    std::fs::remove_dir_all(place.path("led.git/objects")).unwrap();
    symlink("../p/.git/objects", place.path("led.git/objects")).unwrap();
    for (repo, expected) in [
        ("p/in", "`p/in` lies in the repository `p` and is not its top"),
        ("p/.git", "it is the data of one with a worktree"),
        ("p/.git/refs", "it is the data of one with a worktree"),
        ("bare.git/refs", "its data is in `bare.git`"),
        ("forged", "its data is in `p/.git`, which does not name it"),
        ("fake", "it is the data of one with a worktree"),
        ("wt", "its data is in part in `p/.git`"),
        ("led", "its data is in `unknown`, which does not make it a worktree"),
        ("borrowing", "its data is in part in `p/.git/objects`"),
        ("led.git", "its data is in part in `p/.git/objects`"),
    ] {
        for verb in ["log", "stat", "show", "diff", "staged"] {
            let mut args = json!({"repo": repo});
            if verb == "diff" {
                args["from"] = json!("HEAD");
            }
            match place.call(verb, &args) {
                Err(ToolError::Failed { message, hint }) => {
                    assert!(message.contains(expected), "{verb} {repo}: {message}");
                    assert!(
                        hint.starts_with("all of a repository") || hint.starts_with("give the top"),
                        "{hint}"
                    );
                }
                other => panic!("{verb} {repo}: {other:?}"),
            }
        }
    }
    for repo in ["p", "bare.git", "tree"] {
        assert_eq!(place.call("log", &json!({"repo": repo})).unwrap()["total"], 1, "{repo}");
    }
}

#[test]
fn data_that_was_put_aside_has_to_name_its_worktree() {
    let place = Place::new();
    let top = place.path("proj");
    git(
        &place.situation.workspace,
        &["init", "-q", "-b", "main", "--separate-git-dir=data", "proj"],
    );
    commit(&top, &[("a", b"1")], "first");
    let log = json!({"repo": "proj"});
    match place.call("log", &log) {
        Err(ToolError::Failed { message, hint }) => {
            assert!(
                message.contains("its data is in `data`, which does not name it"),
                "{message}"
            );
            let run = format!("git -C proj config core.worktree {}", top.display());
            assert_eq!(hint, format!("run `{run}` if it belongs there"));
        }
        other => panic!("{other:?}"),
    }
    git(&top, &["config", "core.worktree", top.to_str().unwrap()]);
    assert_eq!(place.call("log", &log).unwrap()["total"], 1);
}

#[test]
fn another_users_repository_is_refused_in_plain_words() {
    let place = Place::new();
    init(&place.path("theirs"));
    // Git's own switch for its tests makes it see another owner.
    let output = command(&place.path("theirs"), &["rev-parse", "--absolute-git-dir"])
        .env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    match refusal("theirs", &place.situation.workspace, &complaint) {
        ToolError::Failed { message, hint } => {
            assert_eq!(
                message,
                "the repository `theirs` belongs to another user, and git refuses it"
            );
            assert!(hint.contains("owner"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn git_is_never_taken_from_the_workspace() {
    let place = Place::new();
    let trap = place.path("bin/git");
    std::fs::create_dir(place.path("bin")).unwrap();
    std::fs::write(&trap, "#!/bin/sh\n").unwrap();
    std::fs::set_permissions(&trap, std::fs::Permissions::from_mode(0o755)).unwrap();
    let find = |path: &str| Program::find(Some(path.as_ref()), &place.situation.workspace);
    let bin = place.path("bin").display().to_string();
    for path in [bin.as_str(), ".", "", "bin", "/nonexistent"] {
        let error = find(path).unwrap_err();
        assert_eq!(error.to_string(), "git is not installed", "{path}");
    }
    assert!(find(&format!("{bin}:.:{}", std::env::var("PATH").unwrap())).is_ok());
}

/// Attack 23, for git: whatever a repository configures, reading it runs nothing.
#[test]
fn attack_23_a_repository_cannot_make_git_run_anything() {
    let place = Place::new();
    let repo = place.path("trap");
    init(&repo);
    let (marker, script) = (place.root.join("ran"), place.root.join("trap.sh"));
    std::fs::write(
        &script,
        format!("#!/bin/sh\necho \"$0 $*\" >> {}\nexit 0\n", marker.display()),
    )
    .unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let script = script.to_str().unwrap();
    commit(
        &repo,
        &[
            (".gitattributes", b"* diff=trap filter=trap merge=trap\n"),
            ("a.txt", b"1\n"),
        ],
        "one",
    );
    commit(&repo, &[("a.txt", b"2\n")], "two");
    // A signature makes `log.showSignature` call the program that checks it.
    let signed = git(&repo, &["cat-file", "commit", "HEAD"]).replacen(
        "\n\n",
        "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n",
        1,
    );
    std::fs::write(place.root.join("signed"), signed + "\n").unwrap();
    let id = git(
        &repo,
        &[
            "hash-object",
            "-t",
            "commit",
            "-w",
            place.root.join("signed").to_str().unwrap(),
        ],
    );
    git(&repo, &["reset", "-q", "--hard", &id]);
    for (key, value) in [
        ("core.fsmonitor", script),
        ("core.hooksPath", place.root.to_str().unwrap()),
        ("core.pager", script),
        ("core.editor", script),
        ("core.sshCommand", script),
        ("core.askPass", script),
        ("core.gitProxy", script),
        ("core.alternateRefsCommand", script),
        ("diff.external", script),
        ("diff.trap.command", script),
        ("diff.trap.textconv", script),
        ("filter.trap.clean", script),
        ("filter.trap.smudge", script),
        ("filter.trap.process", script),
        ("log.showSignature", "true"),
        ("gpg.program", script),
        ("gpg.ssh.program", script),
        ("gpg.x509.program", script),
        ("pager.log", script),
        ("pager.diff-tree", script),
        ("credential.helper", script),
        ("alias.log", &format!("!{script}")),
        ("alias.rev-parse", &format!("!{script}")),
        ("protocol.allow", "always"),
        ("protocol.ext.allow", "always"),
        ("remote.origin.url", &format!("ext::{script}")),
        ("remote.origin.promisor", "true"),
        ("extensions.partialClone", "origin"),
        ("diff.noprefix", "true"),
        ("color.ui", "always"),
        ("log.follow", "true"),
        ("format.pretty", "raw"),
        ("log.date", "raw"),
    ] {
        git(&repo, &["config", key, value]);
    }
    // The traps are real: plain git walks into several of them.
    for args in [
        &["log", "--show-signature", "-1"][..],
        &["diff", "HEAD~1", "HEAD"],
        &["status"],
    ] {
        std::fs::remove_file(&marker).ok();
        command(&repo, args).output().unwrap();
        assert!(
            marker.exists(),
            "git {args:?} runs nothing here, so this test shows nothing"
        );
    }
    std::fs::remove_file(&marker).unwrap();
    git(&repo, &["config", "diff.orderFile", "/nonexistent"]);
    let log = place.call("log", &json!({"repo": "trap"})).unwrap();
    assert_eq!(strings(&log, "/commits", "subject"), ["two", "one"]);
    let show = place.call("show", &json!({"repo": "trap"})).unwrap();
    assert!(
        show["diff"]
            .as_str()
            .unwrap()
            .starts_with("diff --git a/a.txt b/a.txt\n"),
        "{show}"
    );
    let diff = place.call("diff", &json!({"repo": "trap", "from": "HEAD~1"})).unwrap();
    assert!(diff["diff"].as_str().unwrap().ends_with("-1\n+2\n"), "{diff}");
    place
        .call("stat", &json!({"repo": "trap", "range": "HEAD~1..HEAD"}))
        .unwrap();
    // An object that is not there would be fetched from the promisor, which is a program here.
    let blob = git(&repo, &["rev-parse", "HEAD:a.txt"]);
    std::fs::remove_file(repo.join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
    std::fs::remove_file(&marker).ok();
    let error = place.call("log", &json!({"repo": "trap"})).unwrap_err();
    assert!(error.to_string().contains("git failed in `trap`"), "{error}");
    assert!(!marker.exists(), "{}", std::fs::read_to_string(&marker).unwrap());
}

#[test]
fn a_shell_is_never_between_an_argument_and_git() {
    let place = Place::new();
    let name = "$(touch owned); `touch owned` && 'x'";
    init(&place.path(name));
    commit(&place.path(name), &[("a", b"1")], "$(touch owned)");
    let log = place.call("log", &json!({"repo": name})).unwrap();
    assert_eq!(log["commits"][0]["subject"], "$(touch owned)");
    assert!(
        place
            .call("log", &json!({"repo": name, "range": "$(touch owned)"}))
            .is_err()
    );
    assert!(!place.path(name).join("owned").exists() && !place.path("owned").exists());
}
