//! Identity providers: what they show, how they change, and how they are found.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use each_engine::each_engine;
use serde_json::{Value, json};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::KeyUsage;

use crate::support::TestApp;
use crate::support::providers::*;
use crate::support::users::{all_at_once, client, pool, with};

/// Returns the whole provider of an answer, with the given settings.
fn shown(
    answer: &Value,
    pool: &str,
    name: &str,
    kind: &str,
    mapping: Value,
    details: Value,
) -> Value {
    json!({
        "UserPoolId": pool, "ProviderName": name, "ProviderType": kind, "ProviderDetails": details,
        "AttributeMapping": mapping, "IdpIdentifiers": [], "CreationDate": answer["CreationDate"],
        "LastModifiedDate": answer["LastModifiedDate"],
    })
}

#[each_engine]
async fn social_providers_show_what_the_service_fills_in(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    for (name, subject, filled) in [
        (
            "Google",
            "sub",
            json!({
                "attributes_url": "https://people.googleapis.com/v1/people/me?personFields=",
                "attributes_url_add_attributes": "true",
                "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth", "oidc_issuer": "https://accounts.google.com",
                "token_request_method": "POST", "token_url": "https://www.googleapis.com/oauth2/v4/token",
            }),
        ),
        (
            "Facebook",
            "id",
            json!({
                "attributes_url": "https://graph.facebook.com/v17.0/me?fields=", "attributes_url_add_attributes": "true",
                "authorize_url": "https://www.facebook.com/v17.0/dialog/oauth", "token_request_method": "GET",
                "token_url": "https://graph.facebook.com/v17.0/oauth/access_token",
            }),
        ),
        (
            "LoginWithAmazon",
            "user_id",
            json!({
                "attributes_url": "https://api.amazon.com/user/profile", "attributes_url_add_attributes": "false",
                "authorize_url": "https://www.amazon.com/ap/oa", "token_request_method": "POST",
                "token_url": "https://api.amazon.com/auth/o2/token",
            }),
        ),
    ] {
        let made = create(t, provider(&pool, name, name, social())).await;
        let expected = shown(
            &made,
            &pool,
            name,
            name,
            json!({"username": subject}),
            with(social(), filled),
        );
        assert_eq!(made, expected);
        assert_eq!(
            t.ok("DescribeIdentityProvider", named(&pool, name)).await,
            json!({"IdentityProvider": expected})
        );
        // What was shown may be sent back.
        let again = with(
            named(&pool, name),
            json!({"ProviderDetails": made["ProviderDetails"]}),
        );
        let changed = t.ok("UpdateIdentityProvider", again).await;
        assert_eq!(
            changed["IdentityProvider"]["ProviderDetails"],
            made["ProviderDetails"]
        );
    }
    let details = json!({"client_id": "c", "team_id": "t", "key_id": "k", "private_key": "a-word-to-hide", "authorize_scopes": "email name"});
    let made = create(
        t,
        provider(&pool, "SignInWithApple", "SignInWithApple", details),
    )
    .await;
    assert_eq!(
        made["ProviderDetails"],
        json!({
            "client_id": "c", "team_id": "t", "key_id": "k", "authorize_scopes": "email name",
            "attributes_url_add_attributes": "false", "authorize_url": "https://appleid.apple.com/auth/authorize",
            "oidc_issuer": "https://appleid.apple.com", "token_request_method": "POST",
            "token_url": "https://appleid.apple.com/auth/token",
        })
    );
    let update = json!({"ProviderDetails": with(social(), json!({"api_version": "v19.0"}))});
    let changed = t
        .ok(
            "UpdateIdentityProvider",
            with(named(&pool, "Facebook"), update),
        )
        .await;
    assert_eq!(
        changed["IdentityProvider"]["ProviderDetails"]["token_url"],
        "https://graph.facebook.com/v19.0/oauth/access_token"
    );
}

