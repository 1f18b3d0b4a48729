//! Signing up: the form, the code that confirms it, and the sign-in that follows without another word.

use cognate_crypto::secret::Secret;
use cognate_domain::accounts::confirm_sign_up::{Confirmation, confirm_sign_up};
use cognate_domain::accounts::resend_code::{AnotherCode, resend_code};
use cognate_domain::accounts::sign_up::{SignUp, SignedUp, sign_up as register};
use cognate_domain::errors::ErrorCode;
use cognate_domain::errors::users::cannot_be_confirmed;
use cognate_domain::messages::Delivery;
use cognate_domain::signin::answer::{Needed, Way};
use cognate_domain::{ApiError, Endpoint};
use cognate_shapes::{Category, Op, UserStatusType};
use http::StatusCode;
use serde_json::json;

use super::alerts::{alert, done, is_long};
use super::csrf::Refused;
use super::screens::{can_sign_up, name_kind, required};
use super::state::{PageState, Stage};
use super::step::{From, missing};
use super::stop::{Flow, Stop, settle};
use super::visit::Visit;
use crate::action;
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;
use crate::views::screen::NameKind;

/// The most bytes of attributes that a refused form finds again.
const MOST_KEPT: usize = 768;

/// Shows the form.
///
/// # Errors
/// Faults.
pub(super) async fn show_sign_up(request: Request<'_>) -> Result<Response, Failure> {
    settle(form(&request).await)
}

/// Signs a user up.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn sign_up(request: Request<'_>) -> Result<Response, Failure> {
    settle(take_sign_up(&request).await)
}

/// Shows the page that asks for the code.
///
/// # Errors
/// Faults.
pub(super) async fn show_confirm(request: Request<'_>) -> Result<Response, Failure> {
    settle(code_page(&request).await)
}

/// Takes the code.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn confirm(request: Request<'_>) -> Result<Response, Failure> {
    settle(take_code(&request).await)
}

/// Sends another code.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn resend(request: Request<'_>) -> Result<Response, Failure> {
    settle(another(&request).await)
}

async fn form(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    if !visit.is_local() || !can_sign_up(visit.pool()) {
        return visit.redirect(super::paths::SIGN_IN);
    }
    match visit.kept() {
        Some(mut state) if matches!(state.stage, Stage::SignUp { .. }) => {
            let shown = state.take_alert();
            let page = visit
                .page(StatusCode::OK, shown, &visit.screen(&state))
                .await?;
            visit.keep(page, &state)
        }
        _ => {
            visit
                .page(StatusCode::OK, None, &visit.sign_up("", &[]))
                .await
        }
    }
}

async fn take_sign_up(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    let name = visit.name();
    let wanted = required(visit.pool(), &[]);
    let mut given = visit.attributes();
    given.retain(|(name, _)| wanted.iter().any(|field| field.name == *name));
    if let Err(refused) = visit.check_form() {
        let shown = alert(&visit.words().stale_form, None);
        let screen = match refused {
            Refused::Stale => visit.sign_up(&name, &given),
            Refused::Foreign => visit.sign_up("", &[]),
        };
        return visit
            .page(StatusCode::FORBIDDEN, Some(shown), &screen)
            .await;
    }
    request.admit_category(Category::UserCreation).await?;
    if !visit.is_local() || !can_sign_up(visit.pool()) {
        return visit.redirect(super::paths::SIGN_IN);
    }
    let stage = Stage::SignUp {
        given: brief(&given),
    };
    let here = visit.state(stage, &name);
    if name.is_empty() {
        return visit.go_with(here, &missing(&visit.words().name_missing, "username"));
    }
    visit.admit_user(&name).await?;
    let password = visit.form.get("password").unwrap_or_default();
    if let Some(again) = visit.field(&["confirm_password", "confirmPassword"])
        && again != password
    {
        return visit.go_with(here, &missing(&visit.words().passwords_differ, "password"));
    }
    let attributes: Vec<(String, Option<String>)> = given
        .into_iter()
        .chain(address(name_kind(visit.pool()), &name))
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name, Some(value)))
        .collect();
    let client_id = &visit.client().id;
    let listed: Vec<_> = attributes
        .iter()
        .map(|(n, v)| json!({"Name": n, "Value": v}))
        .collect();
    // None, or one that is too short, is the pool's to refuse.
    let long = if is_long(password) {
        password
    } else {
        "long enough"
    };
    let input = json!({
        "ClientId": client_id, "Username": name, "UserAttributes": listed, "Password": long,
    });
    if let Some(shown) = visit.unfit(Op::SignUp, input) {
        return visit.go_with(here, &shown);
    }
    let proof = visit.proof(&name);
    let wish = SignUp {
        client_id,
        username: &name,
        proof: proof.as_deref(),
        password: (!password.is_empty()).then(|| Secret::new(password.to_owned())),
        attributes,
        validation: Default::default(),
        metadata: None,
        sender: Some(&visit.csrf.token),
    };
    let cx = request.cx(Endpoint::Account);
    match action::run(&cx, || Box::pin(register(&cx, &wish))).await {
        Ok(made) => visit.signed_up(&name, password, made).await,
        Err(refusal) => visit.refused(here, refusal).await,
    }
}

