//! How fast the journal makes events durable, as a ratio to what the disk can sync in the same run.
//!
//! `cargo bench --bench journal`. One event is about 300 bytes of body. The disk's own rate is
//! measured before and after each row, because it swings; the ratio is what can be compared.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and what it cannot go on without ends it"
)]

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use somagent::journal::{Fact, Journal, Place, Stamp, Stream};

const MEASURED: Duration = Duration::from_secs(4);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    println!("submitters  events/s  p50 ms  p99 ms  fsync/s before  after  events per fsync");
    for submitters in [1, 100, 1_000] {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let before = syncs_per_second(directory.path());
        let mut waits = runtime.block_on(append_for_a_while(directory.path(), submitters));
        let after = syncs_per_second(directory.path());
        waits.sort_unstable();
        let rate = waits.len() as f64 / MEASURED.as_secs_f64();
        let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        println!(
            "{submitters:>10}  {rate:>8.0}  {:>6.2}  {:>6.2}  {before:>14.0}  {after:>5.0}  {:>16.1}",
            at(0.5),
            at(0.99),
            rate / before.midpoint(after)
        );
    }
}

/// `fdatasync` calls a second, each after 4 KiB appended to a file.
fn syncs_per_second(directory: &Path) -> f64 {
    let mut file = File::create(directory.join("syncs")).unwrap();
    let began = Instant::now();
    let mut count = 0;
    while began.elapsed() < Duration::from_secs(1) {
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    f64::from(count) / began.elapsed().as_secs_f64()
}

/// How long each append waited until it was durable.
async fn append_for_a_while(directory: &Path, submitters: usize) -> Vec<Duration> {
    let place = Place {
        database: directory.join("data/somagent.db"),
        blobs: directory.join("data/blobs"),
        checkpoint: directory.join("state/checkpoint"),
        locks: directory.join("data/locks"),
    };
    let journal = Arc::new(Journal::open(&place, SigningKey::from_bytes(&[7; 32])).unwrap());
    let until = Instant::now() + MEASURED;
    let tasks: Vec<_> = (0..submitters)
        .map(|submitter| {
            let journal = Arc::clone(&journal);
            tokio::spawn(async move {
                let stream = Stream::Run(format!("{submitter:032x}"));
                let stamp = Stamp {
                    at: 1_795_253_400_000,
                    actor: "user:bench".to_owned(),
                    trace: None,
                    constitution: None,
                };
                let mut waits = Vec::new();
                while Instant::now() < until {
                    let fact = Fact {
                        kind: "bench.event".to_owned(),
                        v: 1,
                        body: serde_json::json!({"text": "x".repeat(290)}),
                        epoch: None,
                    };
                    let began = Instant::now();
                    let expected = waits.len() as u64;
                    journal.append(&stream, expected, &stamp, vec![fact]).await.unwrap();
                    waits.push(began.elapsed());
                }
                waits
            })
        })
        .collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.unwrap());
    }
    waits
}
