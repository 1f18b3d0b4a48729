//! The images of a style.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::texts::exceptions::INVALID;
use crate::support::users::with;

#[each_engine]
async fn every_image_that_cannot_be_used_is_named(t: &TestApp) {
    let (id, client) = site(t).await;
    let script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let live = b"<svg xmlns='http://www.w3.org/2000/svg'><g><path d='M0' onclick='a' onload='b'/></g></svg>";
    let item = |category: &str, extension: &str, reason: &str| {
        format!(
            "{{category: {category}, extension: {extension}, colorMode: LIGHT, errorMessage: \"{reason}\"}}"
        )
    };
    let kind = "The extension is not allowed for the category";
    let content = "The content is not a valid image of the extension";
    let twice = "The asset is given more than once";
    let good = image("FORM_LOGO", "LIGHT", "PNG", PNG);
    for (assets, items) in [
        (
            json!([image("PAGE_BACKGROUND", "LIGHT", "ICO", b"\0\0\x01\0")]),
            vec![item("PAGE_BACKGROUND", "ICO", kind)],
        ),
        (
            json!([
                good,
                image("FAVICON_ICO", "LIGHT", "PNG", PNG),
                image("FAVICON_SVG", "LIGHT", "SVG", script)
            ]),
            vec![
                item("FAVICON_ICO", "PNG", kind),
                item("FAVICON_SVG", "SVG", content),
            ],
        ),
        (
            json!([image("FORM_LOGO", "LIGHT", "JPEG", PNG)]),
            vec![item("FORM_LOGO", "JPEG", content)],
        ),
        (
            json!([{"Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "PNG"}]),
            vec![item("FORM_LOGO", "PNG", content)],
        ),
        (json!([good, good]), vec![item("FORM_LOGO", "PNG", twice)]),
        (
            json!([image("FAVICON_SVG", "LIGHT", "SVG", live)]),
            vec![item(
                "FAVICON_SVG",
                "SVG",
                "element [path#onclick|onload] is not allowed.",
            )],
        ),
    ] {
        let text = format!(
            "Invalid assets provided. Validation errors: [{}]",
            items.join(", ")
        );
        let request = of(
            &id,
            &client,
            json!({"UseCognitoProvidedValues": true, "Assets": assets}),
        );
        t.refused("CreateManagedLoginBranding", request, INVALID, &text)
            .await;
    }
    assert_eq!(rows(t, &id).await, (0, 0));
}

#[each_engine]
async fn a_style_has_forty_images_at_most(t: &TestApp) {
    let (id, client) = site(t).await;
    let icons = |from: i64, to: i64| {
        let icon = |n: i64| {
            with(
                image("IDP_BUTTON_ICON", "LIGHT", "PNG", PNG),
                json!({"ResourceId": format!("p{n}")}),
            )
        };
        (from..to).map(icon).collect::<Value>()
    };
    let made = create(
        t,
        &id,
        &client,
        json!({"Settings": {}, "Assets": icons(0, 39)}),
    )
    .await;
    update(t, &id, &made, json!({"Assets": icons(38, 40)})).await;
    let text = "Cannot have more than 40 assets for a managed login branding style.";
    t.refused(
        "UpdateManagedLoginBranding",
        on(&id, &made, json!({"Assets": icons(40, 41)})),
        INVALID,
        text,
    )
    .await;
    assert_eq!(rows(t, &id).await, (1, 40));
}
