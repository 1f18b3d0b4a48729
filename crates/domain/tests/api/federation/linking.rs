//! The policy `verified-email`: whoever comes with a verified address is asked for an account of before, and linked to the
//! user that they prove to be (decision 015).

use cognate_domain::Endpoint;
use cognate_domain::app::functions::Trigger;
use cognate_domain::oauth::hosted::{Finished, OnPage};
use cognate_domain::oauth::provider::arrival::Arrived;
use cognate_domain::oauth::provider::question::{self, Proven};
use cognate_domain::oauth::provider::refusal::Refused;
use cognate_domain::records::provider::Linking;
use cognate_domain::resources::providers::linking;
use cognate_domain::signin::device::browser::Browser as Device;
use cognate_domain::{audit::About, run};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::first::link;
use super::flow::*;
use crate::oauth::cx;
use crate::oauth::flow::*;
use crate::support::TestApp;
use crate::support::functions::arm;
use crate::support::played::Played;
use crate::support::signin::*;

const ADDRESS: &str = "jane@corp.example";

/// Sets the policy of the provider, as the command does.
pub async fn policy(t: &TestApp, c: &Company, policy: Linking) {
    let now = t.app.clock.service();
    let named = (c.pool.as_str(), c.name);
    linking::set_policy(&t.app.store, &t.app.root, now, named, policy)
        .await
        .unwrap();
    let read = linking::policy(&t.app.store, &t.app.root, &c.pool, c.name).await;
    assert_eq!(read.unwrap(), policy);
}

async fn asking(t: &TestApp) -> Company {
    let c = company(t).await;
    policy(t, &c, Linking::VerifiedEmail).await;
    c
}

fn address(value: &str, verified: &str) -> Value {
    json!([{"Name": "email", "Value": value}, {"Name": "email_verified", "Value": verified}])
}

/// A user of the pool's own whose address is verified.
async fn native(t: &TestApp, c: &Company, name: &str, email: &str) -> String {
    user_with(t, &c.pool, name, address(email, "true")).await
}

fn jane() -> Value {
    json!({"sub": "u1", "email": ADDRESS, "email_verified": true})
}

/// Brings a user of the provider here; the journey, and what becomes of it.
pub async fn come(t: &TestApp, c: &Company, claims: Value) -> (Journey, Result<Arrived, Refused>) {
    let journey = depart(t, c).await;
    vouch(t, c, &journey, &claims);
    let arrived = brought(t, &journey, journey.with_code()).await.unwrap();
    (journey, arrived)
}

/// The same, of one who is asked; the handle of the question.
async fn asked(t: &TestApp, c: &Company, claims: Value) -> (Journey, String) {
    match come(t, c, claims).await {
        (journey, Ok(Arrived::Asked(handle))) => (journey, handle),
        (_, Ok(Arrived::SignedIn(_))) => panic!("signed in"),
        (_, Ok(Arrived::Waits)) => panic!("waits"),
        (_, Err(refused)) => panic!("{refused:?}"),
    }
}

/// Answers the question with the user who was proven.
async fn connect(t: &TestApp, (journey, handle): &(Journey, String), user_id: &str) -> Proven {
    let cx = cx(t, Endpoint::Federation);
    let authorization = &journey.authorization;
    let connected = run(&cx, About::default, || {
        question::connect(&cx, authorization, handle, user_id)
    });
    connected.await.unwrap()
}

/// Answers the question with no; None if it is over.
async fn decline(
    t: &TestApp,
    (journey, handle): &(Journey, String),
) -> Option<Result<Finished, Refused>> {
    let cx = cx(t, Endpoint::Federation);
    let authorization = &journey.authorization;
    let ending = OnPage {
        provider: journey.provider,
        authorization,
        browser: Device::blank(HOST),
        replaces: None,
    };
    let declined = run(&cx, About::default, || {
        question::decline(&cx, authorization, handle, &ending)
    });
    declined.await.unwrap()
}

