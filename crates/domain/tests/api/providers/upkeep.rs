//! Changes of identity providers without a request: metadata read again, certificates renewed; and how many attributes
//! the users of one may be linked by.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_domain::jobs::metadata_refresh::MetadataRefresh;
use cognate_domain::jobs::{self, runner};
use each_engine::each_engine;
use serde_json::{Value, json};
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};

use crate::support::TestApp;
use crate::support::providers::{
    Host, create, good_metadata, metadata, named, oidc_provider, provider, redirect,
};
use crate::support::users::{pool, with};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

async fn describe(t: &TestApp, pool: &str, name: &str) -> Value {
    t.ok("DescribeIdentityProvider", named(pool, name)).await["IdentityProvider"].clone()
}

fn signs_in_at(url: &str) -> String {
    metadata(&redirect("SingleSignOnService", url))
}

/// Returns the number of jobs that read metadata again.
async fn jobs(t: &TestApp) -> usize {
    let sql = "SELECT 1 FROM jobs WHERE kind = 'saml_metadata'";
    t.app.store.rows(sql, vec![]).await.unwrap().len()
}

/// Lets two nodes look for work.
async fn turn(t: &TestApp) {
    let (one, two) = tokio::join!(
        runner::turn::<MetadataRefresh>(&t.app, "one"),
        runner::turn::<MetadataRefresh>(&t.app, "two")
    );
    one.and(two).unwrap_or_else(|fault| panic!("{fault:?}"));
}

/// Returns the certificate in the answer: its bytes, its public key, and the day from which it is good.
fn certificate(provider: &Value) -> (String, Vec<u8>, u64) {
    let text = provider["ProviderDetails"]["ActiveEncryptionCertificate"]
        .as_str()
        .unwrap();
    let read = Certificate::from_der(&STANDARD.decode(text).unwrap()).unwrap();
    let read = read.tbs_certificate;
    let key = read.subject_public_key_info.to_der().unwrap();
    let start = read.validity.not_before.to_unix_duration().as_secs();
    (text.to_owned(), key, start / 86_400)
}

#[each_engine]
async fn metadata_is_read_again_every_six_hours_and_a_bad_answer_keeps_the_old(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let host = Host::start().await;
    host.serve("/metadata", signs_in_at("https://idp.example.com/one"));
    let url = format!("{}/metadata", host.url);
    let made = create(
        t,
        provider(&pool, "company", "SAML", json!({"MetadataURL": url})),
    )
    .await;
    let shown = async |place: &str| {
        let now = describe(t, &pool, "company").await;
        let mut expected = made.clone();
        expected["ProviderDetails"]["SSORedirectBindingURI"] =
            json!(format!("https://idp.example.com/{place}"));
        assert_eq!(now, expected);
    };
    host.serve("/metadata", signs_in_at("https://idp.example.com/two"));
    turn(t).await;
    t.advance(6 * HOUR - 60).await;
    turn(t).await;
    shown("one").await;
    t.advance(120).await;
    turn(t).await;
    shown("two").await;
    for bad in [
        "<html/>".to_owned(),
        good_metadata().replace("HTTP-Redirect", "HTTP-POST"),
        String::new(),
    ] {
        host.serve("/metadata", bad);
        t.advance(6 * HOUR + 60).await;
        turn(t).await;
        shown("two").await;
    }
    // After a bad answer the next turn comes sooner.
    host.serve("/metadata", signs_in_at("https://idp.example.com/three"));
    t.advance(HOUR).await;
    turn(t).await;
    shown("three").await;
    let rows = t
        .app
        .store
        .rows(
            "SELECT doc FROM audit WHERE pool_id = ?1",
            cognate_store::params![&pool],
        )
        .await
        .unwrap();
    let docs: Vec<String> = rows
        .into_iter()
        .map(|mut row| row.take_text(0).unwrap())
        .collect();
    let told = docs
        .iter()
        .filter(|doc| doc.contains("metadata refresh") && doc.contains("company"));
    assert_eq!(told.count(), 2, "{docs:?}");
    assert!(docs.iter().all(|doc| !doc.contains(&url)), "{docs:?}");
}

