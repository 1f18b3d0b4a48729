//! CreateUserPool: makes a user pool.
//!
//! A pool costs one row and one wrapped key; its signing keys are made when they are first needed.

use std::sync::Arc;

use cognate_crypto::seal::PoolKey;
use cognate_shapes::{CreateUserPoolRequest, CreateUserPoolResponse};
use cognate_store::Batch;
use cognate_store::tables::pools;

use crate::cx::Cx;
use crate::errors::{self, Result, unconfirmed};
use crate::records::mac;
use crate::records::pool::{Pool, PoolDoc};
use crate::resources::chosen;
use crate::resources::clients::settings::check_registrable;
use crate::resources::pools::settings;
use crate::{audit, ids, resources};

pub async fn create_user_pool(
    cx: &Cx<'_>,
    mut input: CreateUserPoolRequest,
) -> Result<CreateUserPoolResponse> {
    let region = cx.region().to_owned();
    if !ids::is_region(&region) {
        return Err(errors::invalid_parameter(unconfirmed::INVALID_REGION).into());
    }
    // `cognate pool create` and seeds choose it.
    let known = cx.memory().get::<String>("pool id");
    let tags = input.user_pool_tags.as_mut();
    let mut choice = chosen::of_pool(cx, &region, tags, known.is_some()).await?;
    check_registrable(cx, None, input.dcr_configuration.as_ref()).await?;
    let doc = settings::of_new_pool(cx, &region, input)?;
    let chosen = known.or(choice.id.take());
    let id = chosen.unwrap_or_else(|| ids::pool_id(&region));
    let key = PoolKey::generate();
    let doc = PoolDoc {
        client_ids: choice.client_ids(&id, &key),
        ..doc
    };
    let wrapped = cx.root.wrap_pool_key(&id, &key);
    let text = serde_json::to_string(&doc)?;
    let mac = mac::sign(&key, &id, &pools::signed(&id, &region, &text, None));
    let batch = pools::insert(Batch::new(), &id, &region, &text, &wrapped, mac, cx.now());
    let batch = audit::record(cx, batch, &id, None);
    cx.commit(batch, |label| resources::pools::conflict(cx, &id, label))
        .await?;
    let pool = Arc::new(Pool {
        id,
        region,
        doc,
        key: Arc::new(key),
        issuer: None,
        created: cx.now(),
        modified: cx.now(),
        ver: 1,
        paused: false,
    });
    cx.cache.put_pool(&cx.clock, pool.clone());
    Ok(CreateUserPoolResponse {
        user_pool: Some(settings::user_pool(cx, &pool, 0)),
    })
}
