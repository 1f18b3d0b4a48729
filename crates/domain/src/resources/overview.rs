//! The pools of a server at a glance, for the page of `cognate dev`.

use std::sync::Arc;

use cognate_store::tables::clients::{self, Shown};
use cognate_store::tables::{domains, pools};

use crate::app::App;
use crate::errors::Result;
use crate::records::client::Client;
use crate::records::domain;
use crate::records::pool::Pool;

/// The clients of a pool that are shown.
const CLIENTS: i64 = 10;

/// A pool with what leads to its pages.
pub struct PoolOverview {
    /// The pool.
    pub pool: Arc<Pool>,
    /// The prefix of its domain.
    pub prefix: Option<String>,
    /// Its custom domain.
    pub custom: Option<String>,
    /// Some of its clients, by id.
    pub clients: Vec<Arc<Client>>,
}

/// Returns the newest pools of all regions, at most `limit`.
///
/// # Errors
/// The store's, and an internal fault for a row that does not open or parse.
pub async fn newest(app: &App, limit: i64) -> Result<Vec<PoolOverview>> {
    let mut found = Vec::new();
    for id in pools::newest(&app.store, limit).await? {
        let Some(pool) = app.cached_pool(&id).await? else {
            continue;
        };
        let (mut prefix, mut custom) = (None, None);
        let (sql, params) = domains::of_pool(&pool.id);
        for row in app.store.rows(sql, params).await? {
            let row = domain::read(&pool, row)?;
            let kind = if row.custom { &mut custom } else { &mut prefix };
            *kind = Some(domain::bare(&row).to_owned());
        }
        let mut shown = Vec::new();
        for row in clients::page(&app.store, &pool.id, Shown::All, "", CLIENTS).await? {
            shown.extend(app.cached_client(&row.client_id).await?);
        }
        found.push(PoolOverview {
            pool,
            prefix,
            custom,
            clients: shown,
        });
    }
    Ok(found)
}
