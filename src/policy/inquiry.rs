//! Questions to the law about calls that nobody makes: one JSON object in, one verdict out.
//!
//! The form is documented in `docs/policy-check.md`. Nothing is performed and nothing is recorded; an answer gives no
//! right to act.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::action::{Action, Past, Situation};
use super::flow::Tainted;
use super::law::Law;
use super::mode::InForce;
use super::opa::Heard;
use super::provenance::Session;
use super::verdict::{Decision, Term, Verdict};
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::{ActionSpec, EffectClass, OutputTrust, SideEffect, Sink, ToolSpec, Touch};
use crate::digest::Digest;
use crate::label::{Confidentiality, Integrity, Labelled};

/// The longest name of a tool.
const LONGEST_NAME: usize = 256;

/// A call, and what was said before it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inquiry {
    /// Any value; it is given back with the answer.
    #[serde(default)]
    pub id: Option<Value>,
    tool: String,
    #[serde(default)]
    args: Map<String, Value>,
    #[serde(default)]
    tool_spec: Option<Spec>,
    #[serde(default)]
    session: Before,
}

/// A call as the law sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Posed {
    id: Option<Value>,
    /// What would be done.
    pub action: Action,
    /// Where and for whom.
    pub situation: Situation,
}

/// What a tool says of one of its actions; what it leaves out is taken at its worst.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    side_effect: Option<SideEffect>,
    sinks: Option<Sinks>,
    egress: Option<bool>,
    #[serde(default)]
    field_trust: BTreeMap<String, Integrity>,
    confidentiality: Option<Confidentiality>,
    readers: Option<BTreeSet<String>>,
}

/// The arguments that decide what is reached.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "`sinks` is an object from arguments to kinds (recipient, url, path, id, amount, command), or a list of arguments"
)]
enum Sinks {
    /// And what each of them decides.
    Kinds(BTreeMap<String, Kind>),
    /// What each of them decides is told by its name.
    Names(BTreeSet<String>),
}

impl Sinks {
    fn kinds(self) -> Vec<(String, Kind)> {
        match self {
            Self::Kinds(kinds) => kinds.into_iter().collect(),
            Self::Names(names) => names.into_iter().map(guessed).collect(),
        }
    }
}

fn guessed(name: String) -> (String, Kind) {
    let kind = Kind::guessed(&name);
    (name, kind)
}

/// What an argument decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Recipient,
    Url,
    Path,
    Id,
    Amount,
    Command,
}

impl Kind {
    fn touch(self) -> Touch {
        match self {
            Self::Recipient => Touch::Recipient,
            Self::Url => Touch::RemoteUrl,
            Self::Path => Touch::RemotePath,
            Self::Id => Touch::Id,
            Self::Amount => Touch::Amount,
            Self::Command => Touch::Command,
        }
    }

    /// What an argument of this name usually decides, where the tool does not say.
    fn guessed(name: &str) -> Self {
        let name = name.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if matches!(name.as_str(), "to" | "cc" | "bcc" | "user")
            || has(&[
                "recipient",
                "channel",
                "email",
                "account",
                "iban",
                "participant",
                "attendee",
            ])
        {
            Self::Recipient
        } else if has(&["url", "uri", "link", "host"]) {
            Self::Url
        } else if has(&["path", "file", "dir"]) {
            Self::Path
        } else if has(&["amount", "sum", "price"]) {
            Self::Amount
        } else if has(&["command", "cmd", "code", "script", "query"]) {
            Self::Command
        } else {
            Self::Id
        }
    }
}

/// The session so far.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Before {
    #[serde(default)]
    prompt: String,
    #[serde(default)]
    calls: Vec<Earlier>,
}

/// A call that was made, and what it gave.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Earlier {
    tool: String,
    #[serde(default)]
    args: Map<String, Value>,
    #[serde(default)]
    tool_spec: Option<Spec>,
    #[serde(default)]
    output: Value,
    /// Whether a person approved it.
    #[serde(default)]
    approved: bool,
}

/// What the law says of an inquiry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The id of the inquiry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Value>,
    /// Tool and action.
    pub tool: String,
    /// What was decided.
    pub decision: Decision,
    /// The sum of the terms, where the constitution weighs.
    pub score: Option<i64>,
    /// A score below it asks.
    pub threshold: Option<i64>,
    /// What the score is made of.
    pub terms: Vec<Term>,
    /// The articles that decided.
    pub articles: BTreeSet<String>,
    /// Why, in words.
    pub because: Vec<String>,
    /// The arguments that somebody untrusted chose, and where they came from.
    pub tainted: Vec<Tainted>,
}

/// An inquiry that cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InquiryError {
    /// It is no JSON object of the documented form.
    #[error("not an inquiry: {0}")]
    Form(String),
    /// A name that no tool has.
    #[error("`tool` is empty or longer than {LONGEST_NAME} bytes")]
    Name,
}

