//! What is other in one view than in the one before.

/// A line of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it says.
    pub text: String,
    /// Whether the keys are about it.
    pub is_selected: bool,
}

impl Line {
    /// As it is said.
    pub fn said(&self) -> String {
        let mark = if self.is_selected { "> " } else { "" };
        format!("{mark}{}", self.text)
    }
}

/// The lines of `after` that are new, and the one that the keys are about now.
pub fn changes<'a>(before: &[Line], after: &'a [Line]) -> Vec<&'a Line> {
    // How long the longest common sequence of the rests from each pair of places is.
    let width = after.len() + 1;
    let mut common = vec![0_u32; (before.len() + 1) * width];
    for (old, one) in before.iter().enumerate().rev() {
        for (new, other) in after.iter().enumerate().rev() {
            common[old * width + new] = if one.text == other.text {
                common[(old + 1) * width + new + 1] + 1
            } else {
                common[(old + 1) * width + new].max(common[old * width + new + 1])
            };
        }
    }
    let (mut old, mut new) = (0, 0);
    let mut said = Vec::new();
    while let Some(line) = after.get(new) {
        match before.get(old) {
            Some(known) if known.text == line.text => {
                if line.is_selected && !known.is_selected {
                    said.push(line);
                }
                (old, new) = (old + 1, new + 1);
            }
            Some(_) if common[(old + 1) * width + new] >= common[old * width + new + 1] => old += 1,
            Some(_) | None => {
                said.push(line);
                new += 1;
            }
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Line> {
        let line = |text: &str| Line {
            text: text.trim_start_matches('>').to_owned(),
            is_selected: text.starts_with('>'),
        };
        text.split(' ').map(line).collect()
    }

    fn said(before: &str, after: &str) -> String {
        let (before, after) = (lines(before), lines(after));
        let said = changes(&before, &after);
        said.into_iter().map(Line::said).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn a_moved_selection_is_one_line() {
        assert_eq!(said(">a b c", "a >b c"), "> b");
        assert_eq!(said("a b >c", "a b >c"), "");
    }

    #[test]
    fn only_what_is_new_is_said() {
        assert_eq!(said("a b c", "a x c"), "x");
        assert_eq!(said("a b", "b"), "");
        assert_eq!(said("{ a } b", "a } b }"), "}");
        assert_eq!(said("a", "b >a"), "b|> a");
    }
}
