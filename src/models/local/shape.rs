//! What a GGUF file's metadata and tensors say about the model: its family, its dimensions, and that every tensor
//! that such a model has is there in the right shape, and no other.
//!
//! Families that differ from Llama only in the details below are one computation (`decoder`): Llama, Mistral and
//! SmolLM2 (`llama`), SmolLM3, Qwen 2 and 3, Phi 3. Names and meanings of keys and tensors follow llama.cpp's
//! `gguf-py/gguf/constants.py` and `src/llama-arch.cpp`.

use std::collections::{HashMap, HashSet};

use candle_core::quantized::gguf_file::Value;

use super::gguf::{Fault, Tensors, damaged, unsupported};

/// Layers, heads and widths beyond any model that fits a machine.
const MAX_LAYERS: u64 = 512;
const MAX_WIDTH: u64 = 1 << 18;
/// The base of rotations when a file names none (Su et al. 2021, arXiv:2104.09864).
const ROTATION_BASE: f32 = 10_000.0;
/// SmolLM3 leaves positions out of every fourth layer (arXiv:2501.18795).
const NO_POSITIONS_EVERY: usize = 4;

/// A family of models, as `general.architecture` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::models) enum Family {
    /// Llama, Mistral, SmolLM 1 and 2.
    Llama,
    /// SmolLM 3: Llama with layers that know no positions.
    SmolLm3,
    /// Qwen 2 and 2.5: queries, keys and values have biases.
    Qwen2,
    /// Qwen 3: queries and keys are normalised in each head.
    Qwen3,
    /// Phi 3: one matrix for queries, keys and values, one for gate and input, a sliding window.
    Phi3,
}

/// The dimensions of a model and what is particular about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shape {
    pub(super) family: Family,
    pub(super) layers: usize,
    /// Numbers that stand for one token between layers.
    pub(super) width: usize,
    /// Numbers in the feed-forward part of a layer.
    pub(super) inner: usize,
    pub(super) heads: usize,
    /// Heads of keys and values; each serves `heads / key_heads` heads.
    pub(super) key_heads: usize,
    /// Numbers of one head.
    pub(super) head: usize,
    pub(super) vocabulary: usize,
    /// Tokens that the model was trained to attend to.
    pub(super) context: u64,
    /// Tokens before its own that a token sees, itself included.
    pub(super) window: Option<usize>,
    pub(super) epsilon: f64,
    pub(super) rotation_base: f32,
}

impl Family {
    fn of(name: &str) -> Result<Self, Fault> {
        match name {
            "llama" => Ok(Self::Llama),
            "smollm3" => Ok(Self::SmolLm3),
            "qwen2" => Ok(Self::Qwen2),
            "qwen3" => Ok(Self::Qwen3),
            "phi3" => Ok(Self::Phi3),
            // A wrong activation loads and computes another model: better none.
            "gemma3" => unsupported("the architecture `gemma3`: its activation is not computed rightly here"),
            other => unsupported(format!("the architecture `{other}`")),
        }
    }

    /// Its name in files.
    pub(in crate::models) fn name(self) -> &'static str {
        match self {
            Self::Llama => "llama",
            Self::SmolLm3 => "smollm3",
            Self::Qwen2 => "qwen2",
            Self::Qwen3 => "qwen3",
            Self::Phi3 => "phi3",
        }
    }

    /// Whether a number is rotated with its neighbour; otherwise with the one half a head further on.
    pub(super) fn rotates_neighbours(self) -> bool {
        matches!(self, Self::Llama | Self::SmolLm3)
    }

    /// Whether layer `index` knows positions.
    pub(super) fn rotates(self, index: usize) -> bool {
        self != Self::SmolLm3 || !(index + 1).is_multiple_of(NO_POSITIONS_EVERY)
    }
}

