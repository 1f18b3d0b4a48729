//! A step of a sign-in: calls the driver, and goes on to the page that it asks for.

use cognate_domain::errors::ErrorCode;
use cognate_domain::facts::factor::MfaFactor;
use cognate_domain::oauth::authorization::COGNITO;
use cognate_domain::oauth::hosted::{Finished, OnPage};
use cognate_domain::records::client::Client;
use cognate_domain::records::device::BrowserCookie;
use cognate_domain::records::pool::Pool;
use cognate_domain::signin::answer::{Answer, AnswerRequest, Needed, StartRequest, Way};
use cognate_domain::signin::app_setup;
use cognate_domain::signin::challenge::{Ask, Challenge};
use cognate_domain::signin::device::browser::Browser;
use cognate_domain::signin::opening::Outcome;
use cognate_domain::signin::secret_hash::ClientProof;
use cognate_domain::signin::{At, Surface, driver};
use cognate_domain::{ApiError, Endpoint};
use cognate_shapes::{Category, ChallengeNameType, DefaultEmailOptionType, DeliveryMediumType};

use super::alerts::alert;
use super::state::{Aim, CodeFor, PageState, Stage};
use super::stop::{Flow, Stop};
use super::visit::{REMEMBERED, SESSION, Visit};
use crate::action;
use crate::cookies::{CookieError, SameSite, SetCookie};
use crate::failure::Failure;
use crate::response::Response;
use crate::views::frame::Alert;
use crate::views::screen::FactorKind;

/// The longest WebAuthn options that a page keeps, in bytes.
const LONGEST_OPTIONS: usize = 1_024;

/// The most users of one browser whom it is remembered for.
const MOST_USERS: usize = 8;

/// Where a step was taken, as far as that decides about the page after it.
#[derive(Clone, Default)]
pub(super) struct From {
    /// The second factors that the user could choose from.
    pub(super) second: Vec<FactorKind>,
    /// The address or number that is being set up.
    pub(super) set_up: Option<String>,
    /// True if the user has just signed up.
    pub(super) signed_up: bool,
    /// True if the browser is to be remembered once the sign-in is complete.
    pub(super) remember: bool,
    /// What the next page says.
    pub(super) told: Option<Alert>,
}

/// Returns where a page signs in.
fn at<'a>(pool: &'a Pool, client: &'a Client) -> At<'a> {
    At {
        surface: Surface::Page,
        pool,
        client,
        metadata: None,
    }
}

/// The result of a step.
pub(super) type Stepped = Result<Outcome<Finished>, ApiError>;

