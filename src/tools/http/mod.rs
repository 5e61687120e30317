//! The tool `http`: one request to a server, once, or a page as its text.
//!
//! Never repeats a request, never follows a redirect to another server. Pages are kept with what their servers
//! said, so that they can be asked whether they still hold; nothing else is kept between two calls. Whoever may have been asked in vain is not asked again here: that is the engine's decision.

mod cache;
mod charset;
mod failure;
mod fetch;
mod page;
mod retry_after;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::cache::Cache;
use super::contract::{action, arguments, bad_argument, counted, json, no_such_action, shared, sink};
use super::{Call, Calling, Key, Output, Tool, ToolError, data};
use crate::capsule::tool_spec::{ActionSpec, EffectClass, ToolSpec, Touch};
use crate::net::{Answer, Ask, Exchange, Net};

/// How many redirects are followed.
const MOST_REDIRECTS: usize = 5;

/// Headers that say how a message is framed, whom it is for or which effect it is: those are ours to say.
const RESERVED: [&str; 13] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "idempotency-key",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers of answers that a step may see; others, such as `set-cookie`, carry secrets of the server.
const SHOWN: [&str; 13] = [
    "cache-control",
    "content-language",
    "content-type",
    "date",
    "etag",
    "expires",
    "last-modified",
    "link",
    "location",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "x-request-id",
];

