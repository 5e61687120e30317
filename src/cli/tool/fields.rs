//! What an action takes and gives as rows of a table, with the fields within.

use serde_json::Value;

use super::contract::plain;
use crate::sight::question::plain as word;

/// How many levels are shown: a parameter, and what lies in it.
const DEEPEST: usize = 4;
/// The most rows, and the most parts of a schema that are looked at: a server may have written it, and it may go round.
const MOST: (usize, usize) = (300, 500);
/// The most forms of a value, how deep in each other, and characters of them all that its type names.
const NAMED: (usize, usize, usize) = (20, 3, 160);

/// One row for each parameter and each field within one: name, type, what is needed or assumed, what it says.
pub(super) fn rows(schema: &Value) -> Vec<[String; 4]> {
    let mut shown = Shown {
        root: schema,
        rows: Vec::new(),
        looked_at: 0,
    };
    shown.within(schema, 0);
    shown.rows
}

struct Shown<'s> {
    root: &'s Value,
    rows: Vec<[String; 4]>,
    looked_at: usize,
}

impl<'s> Shown<'s> {
    /// Rows for what a value of this schema holds.
    fn within(&mut self, schema: &'s Value, level: usize) {
        self.looked_at += 1;
        if level >= DEEPEST || self.looked_at > MOST.1 {
            return;
        }
        let schema = resolved(self.root, schema);
        let forms: Vec<&Value> = forms(schema).iter().map(|form| resolved(self.root, form)).collect();
        match tag(&forms) {
            Some(tag) => {
                for form in forms {
                    let constant = constant(&form["properties"][tag]).map(word).unwrap_or_default();
                    let name = format!("{}: {}", plain(tag), plain(&constant));
                    self.row(level, &name, [String::new(), String::new(), line(&form["description"])]);
                    self.fields(form, level + 1, Some(tag));
                }
            }
            None => forms.into_iter().for_each(|form| self.within(form, level)),
        }
        self.fields(schema, level, None);
        for held in [&schema["items"], &schema["additionalProperties"]] {
            if held.is_object() {
                self.within(held, level);
            }
        }
    }

    /// A row for each property but the one that the row above says, and for what lies in it.
    fn fields(&mut self, schema: &'s Value, level: usize, said: Option<&str>) {
        if level >= DEEPEST {
            return;
        }
        let required = schema["required"].as_array().into_iter().flatten();
        let required: Vec<&str> = required.filter_map(Value::as_str).collect();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if said == Some(name.as_str()) {
                continue;
            }
            // What stands beside a reference is about this very place.
            let (here, property) = (property, resolved(self.root, property));
            let told = |what: &str| {
                if here[what].is_null() {
                    &property[what]
                } else {
                    &here[what]
                }
            };
            let need = match (told("default"), required.contains(&name.as_str())) {
                (_, true) => "required".to_owned(),
                (Value::Null, false) => "optional".to_owned(),
                // Its fields say what is assumed of each.
                (Value::Object(_), false) => "optional".to_owned(),
                (default, false) => format!("default {default}"),
            };
            self.row(
                level,
                &plain(name),
                [kind(self.root, property, 0), need, line(told("description"))],
            );
            self.within(property, level + 1);
        }
    }

    fn row(&mut self, level: usize, name: &str, [kind, need, about]: [String; 3]) {
        if self.rows.len() < MOST.0 {
            self.rows
                .push([format!("{}{name}", "  ".repeat(level)), kind, need, about]);
        }
    }
}

/// A description in one line.
fn line(description: &Value) -> String {
    description.as_str().unwrap_or_default().replace('\n', " ")
}

/// A schema where a local reference leads to.
fn resolved<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    let mut at = schema;
    for _ in 0..8 {
        let reference = at["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        match reference.and_then(|pointer| root.pointer(pointer)) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

/// The forms that a value may have, where there are several.
fn forms(schema: &Value) -> &[Value] {
    let all = ["oneOf", "anyOf", "allOf"].into_iter();
    all.filter_map(|keyword| schema[keyword].as_array())
        .next()
        .map_or(&[], Vec::as_slice)
}

/// The only value that a schema takes.
fn constant(schema: &Value) -> Option<&Value> {
    match (schema.get("const"), schema["enum"].as_array().map(Vec::as_slice)) {
        (Some(one), _) | (None, Some([one])) => Some(one),
        (None, _) => None,
    }
}

/// The key by whose constant all forms are told apart: `do`.
fn tag<'s>(forms: &[&'s Value]) -> Option<&'s str> {
    let (first, others) = forms.split_first()?;
    let has = |form: &Value, key: &str| constant(&form["properties"][key]).is_some();
    let keys = first["properties"].as_object()?.keys().map(String::as_str);
    keys.filter(|key| !others.is_empty() && has(first, key))
        .find(|key| others.iter().all(|form| has(form, key)))
}

