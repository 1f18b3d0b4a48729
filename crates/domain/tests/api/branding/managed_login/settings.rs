//! The settings of a style, and what an update keeps.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::texts::exceptions::INVALID;
use crate::support::users::with;

const EITHER: &str = "useCognitoProvidedValues or settings should be specified (but not both)";

fn radius(n: i64) -> Value {
    json!({"components": {"alert": {"borderRadius": n}}})
}

#[each_engine]
async fn a_style_of_the_services_own_look_shows_no_settings(t: &TestApp) {
    let (id, client) = site(t).await;
    let made = create(t, &id, &client, json!({"UseCognitoProvidedValues": true})).await;
    let style = made["ManagedLoginBrandingId"].as_str().unwrap();
    assert!(style.len() == 36 && made["CreationDate"].as_f64().unwrap() > 1.7e9);
    assert_eq!(
        made,
        json!({
            "ManagedLoginBrandingId": style, "UserPoolId": id, "UseCognitoProvidedValues": true,
            "CreationDate": made["CreationDate"], "LastModifiedDate": made["CreationDate"],
        })
    );
    assert_eq!(describe(t, &id, &made, json!({})).await, made);
    let capitals = json!(style.to_uppercase());
    assert_eq!(describe(t, &id, &capitals, json!({})).await, made);
    let by_client = t
        .ok(
            "DescribeManagedLoginBrandingByClient",
            of(&id, &client, json!({})),
        )
        .await;
    assert_eq!(by_client, json!({"ManagedLoginBranding": made}));
}

#[each_engine]
async fn settings_and_images_come_back_alone_or_laid_over_the_defaults(t: &TestApp) {
    let (id, client) = site(t).await;
    let settings = json!({
        "components": {
            "alert": {"borderRadius": 4.5}, "pageBackground": {"lightMode": {"color": "FF0000ff"}},
            "idpButton": {"custom": {"Corp": {"darkMode": {"hover": {"textColor": "00000000"}}}}},
        },
        "categories": {"auth": {"federation": {"order": ["Corp", "Google"]}}},
    });
    let icon = with(
        image("IDP_BUTTON_ICON", "DYNAMIC", "PNG", PNG),
        json!({"ResourceId": "Corp"}),
    );
    let images = json!([image("FORM_LOGO", "LIGHT", "PNG", PNG), icon]);
    let mut sent = settings.clone();
    sent["unknown"] = json!({"a": 1});
    let made = create(t, &id, &client, json!({"Settings": sent, "Assets": images})).await;
    assert_eq!(made["UseCognitoProvidedValues"], false);
    assert_eq!((&made["Settings"], &made["Assets"]), (&settings, &images));
    for flag in [json!({}), json!({"ReturnMergedResources": false})] {
        assert_eq!(describe(t, &id, &made, flag).await, made);
    }
    let whole = describe(t, &id, &made, json!({"ReturnMergedResources": true})).await;
    let at = |path: &str| whole["Settings"].pointer(path).unwrap().clone();
    assert_eq!(at("/components/alert/borderRadius"), 4.5);
    assert_eq!(at("/components/pageBackground/lightMode/color"), "FF0000ff");
    assert_eq!(at("/components/pageBackground/darkMode/color"), "0f1b2aff");
    assert_eq!(at("/components/form/logo/position"), "TOP");
    assert_eq!(
        at("/categories/auth/federation/order"),
        json!(["Corp", "Google"])
    );
    assert_eq!(whole["Assets"], images);
    let by_client = of(&id, &client, json!({"ReturnMergedResources": true}));
    let by_client = t
        .ok("DescribeManagedLoginBrandingByClient", by_client)
        .await;
    assert_eq!(by_client["ManagedLoginBranding"], whole);
}

