//! The certificate with which SAML identity providers check the pool's requests.
//!
//! It is made of the key that signs ID tokens and depends on nothing but that key and the year, so it is the same on
//! every node and is not stored. It is good for ten years; a new one is handed out every year, for the same key, while
//! the older ones stay good (model).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::certificate;
use cognate_store::tables::keys;

use crate::clock::{DAY, SECOND};
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;

/// How often there is a new certificate, in seconds.
const YEAR: i64 = 365 * DAY / SECOND;
/// How long a certificate is good, in seconds: ten years, at most three of them leap years.
const LIFE: i64 = 3_653 * DAY / SECOND;

/// Returns this year's certificate, DER in base64.
///
/// # Errors
/// Faults.
pub async fn signing(cx: &Cx<'_>, pool: &Pool) -> Result<String> {
    let signers = cx.cached_signers(pool).await?;
    // A key that is no longer there was replaced a moment ago; the next try sees the new one.
    let made = keys::made(&cx.store, &pool.id, &signers.id.kid)
        .await?
        .ok_or(Fault::Stale)?
        .div_euclid(SECOND);
    let age = cx.now().div_euclid(SECOND).saturating_sub(made).max(0);
    let start = made.saturating_add(age.div_euclid(YEAR) * YEAR);
    let name = pool.id.clone();
    let der = cx
        .workers
        .run(move || {
            certificate::self_signed(&signers.id.key, &name, start..start.saturating_add(LIFE))
        })
        .await
        .map_err(|error| Fault::Internal(format!("signing certificate: {error}")))?;
    Ok(STANDARD.encode(der))
}
