//! Steps that a head answers, and those that another model is asked about: real heads, real models, a real store.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};

use super::super::fact::{Outcome, RunFact, Settled, Started};
use super::super::recall::recall;
use super::super::{Engine, Job, Options, StartError, setup, start};
use super::driving::{finish, recorded};
use super::unit;
use crate::capsule::Capsule;
use crate::capsule::template::render;
use crate::config::Home;
use crate::label::Integrity;
use crate::models::catalogue::{Catalogue, Entry};
use crate::models::fixture;
use crate::models::head::{Example, Fields, Readers, Recipe, Rules, Shelf, ShelfError, Vectors, read_examples, train};

const LABELS: [&str; 3] = ["error", "info", "warning"];

/// A founded home with the shared models, and a head of log lines that abstains.
struct Ground {
    directory: tempfile::TempDir,
    home: Home,
}

impl Ground {
    async fn new() -> Self {
        // Pulling has a runtime of its own, which this thread cannot.
        std::thread::spawn(|| (fixture::pulled(), fixture::pulled_embedder()))
            .join()
            .unwrap();
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("home");
        let home = Home::from_env(|name| match name {
            "SOMAGENT_HOME" => Some(root.clone().into()),
            "SOMAGENT_MODELS" => Some(fixture::directory().into()),
            _ => None,
        });
        let home = home.unwrap();
        setup::ensure(&home, "user:test", &mut |_| {}).await.unwrap();
        Self { directory, home }
    }

    fn shelf(&self) -> Shelf {
        Shelf::at(self.home.heads(), self.home.signing_key())
    }

    fn train(&self, precision: Option<f64>) {
        self.train_with(fixture::readers(), examples(0), precision);
    }

    fn train_with(&self, readers: Readers, some: Vec<Example>, precision: Option<f64>) {
        let model = fixture::pulled_embedder();
        let rules = Rules::parse("rules: [{name: stack, pattern: '^traceback', label: error}]").unwrap();
        let recipe = Recipe {
            name: "sort".to_owned(),
            version: self.shelf().next_version("sort").unwrap(),
            vectors: Vectors {
                model: model.name,
                sha256: model.sha256,
                dimensions: 384,
            },
            ngrams: None,
            rules,
            is_balanced: false,
            precision,
            date: "2026-11-29".to_owned(),
        };
        let head = train(&some, readers, recipe, &AtomicBool::new(false)).unwrap();
        self.shelf().keep(&head).unwrap();
    }

    fn engine(&self, escalate: Option<Entry>) -> Arc<Engine> {
        let options = Options {
            actor: "user:test".to_owned(),
            offline: true,
            model: default_model(),
            escalate,
        };
        Arc::new(Engine::open(&self.home, options).unwrap())
    }

    fn job(&self, engine: &Engine, choices: &str, about: &str) -> Job {
        let text = format!(
            "schema: somagent.dev/capsule/v1\ncapsule_id: sorter\nversion: 1.0.0\ndescription: Sorts a line.\n\
             inputs: {{type: object, required: [line], properties: {{line: {{type: string}}}}}}\noutputs: {{type: object}}\noutputs_from: \
             {{}}\nexecution:\n  mode: sequence\n  steps:\n    - name: kind\n      action: model.call\n      params: \
             {{prompt: \"How bad is this line of a log?\", about: \"{{{{ inputs.line }}}}\"}}\n      {choices}\n"
        );
        let capsule = Capsule::parse(&text, engine.catalogue());
        let capsule = Arc::new(capsule.unwrap_or_else(|problems| panic!("{problems:?}\n{text}")));
        Job {
            inputs: json!({"line": about}),
            workspace: self.directory.path().canonicalize().unwrap(),
            seed: 0,
            idempotency_key: None,
            limit: capsule.limit(),
            children: Vec::new(),
            deadline_ms: None,
            forked: None,
            capsule,
        }
    }

    /// How the run of one step began and ended.
    async fn ask(&self, engine: &Arc<Engine>, choices: &str, about: &str) -> (Started, Settled) {
        let (mut owned, command) = engine.begin(self.job(engine, choices, about)).unwrap();
        finish(engine, &mut owned, command).await;
        let facts = recorded(engine, owned.id());
        // What was asked follows from the record, the head and the further model included.
        let run = start::load(&engine.journal().reader().unwrap(), engine.catalogue(), owned.id()).unwrap();
        let recalled = recall(&run, &unit("kind"), engine.catalogue()).unwrap();
        let (mut begun, mut ended) = (None, None);
        for fact in facts {
            match fact {
                RunFact::Started(started) => begun = Some(*started),
                RunFact::StepStarted(started) => assert_eq!(started.action_digest, recalled.action.digest()),
                RunFact::Settled(settled) => ended = Some(*settled),
                _ => {}
            }
        }
        (begun.unwrap(), ended.unwrap())
    }
}

