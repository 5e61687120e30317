"""onnxruntime with all-MiniLM-L6-v2, for `cargo bench --bench embed`.

    pip install onnxruntime==1.32.0 onnx tokenizers torch sentence-transformers==6.2.0 onnxscript
    python benches/embed_peer.py export FOLDER model.onnx     makes the graph, fused as for BERT
    python benches/embed_peer.py serve FOLDER model.onnx 2    measures what it is asked on so many threads

FOLDER holds config.json, tokenizer.json and model.safetensors. `serve` reads one list of texts a line, as JSON, and writes the
seconds that their vectors took, from the texts to length 1, with the first numbers of the last vector.
"""

import json
import sys
import time

import numpy

BATCH = 32


def export(folder, path):
    import torch
    from onnxruntime.transformers import optimizer
    from transformers import BertModel

    model = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager").eval()

    class Named(torch.nn.Module):
        """The model with its inputs by name, which tracing gives by place."""

        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, ids, mask, types):
            return self.model(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state

    ids = torch.ones(2, 8, dtype=torch.int64)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    shape = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Named(),
        (ids, ids, torch.zeros_like(ids)),
        path,
        input_names=names,
        output_names=["last_hidden_state"],
        dynamic_axes={name: shape for name in names + ["last_hidden_state"]},
        opset_version=17,
        dynamo=False,
    )
    fused = optimizer.optimize_model(path, model_type="bert", num_heads=12, hidden_size=384)
    fused.save_model_to_file(path)
    print(fused.get_fused_operator_statistics())


def serve(folder, path, threads):
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
    print("ready", flush=True)
    for line in sys.stdin:
        texts = json.loads(line)
        began = time.perf_counter()
        # The longest together, so that little is padded.
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        vectors = [None] * len(texts)
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            encoded = tokenizer.encode_batch([texts[at] for at in part])
            ids = numpy.array([one.ids for one in encoded], dtype=numpy.int64)
            mask = numpy.array([one.attention_mask for one in encoded], dtype=numpy.int64)
            inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
            (hidden,) = session.run(None, inputs)
            weights = mask[:, :, None].astype(numpy.float32)
            means = (hidden * weights).sum(1) / weights.sum(1)
            means /= numpy.linalg.norm(means, axis=1, keepdims=True)
            for at, vector in zip(part, means):
                vectors[at] = vector
        took = time.perf_counter() - began
        print(json.dumps([took, [float(number) for number in vectors[-1][:4]]]), flush=True)


if sys.argv[1] == "export":
    export(sys.argv[2], sys.argv[3])
else:
    serve(sys.argv[2], sys.argv[3], int(sys.argv[4]))
