//! What is about to happen, as policy sees it, and the situation it happens in.

use std::collections::{BTreeSet, HashSet};
use std::path::{Component, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::mode::InForce;
use super::opa::Heard;
use super::remember::Subject;
use super::verdict::Decision;
use crate::capsule::Separate;
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::{ActionSpec, EffectClass, SideEffect, Sink, ToolSpec, Touch};
use crate::digest::Digest;
use crate::label::{Label, Labelled, leaves, places};
use crate::net::{Destination, NotADestination};

/// One thing an action reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Access {
    /// Reads a path.
    Read {
        /// As given in the arguments.
        path: String,
    },
    /// Writes a path.
    Write {
        /// As given in the arguments.
        path: String,
    },
    /// Writes an artifact of the run.
    Artifact {
        /// Its name.
        name: String,
    },
    /// Asks an on-device model.
    Infer,
    /// Reaches a server.
    Egress {
        /// `http` or `https`.
        scheme: String,
        /// As [`Destination`] writes it.
        host: String,
        /// The port, written or usual.
        port: u16,
    },
    /// Asks a tool for something that only the tool understands.
    Act {
        /// Tool and action.
        action: String,
        /// What it leaves behind.
        leaves: SideEffect,
        /// The program that it runs, where that is what it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        runs: Option<Program>,
    },
    /// Has a part of an answer believed although the model read what nobody trusts.
    Endorse {
        /// A JSON pointer into the answer.
        at: String,
    },
    /// Only computes on its arguments.
    Compute,
}

/// A program that an action runs.
///
/// It can do whatever it likes within its bounds, so what is said about one call holds for that call only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Program {
    /// Its words, or its text, as far as they are shown.
    pub command: String,
    /// The digest of the action: the same program with other arguments, variables or bounds is another one.
    pub call: Digest,
}

/// An argument that decides what the action reaches.
#[derive(Debug, Clone, PartialEq)]
pub struct Aim {
    /// Where it stands in the arguments: a JSON pointer.
    pub at: String,
    /// What it decides.
    pub touch: Touch,
    /// What it says.
    pub value: String,
    /// Where it came from.
    pub label: Label,
    /// Whether it was taken out of the middle of an untrusted text, as an instruction in prose is.
    pub is_quoted: bool,
}

/// Something that an argument takes along which a person should know of before it leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Where it stands in the arguments: a JSON pointer.
    pub at: String,
    /// What it is: `link`, `credential`.
    pub kind: String,
    /// What it says, as far as it may be told.
    pub value: String,
    /// Where it came from.
    pub origins: BTreeSet<String>,
}

/// A rendered action. Its digest binds a grant to exactly this tool, effect and arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    name: String,
    spec: Digest,
    effect: EffectClass,
    args: Labelled,
    label: Label,
    accesses: Vec<Access>,
    /// Those of them that no argument names.
    always: Vec<Access>,
    aims: Vec<Aim>,
    carried: Vec<Carried>,
    leaves: SideEffect,
    sends: bool,
    digest: Digest,
}

/// An argument that does not say what the action touches.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SinkError {
    /// It is absent or not a text.
    #[error("`{param}` of `{action}` must be a text, because it says what the action touches")]
    NotAText {
        /// Tool and action.
        action: String,
        /// The parameter.
        param: String,
    },
    /// It is no URL that may be asked for.
    #[error("`{param}` of `{action}` cannot be reached: {why}")]
    NotADestination {
        /// Tool and action.
        action: String,
        /// The parameter.
        param: String,
        /// What is wrong with it.
        why: NotADestination,
    },
}

impl Action {
    /// Works out what calling `action` of `tool` with `args` touches.
    ///
    /// `effect` is the class that the capsule declares; it counts unless the tool is sure of a stronger one.
    ///
    /// # Errors
    /// A sink's argument is missing without a default, is not a text, or is a URL that leads nowhere.
    pub fn new(tool: &ToolSpec, action: &ActionSpec, effect: EffectClass, args: Labelled) -> Result<Self, SinkError> {
        Self::pinned(&tool.name, tool.digest(), action, effect, args)
    }

