//! DeleteWebAuthnCredential: a user takes one of their passkeys away (auth.md 4.5).

use cognate_shapes::{DeleteWebAuthnCredentialRequest, DeleteWebAuthnCredentialResponse};
use cognate_store::Batch;
use cognate_store::tables::guards;
use cognate_store::tables::passkeys::{self, PASSKEY_GONE};

use crate::audit;
use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::passkeys::not_found;
use crate::records::before_image;
use crate::resources::pools;
use crate::tokens::verify;

/// DeleteWebAuthnCredential. Sessions that were begun with the passkey continue.
///
/// # Errors
/// The texts of access tokens; ResourceNotFoundException for a passkey that the user does not have.
pub async fn delete_web_authn_credential(
    cx: &Cx<'_>,
    input: DeleteWebAuthnCredentialRequest,
) -> Result<DeleteWebAuthnCredentialResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let (pool, user) = (&signed.pool, &signed.user);
    let batch = guards::require_pool_writable(Batch::new(), &pool.id);
    let batch = before_image::keep(batch, pool, cx.now(), |keep, batch| {
        keep.passkey(batch, &input.credential_id)
    });
    let batch = passkeys::delete(batch, &pool.id, &user.id, &input.credential_id);
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, |label| match label {
        PASSKEY_GONE => not_found().into(),
        other => pools::conflict(cx, &pool.id, other),
    })
    .await?;
    Ok(DeleteWebAuthnCredentialResponse {})
}
