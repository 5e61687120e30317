//! Archives that programs make, archives that nobody should unpack, and what is left when they are refused.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use serde_json::json;

use super::super::contract::tests::assert_conforms;
use super::super::fs::tests::Place;
use super::*;

fn call(place: &Place, verb: &str, args: Value) -> Result<Value, ToolError> {
    let archives = Archives::new();
    assert!(
        jsonschema::is_valid(&archives.spec.action(verb).unwrap().params, &args),
        "{args}"
    );
    let value = run(verb, &args, &place.situation, &Stop::default())?.unwrap();
    assert_conforms(&archives.spec, verb, &value);
    Ok(value)
}

/// Everything below `root`: contents of files, texts of links, and which may be run.
fn seen(root: &Path) -> BTreeMap<String, (String, bool)> {
    let mut seen = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            let metadata = fs::symlink_metadata(&path).unwrap();
            if metadata.is_dir() {
                seen.insert(format!("{name}/"), (String::new(), false));
                open.push(path);
            } else if metadata.is_symlink() {
                seen.insert(
                    name,
                    (fs::read_link(&path).unwrap().to_str().unwrap().to_owned(), false),
                );
            } else {
                let is_executable = metadata.permissions().mode() & 0o111 != 0;
                seen.insert(
                    name,
                    (
                        String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
                        is_executable,
                    ),
                );
            }
        }
    }
    seen
}

