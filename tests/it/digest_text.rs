//! A digest as its reader sees it, checked against what git itself says about the repository.

use std::collections::BTreeMap;
use std::path::Path;

use regex::Regex;
use serde_json::Value;

use crate::repositories::git;

/// The outputs of `repo_digest`.
pub struct Digest {
    markdown: String,
    commits: u64,
    areas: u64,
    model_sentences: u64,
    dropped_sentences: u64,
}

impl Digest {
    pub fn read(outputs: &Value) -> Self {
        let number = |name: &str| outputs[name].as_u64().unwrap_or_else(|| panic!("{name}: {outputs}"));
        Self {
            markdown: outputs["markdown"].as_str().unwrap().to_owned(),
            commits: number("commits"),
            areas: number("areas"),
            model_sentences: number("model_sentences"),
            dropped_sentences: number("dropped_sentences"),
        }
    }

    /// Checks everything that must hold of any digest of `repository`.
    pub fn check(&self, repository: &Path, range: &str, most: usize) {
        if self.commits == 0 {
            return;
        }
        let history = History::read(repository, range, most);
        assert_eq!(self.commits, history.commits.len() as u64);
        self.check_citations(repository);
        self.check_quotations(repository);
        self.check_footer();
        self.check_people(&history);
        self.check_areas(&history);
        self.check_types(&history);
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        self.markdown.lines()
    }

    /// The lines between two headings of the second level.
    fn section(&self, heading: &str) -> Vec<&str> {
        let start = self.lines().skip_while(|line| *line != format!("## {heading}")).skip(1);
        start
            .take_while(|line| !line.starts_with("## ") && *line != "---")
            .collect()
    }

    fn check_citations(&self, repository: &Path) {
        let hash = Regex::new("`([0-9a-f]{10})`").unwrap();
        let mut cited = 0;
        for found in hash.captures_iter(&self.markdown) {
            git(repository, &["cat-file", "-e", &format!("{}^{{commit}}", &found[1])]);
            cited += 1;
        }
        let with_files = self.areas > 0;
        assert_eq!(cited > 0, with_files, "{}", self.markdown);
    }

    /// What stands in bold is what the author of the cited commit wrote.
    fn check_quotations(&self, repository: &Path) {
        let bold = Regex::new(r"(?m)^- \*\*(.+?)\*\*(?: — .+)? \(`([0-9a-f]{10})`\)$").unwrap();
        for found in bold.captures_iter(&self.markdown) {
            // A headline without its type begins with a capital letter.
            let message = one_line(&git(repository, &["log", "-1", "--format=%B", &found[2]])).to_lowercase();
            let quoted = one_line(&unescaped(&found[1])).to_lowercase();
            let quoted = quoted.trim_end_matches('…');
            assert!(message.contains(quoted), "`{quoted}` is not in `{message}`");
        }
        assert_eq!(bold.find_iter(&self.markdown).count() as u64, self.model_sentences);
    }

    fn check_footer(&self) {
        let footer = Regex::new(r"wrote (\d+) of (\d+) sentences \(([\d.]+) %\), in bold; (\d+) more w").unwrap();
        let found = footer
            .captures(&self.markdown)
            .unwrap_or_else(|| panic!("{}", self.markdown));
        let number = |at: usize| found[at].parse::<u64>().unwrap();
        let cites = Regex::new(r"\(`[0-9a-f]{10}`").unwrap();
        let rules = self
            .lines()
            .filter(|line| line.starts_with("- ") && !line.starts_with("- **"));
        let rules = rules.filter(|line| cites.is_match(line)).count() as u64;
        assert_eq!(number(1), self.model_sentences);
        assert_eq!(number(2), self.model_sentences + rules, "{}", self.markdown);
        assert_eq!(number(4), self.dropped_sentences);
        let percent = 100.0 * self.model_sentences as f64 / number(2).max(1) as f64;
        assert!(
            (found[3].parse::<f64>().unwrap() - percent).abs() < 0.051,
            "{}",
            &found[0]
        );
    }

    fn check_people(&self, history: &History) {
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        for commit in &history.commits {
            *expected.entry(commit.author.clone()).or_default() += 1;
        }
        let row = Regex::new(r"^\| (.+) \| (\d+) \| \d+ \| \d+ \|$").unwrap();
        let found: BTreeMap<String, u64> = self
            .section("Who")
            .into_iter()
            .filter_map(|line| row.captures(line))
            .map(|cells| (unescaped(&cells[1]), cells[2].parse().unwrap()))
            .collect();
        if expected.len() <= 20 {
            assert_eq!(found, expected);
        }
    }

