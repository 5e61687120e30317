//! Amounts as people read them.

/// Millionths of a dollar, with as many digits as they need and no fewer than two.
pub fn dollars(micro_usd: u64) -> String {
    let (whole, rest) = (micro_usd / 1_000_000, micro_usd % 1_000_000);
    if rest.is_multiple_of(10_000) {
        format!("${whole}.{:02}", rest / 10_000)
    } else {
        format!("${whole}.{rest:06}").trim_end_matches('0').to_owned()
    }
}

/// So many of something: `1 problem`, `2 problems`.
pub fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!(
            [0, 1, 2].map(|count| counted(count, "problem")),
            ["0 problems", "1 problem", "2 problems"]
        );
    }

    #[test]
    fn money_is_written_with_as_many_digits_as_it_needs() {
        assert_eq!(dollars(0), "$0.00");
        assert_eq!(dollars(1_250_000), "$1.25");
        assert_eq!(dollars(1_200), "$0.0012");
        assert_eq!(dollars(1_000_001), "$1.000001");
    }
}