#[each_engine]
async fn an_oidc_provider_is_discovered_or_spelt_out(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let made = create(
        t,
        oidc_provider(&pool, "spelt", json!({"AcrMapping": {"Level1": "low"}})),
    )
    .await;
    let details = with(oidc(), json!({"attributes_url_add_attributes": "false"}));
    let mut expected = shown(
        &made,
        &pool,
        "spelt",
        "OIDC",
        json!({"username": "sub"}),
        details,
    );
    expected["AcrMapping"] = json!({"Level1": "low"});
    assert_eq!(made, expected);

    let host = Host::start().await;
    host.serve_discovery(json!({}));
    let url = &host.url;
    let details = json!({"client_id": "id", "authorize_scopes": "openid", "oidc_issuer": url, "attributes_request_method": "POST"});
    let given = with(
        details.clone(),
        json!({"token_url": "https://other.example.com/token"}),
    );
    let made = create(t, provider(&pool, "discovered", "OIDC", given)).await;
    assert_eq!(
        made["ProviderDetails"],
        with(
            details,
            json!({
                "authorize_url": format!("{url}/authorize"), "token_url": "https://other.example.com/token",
                "attributes_url": format!("{url}/user"), "jwks_uri": format!("{url}/jwks"),
                "attributes_url_add_attributes": "false",
            })
        )
    );
}

#[each_engine]
async fn a_saml_provider_is_read_from_a_file_or_a_url(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let details = json!({
        "MetadataFile": good_metadata(), "IDPSignout": "true", "IDPInit": "false", "EncryptedResponses": "false",
        "RequestSigningAlgorithm": "rsa-sha256",
    });
    let made = create(t, provider(&pool, "file", "SAML", details.clone())).await;
    let certificate = made["ProviderDetails"]["ActiveEncryptionCertificate"]
        .as_str()
        .unwrap()
        .to_owned();
    let der = STANDARD.decode(&certificate).unwrap();
    let read = Certificate::from_der(&der).unwrap().tbs_certificate;
    assert!(read.subject.to_string().contains(&pool));
    let (_, usage) = read.get::<KeyUsage>().unwrap().unwrap();
    assert!(usage.key_encipherment() && !usage.digital_signature());
    let filled = json!({"SSORedirectBindingURI": "https://idp.example.com/sso", "ActiveEncryptionCertificate": certificate});
    let filled = with(details, filled);
    assert_eq!(made, shown(&made, &pool, "file", "SAML", json!({}), filled));

    let host = Host::start().await;
    let out = redirect("SingleLogoutService", "https://idp.example.com/slo");
    host.serve(
        "/metadata",
        metadata(&(out + &redirect("SingleSignOnService", "https://idp.example.com/in"))),
    );
    let url = format!("{}/metadata", host.url);
    let update = with(
        named(&pool, "file"),
        json!({"ProviderDetails": {"MetadataURL": url}}),
    );
    let changed = t.ok("UpdateIdentityProvider", update).await;
    assert_eq!(
        changed["IdentityProvider"]["ProviderDetails"],
        json!({
            "MetadataURL": url, "SSORedirectBindingURI": "https://idp.example.com/in",
            "SLORedirectBindingURI": "https://idp.example.com/slo", "ActiveEncryptionCertificate": certificate,
        })
    );
    let other = create(
        t,
        provider(
            &pool,
            "other",
            "SAML",
            json!({"MetadataFile": good_metadata()}),
        ),
    )
    .await;
    assert_ne!(
        other["ProviderDetails"]["ActiveEncryptionCertificate"],
        certificate
    );
    // What was shown may be sent back; the metadata counts.
    let stale = json!({"MetadataURL": url, "SSORedirectBindingURI": "https://evil.example.com", "SLORedirectBindingURI": "x"});
    let update = with(named(&pool, "file"), json!({"ProviderDetails": stale}));
    assert_eq!(
        t.ok("UpdateIdentityProvider", update).await["IdentityProvider"]["ProviderDetails"],
        changed["IdentityProvider"]["ProviderDetails"]
    );
}

