//! Methods, paths, classes and rates of a table.

use bytes::Bytes;
use cognate_access::RateError;
use cognate_access::rates::User;
use cognate_domain::{Fault, Settings};
use cognate_shapes::Category;
use cognate_web::failure::Failure;
use cognate_web::response::Response;
use cognate_web::route::{Class, Cors, Rate, Route, Table, Verb};
use http::{Method, Request, StatusCode};

use crate::site::{Counted, Site, header, json_of, request, text_of, visitor};

const fn plain(
    pattern: &'static str,
    method: Verb,
    class: Class,
    handler: for<'a> fn(cognate_web::request::Request<'a>) -> cognate_web::route::Work<'a>,
) -> Route {
    Route {
        pattern,
        method,
        cors: Cors::Closed,
        class,
        rate: Rate::Free,
        handler,
    }
}

static TABLE: Table = Table::new(&[
    plain("/item/{name}", Verb::Get, Class::Endpoint, |request| {
        Box::pin(async move {
            let text = format!("{} {}", request.method(), request.param("name"));
            Ok(Response::new(StatusCode::OK, "text/plain", text))
        })
    }),
    plain("/item/{name}", Verb::Post, Class::Endpoint, |_| {
        Box::pin(async { Ok(Response::empty(StatusCode::CREATED)) })
    }),
    plain("/page", Verb::Get, Class::Page, |_| {
        Box::pin(async { Ok(Response::html(StatusCode::OK, "<p>".into()).cached("public")) })
    }),
    plain("/broken", Verb::Get, Class::Page, |_| {
        Box::pin(async { Err(Fault::Internal("<secret detail>".into()).into()) })
    }),
    plain("/stale", Verb::Get, Class::Endpoint, |_| {
        Box::pin(async { Err(Fault::Stale.into()) })
    }),
    plain("/absent", Verb::Get, Class::Page, |_| {
        Box::pin(async { Err(Failure::NotFound) })
    }),
    plain("/away", Verb::Get, Class::Page, |request| {
        Box::pin(async move {
            let to = request.query()?;
            let to = Response::redirect(to.get("to").unwrap_or("/"));
            to.ok_or(Failure::BadRequest)
        })
    }),
    Route {
        cors: Cors::Open,
        rate: Rate::Category(Category::UserAuthentication),
        ..plain("/counted", Verb::Post, Class::Endpoint, |request| {
            Box::pin(async move {
                request.admit_user(User::Token("t"), false).await?;
                Ok(Response::json(StatusCode::OK, "{}".into()))
            })
        })
    },
]);

async fn site() -> Site {
    Site::new(Settings::dev()).await
}

