//! Requests to a real server, in a process of its own, that has odd manners.

use std::process::Command;

use serde_json::json;

use super::super::contract::tests::assert_conforms;
use super::*;
use crate::capsule::host::HostPattern;
use crate::label::{Label, Labelled};
use crate::net::fixture::{Odd, deaf};
use crate::policy::fixture::{law, situation};
use crate::policy::{Action, Situation};

const KEY: &str = "som1:0190b0a0-0000-7000-8000-000000000001:send:0";

/// What the server was asked so far.
fn log(odd: &Odd) -> Vec<Value> {
    let answer = call(json!({"url": odd.url("/log")})).unwrap();
    answer["json"].as_array().unwrap().clone()
}

/// Sends a request the whole way: judged by the default constitution, granted, performed.
fn call_over(net: Net, args: Value) -> Result<Value, ToolError> {
    let http = Http::new(net, "/nowhere".into());
    let spec = http.spec.action("request").unwrap();
    assert!(jsonschema::is_valid(&spec.params, &args), "{args}");
    let args = Labelled::new(args, Label::constant());
    let action = Action::new(&http.spec, spec, EffectClass::External, args).unwrap();
    let situation = Situation {
        hosts: vec![HostPattern::parse("*:*").unwrap()],
        request: None,
        control: crate::label::Label::constant(),
        cost: 0,
        ..situation()
    };
    let grant = law().judge(&action, &situation).grant(None).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let tool: &dyn Tool = &http;
    let output = runtime.block_on(tool.call(&action, &grant, &Key::parse(KEY).unwrap()))?;
    assert_conforms(&http.spec, "request", &output.value);
    Ok(output.value)
}

fn call(args: Value) -> Result<Value, ToolError> {
    call_over(Net::new(false), args)
}

/// Sends what no constitution was asked about, for places that only the tool itself refuses.
fn bare(args: Value) -> ToolError {
    let http = Http::new(Net::new(false), "/nowhere".into());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let request = arguments(&args).unwrap();
    runtime
        .block_on(http.request(request, &Key::parse(KEY).unwrap()))
        .unwrap_err()
}

#[test]
fn an_answer_is_returned_with_what_a_step_may_see() {
    let odd = Odd::start();
    let answer = call(json!({"url": odd.url("/echo?a=1"), "headers": {"X-Mine": "yes"}})).unwrap();
    assert_eq!(answer["status"], 200);
    assert_eq!(answer["url"], odd.url("/echo?a=1"));
    assert_eq!(answer["json"]["method"], "GET");
    assert_eq!(answer["json"]["path"], "/echo?a=1");
    assert_eq!(answer["json"]["headers"]["x-mine"], "yes");
    assert_eq!(answer["json"]["headers"]["accept-encoding"], "identity");
    assert_eq!(answer["json"]["headers"].get("idempotency-key"), None);
    assert!(answer["bytes"].as_u64().unwrap() > 50 && answer.get("text").is_none());
    assert_eq!(answer["headers"]["etag"], "\"7\"");
    assert_eq!(answer["headers"]["x-request-id"], "r1");
    assert_eq!(answer["headers"]["link"], "</a>; rel=next, </b>; rel=prev");
    assert_eq!(answer["headers"].get("set-cookie"), None);
    assert_eq!(answer["headers"].get("server-secret"), None);
    let head = call(json!({"url": odd.url("/large?bytes=5000000"), "method": "HEAD"})).unwrap();
    assert_eq!(
        (&head["status"], &head["bytes"], &head["text"]),
        (&json!(200), &json!(0), &json!(""))
    );
}

