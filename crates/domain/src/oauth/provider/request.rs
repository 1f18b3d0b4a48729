//! A sign-in that waits for the answer of an identity provider.
//!
//! Everything that must not be guessed is made from its handle by the pool's key, so that no row holds it: the nonce, the
//! verifier of PKCE, and the id of a SAML request. A request is bound to the provider as it was, too. Nobody has signed in
//! when it is kept, so that it is counted for its client and for the address that asks.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use cognate_crypto::seal::Context;
use cognate_crypto::{hash, random};
use cognate_store::Batch;
use cognate_store::tables::{guards, identity_providers};
use serde::{Deserialize, Serialize};

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::oauth::provider::kept::{BoundTo, Browser, Kept, Kind, SECONDS};
use crate::oauth::waiting::{self, Asker, Bound};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::provider::Provider;

/// The details of a provider by which its answers are judged, but for those of SAML metadata.
const MARKED: [&str; 6] = [
    "client_id",
    "oidc_issuer",
    "authorize_url",
    "token_url",
    "attributes_url",
    "jwks_uri",
];
/// The sign-ins in a time as long as one is good: 120 a second, as the service lets users sign in. The people of a company
/// may all come from one address.
const BOUND: Bound = Bound::new(
    Asker::Browser,
    ("provider sign-ins", 36_000),
    ("provider sign-ins by address", 1_000),
);

/// The document of a row.
#[derive(Clone, Serialize, Deserialize)]
struct RequestDoc {
    provider_id: String,
    /// The [`mark`] of the provider.
    provider_mark: String,
    /// The query of the request for an authorization, byte for byte.
    query: String,
    #[serde(flatten)]
    host: BoundTo,
    /// An answer that arrived in a request without cookies, as its protocol's module keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<serde_json::Value>,
}

impl Kind for RequestDoc {
    const PURPOSE: &'static str = "provider requests";
}

/// A sign-in that waits.
pub struct Pending {
    kept: Kept<RequestDoc>,
    /// The provider, unchanged since the sign-in began.
    pub provider: Provider,
}

impl Pending {
    /// Returns the key of the row, which tells sign-ins apart and is no secret.
    pub(super) fn key(&self) -> &str {
        &self.kept.key
    }

    /// Returns when the sign-in began, in microseconds.
    pub(super) fn created(&self) -> i64 {
        self.kept.row.created
    }

    /// Returns the client that the user signs in to.
    pub fn client_id(&self) -> &str {
        &self.kept.row.client_id
    }

    /// Returns the query of the request for an authorization, byte for byte.
    pub fn query(&self) -> &str {
        &self.kept.doc.query
    }

    /// Returns the URL of this server under which the sign-in began.
    pub fn base_url(&self) -> &str {
        &self.kept.doc.host.base_url
    }

    /// Returns the answer that was kept.
    pub fn kept_answer(&self) -> Option<&serde_json::Value> {
        self.kept.doc.answer.as_ref()
    }

    /// Returns the only thing that opens an answer which was sealed for this request.
    pub(super) fn context<'a>(&'a self, pool: &'a Pool) -> Context<'a> {
        Context {
            table: "provider_requests",
            column: "answer",
            pool: &pool.id,
            row: &self.kept.key,
        }
    }

    /// Returns what belongs to the request and is in no row.
    pub fn secrets(&self, pool: &Pool) -> Secrets {
        Secrets::of(pool, &self.kept.handle)
    }

    /// True if this is the browser that began the sign-in.
    pub fn is_of(&self, pool: &Pool, browser: Browser<'_>) -> bool {
        self.kept.doc.host.is(pool, browser)
    }
}

/// Values that belong to a request, made from its handle.
pub struct Secrets {
    /// `nonce` of an OpenID provider.
    pub nonce: String,
    /// The verifier of PKCE.
    pub verifier: String,
    /// The id of a SAML request: `_` and a UUID (endpoints.md 4.4), since an XML ID does not begin with a digit.
    pub request_id: String,
}

