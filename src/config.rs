//! Where somagent keeps its files: the XDG base directories, or one directory for all.
//!
//! Reads no environment of its own: the variables come in as a function. Touches the disk only in
//! [`Home::create`].

use std::ffi::OsString;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The directories of one installation.
///
/// `$XDG_CONFIG_HOME/somagent`, `$XDG_DATA_HOME/somagent`, `$XDG_STATE_HOME/somagent`,
/// `$XDG_CACHE_HOME/somagent` and `$XDG_RUNTIME_DIR/somagent` (XDG Base Directory Specification
/// 0.8); `SOMAGENT_HOME` moves all of them beneath it, `SOMAGENT_MODELS` moves the models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    config: PathBuf,
    data: PathBuf,
    state: PathBuf,
    cache: PathBuf,
    run: PathBuf,
    models: PathBuf,
}

/// Why the directories are not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HomeError {
    /// Nothing says where the user's files are.
    #[error("neither SOMAGENT_HOME nor HOME says where to keep files")]
    NoHome,
    /// A path that would depend on the current directory.
    #[error("{variable} is `{value}`, which is not an absolute path")]
    NotAbsolute {
        /// The variable.
        variable: &'static str,
        /// Its value.
        value: String,
    },
}

impl HomeError {
    /// What would change it.
    pub fn hint(&self) -> String {
        match self {
            Self::NoHome => "set HOME, or set SOMAGENT_HOME to an absolute path".to_owned(),
            Self::NotAbsolute { variable, .. } => format!("set {variable} to a path that starts with `/`, or unset it"),
        }
    }
}

/// A directory that could not be made, or not be made private.
#[derive(Debug, thiserror::Error)]
#[error("cannot prepare the directory `{}`: {reason}", path.display())]
pub struct CreateHomeError {
    /// The directory.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub reason: io::Error,
}

impl CreateHomeError {
    /// What would change it.
    pub fn hint(&self) -> String {
        match self.reason.kind() {
            io::ErrorKind::ReadOnlyFilesystem => {
                "the file system is read-only: set SOMAGENT_HOME to a directory that can be written".to_owned()
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "the file system is full: free some space, or set SOMAGENT_HOME to another one".to_owned()
            }
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                "a file is in the way: move it, or set SOMAGENT_HOME to another directory".to_owned()
            }
            _ => "check who owns it, or set SOMAGENT_HOME to a directory of your own".to_owned(),
        }
    }
}

impl Home {
    /// Works out the directories from environment variables.
    ///
    /// An empty variable counts as unset; a relative `XDG_*` value is ignored, as the specification
    /// asks. Without `XDG_RUNTIME_DIR` the runtime directory is `run` in the state directory.
    ///
    /// # Errors
    /// `HOME` is needed and missing, or a variable that somagent defines is relative.
    pub fn from_env(vars: impl Fn(&str) -> Option<OsString>) -> Result<Self, HomeError> {
        let set = |name: &str| vars(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let ours = |variable: &'static str| match set(variable) {
            Some(path) if path.is_absolute() => Ok(Some(path)),
            Some(path) => Err(HomeError::NotAbsolute {
                variable,
                value: path.display().to_string(),
            }),
            None => Ok(None),
        };
        let models = ours("SOMAGENT_MODELS")?;
        if let Some(root) = ours("SOMAGENT_HOME")? {
            return Ok(Self::beneath(&root, models));
        }
        let xdg = |variable: &str| set(variable).filter(|path| path.is_absolute());
        let base = |variable: &str, fallback: &str| match xdg(variable) {
            Some(path) => Ok(path.join("somagent")),
            None => Ok(ours("HOME")?.ok_or(HomeError::NoHome)?.join(fallback).join("somagent")),
        };
        let data = base("XDG_DATA_HOME", ".local/share")?;
        let state = base("XDG_STATE_HOME", ".local/state")?;
        Ok(Self {
            config: base("XDG_CONFIG_HOME", ".config")?,
            cache: base("XDG_CACHE_HOME", ".cache")?,
            run: xdg("XDG_RUNTIME_DIR").map_or_else(|| state.join("run"), |path| path.join("somagent")),
            models: models.unwrap_or_else(|| data.join("models")),
            data,
            state,
        })
    }

