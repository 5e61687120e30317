//! Reads the YAML of a constitution: every key known, every reference resolved, or an error with
//! its position.
//!
//! Says nothing about who signed it; never does IO.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::{Location, MergeKeyPolicy, MessageFormatter, Spanned, UserMessageFormatter};

use super::opa::Opa;
use super::remember::Known;
use super::rule::{Article, Rule};
use super::score::Standard;
use super::verdict::Decision;
use added::{Added, WrittenRego, added};
use opa::{WrittenOpa, opa};
use remembered::{WrittenKnown, remembered};
use scope::scope;
use standard::{WrittenScore, standard};

pub(super) mod added;
mod opa;
mod remembered;
mod scope;
mod standard;

/// The form that this build reads.
const SCHEMA: &str = "somagent.dev/constitution/v1";

/// A checked constitution, not yet trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) version: u64,
    pub(super) title: String,
    pub(super) articles: Vec<Article>,
    pub(super) rules: Vec<Rule>,
    /// The article that information flow serves.
    pub(super) flow: Option<String>,
    /// What an action has to score to happen unasked.
    pub(super) standard: Option<Standard>,
    /// What policies in Rego add.
    pub(super) added: Option<Added>,
    /// What rules do not ask about again.
    pub(super) remembered: Vec<Known>,
    /// The server that is asked, too.
    pub(super) opa: Option<Opa>,
}

/// A text that is not a constitution.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct Malformed {
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1.
    pub column: u64,
    /// What is wrong there, and what was expected.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    schema: Spanned<String>,
    version: Spanned<Value>,
    title: Spanned<String>,
    articles: Spanned<Vec<WrittenArticle>>,
    rules: Spanned<Vec<WrittenRule>>,
    flow: Option<WrittenFlow>,
    score: Option<WrittenScore>,
    rego: Option<WrittenRego>,
    #[serde(default)]
    remembered: Vec<WrittenKnown>,
    opa: Option<WrittenOpa>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFlow {
    article: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenArticle {
    id: Spanned<String>,
    text: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    id: Spanned<String>,
    article: Spanned<String>,
    decision: Spanned<String>,
    access: Spanned<String>,
    within: Option<Spanned<String>>,
    hosts: Option<Spanned<Vec<Spanned<String>>>>,
    except: Option<Spanned<Vec<Spanned<String>>>>,
    tools: Option<Spanned<Vec<Spanned<String>>>>,
    leaves: Option<Spanned<Vec<Spanned<String>>>>,
    reason: Option<Spanned<String>>,
}

/// Reads and checks `text`.
pub(super) fn parse(text: &[u8]) -> Result<Document, Malformed> {
    let written: Written =
        serde_saphyr::from_slice_with_options(text, limits()).map_err(|error| from_parser(error.without_snippet()))?;
    if written.schema.value != SCHEMA {
        return Err(at(
            &written.schema,
            format!(
                "the schema is {}, and this build reads `{SCHEMA}`",
                shown(&written.schema.value)
            ),
        ));
    }
    let version = version(&written.version)?;
    let articles = articles(written.articles)?;
    let rules = rules(written.rules, &articles)?;
    let flow = written.flow.map(|flow| known(&flow.article, &articles)).transpose()?;
    let standard = written.score.map(|score| standard(score, &articles)).transpose()?;
    let remembered = remembered(written.remembered, &rules)?;
    let added = written.rego.map(|rego| added(rego, &articles)).transpose()?;
    let opa = written.opa.map(|written| opa(written, &articles)).transpose()?;
    Ok(Document {
        version,
        title: prose(written.title, "the title")?,
        articles,
        rules,
        flow,
        standard,
        added,
        remembered,
        opa,
    })
}

/// An article that there is.
fn known(id: &Spanned<String>, articles: &[Article]) -> Result<String, Malformed> {
    if articles.iter().any(|article| article.id == id.value) {
        return Ok(id.value.clone());
    }
    Err(at(id, format!("there is no article {}", shown(&id.value))))
}

/// A constitution is small and flat: nothing that could grow on reading is needed.
fn limits() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 8,
            max_documents: 1,
            max_aliases: 0,
            max_anchors: 0,
            max_nodes: 20_000,
            max_events: 60_000,
        },
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

fn from_parser(error: &serde_saphyr::Error) -> Malformed {
    let (line, column) = error
        .location()
        .filter(|location| *location != Location::UNKNOWN)
        .map_or((1, 1), |location| (location.line(), location.column()));
    Malformed {
        line,
        column,
        message: UserMessageFormatter.format_message(error).escape_debug().to_string(),
    }
}

fn at<T>(place: &Spanned<T>, message: String) -> Malformed {
    Malformed {
        line: place.referenced.line(),
        column: place.referenced.column(),
        message,
    }
}

fn shown(text: &str) -> String {
    let excerpt: String = text.chars().take(80).collect();
    format!("`{}`", excerpt.escape_debug())
}

