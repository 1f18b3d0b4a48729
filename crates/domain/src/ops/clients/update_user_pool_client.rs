//! UpdateUserPoolClient: changes an app client's settings; what the request leaves out returns to its default, but for
//! PublishSecretsInAWSSecretsManager (agents.md 6).

use std::sync::Arc;

use cognate_shapes::{UpdateUserPoolClientRequest, UpdateUserPoolClientResponse};
use cognate_store::Batch;
use cognate_store::tables::{clients, dynamic_clients, guards};

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::client::Client;
use crate::resources::client_names;
use crate::resources::clients::managed::{self, Change};
use crate::resources::clients::settings;
use crate::{audit, resources};

pub async fn update_user_pool_client(
    cx: &Cx<'_>,
    mut input: UpdateUserPoolClientRequest,
) -> Result<UpdateUserPoolClientResponse> {
    input.client_name = input.client_name.map(|name| client_names::kept(cx, name));
    resources::pools::contended(cx, attempt(cx, input.clone())).await
}

async fn attempt(
    cx: &Cx<'_>,
    input: UpdateUserPoolClientRequest,
) -> Result<UpdateUserPoolClientResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let before = resources::clients::fresh(cx, &pool, &input.client_id).await?;
    let published = input.publish_secrets_in_aws_secrets_manager;
    let mut doc = settings::of_updated_client(cx, &pool, &before, input).await?;
    let change = managed::of_update(cx, &pool, &before, published)?;
    let changes = !matches!(change, Change::None);
    let mut before = before;
    match change {
        Change::None => {}
        Change::Begin(managed) => {
            doc.managed_secret = Some(managed);
            before.secrets = managed::rotated(&before, cx.now());
            before.sealed = Client::seal_secrets(&pool, &before.id, &before.secrets)?;
        }
        Change::End => doc.managed_secret = None,
    }
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let text = serde_json::to_string(&doc)?;
    let contents = clients::Contents {
        doc: &text,
        sealed: before.sealed.as_deref(),
        modified: cx.now(),
        mac: Client::mac(&pool, &before.id, &text, before.sealed.as_deref()),
    };
    let batch = clients::replace(batch, &pool.id, &before.id, before.ver, contents);
    let batch = match changes {
        true => managed::plan(batch, &pool.id, &before.id, cx.now()),
        false => batch,
    };
    // Whom an administrator looks after is not removed as unused.
    let batch = dynamic_clients::keep(batch, &pool.id, &before.id);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        resources::clients::conflict(cx, &pool.id, &before.id, label)
    })
    .await?;
    let client = Arc::new(Client {
        unvouched: Client::unvouched_of(&before.id, &doc),
        doc,
        modified: cx.now(),
        ver: before.ver + 1,
        ..before
    });
    cx.cache.put_client(&cx.clock, client.clone());
    Ok(UpdateUserPoolClientResponse {
        user_pool_client: Some(settings::user_pool_client(&client)),
    })
}
