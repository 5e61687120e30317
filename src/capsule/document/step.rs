//! A step as it is written.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::step::{Jitter, KeepWorkspace, Manner, OnItemError, OnUncertain, Overflow, RetryOn, Separate};
use super::super::tool_spec::EffectClass;
use super::duration;
use super::policies::WrittenBudget;

/// One step: it has an `action` or is a `gate`.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenStep {
    /// The step's name: letters, digits and `_`, not beginning with a digit.
    #[schemars(regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]{0,63}$"))]
    pub name: String,
    /// Steps that come before this one.
    #[serde(default)]
    pub needs: Vec<String>,
    /// A bare expression; the step is skipped when it is false.
    #[schemars(with = "String")]
    #[serde(default)]
    pub when: Option<String>,
    /// Runs the step for each item of a list.
    #[schemars(with = "WrittenForeach")]
    #[serde(default)]
    pub foreach: Option<WrittenForeach>,
    /// What runs: `model.call`, `capsule.run`, or a tool and its action such as `git.log`.
    #[schemars(with = "String")]
    #[serde(default)]
    pub action: Option<String>,
    /// A question to a person, in place of an action.
    #[schemars(with = "WrittenGate")]
    #[serde(default)]
    pub gate: Option<WrittenGate>,
    /// Arguments; texts may be templates. For `capsule.run`: `capsule` and `inputs`.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// For `model.call`: a list of texts, one template that gives such a list, or `head: NAME`, and then the head's labels
    /// are what is chosen among; with `abstain: TEXT` that is the output where the head stands by no label.
    #[schemars(schema_with = "choices")]
    #[serde(default)]
    pub choices: Option<Value>,
    /// For `choices`: below this confidence the model of `--escalate-to` is asked, and its answer counts.
    #[schemars(schema_with = "share")]
    #[serde(default)]
    pub escalate_below: Option<f64>,
    /// For `model.call`: functions of which the answer calls one, each with `name`, `description` and `parameters` (a
    /// JSON Schema), or one template that gives such a list.
    #[schemars(schema_with = "functions")]
    #[serde(default)]
    pub functions: Option<Value>,
    /// JSON Schema of the output; texts in it may be templates.
    #[schemars(with = "Map<String, Value>")]
    #[serde(default)]
    pub output_schema: Option<Map<String, Value>>,
    /// For `model.call`: parts of the answer that count as trusted although the model read what is not: JSON pointers
    /// to a yes or no, or to one of a list of texts; "" for the whole answer.
    #[serde(default)]
    pub endorse: Vec<String>,
    /// For `model.call`: how the model answers.
    #[schemars(with = "WrittenModel")]
    #[serde(default)]
    pub model: Option<WrittenModel>,
    /// What a repetition would do, never weaker than the tool is sure of.
    #[schemars(with = "EffectClass")]
    #[serde(default)]
    pub effect: Option<EffectClass>,
    /// What happens after a failed attempt; what is missing here is as in `defaults`.
    #[schemars(with = "WrittenRetry")]
    #[serde(default)]
    pub retry: Option<WrittenRetry>,
    /// The most time of one attempt.
    #[schemars(schema_with = "duration")]
    #[serde(default)]
    pub timeout: Option<String>,
    /// For steps without effect: an earlier output serves again.
    #[schemars(with = "WrittenCache")]
    #[serde(default)]
    pub cache: Option<WrittenCache>,
    /// For actions of tools: where the step works in place of the run's workspace. `scratch` is an empty directory,
    /// `worktree` the files of a commit; a mapping says more.
    #[schemars(schema_with = "workspace")]
    #[serde(default)]
    pub workspace: Option<WrittenWorkspace>,
    /// What undoes a completed step when the run fails or is cancelled; templates see its `output`.
    #[schemars(with = "WrittenCall")]
    #[serde(default)]
    pub compensate: Option<WrittenCall>,
    /// How to find out whether an interrupted effect happened.
    #[schemars(with = "WrittenReconcile")]
    #[serde(default)]
    pub reconcile: Option<WrittenReconcile>,
    /// What becomes of an effect that nobody knows about: `review` unless written.
    #[schemars(with = "OnUncertain")]
    #[serde(default)]
    pub on_uncertain: Option<OnUncertain>,
    /// Names of declared secrets that the action gets.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// What the step may spend, all items together.
    #[serde(default)]
    pub budget: WrittenBudget,
    /// Files that the step leaves.
    #[serde(default)]
    pub artifacts: Vec<WrittenArtifact>,
}

