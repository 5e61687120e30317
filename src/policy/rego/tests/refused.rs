//! What is refused when a policy is read, and where.

use std::time::Instant;

use super::super::{Rego, RegoError, Ruling};
use super::hostile::{LONG, input};
use super::{DEFAULT, denied, files, judge, parse};

#[test]
fn what_does_not_parse_is_refused_with_its_place() {
    let error = parse("deny contains \"x\" if {\n  input.score >\n}").unwrap_err();
    let RegoError::Malformed { file, line, column, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!((file.as_str(), *line, *column), ("p.rego", 5, 1), "{error}");
    let error = parse("deny contains \"x\" if some x in input.l\ndeny contains \"y\" if misspelt == 1").unwrap_err();
    assert_eq!(
        error.to_string(),
        "p.rego:4:22: use of undefined variable `misspelt` is unsafe"
    );
    let error = parse("deny contains \"x\" if data.somagent.misspelt == 1").unwrap_err();
    assert_eq!(error.to_string(), "p.rego:3:22: `data.somagent.misspelt` names no rule");
    let error = parse("deny contains \"x\" if contains(input.name)").unwrap_err();
    assert_eq!(
        error.to_string(),
        "p.rego:3:22: `contains` takes 2 arguments and is given 1"
    );
}

#[test]
fn other_packages_are_refused() {
    for package in ["other", "somagentx", "somagent_test"] {
        let text = format!("package {package}\ndeny contains \"x\" if input.a");
        let error = Rego::parse(&files(&[("o.rego", &text)])).unwrap_err();
        assert_eq!(
            error,
            RegoError::Elsewhere {
                file: "o.rego".into(),
                package: package.into()
            }
        );
    }
    let twice = Rego::parse(&files(&[("p.rego", DEFAULT), ("p.rego", DEFAULT)])).unwrap_err();
    assert!(twice.to_string().contains("two modules have this name"), "{twice}");
}

#[test]
fn builtins_that_ask_somebody_else_are_refused_by_name_and_place() {
    for (name, call) in [
        ("http.send", "http.send({\"url\": \"http://x\"}).status == 200"),
        ("rand.intn", "rand.intn(\"x\", 6) == 1"),
        ("uuid.rfc4122", "uuid.rfc4122(\"x\") == \"y\""),
        ("time.now_ns", "time.now_ns() > 0"),
        ("opa.runtime", "opa.runtime().env.HOME"),
        ("net.lookup_ip_addr", "net.lookup_ip_addr(\"x\")"),
        ("rego.metadata.rule", "rego.metadata.rule()"),
        ("io.jwt.decode", "io.jwt.decode(input.token)"),
        ("print", "print(input)"),
        ("trace", "trace(\"x\")"),
    ] {
        let error = parse(&format!("deny contains \"x\" if {call}")).unwrap_err();
        let RegoError::Refused {
            name: found,
            file,
            line,
            column,
            why,
        } = &error
        else {
            panic!("{name}: {error}")
        };
        assert_eq!(
            (found.as_str(), file.as_str(), *line, *column),
            (name, "p.rego", 3, 22),
            "{error}"
        );
        assert!(why.contains("from its input alone"), "{error}");
    }
}

#[test]
fn builtins_without_bounds_are_refused_by_name_and_place() {
    for (name, call) in [
        ("bits.lsh", "bits.lsh(1, 4000000000) > 1"),
        ("product", "product([2, 3]) == 6"),
        (
            "strings.replace_n",
            "strings.replace_n({\"a\": \"aa\"}, \"a\") == \"aa\"",
        ),
        ("object.subset", "object.subset({\"a\": [1]}, {\"a\": []})"),
        (
            "regex.template_match",
            "regex.template_match(\"a{b}\", \"a\", \"{\", \"}\")",
        ),
        ("json.unmarshal", "json.unmarshal(input.text)"),
        ("walk", "walk(input, [p, v])"),
        ("nobody.knows", "nobody.knows(1)"),
    ] {
        let error = parse(&format!("deny contains \"x\" if {call}")).unwrap_err();
        let RegoError::Refused {
            name: found,
            line: 3,
            column: 22,
            ..
        } = &error
        else {
            panic!("{name}: {error}")
        };
        assert_eq!(found, name);
    }
}

#[test]
fn nothing_gets_around_the_builtins_that_charge() {
    for rules in [
        "__held(x) := 1\ndeny contains \"x\" if input.a",
        "deny contains \"x\" if { __held := 1; __held == 1 }",
        "import data.somagent.f as __held\nf(x) := 1\ndeny contains \"x\" if input.a",
        "a.__held(x) := 1\ndeny contains \"x\" if input.a",
        "count(x) := 1\ndeny contains \"x\" if count([1]) == 2",
        "f(x) := 1\ndeny contains \"x\" if f([1]) == 2 with data.somagent.f as bits.lsh",
        "f(x) := 1\ndeny contains \"x\" if f([1]) == 2 with data.somagent.f as count",
        "deny contains \"x\" if { x = 1; x == 1 }",
        "o[k].b[v] := 1 if some k, v in input.l\ndeny contains \"x\" if count(o) == 1",
    ] {
        let error = parse(rules).unwrap_err();
        assert!(
            matches!(error, RegoError::Refused { .. } | RegoError::Malformed { .. }),
            "{rules}: {error}"
        );
    }
}

#[test]
fn every_refusal_says_what_would_change_it() {
    for error in [
        parse("x").unwrap_err(),
        parse("deny contains \"x\" if print(1)").unwrap_err(),
        RegoError::Elsewhere {
            file: String::new(),
            package: String::new(),
        },
        RegoError::TooLarge {
            what: "rules",
            limit: 1,
        },
        RegoError::Misshapen { verdict: "deny" },
        RegoError::Silent,
        RegoError::Host { reason: String::new() },
    ] {
        assert!(!error.hint().is_empty() && !error.to_string().is_empty());
    }
}

#[test]
fn patterns_are_tried_when_a_policy_is_read() {
    for call in [
        "regex.match(`(a`, input.m)",
        "regex.match(`(a{1,50}){1,50}(a{1,50}){1,50}`, input.m)",
        "regex.replace(input.m, `[`, \"x\")",
        "glob.match(\"{a\", [], input.m)",
    ] {
        let error = parse(&format!("deny contains \"x\" if {call}")).unwrap_err();
        assert!(error.to_string().contains("this pattern is none"), "{error}");
    }
    for pattern in [
        r"^\d{1,3}\.\d{1,3}$",
        r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "(?i)secret|token",
        r"^\p{Lu}\w+$",
    ] {
        let ruling = judge(
            &format!("deny contains \"x\" if regex.match(`{pattern}`, \"nothing\")"),
            &input(),
        );
        assert!(ruling == Ruling::default() || ruling == denied("x"), "{ruling:?}");
    }
}

#[test]
fn texts_that_take_forever_to_read_are_refused() {
    let large = "x".repeat(65 * 1024);
    let many: String = (0..257).map(|i| format!("r{i} := {i}\n")).collect();
    let statements = "input.a == 1\n".repeat(65);
    let names: String = (0..33).map(|i| format!("x{i} := 1\n")).collect();
    for (rules, told) in [
        (
            format!(
                "deny contains \"x\" if {{ x := {}1{} }}",
                "[".repeat(30),
                "]".repeat(30)
            ),
            "more than 8 levels deep",
        ),
        (
            format!(
                "deny contains \"x\" if {{ x := {}1{} }}",
                "{\"a\":".repeat(30),
                "}".repeat(30)
            ),
            "more than 8 levels deep",
        ),
        (
            format!(
                "deny contains \"x\" if 1{} == 2",
                format!("\n{}", "+1".repeat(500)).repeat(60)
            ),
            "more than 40 expressions in one another",
        ),
        (
            format!("deny contains \"x\" if {}1{} == 2", "abs(".repeat(60), ")".repeat(60)),
            "more than 40 expressions",
        ),
        ("deny contains \"x\" if input.a == 1e999999999".to_owned(), "number"),
        (
            format!("deny contains \"x\" if input.a == {}", "9".repeat(100)),
            "longer than any amount",
        ),
        (
            format!("# {large}\ndeny contains \"x\" if input.a"),
            "more than 65536 bytes in one module",
        ),
        (format!("{many}deny contains \"x\" if r1 == 2"), "more than 256 rules"),
        (
            format!("deny contains \"x\" if {{ {statements} }}"),
            "more than 64 statements",
        ),
        (
            format!("deny contains \"x\" if {{ {names} x1 == 2 }}"),
            "more than 32 local names",
        ),
        (
            format!("deny contains \"x\" if input.{} == 1", "a.".repeat(12) + "a"),
            "more than 10 parts",
        ),
        (
            format!("deny contains \"x\" if input.{} == 1", "a".repeat(300)),
            "more than 256 bytes in one reference",
        ),
        (
            format!("deny contains \"x\" if input.l == `{}`", "a\n".repeat(3000)),
            "longer than 4096 bytes",
        ),
    ] {
        let begun = Instant::now();
        let error = parse(&rules).unwrap_err();
        assert!(begun.elapsed() < LONG, "{told}");
        assert!(error.to_string().contains(told), "{told}: {error}");
    }
    let modules: Vec<_> = (0..33)
        .map(|i| (format!("{i}.rego"), "package somagent\ndeny contains \"x\"".to_owned()))
        .collect();
    assert_eq!(
        Rego::parse(&modules).unwrap_err(),
        RegoError::TooLarge {
            what: "modules",
            limit: 32
        }
    );
    assert!(Rego::parse(&files(&[("b.rego", "\0\u{feff}package")])).is_err());
}
