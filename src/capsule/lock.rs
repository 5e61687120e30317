//! A lock: the digests of everything that a capsule means when it runs.
//!
//! Reads and writes the text of a lock and compares two; knows neither models, heads nor constitutions, whose
//! digests are handed in, and touches no file.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, model_spec};
use super::{Capsule, Work};
use crate::digest::Digest;

/// The form of lock files that this version writes and reads.
const FORM: u32 = 1;

/// What a capsule is pinned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The version of the form.
    form: u32,
    /// The capsule itself.
    pub capsule: Pinned,
    /// The contracts of the tools that it and its sub-capsules use, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tools: BTreeMap<String, Pinned>,
    /// The capsules that it runs, directly or not, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub capsules: BTreeMap<String, Pinned>,
    /// The model, when a step asks or lends one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<PinnedModel>,
    /// The heads that it and its sub-capsules choose by, as they call them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub heads: BTreeMap<String, Pinned>,
    /// The constitution in force, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constitution: Option<PinnedLaw>,
}

/// Something with a semantic version and a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pinned {
    /// Its version.
    pub version: String,
    /// SHA3-512 of its text or contract.
    pub sha3_512: Digest,
}

/// A model file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedModel {
    /// Its name in the catalogue of models.
    pub name: String,
    /// SHA-256 of its file, in hexadecimal.
    pub sha256: String,
}

/// A constitution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedLaw {
    /// Its version.
    pub version: u64,
    /// SHA3-512 of its text.
    pub sha3_512: Digest,
}

/// Something that is not as it was locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What: ``the tool `git` ``.
    pub what: String,
    /// As locked; absent when it was not.
    pub locked: Option<String>,
    /// As it is here; absent when it is not.
    pub found: Option<String>,
    /// What to do about it.
    pub help: &'static str,
}

/// A text that is no lock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// It is not TOML of this form.
    #[error("the lock cannot be read: {why}")]
    Malformed {
        /// What the parser says, in one line.
        why: String,
    },
    /// It is of a form that this version does not know.
    #[error("the lock is of form {form}, and this version reads form {FORM}")]
    Newer {
        /// Its form.
        form: u32,
    },
}

impl Lock {
    /// What `capsule` means with `catalogue`; `model` counts only when a step asks one, and of `heads` those that a step
    /// chooses by.
    pub fn of(
        capsule: &Capsule,
        catalogue: &Catalogue,
        model: Option<PinnedModel>,
        mut heads: BTreeMap<String, Pinned>,
        constitution: Option<PinnedLaw>,
    ) -> Self {
        let mut used = Used::default();
        used.by(capsule, catalogue);
        let spec = |name: &String| {
            let own = (name == "model").then(model_spec);
            let spec = own.or_else(|| catalogue.tool(name).cloned())?;
            let sha3_512 = spec.digest();
            Some((
                name.clone(),
                Pinned {
                    version: spec.version,
                    sha3_512,
                },
            ))
        };
        Self {
            form: FORM,
            capsule: Pinned {
                version: capsule.version().to_owned(),
                sha3_512: capsule.digest(),
            },
            model: model.filter(|_| used.asks || used.tools.contains("model")),
            heads: {
                heads.retain(|name, _| used.heads.contains(name));
                heads
            },
            tools: used.tools.iter().filter_map(spec).collect(),
            capsules: used.capsules,
            constitution,
        }
    }

    /// The heads that `capsule` and the capsules that it runs choose by, as they call them.
    pub fn heads_of(capsule: &Capsule, catalogue: &Catalogue) -> BTreeSet<String> {
        let mut used = Used::default();
        used.by(capsule, catalogue);
        used.heads
    }

