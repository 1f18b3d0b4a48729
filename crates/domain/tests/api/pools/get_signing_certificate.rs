//! GetSigningCertificate.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::jws::PublicKey;
use cognate_domain::App;
use each_engine::each_engine;
use serde_json::json;
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};

use crate::support::TestApp;
use crate::support::pools::pool;

/// Seconds of a day.
const DAY: i64 = 86_400;

async fn certificate(t: &TestApp, pool: &str) -> Certificate {
    let answer = t
        .ok("GetSigningCertificate", json!({"UserPoolId": pool}))
        .await;
    assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
    let der = STANDARD
        .decode(answer["Certificate"].as_str().unwrap())
        .unwrap();
    Certificate::from_der(&der).unwrap()
}

/// True if the pool's key for ID tokens signed the certificate.
async fn is_by_the_pools_key(app: &App, pool: &str, certificate: &Certificate) -> bool {
    let record = app.cached_pool(pool).await.unwrap().unwrap();
    let signers = app.cached_signers(&record).await.unwrap();
    let jwks: serde_json::Value = serde_json::from_str(&signers.jwks()).unwrap();
    let listed = jwks["keys"].as_array().unwrap();
    let jwk = listed
        .iter()
        .find(|key| key["kid"] == signers.id.kid)
        .unwrap();
    let key = PublicKey::from_jwk_json(&jwk.to_string()).unwrap();
    key.verify(
        &certificate.tbs_certificate.to_der().unwrap(),
        certificate.signature.raw_bytes(),
    )
}

fn seconds(certificate: &Certificate) -> (i64, i64) {
    let validity = &certificate.tbs_certificate.validity;
    let seconds =
        |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap();
    (seconds(validity.not_before), seconds(validity.not_after))
}

#[each_engine]
async fn it_is_the_pools_own_signed_by_its_key_for_ten_years(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let first = certificate(t, &id).await;
    assert!(is_by_the_pools_key(&t.app, &id, &first).await);
    assert_eq!(
        first.tbs_certificate.subject.to_string(),
        format!("CN={id}")
    );
    let (start, end) = seconds(&first);
    assert_eq!(end - start, 3_653 * DAY);
    let now = t.app.clock.service() / 1_000_000;
    assert!(start <= now && now - start < 60, "{start} {now}");
    let other = pool(t, json!({})).await;
    assert!(!is_by_the_pools_key(&t.app, &other, &first).await);
}

#[each_engine]
async fn it_stays_the_same_for_a_year_and_then_a_new_one_names_the_same_key(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let first = certificate(t, &id).await;
    t.advance(364 * DAY).await;
    assert!(certificate(t, &id).await == first);
    t.advance(2 * DAY).await;
    let second = certificate(t, &id).await;
    assert_eq!(seconds(&second).0 - seconds(&first).0, 365 * DAY);
    let (old, new) = (first.tbs_certificate, second.tbs_certificate);
    assert!(old.subject_public_key_info == new.subject_public_key_info);
    assert_ne!(old.serial_number, new.serial_number);
}

#[each_engine]
async fn a_pool_that_is_not_there_has_none(t: &TestApp) {
    let text = "User pool us-east-1_nosuchone does not exist.";
    let request = json!({"UserPoolId": "us-east-1_nosuchone"});
    t.refused(
        "GetSigningCertificate",
        request,
        "ResourceNotFoundException",
        text,
    )
    .await;
}