impl Secrets {
    fn of(pool: &Pool, handle: &str) -> Self {
        let make = |purpose: &str| pool.key.mac(purpose, handle.as_bytes());
        let mut id = [0; 16];
        for (to, from) in id.iter_mut().zip(make("provider request id")) {
            *to = from;
        }
        Self {
            nonce: BASE64URL.encode(make("provider nonce")),
            verifier: BASE64URL.encode(make("provider verifier")),
            request_id: format!("_{}", random::uuid_of(id)),
        }
    }
}

/// A sign-in that was begun.
pub struct Begun {
    /// `state` or `RelayState`.
    pub handle: String,
    /// The values that belong to it.
    pub secrets: Secrets,
}

/// Keeps a sign-in. `query`: that of the request for an authorization of the client.
///
/// # Errors
/// Faults. LimitExceededException for a client, or an address, that begins too many.
pub async fn begin(
    cx: &Cx<'_>,
    (pool, client): (&Pool, &Client),
    provider: &Provider,
    query: &str,
    browser: Browser<'_>,
) -> Result<Begun> {
    let doc = RequestDoc {
        provider_id: provider.id.clone(),
        provider_mark: mark(provider)?,
        query: query.to_owned(),
        host: BoundTo::to(pool, browser),
        answer: None,
    };
    let kept = Kept::begin(cx, pool, &client.id, doc)?;
    let batch = guards::require_pool_active_now(Batch::new(), &pool.id);
    let batch = guards::require_provider_exists_now(batch, &pool.id, &provider.id);
    let batch = BOUND.count(cx, batch, (pool, client), SECONDS * SECOND);
    let batch = kept.insert(batch, pool);
    cx.commit(batch, |label| {
        let refused = waiting::refused(label);
        if matches!(refused, Fault::Stale) {
            cx.cache.forget(&pool.id, Some(&client.id));
        }
        refused
    })
    .await?;
    Ok(Begun {
        secrets: Secrets::of(pool, &kept.handle),
        handle: kept.handle,
    })
}

/// Returns the sign-in behind a handle; None for one that is unknown, over or used, and for a provider that was changed
/// since.
///
/// # Errors
/// Faults.
pub async fn find(cx: &Cx<'_>, pool: &Pool, handle: &str) -> Result<Option<Pending>> {
    let Some(kept) = Kept::<RequestDoc>::find(cx, pool, handle).await? else {
        return Ok(None);
    };
    let provider = identity_providers::by_id(&cx.store, &pool.id, &kept.doc.provider_id).await?;
    let Some(provider) = provider.map(|row| Provider::open(pool, row)).transpose()? else {
        return Ok(None);
    };
    let same = mark(&provider)? == kept.doc.provider_mark;
    Ok(same.then_some(Pending { kept, provider }))
}

/// Keeps an answer until its browser fetches it, within the time that the request has left. False if the request was answered
/// meanwhile.
///
/// # Errors
/// Faults.
pub async fn keep_answer(
    cx: &Cx<'_>,
    pool: &Pool,
    pending: &Pending,
    answer: serde_json::Value,
) -> Result<bool> {
    let kept = &pending.kept;
    let doc = RequestDoc {
        answer: Some(answer),
        ..kept.doc.clone()
    };
    kept.answer(cx, pool, &doc).await
}

/// Uses up a request. False if another one was faster.
///
/// # Errors
/// Faults.
pub async fn take(cx: &Cx<'_>, pool: &Pool, pending: &Pending) -> Result<bool> {
    let name = format!("provider request {}", pending.kept.key);
    if cx.memory().get::<()>(&name).is_some() {
        return Ok(true);
    }
    let taken = cx.wins(pending.kept.take(Batch::new(), pool)).await?;
    if taken {
        cx.memory().keep(&name, ());
    }
    Ok(taken)
}

/// Returns a digest of what must not change between request and answer. Keys and certificates may: providers renew them.
pub(super) fn mark(provider: &Provider) -> Result<String> {
    let doc = &provider.doc;
    let details: Vec<_> = MARKED.iter().map(|name| doc.details.get(*name)).collect();
    let entity = doc.metadata.as_ref().map(|metadata| &metadata.entity_id);
    let text = serde_json::to_vec(&(doc.kind, details, entity))?;
    Ok(hash::sha256_hex(&text))
}
