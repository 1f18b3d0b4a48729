//! AWS Signature Version 4: verifies that a request is from the holder of a key.
//!
//! The canonical request is built here from the bytes that were received, and not by a signer: a signer would add and
//! normalise headers, hiding what an attacker changed, and would derive the signing key anew for each request. The
//! reference signer (`aws-sigv4`) is the oracle in the tests. Order and texts: settled.md B2-B16.

use cognate_access::keys::Key;
use cognate_crypto::basic_time;
use cognate_crypto::hash;
use cognate_crypto::secret::ct_eq;
use http::HeaderMap;

use crate::errors::{self, Missing, Refusal, Scope};

/// The largest difference between a signature's time and the server's, in microseconds: 5 minutes (settled B4).
pub const SKEW: i64 = 5 * 60 * 1_000_000;

/// The name of this service in scopes.
pub const SERVICE: &str = "cognito-idp";

/// The parts of a request that are signed.
pub struct SignedParts<'a> {
    /// The path of the request line: `/`, or that of a world.
    pub path: &'a str,
    /// The query of the request line, without `?`.
    pub query: &'a str,
    /// The header fields as received.
    pub headers: &'a HeaderMap,
    /// The one host that the request names; on HTTP/2 it is not among the header fields.
    pub host: &'a str,
    /// The body as received.
    pub body: &'a [u8],
}

/// A signature that is complete, recent and for one service; [`Claim::verify`] says whether it is right.
#[derive(Debug)]
pub struct Claim<'a> {
    /// The access key id.
    pub key_id: &'a str,
    /// The scope's region.
    pub region: &'a str,
    /// True if the request carries a session token.
    pub session_token: bool,
    service: &'static str,
    day: &'a str,
    time: &'a str,
    /// In the order of the header.
    signed: Vec<&'a str>,
    signature: &'a str,
}

/// True if the request carries a signature at all, right or wrong.
pub fn is_signed(headers: &HeaderMap) -> bool {
    headers
        .get(http::header::AUTHORIZATION)
        .is_some_and(|v| v.as_bytes().starts_with(b"AWS4-"))
}

/// Reads the signature of a request for a service. `wall` is now, in microseconds since the epoch.
pub fn claim<'a>(
    request: &SignedParts<'a>,
    service: &'static str,
    wall: i64,
) -> Result<Claim<'a>, Refusal> {
    let mut all = request.headers.get_all(http::header::AUTHORIZATION).iter();
    let (first, second) = (all.next(), all.next());
    let in_query = request
        .query
        .split('&')
        .any(|pair| pair.split('=').next() == Some("X-Amz-Algorithm"));
    if first.is_some() && in_query {
        return Err(errors::two_signatures());
    }
    let Some(header) = first
        .and_then(|v| v.to_str().ok())
        .filter(|v| v.starts_with("AWS4-"))
    else {
        return Err(errors::missing_authentication());
    };
    if second.is_some() {
        return Err(errors::signature_mismatch());
    }

    let (algorithm, parameters) = header.split_once(' ').unwrap_or((header, ""));
    let parameter = |name: &str| {
        let pairs = parameters
            .split(',')
            .filter_map(|pair| pair.trim().split_once('='));
        pairs
            .filter(|(n, _)| *n == name)
            .map(|(_, value)| value)
            .next()
    };
    let (credential, signature, signed) = (
        parameter("Credential"),
        parameter("Signature"),
        parameter("SignedHeaders"),
    );
    let text = |name: &str| request.headers.get(name).and_then(|v| v.to_str().ok());
    let time = text("x-amz-date").or_else(|| text("date"));
    let (Some(credential), Some(signature), Some(signed), Some(time)) =
        (credential, signature, signed, time)
    else {
        let parts = [
            (credential.is_none(), Missing::Credential),
            (signature.is_none(), Missing::Signature),
            (signed.is_none(), Missing::SignedHeaders),
            (time.is_none(), Missing::Date),
        ];
        let missing: Vec<Missing> = parts
            .into_iter()
            .filter(|(gone, _)| *gone)
            .map(|(_, part)| part)
            .collect();
        return Err(errors::incomplete_signature(&missing, header));
    };

    recent(time, wall)?;
    let signed: Vec<&str> = signed.split(';').collect();
    all_signed(request.headers, &signed)?;
    if algorithm != "AWS4-HMAC-SHA256" {
        return Err(errors::unsupported_algorithm(algorithm));
    }
    let parts: Vec<&str> = credential.split('/').collect();
    let [key_id, day, region, of_service, terminator] = parts.as_slice() else {
        return Err(errors::credential_shape(credential));
    };
    let rest = (*of_service == service, *terminator);
    scope(day, region, service, rest, time)?;
    let session_token = request.headers.contains_key("x-amz-security-token");
    Ok(Claim {
        key_id,
        region,
        session_token,
        service,
        day,
        time,
        signed,
        signature,
    })
}

