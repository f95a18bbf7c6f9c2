//! Tables with aligned columns.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

use super::style::escape_controls;

/// A table without frames.
pub(crate) struct Columns {
    table: Table,
}

impl Columns {
    /// Creates a table with these headings.
    pub(crate) fn new<const N: usize>(heads: [&str; N]) -> Self {
        let mut columns = Self::plain();
        columns.table.set_header(heads.map(str::to_uppercase));
        columns
    }

    /// Creates a table without headings.
    pub(crate) fn plain() -> Self {
        let mut table = Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        Self { table }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.table.add_row(cells.map(|cell| escape_controls(cell).replace('\n', " ")));
    }
}

/// Columns of fixed width, for rows printed one by one. A longer cell shifts the rest of its row.
pub(crate) struct FixedColumns<const N: usize>(pub(crate) [(&'static str, usize); N]);

impl<const N: usize> FixedColumns<N> {
    /// Returns the headings.
    pub(crate) fn heads(&self) -> String {
        let heads = self.0.map(|(head, _)| head.to_uppercase());
        self.row(&heads)
    }

    /// Returns a row.
    pub(crate) fn row(&self, cells: &[String; N]) -> String {
        let cells = cells.iter().zip(self.0).map(|(cell, (_, width))| {
            let cell = escape_controls(cell).replace('\n', " ");
            format!("{cell:<width$}")
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        line.trim_end().to_owned()
    }
}

impl std::fmt::Display for Columns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines: Vec<String> =
            self.table.lines().map(|line| line.trim_end().to_owned()).collect();
        f.write_str(&lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_printed_one_by_one_are_aligned() {
        let columns = FixedColumns([("call", 6), ("client", 10), ("line", 4)]);
        let row = |cells: [&str; 3]| columns.row(&cells.map(str::to_owned));
        assert_eq!(columns.heads(), "CALL    CLIENT      LINE");
        assert_eq!(row(["17.1", "Иван\nх", "main"]), "17.1    Иван х      main");
        assert_eq!(row(["17.1000", "-", ""]), "17.1000  -");
    }
}
