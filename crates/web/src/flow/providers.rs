//! Sign-ins through identity providers (endpoints.md 4.3, 4.4): the browser is sent there, and comes back to
//! `/oauth2/idpresponse`, or from a provider of SAML to `/saml2/idpresponse`.
//!
//! A cookie binds a sign-in to the browser that began it, so that nobody's answer can be given to somebody else's browser.
//! An answer that is posted comes without that cookie: it is kept, and the browser sent on to fetch it by a GET of this
//! site, which has the cookie. Answers of SAML are checked before they are kept.

use cognate_crypto::random;
use cognate_domain::Endpoint;
use cognate_domain::oauth::authorization::{Cause, Parameters, Refusal};
use cognate_domain::oauth::provider::arrival::Arrived;
use cognate_domain::oauth::provider::kept::{self, Browser, pool_of};
use cognate_domain::oauth::provider::oidc::{Pairs, RESPONSE};
use cognate_domain::oauth::provider::refusal::Refused;
use cognate_domain::oauth::provider::request::{self, Pending};
use cognate_domain::oauth::provider::saml;
use cognate_domain::oauth::provider::steps::{self, Lost};
use cognate_domain::records::pool::Pool;
use cognate_domain::resources::providers::identifiers;
use cognate_shapes::Category;
use http::{Method, StatusCode};
use std::sync::Arc;

use super::answer;
use super::parameters::encode;
use super::stop::{Flow, Stop, settle};
use super::visit::Visit;
use crate::action;
use crate::cookies::{SameSite, SetCookie};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::request::Request;
use crate::response::Response;

/// The cookie of a browser that is at a provider.
const COOKIE: &str = "provider";
/// The cookie of a browser that a provider sent here unasked. Another one, since it is set without knowing if the browser
/// has the first, in which other tabs may be at a provider.
const UNASKED: &str = "provider-arrival";
/// The parameter of SAML that comes back with an answer, and names the sign-in.
const RELAY_STATE: &str = "RelayState";
/// The parameters of an authorization that say where, and as whom, somebody signs in.
const PROVIDER: &str = "identity_provider";
const IDENTIFIER: &str = "idp_identifier";
const LOGIN_HINT: &str = "login_hint";
/// The parameters of an answer that are read.
const READ: [&str; 9] = [
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "error_code",
    "error_reason",
    "error_uri",
    "user",
];
/// The most bytes of them together.
const MOST: usize = 16 << 10;

/// Takes the answer of a provider.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn response(request: Request<'_>) -> Result<Response, Failure> {
    settle(take(&request).await)
}

/// Takes the answer of a provider of SAML: checks a posted one, and ends the sign-in when the browser fetches what it
/// says.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn saml_response(request: Request<'_>) -> Result<Response, Failure> {
    settle(match *request.method() {
        Method::POST => take_saml(&request).await,
        // As above.
        Method::HEAD => Ok(Response::empty(StatusCode::OK)),
        _ => fetch_saml(&request).await,
    })
}

async fn take(request: &Request<'_>) -> Flow<Response> {
    // HEAD asks if there is a page, and uses up no answer.
    if *request.method() == Method::HEAD {
        return Ok(Response::empty(StatusCode::OK));
    }
    let is_posted = *request.method() == Method::POST;
    let fields = match is_posted {
        true => Arc::new(request.form()?),
        false => request.query()?,
    };
    let answer = read(&fields);
    let found = waiting(request, fields.get("state")).await?;
    let (pool, pending) = speaking(request, found, false).await?;
    request.admit_category(Category::UserAuthentication).await?;
    if is_posted {
        return keep(request, &pool, &pending, answer).await;
    }
    let kept = pending.kept_answer();
    let answer = match kept.and_then(|kept| serde_json::from_value(kept.clone()).ok()) {
        Some(kept) => kept,
        None => answer,
    };
    let visit = resumed(request, &pool, &pending).await?;
    end(&visit, &pending, &answer).await
}

