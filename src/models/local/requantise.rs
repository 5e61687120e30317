//! Weights rewritten once in a format that this machine multiplies fast.
//!
//! candle has only scalar code for Q4_1, Q5_0 and Q5_1: their tensors become Q8_0, which holds
//! every value of them within half a step of 1/127 of its block's largest. The derived file lies
//! beside the original and carries the digest of both; a damaged one is made again. Where nothing can be written there,
//! the same bytes are made in a temporary directory each time: answers do not depend on where a model lies.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use candle_core::quantized::gguf_file::{self, Content};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Result};
use serde::{Deserialize, Serialize};

use super::LoadError;
use super::gguf::Gguf;
use crate::models::partial::publish;
use crate::models::sha256::Sha256;
use crate::models::{Phase, Progress, PulledModel};

/// What is known about a derived file; lies beside it.
#[derive(Serialize, Deserialize)]
struct Record {
    v: u32,
    /// The file it was made from.
    of: Sha256,
    /// Its own digest.
    sha256: Sha256,
}

/// A derived file and the digest that it must have.
pub(super) struct Derived {
    pub(super) path: PathBuf,
    pub(super) sha256: Sha256,
}

/// The directory of a model's files.
pub(super) fn beside(model: &PulledModel) -> &Path {
    model.path.parent().unwrap_or(Path::new("."))
}

fn paths(folder: &Path) -> (PathBuf, PathBuf) {
    (folder.join("derived-q8_0.gguf"), folder.join("derived-q8_0.json"))
}

fn slow(format: GgmlDType) -> bool {
    matches!(format, GgmlDType::Q4_1 | GgmlDType::Q5_0 | GgmlDType::Q5_1)
}

/// Whether a derived file would be faster.
pub(super) fn worthwhile(content: &Content) -> bool {
    content.tensor_infos.values().any(|tensor| slow(tensor.ggml_dtype))
}

/// The derived file of `model`, when there is one; its bytes are not read here.
pub(super) fn find(model: &PulledModel) -> Option<Derived> {
    let (path, record) = paths(beside(model));
    let record: Record = serde_json::from_slice(&fs::read(record).ok()?).ok()?;
    (record.v == 1 && record.of == model.sha256 && path.is_file()).then_some(Derived {
        path,
        sha256: record.sha256,
    })
}

/// Bytes of the weights of a derived file.
fn size(content: &Content) -> u64 {
    let tensors = content.tensor_infos.values().map(|tensor| {
        let format = match tensor.ggml_dtype {
            format if slow(format) => GgmlDType::Q8_0,
            format => format,
        };
        tensor.shape.elem_count() / format.block_size() * format.type_size()
    });
    tensors.sum::<usize>() as u64
}

/// How many such directories are tried.
const MOST_SCRATCHES: u64 = 1_000;

/// A directory for a derived file that is read once; gone with this value.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// Where the system has temporary files.
    pub(super) fn new() -> io::Result<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = MADE.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("somagent-model-{}-{number}", std::process::id()));
            // Nobody else may have made it, or may change what is in it.
            match fs::DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self(path)),
                // Left behind by one that was killed and had the same number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < MOST_SCRATCHES => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Makes the derived file from the checked original, in `folder`.
pub(super) fn make(
    model: &PulledModel,
    folder: &Path,
    gguf: &mut Gguf,
    progress: &mut dyn FnMut(Progress),
) -> std::result::Result<Derived, LoadError> {
    let (path, record_path) = paths(folder);
    let needed = size(&gguf.content);
    let storage = |error: io::Error| LoadError::Storage {
        path: path.clone(),
        why: error.to_string(),
        needed,
    };
    // Two processes may do this at once: each has its own temporary, the last rename wins.
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    // Before the conversion, which takes longer.
    File::create(&temporary).map_err(storage)?;
    let tensors = convert(gguf, progress).map_err(|error| {
        let _ = fs::remove_file(&temporary);
        LoadError::Damaged {
            path: model.path.clone(),
            why: error.to_string(),
        }
    })?;
    let written = write(&temporary, &gguf.content, &tensors).and_then(|sha256| {
        let record = Record {
            v: 1,
            of: model.sha256,
            sha256,
        };
        publish(&File::open(&temporary)?, &temporary, &path)?;
        let temporary = record_path.with_extension(format!("{}.tmp", std::process::id()));
        fs::write(&temporary, serde_json::to_vec(&record)?)?;
        publish(&File::open(&temporary)?, &temporary, &record_path)?;
        Ok(sha256)
    });
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    let sha256 = written.map_err(storage)?;
    Ok(Derived { path, sha256 })
}

fn convert(gguf: &mut Gguf, progress: &mut dyn FnMut(Progress)) -> Result<Vec<(String, QTensor)>> {
    let mut names: Vec<(u64, String)> = gguf
        .content
        .tensor_infos
        .iter()
        .map(|(name, tensor)| (tensor.offset, name.clone()))
        .collect();
    // In the order of the file, so that the result depends on nothing else.
    names.sort();
    let total = names.len() as u64;
    let mut tensors = Vec::with_capacity(names.len());
    for (done, (_, name)) in (1..).zip(names) {
        let tensor = gguf.content.tensor(&mut gguf.reader, &name, &Device::Cpu)?;
        let tensor = if slow(tensor.dtype()) {
            QTensor::quantize(&tensor.dequantize(&Device::Cpu)?, GgmlDType::Q8_0)?
        } else {
            tensor
        };
        tensors.push((name, tensor));
        progress(Progress {
            phase: Phase::Converting,
            done,
            total: Some(total),
        });
    }
    Ok(tensors)
}

fn write(path: &Path, content: &Content, tensors: &[(String, QTensor)]) -> io::Result<Sha256> {
    let mut metadata: Vec<_> = content
        .metadata
        .iter()
        .map(|(key, value)| (key.as_str(), value))
        .collect();
    metadata.sort_by_key(|(key, _)| *key);
    let tensors: Vec<_> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    let mut file = BufWriter::new(File::create(path)?);
    gguf_file::write(&mut file, &metadata, &tensors).map_err(io::Error::other)?;
    file.flush()?;
    drop(file);
    Sha256::of_reader(File::open(path)?)
}
