//! Forms of servers, made fit to be put before a person and kept.
//!
//! Only what the protocol allows passes: a flat object of plain values. It is written anew out of the keywords that are
//! known here, so that nothing in it refers to anything, no pattern is matched, and its texts steer nothing. Whatever
//! else a server asks for, nobody is asked.

use serde_json::{Map, Value, json};

use super::super::mcp::{Schema, shown};

/// The most fields of a form.
const FIELDS: usize = 32;
/// The most values among which a field chooses.
const CHOICES: usize = 64;
/// The most characters of a field's name.
const NAME: usize = 64;
/// The most characters of a text in it.
const TEXT: usize = 300;
/// The most bytes of all of it: the record keeps it.
const BYTES: usize = 12 << 10;

/// The form that a server asks for, as a person may be asked for it; `None` where it is none.
pub(super) fn fit(schema: &Value) -> Option<Value> {
    let members = schema.as_object()?;
    let is_known = |name: &String| {
        let known = ["$schema", "type", "title", "description", "properties", "required"];
        known.contains(&name.as_str())
    };
    if members.get("type")? != "object" || !members.keys().all(is_known) {
        return None;
    }
    let properties = members.get("properties")?.as_object()?;
    if properties.len() > FIELDS {
        return None;
    }
    let mut fields = Map::new();
    for (name, wanted) in properties {
        fields.insert(name.clone(), is_name(name).then(|| field(wanted))??);
    }
    let required = match members.get("required") {
        None => Vec::new(),
        Some(names) => texts(names, FIELDS)?,
    };
    if !required.iter().all(|name| fields.contains_key(*name)) {
        return None;
    }
    let written = json!({
        "type": "object", "additionalProperties": false, "required": required, "properties": fields,
    });
    (written.to_string().len() <= BYTES && Schema::of(&written).is_ok()).then_some(written)
}

/// Whether every face can fill in a field of this name: it stands before a `=` on a command line.
fn is_name(name: &str) -> bool {
    let is_known = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'.' | b'-');
    (1..=NAME).contains(&name.len()) && !name.starts_with('-') && name.bytes().all(is_known)
}

/// A field of it: a text, a number, a yes or no, or some of a list of texts.
fn field(wanted: &Value) -> Option<Value> {
    let wanted = wanted.as_object()?;
    let mut written = Map::new();
    let mut about = Vec::new();
    for (keyword, value) in wanted {
        match keyword.as_str() {
            "type" => {
                let known = ["string", "number", "integer", "boolean", "array"];
                written.insert("type".to_owned(), json!(known.iter().find(|known| value == **known)?));
            }
            "title" | "description" => about.push(shown(value.as_str()?, TEXT)),
            "format" => {
                let known = ["email", "uri", "date", "date-time"];
                written.insert("format".to_owned(), json!(known.iter().find(|known| value == **known)?));
            }
            "minLength" | "maxLength" | "minItems" | "maxItems" => {
                written.insert(keyword.clone(), json!(value.as_u64()?));
            }
            "minimum" | "maximum" => {
                written.insert(keyword.clone(), Value::Number(value.as_number()?.clone()));
            }
            "default" => {
                let is_plain = match value {
                    Value::Bool(_) | Value::Number(_) => true,
                    Value::String(text) => plain(text).is_some(),
                    Value::Array(_) => texts(value, CHOICES).is_some(),
                    Value::Null | Value::Object(_) => false,
                };
                written.insert("default".to_owned(), is_plain.then(|| value.clone())?);
            }
            "enum" => {
                written.insert("enum".to_owned(), json!(texts(value, CHOICES)?));
            }
            "enumNames" => about.push(texts(value, CHOICES)?.join(", ")),
            "oneOf" => {
                let (values, titles) = titled(value)?;
                written.insert("enum".to_owned(), json!(values));
                about.push(titles);
            }
            "items" => {
                let (values, titles) = items(value)?;
                // Whoever types it has to know that one value is a list too.
                about.push(format!(
                    "{titles}, given as {}",
                    json!(values.get(..1).unwrap_or_default())
                ));
                written.insert("items".to_owned(), json!({"type": "string", "enum": values}));
            }
            _ => return None,
        }
    }
    let is_list = written.get("type")? == "array";
    if is_list != written.contains_key("items") {
        return None;
    }
    if !about.is_empty() {
        written.insert("description".to_owned(), json!(about.join("; ")));
    }
    Some(Value::Object(written))
}

/// The texts of which a field takes some, and how they are called.
fn items(wanted: &Value) -> Option<(Vec<&str>, String)> {
    let wanted = wanted.as_object()?;
    let is_known = |name: &String| ["type", "enum", "anyOf", "oneOf"].contains(&name.as_str());
    if !wanted.keys().all(is_known) || wanted.get("type").is_some_and(|kind| kind != "string") {
        return None;
    }
    match (wanted.get("enum"), wanted.get("anyOf").or_else(|| wanted.get("oneOf"))) {
        (Some(values), None) => {
            let values = texts(values, CHOICES)?;
            let titles = format!("any of {}", values.join(", "));
            Some((values, titles))
        }
        (None, Some(values)) => titled(values),
        (_, _) => None,
    }
}

