//! The server of decisions that a constitution names: where it is, and how long it may take.

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::Spanned;

use super::super::opa::Opa;
use super::super::rule::Article;
use super::{Malformed, at, known, shown};
use crate::net::Destination;

/// Milliseconds that an answer may take where the constitution does not say.
const USUAL_MS: u64 = 200;

/// A judgement is waited for; nothing may take longer.
const LONGEST_MS: u64 = 1_000;

/// Where OPA's data API has its rules.
const RULES: &str = "/v1/data/";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenOpa {
    article: Spanned<String>,
    url: Spanned<String>,
    timeout_ms: Option<Spanned<Value>>,
}

/// Checks the place and the time.
pub(super) fn opa(written: WrittenOpa, articles: &[Article]) -> Result<Opa, Malformed> {
    let article = known(&written.article, articles)?;
    let timeout_ms = match &written.timeout_ms {
        None => USUAL_MS,
        Some(timeout) => match timeout.value.as_u64() {
            Some(ms @ 1..=LONGEST_MS) => ms,
            Some(_) | None => {
                let message = format!("`timeout_ms` is a whole number from 1 to {LONGEST_MS}");
                return Err(at(timeout, message));
            }
        },
    };
    let url = url(&written.url)?;
    Ok(Opa {
        article,
        url,
        timeout_ms,
    })
}

/// An address that is asked as it is written, where nobody on the way reads or answers.
fn url(written: &Spanned<String>) -> Result<String, Malformed> {
    let wrong = |why: String| Err(at(written, format!("{} {why}", shown(&written.value))));
    let (url, destination) = match Destination::of(&written.value) {
        Ok(found) => found,
        Err(error) => return wrong(format!("cannot be asked: {error}")),
    };
    if destination.scheme != "https" && !destination.is_loopback() {
        return wrong("is reached over `http`: only this machine is, others need `https`".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("has a query or a fragment, and a rule has none".to_owned());
    }
    if url.path().strip_prefix(RULES).is_none_or(str::is_empty) {
        return wrong(format!("names no rule: its path begins with `{RULES}`"));
    }
    if url.as_str() != written.value {
        return wrong(format!("is asked as `{url}`: write it so"));
    }
    Ok(written.value.clone())
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use crate::policy::DEFAULT_CONSTITUTION;

    fn with(opa: &str) -> String {
        format!("{DEFAULT_CONSTITUTION}\nopa: {opa}\n")
    }

    #[test]
    fn a_server_is_named_with_its_article_and_two_tenths_of_a_second() {
        for (url, timeout, expected) in [
            ("http://127.0.0.1:8181/v1/data/somagent/allow", "", 200),
            ("http://localhost:8181/v1/data/a", ", timeout_ms: 1", 1),
            ("http://[::1]:8181/v1/data/a/b/c", ", timeout_ms: 1000", 1000),
            ("https://opa.example.org/v1/data/somagent/allow", "", 200),
        ] {
            let document = parse(with(&format!("{{article: A5, url: \"{url}\"{timeout}}}")).as_bytes()).unwrap();
            let opa = document.opa.unwrap();
            assert_eq!(
                (opa.article.as_str(), opa.url.as_str(), opa.timeout_ms),
                ("A5", url, expected)
            );
        }
        assert_eq!(parse(DEFAULT_CONSTITUTION.as_bytes()).unwrap().opa, None);
    }

    #[test]
    fn attack_06_what_cannot_be_asked_safely_is_refused_where_it_stands() {
        let line = with("").lines().count() as u64;
        let good = "http://127.0.0.1:8181/v1/data/a";
        for (opa, says) in [
            (format!("{{article: A99, url: \"{good}\"}}"), "no article `A99`"),
            (
                format!("{{article: A5, url: \"{good}\", timeout_ms: 0}}"),
                "from 1 to 1000",
            ),
            (
                format!("{{article: A5, url: \"{good}\", timeout_ms: 1001}}"),
                "from 1 to 1000",
            ),
            (
                format!("{{article: A5, url: \"{good}\", timeout_ms: -1}}"),
                "from 1 to 1000",
            ),
            (
                format!("{{article: A5, url: \"{good}\", timeout_ms: 0.5}}"),
                "from 1 to 1000",
            ),
            (
                format!("{{article: A5, url: \"{good}\", timeout_ms: \"200\"}}"),
                "from 1 to 1000",
            ),
            (format!("{{article: A5, url: \"{good}\", retry: 2}}"), "retry"),
            (format!("{{url: \"{good}\"}}"), "article"),
            ("{article: A5}".to_owned(), "url"),
            (
                "{article: A5, url: \"http://opa.example.org/v1/data/a\"}".to_owned(),
                "`https`",
            ),
            (
                "{article: A5, url: \"http://10.0.0.1/v1/data/a\"}".to_owned(),
                "`https`",
            ),
            (
                "{article: A5, url: \"https://u@opa.example.org/v1/data/a\"}".to_owned(),
                "a user",
            ),
            (
                "{article: A5, url: \"https://u:p@opa.example.org/v1/data/a\"}".to_owned(),
                "a user",
            ),
            (
                "{article: A5, url: \"https://opa.example.org/v1/data/a?x=1\"}".to_owned(),
                "a query",
            ),
            (
                "{article: A5, url: \"https://opa.example.org/v1/data/a?\"}".to_owned(),
                "a query",
            ),
            (
                "{article: A5, url: \"https://opa.example.org/v1/data/a#x\"}".to_owned(),
                "a query",
            ),
            (
                "{article: A5, url: \"https://opa.example.org/v1/data/\"}".to_owned(),
                "names no rule",
            ),
            (
                "{article: A5, url: \"https://opa.example.org/v1/policies/a\"}".to_owned(),
                "names no rule",
            ),
            (
                "{article: A5, url: \"https://opa.example.org/v1/data/../query/a\"}".to_owned(),
                "names no rule",
            ),
            (
                "{article: A5, url: \"http://127.1:8181/v1/data/a\"}".to_owned(),
                "`http://127.0.0.1:8181/v1/data/a`",
            ),
            (
                "{article: A5, url: \"HTTPS://OPA.example.org/v1/data/a\"}".to_owned(),
                "write it so",
            ),
            ("{article: A5, url: \"unix:/run/opa.sock\"}".to_owned(), "`unix`"),
            ("{article: A5, url: \"/v1/data/a\"}".to_owned(), "absolute"),
        ] {
            let refused = parse(with(&opa).as_bytes()).unwrap_err();
            assert!(refused.message.contains(says), "{opa}: {refused}");
            assert_eq!(refused.line, line, "{opa}: {refused}");
        }
    }
}
