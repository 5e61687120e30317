//! Performing: one granted effect, from call to outcome.
//!
//! Never journals and never decides; whatever happens becomes an [`Outcome`].

mod child;
mod lending;
mod question;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::command::Command;
use super::drive::{DriveError, Notice, Stop};
use super::fact::{Cached, ChildRun, Fault, FaultKind, Outcome, Unit, Usage};
use super::failpoint::Point;
use super::prepare::{Doing, Endorsed, Prepared, Promised, check_depth, template_fault};
use super::{Engine, now_ms};
use crate::capsule::budget::Spend;
use crate::capsule::tool_spec::{ActionSpec, EffectClass, OutputTrust};
use crate::capsule::{guard, template};
use crate::label::{Integrity, Label, Labelled, places};
use crate::policy::Grant;
use crate::tools::{Answering, Artifact, Key, Lent, OpenForm, Tool, ToolError};

use lending::Lending;

pub(super) use child::{Ending, end};
pub(super) use lending::Used;

/// An effect that is over.
pub(super) struct Performed {
    pub(super) unit: Unit,
    attempt: u32,
    outcome: Outcome,
    form: Option<Box<OpenForm>>,
    spent: Spend,
    usage: Option<Usage>,
    cache: Option<Cached>,
    found: Option<bool>,
}

/// How carrying out an intent ended.
pub(super) enum Performance {
    /// The effect is over.
    Over(Box<Performed>),
    /// The run that it began waits for somebody.
    Waits,
    /// The run that it began cannot be gone on with now.
    Broken(Box<DriveError>),
}

impl Performed {
    /// The command that reports it.
    pub(super) fn settle(self) -> Command {
        Command::Settle {
            unit: self.unit,
            attempt: self.attempt,
            outcome: self.outcome,
            form: self.form,
            spent: self.spent,
            usage: self.usage,
            cache: self.cache,
            found: self.found,
        }
    }

    /// An effect that was cut short after `wall_ms`, with what a model used that it had been lent.
    pub(super) fn cut(unit: Unit, attempt: u32, uncertain: bool, wall_ms: u64, usage: Option<Usage>) -> Self {
        let fault = Fault::new(FaultKind::Cancelled, "it was cut short because the run ends");
        Self {
            unit,
            attempt,
            outcome: Outcome::Failed {
                fault: fault.uncertain(uncertain),
            },
            form: None,
            spent: Spend {
                tokens: usage.as_ref().map_or(0, tokens),
                wall_ms,
                steps: 1,
                ..Spend::default()
            },
            usage,
            cache: None,
            found: None,
        }
    }
}

/// What an effect gave, before its label and form are checked.
struct Given {
    output: Labelled,
    artifacts: Vec<Artifact>,
    usage: Option<Usage>,
}

/// Why an effect gave nothing.
struct NotGiven {
    fault: Fault,
    /// What whoever was called had asked for and not got.
    form: Option<Box<OpenForm>>,
}

impl From<Fault> for NotGiven {
    fn from(fault: Fault) -> Self {
        Self { fault, form: None }
    }
}

impl From<ToolError> for NotGiven {
    fn from(error: ToolError) -> Self {
        match error {
            ToolError::Unanswered { after, form } => Self {
                fault: tool_fault(*after),
                form: Some(form),
            },
            other => tool_fault(other).into(),
        }
    }
}

/// What an attempt may take, and what stands behind it.
pub(super) struct Terms {
    pub(super) attempt: u32,
    pub(super) grant: Grant,
    pub(super) key: String,
    /// Milliseconds that the budget leaves it; `None` is unlimited.
    pub(super) wall_ms: Option<u64>,
    /// The run that it begins or goes on with.
    pub(super) child: Option<ChildRun>,
}

