//! Files as the programs write them, after their documentation.

use super::*;
use crate::tools::mcp::config::{Servers, Transport};

fn says(imported: &Imported) -> Vec<String> {
    imported.remarks.iter().map(ToString::to_string).collect()
}

fn assert_says(imported: &Imported, wanted: &[&str]) {
    let says = says(imported);
    for wanted in wanted {
        assert!(says.iter().any(|said| said.starts_with(wanted)), "{wanted}\n{says:#?}");
    }
    assert_eq!(says.len(), wanted.len(), "{says:#?}");
}

fn as_toml(imported: Imported) -> String {
    let servers = imported
        .servers
        .into_iter()
        .map(|found| (found.name, found.config))
        .collect();
    let text = Servers { servers }.to_toml().unwrap();
    Servers::parse(&text).unwrap();
    text
}

const CONFINED: &str = "it is confined to nothing: say what it may reach";

#[test]
fn claude_desktop() {
    let imported = import(
        r#"{
            "mcpServers": {
                "filesystem": {
                    "command": "npx",
                    "args": ["-y", "@modelcontextprotocol/server-filesystem", "/Users/ada/Desktop"]
                },
                "Brave Search": {
                    "command": "npx",
                    "args": ["-y", "@modelcontextprotocol/server-brave-search"],
                    "env": {"BRAVE_API_KEY": "BSA0123456789abcdef"},
                    "disabled": true,
                    "autoApprove": ["search"]
                }
            },
            "globalShortcut": "Ctrl+Space"
        }"#,
    )
    .unwrap();
    assert_says(
        &imported,
        &[
            &format!("`filesystem`: {CONFINED}"),
            &format!("`Brave Search`: {CONFINED}"),
            "`Brave Search`, `env/BRAVE_API_KEY`: it looks like a secret that is written out",
            "`Brave Search`, `autoApprove`: what another program allows is not allowed here",
            "`Brave Search`: it is called `brave-search` here",
        ],
    );
    assert!(!says(&imported).concat().contains("BSA0"));
    let search = imported
        .servers
        .iter()
        .find(|found| found.name == "brave-search")
        .unwrap();
    assert!(!search.config.enabled && search.config.sandbox && search.config.hosts.is_empty());
    let text = as_toml(imported);
    assert!(
        text.contains(r#"args = ["-y", "@modelcontextprotocol/server-filesystem", "/Users/ada/Desktop"]"#),
        "{text}"
    );
}

#[test]
fn claude_code_in_a_project() {
    let imported = import(
        r#"{
            "mcpServers": {
                "api": {
                    "type": "http",
                    "url": "${API_BASE_URL:-https://api.example.com}/mcp",
                    "headers": {"Authorization": "Bearer ${API_KEY}", "X-Team": "core"}
                },
                "db": {
                    "command": "${CLAUDE_PROJECT_DIR}/bin/db",
                    "args": ["--config", "${HOME}/.db.json", "--password=hunter2hunter2", "--token", "abcdef0123"],
                    "env": {"CACHE": "${CACHE_DIR:-/tmp}", "N": 3, "LIST": []},
                    "timeout": 30
                },
                "old": {"type": "sse", "url": "https://old.example.com/sse"},
                "odd": {"note": "nothing"}
            }
        }"#,
    )
    .unwrap();
    assert_says(
        &imported,
        &[
            &format!("`db`: {CONFINED}"),
            "`db`, `args/2`: it looks like a secret",
            "`db`, `args/4`: it looks like a secret",
            "`db`, `env/LIST`: it is no text, and not taken",
            "`old`, `type`: it speaks `sse`",
            "`odd`: it has neither a program nor an address",
        ],
    );
    let api = &imported.servers[imported.servers.iter().position(|found| found.name == "api").unwrap()].config;
    assert_eq!(api.transport(), Transport::Http);
    assert_eq!(
        api.url.as_ref().unwrap().as_written(),
        "${env:API_BASE_URL:-https://api.example.com}/mcp"
    );
    assert_eq!(api.headers["Authorization"].as_written(), "Bearer ${env:API_KEY}");
    let db = &imported.servers[imported.servers.iter().position(|found| found.name == "db").unwrap()].config;
    assert_eq!(db.command.as_ref().unwrap().as_written(), "${workspace}/bin/db");
    assert_eq!(db.args[1].as_written(), "${env:HOME}/.db.json");
    assert_eq!((db.env["N"].as_written(), db.timeout_ms), ("3", Some(30_000)));
    as_toml(imported);
}

