//! The operations on managed login branding.

mod images;
mod settings;
mod styles;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::clients;
use crate::support::pools::pool;
use crate::support::users::with;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n...";

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

/// Returns a request on the style of that id.
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
