//! Tokens of every wrong kind: each is refused by the check that is meant for it.

mod claims;
mod edits;
mod header;

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::client_proof::Mac;
use cognate_crypto::foreign::provider::{self, ProviderKey};
use cognate_crypto::foreign::{Alg, ForeignJwk};
use serde_json::json;

use super::*;
use crate::oidc::keys;

const NOW: i64 = 1_700_000_000;
const ISSUER: &str = "https://idp.example.com";
const CLIENT: &str = "client-1";
const NONCE: &str = "n-0S6_WzA2Mj";
const ACCESS: &str = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
const SECRET: &str = "a secret of more than thirty-two bytes";

/// The keys of the provider, whose ids are their names here, and one that is not in its set.
struct Made {
    rsa: ProviderKey,
    p256: ProviderKey,
    p384: ProviderKey,
    ed: ProviderKey,
    stranger: ProviderKey,
    published: Keys,
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let key = ProviderKey::generate;
    let (rsa, p256) = (key(provider::Kind::Rsa), key(provider::Kind::P256));
    let (p384, ed) = (key(provider::Kind::P384), key(provider::Kind::Ed25519));
    let mut set = vec![
        shown(&rsa, "rsa"),
        shown(&p256, "p256"),
        shown(&p384, "p384"),
        shown(&ed, "ed"),
        json!({"kty": "oct", "kid": "oct", "k": URL_SAFE_NO_PAD.encode(SECRET)}),
    ];
    for (kid, member, value) in [
        ("enc", "use", "enc"),
        ("ps256", "alg", "PS256"),
        ("rs256", "alg", "RS256"),
    ] {
        let mut key = shown(&rsa, kid);
        key[member] = value.into();
        set.push(key);
    }
    // Two keys of one id.
    set.push(shown(&p256, "both"));
    set.push(shown(&rsa, "both"));
    let set = json!({ "keys": set }).to_string();
    Made {
        rsa,
        p256,
        p384,
        ed,
        stranger: key(provider::Kind::Rsa),
        published: keys::read(set.as_bytes()).unwrap(),
    }
});

/// A key as a provider publishes it.
fn shown(key: &ProviderKey, kid: &str) -> Value {
    let ForeignJwk {
        kty,
        n,
        e,
        crv,
        x,
        y,
        ..
    } = key.jwk(kid);
    let mut shown = json!({ "kty": kty, "kid": kid });
    for (name, value) in [("n", n), ("e", e), ("crv", crv), ("x", x), ("y", y)] {
        if let Some(value) = value {
            shown[name] = value.into();
        }
    }
    shown
}

/// An honest payload.
fn honest() -> Value {
    json!({
        "iss": ISSUER, "sub": "user-1", "aud": CLIENT, "nonce": NONCE,
        "iat": NOW - 10, "exp": NOW + 3_600, "email": "jane@example.com", "email_verified": "true",
    })
}

/// An honest payload with another value of a claim, or without it.
fn with(name: &str, value: impl Into<Option<Value>>) -> Value {
    let mut payload = honest();
    match value.into() {
        Some(value) => payload[name] = value,
        None => {
            payload.as_object_mut().unwrap().remove(name);
        }
    }
    payload
}

/// The two parts that are signed.
fn input(header: &str, payload: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}", encode(header), encode(payload))
}

fn sign(key: &ProviderKey, alg: Alg, header: &str, payload: &str) -> String {
    let input = input(header, payload);
    let signature = key.sign(alg, input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn mac(mac: Mac, secret: &[u8], header: &str, payload: &str) -> String {
    let input = input(header, payload);
    let tag = mac.tag(secret, input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// A token by the RSA key with this payload.
fn paid(payload: &Value) -> String {
    let header = r#"{"alg":"RS256","kid":"rsa"}"#;
    sign(&MADE.rsa, Alg::Rs256, header, &payload.to_string())
}

/// A token by the RSA key with this header.
fn headed(header: &str) -> String {
    sign(&MADE.rsa, Alg::Rs256, header, &honest().to_string())
}

/// Checks a token under expectations that `change` changes.
fn checked<'a>(
    token: &str,
    issuers: &'a [&'a str],
    change: impl FnOnce(&mut Expected<'a>),
) -> Result<Claims, Refused> {
    let mut expected = Expected {
        kind: Kind::Oidc,
        issuers,
        client_id: CLIENT,
        client_secret: None,
        nonce: Some(NONCE),
        access_token: None,
        now: NOW,
    };
    change(&mut expected);
    check(token, &MADE.published, &expected)
}

/// Checks a token; returns the check that it failed.
fn failed(token: &str) -> Option<Refused> {
    checked(token, &[ISSUER], |_| {}).err()
}
