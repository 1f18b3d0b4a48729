//! Answers of the flows, and the flows that a client allows.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::signin::*;

#[each_engine]
async fn the_right_password_gives_tokens_and_an_auth_event(t: &TestApp) {
    let s = site_with(t, watched(), json!({})).await;
    let sub = user(t, &s.pool, "jane").await;
    let answer = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    let result = &answer["AuthenticationResult"];
    assert_eq!(answer["ChallengeParameters"], json!({}));
    assert_eq!(answer.as_object().unwrap().len(), 2);
    assert_eq!(
        (&result["TokenType"], &result["ExpiresIn"]),
        (&json!("Bearer"), &json!(3600))
    );
    let members: Vec<&String> = result.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "AccessToken",
            "ExpiresIn",
            "IdToken",
            "RefreshToken",
            "TokenType"
        ]
    );

    let sql = "SELECT event_id, doc FROM auth_events WHERE pool_id = ?1 AND user_id = ?2";
    let rows = t
        .app
        .store
        .rows(sql, cognate_store::params![&s.pool, &sub])
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        claims(&result["AccessToken"])["event_id"],
        rows[0].text(0).unwrap()
    );
    let doc: Value = serde_json::from_str(rows[0].text(1).unwrap()).unwrap();
    assert_eq!(
        (&doc["type"], &doc["result"]),
        (&json!("SignIn"), &json!("Pass"))
    );
}

#[each_engine]
async fn a_pool_that_nothing_watches_keeps_no_auth_event(t: &TestApp) {
    let s = site(t).await;
    let sub = user(t, &s.pool, "jane").await;
    let answer = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    // The tokens name the event all the same.
    let token = claims(&answer["AuthenticationResult"]["AccessToken"]);
    assert_eq!(token["sub"], sub.as_str());
    assert_eq!(token["event_id"].as_str().unwrap().len(), 36);
    for name in ["jane", "nobody"] {
        let wrong = by_password(&s.client, name, "wrong-Passw0rd!");
        t.call("InitiateAuth", wrong).await.unwrap_err();
    }
    let count = async || {
        let sql = "SELECT COUNT(*) FROM auth_events WHERE pool_id = ?1";
        let rows = t.app.store.rows(sql, cognate_store::params![&s.pool]);
        rows.await.unwrap()[0].int(0).unwrap()
    };
    assert_eq!(count().await, 0);
    // From then on they are kept.
    let on = with(json!({"UserPoolId": s.pool}), watched());
    t.ok("UpdateUserPool", on).await;
    t.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    assert_eq!(count().await, 1);
}

