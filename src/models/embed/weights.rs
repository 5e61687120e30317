//! Weights as they are published, checked and laid out as they are used.

use std::path::Path;

use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;

use super::super::local::LoadError;
use super::arithmetic::Norm;

/// Widths, layers and positions beyond any model of this kind.
const MAX_WIDTH: usize = 1 << 14;
const MAX_LAYERS: usize = 256;
const MAX_VOCABULARY: usize = 1 << 20;

/// What is wrong with a file, before its path is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    Damaged(String),
    Unsupported(String),
}

impl Fault {
    pub(super) fn at(self, path: &Path) -> LoadError {
        let path = path.to_owned();
        match self {
            Self::Damaged(why) => LoadError::Damaged { path, why },
            Self::Unsupported(what) => LoadError::Unsupported { path, what },
        }
    }
}

/// The shape of a model, from its `config.json`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Config {
    model_type: String,
    hidden_act: String,
    #[serde(default)]
    position_embedding_type: Option<String>,
    hidden_size: usize,
    intermediate_size: usize,
    num_attention_heads: usize,
    num_hidden_layers: usize,
    max_position_embeddings: usize,
    type_vocab_size: usize,
    vocab_size: usize,
    layer_norm_eps: f32,
}

impl Config {
    pub(super) fn positions(&self) -> usize {
        self.max_position_embeddings
    }

    pub(super) fn vocabulary(&self) -> usize {
        self.vocab_size
    }
}

/// Reads and checks a `config.json`.
pub(super) fn config(bytes: &[u8]) -> Result<Config, Fault> {
    let config: Config = serde_json::from_slice(bytes).map_err(|error| Fault::Damaged(error.to_string()))?;
    let positions = config.position_embedding_type.as_deref().unwrap_or("absolute");
    if config.model_type != "bert" {
        return Err(Fault::Unsupported(format!("the architecture `{}`", config.model_type)));
    }
    if config.hidden_act != "gelu" || positions != "absolute" {
        let what = format!("the activation `{}` with positions `{positions}`", config.hidden_act);
        return Err(Fault::Unsupported(what));
    }
    let sound = (1..=MAX_WIDTH).contains(&config.hidden_size)
        && (1..=MAX_WIDTH).contains(&config.intermediate_size)
        && (1..=config.hidden_size).contains(&config.num_attention_heads)
        && config.hidden_size.is_multiple_of(config.num_attention_heads)
        && (1..=MAX_LAYERS).contains(&config.num_hidden_layers)
        && (3..=MAX_WIDTH).contains(&config.max_position_embeddings)
        && (1..=MAX_VOCABULARY).contains(&config.vocab_size)
        && (1..=MAX_WIDTH).contains(&config.type_vocab_size)
        && config.layer_norm_eps.is_finite()
        && config.layer_norm_eps > 0.0;
    if sound {
        return Ok(config);
    }
    Err(Fault::Damaged("its dimensions do not fit together".to_owned()))
}

/// Weights of one product: `inputs` rows of `outputs` numbers.
pub(super) struct Table {
    pub(super) numbers: Vec<f32>,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
}

/// A product with what is added after it.
pub(super) struct Linear {
    pub(super) weights: Table,
    pub(super) bias: Vec<f32>,
}

pub(super) struct Layer {
    /// Query, key and value side by side; the query is divided by the root of a head's width already.
    pub(super) asking: Linear,
    pub(super) taking: Linear,
    pub(super) taken: Norm,
    pub(super) up: Linear,
    pub(super) down: Linear,
    pub(super) settled: Norm,
}

/// A model's weights.
pub(super) struct Weights {
    pub(super) width: usize,
    pub(super) inner: usize,
    pub(super) heads: usize,
    pub(super) words: Vec<f32>,
    /// Of each position, with the one type of token that a single text has.
    pub(super) places: Vec<f32>,
    pub(super) norm: Norm,
    pub(super) layers: Vec<Layer>,
}

