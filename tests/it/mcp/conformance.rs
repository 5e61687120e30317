//! The protocol's own conformance suite, in the version for today's protocol and in that for the newest.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::started::installed;

/// The client under test, which is built with the tests.
fn client() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let client = tests.ancestors().nth(2).unwrap().join("examples/mcp_client");
    assert!(
        client.exists(),
        "the client under test is not built: run cargo build --release --example mcp_client"
    );
    client
}

/// Runs a scenario; the checks that did not succeed, by name and status.
fn run(suite: &str, scenario: &str, version: Option<&str>) -> (usize, Vec<(String, String)>) {
    let root = installed();
    let results = tempfile::tempdir().unwrap();
    let mut command = Command::new(root.join("node/bin/node"));
    command
        .arg(root.join("npm/node_modules").join(suite).join("dist/index.js"))
        .arg("client");
    command.arg("--command").arg(client()).arg("--scenario").arg(scenario);
    command.arg("--output-dir").arg(results.path());
    // A busy machine may take longer than it gives by itself, half a minute.
    command.args(["--timeout", "120000"]);
    if let Some(version) = version {
        command.args(["--spec-version", version]);
    }
    let output = command.output().unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let mut checks = None;
    let mut directories = vec![results.path().to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                directories.push(entry.path());
            } else if entry.file_name() == "checks.json" {
                checks = Some(std::fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    let checks: Vec<Value> = serde_json::from_str(&checks.unwrap_or_else(|| panic!("{scenario}: {said}"))).unwrap();
    let text = |check: &Value, name: &str| check[name].as_str().unwrap_or_default().to_owned();
    let wanting = checks
        .iter()
        .filter(|check| !matches!(text(check, "status").as_str(), "SUCCESS" | "INFO"));
    let wanting: Vec<_> = wanting
        .map(|check| {
            (
                text(check, "id"),
                format!("{} {}", text(check, "status"), text(check, "errorMessage")),
            )
        })
        .collect();
    if !wanting.is_empty() {
        eprintln!("{suite} {scenario}: {said}");
    }
    (checks.len(), wanting)
}

/// What the suite skips because the newest protocol has no such message.
const NO_GREETING: [&str; 2] = [
    "SKIPPED Client did not send a initialize request",
    "SKIPPED Client did not send a notifications/initialized request",
];

/// Whether the suite found that the client came back later than it was told to: `slightly`, which it calls acceptable,
/// or `very`, after twice the time.
fn is_late((id, why): &(String, String), how: &str) -> bool {
    id == "client-sse-retry-timing" && why.contains(&format!("reconnected {how} late ("))
}

fn assert_conforms(suite: &str, scenarios: &[(&str, Option<&str>)]) {
    for (scenario, version) in scenarios {
        let (mut checks, mut wanting) = run(suite, scenario, *version);
        // A client with a patience of its own is very late each time, one on a busy machine is not.
        for _ in 0..4 {
            if wanting.iter().any(|check| is_late(check, "very")) {
                (checks, wanting) = run(suite, scenario, *version);
            }
        }
        wanting.retain(|check| !is_late(check, "slightly"));
        wanting.retain(|(_, why)| !NO_GREETING.iter().any(|skipped| why.starts_with(skipped)));
        eprintln!("{suite} {scenario} {version:?}: {checks} checks {wanting:?}");
        assert!(checks > 0 && wanting.is_empty(), "{scenario} {version:?}: {wanting:?}");
    }
}

/// Logins as a person goes through one, in both versions of the suite.
const LOGINS: [&str; 19] = [
    "auth/metadata-default",
    "auth/metadata-var1",
    "auth/metadata-var2",
    "auth/metadata-var3",
    "auth/basic-cimd",
    "auth/scope-from-www-authenticate",
    "auth/scope-from-scopes-supported",
    "auth/scope-omitted-when-undefined",
    "auth/scope-step-up",
    "auth/scope-retry-limit",
    "auth/token-endpoint-auth-basic",
    "auth/token-endpoint-auth-post",
    "auth/token-endpoint-auth-none",
    "auth/pre-registration",
    "auth/2025-03-26-oauth-metadata-backcompat",
    "auth/2025-03-26-oauth-endpoint-fallback",
    "auth/resource-mismatch",
    "auth/offline-access-scope",
    "auth/offline-access-not-supported",
];

#[test]
fn todays_logins() {
    // There a document names another issuer than the place where it lies, which RFC 8414, section 3.3, has a client
    // refuse; the newer suite has it right, and asks for that refusal.
    let refused = "auth/2025-03-26-oauth-metadata-backcompat";
    let scenarios = LOGINS
        .into_iter()
        .filter(|scenario| *scenario != refused)
        .map(|scenario| (scenario, None));
    assert_conforms("conformance", &scenarios.collect::<Vec<_>>());
}

#[test]
fn the_newest_logins() {
    let more = [
        "auth/authorization-server-migration",
        "auth/iss-supported",
        "auth/iss-not-advertised",
        "auth/iss-supported-missing",
        "auth/iss-wrong-issuer",
        "auth/iss-unexpected",
        "auth/iss-normalized",
        "auth/metadata-issuer-mismatch",
    ];
    let scenarios: Vec<_> = LOGINS
        .into_iter()
        .chain(more)
        .map(|scenario| (scenario, None))
        .collect();
    assert_conforms("conformance-next", &scenarios);
}

#[test]
fn todays_protocol() {
    let scenarios = [
        ("initialize", None),
        ("tools_call", None),
        ("elicitation-sep1034-client-defaults", None),
        ("sse-retry", None),
    ];
    assert_conforms("conformance", &scenarios);
}

#[test]
fn the_newest_protocol() {
    let scenarios = [
        ("initialize", None),
        ("tools_call", Some("2025-06-18")),
        ("tools_call", Some("2025-11-25")),
        ("tools_call", Some("2026-07-28")),
        ("elicitation-sep1034-client-defaults", None),
        ("sse-retry", None),
        ("request-metadata", None),
        ("sep-2322-client-request-state", None),
        ("http-standard-headers", None),
        ("http-custom-headers", None),
        ("http-invalid-tool-headers", None),
        ("json-schema-ref-no-deref", None),
        ("json-schema-2020-12-preservation", Some("2025-11-25")),
        ("json-schema-2020-12-preservation", Some("2026-07-28")),
    ];
    assert_conforms("conformance-next", &scenarios);
}
