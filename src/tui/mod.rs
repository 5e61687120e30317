//! The dashboard: a face that shows the store and acts through command lines.
//!
//! ```text
//!  keys, mouse ─┐                                   ┌─► draw(&App, &mut Frame)
//!  the journal ─┼─► Msg ─► update(&mut App) ─► Acts ┼─► command lines of this very program
//!  their ends  ─┘                                   └─► what to watch, copy, edit
//! ```
//!
//! For people who listen instead of looking, the same state is said in lines (`flat`) instead of drawn.
//!
//! It holds no truth and appends nothing: whatever changes something is a command line that a person
//! could type, run in a process of its own, so that killing the dashboard changes nothing. No IO in
//! `update`; keys become intents only in `keymap`; drawing happens only when something changed.

mod act;
mod app;
mod desk;
mod detail;
mod edge;
mod flat;
mod frame;
mod keymap;
mod list;
mod live;
mod overlay;
mod process;
mod screen;
mod terminal;
#[cfg(test)]
mod tests;
mod theme;
mod values;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;

pub use edge::{TuiError, run};
pub use theme::Palette;

use crate::capsule::Catalogue;
use crate::config::Home;

/// What the dashboard is started with.
#[derive(Debug, Clone)]
pub struct Start {
    /// Where the store lies.
    pub home: Home,
    /// What capsules are checked against when their runs are read.
    pub catalogue: Arc<Catalogue>,
    /// This very program, which every action is run with.
    pub program: PathBuf,
    /// Where runs are started.
    pub directory: PathBuf,
    /// The colours; none when nobody wants any.
    pub palette: Palette,
    /// Whether every connection is refused.
    pub offline: bool,
    /// Whether it is a conversation in lines, for people who do not look at a picture.
    pub is_spoken: bool,
}
