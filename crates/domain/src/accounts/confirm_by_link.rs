//! A new user opens the link in the message that verifies their address (admin.md 4.3).
//!
//! The link holds the code that an app would ask for, and works without the client's secret, which no message may hold.
//! It is opened more than once: by programs that look for malware before the message is shown, by a browser that is
//! started again. So the code that confirmed is kept for a day, and whoever has it is told that all is well.

use cognate_shapes::UserStatusType;
use cognate_store::Batch;

use crate::accounts::confirm_sign_up::LIMIT;
use crate::accounts::public_call::PublicCall;
use crate::accounts::step::{Basis, Step, Then};
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, ErrorCode, Fault, Result};
use crate::messages::Origin;
use crate::records::domain;
use crate::records::pool::Pool;
use crate::records::user::{self, User};
use crate::resources::domains;
use crate::users::codes::{self, Purpose};
use crate::users::{aliases, verification};

/// A link that was opened.
pub struct Link<'a> {
    /// `client_id`.
    pub client_id: &'a str,
    /// `user_name`.
    pub username: &'a str,
    /// `confirmation_code`.
    pub code: &'a str,
    /// The host that the request names.
    pub host: &'a str,
}

/// Confirms the sign-up, or finds that this link has done so already.
///
/// # Errors
/// ResourceNotFoundException for an unknown client, a pool without pages, and another pool's host; the texts of auth.md
/// 6.3; the refusals of the function that is called after the confirmation.
pub async fn confirm_by_link(cx: &Cx<'_>, link: &Link<'_>) -> Result<()> {
    let call = PublicCall::open_by_link(cx, link.client_id, link.username).await?;
    let (pool, client) = (&*call.pool, &*call.client);
    let basis = Basis::of(cx, pool).with_client(client);
    if !has_pages(cx, pool, link.host).await? {
        return Err(errors::client_not_found(link.client_id).into());
    }
    let (account, guard) = call.locked(cx, LIMIT).await?;
    let is_done = account
        .user()
        .is_some_and(|user| user.status != UserStatusType::Unconfirmed);
    let purpose = if is_done {
        Purpose::SignedUp
    } else {
        Purpose::SignUp
    };
    let judged = codes::check(cx, pool, &account, purpose, link.code).await;
    if matches!(&judged, Err(Fault::Api(refusal)) if refusal.code == ErrorCode::ExpiredCode) {
        // Another visit, on another node, may have used the code up since the user was read.
        let now = User::by_id(&cx.store, pool, account.key()).await?;
        if now.map(|user| user.ver) != account.user().map(|user| user.ver) {
            return Err(Fault::Stale);
        }
    }
    let correct = judged?;
    let Some(before) = account.user() else {
        // No answer to a decoy is right; `check` has refused already.
        return Err(errors::users::code_mismatch().into());
    };
    if is_done {
        return Ok(());
    }

    let mut after = before.clone();
    after.status = UserStatusType::Confirmed;
    after.modified = cx.now();
    verification::mark_verified(&mut after, &correct.code);
    let batch = correct.consume_and_keep(Batch::new(), pool)?;
    let batch = user::save(batch, pool, before, &after)?;
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    let step = Step {
        conflict: Box::new(move |label| aliases::conflict(cx, label)),
        guard: Some(guard),
        then: Then::signed_up(Origin::of_client(&client.id, None), pool, &after),
        ..Step::new(basis, batch, ())
    };
    step.commit(cx).await
}

/// True if the pool has a domain and the host is not another pool's.
async fn has_pages(cx: &Cx<'_>, pool: &Pool, host: &str) -> Result<bool> {
    let named = domains::at_host(cx, host).await?;
    if named.is_some_and(|named| named.pool.id != pool.id) {
        return Ok(false);
    }
    Ok(domain::preferred_of(&cx.store, pool).await?.is_some())
}
