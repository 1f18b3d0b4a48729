//! Dynamic client registration: programs make their own clients (RFC 7591), and read, change and end them (RFC 7592).
//! What a pool allows is in its DcrConfiguration (agents.md 3).
//!
//! A registration costs one commit, a refused one none once this node knows that the bound is reached.

mod answer;
mod bounds;
mod initial;
mod metadata;
mod own;

pub use answer::Members;
pub use own::{change, end, read};

use std::sync::Arc;

use cognate_crypto::random;
use cognate_store::tables::dynamic_clients::{self, RegistrationRow};
use cognate_store::tables::{clients, guards, resource_counts};
use cognate_store::{Batch, Label};

use crate::cx::Cx;
use crate::errors::oauth::{
    BearerError, CLIENT_IS_MANAGED, OAuthError, REGISTRATION_IS_OFF, TOO_MANY_CLIENTS,
};
use crate::errors::{Fault, Result};
use crate::oauth::registration::bounds::Bounds;
use crate::oauth::registration::metadata::Sent;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::registration::RegistrationKind;
use crate::resources::clients::{secrets, settings, unused};
use crate::resources::{self, providers};
use crate::{audit, ids};

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such pool on the host.
    NoPool,
    /// What the client says of itself cannot be.
    Metadata(OAuthError),
    /// The pool does not let clients do that.
    Denied(OAuthError),
    /// The token is not good, or not good enough.
    Token(BearerError),
    /// A bound is reached: the seconds to wait.
    TooMany(i64),
}

/// The result of a request, unless there is a fault.
pub type Outcome<T> = Result<std::result::Result<T, Refused>>;

/// A client and what it is told.
pub struct Registration {
    /// Its id.
    pub client_id: String,
    /// The members of the answer.
    pub members: Members,
}