/// A step before all others, or after them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenHook {
    /// The step's name: letters, digits and `_`, not beginning with a digit.
    #[schemars(regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]{0,63}$"))]
    pub name: String,
    /// A bare expression; the step is skipped when it is false.
    #[schemars(with = "String")]
    #[serde(default)]
    pub when: Option<String>,
    /// What runs: `model.call`, `capsule.run`, or a tool and its action such as `git.log`.
    pub action: String,
    /// Arguments; texts may be templates.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// What happens after a failed attempt; what is missing here is as in `defaults`.
    #[schemars(with = "WrittenRetry")]
    #[serde(default)]
    pub retry: Option<WrittenRetry>,
    /// The most time of one attempt.
    #[schemars(schema_with = "duration")]
    #[serde(default)]
    pub timeout: Option<String>,
}

impl WrittenHook {
    /// The hook as the step that it is.
    pub(in super::super) fn step(&self) -> WrittenStep {
        WrittenStep {
            name: self.name.clone(),
            when: self.when.clone(),
            action: Some(self.action.clone()),
            params: self.params.clone(),
            retry: self.retry.clone(),
            timeout: self.timeout.clone(),
            ..WrittenStep::default()
        }
    }
}

/// Where a step works. What is not written as it must be was reported with the shape of the file, and is absent here.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Value")]
pub(in super::super) struct WrittenWorkspace {
    /// What is in it at first.
    pub kind: Option<Separate>,
    /// What is checked out.
    pub reference: Option<String>,
    /// Whether it stays.
    pub keep: Option<KeepWorkspace>,
    /// The step whose directory it is.
    pub of: Option<String>,
}

impl From<Value> for WrittenWorkspace {
    /// Reads a word or a mapping.
    fn from(value: Value) -> Self {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let kind = value.get("kind").unwrap_or(&value).clone();
        Self {
            kind: serde_json::from_value(kind).ok(),
            reference: text("ref"),
            keep: value
                .get("keep")
                .cloned()
                .and_then(|keep| serde_json::from_value(keep).ok()),
            of: text("of"),
        }
    }
}

/// The list that a step runs for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenForeach {
    /// A bare expression that gives a list.
    pub items: String,
    /// The name of the item in templates: letters, digits and `_`, not beginning with a digit.
    #[schemars(regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]{0,63}$"))]
    #[serde(rename = "as")]
    pub name: String,
    /// The most items; a longer list fails the step.
    #[schemars(with = "u32", range(min = 1))]
    #[serde(default)]
    pub max_items: Option<u32>,
    /// How many items may be in flight: 1 unless written.
    #[schemars(with = "u32", range(min = 1, max = 1000))]
    #[serde(default)]
    pub max_parallel: Option<u32>,
    /// What the failure of one item means: `fail_fast` unless written.
    #[serde(default)]
    pub on_item_error: OnItemError,
}

/// A question to a person.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenGate {
    /// Who answers.
    #[serde(default)]
    #[expect(dead_code, reason = "there is one kind; the key is read so that others can follow")]
    pub kind: GateKind,
    /// What is asked; it may be a template.
    pub prompt: String,
    /// Bare expressions whose values are shown beside the question.
    #[serde(default)]
    pub show: Vec<String>,
    /// What can be answered: `approve` and `reject` unless written, and then a rejection fails the step.
    #[schemars(extend("uniqueItems" = true), inner(length(min = 1, max = 100)))]
    #[serde(default)]
    pub choices: Vec<String>,
    /// Who may answer: `role:NAME` or `user:NAME`; anybody unless written.
    #[schemars(inner(regex(pattern = r"^(role|user):[A-Za-z0-9_.@-]{1,64}$")))]
    #[serde(default)]
    pub assignees: Vec<String>,
    /// The time after which `on_expire` counts.
    #[schemars(schema_with = "duration")]
    #[serde(default)]
    pub expires: Option<String>,
    /// The choice that counts then.
    #[schemars(with = "String")]
    #[serde(default)]
    pub on_expire: Option<String>,
    /// JSON Schema of what is answered besides the choice: of an object.
    #[schemars(with = "Map<String, Value>")]
    #[serde(default)]
    pub form: Option<Map<String, Value>>,
}

