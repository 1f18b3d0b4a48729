//! The resource that a policy is asked about: the pool's ARN for every operation on a pool, else `*` (B18).
//!
//! The region is the pool's own, not the signature's, and an ARN in the input counts by the pool it names, so that a
//! statement about a pool holds however the request spells it. An operation that names a client is one on the client's
//! pool. DescribeUserPoolDomain is asked about `*`, as the service's is; but a caller who is denied a pool does not see
//! its domain.

use cognate_domain::Cx;
use cognate_domain::resources::domains;
use cognate_shapes::{Op, Resource};
use serde_json::Value;

/// The longest id of a pool (the model's bound). A longer one belongs to no pool, and is neither compared nor recorded.
const LONGEST_POOL: usize = 55;
/// The longest id of a client.
const LONGEST_CLIENT: usize = 128;
/// The longest domain.
const LONGEST_DOMAIN: usize = 253;

/// The resources that a policy is asked about.
#[derive(Debug, PartialEq, Eq)]
pub struct Target {
    /// The resource.
    pub resource: String,
    /// The ARN of a pool behind it that must not be denied.
    pub behind: Option<String>,
}

/// Returns the pool that an input names, whatever its form: nothing has been validated yet.
pub fn pool_of(op: Op, input: &Value) -> Option<&str> {
    let member = match op.resource_member() {
        Resource::PoolId => "UserPoolId",
        Resource::Arn => "ResourceArn",
        Resource::Client | Resource::Domain | Resource::None => return None,
    };
    let text = input.get(member)?.as_str()?;
    let id = text.rsplit_once(":userpool/").map_or(text, |(_, id)| id);
    (id.len() <= LONGEST_POOL).then_some(id)
}

/// Finds the resources that a policy is asked about before `op` runs with `input`.
///
/// # Errors
/// The store's, where the pool must be looked up.
pub async fn target(cx: &Cx<'_>, op: Op, input: &Value) -> cognate_domain::Result<Target> {
    let arn = |pool_id: &str| arn(pool_id, cx.region(), &cx.settings.account);
    let named = |member: &str, longest: usize| {
        let text = input.get(member).and_then(Value::as_str);
        text.filter(|text| text.len() <= longest)
    };
    let (resource, behind) = match op.resource_member() {
        Resource::PoolId | Resource::Arn => (pool_of(op, input).map(arn), None),
        Resource::Client => match named("ClientId", LONGEST_CLIENT) {
            Some(id) => {
                let client = cx.cached_client(id).await?;
                (client.map(|client| arn(&client.pool_id)), None)
            }
            None => (None, None),
        },
        Resource::Domain => match named("Domain", LONGEST_DOMAIN) {
            Some(domain) => (
                None,
                domains::pool_id(cx, domain).await?.as_deref().map(arn),
            ),
            None => (None, None),
        },
        Resource::None => (None, None),
    };
    Ok(Target {
        resource: resource.unwrap_or_else(|| "*".to_owned()),
        behind,
    })
}

fn arn(pool_id: &str, scope_region: &str, account: &str) -> String {
    let region = pool_id
        .rsplit_once('_')
        .map_or(scope_region, |(region, _)| region);
    format!("arn:aws:cognito-idp:{region}:{account}:userpool/{pool_id}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_pool_is_the_same_however_it_is_spelt() {
        let of = |op, input: Value| pool_of(op, &input).map(str::to_owned);
        let pool = Some("us-east-1_abc".to_owned());
        assert_eq!(
            of(Op::AdminGetUser, json!({"UserPoolId": "us-east-1_abc"})),
            pool
        );
        let odd = "arn:aws:cognito-idp:us-east-1:999999999999:userpool/us-east-1_abc";
        assert_eq!(of(Op::TagResource, json!({"ResourceArn": odd})), pool);
        assert_eq!(of(Op::AdminGetUser, json!({"UserPoolId": odd})), pool);
        assert_eq!(of(Op::AdminGetUser, json!({"UserPoolId": 5})), None);
        assert_eq!(
            of(Op::AdminGetUser, json!({"UserPoolId": "x".repeat(56)})),
            None
        );
        assert_eq!(of(Op::ListUserPools, json!({"UserPoolId": "x"})), None);
    }

    #[test]
    fn the_region_is_that_of_the_pool() {
        let own = "arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_x";
        assert_eq!(arn("eu-west-1_x", "us-east-1", "000000000000"), own);
        let none = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/x";
        assert_eq!(arn("x", "us-east-1", "000000000000"), none);
    }
}
