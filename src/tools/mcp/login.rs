//! Logging in at a server over HTTP, as a person does: OAuth 2.1 with PKCE, in a browser that is not ours.
//!
//! [`Login::begin`] finds who lets people in and says where to go; what the browser comes back with is given to
//! [`Login::finish`]. Never opens a browser, never listens for it, and keeps nothing on a disk: whoever does is told
//! what to keep as a secret. Requests go over the client that is handed in, follow no redirect and read little.

use std::sync::Arc;

use rmcp::transport::auth::{
    AuthError, AuthorizationCallback, AuthorizationManager, AuthorizationRequest, AuthorizationSession,
    CredentialStore as _, InMemoryCredentialStore, OAuthHttpClient, OAuthHttpClientFuture, OAuthHttpRequest,
    StoredCredentials,
};
use serde_json::Value;

use super::shape::shown;
use crate::net::web;

/// How much of a response is read, in bytes.
const BODY_BYTES: usize = 256 << 10;

/// Who wants to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applicant {
    /// What people are shown.
    pub name: String,
    /// Where the browser is sent afterwards: an address on this machine.
    pub redirect: String,
    /// The name that the server gave before, and the secret that goes with it.
    pub known: Option<(String, Option<Secret>)>,
    /// The address of a document that says who this is, for servers that read one.
    pub document: Option<String>,
}

/// A text that is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Of a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("\"…\"")
    }
}

/// Why nobody was let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// Nobody says how.
    #[error("the server does not say how to log in: {why}")]
    Undiscovered {
        /// What happened, escaped and cut.
        why: String,
    },
    /// Those who let people in say no, or something else than they should.
    #[error("the login failed: {why}")]
    Refused {
        /// What happened, escaped and cut.
        why: String,
    },
    /// The token is no longer taken and cannot be renewed.
    #[error("the login is over: log in again")]
    Over,
}

/// A login that somebody is to go through.
pub struct Login {
    session: AuthorizationSession,
    kept: InMemoryCredentialStore,
}

impl Login {
    /// Begins a login at the server at `url`, which wants one with `challenge`, its `WWW-Authenticate`. `had` is what an
    /// earlier login was for.
    ///
    /// # Errors
    /// Nobody says how, or the applicant is not known and is not taken in.
    pub async fn begin(
        client: web::Client,
        url: &str,
        challenge: &str,
        applicant: &Applicant,
        had: &[String],
    ) -> Result<Self, LoginError> {
        let undiscovered = |error: AuthError| LoginError::Undiscovered { why: said(&error) };
        let kept = InMemoryCredentialStore::new();
        let mut manager = manager(client, url, &kept).await?;
        let challenge = (!challenge.is_empty()).then_some(challenge);
        let found = manager
            .resolve_metadata_from_challenge(challenge)
            .await
            .map_err(undiscovered)?;
        manager.set_metadata(found.metadata);
        let mut request =
            AuthorizationRequest::new(applicant.redirect.as_str()).with_client_name(applicant.name.as_str());
        request.scopes = if had.is_empty() {
            manager.select_initial_scopes(&[]).await
        } else {
            let mut scopes = manager.select_scopes(None, &[]);
            scopes.extend(
                had.iter()
                    .filter(|scope| !scopes.contains(scope))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
            scopes
        };
        request.use_initial_scopes = true;
        if let Some((id, secret)) = &applicant.known {
            request = request.with_preregistered_client(id.as_str());
            if let Some(secret) = secret {
                request = request.with_client_secret(secret.0.as_str());
            }
        }
        if let Some(document) = &applicant.document {
            request = request.with_client_metadata_url(document.as_str());
        }
        let session = AuthorizationSession::new(manager, request).await;
        let session = session.map_err(|(_, error)| LoginError::Refused { why: said(&error) })?;
        Ok(Self { session, kept })
    }

    /// Where to go.
    pub fn address(&self) -> &str {
        self.session.get_authorization_url()
    }

    /// Finishes with the address that the browser came back to.
    ///
    /// # Errors
    /// It says no, is not the answer to this login, or comes from somebody else than was asked.
    pub async fn finish(self, came_back: &str) -> Result<LoggedIn, LoginError> {
        let refused = |error: AuthError| LoginError::Refused { why: said(&error) };
        let callback = AuthorizationCallback::from_redirect_url(came_back).map_err(refused)?;
        let issuer = callback.issuer.as_deref();
        let exchanged = self
            .session
            .handle_callback_with_issuer(&callback.code, &callback.csrf_token, issuer);
        exchanged.await.map_err(refused)?;
        Ok(LoggedIn {
            manager: Arc::new(self.session.auth_manager),
            kept: self.kept,
        })
    }
}

/// Somebody who was let in.
#[derive(Clone)]
pub struct LoggedIn {
    manager: Arc<AuthorizationManager>,
    kept: InMemoryCredentialStore,
}

impl LoggedIn {
    /// Takes up a login at the server at `url` that was saved.
    ///
    /// # Errors
    /// It was not saved by [`LoggedIn::save`], or those who let people in are others now.
    pub async fn restore(client: web::Client, url: &str, saved: Value) -> Result<Self, LoginError> {
        let stored: StoredCredentials = serde_json::from_value(saved).map_err(|_| LoginError::Over)?;
        let kept = InMemoryCredentialStore::new();
        kept.save(stored).await.map_err(|_| LoginError::Over)?;
        let mut manager = manager(client, url, &kept).await?;
        match manager.initialize_from_store().await {
            Ok(true) => Ok(Self {
                manager: Arc::new(manager),
                kept,
            }),
            Ok(false) => Err(LoginError::Over),
            Err(error) => Err(LoginError::Undiscovered { why: said(&error) }),
        }
    }

