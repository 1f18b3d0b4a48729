//! A request for a page, checked: the authorization that it is part of, the version of the pages, the browser's cookies.

use cognate_access::rates::User;
use cognate_crypto::hash::secret_hash;
use cognate_crypto::secret::SecretString;
use cognate_domain::Endpoint;
use cognate_domain::oauth::authorization::{Authorization, Cause, Parameters, Refusal, check};
use cognate_domain::oauth::browser_session::{self, BrowserSession};
use cognate_domain::records::client::Client;
use cognate_domain::records::pool::Pool;
use cognate_domain::users::counted::Place;
use http::{Method, StatusCode};

use super::csrf::{Csrf, Refused};
use super::parameters::{Query, USER_POOL_ID};
use super::state::{self, Aim, Owner, PageState, Stage};
use super::stop::{Flow, Stop};
use super::version::{version, version_of};
use super::{answer, error, linking, paths};
use crate::action;
use crate::branding;
use crate::cookies::Cookies;
use crate::failure::Failure;
use crate::fields::Fields;
use crate::locale::Alerts;
use crate::request::Request;
use crate::response::Response;
use crate::views::frame::{Alert, AlertKind, Version};
use crate::views::{Frame, Screen};

/// The cookie of the browser's session, as scripts know it (endpoints.md 1.13).
pub(super) const SESSION: &str = "cognito";
/// The beginning of the names of the cookies by which a browser is remembered.
pub(super) const REMEMBERED: &str = "device-";
/// The most of them that are looked at.
const MOST_REMEMBERED: usize = 64;
const SECOND: i64 = 1_000_000;
/// The parameter that says what the client wants, and its usual value.
const RESPONSE_TYPE: &str = "response_type";
const CODE: &str = "code";
/// The time for which the pages of a message with a code remember who asked for it, in microseconds.
const CODE_PAGES: i64 = 3_600 * SECOND;

/// A request for a page of a sign-in.
pub(super) struct Visit<'r> {
    pub(super) request: &'r Request<'r>,
    pub(super) query: Query,
    pub(super) form: Fields,
    pub(super) cookies: Cookies<'r>,
    pub(super) csrf: Csrf,
    pub(super) authorization: Authorization,
    pub(super) version: Version,
    /// The cookies by which the browser is remembered: the ends of their names, and their values.
    pub(super) remembered: Vec<(String, SecretString)>,
    /// The page to which this sign-in leads.
    pub(super) aim: Aim,
    /// True for a link to the page that adds a passkey which asks for no code (pages.md 1.4).
    pub(super) by_link: bool,
    /// The query without the language, which names the sign-in.
    sign_in: String,
}

impl<'r> Visit<'r> {
    /// Reads a request and checks its authorization.
    ///
    /// # Errors
    /// The page or the answer to the client that the refusal of an authorization is; a form or cookies that cannot be
    /// read; faults.
    pub(super) async fn open(request: &'r Request<'r>) -> Flow<Self> {
        let form = match *request.method() {
            Method::POST => request.form()?,
            _ => Fields::default(),
        };
        let cookies = request.cookies()?;
        let Ok(query) = Query::read(request, &form) else {
            let refusal = Refusal::Page(Cause::Malformed);
            return Err(answer::refuse(request, &Parameters::default(), &refusal).await);
        };
        Self::of(request, query, form, cookies).await
    }

