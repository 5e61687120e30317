//! What a program may take, and that nothing of it is left.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use somagent::tools::sandbox::{Ended, Hierarchy, Limits, NotRun, NotSeen};

use super::{Ground, said};
use crate::workbench::eventually;

/// Whether a process has this word among its arguments.
pub(super) fn runs(word: &str) -> bool {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .any(|line| {
            line.split(|byte| *byte == 0)
                .any(|argument| argument == word.as_bytes())
        })
}

/// A ground whose zygote has begun: where what is measured is a program alone.
pub(super) fn begun() -> Ground {
    let ground = Ground::new();
    assert_eq!(ground.run(ground.job(&["true"])).unwrap().ended, Ended::Code(0));
    ground
}

#[test]
fn a_program_works_where_it_is_allowed_to() {
    let ground = Ground::new();
    let script = "pwd; cat > made; mkdir -p d/e; ln -s made link; mv made moved; echo err >&2; cat moved; exit 7";
    let mut job = ground.job(&["sh", "-c", script]);
    job.input = b"given\n".to_vec();
    job.directory = "sub".into();
    let outcome = ground.run(job).unwrap();
    assert_eq!(outcome.ended, Ended::Code(7));
    let workspace = ground.path("workspace/sub").canonicalize().unwrap();
    assert_eq!(outcome.stdout.text(), format!("{}\ngiven\n", workspace.display()));
    assert_eq!(outcome.stderr.text(), "err\n");
    assert_eq!(fs::read_to_string(workspace.join("moved")).unwrap(), "given\n");
    assert!(workspace.join("d/e").is_dir());
    use std::os::unix::fs::MetadataExt as _;
    let owner = |path: &Path| fs::metadata(path).map(|found| (found.uid(), found.gid())).unwrap();
    assert_eq!(
        owner(&workspace.join("moved")),
        owner(&ground.path("workspace")),
        "its owner's, not the sandbox's"
    );
}

#[test]
fn one_that_may_only_read_writes_nowhere_but_in_its_scratch() {
    let ground = Ground::new();
    let script = "echo x > /tmp/x && cat /tmp/x; echo y > ~/y && cat ~/y; echo z > /dev/shm/z && cat /dev/shm/z; \
                  touch here || echo no; touch sub/here || echo no";
    let mut job = ground.job(&["sh", "-c", script]);
    job.write = false;
    let outcome = ground.run(job).unwrap();
    assert_eq!(outcome.stdout.text(), "x\ny\nz\nno\nno\n", "{}", outcome.stderr.text());
    for made in ["workspace/here", "workspace/sub/here", "home/y"] {
        assert!(!ground.path(made).exists(), "{made}");
    }
    assert!(!Path::new("/tmp/x").exists() && !Path::new("/dev/shm/z").exists());
}

#[test]
fn nothing_of_the_home_is_seen_but_tool_chains() {
    let ground = Ground::new();
    fs::write(ground.path("home/.ssh/id"), "secret").unwrap();
    fs::create_dir_all(ground.path("home/.cargo/bin")).unwrap();
    fs::write(ground.path("home/.cargo/credentials.toml"), "secret").unwrap();
    let tool = ground.path("home/.cargo/bin/tool");
    // Not by this process: what another test begins at this moment would have it open, and then it cannot be run.
    let script = r#"printf '#!/bin/sh\necho a tool\n' > "$0" && chmod 755 "$0""#;
    let made = Command::new("sh").args(["-c", script]).arg(&tool).status().unwrap();
    assert!(made.success());
    let outcome = ground
        .run(ground.job(&["sh", "-c", "find ~ -type f; ~/.cargo/bin/tool"]))
        .unwrap();
    assert_eq!(
        outcome.stdout.text(),
        format!("{}\na tool\n", tool.display()),
        "{}",
        outcome.stderr.text()
    );
}

