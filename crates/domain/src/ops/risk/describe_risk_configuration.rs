//! DescribeRiskConfiguration: shows what threat protection does in a pool, or for one of its clients.

use cognate_shapes::{DescribeRiskConfigurationRequest, DescribeRiskConfigurationResponse};

use crate::accounts::feedback::require_watched;
use crate::cx::Cx;
use crate::errors::Result;
use crate::records::protection::messages;
use crate::resources::{clients, pools, risk};

/// Shows the configuration of the pool, or of the client: one that inherits has none of its own (admin.md 6.1).
///
/// # Errors
/// UserPoolAddOnNotEnabledException; ResourceNotFoundException.
pub async fn describe_risk_configuration(
    cx: &Cx<'_>,
    input: DescribeRiskConfigurationRequest,
) -> Result<DescribeRiskConfigurationResponse> {
    let pool = pools::fresh(cx, &input.user_pool_id).await?;
    require_watched(&pool)?;
    let client = match &input.client_id {
        Some(id) => Some(clients::fresh(cx, &pool, id).await?),
        None => None,
    };
    let configuration = match &client {
        Some(client) => client.doc.risk_configuration.as_ref(),
        None => pool.doc.risk_configuration.as_ref(),
    };
    let client_id = client.as_ref().map(|client| client.id.as_str());
    let templates = messages(&cx.store, &pool, client_id).await?;
    Ok(DescribeRiskConfigurationResponse {
        risk_configuration: risk::describe(&pool.id, client_id, configuration, templates),
    })
}
