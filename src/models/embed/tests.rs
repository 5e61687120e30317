//! The real model beside what sentence-transformers gave with it (`tests/recordings/minilm/`).

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::models::fixture;

static STOP: AtomicBool = AtomicBool::new(false);

fn recording(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/recordings/minilm")
        .join(name)
}

fn recorded() -> (Vec<String>, Vec<Vec<f32>>) {
    let texts: Vec<String> = serde_json::from_slice(&fs::read(recording("texts.json")).unwrap()).unwrap();
    let bytes = fs::read(recording("vectors.f32")).unwrap();
    let numbers: Vec<f32> = bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect();
    let vectors: Vec<Vec<f32>> = numbers.chunks(384).map(<[f32]>::to_vec).collect();
    assert_eq!(texts.len(), vectors.len());
    (texts, vectors)
}

fn cosine(one: &[f32], other: &[f32]) -> f64 {
    let sum =
        |one: &[f32], other: &[f32]| -> f64 { one.iter().zip(other).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum() };
    sum(one, other) / (sum(one, one) * sum(other, other)).sqrt()
}

#[test]
fn every_vector_is_that_of_the_reference() {
    let (texts, vectors) = recorded();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let ours = fixture::embedder().embed(&texts, &STOP).unwrap();
    assert_eq!(ours.vectors.len(), vectors.len());
    for ((text, ours), reference) in texts.iter().zip(&ours.vectors).zip(&vectors) {
        let cosine = cosine(ours, reference);
        assert!(cosine >= 0.999_999, "{cosine}: {text:.60}");
        let farthest = ours
            .iter()
            .zip(reference)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(farthest < 1e-5, "{farthest}: {text:.60}");
    }
}

#[test]
fn what_is_cut_off_is_told() {
    let embedder = fixture::embedder();
    assert_eq!((embedder.most_tokens(), embedder.dimensions()), (256, 384));
    let (fits, cut) = ("word ".repeat(254), "word ".repeat(255));
    let endless = "word ".repeat(100_000);
    let texts = ["", &fits, &cut, &endless, "short"];
    let embedded = embedder.embed(&texts, &STOP).unwrap();
    assert_eq!(embedded.truncated, [2, 3]);
    assert_eq!(embedded.tokens, 2 + 256 * 3 + 3);
    assert_eq!(embedded.vectors[1], embedded.vectors[3]);
    assert_eq!(embedder.embed(&[], &STOP).unwrap().vectors, Vec::<Vec<f32>>::new());
}

#[test]
fn a_vector_depends_on_its_text_alone() {
    let (texts, _) = recorded();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let embedder = fixture::embedder();
    let together = embedder.embed_on(2, &texts, &STOP).unwrap();
    let alone = embedder.embed_on(1, &texts[3..4], &STOP).unwrap();
    assert!(cosine(&alone.vectors[0], &together.vectors[3]) > 0.999_999_9);
    assert_eq!(together, embedder.embed_on(7, &texts, &STOP).unwrap());
    assert_eq!(embedder.embed(&texts, &AtomicBool::new(true)), Err(EmbedError::Stopped));
}

/// The model's files in a folder of their own, which may be changed.
fn own_copy() -> (tempfile::TempDir, PulledModel) {
    let mut pulled = fixture::pulled_embedder();
    let folder = tempfile::tempdir().unwrap();
    let copy = |path: &mut PathBuf| {
        let own = folder.path().join(path.file_name().unwrap());
        fs::write(&own, fs::read(&path).unwrap()).unwrap();
        *path = own;
    };
    copy(&mut pulled.path);
    pulled.beside.iter_mut().for_each(|file| copy(&mut file.path));
    (folder, pulled)
}

