//! Links between outside identities and users of a pool.

use cognate_domain::jobs::pool_deletion::PoolDeletion;
use cognate_domain::jobs::runner::Job;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::groups::user;
use crate::support::TestApp;
use crate::support::providers::*;
use crate::support::signin::{PASSWORD, claims, initiate};
use crate::support::texts::exceptions::INVALID;
use crate::support::users::{all_at_once, client, pool, with};

const NO_LINK: &str = "Invalid ProviderName/Username combination. Please check again";

fn who(provider: &str, attribute: &str, value: &str) -> Value {
    json!({"ProviderName": provider, "ProviderAttributeName": attribute, "ProviderAttributeValue": value})
}

fn link(pool: &str, user: &str, source: Value) -> Value {
    json!({"UserPoolId": pool, "DestinationUser": who("Cognito", "x", user), "SourceUser": source})
}

fn unlink(pool: &str, source: Value) -> Value {
    json!({"UserPoolId": pool, "User": source})
}

/// Returns the attribute `identities` of a user.
async fn identities(t: &TestApp, pool: &str, name: &str) -> Value {
    let shown = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": pool, "Username": name}),
        )
        .await;
    let list = shown["UserAttributes"].as_array().unwrap();
    let found = list
        .iter()
        .find(|attribute| attribute["Name"] == "identities");
    found.map_or(Value::Null, |attribute| {
        serde_json::from_str(attribute["Value"].as_str().unwrap()).unwrap()
    })
}

/// Creates a pool with Google, an OIDC provider `idp` that maps `email` to `mail`, and the users jane and john.
async fn set_up(t: &TestApp) -> String {
    let pool = pool(t, json!({})).await;
    create(t, provider(&pool, "Google", "Google", social())).await;
    create(
        t,
        oidc_provider(&pool, "idp", json!({"AttributeMapping": {"email": "mail"}})),
    )
    .await;
    user(t, &pool, "jane").await;
    user(t, &pool, "john").await;
    pool
}

#[each_engine]
async fn a_link_is_shown_and_taken_away(t: &TestApp) {
    let pool = set_up(t).await;
    assert_eq!(identities(t, &pool, "jane").await, Value::Null);
    let google = who("Google", "Cognito_Subject", "1234");
    assert_eq!(
        t.ok(
            "AdminLinkProviderForUser",
            link(&pool, "jane", google.clone())
        )
        .await,
        json!({})
    );
    t.ok(
        "AdminLinkProviderForUser",
        link(&pool, "jane", who("idp", "email", "jane@example.com")),
    )
    .await;
    t.ok(
        "AdminLinkProviderForUser",
        link(&pool, "john", who("idp", "mail", "john@example.com")),
    )
    .await;
    let shown = identities(t, &pool, "jane").await;
    let entry = |n: usize, user: &str, provider: &str, kind: &str| {
        json!({
            "userId": user, "providerName": provider, "providerType": kind, "issuer": null, "primary": false,
            "dateCreated": shown[n]["dateCreated"],
        })
    };
    assert_eq!(
        shown,
        json!([
            entry(0, "1234", "Google", "Google"),
            entry(1, "jane@example.com", "idp", "OIDC")
        ])
    );
    assert!(shown[0]["dateCreated"].as_i64().unwrap() > 1_700_000_000_000);
    assert_eq!(
        t.ok("AdminDisableProviderForUser", unlink(&pool, google.clone()))
            .await,
        json!({})
    );
    assert_eq!(identities(t, &pool, "jane").await, json!([shown[1]]));
    t.refused(
        "AdminDisableProviderForUser",
        unlink(&pool, google.clone()),
        INVALID,
        NO_LINK,
    )
    .await;
    t.ok(
        "AdminDisableProviderForUser",
        unlink(&pool, who("idp", "email", "jane@example.com")),
    )
    .await;
    assert_eq!(identities(t, &pool, "jane").await, Value::Null);
    // Free for another user.
    t.ok("AdminLinkProviderForUser", link(&pool, "john", google))
        .await;
}

