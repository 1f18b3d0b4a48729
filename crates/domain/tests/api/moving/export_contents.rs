//! What the files of an export say of users.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::credential::Credential;
use cognate_crypto::imported::JobHash;
use cognate_moving::export::{Format, Secrets};
use cognate_moving::record::{MfaRecord, PasswordRecord, UserRecord};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::exporting::*;
use crate::federation::flow::{company, enter};
use crate::support::TestApp;
use crate::support::passkeys::{RP, b64};
use crate::support::signin::*;

/// True if a credential in base64 is that of the password.
fn is_for(pool: &str, user: &str, credential: &str, password: &str) -> bool {
    let bytes = STANDARD.decode(credential).unwrap();
    let (_, suffix) = pool.split_once('_').unwrap();
    let credential = Credential::from_bytes(&bytes).unwrap();
    credential.matches(suffix, user, password)
}

#[each_engine]
async fn jsonl_has_everything_of_every_user(t: &TestApp) {
    let w = world(t).await;
    let pool = &w.site.pool;
    let taken = t.app.clock.service();
    let (text, tally) = secret(t, ask(pool, Format::Jsonl, &[])).await;
    let file = lines(&text);
    assert_eq!((&file.header.pool_id, file.header.secrets), (pool, true));
    assert!((taken..taken + 60_000_000).contains(&file.header.taken));
    assert_eq!(
        (file.end.groups, file.end.users, file.end.omitted_secrets),
        (2, 3, 0)
    );
    let group = json!(file.groups.iter().find(|group| group.name == "admins"));
    assert_eq!(
        group,
        json!({
            "name": "admins", "description": "those, who may", "precedence": 3,
            "role_arn": "arn:aws:iam::123456789012:role/x",
            "created": group["created"], "modified": group["modified"],
        })
    );
    let names: Vec<_> = file
        .groups
        .iter()
        .map(|group| group.name.as_str())
        .collect();
    assert_eq!(names, ["admins", "empty"]);
    let mut ids: Vec<_> = file
        .users
        .iter()
        .map(|user| user.sub.clone().unwrap())
        .collect();
    assert!(ids.is_sorted());
    ids.sort();
    let mut expected = [w.jane.clone(), w.joe.clone(), w.kim.clone()];
    expected.sort();
    assert_eq!(ids, expected);

    let (_, row) = find(t, pool, "jane").await;
    let jane = file.user("jane");
    let Some(PasswordRecord::Native(password)) = &jane.password else {
        panic!("{jane:?}");
    };
    assert!(is_for(pool, "jane", password, PASSWORD));
    assert!(!is_for(pool, "jane", password, FORMER));
    let [first, second] = jane.password_history.as_slice() else {
        panic!("{}", jane.password_history.len());
    };
    assert!(is_for(pool, "jane", first, FORMER));
    assert!(is_for(pool, "jane", second, FIRST));
    let totp = jane.totp.as_ref().unwrap();
    assert_eq!(totp.secret, w.secret_code);
    assert_eq!(totp.name.as_deref(), Some("phone"));
    let step = t.app.clock.service() / 30_000_000;
    assert!((step - 2..=step + 1).contains(&totp.last_step));
    assert_eq!(
        jane.mfa,
        Some(MfaRecord {
            software_token: true,
            preferred: Some("SOFTWARE_TOKEN_MFA".to_owned()),
            ..MfaRecord::default()
        })
    );
    let rest = UserRecord {
        password: None,
        password_history: Vec::new(),
        totp: None,
        mfa: None,
        ..jane.clone()
    };
    let rest = serde_json::to_value(rest).unwrap();
    let (passkey, link) = (&rest["passkeys"][0], &rest["links"][0]);
    assert_eq!(
        rest,
        json!({
            "sub": w.jane, "username": "jane", "status": "CONFIRMED", "enabled": true,
            "created": row.created, "modified": row.modified,
            "attributes": {
                "email": "jane@example.com", "email_verified": "true", "name": "Jane, née\nRoe", "custom:note": "x",
            },
            "groups": ["admins"],
            "passkeys": [{
                "credential_id": b64(&w.device.credential_id), "rp_id": RP, "public_key": passkey["public_key"],
                "sign_count": 1, "name": "Roaming passkey", "attachment": "cross-platform",
                "transports": ["usb", "nfc"], "backup_eligible": false, "created": passkey["created"],
            }],
            "links": [{"provider": "Google", "value": "1234", "created": link["created"]}],
        })
    );
    let key = passkey["public_key"].as_str().unwrap();
    assert!(key.len() > 90, "{key} is a COSE key");

    let joe = file.user("joe");
    assert!(joe.password == Some(PasswordRecord::Imported(BROUGHT.to_owned())));
    assert_eq!(
        (joe.enabled, joe.mfa.as_ref(), joe.totp.is_some()),
        (Some(false), None, false)
    );
    let kim = file.user("kim");
    assert_eq!(kim.status.as_deref(), Some("FORCE_CHANGE_PASSWORD"));
    assert_eq!(
        kim.temporary_until,
        find(t, pool, "kim").await.1.doc.temporary_until
    );
    assert!(kim.temporary_until.unwrap() > taken);
    assert_eq!(
        tally.secrets,
        Secrets {
            passwords: 3,
            former_passwords: 3,
            apps: 1,
        }
    );
    assert_eq!(
        (tally.omitted.sum(), tally.verifiers, tally.passkeys),
        (0, 2, 1)
    );
}