/// Checks that metadata and tensors describe one model of a known family.
pub(super) fn check(metadata: &HashMap<String, Value>, tensors: &Tensors) -> Result<Shape, Fault> {
    let family = match metadata.get("general.architecture") {
        Some(Value::String(name)) => Family::of(name)?,
        Some(_) | None => return unsupported("a file that names no architecture"),
    };
    let shape = dimensions(family, metadata)?;
    check_tensors(&shape, tensors)?;
    Ok(shape)
}

/// Reads the dimensions and checks that they fit together.
fn dimensions(family: Family, metadata: &HashMap<String, Value>) -> Result<Shape, Fault> {
    let keys = Keys {
        family: family.name(),
        metadata,
    };
    let layers = keys.number("block_count")?;
    let width = keys.number("embedding_length")?;
    let inner = keys.number("feed_forward_length")?;
    let heads = keys.number("attention.head_count")?;
    let key_heads = keys.number("attention.head_count_kv")?;
    let context = keys.number("context_length")?;
    let epsilon = keys.real("attention.layer_norm_rms_epsilon")?;
    let rotation_base = keys.optional("rope.freq_base", Keys::real)?.unwrap_or(ROTATION_BASE);
    // Converters write 0 where there is none.
    let window = keys
        .optional("attention.sliding_window", Keys::number)?
        .filter(|window| *window > 0);
    if keys.optional("expert_count", Keys::number)?.unwrap_or(0) > 0 {
        return unsupported("a mixture of experts");
    }
    let sound = (1..=MAX_LAYERS).contains(&layers)
        && (1..=MAX_WIDTH).contains(&width)
        && (1..=MAX_WIDTH).contains(&inner)
        && (1..=width).contains(&heads)
        && (1..=heads).contains(&key_heads)
        && heads.is_multiple_of(key_heads)
        && (1..=u64::from(u32::MAX)).contains(&context);
    if !sound {
        return damaged(format!(
            "its dimensions do not fit together: {layers} layers, width {width}, {heads} heads, {key_heads} key heads"
        ));
    }
    let head = match keys.optional("attention.key_length", Keys::number)? {
        Some(head) => head,
        None if width.is_multiple_of(heads) => width / heads,
        None => return damaged(format!("its width {width} is no multiple of its {heads} heads")),
    };
    if keys
        .optional("attention.value_length", Keys::number)?
        .is_some_and(|value| value != head)
    {
        return unsupported("values of another width than keys");
    }
    let rotated = keys.optional("rope.dimension_count", Keys::number)?.unwrap_or(head);
    // Whole heads are rotated here; a partial rotation is another computation.
    if rotated != head || !head.is_multiple_of(2) || !(2..=MAX_WIDTH).contains(&head) {
        return unsupported(format!("rotating {rotated} of {head} dimensions"));
    }
    // The context before scaling says nothing by itself; Phi 3 always has it.
    let prefix = format!("{}.rope.scaling.", family.name());
    let mut scaled = metadata.keys().filter_map(|key| key.strip_prefix(&prefix));
    let is_scaled = scaled.any(|key| key != "original_context_length");
    if is_scaled || metadata.contains_key(&format!("{}.rope.scale_linear", family.name())) {
        return unsupported("scaled rotations");
    }
    let vocabulary = match metadata.get("tokenizer.ggml.tokens") {
        Some(Value::Array(tokens)) if !tokens.is_empty() => tokens.len(),
        Some(_) | None => return damaged("it has no vocabulary"),
    };
    Ok(Shape {
        family,
        layers: layers as usize,
        width: width as usize,
        inner: inner as usize,
        heads: heads as usize,
        key_heads: key_heads as usize,
        head: head as usize,
        vocabulary,
        context,
        window: window.map(|window| window as usize),
        epsilon: f64::from(epsilon),
        rotation_base,
    })
}

/// The metadata of one family.
struct Keys<'a> {
    family: &'a str,
    metadata: &'a HashMap<String, Value>,
}

