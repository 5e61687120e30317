//! `somagent doctor`.

use std::time::Instant;

use serde_json::json;

use super::Context;
use super::bench;
use super::checks::{self, Check, Status};
use super::engine;
use super::failure::Failure;
use super::mcp;
use super::mode;
use super::output::{Format, Output};
use super::paint::{Paint, Tone};
use crate::engine::house::{self, House};
use crate::engine::{now_ms, opa, open};
use crate::exit::Exit;
use crate::models::Store;
use crate::net::{Exchange, Net};
use crate::policy::opa::Said;
use crate::policy::{Draft, Trusted};
use crate::tools::attached::attached;
use crate::tools::sandbox::Sandbox;

/// Check whether this machine is ready, and say what would make it so
///
/// Ends with 3 when a check fails; a warning is no failure. With `-q` the table has only what is
/// not well.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Measure what the dashboard costs as well, beside its limits
    ///
    /// Takes minutes and about 1.5 GB in the cache directory while it goes on: a scratch store is
    /// filled by real runs, and the dashboard looks at it in a terminal of its own. A value over its
    /// limit is a warning.
    #[arg(long)]
    bench: bool,
    /// Events in the scratch store
    #[arg(long, value_name = "N", default_value_t = 1_000_000, requires = "bench")]
    events: u64,
}

/// Runs the command.
pub(super) async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let (trusted, store) = store(context);
    let mut checks = checks::all(&context.home, trusted.as_ref());
    checks.push(store);
    checks.push(deployment(context));
    checks.push(model(context)?);
    checks.extend(opa(context).await);
    checks.push(programs().await);
    checks.extend(servers(context));
    if args.bench {
        checks.extend(bench::measure(args.events, context, output)?);
    }
    let worst = checks.iter().map(|check| check.status).max().unwrap_or(Status::Ok);
    match output.format() {
        Format::Table => {
            let shown = checks
                .iter()
                .filter(|check| !output.is_quiet() || check.status > Status::Ok);
            let table: String = shown.map(|check| row(check, output.paint())).collect();
            output.data(table.as_bytes())?;
        }
        Format::Json => output.json(&json!({"v": 1, "status": worst, "checks": checks}))?,
        Format::Jsonl => {
            for check in &checks {
                output.json(&json!({"v": 1, "check": check}))?;
            }
        }
    }
    Ok(match worst {
        Status::Ok | Status::Warn => Exit::Succeeded,
        Status::Fail => Exit::Failed,
    })
}

/// The store, and what it records about who is trusted.
fn store(context: &Context) -> (Option<Trusted>, Check) {
    const NAME: &str = "store";
    let reader = match engine::reader(context) {
        Ok(Some(reader)) => reader,
        Ok(None) => {
            return (
                None,
                Check::warn(NAME, "there is none yet", "`somagent init` makes one"),
            );
        }
        Err(failure) => {
            return (
                None,
                Check::fail(NAME, failure.message, failure.hint.unwrap_or_default()),
            );
        }
    };
    let recorded = reader
        .events(&house::stream(), 0, usize::MAX)
        .map_err(Failure::from)
        .and_then(|events| House::replay(&events).map_err(Failure::from))
        .and_then(|house| open::trusted(&house).map_err(Failure::from))
        .and_then(|trusted| Ok((trusted, reader.head()?)));
    match recorded {
        Ok((trusted, head)) => {
            let detail = format!("{} events, id {}", head.seq, reader.store_id());
            (Some(trusted), Check::ok(NAME, detail))
        }
        Err(failure) => (
            None,
            Check::fail(NAME, failure.message, failure.hint.unwrap_or_default()),
        ),
    }
}