impl Visit<'_> {
    /// Begins a sign-in.
    pub(super) async fn start(&self, name: &str, way: Way) -> Stepped {
        let request = StartRequest {
            name: Needed::present(name.to_owned()),
            proof: ClientProof::Trusted,
            device_key: None,
            way,
        };
        let (cx, ending) = (self.request.cx(Endpoint::SignIn), self.ending(false));
        let client_id = self.client().id.as_str();
        let attempt = async || {
            // Read again by each attempt: what it read before may be out of date.
            let (pool, client) = cx.client(client_id).await?;
            driver::start(&cx, at(&pool, &client), &request, &ending).await
        };
        action::run(&cx, || Box::pin(attempt())).await
    }

    /// Answers a challenge.
    pub(super) async fn answer(&self, state: &PageState, given: Answer) -> Stepped {
        let request = AnswerRequest {
            name: Needed::present(state.who.clone()),
            proof: ClientProof::Trusted,
            device_key: None,
            session: Needed::present(state.session.clone().unwrap_or_default()),
            answer: given,
        };
        let wish = state.remember || self.wants_to_be_remembered();
        let (cx, ending) = (self.request.cx(Endpoint::SignIn), self.ending(wish));
        let client_id = self.client().id.as_str();
        let attempt = async || {
            let (pool, client) = cx.client(client_id).await?;
            driver::answer(&cx, at(&pool, &client), &request, &ending).await
        };
        action::run(&cx, || Box::pin(attempt())).await
    }

    fn ending(&self, wish: bool) -> OnPage<'_> {
        OnPage {
            browser: Browser {
                wish,
                ..self.browser()
            },
            ..self.ending_by(COGNITO)
        }
    }

    /// Returns the end of a sign-in that a provider vouches for.
    pub(super) fn ending_by<'a>(&'a self, provider: &'a str) -> OnPage<'a> {
        OnPage {
            authorization: &self.authorization,
            browser: self.browser(),
            provider,
            replaces: self.session_cookie(),
        }
    }

    fn browser(&self) -> Browser<'_> {
        Browser {
            host: self.host(),
            cookies: &self.remembered,
            wish: false,
        }
    }

    /// True if the form says that the browser is to be remembered.
    fn wants_to_be_remembered(&self) -> bool {
        self.field(&["remember_device", "remember"]).is_some()
    }

    /// Counts an answer to a challenge.
    ///
    /// # Errors
    /// [`Failure::TooMany`], or a fault.
    pub(super) async fn admit_answer(&self, who: &str) -> Result<(), Failure> {
        self.request.admit_answer().await?;
        self.admit_user(who).await
    }

    /// Goes on after a step. `here`: the state of the page on which it was taken, which is shown again if the step is
    /// refused.
    ///
    /// # Errors
    /// Faults; a state that is too long for a cookie.
    pub(super) async fn after(
        &self,
        here: PageState,
        from: From,
        stepped: Stepped,
    ) -> Flow<Response> {
        match stepped {
            Ok(Outcome::SignedIn(session, finished)) => {
                let user_id = &session.user.id;
                self.signed_in(user_id, &finished, from.signed_up).await
            }
            Ok(Outcome::Challenge(challenge)) => {
                let from = From {
                    remember: here.remember || self.wants_to_be_remembered(),
                    ..from
                };
                self.ask(&here.who, from, challenge).await
            }
            Err(refusal) => self.refused(here, refusal).await,
        }
    }

    /// Sends the browser to the client, with a session. `provider`: the identity provider that vouched, or [`COGNITO`].
    pub(super) async fn finish(
        &self,
        finished: &Finished,
        provider: &str,
        signed_up: bool,
    ) -> Flow<Response> {
        let cookie = &finished.cookie;
        let session = SetCookie::new(SESSION, cookie.value.expose().as_str(), SameSite::Lax)?;
        let session = session.bare().for_seconds(cookie.seconds);
        // The code of this answer is left to expire: the page of the passkey asks for another.
        let wanted = signed_up || matches!(self.aim, Aim::Passkey | Aim::PasskeyByLink);
        let offers = wanted && self.adds_passkeys() && self.can_come_back();
        let response = match offers {
            true => self.forget(self.to_passkey()?)?,
            false if finished.is_asked => self.to_consent(&finished.session, true)?,
            false => self.forget(self.reply(&finished.reply).await?)?,
        };
        let response = response.with_cookie(session);
        let response = self.remember_last_used(response, provider)?;
        match &finished.remembered {
            Some(cookie) => Ok(self.remember(response, cookie)?),
            None => Ok(response),
        }
    }

    /// Adds the cookie of a remembered browser, and ends those of other users beyond the most that are kept.
    fn remember(
        &self,
        mut response: Response,
        cookie: &BrowserCookie,
    ) -> Result<Response, CookieError> {
        let others = self.remembered.iter().map(|(name, _)| name);
        for name in others
            .filter(|name| **name != cookie.name)
            .skip(MOST_USERS - 1)
        {
            let ended = SetCookie::delete(format!("{REMEMBERED}{name}"), SameSite::Lax);
            if let Ok(ended) = ended {
                response = response.with_cookie(ended);
            }
        }
        let name = format!("{REMEMBERED}{}", cookie.name);
        let value = cookie.value.expose().as_str();
        let set = SetCookie::new(name, value, SameSite::Lax)?;
        Ok(response.with_cookie(set.for_seconds(cookie.seconds)))
    }

    /// Goes on to the page of a challenge.
    async fn ask(&self, who: &str, from: From, challenge: Challenge) -> Flow<Response> {
        let Challenge {
            ask,
            session,
            available,
        } = challenge;
        let is_first = available.is_some();
        let first = first_factors(available.unwrap_or_default());
        let code = |of: CodeFor, place: Option<String>| {
            let sent = self.now().div_euclid(1_000_000);
            let factors = if is_first {
                first.clone()
            } else {
                from.second.clone()
            };
            Stage::Code {
                of,
                place,
                factors,
                sent,
                contact: from.set_up.clone(),
            }
        };
        let stage = match ask {
            Ask::SmsMfa { delivery, .. } => {
                let of = if from.set_up.is_some() {
                    CodeFor::SmsSetUp
                } else {
                    CodeFor::SmsMfa
                };
                code(of, Some(delivery.destination))
            }
            Ask::EmailOtp(delivery) => {
                let of = match (is_first, from.set_up.is_some()) {
                    (true, _) => CodeFor::EmailFirst,
                    (false, true) => CodeFor::EmailSetUp,
                    (false, false) => CodeFor::EmailMfa,
                };
                code(of, Some(delivery.destination))
            }
            Ask::SmsOtp(delivery) => code(CodeFor::SmsFirst, Some(delivery.destination)),
            Ask::SoftwareToken { app_name, .. } => code(CodeFor::AppMfa, app_name),
            Ask::SelectMfa(list) => Stage::ChooseMfa {
                factors: list.into_iter().map(kind_of).collect(),
                instead_of: None,
            },
            Ask::MfaSetup { can, .. } => {
                let factors: Vec<_> = can.into_iter().map(kind_of).collect();
                if factors == [FactorKind::App] {
                    let state = self.state(
                        Stage::SetUp {
                            factors: factors.clone(),
                        },
                        who,
                    );
                    return self.set_up_app(state.with_session(session), factors).await;
                }
                Stage::SetUp { factors }
            }
            // The password may come with the choice, so that a choice of one needs no page.
            Ask::SelectChallenge if first == [FactorKind::Password] => Stage::Password {
                factors: first,
                direct: false,
            },
            Ask::SelectChallenge => Stage::ChooseFactor { factors: first },
            Ask::Password => Stage::Password {
                factors: first,
                direct: true,
            },
            Ask::WebAuthn(options) => Stage::Passkey {
                options: short(options),
                factors: first,
            },
            Ask::NewPassword { required, .. } => Stage::NewPassword {
                required,
                given: Vec::new(),
            },
            // Answered by programs alone; no page leads there.
            Ask::PasswordVerifier { .. }
            | Ask::PasswordSrp
            | Ask::Custom { .. }
            | Ask::DeviceSrp { .. }
            | Ask::DeviceVerifier { .. } => return self.over(who),
        };
        let mut state = self.state(stage, who).with_session(session);
        state.remember = from.remember;
        match &from.told {
            Some(told) => self.go(&state.with_alert(told)),
            None => self.go(&state),
        }
    }

    /// Begins the registration of an app.
    ///
    /// # Errors
    /// As [`after`](Self::after).
    pub(super) async fn set_up_app(
        &self,
        here: PageState,
        factors: Vec<FactorKind>,
    ) -> Flow<Response> {
        let cx = self.request.cx(Endpoint::SignIn);
        let session = here.session.clone().unwrap_or_default();
        let begin = || Box::pin(app_setup::associate(&cx, &session));
        match action::run(&cx, begin).await {
            Ok((secret, session)) => {
                let stage = Stage::SetUpApp { secret, factors };
                self.go(&self.state(stage, &here.who).with_session(Some(session)))
            }
            Err(refusal) => self.refused(here, refusal).await,
        }
    }

    /// Shows a refusal on the page on which a step was taken, or goes where it sends the user.
    ///
    /// # Errors
    /// Faults; limits of requests.
    pub(super) async fn refused(&self, here: PageState, refusal: ApiError) -> Flow<Response> {
        match refusal.code {
            ErrorCode::InternalError | ErrorCode::ResourceNotFound | ErrorCode::NotImplemented => {
                Err(Stop::from(refusal))
            }
            ErrorCode::UserNotConfirmed => self.confirm_first(here).await,
            ErrorCode::PasswordResetRequired => {
                let stage = Stage::Reset {
                    place: None,
                    sent: 0,
                };
                self.go(&self.state(stage, &here.who))
            }
            ErrorCode::NotAuthorized if is_of_session(&refusal) => self.over(&here.who),
            _ => {
                let field = field_of(&refusal, &here.stage);
                let shown = alert(self.told(&refusal), field);
                // The time to answer is the session's, whatever is shown meanwhile.
                self.go_with(here, &shown)
            }
        }
    }

    /// Sends a user who has not confirmed the sign-up another code (pages.md 1.4).
    async fn confirm_first(&self, here: PageState) -> Flow<Response> {
        self.request
            .admit_category(Category::UserAccountRecovery)
            .await?;
        match self.confirm_again(&here.who).await {
            Ok(delivery) => {
                let stage = self.confirm_stage(Some(delivery.to), delivery.medium);
                self.go(&self.state(stage, &here.who))
            }
            // Nothing that could be verified: the user waits for an administrator.
            Err(refusal) if refusal.code == ErrorCode::NotAuthorized => {
                self.go(&self.state(Stage::Pending, &here.who))
            }
            Err(refusal) if refusal.code == ErrorCode::InternalError => Err(refusal.into()),
            Err(refusal) => {
                let stage = self.confirm_stage(None, DeliveryMediumType::Email);
                let shown = alert(self.told(&refusal), None);
                self.go_with(self.state(stage, &here.who), &shown)
            }
        }
    }

    /// Returns the stage of a sign-up that waits for its confirmation.
    pub(super) fn confirm_stage(&self, place: Option<String>, medium: DeliveryMediumType) -> Stage {
        let template = &self.pool().doc.verification_message_template;
        let links = template.default_email_option == Some(DefaultEmailOptionType::ConfirmWithLink);
        Stage::Confirm {
            place,
            by_link: links && medium == DeliveryMediumType::Email,
            sent: self.now().div_euclid(1_000_000),
        }
    }
}

