//! GetUICustomization and SetUICustomization.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_store::Batch;
use cognate_store::tables::domains::{self, DomainRow};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::clients;
use crate::support::pools::pool;
use crate::support::texts::exceptions::{INVALID, NOT_FOUND};
use crate::support::users::{all_at_once, with};

const CSS: &str = ".logo-customizable { max-width: 60%; }";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n...";
const JPEG: &[u8] = b"\xff\xd8\xff...";

/// Creates a domain of the pool.
pub async fn domain(t: &TestApp, pool: &str, key: &str, custom: bool) {
    let row = DomainRow {
        key: key.to_owned(),
        pool_id: pool.to_owned(),
        custom,
        doc: r#"{"managed_login_version":1}"#.to_owned(),
        ver: 1,
        mac: None,
    };
    t.app
        .store
        .commit(domains::insert(Batch::new(), &row, 0))
        .await
        .unwrap();
    t.sign(pool).await;
}

/// Creates a pool with a prefix domain and a client of it.
async fn site(t: &TestApp, prefix: &str) -> (String, String) {
    let id = pool(t, json!({})).await;
    domain(t, &id, &format!("us-east-1/{prefix}"), false).await;
    let client = clients::create(t, &id, json!({})).await["ClientId"].clone();
    (id, client.as_str().unwrap().to_owned())
}

fn of(pool: &str, extra: Value) -> Value {
    with(json!({"UserPoolId": pool}), extra)
}

async fn set(t: &TestApp, pool: &str, extra: Value) -> Value {
    t.ok("SetUICustomization", of(pool, extra)).await["UICustomization"].clone()
}

async fn get(t: &TestApp, pool: &str, extra: Value) -> Value {
    t.ok("GetUICustomization", of(pool, extra)).await["UICustomization"].clone()
}

fn file(bytes: &[u8]) -> Value {
    json!(STANDARD.encode(bytes))
}

#[each_engine]
async fn pages_look_as_they_came_until_they_are_customized(t: &TestApp) {
    let (id, client) = site(t, "a").await;
    for extra in [
        json!({}),
        json!({"ClientId": "ALL"}),
        json!({"ClientId": client}),
    ] {
        assert_eq!(
            t.ok("GetUICustomization", of(&id, extra)).await,
            json!({"UICustomization": {}})
        );
    }
}

#[each_engine]
async fn a_style_sheet_and_a_logo_come_back_with_version_and_address(t: &TestApp) {
    let (id, client) = site(t, "looks").await;
    let shown = set(
        t,
        &id,
        json!({"ClientId": client, "CSS": CSS, "ImageFile": file(PNG)}),
    )
    .await;
    let version = shown["CSSVersion"].as_str().unwrap();
    assert!(
        version.len() == 14
            && version.starts_with("20")
            && version.bytes().all(|b| b.is_ascii_digit()),
        "{version}"
    );
    assert!(shown["CreationDate"].as_f64().unwrap() > 1.7e9);
    assert_eq!(
        shown,
        json!({
            "UserPoolId": id, "ClientId": client, "CSS": CSS, "CSSVersion": version,
            "ImageUrl": format!("https://looks.auth.us-east-1.amazoncognito.com/{client}/{version}/assets/images/image.png"),
            "CreationDate": shown["CreationDate"], "LastModifiedDate": shown["CreationDate"],
        })
    );
    assert_eq!(get(t, &id, json!({"ClientId": client})).await, shown);
    let row = t
        .app
        .store
        .row("SELECT image FROM ui_customizations", vec![])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.bytes(0).unwrap(), PNG);
}

#[each_engine]
async fn the_pools_own_counts_for_clients_without_one(t: &TestApp) {
    let (id, client) = site(t, "all").await;
    let (plain, own) = (".label-customizable{}", ".banner-customizable{}");
    let all = set(t, &id, json!({"CSS": plain})).await;
    assert_eq!(
        (&all["ClientId"], &all["CSS"]),
        (&json!("ALL"), &json!(plain))
    );
    assert!(all.get("ImageUrl").is_none());
    assert_eq!(get(t, &id, json!({"ClientId": client})).await, all);
    let mine = set(t, &id, json!({"ClientId": client, "CSS": own})).await;
    assert_eq!(get(t, &id, json!({"ClientId": client})).await, mine);
    for extra in [json!({}), json!({"ClientId": "ALL"})] {
        assert_eq!(get(t, &id, extra).await, all);
    }
}

