//! A kind of action that the check looks at, and the real action and situation that are of this kind.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::action::{Access, Action, Past, Situation};
use super::super::mode::InForce;
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::{ActionSpec, EffectClass, OutputTrust, SideEffect, Sink, ToolSpec, Touch};
use crate::digest::Digest;
use crate::label::{Confidentiality, Integrity, Label, Labelled};

/// The most arguments that aim: with more of them a single untrusted one weighs less.
pub(super) const MOST_AIMS: usize = 4;

/// What an action touches, without saying which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It reads a path.
    Read,
    /// It writes a path.
    Write,
    /// It writes an artifact.
    Artifact,
    /// It asks a model on this machine.
    Infer,
    /// It has a choice of a model believed.
    Endorse,
    /// It computes.
    Compute,
    /// It reaches a server.
    Egress,
    /// It calls a tool.
    Act,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Write,
        Self::Artifact,
        Self::Infer,
        Self::Endorse,
        Self::Compute,
        Self::Egress,
        Self::Act,
    ];

    /// As a rule names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Artifact => "artifact",
            Self::Infer => "infer",
            Self::Endorse => "endorse",
            Self::Compute => "compute",
            Self::Egress => "egress",
            Self::Act => "act",
        }
    }
}

/// What an action touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// This path below the workspace.
    Read(PathBuf),
    /// The same.
    Write(PathBuf),
    Artifact,
    Infer,
    Endorse,
    Compute,
    Egress(String, u16),
    Act(String),
}

/// An action as the check sees it: what it touches, and all that the score and information flow look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deed {
    pub(super) target: Target,
    pub(super) leaves: SideEffect,
    pub(super) sends: bool,
    /// How many of its arguments aim,
    pub(super) aims: usize,
    /// how many of them somebody untrusted chose,
    pub(super) untrusted: usize,
    /// and whether those say where it goes.
    pub(super) is_strange: bool,
    pub(super) confidentiality: Confidentiality,
    pub(super) is_asked: bool,
    pub(super) cost: u16,
    /// How often it was begun before,
    pub(super) begun: u32,
    /// and how often people refused it.
    pub(super) refused: u32,
}

