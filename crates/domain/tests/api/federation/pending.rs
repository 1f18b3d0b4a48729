//! Sign-ins that wait for the provider's answer: one browser, one host, one pool, once, for five minutes, and so many at
//! once.

use cognate_crypto::random;
use cognate_domain::oauth::provider::kept::{self, Browser};
use cognate_domain::oauth::provider::request::{self, Pending};
use cognate_domain::oauth::provider::steps;
use cognate_domain::records::pool::Pool;
use cognate_domain::{Caller, ClientInfo, Cx, Endpoint, audit::About, run};
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::flow::*;
use crate::oauth::cx;
use crate::oauth::flow::{ask, authorized, hosted_client, rows};
use crate::support::TestApp;
use crate::support::signin::{client_of, with};

async fn find(t: &TestApp, pool: &Pool, state: &str) -> Option<Pending> {
    let cx = cx(t, Endpoint::Federation);
    let found = run(&cx, About::default, || request::find(&cx, pool, state));
    found.await.unwrap()
}

async fn waits(t: &TestApp, journey: &Journey) -> bool {
    let pool = &journey.authorization.pool;
    find(t, pool, journey.state()).await.is_some()
}

#[each_engine]
async fn an_answer_counts_once(t: &TestApp) {
    let c = company(t).await;
    let journey = depart(t, &c).await;
    vouch(t, &c, &journey, &json!({}));
    let node = t.second_node().await;
    let (one, two) = tokio::join!(
        back(t, &journey, journey.with_code()),
        back(&node, &journey, journey.with_code()),
    );
    let won = [one, two]
        .into_iter()
        .flatten()
        .filter(Result::is_ok)
        .count();
    assert_eq!(won, 1);
    assert_eq!(c.idp.asked("/token").len(), 1);
    assert!(back(t, &journey, journey.with_code()).await.is_none());
    // One that was refused is spent too: nobody tries codes.
    let journey = depart(t, &c).await;
    vouch(t, &c, &journey, &json!({"nonce": "x"}));
    back(t, &journey, journey.with_code())
        .await
        .unwrap()
        .err()
        .unwrap();
    vouch(t, &c, &journey, &json!({}));
    assert!(back(t, &journey, journey.with_code()).await.is_none());
}

#[each_engine]
async fn an_answer_has_five_minutes(t: &TestApp) {
    let c = company(t).await;
    let (early, late) = (depart(t, &c).await, depart(t, &c).await);
    t.advance(299).await;
    vouch(t, &c, &early, &json!({}));
    back(t, &early, early.with_code()).await.unwrap().unwrap();
    t.advance(2).await;
    assert!(!waits(t, &late).await);
    for bucket in 0..cognate_store::tables::jobs::BUCKETS {
        let now = t.app.clock.service();
        let expired = cognate_store::tables::jobs::expire(&t.app.store, now, bucket);
        expired.await.unwrap();
    }
    let rows = t
        .app
        .store
        .rows("SELECT 1 FROM provider_requests", Vec::new());
    assert!(rows.await.unwrap().is_empty());
}

#[each_engine]
async fn a_sign_in_is_its_browser_s_its_host_s_and_its_pool_s(t: &TestApp) {
    let (c, other) = (company(t).await, company(t).await);
    let journey = depart(t, &c).await;
    let pool = &journey.authorization.pool;
    let pending = find(t, pool, journey.state()).await.unwrap();
    assert!(pending.is_of(pool, BROWSER));
    for browser in [
        Browser {
            cookie: "",
            ..BROWSER
        },
        Browser {
            cookie: "another",
            ..BROWSER
        },
        Browser {
            base_url: "https://login.shop.example",
            ..BROWSER
        },
        Browser {
            base_url: "",
            ..BROWSER
        },
    ] {
        assert!(!pending.is_of(pool, browser));
    }
    let theirs = depart(t, &other).await;
    let foreign = &theirs.authorization.pool;
    assert!(find(t, foreign, journey.state()).await.is_none());
    let (_, random) = journey.state().split_once('.').unwrap();
    for state in [
        format!("{}.{random}", other.pool),
        format!("{}.{}", c.pool, "x".repeat(43)),
        format!("{}.{random}x", c.pool),
        random.to_owned(),
        String::new(),
    ] {
        assert!(find(t, pool, &state).await.is_none(), "{state}");
        assert!(find(t, foreign, &state).await.is_none(), "{state}");
    }
}

#[each_engine]
async fn the_database_does_not_hold_what_an_answer_needs(t: &TestApp) {
    let c = company(t).await;
    let journey = depart(t, &c).await;
    let sql = "SELECT request_key, doc FROM provider_requests";
    let rows = t.app.store.rows(sql, Vec::new()).await.unwrap();
    assert_eq!(rows.len(), 1);
    let (_, random) = journey.state().split_once('.').unwrap();
    for secret in [random, &journey.sent["nonce"], BROWSER.cookie] {
        for column in 0..2 {
            assert!(!rows[0].text(column).unwrap().contains(secret));
        }
    }
}

/// Changes the provider's details.
async fn change(t: &TestApp, c: &Company, over: Value) {
    let base = json!({
        "client_id": "our-client", "client_secret": "a-word-to-hide", "authorize_scopes": "openid email",
        "oidc_issuer": c.idp.url, "attributes_request_method": "GET",
    });
    let input =
        json!({"UserPoolId": c.pool, "ProviderName": "Corp", "ProviderDetails": with(base, over)});
    t.ok("UpdateIdentityProvider", input).await;
}

