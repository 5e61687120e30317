//! The architecture's rules that the compiler does not hold: who may use whom, and what must not
//! exist. The sources are read as text, test code included.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Each module may use itself and the ones before it.
const ORDER: [&str; 15] = [
    "exit", "digest", "label", "config", "keys", "net", "capsule", "journal", "policy", "models", "tools", "engine",
    "sight", "tui", "cli",
];

const LONGEST_FILE: usize = 800;

/// A rule about lines: what is looked for, and where it may be.
struct Line {
    pattern: &'static str,
    allowed: fn(module: &str) -> bool,
    says: &'static str,
}

const LINES: [Line; 7] = [
    Line {
        pattern: r"\bprint(ln)?!",
        allowed: |module| module == "cli",
        says: "only cli/ prints",
    },
    Line {
        pattern: r"\brusqlite\b",
        allowed: |module| module == "journal",
        says: "only journal/ knows SQL",
    },
    Line {
        pattern: r"\breqwest\b",
        allowed: |module| matches!(module, "net" | "models"),
        says: "only net and models/ know HTTP",
    },
    Line {
        pattern: r"\bClient::(builder|new)\b",
        allowed: |module| module == "net",
        says: "only net makes clients",
    },
    Line {
        pattern: r"\b(Unix|Tcp)(Listener|Stream)::(bind|connect)|\bUdpSocket\b",
        allowed: |module| module == "net",
        says: "only net makes sockets",
    },
    Line {
        pattern: r"\bmod (utils|helpers|common|types)\b",
        allowed: |_| false,
        says: "a module is named for what it holds",
    },
    Line {
        pattern: r"\b(struct|enum|trait|type|union) \w*(Manager|Service|Handler|Processor|Helper)\b",
        allowed: |_| false,
        says: "a type is named for what it is",
    },
];

#[test]
fn modules_use_only_what_stands_above_them() {
    hold(|file| layers(&file.module, &file.text));
}

#[test]
fn lines_are_where_they_belong() {
    hold(|file| misplaced(&file.module, &file.text));
}

#[test]
fn nothing_is_unfinished_or_skipped() {
    let found: Vec<String> = files(&["src", "tests"])
        .iter()
        .flat_map(|file| file.located(unfinished(&file.text)))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn files_are_short_and_named_for_what_they_hold() {
    for file in files(&["src", "tests"]) {
        let lines = file.text.lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines", file.name);
        for name in ["utils", "helpers", "common", "types"] {
            let named = Path::new(&file.name)
                .iter()
                .any(|part| part == name || part == format!("{name}.rs").as_str());
            assert!(!named, "{} is named for nothing", file.name);
        }
    }
}

#[test]
fn the_rules_see_what_breaks_them() {
    assert_eq!(
        layers("policy", "use crate::tools::Tool;\n"),
        [(1, "uses tools, which stands below policy".to_owned())]
    );
    assert_eq!(layers("policy", "// crate::tools\nuse crate::journal::Event;\n"), []);
    assert_eq!(
        layers("digest", "let x = crate::DIGEST;\nuse crate::{label};\n").len(),
        2
    );
    assert_eq!(layers("nonsense", "").len(), 1);
    assert_eq!(misplaced("engine", "println!(\"x\");\neprintln!(\"y\");\n").len(), 1);
    assert_eq!(misplaced("models", "reqwest::Client::builder()\n").len(), 1);
    assert_eq!(
        misplaced("policy", "pub struct LawManager;\nuse rusqlite::params;\nmod utils;\n").len(),
        3
    );
    for bad in [
        concat!("to", "do!()"),
        concat!("// TO", "DO later"),
        concat!("#[ign", "ore]"),
    ] {
        assert_eq!(unfinished(bad).len(), 1, "{bad}");
    }
}

type Finding = (usize, String);

struct Source {
    /// Relative to the repository.
    name: String,
    /// The top-level module it belongs to; empty for the roots of the crate.
    module: String,
    text: String,
}

impl Source {
    fn located(&self, findings: Vec<Finding>) -> Vec<String> {
        findings
            .into_iter()
            .map(|(line, says)| format!("{}:{line}: {says}", self.name))
            .collect()
    }
}

fn hold(rule: impl Fn(&Source) -> Vec<Finding>) {
    let files = files(&["src"]);
    assert!(files.len() > 10, "the sources were not found");
    let found: Vec<String> = files
        .iter()
        .filter(|file| !file.module.is_empty())
        .flat_map(|file| file.located(rule(file)))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

fn layers(module: &str, text: &str) -> Vec<Finding> {
    let Some(rank) = ORDER.iter().position(|name| *name == module) else {
        return vec![(1, format!("{module} has no place in the order of layers"))];
    };
    let path = Regex::new(r"\bcrate::(\w+|\{)").unwrap();
    let mut found = Vec::new();
    for (number, line) in code(text) {
        for used in path.captures_iter(line) {
            match ORDER.iter().position(|name| *name == &used[1]) {
                Some(above) if above <= rank => {}
                Some(_) => found.push((number, format!("uses {}, which stands below {module}", &used[1]))),
                None => found.push((number, format!("`crate::{}` does not name a layer", &used[1]))),
            }
        }
    }
    found
}

fn misplaced(module: &str, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in LINES.iter().filter(|rule| !(rule.allowed)(module)) {
        let pattern = Regex::new(rule.pattern).unwrap();
        for (number, line) in code(text).filter(|(_, line)| pattern.is_match(line)) {
            found.push((number, format!("{}: {}", rule.says, line.trim())));
        }
    }
    found
}

fn unfinished(text: &str) -> Vec<Finding> {
    // In pieces, so that this file does not break its own rule.
    let words = [
        concat!("to", "do!"),
        concat!("unimpl", "emented!"),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("#[ign", "ore"),
    ];
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(word) = words.iter().find(|word| line.contains(**word)) {
            found.push((number, format!("`{word}`")));
        }
    }
    found
}

/// The lines that are not comments, numbered from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn files(roots: &[&str]) -> Vec<Source> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for root in roots {
        collect(&repository.join(root), &mut paths);
    }
    paths.sort();
    let source = |path: PathBuf| {
        let name = path.strip_prefix(repository).unwrap().to_str().unwrap().to_owned();
        let module = name.trim_start_matches("src/").split('/').next().unwrap();
        let module = match module.strip_suffix(".rs").unwrap_or(module) {
            "lib" | "main" => "",
            module => module,
        };
        Source {
            module: module.to_owned(),
            text: fs::read_to_string(&path).unwrap(),
            name,
        }
    };
    paths.into_iter().map(source).collect()
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}