/// Checks that the time is in basic form (settled B10) and within the window (settled B5, B6).
fn recent(time: &str, wall: i64) -> Result<(), Refusal> {
    let at = basic_time::parse(time).ok_or_else(|| errors::date_form(time))?;
    let now = || basic_time::format(wall);
    if at < wall - SKEW {
        return Err(errors::signature_expired(
            time,
            &basic_time::format(wall - SKEW),
            &now(),
        ));
    }
    if at > wall + SKEW {
        return Err(errors::signature_not_yet_current(
            time,
            &basic_time::format(wall + SKEW),
            &now(),
        ));
    }
    Ok(())
}

/// Checks that `host` and every `x-amz-` header are signed, so that no header with a meaning can be added.
fn all_signed(headers: &HeaderMap, signed: &[&str]) -> Result<(), Refusal> {
    if !signed.contains(&"host") {
        return Err(errors::header_not_signed("Host"));
    }
    let unsigned = headers
        .keys()
        .map(http::HeaderName::as_str)
        .find(|n| n.starts_with("x-amz-") && !signed.contains(n));
    unsigned.map_or(Ok(()), |name| Err(errors::header_not_signed(name)))
}

/// Checks that the credential is for the service, today, in a region (settled B14).
fn scope<'a>(
    day: &'a str,
    region: &'a str,
    service: &'static str,
    (is_of_service, terminator): (bool, &'a str),
    time: &'a str,
) -> Result<(), Refusal> {
    let mut faults = Vec::new();
    if !is_region(region) {
        faults.push(Scope::Region(region));
    }
    if !is_of_service {
        faults.push(Scope::Service(service));
    }
    if terminator != "aws4_request" {
        faults.push(Scope::Terminator(terminator));
    }
    let today = time.get(..8).unwrap_or("");
    if day != today {
        faults.push(Scope::Date(day, today, time));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(errors::wrong_scope(&faults))
    }
}

/// True if the text has the form of a region's name: `us-east-1`, `us-gov-west-1`.
pub fn is_region(text: &str) -> bool {
    let mut parts: Vec<&str> = text.split('-').collect();
    let number = parts.pop().unwrap_or("");
    let words = parts
        .iter()
        .all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase()));
    let numbered = matches!(number.len(), 1 | 2) && number.bytes().all(|b| b.is_ascii_digit());
    text.len() <= 32 && parts.len() >= 2 && words && numbered
}

impl Claim<'_> {
    /// Computes the signature over the received request and compares it in constant time.
    pub fn verify(&self, request: &SignedParts<'_>, key: &Key) -> Result<(), Refusal> {
        let canonical = self
            .canonical(request)
            .ok_or_else(errors::signature_mismatch)?;
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{}\n{}/{}/{}/aws4_request\n{}",
            self.time,
            self.day,
            self.region,
            self.service,
            hash::sha256_hex(canonical.as_bytes())
        );
        let expected = key.sign(self.day, self.region, self.service, to_sign.as_bytes());
        let same = ct_eq(hex::encode(expected).as_bytes(), self.signature.as_bytes());
        if same {
            Ok(())
        } else {
            Err(errors::signature_mismatch())
        }
    }

    /// Returns the canonical request; None if a signed header is absent, repeated or not text.
    fn canonical(&self, request: &SignedParts<'_>) -> Option<String> {
        let mut names = self.signed.clone();
        names.sort_unstable();
        let mut out = String::with_capacity(512);
        out.push_str("POST\n");
        out.push_str(request.path);
        out.push('\n');
        out.push_str(&canonical_query(request.query));
        out.push('\n');
        for pair in names.windows(2) {
            // A name listed twice would count one header twice.
            if let [a, b] = pair
                && a == b
            {
                return None;
            }
        }
        for name in &names {
            out.push_str(name);
            out.push(':');
            let mut values = request.headers.get_all(*name).iter();
            let value = match (values.next(), values.next()) {
                (None, _) if *name == "host" => request.host,
                (Some(_), None) if *name == "host" => request.host,
                (Some(value), None) => std::str::from_utf8(value.as_bytes()).ok()?,
                _ => return None,
            };
            push_trimmed(&mut out, value);
            out.push('\n');
        }
        out.push('\n');
        out.push_str(&names.join(";"));
        out.push('\n');
        out.push_str(&hash::sha256_hex(request.body));
        Some(out)
    }
}

/// Returns a header's value without outer blanks and with inner runs of blanks made one.
fn push_trimmed(out: &mut String, value: &str) {
    for (index, word) in value.split(' ').filter(|w| !w.is_empty()).enumerate() {
        if index > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
}

/// Returns the pairs of a query in order, each with `=`; clients send them percent-encoded already.
fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(&str, &str)> = query
        .split('&')
        .filter(|p| !p.is_empty())
        .map(|p| p.split_once('=').unwrap_or((p, "")))
        .collect();
    pairs.sort_unstable();
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

#[cfg(test)]
#[path = "sigv4_tests.rs"]
mod tests;
