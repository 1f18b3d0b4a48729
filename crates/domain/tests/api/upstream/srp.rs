//! Sign-ins by SRP, relayed message by message.

use each_engine::each_engine;
use serde_json::json;

use super::{refused, wrong};
use crate::support::TestApp;
use crate::support::real::{Play, Real, counts, twin};
use crate::support::signin::{
    PASSWORD, Srp, by_password, claims, initiate, not_authorized, sign_in, site, user, verify,
};

#[each_engine]
async fn srp_is_relayed_message_by_message(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    let sub = user(real.t(), &real.site.pool, "jane").await;
    let s = twin(t, &real.site.pool, json!({}), json!({})).await;
    assert!(real.behind(t, &s).await.relays_srp);
    for round in 0..2 {
        let srp = Srp::start(t, &s.client, "jane").await.unwrap();
        let proof = verify(&s.client, srp.responses(&s.pool, PASSWORD));
        let tokens = t.ok("RespondToAuthChallenge", proof).await;
        let id = claims(&tokens["AuthenticationResult"]["IdToken"]);
        assert_eq!((&id["sub"], &id["aud"]), (&json!(sub), &json!(s.client)));
        // No password is learnt.
        assert_eq!(counts(t, &s.pool).await, (0, 1, 0), "{round}");
    }
    // A sign-in with the password itself brings it.
    sign_in(t, &s.client, "jane").await;
    assert_eq!(counts(t, &s.pool).await, (1, 0, 0));
    real.plays("*", Play::Reset);
    let srp = Srp::start(t, &s.client, "jane").await.unwrap();
    let proof = verify(&s.client, srp.responses(&s.pool, PASSWORD));
    t.ok("RespondToAuthChallenge", proof).await;
}

#[each_engine]
async fn wrong_proofs_count_here(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = twin(t, &real.site.pool, json!({}), json!({})).await;
    real.behind(t, &s).await;
    for _ in 0..5 {
        let srp = Srp::start(t, &s.client, "jane").await.unwrap();
        let proof = verify(&s.client, srp.responses(&s.pool, "Wrong-1!"));
        let refusal = t.call("RespondToAuthChallenge", proof).await.unwrap_err();
        assert_eq!(refusal, wrong());
    }
    real.asked();
    let locked = not_authorized("Password attempts exceeded");
    let started = Srp::start(t, &s.client, "jane").await;
    assert_eq!(started.err(), Some(locked));
    assert_eq!(real.operations(), Vec::<String>::new());
}

#[each_engine]
async fn a_block_of_nobody_is_a_wrong_answer(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = twin(t, &real.site.pool, json!({}), json!({})).await;
    real.behind(t, &s).await;
    let srp = Srp::start(t, &s.client, "jane").await.unwrap();
    let mut responses = srp.responses(&s.pool, PASSWORD);
    responses["PASSWORD_CLAIM_SECRET_BLOCK"] = json!("AAAA");
    let refusal = t
        .call("RespondToAuthChallenge", verify(&s.client, responses))
        .await;
    assert_eq!(refusal.unwrap_err(), wrong());
}

#[each_engine]
async fn an_unknown_name_gets_a_challenge_where_it_must_not_show(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    let hides = json!({"PreventUserExistenceErrors": "ENABLED"});
    let s = twin(t, &real.site.pool, json!({}), hides).await;
    real.behind(t, &s).await;
    let srp = Srp::start(t, &s.client, "nobody").await.unwrap();
    let proof = verify(&s.client, srp.responses(&s.pool, PASSWORD));
    let refusal = t.call("RespondToAuthChallenge", proof).await.unwrap_err();
    assert_eq!(refusal, wrong());
    let shows = crate::support::signin::client_of(t, &s.pool, json!({})).await;
    let shows = shows["ClientId"].as_str().unwrap();
    let mut wanted = real.wanted(&s.client);
    wanted
        .clients
        .insert(shows.to_owned(), real.site.client.clone());
    crate::support::real::set(t, &s.pool, &wanted).await;
    let unknown = (
        "UserNotFoundException".into(),
        "User does not exist.".into(),
    );
    assert_eq!(Srp::start(t, shows, "nobody").await.err(), Some(unknown));
}

#[each_engine]
async fn srp_is_not_relayed_between_pools_of_other_ids(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = site(t).await;
    assert!(!real.behind(t, &s).await.relays_srp);
    let unknown = (
        "UserNotFoundException".into(),
        "User does not exist.".into(),
    );
    assert_eq!(Srp::start(t, &s.client, "jane").await.err(), Some(unknown));
    assert_eq!(real.operations(), Vec::<String>::new());
    t.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    Srp::start(t, &s.client, "jane").await.unwrap();
}

#[each_engine]
async fn a_malformed_a_goes_nowhere(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = twin(t, &real.site.pool, json!({}), json!({})).await;
    real.behind(t, &s).await;
    let given = json!({"USERNAME": "jane", "SRP_A": "0"});
    let refusal = t
        .call("InitiateAuth", initiate(&s.client, "USER_SRP_AUTH", given))
        .await;
    assert_eq!(refusal.unwrap_err(), wrong());
    assert_eq!(real.operations(), Vec::<String>::new());
    refused(t, &s.client, "jane", "Wrong-1!", wrong()).await;
}
