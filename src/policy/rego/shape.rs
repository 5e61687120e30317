//! What an expression is, as far as it shows before anything is evaluated.

use regorus::unstable::Expr;

/// A text this long is weighed like a value that is not written in the policy.
const LONG_TEXT: usize = 1024;

/// Whether the value is written out and is no collection.
pub(super) fn is_literal(value: &Expr) -> bool {
    matches!(
        value,
        Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } | Expr::Bool { .. } | Expr::Null { .. }
    )
}

/// Whether the value is written out and weighs next to nothing.
pub(super) fn is_short_literal(value: &Expr) -> bool {
    is_empty_set(value) || (is_literal(value) && value.span().text().len() <= LONG_TEXT)
}

/// Whether the value is `set()`, the end of which regorus takes to be behind what follows.
fn is_empty_set(value: &Expr) -> bool {
    matches!(value, Expr::Set { items, .. } if items.is_empty())
}

pub(super) const fn is_call(value: &Expr) -> bool {
    matches!(value, Expr::Call { .. })
}

/// Where an expression starts and ends in its text, which is not always where regorus says.
pub(super) fn extent(value: &Expr) -> Option<(usize, usize)> {
    Some((start(value)?, end(value)?))
}

fn start(value: &Expr) -> Option<usize> {
    let told = usize::try_from(value.span().start).ok()?;
    match value {
        Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => start(refr),
        // An object is said to start at its last field.
        Expr::Object { fields, .. } => match fields.first() {
            Some((_, key, _)) => value.span().source.contents().get(..start(key)?)?.rfind('{'),
            None => Some(told),
        },
        // A text is said to start behind its quote, and so is all that starts with it, unless it is in parentheses.
        _ if first(value).is_some_and(|text| text.span().start == value.span().start) => told.checked_sub(1),
        _ => Some(told),
    }
}

/// The text that an expression starts with.
fn first(value: &Expr) -> Option<&Expr> {
    match value {
        Expr::String { .. } | Expr::RawString { .. } => Some(value),
        Expr::BinExpr { lhs, .. } | Expr::BoolExpr { lhs, .. } | Expr::ArithExpr { lhs, .. } => first(lhs),
        Expr::Membership { value, .. } => first(value),
        Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => first(refr),
        _ => None,
    }
}

fn end(value: &Expr) -> Option<usize> {
    let told = usize::try_from(value.span().end).ok()?;
    match last(value) {
        text @ (Expr::String { .. } | Expr::RawString { .. }) if text.span().end == value.span().end => {
            told.checked_add(1)
        }
        empty if is_empty_set(empty) => {
            let start = usize::try_from(empty.span().start).ok()?;
            Some(start + empty.span().text().find(')')? + 1)
        }
        _ => Some(told),
    }
}

/// What stands at the end of an expression.
fn last(value: &Expr) -> &Expr {
    match value {
        Expr::BinExpr { rhs, .. } | Expr::BoolExpr { rhs, .. } | Expr::ArithExpr { rhs, .. } => last(rhs),
        Expr::Membership { collection, .. } => last(collection),
        other => other,
    }
}

/// A collection that is written out: what is in it is charged for, and it is in nothing else yet.
pub(super) fn is_made_here(value: &Expr) -> bool {
    matches!(
        value,
        Expr::Array { .. }
            | Expr::Set { .. }
            | Expr::Object { .. }
            | Expr::ArrayCompr { .. }
            | Expr::SetCompr { .. }
            | Expr::ObjectCompr { .. }
    )
}
