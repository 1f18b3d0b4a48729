//! The set-up of a second factor that the pool requires: an authenticator app, an address, a number.

use cognate_crypto::secret::Secret;
use cognate_domain::Endpoint;
use cognate_domain::errors::ErrorCode;
use cognate_domain::facts::contact::Contact;
use cognate_domain::signin::Surface;
use cognate_domain::signin::answer::Answer;
use cognate_domain::signin::app_setup;
use cognate_domain::signin::opening::Outcome;
use cognate_shapes::Category;

use super::alerts::done;
use super::state::{CodeFor, PageState, Stage};
use super::step::{From, missing};
use super::stop::Flow;
use super::visit::Visit;
use crate::action;
use crate::response::Response;
use crate::views::frame::Alert;
use crate::views::screen::FactorKind;

/// The longest name of an app, in bytes (VerifySoftwareToken's FriendlyDeviceName has no shorter bound).
const LONGEST_NAME: usize = 131;

impl Visit<'_> {
    /// Takes the choice of a factor to set up.
    ///
    /// # Errors
    /// Faults; limits of requests.
    pub(super) async fn choose_set_up(
        &self,
        state: PageState,
        factors: Vec<FactorKind>,
    ) -> Flow<Response> {
        match self.chosen(&factors) {
            Some(FactorKind::App) => {
                self.request.admit_category(Category::UserUpdate).await?;
                self.admit_user(&state.who).await?;
                self.set_up_app(state, factors).await
            }
            Some(kind @ (FactorKind::Email | FactorKind::Sms)) => {
                let stage = Stage::SetUpContact {
                    kind,
                    value: String::new(),
                    factors,
                };
                self.go(&state.at(stage))
            }
            _ => self.go_with(state, &missing(&self.words().choice_missing, "factor")),
        }
    }
}

/// Takes the first code of an app, and goes on with the sign-in.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn app(visit: &Visit<'_>, state: PageState) -> Flow<Response> {
    let Some(code) = visit.code() else {
        return visit.go_with(state, &missing(&visit.words().code_missing, "code"));
    };
    visit.request.admit_category(Category::UserUpdate).await?;
    visit.admit_user(&state.who).await?;
    let name = visit.field(&["device_name", "deviceName", "name"]);
    let name = name
        .filter(|name| name.len() <= LONGEST_NAME)
        .map(str::to_owned);
    let code = Secret::new(code);
    let session = state.session.clone().unwrap_or_default();
    let cx = visit.request.cx(Endpoint::SignIn);
    let verify = || {
        Box::pin(app_setup::verify(
            &cx,
            &session,
            &code,
            name.clone(),
            Surface::Page,
        ))
    };
    match action::run(&cx, verify).await {
        Ok(session) => {
            let given = Answer::MfaSetup { contact: None };
            let state = state.with_session(Some(session));
            let stepped = visit.answer(&state, given).await;
            visit.after(state, From::default(), stepped).await
        }
        Err(refusal) if refusal.code == ErrorCode::EnableSoftwareTokenMFA => {
            visit.go_with(state, &missing(&visit.words().app_code_wrong, "code"))
        }
        Err(refusal) => visit.refused(state, refusal).await,
    }
}

/// Takes an address or a number, and sends a code there.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn contact(
    visit: &Visit<'_>,
    state: PageState,
    kind: FactorKind,
    factors: Vec<FactorKind>,
) -> Flow<Response> {
    let names = ["contact", "phone_number", "phone", "email", "value"];
    let typed = visit.field(&names).unwrap_or_default().trim();
    let (contact, value) = match kind {
        FactorKind::Sms => (Contact::PhoneNumber, visit.number(typed)),
        _ => (Contact::Email, typed.to_owned()),
    };
    let stage = Stage::SetUpContact {
        kind,
        value: value.clone(),
        factors: factors.clone(),
    };
    let here = state.at(stage);
    if value.is_empty() {
        return visit.go(&here);
    }
    visit.admit_answer(&here.who).await?;
    send(visit, here, (contact, value), factors, None).await
}

/// Sends a code to the address or number that is being set up.
async fn send(
    visit: &Visit<'_>,
    here: PageState,
    (contact, value): (Contact, String),
    factors: Vec<FactorKind>,
    told: Option<Alert>,
) -> Flow<Response> {
    let from = From {
        second: factors,
        set_up: Some(value.clone()),
        told,
        ..From::default()
    };
    let contact = Some((contact, value));
    let stepped = visit.answer(&here, Answer::MfaSetup { contact }).await;
    visit.after(here, from, stepped).await
}

/// A code that an address or number waits for while it is being set up.
pub(super) struct Awaited {
    /// Which code.
    pub(super) of: CodeFor,
    /// The address or number.
    pub(super) value: String,
    /// The factors that can be set up.
    pub(super) factors: Vec<FactorKind>,
}

impl Awaited {
    /// Sends another code to the same address or number.
    ///
    /// # Errors
    /// Faults; limits of requests.
    pub(super) async fn send_again(self, visit: &Visit<'_>, state: PageState) -> Flow<Response> {
        let contact = match self.of.kind() {
            FactorKind::Sms => Contact::PhoneNumber,
            _ => Contact::Email,
        };
        let (value, factors) = (self.value.clone(), self.factors.clone());
        let here = match self.leave(visit, state).await {
            Ok(here) => here,
            Err(end) => return end,
        };
        let told = Some(done(&visit.words().code_sent));
        send(visit, here, (contact, value), factors, told).await
    }

    /// Goes back to the page on which the address or number was typed.
    ///
    /// # Errors
    /// Faults; limits of requests.
    pub(super) async fn go_back(self, visit: &Visit<'_>, state: PageState) -> Flow<Response> {
        match self.leave(visit, state).await {
            Ok(here) => visit.go(&here),
            Err(end) => end,
        }
    }

    /// Leaves the code, and returns the state of the page on which the address or number was typed; or where a refusal
    /// leads.
    async fn leave(self, visit: &Visit<'_>, state: PageState) -> Result<PageState, Flow<Response>> {
        if let Err(failure) = visit.admit_answer(&state.who).await {
            return Err(Err(failure.into()));
        }
        let Self { of, value, factors } = self;
        let Some(instead_of) = of.challenge() else {
            return Err(visit.go(&state));
        };
        match visit.answer(&state, Answer::SetUpAnew { instead_of }).await {
            Ok(Outcome::Challenge(challenge)) => {
                let stage = Stage::SetUpContact {
                    kind: of.kind(),
                    value,
                    factors,
                };
                let here = visit.state(stage, &state.who);
                Ok(here.with_session(challenge.session))
            }
            other => Err(visit.after(state, From::default(), other).await),
        }
    }
}
