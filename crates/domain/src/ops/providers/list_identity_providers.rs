//! ListIdentityProviders: pages through the providers of a pool, by name.

use cognate_shapes::{
    ListIdentityProvidersRequest, ListIdentityProvidersResponse, ProviderDescription, Timestamp,
};
use cognate_store::tables::identity_providers as table;

use crate::cx::Cx;
use crate::errors::Result;
use crate::paging;
use crate::records::provider::ProviderDoc;

pub async fn list_identity_providers(
    cx: &Cx<'_>,
    input: ListIdentityProvidersRequest,
) -> Result<ListIdentityProvidersResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let after = match &input.next_token {
        Some(token) => paging::open(cx, &pool.id, "", token)?,
        None => String::new(),
    };
    let size = paging::size(input.max_results);
    // One more than the page, to know whether there is another.
    let rows = table::page(&cx.store, &pool.id, &after, size + 1).await?;
    let (rows, more) = paging::cut(rows, size);
    let last = rows.last().filter(|_| more);
    let next_token = last.map(|row| paging::seal(cx, &pool.id, "", &row.name));
    let mut providers = Vec::with_capacity(rows.len());
    for row in rows {
        pool.check(&row.signed(), row.mac.as_deref())?;
        let doc: ProviderDoc = serde_json::from_str(&row.doc)?;
        providers.push(ProviderDescription {
            provider_name: Some(row.name),
            provider_type: Some(doc.kind),
            last_modified_date: Some(Timestamp(row.modified)),
            creation_date: Some(Timestamp(row.created)),
        });
    }
    Ok(ListIdentityProvidersResponse {
        providers,
        next_token,
    })
}
