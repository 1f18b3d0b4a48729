//! Logic of devices that operations and others share.

use std::sync::Arc;

use cognate_shapes::{DeviceConfigurationType, DeviceRememberedStatusType, DeviceType};
use cognate_store::tables::devices::{self, DeviceRow};
use cognate_store::tables::guards;
use cognate_store::{Batch, Label};

use crate::cx::Cx;
use crate::errors::devices::{device_not_found, not_tracked};
use crate::errors::{self, Fault, Result};
use crate::records::device::{Device, View};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::resources::pools;
use crate::tokens::verify::{self, Signed};
use crate::{audit, paging};

/// Returns the pool's settings of tracked devices.
///
/// # Errors
/// InvalidUserPoolConfigurationException for a pool that does not.
pub(crate) fn tracking(pool: &Pool) -> Result<&DeviceConfigurationType> {
    let config = pool.doc.device_configuration.as_ref();
    Ok(config.ok_or_else(not_tracked)?)
}

/// Returns the user of an access token, in a pool that tracks devices. The model takes the token of some operations for
/// optional; nothing else tells whose device is meant.
///
/// # Errors
/// The texts of access tokens (auth.md 6.1, 6.7), and that of [`tracking`].
pub(crate) async fn signed(cx: &Cx<'_>, token: Option<&str>) -> Result<Signed> {
    let missing = || errors::absent("accessToken", true);
    let signed = verify::access_token(cx, token.ok_or_else(missing)?, verify::ACCOUNT).await?;
    tracking(&signed.pool)?;
    Ok(signed)
}

/// Returns the user that an administrator names, in a pool that tracks devices.
///
/// # Errors
/// The error of [`tracking`]; `User does not exist.`
pub(crate) async fn owner(cx: &Cx<'_>, pool_id: &str, name: &str) -> Result<(Arc<Pool>, User)> {
    let pool = cx.pool(pool_id).await?;
    tracking(&pool)?;
    let user = User::find(&cx.store, &pool, name).await?;
    Ok((pool, user.ok_or_else(errors::user_not_found)?))
}

/// Returns one device.
///
/// # Errors
/// `Device does not exist.`
pub(crate) async fn show(cx: &Cx<'_>, pool: &Pool, user: &User, key: &str) -> Result<DeviceType> {
    let device = Device::find(&cx.store, pool, &user.id, key).await?;
    let device = device.ok_or_else(device_not_found)?;
    Ok(device.to_api(cx.account(), pool, user, View::Whole))
}

/// Returns a page of the user's devices, by key, and the token of the next one.
///
/// # Errors
/// InvalidParameterException for a token of something else.
pub(crate) async fn page(
    cx: &Cx<'_>,
    pool: &Pool,
    user: &User,
    limit: Option<i64>,
    token: Option<&str>,
    view: View,
) -> Result<(Vec<DeviceType>, Option<String>)> {
    let after = match token {
        Some(token) => paging::open(cx, &pool.id, &user.id, token)?,
        None => String::new(),
    };
    let size = paging::size(limit);
    // One more than the page, to know whether there is another.
    let rows = devices::page(&cx.store, &pool.id, &user.id, &after, size + 1).await?;
    let (rows, more) = paging::cut(rows, size);
    let last = rows.last().filter(|_| more);
    let next = last.map(|device| paging::seal(cx, &pool.id, &user.id, &device.device_key));
    let shown = rows
        .into_iter()
        .map(|row| Ok(Device::checked(pool, &user.id, row)?.to_api(cx.account(), pool, user, view)))
        .collect::<Result<_>>()?;
    Ok((shown, next))
}

/// Takes a device away.
///
/// # Errors
/// `Device does not exist.`
pub(crate) async fn forget(cx: &Cx<'_>, pool: &Pool, user: &User, key: &str) -> Result<()> {
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = devices::delete(batch, &pool.id, &user.id, key);
    commit(cx, pool, user, batch).await
}

/// Says whether a device is remembered; without a status nothing changes.
///
/// # Errors
/// `Device does not exist.`
pub(crate) async fn set_status(
    cx: &Cx<'_>,
    pool: &Pool,
    user: &User,
    key: &str,
    status: Option<DeviceRememberedStatusType>,
) -> Result<()> {
    let Some(status) = status else {
        return show(cx, pool, user, key).await.map(drop);
    };
    let known = Device::find(&cx.store, pool, &user.id, key).await?;
    let Device(known) = known.ok_or_else(device_not_found)?;
    let remembered = status == DeviceRememberedStatusType::Remembered;
    // What the user said before is not written again.
    if cx.caller.id().is_none() && known.remembered == remembered {
        return Ok(());
    }
    let after = DeviceRow {
        remembered,
        modified: cx.now(),
        ..known
    };
    let after = Device::signed(pool, &user.id, after);
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = devices::set_remembered(batch, &pool.id, &user.id, &after.0);
    commit(cx, pool, user, batch).await
}

/// Commits a change of a user's device, with its audit row.
pub(crate) async fn commit(cx: &Cx<'_>, pool: &Pool, user: &User, batch: Batch) -> Result<()> {
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, |label| conflict(cx, pool, label)).await?;
    Ok(())
}

/// Returns the error of a batch on devices that conflicts.
pub(crate) fn conflict(cx: &Cx<'_>, pool: &Pool, label: Label) -> Fault {
    match label {
        devices::DEVICE_GONE => device_not_found().into(),
        devices::DEVICE_EXISTS => errors::devices::device_key_exists().into(),
        other => pools::conflict(cx, &pool.id, other),
    }
}