    /// Reads the text of a lock file.
    ///
    /// # Errors
    /// It is no lock, or one of a later form.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        #[derive(Deserialize)]
        struct Form {
            form: u32,
        }
        let malformed = |error: toml::de::Error| LockError::Malformed {
            why: error.message().lines().next().unwrap_or_default().to_owned(),
        };
        let Form { form } = toml::from_str(text).map_err(malformed)?;
        if form != FORM {
            return Err(LockError::Newer { form });
        }
        toml::from_str(text).map_err(malformed)
    }

    /// The text of its file: the same for the same lock.
    ///
    /// # Errors
    /// TOML cannot hold it, which no lock makes happen.
    pub fn to_text(&self) -> Result<String, toml::ser::Error> {
        let body = toml::to_string(self)?;
        Ok(format!(
            "# What this capsule means when it runs. `somagent run` compares it before anything happens;\n\
             # `somagent capsule lock` writes it anew.\n{body}"
        ))
    }

    /// What is not as it was locked here; `found` is as it is now.
    pub fn differences(&self, found: &Self) -> Vec<Difference> {
        let mut all = Vec::new();
        compare(
            &mut all,
            "the capsule".to_owned(),
            (Some(&self.capsule), Some(&found.capsule)),
            pinned,
            "read what changed, then `somagent capsule lock`",
        );
        for name in union(&self.tools, &found.tools) {
            compare(
                &mut all,
                format!("the tool `{name}`"),
                (self.tools.get(name), found.tools.get(name)),
                pinned,
                "use the somagent that the lock was written with, or check the steps and lock again",
            );
        }
        for name in union(&self.capsules, &found.capsules) {
            compare(
                &mut all,
                format!("the capsule `{name}`, which it runs"),
                (self.capsules.get(name), found.capsules.get(name)),
                pinned,
                "put that capsule back, or read what changed and lock again",
            );
        }
        compare(
            &mut all,
            "the model".to_owned(),
            (self.model.as_ref(), found.model.as_ref()),
            |model| format!("{} sha256 {}", model.name, start(&model.sha256)),
            "use the somagent that the lock was written with, or check the answers and lock again",
        );
        // What a lock does not name was not promised: those of earlier versions have no heads.
        for (name, locked) in &self.heads {
            compare(
                &mut all,
                format!("the head `{name}`"),
                (Some(locked), found.heads.get(name)),
                pinned,
                "name the version that was locked, as `NAME@VERSION`, or look at the answers and lock again",
            );
        }
        // Without one when it was locked, none was promised.
        if self.constitution.is_some() {
            compare(
                &mut all,
                "the constitution".to_owned(),
                (self.constitution.as_ref(), found.constitution.as_ref()),
                |law| format!("version {} sha3-512 {}", law.version, law.sha3_512.short()),
                "`somagent init` puts one in force where there is none; otherwise read what changed and lock again",
            );
        }
        all
    }
}

fn compare<T: PartialEq>(
    all: &mut Vec<Difference>,
    what: String,
    (locked, found): (Option<&T>, Option<&T>),
    shown: impl Fn(&T) -> String,
    help: &'static str,
) {
    if locked != found {
        all.push(Difference {
            what,
            locked: locked.map(&shown),
            found: found.map(&shown),
            help,
        });
    }
}

fn union<'m>(one: &'m BTreeMap<String, Pinned>, other: &'m BTreeMap<String, Pinned>) -> BTreeSet<&'m String> {
    one.keys().chain(other.keys()).collect()
}

fn pinned(pinned: &Pinned) -> String {
    format!("{} sha3-512 {}", pinned.version, pinned.sha3_512.short())
}

