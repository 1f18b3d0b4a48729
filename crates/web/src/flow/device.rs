//! `/device` (RFC 8628 section 3.3): a user types the code that a device shows, signs in, and lets the device in or not.
//!
//! The code alone does nothing: whoever is led here with one still sees which application asks, and for what. A user who is
//! not signed in does so as a user of that client, whose callback URLs have this page among them.

use std::sync::Arc;

use cognate_domain::oauth::authorization::{Cause, Parameters, Refusal};
use cognate_domain::oauth::browser_session::{self, BrowserSession};
use cognate_domain::oauth::device::{Asked, Decision, Entered, decide, look_up};
use cognate_domain::records::client::Client;
use cognate_domain::records::pool::Pool;
use cognate_domain::{Cx, Endpoint, Fault};
use cognate_shapes::Category;
use http::{Method, StatusCode};

use super::csrf::Csrf;
use super::parameters::encode;
use super::stop::{Flow, Stop, settle};
use super::{alerts, answer, version, visit};
use crate::action;
use crate::branding::{self, Brand};
use crate::cookies::Cookies;
use crate::failure::Failure;
use crate::fields::Fields;
use crate::request::Request;
use crate::response::Response;
use crate::views::frame::Alert;
use crate::views::screen::{Device, Notice, NoticeKind};
use crate::views::{Frame, Screen};

/// A request for the page.
struct Visit<'r> {
    request: &'r Request<'r>,
    query: Arc<Fields>,
    form: Fields,
    cookies: Cookies<'r>,
    csrf: Csrf,
    pool: Arc<Pool>,
}

/// Shows the page: the field for a code, or for a code in the URL the question.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn show(request: Request<'_>) -> Result<Response, Failure> {
    settle(ask(&request).await)
}

/// Takes a code, or a decision.
///
/// # Errors
/// Faults; limits of requests.
pub(super) async fn take(request: Request<'_>) -> Result<Response, Failure> {
    settle(answer_form(&request).await)
}

/// Says that the request names no client.
async fn no_client(request: &Request<'_>) -> Stop {
    let refusal = Refusal::Page(Cause::Missing("client_id"));
    answer::refuse(request, &Parameters::default(), &refusal).await
}

async fn ask(request: &Request<'_>) -> Flow<Response> {
    let Some(visit) = Visit::open(request).await? else {
        return Err(no_client(request).await);
    };
    // The code comes back from a sign-in as the state.
    let query = &visit.query;
    let sent = query.get("user_code").or_else(|| query.get("state"));
    let sent = sent.filter(|_| *request.method() != Method::HEAD);
    match sent.and_then(Entered::read) {
        Some(code) => visit.go_on(&code).await,
        None => visit.field("", None).await,
    }
}

async fn answer_form(request: &Request<'_>) -> Flow<Response> {
    let Some(visit) = Visit::open(request).await? else {
        return Err(no_client(request).await);
    };
    let typed = visit.form.get("user_code").unwrap_or_default();
    if visit.csrf.check(request, &visit.form).is_err() {
        let words = &request.locale().texts().alerts;
        let alert = alerts::alert(words.stale_form.clone(), None);
        return visit.field(typed, Some(alert)).await;
    }
    let Some(code) = Entered::read(typed) else {
        return visit.unknown(typed).await;
    };
    let decision = match visit.form.get("decision") {
        Some("allow") => Decision::Allow,
        Some("deny") => Decision::Deny,
        _ => return visit.go_on(&code).await,
    };
    request.admit_category(Category::UserAuthentication).await?;
    let cx = request.cx(Endpoint::Device);
    let look = || Box::pin(look_up(&cx, &visit.pool, &code));
    let Some(asked) = action::run(&cx, look).await? else {
        return visit.unknown(&code.shown()).await;
    };
    // Each run finds the session and its user as they are then.
    let work = || Box::pin(visit.decide(&cx, &code, decision));
    match action::run(&cx, work).await? {
        None => visit.go_on(&code).await,
        Some(true) => visit.done(&asked.client).await,
        Some(false) => visit.unknown(&code.shown()).await,
    }
}

impl<'r> Visit<'r> {
    /// Reads a request; None if nothing says which pool it is about.
    async fn open(request: &'r Request<'r>) -> Flow<Option<Self>> {
        let form = match *request.method() {
            Method::POST => request.form()?,
            _ => Fields::default(),
        };
        let query = request.query()?;
        let cookies = request.cookies()?;
        let pool = match (&request.visitor().domain, query.get("client_id")) {
            (Some(domain), _) => Some(domain.pool.clone()),
            (None, Some(id)) => {
                let known = request.cx(Endpoint::Device).client(id).await;
                known.ok().map(|(pool, _)| pool)
            }
            (None, None) => None,
        };
        Ok(pool.map(|pool| Self {
            request,
            csrf: Csrf::read(&cookies),
            query,
            form,
            cookies,
            pool,
        }))
    }

