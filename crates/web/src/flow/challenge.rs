//! The pages between the first one and the client: choices, passwords, codes, passkeys. One pair of handlers for all of
//! them, because the sealed state says what is asked for; the path is for the eye.

use cognate_crypto::secret::Secret;
use cognate_domain::oauth::browser_session::BrowserSession;
use cognate_domain::signin::answer::{Answer, Needed, Way};
use cognate_shapes::Category;
use http::StatusCode;

use super::account::brief;
use super::alerts::{alert, done};
use super::csrf::Refused;
use super::paths;
use super::screens::can_resend;
use super::set_up::{self, Awaited};
use super::state::{CodeFor, PageState, Stage};
use super::step::{From, first_challenge, missing, second_factor};
use super::stop::{Flow, settle};
use super::visit::Visit;
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;
use crate::views::screen::FactorKind;

/// Seconds after a sign-in in which the page of one of its steps is that of a double click.
const JUST_NOW: i64 = 60;

/// Shows the step at which the sign-in is.
///
/// # Errors
/// Faults.
pub(super) async fn show(request: Request<'_>) -> Result<Response, Failure> {
    settle(current(&request).await)
}

/// Takes the answer to the step.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn take(request: Request<'_>) -> Result<Response, Failure> {
    settle(answer(&request).await)
}

/// Sends the code of the step again.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn resend(request: Request<'_>) -> Result<Response, Failure> {
    settle(another_code(&request).await)
}

/// Goes back to the choice before the step.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn back(request: Request<'_>) -> Result<Response, Failure> {
    settle(step_back(&request).await)
}

async fn current(request: &Request<'_>) -> Flow<Response> {
    Visit::open(request).await?.show_kept().await
}

impl Visit<'_> {
    /// Shows the step at which the sign-in is. The page of one that has just been finished, as after a double click, leads
    /// to the client.
    ///
    /// # Errors
    /// Faults.
    pub(super) async fn show_kept(&self) -> Flow<Response> {
        let kept = self.kept();
        let is_over = kept
            .as_ref()
            .is_none_or(|state| matches!(state.stage, Stage::Over));
        if is_over
            && let Some(session) = self.session().await?
            && self.is_fresh(&session)
        {
            return self.answer_by(&session).await;
        }
        match kept {
            Some(state) => self.show(state, self.request.path()).await,
            None => self.restart().await,
        }
    }

    /// True for a session that began while a page was on its way.
    fn is_fresh(&self, session: &BrowserSession) -> bool {
        let age = self
            .now()
            .div_euclid(1_000_000)
            .saturating_sub(session.doc.auth_time);
        (0..=JUST_NOW).contains(&age)
    }

    /// Shows the page of a state; leads to it from another path.
    ///
    /// # Errors
    /// As [`Visit::keep`].
    pub(super) async fn show(&self, mut state: PageState, path: &str) -> Flow<Response> {
        let right = paths::of(self.version, &state.stage);
        if !paths::is(path, right) {
            return self.redirect(right);
        }
        let shown = state.take_alert();
        let was_shown = shown.is_some();
        let ends = match state.stage {
            Stage::Over | Stage::Pending | Stage::Approval => None,
            _ => Some(state.ends),
        };
        let screen = self.screen(&state);
        let page = self
            .page_until(StatusCode::OK, shown, &screen, ends)
            .await?;
        match state.stage {
            // The next sign-in finds the name.
            Stage::Over => self.keep(page, &self.state(Stage::SignIn, &state.who)),
            _ if was_shown => self.keep(page, &state),
            _ => Ok(page),
        }
    }

    /// Returns the state that a form answers.
    ///
    /// # Errors
    /// The answer to a form without one, or with another token than the browser's.
    pub(super) async fn form_state(&self) -> Result<PageState, Flow<Response>> {
        // The client may have lost the pool's own users meanwhile.
        if !self.is_local() {
            return Err(self.redirect(paths::SIGN_IN));
        }
        let Some(state) = self.kept() else {
            return Err(self.over(""));
        };
        if let Err(refused) = self.check_form() {
            return Err(self.refuse_form(refused, &state).await);
        }
        if matches!(state.stage, Stage::Over) {
            return Err(self.go(&state));
        }
        Ok(state)
    }

    /// Shows a page again whose form was not taken.
    ///
    /// # Errors
    /// None in practice.
    pub(super) async fn refuse_form(&self, _: Refused, state: &PageState) -> Flow<Response> {
        let shown = alert(&self.words().stale_form, None);
        self.page(StatusCode::FORBIDDEN, Some(shown), &self.screen(state))
            .await
    }
}

