//! Aligned columns.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

use super::paint::clean;

/// Rows of text in aligned columns, without frames.
pub(crate) struct Columns {
    table: Table,
}

impl Columns {
    /// Columns with these headings.
    pub(crate) fn new<const N: usize>(heads: [&str; N]) -> Self {
        let mut columns = Self::plain();
        columns.table.set_header(heads.map(str::to_uppercase));
        columns
    }

    /// Columns without headings.
    pub(crate) fn plain() -> Self {
        let mut table = Table::new();
        table
            .load_style(NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        Self { table }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.table
            .add_row(cells.map(|cell| clean(cell).replace('\n', " ")));
    }
}

impl std::fmt::Display for Columns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines: Vec<String> = self
            .table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect();
        f.write_str(&lines.join("\n"))
    }
}
