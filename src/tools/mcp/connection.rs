//! A server that is spoken to: one request, its deadline, its answer as JSON.
//!
//! A call that is dropped is cancelled. One that takes too long is cancelled, and its server is dropped: whoever needs
//! it connects again. Never repeats a request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rmcp::model::{
    CancelledNotificationParam, ClientRequest, CustomRequest, GetExtensions as _, PingRequest, RequestId,
    ServerPeerInfo, ServerResult,
};
use rmcp::service::{Peer, PeerRequestOptions, RoleClient, RunningService, ServiceError};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Ended;
use super::answers::{Answers, Root};
use super::beside::Beside;
use super::call::Progress;
use super::guard::{Hearing, Shared};
use super::http::is_unsent;
use super::limits::Limits;
use super::shape::shown;

/// The longest text of an error, in characters.
const ERROR: usize = 1000;

/// News that nobody asked for. Their texts are the server's, cut to 4096 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A line of its log.
    Log {
        /// `debug` to `emergency`.
        level: String,
        /// Who logs.
        logger: Option<String>,
        /// What.
        text: String,
    },
    /// Its tools are others now.
    ToolsChanged,
    /// Its prompts are others now.
    PromptsChanged,
    /// Its resources are others now.
    ResourcesChanged,
    /// A resource that is watched has changed.
    ResourceUpdated {
        /// Which.
        uri: String,
    },
    /// A page that somebody was asked to visit has done its work.
    ElicitationDone {
        /// What the server calls the question.
        id: String,
    },
}

/// Who a server says it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// Its name, cut to 200 characters.
    pub name: String,
    /// Its version, cut to 200 characters.
    pub version: String,
    /// How it says it is to be used: a text of a stranger, for no model to obey. Cut to 8192 characters.
    pub instructions: Option<String>,
}

/// Why a server was not asked, or did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The connection is over.
    #[error("{ended}")]
    Ended {
        /// Why.
        ended: Ended,
        /// Whether the request may have been read before.
        sent: bool,
    },
    /// It says no.
    #[error("the server refuses: {message} (code {code})")]
    Refused {
        /// JSON-RPC's or its own.
        code: i32,
        /// What it says, escaped and cut.
        message: String,
    },
    /// It says that it has nothing of the kind.
    #[error("the server offers no {what}")]
    NotOffered {
        /// Tools, resources and so on.
        what: &'static str,
    },
    /// The request did not get through, or its answer did not.
    #[error("the request got no answer: {why}")]
    Lost {
        /// What happened, escaped and cut.
        why: String,
        /// Whether it may have been read.
        sent: bool,
    },
    /// It wants to know who asks.
    #[error("the server wants a login: {challenge}")]
    Login {
        /// Its `WWW-Authenticate`, escaped and cut.
        challenge: String,
    },
    /// It answers something that is not what was asked.
    #[error("the server answered something else than {what}")]
    Unexpected {
        /// What was asked.
        what: &'static str,
    },
    /// What a tool returned is not what it was described to return.
    #[error("`{tool}` returned what does not conform to its own description: {why}")]
    Misshapen {
        /// The tool.
        tool: String,
        /// Where and how.
        why: String,
    },
    /// A list goes on and on.
    #[error("the list of {what} goes on after {limit} {unit}")]
    Endless {
        /// Tools, resources and so on.
        what: &'static str,
        /// What is read of it.
        limit: usize,
        /// Pages, entries or bytes.
        unit: &'static str,
    },
    /// It asks again and again instead of answering.
    #[error("the server asked for input {rounds} times and did not answer")]
    Rounds {
        /// How often it was given some.
        rounds: usize,
    },
    /// It would be done some time later, which nobody here waits for.
    #[error("the server made a task of it, which is not followed")]
    Task,
}

impl CallError {
    /// Whether the server may have done what it was asked for.
    pub fn is_uncertain(&self) -> bool {
        match self {
            Self::Ended { sent, .. } | Self::Lost { sent, .. } => *sent,
            Self::Misshapen { .. } | Self::Unexpected { .. } | Self::Task | Self::Rounds { .. } => true,
            // These errors of JSON-RPC come before the work: nothing could be read, or there is no such thing.
            Self::Refused { code, .. } => !(-32_602..=-32_600).contains(code) && *code != -32_700,
            Self::NotOffered { .. } | Self::Login { .. } | Self::Endless { .. } => false,
        }
    }
}

/// A server that is connected. Dropping it ends the server's process; [`Connection::close`] lets it end by itself.
pub struct Connection {
    pub(crate) service: RunningService<RoleClient, Answers>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) answers: Answers,
    info: Arc<ServerPeerInfo>,
    notices: Mutex<Option<mpsc::Receiver<Notice>>>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.end(Ended::Dropped);
    }
}

