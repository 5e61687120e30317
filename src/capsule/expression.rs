//! Reads templates and expressions without evaluating them: which values they use, whether a value
//! that may be absent is guarded, and of what type the result is.
//!
//! A template has texts, `{{ … }}`, `{% if %}` and `{% for %}`; the rest of the language is refused,
//! so that a template can neither load another one nor keep state.

use std::ops::Range;

use minijinja::machinery::Span;
use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, Stmt, UnaryOpKind};

use super::functions;
use super::syntax::{
    Outcome, bytes, guards_of, is_number, is_template, key, outcome, parsed, parsed_template, path_of, start_of,
    target_names, whole,
};

/// Concatenations, additions and the like in one text: more could only build huge values.
const MAX_OPERATORS: usize = 256;

/// What a template or an expression does.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Analysis {
    /// Values that it uses, in the order of the text.
    pub reads: Vec<Read>,
    /// What is wrong with it: bytes of the text, message, help.
    pub faults: Vec<Fault>,
    /// What it gives.
    pub result: Outcome,
}

/// A fault of the text itself.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    pub span: Range<usize>,
    pub message: String,
    pub help: String,
}

/// One use of a value: `steps.log.output.count`.
#[derive(Debug, PartialEq)]
pub(super) struct Read {
    /// Names and indexes from the root on.
    pub path: Vec<String>,
    /// Whether more follows that is known only when it runs: `steps.log.output[inputs.n]`.
    pub open: bool,
    /// Bytes of the text.
    pub span: Range<usize>,
    /// Whether the value may be absent here without an error.
    pub guarded: bool,
}

/// Analyses a text with templates; `guards` are those that hold around it ([`proves`]).
pub(super) fn template(text: &str, guards: &[String]) -> Analysis {
    let mut walk = Walk::new(guards);
    match parsed_template(text) {
        Ok(root) => walk.statement(&root),
        Err((span, reason)) => walk.malformed(span, &reason),
    }
    walk.found.result = Outcome::Type("string");
    if walk.found.faults.is_empty()
        && let Some(expression) = whole(text)
    {
        walk.found.result = parsed(expression).map_or(Outcome::Unknown, |expr| outcome(&expr));
    }
    walk.finish()
}

/// Analyses a bare expression.
pub(super) fn expression(text: &str, guards: &[String], condition: bool) -> Analysis {
    let mut walk = Walk::new(guards);
    if is_template(text) {
        walk.fault(
            0..text.len(),
            "an expression stands here without `{{ }}`",
            "remove the braces",
        );
        return walk.finish();
    }
    match parsed(text) {
        Ok(expr) => {
            walk.expr(&expr, if condition { Cover::Falsy } else { Cover::None });
            walk.found.result = outcome(&expr);
        }
        Err((span, reason)) => walk.malformed(span, &reason),
    }
    walk.finish()
}

/// How much absence the surrounding takes without an error.
#[derive(Clone, Copy, PartialEq)]
enum Cover {
    /// None.
    None,
    /// Nothing in place of a value (`none`), but not an undefined one.
    Falsy,
    /// Neither: `default`, `is defined`.
    Missing,
}

struct Walk {
    found: Analysis,
    guards: Vec<String>,
    locals: Vec<String>,
    operators: usize,
}

impl Walk {
    fn new(guards: &[String]) -> Self {
        Self {
            found: Analysis::default(),
            guards: guards.to_vec(),
            locals: Vec::new(),
            operators: 0,
        }
    }

    fn finish(mut self) -> Analysis {
        if self.operators > MAX_OPERATORS {
            self.fault(
                0..0,
                format!("more than {MAX_OPERATORS} operators in one text"),
                "split it over several steps",
            );
        }
        self.found
    }

    fn fault(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.found.faults.push(Fault {
            span,
            message: message.into(),
            help: help.into(),
        });
    }

    fn malformed(&mut self, span: Range<usize>, reason: &str) {
        self.fault(
            span,
            format!("malformed template or expression: {reason}"),
            "the language is Jinja: `{{ steps.name.output.field | length }}`",
        );
    }

    /// Walks with `more` guards and locals in force.
    fn within(&mut self, more: Vec<String>, locals: Vec<String>, walk: impl FnOnce(&mut Self)) {
        let (guards, names) = (self.guards.len(), self.locals.len());
        self.guards.extend(more);
        self.locals.extend(locals);
        walk(self);
        self.guards.truncate(guards);
        self.locals.truncate(names);
    }

