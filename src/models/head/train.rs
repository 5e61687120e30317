//! From examples to a head: features, folds, weights, temperature, threshold.
//!
//! ```text
//! examples ─► vectors, counts, flags ─┬─► k times: all folds but one ─► weights ─► logits of that one ─┐
//!                                     │        temperature, confidence, threshold, what is reported ◄──┘
//!                                     └─► all of them ─► the weights of the head
//! ```

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::examples::{Example, MOST_LABELS, classes};
use super::measure::{Judged, Measures, likeliest, millionths, temperature, threshold};
use super::ngrams::{Counts, Documents, Ngrams};
use super::readers::{self, Readers};
use super::rules::Rules;
use super::softmax::{Features, Problem, Weights};
use super::{Head, HeadError, Language, Parts, Training, Vectors};
use crate::models::EmbedError;
use crate::models::ask::AskError;

/// Parts that examples are divided into to measure.
const FOLDS: usize = 5;

/// How a head is trained.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Its name.
    pub name: String,
    /// Its version, counted up.
    pub version: u32,
    /// Which model gives vectors.
    pub vectors: Vectors,
    /// Buckets for pieces of words; none are used when absent.
    pub ngrams: Option<Ngrams>,
    /// Its rules.
    pub rules: Rules,
    /// Whether each label weighs the same, however many examples it has.
    pub is_balanced: bool,
    /// The share of answers that must be right; it abstains below the confidence that takes.
    pub precision: Option<f64>,
    /// The day, for people.
    pub date: String,
}

/// Why there is no head.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainError {
    /// There is nothing to tell apart.
    #[error("all examples have the label `{label}`")]
    OneLabel {
        /// The label.
        label: String,
    },
    /// A label has too few examples to be measured.
    #[error("the label `{label}` has {count} example, and needs at least 2")]
    Few {
        /// The label.
        label: String,
        /// How many it has.
        count: u64,
    },
    /// There are too many labels.
    #[error("there are {found} labels, and a head has at most {MOST_LABELS}")]
    ManyLabels {
        /// How many.
        found: usize,
    },
    /// A rule gives a label that no example has.
    #[error("the rule `{rule}` gives the label `{label}`, which no example has")]
    StrangeLabel {
        /// The rule.
        rule: String,
        /// Its label.
        label: String,
    },
    /// No confidence is enough.
    #[error("no confidence makes {percent:.1} % of the answers right")]
    NoThreshold {
        /// What was wanted.
        percent: f64,
    },
    /// What was learnt has no form.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// The texts have no vectors.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// The language model does not say what it takes a text for.
    #[error("the language model does not choose a label: {0}")]
    Language(#[from] AskError),
    /// It was stopped.
    #[error("stopped")]
    Stopped,
}