fn start(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

/// What a capsule and the capsules that it runs use.
#[derive(Default)]
struct Used {
    tools: BTreeSet<String>,
    capsules: BTreeMap<String, Pinned>,
    heads: BTreeSet<String>,
    /// Whether a language model is asked, or lent to somebody who may.
    asks: bool,
}

impl Used {
    fn by(&mut self, capsule: &Capsule, catalogue: &Catalogue) {
        self.asks |= capsule.asks_a_model();
        self.heads.extend(capsule.heads().map(str::to_owned));
        for step in capsule.steps() {
            match &step.work {
                Work::Model(_) => {
                    self.tools.insert("model".to_owned());
                }
                Work::Tool(call) => {
                    self.tools.insert(call.tool.clone());
                }
                Work::Gate(_) => {}
                Work::Capsule(child) => self.child(&child.capsule, catalogue),
            }
            let others = step
                .compensate
                .iter()
                .chain(step.reconcile.as_ref().map(|reconcile| &reconcile.call));
            self.tools.extend(others.map(|call| call.tool.clone()));
        }
    }

    fn child(&mut self, name: &str, catalogue: &Catalogue) {
        let Some(child) = catalogue
            .capsule(name)
            .filter(|child| !self.capsules.contains_key(&child.name))
        else {
            return;
        };
        let pin = Pinned {
            version: child.version.clone(),
            sha3_512: child.digest,
        };
        self.capsules.insert(child.name.clone(), pin);
        // One that does not hold cannot run, and then its digest is all there is to compare.
        if let Ok(capsule) = Capsule::parse(&child.document, catalogue) {
            self.by(&capsule, catalogue);
        }
        child.calls.iter().for_each(|call| self.child(call, catalogue));
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::Callable;
    use super::super::tests::catalogue;
    use super::super::{Child, Step};
    use super::*;
    use serde_json::json;

    fn capsule(name: &str, action: &str) -> Capsule {
        let text = format!(
            "schema: somagent.dev/capsule/v1\ncapsule_id: {name}\nversion: 1.0.0\ntools: [{{adapter: git, version: \"^1\", actions: [log]}}]\nexecution: {{steps: [{{name: a, {action}}}]}}\n"
        );
        Capsule::parse(&text, &catalogue()).unwrap()
    }

    fn running(mut capsule: Capsule, child: &str) -> Capsule {
        let step = Step {
            name: "child".to_owned(),
            work: Work::Capsule(Child {
                capsule: child.to_owned(),
                version: "*".to_owned(),
                inputs: json!({}),
            }),
            ..capsule.steps[0].clone()
        };
        capsule.steps.push(step);
        capsule
    }

    fn model() -> Option<PinnedModel> {
        Some(PinnedModel {
            name: "small".to_owned(),
            sha256: "ab".repeat(32),
        })
    }

    #[test]
    fn a_lock_pins_everything_that_is_used_and_survives_its_text() {
        let leaf = capsule("leaf", "action: model.call, params: {prompt: hi}");
        let mut catalogue = catalogue();
        catalogue.capsules = vec![
            Callable {
                calls: vec!["leaf".to_owned(), "middle".to_owned()],
                ..Callable::of(&capsule("middle", "action: git.log"))
            },
            Callable::of(&leaf),
        ];
        let top = running(capsule("top", "action: git.log"), "middle");
        let lock = Lock::of(&top, &catalogue, model(), BTreeMap::new(), None);
        assert_eq!(lock.tools.keys().collect::<Vec<_>>(), ["git", "model"]);
        assert_eq!(lock.capsules.keys().collect::<Vec<_>>(), ["leaf", "middle"]);
        assert_eq!(lock.capsules["leaf"].sha3_512, leaf.digest());
        assert_eq!((&lock.model, lock.capsule.sha3_512), (&model(), top.digest()));
        let text = lock.to_text().unwrap();
        assert_eq!(Lock::parse(&text), Ok(lock.clone()));
        assert_eq!(lock.differences(&lock), []);
        let alone = Lock::of(
            &capsule("top", "action: git.log"),
            &catalogue,
            model(),
            BTreeMap::new(),
            None,
        );
        assert_eq!((alone.model, alone.capsules.len()), (None, 0));
    }

    #[test]
    fn every_difference_is_named_with_both_sides() {
        let law = |version| {
            Some(PinnedLaw {
                version,
                sha3_512: Digest::of(b"law"),
            })
        };
        let asking = capsule("a", "action: model.call, params: {prompt: hi}");
        let locked = Lock::of(&asking, &catalogue(), model(), BTreeMap::new(), law(1));
        let found = Lock::of(
            &capsule("a", "action: git.log"),
            &catalogue(),
            None,
            BTreeMap::new(),
            law(2),
        );
        let differences = locked.differences(&found);
        let what: Vec<_> = differences
            .iter()
            .map(|one| (one.what.as_str(), one.locked.is_some(), one.found.is_some()))
            .collect();
        assert_eq!(
            what,
            [
                ("the capsule", true, true),
                ("the tool `git`", false, true),
                ("the tool `model`", true, false),
                ("the model", true, false),
                ("the constitution", true, true),
            ]
        );
        let unfounded = Lock::of(&asking, &catalogue(), model(), BTreeMap::new(), None);
        assert_eq!(unfounded.differences(&locked), [], "none was promised");
        assert_eq!(locked.differences(&unfounded).len(), 1);
    }

    #[test]
    fn a_head_is_pinned_where_it_is_used_and_a_changed_one_is_named() {
        let head = |version: &str| Pinned {
            version: version.to_owned(),
            sha3_512: Digest::of(version.as_bytes()),
        };
        let heads =
            |version: &str| BTreeMap::from([("kind".to_owned(), head(version)), ("other".to_owned(), head("1"))]);
        let leaf = capsule(
            "leaf",
            "action: model.call, params: {prompt: hi}, choices: {head: kind}",
        );
        let mut catalogue = catalogue();
        catalogue.capsules = vec![Callable::of(&leaf)];
        let top = running(capsule("top", "action: git.log"), "leaf");
        assert_eq!(Lock::heads_of(&top, &catalogue), BTreeSet::from(["kind".to_owned()]));
        let lock = |version| Lock::of(&top, &catalogue, model(), heads(version), None);
        let locked = lock("1");
        assert_eq!(locked.heads, BTreeMap::from([("kind".to_owned(), head("1"))]));
        assert_eq!(Lock::parse(&locked.to_text().unwrap()), Ok(locked.clone()));
        assert_eq!(locked.differences(&lock("1")), []);
        let differences = locked.differences(&lock("2"));
        assert_eq!(differences.len(), 1);
        assert_eq!(differences[0].what, "the head `kind`");
        assert!(differences[0].locked.as_ref().unwrap().starts_with("1 sha3-512 "));
        assert!(differences[0].found.as_ref().unwrap().starts_with("2 sha3-512 "));
        let gone = Lock::of(&top, &catalogue, model(), BTreeMap::new(), None);
        assert_eq!(locked.differences(&gone)[0].found, None);
        assert_eq!(gone.differences(&locked), [], "none was promised");
    }

    #[test]
    fn what_is_no_lock_is_refused() {
        let text = Lock::of(
            &capsule("a", "action: git.log"),
            &catalogue(),
            None,
            BTreeMap::new(),
            None,
        )
        .to_text()
        .unwrap();
        assert_eq!(
            Lock::parse(&text.replace("form = 1", "form = 2")),
            Err(LockError::Newer { form: 2 })
        );
        for text in [
            "",
            "form = 1",
            "x",
            &text.replace("sha3_512 = \"", "sha3_512 = \"z"),
            &format!("{text}\n[more]\n"),
        ] {
            assert!(matches!(Lock::parse(text), Err(LockError::Malformed { .. })), "{text}");
        }
    }
}
