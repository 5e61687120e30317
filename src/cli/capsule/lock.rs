//! `somagent capsule lock`, and the comparison with a lock before a run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, callable, capsules, engine, replace};
use crate::capsule::lock::{Difference, Lock, Pinned, PinnedLaw, PinnedModel};
use crate::capsule::{Capsule, Catalogue};
use crate::engine::house::{self, House};
use crate::exit::Exit;
use crate::models::head::{Shelf, ShelfError};

/// The largest lock file, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// Pin a capsule to what it means now
///
/// Writes NAME.lock beside the file: the digests of the capsule, of the tool contracts and capsules that it uses, of
/// the model when a step asks one, of the heads that steps choose by, and of the constitution in force. `somagent run` compares a lock that lies beside
/// the file before anything happens.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file, or the name of one of your own capsules
    capsule: String,
    /// Compare with the lock that is there, and write nothing
    #[arg(long)]
    check: bool,
}

/// Runs the command.
///
/// # Errors
/// The capsule is not valid or no file, or it is not as it was locked.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let located = capsules::locate(&args.capsule, context)?;
    let (capsule, catalogue) = callable::checked(&args.capsule, &located, context)?;
    let Some(file) = located.file else {
        let message = format!("`{}` is built in: it changes only with somagent itself", args.capsule);
        return Err(Failure::new(Exit::Usage, "no_file", message)
            .hint("`somagent capsule new NAME --from` makes a file of it, which can be locked"));
    };
    let path = beside(&file);
    if args.check {
        let lock = read(&path)?.ok_or_else(|| {
            Failure::new(Exit::NotFound, "no_lock", format!("there is no `{}`", path.display()))
                .hint(format!("`somagent capsule lock {}` writes it", args.capsule))
        })?;
        compare(&path, &lock, &here(&capsule, &catalogue, context)?)?;
        output.say(&format!("{} holds", path.display()));
        return Ok(Exit::Succeeded);
    }
    let shelf = shelf(context);
    for head in Lock::heads_of(&capsule, &catalogue) {
        shelf.find(&head)?;
    }
    let lock = here(&capsule, &catalogue, context)?;
    let text = lock.to_text().map_err(|error| {
        Failure::new(
            Exit::Internal,
            "internal",
            format!("the lock cannot be written: {error}"),
        )
    })?;
    replace::replace(&path, &text)?;
    match output.format() {
        Format::Table => output.line(&path.display().to_string())?,
        Format::Json | Format::Jsonl => output.json(&json!({"path": path, "lock": lock}))?,
    }
    Ok(Exit::Succeeded)
}

/// Compares `capsule`, which was read from `file`, with the lock beside it, if there is one.
///
/// # Errors
/// It is not as it was locked, or the lock cannot be read: then nothing may run.
pub fn verify(file: &Path, capsule: &Capsule, catalogue: &Catalogue, context: &Context) -> Result<(), Failure> {
    let path = beside(file);
    match read(&path)? {
        Some(lock) => compare(&path, &lock, &here(capsule, catalogue, context)?),
        None => Ok(()),
    }
}

/// `name.lock` for `name.yaml`.
fn beside(file: &Path) -> PathBuf {
    file.with_extension("lock")
}

fn here(capsule: &Capsule, catalogue: &Catalogue, context: &Context) -> Result<Lock, Failure> {
    let model = engine::default_model(context)?;
    let model = PinnedModel {
        name: model.name,
        sha256: model.weights.sha256.to_string(),
    };
    let heads = heads(Lock::heads_of(capsule, catalogue), context)?;
    Ok(Lock::of(capsule, catalogue, Some(model), heads, constitution(context)?))
}

fn shelf(context: &Context) -> Shelf {
    Shelf::at(context.home.heads(), context.home.signing_key())
}

/// The heads of these names as they are now; one that is not here is left out.
///
/// # Errors
/// One is refused, or cannot be read.
fn heads(names: BTreeSet<String>, context: &Context) -> Result<BTreeMap<String, Pinned>, Failure> {
    let shelf = shelf(context);
    let mut heads = BTreeMap::new();
    for name in names {
        let head = match shelf.find(&name) {
            Ok(held) => held.head,
            Err(ShelfError::NoSuchHead { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        let pinned = Pinned {
            version: head.version().to_string(),
            sha3_512: head.digest(),
        };
        heads.insert(name, pinned);
    }
    Ok(heads)
}

/// What the store recorded as being in force; nothing before it is set up.
fn constitution(context: &Context) -> Result<Option<PinnedLaw>, Failure> {
    let Some(reader) = engine::reader(context)? else {
        return Ok(None);
    };
    let house = House::replay(&reader.events(&house::stream(), 0, usize::MAX)?)?;
    Ok(house.active.map(|active| PinnedLaw {
        version: active.version,
        sha3_512: active.digest,
    }))
}

fn read(path: &Path) -> Result<Option<Lock>, Failure> {
    let unreadable = |what: String| {
        Failure::new(
            Exit::InvalidCapsule,
            "invalid_lock",
            format!("`{}`: {what}", path.display()),
        )
        .hint("`somagent capsule lock` writes it anew, after you have read what the capsule does")
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let mut text = String::new();
    file.take(MAX_BYTES)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(error.to_string()))?;
    Lock::parse(&text)
        .map(Some)
        .map_err(|error| unreadable(error.to_string()))
}

fn compare(path: &Path, lock: &Lock, found: &Lock) -> Result<(), Failure> {
    let differences = lock.differences(found);
    if differences.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = differences.iter().map(line).collect();
    let message = format!("not as it was locked in `{}`:\n{}", path.display(), lines.join("\n"));
    Err(Failure::new(Exit::InvalidCapsule, "lock_mismatch", message)
        .hint("nothing was done; when the changes are wanted, `somagent capsule lock` locks what is here"))
}

fn line(difference: &Difference) -> String {
    let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
    format!(
        "  {}: locked {}, found {}; {}",
        difference.what,
        shown(&difference.locked),
        shown(&difference.found),
        difference.help
    )
}
