//! The real model for tests: pulled once into a shared directory, loaded once in a process.

use std::path::PathBuf;
use std::sync::OnceLock;

use super::{Catalogue, Hub, OnDevice, PulledModel, Store};
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

/// The default model's file; the test fails when it cannot be had.
pub(crate) fn pulled() -> PulledModel {
    static PULLED: OnceLock<PulledModel> = OnceLock::new();
    let pull = || {
        let catalogue = Catalogue::built_in().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let store = Store::at(&directory());
        let pull = async {
            store
                .pull(&catalogue.entries()[0], &Hub::from_env(), &Net::new(false), &mut |_| {})
                .await
        };
        runtime.block_on(pull).unwrap()
    };
    PULLED.get_or_init(pull).clone()
}

/// The default model in memory.
pub(crate) fn model() -> &'static OnDevice {
    static MODEL: OnceLock<OnDevice> = OnceLock::new();
    MODEL.get_or_init(|| OnDevice::load(&pulled(), &mut |_| {}).unwrap())
}
