//! What a client metadata document must be, and what is kept of it (agents.md 1.3, 2).

use cognate_outbound::document::Document;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use crate::clock::{DAY, SECOND};
use crate::facts::names;
use crate::records::client_metadata::{Metadata, is_on_own_machine};
use crate::records::redirect;

/// The longest name that is shown, in characters.
const LONGEST_NAME: usize = 80;
/// How long an answer may say that it is good, in microseconds; what it says beyond that is not looked at (agents.md 1.4).
const AGES: std::ops::RangeInclusive<i64> = DAY..=31_556_952 * SECOND;

/// Why an answer is no document of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// A status other than 200.
    Status,
    /// Another content type.
    ContentType,
    /// No JSON object with members of the right kinds.
    Malformed,
    /// It is of another client.
    OtherClient,
    /// It has a secret.
    Secret,
    /// The client proves itself by keys.
    PrivateKeyJwt,
    /// The client proves itself in another way.
    Method,
    /// No redirect URI to which a browser may be sent.
    Redirects,
}

impl Unfit {
    /// Returns what is wrong in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Status => "The answer does not have the status 200.",
            Self::ContentType => "The answer is neither application/json nor another type of JSON.",
            Self::Malformed => "The answer is no JSON object with the members of a client.",
            Self::OtherClient => "The member client_id of the document is not its URL.",
            Self::Secret => "The document has a client secret.",
            Self::PrivateKeyJwt => {
                "The token_endpoint_auth_method private_key_jwt is not supported: the client must be a public one, with none."
            }
            Self::Method => "The token_endpoint_auth_method must be none.",
            Self::Redirects => {
                "The document has no redirect_uris, or one to which no browser may be sent."
            }
        }
    }
}

#[derive(Deserialize)]
struct Written {
    client_id: String,
    #[serde(default)]
    client_name: Option<String>,
    #[serde(default)]
    redirect_uris: Option<Vec<String>>,
    #[serde(default)]
    grant_types: Option<Vec<String>>,
    #[serde(default)]
    response_types: Option<Vec<String>>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    token_endpoint_auth_method: Option<String>,
    #[serde(default, deserialize_with = "is_there")]
    client_secret: bool,
    #[serde(default, deserialize_with = "is_there")]
    client_secret_expires_at: bool,
}

fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// Reads the document of a client. `url`: its id.
///
/// # Errors
/// [`Unfit`].
pub fn read(url: &str, answer: &Document) -> Result<Metadata, Unfit> {
    if answer.status != 200 {
        return Err(Unfit::Status);
    }
    if !is_json(answer.content_type.as_deref().unwrap_or_default()) {
        return Err(Unfit::ContentType);
    }
    let written: Written = serde_json::from_slice(&answer.body).map_err(|_| Unfit::Malformed)?;
    if written.client_id != url {
        return Err(Unfit::OtherClient);
    }
    if written.client_secret || written.client_secret_expires_at {
        return Err(Unfit::Secret);
    }
    match written.token_endpoint_auth_method.as_deref() {
        // Documents need not say it (agents.md 2), and the one method that is left is the only one for them.
        None | Some("none") => {}
        Some("private_key_jwt") => return Err(Unfit::PrivateKeyJwt),
        Some(_) => return Err(Unfit::Method),
    }
    let redirect_uris = written.redirect_uris.unwrap_or_default();
    if redirect_uris.is_empty() || !redirect_uris.iter().all(|uri| is_place(uri)) {
        return Err(Unfit::Redirects);
    }
    // The defaults of RFC 7591 section 2.
    let lists = |list: &Option<Vec<String>>, wanted: &str, default: bool| {
        let list = list.as_ref();
        list.map_or(default, |list| list.iter().any(|name| name == wanted))
    };
    let name = written
        .client_name
        .map(|name| names::shown(&name, LONGEST_NAME));
    let scopes = |text: String| text.split_ascii_whitespace().map(str::to_owned).collect();
    Ok(Metadata {
        name: name.filter(|name| !name.is_empty()),
        code: lists(&written.grant_types, "authorization_code", true)
            && lists(&written.response_types, "code", true),
        refresh: lists(&written.grant_types, "refresh_token", false),
        scopes: written.scope.map(scopes),
        redirect_uris,
    })
}

