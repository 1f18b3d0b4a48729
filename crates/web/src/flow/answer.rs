//! The answer that a browser carries back to the client, and the page for what no client can be told.

use cognate_domain::Endpoint;
use cognate_domain::oauth::authorization::{Authorization, Cause, Parameters, Refusal};
use cognate_domain::oauth::provider::outgoing::Sent;
use cognate_domain::oauth::refused::{record, record_kept};
use cognate_domain::oauth::reply::{Reply, ReplyMode};
use http::StatusCode;
use percent_encoding::{CONTROLS, utf8_percent_encode};

use super::parameters::encode;
use super::stop::{Flow, Stop};
use super::{error, texts};
use crate::action;
use crate::assets;
use crate::failure::Failure;
use crate::locale::Locale;
use crate::request::Request;
use crate::response::Response;
use crate::views::screen::{Notice, NoticeKind};
use crate::views::{self, Frame, Screen};

/// The end of the paths of the authorization endpoint.
const AUTHORIZE: &str = "/oauth2/authorize";

/// A fault that no request can cause: a header made of checked characters is refused.
fn impossible(what: &str) -> Stop {
    Failure::Fault(cognate_domain::Fault::Internal(what.to_owned())).into()
}

/// Sends the browser to a page of this site with GET.
///
/// # Errors
/// A location that is no header.
pub(super) fn see_other(location: &str) -> Flow<Response> {
    Response::redirect(location).ok_or_else(|| impossible("a location"))
}

/// Sends the browser to the client, or with a refusal that is not for it to the page for errors; such a refusal is recorded
/// under the number that the page shows.
///
/// # Errors
/// A redirect URI that is no header.
pub(super) async fn reply(
    request: &Request<'_>,
    authorization: &Authorization,
    reply: &Reply,
) -> Flow<Response> {
    if reply.is_kept {
        let cx = request.cx(Endpoint::SignIn);
        let record = || Box::pin(record_kept(&cx, authorization, reply));
        if let Err(error) = action::run(&cx, record).await {
            // The visitor learns no less for it.
            tracing::error!(?error, request_id = %cx.request_id, "a refusal was not recorded");
        }
    }
    recorded(request, reply)
}

/// As [`reply`], for a refusal that has its row.
///
/// # Errors
/// A redirect URI that is no header.
pub(super) fn recorded(request: &Request<'_>, reply: &Reply) -> Flow<Response> {
    let locale = request.locale();
    if reply.is_kept {
        let error = reply.parameter("error").unwrap_or_default();
        return to_error_page(request, None, texts::kept_name(error));
    }
    let location = match reply.mode {
        ReplyMode::Query => location(reply, '?'),
        ReplyMode::Fragment => location(reply, '#'),
        // A form that posts itself needs a script, and one that does not, a click.
        ReplyMode::FormPost => {
            return Ok(form_post(&reply.redirect_uri, &reply.parameters, locale));
        }
    };
    Response::found(&location).ok_or_else(|| impossible("a redirect URI"))
}

/// Returns the redirect URI with the parameters behind `mark`, or behind those that it has.
fn location(reply: &Reply, mark: char) -> String {
    // A client's URL may have letters of every script.
    let uri: String = utf8_percent_encode(&reply.redirect_uri, CONTROLS).collect();
    let mut location = uri.clone();
    let mut next = match uri.find(mark) {
        Some(at) if at + 1 == uri.len() => None,
        Some(_) => Some('&'),
        None => Some(mark),
    };
    for (name, value) in &reply.parameters {
        location.extend(next);
        next = Some('&');
        // The description of an error is written as forms are (endpoints.md 1.4).
        let value = match *name {
            "error_description" => encode(value).replace("%20", "+"),
            _ => encode(value),
        };
        location.push_str(name);
        location.push('=');
        location.push_str(&value);
    }
    location
}

/// Sends the browser to a provider with a message.
///
/// # Errors
/// A URL of the provider that is no header.
pub(super) fn to_provider(sent: &Sent, locale: Locale) -> Flow<Response> {
    match sent {
        Sent::To(url) => {
            let location: String = utf8_percent_encode(url, CONTROLS).collect();
            Response::found(&location).ok_or_else(|| impossible("a provider's URL"))
        }
        Sent::Form { action, fields } => Ok(form_post(action, fields, locale)),
    }
}

