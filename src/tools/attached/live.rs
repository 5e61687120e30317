//! The connections to a server, one for each workspace, and how its tools stand to what was approved.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use tokio::sync::{Mutex, RwLock};

use super::super::ToolError;
use super::super::contract::failed;
use super::super::mcp::{self, Connection, Standing, compare};
use super::Attached;
use super::asked::Asked;
use super::start::{self, Behind, Reached};

/// How many connections of one server are kept: those of the workspaces that were worked in last.
const KEPT: usize = 8;

/// The connection for one workspace, where there is one; whoever makes it keeps others of the same workspace waiting.
pub(super) type Place = Mutex<Option<Arc<Live>>>;

/// A connection, and how its tools stand to what was approved.
pub(super) struct Live {
    pub(super) connection: Connection,
    pub(super) behind: Behind,
    pub(super) asked: Asked,
    /// A call that takes answers or a model along has the connection for itself, also from readings: nobody else's
    /// question takes them.
    pub(super) turn: RwLock<()>,
    /// Whether a call was given up, so that nobody knows what the server is still doing: it is not called again.
    pub(super) is_left: AtomicBool,
    /// Servers of the newest protocol tell of their tools only to those who listen.
    _watch: Option<mcp::Watch>,
    /// After how many of its news its tools were looked at, and what was found.
    seen: Mutex<(u64, BTreeMap<String, Standing>)>,
}

impl Attached {
    /// The connection for a workspace, made where there is none that holds.
    pub(super) async fn live(&self, workspace: &Path) -> Result<Arc<Live>, ToolError> {
        let place = self.place(workspace);
        let mut place = place.lock().await;
        let holds = |live: &&Arc<Live>| live.connection.ended().is_none() && !live.is_left.load(Ordering::Relaxed);
        if let Some(live) = place.as_ref().filter(holds) {
            return Ok(Arc::clone(live));
        }
        *place = None;
        let asked = Asked::default();
        let Reached { connection, behind } =
            start::connected(&self.name, &self.config, workspace, &self.wiring, &asked).await?;
        let watched = mcp::Watched {
            tools: true,
            ..mcp::Watched::default()
        };
        let live = Arc::new(Live {
            asked,
            turn: RwLock::default(),
            is_left: AtomicBool::new(false),
            _watch: match connection.is_of_the_newest() {
                true => connection.watch(&watched).await.ok(),
                false => None,
            },
            seen: Mutex::new((0, self.standings(&connection, &behind).await?)),
            connection,
            behind,
        });
        // What it asked while it was looked at, no call of a step is told of.
        drop((live.asked.take_open(), live.asked.take_unlent()));
        *place = Some(Arc::clone(&live));
        Ok(live)
    }

    fn place(&self, workspace: &Path) -> Arc<Place> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let known = places.iter().position(|(place, _)| place == workspace);
        let found = match known {
            Some(at) => places.remove(at),
            None => (workspace.to_owned(), Arc::default()),
        };
        if places.len() == KEPT {
            places.remove(0);
        }
        let place = Arc::clone(&found.1);
        places.push(found);
        place
    }

    async fn standings(
        &self,
        connection: &Connection,
        behind: &Behind,
    ) -> Result<BTreeMap<String, Standing>, ToolError> {
        let error = match connection.tools().await {
            Ok((listed, _)) => return Ok(compare(&self.pinned, &listed)),
            Err(error) => error,
        };
        let last = behind.last_words(&error).await;
        // Nothing was called yet, whatever became of this.
        Err(ToolError::Unavailable {
            message: format!(
                "the MCP server `{}` does not say what it offers: {error}{last}",
                self.name
            ),
            hint: self.tries(&error),
        })
    }

    /// Refuses a tool that is described differently from what was approved.
    pub(super) async fn check(&self, live: &Live, called: &mcp::Call) -> Result<(), ToolError> {
        let mut seen = live.seen.lock().await;
        let news = live.connection.tools_changed();
        if seen.0 != news {
            *seen = (news, self.standings(&live.connection, &live.behind).await?);
        }
        let what = match seen.1.get(&called.tool) {
            Some(Standing::Unchanged) => return Ok(()),
            Some(Standing::Changed(changes)) => {
                let parts: Vec<&str> = changes.iter().map(|change| change.name()).collect();
                format!("is described differently from what was approved ({})", parts.join(", "))
            }
            Some(Standing::New | Standing::Gone) | None => "is not there any more".to_owned(),
        };
        let message = format!(
            "`{}` of the MCP server `{}` {what}, so it is not called",
            called.action, self.name
        );
        let hint = format!("`somagent mcp approve {}` shows what changed and asks", self.name);
        Err(failed(message, hint))
    }
}

/// Says so where a call is dropped before its outcome is there.
pub(super) struct GivenUp<'a>(pub(super) Option<&'a AtomicBool>);

impl Drop for GivenUp<'_> {
    fn drop(&mut self) {
        if let Some(is_left) = self.0 {
            is_left.store(true, Ordering::Relaxed);
        }
    }
}
