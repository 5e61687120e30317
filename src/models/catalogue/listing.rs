//! The format of lists of models: read with the line of what is wrong, and written.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{Cache, Catalogue, Entry, Kind, ModelFile, Origin, Sha256, Source, Standing};

/// What is wrong, and on which line.
pub(super) type Wrong = (usize, String);

/// Why a model that only the user lists is not verified.
const OWN: &str = "its output was not compared with a reference here";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default, rename = "model")]
    models: Vec<Spanned<Model>>,
    /// More places for models that are listed elsewhere.
    #[serde(default, rename = "source")]
    sources: Vec<Spanned<MoreSource>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    name: String,
    kind: Kind,
    summary: String,
    architecture: String,
    parameters: u64,
    quantisation: String,
    context: u32,
    licence: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    layers: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_width: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standing: Option<Word>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    because: Option<String>,
    #[serde(rename = "file")]
    files: Vec<ListedFile>,
    #[serde(default, rename = "source", skip_serializing_if = "Vec::is_empty")]
    sources: Vec<SharedSource>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Verified,
    Unverified,
    Refused,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedFile {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    sha256: Sha256,
    #[serde(default, rename = "source", skip_serializing_if = "Vec::is_empty")]
    sources: Vec<OneSource>,
}

/// A place of one file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum OneSource {
    Hub {
        repository: String,
        revision: String,
        file: String,
        #[serde(default)]
        verified: bool,
    },
    Python {
        package: String,
        version: String,
        member: String,
    },
}

/// A place of every file of a model, each under its own name.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum SharedSource {
    Hub {
        repository: String,
        revision: String,
        #[serde(default)]
        folder: String,
        #[serde(default)]
        verified: bool,
    },
    Python {
        package: String,
        version: String,
        #[serde(default)]
        folder: String,
    },
}

/// A place of every file of a model that is listed elsewhere.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum MoreSource {
    Hub {
        model: String,
        repository: String,
        revision: String,
        #[serde(default)]
        folder: String,
    },
    Python {
        model: String,
        package: String,
        version: String,
        #[serde(default)]
        folder: String,
    },
}

impl Catalogue {
    /// Adds what `text` lists.
    pub(super) fn add(&mut self, text: &str, origin: Origin) -> Result<(), Wrong> {
        let line_at = |offset: usize| 1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
        let list: List = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_at(span.start));
            (line, error.message().to_owned())
        })?;
        for model in list.models {
            let line = line_at(model.span().start);
            let entry = entry(model.into_inner(), origin).map_err(|why| (line, why))?;
            self.refuse_another_meaning(&entry).map_err(|why| (line, why))?;
            self.entries.push(entry);
        }
        for source in list.sources {
            let line = line_at(source.span().start);
            self.add_source(source.into_inner()).map_err(|why| (line, why))?;
        }
        Ok(())
    }

    /// A name means one file, and a file has one standing.
    fn refuse_another_meaning(&self, entry: &Entry) -> Result<(), String> {
        if self.find(&entry.name).is_some() {
            let name = &entry.name;
            return Err(format!(
                "there is a model `{name}` already: choose another name, or give it more places in a `[[source]]`"
            ));
        }
        match self.by_digest(entry.weights.sha256) {
            Some(known) => Err(format!(
                "`{}` has the file of the model `{}`, which is listed already",
                entry.name, known.name
            )),
            None => Ok(()),
        }
    }

    /// What somebody added is tried before what was there.
    fn add_source(&mut self, source: MoreSource) -> Result<(), String> {
        let (model, shared) = match source {
            MoreSource::Hub {
                model,
                repository,
                revision,
                folder,
            } => {
                let verified = false;
                let shared = SharedSource::Hub {
                    repository,
                    revision,
                    folder,
                    verified,
                };
                (model, shared)
            }
            MoreSource::Python {
                model,
                package,
                version,
                folder,
            } => {
                let shared = SharedSource::Python {
                    package,
                    version,
                    folder,
                };
                (model, shared)
            }
        };
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.name == model) else {
            return Err(format!("there is no model `{model}` to give a source to"));
        };
        for file in std::iter::once(&mut entry.weights).chain(&mut entry.beside) {
            let source = shared.of(&file.name);
            file.sources.insert(0, source);
        }
        Ok(())
    }
}