/// Returns the name of the user as whom a sign-in that asks nothing ends.
async fn name_of(t: &TestApp, c: &Company, claims: Value) -> Value {
    enter(t, c, claims).await["cognito:username"].clone()
}

#[each_engine]
async fn whoever_has_a_verified_address_is_asked_and_nobody_else(t: &TestApp) {
    let c = asking(t).await;
    native(t, &c, "jane", ADDRESS).await;
    // Whether somebody has the address does not show.
    for (subject, email) in [("u1", ADDRESS), ("u2", "nobody@corp.example")] {
        let claims = json!({"sub": subject, "email": email, "email_verified": true});
        asked(t, &c, claims).await;
    }
    for (subject, word) in [
        ("u3", json!({"email": ADDRESS})),
        ("u4", json!({"email": ADDRESS, "email_verified": false})),
        ("u6", json!({"email_verified": true})),
    ] {
        let claims = with(json!({ "sub": subject }), word);
        assert_eq!(name_of(t, &c, claims).await, format!("Corp_{subject}"));
    }
    // Nor about more than is kept.
    let long =
        json!({"sub": "u8", "email": ADDRESS, "email_verified": true, "x": "x".repeat(40_000)});
    assert_eq!(name_of(t, &c, long).await, "Corp_u8");
    // Who has a user is not asked, and nobody is under the service's own policy.
    let link = link(&c.pool, "jane", "Cognito_Subject", "u1");
    t.ok("AdminLinkProviderForUser", link).await;
    assert_eq!(name_of(t, &c, jane()).await, "jane");
    policy(t, &c, Linking::Never).await;
    let claims = with(jane(), json!({"sub": "u7"}));
    assert_eq!(name_of(t, &c, claims).await, "Corp_u7");
}

#[each_engine]
async fn a_client_without_users_of_the_pool_s_own_asks_nothing(t: &TestApp) {
    let offers = json!({"SupportedIdentityProviders": ["Corp"]});
    let c = company_with(t, json!({}), json!({}), offers).await;
    policy(t, &c, Linking::VerifiedEmail).await;
    native(t, &c, "jane", ADDRESS).await;
    assert_eq!(name_of(t, &c, jane()).await, "Corp_u1");
}

#[each_engine]
async fn the_user_who_is_proven_is_linked_once_and_for_all(t: &TestApp) {
    let c = asking(t).await;
    let sub = native(t, &c, "jane", "Jane@Corp.example").await;
    let question = asked(t, &c, jane()).await;
    assert_eq!(connect(t, &question, &sub).await, Proven::Linked);
    let shown = seen(t, &c.pool, "jane").await;
    let identities: Value = serde_json::from_str(shown["identities"].as_str().unwrap()).unwrap();
    assert_eq!(identities[0]["userId"], "u1");
    assert_eq!(identities[0]["primary"], false);
    let sql = "SELECT doc FROM audit WHERE pool_id = ?1";
    let rows = t
        .app
        .store
        .rows(sql, cognate_store::params![c.pool.as_str()]);
    let rows = rows.await.unwrap();
    let made = rows
        .iter()
        .map(|row| serde_json::from_str::<Value>(row.text(0).unwrap()).unwrap())
        .find(|doc| doc["operation"] == "LinkByProof");
    let made = made.expect("a row");
    assert_eq!(made["user"], json!(sub));
    assert_eq!(made["detail"], "Corp");
    // The question is used up, whatever the answer.
    assert_eq!(connect(t, &question, &sub).await, Proven::Over);
    assert!(decline(t, &question).await.is_none());
    let claims = enter(t, &c, jane()).await;
    assert_eq!(claims["sub"], json!(sub));
    assert_eq!(claims.get("cognito:groups"), None);
    assert_eq!(users(t, &c.pool).await, 1);
}

