use std::io::Read as _;
use std::path::{Path, PathBuf};

use candle_core::quantized::gguf_file::Content;
use serde::Deserialize;

use super::*;
use crate::models::fixture;
use crate::models::sha256::Sha256;

#[derive(Deserialize)]
struct Recording {
    #[serde(default)]
    origin: Origin,
    corpus_sha256: Sha256,
    count: usize,
    sha256: Sha256,
    chunks: Vec<(usize, String)>,
    samples: Vec<(String, Vec<u32>)>,
}

#[derive(Deserialize, Default)]
struct Origin {
    /// File and digest: `ggml-vocab-gpt-2.gguf sha256:…`.
    #[serde(default)]
    vocabulary: String,
}

fn recordings(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/recordings")
        .join(folder)
}

fn digest(ids: &[u32]) -> Sha256 {
    let bytes: Vec<u8> = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
    Sha256::of_reader(&bytes[..]).unwrap()
}

fn recording(path: &str) -> Recording {
    serde_json::from_slice(&std::fs::read(recordings(path)).unwrap()).unwrap()
}

/// Holds every token of the corpus against those that llama.cpp gave.
fn compare(tokenizer: &Tokenizer, recording: &Recording) {
    for (text, ids) in &recording.samples {
        assert_eq!(&tokenizer.encode(text).unwrap(), ids, "{text:?}");
    }
    let archive = std::fs::File::open(recordings("llama-cpp/corpus.zip")).unwrap();
    let mut corpus = String::new();
    let mut archive = zip::ZipArchive::new(archive).unwrap();
    archive
        .by_name("corpus.txt")
        .unwrap()
        .read_to_string(&mut corpus)
        .unwrap();
    assert_eq!(Sha256::of_reader(corpus.as_bytes()).unwrap(), recording.corpus_sha256);
    let mut at = 0;
    for (index, (length, expected)) in recording.chunks.iter().enumerate() {
        let chunk = &corpus[at..at + length];
        let found = digest(&tokenizer.encode(chunk).unwrap()).to_string();
        assert_eq!(&found[..16], expected, "chunk {index} at byte {at}: {chunk:?}");
        at += length;
    }
    let ids = tokenizer.encode(&corpus).unwrap();
    assert_eq!((ids.len(), digest(&ids)), (recording.count, recording.sha256));
}

#[test]
fn every_token_of_a_large_mixed_text_is_that_of_llama_cpp() {
    compare(fixture::model().tokenizer(), &recording("llama-cpp/tokens.json"));
}

#[test]
fn every_family_splits_a_large_mixed_text_as_llama_cpp_does() {
    for name in ["gpt-2", "llama-bpe", "qwen2", "phi-3"] {
        let recording = recording(&format!("families/tokens-{name}.json"));
        let path = fixture::vocabulary(name);
        let mut file = std::fs::File::open(&path).unwrap();
        let found = Sha256::of_reader(&file).unwrap();
        let recorded = recording.origin.vocabulary.rsplit(':').next();
        assert_eq!(recorded, Some(found.to_string().as_str()), "{name}");
        std::io::Seek::rewind(&mut file).unwrap();
        let content = Content::read(&mut std::io::BufReader::new(file)).unwrap();
        let tokenizer = Tokenizer::from_metadata(&content.metadata).unwrap();
        compare(&tokenizer, &recording);
        let text = "Grüße 👩🏽\u{200d}🚀, 3 × 14\u{3000}\r\n";
        let bytes: Vec<u8> = tokenizer
            .encode(text)
            .unwrap()
            .iter()
            .flat_map(|id| tokenizer.bytes(*id))
            .copied()
            .collect();
        // SentencePiece puts a space in front of a text.
        assert_eq!(String::from_utf8(bytes).unwrap().trim_start(), text, "{name}");
    }
}

#[test]
fn tokens_write_back_what_they_were_read_from() {
    let tokenizer = fixture::model().tokenizer();
    let text = "Grüße 👩🏽\u{200d}🚀, 3 × 14\u{3000}<|im_end|>\r\n";
    let ids = tokenizer.encode(text).unwrap();
    assert!(
        !ids.iter().any(|id| tokenizer.is_special(*id)),
        "a text names no special token"
    );
    let bytes: Vec<u8> = ids.iter().flat_map(|id| tokenizer.bytes(*id)).copied().collect();
    assert_eq!(String::from_utf8(bytes).unwrap(), text);
    assert_eq!(tokenizer.bytes(u32::MAX), b"");
}
