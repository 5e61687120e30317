//! The variables that ask for a mode. They can only tighten what is recorded.

use std::ffi::OsString;

use super::super::failure::Failure;
use crate::engine::mode::Posture;
use crate::exit::Exit;
use crate::policy::InForce;
use crate::policy::mode::{NotAMode, Setting};

/// The variables. All that are set count.
pub const VARIABLES: [&str; 2] = ["SOMAGENT_MODE", "SOMAGENT_DEPLOYMENT_MODE"];

/// A variable that asks for a mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it asks for.
    pub setting: Setting,
}

/// What comes of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Something is stricter because of it.
    Tightens,
    /// It asks for what holds anyway.
    Same,
    /// It asks for less, and nothing comes of it.
    Ignored,
}

impl Effect {
    /// As it is printed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tightens => "tightens",
            Self::Same => "same",
            Self::Ignored => "ignored",
        }
    }
}

/// The variables that `get` knows.
///
/// # Errors
/// One names no mode: a mistake there must not pass for a looser mode.
pub fn read(get: impl Fn(&str) -> Option<OsString>) -> Result<Vec<Variable>, Failure> {
    let given = VARIABLES.into_iter().filter_map(|name| Some((name, get(name)?)));
    let given = given.filter(|(_, text)| !text.is_empty());
    given
        .map(|(name, text)| {
            let setting = text.to_string_lossy().parse().map_err(|error: NotAMode| {
                Failure::new(Exit::Usage, "bad_mode", format!("{name}: {error}"))
                    .hint(format!("set {name} to one of them, or unset it"))
            })?;
            Ok(Variable { name, setting })
        })
        .collect()
}

/// What they ask for together.
pub fn asked(variables: &[Variable]) -> InForce {
    let modes = variables.iter().map(|variable| variable.setting.mode);
    modes.fold(InForce::default(), |asked, mode| asked.joined(&mode.into()))
}

/// Whether one of them wants more to be said.
pub fn is_debug(variables: &[Variable]) -> bool {
    variables.iter().any(|variable| variable.setting.is_debug)
}

impl Variable {
    /// What comes of it beside what is recorded and elevated at `now`.
    pub fn effect(&self, posture: &Posture, now: i64) -> Effect {
        let without = posture.in_force(now, &InForce::default());
        let own = InForce::from(self.setting.mode);
        if without.joined(&own) != without {
            Effect::Tightens
        } else if own == without {
            Effect::Same
        } else {
            Effect::Ignored
        }
    }

    /// What people are told of a variable of which nothing comes.
    pub fn remark(&self, posture: &Posture, now: i64) -> Option<String> {
        (self.effect(posture, now) == Effect::Ignored).then(|| {
            let mode = posture.in_force(now, &InForce::default());
            let Self { name, setting } = self;
            format!("mode      {name}={setting} is ignored: `{mode}` is in force, and a variable can only tighten it")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::mode::{Changed, ModeFact};
    use crate::policy::Mode;

    fn recorded(mode: Mode) -> Posture {
        let mut posture = Posture::default();
        let changed = Changed {
            from: Setting::default(),
            to: Setting { mode, is_debug: false },
            by: "user:ann".to_owned(),
            reason: "others use it".to_owned(),
        };
        posture.apply(ModeFact::Changed(changed), 1, 1);
        posture
    }

    fn variable(mode: Mode) -> Variable {
        let setting = Setting { mode, is_debug: false };
        Variable {
            name: VARIABLES[0],
            setting,
        }
    }

    #[test]
    fn attack_11_a_variable_only_tightens() {
        for stored in Mode::ALL {
            for asked in Mode::ALL {
                let (posture, variable) = (recorded(stored), variable(asked));
                let in_force = posture.in_force(5, &asked.into());
                assert!(!in_force.terms().is_looser_than(stored.terms()), "{stored:?} {asked:?}");
                let effect = variable.effect(&posture, 5);
                assert_eq!(
                    effect == Effect::Tightens,
                    in_force != stored.into(),
                    "{stored:?} {asked:?}"
                );
                assert_eq!(effect == Effect::Same, asked == stored);
                assert_eq!(
                    variable.remark(&posture, 5).is_some(),
                    effect == Effect::Ignored,
                    "{stored:?} {asked:?}"
                );
            }
        }
    }

    #[test]
    fn both_variables_are_read_and_a_wrong_one_is_an_error() {
        let read = |one: &str, two: &str| {
            let texts = [OsString::from(one), OsString::from(two)];
            read(|name| {
                VARIABLES
                    .iter()
                    .position(|known| *known == name)
                    .map(|at| texts[at].clone())
            })
        };
        let modes = |one, two| read(one, two).map(|found| found.iter().map(|one| one.setting.mode).collect::<Vec<_>>());
        assert_eq!(modes("", ""), Ok(vec![]));
        assert_eq!(
            modes("PRODUCTION", "test-debug"),
            Ok(vec![Mode::Production, Mode::Test])
        );
        for (one, two) in [("prod", ""), ("", "none"), ("test", "x")] {
            let failure = read(one, two).unwrap_err();
            assert_eq!((failure.exit, failure.kind), (Exit::Usage, "bad_mode"));
        }
    }
}
