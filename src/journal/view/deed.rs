//! The view of deeds: how often actions of each name were begun, and what people said when they were asked.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, params};

/// How often something was done, and agreed to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deeds {
    /// Times that it was begun.
    pub begun: u32,
    /// Times that a person approved it.
    pub approved: u32,
    /// Times that a person refused it.
    pub refused: u32,
}

/// What a run adds, by the name of the action.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<String, Deeds>);

impl Tally {
    /// An effect began.
    pub fn begun(&mut self, action: Option<&str>) {
        if let Some(action) = action {
            self.0.entry(action.to_owned()).or_default().begun += 1;
        }
    }

    /// A person answered whether it may happen.
    pub fn answered(&mut self, action: Option<&str>, is_yes: bool) {
        let Some(action) = action else { return };
        let deeds = self.0.entry(action.to_owned()).or_default();
        if is_yes {
            deeds.approved += 1;
        } else {
            deeds.refused += 1;
        }
    }

    /// Adds it to what is there.
    pub fn save(&self, connection: &Connection) -> rusqlite::Result<()> {
        for (action, deeds) in &self.0 {
            connection
                .prepare_cached(
                    "INSERT INTO deeds (action, begun, approved, refused) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (action) DO UPDATE
                     SET begun = begun + ?2, approved = approved + ?3, refused = refused + ?4",
                )?
                .execute(params![action, deeds.begun, deeds.approved, deeds.refused])?;
        }
        Ok(())
    }
}

pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "CREATE TABLE deeds (
            action   TEXT    PRIMARY KEY,
            begun    INTEGER NOT NULL,
            approved INTEGER NOT NULL,
            refused  INTEGER NOT NULL
         ) STRICT, WITHOUT ROWID;",
    )
}

/// What was done under this name.
pub(in crate::journal) fn of(connection: &Connection, action: &str) -> rusqlite::Result<Deeds> {
    // A number that does not fit was never counted here; what is more than that is as familiar as that.
    let count = |row: &rusqlite::Row<'_>, index| row.get::<_, i64>(index).map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    let deeds = connection
        .prepare_cached("SELECT begun, approved, refused FROM deeds WHERE action = ?1")?
        .query_row([action], |row| {
            Ok(Deeds {
                begun: count(row, 0)?,
                approved: count(row, 1)?,
                refused: count(row, 2)?,
            })
        })
        .optional()?;
    Ok(deeds.unwrap_or_default())
}
