//! Products of matrices: the one place where memory is handed to a library without its bounds.

use gemm::Parallelism;

/// A matrix within a slice. Its last number must lie in it.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a> {
    pub(super) numbers: &'a [f32],
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// Numbers from one row to the next.
    pub(super) row_step: usize,
    /// Numbers from one column to the next.
    pub(super) column_step: usize,
}

impl<'a> Matrix<'a> {
    /// `rows` rows of `columns` numbers, `step` apart.
    pub(super) fn new(numbers: &'a [f32], rows: usize, columns: usize, step: usize) -> Self {
        Self {
            numbers,
            rows,
            columns,
            row_step: step,
            column_step: 1,
        }
    }

    /// The same with rows and columns exchanged.
    pub(super) fn turned(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_step: self.column_step,
            column_step: self.row_step,
            ..self
        }
    }
}

/// What becomes of the numbers that were there before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// The product replaces them.
    Forget,
    /// The product is added to them.
    Add,
}

/// Whether the last number of a matrix lies within `length` numbers.
fn fits(length: usize, rows: usize, columns: usize, row_step: usize, column_step: usize) -> bool {
    let last = |count: usize, step: usize| count.checked_sub(1)?.checked_mul(step);
    let end = last(rows, row_step).zip(last(columns, column_step));
    end.and_then(|(row, column)| row.checked_add(column))
        .is_some_and(|last| last < length)
}

/// Writes `left` × `right` to `out`, whose rows are `step` numbers apart, on this thread alone.
///
/// # Panics
/// The shapes do not fit together or into their slices: a defect of the caller, which makes all of them.
pub(super) fn multiply(out: &mut [f32], step: usize, left: Matrix<'_>, right: Matrix<'_>, before: Before) {
    let (rows, inner, columns) = (left.rows, left.columns, right.columns);
    assert!(inner == right.rows, "{inner} columns meet {} rows", right.rows);
    for matrix in [left, right] {
        let Matrix {
            numbers,
            rows,
            columns,
            row_step,
            column_step,
        } = matrix;
        assert!(fits(numbers.len(), rows, columns, row_step, column_step));
    }
    assert!(step >= columns && fits(out.len(), rows, columns, step, 1));
    let signed = usize::cast_signed;
    // SAFETY: all three matrices lie within their slices, as was just checked; `out` is borrowed alone, its rows do not
    // overlap, and gemm writes nothing but the `rows` × `columns` numbers of it.
    #[expect(unsafe_code, reason = "gemm takes pointers; every bound is checked above")]
    unsafe {
        gemm::gemm(
            rows,
            columns,
            inner,
            out.as_mut_ptr(),
            1,
            signed(step),
            before == Before::Add,
            left.numbers.as_ptr(),
            signed(left.column_step),
            signed(left.row_step),
            right.numbers.as_ptr(),
            signed(right.column_step),
            signed(right.row_step),
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_what_multiplying_by_hand_gives() {
        let left: Vec<f32> = (0..35).map(|n| (n * 7 % 11) as f32 - 5.0).collect();
        let right: Vec<f32> = (0..21).map(|n| (n * 5 % 13) as f32 - 6.0).collect();
        // 5 × 6 within rows of 7, and the turned 3 × 6 within rows of 7.
        let (a, b) = (Matrix::new(&left, 5, 6, 7), Matrix::new(&right, 3, 6, 7).turned());
        for (before, start) in [(Before::Forget, 0.0), (Before::Add, 2.0)] {
            let mut out = vec![2.0f32; 5 * 4];
            multiply(&mut out, 4, a, b, before);
            for row in 0..5 {
                for column in 0..3 {
                    let sum: f32 = (0..6).map(|at| left[row * 7 + at] * right[column * 7 + at]).sum();
                    assert_eq!(out[row * 4 + column], start + sum);
                }
                assert_eq!(out[row * 4 + 3], 2.0, "what lies between the rows stays");
            }
        }
    }

    #[test]
    fn a_matrix_beyond_its_slice_is_seen() {
        assert!(fits(35, 5, 7, 7, 1) && !fits(34, 5, 7, 7, 1));
        assert!(!fits(10, 0, 1, 1, 1) && !fits(10, usize::MAX, 2, usize::MAX, 1));
    }
}