/// The server of decisions that the constitution in force names. Where the store cannot be read, that is said elsewhere.
async fn opa(context: &Context) -> Option<Check> {
    const NAME: &str = "opa";
    let reader = engine::reader(context).ok()??;
    let events = reader.events(&house::stream(), 0, usize::MAX).ok()?;
    let active = House::replay(&events).ok()?.active?;
    let question = Draft::read(active.text.as_bytes()).ok()?.probe()?;
    let mode = mode::in_force(context).ok()?;
    let exchange = Exchange::new(Net::new(context.offline));
    let began = Instant::now();
    let heard = opa::ask(&exchange, &question, &mode).await;
    Some(match heard.said {
        Said::Allow | Said::Deny | Said::Undefined => Check::warn(
            NAME,
            format!(
                "{} answers in {} ms; unverified",
                heard.url,
                began.elapsed().as_millis()
            ),
            "it has the form of OPA's data API, but was tried against no OPA server: docs/opa.md",
        ),
        Said::Fault { why } => Check::fail(
            NAME,
            format!("{}: {why}", heard.url),
            "everything is denied until it answers; docs/opa.md says how",
        ),
    })
}

/// Whether programs can be confined: one that does nothing is.
async fn programs() -> Check {
    const NAME: &str = "sandbox";
    match Sandbox::from_env(|name| std::env::var_os(name)).try_out().await {
        Ok(standing) => Check::ok(NAME, standing.to_string()),
        Err(error) => Check::warn(NAME, format!("no program is run here: {error}"), error.remedy()),
    }
}

/// The attached servers, where there are any: those that a capsule cannot call, and why. None is started.
fn servers(context: &Context) -> Option<Check> {
    const NAME: &str = "servers";
    let all = match attached(&context.home) {
        Ok(all) if all.is_empty() => return None,
        Ok(all) => all,
        Err(error) => {
            let failure = Failure::from(error);
            return Some(Check::warn(NAME, failure.message, failure.hint.unwrap_or_default()));
        }
    };
    let used = all.iter().filter(|attachment| attachment.config.enabled);
    let (ready, others): (Vec<_>, Vec<_>) = used.partition(|attachment| attachment.is_as_approved());
    let others: Vec<String> = others
        .iter()
        .map(|attachment| format!("`{}` {}", attachment.name, mcp::state(attachment)))
        .collect();
    Some(if others.is_empty() {
        Check::ok(NAME, format!("{} approved", ready.len()))
    } else {
        let detail = format!("{} approved; {}", ready.len(), others.join("; "));
        Check::warn(NAME, detail, "`somagent mcp approve NAME` looks at one again")
    })
}

/// The deployment mode in force, and where it comes from.
fn deployment(context: &Context) -> Check {
    const NAME: &str = "mode";
    match mode::posture(context) {
        Ok(posture) => Check::ok(NAME, mode::origin(&posture, &context.asked, now_ms())),
        Err(failure) => Check::fail(NAME, failure.message, failure.hint.unwrap_or_default()),
    }
}

fn model(context: &Context) -> Result<Check, Failure> {
    const NAME: &str = "model";
    let entry = engine::default_model(context)?;
    Ok(match Store::at(context.home.models()).find(&entry) {
        Some(found) => Check::ok(NAME, found.path.display().to_string()),
        None => Check::warn(
            NAME,
            format!("{} is not here", entry.name),
            "`somagent model pull` fetches it",
        ),
    })
}

fn row(check: &Check, paint: Paint) -> String {
    let tone = match check.status {
        Status::Ok => Tone::Good,
        Status::Warn => Tone::Warning,
        Status::Fail => Tone::Bad,
    };
    let status = paint.apply(tone, &format!("{:<4}", check.status.word()));
    let mut row = format!("{status}  {:<20}{}\n", check.name, check.detail);
    if let Some(hint) = &check.hint {
        row.push_str(&format!("{:<26}hint: {hint}\n", ""));
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_lines_up_with_its_hint() {
        let check = Check::warn("disk space", "1.0 GiB free", "free some");
        assert_eq!(
            row(&check, Paint::PLAIN),
            "warn  disk space          1.0 GiB free\n                          hint: free some\n"
        );
    }
}
