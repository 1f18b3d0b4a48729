//! A passkey without a name on the first page, and `/passkeys/add`: a passkey for the account that the browser has a
//! session of. Managed login only (endpoints.md 1.2).
//!
//! A passkey outlives the session, so that the session alone does not add one: the sign-in must be recent, else it is
//! asked for again on the way. A link that asks for no code gets the result alone, and needs a session (pages.md 1.4).

use cognate_domain::errors::ErrorCode;
use cognate_domain::errors::auth::{password_attempts_exceeded, session_expired, session_used};
use cognate_domain::oauth::browser_session::BrowserSession;
use cognate_domain::oauth::reply::{Reply, ReplyMode};
use cognate_domain::signin::answer::Way;
use cognate_domain::signin::opening::Outcome;
use cognate_domain::signin::passkey::discoverable::{Invitation, claimed, invite};
use cognate_domain::signin::passkey::register::{self, Registrant};
use cognate_domain::signin::passkey::relying_party::registers_on_page;
use cognate_domain::signin::state::SignInState;
use cognate_domain::{ApiError, Endpoint};
use cognate_shapes::{Category, Op};
use http::StatusCode;
use serde_json::Value;

use super::alerts::alert;
use super::login::account_name;
use super::paths;
use super::state::{PageState, Stage};
use super::step::From;
use super::stop::{Flow, Stop, settle};
use super::unconfirmed::{CANCELLED, FAILED};
use super::visit::Visit;
use crate::action;
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;
use crate::views::Screen;
use crate::views::frame::{Alert, AlertKind};
use crate::views::screen::AddPasskey;

/// What a client learns that asked for no code: a passkey was added (pages.md 1.4).
const SUCCESS: &str = "success";
/// The same where the browser has no session.
const INVALID_SESSION: &str = "invalid_session";
/// The field of an alert about a passkey on the first page, after which the page does not ask by itself again: a browser
/// that answers by itself would be refused without an end.
const FIELD: &str = "passkey";
/// The seconds for which a session must answer a request so that a page fits between the sign-in and the client.
const LONG_ENOUGH: i64 = 900;

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

/// Leads through the sign-in to the page and back, where that is possible, else on with what there is.
async fn prove_first(visit: Visit<'_>, session: Option<BrowserSession>) -> Flow<Response> {
    if !visit.adds_passkeys() || !visit.can_come_back() {
        return visit.leave(session.as_ref(), INVALID_SESSION).await;
    }
    let told = Alert {
        kind: AlertKind::Info,
        text: visit.words().proof_needed.clone(),
        field: None,
    };
    let visit = visit.aiming_at_passkey();
    let who = session.as_ref().map_or("", account_name);
    // Although the browser may have a session.
    visit.go_with(visit.state(Stage::OtherAccount, who), &told)
}

async fn offer(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    let session = match visit.session().await? {
        Some(session) if visit.adds_passkeys() => session,
        Some(session) => return visit.leave(Some(&session), FAILED).await,
        None if visit.by_link => return visit.leave(None, INVALID_SESSION).await,
        None => return prove_first(visit, None).await,
    };
    if !session.may_add_passkey(visit.now()) {
        return prove_first(visit, Some(session)).await;
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
        Err(_) => return visit.leave(Some(&session), FAILED).await,
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
    let Some(session) = visit.session().await? else {
        return match visit.by_link {
            true => visit.leave(None, INVALID_SESSION).await,
            false => prove_first(visit, None).await,
        };
    };
    if visit.check_form().is_err() {
        return visit.redirect(paths::ADD_PASSKEY);
    }
    let credential = visit.field(&["credential", "passkey"]);
    let Some(credential) = credential.filter(|_| visit.is_managed()) else {
        return visit.leave(Some(&session), CANCELLED).await;
    };
    request
        .admit_category(Op::CompleteWebAuthnRegistration.category())
        .await?;
    visit.admit_user(&session.user.username).await?;
    // The page was shown to this user, after a recent sign-in and within the time of a step.
    let kept = visit.kept();
    let kept = kept.filter(|state| state.who == session.user.username);
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
        Ok(()) => visit.leave(Some(&session), SUCCESS).await,
        Err(refusal) => {
            use cognate_domain::errors::ErrorCode as E;
            match refusal.code {
                E::InternalError | E::ResourceNotFound => Err(refusal.into()),
                _ => visit.go_with(state, &alert(visit.told(&refusal), None)),
            }
        }
    }
}

