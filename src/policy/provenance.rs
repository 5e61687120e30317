//! Where the arguments of a call came from, worked out from what was said before it.
//!
//! A model that chose a call does not say why. What it was told is known: the request and the outputs of earlier calls.
//! An argument that the request names is the user's; one that an output holds carries the label of that very leaf; one
//! that is nowhere was made by the model out of everything that it had read, and carries the join of all of it. Whoever
//! issued the call, the user's task or an injected instruction, is not asked: nobody could tell.
//!
//! A record that a trusted service vouches for can still be chosen by somebody else. So the id of one among several
//! counts as chosen by the user only when the request speaks of that record.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::action::Carried;
use super::asked;
use crate::capsule::tool_spec::{ActionSpec, SideEffect, Touch};
use crate::label::{Confidentiality, Integrity, Label, Labelled, leaves, places};
use carried::{credentials, links};
use records::{Choice, Records, is_id};

mod carried;
mod chosen;
mod records;

/// The most bytes of a text that is searched for in outputs as a part of them.
const LONGEST_PART: usize = 4_096;

/// The longest text that tells what a record is about.
const LONGEST_TITLE: usize = 200;

/// The fewest characters of a word that tells records apart.
const SHORTEST_WORD: usize = 3;

/// Words that addresses, paths and URLs are held together with: they say nothing about who chose one.
const JOINTS: &[&str] = &[
    "http", "https", "www", "com", "org", "net", "io", "dev", "html", "htm", "index", "mailto", "md", "txt", "json",
    "csv", "py", "rs", "js", "ts", "toml", "yaml", "yml", "src", "the", "a",
];

/// The longest text that can be a name or an address.
const LONGEST_NAME: usize = 100;

/// The most words of a name or an address.
const MOST_WORDS: usize = 12;

/// From 1 on.
const NUMBERS: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
];

/// What is known before a call.
#[derive(Debug, Clone, Default)]
pub struct Session {
    request: String,
    named: String,
    words: BTreeSet<String>,
    choice: Choice,
    outputs: Vec<Output>,
    control: Option<Label>,
    misled: BTreeSet<String>,
}

/// What an earlier call gave.
#[derive(Debug, Clone)]
struct Output {
    /// Every leaf: where it stands, what it says in lower case, and whether it stands alone at its place.
    leaves: Vec<Leaf>,
    records: Records,
    /// Where leaves stand that are titles which the request holds.
    titles: Vec<String>,
    /// What the arguments said that decided what was looked at, where the user chose all of them.
    aims: Option<Vec<String>>,
}

#[derive(Debug, Clone)]
struct Leaf {
    at: String,
    text: String,
    label: Label,
}

/// The arguments of a call with where they came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Traced {
    /// The arguments, each leaf with its label.
    pub args: Labelled,
    /// The arguments, by JSON pointer, that decide what is reached.
    pub aimed: BTreeSet<String>,
    /// The arguments, by JSON pointer, that were taken out of the middle of an untrusted text.
    pub quoted: BTreeSet<String>,
    /// What the choice of the call itself depends on.
    pub control: Label,
    /// What the other arguments take along.
    pub carried: Vec<Carried>,
    /// Earlier calls that an untrusted text aimed, or that only such a text can have asked for.
    pub misled: BTreeSet<String>,
}

/// Where one argument came from.
struct Origin {
    label: Label,
    is_quoted: bool,
}

/// An argument that decides what is reached.
struct Aimed<'a> {
    at: &'a str,
    touch: Touch,
    only_looks: bool,
}

impl Traced {
    /// What the arguments say that decide what is reached.
    fn aims(&self) -> impl Iterator<Item = &str> {
        let values = self.aimed.iter().filter_map(|at| self.args.value.pointer(at));
        values.filter_map(Value::as_str)
    }
}

impl Session {
    /// A session that begins with what a person asked for.
    pub fn new(request: &str) -> Self {
        let named = request.to_lowercase();
        Self {
            request: request.to_owned(),
            words: parts(&named).map(str::to_owned).collect(),
            choice: Choice::of(request),
            named,
            outputs: Vec::new(),
            control: None,
            misled: BTreeSet::new(),
        }
    }

    /// What was asked for.
    pub fn request(&self) -> &str {
        &self.request
    }

