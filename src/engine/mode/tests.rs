//! The mode by commands and facts: what is recorded, elevated, refused and over.

use super::*;
use crate::policy::Mode;

const MINUTE: u64 = 60_000;

/// What is recorded, and the facts that made it.
#[derive(Default)]
struct Table {
    posture: Posture,
    now: i64,
}

impl Table {
    fn at(mode: Mode) -> Self {
        let mut table = Self::default();
        table.command(&set(mode, Confirmed::Typed)).unwrap();
        table
    }

    fn command(&mut self, command: &ModeCommand) -> Result<Vec<ModeFact>, ModeError> {
        let facts = decide(&self.posture, command, self.now)?;
        for fact in &facts {
            self.posture.apply(fact.clone(), self.posture.run_seq() + 1, self.now);
        }
        Ok(facts)
    }

    fn in_force(&self) -> String {
        self.posture.in_force(self.now, &InForce::default()).to_string()
    }
}

fn setting(mode: Mode) -> Setting {
    Setting { mode, is_debug: false }
}

fn set(to: Mode, confirmed: Confirmed) -> ModeCommand {
    ModeCommand::Set {
        to: setting(to),
        by: "user:ann".to_owned(),
        reason: "others use it".to_owned(),
        confirmed,
    }
}

fn elevate(to: Mode, for_ms: u64) -> ModeCommand {
    ModeCommand::Elevate {
        to: setting(to),
        for_ms,
        by: "user:ann".to_owned(),
        reason: "the pump is broken".to_owned(),
        asked: InForce::default(),
    }
}

fn why(facts: &[ModeFact]) -> Vec<Option<Why>> {
    let why = |fact: &ModeFact| match fact {
        ModeFact::Ended(ended) => Some(ended.why),
        ModeFact::Changed(_) | ModeFact::Began(_) => None,
    };
    facts.iter().map(why).collect()
}

#[test]
fn a_store_begins_as_a_developers() {
    let table = Table::default();
    assert_eq!(table.in_force(), "developer");
    assert_eq!(
        (table.posture.recorded(), table.posture.changed()),
        (Setting::default(), None)
    );
}

#[test]
fn a_stricter_mode_needs_a_reason_and_a_looser_one_needs_to_be_meant() {
    for from in Mode::ALL {
        for to in Mode::ALL {
            for confirmed in [Confirmed::No, Confirmed::Flag, Confirmed::Typed] {
                let mut table = Table::at(from);
                let asked = table.command(&set(to, confirmed));
                let is_looser = to.terms().is_looser_than(from.terms());
                let is_refused = is_looser && confirmed < from.terms().loosening;
                assert_eq!(asked.is_err(), is_refused, "{from:?} {to:?} {confirmed:?}: {asked:?}");
                let expected = if is_refused { from } else { to };
                assert_eq!(table.posture.recorded(), setting(expected));
            }
        }
    }
    let mut table = Table::default();
    let without = ModeCommand::Set {
        to: setting(Mode::Production),
        by: "user:ann".to_owned(),
        reason: " \n".to_owned(),
        confirmed: Confirmed::Typed,
    };
    assert_eq!(table.command(&without), Err(ModeError::NoReason));
}

#[test]
fn attack_12_an_elevation_without_a_reason_or_for_too_long_is_refused() {
    for mode in [Mode::Training, Mode::Test, Mode::Production, Mode::ProductionEnterprise] {
        let most_ms = mode.terms().elevation_ms;
        let too_long = ModeError::TooLong {
            mode: mode.into(),
            most_ms,
        };
        let mut table = Table::at(mode);
        assert_eq!(table.command(&elevate(Mode::Developer, most_ms + 1)), Err(too_long));
        assert_eq!(table.command(&elevate(Mode::Developer, 0)), Err(ModeError::NoTime));
        let ModeCommand::Elevate {
            to, for_ms, by, asked, ..
        } = elevate(Mode::Developer, 1)
        else {
            unreachable!("it is one")
        };
        let without = ModeCommand::Elevate {
            to,
            for_ms,
            by,
            reason: "\t ".to_owned(),
            asked,
        };
        assert_eq!(table.command(&without), Err(ModeError::NoReason));
        assert_eq!(table.in_force(), mode.name());
        assert_eq!(
            table
                .command(&elevate(Mode::Developer, most_ms))
                .map(|facts| facts.len()),
            Ok(1)
        );
        assert_eq!(table.in_force(), "developer");
    }
    // What a variable asks for counts for how long it may be, too.
    let mut table = Table::at(Mode::Production);
    let bounded = ModeCommand::Elevate {
        to: setting(Mode::Developer),
        for_ms: 16 * MINUTE,
        by: "user:ann".to_owned(),
        reason: "the pump is broken".to_owned(),
        asked: Mode::ProductionEnterprise.into(),
    };
    assert!(matches!(table.command(&bounded), Err(ModeError::TooLong { .. })));
}

