//! How families of byte-level vocabularies split a text before merges: llama.cpp's `tokenizer.ggml.pre`.

use tokenizers::SplitDelimiterBehavior;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split as SplitBy, SplitPattern};

/// A way to split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    /// GPT-2's pattern.
    Gpt2,
    /// Digits alone, then GPT-2's pattern: SmolLM 1 and 2.
    SmolLm,
    /// Numbers in threes: Llama 3.
    Llama3,
    /// As Llama 3, but merges are always followed: SmolLM 3.
    Smaug,
    /// Digits alone: Qwen 2 and 3.
    Qwen2,
}

/// Contractions, words with what stands before them, numbers, marks, line ends, white space.
const LLAMA_3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN_2: &str =
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

impl Split {
    /// The one called `name`, when it is known here.
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "gpt-2" => Some(Self::Gpt2),
            "smollm" => Some(Self::SmolLm),
            "llama-bpe" => Some(Self::Llama3),
            "smaug-bpe" => Some(Self::Smaug),
            "qwen2" => Some(Self::Qwen2),
            _ => None,
        }
    }

    /// Whether a word that is a token stays one, whatever merges would make of it.
    pub(super) fn ignores_merges(self) -> bool {
        self == Self::Llama3
    }

    /// Whether a text begins with a token for that, unless the file says otherwise.
    pub(super) fn adds_beginning(self) -> bool {
        self == Self::Llama3
    }

    /// # Errors
    /// The pattern is not understood by the library: a bug.
    pub(super) fn pre_tokenizer(self) -> Result<PreTokenizerWrapper, String> {
        let gpt2 = || ByteLevel::new(false, true, true);
        let by = |pattern: &str| -> Result<PreTokenizerWrapper, String> {
            let pattern = SplitPattern::Regex(pattern.to_owned());
            let split = SplitBy::new(pattern, SplitDelimiterBehavior::Isolated, false);
            let split = split.map_err(|error| error.to_string())?;
            let parts: Vec<PreTokenizerWrapper> = vec![split.into(), ByteLevel::new(false, true, false).into()];
            Ok(Sequence::new(parts).into())
        };
        match self {
            Self::Gpt2 => Ok(gpt2().into()),
            Self::SmolLm => {
                let parts: Vec<PreTokenizerWrapper> = vec![Digits::new(true).into(), gpt2().into()];
                Ok(Sequence::new(parts).into())
            }
            Self::Llama3 | Self::Smaug => by(LLAMA_3),
            Self::Qwen2 => by(QWEN_2),
        }
    }
}
