//! What became of the rows of a file: kept as ranges of lines, told as the service's log tells it (moving.md 1.4). Nothing of
//! a user is in it.

use cognate_store::tables::user_import_jobs::{self as table, ResultsRow};
use cognate_store::{Batch, Store};
use serde::{Deserialize, Serialize};

use crate::errors::{Result, imports};

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is a user.
    Succeeded,
    /// Its user was there before.
    Skipped,
    /// It cannot be used, for a reason without anything of the row in it.
    Failed(String),
}

/// Lines that follow each other and have one outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Range {
    #[serde(rename = "f")]
    from: u64,
    #[serde(rename = "t")]
    to: u64,
    /// `s`, `k` for skipped, or `f`.
    #[serde(rename = "o")]
    outcome: char,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The outcomes of a batch, in the order of the lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Results {
    ranges: Vec<Range>,
}

impl Results {
    /// Adds a line, which is behind those that were added before.
    pub fn add(&mut self, line: u64, outcome: Outcome) {
        let (outcome, reason) = match outcome {
            Outcome::Succeeded => ('s', None),
            Outcome::Skipped => ('k', None),
            Outcome::Failed(reason) => ('f', Some(reason)),
        };
        if let Some(last) = self.ranges.last_mut()
            && last.to + 1 == line
            && last.outcome == outcome
            && last.reason == reason
        {
            last.to = line;
            return;
        }
        self.ranges.push(Range {
            from: line,
            to: line,
            outcome,
            reason,
        });
    }

    /// Returns the numbers of lines that succeeded, were skipped, and failed.
    pub fn counts(&self) -> (i64, i64, i64) {
        let count = |outcome: char| {
            let ranges = self.ranges.iter().filter(|range| range.outcome == outcome);
            let lines: u64 = ranges.map(|range| range.to - range.from + 1).sum();
            i64::try_from(lines).unwrap_or(i64::MAX)
        };
        (count('s'), count('k'), count('f'))
    }

    /// Keeps the outcomes.
    ///
    /// # Errors
    /// None in practice: texts always serialise.
    pub fn save(&self, batch: Batch, job: (&str, &str)) -> Result<Batch> {
        let Some(first) = self.ranges.first() else {
            return Ok(batch);
        };
        let row = ResultsRow {
            line: i64::try_from(first.from).unwrap_or(i64::MAX),
            doc: serde_json::to_string(&self.ranges)?,
        };
        Ok(table::add_results(batch, job, &row))
    }

    /// Returns the lines of the log, with true for those that say that all is well.
    pub fn lines(&self) -> impl Iterator<Item = (bool, String)> {
        self.ranges.iter().flat_map(|range| {
            (range.from..=range.to).map(|line| (range.outcome == 's', range.line(line)))
        })
    }
}

impl Range {
    fn line(&self, line: u64) -> String {
        let (word, text) = match self.outcome {
            's' => ("SUCCEEDED", imports::ROW_SUCCEEDED),
            'k' => ("SKIPPED", imports::ROW_SKIPPED),
            _ => ("FAILED", self.reason.as_deref().unwrap_or_default()),
        };
        format!("[{word}] Line Number {line} - {text}")
    }
}

/// Returns some lines of the log of a job that come after line `after`, and the last line among them; None behind the end.
///
/// # Errors
/// The store's.
pub async fn log(
    store: &Store,
    job: (&str, &str),
    after: i64,
) -> Result<Option<(i64, Vec<String>)>> {
    let rows = table::results(store, job, after, 1).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let results = Results {
        ranges: serde_json::from_str(&row.doc)?,
    };
    let last = results.ranges.last().map_or(0, |range| range.to);
    let last = i64::try_from(last).unwrap_or(i64::MAX);
    let lines = results.lines().map(|(_, line)| line).collect();
    Ok(Some((last, lines)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_as_ranges_and_told_one_by_one() {
        let mut results = Results::default();
        let bad = || Outcome::Failed("No.".to_owned());
        for (line, outcome) in [
            (2, Outcome::Succeeded),
            (3, Outcome::Succeeded),
            (5, Outcome::Succeeded),
            (6, Outcome::Skipped),
            (7, bad()),
            (8, bad()),
            (9, Outcome::Failed("Other.".to_owned())),
        ] {
            results.add(line, outcome);
        }
        assert_eq!(results.ranges.len(), 5);
        assert_eq!(results.counts(), (3, 1, 3));
        let lines: Vec<_> = results.lines().collect();
        let expected = [
            (true, "[SUCCEEDED] Line Number 2 - The import succeeded."),
            (true, "[SUCCEEDED] Line Number 3 - The import succeeded."),
            (true, "[SUCCEEDED] Line Number 5 - The import succeeded."),
            (false, "[SKIPPED] Line Number 6 - The user already exists."),
            (false, "[FAILED] Line Number 7 - No."),
            (false, "[FAILED] Line Number 8 - No."),
            (false, "[FAILED] Line Number 9 - Other."),
        ];
        assert_eq!(lines, expected.map(|(well, line)| (well, line.to_owned())));
    }
}
