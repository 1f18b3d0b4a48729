//! DeleteUserPoolClientSecret: ends one of an app client's two secrets.

use cognate_shapes::{DeleteUserPoolClientSecretRequest, DeleteUserPoolClientSecretResponse};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::resources;
use crate::resources::clients::{managed, secrets};

pub async fn delete_user_pool_client_secret(
    cx: &Cx<'_>,
    input: DeleteUserPoolClientSecretRequest,
) -> Result<DeleteUserPoolClientSecretResponse> {
    attempt(cx, &input).await
}

async fn attempt(
    cx: &Cx<'_>,
    input: &DeleteUserPoolClientSecretRequest,
) -> Result<DeleteUserPoolClientSecretResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let mut client = resources::clients::fresh(cx, &pool, &input.client_id).await?;
    managed::refuse(&client)?;
    secrets::refuse_dynamic(&client)?;
    let before = client.secrets.len();
    client
        .secrets
        .retain(|(id, _, _)| *id != input.client_secret_id);
    if client.secrets.len() == before {
        return Err(errors::clients::secret_not_found().into());
    }
    if client.secrets.is_empty() {
        return Err(errors::clients::last_secret().into());
    }
    secrets::commit(cx, &pool, client).await?;
    Ok(DeleteUserPoolClientSecretResponse {})
}
