//! Servers that people use, over pipes.

use std::path::Path;

use serde_json::{Value, json};
use somagent::tools::mcp::{CallOptions, Connection, Described, Outcome, Schema};

use super::started::Program;

pub async fn call(connection: &Connection, tool: &str, arguments: Value) -> Outcome {
    let (tools, _) = connection.tools().await.unwrap();
    let tool: &Described = tools.iter().find(|described| described.name == tool).unwrap();
    let output = tool.output.as_ref().map(|schema| Schema::of(schema).unwrap());
    let Value::Object(arguments) = arguments else {
        panic!("arguments are an object");
    };
    let outcome = connection
        .call(&tool.name, arguments, output.as_ref(), &CallOptions::default())
        .await;
    outcome.unwrap()
}

fn names(tools: &[Described]) -> Vec<&str> {
    tools.iter().map(|tool| tool.name.as_str()).collect()
}

#[tokio::test]
async fn files_are_written_and_read_where_the_server_may() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path().canonicalize().unwrap();
    let server = Program::node("@modelcontextprotocol/server-filesystem", &[root.to_str().unwrap()]);
    let connection = server.connect().await;
    assert_eq!(connection.version(), "2025-11-25");
    let (tools, wrong) = connection.tools().await.unwrap();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(names(&tools).contains(&"write_file"), "{:?}", names(&tools));
    let path = root.join("a.txt");
    let written = call(
        &connection,
        "write_file",
        json!({"path": path, "content": "one\ntwo\u{1b}[2J"}),
    )
    .await;
    assert!(!written.is_error, "{written:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\u{1b}[2J");
    let read = call(&connection, "read_text_file", json!({"path": path})).await;
    assert_eq!(read.text(), "one\ntwo\u{1b}[2J");
    let outside = call(&connection, "read_text_file", json!({"path": "/etc/passwd"})).await;
    assert!(outside.is_error && !outside.text().contains("root:"), "{outside:?}");
    connection.ping().await.unwrap();
    connection.close().await;
}

#[tokio::test]
async fn a_graph_is_remembered() {
    let scratch = tempfile::tempdir().unwrap();
    let mut server = Program::node("@modelcontextprotocol/server-memory", &[]);
    let file = scratch.path().join("memory.jsonl");
    server.args.insert(0, "--".into());
    server.args = [
        &["MEMORY_FILE_PATH=".to_owned() + file.to_str().unwrap()].map(Into::into)[..],
        &[server.path.clone().into()],
        &server.args[1..],
    ]
    .concat();
    server.path = Path::new("/usr/bin/env").into();
    let connection = server.connect().await;
    assert_eq!(connection.version(), "2025-11-25");
    let entity = json!({"name": "Ada", "entityType": "person", "observations": ["wrote the first program"]});
    call(&connection, "create_entities", json!({"entities": [entity]})).await;
    let graph = call(&connection, "read_graph", json!({})).await;
    assert_eq!(graph.value["structured"]["entities"][0]["name"], "Ada", "{graph:?}");
    assert!(std::fs::read_to_string(file).unwrap().contains("first program"));
}

#[tokio::test]
async fn a_repository_is_read() {
    let scratch = tempfile::tempdir().unwrap();
    let git = |args: &[&str]| {
        let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
        let status = std::process::Command::new("git")
            .args(identity)
            .args(args)
            .current_dir(scratch.path())
            .status();
        assert!(status.unwrap().success());
    };
    git(&["init", "--quiet", "--initial-branch", "main"]);
    std::fs::write(scratch.path().join("a.txt"), "one\n").unwrap();
    git(&["add", "a.txt"]);
    git(&["commit", "--quiet", "--message", "first"]);
    std::fs::write(scratch.path().join("b.txt"), "two\n").unwrap();
    let path = scratch.path().to_str().unwrap();
    let connection = Program::python("new", "mcp-server-git", &["--repository", path])
        .connect_newest()
        .await;
    assert_eq!(connection.version(), "2026-07-28");
    let log = call(&connection, "git_log", json!({"repo_path": path})).await;
    assert!(
        log.text().contains("first") && log.text().contains("Author: Ada"),
        "{log:?}"
    );
    let status = call(&connection, "git_status", json!({"repo_path": path})).await;
    assert!(status.text().contains("b.txt"), "{status:?}");
    let nowhere = call(&connection, "git_status", json!({"repo_path": "/"})).await;
    assert!(nowhere.is_error, "{nowhere:?}");
}

#[tokio::test]
async fn a_time_is_converted() {
    let connection = Program::python("new", "mcp-server-time", &[]).connect_newest().await;
    assert_eq!(connection.version(), "2026-07-28");
    let arguments = json!({"source_timezone": "UTC", "time": "12:00", "target_timezone": "Asia/Tokyo"});
    let converted = call(&connection, "convert_time", arguments).await;
    assert!(converted.text().contains("21:00"), "{converted:?}");
}

#[tokio::test]
async fn a_server_of_the_first_generation_is_spoken_to() {
    let scratch = tempfile::tempdir().unwrap();
    let database = scratch.path().join("x.db");
    let server = Program::python("old", "mcp-server-sqlite", &["--db-path", database.to_str().unwrap()]);
    let connection = server.connect().await;
    eprintln!(
        "{} {:?} {}",
        connection.version(),
        connection.identity(),
        server.started.lock().unwrap().len()
    );
    call(
        &connection,
        "create_table",
        json!({"query": "CREATE TABLE t (n INTEGER)"}),
    )
    .await;
    call(
        &connection,
        "write_query",
        json!({"query": "INSERT INTO t VALUES (6), (7)"}),
    )
    .await;
    let sum = call(&connection, "read_query", json!({"query": "SELECT sum(n) AS s FROM t"})).await;
    assert!(sum.text().contains("13"), "{sum:?}");
    let prompts = connection.prompts().await.unwrap();
    assert_eq!(prompts[0]["name"], "mcp-demo");
    let resources = connection.resources().await.unwrap();
    assert_eq!(resources[0]["uri"], "memo://insights");
    let memo = connection.read("memo://insights").await.unwrap();
    assert!(
        memo.items[0]["text"].as_str().unwrap().contains("No business insights"),
        "{memo:?}"
    );
}

#[tokio::test]
async fn a_server_of_the_first_protocol_is_spoken_to() {
    let connection = Program::node("server-memory-2024", &[]).connect().await;
    assert_eq!(connection.version(), "2024-11-05");
    let graph = call(&connection, "read_graph", json!({})).await;
    assert!(graph.text().contains("entities"), "{graph:?}");
}
