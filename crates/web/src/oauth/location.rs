//! URLs to which browsers are sent.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the characters that RFC 3986 (2.3) never encodes.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Returns a URL with these parameters at the end of its query, in characters that a header may have: a client's URL may
/// have letters of every script. It has no fragment (endpoints.md 6).
pub(super) fn with_query<'p>(
    url: &str,
    parameters: impl IntoIterator<Item = (&'p str, &'p str)>,
) -> String {
    let mut out: String = utf8_percent_encode(url, CONTROLS).collect();
    let mut separator = if url.contains('?') { '&' } else { '?' };
    for (name, value) in parameters {
        out.push(separator);
        out.extend(utf8_percent_encode(name, VALUE));
        out.push('=');
        out.extend(utf8_percent_encode(value, VALUE));
        separator = '&';
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_go_behind_a_query_that_is_there() {
        for (url, made) in [
            ("https://a.example", "https://a.example?state=a%20%26%2B%23"),
            (
                "https://a.example/?x=%20",
                "https://a.example/?x=%20&state=a%20%26%2B%23",
            ),
            ("app://bye/é", "app://bye/%C3%A9?state=a%20%26%2B%23"),
        ] {
            assert_eq!(with_query(url, [("state", "a &+#")]), made);
        }
        assert_eq!(with_query("app://bye?", []), "app://bye?");
    }
}
