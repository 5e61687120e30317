//! The environment of templates: the filters, tests and functions that there are, and nothing else.
//!
//! None reads a clock, a file or randomness, and each bounds what it builds from small inputs.

use std::sync::LazyLock;

use minijinja::value::{Rest, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior, filters, functions, tests};

use super::scope::to_json;

/// The most bytes of one rendered text, and of one text that a filter builds.
pub const MAX_TEXT: usize = 16 * 1024 * 1024;

/// Instructions that one template may take.
const FUEL: u64 = 2_000_000;

/// Names of the filters.
pub(super) const FILTERS: &[&str] = &[
    "abs",
    "attr",
    "bool",
    "capitalize",
    "count",
    "d",
    "default",
    "dictsort",
    "first",
    "float",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "truncate",
    "unique",
    "upper",
];

/// Names of the tests.
pub(super) const TESTS: &[&str] = &[
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "even",
    "false",
    "float",
    "ge",
    "gt",
    "in",
    "integer",
    "iterable",
    "le",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sequence",
    "startingwith",
    "string",
    "true",
    "undefined",
    "upper",
];

/// Names of the functions.
pub(super) const FUNCTIONS: &[&str] = &["range"];

/// The one environment: it has no templates, so that none can be loaded.
pub(super) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut env = Environment::empty();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_fuel(Some(FUEL));
    env.set_keep_trailing_newline(true);
    env.set_debug(true);
    env.set_formatter(|out, _, value| {
        let written = match value.kind() {
            ValueKind::Undefined => return Err(Error::from(ErrorKind::UndefinedError)),
            ValueKind::None | ValueKind::Bool | ValueKind::Seq | ValueKind::Map | ValueKind::Iterable => {
                out.write_str(&to_json(value)?.to_string())
            }
            _ => write!(out, "{value}"),
        };
        written.map_err(|_| Error::new(ErrorKind::WriteFailure, "the text is too long"))
    });
    add_filters(&mut env);
    add_tests(&mut env);
    env.add_function("range", functions::range);
    env
});

fn add_filters(env: &mut Environment<'static>) {
    env.add_filter("abs", filters::abs);
    env.add_filter("attr", filters::attr);
    env.add_filter("bool", filters::bool);
    env.add_filter("capitalize", filters::capitalize);
    env.add_filter("count", filters::length);
    env.add_filter("d", default);
    env.add_filter("default", default);
    env.add_filter("dictsort", filters::dictsort);
    env.add_filter("first", filters::first);
    env.add_filter("float", filters::float);
    env.add_filter("int", filters::int);
    env.add_filter("items", filters::items);
    env.add_filter("join", join);
    env.add_filter("last", filters::last);
    env.add_filter("length", filters::length);
    env.add_filter("lines", filters::lines);
    env.add_filter("list", filters::list);
    env.add_filter("lower", filters::lower);
    env.add_filter("map", filters::map);
    env.add_filter("max", filters::max);
    env.add_filter("min", filters::min);
    env.add_filter("reject", filters::reject);
    env.add_filter("rejectattr", filters::rejectattr);
    env.add_filter("replace", replace);
    env.add_filter("reverse", filters::reverse);
    env.add_filter("round", filters::round);
    env.add_filter("select", filters::select);
    env.add_filter("selectattr", filters::selectattr);
    env.add_filter("sort", filters::sort);
    env.add_filter("split", filters::split);
    env.add_filter("string", filters::string);
    env.add_filter("sum", filters::sum);
    env.add_filter("title", filters::title);
    env.add_filter("tojson", tojson);
    env.add_filter("trim", filters::trim);
    env.add_filter("truncate", truncate);
    env.add_filter("unique", filters::unique);
    env.add_filter("upper", filters::upper);
}