/// Returns what was typed, if it fits beside the rest of a state; else nothing, to be typed again.
pub(super) fn brief(given: &[(String, String)]) -> Vec<(String, String)> {
    let bytes: usize = given
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if bytes <= MOST_KEPT {
        given.to_vec()
    } else {
        Vec::new()
    }
}

/// Returns the address that is the name, where the pool's schema asks for it as an attribute too.
fn address(kind: NameKind, name: &str) -> Option<(String, String)> {
    let attribute = match kind {
        NameKind::Username => return None,
        NameKind::Email => "email",
        NameKind::Phone => "phone_number",
        NameKind::EmailOrPhone if name.contains('@') => "email",
        NameKind::EmailOrPhone => "phone_number",
    };
    Some((attribute.to_owned(), name.to_owned()))
}

impl Visit<'_> {
    /// Goes on after a sign-up: to the code, or, without one, to the client.
    async fn signed_up(&self, name: &str, password: &str, made: SignedUp) -> Flow<Response> {
        if made.confirmed {
            if password.is_empty() {
                let state = self.state(Stage::SignIn, name);
                return self.go_with(state, &done(&self.words().confirmed));
            }
            let password = Needed::present(Secret::new(password.to_owned()));
            let stepped = self.start(name, Way::Password(password)).await;
            return self.after_sign_up(name, stepped).await;
        }
        match made.delivery {
            Some(delivery) => {
                let stage = self.confirm_stage(Some(delivery.to), delivery.medium);
                self.go(&self.state(stage, name).with_session(made.session))
            }
            None => self.go(&self.state(Stage::Pending, name)),
        }
    }

    async fn after_sign_up(&self, name: &str, stepped: super::step::Stepped) -> Flow<Response> {
        let from = From {
            signed_up: true,
            ..From::default()
        };
        self.after(self.state(Stage::SignIn, name), from, stepped)
            .await
    }

    /// Returns the state of a sign-up that waits for its code: that of the browser, else one for the name in the form.
    /// None if neither says whose it is, and for a sign-up that was open for too long.
    fn confirming(&self) -> Option<PageState> {
        let kept = self.kept();
        if let Some(state) = kept
            && matches!(state.stage, Stage::Confirm { .. })
        {
            return Some(state);
        }
        let name = self.field(&["username"])?;
        let stage = Stage::Confirm {
            place: None,
            by_link: false,
            sent: 0,
        };
        Some(self.state(stage, name.trim()))
    }

    /// Sends the browser to the page that says that its sign-up has ended, whose sign-in keeps the name.
    fn sign_up_over(&self) -> Flow<Response> {
        let who = self.kept().map_or(String::new(), |state| state.who);
        self.over(&who)
    }
}

async fn code_page(request: &Request<'_>) -> Flow<Response> {
    Visit::open(request).await?.show_kept().await
}

/// Returns the visit that a form of the page for the code is part of, and its sign-up; else ends the request.
async fn confirming<'r>(request: &'r Request<'r>) -> Flow<(Visit<'r>, PageState)> {
    let visit = Visit::open(request).await?;
    if !visit.is_local() {
        return Err(Stop::with(visit.redirect(super::paths::SIGN_IN)?));
    }
    let Some(state) = visit.confirming() else {
        return Err(Stop::with(visit.sign_up_over()?));
    };
    if let Err(refused) = visit.check_form() {
        return Err(Stop::with(visit.refuse_form(refused, &state).await?));
    }
    Ok((visit, state))
}

