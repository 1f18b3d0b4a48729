//! The operations on managed login branding.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::clients::settings as clients;
use crate::pools::settings::pool;
use crate::support::TestApp;
use crate::support::users::{all_at_once, with};

const INVALID: &str = "InvalidParameterException";
const NOT_FOUND: &str = "ResourceNotFoundException";
const EITHER: &str = "useCognitoProvidedValues or settings should be specified (but not both)";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n...";
const NO_SUCH: &str = "01234567-89ab-4def-8123-456789abcdef";

async fn client(t: &TestApp, pool: &str) -> String {
    let made = clients::create(t, pool, json!({})).await;
    made["ClientId"].as_str().unwrap().to_owned()
}

async fn site(t: &TestApp) -> (String, String) {
    let id = pool(t, json!({})).await;
    let client = client(t, &id).await;
    (id, client)
}

fn of(pool: &str, client: &str, extra: Value) -> Value {
    with(json!({"UserPoolId": pool, "ClientId": client}), extra)
}

/// A request on the style of that id.
fn on(pool: &str, style: &Value, extra: Value) -> Value {
    let id = style.get("ManagedLoginBrandingId").unwrap_or(style);
    with(
        json!({"UserPoolId": pool, "ManagedLoginBrandingId": id}),
        extra,
    )
}

async fn create(t: &TestApp, pool: &str, client: &str, extra: Value) -> Value {
    let answer = t
        .ok("CreateManagedLoginBranding", of(pool, client, extra))
        .await;
    answer["ManagedLoginBranding"].clone()
}

async fn update(t: &TestApp, pool: &str, style: &Value, extra: Value) -> Value {
    let answer = t
        .ok("UpdateManagedLoginBranding", on(pool, style, extra))
        .await;
    answer["ManagedLoginBranding"].clone()
}

async fn describe(t: &TestApp, pool: &str, style: &Value, extra: Value) -> Value {
    let answer = t
        .ok("DescribeManagedLoginBranding", on(pool, style, extra))
        .await;
    answer["ManagedLoginBranding"].clone()
}

fn image(category: &str, mode: &str, extension: &str, bytes: &[u8]) -> Value {
    json!({"Category": category, "ColorMode": mode, "Extension": extension, "Bytes": STANDARD.encode(bytes)})
}

fn radius(n: i64) -> Value {
    json!({"components": {"alert": {"borderRadius": n}}})
}

/// Counts the rows of styles and images of a pool.
async fn rows(t: &TestApp, pool: &str) -> (i64, i64) {
    let count = async |sql: &'static str| {
        let row = t.app.store.row(sql, vec![pool.into()]).await;
        row.unwrap().unwrap().int(0).unwrap()
    };
    (
        count("SELECT COUNT(*) FROM login_styles WHERE pool_id = ?1").await,
        count("SELECT COUNT(*) FROM login_assets WHERE pool_id = ?1").await,
    )
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

#[each_engine]
async fn a_client_has_one_style(t: &TestApp) {
    let (id, client) = site(t).await;
    let request = of(&id, &client, json!({"UseCognitoProvidedValues": true}));
    let answers = all_at_once(t, "CreateManagedLoginBranding", vec![request; 8]).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let text = "A managed login branding style already exists for this app client.";
    for refusal in answers.into_iter().filter_map(Result::err) {
        assert_eq!(
            refusal,
            (
                "ManagedLoginBrandingExistsException".to_owned(),
                text.to_owned()
            )
        );
    }
    assert_eq!(rows(t, &id).await.0, 1);
}

#[each_engine]
async fn a_pool_has_twenty_styles_and_deleted_ones_do_not_count(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let own = json!({"UseCognitoProvidedValues": true});
    let mut requests = Vec::new();
    for _ in 0..22 {
        requests.push(of(&id, &client(t, &id).await, own.clone()));
    }
    let (mut first, last) = (requests.clone(), requests.split_off(18));
    first.truncate(18);
    let mut made = Vec::new();
    for request in first {
        made.push(
            t.ok("CreateManagedLoginBranding", request).await["ManagedLoginBranding"].clone(),
        );
    }
    let answers = all_at_once(t, "CreateManagedLoginBranding", last.clone()).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2);
    let text = "Cannot have more than 20 managed login branding styles for a user pool.";
    for refusal in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(
            refusal,
            &("LimitExceededException".to_owned(), text.to_owned())
        );
    }
    assert_eq!(
        t.ok("DeleteManagedLoginBranding", on(&id, &made[0], json!({})))
            .await,
        Value::Null
    );
    let gone = json!({"UserPoolId": id, "ClientId": requests[1]["ClientId"]});
    t.ok("DeleteUserPoolClient", gone).await;
    let again = all_at_once(t, "CreateManagedLoginBranding", last).await;
    assert_eq!(again.iter().filter(|answer| answer.is_ok()).count(), 2);
    assert_eq!(rows(t, &id).await.0, 20);
}

