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

/// How long after `at` comes `then`, in tenths of a second and never too short: `in 0.1 s`, or `at once`.
pub fn until(at: i64, then: i64) -> String {
    match u64::try_from(then.saturating_sub(at)).unwrap_or(0).div_ceil(100) {
        0 => "at once".to_owned(),
        tenths => format!("in {}.{} s", tenths / 10, tenths % 10),
    }
}

/// How long something took, in few letters: from a minute on in minutes, from an hour on in hours.
pub fn short(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{}:{:02} min", ms / 60_000, ms % 60_000 / 1_000),
        _ => format!("{}:{:02} h", ms / 3_600_000, ms % 3_600_000 / 60_000),
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

    #[test]
    fn what_comes_later_is_told_in_tenths_of_a_second() {
        for (then, told) in [
            (999, "at once"),
            (1_000, "at once"),
            (1_001, "in 0.1 s"),
            (1_100, "in 0.1 s"),
            (1_101, "in 0.2 s"),
            (13_940, "in 13.0 s"),
            (i64::MIN, "at once"),
        ] {
            assert_eq!(until(1_000, then), told, "{then}");
        }
    }

    #[test]
    fn long_times_are_short() {
        assert_eq!(
            [5, 59_999, 60_000, 754_000, 3_725_000].map(short),
            ["5 ms", "59.9 s", "1:00 min", "12:34 min", "1:02 h"]
        );
    }
}
