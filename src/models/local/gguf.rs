//! GGUF files: checked before anything believes them.
//!
//! The header is read once by our own code, which allocates no more than it has bytes for and
//! checks every count, length, offset and shape; only then does candle see the file. Follows the
//! GGUF specification, versions 2 and 3 (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>).

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use candle_core::quantized::gguf_file::Content;

use super::LoadError;
use super::shape::{self, Shape};

const MAGIC: &[u8; 4] = b"GGUF";
const MAX_ENTRIES: u64 = 4_096;
const MAX_TENSORS: u64 = 16_384;
const MAX_STRING: u64 = 1 << 20;
/// Elements of all arrays together: four times what the largest vocabularies have.
const MAX_ELEMENTS: u64 = 1 << 22;
const MAX_DIMENSIONS: u32 = 4;

/// A checked file with what candle reads from it.
#[derive(Debug)]
pub(super) struct Gguf {
    pub(super) content: Content,
    pub(super) reader: BufReader<File>,
    pub(super) shape: Shape,
}

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

pub(super) fn damaged<T>(why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Damaged(why.into()))
}

pub(super) fn unsupported<T>(what: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Unsupported(what.into()))
}

/// Reads the checked header of the file at `path`, of any architecture.
pub(super) fn read(path: &Path) -> Result<Content, LoadError> {
    read_header(path).map(|(content, ..)| content)
}

fn read_header(path: &Path) -> Result<(Content, BufReader<File>, Tensors), LoadError> {
    let unreadable = |error: io::Error| LoadError::unreadable(path, &error);
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let tensors = check_header(&mut reader, length).map_err(|fault| fault.at(path))?;
    reader.rewind().map_err(unreadable)?;
    let content = Content::read(&mut reader).map_err(|error| LoadError::Damaged {
        path: path.to_owned(),
        why: error.to_string(),
    })?;
    Ok((content, reader, tensors))
}

impl Gguf {
    /// Opens and checks the file at `path`.
    pub(super) fn open(path: &Path) -> Result<Self, LoadError> {
        let (content, reader, tensors) = read_header(path)?;
        let shape = shape::check(&content.metadata, &tensors).map_err(|fault| fault.at(path))?;
        Ok(Self { content, reader, shape })
    }
}

/// The type of a tensor's numbers: id, numbers in a block, bytes of a block.
const FORMATS: [(u32, u64, u64); 12] = [
    (0, 1, 4),      // F32
    (1, 1, 2),      // F16
    (2, 32, 18),    // Q4_0
    (3, 32, 20),    // Q4_1
    (6, 32, 22),    // Q5_0
    (7, 32, 24),    // Q5_1
    (8, 32, 34),    // Q8_0
    (10, 256, 84),  // Q2_K
    (11, 256, 110), // Q3_K
    (12, 256, 144), // Q4_K
    (13, 256, 176), // Q5_K
    (14, 256, 210), // Q6_K
];

/// The shapes of all tensors, as written: the fastest dimension first.
pub(super) type Tensors = HashMap<String, Vec<u64>>;

/// Reads the whole header of a file of `length` bytes and checks that its tensors lie within it.
pub(super) fn check_header(reader: &mut impl Read, length: u64) -> Result<Tensors, Fault> {
    let mut header = Header { reader, at: 0, length };
    if &header.bytes::<4>()? != MAGIC {
        return unsupported("it is not a GGUF file: the first four bytes are not `GGUF`");
    }
    let version = header.u32()?;
    if !(2..=3).contains(&version) {
        return unsupported(format!("GGUF version {version}"));
    }
    let tensor_count = header.u64()?;
    let entry_count = header.u64()?;
    if tensor_count > MAX_TENSORS || entry_count > MAX_ENTRIES {
        return damaged(format!(
            "its header counts {tensor_count} tensors and {entry_count} entries"
        ));
    }
    let mut keys = HashSet::new();
    let mut elements = 0;
    let mut alignment = 32;
    for _ in 0..entry_count {
        let key = header.text()?;
        let kind = header.u32()?;
        if key == "general.alignment" {
            if kind != 4 {
                return damaged("its alignment is not a 32-bit number");
            }
            alignment = u64::from(header.u32()?);
        } else {
            header.skip_value(kind, &mut elements)?;
        }
        if !keys.insert(key) {
            return damaged("a metadata key appears twice");
        }
    }
    if !alignment.is_power_of_two() || !(8..=65_536).contains(&alignment) {
        return damaged(format!("its alignment is {alignment}"));
    }
    let mut tensors = Tensors::new();
    let mut end = 0;
    for _ in 0..tensor_count {
        let (name, dimensions, tensor_end) = header.tensor(alignment)?;
        end = end.max(tensor_end);
        if tensors.insert(name, dimensions).is_some() {
            return damaged("a tensor appears twice");
        }
    }
    let data = header.at.next_multiple_of(alignment);
    match data.checked_add(end) {
        Some(needed) if needed <= length => Ok(tensors),
        Some(needed) => damaged(format!(
            "it is cut off: its tensors need {needed} bytes and it has {length}"
        )),
        None => damaged("a tensor lies beyond any file"),
    }
}