#[each_engine]
async fn a_change_replaces_both_and_keeps_the_day_of_creation(t: &TestApp) {
    let (id, _) = site(t, "change").await;
    let first = set(t, &id, json!({"CSS": CSS, "ImageFile": file(JPEG)})).await;
    assert!(
        first["ImageUrl"]
            .as_str()
            .unwrap()
            .ends_with("/assets/images/image.jpeg")
    );
    t.advance(61).await;
    let second = set(t, &id, json!({"CSS": ".label-customizable{}"})).await;
    assert_eq!(second["CreationDate"], first["CreationDate"]);
    assert!(
        second["LastModifiedDate"].as_f64().unwrap()
            >= first["LastModifiedDate"].as_f64().unwrap() + 61.0
    );
    assert_ne!(second["CSSVersion"], first["CSSVersion"]);
    assert!(second.get("ImageUrl").is_none());
    assert_eq!(get(t, &id, json!({})).await, second);
    assert_eq!(
        set(t, &id, json!({"CSS": "", "ImageFile": ""})).await,
        json!({})
    );
    assert_eq!(get(t, &id, json!({})).await, json!({}));
}

#[each_engine]
async fn a_custom_domain_comes_before_the_prefix(t: &TestApp) {
    let (id, _) = site(t, "both").await;
    domain(t, &id, "login.example.com", true).await;
    let shown = set(t, &id, json!({"ImageFile": file(PNG)})).await;
    assert!(
        shown["ImageUrl"]
            .as_str()
            .unwrap()
            .starts_with("https://login.example.com/ALL/")
    );
}

#[each_engine]
async fn a_pool_without_a_domain_has_no_pages_to_customize(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let text = "There has to be an existing domain associated with this user pool";
    t.refused("GetUICustomization", of(&id, json!({})), INVALID, text)
        .await;
    t.refused(
        "SetUICustomization",
        of(&id, json!({"CSS": CSS})),
        INVALID,
        text,
    )
    .await;
}

#[each_engine]
async fn what_the_pages_must_not_hold_is_refused(t: &TestApp) {
    let (id, _) = site(t, "bad").await;
    let invalid = "The CSS is not valid. It must be a list of rules for the allowed classes.";
    let large = "request parameters too large";
    let kind = "ImageFile must be a PNG or JPEG image.";
    let heavy = [PNG, &vec![0; 100 << 10]].concat();
    for (extra, text) in [
        (
            json!({"CSS": "body{}"}),
            "The CSS class body is not in the list of allowed classes.",
        ),
        (json!({"CSS": "@import 'https://evil.example';"}), invalid),
        (
            json!({"CSS": "@media print { .logo-customizable{} }"}),
            invalid,
        ),
        (json!({"CSS": ".logo-customizable{}</style>"}), invalid),
        (json!({"CSS": " ".repeat(3_073)}), large),
        (json!({"ImageFile": file(b"<svg onload=alert(1)>")}), kind),
        (json!({"ImageFile": file(b"GIF89a")}), kind),
        (json!({"ImageFile": file(&heavy)}), large),
    ] {
        t.refused("SetUICustomization", of(&id, extra), INVALID, text)
            .await;
    }
    assert_eq!(get(t, &id, json!({})).await, json!({}));
}

#[each_engine]
async fn pools_and_clients_are_checked(t: &TestApp) {
    let (id, _) = site(t, "one").await;
    let (_, foreign) = site(t, "two").await;
    let text = format!("User pool client {foreign} does not exist.");
    for op in ["GetUICustomization", "SetUICustomization"] {
        t.refused(op, of(&id, json!({"ClientId": foreign})), NOT_FOUND, &text)
            .await;
        let gone = "User pool us-east-1_nosuchone does not exist.";
        t.refused(op, of("us-east-1_nosuchone", json!({})), NOT_FOUND, gone)
            .await;
    }
}

#[each_engine]
async fn a_deleted_client_takes_its_looks_away(t: &TestApp) {
    let (id, client) = site(t, "gone").await;
    set(t, &id, json!({"ClientId": client, "CSS": CSS})).await;
    t.ok("DeleteUserPoolClient", of(&id, json!({"ClientId": client})))
        .await;
    assert!(
        t.app
            .store
            .row("SELECT 1 FROM ui_customizations", vec![])
            .await
            .unwrap()
            .is_none()
    );
}

#[each_engine]
async fn changes_at_the_same_time_leave_one_of_them(t: &TestApp) {
    let (id, _) = site(t, "race").await;
    let css = |n: usize| format!(".label-customizable{{order:{n}}}");
    let inputs = (0..8).map(|n| of(&id, json!({"CSS": css(n)}))).collect();
    for answer in all_at_once(t, "SetUICustomization", inputs).await {
        answer.unwrap();
    }
    let kept = get(t, &id, json!({})).await["CSS"].clone();
    assert!((0..8).any(|n| kept == css(n)), "{kept}");
}
