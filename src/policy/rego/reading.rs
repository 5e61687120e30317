//! From texts to an engine that is ready to answer, with everything refused that could not be bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroU32, NonZeroUsize};
use std::thread;

use regorus::unstable::{Lexer, Module, Ref, TokenKind};
use regorus::{Engine, PolicyLengthConfig, Source};

use super::builtins::Offered;
use super::charges::{self, Charge};
use super::error::{RegoError, malformed, told};
use super::names::{self, Names};
use super::{guards, survey, work};

/// The package of every policy; packages below it are its libraries.
pub(super) const PACKAGE: &str = "data.somagent";
const TEST_PACKAGE: &str = "data.somagent_test";

const MOST_MODULES: usize = 32;
const LARGEST_MODULE: usize = 64 * 1024;
const LARGEST_POLICY: usize = 256 * 1024;
const MOST_LINES: usize = 8000;
const LONGEST_LINE: u32 = 1024;
const LONGEST_TEXT: usize = 4096;
const MOST_RULES: usize = 256;

/// regorus parses `[` and `{` in several ways in turn: every level takes twice as long as the one inside it.
const DEEPEST_BRACKETS: usize = 8;

/// regorus goes down into what it reads by calling itself; everything within the bounds above fits into this.
const STACK: usize = 64 * 1024 * 1024;

/// One file of a policy or of its tests.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) file: String,
    pub(super) text: String,
    pub(super) is_test: bool,
}

/// An engine that holds the modules, and what they define.
pub(super) struct Prepared {
    pub(super) engine: Engine,
    pub(super) names: Names,
    /// The tests, in the order in which they are written.
    pub(super) tests: Vec<Test>,
}

/// A rule whose name says that it is a test.
#[derive(Debug, Clone)]
pub(super) struct Test {
    pub(super) file: String,
    pub(super) name: String,
    pub(super) path: String,
}

/// Reads `texts` on a thread of its own, whose stack they cannot exhaust.
pub(super) fn read(texts: &[Text]) -> Result<Prepared, RegoError> {
    if !work::counts() {
        return Err(RegoError::Host {
            reason: "somebody else set the time source of regorus".to_owned(),
        });
    }
    let host = |reason: String| RegoError::Host { reason };
    thread::scope(|scope| {
        let reader = thread::Builder::new().name("rego".to_owned()).stack_size(STACK);
        let reader = reader
            .spawn_scoped(scope, || read_here(texts))
            .map_err(|error| host(error.to_string()))?;
        reader
            .join()
            .unwrap_or_else(|_| Err(host("regorus panicked over the policy".to_owned())))
    })
}

fn read_here(texts: &[Text]) -> Result<Prepared, RegoError> {
    bounded(texts)?;
    let mut written = engine(LONGEST_LINE);
    for text in texts {
        tokens_are_bounded(text)?;
        let parsed = written.add_policy(text.file.clone(), text.text.clone());
        parsed.map_err(|error| told(&text.file, &error.to_string()))?;
    }
    let modules = written.get_modules().clone();
    for (module, text) in modules.iter().zip(texts) {
        stands_in_its_package(module, text)?;
    }
    let policy = modules.iter().zip(texts).filter(|(_, text)| !text.is_test);
    if policy.map(|(module, _)| module.policy.len()).sum::<usize>() > MOST_RULES {
        return Err(too_large("rules", MOST_RULES));
    }
    let names = Names::of(&modules);
    let judge = judge_of(&names)?;
    let mut charged = engine(u32::try_from(LARGEST_POLICY).unwrap_or(u32::MAX));
    let mut called = BTreeMap::new();
    for (module, text) in modules.iter().zip(texts) {
        let found = survey::survey(module, &names, text.is_test)?;
        let rewritten = charges::insert(&text.text, found.insertions);
        let again = charged.add_policy(text.file.clone(), rewritten);
        again.map_err(|error| told(&text.file, &error.to_string()))?;
        called.extend(found.builtins);
    }
    // What was written is ordered first, so that complaints point into it.
    ready(&mut written, &judge)?;
    register(&mut charged, called)?;
    ready(&mut charged, &judge)?;
    let tests = modules.iter().zip(texts).filter(|(_, text)| text.is_test);
    let tests = tests.flat_map(|(module, text)| tests_in(module, text)).collect();
    Ok(Prepared {
        engine: charged,
        names,
        tests,
    })
}

/// A rule that says what is denied or asked about. One that would be overlooked is worse than none.
fn judge_of(names: &Names) -> Result<String, RegoError> {
    let verdicts = ["deny", "ask"].map(|verdict| (verdict, format!("{PACKAGE}.{verdict}")));
    if let Some((verdict, _)) = verdicts.iter().find(|(_, path)| names.has_another(path)) {
        return Err(RegoError::Misshapen { verdict });
    }
    let judge = verdicts.into_iter().find(|(_, path)| names.has_rule(path));
    judge.map(|(_, path)| path).ok_or(RegoError::Silent)
}

