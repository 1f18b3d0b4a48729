//! ListUserPoolClients: pages through the app clients of a pool.

use cognate_shapes::{
    ClientTypeType, ListUserPoolClientsRequest, ListUserPoolClientsResponse,
    UserPoolClientDescription,
};
use cognate_store::tables::clients::{self, Shown};
use serde::Deserialize;

use crate::cx::Cx;
use crate::errors::Result;
use crate::{paging, resources};

/// The one member of a client's settings that a listing shows; the others are not built.
#[derive(Deserialize)]
struct Listed {
    name: String,
}

pub async fn list_user_pool_clients(
    cx: &Cx<'_>,
    input: ListUserPoolClientsRequest,
) -> Result<ListUserPoolClientsResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let filter = input.client_type.map_or("", ClientTypeType::as_str);
    let after = match &input.next_token {
        Some(token) => paging::open(cx, &pool.id, filter, token)?,
        None => String::new(),
    };
    let shown = match input.client_type {
        None => Shown::All,
        Some(ClientTypeType::Regular) => Shown::Regular,
        Some(ClientTypeType::Dcr) => Shown::Dynamic,
    };
    let size = paging::size(input.max_results);
    // One more than the page, to know whether there is another.
    let rows = clients::page(&cx.store, &pool.id, shown, &after, size + 1).await?;
    let (rows, more) = paging::cut(rows, size);
    let last = rows.last().filter(|_| more);
    let next_token = last.map(|row| paging::seal(cx, &pool.id, filter, &row.client_id));
    let describe = |row: clients::ClientSummary| -> Result<UserPoolClientDescription> {
        let doc: Listed = serde_json::from_str(&row.doc)?;
        Ok(UserPoolClientDescription {
            client_id: Some(row.client_id),
            user_pool_id: Some(pool.id.clone()),
            client_name: Some(doc.name),
        })
    };
    let user_pool_clients = rows.into_iter().map(describe).collect::<Result<Vec<_>>>()?;
    Ok(ListUserPoolClientsResponse {
        user_pool_clients: Some(user_pool_clients),
        next_token,
    })
}
