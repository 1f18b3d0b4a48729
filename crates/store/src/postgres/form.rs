//! The forms in which a statement is sent.
//!
//! A transaction that is sent with its COMMIT is not looked at before it commits. So a requirement that is not met must be
//! an error of the engine: then the engine takes no further statement, and makes a ROLLBACK of the COMMIT. The statement is
//! put into a query that counts its rows, and turns a text into a number where the count is wrong. The text is not a
//! number and says so: the error that the engine makes of it is like no other that a statement can end with.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::few;
use crate::Value;
use crate::batch::{Requirement, Statement};

/// The beginning of the text that is no number; the count follows. Servers write it into their logs.
const UNMET: &str = "cognate: a requirement is not met, rows: ";

/// What is done with the text of a statement before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// Nothing.
    Plain,
    /// The planner is told that few rows are asked for.
    FewRows,
    /// The rows that are found must stay as they are until the commit.
    Locked,
    /// As `Locked`; an error where no row is found. One row: how many there are.
    LockedOrError,
    /// An error where no row is found. One row: how many there are.
    SomeOrError,
    /// An error where a row is found. One row: how many there are.
    NoneOrError,
    /// An error where not exactly one row is touched. One row: how many there are.
    OneOrError,
}

impl Form {
    /// Returns the form of a statement that reads, outside a transaction that changes something.
    pub(super) fn of_read(sql: &str, params: &[Value]) -> Self {
        match few::asks(sql, params) {
            true => Self::FewRows,
            false => Self::Plain,
        }
    }

    /// Returns the form of a statement whose rows are counted here, before the commit.
    pub(super) fn counted_here(statement: &Statement) -> Self {
        match statement.requirement {
            Requirement::Exists(_) => Self::Locked,
            _ => Self::Plain,
        }
    }

    /// Returns the form of a statement that fails in the engine where its requirement is not met; None if it has none.
    pub(super) fn counted_there(statement: &Statement) -> Option<Self> {
        let sql = statement.sql;
        match statement.requirement {
            Requirement::Any | Requirement::Returning => Some(Self::Plain),
            Requirement::One(_) | Requirement::OneReturning(_) if inserts_exactly_one(sql) => {
                Some(Self::Plain)
            }
            Requirement::Exists(_) => sql.starts_with("SELECT ").then_some(Self::LockedOrError),
            Requirement::ExistsNow(_) => sql.starts_with("SELECT ").then_some(Self::SomeOrError),
            Requirement::None(_) => sql.starts_with("SELECT ").then_some(Self::NoneOrError),
            Requirement::One(_) => takes_returning(sql).then_some(Self::OneOrError),
            // Its rows are needed.
            Requirement::OneReturning(_) => None,
        }
    }

    /// True if the answer is the number of rows.
    pub(super) fn counts(self) -> bool {
        match self {
            Self::Plain | Self::FewRows | Self::Locked => false,
            Self::LockedOrError | Self::SomeOrError | Self::NoneOrError | Self::OneOrError => true,
        }
    }

    /// Returns the text that is sent for that of a statement.
    pub(super) fn text(self, sql: String) -> String {
        let counted = |condition: &str, rows: &str| {
            format!(
                "SELECT CASE WHEN count(*) {condition} THEN count(*) \
                 ELSE CAST('{UNMET}' || CAST(count(*) AS TEXT) AS BIGINT) END FROM {rows}"
            )
        };
        match self {
            Self::Plain => sql,
            Self::FewRows => few::bounded(&sql).unwrap_or(sql),
            Self::Locked => format!("{sql} FOR SHARE"),
            Self::LockedOrError => counted("> 0", &format!("({sql} FOR SHARE) AS q")),
            Self::SomeOrError => counted("> 0", &format!("({sql}) AS q")),
            Self::NoneOrError => counted("= 0", &format!("({sql}) AS q")),
            Self::OneOrError => {
                format!("WITH q AS ({sql} RETURNING 1) {}", counted("= 1", "q"))
            }
        }
    }
}

/// True for the error of a form that ends with one.
pub(super) fn is_unmet(error: &Error) -> bool {
    // The words around the text are in the server's language, the text is not.
    error.as_db_error().is_some_and(|report| {
        *report.code() == SqlState::INVALID_TEXT_REPRESENTATION && report.message().contains(UNMET)
    })
}

/// `INSERT INTO t (…) VALUES (…)` with one list of values: one row at most.
pub(super) fn inserts_one_row(sql: &str) -> bool {
    sql.starts_with("INSERT INTO ")
        && !sql.contains("SELECT")
        && sql
            .split_once(" VALUES (")
            .is_some_and(|(_, values)| !values.contains("), ("))
}

