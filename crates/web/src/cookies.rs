//! Cookies, read and written.
//!
//! Over https every name gets the prefix `__Host-`, which a browser takes only from this very host, with `Secure`, for
//! every path: neither a sibling domain nor a page that came by http can plant such a cookie. Only `dev` is reached by
//! http, and its cookies have no prefix. A cookie that is sent twice counts as missing. The two cookies that programs
//! know by their names, `cognito` and `XSRF-TOKEN`, keep those ([`SetCookie::bare`]).
//!
//! The `cookie` crate writes any value, and its parser has no bounds; so neither is used.

use std::borrow::Cow;

use http::header::{HeaderMap, HeaderValue};

/// The most cookies of one request; browsers keep fewer for one site.
pub const MOST_COOKIES: usize = 256;
/// The longest cookie headers of one request together, in bytes.
pub const COOKIE_BYTES: usize = 16 << 10;
/// The longest value that is written, in bytes: browsers drop cookies of more than 4,096 with name and attributes.
pub const VALUE_BYTES: usize = 3_800;

const PREFIX: &str = "__Host-";

/// The reason why cookies are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieError {
    /// The request has more cookies, or longer ones, than the bounds allow.
    TooMany,
    /// A name or value to be written is too long, or has characters that cookies must not have.
    Value,
}

/// The cookies of a request.
pub struct Cookies<'a> {
    pairs: Vec<(&'a str, &'a str)>,
    secure: bool,
}

impl<'a> Cookies<'a> {
    /// Reads the cookies of a request. `secure` is true if it came by https.
    ///
    /// # Errors
    /// [`CookieError::TooMany`].
    pub fn parse(headers: &'a HeaderMap, secure: bool) -> Result<Self, CookieError> {
        let lines = || headers.get_all(http::header::COOKIE).iter();
        if lines().map(HeaderValue::len).sum::<usize>() > COOKIE_BYTES {
            return Err(CookieError::TooMany);
        }
        let parts = lines().flat_map(|line| line.as_bytes().split(|b| *b == b';'));
        let mut pairs = Vec::new();
        for (number, part) in parts.enumerate() {
            if number >= MOST_COOKIES {
                return Err(CookieError::TooMany);
            }
            let pair = std::str::from_utf8(part)
                .ok()
                .and_then(|p| p.split_once('='));
            if let Some((name, value)) = pair {
                pairs.push((name.trim(), value.trim()));
            }
        }
        Ok(Self { pairs, secure })
    }

    /// Returns the value of the cookie that [`SetCookie`] wrote under `name`; None if it was sent twice.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        only(self.ours().filter(|(ours, _)| *ours == name))
    }

    /// Returns the value of the cookie that [`SetCookie::bare`] wrote under `name`; None if it was sent twice, as a
    /// sibling domain could make a browser do.
    pub fn bare(&self, name: &str) -> Option<&'a str> {
        only(self.pairs.iter().copied().filter(|(sent, _)| *sent == name))
    }

    /// Returns names and values of the cookies that [`SetCookie`] wrote under names with this beginning.
    pub fn beginning<'s>(&'s self, with: &'s str) -> impl Iterator<Item = (&'a str, &'a str)> + 's {
        self.ours().filter(move |(name, _)| name.starts_with(with))
    }

    /// Returns the cookies with a prefix where they have to have one, without it.
    fn ours(&self) -> impl Iterator<Item = (&'a str, &'a str)> + '_ {
        self.pairs.iter().filter_map(|(sent, value)| {
            let name = match self.secure {
                true => sent.strip_prefix(PREFIX)?,
                false => sent,
            };
            Some((name, *value))
        })
    }
}

/// Returns the value of the only cookie.
fn only<'a>(mut found: impl Iterator<Item = (&'a str, &'a str)>) -> Option<&'a str> {
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Some(value),
        _ => None,
    }
}

/// The requests of other sites with which a browser sends a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// None.
    Strict,
    /// Links to this site.
    Lax,
    /// All, for the forms that an identity provider posts. Over http, where browsers refuse it, it becomes `Lax`.
    None,
}

/// A cookie to be set: for this host, every path, invisible to scripts, and over https sent by https alone.
pub struct SetCookie {
    name: Cow<'static, str>,
    value: String,
    /// True if the name has no prefix over https either.
    bare: bool,
    /// Seconds; None ends with the browser's session.
    max_age: Option<u32>,
    same_site: SameSite,
}

impl std::fmt::Debug for SetCookie {
    /// Prints the name alone: the value is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SetCookie").field(&self.name).finish()
    }
}

impl SetCookie {
    /// Creates a cookie that ends with the browser's session.
    ///
    /// # Errors
    /// [`CookieError::Value`]: RFC 6265 (4.1.1) allows neither spaces, quotes, commas, semicolons, backslashes, control
    /// characters nor anything outside of ASCII.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        value: impl Into<String>,
        same_site: SameSite,
    ) -> Result<Self, CookieError> {
        let name = name.into();
        let value = value.into();
        let named = !name.is_empty()
            && name.len() <= 64
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        let is_octet =
            |b: u8| matches!(b, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e);
        if !named || value.len() > VALUE_BYTES || !value.bytes().all(is_octet) {
            return Err(CookieError::Value);
        }
        Ok(Self {
            name,
            value,
            bare: false,
            max_age: None,
            same_site,
        })
    }

    /// Deletes a cookie.
    ///
    /// # Errors
    /// A bad name.
    pub fn delete(
        name: impl Into<Cow<'static, str>>,
        same_site: SameSite,
    ) -> Result<Self, CookieError> {
        Ok(Self::new(name, "", same_site)?.for_seconds(0))
    }

    /// Keeps the name as it is over https, for programs that look for it: `Secure` still holds, but a sibling domain can
    /// plant such a cookie, so that its value must prove itself.
    #[must_use]
    pub fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// Keeps the cookie for so many seconds.
    #[must_use]
    pub fn for_seconds(mut self, seconds: u32) -> Self {
        self.max_age = Some(seconds);
        self
    }

    /// Writes the `Set-Cookie` header. `secure` is true if the client came by https.
    pub(crate) fn header(&self, secure: bool) -> HeaderValue {
        let prefix = if secure && !self.bare { PREFIX } else { "" };
        let flag = if secure { "; Secure" } else { "" };
        let same_site = match self.same_site {
            SameSite::Strict => "Strict",
            SameSite::None if secure => "None",
            SameSite::Lax | SameSite::None => "Lax",
        };
        let age = self
            .max_age
            .map_or(String::new(), |s| format!("; Max-Age={s}"));
        let Self { name, value, .. } = self;
        let text =
            format!("{prefix}{name}={value}; Path=/; HttpOnly; SameSite={same_site}{flag}{age}");
        // All of its characters were checked.
        let mut header = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
        header.set_sensitive(true);
        header
    }
}
