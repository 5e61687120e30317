//! Articles and rules: what a constitution says, once it is known to make sense.
//!
//! Paths are compared lexically, below the workspace; nothing here touches the disk.

use std::path::{Component, Path, PathBuf};

use serde::Serialize;
use serde_json::{Value, json};

use super::action::{Access, Situation};
use super::verdict::Decision;
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::SideEffect;

/// A principle in prose, which rules refer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Article {
    /// Its name: `A1`.
    pub id: String,
    /// What it says.
    pub text: String,
}

/// What one rule decides, and about what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) article: String,
    pub(super) decision: Decision,
    pub(super) scope: Scope,
    pub(super) reason: Option<String>,
}

/// The accesses a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    Read(Place),
    Write(Place),
    Artifact,
    Infer,
    Compute,
    Endorse,
    Egress(Hosts),
    Act(Deeds),
}

/// What tools do in a world of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deeds {
    /// Names such as `mail.send`, `mail.*` or `*`.
    pub(super) tools: Vec<String>,
    /// What they leave behind.
    pub(super) leaves: Vec<SideEffect>,
}

impl Deeds {
    fn hold(&self, action: &str, leaves: SideEffect) -> bool {
        let names = |pattern: &String| match pattern.strip_suffix('*') {
            Some(before) => action.starts_with(before),
            None => pattern == action,
        };
        self.leaves.contains(&leaves) && self.tools.iter().any(names)
    }
}

/// The hosts that a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hosts {
    /// These,
    pub(super) of: Vec<HostPattern>,
    /// and none of these.
    pub(super) except: Vec<HostPattern>,
}

impl Hosts {
    fn hold(&self, host: &str, port: u16) -> bool {
        reaches(&self.of, host, port) && !reaches(&self.except, host, port)
    }
}

/// Whether one of `patterns` means `host` at `port`.
pub(super) fn reaches(patterns: &[HostPattern], host: &str, port: u16) -> bool {
    patterns.iter().any(|pattern| pattern.matches(host, port))
}

/// The workspace, or a path below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place(PathBuf);

impl Place {
    /// Reads `workspace` or `workspace/SUB/DIRECTORY`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let below = match text.strip_prefix("workspace")? {
            "" => "",
            rest => rest.strip_prefix('/').filter(|below| !below.is_empty())?,
        };
        let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        (Path::new(below).components().all(plain) && !below.contains('\0')).then(|| Self(PathBuf::from(below)))
    }

    pub(super) fn text(&self) -> String {
        if self.is_all() {
            "workspace".to_owned()
        } else {
            format!("workspace/{}", self.0.display())
        }
    }

    /// It, below the workspace.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Whether it is the whole workspace.
    pub(super) fn is_all(&self) -> bool {
        self.0.as_os_str().is_empty()
    }

    /// Whether it is `other`, or lies in it.
    pub(super) fn lies_in(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

/// One access, with its path resolved: where it leads is worked out once for all rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reach {
    Read(PathBuf),
    Write(PathBuf),
    Artifact,
    Infer,
    Compute,
    Endorse,
    Egress {
        host: String,
        port: u16,
    },
    Act {
        action: String,
        leaves: SideEffect,
    },
    /// Out of the workspace, or out of the artifacts of the run.
    Outside,
}

impl Reach {
    pub(super) fn of(access: &Access, situation: &Situation) -> Self {
        match access {
            Access::Read { path } => situation.within_workspace(path).map_or(Self::Outside, Self::Read),
            Access::Write { path } => situation.within_workspace(path).map_or(Self::Outside, Self::Write),
            Access::Artifact { name } if stays_below(name) => Self::Artifact,
            Access::Artifact { .. } => Self::Outside,
            Access::Infer => Self::Infer,
            Access::Compute => Self::Compute,
            Access::Endorse { .. } => Self::Endorse,
            Access::Act {
                action,
                leaves,
                runs: _,
            } => Self::Act {
                action: action.clone(),
                leaves: *leaves,
            },
            Access::Egress { scheme: _, host, port } => Self::Egress {
                host: host.clone(),
                port: *port,
            },
        }
    }
}

