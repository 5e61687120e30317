//! The real model, end to end.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Deserialize;
use serde_json::json;

use super::choose::log_sum_exp;
use super::*;
use crate::capsule::tool_spec::{ActionSpec, EffectClass, OutputTrust, Sink, ToolSpec, Touch};
use crate::label::{Label, Labelled};
use crate::models::fixture;
use crate::policy::Verdict;

fn ask(prompt: &str, constraint: Constraint) -> Ask {
    Ask {
        prompt: prompt.to_owned(),
        system: None,
        constraint,
        max_output_tokens: 200,
        temperature: 0.0,
        seed: 1,
    }
}

fn infer(ask: &Ask) -> Result<Answer, AskError> {
    fixture::model().infer(ask, &mut |_| {}, &AtomicBool::new(false))
}

/// The action `model.answer` with a prompt.
fn action(prompt: &str) -> Action {
    let answer = ActionSpec {
        name: "answer".into(),
        summary: "Asks the model.".into(),
        params: json!({"type": "object"}),
        output: json!({}),
        effect: EffectClass::None,
        sinks: vec![Sink {
            param: "prompt".into(),
            touch: Touch::Infer,
            default: None,
        }],
        trust: OutputTrust::World,
        field_trust: BTreeMap::new(),
    };
    let tool = ToolSpec {
        name: "model".into(),
        version: "1.0.0".into(),
        summary: "A model.".into(),
        actions: vec![answer.clone()],
    };
    let args = Labelled::new(json!({"prompt": prompt}), Label::constant());
    Action::new(&tool, &answer, EffectClass::None, args).unwrap()
}

/// A grant as a resumed run gets it: from the stored form of an allowing verdict.
fn grant(action: &Action) -> Grant {
    let digest = action.digest().to_string();
    let verdict = json!({
        "decision": "allow", "action": action.name(), "action_digest": digest, "because": [],
        "constitution": digest, "policy": digest,
        "situation": {
            "workspace": "/", "run": "r", "capsule": digest, "tenant": "local", "actor": "user:test", "offline": false,
        },
    });
    serde_json::from_value::<Verdict>(verdict).unwrap().grant().unwrap()
}

#[test]
fn nothing_runs_without_a_grant_for_exactly_this_prompt() {
    let model = fixture::model();
    let free = ask("Say hello.", Constraint::Free);
    let (this, other) = (action("Say hello."), action("Say goodbye."));
    let (for_this, for_other) = (grant(&this), grant(&other));
    let stop = AtomicBool::new(false);
    let mut written = String::new();
    let mut answer = |action, grant| model.answer(&free, action, grant, &mut |delta| written.push_str(delta), &stop);
    assert!(matches!(answer(&this, &for_other), Err(AskError::Refused(_))));
    assert!(matches!(answer(&other, &for_other), Err(AskError::OtherPrompt { .. })));
    let answer = answer(&this, &for_this).unwrap();
    assert!(answer.output_tokens > 0 && !answer.text.is_empty());
    assert_eq!(
        written, answer.text,
        "what is streamed is the answer, from the allowed question only"
    );
    assert_eq!(answer.value, json!(answer.text));
}

#[derive(Deserialize)]
struct Recording {
    prompts: Vec<Next>,
}

#[derive(Deserialize)]
struct Next {
    question: String,
    prompt: Vec<u32>,
    top: Vec<(u32, f64)>,
    every_16th: Vec<f64>,
    greedy: Vec<u32>,
}

/// Cosine of the angle between two vectors once their means are taken away.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let dot = |x: &[f64], mean_x: f64, y: &[f64], mean_y: f64| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum()
    };
    dot(a, mean_a, b, mean_b) / (dot(a, mean_a, a, mean_a) * dot(b, mean_b, b, mean_b)).sqrt()
}

#[test]
fn prompts_and_what_follows_them_are_those_of_llama_cpp() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/llama-cpp/next.json");
    let recording: Recording = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let model = fixture::model();
    let stop = AtomicBool::new(false);
    for next in recording.prompts {
        let prompt = model
            .chat
            .tokens(&ask(&next.question, Constraint::Free), &model.tokenizer)
            .unwrap();
        assert_eq!(prompt, next.prompt, "{}", next.question);
        let (mut reading, mut logits) = model.read_prompt(&prompt, &stop).unwrap();
        let all = log_sum_exp(logits.iter().map(|logit| f64::from(*logit)));
        let ours: Vec<f64> = logits.iter().step_by(16).map(|logit| f64::from(*logit) - all).collect();
        assert!(
            correlation(&ours, &next.every_16th) >= 0.99,
            "{}: {}",
            next.question,
            correlation(&ours, &next.every_16th)
        );
        let top: Vec<f64> = next
            .top
            .iter()
            .map(|(id, _)| f64::from(logits[*id as usize]) - all)
            .collect();
        for ((_, theirs), ours) in next.top.iter().zip(&top) {
            assert!((theirs - ours).abs() < 0.6, "{}: {theirs} {ours}", next.question);
        }
        let mut same = 0;
        for id in &next.greedy {
            let best = logits.iter().zip(0u32..).max_by(|a, b| a.0.total_cmp(b.0)).unwrap().1;
            if best != *id {
                break;
            }
            same += 1;
            logits = reading.read(&[best], &stop).unwrap();
        }
        println!(
            "{}: corr {} greedy {same}/{} max top diff {}",
            next.question,
            correlation(&ours, &next.every_16th),
            next.greedy.len(),
            next.top
                .iter()
                .zip(&top)
                .map(|(a, b)| (a.1 - b).abs())
                .fold(0.0, f64::max)
        );
    }
}
