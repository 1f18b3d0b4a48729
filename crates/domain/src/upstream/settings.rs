//! The commands: a pool is put in front of another one, looked at, and left alone again.

use std::collections::BTreeMap;

use cognate_crypto::seal::RootKey;
use cognate_crypto::secret::SecretString;
use cognate_outbound::Outbound;
use cognate_store::tables::{clients, pools, upstream_users, upstreams as table};
use cognate_store::{Batch, CommitError, Store};
use serde::{Deserialize, Serialize};

use crate::audit;
use crate::errors::{self, Fault, Result, invalid_parameter, unconfirmed::upstream as texts};
use crate::records::pool::{Pool, PoolDoc};
use crate::records::upstream::{Flow, Upstream, UpstreamDoc};

/// The times that a change is tried again when somebody changed a row in between.
const TRIES: usize = 5;
/// Sign-ins that a node asks about in a second, unless the operator says otherwise: well within the service's quota of 120
/// for an account, which other applications share (moving.md 4.3).
pub const BUDGET: u32 = 40;
/// The most clients and groups.
const MOST: usize = 1_000;

/// The settings as the operator gives them.
#[derive(Clone, Serialize, Deserialize)]
pub struct Wanted {
    /// The id of the pool there.
    pub user_pool: String,
    /// Where its API answers; None for the service itself.
    pub endpoint: Option<String>,
    /// `iss` of its tokens; None for the endpoint and the pool's id.
    pub issuer: Option<String>,
    /// Our client's id to that of the client there.
    pub clients: BTreeMap<String, String>,
    /// The secrets of clients there, by their ids.
    pub secrets: BTreeMap<String, String>,
    /// Id and secret of an access key there.
    pub access_key: Option<(String, String)>,
    /// How passwords are proven.
    pub flow: Flow,
    /// Groups that its word may put users into.
    pub groups: Vec<String>,
    /// Sign-ins in a second.
    pub budget: u32,
}

impl std::fmt::Debug for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let clients = &self.clients;
        f.debug_struct("Wanted")
            .field("user_pool", &self.user_pool)
            .field("endpoint", &self.endpoint)
            .field("clients", clients)
            .finish_non_exhaustive()
    }
}

/// The settings as they are shown, and how far the users have come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The id of the pool there.
    pub user_pool: String,
    /// Where its API answers.
    pub endpoint: String,
    /// `iss` of its tokens.
    pub issuer: String,
    /// Our client's id to that of the client there.
    pub clients: BTreeMap<String, String>,
    /// True if SRP is relayed: the ids of both pools end alike.
    pub relays_srp: bool,
    /// True if there is an access key.
    pub access_key: bool,
    /// Groups that its word may put users into.
    pub groups: Vec<String>,
    /// Users whose password is here.
    pub moved: i64,
    /// Users who signed in here and whose password is there.
    pub active: i64,
    /// Users without a password here who never signed in here.
    pub unseen: i64,
}

/// Puts a pool in front of another one, or changes how. `now`: the service's time in microseconds. `outbound`: the client
/// of the server, None where a command opened the database itself.
///
/// # Errors
/// ResourceNotFoundException for an unknown pool; InvalidParameterException for settings that cannot be.
pub async fn set(
    store: &Store,
    root: &RootKey,
    now: i64,
    pool: &str,
    wanted: &Wanted,
    outbound: Option<&Outbound>,
) -> Result<Shown> {
    for _ in 0..TRIES {
        let pool = active(store, root, pool).await?;
        let upstream = checked(store, &pool, now, wanted, outbound).await?;
        let doc = PoolDoc {
            upstream: true,
            ..pool.doc.clone()
        };
        let batch = upstream.replace(Batch::new(), &pool)?;
        if commit(store, &pool, doc, batch, ("SetUpstream", now)).await? {
            return shown(store, &pool, &upstream).await;
        }
    }
    Err(Fault::Stale)
}

/// Shows the upstream of a pool; None without one.
///
/// # Errors
/// ResourceNotFoundException for an unknown pool; the store's.
pub async fn status(store: &Store, root: &RootKey, pool: &str) -> Result<Option<Shown>> {
    let pool = active(store, root, pool).await?;
    match Upstream::find(store, &pool).await? {
        Some(upstream) => Ok(Some(shown(store, &pool, &upstream).await?)),
        None => Ok(None),
    }
}