fn version(written: &Spanned<Value>) -> Result<u64, Malformed> {
    // Beyond 2^53 not every JSON reader keeps the number (RFC 8259, section 6).
    match written.value.as_u64() {
        Some(version @ 1..=0x1f_ffff_ffff_ffff) => Ok(version),
        Some(_) | None => Err(at(written, "the version is a whole number, from 1".to_owned())),
    }
}

fn articles(written: Spanned<Vec<WrittenArticle>>) -> Result<Vec<Article>, Malformed> {
    if written.value.is_empty() {
        return Err(at(&written, "there is no article".to_owned()));
    }
    let mut seen = BTreeSet::new();
    let mut articles = Vec::with_capacity(written.value.len());
    for article in written.value {
        articles.push(Article {
            id: fresh_id(article.id, &mut seen)?,
            text: prose(article.text, "the text of an article")?,
        });
    }
    Ok(articles)
}

fn rules(written: Spanned<Vec<WrittenRule>>, articles: &[Article]) -> Result<Vec<Rule>, Malformed> {
    if written.value.is_empty() {
        return Err(at(
            &written,
            "there is no rule, so nothing would ever be allowed".to_owned(),
        ));
    }
    let mut seen = BTreeSet::new();
    let mut rules = Vec::with_capacity(written.value.len());
    for rule in written.value {
        let article = known(&rule.article, articles)?;
        let decision = decision(&rule.decision)?;
        let scope = scope(&rule)?;
        rules.push(Rule {
            id: fresh_id(rule.id, &mut seen)?,
            article,
            decision,
            scope,
            reason: rule.reason.map(|reason| prose(reason, "the reason")).transpose()?,
        });
    }
    Ok(rules)
}

fn decision(written: &Spanned<String>) -> Result<Decision, Malformed> {
    match written.value.as_str() {
        "allow" => Ok(Decision::Allow),
        "deny" => Ok(Decision::Deny),
        "ask" => Ok(Decision::Ask),
        other => Err(at(
            written,
            format!("a decision is `allow`, `ask` or `deny`, not {}", shown(other)),
        )),
    }
}

fn fresh_id(id: Spanned<String>, seen: &mut BTreeSet<String>) -> Result<String, Malformed> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.value.is_empty() || id.value.len() > 64 || !id.value.chars().all(allowed) {
        return Err(at(
            &id,
            format!(
                "an id has 1 to 64 letters, digits, `-`, `_` or `.`, and this is {}",
                shown(&id.value)
            ),
        ));
    }
    if !seen.insert(id.value.clone()) {
        return Err(at(&id, format!("there are two called {}", shown(&id.value))));
    }
    Ok(id.value)
}

/// A text for people: there is one, and it cannot steer a terminal.
fn prose(text: Spanned<String>, what: &str) -> Result<String, Malformed> {
    if text.value.trim().is_empty() {
        return Err(at(&text, format!("{what} is empty")));
    }
    if text.value.chars().any(|c| c.is_control() && c != '\n') {
        return Err(at(&text, format!("{what} has control characters")));
    }
    Ok(text.value)
}

#[cfg(test)]
mod tests {
    use super::super::rule::{Place, Scope};
    use super::*;

    const GOOD: &str = "schema: somagent.dev/constitution/v1
version: 3
title: Ours
articles:
  - id: A1
    text: Looking is fine.
  - id: A2
    text: Secrets stay.
rules:
  - {id: look, article: A1, decision: allow, access: read, within: workspace}
  - {id: hide, article: A2, decision: deny, access: read, within: workspace/private, reason: it is private}
";

    #[test]
    fn a_good_text_is_read_whole() {
        let document = parse(GOOD.as_bytes()).unwrap();
        assert_eq!((document.version, document.title.as_str()), (3, "Ours"));
        assert_eq!(document.articles.len(), 2);
        assert_eq!(document.rules[1].reason.as_deref(), Some("it is private"));
        assert_eq!(document.rules[1].decision, Decision::Deny);
        assert_eq!(
            document.rules[1].scope,
            Scope::Read(Place::parse("workspace/private").unwrap())
        );
    }

