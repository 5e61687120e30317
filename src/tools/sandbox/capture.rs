//! What a program wrote: its beginning and its end within a bound, and how much there was.

use std::collections::VecDeque;

/// One output of a program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    half: usize,
    total: u64,
}

impl Captured {
    /// Keeps `most` bytes: the first half and the last.
    pub(super) fn new(most: usize) -> Self {
        Self {
            half: most / 2,
            ..Self::default()
        }
    }

    /// Takes what was read next.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let (head, rest) = bytes.split_at(bytes.len().min(self.half - self.head.len()));
        self.head.extend_from_slice(head);
        let rest = &rest[rest.len().saturating_sub(self.half)..];
        let over = (self.tail.len() + rest.len()).saturating_sub(self.half);
        self.tail.drain(..over);
        self.tail.extend(rest);
    }

    /// How many bytes the program wrote.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many of them lie between the beginning and the end that were kept.
    pub fn left_out(&self) -> u64 {
        self.total - (self.head.len() + self.tail.len()) as u64
    }

    /// All of it as text, or what was kept of its end, and whether it is that.
    pub(super) fn end(&self) -> (String, bool) {
        if self.left_out() == 0 {
            return (self.text(), false);
        }
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        (String::from_utf8_lossy(&tail).into_owned(), true)
    }

    /// What was kept as text; where something was left out, a line says how much. Bytes that are no UTF-8 become U+FFFD.
    pub fn text(&self) -> String {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        match self.left_out() {
            0 => String::from_utf8_lossy(&[self.head.as_slice(), &tail].concat()).into_owned(),
            left_out => format!(
                "{}\n[… {left_out} bytes left out …]\n{}",
                String::from_utf8_lossy(&self.head),
                String::from_utf8_lossy(&tail)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_and_the_end_are_kept_whatever_the_pieces_are() {
        let written: Vec<u8> = (0..1_000_u32)
            .flat_map(|number| format!("{number}\n").into_bytes())
            .collect();
        for piece in [1, 7, 64, 5_000] {
            let mut captured = Captured::new(40);
            written.chunks(piece).for_each(|bytes| captured.take(bytes));
            assert_eq!(captured.total(), written.len() as u64);
            assert_eq!(captured.left_out(), written.len() as u64 - 40);
            let text = captured.text();
            assert!(text.starts_with("0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n\n[…"), "{text}");
            assert!(text.ends_with("\n995\n996\n997\n998\n999\n"), "{text}");
        }
    }

    #[test]
    fn little_is_kept_whole() {
        let mut captured = Captured::new(10);
        captured.take(b"abcde");
        captured.take(b"fgh");
        assert_eq!((captured.text().as_str(), captured.left_out()), ("abcdefgh", 0));
    }
}