#[each_engine]
async fn an_update_keeps_what_it_leaves_out(t: &TestApp) {
    let (id, client) = site(t).await;
    let logo = image("FORM_LOGO", "LIGHT", "PNG", PNG);
    let made = create(
        t,
        &id,
        &client,
        json!({"Settings": radius(1), "Assets": [logo]}),
    )
    .await;
    t.advance(10).await;
    let page = image("PAGE_BACKGROUND", "DARK", "JPEG", b"\xff\xd8\xff...");
    let changed = update(t, &id, &made, json!({"Assets": [page]})).await;
    assert_eq!(
        (&changed["Settings"], &changed["Assets"]),
        (&radius(1), &json!([logo, page]))
    );
    assert_eq!(changed["CreationDate"], made["CreationDate"]);
    assert!(
        changed["LastModifiedDate"].as_f64().unwrap()
            >= made["LastModifiedDate"].as_f64().unwrap() + 10.0
    );
    // Another image for the same takes its place, whatever kind of file it is.
    let webp = image("FORM_LOGO", "LIGHT", "WEBP", b"RIFF\x04\0\0\0WEBP");
    let form = json!({"components": {"form": {"borderRadius": 2}}});
    let changed = update(t, &id, &made, json!({"Assets": [webp], "Settings": form})).await;
    assert_eq!(changed["Assets"], json!([webp, page]));
    assert_eq!(
        changed["Settings"],
        json!({"components": {"alert": {"borderRadius": 1}, "form": {"borderRadius": 2}}})
    );
    assert_eq!(describe(t, &id, &made, json!({})).await, changed);
    let same = update(t, &id, &made, json!({"UseCognitoProvidedValues": false})).await;
    assert_eq!(same["Settings"], changed["Settings"]);
}

#[each_engine]
async fn going_back_to_the_services_own_look_ends_settings_and_images(t: &TestApp) {
    let (id, client) = site(t).await;
    let logo = image("FORM_LOGO", "LIGHT", "PNG", PNG);
    let made = create(
        t,
        &id,
        &client,
        json!({"Settings": radius(1), "Assets": [logo]}),
    )
    .await;
    let icon = image(
        "FAVICON_SVG",
        "DYNAMIC",
        "SVG",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    );
    let back = update(
        t,
        &id,
        &made,
        json!({"UseCognitoProvidedValues": true, "Assets": [icon]}),
    )
    .await;
    assert_eq!(back["UseCognitoProvidedValues"], true);
    assert!(back.get("Settings").is_none());
    assert_eq!(back["Assets"], json!([icon]));
    let again = update(t, &id, &made, json!({"Settings": radius(2)})).await;
    assert_eq!(
        (&again["UseCognitoProvidedValues"], &again["Settings"]),
        (&json!(false), &radius(2))
    );
}

#[each_engine]
async fn the_own_look_and_settings_exclude_each_other(t: &TestApp) {
    let (id, client) = site(t).await;
    let both = json!({"UseCognitoProvidedValues": true, "Settings": radius(1)});
    for extra in [
        json!({}),
        json!({"UseCognitoProvidedValues": false}),
        json!({"Assets": []}),
        both.clone(),
    ] {
        t.refused(
            "CreateManagedLoginBranding",
            of(&id, &client, extra),
            INVALID,
            EITHER,
        )
        .await;
    }
    let made = create(t, &id, &client, json!({"Settings": {}})).await;
    assert_eq!(made["Settings"], json!({}));
    t.refused(
        "UpdateManagedLoginBranding",
        on(&id, &made, both),
        INVALID,
        EITHER,
    )
    .await;
}

#[each_engine]
async fn settings_of_a_wrong_kind_are_refused(t: &TestApp) {
    let (id, client) = site(t).await;
    for (settings, path) in [
        (json!([]), "/"),
        (json!("x"), "/"),
        (
            json!({"components": {"alert": {"borderRadius": "12px"}}}),
            "/components/alert/borderRadius",
        ),
        (
            json!({"components": {"pageBackground": {"lightMode": {"color": "red}</style>"}}}}),
            "/components/pageBackground/lightMode/color",
        ),
    ] {
        let text = format!("Invalid settings provided. The value at {path} is not valid.");
        t.refused(
            "CreateManagedLoginBranding",
            of(&id, &client, json!({"Settings": settings})),
            INVALID,
            &text,
        )
        .await;
    }
    assert_eq!(rows(t, &id).await, (0, 0));
}
