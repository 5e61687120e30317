//! `capsule lint --fix`: what can be mended in one way is mended in the file, and nothing else is.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::json;

use crate::homes::{Home, capsule_of};

const STEP: &str = "    - {name: look, action: fs.list} # the directory\n";

#[test]
fn slips_are_mended_in_the_file_and_only_they() {
    let home = Home::fresh();
    let meant = capsule_of(STEP);
    let wrong = meant
        .replace("action: fs.list", "actoin: fs.lst")
        .replace("steps: 10", "stesp: 10");
    let file = home.file("capsule.yaml", &wrong);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let link = home.work().join("link.yaml");
    symlink(&file, &link).unwrap();
    assert_eq!(home.run(&["capsule", "lint", &file]).code, Some(10));
    let shown = home.run(&["capsule", "lint", &file, "-o", "json"]).json();
    let key = wrong.find("stesp").unwrap();
    assert_eq!(
        shown[0]["mend"],
        json!({"span": [key, key + 5], "text": "steps"}),
        "{shown}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), wrong, "looking changes nothing");

    let ended = home.run(&["capsule", "lint", "--fix", link.to_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), meant);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let again = home.run(&["capsule", "lint", "--fix", &file]);
    assert_eq!(again.code, Some(0));
    assert!(again.err.contains("nothing to mend"), "{again:?}");
    assert!(!home.root().exists(), "mending sets nothing up");
}

#[test]
fn what_is_no_file_is_not_mended() {
    let home = Home::fresh();
    for (name, what) in [("-", "standard input"), ("repo_digest", "built in")] {
        home.run(&["capsule", "lint", "--fix", name]).refused(2, &[what]);
    }
    let file = home.file(
        "capsule.yaml",
        &capsule_of("    - {name: look, action: fs.list, params: {limit: x}}\n"),
    );
    let before = fs::read_to_string(&file).unwrap();
    assert_eq!(home.run(&["capsule", "lint", "--fix", &file]).code, Some(10));
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        before,
        "one of many numbers may be meant"
    );
}
