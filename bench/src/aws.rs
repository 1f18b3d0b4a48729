//! Signed and unsigned requests of the AWS JSON protocol, built as bytes that a connection sends as they are.

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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// `YYYYMMDD` and `HHMMSS` of a time, by the civil-from-days rule.
fn civil(seconds: i64) -> (String, String) {
    let days = seconds.div_euclid(86_400);
    let second = seconds.rem_euclid(86_400);
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (
        format!("{year:04}{month:02}{day:02}"),
        format!(
            "{:02}{:02}{:02}",
            second / 3_600,
            second / 60 % 60,
            second % 60
        ),
    )
}

/// A request that carries no signature.
pub fn unsigned(host: &str, operation: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-amz-json-1.1\r\n\
         X-Amz-Target: AWSCognitoIdentityProviderService.{operation}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A request signed with the key `test`/`test` of `dev`.
pub fn signed(host: &str, operation: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let (date, time) = civil(now());
    let stamp = format!("{date}T{time}Z");
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    let names = "content-type;host;x-amz-date;x-amz-target";
    let canonical = format!(
        "POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:{host}\nx-amz-date:{stamp}\nx-amz-target:{target}\n\n\
         {names}\n{}",
        hex(&sha256(body.as_bytes()))
    );
    let scope = format!("{date}/us-east-1/cognito-idp/aws4_request");
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}",
        hex(&sha256(canonical.as_bytes()))
    );
    let key = sigv4_key("test", &date, "us-east-1", "cognito-idp");
    let signature = hex(&hmac_sha256(key.expose(), to_sign.as_bytes()));
    format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Date: {stamp}\r\n\
         X-Amz-Target: {target}\r\nAuthorization: AWS4-HMAC-SHA256 Credential=test/{scope}, SignedHeaders={names}, \
         Signature={signature}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
