//! USER_PASSWORD_AUTH and ADMIN_USER_PASSWORD_AUTH: answers, flows, states of users, names, secrets.

use cognate_crypto::hash;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::signin::*;

async fn admin(
    t: &crate::support::TestApp,
    s: &Site,
    flow: &str,
    parameters: Value,
) -> Result<Value, crate::support::Refusal> {
    let input = json!({"UserPoolId": s.pool, "ClientId": s.client, "AuthFlow": flow, "AuthParameters": parameters});
    t.call("AdminInitiateAuth", input).await
}

#[each_engine]
async fn the_right_password_gives_tokens_and_an_auth_event(t: &TestApp) {
    let s = site(t).await;
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
async fn one_wrong_character_is_refused_and_leaves_a_failed_event(t: &TestApp) {
    let s = site(t).await;
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

#[each_engine]
async fn missing_parameters_are_named_one_at_a_time(t: &TestApp) {
    let s = site(t).await;
    for (flow, parameters, missing) in [
        ("USER_PASSWORD_AUTH", json!({}), "USERNAME"),
        ("USER_PASSWORD_AUTH", json!({"PASSWORD": "x"}), "USERNAME"),
        (
            "USER_PASSWORD_AUTH",
            json!({"USERNAME": "", "PASSWORD": "x"}),
            "USERNAME",
        ),
        (
            "USER_PASSWORD_AUTH",
            json!({"USERNAME": "jane"}),
            "PASSWORD",
        ),
        ("USER_SRP_AUTH", json!({"SRP_A": "aa"}), "USERNAME"),
        ("USER_SRP_AUTH", json!({"USERNAME": "jane"}), "SRP_A"),
        ("REFRESH_TOKEN_AUTH", json!({}), "REFRESH_TOKEN"),
    ] {
        let text = format!("Missing required parameter {missing}");
        t.refused(
            "InitiateAuth",
            initiate(&s.client, flow, parameters),
            "InvalidParameterException",
            &text,
        )
        .await;
    }
    let input = json!({"ClientId": s.client, "AuthFlow": "USER_PASSWORD_AUTH"});
    let text = "Missing required parameter USERNAME";
    t.refused("InitiateAuth", input, "InvalidParameterException", text)
        .await;
}

#[each_engine]
async fn unknown_clients_and_clients_of_other_pools_do_not_exist(t: &TestApp) {
    let (a, b) = (site(t).await, site(t).await);
    let text = "User pool client nosuchclient does not exist.";
    t.refused(
        "InitiateAuth",
        by_password("nosuchclient", "jane", PASSWORD),
        "ResourceNotFoundException",
        text,
    )
    .await;
    let mixed = Site {
        pool: a.pool.clone(),
        client: b.client.clone(),
    };
    let refused = admin(
        t,
        &mixed,
        "ADMIN_NO_SRP_AUTH",
        json!({"USERNAME": "jane", "PASSWORD": "x"}),
    )
    .await;
    let text = format!("User pool client {} does not exist.", b.client);
    assert_eq!(
        refused.unwrap_err(),
        refusal(("ResourceNotFoundException", &text))
    );
    let gone = Site {
        pool: "us-east-1_000000000".into(),
        client: a.client,
    };
    let refused = admin(
        t,
        &gone,
        "ADMIN_NO_SRP_AUTH",
        json!({"USERNAME": "jane", "PASSWORD": "x"}),
    )
    .await;
    let text = "User pool us-east-1_000000000 does not exist.";
    assert_eq!(
        refused.unwrap_err(),
        refusal(("ResourceNotFoundException", text))
    );
}

#[each_engine]
async fn a_client_with_a_secret_needs_its_hash_and_one_without_refuses_any(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let made = client_of(t, &s.pool, json!({"GenerateSecret": true})).await;
    let (id, secret) = (
        made["ClientId"].as_str().unwrap(),
        made["ClientSecret"].as_str().unwrap(),
    );
    let with_hash = |client: &str, hash: &str| {
        let parameters = json!({"USERNAME": "jane", "PASSWORD": PASSWORD, "SECRET_HASH": hash});
        initiate(client, "USER_PASSWORD_AUTH", parameters)
    };
    let missing = format!("Client {id} is configured with secret but SECRET_HASH was not received");
    t.refused(
        "InitiateAuth",
        by_password(id, "jane", PASSWORD),
        "NotAuthorizedException",
        &missing,
    )
    .await;
    let wrong = format!("SecretHash does not match for the client: {id}");
    for hash in [
        "x".to_owned(),
        hash::secret_hash(secret, "john", id),
        hash::secret_hash("other", "jane", id),
    ] {
        t.refused(
            "InitiateAuth",
            with_hash(id, &hash),
            "NotAuthorizedException",
            &wrong,
        )
        .await;
    }
    let right = hash::secret_hash(secret, "jane", id);
    let result = t.ok("InitiateAuth", with_hash(id, &right)).await["AuthenticationResult"].clone();
    let wrong = format!("SecretHash does not match for the client: {}", s.client);
    t.refused(
        "InitiateAuth",
        with_hash(&s.client, &right),
        "NotAuthorizedException",
        &wrong,
    )
    .await;

    // Refresh accepts the hash over the user name and over the sub.
    let sub = claims(&result["AccessToken"])["sub"]
        .as_str()
        .unwrap()
        .to_owned();
    let refresh = |hash: Option<String>| {
        let mut parameters = json!({"REFRESH_TOKEN": result["RefreshToken"]});
        if let Some(hash) = hash {
            parameters["SECRET_HASH"] = json!(hash);
        }
        initiate(id, "REFRESH_TOKEN_AUTH", parameters)
    };
    for name in ["jane", &sub] {
        t.ok(
            "InitiateAuth",
            refresh(Some(hash::secret_hash(secret, name, id))),
        )
        .await;
    }
    t.refused(
        "InitiateAuth",
        refresh(None),
        "NotAuthorizedException",
        &missing,
    )
    .await;
    let wrong = format!("SecretHash does not match for the client: {id}");
    let other = hash::secret_hash(secret, "john", id);
    t.refused(
        "InitiateAuth",
        refresh(Some(other)),
        "NotAuthorizedException",
        &wrong,
    )
    .await;
}

#[each_engine]
async fn every_state_of_a_user_has_its_own_answer(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "disabled").await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "disabled"}),
    )
    .await;
    let sign_up = json!({"ClientId": s.client, "Username": "unconfirmed", "Password": PASSWORD});
    t.ok("SignUp", sign_up).await;
    for (name, code, text) in [
        ("nobody", "UserNotFoundException", "User does not exist."),
        ("disabled", "NotAuthorizedException", "User is disabled."),
        (
            "unconfirmed",
            "UserNotConfirmedException",
            "User is not confirmed.",
        ),
    ] {
        for password in [PASSWORD, "wrong"] {
            t.refused(
                "InitiateAuth",
                by_password(&s.client, name, password),
                code,
                text,
            )
            .await;
        }
        assert_eq!(
            Srp::start(t, &s.client, name).await.err().unwrap(),
            refusal((code, text))
        );
    }
    t.ok(
        "AdminEnableUser",
        json!({"UserPoolId": s.pool, "Username": "disabled"}),
    )
    .await;
    sign_in(t, &s.client, "disabled").await;
}