/// The type of a schema in a word or two.
fn kind(root: &Value, schema: &Value, depth: usize) -> String {
    if depth > NAMED.1 {
        return "any".to_owned();
    }
    let schema = resolved(root, schema);
    let of = |held: &Value| match held.as_object() {
        Some(fields) if !fields.is_empty() => kind(root, held, depth + 1),
        _ => "any".to_owned(),
    };
    let one = |name: &str| match name {
        "array" => format!("array of {}", of(&schema["items"])),
        "object" if schema["properties"].is_null() && schema["additionalProperties"].is_object() => {
            format!("object of {}", of(&schema["additionalProperties"]))
        }
        name => name.to_owned(),
    };
    let forms = forms(schema);
    let words: Vec<String> = match (schema["enum"].as_array(), schema.get("const"), &schema["type"]) {
        (Some(words), _, _) => words.iter().map(word).collect(),
        (None, Some(one), _) => vec![word(one)],
        (None, None, Value::String(name)) if forms.is_empty() => vec![one(name)],
        (None, None, Value::Array(names)) => names.iter().filter_map(Value::as_str).map(one).collect(),
        (None, None, _) => {
            let mut words: Vec<String> = Vec::new();
            for word in forms.iter().take(NAMED.0).map(|form| kind(root, form, depth + 1)) {
                if word != "any" && !words.contains(&word) {
                    words.push(word);
                }
            }
            // Forms that only say which fields go together.
            match (words.is_empty(), schema["type"].as_str()) {
                (true, Some(name)) => vec![one(name)],
                _ => words,
            }
        }
    };
    let said = if words.is_empty() {
        "any".to_owned()
    } else {
        words.join("|")
    };
    match said.char_indices().nth(NAMED.2) {
        Some((cut, _)) => format!("{}…", &said[..cut]),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(schema: &Value) -> Vec<String> {
        let rows = rows(schema).into_iter();
        rows.map(|row| row.join(" · ").trim_end_matches([' ', '·']).to_owned())
            .collect()
    }

    #[test]
    fn fields_stand_below_what_they_lie_in() {
        let schema = json!({
            "type": "object", "required": ["stages"],
            "$defs": {"limits": {"type": "object", "properties": {"wall_ms": {"type": "integer", "default": 5}}}},
            "properties": {
                "stages": {"type": "array", "description": "what is done", "items": {"oneOf": [
                    {"type": "object", "description": "Keeps rows.", "required": ["do", "where"], "properties": {
                        "do": {"const": "filter", "type": "string"},
                        "where": {"type": "array", "items": {"type": "object", "required": ["op"], "properties": {
                            "op": {"oneOf": [{"const": "eq", "type": "string"}, {"const": "ne", "type": "string"}]},
                        }}},
                    }},
                    {"type": "object", "properties": {"do": {"const": "limit"}, "rows": {"type": ["integer", "null"]}}},
                ]}},
                "limits": {"$ref": "#/$defs/limits", "default": {"wall_ms": 5}},
                "env": {"type": "object", "additionalProperties": {"type": "string"}},
                "as": {"anyOf": [{"type": "string"}, {"type": "object", "properties": {"name": {}}}, {"type": "null"}]},
                "many": {"type": "array"},
            },
        });
        let mut told = said(&schema);
        told.sort_by_key(|row| row.trim_start().to_owned());
        let mut expected = [
            "stages · array of object · required · what is done",
            "  do: filter ·  ·  · Keeps rows.",
            "    where · array of object · required",
            "      op · eq|ne · required",
            "  do: limit",
            "    rows · integer|null · optional",
            "limits · object · optional",
            "  wall_ms · integer · default 5",
            "env · object of string · optional",
            "as · string|object|null · optional",
            "  name · any · optional",
            "many · array of any · optional",
        ];
        expected.sort_by_key(|row| row.trim_start().to_owned());
        assert_eq!(told, expected);
    }

    #[test]
    fn a_schema_that_goes_round_or_is_large_has_an_end() {
        let around = json!({"type": "object", "properties": {
            "a": {"type": "array", "items": {"$ref": "#"}}, "b": {"$ref": "#/properties/b"},
            "c": {"anyOf": vec![json!({"$ref": "#/properties/c"}); 50]},
        }});
        assert!(rows(&around).len() < 100, "{:?}", rows(&around));
        let words: Vec<String> = (0..500).map(|word| format!("word{word}")).collect();
        let many: serde_json::Map<String, Value> = (0..500)
            .map(|name| (format!("n{name}"), json!({"enum": words})))
            .collect();
        let shown = rows(&json!({"type": "object", "properties": many}));
        assert_eq!(shown.len(), MOST.0);
        assert!(shown.iter().all(|row| row[1].chars().count() <= NAMED.2 + 1));
    }
}
