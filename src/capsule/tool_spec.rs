//! What a tool can do, as pure data: its actions, their parameters, effects and sinks.
//!
//! Policy computes what an action touches from this and the arguments, without asking the tool.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::digest::Digest;
use crate::label::{Confidentiality, Integrity, Label, Labelled, places};

/// What a repetition of an action would do to the world outside the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectClass {
    /// Changes nothing: it may always run again.
    None,
    /// Running it twice leaves what running it once leaves.
    Idempotent,
    /// The other side drops a repetition that carries the same key.
    Keyed,
    /// A repetition is a second effect; an interrupted one is in doubt.
    External,
}

impl EffectClass {
    const fn none() -> Self {
        Self::None
    }
}

/// One way an argument reaches something outside the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touch {
    /// The argument is a path that is read.
    ReadPath,
    /// The argument is a path that is written.
    WritePath,
    /// The argument names an artifact of the run that is written.
    WriteArtifact,
    /// The argument is a prompt for an on-device model, or, at a JSON pointer, anything that lets one be asked.
    Infer,
    /// The argument is the URL that is reached.
    Url,
    /// The argument names whom the tool gives something to: an address, an account, a channel.
    Recipient,
    /// The argument is a URL in the world of the tool: its server reaches it, not this machine.
    RemoteUrl,
    /// The argument is a path in the world of the tool.
    RemotePath,
    /// The argument says which of its things the tool is to act on.
    Id,
    /// The argument is how much: of money, of anything.
    Amount,
    /// The argument is executed: a command line, a query, a program.
    Command,
}

impl Touch {
    /// What people call such an argument.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReadPath | Self::WritePath | Self::RemotePath => "path",
            Self::WriteArtifact => "artifact",
            Self::Infer => "prompt",
            Self::Url | Self::RemoteUrl => "url",
            Self::Recipient => "recipient",
            Self::Id => "id",
            Self::Amount => "amount",
            Self::Command => "command",
        }
    }

    /// Whether the argument decides what the world outside the run is asked for: then it has to come from
    /// somebody trusted.
    pub fn aims(self) -> bool {
        !matches!(self, Self::WriteArtifact | Self::Infer)
    }

    /// Whether the argument is a URL.
    pub fn is_url(self) -> bool {
        matches!(self, Self::Url | Self::RemoteUrl)
    }

    /// Whether the argument names where the other arguments go.
    pub fn is_destination(self) -> bool {
        matches!(self, Self::Url | Self::RemoteUrl | Self::Recipient)
    }

    /// Whether only the tool knows what the argument means.
    pub fn is_remote(self) -> bool {
        matches!(
            self,
            Self::Recipient | Self::RemoteUrl | Self::RemotePath | Self::Id | Self::Amount | Self::Command
        )
    }
}

/// What an action leaves behind in the world outside the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SideEffect {
    /// Nothing.
    None,
    /// Something that can be taken back.
    Reversible,
    /// Something that cannot.
    Irreversible,
}

/// A parameter through which an action touches something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sink {
    /// The name of the parameter, or a JSON pointer into the arguments in which `*` stands for every member
    /// (`/items/*/path`).
    pub param: String,
    /// What it touches.
    pub touch: Touch,
    /// The value that counts when the argument is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

impl Sink {
    /// Where it stands in the arguments: a JSON pointer in which `*` stands for every member.
    pub fn pointer(&self) -> String {
        if self.param.starts_with('/') {
            self.param.clone()
        } else {
            format!("/{}", self.param.replace('~', "~0").replace('/', "~1"))
        }
    }
}

/// Something that an action touches whatever its arguments say: the server that it is told to, the workspace that its
/// program may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fixed {
    /// What it touches.
    pub touch: Touch,
    /// Which: a URL, or a path relative to the workspace.
    pub value: String,
}

/// Where the label of an output comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputTrust {
    /// Read from the world: untrusted unless [`ActionSpec::field_trust`] says otherwise.
    World,
    /// A pure function of the arguments: it carries their join.
    Arguments,
}

