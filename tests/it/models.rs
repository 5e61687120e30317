//! `somagent model`, and models that are files: what people type, and what comes of bad files.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::homes::{Ended, Home, models};
use crate::workbench::pull_model;

/// The default model's real file.
fn real() -> PathBuf {
    pull_model();
    let home = Home::fresh();
    let shown = Ended::of(&mut home.command_with_model(&["model", "show", "-o", "json"]));
    shown.json()["path"].as_str().unwrap().into()
}

/// A copy of the real file beside the workspace of `home`, with `edit` done to its bytes.
fn copy(home: &Home, name: &str, edit: impl Fn(&mut File)) -> String {
    let path = home.file(name, "");
    fs::copy(real(), &path).unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "a file of this test alone")]
    permissions.set_readonly(false);
    fs::set_permissions(&path, permissions).unwrap();
    edit(&mut File::options().read(true).write(true).open(&path).unwrap());
    path
}

/// Replaces the first occurrence of `from` in the header by `to`, which is as long.
fn replace(file: &mut File, from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let mut header = vec![0; 4 << 20];
    file.read_exact(&mut header).unwrap();
    let at = header.windows(from.len()).position(|window| window == from).unwrap();
    file.seek(SeekFrom::Start(at as u64)).unwrap();
    file.write_all(to).unwrap();
}

/// The same model under another digest: its name is spelt differently.
fn renamed(file: &mut File) {
    replace(file, b"Smollm2 135M 8k", b"smollm2 135m 8k");
}

fn named(list: &Value, name: &str) -> Option<Value> {
    let entries = list.as_array().unwrap();
    entries.iter().find(|entry| entry["name"] == name).cloned()
}

#[test]
fn the_list_says_what_is_compared_and_what_was_not() {
    let home = Home::fresh();
    let list = home.run(&["model", "list", "-o", "json"]).json();
    let default = named(&list, "smollm2-135m-instruct").unwrap();
    assert_eq!((&default["kind"], &default["path"]), (&json!("language"), &Value::Null));
    assert_eq!(default["standing"], json!({"standing": "verified", "because": null}));
    let memory = &default["memory"];
    assert_eq!(
        (&memory["weights"], &memory["tokens"]),
        (&json!(98_362_432), &json!(4096))
    );
    let sum: u64 = ["weights", "cache", "slack"]
        .map(|part| memory[part].as_u64().unwrap())
        .iter()
        .sum();
    if let Some(available) = memory["available"].as_u64() {
        assert_eq!(memory["fits"], sum <= available, "{memory}");
    }
    let embedding = named(&list, "all-minilm-l6-v2").unwrap();
    assert_eq!(
        (&embedding["kind"], &embedding["context"]),
        (&json!("embedding"), &json!(256))
    );
    assert_eq!(embedding["size"], 90_868_376 + 612 + 466_247);
    let table = home.run(&["model", "list"]).out;
    for word in ["KIND", "STANDING", "FITS", "verified", " GB"] {
        assert!(table.contains(word), "{word}: {table}");
    }
    assert!(!home.root().exists(), "looking sets nothing up");
}

#[test]
fn the_file_is_asked_what_it_is() {
    pull_model();
    let home = Home::fresh();
    let shown = Ended::of(&mut home.command_with_model(&["model", "show", "-o", "json"])).json();
    assert_eq!(
        (&shown["tokenizer"], &shown["vocabulary"]),
        (&json!("gpt2 smollm"), &json!(49_152))
    );
    assert_eq!(shown["tensors"][0]["format"], "Q4_1");
    assert!(shown["chat_template"].as_str().unwrap().contains("<|im_start|>"));
    let table = Ended::of(&mut home.command_with_model(&["model", "show"])).out;
    assert!(
        table.contains("chat template") && table.contains("standing       verified"),
        "{table}"
    );
}

