//! AddUserPoolClientSecret: adds a second secret to a confidential app client, so that its applications can move from
//! one to the other.

use cognate_crypto::secret::SecretString;
use cognate_shapes::{AddUserPoolClientSecretRequest, AddUserPoolClientSecretResponse};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::resources::clients::{managed, secrets};
use crate::{ids, resources};

pub async fn add_user_pool_client_secret(
    cx: &Cx<'_>,
    input: AddUserPoolClientSecretRequest,
) -> Result<AddUserPoolClientSecretResponse> {
    attempt(cx, &input).await
}

async fn attempt(
    cx: &Cx<'_>,
    input: &AddUserPoolClientSecretRequest,
) -> Result<AddUserPoolClientSecretResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let mut client = resources::clients::fresh(cx, &pool, &input.client_id).await?;
    managed::refuse(&client)?;
    secrets::refuse_dynamic(&client)?;
    if client.secrets.is_empty() {
        return Err(errors::clients::public_client().into());
    }
    if client.secrets.len() >= secrets::MOST {
        return Err(errors::clients::too_many_secrets().into());
    }
    let id = secrets::new_id(&client, cx.now());
    let mut descriptor = secrets::descriptor(&id, cx.now());
    let value = match input.client_secret.clone() {
        Some(given) => SecretString::new(given),
        // Shown once, here, and only because the caller could not know it.
        None => {
            let made = ids::client_secret();
            descriptor.client_secret_value = Some(made.expose().clone());
            made
        }
    };
    client.secrets.push((id, value, cx.now()));
    secrets::commit(cx, &pool, client).await?;
    Ok(AddUserPoolClientSecretResponse {
        client_secret_descriptor: Some(descriptor),
    })
}
