//! The table: its order, its joins, and how modes are written.

use super::*;

/// Every join of some modes.
fn all() -> Vec<InForce> {
    (1..(1_u32 << Mode::ALL.len()))
        .map(|mask| {
            let chosen = Mode::ALL.iter().enumerate().filter(|(at, _)| (mask >> at) & 1 == 1);
            chosen.fold(InForce::default(), |joined, (_, mode)| joined.joined(&(*mode).into()))
        })
        .collect()
}

#[test]
fn a_stricter_mode_is_looser_in_nothing_but_what_test_keeps_to_itself() {
    for pair in Mode::ALL.windows(2) {
        let (looser, stricter) = (pair[0].terms(), pair[1].terms());
        // To be alone with itself is what a test is for; a product has to reach its world.
        let reach = looser.reach.min(stricter.reach);
        let (looser, stricter) = (Terms { reach, ..looser }, Terms { reach, ..stricter });
        assert!(!stricter.is_looser_than(looser), "{pair:?}");
        assert!(looser.is_looser_than(stricter), "{pair:?}");
    }
    let alone: Vec<Mode> = Mode::ALL
        .into_iter()
        .filter(|mode| mode.terms().reach == Reach::ThisMachine)
        .collect();
    assert_eq!(alone, [Mode::Test]);
}

#[test]
fn joining_is_the_same_in_any_order_and_never_loosens() {
    for a in all() {
        assert_eq!(a.joined(&a), a);
        assert_eq!(a.joined(&InForce::default()), a);
        for b in all() {
            let both = a.joined(&b);
            assert_eq!(both, b.joined(&a));
            assert_eq!(both.terms(), a.terms().joined(b.terms()));
            assert!(!both.terms().is_looser_than(a.terms()), "{a} and {b}");
            for c in all() {
                assert_eq!(both.joined(&c), a.joined(&b.joined(&c)));
            }
        }
    }
}

#[test]
fn what_is_in_force_names_only_what_adds_something() {
    let text = |modes: &[Mode]| {
        let joined = modes
            .iter()
            .fold(InForce::default(), |joined, mode| joined.joined(&(*mode).into()));
        joined.to_string()
    };
    assert_eq!(text(&[]), "developer");
    assert_eq!(text(&[Mode::Production, Mode::Training]), "production");
    assert_eq!(text(&[Mode::Test, Mode::Production]), "production+test");
    assert_eq!(text(&Mode::ALL), "production-enterprise+test");
    for in_force in all() {
        let text = serde_json::to_value(&in_force).unwrap();
        assert_eq!(serde_json::from_value::<InForce>(text).unwrap(), in_force);
    }
    for wrong in ["", "+", "Production", "production-debug", "production+", "locked"] {
        assert!(InForce::try_from(wrong.to_owned()).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_mode_is_read_in_any_case_and_nothing_else_is_one() {
    for mode in Mode::ALL {
        for is_debug in [false, true] {
            let setting = Setting { mode, is_debug };
            assert_eq!(setting.to_string().to_uppercase().parse(), Ok(setting));
            assert_eq!(setting.to_string().parse(), Ok(setting));
        }
    }
    for wrong in [
        "",
        "-debug",
        "prod",
        "production_enterprise",
        "production-debug-debug",
        " test",
    ] {
        assert!(wrong.parse::<Setting>().is_err(), "{wrong:?}");
    }
}

#[test]
fn each_capability_has_a_row_of_its_own() {
    let names: BTreeSet<&str> = TEST.rows().map(|row| row.name).into();
    assert_eq!(names.len(), 7);
    let elevations = Mode::ALL.map(|mode| mode.terms().rows()[4].value.clone());
    assert_eq!(elevations, ["480 min", "240 min", "120 min", "60 min", "15 min"]);
}

#[test]
fn a_situation_from_before_there_were_modes_is_a_developers() {
    let mut old = serde_json::to_value(super::super::fixture::situation()).unwrap();
    assert_eq!(old["mode"], "developer");
    old.as_object_mut().unwrap().remove("mode");
    let read: super::super::Situation = serde_json::from_value(old).unwrap();
    assert_eq!(read, super::super::fixture::situation());
}