    /// Adds a call of `action`, which `spec` describes, and what it has given.
    pub fn add(&mut self, action: &str, spec: &ActionSpec, args: Value, output: Value) {
        let traced = self.trace(args, spec);
        if self.misleads(action, spec, &traced) {
            self.misled.insert(self.next(action));
        }
        self.hear(action, spec, &traced, output);
    }

    /// Adds a call that a person has approved: whatever aimed it, it is what the person wants.
    pub fn add_approved(&mut self, action: &str, spec: &ActionSpec, args: Value, output: Value) {
        let traced = self.trace(args, spec);
        self.hear(action, spec, &traced, output);
    }

    /// What the next call is called.
    fn next(&self, action: &str) -> String {
        format!("{action}#{}", self.outputs.len() + 1)
    }

    fn hear(&mut self, action: &str, spec: &ActionSpec, traced: &Traced, output: Value) {
        let value = spec.read(output, &self.next(action), &Label::constant());
        let whole = value.joined_label();
        match &mut self.control {
            None => self.control = Some(whole),
            Some(control) => control.join(&whole),
        }
        let leaves = leaves(&value.value).into_iter().filter_map(|(at, leaf)| {
            let mut label = value.label_at(&at).clone();
            let place = |source: &String| format!("{source} {at}").trim_end().to_owned();
            label.sources = label.sources.iter().map(place).collect();
            let text = text(leaf)?;
            // A tool vouches for names and ids, not for what somebody wrote where a name belongs.
            if label.integrity == Integrity::Trusted && !is_name(&text) {
                label.integrity = Integrity::Untrusted;
            }
            Some(Leaf {
                text: text.to_lowercase(),
                label,
                at,
            })
        });
        let is_users = |at: &String| traced.args.label_at(at).integrity < Integrity::Untrusted;
        let aims = traced
            .aimed
            .iter()
            .all(is_users)
            .then(|| traced.aims().map(str::to_lowercase).collect());
        let leaves: Vec<Leaf> = leaves.collect();
        let titles = leaves.iter().filter(|leaf| self.is_title(leaf));
        self.outputs.push(Output {
            titles: titles.map(|leaf| leaf.at.clone()).collect(),
            leaves,
            records: Records::of(&value, &self.choice),
            aims,
        });
    }

    /// Whether an untrusted text aimed a call, or must have asked for it.
    fn misleads(&self, action: &str, spec: &ActionSpec, traced: &Traced) -> bool {
        let acts = spec.leaves(spec.effect) != SideEffect::None;
        let call = || asked::Call {
            action,
            args: &traced.args.value,
            aims: traced.aims().collect(),
            has_chosen: spec
                .sinks
                .iter()
                .filter(|sink| asked::is_thing(sink.touch))
                .any(|sink| {
                    let mut places = places(&traced.args.value, &sink.pointer()).into_iter();
                    places.any(|(at, _)| traced.args.label_at(&at).integrity < Integrity::Untrusted)
                }),
        };
        let is_led =
            acts && traced.control.integrity == Integrity::Untrusted && !asked::asks_for(&self.request, &call());
        let is_aimed = traced.aimed.iter().any(|at| {
            let is_untrusted = traced.args.label_at(at).integrity == Integrity::Untrusted;
            is_untrusted && (acts || traced.quoted.contains(at))
        });
        is_led || is_aimed
    }

    /// What the choice of a call depends on: the request, and all that was read.
    pub fn control(&self) -> Label {
        let user = user();
        self.control.iter().fold(user, Label::joined)
    }

