//! Rewrites a capsule of version 0 as the text of version 1 that means the same.
//!
//! Comments come along: each goes with the key or list item that it stood above or beside. Pure text
//! to text; writes no file.

use std::collections::BTreeMap;

use serde_json::Value;

use super::catalogue::Catalogue;
use super::document::SCHEMA;
use super::node::{self, Entry, Kind, Node};
use super::problem::{Code, Problem};
use super::version0::{is_version0, upgraded};

/// The widest line that a mapping or list is written on as a whole.
const WIDEST: usize = 110;

/// The order of keys; others come after these, as they were written.
const TOP: [&str; 16] = [
    "schema",
    "capsule_id",
    "version",
    "description",
    "tags",
    "persona_shot",
    "inputs",
    "outputs",
    "outputs_from",
    "secrets",
    "tools",
    "knowledge",
    "policies",
    "guardrails",
    "triggers",
    "defaults",
];
const INSIDE: [&str; 11] = [
    "name", "adapter", "version", "mode", "needs", "when", "foreach", "action", "actions", "effect", "params",
];

/// Rewrites `text`; `None` when it is of version 1 already.
///
/// The result need not be valid: what was wrong with the text is wrong with the result.
///
/// # Errors
/// It is no readable mapping, has a key twice, or is of another version or of none that can be told.
pub fn migrate(text: &str, catalogue: &Catalogue) -> Result<Option<String>, Vec<Problem>> {
    let (root, problems) = node::parse(text).map_err(|problem| vec![problem])?;
    if !problems.is_empty() {
        return Err(problems);
    }
    if root
        .entry("schema")
        .is_some_and(|schema| schema.value.kind == Kind::Scalar(SCHEMA.into()))
    {
        return Ok(None);
    }
    if !is_version0(&root) {
        let span = root
            .entry("schema")
            .map_or(root.span.start..root.span.start, |entry| entry.key_span.clone());
        let message = "the file is not of version 0 of the format";
        let help =
            format!("version 0 has no `schema` and no keys of version 1; version 1 begins with `schema: {SCHEMA}`");
        return Err(vec![Problem::error(Code::C003, span, message).with_help(help)]);
    }
    let mut comments = Comments::of(text, &root);
    let new = upgraded(root.clone(), catalogue);
    comments.labels(&root, &new);
    let mut writer = Writer {
        source: text,
        comments,
        out: String::new(),
    };
    writer.file(&new);
    Ok(Some(writer.out))
}

/// The comments of a text, by the first byte of what they belong to.
struct Comments {
    /// Above everything, an empty line after them.
    top: Vec<String>,
    by_start: BTreeMap<usize, Vec<String>>,
    end: Vec<String>,
}

impl Comments {
    fn of(text: &str, root: &Node) -> Self {
        let mut marks = Marks::default();
        marks.collect(root);
        marks.starts.sort_unstable();
        marks.written.sort_unstable();
        let mut comments = Self {
            top: Vec::new(),
            by_start: BTreeMap::new(),
            end: Vec::new(),
        };
        let mut line_start = 0;
        for line in text.split_inclusive('\n') {
            let (start, end) = (line_start, line_start + line.len());
            line_start = end;
            if line.trim().is_empty() && marks.starts.first().is_none_or(|first| start < *first) {
                let above = std::mem::take(&mut comments.by_start);
                comments.top.extend(above.into_values().flatten());
            }
            let Some(at) = marks.comment(line, start) else { continue };
            let comment = line[at - start..].trim_end().to_owned();
            let after = |byte: usize| marks.starts.get(marks.starts.partition_point(|mark| *mark < byte));
            match after(start).filter(|mark| **mark < at).or_else(|| after(at)) {
                Some(mark) => comments.by_start.entry(*mark).or_default().push(comment),
                None => comments.end.push(comment),
            }
        }
        comments
    }

    /// Keeps the label of each step whose name could not be it.
    fn labels(&mut self, old: &Node, new: &Node) {
        let steps = |root: &Node| match root.at("/execution/steps") {
            Some(Node {
                kind: Kind::List(steps),
                ..
            }) => steps.clone(),
            Some(_) | None => vec![],
        };
        for (old, new) in steps(old).iter().zip(&steps(new)) {
            if let (Some(label), Some(name)) = (old.entry("name"), new.entry("name"))
                && let (Kind::Scalar(Value::String(text)), true) = (&label.value.kind, label.value != name.value)
            {
                let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
                self.by_start
                    .entry(old.span.start)
                    .or_default()
                    .push(format!("# {text}"));
            }
        }
    }

