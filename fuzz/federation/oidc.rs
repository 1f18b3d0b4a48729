//! Tokens, documents and answers of providers of OAuth 2.0 and OpenID Connect.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::foreign::Alg;
use cognate_crypto::foreign::provider::{Kind as KeyKind, ProviderKey};
use cognate_crypto::secret::SecretString;
use cognate_federation::oidc::answer::Answer;
use cognate_federation::oidc::claims::Claims;
use cognate_federation::oidc::id_token::{self as tokens, Expected, Refused};
use cognate_federation::oidc::keys::{self, Keys};
use cognate_federation::oidc::social::Kind;
use cognate_federation::oidc::{discovery as documents, exchange, userinfo};
use serde_json::{Map, Value, json};

use super::{Choices, Edits};

const NOW: i64 = 1_700_000_000;
const ISSUER: &str = "https://idp.example.com";
const CLIENT: &str = "client-1";
const NONCE: &str = "n-0S6_WzA2Mj";

static EDITS: Edits = Edits {
    words: &[
        "\"sub\":\"admin\",",
        "\"sub\":null,",
        ",\"iss\":\"https://evil.example\"",
        ",\"aud\":[\"client-1\",\"x\"]",
        ",\"exp\":1e999",
        ",\"exp\":-0",
        ",\"nonce\":\"x\"",
        ",\"crit\":[\"exp\"]",
        "\"alg\":\"none\",",
        "\"alg\":\"HS256\",",
        "\"alg\":\"ES256\",",
        "\"kid\":\"rsa\",",
        "\"kid\":\"ed\",",
        "\"kid\":7,",
        "\"use\":\"enc\",",
        "\"keys\":[],",
        "\"error\":\"x\",",
        "\"id_token\":\"x\",",
        "\"access_token\":\"x\",",
        "\"issuer\":\"https://evil.example\",",
        "https://evil.example/",
        "{tenantid}",
        "\\u0000",
        "\\ud800",
        "\\\"",
        "null",
        "true",
        "18446744073709551616",
        "1.5",
        "[[[[[[[[",
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        ".",
        "=",
        "-",
        "_",
        " ",
        "\u{0}",
        "\u{e9}",
        "\u{feff}",
        "AAAA",
        "AQAB",
        "W10",
        "e30",
        "&code=x",
        "&state=x",
        "&error=access_denied",
        "&iss=https://evil.example",
    ],
    borders: b"\"{}[]:,.&=",
};

/// The provider's keys; somebody else's.
struct Made {
    rsa: ProviderKey,
    ed: ProviderKey,
    stranger: ProviderKey,
    set: String,
    keys: Keys,
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let (rsa, ed) = (
        ProviderKey::generate(KeyKind::Rsa),
        ProviderKey::generate(KeyKind::Ed25519),
    );
    let set = json!({"keys": [shown(&rsa, "rsa"), shown(&ed, "ed")]}).to_string();
    Made {
        keys: keys::read(set.as_bytes()).unwrap(),
        stranger: ProviderKey::generate(KeyKind::Ed25519),
        set,
        rsa,
        ed,
    }
});

/// A key as a provider publishes it.
fn shown(key: &ProviderKey, kid: &str) -> Value {
    let jwk = key.jwk(kid);
    let mut shown = json!({"kty": jwk.kty, "kid": kid, "use": "sig"});
    for (name, value) in [("n", jwk.n), ("e", jwk.e), ("crv", jwk.crv), ("x", jwk.x)] {
        if let Some(value) = value {
            shown[name] = value.into();
        }
    }
    shown
}

fn honest() -> Value {
    json!({
        "iss": ISSUER, "sub": "user-1", "aud": CLIENT, "nonce": NONCE, "iat": NOW - 10, "exp": NOW + 3_600,
        "email": "jane@example.com", "email_verified": true, "address": {"country": "NZ"}, "groups": ["a", "b"],
    })
}

fn signed(key: &ProviderKey, alg: Alg, header: &str, payload: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let input = format!("{}.{}", encode(header), encode(payload));
    let signature = key.sign(alg, input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn check(token: &str, keys: &Keys) -> Result<Claims, Refused> {
    let secret = SecretString::new("a secret of more than thirty-two bytes".to_owned());
    tokens::check(
        token,
        keys,
        &Expected {
            kind: Kind::Oidc,
            issuers: &[ISSUER],
            client_id: CLIENT,
            client_secret: Some(&secret),
            nonce: Some(NONCE),
            access_token: None,
            now: NOW,
        },
    )
}

const HEADERS: [&str; 2] = [
    r#"{"alg":"RS256","kid":"rsa","typ":"JWT"}"#,
    r#"{"alg":"EdDSA","kid":"ed"}"#,
];

static TOKENS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let made = &*MADE;
    let payload = honest().to_string();
    vec![
        signed(&made.rsa, Alg::Rs256, HEADERS[0], &payload),
        signed(&made.ed, Alg::EdDsa, HEADERS[1], &payload),
    ]
});

