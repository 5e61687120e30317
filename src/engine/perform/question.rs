//! Questions to models: whoever is asked first, and another one when that is not sure enough.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use super::super::drive::Notice;
use super::super::fact::{Confidence, Escalated, Fault, FaultKind, Usage};
use super::super::live::Delta;
use super::super::prepare::{Classified, First, Prepared, Question, model_fault};
use super::super::{Engine, Ready};
use super::{Given, Terms};
use crate::label::{Confidentiality, Integrity, Label, Labelled};
use crate::models::{Answer, Ask, HaltOnDrop};

/// Asks who is asked first, and another model when that is not sure enough.
pub(super) async fn ask(
    engine: &Arc<Engine>,
    question: &Question,
    prepared: &Prepared,
    terms: &Terms,
    notices: &UnboundedSender<Notice>,
) -> Result<Given, Fault> {
    // What may still be replaced is not said aloud.
    let is_heard = question.further.is_none();
    let (first, doubt) = match &question.first {
        First::Model(ready) => (
            answer(engine, ready, &question.ask, prepared, terms, notices, is_heard).await?,
            None,
        ),
        First::Head(classified) => classify(engine, classified, prepared, terms).await?,
    };
    let sure = first.usage.as_ref().and_then(|usage| usage.confidence);
    if let (Some((below, ready)), Some(sure)) = (&question.further, sure)
        && sure.probability() < *below
    {
        let further = answer(engine, ready, &question.ask, prepared, terms, notices, true).await?;
        return Ok(in_place_of(first, further, sure));
    }
    match (doubt, &question.first) {
        (None, _) | (Some(_), First::Model(_)) => Ok(first),
        (Some(doubt), First::Head(classified)) => match &classified.abstain {
            Some(text) => Ok(Given {
                output: Labelled::new(Value::String(text.clone()), first.output.label),
                ..first
            }),
            None => Err(doubt),
        },
    }
}

/// The second answer, with what both took.
fn in_place_of(first: Given, further: Given, sure: Confidence) -> Given {
    let usage = match (first.usage, further.usage) {
        (Some(first), Some(further)) => Some(Usage {
            prompt_tokens: first.prompt_tokens.saturating_add(further.prompt_tokens),
            output_tokens: first.output_tokens.saturating_add(further.output_tokens),
            prefill_ms: first.prefill_ms.saturating_add(further.prefill_ms),
            decode_ms: first.decode_ms.saturating_add(further.decode_ms),
            escalated_from: Some(Escalated {
                model: first.model,
                confidence: sure,
            }),
            ..further
        }),
        (first, further) => further.or(first),
    };
    Given { usage, ..further }
}

/// What a head says; and the fault that it is when it stands by no label.
async fn classify(
    engine: &Arc<Engine>,
    classified: &Classified,
    prepared: &Prepared,
    terms: &Terms,
) -> Result<(Given, Option<Fault>), Fault> {
    let halt = HaltOnDrop::default();
    let (head, readers, text) = (
        classified.head.clone(),
        classified.readers.clone(),
        classified.text.clone(),
    );
    let (action, grant, halted) = (prepared.action.clone(), terms.grant.clone(), halt.flag());
    let began = Instant::now();
    let turn = engine.model_turn().await;
    let said = tokio::task::spawn_blocking(move || head.answer(&text, readers.get(), (&action, &grant), &halted)).await;
    drop(turn);
    let (said, tokens) = said.map_err(ended_abnormally)?.map_err(|error| model_fault(&error))?;
    let title = classified.head.title();
    let doubt = said.is_abstaining.then(|| {
        let needs = classified.head.threshold().unwrap_or(1.0) * 100.0;
        let sure = said.confidence * 100.0;
        let message = format!("the head `{title}` stands by no label: it is {sure:.1} % sure and needs {needs:.1} %");
        Fault::new(FaultKind::Model, message).hint("write `abstain: TEXT` beside `head`, or `escalate_below`")
    });
    let given = Given {
        output: Labelled::new(Value::String(said.label), label(prepared, format!("head:{title}"))),
        artifacts: Vec::new(),
        usage: Some(Usage {
            model: format!("head:{title}"),
            prompt_tokens: tokens,
            output_tokens: 0,
            prefill_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            decode_ms: 0,
            confidence: Some(Confidence::of(said.confidence)),
            left_out: 0,
            cut: false,
            escalated_from: None,
        }),
    };
    Ok((given, doubt))
}

/// What a model made of what it was given: nobody vouches for it.
fn label(prepared: &Prepared, source: String) -> Label {
    Label::from_source(Integrity::Untrusted, Confidentiality::Public, source)
        .joined(prepared.action.label())
        .joined(&prepared.implicit)
}

fn ended_abnormally(error: tokio::task::JoinError) -> Fault {
    Fault::new(
        FaultKind::Model,
        format!("the model's thread ended abnormally: {error}"),
    )
}

async fn answer(
    engine: &Arc<Engine>,
    ready: &Ready,
    ask: &Ask,
    prepared: &Prepared,
    terms: &Terms,
    notices: &UnboundedSender<Notice>,
    is_heard: bool,
) -> Result<Given, Fault> {
    let halt = HaltOnDrop::default();
    let (model, ask, action, grant) = (
        Arc::clone(&ready.model),
        ask.clone(),
        prepared.action.clone(),
        terms.grant.clone(),
    );
    let (unit, notices, halted) = (prepared.unit.clone(), notices.clone(), halt.flag());
    let (run, attempt) = (grant.situation().run.clone(), terms.attempt);
    let voice = engine.voices.voice(&run);
    // One answer at a time: two would share the same cores and each take twice as long.
    let turn = engine.model_turn().await;
    let answered = tokio::task::spawn_blocking(move || {
        let mut on_delta = |text: &str| {
            if !is_heard {
                return;
            }
            let (unit, text) = (unit.clone(), text.to_owned());
            let delta = Delta { unit, attempt, text };
            if let Some(voice) = &voice {
                voice.say(&delta);
            }
            let _ = notices.send(Notice::Delta {
                run: run.clone(),
                unit: delta.unit,
                text: delta.text,
            });
        };
        model.answer(&ask, &action, &grant, &mut on_delta, &halted)
    })
    .await;
    drop(turn);
    let answer: Answer = answered
        .map_err(ended_abnormally)?
        .map_err(|error| model_fault(&error))?;
    let chosen = answer.confidence.iter().find(|(text, _)| *text == answer.text);
    Ok(Given {
        output: Labelled::new(answer.value, label(prepared, format!("model:{}", ready.name))),
        artifacts: Vec::new(),
        usage: Some(Usage {
            model: ready.name.clone(),
            prompt_tokens: answer.prompt_tokens,
            output_tokens: answer.output_tokens,
            prefill_ms: answer.prefill_ms,
            decode_ms: answer.decode_ms,
            confidence: chosen.map(|(_, log)| Confidence::of(log.exp())),
            left_out: answer.left_out,
            cut: !answer.finished,
            escalated_from: None,
        }),
    })
}