    /// What belongs to anything that was written in `span`.
    fn take(&mut self, span: std::ops::RangeInclusive<usize>) -> Vec<String> {
        let found: Vec<usize> = self.by_start.range(span).map(|(start, _)| *start).collect();
        found
            .iter()
            .filter_map(|start| self.by_start.remove(start))
            .flatten()
            .collect()
    }
}

/// Where a text has keys, items and scalars.
#[derive(Default)]
struct Marks {
    /// First bytes of keys and items.
    starts: Vec<usize>,
    /// Bytes of keys and scalars: a `#` in them begins no comment.
    written: Vec<(usize, usize)>,
}

impl Marks {
    fn collect(&mut self, node: &Node) {
        match &node.kind {
            Kind::Scalar(_) => self.written.push((node.span.start, node.span.end)),
            Kind::List(items) => {
                for item in items {
                    self.starts.push(item.span.start);
                    self.collect(item);
                }
            }
            Kind::Mapping(entries) => {
                for entry in entries {
                    self.starts.push(entry.key_span.start);
                    self.written.push((entry.key_span.start, entry.key_span.end));
                    self.collect(&entry.value);
                }
            }
        }
    }

    /// Where the comment of a line begins that begins at byte `start`.
    fn comment(&self, line: &str, start: usize) -> Option<usize> {
        let mut before = ' ';
        for (offset, c) in line.char_indices() {
            let at = start + offset;
            if c == '#' && before.is_whitespace() && !self.is_written(at) {
                return Some(at);
            }
            before = c;
        }
        None
    }

    fn is_written(&self, at: usize) -> bool {
        let next = self.written.partition_point(|(start, _)| *start <= at);
        // Keys and scalars do not overlap, but an empty one may stand where the next begins.
        self.written[next.saturating_sub(2)..next]
            .iter()
            .any(|(_, end)| at < *end)
    }
}

struct Writer<'a> {
    source: &'a str,
    comments: Comments,
    out: String,
}