/// ID tokens: what is accepted under the provider's signature is what it signed, and what it signed is checked.
pub fn id_token(data: &[u8]) -> bool {
    let made = &*MADE;
    let mut choices = Choices(data);
    let how = choices.byte() % 8;
    let rest = choices.rest();
    match how {
        // The whole token, or a part of it behind its encoding, under the old signature.
        0..4 => {
            let text = EDITS.apply(&TOKENS, rest);
            taken_means(&text, &honest())
        }
        4 | 5 => {
            let number = how % 4 % 2;
            let mut parts: Vec<String> = TOKENS[number].split('.').map(str::to_owned).collect();
            let place = rest.first().map_or(0, |byte| usize::from(byte % 2));
            let plain = [HEADERS[number].to_owned(), honest().to_string()];
            let text = EDITS.apply(&plain[place..=place], rest);
            parts[place] = URL_SAFE_NO_PAD.encode(text);
            taken_means(&parts.join("."), &honest())
        }
        // The provider signs what it never should have.
        6 => {
            let payload = EDITS.apply(&[honest().to_string()], rest);
            let token = signed(&made.ed, Alg::EdDsa, HEADERS[1], &payload);
            let checked = check(&token, &made.keys);
            if let Ok(claims) = &checked {
                judged(claims, &payload);
            }
            checked.is_ok()
        }
        // Somebody else signs, under any header.
        _ => {
            let header = EDITS.apply(&HEADERS.map(str::to_owned), rest);
            let mut payload = honest();
            payload["sub"] = "admin".into();
            let token = signed(&made.stranger, Alg::EdDsa, &header, &payload.to_string());
            assert!(check(&token, &made.keys).is_err(), "{header}");
            false
        }
    }
}

/// True if a token is taken, which then means what the provider signed.
fn taken_means(token: &str, honest: &Value) -> bool {
    let Ok(claims) = check(token, &MADE.keys) else {
        return false;
    };
    assert_eq!(Value::Object(claims.into_members()), *honest, "{token}");
    true
}

/// The rules, once more and in other words, of a payload that was accepted.
fn judged(claims: &Claims, payload: &str) {
    let seen: Value = serde_json::from_str(payload).unwrap();
    assert_eq!(Value::Object(claims.members().clone()), seen, "{payload}");
    assert_eq!(
        (&seen["iss"], &seen["nonce"]),
        (&json!(ISSUER), &json!(NONCE)),
        "{payload}"
    );
    let is_for_us = match &seen["aud"] {
        Value::Array(list) => {
            list.contains(&json!(CLIENT)) && (list.len() == 1 || seen["azp"] == CLIENT)
        }
        one => one == CLIENT,
    };
    assert!(is_for_us, "{payload}");
    assert!(
        seen["exp"].as_f64().unwrap() + 181.0 > NOW as f64,
        "{payload}"
    );
    for begin in ["iat", "nbf"] {
        let begin = seen.get(begin).map_or(0.0, |begin| begin.as_f64().unwrap());
        assert!(begin < NOW as f64 + 181.0, "{payload}");
    }
    let subject = seen["sub"].as_str().unwrap().chars();
    assert!((1..=255).contains(&subject.clone().count()), "{payload}");
    assert!(!subject.into_iter().any(char::is_control), "{payload}");
}

static DISCOVERED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let document = |issuer: &str| {
        json!({
            "issuer": issuer, "authorization_endpoint": "https://idp.example.com/a", "token_endpoint": "https://idp.example.com/t",
            "userinfo_endpoint": "https://idp.example.com/u", "jwks_uri": "https://idp.example.com/k",
            "code_challenge_methods_supported": ["plain", "S256"], "authorization_response_iss_parameter_supported": true,
        })
        .to_string()
    };
    vec![document(ISSUER), document("https://idp.example.com/")]
});

/// Discovery documents: whatever is read stands there once, and is of the issuer.
pub fn discovery(data: &[u8]) -> bool {
    let text = EDITS.apply(&DISCOVERED, data);
    let Ok(found) = documents::parse(ISSUER, text.as_bytes()) else {
        return false;
    };
    let seen: Value = serde_json::from_str(&text).unwrap();
    for (member, value) in [
        ("issuer", &found.issuer),
        ("authorization_endpoint", &found.authorization),
        ("token_endpoint", &found.token),
        ("userinfo_endpoint", &found.userinfo),
        ("jwks_uri", &found.jwks),
    ] {
        assert_eq!(seen[member], **value, "{text}");
    }
    assert_eq!(found.issuer.trim_end_matches('/'), ISSUER, "{text}");
    let methods = seen["code_challenge_methods_supported"].as_array();
    let pkce = methods.is_some_and(|methods| methods.contains(&json!("S256")));
    let names_itself = seen["authorization_response_iss_parameter_supported"] == json!(true);
    assert_eq!(
        (found.pkce, found.names_itself),
        (pkce, names_itself),
        "{text}"
    );
    true
}