impl Connection {
    pub(crate) fn new(
        service: RunningService<RoleClient, Answers>,
        info: Arc<ServerPeerInfo>,
        shared: Arc<Shared>,
        limits: Arc<Limits>,
        notices: mpsc::Receiver<Notice>,
    ) -> Self {
        Self {
            answers: service.service().clone(),
            service,
            shared,
            limits,
            info,
            notices: Mutex::new(Some(notices)),
        }
    }

    /// The version of the protocol that both speak: a date.
    pub fn version(&self) -> &str {
        self.info.protocol_version.as_str()
    }

    /// Who the server says it is.
    pub fn identity(&self) -> Identity {
        let cut = |text: &str, characters| text.chars().take(characters).collect::<String>();
        let named = self.info.server_info.as_ref();
        Identity {
            name: named.map(|server| cut(&server.name, 200)).unwrap_or_default(),
            version: named.map(|server| cut(&server.version, 200)).unwrap_or_default(),
            instructions: self.info.instructions.as_ref().map(|text| cut(text, 8192)),
        }
    }

    /// Whether both speak the newest protocol, in which a server tells of its tools only to those who listen.
    pub fn is_of_the_newest(&self) -> bool {
        !self.info.protocol_version.has_initialize()
    }

    /// What the server says that it has beside tools.
    pub fn beside(&self) -> Vec<Beside> {
        let all = [(Beside::Resource, "resources"), (Beside::Prompt, "prompts")];
        let offered = all.into_iter().filter(|(_, what)| self.offers(what).is_ok());
        offered.map(|(beside, _)| beside).collect()
    }

    /// Why it is over, where it is.
    pub fn ended(&self) -> Option<Ended> {
        self.shared.ended()
    }

    /// The server's news; whoever asks first has them.
    pub fn notices(&self) -> Option<mpsc::Receiver<Notice>> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// How many notices nobody took in time.
    pub fn missed_notices(&self) -> u64 {
        self.shared.missed.load(Ordering::Relaxed)
    }

    /// How often the server said that its tools have changed.
    pub fn tools_changed(&self) -> u64 {
        self.shared.tools.load(Ordering::Relaxed)
    }

    /// Asks whether the server is there. The newest protocol has no such question: there it is what the server can do.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn ping(&self) -> Result<(), CallError> {
        let asking = self.asking("ping", self.limits.call);
        let request = if self.info.protocol_version.has_initialize() {
            ClientRequest::PingRequest(PingRequest::default())
        } else {
            ClientRequest::CustomRequest(CustomRequest::new("server/discover", None))
        };
        asking.finish(asking.ask(request, None)).await.map(drop)
    }

    /// Tells the server of other directories than before.
    ///
    /// # Errors
    /// It cannot be told.
    pub async fn set_roots(&self, roots: Vec<Root>) -> Result<(), CallError> {
        self.answers.set_roots(roots);
        if !self.info.protocol_version.has_initialize() {
            // The newest protocol asks for them with each request.
            return Ok(());
        }
        let asking = self.asking("notifications/roots/list_changed", self.limits.call);
        let told = async { self.service.peer().notify_roots_list_changed().await.map_err(failed) };
        asking.finish(told).await
    }

    /// Ends the session and the server, which has a moment to end by itself.
    pub async fn close(mut self) {
        let grace = self.limits.grace;
        // Whether it went in time or not, the process ends with the connection.
        let _ = self.service.close_with_timeout(grace).await;
    }

    /// What a server has to have said that it offers.
    pub(crate) fn offers(&self, what: &'static str) -> Result<(), CallError> {
        let offered = &self.info.capabilities;
        let is_offered = match what {
            "tools" => offered.tools.is_some(),
            "resources" | "resource templates" => offered.resources.is_some(),
            "prompts" => offered.prompts.is_some(),
            "completions" => offered.completions.is_some(),
            "logging" => offered.logging.is_some(),
            _ => true,
        };
        is_offered.then_some(()).ok_or(CallError::NotOffered { what })
    }

    /// Begins a call that may take as long as `limit`.
    pub(crate) fn asking(&self, method: &'static str, limit: Duration) -> Asking {
        if self.shared.calls.fetch_add(1, Ordering::Relaxed) == 0 {
            self.shared.questions.store(0, Ordering::Relaxed);
        }
        Asking {
            peer: self.service.peer().clone(),
            shared: Arc::clone(&self.shared),
            method,
            limit,
            grace: self.limits.grace,
            current: Mutex::new(None),
            sent: AtomicBool::new(false),
        }
    }

    /// Asks once and waits as long as a call may take.
    pub(crate) async fn ask(&self, method: &'static str, request: ClientRequest) -> Result<Value, CallError> {
        let asking = self.asking(method, self.limits.call);
        asking.finish(asking.ask(request, None)).await
    }
}

