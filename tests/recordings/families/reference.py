"""Computes the tiny models in 64-bit floats, from the published descriptions alone, and says how far llama.cpp is.

    venv/bin/python reference.py MODELS RECORDINGS

Vaswani et al. 2017 (arXiv:1706.03762), RMSNorm (arXiv:1910.07467), rotation (arXiv:2104.09864), SwiGLU
(arXiv:2002.05202), grouped keys (arXiv:2305.13245), LongRoPE (arXiv:2402.13753), NoPE in every fourth layer as in
SmolLM3. For each file: the distance of the recorded log-probabilities from this computation (the largest over all
tokens, for each place), then the same when one thing is done otherwise: the recordings tell such a mistake if it is large.
"""
import json, pathlib, sys
import numpy as np
import gguf
from gguf import GGMLQuantizationType as Q

models, recordings = map(pathlib.Path, sys.argv[1:3])
NEOX = {"qwen2", "qwen3", "phi3"}  # pairs (i, i + half); the others: pairs (2 i, 2 i + 1)


class File:
    def __init__(self, path):
        reader = gguf.GGUFReader(path)
        self.fields = {key: field.contents() for key, field in reader.fields.items()}
        self.family = self.fields["general.architecture"]
        self.kinds = {t.name: t.tensor_type for t in reader.tensors}
        self.tensors = {}
        for t in reader.tensors:
            plain = t.data if t.tensor_type == Q.F32 else gguf.dequantize(t.data, t.tensor_type)
            self.tensors[t.name] = np.array(plain, np.float64)

    def key(self, name, default=None):
        return self.fields.get(f"{self.family}.{name}", default)


def norm(x, weight, epsilon):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * weight


def silu(x):
    return x / (1 + np.exp(-x))


def rotate(x, base, factors, neox, scale):
    positions, _, size = x.shape
    half = size // 2
    angle = np.arange(positions)[:, None] * base ** (-np.arange(half) * 2 / size)[None, :] / factors
    cos, sin = np.cos(angle)[:, None, :] * scale, np.sin(angle)[:, None, :] * scale
    out = np.empty_like(x)
    first, second = (slice(0, half), slice(half, size)) if neox else (slice(0, size, 2), slice(1, size, 2))
    out[..., first] = x[..., first] * cos - x[..., second] * sin
    out[..., second] = x[..., first] * sin + x[..., second] * cos
    return out


def rounded(x, kind):
    """What llama.cpp's CPU kernels make of the vector that a quantised matrix is multiplied with: whole numbers of 8 bits."""
    size = 256 if kind in (Q.Q4_K, Q.Q6_K) else 32
    blocks = x.astype(np.float32).reshape(-1, size)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(-1)[:, None], -1)
    if size == 256:
        back = np.float32(-127) / largest
        whole, scale = np.minimum(np.rint(blocks * back), 127), np.float32(1) / back
    else:
        largest = np.abs(largest)
        whole, scale = np.rint(blocks * (np.float32(127) / largest)), (largest / np.float32(127)).astype(np.float16)
    return (whole.astype(np.float64) * scale.astype(np.float64)).reshape(x.shape)


