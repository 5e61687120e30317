//! The computation of a decoder-only transformer: token ids in, logits out (Vaswani et al. 2017, arXiv:1706.03762;
//! Touvron et al. 2023, arXiv:2302.13971).
//!
//! Weights stay quantised, the embedding too. Keys and values lie in buffers with room for what will be read; heads that
//! share keys are multiplied together, so nothing is copied for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use candle_core::quantized::{QMatMul, QTensor};
use candle_core::{D, Device, Module, Result, Tensor};
use candle_nn::ops::{silu, softmax_last_dim};
use candle_nn::rotary_emb::{rope, rope_i};
use candle_transformers::quantized_nn::RmsNorm;

use super::gguf::Gguf;
use super::shape::{Family, Shape};

/// Tokens that a buffer is rounded up to.
const ROOM: usize = 64;

/// A model's weights.
pub(super) struct Decoder {
    shape: Shape,
    device: Device,
    embedding: Arc<QTensor>,
    layers: Vec<Layer>,
    norm: RmsNorm,
    output: QMatMul,
    /// Radians that each rotation turns with every position: half a head's width.
    frequencies: Vec<f32>,
}

struct Layer {
    attention_norm: RmsNorm,
    projection: Projection,
    output: QMatMul,
    feed_norm: RmsNorm,
    feed: Feed,
    rotates: bool,
}

/// What makes queries, keys and values.
enum Projection {
    Apart {
        weights: [QMatMul; 3],
        biases: Option<[Tensor; 3]>,
        norms: Option<[RmsNorm; 2]>,
    },
    Fused(QMatMul),
}

/// What makes gate and input of the feed-forward part, and what follows them.
struct Feed {
    gate: Option<QMatMul>,
    up: QMatMul,
    down: QMatMul,
}

/// Keys and values of every layer, `[key_heads, room, head]` each.
pub(super) struct Kept {
    layers: Vec<(Tensor, Tensor)>,
    room: usize,
}

/// Why a pass gave nothing.
pub(super) enum Interrupted {
    Stopped,
    Failed(candle_core::Error),
}

impl From<candle_core::Error> for Interrupted {
    fn from(error: candle_core::Error) -> Self {
        Self::Failed(error)
    }
}

impl Decoder {
    /// Loads the weights of a checked file onto `device`.
    pub(super) fn load(gguf: &mut Gguf, device: &Device) -> Result<Self> {
        let shape = gguf.shape;
        let mut source = Source { gguf, device };
        let embedding = Arc::new(source.tensor("token_embd.weight")?);
        let output = match source.has("output.weight") {
            true => source.matrix("output.weight")?,
            false => QMatMul::from_arc(Arc::clone(&embedding))?,
        };
        let layers = (0..shape.layers).map(|index| Layer::load(&mut source, &shape, index));
        let layers = layers.collect::<Result<_>>()?;
        let norm = source.norm("output_norm.weight", shape.epsilon)?;
        let mut frequencies: Vec<f32> = (0..shape.head / 2)
            .map(|index| shape.rotation_base.powf(-2.0 * index as f32 / shape.head as f32))
            .collect();
        if source.has("rope_freqs.weight") {
            let divisors = source.plain("rope_freqs.weight")?.to_vec1::<f32>()?;
            frequencies
                .iter_mut()
                .zip(divisors)
                .for_each(|(frequency, by)| *frequency /= by);
        }
        Ok(Self {
            shape,
            device: device.clone(),
            embedding,
            layers,
            norm,
            output,
            frequencies,
        })
    }

    /// Empty buffers for `tokens` tokens.
    pub(super) fn room_for(&self, tokens: usize) -> Result<Kept> {
        let room = tokens.next_multiple_of(ROOM);
        let shape = (self.shape.key_heads, room, self.shape.head);
        let buffer = || Tensor::zeros(shape, candle_core::DType::F32, &self.device);
        let layers = (0..self.shape.layers).map(|_| Ok((buffer()?, buffer()?)));
        Ok(Kept {
            layers: layers.collect::<Result<_>>()?,
            room,
        })
    }

    /// Reads `tokens` after the first `read` ones of `kept`; gives the hidden states, `[tokens, width]`.
    ///
    /// `stop` is looked at before every layer.
    pub(super) fn states(
        &self,
        tokens: &[u32],
        kept: &mut Kept,
        read: usize,
        stop: &AtomicBool,
    ) -> std::result::Result<Tensor, Interrupted> {
        let ids = Tensor::new(tokens, &self.device)?;
        let mut states = self.embedding.embedding(&ids)?;
        let rotation = self.rotation(read, tokens.len())?;
        let mask = self.mask(read, tokens.len())?;
        for (layer, kept) in self.layers.iter().zip(&kept.layers) {
            if stop.load(Ordering::Relaxed) {
                return Err(Interrupted::Stopped);
            }
            states = self.layer(layer, &states, kept, read, &rotation, mask.as_ref())?;
        }
        Ok(states)
    }

