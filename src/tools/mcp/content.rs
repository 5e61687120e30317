//! What a server returns, as one bounded value.
//!
//! Every item keeps its type and its text as it is, control characters included: it is data, and whoever shows it
//! escapes it. What is too long is cut or left out, and the value says so.

use serde_json::{Map, Value, json};

use super::limits::Limits;

/// The longest name, address or media type that is kept, in bytes.
const LABEL: usize = 4096;

/// A value and whether it is all that was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounded {
    /// A list of items: each has a `type`, and `truncated` and `bytes` where it is not all there.
    pub items: Vec<Value>,
    /// Whether anything was cut or left out.
    pub truncated: bool,
    left: usize,
    item: usize,
}

/// Bounds a list of items of a server.
pub fn bounded(items: Vec<Value>, limits: &Limits) -> Bounded {
    let mut bounded = Bounded {
        items: Vec::new(),
        truncated: false,
        left: limits.total_bytes,
        item: limits.item_bytes,
    };
    for item in items {
        // An item takes room even when it is empty.
        if bounded.left < 64 || bounded.items.len() >= limits.items {
            bounded.truncated = true;
            break;
        }
        bounded.left -= 64;
        let item = bounded.item(item);
        bounded.items.push(item);
    }
    bounded
}

impl Bounded {
    /// A value of the server's own shape, where it fits; `None` where it does not.
    pub(crate) fn structured(&mut self, value: Value) -> Option<Value> {
        let bytes = value.to_string().len();
        if bytes > self.left {
            self.truncated = true;
            return None;
        }
        self.left -= bytes;
        Some(value)
    }

    fn item(&mut self, item: Value) -> Value {
        let Value::Object(mut item) = item else {
            return self.unknown(item);
        };
        let kind = item.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        match kind.as_str() {
            "text" => match item.remove("text") {
                Some(Value::String(text)) => self.text(json!({"type": "text"}), "text", text),
                _ => self.unknown(Value::Object(item)),
            },
            "image" | "audio" => match item.remove("data") {
                Some(Value::String(data)) => {
                    let kept = json!({"type": kind, "mime_type": self.label(&mut item, "mimeType")});
                    self.base64(kept, data)
                }
                _ => self.unknown(Value::Object(item)),
            },
            "resource" => match item.remove("resource") {
                Some(resource) => self.resource(resource),
                None => self.unknown(Value::Object(item)),
            },
            "resource_link" => {
                let mut kept = json!({"type": "link"});
                for (name, theirs) in [
                    ("uri", "uri"),
                    ("name", "name"),
                    ("title", "title"),
                    ("description", "description"),
                    ("mime_type", "mimeType"),
                ] {
                    let label = self.label(&mut item, theirs);
                    if !label.is_null() {
                        kept[name] = label;
                    }
                }
                kept
            }
            _ => self.unknown(Value::Object(item)),
        }
    }

    /// The contents of a resource: `uri`, and `text` or base64 `blob`.
    pub(crate) fn resource(&mut self, resource: Value) -> Value {
        let Value::Object(mut resource) = resource else {
            return self.unknown(resource);
        };
        let uri = self.label(&mut resource, "uri");
        let kept = json!({"type": "resource", "uri": uri, "mime_type": self.label(&mut resource, "mimeType")});
        match (resource.remove("text"), resource.remove("blob")) {
            (Some(Value::String(text)), _) => self.text(kept, "text", text),
            (_, Some(Value::String(blob))) => self.base64(kept, blob),
            (_, _) => self.unknown(Value::Object(resource)),
        }
    }

    fn text(&mut self, mut kept: Value, name: &str, mut text: String) -> Value {
        let bytes = text.len();
        let room = self.item.min(self.left);
        if bytes > room {
            text.truncate(text.floor_char_boundary(room));
            text.shrink_to_fit();
            self.cut(&mut kept, bytes);
        }
        self.left -= text.len();
        kept[name] = Value::String(text);
        kept
    }

