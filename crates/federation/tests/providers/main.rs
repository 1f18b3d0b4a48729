//! Whole sign-ins against providers of each type, whose answers have the documented shapes, from the URL for the browser to
//! the texts of attributes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails to set up should panic"
)]

mod answers;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::foreign::Alg;
use cognate_crypto::foreign::provider::{self, ProviderKey};
use cognate_crypto::secret::SecretString;
use cognate_federation::attributes;
use cognate_federation::oidc::answer::Answer;
use cognate_federation::oidc::claims::Claims;
use cognate_federation::oidc::exchange::{self, Exchange, Tokens};
use cognate_federation::oidc::id_token::{self, Expected, Refused};
use cognate_federation::oidc::keys;
use cognate_federation::oidc::profile;
use cognate_federation::oidc::social::Kind;
use cognate_federation::oidc::userinfo::{self, OtherSubject};
use cognate_federation::oidc::{apple, authorize};
use serde_json::{Value, json};

const NOW: i64 = 1_700_000_000;
const REDIRECT: &str = "https://auth.example.com/oauth2/idpresponse";

/// A key of a provider and its published set.
struct Issuer {
    key: ProviderKey,
    alg: Alg,
    name: &'static str,
}

impl Issuer {
    fn new(kind: provider::Kind, alg: Alg, name: &'static str) -> Self {
        let key = ProviderKey::generate(kind);
        Self { key, alg, name }
    }

    fn token(&self, payload: &Value) -> String {
        let header = json!({"alg": self.name, "kid": "k1", "typ": "JWT"}).to_string();
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let input = format!("{}.{}", encode(&header), encode(&payload.to_string()));
        let signature = self.key.sign(self.alg, input.as_bytes());
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn keys(&self) -> keys::Keys {
        let jwk = self.key.jwk("k1");
        let mut key = json!({"kty": jwk.kty, "kid": "k1", "use": "sig", "alg": self.name});
        for (name, value) in [
            ("n", jwk.n),
            ("e", jwk.e),
            ("crv", jwk.crv),
            ("x", jwk.x),
            ("y", jwk.y),
        ] {
            if let Some(value) = value {
                key[name] = value.into();
            }
        }
        keys::read(json!({ "keys": [key] }).to_string().as_bytes()).unwrap()
    }
}

/// Checks the ID token of an answer.
fn checked(
    kind: Kind,
    issuer: &str,
    client_id: &str,
    tokens: &Tokens,
    keys: &keys::Keys,
) -> Result<Claims, Refused> {
    let token = tokens.id_token.as_ref().unwrap();
    let expected = Expected {
        kind,
        issuers: &kind.issuers(issuer),
        client_id,
        client_secret: None,
        nonce: Some("NONCE"),
        access_token: tokens.access_token.as_ref(),
        now: NOW,
    };
    id_token::check(token.expose(), keys, &expected)
}

/// Exchanges a code; returns the call's URL and form.
fn exchanged(kind: Kind, token_url: &str, secret: &SecretString) -> (String, Option<String>) {
    let call = exchange::request(&Exchange {
        kind,
        token_url,
        client_id: "client",
        client_secret: Some(secret),
        code: "CODE",
        redirect_uri: REDIRECT,
        verifier: kind.uses_pkce(true).then_some("VERIFIER"),
        basic: false,
    });
    let form = call.form.map(|form| form.expose().clone());
    (call.url.expose().clone(), form)
}

/// Returns the URL of the call for claims, if there is one.
fn profile_url(
    kind: Kind,
    url: &str,
    mapped: &[&str],
    claims: Option<&Claims>,
    tokens: &Tokens,
) -> Option<String> {
    let secret = SecretString::new("secret".into());
    let call = profile::request(&profile::Ask {
        kind,
        url,
        add_attributes: true,
        post: false,
        mapped,
        id_token: claims,
        access_token: tokens.access_token.as_ref()?,
        client_secret: Some(&secret),
    });
    call.map(|call| call.url.expose().clone())
}

fn text(claims: &Claims, name: &str) -> Option<String> {
    claims.get(name).map(attributes::text)
}
