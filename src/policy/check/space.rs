//! What actions can reach, as far as rules can tell it apart: finitely many places, hosts, ports and tools.
//!
//! Rules name paths, hosts and tools by what they begin or end with, so what they name forms trees. Two paths below the
//! same node and below none of its children meet the same rules, and one stands for all of them. The same goes for
//! hosts, ports nobody names, and tools. The representatives are real ones, which rules judge as they judge any other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::rule::{Rule, Scope};
use crate::capsule::host::HostPattern;
use crate::net::Destination;

/// A node of a tree of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node<T> {
    /// What it stands for: a path, an ending of hosts, a beginning of tools.
    pub(super) stem: T,
    /// Where the node around it stands in the list; the root has none. It stands before this one.
    pub(super) around: Option<usize>,
    /// Something below it and below no other node; absent where there can be no such thing.
    pub(super) other: Option<T>,
}

/// A single name that some rule names, and the node that it lies below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Single {
    pub(super) name: String,
    pub(super) below: usize,
}

/// What the rules of one constitution tell apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Space {
    /// Paths in the workspace; each node is also a path by itself.
    pub(super) places: Vec<Node<PathBuf>>,
    pub(super) endings: Vec<Node<String>>,
    pub(super) hosts: Vec<Single>,
    /// Those that are named, the usual ones, and last one that nobody names.
    pub(super) ports: Vec<u16>,
    pub(super) stems: Vec<Node<String>>,
    pub(super) tools: Vec<Single>,
}

impl Space {
    /// What `rules` tell apart.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let patterns: Vec<&HostPattern> = rules.iter().filter_map(hosts_of).flatten().collect();
        let (endings, hosts) = hosts(&patterns);
        let (stems, tools) = tools(rules);
        Self {
            places: places(rules),
            endings,
            hosts,
            ports: ports(&patterns),
            stems,
            tools,
        }
    }

    /// The port that no rule names.
    pub(super) fn strange_port(&self) -> u16 {
        self.ports.last().copied().unwrap_or(0)
    }
}

/// The patterns of a rule about hosts.
fn hosts_of(rule: &Rule) -> Option<impl Iterator<Item = &HostPattern>> {
    match &rule.scope {
        Scope::Egress(hosts) => Some(hosts.of.iter().chain(&hosts.except)),
        Scope::Read(_)
        | Scope::Write(_)
        | Scope::Artifact
        | Scope::Infer
        | Scope::Compute
        | Scope::Endorse
        | Scope::Act(_) => None,
    }
}

/// The place of a rule about paths.
pub(super) fn place_of(rule: &Rule) -> Option<&Path> {
    match &rule.scope {
        Scope::Read(place) | Scope::Write(place) => Some(place.path()),
        Scope::Artifact | Scope::Infer | Scope::Compute | Scope::Endorse | Scope::Egress(_) | Scope::Act(_) => None,
    }
}

fn places(rules: &[Rule]) -> Vec<Node<PathBuf>> {
    let named = rules.iter().filter_map(place_of);
    let all: BTreeSet<PathBuf> = named.flat_map(Path::ancestors).map(Path::to_path_buf).collect();
    // A path stands before those below it in this order, the workspace itself first.
    let mut all: Vec<PathBuf> = all.into_iter().collect();
    if all.is_empty() {
        all.push(PathBuf::new());
    }
    let around = |path: &Path| all.iter().position(|other| Some(other.as_path()) == path.parent());
    let free = |path: &Path| {
        let mut names = fresh("elsewhere").map(|name| path.join(name));
        names.find(|name| !all.contains(name))
    };
    let nodes = all.iter().map(|path| Node {
        stem: path.clone(),
        around: around(path),
        other: free(path),
    });
    nodes.collect()
}

/// Endless names that begin with `name`.
fn fresh(name: &str) -> impl Iterator<Item = String> {
    let more = (2_u32..).map(move |number| format!("{name}{number}"));
    std::iter::once(name.to_owned()).chain(more)
}