#[each_engine]
async fn what_is_due_by_a_clock_that_was_moved_is_read_at_once(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let host = Host::start().await;
    host.serve("/metadata", good_metadata());
    let by_url = json!({"MetadataURL": format!("{}/metadata", host.url)});
    create(t, provider(&pool, "company", "SAML", by_url)).await;
    turn(t).await;
    let asked = async {
        while host.asked() < 2 {
            t.advance(6 * HOUR).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        () = jobs::run(t.app.clone(), std::future::pending()) => {}
        () = asked => {}
        () = tokio::time::sleep(Duration::from_secs(10)) => panic!("the job waited for its next turn"),
    }
}

#[each_engine]
async fn a_change_that_is_made_again_does_not_ask_the_provider_again(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let host = Host::start().await;
    host.serve("/metadata", good_metadata());
    let by_url = json!({"MetadataURL": format!("{}/metadata", host.url)});
    create(t, provider(&pool, "company", "SAML", by_url.clone())).await;
    let before = host.asked();
    // Eight changes of one row: all but one of a round find it changed and run again.
    let update = || async {
        let input = with(named(&pool, "company"), json!({"ProviderDetails": by_url}));
        t.call("UpdateIdentityProvider", input).await.is_ok()
    };
    let (a, b, c, d, e, f, g, h) = tokio::join!(
        update(),
        update(),
        update(),
        update(),
        update(),
        update(),
        update(),
        update()
    );
    assert!([a, b, c, d, e, f, g, h].contains(&true));
    assert_eq!(host.asked() - before, 8);
}

#[each_engine]
async fn only_providers_with_a_metadata_url_are_asked_again(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let host = Host::start().await;
    host.serve("/metadata", good_metadata());
    let by_url = json!({"MetadataURL": format!("{}/metadata", host.url)});
    let by_file = json!({"MetadataFile": good_metadata()});
    create(t, provider(&pool, "file", "SAML", by_file.clone())).await;
    create(t, oidc_provider(&pool, "oidc", json!({}))).await;
    assert_eq!(jobs(t).await, 0);
    create(t, provider(&pool, "url", "SAML", by_url.clone())).await;
    create(t, provider(&pool, "gone", "SAML", by_url.clone())).await;
    turn(t).await;
    assert_eq!(jobs(t).await, 2);
    t.ok("DeleteIdentityProvider", named(&pool, "gone")).await;
    t.ok(
        "UpdateIdentityProvider",
        with(named(&pool, "url"), json!({"ProviderDetails": by_file})),
    )
    .await;
    let before = describe(t, &pool, "url").await;
    t.advance(6 * HOUR + 60).await;
    turn(t).await;
    assert_eq!(
        (jobs(t).await, describe(t, &pool, "url").await),
        (0, before)
    );
    t.ok(
        "UpdateIdentityProvider",
        with(named(&pool, "url"), json!({"ProviderDetails": by_url})),
    )
    .await;
    assert_eq!(jobs(t).await, 1);
    t.ok("DeleteUserPool", json!({"UserPoolId": pool})).await;
}

#[each_engine]
async fn a_saml_provider_gets_a_new_certificate_every_year_for_the_same_key(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let made = create(
        t,
        provider(
            &pool,
            "company",
            "SAML",
            json!({"MetadataFile": good_metadata()}),
        ),
    )
    .await;
    let first = certificate(&made);
    t.advance(364 * DAY).await;
    assert_eq!(describe(t, &pool, "company").await, made);
    t.advance(2 * DAY).await;
    let renewed = describe(t, &pool, "company").await;
    let second = certificate(&renewed);
    assert_ne!(second.0, first.0);
    assert_eq!((&second.1, second.2), (&first.1, first.2 + 365));
    // The same from every operation and on every day of the year.
    t.advance(300 * DAY).await;
    let update = with(
        named(&pool, "company"),
        json!({"IdpIdentifiers": ["company.example.com"]}),
    );
    let updated = t.ok("UpdateIdentityProvider", update).await;
    assert_eq!(certificate(&updated["IdentityProvider"]), second);
    let input = json!({"UserPoolId": pool, "IdpIdentifier": "company.example.com"});
    let found = t.ok("GetIdentityProviderByIdentifier", input).await;
    assert_eq!(certificate(&found["IdentityProvider"]), second);
    t.advance(100 * DAY).await;
    let third = certificate(&describe(t, &pool, "company").await);
    assert_eq!((third.1, third.2), (first.1, first.2 + 730));
}

#[each_engine]
async fn users_of_a_provider_are_linked_by_five_attributes(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let claims = ["a", "b", "c", "d", "e", "f"];
    let names = [
        "name",
        "given_name",
        "family_name",
        "nickname",
        "profile",
        "picture",
    ];
    let mapping: Value = names
        .into_iter()
        .zip(claims)
        .map(|(name, claim)| (name.to_owned(), json!(claim)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    create(
        t,
        oidc_provider(&pool, "partner", json!({"AttributeMapping": mapping})),
    )
    .await;
    let link = async |user: usize, attribute: &str| {
        let name = format!("u{user}");
        let found = t
            .call(
                "AdminGetUser",
                json!({"UserPoolId": pool, "Username": name}),
            )
            .await;
        if found.is_err() {
            t.ok(
                "AdminCreateUser",
                json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"}),
            )
            .await;
        }
        let value = format!("{attribute} of {user}");
        t.call("AdminLinkProviderForUser", json!({
            "UserPoolId": pool, "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": name},
            "SourceUser": {"ProviderName": "partner", "ProviderAttributeName": attribute, "ProviderAttributeValue": value},
        })).await
    };
    for (n, claim) in claims[..5].iter().enumerate() {
        assert_eq!(link(n, claim).await, Ok(json!({})));
    }
    let refusal = link(5, "f").await.unwrap_err();
    let text =
        "The maximum number of source attribute names for this identity provider has been reached.";
    assert_eq!(
        refusal,
        ("LimitExceededException".to_owned(), text.to_owned())
    );
    // The subject is none of them, and the five serve any number of users.
    assert_eq!(link(6, "Cognito_Subject").await, Ok(json!({})));
    assert_eq!(link(7, "e").await, Ok(json!({})));
    // An update of the provider does not forget them.
    t.ok(
        "UpdateIdentityProvider",
        with(
            named(&pool, "partner"),
            json!({"AttributeMapping": mapping}),
        ),
    )
    .await;
    assert_eq!(link(8, "f").await.unwrap_err().0, "LimitExceededException");
}
