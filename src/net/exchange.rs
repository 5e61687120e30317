//! One request and its answer: sent once, over a connection of its own, never repeated.
//!
//! Follows no redirect, keeps no cookie, asks for no compression. What goes wrong is told apart by
//! the one thing that matters afterwards: whether the request may have arrived.

use std::error::Error;
use std::sync::OnceLock;
use std::time::Duration;

use hyper::body::Incoming;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Body, Client, Method, Response, Url, redirect, retry};

use super::address::{Inward, Resolver};
use super::{CONNECT_TIMEOUT, Closed, Destination, Net, NotADestination, builder};

/// The most bytes of an answer that are read only to be quoted.
const EXCERPT_BYTES: u64 = 1_024;

/// What sends requests. Makes its clients when they are first needed.
#[derive(Debug)]
pub struct Exchange {
    net: Net,
    /// For this machine: no proxy is asked, whatever the environment says.
    here: OnceLock<Client>,
    beyond: OnceLock<Client>,
}

/// A request.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// As it goes over the wire: `GET`.
    pub method: &'a str,
    /// Absolute.
    pub url: &'a str,
    /// Names and values.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: Option<&'a str>,
    /// How long all of it may take, the answer's body included.
    pub timeout: Duration,
}

/// Why there is no answer, or no whole one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The network is refused.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// The URL leads nowhere.
    #[error("the URL cannot be reached: {0}")]
    NotADestination(#[from] NotADestination),
    /// The host leads where nothing is sent.
    #[error(transparent)]
    Inward(#[from] Inward),
    /// A method, a header's name or its value has characters that HTTP does not allow.
    #[error("{what} has characters that HTTP does not allow")]
    Malformed {
        /// Which.
        what: String,
    },
    /// No connection came about, so nothing was sent.
    #[error("cannot connect to `{destination}`: {why}")]
    Unreached {
        /// Scheme, host and port.
        destination: String,
        /// What the system or the library said.
        why: String,
    },
    /// The connection broke or the time was up after the request was sent, or while it was.
    #[error("`{destination}` gave no whole answer: {why}")]
    Lost {
        /// Scheme, host and port.
        destination: String,
        /// What the library said.
        why: String,
    },
    /// The answer is longer than the caller wants.
    #[error("the answer is longer than {limit} bytes")]
    TooLarge {
        /// The bound.
        limit: u64,
    },
    /// The answer is compressed, which nobody asked for.
    #[error("the answer is encoded as `{encoding}`, which was not asked for")]
    Encoded {
        /// The content coding.
        encoding: String,
    },
}

impl Exchange {
    /// Sends over `net`.
    pub fn new(net: Net) -> Self {
        Self {
            net,
            here: OnceLock::new(),
            beyond: OnceLock::new(),
        }
    }

    /// Sends a request and waits for the head of the answer.
    ///
    /// # Errors
    /// Each variant of [`Broken`] but those about the body.
    pub async fn send(&self, ask: Ask<'_>) -> Result<Answer, Broken> {
        let (url, destination) = Destination::of(ask.url)?;
        Inward::written(&destination)?;
        let method = Method::from_bytes(ask.method.as_bytes()).map_err(|_| malformed("the method"))?;
        let client = self.client(&destination)?;
        let mut request = client
            .request(method, url.clone())
            .timeout(ask.timeout)
            .header(ACCEPT_ENCODING, "identity");
        for (name, value) in ask.headers {
            let shown = || format!("the header `{}`", name.escape_debug());
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| malformed(shown()))?;
            let value = HeaderValue::from_str(value).map_err(|_| malformed(shown()))?;
            request = request.header(header, value);
        }
        if let Some(body) = ask.body {
            request = request.body(body.to_owned());
        }
        match request.send().await {
            Ok(response) => Ok(Answer {
                response,
                url,
                destination,
            }),
            Err(error) => Err(broken(&destination, error)),
        }
    }

    /// Passes on the request of a confined program, whose destination was judged, and its body as it comes; the answer
    /// comes back as it is, redirects included.
    ///
    /// # Errors
    /// The network is refused, the name leads inward, or the server cannot be reached.
    pub async fn forward(
        &self,
        url: &Url,
        head: (Method, HeaderMap),
        body: Incoming,
    ) -> Result<hyper::Response<Body>, Broken> {
        let destination = Destination::of_url(url)?;
        Inward::written(&destination)?;
        let (method, headers) = head;
        let request = self.client(&destination)?.request(method, url.clone());
        let sent = request.headers(headers).body(Body::wrap(body)).send().await;
        sent.map(Into::into).map_err(|error| broken(&destination, error))
    }

    /// The client for a server that speaks a protocol of its own over HTTP; whoever uses it sends to `destination` only.
    ///
    /// # Errors
    /// The network is refused, or the address leads where nothing is sent.
    pub fn client_to(&self, destination: &Destination) -> Result<Client, Broken> {
        Inward::written(destination)?;
        Ok(self.client(destination)?.clone())
    }

    fn client(&self, destination: &Destination) -> Result<&Client, Closed> {
        self.net.open()?;
        let here = destination.is_loopback();
        let slot = if here { &self.here } else { &self.beyond };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        // A connection that waited for its next request can be gone when it comes, and then nobody
        // knows whether it arrived: each request has its own, and none is sent twice.
        let builder = builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .pool_max_idle_per_host(0)
            .referer(false)
            .dns_resolver(Resolver::from_env());
        let builder = if here { builder.no_proxy() } else { builder };
        let client = builder
            .build()
            .map_err(|error| Closed::NoClient { why: chain(&error) })?;
        // Whoever was first made the same one.
        Ok(slot.get_or_init(|| client))
    }
}