#[test]
fn what_may_change_something_carries_its_key_and_arrives_once() {
    let odd = Odd::start();
    let bodies = [
        (
            "POST",
            json!({"json": {"a": [1, "é"]}}),
            "{\"a\":[1,\"é\"]}",
            "application/json",
        ),
        ("PUT", json!({"body": "text"}), "text", "text/plain; charset=utf-8"),
        (
            "PATCH",
            json!({"body": "<a/>", "headers": {"Content-Type": "application/xml"}}),
            "<a/>",
            "application/xml",
        ),
        ("DELETE", json!({}), "", ""),
    ];
    for (method, more, body, media_type) in bodies {
        let mut args = more;
        args["url"] = json!(odd.url("/echo"));
        args["method"] = json!(method);
        let echo = call(args).unwrap()["json"].clone();
        assert_eq!((&echo["method"], &echo["body"]), (&json!(method), &json!(body)));
        assert_eq!(echo["headers"]["content-type"].as_str().unwrap_or_default(), media_type);
        assert_eq!(echo["headers"]["idempotency-key"], format!("\"{KEY}\""), "{method}");
    }
    assert_eq!(log(&odd).len(), 4);
    assert_eq!(quoted(&Key::parse("a\"b\\c").unwrap()), r#""a\"b\\c""#);
}

#[test]
fn bodies_of_any_kind_become_json_or_text() {
    let odd = Odd::start();
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    for (media_type, sent, expected) in [
        ("application/json", hex("{\"a\":1}"), json!({"json": {"a": 1}})),
        (
            "application/problem%2Bjson; charset=utf-8",
            hex("[]"),
            json!({"json": []}),
        ),
        ("APPLICATION/JSON", hex("null"), json!({"json": null})),
        ("application/json", hex("{\"a\":"), json!({"text": "{\"a\":"})),
        (
            "application/json",
            hex(&"[".repeat(1_000)),
            json!({"text": "[".repeat(1_000)}),
        ),
        ("application/json", String::new(), json!({"text": ""})),
        ("application/jsonp", hex("1"), json!({"text": "1"})),
        ("text/plain", "ff6100".to_owned(), json!({"text": "\u{fffd}a\0"})),
    ] {
        let url = odd.url(&format!("/text?type={}&hex={sent}", media_type.replace(' ', "%20")));
        let expect_bytes = sent.len() / 2;
        let answer = call(json!({"url": url})).unwrap();
        for part in ["json", "text"] {
            assert_eq!(answer.get(part), expected.get(part), "{media_type} {part}");
        }
        assert_eq!(answer["bytes"], expect_bytes);
    }
}

#[test]
fn json_that_would_lose_something_is_a_text_and_says_why() {
    let odd = Odd::start();
    let get = |body: &str| {
        let hex: String = body.bytes().map(|byte| format!("{byte:02x}")).collect();
        call(json!({"url": odd.url(&format!("/text?type=application/json&hex={hex}"))})).unwrap()
    };
    for (body, says) in [
        (
            "{\"n\":12345678901234567890123}",
            "the number `12345678901234567890123` would be another one",
        ),
        (
            "{\"a\":[{\"k\":1,\"k\":2}]}",
            "line 1, column 14: the key `k` is there twice",
        ),
        ("{\"a\":", "EOF"),
        ("[1e-400]", "the number `1e-400` would be another one"),
    ] {
        let answer = get(body);
        assert_eq!((answer.get("json"), &answer["text"]), (None, &json!(body)));
        assert!(answer["not_json"].as_str().unwrap().contains(says), "{answer}");
    }
    for body in ["{\"n\":18446744073709551615}", "[0.10000000000000001,1.0,1e23]", ""] {
        assert_eq!(get(body).get("not_json"), None, "{body}");
    }
    assert_eq!(get("[1.0,0.1]")["json"], json!([1.0, 0.1]));
}

#[test]
fn a_status_counts_as_success_when_the_capsule_says_so() {
    let odd = Odd::start();
    let ask =
        |status: u16, expect: Value| call(json!({"url": odd.url(&format!("/status/{status}")), "expect": expect}));
    for (status, expect) in [
        (200, json!([])),
        (204, json!([])),
        (404, json!([404])),
        (404, json!(["2xx", 404])),
        (418, json!(["4xx"])),
        (503, json!(["5xx"])),
        (429, json!([429])),
        (302, json!(["3xx"])),
    ] {
        assert_eq!(ask(status, expect.clone()).unwrap()["status"], status, "{expect}");
    }
    for (status, expect) in [
        (404, json!([])),
        (200, json!([404])),
        (500, json!(["2xx"])),
        (304, json!([])),
    ] {
        let error = ask(status, expect.clone()).unwrap_err();
        assert!(
            matches!(&error, ToolError::Failed { message, .. } if message.contains(&status.to_string())),
            "{expect} {error:?}"
        );
        assert!(!error.uncertain());
    }
    let schema = &Http::new(Net::new(true), "/nowhere".into()).spec.actions[0].params;
    for wrong in [json!([99]), json!(["6xx"]), json!(["200"]), json!("2xx")] {
        assert!(
            !jsonschema::is_valid(schema, &json!({"url": "http://a.b", "expect": wrong})),
            "{wrong}"
        );
    }
}

#[test]
fn a_refusal_quotes_the_answer_without_its_control_characters() {
    let odd = Odd::start();
    let body = format!("no%1b%5b2J{}", "x".repeat(5_000));
    let error = call(json!({"url": odd.url(&format!("/status/400?body={body}"))})).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("/status/400` answered 400: `no\\u{1b}[2Jxxx") && !message.contains("body="),
        "{message}"
    );
    assert!(message.len() < 320 && !message.contains('\u{1b}'), "{message}");
}

