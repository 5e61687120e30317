//! The part of a constitution that is written in Rego: modules that stand in the text, so that its signatures cover them.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::super::rego::{Rego, RegoError};
use super::super::rule::Article;
use super::{Malformed, at, known, shown};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenRego {
    article: Spanned<String>,
    modules: Spanned<Vec<WrittenModule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenModule {
    name: Spanned<String>,
    text: Spanned<String>,
}

/// What policies in Rego add to the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::policy) struct Added {
    /// The article they serve.
    pub(in crate::policy) article: String,
    /// The policies.
    pub(in crate::policy) rego: Rego,
}

/// Checks the modules: what does not parse, or could not be bounded, is refused with its place.
pub(super) fn added(written: WrittenRego, articles: &[Article]) -> Result<Added, Malformed> {
    let article = known(&written.article, articles)?;
    let modules = &written.modules.value;
    for (index, module) in modules.iter().enumerate() {
        let name = &module.name;
        if !name.value.ends_with(".rego") || name.value.len() > 64 || name.value.contains(['/', '\\', ':']) {
            let message = format!("a module has a name such as `limits.rego`, not {}", shown(&name.value));
            return Err(at(name, message));
        }
        if modules[..index].iter().any(|other| other.name.value == name.value) {
            return Err(at(name, format!("there are two called {}", shown(&name.value))));
        }
    }
    let texts: Vec<(String, String)> = modules
        .iter()
        .map(|module| (module.name.value.clone(), module.text.value.clone()))
        .collect();
    let rego = Rego::parse(&texts).map_err(|error| misplaced(&written.modules, &error))?;
    Ok(Added { article, rego })
}

/// The error at the module it is in; its own line and column are in its message.
fn misplaced(modules: &Spanned<Vec<WrittenModule>>, error: &RegoError) -> Malformed {
    let message = error.to_string();
    let module = modules
        .value
        .iter()
        .find(|module| message.starts_with(&format!("{}:", module.name.value)));
    match module {
        Some(module) => at(&module.name, message),
        None => at(modules, message),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use crate::capsule::tool_spec::Touch;
    use crate::policy::fixture::{action, law_of_text, situation};
    use crate::policy::{DEFAULT_CONSTITUTION, Decision};

    /// The default constitution with a module of these lines.
    fn with(lines: &str) -> String {
        let lines = lines.lines().map(|line| format!("        {line}\n"));
        let lines: String = lines.collect();
        format!(
            "{DEFAULT_CONSTITUTION}\nrego:\n  article: A5\n  modules:\n    - name: ours.rego\n      text: |\n        \
             package somagent\n        import rego.v1\n{lines}"
        )
    }

    fn decided(lines: &str) -> (Decision, Vec<String>) {
        let verdict = law_of_text(&with(lines)).judge(&action(&[(Touch::ReadPath, "docs/a.md")]), &situation());
        let texts = verdict.because().iter().map(|reason| reason.text.clone());
        (verdict.decision(), texts.collect())
    }

    #[test]
    fn a_policy_denies_and_asks_and_loosens_nothing() {
        let deny = r#"deny contains "not docs" if {
  some access in input.action.accesses
  access.kind == "read"
  startswith(access.path, "docs/")
}"#;
        assert_eq!(decided(deny), (Decision::Deny, vec!["not docs".to_owned()]));
        let ask = r#"ask contains "who is it?" if input.situation.actor == "user:test""#;
        assert_eq!(decided(ask), (Decision::Ask, vec!["who is it?".to_owned()]));
        assert_eq!(decided("deny contains \"no\" if input.score < 5").0, Decision::Allow);
        // What the rules deny stays denied, whatever a policy does not say.
        let law = law_of_text(&with("deny contains \"no\" if input.score < 5"));
        let write = law.judge(&action(&[(Touch::WritePath, "../x")]), &situation());
        assert_eq!(write.decision(), Decision::Deny);
        let plain = law_of_text(DEFAULT_CONSTITUTION);
        let policy = |verdict: &crate::policy::Verdict| serde_json::to_value(verdict).unwrap()["policy"].clone();
        let seen = plain.judge(&action(&[(Touch::WritePath, "../x")]), &situation());
        assert_ne!(policy(&write), policy(&seen), "the modules are hashed with the policy");
    }

    #[test]
    fn attack_06_a_policy_that_does_not_parse_is_refused_where_it_is_wrong() {
        let first = with("").lines().position(|line| line.contains("ours.rego")).unwrap() as u64 + 1;
        for (lines, says) in [
            ("deny contains if", "ours.rego:3"),
            ("deny contains \"x\" if http.send({}).status == 1", "http.send"),
            ("deny contains \"x\" if rand.intn(\"a\", 2) == 1", "rand.intn"),
            ("deny contains \"x\" if time.now_ns() > 1", "time.now_ns"),
            ("other := 1", "no module defines"),
            ("deny(x) := x", "set of texts"),
        ] {
            let refused = parse(with(lines).as_bytes()).unwrap_err();
            assert!(refused.message.contains(says), "{lines}: {refused}");
            assert!(refused.line >= first - 1, "{lines}: {refused}");
            eprintln!("attack 06: {refused}");
        }
    }

    #[test]
    fn attack_07_undefined_a_string_true_and_nan_deny() {
        for (lines, says) in [
            ("deny := \"true\"", "not a set"),
            ("deny := true", "not a set"),
            ("deny contains x if x := input.score / 0", ""),
            ("deny contains true if input.action", "only texts are reasons"),
            ("deny contains x if x := input.score", "only texts are reasons"),
            ("deny := {\"a\"} if input.nothing", "undefined"),
            ("deny contains \"a\" if to_number(\"NaN\") > 1", ""),
        ] {
            let (decision, texts) = decided(lines);
            assert_eq!(decision, Decision::Deny, "{lines}: {texts:?}");
            assert!(texts.concat().contains(says), "{lines}: {texts:?}");
            eprintln!("attack 07: denied: {}", texts.concat());
        }
    }

    #[test]
    fn attack_08_rego_that_loops_is_denied_by_the_work_limit() {
        let endless = r#"numbers_of contains n if some n in numbers.range(1, 2000)
deny contains "x" if {
  some a in numbers_of
  some b in numbers_of
  some c in numbers_of
  a + b + c == 0
}"#;
        let (decision, texts) = decided(endless);
        assert_eq!(decision, Decision::Deny, "{texts:?}");
        assert!(texts.concat().contains("steps"), "{texts:?}");
        assert_eq!(
            decided(endless),
            (decision, texts.clone()),
            "the limit is counted, not timed"
        );
        eprintln!("attack 08: denied: {}", texts.concat());
    }
}