/// Why a step stops.
enum Stop {
    Refused(Refused),
    Fault(Fault),
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

fn settle<T>(outcome: std::result::Result<T, Stop>) -> Outcome<T> {
    match outcome {
        Ok(done) => Ok(Ok(done)),
        Err(Stop::Refused(refused)) => Ok(Err(refused)),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

/// Registers a client. `token`: what the request brings as a bearer token; an empty one for a header that brings none.
///
/// # Errors
/// Faults. Refusals, in this order: an unknown pool; `access_denied` where no client may register itself; a token that is
/// not good; `access_denied` where clients may not register in this way; a bound that this node knows to be reached; what
/// the client says of itself; a bound; as many clients as there may be.
pub async fn register(
    cx: &Cx<'_>,
    pool_id: &str,
    token: Option<&str>,
    body: &[u8],
) -> Outcome<Registration> {
    settle(make(cx, pool_id, token, body).await)
}

async fn make(
    cx: &Cx<'_>,
    pool_id: &str,
    token: Option<&str>,
    body: &[u8],
) -> std::result::Result<Registration, Stop> {
    let pool = pool(cx, pool_id).await?;
    if pool.doc.registers().is_none() {
        return Err(Refused::Denied(REGISTRATION_IS_OFF).into());
    }
    let (kind, bounds, by_user) = match token {
        None => (RegistrationKind::Open, Bounds::open(cx, &pool), false),
        Some(token) => {
            let registrant = initial::client(cx, &pool, token).await?;
            let registrant = registrant.map_err(Refused::Token)?;
            let bounds = match &registrant.user_id {
                Some(user_id) => Bounds::of_user(cx, &pool, user_id, &registrant.client_id),
                None => Bounds::of_client(&registrant.client_id),
            };
            let by_user = registrant.user_id.is_some();
            (RegistrationKind::Authenticated, bounds, by_user)
        }
    };
    let flows = pool.doc.registered_flows(kind, by_user);
    if flows.is_empty() {
        return Err(Refused::Denied(REGISTRATION_IS_OFF).into());
    }
    if let Some(wait) = bounds.wait(cx, &pool) {
        return Err(Refused::TooMany(wait).into());
    }
    let sent = Sent::read(body).map_err(Refused::Metadata)?;
    let settings = metadata::settings(cx, &pool, (kind, &flows), sent).await?;
    let mut settings = settings.map_err(Refused::Metadata)?;
    settings.registration.by_user = by_user;
    settings.providers = providers::all_names(cx, &pool).await?;
    let id = ids::client_id();
    let secrets: Vec<_> = (!settings.is_public)
        .then(|| {
            (
                secrets::first_id(&id, cx.now()),
                ids::client_secret(),
                cx.now(),
            )
        })
        .into_iter()
        .collect();
    let doc = settings::of_registered_client(settings);
    let client = Client {
        document: None,
        unvouched: Client::unvouched_of(&id, &doc),
        sealed: Client::seal_secrets(&pool, &id, &secrets)?,
        secrets,
        pool_id: pool.id.clone(),
        doc,
        created: cx.now(),
        modified: cx.now(),
        ver: 1,
        id,
    };
    let token = random::handle();
    // The bounds come first in each batch: two that wrote rows of the pool in another order could keep each other waiting.
    let counted = || {
        let batch = guards::require_pool_active(Batch::new(), &pool.id);
        bounds.count(cx, &pool, batch)
    };
    let whole = |batch| {
        let batch = add(&pool, batch, &client, &token)?;
        Ok::<_, Fault>(audit::record_about(cx, batch, &pool.id, &client.id))
    };
    let done = commit(cx, &pool, &client.id, &bounds, whole(counted())?).await;
    if !matches!(&done, Err(Stop::Refused(refused)) if *refused == full()) {
        done?;
        return Ok(announce(cx, client, &token));
    }
    let Some((old, since)) = unused::that_makes_room(cx, &pool).await? else {
        // To find out that there is no room costs as much as a registration, and counts as one.
        commit(cx, &pool, &client.id, &bounds, counted()).await?;
        return Err(full().into());
    };
    let batch = unused::removal(counted(), &pool, &old, since, cx.now());
    commit(cx, &pool, &client.id, &bounds, whole(batch)?).await?;
    cx.cache.end_client(&cx.clock, &old.id, old.ver + 1);
    Ok(announce(cx, client, &token))
}

/// The refusal of a pool that has no room for a client.
fn full() -> Refused {
    Refused::Metadata(TOO_MANY_CLIENTS)
}

/// Adds the rows of a client, and counts it.
fn add(pool: &Pool, batch: Batch, client: &Client, token: &str) -> Result<Batch> {
    let said = client.doc.registration.as_ref();
    let counts = said.map_or(&[][..], resources::clients::counts).iter();
    let batch = counts.fold(batch, |batch, count| {
        resource_counts::take(batch, &pool.id, count.resource, count.most, count.full)
    });
    let text = serde_json::to_string(&client.doc).map_err(Fault::from)?;
    let sealed = client.sealed.as_deref();
    let mac = Client::mac(pool, &client.id, &text, sealed);
    let (id, now) = (&client.id, client.created);
    let batch = clients::insert(batch, &pool.id, id, &text, sealed, mac, now);
    let mut row = signed(pool, id, token_key(pool, id, token), now);
    row.idle_since = unused::idle_since(client);
    Ok(dynamic_clients::insert(batch, &pool.id, id, &row))
}

/// Returns the row of a registration.
fn signed(pool: &Pool, client_id: &str, token_key: String, created: i64) -> RegistrationRow {
    let mut row = RegistrationRow {
        token_key,
        used: false,
        created,
        mac: None,
        idle_since: None,
    };
    row.mac = Some(pool.sign(&row.signed(client_id)));
    row
}

/// Returns what is kept of the token of a registration, which is good for its client alone.
fn token_key(pool: &Pool, client_id: &str, token: &str) -> String {
    let text = format!("{client_id} {token}");
    hex::encode(pool.key.mac("registration access tokens", text.as_bytes()))
}

/// Returns a pool on the host that was asked.
async fn pool(cx: &Cx<'_>, pool_id: &str) -> std::result::Result<Arc<Pool>, Stop> {
    let pool = cx.cached_pool(pool_id).await?;
    let pool = pool.filter(|pool| cx.is_home_of(pool));
    Ok(pool.ok_or(Refused::NoPool)?)
}

/// Commits what a request asks for.
async fn commit(
    cx: &Cx<'_>,
    pool: &Pool,
    client_id: &str,
    bounds: &Bounds,
    batch: Batch,
) -> std::result::Result<(), Stop> {
    let mut met: Option<Label> = None;
    let done = cx.commit(batch, |label| {
        met = Some(label);
        match label {
            dynamic_clients::REGISTRATION_STALE => Fault::Stale,
            other => resources::clients::conflict(cx, &pool.id, client_id, other),
        }
    });
    let Err(fault) = done.await else {
        return Ok(());
    };
    if met == Some(resources::clients::FULL) {
        return Err(full().into());
    }
    match bounds.reached(cx, pool, met).await? {
        Some(wait) => Err(Refused::TooMany(wait).into()),
        None => Err(fault.into()),
    }
}

/// Returns the answer about a client that this node has just written.
fn announce(cx: &Cx<'_>, client: Client, token: &str) -> Registration {
    let registration = Registration {
        members: answer::members(&client, token),
        client_id: client.id.clone(),
    };
    cx.cache.put_client(&cx.clock, Arc::new(client));
    registration
}
