//! What the session expects: exact refusals and exact claims.

use aws_sdk_cognitoidentityprovider::Error;
use aws_sdk_cognitoidentityprovider::error::ProvideErrorMetadata as _;
use aws_sdk_cognitoidentityprovider::types::AuthenticationResultType;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub const INCORRECT: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");
pub const NOT_CONFIRMED: (&str, &str) = ("UserNotConfirmedException", "User is not confirmed.");
pub const WRONG_CODE: (&str, &str) = (
    "CodeMismatchException",
    "Invalid verification code provided, please try again.",
);
pub const ACCESS_REVOKED: (&str, &str) =
    ("NotAuthorizedException", "Access Token has been revoked");
pub const REFRESH_REVOKED: (&str, &str) =
    ("NotAuthorizedException", "Refresh Token has been revoked");

/// Checks that a call was refused with exactly this exception and text.
#[track_caller]
pub fn refused<T>(outcome: Result<T, Error>, want: (&str, &str)) {
    match outcome {
        Ok(_) => panic!("accepted, but must be refused with {want:?}"),
        Err(error) => assert_eq!(
            (error.code(), error.message()),
            (Some(want.0), Some(want.1))
        ),
    }
}

/// Checks every claim of both tokens.
#[track_caller]
pub fn check_claims(
    tokens: &AuthenticationResultType,
    issuer: &str,
    client: &str,
    username: &str,
    email: &str,
    sub: &str,
) {
    let mut access = claims(tokens.access_token().unwrap());
    let mut identity = claims(tokens.id_token().unwrap());
    assert_ne!(access["jti"], identity["jti"]);
    for name in ["event_id", "origin_jti", "auth_time", "iat", "exp"] {
        assert_eq!(
            access[name], identity[name],
            "both tokens have the same {name}"
        );
    }
    for token in [&mut access, &mut identity] {
        assert_eq!(
            token["exp"].as_i64().unwrap() - token["iat"].as_i64().unwrap(),
            3600
        );
        let token = token.as_object_mut().unwrap();
        for name in ["event_id", "jti", "origin_jti"] {
            assert_eq!(
                token.remove(name).unwrap().as_str().unwrap().len(),
                36,
                "{name} is a UUID"
            );
        }
        for name in ["auth_time", "iat", "exp"] {
            assert!(
                token.remove(name).unwrap().is_i64(),
                "{name} is a whole number"
            );
        }
    }
    assert_eq!(
        access,
        json!({
            "sub": sub,
            "iss": issuer,
            "client_id": client,
            "token_use": "access",
            "acr": "urn:cognito:loa:1",
            "amr": ["pwd"],
            "scope": "aws.cognito.signin.user.admin",
            "username": username,
        })
    );
    assert_eq!(
        identity,
        json!({
            "sub": sub,
            "iss": issuer,
            "aud": client,
            "token_use": "id",
            "acr": "urn:cognito:loa:1",
            "amr": ["pwd"],
            "cognito:username": username,
            "email": email,
            "email_verified": true,
        })
    );
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
