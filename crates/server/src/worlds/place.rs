//! Which world a request names: `x-cognate-world: NAME`, or a path below `/_world/NAME`.
//!
//! A program that knows nothing but an endpoint has the path in it. What was named is taken off, so that the rest of the server
//! sees the request as it would be without.

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

/// What stands before the name in a path.
pub const PATH: &str = "/_world/";
/// The header.
pub const HEADER: HeaderName = HeaderName::from_static("x-cognate-world");
/// The longest name.
const LONGEST: usize = 32;
/// What is told for anything else.
pub const NAMES: &str = "the name of a world has at most 32 small letters, digits, - and _";
/// The beginning of the names of cookies that are for every path (docs/PAGES.md).
pub const HOST: &str = "__Host-";
/// What stands in such a name between that of the world and the cookie's own; names of worlds do not have it.
pub const MARK: char = '~';
/// The most cookies of one request that are looked at.
const MOST_COOKIES: usize = 256;
/// Documents that are found between the host and the path of an issuer (RFC 8414 section 3.1).
const WELL_KNOWN: [&str; 3] = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-protected-resource",
];

/// The world of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// True if the path names it, below which the links of its answers then are.
    pub by_path: bool,
}

/// The path of a request line from which that of a world was taken off.
#[derive(Clone)]
struct Sent(String);

/// Returns the path that a signature is over.
pub fn signed_path(parts: &Parts) -> &str {
    parts
        .extensions
        .get::<Sent>()
        .map_or("/", |Sent(path)| path)
}

/// True for a name of a world, which is that of a folder, too: some file systems take capital letters for small ones.
pub fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(plain)
}

/// Returns the path below which a world is.
pub fn prefix(name: &str) -> String {
    format!("{PATH}{name}")
}

/// True if a request names a world, rightly or wrongly.
pub fn is_named(parts: &Parts) -> bool {
    parts.headers.contains_key(HEADER) || split(parts.uri.path()).is_some()
}

/// Splits a path into the name of a world and what is left of it.
fn split(path: &str) -> Option<(&str, String)> {
    let (known, path) = match WELL_KNOWN
        .iter()
        .find_map(|known| Some((*known, path.strip_prefix(known)?)))
    {
        Some((known, rest)) => (known, rest),
        None => ("", path),
    };
    let rest = path.strip_prefix(PATH)?;
    let (name, rest) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let rest = match (known, rest) {
        ("", "") => "/".to_owned(),
        (known, "/") if !known.is_empty() => known.to_owned(),
        (known, rest) => format!("{known}{rest}"),
    };
    Some((name, rest))
}

/// Takes the name of the world off a request that has one.
///
/// # Errors
/// What the caller is told: a name that is none, or two that differ.
pub fn take(parts: &mut Parts) -> Result<Place, &'static str> {
    let mut fields = parts.headers.get_all(HEADER).iter();
    let field = match (fields.next(), fields.next()) {
        (None, _) => None,
        (Some(one), None) => Some(one.to_str().map_err(|_| NAMES)?.to_owned()),
        (Some(_), Some(_)) => return Err("x-cognate-world is there twice"),
    };
    let in_path = split(parts.uri.path()).map(|(name, rest)| (name.to_owned(), rest));
    let place = match (field, &in_path) {
        (Some(field), Some((name, _))) if field != *name => {
            return Err("x-cognate-world and the path name different worlds");
        }
        (_, Some((name, _))) => Place {
            name: name.clone(),
            by_path: true,
        },
        (Some(name), None) => Place {
            name,
            by_path: false,
        },
        (None, None) => return Err(NAMES),
    };
    if !is_name(&place.name) {
        return Err(NAMES);
    }
    if let Some((_, rest)) = in_path {
        let sent = Sent(parts.uri.path().to_owned());
        let whole = match parts.uri.query() {
            Some(query) => format!("{rest}?{query}"),
            None => rest,
        };
        let mut pieces = parts.uri.clone().into_parts();
        pieces.path_and_query = Some(whole.parse().map_err(|_| NAMES)?);
        parts.uri = Uri::from_parts(pieces).map_err(|_| NAMES)?;
        parts.extensions.insert(sent);
        keep_cookies(&mut parts.headers, &place.name);
    }
    Ok(place)
}

