//! What is counted number by number: normal distributions, exponentials, sums of rows.
//!
//! Written so that a compiler makes wide instructions of it; [`pulp`] picks the widest that this processor has.

use pulp::Arch;

/// Beyond this the error function of x/√2 is 1 in single precision.
const FLAT: f32 = 5.6;
/// erf(x/√2)/x as a quotient of polynomials in x², fitted to 2e-8 at 4,000 Chebyshev nodes of [0, 5.6²].
const ABOVE: [f32; 6] = [
    0.797_884_46,
    0.068_752_125,
    0.009_414_513,
    0.000_347_700_46,
    1.271_304_7e-5,
    4.429_064_8e-8,
];
const BELOW: [f32; 6] = [
    1.0,
    0.252_833_72,
    0.028_940_06,
    0.001_912_975_5,
    7.510_173_6e-5,
    1.180_211_7e-6,
];

/// 2^x on [-0.5, 0.5], fitted to 8e-8.
const POWER: [f32; 6] = [
    1.000_000_1,
    0.693_146_94,
    0.240_221_2,
    0.055_507_135,
    0.009_675_541,
    0.001_327_646_7,
];
/// Adding and taking it away rounds to a whole number.
const ROUND: f32 = 12_582_912.0;
/// Below this an exponential is no normal number.
const LEAST: f32 = -87.0;

#[inline(always)]
fn polynomial(coefficients: &[f32; 6], x: f32) -> f32 {
    let [a, b, c, d, e, f] = *coefficients;
    ((((f * x + e) * x + d) * x + c) * x + b) * x + a
}

/// x Φ(x), with Φ the normal distribution (Hendrycks and Gimpel 2016, exact form).
#[inline(always)]
fn gelu(x: f32) -> f32 {
    let near = x.clamp(-FLAT, FLAT);
    let square = near * near;
    let erf = near * polynomial(&ABOVE, square) / polynomial(&BELOW, square);
    0.5 * x * (1.0 + erf)
}

/// e^x for x at most 0.
#[inline(always)]
fn exponential(x: f32) -> f32 {
    let power = x.max(LEAST) * std::f32::consts::LOG2_E;
    let rounded = power + ROUND;
    let whole = rounded - ROUND;
    // The low bits of `rounded` are the whole number; moved to where the exponent is, they are its power of two.
    let scale = f32::from_bits((rounded.to_bits() << 23).wrapping_add(0x3f80_0000));
    polynomial(&POWER, power - whole) * scale
}

/// Lanes that sums are kept in, so that they can be added side by side.
const LANES: usize = 16;

#[inline(always)]
fn sum_of(numbers: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0f32; LANES];
    let (whole, rest) = numbers.as_chunks::<LANES>();
    for chunk in whole {
        for (sum, number) in sums.iter_mut().zip(chunk) {
            *sum += of(*number);
        }
    }
    for (sum, number) in sums.iter_mut().zip(rest) {
        *sum += of(*number);
    }
    sums.iter().sum()
}

#[inline(always)]
fn largest(numbers: &[f32]) -> f32 {
    let mut most = [f32::NEG_INFINITY; LANES];
    let (whole, rest) = numbers.as_chunks::<LANES>();
    for chunk in whole {
        for (most, number) in most.iter_mut().zip(chunk) {
            *most = if *number > *most { *number } else { *most };
        }
    }
    rest.iter().chain(&most).copied().fold(f32::NEG_INFINITY, f32::max)
}

/// Adds `bias` to every row, and applies [`gelu`].
pub(super) fn activate(arch: Arch, rows: &mut [f32], bias: &[f32]) {
    arch.dispatch(
        #[inline(always)]
        || {
            for row in rows.chunks_exact_mut(bias.len()) {
                for (number, bias) in row.iter_mut().zip(bias) {
                    *number = gelu(*number + bias);
                }
            }
        },
    );
}

/// Adds `bias` to every row.
pub(super) fn add(arch: Arch, rows: &mut [f32], bias: &[f32]) {
    arch.dispatch(
        #[inline(always)]
        || {
            for row in rows.chunks_exact_mut(bias.len()) {
                for (number, bias) in row.iter_mut().zip(bias) {
                    *number += bias;
                }
            }
        },
    );
}