async fn answer(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    let state = match visit.form_state().await {
        Ok(state) => state,
        Err(end) => return end,
    };
    if visit.field(&["resend", "resend_code"]).is_some() {
        return visit.resend_code(state).await;
    }
    if visit.field(&["back", "another", "another_way"]).is_some() {
        return visit.go_back(state).await;
    }
    match state.stage.clone() {
        Stage::ChooseFactor { factors } => visit.choose_first(state, &factors).await,
        Stage::Password { direct, .. } => visit.password(state, direct).await,
        Stage::Code { of, factors, .. } => visit.take_code(state, of, factors).await,
        Stage::Passkey { .. } => visit.passkey(state).await,
        Stage::ChooseMfa {
            factors,
            instead_of,
        } => visit.choose_second(state, factors, instead_of).await,
        Stage::SetUp { factors } => visit.choose_set_up(state, factors).await,
        Stage::SetUpApp { .. } => set_up::app(&visit, state).await,
        Stage::SetUpContact { kind, factors, .. } => {
            set_up::contact(&visit, state, kind, factors).await
        }
        Stage::NewPassword { required, .. } => visit.new_password(state, required).await,
        Stage::Link { provider } => visit.answer_link(state, &provider).await,
        Stage::SignIn | Stage::OtherAccount
            if paths::is(request.path(), paths::PASSKEY) && visit.is_managed() =>
        {
            visit.passkey_without_name(state).await
        }
        // The form of another page, sent to this path.
        Stage::SignIn
        | Stage::OtherAccount
        | Stage::Over
        | Stage::SignUp { .. }
        | Stage::Confirm { .. }
        | Stage::Pending
        | Stage::Approval
        | Stage::Forgot
        | Stage::Reset { .. }
        | Stage::AddPasskey { .. }
        | Stage::Consent { .. } => visit.go(&state),
    }
}

