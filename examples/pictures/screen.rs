//! A terminal's screen as a picture (SVG 1.1), cell by cell where the terminal had it.

use std::fmt::Write as _;

use vt100::{Cell, Color, Screen};

/// Sizes in pixels. The glyphs that draw boxes touch each other at this height.
const FONT: f32 = 14.0;
const CELL: f32 = 8.43;
const LINE: f32 = 16.3;
const MARGIN: f32 = 14.0;
/// From the upper edge of a line down to where letters stand.
const BASE: f32 = 13.0;

const INK: Rgb = Rgb(0xd7, 0xdc, 0xe4);
const PAPER: Rgb = Rgb(0x12, 0x16, 0x1d);

/// The sixteen colours that have names.
const NAMED: [Rgb; 16] = [
    Rgb(0x2a, 0x30, 0x3b),
    Rgb(0xe0, 0x6c, 0x75),
    Rgb(0x8c, 0xc2, 0x7c),
    Rgb(0xe0, 0xb8, 0x6c),
    Rgb(0x61, 0xaf, 0xef),
    Rgb(0xc6, 0x8a, 0xee),
    Rgb(0x56, 0xb6, 0xc2),
    Rgb(0xc8, 0xcd, 0xd6),
    Rgb(0x7f, 0x88, 0x96),
    Rgb(0xff, 0x8a, 0x93),
    Rgb(0xa5, 0xdc, 0x95),
    Rgb(0xf7, 0xd0, 0x86),
    Rgb(0x82, 0xc4, 0xff),
    Rgb(0xdd, 0xa6, 0xff),
    Rgb(0x76, 0xd6, 0xe1),
    Rgb(0xff, 0xff, 0xff),
];

#[derive(Clone, Copy, PartialEq, Eq)]
struct Rgb(u8, u8, u8);

impl std::fmt::Display for Rgb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// How a cell looks.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    ink: Rgb,
    paper: Rgb,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let (ink, paper) = (rgb(cell.fgcolor(), INK), rgb(cell.bgcolor(), PAPER));
        let (ink, paper) = if cell.inverse() { (paper, ink) } else { (ink, paper) };
        Self {
            ink,
            paper,
            bold: cell.bold(),
            dim: cell.dim(),
            italic: cell.italic(),
            underline: cell.underline(),
        }
    }

    fn attributes(self) -> String {
        let mut out = format!(" fill=\"{}\"", self.ink);
        for (has, says) in [
            (self.bold, " font-weight=\"700\""),
            (self.dim, " opacity=\"0.65\""),
            (self.italic, " font-style=\"italic\""),
            (self.underline, " text-decoration=\"underline\""),
        ] {
            out.push_str(if has { says } else { "" });
        }
        out
    }
}

/// Cells side by side that look alike; a wide character stands alone, so that its neighbours keep their columns.
struct Run<'s> {
    column: u16,
    /// How many columns a cell takes.
    columns: u16,
    cells: Vec<&'s str>,
    look: Look,
}

/// The picture of `screen`; `says` is its title.
pub fn svg(screen: &Screen, says: &str) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let wide = f32::from(columns) * CELL + 2.0 * MARGIN;
    let high = f32::from(rows) * LINE + 2.0 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide:.0}\" height=\"{high:.0}\" viewBox=\"0 0 {wide:.2} {high:.2}\" \
         font-family=\"'DejaVu Sans Mono', ui-monospace, Menlo, Consolas, monospace\" font-size=\"{FONT}\">\n\
         <title>{}</title>\n<rect width=\"{wide:.2}\" height=\"{high:.2}\" rx=\"8\" fill=\"{PAPER}\"/>\n",
        escaped(says)
    );
    for row in 0..rows {
        for run in runs(screen, row, columns) {
            run.drawn(row, &mut out);
        }
    }
    out.push_str("</svg>\n");
    out
}

fn runs(screen: &Screen, row: u16, columns: u16) -> Vec<Run<'_>> {
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else {
            continue;
        };
        let look = Look::of(cell);
        let text = cell.contents().trim();
        match runs.last_mut() {
            Some(run) if run.look == look && run.columns == 1 && !cell.is_wide() => run.cells.push(text),
            _ => runs.push(Run {
                column,
                columns: 1 + u16::from(cell.is_wide()),
                cells: vec![text],
                look,
            }),
        }
    }
    runs
}

impl Run<'_> {
    fn drawn(&self, row: u16, out: &mut String) {
        let across = |cells: usize| cells as f32 * f32::from(self.columns) * CELL;
        let mut x = MARGIN + f32::from(self.column) * CELL;
        let y = MARGIN + f32::from(row) * LINE;
        if self.look.paper != PAPER {
            let (wide, paper) = (across(self.cells.len()), self.look.paper);
            let _ = writeln!(
                out,
                "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{wide:.2}\" height=\"{LINE}\" fill=\"{paper}\"/>"
            );
        }
        // Each word has its place and its length, whatever font draws it.
        for word in self.cells.split(|cell| cell.is_empty()) {
            if !word.is_empty() {
                let (down, wide, look) = (y + BASE, across(word.len()), self.look.attributes());
                let text = escaped(&word.concat());
                let _ = writeln!(
                    out,
                    "<text x=\"{x:.2}\" y=\"{down:.2}\" textLength=\"{wide:.2}\"{look}>{text}</text>"
                );
            }
            x += across(word.len() + 1);
        }
    }
}

/// A colour of the terminal (the 256 of xterm: 16 named ones, a cube of six steps a side, 24 greys).
fn rgb(colour: Color, otherwise: Rgb) -> Rgb {
    let step = |level: u8| if level == 0 { 0 } else { 55 + 40 * level };
    match colour {
        Color::Default => otherwise,
        Color::Rgb(red, green, blue) => Rgb(red, green, blue),
        Color::Idx(index @ 0..16) => NAMED[usize::from(index)],
        Color::Idx(index @ 16..232) => {
            let index = index - 16;
            Rgb(step(index / 36), step(index / 6 % 6), step(index % 6))
        }
        Color::Idx(index) => {
            let grey = 8 + 10 * (index - 232);
            Rgb(grey, grey, grey)
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
