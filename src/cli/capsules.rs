//! Finding capsules: built in, the user's own, or a file.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

use super::Context;
use super::failure::Failure;
use super::output::{harmless, talk};
use crate::capsule::starter::STARTERS;
use crate::capsule::{Capsule, Catalogue, Look, MAX_BYTES, Problem, Severity, report};
use crate::exit::Exit;
use crate::sight::amount::counted;
use crate::tools::attached::{Attachment, attached};
use crate::tools::toolbox::Toolbox;

/// Where a capsule comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is compiled in.
    BuiltIn,
    /// It is one of the user's own files.
    File(PathBuf),
}

/// What every build has: enough to read the record of a run, which brings the contracts of what was attached.
pub fn built_in() -> Catalogue {
    Catalogue {
        tools: Toolbox::contracts().to_vec(),
        ..Catalogue::default()
    }
}

/// Everything a capsule may use here, but for the capsules that it runs. Where nobody can tell what is attached, that is
/// said, and there is the rest.
pub fn catalogue(context: &Context) -> Catalogue {
    static TOLD: Once = Once::new();
    let mut catalogue = built_in();
    match attached(&context.home) {
        Ok(attached) => {
            let contracts = attached.iter().filter_map(Attachment::contract);
            catalogue.tools.extend(contracts.map(Arc::new));
            catalogue.unusable = attached.iter().filter_map(Attachment::unusable).collect();
        }
        Err(error) => TOLD.call_once(|| {
            talk(&format!(
                "warning: no MCP server is attached: {}\n",
                harmless(&error.to_string())
            ));
        }),
    }
    catalogue
}

/// Every capsule that can be named, by name; the user's own hide built-in ones.
pub fn all(context: &Context) -> Vec<(String, Origin)> {
    let mut found: std::collections::BTreeMap<String, Origin> = STARTERS
        .iter()
        .map(|(name, _)| ((*name).to_owned(), Origin::BuiltIn))
        .collect();
    // A home that is not set up has no capsules of its own.
    let own = std::fs::read_dir(context.home.capsules())
        .into_iter()
        .flatten()
        .flatten();
    for entry in own {
        let path = entry.path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
        if let Some(name) = name
            && is_capsule_file(&path)
        {
            found.insert(name, Origin::File(path));
        }
    }
    found.into_iter().collect()
}

/// `name.yaml`, and not `name.test.yaml`.
fn is_capsule_file(path: &Path) -> bool {
    let yaml = path.extension().is_some_and(|extension| extension == "yaml");
    yaml && !path
        .file_stem()
        .is_some_and(|stem| stem.to_string_lossy().ends_with(".test"))
}

/// A capsule's text and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The text.
    pub text: String,
    /// Its file; none for a built-in one and for standard input.
    pub file: Option<PathBuf>,
}

/// The capsule called `name`: a known name, else a file.
///
/// # Errors
/// There is no such capsule and no such file, or the file cannot be read.
pub fn locate(name: &str, context: &Context) -> Result<Located, Failure> {
    if let Some(found) = known(name, context) {
        return found;
    }
    let path = context.directory.join(name);
    let looks_like_a_file = name.contains('/') || name.contains('.');
    if path.is_file() && (looks_like_a_file || is_capsule_file(&path)) {
        return from_file(&path);
    }
    if path.is_dir() {
        return Err(Failure::new(
            Exit::NotFound,
            "no_such_capsule",
            format!("`{name}` is a directory, not a capsule"),
        )
        .hint("name the capsule first and the directory as an input: `somagent run repo_digest -p path=DIR`"));
    }
    let known = all(context);
    let nearest = known
        .iter()
        .map(|(known, _)| known)
        .filter(|known| strsim::damerau_levenshtein(known, name) <= 1 + known.len() / 4)
        .min_by_key(|known| strsim::damerau_levenshtein(known, name));
    let failure = Failure::new(
        Exit::NotFound,
        "no_such_capsule",
        format!("there is no capsule `{name}` and no such file"),
    );
    Err(match nearest {
        Some(nearest) => failure.hint(format!("did you mean `{nearest}`?")),
        None => failure.hint("`somagent capsule list` shows what there is"),
    })
}

