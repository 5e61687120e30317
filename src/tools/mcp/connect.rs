//! Finding the version of the protocol that a server speaks.
//!
//! The newest version is asked for as it wants to be (`server/discover`), and a server that does not know that is
//! greeted as all older ones are, over the same pipes. One that breaks over the question is started anew and greeted
//! in the older way at once. Never tries more than [`ATTEMPTS`] times.

use std::io;
use std::pin::Pin;
use std::sync::Arc;

use rmcp::model::ProtocolVersion;
use rmcp::service::{ClientInitializeError, ClientLifecycleMode, ClientServiceExt as _, RoleClient, RunningService};
use rmcp::transport::streamable_http_client::{StreamableHttpClientTransport, StreamableHttpClientTransportConfig};
use tokio::sync::mpsc;

use super::Ended;
use super::answers::{Answers, Callbacks};
use super::connection::{Connection, Notice};
use super::guard::{Guard, Shared};
use super::http::Web;
use super::limits::Limits;
use super::lines::{Lines, Reader, Writer};
use super::login::LoggedIn;
use super::shape::shown;
use crate::net::web::{self, header::HeaderMap};

/// How often a server is begun with.
const ATTEMPTS: usize = 4;
/// How many notices wait for somebody to take them.
const NOTICES: usize = 256;
/// The versions that begin with a greeting, the newest first.
const GREETED: [ProtocolVersion; 4] = [
    ProtocolVersion::V_2025_11_25,
    ProtocolVersion::V_2025_06_18,
    ProtocolVersion::V_2025_03_26,
    ProtocolVersion::V_2024_11_05,
];

/// A process and the two pipes to it.
pub struct Pipes {
    /// What it writes.
    pub read: Reader,
    /// What it reads.
    pub write: Writer,
    /// Ends the process, and all that it started, when it is dropped.
    pub process: Box<dyn Send>,
}

/// A future of a process.
pub type Starting = Pin<Box<dyn Future<Output = io::Result<Pipes>> + Send>>;

/// Where a server is.
pub enum Endpoint {
    /// A program; called once for each attempt.
    Stdio(Box<dyn Fn() -> Starting + Send + Sync>),
    /// An address.
    Http {
        /// The client that may connect there; it should follow no redirect.
        client: web::Client,
        /// The address.
        url: String,
        /// Sent with every request, and nowhere else.
        headers: HeaderMap,
        /// Somebody who was let in, where that is needed.
        login: Option<LoggedIn>,
    },
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The program does not start.
    #[error("the server does not start: {0}")]
    Start(#[source] io::Error),
    /// It misbehaved before it was ready.
    #[error("before it was ready, {0}")]
    Ended(Ended),
    /// It does not say that it is ready.
    #[error("the server was not ready within {milliseconds} ms")]
    Overdue {
        /// How long it had.
        milliseconds: u128,
    },
    /// It speaks only versions that are not spoken here.
    #[error("the server speaks version {offered} of the protocol, and here {spoken} are spoken")]
    Version {
        /// What it offers, escaped.
        offered: String,
        /// What is spoken.
        spoken: String,
    },
    /// It wants to know who asks.
    #[error("the server wants a login: {challenge}")]
    Login {
        /// Its `WWW-Authenticate`, escaped and cut.
        challenge: String,
    },
    /// It does not do what the protocol asks.
    #[error("the server could not be agreed with: {why}")]
    Refused {
        /// What happened, escaped and cut.
        why: String,
    },
}

/// Connects to the server at `endpoint`, which is told `client`, a name and a version.
///
/// `version` is one that the server is known to speak: nothing else is tried then.
///
/// # Errors
/// It does not start, does not answer, misbehaves, or speaks no version that is spoken here.
pub async fn connect(
    endpoint: &Endpoint,
    client: (&str, &str),
    version: Option<&str>,
    callbacks: &Callbacks,
    limits: &Limits,
) -> Result<Connection, ConnectError> {
    let limits = Arc::new(limits.clone());
    let mut tried: Vec<ProtocolVersion> = Vec::new();
    let mut way = match version {
        None => Way::Either,
        Some(version) => Way::of(version)?,
    };
    let mut attempts = 0;
    loop {
        attempts += 1;
        let (notices, heard) = mpsc::channel(NOTICES);
        let begun = begin(endpoint, client, &way, callbacks, &limits, notices).await;
        let (error, shared) = match begun {
            Ok((service, shared)) => return settle(service, shared, limits, heard),
            Err(Begun::Not(error)) => return Err(error),
            Err(Begun::Failed(error, shared)) => (error, shared),
        };
        let next = match (&way, version) {
            (_, Some(_)) => None,
            (_, None) if attempts == ATTEMPTS => None,
            (Way::Either | Way::Greeting(_), None) => next(&error, &way, shared.ended(), &tried),
            (Way::Newest, None) => None,
        };
        match next {
            Some(version) => {
                tried.push(version.clone());
                way = Way::Greeting(version);
            }
            None => return Err(explain(error, shared.ended())),
        }
    }
}

/// How a server is spoken to first.
enum Way {
    /// As the newest version wants, and else with a greeting.
    Either,
    /// Only as the newest version wants.
    Newest,
    /// With a greeting that names a version.
    Greeting(ProtocolVersion),
}

impl Way {
    fn of(version: &str) -> Result<Self, ConnectError> {
        if version == ProtocolVersion::LATEST.as_str() {
            return Ok(Self::Newest);
        }
        let known = GREETED.into_iter().find(|known| known.as_str() == version);
        known.map(Self::Greeting).ok_or_else(|| unspoken(version))
    }

