//! `somagent model bench`.

mod peer;
mod quality;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine, table};
use crate::exit::Exit;
use crate::models::ask::Masks;
use crate::models::store::PulledModel;
use crate::models::{AskError, OnDevice};

/// Measure how fast a model loads, reads and writes on this machine, or how good it is
///
/// Every run reads the same tokens; the median of the runs is shown. With `--peer` the `llama-bench` of llama.cpp measures the
/// same file in turns with it, and the ratio is shown: above 1, this program is faster.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A model that `somagent model list` shows, or the path of a GGUF file; the default one when absent
    model: Option<String>,
    /// Tokens to read
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..))]
    prompt_tokens: u32,
    /// Tokens to write
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    output_tokens: u32,
    /// How often
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    runs: u32,
    /// A `llama-bench` of llama.cpp to compare with
    #[arg(long, value_name = "PATH")]
    peer: Option<PathBuf>,
    /// How well it predicts a text, or chooses the labels of a `.jsonl` of `text` and `label` (200 items of it), instead of
    /// how fast it is; may be given more than once
    #[arg(long, value_name = "FILE", conflicts_with = "peer")]
    quality: Vec<PathBuf>,
}

/// Tokens a second.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rates {
    prefill: f64,
    decode: f64,
}

/// Runs the command.
///
/// # Errors
/// The model cannot be had or loaded, the tokens do not fit, or the peer fails.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let entry = super::chosen(args.model.as_deref(), context, output).await?;
    let pulled = engine::pull(context, output, &entry).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let listening = Arc::clone(&stop);
    let interrupted = tokio::spawn(async move {
        let heard = tokio::signal::ctrl_c().await;
        listening.store(heard.is_ok(), Ordering::Relaxed);
    });
    if !args.quality.is_empty() {
        let files: Vec<PathBuf> = args.quality.iter().map(|file| context.directory.join(file)).collect();
        let measured = tokio::task::spawn_blocking(move || {
            let model = OnDevice::load(&pulled, &mut |_| {})?;
            quality::measure(&model, &files, &stop)
        });
        let measured = measured.await;
        interrupted.abort();
        let measured = measured.map_err(|error| ended(&error))??;
        quality::show(&entry.name, &measured, output)?;
        return Ok(Exit::Succeeded);
    }
    let plan = Plan {
        prompt: args.prompt_tokens,
        output: args.output_tokens,
        runs: args.runs,
        peer: args.peer.clone(),
        threads: std::thread::available_parallelism().map_or(1, usize::from),
    };
    let measured = tokio::task::spawn_blocking(move || plan.measure(&pulled, &stop)).await;
    interrupted.abort();
    let measured = measured.map_err(|error| ended(&error))??;
    show(args, &entry.name, &measured, output)?;
    Ok(Exit::Succeeded)
}

struct Plan {
    prompt: u32,
    output: u32,
    runs: u32,
    peer: Option<PathBuf>,
    threads: usize,
}

struct Measured {
    load: Duration,
    ours: Rates,
    peer: Option<Rates>,
    /// What the masks of an answer under a schema took, and the writing of it in all.
    masks: (Masks, Duration),
    /// The most memory that this process had, where the system says so.
    peak: Option<u64>,
    threads: usize,
}

impl Plan {
    fn measure(&self, model: &PulledModel, stop: &AtomicBool) -> Result<Measured, Failure> {
        // What is made once is not what loading takes afterwards.
        drop(OnDevice::load(model, &mut |_| {})?);
        let began = Instant::now();
        let loaded = OnDevice::load(model, &mut |_| {})?;
        let load = began.elapsed();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..self.runs {
            let speed = loaded
                .measure(self.prompt, self.output, stop)
                .map_err(|error| not_measured(&error))?;
            ours.push(Rates {
                prefill: rate(self.prompt, speed.prefill),
                decode: rate(self.output, speed.decode),
            });
            if let Some(peer) = &self.peer {
                theirs.push(peer::measure(peer, &model.path, self)?);
            }
        }
        Ok(Measured {
            load,
            ours: medians(&ours),
            peer: (!theirs.is_empty()).then(|| medians(&theirs)),
            masks: loaded.masks(stop).map_err(|error| not_measured(&error))?,
            peak: peak(),
            threads: self.threads,
        })
    }
}