#[each_engine]
async fn nobody_is_linked_but_the_one_user_whose_verified_address_it_is(t: &TestApp) {
    let c = asking(t).await;
    let sub = native(t, &c, "jane", ADDRESS).await;
    let eve = native(t, &c, "eve", "eve@corp.example").await;
    let unverified = user_with(t, &c.pool, "joe", address(ADDRESS, "false")).await;
    let question = asked(t, &c, jane()).await;
    for user_id in [&eve, &unverified, &"nobody".to_owned()] {
        assert_eq!(connect(t, &question, user_id).await, Proven::NotThatUser);
    }
    let named = json!({"UserPoolId": c.pool, "Username": "jane"});
    let moved = |value: &str, verified: &str| {
        with(
            named.clone(),
            json!({"UserAttributes": address(value, verified)}),
        )
    };
    // What counts is how the user is when the proof ends.
    for (operation, input, back, undo) in [
        (
            "AdminUpdateUserAttributes",
            moved("new@corp.example", "true"),
            "AdminUpdateUserAttributes",
            moved(ADDRESS, "true"),
        ),
        (
            "AdminUpdateUserAttributes",
            moved(ADDRESS, "false"),
            "AdminUpdateUserAttributes",
            moved(ADDRESS, "true"),
        ),
        (
            "AdminDisableUser",
            named.clone(),
            "AdminEnableUser",
            named.clone(),
        ),
    ] {
        t.ok(operation, input.clone()).await;
        assert_eq!(
            connect(t, &question, &sub).await,
            Proven::NotThatUser,
            "{operation} {input}"
        );
        t.ok(back, undo).await;
    }
    for status in ["UNCONFIRMED", "RESET_REQUIRED", "FORCE_CHANGE_PASSWORD"] {
        set_status(t, &c.pool, status).await;
        assert_eq!(
            connect(t, &question, &sub).await,
            Proven::NotThatUser,
            "{status}"
        );
    }
    set_status(t, &c.pool, "CONFIRMED").await;
    // An address of two users is that of neither.
    let other = native(t, &c, "jack", ADDRESS).await;
    for user_id in [&sub, &other] {
        assert_eq!(connect(t, &question, user_id).await, Proven::NotThatUser);
    }
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": c.pool, "Username": "jack"}),
    )
    .await;
    // A user of a provider who has it does not share it.
    policy(t, &c, Linking::Never).await;
    let theirs = enter(t, &c, with(jane(), json!({"sub": "u9"}))).await;
    policy(t, &c, Linking::VerifiedEmail).await;
    let federated = theirs["sub"].as_str().unwrap();
    assert_eq!(connect(t, &question, federated).await, Proven::NotThatUser);
    assert_eq!(connect(t, &question, &sub).await, Proven::Linked);
    // A user who is gone is nobody.
    let question = asked(t, &c, with(jane(), json!({"sub": "u2"}))).await;
    t.ok("AdminDeleteUser", named).await;
    assert_eq!(connect(t, &question, &sub).await, Proven::NotThatUser);
}

#[each_engine]
async fn whoever_declines_gets_a_user_of_their_own(t: &TestApp) {
    let c = asking(t).await;
    let sub = native(t, &c, "jane", ADDRESS).await;
    let question = asked(t, &c, jane()).await;
    let finished = decline(t, &question).await.unwrap().unwrap();
    let claims = identity(t, &c, &finished).await;
    assert_eq!(claims["cognito:username"], "Corp_u1");
    assert_eq!(claims["email"], ADDRESS);
    assert!(decline(t, &question).await.is_none());
    assert_eq!(connect(t, &question, &sub).await, Proven::Over);
    // Who has a user now is not asked again.
    assert_eq!(name_of(t, &c, jane()).await, "Corp_u1");
    assert_eq!(seen(t, &c.pool, "jane").await["identities"], Value::Null);
}

