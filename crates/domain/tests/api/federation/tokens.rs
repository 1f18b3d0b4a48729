//! ID tokens that are not good, and the keys of providers as they change (docs/FEDERATION.md).

use cognate_domain::errors::unconfirmed::federation as unconfirmed;
use cognate_federation::oidc::id_token::Refused;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::flow::*;
use crate::oauth::flow::hosted_client;
use crate::support::TestApp;
use crate::support::idp::Idp;
use crate::support::signin::with;

/// Signs in with this token for a sign-in; what the client is told and the check that failed.
async fn with_token(
    t: &TestApp,
    c: &Company,
    make: impl FnOnce(&Idp, Value, Value) -> String,
) -> (String, String) {
    let journey = depart(t, c).await;
    vouch(t, c, &journey, &json!({}));
    let token = make(&c.idp, c.idp.header(), payload(t, c, &journey, &json!({})));
    c.idp.gives(Some(&token));
    let (error, text) = told(back(t, &journey, journey.with_code()).await.unwrap());
    assert_eq!(error, "invalid_request");
    (text, recorded(t, &c.pool).await)
}

async fn refused(
    t: &TestApp,
    c: &Company,
    check: Refused,
    make: impl FnOnce(&Idp, Value, Value) -> String,
) {
    let (text, row) = with_token(t, c, make).await;
    let expected = match check {
        Refused::Issuer if text.starts_with("Bad") => format!("Bad id_token issuer {}/", c.idp.url),
        _ => unconfirmed::INVALID_ID_TOKEN.to_owned(),
    };
    assert_eq!(text, expected, "{check:?}");
    assert!(
        row.starts_with(&format!("The provider's ID token: {check}.")),
        "{check:?}: {row}"
    );
}

/// Changes the header.
async fn header(t: &TestApp, c: &Company, check: Refused, over: Value) {
    refused(t, c, check, |idp, header, payload| {
        idp.token(&with(header, over), &payload)
    })
    .await;
}

/// Changes the payload; null takes a member away.
async fn claim(t: &TestApp, c: &Company, check: Refused, over: Value) {
    refused(t, c, check, |idp, header, payload| {
        let mut payload = with(payload, over);
        let members = payload.as_object_mut().unwrap();
        members.retain(|_, value| !value.is_null());
        idp.token(&header, &payload)
    })
    .await;
}