impl Keys<'_> {
    fn number(&self, key: &str) -> Result<u64, Fault> {
        match self.metadata.get(&format!("{}.{key}", self.family)) {
            Some(Value::U32(value)) => Ok(u64::from(*value)),
            Some(_) | None => damaged(format!("`{}.{key}` is missing or no 32-bit number", self.family)),
        }
    }

    fn real(&self, key: &str) -> Result<f32, Fault> {
        match self.metadata.get(&format!("{}.{key}", self.family)) {
            Some(Value::F32(value)) if value.is_finite() && *value > 0.0 => Ok(*value),
            Some(_) | None => damaged(format!("`{}.{key}` is missing or no positive number", self.family)),
        }
    }

    fn optional<T>(&self, key: &str, read: fn(&Self, &str) -> Result<T, Fault>) -> Result<Option<T>, Fault> {
        match self.metadata.contains_key(&format!("{}.{key}", self.family)) {
            true => read(self, key).map(Some),
            false => Ok(None),
        }
    }
}

/// Every tensor that the model has is there in its shape, and no other.
fn check_tensors(shape: &Shape, tensors: &Tensors) -> Result<(), Fault> {
    let mut known = HashSet::new();
    let mut expect = |name: &str, dimensions: &[usize]| match tensors.get(name) {
        Some(found)
            if found.len() == dimensions.len() && found.iter().zip(dimensions).all(|(a, b)| *a == *b as u64) =>
        {
            known.insert(name.to_owned());
            Ok(())
        }
        Some(found) => damaged(format!(
            "tensor `{name}` has the shape {found:?} instead of {dimensions:?}"
        )),
        None => damaged(format!("tensor `{name}` is missing")),
    };
    let Shape {
        family,
        width,
        inner,
        head,
        ..
    } = *shape;
    let (queries, keys) = (shape.heads * head, shape.key_heads * head);
    expect("token_embd.weight", &[width, shape.vocabulary])?;
    expect("output_norm.weight", &[width])?;
    for (name, dimensions) in [
        ("output.weight", &[width, shape.vocabulary][..]),
        // Llama 3: what the frequency of each rotation is divided by.
        ("rope_freqs.weight", &[head / 2]),
    ] {
        if tensors.contains_key(name) {
            expect(name, dimensions)?;
        }
    }
    for layer in 0..shape.layers {
        let mut parts: Vec<(&str, Vec<usize>)> = vec![
            ("attn_norm.weight", vec![width]),
            ("attn_output.weight", vec![queries, width]),
            ("ffn_norm.weight", vec![width]),
            ("ffn_down.weight", vec![inner, width]),
        ];
        if family == Family::Phi3 {
            parts.push(("attn_qkv.weight", vec![width, queries + 2 * keys]));
            parts.push(("ffn_up.weight", vec![width, 2 * inner]));
        } else {
            parts.push(("attn_q.weight", vec![width, queries]));
            parts.push(("attn_k.weight", vec![width, keys]));
            parts.push(("attn_v.weight", vec![width, keys]));
            parts.push(("ffn_gate.weight", vec![width, inner]));
            parts.push(("ffn_up.weight", vec![width, inner]));
        }
        if family == Family::Qwen2 {
            parts.push(("attn_q.bias", vec![queries]));
            parts.push(("attn_k.bias", vec![keys]));
            parts.push(("attn_v.bias", vec![keys]));
        }
        if family == Family::Qwen3 {
            parts.push(("attn_q_norm.weight", vec![head]));
            parts.push(("attn_k_norm.weight", vec![head]));
        }
        for (part, dimensions) in parts {
            expect(&format!("blk.{layer}.{part}"), &dimensions)?;
        }
    }
    // A tensor that would be passed over (another bias, another scale) means another computation.
    match tensors.keys().find(|name| !known.contains(*name)) {
        Some(name) => unsupported(format!("the tensor `{name}`")),
        None => Ok(()),
    }
}
