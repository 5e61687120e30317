//! A position in a list, and the window of it that is seen.

use std::cell::Cell;

/// Which row is selected, and which is the first that is seen.
///
/// The window follows the selection when it is drawn, because only then is its height known.
#[derive(Debug, Clone, Default)]
pub struct List {
    selected: usize,
    first: Cell<usize>,
}

impl List {
    /// The selected row of `count`; `None` when there are none.
    pub fn selected(&self, count: usize) -> Option<usize> {
        (count > 0).then(|| self.selected.min(count - 1))
    }

    /// Goes to a row.
    pub fn select(&mut self, row: usize) {
        self.selected = row;
    }

    /// Goes on by `by` rows, of `count`.
    pub fn step(&mut self, by: isize, count: usize) {
        let now = self.selected(count).unwrap_or(0);
        self.selected = now.saturating_add_signed(by).min(count.saturating_sub(1));
    }

    /// The first row to be drawn in a window of `height` rows.
    pub fn window(&self, count: usize, height: usize) -> usize {
        let selected = self.selected(count).unwrap_or(0);
        let mut first = self.first.get().min(count.saturating_sub(height));
        if selected < first {
            first = selected;
        } else if height > 0 && selected >= first + height {
            first = selected + 1 - height;
        }
        self.first.set(first);
        first
    }
}