/// Trains a head, with what the language model of `readers` says as features where it is given. Uses every core; the same
/// examples and recipe give the same head.
///
/// # Errors
/// The examples cannot be told apart or measured, no threshold gives the precision, a model fails, or it was stopped.
pub fn train(examples: &[Example], readers: Readers, recipe: Recipe, stop: &AtomicBool) -> Result<Head, TrainError> {
    let classes = classes(examples);
    let labels: Vec<String> = classes.keys().cloned().collect();
    check(&classes, &recipe.rules)?;
    let number = |label: &str| labels.iter().position(|own| own == label).unwrap_or_default();
    let truths: Vec<usize> = examples.iter().map(|example| number(&example.label)).collect();
    let texts: Vec<&str> = examples.iter().map(|example| example.text.as_str()).collect();
    let embedded = readers.embedder.embed(&texts, stop)?;
    let shares = match readers.language {
        Some(model) => readers::shares(model, &texts, &labels, stop)?.0,
        None => vec![Vec::new(); texts.len()],
    };
    let material = Material {
        raw: texts
            .iter()
            .zip(embedded.vectors)
            .zip(shares)
            .map(|((text, vector), shares)| Raw {
                vector,
                counts: recipe.ngrams.map(|ngrams| ngrams.count(text)),
                last: [recipe.rules.flags(text), shares].concat(),
            })
            .collect(),
        truths,
        labels: labels.len(),
        widths: super::widths(
            recipe.vectors.dimensions,
            recipe.ngrams,
            &recipe.rules,
            readers.language.map(|_| labels.len()),
        ),
        recipe: &recipe,
    };
    let (folds, count, groups) = folds(examples, &material.truths);
    // The last job is the head itself.
    let fits = each(count + 1, stop, |at| {
        let is_learnt = |item: &usize| at == count || folds[*item] != at;
        material.fit((0..examples.len()).filter(is_learnt), |item| folds[item] == at)
    })?;
    let mut logits = vec![Vec::new(); examples.len()];
    for fit in &fits {
        for (item, found) in &fit.logits {
            logits[*item].clone_from(found);
        }
    }
    let decided: Vec<Option<usize>> = texts
        .iter()
        .map(|text| recipe.rules.decide(text).map(|(_, label)| number(label)))
        .collect();
    let asked = |fold: Option<usize>| {
        let items = (0..examples.len()).filter(|item| decided[*item].is_none());
        let items = items.filter(|item| fold != Some(folds[*item]));
        let items: Vec<usize> = items.collect();
        let (logits, truths) = (&logits, &material.truths);
        temperature(items.iter().map(move |item| (logits[*item].as_slice(), truths[*item])))
    };
    // Each fold is judged at the temperature of the others, so that what is reported was not fitted to it.
    let temperatures: Vec<f64> = (0..count).map(|fold| asked(Some(fold))).collect();
    let judged: Vec<Judged> = (0..examples.len())
        .map(|item| {
            let (said, confidence) = match decided[item] {
                Some(label) => (label, 1.0),
                None => likeliest(&logits[item], temperatures[folds[item]]),
            };
            Judged {
                truth: material.truths[item],
                said,
                confidence,
            }
        })
        .collect();
    let abstains = match recipe.precision {
        None => None,
        Some(precision) => Some(threshold(&judged, precision).ok_or(TrainError::NoThreshold {
            percent: precision * 100.0,
        })?),
    };
    let training = Training {
        examples: examples.len() as u64,
        classes,
        groups: groups as u64,
        folds: count as u64,
        measures: Measures::of(&judged, labels.len()),
        decided: decided.iter().flatten().count() as u64,
        is_balanced: recipe.is_balanced,
        precision: recipe.precision.map(millionths),
        coverage: abstains.map(|(_, coverage)| millionths(coverage)),
        iterations: fits.last().map_or(0, |fit| fit.iterations as u64),
        date: recipe.date.clone(),
    };
    let temperature = millionths(asked(None));
    let Some(fit) = fits.into_iter().last() else {
        return Err(TrainError::Stopped);
    };
    let head = Head::of(Parts {
        name: recipe.name,
        version: recipe.version,
        labels,
        vectors: recipe.vectors,
        language: readers.language.map(|model| Language::of(model.identity())),
        ngrams: recipe.ngrams.zip(fit.documents),
        rules: recipe.rules,
        weights: fit.weights,
        temperature,
        threshold: abstains.map(|(least, _)| millionths(least)),
        training,
    });
    Ok(head?)
}

fn check(classes: &BTreeMap<String, u64>, rules: &Rules) -> Result<(), TrainError> {
    if classes.len() > MOST_LABELS {
        return Err(TrainError::ManyLabels { found: classes.len() });
    }
    if let (Some((label, _)), 1) = (classes.first_key_value(), classes.len()) {
        return Err(TrainError::OneLabel { label: label.clone() });
    }
    if let Some((label, count)) = classes.iter().find(|(_, count)| **count < 2) {
        return Err(TrainError::Few {
            label: label.clone(),
            count: *count,
        });
    }
    let strange = rules
        .written()
        .find_map(|rule| Some((rule, rule.label.as_ref().filter(|label| !classes.contains_key(*label))?)));
    match strange {
        Some((rule, label)) => Err(TrainError::StrangeLabel {
            rule: rule.name.clone(),
            label: label.clone(),
        }),
        None => Ok(()),
    }
}

/// What is known of a text before anything is learnt.
struct Raw {
    vector: Vec<f32>,
    counts: Option<Counts>,
    /// What rules flag, and what a language model takes it for.
    last: Vec<f32>,
}