impl Writer<'_> {
    fn file(&mut self, root: &Node) {
        let top = std::mem::take(&mut self.comments.top);
        top.iter().for_each(|comment| self.line(0, comment));
        let Kind::Mapping(entries) = &root.kind else { return };
        for (index, entry) in ordered(entries, &TOP, "execution").into_iter().enumerate() {
            if index > 0 && self.is_block(entry, 0) {
                self.out.push('\n');
            }
            self.entry("", 0, entry);
        }
        let rest: Vec<String> = self.comments.take(0..=usize::MAX);
        let end = std::mem::take(&mut self.comments.end);
        rest.iter().chain(&end).for_each(|comment| self.line(0, comment));
    }

    fn line(&mut self, indent: usize, text: &str) {
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// Writes a key and its value; `dash` is what stands before a key that begins an item.
    fn entry(&mut self, dash: &str, indent: usize, entry: &Entry) {
        let key = scalar(&Value::String(entry.key.clone()));
        let whole = !self.is_block(entry, indent + dash.len());
        let end = if whole {
            entry.value.span.end
        } else {
            entry.key_span.end
        };
        let start = entry.key_span.start;
        // A key that was added has no comments of its own, wherever it is shown.
        if self
            .source
            .get(entry.key_span.clone())
            .is_some_and(|written| written.contains(&entry.key))
        {
            let comments = self.comments.take(start..=end.max(start + 1) - 1);
            comments.iter().for_each(|comment| self.line(indent, comment));
        }
        let indent_inside = indent + dash.len();
        if whole {
            let value = self.inline(&entry.value);
            self.line(indent, &format!("{dash}{key}: {value}"));
            return;
        }
        match &entry.value.kind {
            Kind::Scalar(Value::String(text)) => {
                let keep = if text.ends_with('\n') { "|" } else { "|-" };
                self.line(indent, &format!("{dash}{key}: {keep}"));
                for line in text.lines() {
                    if line.is_empty() {
                        self.out.push('\n');
                    } else {
                        self.line(indent_inside + 2, line);
                    }
                }
            }
            Kind::Scalar(_) | Kind::List(_) | Kind::Mapping(_) => {
                self.line(indent, &format!("{dash}{key}:"));
                self.block(indent_inside + 2, &entry.value);
            }
        }
    }

    fn block(&mut self, indent: usize, node: &Node) {
        match &node.kind {
            Kind::Scalar(_) => {}
            Kind::Mapping(entries) => {
                for entry in ordered(entries, &INSIDE, "") {
                    self.entry("", indent, entry);
                }
            }
            Kind::List(items) => {
                for item in items {
                    self.item(indent, item);
                }
            }
        }
    }

    fn item(&mut self, indent: usize, item: &Node) {
        let comments = self.comments.take(item.span.start..=item.span.start);
        comments.iter().for_each(|comment| self.line(indent, comment));
        match &item.kind {
            Kind::Mapping(entries) if !entries.is_empty() && !self.fits(item, indent + 2) => {
                for (index, entry) in ordered(entries, &INSIDE, "").into_iter().enumerate() {
                    if index == 0 {
                        self.entry("- ", indent, entry);
                    } else {
                        self.entry("", indent + 2, entry);
                    }
                }
            }
            Kind::List(items) if !items.is_empty() && !self.fits(item, indent + 2) => {
                self.line(indent, "-");
                self.block(indent + 2, item);
            }
            Kind::Scalar(_) | Kind::List(_) | Kind::Mapping(_) => {
                let comments = self
                    .comments
                    .take(item.span.start..=item.span.end.max(item.span.start + 1) - 1);
                comments.iter().for_each(|comment| self.line(indent, comment));
                self.line(indent, &format!("- {}", self.inline(item)));
            }
        }
    }

    /// Whether a value needs lines of its own below its key.
    fn is_block(&self, entry: &Entry, indent: usize) -> bool {
        match &entry.value.kind {
            Kind::Scalar(Value::String(text)) => is_literal(text),
            Kind::Scalar(_) => false,
            Kind::List(items) if items.is_empty() => false,
            Kind::Mapping(entries) if entries.is_empty() => false,
            Kind::List(_) | Kind::Mapping(_) => !self.fits(&entry.value, indent + entry.key.len() + 2),
        }
    }

    /// Whether a collection that was written in brackets can stay on one line.
    fn fits(&self, node: &Node, indent: usize) -> bool {
        let bracket = matches!(self.source.as_bytes().get(node.span.start), Some(b'{' | b'['));
        // What was much longer is not tried: each level would be written anew.
        bracket && node.span.len() <= 4 * WIDEST && indent + self.inline(node).len() <= WIDEST
    }

    fn inline(&self, node: &Node) -> String {
        match &node.kind {
            Kind::Scalar(value @ Value::Number(_)) => {
                // `1.50` stays as it was written.
                let written = self.source.get(node.span.clone()).unwrap_or_default();
                let same = node::parse(written).is_ok_and(|(read, _)| read.kind == node.kind);
                if same {
                    written.trim().to_owned()
                } else {
                    value.to_string()
                }
            }
            Kind::Scalar(value) => scalar(value),
            Kind::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.inline(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Kind::Mapping(entries) => {
                let entries: Vec<String> = ordered(entries, &INSIDE, "")
                    .into_iter()
                    .map(|entry| {
                        let key = scalar(&Value::String(entry.key.clone()));
                        format!("{key}: {}", self.inline(&entry.value))
                    })
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }
}

fn ordered<'e>(entries: &'e [Entry], order: &[&str], last: &str) -> Vec<&'e Entry> {
    let rank = |entry: &&Entry| match order.iter().position(|key| *key == entry.key) {
        Some(rank) => rank,
        None if entry.key == last => usize::MAX,
        None => order.len(),
    };
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by_key(rank);
    entries
}

/// Whether a text is best written line by line, and can be.
fn is_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    body.contains('\n')
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && text.chars().all(|c| c == '\n' || !needs_escape(c))
        && body.lines().all(|line| line.is_empty() || !line.trim().is_empty())
}