    /// The same where the name and the digest of the tool's contract are at hand already.
    ///
    /// # Errors
    /// As for [`Action::new`].
    pub fn pinned(
        tool: &str,
        spec: Digest,
        action: &ActionSpec,
        effect: EffectClass,
        args: Labelled,
    ) -> Result<Self, SinkError> {
        let name = format!("{tool}.{}", action.name);
        let effect = effect.max(action.weakest);
        let leaves = action.leaves(effect);
        let mut accesses = Vec::with_capacity(action.sinks.len());
        let mut aims = Vec::new();
        let digest = Digest::of_json(&json!({
            "v": 1, "name": name, "spec": spec.to_string(), "effect": effect, "args": args.value,
        }));
        for sink in &action.sinks {
            if sink.touch.aims() {
                let found = aims_of(sink, &args);
                // What is read and then written is one aim.
                let again: HashSet<&str> = found.iter().map(|aim| aim.at.as_str()).collect();
                aims.retain(|known: &Aim| !again.contains(known.at.as_str()));
                aims.extend(found);
            }
            if sink.touch.is_remote() {
                // What those mean only their tool knows: all of them are one access, below.
                continue;
            }
            if sink.touch == Touch::Infer && sink.param.starts_with('/') {
                // That a model may be asked is what is judged: what it will be asked is not written yet.
                let lends = !places(&args.value, &sink.pointer()).is_empty();
                accesses.extend(lends.then_some(Access::Infer));
                continue;
            }
            for target in targets(&name, sink, &args.value)? {
                accesses.extend(access(&name, &sink.param, sink.touch, &target)?);
            }
        }
        let mut always = Vec::with_capacity(action.always.len());
        for fixed in &action.always {
            let found = access(&name, "the server", fixed.touch, &fixed.value)?;
            // What an argument names as well is judged once.
            always.extend(found.filter(|found| !accesses.contains(found) && !always.contains(found)));
        }
        accesses.extend_from_slice(&always);
        let is_remote = action.sinks.iter().any(|sink| sink.touch.is_remote());
        if is_remote || action.side_effect.is_some() || action.egress.is_some() {
            accesses.push(Access::Act {
                action: name.clone(),
                leaves,
                runs: program(&aims, digest),
            });
        }
        if accesses.is_empty() {
            accesses.push(Access::Compute);
        }
        Ok(Self {
            label: args.joined_label(),
            sends: action.sends(),
            name,
            spec,
            effect,
            args,
            accesses,
            always,
            aims,
            carried: Vec::new(),
            leaves,
            digest,
        })
    }

    /// The same action, of which it is known which arguments, by JSON pointer, were taken out of the middle of
    /// untrusted texts, and what the others take along.
    #[must_use]
    pub fn known(mut self, quoted: &BTreeSet<String>, carried: Vec<Carried>) -> Self {
        for aim in &mut self.aims {
            aim.is_quoted = quoted.contains(&aim.at);
        }
        self.carried = carried;
        self
    }

    /// The same action, which reads all of its workspace as well: whoever checks out a repository has read what lies in it.
    #[must_use]
    pub fn reading_all(mut self) -> Self {
        self.accesses.retain(|access| *access != Access::Compute);
        let path = ".".to_owned();
        self.accesses.push(Access::Read { path });
        self
    }

    /// The same action in a directory that is empty at first: what it has there beside what its arguments name is only
    /// what was put there for it.
    #[must_use]
    pub fn in_scratch(mut self) -> Self {
        let always = std::mem::take(&mut self.always);
        let is_of_workspace = |access: &Access| matches!(access, Access::Read { .. } | Access::Write { .. });
        self.accesses
            .retain(|access| !is_of_workspace(access) || !always.contains(access));
        if self.accesses.is_empty() {
            self.accesses.push(Access::Compute);
        }
        self
    }

