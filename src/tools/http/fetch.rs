//! The action `http.fetch`: a page, as the text that people would read.
//!
//! Asks with GET, over the same exchange as `http.request` and under the same rules: redirects stay on the server that
//! was judged, private addresses behind names are refused. Runs nothing and fetches nothing that a page names.

use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::ToolError;
use super::super::aside::aside;
use super::super::contract::failed;
use super::cache::{Cache, Head, Kept};
use super::page::{Page, Part, read};
use super::{MOST_REDIRECTS, TIMEOUT_MAX_MS, charset, failure, is_json, is_redirect};
use crate::digest::Digest;
use crate::net::{Answer, Ask, Exchange};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Fetch {
    /// Absolute, `http` or `https`, without user and password.
    #[schemars(length(min = 1, max = 8_192))]
    url: String,
    /// Which part of the page is wanted.
    #[serde(default)]
    part: Part,
    /// The most milliseconds that all of it may take.
    #[serde(default = "timeout_ms")]
    #[schemars(range(min = 1, max = 300_000))]
    timeout_ms: u64,
    /// The most bytes of the page; a longer one is an error.
    #[serde(default = "max_bytes")]
    #[schemars(range(min = 1, max = 16_777_216))]
    max_bytes: u64,
    /// The most characters of text to return.
    #[serde(default = "max_chars")]
    #[schemars(range(min = 1, max = 2_000_000))]
    max_chars: usize,
    /// The most links to return.
    #[serde(default = "max_links")]
    #[schemars(range(max = 5_000))]
    max_links: usize,
    /// How many seconds a page that was fetched before counts without asking its server; else it is asked whether it
    /// still holds.
    #[serde(default)]
    #[schemars(range(max = 31_536_000))]
    max_age_s: u32,
}

fn timeout_ms() -> u64 {
    30_000
}

fn max_bytes() -> u64 {
    4 * 1024 * 1024
}

fn max_chars() -> usize {
    100_000
}