#[each_engine]
async fn what_cannot_be_linked_is_refused(t: &TestApp) {
    let pool = set_up(t).await;
    let google = who("Google", "Cognito_Subject", "1234");
    t.ok(
        "AdminLinkProviderForUser",
        link(&pool, "jane", google.clone()),
    )
    .await;
    user(t, &pool, "Google_77").await;
    let subject = "ProviderAttributeName must be Cognito_Subject for this provider.";
    let unmapped =
        "ProviderAttributeName must be Cognito_Subject or an attribute that the provider maps.";
    let native = "Invalid SourceUser: Cognito users with a username/password may not be passed in as a SourceUser, only \
        as a DestinationUser";
    let merging = "Merging is not currently supported, provide a SourceUser that has not been signed up in order to link";
    for (input, code, text) in [
        (
            link(&pool, "jane", google.clone()),
            INVALID,
            "SourceUser is already linked to DestinationUser",
        ),
        (
            link(&pool, "john", google.clone()),
            "AliasExistsException",
            "Source identity is already linked to a user in this user pool",
        ),
        (
            link(&pool, "nobody", google.clone()),
            "UserNotFoundException",
            "User does not exist.",
        ),
        (
            link(&pool, "jane", who("Cognito", "Cognito_Subject", "john")),
            INVALID,
            native,
        ),
        (
            link(&pool, "jane", who("Google", "Cognito_Subject", "77")),
            INVALID,
            merging,
        ),
        (
            link(&pool, "jane", who("Google", "email", "x")),
            INVALID,
            subject,
        ),
        (
            link(&pool, "jane", who("Google", "", "x")),
            INVALID,
            subject,
        ),
        (
            link(&pool, "jane", who("idp", "name", "x")),
            INVALID,
            unmapped,
        ),
        (
            link(&pool, "jane", who("other", "Cognito_Subject", "x")),
            "ResourceNotFoundException",
            "Identity provider other does not exist.",
        ),
        (
            link(&pool, "jane", json!({"ProviderAttributeValue": "x"})),
            INVALID,
            "SourceUser.ProviderName is required.",
        ),
        (
            link(&pool, "jane", json!({"ProviderName": "idp"})),
            INVALID,
            "SourceUser.ProviderAttributeValue is required.",
        ),
        (
            link(&pool, "", google.clone()),
            INVALID,
            "DestinationUser.ProviderAttributeValue is required.",
        ),
        (
            link("us-east-1_aaaaaaaaa", "jane", google),
            "ResourceNotFoundException",
            "User pool us-east-1_aaaaaaaaa does not exist.",
        ),
    ] {
        t.refused("AdminLinkProviderForUser", input, code, text)
            .await;
    }
}

#[each_engine]
async fn what_is_not_linked_is_not_unlinked(t: &TestApp) {
    let pool = set_up(t).await;
    t.ok(
        "AdminLinkProviderForUser",
        link(&pool, "jane", who("idp", "email", "1234")),
    )
    .await;
    for source in [
        who("idp", "Cognito_Subject", "1234"),
        who("idp", "email", "12345"),
        who("Google", "email", "1234"),
        who("other", "email", "1234"),
        who("Cognito", "Cognito_Subject", "nobody"),
        who("Cognito", "email", "jane"),
        json!({}),
    ] {
        t.refused(
            "AdminDisableProviderForUser",
            unlink(&pool, source),
            INVALID,
            NO_LINK,
        )
        .await;
    }
    let missing = (
        "ResourceNotFoundException",
        "User pool us-east-1_aaaaaaaaa does not exist.",
    );
    let input = unlink("us-east-1_aaaaaaaaa", who("idp", "email", "1234"));
    t.refused("AdminDisableProviderForUser", input, missing.0, missing.1)
        .await;
    assert_eq!(identities(t, &pool, "jane").await[0]["userId"], "1234");
}