/// The tool.
#[derive(Debug)]
pub struct Http {
    spec: Arc<ToolSpec>,
    exchange: Exchange,
    pages: Cache,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Request {
    /// What is to be done there.
    #[serde(default)]
    method: Method,
    /// Absolute, `http` or `https`, without user and password.
    #[schemars(length(min = 1, max = 8_192))]
    url: String,
    /// Fields of the request by name. Those that frame the message, `Host` and `Idempotency-Key` are not among them.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// The body as a JSON value; instead of `body`.
    #[serde(default)]
    json: Option<Value>,
    /// The body as a text; instead of `json`.
    #[serde(default)]
    #[schemars(length(max = 16_777_216))]
    body: Option<String>,
    /// The most milliseconds that all of it may take.
    #[serde(default = "timeout_ms")]
    #[schemars(range(min = 1, max = 300_000))]
    timeout_ms: u64,
    /// The most bytes of the answer's body; a longer one is an error.
    #[serde(default = "max_bytes")]
    #[schemars(range(min = 1, max = 16_777_216))]
    max_bytes: u64,
    /// Status codes that count as success, such as 404, or classes of them, such as `2xx`, which is the default.
    #[serde(default)]
    #[schemars(length(max = 100))]
    expect: Vec<Expected>,
}

fn timeout_ms() -> u64 {
    30_000
}

/// The most milliseconds of one call.
const TIMEOUT_MAX_MS: u64 = 300_000;

fn max_bytes() -> u64 {
    1_048_576
}

/// The most bytes of an answer.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Method {
    #[default]
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    fn text(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it only asks (RFC 9110, section 9.2.1).
    fn is_safe(self) -> bool {
        match self {
            Self::Get | Self::Head => true,
            Self::Post | Self::Put | Self::Patch | Self::Delete => false,
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Expected {
    Code(#[schemars(range(min = 100, max = 599))] u16),
    Class(Class),
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
enum Class {
    #[serde(rename = "1xx")]
    Informational,
    #[serde(rename = "2xx")]
    Successful,
    #[serde(rename = "3xx")]
    Redirection,
    #[serde(rename = "4xx")]
    ClientError,
    #[serde(rename = "5xx")]
    ServerError,
}

impl Expected {
    fn holds(self, status: u16) -> bool {
        match self {
            Self::Code(code) => status == code,
            Self::Class(class) => {
                status / 100
                    == match class {
                        Class::Informational => 1,
                        Class::Successful => 2,
                        Class::Redirection => 3,
                        Class::ClientError => 4,
                        Class::ServerError => 5,
                    }
            }
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Answered {
    /// The status code.
    status: u16,
    /// The URL that answered, after redirects.
    url: String,
    /// Some of the fields of the answer, by lower-case name.
    headers: BTreeMap<String, String>,
    /// The body, where its type is JSON, it is, and nothing of it is lost by that.
    #[serde(skip_serializing_if = "Option::is_none")]
    json: Option<Value>,
    /// The body otherwise; bytes that are not UTF-8 are replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Why a body whose type is JSON is given as `text`: it is none, or has a key twice or a number that would be another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_json: Option<String>,
    /// Size of the body in bytes.
    bytes: u64,
}

impl Http {
    /// The tool, reaching out over `net`; pages that were fetched are kept in `pages`.
    pub fn new(net: Net, pages: PathBuf) -> Self {
        let request = ActionSpec {
            effect: EffectClass::External,
            // What a request does, only the author of a capsule can know.
            weakest: EffectClass::None,
            sinks: vec![sink("url", Touch::Url, None)],
            field_trust: counted(&["/status", "/bytes"]),
            ..action::<Request, Answered>("request", "Sends one HTTP request and returns the answer.")
        };
        let fetch = ActionSpec {
            sinks: vec![sink("url", Touch::Url, None)],
            field_trust: counted(&["/links_total", "/lossy", "/truncated", "/bytes", "/digest", "/cache"]),
            ..action::<fetch::Fetch, fetch::Fetched>("fetch", "Fetches a page and returns its text, title and links.")
        };
        Self {
            spec: shared("http", || ToolSpec {
                name: "http".to_owned(),
                version: "1.1.0".to_owned(),
                summary: "Talks to HTTP servers.".to_owned(),
                actions: vec![request, fetch],
            }),
            exchange: Exchange::new(net),
            pages: Cache::at(pages),
        }
    }

    async fn request(&self, request: Request, key: &Key) -> Result<Answered, ToolError> {
        let timeout = Duration::from_millis(request.timeout_ms.clamp(1, TIMEOUT_MAX_MS));
        let deadline = Instant::now() + timeout;
        let body = body(&request)?;
        let headers = headers(&request, key)?;
        let mut url = request.url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let left = deadline.saturating_duration_since(Instant::now());
            let ask = Ask {
                method: request.method.text(),
                url: &url,
                headers: &headers,
                body: body.as_deref(),
                timeout: left,
            };
            let answer = self.exchange.send(ask).await.map_err(failure::broken)?;
            if request.expects(answer.status()) {
                return answered(&request, answer).await;
            }
            match answer.redirect() {
                Some(next) if request.method.is_safe() && is_redirect(answer.status()) => {
                    url = next.map_err(failure::elsewhere)?;
                }
                Some(_) | None => return Err(failure::unexpected(request.method.text(), answer).await),
            }
        }
        Err(failure::led_astray())
    }
}

impl Tool for Http {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn perform<'a>(&'a self, call: Call<'a>) -> Calling<'a> {
        Box::pin(async move {
            let value = match call.verb {
                "request" => json(&self.request(arguments(call.args)?, call.key).await?),
                "fetch" => {
                    let params = arguments(call.args)?;
                    json(&fetch::fetch(params, &self.exchange, &self.pages, failure::now_ms()).await?)
                }
                other => return Err(no_such_action(&self.spec, other)),
            };
            Ok(Output {
                value,
                artifacts: Vec::new(),
            })
        })
    }
}

impl Request {
    fn expects(&self, status: u16) -> bool {
        if self.expect.is_empty() {
            Expected::Class(Class::Successful).holds(status)
        } else {
            self.expect.iter().any(|expected| expected.holds(status))
        }
    }
}

/// Redirects that name another place for the same request (RFC 9110, section 15.4).
fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

fn body(request: &Request) -> Result<Option<String>, ToolError> {
    let body = match (&request.json, &request.body) {
        (Some(_), Some(_)) => return Err(bad_argument("`json` and `body` are both given", "give one of them")),
        (Some(value), None) => Some(value.to_string()),
        (None, body) => body.clone(),
    };
    if body.is_some() && request.method.is_safe() {
        let method = request.method.text();
        return Err(bad_argument(
            format!("a {method} request has no body"),
            "leave `json` and `body` out, or choose another `method`",
        ));
    }
    Ok(body)
}

fn headers(request: &Request, key: &Key) -> Result<Vec<(String, String)>, ToolError> {
    let mut headers = Vec::with_capacity(request.headers.len() + 2);
    let mut typed = false;
    for (name, value) in &request.headers {
        let lower = name.to_ascii_lowercase();
        if RESERVED.contains(&lower.as_str()) {
            return Err(bad_argument(
                format!("the header `{lower}` is set by the tool itself"),
                "leave it out",
            ));
        }
        typed |= lower == "content-type";
        headers.push((lower, value.clone()));
    }
    let media_type = match (&request.json, &request.body) {
        (Some(_), _) => Some("application/json"),
        (None, Some(_)) => Some("text/plain; charset=utf-8"),
        (None, None) => None,
    };
    if let Some(media_type) = media_type.filter(|_| !typed) {
        headers.push(("content-type".to_owned(), media_type.to_owned()));
    }
    if !request.method.is_safe() {
        headers.push(("idempotency-key".to_owned(), quoted(key)));
    }
    Ok(headers)
}

/// The key as a String of a structured field (RFC 8941, section 3.3.3), as
/// draft-ietf-httpapi-idempotency-key-header wants it.
fn quoted(key: &Key) -> String {
    format!("\"{}\"", key.as_str().replace('\\', "\\\\").replace('"', "\\\""))
}

async fn answered(request: &Request, answer: Answer) -> Result<Answered, ToolError> {
    let status = answer.status();
    let url = answer.url().to_owned();
    let shown = SHOWN
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), answer.header(name)?)));
    let headers: BTreeMap<String, String> = shown.collect();
    let limit = request.max_bytes.clamp(1, BYTES_MAX);
    let body = match request.method {
        // What describes the body of an answer to HEAD describes one that does not come.
        Method::Head => Vec::new(),
        Method::Get | Method::Post | Method::Put | Method::Patch | Method::Delete => answer
            .body(limit)
            .await
            .map_err(|error| failure::after(failure::broken(error)))?,
    };
    let is_json = headers
        .get("content-type")
        .is_some_and(|media_type| is_json(media_type));
    let (json, not_json) = match is_json && !body.is_empty() {
        true => match exact(&body) {
            Ok(value) => (Some(value), None),
            Err(why) => (None, Some(why)),
        },
        false => (None, None),
    };
    Ok(Answered {
        status,
        url,
        headers,
        text: json.is_none().then(|| String::from_utf8_lossy(&body).into_owned()),
        json,
        not_json,
        bytes: body.len() as u64,
    })
}

/// A body as JSON; else why it is not given as that.
fn exact(body: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    // The reason may quote a key or a number, which may be of any length.
    data::exact(text).map_err(|why| why.chars().take(300).collect())
}

/// `application/json`, or a type built on it: `application/problem+json` (RFC 6839, section 3.1).
fn is_json(media_type: &str) -> bool {
    let essence = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

#[cfg(test)]
mod tests;
