// Records what llama.cpp does with the default model: token ids, next-token log-probabilities, greedy text.
//
//   npm install --ignore-scripts node-llama-cpp@3.22.1
//   cp tests/recordings/llama-cpp/record.mjs .      (modules are looked for beside the script)
//   node record.mjs SmolLM2-135M-Instruct.Q4_1.gguf tests/recordings/llama-cpp
//
// Reads corpus.zip (through `unzip -p`), writes tokens.json and next.json beside it.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getLlama } from "node-llama-cpp";

const [modelPath, folder] = process.argv.slice(2);
const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");
const shaIds = (ids) => sha(Buffer.from(Uint32Array.from(ids).buffer));
const round = (value) => Math.round(value * 1e4) / 1e4;
const llama = await getLlama({ gpu: false, build: "never" });
const origin = {
    package: `node-llama-cpp@3.22.1 (npm, prebuilt @node-llama-cpp/linux-x64), holding llama.cpp ${llama.llamaCppRelease.release}`,
    licence: "MIT",
    command: "node record.mjs SmolLM2-135M-Instruct.Q4_1.gguf tests/recordings/llama-cpp",
    model: `sha256:${sha(readFileSync(modelPath))}`,
};
const model = await llama.loadModel({ modelPath });
const write = (name, value) => {
    const rows = Object.entries(value).map(([key, item]) => {
        const body = Array.isArray(item) ? `[\n${item.map((one) => "  " + JSON.stringify(one)).join(",\n")}\n]` : JSON.stringify(item);
        return `${JSON.stringify(key)}: ${body}`;
    });
    writeFileSync(join(folder, name), `{\n${rows.join(",\n")}\n}\n`);
};

const corpus = execFileSync("unzip", ["-p", join(folder, "corpus.zip")], { maxBuffer: 1 << 26 });
const text = corpus.toString("utf8");
const lines = text.split(/(?<=\n)/);
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
const plain = (part) => model.tokenize(part, false);
const whole = plain(text);
const every = Math.floor(lines.length / 300);
const chosen = lines.filter((line, index) => index % every === 0 && line.length <= 160);
write("tokens.json", {
    origin,
    corpus_sha256: sha(corpus),
    count: whole.length,
    sha256: shaIds(whole),
    chunks: chunks.map((part) => [Buffer.byteLength(part), shaIds(plain(part)).slice(0, 16)]),
    samples: chosen.map((line) => [line, plain(line)]),
});

const system = "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n";
const questions = [
    "What is the capital of France?",
    "Name three colours.",
    "Summarise in one line: The build failed because the disk was full. Somebody removed old logs and it passed.",
    "Écris une phrase sur la mer. 42 + 17 = ?",
];
const context = await model.createContext({ contextSize: 1024, batchSize: 512, threads: 2 });
const sequence = context.getSequence();
const options = { temperature: 1, topK: 0, topP: 1, minP: 0 };
const next = async (tokens) => {
    const input = tokens.map((token, index) =>
        index + 1 < tokens.length ? token : [token, { generateNext: { probabilities: true, options } }]
    );
    const output = await sequence.controlledEvaluate(input);
    return output[tokens.length - 1].next.probabilities;
};
const prompts = [];
for (const question of questions) {
    const prompt = model.tokenize(`${system}<|im_start|>user\n${question}<|im_end|>\n<|im_start|>assistant\n`, true);
    await sequence.clearHistory();
    let probabilities = await next(prompt);
    const byId = [...probabilities].map(([id, p]) => [id, round(Math.log(p))]).sort((a, b) => a[0] - b[0]);
    const top = [...byId].sort((a, b) => b[1] - a[1]).slice(0, 20);
    const greedy = [];
    while (greedy.length < 24) {
        const [best] = [...probabilities].reduce((a, b) => (b[1] > a[1] ? b : a));
        greedy.push(best);
        if (best === model.tokens.eos) break;
        probabilities = await next([best]);
    }
    prompts.push({ question, prompt, top, every_16th: byId.filter(([id]) => id % 16 === 0).map(([, p]) => p), greedy });
}
write("next.json", { origin, prompts });
console.log(whole.length, "tokens", chunks.length, "chunks", prompts.map((p) => [p.every_16th.length, model.detokenize(p.greedy)]));
process.exit(0);
