//! ENFORCED: what each action does in each flow.

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::mfa;
use crate::support::signin::{Srp, verify};
use crate::support::triggers::{begin, custom, reply};

/// The flows that take a password.
const FLOWS: [&str; 4] = [
    "USER_PASSWORD_AUTH",
    "ADMIN_USER_PASSWORD_AUTH",
    "USER_AUTH",
    "USER_SRP_AUTH",
];

/// Signs jane in by a flow from an address, up to the first answer after her password.
async fn sign_in(
    t: &TestApp,
    s: &Site,
    from: (&'static str, &'static str),
    flow: &str,
    (name, password): (&str, &str),
) -> Result<Value, Refusal> {
    let t = t.from(from.0, from.1);
    let mut parameters = json!({"USERNAME": name, "PASSWORD": password});
    match flow {
        "ADMIN_USER_PASSWORD_AUTH" => {
            let headers = json!([{"headerName": "User-Agent", "headerValue": from.1}]);
            t.call("AdminInitiateAuth", json!({
                "UserPoolId": s.pool, "ClientId": s.client, "AuthFlow": flow, "AuthParameters": parameters,
                "ContextData": {"IpAddress": from.0, "ServerName": "x", "ServerPath": "/", "HttpHeaders": headers},
            }))
            .await
        }
        "USER_SRP_AUTH" => {
            let started = Srp::start(&t, &s.client, name).await?;
            let proof = verify(&s.client, started.responses(&s.pool, password));
            t.call("RespondToAuthChallenge", proof).await
        }
        _ => {
            if flow == "USER_AUTH" {
                parameters["PREFERRED_CHALLENGE"] = json!("PASSWORD");
            }
            t.call(
                "InitiateAuth",
                json!({"ClientId": s.client, "AuthFlow": flow, "AuthParameters": parameters}),
            )
            .await
        }
    }
}

#[each_engine]
async fn block_refuses_in_every_flow_and_tells_nothing_of_the_password(t: &TestApp) {
    let s = guarded(t, "ENFORCED").await;
    configure(t, &s, always("BLOCK")).await;
    for flow in FLOWS {
        for given in [
            ("jane", PASSWORD),
            ("jane", "Wrong-1234"),
            ("nobody", PASSWORD),
        ] {
            assert_refused(sign_in(t, &s, AWAY, flow, given).await);
        }
        let event = last_event(t, &s).await;
        assert_eq!(event["result"], "Fail");
        // What counts as wrong is forgotten by the owner's own sign-in.
        let home = sign_in(t, &s, HOME, flow, ("jane", PASSWORD))
            .await
            .unwrap();
        assert!(home["AuthenticationResult"].is_object(), "{flow}: {home}");
    }
    let blocked: Vec<_> = events(t, &s)
        .await
        .into_iter()
        .filter(|event| {
            event["risk"]["decision"] == "Block"
                && event["challenges"] == json!([["Password", "Success"]])
        })
        .collect();
    assert_eq!(blocked.len(), FLOWS.len());
}

#[each_engine]
async fn a_right_password_that_is_refused_counts_as_a_wrong_one(t: &TestApp) {
    let s = guarded(t, "ENFORCED").await;
    configure(t, &s, always("BLOCK")).await;
    let locked = (
        "NotAuthorizedException".to_owned(),
        "Password attempts exceeded".to_owned(),
    );
    for (name, password) in [("jane", PASSWORD), ("nobody", PASSWORD)] {
        for _ in 0..5 {
            assert_refused(sign_in(t, &s, AWAY, FLOWS[0], (name, password)).await);
        }
        let after = sign_in(t, &s, AWAY, FLOWS[0], (name, password)).await;
        assert_eq!(after.unwrap_err(), locked);
    }
}