/// Says whether `name` is a relative path that never climbs.
fn stays_below(name: &str) -> bool {
    !name.is_empty()
        && Path::new(name)
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
}

impl Rule {
    /// Says whether this rule is about `reach`.
    ///
    /// Acting on a directory may act on all of it. So an allowance holds for what lies inside its
    /// place, and a prohibition or a question also for what encloses its place.
    pub(super) fn concerns(&self, reach: &Reach) -> bool {
        let about = |place: &Place, path: &Path| {
            path.starts_with(&place.0)
                || match self.decision {
                    Decision::Allow => false,
                    Decision::Ask | Decision::Deny => place.0.starts_with(path),
                }
        };
        match &self.scope {
            Scope::Read(place) => matches!(reach, Reach::Read(path) if about(place, path)),
            Scope::Write(place) => matches!(reach, Reach::Write(path) if about(place, path)),
            Scope::Artifact => *reach == Reach::Artifact,
            Scope::Infer => *reach == Reach::Infer,
            Scope::Compute => *reach == Reach::Compute,
            Scope::Endorse => *reach == Reach::Endorse,
            Scope::Egress(hosts) => matches!(reach, Reach::Egress { host, port } if hosts.hold(host, *port)),
            Scope::Act(deeds) => matches!(reach, Reach::Act { action, leaves } if deeds.hold(action, *leaves)),
        }
    }

    /// The place of a rule that lies below what `reach` names, in words.
    pub(super) fn held_by(&self, reach: &Reach) -> Option<String> {
        let below = |place: &Place, path: &Path| (place.0 != path && place.0.starts_with(path)).then(|| place.text());
        match (&self.scope, reach) {
            (Scope::Read(place), Reach::Read(path)) | (Scope::Write(place), Reach::Write(path)) => below(place, path),
            (
                Scope::Read(_)
                | Scope::Write(_)
                | Scope::Artifact
                | Scope::Infer
                | Scope::Compute
                | Scope::Endorse
                | Scope::Egress(_)
                | Scope::Act(_),
                _,
            ) => None,
        }
    }

    /// The form that is hashed as the policy.
    pub(super) fn canonical(&self) -> Value {
        let (access, within) = match &self.scope {
            Scope::Read(place) => ("read", Some(place.text())),
            Scope::Write(place) => ("write", Some(place.text())),
            Scope::Artifact => ("artifact", None),
            Scope::Infer => ("infer", None),
            Scope::Compute => ("compute", None),
            Scope::Endorse => ("endorse", None),
            Scope::Egress(_) => ("egress", None),
            Scope::Act(_) => ("act", None),
        };
        let mut canonical = json!({
            "id": self.id, "article": self.article, "decision": self.decision,
            "access": access, "within": within, "reason": self.reason,
        });
        if let Scope::Egress(hosts) = &self.scope {
            canonical["hosts"] = json!(hosts.of);
            canonical["except"] = json!(hosts.except);
        }
        if let Scope::Act(deeds) = &self.scope {
            canonical["tools"] = json!(deeds.tools);
            canonical["leaves"] = json!(deeds.leaves);
        }
        canonical
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_workspace_or_below_it() {
        assert_eq!(Place::parse("workspace"), Some(Place(PathBuf::new())));
        assert_eq!(Place::parse("workspace/a/b").unwrap().text(), "workspace/a/b");
        for wrong in [
            "",
            "/",
            "workspaces",
            "workspace/",
            "workspace//etc",
            "workspace/../x",
            "workspace/./x",
            "/etc",
            "anywhere",
            "workspace/a\0b",
        ] {
            assert_eq!(Place::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn an_artifact_stays_below_its_run() {
        for good in ["x", "a/b.md", ".hidden", "a..b"] {
            assert!(stays_below(good), "{good}");
        }
        for bad in ["", ".", "..", "../x", "a/../../x", "/x", "./x"] {
            assert!(!stays_below(bad), "{bad}");
        }
    }
}
