//! Which part of a page people came for.
//!
//! A page that marks it (`main`, `article`) is believed where there is something in it. Else paragraphs count for what
//! they lie in, the more the longer they are, and less the more of them is links; the best wins.

use std::collections::HashMap;

use super::dom::{Id, Tree};

/// Characters that a part needs to be one.
const ENOUGH: usize = 200;
/// Characters that a paragraph needs to count.
const PARAGRAPH: usize = 25;

/// Elements that show no text of the page.
pub(super) fn is_silent(tree: &Tree, id: Id) -> bool {
    let is_hidden = || {
        let style = tree
            .attribute(id, "style")
            .unwrap_or_default()
            .replace(' ', "")
            .to_ascii_lowercase();
        tree.attribute(id, "hidden").is_some()
            || tree.attribute(id, "aria-hidden") == Some("true")
            || style.contains("display:none")
            || style.contains("visibility:hidden")
    };
    match tree.name(id) {
        Some(
            "script" | "style" | "template" | "head" | "title" | "iframe" | "object" | "embed" | "canvas" | "audio"
            | "video" | "button" | "select" | "input" | "textarea" | "datalist" | "dialog" | "map",
        ) => true,
        Some(_) => is_hidden(),
        None => tree.is_foreign(id),
    }
}

/// Elements that stand around the text of every page of a place.
pub(super) fn is_around(tree: &Tree, id: Id) -> bool {
    let role = tree.attribute(id, "role").unwrap_or_default();
    matches!(tree.name(id), Some("nav" | "aside" | "footer"))
        || matches!(
            role,
            "navigation" | "complementary" | "contentinfo" | "banner" | "search"
        )
        || (tree.name(id) == Some("header") && tree.parent(id).is_some_and(|parent| tree.name(parent) == Some("body")))
}

/// How much text a node shows, and how much of it is links: characters.
#[derive(Debug, Clone, Copy, Default)]
struct Shown {
    all: usize,
    linked: usize,
}

/// The text of every node below `from`, in one walk.
fn measure(tree: &Tree, from: Id) -> HashMap<Id, Shown> {
    let mut shown: HashMap<Id, Shown> = HashMap::new();
    let mut order = Vec::new();
    let mut open = vec![(from, false)];
    while let Some((id, in_link)) = open.pop() {
        if is_silent(tree, id) || is_around(tree, id) {
            continue;
        }
        order.push(id);
        if let Some(text) = tree.text(id) {
            let all: usize = text.split_whitespace().map(|word| word.chars().count() + 1).sum();
            let linked = if in_link { all } else { 0 };
            shown.insert(id, Shown { all, linked });
        }
        let in_link = in_link || tree.name(id) == Some("a");
        open.extend(tree.children(id).iter().map(|child| (*child, in_link)));
    }
    // Whoever lies deeper was met later.
    for id in order.into_iter().rev() {
        let mine = shown.get(&id).copied().unwrap_or_default();
        if let Some(parent) = tree.parent(id).filter(|_| id != from) {
            let its = shown.entry(parent).or_default();
            its.all += mine.all;
            its.linked += mine.linked;
        }
    }
    shown
}

/// The part of the page that is its text; `body` where none stands out.
pub(super) fn main_part(tree: &Tree, body: Id) -> Id {
    let shown = measure(tree, body);
    let of = |id: Id| shown.get(&id).copied().unwrap_or_default();
    let all = tree.below(body);
    let marked = |is_it: &dyn Fn(Id) -> bool| {
        let found = all.iter().copied().filter(|id| is_it(*id) && shown.contains_key(id));
        let best = found.max_by_key(|id| (of(*id).all, std::cmp::Reverse(*id)));
        best.filter(|id| of(*id).all >= ENOUGH)
    };
    let is_main = |id: Id| tree.name(id) == Some("main") || tree.attribute(id, "role") == Some("main");
    if let Some(main) = marked(&is_main) {
        return main;
    }
    // Several articles are a list of them: then what holds them counts.
    let articles = all
        .iter()
        .filter(|id| tree.name(**id) == Some("article") && of(**id).all >= ENOUGH);
    if articles.count() == 1
        && let Some(article) = marked(&|id| tree.name(id) == Some("article"))
    {
        return article;
    }
    let mut scores: HashMap<Id, usize> = HashMap::new();
    for id in all.iter().copied() {
        let is_paragraph = matches!(tree.name(id), Some("p" | "pre" | "td" | "blockquote" | "li" | "dd"));
        let Shown { all, linked } = of(id);
        if !is_paragraph || all < PARAGRAPH || linked * 2 > all {
            continue;
        }
        let score = 100 + (all - linked).min(1_000);
        let parent = tree.parent(id);
        let above = parent.and_then(|parent| tree.parent(parent));
        for (holder, share) in [(parent, score), (above, score / 2)] {
            if let Some(holder) = holder {
                *scores.entry(holder).or_default() += share;
            }
        }
    }
    let weighed = scores.into_iter().map(|(id, score)| {
        let Shown { all, linked } = of(id);
        (score * (all - linked) / all.max(1), std::cmp::Reverse(id))
    });
    match weighed.max() {
        Some((_, std::cmp::Reverse(id))) if of(id).all >= ENOUGH && of(id).all * 4 >= of(body).all => id,
        Some(_) | None => body,
    }
}
