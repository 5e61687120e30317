//! The real model for tests: pulled once into a shared directory, loaded once in a process.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

use super::head::{Example, Readers};
use super::{Catalogue, Embedder, Hub, OnDevice, PulledModel, Store};
use crate::net::Net;

/// `SOMAGENT_MODELS`, or `models` in the build's directory.
pub(crate) fn directory() -> PathBuf {
    if let Some(dir) = std::env::var_os("SOMAGENT_MODELS") {
        return dir.into();
    }
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| manifest.join("target"), PathBuf::from);
    target.join("models")
}

/// The files of the model called `name`; the test fails when they cannot be had.
fn pull(name: &str) -> PulledModel {
    let catalogue = Catalogue::built_in().unwrap();
    let entry = catalogue.find(name).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let store = Store::at(&directory());
    let pull = async { store.pull(entry, &Hub::from_env(), &Net::new(false), &mut |_| {}).await };
    runtime.block_on(pull).unwrap()
}

/// The default model's file.
pub(crate) fn pulled() -> PulledModel {
    static PULLED: OnceLock<PulledModel> = OnceLock::new();
    PULLED.get_or_init(|| pull("smollm2-135m-instruct")).clone()
}

/// The files of the model that gives vectors.
pub(crate) fn pulled_embedder() -> PulledModel {
    static PULLED: OnceLock<PulledModel> = OnceLock::new();
    PULLED.get_or_init(|| pull("all-minilm-l6-v2")).clone()
}

/// The store that has it.
pub(crate) fn store_of_embedder() -> Store {
    pulled_embedder();
    Store::at(&directory())
}

/// The model that gives vectors, in memory.
pub(crate) fn embedder() -> &'static Embedder {
    static EMBEDDER: OnceLock<Embedder> = OnceLock::new();
    EMBEDDER.get_or_init(|| Embedder::load(&pulled_embedder()).unwrap())
}

/// What reads for heads that were trained without a language model.
pub(crate) fn readers() -> Readers<'static> {
    Readers {
        embedder: embedder(),
        language: None,
    }
}

/// As few examples as can be learnt from, where each is a question to a model.
pub(crate) fn few() -> Vec<Example> {
    let few = [
        ("error", "cannot open file"),
        ("error", "segmentation fault"),
        ("info", "server started"),
        ("info", "listening on port 80"),
        ("warning", "disk is almost full"),
        ("warning", "option is deprecated"),
    ];
    let example = |(label, text): (&str, &str)| Example {
        text: text.to_owned(),
        label: label.to_owned(),
        group: None,
    };
    few.map(example).to_vec()
}

/// The default model in memory.
pub(crate) fn model() -> &'static OnDevice {
    static MODEL: OnceLock<OnDevice> = OnceLock::new();
    MODEL.get_or_init(|| OnDevice::load(&pulled(), &mut |_| {}).unwrap())
}

/// The vocabulary `name` of llama.cpp's own tests, out of the source archive of the Python package that holds it;
/// fetched once, without running anything of it but what tells pip its name and version.
pub(crate) fn vocabulary(name: &str) -> PathBuf {
    static FETCH: Mutex<()> = Mutex::new(());
    let _one = FETCH.lock().unwrap();
    let folder = directory().join("vocabularies");
    let path = folder.join(format!("ggml-vocab-{name}.gguf"));
    if path.exists() {
        return path;
    }
    let unpacked = tempfile::tempdir_in(directory()).unwrap();
    let script = r#"
import glob, subprocess, sys, tarfile
folder = sys.argv[1]
subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps",
    "--no-binary", "llama-cpp-python", "-d", folder, "llama-cpp-python==0.3.36"], check=True)
archive = tarfile.open(glob.glob(folder + "/*.tar.gz")[0])
for member in archive:
    name = member.name.rsplit("/", 1)[-1]
    if name.startswith("ggml-vocab-") and name.endswith(".gguf"):
        open(folder + "/" + name, "wb").write(archive.extractfile(member).read())
"#;
    let done = std::process::Command::new("python3")
        .args(["-c", script])
        .arg(unpacked.path())
        .status()
        .unwrap();
    assert!(done.success(), "the vocabularies cannot be fetched");
    std::fs::create_dir_all(&folder).unwrap();
    for found in std::fs::read_dir(unpacked.path()).unwrap() {
        let found = found.unwrap();
        if found.path().extension().is_some_and(|extension| extension == "gguf") {
            std::fs::rename(found.path(), folder.join(found.file_name())).unwrap();
        }
    }
    path
}
