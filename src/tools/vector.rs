//! The tool `vector`: what is alike in meaning, by the vectors of the embedding model.
//!
//! Computes only: texts in, numbers out.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contract::{arguments, failed, json, no_such_action, pure, shared};
use super::{Call, Calling, Checking, Health, Output, Tool, ToolError};
use crate::capsule::tool_spec::ToolSpec;
use crate::models::{HaltOnDrop, KeptEmbedder};

/// The tool.
pub struct Vector {
    spec: Arc<ToolSpec>,
    embedder: Arc<KeptEmbedder>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nearest {
    /// The texts whose neighbours are looked for.
    #[schemars(length(max = 5_000))]
    texts: Vec<String>,
    /// Where they are looked for; among `texts` themselves when absent.
    #[serde(default)]
    #[schemars(with = "Vec<String>", length(max = 5_000))]
    among: Option<Vec<String>>,
    /// The least cosine of the angle between two vectors.
    #[serde(default = "least")]
    #[schemars(range(min = -1, max = 1))]
    least: f32,
    /// The most neighbours of one text.
    #[serde(default = "most")]
    #[schemars(range(min = 1, max = 100))]
    most: usize,
}

fn least() -> f32 {
    0.7
}

fn most() -> usize {
    3
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Neighbours {
    /// For each text, in order, its neighbours, the nearest first; no text is its own.
    near: Vec<Vec<Neighbour>>,
    /// How many texts have one.
    count: u64,
    /// Texts of which the model read only the beginning.
    truncated: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Neighbour {
    /// Which of the other texts, counted from 0.
    index: u64,
    /// The cosine of the angle between both vectors.
    cosine: f32,
}

impl Vector {
    /// The tool, with the vectors of `embedder`.
    pub fn new(embedder: Arc<KeptEmbedder>) -> Self {
        Self {
            spec: shared("vector", || ToolSpec {
                name: "vector".to_owned(),
                version: "1.0.0".to_owned(),
                summary: "Finds what is alike in meaning.".to_owned(),
                actions: vec![pure::<Nearest, Neighbours>(
                    "nearest",
                    "Finds the texts whose meaning is nearest.",
                    &[],
                )],
            }),
            embedder,
        }
    }
}

impl Tool for Vector {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn perform<'a>(&'a self, call: Call<'a>) -> Calling<'a> {
        Box::pin(async move {
            if call.verb != "nearest" {
                return Err(no_such_action(&self.spec, call.verb));
            }
            let params: Nearest = arguments(call.args)?;
            let halt = HaltOnDrop::default();
            let (embedder, halted) = (Arc::clone(&self.embedder), halt.flag());
            let found = tokio::task::spawn_blocking(move || nearest(&embedder, &params, &halted)).await;
            let found = found.map_err(|error| failed(format!("comparing failed: {error}"), "report it"))??;
            Ok(Output {
                value: json(&found),
                artifacts: Vec::new(),
            })
        })
    }

    fn health(&self) -> Checking<'_> {
        let health = match self.embedder.look() {
            Ok(entry) => Health::ready(format!("the model {} is here", entry.name)),
            Err(error) => Health::not_ready(error.to_string(), PULLS),
        };
        Box::pin(std::future::ready(health))
    }
}

/// What brings the model.
const PULLS: &str = "`somagent model pull all-minilm-l6-v2` fetches it";

fn nearest(kept: &KeptEmbedder, params: &Nearest, stop: &AtomicBool) -> Result<Neighbours, ToolError> {
    let embedder = kept.get().map_err(|error| failed(error.to_string(), PULLS))?;
    let vectors = |texts: &[String]| {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let given = embedder.embed(&texts, stop);
        given.map_err(|error| failed(format!("no vectors: {error}"), "give other texts"))
    };
    let own = vectors(&params.texts)?;
    let other = params.among.as_ref().map(|among| vectors(among)).transpose()?;
    let (among, is_own) = match &other {
        Some(other) => (&other.vectors, false),
        None => (&own.vectors, true),
    };
    let near: Vec<Vec<Neighbour>> = own
        .vectors
        .iter()
        .enumerate()
        .map(|(at, vector)| {
            let others = among.iter().enumerate().filter(|(index, _)| !(is_own && *index == at));
            let mut near: Vec<Neighbour> = others
                .map(|(index, other)| Neighbour {
                    index: index as u64,
                    cosine: vector.iter().zip(other).map(|(a, b)| a * b).sum(),
                })
                .filter(|one| one.cosine >= params.least)
                .collect();
            near.sort_by(|a, b| b.cosine.total_cmp(&a.cosine).then(a.index.cmp(&b.index)));
            near.truncate(params.most);
            near
        })
        .collect();
    Ok(Neighbours {
        count: near.iter().filter(|near| !near.is_empty()).count() as u64,
        near,
        truncated: (own.truncated.len() + other.map_or(0, |other| other.truncated.len())) as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::super::contract::tests::assert_conforms;
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::models::{Store, fixture};

    #[test]
    fn what_means_the_same_is_near_and_what_does_not_is_not() {
        let kept = KeptEmbedder::new(fixture::store_of_embedder());
        let vector = Vector::new(Arc::new(kept));
        let params = |least, among: Option<Vec<String>>| Nearest {
            texts: [
                "The program crashes when a file is empty",
                "Add a dark theme",
                "Crash with empty files",
            ]
            .map(str::to_owned)
            .to_vec(),
            among,
            least,
            most: 2,
        };
        let stop = AtomicBool::new(false);
        let found = nearest(&vector.embedder, &params(0.6, None), &stop).unwrap();
        assert_conforms(&vector.spec, "nearest", &json(&found));
        let indices = |near: &[Neighbour]| near.iter().map(|one| one.index).collect::<Vec<u64>>();
        assert_eq!((indices(&found.near[0]), indices(&found.near[1])), (vec![2], vec![]));
        assert_eq!(found.count, 2);
        let among = Some(vec!["dark mode".to_owned()]);
        let found = nearest(&vector.embedder, &params(-1.0, among), &stop).unwrap();
        assert!(found.near.iter().all(|near| near.len() == 1));
        assert!(found.near[1][0].cosine > found.near[0][0].cosine);
        stop.store(true, Ordering::Relaxed);
        assert!(nearest(&vector.embedder, &params(0.0, None), &stop).is_err());
    }

    #[test]
    fn without_the_model_it_says_how_to_get_it() {
        let folder = tempfile::tempdir().unwrap();
        let kept = KeptEmbedder::new(Store::at(folder.path()));
        let params = serde_json::from_value(serde_json::json!({"texts": ["a"]})).unwrap();
        let error = nearest(&kept, &params, &AtomicBool::new(false)).err().unwrap();
        assert!(matches!(error, ToolError::Failed { hint, .. } if hint.contains("model pull")));
    }
}
