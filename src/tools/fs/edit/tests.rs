//! Edits on real files; diff, patch and git are the reference.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::process::Command;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::tests::Place;
use super::*;

fn git(place: &Path, args: &[&str]) -> std::process::Output {
    let mut git = Command::new("git");
    git.current_dir(place)
        .args(["-c", "core.autocrlf=false", "-c", "core.whitespace=-trailing-space"])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", place);
    git.output().unwrap()
}

fn names(place: &Place) -> Vec<String> {
    let entries = fs::read_dir(&place.situation.workspace).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn one(path: &str, more: Value) -> Value {
    let mut file = more;
    file["path"] = json!(path);
    json!({"files": [file]})
}

#[test]
fn exact_texts_take_the_place_of_others_and_the_diff_says_so() {
    let place = Place::new();
    fs::write(place.path("a.rs"), "fn a() {\n    one();\n    two();\n}\n").unwrap();
    fs::set_permissions(place.path("a.rs"), fs::Permissions::from_mode(0o750)).unwrap();
    let edit = json!({"replace": [{"old": "one()", "new": "three()"}, {"old": "    two();\n", "new": ""}]});
    let edited = place.call("edit", &one("a.rs", edit)).unwrap();
    assert_eq!(
        fs::read_to_string(place.path("a.rs")).unwrap(),
        "fn a() {\n    three();\n}\n"
    );
    assert_eq!(
        edited["diff"],
        "--- a/a.rs\n+++ b/a.rs\n@@ -1,4 +1,3 @@\n fn a() {\n-    one();\n-    two();\n+    three();\n }\n"
    );
    let file = &edited["files"][0];
    assert_eq!(
        (&file["change"], &file["added"], &file["removed"]),
        (&json!("changed"), &json!(1), &json!(2))
    );
    assert_eq!(fs::metadata(place.path("a.rs")).unwrap().mode() & 0o7777, 0o750);
    let stat = place.call("stat", &json!({"path": "a.rs"})).unwrap();
    assert_eq!((&stat["digest"], &stat["size"]), (&file["after"], &file["size"]));
    assert_eq!((&stat["kind"], &stat["mode"]), (&json!("file"), &json!("750")));
    assert_eq!(names(&place), [".git", "a.rs"]);
}

#[test]
fn a_text_that_is_not_there_as_often_as_expected_changes_nothing() {
    let place = Place::new();
    fs::write(place.path("a"), "x x\nabab\n").unwrap();
    fs::write(place.path("b"), "y\n").unwrap();
    for (replace, says) in [
        (json!([{"old": "x", "new": "y"}]), "2 times in `a`, and 1 is expected"),
        (json!([{"old": "z", "new": "y"}]), "0 times"),
        (json!([{"old": "x", "new": "y", "expect": 3}]), "2 times"),
        (
            json!([{"old": "x x", "new": "y"}, {"old": " x\n", "new": "z"}]),
            "overlap in line 1",
        ),
    ] {
        let edit = json!({"files": [
            {"path": "b", "replace": [{"old": "y", "new": "changed"}]},
            {"path": "a", "replace": replace},
        ]});
        let error = place.call("edit", &edit).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(fs::read_to_string(place.path("b")).unwrap(), "y\n");
    }
    let all = json!({"replace": [{"old": "x", "new": "", "expect": 2}, {"old": "ab", "new": "ba", "expect": 2}]});
    place.call("edit", &one("a", all)).unwrap();
    assert_eq!(fs::read_to_string(place.path("a")).unwrap(), " \nbaba\n");
    for wrong in [
        json!({"files": [{"path": "a"}]}),
        json!({"files": [{"path": "a", "replace": [{"old": "b", "new": "c"}]}, {"path": "./a", "replace": []}]}),
        json!({"files": [{"path": "a", "replace": [{"old": "b", "new": "c"}]}], "diff": "x"}),
        json!({"files": [{"path": "a"}], "diff": "nothing"}),
        json!({"files": [{"path": "no such"}], "diff": "--- a/a\n+++ b/a\n@@ -1 +1 @@\n- \n+x\n"}),
    ] {
        assert!(
            matches!(place.call("edit", &wrong), Err(ToolError::BadArgument { .. })),
            "{wrong}"
        );
    }
}

#[test]
fn line_ends_and_a_missing_last_one_stay_as_they_are() {
    let place = Place::new();
    fs::write(place.path("dos"), "one\r\ntwo\r\nthree").unwrap();
    fs::write(place.path("all"), "one\r\ntwo\r\nthree\r\n").unwrap();
    place
        .call(
            "edit",
            &one("dos", json!({"replace": [{"old": "two\r\n", "new": "2\r\n"}]})),
        )
        .unwrap();
    assert_eq!(fs::read(place.path("dos")).unwrap(), b"one\r\n2\r\nthree");
    place
        .call(
            "edit",
            &one("all", json!({"replace": [{"old": "one\ntwo", "new": "1\n\n2"}]})),
        )
        .unwrap();
    assert_eq!(fs::read(place.path("all")).unwrap(), b"1\r\n\r\n2\r\nthree\r\n");
    let diff = "--- a/all\n+++ b/all\n@@ -2,3 +2,3 @@\n \n-2\n+two\n three\n";
    let mut edit = one("all", json!({}));
    edit["diff"] = json!(diff);
    place.call("edit", &edit).unwrap();
    assert_eq!(fs::read(place.path("all")).unwrap(), b"1\r\n\r\ntwo\r\nthree\r\n");
    let end = "--- dos\n+++ dos\n@@ -3 +3 @@\n-three\n\\ No newline at end of file\n+3\n";
    let mut edit = one("dos", json!({}));
    edit["diff"] = json!(end);
    place.call("edit", &edit).unwrap();
    assert_eq!(fs::read(place.path("dos")).unwrap(), b"one\r\n2\r\n3\n");
}

#[test]
fn an_edit_that_would_make_too_much_is_refused_before_it_is_made() {
    let place = Place::new();
    fs::write(place.path("a"), "x".repeat(100_000)).unwrap();
    let long = "y".repeat(1_000_000);
    let edit = json!({"replace": [{"old": "x", "new": long, "expect": 100_000}]});
    let error = place.call("edit", &one("a", edit)).unwrap_err();
    assert!(
        error.to_string().contains("`a` is longer than 16777216 bytes"),
        "{error}"
    );
    let same = json!({"old": "x", "new": "", "expect": 100_000});
    let edit = json!({"replace": vec![same; 1_000]});
    let error = place.call("edit", &one("a", edit)).unwrap_err();
    assert!(error.to_string().contains("two replacements overlap in `a`"), "{error}");
    assert_eq!(fs::read_to_string(place.path("a")).unwrap(), "x".repeat(100_000));
}

#[test]
fn a_diff_of_git_makes_changes_and_removes_files_and_sets_modes() {
    let place = Place::new();
    let other = tempfile::tempdir().unwrap();
    let write = |root: &Path, name: &str, text: &str| {
        fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        fs::write(root.join(name), text).unwrap();
    };
    let before = [
        ("keep/a.txt", "1\n2\n3\n"),
        ("gone.txt", "bye\n"),
        ("empty", ""),
        ("run.sh", "#!/bin/sh\n"),
    ];
    for (name, text) in before {
        write(other.path(), name, text);
        write(&place.situation.workspace, name, text);
    }
    assert!(git(other.path(), &["init", "-q"]).status.success());
    assert!(git(other.path(), &["add", "."]).status.success());
    write(other.path(), "keep/a.txt", "1\ntwo\n3\n");
    write(other.path(), "new/é\t\"x\".txt", "new\n");
    write(other.path(), "bare", "");
    fs::remove_file(other.path().join("gone.txt")).unwrap();
    fs::remove_file(other.path().join("empty")).unwrap();
    fs::set_permissions(other.path().join("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(git(other.path(), &["add", "-N", "new", "bare"]).status.success());
    let diff = String::from_utf8(git(other.path(), &["diff", "--no-renames"]).stdout).unwrap();
    let files = ["keep/a.txt", "gone.txt", "empty", "run.sh", "new/é\t\"x\".txt", "bare"];
    let files: Vec<Value> = files.iter().map(|path| json!({"path": path})).collect();
    let edited = place.call("edit", &json!({"files": files, "diff": diff})).unwrap();
    let changes: Vec<&str> = edited["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["change"].as_str().unwrap())
        .collect();
    assert_eq!(
        changes,
        ["changed", "removed", "removed", "changed", "created", "created"],
        "{diff}"
    );
    assert_eq!(fs::read_to_string(place.path("keep/a.txt")).unwrap(), "1\ntwo\n3\n");
    assert_eq!(fs::read_to_string(place.path("new/é\t\"x\".txt")).unwrap(), "new\n");
    assert!(!place.path("gone.txt").exists() && !place.path("empty").exists());
    assert_eq!(fs::read(place.path("bare")).unwrap(), b"");
    assert_eq!(fs::metadata(place.path("run.sh")).unwrap().mode() & 0o7777, 0o755);
    // What it says it did can be taken back by git.
    fs::write(place.path("../back.diff"), edited["diff"].as_str().unwrap()).unwrap();
    let back = git(&place.situation.workspace, &["apply", "-R", "../back.diff"]);
    assert!(
        back.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&back.stderr),
        edited["diff"]
    );
    assert_eq!(fs::read_to_string(place.path("keep/a.txt")).unwrap(), "1\n2\n3\n");
    assert_eq!(fs::read_to_string(place.path("gone.txt")).unwrap(), "bye\n");
}

#[test]
fn a_hunk_is_found_where_its_lines_stand_and_nowhere_else() {
    let place = Place::new();
    let lines = |from: u32, to: u32| (from..to).map(|n| format!("line {n}\n")).collect::<String>();
    let text = format!("new head\nanother\n{}", lines(1, 30));
    let diff = "--- a/f\n+++ b/f\n@@ -4,7 +4,7 @@\n line 4\n line 5\n line 6\n-line 7\n+seven\n line 8\n line 9\n line 10\n\
                @@ -20,7 +20,6 @@\n line 20\n line 21\n line 22\n-line 23\n line 24\n line 25\n line 26\n";
    fs::write(place.path("f"), &text).unwrap();
    let mut edit = one("f", json!({}));
    edit["diff"] = json!(diff);
    let edited = place.call("edit", &edit).unwrap();
    assert_eq!(
        edited["files"][0]["hunks"],
        json!([{"line": 6, "offset": 2, "fuzz": 0}, {"line": 22, "offset": 2, "fuzz": 0}])
    );
    let expected = text.replace("line 7\n", "seven\n").replace("line 23\n", "");
    assert_eq!(fs::read_to_string(place.path("f")).unwrap(), expected);
    // Again, it does not fit.
    let error = place.call("edit", &edit).unwrap_err();
    assert!(
        matches!(&error, ToolError::Failed { message, .. }
            if message.contains("hunk in line 3") && message.contains("expected `line 4`, found `line 2`")),
        "{error:?}"
    );
    // With fuzz, the outer lines may differ.
    fs::write(
        place.path("f"),
        expected
            .replace("seven", "line 7")
            .replace("line 4\n", "other\n")
            .replace("line 22\n", "line 22\nline 23\n"),
    )
    .unwrap();
    place.call("edit", &edit).unwrap_err();
    edit["fuzz"] = json!(1);
    let edited = place.call("edit", &edit).unwrap();
    assert_eq!(
        edited["files"][0]["hunks"][0],
        json!({"line": 7, "offset": 2, "fuzz": 1})
    );
    let found = fs::read_to_string(place.path("f")).unwrap();
    assert!(
        found.contains("other\nline 5\nline 6\nseven\n") && !found.contains("line 23"),
        "{found}"
    );
}

#[test]
fn a_line_number_beyond_all_files_is_one_beyond_this_one() {
    let place = Place::new();
    fs::write(place.path("f"), "1\n2\n3\n4\n").unwrap();
    let mut edit = one("f", json!({}));
    edit["diff"] = json!("--- f\n+++ f\n@@ -4294967295,3 +4294967295,3 @@\n 1\n-2\n+two\n 3\n");
    let edited = place.call("edit", &edit).unwrap();
    assert_eq!(
        edited["files"][0]["hunks"],
        json!([{"line": 1, "offset": -4_294_967_294_i64, "fuzz": 0}])
    );
}

#[test]
fn only_the_last_line_may_lack_its_line_feed() {
    let place = Place::new();
    for (text, hunk) in [
        (
            "1\n2\n",
            "@@ -1,2 +1,2 @@\n-1\n+one\n\\ No newline at end of file\n 2\n",
        ),
        ("1\n2", "@@ -2,0 +3 @@\n+3\n"),
    ] {
        fs::write(place.path("f"), text).unwrap();
        let mut edit = one("f", json!({}));
        edit["diff"] = json!(format!("--- f\n+++ f\n{hunk}"));
        let error = place.call("edit", &edit).unwrap_err();
        assert!(error.to_string().contains("without its line feed"), "{error}");
        assert_eq!(fs::read_to_string(place.path("f")).unwrap(), text);
    }
}

#[test]
fn lines_that_read_alike_are_told_apart() {
    let place = Place::new();
    let hunk = "@@ -1,2 +1,2 @@\n a\n-b\n+c\n";
    let bare = "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n";
    let long = format!("@@ -1 +1 @@\n-{}1\n+x\n", "x".repeat(200));
    for (text, hunk, says) in [
        (
            b"a\nb".as_slice(),
            hunk,
            "line 2: expected `b` with a line feed, found `b` without an end of line",
        ),
        (
            b"a\nb\n",
            bare,
            "line 2: expected `b` without an end of line, found `b` with a line feed",
        ),
        (
            b"a\nb\r\n",
            hunk,
            "expected `b` with a line feed, found `b` with a carriage return and a line feed",
        ),
        (
            b"a\nb\r",
            hunk,
            "expected `b` with a line feed, found `b` with a carriage return",
        ),
        (b"a\nb\r\r\n", hunk, "expected `b`, found `b\\r`"),
        (
            b"caf\xe9\n",
            "@@ -1 +1 @@\n-caf\u{fffd}\n+x\n",
            "expected `caf\\xef\\xbf\\xbd`, found `caf\\xe9`",
        ),
        (
            format!("{}2\n", "x".repeat(200)).as_bytes(),
            &long,
            "expected `…xxxxxxxxxxxxxxxxxxxx1`, found `…xxxxxxxxxxxxxxxxxxxx2`",
        ),
        (
            b"a\nb\nc\n",
            "@@ -1,2 +1,2 @@\n a\n-b\n+B\n@@ -2,2 +2,2 @@\n b\n-c\n+C\n",
            "line 2: expected `b`, found `b`, which the hunk before it takes",
        ),
    ] {
        fs::write(place.path("f"), text).unwrap();
        let mut edit = one("f", json!({}));
        edit["diff"] = json!(format!("--- f\n+++ f\n{hunk}"));
        let error = place.call("edit", &edit).unwrap_err();
        assert!(error.to_string().contains(says), "{says}: {error}");
    }
}

#[test]
fn broken_diffs_say_where_and_what_is_expected() {
    for (diff, says) in [
        ("", "there is no hunk"),
        (
            "--- a/f\n+++ b/f\n@@ -1,2 +1 @@\n-x\n",
            "ends inside the hunk of line 3",
        ),
        (
            "--- a/f\n+++ b/f\n@@ -1 +1 @@\n?x\n",
            "line 4 of the diff: expected a line of the hunk",
        ),
        (
            "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x\n-y\n",
            "line 5 of the diff: expected no more such lines",
        ),
        (
            "--- a/f\n+++ b/f\n@@ one @@\n",
            "expected `@@ -LINE,COUNT +LINE,COUNT @@`",
        ),
        ("@@ -1 +1 @@\n-x\n+y\n", "before the first hunk"),
        ("diff --git a/f b/g\nrename from f\nrename to g\n", "renames a file"),
        (
            "diff --git a/f b/f\nnew file mode 120000\n--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+/etc\n",
            "symbolic link",
        ),
        ("diff --git a/f b/f\nindex 1..2\nGIT binary patch\n", "binary"),
        ("Binary files a/f and b/f differ\n", "binary"),
    ] {
        let error = parse(diff).unwrap_err();
        assert!(error.to_string().contains(says), "{diff:?}: {error}");
    }
}

#[test]
fn a_file_that_was_changed_meanwhile_is_left_as_somebody_made_it() {
    let place = Place::new();
    for name in ["a", "b", "c"] {
        fs::write(place.path(name), "old\n").unwrap();
    }
    let inode = fs::metadata(place.path("a")).unwrap().ino();
    let diff = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-old\n+new\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+n\n--- a/c\n+++ /dev/null\n\
                @@ -1 +0,0 @@\n-old\n--- a/b\n+++ b/b\n@@ -1 +1 @@\n-old\n+new\n";
    let params: Edit = serde_json::from_value(json!({
        "files": [{"path": "a"}, {"path": "n"}, {"path": "c"}, {"path": "b"}], "diff": diff,
    }))
    .unwrap();
    let paths: Vec<PathBuf> = ["a", "n", "c", "b"].map(PathBuf::from).into();
    let directory = Directory::open(&place.situation.workspace).unwrap();
    let patches = patches(&params, &paths, diff).unwrap();
    let files = params.files.iter().zip(paths).zip(patches);
    let plans: Vec<Plan> = files
        .map(|((file, path), patch)| plan(&directory, file, path, patch, 0).unwrap())
        .collect();
    fs::write(place.path("b"), "theirs\n").unwrap();
    let error = perform(&directory, &plans).unwrap_err();
    assert!(
        error.to_string().contains("`b` was changed by somebody else"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(place.path("b")).unwrap(), "theirs\n");
    assert_eq!(fs::read_to_string(place.path("a")).unwrap(), "old\n");
    assert_eq!(fs::metadata(place.path("a")).unwrap().ino(), inode);
    assert_eq!(names(&place), [".git", "a", "b", "c"]);
}

#[test]
fn an_expected_digest_has_to_hold() {
    let place = Place::new();
    fs::write(place.path("a"), "x\n").unwrap();
    let digest = place.call("stat", &json!({"path": "a"})).unwrap()["digest"].clone();
    let edit = json!({"expect_digest": digest, "replace": [{"old": "x", "new": "y"}]});
    place.call("edit", &one("a", edit.clone())).unwrap();
    let error = place.call("edit", &one("a", edit)).unwrap_err();
    assert!(error.to_string().contains("its digest is another"), "{error}");
    let same = json!({"replace": [{"old": "y", "new": "y"}]});
    let edited = place.call("edit", &one("a", same)).unwrap();
    assert_eq!(
        (&edited["files"][0]["change"], &edited["diff"]),
        (&json!("unchanged"), &json!(""))
    );
}

#[test]
fn attack_30_and_31_edits_go_through_no_link_and_into_no_protected_directory() {
    let place = Place::new();
    fs::write(place.path(".git/config"), "x\n").unwrap();
    fs::write(place.outside.join("secret"), "x\n").unwrap();
    symlink(place.outside.join("secret"), place.path("link")).unwrap();
    symlink(&place.outside, place.path("directory")).unwrap();
    fs::write(place.path("inner"), "x\n").unwrap();
    symlink("inner", place.path("alias")).unwrap();
    let edit = json!({"replace": [{"old": "x", "new": "owned"}]});
    for name in [
        ".git/config",
        ".GIT/config",
        "link",
        "directory/secret",
        "alias",
        "../outside/secret",
        "a/../.git/config",
    ] {
        place.call("edit", &one(name, edit.clone())).unwrap_err();
        let diff = format!("--- /dev/null\n+++ b/{name}x\n@@ -0,0 +1 @@\n+owned\n");
        let made = json!({"files": [{"path": format!("{name}x")}], "diff": diff});
        if !matches!(name, "link" | "alias") {
            place.call("edit", &made).unwrap_err();
        }
    }
    assert_eq!(fs::read_to_string(place.path(".git/config")).unwrap(), "x\n");
    assert_eq!(fs::read_dir(place.path(".git")).unwrap().count(), 2);
    assert_eq!(fs::read_dir(&place.outside).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(place.outside.join("secret")).unwrap(), "x\n");
    assert_eq!(fs::read_to_string(place.path("inner")).unwrap(), "x\n");
}

/// Texts with lines that repeat, so that there is more than one place for them, and with odd ends.
fn text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        4 => "[abc]{1,2}", 1 => Just(String::new()), 1 => Just("--- x".to_owned()), 1 => Just("\\ x".to_owned()),
        1 => Just("é\u{301}".to_owned()),
    ];
    let lines = proptest::collection::vec(line, 0..60);
    (lines, any::<bool>()).prop_map(|(lines, ends)| {
        let text = lines.join("\n");
        if ends && !text.is_empty() {
            format!("{text}\n")
        } else {
            text
        }
    })
}

/// The text, and what a person made of it.
fn edited() -> impl Strategy<Value = (String, String)> {
    let change = (
        any::<prop::sample::Index>(),
        0..3_usize,
        proptest::collection::vec("[abcd]{1,2}", 0..3),
    );
    (text(), proptest::collection::vec(change, 0..4), any::<bool>()).prop_map(|(old, changes, ends)| {
        let mut lines: Vec<String> = old.split_inclusive('\n').map(str::to_owned).collect();
        for (at, gone, new) in changes {
            let at = at.index(lines.len() + 1);
            let end = (at + gone).min(lines.len());
            lines.splice(at..end, new.into_iter().map(|line| format!("{line}\n")));
        }
        let mut new = lines.concat();
        if !ends && new.ends_with('\n') {
            new.pop();
        }
        (old, new)
    })
}

/// Our own diff from one text to another.
fn diff_of(old: &str, new: &str) -> String {
    let old_lines = lines(old.as_bytes());
    let whole = Splice {
        old: 0..old_lines.len(),
        new: lines(new.as_bytes()).into_iter().map(<[u8]>::to_vec).collect(),
    };
    let splices = refined(&old_lines, vec![whole]);
    let hunks = String::from_utf8(hunks(&old_lines, &splices)).unwrap();
    format!("--- a/f\n+++ b/f\n{hunks}")
}

fn applied(old: &str, diff: &str) -> Result<String, PatchError> {
    let patches = parse(diff)?;
    let old_lines = lines(old.as_bytes());
    let (splices, _) = patches[0].fit(&old_lines, 0)?;
    Ok(String::from_utf8(spliced(&old_lines, &splices)).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_diff_that_is_applied_gives_the_new_text((old, new) in prop_oneof![edited(), (text(), text())]) {
        if old != new {
            prop_assert_eq!(applied(&old, &diff_of(&old, &new)).unwrap(), new);
        }
    }

    #[test]
    fn no_diff_breaks_the_reader(old in text(), diff in "(?s)(--- a/f\n|\\+\\+\\+ b/f\n|@@ -[0-9],[0-9] \\+[0-9],[0-9] @@\n|[ +-]?[abc]{0,2}\n|diff --git a/f b/f\n|.{0,3}){0,12}") {
        if let Ok(patches) = parse(&diff) {
            for patch in patches {
                for fuzz in 0..3 {
                    let old = lines(old.as_bytes());
                    if let Ok((splices, _)) = patch.fit(&old, fuzz) {
                        for pair in splices.windows(2) {
                            prop_assert!(pair[0].old.end <= pair[1].old.start, "{:?}", splices);
                        }
                        spliced(&old, &splices);
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn diff_patch_and_git_agree((old, new) in prop_oneof![3 => edited(), 1 => (text(), text())]) {
        prop_assume!(old != new);
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        fs::create_dir(at("a")).unwrap();
        fs::create_dir(at("b")).unwrap();
        fs::write(at("a/f"), &old).unwrap();
        fs::write(at("b/f"), &new).unwrap();
        // Their diffs, applied here.
        let theirs = Command::new("diff").current_dir(place.path()).args(["-u", "a/f", "b/f"]).output().unwrap();
        prop_assert_eq!(applied(&old, &String::from_utf8(theirs.stdout).unwrap()).unwrap(), new.clone());
        for algorithm in ["--histogram", "--minimal"] {
            let theirs = git(place.path(), &["diff", "--no-index", algorithm, "a/f", "b/f"]);
            prop_assert_eq!(applied(&old, &String::from_utf8(theirs.stdout).unwrap()).unwrap(), new.clone());
        }
        // Our diff, applied there.
        let diff = diff_of(&old, &new);
        fs::write(at("ours.diff"), &diff).unwrap();
        fs::write(at("f"), &old).unwrap();
        let patched = Command::new("patch")
            .current_dir(place.path())
            .args(["-p1", "-s", "-F0", "--no-backup-if-mismatch", "-i", "ours.diff"])
            .output()
            .unwrap();
        prop_assert!(patched.status.success(), "{}\n{}", diff, String::from_utf8_lossy(&patched.stdout));
        prop_assert_eq!(fs::read_to_string(at("f")).unwrap_or_default(), new.clone());
        fs::write(at("f"), &old).unwrap();
        let patched = git(place.path(), &["apply", "ours.diff"]);
        prop_assert!(patched.status.success(), "{}\n{}", diff, String::from_utf8_lossy(&patched.stderr));
        prop_assert_eq!(fs::read_to_string(at("f")).unwrap_or_default(), new);
    }

    #[test]
    fn a_text_that_moved_is_patched_as_git_does((old, new) in edited(), above in 0..9_usize) {
        prop_assume!(old != new && !old.is_empty());
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        let moved = format!("{}{old}", "moved\n".repeat(above));
        let diff = diff_of(&old, &new);
        fs::write(at("ours.diff"), &diff).unwrap();
        fs::write(at("f"), &moved).unwrap();
        let patched = git(place.path(), &["apply", "ours.diff"]);
        // Where git finds a place, it is the one found here; a hunk that git anchors at the beginning may fit by its number.
        if patched.status.success() {
            prop_assert_eq!(applied(&moved, &diff).unwrap(), fs::read_to_string(at("f")).unwrap_or_default(), "{}", diff);
        }
    }
}
