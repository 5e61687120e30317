//! Whether a request asks for an action, by its words.
//!
//! A request says "tell Ana that I am late" and a model chooses `mail.send`; an instruction that was injected into a
//! mail asks for the same action, but nothing in the request does. The names of tools are compared with the words of
//! the request by stems and groups of near synonyms in English: a sentence has to ask for the deed, and for the thing
//! that it is done to where the name says one ("a new hotel" asks for no calendar event). What is not recognised is
//! not asked for, and a person is asked: the error is on the careful side.

use serde_json::Value;

use crate::capsule::tool_spec::Touch;

pub(super) use words::PEOPLE;
use words::{DEEDS, DENIALS, Deed, MONEY, PRONOUNS, QUALIFIERS, RESTORERS, THINGS, TOLD};

mod dates;
mod words;

/// How many words before a deed can say that it is not to be done.
const DENIAL_REACH: usize = 3;

/// The shortest argument that names a thing by itself.
const SHORTEST_NAME: usize = 3;

/// A call that somebody may have asked for.
#[derive(Debug, Clone)]
pub(super) struct Call<'a> {
    /// Tool and action: `mail.send`, `send_money`.
    pub(super) action: &'a str,
    /// Its arguments.
    pub(super) args: &'a Value,
    /// What the arguments say that decide whom or what it reaches.
    pub(super) aims: Vec<&'a str>,
    /// Whether somebody trusted chose the thing that it is done to: an id or a path.
    pub(super) has_chosen: bool,
}

/// Whether an argument of this kind says what something is done to.
pub(super) fn is_thing(touch: Touch) -> bool {
    matches!(touch, Touch::Id | Touch::RemotePath | Touch::WritePath)
}

/// Says whether the words of `request` ask for what `call` does.
pub(super) fn asks_for(request: &str, call: &Call) -> bool {
    let names = words_of_name(call.action);
    let Some(wanted) = Wanted::of(&names) else {
        return false;
    };
    let sentences: Vec<(&str, Vec<String>)> = sentences(request).map(|text| (text, words(text))).collect();
    let whole: Vec<String> = sentences.iter().flat_map(|(_, words)| words.iter().cloned()).collect();
    let asking = sentences.iter().filter(|(text, said)| {
        let takes_up = || said.iter().any(|word| PRONOUNS.contains(&whole_of(word))) && wanted.is_about(&whole);
        wanted.is_done(said)
            && (call.has_chosen || wanted.is_about(said) || takes_up() || names_an_aim(text, &call.aims))
    });
    let asking: Vec<&[String]> = asking.map(|(_, said)| said.as_slice()).collect();
    !asking.is_empty() && !dates::contradict(&asking, call.args)
}

/// A word without what is drawn together with it: `it` in `it's`.
fn whole_of(word: &str) -> &str {
    word.split('\'').next().unwrap_or(word)
}

/// What the name of an action says that it does.
struct Wanted<'a> {
    /// Its verb, and the verbs that ask for it.
    verb: &'a str,
    asking: &'static [&'static str],
    /// What it is done to; nothing where the name does not say, or the verb says it.
    things: Vec<&'a str>,
}

impl<'a> Wanted<'a> {
    fn of(names: &'a [String]) -> Option<Self> {
        // Sending money is paying, whatever verb the tool has.
        let pays = names.iter().any(|name| MONEY.contains(&name.as_str()));
        let group_of = |verb: &str| -> Option<&'static Deed> { DEEDS.iter().find(|(deeds, _)| deeds.contains(&verb)) };
        if let Some((_, asking)) = group_of("pay").filter(|_| pays) {
            return Some(Self {
                verb: "pay",
                asking,
                things: Vec::new(),
            });
        }
        // The first word that says what is done counts: `calendar.create_event` creates, whatever events are called.
        let known = names.iter().position(|name| group_of(name).is_some());
        let at = known.or_else(|| names.iter().position(|name| name.len() >= 3))?;
        let verb = names.get(at)?.as_str();
        let (deeds, asking) = group_of(verb).copied().unwrap_or((&[], &[]));
        let is_thing = |name: &&str| !QUALIFIERS.contains(name) && name.len() > 1;
        let after: Vec<&str> = names.iter().skip(at + 1).map(String::as_str).filter(is_thing).collect();
        let things = if after.is_empty() {
            // What stands before is as often whose tool it is.
            let before = names.iter().take(at).map(String::as_str);
            before.filter(|name| stems_of(name).is_some()).collect()
        } else {
            after
        };
        // Whoever tells somebody something need not say that it is a message.
        let tells = deeds.contains(&"send") || deeds.contains(&"post");
        let is_implied = |thing: &&str| deeds.contains(thing) || (tells && TOLD.contains(thing));
        let things = if things.iter().any(is_implied) {
            Vec::new()
        } else {
            things
        };
        Some(Self { verb, asking, things })
    }

    /// Whether a sentence says that it is to be done.
    fn is_done(&self, said: &[String]) -> bool {
        let is_it = |word: &str| {
            let asks = |stem: &&&str| !stem.contains(' ') && is_form(word, stem);
            self.asking.iter().any(|stem| asks(&stem)) || stem_fits(word, self.verb)
        };
        let mut single = said
            .iter()
            .enumerate()
            .filter(|(at, word)| is_it(word) && !is_denied(said, *at));
        single.next().is_some() || self.asking.iter().any(|stem| stem.contains(' ') && follows(said, stem))
    }