#[test]
fn at_the_deadline_everything_is_dead_whatever_it_did() {
    let ground = begun();
    let word = format!("still-here-{}", std::process::id());
    let script = "trap '' TERM INT HUP QUIT; \
                  (trap '' TERM HUP; setsid sh -c 'while :; do sleep 1; done' \"$0\" & ) ; \
                  (sh -c 'exec sh -c \"while :; do :; done\" \"$0\"' \"$0\" &) ; \
                  while :; do sleep 1; done";
    let mut job = ground.job(&["sh", "-c", script, &word]);
    job.limits.wall_ms = 5_000;
    let began = Instant::now();
    let outcome = ground.run(job).unwrap();
    assert_eq!(outcome.ended, Ended::Deadline, "{}", said(&outcome));
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    assert!(!runs(&word), "a process outlived its sandbox");
}

#[test]
fn what_is_left_when_the_program_ends_goes_with_it() {
    let ground = Ground::new();
    let word = format!("left-behind-{}", std::process::id());
    let script = "setsid sh -c 'while :; do sleep 1; done' \"$0\" > /dev/null 2>&1 & echo done";
    let outcome = ground.run(ground.job(&["sh", "-c", script, &word])).unwrap();
    assert_eq!(
        (outcome.ended, outcome.stdout.text().as_str()),
        (Ended::Code(0), "done\n")
    );
    assert!(!runs(&word));
}

#[test]
fn a_call_that_is_dropped_takes_its_processes_along() {
    let ground = Ground::new();
    let word = format!("dropped-{}", std::process::id());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let job = ground.job(&["sh", "-c", "while :; do sleep 1; done", &word]);
    runtime.block_on(async {
        let running = ground.sandbox.run(job);
        tokio::pin!(running);
        let mut begun = false;
        while !begun {
            let tick = tokio::time::sleep(Duration::from_millis(20));
            tokio::select! {
                ended = &mut running => panic!("{ended:?}"),
                () = tick => begun = runs(&word),
            }
        }
    });
    eventually("a process outlived its call", || !runs(&word));
}

#[test]
fn a_fork_bomb_is_bounded_and_ends() {
    let ground = begun();
    let word = format!("bomb-{}", std::process::id());
    let script = "f() { sh -c 'sleep 30' \"$0\" & f; }; (f) 2>/dev/null; ls -d /proc/[0-9]* | wc -l; sleep 30";
    let mut job = ground.job(&["sh", "-c", script, &word]);
    job.limits = Limits {
        wall_ms: 5_000,
        processes: 40,
        ..job.limits
    };
    let outcome = ground.run(job).unwrap();
    // What it could begin stands still at the bound, and is gone at the deadline.
    let begun: u64 = outcome.stdout.text().trim().parse().unwrap_or(0);
    assert!(begun <= 42, "{begun}");
    assert!(
        matches!(outcome.ended, Ended::Deadline | Ended::Code(_)),
        "{:?}",
        outcome.ended
    );
    assert!(!runs(&word));
}

#[test]
fn processor_time_is_bounded() {
    let ground = Ground::new();
    let mut job = ground.job(&["sh", "-c", "while :; do :; done"]);
    job.limits.cpu_ms = 1_000;
    let outcome = ground.run(job).unwrap();
    assert_eq!(outcome.ended, Ended::ProcessorTime);
}

#[test]
fn memory_is_bounded() {
    let ground = Ground::new();
    let mut job = ground.job(&[
        "sh",
        "-c",
        "x=$(head -c 400000000 /dev/zero | tr '\\0' 'a'); echo ${#x}",
    ]);
    job.limits.memory = 64 << 20;
    let outcome = ground.run(job).unwrap();
    match outcome.standing.groups {
        Hierarchy::V1 | Hierarchy::V2 => assert_eq!(outcome.ended, Ended::Memory, "{}", said(&outcome)),
        Hierarchy::None => assert_ne!(outcome.ended, Ended::Code(0), "{}", said(&outcome)),
    }
}

#[test]
fn scratch_and_files_are_bounded() {
    let ground = Ground::new();
    let script =
        "head -c 20000000 /dev/zero > /tmp/x || echo no; head -c 20000000 /dev/zero > big || echo no; ls -l big";
    let mut job = ground.job(&["sh", "-c", script]);
    job.limits.scratch = 4 << 20;
    job.limits.file = 1 << 20;
    let outcome = ground.run(job).unwrap();
    let text = outcome.stdout.text();
    assert!(
        text.starts_with("no\nno\n") && text.contains(" 1048576 "),
        "{text} {}",
        outcome.stderr.text()
    );
}

