//! Columns of text, aligned by display width.

use unicode_width::UnicodeWidthStr;

/// Lays out rows in columns, two spaces apart, without spaces at the end of a line.
pub fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn wide_characters_keep_the_columns_straight() {
        let rows = [["名前", "x"], ["ab", "y"], ["abcdef", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(super::columns(&rows), "名前    x\nab      y\nabcdef\n");
    }
}
