//! The keys that a provider publishes (RFC 7517 section 5).

use cognate_crypto::foreign::{ForeignJwk, VerifyingKey};
use serde_json::Value;

/// The most keys of a set. Providers that rotate have two or three, the largest known about ten.
const MOST: usize = 100;

/// The document is no set of keys, has more than a hundred, or none that could verify a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the document holds no usable keys")]
pub struct Incomplete;

/// The keys of a provider that can verify tokens, and those that say they are for something else.
#[derive(Debug)]
pub struct Keys(Vec<Key>);

/// A key of a set.
#[derive(Debug)]
pub(crate) struct Key {
    kid: String,
    /// It is for signatures, or does not say what for.
    pub signs: bool,
    /// The only algorithm that it is for.
    pub alg: Option<String>,
    pub key: VerifyingKey,
}

/// Why a key of a set is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeftOut {
    /// It is no object of texts, as RFC 7517 has it.
    #[error("it is malformed")]
    Malformed,
    /// It is symmetric, and whoever publishes it gives it away.
    #[error("it is symmetric (kty oct); a published secret is none")]
    Symmetric,
    /// It is of a kind that is not accepted, too weak, or no valid key of its kind.
    #[error(
        "it is no RSA key of 2048 to 8192 bits with a usable exponent, nor one of P-256, P-384 or Ed25519"
    )]
    BadKey,
    /// It has no id, by which a token could name it.
    #[error("it has no kid, so that no token can name it")]
    Nameless,
}

/// A key of a set as an administrator is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// Its id, as far as it is a text.
    pub kid: Option<String>,
    /// Its kind, as far as it is a text.
    pub kty: Option<String>,
    /// True if it may check signatures; why not, if it was left out.
    pub signs: Result<bool, LeftOut>,
}

/// Returns each key of a set with what becomes of it.
///
/// # Errors
/// [`Incomplete`] for what is no set, or has more than a hundred keys.
pub fn examine(body: &[u8]) -> Result<Vec<Examined>, Incomplete> {
    let set: Value = serde_json::from_slice(body).map_err(|_| Incomplete)?;
    let examined = list(&set)?.iter().map(|entry| {
        let text = |name: &str| entry.get(name)?.as_str().map(str::to_owned);
        Examined {
            kid: text("kid"),
            kty: text("kty"),
            signs: usable(entry).map(|key| key.signs),
        }
    });
    Ok(examined.collect())
}

fn list(set: &Value) -> Result<&Vec<Value>, Incomplete> {
    let list = set.get("keys").and_then(Value::as_array);
    list.filter(|list| list.len() <= MOST).ok_or(Incomplete)
}

impl Keys {
    /// Returns the ids of the keys.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|key| key.kid.as_str())
    }

    /// Returns the keys with an id. Keys of different kinds may share one (RFC 7517 section 4.5).
    pub(crate) fn with_id<'a>(&'a self, kid: &'a str) -> impl Iterator<Item = &'a Key> {
        self.0.iter().filter(move |key| key.kid == kid)
    }

    /// Returns the number of keys.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// Reads a set. A key that is odd spoils no other: keys without an id, symmetric ones, weak ones, ones of unknown kinds
/// and malformed ones are left out.
///
/// # Errors
/// [`Incomplete`].
pub fn read(body: &[u8]) -> Result<Keys, Incomplete> {
    let set: Value = serde_json::from_slice(body).map_err(|_| Incomplete)?;
    let entries = list(&set)?.iter();
    let keys: Vec<Key> = entries.filter_map(|entry| usable(entry).ok()).collect();
    if keys.is_empty() {
        return Err(Incomplete);
    }
    Ok(Keys(keys))
}