/// A call that is going on: one request after the other, under one deadline.
pub(crate) struct Asking {
    peer: Peer<RoleClient>,
    shared: Arc<Shared>,
    method: &'static str,
    limit: Duration,
    grace: Duration,
    /// The request that waits for its answer.
    current: Mutex<Option<RequestId>>,
    sent: AtomicBool,
}

impl Asking {
    /// Sends a request and waits for what it is answered.
    pub(crate) async fn ask(
        &self,
        mut request: ClientRequest,
        progress: Option<&mpsc::Sender<Progress>>,
    ) -> Result<Value, CallError> {
        if let Some(ended) = self.shared.ended() {
            return Err(self.over(ended));
        }
        if let Some(progress) = progress {
            request.extensions_mut().insert(Hearing(progress.clone()));
        }
        let handle = self
            .peer
            .send_request_with_option(request, PeerRequestOptions::no_options());
        let handle = handle.await.map_err(failed)?;
        self.sent.store(true, Ordering::Relaxed);
        self.hold(Some(handle.id.clone()));
        let answer = handle.rx.await;
        self.hold(None);
        match answer {
            Ok(Ok(ServerResult::CustomResult(result))) => Ok(result.0),
            Ok(Ok(result)) => serde_json::to_value(result).map_err(|_| CallError::Unexpected { what: self.method }),
            Ok(Err(error)) => Err(failed(error)),
            Err(_) => Err(self.over(self.shared.ended().unwrap_or(Ended::Closed))),
        }
    }

    /// Waits for `work` until the time is up or the connection is over.
    pub(crate) async fn finish<T>(&self, work: impl Future<Output = Result<T, CallError>>) -> Result<T, CallError> {
        tokio::select! {
            biased;
            done = work => done.map_err(|error| self.clearer(error)),
            ended = self.shared.end_of() => Err(self.over(ended)),
            () = self.run_out() => {
                if let Some(id) = self.hold(None) {
                    let cancelled = self.peer.notify_cancelled(cancelled(id, "it took too long"));
                    let _ = tokio::time::timeout(self.grace, cancelled).await;
                }
                let overdue = Ended::Overdue {
                    method: self.method.to_owned(),
                    milliseconds: self.limit.as_millis(),
                };
                self.shared.end_after(overdue, self.grace);
                Err(self.over(self.shared.ended().unwrap_or(Ended::Dropped)))
            }
        }
    }

    /// Waits until the time is up in which nobody was thinking.
    async fn run_out(&self) {
        let mut thinking = self.shared.thinking.subscribe();
        let mut left = self.limit;
        loop {
            // The sender is this connection's own, so it cannot be gone.
            let _ = thinking.wait_for(|thinking| *thinking == 0).await;
            let begun = Instant::now();
            tokio::select! {
                () = tokio::time::sleep(left) => return,
                _ = thinking.wait_for(|thinking| *thinking > 0) => left = left.saturating_sub(begun.elapsed()),
            }
        }
    }

    /// A closed connection has a reason that is known here better than in the library.
    fn clearer(&self, error: CallError) -> CallError {
        match (&error, self.shared.ended()) {
            (CallError::Ended { .. } | CallError::Lost { .. }, Some(ended)) => self.over(ended),
            (_, _) => error,
        }
    }

    fn over(&self, ended: Ended) -> CallError {
        CallError::Ended {
            ended,
            sent: self.sent.load(Ordering::Relaxed),
        }
    }

    fn hold(&self, id: Option<RequestId>) -> Option<RequestId> {
        std::mem::replace(&mut *self.current.lock().unwrap_or_else(PoisonError::into_inner), id)
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.shared.calls.fetch_sub(1, Ordering::Relaxed);
        if let Some(id) = self.hold(None)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let (peer, grace) = (self.peer.clone(), self.grace);
            runtime.spawn(async move {
                let told = peer.notify_cancelled(cancelled(id, "nobody waits for it any more"));
                let _ = tokio::time::timeout(grace, told).await;
            });
        }
    }
}

fn cancelled(id: RequestId, reason: &str) -> CancelledNotificationParam {
    CancelledNotificationParam::new(Some(id), Some(reason.to_owned()))
}

/// What the library says, without its words.
pub(crate) fn failed(error: ServiceError) -> CallError {
    if let Some(challenge) = error.auth_challenge() {
        return CallError::Login {
            challenge: shown(challenge, ERROR),
        };
    }
    match error {
        ServiceError::McpError(error) => CallError::Refused {
            code: error.code.0,
            message: shown(&error.message, ERROR),
        },
        ServiceError::TransportSend(error) => CallError::Lost {
            sent: !is_unsent(error.error.as_ref()),
            why: shown(&error.error.to_string(), ERROR),
        },
        ServiceError::TransportClosed => CallError::Ended {
            ended: Ended::Closed,
            sent: true,
        },
        error => CallError::Lost {
            why: shown(&error.to_string(), ERROR),
            sent: true,
        },
    }
}
