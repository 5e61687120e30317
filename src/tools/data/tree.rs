//! JSON, read so that numbers stay as they are written and a key that is there twice is an error.
//!
//! Pure. Depth is bounded; what is wrong is told with its line and column.

use serde_json::Value;

use super::number::{Decimal, is_kept};
use super::source::{CELLS_MAX, ROWS_MAX};

/// The most values of a text, or of all lines of one: those of the largest table and its rows.
pub(super) const NODES_MAX: usize = CELLS_MAX + ROWS_MAX + 1;
/// The deepest list or object.
const DEPTH_MAX: usize = 100;

/// A value as it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, exact; or its text where it has more digits than are kept.
    Number(Result<Decimal, String>),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// An object, in the order of its keys.
    Object(Vec<(String, Node)>),
}

/// Why a text is no JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub(super) struct NotJson {
    /// From 1.
    pub line: usize,
    /// Characters, from 1.
    pub column: usize,
    /// What was expected there.
    pub what: String,
}

impl Node {
    /// The value for JSON; numbers that JSON would change are texts.
    pub fn json(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::Bool(value),
            Self::Number(Ok(number)) => number.json().unwrap_or_else(|| Value::String(number.to_string())),
            Self::Number(Err(text)) | Self::Text(text) => Value::String(text),
            Self::List(nodes) => nodes.into_iter().map(Self::json).collect(),
            Self::Object(fields) => {
                let fields = fields.into_iter().map(|(name, node)| (name, node.json()));
                Value::Object(fields.collect())
            }
        }
    }

    /// The first number in it that would be another one in JSON's.
    pub fn lost(&self) -> Option<String> {
        let text = match self {
            Self::Null | Self::Boolean(_) | Self::Text(_) => return None,
            Self::List(nodes) => return nodes.iter().find_map(Self::lost),
            Self::Object(fields) => return fields.iter().find_map(|(_, node)| node.lost()),
            Self::Number(Ok(number)) => number.to_string(),
            Self::Number(Err(text)) => text.clone(),
        };
        (!is_kept(&text)).then_some(text)
    }

    /// What people call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl From<&Value> for Node {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Boolean(*value),
            Value::Number(number) => {
                let text = number.to_string();
                Self::Number(Decimal::parse(&text).ok_or(text))
            }
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(values) => Self::List(values.iter().map(Self::from).collect()),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| (name.clone(), Self::from(value)));
                Self::Object(fields.collect())
            }
        }
    }
}

/// Reads one value, and nothing after it; takes the values in it off `left`, how many there may be.
///
/// # Errors
/// The text is no JSON (RFC 8259), has a key twice, is too deep or has too many values.
pub(super) fn parse(text: &str, left: &mut usize) -> Result<Node, NotJson> {
    let mut reader = Reader {
        text,
        at: 0,
        left: *left,
    };
    let node = reader.value(0)?;
    *left = reader.left;
    reader.blank();
    if reader.at < text.len() {
        return Err(reader.wrong("expected nothing after the value"));
    }
    Ok(node)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// How many more values there may be.
    left: usize,
}

impl Reader<'_> {
    fn wrong(&self, what: impl Into<String>) -> NotJson {
        let before = &self.text[..self.at];
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        NotJson {
            line: before.matches('\n').count() + 1,
            column: before[line..].chars().count() + 1,
            what: what.into(),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn takes(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn value(&mut self, depth: usize) -> Result<Node, NotJson> {
        self.blank();
        if depth > DEPTH_MAX {
            return Err(self.wrong(format!(
                "expected no more than {DEPTH_MAX} lists and objects in each other"
            )));
        }
        self.left = match self.left.checked_sub(1) {
            Some(left) => left,
            None => return Err(self.wrong(format!("expected no more than {NODES_MAX} values"))),
        };
        let words = [
            ("null", Node::Null),
            ("true", Node::Boolean(true)),
            ("false", Node::Boolean(false)),
        ];
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(Node::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) | None => {
                let rest = &self.text[self.at..];
                let found = words.into_iter().find(|(word, _)| rest.starts_with(word));
                let (word, node) = found.ok_or_else(|| self.wrong("expected a value of JSON"))?;
                self.at += word.len();
                Ok(node)
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Node, NotJson> {
        self.at += 1;
        let mut fields: Vec<(String, Node)> = Vec::new();
        let mut names = std::collections::HashSet::new();
        self.blank();
        if self.takes(b'}') {
            return Ok(Node::Object(fields));
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return Err(self.wrong("expected a key in double quotes"));
            }
            let start = self.at;
            let name = self.string()?;
            if !names.insert(name.clone()) {
                self.at = start;
                return Err(self.wrong(format!("the key `{}` is there twice", name.escape_debug())));
            }
            self.blank();
            if !self.takes(b':') {
                return Err(self.wrong("expected `:`"));
            }
            fields.push((name, self.value(depth + 1)?));
            self.blank();
            if self.takes(b'}') {
                return Ok(Node::Object(fields));
            }
            if !self.takes(b',') {
                return Err(self.wrong("expected `,` or `}`"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Node, NotJson> {
        self.at += 1;
        let mut nodes = Vec::new();
        self.blank();
        if self.takes(b']') {
            return Ok(Node::List(nodes));
        }
        loop {
            nodes.push(self.value(depth + 1)?);
            self.blank();
            if self.takes(b']') {
                return Ok(Node::List(nodes));
            }
            if !self.takes(b',') {
                return Err(self.wrong("expected `,` or `]`"));
            }
        }
    }

    /// A text; what stands between the quotes is left to the JSON library, escapes and all.
    fn string(&mut self) -> Result<String, NotJson> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut end = start + 1;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
                None => return Err(self.wrong("expected a closing quote")),
            }
        }
        let written = self.text.get(start..=end).unwrap_or_default();
        let text =
            serde_json::from_str(written).map_err(|error| self.wrong(format!("expected a text of JSON: {error}")))?;
        self.at = end + 1;
        Ok(text)
    }

    fn number(&mut self) -> Result<Node, NotJson> {
        let bytes = &self.text.as_bytes()[self.at..];
        let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = bytes.iter().take_while(is_part).count();
        let text = &self.text[self.at..self.at + length];
        // The library knows what a number is; what it makes of it is not used, because it rounds.
        if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
            return Err(self.wrong(format!("`{text}` is no number of JSON")));
        }
        self.at += length;
        Ok(Node::Number(Decimal::parse(text).ok_or_else(|| text.to_owned())))
    }
}