    /// The same action, which has these parts of its output endorsed: JSON pointers.
    #[must_use]
    pub fn endorsing(mut self, parts: &[String]) -> Self {
        if !parts.is_empty() {
            // It does more than to compute on its arguments.
            self.accesses.retain(|access| *access != Access::Compute);
        }
        let endorsed = parts.iter().map(|at| Access::Endorse { at: at.clone() });
        self.accesses.extend(endorsed);
        self
    }

    /// Tool and action: `git.log`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The action's name within its tool: `log`.
    pub fn verb(&self) -> &str {
        self.name.split_once('.').map_or(self.name.as_str(), |(_, verb)| verb)
    }

    /// The digest of the tool's contract.
    pub fn spec(&self) -> Digest {
        self.spec
    }

    /// The effect of a repetition.
    pub fn effect(&self) -> EffectClass {
        self.effect
    }

    /// The rendered arguments.
    pub fn args(&self) -> &Value {
        &self.args.value
    }

    /// The join of the labels of all arguments.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// The arguments that decide what it reaches.
    pub fn aims(&self) -> &[Aim] {
        &self.aims
    }

    /// What its arguments take along.
    pub fn carried(&self) -> &[Carried] {
        &self.carried
    }

    /// What it leaves behind.
    pub fn leaves(&self) -> SideEffect {
        self.leaves
    }

    /// Whether its arguments leave this machine.
    pub fn sends(&self) -> bool {
        self.sends
    }

    /// What it touches; never empty.
    pub fn accesses(&self) -> &[Access] {
        &self.accesses
    }

    /// SHA3-512 over name, contract, effect and arguments.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

/// What touching `target` in this way reaches; `None` where only the tool knows what it means.
fn access(action: &str, param: &str, touch: Touch, target: &str) -> Result<Option<Access>, SinkError> {
    let path = target.to_owned();
    Ok(match touch {
        Touch::ReadPath => Some(Access::Read { path }),
        Touch::WritePath => Some(Access::Write { path }),
        Touch::WriteArtifact => Some(Access::Artifact { name: path }),
        Touch::Infer => Some(Access::Infer),
        Touch::Url => Some(egress(action, param, target)?),
        Touch::Recipient | Touch::RemoteUrl | Touch::RemotePath | Touch::Id | Touch::Amount | Touch::Command => None,
    })
}

/// What the arguments say for a sink: one text for a parameter, one for each place that a pointer finds.
///
/// Where a pointer finds nothing and there is no default, nothing is touched.
fn targets(action: &str, sink: &Sink, args: &Value) -> Result<Vec<String>, SinkError> {
    let not_a_text = || SinkError::NotAText {
        action: action.to_owned(),
        param: sink.param.clone(),
    };
    let found = places(args, &sink.pointer());
    let texts = found.into_iter().map(|(_, value)| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Err(not_a_text()),
    });
    let texts: Vec<String> = texts.collect::<Result<_, _>>()?;
    match (&sink.default, texts.is_empty()) {
        (Some(default), true) => Ok(vec![default.clone()]),
        (None, true) if !sink.param.starts_with('/') => Err(not_a_text()),
        (Some(_) | None, _) => Ok(texts),
    }
}

/// The texts and numbers below a sink, each with its own label.
fn aims_of(sink: &Sink, args: &Labelled) -> Vec<Aim> {
    let mut aims = Vec::new();
    for (at, value) in places(&args.value, &sink.pointer()) {
        for (below, leaf) in leaves(value) {
            let value = match leaf {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => continue,
            };
            let at = format!("{at}{below}");
            aims.push(Aim {
                touch: sink.touch,
                label: args.label_at(&at).clone(),
                at,
                value,
                is_quoted: false,
            });
        }
    }
    aims
}

