//! A run without an edge: what is commanded is decided and applied, and judged by the real law.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};

use super::super::command::{Act, Command, Ruling};
use super::super::decide::{CommandError, decide};
use super::super::fact::{Answer, CapsuleName, Fault, FaultKind, Outcome, Requested, RunFact, Started, Unit};
use super::super::replay::{Recorded, ReplayError, Replayed, follow};
use super::super::run::{Effect, Run, StepState};
use crate::capsule::budget::Spend;
use crate::capsule::tool_spec::EffectClass;
use crate::capsule::{Call, Callable, Capsule, Catalogue};
use crate::label::{Confidentiality, Integrity, Label, Labelled};
use crate::policy::fixture::law;
use crate::policy::{Action, Demand, Law, Situation};
use crate::tools::Toolbox;

pub(super) static LAW: LazyLock<Law> = LazyLock::new(law);

/// The run of every table.
pub(super) const RUN: &str = "0190b0a0-0000-7000-8000-000000000001";

/// What capsules are checked against: the real tools, and one capsule to run as a step.
pub(super) fn catalogue() -> Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
        let tools = Catalogue {
            tools: Toolbox::contracts().to_vec(),
            ..Catalogue::default()
        };
        let inner =
            document("sequence", "", &[&counting("only", "")]).replace("capsule_id: tried", "capsule_id: inner");
        let inner = Capsule::parse(&inner, &tools).unwrap_or_else(|problems| panic!("{problems:?}"));
        Catalogue {
            capsules: vec![Callable::of(&inner)],
            ..tools
        }
    });
    CATALOGUE.clone()
}

/// A capsule in `mode` with these steps, one a line. `policies` is what stands in the braces of its
/// budget; a text with a line break goes on after them with other keys.
pub(super) fn document(mode: &str, policies: &str, steps: &[&str]) -> String {
    let steps: String = steps.iter().map(|step| format!("    - {{{step}}}\n")).collect();
    let (budget, rest) = policies.split_once('\n').unwrap_or((policies, ""));
    format!(
        "schema: somagent.dev/capsule/v1\ncapsule_id: tried\nversion: 1.0.0\n\
         inputs: {{type: object, properties: {{list: {{type: array, items: {{type: object}}, default: []}}, key: {{type: string}}}}}}\n\
         tools:\n  - {{adapter: text, version: \"^1\", actions: [count, group]}}\n  - {{adapter: fs, version: \"^1\", actions: [read, list]}}\n  - {{adapter: artifact, version: \"^1\", actions: [put]}}\n  - {{adapter: http, version: \"^1\", actions: [request], hosts: [\"example.com:443\"]}}\n\
         policies:\n  budget: {{{budget}}}\n{rest}\
         execution:\n  mode: {mode}\n  steps:\n{steps}"
    )
}

pub(super) fn capsule(mode: &str, policies: &str, steps: &[&str]) -> Arc<Capsule> {
    let text = document(mode, policies, steps);
    Arc::new(Capsule::parse(&text, &catalogue()).unwrap_or_else(|problems| panic!("{problems:?}\n{text}")))
}

/// A step that counts nothing, with `rest` after its name.
pub(super) fn counting(name: &str, rest: &str) -> String {
    format!("name: {name}, {rest}action: text.count, params: {{items: [], by: x}}")
}

/// Steps that count nothing and need each what is said.
pub(super) fn dag(policies: &str, steps: &[(&str, &str)]) -> Arc<Capsule> {
    let steps: Vec<String> = steps
        .iter()
        .map(|(name, needs)| counting(name, &format!("needs: [{needs}], ")))
        .collect();
    capsule("dag", policies, &steps.iter().map(String::as_str).collect::<Vec<_>>())
}

pub(super) fn started(capsule: &Capsule) -> Started {
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
        children: catalogue().capsules,
        parent: None,
        slot: None,
        deadline_at: None,
        forked: None,
        on_exhausted: None,
        by: Some("user:test".to_owned()),
        heads: Vec::new(),
        escalate: None,
        tools: Vec::new(),
    }
}

/// The label of what a tool read in the world.
pub(super) fn world(source: &str) -> Label {
    Label::from_source(Integrity::Untrusted, Confidentiality::Private, source)
}

pub(super) fn output(value: Value) -> Outcome {
    Outcome::Completed {
        output: Arc::new(Labelled::new(value, world("tool:fs.read"))),
        artifacts: Vec::new(),
    }
}

pub(super) fn failed(kind: FaultKind) -> Outcome {
    fails(Fault::new(kind, "it said no"))
}

pub(super) fn fails(fault: Fault) -> Outcome {
    Outcome::Failed { fault }
}

pub(super) fn steps(steps: u64) -> Spend {
    Spend {
        steps,
        ..Spend::default()
    }
}

pub(super) fn tokens(tokens: u64) -> Spend {
    Spend {
        tokens,
        ..Spend::default()
    }
}

pub(super) fn ms(wall_ms: u64) -> Spend {
    Spend {
        wall_ms,
        ..Spend::default()
    }
}

