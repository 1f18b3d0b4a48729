//! Logic of sessions that operations and others share.

use cognate_shapes::{
    RevokeAssociatedSessionsType, SessionDescriptionType, UserSessionTrackingType,
};
use cognate_store::Batch;
use cognate_store::tables::browser_sessions::{self, KeyedRow};
use cognate_store::tables::sessions::{self, SessionEntry};

use crate::cx::Cx;
use crate::errors::sessions::{session_not_found, tracking_is_off};
use crate::errors::{Fault, Result};
use crate::records::pool::{Pool, SessionSettings};
use crate::tokens::session::live_after;
use crate::tokens::tracking::{self, Listed, SessionName};
use crate::tokens::{browser, revoke};
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
    let most = PAGE.saturating_add(1);
    let (pool_id, now) = (&pool.id, cx.now());
    let tokens = sessions::list(&cx.store, pool_id, user_id, live_after(now), &after, most);
    let tokens = tokens.await?.into_iter().map(Row::Token);
    let browsers = browser_sessions::of_user(&cx.store, pool_id, user_id, now, &after, most);
    let browsers = browsers.await?.into_iter().map(Row::Browser);
    let mut rows: Vec<Row> = tokens.chain(browsers).collect();
    rows.sort_by(|a, b| a.id().cmp(b.id()));
    let (rows, more) = paging::cut(rows, PAGE);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| paging::seal(cx, &pool.id, user_id, row.id()));
    let mut page = rows
        .into_iter()
        .map(|row| row.describe(pool, current))
        .collect::<Result<Vec<_>>>()?;
    page.sort_by_key(|session| std::cmp::Reverse(session.last_active_date.map(|at| at.0)));
    Ok((page, next))
}

/// A session of a user, of either kind.
enum Row {
    Token(SessionEntry),
    Browser(KeyedRow),
}

impl Row {
    fn id(&self) -> &str {
        match self {
            Self::Token(entry) => &entry.session_id,
            Self::Browser(keyed) => &keyed.session_id,
        }
    }

    fn describe(self, pool: &Pool, current: Option<&str>) -> Result<SessionDescriptionType> {
        match self {
            Self::Token(entry) => tracking::describe(Listed {
                is_current: current == Some(entry.session_id.as_str()),
                name: SessionName::Token(entry.session_id),
                client_id: entry.client_id,
                created: entry.created,
                active: entry.active,
                seen: entry.activity.as_deref(),
                origin: &entry.origin,
            }),
            Self::Browser(keyed) => {
                let (key, row) = keyed.split();
                let doc = browser::read(pool, &key, &row)?;
                tracking::describe(Listed {
                    is_current: false,
                    name: SessionName::Browser(row.session_id),
                    client_id: doc.client_id,
                    created: row.created,
                    active: row.created,
                    seen: doc.seen.as_deref(),
                    origin: "",
                })
            }
        }
    }
}

/// Ends a session of a user: refresh and access tokens of a token session are refused from the answer on; a browser's
/// session answers no client any more. With `linked`, a token session takes the browser's session along that it came out
/// of, and a browser's session all token sessions that came out of it (admin.md 1.13).
pub(crate) async fn end(
    cx: &Cx<'_>,
    pool: &Pool,
    user_id: &str,
    session: &SessionName,
    linked: bool,
) -> Result<()> {
    let (pool_id, begin) = (&pool.id, Batch::new());
    let batch = match session {
        SessionName::Token(id) => {
            let origin = match linked {
                true => revoke::origin(cx, pool, user_id, id).await?,
                false => None,
            };
            let batch = sessions::delete_live(begin, pool_id, user_id, id, live_after(cx.now()));
            match origin {
                Some(origin) => browser_sessions::delete_named(batch, pool_id, user_id, &origin),
                None => batch,
            }
        }
        SessionName::Browser(name) => {
            let batch = browser_sessions::delete_live(begin, pool_id, user_id, name, cx.now());
            match linked {
                true => sessions::delete_of_origin(batch, pool_id, user_id, name),
                false => batch,
            }
        }
    };
    let batch = audit::record(cx, batch, &pool.id, Some(user_id));
    cx.commit(batch, |label| match label {
        sessions::STALE | browser_sessions::ENDED => session_not_found().into(),
        other => Fault::Internal(format!("unexpected conflict {}", other.0)),
    })
    .await?;
    Ok(())
}

/// Returns the session with this public id.
pub(crate) fn named(pool: &Pool, public: &str) -> Result<SessionName> {
    if pool.max_sessions().is_none() {
        return Err(tracking_is_off().into());
    }
    Ok(SessionName::read(public).ok_or_else(session_not_found)?)
}

/// True if a request wants the linked sessions to end, too.
pub(crate) fn is_linked(wish: Option<RevokeAssociatedSessionsType>) -> bool {
    wish == Some(RevokeAssociatedSessionsType::Linked)
}