/// Leaves of cookies with one name the first, which has the longest path (RFC 6265 section 5.4): a browser sends those of the
/// server's own pages, too. Cookies that may have no path have the name of the world in theirs.
fn keep_cookies(headers: &mut HeaderMap, world: &str) {
    let of_world = format!("{world}{MARK}");
    let mut kept: Vec<(String, &str)> = Vec::new();
    let sent: Vec<HeaderValue> = headers.get_all(header::COOKIE).iter().cloned().collect();
    let lines = sent.iter().filter_map(|line| line.to_str().ok());
    for cookie in lines.flat_map(|line| line.split(';')) {
        let Some((name, value)) = cookie.trim().split_once('=') else {
            continue;
        };
        let name = match name.strip_prefix(HOST) {
            None => name.to_owned(),
            Some(rest) => match rest.strip_prefix(&of_world) {
                Some(own) => format!("{HOST}{own}"),
                None => continue,
            },
        };
        if kept.len() < MOST_COOKIES && kept.iter().all(|(other, _)| *other != name) {
            kept.push((name, value));
        }
    }
    let all: Vec<String> = kept
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    headers.remove(header::COOKIE);
    if let (false, Ok(value)) = (all.is_empty(), HeaderValue::from_str(&all.join("; "))) {
        headers.insert(header::COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = http::Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_path_names_a_world_and_what_is_in_it() {
        for (sent, name, rest) in [
            ("/_world/w3", "w3", "/"),
            ("/_world/w3/", "w3", "/"),
            ("/_world/w3/login?a=%20&b", "w3", "/login?a=%20&b"),
            ("/_world/a-1_b/_dev/clock", "a-1_b", "/_dev/clock"),
            ("/_world/w3//evil.example/x", "w3", "//evil.example/x"),
            ("/_world/w3/_world/w4/", "w3", "/_world/w4/"),
            (
                "/.well-known/oauth-authorization-server/_world/w3/us-east-1_A",
                "w3",
                "/.well-known/oauth-authorization-server/us-east-1_A",
            ),
            (
                "/.well-known/openid-configuration/_world/w3",
                "w3",
                "/.well-known/openid-configuration",
            ),
        ] {
            let mut parts = parts(sent, &[]);
            assert!(is_named(&parts), "{sent}");
            let place = take(&mut parts).unwrap();
            assert_eq!((place.name.as_str(), place.by_path), (name, true), "{sent}");
            assert_eq!(parts.uri.to_string(), rest, "{sent}");
            let path = sent.split('?').next().unwrap();
            assert_eq!(signed_path(&parts), path);
        }
        for sent in [
            "/",
            "/_world",
            "/_worlds/w3/",
            "/x/_world/w3/",
            "/x?/_world/w3/",
        ] {
            assert!(!is_named(&parts(sent, &[])), "{sent}");
        }
    }

    #[test]
    fn a_header_names_a_world_and_leaves_the_path() {
        let named = [("x-cognate-world", "w3")];
        let mut sent = parts("/login?a=1", &named);
        let place = take(&mut sent).unwrap();
        assert_eq!((place.name.as_str(), place.by_path), ("w3", false));
        assert_eq!(sent.uri.to_string(), "/login?a=1");
        assert_eq!(signed_path(&sent), "/");
        let mut both = parts("/_world/w3/login", &named);
        assert!(take(&mut both).unwrap().by_path);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long = "x".repeat(33);
        for name in [
            "",
            ".",
            "..",
            "W3",
            "a.b",
            "a%2fb",
            "a~b",
            "a b",
            "ä",
            long.as_str(),
        ] {
            let mut by_header = parts("/", &[("x-cognate-world", name)]);
            assert_eq!(take(&mut by_header), Err(NAMES), "{name}");
        }
        for path in [
            "/_world/",
            "/_world//",
            "/_world/a.b/",
            "/_world/%2e%2e/x",
            "/_world/../x",
        ] {
            let mut by_path = parts(path, &[]);
            assert!(is_named(&by_path), "{path}");
            assert_eq!(take(&mut by_path), Err(NAMES), "{path}");
        }
        let differ = "x-cognate-world and the path name different worlds";
        let mut two = parts("/_world/w4/", &[("x-cognate-world", "w3")]);
        assert_eq!(take(&mut two), Err(differ));
        let mut twice = parts("/", &[("x-cognate-world", "w3"), ("x-cognate-world", "w3")]);
        assert_eq!(take(&mut twice), Err("x-cognate-world is there twice"));
    }

    #[test]
    fn the_cookies_of_a_world_come_before_those_of_the_server() {
        let cookies = [
            ("cookie", "cognito=world; x=a=b; cognito=base;y=c"),
            ("cookie", "__Host-x=d; __Host-w3~x=e; __Host-w4~x=f; z"),
        ];
        let mut sent = parts("/_world/w3/", &cookies);
        take(&mut sent).unwrap();
        let kept: Vec<_> = sent.headers.get_all("cookie").iter().collect();
        assert_eq!(kept, ["cognito=world; x=a=b; y=c; __Host-x=e"]);
        let mut none = parts("/_world/w5/", &[("cookie", "__Host-x=d")]);
        take(&mut none).unwrap();
        assert!(!none.headers.contains_key("cookie"));
    }
}
