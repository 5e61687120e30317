//! The tool against real repositories, made by git itself.

mod hostile;
mod traps;
mod worktrees;
mod writing;

use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::super::contract::tests::assert_conforms;
use super::*;
use crate::digest::Digest;

/// A workspace with room for repositories, and the tool.
struct Place {
    git: Git,
    root: PathBuf,
    situation: Situation,
    _keep: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let keep = tempfile::tempdir().unwrap();
        let root = keep.path().canonicalize().unwrap();
        let workspace = root.join("workspace");
        std::fs::create_dir(&workspace).unwrap();
        Self {
            git: Git {
                person: Person::at(&root.join("home")),
                ..Git::new()
            },
            situation: Situation {
                workspace,
                run: "r".into(),
                capsule: Digest::ZERO,
                tenant: "local".into(),
                actor: "me".into(),
                offline: true,
                hosts: Vec::new(),
                request: None,
                control: crate::label::Label::constant(),
                misled: Default::default(),
                cost: 0,
                mode: crate::policy::InForce::default(),
                demands: Vec::new(),
                remembered: Default::default(),
                past: Default::default(),
                separate: None,
                heard: Vec::new(),
            },
            root,
            _keep: keep,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.situation.workspace.join(name)
    }

    fn call(&self, verb: &str, args: &Value) -> Result<Value, ToolError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let params = &self.git.spec.action(verb).unwrap().params;
        assert!(jsonschema::is_valid(params, args), "{args}");
        let value = runtime.block_on(self.git.run(verb, args, &self.situation))?;
        assert_conforms(&self.git.spec, verb, &value);
        Ok(value)
    }
}

