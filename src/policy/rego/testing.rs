//! Tests of a policy, written in Rego, run as OPA runs them.

use std::collections::BTreeSet;

use regorus::{Engine, Value};

use super::reading::{self, Test, Text};
use super::{Rego, contained, evaluated, kind_of};

/// What became of one test.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TestOutcome {
    /// The module it is in.
    pub file: String,
    /// Its name; empty if the modules could not be read, so that no test ran.
    pub name: String,
    /// Whether it was run: what is called `todo_test_…` is not.
    pub ran: bool,
    /// Whether it is true.
    pub passed: bool,
    /// Why it failed or did not run.
    pub detail: String,
}

impl TestOutcome {
    /// Whether it counts against the policy.
    pub const fn failed(&self) -> bool {
        self.ran && !self.passed
    }

    fn new(test: &Test, ran: bool, passed: bool, detail: impl Into<String>) -> Self {
        Self {
            file: test.file.clone(),
            name: test.name.clone(),
            ran,
            passed,
            detail: detail.into(),
        }
    }
}

impl Rego {
    /// Runs the rules called `test_…` in `tests`, modules of file name and text, in the order they are written in.
    ///
    /// A test passes if it is true; false, undefined, anything else and an error fail it. Each one has the limits of a
    /// judgement. Tests that do not parse with the policy are one failure. They may be in the package `somagent_test`
    /// too, and may use `with`.
    pub fn test(&self, tests: &[(String, String)]) -> Vec<TestOutcome> {
        let text = |(file, text): &(String, String)| Text {
            file: file.clone(),
            text: text.clone(),
            is_test: true,
        };
        let texts: Vec<_> = self.texts.iter().cloned().chain(tests.iter().map(text)).collect();
        match reading::read(&texts) {
            Ok(prepared) => outcomes(&prepared.engine, &prepared.tests),
            Err(error) => vec![TestOutcome {
                file: error.file().unwrap_or_default().to_owned(),
                name: String::new(),
                ran: true,
                passed: false,
                detail: error.to_string(),
            }],
        }
    }
}

fn outcomes(engine: &Engine, tests: &[Test]) -> Vec<TestOutcome> {
    let mut seen = BTreeSet::new();
    let outcome = |test: &Test| {
        if !seen.insert(test.path.clone()) {
            // They are one rule, which is true if one of them is.
            return TestOutcome::new(test, true, false, "two tests have this name");
        }
        if test.name.starts_with("todo_") {
            return TestOutcome::new(test, false, false, "not run: it is still to do");
        }
        let value = contained(|| evaluated(&mut engine.clone(), &test.path));
        match value {
            Ok(Value::Bool(true)) => TestOutcome::new(test, true, true, ""),
            Ok(Value::Bool(false)) => TestOutcome::new(test, true, false, "it is false"),
            Ok(Value::Undefined) => TestOutcome::new(test, true, false, "it is undefined"),
            Ok(other) => TestOutcome::new(test, true, false, format!("it is {} and not true", kind_of(&other))),
            Err(failure) => TestOutcome::new(test, true, false, failure.to_string()),
        }
    };
    tests.iter().map(outcome).collect()
}
