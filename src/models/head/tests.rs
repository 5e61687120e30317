//! Heads trained on real examples with the real model.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use ed25519_dalek::SigningKey;

use super::*;
use crate::keys;
use crate::models::fixture;

static STOP: AtomicBool = AtomicBool::new(false);

/// Every `every`-th example of a set's dev part.
fn examples(set: &str, every: usize) -> Vec<Example> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/labelled/{set}/dev.jsonl"));
    let fields = Fields {
        text: "text".to_owned(),
        label: "label".to_owned(),
        group: Some("project".to_owned()),
    };
    let all = read_examples(&fs::read_to_string(path).unwrap(), &fields).unwrap();
    all.into_iter().step_by(every).collect()
}

fn rules(set: &str) -> Rules {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("capsules/heads/{set}.rules.yaml"));
    Rules::parse(&fs::read_to_string(path).unwrap()).unwrap()
}

fn recipe(rules: Rules) -> Recipe {
    let model = fixture::pulled_embedder();
    Recipe {
        name: "sort".to_owned(),
        version: 1,
        vectors: Vectors {
            model: model.name,
            sha256: model.sha256,
            dimensions: 384,
        },
        ngrams: Some(Ngrams {
            words: 256,
            characters: 1024,
        }),
        rules,
        is_balanced: false,
        precision: None,
        date: "2026-11-29".to_owned(),
    }
}

/// A small head of log lines.
fn small() -> Head {
    train(
        &examples("log_severity", 10),
        fixture::readers(),
        recipe(rules("log_severity")),
        &STOP,
    )
    .unwrap()
}

fn classify(head: &Head, texts: &[&str]) -> Vec<Said> {
    head.classify(texts, fixture::readers(), &STOP).unwrap()
}

#[test]
fn a_head_survives_its_file_and_no_other_key_or_byte() {
    let head = small();
    let key = SigningKey::from_bytes(&[7; 32]);
    let own = [keys::public_text(&key.verifying_key())];
    let file = head.signed(&key).unwrap();
    let back = Head::open(&file, &own).unwrap();
    assert_eq!((back.digest(), back.labels()), (head.digest(), head.labels()));
    let texts = ["cannot open file: No such file or directory", "server started"];
    assert_eq!(classify(&back, &texts), classify(&head, &texts));

    let other = [keys::public_text(&SigningKey::from_bytes(&[8; 32]).verifying_key())];
    assert!(matches!(Head::open(&file, &other), Err(HeadError::Stranger { .. })));
    let text = String::from_utf8(file).unwrap();
    let unsigned = text.split_once(",\"signature\"").unwrap();
    let (_, rest) = unsigned.1.split_once('}').unwrap();
    assert_eq!(
        Head::open(format!("{}{rest}", unsigned.0).as_bytes(), &own).unwrap_err(),
        HeadError::Unsigned
    );
    for (from, to) in [
        ("\"version\":1", "\"version\":2"),
        ("\"name\":\"sort\"", "\"name\":\"sour\""),
        ("\"labels\":[\"error\",\"info\"", "\"labels\":[\"info\",\"error\""),
        ("starts_as_failure", "starts_as_success"),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}");
        assert_eq!(
            Head::open(changed.as_bytes(), &own).unwrap_err(),
            HeadError::Tampered,
            "{from}"
        );
    }
    for broken in ["", "[]", "{}", &text[..text.len() / 2]] {
        assert!(Head::open(broken.as_bytes(), &own).is_err());
    }
}

#[test]
fn the_same_examples_give_the_same_head() {
    assert_eq!(small().digest(), small().digest());
}

#[test]
fn what_is_reported_is_what_a_head_knows_of_others() {
    let head = small();
    let training = head.training();
    assert_eq!((training.examples, training.folds), (100, 5));
    assert_eq!(training.measures.items, 100);
    // Out of fold it is better than always the same, and worse than on what it was trained from.
    let texts = examples("log_severity", 10);
    let said = classify(
        &head,
        &texts.iter().map(|example| example.text.as_str()).collect::<Vec<_>>(),
    );
    let right = said
        .iter()
        .zip(&texts)
        .filter(|(said, example)| said.label == example.label)
        .count();
    let accuracy = training.measures.accuracy as usize;
    assert!(
        (450_000..right * 10_000).contains(&accuracy),
        "{accuracy} and {right} of 100"
    );
    assert!(training.measures.calibration_error < 200_000, "{training:?}");
    for said in said {
        let sum: f64 = said.shares.iter().map(|(_, share)| share).sum();
        assert!(
            (sum - 1.0).abs() < 1e-9 && !said.is_abstaining && said.rule.is_none(),
            "{said:?}"
        );
    }
}

#[test]
fn a_rule_with_a_label_decides_and_a_precision_makes_it_abstain() {
    let decide = Rules::parse("rules: [{name: stack, pattern: '^traceback', label: error}]").unwrap();
    let recipe = Recipe {
        precision: Some(0.8),
        is_balanced: true,
        ngrams: None,
        ..recipe(decide)
    };
    let head = train(&examples("log_severity", 10), fixture::readers(), recipe, &STOP).unwrap();
    let said = classify(&head, &["Traceback (most recent call last)", "x", "server is ready"]);
    assert_eq!((said[0].label.as_str(), said[0].confidence), ("error", 1.0));
    assert_eq!(said[0].rule.as_deref(), Some("stack"));
    let least = head.threshold().unwrap();
    for said in &said[1..] {
        assert_eq!(said.is_abstaining, said.confidence < least, "{said:?}");
    }
    let coverage = head.training().coverage.unwrap();
    assert!((1..1_000_000).contains(&coverage), "{coverage}");
}

