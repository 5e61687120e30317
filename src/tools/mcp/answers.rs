//! What a server asks of whoever uses it: a form, a visit to a page, a model's words, the directories it may see.
//!
//! Nobody is asked unless a callback says so: a form is declined, a model is not lent. A question is only heard while
//! a call is in flight, and an answer goes out only when it is what was asked for.

#![allow(
    deprecated,
    reason = "servers of every protocol version before the newest ask for models and roots"
)]

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::ClientHandler;
use rmcp::model::{
    ClientCapabilities, ClientConfig, CreateMessageRequestParams, CreateMessageResult, CustomRequest, CustomResult,
    ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationCapability, ErrorCode, ErrorData,
    FormElicitationCapability, Implementation, InputRequest, ListRootsResult, ProtocolVersion, RootsCapabilities,
    SamplingCapability, UrlElicitationCapability,
};
use rmcp::service::{RequestContext, RoleClient};
use serde_json::{Map, Value, json};

use super::guard::Shared;
use super::limits::Limits;
use super::sampling::{CREATE_MESSAGE, NotSampled};
use super::schema::Schema;

/// A future of an answer.
pub type Thinking<T> = Pin<Box<dyn Future<Output = T> + Send>>;
/// Asks a person.
pub type Elicit = Arc<dyn Fn(Question) -> Thinking<Answer> + Send + Sync>;
/// Asks a model: the parameters of `sampling/createMessage` in, its result or a reason against it out. Dropping the
/// future gives the question up: its server has, or is gone.
pub type Sample = Arc<dyn Fn(Value) -> Thinking<Result<Value, NotSampled>> + Send + Sync>;

/// Who answers what a server asks.
#[derive(Clone, Default)]
pub struct Callbacks {
    /// Forms and pages; without it they are declined, and a server is told that nobody fills in any.
    pub elicit: Option<Elicit>,
    /// Models; without it none is lent.
    pub sample: Option<Sample>,
    /// The directories that a server is told of; without it, it is told of none.
    pub roots: Option<Vec<Root>>,
}

/// A directory that a server is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Where it is: `file:///…`.
    pub uri: String,
    /// What people call it.
    pub name: Option<String>,
}

/// What a server wants of a person. Its texts are the server's.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// To fill in a form.
    Form {
        /// What for.
        message: String,
        /// JSON Schema of what is wanted: an object of plain values.
        schema: Value,
    },
    /// To visit a page, where what is said is not for this program.
    Url {
        /// What for.
        message: String,
        /// The page.
        url: String,
        /// What the server calls this question, where it says so.
        id: String,
    },
}

/// What a person says.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Yes; the form's values where there is a form.
    Accept(Option<Value>),
    /// No.
    Decline,
    /// Nothing: not now.
    Cancel,
}

/// The values that a form has before anybody fills it in.
pub fn defaults(schema: &Value) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object);
    let values = properties
        .into_iter()
        .flatten()
        .filter_map(|(name, property)| property.get("default").map(|value| (name.clone(), value.clone())));
    Value::Object(values.collect::<Map<_, _>>())
}

/// Answers for the whole time of a connection.
#[derive(Clone)]
pub(crate) struct Answers {
    callbacks: Callbacks,
    roots: Arc<Mutex<Option<Vec<Root>>>>,
    client: Implementation,
    greeting: Option<ProtocolVersion>,
    shared: Arc<Shared>,
    limits: Arc<Limits>,
}

/// Somebody thinks: the clock of a call stands still.
struct Thought(Arc<Shared>);

impl Thought {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.thinking.send_modify(|count| *count += 1);
        Self(Arc::clone(shared))
    }
}

impl Drop for Thought {
    fn drop(&mut self) {
        self.0.thinking.send_modify(|count| *count -= 1);
    }
}

impl Answers {
    pub(crate) fn new(callbacks: Callbacks, client: (&str, &str), shared: Arc<Shared>, limits: Arc<Limits>) -> Self {
        Self {
            roots: Arc::new(Mutex::new(callbacks.roots.clone())),
            callbacks,
            client: Implementation::new(client.0, client.1),
            greeting: None,
            shared,
            limits,
        }
    }

    /// Greets with a version of the protocol.
    pub(crate) fn greeting(mut self, version: Option<ProtocolVersion>) -> Self {
        self.greeting = version;
        self
    }

    pub(crate) fn set_roots(&self, roots: Vec<Root>) {
        *self.roots.lock().unwrap_or_else(PoisonError::into_inner) = Some(roots);
    }

    /// Answers what the newest protocol asks in a result instead of in a request; a question to a model is for
    /// [`Answers::sample`].
    pub(crate) async fn input(&self, request: InputRequest) -> Result<Value, ErrorData> {
        let value = match request {
            InputRequest::Elicitation(request) => serde_json::to_value(self.elicit(request.params).await),
            InputRequest::ListRoots(_) => serde_json::to_value(self.list()),
            _ => return Err(refused("nothing of this kind is answered")),
        };
        value.map_err(|error| refused(error.to_string()))
    }

    /// Whether a question is heard at all: within a call, and not the thousandth.
    fn hears(&self) -> bool {
        self.shared.calls.load(Ordering::Relaxed) > 0
            && self.shared.questions.fetch_add(1, Ordering::Relaxed) < self.limits.questions
    }

