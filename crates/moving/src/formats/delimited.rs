//! Tables in CSV as databases and tools write them (RFC 4180): quotes around cells with commas or line breaks.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use super::FileError;
use super::input::Input;
use super::node::Node;
use super::split::{LONGEST, TOO_LONG};

/// The most columns.
const MOST_COLUMNS: usize = 1_000;

/// The cells of a row, or why it is none.
type Cells = Result<Vec<String>, &'static str>;

/// Reads the rows of a table.
pub(super) struct Table<'a> {
    input: Input<'a>,
    header: Vec<String>,
}

impl<'a> Table<'a> {
    /// Reads a table whose first row names the columns.
    pub(super) fn new(input: &'a mut dyn BufRead) -> Result<Self, FileError> {
        let mut table = Self::without_header(input, Vec::new());
        let (_, header) = table.cells()?.ok_or(FileError::Header)?;
        let mut header = header.map_err(|_| FileError::Header)?;
        if let Some(first) = header.first_mut() {
            *first = first.trim_start_matches('\u{feff}').to_owned();
        }
        let mut names: Vec<_> = header.iter().filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        let doubled = names.windows(2).any(|pair| pair.first() == pair.last());
        if doubled || names.is_empty() {
            return Err(FileError::Header);
        }
        table.header = header;
        Ok(table)
    }

    /// Reads a table whose columns have these names.
    pub(super) fn without_header(input: &'a mut dyn BufRead, header: Vec<String>) -> Self {
        let input = Input::new(input);
        Self { input, header }
    }

    /// Returns the line and the cells of the next row as members that have a text; None at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Result<Node, &'static str>)>> {
        let Some((line, cells)) = self.cells()? else {
            return Ok(None);
        };
        let header = &self.header;
        let node = cells.and_then(|cells| {
            let more = cells.get(header.len()..).unwrap_or_default();
            // One empty cell behind the last is a comma at the end of the line.
            if cells.len() < header.len() || more.iter().any(|cell| !cell.is_empty()) {
                return Err("the row has another number of cells than the header");
            }
            let named = header.iter().zip(cells);
            let named = named.filter(|(_, cell)| !cell.is_empty());
            let members = named.map(|(name, cell)| (name.clone(), Node::Text(cell)));
            Ok(Node::Object(members.collect::<BTreeMap<_, _>>()))
        });
        Ok(Some((line, node)))
    }

    fn cells(&mut self) -> io::Result<Option<(u64, Cells)>> {
        // Lines without anything are no rows.
        while let Some(b'\n' | b'\r') = self.input.peek()? {
            self.input.next()?;
        }
        let line = self.input.line();
        if self.input.peek()?.is_none() {
            return Ok(None);
        }
        let mut row = Row::default();
        let mut quoted = false;
        let mut fresh = true;
        while let Some(byte) = self.input.next()? {
            match byte {
                b'"' if fresh => (quoted, fresh) = (true, false),
                b'"' if quoted => {
                    if self.input.peek()? == Some(b'"') {
                        self.input.next()?;
                        row.push(b'"');
                    } else {
                        quoted = false;
                    }
                }
                _ if quoted => row.push(byte),
                b',' => {
                    row.end_cell();
                    fresh = true;
                }
                b'\n' => break,
                b'\r' if self.input.peek()? == Some(b'\n') => {}
                _ => {
                    fresh = false;
                    row.push(byte);
                }
            }
        }
        row.end_cell();
        let cells = if quoted {
            Err("a quoted cell does not end")
        } else {
            row.finish()
        };
        Ok(Some((line, cells)))
    }
}

/// A row as it comes in.
#[derive(Default)]
struct Row {
    cells: Vec<Vec<u8>>,
    cell: Vec<u8>,
    length: usize,
}

impl Row {
    fn push(&mut self, byte: u8) {
        self.length += 1;
        if self.length <= LONGEST {
            self.cell.push(byte);
        }
    }

    fn end_cell(&mut self) {
        let cell = std::mem::take(&mut self.cell);
        if self.cells.len() <= MOST_COLUMNS {
            self.cells.push(cell);
        }
    }

    fn finish(self) -> Cells {
        if self.length > LONGEST {
            return Err(TOO_LONG);
        }
        if self.cells.len() > MOST_COLUMNS {
            return Err("the row has too many cells");
        }
        let cells = self.cells.into_iter().map(String::from_utf8);
        cells
            .collect::<Result<_, _>>()
            .map_err(|_| "the row is no UTF-8")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u64, Result<Node, &'static str>)> {
        let mut bytes = text.as_bytes();
        let mut table = Table::new(&mut bytes).unwrap();
        std::iter::from_fn(|| table.next().unwrap()).collect()
    }

    #[test]
    fn quotes_keep_commas_breaks_and_quotes() {
        let rows = rows("\u{feff}id,name\r\n1,\"a,\"\"b\"\"\nc\"\r\n\n2,\n3,plain \"x\"\n");
        let text = |at: usize, name: &str| {
            let node = rows[at].1.as_ref().unwrap();
            node.get(name).text().map(str::to_owned)
        };
        assert_eq!(text(0, "id").as_deref(), Some("1"));
        assert_eq!(text(0, "name").as_deref(), Some("a,\"b\"\nc"));
        assert_eq!(text(1, "name"), None);
        assert_eq!(text(2, "name").as_deref(), Some("plain \"x\""));
        assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 5, 6]);
    }

    #[test]
    fn rows_of_another_length_and_huge_cells_are_refused_alone() {
        let huge = "x".repeat(10 << 20);
        let rows = rows(&format!("a,b\n1\n1,2,3\n1,{huge}\n1,2,\n1,\"2"));
        let good: Vec<_> = rows
            .iter()
            .map(|(line, row)| (*line, row.is_ok()))
            .collect();
        assert_eq!(
            good,
            [(2, false), (3, false), (4, false), (5, true), (6, false)]
        );
    }

    #[test]
    fn a_header_names_each_column_once() {
        for text in ["", "a,a\n1,2", "\n\n", "\"a"] {
            assert!(Table::new(&mut text.as_bytes()).is_err(), "{text}");
        }
    }
}