    fn base64(&mut self, mut kept: Value, data: String) -> Value {
        let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        if data.len() > self.item.min(self.left) {
            // Half a picture is none.
            self.cut(&mut kept, data.len());
        } else if data.bytes().all(alphabet) {
            self.left -= data.len();
            kept["data"] = Value::String(data);
        } else {
            kept["unreadable"] = Value::Bool(true);
        }
        kept
    }

    fn label(&mut self, item: &mut Map<String, Value>, name: &str) -> Value {
        let Some(Value::String(mut label)) = item.remove(name) else {
            return Value::Null;
        };
        let room = LABEL.min(self.left);
        if label.len() > room {
            label.truncate(label.floor_char_boundary(room));
            self.truncated = true;
        }
        self.left -= label.len();
        Value::String(label)
    }

    /// An item of a kind that is not known, as the text that it was.
    fn unknown(&mut self, item: Value) -> Value {
        self.text(json!({"type": "unknown"}), "json", item.to_string())
    }

    fn cut(&mut self, kept: &mut Value, bytes: usize) {
        kept["truncated"] = Value::Bool(true);
        kept["bytes"] = json!(bytes);
        self.truncated = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(item_bytes: usize, total_bytes: usize) -> Limits {
        Limits {
            item_bytes,
            total_bytes,
            ..Limits::default()
        }
    }

    #[test]
    fn every_kind_of_item_keeps_its_type() {
        let items = vec![
            json!({"type": "text", "text": "a\u{1b}[2J\u{0}b", "annotations": {"priority": 1}}),
            json!({"type": "image", "data": "aGk=", "mimeType": "image/png"}),
            json!({"type": "audio", "data": "not base64!", "mimeType": "audio/wav"}),
            json!({"type": "resource_link", "uri": "file:///a", "name": "a"}),
            json!({"type": "resource", "resource": {"uri": "u:1", "text": "t"}}),
            json!({"type": "resource", "resource": {"uri": "u:2", "blob": "aGk=", "mimeType": "x/y"}}),
            json!({"depth": 3, "type": "hologram"}),
            json!("bare"),
        ];
        let bounded = bounded(items, &Limits::default());
        assert!(!bounded.truncated);
        assert_eq!(
            Value::Array(bounded.items),
            json!([
                {"type": "text", "text": "a\u{1b}[2J\u{0}b"},
                {"type": "image", "mime_type": "image/png", "data": "aGk="},
                {"type": "audio", "mime_type": "audio/wav", "unreadable": true},
                {"type": "link", "uri": "file:///a", "name": "a"},
                {"type": "resource", "uri": "u:1", "mime_type": null, "text": "t"},
                {"type": "resource", "uri": "u:2", "mime_type": "x/y", "data": "aGk="},
                {"type": "unknown", "json": "{\"depth\":3,\"type\":\"hologram\"}"},
                {"type": "unknown", "json": "\"bare\""},
            ])
        );
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        let bounded = bounded(
            vec![
                json!({"type": "text", "text": "ääää"}),
                json!({"type": "image", "data": "aGlo", "mimeType": "i"}),
                json!({"type": "image", "data": "aGloaGlo", "mimeType": "i"}),
            ],
            &limits(5, 1000),
        );
        assert!(bounded.truncated);
        assert_eq!(
            Value::Array(bounded.items),
            json!([
                {"type": "text", "text": "ää", "truncated": true, "bytes": 8},
                {"type": "image", "mime_type": "i", "data": "aGlo"},
                {"type": "image", "mime_type": "i", "truncated": true, "bytes": 8},
            ])
        );
        let many = super::bounded(
            vec![json!({"type": "text", "text": "x".repeat(50)}); 100],
            &limits(1000, 1000),
        );
        assert!(many.truncated && many.items.len() < 12, "{}", many.items.len());
    }

    #[test]
    fn a_structured_value_fits_or_is_left_out() {
        let mut small = bounded(Vec::new(), &limits(10, 20));
        assert_eq!(small.structured(json!({"a": 1})), Some(json!({"a": 1})));
        assert_eq!(small.structured(json!({"a": "0123456789"})), None);
        assert!(small.truncated);
    }
}
