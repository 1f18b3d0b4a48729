//! Commands that need the whole domain, on a database that no server has open: with the settings that a server on it would have.

use std::sync::Arc;

use anyhow::Context as _;
use cognate_crypto::seal::RootKey;
use cognate_domain::App;
use cognate_store::Store;
use serde_json::Value;

use super::{Request, creation, seeds};
use crate::database::database_identity;
use crate::settings::config::Config;
use crate::settings::{domain, secrets_manager};

/// Opens the domain for the mode that made the database, by these settings.
///
/// # Errors
/// Settings that cannot be used, and the store's.
pub async fn open(config: &Config, store: &Store, root: &RootKey) -> anyhow::Result<Arc<App>> {
    let mode = database_identity::mode(store).await?;
    let mode = mode.context("this database was never used by a server: start one first")?;
    let settings = domain::read(mode, config)?;
    let secret_store = secrets_manager::read(mode, &settings.region, config)?;
    let root = RootKey::from_base64(root.to_base64().expose())?;
    let opened = App::open(settings, store.clone(), root).await;
    let app = opened.map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    if let Some(store) = secret_store {
        // Set once: `app` is new.
        let _ = app.secret_store.set(Box::new(store));
    }
    Ok(app)
}

/// True for a command that [`perform`] runs.
pub fn is_one(request: &Request) -> bool {
    matches!(
        request,
        Request::CreatePool { .. } | Request::CreateClient { .. } | Request::Seed { .. }
    )
}

/// Runs such a command.
///
/// # Errors
/// A text for the person at the terminal.
pub async fn perform(app: &App, request: Request) -> Result<Value, String> {
    let done = match request {
        Request::CreatePool { id, settings } => creation::pool(app, &id, &settings).await,
        Request::CreateClient { pool, id, settings } => {
            creation::client(app, &pool, &id, &settings).await
        }
        Request::Seed { step } => seeds::perform(app, *step).await,
        _ => Err("unknown command".to_owned()),
    };
    // On PostgreSQL others may write, too.
    app.cache.clear();
    done
}
