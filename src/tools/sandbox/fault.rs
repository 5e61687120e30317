//! What could not be set up: the layer and what the system said.

use std::fmt::Display;

/// A layer that does not hold; nothing runs then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{layer}: {why}")]
pub(super) struct Fault {
    /// Which layer.
    pub(super) layer: String,
    /// What the system said.
    pub(super) why: String,
}

/// Makes a [`Fault`] of `layer` from what the system said.
pub(super) fn layer<Why: Display>(layer: &str) -> impl FnOnce(Why) -> Fault {
    move |why| Fault {
        layer: layer.to_owned(),
        why: why.to_string(),
    }
}
