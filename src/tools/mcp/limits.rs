//! How much a server may send, keep open and ask for.

use std::time::Duration;

/// The bounds of one connection. The defaults fit every server that was met; a larger answer ends in a clear error.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The longest message, in bytes.
    pub frame_bytes: usize,
    /// The most values in one message: what a parser makes of a byte is much more than a byte.
    pub frame_values: usize,
    /// The deepest nesting of a message.
    pub frame_depth: usize,
    /// The most bytes that are no messages on a server's output: banners, logs, mistakes.
    pub noise_bytes: usize,
    /// The longest HTTP response as a stream, in bytes.
    pub stream_bytes: u64,
    /// The most messages that nobody asked for between two answers.
    pub unasked: usize,
    /// The most requests of the server that wait for an answer at once, and the most it may ask within one call.
    pub questions: usize,
    /// The most pages of a list.
    pub pages: usize,
    /// The most entries of a list.
    pub items: usize,
    /// The most bytes of a whole list.
    pub list_bytes: usize,
    /// The longest text, image or other item of an answer that is kept, in bytes.
    pub item_bytes: usize,
    /// The most bytes of an answer that are kept.
    pub total_bytes: usize,
    /// How long a call may take, the time for which a person is asked not counted.
    pub call: Duration,
    /// How long a server may take to be ready.
    pub start: Duration,
    /// How long a server that is told to stop is waited for.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes: 8 << 20,
            frame_values: 400_000,
            frame_depth: 100,
            noise_bytes: 1 << 20,
            stream_bytes: 64 << 20,
            unasked: 50_000,
            questions: 16,
            pages: 100,
            items: 2_000,
            list_bytes: 16 << 20,
            item_bytes: 1 << 20,
            total_bytes: 4 << 20,
            call: Duration::from_secs(60),
            start: Duration::from_secs(60),
            grace: Duration::from_secs(1),
        }
    }
}