    fn statements(&mut self, statements: &[Stmt<'_>]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt<'_>) {
        match statement {
            Stmt::Template(inner) => self.statements(&inner.children),
            Stmt::EmitRaw(_) => {}
            Stmt::EmitExpr(emit) => self.expr(&emit.expr, Cover::None),
            Stmt::IfCond(branch) => {
                self.expr(&branch.expr, Cover::Falsy);
                self.within(guards_of(&branch.expr, true), vec![], |walk| {
                    walk.statements(&branch.true_body)
                });
                self.within(guards_of(&branch.expr, false), vec![], |walk| {
                    walk.statements(&branch.false_body)
                });
            }
            Stmt::ForLoop(repeat) => {
                self.expr(&repeat.iter, Cover::None);
                let mut locals = vec!["loop".to_owned()];
                target_names(&repeat.target, &mut locals);
                self.within(vec![], locals, |walk| {
                    if let Some(filter) = &repeat.filter_expr {
                        walk.expr(filter, Cover::Falsy);
                    }
                    walk.statements(&repeat.body);
                });
                self.statements(&repeat.else_body);
            }
            Stmt::WithBlock(other) => self.refused("with", other.span()),
            Stmt::Set(other) => self.refused("set", other.span()),
            Stmt::SetBlock(other) => self.refused("set", other.span()),
            Stmt::AutoEscape(other) => self.refused("autoescape", other.span()),
            Stmt::FilterBlock(other) => self.refused("filter", other.span()),
            Stmt::Block(other) => self.refused("block", other.span()),
            Stmt::Import(other) => self.refused("import", other.span()),
            Stmt::FromImport(other) => self.refused("from", other.span()),
            Stmt::Extends(other) => self.refused("extends", other.span()),
            Stmt::Include(other) => self.refused("include", other.span()),
            Stmt::Macro(other) => self.refused("macro", other.span()),
            Stmt::CallBlock(other) => self.refused("call", other.span()),
            Stmt::Do(other) => self.refused("do", other.span()),
        }
    }

    fn refused(&mut self, name: &str, span: Span) {
        self.fault(
            bytes(span),
            format!("`{{% {name} %}}` is not part of templates here"),
            "templates have `{{ }}`, `{% if %}` and `{% for %}`",
        );
    }

    fn expr(&mut self, expr: &Expr<'_>, cover: Cover) {
        if let Some((path, open)) = path_of(expr) {
            self.read(expr, path, open, cover);
            return;
        }
        match expr {
            // A path was handled above; what is left are lookups in the result of something else.
            Expr::Var(_) | Expr::Const(_) => {}
            Expr::GetAttr(get) => self.expr(&get.expr, Cover::None),
            Expr::GetItem(get) => {
                self.expr(&get.expr, Cover::None);
                self.expr(&get.subscript_expr, Cover::None);
            }
            Expr::Slice(slice) => {
                self.expr(&slice.expr, Cover::None);
                for part in [&slice.start, &slice.stop, &slice.step].into_iter().flatten() {
                    self.expr(part, Cover::None);
                }
            }
            Expr::UnaryOp(unary) => match unary.op {
                UnaryOpKind::Not => self.expr(&unary.expr, Cover::Falsy),
                UnaryOpKind::Neg => self.expr(&unary.expr, Cover::None),
            },
            Expr::BinOp(operation) => {
                self.operators += 1;
                let (left, right) = (&operation.left, &operation.right);
                match operation.op {
                    BinOpKind::ScAnd | BinOpKind::ScOr => {
                        let truth = matches!(operation.op, BinOpKind::ScAnd);
                        self.expr(left, Cover::Falsy);
                        let inherited = if cover == Cover::None {
                            Cover::None
                        } else {
                            Cover::Falsy
                        };
                        self.within(guards_of(left, truth), vec![], |walk| walk.expr(right, inherited));
                    }
                    BinOpKind::Eq | BinOpKind::Ne => {
                        self.expr(left, Cover::Falsy);
                        self.expr(right, Cover::Falsy);
                    }
                    BinOpKind::Mul | BinOpKind::Pow => {
                        if !(is_number(left) && is_number(right)) {
                            self.fault(
                                bytes(expr.span()),
                                "`*` is for numbers that are seen to be numbers",
                                "write `(inputs.n | int) * 2`",
                            );
                        }
                        self.expr(left, Cover::None);
                        self.expr(right, Cover::None);
                    }
                    _ => {
                        self.expr(left, Cover::None);
                        self.expr(right, Cover::None);
                    }
                }
            }
            Expr::Compare(compare) => {
                self.operators += compare.ops.len();
                self.expr(&compare.expr, Cover::Falsy);
                for operand in &compare.ops {
                    self.expr(&operand.expr, Cover::Falsy);
                }
            }
            Expr::IfExpr(choice) => {
                self.expr(&choice.test_expr, Cover::Falsy);
                self.within(guards_of(&choice.test_expr, true), vec![], |walk| {
                    walk.expr(&choice.true_expr, cover);
                });
                if let Some(other) = &choice.false_expr {
                    self.within(guards_of(&choice.test_expr, false), vec![], |walk| {
                        walk.expr(other, cover)
                    });
                }
            }
            Expr::Filter(filter) => {
                self.known("filter", filter.name, functions::FILTERS, expr.span());
                let defaults = matches!(filter.name, "default" | "d");
                if let Some(inner) = &filter.expr {
                    self.expr(inner, if defaults { Cover::Missing } else { Cover::None });
                }
                self.arguments(&filter.args);
            }
            Expr::Test(test) => {
                self.known("test", test.name, functions::TESTS, expr.span());
                let asks = matches!(test.name, "defined" | "undefined" | "none");
                self.expr(&test.expr, if asks { Cover::Missing } else { Cover::None });
                self.arguments(&test.args);
            }
            Expr::Call(call) => {
                match &call.expr {
                    Expr::Var(name) => self.known("function", name.id, functions::FUNCTIONS, expr.span()),
                    other => self.fault(
                        bytes(other.span()),
                        "values have no methods here",
                        "use a filter: `text | upper`, `mapping | items`",
                    ),
                }
                self.arguments(&call.args);
            }
            Expr::List(list) => list.items.iter().for_each(|item| self.expr(item, Cover::None)),
            Expr::Map(map) => {
                map.keys
                    .iter()
                    .chain(&map.values)
                    .for_each(|part| self.expr(part, Cover::None));
            }
        }
    }

    fn arguments(&mut self, arguments: &[CallArg<'_>]) {
        for argument in arguments {
            match argument {
                CallArg::Pos(value)
                | CallArg::Kwarg(_, value)
                | CallArg::PosSplat(value)
                | CallArg::KwargSplat(value) => self.expr(value, Cover::None),
            }
        }
    }

    fn known(&mut self, what: &str, name: &str, known: &[&'static str], span: Span) {
        if !known.contains(&name) {
            self.fault(
                bytes(span),
                format!("there is no {what} `{name}`"),
                super::problem::one_of(name, known.iter().copied()),
            );
        }
    }

    fn read(&mut self, expr: &Expr<'_>, path: Vec<String>, open: bool, cover: Cover) {
        self.subscripts(expr);
        if self.locals.contains(&path[0]) {
            return;
        }
        let absent_is_fine = match (path[0].as_str(), cover) {
            (_, Cover::None) => false,
            ("steps", Cover::Falsy) => path.len() == 3 && !open,
            ("steps", Cover::Missing) => path.len() <= 4 && !open,
            (_, Cover::Falsy) => false,
            (_, Cover::Missing) => path.len() == 2 && !open,
        };
        let guarded = absent_is_fine || key(&path).is_some_and(|key| self.guards.contains(&key));
        self.found.reads.push(Read {
            path,
            open,
            span: start_of(expr)..bytes(expr.span()).end,
            guarded,
        });
    }

    /// Walks the expressions inside the brackets of a path.
    fn subscripts(&mut self, expr: &Expr<'_>) {
        match expr {
            Expr::GetAttr(get) => self.subscripts(&get.expr),
            Expr::GetItem(get) => {
                self.subscripts(&get.expr);
                self.expr(&get.subscript_expr, Cover::None);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::syntax::proves;
    use super::*;

    fn reads(text: &str, analysis: &Analysis) -> Vec<(String, bool)> {
        assert_eq!(analysis.faults, [], "{text}");
        analysis
            .reads
            .iter()
            .map(|read| (text[read.span.clone()].to_owned(), read.guarded))
            .collect()
    }

    #[test]
    fn every_use_is_found_with_its_bytes() {
        let text = "é {{ inputs.a }} {% for c in steps.log.output['commits'] if c.n > inputs.b %}{{ c.x ~ loop.index }}{% endfor %}";
        let found = template(text, &[]);
        assert_eq!(
            reads(text, &found),
            [
                ("inputs.a".to_owned(), false),
                ("steps.log.output['commits']".to_owned(), false),
                ("inputs.b".to_owned(), false)
            ]
        );
        assert_eq!(found.reads[1].path, ["steps", "log", "output", "commits"]);
        let dynamic = expression("steps.log.output[inputs.n].x", &[], false);
        assert!(dynamic.reads.iter().any(|read| read.open && read.path.len() == 3));
        assert!(dynamic.reads.iter().any(|read| read.path == ["inputs", "n"]));
    }

    #[test]
    fn guards_follow_the_logic_of_the_expression() {
        for (text, guarded) in [
            ("steps.a.output.x", false),
            ("steps.a.output.x | default(1)", true),
            ("steps.a.output.x.y | default(1)", false),
            ("steps.a.output or []", true),
            ("steps.a.output.x or []", false),
            ("steps.a.output.x if steps.a.status == 'done' else 1", true),
            ("steps.a.output.x if steps.a.status != 'skipped' else 1", true),
            ("steps.a.output.x if steps.a.status == 'skipped' else 1", false),
            ("1 if steps.a.status == 'skipped' else steps.a.output.x", true),
            ("1 if not steps.a.output else steps.a.output.x", true),
            ("steps.a.output is not none and steps.a.output.x", true),
            ("steps.a.output is none or steps.a.output.x", true),
            ("steps.b.output and steps.a.output.x", false),
            ("steps.a.status and steps.a.output.x", false),
        ] {
            let found = expression(text, &[], false);
            let last = found
                .reads
                .iter()
                .rfind(|read| read.path.get(3).is_some_and(|part| part == "x"));
            let read = last.or(found.reads.iter().find(|read| read.path[1] == "a")).unwrap();
            assert_eq!(read.guarded, guarded, "{text}");
        }
        assert_eq!(
            proves("steps.a.output and inputs.b is defined"),
            ["steps.a", "inputs.b"]
        );
        assert_eq!(proves("steps.a.output or inputs.b is defined"), Vec::<String>::new());
        let text = "{% if steps.a.output %}{{ steps.a.output.x }}{% else %}{{ steps.a.output.y }}{% endif %}";
        let found = reads(text, &template(text, &[]));
        assert_eq!(
            found[1..],
            [
                ("steps.a.output.x".to_owned(), true),
                ("steps.a.output.y".to_owned(), false)
            ]
        );
    }

    #[test]
    fn what_could_keep_state_load_or_explode_is_refused() {
        for text in [
            "{% set x = 1 %}",
            "{% include 'a' %}",
            "{% macro f() %}{% endmacro %}",
            "{{ debug() }}",
            "{{ x | nope }}",
            "{{ x is nope }}",
            "{{ x.items() }}",
            "{{ 'x' * 100000000 }}",
            "{{ inputs.a * 3 }}",
            "{{ ",
            "{{ a b }}",
            "{{ a }} }}{{ '",
        ] {
            assert_ne!(template(text, &[]).faults, [], "{text}");
        }
        assert_eq!(template("{{ (inputs.a | int) * 3 }}", &[]).faults, []);
    }

    #[test]
    fn attack_an_expression_that_closes_its_braces_or_nests_without_end() {
        for text in ["a }} b", "a }}{{ b", "}}", "a -}} b", "'", "%}", "a %} b"] {
            assert_ne!(expression(text, &[], true).faults, [], "{text}");
            assert_eq!(whole(&format!("{{{{{text}}}}}")), None, "{text}");
        }
        let long = |unit: &str, count: usize| format!("a{}", unit.repeat(count));
        for unit in [
            ".a",
            "|d",
            "[0]",
            " ~ a",
            " and a",
            " is defined",
            " if a else a",
            ",a",
            " == a",
            " + (a",
            "|d(a",
        ] {
            assert_ne!(expression(&long(unit, 100_000), &[], true).faults, [], "{unit}");
            // Just below the bound: the stack of a thread holds, whatever is said about it.
            let inner = long(unit, 1_000);
            let _ = (
                expression(&inner, &[], true),
                template(&format!("{{{{ {inner} }}}}"), &[]),
            );
        }
        for unit in ["{% if a %}", "{% for a in b %}", "{{ a }}"] {
            let _ = template(&unit.repeat(450), &[]);
        }
        let _ = template(&format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(480)), &[]);
    }
}