fn max_links() -> usize {
    200
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Fetched {
    /// The URL that answered, after redirects.
    url: String,
    /// The title; null where it has none.
    title: Option<String>,
    /// What it says of itself; null where it says nothing.
    description: Option<String>,
    /// Its language, such as `de` or `en-GB`, as it says; null where it does not.
    language: Option<String>,
    /// The text, with headings, lists, quotations, tables and code marked as in Markdown.
    text: String,
    /// Where its links lead, each once, in its order.
    links: Vec<LinkOut>,
    /// How many links there are.
    links_total: u64,
    /// Its media type.
    content_type: String,
    /// How its text is encoded.
    charset: String,
    /// Whether bytes were replaced that mean nothing in that encoding.
    lossy: bool,
    /// Whether the text was cut, or the page was too large for its tree.
    truncated: bool,
    /// Size of the page in bytes.
    bytes: u64,
    /// SHA3-512 of the page, in hexadecimal.
    digest: String,
    /// Whether it was fetched now.
    cache: CacheUse,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct LinkOut {
    /// Absolute, without a fragment.
    url: String,
    /// Its text.
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum CacheUse {
    /// It was.
    Fetched,
    /// The server said that what was fetched before still holds.
    Revalidated,
    /// What was fetched before is young enough; nobody was asked.
    Kept,
}

/// Fetches a page.
///
/// # Errors
/// It cannot be reached, is no page, is too long, or leads to another server.
pub(super) async fn fetch(
    params: Fetch,
    exchange: &Exchange,
    cache: &Cache,
    now_ms: i64,
) -> Result<Fetched, ToolError> {
    let (kept, how) = got(&params, exchange, cache, now_ms).await.map_err(certain)?;
    aside(move |stop| {
        stop.check()?;
        Ok(told(&params, &kept, how))
    })
    .await
}

/// Fetching changes nothing, so nothing about it can be in doubt.
fn certain(error: ToolError) -> ToolError {
    match error {
        ToolError::Uncertain(inner) => *inner,
        other => other,
    }
}

async fn got(params: &Fetch, exchange: &Exchange, cache: &Cache, now_ms: i64) -> Result<(Kept, CacheUse), ToolError> {
    let timeout = Duration::from_millis(params.timeout_ms.clamp(1, TIMEOUT_MAX_MS));
    let deadline = Instant::now() + timeout;
    let mut url = params.url.clone();
    for _ in 0..=MOST_REDIRECTS {
        let before = cache.get(&url);
        if let Some(kept) = &before {
            let age_ms = now_ms.saturating_sub(kept.head.fetched_ms);
            if (0..i64::from(params.max_age_s) * 1_000).contains(&age_ms) && kept.body.len() as u64 <= params.max_bytes
            {
                return Ok((kept.clone(), CacheUse::Kept));
            }
        }
        let mut headers = vec![("accept".to_owned(), ACCEPT.to_owned())];
        // A page that is too long here must come anew, so that its length is told.
        let fitting = before.iter().filter(|kept| kept.body.len() as u64 <= params.max_bytes);
        headers.extend(fitting.flat_map(|kept| kept.head.validators()));
        let ask = Ask {
            method: "GET",
            url: &url,
            headers: &headers,
            body: None,
            timeout: deadline.saturating_duration_since(Instant::now()),
        };
        let answer = exchange.send(ask).await.map_err(failure::broken)?;
        match (answer.status(), before) {
            (304, Some(kept)) if kept.body.len() as u64 <= params.max_bytes => {
                let kept = Kept {
                    head: Head {
                        fetched_ms: now_ms,
                        ..kept.head
                    },
                    ..kept
                };
                cache.put(&kept);
                return Ok((kept, CacheUse::Revalidated));
            }
            (200, _) => {
                return kept(params, answer, &url, cache, now_ms)
                    .await
                    .map(|kept| (kept, CacheUse::Fetched));
            }
            (status, _) if is_redirect(status) => match answer.redirect() {
                Some(next) => url = next.map_err(failure::elsewhere)?,
                None => return Err(failure::unexpected("GET", answer).await),
            },
            (_, _) => return Err(failure::unexpected("GET", answer).await),
        }
    }
    Err(failure::led_astray())
}

const ACCEPT: &str = "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.1";

/// Takes a page in, and keeps it where its server allows that.
async fn kept(params: &Fetch, answer: Answer, url: &str, cache: &Cache, now_ms: i64) -> Result<Kept, ToolError> {
    let header = |name: &str| answer.header(name);
    let content_type = header("content-type").unwrap_or_default();
    if kind_of(&content_type) == Kind::Other {
        let shown: String = content_type.chars().take(80).collect();
        return Err(failed(
            format!("`{}` is no page: its type is `{shown}`", answer.place()),
            "fetch a page or a text; `http.request` takes anything",
        ));
    }
    let control = header("cache-control").unwrap_or_default().to_ascii_lowercase();
    let may_keep = !control.split(',').any(|word| word.trim() == "no-store");
    let mut head = Head {
        v: 1,
        url: url.to_owned(),
        content_type,
        content_language: header("content-language"),
        etag: header("etag"),
        last_modified: header("last-modified"),
        fetched_ms: now_ms,
        digest: String::new(),
    };
    let body = answer.body(params.max_bytes).await.map_err(failure::broken)?;
    head.digest = Digest::of(&body).to_string();
    let kept = Kept { head, body };
    if may_keep {
        cache.put(&kept);
    } else {
        cache.drop(url);
    }
    Ok(kept)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Html,
    Text,
    Other,
}

fn kind_of(content_type: &str) -> Kind {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match essence.as_str() {
        "text/html" | "application/xhtml+xml" => Kind::Html,
        "application/xml" | "application/yaml" | "application/toml" => Kind::Text,
        other if other.starts_with("text/") || other.ends_with("+xml") || is_json(other) => Kind::Text,
        _ => Kind::Other,
    }
}

fn told(params: &Fetch, kept: &Kept, how: CacheUse) -> Fetched {
    let Head {
        url,
        content_type,
        content_language,
        digest,
        ..
    } = &kept.head;
    let is_html = kind_of(content_type) == Kind::Html;
    let decoded = charset::decode(&kept.body, content_type, is_html);
    let page = if is_html {
        read(&decoded.text, url, params.part, params.max_chars)
    } else {
        Page {
            text: decoded.text,
            ..Page::default()
        }
    };
    let text: String = page.text.chars().take(params.max_chars).collect();
    let language = content_language
        .as_deref()
        .and_then(|said| said.split(',').next())
        .map(str::trim);
    Fetched {
        url: url.clone(),
        title: page.title,
        description: page.description,
        language: page
            .language
            .or_else(|| language.filter(|said| !said.is_empty()).map(str::to_owned)),
        truncated: page.is_cut || text.len() < page.text.len(),
        text,
        links_total: page.links.len() as u64,
        links: page
            .links
            .into_iter()
            .take(params.max_links)
            .map(|(url, text)| LinkOut { url, text })
            .collect(),
        content_type: content_type.clone(),
        charset: decoded.charset.to_owned(),
        lossy: decoded.is_lossy,
        bytes: kept.body.len() as u64,
        digest: digest.clone(),
        cache: how,
    }
}

#[cfg(test)]
mod tests;
