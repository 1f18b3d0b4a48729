//! SetLogDeliveryConfiguration: replaces where a pool exports its logs.

use cognate_shapes::{
    LogDeliveryConfigurationType, SetLogDeliveryConfigurationRequest,
    SetLogDeliveryConfigurationResponse,
};

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::pool::PoolDoc;
use crate::resources::{logs, pools};

/// SetLogDeliveryConfiguration. What waits for a destination goes to the new one of its source, or nowhere without one.
pub async fn set_log_delivery_configuration(
    cx: &Cx<'_>,
    input: SetLogDeliveryConfigurationRequest,
) -> Result<SetLogDeliveryConfigurationResponse> {
    let before = pools::fresh(cx, &input.user_pool_id).await?;
    let wanted = input.log_configurations;
    logs::check(cx, &before, &wanted)?;
    let doc = PoolDoc {
        log_configurations: (!wanted.is_empty()).then(|| wanted.clone()),
        ..before.doc.clone()
    };
    let pool = pools::put(cx, before, doc).await?;
    Ok(SetLogDeliveryConfigurationResponse {
        log_delivery_configuration: Some(LogDeliveryConfigurationType {
            user_pool_id: pool.id.clone(),
            log_configurations: wanted,
        }),
    })
}
