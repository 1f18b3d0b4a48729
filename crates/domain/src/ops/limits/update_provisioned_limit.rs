//! UpdateProvisionedLimit: sets the limit of a category, between its default and the account's maximum.

use cognate_shapes::{UpdateProvisionedLimitRequest, UpdateProvisionedLimitResponse};
use cognate_store::Batch;
use cognate_store::tables::meta;

use crate::cx::Cx;
use crate::errors::limits::limit_out_of_range;
use crate::errors::{Fault, Result, invalid_parameter, unconfirmed};
use crate::resources::limits::Limit;
use crate::{audit, ids};

pub async fn update_provisioned_limit(
    cx: &Cx<'_>,
    input: UpdateProvisionedLimitRequest,
) -> Result<UpdateProvisionedLimitResponse> {
    if !ids::is_region(cx.region()) {
        return Err(invalid_parameter(unconfirmed::INVALID_REGION).into());
    }
    let limit = Limit::find(&input.limit_definition)?;
    let value = input.requested_limit_value;
    if !(limit.default..=limit.most()).contains(&value) {
        return Err(limit_out_of_range(limit.default, limit.most()).into());
    }
    let batch = meta::overwrite(Batch::new(), &limit.key(cx.region()), &value.to_string());
    // The limit is the account's: the row of the audit trail belongs to no pool.
    let batch = audit::record(cx, batch, "", None);
    cx.commit(batch, |label| {
        Fault::Internal(format!("unexpected conflict {}", label.0))
    })
    .await?;
    Ok(UpdateProvisionedLimitResponse {
        limit: limit.to_api(input.limit_definition, value),
    })
}