fn add_tests(env: &mut Environment<'static>) {
    env.add_test("boolean", tests::is_boolean);
    env.add_test("defined", tests::is_defined);
    env.add_test("divisibleby", tests::is_divisibleby);
    env.add_test("endingwith", tests::is_endingwith);
    env.add_test("eq", tests::is_eq);
    env.add_test("equalto", tests::is_eq);
    env.add_test("even", tests::is_even);
    env.add_test("false", tests::is_false);
    env.add_test("float", tests::is_float);
    env.add_test("ge", tests::is_ge);
    env.add_test("gt", tests::is_gt);
    env.add_test("in", tests::is_in);
    env.add_test("integer", tests::is_integer);
    env.add_test("iterable", tests::is_iterable);
    env.add_test("le", tests::is_le);
    env.add_test("lower", tests::is_lower);
    env.add_test("lt", tests::is_lt);
    env.add_test("mapping", tests::is_mapping);
    env.add_test("ne", tests::is_ne);
    env.add_test("none", tests::is_none);
    env.add_test("number", tests::is_number);
    env.add_test("odd", tests::is_odd);
    env.add_test("sequence", tests::is_sequence);
    env.add_test("startingwith", tests::is_startingwith);
    env.add_test("string", tests::is_string);
    env.add_test("true", tests::is_true);
    env.add_test("undefined", tests::is_undefined);
    env.add_test("upper", tests::is_upper);
}

fn too_long() -> Error {
    Error::new(
        ErrorKind::InvalidOperation,
        format!("the text would be longer than {MAX_TEXT} bytes"),
    )
}

/// Unlike Jinja's it also replaces `none`, which is the output of a skipped step.
fn default(state: &State<'_, '_>, value: &Value, rest: Rest<Value>) -> Result<Value, Error> {
    if value.is_none() {
        return filters::default(state, &Value::UNDEFINED, rest);
    }
    filters::default(state, value, rest)
}

fn join(state: &State<'_, '_>, value: &Value, joiner: Option<String>) -> Result<String, Error> {
    let joiner = joiner.unwrap_or_default();
    let mut text = String::new();
    for (index, item) in value.try_iter()?.enumerate() {
        if index > 0 {
            text.push_str(&joiner);
        }
        match item.as_str() {
            Some(item) => text.push_str(item),
            None => text.push_str(&state.format(item)?),
        }
        if text.len() > MAX_TEXT {
            return Err(too_long());
        }
    }
    Ok(text)
}

fn replace(value: &str, from: &str, to: &str) -> Result<String, Error> {
    let longer = to.len().saturating_sub(from.len());
    let found = if longer == 0 { 0 } else { value.matches(from).count() };
    if value.len().saturating_add(found.saturating_mul(longer)) > MAX_TEXT.max(value.len()) {
        return Err(too_long());
    }
    Ok(value.replace(from, to))
}

fn tojson(value: &Value) -> Result<String, Error> {
    Ok(to_json(value)?.to_string())
}

/// Cuts a text to `length` characters, the last of which is `…` when something was cut.
fn truncate(value: &str, length: Option<usize>) -> String {
    let length = length.unwrap_or(255);
    if value.chars().nth(length).is_none() {
        return value.to_owned();
    }
    let mut text: String = value.chars().take(length.saturating_sub(1)).collect();
    if length > 0 {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod unit {
    use super::*;
    use minijinja::context;

    fn evaluate(expression: &str) -> Result<Value, Error> {
        ENVIRONMENT
            .compile_expression(expression)?
            .eval(context! { words => ["a", "b"], none_ => () })
    }

    #[test]
    fn every_listed_filter_and_test_is_there_and_no_other() {
        for name in FILTERS {
            assert!(
                !matches!(evaluate(&format!("words | {name}")), Err(error) if error.kind() == ErrorKind::UnknownFilter),
                "{name}"
            );
        }
        for name in TESTS {
            assert!(
                !matches!(evaluate(&format!("1 is {name}")), Err(error) if error.kind() == ErrorKind::UnknownTest),
                "{name}"
            );
        }
        for text in [
            "words | pprint",
            "words | safe",
            "words | indent",
            "debug()",
            "namespace()",
            "now()",
        ] {
            assert!(evaluate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn filters_do_what_people_expect() {
        for (text, expected) in [
            ("words | join(', ')", "a, b"),
            ("words | tojson", "[\"a\",\"b\"]"),
            ("words | map('upper') | join", "AB"),
            ("'Grüße' | truncate(3)", "Gr…"),
            ("'abc' | truncate(3)", "abc"),
            ("none_ | default('x')", "x"),
            ("absent | default('x')", "x"),
            ("'' | default('x', true)", "x"),
        ] {
            assert_eq!(evaluate(text).unwrap().as_str(), Some(expected), "{text}");
        }
    }

    #[test]
    fn small_inputs_do_not_become_huge_texts() {
        assert!(evaluate("range(100000) | join('x' | replace('', 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy') | replace('', 'zzzzzzzzzzzz'))").is_err());
        assert!(evaluate("range(100000) | join | replace('', range(1000) | join)").is_err());
    }
}
