//! `somagent mcp add`.

use std::collections::BTreeMap;

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless, talk};
use super::super::{Context, given};
use super::{file, look};
use crate::exit::Exit;
use crate::net::Url;
use crate::tools::attached::{attached, is_taken};
use crate::tools::mcp::{ServerConfig, Servers, Setting};

/// Attach a server: start it, show what it offers, and approve that
///
/// `somagent mcp add files --read . --write . -- mcp-server-filesystem .`
///
/// A program sees the system and tool chains, and of the rest what `--read` and `--write` name; it reaches what
/// `--host` names. `.` is the workspace of each run. Values of secrets are named, never written: `--env
/// 'TOKEN=${env:MY_TOKEN}'`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What it is called here: the first part of the names of its actions
    name: String,
    /// The address of a server that is no program
    #[arg(long, conflicts_with = "command", required_unless_present = "command")]
    url: Option<String>,
    /// A header of requests to the address
    #[arg(long = "header", value_name = "NAME=VALUE", value_parser = given::key_value, requires = "url")]
    headers: Vec<(String, String)>,
    /// A variable of the program's environment
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = given::key_value, conflicts_with = "url")]
    env: Vec<(String, String)>,
    /// A file or directory that the program may read
    #[arg(long, value_name = "PATH", conflicts_with = "url")]
    read: Vec<String>,
    /// A directory that the program may change
    #[arg(long, value_name = "DIR", conflicts_with = "url")]
    write: Vec<String>,
    /// A server that the program may reach: `https://api.example`
    #[arg(long = "host", value_name = "URL", conflicts_with = "url")]
    hosts: Vec<String>,
    /// Let the program do whatever you can
    #[arg(long, conflicts_with_all = ["url", "read", "write", "hosts"])]
    no_sandbox: bool,
    /// How long a call may take: 90s, 15m
    #[arg(long, value_name = "TIME", value_parser = given::milliseconds)]
    timeout: Option<u64>,
    /// The version of the protocol that it speaks, where finding that out fails
    #[arg(long, value_name = "DATE")]
    protocol: Option<String>,
    /// Approve what it offers without being asked
    #[arg(short, long)]
    yes: bool,
    /// The program and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// The name is taken, the server cannot be started or reached, or nobody approves what it offers; nothing is kept then.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let Args { name, yes, .. } = &args;
    is_free(name, context)?;
    let config = checked(&args, context)?;
    let looked = look::look(name, &config, context).await?;
    let text = look::about(&config, &looked) + &look::tools(&looked, |_| "new".to_owned());
    if output.format() == Format::Table {
        let shown = output.for_eyes(&text).into_owned();
        output.text(&shown)?;
    } else if !*yes {
        talk(&harmless(&text));
    }
    look::agree(name, *yes, &looked, context, output).await?;
    let _locked = file::locked(context)?;
    is_free(name, context)?;
    looked.offer.keep(&context.home.mcp_approved(), name)?;
    file::put(context, name, &config)?;
    output.say(&format!(
        "`{name}` is attached: `somagent tool show {name}` says what it takes"
    ));
    if output.format() != Format::Table {
        output.json(&look::value(name, &looked, |_| "approved".to_owned()))?;
    }
    Ok(Exit::Succeeded)
}

/// Whether a server can be called `name`.
///
/// # Errors
/// There is a tool of that name.
fn is_free(name: &str, context: &Context) -> Result<(), Failure> {
    if is_taken(name) || attached(&context.home)?.iter().any(|known| known.name == *name) {
        let message = format!("there is a tool `{name}` already");
        return Err(
            Failure::new(Exit::Usage, "name_taken", message).hint("give another name, or remove that one first")
        );
    }
    Ok(())
}

/// Whether a word of the command or the address holds a secret that would be written down.
fn holds_secret(word: &str) -> bool {
    let has_user = |url: Url| !url.username().is_empty() || url.password().is_some();
    let query = word.split_once('?').map_or("", |(_, query)| query);
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    Setting::new(word).is_secret("")
        || pairs.any(|(name, value)| Setting::new(value).is_secret(name))
        || Url::parse(word).is_ok_and(has_user)
}

/// The entry that is meant, which can be read back.
fn checked(args: &Args, context: &Context) -> Result<ServerConfig, Failure> {
    let mut config = match &args.url {
        Some(url) => ServerConfig::address(url),
        None => ServerConfig::program(args.command.first().cloned().unwrap_or_default()),
    };
    if args.url.iter().chain(&args.command).any(|word| holds_secret(word)) {
        return Err(written("a word of the command or the address", "TOKEN"));
    }
    config.args = args.command.iter().skip(1).map(Setting::new).collect();
    config.env = named(&args.env)?;
    config.headers = named(&args.headers)?;
    config.read = args.read.iter().map(|path| place(path, context)).collect();
    config.write = args.write.iter().map(|path| place(path, context)).collect();
    config.hosts.clone_from(&args.hosts);
    config.sandbox = !args.no_sandbox;
    config.timeout_ms = args.timeout;
    config.protocol.clone_from(&args.protocol);
    let servers = Servers {
        servers: BTreeMap::from([(args.name.clone(), config.clone())]),
    };
    let usage =
        |why: String| Failure::new(Exit::Usage, "bad_server", why).hint("`somagent mcp add --help` shows the forms");
    let text = servers.to_toml().map_err(|error| usage(error.to_string()))?;
    Servers::parse(&text).map_err(|error| usage(error.to_string()))?;
    Ok(config)
}

/// Names and settings; a secret is not written down.
fn named(pairs: &[(String, String)]) -> Result<BTreeMap<String, Setting>, Failure> {
    let pairs = pairs.iter().map(|(name, value)| {
        let setting = Setting::new(value);
        if setting.is_secret(name) {
            return Err(written(&format!("the value of `{name}`"), &name.to_uppercase()));
        }
        Ok((name.clone(), setting))
    });
    pairs.collect()
}

/// A secret is not written down.
fn written(what: &str, name: &str) -> Failure {
    let message = format!("{what} looks like a secret, which would be written down");
    let hint = format!("put it into a variable and name that: '${{env:MY_{name}}}'");
    Failure::new(Exit::Usage, "secret_written", message).hint(hint)
}

/// A place in the workspace of each run where it lies here, else a path that does not depend on it.
fn place(path: &str, context: &Context) -> Setting {
    if path.contains("${") {
        return Setting::new(path);
    }
    let full = context.directory.join(path);
    let real = full.canonicalize().unwrap_or(full);
    let here = context.directory.canonicalize();
    let here = here.unwrap_or_else(|_| context.directory.clone());
    match real.strip_prefix(&here) {
        Ok(rest) if rest.as_os_str().is_empty() => Setting::new("${workspace}"),
        Ok(rest) => Setting::new(format!("${{workspace}}/{}", rest.display())),
        Err(_) => Setting::new(real.display().to_string()),
    }
}
