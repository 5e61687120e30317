//! Why there is no policy, and where in it that lies.

use regorus::unstable::{Expr, Span};

/// Why there is no policy, so that nothing may run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegoError {
    /// A module is no Rego, or more of it than can be bounded.
    #[error("{file}:{line}:{column}: {reason}")]
    Malformed {
        /// The module.
        file: String,
        /// The line, counted from 1.
        line: u32,
        /// The column, counted from 1.
        column: u32,
        /// What is wrong there.
        reason: String,
    },
    /// A module names something that no policy may use.
    #[error("{file}:{line}:{column}: `{name}` is refused: {why}")]
    Refused {
        /// What it names.
        name: String,
        /// The module.
        file: String,
        /// The line, counted from 1.
        line: u32,
        /// The column, counted from 1.
        column: u32,
        /// Why it may not.
        why: &'static str,
    },
    /// A module of another package.
    #[error("{file}: the package is `{package}`, and a policy is in `somagent` or below")]
    Elsewhere {
        /// The module.
        file: String,
        /// Its package.
        package: String,
    },
    /// More than any policy that people read.
    #[error("the policy has more than {limit} {what}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
    /// Something that is called like a verdict and would be overlooked.
    #[error("`{verdict}` is a function or an object in the package `somagent`, and has to be a set of texts")]
    Misshapen {
        /// `deny` or `ask`.
        verdict: &'static str,
    },
    /// Nothing to judge by.
    #[error("no module defines `deny` or `ask` in the package `somagent`")]
    Silent,
    /// The program cannot keep a policy within its limits.
    #[error("policies cannot be judged here: {reason}")]
    Host {
        /// What is missing.
        reason: String,
    },
}

impl RegoError {
    /// The module that it lies in.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Malformed { file, .. } | Self::Refused { file, .. } | Self::Elsewhere { file, .. } => Some(file),
            Self::Misshapen { .. } | Self::TooLarge { .. } | Self::Silent | Self::Host { .. } => None,
        }
    }

    /// What would change it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "correct the module at that place; nothing runs while it does not parse",
            Self::Refused { .. } => "take it out; what a policy has to know, the time too, comes with its input",
            Self::Elsewhere { .. } => "put `package somagent` at the top, or a package below it",
            Self::TooLarge { .. } => "take apart what is not policy: tables belong into the input",
            Self::Misshapen { .. } | Self::Silent => {
                "write rules like `deny contains reason if { … }` or `ask contains reason if { … }`"
            }
            Self::Host { .. } => "this is a defect of the program; report it",
        }
    }
}

/// A place that a module must not look like.
pub(super) fn malformed(span: &Span, reason: &str) -> RegoError {
    let (file, line, column) = place(span);
    RegoError::Malformed {
        file,
        line,
        column,
        reason: reason.to_owned(),
    }
}

/// A name that a module may not use.
pub(super) fn refused(name: &str, span: &Span, why: &'static str) -> RegoError {
    let (file, line, column) = place(span);
    RegoError::Refused {
        name: name.to_owned(),
        file,
        line,
        column,
        why,
    }
}

/// A place where there is more than regorus does in bounded time.
pub(super) fn beyond(span: &Span, what: &str, limit: usize) -> RegoError {
    malformed(span, &format!("more than {limit} {what}"))
}

/// Where an expression starts. regorus says that a reference is where its last part is.
pub(super) fn start(expression: &Expr) -> &Span {
    match expression {
        Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => start(refr),
        Expr::Call { fcn, .. } => start(fcn),
        other => other.span(),
    }
}

fn place(span: &Span) -> (String, u32, u32) {
    (span.source.file().clone(), span.line, span.col)
}

/// What regorus said about a module. Where it names no place, the module is the place.
pub(super) fn told(file: &str, message: &str) -> RegoError {
    let (place, reason) = place_and_reason(message);
    let (file, line, column) = place.unwrap_or_else(|| (file.to_owned(), 1, 1));
    RegoError::Malformed {
        file,
        line,
        column,
        reason,
    }
}

/// Takes a message of regorus apart: an arrow, the place, the line, and under it what is wrong.
pub(super) fn place_and_reason(message: &str) -> (Option<(String, u32, u32)>, String) {
    let arrow = message.lines().find_map(|line| line.trim_start().strip_prefix("--> "));
    let place = arrow.and_then(|place| {
        let mut parts = place.rsplitn(3, ':');
        let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some((parts.next()?.to_owned(), line, column))
    });
    let told = message.rsplit_once("error: ").map_or(message, |(_, told)| told);
    let line = told
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("it gives no reason");
    (place, line.chars().take(200).collect())
}
