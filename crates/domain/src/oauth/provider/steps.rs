//! The steps of a sign-in through a provider that pages take: they send the browser there, keep what comes without its
//! cookie, and take it back.

use cognate_federation::saml::refused::Refused as BadAnswer;
use cognate_shapes::IdentityProviderTypeType as T;

use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::oauth::authorization::{Authorization, COGNITO, Cause};
use crate::oauth::hosted::OnPage;
use crate::oauth::provider::arrival::{self, Arrived, Identity};
use crate::oauth::provider::explain;
use crate::oauth::provider::kept::Browser;
use crate::oauth::provider::oidc::{self, Pairs, Told};
use crate::oauth::provider::refusal::{self, Refused};
use crate::oauth::provider::request::{self, Pending};
use crate::oauth::provider::saml::{self, Posted};
use crate::oauth::provider::sessions;
use crate::records::pool::Pool;
use crate::resources::providers;
use crate::signin::inbound_federation::{Claims, Said};

/// Begins a sign-in through a provider of the client: keeps it, and returns the URL to which the browser is sent. `query`:
/// that of the request for the authorization, byte for byte.
///
/// # Errors
/// Those of [`request::begin`]. A cause for the page for errors.
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
    let of = (&**pool, &*authorization.client);
    let begun = request::begin(cx, of, &provider, query, browser).await?;
    let base_url = browser.base_url;
    Ok(Ok(match oidc::kind(&provider) {
        Some(kind) => oidc::location(authorization, &provider, kind, base_url, &begun),
        None => saml::location(cx, authorization, &provider, base_url, &begun).await?,
    }))
}

/// Keeps an answer that a provider of OAuth posted until the browser fetches it. False if another answer was faster.
///
/// # Errors
/// Faults.
pub async fn keep(cx: &Cx<'_>, pool: &Pool, pending: &Pending, answer: &Pairs) -> Result<bool> {
    request::keep_answer(cx, pool, pending, serde_json::to_value(answer)?).await
}

/// Checks an answer that a provider of SAML posted, and keeps what it says, or why it is refused, until the browser
/// fetches it. `posted`: SAMLResponse. False if another answer was faster.
///
/// # Errors
/// Faults.
pub async fn keep_saml(cx: &Cx<'_>, pool: &Pool, pending: &Pending, posted: &str) -> Result<bool> {
    let request_id = pending.secrets(pool).request_id;
    let posted = Posted {
        base_url: pending.base_url(),
        request_id: Some(&request_id),
        message: posted,
    };
    let told = saml::check(cx, pool, &pending.provider, posted).await?;
    request::keep_answer(cx, pool, pending, told.seal(pool, pending)?).await
}

/// Begins a sign-in with an answer that nobody asked for, where the provider may send such (endpoints.md 4.4), and keeps
/// what the answer says until the browser fetches it. `query`: that of the authorization, out of RelayState; `browser`: with
/// the cookie that it gets with the answer to this request. Returns the new RelayState.
///
/// # Errors
/// Those of [`request::begin`]. A cause for the page for errors.
pub async fn begin_unasked(
    cx: &Cx<'_>,
    authorization: &Authorization,
    query: &str,
    browser: Browser<'_>,
    posted: &str,
) -> Result<std::result::Result<String, Cause>> {
    let (pool, client) = (&authorization.pool, &authorization.client);
    let named = authorization.provider.as_deref();
    let Some(name) = named.filter(|name| *name != COGNITO) else {
        return Ok(Err(Cause::Unasked(
            "RelayState names no identity provider.",
        )));
    };
    let provider = match providers::find(cx, pool, name).await {
        Err(Fault::Api(_)) => return Ok(Err(Cause::NoProvider)),
        other => other?,
    };
    if !saml::may_begin(&provider) {
        return Ok(Err(Cause::Unasked(
            "The identity provider may not begin sign-ins.",
        )));
    }
    let listed = client.doc.supported_identity_providers.as_deref();
    let listed = listed.unwrap_or_default();
    let offered = providers::offered(cx, pool, listed).await?;
    let others = offered.iter().any(|each| each.kind != T::Saml);
    if others || listed.iter().any(|name| name == COGNITO) {
        return Ok(Err(Cause::Unasked(
            "Identity providers may begin sign-ins only at clients whose providers all speak SAML.",
        )));
    }
    let base_url = browser.base_url;
    let begun = request::begin(cx, (pool, client), &provider, query, browser).await?;
    let pending = request::find(cx, pool, &begun.handle).await?;
    // The provider was changed this moment.
    let Some(pending) = pending else {
        return Ok(Err(Cause::NoTransaction));
    };
    let posted = Posted {
        base_url,
        request_id: None,
        message: posted,
    };
    let told = saml::check(cx, pool, &provider, posted).await?;
    request::keep_answer(cx, pool, &pending, told.seal(pool, &pending)?).await?;
    Ok(Ok(begun.handle))
}

