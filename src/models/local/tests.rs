//! The real model, end to end.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use candle_core::{Device, Tensor};
use candle_transformers::models::quantized_llama::ModelWeights;
use serde::Deserialize;
use serde_json::json;

use super::choose::log_sum_exp;
use super::*;
use crate::capsule::tool_spec::{ActionSpec, EffectClass, OutputTrust, Sink, ToolSpec, Touch};
use crate::label::{Label, Labelled};
use crate::models::ask::{Function, Overflow, Role, Sampling, Turn};
use crate::models::fixture;
use crate::policy::fixture as law;

mod files;

fn ask(prompt: &str, constraint: Constraint) -> Ask {
    Ask {
        constraint,
        ..Ask::free(prompt, 200)
    }
}

fn choices(texts: &[impl ToString]) -> Constraint {
    Constraint::Choices {
        texts: texts.iter().map(ToString::to_string).collect(),
        calibrated: false,
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
        weakest: EffectClass::None,
        sinks: vec![Sink {
            param: "prompt".into(),
            touch: Touch::Infer,
            default: None,
        }],
        always: Vec::new(),
        trust: OutputTrust::World,
        field_trust: BTreeMap::new(),
        side_effect: None,
        egress: None,
        confidentiality: None,
        readers: None,
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

fn grant(action: &Action) -> Grant {
    law::grant(action, Path::new("/"))
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

#[test]
fn a_question_that_was_not_judged_is_answered_only_for_an_action_that_lends_a_model() {
    let model = fixture::model();
    let stop = AtomicBool::new(false);
    let free = ask("Say hello.", Constraint::Free);
    let (lends, lends_not) = (action("Something else."), law::action(&[(Touch::ReadPath, "x")]));
    let (for_lends, for_lends_not) = (grant(&lends), grant(&lends_not));
    let answer = |action, grant| model.answer_for(&free, action, grant, &stop);
    assert!(matches!(answer(&lends, &for_lends_not), Err(AskError::Refused(_))));
    assert!(matches!(
        answer(&lends_not, &for_lends_not),
        Err(AskError::NotJudged { .. })
    ));
    let answer = answer(&lends, &for_lends).unwrap();
    assert_eq!(answer.text, infer(&free).unwrap().text);
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
    let model = fixture::model();
    let stop = AtomicBool::new(false);
    for next in recorded() {
        let prompt = model
            .chat
            .tokens(&ask(&next.question, Constraint::Free), &model.tokenizer)
            .unwrap();
        assert_eq!(prompt, next.prompt, "{}", next.question);
        let (_, logits) = model.read_prompt(&prompt, 300, &stop).unwrap();
        // Both round weights and activations, each in its own way; the unquantised comparison is the close one.
        let ours = normalised(&logits);
        let alike = correlation(&every_16th(&ours), &next.every_16th);
        assert!(alike >= 0.99, "{}: {alike}", next.question);
        for (id, theirs) in &next.top {
            let ours = ours[*id as usize];
            assert!((theirs - ours).abs() < 1.0, "{}: {theirs} {ours}", next.question);
        }
    }
}

#[test]
fn every_json_answer_conforms_to_its_schema() {
    for (seed, schema) in (1..).zip(schemas()) {
        let mut ask = ask(
            "Describe the change `repair the broken login page` as JSON.",
            Constraint::Schema(schema.clone()),
        );
        ask.sampling.temperature = 0.8;
        ask.sampling.seed = seed;
        let answer = infer(&ask).unwrap_or_else(|error| panic!("{schema}: {error}"));
        assert!(
            jsonschema::is_valid(&schema, &answer.value),
            "{schema}: {}",
            answer.text
        );
        assert_eq!(serde_json::from_str::<Value>(&answer.text).unwrap(), answer.value);
        assert!(answer.finished && answer.output_tokens <= 200);
    }
}

/// A schema of bounded JSON, drawn with `draw`, which gives a number below its argument.
fn random_schema(depth: u32, draw: &mut dyn FnMut(u64) -> u64) -> Value {
    let kinds = if depth == 0 { 6 } else { 9 };
    match draw(kinds) {
        0 => json!({"type": "boolean"}),
        1 => {
            let least = draw(1_000) as i64 - 500;
            json!({"type": "integer", "minimum": least, "maximum": least + draw(100) as i64})
        }
        2 => {
            let least = draw(4);
            json!({"type": "string", "minLength": least, "maxLength": least + 1 + draw(12)})
        }
        3 => {
            let words = ["red", "green", "blue", "grün", "青", "a \"quoted\" word", ""];
            let first = draw(words.len() as u64 - 1) as usize;
            json!({"enum": words[first..=first + draw((words.len() - first) as u64) as usize]})
        }
        4 => {
            let patterns = [
                "^[a-z]{2,6}$",
                "^v[0-9]{1,2}\\.[0-9]$",
                "^(feat|fix)(\\([a-z]{1,5}\\))?$",
                "^[^a-y]{1,4}$",
            ];
            json!({"type": "string", "pattern": patterns[draw(4) as usize]})
        }
        5 => json!({"const": [null, draw(9), {"at": [draw(2) == 0]}]}),
        6 => {
            let least = draw(2);
            json!({"type": "array", "items": random_schema(depth - 1, draw), "minItems": least, "maxItems": least + 1 + draw(2)})
        }
        7 => json!({"anyOf": [random_schema(depth - 1, draw), random_schema(depth - 1, draw)]}),
        _ => {
            let names = ["name", "größe", "a b", "x"];
            let count = 1 + draw(3) as usize;
            let fields = names[..count]
                .iter()
                .map(|name| ((*name).to_owned(), random_schema(depth - 1, draw)));
            let fields: serde_json::Map<String, Value> = fields.collect();
            let required = &names[..draw(count as u64 + 1) as usize];
            json!({"type": "object", "properties": fields, "required": required, "additionalProperties": false})
        }
    }
}

#[test]
fn a_hundred_answers_to_random_schemas_are_all_valid() {
    let mut state = 7u64;
    let mut draw = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut masks = 0;
    for seed in 0..100 {
        let schema = random_schema(2, &mut draw);
        let mut ask = ask("Some JSON, please.", Constraint::Schema(schema.clone()));
        ask.max_output_tokens = 400;
        ask.sampling = Sampling {
            temperature: 1.0,
            seed,
            ..Sampling::default()
        };
        let answer = infer(&ask).unwrap_or_else(|error| panic!("{schema}: {error}"));
        assert!(
            jsonschema::is_valid(&schema, &answer.value),
            "{schema}: {}",
            answer.text
        );
        assert_eq!(serde_json::from_str::<Value>(&answer.text).unwrap(), answer.value);
        masks += answer.masks.count;
    }
    assert!(masks > 300, "{masks} tokens were chosen, the others were forced");
}

fn schemas() -> Vec<Value> {
    let text = |most: u32| json!({"type": "string", "maxLength": most});
    let object = |properties: Value| {
        let required: Vec<&String> = properties.as_object().unwrap().keys().collect();
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    };
    vec![
        json!({"type": "boolean"}),
        json!({"type": "null"}),
        json!({"type": "integer", "minimum": 1, "maximum": 100}),
        json!({"enum": [0.5, 1.25, -3e10]}),
        json!({"type": "integer", "multipleOf": 5, "minimum": 0, "maximum": 50}),
        json!({"enum": ["feat", "fix", "docs"]}),
        json!({"enum": [1, "two", null, true]}),
        json!({"const": {"kind": "fixed"}}),
        text(20),
        json!({"type": "string", "minLength": 3, "maxLength": 12}),
        json!({"type": "string", "pattern": "^[A-Z]{3}-[0-9]{1,4}$"}),
        json!({"type": "string", "format": "date"}),
        json!({"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 4}),
        json!({"type": "array", "items": text(8), "maxItems": 3}),
        json!({"type": "array", "prefixItems": [{"type": "integer", "minimum": 0, "maximum": 9}, {"type": "boolean"}], "items": false, "minItems": 2}),
        object(json!({"kind": {"enum": ["feat", "fix"]}, "breaking": {"type": "boolean"}})),
        object(json!({"title": text(30), "score": {"type": "integer", "minimum": 0, "maximum": 10}})),
        object(json!({"a": object(json!({"b": object(json!({"c": {"type": "null"}}))}))})),
        json!({"anyOf": [{"type": "boolean"}, object(json!({"n": {"type": "integer", "minimum": 0, "maximum": 9}}))]}),
        json!({"oneOf": [{"type": "boolean"}, {"type": "null"}]}),
        json!({"$ref": "#/$defs/line", "$defs": {"line": object(json!({"grüße": {"enum": ["ja", "nein", "日本"]}}))}}),
    ]
}

#[test]
fn a_schema_that_cannot_be_enforced_is_refused_and_one_that_never_ends_is_stopped() {
    for schema in [
        json!(true),
        json!({"type": "array", "uniqueItems": true, "items": {"type": "integer"}}),
        json!({"if": {"type": "integer"}, "then": {"minimum": 3}}),
        json!({"type": "integer", "minimum": 5, "maximum": 3}),
        json!({"type": "nonsense"}),
        json!({"$ref": "https://example.com/schema.json"}),
    ] {
        let refused = infer(&ask("Hello.", Constraint::Schema(schema.clone())));
        assert!(
            matches!(refused, Err(AskError::Constraint { .. })),
            "{schema}: {refused:?}"
        );
    }
    let mut endless = ask(
        "Write a long story.",
        Constraint::Schema(json!({"type": "string", "minLength": 500})),
    );
    endless.max_output_tokens = 12;
    assert_eq!(infer(&endless), Err(AskError::Unfinished { tokens: 12 }));
}

#[test]
fn choices_are_scored_as_reading_each_alone_would() {
    let texts: Vec<String> = ["no", "not", "nothing at all", "yes", "Ja, 日本"]
        .map(str::to_owned)
        .into();
    let ask = ask("Is the sky green? Answer no or yes.", choices(&texts));
    let answer = infer(&ask).unwrap();
    let sum: f64 = answer.confidence.iter().map(|(_, log)| log.exp()).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    let model = fixture::model();
    let stop = AtomicBool::new(false);
    let prompt = model.chat.tokens(&ask, &model.tokenizer).unwrap();
    let alone = |text: &String| -> f64 {
        let (mut reading, mut logits) = model.read_prompt(&prompt, 300, &stop).unwrap();
        let mut ids = model.tokenizer.encode(text).unwrap();
        ids.push(model.tokenizer.end_of_turn());
        let mut sum = 0.0;
        for id in ids {
            sum += f64::from(logits[id as usize]) - log_sum_exp(logits.iter().map(|logit| f64::from(*logit)));
            logits = reading.read(&[id], &stop).unwrap();
        }
        sum
    };
    let mut scores: Vec<f64> = texts.iter().map(alone).collect();
    super::choose::normalise(&mut scores);
    for ((text, ours), alone) in answer.confidence.iter().zip(&scores) {
        assert!((ours - alone).abs() < 1e-9, "{text}: {ours} and {alone}");
    }
    let best = answer.confidence.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    assert_eq!((&answer.text, &answer.value), (&best.0, &json!(best.0)));
}

#[test]
fn choices_that_cannot_be_told_apart_are_refused() {
    let refuse = |texts: &[&str]| infer(&ask("?", choices(texts)));
    for texts in [&[][..], &["a", "a"], &["a", ""], &["a", "a\u{6}"]] {
        assert!(matches!(refuse(texts), Err(AskError::Constraint { .. })), "{texts:?}");
    }
    let long = "word ".repeat(100);
    assert!(matches!(refuse(&[&long, "a"]), Err(AskError::Constraint { .. })));
}

#[test]
fn choices_are_judged_against_what_they_are_without_content() {
    let texts = ["positive", "negative"];
    let judged = |about: &str, calibrated: bool| {
        let ask = Ask {
            about: Some(about.to_owned()),
            constraint: Constraint::Choices {
                texts: texts.map(str::to_owned).to_vec(),
                calibrated,
            },
            ..Ask::free("Is this review positive or negative? Answer with one word.", 8)
        };
        let confidence = infer(&ask).unwrap().confidence;
        confidence.iter().map(|(_, log)| log.exp()).collect::<Vec<f64>>()
    };
    let reviews = ["I love it, it works perfectly.", "Broken on arrival, a waste of money."];
    // By hand, from the uncalibrated shares alone.
    let without = crate::models::ask::CONTENT_FREE.map(|text| judged(text, false));
    let prior: Vec<f64> = (0..2)
        .map(|index| without.iter().map(|shares| shares[index]).sum::<f64>() / 3.0)
        .collect();
    for review in reviews {
        let (raw, ours) = (judged(review, false), judged(review, true));
        let weighed: Vec<f64> = raw.iter().zip(&prior).map(|(share, prior)| share / prior).collect();
        let all: f64 = weighed.iter().sum();
        for (ours, weighed) in ours.iter().zip(&weighed) {
            assert!(
                (ours - weighed / all).abs() < 1e-9,
                "{review}: {ours} and {}",
                weighed / all
            );
        }
    }
    let (good, bad) = (judged(reviews[0], true), judged(reviews[1], true));
    assert!(good[0] > bad[0], "{good:?} {bad:?}");
}

#[test]
fn an_answer_matches_its_pattern_as_a_whole() {
    for (seed, pattern) in (0..).zip(["[a-z]{3,8}", "(feat|fix|docs): [A-Za-z ]{5,30}", "[0-9]{4}-[0-9]{2}"]) {
        let mut ask = ask(
            "Name the change `repair the login page`.",
            Constraint::Pattern(pattern.to_owned()),
        );
        ask.sampling = Sampling {
            temperature: 0.9,
            seed,
            ..Sampling::default()
        };
        let answer = infer(&ask).unwrap();
        let whole = regex::Regex::new(&format!("^(?:{pattern})$")).unwrap();
        assert!(whole.is_match(&answer.text), "{pattern}: {:?}", answer.text);
        assert_eq!(answer.value, json!(answer.text));
        assert!(answer.masks.count > 0 && answer.masks.total_ns >= answer.masks.median_ns);
    }
    for broken in ["[a-z", "(?=x)y", "x{1000000}{1000000}"] {
        let refused = infer(&ask("Hello.", Constraint::Pattern(broken.to_owned())));
        assert!(
            matches!(refused, Err(AskError::Constraint { .. })),
            "{broken}: {refused:?}"
        );
    }
}

#[test]
fn a_call_names_one_of_the_functions_with_arguments_of_its_schema() {
    let function = |name: &str, description: &str, parameters: Value| Function {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters,
    };
    let city = json!({"type": "string", "maxLength": 30});
    let city =
        json!({"type": "object", "properties": {"city": city}, "required": ["city"], "additionalProperties": false});
    let nothing = json!({"type": "object", "additionalProperties": false});
    let functions = vec![
        function("get_weather", "The weather of a city.", city.clone()),
        function("end_<|im_end|>", "Ends.", nothing.clone()),
    ];
    let call = ask("What is the weather in Paris?", Constraint::Call(functions));
    let answer = infer(&call).unwrap();
    let arguments = match answer.value["name"].as_str().unwrap() {
        "get_weather" => city,
        "end_<|im_end|>" => nothing,
        other => panic!("no function is called `{other}`"),
    };
    assert!(
        jsonschema::is_valid(&arguments, &answer.value["arguments"]),
        "{}",
        answer.text
    );
    let model = fixture::model();
    let tokens = model.chat.tokens(&call, &model.tokenizer).unwrap();
    let prompt: Vec<u8> = tokens
        .iter()
        .flat_map(|id| model.tokenizer.bytes(*id))
        .copied()
        .collect();
    let prompt = String::from_utf8(prompt).unwrap();
    assert!(
        prompt.contains("The weather of a city.") && prompt.ends_with("<tool_call>\n"),
        "{prompt}"
    );
    let ends = tokens.iter().filter(|id| **id == model.tokenizer.end_of_turn()).count();
    assert_eq!(ends, 2, "a name of a function cannot end a turn");
}

#[test]
fn what_was_said_before_is_part_of_the_question() {
    let mut ask = ask(
        "What is my name? Answer with the name only.",
        choices(&["Anna", "Boris"]),
    );
    let said = |role, text: &str| Turn {
        role,
        text: text.to_owned(),
    };
    for name in ["Anna", "Boris"] {
        ask.turns = vec![
            said(Role::User, &format!("Hello, my name is {name}.")),
            said(Role::Model, &format!("Hello {name}, how can I help you?")),
        ];
        assert_eq!(infer(&ask).unwrap().text, name);
    }
}

#[test]
fn a_stop_ends_an_answer_before_it() {
    let count = ask("Count from 1 to 9 with commas: 1, 2, 3", Constraint::Free);
    let whole = infer(&count).unwrap();
    let at = whole.text.char_indices().nth(whole.text.chars().count() / 2).unwrap().0;
    let stop = whole.text[at..].chars().take(5).collect::<String>();
    let before = &whole.text[..whole.text.find(&stop).unwrap()];
    let mut streamed = String::new();
    let stopped = Ask {
        stop: vec!["\u{1F600} never".to_owned(), stop],
        ..count
    };
    let stopped = fixture::model()
        .infer(&stopped, &mut |delta| streamed.push_str(delta), &AtomicBool::new(false))
        .unwrap();
    assert_eq!((stopped.text.as_str(), streamed.as_str()), (before, before));
    assert!(stopped.finished && stopped.stopped && !whole.stopped);
}

#[test]
fn what_does_not_fit_is_cut_where_the_question_allows_it() {
    let model = fixture::model();
    let words: Vec<String> = (0..6_000).map(|number| format!("word{number}")).collect();
    let about = words.join(" ");
    let mut ask = Ask {
        system: Some("Pinned system.".to_owned()),
        about: Some(about),
        turns: vec![
            Turn {
                role: Role::User,
                text: "old question ".repeat(50),
            },
            Turn {
                role: Role::Model,
                text: "old answer".to_owned(),
            },
        ],
        ..Ask::free("Pinned question?", 100)
    };
    assert!(matches!(model.count(&ask), Err(AskError::TooLong { .. })));
    for (overflow, first, last) in [
        (Overflow::KeepStart, true, false),
        (Overflow::KeepEnd, false, true),
        (Overflow::KeepEnds, true, true),
    ] {
        ask.overflow = overflow;
        let prepared = model.prepare(&ask).unwrap();
        assert!(
            prepared.tokens <= model.context() && prepared.tokens > model.context() - 16,
            "{}",
            prepared.tokens
        );
        let bytes: Vec<u8> = prepared
            .prompt
            .iter()
            .flat_map(|id| model.tokenizer.bytes(*id))
            .copied()
            .collect();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("Pinned system.") && text.contains("Pinned question?"));
        assert!(!text.contains("old question") && !text.contains("old answer"));
        assert_eq!(
            (
                text.contains("word0 word1 "),
                text.contains("word5998 word5999<|im_end|>")
            ),
            (first, last)
        );
        let place = text.find("tokens left out …]").unwrap();
        let said: u64 = text[..place].rsplit(' ').nth(1).unwrap().parse().unwrap();
        assert!(
            said > 10_000 && prepared.left_out > said,
            "{said} of the material and the turns besides"
        );
    }
    ask.prompt = "word ".repeat(9_000);
    assert!(
        matches!(model.count(&ask), Err(AskError::TooLong { .. })),
        "a question is never cut"
    );
}

#[test]
fn a_model_predicts_its_language_better_than_noise() {
    let (model, stop) = (fixture::model(), AtomicBool::new(false));
    let prose = model.perplexity(
        "The sun rises in the east and sets in the west. Water boils at one hundred degrees.",
        &stop,
    );
    let noise = model.perplexity("qzx vvk 8f2 wj!!kq ~~ zpt lgh brx 0x9 yqn", &stop);
    let (prose, noise) = (prose.unwrap(), noise.unwrap());
    assert!(prose.perplexity * 5.0 < noise.perplexity, "{prose:?} {noise:?}");
    assert!(model.perplexity("a", &stop).is_err());
    let speed = model.measure(300, 3, &stop).unwrap();
    assert!(speed.prefill > speed.decode / 3 && speed.decode.as_nanos() > 0);
    assert!(matches!(model.measure(9_000, 1, &stop), Err(AskError::TooLong { .. })));
}

#[test]
fn the_same_seed_gives_the_same_text_whatever_was_asked_before() {
    let mut story = ask("Tell me about the sea.", Constraint::Free);
    story.sampling.temperature = 1.0;
    story.max_output_tokens = 20;
    story.system = Some("You are a poet who writes about the sea and about nothing else at all.".into());
    let first = infer(&story).unwrap();
    infer(&ask("Name three colours.", choices(&["red", "blue"]))).unwrap();
    let again = infer(&story).unwrap();
    let kept = infer(&story).unwrap();
    assert_eq!((&first.text, first.output_tokens), (&again.text, again.output_tokens));
    assert_eq!(first.text, kept.text);
    story.sampling.seed = 2;
    assert_ne!(infer(&story).unwrap().text, first.text);
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_cut_off() {
    let model = fixture::model();
    assert_eq!(model.context(), 8192);
    let mut free = ask("Hello.", Constraint::Free);
    let prompt = infer(&Ask {
        max_output_tokens: 1,
        ..free.clone()
    })
    .unwrap()
    .prompt_tokens;
    assert_eq!(model.count(&free), Ok(prompt + 200));
    free.max_output_tokens = 8192;
    let too_long = AskError::TooLong {
        tokens: prompt + 8192,
        context: 8192,
    };
    assert_eq!(infer(&free), Err(too_long));
    free.prompt = "word ".repeat(9_000);
    assert!(matches!(infer(&free), Err(AskError::TooLong { .. })));
}

#[test]
fn a_long_prompt_is_read_in_passes_and_can_be_stopped_between_them() {
    let mut long = ask(&"The sea is wide and blue. ".repeat(60), Constraint::Free);
    long.max_output_tokens = 50;
    let stop = AtomicBool::new(false);
    let mut written = 0;
    let stopped = fixture::model().infer(
        &long,
        &mut |_| {
            written += 1;
            stop.store(written == 2, Ordering::Relaxed);
        },
        &stop,
    );
    assert_eq!((stopped, written), (Err(AskError::Stopped), 2));
    assert_eq!(
        fixture::model().infer(&long, &mut |_| {}, &AtomicBool::new(true)),
        Err(AskError::Stopped)
    );
}

/// The model at `from` with every weight as a 32-bit number, in `folder`: no computation rounds more than another.
pub(super) fn unquantised(from: &Path, folder: &Path) -> std::path::PathBuf {
    let mut gguf = Gguf::open(from).unwrap();
    let names: Vec<String> = gguf.content.tensor_infos.keys().cloned().collect();
    let tensors: Vec<QTensor> = names
        .iter()
        .map(|name| {
            let tensor = gguf.content.tensor(&mut gguf.reader, name, &Device::Cpu).unwrap();
            QTensor::quantize(&tensor.dequantize(&Device::Cpu).unwrap(), GgmlDType::F32).unwrap()
        })
        .collect();
    let metadata = gguf.content.metadata.iter();
    let metadata: Vec<_> = metadata.map(|(key, value)| (key.as_str(), value)).collect();
    let tensors: Vec<_> = names.iter().map(String::as_str).zip(&tensors).collect();
    let path = folder.join("unquantised.gguf");
    gguf_file::write(&mut File::create(&path).unwrap(), &metadata, &tensors).unwrap();
    path
}

#[test]
fn with_unquantised_weights_the_decoder_computes_what_the_library_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = unquantised(&fixture::pulled().path, folder.path());
    let mut gguf = Gguf::open(&path).unwrap();
    let decoder = Arc::new(Decoder::load(&mut gguf, &Device::Cpu).unwrap());
    let mut gguf = Gguf::open(&path).unwrap();
    let mut theirs = ModelWeights::from_gguf(gguf.content, &mut gguf.reader, &Device::Cpu).unwrap();
    let (model, stop) = (fixture::model(), AtomicBool::new(false));
    let tokens = model
        .tokenizer
        .encode(&"The sea is wide and blue, and 42 ships sail. ".repeat(30))
        .unwrap();
    let (beginning, rest) = tokens.split_at(tokens.len() - 4);
    let mut passes = vec![(beginning, 0)];
    passes.extend(rest.chunks(1).zip(beginning.len()..));
    // Too little room at first: it grows with what is read.
    let mut reading = Reading::new(&decoder, 16).unwrap();
    for (pass, at) in passes {
        let ours = reading.read(pass, &stop).unwrap();
        let input = Tensor::new(pass, &Device::Cpu).unwrap().unsqueeze(0).unwrap();
        let theirs: Vec<f32> = theirs
            .forward(&input, at)
            .unwrap()
            .squeeze(0)
            .unwrap()
            .to_vec1()
            .unwrap();
        let most = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(most < 1e-3, "at {at} a logit is {most} off");
    }
    // llama.cpp rounds activations; what is left between the two is its rounding alone.
    for next in recorded() {
        let logits = |decoder| normalised(&Reading::new(decoder, 16).unwrap().read(&next.prompt, &stop).unwrap());
        let (exact, ours) = (logits(&decoder), logits(&model.decoder));
        let most = next
            .top
            .iter()
            .map(|(id, theirs)| (theirs - exact[*id as usize]).abs())
            .fold(0.0, f64::max);
        let alike = correlation(&every_16th(&exact), &next.every_16th);
        assert!(most < 0.4 && alike > 0.998, "{}: {most} and {alike}", next.question);
        let alike = correlation(&exact, &ours);
        assert!(
            alike > 0.995,
            "{}: the weights as they are used give {alike}",
            next.question
        );
        // Along its own continuation: what it writes is what we would write, or all but tied with it.
        let mut reading = Reading::new(&decoder, 64).unwrap();
        let mut logits = reading.read(&next.prompt, &stop).unwrap();
        for id in &next.greedy {
            let behind = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max) - logits[*id as usize];
            assert!(behind < 0.4, "{}: {id} is {behind} behind", next.question);
            logits = reading.read(&[*id], &stop).unwrap();
        }
    }
}

fn recorded() -> Vec<Next> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/llama-cpp/next.json");
    let recording: Recording = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    recording.prompts
}

/// Logits as log-probabilities.
fn normalised(logits: &[f32]) -> Vec<f64> {
    let all = log_sum_exp(logits.iter().map(|logit| f64::from(*logit)));
    logits.iter().map(|logit| f64::from(*logit) - all).collect()
}

fn every_16th(logits: &[f64]) -> Vec<f64> {
    logits.iter().step_by(16).copied().collect()
}
