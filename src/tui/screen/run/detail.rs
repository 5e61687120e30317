//! The pane about the selected step: its tabs, and the rows of one of them.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Padding, Paragraph};
use unicode_width::UnicodeWidthStr;

use super::super::super::theme::Theme;
use super::{Rows, View, audit, cost, diff, input, output, step, timeline, verdict};

/// A tab.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// All that is known of the step.
    #[default]
    Step,
    /// When everything happened.
    Timeline,
    /// What the step is given.
    Input,
    /// What the step gave.
    Output,
    /// What the law and people said.
    Verdict,
    /// What was spent.
    Cost,
    /// What was recorded.
    Audit,
    /// Two attempts or two runs side by side; there when somebody asked for it.
    Diff,
}

impl Tab {
    const ALL: [Self; 8] = [
        Self::Step,
        Self::Timeline,
        Self::Input,
        Self::Output,
        Self::Verdict,
        Self::Cost,
        Self::Audit,
        Self::Diff,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Step => "Step",
            Self::Timeline => "Timeline",
            Self::Input => "Input",
            Self::Output => "Output",
            Self::Verdict => "Verdict",
            Self::Cost => "Cost",
            Self::Audit => "Audit",
            Self::Diff => "Diff",
        }
    }

    fn all(has_diff: bool) -> &'static [Self] {
        if has_diff {
            &Self::ALL
        } else {
            &Self::ALL[..Self::ALL.len() - 1]
        }
    }

    /// The tab `by` places on, round about.
    pub fn beside(self, by: isize, has_diff: bool) -> Self {
        let all = Self::all(has_diff);
        let at = all.iter().position(|tab| *tab == self).unwrap_or(0);
        let count = all.len().cast_signed();
        all[(at.cast_signed() + by).rem_euclid(count).cast_unsigned()]
    }
}

/// The tabs in `width` columns, and where each begins and ends; when they do not fit, only one is named.
fn tabs(view: &View, width: u16) -> (Line<'static>, Vec<(Tab, u16, u16)>) {
    let theme = view.theme;
    let all = Tab::all(view.app.run.diff().is_some());
    let here = view.app.run.tab();
    let names: usize = all.iter().map(|tab| tab.name().width()).sum();
    let room = usize::from(width);
    let (pad, between) = if names + 2 * all.len() <= room {
        (" ", "")
    } else {
        ("", " ")
    };
    if names + all.len() > room + 1 {
        let at = all.iter().position(|tab| *tab == here).unwrap_or(0);
        let text = format!(" {} {}/{} ", here.name(), at + 1, all.len());
        return (Line::styled(text, theme.strong), Vec::new());
    }
    let (mut at, mut spans, mut places) = (0, Vec::new(), Vec::new());
    for tab in all {
        let text = format!("{pad}{}{pad}", tab.name());
        let end = at + u16::try_from(text.width()).unwrap_or(0);
        places.push((*tab, at, end));
        at = end + u16::try_from(between.width()).unwrap_or(0);
        // The edge that the title lies on has a colour of its own.
        let strong = Style::reset().patch(theme.text).patch(theme.selected);
        let style = if *tab == here { strong } else { theme.dim };
        spans.push(Span::styled(text, style));
        spans.push(Span::raw(between));
    }
    (Line::from(spans), places)
}

/// The tab under the mouse, in the edge of the pane.
pub fn hit(view: &View, area: Rect, at: Position) -> Option<Tab> {
    let column = at.x.checked_sub(area.x + 1).filter(|_| at.y == area.y)?;
    let (_, places) = tabs(view, area.width.saturating_sub(2));
    let hit = places.iter().find(|(_, from, to)| (*from..*to).contains(&column));
    hit.map(|(tab, _, _)| *tab)
}

/// The edge of a pane with a title of many parts.
pub fn edged(title: Line<'static>, is_focused: bool, theme: &Theme) -> Block<'static> {
    let style = if is_focused { theme.focus } else { theme.border };
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(style)
        .title(title)
}

fn rows<'a>(view: &View<'a>, width: usize) -> Rows<'a> {
    match view.app.run.tab() {
        Tab::Step => step::rows(view, width),
        Tab::Timeline => timeline::rows(view, width),
        Tab::Input => input::rows(view, width),
        Tab::Output => output::rows(view, width),
        Tab::Verdict => verdict::rows(view, width),
        Tab::Cost => cost::rows(view, width),
        Tab::Audit => audit::rows(view, width),
        Tab::Diff => match view.app.run.diff() {
            Some(diff) => diff::rows(view, diff, width),
            None => Rows::said("nothing is compared", view.theme.dim),
        },
    }
}

/// Draws the pane.
pub fn draw(view: &View, area: Rect, is_focused: bool, frame: &mut Frame) {
    let (title, _) = tabs(view, area.width.saturating_sub(2));
    let block = edged(title, is_focused, view.theme).padding(Padding::horizontal(1));
    let inner = block.inner(area);
    let height = usize::from(inner.height);
    let rows = rows(view, usize::from(inner.width));
    let most = rows.count.saturating_sub(height);
    let first = view.app.run.scroll(most, |scroll| {
        // Nobody scrolled: what is about the selected step is to be seen.
        match scroll {
            Some(scroll) => scroll,
            None if rows.about < height => 0,
            None => rows.about.saturating_sub(height / 3),
        }
    });
    let block = if most > 0 {
        let said = format!(" {}–{} of {} ", first + 1, rows.count.min(first + height), rows.count);
        block.title_bottom(Line::styled(said, view.theme.dim).right_aligned())
    } else {
        block
    };
    let lines: Vec<Line> = (first..rows.count.min(first + height))
        .map(|row| (rows.row)(row))
        .collect();
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(lines), inner);
}