#[test]
fn names_that_mean_nothing_are_refused_with_what_was_meant() {
    let home = Home::fresh();
    for args in [
        &["model", "show", "smollm2-135m-instrukt"][..],
        &["ask", "-m", "smollm2-135m-instrukt", "x"],
        &["model", "remove", "smollm2-135m-instrukt"],
    ] {
        home.run(args).refused(
            14,
            &["`smollm2-135m-instrukt`", "did you mean `smollm2-135m-instruct`?"],
        );
    }
    home.run(&["model", "show", "nonsense"])
        .refused(14, &["somagent model list"]);
    home.run(&["ask", "-m", "no/such.gguf", "x"])
        .refused(14, &["no/such.gguf", "does not exist", "somagent model list"]);
    home.run(&["ask", "-m", "all-minilm-l6-v2", "x"])
        .refused(2, &["gives vectors", "somagent model list"]);
    home.run(&["ask", "-m", "./", "x"]).refused(16, &["cannot be read"]);
    assert!(!home.root().exists(), "a mistake sets nothing up");
}

#[test]
fn a_list_of_ones_own_adds_models_and_its_mistakes_have_a_line() {
    let home = Home::founded();
    let list = home.root().join("config/models.toml");
    let own = r#"[[model]]
name = "mine"
kind = "language"
summary = "one of mine"
architecture = "llama"
parameters = 1
quantisation = "Q4_K"
context = 100
licence = "MIT"
standing = "refused"
because = "it is a text"
[[model.file]]
name = "mine.gguf"
sha256 = "00000000000000000000000000000000000000000000000000000000000000aa"
"#;
    fs::write(&list, own).unwrap();
    let entry = named(&home.run(&["model", "list", "-o", "json"]).json(), "mine").unwrap();
    assert_eq!((&entry["size"], &entry["memory"]["fits"]), (&Value::Null, &Value::Null));
    for args in [&["model", "pull", "mine"][..], &["ask", "-m", "mine", "x"]] {
        home.run(args).refused(2, &["`mine` is refused: it is a text"]);
    }
    fs::write(&list, own.replace("sha256", "sha")).unwrap();
    home.run(&["model", "list"])
        .refused(2, &["models.toml`, line ", "sha", "docs/models.md"]);
    fs::write(&list, own.replace("mine\"\nkind", "smollm2-135m-instruct\"\nkind")).unwrap();
    home.run(&["ask", "x"])
        .refused(2, &["line 1: ", "there is a model `smollm2-135m-instruct` already"]);
}

#[test]
fn a_file_by_its_path_is_taken_in_and_has_a_name_from_then_on() {
    let home = Home::founded();
    let file = copy(&home, "my model.gguf", renamed);
    let ask = |model: &str| home.run(&["ask", "-m", model, "Say hello.", "--choices", "yes,no", "-o", "json"]);
    let first = ask(&file);
    assert_eq!(first.code, Some(0), "{first:?}");
    let list = home.run(&["model", "list", "-o", "json"]).json();
    let entry = named(&list, "my-model").unwrap();
    assert_eq!(entry["standing"]["standing"], "unverified");
    assert_eq!((&entry["context"], &entry["size"]), (&json!(8192), &json!(98_362_432)));
    assert!(
        entry["path"]
            .as_str()
            .unwrap()
            .contains(entry["sha256"].as_str().unwrap())
    );

    // What becomes of the file outside changes nothing here.
    fs::write(&file, "gone").unwrap();
    let again = ask("my-model");
    assert_eq!(
        (again.code, &again.json()["outputs"]),
        (Some(0), &first.json()["outputs"])
    );
    let events = home.run(&["audit", "tail", "-n", "1000", "-o", "json"]);
    assert!(
        events.out.contains(entry["sha256"].as_str().unwrap()),
        "the run is pinned to its digest"
    );
    home.verifies();

    home.run(&["model", "remove", "my-model"]).refused(2, &["--yes"]);
    let removed = home.run(&["model", "remove", "my-model", "--yes", "-o", "json"]);
    assert_eq!(removed.code, Some(0), "{removed:?}");
    assert!(
        removed.json()["bytes"].as_u64().unwrap() > 98_362_432,
        "with what was derived"
    );
    home.run(&["model", "show", "my-model"]).refused(14, &["`my-model`"]);
}

