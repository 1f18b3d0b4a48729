//! USER_AUTH in front of another pool: the password, by SRP too where both ids end alike, and no other first factor.

use cognate_crypto::srp::client::Client as SrpClient;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::wrong;
use crate::support::choice::{answer, begin, choices, contacts, prefer, respond};
use crate::support::real::{Play, Real, counts, twin};
use crate::support::signin::{
    PASSWORD, Site, Srp, claims, not_authorized, site_with, user, user_with, verify, with,
};
use crate::support::users::attribute;
use crate::support::{Refusal, TestApp};

const UNAVAILABLE: &str = "Selected challenge is not available";

fn flows() -> Value {
    json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "PreventUserExistenceErrors": "ENABLED"})
}

/// Begins with SRP as the preferred factor.
async fn preferred(t: &TestApp, s: &Site, name: &str) -> Result<(SrpClient, Value), Refusal> {
    let proof = SrpClient::new();
    let parameters =
        json!({"USERNAME": name, "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": proof.srp_a()});
    let asked = t.call("InitiateAuth", begin(&s.client, parameters)).await?;
    Ok((proof, asked))
}

/// Answers PASSWORD_VERIFIER.
async fn prove(
    t: &TestApp,
    s: &Site,
    (proof, asked): (SrpClient, Value),
    password: &str,
) -> Result<Value, Refusal> {
    assert_eq!(asked["ChallengeName"], "PASSWORD_VERIFIER");
    let responses = Srp::of(proof, &asked).responses(&s.pool, password);
    let session = json!({"Session": asked["Session"]});
    answer(t, with(verify(&s.client, responses), session)).await
}

/// Which factors a user has here must not make the sign-in easier than it is there.
#[each_engine]
async fn no_other_first_factor_is_offered_before_the_password_is_here(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    let own = contacts("jane@example.com", "+15555550100");
    user_with(real.t(), &real.site.pool, "jane", own).await;
    let s = choices(t, json!({}), json!({})).await;
    real.behind(t, &s).await;
    real.asked();
    for factor in ["EMAIL_OTP", "SMS_OTP", "WEB_AUTHN", "PASSWORD_SRP"] {
        let asked = t
            .ok("InitiateAuth", prefer(&s.client, "jane", factor))
            .await;
        assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE", "{factor}");
        assert_eq!(asked["AvailableChallenges"], json!(["PASSWORD"]));
        let given =
            json!({"USERNAME": "jane", "ANSWER": factor, "SRP_A": SrpClient::new().srp_a()});
        let chosen = respond(&s.client, "SELECT_CHALLENGE", &asked["Session"], given);
        let refusal = answer(t, chosen).await.unwrap_err();
        assert_eq!(refusal, not_authorized(UNAVAILABLE), "{factor}");
        // Nor does a session of one challenge answer another.
        let code = json!({"USERNAME": "jane", "EMAIL_OTP_CODE": "123456"});
        let other = respond(&s.client, "EMAIL_OTP", &asked["Session"], code);
        let refusal = answer(t, other).await.unwrap_err();
        assert_eq!(refusal, not_authorized("Invalid session for the user."));
    }
    assert_eq!(real.operations(), Vec::<String>::new());

    let asked = t.ok(
        "InitiateAuth",
        begin(&s.client, json!({"USERNAME": "jane"})),
    );
    let given = json!({"USERNAME": "jane", "ANSWER": "PASSWORD", "PASSWORD": PASSWORD});
    let chosen = respond(
        &s.client,
        "SELECT_CHALLENGE",
        &asked.await["Session"],
        given,
    );
    answer(t, chosen).await.unwrap();
    assert_eq!(counts(t, &s.pool).await, (1, 0, 0));
    // Now all of them are here.
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
}

#[each_engine]
async fn srp_is_relayed_as_a_first_factor_too(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    let sub = user(real.t(), &real.site.pool, "jane").await;
    let s = twin(t, &real.site.pool, json!({}), flows()).await;
    assert!(real.behind(t, &s).await.relays_srp);
    let offers = json!(["PASSWORD_SRP", "PASSWORD"]);

    // At once.
    let begun = preferred(t, &s, "jane").await.unwrap();
    assert_eq!(begun.1["AvailableChallenges"], offers);
    assert_eq!(prove(t, &s, begun, "Wrong-1!").await.unwrap_err(), wrong());
    let begun = preferred(t, &s, "jane").await.unwrap();
    let tokens = prove(t, &s, begun, PASSWORD).await.unwrap();
    let id = claims(&tokens["AuthenticationResult"]["IdToken"]);
    assert_eq!(id["sub"], json!(sub));
    assert_eq!(counts(t, &s.pool).await, (0, 1, 0));

    // By choice, and by the challenge of its own.
    let choose = async |more: Value| {
        let asked = t.ok(
            "InitiateAuth",
            begin(&s.client, json!({"USERNAME": "jane"})),
        );
        let asked = asked.await;
        assert_eq!(asked["AvailableChallenges"], offers);
        let given = with(json!({"USERNAME": "jane", "ANSWER": "PASSWORD_SRP"}), more);
        let chosen = respond(&s.client, "SELECT_CHALLENGE", &asked["Session"], given);
        answer(t, chosen).await.unwrap()
    };
    let proof = SrpClient::new();
    let asked = choose(json!({"SRP_A": proof.srp_a()})).await;
    prove(t, &s, (proof, asked), PASSWORD).await.unwrap();
    let asked = choose(json!({})).await;
    assert_eq!(asked["ChallengeName"], "PASSWORD_SRP");
    let proof = SrpClient::new();
    let given = json!({"USERNAME": "jane", "SRP_A": proof.srp_a()});
    let given = respond(&s.client, "PASSWORD_SRP", &asked["Session"], given);
    let asked = answer(t, given).await.unwrap();
    prove(t, &s, (proof, asked), PASSWORD).await.unwrap();
}

