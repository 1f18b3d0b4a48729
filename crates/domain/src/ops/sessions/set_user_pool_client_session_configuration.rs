//! SetUserPoolClientSessionConfiguration: sets for how long a client signs users in silently.

use std::sync::Arc;

use cognate_shapes::{
    SetUserPoolClientSessionConfigurationRequest, SetUserPoolClientSessionConfigurationResponse,
};
use cognate_store::Batch;
use cognate_store::tables::{clients as table, guards};

use crate::audit;
use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::sessions::tracking_is_off;
use crate::errors::unconfirmed::sessions::SESSION_TRACKING;
use crate::records::client::{Client, ClientDoc};
use crate::resources::pools::settings::essentials_feature;
use crate::resources::{clients, pools};

pub async fn set_user_pool_client_session_configuration(
    cx: &Cx<'_>,
    input: SetUserPoolClientSessionConfigurationRequest,
) -> Result<SetUserPoolClientSessionConfigurationResponse> {
    pools::contended(cx, attempt(cx, input.clone())).await
}

async fn attempt(
    cx: &Cx<'_>,
    input: SetUserPoolClientSessionConfigurationRequest,
) -> Result<SetUserPoolClientSessionConfigurationResponse> {
    let pool = pools::fresh(cx, &input.user_pool_id).await?;
    let before = clients::fresh(cx, &pool, &input.client_id).await?;
    essentials_feature(cx, &pool, SESSION_TRACKING)?;
    if pool.max_sessions().is_none() {
        return Err(tracking_is_off().into());
    }
    let doc = ClientDoc {
        sso_minutes: Some(input.sso_session.max_validity_minutes),
        ..before.doc.clone()
    };
    let text = serde_json::to_string(&doc)?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let mac = Client::mac(&pool, &before.id, &text, before.sealed.as_deref());
    let batch = table::update(
        batch,
        &pool.id,
        &before.id,
        before.ver,
        &text,
        mac,
        cx.now(),
    );
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        clients::conflict(cx, &pool.id, &before.id, label)
    })
    .await?;
    let client = Client {
        doc,
        modified: cx.now(),
        ver: before.ver + 1,
        ..before
    };
    cx.cache.put_client(&cx.clock, Arc::new(client));
    Ok(SetUserPoolClientSessionConfigurationResponse {
        user_pool_id: Some(input.user_pool_id),
        client_id: Some(input.client_id),
        sso_session: Some(input.sso_session),
    })
}