#[test]
fn attack_12_an_elevation_has_no_effect_when_its_time_is_over() {
    let mut table = Table::at(Mode::Production);
    table.now = 1_000;
    table.command(&elevate(Mode::Developer, 5 * MINUTE)).unwrap();
    for (now, expected) in [
        (1_000, "developer"),
        (300_999, "developer"),
        (301_000, "production"),
        (i64::MAX, "production"),
        // A clock that was turned back gives no time.
        (999, "production"),
        (0, "production"),
    ] {
        table.now = now;
        assert_eq!(table.in_force(), expected, "{now}");
    }
    table.now = 301_000;
    assert!(table.posture.has_lapsed(table.now));
    let facts = table.command(&ModeCommand::Expire).unwrap();
    assert_eq!(why(&facts), [Some(Why::Expired)]);
    assert_eq!(table.command(&ModeCommand::Expire), Ok(vec![]));
    assert_eq!(table.command(&ModeCommand::End), Err(ModeError::NotElevated));
}

#[test]
fn both_edges_are_recorded_however_an_elevation_ends() {
    let elevated = || {
        let mut table = Table::at(Mode::ProductionEnterprise);
        table.command(&elevate(Mode::Test, MINUTE)).unwrap();
        table
    };
    let mut table = elevated();
    let already = ModeError::Elevated {
        to: setting(Mode::Test),
    };
    assert_eq!(table.command(&elevate(Mode::Developer, MINUTE)), Err(already));
    assert_eq!(why(&table.command(&ModeCommand::End).unwrap()), [Some(Why::Ended)]);
    assert_eq!(table.in_force(), "production-enterprise");
    // Whatever comes next closes one that nobody has closed.
    let mut table = elevated();
    table.now = 60_000;
    let facts = table.command(&elevate(Mode::Developer, MINUTE)).unwrap();
    assert_eq!(why(&facts), [Some(Why::Expired), None]);
    assert_eq!(table.in_force(), "developer");
    // Another recorded mode is not what it was meant for.
    let mut table = elevated();
    let facts = table.command(&set(Mode::Production, Confirmed::Typed)).unwrap();
    assert_eq!(why(&facts), [Some(Why::Ended), None]);
    assert_eq!(table.in_force(), "production");
}

#[test]
fn what_is_no_looser_is_no_elevation_and_what_is_recorded_is_no_change() {
    let mut table = Table::at(Mode::Test);
    let same = elevate(Mode::Test, MINUTE);
    assert!(matches!(table.command(&same), Err(ModeError::NotLooser { .. })));
    // Production is looser than test in how far it reaches.
    assert!(table.command(&elevate(Mode::Production, MINUTE)).is_ok());
    assert_eq!(
        Table::at(Mode::Test).command(&set(Mode::Test, Confirmed::No)),
        Ok(vec![])
    );
    let debug = ModeCommand::Set {
        to: Setting {
            mode: Mode::Test,
            is_debug: true,
        },
        by: "user:ann".to_owned(),
        reason: "to see more".to_owned(),
        confirmed: Confirmed::No,
    };
    assert_eq!(Table::at(Mode::Test).command(&debug).map(|facts| facts.len()), Ok(1));
}

#[test]
fn what_is_recorded_is_read_again() {
    for fact in [
        ModeFact::Changed(Changed {
            from: Setting::default(),
            to: setting(Mode::ProductionEnterprise),
            by: "user:ann".to_owned(),
            reason: "others use it".to_owned(),
        }),
        ModeFact::Began(Began {
            to: setting(Mode::Test),
            until: 5,
            by: "user:ann".to_owned(),
            reason: "to look".to_owned(),
        }),
        ended(Why::Expired),
    ] {
        let stored = fact.to_fact().unwrap();
        let again = match (&fact, stored.kind.as_str()) {
            (ModeFact::Changed(_), "mode.changed") => serde_json::from_value(stored.body).map(ModeFact::Changed),
            (ModeFact::Began(_), "elevation.began") => serde_json::from_value(stored.body).map(ModeFact::Began),
            (ModeFact::Ended(_), "elevation.ended") => serde_json::from_value(stored.body).map(ModeFact::Ended),
            (_, kind) => panic!("{kind}"),
        };
        assert_eq!(again.unwrap(), fact);
    }
}
