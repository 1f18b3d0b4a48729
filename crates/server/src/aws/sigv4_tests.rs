//! Signatures against the reference signer, and every refusal in the service's order.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use cognate_crypto::secret::Secret;
use http::{HeaderMap, HeaderName, Request};

use super::*;
use cognate_access::keys::Grant;

/// 2026-01-31T12:00:00Z.
const NOW: i64 = 1_769_860_800_000_000;
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const BODY: &[u8] = br#"{"UserPoolId":"us-east-1_abc"}"#;

struct Signed {
    headers: HeaderMap,
    query: String,
    body: Vec<u8>,
}

fn key() -> Key {
    Key::new("arn".into(), Grant::Root, Secret::new(SECRET.to_owned()), 0)
}

/// Signs with the reference signer, `extra` headers included.
fn signed_at(
    at: i64,
    query: &str,
    extra: &[(&'static str, &'static str)],
    scope: (&str, &str),
) -> Signed {
    let uri = if query.is_empty() {
        "http://localhost:9229/".into()
    } else {
        format!("http://localhost:9229/?{query}")
    };
    let mut request = Request::post(&uri)
        .header("host", "localhost:9229")
        .header("content-type", "application/x-amz-json-1.1")
        .header(
            "x-amz-target",
            "AWSCognitoIdentityProviderService.DescribeUserPool",
        );
    for (name, value) in extra {
        request = request.header(*name, *value);
    }
    let mut request = request.body(()).unwrap();
    let identity = Credentials::new("AKIDEXAMPLE", SECRET, None, None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(scope.0)
        .name(scope.1)
        .time(UNIX_EPOCH + Duration::from_micros(u64::try_from(at).unwrap()))
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let headers: Vec<(String, String)> = request
        .headers()
        .iter()
        .map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned()))
        .collect();
    let signable = headers.iter().map(|(n, v)| (n.as_str(), v.as_str()));
    let signable = SignableRequest::new("POST", &uri, signable, SignableBody::Bytes(BODY)).unwrap();
    let (instructions, _) = sign(signable, &params).unwrap().into_parts();
    instructions.apply_to_request_http1x(&mut request);
    Signed {
        headers: request.headers().clone(),
        query: query.into(),
        body: BODY.to_vec(),
    }
}

fn signed() -> Signed {
    signed_at(NOW, "", &[], ("us-east-1", "cognito-idp"))
}

impl Signed {
    fn check_at(&self, wall: i64) -> Result<(), Refusal> {
        let host = self
            .headers
            .get("host")
            .map_or("localhost:9229", |h| h.to_str().unwrap());
        let request = SignedParts {
            path: "/",
            query: &self.query,
            headers: &self.headers,
            host,
            body: &self.body,
        };
        claim(&request, SERVICE, wall)?.verify(&request, &key())
    }

    fn refusal(&self) -> (&'static str, String) {
        let refusal = self.check_at(NOW).unwrap_err();
        (
            refusal.code.as_str(),
            refusal.message.unwrap_or_default().into_owned(),
        )
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.headers
            .insert(HeaderName::from_static(name), value.parse().unwrap());
    }

    fn authorization(&self) -> String {
        self.headers["authorization"].to_str().unwrap().to_owned()
    }