#[test]
fn a_known_file_by_its_path_is_the_model_that_it_is() {
    let home = Home::founded();
    let file = copy(&home, "copy.gguf", |_| {});
    let asked = home.run(&["ask", "-m", &file, "Say hello.", "--choices", "yes,no"]);
    assert_eq!(asked.code, Some(0), "{asked:?}");
    let list = home.run(&["model", "list", "-o", "json"]).json();
    assert_eq!(named(&list, "copy"), None);
    assert!(named(&list, "smollm2-135m-instruct").unwrap()["path"].is_string());
    let removed = home.run(&["model", "remove", "smollm2-135m-instruct", "-y"]);
    assert!(
        removed.out.contains("smollm2-135m-instruct is removed: "),
        "{removed:?}"
    );
}

#[test]
fn a_run_goes_on_with_the_model_that_it_is_pinned_to() {
    let home = Home::founded();
    let file = copy(&home, "pinned.gguf", renamed);
    let capsule = crate::homes::capsule_of(
        "    - {name: gate, gate: {prompt: Go on?}}\n    - {name: say, action: model.call, params: {prompt: Say hello.}, choices: [\"yes\", \"no\"]}\n",
    );
    let parked = home.run_capsule(&capsule, &["-m", &file, "-o", "json"]);
    assert_eq!(parked.code, Some(5), "{parked:?}");
    let run = parked.json()["run"].as_str().unwrap().to_owned();
    let waiting = home.run(&["approvals", "list", "-o", "json"]).json();
    let approval = waiting[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(home.run(&["approvals", "approve", &approval]).code, Some(0));
    let resumed = home.run(&["runs", "resume", &run, "-o", "json"]);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    home.verifies();
}

#[test]
fn bad_files_are_refused_before_anything_is_kept() {
    let home = Home::fresh();
    let ask = |file: &str| home.run(&["ask", "-m", file, "x"]);
    let cut = copy(&home, "cut.gguf", |file| file.set_len(60_000_000).unwrap());
    ask(&cut).refused(16, &["cut.gguf", "is cut off", "60000000"]);
    let beginning = copy(&home, "beginning.gguf", |file| file.set_len(1_000).unwrap());
    ask(&beginning).refused(16, &["beginning.gguf", "is damaged", "fetch the file again"]);
    let magic = copy(&home, "magic.gguf", |file| file.write_all(b"GGML").unwrap());
    ask(&magic).refused(2, &["is not a GGUF file", "docs/models.md"]);
    let text = home.file("text.gguf", "a text");
    ask(&text).refused(2, &["is not a GGUF file"]);
    let empty = home.file("empty.gguf", "");
    ask(&empty).refused(16, &["cut off"]);
    let strange = copy(&home, "strange.gguf", |file| {
        replace(file, b"\x05\0\0\0\0\0\0\0llama", b"\x05\0\0\0\0\0\0\0llamb");
    });
    ask(&strange).refused(2, &["the architecture `llamb`"]);
    let shape = copy(&home, "shape.gguf", |file| {
        // The name of the tensor, its two dimensions, and the first of them: half as wide.
        let name = b"blk.0.attn_q.weight";
        let mut from = name.to_vec();
        from.extend(2u32.to_le_bytes());
        let mut to = from.clone();
        from.extend(576u64.to_le_bytes());
        to.extend(288u64.to_le_bytes());
        replace(file, &from, &to);
    });
    ask(&shape).refused(16, &["`blk.0.attn_q.weight`", "[288, 576]"]);
    // What it speaks is looked at before it is copied, too.
    let vocabulary = copy(&home, "vocabulary.gguf", |file| {
        replace(file, b"\x06\0\0\0\0\0\0\0smollm", b"\x06\0\0\0\0\0\0\0smullm")
    });
    ask(&vocabulary).refused(2, &["smullm", "docs/models.md"]);
    let template = copy(&home, "template.gguf", |file| {
        replace(file, b"tokenizer.chat_template", b"tokenizer.chut_template");
    });
    ask(&template).refused(2, &["a model without a chat template"]);
    assert!(!home.root().exists(), "a mistake sets nothing up");
}

#[test]
fn a_file_that_is_called_like_what_is_derived_is_a_model_like_any_other() {
    let home = Home::founded();
    let file = copy(&home, "derived-q8_0.gguf", renamed);
    let asked = home.run(&["ask", "-m", &file, "Is water wet?", "--choices", "yes,no"]);
    assert_eq!(asked.code, Some(0), "{asked:?}");
    // Its weights were converted beside it, and it is found by its name.
    let again = home.run(&["ask", "-m", "derived-q8_0", "Is water wet?", "--choices", "yes,no"]);
    assert_eq!((again.code, again.out), (Some(0), asked.out), "{}", again.err);
    let shown = home.run(&["model", "show", "derived-q8_0", "-o", "json"]).json();
    assert!(
        shown["path"].as_str().unwrap().ends_with("/model-derived-q8_0.gguf"),
        "{shown}"
    );
}

/// The files under `directory` that are not empty.
fn contents(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        match entry.metadata().unwrap() {
            metadata if metadata.is_dir() => found.extend(contents(&entry.path())),
            metadata if metadata.len() > 0 => found.push(entry.path()),
            _ => {}
        }
    }
    found
}

