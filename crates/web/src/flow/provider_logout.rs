//! `/saml2/logout` (endpoints.md 4.4): a provider's answer to a sign-out that began here, and a provider's request.
//!
//! An answer counts in the browser that signs out, by a cookie. One that is posted comes without that cookie: it is checked and
//! kept, and the browser sent on to fetch it by a GET of this site. A request needs no cookie: it is signed.

use cognate_crypto::random;
use cognate_domain::Endpoint;
use cognate_domain::oauth::provider::incoming::{Incoming, Kind};
use cognate_domain::oauth::provider::kept::{self, Browser, pool_of};
use cognate_domain::oauth::provider::logout::{self, Leaving};
use cognate_domain::oauth::provider::outgoing::{Refused, record_refusal};
use cognate_domain::oauth::provider::requested::{Asked, requested};
use cognate_domain::oauth::provider::saml;
use cognate_domain::records::pool::Pool;
use cognate_shapes::Category;
use http::{Method, StatusCode};
use std::sync::Arc;

use super::parameters::encode;
use super::stop::{Flow, settle};
use super::{answer, error};
use crate::action;
use crate::cookies::{Cookies, SameSite, SetCookie};
use crate::failure::Failure;
use crate::oauth::onward;
use crate::request::Request;
use crate::response::Response;
use crate::views::Screen;
use crate::views::screen::{Notice, NoticeKind};

/// The cookie of a browser that is at a provider to sign out.
const COOKIE: &str = "provider-logout";
/// The length of its value: 256 bits.
const LENGTH: usize = 43;
const ALPHABET: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// The most bytes of the id of a pool in a URL.
const LONGEST_POOL_ID: usize = 128;

/// Returns the value of the browser's cookie, one for all of its sign-outs, and the cookie.
///
/// # Errors
/// None in practice.
pub(super) fn cookie(cookies: &Cookies<'_>) -> Result<(String, SetCookie), Failure> {
    let fits =
        |value: &&str| value.len() == LENGTH && value.bytes().all(|b| b.is_ascii_alphanumeric());
    let value = match cookies.get(COOKIE).filter(fits) {
        Some(kept) => kept.to_owned(),
        None => random::alphanumeric(LENGTH, ALPHABET),
    };
    let seconds = u32::try_from(kept::SECONDS).unwrap_or_default();
    let set = SetCookie::new(COOKIE, value.clone(), SameSite::Lax)?.for_seconds(seconds);
    Ok((value, set))
}

/// Takes a message of a provider about a sign-out, or ends a sign-out whose answer was posted.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn logout(request: Request<'_>) -> Result<Response, Failure> {
    settle(take(&request).await)
}

async fn take(request: &Request<'_>) -> Flow<Response> {
    // HEAD asks if there is a page, and uses up nothing.
    if *request.method() == Method::HEAD {
        return Ok(Response::empty(StatusCode::OK));
    }
    request.admit_category(Category::UserToken).await?;
    let incoming = match *request.method() == Method::POST {
        true => posted(request)?,
        false => {
            // The rules of queries come first.
            request.query()?;
            Incoming::in_url(request.raw_query()).map_err(|refused| refused.to_string())
        }
    };
    match incoming {
        Ok(Some(incoming)) if incoming.kind == Kind::Request => ask(request, &incoming).await,
        Ok(Some(incoming)) => answered(request, incoming).await,
        Ok(None) => fetch(request).await,
        Err(check) => refused(request, "", &check).await,
    }
}

/// Returns the message of a form.
fn posted(request: &Request<'_>) -> Flow<Result<Option<Incoming>, String>> {
    let fields = request.long_form()?;
    let [asked, answered] = ["SAMLRequest", "SAMLResponse"].map(|name| fields.get(name));
    let relay = fields.get("RelayState");
    let (kind, message) = match (asked, answered) {
        (Some(message), None) => (Kind::Request, message),
        (None, Some(message)) => (Kind::Response, message),
        _ => return Ok(Err("there is not exactly one message".to_owned())),
    };
    let incoming = Incoming::posted(kind, message, relay);
    Ok(incoming.map(Some).map_err(|refused| refused.to_string()))
}

/// Does what a provider's request says.
async fn ask(request: &Request<'_>, incoming: &Incoming) -> Flow<Response> {
    let query = request.query()?;
    let named = query.get("user_pool_id");
    let Some(base_url) = request.visitor().base_url.as_deref() else {
        return Err(Failure::BadRequest.into());
    };
    let asked = Asked {
        pool_id: named.filter(|id| !id.is_empty() && id.len() <= LONGEST_POOL_ID),
        base_url,
    };
    let cx = request.cx(Endpoint::ProviderLogout);
    let ended = action::run(&cx, || Box::pin(requested(&cx, asked, incoming)));
    match ended.await? {
        Ok(Some(sent)) => answer::to_provider(&sent, request.locale()),
        Ok(None) => {
            let screen = Screen::Notice(Notice {
                kind: NoticeKind::SignedOut,
                next: None,
                home: None,
            });
            Ok(error::draw(request, None, StatusCode::OK, &screen).await?)
        }
        Err(why) => no(request, &why).await,
    }
}

