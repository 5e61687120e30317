//! Work that takes its time, done beside the others: they go on meanwhile, and a dropped call stops it.
//!
//! Knows nothing of what is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::ToolError;
use super::contract::failed;

/// Says whether whoever asked is still there.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop {
    is_given_up: Arc<AtomicBool>,
}

impl Stop {
    /// Nobody is there any more.
    #[cfg(test)]
    pub fn given_up() -> Self {
        let stop = Self::default();
        stop.is_given_up.store(true, Ordering::Relaxed);
        stop
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

/// Gives the work up when the call that waits for it is dropped.
struct Waiting(Stop);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.is_given_up.store(true, Ordering::Relaxed);
    }
}

/// Does `work` on a thread where waiting is allowed.
///
/// # Errors
/// As the work says; also when it is stopped.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce(&Stop) -> Result<T, ToolError> + Send + 'static,
) -> Result<T, ToolError> {
    let stop = Stop::default();
    let waiting = Waiting(stop.clone());
    let done = tokio::task::spawn_blocking(move || work(&stop)).await;
    drop(waiting);
    done.map_err(|error| failed(format!("the work broke off: {error}"), "call it again"))?
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