#[test]
fn a_full_disk_leaves_nothing_half_copied() {
    let home = Home::founded();
    let (file, disk) = (real(), home.root().join("data/models"));
    let mounts = Command::new("unshare").args(["-rm", "true"]).status();
    let mut command = if mounts.is_ok_and(|status| status.success()) {
        let script = r#"mount -t tmpfs -o size=16m tmpfs "$DISK" && "$SOM" model pull --from "$FILE"; code=$?
            find "$DISK" -type f -size +0 >"$LEFT"; exit $code"#;
        let mut command = Command::new("unshare");
        command.args(["-rm", "bash", "-c", script]);
        command
    } else {
        // Without the right to mount: no file may grow beyond a limit, which fails like a full disk.
        let script = r#"trap '' XFSZ; ulimit -S -f 16000; "$SOM" model pull --from "$FILE"; code=$?
            find "$DISK" -type f -size +0 >"$LEFT"; exit $code"#;
        let mut command = Command::new("bash");
        command.args(["-c", script]);
        command
    };
    let left = home.file("left", "");
    let ended = Ended::of(
        command
            .env("SOMAGENT_HOME", home.root())
            .env("SOM", env!("CARGO_BIN_EXE_somagent"))
            .envs([("DISK", &disk), ("FILE", &file)])
            .env("LEFT", &left)
            .env_remove("SOMAGENT_MODELS")
            .stdin(Stdio::null()),
    );
    ended.refused(16, &["cannot be written", "SOMAGENT_MODELS"]);
    assert_eq!(fs::read_to_string(left).unwrap(), "");
    let pulled = home.run(&["model", "pull", "--from", file.to_str().unwrap()]);
    assert_eq!(pulled.code, Some(0), "{pulled:?}");
}

