//! Policies and inputs that mean to hang, to eat memory, to exhaust the stack or to panic.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::super::MOST_STACK;
use super::{denied, judge, parse};

const STEPS: &str = "the work limit of 50000 steps is reached";
const BYTES: &str = "the memory limit of 4194304 bytes is reached";
const DEPTH: &str = "the depth limit is reached: rules, functions or values lie too deep in one another";
const KEY: &str = "a member of a set, or a key, is larger than a policy may keep in order";

/// Far above what any of them takes, however slow the machine is, and far below what they would take without limits.
pub(super) const LONG: Duration = Duration::from_secs(60);

pub(super) fn input() -> Json {
    let fields: serde_json::Map<_, _> = (0..500).map(|i| (format!("k{i}"), json!([i, "x"]))).collect();
    json!({
        "n": (0..20).collect::<Vec<_>>(), "many": (0..2000).collect::<Vec<_>>(), "l": ["a", "b"],
        "o": fields, "same": fields, "s": "a".repeat(100_000), "t": "a".repeat(100_000), "m": "a".repeat(3000),
    })
}

/// `for_each(3)` loops three times over the twenty numbers.
fn for_each(loops: usize) -> String {
    (0..loops).map(|i| format!("some x{i} in input.n\n")).collect()
}

/// Rules `a0`, `a1`, … in which each is made of the one before it.
fn chain(first: &str, next: &str, length: usize) -> String {
    let rules = (0..length).map(|i| format!("a{} := {}\n", i + 1, next.replace("PREV", &format!("a{i}"))));
    format!("a0 := {first}\n{}", rules.collect::<String>())
}

fn stopped(rules: &str, reason: &str) {
    stopped_by(rules, &[reason]);
}

fn stopped_by(rules: &str, reasons: &[&str]) {
    let policy = parse(rules).unwrap_or_else(|error| panic!("{rules}: {error}"));
    let (input, begun) = (input(), Instant::now());
    let ruling = policy.judge(&input);
    assert!(begun.elapsed() < LONG, "{:?}: {rules}", begun.elapsed());
    assert!(
        reasons.iter().any(|reason| ruling == denied(reason)),
        "{ruling:?}: {rules}"
    );
    assert_eq!(policy.judge(&input), ruling, "{rules}");
}

#[test]
fn loops_stop() {
    for condition in [
        format!("{}x0 < 0", for_each(6)),
        "input.n[a] + input.n[b] + input.n[c] + input.n[d] + input.n[e] < 0".to_owned(),
        format!("count([[x0, x1] | {}]) < 0", for_each(5)),
        format!("count({{[x0, x1, x2] | {}}}) < 0", for_each(5)),
        format!("{}every y in input.many {{ y >= 0 }}\nx0 < 0", for_each(4)),
        format!("{}not x0 == x1\nx0 < 0", for_each(5)),
        "some a in numbers.range(1, 9000); some b in numbers.range(1, 9000); a + b < 0".to_owned(),
        format!("{}sprintf(\"%d%d\", [x0, x1]) == \"\"", for_each(5)),
    ] {
        stopped(&format!("deny contains \"x\" if {{ {condition} }}"), STEPS);
    }
}

#[test]
fn rules_and_functions_that_multiply_stop() {
    let functions: String = (0..20)
        .map(|i| format!("f{i}(x) if {{ f{0}(x)\nf{0}(x) }}\n", i + 1))
        .collect();
    stopped(
        &format!("deny contains \"x\" if f0(1)\n{functions}f20(x) if x == 1"),
        STEPS,
    );
    let squares = chain("[1, 2]", "[[x, y] | some x in PREV; some y in PREV]", 16);
    stopped(&format!("{squares}deny contains \"x\" if count(a16) == 1"), STEPS);
}

#[test]
fn recursion_stops_before_the_stack_does() {
    let policies = [
        "deny contains \"x\" if f(1)\nf(x) := g(x)\ng(x) := f(x + 1)".to_owned(),
        "deny contains \"x\" if f([1])\nf(x) if { y := [z | some z in x; f([z])]; count(y) == 1 }".to_owned(),
        format!(
            "{}deny contains \"x\" if a240 == 2",
            chain("1", "[x | x := PREV][0]", 240)
        )
        .replace("a240 == 2", "a0 == 2\ndeny contains \"y\" if a240 == 2"),
    ];
    for rules in policies {
        // A judgement needs no more stack than it says.
        let thread = std::thread::Builder::new().stack_size(2 * MOST_STACK);
        thread.spawn(move || stopped(&rules, DEPTH)).unwrap().join().unwrap();
    }
}

