//! What the step gave: its output, as text.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use ratatui::text::{Line, Span};
use serde_json::Value;

use super::super::super::values;
use super::{Rows, View};
use crate::engine::fact::Unit;
use crate::engine::run::{Fan, ItemState, StepState};
use crate::label::Labelled;
use crate::sight::text::{cut, wrapped};

/// The most bytes that are shown.
const MOST_BYTES: usize = 1 << 20;

/// What lines were made of.
#[derive(Debug)]
enum Source {
    Value(Arc<Labelled>),
    /// The items of a step that is not over, at an event of the run.
    Items {
        step: String,
        run_seq: u64,
    },
}

impl Source {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(one), Self::Value(other)) => Arc::ptr_eq(one, other),
            (
                Self::Items { step, run_seq },
                Self::Items {
                    step: other,
                    run_seq: at,
                },
            ) => step == other && run_seq == at,
            (Self::Value(_), Self::Items { .. }) | (Self::Items { .. }, Self::Value(_)) => false,
        }
    }
}

#[derive(Debug)]
struct Text {
    source: Source,
    width: usize,
    lines: Rc<Vec<String>>,
}

/// The lines that were shown last, so that a large output is not written anew for each picture.
#[derive(Debug, Default)]
pub struct Kept(RefCell<Option<Text>>);

impl Kept {
    fn lines(&self, source: Source, width: usize, make: impl FnOnce() -> String) -> Rc<Vec<String>> {
        let mut kept = self.0.borrow_mut();
        if let Some(text) = &*kept
            && text.width == width
            && text.source.is(&source)
        {
            return Rc::clone(&text.lines);
        }
        let lines = Rc::new(wrapped(&make(), width));
        *kept = Some(Text {
            source,
            width,
            lines: Rc::clone(&lines),
        });
        lines
    }
}

/// What a model writes at the moment.
fn heard(view: &View, unit: &Unit, width: usize) -> Rows<'static> {
    let theme = *view.theme;
    let text: Vec<&str> = view.app.live.lines(unit).collect();
    let mut lines = vec![Line::styled(
        cut(&format!("{unit} is being written"), width),
        theme.accent,
    )];
    lines.extend(
        wrapped(&text.join("\n"), width)
            .into_iter()
            .map(|line| Line::styled(line, theme.text)),
    );
    Rows::of(lines, 0)
}

/// The rows of the output.
pub fn rows(view: &View, width: usize) -> Rows<'static> {
    let (theme, kept) = (*view.theme, view.app.run.text());
    let run = &view.opened.run;
    let name = &view.step.name;
    let of_fan = |fan: &Fan| {
        let source = Source::Items {
            step: name.clone(),
            run_seq: run.run_seq(),
        };
        kept.lines(source, width, || of_items(fan))
    };
    let is_over = run.steps().get(name).is_none_or(StepState::is_over);
    let heard_of = view.app.live.newest(name).filter(|unit| run.is_flying(unit));
    if let (Some(unit), false) = (heard_of, is_over) {
        return heard(view, unit, width);
    }
    let (head, lines) = match run.steps().get(name) {
        Some(StepState::Completed { output, beside, .. }) => {
            let source = Source::Value(Arc::clone(output));
            let lines = kept.lines(source, width, || values::text(&output.value, MOST_BYTES));
            let errors = beside
                .errors
                .as_ref()
                .and_then(|errors| errors.value.as_array())
                .map_or(0, Vec::len);
            let errors = match errors {
                0 => String::new(),
                errors => format!(" · {errors} items failed"),
            };
            (format!("{}{errors}", values::label(&output.joined_label())), lines)
        }
        Some(StepState::Fanned(fan)) => ("the items that are over".to_owned(), of_fan(fan)),
        Some(StepState::Failed { fan: Some(fan), .. }) => {
            ("it failed; the items that completed".to_owned(), of_fan(fan))
        }
        Some(StepState::Failed { fan: None, fault }) => {
            let text = format!("It failed and gave nothing.\n{}", fault.message);
            return Rows::said(&text, theme.bad);
        }
        Some(StepState::Skipped { .. }) => return Rows::said("It was skipped and gave nothing.", theme.dim),
        Some(StepState::Waiting(_)) | None => return Rows::said("It has given nothing yet.", theme.dim),
    };
    let count = lines.len() + 1;
    let row = move |row: usize| match row.checked_sub(1).and_then(|row| lines.get(row)) {
        Some(line) => coloured(line, &theme),
        None => Line::styled(cut(&head, width), theme.dim),
    };
    Rows {
        count,
        row: Box::new(row),
        about: 0,
    }
}

/// Names of fields look other than what they hold.
fn coloured(line: &str, theme: &super::super::super::theme::Theme) -> Line<'static> {
    let indent = line.len() - line.trim_start().len();
    let rest = &line[indent..];
    if let Some(end) = rest.strip_prefix('"').and_then(|rest| rest.find("\": ")) {
        let (name, value) = rest.split_at(end + 2);
        return Line::from(vec![
            Span::raw(" ".repeat(indent)),
            Span::styled(name.to_owned(), theme.accent),
            Span::styled(value.to_owned(), theme.text),
        ]);
    }
    Line::styled(line.to_owned(), theme.text)
}

fn of_items(fan: &Fan) -> String {
    let mut all = String::new();
    for (at, state) in fan.states.iter().enumerate() {
        if let ItemState::Completed(output) = state {
            let left = MOST_BYTES.saturating_sub(all.len());
            all.push_str(&format!("[{at}]\n{}\n", values::text(&output.value, left)));
            if all.len() >= MOST_BYTES {
                break;
            }
        }
    }
    all
}

/// The whole output as an editor shows it, and how such a file ends.
pub fn whole(state: Option<&StepState>) -> Option<(String, &'static str)> {
    match state? {
        StepState::Completed { output, .. } => {
            let suffix = if output.value.is_string() { "txt" } else { "json" };
            let whole = match &output.value {
                Value::String(text) => text.clone(),
                value => format!("{value:#}\n"),
            };
            Some((whole, suffix))
        }
        StepState::Fanned(fan) => Some((of_items(fan), "txt")),
        StepState::Failed { fan: Some(fan), .. } => Some((of_items(fan), "txt")),
        StepState::Failed { fan: None, .. } | StepState::Skipped { .. } | StepState::Waiting(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::Label;
    use serde_json::json;

    #[test]
    fn the_same_output_is_written_once() {
        let kept = Kept::default();
        let output = Arc::new(Labelled::new(json!(1), Label::constant()));
        let source = || Source::Value(Arc::clone(&output));
        let first = kept.lines(source(), 10, || "one".to_owned());
        let second = kept.lines(source(), 10, || panic!("it was kept"));
        assert!(Rc::ptr_eq(&first, &second));
        assert_eq!(*kept.lines(source(), 2, || "one".to_owned()), ["on", "e"]);
    }
}