/// The capsule that `name` names by itself: one of the user's own, else a built-in one; `None` when there is none.
pub fn known(name: &str, context: &Context) -> Option<Result<Located, Failure>> {
    match all(context).into_iter().find(|(known, _)| known == name)? {
        (_, Origin::BuiltIn) => {
            let (_, text) = STARTERS.iter().find(|(starter, _)| *starter == name)?;
            let text = (*text).to_owned();
            Some(Ok(Located { text, file: None }))
        }
        (_, Origin::File(path)) => Some(from_file(&path)),
    }
}

/// The capsule in a file.
///
/// # Errors
/// It cannot be read, is too large or no text.
pub fn from_file(path: &Path) -> Result<Located, Failure> {
    let text = read(path)?;
    let file = Some(path.to_owned());
    Ok(Located { text, file })
}

fn read(path: &Path) -> Result<String, Failure> {
    let fail = |error: std::io::Error| {
        Failure::new(
            Exit::NotFound,
            "unreadable_capsule",
            format!("cannot read `{}`: {error}", path.display()),
        )
        .hint("a capsule is a text file of at most 1 MiB")
    };
    let file = std::fs::File::open(path).map_err(fail)?;
    let bytes = bounded(file).map_err(fail)?;
    decode(&path.display().to_string(), bytes)
}

/// The capsule on standard input.
///
/// # Errors
/// It cannot be read, is too large or no text.
pub fn from_stdin() -> Result<String, Failure> {
    let bytes = bounded(std::io::stdin()).map_err(|error| {
        Failure::new(
            Exit::Usage,
            "unreadable_input",
            format!("cannot read standard input: {error}"),
        )
        .hint("`-` reads the capsule from a pipe or a file: `somagent run - < FILE`")
    })?;
    decode("standard input", bytes)
}

/// All of `source`, or one byte more than a capsule may have.
fn bounded(source: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn decode(name: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    let refused = |what: String| {
        Failure::new(Exit::InvalidCapsule, "invalid_capsule", format!("`{name}` {what}"))
            .hint("a capsule is a UTF-8 text of at most 1 MiB")
    };
    if bytes.len() > MAX_BYTES {
        return Err(refused(format!("has more than {MAX_BYTES} bytes")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        refused(format!("is not a text: byte {at} is not UTF-8"))
    })
}

/// Checks a capsule; all its problems come as one failure, drawn into its text.
///
/// # Errors
/// The capsule is not valid.
pub fn parse(name: &str, text: &str, catalogue: &Catalogue) -> Result<Capsule, Failure> {
    Capsule::parse(text, catalogue).map_err(|problems| refusal(name, text, &problems))
}

/// The problems of a capsule as one failure, drawn into its text.
pub fn refusal(name: &str, text: &str, problems: &[Problem]) -> Failure {
    let look = Look {
        colour: false,
        width: 100,
    };
    let drawn = report(name, text, problems, look);
    Failure::new(
        Exit::InvalidCapsule,
        "invalid_capsule",
        format!("the capsule has {}\n{drawn}", tally(problems)),
    )
    .hint("`somagent capsule explain CODE` says more about each")
}

/// How many problems there are of which kind: `1 error, 2 warnings`.
pub fn tally(problems: &[Problem]) -> String {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let errors = errors.count();
    let kinds = [(errors, "error"), (problems.len() - errors, "warning")];
    let kinds = kinds.into_iter().filter(|(count, _)| *count > 0);
    let kinds: Vec<String> = kinds.map(|(count, kind)| counted(count, kind)).collect();
    match kinds.is_empty() {
        true => "no problems".to_owned(),
        false => kinds.join(", "),
    }
}
