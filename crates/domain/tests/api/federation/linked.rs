//! Sign-ins of users whom an administrator linked to identities (endpoints.md 4.5).

use cognate_domain::errors::unconfirmed::federation as unconfirmed;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::first::link;
use super::flow::*;
use crate::oauth::flow::*;
use crate::support::TestApp;
use crate::support::signin::*;

async fn linked(t: &TestApp, c: &Company, attribute: &str, value: &str) -> String {
    let sub = user(t, &c.pool, "jane").await;
    let link = link(&c.pool, "jane", attribute, value);
    t.ok("AdminLinkProviderForUser", link).await;
    sub
}

fn unlink(c: &Company, value: &str) -> Value {
    let user = json!({"ProviderName": "Corp", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": value});
    json!({"UserPoolId": c.pool, "User": user})
}

#[each_engine]
async fn a_link_of_the_subject_signs_in_the_user_of_the_pool(t: &TestApp) {
    let c = company(t).await;
    let sub = linked(t, &c, "Cognito_Subject", "u1").await;
    let claims = enter(t, &c, json!({"email": "jane@corp.example", "name": "Jane"})).await;
    assert_eq!(claims["sub"], json!(sub));
    assert_eq!(claims["cognito:username"], "jane");
    assert_eq!(claims.get("cognito:groups"), None);
    assert_eq!(claims["identities"][0]["primary"], "false");
    let user = seen(t, &c.pool, "jane").await;
    assert_eq!(
        (&user["UserStatus"], &user["name"]),
        (&json!("CONFIRMED"), &json!("Jane"))
    );
    // The password is still good, and another subject is somebody else.
    sign_in(t, &c.client, "jane").await;
    let other = enter(t, &c, json!({"sub": "u2"})).await;
    assert_eq!(other["cognito:username"], "Corp_u2");
    // Without the link the identity is a user of its own.
    t.ok("AdminDisableProviderForUser", unlink(&c, "u1")).await;
    let own = enter(t, &c, json!({})).await;
    assert_eq!(own["cognito:username"], "Corp_u1");
    assert_ne!(own["sub"], json!(sub));
    assert_eq!(users(t, &c.pool).await, 3);
}

#[each_engine]
async fn a_link_of_an_attribute_becomes_one_of_the_subject(t: &TestApp) {
    let c = company(t).await;
    let sub = linked(t, &c, "email", "jane@corp.example").await;
    let jane = json!({"email": "jane@corp.example", "email_verified": true});
    assert_eq!(enter(t, &c, jane.clone()).await["sub"], json!(sub));
    let shown = seen(t, &c.pool, "jane").await;
    let identities: Value = serde_json::from_str(shown["identities"].as_str().unwrap()).unwrap();
    assert_eq!(identities.as_array().unwrap().len(), 1);
    assert_eq!(identities[0]["userId"], "u1");
    // From now on the subject counts: the address may change, and who has it later is somebody else.
    let moved = json!({"email": "jane@other.example"});
    assert_eq!(enter(t, &c, moved).await["sub"], json!(sub));
    let heir = enter(t, &c, with(jane, json!({"sub": "u2"}))).await;
    assert_eq!(heir["cognito:username"], "Corp_u2");
    t.ok("AdminDisableProviderForUser", unlink(&c, "u1")).await;
    assert_eq!(enter(t, &c, json!({})).await["cognito:username"], "Corp_u1");
}

#[each_engine]
async fn a_function_s_attributes_find_nobody(t: &TestApp) {
    use cognate_domain::app::functions::Trigger;
    let played = crate::support::played::Played::install(t);
    let c = company(t).await;
    linked(t, &c, "email", "jane@corp.example").await;
    crate::support::functions::arm(t, &c.pool, &[Trigger::InboundFederation], json!({})).await;
    let mapped = json!({"userAttributesToMap": {"email": "jane@corp.example"}});
    played.answers(Trigger::InboundFederation, mapped);
    let claims = enter(t, &c, json!({"email": "eve@corp.example"})).await;
    assert_eq!(claims["cognito:username"], "Corp_u1");
}

#[each_engine]
async fn what_is_due_about_the_password_keeps_no_linked_user_out(t: &TestApp) {
    let c = company(t).await;
    let input = json!({"UserPoolId": c.pool, "Username": "jane", "MessageAction": "SUPPRESS"});
    t.ok("AdminCreateUser", input).await;
    let link = link(&c.pool, "jane", "Cognito_Subject", "u1");
    t.ok("AdminLinkProviderForUser", link).await;
    for status in ["FORCE_CHANGE_PASSWORD", "RESET_REQUIRED", "CONFIRMED"] {
        set_status(t, &c.pool, status).await;
        let finished = visit(t, &c, json!({})).await.unwrap();
        let claims = identity(t, &c, &finished).await;
        assert_eq!(claims["cognito:username"], "jane", "{status}");
        // So is the browser's session good.
        let journey = depart(t, &c).await;
        let session = session_of(t, &journey.authorization, HOST, cookie(&finished)).await;
        assert!(session.is_some(), "{status}");
        assert_eq!(seen(t, &c.pool, "jane").await["UserStatus"], status);
    }
    for status in ["UNCONFIRMED", "COMPROMISED", "ARCHIVED"] {
        set_status(t, &c.pool, status).await;
        let said = turned_away(t, &c, json!({})).await;
        assert_eq!(said.1, unconfirmed::USER_IS_NOT_CONFIRMED, "{status}");
    }
}

#[each_engine]
async fn an_identity_is_not_taken_from_its_own_user(t: &TestApp) {
    let c = company(t).await;
    let first = enter(t, &c, json!({})).await;
    let text = "Account isn't linked to anyone else, verify that the account has been linked";
    t.refused(
        "AdminDisableProviderForUser",
        unlink(&c, "u1"),
        "InvalidParameterException",
        text,
    )
    .await;
    assert_eq!(enter(t, &c, json!({})).await["sub"], first["sub"]);
    // Nor is it linked to another user.
    user(t, &c.pool, "jane").await;
    let merging = "Merging is not currently supported, provide a SourceUser that has not been signed up in order to link";
    let link = link(&c.pool, "jane", "Cognito_Subject", "u1");
    t.refused(
        "AdminLinkProviderForUser",
        link.clone(),
        "InvalidParameterException",
        merging,
    )
    .await;
    let named = json!({"UserPoolId": c.pool, "Username": "Corp_u1"});
    t.ok("AdminDisableUser", named.clone()).await;
    t.ok("AdminDeleteUser", named).await;
    // The user is gone, and the identity as new: it may be linked now.
    t.ok("AdminLinkProviderForUser", link).await;
    let second = enter(t, &c, json!({})).await;
    assert_eq!(second["cognito:username"], "jane");
    t.ok("AdminDisableProviderForUser", unlink(&c, "u1")).await;
    let third = enter(t, &c, json!({})).await;
    assert_eq!(third["cognito:username"], "Corp_u1");
    assert_ne!(third["sub"], first["sub"]);
}

#[each_engine]
async fn the_address_that_a_provider_gives_a_linked_user_may_not_be_another_s_name(t: &TestApp) {
    let pool = json!({"AliasAttributes": ["email"]});
    let c = company_with(t, pool, json!({}), json!({})).await;
    let sub = linked(t, &c, "Cognito_Subject", "u1").await;
    let attributes = json!([
        {"Name": "email", "Value": "john@corp.example"}, {"Name": "email_verified", "Value": "true"},
    ]);
    user_with(t, &c.pool, "john", attributes).await;
    let john = json!({"email": "john@corp.example", "email_verified": true});
    let said = turned_away(t, &c, john).await;
    assert_eq!(said.0, "invalid_request");
    let row = recorded(t, &c.pool).await;
    assert!(
        row.starts_with("Another user has the address as a name."),
        "{row}: {said:?}"
    );
    // An address that nobody verified is no name, and the user's own is a name to sign in with.
    let jane = json!({"email": "jane@corp.example", "email_verified": true});
    assert_eq!(enter(t, &c, jane).await["sub"], json!(sub));
    sign_in(t, &c.client, "jane@corp.example").await;
}

/// Deletes the provider, and makes it anew.
async fn renew(t: &TestApp, c: &Company, issuer: &str) {
    let client = json!({"UserPoolId": c.pool, "ClientId": c.client});
    let own = json!({"SupportedIdentityProviders": ["COGNITO"]});
    t.ok("UpdateUserPoolClient", with(client.clone(), own))
        .await;
    let named = json!({"UserPoolId": c.pool, "ProviderName": "Corp"});
    t.ok("DeleteIdentityProvider", named).await;
    let details = json!({
        "client_id": "our-client", "client_secret": "a-word-to-hide", "authorize_scopes": "openid email",
        "oidc_issuer": issuer, "attributes_request_method": "GET", "authorize_url": format!("{}/authorize", c.idp.url),
        "token_url": format!("{}/token", c.idp.url), "attributes_url": format!("{}/user", c.idp.url),
        "jwks_uri": format!("{}/jwks", c.idp.url),
    });
    let mapping = json!({"email": "email", "email_verified": "email_verified", "name": "name"});
    let made = json!({
        "UserPoolId": c.pool, "ProviderName": "Corp", "ProviderType": "OIDC", "ProviderDetails": details,
        "AttributeMapping": mapping,
    });
    t.ok("CreateIdentityProvider", made).await;
    let offers = json!({"SupportedIdentityProviders": ["COGNITO", "Corp"]});
    let back = with(with(client, hosted_client()), offers);
    t.ok("UpdateUserPoolClient", back).await;
}

#[each_engine]
async fn a_provider_that_is_made_anew_has_its_users_and_links_again(t: &TestApp) {
    let c = company(t).await;
    let own = enter(t, &c, json!({})).await;
    user(t, &c.pool, "jane").await;
    for (attribute, value) in [("Cognito_Subject", "u2"), ("email", "u3@corp.example")] {
        let link = link(&c.pool, "jane", attribute, value);
        t.ok("AdminLinkProviderForUser", link).await;
    }
    let url = c.idp.url.clone();
    renew(t, &c, &url).await;
    assert_eq!(enter(t, &c, json!({})).await["sub"], own["sub"]);
    for claims in [
        json!({"sub": "u2"}),
        json!({"sub": "u3", "email": "u3@corp.example"}),
    ] {
        assert_eq!(enter(t, &c, claims).await["cognito:username"], "jane");
    }
    assert_eq!(users(t, &c.pool).await, 2);
}

#[each_engine]
async fn one_of_another_authority_has_neither(t: &TestApp) {
    let c = company(t).await;
    enter(t, &c, json!({})).await;
    user(t, &c.pool, "jane").await;
    let link = link(&c.pool, "jane", "Cognito_Subject", "u2");
    t.ok("AdminLinkProviderForUser", link).await;
    renew(t, &c, "https://other.example").await;
    let by = |sub: &str| json!({"sub": sub, "iss": "https://other.example"});
    // The name is that of the user of before, who is not this one.
    let said = turned_away(t, &c, by("u1")).await;
    assert_eq!(said.1, "Already found an entry for username Corp_u1");
    let row = recorded(t, &c.pool).await;
    assert!(row.contains("rename or delete the user"), "{row}");
    let stranger = enter(t, &c, by("u2")).await;
    assert_eq!(stranger["cognito:username"], "Corp_u2");
    // The first authority is not the last one that was deleted.
    let url = c.idp.url.clone();
    renew(t, &c, &url).await;
    let said = turned_away(t, &c, json!({})).await;
    assert_eq!(said.1, "Already found an entry for username Corp_u1");
}
