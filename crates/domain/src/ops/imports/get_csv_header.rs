//! GetCSVHeader: the columns that a file for an import job may have (moving.md 1.1).

use cognate_moving::csv::{MFA_ENABLED, USERNAME};
use cognate_shapes::{GetCSVHeaderRequest, GetCSVHeaderResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::moving::csv_import::steps::known_columns;
use crate::resources;

pub async fn get_csv_header(
    cx: &Cx<'_>,
    input: GetCSVHeaderRequest,
) -> Result<GetCSVHeaderResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let mut header = known_columns(&pool);
    header.extend([MFA_ENABLED, USERNAME].map(str::to_owned));
    Ok(GetCSVHeaderResponse {
        user_pool_id: Some(pool.id),
        csv_header: Some(header),
    })
}
