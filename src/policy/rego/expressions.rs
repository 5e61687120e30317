//! The part of the walk that goes through expressions, where values are made, compared and kept.

use regorus::unstable::{ArithOp, AssignOp, Expr};

use super::builtins;
use super::charges::Charge;
use super::error::{beyond, malformed, refused, start};
use super::names;
use super::shape::{is_literal, is_made_here};
use super::survey::{Walk, Walked};

/// Loops that one statement starts by indexing with names.
const MOST_LOOPS: usize = 12;

/// Names and indices behind one another, which regorus goes through at every look.
const MOST_PARTS: usize = 10;

impl Walk<'_> {
    pub(super) fn inside(&mut self, expression: &Expr) -> Walked {
        match expression {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => Ok(()),
            Expr::Var { .. } => self.reference(expression),
            Expr::Array { items, .. } => items.iter().try_for_each(|item| self.held(item)),
            Expr::Set { items, .. } => items.iter().try_for_each(|item| self.member(item)),
            Expr::Object { fields, .. } => fields.iter().try_for_each(|(_, key, value)| {
                self.member(key)?;
                self.held(value)
            }),
            Expr::ArrayCompr { term, query, .. } => {
                self.held(term)?;
                self.query(query)
            }
            Expr::SetCompr { term, query, .. } => {
                self.member(term)?;
                self.query(query)
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.member(key)?;
                self.held(value)?;
                self.query(query)
            }
            Expr::Call { fcn, params, .. } => self.call(fcn, params.iter().map(AsRef::as_ref)),
            Expr::UnaryExpr { expr, .. } => self.expression(expr),
            Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expression),
            Expr::BinExpr { lhs, rhs, .. } => [lhs, rhs].into_iter().try_for_each(|side| self.held(side)),
            Expr::BoolExpr { lhs, rhs, .. } => {
                // What is small, or was charged for when it was made here, is soon compared.
                if ![lhs, rhs]
                    .into_iter()
                    .any(|side| self.is_scalar(side) || is_made_here(side))
                {
                    self.charge(Charge::Held, lhs)?;
                }
                self.expression(lhs)?;
                self.expression(rhs)
            }
            Expr::ArithExpr { op, lhs, rhs, .. } => {
                let sides = [lhs, rhs];
                match op {
                    // Each time, a number may get twice as long.
                    ArithOp::Mul if !is_literal(lhs) && !is_literal(rhs) => sides.into_iter().try_for_each(|side| {
                        self.charge(Charge::Held, side)?;
                        self.expression(side)
                    }),
                    // It may be one set without another.
                    ArithOp::Sub if !self.is_scalar(lhs) && !self.is_scalar(rhs) => {
                        sides.into_iter().try_for_each(|side| self.held(side))
                    }
                    _ => sides.into_iter().try_for_each(|side| self.expression(side)),
                }
            }
            Expr::AssignExpr {
                op: AssignOp::Eq, span, ..
            } => Err(refused("=", span, "write `:=` to name a value and `==` to compare two")),
            Expr::AssignExpr { lhs, rhs, .. } => {
                self.pattern(lhs)?;
                self.expression(rhs)
            }
            Expr::Membership {
                key, value, collection, ..
            } => {
                if !self.is_scalar(value) {
                    self.charge(Charge::Held, value)?;
                }
                self.expression(value)?;
                if !is_made_here(collection) && !is_literal(collection) {
                    self.charge(Charge::Listed, collection)?;
                }
                self.expression(collection)?;
                key.as_ref().map_or(Ok(()), |key| self.expression(key))
            }
        }
    }

    /// What a name, and the names and indices behind it, refer to.
    fn reference(&mut self, whole: &Expr) -> Walked {
        let mut rest = whole;
        let mut parts = 0;
        loop {
            parts += 1;
            rest = match rest {
                Expr::RefDot { refr, .. } => refr,
                Expr::RefBrack { refr, index, .. } => {
                    if !is_literal(index) {
                        self.loops += 1;
                        self.expression(index)?;
                    }
                    refr
                }
                _ => break,
            };
        }
        let place = start(whole);
        self.short(whole)?;
        if parts > MOST_PARTS {
            return Err(beyond(place, "parts in one reference", MOST_PARTS));
        }
        if self.loops > MOST_LOOPS {
            return Err(beyond(place, "computed indices in one statement", MOST_LOOPS));
        }
        let Expr::Var { .. } = rest else {
            return self.expression(rest);
        };
        let path = names::start_of(whole);
        self.named(&path, place)?;
        if self.names.has_nothing_at(&self.scope, &path) {
            // regorus goes through all modules at every look at such a place.
            return Err(malformed(place, &format!("`{path}` names no rule")));
        }
        Ok(())
    }

    fn call<'e>(&mut self, function: &'e Expr, arguments: impl Iterator<Item = &'e Expr> + Clone) -> Walked {
        let span = start(function);
        let path = names::path_of(function).ok_or_else(|| malformed(span, "this is not the name of a function"))?;
        self.named(&path, span)?;
        self.short(function)?;
        let (builtin, objection) = (builtins::find(&path), builtins::objection(&path));
        if self.names.has_function(&self.scope, &path) {
            if builtin.is_some() || objection.is_some() {
                return Err(malformed(
                    span,
                    &format!("a rule and a builtin are both called `{path}`"),
                ));
            }
            return arguments.clone().try_for_each(|argument| self.expression(argument));
        }
        if let Some(why) = objection {
            return Err(refused(&path, span, why));
        }
        let Some(builtin) = builtin else {
            return Err(refused(
                &path,
                span,
                "no rule defines it, and this build has no builtin of that name",
            ));
        };
        let count = arguments.clone().count();
        if count != usize::from(builtin.arguments) {
            let reason = format!("`{path}` takes {} arguments and is given {count}", builtin.arguments);
            return Err(malformed(span, &reason));
        }
        self.found.builtins.insert(builtin.name, builtin);
        let pattern = builtin.pattern.and_then(|at| arguments.clone().nth(at));
        if let Some(Expr::String { value, span, .. } | Expr::RawString { value, span, .. }) = pattern
            && !value.as_string().is_ok_and(|pattern| builtin.takes(pattern))
        {
            return Err(malformed(
                span,
                "this pattern is none, or is longer or larger than a pattern may be",
            ));
        }
        arguments.clone().try_for_each(|argument| match argument {
            // What is written for one call whose answer is no collection is gone after it.
            Expr::Array { items, .. } if builtin.scalar => items.iter().try_for_each(|item| self.expression(item)),
            argument => self.expression(argument),
        })
    }

    /// Whether the value is surely a text, a number or a truth.
    pub(super) fn is_scalar(&self, value: &Expr) -> bool {
        match value {
            Expr::BoolExpr { .. } | Expr::Membership { .. } | Expr::UnaryExpr { .. } => true,
            Expr::ArithExpr {
                op: ArithOp::Sub,
                lhs,
                rhs,
                ..
            } => self.is_scalar(lhs) || self.is_scalar(rhs),
            Expr::ArithExpr { .. } => true,
            Expr::Call { fcn, .. } => names::path_of(fcn).is_some_and(|path| {
                !self.names.has_function(&self.scope, &path)
                    && builtins::find(&path).is_some_and(|builtin| builtin.scalar)
            }),
            other => is_literal(other),
        }
    }
}
