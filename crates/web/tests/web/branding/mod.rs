//! The looks of clients: what each setting changes, and how sheets and images are served.

mod classic;
mod preview;
mod served;
mod visible;

use cognate_domain::resources::branding::look::{AssetInfo, AssetKey, LoginStyle};
use cognate_shapes::Op;
use serde_json::{Value, json};

use crate::site::Site;

/// Returns a style with settings, given as one object or as paths and values.
pub fn style(settings: Value) -> LoginStyle {
    let Value::Object(settings) = settings else {
        panic!("no object");
    };
    LoginStyle {
        id: "11111111-2222-4333-8444-555555555555".into(),
        ver: 1,
        settings,
        images: Vec::new(),
    }
}

/// Returns settings with one value at a path such as `/components/form/borderRadius`.
pub fn at(path: &str, value: Value) -> Value {
    path.rsplit('/')
        .filter(|key| !key.is_empty())
        .fold(value, |value, key| json!({key: value}))
}

pub fn image(category: &str, mode: &str, extension: &str, resource: &str) -> AssetInfo {
    AssetInfo {
        key: AssetKey {
            category: category.into(),
            color_mode: mode.into(),
            resource: resource.into(),
        },
        extension: extension.into(),
    }
}

pub async fn client(site: &Site, pool: &str) -> String {
    let input = json!({"UserPoolId": pool, "ClientName": "Shop"});
    let made = site.call(Op::CreateUserPoolClient, input).await;
    made["UserPoolClient"]["ClientId"]
        .as_str()
        .unwrap()
        .to_owned()
}
