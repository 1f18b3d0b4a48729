//! `/logout`: the end of a browser's session, and the place to which the browser goes then (endpoints.md 1.10). Clients
//! with the standard profile have OpenID Connect RP-Initiated Logout 1.0 beside the service's two forms.
//!
//! A request that is refused ends nothing. The end itself is in [`provider::logout`](crate::oauth::provider::logout): the
//! provider through which the user came may have to be told.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::oauth::authorization::Cause;
use crate::oauth::browser_session::{self, BrowserSession};
use crate::oauth::{client, hint};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::redirect::is_target;

/// The parameters as they were sent.
#[derive(Clone, Copy, Default)]
pub struct Parameters<'a> {
    /// `client_id`.
    pub client_id: Option<&'a str>,
    /// `logout_uri`: one of the client's LogoutURLs.
    pub logout_uri: Option<&'a str>,
    /// `redirect_uri` of a new sign-in.
    pub redirect_uri: Option<&'a str>,
    /// `response_type` of a new sign-in.
    pub response_type: Option<&'a str>,
    /// `id_token_hint`, of clients with the standard profile.
    pub id_token_hint: Option<&'a str>,
    /// `post_logout_redirect_uri`, of clients with the standard profile.
    pub post_logout_redirect_uri: Option<&'a str>,
    /// `state`, which goes back with `post_logout_redirect_uri`.
    pub state: Option<&'a str>,
}

/// The browser that asks.
#[derive(Clone, Copy)]
pub struct Browser<'a> {
    /// The host that was asked.
    pub host: &'a str,
    /// The cookie of its session.
    pub cookie: Option<&'a str>,
}

/// The place to which the browser goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Next {
    /// One of the client's LogoutURLs, with `state` if that goes back.
    To {
        /// The URL.
        uri: String,
        /// `state`, not encoded.
        state: Option<String>,
    },
    /// The sign-in page, with the same query.
    SignIn,
    /// A page that says that the user is signed out.
    SignedOut,
}

/// A request that may be done.
pub struct SignOut {
    /// The pool whose session ends.
    pub pool: Arc<Pool>,
    /// The client that asks.
    pub client: Arc<Client>,
    /// The place.
    pub next: Next,
    /// True if the user must be asked first: the client has not shown that it knows who is signed in
    /// (RP-Initiated Logout 1.0 section 2).
    pub asks: bool,
}

/// Checks a request. `logout_uri` comes before everything else, then `redirect_uri`.
///
/// # Errors
/// Faults. As a [`Cause`]: a parameter is missing, the client is unknown or of another pool than the host, a URL is not
/// among the client's, a hint is none or another client's.
pub async fn check(
    cx: &Cx<'_>,
    parameters: &Parameters<'_>,
    browser: Browser<'_>,
) -> Result<std::result::Result<SignOut, Cause>> {
    match decide(cx, &parameters.filled(), browser).await {
        Ok(sign_out) => Ok(Ok(sign_out)),
        Err(Refused::For(cause)) => Ok(Err(cause)),
        Err(Refused::Fault(fault)) => Err(fault),
    }
}

enum Refused {
    For(Cause),
    Fault(Fault),
}

