//! Proposing, signing and activating.