#[each_engine]
async fn one_wrong_character_is_refused_and_leaves_a_failed_event(t: &TestApp) {
    let s = site_with(t, watched(), json!({})).await;
    let sub = user(t, &s.pool, "jane").await;
    for wrong in [
        "Passw0rd?",
        "passw0rd!",
        "Passw0rd",
        "Passw0rd!!",
        " Passw0rd!",
    ] {
        t.refused(
            "InitiateAuth",
            by_password(&s.client, "jane", wrong),
            WRONG.0,
            WRONG.1,
        )
        .await;
        t.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
            .await;
    }
    let sql = "SELECT doc FROM auth_events WHERE pool_id = ?1 AND user_id = ?2";
    let rows = t
        .app
        .store
        .rows(sql, cognate_store::params![&s.pool, &sub])
        .await
        .unwrap();
    let failed = rows
        .iter()
        .filter(|row| row.text(0).unwrap().contains(r#""result":"Fail""#))
        .count();
    assert_eq!((failed, rows.len()), (5, 10));
}

#[each_engine]
async fn both_admin_names_of_the_flow_sign_in(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    for flow in ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"] {
        let answer = admin(
            t,
            &s,
            flow,
            json!({"USERNAME": "jane", "PASSWORD": PASSWORD}),
        )
        .await
        .unwrap();
        get_user(t, &answer["AuthenticationResult"]["AccessToken"])
            .await
            .unwrap();
        let wrong = admin(
            t,
            &s,
            flow,
            json!({"USERNAME": "jane", "PASSWORD": "Passw0rd?"}),
        )
        .await;
        assert_eq!(wrong.unwrap_err(), refusal(WRONG));
    }
    let input = json!({
        "UserPoolId": s.pool, "ClientId": s.client, "ChallengeName": "ADMIN_NO_SRP_AUTH",
        "ChallengeResponses": {"USERNAME": "jane", "PASSWORD": PASSWORD},
    });
    assert!(
        t.ok("AdminRespondToAuthChallenge", input.clone()).await["AuthenticationResult"]
            .is_object()
    );
    let mut public = input;
    public.as_object_mut().unwrap().remove("UserPoolId");
    let text = "Initiate Auth method not supported.";
    t.refused(
        "RespondToAuthChallenge",
        public,
        "InvalidParameterException",
        text,
    )
    .await;
}

#[each_engine]
async fn flows_that_the_client_does_not_list_are_refused_each_with_its_text(t: &TestApp) {
    let s = site_with(
        t,
        json!({}),
        json!({"ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"]}),
    )
    .await;
    user(t, &s.pool, "jane").await;
    let all =
        json!({"USERNAME": "jane", "PASSWORD": PASSWORD, "SRP_A": "aa", "REFRESH_TOKEN": "x"});
    for (flow, text) in [
        (
            "USER_PASSWORD_AUTH",
            "USER_PASSWORD_AUTH flow not enabled for this client",
        ),
        (
            "USER_SRP_AUTH",
            "USER_SRP_AUTH is not enabled for the client.",
        ),
        ("USER_AUTH", "USER_AUTH flow not enabled for this client"),
        ("CUSTOM_AUTH", "CUSTOM_AUTH is not enabled for the client."),
        ("ADMIN_NO_SRP_AUTH", "Initiate Auth method not supported."),
        (
            "ADMIN_USER_PASSWORD_AUTH",
            "Initiate Auth method not supported.",
        ),
    ] {
        t.refused(
            "InitiateAuth",
            initiate(&s.client, flow, all.clone()),
            "InvalidParameterException",
            text,
        )
        .await;
    }
    let text = "Auth flow not enabled for this client";
    let refused = admin(t, &s, "ADMIN_USER_PASSWORD_AUTH", all.clone())
        .await
        .unwrap_err();
    assert_eq!(refused, refusal(("InvalidParameterException", text)));
    let refused = admin(t, &s, "USER_PASSWORD_AUTH", all.clone())
        .await
        .unwrap_err();
    assert_eq!(
        refused,
        refusal((
            "InvalidParameterException",
            "Initiate Auth method not supported."
        ))
    );

    let srp_only = client_of(
        t,
        &s.pool,
        json!({"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]}),
    )
    .await;
    let input = initiate(
        srp_only["ClientId"].as_str().unwrap(),
        "REFRESH_TOKEN_AUTH",
        all,
    );
    let text = "Refresh Token flow not enabled for this client";
    t.refused("InitiateAuth", input, "InvalidParameterException", text)
        .await;
}

#[each_engine]
async fn legacy_flow_names_allow_their_flow_and_always_refresh(t: &TestApp) {
    let s = site_with(
        t,
        json!({}),
        json!({"ExplicitAuthFlows": ["USER_PASSWORD_AUTH"]}),
    )
    .await;
    user(t, &s.pool, "jane").await;
    let result = sign_in(t, &s.client, "jane").await;
    let refresh = json!({"REFRESH_TOKEN": result["RefreshToken"]});
    t.ok(
        "InitiateAuth",
        initiate(&s.client, "REFRESH_TOKEN", refresh),
    )
    .await;
    assert!(Srp::start(t, &s.client, "jane").await.is_ok());
    let custom = client_of(
        t,
        &s.pool,
        json!({"ExplicitAuthFlows": ["CUSTOM_AUTH_FLOW_ONLY"]}),
    )
    .await;
    let custom = custom["ClientId"].as_str().unwrap();
    let text = "USER_SRP_AUTH is not enabled for the client.";
    let refused = Srp::start(t, custom, "jane").await.err().unwrap();
    assert_eq!(refused, refusal(("InvalidParameterException", text)));
    let text = "Custom auth lambda trigger is not configured for the user pool.";
    let input = initiate(custom, "CUSTOM_AUTH", json!({"USERNAME": "jane"}));
    t.refused("InitiateAuth", input, "InvalidParameterException", text)
        .await;
}
