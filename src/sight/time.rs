//! Times and durations as people and scripts read them.

use jiff::Timestamp;

/// Milliseconds since 1970 UTC in the form of RFC 3339, such as `2026-11-21T09:30:00.123Z`.
///
/// A number outside the years that RFC 3339 can write is given as it is.
pub fn rfc3339(at: i64) -> String {
    match Timestamp::from_millisecond(at) {
        Ok(time) => format!("{time:.3}"),
        Err(_) => format!("{at} ms since 1970"),
    }
}

/// Milliseconds as seconds with one digit, or as milliseconds below a second.
pub fn seconds(ms: u64) -> String {
    if ms < 1_000 {
        format!("{ms} ms")
    } else {
        format!("{}.{} s", ms / 1_000, ms % 1_000 / 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_rfc_3339() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(1_795_253_400_123), "2026-11-21T09:30:00.123Z");
        assert_eq!(rfc3339(i64::MAX), format!("{} ms since 1970", i64::MAX));
    }
}
