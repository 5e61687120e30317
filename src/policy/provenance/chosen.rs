//! What the request points at without saying it: the link in a message, the address on a page, the participants of a
//! meeting, everybody, the largest.

use super::{
    Aimed, Integrity, Label, Leaf, Output, SHORTEST_WORD, Session, Touch, holds, is_name, links, names_an_id, parts,
};
use crate::policy::asked;

/// Words of a request that wants something opened.
const LINKS: &[&str] = &[
    "link", "links", "url", "urls", "article", "articles", "website", "websites", "site", "sites", "page", "pages",
    "webpage", "webpages", "blog", "blogs", "posted", "shared", "web",
];

/// Words of a request that wants one told.
const TOLD_LINKS: &[&str] = &["link", "links", "url", "urls"];

/// With how many words a record is spoken of that needs no word for its link.
const SURE: usize = 2;

/// A kind of value that a text holds many or one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Mail,
    Account,
}

impl Kind {
    /// The kind of a value, where it has the form of one.
    fn of(value: &str) -> Option<Self> {
        let account = || {
            let bare: String = value.chars().filter(|c| !c.is_whitespace()).collect();
            let letters = bare.chars().take(2).all(|c| c.is_ascii_alphabetic());
            let digits = bare.chars().skip(2).take(2).all(|c| c.is_ascii_digit());
            letters && digits && (15..=34).contains(&bare.len()) && bare.chars().all(|c| c.is_ascii_alphanumeric())
        };
        if value
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
        {
            Some(Self::Mail)
        } else {
            account().then_some(Self::Account)
        }
    }

    /// What requests call it.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Mail => &["e-mail", "email", "mail", "address", "contact"],
            Self::Account => &["iban", "account"],
        }
    }

    /// All values of this kind in a text.
    fn all_in(self, text: &str) -> impl Iterator<Item = &str> {
        let ends =
            |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | '(' | ')' | ',' | ';' | ':' | '|');
        let words = text
            .split(ends)
            .map(|word| word.trim_matches(['.', '!', '?', '-', '[', ']']));
        words.filter(move |word| Self::of(word) == Some(self))
    }
}

impl Session {
    /// Whether the request asks for all of what the argument is one of.
    pub(super) fn is_among_all(&self, aim: &Aimed) -> bool {
        let mut names = aim.at.rsplit('/').filter(|part| part.parse::<usize>().is_err());
        self.choice
            .is_all_of(names.next().unwrap_or_default(), aim.touch == Touch::Recipient)
    }

    /// Whether the request leaves it to a comparison which name is meant, and nobody untrusted says this one; an id is
    /// no name.
    pub(super) fn is_compared(&self, leaf: &Leaf) -> bool {
        let text = leaf.text.trim();
        let mut untrusted = self
            .leaves()
            .filter(|(_, leaf)| leaf.label.integrity == Integrity::Untrusted);
        let is_plain = is_name(text) && text.chars().any(char::is_alphabetic) && !names_an_id(&leaf.at);
        is_plain && self.choice.compares() && !untrusted.any(|(_, leaf)| holds(&leaf.text, text))
    }

    /// The label of a value that the request points at: the only one of its kind where it says that one is found, or
    /// what the field that it names holds in the record that it names.
    pub(super) fn pointed_at(&self, text: &str, touch: Touch) -> Option<Label> {
        let kind = Kind::of(text).filter(|_| touch == Touch::Recipient);
        let only = kind.and_then(|kind| {
            self.outputs
                .iter()
                .find_map(|output| self.only_value(output, text, kind))
        });
        let is_one = || self.outputs.iter().map(|output| output.titles.len()).sum::<usize>() == 1;
        let field = || {
            let mut titled = self.outputs.iter().filter(|output| !output.titles.is_empty());
            titled.find_map(|output| output.leaves.iter().find(|leaf| self.is_field(output, leaf, text)))
        };
        let leaf = only.or_else(|| is_one().then(field).flatten())?;
        Some(Label {
            integrity: Integrity::User,
            ..leaf.label.clone()
        })
    }

