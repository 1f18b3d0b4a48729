//! Identity providers, their identifiers, and the links between external identities and users.

use cognate_store::params;
use serde_json::{Value, json};

use super::{faults, write};
use crate::engines::on_each_engine;
use crate::site::*;

/// Returns a social provider, for which no request leaves the server.
fn google(pool: &str, client_id: &str) -> Value {
    json!({
        "UserPoolId": pool, "ProviderName": "Google", "ProviderType": "Google", "IdpIdentifiers": ["google-staff"],
        "ProviderDetails": { "client_id": client_id, "client_secret": "s", "authorize_scopes": "openid email" },
        "AttributeMapping": { "email": "email" },
    })
}

on_each_engine! {
    async fn a_provider_is_what_the_program_wrote(server) {
        let raw = server.raw();
        let Site { pool, .. } = site(&raw, json!({}), json!({})).await;
        raw.ok("CreateIdentityProvider", google(&pool, "ours")).await.unwrap();
        let ids = json!({ "UserPoolId": pool, "ProviderName": "Google" });
        let by_identifier = json!({ "UserPoolId": pool, "IdpIdentifier": "google-staff" });
        raw.ok("GetIdentityProviderByIdentifier", by_identifier.clone()).await.unwrap();
        for (there, back) in [
            ("UPDATE identity_providers SET doc = replace(doc, 'ours', 'evil') WHERE pool_id = ?1",
             "UPDATE identity_providers SET doc = replace(doc, 'evil', 'ours') WHERE pool_id = ?1"),
            ("UPDATE identity_providers SET provider_id = 'x' || provider_id WHERE pool_id = ?1",
             "UPDATE identity_providers SET provider_id = substr(provider_id, 2) WHERE pool_id = ?1"),
        ] {
            write(server, there, params![&pool]).await;
            faults(&raw, "DescribeIdentityProvider", ids.clone()).await;
            faults(&raw, "ListIdentityProviders", json!({ "UserPoolId": pool })).await;
            write(server, back, params![&pool]).await;
            raw.ok("DescribeIdentityProvider", ids.clone()).await.unwrap();
        }
        // An identifier that an attacker pointed at it.
        write(server, "UPDATE idp_identifiers SET identifier = 'board' WHERE pool_id = ?1", params![&pool]).await;
        faults(&raw, "GetIdentityProviderByIdentifier", json!({ "UserPoolId": pool, "IdpIdentifier": "board" })).await;
    }

    async fn a_link_stays_with_its_user(server) {
        let raw = server.raw();
        let Site { pool, .. } = site(&raw, json!({}), json!({})).await;
        for name in ["jane", "eve"] {
            user(&raw, &pool, name, json!([])).await;
        }
        raw.ok("CreateIdentityProvider", google(&pool, "ours")).await.unwrap();
        let source = json!({ "ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "117" });
        let link = json!({
            "UserPoolId": pool, "SourceUser": source,
            "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": "eve" },
        });
        raw.ok("AdminLinkProviderForUser", link).await.unwrap();
        let steal = "UPDATE provider_links SET user_id = (SELECT user_id FROM users WHERE pool_id = ?1 AND username = 'jane') WHERE pool_id = ?1";
        write(server, steal, params![&pool]).await;
        faults(&raw, "AdminDisableProviderForUser", json!({ "UserPoolId": pool, "User": source })).await;
    }
}