#[each_engine]
async fn of_two_questions_about_one_identity_the_first_answer_counts(t: &TestApp) {
    let c = asking(t).await;
    let sub = native(t, &c, "jane", ADDRESS).await;
    let (one, two) = (asked(t, &c, jane()).await, asked(t, &c, jane()).await);
    let three = asked(t, &c, jane()).await;
    let node = t.second_node().await;
    let (first, second) = tokio::join!(connect(t, &one, &sub), connect(&node, &two, &sub));
    assert_eq!((first, second), (Proven::Linked, Proven::Linked));
    // Whoever says no now is the same person, and signs in as the user who is linked.
    let finished = decline(t, &three).await.unwrap().unwrap();
    assert_eq!(identity(t, &c, &finished).await["sub"], json!(sub));
    // And the other way round.
    let other = native(t, &c, "joe", "joe@corp.example").await;
    let joe = json!({"sub": "u2", "email": "joe@corp.example", "email_verified": true});
    let (one, two) = (asked(t, &c, joe.clone()).await, asked(t, &c, joe).await);
    decline(t, &one).await.unwrap().unwrap();
    assert_eq!(connect(t, &two, &other).await, Proven::Over);
    // Another provider's identity with the address is linked by a proof of its own.
    let four = asked(t, &c, with(jane(), json!({"sub": "u4"}))).await;
    assert_eq!(connect(t, &four, &other).await, Proven::NotThatUser);
    assert_eq!(connect(t, &four, &sub).await, Proven::Linked);
    assert_eq!(users(t, &c.pool).await, 3);
}

#[each_engine]
async fn a_question_is_its_client_s_its_pool_s_and_its_provider_s(t: &TestApp) {
    let (c, other) = (asking(t).await, asking(t).await);
    let sub = native(t, &c, "jane", ADDRESS).await;
    let theirs = native(t, &other, "jane", ADDRESS).await;
    let (journey, handle) = asked(t, &c, jane()).await;
    let elsewhere = (depart(t, &other).await, handle.clone());
    assert_eq!(connect(t, &elsewhere, &theirs).await, Proven::Over);
    assert!(decline(t, &elsewhere).await.is_none());
    let offers = json!({"SupportedIdentityProviders": ["COGNITO", "Corp"]});
    let second = client_of(t, &c.pool, with(hosted_client(), offers)).await;
    let second = Company {
        idp: crate::support::idp::Idp::start().await,
        pool: c.pool.clone(),
        client: second["ClientId"].as_str().unwrap().to_owned(),
        name: CORP,
    };
    let elsewhere = (depart(t, &second).await, handle.clone());
    assert_eq!(connect(t, &elsewhere, &sub).await, Proven::Over);
    for made_up in ["", "x", &"x".repeat(43)] {
        let made_up = (depart(t, &c).await, made_up.to_owned());
        assert_eq!(connect(t, &made_up, &sub).await, Proven::Over);
    }
    let question = (journey, handle);
    // The policy, and what the provider is, must be as they were.
    for policy_now in [Linking::Never, Linking::AdminApproval] {
        policy(t, &c, policy_now).await;
        assert_eq!(connect(t, &question, &sub).await, Proven::Over);
    }
    policy(t, &c, Linking::VerifiedEmail).await;
    let changed = json!({
        "UserPoolId": c.pool, "ProviderName": "Corp", "ProviderDetails": {
            "client_id": "another", "client_secret": "a-word-to-hide", "authorize_scopes": "openid email",
            "oidc_issuer": c.idp.url, "attributes_request_method": "GET",
        },
    });
    t.ok("UpdateIdentityProvider", changed).await;
    // The change of the API keeps the policy.
    let kept = linking::policy(&t.app.store, &t.app.root, &c.pool, "Corp").await;
    assert_eq!(kept.unwrap(), Linking::VerifiedEmail);
    assert_eq!(connect(t, &question, &sub).await, Proven::Over);
    let shown = t
        .ok(
            "DescribeIdentityProvider",
            json!({"UserPoolId": c.pool, "ProviderName": "Corp"}),
        )
        .await;
    assert!(!shown.to_string().contains("verified-email"), "{shown}");
}