/// A call of a tool with these arguments, as the edge renders it.
pub(super) fn action(call: &Call, effect: EffectClass, args: Value) -> Action {
    let spec = Toolbox::contracts().iter().find(|spec| spec.name == call.tool).unwrap();
    let args = Labelled::new(args, Label::constant());
    Action::new(spec, spec.action(&call.action).unwrap(), effect, args).unwrap()
}

pub(super) fn situation(capsule: &Capsule) -> Situation {
    Situation {
        workspace: PathBuf::from("/workspace"),
        run: RUN.to_owned(),
        capsule: capsule.digest(),
        tenant: "local".to_owned(),
        actor: "user:test".to_owned(),
        offline: true,
        hosts: capsule.policies().hosts.clone(),
        request: None,
        control: crate::label::Label::constant(),
        misled: Default::default(),
        cost: 0,
        mode: crate::policy::InForce::default(),
        demands: Vec::new(),
        remembered: Default::default(),
        past: Default::default(),
        separate: None,
        heard: Vec::new(),
    }
}

/// What the edge finds out about `action`: the default constitution's real judgement.
pub(super) fn act(action: &Action, situation: &Situation, estimate: Spend) -> Act {
    Act {
        label: Label::constant(),
        action: action.name().to_owned(),
        action_digest: action.digest(),
        args: Arc::new(Labelled::new(action.args().clone(), Label::constant())),
        effect: action.effect(),
        verdict: Box::new(LAW.judge(action, situation)),
        review: None,
        estimate,
        child: None,
        findings: Vec::new(),
        cached: None,
    }
}

/// A run and its facts, with the times at which they were recorded.
#[derive(Clone)]
pub(super) struct Table {
    pub(super) run: Run,
    pub(super) facts: Vec<RunFact>,
    pub(super) at: Vec<i64>,
    /// The clock, in milliseconds; a test sets it.
    pub(super) now: i64,
}

impl Table {
    pub(super) fn new(capsule: &Arc<Capsule>) -> Self {
        Self::of(capsule, started(capsule))
    }

    pub(super) fn of(capsule: &Arc<Capsule>, started: Started) -> Self {
        Self::start(&Command::Start {
            started: Box::new(started),
            capsule: Arc::clone(capsule),
            pid: 1,
            findings: Vec::new(),
            adopted: Vec::new(),
        })
    }

    pub(super) fn start(command: &Command) -> Self {
        let now = 1_000;
        let facts = decide(None, command, now).unwrap();
        let (RunFact::Started(first), Command::Start { capsule, .. }) = (&facts[0], command) else {
            panic!("{facts:?}")
        };
        let mut run = Run::begin((**first).clone(), Arc::clone(capsule), 1, now);
        for (run_seq, fact) in (2..).zip(&facts[1..]) {
            run.apply(fact, run_seq, now);
        }
        Self {
            run,
            at: vec![now; facts.len()],
            facts,
            now,
        }
    }

    pub(super) fn command(&mut self, command: &Command) -> Result<Vec<RunFact>, CommandError> {
        let facts = decide(Some(&self.run), command, self.now)?;
        for fact in &facts {
            self.facts.push(fact.clone());
            self.at.push(self.now);
            self.run.apply(fact, self.facts.len() as u64, self.now);
        }
        Ok(facts)
    }

    pub(super) fn rule(&mut self, unit: &Unit, ruling: Ruling) -> Result<Vec<RunFact>, CommandError> {
        self.command(&Command::Judge {
            unit: unit.clone(),
            ruling,
        })
    }

    /// What the edge finds out about the action of `unit`: that of its step, or what looks after it, or undoes it.
    pub(super) fn act(&self, unit: &Unit, estimate: Spend) -> Act {
        self.act_under(unit, estimate, Vec::new())
    }

    /// The same where the capsule demands something of it.
    pub(super) fn act_under(&self, unit: &Unit, estimate: Spend, demands: Vec<Demand>) -> Act {
        let call = self.call(unit);
        let effect = self.effect(unit);
        let situation = Situation {
            demands,
            ..situation(self.run.capsule())
        };
        act(&action(call, effect, call.params.clone()), &situation, estimate)
    }

    fn call(&self, unit: &Unit) -> &Call {
        use super::super::fact::Part;
        use crate::capsule::Work;
        let step = self.run.step_of(unit).unwrap();
        match (unit.part, &step.work) {
            (Part::Main, Work::Tool(call)) => call,
            (Part::Main, Work::Model(_) | Work::Gate(_) | Work::Capsule(_)) => panic!("`{unit}` calls no tool"),
            (Part::Reconcile, _) => &step.reconcile.as_ref().unwrap().call,
            (Part::Compensate, _) => step.compensate.as_ref().unwrap(),
        }
    }

    fn effect(&self, unit: &Unit) -> EffectClass {
        use super::super::fact::Part;
        match unit.part {
            Part::Main => self.run.step_of(unit).unwrap().effect,
            Part::Reconcile => EffectClass::None,
            Part::Compensate => {
                let call = self.call(unit);
                let spec = Toolbox::contracts().iter().find(|spec| spec.name == call.tool).unwrap();
                spec.action(&call.action).unwrap().effect
            }
        }
    }

