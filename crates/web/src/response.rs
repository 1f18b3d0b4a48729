//! The one type of answers, and the headers that their class demands.

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};

use crate::cookies::{SameSite, SetCookie};
use crate::locale::Locale;
use crate::request::LANG;
use crate::route::{Class, Cors};

/// Seconds of a year.
const YEAR: u32 = 365 * 24 * 60 * 60;

/// The most cookies that one answer sets.
const MOST_COOKIES: usize = 16;

/// For pages: styles and images of this site alone, no frames, and no scripts unless the page needs one. Images may also
/// be part of a style sheet, as owners of classic pages have them.
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'";
/// The end of that.
const PAGE_POLICY_END: &str = "; base-uri 'none'; frame-ancestors 'none'";
/// For everything that is no page.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// An answer without the headers that its route decides.
#[derive(Debug)]
pub struct Response {
    status: StatusCode,
    content_type: Option<&'static str>,
    cache: Option<&'static str>,
    no_referrer: bool,
    scripts: bool,
    /// Where forms of a page may lead besides this site.
    form_targets: String,
    policy: Option<HeaderValue>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cookies: Vec<SetCookie>,
    body: Bytes,
}

impl Response {
    /// Returns an answer without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self {
            status,
            content_type: None,
            cache: None,
            no_referrer: false,
            scripts: false,
            form_targets: String::new(),
            policy: None,
            headers: Vec::new(),
            cookies: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// Creates an answer with a body of some type.
    pub fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            content_type: Some(content_type),
            body: body.into(),
            ..Self::empty(status)
        }
    }

    /// Returns a JSON document.
    pub fn json(status: StatusCode, json: String) -> Self {
        Self::new(status, "application/json", json)
    }

    /// Returns a page.
    pub fn html(status: StatusCode, html: String) -> Self {
        Self::new(status, "text/html; charset=utf-8", html)
    }

    /// Sends the browser elsewhere with GET (303). None if `location` has characters that a header must not have.
    pub fn redirect(location: &str) -> Option<Self> {
        let location = HeaderValue::from_str(location).ok()?;
        Some(Self::empty(StatusCode::SEE_OTHER).with_header(header::LOCATION, location))
    }

    /// Sends the browser to a client (302, as the service does); None if `location` has characters that a header must not
    /// have.
    pub fn found(location: &str) -> Option<Self> {
        let location = HeaderValue::from_str(location).ok()?;
        Some(Self::empty(StatusCode::FOUND).with_header(header::LOCATION, location))
    }

    /// Changes the status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Lets a page run the scripts of this site, and lets its own scripts fetch nothing.
    #[must_use]
    pub fn with_scripts(mut self) -> Self {
        self.scripts = true;
        self
    }

    /// Lets the answer to a form of this page lead to `sources`, sources of CSP such as `https:` between blanks: a browser
    /// applies `form-action` to the redirects that follow a form, too. What is no scheme and no origin is ignored.
    #[must_use]
    pub fn with_form_target(mut self, sources: &str) -> Self {
        let plain =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b':' | b'/' | b'.' | b'-' | b'+');
        for source in sources.split(' ') {
            if !source.is_empty() && source.bytes().all(plain) {
                self.form_targets.push(' ');
                self.form_targets.push_str(source);
            }
        }
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Sets a cookie; of more than sixteen the rest is dropped.
    #[must_use]
    pub fn with_cookie(mut self, cookie: SetCookie) -> Self {
        if self.cookies.len() < MOST_COOKIES {
            self.cookies.push(cookie);
        }
        self
    }

    /// Lets a document be cached as the `Cache-Control` value says. Pages and endpoints are never cached.
    #[must_use]
    pub fn cached(mut self, control: &'static str) -> Self {
        self.cache = Some(control);
        self
    }

    /// Lets the browser tell no other request which URL this page has: the URL holds a secret. Not for pages with forms.
    #[must_use]
    pub fn without_referrer(mut self) -> Self {
        self.no_referrer = true;
        self
    }

    /// Says in which language a page is, and keeps the language that the visitor has chosen for a year.
    pub(crate) fn in_language(mut self, locale: Locale, chosen: Option<Locale>) -> Self {
        let text = HeaderValue::from_static;
        if self.content_type.is_some() {
            let vary = text("Accept-Language, Cookie");
            self = self
                .with_header(header::CONTENT_LANGUAGE, text(locale.lang()))
                .with_header(header::VARY, vary);
        }
        match chosen.map(|locale| SetCookie::new(LANG, locale.tag(), SameSite::Lax)) {
            Some(Ok(cookie)) => self.with_cookie(cookie.for_seconds(YEAR)),
            _ => self,
        }
    }

    /// Puts a content security policy in the place of that of the class.
    #[must_use]
    pub fn with_policy(mut self, policy: HeaderValue) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Adds the headers of a class of routes. `secure` is true if the client came by https.
    pub(crate) fn into_http(self, class: Class, cors: Cors, secure: bool) -> http::Response<Bytes> {
        let mut response = http::Response::new(self.body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        // With those that the server adds; the map would grow three times.
        headers.reserve(16 + self.headers.len());
        let text = HeaderValue::from_static;
        if cors == Cors::Open {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, text("*"));
        }
        let cache = match class {
            Class::Document | Class::Asset => self.cache.unwrap_or("no-store"),
            Class::Endpoint | Class::Page => "no-store",
        };
        headers.insert(header::CACHE_CONTROL, text(cache));
        secure_as(headers, class);
        if class == Class::Page
            && let Ok(policy) =
                HeaderValue::from_str(&page_policy(self.scripts, &self.form_targets))
        {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if self.no_referrer {
            headers.insert(header::REFERRER_POLICY, text("no-referrer"));
        }
        if let Some(policy) = self.policy {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        if let Some(content_type) = self.content_type {
            headers.insert(header::CONTENT_TYPE, text(content_type));
        }
        for cookie in &self.cookies {
            headers.append(header::SET_COOKIE, cookie.header(secure));
        }
        response
    }
}

/// Returns the content security policy of a page.
fn page_policy(scripts: bool, form_targets: &str) -> String {
    let scripts = if scripts { "; script-src 'self'" } else { "" };
    format!("{PAGE_POLICY}{form_targets}{PAGE_POLICY_END}{scripts}")
}

/// Adds the security headers of a class.
fn secure_as(headers: &mut HeaderMap, class: Class) {
    let text = HeaderValue::from_static;
    let (policy, referrer) = match class {
        // The content follows the host by which the client came, as the issuer does.
        Class::Document => {
            headers.insert(
                header::VARY,
                text("Host, X-Forwarded-Host, X-Forwarded-Proto"),
            );
            return;
        }
        Class::Endpoint => {
            headers.insert(header::PRAGMA, text("no-cache"));
            (DATA_POLICY, "no-referrer")
        }
        Class::Asset => (DATA_POLICY, "no-referrer"),
        // Not `no-referrer`: with it browsers send `Origin: null` with a page's own forms.
        Class::Page => (DATA_POLICY, "same-origin"),
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, text(policy));
    headers.insert(header::REFERRER_POLICY, text(referrer));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, text("nosniff"));
}