#[each_engine]
async fn a_question_is_open_for_fifteen_minutes_and_sealed(t: &TestApp) {
    let c = asking(t).await;
    let sub = native(t, &c, "jane", ADDRESS).await;
    let (early, late) = (asked(t, &c, jane()).await, asked(t, &c, jane()).await);
    let sql = "SELECT offer_key, sealed FROM link_offers";
    let rows = t.app.store.rows(sql, Vec::new()).await.unwrap();
    assert_eq!(rows.len(), 2);
    for row in &rows {
        let sealed = String::from_utf8_lossy(row.bytes(1).unwrap()).into_owned();
        for secret in [ADDRESS, early.1.as_str(), late.1.as_str()] {
            assert!(!row.text(0).unwrap().contains(secret));
            assert!(!sealed.contains(secret));
        }
    }
    t.advance(880).await;
    assert_eq!(connect(t, &early, &sub).await, Proven::Linked);
    t.advance(21).await;
    assert_eq!(connect(t, &late, &sub).await, Proven::Over);
    assert!(decline(t, &late).await.is_none());
}

#[each_engine]
async fn a_user_with_five_links_gets_no_sixth(t: &TestApp) {
    let c = asking(t).await;
    let sub = native(t, &c, "jane", ADDRESS).await;
    for n in 0..5 {
        let link = link(&c.pool, "jane", "Cognito_Subject", &format!("s{n}"));
        t.ok("AdminLinkProviderForUser", link).await;
    }
    let question = asked(t, &c, jane()).await;
    assert_eq!(connect(t, &question, &sub).await, Proven::Full);
    let finished = decline(t, &question).await.unwrap().unwrap();
    let claims = identity(t, &c, &finished).await;
    assert_eq!(claims["cognito:username"], "Corp_u1");
}

#[each_engine]
async fn addresses_that_are_names_are_linked_too(t: &TestApp) {
    for names in [
        json!({"AliasAttributes": ["email"]}),
        json!({"UsernameAttributes": ["email"]}),
    ] {
        let c = company_with(t, names.clone(), json!({}), json!({})).await;
        policy(t, &c, Linking::VerifiedEmail).await;
        let name = match names.get("UsernameAttributes") {
            Some(_) => ADDRESS,
            None => "jane",
        };
        let sub = native(t, &c, name, ADDRESS).await;
        let question = asked(t, &c, jane()).await;
        assert_eq!(connect(t, &question, &sub).await, Proven::Linked, "{names}");
        assert_eq!(enter(t, &c, jane()).await["sub"], json!(sub));
        sign_in(t, &c.client, ADDRESS).await;
        // Who declines does not take the address away.
        let question = asked(t, &c, with(jane(), json!({"sub": "u2"}))).await;
        decline(t, &question).await.unwrap().unwrap();
        sign_in(t, &c.client, ADDRESS).await;
    }
}

#[each_engine]
async fn a_function_that_confirms_users_proves_no_address(t: &TestApp) {
    let played = Played::install(t);
    let c = asking(t).await;
    arm(t, &c.pool, &[Trigger::PreSignUp], json!({})).await;
    played.answers(Trigger::PreSignUp, json!({"autoConfirmUser": true}));
    let input = json!({
        "ClientId": c.client, "Username": "eve", "Password": PASSWORD,
        "UserAttributes": [{"Name": "email", "Value": ADDRESS}],
    });
    let eve = t.ok("SignUp", input).await;
    let eve = eve["UserSub"].as_str().unwrap();
    let question = asked(t, &c, jane()).await;
    // The function hears of the new user only once the visitor has no account.
    assert_eq!(played.sources(), ["PreSignUp_SignUp"]);
    assert_eq!(connect(t, &question, eve).await, Proven::NotThatUser);
    let finished = decline(t, &question).await.unwrap().unwrap();
    assert_eq!(played.sources(), ["PreSignUp_ExternalProvider"]);
    assert_ne!(identity(t, &c, &finished).await["sub"], json!(eve));
    // One that refuses, refuses.
    let question = asked(t, &c, with(jane(), json!({"sub": "u2"}))).await;
    let error = cognate_domain::app::functions::InvokeError::Failed("No more users".to_owned());
    played.fails(Trigger::PreSignUp, error);
    let refused = decline(t, &question).await.unwrap();
    assert!(told(refused).1.contains("No more users"));
}