/// Where the client must not learn who exists, names that nobody has anywhere get the same challenges.
#[each_engine]
async fn unknown_names_get_the_same_challenge(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = twin(t, &real.site.pool, json!({}), flows()).await;
    real.behind(t, &s).await;
    let (_, known) = preferred(t, &s, "jane").await.unwrap();
    let unknown = preferred(t, &s, "nobody").await.unwrap();
    let shape = |asked: &Value| {
        let members: Vec<_> = asked.as_object().unwrap().keys().cloned().collect();
        let parameters = asked["ChallengeParameters"].as_object().unwrap();
        let parameters: Vec<_> = parameters.keys().cloned().collect();
        let session = asked["Session"].as_str().unwrap().len();
        (
            members,
            parameters,
            asked["AvailableChallenges"].clone(),
            session,
        )
    };
    assert_eq!(shape(&known), shape(&unknown.1));
    assert_eq!(prove(t, &s, unknown, PASSWORD).await.unwrap_err(), wrong());
    let asked = t.ok(
        "InitiateAuth",
        begin(&s.client, json!({"USERNAME": "nobody"})),
    );
    let proof = SrpClient::new();
    let given = json!({"USERNAME": "nobody", "ANSWER": "PASSWORD_SRP", "SRP_A": proof.srp_a()});
    let chosen = respond(
        &s.client,
        "SELECT_CHALLENGE",
        &asked.await["Session"],
        given,
    );
    let asked = answer(t, chosen).await.unwrap();
    assert_eq!(
        prove(t, &s, (proof, asked), PASSWORD).await.unwrap_err(),
        wrong()
    );
}

/// Devices are bound to the other pool: none is named there, and a challenge that asks for one goes no further.
#[each_engine]
async fn devices_stay_there(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = site_with(t, json!({}), json!({})).await;
    real.behind(t, &s).await;
    for name in ["DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"] {
        let challenge = json!({"ChallengeName": name, "Session": "s".repeat(40),
            "ChallengeParameters": {"DEVICE_KEY": "us-east-1_x", "USERNAME": "jane"}});
        real.plays(
            "RespondToAuthChallenge",
            Play::Of(200, challenge.to_string()),
        );
        let given = json!({"USERNAME": "jane", "PASSWORD": PASSWORD,
            "DEVICE_KEY": "us-east-1_11111111-2222-3333-4444-555555555555"});
        let input = crate::support::signin::initiate(&s.client, "USER_PASSWORD_AUTH", given);
        let refusal = t.call("InitiateAuth", input).await.unwrap_err();
        assert_eq!(refusal, super::fault(), "{name}");
    }
    real.relax();
    let asked = real.asked();
    assert!(
        !json!(asked).to_string().contains("DEVICE_KEY"),
        "{asked:?}"
    );
    let given = json!({"USERNAME": "jane", "PASSWORD": PASSWORD});
    let input = crate::support::signin::initiate(&s.client, "USER_PASSWORD_AUTH", given);
    let result = t.ok("InitiateAuth", input).await["AuthenticationResult"].clone();
    assert!(result.get("NewDeviceMetadata").is_none());
}

/// After the end of the upstream a user who never came over is one who has no password.
#[each_engine]
async fn after_the_end_a_password_is_forgotten_as_by_anybody(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    let email = json!([{"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": "true"}]);
    user_with(real.t(), &real.site.pool, "jane", email.clone()).await;
    let pool = json!({"AutoVerifiedAttributes": ["email"]});
    let s = site_with(t, pool, json!({})).await;
    let sub = user_with(t, &s.pool, "jane", email).await;
    crate::support::signin::without_password(t, &s.pool).await;
    real.behind(t, &s).await;
    assert_eq!(counts(t, &s.pool).await, (0, 0, 1));
    let (store, root, now) = (&t.app.store, &t.app.root, t.app.clock.service());
    cognate_domain::upstream::settings::end(store, root, now, &s.pool)
        .await
        .unwrap();
    t.app.cache.clear();
    real.asked();
    let forgot = json!({"ClientId": s.client, "Username": "jane"});
    let sent = t.ok("ForgotPassword", forgot).await;
    assert_eq!(
        sent["CodeDeliveryDetails"],
        json!({"AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "j***@e***"})
    );
    let code = crate::support::users::code(t, &s.pool, &sub).await;
    let confirm = json!({"ClientId": s.client, "Username": "jane", "ConfirmationCode": code, "Password": "N3wPassw0rd!"});
    t.ok("ConfirmForgotPassword", confirm).await;
    crate::support::users::sign_in(t, &s.client, "jane", "N3wPassw0rd!")
        .await
        .unwrap();
    let here = crate::support::users::user(t, &s.pool, "jane").await;
    assert_eq!(here["UserStatus"], "CONFIRMED");
    assert_eq!(attribute(&here, "email_verified"), Some("true"));
    assert_eq!(real.operations(), Vec::<String>::new());
}
