//! Telephone numbers: international (ITU-T E.164), and national ones in the layouts that are common.

use super::{digits, ends};

/// Assigned country codes (ITU-T E.164, list of 2016 and its amendments) by their first digits; a three-digit
/// code is one of an assigned two-digit beginning.
const ONE: &[u8] = b"17";
const TWO: &[&[u8; 2]] = &[
    b"20", b"27", b"30", b"31", b"32", b"33", b"34", b"36", b"39", b"40", b"41", b"43", b"44", b"45", b"46", b"47",
    b"48", b"49", b"51", b"52", b"53", b"54", b"55", b"56", b"57", b"58", b"60", b"61", b"62", b"63", b"64", b"65",
    b"66", b"81", b"82", b"84", b"86", b"90", b"91", b"92", b"93", b"94", b"95", b"98",
];
const THREE: &[&[u8; 2]] = &[
    b"21", b"22", b"23", b"24", b"25", b"26", b"29", b"35", b"37", b"38", b"42", b"50", b"59", b"67", b"68", b"69",
    b"80", b"85", b"87", b"88", b"96", b"97", b"99",
];

/// National layouts: `d` a digit, `N` 2–9, `Z` 1–9, `_` the same separator each time (space, dot or hyphen),
/// everything else itself. The United States and Canada; France; Britain; Germany.
const LAYOUTS: &[&[u8]] = &[
    b"(Ndd) Ndd-dddd",
    b"(Ndd)Ndd-dddd",
    b"(Ndd) Ndd dddd",
    b"1_Ndd_Ndd_dddd",
    b"Ndd_Ndd_dddd",
    b"0Z_dd_dd_dd_dd",
    b"0ZdZ dddd dddd",
    b"0Zd dddd dddd",
    b"0Zddd dddddd",
    b"0Zdd ddd dddd",
    b"(0Zd) dddd dddd",
    b"0Zd/ddddddd",
    b"0Zd/dddddddd",
    b"0Zdd/ddddddd",
    b"0Zdd/dddddddd",
    b"0Zdd dddddddd",
];

/// The end of a telephone number that begins at `at`.
pub(super) fn read(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'+' => international(bytes, at),
        b'(' | b'0'..=b'9' => LAYOUTS.iter().find_map(|layout| national(bytes, at, layout)),
        _ => None,
    }
}

fn international(bytes: &[u8], at: usize) -> Option<usize> {
    let first: &[u8; 2] = bytes.get(at + 1..at + 3)?.try_into().ok()?;
    let assigned = ONE.contains(first.first()?) || TWO.contains(&first) || THREE.contains(&first);
    if !assigned {
        return None;
    }
    let mut count = 0;
    let mut groups = 0;
    let mut end = at + 1;
    loop {
        let run = digits(bytes, end, 16);
        if run == 0 {
            break;
        }
        (count, groups, end) = (count + run, groups + 1, end + run);
        let is_separator = |byte: &&u8| matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/');
        let separators = bytes.iter().skip(end).take(2).take_while(is_separator).count();
        let next = digits(bytes, end + separators, 16);
        // A lone digit is a group only behind the country code: `+33 1 42 68 53 00`.
        let is_group = next > 1 || (next == 1 && groups == 1);
        if separators == 0 || !is_group || count + next > 15 {
            break;
        }
        end += separators;
    }
    ((9..=15).contains(&count) && groups <= 6 && ends(bytes, end)).then_some(end)
}

fn national(bytes: &[u8], at: usize, layout: &[u8]) -> Option<usize> {
    let mut separator = None;
    for (letter, byte) in layout.iter().zip(bytes.get(at..at + layout.len())?) {
        let fits = match letter {
            b'd' => byte.is_ascii_digit(),
            b'N' => matches!(byte, b'2'..=b'9'),
            b'Z' => matches!(byte, b'1'..=b'9'),
            b'_' => matches!(byte, b' ' | b'.' | b'-') && separator.replace(*byte).is_none_or(|first| first == *byte),
            literal => byte == literal,
        };
        if !fits {
            return None;
        }
    }
    let end = at + layout.len();
    (ends(bytes, end) && !has_neighbour(bytes, at, end)).then_some(end)
}

/// Whether more numbers stand beside it, as in a table.
fn has_neighbour(bytes: &[u8], at: usize, end: usize) -> bool {
    let before = bytes.get(at.saturating_sub(2)..at).unwrap_or_default();
    let after = bytes.get(end..end + 2).unwrap_or_default();
    matches!(before, [b'0'..=b'9', b' ' | b',' | b':']) || matches!(after, [b' ' | b',' | b':' | b'.', b'0'..=b'9'])
}