    /// Judges the action of `unit` and starts it, if it may.
    pub(super) fn begin(&mut self, unit: &Unit, estimate: Spend) -> Vec<RunFact> {
        let act = self.act(unit, estimate);
        self.begin_as(unit, act).unwrap()
    }

    pub(super) fn begin_as(&mut self, unit: &Unit, act: Act) -> Result<Vec<RunFact>, CommandError> {
        self.rule(unit, Ruling::Act(Box::new(act)))
    }

    pub(super) fn end(&mut self, unit: &Unit, outcome: Outcome, spent: Spend) -> Vec<RunFact> {
        let attempt = self.run.progress(unit).map_or(1, |progress| progress.attempt);
        self.settle(unit, attempt, outcome, spent).unwrap()
    }

    pub(super) fn settle(
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
            form: None,
            spent,
            usage: None,
            cache: None,
            found: None,
        })
    }

    /// Reports what a reconciliation found out.
    pub(super) fn found(&mut self, unit: &Unit, outcome: Outcome, found: Option<bool>) -> Vec<RunFact> {
        let command = Command::Settle {
            unit: unit.clone(),
            attempt: self.run.progress(unit).unwrap().attempt,
            outcome,
            form: None,
            spent: steps(1),
            usage: None,
            cache: None,
            found,
        };
        self.command(&command).unwrap()
    }

    /// Begins and completes a unit that has an empty output.
    pub(super) fn complete(&mut self, unit: &Unit) {
        self.begin(unit, steps(1));
        self.end(unit, output(json!({})), steps(1));
    }

    /// Begins a unit and lets it fail with a fault of this kind.
    pub(super) fn fail(&mut self, unit: &Unit, kind: FaultKind) -> Vec<RunFact> {
        self.begin(unit, steps(1));
        self.end(unit, failed(kind), steps(1))
    }

    /// The owner died, and somebody else owns the run from now on.
    pub(super) fn lease(&mut self) -> Vec<RunFact> {
        self.command(&Command::Lease {
            pid: 2,
            last_beat: Some(self.now),
        })
        .unwrap()
    }

    pub(super) fn conclude(&mut self) -> Vec<RunFact> {
        let outputs = Ok(Labelled::new(json!({}), Label::constant()));
        self.command(&Command::Conclude {
            outputs,
            findings: Vec::new(),
        })
        .unwrap()
    }

    pub(super) fn cancel(&mut self) -> Vec<RunFact> {
        self.command(&Command::Cancel {
            by: "user:ann".to_owned(),
            reason: None,
            grace_ms: 100,
        })
        .unwrap()
    }

    /// The only open question.
    pub(super) fn question(&self) -> Requested {
        let questions: Vec<_> = self.run.questions().values().collect();
        match questions[..] {
            [pending] => pending.requested.clone(),
            _ => panic!("{questions:?}"),
        }
    }

    /// Answers the only open question.
    pub(super) fn answer(&mut self, choice: &str) -> Result<Vec<RunFact>, CommandError> {
        let answer = answer(&self.question().id, choice);
        self.command(&Command::Answer(answer))
    }

    pub(super) fn effects(&self) -> Vec<Effect> {
        self.run.effects(self.now)
    }

    /// The names of the units that wait for a judgement.
    pub(super) fn waiting(&self) -> Vec<String> {
        let effects = self.effects().into_iter();
        effects
            .filter_map(|effect| match effect {
                Effect::Judge(unit) => Some(unit.to_string()),
                Effect::Admit | Effect::Perform(_) | Effect::Delay(_) | Effect::Bound(_) | Effect::Conclude => None,
            })
            .collect()
    }

    pub(super) fn state(&self, step: &str) -> &StepState {
        &self.run.steps()[step]
    }
}

/// An answer without a form.
pub(super) fn answer(id: &str, choice: &str) -> Answer {
    Answer {
        id: id.to_owned(),
        choice: choice.to_owned(),
        form: Value::Null,
        by: "user:ann".to_owned(),
        reason: None,
        mode: crate::policy::InForce::default(),
        remember: false,
    }
}

pub(super) fn unit(step: &str) -> Unit {
    Unit::step(step)
}

pub(super) fn kinds(facts: &[RunFact]) -> Vec<&'static str> {
    facts.iter().map(RunFact::kind).collect()
}

/// The fault among facts that settle something.
pub(super) fn fault(facts: &[RunFact]) -> Option<Fault> {
    facts.iter().find_map(|fact| match fact {
        RunFact::Settled(settled) => match &settled.outcome {
            Outcome::Failed { fault } => Some(fault.clone()),
            Outcome::Completed { .. } => None,
        },
        _ => None,
    })
}

/// Decides everything again that is recorded in `table`.
pub(super) fn check_facts(table: &Table) -> Result<Replayed, ReplayError> {
    let recorded: Vec<Recorded> = (1..)
        .zip(table.facts.iter().zip(&table.at))
        .map(|(seq, (fact, at))| Recorded {
            seq,
            run_seq: seq,
            at: *at,
            fact: fact.clone(),
        })
        .collect();
    follow(&recorded, table.run.capsule())
}