/// Ends the upstream of a pool: it is asked no more, and its secrets are forgotten. Users stay as they are; returns how far
/// they have come.
///
/// # Errors
/// ResourceNotFoundException for an unknown pool; InvalidParameterException for one without an upstream.
pub async fn end(store: &Store, root: &RootKey, now: i64, pool: &str) -> Result<Shown> {
    for _ in 0..TRIES {
        let pool = active(store, root, pool).await?;
        let upstream = Upstream::find(store, &pool).await?;
        let upstream = upstream.ok_or_else(|| invalid_parameter(texts::NONE))?;
        let shown = shown(store, &pool, &upstream).await?;
        let doc = PoolDoc {
            upstream: false,
            ..pool.doc.clone()
        };
        let batch = table::forget(Batch::new(), &pool.id);
        if commit(store, &pool, doc, batch, ("EndUpstream", now)).await? {
            return Ok(shown);
        }
    }
    Err(Fault::Stale)
}

/// Commits a change of the upstream with the pool's row; false if somebody changed that since it was read.
async fn commit(
    store: &Store,
    pool: &Pool,
    doc: PoolDoc,
    batch: Batch,
    (name, now): (&str, i64),
) -> Result<bool> {
    let doc = serde_json::to_string(&doc)?;
    let mac = pool.mac_with(&doc)?;
    let update = pools::update(Batch::new(), &pool.id, pool.ver, &doc, mac, now);
    let batch = audit::command(name, None).append(update.extend(batch), &pool.id, now);
    match store.commit(batch).await {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict(_)) => Ok(false),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}

async fn active(store: &Store, root: &RootKey, id: &str) -> Result<Pool> {
    let pool = Pool::load(store, root, id).await?;
    Ok(pool.ok_or_else(|| errors::pool_not_found(id))?)
}

async fn checked(
    store: &Store,
    pool: &Pool,
    now: i64,
    wanted: &Wanted,
    outbound: Option<&Outbound>,
) -> Result<Upstream> {
    let refuse = |text: String| Err(invalid_parameter(text).into());
    let Some((region, _)) = wanted
        .user_pool
        .split_once('_')
        .filter(|(region, suffix)| is_word(region) && is_word(suffix))
    else {
        return refuse(texts::pool_id(&wanted.user_pool));
    };
    let endpoint = match &wanted.endpoint {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("https://cognito-idp.{region}.amazonaws.com"),
    };
    let issuer = match &wanted.issuer {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("{endpoint}/{}", wanted.user_pool),
    };
    for url in [&endpoint, &issuer] {
        let plain = !url.contains(['?', '#', '@']);
        if !plain || outbound.is_some_and(|outbound| !outbound.may_call(url)) {
            return refuse(texts::url(url));
        }
    }
    if wanted.clients.is_empty() || wanted.clients.len() > MOST || wanted.groups.len() > MOST {
        return refuse(texts::NO_CLIENTS.to_owned());
    }
    for (ours, theirs) in &wanted.clients {
        let row = clients::get(store, ours).await?;
        if row.is_none_or(|row| row.pool_id != pool.id) {
            return refuse(texts::client(ours));
        }
        if !is_word(theirs) {
            return refuse(texts::client(theirs));
        }
    }
    if wanted.budget == 0 {
        return refuse(texts::NO_BUDGET.to_owned());
    }
    for of in wanted.secrets.keys() {
        if !wanted.clients.values().any(|theirs| theirs == of) {
            return refuse(texts::secret(of));
        }
    }
    let mut secrets: BTreeMap<String, SecretString> = wanted
        .secrets
        .iter()
        .map(|(of, secret)| (of.clone(), SecretString::new(secret.clone())))
        .collect();
    let access_key = wanted.access_key.as_ref().map(|(id, secret)| {
        secrets.insert(id.clone(), SecretString::new(secret.clone()));
        id.clone()
    });
    let before = Upstream::find(store, pool).await?;
    Ok(Upstream {
        user_pool: wanted.user_pool.clone(),
        doc: UpstreamDoc {
            endpoint,
            issuer,
            region: region.to_owned(),
            clients: wanted.clients.clone(),
            flow: wanted.flow,
            groups: wanted.groups.clone(),
            access_key,
            budget: wanted.budget,
        },
        secrets,
        created: before.as_ref().map_or(now, |before| before.created),
        modified: now,
        ver: before.map_or(1, |before| before.ver.saturating_add(1)),
    })
}

/// True for the letters, digits and signs of ids.
fn is_word(text: &str) -> bool {
    let of_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.len() <= 128 && text.bytes().all(of_id)
}

async fn shown(store: &Store, pool: &Pool, upstream: &Upstream) -> Result<Shown> {
    let counts = upstream_users::count(store, &pool.id).await?;
    let UpstreamDoc {
        endpoint,
        issuer,
        clients,
        groups,
        access_key,
        ..
    } = upstream.doc.clone();
    Ok(Shown {
        user_pool: upstream.user_pool.clone(),
        endpoint,
        issuer,
        clients,
        relays_srp: upstream.relays_srp(pool),
        access_key: access_key.is_some(),
        groups,
        moved: counts.moved,
        active: counts.active,
        unseen: counts.unseen,
    })
}
