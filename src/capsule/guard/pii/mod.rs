//! Finds what identifies a person: addresses, numbers and accounts whose form can be checked.
//!
//! One pass over the bytes; what may begin at a place is read by hand, with a bounded look ahead. Names,
//! birthdays and street addresses have no form, and are not found.

mod card;
mod iban;
mod network;
mod phone;

use super::check::Hit;
use super::email;

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Addresses of electronic mail.
    Email,
    /// Telephone numbers.
    Phone,
    /// International bank account numbers.
    Iban,
    /// Numbers of payment cards.
    Card,
    /// Public IPv4 addresses.
    Ipv4,
    /// Public IPv6 addresses.
    Ipv6,
    /// Social security numbers of the United States.
    UsSsn,
}

/// Every kind, in the order in which they are tried.
pub(super) const KINDS: &[Kind] = &[
    Kind::Email,
    Kind::Iban,
    Kind::Card,
    Kind::UsSsn,
    Kind::Ipv4,
    Kind::Ipv6,
    Kind::Phone,
];

impl Kind {
    /// The name that capsules and findings use.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Iban => "iban",
            Self::Card => "card",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::UsSsn => "us_ssn",
        }
    }

    /// Whether one of this kind can begin with `byte`.
    fn may_begin(self, byte: u8) -> bool {
        match self {
            Self::Email => false,
            Self::Phone => !byte.is_ascii_uppercase(),
            Self::Iban => byte.is_ascii_uppercase(),
            Self::Card | Self::Ipv4 | Self::Ipv6 | Self::UsSsn => byte.is_ascii_digit(),
        }
    }

    /// The span of this kind that begins at `at`, which is a boundary.
    fn read(self, text: &str, at: usize) -> Option<(usize, usize)> {
        let bytes = text.as_bytes();
        let end = match self {
            Self::Email => None,
            Self::Phone => phone::read(bytes, at),
            Self::Iban => iban::read(bytes, at),
            Self::Card => card::read(bytes, at),
            Self::Ipv4 => network::ipv4(text, at),
            Self::Ipv6 => network::ipv6(text, at),
            Self::UsSsn => us_ssn(bytes, at),
        }?;
        Some((at, end))
    }
}

/// Finds at most `room` hits of `kinds`, by their place.
pub(super) fn scan(text: &str, kinds: &[Kind], room: usize) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at)
        && hits.len() < room
    {
        let hit = match byte {
            b'@' if kinds.contains(&Kind::Email) => {
                let after = hits.last().map_or(0, |hit| hit.span.1);
                let span = email::around(text, at).filter(|span| span.0 >= after);
                span.map(|span| Hit {
                    what: Kind::Email.name(),
                    span,
                })
            }
            b'0'..=b'9' | b'A'..=b'Z' | b'+' | b'(' if is_boundary(bytes, at) => {
                kinds.iter().filter(|kind| kind.may_begin(*byte)).find_map(|kind| {
                    let span = kind.read(text, at)?;
                    Some(Hit {
                        what: kind.name(),
                        span,
                    })
                })
            }
            _ => None,
        };
        match hit {
            Some(hit) => {
                at = hit.span.1.max(at + 1);
                hits.push(hit);
            }
            None => at += 1,
        }
    }
    hits
}

/// Nothing begins in the middle of a word or a number.
fn is_boundary(bytes: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|before| bytes.get(before)) else {
        return true;
    };
    !before.is_ascii_alphanumeric()
        && !matches!(
            before,
            b'_' | b'+' | b'.' | b'-' | b'/' | b'#' | b'$' | b'%' | b'@' | 0x80..
        )
        || (*before == b'/' && bytes[..at].ends_with(b"//"))
}

/// Whether a word or a number ends at `end`.
fn ends(bytes: &[u8], end: usize) -> bool {
    match bytes.get(end) {
        None => true,
        Some(b'.' | b'-' | b'/') => !bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric),
        Some(byte) => !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'@'),
    }
}

/// How many digits stand at `at`, at most `most`.
fn digits(bytes: &[u8], at: usize, most: usize) -> usize {
    bytes
        .iter()
        .skip(at)
        .take(most)
        .take_while(|byte| byte.is_ascii_digit())
        .count()
}

/// `AAA-GG-SSSS` with the areas, groups and serials that are issued (Social Security Administration, POMS
/// RM 10201), without the two that were printed in advertisements.
fn us_ssn(bytes: &[u8], at: usize) -> Option<usize> {
    let text = std::str::from_utf8(bytes.get(at..at + 11)?).ok()?;
    let (area, rest) = text.split_once('-')?;
    let (group, serial) = rest.split_once('-')?;
    let is_number = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_one = is_number(area, 3) && is_number(group, 2) && is_number(serial, 4);
    let is_issued = !matches!(area, "000" | "666") && !area.starts_with('9') && group != "00" && serial != "0000";
    let is_printed = matches!(text, "078-05-1120" | "219-09-9999");
    (is_one && is_issued && !is_printed && ends(bytes, at + 11)).then_some(at + 11)
}

#[cfg(test)]
mod tests;
