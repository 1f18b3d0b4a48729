//! GetLogDeliveryConfiguration: shows where a pool exports its logs.

use cognate_shapes::{
    GetLogDeliveryConfigurationRequest, GetLogDeliveryConfigurationResponse,
    LogDeliveryConfigurationType,
};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::pools;

pub async fn get_log_delivery_configuration(
    cx: &Cx<'_>,
    input: GetLogDeliveryConfigurationRequest,
) -> Result<GetLogDeliveryConfigurationResponse> {
    let pool = pools::fresh(cx, &input.user_pool_id).await?;
    Ok(GetLogDeliveryConfigurationResponse {
        log_delivery_configuration: Some(LogDeliveryConfigurationType {
            user_pool_id: pool.id,
            log_configurations: pool.doc.log_configurations.unwrap_or_default(),
        }),
    })
}
