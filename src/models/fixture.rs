//! The real model for tests: pulled once into a shared directory, loaded once in a process.

use std::path::PathBuf;
use std::sync::OnceLock;

use super::{Catalogue, Embedder, Hub, OnDevice, PulledModel, Store};
use crate::net::Net;

/// `SOMAGENT_MODELS`, or `models` in the build's directory.
fn directory() -> PathBuf {
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

/// The model that gives vectors, in memory.
pub(crate) fn embedder() -> &'static Embedder {
    static EMBEDDER: OnceLock<Embedder> = OnceLock::new();
    EMBEDDER.get_or_init(|| Embedder::load(&pulled_embedder()).unwrap())
}

/// The default model in memory.
pub(crate) fn model() -> &'static OnDevice {
    static MODEL: OnceLock<OnDevice> = OnceLock::new();
    MODEL.get_or_init(|| OnDevice::load(&pulled(), &mut |_| {}).unwrap())
}
