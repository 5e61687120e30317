//! The tool `artifact`: keeps a file that a run produced, in the run's own directory.
//!
//! Files lie at `<artifacts>/<run>/<name>`. Never writes anywhere else, never appends.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::beneath::{BeneathError, Directory};
use super::contract::{action, arguments, bad_argument, counted, json, shared, sink};
use super::{Artifact, Call, Calling, Output, Tool, ToolError};
use crate::capsule::tool_spec::{ActionSpec, EffectClass, ToolSpec, Touch};
use crate::digest::Digest;

/// The tool.
#[derive(Debug)]
pub struct Artifacts {
    spec: Arc<ToolSpec>,
    root: PathBuf,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Put {
    /// Name of the artifact within the run: a relative path such as `digest.md`.
    #[schemars(length(min = 1, max = 255))]
    name: String,
    /// The whole content.
    #[schemars(length(max = 16_777_216))]
    content: String,
    /// IANA media type.
    #[serde(default = "plain")]
    #[schemars(regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9.+-]*/[A-Za-z0-9][A-Za-z0-9.+-]*(; ?[A-Za-z0-9=.+-]+)*$"))]
    media_type: String,
}

fn plain() -> String {
    "text/plain".to_owned()
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Kept {
    /// Its name within the run.
    name: String,
    /// Where it lies, absolute.
    path: String,
    /// SHA3-512 of the content, in hexadecimal.
    digest: String,
    /// Size in bytes.
    size: u64,
    /// IANA media type.
    media_type: String,
}

impl Artifacts {
    /// The tool, writing under `root`, which is made when missing.
    pub fn new(root: PathBuf) -> Self {
        let put = ActionSpec {
            effect: EffectClass::Idempotent,
            weakest: EffectClass::Idempotent,
            sinks: vec![sink("name", Touch::WriteArtifact, None)],
            field_trust: counted(&["/digest", "/size"]),
            ..action::<Put, Kept>("put", "Keeps a text as an artifact of the run.")
        };
        Self {
            spec: shared("artifact", || ToolSpec {
                name: "artifact".to_owned(),
                version: "1.0.0".to_owned(),
                summary: "Keeps the files that a run produces.".to_owned(),
                actions: vec![put],
            }),
            root,
        }
    }

    fn put(&self, run: &str, params: Put) -> Result<Artifact, ToolError> {
        let name = artifact_name(&params.name)?;
        let run = artifact_name(run)?;
        if run.components().count() != 1 {
            return Err(bad_argument("the run's id is not a plain name", "give the id of a run"));
        }
        let root = self.root()?;
        let bytes = params.content.as_bytes();
        Directory::open(&root)
            .and_then(|directory| directory.make(&run))
            .and_then(|directory| directory.write(&name, bytes))
            .map_err(BeneathError::into_storage)?;
        Ok(Artifact {
            path: root.join(run).join(&name),
            name: params.name,
            digest: Digest::of(bytes),
            size: bytes.len() as u64,
            media_type: params.media_type,
        })
    }

    fn root(&self) -> Result<PathBuf, ToolError> {
        std::fs::create_dir_all(&self.root)
            .and_then(|()| self.root.canonicalize())
            .map_err(|error| ToolError::Storage {
                message: format!("cannot use `{}` for artifacts: {error}", self.root.display()),
            })
    }
}

impl Tool for Artifacts {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn perform<'a>(&'a self, call: Call<'a>) -> Calling<'a> {
        Box::pin(async move {
            let artifact = self.put(&call.situation.run, arguments(call.args)?)?;
            Ok(output(artifact))
        })
    }
}

fn output(artifact: Artifact) -> Output {
    let kept = Kept {
        name: artifact.name.clone(),
        path: artifact.path.to_string_lossy().into_owned(),
        digest: artifact.digest.to_string(),
        size: artifact.size,
        media_type: artifact.media_type.clone(),
    };
    Output {
        value: json(&kept),
        artifacts: vec![artifact],
    }
}

/// A relative path of plain names: no `..`, nothing absolute, no control characters, no separators of other systems.
fn artifact_name(name: &str) -> Result<PathBuf, ToolError> {
    let path = Path::new(name);
    let plain = !name.is_empty()
        && name.len() <= 255
        && !name.ends_with('/')
        && !name
            .chars()
            .any(|character| character.is_control() || character == '\\')
        && path.components().all(|part| matches!(part, Component::Normal(_)));
    if plain {
        Ok(path.to_path_buf())
    } else {
        Err(bad_argument(
            format!("`{}` is not the name of an artifact", name.escape_debug()),
            "give a relative path such as `digest.md`",
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::contract::tests::assert_conforms;
    use super::*;

    fn put(name: &str, content: &str) -> Put {
        Put {
            name: name.into(),
            content: content.into(),
            media_type: "text/markdown".into(),
        }
    }

    #[test]
    fn an_artifact_lies_in_the_directory_of_its_run() {
        let place = tempfile::tempdir().unwrap();
        let tool = Artifacts::new(place.path().join("deep/artifacts"));
        let first = tool.put("run-1", put("notes/digest.md", "# Ω\n")).unwrap();
        assert!(first.path.ends_with("deep/artifacts/run-1/notes/digest.md"));
        assert_eq!(std::fs::read(&first.path).unwrap(), "# Ω\n".as_bytes());
        assert_eq!((first.size, first.digest), (5, Digest::of("# Ω\n".as_bytes())));
        assert_eq!(tool.put("run-1", put("notes/digest.md", "# Ω\n")).unwrap(), first);
        let output = output(first.clone());
        assert_conforms(&tool.spec, "put", &output.value);
        assert_eq!(output.artifacts, [first]);
    }

    #[test]
    fn a_name_never_leads_out_of_the_run() {
        let place = tempfile::tempdir().unwrap();
        let tool = Artifacts::new(place.path().join("artifacts"));
        for name in [
            "",
            "..",
            "../x",
            "/etc/x",
            "a/../../x",
            "a\0b",
            "a\nb",
            "a\\b",
            "a/",
            "./",
        ] {
            assert!(
                matches!(tool.put("r", put(name, "x")), Err(ToolError::BadArgument { .. })),
                "{name:?}"
            );
        }
        for run in ["", "..", "a/b", "/"] {
            assert!(tool.put(run, put("x", "x")).is_err(), "{run:?}");
        }
        tool.put("r", put("a", "x")).unwrap();
        symlink(place.path(), place.path().join("artifacts/r/link")).unwrap();
        assert!(matches!(
            tool.put("r", put("link/x", "x")),
            Err(ToolError::Storage { .. })
        ));
        assert!(!place.path().join("x").exists());
    }

    #[test]
    fn a_place_that_cannot_be_written_is_a_storage_error() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("file"), "").unwrap();
        let blocked = Artifacts::new(place.path().join("file/artifacts"));
        assert!(matches!(
            blocked.put("r", put("a", "x")),
            Err(ToolError::Storage { .. })
        ));
        // The kernel's own file system takes no files from anyone, not even from root.
        let kernel = Artifacts::new("/proc/self".into());
        assert!(matches!(kernel.put("r", put("a", "x")), Err(ToolError::Storage { .. })));
    }
}
