//! The score's part of a constitution: weights that cannot turn a fault into a merit, and a threshold that can be met.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::Spanned;

use super::super::rule::Article;
use super::super::score::{FULL, Feature, Standard};
use super::{Malformed, at, known, shown};

/// The heaviest weight: sums of six of them stay far from where integers end.
const HEAVIEST: i64 = 1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenScore {
    article: Spanned<String>,
    threshold: Spanned<Value>,
    weights: Spanned<BTreeMap<String, Spanned<Value>>>,
}

/// Checks weights and threshold.
pub(super) fn standard(written: WrittenScore, articles: &[Article]) -> Result<Standard, Malformed> {
    let article = known(&written.article, articles)?;
    let mut weights = BTreeMap::new();
    for (name, weight) in &written.weights.value {
        let Some(feature) = Feature::named(name) else {
            let all: Vec<&str> = Feature::ALL.iter().map(|feature| feature.name()).collect();
            let message = format!("nothing is measured as {}; there are {}", shown(name), all.join(", "));
            return Err(at(weight, message));
        };
        let Some(amount) = weight.value.as_i64().filter(|amount| (0..=HEAVIEST).contains(amount)) else {
            let message = format!("the weight of `{name}` is a whole number from 0 to {HEAVIEST}");
            return Err(at(weight, message));
        };
        weights.insert(feature, amount);
    }
    let most = weights.values().sum::<i64>() * FULL;
    if most == 0 {
        return Err(at(&written.weights, "no feature has any weight".to_owned()));
    }
    match written.threshold.value.as_i64() {
        Some(threshold) if (0..=most).contains(&threshold) => Ok(Standard {
            article,
            threshold,
            weights,
        }),
        Some(_) | None => Err(at(
            &written.threshold,
            format!("the threshold is a whole number from 0 to {most}, which is the best score with these weights"),
        )),
    }
}
