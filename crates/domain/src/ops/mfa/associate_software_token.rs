//! AssociateSoftwareToken: the first half of registering an authenticator app, by a signed-in user or in the middle of
//! a sign-in that demands it (auth.md 4.4).

use cognate_shapes::{AssociateSoftwareTokenRequest, AssociateSoftwareTokenResponse};
use cognate_store::Batch;
use cognate_store::tables::guards;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::factor::MfaFactor;
use crate::records::mfa;
use crate::signin::app_setup;
use crate::signin::mfa::software_token;
use crate::tokens::verify;

/// AssociateSoftwareToken. The registered app stays in force until VerifySoftwareToken.
///
/// # Errors
/// InvalidParameterException unless exactly one of AccessToken and Session is given; the texts of access tokens and of
/// sessions; SoftwareTokenMFANotFoundException in a pool without authenticator apps.
pub async fn associate_software_token(
    cx: &Cx<'_>,
    input: AssociateSoftwareTokenRequest,
) -> Result<AssociateSoftwareTokenResponse> {
    match (input.access_token, input.session) {
        (Some(token), None) => {
            let signed = verify::access_token(cx, &token, verify::ACCOUNT).await?;
            let (pool, user) = (&signed.pool, &signed.user);
            if !mfa::is_offered(pool, MfaFactor::SoftwareToken) {
                return Err(errors::mfa::software_token_not_enabled().into());
            }
            let batch = guards::require_pool_writable(Batch::new(), &pool.id);
            let batch = guards::require_user_exists(batch, &pool.id, &user.id);
            let (batch, secret_code) = software_token::associate(pool, &user.id, batch);
            let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
            cx.commit(batch, |_| Fault::Stale).await?;
            Ok(AssociateSoftwareTokenResponse {
                secret_code: Some(secret_code),
                session: None,
            })
        }
        (None, Some(session)) => {
            let (secret_code, session) = app_setup::associate(cx, &session).await?;
            Ok(AssociateSoftwareTokenResponse {
                secret_code: Some(secret_code),
                session: Some(session),
            })
        }
        _ => Err(errors::mfa::one_credential().into()),
    }
}