#[each_engine]
async fn an_update_changes_what_it_names_and_keeps_the_rest(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let extra = json!({"AttributeMapping": {"email": "mail", "username": "sub"}, "IdpIdentifiers": ["a.example.com", "b"]});
    let made = create(t, oidc_provider(&pool, "idp", extra)).await;
    assert_eq!(
        made["AttributeMapping"],
        json!({"email": "mail", "username": "sub"})
    );
    t.advance(3).await;
    let changed =
        t.ok("UpdateIdentityProvider", named(&pool, "idp")).await["IdentityProvider"].clone();
    assert_ne!(changed["LastModifiedDate"], made["LastModifiedDate"]);
    assert_eq!(
        with(
            changed,
            json!({"LastModifiedDate": made["LastModifiedDate"]})
        ),
        made
    );
    let update = json!({"AttributeMapping": {"name": "n"}, "IdpIdentifiers": ["b", "c"], "AcrMapping": {"Level2": "x"}});
    let changed = t
        .ok("UpdateIdentityProvider", with(named(&pool, "idp"), update))
        .await["IdentityProvider"]
        .clone();
    assert_eq!(
        changed["AttributeMapping"],
        json!({"name": "n", "username": "sub"})
    );
    assert_eq!(changed["IdpIdentifiers"], json!(["b", "c"]));
    assert_eq!(changed["AcrMapping"], json!({"Level2": "x"}));
    assert_eq!(changed["ProviderDetails"], made["ProviderDetails"]);
}

#[each_engine]
async fn a_provider_is_found_by_each_of_its_identifiers(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let made = create(
        t,
        oidc_provider(
            &pool,
            "idp",
            json!({"IdpIdentifiers": ["a.example.com", "b"]}),
        ),
    )
    .await;
    let by = |identifier: &str| json!({"UserPoolId": pool, "IdpIdentifier": identifier});
    for identifier in ["a.example.com", "b"] {
        let found = t
            .ok("GetIdentityProviderByIdentifier", by(identifier))
            .await;
        assert_eq!(found, json!({"IdentityProvider": made}));
    }
    t.ok(
        "UpdateIdentityProvider",
        with(named(&pool, "idp"), json!({"IdpIdentifiers": ["c"]})),
    )
    .await;
    for gone in ["a.example.com", "b", "idp"] {
        let text = format!("Identity provider with identifier {gone} does not exist.");
        t.refused(
            "GetIdentityProviderByIdentifier",
            by(gone),
            "ResourceNotFoundException",
            &text,
        )
        .await;
    }
    t.ok("DeleteIdentityProvider", named(&pool, "idp")).await;
    let text = "Identity provider with identifier c does not exist.";
    t.refused(
        "GetIdentityProviderByIdentifier",
        by("c"),
        "ResourceNotFoundException",
        text,
    )
    .await;
    // Free for another provider.
    create(
        t,
        oidc_provider(&pool, "other", json!({"IdpIdentifiers": ["c"]})),
    )
    .await;
}

#[each_engine]
async fn a_listing_pages_through_every_provider_once(t: &TestApp) {
    let pool_id = pool(t, json!({})).await;
    for n in 0..7 {
        create(t, oidc_provider(&pool_id, &format!("idp{n}"), json!({}))).await;
    }
    let (mut found, mut token) = (Vec::new(), Value::Null);
    loop {
        let input = json!({"UserPoolId": pool_id, "MaxResults": 3, "NextToken": token});
        let page = t.ok("ListIdentityProviders", input).await;
        let entries = page["Providers"].as_array().unwrap();
        assert!(entries.len() <= 3);
        found.extend(entries.clone());
        match page.get("NextToken") {
            Some(next) => token = next.clone(),
            None => break,
        }
    }
    assert_eq!(found.len(), 7);
    for (n, entry) in found.iter().enumerate() {
        assert_eq!(
            entry,
            &json!({
                "ProviderName": format!("idp{n}"), "ProviderType": "OIDC", "CreationDate": entry["CreationDate"],
                "LastModifiedDate": entry["LastModifiedDate"],
            })
        );
    }
    let other = pool(t, json!({})).await;
    assert_eq!(
        t.ok("ListIdentityProviders", json!({"UserPoolId": other}))
            .await,
        json!({"Providers": []})
    );
    let first = t
        .ok(
            "ListIdentityProviders",
            json!({"UserPoolId": pool_id, "MaxResults": 1}),
        )
        .await;
    let stolen = json!({"UserPoolId": other, "NextToken": first["NextToken"]});
    t.refused(
        "ListIdentityProviders",
        stolen,
        "InvalidParameterException",
        "Invalid pagination token.",
    )
    .await;
}