fn shell(directory: &Path, command: &str) {
    let output = Command::new("sh")
        .current_dir(directory)
        .args(["-ec", command])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{command}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A directory with what people have in theirs.
fn source(place: &Place) {
    let source = place.path("source");
    fs::create_dir_all(source.join("deep/er")).unwrap();
    fs::create_dir(source.join("empty")).unwrap();
    fs::write(source.join("a.txt"), "text\n").unwrap();
    fs::write(source.join("deep/er/é.txt"), "é".repeat(10_000)).unwrap();
    fs::write(source.join(format!("deep/{}", "long".repeat(40))), "long").unwrap();
    fs::write(source.join("none"), "").unwrap();
    fs::write(source.join("run.sh"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(source.join("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("../a.txt", source.join("deep/link")).unwrap();
    symlink("er", source.join("deep/dir")).unwrap();
}

#[test]
fn what_other_programs_packed_is_unpacked_as_it_was() {
    let place = Place::new();
    source(&place);
    let expected = seen(&place.path("source"));
    for (number, (command, format)) in [
        ("tar -cf ../x0 .", "tar"),
        ("tar --format=pax -cf ../x1 .", "tar"),
        ("tar --format=ustar --exclude='long*' -cf ../x2 .", "tar"),
        ("tar -czf ../x3 *", "tar.gz"),
        ("zip -qry ../x4.zip . && mv ../x4.zip ../x4", "zip"),
        ("python3 -c 'import tarfile; t = tarfile.open(\"../x5\", \"w:gz\"); t.add(\".\"); t.close()'", "tar.gz"),
        ("git init -q ../repo && cp -a . ../repo && cd ../repo && git add . && git -c user.name=a -c user.email=a@b commit -qm x && git archive -o ../x6.tar HEAD && mv ../x6.tar ../x6", "tar"),
        ("git -C ../repo archive --format=zip -o ../x7.zip HEAD && mv ../x7.zip ../x7", "zip"),
    ]
    .into_iter()
    .enumerate()
    {
        shell(&place.path("source"), command);
        let args = json!({"path": format!("x{number}"), "into": format!("out/{number}")});
        let unpacked = call(&place, "unpack", args.clone()).unwrap();
        assert_eq!(unpacked["format"], format, "{command}");
        let mut expected = expected.clone();
        expected.retain(|name, _| !(command.contains("ustar") && name.contains("long")));
        // git knows no empty directories.
        expected.retain(|name, _| !(command.contains("git") && name == "empty/"));
        assert_eq!(seen(&place.path(&format!("out/{number}"))), expected, "{command}");
        let again = call(&place, "unpack", args.clone()).unwrap();
        assert_eq!((&again["already"], &again["digest"]), (&json!(true), &unpacked["digest"]));
        let listed = call(&place, "list", json!({"path": format!("x{number}")})).unwrap();
        assert_eq!((&listed["refused"], &listed["bytes"]), (&Value::Null, &unpacked["bytes"]), "{command}");
        fs::write(place.path(&format!("out/{number}/more")), "").unwrap();
        let error = call(&place, "unpack", args).unwrap_err();
        assert!(error.to_string().contains("something else lies at"), "{error}");
    }
    assert!(place.path("out/0/run.sh").metadata().unwrap().permissions().mode() & 0o7777 == 0o755);
}

#[test]
fn what_is_packed_is_the_same_wherever_and_whenever() {
    let place = Place::new();
    source(&place);
    fs::write(place.path("source/.gitignore"), "none\n").unwrap();
    shell(
        &place.path("source"),
        "touch -d 2001-01-01 a.txt; cp -a . ../other; chmod 600 ../other/a.txt; touch ../other/none",
    );
    for (end, test) in [("tar", "tar -xf"), ("tar.gz", "tar -xzf"), ("zip", "unzip -q")] {
        let pack = |from: &str, to: &str, more: Value| {
            let mut args = more;
            args["path"] = json!(from);
            args["to"] = json!(format!("{to}.{end}"));
            call(&place, "pack", args).unwrap()
        };
        let one = pack("source", "one", json!({"ignored": true}));
        let two = pack("other", "two", json!({"ignored": true}));
        assert_eq!((&one["digest"], &one["size"]), (&two["digest"], &two["size"]), "{end}");
        let bytes = fs::read(place.path(&format!("one.{end}"))).unwrap();
        assert_eq!(one["digest"], Digest::of(&bytes).to_string());
        // Others unpack it.
        let theirs = place.path(&format!("theirs-{end}"));
        fs::create_dir(&theirs).unwrap();
        shell(&theirs, &format!("{test} ../one.{end}"));
        let mut expected = seen(&place.path("source"));
        expected.remove(".gitignore");
        assert_eq!(seen(&theirs), expected, "{end}");
        // So does this one.
        call(
            &place,
            "unpack",
            json!({"path": format!("one.{end}"), "into": format!("ours-{end}")}),
        )
        .unwrap();
        assert_eq!(seen(&place.path(&format!("ours-{end}"))), expected, "{end}");
        let some = pack("source", "some", json!({"files": ["*.txt"], "prefix": "top-1.0"}));
        let listed = call(&place, "list", json!({"path": format!("some.{end}")})).unwrap();
        let paths: Vec<&str> = listed["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["path"].as_str().unwrap())
            .collect();
        assert_eq!(
            paths,
            [
                "top-1.0/a.txt",
                "top-1.0/deep",
                "top-1.0/deep/er",
                "top-1.0/deep/er/é.txt"
            ]
        );
        assert_eq!(some["entries"], 4);
    }
    symlink("/etc/passwd", place.path("source/out")).unwrap();
    let error = call(&place, "pack", json!({"path": "source", "to": "x.tar"})).unwrap_err();
    assert!(
        matches!(&error, ToolError::Failed { message, hint } if message.contains("leads out of the archive")
            && message.contains("`source` is not packed") && hint.contains("leave it out") && !hint.contains("archive.list")),
        "{error:?}"
    );
    assert!(!place.path("x.tar").exists());
    for wrong in [
        json!({"path": "source", "to": "x"}),
        json!({"path": "source", "to": "."}),
        json!({"path": "source", "to": ".git/x.tar"}),
        json!({"path": "..", "to": "x.tar"}),
    ] {
        call(&place, "pack", wrong).unwrap_err();
    }
}

#[test]
fn directories_are_packed_where_something_in_them_is_or_a_pattern_names_them() {
    let place = Place::new();
    source(&place);
    fs::write(place.path("source/.hidden"), "h").unwrap();
    let packed = |files: Value| {
        call(&place, "pack", json!({"path": "source", "to": "x.tar", "files": files}))?;
        let listed = call(&place, "list", json!({"path": "x.tar"})).unwrap();
        let entries = listed["entries"].as_array().unwrap().iter();
        Ok::<Vec<String>, ToolError>(
            entries
                .map(|entry| entry["path"].as_str().unwrap().to_owned())
                .collect(),
        )
    };
    assert_eq!(packed(json!(["none"])).unwrap(), ["none"]);
    assert_eq!(
        packed(json!(["é.txt", "run.sh"])).unwrap(),
        ["deep", "deep/er", "deep/er/é.txt", "run.sh"]
    );
    assert_eq!(packed(json!(["none", "empty"])).unwrap(), ["empty", "none"]);
    assert_eq!(
        packed(json!(["deep/er/**", "a.txt"])).unwrap(),
        ["a.txt", "deep", "deep/er", "deep/er/é.txt"]
    );
    assert_eq!(
        packed(json!(["!deep", "!deep/**", "!no such"])).unwrap(),
        ["a.txt", "empty", "none", "run.sh"]
    );
    let before = fs::read(place.path("x.tar")).unwrap();
    for (files, missed) in [
        (json!(["none", "no such"]), "no such"),
        (json!(["*.rs"]), "*.rs"),
        (json!([".hidden", "none"]), ".hidden"),
    ] {
        let error = packed(files).unwrap_err();
        assert!(
            error
                .to_string()
                .contains(&format!("the pattern `{missed}` of `files` finds nothing")),
            "{error}"
        );
    }
    assert_eq!(fs::read(place.path("x.tar")).unwrap(), before);
}

#[test]
fn an_archive_lies_in_what_is_packed_and_is_none_of_it() {
    let place = Place::new();
    fs::write(place.path("a"), "a").unwrap();
    fs::write(place.path(".hidden"), "h").unwrap();
    for _ in 0..2 {
        let packed = call(&place, "pack", json!({"path": ".", "to": "x.tar", "hidden": true})).unwrap();
        assert_eq!(packed["entries"], 2);
    }
    let listed = call(&place, "list", json!({"path": "x.tar"})).unwrap();
    let paths: Vec<&Value> = listed["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["path"])
        .collect();
    assert_eq!(paths, [".hidden", "a"]);
    fs::create_dir(place.path("inner")).unwrap();
    symlink("inner", place.path("link")).unwrap();
    for from in ["link", ".git", ".git/hooks", ".GIT"] {
        call(&place, "pack", json!({"path": from, "to": "y.tar", "hidden": true})).unwrap_err();
    }
    assert!(!place.path("y.tar").exists());
}

#[test]
fn directories_above_count_as_entries() {
    let place = Place::new();
    fs::create_dir_all(place.path("a/b/c/d")).unwrap();
    fs::write(place.path("a/b/c/d/e"), "e").unwrap();
    shell(&place.situation.workspace, "tar -cf x a/b/c/d/e");
    let unpacked = |limit: u64| {
        call(
            &place,
            "unpack",
            json!({"path": "x", "into": "out", "max_entries": limit}),
        )
    };
    let error = unpacked(4).unwrap_err();
    assert!(error.to_string().contains("more than 4 entries"), "{error}");
    unpacked(5).unwrap();
}

/// The archives that `tests/services/archives.py` makes.
fn hostile(place: &Place) -> Vec<String> {
    let made = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/services/archives.py"))
        .arg(&place.situation.workspace)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let entries = fs::read_dir(&place.situation.workspace).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| name != ".git");
    names.sort();
    names
}

#[test]
fn attacks_24_and_25_a_hostile_archive_is_refused_whole_and_leaves_nothing() {
    let place = Place::new();
    let names = hostile(&place);
    let before = seen(place.situation.workspace.parent().unwrap());
    let mut refused = 0;
    for name in &names {
        let args = json!({"path": name, "into": "out/x", "max_entries": 1_000});
        let listed = call(&place, "list", json!({"path": name, "max_entries": 1_000})).unwrap();
        if name.starts_with("fine.") || name.starts_with("other.") {
            assert_eq!(listed["refused"], Value::Null, "{name}");
            continue;
        }
        let error = call(&place, "unpack", args).unwrap_err();
        let why = match name.split(['_', '.']).next().unwrap() {
            "leads" => "leads out of the archive",
            "name" => "is not UTF-8|is no name that can be told apart",
            "protected" => "which no tool writes",
            "alike" => "is there twice|are the same name|which is no directory|as many names as it says|duplicate",
            "link" => "leads out of the archive|which is no directory|leads nowhere",
            "hard" => "which is no file that came before it|leads out of the archive",
            "kind" => "and only files, directories and links|kind that is not known",
            "mode" => "set-user, set-group or sticky",
            "pax" => "overrides|leads out",
            "after" => "after its end|broken",
            "cut" => "it ends|broken",
            "checksum" => "wrong checksum",
            "header" => "are not read",
            "bomb" => "times as much|more than 1000 entries",
            "zip" => "broken|encrypted",
            other => panic!("{other}"),
        };
        let message = error.to_string();
        assert!(why.split('|').any(|why| message.contains(why)), "{name}: {message}");
        assert!(
            !message.contains('\u{1b}') && !message.contains('\u{202e}'),
            "{message:?}"
        );
        assert!(listed["refused"].as_str().is_some(), "{name}");
        assert!(!place.path("out").exists(), "{name} left something");
        refused += 1;
    }
    assert!(refused > 80, "{refused}");
    assert_eq!(seen(place.situation.workspace.parent().unwrap()), before);
}

#[test]
fn limits_are_those_of_the_call() {
    let place = Place::new();
    source(&place);
    shell(&place.path("source"), "tar -czf ../x .; zip -qry ../z.zip .");
    for path in ["x", "z.zip"] {
        for (limit, says) in [
            (json!({"max_entries": 3}), "more than 3 entries"),
            (json!({"max_bytes": 100}), "more than 100 bytes"),
        ] {
            let mut args = limit;
            args["path"] = json!(path);
            args["into"] = json!("out");
            let error = call(&place, "unpack", args).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
        }
    }
    assert!(!place.path("out").exists());
    fs::write(place.path("text"), "no archive\n").unwrap();
    let error = call(&place, "unpack", json!({"path": "text", "into": "out"})).unwrap_err();
    assert!(matches!(error, ToolError::BadArgument { .. }), "{error:?}");
    for into in ["../out", ".git/x", "/tmp", ".", "x"] {
        call(&place, "unpack", json!({"path": "x", "into": into})).unwrap_err();
    }
    symlink(&place.outside, place.path("link")).unwrap();
    call(&place, "unpack", json!({"path": "x", "into": "link/out"})).unwrap_err();
    assert_eq!(fs::read_dir(&place.outside).unwrap().count(), 1);
}

#[test]
fn a_dropped_call_leaves_nothing() {
    let place = Place::new();
    source(&place);
    shell(&place.path("source"), "tar -czf ../x .");
    let params = arguments(&json!({"path": "x", "into": "out"})).unwrap();
    unpack(&params, &place.situation, &Stop::given_up()).unwrap_err();
    let params = arguments(&json!({"path": "source", "to": "y.tar"})).unwrap();
    pack(&params, &place.situation, &Stop::given_up()).unwrap_err();
    assert!(!place.path("out").exists() && !place.path("y.tar").exists());
    assert_eq!(fs::read_dir(&place.situation.workspace).unwrap().count(), 3);
    // Nor is a file that has begun read to its end.
    let mut content = reading::Asking {
        from: io::repeat(0),
        stop: &Stop::given_up(),
    };
    let error = io::copy(&mut content, &mut io::sink()).unwrap_err();
    assert!(matches!(ArchiveError::from(error), ArchiveError::Tool(_)));
}

#[test]
fn many_small_files_are_as_much_as_a_large_one() {
    let place = Place::new();
    fs::create_dir(place.path("source")).unwrap();
    shell(
        &place.path("source"),
        "for name in a b c; do head -c 9000000 /dev/zero > $name; done; zip -qr ../x.zip a; zip -qr ../y.zip a b c",
    );
    assert_eq!(
        call(&place, "list", json!({"path": "x.zip"})).unwrap()["refused"],
        Value::Null
    );
    let error = call(&place, "unpack", json!({"path": "y.zip", "into": "out"})).unwrap_err();
    assert!(error.to_string().contains("times as much"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_damaged_archive_is_refused_or_gives_what_lies_within(
        which in 0..6_usize,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let place = Place::new();
        source(&place);
        let commands = [
            "tar -cf ../x .", "tar --format=pax -cf ../x deep a.txt", "tar -czf ../x .", "zip -qry ../x.zip . && mv ../x.zip ../x",
            "zip -q0ry ../x.zip a.txt deep && mv ../x.zip ../x", "tar --format=ustar -cf ../x a.txt run.sh deep/er",
        ];
        shell(&place.path("source"), commands[which]);
        let mut bytes = fs::read(place.path("x")).unwrap();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        fs::write(place.path("x"), &bytes).unwrap();
        let before = seen(place.situation.workspace.parent().unwrap());
        let listed = call(&place, "list", json!({"path": "x"}));
        let unpacked = call(&place, "unpack", json!({"path": "x", "into": "out"}));
        if let Ok(listed) = listed {
            prop_assert_eq!(listed["refused"].is_null(), unpacked.is_ok(), "{:?}", listed["refused"]);
        }
        if unpacked.is_ok() {
            fs::remove_dir_all(place.path("out")).unwrap();
        }
        prop_assert_eq!(seen(place.situation.workspace.parent().unwrap()), before);
    }
}
