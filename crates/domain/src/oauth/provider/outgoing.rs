//! Messages about sign-outs on their way to a provider, and refusals of those that a provider sends.

use cognate_federation::saml::metadata::Place;
use cognate_federation::saml::posting;
use cognate_federation::saml::request::{Message, redirect};
use cognate_store::Batch;
use cognate_store::tables::identity_providers;

use crate::audit::Entry;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::facts::network::network;
use crate::records::pool::Pool;
use crate::records::provider::Provider;

/// A message on its way to a provider, signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// In a URL, to which the browser goes.
    To(String),
    /// In a form, which the browser posts.
    Form {
        /// The URL.
        action: String,
        /// Names and values.
        fields: Vec<(&'static str, String)>,
    },
}

/// The reason why a provider's message does nothing, in words for the administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The check that failed.
    pub check: String,
    /// The pool, where it is known.
    pub pool_id: String,
}

impl Refused {
    /// Returns a refusal for a check, in words of the middle of a sentence.
    pub fn new(pool_id: &str, check: impl std::fmt::Display) -> Self {
        Self {
            check: format!("The provider's message about a sign-out: {check}."),
            pool_id: pool_id.to_owned(),
        }
    }
}

/// A provider's message that is checked, or the reason why it is not taken.
pub type Checked<T> = std::result::Result<T, Refused>;

/// Returns the provider of an id.
pub(super) async fn of_id(cx: &Cx<'_>, pool: &Pool, provider_id: &str) -> Result<Option<Provider>> {
    let row = identity_providers::by_id(&cx.store, &pool.id, provider_id).await?;
    row.map(|row| Provider::open(pool, row)).transpose()
}

/// A document of ours.
pub(super) enum Document {
    /// A request.
    Request(String),
    /// An answer to a request of the provider's.
    Answer(String),
}

/// Signs a document and returns it in the form in which it goes to the provider.
pub(super) async fn send(
    cx: &Cx<'_>,
    pool: &Pool,
    place: Place,
    document: Document,
    relay: String,
) -> Result<Sent> {
    let signers = cx.cached_signers(pool).await?;
    let sign = move || {
        let message = match &document {
            Document::Request(document) => Message::Request(document),
            Document::Answer(document) => Message::Response(document),
        };
        let key = &signers.id.key;
        match place {
            Place::Redirect(url) => Some(Sent::To(redirect(&url, message, &relay, Some(key)))),
            Place::Post(action) => {
                posting::fields(message, &relay, key).map(|fields| Sent::Form { action, fields })
            }
        }
    };
    let sent = cx.workers.run(sign).await;
    sent.ok_or_else(|| Fault::Internal("a document that is not one of ours".to_owned()))
}

/// Returns a row of the audit trail about a provider's message.
pub(super) fn entry<'a>(cx: &'a Cx<'_>, result: &'a str, detail: &'a str) -> Entry<'a> {
    Entry {
        operation: cx.action.name(),
        address: &cx.client_info.ip,
        result,
        request_id: Some(&cx.request_id),
        detail: Some(detail),
        ..Entry::default()
    }
}

/// Records why a provider's message does nothing, under the id of the request.
///
/// # Errors
/// Those of the store.
pub async fn record_refusal(cx: &Cx<'_>, refused: &Refused) -> Result<()> {
    if !cx.refusals.spend(cx.now(), network(&cx.client_info.ip)) {
        tracing::debug!(request_id = %cx.request_id, "a refused message of a provider is not recorded: too many");
        return Ok(());
    }
    let entry = entry(cx, "ProviderRefused", &refused.check);
    let batch = entry.append(Batch::new(), &refused.pool_id, cx.now());
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(())
}
