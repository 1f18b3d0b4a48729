//! The answer to the call for a user's claims, and the claims of ID token and answer together.

use serde_json::Value;

use crate::oidc::claims::Claims;
use crate::oidc::said::{self, Said};
use crate::oidc::social::{Kind, Profile};

/// The claim by which an ID token and the answer are known to be of the same user.
const SUBJECT: &str = "sub";

/// The answer is of another user than the ID token, or does not say of whom (OpenID Connect Core 1.0 section 5.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the claims are of another user than the ID token")]
pub struct OtherSubject;

/// Reads the answer. Claims of social providers are brought into the form that mappings expect: the person of Google's
/// People API gets the `sub` that its resource name holds, and the picture of Facebook becomes its URL.
///
/// # Errors
/// [`Said`]. An answer that is a signed token instead of JSON is refused.
pub fn read(kind: Kind, status: u16, body: &[u8]) -> Result<Claims, Said> {
    let mut claims = Claims::new(said::success(status, body)?);
    match kind.traits().profile {
        Profile::Person => name_person(&mut claims),
        Profile::Fields => show_picture(&mut claims),
        Profile::Plain | Profile::None => {}
    }
    Ok(claims)
}

/// `people/<sub>` names the account.
fn name_person(claims: &mut Claims) {
    claims.take(SUBJECT);
    claims.take("etag");
    if let Some(Value::String(name)) = claims.take("resourceName")
        && let Some(account) = name.strip_prefix("people/")
    {
        claims.set(SUBJECT, account.into());
    }
}

/// `{"data": {"url": …, …}}` becomes the URL.
fn show_picture(claims: &mut Claims) {
    let url = claims
        .get("picture")
        .and_then(|picture| picture.pointer("/data/url"));
    if let Some(url) = url.cloned() {
        claims.set("picture", url);
    }
}

/// Returns all claims; those of the ID token win (endpoints.md 4.2). Without an ID token the answer speaks for itself, as
/// it was made for the token that this sign-in's code gave.
///
/// # Errors
/// [`OtherSubject`].
pub fn merge(id_token: Option<Claims>, info: Claims) -> Result<Claims, OtherSubject> {
    let Some(mut claims) = id_token else {
        return Ok(info);
    };
    match (claims.subject(SUBJECT), info.text(SUBJECT)) {
        (Some(ours), Some(theirs)) if ours == theirs => {}
        _ => return Err(OtherSubject),
    }
    for (name, value) in info.into_members() {
        claims.add(&name, value);
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: Value) -> Claims {
        read(Kind::Oidc, 200, value.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn the_token_wins_and_the_answer_adds() {
        let token = claims(json!({"sub": "1", "email": "a@token", "name": null}));
        let info = claims(json!({"sub": "1", "email": "a@info", "name": "J", "phone": "+1"}));
        let both = merge(Some(token), info).unwrap();
        let expected = json!({"sub": "1", "email": "a@token", "name": "J", "phone": "+1"});
        assert_eq!(Value::Object(both.into_members()), expected);
    }

    #[test]
    fn the_answer_of_another_user_is_refused() {
        for sub in [
            json!("2"),
            json!("1 "),
            json!(1),
            json!(["1"]),
            json!(null),
            json!(""),
        ] {
            let token = claims(json!({"sub": "1"}));
            let merged = merge(Some(token), claims(json!({ "sub": sub })));
            assert_eq!(merged, Err(OtherSubject), "{sub}");
        }
        let token = || Some(claims(json!({"sub": "1"})));
        assert_eq!(merge(token(), claims(json!({}))), Err(OtherSubject));
        assert_eq!(
            merge(token(), claims(json!({"id": "1"}))),
            Err(OtherSubject)
        );
        let nameless = Some(claims(json!({"sub": ""})));
        assert_eq!(
            merge(nameless, claims(json!({"sub": ""}))),
            Err(OtherSubject)
        );
    }

    #[test]
    fn an_answer_that_is_no_object_is_refused() {
        for body in [
            "",
            "[]",
            "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
            "{\"sub\":\"1\",\"sub\":\"2\"}",
        ] {
            let read = read(Kind::Oidc, 200, body.as_bytes());
            assert_eq!(read, Err(Said::Unreadable(200)), "{body}");
        }
        let read = read(Kind::Oidc, 401, br#"{"error":"invalid_token"}"#);
        assert!(matches!(read, Err(Said::Refusal { status: 401, .. })));
    }
}