fn ended(error: &tokio::task::JoinError) -> Failure {
    Failure::new(Exit::Internal, "internal", format!("measuring failed: {error}"))
}

fn not_measured(error: &AskError) -> Failure {
    match error {
        AskError::TooLong { .. } => Failure::new(Exit::Usage, "too_long", error)
            .hint("ask for fewer tokens with --prompt-tokens and --output-tokens"),
        AskError::Stopped => Failure::new(Exit::Interrupted, "interrupted", "measuring was stopped"),
        AskError::Refused(_)
        | AskError::OtherPrompt { .. }
        | AskError::NotJudged { .. }
        | AskError::Memory { .. }
        | AskError::Constraint { .. }
        | AskError::Unfinished { .. }
        | AskError::Invalid { .. }
        | AskError::Template { .. }
        | AskError::Compute { .. } => Failure::new(Exit::Failed, "not_measured", error),
    }
}

fn rate(tokens: u32, took: Duration) -> f64 {
    f64::from(tokens) / took.as_secs_f64().max(1e-9)
}

fn medians(runs: &[Rates]) -> Rates {
    let median = |of: fn(&Rates) -> f64| {
        let mut values: Vec<f64> = runs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    Rates {
        prefill: median(|rates| rates.prefill),
        decode: median(|rates| rates.decode),
    }
}

/// The most resident memory that this process had so far, in bytes (`VmHWM`, proc_pid_status(5)).
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

fn show(args: &Args, name: &str, measured: &Measured, output: &mut Output) -> Result<(), Failure> {
    let ratio = measured.peer.map(|peer| Rates {
        prefill: measured.ours.prefill / peer.prefill,
        decode: measured.ours.decode / peer.decode,
    });
    let (masks, writing) = measured.masks;
    let mask_share = masks.total_ns as f64 / (writing.as_nanos() as f64).max(1.0);
    if output.format() != Format::Table {
        let rates = |rates: Rates| json!({"prefill": rates.prefill, "decode": rates.decode});
        return output.json(&json!({
            "model": name, "prompt": args.prompt_tokens, "output": args.output_tokens, "runs": args.runs,
            "threads": measured.threads, "load_ms": measured.load.as_secs_f64() * 1e3,
            "tokens_per_second": rates(measured.ours), "peak_bytes": measured.peak,
            "masks": {"count": masks.count, "median_us": masks.median_ns as f64 / 1e3, "share_of_writing": mask_share},
            "peer_tokens_per_second": measured.peer.map_or(Value::Null, rates),
            "ratio": ratio.map_or(Value::Null, rates),
        }));
    }
    let row = |name: &str, value: String| [name.to_owned(), value];
    let both = |rates: Rates| format!("{:.1} reading, {:.1} writing", rates.prefill, rates.decode);
    let mut rows = vec![
        row("model", name.to_owned()),
        row(
            "measured",
            format!(
                "{} tokens read, {} written, median of {}",
                args.prompt_tokens, args.output_tokens, args.runs
            ),
        ),
        row("load", format!("{:.0} ms", measured.load.as_secs_f64() * 1e3)),
        row("tokens/s", both(measured.ours)),
        row(
            "peak memory",
            measured
                .peak
                .map_or_else(|| "unknown".to_owned(), |peak| format!("{} MiB", peak >> 20)),
        ),
    ];
    let mask = format!(
        "{:.0} µs at the median of {}, {:.1} % of writing JSON under a schema",
        masks.median_ns as f64 / 1e3,
        masks.count,
        mask_share * 100.0
    );
    rows.push(row("masks", mask));
    if let Some(peer) = measured.peer {
        rows.push(row("peer tokens/s", both(peer)));
    }
    if let Some(ratio) = ratio {
        let text = format!("{:.2} reading, {:.2} writing", ratio.prefill, ratio.decode);
        rows.push(row("ratio", text));
    }
    output.text(&table::columns(&rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_of_each_rate() {
        let rates = |prefill, decode| Rates { prefill, decode };
        let runs = [rates(1.0, 30.0), rates(3.0, 10.0), rates(2.0, 20.0)];
        assert_eq!(medians(&runs), rates(2.0, 20.0));
    }
}