    async fn elicit(&self, params: ElicitRequestParams) -> ElicitResult {
        let declined = ElicitResult::new(ElicitationAction::Decline);
        let Some(elicit) = self.callbacks.elicit.as_ref().filter(|_| self.hears()) else {
            return declined;
        };
        let (question, schema) = match params {
            ElicitRequestParams::FormElicitationParams {
                message,
                requested_schema,
                ..
            } => {
                let Ok(schema) = serde_json::to_value(requested_schema) else {
                    return declined;
                };
                let Ok(checked) = Schema::of(&schema) else {
                    return declined;
                };
                (Question::Form { message, schema }, Some(checked))
            }
            ElicitRequestParams::UrlElicitationParams {
                message,
                url,
                elicitation_id: id,
                ..
            } => (Question::Url { message, url, id }, None),
            _ => return declined,
        };
        let thought = Thought::new(&self.shared);
        let answer = elicit(question).await;
        drop(thought);
        match (answer, schema) {
            (Answer::Decline, _) => declined,
            (Answer::Cancel, _) => ElicitResult::new(ElicitationAction::Cancel),
            (Answer::Accept(_), None) => ElicitResult::new(ElicitationAction::Accept),
            (Answer::Accept(content), Some(schema)) => {
                let content = content.unwrap_or_else(|| json!({}));
                match schema.check(&content) {
                    Ok(()) => ElicitResult::new(ElicitationAction::Accept).with_content(content),
                    Err(_) => ElicitResult::new(ElicitationAction::Cancel),
                }
            }
        }
    }

    /// Answers a question to a model, with its parameters as they came.
    pub(crate) async fn sample(&self, params: Value) -> Result<Value, ErrorData> {
        let sample = self.callbacks.sample.as_ref();
        let sample = sample.ok_or_else(|| refused("no model is lent"))?;
        if !self.hears() {
            return Err(refused("a model is asked within a call, and not again and again"));
        }
        let thought = Thought::new(&self.shared);
        let answer = sample(params).await;
        drop(thought);
        let answer = answer.map_err(|error| ErrorData::new(ErrorCode(error.code()), error.to_string(), None))?;
        let answer = serde_json::from_value::<CreateMessageResult>(answer);
        let answer = answer.and_then(serde_json::to_value);
        answer.map_err(|error| refused(error.to_string()))
    }

    /// The same for a request, until the server does not wait for it any more: then it keeps no model busy.
    async fn sampled(&self, params: Value, context: &RequestContext<RoleClient>) -> Result<Value, ErrorData> {
        tokio::select! {
            biased;
            () = context.ct.cancelled() => Err(refused("it was cancelled")),
            sampled = self.sample(params) => sampled,
        }
    }

    fn list(&self) -> ListRootsResult {
        let roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        let roots = roots.iter().flatten().map(|root| {
            let listed = rmcp::model::Root::new(root.uri.clone());
            match &root.name {
                Some(name) => listed.with_name(name.clone()),
                None => listed,
            }
        });
        ListRootsResult::new(roots.collect())
    }
}

/// The person or the model is not asked.
fn refused(why: impl Into<String>) -> ErrorData {
    ErrorData::new(ErrorCode(-1), why.into(), None)
}

impl ClientHandler for Answers {
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleClient>,
    ) -> Result<CustomResult, ErrorData> {
        if request.method != CREATE_MESSAGE {
            return Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, request.method, None));
        }
        let params = request.params.unwrap_or_default();
        self.sampled(params, &context).await.map(CustomResult::new)
    }

    /// A question in a stream over HTTP, which the library reads itself where it can.
    async fn create_message(
        &self,
        params: CreateMessageRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<CreateMessageResult, ErrorData> {
        let params = serde_json::to_value(params).map_err(|error| refused(error.to_string()))?;
        let sampled = self.sampled(params, &context).await?;
        serde_json::from_value(sampled).map_err(|error| refused(error.to_string()))
    }

    async fn create_elicitation(
        &self,
        params: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        Ok(self.elicit(params).await)
    }

    async fn list_roots(&self, _: RequestContext<RoleClient>) -> Result<ListRootsResult, ErrorData> {
        Ok(self.list())
    }

    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        if self.callbacks.elicit.is_some() {
            let forms = ElicitationCapability::new().with_form(FormElicitationCapability::new());
            capabilities.elicitation = Some(forms.with_url(UrlElicitationCapability::new()));
        }
        if self.callbacks.sample.is_some() {
            capabilities.sampling = Some(SamplingCapability::default());
        }
        if self.callbacks.roots.is_some() {
            let mut roots = RootsCapabilities::default();
            roots.list_changed = Some(true);
            capabilities.roots = Some(roots);
        }
        let config = ClientConfig::new(capabilities, self.client.clone());
        match &self.greeting {
            Some(version) => config.with_protocol_version(version.clone()),
            None => config,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_begins_with_its_defaults() {
        let schema = json!({"type": "object", "properties": {
            "name": {"type": "string", "default": "Ada"}, "age": {"type": "integer"}, "sure": {"type": "boolean", "default": false},
        }});
        assert_eq!(defaults(&schema), json!({"name": "Ada", "sure": false}));
        assert_eq!(defaults(&json!({})), json!({}));
    }
}
