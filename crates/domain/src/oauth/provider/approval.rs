//! First sign-ins that wait for an administrator, under the policy `admin-approval` (decision 015). The administrator's side
//! is in `resources/providers/linking.rs`.

use cognate_store::Batch;
use cognate_store::tables::guards;
use cognate_store::tables::link_requests::{self as table, DENIED, RequestRow, WAITING};
use cognate_store::{CommitError, tables::sessions};

use crate::audit::Entry;
use crate::cx::Cx;
use crate::errors::Fault;
use crate::errors::unconfirmed::federation as unconfirmed;
use crate::federation::address;
use crate::oauth::authorization::Authorization;
use crate::oauth::provider::explain::marked;
use crate::oauth::provider::offer::{About, spend};
use crate::oauth::provider::refusal::{Refused, Stop};
use crate::resources::providers::linking::{self, KEPT, RequestDoc};

/// Keeps the request of an identity that has no user. True if it waits; false if an administrator denied it, so that it gets
/// a user of its own.
///
/// # Errors
/// Faults. Refusals for an answer that was used before, and for a provider of which as many wait as may.
pub(super) async fn ask(
    cx: &Cx<'_>,
    authorization: &Authorization,
    about: &About<'_>,
) -> std::result::Result<bool, Stop> {
    let pool = &*authorization.pool;
    let (provider, subject) = (about.provider, about.subject);
    let id = linking::request_id(pool, &provider.id, subject);
    match linking::find(&cx.store, pool, &id, cx.now()).await? {
        Some(row) if row.state == DENIED => return Ok(false),
        Some(_) => return Ok(true),
        None => {}
    }
    let said = address::said(provider, about.claims);
    let doc = RequestDoc {
        subject: subject.to_owned(),
        verified: said.as_ref().is_some_and(|said| said.verified),
        address: said.map(|said| said.address),
        client_id: authorization.client.id.clone(),
    };
    let mut row = RequestRow {
        request_id: id,
        provider_id: provider.id.clone(),
        state: WAITING,
        doc: serde_json::to_string(&doc)?,
        created: cx.now(),
        expires: cx.now().saturating_add(KEPT),
        mac: None,
    };
    row.mac = Some(pool.sign(&row.signed()));
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = guards::require_provider_exists(batch, &pool.id, &provider.id);
    let batch = table::insert(batch, &pool.id, &row, cx.now());
    let detail = format!("{} {}", provider.name, row.request_id);
    let entry = Entry {
        operation: "RequestLink",
        address: &cx.client_info.ip,
        result: crate::audit::DONE,
        request_id: Some(&cx.request_id),
        detail: Some(&detail),
        ..Entry::default()
    };
    let batch = entry.append(spend(batch, pool, about.once), &pool.id, cx.now());
    match cx.store.commit(batch).await {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict(sessions::SPENT)) => Err(Refused::answer_used().into()),
        Err(CommitError::Conflict(table::FULL)) => Err(Refused::request(
            unconfirmed::TOO_MANY_WAIT,
            marked(
                "As many users of the provider wait for an approval as may; approve or deny some.",
                "user.too_many_wait",
                None,
            ),
        )
        .into()),
        Err(CommitError::Conflict(_)) => Err(Fault::Stale.into()),
        Err(error) => Err(Fault::Internal(format!("commit: {error}")).into()),
    }
}