async fn take_saml(request: &Request<'_>) -> Flow<Response> {
    let fields = request.long_form()?;
    let relay = fields.get(RELAY_STATE);
    let posted = fields.get("SAMLResponse").unwrap_or_default();
    // A handle is never a query: it has no `=`.
    if let Some(query) = relay.filter(|relay| relay.contains('=')) {
        return unasked(request, query, posted).await;
    }
    if relay.and_then(pool_of).is_none() {
        let wrong = "RelayState is neither that of a sign-in nor a request for an authorization.";
        let refusal = Refusal::Page(Cause::Unasked(wrong));
        return Err(answer::refuse(request, &Parameters::default(), &refusal).await);
    }
    let found = waiting(request, relay).await?;
    let (pool, pending) = speaking(request, found, true).await?;
    request.admit_category(Category::UserAuthentication).await?;
    let cx = request.cx(Endpoint::Federation);
    let keep = || Box::pin(steps::keep_saml(&cx, &pool, &pending, posted));
    match action::run(&cx, keep).await? {
        true => {
            let relay = relay.map_or(String::new(), encode);
            answer::see_other(&format!("{}?{RELAY_STATE}={relay}", saml::RESPONSE))
        }
        false => Err(lost(request, Some((&*pool, &pending)), Lost::Faster).await),
    }
}

/// Begins a sign-in with an answer that nobody asked for. The browser gets the cookie that binds it with this answer: it
/// sent none along, whether or not it has one.
async fn unasked(request: &Request<'_>, query: &str, posted: &str) -> Flow<Response> {
    request.admit_category(Category::UserAuthentication).await?;
    let visit = Visit::resumed(request, query).await?;
    let Some(base_url) = request.visitor().base_url.clone() else {
        return Err(Failure::BadRequest.into());
    };
    let cookie = random::handle();
    let browser = Browser {
        cookie: &cookie,
        base_url: &base_url,
    };
    let cx = request.cx(Endpoint::Federation);
    let authorization = &visit.authorization;
    let begin = || {
        let begun = steps::begin_unasked(&cx, authorization, query, browser, posted);
        Box::pin(begun)
    };
    match action::run(&cx, begin).await? {
        Ok(handle) => {
            let location = format!("{}?{RELAY_STATE}={}", saml::RESPONSE, encode(&handle));
            let seconds = u32::try_from(kept::SECONDS).unwrap_or_default();
            let set = SetCookie::new(UNASKED, cookie, SameSite::Lax)?.for_seconds(seconds);
            Ok(answer::see_other(&location)?.with_cookie(set))
        }
        Err(cause) => {
            let refusal = Refusal::Page(cause);
            Err(answer::refuse(request, &visit.query.parameters(), &refusal).await)
        }
    }
}

async fn fetch_saml(request: &Request<'_>) -> Flow<Response> {
    let found = waiting(request, request.query()?.get(RELAY_STATE)).await?;
    let (pool, pending) = speaking(request, found, true).await?;
    request.admit_category(Category::UserAuthentication).await?;
    let visit = resumed(request, &pool, &pending).await?;
    let cx = request.cx(Endpoint::Federation);
    let ending = visit.ending_by(&pending.provider.name);
    let authorization = &visit.authorization;
    let run = || Box::pin(steps::end_saml(&cx, authorization, &pending, &ending));
    let ended = action::run(&cx, run).await?;
    settled(&visit, &pending, ended).await
}

/// Returns the visit that a sign-in is part of, in the browser that began it. Somebody else's browser ends nobody's.
async fn resumed<'r>(request: &'r Request<'r>, pool: &Pool, pending: &Pending) -> Flow<Visit<'r>> {
    let of = Some((pool, pending));
    let cookies = request.cookies()?;
    let base_url = request.visitor().base_url.clone().unwrap_or_default();
    let is_its_browser = [COOKIE, UNASKED].into_iter().any(|name| {
        let browser = Browser {
            cookie: cookies.get(name).unwrap_or_default(),
            base_url: &base_url,
        };
        pending.is_of(pool, browser)
    });
    if !is_its_browser {
        return Err(lost(request, of, Lost::OtherBrowser).await);
    }
    let visit = Visit::resumed(request, pending.query()).await?;
    let same = visit.authorization.provider.as_ref() == Some(&pending.provider.name)
        && visit.client().id == pending.client_id();
    match same {
        true => Ok(visit),
        false => Err(lost(request, of, Lost::Unknown).await),
    }
}

