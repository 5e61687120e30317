//! One walk over a parsed module: what it may not say, and where its values have to be charged for.
//!
//! regorus counts steps and knows no size. So every value that a policy keeps is passed through a function of the
//! host that charges for it ([`Charge`]); the walk says where those calls go into the text. Calls that are written
//! there give back what they are given, so that the policy means the same.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Literal, Module, Query, Rule, RuleBody, RuleHead, Span, WithModifier};

use super::builtins::{self, Offered};
use super::charges::{Charge, Insertion};
use super::error::{RegoError, beyond, malformed, refused, start};
use super::names::{self, Names};
use super::shape::{is_call, is_literal, is_made_here, is_short_literal};

/// Statements that regorus orders, in time that grows with their square.
const MOST_STATEMENTS: usize = 64;

/// Local names, which regorus copies for every element that is looped over.
const MOST_NAMES: usize = 32;

/// The length of a reference, which regorus copies at every look.
const LONGEST_REFERENCE: usize = 256;

/// How deep expressions lie in one another.
const DEEPEST_EXPRESSION: usize = 40;

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Outer calls come before inner ones at the same place.
    pub(super) insertions: Vec<Insertion>,
    /// The builtins that the module calls.
    pub(super) builtins: BTreeMap<&'static str, Offered>,
}

/// Walks over `module`, in which `with` may stand if it is one of tests.
pub(super) fn survey(module: &Module, names: &Names, is_test: bool) -> Result<Survey, RegoError> {
    let scope = names.scope_of(module);
    let mut walk = Walk {
        names,
        scope,
        is_test,
        found: Survey::default(),
        locals: BTreeSet::new(),
        loops: 0,
        depth: 0,
    };
    for import in &module.imports {
        import.r#as.as_ref().map_or(Ok(()), |alias| walk.local(alias))?;
    }
    for rule in &module.policy {
        walk.locals.clear();
        walk.loops = 0;
        walk.rule(rule)?;
    }
    Ok(walk.found)
}

pub(super) struct Walk<'a> {
    pub(super) names: &'a Names,
    pub(super) scope: names::Scope,
    pub(super) found: Survey,
    /// Computed indices in the statement that is walked over.
    pub(super) loops: usize,
    is_test: bool,
    locals: BTreeSet<String>,
    depth: usize,
}

pub(super) type Walked = Result<(), RegoError>;