#[each_engine]
async fn a_user_has_five_links_however_many_are_asked_for_at_once(t: &TestApp) {
    let pool = set_up(t).await;
    let inputs = (0..8)
        .map(|n| {
            link(
                &pool,
                "jane",
                who("idp", "Cognito_Subject", &format!("s{n}")),
            )
        })
        .collect();
    let answers = all_at_once(t, "AdminLinkProviderForUser", inputs).await;
    assert!(answers.iter().filter(|answer| answer.is_ok()).count() <= 5);
    // Those that lost against the others too often are asked for again.
    let mut refused = 0;
    for n in 0..8 {
        let input = link(
            &pool,
            "jane",
            who("idp", "Cognito_Subject", &format!("s{n}")),
        );
        if let Err((code, _)) = t.call("AdminLinkProviderForUser", input).await
            && code == "LimitExceededException"
        {
            refused += 1;
        }
    }
    assert_eq!(refused, 3);
    assert_eq!(
        identities(t, &pool, "jane").await.as_array().unwrap().len(),
        5
    );
    let text = "The maximum number of identities linked to this user has been reached.";
    let sixth = link(&pool, "jane", who("idp", "Cognito_Subject", "s9"));
    t.refused(
        "AdminLinkProviderForUser",
        sixth,
        "LimitExceededException",
        text,
    )
    .await;
}

#[each_engine]
async fn links_end_with_their_user_and_their_provider(t: &TestApp) {
    let pool = set_up(t).await;
    let google = who("Google", "Cognito_Subject", "1234");
    t.ok(
        "AdminLinkProviderForUser",
        link(&pool, "jane", google.clone()),
    )
    .await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "jane"}),
    )
    .await;
    let rows = t
        .app
        .store
        .rows("SELECT 1 FROM provider_links", vec![])
        .await
        .unwrap();
    assert!(rows.is_empty());
    let idp = who("idp", "Cognito_Subject", "s");
    t.ok("AdminLinkProviderForUser", link(&pool, "john", idp.clone()))
        .await;
    t.ok("DeleteIdentityProvider", named(&pool, "idp")).await;
    t.refused(
        "AdminDisableProviderForUser",
        unlink(&pool, idp.clone()),
        INVALID,
        NO_LINK,
    )
    .await;
    // The user whom a new provider of that name calls s is another user, if it speaks for somebody else.
    let other = json!({"MetadataFile": good_metadata()});
    create(t, provider(&pool, "idp", "SAML", other)).await;
    t.refused(
        "AdminDisableProviderForUser",
        unlink(&pool, idp.clone()),
        INVALID,
        NO_LINK,
    )
    .await;
    user(t, &pool, "jack").await;
    t.ok("AdminLinkProviderForUser", link(&pool, "jack", idp))
        .await;
}

#[each_engine]
async fn a_user_of_the_pool_loses_the_password_until_an_administrator_sets_one(t: &TestApp) {
    let pool = set_up(t).await;
    let id = client(t, &pool, json!({})).await;
    let password =
        json!({"UserPoolId": pool, "Username": "jane", "Password": PASSWORD, "Permanent": true});
    t.ok("AdminSetUserPassword", password.clone()).await;
    let sign_in = initiate(
        &id,
        "USER_PASSWORD_AUTH",
        json!({"USERNAME": "jane", "PASSWORD": PASSWORD}),
    );
    t.ok("InitiateAuth", sign_in.clone()).await;
    t.ok(
        "AdminDisableProviderForUser",
        unlink(&pool, who("Cognito", "Cognito_Subject", "jane")),
    )
    .await;
    let shown = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": pool, "Username": "jane"}),
        )
        .await;
    assert_eq!(
        (&shown["UserStatus"], &shown["Enabled"]),
        (&json!("EXTERNAL_PROVIDER"), &json!(true))
    );
    let refusal = t.call("InitiateAuth", sign_in.clone()).await.unwrap_err();
    assert_eq!(refusal.0, "NotAuthorizedException");
    let forgot = t
        .call(
            "ForgotPassword",
            json!({"ClientId": id, "Username": "jane"}),
        )
        .await
        .unwrap_err();
    assert_eq!(forgot.0, "NotAuthorizedException");
    t.ok("AdminSetUserPassword", password).await;
    t.ok("InitiateAuth", sign_in).await;
}

