//! Work that takes its time, done beside the others: they go on meanwhile, and a dropped call stops it.
//!
//! Knows nothing of what is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::contract::{failed, no_such_action};
use super::{Call, Calling, Output, ToolError};
use crate::capsule::tool_spec::ToolSpec;
use crate::models::HaltOnDrop;
use crate::policy::Situation;

/// Says whether whoever asked is still there.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop {
    is_given_up: Arc<AtomicBool>,
}

impl Stop {
    /// Nobody is there any more.
    #[cfg(test)]
    pub fn given_up() -> Self {
        Self {
            is_given_up: HaltOnDrop::default().flag(),
        }
    }

    /// To be asked between two pieces of work.
    ///
    /// # Errors
    /// Nobody waits for the result any more.
    pub fn check(&self) -> Result<(), ToolError> {
        if self.is_given_up.load(Ordering::Relaxed) {
            Err(failed("it was given up", "call it again"))
        } else {
            Ok(())
        }
    }
}

/// Does `work` on a thread where waiting is allowed.
///
/// # Errors
/// As the work says; also when it is stopped.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce(&Stop) -> Result<T, ToolError> + Send + 'static,
) -> Result<T, ToolError> {
    let halt = HaltOnDrop::default();
    let stop = Stop {
        is_given_up: halt.flag(),
    };
    let done = tokio::task::spawn_blocking(move || work(&stop)).await;
    drop(halt);
    done.map_err(|error| failed(format!("the work broke off: {error}"), "call it again"))?
}

/// What a tool does for a verb with its arguments; `None` where the verb is none of its own.
type Run = fn(&str, &Value, &Situation, &Stop) -> Result<Option<Value>, ToolError>;

/// Does a call aside with `run`.
pub(super) fn perform<'a>(spec: &'a ToolSpec, call: Call<'a>, run: Run) -> Calling<'a> {
    Box::pin(async move {
        let (verb, args, situation) = (call.verb.to_owned(), call.args.clone(), call.situation.clone());
        let value = aside(move |stop| run(&verb, &args, &situation, stop)).await?;
        Ok(Output {
            value: value.ok_or_else(|| no_such_action(spec, call.verb))?,
            artifacts: Vec::new(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_call_stops_its_work() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (told, stopped) = std::sync::mpsc::channel();
        let (began, begun) = tokio::sync::oneshot::channel();
        runtime.block_on(async {
            let work = aside(move |stop| {
                began.send(()).unwrap();
                while stop.check().is_ok() {
                    std::thread::yield_now();
                }
                told.send(stop.check().is_err()).unwrap();
                Ok(())
            });
            tokio::select! {
                _ = work => panic!("it ends only when it is stopped"),
                begun = begun => begun.unwrap(),
            }
        });
        assert!(stopped.recv().unwrap());
        assert_eq!(runtime.block_on(aside(|_| Ok(7))), Ok(7));
    }
}