impl Visit<'_> {
    /// Returns the factor that a form chooses, if it is one of those offered.
    pub(super) fn chosen(&self, offered: &[FactorKind]) -> Option<FactorKind> {
        let names = ["factor", "challenge", "mfa", "mfaOption", "option"];
        let kind = FactorKind::parse(self.field(&names)?)?;
        offered.contains(&kind).then_some(kind)
    }

    async fn choose_first(&self, state: PageState, factors: &[FactorKind]) -> Flow<Response> {
        let chosen = self.chosen(factors);
        let Some((kind, challenge)) = chosen.and_then(|kind| Some((kind, first_challenge(kind)?)))
        else {
            return self.go_with(state, &missing(&self.words().choice_missing, "factor"));
        };
        if kind == FactorKind::Password {
            let stage = Stage::Password {
                factors: factors.to_vec(),
                direct: false,
            };
            return self.go(&state.at(stage));
        }
        self.admit_answer(&state.who).await?;
        let given = Answer::SelectChallenge {
            factor: Needed::present(Some(challenge)),
            password: None,
            public_a: None,
        };
        let stepped = self.answer(&state, given).await;
        self.after(state, From::default(), stepped).await
    }

    async fn password(&self, state: PageState, direct: bool) -> Flow<Response> {
        let Some(password) = self.field(&["password"]) else {
            return self.go_with(state, &missing(&self.words().password_missing, "password"));
        };
        self.admit_answer(&state.who).await?;
        let password = Needed::present(Secret::new(password.to_owned()));
        let given = match direct {
            true => Answer::Password(password),
            false => Answer::SelectChallenge {
                factor: Needed::present(first_challenge(FactorKind::Password)),
                password: Some(password),
                public_a: None,
            },
        };
        let stepped = self.answer(&state, given).await;
        self.after(state, From::default(), stepped).await
    }

    async fn take_code(
        &self,
        state: PageState,
        of: CodeFor,
        factors: Vec<FactorKind>,
    ) -> Flow<Response> {
        let Some(code) = self.code() else {
            return self.go_with(state, &missing(&self.words().code_missing, "code"));
        };
        self.admit_answer(&state.who).await?;
        let code = Needed::present(code);
        let given = match of {
            CodeFor::SmsMfa | CodeFor::SmsSetUp => Answer::SmsMfa(code),
            CodeFor::EmailMfa | CodeFor::EmailFirst | CodeFor::EmailSetUp => Answer::EmailOtp(code),
            CodeFor::AppMfa => Answer::SoftwareToken(code),
            CodeFor::SmsFirst => Answer::SmsOtp(code),
        };
        let stepped = self.answer(&state, given).await;
        let from = From {
            second: factors,
            ..From::default()
        };
        self.after(state, from, stepped).await
    }

    async fn passkey(&self, state: PageState) -> Flow<Response> {
        let Some(credential) = self.field(&["credential", "passkey"]) else {
            return self.go(&state);
        };
        self.admit_answer(&state.who).await?;
        let given = Answer::WebAuthn(Needed::present(credential.to_owned()));
        let stepped = self.answer(&state, given).await;
        self.after(state, From::default(), stepped).await
    }

    async fn choose_second(
        &self,
        state: PageState,
        factors: Vec<FactorKind>,
        instead_of: Option<CodeFor>,
    ) -> Flow<Response> {
        let Some(factor) = self.chosen(&factors).and_then(second_factor) else {
            return self.go_with(state, &missing(&self.words().choice_missing, "factor"));
        };
        self.admit_answer(&state.who).await?;
        let given = match instead_of.and_then(CodeFor::challenge) {
            Some(instead_of) => Answer::Instead { instead_of, factor },
            None => Answer::SelectMfa(Needed::present(Some(factor))),
        };
        let stepped = self.answer(&state, given).await;
        let from = From {
            second: factors,
            ..From::default()
        };
        self.after(state, from, stepped).await
    }

    async fn new_password(&self, state: PageState, required: Vec<String>) -> Flow<Response> {
        let given: Vec<_> = self
            .attributes()
            .into_iter()
            .filter(|(name, _)| required.contains(name))
            .collect();
        let here = state.at(Stage::NewPassword {
            required,
            given: brief(&given),
        });
        let password = match self.two_passwords() {
            Ok(password) => password,
            Err(text) => return self.go_with(here, &missing(text, "new_password")),
        };
        // A new password in answer to a challenge counts as recovery (admin.md 7.1).
        self.request
            .admit_category(Category::UserAccountRecovery)
            .await?;
        self.admit_user(&here.who).await?;
        let answer = Answer::NewPassword {
            password: Needed::present(Secret::new(password)),
            attributes: given
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        };
        let stepped = self.answer(&here, answer).await;
        self.after(here, From::default(), stepped).await
    }

    /// Returns the new password of a form that asks for it twice.
    ///
    /// # Errors
    /// The text of an alert.
    pub(super) fn two_passwords(&self) -> Result<String, &'static str> {
        let new = self.field(&["new_password", "password"]);
        let again = self.field(&["confirm_password", "confirmPassword"]);
        match (new, again) {
            (None, _) => Err(&self.words().password_missing),
            (Some(new), Some(again)) if new == again => Ok(new.to_owned()),
            (Some(_), _) => Err(&self.words().passwords_differ),
        }
    }

    /// Sends a code again.
    async fn resend_code(&self, state: PageState) -> Flow<Response> {
        let Stage::Code {
            of,
            factors,
            sent,
            contact,
            ..
        } = state.stage.clone()
        else {
            return self.go(&state);
        };
        let left = self.wait(sent);
        if !can_resend(of) {
            return self.go(&state);
        }
        if left > 0 {
            return self.go_with(state, &self.too_soon(left));
        }
        if let Some(value) = contact {
            let awaited = Awaited { of, value, factors };
            return awaited.send_again(self, state).await;
        }
        self.admit_answer(&state.who).await?;
        let stepped = match (of.challenge(), second_factor(of.kind())) {
            (Some(instead_of), Some(factor)) => {
                self.answer(&state, Answer::Instead { instead_of, factor })
                    .await
            }
            // Nothing was proven before a first factor, so that the sign-in begins again.
            _ => {
                let way = Way::UserAuth(self.choice(first_challenge(of.kind())));
                self.start(&state.who, way).await
            }
        };
        let from = From {
            second: factors,
            told: stepped.is_ok().then(|| done(&self.words().code_sent)),
            ..From::default()
        };
        self.after(state, from, stepped).await
    }

    /// Goes back to the choice before a step.
    async fn go_back(&self, state: PageState) -> Flow<Response> {
        match state.stage.clone() {
            Stage::Password {
                factors,
                direct: false,
            } if factors.len() > 1 => {
                let stage = Stage::ChooseFactor { factors };
                self.go(&state.at(stage))
            }
            Stage::Code {
                of: CodeFor::EmailFirst | CodeFor::SmsFirst,
                ..
            }
            | Stage::Passkey { .. }
            | Stage::Password { direct: true, .. } => {
                self.request
                    .admit_category(Category::UserAuthentication)
                    .await?;
                self.admit_user(&state.who).await?;
                let stepped = self
                    .start(&state.who, Way::UserAuth(self.choice(None)))
                    .await;
                self.after(state, From::default(), stepped).await
            }
            Stage::Code {
                of: of @ (CodeFor::SmsMfa | CodeFor::EmailMfa | CodeFor::AppMfa),
                factors,
                ..
            } if factors.len() > 1 => {
                let stage = Stage::ChooseMfa {
                    factors,
                    instead_of: Some(of),
                };
                self.go(&state.at(stage))
            }
            Stage::Code {
                of,
                factors,
                contact: Some(value),
                ..
            } => {
                let awaited = Awaited { of, value, factors };
                awaited.go_back(self, state).await
            }
            Stage::SetUpApp { factors, .. } | Stage::SetUpContact { factors, .. }
                if factors.len() > 1 =>
            {
                let stage = Stage::SetUp { factors };
                self.go(&state.at(stage))
            }
            _ => self.go(&self.state(Stage::SignIn, &state.who)),
        }
    }
}

async fn another_code(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    match visit.form_state().await {
        Ok(state) => visit.resend_code(state).await,
        Err(end) => end,
    }
}

async fn step_back(request: &Request<'_>) -> Flow<Response> {
    let visit = Visit::open(request).await?;
    match visit.form_state().await {
        Ok(state) => visit.go_back(state).await,
        Err(end) => end,
    }
}
