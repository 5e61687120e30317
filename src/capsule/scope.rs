//! The values that templates see, each leaf with its label, and the objects that notice which of
//! them a template reads.
//!
//! Reading a leaf, or finding it absent, records the label of that leaf or of the container that
//! lacks it; asking for the length, the keys or the truth of a container records the container's own
//! label. Walking past a container records nothing.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Enumerator, Object, ObjectRepr, Value as Dynamic, ValueKind};
use minijinja::{Error, ErrorKind};
use serde_json::{Map, Number, Value, json};

use super::budget::Spend;
use super::node::escape;
use crate::label::{Confidentiality, Integrity, Label, Labelled};

/// A place in a scope: names above, labelled values below.
#[derive(Debug, Clone)]
pub(super) enum Branch {
    Names(Arc<BTreeMap<String, Branch>>),
    Leaf(Arc<Labelled>),
}

/// What a step that ran leaves for templates beside its output.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beside {
    /// The failures that a `foreach` collected.
    pub errors: Option<Arc<Labelled>>,
    /// How sure a model was of its choice, from 0 to 1, or null where that is not known.
    pub confidence: Option<Arc<Labelled>>,
}

/// What a template may use: `inputs`, `steps`, `run`, and inside a `foreach` its item.
///
/// Cloning is cheap: values are shared.
#[derive(Debug, Clone)]
pub struct Scope {
    roots: BTreeMap<String, Branch>,
}

impl Scope {
    /// The scope of a new run. Each input carries the label of the person who gave it.
    pub fn new(inputs: &Value) -> Self {
        let names = inputs
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| {
                let label = Label::from_source(Integrity::User, Confidentiality::Private, format!("input:{name}"));
                (name.clone(), Branch::leaf(Labelled::new(value.clone(), label)))
            })
            .collect();
        Self {
            roots: BTreeMap::from([
                ("inputs".to_owned(), Branch::Names(Arc::new(names))),
                ("steps".to_owned(), Branch::Names(Arc::default())),
            ]),
        }
    }

    /// Sets `run.id`, `run.status` and `run.usage`.
    pub fn set_run(&mut self, id: &str, usage: Spend, status: &str) {
        let label = Label::from_source(Integrity::Trusted, Confidentiality::Public, "run");
        // Six decimals of a sum far below 2^53: exact enough to print.
        #[expect(clippy::cast_precision_loss, reason = "dollars are shown, never added up")]
        let usd = usage.micro_usd as f64 / 1e6;
        let value = json!({"id": id, "status": status, "usage": {
            "tokens": usage.tokens, "usd": usd, "micro_usd": usage.micro_usd, "wall_ms": usage.wall_ms,
            "tool_calls": usage.tool_calls, "steps": usage.steps,
        }});
        self.roots
            .insert("run".to_owned(), Branch::leaf(Labelled::new(value, label)));
    }

    /// Adds a step that ran. `why` is the label of its `when`: whether it ran says something about that.
    pub fn finish(&mut self, step: &str, output: Arc<Labelled>, beside: &Beside, why: Label) {
        self.add_step(step, "done", output, beside, why);
    }

    /// Adds a step that was skipped: its status is `skipped`, and its output and confidence are `none`.
    pub fn skip(&mut self, step: &str, why: Label) {
        let none = Arc::new(Labelled::new(Value::Null, why.clone()));
        let beside = Beside {
            errors: None,
            confidence: Some(Arc::clone(&none)),
        };
        self.add_step(step, "skipped", none, &beside, why);
    }

    /// Takes a step out again, because it is done again.
    pub fn forget(&mut self, step: &str) {
        if let Some(Branch::Names(steps)) = self.roots.get_mut("steps") {
            Arc::make_mut(steps).remove(step);
        }
    }

    fn add_step(&mut self, step: &str, status: &str, output: Arc<Labelled>, beside: &Beside, why: Label) {
        let mut parts = BTreeMap::from([
            ("status".to_owned(), Branch::leaf(Labelled::new(status.into(), why))),
            ("output".to_owned(), Branch::Leaf(output)),
        ]);
        for (name, part) in [("errors", &beside.errors), ("confidence", &beside.confidence)] {
            parts.extend(part.clone().map(|part| (name.to_owned(), Branch::Leaf(part))));
        }
        if let Some(Branch::Names(steps)) = self.roots.get_mut("steps") {
            Arc::make_mut(steps).insert(step.to_owned(), Branch::Names(Arc::new(parts)));
        }
    }

    /// This scope with `value` under `name`.
    #[must_use]
    pub fn with(&self, name: &str, value: Labelled) -> Self {
        let mut scope = self.clone();
        scope.roots.insert(name.to_owned(), Branch::leaf(value));
        scope
    }

    /// This scope with the item of a `foreach` under `name`, and its position from 0 as `loop_index`.
    #[must_use]
    pub fn with_item(&self, name: &str, item: Labelled, index: usize) -> Self {
        let mut scope = self.clone();
        let position = Labelled::new(index.into(), item.label.clone());
        scope.roots.insert(name.to_owned(), Branch::leaf(item));
        scope.roots.insert("loop_index".to_owned(), Branch::leaf(position));
        scope
    }

    /// The value at a plain path, copied once, with the labels of its parts; `None` if there is none.
    pub(super) fn at_path(&self, path: &[&str]) -> Option<Labelled> {
        let (root, rest) = path.split_first()?;
        let mut branch = self.roots.get(*root)?;
        for (index, name) in rest.iter().enumerate() {
            match branch {
                Branch::Names(names) => branch = names.get(*name)?,
                Branch::Leaf(leaf) => {
                    let pointer: String = rest[index..].iter().map(|name| format!("/{}", escape(name))).collect();
                    // A number is no name: `a.0` is not a plain path, so this never indexes a list.
                    return sub(leaf, &pointer);
                }
            }
        }
        Some(branch.extract())
    }

    /// Whether there is a value at `path`, whose parts may also be indexes of lists.
    pub(super) fn has(&self, path: &[String]) -> bool {
        let Some((root, mut rest)) = path.split_first() else {
            return false;
        };
        let Some(mut branch) = self.roots.get(root) else {
            return false;
        };
        loop {
            match (branch, rest.split_first()) {
                (_, None) => return true,
                (Branch::Names(names), Some((name, more))) => match names.get(name) {
                    Some(inner) => (branch, rest) = (inner, more),
                    None => return false,
                },
                (Branch::Leaf(leaf), Some(_)) => {
                    let pointer: String = rest.iter().map(|name| format!("/{}", escape(name))).collect();
                    return leaf.value.pointer(&pointer).is_some();
                }
            }
        }
    }

    /// The root of a template's context, writing down what is read into `log`.
    pub(super) fn watched(&self, log: &Log) -> Dynamic {
        Dynamic::from_object(Seen {
            branch: Branch::Names(Arc::new(self.roots.clone())),
            pointer: String::new(),
            log: log.clone(),
        })
    }
}