    /// Each commit with files is in one area, and an area with the name of a directory of the first
    /// level holds the commits with most of their files there.
    fn check_areas(&self, history: &History) {
        let heading = Regex::new(r"^### (.+)$").unwrap();
        let count = Regex::new(r"^(\d+) commits?, ").unwrap();
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        let mut name = String::new();
        for line in self.section("By area") {
            if let Some(heading) = heading.captures(line) {
                name = unescaped(&heading[1]);
            } else if let Some(count) = count.captures(line) {
                found.insert(name.clone(), count[1].parse().unwrap());
            }
        }
        let with_files = history.commits.iter().filter(|commit| !commit.paths.is_empty()).count() as u64;
        assert_eq!(found.len() as u64, self.areas);
        assert_eq!(found.values().sum::<u64>(), with_files, "{found:?}");
        let mut at_least: BTreeMap<&str, u64> = BTreeMap::new();
        for commit in &history.commits {
            if let Some(top) = commit.only_top() {
                *at_least.entry(top).or_default() += 1;
            }
        }
        for (top, least) in at_least {
            let beneath = found
                .iter()
                .filter(|(name, _)| *name == top || name.starts_with(&format!("{top}/")));
            let sum: u64 = beneath.map(|(_, count)| count).sum();
            // What was too small for a name of its own is in `(other)`.
            assert!(
                sum >= least || found.contains_key("(other)"),
                "{top}: {sum} of {least}: {found:?}"
            );
        }
    }

    /// Types with a conventional prefix, counted by the prefix alone.
    fn check_types(&self, history: &History) {
        for (heading, prefix) in [("New", "feat"), ("Fixed", "fix"), ("Faster", "perf")] {
            let pattern = Regex::new(&format!(r"^{prefix}(\([^)]*\))?: ")).unwrap();
            let breaking = |commit: &Commit| commit.message.contains("BREAKING CHANGE:");
            let expected: Vec<&Commit> = history
                .commits
                .iter()
                .filter(|commit| !commit.merge && !breaking(commit) && pattern.is_match(&commit.message))
                .collect();
            let notes = self.section("Draft release notes");
            let mut lines = notes
                .iter()
                .skip_while(|line| **line != format!("### {heading}"))
                .skip(1);
            let listed: Vec<&&str> = lines.by_ref().take_while(|line| !line.starts_with("### ")).collect();
            for commit in expected.iter().take(25) {
                let cited = listed
                    .iter()
                    .any(|line| line.contains(&format!("(`{}`)", &commit.id[..10])));
                let cut = listed.iter().any(|line| line.starts_with("- and "));
                assert!(cited || cut, "{heading} lacks {}: {listed:?}", commit.message);
            }
        }
    }
}

/// What git says, read in another way than the tool does.
struct History {
    commits: Vec<Commit>,
}

struct Commit {
    id: String,
    author: String,
    merge: bool,
    message: String,
    paths: Vec<String>,
}

impl History {
    fn read(repository: &Path, range: &str, most: usize) -> Self {
        let limit = most.to_string();
        let ids = if range.is_empty() {
            git(repository, &["rev-list", "--max-count", &limit, "HEAD"])
        } else {
            git(repository, &["rev-list", range])
        };
        let commits = ids.lines().map(|id| {
            let show = |format: &str| git(repository, &["show", "-s", &format!("--format={format}"), id]);
            let paths = git(
                repository,
                &[
                    "diff-tree",
                    "--root",
                    "--no-commit-id",
                    "--name-only",
                    "-r",
                    "-z",
                    "-M",
                    id,
                ],
            );
            Commit {
                id: id.to_owned(),
                author: show("%aN").trim().to_owned(),
                merge: show("%P").split_whitespace().count() > 1,
                message: show("%B"),
                paths: paths
                    .split('\0')
                    .filter(|path| !path.is_empty())
                    .map(str::to_owned)
                    .collect(),
            }
        });
        Self {
            commits: commits.collect(),
        }
    }
}

impl Commit {
    /// The directory of the first level that holds all its files, if one does.
    fn only_top(&self) -> Option<&str> {
        let mut tops = self
            .paths
            .iter()
            .map(|path| path.split_once('/').map_or("(root)", |(top, _)| top));
        let first = tops.next()?;
        tops.all(|top| top == first).then_some(first)
    }
}

fn unescaped(markdown: &str) -> String {
    let escape = Regex::new(r"\\([[:punct:]])").unwrap();
    escape.replace_all(markdown, "$1").into_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
