//! Resource servers: their rows, showing one, and mapping conflicts.

use cognate_shapes::{ResourceServerScopeType, ResourceServerType};
use cognate_store::Label;
use cognate_store::tables::resource_servers::{self, ServerRow};

use crate::cx::Cx;
use crate::errors::resource_servers::{duplicate_scope, server_exists, server_not_found};
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::resources::pools;

/// The name under which resource servers are counted in `resource_counts`.
pub(crate) const RESOURCE: &str = "resource_servers";

/// Returns a row with the settings of a request; each scope may be named once.
pub(crate) fn row(
    pool: &Pool,
    identifier: String,
    name: String,
    scopes: Option<Vec<ResourceServerScopeType>>,
) -> Result<ServerRow> {
    let scopes = scopes.unwrap_or_default();
    for (at, scope) in scopes.iter().enumerate() {
        if scopes
            .iter()
            .take(at)
            .any(|other| other.scope_name == scope.scope_name)
        {
            return Err(duplicate_scope(&scope.scope_name).into());
        }
    }
    let mut row = ServerRow {
        identifier,
        name,
        scopes: serde_json::to_string(&scopes)?,
        mac: None,
    };
    row.mac = Some(pool.sign(&row.signed()));
    Ok(row)
}

/// Returns a resource server as every operation shows it.
pub(crate) fn to_api(pool: &Pool, row: ServerRow) -> Result<ResourceServerType> {
    pool.check(&row.signed(), row.mac.as_deref())?;
    Ok(ResourceServerType {
        user_pool_id: Some(pool.id.clone()),
        scopes: Some(serde_json::from_str(&row.scopes)?),
        identifier: Some(row.identifier),
        name: Some(row.name),
        managed_by: None,
    })
}

/// Maps a conflict of a batch on resource servers to an error.
pub(crate) fn conflict(cx: &Cx<'_>, pool: &Pool, identifier: &str, label: Label) -> Fault {
    match label {
        resource_servers::SERVER_EXISTS => server_exists(identifier, &pool.id).into(),
        resource_servers::SERVER_GONE => server_not_found(identifier).into(),
        other => pools::conflict(cx, &pool.id, other),
    }
}