#[test]
fn claude_code_of_a_user_with_projects() {
    let imported = import(
        r#"{
            "numStartups": 7, "history": [{"display": "x"}],
            "mcpServers": {"tracker": {"type": "http", "url": "https://u:p@tracker.example/mcp"}},
            "projects": {
                "/home/ada/a": {"mcpServers": {"tracker": {"type": "stdio", "command": "tracker", "args": [], "env": {}}}},
                "/home/ada/b": {"allowedTools": [], "mcpServers": {}}
            }
        }"#,
    )
    .unwrap();
    let found: Vec<(&str, Option<&str>)> = imported
        .servers
        .iter()
        .map(|found| (found.name.as_str(), found.project.as_deref()))
        .collect();
    assert_eq!(found, [("tracker", None), ("tracker-2", Some("/home/ada/a"))]);
    assert_says(
        &imported,
        &[
            "`tracker`, `url`: its address carries a user or a password",
            &format!("`tracker`: {CONFINED}"),
            "`tracker`: it is called `tracker-2` here",
        ],
    );
}

#[test]
fn an_editor() {
    let imported = import(
        r#"{
            // The editor allows comments, and commas at the end.
            "inputs": [
                {"type": "promptString", "id": "key", "description": "A key // not a comment", "password": true},
                {"type": "command", "id": "cmd", "command": "x"},
            ],
            "servers": {
                "perplexity": {
                    "type": "stdio", "command": "npx", "args": ["-y", "server-perplexity-ask"],
                    "env": {"KEY": "${input:key}", "PATH_TO": "${env:SOME_PATH}/x"},
                    "envFile": "${workspaceFolder}/.env", "cwd": "${workspaceFolder}", "dev": {"watch": "src/**"},
                }, /* another */
                "fetch": {"url": "https://fetch.example/mcp"},
                "strange": {"command": "${command:pick}", "args": ["${fileDirname}"]},
                "sandboxed": {"command": "x", "sandboxEnabled": true},
            },
        }"#,
    )
    .unwrap();
    assert_says(
        &imported,
        &[
            &format!("`perplexity`: {CONFINED}"),
            "`perplexity`, `envFile`: no file of variables is read",
            &format!("`strange`: {CONFINED}"),
            "`strange`, `${command:pick}`: it names a value in a way that is not known",
            &format!("`sandboxed`: {CONFINED}"),
            "`sandboxed`, `sandboxEnabled`: it is not understood",
            "`inputs`, `${input:key}`: it is a secret that is asked for",
            "`inputs`, `${input:cmd}`: it is what a command of an editor says",
        ],
    );
    let perplexity = &imported
        .servers
        .iter()
        .find(|found| found.name == "perplexity")
        .unwrap()
        .config;
    assert_eq!(perplexity.env["KEY"].as_written(), "${input:key}");
    assert_eq!(perplexity.env["PATH_TO"].as_written(), "${env:SOME_PATH}/x");
    assert_eq!(perplexity.cwd.as_ref().unwrap().as_written(), "${workspace}");
    let strange = &imported
        .servers
        .iter()
        .find(|found| found.name == "strange")
        .unwrap()
        .config;
    assert!(!strange.enabled);
}

#[test]
fn what_says_nothing_of_servers_is_refused() {
    for (text, says) in [
        ("{}", "it has no `mcpServers` and no `servers`"),
        ("{\n\"a\": secret}", "line 2, column 6: this is no JSON"),
        ("[1]", "it has no `mcpServers` and no `servers`"),
        ("\"unfinished", "this is no JSON"),
        ("/* unfinished", "this is no JSON"),
    ] {
        let error = import(text).unwrap_err();
        assert!(error.contains(says) && !error.contains("secret"), "{text}: {error}");
    }
}
