//! ListClientMetadataURLs: pages through the URLs whose documents were fetched for a policy, by URL (agents.md 1.4).

use cognate_shapes::{ListClientMetadataURLsRequest, ListClientMetadataURLsResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::paging;
use crate::resources::metadata::cached::{self, Cached};
use crate::resources::metadata::find;

pub async fn list_client_metadata_urls(
    cx: &Cx<'_>,
    input: ListClientMetadataURLsRequest,
) -> Result<ListClientMetadataURLsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let policy = find(cx, &pool, &input.cimd_policy_id).await?;
    let id = &policy.row.policy_id;
    let after = match &input.next_token {
        Some(token) => paging::open(cx, &pool.id, id, token)?,
        None => String::new(),
    };
    let size = paging::size(input.max_results);
    // One more than the page, to know whether there is another.
    let urls = cached::page(cx, &pool, &policy, (&after, size + 1)).await?;
    let (urls, more) = paging::cut(urls, size);
    let last = urls.last().filter(|_| more);
    let next_token = last.map(|cached| paging::seal(cx, &pool.id, id, &cached.row.url));
    Ok(ListClientMetadataURLsResponse {
        next_token,
        client_metadata_urls: urls.into_iter().map(Cached::to_api).collect(),
    })
}
