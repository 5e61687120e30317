//! What stands between a server and the library: ids that were asked, floods, and what is only news.
//!
//! The library starts a task for each message, so what comes in numbers is counted and answered here. Never waits for
//! whoever hears the news: what they do not take in time is counted and dropped.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, GetExtensions as _, GetMeta as _, JsonRpcMessage, ProgressToken,
    RequestId, ServerJsonRpcMessage, ServerNotification,
};
use rmcp::service::RoleClient;
use rmcp::transport::Transport;
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use super::Ended;
use super::call::Progress;
use super::connection::Notice;
use super::limits::Limits;
use super::shape::shown;

/// How many cancelled requests may still be answered.
const CANCELLED: usize = 1024;
/// How long a program that closed its side may take to end by itself, so that it is known how it did.
const A_MOMENT: Duration = Duration::from_secs(1);
/// The longest message of a notice, in characters.
const NOTICE: usize = 4096;

/// What a connection and its transport know together.
pub(crate) struct Shared {
    ended: watch::Sender<Option<Ended>>,
    /// Ends the server's process when it is dropped.
    process: Mutex<Option<Box<dyn Send>>>,
    notices: mpsc::Sender<Notice>,
    /// Notices that nobody took in time.
    pub(crate) missed: AtomicU64,
    /// How often each list was said to have changed.
    pub(crate) tools: AtomicU64,
    pub(crate) prompts: AtomicU64,
    pub(crate) resources: AtomicU64,
    /// Calls in flight.
    pub(crate) calls: AtomicUsize,
    /// Questions that somebody is thinking about.
    pub(crate) thinking: watch::Sender<usize>,
    /// Questions since there was a call in flight.
    pub(crate) questions: AtomicUsize,
}

impl Shared {
    pub(crate) fn new(process: Option<Box<dyn Send>>, notices: mpsc::Sender<Notice>) -> Self {
        Self {
            ended: watch::Sender::new(None),
            process: Mutex::new(process),
            notices,
            missed: AtomicU64::new(0),
            tools: AtomicU64::new(0),
            prompts: AtomicU64::new(0),
            resources: AtomicU64::new(0),
            calls: AtomicUsize::new(0),
            thinking: watch::Sender::new(0),
            questions: AtomicUsize::new(0),
        }
    }

    /// Ends the connection and the server's process; the first reason stays.
    pub(crate) fn end(&self, why: Ended) {
        drop(self.leave(why));
    }

    /// Ends the connection whose other side is closed.
    pub(crate) fn end_closed(&self, why: Ended) {
        self.end_after(why, A_MOMENT);
    }

    /// Ends the connection, and the server's process a moment later: it was told to stop, and may tidy up.
    pub(crate) fn end_after(&self, why: Ended, grace: Duration) {
        if let Some(process) = self.leave(why) {
            tokio::spawn(async move {
                tokio::time::sleep(grace).await;
                drop(process);
            });
        }
    }