    /// Returns the session of the browser.
    async fn session(&self, cx: &Cx<'_>) -> Result<Option<BrowserSession>, Fault> {
        let cookie = self.cookies.bare(visit::SESSION);
        let Some(cookie) = cookie.filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let host = &self.request.visitor().host;
        browser_session::find(cx, &self.pool, host, cookie).await
    }

    /// Writes what the user of the browser's session decides; None if there is no session.
    async fn decide(
        &self,
        cx: &Cx<'_>,
        code: &Entered,
        decision: Decision,
    ) -> Result<Option<bool>, Fault> {
        match self.session(cx).await? {
            Some(session) => {
                let decided = decide(cx, &self.pool, &session, code, decision).await;
                decided.map(Some)
            }
            None => Ok(None),
        }
    }

    /// Asks the user about the device that shows a code, after the sign-in.
    async fn go_on(&self, code: &Entered) -> Flow<Response> {
        self.request
            .admit_category(Category::UserAuthentication)
            .await?;
        let cx = self.request.cx(Endpoint::Device);
        let found = action::run(&cx, || Box::pin(look_up(&cx, &self.pool, code))).await?;
        let Some(asked) = found else {
            return self.unknown(&code.shown()).await;
        };
        let session = action::run(&cx, || Box::pin(self.session(&cx))).await?;
        match session {
            Some(session) if asked.lets(&cx, &self.pool, &session) => {
                self.question(code, asked).await
            }
            _ => self.sign_in(code, &asked),
        }
    }

    /// Sends the browser to a sign-in that comes back here.
    fn sign_in(&self, code: &Entered, asked: &Asked) -> Flow<Response> {
        let base = self.request.visitor().base_url.as_deref();
        let public = self.request.app().settings.public_url.as_deref();
        let base = base.or(public).unwrap_or_default().trim_end_matches('/');
        let id = encode(&asked.client.id);
        let mut back = format!("{base}/device");
        if self.request.visitor().domain.is_none() {
            back.push_str(&format!("?client_id={id}"));
        }
        answer::see_other(&format!(
            "/oauth2/authorize?client_id={id}&response_type=code&redirect_uri={}&state={}",
            encode(&back),
            encode(&code.shown()),
        ))
    }

    async fn question(&self, code: &Entered, asked: Asked) -> Flow<Response> {
        let screen = Screen::Device(Device {
            user_code: code.shown(),
            client: Some(asked.client.doc.name.clone()),
            scopes: asked.scopes.clone(),
        });
        let client = Some(&*asked.client);
        self.page(StatusCode::OK, client, None, &screen).await
    }

    /// Draws the page with the field.
    async fn field(&self, typed: &str, alert: Option<Alert>) -> Flow<Response> {
        let screen = Screen::Device(Device {
            user_code: typed.chars().take(32).collect(),
            client: None,
            scopes: Vec::new(),
        });
        let known = match self.query.get("client_id") {
            Some(id) => self.request.cx(Endpoint::Device).client(id).await.ok(),
            None => None,
        };
        let own = known.filter(|(pool, _)| pool.id == self.pool.id);
        let client = own.as_ref().map(|(_, client)| &**client);
        self.page(StatusCode::OK, client, alert, &screen).await
    }

    /// Says that no device shows the code.
    async fn unknown(&self, typed: &str) -> Flow<Response> {
        let words = &self.request.locale().texts().pages.device;
        let alert = alerts::alert(words.unknown.clone(), Some("user_code"));
        self.field(typed, Some(alert)).await
    }

    /// Says that the device knows.
    async fn done(&self, client: &Client) -> Flow<Response> {
        let screen = Screen::Notice(Notice {
            kind: NoticeKind::DeviceDone,
            next: None,
            home: None,
        });
        self.page(StatusCode::OK, Some(client), None, &screen).await
    }

    async fn page(
        &self,
        status: StatusCode,
        client: Option<&Client>,
        alert: Option<Alert>,
        screen: &Screen,
    ) -> Flow<Response> {
        let (app, locale) = (self.request.app(), self.request.locale());
        let version = version::version(app, &self.pool).await?;
        let brand = match client {
            Some(client) => {
                let look = branding::load(app, &self.pool.id, &client.id, version, locale);
                look.await?.brand
            }
            None => Brand::default(),
        };
        let id = self.query.get("client_id");
        let query = id.map_or(String::new(), |id| format!("client_id={}", encode(id)));
        let frame = Frame {
            locale,
            version,
            brand: &brand,
            app: client.map_or("", |client| &client.doc.name),
            query: &query,
            csrf: &self.csrf.token,
            alert,
            ends: None,
            terms_of_use: None,
            privacy_policy: None,
        };
        // A form of this page may end at a client's sign-in, and that here again.
        let response = answer::draw(status, &frame, screen);
        Ok(match self.csrf.cookie()? {
            Some(cookie) => response.with_cookie(cookie),
            None => response,
        })
    }
}