/// Who answers a gate.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum GateKind {
    /// A person.
    #[default]
    Human,
}

/// What happens after a failed attempt.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenRetry {
    /// How many attempts there are at most.
    #[schemars(with = "u32", range(min = 1, max = 100))]
    #[serde(default)]
    pub max_attempts: Option<u32>,
    /// How long the waits are.
    #[serde(default)]
    pub backoff: WrittenBackoff,
    /// The kinds of failure that are worth another attempt: `timeout` (not of an `external` step),
    /// `rate_limited` and `unavailable` unless written.
    #[schemars(with = "Vec<RetryOn>")]
    #[serde(default)]
    pub on: Option<Vec<RetryOn>>,
}

/// How long the waits between attempts are.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenBackoff {
    /// The longest wait before the second attempt: `1s` unless written.
    #[schemars(schema_with = "duration")]
    #[serde(default)]
    pub initial: Option<String>,
    /// What that grows by with each attempt: 2 unless written.
    #[schemars(with = "f64", range(min = 1, max = 100))]
    #[serde(default)]
    pub factor: Option<f64>,
    /// What it never exceeds: `30s` unless written.
    #[schemars(schema_with = "duration")]
    #[serde(default)]
    pub max: Option<String>,
    /// How the wait is drawn from it: `full` unless written.
    #[schemars(with = "Jitter")]
    #[serde(default)]
    pub jitter: Option<Jitter>,
}

/// Where an earlier output may be taken from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenCache {
    /// Bare expressions; the arguments unless written.
    #[serde(default)]
    pub key: Vec<String>,
    /// How long an output serves: for ever unless written.
    #[schemars(schema_with = "duration")]
    #[serde(default)]
    pub ttl: Option<String>,
}

/// A call of a tool besides the step's own.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenCall {
    /// A tool and its action such as `git.log`.
    pub action: String,
    /// Arguments; texts may be templates.
    #[serde(default)]
    pub params: Map<String, Value>,
}

/// How to find out whether an interrupted effect happened.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenReconcile {
    /// A tool and its action, which has no effect.
    pub action: String,
    /// Arguments; texts may be templates.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// A bare expression over the action's `output`: true means that the effect happened.
    pub found_when: String,
}

/// How a model answers.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenModel {
    /// What the model is for; one on-device model answers every role today.
    #[schemars(with = "String", regex(pattern = r"^[a-z][a-z0-9_-]{0,63}$"))]
    #[serde(default)]
    #[expect(dead_code, reason = "one model answers every role until there are several")]
    pub role: Option<String>,
    /// How able the model has to be; one on-device model answers every tier today.
    #[schemars(with = "String", regex(pattern = r"^[a-z][a-z0-9_-]{0,63}$"))]
    #[serde(default)]
    #[expect(dead_code, reason = "one model answers every tier until there are several")]
    pub tier: Option<String>,
    /// Tiers that are asked when that one cannot answer; one on-device model answers every tier today.
    #[schemars(inner(regex(pattern = r"^[a-z][a-z0-9_-]{0,63}$")))]
    #[serde(default)]
    #[expect(dead_code, reason = "one model answers every tier until there are several")]
    pub fallback: Vec<String>,
    /// The most tokens of the answer.
    #[schemars(with = "u32", range(min = 1))]
    #[serde(default)]
    pub max_output_tokens: Option<u32>,
    /// 0 takes the likeliest token every time; at most 2.
    #[schemars(with = "f64", range(min = 0, max = 2))]
    #[serde(default)]
    pub temperature: Option<f64>,
    /// Only the likeliest tokens that together have this share of the probability are drawn.
    #[schemars(with = "f64", range(min = 0.01, max = 1))]
    #[serde(default)]
    pub top_p: Option<f64>,
    /// Tokens less likely than this share of the likeliest are not drawn.
    #[schemars(with = "f64", range(min = 0, max = 1))]
    #[serde(default)]
    pub min_p: Option<f64>,
    /// Above 1, what was written lately becomes less likely.
    #[schemars(with = "f64", range(min = 0.5, max = 4))]
    #[serde(default)]
    pub repetition_penalty: Option<f64>,
    /// Texts that end a free answer; they are not part of it.
    #[schemars(with = "Vec<String>", inner(length(min = 1, max = 256)), length(max = 16))]
    #[serde(default)]
    pub stop: Option<Vec<String>>,
    /// Judges choices against what they are when there is nothing to judge; what is judged belongs in `about`.
    #[schemars(with = "bool")]
    #[serde(default)]
    pub calibrate: Option<bool>,
    /// What becomes of `about` and `turns` when they do not fit into the model's context.
    #[schemars(with = "Overflow")]
    #[serde(default)]
    pub overflow: Option<Overflow>,
}

