//! The audit trail for people: what `cognate audit` lists, a page at a time.
//!
//! A page is read by an index in the order of time and is bounded in rows and in bytes, whatever the filter lets
//! through, so that neither the server nor the command holds more than a page.

pub mod refusals;

use cognate_domain::audit::DONE;
use cognate_store::Store;
use cognate_store::tables::audit::{self, AuditRow, Place};
use serde::{Deserialize, Serialize};

use crate::time_text;

/// The rows of one read.
const ROWS: u32 = 500;
/// The most rows that are read for one page.
const LOOKED_AT: usize = 20_000;
/// A page that holds this many bytes is full. A line is far below the rest of what a command's answer may hold.
const BYTES: usize = 256 << 10;

/// A moment, or a time before now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Microseconds since the epoch.
    At(i64),
    /// Microseconds before the service's time.
    Ago(i64),
}

impl When {
    /// Parses `2026-11-21T12:30:00Z` or `24h`.
    pub fn parse(text: &str) -> Option<Self> {
        let ago = time_text::duration(text).map(Self::Ago);
        ago.or_else(|| time_text::moment(text).map(Self::At))
    }

    fn resolve(self, now: i64) -> i64 {
        match self {
            Self::At(at) => at,
            Self::Ago(micros) => now.saturating_sub(micros),
        }
    }
}

/// The filter of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Query {
    /// The earliest moment.
    pub since: Option<When>,
    /// The moment before which rows are listed.
    pub until: Option<When>,
    /// The operation or command.
    pub operation: Option<String>,
    /// The pool's id.
    pub pool: Option<String>,
    /// The user's immutable id.
    pub user: Option<String>,
    /// The access key id of the caller.
    pub caller: Option<String>,
    /// `ok`, the name of an exception, or `refused` for all that are not `ok`.
    pub result: Option<String>,
    /// The id of the request, as an answer or an error page shows it.
    pub request: Option<String>,
}

/// The position from which a listing continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The moment of the query's `since` when the listing began.
    since: i64,
    at: i64,
    pool: String,
    id: String,
}

/// A part of a listing.
#[derive(Debug, Serialize, Deserialize)]
pub struct Page {
    /// JSON objects, the newest first.
    pub lines: Vec<String>,
    /// The position to continue from; None at the end.
    pub next: Option<Position>,
}

/// A row as it is stored; members that an older program did not write are empty.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct StoredRow {
    operation: String,
    caller: Option<String>,
    user: Option<String>,
    address: String,
    result: String,
    request_id: Option<String>,
    detail: Option<String>,
    times: Option<u64>,
}

/// A row as it is listed.
#[derive(Serialize)]
struct Line<'a> {
    at: String,
    operation: &'a str,
    pool: Option<&'a str>,
    user: Option<&'a str>,
    caller: Option<&'a str>,
    address: Option<&'a str>,
    result: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
    request_id: Option<&'a str>,
    id: &'a str,
}

impl Query {
    fn fits(&self, kept: &StoredRow) -> bool {
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        let result = match self.result.as_deref() {
            Some("refused") => kept.result != DONE,
            wanted => wanted.is_none_or(|wanted| kept.result == wanted),
        };
        result
            && same(&self.operation, Some(&kept.operation))
            && same(&self.user, kept.user.as_deref())
            && same(&self.caller, kept.caller.as_deref())
            && same(&self.request, kept.request_id.as_deref())
    }
}

fn not_empty(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Returns the line of a row that matches the query.
fn line(query: &Query, row: &AuditRow) -> Option<String> {
    let kept: StoredRow = serde_json::from_str(&row.doc).unwrap_or_default();
    if !query.fits(&kept) {
        return None;
    }
    let shown = Line {
        at: time_text::rfc3339(row.at),
        operation: &kept.operation,
        pool: not_empty(&row.pool_id),
        user: kept.user.as_deref(),
        caller: kept.caller.as_deref(),
        address: not_empty(&kept.address),
        result: &kept.result,
        detail: kept.detail.as_deref(),
        times: kept.times,
        request_id: kept.request_id.as_deref(),
        id: &row.audit_id,
    };
    serde_json::to_string(&shown).ok()
}

/// Lists up to `wanted` lines from a position on, or from the newest. `now` is the service's time in microseconds.
///
/// # Errors
/// A text for the person at the terminal.
pub async fn page(
    store: &Store,
    now: i64,
    query: &Query,
    position: Option<Position>,
    wanted: usize,
) -> Result<Page, String> {
    let (since, mut place) = match position {
        Some(position) => {
            let Position {
                since,
                at,
                pool: pool_id,
                id: audit_id,
            } = position;
            let place = Place {
                at,
                pool_id,
                audit_id,
            };
            (since, place)
        }
        None => {
            let since = query.since.map_or(i64::MIN, |when| when.resolve(now));
            let until = query.until.map_or(i64::MAX, |when| when.resolve(now));
            (since, Place::at(until))
        }
    };
    let (mut lines, mut bytes, mut looked_at) = (Vec::new(), 0, 0);
    loop {
        if lines.len() >= wanted || bytes >= BYTES || looked_at >= LOOKED_AT {
            let Place {
                at,
                pool_id: pool,
                audit_id: id,
            } = place;
            let next = Some(Position {
                since,
                at,
                pool,
                id,
            });
            return Ok(Page { lines, next });
        }
        let rows = audit::newest(store, query.pool.as_deref(), since, &place, ROWS)
            .await
            .map_err(|error| error.to_string())?;
        let Some(last) = rows.last() else {
            return Ok(Page { lines, next: None });
        };
        looked_at += rows.len();
        place = Place::of(last);
        for row in &rows {
            let Some(line) = line(query, row) else {
                continue;
            };
            bytes += line.len();
            lines.push(line);
            if lines.len() >= wanted || bytes >= BYTES {
                place = Place::of(row);
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_durations_are_told_apart() {
        assert_eq!(When::parse("24h"), Some(When::Ago(86_400_000_000)));
        assert_eq!(
            When::parse("1970-01-01T00:00:01Z"),
            Some(When::At(1_000_000))
        );
        assert_eq!(When::parse("yesterday"), None);
        assert_eq!(When::Ago(5).resolve(7), 2);
        assert_eq!(When::At(5).resolve(7), 5);
    }

    #[test]
    fn a_row_of_which_nothing_is_known_is_still_shown() {
        let row = AuditRow {
            pool_id: String::new(),
            at: 0,
            audit_id: "i".into(),
            doc: "[]".into(),
            row_mac: None,
        };
        assert_eq!(
            line(&Query::default(), &row).unwrap(),
            r#"{"at":"1970-01-01T00:00:00.000000Z","operation":"","pool":null,"user":null,"caller":null,"address":null,"result":"","request_id":null,"id":"i"}"#
        );
    }
}