/// The program that `aims` name, where they do: its words, then the values of its variables.
fn program(aims: &[Aim], call: Digest) -> Option<Program> {
    /// The most characters that are shown of it.
    const MOST: usize = 200;
    let commands = aims.iter().filter(|aim| aim.touch == Touch::Command);
    let words: Vec<&str> = commands.map(|aim| aim.value.as_str()).collect();
    if words.is_empty() {
        return None;
    }
    let words = words.join(" ");
    let cut = if words.chars().nth(MOST).is_some() { "…" } else { "" };
    let command: String = words.chars().take(MOST).chain(cut.chars()).collect();
    Some(Program { command, call })
}

fn egress(action: &str, param: &str, url: &str) -> Result<Access, SinkError> {
    let (_, Destination { scheme, host, port }) = Destination::of(url).map_err(|why| SinkError::NotADestination {
        action: action.to_owned(),
        param: param.to_owned(),
        why,
    })?;
    Ok(Access::Egress { scheme, host, port })
}

/// Where the directories of steps lie, below the workspace of their run.
pub const OF_STEPS: &str = ".somagent/work";

/// Where and for whom an action would run; recorded with its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Situation {
    /// The canonical directory that the action works on: the run's, or one that was made for its step.
    pub workspace: PathBuf,
    /// What is in the directory at first, where it was made for a step and is not the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separate: Option<Separate>,
    /// The run.
    pub run: String,
    /// Digest of the capsule that asks.
    pub capsule: Digest,
    /// The tenant.
    pub tenant: String,
    /// On whose behalf.
    pub actor: String,
    /// Whether every socket is refused.
    pub offline: bool,
    /// The hosts that the capsule may reach, as far as the constitution allows; empty means none.
    #[serde(default)]
    pub hosts: Vec<HostPattern>,
    /// What a person asked for, where a model chooses the actions; absent where a capsule names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What decided that the action happens: `when` and `foreach` of its step, or all that a model had read.
    #[serde(default = "Label::constant", skip_serializing_if = "Label::is_constant")]
    pub control: Label,
    /// Earlier calls of the session that an untrusted text aimed or asked for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub misled: BTreeSet<String>,
    /// How much of what its run may still use the action may use, in thousandths; 0 where nothing is bounded.
    #[serde(default)]
    pub cost: u16,
    /// The deployment mode; that where a store begins when it was recorded before there were others.
    #[serde(default)]
    pub mode: InForce,
    /// What the capsule itself demands here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub demands: Vec<Demand>,
    /// What a person said, in this run, that they need not be asked again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub remembered: BTreeSet<Subject>,
    /// What the store knows of earlier actions of the same name; looked up where the constitution weighs it.
    #[serde(default, skip_serializing_if = "Past::is_empty")]
    pub past: Past,
    /// What the servers that constitutions name said of the action.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heard: Vec<Heard>,
}

/// How often actions of one name were begun in this store, and what people said when they were asked about them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// Times that one was begun.
    pub begun: u32,
    /// Times that somebody approved one.
    pub approved: u32,
    /// Times that somebody refused one.
    pub refused: u32,
}

impl Past {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a capsule demands beside the constitution: a review before the action, or what its guardrails say of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// That a person is asked, or that it does not happen. A demand never allows anything.
    pub decision: Decision,
    /// Why, in words.
    pub because: String,
}

impl Situation {
    /// Resolves `path` against the workspace without touching the disk; `None` when it leaves it.
    ///
    /// This is the judgement's view. The tool opens the result beneath the workspace and through no link,
    /// so what is opened is what was judged. The directories of steps are workspaces of their own, and outside of the
    /// one that they lie in.
    pub fn within_workspace(&self, path: &str) -> Option<PathBuf> {
        let joined = self.workspace.join(path);
        let mut resolved = PathBuf::new();
        for part in joined.components() {
            match part {
                Component::ParentDir => {
                    resolved.pop();
                }
                Component::CurDir => {}
                Component::Prefix(_) | Component::RootDir | Component::Normal(_) => resolved.push(part),
            }
        }
        let within = resolved.strip_prefix(&self.workspace).ok()?;
        (!within.starts_with(OF_STEPS)).then(|| within.to_path_buf())
    }
}
