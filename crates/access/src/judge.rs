//! The verdict of a key's policy on an operation.

use cognate_domain::{Cx, Result};
use cognate_shapes::Op;
use serde_json::Value;

use crate::keys::Grant;
use crate::policy::Denial;
use crate::resource;

/// A refused operation.
#[derive(Debug, PartialEq, Eq)]
pub struct DeniedCall {
    /// The resource that the policy was asked about: a pool's ARN or `*`.
    pub resource: String,
    /// The reason.
    pub denial: Denial,
}

/// Asks a grant whether `op` may run with `input`, which needs no validation before.
///
/// # Errors
/// The store's, where the pool has to be looked up. The inner error is the refusal.
pub async fn judge(
    cx: &Cx<'_>,
    grant: &Grant,
    op: Op,
    input: &Value,
) -> Result<std::result::Result<(), DeniedCall>> {
    let Grant::Policy(policy) = grant else {
        return Ok(Ok(()));
    };
    let target = resource::target(cx, op, input).await?;
    let denied_behind = target
        .behind
        .as_deref()
        .is_some_and(|arn| policy.denies(op, arn));
    let verdict = if denied_behind {
        Err(Denial::ExplicitDeny)
    } else {
        policy.evaluate(op, &target.resource)
    };
    Ok(verdict.map_err(|denial| DeniedCall {
        resource: target.resource,
        denial,
    }))
}