#[tokio::test]
async fn methods_are_answered_by_the_table() {
    let site = site().await;
    let found = site
        .ask(&TABLE, request(Method::GET, "/item/a"))
        .await
        .unwrap();
    assert_eq!((found.status(), text_of(&found)), (StatusCode::OK, "GET a"));
    let found = site
        .ask(&TABLE, request(Method::HEAD, "/item/a"))
        .await
        .unwrap();
    assert_eq!((found.status(), text_of(&found)), (StatusCode::OK, ""));
    assert_eq!(header(&found, "content-type"), "text/plain");
    let found = site
        .ask(&TABLE, request(Method::POST, "/item/a"))
        .await
        .unwrap();
    assert_eq!(found.status(), StatusCode::CREATED);
    let odd = Method::from_bytes(b"FROB").unwrap();
    for method in [
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::TRACE,
        Method::CONNECT,
        odd,
    ] {
        let found = site
            .ask(&TABLE, request(method.clone(), "/item/a"))
            .await
            .unwrap();
        assert_eq!(found.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(header(&found, "allow"), "GET, HEAD, POST, OPTIONS");
        assert!(found.body().is_empty());
    }
    let found = site
        .ask(&TABLE, request(Method::HEAD, "/counted"))
        .await
        .unwrap();
    assert_eq!(found.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(header(&found, "allow"), "POST, OPTIONS");
    // Methods are case-sensitive (RFC 9110, 9.1).
    let lower = Method::from_bytes(b"get").unwrap();
    let found = site.ask(&TABLE, request(lower, "/item/a")).await.unwrap();
    assert_eq!(found.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_segment_is_compared_as_it_was_sent() {
    let site = site().await;
    for name in ["..", "%2e%2e", "..%2f..%2fetc", "a%00", ";x", "a:b", "%zz"] {
        let found = site
            .ask(&TABLE, request(Method::GET, &format!("/item/{name}")))
            .await;
        assert_eq!(text_of(&found.unwrap()), format!("GET {name}"));
    }
    for path in [
        "/",
        "/item",
        "/item/",
        "/item//",
        "/item/a/",
        "/item/a/b",
        "//item/a",
        "/ITEM/a",
        "/%69tem/a",
        "/item%2fa",
        "/./item/a",
        "/x/../item/a",
        "/absent",
    ] {
        let found = site.ask(&TABLE, request(Method::GET, path)).await;
        assert!(found.is_none(), "{path}");
    }
    let query = request(Method::GET, "/item/a?item=/item/b#x");
    assert_eq!(text_of(&site.ask(&TABLE, query).await.unwrap()), "GET a");
}

#[tokio::test]
async fn only_open_routes_may_be_read_by_other_origins() {
    let site = site().await;
    let found = site
        .ask(&TABLE, request(Method::OPTIONS, "/item/a"))
        .await
        .unwrap();
    assert_eq!(found.status(), StatusCode::NO_CONTENT);
    assert_eq!(header(&found, "allow"), "GET, HEAD, POST, OPTIONS");
    for name in ["origin", "methods", "headers", "credentials"] {
        assert_eq!(header(&found, &format!("access-control-allow-{name}")), "");
    }
    let found = site
        .ask(&TABLE, request(Method::OPTIONS, "/counted"))
        .await
        .unwrap();
    assert_eq!(header(&found, "access-control-allow-origin"), "*");
    assert_eq!(
        header(&found, "access-control-allow-methods"),
        "POST, OPTIONS"
    );
    assert_eq!(header(&found, "access-control-allow-credentials"), "");
    for path in ["/page", "/broken"] {
        let found = site.ask(&TABLE, request(Method::GET, path)).await.unwrap();
        assert_eq!(header(&found, "access-control-allow-origin"), "");
    }
    let found = site
        .ask(&TABLE, request(Method::POST, "/counted"))
        .await
        .unwrap();
    assert_eq!(header(&found, "access-control-allow-origin"), "*");
}

#[tokio::test]
async fn the_class_decides_about_security_headers() {
    let site = site().await;
    for path in ["/page", "/broken"] {
        let page = site.ask(&TABLE, request(Method::GET, path)).await.unwrap();
        assert_eq!(
            header(&page, "content-security-policy"),
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'"
        );
        assert_eq!(header(&page, "x-content-type-options"), "nosniff");
        assert_eq!(header(&page, "referrer-policy"), "same-origin");
        // Not even where the handler would have it cached.
        assert_eq!(header(&page, "cache-control"), "no-store");
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
    }
    for (method, path) in [
        (Method::GET, "/item/a"),
        (Method::PUT, "/item/a"),
        (Method::GET, "/stale"),
    ] {
        let found = site.ask(&TABLE, request(method, path)).await.unwrap();
        assert_eq!(
            header(&found, "content-security-policy"),
            "default-src 'none'; frame-ancestors 'none'"
        );
        assert_eq!(header(&found, "x-content-type-options"), "nosniff");
        assert_eq!(header(&found, "referrer-policy"), "no-referrer");
        assert_eq!(
            (header(&found, "cache-control"), header(&found, "pragma")),
            ("no-store", "no-cache")
        );
    }
}

#[tokio::test]
async fn a_fault_is_told_in_the_form_of_the_class_and_without_its_detail() {
    let site = site().await;
    let page = site
        .ask(&TABLE, request(Method::GET, "/broken?lang=de"))
        .await
        .unwrap();
    assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(text_of(&page).contains("the-request") && !text_of(&page).contains("secret"));
    assert!(text_of(&page).contains("<html lang=\"de\" dir=\"ltr\""));
    let found = site
        .ask(&TABLE, request(Method::GET, "/stale"))
        .await
        .unwrap();
    assert_eq!(found.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        json_of(&found),
        serde_json::json!({"error": "server_error", "error_description": "Internal server error."})
    );
}

#[tokio::test]
async fn a_redirect_takes_no_header_with_it() {
    let site = site().await;
    let found = site
        .ask(
            &TABLE,
            request(Method::GET, "/away?to=https://a.example/%3Fcode=1"),
        )
        .await
        .unwrap();
    assert_eq!(found.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(&found, "location"), "https://a.example/?code=1");
    for to in ["/%0d%0aSet-Cookie:x=y", "/%0aX:y", "/%7f", "/%01"] {
        let found = site
            .ask(&TABLE, request(Method::GET, &format!("/away?to={to}")))
            .await
            .unwrap();
        assert_eq!(found.status(), StatusCode::BAD_REQUEST, "{to}");
        assert_eq!(header(&found, "location"), "");
        assert_eq!(header(&found, "set-cookie"), "");
    }
}

#[tokio::test]
async fn rates_are_asked_before_the_handler_and_by_it() {
    let site = site().await;
    let counted = || Request::post("/counted").body(Bytes::new()).unwrap();
    let found = site.ask(&TABLE, counted()).await.unwrap();
    assert_eq!(found.status(), StatusCode::OK);
    let category = Counted::Category(Category::UserAuthentication);
    let expected = [Counted::Address, category, Counted::User];
    assert_eq!(*site.counted.lock().unwrap(), expected);
    for (refused, status) in [
        (RateError::TooMany, StatusCode::TOO_MANY_REQUESTS),
        (RateError::Failed, StatusCode::INTERNAL_SERVER_ERROR),
    ] {
        *site.refusal.lock().unwrap() = Some(refused);
        site.counted.lock().unwrap().clear();
        let found = site.ask(&TABLE, counted()).await.unwrap();
        assert_eq!(found.status(), status);
        assert_eq!(*site.counted.lock().unwrap(), [Counted::Address, category]);
    }
    // Neither a preflight, another method nor a route without a category is counted.
    site.counted.lock().unwrap().clear();
    for (method, path) in [
        (Method::OPTIONS, "/counted"),
        (Method::GET, "/counted"),
        (Method::GET, "/item/a"),
    ] {
        site.ask(&TABLE, request(method, path)).await.unwrap();
    }
    assert!(site.counted.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_address_over_its_limit_is_refused_before_its_body_is_read() {
    let site = site().await;
    *site.address_refusal.lock().unwrap() = Some(RateError::TooMany);
    let sent = Request::post("/counted?lang=%zz")
        .body(Bytes::new())
        .unwrap();
    let (parts, _) = sent.into_parts();
    let refused = TABLE.admit(&site, &parts, &visitor(None)).unwrap_err();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        json_of(&refused),
        serde_json::json!({"error": "temporarily_unavailable", "error_description": "Too many requests"})
    );
    assert_eq!(header(&refused, "access-control-allow-origin"), "*");
    assert_eq!(header(&refused, "cache-control"), "no-store");
    assert_eq!(*site.counted.lock().unwrap(), [Counted::Address]);
}

#[tokio::test]
async fn only_a_route_that_posts_has_a_body() {
    let site = site().await;
    let takes_body = |table: &Table, method: Method, path: &str| {
        let (parts, _) = request(method, path).into_parts();
        table.admit(&site, &parts, &visitor(None)).unwrap()
    };
    assert!(takes_body(&TABLE, Method::POST, "/item/a"));
    assert!(takes_body(&TABLE, Method::POST, "/counted"));
    for (method, path) in [
        (Method::GET, "/item/a"),
        (Method::HEAD, "/item/a"),
        (Method::OPTIONS, "/counted"),
        (Method::PUT, "/item/a"),
        (Method::POST, "/page"),
        (Method::POST, "/item/"),
    ] {
        let shown = format!("{method} {path}");
        assert!(!takes_body(&TABLE, method, path), "{shown}");
    }
    for method in [Method::POST, Method::PUT, Method::PATCH] {
        assert!(!takes_body(
            &cognate_web::ROUTES,
            method,
            "/p/.well-known/jwks.json"
        ));
    }
}
