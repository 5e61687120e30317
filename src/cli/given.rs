//! Values that somebody gives on the command line: inputs, forms, amounts and times.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::failure::Failure;
use crate::capsule::{Capsule, Given, MAX_BYTES};
use crate::exit::Exit;

/// Reads `key=value`.
///
/// # Errors
/// There is no `=`, or no key.
pub fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        Some(_) | None => Err("expected KEY=VALUE".to_owned()),
    }
}

/// Reads a time such as `90s`, `30m` or `2h` as milliseconds.
///
/// # Errors
/// It is none.
pub fn milliseconds(text: &str) -> Result<u64, String> {
    crate::capsule::milliseconds(text).ok_or_else(|| "expected a time such as `90s`, `30m` or `2h`".to_owned())
}

/// Reads dollars such as `1.50` as millionths of them.
///
/// # Errors
/// It is no amount, or has more than six decimals.
pub fn micro_usd(text: &str) -> Result<u64, String> {
    let amount = crate::capsule::micro_usd(&Value::String(text.to_owned()));
    amount.ok_or_else(|| "expected an amount of dollars such as `1.50`".to_owned())
}

/// Reads a share of all, such as `0.9`.
///
/// # Errors
/// It is none, or nothing.
pub fn share(text: &str) -> Result<f64, String> {
    let share: Option<f64> = text.parse().ok().filter(|share| *share > 0.0 && *share <= 1.0);
    share.ok_or_else(|| "expected a number above 0, at most 1, such as `0.9`".to_owned())
}

/// The checked inputs of `capsule`: those of a file, over which the single ones win.
///
/// # Errors
/// The file cannot be read, or the inputs are not those that the capsule takes.
pub fn inputs(capsule: &Capsule, file: Option<&Path>, single: &[(String, String)]) -> Result<Value, Failure> {
    let refused = |message: String| {
        Failure::new(Exit::Usage, "bad_input", message)
            .hint(format!("`somagent capsule show {}` lists the inputs", capsule.name()))
    };
    let mut texts = BTreeMap::new();
    for (key, value) in single {
        if texts.insert(key.clone(), value.clone()).is_some() {
            return Err(refused(format!("the input `{key}` is given twice")).hint("give each input once"));
        }
    }
    let given = match file {
        None => Given::Text(texts),
        Some(file) => {
            let mut values = read(file)?;
            if let Value::Object(values) = &mut values {
                values.extend(crate::capsule::typed(capsule.inputs_schema(), texts));
            }
            Given::Json(values)
        }
    };
    capsule.inputs(given).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        refused(lines.join("; "))
    })
}

/// A file of JSON or YAML.
fn read(path: &Path) -> Result<Value, Failure> {
    let refused = |what: String| {
        Failure::new(Exit::Usage, "bad_params_file", format!("`{}`: {what}", path.display()))
            .hint("a file of inputs is a mapping of names to values, as JSON or YAML")
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        let exit = if error.kind() == std::io::ErrorKind::NotFound {
            Exit::NotFound
        } else {
            Exit::Usage
        };
        Failure::new(
            exit,
            "unreadable_params_file",
            format!("cannot read `{}`: {error}", path.display()),
        )
        .hint("give `--params-file` a text file")
    })?;
    if text.len() > MAX_BYTES {
        return Err(refused(format!("it has more than {MAX_BYTES} bytes")));
    }
    crate::capsule::read_value(&text).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_more_than_nothing_and_at_most_all() {
        assert_eq!((share("0.9"), share("1")), (Ok(0.9), Ok(1.0)));
        for wrong in ["0", "1.1", "-1", "NaN", "x"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }
}
