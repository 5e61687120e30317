//! Says in words what a JSON Schema expected of a value.

use jsonschema::error::{TypeKind, ValidationError, ValidationErrorKind};
use serde_json::Value;

use super::flow::in_words;
use super::problem::{did_you_mean, quoted};

/// What it comes down to that a value has none of the forms that it may have.
#[derive(Debug)]
pub(super) enum Narrowed<'e> {
    /// It was meant to have one of them, and these are the errors in that.
    Within(&'e [ValidationError<'static>]),
    /// At this pointer stands a constant that none of them knows; these are known.
    Constant {
        /// Where.
        at: String,
        /// What is known there.
        options: Vec<String>,
    },
    /// This key is missing, by which they are told apart.
    Missing(&'e ValidationError<'static>),
    /// All of them are of other types: in words.
    Types(String),
    /// Something decides that is not known yet.
    Open,
    /// Nobody can tell.
    Unclear,
}

/// Which of several forms the value was meant to have, by its type and by the constants that tell them apart (`do`,
/// `op`, `kind`); `None` for an error of another kind. `is_open` says at which pointers stands what is not known yet.
pub(super) fn narrowed<'e>(error: &'e ValidationError<'_>, is_open: impl Fn(&str) -> bool) -> Option<Narrowed<'e>> {
    let (ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }) = error.kind() else {
        return None;
    };
    let base = error.instance_path().as_str();
    if is_open(base) {
        return Some(Narrowed::Open);
    }
    let wrong_type = |form: &[ValidationError<'_>]| {
        let here = form.iter().filter(|error| error.instance_path().as_str() == base);
        let mut kinds = here.map(ValidationError::kind);
        kinds.any(|kind| matches!(kind, ValidationErrorKind::Type { .. }))
    };
    let forms = context.iter().map(Vec::as_slice);
    let mut left: Vec<&'e [ValidationError<'static>]> = forms.filter(|form| !wrong_type(form)).collect();
    if left.is_empty() {
        return Some(Narrowed::Types(every_type(context)));
    }
    loop {
        if let [form] = left[..] {
            return Some(Narrowed::Within(form));
        }
        let Some(at) = telling(&left, base) else {
            let missing = left[0].iter().find(|error| is_missing_everywhere(&left, base, error));
            return Some(missing.map_or(Narrowed::Unclear, Narrowed::Missing));
        };
        if is_open(at) {
            return Some(Narrowed::Open);
        }
        let fits: Vec<_> = left.iter().copied().filter(|form| !refuses(form, at)).collect();
        if fits.is_empty() {
            let mut options: Vec<String> = Vec::new();
            let refused = left.iter().flat_map(|form| form.iter());
            for option in refused
                .filter(|error| error.instance_path().as_str() == at)
                .flat_map(constants)
            {
                if !options.contains(&option) {
                    options.push(option);
                }
            }
            return Some(Narrowed::Constant {
                at: at.to_owned(),
                options,
            });
        }
        left = fits;
    }
}

/// The constants that an error asks for; none where it asks for something else.
fn constants(error: &ValidationError<'_>) -> Vec<String> {
    match error.kind() {
        ValidationErrorKind::Constant { expected_value } => vec![short(expected_value)],
        ValidationErrorKind::Enum { options } => options.as_array().into_iter().flatten().map(short).collect(),
        _ => Vec::new(),
    }
}