/// Runs git as a person would, with a fixed identity and clock.
fn git(directory: &Path, args: &[&str]) -> String {
    let output = command(directory, args).output().unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

fn command(directory: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(directory)
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_NAME", "Ada")
        .env("GIT_COMMITTER_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_DATE", "2024-02-29T23:30:00-05:00")
        .env("GIT_AUTHOR_DATE", "2024-02-29T23:30:00-05:00");
    command
}

fn init(directory: &Path) {
    std::fs::create_dir_all(directory).unwrap();
    git(directory, &["init", "-q", "-b", "main"]);
}

fn commit(directory: &Path, files: &[(&str, &[u8])], message: &str) -> String {
    for (name, bytes) in files {
        let file = directory.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
    git(directory, &["add", "-A"]);
    git(directory, &["commit", "-q", "--allow-empty", "-m", message]);
    git(directory, &["rev-parse", "HEAD"])
}

/// Feeds `stream` to `git fast-import`.
fn import(directory: &Path, stream: &[u8]) {
    let mut child = command(directory, &["fast-import", "--quiet", "--force"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stream).unwrap();
    assert!(child.wait().unwrap().success());
}

fn strings<'a>(value: &'a Value, pointer: &str, key: &str) -> Vec<&'a str> {
    let list = value.pointer(pointer).unwrap().as_array().unwrap();
    list.iter().map(|item| item[key].as_str().unwrap()).collect()
}

#[test]
fn a_log_tells_what_each_commit_changed() {
    let place = Place::new();
    let repo = place.path("project");
    init(&repo);
    let first = commit(
        &repo,
        &[("src/a.rs", b"1\n2\n3\n4\n5\n6\n"), ("gone", b"x\n")],
        "feat: begin\n\nWhy it began.\n\nRefs: #1\n",
    );
    std::fs::rename(repo.join("src/a.rs"), repo.join("src/b.rs")).unwrap();
    std::fs::remove_file(repo.join("gone")).unwrap();
    symlink("src", repo.join("link")).unwrap();
    let second = commit(
        &repo,
        &[("logo.png", b"\x89PNG\0\0"), ("src/b.rs", b"1\n2\n3\n4\n5\nsix\n")],
        "move",
    );
    let log = place.call("log", &json!({"repo": "project"})).unwrap();
    let file = |path: &str, status: &str, old: Option<&str>, added: u64, deleted: u64, binary: bool| json!({"path": path, "status": status, "old_path": old, "added": added, "deleted": deleted, "binary": binary});
    assert_eq!(
        log,
        json!({
            "repository": "project", "head": second, "branch": "main", "range": "", "empty": false, "shallow": false,
            "total": 2, "truncated": false,
            "totals": {
                "commits": 2, "merges": 0, "files": 5, "added": 9, "deleted": 2,
                "first": "2024-03-01T04:30:00Z", "last": "2024-03-01T04:30:00Z",
                "authors": [{"name": "Ada", "commits": 2, "added": 9, "deleted": 2}], "authors_total": 1
            },
            "commits": [
                {"id": second, "short": second[..10], "author": "Ada", "email": "ada@example.org", "at": "2024-03-01T04:30:00Z",
                    "subject": "move", "body": "", "merge": false,
                    "files": [file("gone", "deleted", None, 0, 1, false), file("link", "added", None, 1, 0, false),
                        file("logo.png", "added", None, 0, 0, true), file("src/b.rs", "renamed", Some("src/a.rs"), 1, 1, false)],
                    "files_total": 4, "added": 2, "deleted": 2},
                {"id": first, "short": first[..10], "author": "Ada", "email": "ada@example.org", "at": "2024-03-01T04:30:00Z",
                    "subject": "feat: begin", "body": "Why it began.\n\nRefs: #1", "merge": false,
                    "files": [file("gone", "added", None, 1, 0, false), file("src/a.rs", "added", None, 6, 0, false)],
                    "files_total": 2, "added": 7, "deleted": 0},
            ]
        })
    );
    let cut = place
        .call(
            "log",
            &json!({"repo": "project", "limit": 1, "files_max": 1, "body_max": 0}),
        )
        .unwrap();
    assert_eq!(
        (&cut["total"], &cut["truncated"], &cut["totals"]["commits"]),
        (&json!(2), &json!(true), &json!(1))
    );
    assert_eq!(cut["commits"][0]["files"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&cut["commits"][0]["files_total"], &cut["commits"][0]["added"]),
        (&json!(4), &json!(2))
    );
    let stat = place.call("stat", &json!({"repo": "project"})).unwrap();
    assert_eq!(stat["totals"], log["totals"]);
}

#[test]
fn names_in_any_script_and_any_bytes_come_through() {
    let place = Place::new();
    let repo = place.path("bücher 名\n");
    init(&repo);
    let mut stream = Vec::new();
    stream.extend_from_slice(b"blob\nmark :1\ndata 2\nx\n\ncommit refs/heads/main\nmark :2\n");
    stream.extend_from_slice(b"author \xff\xfe\xe9 <bad@\xff> 1700000000 +0000\n");
    stream.extend_from_slice(b"committer c <c@c> 1700000000 +0000\ndata 15\nbad \xff subject\n\n");
    for path in [
        &b"\"new\\nline\""[..],
        b"\"quo\\\"te\\t\"",
        "emoji 👩‍👩‍👧.txt".as_bytes(),
        "名前/ファイル".as_bytes(),
        "שלום/קובץ".as_bytes(),
        b"\"latin\\351\"",
        b"-dash",
        b":colon",
        b"\"\\n:100644 100644 0 0 M\"",
        b"1\\t2\\tx",
    ] {
        stream.extend_from_slice(b"M 100644 :1 ");
        stream.extend_from_slice(path);
        stream.push(b'\n');
    }
    for (author, message) in [
        ("Ναυσικά Ἀλκινόου", "κάτι"),
        ("محمد", "إصلاح\n\nbody: \u{202e}x"),
        ("李 明", "修正 :100644 1\t2\tx"),
    ] {
        stream
            .extend_from_slice(format!("commit refs/heads/main\nauthor {author} <a@b> 1700000001 +0900\n").as_bytes());
        stream.extend_from_slice(
            format!(
                "committer c <c@c> 1700000001 +0900\ndata {}\n{message}\n",
                message.len()
            )
            .as_bytes(),
        );
    }
    import(&repo, &stream);
    let log = place.call("log", &json!({"repo": "bücher 名\n"})).unwrap();
    assert_eq!(log["repository"], "bücher 名\n");
    assert_eq!(
        strings(&log, "/commits", "author"),
        ["李 明", "محمد", "Ναυσικά Ἀλκινόου", "\u{fffd}\u{fffd}\u{fffd}"]
    );
    assert_eq!(log["commits"][0]["subject"], "修正 :100644 1\t2\tx");
    assert_eq!(log["commits"][1]["body"], "body: \u{202e}x");
    assert_eq!(log["commits"][3]["subject"], "bad \u{fffd} subject");
    let mut paths = strings(&log, "/commits/3/files", "path");
    paths.sort_unstable();
    let mut expected = [
        "new\nline",
        "quo\"te\t",
        "emoji 👩‍👩‍👧.txt",
        "名前/ファイル",
        "שלום/קובץ",
        "latin\u{fffd}",
        "-dash",
        ":colon",
        "\n:100644 100644 0 0 M",
        "1\\t2\\tx",
    ];
    expected.sort_unstable();
    assert_eq!(paths, expected);
    assert!(
        log["commits"][3]["files"]
            .as_array()
            .unwrap()
            .iter()
            .all(|file| file["added"] == 1)
    );
    assert_eq!(log["commits"][0]["files_total"], 0);
}

#[test]
fn a_merge_has_no_files_in_the_log_and_its_own_when_shown() {
    let place = Place::new();
    let repo = place.path("m");
    init(&repo);
    commit(&repo, &[("a", b"a\n")], "one");
    git(&repo, &["checkout", "-q", "-b", "side"]);
    commit(&repo, &[("b", b"b\n")], "side");
    git(&repo, &["checkout", "-q", "main"]);
    commit(&repo, &[], "empty");
    git(&repo, &["merge", "-q", "--no-ff", "-m", "merge side", "side"]);
    let log = place.call("log", &json!({"repo": "m"})).unwrap();
    let merge = &log["commits"][0];
    assert_eq!((&merge["merge"], &merge["files_total"]), (&json!(true), &json!(0)));
    assert_eq!(
        (&log["totals"]["commits"], &log["totals"]["merges"]),
        (&json!(4), &json!(1))
    );
    let show = place.call("show", &json!({"repo": "m"})).unwrap();
    assert_eq!(strings(&show, "/commit/files", "path"), ["b"]);
    assert!(show["diff"].as_str().unwrap().contains("+b\n"), "{show}");
    let root = place.call("show", &json!({"repo": "m", "rev": "HEAD~2"})).unwrap();
    assert_eq!(root["commit"]["subject"], "one");
    assert!(
        root["diff"]
            .as_str()
            .unwrap()
            .starts_with("diff --git a/a b/a\nnew file mode 100644\n"),
        "{root}"
    );
}

#[test]
fn a_range_takes_what_git_takes() {
    let place = Place::new();
    let repo = place.path("r");
    init(&repo);
    let ids: Vec<String> = (0..4)
        .map(|n| commit(&repo, &[("n", n.to_string().as_bytes())], &format!("c{n}")))
        .collect();
    git(&repo, &["tag", "-a", "v1", "-m", "tag", &ids[1]]);
    git(&repo, &["update-ref", "refs/heads/-rf", &ids[2]]);
    git(&repo, &["update-ref", "refs/heads/リリース", &ids[2]]);
    let subjects = |range: &str| {
        let log = place.call("log", &json!({"repo": "r", "range": range})).unwrap();
        assert_eq!(log["total"], log["commits"].as_array().unwrap().len());
        strings(&log, "/commits", "subject").join(" ")
    };
    assert_eq!(subjects("v1.."), "c3 c2");
    assert_eq!(subjects("v1..HEAD~1"), "c2");
    assert_eq!(subjects("-rf"), "c2 c1 c0");
    assert_eq!(subjects("v1..-rf"), "c2");
    assert_eq!(subjects("リリース...main"), "c3");
    assert_eq!(subjects(&ids[0][..9]), "c0");
    assert_eq!(subjects("HEAD..v1"), "");
    let failing = |range: &str| {
        place
            .call("log", &json!({"repo": "r", "range": range}))
            .unwrap_err()
            .to_string()
    };
    assert!(
        failing("v9..HEAD").starts_with("`v9` names no commit in `r`"),
        "{}",
        failing("v9..HEAD")
    );
    for range in [
        "--output=x",
        "-p",
        "a b",
        "HEAD:n",
        "v1..--all",
        "x\0y",
        "^HEAD",
        "--",
        "HEAD~99",
        "..",
        "...x",
    ] {
        if range != ".." {
            assert!(
                failing(range).contains("names no commit"),
                "{range}: {}",
                failing(range)
            );
        }
    }
    assert!(!repo.join("x").exists());
}

#[test]
fn a_diff_compares_two_commits_within_bounds() {
    let place = Place::new();
    let repo = place.path("d");
    init(&repo);
    let from = commit(&repo, &[("a", b"1\n"), ("dir/b", b"1\n")], "one");
    git(&repo, &["checkout", "-q", "-b", "side"]);
    let side = commit(&repo, &[("a", b"2\n"), ("dir/b", b"2\n"), ("*.c", b"c\n")], "two");
    git(&repo, &["checkout", "-q", "main"]);
    commit(&repo, &[("later", b"x\n")], "three");
    let diff = place
        .call(
            "diff",
            &json!({"repo": "d", "from": from, "to": "side", "paths": ["dir"]}),
        )
        .unwrap();
    assert_eq!((&diff["from"], &diff["to"]), (&json!(from), &json!(side)));
    assert_eq!(strings(&diff, "/files", "path"), ["dir/b"]);
    assert_eq!(
        (&diff["added"], &diff["deleted"], &diff["truncated"]),
        (&json!(1), &json!(1), &json!(false))
    );
    assert!(diff["diff"].as_str().unwrap().ends_with("-1\n+2\n"));
    let three = place
        .call("diff", &json!({"repo": "d", "range": "main...side", "max_bytes": 10}))
        .unwrap();
    assert_eq!((&three["files_total"], &three["truncated"]), (&json!(3), &json!(true)));
    assert_eq!(three["diff"].as_str().unwrap().len(), 10);
    let literal = place
        .call("diff", &json!({"repo": "d", "range": "main..side", "paths": ["*.c"]}))
        .unwrap();
    assert_eq!(strings(&literal, "/files", "path"), ["*.c"]);
    for wrong in [
        json!({"range": "side"}),
        json!({}),
        json!({"range": "a..b", "from": "a"}),
        json!({"from": "main", "paths": ["/etc"]}),
    ] {
        let mut args = wrong;
        args["repo"] = json!("d");
        assert!(
            matches!(
                place.call("diff", &args),
                Err(ToolError::BadArgument { .. } | ToolError::Failed { .. })
            ),
            "{args}"
        );
    }
}

#[test]
fn what_is_staged_is_listed_before_and_after_the_first_commit() {
    let place = Place::new();
    let repo = place.path("repo");
    init(&repo);
    let staged = || {
        let staged = place.call("staged", &json!({"repo": "repo"})).unwrap();
        assert_conforms(place.git.spec(), "staged", &staged);
        staged
    };
    assert_eq!(staged()["empty"], true);
    std::fs::create_dir_all(repo.join("src/tree")).unwrap();
    std::fs::write(repo.join("src/tree/a.rs"), "pub fn grow() {}\n").unwrap();
    std::fs::write(repo.join("src/tree/not-staged.rs"), "fn other() {}\n").unwrap();
    git(&repo, &["add", "src/tree/a.rs"]);
    let first = staged();
    assert_eq!(strings(&first, "/files", "path"), ["src/tree/a.rs"]);
    assert_eq!(
        (&first["names"]["added"], &first["directory"]),
        (&json!(["grow"]), &json!("src/tree"))
    );
    git(&repo, &["commit", "-q", "-m", "first"]);
    assert_eq!(staged()["empty"], true);
    // What the working tree has beyond the index is not staged.
    std::fs::write(repo.join("src/tree/a.rs"), "pub fn shrink() {}\n").unwrap();
    git(&repo, &["add", "src/tree/a.rs"]);
    std::fs::write(repo.join("src/tree/a.rs"), "never staged\n").unwrap();
    let second = staged();
    assert_eq!((&second["added"], &second["deleted"]), (&json!(1), &json!(1)));
    assert_eq!(second["names"]["deleted"], json!(["grow"]));
    assert!(second["diff"].as_str().unwrap().contains("+pub fn shrink"));
    assert_eq!(
        git(&repo, &["diff", "--cached", "--name-only"]).trim(),
        "src/tree/a.rs",
        "the index is as it was"
    );
}

#[test]
fn an_empty_repository_is_no_error() {
    let place = Place::new();
    init(&place.path("e"));
    let log = place.call("log", &json!({"repo": "e", "limit": 50})).unwrap();
    assert_eq!(
        (
            &log["empty"],
            &log["total"],
            &log["commits"],
            &log["head"],
            &log["branch"]
        ),
        (&json!(true), &json!(0), &json!([]), &json!(null), &json!("main"))
    );
    let stat = place.call("stat", &json!({"repo": "e"})).unwrap();
    assert_eq!((&stat["empty"], &stat["totals"]["first"]), (&json!(true), &json!(null)));
    let error = place
        .call("log", &json!({"repo": "e", "range": "v1..HEAD"}))
        .unwrap_err();
    assert!(error.to_string().contains("`v1` names no commit"), "{error}");
}

#[test]
fn detached_bare_and_shallow_repositories_are_read() {
    let place = Place::new();
    let repo = place.path("full");
    init(&repo);
    commit(&repo, &[("a", b"1")], "one");
    commit(&repo, &[("a", b"2")], "two");
    let url = format!("file://{}", repo.display());
    git(
        &place.situation.workspace,
        &["clone", "-q", "--depth", "1", &url, "shallow"],
    );
    git(
        &place.situation.workspace,
        &["clone", "-q", "--bare", "full", "bare.git"],
    );
    git(&repo, &["checkout", "-q", "--detach"]);
    assert_eq!(
        place.call("log", &json!({"repo": "full"})).unwrap()["branch"],
        json!(null)
    );
    let bare = place.call("log", &json!({"repo": "bare.git"})).unwrap();
    assert_eq!((&bare["repository"], &bare["total"]), (&json!("bare"), &json!(2)));
    let shallow = place.call("log", &json!({"repo": "shallow"})).unwrap();
    assert_eq!((&shallow["shallow"], &shallow["total"]), (&json!(true), &json!(1)));
}

#[test]
fn submodules_are_entries_of_their_repository() {
    let place = Place::new();
    let (inner, outer) = (place.path("inner"), place.path("outer"));
    init(&inner);
    commit(&inner, &[("x", b"1")], "inner");
    init(&outer);
    let add = [
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        "../inner",
        "vendor/inner",
    ];
    git(&outer, &add);
    commit(&outer, &[], "add a submodule");
    let log = place.call("log", &json!({"repo": "outer"})).unwrap();
    assert_eq!(
        strings(&log, "/commits/0/files", "path"),
        [".gitmodules", "vendor/inner"]
    );
    let within = place.call("log", &json!({"repo": "outer/vendor/inner"})).unwrap();
    assert_eq!(within["commits"][0]["subject"], "inner");
    git(
        &place.path("outer/vendor/inner"),
        &["sparse-checkout", "set", "--no-cone", "/x"],
    );
    assert_eq!(
        place.call("log", &json!({"repo": "outer/vendor/inner"})).unwrap(),
        within
    );
}

#[test]
fn a_hundred_thousand_commits_are_read_whole() {
    let place = Place::new();
    let repo = place.path("big");
    init(&repo);
    import(&repo, &bulk(100_000));
    let stat = place.call("stat", &json!({"repo": "big"})).unwrap();
    assert_eq!(
        (&stat["total"], &stat["totals"]["commits"]),
        (&json!(100_000), &json!(100_000))
    );
    assert_eq!(stat["totals"]["authors_total"], 50);
    assert_eq!(stat["totals"]["files"], 1_000);
    let log = place.call("log", &json!({"repo": "big"})).unwrap();
    assert_eq!(log["commits"].as_array().unwrap().len(), 100_000);
    assert_eq!(log["totals"], stat["totals"]);
    let few = place.call("log", &json!({"repo": "big", "limit": 50})).unwrap();
    assert_eq!((&few["total"], &few["truncated"]), (&json!(100_000), &json!(true)));
    assert_eq!(
        few["commits"].as_array().unwrap()[..],
        log["commits"].as_array().unwrap()[..50]
    );
}

/// A history for `git fast-import`: `count` commits, each writing two of a thousand files.
fn bulk(count: usize) -> Vec<u8> {
    let mut stream = Vec::new();
    for n in 0..count {
        let message = format!(
            "fix(part{}): change number {n}\n\nA body that says a little about it.\n",
            n % 20
        );
        write!(
            stream,
            "commit refs/heads/main\ncommitter Author {} <a{}@b> {} +0000\n",
            n % 50,
            n % 50,
            1_600_000_000 + n
        )
        .unwrap();
        write!(stream, "data {}\n{message}", message.len()).unwrap();
        for file in [n % 1_000, (n * 7 + 1) % 1_000] {
            let text = format!("line {n}\nof {file}\n");
            write!(
                stream,
                "M 100644 inline src/part{}/file{file}.rs\ndata {}\n{text}",
                file % 20,
                text.len()
            )
            .unwrap();
        }
    }
    stream
}

#[test]
fn a_name_that_is_not_utf_8_is_found_by_no_argument_and_breaks_nothing() {
    let place = Place::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9");
    init(&place.situation.workspace.join(name));
    assert!(place.call("log", &json!({"repo": "caf\u{fffd}"})).is_err());
}

#[test]
fn a_dropped_call_kills_its_child() {
    let place = Place::new();
    let repo = place.path("stuck");
    init(&repo);
    let pipe = place.root.join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    let config = format!("\n[include]\n\tpath = {}\n", pipe.display());
    std::fs::File::options()
        .append(true)
        .open(repo.join(".git/config"))
        .unwrap()
        .write_all(config.as_bytes())
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let args = json!({"repo": "stuck"});
        let mut call = Box::pin(place.git.run("log", &args, &place.situation));
        // A writer opens only once git reads; while it is open, git waits for more.
        let mut writer = loop {
            tokio::select! {
                ended = &mut call => panic!("{ended:?}"),
                () = tokio::time::sleep(std::time::Duration::from_millis(5)) => {}
            }
            let flags = rustix::fs::OFlags::NONBLOCK.bits() as i32;
            if let Ok(writer) = std::fs::File::options().write(true).custom_flags(flags).open(&pipe) {
                break writer;
            }
        };
        drop(call);
        // The last reader is gone when a write breaks the pipe; a child that lives on hangs this test.
        while writer
            .write(b"#")
            .map_or_else(|error| error.kind() != std::io::ErrorKind::BrokenPipe, |_| true)
        {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    });
}
