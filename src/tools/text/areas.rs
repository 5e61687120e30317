//! `text.areas`: groups items by the directory where most of their paths lie.
//!
//! It starts from the whole tree and splits off the directory with the most items, again and again,
//! as long as there are at most `max` groups. Below the first level only a group that is bigger than
//! its share is split, and only into directories with two items or more, so that a name says
//! something. Deterministic: ties go to what more items touch, then by name.

use std::collections::{BTreeMap, HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ToolError;
use super::super::contract::{Objects, arguments, json, objects};
use super::field::{Field, id_of, kept};
use super::label::id;

/// The most paths shown for an area.
const PATHS_SHOWN: usize = 5;

/// How deep a directory is named; deeper ones say no more.
const DEPTH_MAX: usize = 12;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// The items.
    #[serde(rename = "items")]
    _items: Objects,
    /// The key that tells items apart.
    #[serde(default = "id")]
    id: String,
    /// The field that holds their paths.
    #[serde(default = "paths")]
    paths: String,
    /// The most areas.
    #[serde(default = "max")]
    #[schemars(range(min = 1, max = 100))]
    max: usize,
    /// Keys of the items to repeat in each area, under `items`.
    #[serde(default)]
    keep: Vec<String>,
}

fn paths() -> String {
    "files[].path".to_owned()
}

fn max() -> usize {
    12
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Areas {
    /// The areas, biggest first, `(other)` last.
    areas: Vec<Area>,
    /// How many areas there are.
    count: u64,
    /// How many items are in one.
    placed: u64,
    /// Ids of items without paths: merges, empty commits.
    without: Vec<String>,
    /// How many items have no paths.
    without_count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Area {
    /// A directory, `(root)` for files beside the directories, or `(other)` for what was too small.
    name: String,
    /// How many items.
    count: u64,
    /// Their ids, in the order of the items.
    ids: Vec<String>,
    /// The paths that most of them touch, at most five.
    paths: Vec<String>,
    /// The items, reduced to the keys in `keep`; empty when none is named.
    items: Vec<Value>,
}

/// A directory and those of its items that no deeper group has.
struct Group {
    directory: String,
    /// Items by the part of the directory where most of their paths lie; `None` for its own files.
    parts: BTreeMap<Option<String>, Vec<usize>>,
}

impl Group {
    fn new(directory: String, members: &[usize], paths: &[Vec<String>]) -> Self {
        let counted: Vec<HashMap<Option<&str>, u32>> = members
            .iter()
            .map(|member| {
                let mut counts = HashMap::new();
                for path in &paths[*member] {
                    if let Some(part) = part_of(path, &directory) {
                        *counts.entry(part).or_insert(0) += 1;
                    }
                }
                counts
            })
            .collect();
        let mut touched: HashMap<Option<&str>, u32> = HashMap::new();
        for part in counted.iter().flat_map(HashMap::keys) {
            *touched.entry(*part).or_insert(0) += 1;
        }
        let mut parts: BTreeMap<Option<String>, Vec<usize>> = BTreeMap::new();
        for (member, counts) in members.iter().zip(&counted) {
            let best = counts
                .iter()
                .max_by_key(|(part, count)| (**count, touched.get(*part), std::cmp::Reverse(**part)));
            let part = best.and_then(|(part, _)| part.map(str::to_owned));
            parts.entry(part).or_default().push(*member);
        }
        Self { directory, parts }
    }

    fn size(&self) -> usize {
        self.parts.values().map(Vec::len).sum()
    }

    fn is_root(&self) -> bool {
        self.directory.is_empty()
    }

    fn name(&self) -> &str {
        match (self.is_root(), self.parts.keys().all(Option::is_none)) {
            (false, _) => &self.directory,
            (true, true) => ROOT,
            (true, false) => OTHER,
        }
    }
}

const ROOT: &str = "(root)";
const OTHER: &str = "(other)";

/// The part of `directory` in which `path` lies: `None` within for its own files, `None` without when elsewhere.
fn part_of<'a>(path: &'a str, directory: &str) -> Option<Option<&'a str>> {
    let inner = if directory.is_empty() {
        path
    } else {
        path.strip_prefix(directory)?.strip_prefix('/')?
    };
    Some(inner.split_once('/').map(|(part, _)| part))
}

