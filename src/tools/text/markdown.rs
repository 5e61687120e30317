//! `text.markdown` and `text.table`: documents from data.
//!
//! Every value that a template inserts is escaped, unless the template itself says `raw`. The
//! template is the capsule's, the data is the world's.

use std::io;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value as Inserted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::ToolError;
use super::super::contract::{Objects, arguments, bad_argument, json, objects};
use super::escape::{code, escape};
use super::field::Field;
use super::plain::{one_line, plain};
use super::quotes::headline;

/// The most bytes of a document.
const DOCUMENT_MAX: usize = 8 * 1024 * 1024;

/// The most instructions of a template, so that loops end.
const FUEL: u64 = 20_000_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MarkdownParams {
    /// A minijinja template. Filters besides its own: `raw` for finished Markdown, `code` for a code span, `cut(n)` for at most n characters, `headline` for a commit's subject without its type.
    #[schemars(length(max = 262_144))]
    template: String,
    /// What the template may name.
    data: Map<String, Value>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Document {
    /// The document, ended by one line end.
    markdown: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TableParams {
    /// The columns.
    #[schemars(length(min = 1, max = 50))]
    columns: Vec<Column>,
    /// The rows.
    #[serde(rename = "rows")]
    _rows: Objects,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Column {
    /// The field that it shows; several values are joined by commas.
    field: String,
    /// Its heading; the field's name when absent.
    #[serde(default)]
    title: Option<String>,
    /// How it is aligned.
    #[serde(default)]
    align: Align,
    /// Whether its cells are code.
    #[serde(default)]
    code: bool,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Align {
    #[default]
    Left,
    Right,
    Center,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Table {
    /// The table, ended by a line end.
    markdown: String,
    /// How many rows it has.
    rows: u64,
}

/// Renders a document.
pub(super) fn markdown(args: &Value) -> Result<Value, ToolError> {
    let params: MarkdownParams = arguments(args)?;
    let wrong = |error: minijinja::Error| {
        bad_argument(
            format!("the template fails: {error:#}"),
            "correct the template or its data",
        )
    };
    let environment = environment();
    let template = environment
        .template_from_named_str("document.md", &params.template)
        .map_err(wrong)?;
    let mut document = Bounded::default();
    template
        .render_captured_to(&params.data, &mut document)
        .map_err(wrong)?;
    // The template is trusted with structure, not with what a `raw` value may carry.
    let text = plain(&String::from_utf8_lossy(&document.bytes));
    Ok(json(&Document {
        markdown: format!("{}\n", text.trim_end()),
    }))
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_fuel(Some(FUEL));
    // Any mode but `None` makes macros and captured blocks count as already escaped.
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown"));
    environment.set_formatter(|out, _, value| {
        if value.is_safe() {
            out.write_str(value.as_str().unwrap_or_default())?;
        } else if !value.is_none() {
            out.write_str(&escape(&value.to_string()))?;
        }
        Ok(())
    });
    // JSON marks its result as escaped, which for Markdown it is not.
    environment.remove_filter("tojson");
    environment.add_filter("raw", |text: String| Inserted::from_safe_string(text));
    environment.add_filter("code", |text: String| Inserted::from_safe_string(code(&text)));
    environment.add_filter("headline", |text: String| headline(&text));
    environment.add_filter("cut", |text: String, limit: usize| cut(&text, limit));
    environment
}

/// At most `limit` characters of `text` on one line, cut between words where there is one, with an ellipsis.
fn cut(text: &str, limit: usize) -> String {
    let line = one_line(text);
    let Some((end, _)) = line.char_indices().nth(limit) else {
        return line;
    };
    let room = line
        .char_indices()
        .nth(limit.saturating_sub(1))
        .map_or(end, |(at, _)| at);
    let head = &line[..room];
    let word = match head.rfind(' ') {
        Some(space) if !line[room..].starts_with(' ') && space > room / 2 => &head[..space],
        Some(_) | None => head,
    };
    format!("{}…", word.trim_end())
}

/// Bytes that stop growing.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
}

impl io::Write for Bounded {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + piece.len() > DOCUMENT_MAX {
            return Err(io::Error::other("the document is longer than 8 MiB"));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Renders a table.
pub(super) fn table(args: &Value) -> Result<Value, ToolError> {
    let params: TableParams = arguments(args)?;
    let rows = objects(args, "rows")?;
    let fields: Vec<Field> = params
        .columns
        .iter()
        .map(|column| Field::parse(&column.field))
        .collect::<Result<_, _>>()?;
    let mut lines = Vec::with_capacity(rows.len() + 2);
    lines.push(line(params.columns.iter().map(|column| {
        let title = column.title.as_ref().unwrap_or(&column.field);
        escape(title.trim())
    })));
    lines.push(line(params.columns.iter().map(|column| {
        let rule = match column.align {
            Align::Left => "---",
            Align::Right => "---:",
            Align::Center => ":---:",
        };
        rule.to_owned()
    })));
    for row in rows {
        lines.push(line(fields.iter().zip(&params.columns).map(|(field, column)| {
            let text = field.texts(row).join(", ");
            // In a table a pipe ends the cell even inside code, and is escaped there too (GFM 4.10).
            if column.code {
                code(&text).replace('|', "\\|")
            } else {
                escape(text.trim())
            }
        })));
    }
    Ok(json(&Table {
        markdown: lines.concat(),
        rows: rows.len() as u64,
    }))
}

fn line(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn render(template: &str, data: &Value) -> Result<String, ToolError> {
        let output = markdown(&json!({"template": template, "data": data}))?;
        Ok(output["markdown"].as_str().unwrap().to_owned())
    }

    #[test]
    fn inserted_values_are_escaped_and_finished_markdown_is_not() {
        let template = "# {{ title }}\n\n{% for line in lines %}\n- {{ line }} ({{ line | code }})\n{% endfor %}\n\n{{ table | raw }}";
        let data = json!({"title": "A # *b*", "lines": ["<b>x</b>\n# y", "`z`"], "table": "| a |\n| --- |\n"});
        assert_eq!(
            render(template, &data).unwrap(),
            "# A \\# \\*b\\*\n\n- \\<b>x\\</b> \\# y (`<b>x</b> # y`)\n- \\`z\\` (`` `z` ``)\n\n| a |\n| --- |\n"
        );
    }

    #[test]
    fn no_filter_lets_data_through_by_accident() {
        let data = json!({"x": "*<\n[", "list": ["*", "_"], "none": null});
        for (template, expected) in [
            ("{{ x | upper }}", "\\*\\< \\["),
            ("{{ x ~ '*' }}", "\\*\\< \\[\\*"),
            ("{{ ['**' | raw, x] | join(' ') }}", "** \\*\\< \\["),
            ("{{ list | join(', ') }}", "\\*, \\_"),
            ("{% macro m(v) %}**{{ v }}**{% endmacro %}{{ m(x) }}", "**\\*\\< \\[**"),
            ("{% set v %}{{ x }}{% endset %}{{ v }}", "\\*\\< \\["),
            ("{% autoescape false %}{{ x }}{% endautoescape %}", "\\*\\< \\["),
            ("{{ x | e }}", "\\*\\< \\["),
            ("[{{ none }}]", "[]"),
            ("{{ list }}", "\\[\"\\*\", \"\\_\"\\]"),
        ] {
            assert_eq!(render(template, &data).unwrap().trim_end(), expected, "{template}");
        }
        assert!(render("{{ x | tojson }}", &data).is_err());
    }

    #[test]
    fn controls_never_reach_the_document() {
        let text = render(
            "{{ x }} {{ x | raw }} {{ x | code }}",
            &json!({"x": "a\u{1b}]52;c;x\u{7}\u{202e}b\u{85}"}),
        )
        .unwrap();
        assert!(
            !text
                .trim_end()
                .chars()
                .any(|character| character.is_control() || character == '\u{202e}'),
            "{text:?}"
        );
    }

    #[test]
    fn a_template_that_fails_says_where() {
        assert!(
            render("{{ missing }}", &json!({}))
                .unwrap_err()
                .to_string()
                .contains("document.md:1")
        );
        assert!(render("{% for", &json!({})).is_err());
        let endless = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        assert!(render(endless, &json!({})).is_err());
    }

    #[test]
    fn a_cut_falls_between_words_and_counts_characters() {
        assert_eq!(cut("one two three", 13), "one two three");
        assert_eq!(cut("one two three", 9), "one two…");
        assert_eq!(cut("ééééééé", 4), "ééé…");
        assert_eq!(cut("abc", 0), "…");
    }

    #[test]
    fn cells_stay_in_their_cells() {
        let output = table(&json!({
            "columns": [{"field": "who", "title": "Who | what"}, {"field": "n", "align": "right"}, {"field": "files[].path", "code": true}],
            "rows": [{"who": "a|b\nc", "n": 3, "files": [{"path": "x|y"}, {"path": "z"}]}, {"who": null}],
        }))
        .unwrap();
        assert_eq!(
            output["markdown"],
            "| Who \\| what | n | files\\[\\].path |\n| --- | ---: | --- |\n| a\\|b c | 3 | `x\\|y, z` |\n|  |  |  |\n"
        );
        assert_eq!(output["rows"], 2);
    }
}
