//! New tokens for a refresh token, and its rotation (auth.md 5.5).

use cognate_shapes::{AuthenticationResultType, UserStatusType};
use cognate_store::tables::{groups, sessions, users};
use cognate_store::{Batch, CommitError};

use crate::audit;
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{self, ApiError, Fault, Result, auth, unconfirmed};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::flows::Parameters;
use crate::signin::outcome::Outcome;
use crate::signin::{device, secret_hash};
use crate::tokens::claims::rotates;
use crate::tokens::grant::Grant;
use crate::tokens::groups::GroupClaims;
use crate::tokens::issue;
use crate::tokens::refresh::RefreshToken;
use crate::tokens::session::{self, SessionDoc, Standing};
use crate::tokens::{revoke, tracking};

/// A refresh token that is genuine and whose session is alive.
struct Live {
    token: RefreshToken,
    user: User,
    groups: GroupClaims,
    session: SessionDoc,
    row: sessions::SessionRow,
}

impl Live {
    /// Whether the caller named the device that the tokens were issued to, in pools that track devices.
    fn comes_from_its_device(&self, pool: &Pool, given: Option<&str>) -> bool {
        device::fits_session(pool, self.session.device_key.as_deref(), given)
    }

    /// Adds when and from where the session gives out tokens now, where sessions are tracked.
    fn touch(&self, cx: &Cx<'_>, pool: &Pool, batch: Batch) -> Batch {
        let token = &self.token;
        match tracking::activity(cx, pool) {
            Some(seen) => {
                sessions::touch(batch, &pool.id, &token.user_id, &token.session_id, &seen)
            }
            None => batch,
        }
    }
}

/// REFRESH_TOKEN_AUTH and REFRESH_TOKEN: new tokens, the refresh token stays.
///
/// # Errors
/// auth.md 6.4, settled C2, T20.
pub async fn by_flow(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let text = given.required("REFRESH_TOKEN")?;
    let hash = given.get("SECRET_HASH");
    secret_hash::check_present(client, hash)?;
    let live = find(cx, pool, client, text, auth::refresh_token_invalid).await?;
    if hash.is_some() {
        let names = [live.user.username.as_str(), live.user.id.as_str()];
        secret_hash::check_any(client, &names, hash)?;
    }
    if live.session.standing(live.token.generation, cx.now(), 0) != Standing::Current {
        return Err(auth::refresh_token_revoked().into());
    }
    if !live.comes_from_its_device(pool, given.get("DEVICE_KEY")) {
        return Err(auth::refresh_token_invalid().into());
    }
    let result = renew(cx, pool, client, &live, None).await?;
    Ok(Outcome::Tokens(Box::new(result)))
}

/// GetTokensFromRefreshToken: as [`by_flow`], and with rotation a new refresh token takes the place of the one used.
///
/// A token that was rotated out and comes again within the grace period is a retry: it gets the newest refresh token
/// once more. Later it means that two parties hold it, and the whole session ends. `device_key`: the device that asks.
///
/// # Errors
/// auth.md 5.5, 6.7, settled C2, T19, T20.
pub async fn by_operation(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    text: &str,
    device_key: Option<&str>,
) -> Result<AuthenticationResultType> {
    let live = find(cx, pool, client, text, auth::refresh_token_unusable).await?;
    let standing = live
        .session
        .standing(live.token.generation, cx.now(), grace(client));
    // A stolen token gives itself away even without its device.
    if standing != Standing::Reused && !live.comes_from_its_device(pool, device_key) {
        return Err(auth::refresh_token_unusable().into());
    }
    match (standing, rotates(client)) {
        (Standing::Current, true) => rotate(cx, pool, client, live).await,
        (Standing::Current, false) => renew(cx, pool, client, &live, None).await,
        (Standing::Retrying, _) => {
            let newest = RefreshToken {
                generation: live.session.generation,
                ..live.token.clone()
            };
            renew(cx, pool, client, &live, Some(&newest)).await
        }
        (Standing::Reused, _) => {
            let batch = revoke::session(
                Batch::new(),
                &pool.id,
                &live.user.id,
                &live.token.session_id,
            );
            let batch = audit::record(cx, batch, &pool.id, Some(&live.user.id));
            cx.commit(batch, |_| Fault::Stale).await?;
            Err(unconfirmed::refresh_token_reused().into())
        }
    }
}

