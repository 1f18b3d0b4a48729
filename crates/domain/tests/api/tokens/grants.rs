//! Access tokens with other scopes and audiences than those of a sign-in: what they open.

use crate::support::TestApp;
use crate::support::signin::*;
use cognate_domain::tokens::grant::Grant;
use cognate_domain::tokens::groups::GroupClaims;
use cognate_domain::tokens::issue;
use cognate_domain::tokens::pre_token::Source;
use cognate_domain::tokens::verify::{self, Require};
use cognate_domain::{Caller, ClientInfo, Cx, Endpoint};
use each_engine::each_engine;
use serde_json::json;

fn from_here() -> ClientInfo {
    ClientInfo {
        base_url: Some("http://127.0.0.1:9229".into()),
        ..ClientInfo::default()
    }
}

#[each_engine]
async fn a_token_opens_what_its_scopes_say(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let own = sign_in(t, &s.client, "jane").await;
    let own = own["AccessToken"].as_str().unwrap();
    let cx = Cx::new(
        &t.app,
        Endpoint::Jwks,
        Caller::Public,
        from_here(),
        String::new(),
    );
    let signed = verify::access_token(&cx, own, verify::ACCOUNT)
        .await
        .unwrap();
    let groups = GroupClaims::default();
    let changes = Source::Authentication.unchanged(&signed.pool).unwrap();
    let account = Grant::account(
        &signed.pool,
        &signed.client,
        &signed.user,
        &groups,
        &signed.session_id,
        &signed.session,
        &changes,
    );
    let grant = Grant {
        scopes: vec!["openid", "shop/read"],
        audience: Some("https://shop.example.com"),
        nonce: Some("n-0S6_WzA2Mj"),
        latest_end: Some(cx.now() / 1_000_000 + 60),
        ..account
    };
    let token = issue::access_token(&cx, &grant).await.unwrap();
    for met in [
        Require::Scope("openid"),
        Require::Scope("shop/read"),
        Require::Any,
    ] {
        assert_eq!(
            verify::access_token(&cx, &token, met)
                .await
                .unwrap()
                .user
                .id,
            signed.user.id,
            "{met:?}"
        );
    }
    for required in [
        verify::ACCOUNT,
        Require::Scope("openi"),
        Require::Scope("shop"),
    ] {
        let refused = verify::access_token(&cx, &token, required)
            .await
            .err()
            .map(|fault| format!("{fault:?}"));
        assert!(
            refused
                .as_ref()
                .unwrap()
                .contains("does not have required scopes"),
            "{required:?}: {refused:?}"
        );
    }
    let token = json!(token);
    assert_eq!(
        get_user(t, &token).await,
        Err(not_authorized("Access Token does not have required scopes"))
    );
    let said = claims(&token);
    assert_eq!(
        (&said["scope"], &said["aud"]),
        (
            &json!("openid shop/read"),
            &json!("https://shop.example.com")
        )
    );
    assert_eq!(
        said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(),
        60
    );
    assert_eq!(said.get("nonce"), None);
    let id = claims(&json!(issue::id_token(&cx, &grant).await.unwrap()));
    assert_eq!(
        (&id["nonce"], &id["aud"]),
        (&json!("n-0S6_WzA2Mj"), &json!("https://shop.example.com"))
    );
}
