//! The pool's signing keys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::jws::{self, PublicKey};
use cognate_domain::app::keys::{self, Spares};
use each_engine::each_engine;

use crate::support::signin::*;
use crate::support::{TestApp, spare_keys};

#[each_engine]
async fn headers_name_two_keys_of_the_pool_that_verify(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let result = sign_in(t, &s.client, "jane").await;
    let mut kids = Vec::new();
    for token in ["AccessToken", "IdToken"] {
        let text = result[token].as_str().unwrap();
        let first = text.split('.').next().unwrap();
        let raw = String::from_utf8(URL_SAFE_NO_PAD.decode(first).unwrap()).unwrap();
        let kid = header(&result[token])["kid"].as_str().unwrap().to_owned();
        assert_eq!(raw, format!(r#"{{"kid":"{kid}","alg":"RS256"}}"#));
        let sql = "SELECT public FROM signing_keys WHERE pool_id = ?1 AND kid = ?2";
        let row = t
            .app
            .store
            .row(sql, cognate_store::params![&s.pool, &kid])
            .await
            .unwrap()
            .unwrap();
        let key = PublicKey::from_jwk_json(row.text(0).unwrap()).unwrap();
        assert!(jws::split(text).unwrap().signed_by(&key));
        kids.push(kid);
    }
    assert_ne!(kids[0], kids[1]);
    let again = sign_in(t, &s.client, "jane").await;
    assert_eq!(header(&again["AccessToken"])["kid"], kids[0]);
}

#[each_engine]
async fn first_tokens_asked_for_at_once_share_one_pair_of_keys(t: &TestApp) {
    spare_keys::delete_all(&t.app.store).await;
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let (a, b) = tokio::join!(sign_in(t, &s.client, "jane"), sign_in(t, &s.client, "jane"));
    assert_eq!(header(&a["IdToken"]), header(&b["IdToken"]));
    let sql = "SELECT kid FROM signing_keys WHERE pool_id = ?1";
    assert_eq!(
        t.app
            .store
            .rows(sql, cognate_store::params![&s.pool])
            .await
            .unwrap()
            .len(),
        2
    );
}

#[each_engine]
async fn keys_made_in_advance_serve_the_next_pool_and_only_it(t: &TestApp) {
    spare_keys::delete_all(&t.app.store).await;
    while keys::add_spare(t.app.sources(), 3).await.unwrap() == Spares::Added {}
    let (a, b) = (site(t).await, site(t).await);
    let mut kids = std::collections::BTreeSet::new();
    for s in [&a, &b] {
        user(t, &s.pool, "jane").await;
        let result = sign_in(t, &s.client, "jane").await;
        get_user(t, &result["AccessToken"]).await.unwrap();
        kids.extend(
            ["AccessToken", "IdToken"].map(|token| header(&result[token])["kid"].to_string()),
        );
    }
    assert_eq!(kids.len(), 4);
    let left = t
        .app
        .store
        .rows("SELECT spare_id FROM spare_keys", Vec::new())
        .await
        .unwrap();
    assert!(left.is_empty());
}
