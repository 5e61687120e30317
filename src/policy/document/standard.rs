//! The score's part of a constitution: weights that cannot turn a fault into a merit, and a threshold that can be met.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::Spanned;

use super::super::rule::Article;
use super::super::score::{FULL, Feature, HEAVIEST, Standard};
use super::{Malformed, at, known, shown};

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

#[cfg(test)]
mod tests {
    use super::super::parse;
    use crate::policy::DEFAULT_CONSTITUTION;

    #[test]
    fn attack_10_negative_or_overflowing_weights() {
        const WEIGHTS: &str = "{reversibility: 2, provenance: 4, secrecy: 2, egress: 1, request: 3, cost: 1}";
        let with = |weights: &str, threshold: &str| {
            let text = DEFAULT_CONSTITUTION.replace(WEIGHTS, weights);
            assert!(weights == WEIGHTS || text != DEFAULT_CONSTITUTION);
            parse(
                text.replace("threshold: 7000", &format!("threshold: {threshold}"))
                    .as_bytes(),
            )
        };
        for (weights, says) in [
            ("{cost: -1}", "whole number"),
            ("{cost: 1000001}", "whole number"),
            ("{cost: 9223372036854775808}", "whole number"),
            ("{cost: 18446744073709551616}", ""),
            ("{cost: 1.5}", "whole number"),
            ("{cost: .nan}", "finite"),
            ("{cost: .inf}", "finite"),
            ("{cost: '1'}", "whole number"),
            ("{cost: true}", "whole number"),
            ("{cost: 1, cost: 2}", ""),
            ("{luck: 1}", "nothing is measured as `luck`"),
            ("{cost: 0}", "any weight"),
            ("{}", "any weight"),
            ("7", ""),
        ] {
            let refused = with(weights, "0").unwrap_err();
            assert!(refused.message.contains(says), "{weights}: {refused}");
            assert!(refused.line > 1, "{weights}: {refused}");
            eprintln!("attack 10: refused {weights}: {}", refused.message);
        }
        for threshold in ["-1", "13001", "1.0", ".nan", "'7000'", "9223372036854775808"] {
            let refused = with(WEIGHTS, threshold).unwrap_err();
            assert!(refused.line > 1, "{threshold}: {refused}");
        }
        let most = with("{cost: 1000000}", "1000000000").unwrap();
        assert_eq!(most.standard.unwrap().threshold(), 1_000_000_000);
        assert!(
            parse(
                DEFAULT_CONSTITUTION
                    .replace("article: A9\n  thr", "article: A99\n  thr")
                    .as_bytes()
            )
            .is_err()
        );
    }
}
