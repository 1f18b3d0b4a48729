//! The pages of a pool, from the request for an authorization to the answer that the browser carries back to the client.
//!
//! | module | contents |
//! |---|---|
//! | [`stop`] | the end of a handler before its last line |
//! | [`csrf`] | the pair of cookie and field, and the origin of a form |
//! | [`texts`] | the names and sentences of the page for errors |
//! | [`unconfirmed`] | best guesses of what clients learn |
//! | [`parameters`] | the query that every page carries on, byte for byte |
//! | [`state`] | a sign-in between two pages, sealed in a cookie of its own |
//! | [`visit`] | a request, checked: authorization, version, cookies |
//! | [`typed`] | names and numbers of a form, as they are kept |
//! | [`alerts`] | alerts of forms |
//! | [`paths`] | the page of each stage |
//! | [`screens`] | what a page shows |
//! | [`refusal`] | the words for a refusal of the domain |
//! | [`answer`] | the answer to the client, the page for errors |
//! | [`step`] | a step of a sign-in: calls the driver, goes on to the page that it asks for |
//! | others | the handlers |
//!
//! A form is answered by 303 to the next page of this site, whatever became of it, or by 302 to the client at the end
//! (pages.md 1.4). A handler judges nothing of a sign-in: lockout, existence, rates and functions are the domain's.

mod account;
mod alerts;
mod answer;
mod authorize;
mod challenge;
mod consent;
pub(crate) mod csrf;
mod device;
mod error;
mod last_used;
mod linking;
mod login;
mod parameters;
mod passkey;
mod paths;
mod provider_logout;
mod providers;
mod refusal;
mod reset;
mod screens;
mod set_up;
mod state;
mod step;
mod stop;
mod texts;
mod typed;
mod unconfirmed;
mod version;
mod visit;

pub(crate) use authorize::authorize;

use cognate_domain::oauth::authorization::Cause;
use cognate_domain::oauth::provider::outgoing::Sent;
use cognate_domain::oauth::provider::saml;
use http::StatusCode;

use crate::cookies::{Cookies, SetCookie};
use crate::failure::Failure;
use crate::locale::Locale;
use crate::request::Request;
use crate::response::Response;
use crate::route::{Class, Cors, Rate, Route, Verb, Work};
use crate::views::Screen;

/// Sends the browser to the page for errors.
///
/// # Errors
/// None in practice.
pub(crate) fn refused(
    request: &Request<'_>,
    client_id: Option<&str>,
    cause: &Cause,
) -> Result<Response, Failure> {
    stop::settle(answer::refused(request, client_id, cause))
}

/// Draws a page that belongs to no authorization, in the look of the client's pool.
///
/// # Errors
/// Faults.
pub(crate) async fn draw(
    request: &Request<'_>,
    client_id: Option<&str>,
    status: StatusCode,
    screen: &Screen,
) -> Result<Response, Failure> {
    error::draw(request, client_id, status, screen).await
}

/// Sends the browser to a provider with a message.
///
/// # Errors
/// A URL of the provider that is no header.
pub(crate) fn to_provider(sent: &Sent, locale: Locale) -> Result<Response, Failure> {
    stop::settle(answer::to_provider(sent, locale))
}

/// Returns the value of the cookie that binds a sign-out to its browser, and the cookie.
///
/// # Errors
/// None in practice.
pub(crate) fn leaving_cookie(cookies: &Cookies<'_>) -> Result<(String, SetCookie), Failure> {
    provider_logout::cookie(cookies)
}

type Handler = for<'a> fn(Request<'a>) -> Work<'a>;

/// A page: its requests count to the client's address, and to what their handlers name.
const fn page(pattern: &'static str, method: Verb, handler: Handler) -> Route {
    Route {
        pattern,
        method,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::ByHandler,
        handler,
    }
}

const fn get(pattern: &'static str, handler: Handler) -> Route {
    page(pattern, Verb::Get, handler)
}

