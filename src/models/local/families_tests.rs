//! Every family against llama.cpp, with tiny models of random weights (`tests/recordings/families`).

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use candle_core::Device;
use serde::Deserialize;

use super::choose::log_sum_exp;
use super::decoder::Decoder;
use super::gguf::Gguf;
use super::reading::Reading;
use super::shape::Family;
use super::tests::unquantised;
use super::{LoadError, OnDevice};
use crate::models::{Ask, PulledModel, Sha256};

#[derive(Deserialize)]
struct Recording {
    tokens: Vec<u32>,
    after: Vec<After>,
}

#[derive(Deserialize)]
struct After {
    position: usize,
    logprobs: Vec<f64>,
}

fn recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/families")
}

fn recording(name: &str) -> Recording {
    serde_json::from_reader(File::open(recordings().join(format!("next-{name}.json"))).unwrap()).unwrap()
}

fn unpacked() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let archive = File::open(recordings().join("tiny.zip")).unwrap();
    zip::ZipArchive::new(archive).unwrap().extract(folder.path()).unwrap();
    folder
}

/// The farthest that a log-probability is from the recorded one, after each recorded place.
fn farthest(decoder: &Arc<Decoder>, recording: &Recording) -> Vec<(usize, f64)> {
    let stop = AtomicBool::new(false);
    let mut reading = Reading::new(decoder, recording.tokens.len()).unwrap();
    let each = reading.read_each(&recording.tokens, &stop).unwrap();
    let far = recording.after.iter().map(|after| {
        let logits = &each[after.position];
        let all = log_sum_exp(logits.iter().map(|logit| f64::from(*logit)));
        let far = logits.iter().zip(&after.logprobs);
        let far = far.map(|(logit, theirs)| (f64::from(*logit) - all - theirs).abs());
        (after.position, far.fold(0.0, f64::max))
    });
    far.collect()
}

#[test]
fn every_family_computes_what_llama_cpp_does() {
    let folder = unpacked();
    for (name, family) in [
        ("llama", Family::Llama),
        ("llama3", Family::Llama),
        ("smollm3", Family::SmolLm3),
        ("qwen2", Family::Qwen2),
        ("qwen3", Family::Qwen3),
        ("phi3", Family::Phi3),
        ("mixed", Family::Llama),
    ] {
        let mut gguf = Gguf::open(&folder.path().join(format!("tiny-{name}.gguf"))).unwrap();
        assert_eq!(gguf.shape.family, family);
        // llama.cpp reads the window of Phi 3 and turns it off.
        let window = gguf.shape.window.take();
        assert_eq!(window, (family == Family::Phi3).then_some(32));
        let decoder = Arc::new(Decoder::load(&mut gguf, &Device::Cpu).unwrap());
        // Weights of 32 bits leave rounding alone; both round activations when weights are quantised.
        let limit = if name == "mixed" { 0.4 } else { 1e-3 };
        for (position, far) in farthest(&decoder, &recording(name)) {
            assert!(far < limit, "{name} after {position}: {far}");
        }
    }
}

#[test]
fn quantised_weights_are_those_of_llama_cpp() {
    let folder = unpacked();
    let path = unquantised(&folder.path().join("tiny-mixed.gguf"), folder.path());
    let decoder = Arc::new(Decoder::load(&mut Gguf::open(&path).unwrap(), &Device::Cpu).unwrap());
    for (position, far) in farthest(&decoder, &recording("mixed-plain")) {
        assert!(far < 1e-3, "after {position}: {far}");
    }
}

#[test]
fn a_window_hides_what_is_further_back_and_nothing_else() {
    let folder = unpacked();
    let path = folder.path().join("tiny-phi3.gguf");
    let load = |window| {
        let mut gguf = Gguf::open(&path).unwrap();
        gguf.shape.window = window;
        Arc::new(Decoder::load(&mut gguf, &Device::Cpu).unwrap())
    };
    let (whole, windowed) = (load(None), load(Some(32)));
    let stop = AtomicBool::new(false);
    let tokens = recording("phi3").tokens;
    let each = |decoder, tokens: &[u32]| Reading::new(decoder, 100).unwrap().read_each(tokens, &stop).unwrap();
    let far = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let (all, seen) = (each(&whole, &tokens), each(&windowed, &tokens));
    for place in 0..tokens.len() {
        let far = far(&all[place], &seen[place]);
        assert_eq!(far > 1e-3, place >= 32, "at {place} it is {far} away");
    }
    // With one layer's reach, what left the window of every layer changes nothing: two layers of 32 reach 62 back.
    let mut other = tokens.clone();
    other[0] = tokens[0] + 1;
    let changed = each(&windowed, &other);
    assert!(far(&changed[62], &seen[62]) > 0.0);
    assert_eq!(changed[63], seen[63]);
    // One by one it is the same as in one pass.
    let mut reading = Reading::new(&windowed, 8).unwrap();
    for (place, id) in tokens.iter().enumerate() {
        let far = far(&reading.read(&[*id], &stop).unwrap(), &seen[place]);
        assert!(far < 1e-3, "at {place} it is {far} away");
    }
}

/// The model of a file, as a pulled one.
fn pulled(path: &Path) -> PulledModel {
    PulledModel {
        name: "tiny".to_owned(),
        sha256: Sha256::of_reader(File::open(path).unwrap()).unwrap(),
        path: path.to_owned(),
        beside: Vec::new(),
        context: 512,
    }
}

#[test]
fn a_small_model_answers_and_what_it_cannot_compute_is_refused() {
    let folder = unpacked();
    let model = OnDevice::load(&pulled(&folder.path().join("tiny-qwen3.gguf")), &mut |_| {}).unwrap();
    let answer = model
        .infer(&Ask::free("Hello", 8), &mut |_| {}, &AtomicBool::new(false))
        .unwrap();
    assert!(answer.output_tokens <= 8 && answer.prompt_tokens > 5);
    let refused = OnDevice::load(&pulled(&folder.path().join("tiny-phi3-long.gguf")), &mut |_| {})
        .err()
        .unwrap();
    assert!(
        matches!(&refused, LoadError::Unsupported { what, .. } if what.contains("scaled rotations")),
        "{refused}"
    );
}
