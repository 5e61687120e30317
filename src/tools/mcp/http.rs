//! HTTP as rmcp wants it, over a client that is handed in, with every body and every stream bounded.
//!
//! Follows no redirect, keeps nothing of a failed response but its status and a short excerpt, and sends the configured
//! headers to the configured address alone. Never makes a client: whoever does decides where it may connect.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _};
use rmcp::model::{ClientJsonRpcMessage, ClientNotification, ClientRequest, ErrorData, JsonRpcMessage, RequestId};
use rmcp::transport::streamable_http_client::{
    AuthRequiredError, HttpStatusError, InsufficientScopeError, SseError, StreamableHttpClient, StreamableHttpError,
    StreamableHttpPostResponse,
};
use serde_json::Value;
use sse_stream::{Sse, SseStream};
use tokio::sync::watch;

use super::Ended;
use super::guard::Shared;
use super::limits::Limits;
use super::lines::{is_typed, message};
use super::login::{LoggedIn, LoginError};
use super::shape::{check, shown};
use crate::net::web::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, WWW_AUTHENTICATE};
use crate::net::web::{self, RequestBuilder, Response, StatusCode};

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";
/// The header that names a session.
const SESSION: &str = "mcp-session-id";
/// How much of a response that failed is read.
const FAILED_BYTES: usize = 64 << 10;
/// The longest id of an event or a session that is sent back.
const ID_BYTES: usize = 1024;
/// The least and most that a server may have a lost stream asked for again, in milliseconds.
const RETRY_MS: (u64, u64) = (100, 30_000);

type Failed = StreamableHttpError<HttpError>;
type Events = BoxStream<'static, Result<Sse, SseError>>;

