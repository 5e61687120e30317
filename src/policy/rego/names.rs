//! Which rules and functions the modules define, and what a name in a module stands for.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Module, Ref, Rule, RuleHead};

/// Everything that is defined, under its whole path, such as `data.somagent.deny`.
#[derive(Debug, Default)]
pub(super) struct Names {
    rules: BTreeSet<String>,
    functions: BTreeSet<String>,
}

/// Where a module stands and what it calls others.
#[derive(Debug)]
pub(super) struct Scope {
    package: String,
    imports: BTreeMap<String, String>,
}

impl Names {
    pub(super) fn of(modules: &[Ref<Module>]) -> Self {
        let mut names = Self::default();
        for module in modules {
            let package = package_of(module);
            for rule in &module.policy {
                let (reference, function) = head_of(rule);
                if let Some(path) = path_of(reference).or_else(|| path_of(keyless(reference))) {
                    let into = if function {
                        &mut names.functions
                    } else {
                        &mut names.rules
                    };
                    into.insert(format!("{package}.{path}"));
                }
            }
        }
        names
    }

    pub(super) fn has_rule(&self, path: &str) -> bool {
        self.rules.contains(path)
    }

    /// Whether something is called like the rule at `path` and is none: a function, or an object of rules.
    pub(super) fn has_another(&self, path: &str) -> bool {
        let below = format!("{path}.");
        self.functions.contains(path)
            || self
                .rules
                .iter()
                .chain(&self.functions)
                .any(|other| other.starts_with(&below))
    }

    /// Whether `path`, as it stands in a module, names a function that some module defines.
    pub(super) fn has_function(&self, scope: &Scope, path: &str) -> bool {
        self.functions.contains(&scope.whole(path))
    }

    /// Whether `path` leads into the document of the policy, and to no rule there.
    pub(super) fn has_nothing_at(&self, scope: &Scope, path: &str) -> bool {
        let whole = scope.whole(path);
        let leads_in = path == "data" || path.starts_with("data.") || scope.imports_data(path);
        let lengths = whole.match_indices('.').map(|(at, _)| at).chain([whole.len()]);
        leads_in
            && !lengths
                .filter_map(|length| whole.get(..length))
                .any(|start| self.rules.contains(start))
    }

    pub(super) fn scope_of(&self, module: &Module) -> Scope {
        let imports = module.imports.iter().filter_map(|import| {
            let path = path_of(&import.refr)?;
            let alias = match &import.r#as {
                Some(alias) => alias.text().to_owned(),
                None => path.rsplit('.').next()?.to_owned(),
            };
            Some((alias, path))
        });
        Scope {
            package: package_of(module),
            imports: imports.collect(),
        }
    }
}

impl Scope {
    fn imports_data(&self, path: &str) -> bool {
        let first = path.split('.').next().unwrap_or(path);
        self.imports
            .get(first)
            .is_some_and(|import| import == "data" || import.starts_with("data."))
    }

    fn whole(&self, path: &str) -> String {
        let (first, rest) = path
            .split_once('.')
            .map_or((path, None), |(first, rest)| (first, Some(rest)));
        match (self.imports.get(first), rest) {
            _ if first == "data" => path.to_owned(),
            (Some(import), Some(rest)) => format!("{import}.{rest}"),
            (Some(import), None) => import.clone(),
            (None, _) => format!("{}.{path}", self.package),
        }
    }
}

/// A rule's name without the key that is computed.
fn keyless(reference: &Expr) -> &Expr {
    match reference {
        Expr::RefBrack { refr, .. } => refr,
        other => other,
    }
}

/// The package of a module, as the path of its document.
pub(super) fn package_of(module: &Module) -> String {
    format!("data.{}", path_of(&module.package.refr).unwrap_or_default())
}

/// What a rule defines, and whether that is a function.
pub(super) fn head_of(rule: &Rule) -> (&Expr, bool) {
    match rule {
        Rule::Default { refr, args, .. } => (refr, !args.is_empty()),
        Rule::Spec { head, .. } => match head {
            RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } => (refr, false),
            RuleHead::Func { refr, .. } => (refr, true),
        },
    }
}

/// A reference that is all names, as its names with dots between them.
pub(super) fn path_of(reference: &Expr) -> Option<String> {
    let mut parts = Vec::new();
    let mut rest = reference;
    loop {
        match rest {
            Expr::Var { span, .. } => {
                parts.push(span.text());
                break;
            }
            Expr::RefDot { refr, field, .. } => {
                parts.push(field.0.text());
                rest = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                let Expr::String { span, .. } = index.as_ref() else {
                    return None;
                };
                parts.push(span.text());
                rest = refr;
            }
            _ => return None,
        }
    }
    parts.reverse();
    Some(parts.join("."))
}

/// What stands at the start of a reference, up to the first index that is computed.
pub(super) fn start_of(reference: &Expr) -> String {
    let mut rest = reference;
    let mut start = path_of(reference);
    while let (None, Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. }) = (&start, rest) {
        rest = refr;
        start = path_of(rest);
    }
    start.unwrap_or_default()
}
