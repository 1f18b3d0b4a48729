//! Forms that only this site's pages send (pages.md 1.4): a field of the form equals the cookie `XSRF-TOKEN`, and the
//! browser, where it says so, sends the form from here.
//!
//! Programs that make up both halves themselves pass: they are no browser in which somebody else is signed in. A sibling
//! domain can plant the cookie, so that the pair alone would not do; every browser of today sends `Origin` with a form.
//! The token lives as long as the browser's session and is never replaced, so that forms in other tabs stay good.

use cognate_crypto::random;
use cognate_crypto::secret::ct_eq;
use http::header::{HeaderName, ORIGIN};

use crate::cookies::{CookieError, Cookies, SameSite, SetCookie};
use crate::fields::Fields;
use crate::request::Request;

/// The cookie, as scripts know it (endpoints.md 1.13).
const COOKIE: &str = "XSRF-TOKEN";
/// The longest value that is taken from a browser.
const LONGEST: usize = 128;
/// The names of the field.
pub(crate) const FIELDS: [&str; 2] = ["_csrf", "csrf"];
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The reason why a form is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The pair does not match: the page is older than the browser's session.
    Stale,
    /// Another site sent the form.
    Foreign,
}

/// The token of a browser.
pub(crate) struct Csrf {
    /// The value.
    pub(crate) token: String,
    /// True if the browser does not have it yet.
    is_new: bool,
}

impl Csrf {
    /// Reads the browser's token, or makes one.
    pub(crate) fn read(cookies: &Cookies<'_>) -> Self {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let kept = cookies
            .bare(COOKIE)
            .filter(|value| (1..=LONGEST).contains(&value.len()) && value.bytes().all(plain));
        Self {
            token: kept.map_or_else(random::uuid_v4, str::to_owned),
            is_new: kept.is_none(),
        }
    }

    /// Returns the cookie to be set, where the browser has none.
    ///
    /// # Errors
    /// None in practice: the value is a UUID.
    pub(crate) fn cookie(&self) -> Result<Option<SetCookie>, CookieError> {
        let made = || SetCookie::new(COOKIE, self.token.as_str(), SameSite::Lax);
        self.is_new.then(|| Ok(made()?.bare())).transpose()
    }

    /// Checks a form.
    ///
    /// # Errors
    /// See [`Refused`].
    pub(crate) fn check(&self, request: &Request<'_>, form: &Fields) -> Result<(), Refused> {
        if !is_ours(request) {
            return Err(Refused::Foreign);
        }
        let mut sent = FIELDS
            .into_iter()
            .filter_map(|name| form.get(name))
            .peekable();
        let is_sent = sent.peek().is_some();
        let matches = sent.all(|value| ct_eq(value.as_bytes(), self.token.as_bytes()));
        if self.is_new || !is_sent || !matches {
            return Err(Refused::Stale);
        }
        Ok(())
    }
}

/// True unless the browser says that another site sent the request. A header that occurs twice says so.
fn is_ours(request: &Request<'_>) -> bool {
    let says = |name: &HeaderName| request.headers().contains_key(name);
    let visitor = request.visitor();
    let fits = |origin: &str| match visitor.origin() {
        Some(own) => origin == own,
        // The host is none that this server knows its URL of; a browser's origin still names it.
        None => {
            origin
                .strip_prefix("https://")
                .or_else(|| origin.strip_prefix("http://"))
                == Some(visitor.host.as_str())
        }
    };
    let origin = !says(&ORIGIN) || request.header(ORIGIN).is_some_and(fits);
    let site = !says(&SEC_FETCH_SITE)
        || matches!(request.header(SEC_FETCH_SITE), Some("same-origin" | "none"));
    origin && site
}