/// Returns a page whose form brings fields to another site: an answer to a client (OAuth 2.0 Form Post Response Mode), a
/// message to a provider (SAML 2.0 Bindings section 3.5).
fn form_post(action: &str, fields: &[(&'static str, String)], locale: Locale) -> Response {
    let escape = |text: &str| {
        text.replace('&', "&#38;")
            .replace('<', "&#60;")
            .replace('>', "&#62;")
            .replace('"', "&#34;")
    };
    let field = |(name, value): &(&str, String)| {
        format!(
            "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
            escape(value)
        )
    };
    let fields: String = fields.iter().map(field).collect();
    let (lang, dir) = (locale.lang(), locale.direction().word());
    let next = escape(&locale.texts().pages.action.go_on);
    let html = format!(
        "<!doctype html><html lang=\"{lang}\" dir=\"{dir}\"><meta charset=\"utf-8\"><meta name=\"robots\" content=\"noindex\">\
         <title>{next}</title><script src=\"{}\" defer></script><form method=\"post\" action=\"{}\">{fields}\
         <button type=\"submit\">{next}</button></form></html>",
        assets::FORM_POST.path(),
        escape(action)
    );
    Response::html(StatusCode::OK, html)
        .with_scripts()
        .with_form_target(&form_source(action))
}

/// Returns the source of CSP to which a form may lead that ends at `redirect_uri`. The scheme, not the origin: browsers
/// hold all redirects that follow a form against it, and many clients send users on to another host of theirs.
pub(super) fn form_source(redirect_uri: &str) -> String {
    match redirect_uri.split_once(':') {
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") => "http: https:".to_owned(),
        Some((scheme, _)) => format!("{}:", scheme.to_ascii_lowercase()),
        None => String::new(),
    }
}

/// Returns where the client's home may be: the origin of its callback.
pub(super) fn home(redirect_uri: &str) -> Option<String> {
    let (scheme, rest) = redirect_uri.split_once("://")?;
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    let host = rest
        .split(['/', '?', '#'])
        .next()
        .filter(|host| !host.is_empty())?;
    Some(format!("{scheme}://{host}/"))
}

/// Returns the page that says that a sign-in has ended.
pub(super) fn restart(next: String) -> Screen {
    Screen::Notice(Notice {
        kind: NoticeKind::Restart,
        next: Some(next),
        home: None,
    })
}

/// Sends the browser to the page for errors (endpoints.md 1.10), with the number under which the caller has recorded the
/// refusal.
///
/// # Errors
/// None in practice.
pub(super) fn refused(
    request: &Request<'_>,
    client_id: Option<&str>,
    cause: &Cause,
) -> Flow<Response> {
    to_error_page(request, client_id, texts::error_name(cause))
}

fn to_error_page(request: &Request<'_>, client_id: Option<&str>, name: &str) -> Flow<Response> {
    let error = encode(name).replace("%20", "+");
    let client = client_id.filter(|id| id.len() <= 128);
    let client = client.map_or(String::new(), |id| format!("&client_id={}", encode(id)));
    let reference = encode(&request.visitor().request_id);
    let location = format!("/error?error={error}{client}&reference={reference}");
    Response::found(&location).ok_or_else(|| impossible("a location"))
}

/// Answers a request that is refused, and records why, under the number that the page shows.
pub(super) async fn refuse(
    request: &Request<'_>,
    parameters: &Parameters<'_>,
    refusal: &Refusal,
) -> Stop {
    let cx = request.cx(Endpoint::SignIn);
    let written = action::run(&cx, || Box::pin(record(&cx, parameters, refusal))).await;
    if let Err(error) = written {
        // The visitor learns no less for it.
        tracing::error!(?error, request_id = %cx.request_id, "a refusal was not recorded");
    }
    let answered = match refusal {
        // Programs look there before they send a browser, and register anew where they are unknown (agents.md 4.3).
        Refusal::Page(cause @ (Cause::UnknownClient | Cause::OtherPool))
            if request.path().ends_with(AUTHORIZE) =>
        {
            let sentence = texts::error_sentence(request.locale(), texts::error_name(cause));
            let screen = error::screen(request, sentence);
            let drawn = error::draw(request, None, StatusCode::BAD_REQUEST, &screen).await;
            drawn.map_err(Stop::from)
        }
        Refusal::Page(cause @ (Cause::Unmapped | Cause::NoDocument(_))) => {
            no_document(request, parameters, cause).await
        }
        Refusal::Page(cause) => refused(request, parameters.client_id, cause),
        Refusal::Client(told) => recorded(request, told),
    };
    answered.map_or_else(|stop| stop, Stop::with)
}

/// Says on the spot that the URL which is a client's id leads to no client: programs take the status for that.
async fn no_document(
    request: &Request<'_>,
    parameters: &Parameters<'_>,
    cause: &Cause,
) -> Flow<Response> {
    let url: String = parameters
        .client_id
        .unwrap_or_default()
        .chars()
        .take(256)
        .collect();
    let sentence = texts::document_sentence(request, &url, cause);
    let screen = error::screen(request, &sentence);
    Ok(error::draw(request, None, StatusCode::BAD_REQUEST, &screen).await?)
}

/// Draws a page in its version, and lets it have the scripts that it needs.
pub(super) fn draw(status: StatusCode, frame: &Frame<'_>, screen: &Screen) -> Response {
    let response = Response::html(status, views::render(frame, screen));
    match views::has_script(frame, screen) {
        true => response.with_scripts(),
        false => response,
    }
}
