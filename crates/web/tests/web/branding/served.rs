//! The sheet and the images of a style, over the routes.

use cognate_domain::Settings;
use cognate_shapes::Op;
use cognate_web::branding::{self, Shown};
use cognate_web::locale::Locale;
use cognate_web::views::frame::Version;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::client;
use crate::site::{BASE, Site, header, text_of};

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><style>path{fill:red}</style><path d=\"M0 0h1v1z\"/></svg>";

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

async fn brand(site: &Site, pool: &str, client: &str, settings: Value, assets: Value) -> String {
    let input = json!({
        "UserPoolId": pool, "ClientId": client, "Settings": settings, "Assets": assets,
    });
    let made = site.call(Op::CreateManagedLoginBranding, input).await;
    made["ManagedLoginBranding"]["ManagedLoginBrandingId"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn shown(site: &Site, pool: &str, client: &str) -> Shown {
    branding::load(&site.app, pool, client, Version::Managed, Locale::En)
        .await
        .unwrap()
}

fn card(colour: &str) -> Value {
    json!({"components": {"form": {"lightMode": {"backgroundColor": colour}}}})
}

#[tokio::test]
async fn a_sheet_is_served_under_the_hash_of_its_content() {
    let site = Site::new(Settings::dev()).await;
    let pool = site.pool().await;
    let client = client(&site, &pool).await;
    let id = brand(&site, &pool, &client, card("f0f0f0ff"), json!([])).await;
    let path = shown(&site, &pool, &client).await.brand.sheet.unwrap();
    let found = site.get(&path).await;
    assert_eq!(found.status(), StatusCode::OK);
    assert_eq!(header(&found, "content-type"), "text/css; charset=utf-8");
    assert_eq!(
        header(&found, "cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(header(&found, "x-content-type-options"), "nosniff");
    assert!(header(&found, "content-security-policy").starts_with("default-src 'none'"));
    assert!(text_of(&found).contains("--card-background: light-dark(#f0f0f0, #0f1b2a);"));
    // A change is seen at once, under another address.
    let input = json!({
        "UserPoolId": pool, "ManagedLoginBrandingId": id, "Settings": card("eeeeeeff"),
    });
    site.call(Op::UpdateManagedLoginBranding, input).await;
    let new = shown(&site, &pool, &client).await.brand.sheet.unwrap();
    assert_ne!(new, path);
    let old = site.get(&path).await;
    assert_eq!(header(&old, "cache-control"), "no-store");
    assert!(text_of(&old).contains("#eeeeee"));
    // And by another node on the same database, which had made the old sheet, too.
    let node = site.second().await;
    let load = || branding::load(&node, &pool, &client, Version::Managed, Locale::En);
    assert_eq!(load().await.unwrap().brand.sheet.unwrap(), new);
    let input = json!({
        "UserPoolId": pool, "ManagedLoginBrandingId": id, "Settings": card("ddddddff"),
    });
    site.call(Op::UpdateManagedLoginBranding, input).await;
    let newest = load().await.unwrap().brand.sheet.unwrap();
    assert_ne!(newest, new);
    assert!(text_of(&site.get(&newest).await).contains("#dddddd"));
    // The look is the client's alone.
    let other = super::client(&site, &pool).await;
    assert_eq!(shown(&site, &pool, &other).await.brand.sheet, None);
    for path in [
        format!("/branding/{other}/0000000000000000.css"),
        "/branding/unknown/0000000000000000.css".to_owned(),
        format!("/branding/{client}/x.js"),
        format!("/branding/{client}/"),
        format!("/branding/{client}"),
        format!("/branding/{client}/../{client}/x.css"),
    ] {
        assert!(
            site.fetch(Method::GET, &path, Some(BASE)).await.is_none(),
            "{path}"
        );
    }
    // Gone with the client.
    let input = json!({"UserPoolId": pool, "ClientId": client});
    site.call(Op::DeleteUserPoolClient, input).await;
    assert!(site.fetch(Method::GET, &new, Some(BASE)).await.is_none());
}

#[tokio::test]
async fn images_are_served_as_what_they_are() {
    let site = Site::new(Settings::dev()).await;
    let pool = site.pool().await;
    let client = client(&site, &pool).await;
    let png = b"\x89PNG\r\n\x1a\n-rest";
    let asset = |category: &str, extension: &str, bytes: &[u8], id: Option<&str>| {
        let mut asset = json!({
            "Category": category, "ColorMode": "LIGHT", "Extension": extension,
            "Bytes": base64(bytes),
        });
        if let Some(id) = id {
            asset["ResourceId"] = json!(id);
        }
        asset
    };
    let assets = json!([
        asset("FORM_LOGO", "PNG", png, None),
        asset("PAGE_BACKGROUND", "SVG", SVG.as_bytes(), None),
        asset("IDP_BUTTON_ICON", "SVG", SVG.as_bytes(), Some("Corp - 1")),
        asset("FAVICON_ICO", "ICO", b"\0\0\x01\0rest", None),
    ]);
    let settings = json!({"components": {"form": {"logo": {"enabled": true}}}});
    brand(&site, &pool, &client, settings, assets).await;
    let brand = shown(&site, &pool, &client).await.brand;
    let logo = brand.form_logo.unwrap().picture.src;
    let found = site.get(&logo).await;
    assert_eq!(header(&found, "content-type"), "image/png");
    assert_eq!(
        header(&found, "cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(header(&found, "x-content-type-options"), "nosniff");
    assert_eq!(found.body().as_ref(), png);
    let found = site.get(&brand.icons[0].1.src).await;
    assert_eq!(
        header(&found, "content-type"),
        "image/svg+xml;charset=utf-8"
    );
    assert_eq!(
        header(&found, "content-security-policy"),
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    );
    assert_eq!(
        found
            .headers()
            .get_all("content-security-policy")
            .iter()
            .count(),
        1
    );
    assert_eq!(text_of(&found), SVG);
    let found = site.get(&brand.favicons[0].href).await;
    assert_eq!(header(&found, "content-type"), "image/x-icon");
    // Each URL in the sheet leads to an image of this client.
    let sheet = site.get(&brand.sheet.unwrap()).await;
    let css = text_of(&sheet);
    for path in css
        .split("url(\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
    {
        assert!(path.starts_with("/branding/"), "{path}");
        assert_eq!(site.get(path).await.status(), StatusCode::OK);
    }
    let stale = logo.replace(logo.split('/').nth(3).unwrap(), "0000000000000000");
    assert_eq!(header(&site.get(&stale).await, "cache-control"), "no-store");
    for file in [
        "form-logo.dark.png",
        "form-logo.light.svg",
        "..",
        "form-logo.light.png%00",
    ] {
        let path = format!("/branding/{client}/0000000000000000/{file}");
        assert!(
            site.fetch(Method::GET, &path, Some(BASE)).await.is_none(),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_client_without_a_style_is_told_or_refused_by_the_settings() {
    for (mode, strict, unstyled) in [
        (cognate_domain::Mode::Dev, false, true),
        (cognate_domain::Mode::Serve, false, false),
        (cognate_domain::Mode::Serve, true, false),
    ] {
        let settings = Settings {
            mode,
            strict_branding: strict,
            ..Settings::dev()
        };
        let site = Site::new(settings).await;
        let pool = site.pool().await;
        let client = client(&site, &pool).await;
        let before = shown(&site, &pool, &client).await;
        assert_eq!((before.refused, before.brand.unstyled), (strict, unstyled));
        assert_eq!(before.brand.sheet, None);
        let input = json!({
            "UserPoolId": pool, "ClientId": client, "UseCognitoProvidedValues": true,
        });
        site.call(Op::CreateManagedLoginBranding, input).await;
        let after = shown(&site, &pool, &client).await;
        assert!(!after.refused && !after.brand.unstyled && after.brand.sheet.is_none());
        // The classic pages need no style.
        let load = branding::load(&site.app, &pool, &client, Version::Classic, Locale::En);
        let classic = load.await.unwrap();
        assert!(!classic.refused && classic.brand == branding::Brand::default());
    }
}

#[tokio::test]
async fn terms_are_linked_once_both_documents_are_there() {
    let site = Site::new(Settings::dev()).await;
    let pool = site.pool().await;
    let client = client(&site, &pool).await;
    let terms = |name: &str, links: Value| {
        json!({
            "UserPoolId": pool, "ClientId": client, "TermsName": name, "TermsSource": "LINK",
            "Enforcement": "NONE", "Links": links,
        })
    };
    let links = json!({"cognito:default": "https://t.example/"});
    site.call(Op::CreateTerms, terms("terms-of-use", links))
        .await;
    assert_eq!(shown(&site, &pool, &client).await.terms, None);
    let links = json!({
        "cognito:default": "https://p.example/", "cognito:german": "https://p.example/de",
    });
    site.call(Op::CreateTerms, terms("privacy-policy", links))
        .await;
    let load = branding::load(&site.app, &pool, &client, Version::Managed, Locale::De);
    let found = load.await.unwrap().terms.unwrap();
    assert_eq!(found.terms_of_use, "https://t.example/");
    assert_eq!(found.privacy_policy, "https://p.example/de");
}

/// A page costs one round trip for its look, whatever the client has.
#[tokio::test]
async fn a_look_costs_three_reads_and_a_classic_one_costs_one() {
    let site = Site::new(Settings::dev()).await;
    let pool = site.pool().await;
    let client = client(&site, &pool).await;
    brand(&site, &pool, &client, card("f0f0f0ff"), json!([])).await;
    for (version, reads) in [(Version::Managed, 3), (Version::Classic, 1)] {
        let before = site.app.store.work().reads;
        branding::load(&site.app, &pool, &client, version, Locale::En)
            .await
            .unwrap();
        assert_eq!(site.app.store.work().reads - before, reads);
    }
}