    fn leave(&self, why: Ended) -> Option<Box<dyn Send>> {
        self.ended.send_if_modified(|ended| {
            let first = ended.is_none();
            ended.get_or_insert(why);
            first
        });
        self.process.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(crate) fn ended(&self) -> Option<Ended> {
        self.ended.borrow().clone()
    }

    /// Waits until it is over.
    pub(crate) async fn end_of(&self) -> Ended {
        let mut ended = self.ended.subscribe();
        match ended.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(why)) => why.clone(),
            Ok(None) | Err(_) => Ended::Dropped,
        }
    }

    fn tell(&self, notice: Notice) {
        if self.notices.try_send(notice).is_err() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Travels with a request, unwritten, to where its progress is heard.
#[derive(Debug, Clone)]
pub(crate) struct Hearing(pub(crate) mpsc::Sender<Progress>);

/// A transport whose server keeps to what it was asked.
pub(crate) struct Guard<T> {
    inner: T,
    shared: Arc<Shared>,
    limits: Arc<Limits>,
    /// Requests of ours without an answer.
    asked: HashMap<RequestId, Option<ProgressToken>>,
    hearing: HashMap<ProgressToken, mpsc::Sender<Progress>>,
    /// Requests of ours that were cancelled, the oldest first.
    cancelled: VecDeque<RequestId>,
    /// Requests of the server without an answer.
    theirs: HashSet<RequestId>,
    /// Messages that are being written.
    writing: Arc<AtomicUsize>,
    unasked: usize,
}

impl<T> Guard<T> {
    pub(crate) fn new(inner: T, shared: Arc<Shared>, limits: Arc<Limits>) -> Self {
        Self {
            inner,
            shared,
            limits,
            asked: HashMap::new(),
            hearing: HashMap::new(),
            cancelled: VecDeque::new(),
            theirs: HashSet::new(),
            writing: Arc::default(),
            unasked: 0,
        }
    }

    fn sent(&mut self, message: &mut ClientJsonRpcMessage) {
        match message {
            JsonRpcMessage::Request(request) => {
                let token = request.request.get_meta().get_progress_token();
                let hearing = request.request.extensions_mut().remove::<Hearing>();
                if let (Some(token), Some(hearing)) = (&token, hearing) {
                    self.hearing.insert(token.clone(), hearing.0);
                }
                self.asked.insert(request.id.clone(), token);
                self.unasked = 0;
            }
            JsonRpcMessage::Response(response) => {
                self.theirs.remove(&response.id);
            }
            JsonRpcMessage::Error(error) => {
                error.id.as_ref().map(|id| self.theirs.remove(id));
            }
            JsonRpcMessage::Notification(notification) => {
                if let ClientNotification::CancelledNotification(cancelled) = &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                    && self.answered(id)
                {
                    if self.cancelled.len() == CANCELLED {
                        self.cancelled.pop_front();
                    }
                    self.cancelled.push_back(id.clone());
                }
            }
        }
    }

    /// Whether `id` was asked and not answered yet; then it is.
    fn answered(&mut self, id: &RequestId) -> bool {
        let Some(token) = self.asked.remove(id) else {
            return false;
        };
        token.map(|token| self.hearing.remove(&token));
        true
    }

    /// What of a message goes on to the library.
    fn judge(&mut self, mut message: ServerJsonRpcMessage) -> Result<Option<ServerJsonRpcMessage>, Ended> {
        match &mut message {
            JsonRpcMessage::Response(response) => {
                response.id = ours(&response.id, &self.asked);
                let id = response.id.clone();
                return Ok(self.answer(&id)?.then_some(message));
            }
            JsonRpcMessage::Error(error) => {
                // A server that cannot read a request says so without an id, and only one can be meant.
                if error.id.is_none() && self.asked.len() == 1 {
                    error.id = self.asked.keys().next().cloned();
                }
                if let Some(id) = &mut error.id {
                    *id = ours(id, &self.asked);
                    let id = id.clone();
                    return Ok(self.answer(&id)?.then_some(message));
                }
            }
            JsonRpcMessage::Request(request) => {
                self.count()?;
                self.theirs.insert(request.id.clone());
                let waiting = self.theirs.len().max(self.writing.load(Ordering::Relaxed));
                if waiting > 4 * self.limits.questions {
                    return Err(Ended::Unread {
                        limit: 4 * self.limits.questions,
                    });
                }
            }
            JsonRpcMessage::Notification(notification) => {
                self.count()?;
                // What it no longer asks is not answered.
                if let ServerNotification::CancelledNotification(cancelled) = &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.theirs.remove(id);
                }
                if !self.hear(&mut notification.notification) {
                    return Ok(None);
                }
            }
        }
        Ok(Some(message))
    }

    fn answer(&mut self, id: &RequestId) -> Result<bool, Ended> {
        if self.answered(id) {
            self.unasked = 0;
            return Ok(true);
        }
        match self.cancelled.iter().position(|cancelled| cancelled == id) {
            Some(at) => {
                self.cancelled.remove(at);
                Ok(false)
            }
            None => Err(Ended::WrongId {
                id: shown(&id.to_string(), 80),
            }),
        }
    }

    fn count(&mut self) -> Result<(), Ended> {
        self.unasked += 1;
        if self.unasked > self.limits.unasked {
            return Err(Ended::Flood {
                limit: self.limits.unasked,
            });
        }
        Ok(())
    }

    /// Passes news on; whether the library is to see them as well.
    fn hear(&self, notification: &mut ServerNotification) -> bool {
        let subscribed = notification.get_meta().subscription_id().is_some();
        match notification {
            ServerNotification::ProgressNotification(progress) => {
                if let Some(hearing) = self.hearing.get(&progress.params.progress_token) {
                    let message = progress.params.message.as_deref();
                    // Progress is worth nothing later.
                    let _ = hearing.try_send(Progress {
                        progress: progress.params.progress,
                        total: progress.params.total,
                        message: message.map(|message| message.chars().take(NOTICE).collect()),
                    });
                }
                false
            }
            ServerNotification::LoggingMessageNotification(log) => {
                self.shared.tell(logged(&log.params));
                false
            }
            ServerNotification::ToolListChangedNotification(_) => {
                self.shared.tools.fetch_add(1, Ordering::Relaxed);
                self.shared.tell(Notice::ToolsChanged);
                subscribed
            }
            ServerNotification::PromptListChangedNotification(_) => {
                self.shared.prompts.fetch_add(1, Ordering::Relaxed);
                self.shared.tell(Notice::PromptsChanged);
                subscribed
            }
            ServerNotification::ResourceListChangedNotification(_) => {
                self.shared.resources.fetch_add(1, Ordering::Relaxed);
                self.shared.tell(Notice::ResourcesChanged);
                subscribed
            }
            ServerNotification::ResourceUpdatedNotification(updated) => {
                let uri = updated.params.uri.chars().take(NOTICE).collect();
                self.shared.tell(Notice::ResourceUpdated { uri });
                subscribed
            }
            ServerNotification::CustomNotification(custom) => {
                if custom.method == "notifications/elicitation/complete" {
                    let id = custom.params.as_ref().and_then(|params| params.get("elicitationId"));
                    let id = id.and_then(Value::as_str).unwrap_or_default();
                    self.shared.tell(Notice::ElicitationDone {
                        id: id.chars().take(200).collect(),
                    });
                }
                false
            }
            ServerNotification::TaskStatusNotification(_) => false,
            ServerNotification::CancelledNotification(_)
            | ServerNotification::SubscriptionsAcknowledgedNotification(_) => true,
            // The library's list may grow; what is not known here is not for it either.
            _ => false,
        }
    }
}