struct Header<'a, R> {
    reader: &'a mut R,
    at: u64,
    length: u64,
}

impl<R: Read> Header<'_, R> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Fault> {
        if self.reader.read_exact(bytes).is_err() {
            return damaged(format!("it is cut off within its header, after {} bytes", self.at));
        }
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn u32(&mut self) -> Result<u32, Fault> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    fn u64(&mut self) -> Result<u64, Fault> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    fn text(&mut self) -> Result<String, Fault> {
        let length = self.u64()?;
        if length > MAX_STRING || length > self.length - self.at.min(self.length) {
            return damaged(format!("a text in its header has {length} bytes"));
        }
        let mut bytes = vec![0; length as usize];
        self.fill(&mut bytes)?;
        String::from_utf8(bytes).or_else(|_| damaged("a text in its header is not UTF-8"))
    }

    fn skip(&mut self, length: u64) -> Result<(), Fault> {
        let skipped = io::copy(&mut self.reader.by_ref().take(length), &mut io::sink());
        if !skipped.is_ok_and(|skipped| skipped == length) {
            return damaged(format!("it is cut off within its header, after {} bytes", self.at));
        }
        self.at += length;
        Ok(())
    }

    fn skip_value(&mut self, kind: u32, elements: &mut u64) -> Result<(), Fault> {
        match kind {
            7 => match self.bytes::<1>()?[0] {
                0 | 1 => Ok(()),
                other => damaged(format!("a truth value in its header is {other}")),
            },
            8 => self.text().map(drop),
            9 => {
                let kind = self.u32()?;
                let count = self.u64()?;
                *elements = elements.saturating_add(count);
                if *elements > MAX_ELEMENTS {
                    return damaged(format!("the arrays in its header have {elements} elements"));
                }
                match (kind, width(kind)) {
                    (7 | 8, _) => (0..count).try_for_each(|_| self.skip_value(kind, elements)),
                    (_, Some(width)) => self.skip(count * width),
                    (9, None) => unsupported("an array of arrays in its header"),
                    (_, None) => damaged(format!("a value in its header has the unknown type {kind}")),
                }
            }
            _ => match width(kind) {
                Some(width) => self.skip(width),
                None => damaged(format!("a value in its header has the unknown type {kind}")),
            },
        }
    }

    /// Name, dimensions, and where the tensor ends within the data.
    fn tensor(&mut self, alignment: u64) -> Result<(String, Vec<u64>, u64), Fault> {
        let name = self.text()?;
        let count = self.u32()?;
        if count == 0 || count > MAX_DIMENSIONS {
            return damaged(format!("tensor `{name}` has {count} dimensions"));
        }
        let dimensions = (0..count).map(|_| self.u64()).collect::<Result<Vec<_>, _>>()?;
        let format = self.u32()?;
        let offset = self.u64()?;
        let Some((_, block, bytes)) = FORMATS.into_iter().find(|(id, ..)| *id == format) else {
            return unsupported(format!("tensor `{name}` has the number format {format}"));
        };
        let numbers = dimensions
            .iter()
            .try_fold(1u64, |product, size| product.checked_mul(*size));
        let size = numbers.and_then(|numbers| (numbers / block).checked_mul(bytes));
        let end = size.and_then(|size| offset.checked_add(size));
        let whole = dimensions
            .first()
            .is_some_and(|row| *row > 0 && row.is_multiple_of(block));
        match end {
            Some(end) if whole && offset.is_multiple_of(alignment) && numbers != Some(0) => Ok((name, dimensions, end)),
            Some(_) | None => damaged(format!(
                "tensor `{name}` has the shape {dimensions:?} at offset {offset}"
            )),
        }
    }
}

