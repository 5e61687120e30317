//! How many texts become vectors in a second, as a ratio to onnxruntime in the same run.
//!
//! `cargo bench --bench embed` measures this program alone; with `SOMAGENT_EMBED_PEER` = "PYTHON FOLDER MODEL.onnx" it and
//! onnxruntime take turns (`benches/embed_peer.py` says how to make both). `SOMAGENT_EMBED_THREADS` is how many threads each
//! has: on cores that are busy one tells most, because onnxruntime's wait for each other. The model lies in `SOMAGENT_MODELS`, or in `models`
//! of the build's directory: `somagent model pull all-minilm-l6-v2` puts it there.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and what it cannot go on without ends it"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use somagent::models::{Catalogue, Embedder, Store};

const ROUNDS: usize = 7;
static STOP: AtomicBool = AtomicBool::new(false);
const WORDS: [&str; 24] = [
    "the", "run", "was", "read", "again", "from", "its", "first", "event", "and", "every", "fact", "that", "it", "had",
    "came", "out", "same", "before", "anybody", "looked", "at", "this", "store",
];

/// Onnxruntime in a process of its own.
struct Peer {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Peer {
    fn start(given: &str, threads: usize) -> Self {
        let mut words = given.split_whitespace();
        let mut child = Command::new(words.next().unwrap())
            .args(["benches/embed_peer.py", "serve"])
            .args(words)
            .arg(threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut peer = Self {
            child,
            stdin,
            stdout: BufReader::new(stdout),
        };
        assert_eq!(peer.line().trim(), "ready");
        peer
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    /// The seconds that `texts` took, and the first numbers of the last vector.
    fn embed(&mut self, texts: &[&str]) -> (f64, Vec<f32>) {
        writeln!(self.stdin, "{}", serde_json::to_string(texts).unwrap()).unwrap();
        serde_json::from_str(&self.line()).unwrap()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn main() {
    let given = std::env::var("SOMAGENT_EMBED_THREADS").ok();
    let threads = given.map_or_else(
        || std::thread::available_parallelism().map_or(1, usize::from),
        |given| given.parse().unwrap(),
    );
    let mut peer = std::env::var("SOMAGENT_EMBED_PEER")
        .ok()
        .map(|given| Peer::start(&given, threads));
    let began = Instant::now();
    let embedder = embedder();
    println!(
        "loaded in {:.0} ms, {threads} threads",
        began.elapsed().as_secs_f64() * 1e3
    );
    println!("tokens a text  texts  texts/s  onnxruntime  ratio (median of {ROUNDS}, least and most)");
    for (name, lengths, count) in [
        ("20", 20..=20, 512),
        ("128", 128..=128, 96),
        ("256", 256..=256, 48),
        ("4 to 100", 4..=100, 192),
    ] {
        let texts: Vec<String> = (0..count).map(|at| text(at, lengths.clone())).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let began = Instant::now();
            let embedded = embedder.embed_on(threads, &texts, &STOP).unwrap();
            let took = began.elapsed().as_secs_f64();
            let other = peer.as_mut().map(|peer| peer.embed(&texts));
            if let Some((_, numbers)) = &other {
                let last = embedded.vectors.last().unwrap();
                assert!(
                    numbers.iter().zip(last).all(|(a, b)| (a - b).abs() < 1e-4),
                    "both count the same"
                );
            }
            // The first round fills caches.
            if round > 0 {
                ours.push(f64::from(count) / took);
                theirs.extend(other.map(|(took, _)| f64::from(count) / took));
            }
        }
        let ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
        let (ours, theirs, ratios) = (sorted(ours), sorted(theirs), sorted(ratios));
        let shown = |values: &[f64], places: usize| {
            let median = values.get(values.len() / 2);
            median.map_or_else(|| "-".to_owned(), |median| format!("{median:.places$}"))
        };
        let range = ratios.first().zip(ratios.last());
        let range = range.map_or_else(String::new, |(least, most)| format!(" ({least:.2}–{most:.2})"));
        println!(
            "{name:>13}  {count:>5}  {:>7}  {:>11}  {}{range}",
            shown(&ours, 0),
            shown(&theirs, 0),
            shown(&ratios, 2)
        );
    }
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// A text of a number of tokens within `lengths`, its two ends included; every word here is one.
fn text(at: u32, lengths: std::ops::RangeInclusive<usize>) -> String {
    let at = at as usize;
    let length = lengths.start() + at * 37 % (lengths.end() - lengths.start() + 1);
    let words = (0..length - 2).map(|word| WORDS[(at * 7 + word * 5 + word / 3) % WORDS.len()]);
    words.collect::<Vec<_>>().join(" ")
}

fn embedder() -> Embedder {
    let folder = std::env::var_os("SOMAGENT_MODELS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/models"),
        PathBuf::from,
    );
    let catalogue = Catalogue::built_in().unwrap();
    let entry = catalogue.find("all-minilm-l6-v2").unwrap();
    let pulled = Store::at(&folder).find(entry).unwrap();
    Embedder::load(&pulled).unwrap()
}
