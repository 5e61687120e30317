//! `text.rank` and `text.similar`: the items that count most, and texts that say nearly the same.
//!
//! Two texts are as similar as their sets of words: |A ∩ B| / |A ∪ B| (Jaccard 1901).

use std::collections::{BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ToolError;
use super::super::contract::{Objects, arguments, bad_argument, json, objects};
use super::field::{Field, Sum, id_of, kept};
use super::label::id;
use super::words::words;

/// The most items that are compared with each other.
const COMPARED_MAX: usize = 5_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RankParams {
    /// The items.
    #[serde(rename = "items")]
    _items: Objects,
    /// The fields, or sums of fields, to rank by, the first counts most; bigger comes first, ties keep their order.
    #[serde(default)]
    by: Vec<String>,
    /// How many to return.
    #[serde(default = "top")]
    #[schemars(range(min = 1, max = 1_000))]
    top: usize,
    /// The field whose text tells near-duplicates.
    #[serde(default)]
    text: Option<String>,
    /// How similar to a better item an item must be to be left out; above 1 nothing is.
    #[serde(default = "threshold")]
    #[schemars(range(min = 0.0, max = 2.0))]
    threshold: f64,
    /// Keys of the items to repeat; empty means all.
    #[serde(default)]
    keep: Vec<String>,
}

fn top() -> usize {
    10
}

fn threshold() -> f64 {
    0.8
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Ranked {
    /// The items, best first.
    items: Vec<Value>,
    /// How many are returned.
    count: u64,
    /// How many there are.
    total: u64,
    /// How many near-duplicates of better items were left out on the way.
    duplicates: u64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SimilarParams {
    /// One text.
    #[serde(default)]
    a: String,
    /// The text to compare it with.
    #[serde(default)]
    b: String,
    /// Items to put together, instead of two texts; at most 5,000.
    #[serde(default, rename = "items")]
    _items: Option<Objects>,
    /// The key that tells items apart.
    #[serde(default = "id")]
    id: String,
    /// The field whose texts are compared.
    #[serde(default = "field")]
    field: String,
    /// How similar an item must be to the first of a cluster to join it.
    #[serde(default = "threshold")]
    #[schemars(range(min = 0.0, max = 2.0))]
    threshold: f64,
}

fn field() -> String {
    "subject".to_owned()
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Similar {
    /// How similar `a` and `b` are, from 0 to 1.
    similarity: f64,
    /// The items in clusters, each opened by its first item.
    clusters: Vec<Cluster>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Cluster {
    /// Ids, in the order of the items.
    ids: Vec<String>,
    /// How many.
    count: u64,
}

/// Numbers words, so that texts are compared as sorted lists of numbers.
#[derive(Default)]
struct Lexicon {
    numbers: HashMap<String, u32>,
}

impl Lexicon {
    fn set<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) -> Vec<u32> {
        let mut set = BTreeSet::new();
        for word in texts.into_iter().flat_map(words) {
            let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
            set.insert(*self.numbers.entry(word).or_insert(next));
        }
        set.into_iter().collect()
    }
}

/// |A ∩ B| / |A ∪ B| of two sorted lists; nothing is similar to nothing.
fn jaccard(one: &[u32], other: &[u32]) -> f64 {
    let (mut at, mut to, mut both) = (0, 0, 0_usize);
    while let (Some(a), Some(b)) = (one.get(at), other.get(to)) {
        both += usize::from(a == b);
        at += usize::from(a <= b);
        to += usize::from(b <= a);
    }
    let all = one.len() + other.len() - both;
    if all == 0 { 0.0 } else { both as f64 / all as f64 }
}

/// Ranks.
pub(super) fn rank(args: &Value) -> Result<Value, ToolError> {
    let params: RankParams = arguments(args)?;
    let items = objects(args, "items")?;
    let by: Vec<Field> = params
        .by
        .iter()
        .map(|field| Field::parse(field))
        .collect::<Result<_, _>>()?;
    let text = params.text.as_deref().map(Field::parse).transpose()?;
    let mut order: Vec<(Vec<Sum>, &Value)> = items
        .iter()
        .map(|item| (by.iter().map(|field| field.sum(item)).collect(), item))
        .collect();
    order.sort_by(|(one, _), (other, _)| {
        let orders = one.iter().zip(other).map(|(one, other)| other.order(one));
        orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
    let mut lexicon = Lexicon::default();
    let mut sets: Vec<Vec<u32>> = Vec::new();
    let mut best = Vec::new();
    let mut duplicates = 0;
    for (_, item) in order {
        if best.len() == params.top {
            break;
        }
        if let Some(text) = &text {
            let texts = text.texts(item);
            let set = lexicon.set(texts.iter().map(AsRef::as_ref));
            if sets.iter().any(|better| jaccard(better, &set) >= params.threshold) {
                duplicates += 1;
                continue;
            }
            sets.push(set);
        }
        best.push(if params.keep.is_empty() {
            item.clone()
        } else {
            kept(item, &params.keep)
        });
    }
    Ok(json(&Ranked {
        count: best.len() as u64,
        items: best,
        total: items.len() as u64,
        duplicates,
    }))
}

/// Compares.
pub(super) fn similar(args: &Value) -> Result<Value, ToolError> {
    let params: SimilarParams = arguments(args)?;
    let field = Field::parse(&params.field)?;
    let items = match args.get("items") {
        Some(Value::Array(items)) => items.as_slice(),
        Some(_) | None => &[],
    };
    if items.len() > COMPARED_MAX {
        return Err(bad_argument(
            format!("{} items are too many to compare with each other", items.len()),
            format!("give at most {COMPARED_MAX}"),
        ));
    }
    let mut lexicon = Lexicon::default();
    let mut clusters: Vec<(Vec<u32>, Vec<String>)> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let id = id_of(item, &params.id, at)?.into_owned();
        let texts = field.texts(item);
        let set = lexicon.set(texts.iter().map(AsRef::as_ref));
        match clusters
            .iter_mut()
            .find(|(first, _)| jaccard(first, &set) >= params.threshold)
        {
            Some((_, ids)) => ids.push(id),
            None => clusters.push((set, vec![id])),
        }
    }
    let (a, b) = (lexicon.set([params.a.as_str()]), lexicon.set([params.b.as_str()]));
    let clusters = clusters.into_iter().map(|(_, ids)| Cluster {
        count: ids.len() as u64,
        ids,
    });
    Ok(json(&Similar {
        similarity: jaccard(&a, &b),
        clusters: clusters.collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_best_come_first_and_near_duplicates_go() {
        let items = json!([
            {"id": 1, "s": "bump serde to 1.2", "n": 3}, {"id": 2, "s": "Add the new relay", "n": 9},
            {"id": 3, "s": "add the new relay!", "n": 8}, {"id": 4, "s": "удалить кэш", "n": 3, "m": 1},
        ]);
        let output = rank(&json!({"items": items, "by": ["n + m"], "top": 3, "text": "s", "keep": ["id"]})).unwrap();
        assert_eq!(
            output,
            json!({"items": [{"id": 2}, {"id": 4}, {"id": 1}], "count": 3, "total": 4, "duplicates": 1})
        );
        let all = rank(&json!({"items": items, "top": 2})).unwrap();
        assert_eq!(all["items"], json!([items[0], items[1]]));
    }

    #[test]
    fn similar_texts_share_a_cluster() {
        let output = similar(&json!({"a": "one two", "b": "two three", "items": [
            {"id": "x", "subject": "fix the parser"}, {"id": "y", "subject": "other"}, {"id": "z", "subject": "Fix: the Parser"},
        ]}))
        .unwrap();
        assert_eq!(
            output,
            json!({"similarity": 1.0 / 3.0, "clusters": [{"ids": ["x", "z"], "count": 2}, {"ids": ["y"], "count": 1}]})
        );
    }

    proptest! {
        #[test]
        fn similarity_is_symmetric_and_a_text_is_like_itself(a in "[a-d ]{0,12}", b in "[a-d ]{0,12}") {
            let of = |a: &str, b: &str| similar(&json!({"a": a, "b": b})).unwrap()["similarity"].as_f64().unwrap();
            prop_assert_eq!(of(&a, &b), of(&b, &a));
            prop_assert!((0.0..=1.0).contains(&of(&a, &b)));
            if !a.trim().is_empty() {
                prop_assert_eq!(of(&a, &a), 1.0);
            }
        }
    }
}
