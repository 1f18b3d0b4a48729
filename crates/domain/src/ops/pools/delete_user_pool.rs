//! DeleteUserPool: ends a pool and everything in it.
//!
//! The pool is gone for everyone when the call answers; a job deletes its rows afterwards. Its id is never used again.

use cognate_shapes::{DeleteUserPoolRequest, DeletionProtectionType};
use cognate_store::Batch;
use cognate_store::tables::{domains, guards, pools, user_import_jobs};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::jobs::pool_deletion;
use crate::resources::clients::managed;
use crate::{audit, resources};

pub async fn delete_user_pool(cx: &Cx<'_>, input: DeleteUserPoolRequest) -> Result<()> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    resources::pools::refuse_paused(cx, &pool)?;
    if pool.doc.deletion_protection == DeletionProtectionType::Active {
        return Err(errors::pools::deletion_protected().into());
    }
    let batch = pools::end(Batch::new(), &pool.id, pool.ver, cx.now());
    let batch = user_import_jobs::require_none_active(batch, &pool.id);
    let batch = guards::require_no_domain(batch, &pool.id);
    let batch = pool_deletion::plan(batch, &pool.id);
    let batch = managed::plan_all(batch, &pool.id, cx.now());
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| match label {
        user_import_jobs::IMPORT_ACTIVE => errors::imports::in_progress().into(),
        domains::POOL_HAS_DOMAIN => errors::domains::pool_has_domain().into(),
        other => resources::pools::conflict(cx, &pool.id, other),
    })
    .await?;
    cx.cache.end_pool(&cx.clock, &pool.id, pool.ver + 1);
    Ok(())
}
