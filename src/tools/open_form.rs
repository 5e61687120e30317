//! A form that somebody asked for in the middle of a call and did not get.

use serde_json::Value;

/// The name of the argument that takes forms along.
pub const ANSWERS: &str = "answers";

/// What a server wanted of a person when its call ended for it: a call that takes the form along may go well.
///
/// Its texts are the server's, cut and escaped; its schema is one that forms of questions are checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenForm {
    /// What for.
    pub message: String,
    /// JSON Schema of the form: an object of plain values.
    pub schema: Value,
    /// How many forms of the same call were answered before it.
    pub answered: usize,
}
