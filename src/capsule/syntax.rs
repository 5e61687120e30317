//! The syntax tree of the template language: how a text may become one, and what it says by itself.
//!
//! The tree is minijinja's, behind its unstable feature, which is why that crate's version is exact.

use std::ops::Range;

use minijinja::machinery::ast::{BinOpKind, CompareOpKind, Expr, Stmt, UnaryOpKind};
use minijinja::machinery::{Span, Token, Tokenizer, WhitespaceConfig, parse, parse_expr};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;

/// Tokens of one text. A chain such as `a.b.c` nests as deep as it is long, so this bounds the stack.
const MAX_TOKENS: usize = 2_000;

/// What is known about a result before it exists.
#[derive(Debug, Default, PartialEq, Clone)]
pub(super) enum Outcome {
    /// Nothing.
    #[default]
    Unknown,
    /// It is the value at this path.
    Path(Vec<String>),
    /// It has this JSON type.
    Type(&'static str),
}

/// Whether `text` is a template rather than a constant.
pub(super) fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}

/// The expression of a text that is one whole `{{ … }}`.
pub(super) fn whole(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let inner = inner.strip_prefix(['-', '+']).unwrap_or(inner);
    let inner = inner.strip_suffix(['-', '+']).unwrap_or(inner).trim();
    parsed(inner).ok().map(|_| inner)
}

/// Says whether the language may look at `text` at all: `bare` for an expression without braces.
///
/// The parser of expressions panics where a text closes its own braces, and recurses over chains;
/// slices panic where they go backwards through nothing.
///
/// # Errors
/// The bytes that are to blame, and why.
pub(super) fn admit(text: &str, bare: bool) -> Result<(), (Range<usize>, String)> {
    let mut tokens = Tokenizer::new(text, "text", bare, SyntaxConfig, whitespace());
    let mut brackets = Brackets::default();
    for count in 0.. {
        match tokens.next_token() {
            Ok(None) => return Ok(()),
            Ok(Some((Token::VariableEnd | Token::BlockEnd, span))) if bare => {
                return Err((
                    bytes(span),
                    "the expression closes braces that it did not open".to_owned(),
                ));
            }
            Ok(Some((_, span))) if count >= MAX_TOKENS => {
                return Err((
                    bytes(span),
                    format!("the text has more than {MAX_TOKENS} words and signs"),
                ));
            }
            Ok(Some((token, span))) => {
                if !brackets.take(&token) {
                    return Err((
                        bytes(span),
                        "the step of a slice is a whole number above 0; `| reverse` turns a list round".to_owned(),
                    ));
                }
            }
            Err(error) => return Err((range_of(text, &error), explain(&error))),
        }
    }
    Ok(())
}

/// The brackets that are open, to see the step of a slice: the language panics where one below 0 meets
/// an empty list or text.
#[derive(Default)]
struct Brackets {
    /// Colons so far in each square bracket; `None` for the other kinds, where a colon is no slice.
    open: Vec<Option<usize>>,
    /// What a step that began may go on with.
    step: Step,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Step {
    #[default]
    None,
    /// The second colon was the last word.
    Begun,
    /// A number followed it.
    Number,
}

impl Brackets {
    /// Goes on by one word, and says whether no step of a slice is anything but a number above 0.
    fn take(&mut self, token: &Token<'_>) -> bool {
        let step = std::mem::take(&mut self.step);
        match token {
            Token::BracketClose => {
                self.open.pop();
                return true;
            }
            Token::Int(number) if step == Step::Begun && *number > 0 => {
                self.step = Step::Number;
                return true;
            }
            _ if step != Step::None => return false,
            Token::BracketOpen => self.open.push(Some(0)),
            Token::BraceOpen | Token::ParenOpen => self.open.push(None),
            Token::BraceClose | Token::ParenClose => {
                self.open.pop();
            }
            Token::Colon => {
                if let Some(Some(colons)) = self.open.last_mut() {
                    *colons += 1;
                    if *colons == 2 {
                        self.step = Step::Begun;
                    }
                }
            }
            _ => {}
        }
        true
    }
}

/// Parses a bare expression.
pub(super) fn parsed(text: &str) -> Result<Expr<'_>, (Range<usize>, String)> {
    admit(text, true)?;
    parse_expr(text).map_err(|error| (range_of(text, &error), explain(&error)))
}

/// Parses a text with templates in it.
pub(super) fn parsed_template(text: &str) -> Result<Stmt<'_>, (Range<usize>, String)> {
    admit(text, false)?;
    parse(text, "template", SyntaxConfig, whitespace()).map_err(|error| (range_of(text, &error), explain(&error)))
}

fn whitespace() -> WhitespaceConfig {
    WhitespaceConfig {
        keep_trailing_newline: true,
        ..WhitespaceConfig::default()
    }
}