/// Splits until nothing more is worth it.
fn split(members: &[usize], paths: &[Vec<String>], max: usize) -> Vec<Group> {
    let share = members.len().div_ceil(max).max(3);
    let mut groups = vec![Group::new(String::new(), members, paths)];
    while let Some((at, part)) = best(&groups, share, max) {
        let members = groups[at].parts.remove(&part).unwrap_or_default();
        let parent = &groups[at].directory;
        let directory = match part {
            None => None,
            Some(part) if parent.is_empty() => Some(part),
            Some(part) => Some(format!("{parent}/{part}")),
        };
        groups.push(match directory {
            Some(directory) => Group::new(directory, &members, paths),
            None => Group {
                directory: String::new(),
                parts: BTreeMap::from([(None, members)]),
            },
        });
        groups.retain(|group| !group.parts.is_empty());
    }
    groups
}

/// The group and the part of it that is best split off next.
fn best(groups: &[Group], share: usize, max: usize) -> Option<(usize, Option<String>)> {
    let mut best = None;
    for (at, group) in groups.iter().enumerate() {
        let more = usize::from(group.parts.len() > 1);
        if groups.len() + more > max {
            continue;
        }
        for (part, members) in &group.parts {
            let alone = group.parts.len() == 1;
            let depth = group.directory.matches('/').count() + usize::from(!group.is_root());
            let worth = match (group.is_root(), part) {
                (true, None) => !alone,
                (true, Some(_)) => true,
                (false, None) => false,
                (false, Some(_)) => group.size() > share && members.len() > 1 && depth < DEPTH_MAX,
            };
            let key = (std::cmp::Reverse(members.len()), depth, &group.directory, part);
            if worth && best.as_ref().is_none_or(|(other, _)| key < *other) {
                best = Some((key, at));
            }
        }
    }
    best.map(|((_, _, _, part), at)| (at, part.clone()))
}

/// Groups the items.
pub(super) fn run(args: &Value) -> Result<Value, ToolError> {
    let params: Params = arguments(args)?;
    let field = Field::parse(&params.paths)?;
    let items = objects(args, "items")?;
    let mut ids = Vec::with_capacity(items.len());
    let mut paths: Vec<Vec<String>> = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        ids.push(id_of(item, &params.id, at)?.into_owned());
        let found = field
            .texts(item)
            .into_iter()
            .map(|path| path.trim_start_matches('/').to_owned());
        paths.push(found.filter(|path| !path.is_empty()).collect());
    }
    let (members, without): (Vec<usize>, Vec<usize>) = (0..items.len()).partition(|at| !paths[*at].is_empty());
    let groups = if members.is_empty() {
        Vec::new()
    } else {
        split(&members, &paths, params.max.max(1))
    };
    let mut areas: Vec<Area> = groups
        .iter()
        .map(|group| {
            let mut members: Vec<usize> = group.parts.values().flatten().copied().collect();
            members.sort_unstable();
            let reduced = |member: &usize| kept(&items[*member], &params.keep);
            Area {
                name: group.name().to_owned(),
                count: members.len() as u64,
                ids: members.iter().map(|member| ids[*member].clone()).collect(),
                paths: busiest(group, &members, &paths),
                items: if params.keep.is_empty() {
                    Vec::new()
                } else {
                    members.iter().map(reduced).collect()
                },
            }
        })
        .collect();
    areas.sort_by(|one, other| {
        let key = |area: &Area| (area.name == OTHER, std::cmp::Reverse(area.count));
        key(one).cmp(&key(other)).then_with(|| one.name.cmp(&other.name))
    });
    Ok(json(&Areas {
        count: areas.len() as u64,
        areas,
        placed: members.len() as u64,
        without_count: without.len() as u64,
        without: without.into_iter().map(|at| ids[at].clone()).collect(),
    }))
}

