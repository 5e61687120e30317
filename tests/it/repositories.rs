//! Real git repositories, made from streams of `git fast-import`.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Makes the repository that `stream` describes in `directory`, and checks out its branch.
pub fn import(directory: &Path, stream: &Path) {
    start(directory);
    let status = Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(directory)
        .stdin(File::open(stream).unwrap())
        .status()
        .unwrap();
    assert!(status.success(), "git refuses {}", stream.display());
    if !git(directory, &["branch", "--list"]).is_empty() {
        git(directory, &["reset", "--quiet", "--hard"]);
    }
}

/// A history of `commits` commits over a few directories, by a few people.
pub fn long_history(directory: &Path, commits: usize) {
    start(directory);
    let mut child = Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(directory)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stream = std::io::BufWriter::new(child.stdin.take().unwrap());
    for number in 0..commits {
        let (area, who, file) = (number % 7, number % 23, number % 101);
        let message = format!("fix: correct the value {number} of area {area}");
        let content = format!("value {number}\n");
        write!(
            stream,
            "commit refs/heads/main\ncommitter Person {who} <p{who}@example.org> {} +0000\ndata {}\n{message}\n\
             M 100644 inline area{area}/file{file}.txt\ndata {}\n{content}\n",
            1_700_000_000 + number * 60,
            message.len(),
            content.len(),
        )
        .unwrap();
    }
    drop(stream);
    assert!(child.wait().unwrap().success());
}

fn start(directory: &Path) {
    std::fs::create_dir_all(directory).unwrap();
    git(directory, &["init", "--quiet", "--initial-branch=main"]);
}

/// What git says; it has to succeed.
pub fn git(directory: &Path, args: &[&str]) -> String {
    let output = Command::new("git").args(args).current_dir(directory).output().unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
