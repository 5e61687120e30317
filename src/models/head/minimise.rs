//! The least value of a smooth function, by limited-memory BFGS.
//!
//! Algorithms 7.4 and 7.5 of Nocedal and Wright, Numerical Optimization (2nd edition, 2006): the direction from the
//! last [`MEMORY`] steps, and a step that meets the weak Wolfe conditions, found by doubling and halving. Nothing is
//! random: the same function and start give the same point.

use std::collections::VecDeque;

/// Steps that are remembered.
const MEMORY: usize = 10;
/// The share of the promised decrease that a step must bring, and the share of the slope that may be left.
const DECREASE: f64 = 1e-4;
const CURVATURE: f64 = 0.9;
/// The most values that are tried along a direction.
const TRIES: usize = 30;

/// Where the search ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Minimum {
    pub(super) point: Vec<f64>,
    pub(super) value: f64,
    pub(super) iterations: usize,
    /// Whether no partial derivative is larger than what was asked for.
    pub(super) is_reached: bool,
}

/// A step and how the gradient changed along it.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    curvature: f64,
}

/// Searches from `point`, until no partial derivative is larger than `tolerance`, and for at most `most` iterations.
/// `function` gives the value and fills in the gradient.
pub(super) fn minimise(
    mut point: Vec<f64>,
    tolerance: f64,
    most: usize,
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Minimum {
    let mut gradient = vec![0.0; point.len()];
    let mut value = function(&point, &mut gradient);
    let mut pairs: VecDeque<Pair> = VecDeque::with_capacity(MEMORY);
    let mut iterations = 0;
    while largest(&gradient) > tolerance && iterations < most {
        let direction = direction(&gradient, &pairs);
        let slope = dot(&direction, &gradient);
        // Without memory the direction has the gradient's length, which says nothing about how far to go.
        let first = if pairs.is_empty() {
            1.0 / dot(&gradient, &gradient).sqrt().max(1.0)
        } else {
            1.0
        };
        let Some(next) = along(&point, &direction, (value, slope), first, &mut function) else {
            if pairs.is_empty() {
                break;
            }
            // Rounding has spoilt what is remembered: it goes on as if it began here.
            pairs.clear();
            continue;
        };
        iterations += 1;
        let step: Vec<f64> = next.point.iter().zip(&point).map(|(new, old)| new - old).collect();
        let change: Vec<f64> = next
            .gradient
            .iter()
            .zip(&gradient)
            .map(|(new, old)| new - old)
            .collect();
        let curvature = dot(&step, &change);
        if curvature > f64::EPSILON * dot(&change, &change) {
            if pairs.len() == MEMORY {
                pairs.pop_front();
            }
            pairs.push_back(Pair {
                step,
                change,
                curvature,
            });
        }
        (point, gradient, value) = (next.point, next.gradient, next.value);
    }
    let is_reached = largest(&gradient) <= tolerance;
    Minimum {
        point,
        value,
        iterations,
        is_reached,
    }
}

/// Algorithm 7.4: minus the gradient times the inverse of what is known of the curvature.
fn direction(gradient: &[f64], pairs: &VecDeque<Pair>) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|part| -part).collect();
    let mut shares = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let share = dot(&pair.step, &direction) / pair.curvature;
        add(&mut direction, -share, &pair.change);
        shares.push(share);
    }
    if let Some(last) = pairs.back() {
        let scale = last.curvature / dot(&last.change, &last.change);
        direction.iter_mut().for_each(|part| *part *= scale);
    }
    for (pair, share) in pairs.iter().zip(shares.into_iter().rev()) {
        let other = dot(&pair.change, &direction) / pair.curvature;
        add(&mut direction, share - other, &pair.step);
    }
    direction
}

/// A point that was looked at.
struct Looked {
    point: Vec<f64>,
    gradient: Vec<f64>,
    value: f64,
}

/// The first point along `direction` that meets the weak Wolfe conditions; else the best that at least decreases.
fn along(
    point: &[f64],
    direction: &[f64],
    (value, slope): (f64, f64),
    first: f64,
    function: &mut impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Option<Looked> {
    let (mut low, mut high, mut length) = (0.0, f64::INFINITY, first);
    let mut best: Option<Looked> = None;
    for _ in 0..TRIES {
        let mut there = point.to_vec();
        add(&mut there, length, direction);
        let mut gradient = vec![0.0; point.len()];
        let reached = function(&there, &mut gradient);
        let is_lower = reached <= value + DECREASE * length * slope;
        let is_flat = dot(&gradient, direction) >= CURVATURE * slope;
        if is_lower {
            best = Some(Looked {
                point: there,
                gradient,
                value: reached,
            });
            if is_flat {
                return best;
            }
            low = length;
        } else {
            high = length;
        }
        length = if high.is_finite() {
            f64::midpoint(low, high)
        } else {
            2.0 * low
        };
    }
    best
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

fn add(to: &mut [f64], times: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += times * what);
}

fn largest(gradient: &[f64]) -> f64 {
    gradient.iter().fold(0.0, |largest, part| part.abs().max(largest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_valley_of_rosenbrock_is_followed_to_its_end() {
        let rosenbrock = |at: &[f64], gradient: &mut [f64]| {
            let (x, y) = (at[0], at[1]);
            gradient[0] = -2.0 * (1.0 - x) - 400.0 * x * (y - x * x);
            gradient[1] = 200.0 * (y - x * x);
            (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
        };
        let minimum = minimise(vec![-1.2, 1.0], 1e-8, 300, rosenbrock);
        assert!(minimum.is_reached && minimum.iterations < 60, "{minimum:?}");
        assert!(
            (minimum.point[0] - 1.0).abs() < 1e-6 && (minimum.point[1] - 1.0).abs() < 1e-6,
            "{minimum:?}"
        );
        assert_eq!(minimise(vec![-1.2, 1.0], 1e-8, 300, rosenbrock), minimum);
    }

    #[test]
    fn it_ends_where_nothing_can_be_gained() {
        let stuck = minimise(vec![1.0], 1e-9, 300, |at, gradient| {
            gradient[0] = f64::NAN;
            at[0]
        });
        assert!(!stuck.is_reached || stuck.iterations == 0);
    }
}
