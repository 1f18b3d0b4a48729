//! Signatures of requests to services that speak the AWS protocols (Signature Version 4).

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::{HeaderValue, Request, header};

use crate::{OutboundError, broken};

/// The key with which requests are signed. Its `Debug` hides the secret.
#[derive(Clone, Debug)]
pub struct Signer {
    credentials: Credentials,
    region: String,
    service: &'static str,
}

impl Signer {
    /// Returns a signer for one service in one region. `service`: `lambda`, `ses`, `sns`, `sms-voice`,
    /// `kms`, `s3`, `logs`, `firehose`, `cognito-idp`.
    pub fn new(
        key_id: &str,
        secret: &str,
        token: Option<&str>,
        region: &str,
        service: &'static str,
    ) -> Self {
        let token = token.map(str::to_owned);
        Self {
            credentials: Credentials::new(key_id, secret, token, None, "settings"),
            region: region.to_owned(),
            service,
        }
    }

    /// Returns the same key for another region.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        Self {
            region: region.to_owned(),
            ..self.clone()
        }
    }

    /// Signs a request, whose headers are complete but for Host. `now`: the time on the wall.
    ///
    /// # Errors
    /// [`OutboundError::Broken`] for a request that cannot be signed.
    pub fn sign(&self, request: &mut Request<Bytes>, now: SystemTime) -> Result<(), OutboundError> {
        let host = request.uri().authority().map(|host| host.as_str());
        let host = HeaderValue::from_str(host.unwrap_or_default()).map_err(broken)?;
        request.headers_mut().insert(header::HOST, host);
        let mut settings = SigningSettings::default();
        // The paths that are signed here are encoded already.
        settings.percent_encoding_mode = PercentEncodingMode::Double;
        if self.service == "s3" {
            // S3 takes paths as they are, and wants the hash of the body in a header.
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.service)
            .time(now)
            .settings(settings)
            .build()
            .map_err(broken)?
            .into();
        let (method, uri) = (request.method().to_string(), request.uri().to_string());
        let headers = request
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let body = SignableBody::Bytes(request.body());
        let signable = SignableRequest::new(&method, uri, headers, body).map_err(broken)?;
        let (instructions, _) = sign(signable, &parameters).map_err(broken)?.into_parts();
        instructions.apply_to_request_http1x(request);
        Ok(())
    }
}