fn range_of(text: &str, error: &minijinja::Error) -> Range<usize> {
    error
        .range()
        .filter(|span| text.get(span.clone()).is_some())
        .unwrap_or(0..text.len())
}

fn explain(error: &minijinja::Error) -> String {
    error.detail().unwrap_or("it cannot be read").to_owned()
}

/// Splits a plain path such as `steps.log.output.commits`; `None` for any other expression.
pub(super) fn plain_path(expression: &str) -> Option<Vec<&str>> {
    let name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let parts: Vec<&str> = expression.split('.').collect();
    parts.iter().all(|part| name(part)).then_some(parts)
}

/// The guards that hold where the expression `text` is `true`: `steps.NAME` that ran, `inputs.NAME`
/// that is given. Nothing for a text that does not parse.
pub(super) fn proves(text: &str) -> Vec<String> {
    parsed(text).map(|expr| guards_of(&expr, true)).unwrap_or_default()
}

/// The bytes of a span.
pub(super) fn bytes(span: Span) -> Range<usize> {
    span.start_offset as usize..span.end_offset as usize
}

/// Where a chain of lookups starts: the spans of its links cover only themselves.
pub(super) fn start_of(expr: &Expr<'_>) -> usize {
    match expr {
        Expr::GetAttr(get) => start_of(&get.expr),
        Expr::GetItem(get) => start_of(&get.expr),
        _ => bytes(expr.span()).start,
    }
}

/// The names that a `for` binds.
pub(super) fn target_names(target: &Expr<'_>, names: &mut Vec<String>) {
    match target {
        Expr::Var(name) => names.push(name.id.to_owned()),
        Expr::List(list) => list.items.iter().for_each(|item| target_names(item, names)),
        _ => {}
    }
}

/// The path of a chain of lookups that starts at a name, and whether it goes on dynamically.
pub(super) fn path_of(expr: &Expr<'_>) -> Option<(Vec<String>, bool)> {
    match expr {
        Expr::Var(name) => Some((vec![name.id.to_owned()], false)),
        Expr::GetAttr(get) => {
            let (mut path, open) = path_of(&get.expr)?;
            if !open {
                path.push(get.name.to_owned());
            }
            Some((path, open))
        }
        Expr::GetItem(get) => {
            let (mut path, open) = path_of(&get.expr)?;
            let constant = match &get.subscript_expr {
                Expr::Const(constant) => constant
                    .value
                    .as_str()
                    .map(str::to_owned)
                    .or_else(|| constant.value.as_usize().map(|index| index.to_string())),
                _ => None,
            };
            match constant {
                Some(segment) if !open => {
                    path.push(segment);
                    Some((path, false))
                }
                Some(_) | None => Some((path, true)),
            }
        }
        _ => None,
    }
}

/// What must be there for the value at `path` to be there: `steps.NAME` or `inputs.NAME`.
pub(super) fn key(path: &[String]) -> Option<String> {
    match path {
        [root, name, ..] if root == "steps" || root == "inputs" => Some(format!("{root}.{name}")),
        _ => None,
    }
}

fn key_of(expr: &Expr<'_>) -> Option<String> {
    path_of(expr).and_then(|(path, _)| key(&path))
}

/// What is certain to be there when `expr` is `truth`.
pub(super) fn guards_of(expr: &Expr<'_>, truth: bool) -> Vec<String> {
    let both = |left: Vec<String>, right: Vec<String>, all: bool| {
        if all {
            left.into_iter().chain(right).collect()
        } else {
            left.into_iter().filter(|key| right.contains(key)).collect()
        }
    };
    match expr {
        Expr::Var(_) | Expr::GetAttr(_) | Expr::GetItem(_) => {
            // The status of a step is there, and true, whether it ran or not.
            let status = path_of(expr).is_some_and(|(path, _)| path.get(2).is_some_and(|part| part == "status"));
            key_of(expr).filter(|_| truth && !status).into_iter().collect()
        }
        Expr::UnaryOp(unary) => match unary.op {
            UnaryOpKind::Not => guards_of(&unary.expr, !truth),
            UnaryOpKind::Neg => vec![],
        },
        Expr::BinOp(operation) => {
            let parts = || (guards_of(&operation.left, truth), guards_of(&operation.right, truth));
            match operation.op {
                BinOpKind::ScAnd => {
                    let (left, right) = parts();
                    both(left, right, truth)
                }
                BinOpKind::ScOr => {
                    let (left, right) = parts();
                    both(left, right, !truth)
                }
                BinOpKind::Eq => guards_of_equality(&operation.left, &operation.right, truth),
                BinOpKind::Ne => guards_of_equality(&operation.left, &operation.right, !truth),
                _ => vec![],
            }
        }
        Expr::Compare(compare) => match compare.ops.as_slice() {
            [only] => match only.op {
                CompareOpKind::Eq => guards_of_equality(&compare.expr, &only.expr, truth),
                CompareOpKind::Ne => guards_of_equality(&compare.expr, &only.expr, !truth),
                _ => vec![],
            },
            _ => vec![],
        },
        Expr::Test(test) => {
            let present = match test.name {
                "defined" => truth,
                "undefined" | "none" => !truth,
                _ => false,
            };
            key_of(&test.expr).filter(|_| present).into_iter().collect()
        }
        _ => vec![],
    }
}