/// The same, which touches a row or fails.
pub(super) fn inserts_exactly_one(sql: &str) -> bool {
    inserts_one_row(sql) && !sql.contains(" ON CONFLICT ")
}

/// True for a change to which `RETURNING` can be added.
fn takes_returning(sql: &str) -> bool {
    ["INSERT INTO ", "UPDATE ", "DELETE FROM "]
        .iter()
        .any(|verb| sql.starts_with(verb))
        && !sql.contains("RETURNING")
}

/// Returns all texts in which the driver of PostgreSQL may send a statement, with `$1` for `?1`.
#[must_use]
pub fn forms_on_postgres(sql: &str) -> Vec<String> {
    let (text, _) = super::pipeline::placeholders(sql);
    let mut all = vec![Form::Plain];
    if few::bounded(&text).is_some() {
        all.push(Form::FewRows);
    }
    // What a guard finds.
    if sql.starts_with("SELECT 1 ") {
        all.extend([
            Form::Locked,
            Form::LockedOrError,
            Form::SomeOrError,
            Form::NoneOrError,
        ]);
    }
    if takes_returning(sql) {
        all.push(Form::OneOrError);
    }
    all.iter().map(|form| form.text(text.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Label;

    const LABEL: Label = Label("label");

    fn there(sql: &'static str, requirement: Requirement) -> Option<Form> {
        Form::counted_there(&Statement {
            sql,
            params: Vec::new(),
            requirement,
        })
    }

    #[test]
    fn each_requirement_has_a_form_that_fails_where_it_is_not_met() {
        let one = |sql| there(sql, Requirement::One(LABEL));
        assert_eq!(one("UPDATE t SET a = ?1"), Some(Form::OneOrError));
        assert_eq!(one("DELETE FROM t WHERE a = ?1"), Some(Form::OneOrError));
        assert_eq!(one("INSERT INTO t (a) SELECT ?1"), Some(Form::OneOrError));
        // It touches a row, or its key is taken.
        assert_eq!(one("INSERT INTO t (a) VALUES (?1)"), Some(Form::Plain));
        // It may touch none, or two.
        for insert in [
            "INSERT INTO t (a) VALUES (?1) ON CONFLICT DO NOTHING",
            "INSERT INTO t (a) VALUES (?1), (?2)",
        ] {
            assert_eq!(one(insert), Some(Form::OneOrError), "{insert}");
        }
        let select = "SELECT 1 FROM t WHERE a = ?1";
        assert_eq!(
            there(select, Requirement::Exists(LABEL)),
            Some(Form::LockedOrError)
        );
        assert_eq!(
            there(select, Requirement::ExistsNow(LABEL)),
            Some(Form::SomeOrError)
        );
        assert_eq!(
            there(select, Requirement::None(LABEL)),
            Some(Form::NoneOrError)
        );
        assert_eq!(there("anything", Requirement::Any), Some(Form::Plain));
        assert_eq!(there("anything", Requirement::Returning), Some(Form::Plain));
    }

    #[test]
    fn what_cannot_be_put_into_another_query_has_no_such_form() {
        for sql in [
            "WITH a AS (SELECT 1) UPDATE t SET a = 1",
            "UPDATE t SET a = ?1 RETURNING a",
            "SELECT 1",
        ] {
            assert_eq!(there(sql, Requirement::One(LABEL)), None, "{sql}");
        }
        let rows = "UPDATE t SET a = ?1 RETURNING a";
        assert_eq!(there(rows, Requirement::OneReturning(LABEL)), None);
        for guard in [
            Requirement::Exists(LABEL),
            Requirement::ExistsNow(LABEL),
            Requirement::None(LABEL),
        ] {
            assert_eq!(there("VALUES (1)", guard), None);
        }
    }

    #[test]
    fn the_texts_keep_the_statement_whole() {
        let texts = forms_on_postgres("SELECT 1 FROM t WHERE a = ?1");
        assert_eq!(texts[0], "SELECT 1 FROM t WHERE a = $1");
        assert_eq!(texts[1], "SELECT 1 FROM t WHERE a = $1 FOR SHARE");
        assert_eq!(
            texts[2],
            "SELECT CASE WHEN count(*) > 0 THEN count(*) \
             ELSE CAST('cognate: a requirement is not met, rows: ' || CAST(count(*) AS TEXT) AS BIGINT) END \
             FROM (SELECT 1 FROM t WHERE a = $1 FOR SHARE) AS q"
        );
        let texts = forms_on_postgres("DELETE FROM t WHERE a = ?1");
        assert!(texts[1].starts_with("WITH q AS (DELETE FROM t WHERE a = $1 RETURNING 1) SELECT "));
        assert_eq!(forms_on_postgres("SELECT a FROM t").len(), 1);
    }
}
