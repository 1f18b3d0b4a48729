//! The two steps of a sign-in through a provider that pages take: they send the browser there, and take it back.

use cognate_store::Batch;

use crate::audit::Entry;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::oauth::authorization::{Authorization, Cause};
use crate::oauth::hosted::{Finished, OnPage};
use crate::oauth::provider::arrival::{self, Identity};
use crate::oauth::provider::oidc::{self, Pairs, Told};
use crate::oauth::provider::refusal::{self, Refused};
use crate::oauth::provider::request::{self, Browser, Pending};
use crate::resources::providers;
use crate::signin::inbound_federation::Said;

/// Begins a sign-in through a provider of the client: keeps it, and returns the URL to which the browser is sent. `query`:
/// that of the request for the authorization, byte for byte.
///
/// # Errors
/// Faults. A cause for the page for errors.
pub async fn begin(
    cx: &Cx<'_>,
    authorization: &Authorization,
    name: &str,
    query: &str,
    browser: Browser<'_>,
) -> Result<std::result::Result<String, Cause>> {
    let pool = &authorization.pool;
    let provider = match providers::find(cx, pool, name).await {
        Err(Fault::Api(_)) => return Ok(Err(Cause::NoProvider)),
        other => other?,
    };
    let Some(kind) = oidc::kind(&provider) else {
        return Ok(Err(Cause::ProviderNotThere(name.to_owned())));
    };
    let client_id = &authorization.client.id;
    let begun = request::begin(cx, pool, client_id, &provider, query, browser).await?;
    let to = oidc::location(authorization, &provider, kind, browser.base_url, &begun);
    Ok(Ok(to))
}

/// Ends a sign-in with the provider's answer, in the browser that began it. The sign-in is used up first: one answer is
/// read, and what is wrong with it ends it.
///
/// # Errors
/// Faults. [`Refused`] for the client; None if another answer was faster.
pub async fn end(
    cx: &Cx<'_>,
    authorization: &Authorization,
    pending: &Pending,
    answer: &Pairs,
    ending: &OnPage<'_>,
) -> Result<Option<std::result::Result<Finished, Refused>>> {
    let pool = &authorization.pool;
    if !request::take(cx, pool, pending).await? {
        return Ok(None);
    }
    let Some(kind) = oidc::kind(&pending.provider) else {
        return Ok(None);
    };
    let told = oidc::told(cx, pool, pending, kind, answer).await;
    let told: Told = match refusal::settle(told)? {
        Ok(told) => told,
        Err(refused) => return Ok(Some(Err(refused))),
    };
    let identity = Identity {
        provider: &pending.provider,
        subject: &told.subject,
        claims: &told.claims,
        tokens: &told.token_response,
        said: Said::OAuth {
            token_response: Some(&told.token_response),
            id_token: told.id_token.as_ref(),
            user_info: told.user_info.as_ref(),
        },
        once: None,
    };
    let arrived = arrival::sign_in(cx, authorization, &identity, ending).await?;
    Ok(Some(arrived))
}

/// Records a refusal under the id of the request: the check that failed, the provider and the client.
///
/// # Errors
/// Those of the store.
pub async fn record(
    cx: &Cx<'_>,
    pending: &Pending,
    pool_id: &str,
    refused: &Refused,
) -> Result<()> {
    if !cx.refusals.spend(cx.now()) {
        tracing::debug!(request_id = %cx.request_id, "a refused answer of a provider is not recorded: too many");
        return Ok(());
    }
    let detail = format!(
        "{} Identity provider: {:?}. Client: {}.",
        refused.check,
        pending.provider.name,
        pending.client_id()
    );
    let entry = Entry {
        operation: cx.action.name(),
        address: &cx.client_info.ip,
        result: "ProviderRefused",
        request_id: Some(&cx.request_id),
        detail: Some(&detail),
        ..Entry::default()
    };
    let batch = entry.append(Batch::new(), pool_id, cx.now());
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(())
}