#[each_engine]
async fn a_provider_that_became_another_ends_the_sign_ins_of_before(t: &TestApp) {
    let c = company(t).await;
    let other = format!("{}/other", c.idp.url);
    for over in [
        json!({"client_id": "another-client"}),
        json!({ "token_url": other }),
        json!({ "jwks_uri": other }),
        json!({ "authorize_url": other }),
        json!({ "attributes_url": other }),
    ] {
        let journey = depart(t, &c).await;
        assert!(waits(t, &journey).await);
        change(t, &c, over.clone()).await;
        assert!(!waits(t, &journey).await, "{over}");
        change(t, &c, json!({})).await;
        // It is what it was again.
        assert!(waits(t, &journey).await, "{over}");
    }
    // Secrets and scopes may be renewed meanwhile, and the new secret counts.
    let journey = depart(t, &c).await;
    change(
        t,
        &c,
        json!({"client_secret": "a-newer-word", "authorize_scopes": "openid"}),
    )
    .await;
    vouch(t, &c, &journey, &json!({}));
    back(t, &journey, journey.with_code())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(c.idp.last("/token").form["client_secret"], "a-newer-word");
    // One of the same name is another provider.
    let journey = depart(t, &c).await;
    let named = json!({"UserPoolId": c.pool, "ProviderName": "Corp"});
    let list = json!({"UserPoolId": c.pool, "ClientId": c.client, "SupportedIdentityProviders": ["COGNITO"]});
    t.ok("UpdateUserPoolClient", list).await;
    t.ok("DeleteIdentityProvider", named).await;
    assert!(!waits(t, &journey).await);
}

#[each_engine]
async fn a_provider_that_is_gone_begins_nothing(t: &TestApp) {
    let c = company(t).await;
    let parameters = cognate_domain::oauth::authorization::Parameters {
        identity_provider: Some("Corp"),
        ..crate::oauth::flow::ask(&c.client)
    };
    let authorization = authorized(t, &parameters).await;
    let list = json!({"UserPoolId": c.pool, "ClientId": c.client, "SupportedIdentityProviders": ["COGNITO"]});
    t.ok("UpdateUserPoolClient", list).await;
    let named = json!({"UserPoolId": c.pool, "ProviderName": "Corp"});
    t.ok("DeleteIdentityProvider", named).await;
    let cx = cx(t, Endpoint::Federation);
    let begun = run(&cx, About::default, || {
        steps::begin(&cx, &authorization, "Corp", "q", BROWSER)
    });
    assert!(begun.await.unwrap().is_err());
}

/// Begins a sign-in at the provider from an address; the code of the exception if it is refused.
async fn begins(t: &TestApp, client: &str, ip: &str) -> Result<(), &'static str> {
    let parameters = cognate_domain::oauth::authorization::Parameters {
        identity_provider: Some(CORP),
        ..ask(client)
    };
    let authorization = authorized(t, &parameters).await;
    let from = ClientInfo {
        ip: ip.into(),
        ..ClientInfo::default()
    };
    let id = random::uuid_v4();
    let cx = Cx::new(&t.app, Endpoint::Federation, Caller::Public, from, id);
    let begun = run(&cx, About::default, || {
        steps::begin(&cx, &authorization, CORP, "q", BROWSER)
    });
    let begun = begun.await.map_err(|refusal| refusal.code.as_str())?;
    assert!(begun.is_ok());
    Ok(())
}

/// Writes what was counted of a kind, as if so many had begun. Returns the number of counts.
async fn counted(t: &TestApp, kind: &str, n: i64) -> u64 {
    let sql = "UPDATE attempts SET n = ?2 WHERE kind = ?1";
    let batch = Batch::new().run(sql, params![kind, n]);
    t.app.store.commit(batch).await.unwrap().touched()
}

#[each_engine]
async fn an_address_and_a_client_have_so_many_sign_ins_wait(t: &TestApp) {
    const FULL: Result<(), &str> = Err("LimitExceededException");
    let c = company(t).await;
    let offers = json!({"SupportedIdentityProviders": ["COGNITO", CORP], "GenerateSecret": true});
    let other = client_of(t, &c.pool, with(hosted_client(), offers)).await;
    let other = other["ClientId"].as_str().unwrap();
    let waiting = || rows(t, "provider_requests", &c.pool);
    // The browser proves nothing, so that a secret of the client does not matter.
    begins(t, other, "192.0.2.1").await.unwrap();
    assert_eq!(counted(t, "provider sign-ins by address", 999).await, 1);
    begins(t, other, "192.0.2.1").await.unwrap();
    for _ in 0..3 {
        assert_eq!(begins(t, other, "192.0.2.1").await, FULL);
    }
    assert_eq!(waiting().await, 2);
    // Other addresses and other clients have counts of their own, which those refused do not touch.
    begins(t, other, "192.0.2.2").await.unwrap();
    begins(t, &c.client, "192.0.2.1").await.unwrap();
    let sql = "SELECT n FROM attempts WHERE subject = ?1 AND kind = 'provider sign-ins'";
    let found = t.app.store.rows(sql, params![other]).await.unwrap();
    assert_eq!(found[0].int(0).unwrap(), 3);
    // A client that is full keeps no other one out.
    let sql = "UPDATE attempts SET n = 36000 WHERE subject = ?1";
    let batch = Batch::new().run(sql, params![other]);
    assert_eq!(t.app.store.commit(batch).await.unwrap().touched(), 1);
    assert_eq!(begins(t, other, "192.0.2.3").await, FULL);
    begins(t, &c.client, "192.0.2.3").await.unwrap();
    t.advance(kept::SECONDS + 1).await;
    for ip in ["192.0.2.1", "192.0.2.3"] {
        begins(t, other, ip).await.unwrap();
    }
}
