//! What a GGUF file says of itself, for people: read from its checked header, whatever its architecture.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::{Content, Value};

use super::LoadError;
use super::gguf::{self, Gguf};
use crate::models::catalogue::Cache;

/// What a file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The family (`general.architecture`).
    pub architecture: String,
    /// The name that its makers gave it.
    pub name: Option<String>,
    /// The licence that it names.
    pub licence: Option<String>,
    /// Numbers in all tensors.
    pub parameters: u64,
    /// The format of most weights, by bytes.
    pub quantisation: String,
    /// Tokens that it was trained to attend to.
    pub context: Option<u64>,
    /// The dimensions of what it remembers.
    pub cache: Option<Cache>,
    /// How it splits text: the kind of vocabulary, and of what is done before.
    pub tokenizer: String,
    /// Tokens that it knows.
    pub vocabulary: u64,
    /// The template of its conversations.
    pub chat_template: Option<String>,
    /// Its tensors by the format of their numbers, the largest share first.
    pub tensors: Vec<Share>,
}

/// The tensors of one format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The format as GGUF spells it: `Q4_K`.
    pub format: String,
    /// How many tensors.
    pub tensors: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Reads what the file at `path` says of itself. Its architecture may be one that cannot be run.
///
/// # Errors
/// It cannot be read, or its header is not sound.
pub fn describe(path: &Path) -> Result<Description, LoadError> {
    let content = gguf::read(path)?;
    let text = |key: &str| match content.metadata.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) | None => None,
    };
    let architecture = text("general.architecture").unwrap_or_else(|| "unknown".to_owned());
    let number = |key: &str| content.metadata.get(&format!("{architecture}.{key}")).and_then(whole);
    let width = match number("attention.key_length") {
        Some(width) => Some(width),
        None => number("embedding_length")
            .zip(number("attention.head_count"))
            .and_then(|(width, heads)| width.checked_div(heads)),
    };
    let heads = number("attention.head_count_kv").or_else(|| number("attention.head_count"));
    let key_width = width.zip(heads).and_then(|(width, heads)| width.checked_mul(heads));
    let layers = number("block_count").and_then(|layers| u32::try_from(layers).ok());
    let key_width = key_width.and_then(|key_width| u32::try_from(key_width).ok());
    let tensors = shares(&content);
    let splitting = [text("tokenizer.ggml.model"), text("tokenizer.ggml.pre")];
    let splitting: Vec<String> = splitting.into_iter().flatten().collect();
    Ok(Description {
        name: text("general.name"),
        licence: text("general.license"),
        parameters: content
            .tensor_infos
            .values()
            .map(|tensor| tensor.shape.elem_count() as u64)
            .sum(),
        quantisation: tensors.first().map_or_else(String::new, |share| share.format.clone()),
        context: number("context_length"),
        cache: layers
            .zip(key_width)
            .map(|(layers, key_width)| Cache { layers, key_width }),
        tokenizer: splitting.join(" "),
        vocabulary: match content.metadata.get("tokenizer.ggml.tokens") {
            Some(Value::Array(tokens)) => tokens.len() as u64,
            Some(_) | None => 0,
        },
        chat_template: text("tokenizer.chat_template"),
        tensors,
        architecture,
    })
}

/// Whether the file at `path` can be run here: its header is read, with its vocabulary and its template; its weights are
/// not.
///
/// # Errors
/// It cannot be read, is damaged, or asks for something that this program cannot do.
pub fn check(path: &Path) -> Result<(), LoadError> {
    let gguf = Gguf::open(path)?;
    super::spoken(&gguf, path).map(drop)
}

fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::U32(number) => Some(u64::from(*number)),
        Value::U64(number) => Some(*number),
        Value::I32(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

fn shares(content: &Content) -> Vec<Share> {
    let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for tensor in content.tensor_infos.values() {
        let format = tensor.ggml_dtype;
        let blocks = tensor.shape.elem_count() / format.block_size();
        let (tensors, bytes) = sums.entry(spelling(format)).or_default();
        *tensors += 1;
        *bytes += (blocks * format.type_size()) as u64;
    }
    let mut shares: Vec<Share> = sums
        .into_iter()
        .map(|(format, (tensors, bytes))| Share {
            format: format.to_owned(),
            tensors,
            bytes,
        })
        .collect();
    shares.sort_by_key(|share| std::cmp::Reverse(share.bytes));
    shares
}

fn spelling(format: GgmlDType) -> &'static str {
    match format {
        GgmlDType::F32 => "F32",
        GgmlDType::F16 => "F16",
        GgmlDType::BF16 => "BF16",
        GgmlDType::Q4_0 => "Q4_0",
        GgmlDType::Q4_1 => "Q4_1",
        GgmlDType::Q5_0 => "Q5_0",
        GgmlDType::Q5_1 => "Q5_1",
        GgmlDType::Q8_0 => "Q8_0",
        GgmlDType::Q8_1 => "Q8_1",
        GgmlDType::Q2K => "Q2_K",
        GgmlDType::Q3K => "Q3_K",
        GgmlDType::Q4K => "Q4_K",
        GgmlDType::Q5K => "Q5_K",
        GgmlDType::Q6K => "Q6_K",
        GgmlDType::Q8K => "Q8_K",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{Catalogue, fixture};

    #[test]
    fn the_real_file_says_what_the_catalogue_says() {
        let entry = Catalogue::built_in().unwrap().entries()[0].clone();
        let description = describe(&fixture::pulled().path).unwrap();
        assert_eq!(description.architecture, entry.architecture);
        assert_eq!(description.parameters, entry.parameters);
        assert_eq!(description.quantisation, entry.quantisation);
        assert_eq!(description.context, Some(u64::from(entry.context)));
        assert_eq!(description.cache, entry.cache);
        assert_eq!(
            (description.vocabulary, description.tokenizer.as_str()),
            (49_152, "gpt2 smollm")
        );
        assert!(description.chat_template.unwrap().contains("im_start"));
        let tensors: u64 = description.tensors.iter().map(|share| share.tensors).sum();
        assert_eq!(tensors, 272);
    }
}
