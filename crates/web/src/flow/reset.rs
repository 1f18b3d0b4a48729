//! A forgotten password: the name, then the code with the new password.

use cognate_crypto::secret::Secret;
use cognate_domain::Endpoint;
use cognate_domain::accounts::forgot_password::{Forgotten, forgot_password};
use cognate_domain::accounts::reset_forgotten::{Reset, reset_forgotten};
use cognate_shapes::{Category, Op};
use http::StatusCode;
use serde_json::json;

use super::alerts::{done, is_long};
use super::state::{PageState, Stage};
use super::step::missing;
use super::stop::{Flow, settle};
use super::visit::Visit;
use crate::action;
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;

/// Shows the page that asks for the name.
///
/// # Errors
/// Faults.
pub(super) async fn show_forgot(request: Request<'_>) -> Result<Response, Failure> {
    settle(name_page(&request).await)
}

/// Sends a code.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn forgot(request: Request<'_>) -> Result<Response, Failure> {
    settle(take_name(&request).await)
}

/// Shows the page that asks for the code.
///
/// # Errors
/// Faults.
pub(super) async fn show_reset(request: Request<'_>) -> Result<Response, Failure> {
    settle(code_page(&request).await)
}

/// Sets the new password.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn reset(request: Request<'_>) -> Result<Response, Failure> {
    settle(take_code(&request).await)
}

async fn name_page(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    let kept = visit.kept();
    let who = kept.as_ref().map_or("", |state| state.who.as_str());
    let mut state = match &kept {
        Some(state) if matches!(state.stage, Stage::Forgot) => state.clone(),
        _ => visit.state(Stage::Forgot, who),
    };
    let shown = state.take_alert();
    let was_shown = shown.is_some();
    let page = visit
        .page(StatusCode::OK, shown, &visit.screen(&state))
        .await?;
    if was_shown {
        visit.keep(page, &state)
    } else {
        Ok(page)
    }
}

async fn take_name(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    let name = visit.name();
    let here = visit.state(Stage::Forgot, &name);
    if visit.check_form().is_err() {
        return visit
            .refuse_form(super::csrf::Refused::Stale, &visit.state(Stage::Forgot, ""))
            .await;
    }
    request
        .admit_category(Category::UserAccountRecovery)
        .await?;
    if !visit.is_local() {
        return visit.redirect(super::paths::SIGN_IN);
    }
    if name.is_empty() {
        return visit.go_with(here, &missing(&visit.words().name_missing, "username"));
    }
    // A second form within the time is the same request.
    if let Some(state) = visit.kept()
        && let Stage::Reset { sent, .. } = state.stage
        && state.who == name
        && visit.wait(sent) > 0
    {
        let left = visit.wait(sent);
        return visit.go_with(state, &visit.too_soon(left));
    }
    visit.send(here).await
}

impl Visit<'_> {
    /// Sends a code for a new password.
    async fn send(&self, here: PageState) -> Flow<Response> {
        let name = here.who.clone();
        self.admit_user(&name).await?;
        let client_id = &self.client().id;
        if let Some(shown) = self.unfit(
            Op::ForgotPassword,
            json!({"ClientId": client_id, "Username": name}),
        ) {
            return self.go_with(here, &shown);
        }
        let proof = self.proof(&name);
        let wish = Forgotten {
            client_id,
            username: &name,
            proof: proof.as_deref(),
            metadata: None,
        };
        let cx = self.request.cx(Endpoint::Account);
        match action::run(&cx, || Box::pin(forgot_password(&cx, &wish))).await {
            Ok(delivery) => {
                let stage = Stage::Reset {
                    place: Some(delivery.to),
                    sent: self.now().div_euclid(1_000_000),
                };
                self.go(&self.state(stage, &name))
            }
            Err(refusal) => self.refused(here, refusal).await,
        }
    }

    /// Returns the state of a reset: that of the browser, else one for the name in the form.
    fn resetting(&self) -> Option<PageState> {
        if let Some(state) = self.kept()
            && matches!(state.stage, Stage::Reset { .. })
        {
            return Some(state);
        }
        let name = self.field(&["username"])?;
        let stage = Stage::Reset {
            place: None,
            sent: 0,
        };
        Some(self.state(stage, name.trim()))
    }
}

async fn code_page(request: &Request<'_>) -> Flow<Response> {
    Visit::open(request).await?.show_kept().await
}

async fn take_code(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    if !visit.is_local() {
        return visit.redirect(super::paths::SIGN_IN);
    }
    let Some(state) = visit.resetting() else {
        return visit.over("");
    };
    if let Err(refused) = visit.check_form() {
        return visit.refuse_form(refused, &state).await;
    }
    request
        .admit_category(Category::UserAccountRecovery)
        .await?;
    if visit.field(&["resend", "resend_code"]).is_some() {
        let sent = match state.stage {
            Stage::Reset { sent, .. } => sent,
            _ => 0,
        };
        let left = visit.wait(sent);
        if left > 0 {
            return visit.go_with(state, &visit.too_soon(left));
        }
        return visit.send(state).await;
    }
    let Some(code) = visit.code() else {
        return visit.go_with(state, &missing(&visit.words().code_missing, "code"));
    };
    let password = match visit.two_passwords() {
        Ok(password) => password,
        Err(text) => return visit.go_with(state, &missing(text, "new_password")),
    };
    visit.admit_user(&state.who).await?;
    let client_id = &visit.client().id;
    // One that is too short is the policy's to refuse.
    let long = if is_long(&password) {
        password.as_str()
    } else {
        "long enough"
    };
    let input = json!({
        "ClientId": client_id, "Username": state.who, "ConfirmationCode": code, "Password": long,
    });
    if let Some(shown) = visit.unfit(Op::ConfirmForgotPassword, input) {
        return visit.go_with(state, &shown);
    }
    let proof = visit.proof(&state.who);
    let wish = Reset {
        client_id,
        username: &state.who,
        proof: proof.as_deref(),
        code: &code,
        password: Secret::new(password),
        metadata: None,
    };
    let cx = request.cx(Endpoint::Account);
    match action::run(&cx, || Box::pin(reset_forgotten(&cx, &wish))).await {
        Ok(()) => {
            let next = visit.state(Stage::SignIn, &state.who);
            visit.go_with(next, &done(&visit.words().password_replaced))
        }
        Err(refusal) => visit.refused(state, refusal).await,
    }
}