#[each_engine]
async fn values_that_wait_and_users_of_providers_are_in_it(t: &TestApp) {
    let c = company(t).await;
    let claims = json!({"sub": "u1", "email": "jane@corp.example", "email_verified": true});
    enter(t, &c, claims).await;
    let update = json!({
        "AttributesRequireVerificationBeforeUpdate": ["email"],
    });
    let settings = json!({
        "UserPoolId": c.pool, "AutoVerifiedAttributes": ["email"], "UserAttributeUpdateSettings": update,
    });
    t.ok("UpdateUserPool", settings).await;
    let verified = json!([{"Name": "email", "Value": "a@example.com"}, {"Name": "email_verified", "Value": "true"}]);
    user_with(t, &c.pool, "joe", verified).await;
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]});
    let client = client_of(t, &c.pool, flows).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let access = sign_in(t, &client, "joe").await["AccessToken"].clone();
    let attributes = json!([{"Name": "email", "Value": "b@example.com"}]);
    let input = json!({"AccessToken": access, "UserAttributes": attributes});
    t.ok("UpdateUserAttributes", input).await;

    let (text, _) = secret(t, ask(&c.pool, Format::Jsonl, &[])).await;
    let file = lines(&text);
    let joe = file.user("joe");
    assert_eq!(joe.attributes["email"], "a@example.com");
    assert_eq!(joe.pending["email"], "b@example.com");
    let jane = serde_json::to_value(file.user("Corp_u1")).unwrap();
    assert_eq!(jane["status"], "EXTERNAL_PROVIDER");
    assert_eq!(jane["groups"], json!([format!("{}_Corp", c.pool)]));
    let link = &jane["links"][0];
    let expected =
        json!([{"provider": "Corp", "value": "u1", "primary": true, "created": link["created"]}]);
    assert_eq!(jane["links"], expected);
    assert_eq!(jane["attributes"].get("identities"), None);
    assert_eq!(jane.get("password"), None);
    let (csv, tally) = plain(t, &c.pool, Format::Csv).await;
    assert!(!csv.contains("Corp_u1"), "{csv}");
    assert_eq!((tally.users, tally.federated_left_out), (1, 1));
}

