//! Opening the engine for a command: first use, the model, the store.

use std::collections::BTreeSet;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::failure::Failure;
use super::mode::variable;
use super::output::Output;
use super::{Context, KILL_AT};
use crate::engine::fact::ModelPin;
use crate::engine::setup::{self, Founding, SetupNotice};
use crate::engine::{Engine, Options, now_ms, open as engine_open, start};
use crate::exit::Exit;
use crate::journal::Reader;
use crate::models::catalogue::{Catalogue, Entry};
use crate::models::head::{Head, Shelf};
use crate::models::store::{PulledModel, Store};
use crate::models::{Hub, Phase, Progress};
use crate::net::Net;
use crate::policy::mode::KillPoints;

/// Makes sure that the store is founded, and says what that took.
///
/// # Errors
/// Something could not be made.
pub async fn set_up(context: &Context, output: &Output) -> Result<(), Failure> {
    let mut say = |notice: SetupNotice| output.say(&setup_text(&notice));
    setup::ensure(&context.home, &context.actor, &mut say).await?;
    Ok(())
}

/// Founds the store for several people, and says what that took.
///
/// # Errors
/// It is founded already, too few have signed, or something could not be made.
pub async fn found(context: &Context, output: &Output, founding: &Founding) -> Result<(), Failure> {
    let mut say = |notice: SetupNotice| output.say(&setup_text(&notice));
    setup::found(&context.home, &context.actor, founding, &mut say).await?;
    Ok(())
}

fn setup_text(notice: &SetupNotice) -> String {
    match notice {
        SetupNotice::Directories { data } => format!("set up    {}", data.display()),
        SetupNotice::Key { path, public } => format!("key       {}  {public}", path.display()),
        SetupNotice::Constitution { path, version } => {
            format!("law       {}  version {version}, signed", path.display())
        }
        SetupNotice::Store { path } => format!("store     {}", path.display()),
    }
}

/// The models that are known here: those of this build, of the user's own list, and what came by path.
///
/// # Errors
/// The user's list cannot be used.
pub fn models(context: &Context) -> Result<Catalogue, Failure> {
    let catalogue = Catalogue::built_in()?.with_own(&context.home.model_list())?;
    Ok(catalogue.with_store(Store::at(context.home.models()).entries()))
}

/// A size as people compare it.
pub fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / 1_000_000)
}

/// The default language model.
///
/// # Errors
/// As for [`models`].
pub fn default_model(context: &Context) -> Result<Entry, Failure> {
    models(context)?
        .entries()
        .first()
        .cloned()
        .ok_or_else(|| Failure::new(Exit::Internal, "internal", "the catalogue of models is empty"))
}

/// Makes sure that a model is here.
///
/// # Errors
/// It is damaged, no source gave it, or it cannot be stored.
pub async fn pull_model(context: &Context, output: &Output, entry: &Entry) -> Result<(), Failure> {
    // It was whole once; whoever cut it should hear of it before it is replaced.
    if let Some(path) = Store::at(context.home.models()).cut_short(entry) {
        let message = format!(
            "the model `{}` is damaged: it has another length than was published",
            path.display()
        );
        return Err(
            Failure::new(Exit::Storage, "model_damaged", message).hint("`somagent model pull` fetches it again")
        );
    }
    pull(context, output, entry).await?;
    Ok(())
}

/// Makes sure that the model which gives vectors to heads is here.
///
/// # Errors
/// As for [`pull_model`].
pub async fn pull_embedding(context: &Context, output: &Output) -> Result<(), Failure> {
    let entry = crate::engine::embedding().map_err(|message| Failure::new(Exit::Internal, "internal", message))?;
    pull_model(context, output, &entry).await
}

/// The language model that `head` was trained with, if it was: it is known here, and made sure of.
///
/// # Errors
/// It is not known here, no source gives it, or it cannot be stored.
pub async fn adviser(head: &Head, context: &Context, output: &Output) -> Result<Option<Entry>, Failure> {
    let Some(language) = head.language() else {
        return Ok(None);
    };
    let known = models(context)?.by_digest(language.sha256).cloned();
    let entry = known.ok_or_else(|| head.without_language())?;
    match pull_model(context, output, &entry).await {
        Ok(()) => Ok(Some(entry)),
        Err(failure) => Err(Failure {
            message: format!("{}: {}", head.without_language(), failure.message),
            ..failure
        }),
    }
}

/// Makes sure that what the heads called `names` were trained with is here.
///
/// # Errors
/// As for [`adviser`].
pub async fn pull_advisers(context: &Context, output: &Output, names: &BTreeSet<&str>) -> Result<(), Failure> {
    let shelf = Shelf::at(context.home.heads(), context.home.signing_key());
    for name in names {
        // One that is not there is told of where the run begins.
        if let Ok(held) = shelf.find(name) {
            adviser(&held.head, context, output).await?;
        }
    }
    Ok(())
}

/// Pulls `entry` with a progress bar on a terminal and plain lines elsewhere.
///
/// # Errors
/// No source gave it, or it cannot be stored.
pub async fn pull(context: &Context, output: &Output, entry: &Entry) -> Result<PulledModel, Failure> {
    let store = Store::at(context.home.models());
    if let Some(found) = store.find(entry) {
        return Ok(found);
    }
    let mut bar = Bar::new(output, &entry.name);
    let pulled = store
        .pull(entry, &Hub::from_env(), &Net::new(context.offline), &mut |progress| {
            bar.show(&progress)
        })
        .await;
    bar.done();
    let pulled = pulled?;
    output.say(&format!(
        "model     {}  sha256 {} checked",
        pulled.path.display(),
        short(&entry.weights.sha256.to_string())
    ));
    Ok(pulled)
}

/// A long digest as people compare it.
pub fn short(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}