    /// What to keep, as a secret: it lets anybody in.
    ///
    /// # Errors
    /// There is nothing to keep any more.
    pub async fn save(&self) -> Result<Value, LoginError> {
        let stored = self.kept.load().await.ok().flatten().ok_or(LoginError::Over)?;
        serde_json::to_value(stored).map_err(|_| LoginError::Over)
    }

    /// What it is for.
    pub async fn scopes(&self) -> Vec<String> {
        self.manager.get_current_scopes().await
    }

    /// The token of now, which is renewed when it is about to end.
    pub(crate) async fn token(&self) -> Result<String, LoginError> {
        self.manager.get_access_token().await.map_err(|error| match error {
            AuthError::AuthorizationRequired | AuthError::TokenExpired | AuthError::TokenRefreshRejected(_) => {
                LoginError::Over
            }
            error => LoginError::Refused { why: said(&error) },
        })
    }
}

async fn manager(
    client: web::Client,
    url: &str,
    kept: &InMemoryCredentialStore,
) -> Result<AuthorizationManager, LoginError> {
    let manager = AuthorizationManager::new_with_oauth_http_client(url, Arc::new(Asked(client))).await;
    let mut manager = manager.map_err(|error| LoginError::Undiscovered { why: said(&error) })?;
    manager.set_credential_store(kept.clone());
    Ok(manager)
}

fn said(error: &AuthError) -> String {
    shown(&error.to_string(), 500)
}

/// The client that is handed in.
struct Asked(web::Client);

/// A response that is not read to its end.
#[derive(Debug, thiserror::Error)]
#[error("the response is longer than {BODY_BYTES} bytes")]
struct TooLong;

impl OAuthHttpClient for Asked {
    fn execute(&self, asked: OAuthHttpRequest) -> OAuthHttpClientFuture<'_> {
        Box::pin(async move {
            let mut request = web::Request::try_from(asked.request)?;
            *request.timeout_mut() = asked.timeout;
            let mut response = self.0.execute(request).await.map_err(web::Error::without_url)?;
            let mut answer = ::http::Response::builder().status(response.status());
            for (name, value) in response.headers() {
                answer = answer.header(name, value);
            }
            let mut body = Vec::new();
            while let Some(piece) = response.chunk().await.map_err(web::Error::without_url)? {
                if body.len() + piece.len() > BODY_BYTES {
                    return Err(TooLong.into());
                }
                body.extend_from_slice(&piece);
            }
            Ok(answer.body(body)?)
        })
    }
}