impl Branch {
    fn leaf(labelled: Labelled) -> Self {
        Self::Leaf(Arc::new(labelled))
    }

    /// Everything below as one value with the labels of its parts.
    fn extract(&self) -> Labelled {
        match self {
            Self::Leaf(leaf) => (**leaf).clone(),
            Self::Names(names) => {
                let mut whole = Labelled::new(Value::Null, Label::constant());
                let mut map = Map::with_capacity(names.len());
                for (name, branch) in names.iter() {
                    let part = branch.extract();
                    let at = format!("/{}", escape(name));
                    whole.fields.extend(
                        part.fields
                            .into_iter()
                            .map(|(pointer, label)| (format!("{at}{pointer}"), label)),
                    );
                    whole.fields.insert(at, part.label);
                    map.insert(name.clone(), part.value);
                }
                whole.value = Value::Object(map);
                whole
            }
        }
    }
}

/// The part of `whole` at `pointer`, with the labels that lie in it.
pub(super) fn sub(whole: &Labelled, pointer: &str) -> Option<Labelled> {
    let value = whole.value.pointer(pointer)?.clone();
    let mut part = Labelled::new(value, whole.label_at(pointer).clone());
    part.fields = inner_labels(whole, pointer)
        .map(|(at, label)| (at.to_owned(), label.clone()))
        .collect();
    Some(part)
}