/// Takes the provider's answer to a sign-out that began here.
async fn answered(request: &Request<'_>, incoming: Incoming) -> Flow<Response> {
    let handle = incoming.relay_state.clone().unwrap_or_default();
    let Some((pool, leaving)) = waiting(request, &handle).await? else {
        return refused(request, "", "no sign-out waits for it").await;
    };
    let is_posted = !incoming.is_in_url();
    if !is_posted && !is_its_browser(request, &pool, &leaving)? {
        return refused(request, &pool.id, "another browser signs out").await;
    }
    let cx = request.cx(Endpoint::ProviderLogout);
    let check = || Box::pin(logout::check(&cx, &pool, &leaving, incoming.clone()));
    let reservation = match action::run(&cx, check).await? {
        Ok(reservation) => reservation,
        Err(why) => return no(request, &why).await,
    };
    if !is_posted {
        return go_on(request, &pool, &leaving, reservation).await;
    }
    let keep = || Box::pin(logout::keep(&cx, &pool, &leaving, reservation.clone()));
    match action::run(&cx, keep).await? {
        true => answer::see_other(&format!("{}?RelayState={}", saml::LOGOUT, encode(&handle))),
        false => refused(request, &pool.id, "the sign-out was answered before").await,
    }
}

/// Ends a sign-out whose answer was posted.
async fn fetch(request: &Request<'_>) -> Flow<Response> {
    let query = request.query()?;
    let handle = query.get("RelayState").unwrap_or_default();
    let found = waiting(request, handle).await?;
    let Some((pool, leaving)) = found.filter(|(_, leaving)| leaving.is_answered()) else {
        return refused(request, "", "no sign-out waits for it").await;
    };
    match is_its_browser(request, &pool, &leaving)? {
        true => go_on(request, &pool, &leaving, None).await,
        false => refused(request, &pool.id, "another browser signs out").await,
    }
}

async fn go_on(
    request: &Request<'_>,
    pool: &Pool,
    leaving: &Leaving,
    reservation: Option<String>,
) -> Flow<Response> {
    let cx = request.cx(Endpoint::ProviderLogout);
    let finish = || Box::pin(logout::finish(&cx, pool, leaving, reservation.clone()));
    match action::run(&cx, finish).await? {
        Some(on) => Ok(onward(request, &on.client_id, on.next, &on.query, false).await?),
        None => refused(request, &pool.id, "the sign-out was answered before").await,
    }
}

/// True if this is the browser that signs out, on the host where it began.
fn is_its_browser(request: &Request<'_>, pool: &Pool, leaving: &Leaving) -> Flow<bool> {
    let cookies = request.cookies()?;
    let browser = Browser {
        cookie: cookies.get(COOKIE).unwrap_or_default(),
        base_url: request.visitor().base_url.as_deref().unwrap_or_default(),
    };
    Ok(leaving.is_of(pool, browser))
}

/// Returns the sign-out that a RelayState names, with its pool.
async fn waiting(request: &Request<'_>, handle: &str) -> Flow<Option<(Arc<Pool>, Leaving)>> {
    let Some(pool_id) = pool_of(handle) else {
        return Ok(None);
    };
    let here = request.pool_at_host();
    if here.is_some_and(|host| host.pool.id != pool_id) {
        return Ok(None);
    }
    let cx = request.cx(Endpoint::ProviderLogout);
    let find = async || {
        let Some(pool) = cx.cached_pool(pool_id).await? else {
            return Ok(None);
        };
        let leaving = logout::find(&cx, &pool, handle).await?;
        Ok(leaving.map(|leaving| (pool, leaving)))
    };
    Ok(action::run(&cx, || Box::pin(find())).await?)
}

/// As [`no`], for a check that is made here.
async fn refused(request: &Request<'_>, pool_id: &str, check: &str) -> Flow<Response> {
    no(request, &Refused::new(pool_id, check)).await
}

/// Answers a message that does nothing with the page for errors, and records why, under the number that the page shows. The
/// browser goes nowhere: whoever made the message is unknown.
async fn no(request: &Request<'_>, why: &Refused) -> Flow<Response> {
    let cx = request.cx(Endpoint::ProviderLogout);
    let recorded = action::run(&cx, || Box::pin(record_refusal(&cx, why))).await;
    if let Err(error) = recorded {
        tracing::error!(?error, request_id = %cx.request_id, "a refusal was not recorded");
    }
    let sentence = &request.locale().texts().alerts.malformed;
    let screen = error::screen(request, sentence);
    Ok(error::draw(request, None, StatusCode::BAD_REQUEST, &screen).await?)
}