/// Values with their titles, as `{const, title}` each.
fn titled(wanted: &Value) -> Option<(Vec<&str>, String)> {
    let wanted = wanted.as_array().filter(|all| all.len() <= CHOICES)?;
    let mut values = Vec::new();
    let mut titles = Vec::new();
    for one in wanted {
        let one = one.as_object().filter(|members| members.len() == 2)?;
        let value = plain(one.get("const")?.as_str()?)?;
        titles.push(format!("{value}: {}", shown(one.get("title")?.as_str()?, TEXT)));
        values.push(value);
    }
    Some((values, titles.join(", ")))
}

/// A list of texts that are what they look like.
fn texts(value: &Value, most: usize) -> Option<Vec<&str>> {
    let all = value.as_array().filter(|all| all.len() <= most)?;
    all.iter().map(|text| plain(text.as_str()?)).collect()
}

/// A short text that nothing has to be taken out of: one that is a name or a value cannot be changed.
fn plain(text: &str) -> Option<&str> {
    (shown(text, TEXT) == text).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_the_protocol_passes_with_its_choices() {
        let form = fit(&json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "title": "Order",
            "properties": {
                "name": {"type": "string", "title": "Name", "description": "who\nit is for", "minLength": 1},
                "age": {"type": "integer", "minimum": 0, "maximum": 150, "default": 42},
                "sure": {"type": "boolean", "default": false},
                "tea": {"type": "string", "oneOf": [{"const": "g", "title": "Green"}, {"const": "b", "title": "Black"}]},
                "with": {"type": "array", "items": {"type": "string", "enum": ["milk", "sugar"]}, "maxItems": 2},
            },
            "required": ["name"],
        }));
        let form = form.unwrap();
        let schema = Schema::of(&form).unwrap();
        assert_eq!(form["properties"]["tea"]["enum"], json!(["g", "b"]));
        assert_eq!(form["properties"]["tea"]["description"], "g: Green, b: Black");
        assert_eq!(
            form["properties"]["with"]["description"],
            "any of milk, sugar, given as [\"milk\"]"
        );
        assert!(!form.to_string().contains('\n') && !form.to_string().contains("$schema"));
        let whole = json!({"name": "Ada", "age": 7, "sure": true, "tea": "g", "with": ["milk"]});
        assert_eq!(schema.check(&whole), Ok(()));
        for wrong in [
            json!({}),
            json!({"name": ""}),
            json!({"name": "Ada", "tea": "r"}),
            json!({"name": "Ada", "with": ["salt"]}),
            json!({"name": "Ada", "more": 1}),
        ] {
            assert!(schema.check(&wrong).is_err(), "{wrong}");
        }
        assert!(fit(&json!({"type": "object", "properties": {}})).is_some());
    }

    #[test]
    fn what_the_protocol_does_not_allow_is_no_form() {
        let of = |field: Value| json!({"type": "object", "properties": {"a": field}});
        let named = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
        assert!(fit(&named("b2.size_in-cm")).is_some());
        let many: Map<String, Value> = (0..FIELDS + 1)
            .map(|n| (n.to_string(), json!({"type": "string"})))
            .collect();
        let long: Vec<String> = (0..CHOICES).map(|n| format!("{n}{}", "x".repeat(TEXT - 3))).collect();
        for schema in [
            json!(true),
            json!({"type": "object"}),
            json!({"type": "array", "properties": {}}),
            json!({"$ref": "https://example.com/s.json", "type": "object", "properties": {}}),
            json!({"type": "object", "properties": {}, "required": ["a"]}),
            json!({"type": "object", "properties": {}, "allOf": [{"$ref": "#"}]}),
            json!({"type": "object", "properties": many}),
            named("a\u{202e}"),
            named(""),
            named("a=b"),
            named("-a"),
            named("größe"),
            named(&" ".repeat(200)),
            named(&"a".repeat(NAME + 1)),
            of(json!({"type": "string", "enum": long})),
            of(json!({"$ref": "#"})),
            of(json!({"type": "object", "properties": {}})),
            of(json!({"type": "array", "items": {"type": "object"}})),
            of(json!({"type": "array"})),
            of(json!({"type": "string", "pattern": "(a+)+$"})),
            of(json!({"type": "string", "enum": ["\u{1b}[2J"]})),
            of(json!({"type": "string", "enum": "one"})),
            of(json!({"type": "string", "default": {"a": 1}})),
            of(json!({"type": ["string", "null"]})),
            of(json!({})),
        ] {
            assert_eq!(fit(&schema), None, "{schema}");
        }
    }
}
