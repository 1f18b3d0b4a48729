//! What a sign-out needs of a sign-in through a provider of SAML: how the provider names the user and its session.
//!
//! A row stands beside the browser's session that the sign-in began, and stays as long as something that came out of that
//! may live. Names are sealed, and found by MACs.

use cognate_crypto::hash;
use cognate_crypto::seal::Context;
use cognate_federation::saml::logout::LogoutOf;
use cognate_federation::saml::response::Login;
use cognate_store::Batch;
use cognate_store::tables::provider_sessions::{self as table, ProviderSessionRow};
use cognate_store::tables::sessions;
use serde::{Deserialize, Serialize};

use crate::audit;
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::oauth::browser_session::{self, Fresh};
use crate::records::pool::Pool;
use crate::records::provider::Provider;
use crate::signin::At;
use crate::tokens::revoke;

/// Seconds after the browser's session in which a code or a device that it let in may still open a session.
const AFTERWARDS: i64 = 3_600;
/// Sign-ins that are ended in one commit.
const AT_ONCE: i64 = 100;
/// Commits of one request; more sign-ins of one user than this are left for the next one.
const ROUNDS: usize = 50;
/// Seconds in which an answer that was made before a sign-out could still arrive: a sign-in waits for five minutes, and an
/// answer that nobody asked for is taken six minutes after its issue, and fetched five minutes later.
const LATE: i64 = 900;

/// A user's session at a provider.
#[derive(Serialize, Deserialize)]
pub(super) struct AtProvider {
    pub(super) provider_id: String,
    pub(super) name_id: String,
    pub(super) name_format: Option<String>,
    pub(super) name_qualifier: Option<String>,
    pub(super) sp_name_qualifier: Option<String>,
    pub(super) session_index: Option<String>,
}

fn name_key(pool: &Pool, provider: &Provider, name_id: &str) -> String {
    let text = format!("{} {name_id}", provider.id);
    hex::encode(pool.key.mac("names at providers", text.as_bytes()))
}

fn index_key(pool: &Pool, index: &str) -> String {
    hex::encode(pool.key.mac("sessions at providers", index.as_bytes()))
}

fn context<'a>(pool: &'a Pool, session_id: &'a str) -> Context<'a> {
    Context {
        table: "provider_sessions",
        column: "sealed",
        pool: &pool.id,
        row: session_id,
    }
}

/// Adds what a sign-out needs to the batch of a sign-in.
///
/// # Errors
/// None in practice: texts always serialise.
pub(super) fn add(
    cx: &Cx<'_>,
    batch: Batch,
    at: At<'_>,
    provider: &Provider,
    login: &Login,
    user_id: &str,
) -> Result<Batch> {
    let pool = at.pool;
    let session_id = Fresh::of(cx, user_id).name;
    let plain = serde_json::to_vec(&AtProvider {
        provider_id: provider.id.clone(),
        name_id: login.name_id.clone(),
        name_format: login.name_format.clone(),
        name_qualifier: login.name_qualifier.clone(),
        sp_name_qualifier: login.sp_name_qualifier.clone(),
        session_index: login.session_index.clone(),
    })?;
    let index = login.session_index.as_deref();
    let mut row = ProviderSessionRow {
        user_id: user_id.to_owned(),
        name_key: name_key(pool, provider, &login.name_id),
        index_key: index.map_or_else(String::new, |index| index_key(pool, index.trim())),
        sealed: pool.key.seal(&context(pool, &session_id), &plain),
        created: cx.now(),
        session_id,
        mac: None,
    };
    row.mac = Some(pool.sign(&row.signed()));
    let lives = browser_session::lifetime(pool, at.client).saturating_add(AFTERWARDS);
    let expires = cx.now().saturating_add(lives.saturating_mul(SECOND));
    Ok(table::insert(batch, &pool.id, &row, expires))
}

/// Returns the provider's session behind a browser's session; None if it began in another way than by SAML.
///
/// # Errors
/// Faults.
pub(super) async fn of_browser(
    cx: &Cx<'_>,
    pool: &Pool,
    session_id: &str,
) -> Result<Option<AtProvider>> {
    let row = cx
        .store
        .first(table::of_session(&pool.id, session_id))
        .await?;
    let Some(mut row) = row else {
        return Ok(None);
    };
    let row = ProviderSessionRow::read(&mut row)?;
    pool.check(&row.signed(), row.mac.as_deref())?;
    let plain = pool
        .key
        .open(&context(pool, &row.session_id), &row.sealed)?;
    Ok(Some(serde_json::from_slice(plain.expose())?))
}

