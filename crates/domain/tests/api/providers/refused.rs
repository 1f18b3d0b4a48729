//! Refusals of the operations on identity providers.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::providers::*;
use crate::support::texts::exceptions::INVALID;
use crate::support::users::{pool, with};

async fn refused(t: &TestApp, input: Value, text: &str) {
    t.refused("CreateIdentityProvider", input, INVALID, text)
        .await;
}

fn without(mut details: Value, key: &str) -> Value {
    details.as_object_mut().unwrap().remove(key);
    details
}

#[each_engine]
async fn unknown_pools_and_providers_are_not_found(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let nowhere = "us-east-1_aaaaaaaaa";
    let text = format!("User pool {nowhere} does not exist.");
    for (op, input) in [
        (
            "CreateIdentityProvider",
            oidc_provider(nowhere, "idp", json!({})),
        ),
        ("DescribeIdentityProvider", named(nowhere, "idp")),
        ("UpdateIdentityProvider", named(nowhere, "idp")),
        ("DeleteIdentityProvider", named(nowhere, "idp")),
        ("ListIdentityProviders", json!({"UserPoolId": nowhere})),
        (
            "GetIdentityProviderByIdentifier",
            json!({"UserPoolId": nowhere, "IdpIdentifier": "x"}),
        ),
    ] {
        t.refused(op, input, "ResourceNotFoundException", &text)
            .await;
    }
    // A provider of another pool is none.
    create(
        t,
        oidc_provider(&pool(t, json!({})).await, "idp", json!({})),
    )
    .await;
    let text = "Identity provider idp does not exist.";
    for op in [
        "DescribeIdentityProvider",
        "UpdateIdentityProvider",
        "DeleteIdentityProvider",
    ] {
        t.refused(op, named(&id, "idp"), "ResourceNotFoundException", text)
            .await;
    }
}

#[each_engine]
async fn a_name_is_used_once_and_social_names_are_types(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    create(
        t,
        oidc_provider(&pool, "idp", json!({"IdpIdentifiers": ["a"]})),
    )
    .await;
    let text = format!("idp already exists in user pool {pool}");
    t.refused(
        "CreateIdentityProvider",
        oidc_provider(&pool, "idp", json!({})),
        "DuplicateProviderException",
        &text,
    )
    .await;
    let text = "One of the identifiers belongs to another identity provider of this user pool.";
    let input = oidc_provider(&pool, "other", json!({"IdpIdentifiers": ["a"]}));
    t.refused(
        "CreateIdentityProvider",
        input,
        "DuplicateProviderException",
        text,
    )
    .await;
    create(
        t,
        oidc_provider(&pool, "other", json!({"IdpIdentifiers": ["b"]})),
    )
    .await;
    let update = with(named(&pool, "other"), json!({"IdpIdentifiers": ["b", "a"]}));
    t.refused("UpdateIdentityProvider", update, INVALID, text)
        .await;
    refused(
        t,
        provider(&pool, "MyGoogle", "Google", social()),
        "Provider MyGoogle cannot be of type Google.",
    )
    .await;
    refused(
        t,
        provider(&pool, "Google", "Facebook", social()),
        "Provider Google cannot be of type Facebook.",
    )
    .await;
    refused(
        t,
        oidc_provider(&pool, "Google", json!({})),
        "Provider Google cannot be of type OIDC.",
    )
    .await;
    for name in ["COGNITO", "Cognito"] {
        refused(
            t,
            oidc_provider(&pool, name, json!({})),
            "The provider name COGNITO is reserved.",
        )
        .await;
    }
    let blank = t
        .call(
            "CreateIdentityProvider",
            oidc_provider(&pool, "_idp", json!({})),
        )
        .await
        .unwrap_err();
    assert_eq!(blank.0, INVALID);
}