#[each_engine]
async fn csv_has_the_header_of_the_pool_and_one_kind_of_hashes(t: &TestApp) {
    let w = world(t).await;
    let pool = &w.site.pool;
    let described = t.ok("DescribeUserPool", json!({"UserPoolId": pool})).await;
    let schema = described["UserPool"]["SchemaAttributes"]
        .as_array()
        .unwrap();
    let names = schema
        .iter()
        .map(|attribute| attribute["Name"].as_str().unwrap());
    let mut expected: Vec<_> = names
        .filter(|name| !["sub", "identities"].contains(name))
        .collect();
    expected.extend(["cognito:mfa_enabled", "cognito:username"]);
    let (csv, tally) = plain(t, pool, Format::Csv).await;
    let header: Vec<_> = csv.lines().next().unwrap().split(',').collect();
    assert_eq!(header, expected);
    // joe is disabled.
    assert_eq!(
        (csv.lines().count(), tally.users, tally.disabled_left_out),
        (3, 2, 1)
    );
    assert!(csv.contains("Jane\\, née Roe"), "{csv}");
    assert!(csv.lines().any(|row| row.ends_with(",true,jane")), "{csv}");

    t.ok(
        "AdminEnableUser",
        json!({"UserPoolId": pool, "Username": "joe"}),
    )
    .await;
    let asked = ask(pool, Format::Csv, &[]);
    let with_hashes = cognate_domain::moving::export::Asked {
        hashes: Some(JobHash::Bcrypt),
        ..asked
    };
    let (csv, tally) = secret(t, with_hashes).await;
    assert!(
        csv.lines()
            .next()
            .unwrap()
            .ends_with(",cognito:username,password_hash")
    );
    assert!(
        csv.lines()
            .any(|row| row.ends_with(&format!(",false,joe,{BROUGHT}"))),
        "{csv}"
    );
    assert!(csv.lines().any(|row| row.ends_with(",true,jane,")), "{csv}");
    assert_eq!((tally.secrets.passwords, tally.omitted.passwords), (1, 2));
}

#[each_engine]
async fn scim_and_keycloak_have_what_they_have_places_for(t: &TestApp) {
    let w = world(t).await;
    let pool = &w.site.pool;
    let (scim, _) = plain(t, pool, Format::Scim).await;
    let scim: Value = serde_json::from_str(&scim).unwrap();
    assert_eq!(scim["totalResults"], 3);
    let users = scim["Resources"].as_array().unwrap();
    let jane = users
        .iter()
        .find(|user| user["userName"] == "jane")
        .unwrap();
    assert_eq!(jane["id"], w.jane);
    assert_eq!(
        jane["groups"],
        json!([{"value": "admins", "display": "admins"}])
    );

    let (keycloak, tally) = secret(t, ask(pool, Format::Keycloak, &[])).await;
    let keycloak: Value = serde_json::from_str(&keycloak).unwrap();
    let users = keycloak["users"].as_array().unwrap();
    let user = |name: &str| users.iter().find(|user| user["username"] == name).unwrap();
    let kinds = |name: &str| -> Vec<Value> {
        let credentials = user(name)["credentials"].as_array().unwrap();
        credentials
            .iter()
            .map(|credential| credential["type"].clone())
            .collect()
    };
    assert_eq!(kinds("jane"), ["otp", "webauthn-passwordless"]);
    assert_eq!(kinds("joe"), ["password"]);
    assert_eq!(kinds("kim"), Vec::<Value>::new());
    let secret = &user("jane")["credentials"][0]["secretData"];
    assert_eq!(secret, &json!(json!({"value": w.secret_code}).to_string()));
    assert_eq!(
        user("jane")["federatedIdentities"],
        json!([{"identityProvider": "Google", "userId": "1234", "userName": "1234"}])
    );
    assert_eq!(user("kim")["requiredActions"], json!(["UPDATE_PASSWORD"]));
    assert_eq!(
        (tally.secrets.passwords, tally.secrets.apps, tally.verifiers),
        (1, 1, 2)
    );
    let groups = keycloak["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 2);
}
