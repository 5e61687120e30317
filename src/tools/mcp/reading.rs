//! Resources, prompts, completions, and how much a server logs.

#![allow(
    deprecated,
    reason = "servers of every protocol version before the newest watch and log in this way"
)]

use rmcp::model::{
    ArgumentInfo, ClientRequest, CompleteRequest, CompleteRequestParams, CompletionContext, GetPromptRequest,
    GetPromptRequestParams, LoggingLevel, ReadResourceRequest, ReadResourceRequestParams, SetLevelRequest,
    SetLevelRequestParams, SubscribeRequest, SubscribeRequestParams, SubscriptionFilter, UnsubscribeRequest,
    UnsubscribeRequestParams,
};
use serde_json::{Map, Value, json};

use super::connection::{CallError, Connection, failed};
use super::content::{Bounded, bounded};

/// The most completions that are kept.
const COMPLETIONS: usize = 100;

/// A prompt that a server wrote: texts of a stranger.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptText {
    /// What it says that it is for.
    pub description: Option<String>,
    /// Who says it (`user` or `assistant`) and an item of content, in turn.
    pub messages: Vec<(String, Value)>,
    /// Whether anything was cut.
    pub truncated: bool,
}

/// What is completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// An argument of the prompt of this name.
    Prompt(String),
    /// A part of the pattern of addresses of this text.
    Resource(String),
}

/// How an argument may go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The values, a hundred at most.
    pub values: Vec<String>,
    /// Whether there are more.
    pub has_more: bool,
}

/// What of a server is watched, as the newest protocol has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Watched {
    /// The list of its tools.
    pub tools: bool,
    /// The list of its prompts.
    pub prompts: bool,
    /// The list of its resources.
    pub resources: bool,
    /// The resources at these addresses.
    pub uris: Vec<String>,
}

