//! The tool `shell`: runs programs in the sandbox.
//!
//! A program is an argv; only `script` hands a text to a shell. Nothing runs where the sandbox does not hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::beneath::Directory;
use super::contract::{action, arguments, bad_argument, counted, failed, json, no_such_action, shared, sink};
use super::sandbox::{Bound, Egress, Ended, Job, Limits, NotRun, Outcome, Reach, Sandbox, Server, Standing};
use super::{Call, Calling, Checking, Health, Output, Tool, ToolError};
use crate::capsule::tool_spec::{ActionSpec, EffectClass, Fixed, SideEffect, Sink, ToolSpec, Touch};
use crate::net::Net;
use crate::policy::Situation;

/// The tool.
#[derive(Debug)]
pub struct Shell {
    spec: Arc<ToolSpec>,
    sandbox: Sandbox,
    net: Net,
}

/// What `inspect` takes; what `run` and `script` take as well.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Inspect {
    /// The program and its arguments. A name without `/` is looked for in the `PATH`.
    #[schemars(length(min = 1, max = 4_096))]
    argv: Vec<String>,
    /// Where it starts, relative to the workspace.
    #[serde(default = "here")]
    cwd: String,
    /// Variables of its environment, beside `PATH`, `HOME`, `USER`, `LANG`, `TERM` and `TMPDIR`. Nothing else is passed on.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// What it reads from its standard input.
    #[serde(default)]
    #[schemars(length(max = 16_777_216))]
    stdin: String,
    /// What it may take.
    #[serde(default)]
    limits: Bounds,
    /// Exit codes that count as success; empty means all.
    #[serde(default = "zero")]
    #[schemars(length(max = 256))]
    expect: Vec<i32>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Run {
    /// The program and its arguments. A name without `/` is looked for in the `PATH`.
    #[schemars(length(min = 1, max = 4_096))]
    argv: Vec<String>,
    /// Where it starts, relative to the workspace.
    #[serde(default = "here")]
    cwd: String,
    /// Variables of its environment, beside `PATH`, `HOME`, `USER`, `LANG`, `TERM` and `TMPDIR`. Nothing else is passed on.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// What it reads from its standard input.
    #[serde(default)]
    #[schemars(length(max = 16_777_216))]
    stdin: String,
    /// What it may take.
    #[serde(default)]
    limits: Bounds,
    /// Exit codes that count as success; empty means all.
    #[serde(default = "zero")]
    #[schemars(length(max = 256))]
    expect: Vec<i32>,
    /// The only servers that it may reach, as URLs without a path: `https://crates.io`.
    #[serde(default)]
    #[schemars(length(max = 64))]
    reach: Vec<String>,
    /// Secrets by the name of the variable in which the program finds a stand-in. The secret itself takes its place
    /// outside, in one header of requests to one server.
    #[serde(default)]
    secrets: BTreeMap<String, Secret>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Script {
    /// The text that `sh` reads.
    #[schemars(length(min = 1, max = 100_000))]
    script: String,
    /// Where it starts, relative to the workspace.
    #[serde(default = "here")]
    cwd: String,
    /// Variables of its environment, beside `PATH`, `HOME`, `USER`, `LANG`, `TERM` and `TMPDIR`. Nothing else is passed on.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// What it reads from its standard input.
    #[serde(default)]
    #[schemars(length(max = 16_777_216))]
    stdin: String,
    /// What it may take.
    #[serde(default)]
    limits: Bounds,
    /// Exit codes that count as success; empty means all.
    #[serde(default = "zero")]
    #[schemars(length(max = 256))]
    expect: Vec<i32>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Secret {
    /// The variable of somagent's own environment that holds it.
    variable: String,
    /// The server that it is for, as a URL without a path.
    server: String,
    /// The header that it goes in.
    #[serde(default = "authorization")]
    header: String,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Bounds {
    /// Milliseconds until it is ended.
    #[schemars(range(min = 1, max = 86_400_000))]
    timeout_ms: u64,
    /// Milliseconds of processor time.
    #[schemars(range(min = 1, max = 864_000_000))]
    cpu_ms: u64,
    /// Mebibytes of memory.
    #[schemars(range(min = 8, max = 1_048_576))]
    memory_mib: u64,
    /// Processes and threads at once.
    #[schemars(range(min = 1, max = 65_536))]
    processes: u64,
    /// Mebibytes that it may keep in `/tmp`, which is gone afterwards.
    #[schemars(range(min = 1, max = 1_048_576))]
    scratch_mib: u64,
    /// Bytes of each output that are kept: the first half and the last.
    #[schemars(range(min = 256, max = 4_194_304))]
    output_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            timeout_ms: limits.wall_ms,
            cpu_ms: limits.cpu_ms,
            memory_mib: limits.memory >> 20,
            processes: limits.processes,
            scratch_mib: limits.scratch >> 20,
            output_bytes: limits.output,
        }
    }
}

fn here() -> String {
    ".".to_owned()
}

fn zero() -> Vec<i32> {
    vec![0]
}

fn authorization() -> String {
    "authorization".to_owned()
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Ran {
    /// Whether it ended by itself with one of the expected exit codes.
    ok: bool,
    /// Its exit code; null when it was ended.
    exit_code: Option<i32>,
    /// How it ended.
    ended: How,
    /// The signal that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    signal: Option<i32>,
    /// Its standard output; bytes that are not UTF-8 are replaced.
    stdout: String,
    /// Its standard error; bytes that are not UTF-8 are replaced.
    stderr: String,
    /// How many bytes it wrote to its standard output.
    stdout_bytes: u64,
    /// How many bytes it wrote to its standard error.
    stderr_bytes: u64,
    /// Whether bytes were left out of the middle.
    truncated: bool,
    /// How long it took, in milliseconds.
    wall_ms: u64,
    /// Processor time that it took, in milliseconds; 0 when it was ended.
    cpu_ms: u64,
    /// The largest memory of one of its processes, in kibibytes; 0 when it was ended.
    memory_kib: u64,
    /// The servers that it reached, and those that it tried to.
    reached: Vec<Reached>,
    /// How many attempts are not among these.
    reached_left_out: u64,
    /// What held while it ran.
    sandbox: Held,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum How {
    Exited,
    Signalled,
    Deadline,
    ProcessorTime,
    Memory,
    Output,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Reached {
    /// Scheme, host and port.
    place: String,
    /// Why it was refused; null when it was let through.
    refused: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Held {
    /// The tier.
    tier: String,
    /// The version of Landlock's interface.
    landlock: i32,
    /// The control groups that bounded all its processes together: `v1`, `v2` or `none`.
    groups: String,
    /// The user id that the system saw.
    uid: u32,
}

impl Shell {
    /// Runs programs in `sandbox`; what they reach goes over `net`.
    pub fn new(sandbox: Sandbox, net: Net) -> Self {
        let spec = shared("shell", || ToolSpec {
            name: "shell".to_owned(),
            version: "1.1.0".to_owned(),
            summary: "Runs programs in the sandbox.".to_owned(),
            actions: vec![inspect(), run(), script()],
        });
        Self { spec, sandbox, net }
    }

    async fn act(&self, verb: &str, args: &Value, situation: &Situation) -> Result<Output, ToolError> {
        let (job, expect) = match verb {
            "inspect" => {
                let asked: Inspect = arguments(args)?;
                let job = job(situation, asked.argv, &asked.cwd, asked.env, asked.limits)?;
                (job.reading(asked.stdin), asked.expect)
            }
            "run" => {
                let asked: Run = arguments(args)?;
                let (egress, stand_ins) = self.egress(&asked.reach, &asked.secrets)?;
                let env = asked.env.into_iter().chain(stand_ins).collect();
                let mut job = job(situation, asked.argv, &asked.cwd, env, asked.limits)?;
                job.write = true;
                job.egress = egress;
                (job.reading(asked.stdin), asked.expect)
            }
            "script" => {
                let asked: Script = arguments(args)?;
                let argv = ["sh", "-c", &asked.script].map(str::to_owned).to_vec();
                let mut job = job(situation, argv, &asked.cwd, asked.env, asked.limits)?;
                job.write = true;
                (job.reading(asked.stdin), asked.expect)
            }
            other => return Err(no_such_action(&self.spec, other)),
        };
        let program = job.argv.join(" ");
        let outcome = self.sandbox.run(job).await.map_err(not_run)?;
        let ran = ran(&outcome, &expect);
        if !ran.ok {
            return Err(unexpected(&program, &ran, &outcome));
        }
        Ok(Output {
            value: json(&ran),
            artifacts: Vec::new(),
        })
    }

    /// The servers that may be reached, and the variables with stand-ins for secrets.
    fn egress(
        &self,
        reach: &[String],
        secrets: &BTreeMap<String, Secret>,
    ) -> Result<(Option<Egress>, BTreeMap<String, String>), ToolError> {
        let servers = reach
            .iter()
            .map(|url| server("reach", url))
            .collect::<Result<Vec<_>, _>>()?;
        let mut bound = Vec::new();
        let mut stand_ins = BTreeMap::new();
        for (name, secret) in secrets {
            let server = server("secrets", &secret.server)?;
            if !servers.contains(&server) {
                let message = format!("the secret `{name}` is for {server}, which the program may not reach");
                return Err(bad_argument(message, "list its server under `reach` as well"));
            }
            let value = std::env::var(&secret.variable).map_err(|_| {
                failed(
                    format!(
                        "the secret `{name}` is not there: the variable `{}` is not set",
                        secret.variable
                    ),
                    "set it in the environment that somagent is started in",
                )
            })?;
            let mut random = [0_u8; 24];
            getrandom::fill(&mut random)
                .map_err(|error| failed(format!("no random bytes are to be had: {error}"), "look at the system"))?;
            let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
            let stand_in = format!("somagent-{digits}");
            stand_ins.insert(name.clone(), stand_in.clone());
            bound.push(Bound {
                stand_in,
                secret: value,
                server,
                header: secret.header.to_ascii_lowercase(),
            });
        }
        let egress = Egress {
            servers,
            secrets: bound,
            net: self.net,
        };
        Ok((Some(egress).filter(|egress| !egress.servers.is_empty()), stand_ins))
    }
}

impl Tool for Shell {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn perform<'a>(&'a self, call: Call<'a>) -> Calling<'a> {
        Box::pin(self.act(call.verb, call.args, call.situation))
    }

    fn health(&self) -> Checking<'_> {
        Box::pin(async {
            match self.sandbox.try_out().await {
                Ok(standing) => Health::ready(standing.to_string()),
                Err(error) => Health::not_ready(error.to_string(), error.remedy()),
            }
        })
    }
}

/// What we counted and measured ourselves; the rest is what the program said.
const OURS: [&str; 8] = [
    "/stdout_bytes",
    "/stderr_bytes",
    "/truncated",
    "/wall_ms",
    "/cpu_ms",
    "/memory_kib",
    "/ended",
    "/sandbox",
];

fn inspect() -> ActionSpec {
    ActionSpec {
        sinks: vec![
            sink("cwd", Touch::ReadPath, Some(".")),
            command("/argv/*"),
            command("/env/*"),
        ],
        always: everywhere([Touch::ReadPath]),
        side_effect: Some(SideEffect::None),
        egress: Some(false),
        field_trust: counted(&OURS),
        ..action::<Inspect, Ran>(
            "inspect",
            "Runs a program that can read the workspace, write nowhere but in a scratch of its own, and reach nothing.",
        )
    }
}

fn run() -> ActionSpec {
    ActionSpec {
        effect: EffectClass::External,
        // What a program does in the workspace when it runs twice, only whoever wrote it knows.
        weakest: EffectClass::None,
        sinks: vec![
            sink("cwd", Touch::WritePath, Some(".")),
            command("/argv/*"),
            command("/env/*"),
            sink("/reach/*", Touch::Url, None),
            sink("/secrets/*/server", Touch::Url, None),
            // Which secret goes out, and in what.
            sink("/secrets/*/variable", Touch::Id, None),
            sink("/secrets/*/header", Touch::Id, None),
        ],
        always: everywhere([Touch::ReadPath, Touch::WritePath]),
        side_effect: Some(SideEffect::Irreversible),
        field_trust: counted(&OURS),
        ..action::<Run, Ran>(
            "run",
            "Runs a program that can change the workspace, but for `.git` and `.somagent`, and reach the servers named.",
        )
    }
}

fn script() -> ActionSpec {
    ActionSpec {
        effect: EffectClass::External,
        weakest: EffectClass::None,
        sinks: vec![
            sink("cwd", Touch::WritePath, Some(".")),
            command("script"),
            command("/env/*"),
        ],
        always: everywhere([Touch::ReadPath, Touch::WritePath]),
        side_effect: Some(SideEffect::Irreversible),
        egress: Some(false),
        field_trust: counted(&OURS),
        ..action::<Script, Ran>(
            "script",
            "Has `sh` read a text, in a sandbox that can change the workspace, but for `.git` and `.somagent`.",
        )
    }
}

/// Wherever it starts, a program has all of the workspace before it, and does these things there.
fn everywhere<const N: usize>(touches: [Touch; N]) -> Vec<Fixed> {
    let fixed = touches.into_iter().map(|touch| Fixed { touch, value: here() });
    fixed.collect()
}

fn command(param: &str) -> Sink {
    sink(param, Touch::Command, None)
}

fn job(
    situation: &Situation,
    argv: Vec<String>,
    cwd: &str,
    env: BTreeMap<String, String>,
    bounds: Bounds,
) -> Result<Job, ToolError> {
    let directory = situation.within_workspace(cwd).ok_or_else(|| {
        bad_argument(
            format!("`{cwd}` lies outside the workspace"),
            "give a directory of the workspace, relative to it",
        )
    })?;
    // Where it starts is what was judged: no link leads it elsewhere.
    if Directory::open(&situation.workspace)?.below(&directory)?.is_none() {
        return Err(failed(
            format!("there is no directory `{cwd}`"),
            "give a directory of the workspace, relative to it",
        ));
    }
    let named = |name: &str| !name.is_empty() && !name.contains(['=', '\0']);
    if let Some(name) = env.keys().find(|name| !named(name)) {
        let hint = "a name is not empty and holds no `=`";
        return Err(bad_argument(
            format!("`{}` is no name of a variable", name.escape_debug()),
            hint,
        ));
    }
    Ok(Job {
        argv,
        env,
        workspace: Some(situation.workspace.clone()),
        write: false,
        directory,
        read: Vec::new(),
        also: Vec::new(),
        input: Vec::new(),
        limits: Limits {
            wall_ms: bounds.timeout_ms,
            cpu_ms: bounds.cpu_ms,
            memory: bounds.memory_mib << 20,
            processes: bounds.processes,
            scratch: bounds.scratch_mib << 20,
            output: bounds.output_bytes,
            ..Limits::default()
        },
        egress: None,
    })
}

/// The server of a URL, which is all that the URL may say.
fn server(param: &str, url: &str) -> Result<Server, ToolError> {
    Server::parse(url).map_err(|why| {
        bad_argument(
            format!("`{param}`: {why}"),
            "write a server as a URL without a path: `https://crates.io`",
        )
    })
}

fn ran(outcome: &Outcome, expect: &[i32]) -> Ran {
    let (ended, exit_code, signal) = match outcome.ended {
        Ended::Code(code) => (How::Exited, Some(code), None),
        Ended::Signal(signal) => (How::Signalled, None, Some(signal)),
        Ended::Deadline => (How::Deadline, None, None),
        Ended::ProcessorTime => (How::ProcessorTime, None, None),
        Ended::Memory => (How::Memory, None, None),
        Ended::Output => (How::Output, None, None),
    };
    let Standing {
        tier,
        landlock,
        groups,
        uid,
    } = &outcome.standing;
    Ran {
        ok: exit_code.is_some_and(|code| expect.is_empty() || expect.contains(&code)),
        exit_code,
        ended,
        signal,
        stdout: outcome.stdout.text(),
        stderr: outcome.stderr.text(),
        stdout_bytes: outcome.stdout.total(),
        stderr_bytes: outcome.stderr.total(),
        truncated: outcome.stdout.left_out() + outcome.stderr.left_out() > 0,
        wall_ms: outcome.wall_ms,
        cpu_ms: outcome.cpu_ms,
        memory_kib: outcome.resident_kib,
        reached: outcome.reached.iter().map(reached).collect(),
        reached_left_out: outcome.reached_left_out,
        sandbox: Held {
            tier: tier.clone(),
            landlock: *landlock,
            groups: groups.name().to_owned(),
            uid: *uid,
        },
    }
}

fn reached(reach: &Reach) -> Reached {
    Reached {
        place: reach.place.clone(),
        refused: reach.refused.clone(),
    }
}

/// The most characters of a program's last words in a message.
const LAST_WORDS: usize = 600;

fn unexpected(program: &str, ran: &Ran, outcome: &Outcome) -> ToolError {
    let program: String = program.chars().take(200).collect();
    let how = match outcome.ended {
        Ended::Code(code) => format!("ended with {code}"),
        Ended::Signal(signal) => format!("was ended by signal {signal}"),
        Ended::Deadline => format!("was ended after {} ms, its deadline", outcome.wall_ms),
        Ended::ProcessorTime => "was ended because its processor time was used up".to_owned(),
        Ended::Memory => "was ended because it took more memory than it may".to_owned(),
        Ended::Output => "was ended because it wrote more than it may".to_owned(),
    };
    let said = if ran.stderr.trim().is_empty() {
        &ran.stdout
    } else {
        &ran.stderr
    };
    let said = said.trim();
    let skipped = said.chars().count().saturating_sub(LAST_WORDS);
    let last: String = said.chars().skip(skipped).collect();
    let refused: Vec<&str> = outcome
        .reached
        .iter()
        .filter_map(|reach| reach.refused.as_deref())
        .collect();
    let mut hint = match last.as_str() {
        "" => "it said nothing".to_owned(),
        last => format!("it said last: {last}"),
    };
    if let Some(refused) = refused.first() {
        hint = format!("{refused}; {hint}");
    }
    failed(format!("`{program}` {how}"), hint)
}

fn not_run(error: NotRun) -> ToolError {
    let (message, hint) = (error.to_string(), error.remedy().to_owned());
    match error {
        NotRun::NotSeen(_) | NotRun::NotBegun { .. } => failed(message, hint),
        NotRun::Refused { .. } => ToolError::Unconfined { message, hint },
        // It had begun, or nobody knows that it had not.
        NotRun::Lost { .. } => ToolError::Uncertain(Box::new(failed(message, hint))),
    }
}