/// Whether a form wants another constant at `at`.
fn refuses(form: &[ValidationError<'_>], at: &str) -> bool {
    let mut here = form.iter().filter(|error| error.instance_path().as_str() == at);
    here.any(|error| !constants(error).is_empty())
}

/// Where the constant stands by which most of the forms are told apart: at `base` or right below it.
fn telling<'e>(forms: &[&'e [ValidationError<'static>]], base: &str) -> Option<&'e str> {
    let is_near = |at: &str| {
        let below = at.strip_prefix(base).and_then(|rest| rest.strip_prefix('/'));
        at == base || below.is_some_and(|key| !key.contains('/'))
    };
    let mut best: Option<(usize, &'e str)> = None;
    for error in forms.iter().flat_map(|form| form.iter()) {
        let at = error.instance_path().as_str();
        if constants(error).is_empty() || !is_near(at) {
            continue;
        }
        let count = forms.iter().filter(|form| refuses(form, at)).count();
        // A list of words tells forms apart only where each of them has one: else it is a word that is wrong.
        let tells = matches!(error.kind(), ValidationErrorKind::Constant { .. }) || count == forms.len();
        if tells && best.is_none_or(|(most, _)| count > most) {
            best = Some((count, at));
        }
    }
    best.map(|(_, at)| at)
}

/// Whether a key is missing in each of the forms, right at `base`.
fn is_missing_everywhere(forms: &[&[ValidationError<'static>]], base: &str, error: &ValidationError<'_>) -> bool {
    let key = |error: &ValidationError<'_>| match error.kind() {
        ValidationErrorKind::Required { property } if error.instance_path().as_str() == base => Some(property.clone()),
        _ => None,
    };
    let Some(wanted) = key(error) else { return false };
    let lacks = |form: &&[ValidationError<'static>]| form.iter().any(|error| key(error).as_ref() == Some(&wanted));
    forms.iter().all(lacks)
}

/// The types that the forms ask for.
fn every_type(forms: &[Vec<ValidationError<'static>>]) -> String {
    let mut words: Vec<String> = Vec::new();
    for error in forms.iter().flatten() {
        if let ValidationErrorKind::Type { kind } = error.kind()
            && !words.contains(&types(kind))
        {
            words.push(types(kind));
        }
    }
    words.join(" or ")
}

/// What is known where something else stands, and what that was probably meant to be.
pub(super) fn among(given: Option<&str>, options: &[String]) -> String {
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let known = match options[..] {
        [one] => format!("`{one}`"),
        _ => format!("one of {}", quoted(&options)),
    };
    match given.and_then(|given| did_you_mean(given, options.iter().copied())) {
        Some(near) => format!("{known}; did you mean `{near}`?"),
        None => known,
    }
}

/// What was expected where `error` was found: `a whole number`, ``one of `a`, `b` ``.
pub(super) fn expected(error: &ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Type { kind } => types(kind),
        ValidationErrorKind::Enum { options } => {
            let options: Vec<String> = options.as_array().into_iter().flatten().map(short).collect();
            let options: Vec<&str> = options.iter().map(String::as_str).collect();
            format!("one of {}", quoted(&options))
        }
        ValidationErrorKind::Constant { expected_value } => format!("`{}`", short(expected_value)),
        ValidationErrorKind::Pattern { pattern } => format!("a text that matches `{pattern}`"),
        ValidationErrorKind::Format { format } => format!("a text of the format `{format}`"),
        ValidationErrorKind::Minimum { limit } => format!("at least {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("at most {limit}"),
        ValidationErrorKind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        ValidationErrorKind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        ValidationErrorKind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        ValidationErrorKind::MinLength { limit } => format!("at least {limit} characters"),
        ValidationErrorKind::MaxLength { limit } => format!("at most {limit} characters"),
        ValidationErrorKind::MinItems { limit } => format!("at least {limit} items"),
        ValidationErrorKind::MaxItems { limit } => format!("at most {limit} items"),
        ValidationErrorKind::AdditionalItems { limit } => format!("at most {limit} items"),
        ValidationErrorKind::MinProperties { limit } => format!("at least {limit} keys"),
        ValidationErrorKind::MaxProperties { limit } => format!("at most {limit} keys"),
        ValidationErrorKind::UniqueItems => "items that differ".to_owned(),
        ValidationErrorKind::Required { property } => format!("a key `{}`", short(property)),
        ValidationErrorKind::AdditionalProperties { unexpected } => format!("no key `{}`", unexpected.join("`, `")),
        ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. } => {
            let base = error.instance_path().as_str();
            match narrowed(error, |_| false) {
                Some(Narrowed::Types(types)) => types,
                Some(Narrowed::Constant { at, options }) if at == base => among(None, &options),
                Some(Narrowed::Constant { at, options }) => {
                    let key = at.rsplit('/').next().unwrap_or_default();
                    format!("`{key}` to be {}", among(None, &options))
                }
                Some(Narrowed::Missing(error)) => expected(error),
                Some(Narrowed::Within([error, ..])) if error.instance_path().as_str() == base => expected(error),
                _ => format!("what its schema says under `{}`", error.kind().keyword()),
            }
        }
        ValidationErrorKind::Referencing(_) => "references within the schema itself".to_owned(),
        _ => format!("what its schema says under `{}`", error.kind().keyword()),
    }
}

/// JSON types in words.
pub(super) fn types(kind: &TypeKind) -> String {
    let names: Vec<String> = match kind {
        TypeKind::Single(one) => vec![one.to_string()],
        TypeKind::Multiple(many) => many.iter().map(|one| one.to_string()).collect(),
    };
    in_words(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A value in words: `a text`, `nothing`.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// At most 60 characters of a value, for a message.
pub(super) fn short(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    match text.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(schema: &Value, value: &Value) -> String {
        let validator = jsonschema::validator_for(schema).unwrap();
        let errors: Vec<_> = validator.iter_errors(value).collect();
        assert_eq!(errors.len(), 1, "{value}");
        let plain = |errors: &[ValidationError<'_>]| {
            let one = |error: &ValidationError<'_>| format!("{}: {}", error.instance_path().as_str(), expected(error));
            let mut errors: Vec<String> = errors.iter().map(one).collect();
            errors.sort();
            errors.join(", ")
        };
        match narrowed(&errors[0], |at| at.ends_with("/open")) {
            Some(Narrowed::Within(errors)) => format!("within {}", plain(errors)),
            Some(Narrowed::Constant { at, options }) => format!("{at}: {}", among(Some("fliter"), &options)),
            Some(Narrowed::Missing(error)) => format!("missing {}", expected(error)),
            Some(Narrowed::Types(types)) => types,
            Some(Narrowed::Open) => "open".to_owned(),
            Some(Narrowed::Unclear) => "unclear".to_owned(),
            None => expected(&errors[0]),
        }
    }

    #[test]
    fn a_form_is_chosen_by_its_constant_and_its_type() {
        let form = |word: &str, key: &str, of: &str| {
            json!({
                "type": "object", "required": ["do", key], "additionalProperties": false,
                "properties": {"do": {"const": word}, key: {"type": of}},
            })
        };
        let forms = json!([form("filter", "where", "array"), form("limit", "rows", "integer"), {"type": "string"}]);
        for keyword in ["oneOf", "anyOf"] {
            let schema = json!({"properties": {"stage": {keyword: forms}, "open": {keyword: forms}}});
            for (value, expected) in [
                (
                    json!({"do": "fliter"}),
                    "/stage/do: one of `filter`, `limit`; did you mean `filter`?",
                ),
                (
                    json!({"do": "limit", "rows": "x"}),
                    "within /stage/rows: a whole number",
                ),
                (
                    json!({"do": "limit", "row": 1}),
                    "within /stage: a key `rows`, /stage: no key `row`",
                ),
                (json!({"rows": 3}), "missing a key `do`"),
                (json!(3), "a mapping or a text"),
            ] {
                assert_eq!(said(&schema, &json!({"stage": value})), expected, "{keyword} {value}");
            }
            assert_eq!(said(&schema, &json!({"open": 3})), "open");
        }
        let words = json!({"properties": {"op": {"oneOf": [{"const": "filter"}, {"const": "is"}]}}});
        assert_eq!(
            said(&words, &json!({"op": "x"})),
            "/op: one of `filter`, `is`; did you mean `filter`?"
        );
        // Where only one of them has a list of words, a wrong word does not say that another one was meant.
        let listed = json!({"properties": {"way": {"oneOf": [
            {"required": ["kind"], "properties": {"kind": {"enum": ["a", "b"]}}}, {"required": ["path"]},
        ]}}});
        assert_eq!(said(&listed, &json!({"way": {"kind": "c"}})), "unclear");
    }
}