    fn mode(&self) -> ClientLifecycleMode {
        let preferred_versions = vec![ProtocolVersion::LATEST];
        match self {
            Self::Either => ClientLifecycleMode::Auto {
                preferred_versions,
                legacy_version: Some(GREETED[0].clone()),
            },
            Self::Newest => ClientLifecycleMode::Discover { preferred_versions },
            Self::Greeting(_) => ClientLifecycleMode::Initialize,
        }
    }
}

enum Begun {
    Not(ConnectError),
    Failed(Box<ClientInitializeError>, Arc<Shared>),
}

type Running = RunningService<RoleClient, Answers>;

async fn begin(
    endpoint: &Endpoint,
    client: (&str, &str),
    way: &Way,
    callbacks: &Callbacks,
    limits: &Arc<Limits>,
    notices: mpsc::Sender<Notice>,
) -> Result<(Running, Arc<Shared>), Begun> {
    let greeted = match way {
        Way::Greeting(version) => Some(version.clone()),
        Way::Either | Way::Newest => None,
    };
    let answers = |shared: &Arc<Shared>| {
        Answers::new(callbacks.clone(), client, Arc::clone(shared), Arc::clone(limits)).greeting(greeted.clone())
    };
    let (shared, serving) = match endpoint {
        Endpoint::Stdio(start) => {
            let pipes = start().await.map_err(|error| Begun::Not(ConnectError::Start(error)))?;
            let shared = Arc::new(Shared::new(Some(pipes.process), notices));
            let lines = Lines::new(pipes.read, pipes.write, Arc::clone(&shared), Arc::clone(limits));
            let guard = Guard::new(lines, Arc::clone(&shared), Arc::clone(limits));
            let serving = answers(&shared).serve_with_lifecycle(guard, way.mode());
            (shared, Box::pin(serving) as Pin<Box<dyn Future<Output = _> + Send>>)
        }
        Endpoint::Http {
            client,
            url,
            headers,
            login,
        } => {
            let shared = Arc::new(Shared::new(None, notices));
            let web = Web::new(
                client.clone(),
                headers.clone(),
                login.clone(),
                Arc::clone(&shared),
                Arc::clone(limits),
            );
            let config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
            let transport = StreamableHttpClientTransport::with_client(web, config);
            let guard = Guard::new(transport, Arc::clone(&shared), Arc::clone(limits));
            let serving = answers(&shared).serve_with_lifecycle(guard, way.mode());
            (shared, Box::pin(serving) as Pin<Box<dyn Future<Output = _> + Send>>)
        }
    };
    let ready = tokio::time::timeout(limits.start, serving).await;
    let ready = ready.map_err(|_| {
        shared.end(Ended::Dropped);
        Begun::Not(ConnectError::Overdue {
            milliseconds: limits.start.as_millis(),
        })
    })?;
    match ready {
        Ok(service) => Ok((service, shared)),
        Err(error) => {
            // The first reason stays: what the server did, where it did something.
            match is_closed(&error) {
                true => shared.end_closed(Ended::Closed),
                false => shared.end(Ended::Dropped),
            }
            Err(Begun::Failed(Box::new(error), shared))
        }
    }
}

fn settle(
    service: Running,
    shared: Arc<Shared>,
    limits: Arc<Limits>,
    heard: mpsc::Receiver<Notice>,
) -> Result<Connection, ConnectError> {
    let refuse = |error| {
        shared.end(Ended::Dropped);
        Err(error)
    };
    let Some(info) = service.peer().peer_info() else {
        return refuse(ConnectError::Refused {
            why: "it does not say who it is".to_owned(),
        });
    };
    let version = &info.protocol_version;
    if !ProtocolVersion::KNOWN_VERSIONS.contains(version) {
        return refuse(unspoken(version.as_str()));
    }
    Ok(Connection::new(service, info, Arc::clone(&shared), limits, heard))
}

/// Whether the server does not read any more what it is told.
fn is_closed(error: &ClientInitializeError) -> bool {
    match error {
        ClientInitializeError::TransportError { error, .. } => {
            let error = error.error.downcast_ref::<io::Error>();
            error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
        }
        ClientInitializeError::LegacyFallbackFailed { fallback, .. } => is_closed(fallback),
        _ => false,
    }
}

/// The version to greet with after this, where another attempt may help.
fn next(
    error: &ClientInitializeError,
    way: &Way,
    ended: Option<Ended>,
    tried: &[ProtocolVersion],
) -> Option<ProtocolVersion> {
    let untried = || GREETED.into_iter().find(|version| !tried.contains(version));
    if error.is_authorization_required() {
        return None;
    }
    let refusal = match error {
        ClientInitializeError::JsonRpcError(refusal) => Some(refusal),
        ClientInitializeError::LegacyFallbackFailed { fallback, .. } => match fallback.as_ref() {
            ClientInitializeError::JsonRpcError(refusal) => Some(refusal),
            _ => None,
        },
        _ => None,
    };
    if let Some(refusal) = refusal {
        // What a server says that it speaks is taken at its word.
        let supported = refusal.data.as_ref().and_then(|data| data.get("supported"));
        let supported: Vec<&str> = supported
            .and_then(|list| list.as_array())
            .map(|list| list.iter().filter_map(|version| version.as_str()).collect())
            .unwrap_or_default();
        let named = GREETED
            .into_iter()
            .find(|version| supported.contains(&version.as_str()) && !tried.contains(version));
        return named.or_else(|| if supported.is_empty() { untried() } else { None });
    }
    match (error, ended) {
        (ClientInitializeError::NoCompatibleProtocolVersion { server_supported, .. }, _) => GREETED
            .into_iter()
            .find(|version| server_supported.contains(version) && !tried.contains(version)),
        // It broke over a question that it does not know, and is asked in a way that it may.
        (_, None | Some(Ended::Closed | Ended::Dropped | Ended::WrongId { .. } | Ended::Broken { .. })) => match way {
            Way::Either => untried(),
            Way::Newest | Way::Greeting(_) => None,
        },
        (_, Some(_)) => None,
    }
}

fn explain(error: Box<ClientInitializeError>, ended: Option<Ended>) -> ConnectError {
    if let Some(challenge) = error.auth_challenge() {
        return ConnectError::Login {
            challenge: shown(challenge, 1000),
        };
    }
    match (*error, ended) {
        (ClientInitializeError::LegacyFallbackFailed { fallback, .. }, ended) => explain(fallback, ended),
        (ClientInitializeError::NoCompatibleProtocolVersion { server_supported, .. }, _) => {
            let offered: Vec<&str> = server_supported.iter().map(ProtocolVersion::as_str).collect();
            unspoken(&offered.join(", "))
        }
        (_, Some(ended)) if ended != Ended::Dropped => ConnectError::Ended(ended),
        (ClientInitializeError::JsonRpcError(refusal), _) => ConnectError::Refused {
            why: shown(&format!("{} (code {})", refusal.message, refusal.code.0), 1000),
        },
        (ClientInitializeError::TransportError { error, .. }, _) => ConnectError::Refused {
            why: shown(&error.error.to_string(), 1000),
        },
        (error, _) => ConnectError::Refused {
            why: shown(&error.to_string(), 1000),
        },
    }
}

fn unspoken(offered: &str) -> ConnectError {
    let spoken: Vec<&str> = ProtocolVersion::KNOWN_VERSIONS
        .iter()
        .map(ProtocolVersion::as_str)
        .collect();
    ConnectError::Version {
        offered: shown(offered, 200),
        spoken: spoken.join(", "),
    }
}
