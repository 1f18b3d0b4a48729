//! ListUserPoolClientSecrets: shows which secrets an app client has, never their values.

use cognate_shapes::{ListUserPoolClientSecretsRequest, ListUserPoolClientSecretsResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::clients::{managed, secrets};
use crate::{paging, resources};

pub async fn list_user_pool_client_secrets(
    cx: &Cx<'_>,
    input: ListUserPoolClientSecretsRequest,
) -> Result<ListUserPoolClientSecretsResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let client = resources::clients::fresh(cx, &pool, &input.client_id).await?;
    managed::refuse(&client)?;
    secrets::refuse_dynamic(&client)?;
    // Both secrets fit on one page, so no token was ever returned (model).
    if let Some(token) = &input.next_token {
        return Err(paging::invalid(cx, token));
    }
    let shown = client
        .secrets
        .iter()
        .map(|(id, _, created)| secrets::descriptor(id, *created));
    Ok(ListUserPoolClientSecretsResponse {
        client_secrets: Some(shown.collect()),
        next_token: None,
    })
}