    /// Works out where `args` come from; those that the sinks of `spec` name decide what is reached, and are looked
    /// at closely.
    pub fn trace(&self, args: Value, spec: &ActionSpec) -> Traced {
        let control = self.control();
        let mut aimed = BTreeMap::new();
        for sink in &spec.sinks {
            for (at, value) in places(&args, &sink.pointer()) {
                let below = leaves(value).into_iter();
                aimed.extend(below.map(|(below, _)| (format!("{at}{below}"), sink.touch)));
            }
        }
        let only_looks = spec.leaves(spec.effect) == SideEffect::None;
        let mut fields = BTreeMap::new();
        let mut quoted = BTreeSet::new();
        let mut carried = Vec::new();
        for (at, leaf) in leaves(&args) {
            let Some(text) = text(leaf) else {
                fields.insert(at, control.clone());
                continue;
            };
            let origin = match aimed.get(&at) {
                Some(touch) => {
                    let aim = Aimed {
                        at: &at,
                        touch: *touch,
                        only_looks,
                    };
                    self.aim(&text, &aim, &control)
                }
                None => {
                    carried.extend(self.carried(&at, &text));
                    self.content(&text, &control)
                }
            };
            if origin.is_quoted {
                quoted.insert(at.clone());
            }
            fields.insert(at, origin.label);
        }
        Traced {
            args: Labelled {
                value: args,
                label: Label::constant(),
                fields,
            },
            aimed: aimed.into_keys().collect(),
            quoted,
            control,
            carried,
            misled: self.misled.clone(),
        }
    }

    /// Links and credentials that a text takes along and the request does not hold.
    fn carried(&self, at: &str, text: &str) -> Vec<Carried> {
        let said = text.to_lowercase();
        let links = links(&said).filter(|link| self.is_planted(link)).map(|link| Carried {
            at: at.to_owned(),
            kind: "link".to_owned(),
            value: link.to_owned(),
            origins: self.around(link).label.sources,
        });
        let mut carried: Vec<Carried> = links.collect();
        for found in credentials(text, &self.words) {
            if self.named.contains(&found.to_lowercase()) {
                continue;
            }
            carried.push(Carried {
                at: at.to_owned(),
                kind: "credential".to_owned(),
                // It is not told again.
                value: format!("{}…", found.chars().take(4).collect::<String>()),
                origins: self.around(&found.to_lowercase()).label.sources,
            });
        }
        carried
    }

    /// Whether a link stands only in the prose of untrusted texts, and is not the one that the request speaks of.
    fn is_planted(&self, link: &str) -> bool {
        let stands_alone = self.leaves().any(|(_, leaf)| leaf.text.trim() == link);
        let is_quoted = self
            .leaves()
            .any(|(_, leaf)| leaf.label.integrity == Integrity::Untrusted && holds(&leaf.text, link));
        is_quoted && !stands_alone && !holds(&self.named, link) && !self.is_the_link_to_tell(link)
    }

    /// The leaves that hold `text` among other words.
    fn around(&self, text: &str) -> Origin {
        let around = self.leaves().filter(|(_, leaf)| holds(&leaf.text, text));
        let label = around.map(|(_, leaf)| leaf.label.clone());
        Origin {
            label: label.reduce(|label, other| label.joined(&other)).unwrap_or_else(user),
            is_quoted: true,
        }
    }

    /// Where a text comes from that decides nothing by itself.
    fn content(&self, text: &str, control: &Label) -> Origin {
        let text = text.trim().to_lowercase();
        let label = if text.is_empty() || holds(&self.named, &text) {
            user()
        } else {
            control.clone()
        };
        Origin {
            label,
            is_quoted: false,
        }
    }

    /// Where a text comes from that decides what is reached; of a link that is only looked at, the request need not
    /// hold more than the word.
    fn aim(&self, text: &str, aim: &Aimed, control: &Label) -> Origin {
        let touch = aim.touch;
        let text = text.trim().to_lowercase();
        let known = |label: Label| Origin {
            label,
            is_quoted: false,
        };
        // What is paid is no record that happens to have this number.
        let fits = |leaf: &Leaf| touch != Touch::Amount || !names_an_id(&leaf.at);
        let whole = || self.leaves().filter(|(_, leaf)| same(&leaf.text, &text) && fits(leaf));
        // The 5 of "the five mails" is not the mail with the number 5.
        let is_doubtful = touch == Touch::Id
            && text.chars().count() < SHORTEST_WORD
            && whole().any(|(_, leaf)| leaf.label.integrity == Integrity::Untrusted);
        if text.is_empty() || (self.names(&text) && !is_doubtful) {
            return known(user());
        }
        let vouched = || whole().filter(|(_, leaf)| leaf.label.integrity < Integrity::Untrusted);
        if let Some((output, leaf)) = vouched().max_by_key(|(output, leaf)| output.records.speak_of(&leaf.at)) {
            let is_chosen = control.integrity < Integrity::Untrusted
                || output.records.speak_of(&leaf.at)
                || self.is_among_all(aim)
                || self.is_compared(leaf);
            return known(if is_chosen {
                leaf.label.clone()
            } else {
                leaf.label.clone().joined(control)
            });
        }
        // Nobody puts an amount together from parts.
        if let Some(label) = self.assembled(&text).filter(|_| touch != Touch::Amount) {
            return known(label);
        }
        if let Some(label) = self.pointed_at(&text, touch) {
            return known(label);
        }
        let alone = whole().map(|(_, leaf)| &leaf.label);
        if let Some(label) = alone.cloned().reduce(|label, other| label.joined(&other)) {
            return known(label);
        }
        let around = self.around(&text);
        if around.label.integrity < Integrity::Untrusted {
            return known(control.clone());
        }
        if aim.only_looks && touch.is_url() && self.is_the_link(&text) {
            return known(Label {
                integrity: Integrity::User,
                ..around.label
            });
        }
        around
    }