/// One action of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionSpec {
    /// The name after the dot: `log` in `git.log`.
    pub name: String,
    /// One sentence for people and models.
    pub summary: String,
    /// JSON Schema of the parameters: an object, `additionalProperties: false`.
    pub params: Value,
    /// JSON Schema of the output.
    pub output: Value,
    /// The effect of a repetition, unless a capsule knows better.
    pub effect: EffectClass,
    /// The weakest effect that a capsule may declare instead: what the tool itself is sure of.
    #[serde(default = "EffectClass::none")]
    pub weakest: EffectClass,
    /// The parameters that reach outside; an action without any only computes.
    pub sinks: Vec<Sink>,
    /// What it touches whatever its arguments say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub always: Vec<Fixed>,
    /// Where the output's label comes from.
    pub trust: OutputTrust,
    /// JSON pointers into the output whose integrity is better than the rest; `*` stands for every member.
    pub field_trust: BTreeMap<String, Integrity>,
    /// What it leaves behind; when the tool does not say, what its effect and its sinks tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side_effect: Option<SideEffect>,
    /// Whether its arguments leave this machine; when the tool does not say, whether it reaches a server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub egress: Option<bool>,
    /// Who may see its output; private when the tool does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidentiality: Option<Confidentiality>,
    /// The hosts, domains and addresses outside that may receive its output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readers: Option<BTreeSet<String>>,
}

impl ActionSpec {
    /// What it leaves behind when it is declared to have this effect.
    pub fn leaves(&self, effect: EffectClass) -> SideEffect {
        let changes = || self.sinks.iter().any(|sink| sink.touch == Touch::WritePath);
        match (self.side_effect, effect) {
            (Some(side_effect), _) => side_effect,
            (None, EffectClass::Keyed | EffectClass::External) => SideEffect::Irreversible,
            // An artifact is the run's own.
            (None, EffectClass::Idempotent) if self.sends() || changes() => SideEffect::Irreversible,
            (None, EffectClass::None | EffectClass::Idempotent) => SideEffect::None,
        }
    }

    /// Whether a call with these arguments, as templates or rendered, has a model asked.
    pub fn infers(&self, args: &Value) -> bool {
        let mut prompts = self.sinks.iter().filter(|sink| sink.touch == Touch::Infer);
        prompts.any(|sink| !places(args, &sink.pointer()).is_empty())
    }

    /// What it read from the world, as `source`: untrusted but for the fields it vouches for, and with everything
    /// that `with` says.
    pub fn read(&self, output: Value, source: &str, with: &Label) -> Labelled {
        let label = |integrity| {
            let confidentiality = self.confidentiality.unwrap_or(Confidentiality::Private);
            let mut label = Label::from_source(integrity, confidentiality, source);
            label.readers.clone_from(&self.readers);
            label.joined(with)
        };
        let places = self.field_trust.iter().flat_map(|(pattern, integrity)| {
            let places = places(&output, pattern).into_iter();
            places.map(|(at, _)| (at, label(*integrity)))
        });
        let fields = places.collect();
        Labelled {
            fields,
            label: label(Integrity::Untrusted),
            value: output,
        }
    }

    /// Whether its arguments leave this machine.
    pub fn sends(&self) -> bool {
        let reaches = || self.sinks.iter().any(|sink| sink.touch.is_destination());
        self.egress.unwrap_or_else(reaches)
    }
}

/// A tool: a name and its actions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// The name before the dot: `git` in `git.log`.
    pub name: String,
    /// Semantic version of the tool's contract.
    pub version: String,
    /// One sentence for people.
    pub summary: String,
    /// What it can do.
    pub actions: Vec<ActionSpec>,
}

impl ToolSpec {
    /// The action called `name` (without the tool's name).
    pub fn action(&self, name: &str) -> Option<&ActionSpec> {
        self.actions.iter().find(|action| action.name == name)
    }

    /// The digest that pins the contract.
    ///
    /// Serialising a tree of strings and JSON values cannot fail, so the fallback is never taken.
    pub fn digest(&self) -> Digest {
        Digest::of_json(&serde_json::to_value(self).unwrap_or(Value::Null))
    }
}
