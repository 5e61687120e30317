//! The header `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date in one of three forms.

use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

/// How many milliseconds after `now_ms` it names; 0 for what is past, `None` for what is neither form.
pub(super) fn wait_ms(text: &str, now_ms: i64) -> Option<u64> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1_000));
    }
    let at_ms = date_ms(text)?;
    Some(u64::try_from(at_ms.saturating_sub(now_ms)).unwrap_or(0))
}

/// Milliseconds since 1970 of an HTTP date (RFC 9110, section 5.6.7), the two obsolete forms included.
fn date_ms(text: &str) -> Option<i64> {
    let preferred = || rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    let obsolete = |form: &str| {
        let date = DateTime::strptime(form, text).ok()?;
        date.to_zoned(TimeZone::UTC).ok().map(|date| date.timestamp())
    };
    preferred()
        .or_else(|| obsolete("%A, %d-%b-%y %H:%M:%S GMT"))
        .or_else(|| obsolete("%a %b %e %H:%M:%S %Y"))
        .map(|timestamp| timestamp.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_all_three_forms_of_a_date_are_read() {
        // Sunday, 6 November 1994, 08:49:37 UTC: the example of the RFC.
        let at = 784_111_777_000;
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(wait_ms(date, at - 5_000), Some(5_000), "{date}");
            assert_eq!(wait_ms(date, at + 5_000), Some(0), "{date}");
        }
        for (text, wait) in [
            ("0", Some(0)),
            (" 120 ", Some(120_000)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("Sun, 99 Nov 1994 08:49:37 GMT", None),
        ] {
            assert_eq!(wait_ms(text, at), wait, "{text:?}");
        }
        assert_eq!(
            wait_ms("Sun, 06 Nov 1994 08:49:37 GMT", i64::MIN),
            Some(u64::try_from(i64::MAX).unwrap())
        );
    }
}
