//! ListTerms: pages through the terms documents of a pool, by id.

use cognate_shapes::{ListTermsRequest, ListTermsResponse, TermsDescriptionType, Timestamp};
use cognate_store::tables::terms::{self, TermsRow};

use crate::cx::Cx;
use crate::errors::Result;
use crate::paging;
use crate::resources::terms::TermsDoc;

pub async fn list_terms(cx: &Cx<'_>, input: ListTermsRequest) -> Result<ListTermsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let after = match &input.next_token {
        Some(token) => paging::open(cx, &pool.id, "", token)?,
        None => String::new(),
    };
    let size = paging::size(input.max_results);
    // One more than the page, to know whether there is another.
    let rows = terms::page(&cx.store, &pool.id, &after, size + 1).await?;
    let (rows, more) = paging::cut(rows, size);
    let last = rows.last().filter(|_| more);
    let next_token = last.map(|row| paging::seal(cx, &pool.id, "", &row.terms_id));
    let terms = rows.into_iter().map(describe).collect::<Result<_>>()?;
    Ok(ListTermsResponse { terms, next_token })
}

fn describe(row: TermsRow) -> Result<TermsDescriptionType> {
    let doc: TermsDoc = serde_json::from_str(&row.doc)?;
    Ok(TermsDescriptionType {
        terms_id: row.terms_id,
        terms_name: row.name,
        enforcement: doc.enforcement,
        creation_date: Timestamp(row.created),
        last_modified_date: Timestamp(row.modified),
    })
}
