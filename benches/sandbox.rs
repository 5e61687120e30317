//! What the sandbox costs: processor time of `/bin/true` in it, over the same bare, and beside bubblewrap.
//!
//! `cargo bench --bench sandbox`. With `bwrap` in the `PATH` it takes its turn, with the namespaces and mounts that come
//! nearest; it sets up no Landlock, no system call filter and no control groups. The process around programs is begun
//! once for all of a run: each round of the sandbox begins it and ends it, with one program and with many, so that both
//! what that costs and what each further program costs are known.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and what it cannot go on without ends it"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use somagent::tools::sandbox::{Ended, Job, Limits, Sandbox};

const ROUNDS: usize = 7;
const EACH: usize = 40;
/// Milliseconds of processor time over a bare start, at most.
const LIMIT_MS: f64 = 3.0;

fn main() {
    let directory = std::env::temp_dir().join(format!("somagent-bench-{}", std::process::id()));
    std::fs::create_dir_all(directory.join("workspace/.git")).unwrap();
    std::fs::create_dir_all(directory.join("workspace/.somagent")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let confined = |sandbox: &Sandbox| {
        let job = Job {
            argv: vec!["/bin/true".to_owned()],
            env: BTreeMap::new(),
            workspace: Some(directory.join("workspace")),
            write: true,
            directory: PathBuf::new(),
            read: Vec::new(),
            also: Vec::new(),
            input: Vec::new(),
            limits: Limits::default(),
            egress: None,
        };
        let outcome = runtime.block_on(sandbox.run(job)).unwrap();
        assert_eq!(outcome.ended, Ended::Code(0));
    };
    let workspace = directory.join("workspace").display().to_string();
    let quietly = |program: &str, args: &[&str]| {
        let status = Command::new(program).args(args).stdin(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let bare = || assert!(quietly("/bin/true", &[]));
    let wrapped: Vec<&str> =
        "--unshare-all --die-with-parent --new-session --ro-bind / / --tmpfs /tmp --proc /proc --dev /dev --bind"
            .split(' ')
            .chain([workspace.as_str(), workspace.as_str(), "/bin/true"])
            .collect();
    let peer = || assert!(quietly("bwrap", &wrapped));
    let with_peer = quietly("bwrap", &["--version"]) && quietly("bwrap", &wrapped);
    let mut rounds: [Vec<(f64, f64)>; 3] = [const { Vec::new() }; 3];
    let mut firsts = Vec::new();
    for _ in 0..ROUNDS {
        rounds[0].push(measure(|| (0..EACH).for_each(|_| bare())));
        let some = |count: usize| {
            let (cpu, wall) = measure(|| {
                let sandbox = Sandbox {
                    program: PathBuf::from(env!("CARGO_BIN_EXE_somagent")),
                    ..Sandbox::from_env(|name| std::env::var_os(name))
                };
                (0..count).for_each(|_| confined(&sandbox));
            });
            (cpu * EACH as f64, wall * EACH as f64)
        };
        let (first, many) = (some(1), some(1 + EACH));
        firsts.push(first);
        let each = EACH as f64;
        rounds[1].push(((many.0 - first.0) / each, (many.1 - first.1) / each));
        if with_peer {
            rounds[2].push(measure(|| (0..EACH).for_each(|_| peer())));
        }
    }
    let [bare, confined, peer] = rounds.map(median);
    let first = median(firsts);
    println!("                 CPU ms   wall ms   (median of {ROUNDS} rounds of {EACH})");
    println!("bare            {:7.2}   {:7.2}", bare.0, bare.1);
    println!("sandbox         {:7.2}   {:7.2}", confined.0, confined.1);
    println!(
        "the first one   {:7.2}   {:7.2}   (and the end of it all)",
        first.0, first.1
    );
    if with_peer {
        println!("bwrap           {:7.2}   {:7.2}", peer.0, peer.1);
        println!("sandbox over bwrap: {:.2} of its processor time", confined.0 / peer.0);
    } else {
        println!("bwrap           not measured: it is not here, or does not run");
    }
    let over = confined.0 - bare.0;
    let verdict = if over <= LIMIT_MS { "within" } else { "OVER" };
    println!("over bare: {over:.2} ms of processor time, {verdict} the limit of {LIMIT_MS} ms");
    std::fs::remove_dir_all(&directory).unwrap();
}

/// Processor and wall time of one call in a round, in milliseconds.
fn measure(round: impl FnOnce()) -> (f64, f64) {
    let (began, used) = (Instant::now(), processor_ms());
    round();
    let each = EACH as f64;
    (
        (processor_ms() - used) / each,
        began.elapsed().as_secs_f64() * 1e3 / each,
    )
}

fn median(mut rounds: Vec<(f64, f64)>) -> (f64, f64) {
    rounds.sort_by(|one, other| one.0.total_cmp(&other.0));
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}

/// Processor time of this process and of everything that it waited for, in milliseconds.
#[allow(unsafe_code, reason = "the times of children are asked for by a raw call")]
fn processor_ms() -> f64 {
    [libc::RUSAGE_SELF, libc::RUSAGE_CHILDREN]
        .into_iter()
        .map(|who| {
            // SAFETY: all zeroes is a valid value of this plain structure, and it lives through the call.
            let usage = unsafe {
                let mut usage: libc::rusage = std::mem::zeroed();
                libc::getrusage(who, &raw mut usage);
                usage
            };
            let ms = |time: libc::timeval| time.tv_sec as f64 * 1e3 + time.tv_usec as f64 / 1e3;
            ms(usage.ru_utime) + ms(usage.ru_stime)
        })
        .sum()
}
