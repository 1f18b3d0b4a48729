//! The question that is asked at a first sign-in under the policy `verified-email`: does the visitor have an account here?
//! (decision 015)
//!
//! What the provider said is kept, sealed, under a MAC of 256 random bits that only the browser has, until the question is
//! answered: once, and within 15 minutes. Nothing is looked up before it is asked: everybody whose provider gives a
//! verified address is asked, whoever has that address here.

use cognate_crypto::random;
use cognate_crypto::seal::Context;
use cognate_crypto::secret::SecretBytes;
use cognate_federation::saml::response::Login;
use cognate_store::tables::link_offers::{self as table, OfferRow};
use cognate_store::tables::{guards, identity_providers, sessions};
use cognate_store::{Batch, CommitError};
use serde::{Deserialize, Serialize};

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::federation::address;
use crate::oauth::authorization::{Authorization, COGNITO};
use crate::oauth::provider::refusal::{Refused, Stop};
use crate::oauth::provider::request::mark;
use crate::records::assurance::Level;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::provider::{Linking, Provider};
use crate::signin::inbound_federation::{Claims, Said};

/// The time for the answer, in seconds: that of several steps of a sign-in.
pub const SECONDS: i64 = 900;
/// The most bytes that are kept of what a provider said, so that nobody fills the database by it. An ordinary answer has a
/// few kilobytes.
const LONGEST: usize = 128 << 10;

/// What a provider said of a user who is asked.
#[derive(Serialize, Deserialize)]
pub(super) struct Told {
    /// The provider's name of the user.
    pub(super) subject: String,
    /// The address that the provider vouches for.
    pub(super) address: String,
    /// The claims of all documents, merged.
    pub(super) claims: Claims,
    /// The answer of the token endpoint; empty for SAML.
    pub(super) tokens: Claims,
    /// The documents of a provider of OAuth; None for SAML, whose one document are the claims.
    pub(super) documents: Option<Documents>,
    /// The login, of SAML.
    #[serde(default)]
    pub(super) login: Option<Login>,
    /// How surely the provider knew the user, where it says that.
    #[serde(default)]
    pub(super) level: Option<Level>,
    /// The mark of the provider, whose word it is.
    mark: String,
}

/// The documents of a provider of OAuth.
#[derive(Serialize, Deserialize)]
pub(super) struct Documents {
    token_response: Option<Claims>,
    id_token: Option<Claims>,
    user_info: Option<Claims>,
}

impl Documents {
    fn of(said: Said<'_>) -> Option<Self> {
        match said {
            Said::Saml(_) => None,
            Said::OAuth {
                token_response,
                id_token,
                user_info,
            } => Some(Self {
                token_response: token_response.cloned(),
                id_token: id_token.cloned(),
                user_info: user_info.cloned(),
            }),
        }
    }
}

impl Told {
    /// Returns what was said, for the function of the pool.
    pub(super) fn said(&self) -> Said<'_> {
        match &self.documents {
            None => Said::Saml(&self.claims),
            Some(documents) => Said::OAuth {
                token_response: documents.token_response.as_ref(),
                id_token: documents.id_token.as_ref(),
                user_info: documents.user_info.as_ref(),
            },
        }
    }
}

/// A question that was not answered yet.
pub struct Offer {
    pub(super) key: String,
    pub(super) told: Told,
    /// The provider, unchanged in what matters.
    pub provider: Provider,
}

impl Offer {
    /// Returns the address that the provider vouches for.
    pub fn address(&self) -> &str {
        &self.told.address
    }
}

/// What a question is asked about.
pub(super) struct About<'a> {
    pub(super) provider: &'a Provider,
    pub(super) subject: &'a str,
    pub(super) claims: &'a Claims,
    pub(super) tokens: &'a Claims,
    pub(super) said: Said<'a>,
    pub(super) login: Option<&'a Login>,
    pub(super) level: Option<Level>,
    /// What must not be used a second time, and until when it could be, in microseconds.
    pub(super) once: Option<(&'a str, i64)>,
}

