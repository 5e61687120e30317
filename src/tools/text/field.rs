//! Fields of JSON objects, named by dotted paths: `author`, `files[].path`, `added + deleted`.
//!
//! `[]` goes through every element of a list; a list at the end of a path stands for its elements.
//! Never fails on data: what is not there has no values.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::super::ToolError;
use super::super::contract::bad_argument;

/// One or several paths; several are summed.
#[derive(Debug, Clone)]
pub(super) struct Field {
    paths: Vec<Vec<Part>>,
}

#[derive(Debug, Clone)]
struct Part {
    key: String,
    each: bool,
}

impl Field {
    /// Reads a path, or several with `+` between them.
    ///
    /// # Errors
    /// A part is empty.
    pub fn parse(text: &str) -> Result<Self, ToolError> {
        let wrong = || {
            bad_argument(
                format!("`{}` is not a field", text.escape_debug()),
                "write `name`, `outer.inner` or `list[].name`, and `a + b` for a sum",
            )
        };
        let part = |part: &str| match part.strip_suffix("[]").map_or((part, false), |key| (key, true)) {
            (key, each) if !key.is_empty() && !key.contains(['[', ']']) => Ok(Part {
                key: key.to_owned(),
                each,
            }),
            _ => Err(wrong()),
        };
        let paths = text.split('+').map(|path| path.trim().split('.').map(part).collect());
        Ok(Self {
            paths: paths.collect::<Result<_, _>>()?,
        })
    }

    /// The values in `item`, without nulls.
    pub fn values<'a>(&self, item: &'a Value) -> Vec<&'a Value> {
        let mut values = Vec::new();
        for path in &self.paths {
            gather(item, path, &mut values);
        }
        values
    }

    /// The texts in `item`: strings as they are, numbers and booleans as JSON writes them.
    pub fn texts<'a>(&self, item: &'a Value) -> Vec<Cow<'a, str>> {
        self.values(item).into_iter().filter_map(scalar).collect()
    }

    /// The sum of the numbers in `item`; what is no number counts as nothing.
    pub fn sum(&self, item: &Value) -> Sum {
        let mut sum = Sum::default();
        for value in self.values(item) {
            sum.add(value);
        }
        sum
    }
}

fn gather<'a>(value: &'a Value, path: &[Part], values: &mut Vec<&'a Value>) {
    let Some((part, rest)) = path.split_first() else {
        match value {
            Value::Array(elements) => values.extend(elements.iter().filter(|element| !element.is_null())),
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => values.push(value),
        }
        return;
    };
    match value.get(&part.key) {
        Some(Value::Array(elements)) if part.each => {
            for element in elements {
                gather(element, rest, values);
            }
        }
        Some(inner) if !part.each => gather(inner, rest, values),
        Some(_) | None => {}
    }
}

fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(_) | Value::Bool(_) => Some(Cow::Owned(value.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The text of `item`'s own key `id`, which every item must have.
///
/// # Errors
/// It has none.
pub(super) fn id_of<'a>(item: &'a Value, id: &str, at: usize) -> Result<Cow<'a, str>, ToolError> {
    item.get(id).and_then(scalar).ok_or_else(|| {
        bad_argument(
            format!("item {at} has no `{id}`"),
            "give `id` the name of a key that every item has",
        )
    })
}

/// The part of `item` that `keep` names; nothing when `keep` is empty.
pub(super) fn kept(item: &Value, keep: &[String]) -> Value {
    let pairs = keep
        .iter()
        .map(|key| (key.clone(), item.get(key).cloned().unwrap_or(Value::Null)));
    Value::Object(pairs.collect())
}

/// A sum that is exact as long as all its terms are integers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    whole: i128,
    rest: Option<f64>,
}

impl Sum {
    /// Adds a number; anything else adds nothing.
    pub fn add(&mut self, value: &Value) {
        let Value::Number(number) = value else {
            return;
        };
        match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(whole), _, _) => self.whole = self.whole.saturating_add(whole.into()),
            (None, Some(whole), _) => self.whole = self.whole.saturating_add(whole.into()),
            (None, None, Some(rest)) => self.rest = Some(self.rest.unwrap_or(0.0) + rest),
            (None, None, None) => {}
        }
    }

    /// Adds another sum.
    pub fn join(&mut self, other: Self) {
        self.whole = self.whole.saturating_add(other.whole);
        self.rest = match (self.rest, other.rest) {
            (Some(one), Some(another)) => Some(one + another),
            (one, another) => one.or(another),
        };
    }

    /// The sum as JSON: an integer where it is one and fits in 64 bits.
    pub fn json(self) -> Value {
        let whole = i64::try_from(self.whole).map(Number::from);
        match (
            self.rest,
            whole.or_else(|_| u64::try_from(self.whole).map(Number::from)),
        ) {
            (None, Ok(whole)) => Value::Number(whole),
            (Some(_), _) | (None, Err(_)) => Number::from_f64(self.float()).map_or(Value::Null, Value::Number),
        }
    }

    fn float(self) -> f64 {
        // Sums beyond 2^53 lose their last digits here; only fractions and overflows come this way.
        self.whole as f64 + self.rest.unwrap_or(0.0)
    }

    /// Orders sums by size.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self.rest, other.rest) {
            (None, None) => self.whole.cmp(&other.whole),
            _ => self.float().total_cmp(&other.float()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_reaches_through_objects_and_lists() {
        let item =
            json!({"a": {"b": 1}, "files": [{"path": "x", "n": 2}, {"path": "y", "n": 0.5}, {}], "tags": ["p", null]});
        let texts = |path: &str| {
            Field::parse(path)
                .unwrap()
                .texts(&item)
                .into_iter()
                .map(Cow::into_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(texts("a.b"), ["1"]);
        assert_eq!(texts("files[].path"), ["x", "y"]);
        assert_eq!(texts("tags"), ["p"]);
        assert_eq!(texts("none.at[].all"), Vec::<String>::new());
        assert_eq!(texts("files.path"), Vec::<String>::new());
        assert_eq!(Field::parse("a.b + files[].n").unwrap().sum(&item).json(), json!(3.5));
        for wrong in ["", "a..b", "[]", "a[0]", "a +"] {
            assert!(Field::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_sum_of_integers_is_exact() {
        let mut sum = Sum::default();
        for _ in 0..3 {
            sum.add(&json!(u64::MAX / 3));
        }
        assert_eq!(sum.json(), json!(u64::MAX));
        sum.add(&json!(-1));
        assert_eq!(sum.json(), json!(u64::MAX - 1));
    }
}
