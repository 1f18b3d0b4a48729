//! Cookies, as an attacker plants them and as a browser gets them.

use bytes::Bytes;
use cognate_domain::Settings;
use cognate_web::cookies::{CookieError, Cookies, MOST_COOKIES, SameSite, SetCookie, VALUE_BYTES};
use cognate_web::response::Response;
use cognate_web::route::{Class, Cors, Rate, Route, Table, Verb};
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};

use crate::site::{Site, get_with, request, text_of};

static TABLE: Table = Table::new(&[
    Route {
        pattern: "/read",
        method: Verb::Get,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Free,
        handler: |request| {
            Box::pin(async move {
                let value = request
                    .cookies()?
                    .get("session")
                    .unwrap_or("none")
                    .to_owned();
                Ok(Response::new(StatusCode::OK, "text/plain", value))
            })
        },
    },
    Route {
        pattern: "/set",
        method: Verb::Get,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Free,
        handler: |request| {
            Box::pin(async move {
                let query = request.query()?;
                let value = query.get("value").unwrap_or("");
                let cookie = SetCookie::new("session", value, SameSite::Lax)?;
                Ok(Response::empty(StatusCode::OK).with_cookie(cookie))
            })
        },
    },
    Route {
        pattern: "/many",
        method: Verb::Get,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Free,
        handler: |_| {
            Box::pin(async {
                let mut response = Response::empty(StatusCode::OK);
                for _ in 0..1000 {
                    response = response.with_cookie(SetCookie::new("a", "b", SameSite::Strict)?);
                }
                Ok(response)
            })
        },
    },
]);

fn set(response: &http::Response<Bytes>) -> Vec<&str> {
    let all = response.headers().get_all("set-cookie").iter();
    all.map(|value| value.to_str().unwrap()).collect()
}

#[tokio::test]
async fn the_prefix_and_secure_follow_the_scheme() {
    let site = Site::new(Settings::dev()).await;
    let found = site
        .ask(&TABLE, request(Method::GET, "/set?value=v"))
        .await
        .unwrap();
    assert_eq!(set(&found), ["session=v; Path=/; HttpOnly; SameSite=Lax"]);
    let found = site
        .ask_securely(&TABLE, request(Method::GET, "/set?value=v"))
        .await;
    assert_eq!(
        set(&found),
        ["__Host-session=v; Path=/; HttpOnly; SameSite=Lax; Secure"]
    );
    assert!(found.headers().get("set-cookie").unwrap().is_sensitive());
    let plain = get_with("/read", "cookie", "x=1; session=v;session2=w");
    assert_eq!(text_of(&site.ask(&TABLE, plain).await.unwrap()), "v");
    let prefixed = get_with("/read", "cookie", "__Host-session=v");
    assert_eq!(text_of(&site.ask_securely(&TABLE, prefixed).await), "v");
}

#[tokio::test]
async fn a_planted_cookie_is_not_read() {
    let site = Site::new(Settings::dev()).await;
    // A sibling domain can set the name without the prefix, and a cookie whose name has another case.
    for planted in [
        "session=evil",
        "__Secure-session=evil",
        "__host-session=evil",
        "__Host-__Host-session=evil",
        "__Host-session",
        " =__Host-session=evil",
        "__Host-session=a; __Host-session=evil",
        "__Host-session=evil; __Host-session=evil",
    ] {
        let found = site
            .ask_securely(&TABLE, get_with("/read", "cookie", planted))
            .await;
        assert_eq!(text_of(&found), "none", "{planted}");
    }
    // HTTP/2 sends several lines.
    let lines = Request::get("/read")
        .header("cookie", "a=b")
        .header("cookie", "__Host-session=v");
    let found = site
        .ask_securely(&TABLE, lines.body(Bytes::new()).unwrap())
        .await;
    assert_eq!(text_of(&found), "v");
    let odd = get_with("/read", "cookie", b"x=\xff\xfe; __Host-session=v; =; ;;; a");
    assert_eq!(text_of(&site.ask_securely(&TABLE, odd).await), "v");
}

