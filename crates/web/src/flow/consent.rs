//! `/consent`: the question whether a client that nobody at the pool vouches for may come in (agents.md 2).
//!
//! It follows the sign-in, or a session that answers for the user. Which one that is, and what was shown, is in the sealed
//! state, so that an answer is one of the user who was asked, to what was asked. Whoever comes without begins anew.

use cognate_domain::Endpoint;
use cognate_domain::errors::oauth::ACCESS_DENIED;
use cognate_domain::oauth::authorization::Authorization;
use cognate_domain::oauth::browser_session::{self, BrowserSession};
use cognate_domain::oauth::consent::Question;
use cognate_domain::oauth::hosted::{BySession, Said};
use cognate_domain::records::unvouched;
use http::StatusCode;

use super::alerts::alert;
use super::paths;
use super::state::Stage;
use super::stop::{Flow, settle};
use super::visit::Visit;
use crate::action;
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;
use crate::views::Screen;
use crate::views::frame::Alert;
use crate::views::screen::Consent;

/// Shows the question.
///
/// # Errors
/// Faults.
pub(super) async fn show(request: Request<'_>) -> Result<Response, Failure> {
    settle(ask(&request).await)
}

/// Takes the answer.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn take(request: Request<'_>) -> Result<Response, Failure> {
    settle(decide(&request).await)
}

/// A question that is open in this browser.
struct Open {
    session: BrowserSession,
    is_fresh: bool,
    shown: String,
    question: Question,
}

async fn ask(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    match visit.open_question().await? {
        Some(open) => visit.question(StatusCode::OK, None, &open).await,
        None => visit.redirect(paths::AUTHORIZE),
    }
}

async fn decide(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    let Some(open) = visit.open_question().await? else {
        return visit.redirect(paths::AUTHORIZE);
    };
    if visit.check_form().is_err() {
        let alert = alert(&visit.words().stale_form, None);
        return visit
            .question(StatusCode::FORBIDDEN, Some(alert), &open)
            .await;
    }
    match visit.field(&["decision"]) {
        // What has changed since it was shown is asked anew.
        Some("allow") if open.shown == open.question.digest => {
            let by = BySession {
                session: &open.session,
                is_fresh: open.is_fresh,
                said: Said::Allow(&open.shown),
            };
            visit.answer_with(by).await
        }
        Some("deny") => {
            let told = visit.authorization.refuse(&ACCESS_DENIED);
            visit.forget(visit.reply(&told).await?)
        }
        _ => visit.question(StatusCode::OK, None, &open).await,
    }
}

/// Returns the name of the client above the forms. A stranger's is named by where it is: not by what it calls itself, nor by the
/// app client behind it.
pub(super) fn shown_name(authorization: &Authorization) -> String {
    let client = &authorization.client;
    match &client.unvouched {
        None => client.doc.name.clone(),
        Some(stranger) => {
            let host = stranger.host.clone();
            host.unwrap_or_else(|| unvouched::place(&authorization.redirect_uri))
        }
    }
}

impl Visit<'_> {
    /// Sends the browser to the question. `session`: the name of the session that answers for the user; `fresh`: it began for
    /// this request.
    ///
    /// # Errors
    /// As [`keep`](Visit::keep).
    pub(super) fn to_consent(&self, session: &str, fresh: bool) -> Flow<Response> {
        self.go(&self.state(
            Stage::Consent {
                session: session.to_owned(),
                fresh,
                shown: String::new(),
            },
            "",
        ))
    }

    /// Returns the question that is open; None for a browser without one, or without the session that it is for.
    async fn open_question(&self) -> Flow<Option<Open>> {
        let kept = self.kept();
        let Some(Stage::Consent {
            session,
            fresh,
            shown,
        }) = kept.map(|state| state.stage)
        else {
            return Ok(None);
        };
        let (Some(question), Some(cookie)) =
            (Question::of(&self.authorization), self.session_cookie())
        else {
            return Ok(None);
        };
        let cx = self.request.cx(Endpoint::SignIn);
        let (pool, host) = (self.pool(), self.host());
        let find = || Box::pin(browser_session::find(&cx, pool, host, cookie));
        let found = action::run(&cx, find).await?;
        let found = found.filter(|found| found.name == session);
        Ok(found.map(|session| Open {
            session,
            is_fresh: fresh,
            shown,
            question,
        }))
    }

    /// Draws the question, and keeps what is shown.
    async fn question(
        &self,
        status: StatusCode,
        alert: Option<Alert>,
        open: &Open,
    ) -> Flow<Response> {
        let question = &open.question;
        let screen = Screen::Consent(Consent {
            who: super::login::account_name(&open.session).to_owned(),
            site: question.host.clone(),
            name: question.name.clone(),
            place: question.place.clone(),
            own_machine: question.own_machine,
            scopes: question.scopes.clone(),
            resource: question.resource.clone(),
        });
        let page = self.page(status, alert, &screen).await?;
        let state = self.state(
            Stage::Consent {
                session: open.session.name.clone(),
                fresh: open.is_fresh,
                shown: question.digest.clone(),
            },
            "",
        );
        self.keep(page, &state)
    }
}
