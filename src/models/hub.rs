//! The Hugging Face hub: one file over HTTP, resumed where an earlier download stopped.
//!
//! The token is sent only over TLS or to this machine, and never shown.

use std::time::Duration;

use reqwest::header::{CONTENT_RANGE, RANGE};
use reqwest::{Response, StatusCode, Url};

use super::partial::Partial;
use super::store::{Attempt, Place, SourceError};
use super::{Phase, Progress};
use crate::net::Net;

const ENDPOINT: &str = "https://huggingface.co";
/// How long the first byte of an answer may take once connected.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Where the hub is and who asks.
pub struct Hub {
    endpoint: String,
    token: Option<String>,
}

impl Hub {
    /// The hub at `endpoint` (default `https://huggingface.co`), asked with `token`.
    pub fn new(endpoint: Option<String>, token: Option<String>) -> Self {
        let endpoint = endpoint.filter(|text| !text.is_empty());
        Self {
            endpoint: endpoint.map_or_else(|| ENDPOINT.to_owned(), |text| text.trim_end_matches('/').to_owned()),
            token: token.filter(|text| !text.is_empty()),
        }
    }

    /// The hub that `HF_ENDPOINT` and `HF_TOKEN` describe.
    pub fn from_env() -> Self {
        Self::new(std::env::var("HF_ENDPOINT").ok(), std::env::var("HF_TOKEN").ok())
    }

    pub(super) fn url(&self, repository: &str, revision: &str, file: &str) -> String {
        format!("{}/{repository}/resolve/{revision}/{file}", self.endpoint)
    }

    /// Downloads `url` to its place.
    pub(super) async fn download(
        &self,
        url: &str,
        place: Place<'_>,
        net: &Net,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<(), Attempt> {
        let Place {
            file: wanted,
            partial,
            path,
        } = place;
        let client = net.client().map_err(SourceError::from)?;
        let mut file = Partial::resume(partial, wanted)?;
        let mut resumed = file.written();
        loop {
            let response = self.ask(&client, url, resumed).await?;
            match response.status() {
                StatusCode::PARTIAL_CONTENT if resumed > 0 && starts_at(&response, resumed) => {}
                StatusCode::OK => {
                    // The server sends all of it: what was kept is of no use.
                    if resumed > 0 {
                        file = Partial::create(partial, wanted)?;
                        resumed = 0;
                    }
                }
                StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE if resumed > 0 => {
                    file = Partial::create(partial, wanted)?;
                    resumed = 0;
                    continue;
                }
                status => return Err(SourceError::Status { code: status.as_u16() }.into()),
            }
            receive(response, &mut file, wanted.size, progress).await?;
            match file.keep(wanted, path) {
                // What was kept may have been of another file: once more, from the start.
                Err(Attempt::Source(SourceError::Mismatch { .. })) if resumed > 0 => {
                    file = Partial::create(partial, wanted)?;
                    resumed = 0;
                }
                outcome => return outcome,
            }
        }
    }

    async fn ask(&self, client: &reqwest::Client, url: &str, from: u64) -> Result<Response, SourceError> {
        let unreachable = |why: String| SourceError::Unreachable { why };
        let url: Url = url.parse().map_err(|_| unreachable(format!("`{url}` is not a URL")))?;
        let private = is_private(&url);
        let mut request = client.get(url);
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        if let Some(token) = self.token.as_ref().filter(|_| private) {
            request = request.bearer_auth(token);
        }
        match tokio::time::timeout(ANSWER_TIMEOUT, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(unreachable(innermost(&error))),
            Err(_) => Err(unreachable(format!("no answer in {} s", ANSWER_TIMEOUT.as_secs()))),
        }
    }
}

async fn receive(
    mut response: Response,
    file: &mut Partial,
    size: Option<u64>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), Attempt> {
    // What the catalogue does not know, the server says: it is shown, and believed no further.
    let total = size.or_else(|| Some(file.written() + response.content_length()?));
    loop {
        match response.chunk().await {
            Ok(Some(bytes)) => file.write(&bytes)?,
            Ok(None) => return Ok(()),
            Err(error) => {
                return Err(SourceError::Interrupted {
                    received: file.written(),
                    why: innermost(&error),
                }
                .into());
            }
        }
        progress(Progress {
            phase: Phase::Downloading,
            done: file.written(),
            total,
        });
    }
}

/// Whether nobody between here and `url` can read what is sent.
fn is_private(url: &Url) -> bool {
    url.scheme() == "https" || matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// Whether a partial answer starts where it was asked to (`Content-Range`, RFC 9110 section 14.4).
fn starts_at(response: &Response, from: u64) -> bool {
    let range = response
        .headers()
        .get(CONTENT_RANGE)
        .and_then(|value| value.to_str().ok());
    range.is_some_and(|range| range.trim().starts_with(&format!("bytes {from}-")))
}

/// The cause at the bottom: the layers above only say that sending failed.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_travels_only_where_nobody_reads_it() {
        let private = |url: &str| is_private(&url.parse().unwrap());
        assert!(private("https://huggingface.co/x") && private("http://127.0.0.1:80/") && private("http://[::1]/"));
        assert!(!private("http://huggingface.co/x") && !private("http://127.0.0.1.example.com/"));
    }

    #[test]
    fn an_endpoint_may_be_empty_or_end_in_a_slash() {
        let url = |endpoint: &str| Hub::new(Some(endpoint.to_owned()), None).url("o/n", "main", "f");
        assert_eq!(url(""), "https://huggingface.co/o/n/resolve/main/f");
        assert_eq!(url("http://127.0.0.1:1/"), "http://127.0.0.1:1/o/n/resolve/main/f");
    }
}
