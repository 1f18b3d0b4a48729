//! ConfirmDevice: a user's client registers the device that its sign-in got a key for (auth.md 3.7).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_shapes::{ConfirmDeviceRequest, ConfirmDeviceResponse, DeviceSecretVerifierConfigType};
use cognate_store::tables::devices::{self, DeviceRow};
use cognate_store::tables::guards;
use cognate_store::tables::sessions::{self, SessionRow};
use cognate_store::{Batch, Label};

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::devices::{device_key_exists, device_key_invalid, verifier_invalid};
use crate::errors::{Fault, Result, auth};
use crate::records::device::{Device, Proof};
use crate::tokens::session::SessionDoc;
use crate::tokens::verify::Signed;
use crate::users;
use crate::{audit, tokens};

/// ConfirmDevice. The key must be the one that came with the access token's own session, and serves once: what was
/// forgotten does not come back by the same session.
///
/// # Errors
/// The texts of access tokens; InvalidParameterException for a foreign key or an unusable verifier;
/// DeviceKeyExistsException; a pool that does not track devices.
pub async fn confirm_device(
    cx: &Cx<'_>,
    input: ConfirmDeviceRequest,
) -> Result<ConfirmDeviceResponse> {
    let signed = users::devices::signed(cx, Some(&input.access_token)).await?;
    let (pool, user) = (&signed.pool, &signed.user);
    let asks = users::devices::tracking(pool)?.device_only_remembered_on_user_prompt == Some(true);
    let key = input.device_key;
    let proof = input
        .device_secret_verifier_config
        .as_ref()
        .map(proof)
        .transpose()?;

    let (known, session) = session(cx, &signed).await?;
    if session.device_key.as_deref() != Some(&*key) {
        return Err(device_key_invalid().into());
    }
    let Some(group_key) = session.new_device.clone() else {
        let known = Device::find(&cx.store, pool, &user.id, &key).await?;
        return Err(match known {
            Some(_) => device_key_exists().into(),
            None => device_key_invalid().into(),
        });
    };
    let row = DeviceRow {
        sealed: proof.map(|proof| proof.seal(pool, &user.id, &key)),
        device_key: key,
        group_key,
        name: input.device_name,
        remembered: !asks,
        last_ip: cx.client_info.ip.clone(),
        created: cx.now(),
        modified: cx.now(),
        authenticated: session.auth_time.saturating_mul(SECOND),
        mac: None,
    };
    let device = Device::signed(pool, &user.id, row);
    let session = SessionDoc {
        new_device: None,
        ..session
    };
    let known = SessionRow {
        doc: serde_json::to_string(&session)?,
        ..known
    };
    let known = tokens::session::sign(pool, &user.id, &signed.session_id, known);
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = guards::require_user_unchanged(batch, &pool.id, &user.id, user.ver);
    let batch = sessions::update(batch, &pool.id, &user.id, &signed.session_id, &known);
    let batch = devices::insert(batch, &pool.id, &user.id, &device.0);
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, |label: Label| match label {
        // The user or the session changed since they were read: the next try judges anew.
        guards::USER_CHANGED | sessions::STALE => Fault::Stale,
        other => users::devices::conflict(cx, pool, other),
    })
    .await?;
    Ok(ConfirmDeviceResponse {
        user_confirmation_necessary: Some(asks),
    })
}

/// Returns the session of the token with its row.
async fn session(cx: &Cx<'_>, signed: &Signed) -> Result<(SessionRow, SessionDoc)> {
    let query = sessions::live(
        &signed.pool.id,
        &signed.user.id,
        &signed.session_id,
        cx.now(),
    );
    let row = cx.store.first(query).await?;
    let row = row.ok_or_else(auth::access_token_revoked)?;
    tokens::session::read(&signed.pool, &signed.user.id, &signed.session_id, row)
}

/// Returns the numbers of the proof, in standard base64 (settled S14).
fn proof(config: &DeviceSecretVerifierConfigType) -> Result<Proof> {
    let number = |text: &Option<String>| STANDARD.decode(text.as_deref()?).ok();
    let salt = number(&config.salt).ok_or_else(verifier_invalid)?;
    let verifier = number(&config.password_verifier).ok_or_else(verifier_invalid)?;
    Ok(Proof::from_client(&salt, &verifier).ok_or_else(verifier_invalid)?)
}