#[each_engine]
async fn each_check_of_a_token_ends_in_one_text_and_its_own_row(t: &TestApp) {
    let c = company(t).await;
    let now = t.app.clock.service() / 1_000_000;
    let part = |token: String, n: usize, other: &str| {
        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        parts[n] = other.to_owned();
        parts.join(".")
    };
    refused(t, &c, Refused::TooLong, |_, _, _| "x".repeat(65_537)).await;
    refused(t, &c, Refused::Parts, |_, _, _| "a.b".to_owned()).await;
    refused(t, &c, Refused::Parts, |idp, h, p| {
        format!("{}.a.b", idp.token(&h, &p))
    })
    .await;
    refused(t, &c, Refused::Base64, |idp, h, p| {
        format!("{}=", idp.token(&h, &p))
    })
    .await;
    refused(t, &c, Refused::Header, |idp, h, p| {
        part(idp.token(&h, &p), 0, "W10")
    })
    .await;
    header(t, &c, Refused::Critical, json!({"crit": ["exp"]})).await;
    header(t, &c, Refused::Unencoded, json!({"b64": true})).await;
    header(t, &c, Refused::OtherType, json!({"typ": "at+jwt"})).await;
    for alg in ["none", "None", "es256", "RS1"] {
        header(t, &c, Refused::Algorithm, json!({"alg": alg})).await;
    }
    header(t, &c, Refused::ShortSecret, json!({"alg": "HS256"})).await;
    header(t, &c, Refused::NoKid, json!({"kid": 1})).await;
    header(t, &c, Refused::UnknownKey, json!({"kid": "k2"})).await;
    header(t, &c, Refused::KeyOfOtherKind, json!({"alg": "RS256"})).await;
    // Nobody's key counts that the token brings along, and nobody fetches it.
    let own = c.idp.jwk();
    header(
        t,
        &c,
        Refused::UnknownKey,
        json!({"kid": "k2", "jwk": own, "jku": c.idp.url}),
    )
    .await;
    refused(t, &c, Refused::BadSignature, |idp, h, p| {
        let other = with(p.clone(), json!({"sub": "admin"}));
        let (good, other) = (idp.token(&h, &p), idp.token(&h, &other));
        part(good, 1, other.split('.').nth(1).unwrap())
    })
    .await;
    claim(
        t,
        &c,
        Refused::Issuer,
        json!({"iss": format!("{}/", c.idp.url)}),
    )
    .await;
    claim(t, &c, Refused::Issuer, json!({"iss": null})).await;
    claim(t, &c, Refused::Audience, json!({"aud": "another-client"})).await;
    claim(t, &c, Refused::Audience, json!({"aud": ["a", "b"]})).await;
    claim(
        t,
        &c,
        Refused::AuthorizedParty,
        json!({"aud": ["our-client", "b"]}),
    )
    .await;
    claim(t, &c, Refused::AuthorizedParty, json!({"azp": "b"})).await;
    claim(t, &c, Refused::NoEnd, json!({"exp": null})).await;
    claim(t, &c, Refused::Expired, json!({"exp": now - 181})).await;
    claim(t, &c, Refused::IssuedAhead, json!({"iat": now + 600})).await;
    claim(t, &c, Refused::NotYet, json!({"nbf": now + 600})).await;
    claim(t, &c, Refused::Nonce, json!({"nonce": null})).await;
    claim(
        t,
        &c,
        Refused::Nonce,
        json!({"nonce": "of another sign-in"}),
    )
    .await;
    claim(
        t,
        &c,
        Refused::AccessTokenHash,
        json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
    )
    .await;
    for subject in [
        json!(null),
        json!(""),
        json!(7),
        json!("a\nb"),
        json!("x".repeat(256)),
    ] {
        claim(t, &c, Refused::Subject, json!({ "sub": subject })).await;
    }
    assert_eq!(users(t, &c.pool).await, 0);
    // Whatever was wrong with one answer, the next one counts.
    enter(t, &c, json!({"exp": now - 100, "iat": now + 100})).await;
}

#[each_engine]
async fn the_token_of_another_sign_in_is_of_no_use(t: &TestApp) {
    let c = company(t).await;
    let (mine, theirs) = (depart(t, &c).await, depart(t, &c).await);
    assert_ne!(mine.sent["nonce"], theirs.sent["nonce"]);
    vouch(t, &c, &theirs, &json!({"sub": "them"}));
    let said = told(back(t, &mine, mine.with_code()).await.unwrap());
    assert_eq!(said.1, unconfirmed::INVALID_ID_TOKEN);
    assert!(recorded(t, &c.pool).await.contains("nonce"));
    back(t, &theirs, theirs.with_code()).await.unwrap().unwrap();
}

#[each_engine]
async fn a_new_key_is_fetched_once_and_then_every_five_minutes_at_most(t: &TestApp) {
    let c = company(t).await;
    let fetched = || c.idp.asked("/jwks").len();
    enter(t, &c, json!({})).await;
    enter(t, &c, json!({})).await;
    assert_eq!(fetched(), 1);
    let old = c.idp.jwk();
    c.idp.turn_key("k2");
    c.idp.publish(&[old, c.idp.jwk()]);
    enter(t, &c, json!({})).await;
    enter(t, &c, json!({})).await;
    assert_eq!(fetched(), 2);
    // Another key within five minutes: nobody makes this server call by naming keys.
    c.idp.turn_key("k3");
    c.idp.publish(&[c.idp.jwk()]);
    for _ in 0..3 {
        let said = turned_away(t, &c, json!({})).await;
        assert_eq!(said.1, unconfirmed::INVALID_ID_TOKEN);
    }
    assert!(
        recorded(t, &c.pool)
            .await
            .contains(&Refused::UnknownKey.to_string())
    );
    assert_eq!(fetched(), 2);
    t.advance(300).await;
    enter(t, &c, json!({})).await;
    assert_eq!(fetched(), 3);
    // A bad signature under a known name fetches nothing.
    t.advance(300).await;
    c.idp.turn_key("k3");
    turned_away(t, &c, json!({})).await;
    assert!(
        recorded(t, &c.pool)
            .await
            .contains(&Refused::BadSignature.to_string())
    );
    assert_eq!(fetched(), 3);
    // After an hour the set is fetched anew.
    t.advance(3_301).await;
    c.idp.publish(&[c.idp.jwk()]);
    enter(t, &c, json!({})).await;
    assert_eq!(fetched(), 4);
}