impl From<Cause> for Refused {
    fn from(cause: Cause) -> Self {
        Self::For(cause)
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Parameters<'_> {
    /// Returns the same without parameters that have no value.
    fn filled(self) -> Self {
        let given = |value: Option<_>| value.filter(|text: &&str| !text.is_empty());
        Self {
            client_id: given(self.client_id),
            logout_uri: given(self.logout_uri),
            redirect_uri: given(self.redirect_uri),
            response_type: given(self.response_type),
            id_token_hint: given(self.id_token_hint),
            post_logout_redirect_uri: given(self.post_logout_redirect_uri),
            state: self.state,
        }
    }
}

async fn decide(
    cx: &Cx<'_>,
    parameters: &Parameters<'_>,
    browser: Browser<'_>,
) -> std::result::Result<SignOut, Refused> {
    let of_service = parameters.logout_uri.is_some() || parameters.redirect_uri.is_some();
    let named = match parameters.client_id {
        Some(id) => Some(find(cx, id).await?),
        None if of_service => return Err(Cause::Missing("client_id").into()),
        None => by_hint_or_session(cx, parameters, browser).await?,
    };
    let Some((pool, client)) = named else {
        return Err(Cause::Missing("client_id").into());
    };
    if !cx.is_home_of(&pool) {
        return Err(Cause::OtherPool.into());
    }
    let doc = &client.doc;
    // Without the master switch none of the client's URLs acts (endpoints.md 6).
    let has = |urls: &Option<Vec<String>>, uri: &str| {
        let listed = urls.iter().flatten().any(|url| url == uri);
        doc.allowed_oauth_flows_user_pool_client && listed && is_target(uri)
    };
    let next = if let Some(uri) = parameters.logout_uri {
        if !has(&doc.logout_urls, uri) {
            return Err(Cause::RedirectMismatch.into());
        }
        Next::To {
            uri: uri.to_owned(),
            state: None,
        }
    } else if let Some(uri) = parameters.redirect_uri {
        if parameters.response_type.is_none() {
            return Err(Cause::Missing("response_type").into());
        }
        if !has(&doc.callback_urls, uri) {
            return Err(Cause::RedirectMismatch.into());
        }
        Next::SignIn
    } else if client.is_standard() {
        let uri = parameters.post_logout_redirect_uri;
        if uri.is_some_and(|uri| !has(&doc.logout_urls, uri)) {
            return Err(Cause::RedirectMismatch.into());
        }
        return by_client(cx, parameters, (pool, client), browser).await;
    } else {
        return Err(Cause::Missing("redirect_uri").into());
    };
    Ok(SignOut {
        pool,
        client,
        next,
        asks: false,
    })
}

/// Decides about a request of a client with the standard profile. The user is asked unless the client shows an ID token
/// of the user who is signed in; without a hint the browser goes nowhere else.
async fn by_client(
    cx: &Cx<'_>,
    parameters: &Parameters<'_>,
    (pool, client): (Arc<Pool>, Arc<Client>),
    browser: Browser<'_>,
) -> std::result::Result<SignOut, Refused> {
    let user_id = match parameters.id_token_hint {
        None => None,
        Some(token) => match hint::read(cx, token).await? {
            Some(hint) if hint.client.named() == client.named() => Some(hint.user_id),
            _ => return Err(Cause::Malformed.into()),
        },
    };
    let session = session(cx, &pool, browser).await?;
    let is_other = |session: BrowserSession| user_id.as_deref() != Some(&session.user.id);
    let asks = session.is_some_and(is_other);
    let next = match parameters.post_logout_redirect_uri {
        Some(uri) if user_id.is_some() => Next::To {
            uri: uri.to_owned(),
            state: parameters.state.map(str::to_owned),
        },
        _ => Next::SignedOut,
    };
    Ok(SignOut {
        pool,
        client,
        next,
        asks,
    })
}

/// Returns the client of a request that does not name it: the one with the standard profile to which the hint was issued,
/// or in which the browser's user signed in.
async fn by_hint_or_session(
    cx: &Cx<'_>,
    parameters: &Parameters<'_>,
    browser: Browser<'_>,
) -> Result<Option<(Arc<Pool>, Arc<Client>)>> {
    let known = match parameters.id_token_hint {
        Some(token) => {
            let hint = hint::read(cx, token).await?;
            hint.map(|hint| (hint.pool, hint.client))
        }
        None => by_session(cx, browser).await?,
    };
    Ok(known.filter(|(_, client)| client.is_standard()))
}

async fn by_session(cx: &Cx<'_>, browser: Browser<'_>) -> Result<Option<(Arc<Pool>, Arc<Client>)>> {
    let Some(id) = cx.home_pool() else {
        return Ok(None);
    };
    let Some(pool) = cx.cached_pool(id).await? else {
        return Ok(None);
    };
    match session(cx, &pool, browser).await? {
        Some(session) => client::by_id(cx, &session.client_id).await,
        None => Ok(None),
    }
}

async fn session(cx: &Cx<'_>, pool: &Pool, browser: Browser<'_>) -> Result<Option<BrowserSession>> {
    match browser.cookie {
        Some(cookie) => browser_session::find(cx, pool, browser.host, cookie).await,
        None => Ok(None),
    }
}

async fn find(
    cx: &Cx<'_>,
    client_id: &str,
) -> std::result::Result<(Arc<Pool>, Arc<Client>), Refused> {
    let known = client::by_id(cx, client_id).await?;
    known.ok_or_else(|| Cause::UnknownClient.into())
}
