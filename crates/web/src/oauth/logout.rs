//! `/logout` (endpoints.md 1.10; OpenID Connect RP-Initiated Logout 1.0 for clients with the standard profile).
//!
//! GET ends a session, as it does at the service, whoever sends the browser here: the cookie is `SameSite=Lax`. A request
//! of a client with the standard profile that does not show who is signed in asks first. A client may post its request,
//! too; a browser sends no cookie with that, so it is sent on by GET. The answer to the question is a form of this site's
//! own page ([`csrf`]); one that is not is a request like any other, so that the user is asked once more.

use std::sync::Arc;

use cognate_domain::Endpoint;
use cognate_domain::oauth::authorization::Cause;
use cognate_domain::oauth::logout::{self, Browser, Next, Parameters};
use cognate_domain::oauth::provider::kept::Browser as AtProvider;
use cognate_domain::oauth::provider::logout::leave;
use cognate_domain::oauth::provider::outgoing::Sent;
use cognate_domain::oauth::refused::record_sign_out;
use http::{HeaderValue, Method, StatusCode, header};

use crate::action;
use crate::cookies::{SameSite, SetCookie};
use crate::failure::Failure;
use crate::fields::{Fields, QUERY_BYTES};
use crate::flow::{
    self,
    csrf::{self, Csrf},
};
use crate::oauth::location::with_query;
use crate::request::Request;
use crate::response::Response;
use crate::views::Screen;
use crate::views::screen::{Notice, NoticeKind, SignOut};

/// The cookie of a browser's session.
const SESSION: &str = "cognito";
/// The field that answers the question.
const ANSWER: &str = "sign_out";

/// Ends the session of the browser. HEAD does nothing: programs ask so if there is a page.
pub(crate) async fn logout(request: Request<'_>) -> Result<Response, Failure> {
    if request.method() == Method::HEAD {
        return Ok(Response::empty(StatusCode::OK));
    }
    let is_post = request.method() == Method::POST;
    let fields = if is_post {
        Arc::new(request.form()?)
    } else if let Ok(query) = request.query() {
        query
    } else {
        return refuse(&request, &Parameters::default(), &Cause::Malformed).await;
    };
    let cookies = request.cookies()?;
    let csrf = Csrf::read(&cookies);
    let answered = is_post && fields.get(ANSWER).is_some() && csrf.check(&request, &fields).is_ok();
    if is_post && !answered {
        return by_get(&fields);
    }
    let browser = Browser {
        host: &request.visitor().host,
        cookie: cookies.bare(SESSION),
    };
    let parameters = parameters(&fields);
    let cx = request.cx(Endpoint::Logout);
    let checked = action::run(&cx, || Box::pin(logout::check(&cx, &parameters, browser)));
    let sign_out = match checked.await? {
        Ok(sign_out) => sign_out,
        Err(cause) => return refuse(&request, &parameters, &cause).await,
    };
    if sign_out.asks && !answered {
        return question(&request, &sign_out.client.id, &fields).await;
    }
    let (value, leaving) = flow::leaving_cookie(&cookies)?;
    let base_url = request.visitor().base_url.as_deref();
    let at_provider = base_url.map(|base_url| AtProvider {
        cookie: &value,
        base_url,
    });
    let query = request.raw_query();
    let sent = action::run(&cx, || {
        Box::pin(leave(&cx, &sign_out, browser, query, at_provider))
    });
    let sent = sent.await?;
    let client_id = sign_out.client.id.as_str();
    let over = SetCookie::delete(SESSION, SameSite::Lax)?.bare();
    if let Some(sent) = sent {
        let response = match sent {
            // As below.
            Sent::To(url) if answered => {
                signed_out(&request, client_id, NoticeKind::Leaving, Some(url)).await?
            }
            sent => flow::to_provider(&sent, request.locale())?,
        };
        return Ok(response.with_cookie(over).with_cookie(leaving));
    }
    onward(&request, client_id, sign_out.next, query, answered)
        .await
        .map(|response| response.with_cookie(over))
}

/// Sends the browser to the page for errors, and records why, under the number that the page shows.
async fn refuse(
    request: &Request<'_>,
    parameters: &Parameters<'_>,
    cause: &Cause,
) -> Result<Response, Failure> {
    let cx = request.cx(Endpoint::Logout);
    let record = || Box::pin(record_sign_out(&cx, parameters, cause));
    if let Err(error) = action::run(&cx, record).await {
        // The visitor learns no less for it.
        tracing::error!(?error, request_id = %cx.request_id, "a refusal was not recorded");
    }
    flow::refused(request, parameters.client_id, cause)
}

/// Sends the browser on after a sign-out. `query`: that of the request for it. `by_form`: the answer is that to a form.
///
/// # Errors
/// Faults.
pub(crate) async fn onward(
    request: &Request<'_>,
    client_id: &str,
    next: Next,
    query: &str,
    by_form: bool,
) -> Result<Response, Failure> {
    match next {
        Next::To { uri, state } => {
            let state = state.as_deref().map(|state| ("state", state));
            let location = with_query(&uri, state);
            // The policy of the page that has the question lets its form lead nowhere else.
            if by_form {
                signed_out(request, client_id, NoticeKind::Leaving, Some(location)).await
            } else {
                Ok(found(&location))
            }
        }
        Next::SignIn => Ok(found(&format!("/login?{query}"))),
        Next::SignedOut => signed_out(request, client_id, NoticeKind::SignedOut, None).await,
    }
}

fn parameters(fields: &Fields) -> Parameters<'_> {
    Parameters {
        client_id: fields.get("client_id"),
        logout_uri: fields.get("logout_uri"),
        redirect_uri: fields.get("redirect_uri"),
        response_type: fields.get("response_type"),
        id_token_hint: fields.get("id_token_hint"),
        post_logout_redirect_uri: fields.get("post_logout_redirect_uri"),
        state: fields.get("state"),
    }
}

/// Returns the request of a form, without what answers the question.
fn asked(fields: &Fields) -> impl Iterator<Item = (&str, &str)> {
    let answers = |name: &str| name == ANSWER || csrf::FIELDS.contains(&name);
    fields.iter().filter(move |(name, _)| !answers(name))
}

/// Sends a browser whose form came from elsewhere here again.
fn by_get(fields: &Fields) -> Result<Response, Failure> {
    let location = with_query("/logout", asked(fields));
    if location.len() > QUERY_BYTES {
        return Err(Failure::TooLarge);
    }
    Response::redirect(&location).ok_or(Failure::BadRequest)
}

/// 302, as the service answers.
fn found(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => Response::empty(StatusCode::FOUND).with_header(header::LOCATION, location),
        // All of its characters were encoded.
        Err(_) => Response::empty(StatusCode::BAD_REQUEST),
    }
}

/// Asks whether to sign out, with what was sent.
async fn question(
    request: &Request<'_>,
    client_id: &str,
    fields: &Fields,
) -> Result<Response, Failure> {
    let screen = Screen::SignOut(SignOut {
        request: asked(fields)
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .collect(),
        answer: ANSWER,
        home: None,
    });
    flow::draw(request, Some(client_id), StatusCode::OK, &screen).await
}

/// Says that the user is signed out, with a link that leads on.
async fn signed_out(
    request: &Request<'_>,
    client_id: &str,
    kind: NoticeKind,
    next: Option<String>,
) -> Result<Response, Failure> {
    let screen = Screen::Notice(Notice {
        kind,
        next,
        home: None,
    });
    flow::draw(request, Some(client_id), StatusCode::OK, &screen).await
}
