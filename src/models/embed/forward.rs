//! The layers of BERT (Devlin and others 2018), over the rows of several texts at once.

use pulp::Arch;

use super::arithmetic::{activate, add, direction, normalise, share};
use super::product::{Before, Matrix, multiply};
use super::weights::{Layer, Weights};

/// What is counted with, kept from one block to the next.
#[derive(Default)]
pub(super) struct Scratch {
    hidden: Vec<f32>,
    /// Query, key and value of each row, side by side.
    asked: Vec<f32>,
    mixed: Vec<f32>,
    inner: Vec<f32>,
    scores: Vec<f32>,
}

impl Weights {
    /// The vector of each text, of which there is at least one token.
    pub(super) fn vectors(&self, texts: &[&[u32]], scratch: &mut Scratch) -> Vec<Vec<f32>> {
        let arch = Arch::new();
        let (width, rows) = (self.width, texts.iter().map(|ids| ids.len()).sum::<usize>());
        let Scratch {
            hidden,
            asked,
            mixed,
            inner,
            scores,
        } = scratch;
        hidden.clear();
        for ids in texts {
            for (position, id) in ids.iter().enumerate() {
                let (word, place) = (
                    row(&self.words, *id as usize, width),
                    row(&self.places, position, width),
                );
                hidden.extend(word.iter().zip(place).map(|(word, place)| word + place));
            }
        }
        normalise(arch, hidden, &self.norm);
        mixed.resize(rows * width, 0.0);
        asked.resize(rows * 3 * width, 0.0);
        inner.resize(rows * self.inner, 0.0);
        for layer in &self.layers {
            through(hidden, asked, &layer.asking.weights, Before::Forget);
            add(arch, asked, &layer.asking.bias);
            let mut first = 0;
            for ids in texts {
                let part = first * 3 * width..(first + ids.len()) * 3 * width;
                let out = &mut mixed[first * width..(first + ids.len()) * width];
                self.attend(arch, &asked[part], out, scores);
                first += ids.len();
            }
            self.settle(arch, layer, hidden, mixed, inner);
        }
        let mut first = 0;
        let vectors = texts.iter().map(|ids| {
            let part = &hidden[first * width..(first + ids.len()) * width];
            first += ids.len();
            direction(part, width)
        });
        vectors.collect()
    }

    /// What each row of one text takes from all of its rows: every head by itself.
    fn attend(&self, arch: Arch, asked: &[f32], out: &mut [f32], scores: &mut Vec<f32>) {
        let (width, head) = (self.width, self.width / self.heads);
        let rows = out.len() / width;
        scores.resize(rows * rows, 0.0);
        for at in 0..self.heads {
            let part = |from: usize| Matrix::new(&asked[from + at * head..], rows, head, 3 * width);
            let (query, key, value) = (part(0), part(width), part(2 * width));
            multiply(scores, rows, query, key.turned(), Before::Forget);
            share(arch, scores, rows);
            let scores = Matrix::new(scores, rows, rows, rows);
            multiply(&mut out[at * head..], width, scores, value, Before::Forget);
        }
    }

    /// Adds what was taken, then what each row makes of itself, normalised after each.
    fn settle(&self, arch: Arch, layer: &Layer, hidden: &mut [f32], mixed: &[f32], inner: &mut [f32]) {
        add(arch, hidden, &layer.taking.bias);
        through(mixed, hidden, &layer.taking.weights, Before::Add);
        normalise(arch, hidden, &layer.taken);
        through(hidden, inner, &layer.up.weights, Before::Forget);
        activate(arch, inner, &layer.up.bias);
        add(arch, hidden, &layer.down.bias);
        through(inner, hidden, &layer.down.weights, Before::Add);
        normalise(arch, hidden, &layer.settled);
    }
}

fn row(numbers: &[f32], at: usize, width: usize) -> &[f32] {
    &numbers[at * width..(at + 1) * width]
}

/// All rows of `from` through `weights`, whose rows are inputs and columns are outputs, to `to`.
fn through(from: &[f32], to: &mut [f32], weights: &super::weights::Table, before: Before) {
    let rows = from.len() / weights.inputs;
    let left = Matrix::new(from, rows, weights.inputs, weights.inputs);
    let right = Matrix::new(&weights.numbers, weights.inputs, weights.outputs, weights.outputs);
    multiply(to, weights.outputs, left, right, before);
}