#[test]
fn output_is_cut_in_the_middle_and_an_endless_one_is_ended() {
    let ground = Ground::new();
    let mut job = ground.job(&["sh", "-c", "echo first; yes | head -c 3000000; echo last"]);
    job.limits.output = 64 << 10;
    let outcome = ground.run(job).unwrap();
    assert_eq!((outcome.ended, outcome.stdout.total()), (Ended::Code(0), 3_000_011));
    let text = outcome.stdout.text();
    assert!(text.starts_with("first\ny\n") && text.ends_with("last\n"));
    assert!(text.len() < (64 << 10) + 100 && text.contains("bytes left out"));
    let run = |script: &str| {
        let mut job = ground.job(&["sh", "-c", script]);
        job.limits.output = 64 << 10;
        job.limits.output_most = 5 << 20;
        ground.run(job).unwrap()
    };
    let most = run("head -c 5242880 /dev/zero");
    assert_eq!((most.ended, most.stdout.total()), (Ended::Code(0), 5 << 20));
    let more = run("head -c 5242881 /dev/zero; while :; do sleep 1; done");
    assert_eq!((more.ended, more.stdout.total()), (Ended::Output, (5 << 20) + 1));
    // How much is written until it is ended is up to the machine; how much is kept is not.
    let endless = run("yes");
    assert_eq!(endless.ended, Ended::Output);
    let kept = endless.stdout.total() - endless.stdout.left_out();
    assert!(
        endless.stdout.text().len() < (64 << 10) + 100 && kept == 64 << 10,
        "{kept}"
    );
}

#[test]
fn what_it_says_stays_data() {
    let ground = Ground::new();
    let script = r"printf '\033]52;c;ZXZpbA==\007\033[2J\377\376ok\n'";
    let outcome = ground.run(ground.job(&["sh", "-c", script])).unwrap();
    assert_eq!(
        outcome.stdout.text(),
        "\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[2J\u{fffd}\u{fffd}ok\n"
    );
}

#[test]
fn what_cannot_be_begun_says_so() {
    let ground = Ground::new();
    fs::write(ground.path("workspace/text"), "no program").unwrap();
    for (argv, part) in [
        (vec!["no-such-program"], "there is no program `no-such-program`"),
        (vec!["./missing"], "No such file"),
        (vec!["./text"], "Permission denied"),
        (vec![""], "no program is named"),
    ] {
        let error = ground.run(ground.job(&argv)).unwrap_err();
        assert!(
            matches!(error, NotRun::NotBegun { .. }) && error.to_string().contains(part),
            "{argv:?}: {error}"
        );
    }
    let mut job = ground.job(&["true"]);
    job.directory = "missing".into();
    assert!(matches!(ground.run(job).unwrap_err(), NotRun::NotBegun { .. }));
}

#[test]
fn what_is_too_much_is_no_workspace() {
    let ground = Ground::new();
    for place in ["/", "/usr/share", "/etc", "/proc", "/tmp", "/dev/shm"] {
        let mut job = ground.job(&["true"]);
        job.workspace = Some(place.into());
        assert!(
            matches!(ground.run(job), Err(NotRun::NotSeen(NotSeen::TooMuch { .. }))),
            "{place}"
        );
    }
    let mut job = ground.job(&["true"]);
    job.workspace = Some(ground.path("home"));
    assert!(matches!(ground.run(job), Err(NotRun::NotSeen(NotSeen::TooMuch { .. }))));
    let mut job = ground.job(&["true"]);
    job.workspace = Some(ground.path("missing"));
    assert!(matches!(
        ground.run(job),
        Err(NotRun::NotSeen(NotSeen::Unreadable { .. }))
    ));
}

#[test]
fn a_linked_git_directory_is_refused() {
    let ground = Ground::new();
    fs::rename(ground.path("workspace/.git"), ground.path("workspace/real")).unwrap();
    std::os::unix::fs::symlink("real", ground.path("workspace/.git")).unwrap();
    let error = ground.run(ground.job(&["true"])).unwrap_err();
    assert!(
        matches!(error, NotRun::Refused { .. }) && error.to_string().contains("is a link"),
        "{error}"
    );
}