fn usable(entry: &Value) -> Result<Key, LeftOut> {
    let operations = entry.get("key_ops").filter(|ops| !ops.is_null());
    let verifies = operations.is_none_or(|operations| {
        let list = operations.as_array();
        list.is_some_and(|list| list.iter().any(|one| one == "verify"))
    });
    if entry.get("kty").is_some_and(|kty| kty == "oct") {
        return Err(LeftOut::Symmetric);
    }
    let jwk = serde_json::from_value(entry.clone());
    let jwk: ForeignJwk = jwk.map_err(|_| LeftOut::Malformed)?;
    let key = VerifyingKey::from_jwk(&jwk).map_err(|_| LeftOut::BadKey)?;
    let kid = jwk.kid.filter(|kid| !kid.is_empty());
    Ok(Key {
        kid: kid.ok_or(LeftOut::Nameless)?,
        signs: verifies && jwk.use_.is_none_or(|purpose| purpose == "sig"),
        alg: jwk.alg,
        key,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use cognate_crypto::foreign::provider::{Kind, ProviderKey};
    use serde_json::json;

    fn public(kind: Kind, kid: &str) -> Value {
        let jwk = ProviderKey::generate(kind).jwk(kid);
        let mut shown = json!({"kty": jwk.kty, "kid": kid});
        for (name, value) in [
            ("n", jwk.n),
            ("e", jwk.e),
            ("crv", jwk.crv),
            ("x", jwk.x),
            ("y", jwk.y),
        ] {
            if let Some(value) = value {
                shown[name] = value.into();
            }
        }
        shown
    }

    fn with(mut key: Value, name: &str, value: Value) -> Value {
        key[name] = value;
        key
    }

    fn set(keys: &[Value]) -> Result<Keys, Incomplete> {
        read(json!({"keys": keys, "more": 1}).to_string().as_bytes())
    }

    #[test]
    fn an_odd_key_spoils_no_other() {
        let good = public(Kind::P256, "good");
        let weak = json!({"kty": "RSA", "kid": "weak", "e": "AQAB", "n": "u1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0_IzW7yWR7QkrmBL7jTKEn5u-qKhbwKfBstIs-bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGElvW_VDL5AaWTg0nLVkjRo9z-40RQzuVaE8AkAFmxZzow3x-VJYKdjykkJ0iT9wCS0DRTXu269V264Vf_3jvredZiKRkgwlL9xNAwxXFg0x_XFw005UWVRIkdgcKWTjpBP2dPwVZ4WWC-9aGVd-Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbcmw"});
        let mut short = weak.clone();
        short["n"] = short["n"].as_str().unwrap()[..172].into();
        for odd in [
            json!({"kty": "oct", "kid": "odd", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}),
            json!({"kty": "EC", "crv": "secp256k1", "kid": "odd", "x": "AA", "y": "AA"}),
            json!({"kty": "EC", "crv": "P-256", "kid": "odd", "x": good["x"], "y": good["x"]}),
            with(good.clone(), "kid", json!(7)),
            with(good.clone(), "kid", json!("")),
            with(good.clone(), "kid", json!(null)),
            with(good.clone(), "x", json!("!")),
            with(weak.clone(), "e", json!("AQ")),
            with(weak.clone(), "n", json!("AQAB")),
            short,
            json!("text"),
            json!(null),
            json!([]),
            json!({}),
        ] {
            let keys = set(&[odd.clone(), good.clone()]).unwrap();
            assert_eq!(keys.count(), 1, "{odd}");
            assert_eq!(keys.with_id("good").count(), 1);
            assert_eq!(set(&[odd]).err(), Some(Incomplete));
        }
        assert_eq!(set(&[weak]).unwrap().count(), 1);
    }

    #[test]
    fn what_a_key_is_for_is_remembered() {
        let good = public(Kind::P256, "good");
        for (key, signs) in [
            (good.clone(), true),
            (with(good.clone(), "use", json!("sig")), true),
            (with(good.clone(), "use", json!("enc")), false),
            (with(good.clone(), "use", json!("other")), false),
            (with(good.clone(), "key_ops", json!(["verify"])), true),
            (with(good.clone(), "key_ops", json!(["encrypt"])), false),
            (with(good.clone(), "key_ops", json!("verify")), false),
        ] {
            let keys = set(std::slice::from_ref(&key)).unwrap();
            assert_eq!(
                keys.with_id("good").next().map(|key| key.signs),
                Some(signs),
                "{key}"
            );
        }
        let named = set(&[with(good, "alg", json!("ES256"))]).unwrap();
        assert_eq!(named.ids().collect::<Vec<_>>(), ["good"]);
        let alg = named.with_id("good").next().and_then(|key| key.alg.clone());
        assert_eq!(alg.as_deref(), Some("ES256"));
    }

    #[test]
    fn each_key_is_told_with_what_becomes_of_it() {
        let good = public(Kind::P256, "good");
        for (key, signs) in [
            (good.clone(), Ok(true)),
            (with(good.clone(), "use", json!("enc")), Ok(false)),
            (
                with(good.clone(), "kid", json!(null)),
                Err(LeftOut::Nameless),
            ),
            (with(good.clone(), "kid", json!(7)), Err(LeftOut::Malformed)),
            (
                with(good.clone(), "crv", json!("P-521")),
                Err(LeftOut::BadKey),
            ),
            (
                json!({"kty": "oct", "kid": "k", "k": "c2VjcmV0"}),
                Err(LeftOut::Symmetric),
            ),
        ] {
            let body = json!({"keys": [key]}).to_string();
            let told = examine(body.as_bytes()).unwrap();
            assert_eq!(told.len(), 1);
            assert_eq!(told[0].signs, signs, "{key}");
            assert_eq!(told[0].kid.as_deref(), key["kid"].as_str());
        }
        assert_eq!(examine(b"{}"), Err(Incomplete));
    }

    #[test]
    fn keys_may_share_an_id() {
        let keys = [public(Kind::P256, "k"), public(Kind::Ed25519, "k")];
        let keys = set(&keys).unwrap();
        assert_eq!(
            (keys.with_id("k").count(), keys.with_id("K").count()),
            (2, 0)
        );
    }

    #[test]
    fn what_is_no_set_is_refused() {
        for body in ["", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[]}", "<html>"] {
            assert_eq!(read(body.as_bytes()).err(), Some(Incomplete), "{body}");
        }
        let good = public(Kind::Ed25519, "k");
        assert!(set(&vec![good.clone(); 100]).is_ok());
        assert_eq!(set(&vec![good; 101]).err(), Some(Incomplete));
    }
}