/// Every tenth line of the set of log lines, from the `first` on.
fn examples(first: usize) -> Vec<Example> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/labelled/log_severity/dev.jsonl");
    let fields = Fields {
        text: "text".to_owned(),
        label: "label".to_owned(),
        group: None,
    };
    let all = read_examples(&fs::read_to_string(path).unwrap(), &fields).unwrap();
    all.into_iter().skip(first).step_by(10).collect()
}

fn default_model() -> Entry {
    Catalogue::built_in().unwrap().entries()[0].clone()
}

fn text(settled: &Settled) -> String {
    match &settled.outcome {
        Outcome::Completed { output, .. } => output.value.as_str().unwrap().to_owned(),
        Outcome::Failed { fault } => panic!("{fault:?}"),
    }
}

#[tokio::test]
async fn a_head_answers_without_a_language_model_and_the_run_is_pinned_to_it() {
    let ground = Ground::new().await;
    ground.train(None);
    let engine = ground.engine(None);
    let (started, settled) = ground
        .ask(&engine, "choices: {head: sort}", "cannot open file: No such file")
        .await;
    let usage = settled.usage.clone().unwrap();
    assert_eq!(
        (text(&settled).as_str(), usage.model.as_str()),
        ("error", "head:sort@1")
    );
    assert!(
        usage.confidence.unwrap().probability() > 0.34 && usage.escalated_from.is_none(),
        "{usage:?}"
    );
    assert!(
        usage.prompt_tokens > 5 && settled.spent.tokens == usage.prompt_tokens,
        "{settled:?}"
    );
    assert_eq!((started.model, started.escalate), (None, None));
    let pin = &started.heads[0];
    assert_eq!(
        (pin.name.as_str(), pin.title.as_str(), pin.labels.as_slice()),
        ("sort", "sort@1", &LABELS.map(str::to_owned)[..])
    );
    assert_eq!(pin.digest, ground.shelf().find("sort").unwrap().head.digest());
    let Outcome::Completed { output, .. } = &settled.outcome else {
        panic!()
    };
    assert_eq!(output.label.integrity, Integrity::Untrusted);
    assert!(output.label.sources.contains("head:sort@1"), "{:?}", output.label);
    assert!(!engine.model.loaded.initialized());
    // Templates see how sure it was, and believe it no further than the text that was read.
    let reader = engine.journal().reader().unwrap();
    let run = start::load(&reader, engine.catalogue(), &started.run).unwrap();
    let sure = render(&json!("{{ steps.kind.confidence }}"), &run.scope()).unwrap();
    assert_eq!(sure.value, json!(usage.confidence.unwrap().probability()));
    assert_eq!(sure.label, output.label);
    // A rule decides outright.
    let (_, settled) = ground
        .ask(&engine, "choices: {head: sort@1}", "Traceback (most recent call last)")
        .await;
    assert_eq!(
        (
            text(&settled).as_str(),
            settled.usage.unwrap().confidence.unwrap().probability()
        ),
        ("error", 1.0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_was_trained_with_a_language_model_asks_it_and_says_when_it_is_not_here() {
    let ground = Ground::new().await;
    let both = Readers {
        language: Some(fixture::model()),
        ..fixture::readers()
    };
    let few = fixture::few();
    tokio::task::block_in_place(|| ground.train_with(both, few, None));
    let engine = ground.engine(None);
    let line = "cannot open file: No such file";
    let (started, settled) = ground.ask(&engine, "choices: {head: sort}", line).await;
    assert!(LABELS.contains(&text(&settled).as_str()), "{settled:?}");
    let usage = settled.usage.unwrap();
    assert!(usage.model == "head:sort@1" && usage.prompt_tokens > 30, "{usage:?}");
    assert_eq!(
        started.heads[0].language.as_ref().unwrap().name,
        "smollm2-135m-instruct"
    );
    // The model that steps ask is the same one, and is there once.
    assert!(engine.model.loaded.initialized() && engine.advisers.lock().unwrap().is_empty());

    // Another home has the vectors only.
    let models = ground.directory.path().join("models");
    let embedder = fixture::pulled_embedder();
    let folder = |sha256: &str| models.join("sha256").join(sha256);
    for (path, sha256) in embedder
        .beside
        .iter()
        .map(|file| (&file.path, file.sha256))
        .chain([(&embedder.path, embedder.sha256)])
    {
        let folder = folder(&sha256.to_string());
        fs::create_dir_all(&folder).unwrap();
        fs::copy(path, folder.join(path.file_name().unwrap())).unwrap();
    }
    let root = ground.directory.path().join("home");
    let home = Home::from_env(|name| match name {
        "SOMAGENT_HOME" => Some(root.clone().into()),
        "SOMAGENT_MODELS" => Some(models.clone().into()),
        _ => None,
    });
    drop(engine);
    let ground = Ground {
        home: home.unwrap(),
        ..ground
    };
    let engine = ground.engine(None);
    let (mut owned, command) = engine
        .begin(ground.job(&engine, "choices: {head: sort}", line))
        .unwrap();
    finish(&engine, &mut owned, command).await;
    let failed = recorded(&engine, owned.id()).into_iter().find_map(|fact| match fact {
        RunFact::Finished(finished) => finished.fault,
        _ => None,
    });
    let fault = failed.unwrap().fault;
    assert!(
        fault
            .message
            .contains("`sort@1` was trained with the language model `smollm2-135m-instruct`")
            && fault.hint.unwrap().contains("model pull"),
        "{}",
        fault.message
    );
}

#[tokio::test]
async fn another_model_is_asked_when_a_head_or_a_model_is_not_sure_enough() {
    let ground = Ground::new().await;
    ground.train(None);
    let further = ground.engine(Some(default_model()));
    let (started, settled) = ground
        .ask(
            &further,
            "choices: {head: sort}\n      escalate_below: 0.999",
            "the queue is long",
        )
        .await;
    let usage = settled.usage.clone().unwrap();
    assert_eq!(usage.model, "smollm2-135m-instruct");
    let first = usage.escalated_from.unwrap();
    assert!(
        first.model == "head:sort@1" && first.confidence.probability() < 0.999,
        "{first:?}"
    );
    assert!(LABELS.contains(&text(&settled).as_str()) && usage.output_tokens > 0);
    assert_eq!(started.escalate.unwrap().name, "smollm2-135m-instruct");
    // One that is sure enough is not asked again.
    let (_, settled) = ground
        .ask(
            &further,
            "choices: {head: sort}\n      escalate_below: 0.999",
            "Traceback",
        )
        .await;
    assert_eq!(settled.usage.unwrap().model, "head:sort@1");
    let choices = "choices: [error, info, warning]\n      escalate_below: 1.0";
    let (_, settled) = ground.ask(&further, choices, "the queue is long").await;
    let usage = settled.usage.unwrap();
    assert_eq!(usage.escalated_from.unwrap().model, "smollm2-135m-instruct");
    // Where nobody else is there, the first answer counts.
    let alone = ground.engine(None);
    let (started, settled) = ground
        .ask(
            &alone,
            "choices: {head: sort}\n      escalate_below: 0.999",
            "the queue",
        )
        .await;
    assert_eq!(
        (settled.usage.unwrap().model.as_str(), started.escalate),
        ("head:sort@1", None)
    );
}

#[tokio::test]
async fn a_head_that_stands_by_no_label_says_so_or_what_the_capsule_says() {
    let ground = Ground::new().await;
    ground.train(Some(0.9));
    let engine = ground.engine(None);
    // A line that it does not know, and is not sure of.
    let head = ground.shelf().find("sort").unwrap().head;
    let others = examples(5);
    let texts: Vec<&str> = others.iter().map(|example| example.text.as_str()).collect();
    let said = head
        .classify(&texts, fixture::readers(), &AtomicBool::new(false))
        .unwrap();
    let unsure = texts[said.iter().position(|said| said.is_abstaining).unwrap()];
    let (_, settled) = ground
        .ask(&engine, "choices: {head: sort, abstain: unclear}", unsure)
        .await;
    assert_eq!(text(&settled), "unclear");
    let (_, settled) = ground.ask(&engine, "choices: {head: sort}", unsure).await;
    let Outcome::Failed { fault } = &settled.outcome else {
        panic!("{settled:?}")
    };
    assert!(fault.message.contains("`sort@1` stands by no label"), "{fault:?}");
    assert!(
        fault.hint.as_deref().unwrap_or_default().contains("abstain"),
        "{fault:?}"
    );
}

#[tokio::test]
async fn a_head_that_is_not_here_or_was_changed_begins_nothing() {
    let ground = Ground::new().await;
    let engine = ground.engine(None);
    let begin = |choices: &str| engine.begin(ground.job(&engine, choices, "x")).map(|_| ()).unwrap_err();
    let missing = begin("choices: {head: sort}");
    assert!(
        matches!(missing, StartError::Head(ShelfError::NoSuchHead { .. })),
        "{missing}"
    );
    ground.train(None);
    let path = ground.home.heads().join("sort@1.json");
    let text = fs::read_to_string(&path).unwrap();
    let mut value: Value = serde_json::from_str(&text).unwrap();
    value["labels"] = json!(["info", "error", "warning"]);
    fs::write(&path, value.to_string()).unwrap();
    let changed = begin("choices: {head: sort}");
    assert!(
        matches!(changed, StartError::Head(ShelfError::Refused { .. })),
        "{changed}"
    );
    assert!(
        changed.to_string().contains("was changed after it was signed"),
        "{changed}"
    );
}
