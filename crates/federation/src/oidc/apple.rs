//! Sign in with Apple: its client secret is a token that this server signs, and the user's name comes once, beside the
//! code (Apple's documentation, "Sign in with Apple REST API" and "Sign in with Apple JS").

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::client_proof::EcSigningKey;
use cognate_crypto::secret::{SecretBytes, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::oidc::claims::Claims;

/// The audience of a client secret.
const AUDIENCE: &str = "https://appleid.apple.com";
/// Seconds for which a client secret is good. Apple allows six months; it is needed for one call.
const LIFE: i64 = 300;
/// The longest form field with a name, in bytes.
const LONGEST_USER: usize = 4_096;
/// The most characters of a first or last name.
const LONGEST_NAME: usize = 256;

/// The private key is no P-256 key in PKCS #8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the private key is no P-256 key in PKCS #8")]
pub struct NoKey;

/// Reads the private key as Apple gives it out (`AuthKey_….p8`), with or without its first and last line.
///
/// # Errors
/// [`NoKey`].
pub fn private_key(text: &SecretString) -> Result<EcSigningKey, NoKey> {
    let body: String = text
        .expose()
        .lines()
        .filter(|line| !line.trim_start().starts_with("-----"))
        .flat_map(|line| line.chars().filter(|c| !c.is_whitespace()))
        .collect();
    let body = SecretString::new(body);
    let der = STANDARD.decode(body.expose()).map_err(|_| NoKey)?;
    let der = SecretBytes::new(der);
    EcSigningKey::from_pkcs8(der.expose()).map_err(|_| NoKey)
}

/// Returns a client secret, good for five minutes. `now`: seconds since 1970.
#[must_use]
pub fn client_secret(
    key: &EcSigningKey,
    team_id: &str,
    key_id: &str,
    client_id: &str,
    now: i64,
) -> SecretString {
    let header = json!({"alg": "ES256", "kid": key_id});
    let payload = json!({
        "iss": team_id,
        "iat": now,
        "exp": now.saturating_add(LIFE),
        "aud": AUDIENCE,
        "sub": client_id,
    });
    SecretString::new(key.sign_compact(
        header.to_string().as_bytes(),
        payload.to_string().as_bytes(),
    ))
}

/// The name in the form field `user`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The first name; may be empty.
    pub first: String,
    /// The last name; may be empty.
    pub last: String,
}

