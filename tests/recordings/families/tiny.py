"""Writes tiny models with random weights, one for each family, as GGUF files, and packs them into tiny.zip.

    python -m venv venv && venv/bin/pip install gguf==0.19.0 tokenizers==0.23.3 numpy==2.4.6
    npm install --ignore-scripts node-llama-cpp@3.22.1          (for llama.cpp's own quantisation)
    venv/bin/python tiny.py CORPUS_ZIP LIBGGML_BASE OUT

CORPUS_ZIP is the recorded text, LIBGGML_BASE is `node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/libggml-base.so`.

Every weight of a matrix is an odd number from -15 to 15 times a power of two. So a file of 32-bit floats shrinks to
a fifth in the archive, and the same numbers are exact as F16 and BF16. `tiny-mixed.gguf` alone has quantised
matrices, made by llama.cpp from numbers with all digits; `tiny-mixed-plain.gguf` holds what they stand for as
32-bit floats and stays out of the archive.
"""
import ctypes, json, math, pathlib, sys, zipfile
import numpy as np
import gguf
from gguf import GGMLQuantizationType as Q
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
VOCABULARY = 300
CONTEXT = 512
# The template of SmolLM2-135M-Instruct (Apache-2.0), as its GGUF file holds it.
TEMPLATE = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n"
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def train(text):
    """A byte-level BPE: 3 special tokens, 256 bytes, 41 merges; digits one by one, as SmolLM2's."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(text.splitlines(keepends=True), trainer)
    vocabulary = tokenizer.get_vocab()
    tokens = sorted(vocabulary, key=vocabulary.get)
    assert len(tokens) == VOCABULARY and [vocabulary[t] for t in SPECIAL] == [0, 1, 2]
    merges = [" ".join(m) if isinstance(m, list) else m for m in json.loads(tokenizer.to_str())["model"]["merges"]]
    return tokens, merges


def matrix(rng, rows, columns, spread):
    """Odd numbers from -15 to 15 times the power of two that brings their deviation nearest to `spread`."""
    power = round(math.log2(spread / math.sqrt(85)))
    return ((2 * rng.randint(0, 16, (rows, columns)) - 15) * 2.0**power).astype(np.float32)


def around_one(rng, size):
    return (1 + rng.randint(-12, 13, size) / 32).astype(np.float32)


class Tiny:
    def __init__(self, name, family, seed, *, layers=2, width=64, heads=4, key_heads=2, head=16, inner=96, base=10000.0):
        self.name, self.family, self.rng = name, family, np.random.RandomState(seed)
        self.layers, self.width, self.heads, self.key_heads = layers, width, heads, key_heads
        self.head, self.inner, self.base = head, inner, base
        self.explicit_head = head * heads != width
        self.tied, self.factors, self.tensors, self.extra = True, {}, {}, []
        self.loud = 2.0  # how far apart the logits lie

    def build(self):
        rng, width, inner = self.rng, self.width, self.inner
        queries, keys = self.heads * self.head, self.key_heads * self.head
        into = 1.4 / math.sqrt(width)
        back = lambda size: 2.0 / math.sqrt(size)
        t = self.tensors
        t["token_embd.weight"] = matrix(rng, VOCABULARY, width, self.loud / math.sqrt(width))
        t.update(self.factors)
        for layer in range(self.layers):
            b = f"blk.{layer}."
            t[b + "attn_norm.weight"] = around_one(rng, width)
            if self.family == "phi3":
                t[b + "attn_qkv.weight"] = matrix(rng, queries + 2 * keys, width, into)
            else:
                t[b + "attn_q.weight"] = matrix(rng, queries, width, into)
                t[b + "attn_k.weight"] = matrix(rng, keys, width, into)
                t[b + "attn_v.weight"] = matrix(rng, keys, width, into)
            if self.family == "qwen2":
                t[b + "attn_q.bias"] = matrix(rng, 1, queries, 1.0)[0]
                t[b + "attn_k.bias"] = matrix(rng, 1, keys, 1.0)[0]
                t[b + "attn_v.bias"] = matrix(rng, 1, keys, 0.5)[0]
            if self.family == "qwen3":
                t[b + "attn_q_norm.weight"] = around_one(rng, self.head)
                t[b + "attn_k_norm.weight"] = around_one(rng, self.head)
            t[b + "attn_output.weight"] = matrix(rng, width, queries, back(queries))
            t[b + "ffn_norm.weight"] = around_one(rng, width)
            if self.family == "phi3":
                t[b + "ffn_up.weight"] = matrix(rng, 2 * inner, width, into)
            else:
                t[b + "ffn_gate.weight"] = matrix(rng, inner, width, into)
                t[b + "ffn_up.weight"] = matrix(rng, inner, width, into)
            t[b + "ffn_down.weight"] = matrix(rng, width, inner, back(inner))
        t["output_norm.weight"] = around_one(rng, width)
        if not self.tied:
            t["output.weight"] = matrix(rng, VOCABULARY, width, self.loud / math.sqrt(width))
        return self

    def write(self, folder, tokens, merges, kinds=None, quantise=None):
        path = folder / f"tiny-{self.name}.gguf"
        w = gguf.GGUFWriter(path, self.family)
        w.add_type("model")
        # Not the name of a family: llama.cpp looks for "phi3" in it and then wants a token `<unk>`.
        w.add_name("Tiny, random weights")
        w.add_license("MIT OR Apache-2.0")
        w.add_block_count(self.layers)
        w.add_context_length(CONTEXT)
        w.add_embedding_length(self.width)
        w.add_feed_forward_length(self.inner)
        w.add_head_count(self.heads)
        w.add_head_count_kv(self.key_heads)
        if self.explicit_head:
            w.add_key_length(self.head)
            w.add_value_length(self.head)
        w.add_rope_freq_base(self.base)
        w.add_rope_dimension_count(self.head)
        w.add_layer_norm_rms_eps(1e-5)
        w.add_file_type(0 if kinds is None else 15)
        w.add_vocab_size(VOCABULARY)
        for method, *values in self.extra:
            getattr(w, method)(*values)
        w.add_tokenizer_model("gpt2")
        w.add_tokenizer_pre("smollm")
        w.add_token_list(tokens)
        w.add_token_types([gguf.TokenType.CONTROL if t in SPECIAL else gguf.TokenType.NORMAL for t in tokens])
        w.add_token_merges(merges)
        w.add_bos_token_id(1)
        w.add_eos_token_id(2)
        w.add_unk_token_id(0)
        w.add_pad_token_id(2)
        w.add_add_bos_token(False)
        w.add_add_space_prefix(False)
        w.add_chat_template(TEMPLATE)
        if kinds is not None:
            w.add_quantization_version(2)
        for name, values in self.tensors.items():
            kind = Q.F32 if kinds is None or values.ndim == 1 else kinds[name.removesuffix(".weight").split(".")[-1]]
            if kind == Q.F32:
                w.add_tensor(name, values)
            else:
                w.add_tensor(name, quantise(values, kind), raw_dtype=kind)
        w.write_header_to_file()
        w.write_kv_data_to_file()
        w.write_tensors_to_file()
        w.close()
        return path


def quantiser(library):
    """llama.cpp's own quantisation, and back."""
    lib = ctypes.CDLL(str(library))
    lib.ggml_quantize_chunk.restype = ctypes.c_size_t
    lib.ggml_quantize_chunk.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p] + [ctypes.c_int64] * 3 + [ctypes.c_void_p]

    def quantise(values, kind):
        rows, columns = values.shape
        block, size = gguf.GGML_QUANT_SIZES[kind]
        out = np.zeros((rows, columns // block * size), np.uint8)
        values = np.ascontiguousarray(values)
        done = lib.ggml_quantize_chunk(int(kind), values.ctypes.data, out.ctypes.data, 0, rows, columns, None)
        assert done == out.nbytes
        return out

    def plain(values, kind):
        """The numbers that a quantised matrix stands for."""
        back = getattr(lib, f"dequantize_row_{kind.name.replace('Q', 'q', 1)}")
        back.argtypes, back.restype = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64], None
        packed, out = quantise(values, kind), np.zeros(values.shape, np.float32)
        back(packed.ctypes.data, out.ctypes.data, out.size)
        assert np.array_equal(out, gguf.dequantize(packed, kind))
        return out

    return quantise, plain


def llama3_factors(head, base, factor=8.0, low=1.0, high=4.0, original=64):
    """The factors as llama.cpp's converter makes them, for a model first trained on 64 positions."""
    out = []
    for frequency in 1.0 / base ** (np.arange(0, head, 2) / head):
        length = 2 * math.pi / frequency
        smooth = (original / length - low) / (high - low)
        out.append(1.0 if length < original / high else factor if length > original / low else 1 / ((1 - smooth) / factor + smooth))
    return np.array(out, np.float32)


def main():
    corpus_zip, library, out = map(pathlib.Path, sys.argv[1:4])
    out.mkdir(exist_ok=True)
    tokens, merges = train(zipfile.ZipFile(corpus_zip).read("corpus.txt").decode("utf-8"))

    llama = Tiny("llama", "llama", 1)
    llama.tied = False
    llama3 = Tiny("llama3", "llama", 2, head=24, base=500000.0)
    llama3.factors["rope_freqs.weight"] = llama3_factors(24, 500000.0)
    smollm3 = Tiny("smollm3", "smollm3", 3, layers=4, base=5e6)
    qwen2 = Tiny("qwen2", "qwen2", 4, base=1e6)
    qwen3 = Tiny("qwen3", "qwen3", 5, head=24, base=1e6)
    phi3 = Tiny("phi3", "phi3", 6)
    phi3.tied = False
    phi3.extra = [("add_rope_scaling_orig_ctx_len", CONTEXT), ("add_sliding_window", 32)]
    phi3_long = Tiny("phi3-long", "phi3", 7)
    phi3_long.tied = False
    # As Phi 3's 128k models: twice the first context, so the factor of llama.cpp's converter; window off, as for Phi 4.
    phi3_long.extra = [
        ("add_rope_scaling_orig_ctx_len", CONTEXT // 2),
        ("add_rope_scaling_attn_factors", math.sqrt(1 + math.log(2) / math.log(CONTEXT // 2))),
        ("add_sliding_window", 0),
    ]
    phi3_long.factors["rope_factors_long.weight"] = (1 + np.arange(8) * 0.75).astype(np.float32)
    phi3_long.factors["rope_factors_short.weight"] = (1 + np.arange(8) * 0.125).astype(np.float32)
    small = [llama, llama3, smollm3, qwen2, qwen3, phi3, phi3_long]
    paths = [model.build().write(out, tokens, merges) for model in small]

    mixed = Tiny("mixed", "llama", 8, layers=1, width=256, head=64, inner=256)
    mixed.loud = 1.0
    mixed.build()
    # Weights with all their digits: the quantisation is to have something to do.
    for name, values in mixed.tensors.items():
        if values.ndim == 2:
            mixed.tensors[name] = (mixed.rng.standard_normal(values.shape) * values.std()).astype(np.float32)
    kinds = dict(
        token_embd=Q.Q6_K, attn_q=Q.Q4_K, attn_k=Q.Q5_0, attn_v=Q.Q6_K, attn_output=Q.Q4_0,
        ffn_gate=Q.Q4_K, ffn_up=Q.Q8_0, ffn_down=Q.Q6_K,
    )
    quantise, plain = quantiser(library)
    paths.append(mixed.write(out, tokens, merges, kinds, quantise))
    # The same numbers as 32-bit floats, to be recorded too; not for the archive.
    mixed.name = "mixed-plain"
    for name, values in mixed.tensors.items():
        if values.ndim == 2:
            mixed.tensors[name] = plain(values, kinds[name.removesuffix(".weight").split(".")[-1]])
    mixed.write(out, tokens, merges)

    with zipfile.ZipFile(out / "tiny.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            entry = zipfile.ZipInfo(path.name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes(), compresslevel=9)
            print(path.name, path.stat().st_size, "bytes,", archive.getinfo(path.name).compress_size, "in the archive")


if __name__ == "__main__":
    main()