/// All examples, ready to be learnt from.
struct Material<'a> {
    raw: Vec<Raw>,
    truths: Vec<usize>,
    labels: usize,
    /// How many features each block has.
    widths: Vec<usize>,
    recipe: &'a Recipe,
}

/// What was learnt, and what it says of the others.
struct Fit {
    documents: Option<Documents>,
    weights: Weights,
    iterations: usize,
    logits: Vec<(usize, Vec<f64>)>,
}

impl Material<'_> {
    /// Learns from the items that `learnt` gives, and applies it to those that `others` takes.
    fn fit(&self, learnt: impl Iterator<Item = usize>, others: impl Fn(usize) -> bool) -> Fit {
        let learnt: Vec<usize> = learnt.collect();
        let documents = self.recipe.ngrams.map(|ngrams| {
            let counts = learnt.iter().filter_map(|item| self.raw[*item].counts.as_ref());
            Documents::of(ngrams.buckets(), counts)
        });
        let features = |item: usize| {
            let raw = &self.raw[item];
            let weighed = match (self.recipe.ngrams, &documents, &raw.counts) {
                (Some(ngrams), Some(documents), Some(counts)) => documents.weigh(counts, ngrams),
                _ => Vec::new(),
            };
            super::joined(&raw.vector, weighed, self.recipe.ngrams, &raw.last)
        };
        let known: Vec<Features> = learnt.iter().map(|item| features(*item)).collect();
        let mut of_label = vec![0.0; self.labels];
        learnt.iter().for_each(|item| of_label[self.truths[*item]] += 1.0);
        let cost = |count: &f64| match self.recipe.is_balanced {
            true => learnt.len() as f64 / (self.labels as f64 * f64::max(*count, 1.0)),
            false => 1.0,
        };
        let problem = Problem {
            texts: known
                .iter()
                .zip(&learnt)
                .map(|(known, item)| (known, self.truths[*item]))
                .collect(),
            features: self.widths.iter().sum(),
            costs: of_label.iter().map(cost).collect(),
        };
        let (weights, iterations) = problem.solve();
        let others = (0..self.raw.len()).filter(|item| others(*item));
        let logits = others.map(|item| (item, weights.logits(&features(item)))).collect();
        Fit {
            documents,
            weights,
            iterations,
            logits,
        }
    }
}

/// The fold of each example, how many there are, and how many groups: a group is in one fold, the largest first into
/// the fold that has least. Without groups the examples of each label are dealt out in turn.
fn folds(examples: &[Example], truths: &[usize]) -> (Vec<usize>, usize, usize) {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for group in examples.iter().filter_map(|example| example.group.as_deref()) {
        *sizes.entry(group).or_default() += 1;
    }
    let groups = sizes.len();
    if groups < 2 {
        let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
        let mut deal = |truth: &usize| {
            let turn = seen.entry(*truth).or_default();
            *turn += 1;
            (*turn - 1) % FOLDS
        };
        let folds: Vec<usize> = truths.iter().map(&mut deal).collect();
        let count = folds.iter().max().map_or(1, |last| last + 1);
        return (folds, count, groups);
    }
    let count = groups.min(FOLDS);
    let mut largest: Vec<(&str, usize)> = sizes.into_iter().collect();
    largest.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
    let mut held = vec![0; count];
    let mut fold_of: BTreeMap<&str, usize> = BTreeMap::new();
    for (group, size) in largest {
        let least = (0..count).min_by_key(|fold| held[*fold]).unwrap_or_default();
        held[least] += size;
        fold_of.insert(group, least);
    }
    let fold = |example: &Example| {
        let group = example.group.as_deref().unwrap_or_default();
        fold_of.get(group).copied().unwrap_or_default()
    };
    (examples.iter().map(fold).collect(), count, groups)
}

/// What `work` gives for 0 to `count` - 1, in this order, on as many threads as there are cores.
fn each<T: Send>(count: usize, stop: &AtomicBool, work: impl Fn(usize) -> T + Sync) -> Result<Vec<T>, TrainError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(count);
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(count));
    let take = || {
        while !stop.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return;
            }
            let result = work(at);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(take);
        }
        take();
    });
    let mut done: Vec<(usize, T)> = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    if done.len() < count {
        return Err(TrainError::Stopped);
    }
    done.sort_by_key(|(at, _)| *at);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}