impl SharedSource {
    /// The place of the file called `name`.
    fn of(&self, name: &str) -> Source {
        let within = |folder: &str| match folder.trim_end_matches('/') {
            "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        };
        match self {
            Self::Hub {
                repository,
                revision,
                folder,
                verified,
            } => Source::Hub {
                repository: repository.clone(),
                revision: revision.clone(),
                file: within(folder),
                verified: *verified,
            },
            Self::Python {
                package,
                version,
                folder,
            } => Source::Python {
                package: package.clone(),
                version: version.clone(),
                member: within(folder),
            },
        }
    }
}

impl From<OneSource> for Source {
    fn from(source: OneSource) -> Self {
        match source {
            OneSource::Hub {
                repository,
                revision,
                file,
                verified,
            } => Self::Hub {
                repository,
                revision,
                file,
                verified,
            },
            OneSource::Python {
                package,
                version,
                member,
            } => Self::Python {
                package,
                version,
                member,
            },
        }
    }
}

fn entry(model: Model, origin: Origin) -> Result<Entry, String> {
    check_name(&model.name)?;
    let standing = standing(model.standing, model.because, origin)?;
    let cache = match (model.layers, model.key_width) {
        (Some(layers), Some(key_width)) => Some(Cache { layers, key_width }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err("`layers` and `key_width` belong together".to_owned()),
    };
    if model.context == 0 {
        return Err("`context` is 0".to_owned());
    }
    let shared = model.sources;
    let mut files = Vec::new();
    for file in model.files {
        check_file_name(&file.name)?;
        if files.iter().any(|known: &ModelFile| known.name == file.name) {
            return Err(format!("the file `{}` is listed twice", file.name));
        }
        if file.size == Some(0) {
            return Err(format!("the size of `{}` is 0", file.name));
        }
        let own = file.sources.into_iter().map(Source::from);
        files.push(ModelFile {
            sources: own.chain(shared.iter().map(|source| source.of(&file.name))).collect(),
            name: file.name,
            size: file.size,
            sha256: file.sha256,
        });
    }
    let mut files = files.into_iter();
    let Some(weights) = files.next() else {
        return Err(format!(
            "`{}` has no file: give it a `[[model.file]]` with a digest",
            model.name
        ));
    };
    let beside: Vec<ModelFile> = files.collect();
    match model.kind {
        Kind::Language if !beside.is_empty() => {
            return Err("a language model is one GGUF file".to_owned());
        }
        Kind::Language | Kind::Embedding => {}
    }
    Ok(Entry {
        name: model.name,
        kind: model.kind,
        summary: model.summary,
        architecture: model.architecture,
        parameters: model.parameters,
        quantisation: model.quantisation,
        context: model.context,
        licence: model.licence,
        cache,
        standing,
        origin,
        weights,
        beside,
    })
}

/// Only this build says of a model that it is verified.
fn standing(word: Option<Word>, because: Option<String>, origin: Origin) -> Result<Standing, String> {
    match (word, because, origin) {
        (Some(Word::Verified), None, Origin::BuiltIn) => Ok(Standing::Verified),
        (Some(Word::Verified), Some(_), Origin::BuiltIn) => Err("what is verified needs no `because`".to_owned()),
        (Some(Word::Verified), _, Origin::Own | Origin::Store) => {
            Err("only the catalogue of a build lists models as verified; leave `standing` out".to_owned())
        }
        (Some(Word::Unverified), Some(because), _) => Ok(Standing::Unverified { because }),
        (Some(Word::Refused), Some(because), _) => Ok(Standing::Refused { because }),
        (Some(Word::Unverified | Word::Refused), None, _) => Err("a `standing` of this kind says `because`".to_owned()),
        (None, because, Origin::Own | Origin::Store) => Ok(Standing::Unverified {
            because: because.unwrap_or_else(|| OWN.to_owned()),
        }),
        (None, _, Origin::BuiltIn) => Err("it has no `standing`".to_owned()),
    }
}

/// A name that is no path and no option.
fn check_name(name: &str) -> Result<(), String> {
    let is_plain = name
        .chars()
        .all(|char| char.is_ascii_alphanumeric() || "-_.".contains(char));
    let starts_well = name.starts_with(|char: char| char.is_ascii_alphanumeric());
    if is_plain && starts_well && !name.ends_with(".gguf") {
        return Ok(());
    }
    Err(format!(
        "`{name}` is no name of a model: letters, digits, `-`, `_` and `.` are, and `.gguf` is no end of it"
    ))
}

/// One path component, and none that the store uses itself.
fn check_file_name(name: &str) -> Result<(), String> {
    let is_plain = !name.is_empty() && !name.contains(['/', '\\', '\0']) && name != "." && name != "..";
    if is_plain && !name.starts_with("derived-") && name != super::super::store::ENTRY {
        return Ok(());
    }
    Err(format!("`{name}` cannot be the name of a model's file"))
}

/// A list of one model, as the store keeps it: without sources.
///
/// # Errors
/// It cannot be written as TOML.
pub(in crate::models) fn write(entry: &Entry) -> Result<String, toml::ser::Error> {
    #[derive(Serialize)]
    struct Written {
        model: [Model; 1],
    }
    let (standing, because) = match &entry.standing {
        Standing::Verified => (None, None),
        Standing::Unverified { because } => (Some(Word::Unverified), Some(because.clone())),
        Standing::Refused { because } => (Some(Word::Refused), Some(because.clone())),
    };
    let files = entry.files().map(|file| ListedFile {
        name: file.name.clone(),
        size: file.size,
        sha256: file.sha256,
        sources: Vec::new(),
    });
    toml::to_string(&Written {
        model: [Model {
            name: entry.name.clone(),
            kind: entry.kind,
            summary: entry.summary.clone(),
            architecture: entry.architecture.clone(),
            parameters: entry.parameters,
            quantisation: entry.quantisation.clone(),
            context: entry.context,
            licence: entry.licence.clone(),
            layers: entry.cache.map(|cache| cache.layers),
            key_width: entry.cache.map(|cache| cache.key_width),
            standing,
            because,
            files: files.collect(),
            sources: Vec::new(),
        }],
    })
}