/// Returns the sign-in of an answer, whose provider speaks the protocol of the endpoint.
async fn speaking(
    request: &Request<'_>,
    found: Option<(Arc<Pool>, Pending)>,
    is_saml: bool,
) -> Flow<(Arc<Pool>, Pending)> {
    match found {
        Some((pool, pending)) if saml::speaks(&pending.provider) == is_saml => Ok((pool, pending)),
        Some(_) => Err(lost(request, None, Lost::OtherProtocol).await),
        None => Err(lost(request, None, Lost::Unknown).await),
    }
}

/// Says that no sign-in of this browser waits for an answer, and records why under the number that the page shows.
async fn lost(request: &Request<'_>, of: Option<(&Pool, &Pending)>, why: Lost) -> Stop {
    let cx = request.cx(Endpoint::Federation);
    let record = || Box::pin(steps::record_lost(&cx, of, why));
    if let Err(error) = action::run(&cx, record).await {
        tracing::error!(?error, request_id = %cx.request_id, "a refusal was not recorded");
    }
    let client_id = of.map(|(_, pending)| pending.client_id());
    let answered = answer::refused(request, client_id, &Cause::NoTransaction);
    answered.map_or_else(|stop| stop, Stop::with)
}

/// Returns what is read of an answer; nothing of one that is too long.
fn read(fields: &Fields) -> Pairs {
    let read = fields.iter().filter(|(name, _)| READ.contains(name));
    let pairs: Pairs = read
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let bytes: usize = pairs
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if bytes <= MOST { pairs } else { Vec::new() }
}

/// Returns the sign-in that an answer belongs to, with its pool.
async fn waiting(request: &Request<'_>, state: Option<&str>) -> Flow<Option<(Arc<Pool>, Pending)>> {
    let Some((handle, pool_id)) = state.and_then(|handle| Some((handle, pool_of(handle)?))) else {
        return Ok(None);
    };
    let here = request.pool_at_host();
    if here.is_some_and(|host| host.pool.id != pool_id) {
        return Ok(None);
    }
    let cx = request.cx(Endpoint::Federation);
    let find = async || {
        let Some(pool) = cx.cached_pool(pool_id).await? else {
            return Ok(None);
        };
        let pending = request::find(&cx, &pool, handle).await?;
        Ok(pending.map(|pending| (pool, pending)))
    };
    Ok(action::run(&cx, || Box::pin(find())).await?)
}

/// Keeps a posted answer, and sends the browser to fetch it.
async fn keep(
    request: &Request<'_>,
    pool: &Pool,
    pending: &Pending,
    answer: Pairs,
) -> Flow<Response> {
    let state = answer.iter().find(|(name, _)| name == "state");
    let location = format!(
        "{RESPONSE}?state={}",
        state.map_or(String::new(), |(_, state)| encode(state))
    );
    let cx = request.cx(Endpoint::Federation);
    let keep = || Box::pin(steps::keep(&cx, pool, pending, &answer));
    match action::run(&cx, keep).await? {
        true => answer::see_other(&location),
        false => Err(lost(request, Some((pool, pending)), Lost::Faster).await),
    }
}

/// Ends the sign-in with its answer.
async fn end(visit: &Visit<'_>, pending: &Pending, answer: &Pairs) -> Flow<Response> {
    let request = visit.request;
    let cx = request.cx(Endpoint::Federation);
    let ending = visit.ending_by(&pending.provider.name);
    let authorization = &visit.authorization;
    let run = || Box::pin(steps::end(&cx, authorization, pending, answer, &ending));
    let ended = action::run(&cx, run).await?;
    settled(visit, pending, ended).await
}

