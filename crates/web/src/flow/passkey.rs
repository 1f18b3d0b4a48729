//! `/passkeys/add`: a passkey for the account that the browser has a session of; managed login only (endpoints.md 1.2).

use cognate_domain::Endpoint;
use cognate_domain::oauth::browser_session::BrowserSession;
use cognate_domain::signin::passkey::register::{self, Registrant};
use cognate_shapes::Op;
use http::StatusCode;
use serde_json::Value;

use super::paths;
use super::state::Stage;
use super::stop::{Flow, settle};
use super::visit::{Visit, alert};
use crate::action;
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;
use crate::views::Screen;
use crate::views::screen::AddPasskey;

/// Shows the page, whose challenge waits in the sealed state: nothing is written yet.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn show(request: Request<'_>) -> Result<Response, Failure> {
    settle(offer(&request).await)
}

/// Registers a passkey, or goes on without one.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn add(request: Request<'_>) -> Result<Response, Failure> {
    settle(take(&request).await)
}

/// Returns the session; the sign-in without one.
async fn signed_in(visit: &Visit<'_>) -> Flow<Result<BrowserSession, Response>> {
    Ok(match visit.session().await? {
        Some(session) => Ok(session),
        None => Err(visit.redirect(paths::SIGN_IN)?),
    })
}

async fn offer(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    let session = match signed_in(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    if !visit.is_managed() {
        return visit.answer_by(&session).await;
    }
    request
        .admit_category(Op::StartWebAuthnRegistration.category())
        .await?;
    let cx = request.cx(Endpoint::SignIn);
    let who = registrant(&visit, &session);
    let offered = action::run(&cx, || Box::pin(register::offer(&cx, who))).await;
    let (options, challenge) = match offered {
        Ok(offered) => offered,
        // Passkeys are off, or the user has as many as can be: there is nothing to do here.
        Err(_) => return visit.answer_by(&session).await,
    };
    let kept = visit.kept();
    let shown = kept.and_then(|mut state| match state.stage {
        Stage::AddPasskey { .. } => state.take_alert(),
        _ => None,
    });
    let screen = Screen::AddPasskey(AddPasskey {
        options: options.to_string(),
        device_name: String::new(),
    });
    let page = visit.page(StatusCode::OK, shown, &screen).await?;
    let stage = Stage::AddPasskey { challenge };
    visit.keep(page, &visit.state(stage, &session.user.username))
}

fn registrant<'a>(visit: &'a Visit<'_>, session: &'a BrowserSession) -> Registrant<'a> {
    Registrant {
        pool: visit.pool(),
        client: visit.client(),
        user: &session.user,
    }
}

async fn take(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    let session = match signed_in(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    if visit.check_form().is_err() {
        return visit.redirect(paths::ADD_PASSKEY);
    }
    let credential = visit.field(&["credential", "passkey"]);
    let Some(credential) = credential.filter(|_| visit.is_managed()) else {
        return visit.answer_by(&session).await;
    };
    request
        .admit_category(Op::CompleteWebAuthnRegistration.category())
        .await?;
    visit.admit_user(&session.user.username).await?;
    let kept = visit.kept();
    let Some((state, challenge)) = kept.and_then(|state| match state.stage.clone() {
        Stage::AddPasskey { challenge } => Some((state, challenge)),
        _ => None,
    }) else {
        return visit.redirect(paths::ADD_PASSKEY);
    };
    let credential: Value = serde_json::from_str(credential).unwrap_or_default();
    let cx = request.cx(Endpoint::SignIn);
    let who = registrant(&visit, &session);
    let attempt = async || {
        register::expect(&cx, who, challenge.clone()).await?;
        register::complete(&cx, who, &credential).await
    };
    match action::run(&cx, || Box::pin(attempt())).await {
        Ok(()) => visit.answer_by(&session).await,
        Err(refusal) => {
            use cognate_domain::errors::ErrorCode as E;
            match refusal.code {
                E::InternalError | E::ResourceNotFound => Err(refusal.into()),
                _ => visit.go_with(state, &alert(refusal.message.as_ref(), None)),
            }
        }
    }
}
