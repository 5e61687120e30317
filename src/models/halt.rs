//! A flag that stops a thread when nobody waits for it any more. Ends no thread by force.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Sets the flag when it is dropped, with the future that holds it: a blocking thread that looks at the flag stops too.
#[derive(Debug, Default)]
pub struct HaltOnDrop(Arc<AtomicBool>);

impl HaltOnDrop {
    /// The flag, for the thread.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

impl Drop for HaltOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