/// A layer that cannot be had means that nothing runs: here the kernel's own switch for user namespaces.
#[test]
fn attack_37_without_namespaces_nothing_runs() {
    let ground = Ground::new();
    // Inside a namespace in which none may be made, as a container without leave is.
    let inside = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\"";
    let home = ground.path("home");
    let workspace = ground.path("workspace");
    let ended = Command::new("unshare")
        .args(["--user", "--map-root-user", "sh", "-c", inside, "sh"])
        .arg(super::program())
        .args(["doctor", "--output", "json"])
        .env("SOMAGENT_HOME", &home)
        .current_dir(workspace)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    let checks: serde_json::Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    let checks = checks["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == "sandbox").unwrap();
    assert_eq!(check["status"], "warn", "{check}");
    let detail = check["detail"].as_str().unwrap();
    assert!(detail.contains("no program is run here"), "{check}");
    assert!(
        detail.contains("groups") || detail.contains("namespace"),
        "which layer: {check}"
    );
}

/// What somagent keeps for itself is not seen, even where its directories lie in the workspace.
#[test]
fn what_is_hidden_is_empty_and_stays() {
    let mut ground = Ground::new();
    let own = ground.path("workspace/state");
    fs::create_dir_all(own.join("keys")).unwrap();
    fs::write(own.join("keys/signing.pem"), "a key\n").unwrap();
    ground.sandbox = ground.sandbox.clone().hiding([own.clone(), ground.path("not-there")]);
    for write in [false, true] {
        let mut job = ground.job(&[
            "sh",
            "-c",
            "cat state/keys/signing.pem || echo no; mv state moved || echo no; rm -r state || echo no",
        ]);
        job.write = write;
        let outcome = ground.run(job).unwrap();
        assert_eq!(outcome.stdout.text(), "no\nno\nno\n", "{}", outcome.stderr.text());
    }
    assert_eq!(fs::read_to_string(own.join("keys/signing.pem")).unwrap(), "a key\n");
    let mut job = ground.job(&["true"]);
    job.workspace = Some(own.join("keys"));
    assert!(matches!(ground.run(job), Err(NotRun::NotSeen(NotSeen::TooMuch { .. }))));
}

#[test]
fn a_program_begins_with_the_usual_signals() {
    let ground = Ground::new();
    let outcome = ground
        .run(ground.job(&["grep", "-E", "^Sig(Ign|Blk)", "/proc/self/status"]))
        .unwrap();
    let text = outcome.stdout.text();
    let bits = text
        .lines()
        .map(|line| u64::from_str_radix(line.split_whitespace().nth(1).unwrap(), 16).unwrap())
        // The C library keeps 32 and 33 for its threads, and lets nobody set what they mean (nptl(7)).
        .map(|bits| bits & !(0b11 << 31));
    assert_eq!(bits.collect::<Vec<_>>(), [0, 0], "{text}");
}

/// Where mounts are passed on between namespaces, as on most machines, those of a sandbox stay in it.
#[test]
fn no_mount_leaves_the_sandbox() {
    let ground = Ground::new();
    let workspace = ground.path("workspace");
    let script =
        "mount --make-rshared / || exit 8; \"$@\" > /dev/null || exit 9; grep -c \"$DIR\" /proc/self/mountinfo; true";
    let plain = "\"$@\" > /dev/null || exit 9; grep -c \"$DIR\" /proc/self/mountinfo; true";
    // Only root's mounts are made where they could be seen.
    let mut command = match rustix::process::geteuid().is_root() {
        true => Command::new("unshare"),
        false => Command::new("env"),
    };
    if rustix::process::geteuid().is_root() {
        command.args(["--mount", "--propagation", "unchanged", "sh", "-c", script, "sh"]);
    } else {
        command.args(["sh", "-c", plain, "sh"]);
    }
    let ended = command
        .arg(super::program())
        .args(["tool", "health", "shell"])
        .env("SOMAGENT_HOME", ground.path("home"))
        .env("TMPDIR", &workspace)
        .env("DIR", &workspace)
        .current_dir(&workspace)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    let why = String::from_utf8_lossy(&ended.stderr);
    assert!(
        ended.status.success() && said.trim() == "0",
        "{:?} {said} {why}",
        ended.status
    );
    assert_eq!(super::strangers(&workspace, &[".git", "sub"]), [""; 0]);
}
