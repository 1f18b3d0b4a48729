//! The claims of groups in tokens.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::groups::{group, join, member};
use crate::support::TestApp;
use crate::support::signin::{self as support, Srp, claims, sign_in, site, verify};

fn role(name: &str) -> String {
    format!("arn:aws:iam::000000000000:role/{name}")
}

/// Returns the three claims of a token.
fn of(token: &Value) -> Value {
    let claims = claims(token);
    json!([
        claims["cognito:groups"],
        claims["cognito:roles"],
        claims["cognito:preferred_role"]
    ])
}

#[each_engine]
async fn tokens_of_a_user_without_groups_say_nothing_of_them(t: &TestApp) {
    let site = site(t).await;
    support::user(t, &site.pool, "ann").await;
    group(t, &site.pool, "g", json!({})).await;
    let result = sign_in(t, &site.client, "ann").await;
    for token in ["IdToken", "AccessToken"] {
        let claims = claims(&result[token]);
        assert!(
            !claims
                .as_object()
                .unwrap()
                .keys()
                .any(|name| name.starts_with("cognito:") && name != "cognito:username"),
            "{claims}"
        );
    }
}

#[each_engine]
async fn both_tokens_list_the_groups_by_precedence_and_the_id_token_the_roles(t: &TestApp) {
    let site = site(t).await;
    support::user(t, &site.pool, "ann").await;
    group(t, &site.pool, "last", json!({"RoleArn": role("c")})).await;
    group(
        t,
        &site.pool,
        "second",
        json!({"Precedence": 7, "RoleArn": role("b")}),
    )
    .await;
    group(
        t,
        &site.pool,
        "first",
        json!({"Precedence": 0, "RoleArn": role("a")}),
    )
    .await;
    group(t, &site.pool, "plain", json!({"Precedence": 8})).await;
    for name in ["last", "second", "plain", "first"] {
        join(t, &site.pool, name, "ann").await;
    }
    let expected = json!(["first", "second", "plain", "last"]);
    let roles = json!([role("a"), role("b"), role("c")]);
    let by_password = sign_in(t, &site.client, "ann").await;
    let srp = Srp::start(t, &site.client, "ann").await.unwrap();
    let answer = verify(&site.client, srp.responses(&site.pool, support::PASSWORD));
    let by_srp = t.ok("RespondToAuthChallenge", answer).await["AuthenticationResult"].clone();
    for result in [by_password, by_srp] {
        assert_eq!(of(&result["AccessToken"]), json!([expected, null, null]));
        assert_eq!(of(&result["IdToken"]), json!([expected, roles, role("a")]));
    }
}

#[each_engine]
async fn equal_groups_with_different_roles_prefer_none(t: &TestApp) {
    let site = site(t).await;
    support::user(t, &site.pool, "ann").await;
    for (name, its) in [("g", "a"), ("h", "b")] {
        group(
            t,
            &site.pool,
            name,
            json!({"Precedence": 1, "RoleArn": role(its)}),
        )
        .await;
        join(t, &site.pool, name, "ann").await;
    }
    let token = sign_in(t, &site.client, "ann").await["IdToken"].clone();
    assert_eq!(
        of(&token),
        json!([["g", "h"], [role("a"), role("b")], null])
    );
    t.ok(
        "UpdateGroup",
        json!({"UserPoolId": site.pool, "GroupName": "h", "RoleArn": role("a")}),
    )
    .await;
    let token = sign_in(t, &site.client, "ann").await["IdToken"].clone();
    assert_eq!(of(&token), json!([["g", "h"], [role("a")], role("a")]));
}

#[each_engine]
async fn a_refresh_tells_what_is_true_now(t: &TestApp) {
    let site = site(t).await;
    support::user(t, &site.pool, "ann").await;
    for name in ["g", "h"] {
        group(t, &site.pool, name, json!({})).await;
        join(t, &site.pool, name, "ann").await;
    }
    let first = sign_in(t, &site.client, "ann").await;
    let refresh = async || {
        let parameters = json!({"REFRESH_TOKEN": first["RefreshToken"]});
        let input = support::initiate(&site.client, "REFRESH_TOKEN_AUTH", parameters);
        t.ok("InitiateAuth", input).await["AuthenticationResult"].clone()
    };
    assert_eq!(
        claims(&refresh().await["AccessToken"])["cognito:groups"],
        json!(["g", "h"])
    );
    t.ok("AdminRemoveUserFromGroup", member(&site.pool, "g", "ann"))
        .await;
    assert_eq!(
        claims(&refresh().await["AccessToken"])["cognito:groups"],
        json!(["h"])
    );
    t.ok(
        "DeleteGroup",
        json!({"UserPoolId": site.pool, "GroupName": "h"}),
    )
    .await;
    let result = refresh().await;
    assert_eq!(of(&result["AccessToken"]), json!([null, null, null]));
    assert_eq!(of(&result["IdToken"]), json!([null, null, null]));
    let input = json!({"ClientId": site.client, "RefreshToken": first["RefreshToken"]});
    let result = t.ok("GetTokensFromRefreshToken", input).await["AuthenticationResult"].clone();
    assert_eq!(of(&result["IdToken"]), json!([null, null, null]));
}

#[each_engine]
async fn a_sign_in_reads_the_groups_once(t: &TestApp) {
    let site = site(t).await;
    support::user(t, &site.pool, "ann").await;
    sign_in(t, &site.client, "ann").await;
    let once = async || {
        t.hold(&site.pool, &site.client).await;
        let before = t.app.store.work();
        sign_in(t, &site.client, "ann").await;
        let after = t.app.store.work();
        (
            after.reads - before.reads,
            after.statements - before.statements,
        )
    };
    // The least of some: a lease on the pool's settings may end in between.
    let cost = async || once().await.min(once().await).min(once().await);
    let without = cost().await;
    for n in 0..20 {
        let name = format!("g{n}");
        group(t, &site.pool, &name, json!({})).await;
        join(t, &site.pool, &name, "ann").await;
    }
    assert_eq!(cost().await, without);
}