/// Carries out `prepared` on `terms`; `used` says how much of what it lends is used, also where this is dropped.
pub(super) async fn perform(
    engine: &Arc<Engine>,
    prepared: Prepared,
    terms: Terms,
    used: &Used,
    notices: &UnboundedSender<Notice>,
    stop: &Stop,
) -> Performance {
    if let (Doing::Child(job), Some(child)) = (&prepared.doing, &terms.child) {
        return child::carry_on(engine, &prepared, job, child, terms.attempt, notices, stop).await;
    }
    let began = Instant::now();
    let lending = Lending::of(engine, &prepared, &terms, used);
    let doing = carry_out(engine, &prepared, &terms, lending.as_ref(), notices);
    let doing = engine.failpoint.during(doing);
    let bound = terms.wall_ms.into_iter().chain(prepared.timeout_ms).min();
    let given = match bound {
        None => doing.await,
        Some(bound) => match tokio::time::timeout(Duration::from_millis(bound), doing).await {
            Ok(given) => given,
            Err(_) => Err(too_slow(&prepared, bound).into()),
        },
    };
    engine.failpoint.pass(Point::AfterEffect);
    let mut spent = Spend {
        wall_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        steps: 1,
        tool_calls: u64::from(matches!(prepared.doing, Doing::Tool(..))),
        ..Spend::default()
    };
    // What was lent was used, whatever became of the call.
    let lent = used.usage();
    let (usage, checked) = match given {
        Err(why) => (lent, Err(why)),
        Ok(given) => {
            let usage = given.usage.clone().or(lent);
            (usage, check(&prepared.promised, given).map_err(NotGiven::from))
        }
    };
    if let Some(usage) = &usage {
        spent.tokens = tokens(usage);
    }
    let (outcome, form, found) = match checked.and_then(|outcome| Ok((found(&prepared, &outcome)?, outcome))) {
        Ok((found, outcome)) => (outcome, None, found),
        Err(NotGiven { fault, form }) => (Outcome::Failed { fault }, form, None),
    };
    let completed = matches!(outcome, Outcome::Completed { .. });
    Performance::Over(Box::new(Performed {
        unit: prepared.unit,
        attempt: terms.attempt,
        outcome,
        form,
        spent,
        usage,
        cache: prepared.keep.filter(|_| completed).map(|keep| keep.fresh(now_ms())),
        found,
    }))
}

fn tokens(usage: &Usage) -> u64 {
    usage.prompt_tokens.saturating_add(usage.output_tokens)
}

/// What its own bound, or that of the budget, makes of an attempt that is not over.
fn too_slow(prepared: &Prepared, bound: u64) -> Fault {
    let uncertain = prepared.action.effect() != EffectClass::None;
    let fault = if prepared.timeout_ms == Some(bound) {
        Fault::new(FaultKind::Timeout, format!("it was not over after {bound} ms"))
            .hint("raise `timeout` of the step, or give it less to do")
    } else {
        Fault::new(FaultKind::Budget, "the budget of wall time is used up")
            .hint("raise `wall` of the budget, or give the run less to do")
    };
    fault.uncertain(uncertain)
}

/// Whether a reconciliation found the effect that it looked for.
fn found(prepared: &Prepared, outcome: &Outcome) -> Result<Option<bool>, Fault> {
    let (Some((expression, scope)), Outcome::Completed { output, .. }) = (&prepared.found_when, outcome) else {
        return Ok(None);
    };
    let scope = scope.with("output", (**output).clone());
    let (holds, _) = template::condition(expression, &scope).map_err(template_fault)?;
    Ok(Some(holds))
}

async fn carry_out(
    engine: &Arc<Engine>,
    prepared: &Prepared,
    terms: &Terms,
    lending: Option<&Lending<'_>>,
    notices: &UnboundedSender<Notice>,
) -> Result<Given, NotGiven> {
    if let Some(assigned) = &prepared.assigned {
        engine.enter(assigned).await?;
    }
    match &prepared.doing {
        Doing::Tool(tool, contract) => {
            let key = Key::parse(&terms.key).map_err(|error| Fault::new(FaultKind::Tool, error.to_string()))?;
            call(tool.as_ref(), contract.spec(), prepared, &terms.grant, &key, lending).await
        }
        Doing::Model(question) => {
            let mut given = question::ask(engine, question, prepared, terms, notices).await?;
            endorse(&mut given.output, &question.endorse, prepared.implicit.integrity);
            Ok(given)
        }
        Doing::Child(_) => Err(Fault::new(FaultKind::Tool, "the intent names no run to begin").into()),
    }
}