    fn beneath(root: &Path, models: Option<PathBuf>) -> Self {
        let data = root.join("data");
        Self {
            config: root.join("config"),
            state: root.join("state"),
            cache: root.join("cache"),
            run: root.join("run"),
            models: models.unwrap_or_else(|| data.join("models")),
            data,
        }
    }

    /// The text of the constitution.
    pub fn constitution(&self) -> PathBuf {
        self.config.join("constitution.yaml")
    }

    /// The user's own list of models.
    pub fn model_list(&self) -> PathBuf {
        self.config.join("models.toml")
    }

    /// The MCP servers that the user attached.
    pub fn mcp_servers(&self) -> PathBuf {
        self.config.join("mcp.toml")
    }

    /// What was approved of them.
    pub fn mcp_approved(&self) -> PathBuf {
        self.data.join("mcp")
    }

    /// The signatures over the constitution.
    pub fn constitution_signature(&self) -> PathBuf {
        self.config.join("constitution.yaml.sig")
    }

    /// The journal's database.
    pub fn database(&self) -> PathBuf {
        self.data.join("somagent.db")
    }

    /// Content-addressed bodies that are too large for the database.
    pub fn blobs(&self) -> PathBuf {
        self.data.join("blobs")
    }

    /// Files that runs produced.
    pub fn artifacts(&self) -> PathBuf {
        self.data.join("artifacts")
    }

    /// Heads that were trained here.
    pub fn heads(&self) -> PathBuf {
        self.data.join("heads")
    }

    /// Private keys.
    pub fn keys(&self) -> PathBuf {
        self.data.join("keys")
    }

    /// The private key that signs for this installation.
    pub fn signing_key(&self) -> PathBuf {
        self.keys().join("signing.pem")
    }

    /// Model files.
    pub fn models(&self) -> &Path {
        &self.models
    }

    /// Lock files, beside the database: every process that opens it must find the same ones, and
    /// the runtime directory is another one in a cron job than in a login session.
    pub fn locks(&self) -> PathBuf {
        self.data.join("locks")
    }

    /// Pages that were fetched.
    pub fn pages(&self) -> PathBuf {
        self.cache.join("pages")
    }

    /// Where measurements are made.
    pub fn bench(&self) -> PathBuf {
        self.cache.join("bench")
    }

    /// Sockets on which runs are heard while they go on.
    pub fn sockets(&self) -> PathBuf {
        self.run.join("runs")
    }

    /// The newest checkpoint, outside the database's directory so that a copy of an older
    /// database does not bring its own.
    pub fn checkpoint(&self) -> PathBuf {
        self.state.join("checkpoint")
    }

    /// What was written in conversations, for its editor to find again.
    pub fn chat_history(&self) -> PathBuf {
        self.state.join("chat_history")
    }

    /// The user's own capsules.
    pub fn capsules(&self) -> PathBuf {
        self.data.join("capsules")
    }