/// True if a refusal means that the sign-in cannot go on: its session is over, used or of something else.
fn is_of_session(refusal: &ApiError) -> bool {
    refusal.message.starts_with("Invalid session")
}

/// Returns the field that a refusal is about.
fn field_of(refusal: &ApiError, stage: &Stage) -> Option<&'static str> {
    match (refusal.code, stage) {
        (
            ErrorCode::CodeMismatch | ErrorCode::ExpiredCode | ErrorCode::EnableSoftwareTokenMFA,
            _,
        ) => Some("code"),
        (ErrorCode::InvalidPassword, Stage::NewPassword { .. } | Stage::Reset { .. }) => {
            Some("new_password")
        }
        (ErrorCode::InvalidPassword, _) => Some("password"),
        (ErrorCode::UsernameExists, _) => Some("username"),
        (ErrorCode::InvalidParameter, Stage::SetUpContact { .. }) => Some("contact"),
        _ => None,
    }
}

/// Returns the factor that a page shows for a second factor.
pub(super) fn kind_of(factor: MfaFactor) -> FactorKind {
    match factor {
        MfaFactor::Sms => FactorKind::Sms,
        MfaFactor::Email => FactorKind::Email,
        MfaFactor::SoftwareToken => FactorKind::App,
    }
}

/// Undoes [`kind_of`].
pub(super) fn second_factor(kind: FactorKind) -> Option<MfaFactor> {
    MfaFactor::ALL
        .into_iter()
        .find(|factor| kind_of(*factor) == kind)
}

