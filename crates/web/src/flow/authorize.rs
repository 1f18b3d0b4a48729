//! `/oauth2/authorize` (endpoints.md 1.3, 1.4): answers at once for a browser that has a session, else leads to the
//! sign-in.
//!
//! A request by POST is the same (OpenID Connect Core 3.1.2.1); it changes nothing that a link could not, so that it
//! needs no token.

use cognate_domain::Endpoint;
use cognate_domain::errors::oauth::LOGIN_REQUIRED;
use cognate_domain::oauth::authorization::{Cause, Parameters, Refusal};
use cognate_domain::oauth::browser_session::BrowserSession;
use cognate_domain::oauth::hosted::{Answered, BySession, Said, by_session};
use cognate_domain::oauth::reply::Reply;
use cognate_shapes::Category;
use http::Method;

use super::state::Aim;
use super::stop::{Flow, settle};
use super::visit::Visit;
use super::{answer, paths};
use crate::action;
use crate::failure::Failure;
use crate::oauth::pushed::{self, Expanded};
use crate::request::Request;
use crate::response::Response;

/// Answers a request for an authorization.
///
/// # Errors
/// Faults; limits of requests.
pub(crate) async fn authorize(request: Request<'_>) -> Result<Response, Failure> {
    settle(begin(&request).await)
}

async fn begin(request: &Request<'_>) -> Flow<Response> {
    match pushed::expanded(request).await? {
        Expanded::No => {}
        Expanded::To(location) => return answer::see_other(&location),
        Expanded::Gone(client_id) => {
            let named = Parameters {
                client_id: Some(&client_id),
                ..Parameters::default()
            };
            let refusal = Refusal::Page(Cause::NoPushedRequest);
            return Err(answer::refuse(request, &named, &refusal).await);
        }
    }
    let visit = Visit::open(request).await?;
    let prompt = visit.authorization.prompt;
    // HEAD asks if there is a page, and gets no code.
    let session = match prompt.login || *request.method() == Method::HEAD {
        true => None,
        false => visit.session().await?,
    };
    match session {
        Some(session) if !(prompt.select_account && visit.is_managed()) => {
            visit.answer_by(&session).await
        }
        _ if prompt.none => {
            visit
                .reply(&visit.authorization.refuse(&LOGIN_REQUIRED))
                .await
        }
        _ => match visit.to_provider().await? {
            Some(response) => Ok(response),
            None => {
                let location = visit.link(paths::SIGN_IN);
                let begun = Response::found(&location).ok_or(Failure::BadRequest)?;
                // What the sign-in before was to lead to is over.
                match visit.aim {
                    Aim::Client => Ok(begun),
                    Aim::Passkey | Aim::PasskeyByLink | Aim::Link(_) => visit.forget(begun),
                }
            }
        },
    }
}

impl Visit<'_> {
    /// Sends the browser to the client, or to a page that tells in its place ([`answer::reply`]).
    ///
    /// # Errors
    /// A redirect URI that is no header.
    pub(super) async fn reply(&self, reply: &Reply) -> Flow<Response> {
        answer::reply(self.request, &self.authorization, reply).await
    }

    /// Answers the client for a user whose browser has a session, or leads to the question whether the user lets it in.
    ///
    /// # Errors
    /// Faults; limits of requests.
    pub(super) async fn answer_by(&self, session: &BrowserSession) -> Flow<Response> {
        self.answer_with(BySession {
            session,
            is_fresh: false,
            said: Said::Nothing,
        })
        .await
    }

    /// As [`answer_by`](Self::answer_by), with what the user said.
    ///
    /// # Errors
    /// Faults; limits of requests.
    pub(super) async fn answer_with(&self, by: BySession<'_>) -> Flow<Response> {
        self.request
            .admit_category(Category::UserAuthentication)
            .await?;
        let cx = self.request.cx(Endpoint::SignIn);
        let answered = || Box::pin(by_session(&cx, &self.authorization, by));
        match action::run(&cx, answered).await? {
            Answered::Reply(reply) => self.forget(self.reply(&reply).await?),
            Answered::Question(_) => self.to_consent(&by.session.name, by.is_fresh),
        }
    }
}