impl Weights {
    /// Reads a safetensors file. Tensors that nothing here counts with (the pooler) are passed over.
    pub(super) fn read(bytes: &[u8], config: &Config) -> Result<Self, Fault> {
        let file = SafeTensors::deserialize(bytes).map_err(|error| Fault::Damaged(error.to_string()))?;
        let reader = Reader { file, config };
        let (width, inner) = (config.hidden_size, config.intermediate_size);
        let mut places = reader.tensor(
            "embeddings.position_embeddings.weight",
            &[config.max_position_embeddings, width],
        )?;
        let types = reader.tensor(
            "embeddings.token_type_embeddings.weight",
            &[config.type_vocab_size, width],
        )?;
        for place in places.chunks_exact_mut(width) {
            place
                .iter_mut()
                .zip(&types)
                .for_each(|(place, of_type)| *place += of_type);
        }
        let layers = (0..config.num_hidden_layers).map(|at| reader.layer(at));
        Ok(Self {
            width,
            inner,
            heads: config.num_attention_heads,
            words: reader.tensor("embeddings.word_embeddings.weight", &[config.vocab_size, width])?,
            places,
            norm: reader.norm("embeddings.LayerNorm")?,
            layers: layers.collect::<Result<_, _>>()?,
        })
    }
}

struct Reader<'a> {
    file: SafeTensors<'a>,
    config: &'a Config,
}

impl Reader<'_> {
    fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Fault> {
        let tensor = self
            .file
            .tensor(name)
            .map_err(|_| Fault::Damaged(format!("tensor `{name}` is missing")))?;
        if tensor.shape() != shape {
            let found = tensor.shape();
            return Err(Fault::Damaged(format!(
                "tensor `{name}` has the shape {found:?} instead of {shape:?}"
            )));
        }
        if tensor.dtype() != Dtype::F32 {
            return Err(Fault::Unsupported(format!("tensor `{name}` of {:?}", tensor.dtype())));
        }
        let (numbers, _) = tensor.data().as_chunks::<4>();
        Ok(numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    fn norm(&self, name: &str) -> Result<Norm, Fault> {
        let width = self.config.hidden_size;
        Ok(Norm {
            stretch: self.tensor(&format!("{name}.weight"), &[width])?,
            shift: self.tensor(&format!("{name}.bias"), &[width])?,
            least: self.config.layer_norm_eps,
        })
    }

    /// Several products of the same input, side by side, each with its own factor.
    fn linear(&self, parts: &[(&str, f32)], inputs: usize, outputs: usize) -> Result<Linear, Fault> {
        let all = outputs * parts.len();
        let mut numbers = vec![0.0; inputs * all];
        let mut bias = Vec::with_capacity(all);
        for (at, (name, factor)) in parts.iter().enumerate() {
            let published = self.tensor(&format!("{name}.weight"), &[outputs, inputs])?;
            for (output, row) in published.chunks_exact(inputs).enumerate() {
                for (input, number) in row.iter().enumerate() {
                    numbers[input * all + at * outputs + output] = number * factor;
                }
            }
            let published = self.tensor(&format!("{name}.bias"), &[outputs])?;
            bias.extend(published.iter().map(|number| number * factor));
        }
        let weights = Table {
            numbers,
            inputs,
            outputs: all,
        };
        Ok(Linear { weights, bias })
    }

    fn layer(&self, at: usize) -> Result<Layer, Fault> {
        let (width, inner) = (self.config.hidden_size, self.config.intermediate_size);
        let root = ((width / self.config.num_attention_heads) as f32).sqrt();
        let part = |name: &str| format!("encoder.layer.{at}.{name}");
        let (query, key, value) = (
            part("attention.self.query"),
            part("attention.self.key"),
            part("attention.self.value"),
        );
        let asking = [(query.as_str(), 1.0 / root), (&key, 1.0), (&value, 1.0)];
        let (taking, up, down) = (
            part("attention.output.dense"),
            part("intermediate.dense"),
            part("output.dense"),
        );
        Ok(Layer {
            asking: self.linear(&asking, width, width)?,
            taking: self.linear(&[(&taking, 1.0)], width, width)?,
            taken: self.norm(&part("attention.output.LayerNorm"))?,
            up: self.linear(&[(&up, 1.0)], width, inner)?,
            down: self.linear(&[(&down, 1.0)], inner, width)?,
            settled: self.norm(&part("output.LayerNorm"))?,
        })
    }
}
