//! Tables in Markdown.

/// A table that grows by rows.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Creates a table with these column names.
    pub fn new(columns: &[&str]) -> Self {
        Self {
            rows: vec![columns.iter().map(|c| (*c).to_owned()).collect()],
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[&str]) {
        println!("… {}", cells.join(" | "));
        self.rows
            .push(cells.iter().map(|c| (*c).to_owned()).collect());
    }

    /// Prints it.
    pub fn print(&self) {
        println!();
        for (i, row) in self.rows.iter().enumerate() {
            println!("| {} |", row.join(" | "));
            if i == 0 {
                println!("|{}", "---|".repeat(row.len()));
            }
        }
    }
}