#[each_engine]
async fn details_are_complete_and_known(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    for kind in ["Google", "Facebook", "LoginWithAmazon"] {
        for key in ["client_id", "client_secret", "authorize_scopes"] {
            let text = "clientId, clientSecret and authorizeScopes are all required idp details.";
            refused(t, provider(&pool, kind, kind, without(social(), key)), text).await;
            refused(
                t,
                provider(&pool, kind, kind, with(social(), json!({key: ""}))),
                text,
            )
            .await;
        }
    }
    let apple = json!({"client_id": "c", "team_id": "t", "key_id": "k", "private_key": "p"});
    for key in ["client_id", "team_id", "key_id", "private_key"] {
        let text = "clientId, privateKey, teamId, and keyId are all required idp details.";
        refused(
            t,
            provider(
                &pool,
                "SignInWithApple",
                "SignInWithApple",
                without(apple.clone(), key),
            ),
            text,
        )
        .await;
    }
    for key in [
        "client_id",
        "authorize_scopes",
        "oidc_issuer",
        "attributes_request_method",
    ] {
        let text = "clientId, authorizeScopes, oidcIssuer and attributesRequestMethod are all required idp details.";
        refused(
            t,
            provider(&pool, "idp", "OIDC", without(oidc(), key)),
            text,
        )
        .await;
    }
    let method = with(oidc(), json!({"attributes_request_method": "PUT"}));
    let text = "1 validation error detected: Value 'PUT' at 'providerConfiguration.oidcConfig.attributesRequestMethod' \
        failed to satisfy constraint: Member must satisfy enum value set: [POST, GET]";
    refused(t, provider(&pool, "idp", "OIDC", method), text).await;
    refused(
        t,
        provider(&pool, "idp", "OIDC", with(oidc(), json!({"team_id": "t"}))),
        "Unsupported provider detail: team_id.",
    )
    .await;
    refused(
        t,
        provider(
            &pool,
            "Google",
            "Google",
            with(social(), json!({"MetadataURL": "x"})),
        ),
        "Unsupported provider detail: MetadataURL.",
    )
    .await;
    for version in ["17.0", "v17", "v17.0/../x", "v.0", "v12345.0"] {
        let details = with(social(), json!({"api_version": version}));
        refused(
            t,
            provider(&pool, "Facebook", "Facebook", details),
            "Invalid value for provider detail: api_version.",
        )
        .await;
    }
}

#[each_engine]
async fn endpoints_are_https(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let text = "OIDC endpoint must start with https://";
    for key in [
        "oidc_issuer",
        "authorize_url",
        "token_url",
        "attributes_url",
        "jwks_uri",
    ] {
        for url in [
            "http://idp.example.com",
            "idp.example.com",
            "ftp://idp.example.com",
            "https://x@idp.example.com",
        ] {
            refused(
                t,
                provider(&pool, "idp", "OIDC", with(oidc(), json!({key: url}))),
                text,
            )
            .await;
        }
    }
    let details = with(social(), json!({"token_url": "http://idp.example.com"}));
    refused(t, provider(&pool, "Google", "Google", details), text).await;
    // What is discovered is looked at too.
    let host = Host::start().await;
    host.serve_discovery(json!({"token_endpoint": "http://idp.example.com/token"}));
    let details = json!({"client_id": "id", "authorize_scopes": "openid", "oidc_issuer": host.url, "attributes_request_method": "GET"});
    refused(t, provider(&pool, "idp", "OIDC", details), text).await;
}

#[each_engine]
async fn a_discovery_document_must_be_there_whole_and_of_the_issuer(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let host = Host::start().await;
    let details = json!({"client_id": "id", "authorize_scopes": "openid", "oidc_issuer": host.url, "attributes_request_method": "GET"});
    let text = "Unable to contact well-known endpoint";
    refused(t, provider(&pool, "idp", "OIDC", details.clone()), text).await;
    host.serve_discovery(json!({"issuer": "https://evil.example.com"}));
    refused(t, provider(&pool, "idp", "OIDC", details.clone()), text).await;
    host.serve_discovery(json!({"jwks_uri": null}));
    refused(t, provider(&pool, "idp", "OIDC", details.clone()), text).await;
    host.serve_discovery(json!({}));
    create(t, provider(&pool, "idp", "OIDC", details)).await;
}

#[each_engine]
async fn saml_metadata_is_one_good_document(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let saml = |details: Value| provider(&pool, "idp", "SAML", details);
    let file = |text: String| saml(json!({"MetadataFile": text}));
    refused(
        t,
        saml(json!({})),
        "At least one of the MetadataURL or MetadataFile should be provided.",
    )
    .await;
    let both = json!({"MetadataURL": "https://idp.example.com/", "MetadataFile": good_metadata()});
    refused(
        t,
        saml(both),
        "Only one of the MetadataURL or MetadataFile should be provided.",
    )
    .await;
    refused(
        t,
        file(metadata("")),
        "No SingleSignOn Http redirect binding location found in metadata.",
    )
    .await;
    let script = metadata(&redirect("SingleSignOnService", "javascript:alert(1)"));
    refused(
        t,
        file(script),
        "No SingleSignOn Http redirect binding location found in metadata.",
    )
    .await;
    for bad in [
        "<x/>".to_owned(),
        "no XML".to_owned(),
        format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{}", good_metadata()),
    ] {
        refused(t, file(bad), "Unable to unmarshall metadata").await;
    }
    let unsigned = good_metadata().replace(
        "KeyDescriptor use=\"signing\"",
        "KeyDescriptor use=\"encryption\"",
    );
    refused(
        t,
        file(unsigned),
        "The metadata document does not contain a valid signing certificate.",
    )
    .await;
    let host = Host::start().await;
    for url in [
        "http://idp.example.com/metadata".to_owned(),
        "file:///etc/passwd".to_owned(),
        "https://127.0.0.1:9/metadata".to_owned(),
    ] {
        refused(
            t,
            saml(json!({"MetadataURL": url})),
            &format!("Error retrieving metadata from {url}"),
        )
        .await;
    }
    let nothing = format!("{}/nothing", host.url);
    let text = format!("Non-ok status code 404 returned from remote metadata source {nothing}");
    refused(t, saml(json!({"MetadataURL": nothing})), &text).await;
    host.serve("/html", "<html>");
    refused(
        t,
        saml(json!({"MetadataURL": format!("{}/html", host.url)})),
        "Unable to unmarshall metadata",
    )
    .await;
    for key in [
        "IDPSignout",
        "IDPInit",
        "EncryptedResponses",
        "RequestSigningAlgorithm",
    ] {
        let text = format!("Invalid value for provider detail: {key}.");
        refused(
            t,
            saml(json!({"MetadataFile": good_metadata(), key: "yes"})),
            &text,
        )
        .await;
    }
    let key = "ActiveEncryptionCertificate";
    let text = format!("Unsupported provider detail: {key}.");
    refused(
        t,
        saml(json!({"MetadataFile": good_metadata(), key: "x"})),
        &text,
    )
    .await;
    create(t, file(good_metadata())).await;
    let update = with(
        named(&pool, "idp"),
        json!({"ProviderDetails": {"MetadataFile": metadata("")}}),
    );
    t.refused(
        "UpdateIdentityProvider",
        update,
        INVALID,
        "No SingleSignOn Http redirect binding location found in metadata.",
    )
    .await;
    let kept = t.ok("DescribeIdentityProvider", named(&pool, "idp")).await;
    assert_eq!(
        kept["IdentityProvider"]["ProviderDetails"]["MetadataFile"],
        good_metadata()
    );
}

