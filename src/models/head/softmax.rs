//! Softmax regression: probabilities from a weighted sum of features for each label, and how the weights are found.
//!
//! ½‖w‖² + C · Σᵢ cᵧᵢ · −ln p(yᵢ | xᵢ); the bias of a label is not held small.

use super::minimise::{Minimum, minimise};

/// The most iterations.
const ITERATIONS: usize = 300;
/// Where a partial derivative counts as zero: far below what changes an answer.
const TOLERANCE: f64 = 1e-2;

/// Features of a text that are not 0, in their order.
pub(super) type Features = Vec<(u32, f32)>;

/// Texts with their labels, as numbers.
pub(super) struct Problem<'a> {
    pub(super) texts: Vec<(&'a Features, usize)>,
    pub(super) features: usize,
    /// What an example of each label weighs, the cost C included.
    pub(super) costs: Vec<f64>,
}

/// Weights, feature by feature, one for each label.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weights {
    pub(super) labels: usize,
    pub(super) weights: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

impl Weights {
    /// A sum for each label.
    pub(super) fn logits(&self, features: &[(u32, f32)]) -> Vec<f64> {
        let mut logits: Vec<f64> = self.bias.iter().map(|bias| f64::from(*bias)).collect();
        for (feature, value) in features {
            let at = *feature as usize * self.labels;
            let Some(weights) = self.weights.get(at..at + self.labels) else {
                continue;
            };
            for (logit, weight) in logits.iter_mut().zip(weights) {
                *logit += f64::from(*value) * f64::from(*weight);
            }
        }
        logits
    }
}

impl Problem<'_> {
    /// The weights with the least objective, and after how many iterations.
    pub(super) fn solve(&self) -> (Weights, usize) {
        let labels = self.costs.len();
        let start = vec![0.0; (self.features + 1) * labels];
        let Minimum { point, iterations, .. } = minimise(start, TOLERANCE, ITERATIONS, |point, gradient| {
            self.objective(point, gradient)
        });
        let mut weights: Vec<f32> = point.into_iter().map(|weight| weight as f32).collect();
        let bias = weights.split_off(self.features * labels);
        (Weights { labels, weights, bias }, iterations)
    }

    /// The objective at `point`, the weights and then the biases, with its gradient.
    fn objective(&self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let labels = self.costs.len();
        let (weights, bias) = point.split_at(self.features * labels);
        gradient[..weights.len()].copy_from_slice(weights);
        gradient[weights.len()..].fill(0.0);
        let mut value = 0.5 * weights.iter().map(|weight| weight * weight).sum::<f64>();
        let mut logits = vec![0.0; labels];
        for (features, label) in &self.texts {
            logits.copy_from_slice(bias);
            for (feature, x) in features.iter() {
                let at = *feature as usize * labels;
                for (logit, weight) in logits.iter_mut().zip(&weights[at..at + labels]) {
                    *logit += f64::from(*x) * weight;
                }
            }
            let cost = self.costs[*label];
            let truth = logits[*label];
            let all = log_sum_exp(&logits);
            value += cost * (all - truth);
            // From here on: how the loss changes with each sum.
            for (at, logit) in logits.iter_mut().enumerate() {
                *logit = cost * ((*logit - all).exp() - f64::from(u8::from(at == *label)));
            }
            for (feature, x) in features.iter() {
                let at = *feature as usize * labels;
                for (slope, by) in gradient[at..at + labels].iter_mut().zip(&logits) {
                    *slope += f64::from(*x) * by;
                }
            }
            for (slope, by) in gradient[weights.len()..].iter_mut().zip(&logits) {
                *slope += by;
            }
        }
        value
    }
}

/// Probabilities of `logits` at a temperature.
pub(super) fn probabilities(logits: &[f64], temperature: f64) -> Vec<f64> {
    let scaled: Vec<f64> = logits.iter().map(|logit| logit / temperature).collect();
    let all = log_sum_exp(&scaled);
    scaled.into_iter().map(|logit| (logit - all).exp()).collect()
}

/// ln Σ eˣ, without overflow.
pub(super) fn log_sum_exp(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + values.iter().map(|value| (value - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> Vec<(Features, usize)> {
        vec![
            (vec![(0, 1.0), (2, 0.5)], 0),
            (vec![(1, 1.0)], 1),
            (vec![(0, 0.3), (1, 0.8), (3, -0.4)], 2),
            (vec![(2, 1.0), (3, 0.7)], 1),
            (vec![], 0),
        ]
    }

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        let texts = texts();
        let problem = Problem {
            texts: texts.iter().map(|(features, label)| (features, *label)).collect(),
            features: 4,
            costs: vec![1.0, 0.5, 2.0],
        };
        let point: Vec<f64> = (0..15).map(|at| ((at * 7 % 11) as f64 - 5.0) / 4.0).collect();
        let mut gradient = vec![0.0; 15];
        problem.objective(&point, &mut gradient);
        for at in 0..point.len() {
            let moved = |by: f64| {
                let mut there = point.clone();
                there[at] += by;
                problem.objective(&there, &mut [0.0; 15])
            };
            let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!(
                (difference - gradient[at]).abs() < 1e-6,
                "{at}: {difference} and {}",
                gradient[at]
            );
        }
    }

    #[test]
    fn it_learns_what_can_be_told_apart_and_the_same_each_time() {
        let texts: Vec<(Features, usize)> = (0..20).map(|at| (vec![(at % 2, 1.0)], (at % 2) as usize)).collect();
        let problem = Problem {
            texts: texts.iter().map(|(features, label)| (features, *label)).collect(),
            features: 2,
            costs: vec![1.0, 1.0],
        };
        let (weights, iterations) = problem.solve();
        assert!(iterations > 0 && iterations < 50);
        assert_eq!(problem.solve().0, weights);
        let sure = probabilities(&weights.logits(&[(0, 1.0)]), 1.0);
        assert!(sure[0] > 0.8 && (sure[0] + sure[1] - 1.0).abs() < 1e-12, "{sure:?}");
        // A feature that the weights do not have is no feature.
        assert_eq!(weights.logits(&[(9, 1.0)]).len(), 2);
    }

    #[test]
    fn large_sums_do_not_overflow() {
        assert_eq!(probabilities(&[1e6, -1e6], 1.0), [1.0, 0.0]);
    }
}
