//! The client under test of the conformance suite: connects to the address that is its last argument, and uses all that
//! the server offers. Says on standard error what came of it.

use std::error::Error;
use std::sync::Arc;

use reqwest::header::HeaderMap;
use serde_json::{Map, Value, json};
use somagent::tools::mcp::{
    Answer, Applicant, CallError, CallOptions, Callbacks, ConnectError, Connection, Described, Endpoint, Limits,
    LoggedIn, Login, NotSampled, Question, Root, Secret, connect, defaults,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().next_back().ok_or("the last argument is an address")?;
    let context = std::env::var("MCP_CONFORMANCE_CONTEXT").ok();
    let context: Value = context
        .map(|text| serde_json::from_str(&text))
        .transpose()?
        .unwrap_or_default();
    let version = std::env::var("MCP_CONFORMANCE_PROTOCOL_VERSION").ok();
    let redirects = reqwest::redirect::Policy::none();
    let client = reqwest::Client::builder().redirect(redirects).no_proxy().build()?;
    let mut login = None;
    // Whoever is still not let in after that is not.
    for _ in 0..3 {
        let endpoint = Endpoint::Http {
            client: client.clone(),
            url: url.clone(),
            headers: HeaderMap::new(),
            login: login.clone(),
        };
        let challenge = match once(&endpoint, version.as_deref(), &context).await {
            Ok(()) => return Ok(()),
            Err(Failed::Login(challenge)) => challenge,
            Err(Failed::Otherwise(error)) => return Err(error),
        };
        eprintln!("logging in: {challenge}");
        login = Some(log_in(&client, &url, &challenge, login, &context).await?);
    }
    Err("the server does not let anybody in".into())
}

enum Failed {
    Login(String),
    Otherwise(Box<dyn Error>),
}

impl From<CallError> for Failed {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Login { challenge } => Self::Login(challenge),
            error => Self::Otherwise(error.into()),
        }
    }
}

async fn once(endpoint: &Endpoint, version: Option<&str>, context: &Value) -> Result<(), Failed> {
    let limits = Limits::default();
    let connected = connect(endpoint, ("somagent", "0.1.0"), version, &callbacks(), &limits).await;
    let connection = connected.map_err(|error| match error {
        ConnectError::Login { challenge } => Failed::Login(challenge),
        error => Failed::Otherwise(error.into()),
    })?;
    eprintln!("{} {:?}", connection.version(), connection.identity());
    let used = everything(&connection, context).await;
    connection.close().await;
    used
}

/// Goes where a browser would, to a server that asks nobody anything.
async fn log_in(
    client: &reqwest::Client,
    url: &str,
    challenge: &str,
    before: Option<LoggedIn>,
    context: &Value,
) -> Result<LoggedIn, Box<dyn Error>> {
    let known = context["client_id"].as_str().map(|id| {
        let secret = context["client_secret"].as_str().map(Secret::new);
        (id.to_owned(), secret)
    });
    let applicant = Applicant {
        name: "somagent".to_owned(),
        redirect: "http://localhost:3000/callback".to_owned(),
        known,
        document: Some("https://conformance-test.local/client-metadata.json".to_owned()),
    };
    let had = match &before {
        Some(login) => login.scopes().await,
        None => Vec::new(),
    };
    let login = Login::begin(client.clone(), url, challenge, &applicant, &had).await?;
    let sent = client.get(login.address()).send().await?;
    let location = sent.headers().get("location").ok_or("the browser is sent nowhere")?;
    let location = reqwest::Url::parse(login.address())?.join(location.to_str()?)?;
    Ok(login.finish(location.as_str()).await?)
}

/// Accepts what is asked, with the values that it has already.
fn callbacks() -> Callbacks {
    Callbacks {
        elicit: Some(Arc::new(|question| {
            let answer = match question {
                Question::Form { schema, .. } => Answer::Accept(Some(defaults(&schema))),
                Question::Url { .. } => Answer::Decline,
            };
            Box::pin(async move { answer })
        })),
        sample: Some(Arc::new(|_| {
            Box::pin(async { Err(NotSampled::Refused("no model is here".to_owned())) })
        })),
        roots: Some(vec![Root {
            uri: "file:///work".to_owned(),
            name: None,
        }]),
    }
}

async fn everything(connection: &Connection, context: &Value) -> Result<(), Failed> {
    if let Some((tools, wrong)) = offered(connection.tools().await)? {
        eprintln!("{} tools, {wrong:?}", tools.len());
        for (name, arguments) in calls(&tools, context) {
            let called = connection.call(&name, arguments, None, &CallOptions::default()).await;
            eprintln!("{name}: {called:?}");
            match called {
                // What a server refuses is its own affair.
                Ok(_) | Err(CallError::Refused { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    if let Some(resources) = offered(connection.resources().await)? {
        for uri in resources.iter().filter_map(|resource| resource["uri"].as_str()) {
            eprintln!("{uri}: {:?}", connection.read(uri).await?);
        }
    }
    if let Some(prompts) = offered(connection.prompts().await)? {
        for name in prompts.iter().filter_map(|prompt| prompt["name"].as_str()) {
            eprintln!("{name}: {:?}", connection.prompt(name, Map::new()).await?);
        }
    }
    Ok(())
}

fn offered<T>(list: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match list {
        Ok(list) => Ok(Some(list)),
        Err(CallError::NotOffered { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the context says, or every tool with arguments that its schema allows.
fn calls(tools: &[Described], context: &Value) -> Vec<(String, Map<String, Value>)> {
    if let Some(calls) = context["toolCalls"].as_array() {
        let calls = calls.iter().filter_map(|call| {
            Some((
                call["name"].as_str()?.to_owned(),
                call["arguments"].as_object()?.clone(),
            ))
        });
        return calls.collect();
    }
    let calls = tools.iter().map(|tool| {
        let required = tool.input["required"].as_array().cloned().unwrap_or_default();
        let arguments = required.iter().filter_map(Value::as_str).map(|name| {
            let value = match (name, tool.input["properties"][name]["type"].as_str()) {
                // A tool that wants a schema is given that of another one, as it came.
                ("schema", _) => tools[0].input.clone(),
                (_, Some("number" | "integer")) => json!(5),
                (_, Some("boolean")) => json!(true),
                (_, Some("object")) => json!({}),
                (_, Some("array")) => json!([]),
                (_, _) => json!("text"),
            };
            (name.to_owned(), value)
        });
        (tool.name.clone(), arguments.collect())
    });
    calls.collect()
}
