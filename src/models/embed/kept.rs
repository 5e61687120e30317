//! The embedding model of this build, loaded when somebody first needs vectors and kept for everybody after that.

use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use super::Embedder;
use crate::models::catalogue::{Catalogue, Entry, Unreadable};
use crate::models::local::LoadError;
use crate::models::store::Store;

/// The one place of the embedding model in memory.
pub struct KeptEmbedder {
    store: Store,
    loaded: Mutex<Option<Arc<Embedder>>>,
}

/// Why the embedding model is not to be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeepError {
    /// The build's list of models cannot be read.
    #[error(transparent)]
    Catalogue(#[from] Unreadable),
    /// The build's list of models has none.
    #[error("no model of this build gives vectors")]
    None,
    /// Its files are not in the store.
    #[error("the model `{name}` is not here")]
    Absent {
        /// Its name.
        name: String,
    },
    /// It cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
}

impl KeptEmbedder {
    /// The place, empty; the model will come out of `store`.
    pub fn new(store: Store) -> Self {
        Self {
            store,
            loaded: Mutex::default(),
        }
    }

    /// The embedding model of this build.
    ///
    /// # Errors
    /// The build's list has none.
    pub fn entry() -> Result<Entry, KeepError> {
        Catalogue::built_in()?.embedding().cloned().ok_or(KeepError::None)
    }

    /// Whether its files are in the store, or it is in memory already.
    ///
    /// # Errors
    /// They are not.
    pub fn look(&self) -> Result<Entry, KeepError> {
        let entry = Self::entry()?;
        if self.is_loaded() || self.store.find(&entry).is_some() {
            return Ok(entry);
        }
        Err(KeepError::Absent { name: entry.name })
    }

    /// Whether it is in memory; while it is being loaded, it is not. Never waits.
    pub fn is_loaded(&self) -> bool {
        match self.loaded.try_lock() {
            Ok(place) => place.is_some(),
            Err(TryLockError::Poisoned(place)) => place.into_inner().is_some(),
            Err(TryLockError::WouldBlock) => false,
        }
    }

    /// The model, loaded now if nobody needed it before. Blocks its thread; who comes meanwhile waits for the same one.
    ///
    /// # Errors
    /// It is not here, or not whole.
    pub fn get(&self) -> Result<Arc<Embedder>, KeepError> {
        let mut place = self.place();
        if let Some(loaded) = &*place {
            return Ok(Arc::clone(loaded));
        }
        let entry = Self::entry()?;
        let pulled = self.store.find(&entry).ok_or(KeepError::Absent { name: entry.name })?;
        let loaded = Arc::new(Embedder::load(&pulled)?);
        *place = Some(Arc::clone(&loaded));
        Ok(loaded)
    }

    fn place(&self) -> std::sync::MutexGuard<'_, Option<Arc<Embedder>>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::fixture;

    #[test]
    fn whoever_needs_vectors_gets_the_same_model() {
        let kept = KeptEmbedder::new(fixture::store_of_embedder());
        assert!(!kept.is_loaded());
        let both = std::thread::scope(|scope| {
            let other = scope.spawn(|| kept.get().unwrap());
            (kept.get().unwrap(), other.join().unwrap())
        });
        assert!(Arc::ptr_eq(&both.0, &both.1) && kept.is_loaded());
    }

    #[test]
    fn whoever_asks_does_not_wait_for_a_load() {
        let folder = tempfile::tempdir().unwrap();
        let kept = KeptEmbedder::new(Store::at(folder.path()));
        let loading = kept.place();
        assert!(!kept.is_loaded());
        assert!(matches!(kept.look(), Err(KeepError::Absent { .. })));
        drop(loading);
    }

    #[test]
    fn without_its_files_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let kept = KeptEmbedder::new(Store::at(folder.path()));
        assert_eq!(
            kept.get().err().map(|error| error.to_string()).as_deref(),
            Some("the model `all-minilm-l6-v2` is not here")
        );
    }
}
