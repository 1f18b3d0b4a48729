//! ListPointInTimeRecoveries: pages through the recoveries of a pool, the newest first, without their previews.

use cognate_shapes::{
    ListPointInTimeRecoveriesRequest, ListPointInTimeRecoveriesResponse,
    RestorationDescriptionType, Timestamp,
};
use cognate_store::tables::recoveries::{self, RecoveryRow};

use crate::cx::Cx;
use crate::errors::Result;
use crate::paging;
use crate::records::recovery;
use crate::recovery::moment;
use crate::resources;

/// ListPointInTimeRecoveries.
///
/// # Errors
/// ResourceNotFoundException; FeatureUnavailableInTierException on LITE; InvalidParameterException for a bad token.
pub async fn list_point_in_time_recoveries(
    cx: &Cx<'_>,
    input: ListPointInTimeRecoveriesRequest,
) -> Result<ListPointInTimeRecoveriesResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    moment::require_plan(&pool)?;
    let cursor = match &input.next_token {
        Some(token) => paging::open(cx, &pool.id, "", token)?,
        None => String::new(),
    };
    let (created, id) = cursor.split_once(' ').unwrap_or_default();
    let before = match created.parse() {
        Ok(created) => (created, id),
        Err(_) => (i64::MAX, ""),
    };
    let size = paging::size(input.max_results);
    let rows = recoveries::newest(&cx.store, &pool.id, before, size + 1).await?;
    let (rows, more) = paging::cut(rows, size);
    let last = rows.last().filter(|_| more);
    let place = |row: &RecoveryRow| format!("{} {}", row.created, row.restore_id);
    let next_token = last.map(|row| paging::seal(cx, &pool.id, "", &place(row)));
    let shown = rows.into_iter().map(|row| {
        let row = recovery::checked(&pool, row)?;
        Ok(RestorationDescriptionType {
            restore_status: Some(recovery::status(&row)?),
            restore_timestamp: Some(Timestamp(row.target)),
            restore_id: Some(row.restore_id),
        })
    });
    Ok(ListPointInTimeRecoveriesResponse {
        restorations: Some(shown.collect::<Result<_>>()?),
        next_token,
    })
}
