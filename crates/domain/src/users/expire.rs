//! What a user has that is still good ends before its time, for tests of applications (`POST /_dev/expire`,
//! docs/TEST-API.md). Only `dev` calls this.

use cognate_store::Batch;
use cognate_store::tables::{browser_sessions, codes, sessions};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::tokens::session::{self, Expired};
use crate::users::sessions::PAGE;

/// What expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiring {
    /// Codes that were sent and not used.
    Codes,
    /// Refresh tokens.
    RefreshTokens,
    /// Refresh and access tokens, and browsers' sessions.
    Sessions,
}

/// Lets it expire now; returns how many there were, browsers' sessions not counted.
///
/// # Errors
/// The store's; `Fault::Stale` when a session changed meanwhile.
pub async fn expire(cx: &Cx<'_>, pool: &Pool, user_id: &str, what: Expiring) -> Result<u64> {
    let how = match what {
        Expiring::Codes => {
            let batch = codes::expire(Batch::new(), &pool.id, user_id, cx.now());
            let batch = audit::record(cx, batch, &pool.id, Some(user_id));
            let done = cx.commit(batch, |_| Fault::Stale).await?;
            return Ok(done.counts.first().copied().unwrap_or(0));
        }
        Expiring::RefreshTokens => Expired::Refresh,
        Expiring::Sessions => Expired::All,
    };
    let mut batch = Batch::new();
    let (mut after, mut count) = (String::new(), 0);
    loop {
        let (now, pool_id) = (cx.now(), &pool.id);
        let page = sessions::list(&cx.store, pool_id, user_id, now, &after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.session_id.clone();
        for entry in &page {
            let id = &entry.session_id;
            let live = sessions::live(pool_id, user_id, id, now);
            let Some(row) = cx.store.first(live).await? else {
                continue;
            };
            let (mut row, mut doc) = session::read(pool, user_id, id, row)?;
            doc.expired = doc.expired.max(Some(how));
            row.doc = serde_json::to_string(&doc)?;
            let row = session::sign(pool, user_id, id, row);
            batch = sessions::update(batch, pool_id, user_id, id, &row);
            count += 1;
        }
    }
    if what == Expiring::Sessions {
        batch = browser_sessions::delete_of_user(batch, &pool.id, user_id);
    }
    let batch = audit::record(cx, batch, &pool.id, Some(user_id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(count)
}