/// A character that YAML does not take as it is.
fn needs_escape(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A scalar on one line: plain where it is read back as the same, else in double quotes.
fn scalar(value: &Value) -> String {
    let Value::String(text) = value else {
        return value.to_string();
    };
    let plain = |c: char| c.is_alphanumeric() && c.is_ascii() || " _-./^+()".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '/');
    if begins
        && text.len() < 200
        && text.chars().all(plain)
        && !text.ends_with(' ')
        && node::parse(text).is_ok_and(|(node, _)| node.kind == Kind::Scalar(value.clone()))
    {
        return text.clone();
    }
    value.to_string().chars().fold(String::new(), |mut out, c| {
        if needs_escape(c) {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Capsule;
    use super::super::tests::catalogue;
    use super::*;

    const V0: &str = "\
# Who may run it: everybody.

# The name.
capsule_id: tag_release # stays
version: 1.2.0
execution:
  steps:
    # Reads.
    - name: Read the log
      # Only what is asked for.
      params: {limit: 3, paths: [\"a#b\", 'c: d']} # three
      action: git.log
    - {name: note, action: text.write, params: {path: a, text: \"{{ who }} # not a comment\"}}
    - name: long
      action: text.write
      params:
        path: b
        text: |
          # Heading

            indented {{ steps.read_the_log.output.count }}
tools:
  - adapter: git
    actions: [log]
  # Writes.
  - {adapter: text, actions: [write]}
policies:
  budget_tokens: 5000 # all of it
# The end.
";

    #[test]
    fn a_text_of_version_0_becomes_one_of_version_1_with_its_comments() {
        let text = migrate(V0, &catalogue()).unwrap().unwrap();
        insta::assert_snapshot!(text, @r#"
        # Who may run it: everybody.
        schema: somagent.dev/capsule/v1
        # The name.
        # stays
        capsule_id: tag_release
        version: 1.2.0

        inputs:
          type: object
          additionalProperties: false
          required:
            - who
          properties:
            who: {}

        tools:
          - adapter: git
            version: "*"
            actions: [log]
          # Writes.
          - {adapter: text, version: "*", actions: [write]}

        policies:
          # all of it
          budget:
            tokens: 5000

        execution:
          mode: sequence
          steps:
            # Reads.
            # Read the log
            - name: read_the_log
              action: git.log
              # Only what is asked for.
              # three
              params: {limit: 3, paths: ["a#b", "c: d"]}
            - {name: note, action: text.write, params: {path: a, text: "{{ inputs.who }} # not a comment"}}
            - name: long
              action: text.write
              params:
                path: b
                text: |
                  # Heading

                    indented {{ steps.read_the_log.output.count }}
        # The end.
        "#);
        let (old, new) = (
            Capsule::parse(V0, &catalogue()).unwrap(),
            Capsule::parse(&text, &catalogue()).unwrap(),
        );
        assert_eq!(new.steps(), old.steps());
        assert_eq!(new.inputs_schema(), old.inputs_schema());
        assert_eq!(new.limit(), old.limit());
        assert_eq!(migrate(&text, &catalogue()), Ok(None));
    }

    #[test]
    fn what_is_of_no_known_version_is_refused() {
        for text in [
            "schema: other\ncapsule_id: a",
            "capsule_id: a\ninputs: {}",
            "[]",
            "a: [",
            "x: 1\nx: 2",
        ] {
            assert!(migrate(text, &catalogue()).is_err(), "{text}");
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let texts = prop_oneof![
            "[ -~]{0,12}",
            "[a-z #:\\n|>'\"-]{0,20}",
            any::<String>(),
            "(yes|1|1\\.0|~|null|true|- a|0x1|\\.\\.\\.|---)"
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            any::<f64>()
                .prop_filter("finite", |number| number.is_finite())
                .prop_map(Value::from),
            texts.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec(("[a-z :#-]{0,8}", inner), 0..5)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_parameters_are_the_same_afterwards(value in any_value()) {
            let mut value = value;
            // Templates are rewritten, which another test shows.
            without_templates(&mut value);
            let text = serde_json::json!({"capsule_id": "a", "execution": {"steps": [{"name": "a", "action": "git.log", "params": {"x": value}}]}}).to_string();
            // JSON may have characters that YAML does not take as they are.
            if let Ok((root, _)) = node::parse(&text) {
                let migrated = migrate(&text, &catalogue()).unwrap().unwrap();
                let (new, problems) = node::parse(&migrated).map_err(|problem| TestCaseError::fail(format!("{problem:?}\n{migrated}")))?;
                prop_assert_eq!(problems, vec![]);
                let at = "/execution/steps/0/params";
                prop_assert_eq!(new.at(at).map(Node::to_json), root.at(at).map(Node::to_json), "{}", migrated);
            }
        }
    }

    fn without_templates(value: &mut Value) {
        match value {
            Value::String(text) => *text = text.replace('{', "("),
            Value::Array(items) => items.iter_mut().for_each(without_templates),
            Value::Object(map) => map.values_mut().for_each(without_templates),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
