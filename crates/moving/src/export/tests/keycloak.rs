//! The format `keycloak`.

use serde_json::{Value, json};

use super::*;

/// Parses the two members of a credential that are JSON in texts.
fn opened(credential: &Value) -> (Value, Value) {
    let part = |name: &str| serde_json::from_str(credential[name].as_str().unwrap()).unwrap();
    (part("secretData"), part("credentialData"))
}

#[test]
fn keycloak_gets_users_groups_and_the_credentials_that_it_can_use() {
    let native = UserRecord {
        password: Some(PasswordRecord::Native("c3JwNmEtdjE6".to_owned())),
        enabled: Some(false),
        status: Some("FORCE_CHANGE_PASSWORD".to_owned()),
        ..bare("joe")
    };
    let (text, tally) = file(Format::Keycloak, facts(), vec![jane(), native]);
    let mut value: Value = serde_json::from_str(&text).unwrap();
    let credentials = value["users"][0]["credentials"].take();
    assert_eq!(
        value,
        json!({
            "realm": "the \"shop\"",
            "users": [
                {
                    "id": SUB,
                    "username": "jane",
                    "email": "jane@example.com",
                    "emailVerified": true,
                    "firstName": "Jane",
                    "lastName": "Doe",
                    "enabled": true,
                    "createdTimestamp": 1_600_000_000_000_i64,
                    "attributes": {
                        "name": ["Jane \"J\" Doe, née\nRoe\\"],
                        "middleName": ["M"],
                        "nickname": ["jj"],
                        "profile": ["https://example.com/jane"],
                        "picture": ["https://example.com/jane.png"],
                        "locale": ["fr-CA"],
                        "zoneinfo": ["America/Montreal"],
                        "formatted": ["1 Road, Town"],
                        "birthdate": ["1990-02-03"],
                        "updatedAt": ["1600000000"],
                        "phoneNumber": ["+15550100"],
                        "custom:note": [" x, y "],
                    },
                    "groups": ["/admins", "/a/b"],
                    "requiredActions": [],
                    "federatedIdentities": [
                        {"identityProvider": "Google", "userId": "1234", "userName": "1234"},
                    ],
                    "credentials": null,
                },
                {
                    "username": "joe",
                    "emailVerified": false,
                    "enabled": false,
                    "attributes": {},
                    "groups": [],
                    "requiredActions": ["UPDATE_PASSWORD"],
                    "federatedIdentities": [],
                    "credentials": [],
                },
            ],
            "groups": [
                {
                    "name": "admins",
                    "path": "/admins",
                    "attributes": {
                        "description": ["those who may"],
                        "precedence": ["3"],
                        "role_arn": ["arn:aws:iam::123456789012:role/x"],
                    },
                },
            ],
        })
    );
    let [password, otp, passkey] = credentials.as_array().unwrap().as_slice() else {
        panic!("{credentials}");
    };
    let head = |credential: &Value| {
        (
            credential["type"].clone(),
            credential["userLabel"].clone(),
            credential["createdDate"].clone(),
            credential["priority"].clone(),
        )
    };
    assert_eq!(
        head(password),
        (json!("password"), json!(null), json!(null), json!(10))
    );
    assert_eq!(
        opened(password),
        (
            json!({
                "value": "AkVbvWSOqz7Hs3qthhWKxicOWnGLN+MBmpwc3emi5VA=",
                "salt": "ko/G5o1ms+ML08P95sQ8DA==",
                "additionalParameters": {},
            }),
            json!({
                "hashIterations": 2,
                "algorithm": "argon2",
                "additionalParameters": {
                    "hashLength": ["32"],
                    "memory": ["19456"],
                    "type": ["id"],
                    "version": ["1.3"],
                    "parallelism": ["1"],
                },
            })
        )
    );
    assert_eq!(
        head(otp),
        (json!("otp"), json!("phone"), json!(null), json!(20))
    );
    assert_eq!(
        opened(otp),
        (
            json!({"value": SEED}),
            json!({
                "subType": "totp",
                "digits": 6,
                "counter": 0,
                "period": 30,
                "algorithm": "HmacSHA1",
                "secretEncoding": "BASE32",
            })
        )
    );
    assert_eq!(
        head(passkey),
        (
            json!("webauthn-passwordless"),
            json!("key"),
            json!(1_600_000_000_500_i64),
            json!(30)
        )
    );
    assert_eq!(
        opened(passkey),
        (
            json!({}),
            json!({
                "aaguid": "00112233-4455-6677-8899-aabbccddeeff",
                "credentialId": "+/8=",
                "counter": 7,
                "credentialPublicKey": "pQECAyYgASFY",
                "attestationStatementFormat": "none",
                "transports": ["internal", "hybrid"],
            })
        )
    );
    assert_eq!(
        tally,
        Tally {
            groups: 1,
            users: 2,
            secrets: Secrets {
                passwords: 1,
                apps: 1,
                ..Secrets::default()
            },
            omitted: Secrets {
                passwords: 1,
                former_passwords: 1,
                ..Secrets::default()
            },
            verifiers: 1,
            passkeys: 1,
            omitted_links: 1,
            ..Tally::default()
        }
    );
}

#[test]
fn a_passkey_of_an_unknown_model_has_zeros() {
    let mut user = jane();
    user.passkeys[0].aaguid = None;
    let (text, _) = file(Format::Keycloak, facts(), vec![user]);
    assert!(
        text.contains("00000000-0000-0000-0000-000000000000"),
        "{text}"
    );
}
