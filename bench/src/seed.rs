//! Fills a pool with users by writing rows, so that a million take a minute.

use anyhow::{Context, Result};
use cognate_store::tables::users::{self, UserRow};
use cognate_store::{Batch, Label, Store, StoreOptions};
use serde_json::json;

use crate::Arguments;
use crate::aws;

/// Users in one batch.
const BATCH: u64 = 500;
const TAKEN: Label = Label("seed_name_taken");

/// The address of seeded user `i`.
pub fn email(i: u64) -> String {
    format!("seeded-{i:08}@example.com")
}

/// Adds `count` users to `pool` in the database that the stopped server left in `folder`.
pub async fn users(
    arguments: &Arguments,
    folder: &std::path::Path,
    pool: &str,
    count: u64,
) -> Result<()> {
    let options = match &arguments.database_url {
        Some(url) => StoreOptions::postgres(url.as_str()),
        None => StoreOptions::sqlite(folder.join(".cognate").join("cognate.db")),
    };
    let store = Store::open(&options).await?;
    let now = aws::now() * 1_000_000;
    for first in (0..count).step_by(usize::try_from(BATCH)?) {
        let mut batch = Batch::new();
        for i in first..(first + BATCH).min(count) {
            let (id, name, email) = (
                cognate_crypto::random::uuid_v4(),
                format!("seeded-{i:08}"),
                email(i),
            );
            let doc = json!({ "attributes": { "email": email, "email_verified": "true" } });
            let row = UserRow {
                user_id: id.clone(),
                username: name.clone(),
                status: "CONFIRMED".into(),
                enabled: true,
                doc: doc.to_string(),
                credential: None,
                created: now,
                modified: now,
                ver: 1,
            };
            batch = users::insert(batch, pool, &row);
            batch = users::insert_login(batch, pool, &id, &name, "username", TAKEN);
            for (attr, value) in [
                ("username", name.as_str()),
                ("email", email.as_str()),
                ("cognito:user_status", "confirmed"),
                ("status", "Enabled"),
            ] {
                batch = users::insert_attr(batch, pool, &id, attr, value);
            }
        }
        store
            .commit(batch)
            .await
            .map_err(|e| anyhow::anyhow!("seeding: {e}"))
            .context("seed")?;
    }
    store.close().await;
    Ok(())
}
