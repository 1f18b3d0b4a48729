//! The inbox of `cognate dev`: every message that would have been sent (design decision 11).

use cognate_shapes::Timestamp;
use cognate_store::tables::messages::{self as table, MessageRow};
use serde::Serialize;

use crate::app::App;
use crate::errors::Result;
use crate::messages::{Body, context};

/// The most messages of an answer.
const MOST: usize = 100;
/// Rows that are read at a time, and in all, in search of matching ones.
const STEP: i64 = 200;
const LONGEST_SEARCH: usize = 10_000;

/// The messages to look for; None = any.
#[derive(Clone, Debug, Default)]
pub struct InboxFilter {
    /// A pool's id.
    pub pool: Option<String>,
    /// A user name or `sub`; an address or number finds its messages, too, since it may be the name to sign in with.
    pub user: Option<String>,
    /// An address or a number.
    pub to: Option<String>,
    /// `sign_up`, `resend_code`, `forgot_password`, `admin_create_user`, `update_user_attribute`,
    /// `verify_user_attribute`, `authentication`, `account_take_over_notification`.
    pub kind: Option<String>,
    /// Only messages behind this id.
    pub after: Option<String>,
}

/// A message as `/_dev/messages` shows it. Without `Debug`, since it holds a code or a password.
#[derive(Clone, Serialize)]
pub struct InboxMessage {
    /// Grows with time.
    pub id: String,
    /// Seconds since the epoch.
    pub time: Timestamp,
    /// The pool's id.
    pub pool: String,
    /// The user name.
    pub user: String,
    /// Address or number.
    pub to: String,
    /// `EMAIL` or `SMS`.
    pub channel: String,
    /// Why it was sent.
    pub kind: String,
    /// E-mail only.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
    /// The code or temporary password in it.
    pub code: String,
}

/// Returns an id that is before those of all messages that are made from this time on, in microseconds of the service's clock
/// (`outbox.rs`).
pub fn before(time: i64) -> String {
    format!("{time:016x}")
}

/// Returns the matching messages, newest first, at most 100. Messages of deleted pools are gone.
pub async fn list(app: &App, filter: &InboxFilter) -> Result<Vec<InboxMessage>> {
    let after = filter.after.as_deref().unwrap_or("");
    let mut found = Vec::new();
    let mut before: Option<String> = None;
    let mut searched = 0;
    while found.len() < MOST && searched < LONGEST_SEARCH {
        let (sql, params) = table::newest(filter.pool.as_deref(), after, before.as_deref(), STEP);
        let rows = app.store.rows(sql, params).await?;
        let last = i64::try_from(rows.len()).is_ok_and(|n| n < STEP);
        searched += rows.len();
        for mut row in rows {
            let row = MessageRow::read(&mut row)?;
            before = Some(row.message_id.clone());
            if let Some(message) = open(app, filter, row).await? {
                found.push(message);
            }
        }
        if last {
            break;
        }
        // Opening them is work, and others wait for this thread.
        tokio::task::yield_now().await;
    }
    found.truncate(MOST);
    Ok(found)
}

async fn open(app: &App, filter: &InboxFilter, row: MessageRow) -> Result<Option<InboxMessage>> {
    let Some(pool) = app.cached_pool(&row.pool_id).await? else {
        return Ok(None);
    };
    let plain = pool
        .key
        .open(&context(&pool.id, &row.message_id), &row.sealed)?;
    let body: Body = serde_json::from_slice(plain.expose())?;
    let fits = |wanted: &Option<String>, value: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == value)
    };
    let matches = [&body.user, &row.user_id, &body.to]
        .iter()
        .any(|name| fits(&filter.user, name))
        && fits(&filter.to, &body.to)
        && fits(&filter.kind, &body.kind);
    if !matches {
        return Ok(None);
    }
    Ok(Some(InboxMessage {
        id: row.message_id,
        time: Timestamp(row.created),
        pool: row.pool_id,
        user: body.user,
        to: body.to,
        channel: body.channel,
        kind: body.kind,
        subject: body.subject,
        body: body.body,
        code: body.code,
    }))
}