impl Visit<'_> {
    /// True if users of the client may add a passkey on a page.
    pub(super) fn adds_passkeys(&self) -> bool {
        let cx = self.request.cx(Endpoint::SignIn);
        self.is_managed() && registers_on_page(&cx, self.pool(), self.client())
    }

    /// True if the session that a sign-in opens answers this request too, so that the page after it can lead to the client.
    /// A request that demands a certain user, level or time of the proof could ask for another sign-in for ever.
    pub(super) fn can_come_back(&self) -> bool {
        let authorization = &self.authorization;
        !authorization.prompt.login
            && authorization.user_id.is_none()
            && authorization.levels.is_empty()
            && authorization.max_age.is_none_or(|most| most >= LONG_ENOUGH)
    }

    /// Leaves the page: with the result for a client that asked for no code, else with the answer of the session, else to
    /// the sign-in.
    async fn leave(&self, session: Option<&BrowserSession>, result: &str) -> Flow<Response> {
        match session {
            _ if self.by_link => {
                let state = self.authorization.state.clone();
                let mut parameters = vec![("result", result.to_owned())];
                parameters.extend(state.map(|state| ("state", state)));
                let reply = Reply {
                    redirect_uri: self.authorization.redirect_uri.clone(),
                    mode: ReplyMode::Query,
                    parameters,
                    is_kept: self.authorization.reply_to().to_stranger,
                };
                self.forget(self.reply(&reply).await?)
            }
            Some(session) => self.answer_by(session).await,
            None => self.redirect(paths::SIGN_IN),
        }
    }

    /// Adds the question for a passkey to the page on which a sign-in begins; returns its session. None where no passkey
    /// could sign in.
    ///
    /// # Errors
    /// None in practice.
    pub(super) fn invite_passkey(&self, screen: &mut Screen) -> Flow<Option<String>> {
        let Screen::SignIn(page) = screen else {
            return Ok(None);
        };
        if !self.is_managed() || !page.local {
            return Ok(None);
        }
        let cx = self.request.cx(Endpoint::SignIn);
        let Some(invitation) = invite(&cx, self.pool(), self.client())? else {
            return Ok(None);
        };
        let Invitation { options, session } = invitation;
        page.passkey = Some(options);
        Ok(Some(session))
    }

    /// Takes the answer to the question of the first page. Every refusal leads back there.
    ///
    /// # Errors
    /// Faults; limits of requests.
    pub(super) async fn passkey_without_name(&self, state: PageState) -> Flow<Response> {
        self.request
            .admit_category(Category::UserAuthentication)
            .await?;
        let first = || self.state(state.stage.clone(), "");
        let refuse = |text: &str| self.go_with(first(), &alert(text, Some(FIELD)));
        let texts = &self.request.locale().texts().pages.passkey;
        let Some(credential) = self.field(&["credential", "passkey"]) else {
            return refuse(&texts.cancelled);
        };
        let Some(session) = state.session.clone() else {
            return refuse(&self.words().page_too_old);
        };
        if let Some(user_id) = claimed(credential) {
            self.admit_user(&user_id).await?;
        }
        let way = Way::Passkey {
            session,
            credential: credential.to_owned(),
            wish: self.choice(None),
        };
        match self.start("", way).await {
            Err(refusal) => {
                let is = |other: ApiError| refusal.message == other.message;
                match refusal.code {
                    ErrorCode::InternalError
                    | ErrorCode::ResourceNotFound
                    | ErrorCode::NotImplemented => Err(Stop::from(refusal)),
                    ErrorCode::NotAuthorized if is(session_expired()) || is(session_used()) => {
                        refuse(&self.words().page_too_old)
                    }
                    ErrorCode::NotAuthorized if is(password_attempts_exceeded()) => {
                        refuse(&refusal.message)
                    }
                    // Which part of it is wrong is told to nobody.
                    ErrorCode::NotAuthorized | ErrorCode::InvalidParameter => {
                        refuse(&texts.refused)
                    }
                    _ => refuse(&refusal.message),
                }
            }
            Ok(Outcome::Challenge(challenge)) => {
                let cx = self.request.cx(Endpoint::SignIn);
                let session = challenge.session.as_deref().unwrap_or_default();
                let who = SignInState::open(&cx, self.pool(), self.client(), session)?.username;
                let here = self.state(Stage::SignIn, &who);
                let stepped = Ok(Outcome::Challenge(challenge));
                self.after(here, From::default(), stepped).await
            }
            signed_in => self.after(first(), From::default(), signed_in).await,
        }
    }
}