    /// The leaf that holds `text`, the only value of its kind in an output that one sentence of the request speaks of
    /// with the kind: "her e-mail is on www.dora.example".
    fn only_value<'a>(&self, output: &'a Output, text: &str, kind: Kind) -> Option<&'a Leaf> {
        let aims = output.aims.as_ref().filter(|aims| !aims.is_empty())?;
        let found = output.leaves.iter().find(|leaf| holds(&leaf.text, text))?;
        let speaks = asked::sentences(&self.named).any(|sentence| {
            let says = || {
                asked::words(sentence)
                    .iter()
                    .any(|word| kind.words().contains(&word.as_str()))
            };
            aims.iter().all(|aim| holds(sentence, aim)) && says()
        });
        let mut others = output.leaves.iter().flat_map(|leaf| kind.all_in(&leaf.text));
        (speaks && others.all(|other| other == text)).then_some(found)
    }

    /// Whether a leaf says `text` in a field that the request names, of a record whose title it holds: "the same
    /// participants as 'Kick-off'".
    fn is_field(&self, output: &Output, leaf: &Leaf, text: &str) -> bool {
        if leaf.text.trim() != text {
            return false;
        }
        let record = output.records.around(&leaf.at).unwrap_or_default();
        let field = leaf.at.get(record.len()..).unwrap_or_default();
        let mut names = field
            .split('/')
            .filter(|part| !part.is_empty() && part.parse::<usize>().is_err());
        let is_named = names.next().is_some_and(|name| {
            parts(name).any(|part| {
                let stem = part.trim_end_matches('s');
                stem.chars().count() > SHORTEST_WORD && self.words.iter().any(|word| asked::is_form(word, stem))
            })
        });
        let is_titled = |title: &String| {
            let field = title.strip_prefix(record).and_then(|field| field.strip_prefix('/'));
            field.is_some_and(|field| !field.contains('/'))
        };
        is_named && output.titles.iter().any(is_titled)
    }

    /// Whether a leaf is a title of some words that the request holds as a whole.
    pub(super) fn is_title(&self, leaf: &Leaf) -> bool {
        let mut words = parts(&leaf.text);
        is_name(&leaf.text)
            && parts(&leaf.text).count() > 1
            && words.all(|word| self.words.contains(word))
            && holds(&self.named, leaf.text.trim())
    }

    /// Whether `link` is the only one that untrusted texts hold, and the request speaks of a link to pass on.
    pub(super) fn is_the_link_to_tell(&self, link: &str) -> bool {
        let speaks = TOLD_LINKS.iter().any(|word| self.words.contains(*word));
        let mut untrusted = self
            .leaves()
            .filter(|(_, leaf)| leaf.label.integrity == Integrity::Untrusted);
        speaks && untrusted.all(|(_, leaf)| links(&leaf.text).all(|other| other == link))
    }

    /// Whether the request wants `link` opened that only looks: it speaks of a link without saying it, and this one is
    /// the only one in the records that it speaks of; or it wants all; or the record that it speaks of most holds no other.
    pub(super) fn is_the_link(&self, link: &str) -> bool {
        let untrusted = || {
            let leaves = self
                .leaves()
                .filter(|(_, leaf)| leaf.label.integrity == Integrity::Untrusted);
            leaves.map(|(output, leaf)| (output, leaf, links(&leaf.text).collect::<Vec<_>>()))
        };
        let is_it = |links: &[&str]| links.contains(&link);
        let only = |links: &[&str]| links.iter().all(|other| *other == link);
        let speaks = asked::sentences(&self.named).any(|sentence| {
            let says = asked::words(sentence).iter().any(|word| LINKS.contains(&word.as_str()));
            says && links(sentence).next().is_none()
        });
        let chosen = || untrusted().filter(|(output, ..)| output.aims.is_some());
        let wants_all = LINKS
            .iter()
            .any(|word| word.len() > 3 && self.choice.is_all_of(word, false));
        if speaks && wants_all && chosen().any(|(.., links)| is_it(&links)) {
            return true;
        }
        let meant: Vec<_> = chosen()
            .filter(|(output, leaf, links)| !links.is_empty() && output.records.speak_of(&leaf.at))
            .map(|(output, leaf, links)| (output.records.words_for(&leaf.at), links))
            .collect();
        if speaks
            && (untrusted().all(|(.., links)| only(&links))
                || (!meant.is_empty() && meant.iter().all(|(_, links)| only(links))))
        {
            return true;
        }
        let most = meant
            .iter()
            .map(|(words, _)| *words)
            .max()
            .filter(|words| *words >= SURE);
        most.is_some_and(|most| {
            meant
                .iter()
                .filter(|(words, _)| *words == most)
                .all(|(_, links)| only(links))
        })
    }
}
