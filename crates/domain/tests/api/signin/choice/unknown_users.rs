//! USER_AUTH for unknown names, with a client that must not learn that they are: the answers and the work of a user.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::choice::*;
use crate::support::signin::*;
use crate::support::users::inbox;

#[each_engine]
async fn names_that_nobody_has_look_like_users_where_the_client_must_not_know(t: &TestApp) {
    let s = choices(
        t,
        json!({}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    let legacy = client_of(
        t,
        &s.pool,
        json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}),
    )
    .await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    t.refused(
        "InitiateAuth",
        begin(&legacy, json!({"USERNAME": "nobody"})),
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
    let name = "Nobody@example.com";
    let list = t
        .ok("InitiateAuth", begin(&s.client, json!({"USERNAME": name})))
        .await;
    let offered = list["AvailableChallenges"].clone();
    assert!(offered.as_array().unwrap().contains(&json!("EMAIL_OTP")));
    assert_eq!(
        t.ok("InitiateAuth", begin(&s.client, json!({"USERNAME": name})))
            .await["AvailableChallenges"],
        offered
    );
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, name, "EMAIL_OTP"))
        .await;
    assert_eq!(
        without_session(asked.clone()),
        json!({
            "ChallengeName": "EMAIL_OTP", "AvailableChallenges": offered,
            "ChallengeParameters": {"CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL", "CODE_DELIVERY_DESTINATION": "N***@e***"},
        })
    );
    jane(t, &s).await;
    let real = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    assert_eq!(
        asked["Session"].as_str().unwrap().len(),
        real["Session"].as_str().unwrap().len()
    );
    for _ in 0..20 {
        assert_eq!(
            answer(
                t,
                email_code(&s.client, &asked["Session"], name, "12345678")
            )
            .await
            .unwrap_err(),
            refusal(MISMATCH)
        );
    }
    assert_eq!(
        answer(
            t,
            email_code(&s.client, &asked["Session"], name, "12345678")
        )
        .await
        .unwrap_err(),
        refusal(EXPIRED_CODE)
    );
    let by_password = begin(
        &s.client,
        json!({"USERNAME": name, "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}),
    );
    t.refused("InitiateAuth", by_password, WRONG.0, WRONG.1)
        .await;
    let proof = cognate_crypto::srp::client::Client::new();
    let input = begin(
        &s.client,
        json!({"USERNAME": name, "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": proof.srp_a()}),
    );
    let challenge = t.ok("InitiateAuth", input).await;
    let started = Srp::of(proof, &challenge);
    assert_eq!(
        answer(t, verify(&s.client, started.responses(&s.pool, PASSWORD)))
            .await
            .unwrap_err(),
        refusal(WRONG)
    );
    // Messages to unknown users are dropped.
    assert!(
        inbox(t, &s.pool)
            .await
            .iter()
            .all(|message| message["to"] == "jane@example.com")
    );
}

#[each_engine]
async fn nobody_costs_the_reads_and_writes_of_a_user_in_every_step(t: &TestApp) {
    let s = choices(
        t,
        json!({}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    // Names whose seeming factors are those of the user.
    let offers = async |name: &str| {
        t.ok("InitiateAuth", begin(&s.client, json!({"USERNAME": name})))
            .await["AvailableChallenges"]
            .clone()
    };
    let input = |name: &str| json!({"UserPoolId": s.pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": contacts("jane@example.com", "+15555550100")});
    t.ok("AdminCreateUser", input("jane")).await;
    set_password(t, &s.pool, "jane", PASSWORD).await;
    let offered = offers("jane").await;
    let mut nobody = None;
    for n in 0..200 {
        let name = format!("nobody{n}");
        if offers(&name).await == offered {
            nobody = Some(name);
            break;
        }
    }
    let nobody = nobody.unwrap();
    let cost = async |op: &str, input: Value| {
        t.hold(&s.pool, &s.client).await;
        let before = t.app.store.work();
        let answer = t.call(op, input).await;
        let after = t.app.store.work();
        let work = [
            after.reads - before.reads,
            after.commits - before.commits,
            after.statements - before.statements,
            after.trips - before.trips,
        ];
        (work, answer)
    };
    let mut costs = Vec::new();
    for name in ["jane", &nobody] {
        let mut all = Vec::new();
        let (work, list) = cost("InitiateAuth", begin(&s.client, json!({"USERNAME": name}))).await;
        all.push(work);
        let (work, sent) = cost("InitiateAuth", prefer(&s.client, name, "EMAIL_OTP")).await;
        all.push(work);
        let (work, refused) = cost(
            "RespondToAuthChallenge",
            email_code(&s.client, &sent.unwrap()["Session"], name, "123456789"),
        )
        .await;
        assert_eq!(refused.unwrap_err(), refusal(MISMATCH));
        all.push(work);
        let session = list.unwrap()["Session"].clone();
        let choose = |responses: Value| {
            respond(
                &s.client,
                "SELECT_CHALLENGE",
                &session,
                with(json!({"USERNAME": name}), responses),
            )
        };
        let (work, refused) = cost(
            "RespondToAuthChallenge",
            choose(json!({"ANSWER": "PASSWORD", "PASSWORD": "wrong"})),
        )
        .await;
        assert_eq!(refused.unwrap_err(), refusal(WRONG));
        all.push(work);
        let proof = cognate_crypto::srp::client::Client::new();
        all.push(
            cost(
                "RespondToAuthChallenge",
                choose(json!({"ANSWER": "PASSWORD_SRP", "SRP_A": proof.srp_a()})),
            )
            .await
            .0,
        );
        let (work, sent) = cost(
            "RespondToAuthChallenge",
            choose(json!({"ANSWER": "SMS_OTP"})),
        )
        .await;
        assert_eq!(sent.unwrap()["ChallengeName"], "SMS_OTP");
        all.push(work);
        costs.push(all);
    }
    assert_eq!(costs[0], costs[1]);
}

#[each_engine]
async fn a_disabled_user_is_nobody_where_the_client_must_not_know(t: &TestApp) {
    let s = choices(
        t,
        json!({}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    jane(t, &s).await;
    let waiting = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = inbox(t, &s.pool).await[0]["code"]
        .as_str()
        .unwrap()
        .to_owned();
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let asked = t
        .ok(
            "InitiateAuth",
            begin(&s.client, json!({"USERNAME": "jane"})),
        )
        .await;
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
    assert_eq!(
        answer(
            t,
            email_code(&s.client, &waiting["Session"], "jane", &digits)
        )
        .await
        .unwrap_err(),
        refusal(MISMATCH)
    );
    assert_eq!(inbox(t, &s.pool).await.len(), 1);
}
