//! The policy of a provider about users of the pool's own, and the first sign-ins that wait for an administrator
//! (decision 015). Neither is part of the API; commands show and change them.

use cognate_crypto::seal::RootKey;
use cognate_store::tables::link_requests::{self as table, DENIED, RequestRow};
use cognate_store::tables::{guards, identity_providers};
use cognate_store::{Batch, CommitError, Label, Store};
use serde::{Deserialize, Serialize};

use crate::audit::{self, DONE, Entry};
use crate::clock::SECOND;
use crate::errors::{self, Fault, Result, invalid_parameter};
use crate::records::pool::Pool;
use crate::records::provider::{Linking, Provider};
use crate::records::user::User;
use crate::resources::providers::links::{self, SUBJECT, Source};

/// The time for which a request waits, and for which a refusal is remembered, in microseconds: 30 days.
pub const KEPT: i64 = 30 * 86_400 * SECOND;
/// The most requests of a listing.
pub const MOST_LINES: i64 = 500;
/// The times that a change is tried again when somebody changed a row in between.
const TRIES: usize = 5;
/// The length of an id in hexadecimal digits.
const ID: usize = 20;

/// What is known of a first sign-in that waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestDoc {
    /// The provider's name of the user.
    pub subject: String,
    /// The address that the provider gave.
    pub address: Option<String>,
    /// True if the provider said that the address is the user's.
    pub verified: bool,
    /// The client that the user signed in to.
    pub client_id: String,
}

/// Returns the id of the request of an identity: the same for each of its sign-ins, and nobody's guess.
#[must_use]
pub fn request_id(pool: &Pool, provider_id: &str, subject: &str) -> String {
    let named = format!("{provider_id}\0{subject}");
    let mut id = hex::encode(pool.key.mac("link requests", named.as_bytes()));
    id.truncate(ID);
    id
}

/// Returns a request that is alive.
///
/// # Errors
/// The store's; an internal fault for a row that is not signed.
pub async fn find(store: &Store, pool: &Pool, id: &str, now: i64) -> Result<Option<RequestRow>> {
    let Some(mut row) = store.first(table::live(&pool.id, id, now)).await? else {
        return Ok(None);
    };
    let row = RequestRow::read(&mut row)?;
    pool.check(&row.signed(), row.mac.as_deref())?;
    Ok(Some(row))
}

/// Returns the policy of a provider.
///
/// # Errors
/// ResourceNotFoundException for an unknown pool or provider.
pub async fn policy(store: &Store, root: &RootKey, pool: &str, name: &str) -> Result<Linking> {
    let pool = active(store, root, pool).await?;
    Ok(provider(store, &pool, name).await?.doc.linking)
}

/// Sets the policy of a provider, with an audit row. `now`: the service's time in microseconds.
///
/// # Errors
/// As [`policy`].
pub async fn set_policy(
    store: &Store,
    root: &RootKey,
    now: i64,
    (pool, name): (&str, &str),
    policy: Linking,
) -> Result<()> {
    for _ in 0..TRIES {
        let pool = active(store, root, pool).await?;
        let mut changed = provider(store, &pool, name).await?;
        changed.doc.linking = policy;
        let batch = guards::require_pool_active(Batch::new(), &pool.id);
        let batch = identity_providers::update(batch, &pool.id, &changed.to_row(&pool)?);
        let detail = format!("{name} {}", policy.name());
        let done = audit::command("SetLinkingPolicy", Some(&detail));
        if commit(store, done.append(batch, &pool.id, now))
            .await?
            .is_ok()
        {
            return Ok(());
        }
    }
    Err(Fault::Stale)
}

/// A request as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The id by which it is decided.
    pub id: String,
    /// The provider's name.
    pub provider: String,
    /// The provider's name of the user.
    pub subject: String,
    /// The address that the provider gave.
    pub address: Option<String>,
    /// True if the provider said that the address is the user's.
    pub verified: bool,
    /// The name of the user to whom an approval links, if it names none: the one who has the address.
    pub user: Option<String>,
    /// Microseconds.
    pub created: i64,
}

/// Lists requests that wait, the oldest first: at most [`MOST_LINES`] after the id and the time of a line.
///
/// # Errors
/// ResourceNotFoundException for an unknown pool; the store's.
pub async fn list(
    store: &Store,
    root: &RootKey,
    now: i64,
    pool: &str,
    after: (i64, &str),
) -> Result<Vec<Line>> {
    let pool = active(store, root, pool).await?;
    let rows = table::waiting(store, &pool.id, now, after, MOST_LINES).await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        pool.check(&row.signed(), row.mac.as_deref())?;
        let doc: RequestDoc = serde_json::from_str(&row.doc)?;
        let Some(provider) = by_id(store, &pool, &row.provider_id).await? else {
            continue;
        };
        let user = proposed(store, &pool, &doc).await?;
        lines.push(Line {
            id: row.request_id,
            provider: provider.name,
            subject: doc.subject,
            address: doc.address,
            verified: doc.verified,
            user: user.map(|user| user.username),
            created: row.created,
        });
    }
    Ok(lines)
}

