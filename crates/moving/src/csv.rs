//! CSV as the service's import jobs read it (docs/service/moving.md 1.2): no quotes, a comma inside a value is `\,`, a row is
//! a line.
//!
//! A file is fed in pieces and read row by row, so that its size does not matter: what is held is one piece and one row. A
//! row that cannot be read has a reason, and the next row is read all the same.

mod lines;
#[cfg(test)]
mod tests;

pub use lines::{Line, Lines};

/// The longest file, in bytes.
pub const MOST_BYTES: u64 = 100 << 20;
/// The most rows besides the header.
pub const MOST_ROWS: u64 = 500_000;
/// The longest row, in characters.
pub const MOST_CHARS: usize = 16_000;

/// The column of the user name.
pub const USERNAME: &str = "cognito:username";
/// The column that says if a user has a second factor.
pub const MFA_ENABLED: &str = "cognito:mfa_enabled";
/// The column of password hashes.
pub const PASSWORD_HASH: &str = "password_hash";

/// Why a row cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRow {
    /// It is longer than [`MOST_CHARS`].
    #[error("the row is too long")]
    TooLong,
    /// It is no UTF-8.
    #[error("the row is not UTF-8")]
    NotUtf8,
    /// It has a NUL, which no value may have.
    #[error("the row has a NUL")]
    Nul,
    /// It has another number of values than the header has columns.
    #[error("the row has another number of values than the header")]
    Columns,
}

/// Why a header cannot be used. Columns are counted from 1; their names are not told, since a file without a header has
/// the data of a user in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHeader {
    /// There is none, or the row cannot be read.
    #[error("the header cannot be read")]
    Unreadable,
    /// A column that nothing is known of.
    #[error("column {0} of the header is unknown")]
    Unknown(usize),
    /// A column that was there before.
    #[error("column {0} of the header is there twice")]
    Twice(usize),
    /// No column of the user name.
    #[error("the header has no user name")]
    NoUsername,
}

/// Splits a row into its values, without the blanks around them. A backslash stays unless a comma follows it.
#[must_use]
pub fn cells(row: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut end = |cell: &mut String| {
        cells.push(cell.trim().to_owned());
        cell.clear();
    };
    let mut rest = row.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' if rest.peek() == Some(&',') => {
                rest.next();
                cell.push(',');
            }
            ',' => end(&mut cell),
            other => cell.push(other),
        }
    }
    end(&mut cell);
    cells
}

/// The columns of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    columns: Vec<String>,
}

impl Header {
    /// Reads the first row. `known` tells the columns that may be there besides [`USERNAME`], [`MFA_ENABLED`] and
    /// [`PASSWORD_HASH`].
    ///
    /// # Errors
    /// [`BadHeader`].
    pub fn read(row: &str, known: impl Fn(&str) -> bool) -> Result<Self, BadHeader> {
        let columns = cells(row);
        for (number, column) in (1..).zip(&columns) {
            let own = [USERNAME, MFA_ENABLED, PASSWORD_HASH].contains(&column.as_str());
            if !own && !known(column) {
                return Err(BadHeader::Unknown(number));
            }
            if columns.iter().take(number - 1).any(|other| other == column) {
                return Err(BadHeader::Twice(number));
            }
        }
        let header = Self { columns };
        match header.has(USERNAME) {
            true => Ok(header),
            false => Err(BadHeader::NoUsername),
        }
    }

    /// Returns a header of columns that [`Self::read`] has accepted before.
    #[must_use]
    pub fn of(columns: Vec<String>) -> Self {
        Self { columns }
    }

    /// Returns the columns in their order.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// True if there is such a column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }

    /// Returns the values of a row with their columns, without empty ones. A hash of Argon2 may have its two commas bare if
    /// the row has two values too many.
    ///
    /// # Errors
    /// [`BadRow::Columns`].
    pub fn row(&self, row: &str) -> Result<Vec<(&str, String)>, BadRow> {
        let mut cells = cells(row);
        if cells.len() == self.columns.len() + 2 {
            self.join_argon2(&mut cells);
        }
        if cells.len() != self.columns.len() {
            return Err(BadRow::Columns);
        }
        let named = self.columns.iter().map(String::as_str).zip(cells);
        Ok(named.filter(|(_, value)| !value.is_empty()).collect())
    }

    fn join_argon2(&self, cells: &mut Vec<String>) {
        let at = self.columns.iter().position(|name| name == PASSWORD_HASH);
        let Some(at) = at else { return };
        let begins = |n: usize, text: &str| cells.get(n).is_some_and(|cell| cell.starts_with(text));
        if begins(at, "$argon2id$") && begins(at + 1, "t=") && begins(at + 2, "p=") {
            let parts: Vec<String> = cells.drain(at..at + 3).collect();
            cells.insert(at, parts.join(","));
        }
    }
}