#[each_engine]
async fn where_existence_is_hidden_nobody_looks_like_a_wrong_password(t: &TestApp) {
    let s = site_with(
        t,
        json!({}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    user(t, &s.pool, "disabled").await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "disabled"}),
    )
    .await;
    for name in ["nobody", "disabled"] {
        t.refused(
            "InitiateAuth",
            by_password(&s.client, name, "wrong"),
            WRONG.0,
            WRONG.1,
        )
        .await;
    }
    let text = "User is disabled.";
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "disabled", PASSWORD),
        WRONG.0,
        text,
    )
    .await;
}

#[each_engine]
async fn users_who_must_reset_are_told_so_unless_that_tells_of_an_import(t: &TestApp) {
    let s = site(t).await;
    let hiding = client_of(t, &s.pool, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    let hiding = hiding["ClientId"].as_str().unwrap();
    user(t, &s.pool, "jane").await;
    set_status(t, &s.pool, "RESET_REQUIRED").await;
    let reset = (
        "PasswordResetRequiredException",
        "Password reset required for the user",
    );
    for client in [&s.client, hiding] {
        for password in [PASSWORD, "wrong"] {
            t.refused(
                "InitiateAuth",
                by_password(client, "jane", password),
                reset.0,
                reset.1,
            )
            .await;
        }
    }
    without_password(t, &s.pool).await;
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        reset.0,
        reset.1,
    )
    .await;
    t.refused(
        "InitiateAuth",
        by_password(hiding, "jane", PASSWORD),
        WRONG.0,
        WRONG.1,
    )
    .await;
}

#[each_engine]
async fn users_without_a_password_cannot_sign_in_by_one(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    without_password(t, &s.pool).await;
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        WRONG.0,
        WRONG.1,
    )
    .await;
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    assert_eq!(started.given("USER_ID_FOR_SRP"), "jane");
    let input = verify(&s.client, started.responses(&s.pool, PASSWORD));
    t.refused("RespondToAuthChallenge", input, WRONG.0, WRONG.1)
        .await;
    set_status(t, &s.pool, "EXTERNAL_PROVIDER").await;
    let text = "User is not authorized to get auth details.";
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        WRONG.0,
        text,
    )
    .await;
    for status in ["ARCHIVED", "COMPROMISED", "UNKNOWN"] {
        set_status(t, &s.pool, status).await;
        t.refused(
            "InitiateAuth",
            by_password(&s.client, "jane", PASSWORD),
            WRONG.0,
            WRONG.1,
        )
        .await;
    }
}

#[each_engine]
async fn aliases_and_the_sub_sign_in_as_the_same_user(t: &TestApp) {
    let s = site_with(t, json!({"AliasAttributes": ["email"]}), json!({})).await;
    let attributes = json!([
        {"Name": "email", "Value": "Jane@example.com"}, {"Name": "email_verified", "Value": "true"},
    ]);
    let sub = user_with(t, &s.pool, "jane", attributes).await;
    for name in ["jane", "Jane@example.com", &sub] {
        let result = sign_in(t, &s.client, name).await;
        assert_eq!(claims(&result["AccessToken"])["username"], "jane", "{name}");
        assert_eq!(claims(&result["IdToken"])["cognito:username"], "jane");
    }
    // SRP takes no sub (settled C13), and answers an alias with the user name.
    let text = "User does not exist.";
    assert_eq!(
        Srp::start(t, &s.client, &sub).await.err().unwrap(),
        refusal(("UserNotFoundException", text))
    );
    let started = Srp::start(t, &s.client, "Jane@example.com").await.unwrap();
    assert_eq!(
        (started.given("USERNAME"), started.given("USER_ID_FOR_SRP")),
        ("jane", "jane")
    );
}