/// Changes a file, and lets its digest follow.
fn change(file: &mut super::super::store::PulledFile, from: &str, to: &str) {
    let text = fs::read_to_string(&file.path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(&file.path, text.replacen(from, to, 1)).unwrap();
    file.sha256 = Sha256::of_reader(File::open(&file.path).unwrap()).unwrap();
}

/// Changes the tokenizer, and lets its digest follow.
fn change_tokenizer(model: &mut PulledModel, edit: impl FnOnce(&mut serde_json::Value)) {
    let file = &mut model.beside[1];
    let mut tokenizer = serde_json::from_slice(&fs::read(&file.path).unwrap()).unwrap();
    edit(&mut tokenizer);
    fs::write(&file.path, tokenizer.to_string()).unwrap();
    file.sha256 = Sha256::of_reader(File::open(&file.path).unwrap()).unwrap();
}

#[test]
fn a_tokenizer_whose_numbers_have_gaps_is_refused_where_the_weights_end() {
    let (_folder, mut model) = own_copy();
    // Fewer tokens than the weights have, and one of them beyond their end.
    change_tokenizer(&mut model, |tokenizer| {
        let vocabulary = tokenizer["model"]["vocab"].as_object_mut().unwrap();
        vocabulary.remove("dog").unwrap();
        vocabulary["cat"] = 40_000.into();
    });
    let said = Embedder::load(&model).err().unwrap().to_string();
    assert!(said.contains("number 40000") && said.contains("30522 tokens"), "{said}");

    // What stands around each text has its number written a second time.
    let (_folder, mut model) = own_copy();
    change_tokenizer(&mut model, |tokenizer| {
        tokenizer["post_processor"]["special_tokens"]["[CLS]"]["ids"][0] = 50_000.into();
    });
    let said = Embedder::load(&model).err().unwrap().to_string();
    assert!(said.contains("number 50000"), "{said}");

    // A gap below the end leaves a row of the weights unused, and nothing else.
    let (_folder, mut model) = own_copy();
    change_tokenizer(&mut model, |tokenizer| {
        tokenizer["model"]["vocab"]
            .as_object_mut()
            .unwrap()
            .remove("dog")
            .unwrap();
    });
    let embedder = Embedder::load(&model).unwrap();
    assert_eq!(embedder.embed(&["cat dog"], &STOP).unwrap().vectors.len(), 1);
}

#[test]
fn files_that_are_damaged_or_of_another_model_are_refused() {
    let refused = |model: &PulledModel| Embedder::load(model).err().unwrap().to_string();
    let (_folder, good) = own_copy();
    Embedder::load(&good).unwrap();
    for (from, to, part) in [
        (
            "\"hidden_size\": 384",
            "\"hidden_size\": 396",
            "has the shape [512, 384] instead of [512, 396]",
        ),
        (
            "\"num_hidden_layers\": 6",
            "\"num_hidden_layers\": 7",
            "`encoder.layer.6.",
        ),
        (
            "\"num_attention_heads\": 12",
            "\"num_attention_heads\": 0",
            "do not fit together",
        ),
        (
            "\"vocab_size\": 30522",
            "\"vocab_size\": 100",
            "the weights have 100 tokens",
        ),
        (
            "\"hidden_act\": \"gelu\"",
            "\"hidden_act\": \"relu\"",
            "the activation `relu`",
        ),
        (
            "\"model_type\": \"bert\"",
            "\"model_type\": \"t5\"",
            "the architecture `t5`",
        ),
        (
            "\"layer_norm_eps\": 1e-12",
            "\"layer_norm_eps\": -1",
            "do not fit together",
        ),
        ("{", "[", "is damaged: expected"),
    ] {
        let (_folder, mut model) = own_copy();
        change(&mut model.beside[0], from, to);
        let said = refused(&model);
        assert!(said.contains(part), "{part}: {said}");
    }
    let (_folder, mut model) = own_copy();
    change(&mut model.beside[1], "{", "[");
    assert!(refused(&model).contains("tokenizer.json"));

    let (_folder, mut model) = own_copy();
    File::options()
        .write(true)
        .open(&model.path)
        .unwrap()
        .set_len(50_000_000)
        .unwrap();
    assert!(refused(&model).contains("its SHA-256 is"));
    model.sha256 = Sha256::of_reader(File::open(&model.path).unwrap()).unwrap();
    assert!(refused(&model).contains("is damaged"));
    model.beside.pop();
    assert!(refused(&model).contains("without `tokenizer.json`"));
    fs::remove_file(&model.path).unwrap();
    fs::remove_file(&model.beside[0].path).unwrap();
    assert!(refused(&model).contains("does not exist") || refused(&model).contains("without"));
}