#[test]
fn a_server_that_wants_to_be_left_alone_says_for_how_long() {
    let odd = Odd::start();
    let ask = |after: &str| match call(json!({"url": odd.url(&format!("/status/429{after}"))})).unwrap_err() {
        ToolError::RateLimited { retry_after_ms, .. } => retry_after_ms,
        other => panic!("{other:?}"),
    };
    assert_eq!(ask(""), None);
    assert_eq!(ask("?Retry_After=7"), Some(7_000));
    assert_eq!(ask("?Retry_After=whenever"), None);
    assert_eq!(ask("?Retry_After=Sun,%2006%20Nov%201994%2008:49:37%20GMT"), Some(0));
    // The year 2999 is far off by any clock.
    assert!(ask("?Retry_After=Tue,%2001%20Jan%202999%2000:00:00%20GMT").unwrap() > 1_000_000_000_000);
}

#[test]
fn a_server_that_cannot_answer_now_may_have_acted() {
    let odd = Odd::start();
    for status in [502, 503, 504] {
        let error = call(json!({"url": odd.url(&format!("/status/{status}")), "method": "POST"})).unwrap_err();
        let ToolError::Uncertain(inner) = &error else {
            panic!("{error:?}")
        };
        assert!(
            error.uncertain() && matches!(**inner, ToolError::Unavailable { .. }),
            "{inner:?}"
        );
    }
}

#[test]
fn a_connection_that_breaks_leaves_it_open_whether_the_request_arrived() {
    let odd = Odd::start();
    for (path, timeout_ms) in [
        ("/cut", 10_000),
        ("/half", 10_000),
        ("/garbage", 10_000),
        ("/silent", 3_000),
        ("/drip", 3_000),
    ] {
        let error = call(json!({"url": odd.url(path), "method": "POST", "timeout_ms": timeout_ms})).unwrap_err();
        let ToolError::Uncertain(inner) = &error else {
            panic!("{path} {error:?}")
        };
        assert!(matches!(**inner, ToolError::Unavailable { .. }), "{path} {inner:?}");
    }
    // None of them was sent twice. The last may be on its way yet.
    let begun = Instant::now();
    while log(&odd).len() < 5 && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(log(&odd).len(), 5);
    // What is longer than it says is as long as it says.
    assert_eq!(call(json!({"url": odd.url("/short")})).unwrap()["text"], "ten");
}

#[test]
fn a_server_that_is_not_there_was_surely_not_asked() {
    let (_nobody, port) = deaf();
    let url = format!("http://127.0.0.1:{port}/echo");
    let error = call(json!({"url": url, "method": "POST"})).unwrap_err();
    assert!(
        matches!(&error, ToolError::Unavailable { message, .. } if message.contains("127.0.0.1")),
        "{error:?}"
    );
    assert!(!error.uncertain());
}

