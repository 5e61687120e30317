//! What can be mended is mended, and the rest is left as it is.

use super::*;

/// Mends until nothing is left to mend.
fn mended(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..20 {
        let problems = match Capsule::parse(&text, &catalogue()) {
            Ok(capsule) => capsule.warnings().to_vec(),
            Err(problems) => problems,
        };
        let next = apply(&text, &problems);
        if next == text {
            return text;
        }
        text = next;
    }
    text
}

#[test]
fn a_text_full_of_slips_becomes_the_one_that_was_meant() {
    let text = "\
capsule_id: digest
version: 1.0
description: 3
inputs: {type: object, required: [repo], properties: {repo: {type: string}}}
tools:
  - adapter: git
    version: \"^1\"
    actions:
      - push  # later
policies: {budget: {token: 10}}
execution:
  mode: dga
  steps:
    - {name: log, action: git.log, params: {rnage: \"{{ inputs.rpeo }}..HEAD\"}}
    - name: ask
      neds: [\"lgo\"]
      action: model.call
      params: {prompt: \"{{ steps.log.output.cuont }} é\"}
    - {name: write, needs: [ask], action: text.write, params: {path: a, text: b}}
";
    let meant = "\
schema: somagent.dev/capsule/v1
capsule_id: digest
version: \"1.0\"
description: \"3\"
inputs: {type: object, required: [repo], properties: {repo: {type: string}}}
tools:
  - adapter: git
    version: \"^1\"
    actions:
      - push  # later
      - log
  - {adapter: text, version: \"^2\", actions: [write]}
policies: {budget: {tokens: 10}}
execution:
  mode: dag
  steps:
    - {name: log, action: git.log, params: {range: \"{{ inputs.repo }}..HEAD\"}}
    - name: ask
      needs: [\"log\"]
      action: model.call
      params: {prompt: \"{{ steps.log.output.count }} é\"}
    - {name: write, needs: [ask], action: text.write, params: {path: a, text: b}}
";
    assert_eq!(mended(text), meant);
    // What has no single mending stays: which version was meant is not known.
    let problems = Capsule::parse(meant, &catalogue()).unwrap_err();
    let left: Vec<(Code, &str)> = problems
        .iter()
        .map(|problem| (problem.code, &meant[problem.span.clone()]))
        .collect();
    assert_eq!(left, [(Code::C002, "\"1.0\"")]);
}

#[test]
fn tools_are_added_where_there_are_none_and_to_lists_on_one_line() {
    let text = format!("{HEAD}execution:\n  steps:\n    - {{name: a, action: git.log}}\n");
    let none = text
        .lines()
        .filter(|line| !line.starts_with("tools") && !line.starts_with("  - {adapter"));
    let none = none.map(|line| format!("{line}\n")).collect::<String>();
    assert!(mended(&none).contains("tools:\n  - {adapter: git, version: \"^1\", actions: [log]}\nexecution:"));
    assert!(Capsule::parse(&mended(&none), &catalogue()).is_ok());
    for list in ["[push]", "[]", "[ push, ]"] {
        let text = text.replace("[log, push]", list);
        assert!(
            Capsule::parse(&mended(&text), &catalogue()).is_ok(),
            "{}",
            mended(&text)
        );
    }
}

#[test]
fn a_capsule_in_json_gets_its_schema_as_a_key() {
    let text = "{\"capsule_id\": \"x\", \"version\": \"1.0.0\", \"inputs\": {}, \"execution\": {\"steps\": [{\"name\": \"a\", \"action\": \"model.call\", \"params\": {\"prompt\": \"hi\"}}]}}";
    let mended = mended(text);
    assert_eq!(
        mended,
        text.replacen('{', "{\"schema\": \"somagent.dev/capsule/v1\", ", 1)
    );
    assert!(serde_json::from_str::<Value>(&mended).is_ok() && Capsule::parse(&mended, &catalogue()).is_ok());
}

#[test]
fn what_may_mean_two_things_is_not_guessed() {
    let text = dag(
        "    - {name: lag, action: git.log}\n    - {name: lug, action: git.log}\n    - {name: x, needs: [log], action: git.log}\n",
    );
    assert_eq!(mended(&text), text);
    let fine = dag(LOG);
    assert_eq!(mended(&fine), fine);
}