#[each_engine]
async fn keys_of_earlier_settings_count_no_more(t: &TestApp) {
    let c = company(t).await;
    let fetched = || c.idp.asked("/jwks").len();
    enter(t, &c, json!({})).await;
    // The key was stolen: the provider publishes another one, and the administrator saves the settings.
    let stolen = c.idp.jwk();
    let thief = depart(t, &c).await;
    c.idp.publish(&[with(stolen, json!({"kid": "k2"}))]);
    enter(t, &c, json!({})).await;
    assert_eq!(fetched(), 1);
    let settings = json!({
        "UserPoolId": c.pool, "ProviderName": CORP, "AttributeMapping": {"email": "email"},
    });
    t.ok("UpdateIdentityProvider", settings).await;
    vouch(t, &c, &thief, &json!({}));
    let said = told(back(t, &thief, thief.with_code()).await.unwrap());
    assert_eq!(said.1, unconfirmed::INVALID_ID_TOKEN);
    let row = recorded(t, &c.pool).await;
    assert!(row.contains(&Refused::UnknownKey.to_string()), "{row}");
    // Of those, too, nobody has more fetched by naming another one.
    assert_eq!(fetched(), 3);
    turned_away(t, &c, json!({})).await;
    assert_eq!(fetched(), 3);
    // A provider of the same name is another one.
    let list = |names: Value| {
        let list = json!({"UserPoolId": c.pool, "ClientId": c.client, "SupportedIdentityProviders": names});
        with(hosted_client(), list)
    };
    let described = json!({"UserPoolId": c.pool, "ProviderName": CORP});
    t.ok("UpdateUserPoolClient", list(json!(["COGNITO"]))).await;
    t.ok("DeleteIdentityProvider", described).await;
    c.idp.publish(&[c.idp.jwk()]);
    let again = json!({
        "UserPoolId": c.pool, "ProviderName": CORP, "ProviderType": "OIDC", "ProviderDetails": {
            "client_id": "our-client", "client_secret": "a-word-to-hide", "authorize_scopes": "openid email",
            "oidc_issuer": c.idp.url, "attributes_request_method": "GET",
        },
    });
    t.ok("CreateIdentityProvider", again).await;
    t.ok("UpdateUserPoolClient", list(json!(["COGNITO", CORP])))
        .await;
    enter(t, &c, json!({"sub": "u2"})).await;
    assert_eq!(fetched(), 4);
}

#[each_engine]
async fn a_shared_secret_counts_for_openid_providers_if_it_is_long_enough(t: &TestApp) {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
    use cognate_crypto::client_proof::Mac;
    let secret = "a-word-to-hide-of-more-than-32-bytes";
    for (secret, good) in [(secret, true), ("a-word-to-hide", false)] {
        let idp = Idp::start().await;
        let details = json!({
            "client_id": "our-client", "client_secret": secret, "authorize_scopes": "openid",
            "oidc_issuer": idp.url, "attributes_request_method": "GET",
        });
        let members = json!({ "ProviderDetails": details });
        let c = company_of(t, idp, CORP, "OIDC", json!({}), members, json!({})).await;
        let journey = depart(t, &c).await;
        vouch(t, &c, &journey, &json!({}));
        let encoded = |value: Value| BASE64URL.encode(value.to_string());
        let payload = payload(t, &c, &journey, &json!({}));
        let input = format!("{}.{}", encoded(json!({"alg": "HS256"})), encoded(payload));
        let mac = Mac::Hs256.tag(secret.as_bytes(), input.as_bytes());
        c.idp
            .gives(Some(&format!("{input}.{}", BASE64URL.encode(mac))));
        let outcome = back(t, &journey, journey.with_code()).await.unwrap();
        assert_eq!(outcome.is_ok(), good);
    }
}