/// What is certain when `left == right` is `equal`.
fn guards_of_equality(left: &Expr<'_>, right: &Expr<'_>, equal: bool) -> Vec<String> {
    let (value, constant) = match (left, right) {
        (value, Expr::Const(constant)) | (Expr::Const(constant), value) => (value, &constant.value),
        _ => return vec![],
    };
    let Some((path, false)) = path_of(value) else {
        return vec![];
    };
    let is_status = path.len() == 3 && path[0] == "steps" && path[2] == "status";
    // A skipped step has the status `skipped` and the output `none`: equality with that says that
    // nothing is there, equality with anything else that something is.
    let absent = if is_status {
        constant.as_str() == Some("skipped")
    } else {
        constant.is_none()
    };
    let present = equal != absent;
    key(&path).filter(|_| present).into_iter().collect()
}

/// Whether an expression can be seen to give a number.
pub(super) fn is_number(expr: &Expr<'_>) -> bool {
    match expr {
        Expr::Const(constant) => constant.value.is_number(),
        Expr::UnaryOp(unary) => matches!(unary.op, UnaryOpKind::Neg),
        Expr::BinOp(operation) => match operation.op {
            BinOpKind::Sub | BinOpKind::Div | BinOpKind::FloorDiv | BinOpKind::Rem => true,
            BinOpKind::Mul | BinOpKind::Pow | BinOpKind::Add => {
                is_number(&operation.left) && is_number(&operation.right)
            }
            _ => false,
        },
        Expr::Filter(filter) => {
            matches!(filter.name, "int" | "float" | "length" | "count" | "abs" | "round")
        }
        _ => false,
    }
}

/// What is known about the result of an expression.
pub(super) fn outcome(expr: &Expr<'_>) -> Outcome {
    if let Some((path, open)) = path_of(expr) {
        return if open { Outcome::Unknown } else { Outcome::Path(path) };
    }
    match expr {
        Expr::Const(constant) => match constant.value.kind() {
            ValueKind::String => Outcome::Type("string"),
            ValueKind::Bool => Outcome::Type("boolean"),
            _ => Outcome::Unknown,
        },
        Expr::Filter(filter) => match filter.name {
            "length" | "count" | "int" => Outcome::Type("integer"),
            "float" => Outcome::Type("number"),
            "bool" => Outcome::Type("boolean"),
            "join" | "tojson" | "upper" | "lower" | "title" | "capitalize" | "trim" | "replace" | "truncate"
            | "string" => Outcome::Type("string"),
            "list" | "map" | "select" | "reject" | "selectattr" | "rejectattr" | "split" | "lines" | "sort"
            | "unique" | "dictsort" | "items" => Outcome::Type("array"),
            _ => Outcome::Unknown,
        },
        Expr::Test(_) | Expr::Compare(_) => Outcome::Type("boolean"),
        Expr::UnaryOp(unary) => match unary.op {
            UnaryOpKind::Not => Outcome::Type("boolean"),
            UnaryOpKind::Neg => Outcome::Type("number"),
        },
        Expr::List(_) => Outcome::Type("array"),
        Expr::Map(_) => Outcome::Type("object"),
        Expr::BinOp(operation) if matches!(operation.op, BinOpKind::Concat) => Outcome::Type("string"),
        _ => Outcome::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_expression_and_a_plain_path_are_told_from_text() {
        assert_eq!(whole("{{ a.b }}"), Some("a.b"));
        assert_eq!(whole(" {{- a.b | length -}}\n"), Some("a.b | length"));
        assert_eq!(whole("{{ '}}' }}"), Some("'}}'"));
        for text in [
            "{{ a }}{{ b }}",
            "x {{ a }}",
            "{{ a }} x",
            "{% if a %}{{ a }}{% endif %}",
            "a",
        ] {
            assert_eq!(whole(text), None, "{text}");
        }
        assert_eq!(plain_path("steps.log.output"), Some(vec!["steps", "log", "output"]));
        for text in ["a[0]", "a | b", "1", "a.", "", "'a'"] {
            assert_eq!(plain_path(text), None, "{text}");
        }
    }
}