impl Inquiry {
    /// Reads one from JSON.
    ///
    /// # Errors
    /// It is not JSON, has a field that is unknown, or lacks one that is needed.
    pub fn parse(text: &str) -> Result<Self, InquiryError> {
        // A list would be taken for the fields in their order.
        if !text.trim_start().starts_with('{') {
            return Err(InquiryError::Form("it is no JSON object".to_owned()));
        }
        let inquiry: Self = serde_json::from_str(text).map_err(|error| InquiryError::Form(error.to_string()))?;
        let names = inquiry.session.calls.iter().map(|call| &call.tool);
        let fits = |name: &String| !name.is_empty() && name.len() <= LONGEST_NAME;
        if names.chain([&inquiry.tool]).all(fits) {
            Ok(inquiry)
        } else {
            Err(InquiryError::Name)
        }
    }

    /// The action and the situation that it describes.
    ///
    /// # Errors
    /// An argument does not say what the call touches.
    pub fn pose(self) -> Result<Posed, InquiryError> {
        let mut session = Session::new(&self.session.prompt);
        for call in &self.session.calls {
            let spec = described(call.tool_spec.as_ref(), &call.args);
            let (args, output) = (Value::Object(call.args.clone()), call.output.clone());
            if call.approved {
                session.add_approved(&call.tool, &spec, args, output);
            } else {
                session.add(&call.tool, &spec, args, output);
            }
        }
        let spec = described(self.tool_spec.as_ref(), &self.args);
        let traced = session.trace(Value::Object(self.args.clone()), &spec);
        // Nobody says what was done before the session; an earlier call of the same name was.
        let before = self.session.calls.iter().filter(|call| call.tool == self.tool);
        let situation = Situation {
            workspace: PathBuf::from("/"),
            run: "inquiry".to_owned(),
            capsule: Digest::of(b""),
            tenant: "local".to_owned(),
            actor: "inquiry".to_owned(),
            offline: false,
            hosts: HostPattern::parse("*:*").into_iter().collect(),
            request: Some(session.request().to_owned()),
            control: traced.control,
            misled: traced.misled,
            cost: 0,
            mode: InForce::default(),
            demands: Vec::new(),
            remembered: Default::default(),
            past: Past {
                begun: u32::try_from(before.count()).unwrap_or(u32::MAX),
                ..Past::default()
            },
            separate: None,
            heard: Vec::new(),
        };
        let action = named(&self.tool, spec, traced.args)?.known(&traced.quoted, traced.carried);
        Ok(Posed {
            id: self.id,
            action,
            situation,
        })
    }
}

impl Posed {
    /// The same, after a server that a constitution names was asked.
    pub fn hear(&mut self, heard: Heard) {
        self.situation.heard.push(heard);
    }

    /// What `law` says of it.
    pub fn put(self, law: &Law) -> Answer {
        Answer::of(self.id, &law.judge(&self.action, &self.situation))
    }
}

/// The action of a tool of which only this is known.
fn named(name: &str, mut spec: ActionSpec, args: Labelled) -> Result<Action, InquiryError> {
    let (tool, verb) = name.split_once('.').unwrap_or(("tool", name));
    spec.name = verb.to_owned();
    let tool = ToolSpec {
        name: tool.to_owned(),
        version: "0.0.0".to_owned(),
        summary: String::new(),
        actions: vec![spec],
    };
    let spec = tool.actions.first().ok_or(InquiryError::Name)?;
    Action::new(&tool, spec, spec.effect, args).map_err(|error| InquiryError::Form(error.to_string()))
}

/// The contract of an action, with the worst where `spec` says nothing.
fn described(spec: Option<&Spec>, args: &Map<String, Value>) -> ActionSpec {
    let spec = spec.cloned().unwrap_or_default();
    let side_effect = spec.side_effect.unwrap_or(SideEffect::Irreversible);
    let every = || args.keys().cloned().map(guessed).collect();
    let sinks: Vec<(String, Kind)> = spec.sinks.map_or_else(every, Sinks::kinds);
    let sinks = sinks.into_iter().map(|(param, kind)| Sink {
        param,
        touch: kind.touch(),
        default: None,
    });
    ActionSpec {
        name: String::new(),
        summary: String::new(),
        params: json!({}),
        output: json!({}),
        effect: match side_effect {
            SideEffect::None => EffectClass::None,
            SideEffect::Reversible | SideEffect::Irreversible => EffectClass::External,
        },
        weakest: EffectClass::None,
        sinks: sinks.collect(),
        always: Vec::new(),
        trust: OutputTrust::World,
        field_trust: spec.field_trust,
        side_effect: Some(side_effect),
        egress: Some(spec.egress.unwrap_or(true)),
        // What nobody said anything about goes where somebody trusted sends it, and nowhere else.
        confidentiality: Some(spec.confidentiality.unwrap_or(Confidentiality::Unstated)),
        readers: spec.readers,
    }
}

impl Answer {
    /// What a verdict says.
    pub(super) fn of(id: Option<Value>, verdict: &Verdict) -> Self {
        let because = verdict.because();
        Self {
            id,
            tool: verdict.action().to_owned(),
            decision: verdict.decision(),
            score: verdict.score(),
            threshold: verdict.threshold(),
            terms: verdict.terms().to_vec(),
            articles: because.iter().filter_map(|reason| reason.article.clone()).collect(),
            because: because.iter().map(|reason| reason.text.clone()).collect(),
            tainted: verdict.tainted().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests;
