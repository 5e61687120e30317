//! Changing the file of servers without changing what people wrote around them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;

use toml_edit::{DocumentMut, Item, Table};

use super::super::failure::Failure;
use super::super::{Context, replace};
use crate::exit::Exit;
use crate::tools::mcp::{ServerConfig, Servers};

/// What stands before the first server.
const HEAD: &str = "# MCP servers. docs/mcp.md says what an entry may hold.\n\n";

/// Holds what is attached for as long as it is changed: another command that changes it waits.
///
/// # Errors
/// The lock cannot be made.
pub(super) fn locked(context: &Context) -> Result<File, Failure> {
    let directory = context.home.mcp_approved();
    let lock = || {
        fs::create_dir_all(&directory)?;
        let file = File::create(directory.join(".lock"))?;
        file.lock()?;
        Ok::<_, io::Error>(file)
    };
    lock().map_err(|error| broken(&error))
}

/// Writes an entry, in place of one of the same name.
///
/// # Errors
/// The file cannot be read or written, or could not be read any more with this entry in it.
pub(super) fn put(context: &Context, name: &str, config: &ServerConfig) -> Result<(), Failure> {
    let one = Servers {
        servers: BTreeMap::from([(name.to_owned(), config.clone())]),
    };
    let text = one.to_toml().map_err(|error| broken(&error))?;
    let mut entry: DocumentMut = text.parse().map_err(|error| broken(&error))?;
    let entry = entry["servers"].as_table_mut().and_then(|servers| servers.remove(name));
    let mut document = read(context)?;
    let is_first = document.is_empty();
    let servers = document.entry("servers").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    if let (Some(servers), Some(mut entry)) = (servers.as_table_like_mut(), entry) {
        if let (true, Some(table)) = (is_first, entry.as_table_mut()) {
            table.decor_mut().set_prefix(HEAD);
        }
        servers.insert(name, entry);
    }
    Servers::parse(&document.to_string()).map_err(|error| broken(&error))?;
    write(context, &document)
}

/// Takes an entry out; says whether there was one. Works also where the rest of the file cannot be used.
///
/// # Errors
/// The file cannot be read or written.
pub(super) fn take(context: &Context, name: &str) -> Result<bool, Failure> {
    let mut document = read(context)?;
    let servers = document.get_mut("servers").and_then(Item::as_table_like_mut);
    let was_there = servers.is_some_and(|servers| servers.remove(name).is_some());
    if was_there {
        write(context, &document)?;
    }
    Ok(was_there)
}

fn read(context: &Context) -> Result<DocumentMut, Failure> {
    match fs::read_to_string(context.home.mcp_servers()) {
        Ok(text) => text.parse().map_err(|error| broken(&error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(DocumentMut::new()),
        Err(error) => Err(broken(&error)),
    }
}

fn write(context: &Context, document: &DocumentMut) -> Result<(), Failure> {
    let path = context.home.mcp_servers();
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(|error| broken(&error))?;
    }
    replace::replace(&path, &document.to_string())
}

fn broken(error: &dyn std::fmt::Display) -> Failure {
    let message = format!("the file of MCP servers: {error}");
    Failure::new(Exit::Usage, "bad_server", message).hint("mend it, or move it away")
}
