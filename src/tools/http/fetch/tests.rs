//! Pages of a real server, judged and granted as in a run.

use serde_json::{Value, json};

use super::super::super::contract::tests::assert_conforms;
use super::super::super::{Key, Tool};
use super::super::Http;
use super::*;
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::EffectClass;
use crate::label::{Integrity, Label, Labelled};
use crate::net::Net;
use crate::net::fixture::Odd;
use crate::policy::fixture::{law, situation};
use crate::policy::{Action, Situation};

struct Desk {
    odd: Odd,
    pages: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self {
            odd: Odd::start(),
            pages: tempfile::tempdir().unwrap(),
        }
    }

    fn call_over(&self, net: Net, args: Value) -> Result<Value, ToolError> {
        let http = Http::new(net, self.pages.path().join("pages"));
        let spec = http.spec().action("fetch").unwrap();
        assert!(jsonschema::is_valid(&spec.params, &args), "{args}");
        let args = Labelled::new(args, Label::constant());
        let action = Action::new(http.spec(), spec, EffectClass::None, args).unwrap();
        let situation = Situation {
            hosts: vec![HostPattern::parse("*:*").unwrap()],
            ..situation()
        };
        let grant = law().judge(&action, &situation).grant(None).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let tool: &dyn Tool = &http;
        let output = runtime.block_on(tool.call(&action, &grant, &Key::parse("som1:r:s:0").unwrap()))?;
        assert_conforms(http.spec(), "fetch", &output.value);
        let read = spec.read(output.value.clone(), "tool:http.fetch", &Label::constant());
        assert_eq!(read.label_at("/text").integrity, Integrity::Untrusted);
        assert_eq!(read.label_at("/links/0/url").integrity, Integrity::Untrusted);
        assert_eq!(read.label_at("/bytes").integrity, Integrity::Trusted);
        Ok(output.value)
    }

    fn call(&self, args: Value) -> Result<Value, ToolError> {
        self.call_over(Net::new(false), args)
    }

    fn page(&self, html: &str, more: &str) -> String {
        let hex: String = html.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.odd.url(&format!("/page?hex={hex}{more}"))
    }

    fn asked(&self) -> Vec<Value> {
        let net = Http::new(Net::new(false), self.pages.path().join("log"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let ask = Ask {
            method: "GET",
            url: &self.odd.url("/log"),
            headers: &[],
            body: None,
            timeout: Duration::from_secs(30),
        };
        let body = runtime.block_on(async { net.exchange.send(ask).await.unwrap().body(1 << 24).await.unwrap() });
        serde_json::from_slice(&body).unwrap()
    }
}

#[test]
fn a_page_is_returned_as_its_text() {
    let desk = Desk::new();
    let html = "<html lang=de><title>Ein Titel</title><body><h1>Kopf</h1><p>Grüße <a href='/x'>dort</a>.</p><script>nie()</script>";
    let url = desk.page(html, "&type=text/html;%20charset=utf-8");
    let page = desk.call(json!({"url": url})).unwrap();
    assert_eq!(
        (&page["title"], &page["language"], &page["charset"]),
        (&json!("Ein Titel"), &json!("de"), &json!("UTF-8"))
    );
    assert_eq!(page["text"], "# Kopf\n\nGrüße dort.");
    assert_eq!(page["links"], json!([{"url": desk.odd.url("/x"), "text": "dort"}]));
    assert_eq!(
        (&page["bytes"], &page["cache"]),
        (&json!(html.len()), &json!("fetched"))
    );
    assert_eq!(page["digest"], Digest::of(html.as_bytes()).to_string());
    let asked = desk.asked();
    assert_eq!(
        (&asked[0]["method"], &asked[0]["headers"]["accept-encoding"]),
        (&json!("GET"), &json!("identity"))
    );
    assert_eq!(asked[0]["headers"].get("cookie"), None);
}

#[test]
fn texts_are_decoded_and_what_is_no_page_is_refused() {
    let desk = Desk::new();
    let get = |kind: &str, hex: &str| {
        desk.call(json!({"url": desk.odd.url(&format!("/page?type={kind}&hex={hex}&language=fr,%20en"))}))
    };
    let latin = get("text/plain;%20charset=iso-8859-1", "636166e9").unwrap();
    assert_eq!(
        (&latin["text"], &latin["charset"], &latin["title"]),
        (&json!("café"), &json!("windows-1252"), &Value::Null)
    );
    assert_eq!(latin["language"], "fr");
    assert_eq!(get("application/json", "7b7d").unwrap()["text"], "{}");
    assert_eq!(get("text/plain", "00ff").unwrap()["text"], "\0ÿ");
    for kind in [
        "image/png",
        "application/octet-stream",
        "application/pdf",
        "video/mp4",
        "x",
    ] {
        let error = get(kind, "00").unwrap_err();
        assert!(
            matches!(&error, ToolError::Failed { message, .. } if message.contains(kind)),
            "{error:?}"
        );
    }
    let cut = desk
        .call(json!({"url": desk.page("<p>ééééé</p>", ""), "max_chars": 2}))
        .unwrap();
    assert_eq!((&cut["text"], &cut["truncated"]), (&json!("éé"), &json!(true)));
    let long = desk
        .call(json!({"url": desk.odd.url("/large?bytes=2000"), "max_bytes": 1000}))
        .unwrap_err();
    assert!(!long.uncertain(), "{long:?}");
    let many = desk.page("<a href=/1>1</a><a href=/2>2</a><a href=/3>3</a>", "");
    let few = desk.call(json!({"url": many, "max_links": 2})).unwrap();
    assert_eq!(
        (few["links"].as_array().unwrap().len(), &few["links_total"]),
        (2, &json!(3))
    );
}

#[test]
fn a_page_that_was_fetched_is_asked_for_again_by_its_tag_or_its_time() {
    let desk = Desk::new();
    for (more, field) in [
        ("&etag=%22v1%22", "if-none-match"),
        ("&since=Sun,%2006%20Nov%201994%2008:49:37%20GMT", "if-modified-since"),
    ] {
        let url = desk.page("<p>text</p>", more);
        let before = desk.asked().len();
        let first = desk.call(json!({"url": url})).unwrap();
        let second = desk.call(json!({"url": url})).unwrap();
        assert_eq!(
            (&first["cache"], &second["cache"]),
            (&json!("fetched"), &json!("revalidated"))
        );
        assert_eq!((&first["text"], &first["digest"]), (&second["text"], &second["digest"]));
        let asked = desk.asked();
        assert_eq!(asked[before]["headers"].get(field), None);
        assert!(asked[before + 1]["headers"][field].is_string(), "{asked:?}");
        let third = desk.call(json!({"url": url, "max_age_s": 3600})).unwrap();
        assert_eq!((&third["cache"], desk.asked().len()), (&json!("kept"), before + 2));
        // Whoever wants less is told so, whatever is kept.
        desk.call(json!({"url": url, "max_age_s": 3600, "max_bytes": 3}))
            .unwrap_err();
        let asked = desk.asked();
        assert_eq!(asked[asked.len() - 1]["headers"].get(field), None);
    }
    let plain = desk.page("<p>plain</p>", "");
    desk.call(json!({"url": plain})).unwrap();
    assert_eq!(desk.call(json!({"url": plain})).unwrap()["cache"], "fetched");
    let secret = desk.page("<p>secret</p>", "&etag=1&control=private,%20no-store");
    for _ in 0..2 {
        assert_eq!(
            desk.call(json!({"url": secret, "max_age_s": 3600})).unwrap()["cache"],
            "fetched"
        );
    }
}

#[test]
fn a_damaged_copy_counts_as_none_and_a_cache_that_cannot_be_used_stops_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    let url = desk.page("<p>text</p>", "&etag=1");
    desk.call(json!({"url": url})).unwrap();
    let pages = desk.pages.path().join("pages");
    let file = std::fs::read_dir(&pages).unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::metadata(&pages).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let mut bytes = std::fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    assert_eq!(
        desk.call(json!({"url": url, "max_age_s": 3600})).unwrap()["cache"],
        "fetched"
    );
    std::fs::write(&file, "no head").unwrap();
    assert_eq!(
        desk.call(json!({"url": url, "max_age_s": 3600})).unwrap()["text"],
        "text"
    );
    std::fs::remove_dir_all(&pages).unwrap();
    std::fs::write(&pages, "a file").unwrap();
    assert_eq!(desk.call(json!({"url": url})).unwrap()["text"], "text");
}

