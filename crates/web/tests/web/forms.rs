//! Forms and queries, as an attacker sends them.

use bytes::Bytes;
use cognate_domain::Settings;
use cognate_web::fields::{FORM_BYTES, Fields, FieldsError, MOST_FIELDS};
use cognate_web::response::Response;
use cognate_web::route::{Class, Cors, Rate, Route, Table, Verb};
use http::{Method, Request, StatusCode};

use crate::site::{Site, request, text_of};

fn listed(fields: &Fields) -> String {
    let pairs: Vec<String> = fields.iter().map(|(n, v)| format!("[{n}][{v}]")).collect();
    pairs.concat()
}

const fn form(method: Verb) -> Route {
    Route {
        pattern: "/form",
        method,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Free,
        handler: |request| {
            Box::pin(async move {
                let text = listed(&request.form()?);
                Ok(Response::new(StatusCode::OK, "text/plain", text))
            })
        },
    }
}

static TABLE: Table = Table::new(&[
    form(Verb::Post),
    form(Verb::Get),
    Route {
        pattern: "/query",
        handler: |request| {
            Box::pin(async move {
                let text = listed(&*request.query()?);
                Ok(Response::new(StatusCode::OK, "text/plain", text))
            })
        },
        ..form(Verb::Get)
    },
]);

const FORM: &str = "application/x-www-form-urlencoded";

fn posted(kind: &[&str], body: impl Into<Bytes>) -> Request<Bytes> {
    let mut request = Request::post("/form");
    for kind in kind {
        request = request.header("content-type", *kind);
    }
    request.body(body.into()).unwrap()
}

fn parse(text: &str) -> Result<Fields, FieldsError> {
    Fields::parse(text.as_bytes(), FORM_BYTES)
}

#[tokio::test]
async fn a_form_is_read() {
    let site = Site::new(Settings::dev()).await;
    let body = "user=a%2Bb%40c.example&pass=+%26%3D%C3%A4&&empty=&bare&x=a=b";
    for kind in [FORM, "Application/X-WWW-Form-Urlencoded; charset=UTF-8"] {
        let found = site.ask(&TABLE, posted(&[kind], body)).await.unwrap();
        assert_eq!(found.status(), StatusCode::OK);
        assert_eq!(
            text_of(&found),
            "[user][a+b@c.example][pass][ &=ä][empty][][bare][][x][a=b]"
        );
    }
}

#[tokio::test]
async fn a_form_is_refused_unless_it_is_posted_as_one() {
    let site = Site::new(Settings::dev()).await;
    let kinds: [&[&str]; 6] = [
        &[],
        &["application/json"],
        &["multipart/form-data; boundary=x"],
        &["text/plain; application/x-www-form-urlencoded"],
        &[FORM, FORM],
        &["application/x-www-form-urlencodedx"],
    ];
    for kind in kinds {
        let found = site.ask(&TABLE, posted(kind, "a=b")).await.unwrap();
        assert_eq!(
            found.status(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "{kind:?}"
        );
    }
    // Never from a method whose body is not the point, whatever is sent with it.
    for method in [Method::GET, Method::HEAD] {
        let mut sent = posted(&[FORM], "a=b");
        *sent.method_mut() = method;
        *sent.uri_mut() = "/form?a=b".parse().unwrap();
        let found = site.ask(&TABLE, sent).await.unwrap();
        assert_eq!(found.status(), StatusCode::BAD_REQUEST);
        assert!(!text_of(&found).contains("[a]"));
    }
}

#[tokio::test]
async fn sizes_are_bounded() {
    let site = Site::new(Settings::dev()).await;
    let long = format!("a={}", "x".repeat(FORM_BYTES - 2));
    let found = site
        .ask(&TABLE, posted(&[FORM], long.clone()))
        .await
        .unwrap();
    assert_eq!(found.status(), StatusCode::OK);
    let found = site.ask(&TABLE, posted(&[FORM], long + "x")).await.unwrap();
    assert_eq!(found.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let huge = "%".repeat(64 << 20);
    let found = site.ask(&TABLE, posted(&[FORM], huge)).await.unwrap();
    assert_eq!(found.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let many = |count: usize| (0..count).map(|n| format!("f{n}=&")).collect::<String>();
    assert!(parse(&many(MOST_FIELDS)).is_ok());
    assert_eq!(
        parse(&many(MOST_FIELDS + 1)).unwrap_err(),
        FieldsError::TooMany
    );
    // Ampersands alone are nothing, and cost nothing.
    assert_eq!(parse(&"&".repeat(FORM_BYTES)).unwrap().iter().count(), 0);
    let query = format!("/query?a={}", "x".repeat(9 << 10));
    let found = site
        .ask(&TABLE, request(Method::GET, &query))
        .await
        .unwrap();
    assert_eq!(found.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn queries_have_the_same_rules() {
    let site = Site::new(Settings::dev()).await;
    let found = site
        .ask(&TABLE, request(Method::GET, "/query?a=%20+b&c"))
        .await
        .unwrap();
    assert_eq!(text_of(&found), "[a][  b][c][]");
    for query in ["a=1&a=2", "a=%zz", "a=%", "%ff=1", "a=%00"] {
        let found = site
            .ask(&TABLE, request(Method::GET, &format!("/query?{query}")))
            .await
            .unwrap();
        assert_eq!(found.status(), StatusCode::BAD_REQUEST, "{query}");
    }
    let found = site
        .ask(&TABLE, request(Method::GET, "/query"))
        .await
        .unwrap();
    assert_eq!((found.status(), text_of(&found)), (StatusCode::OK, ""));
}

#[test]
fn a_repeated_name_is_refused_however_it_is_written() {
    for text in [
        "a=1&a=1",
        "a=1&b=2&a=3",
        "a=1&%61=2",
        "a&a",
        "=1&=2",
        "a+b=1&a%20b=2",
    ] {
        assert_eq!(parse(text).unwrap_err(), FieldsError::Repeated, "{text}");
    }
    assert_eq!(listed(&parse("a=1&A=2").unwrap()), "[a][1][A][2]");
}

#[test]
fn malformed_encoding_is_refused_and_not_repaired() {
    for text in [
        "a=%",
        "a=%4",
        "a=%4&b=1",
        "a=%zz",
        "a=%4g",
        "a=%+1",
        "a=%%41",
        "a=%u0041",
        "%=1",
        "a=%C3",
        "a=%C3%28",
        "a=%ed%a0%80",
        "a=%f5%80%80%80",
        "a=%c0%af",
        "a=%00",
        "a=b%00c",
    ] {
        assert_eq!(parse(text).unwrap_err(), FieldsError::Encoding, "{text}");
    }
    assert_eq!(
        Fields::parse(b"a=\xff", 10).unwrap_err(),
        FieldsError::Encoding
    );
    // Decoded once, not twice.
    assert_eq!(listed(&parse("a=%2541%26b%3Dc").unwrap()), "[a][%41&b=c]");
}

#[test]
fn a_value_is_not_printed() {
    let shown = format!("{:?}", parse("password=hunter2").unwrap());
    assert_eq!(shown, r#"["password"]"#);
}