/// Watches until it is dropped; what changes is among the notices of the connection.
#[derive(Debug)]
pub struct Watch(tokio::task::JoinHandle<()>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Connection {
    /// Watches lists and resources of a server that speaks the newest protocol; older ones tell of lists unasked.
    ///
    /// # Errors
    /// It does not know how, refuses or does not answer.
    pub async fn watch(&self, watched: &Watched) -> Result<Watch, CallError> {
        let mut filter = SubscriptionFilter::builder();
        if watched.tools {
            filter = filter.tools_list_changed();
        }
        if watched.prompts {
            filter = filter.prompts_list_changed();
        }
        if watched.resources {
            filter = filter.resources_list_changed();
        }
        for uri in &watched.uris {
            filter = filter.resource_subscription(uri.as_str());
        }
        let asking = self.asking("subscriptions/listen", self.limits.call);
        let listening = async { self.service.peer().listen(filter.build()).await.map_err(failed) };
        let mut listening = asking.finish(listening).await?;
        Ok(Watch(tokio::spawn(async move {
            while let Ok(Some(_)) = listening.next().await {}
        })))
    }

    /// What is at `uri`: items of the type `resource`.
    ///
    /// # Errors
    /// It has no resources, refuses or does not answer.
    pub async fn read(&self, uri: &str) -> Result<Bounded, CallError> {
        self.offers("resources")?;
        let asking = self.asking("resources/read", self.limits.call);
        let params = ReadResourceRequestParams::new(uri);
        let work = self.rounds(&asking, None, |responses, state| {
            let mut params = params.clone();
            params.input_responses = responses;
            params.request_state = state;
            ClientRequest::ReadResourceRequest(ReadResourceRequest::new(params))
        });
        let mut result = asking.finish(work).await?;
        let Some(Value::Array(contents)) = result.get_mut("contents").map(Value::take) else {
            return Err(CallError::Unexpected { what: "a resource" });
        };
        let contents = contents
            .into_iter()
            .map(|resource| json!({"type": "resource", "resource": resource}));
        Ok(bounded(contents.collect(), &self.limits))
    }

    /// Watches the resource at `uri`, or no longer. The newest protocol has another way, [`Connection::watch`].
    ///
    /// # Errors
    /// It refuses or does not answer.
    pub async fn subscribe(&self, uri: &str, watched: bool) -> Result<(), CallError> {
        self.offers("resources")?;
        let request = if watched {
            ClientRequest::SubscribeRequest(SubscribeRequest::new(SubscribeRequestParams::new(uri)))
        } else {
            ClientRequest::UnsubscribeRequest(UnsubscribeRequest::new(UnsubscribeRequestParams::new(uri)))
        };
        self.ask("resources/subscribe", request).await.map(drop)
    }

    /// The prompt called `name`, filled in.
    ///
    /// # Errors
    /// It has no prompts, refuses or does not answer.
    pub async fn prompt(&self, name: &str, arguments: Map<String, Value>) -> Result<PromptText, CallError> {
        self.offers("prompts")?;
        let asking = self.asking("prompts/get", self.limits.call);
        let params = GetPromptRequestParams::new(name).with_arguments(arguments);
        let work = self.rounds(&asking, None, |responses, state| {
            let mut params = params.clone();
            params.input_responses = responses;
            params.request_state = state;
            ClientRequest::GetPromptRequest(GetPromptRequest::new(params))
        });
        let mut result = asking.finish(work).await?;
        let Some(Value::Array(messages)) = result.get_mut("messages").map(Value::take) else {
            return Err(CallError::Unexpected { what: "a prompt" });
        };
        let mut roles = Vec::new();
        let mut contents = Vec::new();
        for mut message in messages {
            roles.push(match message.get("role").and_then(Value::as_str) {
                Some("assistant") => "assistant".to_owned(),
                Some(_) | None => "user".to_owned(),
            });
            contents.push(message.get_mut("content").map(Value::take).unwrap_or_default());
        }
        let bounded = bounded(contents, &self.limits);
        Ok(PromptText {
            description: result
                .get("description")
                .and_then(Value::as_str)
                .map(|text| text.chars().take(4096).collect()),
            messages: roles.into_iter().zip(bounded.items).collect(),
            truncated: bounded.truncated,
        })
    }

    /// How the argument `name` may go on that begins with `value`, when `others` are filled in.
    ///
    /// # Errors
    /// It completes nothing, refuses or does not answer.
    pub async fn complete(
        &self,
        reference: &Reference,
        name: &str,
        value: &str,
        others: &[(String, String)],
    ) -> Result<Completion, CallError> {
        self.offers("completions")?;
        let reference = match reference {
            Reference::Prompt(name) => rmcp::model::Reference::for_prompt(name.as_str()),
            Reference::Resource(uri) => rmcp::model::Reference::for_resource(uri.as_str()),
        };
        let mut params = CompleteRequestParams::new(reference, ArgumentInfo::new(name, value));
        if !others.is_empty() {
            params = params.with_context(CompletionContext::with_arguments(others.iter().cloned().collect()));
        }
        let request = ClientRequest::CompleteRequest(CompleteRequest::new(params));
        let result = self.ask("completion/complete", request).await?;
        let completion = result.get("completion");
        let values = completion
            .and_then(|completion| completion.get("values"))
            .and_then(Value::as_array);
        let values = values.ok_or(CallError::Unexpected { what: "completions" })?;
        let texts = values.iter().filter_map(Value::as_str).take(COMPLETIONS);
        let has_more = completion
            .and_then(|completion| completion.get("hasMore"))
            .and_then(Value::as_bool);
        Ok(Completion {
            has_more: has_more.unwrap_or(false) || values.len() > COMPLETIONS,
            values: texts.map(|text| text.chars().take(4096).collect()).collect(),
        })
    }

    /// Asks the server to log from `level` on: `debug`, `info`, `notice`, `warning`, `error`, `critical`, `alert` or
    /// `emergency`.
    ///
    /// # Errors
    /// It does not log, there is no such level, or it does not answer.
    pub async fn set_log_level(&self, level: &str) -> Result<(), CallError> {
        self.offers("logging")?;
        let level: LoggingLevel = serde_json::from_value(json!(level)).map_err(|_| CallError::NotOffered {
            what: "level of this name",
        })?;
        let request = ClientRequest::SetLevelRequest(SetLevelRequest::new(SetLevelRequestParams::new(level)));
        self.ask("logging/setLevel", request).await.map(drop)
    }
}