/// True for `application/json` and `application/….+json`, with any parameters.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let Some((kind, subtype)) = essence.split_once('/') else {
        return false;
    };
    let subtype = subtype.to_ascii_lowercase();
    kind.eq_ignore_ascii_case("application") && (subtype == "json" || subtype.ends_with("+json"))
}

/// True for a URI without a fragment to which a browser may be sent: of a site by `https`, of a program on the user's own
/// machine by `http`, or of an application. A user name in it would make another site look like this one.
fn is_place(uri: &str) -> bool {
    let is_plain = uri.bytes().all(|b| b.is_ascii_graphic()) && !uri.contains(['#', '\\']);
    let (scheme, rest) = uri.split_once(':').unwrap_or_default();
    let is_fit = match scheme.to_ascii_lowercase().as_str() {
        "http" => is_on_own_machine(uri),
        "https" => redirect::host(rest).is_some_and(|host| !host.is_empty()),
        _ => true,
    };
    redirect::is_target(uri) && is_plain && is_fit
}

/// Returns how long an answer says that it is good, in microseconds, if that is within a day and a year.
pub fn age(cache_control: &str) -> Option<i64> {
    let mut rules = cache_control.split(',').filter_map(|rule| {
        let (name, value) = rule.trim().split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("max-age")
            .then(|| value.trim().trim_matches('"').parse::<i64>().ok())
    });
    let age = rules.next()??.checked_mul(SECOND)?;
    AGES.contains(&age).then_some(age)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const URL: &str = "https://a.example/c";

    fn document(over: Value) -> Document {
        let mut body = json!({"client_id": URL, "redirect_uris": ["https://a.example/cb"]});
        for (name, value) in over.as_object().unwrap() {
            body[name] = value.clone();
        }
        of("application/json", &body.to_string())
    }

    fn of(content_type: &str, body: &str) -> Document {
        Document {
            status: 200,
            content_type: Some(content_type.to_owned()),
            cache_control: String::new(),
            body: body.to_owned().into_bytes().into(),
        }
    }

    #[test]
    fn a_document_says_what_the_client_may() {
        let plain = Metadata {
            name: None,
            redirect_uris: vec!["https://a.example/cb".into()],
            scopes: None,
            code: true,
            refresh: false,
        };
        assert_eq!(read(URL, &document(json!({}))), Ok(plain.clone()));
        let full = document(json!({
            "client_name": " A\u{202e}\n  client\u{200b} ", "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"], "scope": "openid  a/b", "token_endpoint_auth_method": "none",
            "application_type": "native", "logo_uri": null, "x": {"y": [1]},
        }));
        let read_full = Metadata {
            name: Some("A client".into()),
            scopes: Some(vec!["openid".into(), "a/b".into()]),
            refresh: true,
            ..plain.clone()
        };
        assert_eq!(read(URL, &full), Ok(read_full));
        let none = document(
            json!({"grant_types": ["client_credentials"], "scope": "", "client_name": " "}),
        );
        let read_none = Metadata {
            code: false,
            scopes: Some(Vec::new()),
            ..plain
        };
        assert_eq!(read(URL, &none), Ok(read_none));
        let long = document(json!({"client_name": "\u{e4}".repeat(200)}));
        let name = read(URL, &long).unwrap().name.unwrap();
        assert_eq!(name, format!("{}\u{2026}", "\u{e4}".repeat(80)));
    }

    #[test]
    fn what_lies_or_asks_for_more_is_refused() {
        for (over, unfit) in [
            (
                json!({"client_id": "https://a.example/C"}),
                Unfit::OtherClient,
            ),
            (
                json!({"client_id": "https://a.example:443/c"}),
                Unfit::OtherClient,
            ),
            (json!({"client_id": null}), Unfit::Malformed),
            (json!({"client_id": 1}), Unfit::Malformed),
            (json!({"client_secret": "s"}), Unfit::Secret),
            (json!({"client_secret": null}), Unfit::Secret),
            (json!({"client_secret_expires_at": 0}), Unfit::Secret),
            (
                json!({"token_endpoint_auth_method": "client_secret_post"}),
                Unfit::Method,
            ),
            (json!({"token_endpoint_auth_method": "None"}), Unfit::Method),
            (
                json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": {}}),
                Unfit::PrivateKeyJwt,
            ),
            (json!({"redirect_uris": []}), Unfit::Redirects),
            (json!({"redirect_uris": null}), Unfit::Redirects),
            (
                json!({"redirect_uris": "https://a.example/cb"}),
                Unfit::Malformed,
            ),
            (
                json!({"redirect_uris": ["javascript:alert(1)"]}),
                Unfit::Redirects,
            ),
            (
                json!({"redirect_uris": ["https://a.example/cb", "data:,"]}),
                Unfit::Redirects,
            ),
            (
                json!({"redirect_uris": ["https://a.example/cb#x"]}),
                Unfit::Redirects,
            ),
            (
                json!({"redirect_uris": ["http://a.example/cb"]}),
                Unfit::Redirects,
            ),
            (
                json!({"redirect_uris": ["HTTP://localhost/cb"]}),
                Unfit::Redirects,
            ),
            (
                json!({"redirect_uris": ["http://localhost@a.example/cb"]}),
                Unfit::Redirects,
            ),
            (
                json!({"redirect_uris": ["http://localhost.a.example/cb"]}),
                Unfit::Redirects,
            ),
            (json!({"redirect_uris": ["/cb"]}), Unfit::Redirects),
            (json!({"redirect_uris": ["https:///cb"]}), Unfit::Redirects),
            (
                json!({"redirect_uris": ["https://good.example@a.example/cb"]}),
                Unfit::Redirects,
            ),
            (
                json!({"redirect_uris": ["https://a.example\\@good.example/cb"]}),
                Unfit::Redirects,
            ),
            (
                json!({"redirect_uris": ["https://ex\u{e4}mple.example/cb"]}),
                Unfit::Redirects,
            ),
            (
                json!({"redirect_uris": ["https://a.example/\r\ncb"]}),
                Unfit::Redirects,
            ),
        ] {
            assert_eq!(read(URL, &document(over.clone())), Err(unfit), "{over}");
        }
        let body = document(json!({})).body;
        let body = std::str::from_utf8(&body).unwrap();
        for good in [
            "application/json; charset=utf-8",
            "Application/CIMD+JSON",
            " application/json ",
        ] {
            assert!(read(URL, &of(good, body)).is_ok(), "{good}");
        }
        for bad in [
            "",
            "text/html",
            "text/json",
            "application/jsonx",
            "application/json/x",
            "json",
        ] {
            assert_eq!(read(URL, &of(bad, body)), Err(Unfit::ContentType), "{bad}");
        }
        for bad in [
            "",
            "[]",
            "null",
            "{",
            &format!("{body}x"),
            &"[".repeat(9_000),
        ] {
            assert_eq!(
                read(URL, &of("application/json", bad)),
                Err(Unfit::Malformed)
            );
        }
        // Two ids, of which readers take another one each.
        let twice = body.replacen('{', "{\"client_id\":\"https://b.example/c\",", 1);
        assert_eq!(
            read(URL, &of("application/json", &twice)),
            Err(Unfit::Malformed)
        );
        for status in [201, 204, 301, 302, 304, 404, 500] {
            let answer = Document {
                status,
                ..document(json!({}))
            };
            assert_eq!(read(URL, &answer), Err(Unfit::Status));
        }
    }

    #[test]
    fn an_age_counts_within_a_day_and_a_year() {
        for (rules, age) in [
            ("max-age=86400", Some(DAY)),
            ("public, Max-Age=\"172800\"", Some(2 * DAY)),
            ("max-age=31556952", Some(31_556_952 * SECOND)),
            ("max-age=86399", None),
            ("max-age=31556953", None),
            ("max-age=-1", None),
            ("max-age=99999999999999999999", None),
            ("s-maxage=172800", None),
            ("no-store", None),
            ("", None),
        ] {
            assert_eq!(super::age(rules), age, "{rules}");
        }
    }
}
