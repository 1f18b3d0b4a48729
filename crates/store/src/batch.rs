//! Writes: a list of statements with requirements, applied all or not at all.

use crate::{Row, Value};

/// Names the requirement of a batch that was not met, so that the caller can tell the client why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label(pub &'static str);

/// A requirement of a statement, without which the batch is not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requirement {
    /// Any number of rows.
    Any,
    /// Any number of rows; the rows of RETURNING belong to the outcome.
    Returning,
    /// Exactly one row touched.
    One(Label),
    /// Exactly one row touched; it belongs to the outcome.
    OneReturning(Label),
    /// The SELECT finds a row, and the row stays as it is until the commit.
    Exists(Label),
    /// The SELECT finds a row, which may change or go before the commit.
    ExistsNow(Label),
    /// The SELECT finds no row.
    None(Label),
}

impl Requirement {
    /// Returns the label that a violated constraint of this statement is reported under.
    pub(crate) fn label(self) -> Option<Label> {
        match self {
            Self::Any | Self::Returning => None,
            Self::One(label)
            | Self::OneReturning(label)
            | Self::Exists(label)
            | Self::ExistsNow(label)
            | Self::None(label) => Some(label),
        }
    }

    /// Returns the label of the conflict when a statement has touched (or found) `count` rows.
    pub(crate) fn unmet(self, count: u64) -> Option<Label> {
        match self {
            Self::Any | Self::Returning => None,
            Self::One(label) | Self::OneReturning(label) => (count != 1).then_some(label),
            Self::Exists(label) | Self::ExistsNow(label) => (count == 0).then_some(label),
            Self::None(label) => (count != 0).then_some(label),
        }
    }

    /// True if the rows of the statement belong to the outcome.
    pub(crate) fn returns(self) -> bool {
        matches!(self, Self::Returning | Self::OneReturning(_))
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) sql: &'static str,
    pub(crate) params: Vec<Value>,
    pub(crate) requirement: Requirement,
}

/// A write. Statements run in the order in which they were added; the first unmet requirement, or violated
/// uniqueness or check of a labelled statement, undoes everything and comes back as
/// [`Conflict`](crate::CommitError::Conflict).
#[derive(Clone, Debug, Default)]
#[must_use = "a batch does nothing until it is committed"]
pub struct Batch {
    pub(crate) statements: Vec<Statement>,
}

impl Batch {
    /// Creates a batch without statements.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a statement that may touch any number of rows. A violated constraint is a
    /// [`StoreError`](crate::StoreError).
    pub fn run(self, sql: &'static str, params: Vec<Value>) -> Self {
        self.push(sql, params, Requirement::Any)
    }

    /// Adds a statement that must touch exactly one row. The same label reports a violated uniqueness or check.
    pub fn one(self, sql: &'static str, params: Vec<Value>, label: Label) -> Self {
        self.push(sql, params, Requirement::One(label))
    }

    /// Adds a SELECT that must find a row of one table. The row found cannot change before the commit: on PostgreSQL
    /// the driver appends FOR SHARE, so the text must not end in a clause that forbids it (GROUP BY, aggregates).
    pub fn exists(self, select_sql: &'static str, params: Vec<Value>, label: Label) -> Self {
        self.push(select_sql, params, Requirement::Exists(label))
    }

    /// Adds a SELECT that must find a row when it runs. Nothing is locked: whether the row is still there at the commit must
    /// not matter, or another row that is locked must decide it.
    pub fn exists_now(self, select_sql: &'static str, params: Vec<Value>, label: Label) -> Self {
        self.push(select_sql, params, Requirement::ExistsNow(label))
    }

    /// Adds a SELECT that must find nothing. It sees what is committed when it runs: where two nodes could insert the
    /// row at the same time, a unique key or a version of an owner's row must decide, not this guard.
    pub fn none(self, select_sql: &'static str, params: Vec<Value>, label: Label) -> Self {
        self.push(select_sql, params, Requirement::None(label))
    }

    /// Adds a statement with RETURNING that may touch any number of rows.
    pub fn returning(self, sql: &'static str, params: Vec<Value>) -> Self {
        self.push(sql, params, Requirement::Returning)
    }

    /// Adds a statement with RETURNING that must touch exactly one row.
    pub fn one_returning(self, sql: &'static str, params: Vec<Value>, label: Label) -> Self {
        self.push(sql, params, Requirement::OneReturning(label))
    }

    /// Adds the statements of another batch after these.
    pub fn append(&mut self, other: Batch) {
        self.statements.extend(other.statements);
    }

    /// Does the same as [`append`](Self::append), for chains.
    pub fn extend(mut self, other: Batch) -> Self {
        self.append(other);
        self
    }

    /// True if there is nothing to do. Committing an empty batch succeeds at once.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Returns the number of statements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.statements.len()
    }

    fn push(mut self, sql: &'static str, params: Vec<Value>, requirement: Requirement) -> Self {
        self.statements.push(Statement {
            sql,
            params,
            requirement,
        });
        self
    }
}

/// Results of a committed batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The rows of the `returning` and `one_returning` statements, one list each, in order.
    pub rows: Vec<Vec<Row>>,
    /// The number of rows that each statement touched or found, in order, guards included.
    pub counts: Vec<u64>,
}

impl Outcome {
    /// Returns the only row of the `n`th RETURNING statement, counted from 0; `None` when it returned no row.
    #[must_use]
    pub fn first(&self, n: usize) -> Option<&Row> {
        self.rows.get(n).and_then(|rows| rows.first())
    }

    /// Returns the number of rows that all the statements touched together.
    #[must_use]
    pub fn touched(&self) -> u64 {
        self.counts.iter().sum()
    }
}
