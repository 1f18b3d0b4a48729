//! What happens to a user between two rounds, and rounds in other hands.

use cognate_crypto::srp;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::signin::*;
use crate::support::texts::sessions::INVALID;
use crate::support::triggers::{begin, custom, reply};

const HIDING: &str = "ENABLED";

async fn of_jane(t: &TestApp, s: &Site, op: &str, more: Value) {
    let input = json!({"UserPoolId": s.pool, "Username": "jane"});
    t.ok(op, with(input, more)).await;
}

#[each_engine]
async fn a_user_who_was_disabled_goes_no_further(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    let asked = jane(t, &s).await;
    of_jane(t, &s, "AdminDisableUser", json!({})).await;
    rules.events();
    let refused = respond(t, reply(&s.client, &asked, "1")).await;
    assert_eq!(refused, Err(not_authorized("User is disabled.")));
    assert!(rules.events().is_empty());
}

#[each_engine]
async fn a_user_who_was_disabled_looks_like_nobody_where_existence_is_hidden(t: &TestApp) {
    let (s, rules) = custom(t, json!({"PreventUserExistenceErrors": HIDING})).await;
    let asked = jane(t, &s).await;
    of_jane(t, &s, "AdminDisableUser", json!({})).await;
    rules.seen();
    let next = respond(t, reply(&s.client, &asked, "1")).await.unwrap();
    assert_eq!(next["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(rules.seen()[0], "verify 1 nobody");
    let refused = respond(t, reply(&s.client, &next, "2")).await;
    assert_eq!(refused, Err(refusal(WRONG)));
    assert_eq!(rows(t, &s).await, 0);

    // Enabled again in between, they sign in.
    of_jane(t, &s, "AdminEnableUser", json!({})).await;
    let asked = jane(t, &s).await;
    of_jane(t, &s, "AdminDisableUser", json!({})).await;
    let next = respond(t, reply(&s.client, &asked, "1")).await.unwrap();
    of_jane(t, &s, "AdminEnableUser", json!({})).await;
    let done = respond(t, reply(&s.client, &next, "2")).await.unwrap();
    get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
}

#[each_engine]
async fn a_password_that_was_changed_ends_only_what_it_began(t: &TestApp) {
    let (s, _) = custom(t, json!({})).await;
    // Without SRP it has no part in the sign-in.
    let asked = jane(t, &s).await;
    set_password(t, &s.pool, "jane", "Another1!").await;
    respond(t, reply(&s.client, &asked, "1")).await.unwrap();

    let asked = jane(t, &s).await;
    let temporary = json!({"Password": "Temp0rary!", "Permanent": false});
    of_jane(t, &s, "AdminSetUserPassword", temporary).await;
    respond(t, reply(&s.client, &asked, "1")).await.unwrap();

    set_password(t, &s.pool, "jane", PASSWORD).await;
    let proof = srp::client::Client::new();
    let input = begin(
        &s.client,
        json!({"USERNAME": "jane", "CHALLENGE_NAME": "SRP_A", "SRP_A": proof.srp_a()}),
    );
    let started = Srp::of(proof, &t.ok("InitiateAuth", input).await);
    let asked = respond(t, verify(&s.client, started.responses(&s.pool, PASSWORD)))
        .await
        .unwrap();
    set_password(t, &s.pool, "jane", PASSWORD).await;
    let refused = respond(t, reply(&s.client, &asked, "3")).await;
    assert_eq!(refused, Err(not_authorized(INVALID)));
}

#[each_engine]
async fn a_user_who_must_reset_the_password_does_that_first(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    let asked = jane(t, &s).await;
    set_status(t, &s.pool, "RESET_REQUIRED").await;
    rules.events();
    let refused = respond(t, reply(&s.client, &asked, "1")).await;
    assert_eq!(refused, Err(refusal(RESET)));
    assert!(rules.events().is_empty());
}

#[each_engine]
async fn a_round_of_another_pool_or_client_reaches_no_function(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    let (elsewhere, _) = custom(t, json!({})).await;
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"]});
    let other = client_of(t, &s.pool, flows).await["ClientId"].clone();
    let asked = jane(t, &s).await;
    rules.events();
    for client in [other.as_str().unwrap(), &elsewhere.client] {
        let refused = respond(t, reply(client, &asked, "1")).await;
        assert_eq!(refused, Err(not_authorized(INVALID)));
    }
    // A round that is over asks nobody either.
    let next = respond(t, reply(&s.client, &asked, "1")).await.unwrap();
    rules.events();
    assert!(respond(t, reply(&s.client, &asked, "1")).await.is_err());
    assert!(rules.events().is_empty());
    respond(t, reply(&s.client, &next, "2")).await.unwrap();
}
