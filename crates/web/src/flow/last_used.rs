//! The way in which a browser signed in last to a client, which the page on which a sign-in begins marks.
//!
//! The browser itself remembers it, in a cookie of its own for each client, under a MAC by the pool's key: the name of an
//! identity provider, or that it was none, and when. Nothing in it says who signed in, and nothing is decided by it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::hash::sha256;
use cognate_crypto::secret::ct_eq;
use cognate_domain::oauth::authorization::COGNITO;

use super::visit::Visit;
use crate::cookies::{CookieError, SameSite, SetCookie};
use crate::response::Response;
use crate::views::screen::LastUsed;

/// The beginning of the cookies' names.
const PREFIX: &str = "last-";
/// The most clients of one host for which a browser remembers it.
const MOST: usize = 8;
/// How long a browser remembers it, in seconds: half a year.
const SECONDS: u32 = 180 * 86_400;
const SECOND: i64 = 1_000_000;

impl Visit<'_> {
    /// Returns the way in which the browser signed in last to the client, if it remembers one.
    pub(super) fn last_used(&self) -> Option<LastUsed> {
        let value = self.cookies.get(&self.last_used_name())?;
        let (text, mac) = value.rsplit_once('.')?;
        let (at, name) = text.split_once('.')?;
        let at = i64::from_str_radix(at, 16).ok()?;
        let over = at.saturating_add(i64::from(SECONDS)) < self.now().div_euclid(SECOND);
        if over || !ct_eq(self.last_used_mac(text).as_bytes(), mac.as_bytes()) {
            return None;
        }
        let name = String::from_utf8(URL_SAFE_NO_PAD.decode(name).ok()?).ok()?;
        Some(match name.as_str() {
            COGNITO => LastUsed::Own,
            _ => LastUsed::Provider(name),
        })
    }

    /// Has the browser remember the way in which it signed in, where the client has several. `provider`: the name of the
    /// identity provider, or [`COGNITO`].
    ///
    /// # Errors
    /// None in practice: the value is our own.
    pub(super) fn remember_last_used(
        &self,
        mut response: Response,
        provider: &str,
    ) -> Result<Response, CookieError> {
        let listed = self.client().doc.supported_identity_providers.as_deref();
        if listed.is_none_or(|names| names.len() < 2) {
            return Ok(response);
        }
        let name = self.last_used_name();
        let others = self.cookies.beginning(PREFIX);
        for (other, _) in others.filter(|(other, _)| *other != name).skip(MOST - 1) {
            if let Ok(ended) = SetCookie::delete(other.to_owned(), SameSite::Lax) {
                response = response.with_cookie(ended);
            }
        }
        let at = self.now().div_euclid(SECOND);
        let text = format!("{at:x}.{}", URL_SAFE_NO_PAD.encode(provider));
        let value = format!("{text}.{}", self.last_used_mac(&text));
        let set = SetCookie::new(name, value, SameSite::Lax)?;
        Ok(response.with_cookie(set.for_seconds(SECONDS)))
    }

    fn last_used_name(&self) -> String {
        let hash = sha256(self.client().id.as_bytes());
        format!(
            "{PREFIX}{}",
            URL_SAFE_NO_PAD.encode(hash.get(..8).unwrap_or(&hash))
        )
    }

    /// Returns the MAC over a time and a name at this client and host.
    fn last_used_mac(&self, text: &str) -> String {
        let bound = [self.client().id.as_str(), self.host(), text].join("\n");
        URL_SAFE_NO_PAD.encode(self.pool().key.mac("last used provider", bound.as_bytes()))
    }
}