impl WrittenModel {
    /// What is written here, and what `defaults` say where nothing is.
    pub(in super::super) fn manner(&self, defaults: &Self) -> Manner {
        let stop = self.stop.as_ref().or(defaults.stop.as_ref());
        Manner {
            max_output_tokens: self.max_output_tokens.or(defaults.max_output_tokens),
            temperature: self.temperature.or(defaults.temperature),
            top_p: self.top_p.or(defaults.top_p),
            min_p: self.min_p.or(defaults.min_p),
            repetition_penalty: self.repetition_penalty.or(defaults.repetition_penalty),
            stop: stop.cloned().unwrap_or_default(),
            calibrate: self.calibrate.or(defaults.calibrate).unwrap_or_default(),
            overflow: self.overflow.or(defaults.overflow).unwrap_or_default(),
        }
    }
}

/// A file that a step leaves.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenArtifact {
    /// Its name within the capsule.
    pub name: String,
    /// A relative path, which may be a template.
    pub path: String,
    /// IANA media type.
    #[serde(default = "plain_text")]
    pub media_type: String,
}

fn plain_text() -> String {
    "text/plain".to_owned()
}

fn functions(_: &mut SchemaGenerator) -> Schema {
    let item = json!({
        "type": "object", "required": ["name", "parameters"], "additionalProperties": false,
        "properties": {
            "name": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_.-]{0,63}$"},
            "description": {"type": "string"},
            "parameters": {"type": "object"},
        },
    });
    json_schema!({"type": ["array", "string"], "items": item, "minItems": 1})
}

fn choices(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["array", "string", "object"],
        "items": {"type": "string"}, "minItems": 1, "uniqueItems": true,
        "required": ["head"], "additionalProperties": false,
        "properties": {
            "head": {
                "type": "string", "pattern": r"^[a-z][a-z0-9_-]{0,63}(@[1-9][0-9]{0,8})?$",
                "description": "A head that `somagent model head list` shows: its name, or name and version as `kind@3`.",
            },
            "abstain": {"type": "string", "description": "The output where the head stands by no label."},
        },
    })
}

fn workspace(_: &mut SchemaGenerator) -> Schema {
    let kinds = json!(["scratch", "worktree"]);
    json_schema!({
        "type": ["string", "object"],
        "if": {"type": "string"}, "then": {"enum": kinds},
        "additionalProperties": false,
        "properties": {
            "kind": {
                "type": "string", "enum": kinds,
                "description": "What is in it at first: nothing, or the files of a commit of the repository that the run's workspace lies in.",
            },
            "ref": {
                "type": "string", "minLength": 1, "maxLength": 1_024,
                "description": "Of a worktree: the branch, tag or commit that is checked out; HEAD unless written.",
            },
            "keep": {
                "type": "string", "enum": ["never", "on_failure", "always"],
                "description": "Whether it stays when nobody needs it any more: `never` unless written.",
            },
            "of": {"type": "string", "description": "A step that comes before: its directory is used."},
        },
    })
}

fn share(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "number", "exclusiveMinimum": 0, "maximum": 1})
}
