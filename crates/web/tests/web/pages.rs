//! The layout, and what it does with values that are HTML.

use askama::Template;
use bytes::Bytes;
use cognate_domain::Settings;
use cognate_web::assets::STYLE;
use cognate_web::pages::{self, Layout};
use cognate_web::route::{Class, Cors, Rate, Route, Table, Verb};
use http::{Method, StatusCode};

use crate::site::{Site, get_with, request, text_of, visitor};

#[derive(Template)]
#[template(
    source = r#"{% extends "layout.html" %}{% block content %}<p id="{{ value }}">{{ value }}</p>{% endblock %}"#,
    ext = "html"
)]
struct Page<'a> {
    layout: Layout<'a>,
    value: &'a str,
}

static TABLE: Table = Table::new(&[
    Route {
        pattern: "/page/{segment}",
        method: Verb::Get,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Free,
        handler: |request| {
            Box::pin(async move {
                let query = request.query()?;
                let value = query.get("value").unwrap_or(request.param("segment"));
                let layout = Layout::new(request.locale(), value);
                Ok(pages::render(StatusCode::OK, &Page { layout, value }))
            })
        },
    },
    Route {
        pattern: "/form",
        method: Verb::Post,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Free,
        handler: |request| {
            Box::pin(async move {
                request.form()?;
                Ok(pages::render(
                    StatusCode::OK,
                    &Page {
                        layout: Layout::new(request.locale(), ""),
                        value: "",
                    },
                ))
            })
        },
    },
]);

#[tokio::test]
async fn every_value_is_escaped() {
    let site = Site::new(Settings::dev()).await;
    let hostile = "%3C%2Ftitle%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%20onload%3D%22x%27%26";
    let found = site
        .ask(
            &TABLE,
            request(Method::GET, &format!("/page/x?value={hostile}")),
        )
        .await
        .unwrap();
    let html = text_of(&found);
    assert_eq!(
        html.matches("&#60;/title&#62;&#60;script&#62;").count(),
        4,
        "{html}"
    );
    assert_eq!(html.matches("</title>").count(), 1);
    assert!(
        !html.contains("<script") && !html.contains("\" onload"),
        "{html}"
    );
    assert!(!html.contains("x'") && !html.contains("'&\""), "{html}");
    // A segment of the path is inserted as it was sent.
    let found = site
        .ask(&TABLE, request(Method::GET, "/page/'onload=1"))
        .await
        .unwrap();
    assert!(
        text_of(&found).contains("&#39;onload=1"),
        "{}",
        text_of(&found)
    );
}

#[tokio::test]
async fn the_page_for_errors_escapes_too_and_speaks_the_visitors_language() {
    let site = Site::new(Settings::dev()).await;
    let mut client = visitor(None);
    client.request_id = "<b>\"'&".into();
    let sent = request(Method::POST, "/form?lang=de");
    let found = TABLE.serve(&site, sent, client).await.unwrap();
    assert_eq!(found.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let html = text_of(&found);
    assert!(
        html.contains("&#60;b&#62;&#34;&#39;&#38;") && !html.contains("<b>"),
        "{html}"
    );
    assert!(
        html.contains("<html lang=\"de\" dir=\"ltr\"") && html.contains("Etwas ist schiefgegangen")
    );
    let mut sent = get_with("/form", "accept-language", "de-AT, en;q=0.5");
    *sent.method_mut() = Method::POST;
    let html = site.ask(&TABLE, sent).await.unwrap();
    assert!(text_of(&html).contains("<html lang=\"de\" dir=\"ltr\""));
    let html = site
        .ask(&TABLE, request(Method::POST, "/form?lang=%zz"))
        .await
        .unwrap();
    assert!(text_of(&html).contains("<html lang=\"en\" dir=\"ltr\""));
}

#[tokio::test]
async fn the_layout_refers_to_this_site_alone() {
    let site = Site::new(Settings::dev()).await;
    let found = site
        .ask(&TABLE, request(Method::GET, "/page/x"))
        .await
        .unwrap();
    let html = text_of(&found);
    assert!(html.starts_with("<!doctype html>") && html.contains("<meta charset=\"utf-8\">"));
    assert!(html.contains(&format!("href=\"{}\"", STYLE.path())));
    for absent in ["http:", "https:", "//", "<script", "style=", "<style"] {
        assert!(!html.contains(absent), "{absent} in {html}");
    }
    assert_eq!(found.headers()["content-type"], "text/html; charset=utf-8");
    let head = site
        .ask(&TABLE, request(Method::HEAD, "/page/x"))
        .await
        .unwrap();
    assert_eq!(
        (head.status(), head.body()),
        (StatusCode::OK, &Bytes::new())
    );
}
