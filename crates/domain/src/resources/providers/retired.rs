//! Providers that were deleted. One that is made anew under the same name and speaks with the same authority is the same
//! provider: its users sign in as before, and links through it count again. Under another authority a subject may be
//! another person's, so that such a provider has neither.

use std::collections::BTreeSet;

use cognate_store::tables::retired_providers::{self as table, RetiredRow};
use cognate_store::{Batch, Store};
use serde::{Deserialize, Serialize};

use crate::errors::Result;
use crate::records::pool::Pool;
use crate::records::provider::Provider;

/// The document of a row.
#[derive(Serialize, Deserialize)]
struct RetiredDoc {
    /// [`Provider::authority`] at the end.
    authority: String,
    /// The attributes, other than the subject, by which its users were ever linked.
    linked_by: BTreeSet<String>,
}

/// Keeps a provider that the batch deletes.
///
/// # Errors
/// None in practice: texts always serialise.
pub fn keep(batch: Batch, pool: &Pool, provider: &Provider) -> Result<Batch> {
    let doc = RetiredDoc {
        authority: provider.authority()?,
        linked_by: provider.doc.linked_by.clone(),
    };
    let mut row = RetiredRow {
        provider_id: provider.id.clone(),
        doc: serde_json::to_string(&doc)?,
        mac: None,
    };
    row.mac = Some(pool.sign(&row.signed(&provider.name)));
    Ok(table::keep(batch, &pool.id, &provider.name, &row))
}

/// Gives a provider that the batch creates the id of the one that was deleted last under its name, if it is the same one.
///
/// # Errors
/// The store's; an internal fault for a row that is not signed or does not parse.
pub async fn revive(
    store: &Store,
    pool: &Pool,
    provider: &mut Provider,
    batch: Batch,
) -> Result<Batch> {
    let Some(row) = table::get(store, &pool.id, &provider.name).await? else {
        return Ok(batch);
    };
    pool.check(&row.signed(&provider.name), row.mac.as_deref())?;
    let doc: RetiredDoc = serde_json::from_str(&row.doc)?;
    if doc.authority != provider.authority()? {
        return Ok(batch);
    }
    provider.id = row.provider_id;
    provider.doc.linked_by = doc.linked_by;
    Ok(table::forget(batch, &pool.id, &provider.name))
}
