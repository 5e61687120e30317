//! Why a connection is over.

/// Why nothing is said to a server any more, and nothing heard of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// It closed its side, or its process ended.
    #[error("the server closed the connection")]
    Closed,
    /// A message is longer than is read, or never ends.
    #[error("the server sent a message of more than {limit} bytes")]
    FrameTooLong {
        /// What is allowed.
        limit: usize,
    },
    /// A message is nested too deeply.
    #[error("the server sent a message that is nested more than {limit} levels deep")]
    FrameTooDeep {
        /// What is allowed.
        limit: usize,
    },
    /// A message has too many values.
    #[error("the server sent a message of more than {limit} values")]
    FrameTooRich {
        /// What is allowed.
        limit: usize,
    },
    /// One response of an HTTP server goes on and on.
    #[error("the server sent more than {limit} bytes in one response")]
    StreamTooLong {
        /// What is allowed.
        limit: u64,
    },
    /// Its output is something else than messages.
    #[error("the server wrote more than {limit} bytes that are no messages, such as `{excerpt}`")]
    Noise {
        /// What is allowed.
        limit: usize,
        /// The beginning of what it wrote last, escaped.
        excerpt: String,
    },
    /// It answers what was not asked.
    #[error("the server answered `{id}`, which was not asked or is answered already")]
    WrongId {
        /// The id of its answer, escaped.
        id: String,
    },
    /// It sends what nobody asked for, without end.
    #[error("the server sent more than {limit} messages that nobody asked for")]
    Flood {
        /// What is allowed.
        limit: usize,
    },
    /// It asks without waiting for answers, or does not read them.
    #[error("the server has more than {limit} requests open, or reads no answers")]
    Unread {
        /// What is allowed.
        limit: usize,
    },
    /// It took too long.
    #[error("the server did not answer `{method}` within {milliseconds} ms")]
    Overdue {
        /// What was asked.
        method: String,
        /// How long it had.
        milliseconds: u128,
    },
    /// The connection broke.
    #[error("the connection to the server broke: {why}")]
    Broken {
        /// What the system says.
        why: String,
    },
    /// It was closed here.
    #[error("the connection was closed here")]
    Dropped,
}
