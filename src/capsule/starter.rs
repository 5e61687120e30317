//! The starter capsules that come with somagent, compiled in.

/// Name and text of every starter capsule, by name.
pub const STARTERS: [(&str, &str); 1] = [("repo_digest", include_str!("../../capsules/repo_digest.yaml"))];