#[test]
fn an_answer_that_is_too_long_is_an_error_and_never_kept() {
    let odd = Odd::start();
    for path in ["/large?bytes=2000000", "/large?bytes=2000000&chunked"] {
        let error = call(json!({"url": odd.url(path), "method": "POST"})).unwrap_err();
        assert!(
            matches!(&error, ToolError::Uncertain(inner) if matches!(&**inner, ToolError::Failed { message, .. } if message.contains("1048576"))),
            "{error:?}"
        );
        let whole = call(json!({"url": odd.url(path), "max_bytes": 2_000_000})).unwrap();
        assert_eq!(whole["bytes"], 2_000_000);
    }
    let exact = call(json!({"url": odd.url("/large?bytes=10"), "max_bytes": 10})).unwrap();
    assert_eq!(exact["text"], "x".repeat(10));
    let schema = &Http::new(Net::new(true), "/nowhere".into()).spec.actions[0].params;
    assert!(!jsonschema::is_valid(
        schema,
        &json!({"url": "http://a.b", "max_bytes": 16_777_217})
    ));
}

#[test]
fn a_compressed_answer_is_refused_unread() {
    let odd = Odd::start();
    let error = call(json!({"url": odd.url("/bomb")})).unwrap_err();
    assert!(error.to_string().contains("encoded as `gzip`"), "{error}");
}

#[test]
fn redirects_are_followed_on_the_same_server_and_only_for_what_asks() {
    let odd = Odd::start();
    for status in [301, 302, 303, 307, 308] {
        let answer = call(json!({"url": odd.url(&format!("/redirect/1?status={status}"))})).unwrap();
        assert_eq!(answer["url"], odd.url("/echo"));
    }
    assert_eq!(call(json!({"url": odd.url("/redirect/4")})).unwrap()["status"], 200);
    let astray = call(json!({"url": odd.url("/redirect/5")})).unwrap_err();
    assert!(astray.to_string().contains("more than 5 times"), "{astray}");
    let before = log(&odd).len();
    let posted = call(json!({"url": odd.url("/redirect/1?status=307"), "method": "POST"})).unwrap_err();
    assert!(posted.to_string().contains("answered 307"), "{posted}");
    assert_eq!(log(&odd).len(), before + 1);
    let seen = call(json!({"url": odd.url("/redirect/1"), "method": "POST", "expect": ["3xx"]})).unwrap();
    assert_eq!(
        (&seen["status"], &seen["headers"]["location"]),
        (&json!(302), &json!("/redirect/0"))
    );
}

#[test]
fn attack_35_a_redirect_never_leads_to_another_server() {
    let (odd, other) = (Odd::start(), Odd::start());
    for (to, says) in [
        (other.url("/echo"), format!("http://127.0.0.1:{}", other.port)),
        (
            format!("//127.0.0.1:{}/echo", other.port),
            format!("http://127.0.0.1:{}", other.port),
        ),
        (
            format!("http://localhost:{}/echo", odd.port),
            "http://localhost".to_owned(),
        ),
        (
            format!("https://127.0.0.1:{}/echo", odd.port),
            "https://127.0.0.1".to_owned(),
        ),
        (
            "http://169.254.169.254/latest".to_owned(),
            "http://169.254.169.254:80".to_owned(),
        ),
        (
            format!("http://127.0.0.1:{}@evil.example/", odd.port),
            "a user".to_owned(),
        ),
        ("file:///etc/passwd".to_owned(), "`file`".to_owned()),
        ("http://[".to_owned(), "cannot be read".to_owned()),
    ] {
        let error = call(json!({"url": odd.url(&format!("/elsewhere?to={to}"))})).unwrap_err();
        assert!(
            matches!(error, ToolError::Failed { .. }) && error.to_string().contains(&says),
            "{to} {error}"
        );
    }
    // The same server, written in another way, is the same server.
    let same = format!("http://0x7f.1:{}/echo", odd.port);
    assert_eq!(
        call(json!({"url": odd.url(&format!("/elsewhere?to={same}"))})).unwrap()["status"],
        200
    );
    assert_eq!(log(&other), Vec::<Value>::new());
}

