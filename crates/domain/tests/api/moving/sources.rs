//! A file of each system: every hash is the password, and nothing else is.

use cognate_domain::moving::apply::Wishes;
use cognate_domain::moving::apply::ledger::Outcome;
use cognate_moving::formats::Format;
use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::TestApp;
use crate::support::mfa;

/// How a file is read, the file, and the names and passwords of its users who sign in without more.
type Source = (Options, &'static str, Vec<(&'static str, &'static str)>);

fn files() -> Vec<Source> {
    let mut auth0 = options(Format::Auth0);
    auth0
        .map
        .push("app_metadata.plan=custom:plan".parse().unwrap());
    let mut okta = options(Format::Okta);
    okta.assume_verified = true;
    let mut firebase = options(Format::Firebase);
    firebase.firebase = Some(firebase_project());
    vec![
        (
            auth0,
            include_str!("../../../../moving/tests/files/auth0.json"),
            vec![
                ("leo@example.com", "test123"),
                ("mia@example.com", "test123"),
            ],
        ),
        (
            firebase,
            include_str!("../../../../moving/tests/files/firebase.csv"),
            vec![("fay@example.com", "user1password")],
        ),
        (
            okta,
            include_str!("../../../../moving/tests/files/okta.json"),
            vec![("olga@example.com", "test")],
        ),
        (
            options(Format::Kratos),
            include_str!("../../../../moving/tests/files/kratos.json"),
            vec![("sue@example.com", "test")],
        ),
        (
            options(Format::Supabase),
            include_str!("../../../../moving/tests/files/supabase.csv"),
            vec![("fb@example.com", "mytestpassword")],
        ),
        (
            options(Format::Django),
            include_str!("../../../../moving/tests/files/django.csv"),
            vec![("dana", "lètmein"), ("doro", "KRONOS")],
        ),
    ]
}

fn firebase_project() -> cognate_crypto::imported::FirebaseProject {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let key =
        "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";
    cognate_crypto::imported::FirebaseProject {
        signer_key: STANDARD.decode(key).unwrap(),
        separator: vec![7],
        rounds: 8,
        mem_cost: 14,
    }
}

#[each_engine]
async fn a_file_says_what_it_will_do_does_it_and_does_nothing_more(t: &TestApp) {
    for (options, text, users) in files() {
        let s = target(t).await;
        let before = stored(t).await;
        let dry = Wishes {
            dry_run: true,
            ..Wishes::default()
        };
        let planned = import_by(t, &s.pool, &options, &dry, text, 2).await;
        assert_eq!(stored(t).await, before, "{:?}", options.format);
        let done = import_by(t, &s.pool, &options, &Wishes::default(), text, 2).await;
        assert_eq!(told(&planned), told(&done), "{:?}", options.format);
        assert!(done.iter().any(|row| row.outcome == Outcome::Created));
        let after = stored(t).await;
        let again = import(t, &s.pool, &options, text).await;
        for (first, second) in done.iter().zip(&again) {
            let expected = match first.outcome {
                Outcome::Created => Outcome::Unchanged,
                other => other,
            };
            assert_eq!(second.outcome, expected, "{second:?}");
        }
        assert_eq!(stored(t).await, after);
        for (name, password) in users {
            comes_in(t, &s, name, password).await;
        }
        // Whoever has come in is not set back to the hash, even where differences are taken over.
        let update = Wishes {
            update: true,
            ..Wishes::default()
        };
        let updated = import_by(t, &s.pool, &options, &update, text, 300).await;
        assert_eq!(outcomes(&updated), outcomes(&again));
    }
}

#[each_engine]
async fn keycloak_brings_factors_links_and_groups(t: &TestApp) {
    let own = json!({"AliasAttributes": ["email"]});
    let s = mfa::mfa_site_with(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"], own).await;
    let corp = crate::support::providers::oidc_provider(&s.pool, "corp", json!({}));
    t.ok("CreateIdentityProvider", corp).await;
    let text = include_str!("../../../../moving/tests/files/keycloak.json");
    let done = import(t, &s.pool, &options(Format::Keycloak), text).await;
    assert_eq!(outcomes(&done), [Outcome::Created, Outcome::Created]);
    let input = json!({"UserPoolId": s.pool, "Username": "petra"});
    let petra = t.ok("AdminGetUser", input.clone()).await;
    let attributes = petra["UserAttributes"].as_array().unwrap();
    let value =
        |name: &str| attributes.iter().find(|a| a["Name"] == name).unwrap()["Value"].clone();
    assert_eq!(value("sub"), "3f2504e0-4f89-41d3-9a0c-0305e82c3301");
    let created = petra["UserCreateDate"].as_f64().unwrap();
    assert!((created - 1_600_000_000.123).abs() < 0.001);
    assert!(
        value("identities")
            .as_str()
            .unwrap()
            .contains("\"userId\":\"p-17\"")
    );
    assert_eq!(petra["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
    let groups = t.ok("AdminListGroupsForUser", input).await;
    assert_eq!(groups["Groups"][0]["GroupName"], "staff");
    // The password, then the code of the app that she has had before.
    let asked = t
        .ok(
            "InitiateAuth",
            by_password(&s.client, "petra@example.com", "password"),
        )
        .await;
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let seed = cognate_crypto::totp::Seed::from_bytes(b"Vn4w0rdSecretText123").unwrap();
    let now = t.app.clock.service() / 1_000_000;
    let answer = json!({
        "ClientId": s.client, "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": asked["Session"],
        "ChallengeResponses": {"USERNAME": "petra", "SOFTWARE_TOKEN_MFA_CODE": seed.code_at(now).expose()},
    });
    let tokens = t.ok("RespondToAuthChallenge", answer).await;
    assert!(tokens["AuthenticationResult"].is_object());
    // The other one is disabled until an administrator says otherwise, and then has to change the password.
    let ivo = json!({"UserPoolId": s.pool, "Username": "ivo"});
    t.ok("AdminEnableUser", ivo).await;
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "ivo", "iceberg"))
        .await;
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}

#[each_engine]
async fn the_service_gives_users_without_passwords_their_sub_groups_and_links(t: &TestApp) {
    let s = target(t).await;
    let text = include_str!("../../../../moving/tests/files/cognito.json");
    let without = import(t, &s.pool, &options(Format::Cognito), text).await;
    assert_eq!(outcomes(&without), [Outcome::Created, Outcome::Refused]);
    assert_eq!(
        without[1].reason.as_deref(),
        Some("the pool has no provider of the user's")
    );
    let corp = crate::support::providers::oidc_provider(&s.pool, "corp", json!({}));
    t.ok("CreateIdentityProvider", corp).await;
    let with = import(t, &s.pool, &options(Format::Cognito), text).await;
    assert_eq!(outcomes(&with), [Outcome::Unchanged, Outcome::Created]);
    let jane = json!({"UserPoolId": s.pool, "Username": "84c8a4d8-1011-70ae-d2ee-991ad1a898c1"});
    let jane = t.ok("AdminGetUser", jane).await;
    assert_eq!(
        (&jane["Username"], &jane["UserStatus"]),
        (&json!("jane"), &json!("RESET_REQUIRED"))
    );
    let corp = json!({"UserPoolId": s.pool, "Username": "corp_u-1"});
    let corp = t.ok("AdminGetUser", corp).await;
    assert_eq!(
        (&corp["UserStatus"], &corp["Enabled"]),
        (&json!("EXTERNAL_PROVIDER"), &json!(false))
    );
    // Another server knows the passwords: the status stays.
    let s = target(t).await;
    let keep = Wishes {
        keep_status: true,
        ..Wishes::default()
    };
    import_by(t, &s.pool, &options(Format::Cognito), &keep, text, 300).await;
    let jane = json!({"UserPoolId": s.pool, "Username": "jane"});
    assert_eq!(t.ok("AdminGetUser", jane).await["UserStatus"], "CONFIRMED");
}

#[each_engine]
async fn users_with_addresses_as_names_come_into_pools_of_each_kind(t: &TestApp) {
    let text = include_str!("../../../../moving/tests/files/scim.json");
    let mut options = options(Format::Scim);
    options.assume_verified = true;
    let by_email = site_with(t, json!({"UsernameAttributes": ["email"]}), json!({})).await;
    let done = import(t, &by_email.pool, &options, text).await;
    assert_eq!(outcomes(&done), [Outcome::Created]);
    let name = json!({"UserPoolId": by_email.pool, "Username": "babs@example.com"});
    let user = t.ok("AdminGetUser", name).await;
    assert_eq!(user["Username"], "2819c223-7f76-453a-919d-413861904646");
    let aliased = target(t).await;
    options.map.push("emails=username".parse().unwrap());
    let renamed = text.replace(
        "\"userName\": \"bjensen\"",
        "\"userName\": \"babs@example.com\"",
    );
    options.map.clear();
    let done = import(t, &aliased.pool, &options, &renamed).await;
    assert_eq!(outcomes(&done), [Outcome::Created]);
    assert!(
        done[0].notes[0].contains("the user name is the sub"),
        "{done:?}"
    );
    let name = json!({"UserPoolId": aliased.pool, "Username": "babs@example.com"});
    assert_eq!(
        t.ok("AdminGetUser", name).await["UserStatus"],
        "RESET_REQUIRED"
    );
}
