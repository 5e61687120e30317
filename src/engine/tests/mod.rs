//! Tests of the engine: the pure core by commands and facts, the edge on a real store.

mod deciding;
mod driving;
mod founding;
mod interrupted;
mod properties;
mod spending;

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};

use super::command::{Command, Ruling};
use super::decide::{CommandError, decide};
use super::fact::{CapsuleName, Fault, Outcome, RunFact, Started, Unit};
use super::run::{Effect, Run, StepState};
use crate::capsule::budget::Spend;
use crate::capsule::{Capsule, Catalogue, Step, Work};
use crate::label::{Confidentiality, Integrity, Label, Labelled};
use crate::net::Net;
use crate::policy::fixture::law;
use crate::policy::{Action, Law, Situation};
use crate::tools::Toolbox;

static TOOLBOX: LazyLock<Toolbox> = LazyLock::new(|| Toolbox::new("/artifacts".into(), Net::new(true)));
static LAW: LazyLock<Law> = LazyLock::new(law);

const RUN: &str = "0190b0a0-0000-7000-8000-000000000001";

fn catalogue() -> Catalogue {
    Catalogue {
        tools: TOOLBOX.specs().cloned().collect(),
        ..Catalogue::default()
    }
}

/// A capsule in `mode` with these steps, one a line, and a budget.
fn document(mode: &str, budget: &str, steps: &[&str]) -> String {
    let steps: String = steps.iter().map(|step| format!("    - {{{step}}}\n")).collect();
    format!(
        "schema: somagent.dev/capsule/v1\ncapsule_id: tried\nversion: 1.0.0\n\
         inputs: {{type: object, properties: {{list: {{type: array, items: {{type: object}}, default: []}}}}}}\n\
         tools:\n  - {{adapter: text, version: \"^1\", actions: [count, group]}}\n  - {{adapter: fs, version: \"^1\", actions: [read, list]}}\n  - {{adapter: artifact, version: \"^1\", actions: [put]}}\n\
         policies:\n  budget: {{{budget}}}\n\
         execution:\n  mode: {mode}\n  steps:\n{steps}"
    )
}

fn capsule(mode: &str, budget: &str, steps: &[&str]) -> Arc<Capsule> {
    let text = document(mode, budget, steps);
    Arc::new(Capsule::parse(&text, &catalogue()).unwrap_or_else(|problems| panic!("{problems:?}\n{text}")))
}

/// A step that counts nothing, with `rest` after its name.
fn counting(name: &str, rest: &str) -> String {
    format!("name: {name}, {rest}action: text.count, params: {{items: [], by: x}}")
}

/// Steps that count nothing and need each what is said.
fn dag(budget: &str, steps: &[(&str, &str)]) -> Arc<Capsule> {
    let steps: Vec<String> = steps
        .iter()
        .map(|(name, needs)| counting(name, &format!("needs: [{needs}], ")))
        .collect();
    capsule("dag", budget, &steps.iter().map(String::as_str).collect::<Vec<_>>())
}

fn started(capsule: &Capsule) -> Started {
    Started {
        run: RUN.to_owned(),
        capsule: CapsuleName {
            name: capsule.name().to_owned(),
            version: capsule.version().to_owned(),
            digest: capsule.digest(),
        },
        document: capsule.text().to_owned(),
        inputs: json!({"list": []}),
        workspace: PathBuf::from("/workspace"),
        seed: 0,
        idempotency_key: None,
        limit: capsule.limit(),
        model: None,
        offline: true,
    }
}

/// The label of what a tool read in the world.
fn world(source: &str) -> Label {
    Label::from_source(Integrity::Untrusted, Confidentiality::Private, source)
}

fn output(value: Value) -> Outcome {
    Outcome::Completed {
        output: Arc::new(Labelled::new(value, world("tool:fs.read"))),
        artifacts: Vec::new(),
    }
}

fn failed(kind: super::fact::FaultKind) -> Outcome {
    Outcome::Failed {
        fault: Fault::new(kind, "it said no"),
    }
}

fn steps(steps: u64) -> Spend {
    Spend {
        steps,
        ..Spend::default()
    }
}

fn tokens(tokens: u64) -> Spend {
    Spend {
        tokens,
        ..Spend::default()
    }
}