    /// Changes the Authorization header's text.
    fn edit(&mut self, from: &str, to: &str) {
        let before = self.authorization();
        assert!(before.contains(from), "{before}");
        self.set("authorization", &before.replace(from, to));
    }
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
    Secret Access Key and signing method. Consult the service documentation for details.";

#[test]
fn the_reference_signer_is_believed() {
    signed().check_at(NOW).unwrap();
    let extra = [
        ("x-amz-user-agent", "  a   b  c "),
        ("x-amz-z", ""),
        ("accept", "*/*"),
        ("x-amz-meta", "\"quoted  text\""),
    ];
    signed_at(NOW, "", &extra, ("eu-central-1", "cognito-idp"))
        .check_at(NOW)
        .unwrap();
    signed_at(
        NOW,
        "b=2&a=1&c=x%20y",
        &[],
        ("us-gov-west-1", "cognito-idp"),
    )
    .check_at(NOW)
    .unwrap();
}

#[test]
fn a_host_that_is_no_header_field_counts_too() {
    let mut request = signed();
    request.headers.remove("host");
    request.check_at(NOW).unwrap();
}

#[test]
fn whatever_is_changed_breaks_the_signature() {
    let mut body = signed();
    body.body[2] ^= 1;
    let mut target = signed();
    target.set(
        "x-amz-target",
        "AWSCognitoIdentityProviderService.DeleteUserPool",
    );
    let mut host = signed();
    host.set("host", "evil:9229");
    let mut query = signed();
    query.query = "a=b".into();
    let mut region = signed();
    region.edit("us-east-1", "us-east-2");
    let mut signature = signed();
    let last = signature.authorization().pop().unwrap();
    let mut text = signature.authorization();
    text.pop();
    text.push(if last == '0' { '1' } else { '0' });
    signature.set("authorization", &text);
    let mut empty = signed();
    let end = empty.authorization().find("Signature=").unwrap() + "Signature=".len();
    let cut = empty.authorization()[..end].to_owned();
    empty.set("authorization", &cut);
    let mut time = signed();
    time.set("x-amz-date", "20260131T120001Z");
    for request in [body, target, host, query, region, signature, empty, time] {
        assert_eq!(
            request.refusal(),
            ("InvalidSignatureException", MISMATCH.into())
        );
    }
}

#[test]
fn repeated_headers_and_repeated_names_break_the_signature() {
    let mut twice = signed();
    twice.headers.append(
        "x-amz-target",
        "AWSCognitoIdentityProviderService.DescribeUserPool"
            .parse()
            .unwrap(),
    );
    assert_eq!(twice.refusal().1, MISMATCH);
    let mut named = signed();
    named.edit("content-type;", "content-type;content-type;");
    assert_eq!(named.refusal().1, MISMATCH);
    let mut authorized = signed();
    let copy = authorized.headers["authorization"].clone();
    authorized.headers.append("authorization", copy);
    assert_eq!(authorized.refusal().1, MISMATCH);
    let mut absent = signed();
    absent.headers.remove("content-type");
    assert_eq!(absent.refusal().1, MISMATCH);
}

#[test]
fn an_unsigned_payload_is_refused() {
    let mut request = signed();
    request.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    let text = "'x-amz-content-sha256' must be a 'SignedHeader' in the AWS Authorization.";
    assert_eq!(
        request.refusal(),
        ("InvalidSignatureException", text.into())
    );
}

#[test]
fn a_missing_signature_is_missing() {
    let missing = (
        "MissingAuthenticationTokenException",
        "Missing Authentication Token".to_owned(),
    );
    let mut none = signed();
    none.headers.remove("authorization");
    assert_eq!(none.refusal(), missing);
    let mut bearer = signed();
    bearer.set("authorization", "Bearer abc");
    assert_eq!(bearer.refusal(), missing);
    // Signatures in the query are not accepted.
    let mut query = signed();
    query.headers.remove("authorization");
    query.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0".into();
    assert_eq!(query.refusal(), missing);
}

#[test]
fn two_signatures_are_refused() {
    let mut request = signed();
    request.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256".into();
    let text =
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
    assert_eq!(
        request.refusal(),
        ("InvalidSignatureException", text.into())
    );
}

#[test]
fn an_incomplete_signature_names_all_that_is_missing() {
    let mut request = signed();
    request.set("authorization", "AWS4-HMAC-SHA256 Foo=bar");
    request.headers.remove("x-amz-date");
    let text = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
        parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of \
        either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 Foo=bar";
    assert_eq!(
        request.refusal(),
        ("IncompleteSignatureException", text.into())
    );
    let mut request = signed();
    request.edit("Signature=", "Sig=");
    let expected = format!(
        "Authorization header requires 'Signature' parameter. Authorization={}",
        request.authorization()
    );
    assert_eq!(
        request.refusal(),
        ("IncompleteSignatureException", expected)
    );
}

#[test]
fn the_window_is_five_minutes_both_ways() {
    let request = signed();
    request.check_at(NOW + SKEW).unwrap();
    request.check_at(NOW - SKEW).unwrap();
    let late = request.check_at(NOW + SKEW + 1_000_000).unwrap_err();
    assert_eq!(late.code.as_str(), "InvalidSignatureException");
    let text = "Signature expired: 20260131T120000Z is now earlier than 20260131T120001Z (20260131T120501Z - 5 min.)";
    assert_eq!(late.message.unwrap(), text);
    let early = request.check_at(NOW - SKEW - 1_000_000).unwrap_err();
    let text = "Signature not yet current: 20260131T120000Z is still later than 20260131T115959Z (20260131T115459Z + 5 min.)";
    assert_eq!(early.message.unwrap(), text);
}

#[test]
fn other_forms_of_the_date_are_refused() {
    let mut request = signed();
    request.set("x-amz-date", "2026-01-31T12:00:00Z");
    let text = "Date must be in ISO-8601 'basic format'. Got '2026-01-31T12:00:00Z'. See \
        http://en.wikipedia.org/wiki/ISO_8601";
    assert_eq!(
        request.refusal(),
        ("IncompleteSignatureException", text.into())
    );
}

#[test]
fn host_and_the_headers_that_steer_must_be_signed() {
    let mut host = signed();
    host.edit(";host", "");
    let text = "'Host' must be a 'SignedHeader' in the AWS Authorization.";
    assert_eq!(host.refusal(), ("InvalidSignatureException", text.into()));
    let mut target = signed();
    target.edit(";x-amz-target", "");
    let text = "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.";
    assert_eq!(target.refusal(), ("InvalidSignatureException", text.into()));
    let mut added = signed();
    added.set("x-amz-anything", "1");
    let text = "'x-amz-anything' must be a 'SignedHeader' in the AWS Authorization.";
    assert_eq!(added.refusal(), ("InvalidSignatureException", text.into()));
}

#[test]
fn other_algorithms_are_refused() {
    let mut request = signed();
    request.edit("AWS4-HMAC-SHA256 ", "AWS4-ECDSA-P256-SHA256 ");
    let text =
        "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now). ";
    assert_eq!(
        request.refusal(),
        ("IncompleteSignatureException", text.into())
    );
}

#[test]
fn a_credential_has_five_parts() {
    let mut request = signed();
    request.edit("AKIDEXAMPLE/20260131", "AKIDEXAMPLE");
    let text = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
        'AKIDEXAMPLE/us-east-1/cognito-idp/aws4_request'";
    assert_eq!(
        request.refusal(),
        ("IncompleteSignatureException", text.into())
    );
}

#[test]
fn the_scope_is_this_service_today_and_all_faults_are_told() {
    let mut request = signed();
    request.edit(
        "20260131/us-east-1/cognito-idp/aws4_request",
        "20260130/nowhere/s3/aws5_request",
    );
    let text = "Credential should be scoped to a valid region, not 'nowhere'. Credential should be scoped to correct \
        service: 'cognito-idp'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. \
        Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260130' != \
        '20260131', from '20260131T120000Z'.";
    assert_eq!(
        request.refusal(),
        ("InvalidSignatureException", text.into())
    );
    let other = signed_at(NOW, "", &[], ("us-east-1", "cognito-identity"));
    let text = "Credential should be scoped to correct service: 'cognito-idp'. ";
    assert_eq!(other.refusal(), ("InvalidSignatureException", text.into()));
}

#[test]
fn names_of_regions() {
    for region in [
        "us-east-1",
        "us-gov-west-1",
        "ap-southeast-12",
        "mx-central-1",
    ] {
        assert!(is_region(region), "{region}");
    }
    for text in [
        "",
        "us-east",
        "1",
        "US-EAST-1",
        "us--1",
        "us-east-1/",
        "us-east-123",
        "us_east_1",
        "-east-1",
    ] {
        assert!(!is_region(text), "{text}");
    }
}