/// Approves a request: from now on the identity signs in as the user of the name, or as the one whose address it has.
/// Returns the user's name.
///
/// # Errors
/// ResourceNotFoundException for an unknown pool or request; InvalidParameterException where there is no such user, or the
/// identity has a user already; LimitExceededException for a user with as many links as there may be.
pub async fn approve(
    store: &Store,
    root: &RootKey,
    now: i64,
    (pool, id): (&str, &str),
    name: Option<&str>,
) -> Result<String> {
    for _ in 0..TRIES {
        let pool = active(store, root, pool).await?;
        let row = waiting(store, &pool, id, now).await?;
        let doc: RequestDoc = serde_json::from_str(&row.doc)?;
        let provider = by_id(store, &pool, &row.provider_id).await?;
        let provider = provider.ok_or_else(|| unknown_request(id))?;
        let user = match name {
            Some(name) => User::find(store, &pool, name).await?,
            None => proposed(store, &pool, &doc).await?,
        };
        let user = user.ok_or_else(|| match name {
            Some(_) => errors::user_not_found(),
            None => invalid_parameter(
                "No user of the pool's own has the address alone, verified: name the user, or deny the request.",
            ),
        })?;
        if !links::is_native(&user)? {
            return Err(invalid_parameter("The user came through a provider.").into());
        }
        let source = Source {
            provider: &provider,
            attribute: SUBJECT,
            value: &doc.subject,
        };
        if links::owner(store, &pool, &provider, &source.key())
            .await?
            .is_some()
        {
            return Err(invalid_parameter("The identity has a user already.").into());
        }
        let batch = table::take(Batch::new(), &pool.id, id);
        let batch = guards::require_provider_exists(batch, &pool.id, &provider.id);
        let batch = source.link(store, &pool, &user, now, batch).await?;
        let done = decided("ApproveLink", &provider, id);
        let entry = Entry {
            user: Some(&user.id),
            ..audit::command(done.0, Some(&done.1))
        };
        if commit(store, entry.append(batch, &pool.id, now))
            .await?
            .is_ok()
        {
            return Ok(user.username);
        }
    }
    Err(Fault::Stale)
}

/// Denies a request: the identity gets a user of its own at its next sign-in, as under [`Linking::Never`]. The policy is
/// about links; who may sign in at all is for the provider and PreSignUp to say.
///
/// # Errors
/// ResourceNotFoundException for an unknown pool or request.
pub async fn deny(store: &Store, root: &RootKey, now: i64, (pool, id): (&str, &str)) -> Result<()> {
    for _ in 0..TRIES {
        let pool = active(store, root, pool).await?;
        let row = waiting(store, &pool, id, now).await?;
        let provider = by_id(store, &pool, &row.provider_id).await?;
        let provider = provider.ok_or_else(|| unknown_request(id))?;
        let mut after = RequestRow {
            state: DENIED,
            expires: now.saturating_add(KEPT),
            ..row
        };
        after.mac = Some(pool.sign(&after.signed()));
        let batch = guards::require_pool_active(Batch::new(), &pool.id);
        let batch = table::decide(batch, &pool.id, &after);
        let done = decided("DenyLink", &provider, id);
        let entry = audit::command(done.0, Some(&done.1));
        if commit(store, entry.append(batch, &pool.id, now))
            .await?
            .is_ok()
        {
            return Ok(());
        }
    }
    Err(Fault::Stale)
}

/// Returns the audit row of a link that the user's proof made.
#[must_use]
pub fn linked<'a>(user_id: &'a str, detail: &'a str) -> Entry<'a> {
    Entry {
        operation: "LinkByProof",
        user: Some(user_id),
        result: DONE,
        detail: Some(detail),
        ..Entry::default()
    }
}

fn decided(name: &'static str, provider: &Provider, id: &str) -> (&'static str, String) {
    (name, format!("{} {id}", provider.name))
}

/// Returns the user whom the address of a request names. The administrator decides, so that a word of the provider is not
/// needed.
async fn proposed(store: &Store, pool: &Pool, doc: &RequestDoc) -> Result<Option<User>> {
    match &doc.address {
        Some(address) => links::holder(store, pool, address).await,
        None => Ok(None),
    }
}

async fn waiting(store: &Store, pool: &Pool, id: &str, now: i64) -> Result<RequestRow> {
    let row = find(store, pool, id, now).await?;
    let row = row.filter(|row| row.state == table::WAITING);
    Ok(row.ok_or_else(|| unknown_request(id))?)
}

fn unknown_request(id: &str) -> errors::ApiError {
    let text = format!("No request {id} waits.");
    errors::api(errors::ErrorCode::ResourceNotFound, text)
}

async fn active(store: &Store, root: &RootKey, id: &str) -> Result<Pool> {
    let pool = Pool::load(store, root, id).await?;
    Ok(pool.ok_or_else(|| errors::pool_not_found(id))?)
}

async fn provider(store: &Store, pool: &Pool, name: &str) -> Result<Provider> {
    let row = identity_providers::get(store, &pool.id, name).await?;
    Provider::open(
        pool,
        row.ok_or_else(|| errors::providers::provider_not_found(name))?,
    )
}

async fn by_id(store: &Store, pool: &Pool, id: &str) -> Result<Option<Provider>> {
    let row = identity_providers::by_id(store, &pool.id, id).await?;
    row.map(|row| Provider::open(pool, row)).transpose()
}

/// Commits a batch; the label of a requirement that is not met.
async fn commit(store: &Store, batch: Batch) -> Result<std::result::Result<(), Label>> {
    match store.commit(batch).await {
        Ok(_) => Ok(Ok(())),
        Err(CommitError::Conflict(guards::POOL_PAUSED)) => {
            Err(errors::recovery::writes_paused().into())
        }
        Err(CommitError::Conflict(label)) => Ok(Err(label)),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}