#[test]
fn examples_that_teach_nothing_are_refused() {
    let example = |text: &str, label: &str| Example {
        text: text.to_owned(),
        label: label.to_owned(),
        group: None,
    };
    let train = |examples: &[Example], rules: Rules| train(examples, fixture::readers(), recipe(rules), &STOP);
    let one = [example("a", "x"), example("b", "x")];
    assert!(matches!(
        train(&one, Rules::default()),
        Err(TrainError::OneLabel { .. })
    ));
    let few = [example("a", "x"), example("b", "x"), example("c", "y")];
    assert!(matches!(
        train(&few, Rules::default()),
        Err(TrainError::Few { count: 1, .. })
    ));
    let strange = Rules::parse("rules: [{name: r, pattern: x, label: z}]").unwrap();
    let four = [
        example("a", "x"),
        example("b", "x"),
        example("c", "y"),
        example("d", "y"),
    ];
    assert!(matches!(train(&four, strange), Err(TrainError::StrangeLabel { .. })));
    // Four are enough to begin with.
    assert_eq!(train(&four, Rules::default()).unwrap().training().folds, 2);
}

#[test]
fn a_head_that_was_trained_with_a_language_model_needs_that_model() {
    let both = Readers {
        language: Some(fixture::model()),
        ..fixture::readers()
    };
    let few = fixture::few();
    let with_it = train(&few, both, recipe(rules("log_severity")), &STOP).unwrap();
    let language = with_it.language().unwrap().clone();
    assert_eq!(
        (language.model.as_str(), language.sha256),
        ("smollm2-135m-instruct", fixture::pulled().sha256)
    );
    // What the model says is one more feature for each label, and its weights survive the file.
    let key = SigningKey::from_bytes(&[7; 32]);
    let own = [keys::public_text(&key.verifying_key())];
    let back = Head::open(&with_it.signed(&key).unwrap(), &own).unwrap();
    assert_eq!(back.digest(), with_it.digest());
    let text = "cannot open file: No such file or directory";
    let said = back.classify(&[text], both, &STOP).unwrap();
    assert_eq!(said, with_it.classify(&[text], both, &STOP).unwrap());
    let sum: f64 = said[0].shares.iter().map(|(_, share)| share).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{said:?}");
    assert!(back.most_tokens(text, both).unwrap() > 40);

    let missing = back
        .classify(&[text], fixture::readers(), &STOP)
        .unwrap_err()
        .to_string();
    for part in [
        "`sort@1`",
        "`smollm2-135m-instruct`",
        &language.sha256.to_string(),
        "not here",
    ] {
        assert!(missing.contains(part), "{part}: {missing}");
    }
    // One that was trained without it is the same head, and asks nobody.
    let without = train(&few, fixture::readers(), recipe(rules("log_severity")), &STOP).unwrap();
    assert_eq!(without.language(), None);
    assert_ne!(without.digest(), with_it.digest());
    assert_eq!(
        without.classify(&[text], both, &STOP).unwrap(),
        without.classify(&[text], fixture::readers(), &STOP).unwrap()
    );
}

#[test]
fn vectors_of_another_model_are_refused() {
    let head = small();
    head.fits(fixture::pulled_embedder().sha256).unwrap();
    let other = head.fits(fixture::pulled().sha256).unwrap_err().to_string();
    assert!(
        other.contains("`sort@1` needs vectors of `all-minilm-l6-v2`"),
        "{other}"
    );
}

#[test]
fn heads_of_this_build_are_at_least_as_good_as_they_say_on_what_they_know() {
    let nowhere = tempfile::tempdir().unwrap();
    let shelf = Shelf::at(nowhere.path().join("heads"), nowhere.path().join("signing.pem"));
    for set in ["commit_type", "issue_kind", "log_severity"] {
        let held = shelf.find(set).unwrap();
        assert_eq!((&held.origin, held.head.version()), (&Origin::BuiltIn, 1));
        held.head.fits(fixture::pulled_embedder().sha256).unwrap();
        assert!(held.bytes < 256 * 1024, "{set}: {}", held.bytes);
        // Its rules are those of the file beside it.
        assert!(held.head.rules().written().eq(rules(set).written()), "{set}");
        let examples = examples(set, 15);
        let texts: Vec<&str> = examples.iter().map(|example| example.text.as_str()).collect();
        let said = classify(&held.head, &texts);
        let right = said
            .iter()
            .zip(&examples)
            .filter(|(said, example)| said.label == example.label)
            .count();
        let share = right as f64 / said.len() as f64;
        let says = f64::from(held.head.training().measures.accuracy) / 1e6;
        assert!(share >= says, "{set}: {share} of {} and it says {says}", said.len());
    }
    assert_eq!(shelf.next_version("commit_type").unwrap(), 2);
    assert_eq!(shelf.all().unwrap().len(), 3);
    for wrong in ["", "Mood", "mood@", "mood@0", "mood@-1", "mood@x", "../mood"] {
        assert!(matches!(shelf.find(wrong), Err(ShelfError::NoName { .. })), "{wrong}");
    }
    assert!(matches!(
        shelf.find("commit_type@9"),
        Err(ShelfError::NoSuchHead { .. })
    ));
}