async fn take_code(request: &Request<'_>) -> Flow<Response> {
    let (visit, state) = confirming(request).await?;
    if visit.field(&["resend", "resend_code"]).is_some() {
        return visit.another_code(state).await;
    }
    request.admit_category(Category::UserCreation).await?;
    let Some(code) = visit.code() else {
        return visit.go_with(state, &missing(&visit.words().code_missing, "code"));
    };
    visit.admit_user(&state.who).await?;
    let client_id = &visit.client().id;
    let input = json!({"ClientId": client_id, "Username": state.who, "ConfirmationCode": code});
    if let Some(shown) = visit.unfit(Op::ConfirmSignUp, input) {
        return visit.go_with(state, &shown);
    }
    let proof = visit.proof(&state.who);
    let wish = Confirmation {
        client_id,
        username: &state.who,
        proof: proof.as_deref(),
        code: &code,
        session: state.session.as_deref(),
        force_alias: false,
        metadata: None,
    };
    let cx = request.cx(Endpoint::Account);
    let mut confirmed = action::run(&cx, || Box::pin(confirm_sign_up(&cx, &wish))).await;
    if confirmed.as_ref().is_err_and(is_code_gone) {
        // The same form, sent twice at once, has used the code up meanwhile: the second look sees the user confirmed.
        confirmed = action::run(&cx, || Box::pin(confirm_sign_up(&cx, &wish))).await;
    }
    match confirmed {
        Ok(Some(session)) => {
            let stepped = visit.start(&state.who, Way::SignUp(session)).await;
            visit.after_sign_up(&state.who, stepped).await
        }
        Ok(None) => {
            let signed_up = visit.state(Stage::SignIn, &state.who);
            visit.go_with(signed_up, &done(&visit.words().confirmed))
        }
        Err(refusal) if was_confirmed(&refusal) => {
            let signed_up = visit.state(Stage::SignIn, &state.who);
            visit.go_with(signed_up, &done(&visit.words().confirmed))
        }
        Err(refusal) => visit.refused(state, refusal).await,
    }
}

async fn another(request: &Request<'_>) -> Flow<Response> {
    let (visit, state) = confirming(request).await?;
    visit.another_code(state).await
}

impl Visit<'_> {
    /// Sends another code for the sign-up of a name.
    pub(super) async fn confirm_again(&self, name: &str) -> Result<Delivery, ApiError> {
        let proof = self.proof(name);
        let wish = AnotherCode {
            client_id: &self.client().id,
            username: name,
            proof: proof.as_deref(),
            metadata: None,
        };
        let cx = self.request.cx(Endpoint::Account);
        action::run(&cx, || Box::pin(resend_code(&cx, &wish))).await
    }

    /// Answers the form that asks for another code.
    async fn another_code(&self, state: PageState) -> Flow<Response> {
        let sent = match state.stage {
            Stage::Confirm { sent, .. } => sent,
            _ => 0,
        };
        let left = self.wait(sent);
        if left > 0 {
            return self.go_with(state, &self.too_soon(left));
        }
        self.request
            .admit_category(Category::UserAccountRecovery)
            .await?;
        self.admit_user(&state.who).await?;
        let client_id = &self.client().id;
        let input = json!({"ClientId": client_id, "Username": state.who});
        if let Some(shown) = self.unfit(Op::ResendConfirmationCode, input) {
            return self.go_with(state, &shown);
        }
        match self.confirm_again(&state.who).await {
            Ok(delivery) => {
                let stage = self.confirm_stage(Some(delivery.to), delivery.medium);
                let next = self.state(stage, &state.who).with_session(state.session);
                self.go_with(next, &done(&self.words().code_sent))
            }
            Err(refusal) if is_confirmed(&refusal) => {
                let next = self.state(Stage::SignIn, &state.who);
                self.go_with(next, &alert(self.told(&refusal), None))
            }
            Err(refusal) => self.refused(state, refusal).await,
        }
    }
}

/// True if there is no code of this sign-up, or no longer.
fn is_code_gone(refusal: &ApiError) -> bool {
    refusal.code == ErrorCode::ExpiredCode
}

/// True if a code is not looked at because the user is confirmed.
fn was_confirmed(refusal: &ApiError) -> bool {
    let confirmed = cannot_be_confirmed(UserStatusType::Confirmed.as_str());
    (refusal.code, &refusal.message) == (confirmed.code, &confirmed.message)
}

/// True if a code is refused because the user is confirmed.
fn is_confirmed(refusal: &ApiError) -> bool {
    refusal.code == ErrorCode::InvalidParameter && refusal.message.contains("already confirmed")
}
