//! Data keys of a service that speaks the protocol of AWS KMS: `TrentService.GenerateDataKey`, JSON 1.1 (model of KMS).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cognate_crypto::secret::{Secret, SecretString};
use cognate_domain::clock::Clock;
use cognate_outbound::aws::Signer;
use cognate_outbound::{Limits, Outbound, Reach};
use http::{HeaderValue, Request, Uri, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::CodeKeyError;

/// Bounds of a call. The service's ciphertext has at most 6,144 bytes (model of KMS).
const LIMITS: Limits = Limits {
    total: Duration::from_secs(5),
    connect: Duration::from_secs(3),
    bytes: 64 << 10,
    content_type: None,
};
/// The longest ARN of a key.
const MAX_ARN: usize = 2048;
/// The longest name of an error that is worth a log.
const MAX_ERROR: usize = 64;

/// Returns the client for the URLs that the operator names.
pub fn client() -> Outbound {
    Outbound::reaching(Reach::PlainHttp)
}

/// A key management service.
pub struct Kms {
    outbound: Arc<Outbound>,
    url: Uri,
    signer: Signer,
}

/// A data key as the service made it.
pub struct Made {
    /// The key in the clear.
    pub plain: Secret<[u8; 32]>,
    /// The ARN of the key that wraps it, as the service names it.
    pub key: String,
    /// The service's ciphertext.
    pub wrapped: Vec<u8>,
}

/// The members of the answer that are read. Without `Debug`, since it holds the key.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    ciphertext_blob: String,
    plaintext: String,
    key_id: String,
}

impl Kms {
    /// Returns the service at a URL.
    ///
    /// # Errors
    /// [`CodeKeyError::Url`].
    pub fn new(outbound: Arc<Outbound>, url: &str, signer: Signer) -> Result<Self, CodeKeyError> {
        let parsed = url.parse::<Uri>().ok();
        let parsed = parsed.filter(|_| outbound.may_call(url));
        Ok(Self {
            url: parsed.ok_or(CodeKeyError::Url)?,
            outbound,
            signer,
        })
    }

    /// Has a data key made and wrapped under the key with this ARN, bound to an encryption context.
    ///
    /// # Errors
    /// The reason, for the log: no answer in time, a refusal by the name of its error, an answer of another form.
    pub async fn generate(
        &self,
        arn: &str,
        context: &BTreeMap<String, String>,
    ) -> Result<Made, String> {
        let body = json!({
            "KeyId": arn,
            "NumberOfBytes": 32,
            "EncryptionContext": context,
        });
        let mut request = Request::post(self.url.clone())
            .header(header::CONTENT_TYPE, "application/x-amz-json-1.1")
            .header(
                "x-amz-target",
                HeaderValue::from_static("TrentService.GenerateDataKey"),
            )
            .body(Bytes::from(body.to_string()))
            .map_err(|error| error.to_string())?;
        // An ARN has its region in fourth place.
        let region = arn.split(':').nth(3).filter(|region| !region.is_empty());
        let signed = match region {
            Some(region) => self.signer.in_region(region).sign(&mut request, now()),
            None => self.signer.sign(&mut request, now()),
        };
        signed.map_err(|error| error.to_string())?;
        let answer = self.outbound.send(request, LIMITS).await;
        let answer = answer.map_err(|error| format!("the key management service: {error}"))?;
        let status = answer.status();
        if status != http::StatusCode::OK {
            let name = error_name(answer.body());
            return Err(format!(
                "the key management service refused with {status}: {name}"
            ));
        }
        read(answer.body()).ok_or_else(|| "the key management service gave no data key".to_owned())
    }
}

fn now() -> SystemTime {
    let micros = u64::try_from(Clock::default().wall()).unwrap_or(0);
    UNIX_EPOCH + Duration::from_micros(micros)
}

/// Returns the data key of an answer; None if a member is missing or of another form.
fn read(body: &[u8]) -> Option<Made> {
    let Answer {
        ciphertext_blob,
        plaintext,
        key_id,
    } = serde_json::from_slice(body).ok()?;
    let plaintext: SecretString = Secret::new(plaintext);
    let plain = Secret::new(STANDARD.decode(plaintext.expose()).ok()?);
    let wrapped = STANDARD.decode(ciphertext_blob).ok()?;
    let is_arn = key_id.starts_with("arn:") && key_id.len() <= MAX_ARN;
    if wrapped.is_empty() || !is_arn {
        return None;
    }
    Some(Made {
        plain: Secret::new(plain.expose().as_slice().try_into().ok()?),
        key: key_id,
        wrapped,
    })
}

/// Returns the name of an error, of letters only, since it goes into the log.
fn error_name(body: &[u8]) -> String {
    let error: Value = serde_json::from_slice(body).unwrap_or_default();
    let name = error.get("__type").and_then(Value::as_str);
    let name = name.and_then(|name| name.rsplit('#').next());
    let letters = |name: &&str| {
        name.len() <= MAX_ERROR && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    name.filter(letters).unwrap_or("no name").to_owned()
}