#[allow(
    deprecated,
    reason = "servers of every protocol version before the newest log in this way"
)]
fn logged(log: &rmcp::model::LoggingMessageNotificationParam) -> Notice {
    let text = match &log.data {
        Value::String(text) => text.chars().take(NOTICE).collect(),
        data => data.to_string().chars().take(NOTICE).collect(),
    };
    Notice::Log {
        level: format!("{:?}", log.level).to_lowercase(),
        logger: log.logger.as_deref().map(|logger| logger.chars().take(200).collect()),
        text,
    }
}

/// The id that was asked: some servers write a number as a text.
fn ours(id: &RequestId, asked: &HashMap<RequestId, Option<ProgressToken>>) -> RequestId {
    if let RequestId::String(text) = id
        && let Ok(number) = text.parse()
        && asked.contains_key(&RequestId::Number(number))
    {
        return RequestId::Number(number);
    }
    id.clone()
}

/// Counts a message while it is written, also when that is given up.
struct Writing(Arc<AtomicUsize>);

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<T: Transport<RoleClient>> Transport<RoleClient> for Guard<T> {
    type Error = T::Error;

    fn send(
        &mut self,
        mut message: ClientJsonRpcMessage,
    ) -> impl Future<Output = Result<(), T::Error>> + Send + 'static {
        self.sent(&mut message);
        self.writing.fetch_add(1, Ordering::Relaxed);
        let writing = Writing(Arc::clone(&self.writing));
        let sending = self.inner.send(message);
        async move {
            let sent = sending.await;
            drop(writing);
            sent
        }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        loop {
            let shared = Arc::clone(&self.shared);
            let message = tokio::select! {
                biased;
                _ = shared.end_of() => return None,
                message = self.inner.receive() => message,
            };
            let Some(message) = message else {
                self.shared.end(Ended::Closed);
                return None;
            };
            match self.judge(message) {
                Ok(Some(message)) => return Some(message),
                Ok(None) => {}
                Err(ended) => {
                    self.shared.end(ended);
                    return None;
                }
            }
        }
    }

    async fn close(&mut self) -> Result<(), T::Error> {
        self.inner.close().await
    }
}
