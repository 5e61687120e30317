//! All that the protocol has, with the server that has all of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value, json};
use somagent::tools::mcp::{
    Answer, CallError, CallOptions, Callbacks, Connection, Ended, Endpoint, Limits, Notice, Question, Reference, Root,
    connect, defaults,
};

use super::real::call;
use super::started::{CLIENT, Program};

fn callbacks(asked: &Arc<Mutex<Vec<Question>>>) -> Callbacks {
    let asked = Arc::clone(asked);
    Callbacks {
        elicit: Some(Arc::new(move |question| {
            let answer = match &question {
                Question::Form { schema, .. } => {
                    let mut values = defaults(schema);
                    values["name"] = json!("Ada");
                    Answer::Accept(Some(values))
                }
                Question::Url { .. } => Answer::Accept(None),
            };
            asked.lock().unwrap().push(question);
            Box::pin(async move { answer })
        })),
        sample: Some(Arc::new(|params: Value| {
            let heard = params["messages"][0]["content"]["text"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let content = json!({"type": "text", "text": format!("heard: {heard}")});
            Box::pin(async move { Ok(json!({"model": "none", "role": "assistant", "content": content})) })
        })),
        roots: Some(vec![Root {
            uri: "file:///work".to_owned(),
            name: Some("work".to_owned()),
        }]),
    }
}

async fn notice(notices: &mut tokio::sync::mpsc::Receiver<Notice>, wanted: impl Fn(&Notice) -> bool) -> Notice {
    let found = async {
        loop {
            let notice = notices.recv().await.expect("the connection is there");
            if wanted(&notice) {
                return notice;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), found)
        .await
        .expect("the server tells of it")
}

/// Uses all of it.
pub async fn all(endpoint: &Endpoint) {
    let asked = Arc::default();
    // Over HTTP this is also how long the stream may take to open on which it asks.
    let limits = Limits {
        grace: Duration::from_secs(10),
        ..Limits::default()
    };
    let connection = connect(endpoint, CLIENT, None, &callbacks(&asked), &limits)
        .await
        .unwrap();
    assert_eq!(connection.version(), "2025-11-25");
    assert_eq!(connection.identity().name, "mcp-servers/everything");
    assert!(connection.identity().instructions.unwrap().contains("Easter Egg"));
    let mut notices = connection.notices().unwrap();
    tools(&connection).await;
    asking(&connection, &asked).await;
    reading(&connection).await;
    news(&connection, &mut notices).await;
    progress(&connection).await;
    connection.close().await;

    let connection = connect(endpoint, CLIENT, None, &Callbacks::default(), &limits)
        .await
        .unwrap();
    let (tools, _) = connection.tools().await.unwrap();
    let asks = tools
        .iter()
        .filter(|tool| tool.name.contains("elicitation") || tool.name.contains("sampling"));
    assert_eq!(asks.count(), 0, "a server is told that nobody answers");
    deadline(&connection).await;
}

async fn tools(connection: &Connection) {
    assert_eq!(
        call(connection, "echo", json!({"message": "a\u{0}b"})).await.text(),
        "Echo: a\u{0}b"
    );
    assert!(
        call(connection, "get-sum", json!({"a": 2, "b": 3}))
            .await
            .text()
            .contains('5')
    );
    let weather = call(connection, "get-structured-content", json!({"location": "Chicago"})).await;
    assert!(weather.value["structured"]["temperature"].is_number(), "{weather:?}");
    let image = call(connection, "get-tiny-image", json!({})).await;
    assert_eq!(image.value["content"][1]["mime_type"], "image/png");
    assert!(image.value["content"][1]["data"].as_str().unwrap().starts_with("iVBOR"));
    let links = call(connection, "get-resource-links", json!({"count": 2})).await;
    assert_eq!(links.value["content"][1]["type"], "link");
    let resource = call(
        connection,
        "get-resource-reference",
        json!({"resourceType": "Blob", "resourceId": 1}),
    )
    .await;
    assert!(resource.value["content"][1]["data"].is_string(), "{resource:?}");
    let wrong = call(connection, "get-sum", json!({"a": "two"})).await;
    assert!(wrong.is_error && wrong.value["is_error"] == true, "{wrong:?}");
    let none = connection
        .call("no-such-tool", Map::new(), None, &CallOptions::default())
        .await;
    match none {
        Ok(outcome) => assert!(outcome.is_error),
        Err(error) => assert!(matches!(error, CallError::Refused { .. }), "{error}"),
    }
}

async fn asking(connection: &Connection, asked: &Mutex<Vec<Question>>) {
    let form = call(connection, "trigger-elicitation-request", json!({})).await;
    assert!(form.text().contains("Ada"), "{form:?}");
    let page = json!({"url": "https://example.org/x", "elicitationId": "e1"});
    let page = call(connection, "trigger-url-elicitation", page).await;
    assert!(!page.is_error, "{page:?}");
    {
        let asked = asked.lock().unwrap();
        assert!(matches!(&asked[0], Question::Form { schema, .. } if schema["properties"]["name"].is_object()));
        assert!(matches!(&asked[1], Question::Url { url, id, .. } if url == "https://example.org/x" && id == "e1"));
    }
    let sampled = call(
        connection,
        "trigger-sampling-request",
        json!({"prompt": "hello", "maxTokens": 10}),
    )
    .await;
    assert!(
        sampled.text().contains("heard: ") && sampled.text().contains("hello"),
        "{sampled:?}"
    );
    let roots = call(connection, "get-roots-list", json!({})).await;
    assert!(roots.text().contains("file:///work"), "{roots:?}");
    let other = Root {
        uri: "file:///other".to_owned(),
        name: None,
    };
    connection.set_roots(vec![other]).await.unwrap();
    let moved = async {
        while !call(connection, "get-roots-list", json!({}))
            .await
            .text()
            .contains("file:///other")
        {}
    };
    tokio::time::timeout(Duration::from_secs(20), moved)
        .await
        .expect("the server asks for its new roots");
}

async fn reading(connection: &Connection) {
    assert!(
        connection
            .resources()
            .await
            .unwrap()
            .iter()
            .all(|resource| resource["uri"].is_string())
    );
    let templates = connection.resource_templates().await.unwrap();
    assert_eq!(templates[0]["uriTemplate"], "demo://resource/dynamic/text/{resourceId}");
    let text = connection.read("demo://resource/dynamic/text/1").await.unwrap();
    assert!(
        text.items[0]["text"].as_str().unwrap().contains("Resource 1"),
        "{text:?}"
    );
    let blob = connection.read("demo://resource/dynamic/blob/2").await.unwrap();
    assert!(blob.items[0]["data"].is_string(), "{blob:?}");
    assert!(matches!(
        connection.read("demo://nowhere").await,
        Err(CallError::Refused { .. })
    ));
    assert_eq!(connection.prompts().await.unwrap().len(), 4);
    let city = json!({"city": "Oslo"}).as_object().unwrap().clone();
    let prompt = connection.prompt("args-prompt", city).await.unwrap();
    assert!(
        prompt.messages[0].1["text"].as_str().unwrap().contains("Oslo"),
        "{prompt:?}"
    );
    let reference = Reference::Prompt("completable-prompt".to_owned());
    let completion = connection.complete(&reference, "department", "S", &[]).await.unwrap();
    assert_eq!(completion.values, ["Sales", "Support"]);
    let others = [("department".to_owned(), "Sales".to_owned())];
    let completion = connection.complete(&reference, "name", "D", &others).await.unwrap();
    assert_eq!(completion.values, ["David"]);
    connection.ping().await.unwrap();
}

async fn news(connection: &Connection, notices: &mut tokio::sync::mpsc::Receiver<Notice>) {
    connection.set_log_level("debug").await.unwrap();
    assert!(connection.set_log_level("loud").await.is_err());
    call(connection, "toggle-simulated-logging", json!({})).await;
    notice(
        notices,
        |notice| matches!(notice, Notice::Log { text, .. } if !text.is_empty()),
    )
    .await;
    let uri = "demo://resource/dynamic/text/1";
    connection.subscribe(uri, true).await.unwrap();
    call(connection, "toggle-subscriber-updates", json!({})).await;
    let updated = notice(notices, |notice| matches!(notice, Notice::ResourceUpdated { .. })).await;
    assert_eq!(updated, Notice::ResourceUpdated { uri: uri.to_owned() });
    connection.subscribe(uri, false).await.unwrap();
}

async fn progress(connection: &Connection) {
    let (sender, mut heard) = tokio::sync::mpsc::channel(64);
    let options = CallOptions {
        limit: None,
        progress: Some(sender),
        ..CallOptions::default()
    };
    let arguments = json!({"duration": 1, "steps": 4}).as_object().unwrap().clone();
    let outcome = connection
        .call("trigger-long-running-operation", arguments, None, &options)
        .await
        .unwrap();
    assert!(outcome.text().contains("completed"), "{outcome:?}");
    drop(options);
    let mut steps = Vec::new();
    while let Some(step) = heard.recv().await {
        steps.push((step.progress, step.total));
    }
    assert_eq!(steps.last(), Some(&(4.0, Some(4.0))), "{steps:?}");
}

async fn deadline(connection: &Connection) {
    let options = CallOptions {
        limit: Some(Duration::from_millis(300)),
        progress: None,
        ..CallOptions::default()
    };
    let arguments = json!({"duration": 60, "steps": 2}).as_object().unwrap().clone();
    let error = connection
        .call("trigger-long-running-operation", arguments, None, &options)
        .await
        .unwrap_err();
    assert!(error.is_uncertain());
    assert!(
        matches!(
            error,
            CallError::Ended {
                ended: Ended::Overdue { .. },
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_over_pipes_does_all_that_there_is() {
    let program = Program::node("@modelcontextprotocol/server-everything", &[]);
    all(&program.endpoint()).await;
}