#[each_engine]
async fn a_client_supports_only_providers_of_its_pool(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let id = client(t, &pool, json!({})).await;
    let text = format!("The provider idp does not exist for User Pool {pool}.");
    let update = json!({"UserPoolId": pool, "ClientId": id, "SupportedIdentityProviders": ["COGNITO", "idp"]});
    t.refused(
        "UpdateUserPoolClient",
        update.clone(),
        "InvalidParameterException",
        &text,
    )
    .await;
    let input =
        json!({"UserPoolId": pool, "ClientName": "c", "SupportedIdentityProviders": ["idp"]});
    t.refused(
        "CreateUserPoolClient",
        input.clone(),
        "InvalidParameterException",
        &text,
    )
    .await;
    create(t, oidc_provider(&pool, "idp", json!({}))).await;
    let changed = t.ok("UpdateUserPoolClient", update).await;
    assert_eq!(
        changed["UserPoolClient"]["SupportedIdentityProviders"],
        json!(["COGNITO", "idp"])
    );
    t.ok("CreateUserPoolClient", input).await;
}

#[each_engine]
async fn secrets_of_providers_are_sealed_and_never_audited(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    create(t, oidc_provider(&pool, "idp", json!({}))).await;
    let details =
        json!({"client_id": "c", "team_id": "t", "key_id": "k", "private_key": "a-word-to-hide"});
    create(
        t,
        provider(&pool, "SignInWithApple", "SignInWithApple", details),
    )
    .await;
    t.ok(
        "UpdateIdentityProvider",
        with(named(&pool, "idp"), json!({"ProviderDetails": oidc()})),
    )
    .await;
    let rows = t
        .app
        .store
        .rows("SELECT doc, sealed FROM identity_providers", vec![])
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert!(!row.text(0).unwrap().contains("a-word-to-hide"));
        assert!(
            !row.bytes(1)
                .unwrap()
                .windows(6)
                .any(|part| part == b"a-word")
        );
    }
    let rows = t
        .app
        .store
        .rows("SELECT doc FROM audit", vec![])
        .await
        .unwrap();
    let docs: Vec<_> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    assert_eq!(
        docs.iter()
            .filter(|doc| doc.contains("IdentityProvider"))
            .count(),
        3
    );
    assert!(docs.iter().all(|doc| !doc.contains("a-word-to-hide")));
}

#[each_engine]
async fn of_many_creations_at_once_one_wins(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let same = vec![oidc_provider(&pool, "idp", json!({})); 8];
    let answers = all_at_once(t, "CreateIdentityProvider", same).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let exists = (
        "DuplicateProviderException".to_owned(),
        format!("idp already exists in user pool {pool}"),
    );
    assert!(
        answers
            .into_iter()
            .filter_map(Result::err)
            .all(|refusal| refusal == exists)
    );
    let others = (0..8)
        .map(|n| oidc_provider(&pool, &format!("many{n}"), json!({"IdpIdentifiers": ["x"]})))
        .collect();
    let answers = all_at_once(t, "CreateIdentityProvider", others).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let listed = t
        .ok("ListIdentityProviders", json!({"UserPoolId": pool}))
        .await;
    assert_eq!(listed["Providers"].as_array().unwrap().len(), 2);
}
