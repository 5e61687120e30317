//! `text.count` and `text.group`: how often each value of a field occurs, and in which items.
//!
//! An item with several values counts once under each; one without any is counted apart.

use std::borrow::Cow;
use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ToolError;
use super::super::contract::{Objects, arguments, json, objects};
use super::field::{Field, Sum, kept};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CountParams {
    /// The items.
    #[serde(rename = "items")]
    _items: Objects,
    /// The field whose values are counted.
    by: String,
    /// A field, or a sum of fields, that is added up for each value.
    #[serde(default)]
    weight: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Counts {
    /// Each value, the most frequent first, then by text.
    counts: Vec<Count>,
    /// How many items there are.
    total: u64,
    /// How many of them have no value.
    missing: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Count {
    /// The value, as text.
    value: String,
    /// How many items have it.
    count: u64,
    /// The sum of the weights of these items; 0 without `weight`.
    #[schemars(with = "f64")]
    sum: Value,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupParams {
    /// The items.
    #[serde(rename = "items")]
    _items: Objects,
    /// The field whose values make the groups.
    by: String,
    /// Keys of the items to repeat; empty means all.
    #[serde(default)]
    keep: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Groups {
    /// Each value with its items, the biggest group first, then by text.
    groups: Vec<Group>,
    /// Items without a value.
    missing: Vec<Value>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Group {
    /// The value, as text.
    value: String,
    /// How many items.
    count: u64,
    /// The items, in their order.
    items: Vec<Value>,
}

/// A value and the places of the items that have it.
type Place<'a> = (Cow<'a, str>, Vec<usize>);

/// The items under each value of `field`, the most frequent first, and the items under none.
fn sorted<'a>(items: &'a [Value], field: &Field) -> (Vec<Place<'a>>, Vec<usize>) {
    let mut places: HashMap<Cow<str>, Vec<usize>> = HashMap::new();
    let mut missing = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let texts = field.texts(item);
        if texts.is_empty() {
            missing.push(at);
        }
        for text in texts {
            let place = places.entry(text).or_default();
            // The same value twice in one item is one occurrence.
            if place.last() != Some(&at) {
                place.push(at);
            }
        }
    }
    let mut places: Vec<Place> = places.into_iter().collect();
    places.sort_by(|one, other| other.1.len().cmp(&one.1.len()).then_with(|| one.0.cmp(&other.0)));
    (places, missing)
}

/// Counts.
pub(super) fn count(args: &Value) -> Result<Value, ToolError> {
    let params: CountParams = arguments(args)?;
    let items = objects(args, "items")?;
    let weight = params.weight.as_deref().map(Field::parse).transpose()?;
    let (places, missing) = sorted(items, &Field::parse(&params.by)?);
    let counts = places.into_iter().map(|(value, members)| {
        let mut sum = Sum::default();
        if let Some(weight) = &weight {
            members.iter().for_each(|member| sum.join(weight.sum(&items[*member])));
        }
        Count {
            value: value.into_owned(),
            count: members.len() as u64,
            sum: sum.json(),
        }
    });
    Ok(json(&Counts {
        counts: counts.collect(),
        total: items.len() as u64,
        missing: missing.len() as u64,
    }))
}

/// Groups.
pub(super) fn group(args: &Value) -> Result<Value, ToolError> {
    let params: GroupParams = arguments(args)?;
    let items = objects(args, "items")?;
    let (places, missing) = sorted(items, &Field::parse(&params.by)?);
    let shown = |members: Vec<usize>| -> Vec<Value> {
        let each = members.into_iter().map(|member| &items[member]);
        if params.keep.is_empty() {
            each.cloned().collect()
        } else {
            each.map(|item| kept(item, &params.keep)).collect()
        }
    };
    let groups = places.into_iter().map(|(value, members)| Group {
        value: value.into_owned(),
        count: members.len() as u64,
        items: shown(members),
    });
    Ok(json(&Groups {
        groups: groups.collect(),
        missing: shown(missing),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn values_are_counted_and_weighed() {
        let items = json!([{"by": "é", "n": 2, "m": 1}, {"by": "a", "n": 5}, {"by": "é", "n": 0.5}, {"by": null}]);
        assert_eq!(
            count(&json!({"items": items, "by": "by", "weight": "n + m"})).unwrap(),
            json!({"counts": [{"value": "é", "count": 2, "sum": 3.5}, {"value": "a", "count": 1, "sum": 5}], "total": 4, "missing": 1})
        );
        assert_eq!(
            group(&json!({"items": items, "by": "by", "keep": ["n"]})).unwrap(),
            json!({"groups": [{"value": "é", "count": 2, "items": [{"n": 2}, {"n": 0.5}]}, {"value": "a", "count": 1, "items": [{"n": 5}]}],
                "missing": [{"n": null}]})
        );
    }

    proptest! {
        #[test]
        fn counts_and_sums_of_single_values_add_up(table in prop::collection::vec((prop::option::of("[a-c]"), 0_u32..9), 0..30)) {
            let items: Vec<Value> = table.iter().map(|(by, n)| json!({"by": by, "n": n})).collect();
            let output = count(&json!({"items": items, "by": "by", "weight": "n"})).unwrap();
            let total = |key: &str| output["counts"].as_array().unwrap().iter().map(|count| count[key].as_u64().unwrap()).sum::<u64>();
            prop_assert_eq!(total("count") + output["missing"].as_u64().unwrap(), table.len() as u64);
            let weighed: u64 = table.iter().filter(|(by, _)| by.is_some()).map(|(_, n)| u64::from(*n)).sum();
            prop_assert_eq!(total("sum"), weighed);
        }

        #[test]
        fn groups_of_single_values_are_a_partition(table in prop::collection::vec(prop::option::of("[a-c]"), 0..30)) {
            let items: Vec<Value> = table.iter().enumerate().map(|(n, by)| json!({"by": by, "n": n})).collect();
            let output = group(&json!({"items": items, "by": "by"})).unwrap();
            let mut all: Vec<Value> = output["groups"].as_array().unwrap().iter()
                .flat_map(|group| group["items"].as_array().unwrap().clone())
                .chain(output["missing"].as_array().unwrap().clone()).collect();
            all.sort_by_key(|item| item["n"].as_u64());
            prop_assert_eq!(all, items);
        }
    }
}