/// The head of an answer; its body is still on the wire.
#[derive(Debug)]
pub struct Answer {
    response: Response,
    url: Url,
    destination: Destination,
}

impl Answer {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// What was asked.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// What was asked, without the query, which may hold what is secret.
    pub fn place(&self) -> String {
        let path: String = self.url.path().chars().take(200).collect();
        format!("{}{path}", self.destination)
    }

    /// The header `name`, lower case; several of them are joined with commas (RFC 9110, section 5.3).
    /// Characters beyond visible ASCII are replaced.
    pub fn header(&self, name: &str) -> Option<String> {
        let values = self.response.headers().get_all(name);
        let mut values = values.iter().map(|value| {
            let bytes = value.as_bytes().iter();
            let characters = bytes.map(|byte| match byte {
                b'\t' | b' '..=b'~' => char::from(*byte),
                _ => char::REPLACEMENT_CHARACTER,
            });
            characters.collect::<String>()
        });
        let first = values.next()?;
        Some(values.fold(first, |joined, value| format!("{joined}, {value}")))
    }

    /// Where the answer sends to, on the same scheme, host and port.
    ///
    /// # Errors
    /// What it names cannot be reached, or is another place, which is returned as text.
    pub fn redirect(&self) -> Option<Result<String, String>> {
        let location = self.response.headers().get(LOCATION)?;
        let text = String::from_utf8_lossy(location.as_bytes());
        let next = match self.url.join(&text) {
            Ok(next) => next,
            Err(error) => return Some(Err(format!("a place that cannot be read ({error})"))),
        };
        Some(match Destination::of_url(&next) {
            Ok(destination) if destination == self.destination => Ok(next.into()),
            Ok(destination) => Err(format!("`{destination}`")),
            Err(error) => Err(format!("a place that cannot be reached ({error})")),
        })
    }

    /// Reads the whole body, of at most `limit` bytes.
    ///
    /// # Errors
    /// It is longer, is compressed, or breaks off.
    pub async fn body(mut self, limit: u64) -> Result<Vec<u8>, Broken> {
        if let Some(encoding) = self.response.headers().get(CONTENT_ENCODING)
            && !encoding.as_bytes().eq_ignore_ascii_case(b"identity")
        {
            let encoding = String::from_utf8_lossy(encoding.as_bytes());
            return Err(Broken::Encoded {
                encoding: encoding.chars().take(40).flat_map(char::escape_debug).collect(),
            });
        }
        let mut body = Vec::new();
        while let Some(piece) = self.piece().await? {
            if (body.len() + piece.len()) as u64 > limit {
                return Err(Broken::TooLarge { limit });
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    /// The first characters of the body, escaped; as many as come.
    pub async fn excerpt(mut self, characters: usize) -> String {
        let mut body = Vec::new();
        while (body.len() as u64) < EXCERPT_BYTES
            && let Ok(Some(piece)) = self.piece().await
        {
            body.extend_from_slice(&piece);
        }
        let text = String::from_utf8_lossy(&body);
        text.chars().take(characters).flat_map(char::escape_debug).collect()
    }

    async fn piece(&mut self) -> Result<Option<impl AsRef<[u8]> + std::ops::Deref<Target = [u8]>>, Broken> {
        self.response.chunk().await.map_err(|error| Broken::Lost {
            destination: self.destination.to_string(),
            why: why(error),
        })
    }
}

fn malformed(what: impl Into<String>) -> Broken {
    Broken::Malformed { what: what.into() }
}

fn broken(destination: &Destination, error: reqwest::Error) -> Broken {
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(at) = cause {
        if let Some(inward) = at.downcast_ref::<Inward>() {
            return inward.clone().into();
        }
        cause = at.source();
    }
    let destination = destination.to_string();
    let unsent = error.is_connect() || error.is_builder();
    let why = why(error);
    if unsent {
        Broken::Unreached { destination, why }
    } else {
        Broken::Lost { destination, why }
    }
}

/// What the library says and why, without the URL, which may hold what is secret.
fn why(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "the time is up".to_owned();
    }
    chain(&error.without_url())
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(at) = cause {
        text = format!("{text}: {at}");
        cause = at.source();
    }
    text
}