/// The items of a list, each with its own labels and those of its parts.
///
/// # Errors
/// The value, when it is not a list.
pub(super) fn parts(whole: Labelled) -> Result<Vec<Labelled>, Value> {
    let Value::Array(items) = whole.value else {
        return Err(whole.value);
    };
    let labels = Labelled {
        value: Value::Null,
        ..whole
    };
    let part = |(index, value)| {
        let mut part = Labelled::new(value, labels.label.clone());
        if !labels.fields.is_empty() {
            let pointer = format!("/{index}");
            part.label = labels.label_at(&pointer).clone();
            part.fields = inner_labels(&labels, &pointer)
                .map(|(at, label)| (at.to_owned(), label.clone()))
                .collect();
        }
        part
    };
    Ok(items.into_iter().enumerate().map(part).collect())
}

/// The labels of parts strictly below `pointer`, by pointers relative to it.
fn inner_labels<'a>(whole: &'a Labelled, pointer: &'a str) -> impl Iterator<Item = (&'a str, &'a Label)> {
    whole
        .fields
        .range::<str, _>((std::ops::Bound::Excluded(pointer), std::ops::Bound::Unbounded))
        .take_while(move |(at, _)| at.starts_with(pointer))
        .filter_map(move |(at, label)| {
            let rest = &at[pointer.len()..];
            rest.starts_with('/').then_some((rest, label))
        })
}

/// What a template has read so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Log(Arc<Mutex<Reads>>);

#[derive(Debug, Default)]
struct Reads {
    label: Option<Label>,
    /// Addresses of labels that were joined already; the scope keeps them alive and in place.
    joined: HashSet<usize>,
}

impl Log {
    fn record(&self, label: &Label) {
        let mut reads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if reads.joined.insert(std::ptr::from_ref(label).addr()) {
            match &mut reads.label {
                Some(joined) => joined.join(label),
                None => reads.label = Some(label.clone()),
            }
        }
    }

    /// The join of what was read; `None` when nothing was.
    pub fn label(&self) -> Option<Label> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).label.clone()
    }
}

/// A container of a scope, watched.
struct Seen {
    branch: Branch,
    pointer: String,
    log: Log,
}

/// Shows the place and never the content, so that no message can carry data past its label.
impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<value at {:?}>", self.pointer)
    }
}

impl Seen {
    fn record(&self) {
        if let Branch::Leaf(leaf) = &self.branch {
            self.log.record(leaf.label_at(&self.pointer));
        }
    }

    fn record_all(&self) {
        match &self.branch {
            Branch::Leaf(leaf) => {
                self.record();
                inner_labels(leaf, &self.pointer).for_each(|(_, label)| self.log.record(label));
            }
            Branch::Names(names) => {
                for branch in names.values() {
                    self.at(branch.clone(), String::new()).record_all();
                }
            }
        }
    }

    fn at(&self, branch: Branch, pointer: String) -> Self {
        Self {
            branch,
            pointer,
            log: self.log.clone(),
        }
    }

    fn json(&self) -> Option<&Value> {
        match &self.branch {
            Branch::Leaf(leaf) => leaf.value.pointer(&self.pointer),
            Branch::Names(_) => None,
        }
    }

    fn size(&self) -> usize {
        self.record();
        match &self.branch {
            Branch::Names(names) => names.len(),
            Branch::Leaf(_) => match self.json() {
                Some(Value::Array(items)) => items.len(),
                Some(Value::Object(map)) => map.len(),
                Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => 0,
            },
        }
    }

    /// The value under `key` of this container's JSON.
    fn item(&self, leaf: &Arc<Labelled>, key: &str, item: &Value) -> Dynamic {
        let pointer = || format!("{}/{}", self.pointer, escape(key));
        match item {
            Value::Array(_) | Value::Object(_) => Dynamic::from_object(self.at(Branch::Leaf(leaf.clone()), pointer())),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                self.log.record(if leaf.fields.is_empty() {
                    &leaf.label
                } else {
                    leaf.label_at(&pointer())
                });
                scalar(item)
            }
        }
    }
}

fn scalar(value: &Value) -> Dynamic {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => Dynamic::from(()),
        Value::Bool(value) => Dynamic::from(*value),
        Value::String(text) => Dynamic::from(text.as_str()),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Dynamic::from(number),
            (None, Some(number)) => Dynamic::from(number),
            (None, None) => Dynamic::from(number.as_f64().unwrap_or(f64::NAN)),
        },
    }
}

