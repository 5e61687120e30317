// Records llama.cpp's log-probabilities of all tokens after three places of a fixed prompt, for each tiny model.
//
//   npm install --ignore-scripts node-llama-cpp@3.22.1
//   cp record-tiny.mjs .                            (modules are looked for beside the script)
//   node record-tiny.mjs MODELS OUT
//
// MODELS is a folder with the files that tiny.py wrote (those of tiny.zip, and tiny-mixed-plain.gguf). CPU, two threads, no flash attention, KV cache of 32-bit floats.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getLlama } from "node-llama-cpp";

const [models, out] = process.argv.slice(2);
const places = [10, 50, 99];
const llama = await getLlama({ gpu: false, build: "never" });
const options = { temperature: 1, topK: 0, topP: 1, minP: 0 };

// 100 ids from 3 to 299 (no special tokens): the generator of "Numerical Recipes", seed 20240607.
let state = 20240607;
const tokens = Array.from({ length: 100 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 3 + Math.floor((state / 2 ** 32) * 297);
});

for (const file of readdirSync(models).filter((one) => one.endsWith(".gguf")).sort()) {
    const bytes = readFileSync(join(models, file));
    const model = await llama.loadModel({ modelPath: join(models, file), gpuLayers: 0 });
    // The context decides between phi3's long and short rotation factors: both are recorded.
    const sizes = file === "tiny-phi3-long.gguf" ? [["-long", 512], ["-short", 256]] : [["", 512]];
    for (const [suffix, contextSize] of sizes) {
        const context = await model.createContext({
            contextSize,
            batchSize: 128,
            threads: 2,
            flashAttention: false,
            experimentalKvCacheKeyType: "F32",
            experimentalKvCacheValueType: "F32",
        });
        const sequence = context.getSequence();
        const input = tokens.map((token, index) => (places.includes(index) ? [token, { generateNext: { logits: true, options } }] : token));
        const output = await sequence.controlledEvaluate(input);
        const after = places.map((position) => {
            const logits = output[position].next.logits;
            const values = Array.from({ length: logits.size }, (_, id) => logits.get(id));
            const highest = Math.max(...values);
            const total = highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
            return { position, logprobs: values.map((value) => Math.round((value - total) * 1e5) / 1e5) };
        });
        const origin = {
            package: `node-llama-cpp@3.22.1 (npm, prebuilt @node-llama-cpp/linux-x64), holding llama.cpp ${llama.llamaCppRelease.release}`,
            licence: "MIT",
            command: "node record-tiny.mjs MODELS OUT",
            model: `${file} sha256:${createHash("sha256").update(bytes).digest("hex")}`,
            settings: `CPU, 2 threads, flash attention off, KV cache F32, context ${contextSize}`,
        };
        const name = `next-${file.slice("tiny-".length, -".gguf".length)}`.replace(/-long$/, "") + suffix + ".json";
        const rows = after.map((one) => "  " + JSON.stringify(one)).join(",\n");
        writeFileSync(join(out, name), `{\n"origin": ${JSON.stringify(origin)},\n"tokens": ${JSON.stringify(tokens)},\n"after": [\n${rows}\n]\n}\n`);
        console.log(name, after.map((one) => [one.position, one.logprobs.length, Math.max(...one.logprobs), Math.min(...one.logprobs)].join(" ")).join("; "), `context ${context.contextSize}`);
        await context.dispose();
    }
    await model.dispose();
}
process.exit(0);
