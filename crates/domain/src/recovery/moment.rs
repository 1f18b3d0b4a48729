//! The moments to which a pool can go back, and how often it may (moving.md 5.2).

use cognate_shapes::{RestoreStatusType, UserPoolTierType};
use cognate_store::tables::recoveries;

use crate::audit;
use crate::clock::{DAY, MINUTE};
use crate::cx::Cx;
use crate::errors::recovery as texts;
use crate::errors::unconfirmed::recovery::{
    FEATURE, PREVIEWS_PER_DAY, PREVIEWS_PER_MONTH, RESTORES_PER_DAY,
};
use crate::errors::{self, Result};
use crate::records::pool::Pool;

/// How long ago a moment must be, in microseconds. It is more than the clocks of two nodes differ, and than a request takes.
const YOUNGEST: i64 = 15 * MINUTE;
/// How long a month is, in microseconds.
const MONTH: i64 = 30 * DAY;
/// Recoveries that are looked at for the limits.
const LOOKED_AT: i64 = 1_000;

/// Refuses a pool whose plan has no recovery.
///
/// # Errors
/// FeatureUnavailableInTierException.
pub fn require_plan(pool: &Pool) -> Result<()> {
    match pool.keeps_images() {
        true => Ok(()),
        false => Err(errors::pools::feature_above_tier(pool.doc.tier.as_str(), FEATURE).into()),
    }
}

/// Refuses a moment to which a pool cannot go back, in microseconds.
///
/// # Errors
/// InvalidParameterException.
pub async fn check(cx: &Cx<'_>, pool: &Pool, target: i64) -> Result<()> {
    let now = cx.now();
    if target > now.saturating_sub(YOUNGEST) {
        return Err(texts::too_recent().into());
    }
    // The API shows milliseconds.
    if target.div_euclid(1_000) < pool.created.div_euclid(1_000) {
        return Err(texts::before_creation().into());
    }
    let (since, limits) = (pool.doc.recovery_since(), cx.settings.recovery);
    let reaches = |since: Option<i64>, back: i64| {
        since.is_some_and(|since| target.div_euclid(1_000) >= since.div_euclid(1_000))
            && target >= now.saturating_sub(back)
    };
    let plus = pool.doc.tier == UserPoolTierType::Plus;
    let in_plan =
        reaches(since.essentials, limits.essentials) || plus && reaches(since.plus, limits.plus);
    // The users that came later are found in the audit trail.
    let in_trail = audit::forgotten_before(cx).is_none_or(|before| target >= before);
    // A pool that is older than recovery can go back to where images begin.
    let has_images = match pool.doc.recovery {
        Some(_) => true,
        None => target >= recoveries::kept_since(&cx.store).await?,
    };
    match in_plan && in_trail && has_images {
        true => Ok(()),
        false => Err(texts::out_of_window().into()),
    }
}

/// Refuses another recovery of a pool that has had as many as it may.
///
/// # Errors
/// LimitExceededException.
pub async fn check_counts(cx: &Cx<'_>, pool: &Pool) -> Result<()> {
    let (now, limits) = (cx.now(), cx.settings.recovery);
    let rows = recoveries::newest(&cx.store, &pool.id, (i64::MAX, ""), LOOKED_AT).await?;
    let completed = RestoreStatusType::RestoreCompleted.as_str();
    let restored = rows
        .iter()
        .filter(|row| row.status == completed && row.changed > now.saturating_sub(DAY));
    let within = |span: i64| {
        let recent = rows
            .iter()
            .filter(move |row| row.created > now.saturating_sub(span));
        recent.count()
    };
    let reached = |count: usize, most: Option<i64>| {
        most.is_some_and(|most| i64::try_from(count).unwrap_or(i64::MAX) >= most)
    };
    let refused = [
        (restored.count(), limits.restores_per_day, RESTORES_PER_DAY),
        (within(DAY), limits.previews_per_day, PREVIEWS_PER_DAY),
        (within(MONTH), limits.previews_per_month, PREVIEWS_PER_MONTH),
    ];
    match refused
        .into_iter()
        .find(|(count, most, _)| reached(*count, *most))
    {
        Some((_, _, text)) => Err(texts::too_many(text).into()),
        None => Ok(()),
    }
}
