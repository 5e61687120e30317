//! The run's model, lent for one call: as often and as much as was judged and reserved, and counted.
//!
//! A question that is given up stops the model within a token. It is charged what it could have taken, because nobody
//! knows how much it took; so is one that fails.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::super::decide::objection;
use super::super::fact::Usage;
use super::super::prepare::{Doing, Prepared};
use super::super::{Engine, Ready};
use super::Terms;
use crate::capsule::guard::{Checks, Finding};
use crate::digest::Digest;
use crate::models::ask::{Overflow, Sampling};
use crate::models::{Answer, Ask, AskError, HaltOnDrop};
use crate::tools::{Answered, Loan, NoAnswer};

/// What a call was lent, and what of it is used.
pub(super) struct Lending<'a> {
    engine: &'a Engine,
    prepared: &'a Prepared,
    terms: &'a Terms,
    loan: Loan,
    used: &'a Used,
}

/// What is used of a loan; it outlives the call that is cut short.
#[derive(Default)]
pub(in crate::engine) struct Used(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    /// How many questions came that may be answered.
    times: u64,
    /// Which questions got a seed.
    asked: Vec<Digest>,
    /// What they took; none while the model was not asked.
    usage: Option<Usage>,
}

impl Used {
    /// What a model used so far.
    pub(in crate::engine) fn usage(&self) -> Option<Usage> {
        self.counts().usage.clone()
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // No code panics while it holds the lock; poisoned counts would still be counts.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Lending<'a> {
    /// What the arguments of a call lend; `None` where they lend nothing.
    pub(super) fn of(engine: &'a Engine, prepared: &'a Prepared, terms: &'a Terms, used: &'a Used) -> Option<Self> {
        let Doing::Tool(_, contract) = &prepared.doing else {
            return None;
        };
        Some(Self {
            engine,
            prepared,
            terms,
            loan: Loan::of(contract.spec(), prepared.action.args())?,
            used,
        })
    }

    /// The name of the model.
    pub(super) fn model(&self) -> &str {
        &self.engine.model.pin.name
    }

    /// Has the model answer a question, in turn with all others.
    pub(super) async fn answer(&self, ask: Ask) -> Result<Answered, NoAnswer> {
        let Loan {
            times,
            max_prompt_tokens,
            max_output_tokens,
        } = self.loan;
        {
            let mut used = self.used.counts();
            if used.times == times {
                return Err(NoAnswer::Spent { times });
            }
            used.times += 1;
        }
        let most = ask.max_output_tokens.min(max_output_tokens);
        let ask = Ask {
            max_output_tokens: most,
            overflow: Overflow::Refuse,
            ..ask
        };
        let (ask, digest, findings) = look_at(ask, self.prepared.guard.clone()).await?;
        // Nobody can be asked in the middle of a call, so what wants a review is held back.
        if let Some(objection) = objection(&findings) {
            return Err(NoAnswer::Guarded { why: objection.because });
        }
        let ask = Ask {
            sampling: Sampling {
                seed: self.seed(digest),
                ..ask.sampling
            },
            ..ask
        };
        let ready = self.engine.model.ready().await.map_err(|fault| failed(fault.message))?;
        let (ask, prompt) = count(&ready, ask).await?;
        if prompt > max_prompt_tokens {
            let why = format!("the prompt has {prompt} tokens and the step lends a model for {max_prompt_tokens}");
            return Err(NoAnswer::TooLong { why });
        }
        let turn = self.engine.model_turn().await;
        self.charge(&ready, prompt, most.into());
        let halt = HaltOnDrop::default();
        let (model, action, grant) = (
            Arc::clone(&ready.model),
            self.prepared.action.clone(),
            self.terms.grant.clone(),
        );
        let halted = halt.flag();
        let answered = tokio::task::spawn_blocking(move || model.answer_for(&ask, &action, &grant, &halted)).await;
        drop(turn);
        let answer = answered.map_err(|error| failed(error.to_string()))?;
        let answer = answer.map_err(|error| failed(error.to_string()))?;
        self.settle(most.into(), &answer);
        let mut warned: Vec<String> = findings.into_iter().map(|finding| finding.check).collect();
        warned.sort_unstable();
        warned.dedup();
        Ok(Answered { answer, warned })
    }

    /// The seed of a question: of what is asked, not of when it came, because questions at once come in any order.
    fn seed(&self, asked: Digest) -> u64 {
        let mut used = self.used.counts();
        let before = used.asked.iter().filter(|earlier| **earlier == asked).count();
        used.asked.push(asked);
        question_seed(self.prepared.seed, asked, before)
    }

    /// Counts a question as if its answer were as long as it may be.
    fn charge(&self, ready: &Ready, prompt: u64, most: u64) {
        let mut used = self.used.counts();
        let usage = used.usage.get_or_insert_with(|| Usage {
            model: ready.name.clone(),
            prompt_tokens: 0,
            output_tokens: 0,
            prefill_ms: 0,
            decode_ms: 0,
            confidence: None,
            left_out: 0,
            cut: false,
            escalated_from: None,
        });
        usage.prompt_tokens = usage.prompt_tokens.saturating_add(prompt);
        usage.output_tokens = usage.output_tokens.saturating_add(most);
    }

    /// Counts it as it was.
    fn settle(&self, most: u64, answer: &Answer) {
        if let Some(usage) = &mut self.used.counts().usage {
            let unused = most.saturating_sub(answer.output_tokens);
            usage.output_tokens = usage.output_tokens.saturating_sub(unused);
            usage.prefill_ms = usage.prefill_ms.saturating_add(answer.prefill_ms);
            usage.decode_ms = usage.decode_ms.saturating_add(answer.decode_ms);
        }
    }
}

/// The digest of a question and what guardrails find in it, on a thread that may block: a server may send a long one.
async fn look_at(ask: Ask, guard: Option<Arc<Checks>>) -> Result<(Ask, Digest, Vec<Finding>), NoAnswer> {
    let look = move || {
        let mut written = written(&ask);
        let findings = guard.map_or_else(Vec::new, |guard| guard.scan(&written));
        written["how"] = json!([ask.max_output_tokens, ask.sampling.temperature.to_bits(), ask.stop]);
        (Digest::of_json(&written), findings, ask)
    };
    let (digest, findings, ask) = tokio::task::spawn_blocking(look)
        .await
        .map_err(|error| failed(error.to_string()))?;
    Ok((ask, digest, findings))
}

/// All that the model reads and that somebody wrote, as guardrails see it of a step that asks itself.
fn written(ask: &Ask) -> Value {
    let turns = ask.turns.iter();
    let turns = turns.map(|turn| json!({"role": turn.role.name(), "text": turn.text}));
    let mut written = json!({"turns": turns.collect::<Vec<_>>(), "prompt": ask.prompt});
    if let Some(system) = &ask.system {
        written["system"] = json!(system);
    }
    written
}

/// The tokens of a prompt, on a thread that may block: a server may send a long one.
async fn count(ready: &Ready, ask: Ask) -> Result<(Ask, u64), NoAnswer> {
    let model = Arc::clone(&ready.model);
    let counted = tokio::task::spawn_blocking(move || (model.count(&ask), ask)).await;
    let (counted, ask) = counted.map_err(|error| failed(error.to_string()))?;
    let tokens = counted.map_err(|error| match error {
        AskError::TooLong { .. } => NoAnswer::TooLong { why: error.to_string() },
        error => failed(error.to_string()),
    })?;
    let prompt = tokens.saturating_sub(ask.max_output_tokens.into());
    Ok((ask, prompt))
}

/// A seed of its own for each question of a unit, and each time that the same one comes; the same in every attempt, as
/// for steps that ask themselves.
fn question_seed(seed: u64, asked: Digest, before: usize) -> u64 {
    Digest::of(format!("{seed}/sampling/{asked}/{before}").as_bytes()).leading_u64()
}

fn failed(why: String) -> NoAnswer {
    NoAnswer::Failed { why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capsule::policies::{Guard, OnFail};
    use crate::models::ask::{Role, Turn};

    #[test]
    fn each_question_of_a_unit_has_its_own_seed() {
        let [one, other] = ["one", "other"].map(|text| Digest::of(text.as_bytes()));
        let cases = [(1, one, 0), (1, one, 1), (1, other, 0), (2, one, 0)];
        let seeds = cases.map(|(seed, asked, before)| question_seed(seed, asked, before));
        let distinct: std::collections::BTreeSet<u64> = seeds.into_iter().collect();
        assert_eq!(distinct.len(), cases.len());
        assert_eq!(question_seed(1, one, 0), seeds[0]);
    }

    #[tokio::test]
    async fn guardrails_see_every_text_of_a_question() {
        let guard = Guard {
            check: "regex".to_owned(),
            with: [("pattern", "FORBIDDEN"), ("must", "not_match")]
                .map(|(name, value)| (name.to_owned(), json!(value)))
                .into(),
            on_fail: OnFail::Review,
        };
        let guard = Arc::new(Checks::compile(&[guard]).unwrap());
        let word = || "is it FORBIDDEN?".to_owned();
        let plain = Ask::free("Hello.", 5);
        let turn = Turn {
            role: Role::User,
            text: word(),
        };
        let mut digests = std::collections::BTreeSet::new();
        for (ask, at) in [
            (plain.clone(), None),
            (
                Ask {
                    system: Some(word()),
                    ..plain.clone()
                },
                Some("/system"),
            ),
            (
                Ask {
                    turns: vec![turn],
                    ..plain.clone()
                },
                Some("/turns/0/text"),
            ),
            (
                Ask {
                    prompt: word(),
                    ..plain.clone()
                },
                Some("/prompt"),
            ),
            (
                Ask {
                    max_output_tokens: 6,
                    ..plain
                },
                None,
            ),
        ] {
            let (_, digest, findings) = look_at(ask, Some(Arc::clone(&guard))).await.unwrap();
            assert_eq!(findings.first().map(|finding| finding.at.as_str()), at);
            assert_eq!(objection(&findings).is_some(), at.is_some());
            digests.insert(digest);
        }
        assert_eq!(digests.len(), 5);
    }
}
