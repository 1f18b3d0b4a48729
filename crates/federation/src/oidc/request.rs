//! Calls to a provider's endpoints, as the caller is to make them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::secret::SecretString;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The unreserved characters of RFC 3986 section 2.3 stay as they are.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A call. It holds secrets, so nothing of it belongs into a log.
#[derive(Debug)]
pub struct Request {
    /// The whole URL; that of a GET for tokens holds the client's secret.
    pub url: SecretString,
    /// The body of a POST, a form (`application/x-www-form-urlencoded`); a GET has none.
    pub form: Option<SecretString>,
    /// The whole value of the header `Authorization`.
    pub authorization: Option<SecretString>,
}

/// Returns the value of the header `Authorization` for an access token (RFC 6750 section 2.1).
#[must_use]
pub fn bearer(token: &SecretString) -> SecretString {
    SecretString::new(format!("Bearer {}", token.expose()))
}

/// Returns that for a client's id and secret, each encoded as in a form (RFC 6749 section 2.3.1).
pub(crate) fn basic(client_id: &str, secret: &SecretString) -> SecretString {
    let pair = SecretString::new(format!("{}:{}", value(client_id), value(secret.expose())));
    SecretString::new(format!("Basic {}", STANDARD.encode(pair.expose())))
}

/// A name and a value of a query or form.
pub(crate) type Pair<'a> = (&'static str, &'a str);

/// Returns a value as it stands in a query or form.
pub(crate) fn value(text: &str) -> String {
    utf8_percent_encode(text, QUERY).to_string()
}

/// Returns pairs as a query or form, in their order.
pub(crate) fn encoded(pairs: &[Pair<'_>]) -> String {
    let pairs = pairs
        .iter()
        .map(|(name, text)| format!("{name}={}", value(text)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Adds pairs to a URL, which may have a query. A fragment is cut off.
pub(crate) fn with_query(url: &str, pairs: &[Pair<'_>]) -> String {
    let url = url.split('#').next().unwrap_or(url);
    let between = match url.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, query)) if query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{url}{between}{}", encoded(pairs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_joins_what_is_there() {
        let pairs = [("a", "x y&z=ü/+,"), ("b", "-._~")];
        let query = "a=x%20y%26z%3D%C3%BC%2F%2B%2C&b=-._~";
        for (url, expected) in [
            ("https://a/b", format!("https://a/b?{query}")),
            ("https://a/b?", format!("https://a/b?{query}")),
            (
                "https://a/b?p=B2C_1",
                format!("https://a/b?p=B2C_1&{query}"),
            ),
            ("https://a/b?p=1&", format!("https://a/b?p=1&{query}")),
            ("https://a/b#f", format!("https://a/b?{query}")),
        ] {
            assert_eq!(with_query(url, &pairs), expected);
        }
    }

    #[test]
    fn a_call_prints_no_secret() {
        let secret = || SecretString::new("hunter2".into());
        let request = Request {
            url: secret(),
            form: Some(secret()),
            authorization: Some(secret()),
        };
        assert!(!format!("{request:?}").contains("hunter2"));
    }
}