/// Bytes of a value of fixed size.
fn width(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::OnceLock;

    use proptest::prelude::*;

    use super::*;
    use crate::models::fixture;

    /// The real file's header with the length of the whole file.
    fn header() -> &'static (Vec<u8>, u64) {
        static HEADER: OnceLock<(Vec<u8>, u64)> = OnceLock::new();
        HEADER.get_or_init(|| {
            let gguf = Gguf::open(&fixture::pulled().path).unwrap();
            let mut file = gguf.reader.into_inner();
            let length = file.metadata().unwrap().len();
            file.rewind().unwrap();
            let mut bytes = vec![0; gguf.content.tensor_data_offset as usize];
            file.read_exact(&mut bytes).unwrap();
            (bytes, length)
        })
    }

    /// What [`Gguf::open`] does, on bytes; whatever it says, it must not panic.
    fn check(bytes: &[u8], length: u64) -> Result<Shape, Fault> {
        let tensors = check_header(&mut Cursor::new(bytes), length)?;
        let content = Content::read(&mut Cursor::new(bytes)).map_err(|error| Fault::Damaged(error.to_string()))?;
        let shape = shape::check(&content.metadata, &tensors)?;
        super::super::tokenizer::Tokenizer::from_metadata(&content.metadata)?;
        Ok(shape)
    }

    #[test]
    fn the_real_header_is_sound_and_each_lie_is_found() {
        let (bytes, length) = header();
        let shape = check(bytes, *length).unwrap();
        assert_eq!((shape.vocabulary, shape.context), (49_152, 8_192));
        let cut = check(bytes, length - 1).unwrap_err();
        assert!(
            matches!(&cut, Fault::Damaged(why) if why.contains("cut off")),
            "{cut:?}"
        );
        let mut magic = bytes.clone();
        magic[0] = b'X';
        assert!(matches!(check(&magic, *length), Err(Fault::Unsupported(what)) if what.contains("GGUF")));
        for (at, count) in [
            (8, u64::MAX),
            (8, 1 << 40),
            (16, u64::MAX),
            (16, 4_000),
            (24, u64::MAX),
            (24, 1 << 19),
        ] {
            let mut lie = bytes.clone();
            lie[at..at + 8].copy_from_slice(&count.to_le_bytes());
            assert!(
                matches!(check(&lie, *length), Err(Fault::Damaged(_))),
                "{count} at {at}"
            );
        }
        let place = |key: &str| {
            bytes
                .windows(key.len())
                .position(|window| window == key.as_bytes())
                .unwrap()
                + key.len()
                + 4
        };
        for (key, value) in [
            ("llama.block_count", 31u32),
            ("llama.block_count", u32::MAX),
            ("llama.attention.head_count", 0),
            ("llama.attention.head_count_kv", 0),
            ("llama.embedding_length", 0),
            ("llama.context_length", 0),
            ("llama.attention.layer_norm_rms_epsilon", f32::NAN.to_bits()),
            ("tokenizer.ggml.eos_token_id", 49_152),
        ] {
            let mut lie = bytes.clone();
            let at = place(key);
            lie[at..at + 4].copy_from_slice(&value.to_le_bytes());
            assert!(
                matches!(check(&lie, *length), Err(Fault::Damaged(_))),
                "{key} = {value}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_truncation_panics(share in 0.0f64..1.0, claims_whole in any::<bool>()) {
            let (bytes, length) = header();
            let cut = &bytes[..(bytes.len() as f64 * share * share * share) as usize];
            let length = if claims_whole { *length } else { cut.len() as u64 };
            prop_assert!(check(cut, length).is_err());
        }

        #[test]
        fn no_flipped_bytes_panic(flips in prop::collection::vec((0.0f64..1.0, any::<u8>()), 1..6), at_start in any::<bool>()) {
            let (bytes, length) = header();
            let mut bytes = bytes.clone();
            // Most of a header is vocabulary; its structure is at the start and in the tensors at the end.
            let (from, reach) = if at_start { (0, 2_000) } else { (bytes.len() - 20_000, 20_000) };
            for (share, byte) in flips {
                bytes[from + (f64::from(reach) * share) as usize] ^= byte;
            }
            let _ = check(&bytes, *length);
        }
    }
}