#[each_engine]
async fn no_action_lets_everybody_in(t: &TestApp) {
    let s = guarded(t, "ENFORCED").await;
    configure(t, &s, always("NO_ACTION")).await;
    for flow in FLOWS {
        let answer = sign_in(t, &s, AWAY, flow, ("jane", PASSWORD))
            .await
            .unwrap();
        assert!(
            answer["AuthenticationResult"].is_object(),
            "{flow}: {answer}"
        );
        assert_eq!(
            last_event(t, &s).await["risk"]["decision"],
            "AccountTakeover"
        );
    }
}

#[each_engine]
async fn a_user_with_an_app_is_asked_for_its_code_in_every_flow(t: &TestApp) {
    for action in ["MFA_IF_CONFIGURED", "MFA_REQUIRED"] {
        let s = guarded(t, "ENFORCED").await;
        mfa::require(t, &s.pool, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
        let home = t.from(HOME.0, HOME.1);
        let tokens = crate::support::signin::sign_in(&home, &s.client, "jane").await;
        // Registered, and not turned on: the pool would not ask.
        let app = mfa::register(&home, &tokens["AccessToken"]).await;
        configure(t, &s, always(action)).await;
        for flow in FLOWS {
            let answer = sign_in(t, &s, HOME, flow, ("jane", PASSWORD))
                .await
                .unwrap();
            assert!(
                answer["AuthenticationResult"].is_object(),
                "{flow}: {answer}"
            );
            let asked = sign_in(t, &s, AWAY, flow, ("jane", PASSWORD))
                .await
                .unwrap();
            assert_eq!(
                asked["ChallengeName"], "SOFTWARE_TOKEN_MFA",
                "{flow}: {asked}"
            );
        }
        mfa::later(t).await;
        let asked = sign_in(t, &s, AWAY, FLOWS[0], ("jane", PASSWORD))
            .await
            .unwrap();
        let away = t.from(AWAY.0, AWAY.1);
        let wrong = json!({"SOFTWARE_TOKEN_MFA_CODE": app.wrong(t)});
        mfa::respond(&away, &s, &asked, wrong).await.unwrap_err();
        let right = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
        let answer = mfa::respond(&away, &s, &asked, right.clone())
            .await
            .unwrap();
        mfa::assert_signed_in(&answer);
        let event = last_event(t, &s).await;
        assert_eq!(
            (&event["risk"]["level"], &event["result"]),
            (&json!("High"), &json!("Pass"))
        );
        // The same answer again is none.
        mfa::respond(&away, &s, &asked, right).await.unwrap_err();
        // With a second factor the place is the user's own at once.
        let answer = sign_in(t, &s, AWAY, FLOWS[0], ("jane", PASSWORD))
            .await
            .unwrap();
        assert!(answer["AuthenticationResult"].is_object(), "{answer}");
    }
}

#[each_engine]
async fn a_user_without_a_factor_is_let_in_or_refused_as_the_action_says(t: &TestApp) {
    let s = guarded(t, "ENFORCED").await;
    configure(t, &s, always("MFA_REQUIRED")).await;
    for flow in FLOWS {
        for given in [
            ("jane", PASSWORD),
            ("jane", "Wrong-1234"),
            ("nobody", PASSWORD),
        ] {
            assert_refused(sign_in(t, &s, AWAY, flow, given).await);
        }
        sign_in(t, &s, HOME, flow, ("jane", PASSWORD))
            .await
            .unwrap();
    }
    configure(t, &s, always("MFA_IF_CONFIGURED")).await;
    for flow in FLOWS {
        let answer = sign_in(t, &s, AWAY, flow, ("jane", PASSWORD))
            .await
            .unwrap();
        assert!(
            answer["AuthenticationResult"].is_object(),
            "{flow}: {answer}"
        );
    }
}

#[each_engine]
async fn a_code_by_sms_is_the_factor_of_a_user_who_has_no_other(t: &TestApp) {
    let has = ["phone_number", "phone_number_verified"];
    let s = guarded_with(t, "ENFORCED", json!({}), &has).await;
    mfa::require(t, &s.pool, "OPTIONAL", &["SMS_MFA"]).await;
    configure(t, &s, always("MFA_REQUIRED")).await;
    let asked = sign_in(t, &s, AWAY, FLOWS[0], ("jane", PASSWORD))
        .await
        .unwrap();
    assert_eq!(asked["ChallengeName"], "SMS_MFA");
    let code = mfa::code(t, &s.pool, "jane").await;
    let away = t.from(AWAY.0, AWAY.1);
    let answer = mfa::respond(&away, &s, &asked, json!({"SMS_MFA_CODE": code})).await;
    mfa::assert_signed_in(&answer.unwrap());
}

#[each_engine]
async fn where_nothing_was_configured_a_factor_is_asked_of_those_who_have_one(t: &TestApp) {
    let s = guarded(t, "ENFORCED").await;
    let answer = sign_in(t, &s, AWAY, FLOWS[0], ("jane", PASSWORD))
        .await
        .unwrap();
    assert!(answer["AuthenticationResult"].is_object(), "{answer}");
    mfa::require(t, &s.pool, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
    let home = t.from(HOME.0, HOME.1);
    let tokens = crate::support::signin::sign_in(&home, &s.client, "jane").await;
    mfa::register(&home, &tokens["AccessToken"]).await;
    let asked = sign_in(t, &s, AWAY, FLOWS[0], ("jane", PASSWORD))
        .await
        .unwrap();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    // A new phone at home is a low risk.
    let answer = sign_in(t, &s, PHONE, FLOWS[0], ("jane", PASSWORD))
        .await
        .unwrap();
    assert!(answer["AuthenticationResult"].is_object(), "{answer}");
    assert_eq!(last_event(t, &s).await["risk"]["level"], "Low");
}

#[each_engine]
async fn the_pools_own_challenges_have_a_mode_of_their_own(t: &TestApp) {
    let _ = t.app.places.set(Box::new(Atlas));
    let (s, _rules) = custom(t, json!({})).await;
    let mode = |custom: Option<&str>| {
        let mut on = json!({"AdvancedSecurityMode": "ENFORCED"});
        if let Some(custom) = custom {
            on["AdvancedSecurityAdditionalFlows"] = json!({"CustomAuthMode": custom});
        }
        on
    };
    let home = t.from(HOME.0, HOME.1);
    let away = t.from(AWAY.0, AWAY.1);
    let lambdas = t
        .ok("DescribeUserPool", json!({"UserPoolId": s.pool}))
        .await["UserPool"]["LambdaConfig"]
        .clone();
    let switch = async |custom: Option<&str>| {
        let input = json!({"UserPoolId": s.pool, "UserPoolTier": "PLUS", "UserPoolAddOns": mode(custom), "LambdaConfig": lambdas});
        t.ok("UpdateUserPool", input).await;
        configure(t, &s, always("BLOCK")).await;
    };
    let by_challenge = async |t: &TestApp| {
        let asked = t
            .ok(
                "InitiateAuth",
                begin(&s.client, json!({"USERNAME": "jane"})),
            )
            .await;
        let first = reply(&s.client, &asked, "1");
        let asked = t.ok("RespondToAuthChallenge", first).await;
        t.call("RespondToAuthChallenge", reply(&s.client, &asked, "2"))
            .await
    };
    switch(Some("ENFORCED")).await;
    for _ in 0..4 {
        by_challenge(&home).await.unwrap();
    }
    assert_refused(by_challenge(&away).await);
    switch(Some("AUDIT")).await;
    assert!(by_challenge(&away).await.unwrap()["AuthenticationResult"].is_object());
    assert_eq!(last_event(t, &s).await["risk"]["level"], "High");
    switch(None).await;
    assert!(by_challenge(&away).await.unwrap()["AuthenticationResult"].is_object());
    assert!(last_event(t, &s).await.get("risk").is_none());
}
