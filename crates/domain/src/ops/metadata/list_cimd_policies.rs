//! ListCIMDPolicies: pages through the policies of a pool, by id.

use cognate_shapes::{ListCIMDPoliciesRequest, ListCIMDPoliciesResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::paging;
use crate::resources::metadata::{self, Policy};

pub async fn list_cimd_policies(
    cx: &Cx<'_>,
    input: ListCIMDPoliciesRequest,
) -> Result<ListCIMDPoliciesResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let after = match &input.next_token {
        Some(token) => paging::open(cx, &pool.id, "", token)?,
        None => String::new(),
    };
    let size = paging::size(input.max_results);
    // One more than the page, to know whether there is another.
    let policies = metadata::page(cx, &pool, &after, size + 1).await?;
    let (policies, more) = paging::cut(policies, size);
    let last = policies.last().filter(|_| more);
    let next_token = last.map(|policy| paging::seal(cx, &pool.id, "", &policy.row.policy_id));
    Ok(ListCIMDPoliciesResponse {
        next_token,
        cimd_policies: policies.into_iter().map(Policy::summary).collect(),
    })
}
