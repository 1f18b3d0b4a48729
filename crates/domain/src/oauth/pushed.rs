//! Pushed authorization requests (RFC 9126), for clients with the standard profile: the client sends the parameters and
//! gets a reference, which its user's browser brings once.

use cognate_crypto::random;
use cognate_store::Batch;
use cognate_store::tables::guards;
use cognate_store::tables::pushed_requests::{self as table, PushedRow};

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::oauth::{
    INVALID_REQUEST, INVALID_SCOPE, OAuthError, UNAUTHORIZED_CLIENT, UNKNOWN_TARGET,
};
use crate::errors::{Fault, Result};
use crate::oauth::authorization::{self, Parameters, Refusal};
use crate::oauth::outcome::{Answer, Stop, settle};
use crate::oauth::waiting::{self, Asker, Bound};
use crate::oauth::{Credentials, client};
use crate::records::pool::Pool;

/// The time for which a reference is good, in seconds.
pub const SECONDS: i64 = 90;
/// The beginning of every reference (RFC 9126 section 2.2).
pub const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// The requests in a time as long as a reference is good: 120 a second, as the service lets users sign in.
const BOUND: Bound = Bound::new(
    Asker::Client,
    ("pushed requests", 10_800),
    ("pushed requests by address", 200),
);

/// The parameters that are kept. What proves the client is not among them.
const KEPT: [&str; 19] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "resource",
    "identity_provider",
    "idp_identifier",
    "login_hint",
    "prompt",
    "response_mode",
    "max_age",
    "acr_values",
    "id_token_hint",
    "lang",
    "ui_locales",
];

/// Names and values, not encoded.
pub type Pairs = Vec<(String, String)>;

/// Keeps the parameters of an authorization and returns their reference. `sent`: the fields of the request.
///
/// # Errors
/// Faults. Refusals, in this order: those of [`client::authenticate_named`]; `unauthorized_client` for a client without the
/// standard profile; `invalid_request` for a reference in the place of parameters and for another client's id; those that
/// the authorization endpoint would give. LimitExceededException for a client, or for an address of one without a secret,
/// that keeps too many (RFC 9126 section 2.3: 429).
pub async fn push<'f>(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    sent: impl Iterator<Item = (&'f str, &'f str)>,
) -> Answer<String> {
    settle(keep(cx, credentials, sent).await)
}

async fn keep<'f>(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    sent: impl Iterator<Item = (&'f str, &'f str)>,
) -> std::result::Result<String, Stop> {
    let sent: Vec<(&str, &str)> = sent.collect();
    let (pool, client) = client::authenticate_named(cx, credentials).await?;
    if !client.is_standard() {
        return Err(UNAUTHORIZED_CLIENT.into());
    }
    let get = |name: &str| sent.iter().find(|(own, _)| *own == name).map(|(_, v)| *v);
    if get("request_uri").is_some() || get("client_id").is_some_and(|id| id != client.named()) {
        return Err(INVALID_REQUEST.into());
    }
    let parameters = Parameters {
        client_id: Some(client.named()),
        request_uri: None,
        ..Parameters::read(get)
    };
    if let Err(refusal) = authorization::check(cx, &parameters, None).await? {
        return Err(refused(&refusal).into());
    }
    let named = ("client_id", client.named());
    let kept = sent
        .iter()
        .copied()
        .filter(|(name, _)| *name != "client_id" && KEPT.contains(name));
    let kept: Vec<(&str, &str)> = std::iter::once(named).chain(kept).collect();
    let reference = cx.memory().once("pushed request", random::handle);
    let key = key(&pool, &reference);
    let mut row = PushedRow {
        client_id: client.named().to_owned(),
        doc: serde_json::to_string(&kept).map_err(Fault::from)?,
        created: cx.now(),
        expires: cx.now().saturating_add(SECONDS * SECOND),
        mac: None,
    };
    row.mac = Some(pool.sign(&row.signed(&key)));
    let batch = guards::require_pool_active_now(Batch::new(), &pool.id);
    let batch = BOUND.count(cx, batch, (&pool, &client), SECONDS * SECOND);
    let batch = table::insert(batch, &pool.id, &key, &row);
    cx.commit(batch, |label| {
        if label == guards::POOL_GONE {
            cx.cache.forget(&pool.id, Some(&client.id));
        }
        waiting::refused(label)
    })
    .await?;
    Ok(format!("{PREFIX}{reference}"))
}

/// Returns what the authorization endpoint would refuse, in the words of this one.
fn refused(refusal: &Refusal) -> OAuthError {
    let error = match refusal {
        Refusal::Page(_) => None,
        Refusal::Client(reply) => reply.parameter("error"),
    };
    match error {
        Some("invalid_scope") => INVALID_SCOPE,
        Some("unauthorized_client") => UNAUTHORIZED_CLIENT,
        Some("invalid_target") => UNKNOWN_TARGET,
        _ => INVALID_REQUEST,
    }
}

/// Returns the parameters behind a reference, which is used up then; None for one that is unknown, over, used, or
/// another client's.
///
/// # Errors
/// Faults.
pub async fn take(cx: &Cx<'_>, client_id: &str, uri: &str) -> Result<Option<Pairs>> {
    let reference = uri.strip_prefix(PREFIX);
    let reference = reference.filter(|reference| random::is_handle(reference));
    let known = client::known(cx, client_id).await?;
    let (Some(reference), Some((pool, client))) = (reference, known) else {
        return Ok(None);
    };
    if !client.is_standard() {
        return Ok(None);
    }
    let key = key(&pool, reference);
    let row = table::live(&cx.store, &pool.id, &key, cx.now()).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    pool.check(&row.signed(&key), row.mac.as_deref())?;
    // Who does not have the client's name does not spoil its reference.
    if row.client_id != client.named() {
        return Ok(None);
    }
    match cx.wins(table::take(Batch::new(), &pool.id, &key)).await? {
        true => Ok(Some(serde_json::from_str(&row.doc)?)),
        // Another request was faster.
        false => Ok(None),
    }
}

fn key(pool: &Pool, reference: &str) -> String {
    hex::encode(pool.key.mac("pushed requests", reference.as_bytes()))
}
