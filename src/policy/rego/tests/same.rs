//! The calls that are written into a policy change nothing about what it means.

use serde_json::json;

use super::super::{Rego, Ruling};
use super::{action, files, parse};

/// Ordinary rules, with values put into everything that a value can be put into.
const ORDINARY: &[&str] = &[
    "deny contains msg if { some a in input.action.accesses; msg := sprintf(\"%s %v\", [a.kind, a]) }",
    "deny contains a.path if some a in input.action.accesses",
    "paths := {a.path | some a in input.action.accesses}\ndeny contains p if some p in paths",
    "k := {a.kind: [b.path | some b in input.action.accesses; b.kind == a.kind] | some a in input.action.accesses}
deny contains json.marshal(k)",
    "by_kind[a.kind] := a.path if some a in input.action.accesses\ndeny contains by_kind.write",
    "pair := [input.score, input.score - 1, input.score * input.score]\ndeny contains sprintf(\"%v\", [pair])",
    "deny contains sprintf(\"%v\", [(input.score - 1) * (input.score - (2))])",
    "deny contains sprintf(\"%v\", [{(input.score): {\"k\": input.situation.hosts}, \"a\\\"é\": [input.score]}])",
    "deny contains sprintf(\"%v\", [({h | some h in input.situation.hosts} - {\"a\"}) | {\"z\", input.action.name}])",
    "deny contains \"in\" if input.action.name in {\"shell.run\", \"x\"}
ask contains \"no\" if input.action.name in input.situation.hosts",
    "known := [\"a\", \"b\"]\ndeny contains \"in\" if { some h in input.situation.hosts; h in known; \"é\" != h }",
    "deny contains \"same\" if input.action.accesses[0].path == input.action.args.path",
    "kind := input.action.effect if input.score > 700 else := input.situation.mode if true\ndeny contains kind",
    "f(x, [y, _]) := [x, y]\ndeny contains sprintf(\"%v\", [f(input.score, input.situation.hosts)])",
    "f(\"a\") := 1\nf(x) := 2 if x != \"a\"\ndeny contains sprintf(\"%d\", [f(h)]) if some h in input.situation.hosts",
    "deny contains sprintf(\"%v %v\", [i, h]) if some i, h in input.situation.hosts",
    "deny contains h if h := input.situation.hosts[_]",
    "deny contains input.situation.hosts[i] if input.situation.hosts[i] != \"a\"",
    "deny contains \"every\" if every h in input.situation.hosts { count(h) == 1 }",
    "deny contains sprintf(\"%v\", [[[input.score], {input.score}, {\"a\": input.score}]])",
    "deny contains sprintf(\"%v\", [[x | some x in [input.missing, 1]]])\ndeny contains \"after\"",
    "deny contains sprintf(\"%v\", [[x | some x in [1, 2]; y := [input.missing]; y != []]])",
    "default level := \"low\"\nlevel := input.situation.mode if input.score > 600\ndeny contains level",
    "a.b.c := input.score\na.b.d := [input.score]\ndeny contains sprintf(\"%v\", [a.b])",
    "deny contains concat(\"/\", [h | some h in input.situation.hosts])",
    "deny contains x if x := max([h | some h in input.situation.hosts])",
    "deny contains `raw \"text\"` if regex.match(`^shell\\.`, input.action.name)",
    "deny contains trim_prefix(input.action.name, \"shell.\")\nask contains upper(input.action.name)",
    "deny contains sprintf(\"%v\", [object.union({\"a\": input.score}, {\"b\": {\"c\": input.score}})])",
    "deny contains sprintf(\"%v\", [object.get(input.situation, \"mode\", \"?\")])",
    "deny contains \"late\" if time.clock([1700000000000000000, \"Europe/Berlin\"])[0] > 20",
    "deny contains \"new\" if semver.compare(\"1.2.0\", \"1.10.0\") < 0
ask contains \"g\" if glob.match(\"/etc/*\", [\"/\"], input.action.args.path)",
    "deny contains \"some\" if { some i; input.situation.hosts[i] == \"b\"; i == 1 }",
    "deny contains \"both\" if input.situation.hosts[_] == [\"x\", \"b\"][_]",
    "deny contains \"empty\" if count(set()) == 0\nask contains \"n\" if set() != {1}",
    "a := {1, 2}\ndeny contains sprintf(\"%v\", [[a - set(), a | set(), {set(), 1}, {\"k\": set()}]])",
    "a := {1} - set()\nb := input.situation.hosts == set()\ndeny contains sprintf(\"%v\", [a == b])",
    "deny contains \"ends\" if input.situation.hosts in {set(), input.situation.hosts}",
    "deny contains \"missing\" if not input.a.b == input.situation.mode",
    "ask contains sprintf(\"%d\", [count(deny)]) if count(deny) > 0\ndeny contains \"a\"",
    "deny contains \"not\" if not input.situation.offline\nask contains \"n\" if not count(input.situation.hosts) > 2",
];

#[test]
fn a_policy_means_what_it_means_to_regorus_alone() {
    for rules in ORDINARY {
        let policy = parse(rules).unwrap_or_else(|error| panic!("{error}: {rules}"));
        let text = format!("package somagent\nimport rego.v1\n{rules}");
        let mut engine = regorus::Engine::new();
        engine.add_policy("p.rego".to_owned(), text).unwrap();
        engine.set_input(regorus::Value::from_json_str(&action().to_string()).unwrap());
        let mut reasons = |verdict: &str| -> Vec<String> {
            match engine.eval_rule(format!("data.somagent.{verdict}")) {
                Ok(set) => set
                    .as_set()
                    .unwrap()
                    .iter()
                    .map(|text| text.as_string().unwrap().to_string())
                    .collect(),
                Err(_) => Vec::new(),
            }
        };
        let expected = Ruling {
            deny: reasons("deny"),
            ask: reasons("ask"),
        };
        assert_eq!(policy.judge(&action()), expected, "{rules}");
        assert!(!(expected.deny.is_empty() && expected.ask.is_empty()), "{rules}");
    }
}

#[test]
fn lines_in_messages_are_those_of_the_file() {
    let rules = "a := [input.x,
  input.y]
deny contains \"x\" if {
  b := [input.action, input.action]
  to_number(b[0].name) == 1
}";
    assert_eq!(
        parse(rules).unwrap().judge(&action()).deny,
        ["the evaluation failed at p.rego:7: could not parse string as number"],
    );
}

#[test]
fn libraries_are_found_by_path_and_by_import() {
    let modules = files(&[
        (
            "lib.rego",
            "package somagent.lib.paths\nguarded := [\"/etc/\"]
below(path) if { some p in guarded; startswith(path, p) }",
        ),
        (
            "p.rego",
            "package somagent\nimport data.somagent.lib.paths\nimport data.somagent.lib.paths.guarded as list
import input.action as action
deny contains \"call\" if paths.below(action.args.path)
deny contains \"path\" if data.somagent.lib.paths.below(action.args.path)
deny contains \"rule\" if paths.guarded[0] == list[0]",
        ),
    ]);
    assert_eq!(
        Rego::parse(&modules).unwrap().judge(&action()).deny,
        ["call", "path", "rule"]
    );
    assert_eq!(Rego::parse(&modules).unwrap().judge(&json!({})).deny, ["rule"]);
}