/// Makes every row of `width` numbers one of shares that add up to 1: e^x of each, divided by their sum.
pub(super) fn share(arch: Arch, rows: &mut [f32], width: usize) {
    arch.dispatch(
        #[inline(always)]
        || {
            for row in rows.chunks_exact_mut(width) {
                let most = largest(row);
                for number in row.iter_mut() {
                    *number = exponential(*number - most);
                }
                let whole = 1.0 / sum_of(row, |number| number);
                for number in row.iter_mut() {
                    *number *= whole;
                }
            }
        },
    );
}

/// How numbers of a row are spread: moved and stretched to a mean and a variance that were learnt.
pub(super) struct Norm {
    pub(super) stretch: Vec<f32>,
    pub(super) shift: Vec<f32>,
    /// What keeps a row of equal numbers from a division by nothing.
    pub(super) least: f32,
}

/// Normalises every row.
pub(super) fn normalise(arch: Arch, rows: &mut [f32], norm: &Norm) {
    let width = norm.stretch.len();
    let share = 1.0 / width as f32;
    arch.dispatch(
        #[inline(always)]
        || {
            for row in rows.chunks_exact_mut(width) {
                let mean = sum_of(row, |number| number) * share;
                let variance = sum_of(row, |number| (number - mean) * (number - mean)) * share;
                let scale = 1.0 / (variance + norm.least).sqrt();
                for ((number, stretch), shift) in row.iter_mut().zip(&norm.stretch).zip(&norm.shift) {
                    *number = (*number - mean) * scale * stretch + shift;
                }
            }
        },
    );
}

/// The mean of the rows, stretched to length 1.
pub(super) fn direction(rows: &[f32], width: usize) -> Vec<f32> {
    let mut sums = vec![0.0f64; width];
    for row in rows.chunks_exact(width) {
        for (sum, number) in sums.iter_mut().zip(row) {
            *sum += f64::from(*number);
        }
    }
    let length = sums.iter().map(|sum| sum * sum).sum::<f64>().sqrt();
    let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
    sums.iter().map(|sum| (sum * scale) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Φ by Simpson's rule over the density, from 0.
    fn distribution(x: f64) -> f64 {
        let steps = 2_000;
        let width = x / f64::from(steps);
        let density = |at: f64| (-0.5 * at * at).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let inner: f64 = (1..steps)
            .map(|at| density(f64::from(at) * width) * if at % 2 == 1 { 4.0 } else { 2.0 })
            .sum();
        0.5 + width / 3.0 * (density(0.0) + inner + density(x))
    }

    #[test]
    fn the_activation_is_exact_to_single_precision() {
        for step in -900..=900 {
            let x = step as f32 * 0.01;
            let exact = f64::from(x) * distribution(f64::from(x));
            let error = (f64::from(gelu(x)) - exact).abs();
            assert!(error <= 4e-7 * f64::from(x.abs()).max(1.0), "{x}: {error}");
        }
    }

    #[test]
    fn an_exponential_is_exact_to_single_precision() {
        for step in 0..=8_700 {
            let x = step as f32 * -0.01;
            let exact = f64::from(x).exp();
            assert!((f64::from(exponential(x)) / exact - 1.0).abs() < 1e-5, "{x}");
            assert!((f64::from(exponential(x)) - exact).abs() < 3e-7, "{x}");
        }
        assert!(exponential(f32::NEG_INFINITY) < 1e-37);
    }

    #[test]
    fn rows_are_shared_out_and_normalised() {
        let arch = Arch::new();
        let mut rows: Vec<f32> = (0..66).map(|n| (n * 7 % 23) as f32 * 0.3).collect();
        let exact: Vec<f64> = rows.iter().map(|x| f64::from(*x).exp()).collect();
        share(arch, &mut rows, 33);
        for (row, exact) in rows.chunks(33).zip(exact.chunks(33)) {
            let sum: f64 = exact.iter().sum();
            for (ours, exact) in row.iter().zip(exact) {
                assert!((f64::from(*ours) - exact / sum).abs() < 1e-6);
            }
        }
        let norm = Norm {
            stretch: vec![2.0; 33],
            shift: vec![1.0; 33],
            least: 1e-12,
        };
        normalise(arch, &mut rows, &norm);
        for row in rows.chunks(33) {
            let mean = row.iter().sum::<f32>() / 33.0;
            let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / 33.0;
            assert!(
                (mean - 1.0).abs() < 1e-5 && (variance - 4.0).abs() < 1e-3,
                "{mean} {variance}"
            );
        }
        let length: f32 = direction(&rows, 33).iter().map(|x| x * x).sum();
        assert!((length - 1.0).abs() < 1e-6);
        assert_eq!(direction(&[0.0; 4], 2), [0.0, 0.0]);
    }
}
