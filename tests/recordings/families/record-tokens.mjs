// Records the token ids that llama.cpp gives the corpus, for one vocabulary file after another.
//
//   npm install --ignore-scripts node-llama-cpp@3.22.1
//   cp record-tokens.mjs .                          (modules are looked for beside the script)
//   node record-tokens.mjs VOCABULARIES CORPUS_ZIP OUT [NAME…]
//
// VOCABULARIES is the folder `vendor/llama.cpp/models` of the source archive of llama_cpp_python 0.3.36. Each
// vocabulary is first held against its own `.inp` and `.out`; a difference ends the run.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getLlama } from "node-llama-cpp";

const [vocabularies, corpusZip, out, ...chosenNames] = process.argv.slice(2);
const names = chosenNames.length ? chosenNames : ["qwen2", "llama-bpe", "phi-3", "llama-spm", "gpt-2"];
const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");
const shaIds = (ids) => sha(Buffer.from(Uint32Array.from(ids).buffer));
const llama = await getLlama({ gpu: false, build: "never" });

const corpus = execFileSync("unzip", ["-p", corpusZip], { maxBuffer: 1 << 26 });
const text = corpus.toString("utf8");
const lines = text.split(/(?<=\n)/);
// The stretches and the single lines of `record.mjs`; of the single lines every second one.
const chunks = [];
let chunk = "";
for (const line of lines) {
    chunk += line;
    if (Buffer.byteLength(chunk) >= 4096) {
        chunks.push(chunk);
        chunk = "";
    }
}
chunks.push(chunk);
const every = Math.floor(lines.length / 300);
const single = lines.filter((line, index) => index % every === 0 && line.length <= 160).filter((_, index) => index % 2 === 0);

const write = (name, value) => {
    const rows = Object.entries(value).map(([key, item]) => {
        const body = Array.isArray(item) ? `[\n${item.map((one) => "  " + JSON.stringify(one)).join(",\n")}\n]` : JSON.stringify(item);
        return `${JSON.stringify(key)}: ${body}`;
    });
    writeFileSync(join(out, name), `{\n${rows.join(",\n")}\n}\n`);
};

for (const name of names) {
    const modelPath = join(vocabularies, `ggml-vocab-${name}.gguf`);
    const model = await llama.loadModel({ modelPath, vocabOnly: true, gpuLayers: 0 });
    const plain = (part) => model.tokenize(part, false); // add_special false (always), parse_special false

    const inputs = readFileSync(`${modelPath}.inp`, "utf8").split("\n__ggml_vocab_test__\n");
    const outputs = readFileSync(`${modelPath}.out`, "utf8").split("\n").slice(0, -1);
    if (outputs.length !== inputs.length && !(outputs.length + 1 === inputs.length && inputs.at(-1) === ""))
        throw new Error(`${name}: ${inputs.length} inputs, ${outputs.length} outputs`);
    const bad = outputs.map((line, index) => [inputs[index], line.trim(), plain(inputs[index]).join(" ")]).filter(([, want, got]) => want !== got);
    if (bad.length) {
        console.error(name, "differs from its own .out:", JSON.stringify(bad, null, 1));
        process.exit(1);
    }

    const started = Date.now();
    const whole = plain(text);
    write(`tokens-${name}.json`, {
        origin: {
            package: `node-llama-cpp@3.22.1 (npm, prebuilt @node-llama-cpp/linux-x64), holding llama.cpp ${llama.llamaCppRelease.release}`,
            licence: "MIT",
            command: `node record-tokens.mjs VOCABULARIES CORPUS_ZIP OUT ${name}`,
            vocabulary: `ggml-vocab-${name}.gguf sha256:${sha(readFileSync(modelPath))}`,
        },
        corpus_sha256: sha(corpus),
        count: whole.length,
        sha256: shaIds(whole),
        chunks: chunks.map((part) => [Buffer.byteLength(part), shaIds(plain(part)).slice(0, 16)]),
        samples: single.map((line) => [line, plain(line)]),
    });
    console.log(name, "own tests", outputs.length, "tokens", whole.length, "chunks", chunks.length, "single lines", single.length, `${Date.now() - started} ms`);
    await model.dispose();
}
process.exit(0);
