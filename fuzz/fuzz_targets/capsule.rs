//! Any text as a capsule: it is read or refused, and each problem names a place in it.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use somagent::capsule::starter::STARTERS;
use somagent::capsule::{Callable, Capsule, Catalogue, Given, Look, Problem, Severity, report};
use somagent::tools::toolbox::Toolbox;

/// The built-in tools, and the starter capsules as ones that can be called.
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut catalogue = Catalogue {
        tools: Toolbox::contracts().to_vec(),
        ..Catalogue::default()
    };
    let starters = STARTERS.iter().map(|(name, text)| {
        let capsule = Capsule::parse(text, &catalogue).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        Callable::of(&capsule)
    });
    catalogue.capsules = starters.collect();
    catalogue
});

fuzz_target!(|text: &str| {
    let parsed = Capsule::parse(text, &CATALOGUE);
    let again = Capsule::parse(text, &CATALOGUE);
    match (&parsed, &again) {
        (Ok(capsule), Ok(again)) => {
            assert_eq!(capsule.text(), text);
            assert_eq!(capsule.digest(), again.digest());
            assert_eq!(capsule.steps(), again.steps());
            assert_eq!(capsule.warnings(), again.warnings());
            assert!(
                capsule
                    .warnings()
                    .iter()
                    .all(|problem| problem.severity == Severity::Warning)
            );
            for (at, step) in capsule.steps().iter().enumerate() {
                let before = |need: &String| capsule.steps()[..at].iter().any(|other| other.name == *need);
                assert!(step.needs.iter().all(before), "{}", step.name);
            }
            check(text, capsule.warnings());
            let _ = capsule.inputs(Given::Json(json!({})));
        }
        (Err(problems), Err(again)) => {
            assert_eq!(problems, again);
            assert!(problems.iter().any(|problem| problem.severity == Severity::Error));
            check(text, problems);
        }
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => panic!("the same text is read once and refused once"),
    }
});

/// Each problem lies in the text, at whole characters, and cannot steer a terminal.
fn check(text: &str, problems: &[Problem]) {
    let steers = |text: &String| text.contains(|c: char| c.is_control() && c != '\n');
    for problem in problems {
        assert!(text.get(problem.span.clone()).is_some(), "{problem:?}");
        assert!(!steers(&problem.message), "{problem:?}");
        assert!(!problem.help.as_ref().is_some_and(steers), "{problem:?}");
    }
    let look = Look {
        colour: false,
        width: 80,
    };
    let _ = report("capsule.yaml", text, &problems[..problems.len().min(3)], look);
}
