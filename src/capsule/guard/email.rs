//! Addresses of electronic mail, as people write them.
//!
//! The practical part of RFC 5321: no quoted local parts, no comments, no address literals; letters beyond
//! ASCII up to Cyrillic are read (RFC 6531), the last label of the domain is ASCII.

/// How long a local part may be (RFC 5321, 4.5.3.1.1), in bytes.
const LONGEST_LOCAL: usize = 64;
/// How long a domain may be, in bytes.
const LONGEST_DOMAIN: usize = 255;
/// Last labels that are ends of file names: `icon@2x.png`.
const FILES: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "svg", "webp", "js", "mjs", "css", "json", "html", "htm", "xml", "yaml", "yml",
    "toml", "txt", "gz", "tgz",
];

/// The span of every address in `text`, by place, without overlaps.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut free_from = 0;
    text.match_indices('@').filter_map(move |(at, _)| {
        let span = around(text, at).filter(|(start, _)| *start >= free_from)?;
        free_from = span.1;
        Some(span)
    })
}

/// The span of the address whose `@` stands at `at`.
pub(super) fn around(text: &str, at: usize) -> Option<(usize, usize)> {
    let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
    let start = before
        .char_indices()
        .rev()
        .take_while(|(start, letter)| at - start <= LONGEST_LOCAL + 1 && is_local(*letter))
        .last()
        .map(|(start, _)| start)?;
    let local = before.get(start..)?;
    let start = start + (local.len() - local.trim_start_matches(['.', '\'', '-', '+', '%']).len());
    let local = before.get(start..)?;
    if local.is_empty() || local.len() > LONGEST_LOCAL || local.ends_with('.') || local.contains("..") {
        return None;
    }
    let length = after
        .char_indices()
        .find(|(end, letter)| *end > LONGEST_DOMAIN || !(is_letter(*letter) || matches!(letter, '-' | '.')))
        .map_or(after.len(), |(end, _)| end);
    let domain = after.get(..length)?.trim_end_matches(['.', '-']);
    let (names, last) = domain.rsplit_once('.')?;
    let is_domain = domain.len() <= LONGEST_DOMAIN
        && (2..=24).contains(&last.len())
        && last.bytes().all(|byte| byte.is_ascii_alphabetic())
        && names
            .split('.')
            .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    let is_file = FILES.iter().any(|file| last.eq_ignore_ascii_case(file));
    // `git@host:path` and `ssh://git@host` name a repository.
    let is_git = local == "git";
    (is_domain && !is_file && !is_git).then_some((start, at + 1 + domain.len()))
}

fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || ('\u{c0}'..'\u{530}').contains(&letter) && letter.is_alphanumeric()
}

fn is_local(letter: char) -> bool {
    is_letter(letter) || matches!(letter, '.' | '_' | '%' | '+' | '-' | '\'')
}
