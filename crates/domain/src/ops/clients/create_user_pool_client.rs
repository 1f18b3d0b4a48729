//! CreateUserPoolClient: makes an app client.

use std::sync::Arc;

use cognate_crypto::secret::SecretString;
use cognate_shapes::{CreateUserPoolClientRequest, CreateUserPoolClientResponse};
use cognate_store::Batch;
use cognate_store::tables::{clients, guards};

use crate::cx::Cx;
use crate::errors::{self, Result, unconfirmed};
use crate::records::client::Client;
use crate::resources::chosen::{self, ClientChoice};
use crate::resources::client_names;
use crate::resources::clients::{managed, secrets, settings};
use crate::{audit, ids, resources};

pub async fn create_user_pool_client(
    cx: &Cx<'_>,
    mut input: CreateUserPoolClientRequest,
) -> Result<CreateUserPoolClientResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    // `cognate client create` and seeds choose it.
    let known = cx.memory().get::<String>("client id");
    let choice = match known.is_none() {
        true => chosen::of_client(cx, &pool, &input.client_name).await?,
        false => ClientChoice::default(),
    };
    input.client_name = client_names::kept(cx, input.client_name);
    let secret = match (
        input.generate_secret == Some(true),
        input.client_secret.take().map(SecretString::new),
    ) {
        (true, Some(_)) => return Err(errors::invalid_parameter(unconfirmed::TWO_SECRETS).into()),
        (true, None) => Some(choice.secret.unwrap_or_else(ids::client_secret)),
        (false, given) => given,
    };
    let (published, generated) = (
        input.publish_secrets_in_aws_secrets_manager,
        input.generate_secret == Some(true),
    );
    let mut doc = settings::of_new_client(cx, &pool, input, secret.is_some()).await?;
    let id = known.or(choice.id).unwrap_or_else(ids::client_id);
    doc.managed_secret = managed::of_new_client(cx, &pool, &id, published, generated)?;
    let secrets = secret
        .map(|value| (secrets::first_id(&id, cx.now()), value, cx.now()))
        .into_iter()
        .collect::<Vec<_>>();
    let sealed = Client::seal_secrets(&pool, &id, &secrets)?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let text = serde_json::to_string(&doc)?;
    let mac = Client::mac(&pool, &id, &text, sealed.as_deref());
    let batch = clients::insert(
        batch,
        &pool.id,
        &id,
        &text,
        sealed.as_deref(),
        mac,
        cx.now(),
    );
    let batch = match doc.managed_secret {
        Some(_) => managed::plan(batch, &pool.id, &id, cx.now()),
        None => batch,
    };
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        resources::clients::conflict(cx, &pool.id, &id, label)
    })
    .await?;
    let client = Arc::new(Client {
        id,
        pool_id: pool.id,
        doc,
        secrets,
        sealed,
        created: cx.now(),
        modified: cx.now(),
        ver: 1,
        document: None,
        unvouched: None,
    });
    cx.cache.put_client(&cx.clock, client.clone());
    Ok(CreateUserPoolClientResponse {
        user_pool_client: Some(settings::user_pool_client(&client)),
    })
}
