//! A sign-in that waits for the answer of an identity provider.
//!
//! The provider's answer names it by a value of 256 random bits, `state` or `RelayState`; the row's key is a MAC of it.
//! Everything that must not be guessed is made from that value by the pool's key, so that no row holds it: the nonce, the
//! verifier of PKCE, and the id of a SAML request. A request is bound to the browser that began it, by a MAC of a cookie,
//! to the host, and to the provider as it was; it is good once and for five minutes. Nobody has signed in when it is kept,
//! so that it is counted for its client and for the address that asks.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use cognate_crypto::seal::Context;
use cognate_crypto::secret::ct_eq;
use cognate_crypto::{hash, random};
use cognate_store::Batch;
use cognate_store::tables::provider_requests::{self as table, RequestRow};
use cognate_store::tables::{guards, identity_providers};
use serde::{Deserialize, Serialize};

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::oauth::waiting::{self, Asker, Bound};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::provider::Provider;

/// The time in which the provider must have answered, in seconds (endpoints.md 4.3).
pub const SECONDS: i64 = 300;
/// The most bytes of a pool's id (the model's UserPoolIdType).
const LONGEST_POOL_ID: usize = 55;
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

/// The browser in which a sign-in runs.
#[derive(Clone, Copy)]
pub struct Browser<'a> {
    /// The value of its cookie for sign-ins through providers.
    pub cookie: &'a str,
    /// The URL of this server as the browser knows it, without a trailing slash.
    pub base_url: &'a str,
}

/// The document of a row.
#[derive(Clone, Serialize, Deserialize)]
struct RequestDoc {
    provider_id: String,
    /// The [`mark`] of the provider.
    provider_mark: String,
    /// The query of the request for an authorization, byte for byte.
    query: String,
    base_url: String,
    /// A MAC of the browser's cookie.
    browser: String,
    /// An answer that arrived in a request without cookies, as its protocol's module keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<serde_json::Value>,
}

/// A sign-in that waits.
pub struct Pending {
    key: String,
    handle: String,
    row: RequestRow,
    doc: RequestDoc,
    /// The provider, unchanged since the sign-in began.
    pub provider: Provider,
}

impl Pending {
    /// Returns the key of the row, which tells sign-ins apart and is no secret.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Returns when the sign-in began, in microseconds.
    pub(super) fn created(&self) -> i64 {
        self.row.created
    }

    /// Returns the client that the user signs in to.
    pub fn client_id(&self) -> &str {
        &self.row.client_id
    }

    /// Returns the query of the request for an authorization, byte for byte.
    pub fn query(&self) -> &str {
        &self.doc.query
    }

    /// Returns the URL of this server under which the sign-in began.
    pub fn base_url(&self) -> &str {
        &self.doc.base_url
    }

    /// Returns the answer that was kept.
    pub fn kept_answer(&self) -> Option<&serde_json::Value> {
        self.doc.answer.as_ref()
    }

    /// Returns the only thing that opens an answer which was sealed for this request.
    pub(super) fn context<'a>(&'a self, pool: &'a Pool) -> Context<'a> {
        Context {
            table: "provider_requests",
            column: "answer",
            pool: &pool.id,
            row: &self.key,
        }
    }

    /// Returns what belongs to the request and is in no row.
    pub fn secrets(&self, pool: &Pool) -> Secrets {
        Secrets::of(pool, &self.handle)
    }

    /// True if this is the browser that began the sign-in.
    pub fn is_of(&self, pool: &Pool, browser: Browser<'_>) -> bool {
        let mac = browser_mac(pool, browser.cookie);
        ct_eq(mac.as_bytes(), self.doc.browser.as_bytes()) && self.doc.base_url == browser.base_url
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
    let random = cx.memory().once("provider request", random::handle);
    let handle = format!("{}.{random}", pool.id);
    let key = key(pool, &handle);
    let doc = RequestDoc {
        provider_id: provider.id.clone(),
        provider_mark: mark(provider)?,
        query: query.to_owned(),
        base_url: browser.base_url.to_owned(),
        browser: browser_mac(pool, browser.cookie),
        answer: None,
    };
    let mut row = RequestRow {
        client_id: client.id.clone(),
        answered: false,
        doc: serde_json::to_string(&doc)?,
        created: cx.now(),
        expires: cx.now().saturating_add(SECONDS * SECOND),
        mac: None,
    };
    row.mac = Some(pool.sign(&row.signed(&key)));
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = guards::require_provider_exists(batch, &pool.id, &provider.id);
    let batch = BOUND.count(cx, batch, (pool, client), SECONDS * SECOND);
    let batch = table::insert(batch, &pool.id, &key, &row);
    cx.commit(batch, |label| {
        let refused = waiting::refused(label);
        if matches!(refused, Fault::Stale) {
            cx.cache.forget(&pool.id, Some(&client.id));
        }
        refused
    })
    .await?;
    Ok(Begun {
        secrets: Secrets::of(pool, &handle),
        handle,
    })
}

/// Returns the pool that a handle names, where it has the form of one.
pub fn pool_of(handle: &str) -> Option<&str> {
    let (pool_id, random) = handle.split_once('.')?;
    let names = !pool_id.is_empty() && pool_id.len() <= LONGEST_POOL_ID;
    (random::is_handle(random) && names).then_some(pool_id)
}

/// Returns the sign-in behind a handle; None for one that is unknown, over or used, and for a provider that was changed
/// since.
///
/// # Errors
/// Faults.
pub async fn find(cx: &Cx<'_>, pool: &Pool, handle: &str) -> Result<Option<Pending>> {
    if pool_of(handle) != Some(&pool.id) {
        return Ok(None);
    }
    let key = key(pool, handle);
    let row = table::live(&cx.store, &pool.id, &key, cx.now()).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    pool.check(&row.signed(&key), row.mac.as_deref())?;
    let doc: RequestDoc = serde_json::from_str(&row.doc)?;
    let provider = identity_providers::by_id(&cx.store, &pool.id, &doc.provider_id).await?;
    let Some(provider) = provider.map(|row| Provider::open(pool, row)).transpose()? else {
        return Ok(None);
    };
    let same = mark(&provider)? == doc.provider_mark;
    Ok(same.then(|| Pending {
        key,
        handle: handle.to_owned(),
        row,
        doc,
        provider,
    }))
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
    let doc = RequestDoc {
        answer: Some(answer),
        ..pending.doc.clone()
    };
    let mut row = RequestRow {
        answered: true,
        doc: serde_json::to_string(&doc)?,
        ..pending.row.clone()
    };
    row.mac = Some(pool.sign(&row.signed(&pending.key)));
    cx.wins(table::answer(Batch::new(), &pool.id, &pending.key, &row))
        .await
}

/// Uses up a request. False if another one was faster.
///
/// # Errors
/// Faults.
pub async fn take(cx: &Cx<'_>, pool: &Pool, pending: &Pending) -> Result<bool> {
    let name = format!("provider request {}", pending.key);
    if cx.memory().get::<()>(&name).is_some() {
        return Ok(true);
    }
    let answered = pending.row.answered;
    let taken = cx
        .wins(table::take(Batch::new(), &pool.id, &pending.key, answered))
        .await?;
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

fn key(pool: &Pool, handle: &str) -> String {
    hex::encode(pool.key.mac("provider requests", handle.as_bytes()))
}

pub(super) fn browser_mac(pool: &Pool, cookie: &str) -> String {
    hex::encode(pool.key.mac("provider browsers", cookie.as_bytes()))
}