fn hosts(patterns: &[&HostPattern]) -> (Vec<Node<String>>, Vec<Single>) {
    // What is near counts in the score whether or not a rule names it.
    let mut endings = BTreeSet::from([String::new(), ".localhost".to_owned()]);
    let mut names: BTreeSet<String> = ["localhost", "[::1]", "127.0.0.1"].map(str::to_owned).into();
    for pattern in patterns {
        match pattern.host().strip_prefix('*') {
            Some(ending) => {
                endings.insert(ending.to_owned());
                // The name itself, which `*.` does not stand for.
                names.extend(ending.strip_prefix('.').map(str::to_owned));
            }
            None => {
                names.insert(pattern.host().to_owned());
            }
        }
    }
    // Another address of this machine, of which there are more than a text can name.
    let mut near = (2_u32..).map(|last| format!("127.0.{}.{}", last / 256, last % 256));
    names.extend(near.find(|address| !names.contains(address)));
    let is_below = |name: &str, ending: &str| name.len() > ending.len() && name.ends_with(ending);
    let stems = tree(endings, |inner, outer| is_below(inner, outer));
    let other = |stem: &str| {
        let ending = if stem.is_empty() { ".example" } else { stem };
        let named = fresh("elsewhere").map(|name| format!("{name}{ending}"));
        // A name of one part lies below no ending but the empty one.
        let bare = fresh("elsewhere").take(usize::from(stem.is_empty()) * (names.len() + 1));
        let candidates = named.take(stems.len() + names.len() + 1).chain(bare);
        let is_free = |name: &String| {
            let deeper = |inner: &String| inner.len() > stem.len() && is_below(name, inner);
            !names.contains(name) && !stems.iter().any(|(inner, _)| deeper(inner)) && leads(name)
        };
        candidates.into_iter().find(is_free)
    };
    let nodes: Vec<Node<String>> = stems
        .iter()
        .map(|(stem, around)| Node {
            stem: stem.clone(),
            around: *around,
            other: other(stem),
        })
        .collect();
    let singles = names.iter().filter(|name| leads(name)).map(|name| Single {
        name: name.clone(),
        below: deepest(&nodes, |stem| stem.is_empty() || is_below(name, stem)),
    });
    let singles = singles.collect();
    (nodes, singles)
}

/// Whether a URL can have exactly this host.
fn leads(host: &str) -> bool {
    let reached = Destination::of(&format!("http://{host}/"));
    reached.is_ok_and(|(_, reached)| reached.host == host)
}

/// Stems with the place of the longest other one that they lie in, which stands before them.
fn tree(stems: BTreeSet<String>, lies_in: impl Fn(&str, &str) -> bool) -> Vec<(String, Option<usize>)> {
    let mut stems: Vec<String> = stems.into_iter().collect();
    stems.sort_by_key(String::len);
    let around = |stem: &String| stems.iter().rposition(|outer| outer != stem && lies_in(stem, outer));
    stems.iter().map(|stem| (stem.clone(), around(stem))).collect()
}

/// The last, so the longest, node that `holds`; the root holds everything.
fn deepest(nodes: &[Node<String>], holds: impl Fn(&str) -> bool) -> usize {
    nodes.iter().rposition(|node| holds(&node.stem)).unwrap_or(0)
}

fn ports(patterns: &[&HostPattern]) -> Vec<u16> {
    let mut named: BTreeSet<u16> = patterns.iter().filter_map(|pattern| pattern.port()).collect();
    named.extend([80, 443]);
    let strange = (8443..=u16::MAX).chain(1..8443).find(|port| !named.contains(port));
    named.into_iter().chain(strange).collect()
}

fn tools(rules: &[Rule]) -> (Vec<Node<String>>, Vec<Single>) {
    let patterns = rules.iter().filter_map(|rule| match &rule.scope {
        Scope::Act(deeds) => Some(deeds.tools.iter()),
        Scope::Read(_)
        | Scope::Write(_)
        | Scope::Artifact
        | Scope::Infer
        | Scope::Compute
        | Scope::Endorse
        | Scope::Egress(_) => None,
    });
    let mut stems = BTreeSet::from([String::new()]);
    let mut names = BTreeSet::new();
    for pattern in patterns.flatten() {
        match pattern.strip_suffix('*') {
            Some(stem) => stems.insert(stem.to_owned()),
            None => names.insert(pattern.clone()),
        };
    }
    let stems = tree(stems, |inner, outer| inner.starts_with(outer));
    let other = |stem: &str| {
        let end = if stem.contains('.') { "" } else { ".act" };
        let letters = ('a'..='z').chain('A'..='Z').chain('\u{c0}'..='\u{24f}');
        let words = ["other".to_owned(), "another".to_owned()];
        let words = words.into_iter().chain(letters.map(|letter| format!("{letter}-other")));
        let mut candidates = words.map(|word| format!("{stem}{word}{end}"));
        candidates.find(|name| {
            let deeper = |inner: &String| inner.len() > stem.len() && name.starts_with(inner.as_str());
            !names.contains(name) && !stems.iter().any(|(inner, _)| deeper(inner)) && is_action(name)
        })
    };
    let nodes: Vec<Node<String>> = stems
        .iter()
        .map(|(stem, around)| Node {
            stem: stem.clone(),
            around: *around,
            other: other(stem),
        })
        .collect();
    let singles = names.iter().filter(|name| is_action(name)).map(|name| Single {
        name: name.clone(),
        below: deepest(&nodes, |stem| name.starts_with(stem)),
    });
    let singles = singles.collect();
    (nodes, singles)
}

/// Whether an action can have this name: tool and action with a dot between them.
fn is_action(name: &str) -> bool {
    let parts = name.split_once('.');
    parts.is_some_and(|(tool, action)| !tool.is_empty() && !action.is_empty())
}