#[each_engine]
async fn a_deleted_style_is_gone_with_its_images(t: &TestApp) {
    let (id, client) = site(t).await;
    let logo = image("FORM_LOGO", "LIGHT", "PNG", PNG);
    let made = create(t, &id, &client, json!({"Settings": {}, "Assets": [logo]})).await;
    let style = made["ManagedLoginBrandingId"].as_str().unwrap();
    t.ok("DeleteManagedLoginBranding", on(&id, &made, json!({})))
        .await;
    let text = format!("Managed login branding {style} does not exist.");
    for op in [
        "DescribeManagedLoginBranding",
        "UpdateManagedLoginBranding",
        "DeleteManagedLoginBranding",
    ] {
        t.refused(op, on(&id, &made, json!({})), NOT_FOUND, &text)
            .await;
    }
    let text = format!("Managed login branding for client {client} does not exist.");
    t.refused(
        "DescribeManagedLoginBrandingByClient",
        of(&id, &client, json!({})),
        NOT_FOUND,
        &text,
    )
    .await;
    assert_eq!(rows(t, &id).await, (0, 0));
    create(t, &id, &client, json!({"Settings": {}, "Assets": [logo]})).await;
    t.ok("DeleteUserPoolClient", of(&id, &client, json!({})))
        .await;
    assert_eq!(rows(t, &id).await, (0, 0));
}

#[each_engine]
async fn a_deleted_pool_takes_its_looks_away(t: &TestApp) {
    let (id, client) = site(t).await;
    let logo = image("FORM_LOGO", "LIGHT", "PNG", PNG);
    create(t, &id, &client, json!({"Settings": {}, "Assets": [logo]})).await;
    t.ok("DeleteUserPool", json!({"UserPoolId": id})).await;
    while !cognate_domain::resources::pools::purge::step(&t.app, &id)
        .await
        .unwrap()
    {}
    assert_eq!(rows(t, &id).await, (0, 0));
}

#[each_engine]
async fn pools_clients_and_styles_of_others_do_not_exist_here(t: &TestApp) {
    let (id, client) = site(t).await;
    let (other, foreign) = site(t).await;
    let own = json!({"UseCognitoProvidedValues": true});
    let style = create(t, &other, &foreign, own.clone()).await;
    let no_style = format!(
        "Managed login branding {} does not exist.",
        style["ManagedLoginBrandingId"].as_str().unwrap()
    );
    let no_client = format!("User pool client {foreign} does not exist.");
    let no_pool = "User pool us-east-1_nosuchone does not exist.";
    for op in [
        "DescribeManagedLoginBranding",
        "UpdateManagedLoginBranding",
        "DeleteManagedLoginBranding",
    ] {
        t.refused(op, on(&id, &style, json!({})), NOT_FOUND, &no_style)
            .await;
        t.refused(
            op,
            on("us-east-1_nosuchone", &json!(NO_SUCH), json!({})),
            NOT_FOUND,
            no_pool,
        )
        .await;
    }
    for op in [
        "CreateManagedLoginBranding",
        "DescribeManagedLoginBrandingByClient",
    ] {
        let extra = if op.starts_with('C') {
            own.clone()
        } else {
            json!({})
        };
        t.refused(op, of(&id, &foreign, extra.clone()), NOT_FOUND, &no_client)
            .await;
        t.refused(
            op,
            of("us-east-1_nosuchone", &client, extra),
            NOT_FOUND,
            no_pool,
        )
        .await;
    }
    for (request, member) in [
        (json!({"ManagedLoginBrandingId": NO_SUCH}), "userPoolId"),
        (json!({"UserPoolId": id}), "managedLoginBrandingId"),
    ] {
        let text = format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        );
        t.refused("UpdateManagedLoginBranding", request, INVALID, &text)
            .await;
    }
}

#[each_engine]
async fn changes_at_the_same_time_are_all_kept_or_refused(t: &TestApp) {
    let (id, client) = site(t).await;
    let made = create(t, &id, &client, json!({"Settings": {}})).await;
    let change = |n: usize| {
        let names = ["alert", "form"];
        on(
            &id,
            &made,
            json!({"Settings": {"components": {names[n]: {"borderRadius": 3}}}}),
        )
    };
    for answer in all_at_once(t, "UpdateManagedLoginBranding", vec![change(0), change(1)]).await {
        answer.unwrap();
    }
    let both = json!({"components": {"alert": {"borderRadius": 3}, "form": {"borderRadius": 3}}});
    assert_eq!(describe(t, &id, &made, json!({})).await["Settings"], both);
}