#[test]
fn what_is_shared_is_charged_as_often_as_it_is_in_something() {
    // Each of these has 2^24 parts in two dozen allocations, and regorus would compare or print them all.
    let doubled = chain("[1]", "[PREV, PREV]", 24);
    stopped(
        &format!("{doubled}deny contains \"x\" if count({{a24 | some _ in input.l}}) == 1"),
        STEPS,
    );
    stopped(&format!("{doubled}deny contains sprintf(\"%v\", [a24])"), STEPS);
    stopped(
        &format!(
            "{}deny contains \"x\" if a24.a == 1",
            chain("{}", "{\"a\": PREV, \"b\": PREV}", 24)
        ),
        STEPS,
    );
    stopped(
        &format!(
            "{}deny contains \"x\" if a24 == 1",
            chain("{1}", "{[PREV, 1], [PREV, 2]}", 24)
        ),
        KEY,
    );
    stopped(
        "f(x) := [x, x]\ndeny contains \"x\" if f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(1)))))))))))))))))) == 1",
        STEPS,
    );
    let locals: String = (0..25)
        .map(|i| format!("b{} := array.concat(b{i}, b{i})\n", i + 1))
        .collect();
    stopped(
        &format!("deny contains \"x\" if {{ b0 := [input.many]\n{locals}b25 == b24 }}"),
        STEPS,
    );
    let objects: String = (0..20)
        .map(|i| format!("b{} := object.union(b{i}, {{\"z{i}\": b{i}}})\n", i + 1))
        .collect();
    stopped(
        &format!("deny contains \"x\" if {{ b0 := input.o\n{objects}b20 == b19 }}"),
        STEPS,
    );
    let keys: String = (1..20)
        .map(|i| {
            (0..i)
                .map(|j| format!("o{i}[k] := 1 if k := o{j}\n"))
                .collect::<String>()
        })
        .collect();
    stopped(
        &format!("o0[k] := 1 if some k in input.l\n{keys}deny contains \"x\" if count(o19) == 1"),
        KEY,
    );
}

#[test]
fn what_regorus_does_in_one_step_is_charged() {
    for condition in [
        "input.o == input.same",
        "input.many < input.many",
        "input.s == concat(\"\", [input.t])",
        "x0 - 100 in input.many",
        "count({x | some x in input.many} | {0}) == 1",
        "count(sort(input.many)) == 1",
        "contains(input.s, \"b\")",
        "indexof(input.m, concat(\"\", [input.m, \"b\"])) == 1",
        "trim(input.m, input.m) == \"b\"",
        "count(split(input.m, \"\")) == 1",
        "count(object.keys(input.o)) == 1",
        "count(regex.find_n(`a`, input.m, -1)) == 1",
        "regex.match(sprintf(`\\w{1,2}%d`, [x0]), input.m)",
        "glob.match(sprintf(\"*%d*?*\", [x0]), [], input.m)",
        "time.clock([x0, \"Europe/Berlin\"])[0] == 99",
    ] {
        stopped_by(
            &format!("deny contains \"x\" if {{ {}{condition}\nx0 < 0 }}", for_each(5)),
            &[STEPS, BYTES],
        );
    }
}

/// Set where this test has its process to itself.
const ALONE: &str = "SOMAGENT_TESTED_ALONE";

