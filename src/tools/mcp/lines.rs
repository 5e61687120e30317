//! Messages as lines over a pair of pipes.
//!
//! Reads no more than one message ahead, and no message that is longer, deeper or richer than allowed. What is no
//! message is skipped until there is too much of it. Never starts a process and never ends one: the guard does.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::sync::Arc;

use rmcp::model::{
    ClientJsonRpcMessage, ClientRequest, CustomRequest, CustomResult, JsonRpcMessage, RequestId, ServerJsonRpcMessage,
    ServerRequest, ServerResult,
};
use rmcp::service::RoleClient;
use rmcp::transport::Transport;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::sync::Mutex;

use super::Ended;
use super::guard::Shared;
use super::limits::Limits;
use super::sampling::CREATE_MESSAGE;
use super::shape::{check, shown};

/// What a server writes.
pub(crate) type Reader = Box<dyn AsyncRead + Send + Unpin>;
/// What a server reads.
pub(crate) type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// A server at the other end of two pipes.
pub(crate) struct Lines {
    read: BufReader<Reader>,
    line: Vec<u8>,
    write: Arc<Mutex<Option<Writer>>>,
    /// Requests whose answers rmcp reads itself.
    typed: HashSet<RequestId>,
    /// Messages of a batch that are not handed on yet.
    batch: VecDeque<ServerJsonRpcMessage>,
    noise: usize,
    shared: Arc<Shared>,
    limits: Arc<Limits>,
}

impl Lines {
    pub(crate) fn new(read: Reader, write: Writer, shared: Arc<Shared>, limits: Arc<Limits>) -> Self {
        Self {
            read: BufReader::with_capacity(64 << 10, read),
            line: Vec::new(),
            write: Arc::new(Mutex::new(Some(write))),
            typed: HashSet::new(),
            batch: VecDeque::new(),
            noise: 0,
            shared,
            limits,
        }
    }

    /// Reads up to the end of a line; what was read of it is kept when the future is dropped.
    async fn next_line(&mut self) -> Result<(), Ended> {
        loop {
            let available = self.read.fill_buf().await;
            let available = available.map_err(|error| Ended::Broken { why: error.to_string() })?;
            if available.is_empty() {
                return Err(Ended::Closed);
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(available.len());
            if self.line.len() + taken > self.limits.frame_bytes {
                return Err(Ended::FrameTooLong {
                    limit: self.limits.frame_bytes,
                });
            }
            self.line.extend_from_slice(&available[..taken]);
            self.read.consume(end.map_or(taken, |end| end + 1));
            if end.is_some() {
                return Ok(());
            }
        }
    }

    /// Reads what the line says into the batch.
    fn take_line(&mut self) -> Result<(), Ended> {
        let line = std::mem::take(&mut self.line);
        let text = line.trim_ascii();
        if text.is_empty() {
            return Ok(());
        }
        check(text, &self.limits)?;
        let Ok(value) = serde_json::from_slice::<Value>(text) else {
            return self.skip(text);
        };
        drop(line);
        let parts = match value {
            Value::Array(parts) => parts,
            one => vec![one],
        };
        for part in parts {
            match message(part, |id| self.typed.remove(id)) {
                Ok(message) => self.batch.push_back(message),
                Err(part) => self.skip(part.to_string().as_bytes())?,
            }
        }
        Ok(())
    }

    fn skip(&mut self, text: &[u8]) -> Result<(), Ended> {
        self.noise += text.len();
        if self.noise <= self.limits.noise_bytes {
            return Ok(());
        }
        Err(Ended::Noise {
            limit: self.limits.noise_bytes,
            excerpt: shown(&String::from_utf8_lossy(&text[..text.len().min(400)]), 80),
        })
    }
}

/// Reads a message; what it answers stays JSON unless `typed` says that rmcp reads that answer, and so does a question
/// to a model.
///
/// # Errors
/// It is none, and comes back.
pub(crate) fn message(value: Value, mut typed: impl FnMut(&RequestId) -> bool) -> Result<ServerJsonRpcMessage, Value> {
    if value.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(value);
    }
    let id = value.get("id").cloned().map(serde_json::from_value::<RequestId>);
    if let (Some(Ok(id)), Some(_), None) = (&id, value.get("result"), value.get("method"))
        && !typed(id)
    {
        let Value::Object(mut members) = value else {
            return Err(value);
        };
        let result = members.remove("result").unwrap_or(Value::Null);
        let result = ServerResult::CustomResult(CustomResult::new(result));
        return Ok(ServerJsonRpcMessage::response(result, id.clone()));
    }
    // A question to a model stays JSON as well: what cannot be read of it is for whoever answers to say.
    if let (Some(Ok(id)), Some(CREATE_MESSAGE)) = (&id, value.get("method").and_then(Value::as_str)) {
        let request = CustomRequest::new(CREATE_MESSAGE, value.get("params").cloned());
        return Ok(ServerJsonRpcMessage::request(
            ServerRequest::CustomRequest(request),
            id.clone(),
        ));
    }
    serde_json::from_value(value.clone()).map_err(|_| value)
}

/// Whether rmcp itself reads what answers this.
pub(crate) fn is_typed(request: &ClientRequest) -> bool {
    matches!(
        request,
        ClientRequest::InitializeRequest(_)
            | ClientRequest::DiscoverRequest(_)
            | ClientRequest::SubscriptionsListenRequest(_)
    )
}

impl Transport<RoleClient> for Lines {
    type Error = io::Error;

    fn send(&mut self, message: ClientJsonRpcMessage) -> impl Future<Output = Result<(), io::Error>> + Send + 'static {
        if let JsonRpcMessage::Request(request) = &message
            && is_typed(&request.request)
        {
            self.typed.insert(request.id.clone());
        }
        let text = serde_json::to_vec(&message);
        let write = Arc::clone(&self.write);
        async move {
            let mut text = text?;
            text.push(b'\n');
            let mut write = write.lock().await;
            let write = write.as_mut().ok_or(io::ErrorKind::NotConnected)?;
            write.write_all(&text).await?;
            write.flush().await
        }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        loop {
            if let Some(message) = self.batch.pop_front() {
                return Some(message);
            }
            let line = match self.next_line().await {
                Ok(()) => self.take_line(),
                Err(ended) => Err(ended),
            };
            if let Err(ended) = line {
                match ended {
                    Ended::Closed | Ended::Broken { .. } => self.shared.end_closed(ended),
                    ended => self.shared.end(ended),
                }
                return None;
            }
        }
    }

    async fn close(&mut self) -> Result<(), io::Error> {
        // A writer that waits for a server that does not read is not waited for.
        if let Ok(mut write) = self.write.try_lock() {
            write.take();
        }
        Ok(())
    }
}