def logprobs(file, tokens, *, neox=None, window=None, nope=lambda layer: layer % 4 == 3, factors="as written",
             swapped=False, scale=True, round_input=False, bias=True, qk_norm="before", head_scale=None, group="block", stats=None):
    t, key = file.tensors, file.key
    heads, key_heads = key("attention.head_count"), key("attention.head_count_kv")
    width, epsilon = key("embedding_length"), key("attention.layer_norm_rms_epsilon")
    size = key("attention.key_length", width // heads)
    neox = file.family in NEOX if neox is None else neox
    if isinstance(factors, str):
        factors = t.get("rope_freqs.weight", np.ones(size // 2))
    attention_scale = float(key("rope.scaling.attn_factor", 1.0)) if scale else 1.0
    base = key("rope.freq_base")
    count = len(tokens)

    def times(x, name):
        kind = file.kinds[name]
        return (rounded(x, kind) if round_input and kind != Q.F32 else x) @ t[name].T

    own, other = np.arange(count)[:, None], np.arange(count)[None, :]
    hidden = other > own
    if window is not None:
        hidden = hidden | (own - other >= window)
    x = t["token_embd.weight"][tokens]
    for layer in range(key("block_count")):
        b = f"blk.{layer}."
        y = norm(x, t[b + "attn_norm.weight"], epsilon)
        if b + "attn_qkv.weight" in t:
            q, k, v = np.split(times(y, b + "attn_qkv.weight"), [heads * size, (heads + key_heads) * size], -1)
        else:
            q, k, v = (times(y, b + f"attn_{one}.weight") for one in "qkv")
        if bias and b + "attn_q.bias" in t:
            q, k, v = q + t[b + "attn_q.bias"], k + t[b + "attn_k.bias"], v + t[b + "attn_v.bias"]
        q, k, v = q.reshape(count, heads, size), k.reshape(count, key_heads, size), v.reshape(count, key_heads, size)
        normed = b + "attn_q_norm.weight" in t
        if normed and qk_norm == "before":
            q, k = norm(q, t[b + "attn_q_norm.weight"], epsilon), norm(k, t[b + "attn_k_norm.weight"], epsilon)
        if not (file.family == "smollm3" and nope(layer)):
            q, k = (rotate(one, base, factors, neox, attention_scale) for one in (q, k))
        if normed and qk_norm == "after":
            q, k = norm(q, t[b + "attn_q_norm.weight"], epsilon), norm(k, t[b + "attn_k_norm.weight"], epsilon)
        if group == "block":
            k, v = (np.repeat(one, heads // key_heads, 1) for one in (k, v))
        else:
            k, v = (np.tile(one, (1, heads // key_heads, 1)) for one in (k, v))
        score = np.einsum("ihd,jhd->hij", q, k) / np.sqrt(head_scale or size)
        score = np.where(hidden, -np.inf, score)
        weight = np.exp(score - score.max(-1, keepdims=True))
        weight /= weight.sum(-1, keepdims=True)
        if stats is not None:
            stats.append(np.exp(-(weight[:, -1] * np.log(np.maximum(weight[:, -1], 1e-300))).sum(-1)).mean())
        mixed = np.einsum("hij,jhd->ihd", weight, v).reshape(count, heads * size)
        x = x + times(mixed, b + "attn_output.weight")
        y = norm(x, t[b + "ffn_norm.weight"], epsilon)
        if b + "ffn_gate.weight" in t:
            gate, up = times(y, b + "ffn_gate.weight"), times(y, b + "ffn_up.weight")
        else:
            gate, up = np.split(times(y, b + "ffn_up.weight"), 2, -1)
        if swapped:
            gate, up = up, gate
        x = x + times(silu(gate) * up, b + "ffn_down.weight")
    y = norm(x, t["output_norm.weight"], epsilon)
    logits = times(y, "output.weight" if "output.weight" in t else "token_embd.weight")
    if stats is not None:
        stats.append(logits.std(-1).mean())
    highest = logits.max(-1, keepdims=True)
    return logits - highest - np.log(np.exp(logits - highest).sum(-1, keepdims=True))


for path in sorted(recordings.glob("next-*.json")):
    recorded = json.loads(path.read_text())
    name = recorded["origin"]["model"].split()[0]
    if not (models / name).exists():
        print(f"{path.stem}: no {name}")
        continue
    file = File(models / name)
    tokens = np.array(recorded["tokens"])
    base = {}
    if name == "tiny-phi3-long.gguf":
        chosen, left = ("long", "short") if path.stem.endswith("long") else ("short", "long")
        base["factors"] = file.tensors[f"rope_factors_{chosen}.weight"]

    def distance(**options):
        ours = logprobs(file, tokens, **{**base, **options})
        far = [np.abs(ours[one["position"]] - np.array(one["logprobs"])).max() for one in recorded["after"]]
        return ", ".join(f"{one:.6f}" for one in far)

    stats = []
    logprobs(file, tokens, stats=stats, **base)
    print(f"{path.stem}: {distance()}   logits' deviation {stats[-1]:.2f}, last row attends to {', '.join(f'{s:.0f}' for s in stats[:-1])} places")
    otherwise = {"other rotation": dict(neox=file.family not in NEOX), "keys dealt round": dict(group="round"), "gate and input swapped": dict(swapped=True)}
    if file.family == "smollm3":
        otherwise |= {"rotated everywhere": dict(nope=lambda layer: False), "NoPE in layer 0": dict(nope=lambda layer: layer % 4 == 0),
                      "NoPE in layer 2": dict(nope=lambda layer: layer % 4 == 2)}
    if file.family == "phi3":
        otherwise |= {f"window {w}": dict(window=w) for w in (31, 32, 33)}
    if file.family == "qwen2":
        otherwise |= {"no biases": dict(bias=False)}
    if file.family == "qwen3":
        otherwise |= {"norms after rotation": dict(qk_norm="after"), "no norms": dict(qk_norm="no")}
    if file.key("attention.key_length"):
        otherwise |= {"scores by width / heads": dict(head_scale=file.key("embedding_length") / file.key("attention.head_count"))}
    if "rope_freqs.weight" in file.tensors:
        otherwise |= {"no factors": dict(factors=np.ones(12)), "factors multiplied": dict(factors=1 / file.tensors["rope_freqs.weight"])}
    if name == "tiny-phi3-long.gguf":
        otherwise |= {f"{left} factors": dict(factors=file.tensors[f"rope_factors_{left}.weight"]), "no factors": dict(factors=np.ones(8)), "no attn_factor": dict(scale=False)}
    if any(kind not in (Q.F32,) for kind in file.kinds.values()):
        otherwise = {"inputs rounded as llama.cpp's CPU kernels do": dict(round_input=True)} | otherwise
    for words, options in otherwise.items():
        print(f"    {words}: {distance(**options)}")