#[test]
fn nothing_grows_beyond_the_memory_limit() {
    if std::env::var_os(ALONE).is_some() {
        return grow();
    }
    // What is measured is a process's memory, and other tests use this one's.
    let tests = std::env::current_exe().unwrap();
    let ended = Command::new(tests)
        .args([
            "policy::rego::tests::hostile::nothing_grows_beyond_the_memory_limit",
            "--exact",
            "--nocapture",
        ])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = [ended.stdout, ended.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    let said = said.concat();
    assert!(ended.status.success() && said.contains("1 passed"), "{said}");
}

fn grow() {
    let before = peak();
    let text = |next: &str| format!("{}deny contains a24", chain("\"aaaaaaaaaaaaaaaa\"", next, 24));
    stopped(&text("concat(\"\", [PREV, PREV])"), BYTES);
    stopped(&text("sprintf(\"%s%s\", [PREV, PREV])"), BYTES);
    stopped(&text("replace(PREV, \"a\", \"aa\")"), BYTES);
    stopped_by(&text("regex.replace(PREV, `a`, \"$0$0\")"), &[BYTES, STEPS]);
    stopped("deny contains replace(input.s, \"a\", input.t)", BYTES);
    stopped("deny contains regex.replace(input.s, `a`, input.t)", BYTES);
    stopped("deny contains concat(input.s, [\"x\" | some y in input.many])", BYTES);
    stopped(
        "deny contains \"x\" if count(numbers.range(1, 1000000000000)) > 0",
        BYTES,
    );
    stopped(
        "deny contains \"x\" if count(numbers.range(-9223372036854775807, 9223372036854775807)) > 0",
        BYTES,
    );
    stopped(
        "deny contains \"x\" if count(numbers.range_step(1, 9223372036854775807, 2)) > 0",
        BYTES,
    );
    stopped(
        &format!(
            "{}deny contains \"x\" if a24 == 1",
            chain("999999999999", "PREV * PREV", 24)
        ),
        BYTES,
    );
    let arrays = chain("input.many", "array.concat(PREV, PREV)", 24);
    stopped(&format!("{arrays}deny contains \"x\" if count(a24) == 1"), STEPS);
    stopped("deny contains \"x\" if count({input.many}) == 1", KEY);
    stopped("deny contains input.s", KEY);
    // Everything above together.
    assert!(peak() - before < 128 * 1024, "{} KiB", peak() - before);
}

/// The most memory that this process had so far, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn arguments_that_regorus_panics_or_hangs_over_are_refused() {
    for (condition, reason) in [
        (
            "sprintf(\"%½d\", [1]) == \"\"",
            "a width in a format has at most three ASCII digits",
        ),
        (
            "sprintf(\"%999999999d\", [1]) == \"\"",
            "a width in a format has at most three ASCII digits",
        ),
        ("strings.count(input.m, \"\") == 1", "an empty text cannot be counted"),
        (
            "time.parse_ns(\"é½\", \"1\") == 1",
            "a time and its layout have at most 128 bytes, all of them ASCII",
        ),
        (
            "time.clock([1, \"Local\"])[0] == 1",
            "the time zone `Local` is not in the input; name a zone",
        ),
        (
            "to_number(\"1e999999999\") == 1",
            "a number is written in at most 64 bytes, with an exponent of at most three digits",
        ),
        (
            "units.parse(\"1e999999999\") == 1",
            "a number is written in at most 64 bytes, with an exponent of at most three digits",
        ),
        (
            "count(numbers.range(1, 1e300)) == 1",
            "a range goes from one whole number of 64 bits to another",
        ),
        (
            "count(numbers.range_step(1, 9, 0)) == 1",
            "the step of a range is a whole number above 0",
        ),
        ("regex.match(input.m, \"a\")", "a pattern has at most 256 bytes"),
        (
            "glob.match(concat(\"\", [\"{a,\" | some x in input.many]), null, \"a\")",
            "a pattern has at most 256 bytes",
        ),
    ] {
        let ruling = judge(&format!("deny contains \"x\" if {condition}"), &input());
        assert_eq!(
            ruling,
            denied(&format!("the evaluation failed at p.rego:3: {reason}")),
            "{condition}"
        );
    }
}

#[test]
fn inputs_beyond_their_bounds_are_denied() {
    let policy = parse("deny contains \"x\" if input.a == 1").unwrap();
    let mut deep = json!(1);
    for _ in 0..50_000 {
        deep = Json::Array(vec![deep]);
    }
    for (input, reason) in [
        (
            &json!((0..30_000).collect::<Vec<_>>()),
            "the input has more than 20000 values",
        ),
        (
            &json!({ "a": "x".repeat(2_000_000) }),
            "the input has more than 1048576 bytes of text",
        ),
        (
            &json!({ "x".repeat(20_000): 1 }),
            "the input has a field with a name of more than 16384 bytes",
        ),
        (&deep, "the input lies more than 64 levels deep"),
    ] {
        assert_eq!(policy.judge(input), denied(reason));
    }
    assert_eq!(
        policy.judge(&json!({ "a": 1, "b": "x".repeat(1_000_000), "c": (0..19_000).collect::<Vec<_>>() })),
        denied("x")
    );
    // serde_json would take as long a way back as it came, and that is not what is tested.
    std::mem::forget(deep);
}
