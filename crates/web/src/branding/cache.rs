//! Looks that were made before. Every page asks for its client's, and making one reads a whole document and writes a sheet.
//!
//! A look is found by the version of its style, which grows with each change and which every page reads from the database:
//! a change shows on the next page, on each node.

use std::sync::{Arc, LazyLock};

use cognate_domain::resources::branding::look::LoginStyle;
use quick_cache::sync::Cache;

use crate::branding::brand::Brand;
use crate::branding::look;

/// The most looks that are kept: some ten kilobytes each.
const MOST: usize = 256;

/// A look, made.
pub(super) struct Made {
    /// What templates need.
    pub(super) brand: Brand,
    /// The style sheet; empty if it would change nothing.
    pub(super) css: String,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    pool: String,
    client: String,
    style: String,
    version: i64,
}

static LOOKS: LazyLock<Cache<Key, Arc<Made>>> = LazyLock::new(|| Cache::new(MOST));

/// Returns the look of a client.
pub(super) fn look(pool_id: &str, client_id: &str, style: &LoginStyle) -> Arc<Made> {
    let key = Key {
        pool: pool_id.to_owned(),
        client: client_id.to_owned(),
        style: style.id.clone(),
        version: style.ver,
    };
    if let Some(made) = LOOKS.get(&key) {
        return made;
    }
    let made = Arc::new(Made {
        brand: look::managed(client_id, style),
        css: look::style_sheet(client_id, style),
    });
    LOOKS.insert(key, made.clone());
    made
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_version_of_each_clients_style_is_made_once_and_their_number_is_bounded() {
        let mut style = LoginStyle {
            id: "0d3c9f6a".into(),
            ver: 1,
            settings: serde_json::Map::new(),
            images: Vec::new(),
        };
        style
            .settings
            .insert("components".into(), json!({"form": {"borderRadius": 3}}));
        let first = look("pool", "client", &style);
        assert!(first.css.contains("--card-radius: 3px;"));
        assert!(Arc::ptr_eq(&first, &look("pool", "client", &style)));
        for (pool, client, version) in [
            ("other", "client", 1),
            ("pool", "other", 1),
            ("pool", "client", 2),
        ] {
            style.ver = version;
            assert!(!Arc::ptr_eq(&first, &look(pool, client, &style)));
        }
        for version in 3..2_000 {
            style.ver = version;
            look("pool", "client", &style);
        }
        assert!(LOOKS.len() <= MOST);
    }
}