impl Object for Seen {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match self.json() {
            Some(Value::Array(_)) => ObjectRepr::Seq,
            _ => ObjectRepr::Map,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Dynamic) -> Option<Dynamic> {
        match &self.branch {
            Branch::Names(names) => match names.get(key.as_str()?)? {
                branch @ Branch::Names(_) => Some(Dynamic::from_object(self.at(branch.clone(), String::new()))),
                Branch::Leaf(leaf) => match &leaf.value {
                    Value::Array(_) | Value::Object(_) => {
                        Some(Dynamic::from_object(self.at(Branch::Leaf(leaf.clone()), String::new())))
                    }
                    other => {
                        self.log.record(leaf.label_at(""));
                        Some(scalar(other))
                    }
                },
            },
            Branch::Leaf(leaf) => {
                let found = match self.json()? {
                    Value::Object(map) => key.as_str().and_then(|key| Some((key.to_owned(), map.get(key)?))),
                    Value::Array(items) => key
                        .as_usize()
                        .and_then(|index| Some((index.to_string(), items.get(index)?))),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
                };
                if found.is_none() {
                    self.record();
                }
                found.map(|(key, item)| self.item(leaf, &key, item))
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let size = self.size();
        let keys: Vec<Dynamic> = match (&self.branch, self.json()) {
            (Branch::Names(names), _) => names.keys().map(|key| Dynamic::from(key.as_str())).collect(),
            (Branch::Leaf(_), Some(Value::Object(map))) => map.keys().map(|key| Dynamic::from(key.as_str())).collect(),
            (Branch::Leaf(_), _) => return Enumerator::Seq(size),
        };
        Enumerator::Values(keys)
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.size())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.record_all();
        write!(f, "{}", self.branch_json())
    }
}

impl Seen {
    fn branch_json(&self) -> Value {
        match &self.branch {
            Branch::Leaf(_) => self.json().cloned().unwrap_or(Value::Null),
            Branch::Names(_) => self.branch.extract().value,
        }
    }
}

/// The labelled value behind a result that is a container of the scope, as it lies there.
pub(super) fn untouched(value: &Dynamic) -> Option<Labelled> {
    let seen = value.downcast_object_ref::<Seen>()?;
    match &seen.branch {
        Branch::Leaf(leaf) => sub(leaf, &seen.pointer),
        Branch::Names(_) => Some(seen.branch.extract()),
    }
}

/// A template's value as JSON. Whatever of the scope is in it counts as read.
pub(super) fn to_json(value: &Dynamic) -> Result<Value, Error> {
    if let Some(seen) = value.downcast_object_ref::<Seen>() {
        seen.record_all();
        return Ok(seen.branch_json());
    }
    Ok(match value.kind() {
        ValueKind::Undefined => return Err(Error::from(ErrorKind::UndefinedError)),
        ValueKind::None => Value::Null,
        ValueKind::Bool => Value::Bool(value.is_true()),
        ValueKind::Number => Value::Number(number(value)?),
        ValueKind::String => Value::String(value.as_str().unwrap_or_default().to_owned()),
        ValueKind::Seq | ValueKind::Iterable => value
            .try_iter()?
            .map(|item| to_json(&item))
            .collect::<Result<_, Error>>()?,
        ValueKind::Map => {
            let mut map = Map::new();
            for key in value.try_iter()? {
                let item = value.get_item(&key)?;
                map.insert(
                    key.as_str().map_or_else(|| key.to_string(), str::to_owned),
                    to_json(&item)?,
                );
            }
            Value::Object(map)
        }
        kind => {
            return Err(Error::new(ErrorKind::BadSerialization, format!("{kind} is not data")));
        }
    })
}

fn number(value: &Dynamic) -> Result<Number, Error> {
    if value.is_integer() {
        if let Some(number) = value.as_i64() {
            return Ok(number.into());
        }
        if let Ok(number) = u64::try_from(value.clone()) {
            return Ok(number.into());
        }
    }
    f64::try_from(value.clone())
        .ok()
        .and_then(Number::from_f64)
        .ok_or_else(|| Error::new(ErrorKind::BadSerialization, "the number is not finite"))
}
