//! The device authorization grant (RFC 8628), for clients with the standard profile: a device without a browser shows a
//! short code, its user types that at `/device` in a browser and lets the device in, and the device asks meanwhile.
//!
//! The database holds MACs of both codes. A short code can be guessed, so that wrong ones are counted by address and over
//! all; who finds one gains nothing but the page that asks the user.

mod grant;
mod page;
mod row;

pub use grant::tokens;
pub use page::{Asked, Decision, Entered, decide, look_up};
pub use row::INTERVAL;

use cognate_crypto::random;
use cognate_store::Batch;
use cognate_store::tables::device_requests::{self as table, DeviceRow};
use cognate_store::tables::guards;

use crate::clock::{HOUR, SECOND};
use crate::cx::Cx;
use crate::errors::Fault;
use crate::errors::oauth::{INVALID_SCOPE, UNAUTHORIZED_CLIENT, UNKNOWN_TARGET};
use crate::oauth::authorization::scopes;
use crate::oauth::device::row::{
    Doc, USER_ALPHABET, USER_CODE, device_key, may_use, signed, user_key,
};
use crate::oauth::outcome::{Answer, Stop, settle};
use crate::oauth::waiting::{self, Asker, Bound};
use crate::oauth::{Credentials, client};
use crate::tokens::resource;

/// The time for which both codes are good, in seconds.
pub const SECONDS: i64 = 600;
/// The time for which a device is told that its codes ended, in microseconds.
const REMEMBERED: i64 = HOUR;
/// The requests in a time as long as the codes are good.
const BOUND: Bound = Bound::new(
    Asker::Client,
    ("device requests", 10_000),
    ("device requests by address", 100),
);

/// The wishes of a device.
#[derive(Clone, Copy, Default)]
pub struct DeviceRequest<'a> {
    /// Scopes, separated by spaces; None or none for all that the client has.
    pub scope: Option<&'a str>,
    /// The Identifier of the resource server that the access tokens are for (RFC 8707).
    pub resource: Option<&'a str>,
}

/// The codes of a new request.
pub struct Begun {
    /// The code of the device, a secret.
    pub device_code: String,
    /// The code that the user types, for example `BCDF-GHJK`.
    pub user_code: String,
    /// The pool.
    pub pool_id: String,
    /// The client.
    pub client_id: String,
}

/// Begins a request.
///
/// # Errors
/// Faults. Refusals, in this order: those of [`client::authenticate`]; `unauthorized_client` for a client without the
/// standard profile or without the code grant; `invalid_scope`; `invalid_target`. LimitExceededException for a client, or for an address of
/// one without a secret, that begins too many.
pub async fn begin(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    wish: DeviceRequest<'_>,
) -> Answer<Begun> {
    settle(make(cx, credentials, wish).await)
}

async fn make(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    wish: DeviceRequest<'_>,
) -> std::result::Result<Begun, Stop> {
    let (pool, client) = client::authenticate(cx, credentials).await?;
    if !may_use(&client) {
        return Err(UNAUTHORIZED_CLIENT.into());
    }
    let scope = wish.scope.filter(|scope| !scope.is_empty());
    let granted = scopes::granted(cx, &pool, &client, scope).await?;
    let scopes = granted.ok_or(INVALID_SCOPE)?;
    let resource = match wish.resource.filter(|resource| !resource.is_empty()) {
        Some(named) => {
            let registered = resource::registered(cx, &pool, named).await?;
            Some(registered.ok_or(UNKNOWN_TARGET)?)
        }
        None => None,
    };
    let device_code = cx.memory().once("device code", random::handle);
    // Each try has another one: a code that another request has makes the first one fail.
    let user_code = random::alphanumeric(USER_CODE, USER_ALPHABET);
    let ends = cx.now().saturating_add(SECONDS * SECOND);
    let doc = Doc {
        ends,
        scopes,
        resource,
        signed_in: None,
    };
    let row = DeviceRow {
        device_key: device_key(&pool, &device_code),
        user_key: user_key(&pool, &user_code),
        client_id: client.id.clone(),
        user_id: String::new(),
        state: table::WAITING,
        doc: serde_json::to_string(&doc).map_err(Fault::from)?,
        polled: 0,
        wait: INTERVAL * SECOND,
        created: cx.now(),
        expires: ends.saturating_add(REMEMBERED),
        ver: 1,
        mac: None,
    };
    let row = signed(&pool, row);
    let batch = guards::require_pool_active_now(Batch::new(), &pool.id);
    let batch = BOUND.count(cx, batch, (&pool, &client), SECONDS * SECOND);
    let batch = table::insert(batch, &pool.id, &row);
    cx.commit(batch, |label| {
        if label == guards::POOL_GONE {
            cx.cache.forget(&pool.id, Some(&client.id));
        }
        waiting::refused(label)
    })
    .await?;
    let (first, last) = user_code.split_at(USER_CODE / 2);
    Ok(Begun {
        device_code,
        user_code: format!("{first}-{last}"),
        pool_id: pool.id.clone(),
        client_id: client.id.clone(),
    })
}