/// Ends a sign-in through OAuth with the provider's answer, in the browser that began it. The sign-in is used up first: one answer is
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
) -> Result<Option<std::result::Result<Arrived, Refused>>> {
    let pool = &authorization.pool;
    let Some(kind) = oidc::kind(&pending.provider) else {
        return Ok(None);
    };
    if !request::take(cx, pool, pending).await? {
        return Ok(None);
    }
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
        login: None,
        once: None,
        level: told.level,
        is_asked: false,
    };
    let arrived = arrival::sign_in(cx, authorization, &identity, ending).await?;
    Ok(Some(arrived))
}

/// Ends a sign-in through SAML with the answer that was kept, in the browser that began it. The sign-in is used up first.
///
/// # Errors
/// Faults. [`Refused`] for the client; None if another request was faster, or no answer was kept.
pub async fn end_saml(
    cx: &Cx<'_>,
    authorization: &Authorization,
    pending: &Pending,
    ending: &OnPage<'_>,
) -> Result<Option<std::result::Result<Arrived, Refused>>> {
    let (pool, provider) = (&authorization.pool, &pending.provider);
    if !saml::speaks(provider) {
        return Ok(None);
    }
    let Some(told) = saml::Told::kept(pool, pending)? else {
        return Ok(None);
    };
    if !request::take(cx, pool, pending).await? {
        return Ok(None);
    }
    let login = match told.into_login() {
        Ok(login) => login,
        Err(refused) => return Ok(Some(Err(refused))),
    };
    if sessions::is_over(cx, pool, provider, &login, pending.created()).await? {
        return Ok(Some(Err(Refused::bad_answer(
            &BadAnswer::SessionOver,
            None,
        ))));
    }
    let claims = saml::claims(&login);
    let (once, until) = saml::once(provider, &login);
    let identity = Identity {
        provider,
        subject: &login.name_id,
        claims: &claims,
        tokens: &Claims::new(),
        said: Said::Saml(&claims),
        login: Some(&login),
        once: Some((&once, until)),
        // Only providers that speak OpenID Connect have AcrMapping.
        level: None,
        is_asked: false,
    };
    let arrived = arrival::sign_in(cx, authorization, &identity, ending).await?;
    Ok(Some(arrived))
}

/// Why an answer is one to no sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// None waits under its handle.
    Unknown,
    /// The sign-in began in another browser, or on another host.
    OtherBrowser,
    /// The provider speaks another protocol than the endpoint.
    OtherProtocol,
    /// Another answer was faster.
    Faster,
}

impl Lost {
    const fn check(self) -> &'static str {
        match self {
            Self::Unknown => "sign_in.unknown",
            Self::OtherBrowser => "sign_in.other_browser",
            Self::OtherProtocol => "sign_in.other_protocol",
            Self::Faster => "sign_in.faster",
        }
    }
}

/// Records under the id of the request why an answer is one to no sign-in. `of`: the sign-in that it named.
///
/// # Errors
/// Those of the store.
pub async fn record_lost(cx: &Cx<'_>, of: Option<(&Pool, &Pending)>, lost: Lost) -> Result<()> {
    let check = lost.check();
    let means = explain::of(check).map_or("", |known| known.means);
    let check = explain::marked(means, check, None);
    let detail = match of {
        Some((_, pending)) => refusal::detail(&check, &pending.provider.name, pending.client_id()),
        None => check,
    };
    let pool_id = of.map_or("", |(pool, _)| pool.id.as_str());
    refusal::write(cx, pool_id, "NoTransaction", &detail).await
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
    let about = (pending.provider.name.as_str(), pending.client_id());
    record_of(cx, about, pool_id, refused).await
}

/// As [`record`], for the provider and the client of these names.
///
/// # Errors
/// Those of the store.
pub async fn record_of(
    cx: &Cx<'_>,
    (provider, client_id): (&str, &str),
    pool_id: &str,
    refused: &Refused,
) -> Result<()> {
    refusal::record(cx, pool_id, provider, client_id, &refused.check).await
}