    /// Whether a sentence speaks of what it is done to.
    fn is_about(&self, said: &[String]) -> bool {
        let names = |thing: &&str| match stems_of(thing) {
            Some(mut stems) => stems.any(|stem| match stem.contains(' ') {
                true => follows(said, stem),
                false => said.iter().any(|word| is_form(word, stem)),
            }),
            None => said.iter().any(|word| stem_fits(word, thing)),
        };
        self.things.is_empty() || self.things.iter().any(names)
    }
}

/// The stems that requests have for a thing that names of tools call `name`.
fn stems_of(name: &str) -> Option<impl Iterator<Item = &'static str>> {
    let mut groups = THINGS.iter().filter(move |(names, _)| names.contains(&name)).peekable();
    groups.peek()?;
    let stems: Vec<&'static str> = groups.flat_map(|(_, stems)| stems.iter().copied()).collect();
    Some(stems.into_iter())
}

/// Whether the words of `phrase` stand in a sentence, one behind the other with at most three between them.
fn follows(said: &[String], phrase: &str) -> bool {
    let mut from = None;
    phrase.split(' ').all(|part| {
        let (start, reach) = from.map_or((0, said.len()), |at: usize| (at + 1, 4));
        let found = said
            .iter()
            .enumerate()
            .skip(start)
            .take(reach)
            .find(|(_, word)| is_form(word, part));
        from = found.map(|(at, _)| at);
        from.is_some()
    })
}

/// Whether what stands before the word at `at` says that it is not to be done.
fn is_denied(said: &[String], at: usize) -> bool {
    let before = &said[at.saturating_sub(DENIAL_REACH)..at];
    let denied = before.iter().rposition(|word| DENIALS.contains(&word.as_str()));
    denied.is_some_and(|denied| !before[denied..].iter().any(|word| RESTORERS.contains(&word.as_str())))
}

/// Whether a sentence holds what decides whom or what is reached.
fn names_an_aim(text: &str, aims: &[&str]) -> bool {
    let text = text.to_lowercase();
    let mut named = aims.iter().filter(|aim| aim.chars().count() >= SHORTEST_NAME);
    named.any(|aim| text.contains(&aim.to_lowercase()))
}

/// The sentences of a text: a full stop inside an address or a number ends none.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let ends = |(at, c): (usize, char)| {
            let next = rest[at + c.len_utf8()..].chars().next();
            let is_end =
                c == '\n' || c == ';' || (matches!(c, '.' | '!' | '?') && next.is_none_or(char::is_whitespace));
            is_end.then_some(at + c.len_utf8())
        };
        let end = rest.char_indices().find_map(ends).unwrap_or(rest.len());
        let (sentence, after) = rest.split_at(end);
        rest = after;
        Some(sentence)
    })
}

/// The words of an action's name after its last dot: `mail.sendNow` is send, now.
fn words_of_name(action: &str) -> Vec<String> {
    let verb = action.rsplit(['.', ':', '/']).next().unwrap_or(action);
    let mut spaced = String::with_capacity(verb.len() + 8);
    let mut was_lower = false;
    for c in verb.chars() {
        if c.is_uppercase() && was_lower {
            spaced.push(' ');
        }
        was_lower = c.is_lowercase();
        spaced.push(if c.is_alphanumeric() { c } else { ' ' });
    }
    spaced.split_whitespace().map(str::to_lowercase).collect()
}

/// The words of a text, in lower case; `#dev` is a channel too, and `#12` an issue.
pub(super) fn words(text: &str) -> Vec<String> {
    let between = |c: char| !c.is_alphanumeric() && !matches!(c, '-' | '\'' | '#' | '’');
    let mut found = Vec::new();
    for word in text.split(between) {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.is_empty() {
            continue;
        }
        found.push(bare.to_lowercase().replace('’', "'"));
        if let Some(marked) = word.trim_matches('\'').strip_prefix('#') {
            let is_number = marked.starts_with(|c: char| c.is_ascii_digit());
            found.push(if is_number { "issue" } else { "channel" }.to_owned());
        }
    }
    found
}

/// Whether a request says with `word` that something is to be done.
pub(super) fn is_deed(word: &str) -> bool {
    let mut stems = DEEDS.iter().flat_map(|(_, stems)| stems.iter());
    stems.any(|stem| is_form(word, stem))
}

/// Whether `word` is a form of `stem`: short stems only with a usual ending, so that `pr` is not in `present`.
pub(super) fn is_form(word: &str, stem: &str) -> bool {
    let Some(ending) = word.strip_prefix(stem) else {
        return false;
    };
    stem.len() >= 5 || ending.is_empty() || ENDINGS.contains(&ending) || (stem.len() >= 3 && doubled(stem, ending))
}

const ENDINGS: &[&str] = &[
    "s",
    "e",
    "es",
    "ed",
    "d",
    "ing",
    "y",
    "ies",
    "ied",
    "er",
    "ion",
    "ment",
    "'s",
    "te",
    "ten",
    "a",
    "ify",
    "ification",
];

/// Whether an ending doubles the last letter: `running`, `tagged`.
fn doubled(stem: &str, ending: &str) -> bool {
    let rest = stem.chars().last().and_then(|last| ending.strip_prefix(last));
    rest.is_some_and(|rest| matches!(rest, "ing" | "ed" | "er"))
}

/// Whether a word of the request is a form of a word in a tool's name.
fn stem_fits(word: &str, name: &str) -> bool {
    let stem = name.strip_suffix('e').unwrap_or(name);
    is_form(word, stem)
}

#[cfg(test)]
mod tests;