/// Why a request over HTTP did not do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// Nothing was sent.
    #[error("it cannot be reached: {0}")]
    Unreached(String),
    /// It may have been sent.
    #[error("{0}")]
    Lost(String),
    /// The response is more than is read.
    #[error(transparent)]
    Ended(#[from] Ended),
    /// The message cannot be written.
    #[error("{0}")]
    Unwritten(#[from] serde_json::Error),
}

/// The configured address of a server.
#[derive(Clone)]
pub(crate) struct Web {
    client: web::Client,
    headers: HeaderMap,
    login: Option<LoggedIn>,
    /// Whether the stream on which a server speaks unasked is being opened.
    opening: Arc<watch::Sender<bool>>,
    shared: Arc<Shared>,
    limits: Arc<Limits>,
}

impl Web {
    pub(crate) fn new(
        client: web::Client,
        headers: HeaderMap,
        login: Option<LoggedIn>,
        shared: Arc<Shared>,
        limits: Arc<Limits>,
    ) -> Self {
        Self {
            client,
            headers,
            login,
            opening: Arc::new(watch::Sender::new(false)),
            shared,
            limits,
        }
    }

    async fn send(
        &self,
        request: RequestBuilder,
        session: Option<Arc<str>>,
        protocol: HashMap<HeaderName, HeaderValue>,
    ) -> Result<Response, Failed> {
        let mut request = request.headers(self.headers.clone());
        for (name, value) in protocol {
            request = request.header(name, value);
        }
        if let Some(session) = session {
            request = request.header(SESSION, session.as_ref());
        }
        if let Some(login) = &self.login {
            match login.token().await {
                Ok(token) => request = request.bearer_auth(token),
                // The server says what it wants.
                Err(LoginError::Over) => {}
                Err(error) => return Err(StreamableHttpError::Client(HttpError::Unreached(error.to_string()))),
            }
        }
        let response = request
            .send()
            .await
            .map_err(|error| StreamableHttpError::Client(lost(error)))?;
        let status = response.status();
        if status.is_redirection() {
            let location = response
                .headers()
                .get(LOCATION)
                .map(|place| String::from_utf8_lossy(place.as_bytes()));
            let place = shown(&location.unwrap_or_default(), 200);
            return Err(unexpected(format!("HTTP {status} to `{place}`, which is not followed")));
        }
        let challenge = response.headers().get(WWW_AUTHENTICATE);
        let challenge = challenge.map(|challenge| shown(&String::from_utf8_lossy(challenge.as_bytes()), 1000));
        match (status, challenge) {
            (StatusCode::UNAUTHORIZED, challenge) => {
                let required = AuthRequiredError::new(challenge.unwrap_or_default());
                return Err(StreamableHttpError::AuthRequired(required));
            }
            (StatusCode::FORBIDDEN, Some(challenge)) => {
                let insufficient = InsufficientScopeError::new(challenge, None);
                return Err(StreamableHttpError::InsufficientScope(insufficient));
            }
            (_, _) => {}
        }
        Ok(response)
    }

    /// Waits a moment until the server can ask something while it answers: some ask on that stream alone.
    async fn is_open(&self) {
        let mut opening = self.opening.subscribe();
        let opened = opening.wait_for(|opening| !opening);
        if tokio::time::timeout(self.limits.grace, opened).await.is_err() {
            self.opening.send_replace(false);
        }
    }

    /// Reads a body of at most `limit` bytes; the rest of a longer one stays unread.
    async fn body(&self, mut response: Response, limit: usize) -> Result<(Vec<u8>, bool), Failed> {
        let mut body = Vec::new();
        while let Some(piece) = response
            .chunk()
            .await
            .map_err(|error| StreamableHttpError::Client(lost(error)))?
        {
            let room = limit - body.len();
            body.extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.len() > room {
                return Ok((body, false));
            }
        }
        Ok((body, true))
    }

    /// Ends the connection over what its server sent.
    fn end(&self, ended: Ended) -> Failed {
        self.shared.end(ended.clone());
        StreamableHttpError::Client(HttpError::Ended(ended))
    }

    /// What a response says that is no success, where it says it as the protocol does.
    async fn refusal(
        &self,
        response: Response,
        request: Option<(RequestId, bool)>,
        has_session: bool,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        let status = response.status();
        let retry_after = response
            .headers()
            .get(web::header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        let retry_after = retry_after.map(str::to_owned);
        let session = session_of(&response);
        let (body, whole) = self.body(response, FAILED_BYTES).await?;
        let said = serde_json::from_slice::<Value>(&body).ok().filter(|_| whole);
        let said = said.and_then(|value| message(value, |_| false).ok());
        let is_login = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        let excerpt = shown(&String::from_utf8_lossy(&body), 300);
        if let (Some((id, is_discovery)), false) = (request, is_login) {
            // A proxy or an old server cannot say whom it answers.
            let error = match said {
                Some(JsonRpcMessage::Error(error)) => Some(error.error),
                Some(_) | None if is_discovery && !has_session && status.is_client_error() => {
                    Some(ErrorData::invalid_request(format!("HTTP {status}: {excerpt}"), None))
                }
                Some(_) | None => None,
            };
            if let Some(error) = error {
                return Ok(StreamableHttpPostResponse::Json(
                    JsonRpcMessage::error(error, Some(id)),
                    session,
                ));
            }
        }
        if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            return Err(HttpStatusError::new(status.as_u16(), retry_after).into());
        }
        Err(unexpected(format!("HTTP {status}: {excerpt}")))
    }

    /// A stream of events in which each is as bounded as a message, and all together are; one that listens for ever is
    /// only cut, and opened again.
    fn events(&self, response: Response, listens: bool) -> Events {
        let meter = Meter::default();
        let limits = Arc::clone(&self.limits);
        let web = self.clone();
        let bytes = response.bytes_stream().boxed();
        let state = (bytes, meter, web, limits);
        let bounded = futures_util::stream::unfold(state, move |(mut bytes, mut meter, web, limits)| async move {
            let piece = match bytes.next().await? {
                Ok(piece) => piece,
                Err(error) => return Some((Err(lost(error)), (bytes, meter, web, limits))),
            };
            if let Err(ended) = meter.count(&piece, &limits, listens) {
                web.shared.end(ended.clone());
                return Some((Err(HttpError::Ended(ended)), (bytes, meter, web, limits)));
            }
            if listens && meter.total > limits.stream_bytes && meter.event == 0 {
                return None;
            }
            Some((Ok::<Bytes, HttpError>(piece), (bytes, meter, web, limits)))
        });
        let web = self.clone();
        events_of(bounded.boxed(), web)
    }
}

fn events_of(bytes: BoxStream<'static, Result<Bytes, HttpError>>, web: Web) -> Events {
    let events = SseStream::from_bytes_stream(bytes);
    let checked = events.map(move |event| {
        let mut event = event?;
        if let Some(data) = &event.data
            && let Err(ended) = check(data.as_bytes(), &web.limits)
        {
            web.shared.end(ended.clone());
            return Err(SseError::Body(Box::new(HttpError::Ended(ended))));
        }
        event.id = event.id.filter(|id| id.len() <= ID_BYTES);
        event.retry = event.retry.map(|wait| wait.clamp(RETRY_MS.0, RETRY_MS.1));
        Ok(event)
    });
    checked.boxed()
}

/// Counts the bytes of a stream and of the event that it is in.
#[derive(Debug, Default)]
struct Meter {
    total: u64,
    event: usize,
    /// Whether the line has anything in it.
    filled: bool,
    /// Whether the last byte was a carriage return.
    returned: bool,
}

impl Meter {
    fn count(&mut self, piece: &[u8], limits: &Limits, listens: bool) -> Result<(), Ended> {
        self.total += piece.len() as u64;
        if !listens && self.total > limits.stream_bytes {
            return Err(Ended::StreamTooLong {
                limit: limits.stream_bytes,
            });
        }
        for byte in piece {
            self.event += 1;
            match byte {
                b'\n' if self.returned => self.returned = false,
                b'\n' | b'\r' => {
                    self.returned = *byte == b'\r';
                    if !std::mem::take(&mut self.filled) {
                        self.event = 0;
                    }
                }
                _ => {
                    self.returned = false;
                    self.filled = true;
                }
            }
            // What frames an event takes a little room of its own.
            if self.event > limits.frame_bytes + 4096 {
                return Err(Ended::FrameTooLong {
                    limit: limits.frame_bytes,
                });
            }
        }
        Ok(())
    }
}

impl StreamableHttpClient for Web {
    type Error = HttpError;

    async fn post_message(
        &self,
        uri: Arc<str>,
        sent: ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        _: Option<String>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        let text = serde_json::to_vec(&sent).map_err(|error| StreamableHttpError::Client(error.into()))?;
        let request = self
            .client
            .post(uri.as_ref())
            .header(ACCEPT, format!("{JSON}, {EVENTS}"));
        let request = request.header(CONTENT_TYPE, JSON).body(text);
        let has_session = session.is_some();
        match &sent {
            JsonRpcMessage::Request(_) => self.is_open().await,
            JsonRpcMessage::Notification(notification) => {
                if matches!(
                    notification.notification,
                    ClientNotification::InitializedNotification(_)
                ) {
                    self.opening.send_replace(has_session);
                }
            }
            JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_) => {}
        }
        let response = self.send(request, session, headers).await?;
        let status = response.status();
        if matches!(status, StatusCode::ACCEPTED | StatusCode::NO_CONTENT) {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        if status == StatusCode::NOT_FOUND && has_session {
            return Err(StreamableHttpError::SessionExpired);
        }
        let asked = match &sent {
            JsonRpcMessage::Request(request) => Some(&request.request),
            JsonRpcMessage::Response(_) | JsonRpcMessage::Notification(_) | JsonRpcMessage::Error(_) => None,
        };
        let id = match &sent {
            JsonRpcMessage::Request(request) => Some(request.id.clone()),
            JsonRpcMessage::Response(_) | JsonRpcMessage::Notification(_) | JsonRpcMessage::Error(_) => None,
        };
        if !status.is_success() {
            let is_discovery = matches!(asked, Some(ClientRequest::DiscoverRequest(_)));
            return self
                .refusal(response, id.map(|id| (id, is_discovery)), has_session)
                .await;
        }
        let Some(asked) = asked else {
            return Ok(StreamableHttpPostResponse::Accepted);
        };
        let session = session_of(&response);
        match media_type(&response).as_deref() {
            Some(EVENTS) => Ok(StreamableHttpPostResponse::Sse(self.events(response, false), session)),
            Some(JSON) => {
                let (body, whole) = self.body(response, self.limits.frame_bytes).await?;
                if !whole {
                    return Err(self.end(Ended::FrameTooLong {
                        limit: self.limits.frame_bytes,
                    }));
                }
                check(&body, &self.limits).map_err(|ended| self.end(ended))?;
                // The library reads the headers that a tool wants out of a list of tools.
                let typed = is_typed(asked) || matches!(asked, ClientRequest::ListToolsRequest(_));
                let value = serde_json::from_slice(&body).ok();
                let answer = value.and_then(|value| message(value, |_| typed).ok());
                let excerpt = || shown(&String::from_utf8_lossy(&body[..body.len().min(400)]), 100);
                let answer = answer.ok_or_else(|| unexpected(format!("no message: `{}`", excerpt())))?;
                Ok(StreamableHttpPostResponse::Json(answer, session))
            }
            other => Err(StreamableHttpError::UnexpectedContentType(
                other.map(|media_type| shown(media_type, 100)),
            )),
        }
    }

    async fn delete_session(
        &self,
        uri: Arc<str>,
        session: Arc<str>,
        _: Option<String>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<(), Failed> {
        let response = self
            .send(self.client.delete(uri.as_ref()), Some(session), headers)
            .await?;
        match response.status() {
            StatusCode::METHOD_NOT_ALLOWED => Ok(()),
            status if status.is_success() => Ok(()),
            status => Err(unexpected(format!("HTTP {status}"))),
        }
    }

    async fn get_stream(
        &self,
        uri: Arc<str>,
        session: Option<Arc<str>>,
        last_event_id: Option<String>,
        _: Option<String>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<Events, Failed> {
        let mut request = self.client.get(uri.as_ref()).header(ACCEPT, EVENTS);
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = self.send(request, session, headers).await;
        self.opening.send_replace(false);
        let response = response?;
        match (response.status(), media_type(&response).as_deref()) {
            (StatusCode::METHOD_NOT_ALLOWED, _) => Err(StreamableHttpError::ServerDoesNotSupportSse),
            (status, Some(EVENTS)) if status.is_success() => Ok(self.events(response, true)),
            (status, media_type) if status.is_success() => Err(StreamableHttpError::UnexpectedContentType(
                media_type.map(|media_type| shown(media_type, 100)),
            )),
            (status, _) => Err(unexpected(format!("HTTP {status}"))),
        }
    }
}

fn unexpected(what: String) -> Failed {
    StreamableHttpError::UnexpectedServerResponse(what.into())
}

fn media_type(response: &Response) -> Option<String> {
    let value = response.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default();
    Some(essence.trim().to_ascii_lowercase())
}

fn session_of(response: &Response) -> Option<String> {
    let session = response.headers().get(SESSION)?.to_str().ok()?;
    (session.len() <= ID_BYTES).then(|| session.to_owned())
}

/// What the library says and why, without the address, which may hold what is secret.
fn lost(error: web::Error) -> HttpError {
    let unsent = error.is_connect() || error.is_builder();
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(at) = cause {
        text = format!("{text}: {at}");
        cause = at.source();
    }
    if unsent {
        HttpError::Unreached(text)
    } else {
        HttpError::Lost(text)
    }
}

/// Whether nothing was sent, as far as the chain of causes tells.
pub(crate) fn is_unsent(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(at) = cause {
        if let Some(HttpError::Unreached(_)) = at.downcast_ref() {
            return true;
        }
        if let Some(StreamableHttpError::Client(HttpError::Unreached(_))) = at.downcast_ref::<Failed>() {
            return true;
        }
        cause = at.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_ends_at_an_empty_line_however_lines_end() {
        for (text, left) in [
            ("data: 1\n\ndata: 2\n", 8),
            ("data: 1\r\n\r\ndata: 2", 8),
            ("data: 1\r\rdata: 2\r", 8),
            ("data: 1\n", 8),
            ("\n\n\n", 0),
        ] {
            let (mut whole, mut bytewise) = (Meter::default(), Meter::default());
            let limits = Limits::default();
            whole.count(text.as_bytes(), &limits, false).unwrap();
            for byte in text.as_bytes() {
                bytewise.count(&[*byte], &limits, false).unwrap();
            }
            // The line feed of an empty line that ended with a carriage return still counts.
            assert!(whole.event.abs_diff(left) <= 1, "{text:?} {}", whole.event);
            assert_eq!(whole.event, bytewise.event, "{text:?}");
        }
    }
}
