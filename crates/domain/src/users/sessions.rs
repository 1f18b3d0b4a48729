//! Logic of sessions that operations and others share.

use cognate_shapes::{SessionDescriptionType, UserSessionTrackingType};
use cognate_store::Batch;
use cognate_store::tables::sessions;

use crate::cx::Cx;
use crate::errors::sessions::{session_not_found, tracking_is_off};
use crate::errors::{Fault, Result};
use crate::records::pool::{Pool, SessionSettings};
use crate::tokens::session::live_after;
use crate::tokens::tracking;
use crate::{audit, paging};

/// The most sessions of a page (SessionsListType).
pub(crate) const PAGE: i64 = 125;
/// Minutes of silent sign-in of a client that never said.
pub(crate) const DEFAULT_SSO_MINUTES: i64 = 60;

pub(crate) fn tracking_of(settings: SessionSettings) -> UserSessionTrackingType {
    if settings.tracked {
        UserSessionTrackingType::Enabled
    } else {
        UserSessionTrackingType::Disabled
    }
}

/// Returns a page of a user's sessions. `current`: the session of the token that asks.
pub(crate) async fn page(
    cx: &Cx<'_>,
    pool: &Pool,
    user_id: &str,
    token: Option<&str>,
    current: Option<&str>,
) -> Result<(Vec<SessionDescriptionType>, Option<String>)> {
    if pool.max_sessions().is_none() {
        return Err(tracking_is_off().into());
    }
    let after = match token {
        Some(token) => paging::open(cx, &pool.id, user_id, token)?,
        None => String::new(),
    };
    let rows = sessions::list(
        &cx.store,
        &pool.id,
        user_id,
        live_after(cx.now()),
        &after,
        PAGE.saturating_add(1),
    );
    let (rows, more) = paging::cut(rows.await?, PAGE);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| paging::seal(cx, &pool.id, user_id, &row.session_id));
    let mut page = rows
        .into_iter()
        .map(|row| tracking::describe(row, current))
        .collect::<Result<Vec<_>>>()?;
    page.sort_by_key(|session| std::cmp::Reverse(session.last_active_date.map(|at| at.0)));
    Ok((page, next))
}

/// Ends a session of a user: its refresh and access tokens are refused from the answer on. None of its tokens came
/// through a browser's session, so there is nothing linked to end with it.
pub(crate) async fn end(cx: &Cx<'_>, pool: &Pool, user_id: &str, session_id: &str) -> Result<()> {
    let ends_after = live_after(cx.now());
    let batch = sessions::delete_live(Batch::new(), &pool.id, user_id, session_id, ends_after);
    let batch = audit::record(cx, batch, &pool.id, Some(user_id));
    cx.commit(batch, |label| match label {
        sessions::STALE => session_not_found().into(),
        other => Fault::Internal(format!("unexpected conflict {}", other.0)),
    })
    .await?;
    Ok(())
}

/// Returns the id in the tokens of the session with this public id.
pub(crate) fn named(pool: &Pool, public: &str) -> Result<String> {
    if pool.max_sessions().is_none() {
        return Err(tracking_is_off().into());
    }
    Ok(tracking::internal_id(public).ok_or_else(session_not_found)?)
}