/// A policy and its tests have the same room each.
fn bounded(texts: &[Text]) -> Result<(), RegoError> {
    for is_test in [false, true] {
        let sizes = || {
            texts
                .iter()
                .filter(|text| text.is_test == is_test)
                .map(|text| text.text.len())
        };
        if sizes().count() > MOST_MODULES {
            return Err(too_large("modules", MOST_MODULES));
        }
        if sizes().any(|size| size > LARGEST_MODULE) {
            return Err(too_large("bytes in one module", LARGEST_MODULE));
        }
        if sizes().sum::<usize>() > LARGEST_POLICY {
            return Err(too_large("bytes in all modules", LARGEST_POLICY));
        }
    }
    let mut files = BTreeSet::new();
    match texts.iter().find(|text| !files.insert(&text.file)) {
        Some(text) => Err(told(&text.file, "two modules have this name")),
        None => Ok(()),
    }
}

const fn too_large(what: &'static str, limit: usize) -> RegoError {
    RegoError::TooLarge { what, limit }
}

fn engine(longest_line: u32) -> Engine {
    let mut engine = Engine::new();
    let bounds = PolicyLengthConfig::default();
    engine.set_policy_length_config(PolicyLengthConfig {
        max_col: NonZeroU32::new(longest_line).unwrap_or(bounds.max_col),
        max_lines: NonZeroUsize::new(MOST_LINES).unwrap_or(bounds.max_lines),
        ..bounds
    });
    engine.set_strict_builtin_errors(true);
    engine.set_execution_timer_config(work::timer());
    engine
}

/// What the parser of regorus would spend hours or gigabytes on.
fn tokens_are_bounded(text: &Text) -> Result<(), RegoError> {
    let fail = |error: String| told(&text.file, &error);
    let source =
        Source::from_contents(text.file.clone(), text.text.clone()).map_err(|error| fail(error.to_string()))?;
    let mut lexer = Lexer::new(&source);
    let mut brackets = 0_usize;
    loop {
        let token = lexer.next_token().map_err(|error| fail(error.to_string()))?;
        let complaint = match (&token.0, token.1.text()) {
            (TokenKind::Eof, _) => return Ok(()),
            (TokenKind::Symbol, "[" | "{") => {
                brackets += 1;
                (brackets > DEEPEST_BRACKETS).then_some("`[` and `{` lie more than 8 levels deep in one another")
            }
            (TokenKind::Symbol, "]" | "}") => {
                brackets = brackets.saturating_sub(1);
                None
            }
            (TokenKind::RawString, written) => {
                (written.len() > LONGEST_TEXT).then_some("this text is longer than 4096 bytes")
            }
            (TokenKind::Number, number) => {
                (!guards::is_short_number(number)).then_some("this number is longer than any amount")
            }
            _ => None,
        };
        if let Some(reason) = complaint {
            return Err(malformed(&token.1, reason));
        }
    }
}

fn stands_in_its_package(module: &Module, text: &Text) -> Result<(), RegoError> {
    let package = names::package_of(module);
    let within = |root: &str| {
        package
            .strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if within(PACKAGE) || (text.is_test && within(TEST_PACKAGE)) {
        Ok(())
    } else {
        let package = package.trim_start_matches("data.").to_owned();
        Err(RegoError::Elsewhere {
            file: text.file.clone(),
            package,
        })
    }
}

/// Has the rules ordered, which finds names that nothing defines.
fn ready(engine: &mut Engine, rule: &str) -> Result<(), RegoError> {
    let (compiled, limit) = work::limited(|| engine.compile_with_entrypoint(&rule.into()).map(drop));
    match (compiled, limit) {
        (Ok(()), None) => Ok(()),
        (Ok(()), Some(limit)) => Err(told("", &limit.to_string())),
        (Err(error), _) => Err(told("", &error.to_string())),
    }
}

fn register(engine: &mut Engine, called: BTreeMap<&'static str, Offered>) -> Result<(), RegoError> {
    let host = |name: &str| RegoError::Host {
        reason: format!("regorus does not take `{name}` from its host"),
    };
    for (name, builtin) in called {
        let guarded = builtin.guarded().ok_or_else(|| host(name))?;
        engine
            .add_extension(name.to_owned(), builtin.arguments, guarded)
            .map_err(|_| host(name))?;
    }
    for charge in Charge::ALL {
        engine
            .add_extension(charge.name().to_owned(), 1, charge.function())
            .map_err(|_| host(charge.name()))?;
    }
    Ok(())
}

fn tests_in<'a>(module: &'a Module, text: &'a Text) -> impl Iterator<Item = Test> + 'a {
    let package = names::package_of(module);
    let heads = module.policy.iter().map(|rule: &Ref<_>| names::head_of(rule));
    heads.filter_map(move |(head, function)| {
        let name = names::path_of(head).filter(|_| !function)?;
        let is_test = name.starts_with("test_") || name.starts_with("todo_test_");
        is_test.then(|| Test {
            file: text.file.clone(),
            path: format!("{package}.{name}"),
            name,
        })
    })
}