#[test]
fn redirects_and_refusals_are_those_of_requests() {
    let (desk, other) = (Desk::new(), Odd::start());
    let page = desk.call(json!({"url": desk.odd.url("/redirect/2")})).unwrap();
    assert_eq!(page["url"], desk.odd.url("/echo"));
    let astray = desk.call(json!({"url": desk.odd.url("/redirect/9")})).unwrap_err();
    assert!(astray.to_string().contains("more than 5 times"), "{astray}");
    for to in [
        other.url("/echo"),
        "http://169.254.169.254/latest".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let error = desk
            .call(json!({"url": desk.odd.url(&format!("/elsewhere?to={to}"))}))
            .unwrap_err();
        assert!(
            matches!(&error, ToolError::Failed { message, .. } if message.contains("redirects to")),
            "{error:?}"
        );
    }
    for (path, says) in [
        ("/status/404?body=no", "answered 404: `no`"),
        ("/status/304", "answered 304"),
        ("/status/204", "answered 204"),
    ] {
        let error = desk.call(json!({"url": desk.odd.url(path)})).unwrap_err();
        assert!(error.to_string().contains(says) && !error.uncertain(), "{error}");
    }
    for path in ["/cut", "/half", "/status/503"] {
        let error = desk
            .call(json!({"url": desk.odd.url(path), "timeout_ms": 5000}))
            .unwrap_err();
        assert!(
            matches!(error, ToolError::Unavailable { .. } | ToolError::Failed { .. }),
            "{path} {error:?}"
        );
    }
    let bomb = desk.call(json!({"url": desk.odd.url("/bomb")})).unwrap_err();
    assert!(
        bomb.to_string().contains("encoded as `gzip`") || bomb.to_string().contains("no page"),
        "{bomb}"
    );
    let limited = desk
        .call(json!({"url": desk.odd.url("/status/429?Retry_After=7")}))
        .unwrap_err();
    assert!(
        matches!(
            limited,
            ToolError::RateLimited {
                retry_after_ms: Some(7_000),
                ..
            }
        ),
        "{limited:?}"
    );
}

#[test]
fn attack_35_addresses_of_nobody_and_no_network_are_refused_here_too() {
    let desk = Desk::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let cache = Cache::at(desk.pages.path().join("pages"));
    for url in [
        "http://169.254.169.254/latest",
        "http://0xa9fea9fe/",
        "http://[::ffff:169.254.169.254]/",
        "http://0.0.0.0:1/",
    ] {
        let params = serde_json::from_value(json!({"url": url})).unwrap();
        let exchange = Exchange::new(Net::new(false));
        let error = runtime.block_on(fetch(params, &exchange, &cache, 0)).unwrap_err();
        assert!(matches!(error, ToolError::Failed { .. }), "{url} {error:?}");
    }
    let url = desk.page("<p>text</p>", "");
    let offline = desk.call_over(Net::new(true), json!({"url": url})).unwrap_err();
    assert!(offline.to_string().contains("--offline"), "{offline}");
    desk.call(json!({"url": url})).unwrap();
    // What was fetched before needs no network.
    let kept = desk
        .call_over(Net::new(true), json!({"url": url, "max_age_s": 3600}))
        .unwrap();
    assert_eq!((&kept["cache"], desk.asked().len()), (&json!("kept"), 1));
}