const fn post(pattern: &'static str, handler: Handler) -> Route {
    page(pattern, Verb::Post, handler)
}

/// A step in the middle of a sign-in. Which one it is, the sealed state says, not the path.
const fn shows(pattern: &'static str) -> Route {
    get(pattern, |request| Box::pin(challenge::show(request)))
}

const fn takes(pattern: &'static str) -> Route {
    post(pattern, |request| Box::pin(challenge::take(request)))
}

/// The routes of the pages (pages.md 1.4).
pub(crate) const ROUTES: &[Route] = &[
    get("/oauth2/authorize", |r| Box::pin(authorize::authorize(r))),
    post("/oauth2/authorize", |r| Box::pin(authorize::authorize(r))),
    get("/login", |r| Box::pin(login::show(r))),
    post("/login", |r| Box::pin(login::take(r))),
    get("/login/continue", |r| Box::pin(login::show(r))),
    post("/login/continue", |r| Box::pin(login::go_on(r))),
    shows("/login/passkey"),
    takes("/login/passkey"),
    shows("/login/link"),
    takes("/login/link"),
    shows("/selectChallenge"),
    takes("/selectChallenge"),
    shows("/verifyCode"),
    takes("/verifyCode"),
    shows("/mfa"),
    takes("/mfa"),
    shows("/mfa/options"),
    takes("/mfa/options"),
    shows("/mfa/totp"),
    takes("/mfa/totp"),
    shows("/mfa/phone/register"),
    takes("/mfa/phone/register"),
    shows("/mfa/phone/verify"),
    takes("/mfa/phone/verify"),
    post("/mfa/phone/resendCode", |r| Box::pin(challenge::resend(r))),
    post("/mfa/back", |r| Box::pin(challenge::back(r))),
    shows("/mfaOption"),
    takes("/mfaOption"),
    shows("/mfaRegister"),
    takes("/mfaRegister"),
    shows("/resetPassword"),
    takes("/resetPassword"),
    get("/signup", |r| Box::pin(account::show_sign_up(r))),
    post("/signup", |r| Box::pin(account::sign_up(r))),
    get("/signup/confirm", |r| Box::pin(account::show_confirm(r))),
    post("/signup/confirm", |r| Box::pin(account::confirm(r))),
    get("/confirm", |r| Box::pin(account::show_confirm(r))),
    post("/confirm", |r| Box::pin(account::confirm(r))),
    post("/resendcode", |r| Box::pin(account::resend(r))),
    get("/forgotPassword", |r| Box::pin(reset::show_forgot(r))),
    post("/forgotPassword", |r| Box::pin(reset::forgot(r))),
    get("/confirmForgotPassword", |r| Box::pin(reset::show_reset(r))),
    post("/confirmForgotPassword", |r| Box::pin(reset::reset(r))),
    get("/confirmforgotPassword", |r| Box::pin(reset::show_reset(r))),
    post("/confirmforgotPassword", |r| Box::pin(reset::reset(r))),
    get("/passkeys/add", |r| Box::pin(passkey::show(r))),
    post("/passkeys/add", |r| Box::pin(passkey::add(r))),
    get("/consent", |r| Box::pin(consent::show(r))),
    post("/consent", |r| Box::pin(consent::take(r))),
    get("/device", |r| Box::pin(device::show(r))),
    post("/device", |r| Box::pin(device::take(r))),
    get("/error", |r| Box::pin(error::show(r))),
    get("/oauth2/idpresponse", |r| Box::pin(providers::response(r))),
    post("/oauth2/idpresponse", |r| Box::pin(providers::response(r))),
    get(saml::RESPONSE, |r| Box::pin(providers::saml_response(r))),
    post(saml::RESPONSE, |r| Box::pin(providers::saml_response(r))),
    get(saml::LOGOUT, |r| Box::pin(provider_logout::logout(r))),
    post(saml::LOGOUT, |r| Box::pin(provider_logout::logout(r))),
];
