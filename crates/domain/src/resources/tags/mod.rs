//! Tags of pools: finding the pool of an ARN, and replacing its tags.

use std::collections::BTreeMap;

use cognate_store::Batch;
use cognate_store::tables::pools as table;

use crate::audit;
use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::tags::{not_a_user_pool, resource_not_found};
use crate::records::pool::Pool;
use crate::resources::pools;
use crate::resources::pools::settings::Arn;

/// Returns the pool that an ARN of this account and the caller's region names, as the database has it now.
pub(crate) async fn pool_of(cx: &Cx<'_>, text: &str) -> Result<Pool> {
    let arn = Arn::parse(text).ok_or_else(|| not_a_user_pool(text))?;
    let id = arn.resource.strip_prefix("userpool/");
    let id = id
        .filter(|_| arn.service == "cognito-idp")
        .ok_or_else(|| not_a_user_pool(text))?;
    let missing = || resource_not_found(text);
    if arn.region != cx.region() || arn.account != cx.account() {
        return Err(missing().into());
    }
    let pool = Pool::load(&cx.store, &cx.root, id)
        .await?
        .filter(|pool| pool.region == arn.region);
    Ok(pool.ok_or_else(missing)?)
}

/// Puts `tags` in the place of the pool's. Tags are no setting of the pool: its date of change stays.
pub(crate) async fn replace(
    cx: &Cx<'_>,
    mut pool: Pool,
    tags: BTreeMap<String, String>,
) -> Result<()> {
    pool.doc.tags = tags;
    let doc = serde_json::to_string(&pool.doc)?;
    let mac = pool.mac_with(&doc)?;
    let batch = table::update(Batch::new(), &pool.id, pool.ver, &doc, mac, pool.modified);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| pools::conflict(cx, &pool.id, label))
        .await?;
    pool.ver += 1;
    cx.cache.put_pool(&cx.clock, std::sync::Arc::new(pool));
    Ok(())
}