fn busiest(group: &Group, members: &[usize], paths: &[Vec<String>]) -> Vec<String> {
    let own = group.name() == ROOT;
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for member in members {
        let distinct: HashSet<&str> = paths[*member].iter().map(String::as_str).collect();
        for path in distinct {
            if part_of(path, &group.directory).is_some_and(|part| !own || part.is_none()) {
                *counts.entry(path).or_insert(0) += 1;
            }
        }
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
    counts
        .into_iter()
        .take(PATHS_SHOWN)
        .map(|(path, _)| path.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn items(table: &[(&str, usize)]) -> Vec<Value> {
        let mut items = Vec::new();
        for (path, times) in table {
            for _ in 0..*times {
                let id = format!("{}", items.len());
                items.push(json!({"id": id, "files": [{"path": path}]}));
            }
        }
        items
    }

    fn named(args: &Value) -> Vec<(String, u64)> {
        let output = run(args).unwrap();
        let areas = output["areas"].as_array().unwrap().clone();
        areas
            .iter()
            .map(|area| {
                (
                    area["name"].as_str().unwrap().to_owned(),
                    area["count"].as_u64().unwrap(),
                )
            })
            .collect()
    }

    #[test]
    fn a_big_directory_is_split_and_small_ones_keep_their_names() {
        let items = items(&[
            ("src/engine/drive/a.rs", 8),
            ("src/engine/decide.rs", 7),
            ("src/cli/run.rs", 10),
            ("src/net.rs", 4),
            ("src/tools/x/y.rs", 6),
            ("docs/guide/a.md", 3),
            ("tests/it/a.rs", 2),
            ("Cargo.toml", 2),
            (".github/ci.yml", 1),
        ]);
        let areas = named(&json!({"items": items, "max": 8}));
        let expected = [
            ("src/cli", 10),
            ("src/engine/drive", 8),
            ("src/engine", 7),
            ("src/tools", 6),
            ("src", 4),
            ("docs", 3),
            ("(root)", 2),
            ("(other)", 3),
        ];
        assert_eq!(areas, expected.map(|(name, count)| (name.to_owned(), count)));
    }

    #[test]
    fn an_item_belongs_where_most_of_its_paths_lie() {
        let output = run(&json!({"keep": ["id"], "items": [
            {"id": 1, "files": [{"path": "docs/a"}, {"path": "src/a"}, {"path": "src/b"}]},
            {"id": 2, "files": [{"path": "docs/a"}, {"path": "src/c"}]},
            {"id": 3, "files": [{"path": "src/c"}]},
            {"id": 4, "files": []},
        ]}))
        .unwrap();
        assert_eq!(
            output,
            json!({
                "areas": [{"name": "src", "count": 3, "ids": ["1", "2", "3"], "paths": ["src/c", "src/a", "src/b"],
                    "items": [{"id": 1}, {"id": 2}, {"id": 3}]}],
                "count": 1, "placed": 3, "without": ["4"], "without_count": 1
            })
        );
    }

    #[test]
    fn nothing_and_one_group_are_fine() {
        assert_eq!(named(&json!({"items": []})), []);
        let items = items(&[("a/x", 2), ("b/x", 1)]);
        assert_eq!(named(&json!({"items": items, "max": 1})), [("(other)".to_owned(), 3)]);
    }

    proptest! {
        #[test]
        fn areas_are_a_partition_of_the_items_with_paths(
            table in prop::collection::vec(prop::collection::vec("[abc](/[abc]){0,4}", 0..4), 0..40),
            max in 1_usize..9,
        ) {
            let items: Vec<Value> = table.iter().enumerate().map(|(id, paths)| {
                let files: Vec<Value> = paths.iter().map(|path| json!({"path": path})).collect();
                json!({"id": id.to_string(), "files": files})
            }).collect();
            let output = run(&json!({"items": items, "max": max})).unwrap();
            let areas = output["areas"].as_array().unwrap();
            prop_assert!(areas.len() <= max);
            let names: HashSet<&str> = areas.iter().map(|area| area["name"].as_str().unwrap()).collect();
            prop_assert_eq!(names.len(), areas.len());
            let mut all: Vec<usize> = areas.iter().flat_map(|area| area["ids"].as_array().unwrap())
                .chain(output["without"].as_array().unwrap())
                .map(|id| id.as_str().unwrap().parse().unwrap()).collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..table.len()).collect::<Vec<_>>());
            let sum: u64 = areas.iter().map(|area| area["count"].as_u64().unwrap()).sum();
            prop_assert_eq!(sum, output["placed"].as_u64().unwrap());
        }
    }
}
