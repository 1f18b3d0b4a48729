//! Groups: finding one, showing it, and mapping conflicts.

use cognate_shapes::{GroupType, Timestamp};
use cognate_store::Label;
use cognate_store::tables::groups::{self, GroupRow};

use crate::cx::Cx;
use crate::errors::groups::group_not_found;
use crate::errors::{self, Fault, Result};
use crate::records::group;
use crate::records::pool::Pool;
use crate::resources::pools;

/// The name under which groups are counted in `resource_counts`.
pub(crate) const RESOURCE: &str = "groups";

/// Groups that a pool may have (admin.md 7.2).
pub(crate) const MOST: i64 = 10_000;

/// Returns the group of exactly this name.
pub(crate) async fn find(cx: &Cx<'_>, pool: &Pool, name: &str) -> Result<GroupRow> {
    let group = group::find(&cx.store, pool, name).await?;
    Ok(group.ok_or_else(group_not_found)?)
}

/// Returns a group as every operation shows it; what was never set is absent (admin.md 2.6).
pub(crate) fn to_api(pool: &Pool, group: GroupRow) -> GroupType {
    GroupType {
        group_name: Some(group.name),
        user_pool_id: Some(pool.id.clone()),
        description: group.description,
        role_arn: group.role,
        precedence: group.precedence,
        last_modified_date: Some(Timestamp(group.modified)),
        creation_date: Some(Timestamp(group.created)),
    }
}

/// Maps a conflict of a batch on groups to an error.
pub(crate) fn conflict(cx: &Cx<'_>, pool: &Pool, label: Label) -> Fault {
    match label {
        groups::GROUP_EXISTS => errors::groups::group_exists().into(),
        groups::GROUP_GONE => group_not_found().into(),
        // The next try finds the group changed, or the user gone, in the group, or in too many.
        groups::GROUP_STALE | groups::MEMBER_GONE | groups::NOT_JOINED => Fault::Stale,
        other => pools::conflict(cx, &pool.id, other),
    }
}