/// Sets of keys: an edited set verifies the provider's tokens or none, and nobody else's.
pub fn jwks(data: &[u8]) -> bool {
    let made = &*MADE;
    let text = EDITS.apply(std::slice::from_ref(&made.set), data);
    let Ok(keys) = keys::read(text.as_bytes()) else {
        return false;
    };
    assert!((1..=100).contains(&keys.count()), "{text}");
    for token in &*TOKENS {
        if let Ok(claims) = check(token, &keys) {
            assert_eq!(Value::Object(claims.into_members()), honest(), "{text}");
        }
    }
    let theirs = signed(
        &made.stranger,
        Alg::EdDsa,
        HEADERS[1],
        &honest().to_string(),
    );
    assert!(check(&theirs, &keys).is_err(), "{text}");
    true
}

/// The members of an answer that was accepted: an object whose members another reader finds, and no error.
fn members(text: &str) -> Map<String, Value> {
    let seen: Map<String, Value> = serde_json::from_str(text).unwrap();
    assert!(!seen.contains_key("error"), "{text}");
    seen
}

/// Answers of the token endpoint.
pub fn token_answer(data: &[u8]) -> bool {
    let mut choices = Choices(data);
    let kinds = [
        Kind::Oidc,
        Kind::Google,
        Kind::Facebook,
        Kind::LoginWithAmazon,
    ];
    let kind = kinds[choices.byte() % 4];
    let status = [200, 200, 200, 400][choices.byte() % 4];
    let right = json!({
        "access_token": "at", "id_token": "a.b.c", "refresh_token": "rt", "token_type": "Bearer", "expires_in": 3600,
    });
    let text = EDITS.apply(&[right.to_string()], choices.rest());
    let Ok(found) = exchange::read(kind, status, text.as_bytes()) else {
        return false;
    };
    assert_eq!(status, 200, "{text}");
    let seen = members(&text);
    assert_eq!(*found.members(), seen, "{text}");
    let id_token = Some(&found.id_token).filter(|_| kind.has_id_token());
    for (name, token) in [
        ("id_token", id_token),
        ("access_token", Some(&found.access_token)),
    ] {
        let Some(token) = token else { continue };
        let said = seen
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty());
        assert_eq!(
            token.as_ref().map(|token| token.expose().as_str()),
            said,
            "{text}"
        );
    }
    assert!(kind.has_id_token() || found.id_token.is_none(), "{text}");
    assert!(
        found.id_token.is_some() || found.access_token.is_some(),
        "{text}"
    );
    true
}

/// Answers of the userinfo endpoint: they count beside an ID token of the same user alone, whose claims win.
pub fn user_info(data: &[u8]) -> bool {
    let mut choices = Choices(data);
    let status = [200, 200, 200, 401][choices.byte() % 4];
    let right = json!({"sub": "user-1", "email": "jane@info.example", "name": "Jane", "phone": {"a": [1, 2.5, null]}});
    let text = EDITS.apply(&[right.to_string()], choices.rest());
    let Ok(info) = userinfo::read(Kind::Oidc, status, text.as_bytes()) else {
        return false;
    };
    assert_eq!(status, 200, "{text}");
    let seen = members(&text);
    assert_eq!(*info.members(), seen, "{text}");
    let ours = check(&TOKENS[1], &MADE.keys).unwrap();
    match userinfo::merge(Some(ours), info) {
        Ok(both) => {
            assert_eq!(seen["sub"], "user-1", "{text}");
            for (name, value) in honest().as_object().unwrap() {
                assert_eq!(both.get(name), Some(value), "{name}: {text}");
            }
        }
        Err(_) => assert_ne!(seen.get("sub"), Some(&json!("user-1")), "{text}"),
    }
    true
}

/// What the browser brings: a code counts once, without an error, and of this provider.
pub fn answer(data: &[u8]) -> bool {
    let mut choices = Choices(data);
    let names_itself = choices.byte() % 2 == 1;
    let right = format!("code=a-code&state=a-state&iss={ISSUER}&user=x");
    let text = EDITS.apply(&[right], choices.rest());
    let pairs: Vec<_> = text
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let given = |name: &str| pairs.iter().filter(|(found, _)| *found == name).count();
    let Ok(answer) = Answer::read(pairs.iter().copied()) else {
        let names = ["code", "state", "iss", "error", "error_description", "user"];
        assert!(names.into_iter().any(|name| given(name) > 1), "{text}");
        return false;
    };
    let Ok(code) = answer.code(&[ISSUER], names_itself) else {
        return false;
    };
    assert_eq!((given("code"), given("error")), (1, 0), "{text}");
    assert!(
        pairs.contains(&("code", code)) && !code.is_empty(),
        "{text}"
    );
    let itself = pairs.contains(&("iss", ISSUER));
    assert!(itself || (given("iss") == 0 && !names_itself), "{text}");
    true
}
