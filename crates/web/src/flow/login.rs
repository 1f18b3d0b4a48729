//! `/login`: the page on which a sign-in begins, and the choice of the account that the browser has a session of.

use cognate_crypto::secret::Secret;
use cognate_domain::Endpoint;
use cognate_domain::oauth::browser_session;
use cognate_domain::signin::answer::{Needed, UserAuth, Way};
use cognate_shapes::{Category, ChallengeNameType, ExplicitAuthFlowsType};
use http::StatusCode;

use super::alerts::alert;
use super::csrf::Refused;
use super::state::Stage;
use super::step::{From, missing};
use super::stop::{Flow, settle};
use super::visit::{SESSION, Visit};
use super::{answer, paths};
use crate::action;
use crate::cookies::{SameSite, SetCookie};
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;
use crate::views::Screen;
use crate::views::screen::{Chooser, DOMAIN_FIELD};

/// Shows the sign-in, or the account that the browser has a session of.
///
/// # Errors
/// Faults.
pub(super) async fn show(request: Request<'_>) -> Result<Response, Failure> {
    settle(first_page(&request).await)
}

/// Takes name and password, the name alone, or an address by whose domain a provider is found.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn take(request: Request<'_>) -> Result<Response, Failure> {
    settle(sign_in(&request).await)
}

/// Goes on with the account of the session, or lets the user sign in to another one.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn go_on(request: Request<'_>) -> Result<Response, Failure> {
    settle(choose(&request).await)
}

async fn first_page(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    if let Some(response) = visit.to_provider().await? {
        return Ok(response);
    }
    let mut kept = visit.kept();
    // Who is to prove again who they are does not go on with the session.
    let wants_another = visit.wants_another();
    let shown = kept.as_mut().and_then(|state| state.take_alert());
    if visit.is_managed()
        && !visit.authorization.prompt.login
        && !wants_another
        && shown.is_none()
        && let Some(session) = visit.session().await?
    {
        let who = account_name(&session).to_owned();
        return visit
            .page(StatusCode::OK, None, &Screen::Chooser(Chooser { who }))
            .await;
    }
    let who = kept.as_ref().map_or("", |state| state.who.as_str());
    let was_shown = shown.is_some();
    let mut screen = visit.sign_in(who, visit.providers().await?);
    let session = visit.invite_passkey(&mut screen)?;
    let page = visit.page(StatusCode::OK, shown, &screen).await?;
    match &kept {
        // The answer to the question for a passkey needs its session.
        _ if session.is_some() => {
            let stage = match wants_another {
                true => Stage::OtherAccount,
                false => Stage::SignIn,
            };
            visit.keep(page, &visit.state(stage, who).with_session(session))
        }
        // A sign-in that was left in the middle begins again; an alert is shown once.
        Some(state) if was_shown || !matches!(state.stage, Stage::SignIn | Stage::OtherAccount) => {
            let stage = if wants_another {
                Stage::OtherAccount
            } else {
                Stage::SignIn
            };
            visit.keep(page, &visit.state(stage, &state.who))
        }
        _ => Ok(page),
    }
}

/// Returns the name under which a user knows the account.
pub(super) fn account_name(session: &browser_session::BrowserSession) -> &str {
    let user = &session.user;
    // A user name that was not chosen says nothing.
    let named = (user.username == user.id).then(|| {
        ["email", "phone_number"]
            .into_iter()
            .find_map(|name| user.attribute(name).filter(|value| !value.is_empty()))
    });
    named.flatten().unwrap_or(&user.username)
}

async fn sign_in(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    let name = visit.name();
    let password = visit
        .form
        .get("password")
        .filter(|password| !password.is_empty());
    if let Err(refused) = visit.check_form() {
        let typed = if refused == Refused::Stale {
            name.as_str()
        } else {
            ""
        };
        let shown = alert(&visit.words().stale_form, None);
        let screen = visit.sign_in(typed, visit.providers().await?);
        return visit
            .page(StatusCode::FORBIDDEN, Some(shown), &screen)
            .await;
    }
    request.admit_category(Category::UserAuthentication).await?;
    if let Some(address) = visit.field(&[DOMAIN_FIELD]).filter(|_| name.is_empty()) {
        return match visit.to_provider_of(address).await? {
            Some(response) => Ok(response),
            None => {
                let here = visit.state(Stage::SignIn, address.trim());
                visit.go_with(here, &missing(&visit.words().no_provider, DOMAIN_FIELD))
            }
        };
    }
    let here = visit.state(Stage::SignIn, &name);
    if !visit.is_local() {
        return visit.go(&here);
    }
    if name.is_empty() {
        return visit.go_with(here, &missing(&visit.words().name_missing, "username"));
    }
    if password.is_none()
        && let Some(response) = visit.to_provider_of(&name).await?
    {
        return Ok(response);
    }
    visit.admit_user(&name).await?;
    let way = match password {
        Some(password) => visit.by_password(password),
        None if visit.name_first() => Way::UserAuth(visit.choice(None)),
        None => return visit.go_with(here, &missing(&visit.words().password_missing, "password")),
    };
    let stepped = visit.start(&name, way).await;
    visit.after(here, From::default(), stepped).await
}

impl Visit<'_> {
    /// Returns the start of a sign-in with a password: one that leads to the level of assurance which the client wishes
    /// for, where it wishes for one and may use the choice of factors.
    fn by_password(&self, password: &str) -> Way {
        let password = Needed::present(Secret::new(password.to_owned()));
        let client = self.client();
        let steps_up = client.lists_flow(ExplicitAuthFlowsType::AllowUserAuth);
        if self.authorization.levels.is_empty() || !steps_up {
            return Way::Password(password);
        }
        Way::UserAuth(UserAuth {
            password: Some(password),
            ..self.choice(Some(ChallengeNameType::Password))
        })
    }

    /// Returns the start of a sign-in with a choice of first factors.
    pub(super) fn choice(&self, preferred: Option<ChallengeNameType>) -> UserAuth {
        let levels = &self.authorization.levels;
        UserAuth {
            levels: (!levels.is_empty()).then(|| levels.clone()),
            preferred,
            ..UserAuth::default()
        }
    }
}

async fn choose(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    // A form of another site does not end a sign-in that is under way.
    if visit.check_form().is_err() {
        return answer::see_other(&visit.link(paths::SIGN_IN));
    }
    if visit.field(&["other", "another"]).is_some() {
        return visit.go(&visit.state(Stage::OtherAccount, ""));
    }
    if visit.field(&["sign_out", "signout"]).is_some() {
        if let Some(cookie) = visit.session_cookie() {
            let cx = request.cx(Endpoint::SignIn);
            let (pool, host) = (visit.pool(), visit.host());
            let end = || Box::pin(browser_session::end(&cx, pool, host, cookie));
            action::run(&cx, end).await?;
        }
        let ended = SetCookie::delete(SESSION, SameSite::Lax)?.bare();
        let response = visit.go(&visit.state(Stage::SignIn, ""))?;
        return Ok(response.with_cookie(ended));
    }
    match visit.session().await? {
        Some(session) => visit.answer_by(&session).await,
        None => visit.go(&visit.state(Stage::SignIn, "")),
    }
}