    /// Whether the request says `text` itself.
    fn names(&self, text: &str) -> bool {
        holds(&self.named, text)
            || number(text).is_some_and(|wanted| {
                let said = self.named.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ',');
                let in_words = NUMBERS
                    .iter()
                    .zip(1_u32..)
                    .filter(|(word, _)| self.words.contains(**word));
                let mut said = said
                    .filter_map(number)
                    .chain(in_words.map(|(_, number)| f64::from(number)));
                said.any(|said| said == wanted)
            })
    }

    /// The label of a text all of whose words the user or somebody vouched for said: `docs/report.md`.
    fn assembled(&self, text: &str) -> Option<Label> {
        let mut label = user();
        let mut said = 0;
        for part in parts(text) {
            if self.words.contains(part) {
                said += 1;
                continue;
            }
            if JOINTS.contains(&part) {
                continue;
            }
            let mut vouched = self.leaves().filter(|(output, leaf)| {
                leaf.label.integrity < Integrity::Untrusted
                    && parts(&leaf.text).any(|word| word == part)
                    && output.records.speak_of(&leaf.at)
            });
            label.join(&vouched.next()?.1.label);
            said += 1;
        }
        (said > 0).then_some(label)
    }

    fn leaves(&self) -> impl Iterator<Item = (&Output, &Leaf)> {
        self.outputs
            .iter()
            .flat_map(|output| output.leaves.iter().map(move |leaf| (output, leaf)))
    }
}

/// The label of what a person asks for.
fn user() -> Label {
    Label::from_source(Integrity::User, Confidentiality::Public, "prompt")
}

fn text(leaf: &Value) -> Option<String> {
    match leaf {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether the field at a JSON pointer says which record it is.
fn names_an_id(at: &str) -> bool {
    at.rsplit('/').next().is_some_and(is_id)
}

/// Whether a text has the form of a name, an address or an id: one line, few words, no sentences.
fn is_name(text: &str) -> bool {
    let text = text.trim();
    let sentences = text
        .split_whitespace()
        .filter(|word| word.ends_with(['.', '!', '?']) && word.len() > 3);
    !text.contains(char::is_control)
        && (text.len() <= LONGEST_NAME || !text.contains(char::is_whitespace))
        && text.split_whitespace().count() <= MOST_WORDS
        && sentences.count() < 2
}

/// Letters and digits between everything else.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
}

fn number(text: &str) -> Option<f64> {
    let trimmed = text.trim_matches(|c: char| c == '.' || c == ',').replace(',', "");
    trimmed.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whether two leaves say the same, as texts or as numbers.
fn same(one: &str, other: &str) -> bool {
    one.trim() == other || (number(one).is_some() && number(one) == number(other))
}

/// Whether `text` holds `part` with nothing of a word around it.
fn holds(text: &str, part: &str) -> bool {
    if part.is_empty() || part.len() > LONGEST_PART {
        return false;
    }
    let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(part).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + part.len()..].chars().next();
        let starts = part.chars().next();
        let ends = part.chars().next_back();
        !(joins(before) && joins(starts) || joins(after) && joins(ends))
    })
}

#[cfg(test)]
mod tests;
