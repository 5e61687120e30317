//! A text as its reader sees it: letters without disguise.
//!
//! Compatibility decomposition (NFKD: full width, ligatures, mathematical letters), marks dropped, lower case,
//! look-alike Cyrillic and Greek letters as Latin ones, invisible characters dropped and remembered, white
//! space as one space or one line break.

use std::ops::Range;

use unicode_normalization_alignments::UnicodeNormalization as _;

/// Letters that look like Latin ones.
const LOOK_ALIKES: &[(char, char)] = &[
    ('а', 'a'),
    ('с', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('һ', 'h'),
    ('і', 'i'),
    ('ј', 'j'),
    ('к', 'k'),
    ('м', 'm'),
    ('о', 'o'),
    ('р', 'p'),
    ('ѕ', 's'),
    ('т', 't'),
    ('ѵ', 'v'),
    ('х', 'x'),
    ('у', 'y'),
    ('α', 'a'),
    ('ε', 'e'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('ν', 'v'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('τ', 't'),
    ('υ', 'u'),
    ('χ', 'x'),
    ('ı', 'i'),
    ('’', '\''),
    ('‘', '\''),
    ('“', '"'),
    ('”', '"'),
    ('‐', '-'),
    ('–', '-'),
    ('—', '-'),
];

/// Flags of regions are written as this and tags, at most so many and their end.
const BLACK_FLAG: char = '\u{1f3f4}';
const FLAG_TAGS: usize = 7;

/// A part of a text, made plain.
#[derive(Debug)]
pub(super) struct Plain {
    /// What patterns are matched against.
    pub(super) text: String,
    /// Runs of invisible characters: which signal they are, and where in the whole text.
    pub(super) invisible: Vec<(&'static str, (usize, usize))>,
    /// For each byte of `text`, where its character starts and ends in the whole text.
    places: Vec<(usize, usize)>,
}

impl Plain {
    /// Makes the bytes `range` of `text` plain; both ends are on character boundaries.
    pub(super) fn of(text: &str, range: (usize, usize)) -> Self {
        let mut plain = Self {
            text: String::new(),
            invisible: Vec::new(),
            places: Vec::new(),
        };
        let part = text.get(range.0..range.1).unwrap_or_default();
        let mut before = None;
        let mut flag_left = 0;
        for (at, letter) in part.char_indices() {
            let place = (range.0 + at, range.0 + at + letter.len_utf8());
            let next = || part.get(at + letter.len_utf8()..).and_then(|rest| rest.chars().next());
            flag_left = match letter {
                BLACK_FLAG => FLAG_TAGS,
                letter if is_tag(letter) && flag_left > 0 => flag_left - 1,
                _ => 0,
            };
            if letter.is_ascii() {
                plain.push(letter, place);
            } else if is_tag(letter) && flag_left > 0 {
                // A region's flag.
            } else if let Some(what) = invisible(before, letter, next) {
                plain.see(what, place);
            } else if !is_format(letter) {
                for letter in letter.encode_utf8(&mut [0; 4]).nfkd().map(|(letter, _)| letter) {
                    if !('\u{300}'..='\u{36f}').contains(&letter) {
                        plain.push(letter, place);
                    }
                }
            }
            before = Some(letter);
        }
        plain
    }

    /// Where a match stands in the whole text.
    pub(super) fn span(&self, found: Range<usize>) -> (usize, usize) {
        let start = self.places.get(found.start).map_or(0, |place| place.0);
        let end = found
            .end
            .checked_sub(1)
            .and_then(|last| self.places.get(last))
            .map_or(start, |place| place.1);
        (start, end.max(start))
    }

    fn push(&mut self, letter: char, place: (usize, usize)) {
        if letter.is_ascii_graphic() {
            self.text.push(letter.to_ascii_lowercase());
            self.places.push(place);
        } else if letter.is_whitespace() {
            self.space(matches!(letter, '\n' | '\r'), place);
        } else {
            for letter in letter.to_lowercase() {
                let latin = LOOK_ALIKES.iter().find(|(like, _)| *like == letter);
                self.add(latin.map_or(letter, |(_, latin)| *latin), place);
            }
        }
    }

    fn space(&mut self, is_break: bool, place: (usize, usize)) {
        match self.text.as_bytes().last() {
            Some(b'\n') => {}
            Some(b' ') if is_break => {
                self.text.pop();
                self.text.push('\n');
            }
            Some(b' ') => {}
            _ => self.add(if is_break { '\n' } else { ' ' }, place),
        }
    }

    fn add(&mut self, letter: char, place: (usize, usize)) {
        self.text.push(letter);
        self.places.resize(self.text.len(), place);
    }

    fn see(&mut self, what: &'static str, place: (usize, usize)) {
        match self.invisible.last_mut() {
            Some((last, span)) if *last == what && span.1 == place.0 => span.1 = place.1,
            _ => self.invisible.push((what, place)),
        }
    }
}

/// Which signal an invisible character is where it stands; none where writing needs it.
fn invisible(before: Option<char>, letter: char, next: impl Fn() -> Option<char>) -> Option<&'static str> {
    match letter {
        letter if is_tag(letter) => Some("tag_characters"),
        '\u{e0100}'..='\u{e01ef}' => Some("variation_selectors"),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some("bidi_control"),
        '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{ad}' => Some("zero_width"),
        '\u{feff}' if before.is_some() => Some("zero_width"),
        // Joiners belong into emoji and into scripts that join letters.
        '\u{200c}' | '\u{200d}' => {
            let is_latin = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
            (is_latin(before) && is_latin(next())).then_some("zero_width")
        }
        _ => None,
    }
}

fn is_tag(letter: char) -> bool {
    ('\u{e0000}'..='\u{e007f}').contains(&letter)
}

/// Whether nothing of it is seen, though it is no signal.
fn is_format(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}
