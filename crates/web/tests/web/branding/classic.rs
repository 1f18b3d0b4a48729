//! SetUICustomization on the classic pages.

use cognate_domain::Settings;
use cognate_shapes::Op;
use cognate_web::branding::{self, Brand};
use cognate_web::locale::Locale;
use cognate_web::views::frame::Version;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::client;
use crate::site::{BASE, Site, header, request, text_of, visitor_at};

async fn site() -> (Site, String, String) {
    let site = Site::new(Settings::dev()).await;
    let pool = site.pool().await;
    let client = client(&site, &pool).await;
    let input = json!({"UserPoolId": pool, "Domain": "looks"});
    site.call(Op::CreateUserPoolDomain, input).await;
    (site, pool, client)
}

async fn look(site: &Site, pool: &str, client: &str) -> Brand {
    let load = branding::load(&site.app, pool, client, Version::Classic, Locale::En);
    load.await.unwrap().brand
}

fn set(pool: &str, client: Option<&str>, css: Option<&str>, image: Option<&[u8]>) -> Value {
    use base64::Engine as _;
    let mut input = json!({"UserPoolId": pool});
    if let Some(client) = client {
        input["ClientId"] = json!(client);
    }
    if let Some(css) = css {
        input["CSS"] = json!(css);
    }
    if let Some(image) = image {
        input["ImageFile"] = json!(base64::engine::general_purpose::STANDARD.encode(image));
    }
    input
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nlogo";

#[tokio::test]
async fn a_sheet_and_a_logo_are_served_where_the_service_has_them() {
    let (site, pool, client) = site().await;
    assert_eq!(look(&site, &pool, &client).await, Brand::default());
    let css = ".banner-customizable { background-color: #123456; }";
    site.call(
        Op::SetUICustomization,
        set(&pool, Some(&client), Some(css), Some(PNG)),
    )
    .await;
    let classic = look(&site, &pool, &client).await.classic;
    let (sheet, logo) = (classic.sheet.unwrap(), classic.logo.unwrap());
    assert!(sheet.starts_with(&format!("/{client}/20")), "{sheet}");
    assert!(sheet.ends_with("/assets/CSS/custom-css.css"), "{sheet}");
    let version = sheet.split('/').nth(2).unwrap();
    assert!(
        version.len() == 14 && version.bytes().all(|b| b.is_ascii_digit()),
        "{version}"
    );
    let found = site.get(&sheet).await;
    assert_eq!(text_of(&found), css);
    assert_eq!(header(&found, "content-type"), "text/css; charset=utf-8");
    assert_eq!(header(&found, "x-content-type-options"), "nosniff");
    assert!(header(&found, "content-security-policy").starts_with("default-src 'none'"));
    // It was changed just now, and may change again within the second that its address names.
    assert_eq!(header(&found, "cache-control"), "no-store");
    let found = site.get(&logo).await;
    assert_eq!(
        (found.status(), header(&found, "content-type")),
        (StatusCode::OK, "image/png")
    );
    assert_eq!(found.body().as_ref(), PNG);
    let jpg = format!("/{client}/{version}/assets/images/image.jpg");
    assert_eq!(header(&site.get(&jpg).await, "content-type"), "image/png");
    for path in [
        format!("/{client}/{version}/assets/images/other.jpg"),
        format!("/{client}/{version}/assets/CSS/other.css"),
        format!("/unknown/{version}/assets/CSS/custom-css.css"),
        format!("/{client}/{version}/assets/css/custom-css.css"),
    ] {
        assert!(
            site.fetch(Method::GET, &path, Some(BASE)).await.is_none(),
            "{path}"
        );
    }
    // The address is kept for ever once the second is over.
    site.app.clock.adopt(5_000_000);
    let kept = site.get(&sheet).await;
    assert_eq!(
        header(&kept, "cache-control"),
        "public, max-age=31536000, immutable"
    );
    let other = sheet.replace(version, "20000101000000");
    assert_eq!(header(&site.get(&other).await, "cache-control"), "no-store");
}

#[tokio::test]
async fn a_client_comes_before_all_clients() {
    let (site, pool, client) = site().await;
    let all = ".label-customizable { color: #111111; }";
    site.call(
        Op::SetUICustomization,
        set(&pool, None, Some(all), Some(PNG)),
    )
    .await;
    let classic = look(&site, &pool, &client).await.classic;
    assert_eq!(text_of(&site.get(&classic.sheet.unwrap()).await), all);
    assert!(classic.logo.is_some());
    let own = ".label-customizable { color: #222222; }";
    site.call(
        Op::SetUICustomization,
        set(&pool, Some(&client), Some(own), None),
    )
    .await;
    let classic = look(&site, &pool, &client).await.classic;
    assert_eq!(text_of(&site.get(&classic.sheet.unwrap()).await), own);
    assert_eq!(classic.logo, None);
    let other = super::client(&site, &pool).await;
    let classic = look(&site, &pool, &other).await.classic;
    assert_eq!(text_of(&site.get(&classic.sheet.unwrap()).await), all);
}

#[tokio::test]
async fn a_sheet_asks_no_other_host() {
    let (site, pool, client) = site().await;
    let css = ".banner-customizable { background: url('https://evil.example/seen?') }";
    site.call(
        Op::SetUICustomization,
        set(&pool, Some(&client), Some(css), None),
    )
    .await;
    let classic = look(&site, &pool, &client).await.classic;
    let found = site.get(&classic.sheet.unwrap()).await;
    assert_eq!(text_of(&found), ".banner-customizable { background: none }");
    // What the API shows is what was sent.
    let input = json!({"UserPoolId": pool, "ClientId": client});
    let shown = site.call(Op::GetUICustomization, input).await;
    assert_eq!(shown["UICustomization"]["CSS"], css);
}

#[tokio::test]
async fn the_addresses_that_the_api_shows_lead_to_the_files() {
    let (site, pool, client) = site().await;
    let css = ".label-customizable { color: #111111; }";
    site.call(
        Op::SetUICustomization,
        set(&pool, None, Some(css), Some(PNG)),
    )
    .await;
    for asked in [Some(client.as_str()), None] {
        let mut input = json!({"UserPoolId": pool});
        if let Some(client) = asked {
            input["ClientId"] = json!(client);
        }
        let shown = site.call(Op::GetUICustomization, input).await;
        let url = shown["UICustomization"]["ImageUrl"]
            .as_str()
            .unwrap()
            .to_owned();
        let (host, path) = url
            .strip_prefix("https://")
            .unwrap()
            .split_once('/')
            .unwrap();
        let request = request(Method::GET, &format!("/{path}"));
        let found = cognate_web::serve(&site, request, visitor_at(host))
            .await
            .unwrap();
        assert_eq!(found.body().as_ref(), PNG, "{url}");
        // On a host that is no domain of the pool, the word names nobody.
        assert!(
            site.fetch(Method::GET, &format!("/{path}"), Some(BASE))
                .await
                .is_none()
        );
    }
}
