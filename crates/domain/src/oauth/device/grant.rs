//! The grant `urn:ietf:params:oauth:grant-type:device_code`: what a device gets when it asks.

use cognate_crypto::random;
use cognate_store::Batch;
use cognate_store::tables::device_requests::{self as table, DeviceRow};

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::oauth::{
    ACCESS_DENIED, AUTHORIZATION_PENDING, EXPIRED_TOKEN, INVALID_GRANT, INVALID_REQUEST,
    OAuthError, SLOW_DOWN, UNSUPPORTED_GRANT_TYPE, about_resource,
};
use crate::errors::{Fault, Result};
use crate::oauth::device::row::{INTERVAL, device_key, may_use, open};
use crate::oauth::outcome::{Answer, Stop, settle};
use crate::oauth::redeem::{self, Granted};
use crate::oauth::{Credentials, Tokens, client};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::tokens::resource;
use crate::tokens::session::SessionDoc;

/// The longest time between two questions of a device that asks too often, in microseconds.
const LONGEST_WAIT: i64 = 60 * SECOND;

/// Trades the code of a device for tokens, once its user has let it in. `resource`: that of the request for the code, or
/// one if that had none. Of two requests at once one gets them.
///
/// # Errors
/// Faults. Refusals, in this order: `unsupported_grant_type` for a client that does not have the grant; those of
/// [`client::authenticate`]; `invalid_request` without a code; `invalid_grant` for one that is unknown, used or another
/// client's, and for a user who may not sign in any more; `expired_token`; `access_denied`; `slow_down` for a device that
/// asks too soon; `authorization_pending`; `invalid_target`; the refusals of PreTokenGeneration.
pub async fn tokens(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    device_code: Option<&str>,
    resource: Option<&str>,
) -> Answer<Tokens> {
    settle(trade(cx, credentials, device_code, resource).await)
}

async fn trade(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    device_code: Option<&str>,
    resource: Option<&str>,
) -> std::result::Result<Tokens, Stop> {
    let named = credentials.map_or("", |credentials| credentials.id);
    let known = client::by_id(cx, named).await?;
    // Towards all other clients the service's endpoint answers, which has no such grant.
    if known.is_none_or(|(_, client)| !may_use(&client)) {
        return Err(UNSUPPORTED_GRANT_TYPE.into());
    }
    let (pool, client) = client::authenticate(cx, credentials).await?;
    let code = device_code.filter(|code| !code.is_empty());
    let code = code.ok_or(INVALID_REQUEST)?;
    let found = match random::is_handle(code) {
        true => {
            let query = table::by_device(&pool.id, &device_key(&pool, code), cx.now());
            let row = cx.store.first(query).await.map_err(Fault::from)?;
            row.map(|row| open(&pool, row)).transpose()?
        }
        false => None,
    };
    let found = found.filter(|(row, _)| row.client_id == client.id);
    let (row, doc) = found.ok_or(INVALID_GRANT)?;
    if doc.ends <= cx.now() {
        return Err(EXPIRED_TOKEN.into());
    }
    match (row.state, doc.signed_in) {
        (table::WAITING, _) => Err(wait(cx, &pool, row).await?.into()),
        (table::ALLOWED, Some(mut session)) => {
            let asked = resource.filter(|resource| !resource.is_empty());
            if let (Some(asked), Some(authorized)) = (asked, &mut session.authorized) {
                let granted = authorized.resource.as_deref();
                let bound = resource::within(cx, (&pool, &client), granted, asked).await;
                let bound = bound.map_err(|fault| Stop::worded(fault, about_resource))?;
                authorized.resource = Some(bound);
            }
            exchange(cx, (&pool, &client), row, session).await
        }
        _ => Err(ACCESS_DENIED.into()),
    }
}

/// Notes the question of a device that must wait, and returns what it is told. One that asks too soon must wait longer
/// from then on (RFC 8628 section 3.5).
async fn wait(cx: &Cx<'_>, pool: &Pool, row: DeviceRow) -> Result<OAuthError> {
    let too_soon = cx.now() < row.polled.saturating_add(row.wait);
    let wait = match too_soon {
        true => row.wait.saturating_add(INTERVAL * SECOND).min(LONGEST_WAIT),
        false => row.wait,
    };
    let row = DeviceRow {
        polled: cx.now(),
        wait,
        ..row
    };
    let batch = table::poll(Batch::new(), &pool.id, &row);
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(match too_soon {
        true => SLOW_DOWN,
        false => AUTHORIZATION_PENDING,
    })
}

async fn exchange(
    cx: &Cx<'_>,
    (pool, client): (&Pool, &Client),
    row: DeviceRow,
    session: SessionDoc,
) -> std::result::Result<Tokens, Stop> {
    let granted = Granted {
        pool,
        client,
        user_id: &row.user_id,
        session_id: cx.memory().once("session of a device", random::uuid_v4),
        session,
        nonce: None,
    };
    redeem::tokens(cx, granted, |batch| table::take(batch, &pool.id, &row)).await
}
