//! Public addresses of the internet protocol.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::ends;

/// Resolvers that everybody asks: they tell nothing about anybody.
const RESOLVERS: &[[u8; 4]] = &[[1, 1, 1, 1], [1, 0, 0, 1], [8, 8, 8, 8], [8, 8, 4, 4], [9, 9, 9, 9]];

/// The end of a public IPv4 address that begins at `at` and is not a version.
pub(super) fn ipv4(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_part = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
    let end = at + bytes.get(at..)?.iter().take(16).take_while(is_part).count();
    let word = text.get(at..end)?.trim_end_matches('.');
    let end = at + word.len();
    // A network (`/24`) or a port may follow.
    let ends =
        ends(bytes, end) || (bytes.get(end) == Some(&b'/') && !bytes.get(end + 1).is_some_and(u8::is_ascii_alphabetic));
    let address: Ipv4Addr = word.parse().ok()?;
    (ends && is_public(address) && !is_version(bytes, at)).then_some(end)
}

/// The end of an IPv6 address of the global range (RFC 4291: `2000::/3`) that begins at `at`.
pub(super) fn ipv6(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if !matches!(bytes.get(at..at + 5)?, [b'2' | b'3', a, b, c, b':'] if [a, b, c].iter().all(|byte| byte.is_ascii_hexdigit()))
    {
        return None;
    }
    let is_part = |byte: &&u8| byte.is_ascii_hexdigit() || **byte == b':';
    let end = at + bytes.get(at..)?.iter().take(40).take_while(is_part).count();
    let word = text.get(at..end)?;
    let word = if word.ends_with("::") {
        word
    } else {
        word.trim_end_matches(':')
    };
    let end = at + word.len();
    let address: Ipv6Addr = word.parse().ok()?;
    let is_document = matches!(address.segments(), [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..]);
    let ends = ends(bytes, end) || bytes.get(end) == Some(&b'/');
    (ends && !is_document).then_some(end)
}

/// Not one of the special ranges of RFC 6890 and its successors.
fn is_public(address: Ipv4Addr) -> bool {
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast();
    let octets = address.octets();
    let reserved = match octets {
        [0 | 240..=255, ..] | [192, 0, 0, _] | [198, 18..=19, ..] | [100, 64..=127, ..] => true,
        // Versions and numbers of sections look so: `1.2.0.3`. Real hosts there are missed.
        [first, second, third, fourth] => [first, second, third, fourth].iter().all(|octet| *octet < 20),
    };
    !special && !reserved && !RESOLVERS.contains(&octets)
}

/// Whether the words before say that a version comes: `version 1.2.3.4`, `Chrome/120.0.6099.109`.
fn is_version(bytes: &[u8], at: usize) -> bool {
    let before = bytes
        .get(at.saturating_sub(12)..at)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let word = before.trim_ascii_end();
    [
        b"version".as_slice(),
        b"version:",
        b"version =",
        b"release",
        b"ver.",
        b" v",
        b"section",
        b"oid",
    ]
    .iter()
    .any(|name| word.ends_with(name))
}