/// Asks, where the policy and the provider's word give a reason to: returns the handle for the browser.
///
/// # Errors
/// Faults. A refusal for an answer of the provider that was used before.
pub(super) async fn ask(
    cx: &Cx<'_>,
    authorization: &Authorization,
    about: &About<'_>,
) -> std::result::Result<Option<String>, Stop> {
    let (pool, client) = (&*authorization.pool, &authorization.client);
    let provider = about.provider;
    let said = address::said(provider, about.claims).filter(|said| said.verified);
    let (Some(said), true) = (said, has_own_users(client)) else {
        return Ok(None);
    };
    let handle = cx.memory().once("link offer", random::handle);
    let key = key(pool, &handle);
    let told = Told {
        subject: about.subject.to_owned(),
        address: said.address,
        claims: about.claims.clone(),
        tokens: about.tokens.clone(),
        documents: Documents::of(about.said),
        login: about.login.cloned(),
        level: about.level,
        mark: mark(provider)?,
    };
    let plain = SecretBytes::new(serde_json::to_vec(&told)?);
    if plain.expose().len() > LONGEST {
        tracing::warn!(
            pool = pool.id,
            provider = provider.name,
            "a provider says too much to ask its user"
        );
        return Ok(None);
    }
    let mut row = OfferRow {
        provider_id: provider.id.clone(),
        client_id: client.id.clone(),
        sealed: pool.key.seal(&context(pool, &key), plain.expose()),
        created: cx.now(),
        expires: cx.now().saturating_add(SECONDS * SECOND),
        mac: None,
    };
    row.mac = Some(pool.sign(&row.signed(&key)));
    let batch = guards::require_pool_active_now(Batch::new(), &pool.id);
    let batch = guards::require_provider_exists_now(batch, &pool.id, &provider.id);
    let batch = table::insert(batch, &pool.id, &key, &row);
    settle(cx, spend(batch, pool, about.once)).await?;
    Ok(Some(handle))
}

/// Uses up what must not be used a second time.
pub(super) fn spend(batch: Batch, pool: &Pool, once: Option<(&str, i64)>) -> Batch {
    match once {
        Some((name, until)) => sessions::spend(batch, &pool.id, name, until),
        None => batch,
    }
}

/// Commits what keeps an answer of a provider for later.
pub(super) async fn settle(cx: &Cx<'_>, batch: Batch) -> std::result::Result<(), Stop> {
    match cx.store.commit(batch).await {
        Ok(_) => Ok(()),
        Err(CommitError::Conflict(sessions::SPENT)) => Err(Refused::answer_used().into()),
        Err(CommitError::Conflict(_)) => Err(Fault::Stale.into()),
        Err(error) => Err(Fault::Internal(format!("commit: {error}")).into()),
    }
}

/// Returns the question behind a handle; None for one that is unknown, over or answered, of another client, and where the
/// provider or its policy was changed since.
///
/// # Errors
/// Faults.
pub async fn find(
    cx: &Cx<'_>,
    authorization: &Authorization,
    handle: &str,
) -> Result<Option<Offer>> {
    let pool = &authorization.pool;
    let key = key(pool, handle);
    let row = cx
        .store
        .first(table::live(&pool.id, &key, cx.now()))
        .await?;
    let Some(mut row) = row else {
        return Ok(None);
    };
    let row = OfferRow::read(&mut row)?;
    pool.check(&row.signed(&key), row.mac.as_deref())?;
    let provider = identity_providers::by_id(&cx.store, &pool.id, &row.provider_id).await?;
    let Some(provider) = provider.map(|row| Provider::open(pool, row)).transpose()? else {
        return Ok(None);
    };
    let plain = pool.key.open(&context(pool, &key), &row.sealed)?;
    let told: Told = serde_json::from_slice(plain.expose())?;
    let counts = row.client_id == authorization.client.id
        && provider.doc.linking == Linking::VerifiedEmail
        && mark(&provider)? == told.mark;
    Ok(counts.then_some(Offer {
        key,
        told,
        provider,
    }))
}

/// Uses up a question. False if another request was faster.
///
/// # Errors
/// Faults.
pub(super) async fn take(cx: &Cx<'_>, pool: &Pool, offer: &Offer) -> Result<bool> {
    let batch = table::take(Batch::new(), &pool.id, &offer.key);
    match cx.store.commit(batch).await {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict(_)) => Ok(false),
        Err(error) => Err(Fault::Internal(format!("commit: {error}"))),
    }
}

/// True if users of the pool's own may sign in to the client: without them nothing could be proven.
fn has_own_users(client: &Client) -> bool {
    let listed = client.doc.supported_identity_providers.as_deref();
    listed.is_none_or(|names| names.iter().any(|name| name == COGNITO))
}

fn key(pool: &Pool, handle: &str) -> String {
    hex::encode(pool.key.mac("link offers", handle.as_bytes()))
}

fn context<'a>(pool: &'a Pool, key: &'a str) -> Context<'a> {
    Context {
        table: "link_offers",
        column: "sealed",
        pool: &pool.id,
        row: key,
    }
}
