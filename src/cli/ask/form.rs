//! What an answer must look like, as the flags say; mistakes in them are told here, where their names are known.

use std::path::Path;

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::question::Form;
use super::{Args, file_text};
use crate::exit::Exit;
use crate::models::ask::rounded;
use crate::sight::text::cut;

/// Columns of something given that are repeated to whoever gave it.
const SHOWN: usize = 60;
/// Columns of what a library says.
const SAID: usize = 240;
/// What capsules take as the name of a function.
const FUNCTION: &str = "a letter or `_`, then at most 63 letters, digits, `_`, `.` and `-`";

/// What the answer must look like.
///
/// # Errors
/// A flag has something that cannot be used, or a file that it names cannot be read.
pub(super) fn form(args: &Args) -> Result<Form, Failure> {
    stops(&args.answering.stop)?;
    if let Some(schema) = &args.schema {
        return Ok(Form::Schema(json_schema(schema)?));
    }
    if let Some(pattern) = &args.pattern {
        return pattern_schema(pattern).map(Form::Schema);
    }
    if let Some(functions) = &args.functions {
        return Ok(Form::Functions(given_functions(functions)?));
    }
    if args.choices.is_empty() {
        return Ok(Form::Text);
    }
    Ok(Form::Choices {
        texts: choices(&args.choices)?,
        calibrate: args.calibrate,
    })
}

fn wrong(kind: &'static str, message: String, hint: &str) -> Failure {
    Failure::new(Exit::Usage, kind, message).hint(hint)
}

fn stops(stops: &[String]) -> Result<(), Failure> {
    let hint = "give at most 16 texts of 1 to 256 characters";
    if stops.len() > 16 {
        let message = format!("`--stop` is given {} times", stops.len());
        return Err(wrong("bad_stop", message, hint));
    }
    match stops.iter().find(|stop| !(1..=256).contains(&stop.chars().count())) {
        Some(stop) => {
            let message = format!("`--stop` has a text of {} characters", stop.chars().count());
            Err(wrong("bad_stop", message, hint))
        }
        None => Ok(()),
    }
}

/// The choices without what surrounds them.
fn choices(given: &[String]) -> Result<Vec<String>, Failure> {
    let hint = "give different texts with commas between, such as `--choices yes,no`";
    let mut texts: Vec<String> = Vec::with_capacity(given.len());
    for choice in given {
        let choice = choice.trim();
        if choice.is_empty() {
            return Err(wrong("bad_choices", "`--choices` has an empty choice".to_owned(), hint));
        }
        if texts.iter().any(|text| text == choice) {
            let message = format!("`--choices` has `{}` twice", cut(choice, SHOWN));
            return Err(wrong("bad_choices", message, hint));
        }
        texts.push(choice.to_owned());
    }
    Ok(texts)
}

/// What matches from beginning to end is written as it is.
fn pattern_schema(pattern: &str) -> Result<Value, Failure> {
    let bad = |why: &str| {
        let message = format!(
            "`--pattern {}` is no regular expression: {}",
            cut(pattern, SHOWN),
            cut(why, SAID)
        );
        wrong(
            "bad_pattern",
            message,
            "there is no look-around and no reference back; write `\\[` for a bracket",
        )
    };
    regex_syntax(pattern).map_err(|why| bad(&why))?;
    let schema = json!({"type": "string", "pattern": format!("^({pattern})$")});
    match jsonschema::validator_for(&schema) {
        Ok(_) => Ok(schema),
        Err(error) => Err(bad(&error.to_string())),
    }
}

/// What the library says of a pattern; its last line says what is wrong, the others draw it.
fn regex_syntax(pattern: &str) -> Result<(), String> {
    let last = |error: regex::Error| error.to_string().lines().last().unwrap_or_default().to_owned();
    regex::Regex::new(pattern).map(drop).map_err(last)
}

/// Whether `schema`, which `place` names, is a JSON Schema whose numbers an answer can be held to.
fn is_schema(schema: &Value, place: &str, kind: &'static str) -> Result<(), Failure> {
    if let Some(at) = rounded(schema) {
        let message = format!("the number at `{at}` of {place} is beyond ±2⁵³ and would be rounded");
        return Err(wrong(kind, message, "write it as a text"));
    }
    jsonschema::validator_for(schema).map(drop).map_err(|error| {
        let at = match error.instance_path().as_str() {
            "" => String::new(),
            at => format!(" at `{at}`"),
        };
        let message = format!("{place} is no JSON Schema{at}: {}", cut(&error.to_string(), SAID));
        wrong(kind, message, "see https://json-schema.org/draft/2020-12")
    })
}

/// A schema as it is written, or that of a file.
fn json_schema(given: &str) -> Result<Value, Failure> {
    let hint = "give a JSON Schema, or a file that holds one";
    let schema = match given_json(given, "bad_schema", hint)? {
        Value::Bool(true) => json!({}),
        Value::Bool(false) => {
            let message = "no answer is valid under `--schema false`".to_owned();
            return Err(wrong("bad_schema", message, hint));
        }
        schema if schema.is_object() => schema,
        _ => return Err(wrong("bad_schema", "the schema is not a JSON object".to_owned(), hint)),
    };
    is_schema(&schema, "`--schema`", "bad_schema")?;
    Ok(schema)
}

