//! MFAOptions, the old way to ask for text messages as second factor (admin.md 2.5).

use cognate_shapes::{DeliveryMediumType, MFAOptionType};
use cognate_store::Batch;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::factor::MfaFactor;
use crate::records::pool::Pool;
use crate::records::user::{self, User};

const ATTRIBUTE: &str = "phone_number";

/// Replaces a user's options; none turns the second factor off.
///
/// # Errors
/// InvalidParameterException for anything but text messages to phone_number, and for a user without a number.
pub async fn set(cx: &Cx<'_>, pool: &Pool, before: &User, options: &[MFAOptionType]) -> Result<()> {
    let supported = |option: &MFAOptionType| {
        option.delivery_medium == Some(DeliveryMediumType::Sms)
            && option.attribute_name.as_deref() == Some(ATTRIBUTE)
    };
    if !options.iter().all(supported) {
        return Err(errors::users::unsupported_mfa_option().into());
    }
    let wanted = !options.is_empty();
    if wanted && before.attribute(ATTRIBUTE).is_none_or(str::is_empty) {
        return Err(errors::users::no_delivery_config_for_sms().into());
    }
    let mut after = before.clone();
    after.doc.mfa.set(MfaFactor::Sms, wanted);
    if audit::is_idle(cx, before, &after) {
        return Ok(());
    }
    after.modified = cx.now();
    let batch = user::save(Batch::new(), pool, before, &after)?;
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(())
}