async fn call(
    tool: &dyn Tool,
    spec: &ActionSpec,
    prepared: &Prepared,
    grant: &Grant,
    key: &Key,
    lending: Option<&Lending<'_>>,
) -> Result<Given, NotGiven> {
    let output = match lending {
        None => tool.call(&prepared.action, grant, key).await,
        Some(lending) => {
            let answer = |ask| -> Answering<'_> { Box::pin(lending.answer(ask)) };
            tool.call_lending(&prepared.action, grant, key, Some(Lent::new(lending.model(), &answer)))
                .await
        }
    }?;
    let with = prepared.action.label().clone().joined(&prepared.implicit);
    let labelled = match spec.trust {
        OutputTrust::Arguments => Labelled::new(output.value, with),
        OutputTrust::World => spec.read(output.value, &format!("tool:{}", prepared.action.name()), &with),
    };
    Ok(Given {
        output: labelled,
        artifacts: output.artifacts,
        usage: None,
    })
}

/// Lets parts of an answer be believed as far as what they were chosen among, and as far as what decided that it was
/// asked for at all. Who may see them stays as it is.
fn endorse(output: &mut Labelled, endorsed: &[Endorsed], decided: Integrity) {
    for Endorsed { at, integrity } in endorsed {
        let label = Label {
            integrity: decided.max(*integrity),
            ..output.label.clone()
        };
        if at.is_empty() {
            output.label = label;
            continue;
        }
        let found = places(&output.value, at).into_iter();
        let found: Vec<String> = found.map(|(at, _)| at).collect();
        output.fields.extend(found.into_iter().map(|at| (at, label.clone())));
    }
}

/// Checks form and artifacts, which the step promises.
fn check(promised: &Promised, mut given: Given) -> Result<Outcome, Fault> {
    check_depth(&given.output.value, "the output")?;
    if !promised.redact.is_empty() {
        given.output.value = guard::redact(&given.output.value, &promised.redact, &[]);
    }
    if let Some(schema) = &promised.output_schema {
        let validator = jsonschema::validator_for(schema)
            .map_err(|error| Fault::new(FaultKind::Schema, format!("the output schema is not valid: {error}")))?;
        if let Some(error) = validator.iter_errors(&given.output.value).next() {
            let place = error.instance_path().to_string();
            return Err(Fault::new(
                FaultKind::Schema,
                format!("the output fails its schema at `{place}`: {error}"),
            ));
        }
    }
    for declared in &promised.artifacts {
        if !given.artifacts.iter().any(|artifact| artifact.name == *declared) {
            return Err(Fault::new(
                FaultKind::Artifact,
                format!("the step declares the artifact `{declared}` and did not write it"),
            ));
        }
    }
    Ok(Outcome::Completed {
        output: Arc::new(given.output),
        artifacts: given.artifacts,
    })
}

/// What it means for a unit that a tool said no.
pub(super) fn tool_fault(error: ToolError) -> Fault {
    let message = error.to_string();
    match error {
        ToolError::Refused(_) => Fault::new(FaultKind::Denied, message),
        ToolError::BadArgument { hint, .. } | ToolError::Failed { hint, .. } => {
            Fault::new(FaultKind::Tool, message).hint(hint)
        }
        ToolError::Unavailable { hint, .. } => Fault::new(FaultKind::Unavailable, message).hint(hint),
        ToolError::RateLimited {
            hint, retry_after_ms, ..
        } => Fault {
            retry_after_ms,
            ..Fault::new(FaultKind::RateLimited, message).hint(hint)
        },
        ToolError::Uncertain(after) => tool_fault(*after).uncertain(true),
        ToolError::Unanswered { after, .. } => tool_fault(*after),
        ToolError::Unconfined { hint, .. } => Fault::new(FaultKind::Sandbox, message).hint(hint),
        ToolError::Storage { .. } => Fault::new(FaultKind::Storage, message),
    }
}