    /// The logits after each of the hidden `states`: `[tokens, vocabulary]`.
    pub(super) fn logits(&self, states: &Tensor) -> Result<Tensor> {
        self.output.forward(&self.norm.forward(&states.contiguous()?)?)
    }

    /// Bytes of keys and values that one token takes.
    pub(super) fn bytes_per_token(&self) -> u64 {
        2 * 4 * (self.shape.layers * self.shape.key_heads * self.shape.head) as u64
    }

    /// Whether its buffers are in the memory of the machine, and not in that of an accelerator.
    pub(super) fn is_in_memory(&self) -> bool {
        self.device.is_cpu()
    }

    fn layer(
        &self,
        layer: &Layer,
        states: &Tensor,
        kept: &(Tensor, Tensor),
        read: usize,
        rotation: &(Tensor, Tensor),
        mask: Option<&Tensor>,
    ) -> Result<Tensor> {
        let attended = self.attention(layer, states, kept, read, rotation, mask)?;
        let states = (states + layer.output.forward(&attended)?)?;
        let fed = layer.feed.forward(&layer.feed_norm.forward(&states)?)?;
        states + fed
    }

    /// Attention of every new token to all before it and itself: `[tokens, heads × head]`.
    fn attention(
        &self,
        layer: &Layer,
        states: &Tensor,
        (keys, values): &(Tensor, Tensor),
        read: usize,
        (cos, sin): &(Tensor, Tensor),
        mask: Option<&Tensor>,
    ) -> Result<Tensor> {
        let Shape {
            heads, key_heads, head, ..
        } = self.shape;
        let tokens = states.dim(0)?;
        let [queries, new_keys, new_values] = layer
            .projection
            .forward(&layer.attention_norm.forward(states)?, &self.shape)?;
        let turned = |part: Tensor| match (layer.rotates, self.shape.family.rotates_neighbours()) {
            (false, _) => Ok(part),
            (true, true) => rope_i(&part.unsqueeze(0)?, cos, sin)?.squeeze(0),
            (true, false) => rope(&part.unsqueeze(0)?, cos, sin)?.squeeze(0),
        };
        keys.slice_set(&turned(new_keys)?, 1, read)?;
        values.slice_set(&new_values, 1, read)?;
        let all = read + tokens;
        let (keys, values) = (keys.narrow(1, 0, all)?, values.narrow(1, 0, all)?);
        let group = heads / key_heads;
        let queries = (turned(queries)? * (head as f64).powf(-0.5))?.reshape((key_heads, group * tokens, head))?;
        let mut weights = queries.matmul(&keys.t()?)?;
        if let Some(mask) = mask {
            weights = weights.reshape((heads, tokens, all))?.broadcast_add(mask)?;
        }
        let weights = softmax_last_dim(&weights)?.reshape((key_heads, group * tokens, all))?;
        let attended = weights.matmul(&values)?.reshape((heads, tokens, head))?;
        attended.transpose(0, 1)?.reshape((tokens, heads * head))
    }

    /// Cosines and sines of the rotations at `tokens` positions from `read` on: `[tokens, head / 2]`.
    fn rotation(&self, read: usize, tokens: usize) -> Result<(Tensor, Tensor)> {
        let angles = (read..read + tokens).flat_map(|position| {
            let turns = self.frequencies.iter();
            // In f64: at position 100,000 an f32 angle is off by hundredths of a radian.
            turns.map(move |frequency| position as f64 * f64::from(*frequency))
        });
        let angles: Vec<f64> = angles.collect();
        let table = |value: fn(f64) -> f64| {
            let values: Vec<f32> = angles.iter().map(|angle| value(*angle) as f32).collect();
            Tensor::from_vec(values, (tokens, self.frequencies.len()), &self.device)
        };
        Ok((table(f64::cos)?, table(f64::sin)?))
    }

    /// What is added to the weights so that no token sees what follows it, `[tokens, read + tokens]`; nothing for a
    /// single token that sees everything.
    fn mask(&self, read: usize, tokens: usize) -> Result<Option<Tensor>> {
        let all = read + tokens;
        let window = self.shape.window.unwrap_or(usize::MAX);
        if tokens == 1 && all <= window {
            return Ok(None);
        }
        let values: Vec<f32> = (read..all)
            .flat_map(|own| {
                let first = (own + 1).saturating_sub(window);
                (0..all).map(move |other| match (first..=own).contains(&other) {
                    true => 0.0,
                    false => f32::NEG_INFINITY,
                })
            })
            .collect();
        Tensor::from_vec(values, (tokens, all), &self.device).map(Some)
    }
}

impl Kept {
    /// Tokens that there is room for.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// Takes over the first `tokens` tokens of `other`.
    pub(super) fn take_over(&mut self, other: &Self, tokens: usize) -> Result<()> {
        for ((keys, values), (old_keys, old_values)) in self.layers.iter().zip(&other.layers) {
            keys.slice_set(&old_keys.narrow(1, 0, tokens)?.contiguous()?, 1, 0)?;
            values.slice_set(&old_values.narrow(1, 0, tokens)?.contiguous()?, 1, 0)?;
        }
        Ok(())
    }
}