    /// Every directory that [`Home::create`] makes, with its name for people.
    pub fn directories(&self) -> [(&'static str, PathBuf); 11] {
        [
            ("config", self.config.clone()),
            ("data", self.data.clone()),
            ("state", self.state.clone()),
            ("cache", self.cache.clone()),
            ("run", self.run.clone()),
            ("blobs", self.blobs()),
            ("artifacts", self.artifacts()),
            ("keys", self.keys()),
            ("locks", self.locks()),
            ("capsules", self.capsules()),
            ("models", self.models.clone()),
        ]
    }

    /// The directories that hold everything but models, which may be shared: what no program is to see.
    pub fn own(&self) -> [PathBuf; 5] {
        [&self.config, &self.data, &self.state, &self.cache, &self.run].map(PathBuf::clone)
    }

    /// Makes the directories that are missing, mode 0700, and takes away what group and others may
    /// do in those that are there.
    ///
    /// A models directory named by `SOMAGENT_MODELS` may be shared: once there, it stays as it is.
    ///
    /// # Errors
    /// The first directory that cannot be made or changed.
    pub fn create(&self) -> Result<(), CreateHomeError> {
        let shared = !self.models.starts_with(&self.data);
        for (_, path) in self.directories() {
            let keep_mode = shared && path == self.models;
            make_private(&path, keep_mode).map_err(|reason| CreateHomeError { path, reason })?;
        }
        Ok(())
    }
}

fn make_private(path: &Path, keep_mode: bool) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let mode = fs::metadata(path)?.permissions().mode();
    if !keep_mode && mode & 0o077 != 0 {
        fs::set_permissions(path, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(vars: &[(&str, &str)]) -> Result<Home, HomeError> {
        Home::from_env(|name| {
            vars.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn without_xdg_variables_the_defaults_of_the_specification_hold() {
        let home = home(&[("HOME", "/h")]).unwrap();
        assert_eq!(home.constitution(), Path::new("/h/.config/somagent/constitution.yaml"));
        assert_eq!(
            home.constitution_signature(),
            Path::new("/h/.config/somagent/constitution.yaml.sig")
        );
        assert_eq!(home.database(), Path::new("/h/.local/share/somagent/somagent.db"));
        assert_eq!(home.models(), Path::new("/h/.local/share/somagent/models"));
        assert_eq!(home.checkpoint(), Path::new("/h/.local/state/somagent/checkpoint"));
        assert_eq!(home.run, Path::new("/h/.local/state/somagent/run"));
    }

    #[test]
    fn relative_and_empty_xdg_values_are_ignored() {
        let vars = [
            ("HOME", "/h"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CACHE_HOME", ""),
            ("XDG_CONFIG_HOME", "/c"),
        ];
        let home = home(&vars).unwrap();
        assert_eq!(home.data, Path::new("/h/.local/share/somagent"));
        assert_eq!(home.cache, Path::new("/h/.cache/somagent"));
        assert_eq!(home.config, Path::new("/c/somagent"));
    }

    #[test]
    fn home_is_needed_only_where_a_default_is() {
        assert_eq!(home(&[]), Err(HomeError::NoHome));
        let vars = [
            ("XDG_CONFIG_HOME", "/c"),
            ("XDG_DATA_HOME", "/d"),
            ("XDG_STATE_HOME", "/s"),
            ("XDG_CACHE_HOME", "/k"),
            ("XDG_RUNTIME_DIR", "/r"),
        ];
        assert_eq!(home(&vars).unwrap().run, Path::new("/r/somagent"));
        assert!(HomeError::NoHome.hint().contains("SOMAGENT_HOME"));
    }

    #[test]
    fn somagent_home_moves_everything_and_somagent_models_the_models() {
        let vars = [
            ("SOMAGENT_HOME", "/x"),
            ("XDG_DATA_HOME", "/d"),
            ("SOMAGENT_MODELS", "/m"),
        ];
        let home = home(&vars).unwrap();
        for (name, path) in home.directories() {
            let root = if name == "models" { "/m" } else { "/x" };
            assert!(path.starts_with(root), "{name}: {}", path.display());
        }
        assert!(!home.checkpoint().starts_with(&home.data));
    }

    #[test]
    fn relative_values_of_our_own_variables_are_refused() {
        for variable in ["SOMAGENT_HOME", "SOMAGENT_MODELS", "HOME"] {
            let refused = home(&[(variable, "x/y")]).unwrap_err();
            assert_eq!(
                refused,
                HomeError::NotAbsolute {
                    variable,
                    value: "x/y".to_owned()
                }
            );
            assert!(refused.hint().contains(variable));
        }
    }

    #[test]
    fn created_directories_are_private_and_loose_ones_are_tightened() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().join("home");
        let shared = scratch.path().join("shared");
        fs::create_dir(&shared).unwrap();
        fs::set_permissions(&shared, Permissions::from_mode(0o775)).unwrap();
        fs::create_dir_all(root.join("data/keys")).unwrap();
        fs::set_permissions(root.join("data/keys"), Permissions::from_mode(0o755)).unwrap();
        let home = home(&[
            ("SOMAGENT_HOME", root.to_str().unwrap()),
            ("SOMAGENT_MODELS", shared.to_str().unwrap()),
        ])
        .unwrap();
        home.create().unwrap();
        home.create().unwrap();
        for (name, path) in home.directories() {
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, if name == "models" { 0o775 } else { 0o700 }, "{name}");
        }
    }

    #[test]
    fn a_file_in_the_way_is_named_with_a_hint() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().join("home");
        fs::create_dir(&root).unwrap();
        fs::write(root.join("state"), "").unwrap();
        let refused = home(&[("SOMAGENT_HOME", root.to_str().unwrap())])
            .unwrap()
            .create()
            .unwrap_err();
        assert_eq!(refused.path, root.join("state"));
        assert!(refused.hint().contains("in the way"), "{refused}: {}", refused.hint());
    }
}