    /// Goes on with the authorization that a sign-in at an identity provider was part of. `query`: its own, byte for byte.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub(super) async fn resumed(request: &'r Request<'r>, query: &str) -> Flow<Self> {
        let query = Query::parse(query)?;
        Self::of(request, query, Fields::default(), request.cookies()?).await
    }

    async fn of(
        request: &'r Request<'r>,
        query: Query,
        form: Fields,
        cookies: Cookies<'r>,
    ) -> Flow<Self> {
        let mut cx = request.cx(Endpoint::SignIn);
        cx.client_info.path_pool = query.fields.get(USER_POOL_ID).map(str::to_owned);
        let mut parameters = query.parameters();
        let absent = |value: Option<&str>| value.is_none_or(str::is_empty);
        let by_link =
            paths::is(request.path(), paths::ADD_PASSKEY) && absent(parameters.response_type);
        if by_link {
            if absent(parameters.redirect_uri) {
                let refusal = Refusal::Page(Cause::Missing("redirect_uri"));
                return Err(answer::refuse(request, &parameters, &refusal).await);
            }
            // All the rest is checked as for a request that asks for one.
            parameters.response_type = Some(CODE);
        }
        let host = request.visitor().domain.as_ref();
        let named = match query.fields.get(USER_POOL_ID) {
            Some(id) => Some(request.app().cached_pool(id).await?),
            None => None,
        };
        let home = match (host, &named) {
            // A pool that does not exist, or another one than the host's.
            (_, Some(None)) => Err(Cause::OtherPool),
            (Some(host), Some(Some(named))) if host.pool.id != named.id => Err(Cause::OtherPool),
            (Some(host), _) => Ok(Some(&*host.pool)),
            (None, Some(Some(named))) => Ok(Some(&**named)),
            (None, None) => Ok(None),
        };
        let home = match home {
            Ok(home) => home,
            Err(cause) => {
                let refusal = Refusal::Page(cause);
                return Err(answer::refuse(request, &parameters, &refusal).await);
            }
        };
        let checked = action::run(&cx, || Box::pin(check(&cx, &parameters, home))).await?;
        let authorization = match checked {
            Ok(authorization) => authorization,
            Err(refusal) => return Err(answer::refuse(request, &parameters, &refusal).await),
        };
        let version = match host {
            Some(host) => version_of(host.version),
            None => version(request.app(), &authorization.pool).await?,
        };
        let mut visit = Self {
            request,
            aim: Aim::Client,
            by_link,
            sign_in: query.without(&["lang"]),
            csrf: Csrf::read(&cookies),
            remembered: remembered(&cookies),
            query,
            form,
            cookies,
            authorization,
            version,
        };
        let kept = state::open(&visit.cookies, visit.owner());
        visit.aim = kept.map(|state| state.aim).unwrap_or_default();
        Ok(visit)
    }

    /// Returns the sign-in that leads back to the page that adds a passkey. After a link it has a query that the other
    /// pages take.
    pub(super) fn aiming_at_passkey(mut self) -> Self {
        self.aim = Aim::Passkey;
        if self.by_link {
            let rest = self.query.without(&[RESPONSE_TYPE]);
            self.query.raw = format!("{rest}&{RESPONSE_TYPE}={CODE}");
            self.sign_in = self.query.without(&["lang"]);
            self.aim = Aim::PasskeyByLink;
        }
        self
    }

    /// Sends the browser from the end of a sign-in to the page that adds a passkey.
    ///
    /// # Errors
    /// None in practice: the query came in a URL.
    pub(super) fn to_passkey(&self) -> Flow<Response> {
        match self.aim {
            Aim::PasskeyByLink => {
                let query = self.query.without(&[RESPONSE_TYPE]);
                answer::see_other(&format!("{}?{query}", paths::ADD_PASSKEY))
            }
            Aim::Client | Aim::Passkey | Aim::Link(_) => self.redirect(paths::ADD_PASSKEY),
        }
    }

    /// Returns the pool.
    pub(super) fn pool(&self) -> &Pool {
        &self.authorization.pool
    }

    /// Returns the client.
    pub(super) fn client(&self) -> &Client {
        &self.authorization.client
    }

    /// Returns the words of alerts, in the visitor's language.
    pub(super) fn words(&self) -> &'static Alerts {
        &self.request.locale().texts().alerts
    }

    /// Returns the alert of a code that was asked for too soon: nothing is wrong with what was typed.
    pub(super) fn too_soon(&self, seconds: i64) -> Alert {
        let seconds = u64::try_from(seconds).unwrap_or_default();
        Alert {
            kind: AlertKind::Warning,
            text: self.words().wait.with(self.request.locale(), seconds),
            field: None,
        }
    }

    /// Returns the host that was asked.
    pub(super) fn host(&self) -> &'r str {
        &self.request.visitor().host
    }

    /// True on managed login.
    pub(super) fn is_managed(&self) -> bool {
        self.version == Version::Managed
    }

    /// Returns the service's time, in microseconds.
    pub(super) fn now(&self) -> i64 {
        self.request.app().clock.service()
    }

    /// Returns a field of the form that has a value, under the first of several names.
    pub(super) fn field(&self, names: &[&str]) -> Option<&str> {
        let mut values = names.iter().filter_map(|name| self.form.get(name));
        values.find(|value| !value.is_empty())
    }

    /// Returns a code as it was typed, without the blanks and dashes that people put between digits.
    pub(super) fn code(&self) -> Option<String> {
        let typed = self.field(&[
            "code",
            "authentication_code",
            "mfaCode",
            "verification_code",
        ])?;
        let code: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .collect();
        (!code.is_empty()).then_some(code)
    }

    /// Returns the attributes of the form: its fields `requiredAttributes[name]`.
    pub(super) fn attributes(&self) -> Vec<(String, String)> {
        let named = |(name, value): (&str, &str)| {
            let name = name
                .strip_prefix("requiredAttributes[")?
                .strip_suffix(']')?;
            let value = match name {
                "phone_number" => self.number(value.trim()),
                _ => value.trim().to_owned(),
            };
            Some((name.to_owned(), value))
        };
        self.form.iter().filter_map(named).collect()
    }

    /// Returns the end of a page that must be answered within the time of a step of a sign-in.
    pub(super) fn step_ends(&self) -> i64 {
        let seconds = self.client().auth_session_seconds();
        self.now().saturating_add(seconds.saturating_mul(SECOND))
    }

    /// Returns a state that waits for an answer within the time of a step, or for a code in a message for an hour.
    pub(super) fn state(&self, stage: Stage, who: &str) -> PageState {
        let ends = match &stage {
            Stage::Confirm { .. } | Stage::Reset { .. } | Stage::Pending => {
                self.now().saturating_add(CODE_PAGES)
            }
            Stage::Link { .. } => self.now().saturating_add(linking::OPEN),
            _ => self.step_ends(),
        };
        PageState::new(stage, who, ends).aiming(self.aim.clone())
    }

    fn owner(&self) -> Owner<'_> {
        Owner {
            pool: self.pool(),
            client_id: &self.client().id,
            host: self.host(),
            query: &self.sign_in,
        }
    }

    /// Returns where the sign-in is. One that was open for too long is [`Stage::Over`], with its name.
    pub(super) fn kept(&self) -> Option<PageState> {
        let state = state::open(&self.cookies, self.owner())?;
        if state.ends > self.now() {
            return Some(state);
        }
        let is_sign_in = matches!(
            state.stage,
            Stage::SignIn | Stage::OtherAccount | Stage::Over
        );
        let stage = if is_sign_in {
            Stage::SignIn
        } else {
            Stage::Over
        };
        Some(self.state(stage, &state.who))
    }

    /// Adds the state to an answer.
    ///
    /// # Errors
    /// A state that is too long for a cookie: the answer that says so.
    pub(super) fn keep(&self, response: Response, state: &PageState) -> Flow<Response> {
        match state::keep(&self.cookies, self.owner(), state, self.now())? {
            Some(set) => Ok(set.into_iter().fold(response, Response::with_cookie)),
            // The page of a step without a sign-in says that it has ended.
            None => Err(Stop::with(self.forget(self.redirect(paths::OVER)?)?)),
        }
    }

    /// Ends the state with an answer.
    ///
    /// # Errors
    /// None in practice.
    pub(super) fn forget(&self, response: Response) -> Flow<Response> {
        Ok(match state::end(&self.cookies, self.owner())? {
            Some(ended) => response.with_cookie(ended),
            None => response,
        })
    }

    /// Sends the browser to another page of this sign-in.
    ///
    /// # Errors
    /// None in practice: the query came in a URL.
    pub(super) fn redirect(&self, path: &str) -> Flow<Response> {
        answer::see_other(&self.link(path))
    }

    /// Returns path and query of another page of this sign-in.
    pub(super) fn link(&self, path: &str) -> String {
        match self.query.raw.as_str() {
            "" => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// Sends the browser to the page of a stage.
    ///
    /// # Errors
    /// As [`keep`](Self::keep).
    pub(super) fn go(&self, state: &PageState) -> Flow<Response> {
        let response = self.redirect(paths::of(self.version, &state.stage))?;
        if state.is_plain() && state.who.is_empty() {
            return self.forget(response);
        }
        self.keep(response, state)
    }

    /// Sends the browser to the page of a stage, which shows a refusal once.
    ///
    /// # Errors
    /// As [`keep`](Self::keep).
    pub(super) fn go_with(&self, state: PageState, alert: &Alert) -> Flow<Response> {
        self.go(&state.with_alert(alert))
    }

    /// Draws a page.
    ///
    /// # Errors
    /// None in practice.
    pub(super) async fn page(
        &self,
        status: StatusCode,
        alert: Option<Alert>,
        screen: &Screen,
    ) -> Flow<Response> {
        self.page_until(status, alert, screen, None).await
    }

    /// Draws the page of a step that ends. `ends`: when, in microseconds.
    ///
    /// # Errors
    /// None in practice.
    pub(super) async fn page_until(
        &self,
        status: StatusCode,
        alert: Option<Alert>,
        screen: &Screen,
        ends: Option<i64>,
    ) -> Flow<Response> {
        let locale = self.request.locale();
        let (app, client) = (self.request.app(), self.client());
        let look = branding::load(app, &self.pool().id, &client.id, self.version, locale).await?;
        let terms = look.terms.as_ref();
        let app_name = super::consent::shown_name(&self.authorization);
        let frame = Frame {
            locale,
            version: self.version,
            brand: &look.brand,
            app: &app_name,
            query: &self.query.raw,
            csrf: &self.csrf.token,
            alert,
            ends: ends.map(|ends| ends.saturating_sub(self.now()).div_euclid(SECOND)),
            terms_of_use: terms.map(|terms| terms.terms_of_use.as_str()),
            privacy_policy: terms.map(|terms| terms.privacy_policy.as_str()),
        };
        let response = match look.refused {
            true => answer::draw(
                StatusCode::BAD_REQUEST,
                &frame,
                &error::unavailable(self.request),
            ),
            false => answer::draw(status, &frame, screen),
        };
        let response =
            response.with_form_target(&answer::form_source(&self.authorization.redirect_uri));
        // The buttons of identity providers lead there.
        let response = match self.has_providers() {
            // One on this machine, where those may be called.
            true if app.outbound.may_call("http://localhost/") => {
                response.with_form_target("http: https:")
            }
            true => response.with_form_target("https:"),
            false => response,
        };
        Ok(match self.csrf.cookie()? {
            Some(cookie) => response.with_cookie(cookie),
            None => response,
        })
    }

    /// Draws the page that says that the sign-in has ended, and forgets it, except for the name.
    ///
    /// # Errors
    /// None in practice.
    pub(super) async fn restart(&self) -> Flow<Response> {
        let screen = answer::restart(self.link(paths::SIGN_IN));
        self.page(StatusCode::OK, None, &screen).await
    }

    /// Sends the browser to the page that says that the sign-in has ended.
    ///
    /// # Errors
    /// As [`keep`](Self::keep).
    pub(super) fn over(&self, who: &str) -> Flow<Response> {
        self.go(&self.state(Stage::Over, who))
    }

    /// Checks the form.
    ///
    /// # Errors
    /// How it is refused.
    pub(super) fn check_form(&self) -> Result<(), Refused> {
        self.csrf.check(self.request, &self.form)
    }

    /// Counts the request by the user whom a name means.
    ///
    /// # Errors
    /// [`Failure::TooMany`], or a fault.
    pub(super) async fn admit_user(&self, name: &str) -> Result<(), Failure> {
        let user = User::Name(Place::Client(&self.client().id), name);
        self.request.admit_user(user, false).await
    }

    /// Returns the proof over a name that the steps of accounts ask for: a page acts for its client.
    pub(super) fn proof(&self, name: &str) -> Option<String> {
        let (_, secret, _) = self.client().secrets.first()?;
        Some(secret_hash(secret.expose(), name, &self.client().id))
    }

    /// Returns the value of the cookie of the browser's session.
    pub(super) fn session_cookie(&self) -> Option<&'r str> {
        self.cookies.bare(SESSION).filter(|value| !value.is_empty())
    }

    /// Returns the session of the browser, if it may answer this request (endpoints.md 1.4).
    ///
    /// # Errors
    /// Faults.
    pub(super) async fn session(&self) -> Flow<Option<BrowserSession>> {
        let Some(cookie) = self.session_cookie() else {
            return Ok(None);
        };
        let cx = self.request.cx(Endpoint::SignIn);
        let (pool, host) = (self.pool(), self.host());
        let find = || Box::pin(browser_session::find(&cx, pool, host, cookie));
        let session = action::run(&cx, find).await?;
        Ok(session.filter(|session| session.answers(&self.authorization, self.now())))
    }
}

/// Returns the cookies by which a browser is remembered.
fn remembered(cookies: &Cookies<'_>) -> Vec<(String, SecretString)> {
    let pair = |(name, value): (&str, &str)| {
        let name = name.strip_prefix(REMEMBERED)?;
        Some((name.to_owned(), SecretString::new(value.to_owned())))
    };
    let sent = cookies.beginning(REMEMBERED).take(MOST_REMEMBERED);
    sent.filter_map(pair).collect()
}
