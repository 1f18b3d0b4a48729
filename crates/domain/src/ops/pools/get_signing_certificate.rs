//! GetSigningCertificate: shows the certificate that SAML identity providers check the pool's requests with.

use cognate_shapes::{GetSigningCertificateRequest, GetSigningCertificateResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::pools::{self, certificate};

pub async fn get_signing_certificate(
    cx: &Cx<'_>,
    input: GetSigningCertificateRequest,
) -> Result<GetSigningCertificateResponse> {
    let pool = pools::fresh(cx, &input.user_pool_id).await?;
    Ok(GetSigningCertificateResponse {
        certificate: Some(certificate::signing(cx, &pool).await?),
    })
}