/// Returns the first factors that pages can ask for, in the order of the list.
fn first_factors(list: Vec<ChallengeNameType>) -> Vec<FactorKind> {
    let mut kinds = Vec::new();
    for challenge in list {
        let kind = match challenge {
            ChallengeNameType::Password | ChallengeNameType::PasswordSrp => FactorKind::Password,
            ChallengeNameType::EmailOtp => FactorKind::Email,
            ChallengeNameType::SmsOtp => FactorKind::Sms,
            ChallengeNameType::WebAuthn => FactorKind::Passkey,
            _ => continue,
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// Returns the challenge of a first factor.
pub(super) fn first_challenge(kind: FactorKind) -> Option<ChallengeNameType> {
    match kind {
        FactorKind::Password => Some(ChallengeNameType::Password),
        FactorKind::Email => Some(ChallengeNameType::EmailOtp),
        FactorKind::Sms => Some(ChallengeNameType::SmsOtp),
        FactorKind::Passkey => Some(ChallengeNameType::WebAuthn),
        FactorKind::App => None,
    }
}

/// Returns options that fit a cookie: a user with many passkeys gets none named, and the browser offers those that it
/// has, as every passkey that is registered here can be found without its name.
fn short(options: String) -> String {
    if options.len() <= LONGEST_OPTIONS {
        return options;
    }
    let Ok(mut parsed) = serde_json::from_str::<serde_json::Value>(&options) else {
        return options;
    };
    if let Some(list) = parsed.get_mut("allowCredentials") {
        *list = serde_json::Value::Array(Vec::new());
    }
    parsed.to_string()
}

/// Returns an alert for a choice or a field that is missing.
pub(super) fn missing(text: &str, field: &'static str) -> Alert {
    alert(text, Some(field))
}
