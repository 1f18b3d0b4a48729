//! What pages read of a client's look.

use cognate_domain::resources::branding::look;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::ui_customization::domain;
use crate::support::TestApp;
use crate::support::clients;
use crate::support::pools::pool;

const PNG: &str = "iVBORw0KGgo=";

async fn client(t: &TestApp, pool: &str) -> String {
    let made = clients::create(t, pool, json!({})).await;
    made["ClientId"].as_str().unwrap().to_owned()
}

#[each_engine]
async fn a_style_is_read_with_its_images(t: &TestApp) {
    let store = &t.app.store;
    let id = pool(t, json!({})).await;
    let (styled, plain) = (client(t, &id).await, client(t, &id).await);
    let settings = json!({"components": {"form": {"borderRadius": 3}}});
    let asset = |category: &str, mode: &str| json!({"Category": category, "ColorMode": mode, "Extension": "PNG", "Bytes": PNG});
    let request = json!({
        "UserPoolId": id, "ClientId": styled, "Settings": settings,
        "Assets": [asset("FORM_LOGO", "LIGHT"), asset("FORM_LOGO", "DARK")],
    });
    t.ok("CreateManagedLoginBranding", request).await;
    let style = look::managed(store, &id, &styled, "en")
        .await
        .unwrap()
        .style
        .unwrap();
    assert_eq!(Value::Object(style.settings.clone()), settings);
    let merged = style.merged();
    assert_eq!(
        merged.pointer("/components/form/borderRadius"),
        Some(&json!(3))
    );
    assert_eq!(
        merged.pointer("/categories/form/displayGraphics"),
        Some(&json!(true))
    );
    let modes: Vec<&str> = style
        .images
        .iter()
        .map(|i| i.key.color_mode.as_str())
        .collect();
    assert_eq!(modes, ["DARK", "LIGHT"]);
    for info in &style.images {
        let bytes = look::image(store, &id, &style, &info.key)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(bytes, b"\x89PNG\r\n\x1a\n");
    }
    let mut other = style.images[0].key.clone();
    other.category = "PAGE_BACKGROUND".into();
    assert_eq!(look::image(store, &id, &style, &other).await.unwrap(), None);
    // Of no other client, and of no other pool.
    assert!(
        look::managed(store, &id, &plain, "en")
            .await
            .unwrap()
            .style
            .is_none()
    );
    let strange = pool(t, json!({})).await;
    assert!(
        look::managed(store, &strange, &styled, "en")
            .await
            .unwrap()
            .style
            .is_none()
    );
    assert_eq!(
        look::image(store, &strange, &style, &style.images[0].key)
            .await
            .unwrap(),
        None
    );
}

#[each_engine]
async fn links_to_terms_need_both_documents_of_the_client(t: &TestApp) {
    let store = &t.app.store;
    let id = pool(t, json!({})).await;
    let (client, other) = (client(t, &id).await, client(t, &id).await);
    let terms = |client: &str, name: &str| {
        json!({
            "UserPoolId": id, "ClientId": client, "TermsName": name, "TermsSource": "LINK",
            "Enforcement": "NONE", "Links": {"cognito:default": format!("https://{name}.example/")},
        })
    };
    t.ok("CreateTerms", terms(&client, "terms-of-use")).await;
    t.ok("CreateTerms", terms(&other, "privacy-policy")).await;
    let read = async |client: &str| look::managed(store, &id, client, "en").await.unwrap().terms;
    assert_eq!(read(&client).await, None);
    assert_eq!(read(&other).await, None);
    t.ok("CreateTerms", terms(&client, "privacy-policy")).await;
    let links = read(&client).await.unwrap();
    assert_eq!(links.terms_of_use, "https://terms-of-use.example/");
    assert_eq!(links.privacy_policy, "https://privacy-policy.example/");
}

#[each_engine]
async fn the_classic_look_of_a_client_is_its_own_or_the_pools(t: &TestApp) {
    let store = &t.app.store;
    let id = pool(t, json!({})).await;
    let client = client(t, &id).await;
    domain(t, &id, "us-east-1/classic-look", false).await;
    assert!(look::classic(store, &id, &client).await.unwrap().is_none());
    let css = ".logo-customizable { color: red }";
    let request = json!({"UserPoolId": id, "CSS": css, "ImageFile": PNG});
    t.ok("SetUICustomization", request).await;
    let found = look::classic(store, &id, &client).await.unwrap().unwrap();
    assert_eq!(
        (found.css().as_str(), found.image_kind()),
        (css, Some("png"))
    );
    assert_eq!(found.version.len(), 14);
    let logo = look::logo(store, &id, &found).await.unwrap().unwrap();
    assert_eq!(logo, b"\x89PNG\r\n\x1a\n");
    let own = ".logo-customizable { background: url(https://evil.example/) }";
    let request = json!({"UserPoolId": id, "ClientId": client, "CSS": own});
    t.ok("SetUICustomization", request).await;
    let found = look::classic(store, &id, &client).await.unwrap().unwrap();
    assert_eq!(found.css(), ".logo-customizable { background: none }");
    assert!(found.has_css() && found.image_kind().is_none());
    assert_eq!(look::logo(store, &id, &found).await.unwrap(), None);
}
