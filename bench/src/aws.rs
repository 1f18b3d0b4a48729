//! Signed and unsigned requests of the AWS JSON protocol, built as bytes that a connection sends as they are.

use cognate_crypto::basic_time;
use cognate_crypto::hash::{hmac_sha256, sha256, sigv4_key};
use serde_json::Value;

/// Seconds since the epoch by the machine's clock.
pub fn now() -> i64 {
    #[allow(
        clippy::disallowed_methods,
        reason = "a client signs with its own clock"
    )]
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(0))
}

/// Returns a request without a signature.
pub fn unsigned(host: &str, operation: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-amz-json-1.1\r\n\
         X-Amz-Target: AWSCognitoIdentityProviderService.{operation}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Returns a request signed with the key `test`/`test` of `dev`.
pub fn signed(host: &str, operation: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let stamp = basic_time::format(now() * 1_000_000);
    let date = stamp.split('T').next().unwrap_or_default();
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    let names = "content-type;host;x-amz-date;x-amz-target";
    let canonical = format!(
        "POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:{host}\nx-amz-date:{stamp}\nx-amz-target:{target}\n\n\
         {names}\n{}",
        hex::encode(sha256(body.as_bytes()))
    );
    let scope = format!("{date}/us-east-1/cognito-idp/aws4_request");
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}",
        hex::encode(sha256(canonical.as_bytes()))
    );
    let key = sigv4_key("test", date, "us-east-1", "cognito-idp");
    let signature = hex::encode(hmac_sha256(key.expose(), to_sign.as_bytes()));
    format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Date: {stamp}\r\n\
         X-Amz-Target: {target}\r\nAuthorization: AWS4-HMAC-SHA256 Credential=test/{scope}, SignedHeaders={names}, \
         Signature={signature}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