/// Answers at the end of a sign-in, and records a refusal.
async fn settled(
    visit: &Visit<'_>,
    pending: &Pending,
    ended: Option<Result<Arrived, Refused>>,
) -> Flow<Response> {
    match ended {
        Some(Ok(arrived)) => visit.arrived(&pending.provider.name, arrived).await,
        Some(Err(refused)) => {
            visit
                .refuse_provider(&pending.provider.name, &refused)
                .await
        }
        // Another answer was faster.
        None => Err(lost(visit.request, Some((visit.pool(), pending)), Lost::Faster).await),
    }
}

impl Visit<'_> {
    /// Sends the browser to the identity provider of the client that has the domain of an address as its identifier
    /// (endpoints.md 3.2), which learns the address as a hint where it takes one; None if there is none, and for a request
    /// that names where to sign in. Whether somebody has the address is not looked at.
    ///
    /// # Errors
    /// Faults; limits of requests.
    pub(super) async fn to_provider_of(&self, address: &str) -> Flow<Option<Response>> {
        let domain = identifiers::domain_of(address);
        let Some(domain) = domain.filter(|_| self.authorization.provider.is_none()) else {
            return Ok(None);
        };
        let cx = self.request.cx(Endpoint::SignIn);
        let listed = self.client().doc.supported_identity_providers.as_deref();
        let listed = listed.unwrap_or_default();
        let find = || Box::pin(identifiers::find(&cx, self.pool(), listed, domain));
        let Some(found) = action::run(&cx, find).await? else {
            return Ok(None);
        };
        // As if the client had asked so. A session of the browser does not answer in the place of who typed an address.
        let rest = self.query.without(&[PROVIDER, IDENTIFIER, LOGIN_HINT]);
        let query = format!(
            "{rest}&{IDENTIFIER}={}&{LOGIN_HINT}={}",
            encode(&found.identifier),
            encode(address.trim())
        );
        let to = async || {
            let visit = Visit::resumed(self.request, &query).await?;
            visit.to_provider().await
        };
        Box::pin(to()).await
    }

    /// Sends the browser to the identity provider that the request names, or the client has alone; None if it is the pool
    /// itself.
    ///
    /// # Errors
    /// Faults; limits of requests.
    pub(super) async fn to_provider(&self) -> Flow<Option<Response>> {
        let Some(name) = self.provider_name() else {
            return Ok(None);
        };
        let request = self.request;
        // HEAD asks if there is a page, and begins nothing.
        if *request.method() == Method::HEAD {
            return Ok(Some(Response::empty(StatusCode::OK)));
        }
        request.admit_category(Category::UserAuthentication).await?;
        // One value for all sign-ins of a browser, so that several tabs can be at a provider.
        let cookie = match self
            .cookies
            .get(COOKIE)
            .filter(|kept| random::is_handle(kept))
        {
            Some(kept) => kept.to_owned(),
            None => random::handle(),
        };
        let base_url = request.visitor().base_url.clone();
        let Some(base_url) = base_url else {
            return Err(Failure::BadRequest.into());
        };
        let browser = Browser {
            cookie: &cookie,
            base_url: &base_url,
        };
        let cx = request.cx(Endpoint::Federation);
        let (authorization, query) = (&self.authorization, &self.query.raw);
        let begin = || Box::pin(steps::begin(&cx, authorization, name, query, browser));
        match action::run(&cx, begin).await? {
            Ok(location) => {
                let found = Response::found(&location);
                let found = found.ok_or_else(|| Stop::from(Failure::BadRequest))?;
                let seconds = u32::try_from(kept::SECONDS).unwrap_or_default();
                let set = SetCookie::new(COOKIE, cookie, SameSite::Lax)?.for_seconds(seconds);
                Ok(Some(found.with_cookie(set)))
            }
            Err(cause) => {
                let parameters = self.query.parameters();
                Err(answer::refuse(request, &parameters, &Refusal::Page(cause)).await)
            }
        }
    }
}