impl Walk<'_> {
    fn rule(&mut self, rule: &Rule) -> Walked {
        match rule {
            Rule::Default { args, value, .. } => {
                args.iter().try_for_each(|arg| self.pattern(arg))?;
                self.expression(value)
            }
            Rule::Spec { head, bodies, .. } => {
                self.head(head)?;
                bodies.iter().try_for_each(|body| self.body(body))
            }
        }
    }

    fn head(&mut self, head: &RuleHead) -> Walked {
        let value = match head {
            RuleHead::Compr { refr, assign, .. } => {
                if let Expr::RefBrack { refr, index, .. } = refr.as_ref() {
                    self.fixed(refr)?;
                    self.member(index)?;
                } else {
                    self.fixed(refr)?;
                }
                assign.as_ref()
            }
            RuleHead::Set { refr, key, .. } => {
                self.fixed(refr)?;
                return key.as_ref().map_or(Ok(()), |key| self.member(key));
            }
            RuleHead::Func { refr, args, assign, .. } => {
                self.fixed(refr)?;
                args.iter().try_for_each(|arg| self.pattern(arg))?;
                assign.as_ref()
            }
        };
        value.map_or(Ok(()), |assign| self.held(&assign.value))
    }

    fn body(&mut self, body: &RuleBody) -> Walked {
        if let Some(assign) = &body.assign {
            self.held(&assign.value)?;
        }
        self.query(&body.query)
    }

    pub(super) fn query(&mut self, query: &Query) -> Walked {
        if query.stmts.len() > MOST_STATEMENTS {
            return Err(beyond(&query.span, "statements in one body", MOST_STATEMENTS));
        }
        query.stmts.iter().try_for_each(|statement| {
            let outside = std::mem::take(&mut self.loops);
            statement.with_mods.iter().try_for_each(|with| self.with(with))?;
            self.literal(&statement.literal)?;
            self.loops = outside;
            Ok(())
        })
    }

    fn literal(&mut self, literal: &Literal) -> Walked {
        match literal {
            Literal::SomeVars { vars, .. } => vars.iter().try_for_each(|var| self.local(var)),
            Literal::SomeIn {
                key, value, collection, ..
            } => {
                key.as_ref().map_or(Ok(()), |key| self.pattern(key))?;
                self.pattern(value)?;
                self.expression(collection)
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => self.expression(expr),
            Literal::Every {
                key,
                value,
                domain,
                query,
                ..
            } => {
                key.iter().chain([value]).try_for_each(|var| self.local(var))?;
                self.expression(domain)?;
                self.query(query)
            }
        }
    }

    fn with(&mut self, with: &WithModifier) -> Walked {
        if !self.is_test {
            return Err(refused(
                "with",
                &with.span,
                "it belongs into tests: a policy answers from the input it is given",
            ));
        }
        let replacement = with.r#as.as_ref();
        for name in [names::start_of(&with.refr), names::start_of(replacement)] {
            self.named(&name, &with.span)?;
            if let Some(why) = builtins::objection(&name).filter(|_| name.contains('.')) {
                return Err(refused(&name, &with.span, why));
            }
        }
        match names::path_of(replacement) {
            Some(path) if self.names.has_function(&self.scope, &path) => Ok(()),
            // regorus would call its own and not the one that charges.
            Some(path) if builtins::find(&path).is_some() => {
                Err(refused(&path, &with.span, "a builtin stands in for nothing"))
            }
            _ => self.held(replacement),
        }
    }

    /// A value that is kept: whole in a rule, or as a part of a list or of an object.
    pub(super) fn held(&mut self, value: &Expr) -> Walked {
        if !self.is_scalar(value) && !is_made_here(value) {
            self.charge(Charge::Held, value)?;
        }
        self.expression(value)
    }

    /// A value that is kept in order: a member of a set, or a key.
    pub(super) fn member(&mut self, value: &Expr) -> Walked {
        // Texts that a builtin makes may be long; numbers and truths are small.
        let is_small = is_short_literal(value) || (self.is_scalar(value) && !is_literal(value) && !is_call(value));
        if !is_small {
            self.charge(Charge::Member, value)?;
        }
        self.expression(value)
    }

    /// A place where local names are given to parts of a value; nothing in it is kept.
    pub(super) fn pattern(&mut self, pattern: &Expr) -> Walked {
        self.deeper(pattern, |walk| match pattern {
            Expr::Var { span, .. } => walk.local(span),
            Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().try_for_each(|item| walk.pattern(item)),
            Expr::Object { fields, .. } => fields.iter().try_for_each(|(_, key, value)| {
                walk.expression(key)?;
                walk.pattern(value)
            }),
            other => walk.expression(other),
        })
    }

    pub(super) fn expression(&mut self, expression: &Expr) -> Walked {
        self.deeper(expression, |walk| walk.inside(expression))
    }

    pub(super) fn charge(&mut self, charge: Charge, value: &Expr) -> Walked {
        let around = charge
            .around(value)
            .ok_or_else(|| malformed(value.span(), "the module is too long"))?;
        self.found.insertions.extend(around);
        Ok(())
    }

    /// The name of a rule, of which only the last part may be computed.
    fn fixed(&self, reference: &Expr) -> Walked {
        let reason = "only the last part of a rule's name may be computed, and not where `contains` follows";
        let path = names::path_of(reference).ok_or_else(|| malformed(start(reference), reason))?;
        self.named(&path, start(reference))
    }

    /// The name of something: it is none of the host's.
    pub(super) fn named(&self, path: &str, span: &Span) -> Walked {
        if is_hosts(path) {
            return Err(refused(path, span, HOSTS));
        }
        Ok(())
    }

    pub(super) fn short(&self, reference: &Expr) -> Walked {
        if reference.span().text().len() > LONGEST_REFERENCE {
            return Err(beyond(start(reference), "bytes in one reference", LONGEST_REFERENCE));
        }
        Ok(())
    }

    fn local(&mut self, name: &Span) -> Walked {
        let text = name.text();
        if is_hosts(text) {
            return Err(refused(text, name, HOSTS));
        }
        self.locals.insert(text.to_owned());
        if self.locals.len() > MOST_NAMES {
            return Err(beyond(name, "local names in one rule", MOST_NAMES));
        }
        Ok(())
    }

    fn deeper(&mut self, place: &Expr, walk: impl FnOnce(&mut Self) -> Walked) -> Walked {
        if self.depth >= DEEPEST_EXPRESSION {
            return Err(beyond(place.span(), "expressions in one another", DEEPEST_EXPRESSION));
        }
        self.depth += 1;
        let walked = walk(self);
        self.depth -= 1;
        walked
    }
}

const HOSTS: &str = "names that start with two underscores are the host's";

fn is_hosts(path: &str) -> bool {
    path.split('.').any(|part| part.starts_with("__"))
}
