//! What a page says: its title, its language, its links, and the text that people came for.
//!
//! Nothing of a page is run or fetched. The same page gives the same text.

mod choose;
mod dom;
mod text;

use std::collections::HashSet;

use self::choose::main_part;
use self::dom::{Id, Tree};
use crate::net::Destination;

/// Characters of a title or the text of a link.
const SHORT: usize = 300;

/// Which part of a page is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    /// What people came for, without what surrounds it on every page of the place.
    #[default]
    Main,
    /// All of it.
    Whole,
}

/// A page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub title: Option<String>,
    pub language: Option<String>,
    pub description: Option<String>,
    pub text: String,
    pub links: Vec<(String, String)>,
    pub is_cut: bool,
}

/// Reads a page that lies at `url`; its text ends with the line that reaches `max_chars` characters.
pub(super) fn read(html: &str, url: &str, part: Part, max_chars: usize) -> Page {
    let tree = Tree::of(html);
    let all = tree.below(0);
    let root = find(&tree, &all, "html").unwrap_or(0);
    let body = find(&tree, &all, "body").unwrap_or(root);
    let title = find(&tree, &all, "title").map(|id| inner(&tree, id));
    let meta = |wanted: &str| {
        all.iter().find_map(|id| {
            let name = tree
                .attribute(*id, "name")
                .or_else(|| tree.attribute(*id, "property"))?;
            let is_it = tree.name(*id) == Some("meta") && name.eq_ignore_ascii_case(wanted);
            is_it.then(|| tree.attribute(*id, "content")).flatten().and_then(line)
        })
    };
    let from = match part {
        Part::Main => main_part(&tree, body),
        Part::Whole => body,
    };
    let (text, is_text_cut) = text::of(&tree, from, part == Part::Main && from == body, max_chars);
    Page {
        title: title.as_deref().and_then(line).or_else(|| meta("og:title")),
        language: tree
            .attribute(root, "lang")
            .map(str::trim)
            .filter(|lang| {
                !lang.is_empty()
                    && lang.len() <= 35
                    && lang.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            })
            .map(str::to_owned),
        description: meta("description").or_else(|| meta("og:description")),
        text,
        links: links(&tree, from, &all, url),
        is_cut: tree.is_cut || is_text_cut,
    }
}

fn find(tree: &Tree, all: &[Id], name: &str) -> Option<Id> {
    all.iter().copied().find(|id| tree.name(*id) == Some(name))
}

/// All text in a node.
fn inner(tree: &Tree, id: Id) -> String {
    tree.below(id).into_iter().filter_map(|id| tree.text(id)).collect()
}

/// A text in one line, not too long; `None` where nothing is left.
fn line(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let joined: String = words.join(" ").chars().take(SHORT).collect();
    (!joined.is_empty()).then_some(joined)
}

/// Where the links of a part lead that speak HTTP, each once, with their text.
fn links(tree: &Tree, from: Id, all: &[Id], url: &str) -> Vec<(String, String)> {
    let Ok((mut base, _)) = Destination::of(url) else {
        return Vec::new();
    };
    let written = all.iter().find(|id| tree.name(**id) == Some("base"));
    if let Some(written) = written.and_then(|id| tree.attribute(*id, "href"))
        && let Ok(other) = base.join(written)
    {
        base = other;
    }
    let mut known = HashSet::new();
    let mut links = Vec::new();
    for id in tree.below(from) {
        let Some(href) = tree.attribute(id, "href").filter(|_| tree.name(id) == Some("a")) else {
            continue;
        };
        let Ok(mut to) = base.join(href.trim()) else {
            continue;
        };
        to.set_fragment(None);
        let is_elsewhere = to.as_str() != url && Destination::of_url(&to).is_ok();
        if is_elsewhere && known.insert(to.to_string()) {
            links.push((to.to_string(), line(&inner(tree, id)).unwrap_or_default()));
        }
    }
    links
}

#[cfg(test)]
mod tests;
