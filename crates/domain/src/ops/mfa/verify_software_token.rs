//! VerifySoftwareToken: the first code of an authenticator app registers it (auth.md 4.4).

use cognate_crypto::secret::{Secret, SecretString};
use cognate_shapes::{
    UserPoolMfaType, VerifySoftwareTokenRequest, VerifySoftwareTokenResponse,
    VerifySoftwareTokenResponseType,
};
use cognate_store::Batch;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::factor::MfaFactor;
use crate::records::mfa;
use crate::records::user;
use crate::signin::Surface;
use crate::signin::app_setup;
use crate::signin::mfa::software_token::TokenRow;
use crate::tokens::verify;

/// VerifySoftwareToken. In a pool where second factors are optional this turns nothing on.
///
/// # Errors
/// InvalidParameterException unless exactly one of AccessToken and Session is given; the texts of access tokens and of
/// sessions; SoftwareTokenMFANotFoundException in a pool without authenticator apps; EnableSoftwareTokenMFAException
/// for a wrong code, which spends the session.
pub async fn verify_software_token(
    cx: &Cx<'_>,
    input: VerifySoftwareTokenRequest,
) -> Result<VerifySoftwareTokenResponse> {
    let code: SecretString = Secret::new(input.user_code);
    let name = input.friendly_device_name;
    let session = match (input.access_token, input.session) {
        (Some(token), None) => {
            by_token(cx, &token, &code, name).await?;
            None
        }
        (None, Some(session)) => {
            let verified = app_setup::verify(cx, &session, &code, name, Surface::PublicApi);
            Some(verified.await?)
        }
        _ => return Err(errors::mfa::one_credential().into()),
    };
    Ok(VerifySoftwareTokenResponse {
        status: Some(VerifySoftwareTokenResponseType::Success),
        session,
    })
}

/// Verifies the code of a signed-in user.
async fn by_token(
    cx: &Cx<'_>,
    token: &str,
    code: &SecretString,
    name: Option<String>,
) -> Result<()> {
    let signed = verify::access_token(cx, token, verify::ACCOUNT).await?;
    let (pool, before) = (&signed.pool, &signed.user);
    if !mfa::is_offered(pool, MfaFactor::SoftwareToken) {
        return Err(errors::mfa::software_token_not_enabled().into());
    }
    let kept = TokenRow::read(&cx.store, pool, &before.id).await?;
    let batch = kept.register(cx, pool, &before.id, code.expose(), Batch::new())?;
    let required = pool.doc.mfa_configuration == UserPoolMfaType::On;
    let mut after = before.clone();
    after.doc.mfa.register_software_token(name, required);
    after.modified = cx.now();
    let batch = user::save(batch, pool, before, &after)?;
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(())
}