/// A list of functions as it is written, or that of a file.
fn given_functions(given: &str) -> Result<Value, Failure> {
    let hint = "give a JSON list of functions such as `[{\"name\": \"look_up\", \"parameters\": {\"type\": \"object\"}}]`, or a file \
                that holds one";
    let bad = |message: String| wrong("bad_functions", message, hint);
    let functions = given_json(given, "bad_functions", hint)?;
    let list = functions.as_array().filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| bad("`--functions` is no list of functions".to_owned()))?;
    let mut names: Vec<&str> = Vec::with_capacity(list.len());
    for function in list {
        let name = function.get("name").and_then(Value::as_str);
        let (Some(name), Some(parameters)) = (name, function.get("parameters").filter(|value| value.is_object()))
        else {
            return Err(bad(
                "each function needs a `name` and its `parameters`, a JSON Schema".to_owned()
            ));
        };
        if !is_function_name(name) {
            let message = format!(
                "`--functions` has the name `{}`; a name is {FUNCTION}",
                cut(name, SHOWN)
            );
            return Err(bad(message));
        }
        if names.contains(&name) {
            return Err(bad(format!("`--functions` has `{name}` twice")));
        }
        names.push(name);
        let others = function.as_object().into_iter().flatten();
        for (key, value) in others {
            match key.as_str() {
                "name" | "parameters" => {}
                "description" if value.is_string() => {}
                "description" => return Err(bad(format!("the description of `{name}` is no text"))),
                other => {
                    return Err(bad(format!(
                        "`{name}` has `{}`, which no function has",
                        cut(other, SHOWN)
                    )));
                }
            }
        }
        is_schema(parameters, &format!("`parameters` of `{name}`"), "bad_functions")?;
    }
    Ok(functions)
}

fn is_function_name(name: &str) -> bool {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let goes_on = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    starts && name.len() <= 64 && name.chars().all(goes_on)
}

/// JSON as it is written, or that of a file.
fn given_json(given: &str, kind: &'static str, hint: &str) -> Result<Value, Failure> {
    let written = given.trim();
    let text = if written.starts_with(['{', '[']) || matches!(written, "true" | "false") {
        given.to_owned()
    } else {
        file_text(Path::new(given))?
    };
    serde_json::from_str(&text)
        .map_err(|error| Failure::new(Exit::Usage, kind, format!("what was given is not JSON: {error}")).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: std::fmt::Debug>(given: Result<T, Failure>, said: &str) {
        let failure = given.unwrap_err();
        assert_eq!(failure.exit, Exit::Usage, "{failure:?}");
        assert!(failure.message.contains(said), "{said}: {failure:?}");
    }

    #[test]
    fn a_schema_is_an_object_or_lets_everything_through() {
        assert_eq!(json_schema(r#"{"type": "object"}"#).unwrap(), json!({"type": "object"}));
        assert_eq!(json_schema(" true ").unwrap(), json!({}));
        refused(json_schema("false"), "no answer is valid");
        assert_eq!(json_schema("{").unwrap_err().exit, Exit::Usage);
        assert_eq!(json_schema("no/such/file.json").unwrap_err().exit, Exit::NotFound);
        refused(
            json_schema(r#"{"type": "strin"}"#),
            "`--schema` is no JSON Schema at `/type`",
        );
        refused(
            json_schema(r##"{"$ref": "#/$defs/none"}"##),
            "`--schema` is no JSON Schema",
        );
    }

    #[test]
    fn mistakes_in_flags_name_the_flag() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(choices(&texts(&["yes", " no "])).unwrap(), ["yes", "no"]);
        refused(choices(&texts(&["yes", "yes "])), "`--choices` has `yes` twice");
        refused(choices(&texts(&["yes", ""])), "`--choices` has an empty choice");
        let long = "x".repeat(10_000);
        assert!(choices(&[long.clone(), long]).unwrap_err().message.len() < 200);
        refused(stops(&texts(&[""])), "`--stop` has a text of 0 characters");
        assert!(stops(&texts(&["\n"])).is_ok());
        refused(pattern_schema("["), "`--pattern [` is no regular expression");
        refused(pattern_schema("(?=a)"), "look-around");
        assert!(pattern_schema("(a|b){2}").is_ok());
    }

    #[test]
    fn functions_have_different_names_that_a_call_can_have() {
        let of = |names: [&str; 2]| {
            let functions = names.map(|name| json!({"name": name, "parameters": {"type": "object"}}));
            given_functions(&json!(functions).to_string())
        };
        assert!(of(["look_up", "note.add"]).is_ok());
        refused(of(["a", "a"]), "`--functions` has `a` twice");
        refused(of(["look up", "b"]), "has the name `look up`");
        refused(given_functions("{}"), "no list of functions");
        let odd = json!([{"name": "a", "parameters": {"type": "strin"}}]);
        refused(
            given_functions(&odd.to_string()),
            "`parameters` of `a` is no JSON Schema",
        );
    }
}