    #[test]
    fn attack_06_policy_does_not_parse() {
        let first_rule = "  - {id: look, article: A1, decision: allow, access: read, within: workspace}\n";
        let cases: &[(&str, &str, u64, &str)] = &[
            ("version: 3", "version: -3", 2, "from 1"),
            ("version: 3", "version: 0", 2, "from 1"),
            ("version: 3", "version: three", 2, "from 1"),
            ("version: 3", "version: 99999999999999999999", 2, "from 1"),
            ("version: 3", "version: 3\nversion: 4", 3, "version"),
            ("title: Ours\n", "", 0, "missing field `title`"),
            ("title: Ours", "title: ''", 3, "empty"),
            ("title: Ours", "title: \"\\e[2J\"", 3, "control"),
            ("title: Ours", "title: Ours\nweights: {cost: -1}", 4, "weights"),
            ("title: Ours", "title: Ours\nthreshold: 1", 4, "threshold"),
            ("title: Ours", "title: Ours\nscore: .nan", 4, ""),
            ("constitution/v1", "constitution/v2", 1, "this build reads"),
            ("  - id: A2", "  - id: A1", 7, "two called `A1`"),
            ("id: hide", "id: look", 11, "two called `look`"),
            ("article: A2", "article: A9", 11, "no article `A9`"),
            ("id: hide", "id: 'h i'", 11, "letters"),
            ("decision: deny", "decision: Ask", 11, "`Ask`"),
            ("decision: deny", "decision: true", 11, "decision"),
            ("decision: deny", "decision: Allow", 11, "`Allow`"),
            ("access: read, within: workspace}", "access: network}", 10, "`network`"),
            (
                "access: read, within: workspace}",
                "access: read}",
                10,
                "needs `within`",
            ),
            (
                "access: read, within: workspace}",
                "access: infer, within: workspace}",
                10,
                "never match",
            ),
            (
                "access: read, within: workspace}",
                "access: egress}",
                10,
                "needs `hosts`",
            ),
            (
                "access: read, within: workspace}",
                "access: egress, hosts: []}",
                10,
                "needs `hosts`",
            ),
            (
                "access: read, within: workspace}",
                "access: egress, hosts: a.b}",
                10,
                "",
            ),
            (
                "access: read, within: workspace}",
                "access: egress, hosts: ['http://a.b']}",
                10,
                "is not a host",
            ),
            (
                "access: read, within: workspace}",
                "access: egress, hosts: ['a b']}",
                10,
                "is not a host",
            ),
            (
                "access: read, within: workspace}",
                "access: egress, hosts: [127.1]}",
                10,
                "`127.0.0.1`",
            ),
            (
                "access: read, within: workspace}",
                "access: egress, hosts: ['[0:0::1]:*']}",
                10,
                "`[::1]`",
            ),
            (
                "access: read, within: workspace}",
                "access: egress, hosts: ['[::ffff:127.0.0.1]']}",
                10,
                "`127.0.0.1`",
            ),
            (
                "access: read, within: workspace}",
                "access: egress, hosts: [1.2.3.4.5]}",
                10,
                "no action reaches",
            ),
            (
                "access: read, within: workspace}",
                "access: egress, hosts: [a.b], within: workspace}",
                10,
                "never match",
            ),
            ("within: workspace}", "within: workspace, hosts: [a.b]}", 10, "no host"),
            ("within: workspace}", "within: workspace, except: [a.b]}", 10, "no host"),
            (
                "within: workspace/private",
                "within: workspace/../x",
                11,
                "no action reaches",
            ),
            ("within: workspace/private", "within: /etc", 11, "no action reaches"),
            (", reason: it is private", ", because: it is", 11, "because"),
            ("title: Ours", "title: [Ours", 3, ""),
            ("title: Ours", "title: &a Ours", 3, ""),
            ("title: Ours", "title: Ours\n<<: {}", 4, ""),
            ("title: Ours", "title: Ours\n---\ntitle: x", 0, ""),
        ];
        for (from, to, line, says) in cases {
            assert!(GOOD.contains(from), "{from}");
            let refused = parse(GOOD.replacen(from, to, 1).as_bytes()).unwrap_err();
            assert!(refused.message.contains(says), "{to}: {refused}");
            assert!(*line == 0 || refused.line == *line, "{to}: {refused}");
        }
        let no_rules = GOOD.split("rules:").next().unwrap().to_owned();
        assert!(parse(no_rules.as_bytes()).unwrap_err().message.contains("rules"));
        assert!(
            parse(format!("{no_rules}rules: []\n").as_bytes())
                .unwrap_err()
                .message
                .contains("no rule")
        );
        assert!(parse(GOOD.replace(first_rule, "  - 7\n").as_bytes()).is_err());
        assert!(parse(format!("{GOOD}---\n{GOOD}").as_bytes()).is_err());
        for text in [&b""[..], b"\xff\xfe", b"---\n", b"[]", b"null", b"\t"] {
            parse(text).unwrap_err();
        }
    }

    #[test]
    fn deep_and_multiplying_texts_are_refused() {
        let mut laughs = String::from("a: &a [x,x,x,x,x,x,x,x,x]\n");
        for (name, of) in ('b'..='i').zip('a'..='h') {
            laughs.push_str(&format!(
                "{name}: &{name} [*{of},*{of},*{of},*{of},*{of},*{of},*{of},*{of},*{of}]\n"
            ));
        }
        parse(laughs.as_bytes()).unwrap_err();
        parse("[".repeat(10_000).as_bytes()).unwrap_err();
        parse("- ".repeat(10_000).as_bytes()).unwrap_err();
        parse(
            GOOD.replace("title: Ours", &format!("title: {}", "{a: ".repeat(5_000)))
                .as_bytes(),
        )
        .unwrap_err();
    }
}