#[derive(Deserialize)]
struct User {
    name: WireName,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct WireName {
    first_name: Option<String>,
    last_name: Option<String>,
}

/// Reads the form field `user`. Nobody signs it: whoever holds the browser can put any name there. Its e-mail address is
/// not even read.
#[must_use]
pub fn first_name(user: &str) -> Option<Name> {
    if user.len() > LONGEST_USER {
        return None;
    }
    let user: User = serde_json::from_str(user).ok()?;
    let clean = |name: Option<String>| {
        let name = name.unwrap_or_default();
        let fits = name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
        fits.then(|| name.trim().to_owned())
    };
    let (first, last) = (clean(user.name.first_name)?, clean(user.name.last_name)?);
    (!first.is_empty() || !last.is_empty()).then_some(Name { first, last })
}

/// Adds the name to the claims of the ID token, as `firstName`, `lastName` and `name`, each unless the token says it.
pub fn add_name(claims: &mut Claims, name: &Name) {
    let whole = format!("{} {}", name.first, name.last);
    for (claim, text) in [
        ("firstName", name.first.as_str()),
        ("lastName", &name.last),
        ("name", whole.trim()),
    ] {
        if !text.is_empty() {
            claims.add(claim, text.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use cognate_crypto::foreign::provider::{Kind, ProviderKey};
    use cognate_crypto::foreign::{Alg, VerifyingKey};
    use serde_json::Value;

    fn read(text: String) -> Result<EcSigningKey, NoKey> {
        private_key(&SecretString::new(text))
    }

    #[test]
    fn a_client_secret_is_a_token_of_five_minutes_signed_by_the_key() {
        let made = ProviderKey::generate(Kind::P256);
        let body = STANDARD.encode(made.to_pkcs8());
        let key = read(body).unwrap();
        let token = client_secret(&key, "TEAM", "KEY", "com.example", 1_700_000_000);
        let (input, signature) = token.expose().rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let public = VerifyingKey::from_jwk(&made.jwk("k")).unwrap();
        assert!(public.verify(Alg::Es256, input.as_bytes(), &signature));
        let part = |part: &str| -> Value {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        };
        let (header, payload) = input.split_once('.').unwrap();
        assert_eq!(part(header), json!({"alg": "ES256", "kid": "KEY"}));
        let expected = json!({
            "iss": "TEAM", "iat": 1_700_000_000, "exp": 1_700_000_300,
            "aud": "https://appleid.apple.com", "sub": "com.example",
        });
        assert_eq!(part(payload), expected);
    }

    #[test]
    fn a_key_is_read_with_and_without_its_armour() {
        let body = STANDARD.encode(ProviderKey::generate(Kind::P256).to_pkcs8());
        let (first, second) = body.split_at(64);
        for text in [
            body.clone(),
            format!("-----BEGIN PRIVATE KEY-----\n{first}\n{second}\n-----END PRIVATE KEY-----\n"),
            format!(
                "-----BEGIN PRIVATE KEY-----\r\n{first}\r\n{second}\r\n-----END PRIVATE KEY-----"
            ),
            format!(" {first} {second} "),
        ] {
            assert!(read(text).is_ok());
        }
        let rsa = STANDARD.encode(ProviderKey::generate(Kind::Rsa).to_pkcs8());
        let p384 = STANDARD.encode(ProviderKey::generate(Kind::P384).to_pkcs8());
        for text in [String::new(), "x".into(), rsa, p384, body[..40].into()] {
            assert_eq!(read(text).err(), Some(NoKey));
        }
    }

    #[test]
    fn the_name_is_read_and_the_address_is_not() {
        let name = |first: &str, last: &str| {
            Some(Name {
                first: first.into(),
                last: last.into(),
            })
        };
        let long = "x".repeat(257);
        for (user, expected) in [
            (
                r#"{"name":{"firstName":"Jane","lastName":"Doe"},"email":"jane@evil.example"}"#
                    .to_owned(),
                name("Jane", "Doe"),
            ),
            (r#"{"name":{"lastName":" Doe "}}"#.into(), name("", "Doe")),
            (
                r#"{"name":{"firstName":null,"lastName":"D"}}"#.into(),
                name("", "D"),
            ),
            (r#"{"name":{}}"#.into(), None),
            (r#"{"name":{"firstName":"a\u0000"}}"#.into(), None),
            (format!(r#"{{"name":{{"firstName":"{long}"}}}}"#), None),
            (r#"{"name":{"firstName":1}}"#.into(), None),
            (r#"{"email":"a@b.c"}"#.into(), None),
            ("Jane".into(), None),
            (String::new(), None),
            (
                format!("{}{{\"name\":{{\"firstName\":\"a\"}}}}", " ".repeat(5_000)),
                None,
            ),
        ] {
            assert_eq!(first_name(&user), expected, "{user}");
        }
    }

    #[test]
    fn the_token_s_own_claims_stay() {
        let members = json!({"sub": "1", "name": "Signed", "email": "a@b.c"});
        let mut claims = Claims::new(members.as_object().unwrap().clone());
        add_name(
            &mut claims,
            &Name {
                first: "Jane".into(),
                last: String::new(),
            },
        );
        let expected = json!({"sub": "1", "name": "Signed", "email": "a@b.c", "firstName": "Jane"});
        assert_eq!(Value::Object(claims.into_members()), expected);
    }
}