#[each_engine]
async fn links_and_their_ends_are_audited(t: &TestApp) {
    let pool = set_up(t).await;
    let google = who("Google", "Cognito_Subject", "1234");
    t.ok(
        "AdminLinkProviderForUser",
        link(&pool, "jane", google.clone()),
    )
    .await;
    t.ok("AdminDisableProviderForUser", unlink(&pool, google))
        .await;
    let rows = t
        .app
        .store
        .rows("SELECT doc FROM audit", vec![])
        .await
        .unwrap();
    let docs: Vec<_> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    for action in ["AdminLinkProviderForUser", "AdminDisableProviderForUser"] {
        assert_eq!(docs.iter().filter(|doc| doc.contains(action)).count(), 1);
    }
}

#[each_engine]
async fn a_linked_user_has_the_link_in_the_id_token(t: &TestApp) {
    let pool = set_up(t).await;
    let id = client(t, &pool, json!({})).await;
    t.ok(
        "AdminLinkProviderForUser",
        link(&pool, "jane", who("Google", "Cognito_Subject", "1234")),
    )
    .await;
    let password =
        json!({"UserPoolId": pool, "Username": "jane", "Password": PASSWORD, "Permanent": true});
    t.ok("AdminSetUserPassword", password).await;
    let sign_in = initiate(
        &id,
        "USER_PASSWORD_AUTH",
        json!({"USERNAME": "jane", "PASSWORD": PASSWORD}),
    );
    let tokens = t.ok("InitiateAuth", sign_in).await["AuthenticationResult"].clone();
    let made = identities(t, &pool, "jane").await[0]["dateCreated"]
        .as_i64()
        .unwrap();
    assert_eq!(
        claims(&tokens["IdToken"])["identities"],
        json!([{
            "userId": "1234", "providerName": "Google", "providerType": "Google", "issuer": null, "primary": "false",
            "dateCreated": made.to_string(),
        }])
    );
    assert!(claims(&tokens["AccessToken"]).get("identities").is_none());
}

#[each_engine]
async fn providers_and_links_go_with_their_pool(t: &TestApp) {
    let pool = set_up(t).await;
    create(
        t,
        oidc_provider(&pool, "third", json!({"IdpIdentifiers": ["x"]})),
    )
    .await;
    t.ok(
        "AdminLinkProviderForUser",
        link(&pool, "jane", who("Google", "Cognito_Subject", "1234")),
    )
    .await;
    t.ok("DeleteUserPool", json!({"UserPoolId": pool})).await;
    while !PoolDeletion::default()
        .portion(&t.app, &pool, "")
        .await
        .unwrap()
        .is_done()
    {}
    for table in [
        "SELECT 1 FROM identity_providers",
        "SELECT 1 FROM idp_identifiers",
        "SELECT 1 FROM provider_links",
    ] {
        assert!(
            t.app.store.rows(table, vec![]).await.unwrap().is_empty(),
            "{table}"
        );
    }
}

#[each_engine]
async fn a_link_stands_beside_a_users_other_attributes(t: &TestApp) {
    let pool = set_up(t).await;
    t.ok(
        "AdminLinkProviderForUser",
        link(&pool, "jane", who("idp", "Cognito_Subject", "s")),
    )
    .await;
    let listed = t
        .ok(
            "ListUsers",
            json!({"UserPoolId": pool, "Filter": "username = \"jane\""}),
        )
        .await;
    let attributes = listed["Users"][0]["Attributes"].as_array().unwrap();
    assert!(
        attributes
            .iter()
            .any(|attribute| attribute["Name"] == "identities")
    );
    let extra = with(
        json!({"UserPoolId": pool, "Username": "jane"}),
        json!({"UserAttributes": [{"Name": "name", "Value": "Jane"}]}),
    );
    t.ok("AdminUpdateUserAttributes", extra).await;
    assert_eq!(identities(t, &pool, "jane").await[0]["userId"], "s");
}