impl Layer {
    fn load(source: &mut Source<'_>, shape: &Shape, index: usize) -> Result<Self> {
        let name = |part: &str| format!("blk.{index}.{part}");
        let projection = match shape.family {
            Family::Phi3 => Projection::Fused(source.matrix(&name("attn_qkv.weight"))?),
            Family::Llama | Family::SmolLm3 | Family::Qwen2 | Family::Qwen3 => Projection::Apart {
                weights: [
                    source.matrix(&name("attn_q.weight"))?,
                    source.matrix(&name("attn_k.weight"))?,
                    source.matrix(&name("attn_v.weight"))?,
                ],
                biases: match shape.family {
                    Family::Qwen2 => Some([
                        source.plain(&name("attn_q.bias"))?,
                        source.plain(&name("attn_k.bias"))?,
                        source.plain(&name("attn_v.bias"))?,
                    ]),
                    _ => None,
                },
                norms: match shape.family {
                    Family::Qwen3 => Some([
                        source.norm(&name("attn_q_norm.weight"), shape.epsilon)?,
                        source.norm(&name("attn_k_norm.weight"), shape.epsilon)?,
                    ]),
                    _ => None,
                },
            },
        };
        let gate = name("ffn_gate.weight");
        Ok(Self {
            attention_norm: source.norm(&name("attn_norm.weight"), shape.epsilon)?,
            projection,
            output: source.matrix(&name("attn_output.weight"))?,
            feed_norm: source.norm(&name("ffn_norm.weight"), shape.epsilon)?,
            feed: Feed {
                gate: source.has(&gate).then(|| source.matrix(&gate)).transpose()?,
                up: source.matrix(&name("ffn_up.weight"))?,
                down: source.matrix(&name("ffn_down.weight"))?,
            },
            rotates: shape.family.rotates(index),
        })
    }
}

impl Projection {
    /// Queries, keys and values of `states`: `[heads, tokens, head]` each, with `key_heads` for the last two.
    fn forward(&self, states: &Tensor, shape: &Shape) -> Result<[Tensor; 3]> {
        let tokens = states.dim(0)?;
        let widths = [shape.heads, shape.key_heads, shape.key_heads].map(|heads| heads * shape.head);
        let mut parts = match self {
            Self::Apart { weights, biases, .. } => {
                let mut parts = Vec::with_capacity(3);
                for (index, weight) in weights.iter().enumerate() {
                    let part = weight.forward(states)?;
                    parts.push(match biases {
                        Some(biases) => part.broadcast_add(&biases[index])?,
                        None => part,
                    });
                }
                parts
            }
            Self::Fused(weight) => {
                let fused = weight.forward(states)?;
                let mut parts = Vec::with_capacity(3);
                let mut from = 0;
                for width in widths {
                    parts.push(fused.narrow(D::Minus1, from, width)?.contiguous()?);
                    from += width;
                }
                parts
            }
        };
        for (index, part) in parts.iter_mut().enumerate() {
            let heads = widths[index] / shape.head;
            let mut by_head = part.reshape((tokens, heads, shape.head))?;
            if let Self::Apart { norms: Some(norms), .. } = self
                && let Some(norm) = norms.get(index)
            {
                by_head = norm.forward(&by_head)?;
            }
            *part = by_head.transpose(0, 1)?.contiguous()?;
        }
        let parts: std::result::Result<[Tensor; 3], _> = parts.try_into();
        parts.map_err(|_| candle_core::Error::Msg("queries, keys and values are three".to_owned()))
    }
}

impl Feed {
    fn forward(&self, states: &Tensor) -> Result<Tensor> {
        let up = self.up.forward(states)?;
        let fed = match &self.gate {
            Some(gate) => (silu(&gate.forward(states)?)? * up)?,
            // Gate and input side by side.
            None => {
                let inner = up.dim(D::Minus1)? / 2;
                (silu(&up.narrow(D::Minus1, 0, inner)?)? * up.narrow(D::Minus1, inner, inner)?)?
            }
        };
        self.down.forward(&fed)
    }
}

/// Where weights come from and where they go.
struct Source<'a> {
    gguf: &'a mut Gguf,
    device: &'a Device,
}

impl Source<'_> {
    fn has(&self, name: &str) -> bool {
        self.gguf.content.tensor_infos.contains_key(name)
    }

    fn tensor(&mut self, name: &str) -> Result<QTensor> {
        self.gguf.content.tensor(&mut self.gguf.reader, name, self.device)
    }

    fn matrix(&mut self, name: &str) -> Result<QMatMul> {
        QMatMul::from_qtensor(self.tensor(name)?)
    }

    fn plain(&mut self, name: &str) -> Result<Tensor> {
        self.tensor(name)?.dequantize(self.device)
    }

    fn norm(&mut self, name: &str, epsilon: f64) -> Result<RmsNorm> {
        RmsNorm::from_qtensor(self.tensor(name)?, epsilon)
    }
}