#[test]
fn attack_35_addresses_of_nobody_are_refused_by_the_tool_as_well() {
    for url in [
        "http://169.254.169.254/latest/meta-data",
        "http://0xa9fea9fe/",
        "http://0.0.0.0:1/",
        "http://[::ffff:169.254.169.254]/",
    ] {
        let error = bare(json!({"url": url}));
        assert!(matches!(&error, ToolError::Failed { .. }), "{url} {error:?}");
    }
}

#[test]
fn localhost_is_reached_by_its_name() {
    let odd = Odd::start();
    let answer = call(json!({"url": format!("http://LOCALHOST.:{}/echo", odd.port)})).unwrap();
    assert_eq!(answer["status"], 200);
}

#[test]
fn offline_nothing_is_sent() {
    let odd = Odd::start();
    let error = call_over(Net::new(true), json!({"url": odd.url("/echo")})).unwrap_err();
    assert!(
        matches!(&error, ToolError::Failed { message, .. } if message.contains("--offline")),
        "{error:?}"
    );
    assert_eq!(log(&odd), Vec::<Value>::new());
}

#[test]
fn what_only_the_tool_may_say_is_refused_as_an_argument() {
    let odd = Odd::start();
    let refused = |args: Value| {
        let mut args = args;
        args["url"] = json!(odd.url("/echo"));
        let error = call(args.clone()).unwrap_err();
        assert!(matches!(error, ToolError::BadArgument { .. }), "{args} {error:?}");
    };
    for name in [
        "Host",
        "content-length",
        "Transfer-Encoding",
        "CONNECTION",
        "Idempotency-Key",
        "upgrade",
    ] {
        refused(json!({"headers": {name: "x"}, "method": "POST"}));
    }
    for (name, value) in [
        ("a b", "x"),
        ("a\r\nb", "x"),
        ("", "x"),
        ("x", "a\r\nHost: evil"),
        ("x", "a\0"),
    ] {
        refused(json!({"headers": {name: value}}));
    }
    refused(json!({"json": {}, "body": "", "method": "POST"}));
    refused(json!({"body": "x"}));
    refused(json!({"json": 1, "method": "HEAD"}));
    assert_eq!(log(&odd), Vec::<Value>::new());
    // Credentials are the server's business.
    let answer = call(json!({"url": odd.url("/echo"), "headers": {"Authorization": "Bearer x"}})).unwrap();
    assert_eq!(answer["json"]["headers"]["authorization"], "Bearer x");
}

/// The server that the process below asks, over a proxy; without it, it asks one of its own.
const SERVER: &str = "SOMAGENT_TEST_SERVER";

#[test]
fn asking() {
    let own = std::env::var(SERVER).is_err().then(Odd::start);
    let server = std::env::var(SERVER).unwrap_or_else(|_| own.as_ref().unwrap().url(""));
    for host in ["127.0.0.1", "localhost"] {
        let url = format!("{}/echo", server.replace("127.0.0.1", host));
        assert_eq!(call(json!({"url": url})).unwrap()["json"]["path"], "/echo");
    }
    if own.is_none() {
        let beyond = bare(json!({"url": "http://example.invalid/status/418"}));
        assert!(beyond.to_string().contains("answered 418"), "{beyond}");
    }
}

#[test]
fn no_proxy_sees_what_stays_on_this_machine() {
    let (odd, proxy) = (Odd::start(), Odd::start());
    let mut asking = Command::new(std::env::current_exe().unwrap());
    asking.args(["tools::http::tests::asking", "--exact", "--test-threads=1"]);
    for name in ["NO_PROXY", "no_proxy"] {
        asking.env_remove(name);
    }
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ] {
        asking.env(name, proxy.url(""));
    }
    let output = asking.env(SERVER, odd.url("")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
    assert_eq!(log(&odd).len(), 2);
    let seen = log(&proxy);
    let seen: Vec<&Value> = seen.iter().map(|request| &request["path"]).collect();
    assert_eq!(seen, ["http://example.invalid/status/418"]);
}