#[each_engine]
async fn mappings_name_attributes_of_the_pool(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    for (mapping, names) in [
        (json!({"custom:x": "x"}), "custom:x"),
        (
            json!({"custom:x": "x", "nothing": "y", "email": "z"}),
            "custom:x, nothing",
        ),
        (json!({"sub": "x"}), "sub"),
        (json!({"identities": "x"}), "identities"),
        (json!({"username": "email"}), "username"),
        (json!({"email": ""}), "email"),
    ] {
        let text = format!("AttributeMapping contains invalid mapping: [{names}]");
        refused(
            t,
            oidc_provider(&pool, "idp", json!({"AttributeMapping": mapping})),
            &text,
        )
        .await;
    }
    create(t, oidc_provider(&pool, "idp", json!({}))).await;
    let update = with(
        named(&pool, "idp"),
        json!({"AttributeMapping": {"custom:x": "x"}}),
    );
    t.refused(
        "UpdateIdentityProvider",
        update,
        INVALID,
        "AttributeMapping contains invalid mapping: [custom:x]",
    )
    .await;
    let text = "AcrMapping is only supported for OIDC identity providers.";
    refused(
        t,
        with(
            provider(&pool, "Google", "Google", social()),
            json!({"AcrMapping": {"Level1": "x"}}),
        ),
        text,
    )
    .await;
    create(t, provider(&pool, "Google", "Google", social())).await;
    let update = with(
        named(&pool, "Google"),
        json!({"AcrMapping": {"Level1": "x"}}),
    );
    t.refused("UpdateIdentityProvider", update, INVALID, text)
        .await;
}

#[each_engine]
async fn a_pool_has_three_hundred_providers(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    for n in 0..2 {
        create(t, oidc_provider(&pool, &format!("idp{n}"), json!({}))).await;
    }
    let fill = cognate_store::Batch::new().run(
        "UPDATE resource_counts SET n = 300 WHERE pool_id = ?1 AND resource = 'identity_providers'",
        vec![pool.as_str().into()],
    );
    t.app.store.commit(fill).await.unwrap();
    let text = "The maximum number of identity providers for this user pool has been reached.";
    t.refused(
        "CreateIdentityProvider",
        oidc_provider(&pool, "idp2", json!({})),
        "LimitExceededException",
        text,
    )
    .await;
    t.ok("DeleteIdentityProvider", named(&pool, "idp0")).await;
    create(t, oidc_provider(&pool, "idp2", json!({}))).await;
}

#[tokio::test]
async fn a_production_server_calls_neither_http_nor_private_addresses() {
    let mut settings = cognate_domain::Settings::dev();
    settings.mode = cognate_domain::Mode::Serve;
    let t = TestApp::sqlite_with(settings).await;
    let pool = pool(&t, json!({})).await;
    let host = Host::start().await;
    host.serve("/metadata", good_metadata());
    let port = host.url.rsplit_once(':').unwrap().1;
    for url in [
        format!("{}/metadata", host.url),
        format!("https://127.0.0.1:{port}/metadata"),
    ] {
        let text = format!("Error retrieving metadata from {url}");
        refused(
            &t,
            provider(&pool, "idp", "SAML", json!({"MetadataURL": url})),
            &text,
        )
        .await;
    }
    let details = with(oidc(), json!({"oidc_issuer": host.url}));
    refused(
        &t,
        provider(&pool, "idp", "OIDC", details),
        "OIDC endpoint must start with https://",
    )
    .await;
}