/// What the edge finds out about the action of `step`: the default constitution's real judgement.
fn act(step: &Step, estimate: Spend) -> Ruling {
    let Work::Tool(call) = &step.work else {
        panic!("`{}` asks a model", step.name)
    };
    let spec = TOOLBOX.get(&call.tool).unwrap().spec();
    let args = Labelled::new(call.params.clone(), Label::constant());
    let action = Action::new(spec, spec.action(&call.action).unwrap(), step.effect, args).unwrap();
    let situation = Situation {
        workspace: PathBuf::from("/workspace"),
        run: RUN.to_owned(),
        capsule: crate::digest::Digest::of(b"capsule"),
        tenant: "local".to_owned(),
        actor: "user:test".to_owned(),
        offline: true,
        hosts: Vec::new(),
    };
    Ruling::Act {
        label: Label::constant(),
        action: action.name().to_owned(),
        action_digest: action.digest(),
        effect: action.effect(),
        verdict: Box::new(LAW.judge(&action, &situation)),
        estimate,
    }
}

/// A run without an edge: what is commanded is decided and applied.
struct Table {
    run: Run,
    facts: Vec<RunFact>,
}

impl Table {
    fn new(capsule: &Arc<Capsule>) -> Self {
        let command = Command::Start {
            started: Box::new(started(capsule)),
            capsule: Arc::clone(capsule),
            pid: 1,
        };
        let facts = decide(None, &command).unwrap();
        let RunFact::Started(first) = &facts[0] else {
            panic!("{facts:?}")
        };
        let mut run = Run::begin((**first).clone(), Arc::clone(capsule), 1, 1);
        run.apply(&facts[1], 2, 2);
        Self { run, facts }
    }

    fn command(&mut self, command: &Command) -> Result<Vec<RunFact>, CommandError> {
        let facts = decide(Some(&self.run), command)?;
        for fact in &facts {
            self.facts.push(fact.clone());
            let run_seq = self.facts.len() as u64;
            self.run.apply(fact, run_seq, run_seq.cast_signed());
        }
        Ok(facts)
    }

    fn rule(&mut self, unit: &Unit, ruling: Ruling) -> Result<Vec<RunFact>, CommandError> {
        self.command(&Command::Judge {
            unit: unit.clone(),
            ruling,
        })
    }

    /// Judges the action of `unit` and starts it, if it may.
    fn begin(&mut self, unit: &Unit, estimate: Spend) -> Vec<RunFact> {
        let ruling = act(self.run.step_of(unit).unwrap(), estimate);
        self.rule(unit, ruling).unwrap()
    }

    fn end(&mut self, unit: &Unit, outcome: Outcome, spent: Spend) -> Vec<RunFact> {
        let attempt = self.run.progress(unit).map_or(1, |progress| progress.attempt);
        self.settle(unit, attempt, outcome, spent).unwrap()
    }

    fn settle(
        &mut self,
        unit: &Unit,
        attempt: u32,
        outcome: Outcome,
        spent: Spend,
    ) -> Result<Vec<RunFact>, CommandError> {
        self.command(&Command::Settle {
            unit: unit.clone(),
            attempt,
            outcome,
            spent,
            usage: None,
        })
    }

    /// Begins and completes a unit that has an empty output.
    fn complete(&mut self, unit: &Unit) {
        self.begin(unit, steps(1));
        self.end(unit, output(json!({})), steps(1));
    }

    /// Somebody else owns the run from now on.
    fn lease(&mut self) -> Vec<RunFact> {
        self.command(&Command::Lease { pid: 2 }).unwrap()
    }

    fn conclude(&mut self) -> Vec<RunFact> {
        let outputs = Ok(Labelled::new(json!({}), Label::constant()));
        self.command(&Command::Conclude { outputs }).unwrap()
    }

    /// The names of the units that wait for a judgement.
    fn waiting(&self) -> Vec<String> {
        let effects = self.run.effects().into_iter();
        effects
            .filter_map(|effect| match effect {
                Effect::Judge(unit) => Some(unit.to_string()),
                Effect::Perform(_) | Effect::Conclude => None,
            })
            .collect()
    }

    fn state(&self, step: &str) -> &StepState {
        &self.run.steps()[step]
    }
}

fn unit(step: &str) -> Unit {
    Unit::step(step)
}

fn kinds(facts: &[RunFact]) -> Vec<&'static str> {
    facts.iter().map(RunFact::kind).collect()
}