/// The names under which a sign-out is remembered.
fn marks(provider: &Provider, name_key: &str, indexes: &[String]) -> Vec<String> {
    let mark = |index: &str| format!("saml out {} {name_key} {index}", provider.id);
    match indexes.is_empty() {
        true => vec![mark("")],
        false => indexes.iter().map(|index| mark(index)).collect(),
    }
}

/// True if the provider has ended the session of a login meanwhile: an answer must not outrun the sign-out that was made
/// after it (SAML 2.0 Core section 3.7.3.1). `began`: when the sign-in began here, in microseconds. Whoever signs in anew
/// after a sign-out that names no session gets in.
///
/// # Errors
/// Faults.
pub(super) async fn is_over(
    cx: &Cx<'_>,
    pool: &Pool,
    provider: &Provider,
    login: &Login,
    began: i64,
) -> Result<bool> {
    let name_key = name_key(pool, provider, &login.name_id);
    let mut names = marks(provider, &name_key, &[]);
    if let Some(index) = &login.session_index {
        names.extend(marks(provider, &name_key, &[index_key(pool, index.trim())]));
    }
    let queries: Vec<_> = names
        .iter()
        .map(|name| sessions::remembered(&pool.id, name))
        .collect();
    let found = cx.store.read(&queries).await?;
    for (number, rows) in found.iter().enumerate() {
        let Some(row) = rows.first() else { continue };
        let at = row.int(0)?.saturating_sub(LATE.saturating_mul(SECOND));
        let late = cx.now().saturating_sub(at) <= LATE.saturating_mul(SECOND);
        if late && (number > 0 || began <= at) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The end of a provider's request.
pub(super) enum Ended {
    /// Nothing is left.
    All,
    /// There were too many sign-ins for one request.
    Some,
    /// The request was done before.
    Before,
}

/// Ends the sessions, of browsers and of tokens, that came of sign-ins of a user through a provider: those of the sessions
/// that the request names, or all.
///
/// # Errors
/// Faults.
pub(super) async fn end(
    cx: &Cx<'_>,
    pool: &Pool,
    provider: &Provider,
    logout: &LogoutOf,
) -> Result<Ended> {
    let id = hash::sha256_hex(logout.id.as_bytes());
    let used = format!("saml logout {} {id}", provider.id);
    if cx.memory().get::<()>(&used).is_some() {
        return Ok(Ended::All);
    }
    let known = cx.store.first(sessions::spent(&pool.id, &used)).await?;
    if known.is_some() {
        return Ok(Ended::Before);
    }
    let name_key = name_key(pool, provider, &logout.name_id);
    let named = logout.session_indexes.iter();
    let indexes: Vec<String> = named.map(|index| index_key(pool, index)).collect();
    let which: Vec<Option<&str>> = match indexes.is_empty() {
        true => vec![None],
        false => indexes.iter().map(|index| Some(index.as_str())).collect(),
    };
    // What arrives from now on is too late, before what is there is looked for.
    let until = cx.now().saturating_add(LATE.saturating_mul(SECOND));
    let marks = marks(provider, &name_key, &indexes);
    let remembered = marks.iter().fold(Batch::new(), |batch, mark| {
        sessions::remember(batch, &pool.id, mark, until)
    });
    cx.commit(remembered, |_| Fault::Stale).await?;
    let mut rounds = 0;
    for index in which {
        loop {
            let rows = table::of_name(&cx.store, &pool.id, &name_key, index, AT_ONCE).await?;
            if rows.is_empty() {
                break;
            }
            if rounds == ROUNDS {
                return Ok(Ended::Some);
            }
            rounds += 1;
            let batch = ending(cx, pool, &rows)?;
            cx.commit(batch, |_| Fault::Stale).await?;
        }
    }
    let end = logout.replay_until.saturating_mul(SECOND);
    let batch = sessions::spend(Batch::new(), &pool.id, &used, end);
    // Of two at once the other one has done the work.
    cx.commit(batch, |_| Fault::Stale).await?;
    cx.memory().keep(&used, ());
    Ok(Ended::All)
}

/// Returns the batch that ends what came of some sign-ins, with a row of the audit trail for each user.
fn ending(cx: &Cx<'_>, pool: &Pool, rows: &[ProviderSessionRow]) -> Result<Batch> {
    let mut batch = Batch::new();
    let mut users: Vec<&str> = Vec::new();
    for row in rows {
        pool.check(&row.signed(), row.mac.as_deref())?;
        batch = revoke::everything_of_origin(batch, &pool.id, &row.user_id, &row.session_id);
        if !users.contains(&row.user_id.as_str()) {
            users.push(&row.user_id);
        }
    }
    Ok(users.into_iter().fold(batch, |batch, user_id| {
        audit::record(cx, batch, &pool.id, Some(user_id))
    }))
}