/// Microseconds in which a rotated token may be used again.
fn grace(client: &Client) -> i64 {
    let rotation = client
        .doc
        .refresh_token_rotation
        .as_ref()
        .filter(|_| rotates(client));
    rotation
        .and_then(|r| r.retry_grace_period_seconds)
        .unwrap_or(0)
        .saturating_mul(SECOND)
}

async fn rotate(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    live: Live,
) -> Result<AuthenticationResultType> {
    let next = live.session.rotated(cx.now());
    let token = RefreshToken {
        generation: next.generation,
        ..live.token.clone()
    };
    let row = sessions::SessionRow {
        doc: serde_json::to_string(&next)?,
        ..live.row.clone()
    };
    let row = session::sign(pool, &live.user.id, &token.session_id, row);
    let batch = sessions::pool_is_active(Batch::new(), &pool.id);
    let batch = sessions::update(batch, &pool.id, &live.user.id, &token.session_id, &row);
    let batch = live.touch(cx, pool, batch);
    let (committed, signed) = tokio::join!(
        cx.store.commit(batch),
        sign(cx, pool, client, &live, Some(&token))
    );
    match committed {
        Ok(_) => signed,
        Err(CommitError::Conflict(label)) => {
            if label == sessions::POOL_GONE {
                cx.cache.forget(&pool.id, Some(&client.id));
            }
            Err(Fault::Stale)
        }
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}

/// New tokens of a session that stays as it is; where sessions are tracked, its activity is noted before they leave.
async fn renew(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    live: &Live,
    refresh: Option<&RefreshToken>,
) -> Result<AuthenticationResultType> {
    let noted = live.touch(cx, pool, Batch::new());
    if noted.is_empty() {
        return sign(cx, pool, client, live, refresh).await;
    }
    let (committed, signed) = tokio::join!(
        cx.commit(noted, |_| Fault::Stale),
        sign(cx, pool, client, live, refresh)
    );
    committed?;
    signed
}

async fn sign(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    live: &Live,
    refresh: Option<&RefreshToken>,
) -> Result<AuthenticationResultType> {
    let (id, session) = (&live.token.session_id, &live.session);
    let grant = Grant::account(pool, client, &live.user, &live.groups, id, session);
    issue::api_result(cx, &grant, refresh).await
}

/// Opens the token and reads its user, session and groups in one round trip.
async fn find(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    text: &str,
    invalid: fn() -> ApiError,
) -> Result<Live> {
    let token = RefreshToken::open(pool, text).ok_or_else(invalid)?;
    if token.client_id != client.id {
        return Err(auth::refresh_token_of_another_client().into());
    }
    if token.expires <= cx.now() {
        return Err(auth::refresh_token_expired().into());
    }
    let mut found = cx
        .store
        .read(&[
            users::by_id(&pool.id, &token.user_id),
            (
                sessions::READ,
                sessions::key(&pool.id, &token.user_id, &token.session_id, cx.now()),
            ),
            groups::of_user(&pool.id, &token.user_id),
        ])
        .await?
        .into_iter();
    let user = found.next().and_then(|rows| rows.into_iter().next());
    let session = found.next().and_then(|rows| rows.into_iter().next());
    let groups = GroupClaims::from_rows(pool, &token.user_id, found.next().unwrap_or_default())?;
    let user = user
        .map(|mut row| User::from_row(pool, &mut row))
        .transpose()?;
    let user = user.ok_or_else(errors::user_not_found)?;
    if !user.enabled {
        return Err(auth::user_disabled().into());
    }
    let reset = auth::password_reset_required();
    if user.status == UserStatusType::ResetRequired && cx.action.declares(reset.code) {
        return Err(reset.into());
    }
    let row = session.ok_or_else(auth::refresh_token_revoked)?;
    let (row, session) = session::read(pool, &token.user_id, &token.session_id, row)?;
    if row.client_id != client.id {
        return Err(auth::refresh_token_of_another_client().into());
    }
    Ok(Live {
        token,
        user,
        groups,
        session,
        row,
    })
}
