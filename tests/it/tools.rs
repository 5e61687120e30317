//! What `somagent tool` says of the built-in tools, and of arguments that are wrong.

use crate::homes::Home;

#[test]
fn the_fields_of_arguments_are_shown() {
    let home = Home::fresh();
    let shown = |name: &str| home.run(&["tool", "show", name]).out;
    let of = |text: &str, words: &[&str]| {
        let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        lines.filter(|line| line.starts_with(words)).count()
    };
    let query = shown("data.query");
    for line in [
        &["stages", "array", "of", "object"][..],
        &["do:", "filter", "Keeps"],
        &["where", "array", "of", "object", "required"],
        &["op"],
        &["do:", "limit"],
        &["rows", "integer", "required"],
    ] {
        assert!(of(&query, line) > 0, "{line:?}: {query}");
    }
    assert!(query.contains("eq|ne|lt|le|gt|ge|in|not_in"), "{query}");
    let run = shown("shell.run");
    assert!(of(&run, &["timeout_ms", "integer"]) > 0, "{run}");
    assert!(of(&run, &["env", "object", "of", "string"]) > 0, "{run}");
}

#[test]
fn a_wrong_argument_is_told_by_its_place() {
    let home = Home::founded();
    let query = |stages: &str| {
        let args = format!(r#"{{"tables": {{"t": {{"rows": [{{"a": 1}}]}}}}, "from": "t", "stages": [{stages}]}}"#);
        let ended = home.run(&["tool", "test", "data.query", "--args", &args]);
        assert!(ended.err.len() < 1_000, "{}", ended.err);
        assert!(!ended.err.contains("tool_test"), "{}", ended.err);
        ended
    };
    query(r#"{"do": "filtr", "where": []}"#).refused(
        10,
        &[
            "\nparams.stages.0.do: ",
            "is `filtr`; expected one of `filter`, `select`, ",
            "did you mean `filter`?",
            "tool show data.query",
        ],
    );
    query(r#"{"do": "limit", "rows": "many"}"#).refused(10, &["params.stages.0.rows: ", "expected a whole number"]);
    query(r#"{"do": "limit", "row": 3}"#).refused(
        10,
        &[
            "params.stages.0.row: ",
            "takes no `row`; did you mean `rows`?",
            "params.stages.0: ",
            "needs `rows`",
        ],
    );
    query(r#"{"rows": 3}"#).refused(
        10,
        &["params.stages.0: ", "needs `do`; it is one of `filter`, `select`, "],
    );
    query(r#"{"do": "filter", "where": [{"column": "a", "op": "equals", "value": 1}]}"#)
        .refused(10, &["params.stages.0.where.0.op: ", "expected one of `eq`, `ne`, "]);
    query("3").refused(10, &["params.stages.0: ", "expected a mapping"]);
    // What is said of capsules alone is not said of a call: nobody can put a gate before it.
    let run = home.run(&[
        "tool",
        "test",
        "shell.run",
        "--args",
        r#"{"argv": ["true"], "cwdd": "."}"#,
    ]);
    run.refused(10, &["params.cwdd: `shell.run` takes no `cwdd`; did you mean `cwd`?"]);
    assert!(!run.err.contains("gate") && !run.err.contains("C022"), "{}", run.err);
}

#[test]
fn a_capsule_is_told_which_form_was_meant() {
    let home = Home::fresh();
    let capsule = |stage: &str| {
        let text = format!(
            r#"schema: somagent.dev/capsule/v1
capsule_id: asks
version: 1.0.0
description: Asks a table.
inputs: {{type: object, additionalProperties: false, required: [what, n], properties: {{what: {{type: string}}, n: {{type: integer}}}}}}
tools: [{{adapter: data, version: "^1", actions: [query]}}]
policies: {{budget: {{tool_calls: 2, steps: 2}}}}
execution:
  steps:
    - name: ask
      action: data.query
      params: {{tables: {{t: {{path: a.csv}}}}, from: t, stages: [{stage}]}}
"#
        );
        let file = home.file("asks.yaml", &text);
        home.run(&["capsule", "lint", &file])
    };
    let wrong = capsule("{do: sortt, by: [{column: a}]}");
    assert_eq!(wrong.code, Some(10), "{wrong:?}");
    let said = wrong.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["C021", "`sortt`", "expected one of `filter`", "did you mean `sort`?"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // What a template gives is not known yet, and neither is which form it makes of the rest.
    for fine in [
        "{do: limit, rows: \"{{ inputs.n }}\"}",
        "{do: \"{{ inputs.what }}\", rows: 3}",
        "{do: filter, where: [{column: a, op: eq, value: \"{{ inputs.what }}\"}]}",
        "{do: select, columns: [\"{{ inputs.what }}\", {column: a, as: \"{{ inputs.what }}\"}]}",
    ] {
        let linted = capsule(fine);
        assert_eq!(linted.code, Some(0), "{fine}: {linted:?}");
    }
    let linted = capsule("{do: limit, rows: \"{{ inputs.n }}\", skp: 1}");
    assert!(linted.out.contains("did you mean `skip`?"), "{linted:?}");
}