impl Deed {
    /// A real action of this kind in a situation that makes it so; none where no action has these arguments.
    pub(super) fn real(&self) -> Option<(Action, Situation)> {
        let (tool, action) = match &self.target {
            Target::Act(name) => name.split_once('.')?,
            Target::Read(_)
            | Target::Write(_)
            | Target::Artifact
            | Target::Infer
            | Target::Endorse
            | Target::Compute
            | Target::Egress(..) => ("some", "act"),
        };
        let is_remote = matches!(self.target, Target::Act(_));
        let mut args = Map::from_iter([("said".to_owned(), json!("something"))]);
        let mut sinks = Vec::new();
        let mut sink = |at: usize, touch: Touch, value: String| {
            let param = format!("to{at}");
            args.insert(param.clone(), json!(value));
            sinks.push(Sink {
                param,
                touch,
                default: None,
            });
        };
        for at in 0..self.aims {
            let (touch, value) = self.aim(at);
            sink(at, touch, value);
        }
        match &self.target {
            Target::Artifact => sink(0, Touch::WriteArtifact, "made".to_owned()),
            Target::Infer => sink(0, Touch::Infer, "something".to_owned()),
            Target::Read(_)
            | Target::Write(_)
            | Target::Endorse
            | Target::Compute
            | Target::Egress(..)
            | Target::Act(_) => {}
        }
        let effect = match self.leaves {
            SideEffect::None => EffectClass::None,
            SideEffect::Reversible | SideEffect::Irreversible => EffectClass::External,
        };
        let spec = ActionSpec {
            name: action.to_owned(),
            summary: String::new(),
            params: json!({}),
            output: json!({}),
            effect,
            weakest: EffectClass::None,
            sinks,
            always: Vec::new(),
            trust: OutputTrust::World,
            field_trust: Default::default(),
            side_effect: is_remote.then_some(self.leaves),
            egress: is_remote.then_some(self.sends),
            confidentiality: None,
            readers: None,
        };
        let label = Label {
            confidentiality: self.confidentiality,
            ..Label::constant()
        };
        let stranger = || Label::from_source(Integrity::Untrusted, Confidentiality::Public, "page");
        let mut args = Labelled::new(Value::Object(args), label);
        args.fields = (0..self.untrusted).map(|at| (format!("/to{at}"), stranger())).collect();
        let tool = ToolSpec {
            name: tool.to_owned(),
            version: "0.0.0".to_owned(),
            summary: String::new(),
            actions: vec![spec],
        };
        let spec = tool.actions.first()?;
        let endorsed = matches!(self.target, Target::Endorse).then(String::new);
        let action = Action::new(&tool, spec, effect, args).ok()?;
        let action = action.endorsing(endorsed.as_slice());
        let (request, control) = match self.is_asked {
            true => (None, Label::constant()),
            // No word of it asks for anything.
            false => (Some(String::new()), stranger()),
        };
        let situation = Situation {
            workspace: PathBuf::from("/workspace"),
            run: "check".to_owned(),
            capsule: Digest::of(b""),
            tenant: "local".to_owned(),
            actor: "check".to_owned(),
            offline: false,
            hosts: HostPattern::parse("*:*").into_iter().collect(),
            request,
            control,
            misled: Default::default(),
            cost: self.cost,
            mode: InForce::default(),
            demands: Vec::new(),
            remembered: Default::default(),
            past: Past {
                begun: self.begun,
                approved: 0,
                refused: self.refused,
            },
            separate: None,
            heard: Vec::new(),
        };
        Some((action, situation))
    }

    /// The aiming argument at this place: the untrusted ones come first.
    fn aim(&self, at: usize) -> (Touch, String) {
        match &self.target {
            Target::Read(path) => (Touch::ReadPath, path_text(path)),
            Target::Write(path) => (Touch::WritePath, path_text(path)),
            Target::Egress(host, port) => (Touch::Url, format!("http://{host}:{port}/")),
            Target::Act(_) if self.is_strange && at < self.untrusted => (Touch::Recipient, "somebody".to_owned()),
            Target::Act(_) | Target::Artifact | Target::Infer | Target::Endorse | Target::Compute => {
                (Touch::Id, "17".to_owned())
            }
        }
    }

    pub(super) fn kind(&self) -> Kind {
        match &self.target {
            Target::Read(_) => Kind::Read,
            Target::Write(_) => Kind::Write,
            Target::Artifact => Kind::Artifact,
            Target::Infer => Kind::Infer,
            Target::Endorse => Kind::Endorse,
            Target::Compute => Kind::Compute,
            Target::Egress(..) => Kind::Egress,
            Target::Act(_) => Kind::Act,
        }
    }
}

fn path_text(path: &Path) -> String {
    match path.to_string_lossy() {
        text if text.is_empty() => ".".to_owned(),
        text => text.into_owned(),
    }
}

/// What an access touches, in words: `reads \`a/b\``.
pub(super) fn in_words(access: &Access) -> String {
    match access {
        Access::Read { path } => format!("reads `{path}`"),
        Access::Write { path } => format!("writes `{path}`"),
        Access::Artifact { name } => format!("writes the artifact `{name}`"),
        Access::Infer => "asks a model on this machine".to_owned(),
        Access::Endorse { at: _ } => "has a choice of a model believed".to_owned(),
        Access::Compute => "computes".to_owned(),
        Access::Egress { scheme: _, host, port } => format!("reaches `{host}:{port}`"),
        Access::Act { action, runs: None, .. } => format!("calls `{action}`"),
        Access::Act {
            action,
            runs: Some(program),
            ..
        } => format!("runs `{}` by `{action}`", program.command.escape_debug()),
    }
}