#[test]
fn two_pulls_at_once_end_well_and_a_removal_waits_for_nobody() {
    let home = Home::founded();
    let file = real();
    let children: Vec<_> = (0..2)
        .map(|_| {
            home.command(&["model", "pull", "--from", file.to_str().unwrap()])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let ended = Ended::from(child.wait_with_output().unwrap());
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    let models = home.root().join("data/models");
    assert_eq!(contents(&models).len(), 1, "{:?}", contents(&models));
    let digest = contents(&models)[0].parent().unwrap().file_name().unwrap().to_owned();
    let lock = File::options()
        .write(true)
        .open(models.join("locks").join(digest))
        .unwrap();
    lock.lock().unwrap();
    let remove = || home.run(&["model", "remove", "smollm2-135m-instruct", "--yes"]);
    remove().refused(15, &["another process is pulling"]);
    assert_eq!(contents(&models).len(), 1);
    drop(lock);
    assert_eq!(remove().code, Some(0));
    assert_eq!(contents(&models).len(), 0);
    assert!(remove().out.contains("was not here"));
}

#[test]
fn a_bench_measures_the_real_model() {
    pull_model();
    let home = Home::fresh();
    let bench = |args: &[&str]| {
        let args = [
            &[
                "model",
                "bench",
                "--prompt-tokens",
                "16",
                "--output-tokens",
                "2",
                "--runs",
                "2",
            ],
            args,
        ]
        .concat();
        Ended::of(&mut home.command_with_model(&args))
    };
    let ended = bench(&["-o", "json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let measured = ended.json();
    assert!(measured["load_ms"].as_f64().unwrap() > 0.0, "{measured}");
    for rate in ["prefill", "decode"] {
        assert!(
            measured["tokens_per_second"][rate].as_f64().unwrap() > 0.0,
            "{measured}"
        );
    }
    assert_eq!(measured["ratio"], Value::Null);
    bench(&["--peer", "no/such"]).refused(14, &["`no/such`", "llama-bench"]);
    bench(&["--peer", "/bin/true"]).refused(3, &["no measurement"]);
    bench(&["--peer", "/bin/false"]).refused(3, &["`/bin/false`"]);
    bench(&["--runs", "0"]).refused(2, &["--runs"]);
    let long = ["model", "bench", "--prompt-tokens", "100000"];
    Ended::of(&mut home.command_with_model(&long)).refused(2, &["context", "--prompt-tokens"]);
    assert!(models().exists());
}

/// The cosine of the angle between two vectors of length 1.
fn cosine(one: &Value, other: &Value) -> f64 {
    let numbers = |value: &Value| -> Vec<f64> {
        let list = value.as_array().unwrap();
        list.iter().map(|number| number.as_f64().unwrap()).collect()
    };
    numbers(one).iter().zip(numbers(other)).map(|(a, b)| a * b).sum()
}

#[test]
fn texts_are_printed_as_vectors() {
    let home = Home::fresh();
    let embed = |args: &[&str]| Ended::of(&mut home.command_with_model(&[&["model", "embed"], args].concat()));
    let texts = [
        "The cat sat on the mat.",
        "A feline rested on the rug.",
        "Interest rates rose.",
    ];
    let ended = embed(&[&texts[..], &["-o", "json"]].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let result = ended.json();
    assert_eq!(
        (&result["model"], &result["dimensions"]),
        (&json!("all-minilm-l6-v2"), &json!(384))
    );
    assert_eq!(result["truncated"], json!([]));
    let vectors = result["vectors"].as_array().unwrap();
    assert!((cosine(&vectors[0], &vectors[0]) - 1.0).abs() < 1e-5);
    assert!(cosine(&vectors[0], &vectors[1]) > 0.5 && cosine(&vectors[0], &vectors[2]) < 0.2);

    let mut child = home
        .command_with_model(&["model", "embed", "--stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let long = "word ".repeat(300);
    let lines = format!("{}\n{long}\n\n{}", texts[0], texts[2]);
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let ended = Ended::from(child.wait_with_output().unwrap());
    let lines: Vec<Value> = ended
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((ended.code, lines.len()), (Some(0), 4), "{ended:?}");
    assert!(cosine(&lines[0], &vectors[0]) > 0.999_999 && cosine(&lines[3], &vectors[2]) > 0.999_999);
    assert!(ended.err.contains("text 2 has more than 256 tokens"), "{}", ended.err);

    embed(&["-m", "smollm2-135m-instruct", "x"]).refused(2, &["gives no vectors"]);
    assert_eq!(embed(&[]).code, Some(2));
}
