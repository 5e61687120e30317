//! What is found by name and by content, and which lines of a file are read; git says what is ignored.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use rustix::fs::{Mode, OFlags};
use serde_json::{Value, json};

use super::super::ToolError;
use super::Place;

fn write(place: &Place, name: &str, text: impl AsRef<[u8]>) {
    fs::create_dir_all(place.path(name).parent().unwrap()).unwrap();
    fs::write(place.path(name), text).unwrap();
}

fn paths(found: &Value, list: &str) -> Vec<String> {
    let entries = found[list].as_array().unwrap().iter();
    entries
        .map(|entry| entry["path"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn patterns_are_about_names_or_about_paths() {
    let place = Place::new();
    for name in [
        "a.rs",
        "src/b.rs",
        "src/deep/c.rs",
        "src/deep/c.txt",
        "src/[x].rs",
        ".hidden/d.rs",
        ".e.rs",
    ] {
        write(&place, name, name);
    }
    let glob = |args: Value| paths(&place.call("glob", &args).unwrap(), "entries");
    assert_eq!(
        glob(json!({"patterns": ["*.rs"]})),
        ["a.rs", "src/[x].rs", "src/b.rs", "src/deep/c.rs"]
    );
    assert_eq!(glob(json!({"patterns": ["/*.rs"]})), ["a.rs"]);
    assert_eq!(glob(json!({"patterns": ["src/*.rs"]})), ["src/[x].rs", "src/b.rs"]);
    assert_eq!(
        glob(json!({"patterns": ["src/**/*.{rs,txt}", "!b.rs", "!src/[[]*"]})),
        ["src/deep/c.rs", "src/deep/c.txt"]
    );
    assert_eq!(
        glob(json!({"path": "src", "patterns": ["deep/*"]})),
        ["src/deep/c.rs", "src/deep/c.txt"]
    );
    assert_eq!(
        glob(json!({"patterns": ["*.rs"], "hidden": true})),
        [
            ".e.rs",
            ".hidden/d.rs",
            "a.rs",
            "src/[x].rs",
            "src/b.rs",
            "src/deep/c.rs"
        ]
    );
    assert_eq!(
        glob(json!({"patterns": ["*"], "kinds": ["directory"]})),
        ["src", "src/deep"]
    );
    let two = place.call("glob", &json!({"patterns": ["*.rs"], "limit": 2})).unwrap();
    assert_eq!(
        (paths(&two, "entries"), &two["truncated"]),
        (vec!["a.rs".to_owned(), "src/[x].rs".to_owned()], &json!(true))
    );
    for wrong in ["[", "", "!", "a{b"] {
        let error = place.call("glob", &json!({"patterns": [wrong]})).unwrap_err();
        assert!(matches!(error, ToolError::BadArgument { .. }), "{wrong} {error:?}");
    }
    place
        .call("glob", &json!({"path": "nowhere", "patterns": ["*"]}))
        .unwrap_err();
}

#[test]
fn what_git_ignores_is_passed_over_and_nothing_else() {
    let place = Place::new();
    fs::remove_dir_all(place.path(".git")).unwrap();
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(&place.situation.workspace)
            .args(args)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        let output = git.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    git(&["init", "-q"]);
    write(
        &place,
        ".gitignore",
        "target/\n*.log\n!keep.log\n/only-here\nbuild*/out\n**/deep/x\n# no\n\\#yes\ntrail \na/**/z\n",
    );
    write(&place, "sub/.gitignore", "!*.log\nkeep.log\nonly-here\n");
    write(&place, ".git/info/exclude", "excluded\n");
    for name in [
        "target/x",
        "sub/target/y",
        "a.log",
        "keep.log",
        "sub/b.log",
        "sub/keep.log",
        "only-here",
        "sub/only-here",
        "other/only-here",
        "build1/out/f",
        "build1/in/f",
        "p/deep/x",
        "p/deep/y",
        "#yes",
        "trail",
        "a/z",
        "a/b/z",
        "a/b/c/z",
        "excluded",
        "q/excluded",
        "plain",
        "target.txt",
        "é.log",
        "sub/é",
        "x/target",
    ] {
        write(&place, name, "text\n");
    }
    let mut listed: Vec<String> = git(&["-c", "core.quotePath=false", "ls-files", "-co", "--exclude-standard"])
        .lines()
        .map(str::to_owned)
        .collect();
    listed.sort_by(|one, other| one.split('/').cmp(other.split('/')));
    let found = place
        .call("glob", &json!({"patterns": ["*"], "hidden": true, "limit": 100}))
        .unwrap();
    assert_eq!(paths(&found, "entries"), listed);
    assert!(listed.len() > 8 && listed.len() < 27, "{listed:?}");
    let searched = place
        .call("search", &json!({"pattern": "text", "hidden": true}))
        .unwrap();
    let rules = [".gitignore", "sub/.gitignore"];
    let rest: Vec<String> = listed
        .iter()
        .filter(|path| !rules.contains(&path.as_str()))
        .cloned()
        .collect();
    assert_eq!(paths(&searched, "matches"), rest);
    let all = place
        .call(
            "glob",
            &json!({"patterns": ["*"], "hidden": true, "ignored": true, "limit": 100}),
        )
        .unwrap();
    assert_eq!(paths(&all, "entries").len(), 27);
}

#[test]
fn lines_are_found_with_what_stands_around_them() {
    let place = Place::new();
    write(&place, "b/one.txt", "alpha\nBeta é beta\r\ngamma\ndelta\nbeta\n");
    write(&place, "a.txt", "no\nbeta");
    write(&place, "binary", b"beta\0beta\n");
    let found = place
        .call("search", &json!({"pattern": r"\bbeta$", "context": 1}))
        .unwrap();
    assert_eq!(
        found["matches"],
        json!([
            {"path": "a.txt", "line": 2, "column": 1, "text": "beta", "before": ["no"]},
            {"path": "b/one.txt", "line": 2, "column": 8, "text": "Beta é beta", "before": ["alpha"], "after": ["gamma"]},
            {"path": "b/one.txt", "line": 5, "column": 1, "text": "beta", "before": ["delta"]},
        ])
    );
    assert_eq!(
        (
            &found["files"],
            &found["files_with_match"],
            &found["binary"],
            &found["truncated"],
            &found["count"]
        ),
        (&json!(2), &json!(2), &json!(1), &json!(false), &json!(3))
    );
    let lines = |args: Value| -> Vec<(String, u64, u64)> {
        let found = place.call("search", &args).unwrap();
        let hits = found["matches"].as_array().unwrap().iter();
        hits.map(|hit| {
            (
                hit["path"].as_str().unwrap().to_owned(),
                hit["line"].as_u64().unwrap(),
                hit["column"].as_u64().unwrap(),
            )
        })
        .collect()
    };
    assert_eq!(lines(json!({"pattern": "é beta"})), [("b/one.txt".to_owned(), 2, 6)]);
    assert_eq!(lines(json!({"pattern": "BETA", "case": "insensitive"})).len(), 3);
    assert_eq!(lines(json!({"pattern": "Beta", "case": "smart"})).len(), 1);
    assert_eq!(lines(json!({"pattern": "beta", "case": "smart"})).len(), 3);
    assert_eq!(lines(json!({"pattern": "et", "word": true})), []);
    assert_eq!(lines(json!({"pattern": "a.*", "literal": true})), []);
    assert_eq!(
        lines(json!({"pattern": "beta", "files": ["*.txt", "!b/**"]})),
        [("a.txt".to_owned(), 2, 1)]
    );
    assert_eq!(lines(json!({"pattern": "beta", "path": "b"})).len(), 2);
    assert_eq!(lines(json!({"pattern": "beta", "path": "b/one.txt"})).len(), 2);
    let one = place.call("search", &json!({"pattern": "beta", "limit": 1})).unwrap();
    assert_eq!(
        (paths(&one, "matches"), &one["truncated"]),
        (vec!["a.txt".to_owned()], &json!(true))
    );
    let each = place
        .call("search", &json!({"pattern": "beta", "limit_per_file": 1}))
        .unwrap();
    assert_eq!((&each["count"], &each["truncated"]), (&json!(2), &json!(true)));
    let few = place
        .call("search", &json!({"pattern": "beta", "max_bytes": 12}))
        .unwrap();
    assert_eq!((&few["count"], &few["truncated"]), (&json!(1), &json!(true)));
    place
        .call("search", &json!({"pattern": "x", "path": "nowhere"}))
        .unwrap_err();
}

#[test]
fn the_end_of_a_line_is_where_its_text_ends() {
    let place = Place::new();
    write(&place, "dos", "foo bar\r\nbar\r\n\r\nbar foo\r\nbar\rfoo\r\nlast bar\r");
    write(&place, "unix", b"foo bar\ncaf\xe9 hit\n\xe2\x82x \xe2\x82\xac hit\n\n");
    let lines = |pattern: &str, file: &str| -> Vec<(u64, u64)> {
        let found = place
            .call("search", &json!({"pattern": pattern, "path": file}))
            .unwrap();
        assert_eq!(found["unreadable"], 0, "{pattern}");
        let hits = found["matches"].as_array().unwrap().iter();
        hits.map(|hit| (hit["line"].as_u64().unwrap(), hit["column"].as_u64().unwrap()))
            .collect()
    };
    for (pattern, dos, unix) in [
        ("bar$", vec![(1, 5), (2, 1), (6, 6)], vec![(1, 5)]),
        (r"bar\z", vec![(1, 5), (2, 1), (6, 6)], vec![(1, 5)]),
        ("(?m)bar$", vec![(1, 5), (2, 1), (6, 6)], vec![(1, 5)]),
        (r"bar\b", vec![(1, 5), (2, 1), (4, 1), (5, 1), (6, 6)], vec![(1, 5)]),
        ("^$", vec![(3, 1)], vec![(4, 1)]),
        ("^bar", vec![(2, 1), (4, 1), (5, 1)], vec![]),
        // Behind the last word of a line is nothing, whatever the line ends with.
        ("bar.", vec![(4, 1), (5, 1)], vec![]),
        (r"bar\s", vec![(4, 1), (5, 1)], vec![]),
        ("hit$", vec![], vec![(2, 6), (3, 6)]),
        (r"(?-u)\x82\xac hit$", vec![], vec![(3, 4)]),
        // A carriage return that is asked for is there.
        (r"bar\r", vec![(1, 5), (2, 1), (5, 1), (6, 6)], vec![]),
        (r"bar\r$", vec![(1, 5), (2, 1), (6, 6)], vec![]),
        (r"bar\r?$", vec![(1, 5), (2, 1), (6, 6)], vec![(1, 5)]),
        ("bar\r", vec![(1, 5), (2, 1), (5, 1), (6, 6)], vec![]),
    ] {
        assert_eq!(lines(pattern, "dos"), dos, "{pattern:?}");
        assert_eq!(lines(pattern, "unix"), unix, "{pattern:?}");
    }
    let found = place
        .call("search", &json!({"pattern": "bar\rfoo", "literal": true}))
        .unwrap();
    assert_eq!(found["matches"][0]["text"], "bar\rfoo");
    // Behind the last line feed is no line.
    write(&place, "end", "a\nb\n");
    assert_eq!(lines(r"\B", "end"), []);
}

#[test]
fn an_expression_that_is_none_is_told_with_its_place() {
    let place = Place::new();
    for (pattern, says) in [
        ("(", "unclosed group"),
        ("a{999999999}", "size limit"),
        ("[b-a]", "range"),
        (r"(?:\w{1000}){1000}", "size limit"),
        ("a\nb", "not allowed"),
    ] {
        let error = place.call("search", &json!({"pattern": pattern})).unwrap_err();
        assert!(
            matches!(&error, ToolError::BadArgument { message, .. } if message.contains("`pattern`")),
            "{pattern}: {error:?}"
        );
        assert!(error.to_string().to_lowercase().contains(says), "{pattern}: {error}");
    }
    for literal in [true, false] {
        let error = place
            .call("search", &json!({"pattern": "a\nb", "literal": literal}))
            .unwrap_err();
        assert!(
            matches!(&error, ToolError::BadArgument { hint, .. } if hint.contains("within one line") && !hint.contains("`literal`")),
            "{error:?}"
        );
    }
    // What takes other engines forever takes no time worth mentioning here.
    write(&place, "long", "a".repeat(100_000));
    let found = place.call("search", &json!({"pattern": "(a+)+$|(a|a)*b"})).unwrap();
    assert_eq!(found["matches"][0]["text"].as_str().unwrap().len(), 400);
}

#[test]
fn a_search_follows_no_link_and_looks_into_no_repository() {
    let place = Place::new();
    write(&place, ".git/config", "secret\n");
    write(&place, ".somagent/x", "secret\n");
    symlink(&place.outside, place.path("out")).unwrap();
    symlink(place.outside.join("secret"), place.path("file")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, place.path("fifo"), rustix::fs::Mode::RUSR).unwrap();
    let found = place
        .call("search", &json!({"pattern": "secret", "hidden": true, "ignored": true}))
        .unwrap();
    assert_eq!((&found["count"], &found["files"]), (&json!(0), &json!(0)));
    let found = place
        .call(
            "glob",
            &json!({"patterns": ["*"], "kinds": ["file", "directory", "symlink", "other"], "hidden": true}),
        )
        .unwrap();
    assert_eq!(paths(&found, "entries"), ["fifo", "file", "out"]);
    for path in ["out", "..", "/etc", "file"] {
        place
            .call("search", &json!({"pattern": "secret", "path": path}))
            .unwrap_err();
        place
            .call("glob", &json!({"patterns": ["*"], "path": path}))
            .unwrap_err();
    }
}

#[test]
fn a_directory_that_cannot_be_listed_is_told() {
    let place = Place::new();
    write(&place, "a", "needle");
    let glob = || {
        let args = json!({"patterns": ["*"], "kinds": ["file", "directory"]});
        place.call("glob", &args).unwrap()["truncated"].clone()
    };
    assert_eq!(glob(), false);
    // Deeper than any path may be long.
    let name = "d".repeat(250);
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let mut here = rustix::fs::open(&place.situation.workspace, flags, Mode::empty()).unwrap();
    for _ in 0..20 {
        rustix::fs::mkdirat(&here, &name, Mode::RWXU).unwrap();
        here = rustix::fs::openat(&here, &name, flags, Mode::empty()).unwrap();
    }
    assert_eq!(glob(), true);
    let found = place.call("search", &json!({"pattern": "needle"})).unwrap();
    assert_eq!((&found["count"], &found["truncated"]), (&json!(1), &json!(true)));
}

#[test]
fn a_walk_begins_in_no_link() {
    let place = Place::new();
    write(&place, "inner/a", "needle");
    symlink("inner", place.path("link")).unwrap();
    for path in ["link", "link/."] {
        place
            .call("glob", &json!({"patterns": ["*"], "path": path}))
            .unwrap_err();
        place
            .call("search", &json!({"pattern": "needle", "path": path}))
            .unwrap_err();
    }
}

#[test]
fn some_lines_of_a_file_are_read() {
    let place = Place::new();
    write(&place, "f", "1\n22\né\n4");
    let read = |args: Value| {
        let mut args = args;
        args["path"] = json!("f");
        place.call("read", &args).unwrap()
    };
    let some = read(json!({"first_line": 2, "last_line": 3}));
    assert_eq!(
        (&some["text"], &some["lines"], &some["truncated"]),
        (&json!("22\né\n"), &json!({"first": 2, "last": 3}), &json!(false))
    );
    assert_eq!(read(json!({"first_line": 4}))["text"], "4");
    assert_eq!(read(json!({"last_line": 1}))["lines"], json!({"first": 1, "last": 1}));
    let beyond = read(json!({"first_line": 9}));
    assert_eq!(
        (&beyond["text"], &beyond["lines"]),
        (&json!(""), &json!({"first": 9, "last": 8}))
    );
    let cut = read(json!({"first_line": 2, "max_bytes": 4}));
    assert_eq!(
        (&cut["text"], &cut["truncated"], &cut["lines"]["last"]),
        (&json!("22\n"), &json!(true), &json!(2))
    );
    assert_eq!(
        read(json!({"first_line": 2, "last_line": 2, "max_bytes": 3}))["truncated"],
        false
    );
    let error = place
        .call("read", &json!({"path": "f", "first_line": 3, "last_line": 2}))
        .unwrap_err();
    assert!(matches!(error, ToolError::BadArgument { .. }), "{error:?}");
}

#[test]
fn what_lies_at_a_path_is_told_without_following_links() {
    let place = Place::new();
    symlink("/etc/passwd", place.path("link")).unwrap();
    let stat = |path: &str| place.call("stat", &json!({"path": path})).unwrap();
    assert_eq!(
        (&stat("link")["kind"], &stat("link")["digest"]),
        (&json!("symlink"), &Value::Null)
    );
    assert_eq!(stat(".")["kind"], "directory");
    assert_eq!(stat("no/such")["exists"], false);
    place.call("stat", &json!({"path": "link/x"})).unwrap_err();
    place.call("stat", &json!({"path": "../outside"})).unwrap_err();
}