/// Every so many per cent, somebody who listens is told how far it is.
const TOLD_PER_CENT: u64 = 10;

/// Progress on a terminal is drawn in place; elsewhere each phase is one line, with how far it is for those who
/// listen.
pub struct Bar<'a> {
    bar: ProgressBar,
    phase: Option<String>,
    /// The tenths that were told of this phase.
    told: u64,
    output: &'a Output,
    name: String,
}

impl<'a> Bar<'a> {
    /// A bar for `name`; nothing is drawn before the first progress.
    pub fn new(output: &'a Output, name: &str) -> Self {
        let target = if output.draws() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) =
            ProgressStyle::with_template("{msg}  {wide_bar}  {bytes}/{total_bytes}  {bytes_per_sec}  {eta}")
        {
            bar.set_style(style);
        }
        Self {
            bar,
            phase: None,
            told: 0,
            output,
            name: name.to_owned(),
        }
    }

    /// Shows how far it is.
    pub fn show(&mut self, progress: &Progress) {
        let phase = phase_text(progress.phase).to_owned();
        if self.phase.as_ref() != Some(&phase) {
            if !self.output.draws() {
                self.output.say(&format!("model     {}  {phase}", self.name));
            }
            self.bar.set_message(format!("{}  {phase}", self.name));
            self.phase = Some(phase);
            self.told = 0;
        }
        if let Some(total) = progress.total {
            self.bar.set_length(total);
            self.tell(progress.done, total);
        }
        self.bar.set_position(progress.done);
    }

    /// Tells whoever listens when another tenth is done.
    fn tell(&mut self, done: u64, total: u64) {
        let tenth = per_cent(done, total) / TOLD_PER_CENT;
        if self.output.is_spoken() && tenth > self.told {
            self.told = tenth;
            self.output
                .say(&format!("model     {}  {} per cent", self.name, tenth * TOLD_PER_CENT));
        }
    }

    /// Takes the bar away.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Bar<'_> {
    /// Whoever stops what it shows leaves no bar behind.
    fn drop(&mut self) {
        self.done();
    }
}

/// Opens the engine of a store that is founded, and says which variables ask in vain for a looser mode.
///
/// # Errors
/// Key, store or constitution do not hold, or the mode refuses what a variable asks for.
pub fn open(context: &Context, output: &Output) -> Result<Engine, Failure> {
    open_with(context, output, default_model(context)?, None)
}

/// The same for going on with `run`: its models are those that it is pinned to, when they are known here.
///
/// # Errors
/// As for [`open`].
pub fn open_for(context: &Context, output: &Output, run: &str) -> Result<Engine, Failure> {
    let engine = open(context, output)?;
    // A record that cannot be used is told of by whoever takes the run over.
    let Ok(loaded) = start::load(&engine.journal().reader()?, engine.catalogue(), run) else {
        return Ok(engine);
    };
    let catalogue = models(context)?;
    let known = |pin: Option<&ModelPin>| {
        let mut entries = catalogue.entries().iter();
        let is_it = |entry: &&Entry| pin.is_some_and(|pin| is_pinned(entry, pin));
        entries.find(is_it).cloned()
    };
    let engine = match known(loaded.started().model.as_ref()) {
        Some(entry) if entry != *engine.model_entry() => engine.thinking_with(entry),
        Some(_) | None => engine,
    };
    Ok(match known(loaded.started().escalate.as_ref()) {
        Some(entry) => engine.escalating_to(entry),
        None => engine,
    })
}

fn is_pinned(entry: &Entry, pin: &ModelPin) -> bool {
    entry.name == pin.name && entry.weights.sha256.to_string() == pin.sha256
}

/// The same with `model`, and `escalate` for where a step is not sure enough.
///
/// # Errors
/// As for [`open`].
pub fn open_with(context: &Context, output: &Output, model: Entry, escalate: Option<Entry>) -> Result<Engine, Failure> {
    let options = Options {
        actor: context.actor.clone(),
        offline: context.offline,
        model,
        escalate,
    };
    let (asked, is_debug) = (variable::asked(&context.asked), variable::is_debug(&context.asked));
    let engine = Engine::open(&context.home, options)?.asked(asked, is_debug);
    let (posture, now) = (engine.posture(), now_ms());
    for remark in context.asked.iter().filter_map(|one| one.remark(&posture, now)) {
        output.say(&remark);
    }
    let mode = engine.in_force();
    if engine.is_debug() {
        output.say(&format!("mode      {mode} is in force, and says more"));
    }
    if context.failpoint.is_armed() && mode.terms().kill_points == KillPoints::Refused {
        let message = format!("{KILL_AT} is set, and the mode `{mode}` does not let it end the process");
        return Err(Failure::new(Exit::Denied, "kill_point_refused", message).hint(format!("unset {KILL_AT}")));
    }
    Ok(engine.armed(context.failpoint.clone()))
}

/// The journal for reading, when there is one.
///
/// # Errors
/// It is there and cannot be read.
pub fn reader(context: &Context) -> Result<Option<Reader>, Failure> {
    if !context.home.database().exists() {
        return Ok(None);
    }
    Ok(Some(Reader::open(&engine_open::place(&context.home))?))
}

/// How much of `total` is done; nothing of nothing is all of it.
fn per_cent(done: u64, total: u64) -> u64 {
    done.saturating_mul(100).checked_div(total).unwrap_or(100).min(100)
}

fn phase_text(phase: Phase) -> &'static str {
    match phase {
        Phase::Waiting => "waits for another process that pulls it",
        Phase::Downloading => "downloading",
        Phase::Installing => "downloading its package",
        Phase::Checking => "checking the file",
        Phase::Unpacking => "unpacking",
        Phase::Converting => "converting to a faster format, once",
    }
}
