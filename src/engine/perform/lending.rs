//! The run's model, lent for one call: as often and as much as was judged and reserved, and counted.
//!
//! A question that is given up stops the model within a token. It is charged what it could have taken, because nobody
//! knows how much it took; so is one that fails.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::fact::Usage;
use super::super::prepare::{Doing, Prepared};
use super::super::{Engine, Ready};
use super::Terms;
use crate::digest::Digest;
use crate::models::ask::{Overflow, Sampling};
use crate::models::{Answer, Ask, AskError, HaltOnDrop};
use crate::tools::{Loan, NoAnswer};

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
    pub(super) async fn answer(&self, ask: Ask) -> Result<Answer, NoAnswer> {
        let Loan {
            times,
            max_prompt_tokens,
            max_output_tokens,
        } = self.loan;
        let number = {
            let mut used = self.used.counts();
            if used.times == times {
                return Err(NoAnswer::Spent { times });
            }
            used.times += 1;
            used.times
        };
        let ready = self.engine.model.ready().await.map_err(|fault| failed(fault.message))?;
        let most = ask.max_output_tokens.min(max_output_tokens);
        let ask = Ask {
            max_output_tokens: most,
            overflow: Overflow::Refuse,
            sampling: Sampling {
                seed: question_seed(self.prepared.seed, number),
                ..ask.sampling
            },
            ..ask
        };
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
        Ok(answer)
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

/// A seed of its own for each question of a unit, the same in every attempt, as for steps that ask themselves.
fn question_seed(seed: u64, number: u64) -> u64 {
    let digest = Digest::of(format!("{seed}/sampling/{number}").as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest.as_bytes()[..8]);
    u64::from_le_bytes(bytes)
}

fn failed(why: String) -> NoAnswer {
    NoAnswer::Failed { why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_of_a_unit_has_its_own_seed() {
        let seeds = [(1, 1), (1, 2), (2, 1)].map(|(seed, number)| question_seed(seed, number));
        assert!(seeds[0] != seeds[1] && seeds[0] != seeds[2] && seeds[1] != seeds[2]);
        assert_eq!(question_seed(1, 1), seeds[0]);
    }
}