#[tokio::test]
async fn ten_thousand_cookies_are_refused() {
    let site = Site::new(Settings::dev()).await;
    let many = |count: usize| "a=b;".repeat(count) + "__Host-session=v";
    let sizes = [
        (MOST_COOKIES - 1, StatusCode::OK),
        (MOST_COOKIES, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
        (10_000, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
    ];
    for (count, status) in sizes {
        let found = site
            .ask_securely(&TABLE, get_with("/read", "cookie", many(count)))
            .await;
        assert_eq!(found.status(), status, "{count}");
    }
    let long = format!("__Host-session={}", "x".repeat(17 << 10));
    let found = site
        .ask_securely(&TABLE, get_with("/read", "cookie", long))
        .await;
    assert_eq!(found.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let mut headers = HeaderMap::new();
    for _ in 0..10_000 {
        headers.append(COOKIE, HeaderValue::from_static("a=b"));
    }
    assert_eq!(
        Cookies::parse(&headers, true).err(),
        Some(CookieError::TooMany)
    );
    // And an answer does not set any number either.
    let found = site
        .ask(&TABLE, request(Method::GET, "/many"))
        .await
        .unwrap();
    assert_eq!(set(&found).len(), 16);
}

#[tokio::test]
async fn a_value_carries_neither_headers_nor_attributes() {
    let site = Site::new(Settings::dev()).await;
    for value in [
        "a%0d%0aSet-Cookie:+x=y",
        "a%0aX:y",
        "a%0d",
        "a;+Domain=evil.example",
        "a,b",
        "a+b",
        "%22a%22",
        "a%5cb",
        "%c3%a4",
        "a%7f",
        "a%09",
    ] {
        let found = site
            .ask(&TABLE, request(Method::GET, &format!("/set?value={value}")))
            .await
            .unwrap();
        assert_eq!(found.status(), StatusCode::INTERNAL_SERVER_ERROR, "{value}");
        assert!(set(&found).is_empty());
    }
    let found = site
        .ask(&TABLE, request(Method::GET, "/set?value=a%3Db%2F%3A.~_-"))
        .await
        .unwrap();
    assert_eq!(
        set(&found),
        ["session=a=b/:.~_-; Path=/; HttpOnly; SameSite=Lax"]
    );
}

#[test]
fn no_character_that_ends_a_value_is_written() {
    for byte in 0..=0x7f_u8 {
        let value = format!("a{}b", char::from(byte));
        let allowed = byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
        let cookie = SetCookie::new("n", value, SameSite::Lax);
        assert_eq!(cookie.is_ok(), allowed, "{byte:#x}");
    }
}

#[test]
fn names_and_lengths_are_bounded() {
    let value = |length| "v".repeat(length);
    assert!(SetCookie::new("n", value(VALUE_BYTES), SameSite::Lax).is_ok());
    let long = SetCookie::new("n", value(VALUE_BYTES + 1), SameSite::Lax);
    assert_eq!(long.err(), Some(CookieError::Value));
    for name in ["", "a b", "a=b", "a;b", "a\r\nb", "ä"] {
        assert!(SetCookie::new(name, "v", SameSite::Lax).is_err(), "{name}");
    }
    let shown = format!(
        "{:?}",
        SetCookie::new("session", "secret", SameSite::Lax).unwrap()
    );
    assert_eq!(shown, r#"SetCookie("session")"#);
}

#[tokio::test]
async fn attributes_are_written() {
    static TABLE: Table = Table::new(&[Route {
        pattern: "/",
        method: Verb::Get,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Free,
        handler: |_| {
            Box::pin(async {
                Ok(Response::empty(StatusCode::OK)
                    .with_cookie(SetCookie::new("a", "1", SameSite::Strict)?.for_seconds(60))
                    .with_cookie(SetCookie::new("b", "2", SameSite::None)?)
                    .with_cookie(SetCookie::delete("c", SameSite::Lax)?))
            })
        },
    }]);
    let site = Site::new(Settings::dev()).await;
    let found = site.ask_securely(&TABLE, request(Method::GET, "/")).await;
    let expected = [
        "__Host-a=1; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=60",
        "__Host-b=2; Path=/; HttpOnly; SameSite=None; Secure",
        "__Host-c=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0",
    ];
    assert_eq!(set(&found), expected);
    // A browser refuses None without Secure.
    let found = site.ask(&TABLE, request(Method::GET, "/")).await.unwrap();
    assert_eq!(set(&found)[1], "b=2; Path=/; HttpOnly; SameSite=Lax");
}
