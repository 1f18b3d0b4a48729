//! Refresh tokens of the other server, passwords that are changed and forgotten, names that are taken there.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::{fault, refused, wrong};
use crate::support::TestApp;
use crate::support::real::{Play, Real, counts, rows, set, twin};
use crate::support::signin::{
    PASSWORD, Site, Srp, by_password, claims, get_user, initiate, not_authorized, sign_in, site,
    site_with, user, user_with, verify,
};
use crate::support::users::code;

fn refresh(s: &Site, token: &Value) -> Value {
    initiate(
        &s.client,
        "REFRESH_TOKEN_AUTH",
        json!({"REFRESH_TOKEN": token}),
    )
}

fn email() -> Value {
    json!([{"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": "true"}])
}

#[each_engine]
async fn refresh_tokens_of_both_sides_work(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    let sub = user(real.t(), &real.site.pool, "jane").await;
    let there = sign_in(real.t(), &real.site.client, "jane").await;
    let s = site(t).await;
    real.behind(t, &s).await;
    let renewed = t
        .ok("InitiateAuth", refresh(&s, &there["RefreshToken"]))
        .await["AuthenticationResult"]
        .clone();
    assert_eq!(claims(&renewed["IdToken"])["sub"], json!(sub));
    assert!(get_user(t, &renewed["AccessToken"]).await.is_ok());
    assert_eq!(counts(t, &s.pool).await, (0, 1, 0));
    // What came is ours.
    real.asked();
    t.ok("InitiateAuth", refresh(&s, &renewed["RefreshToken"]))
        .await;
    assert_eq!(real.operations(), Vec::<String>::new());
    let input = json!({"ClientId": s.client, "RefreshToken": there["RefreshToken"]});
    t.ok("GetTokensFromRefreshToken", input.clone()).await;

    // The password moves: a session that is older goes on, until another password is set.
    t.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    t.ok("GetTokensFromRefreshToken", input.clone()).await;
    crate::support::signin::set_password(t, &s.pool, "jane", "N3wPassw0rd!").await;
    let refusal = t
        .call("GetTokensFromRefreshToken", input)
        .await
        .unwrap_err();
    assert_eq!(refusal, not_authorized("Invalid Refresh Token."));
}

#[each_engine]
async fn refresh_tokens_that_are_none_are_refused(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let other = site(real.t()).await;
    user(real.t(), &other.pool, "jane").await;
    let foreign = sign_in(real.t(), &other.client, "jane").await;
    let s = site(t).await;
    real.behind(t, &s).await;
    for token in [json!("nonsense"), foreign["RefreshToken"].clone()] {
        let refusal = t.call("InitiateAuth", refresh(&s, &token)).await;
        assert_eq!(
            refusal.unwrap_err(),
            not_authorized("Invalid Refresh Token")
        );
    }
    assert_eq!(rows(t, "users").await, 0);
    let there = sign_in(real.t(), &real.site.client, "jane").await;
    let joined = t
        .ok("InitiateAuth", refresh(&s, &there["RefreshToken"]))
        .await;
    assert!(joined["AuthenticationResult"].is_object());
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let refusal = t
        .call("InitiateAuth", refresh(&s, &there["RefreshToken"]))
        .await;
    assert_eq!(refusal.unwrap_err(), not_authorized("User is disabled."));
    real.plays("*", Play::Reset);
    let refusal = t
        .call("InitiateAuth", refresh(&s, &there["RefreshToken"]))
        .await;
    assert_eq!(refusal.unwrap_err(), fault());
}

/// Signs in by SRP, after which the password is not here.
async fn by_srp(t: &TestApp, s: &Site) -> Value {
    let srp = Srp::start(t, &s.client, "jane").await.unwrap();
    let proof = verify(&s.client, srp.responses(&s.pool, PASSWORD));
    t.ok("RespondToAuthChallenge", proof).await["AuthenticationResult"].clone()
}

#[each_engine]
async fn a_password_that_is_there_is_changed_there_and_comes_over(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = twin(t, &real.site.pool, json!({}), json!({})).await;
    real.behind(t, &s).await;
    let tokens = by_srp(t, &s).await;
    let change = |previous: Option<&str>| {
        let mut input =
            json!({"AccessToken": tokens["AccessToken"], "ProposedPassword": "N3wPassw0rd!"});
        if let Some(previous) = previous {
            input["PreviousPassword"] = json!(previous);
        }
        input
    };
    // The token alone replaces nothing.
    for previous in [None, Some("Wrong-1!")] {
        let refusal = t.call("ChangePassword", change(previous)).await;
        assert_eq!(refusal.unwrap_err(), wrong());
    }
    t.ok("ChangePassword", change(Some(PASSWORD))).await;
    assert_eq!(counts(t, &s.pool).await, (1, 0, 0));
    let new = by_password(&real.site.client, "jane", "N3wPassw0rd!");
    real.t().ok("InitiateAuth", new).await;
    real.asked();
    t.ok(
        "InitiateAuth",
        by_password(&s.client, "jane", "N3wPassw0rd!"),
    )
    .await;
    assert_eq!(real.operations(), Vec::<String>::new());
}

#[each_engine]
async fn a_forgotten_password_is_replaced_there_and_comes_over(t: &TestApp) {
    let real = Real::start(json!({"AutoVerifiedAttributes": ["email"]}), json!({})).await;
    let sub = user_with(real.t(), &real.site.pool, "jane", email()).await;
    let hides = json!({"PreventUserExistenceErrors": "ENABLED"});
    let s = site_with(t, json!({"AutoVerifiedAttributes": ["email"]}), hides).await;
    real.behind(t, &s).await;
    let forgot = json!({"ClientId": s.client, "Username": "jane"});
    let sent = t.ok("ForgotPassword", forgot).await;
    assert_eq!(sent["CodeDeliveryDetails"]["Destination"], "j***@e***");
    let confirm = |code: &str, password: &str| json!({"ClientId": s.client, "Username": "jane", "ConfirmationCode": code, "Password": password});
    let bad = t
        .call("ConfirmForgotPassword", confirm("000000", "N3wPassw0rd!"))
        .await;
    assert_eq!(bad.unwrap_err().0, "CodeMismatchException");
    let code = code(real.t(), &real.site.pool, &sub).await;
    t.ok("ConfirmForgotPassword", confirm(&code, "N3wPassw0rd!"))
        .await;
    assert_eq!(counts(t, &s.pool).await, (1, 0, 0));
    real.asked();
    t.ok(
        "InitiateAuth",
        by_password(&s.client, "jane", "N3wPassw0rd!"),
    )
    .await;
    assert_eq!(real.operations(), Vec::<String>::new());
    // A name that nobody has is told what every such name is told.
    let forgot = json!({"ClientId": s.client, "Username": "nobody"});
    let sent = t.ok("ForgotPassword", forgot).await;
    assert!(sent["CodeDeliveryDetails"]["Destination"].is_string());
}

#[each_engine]
async fn codes_are_guessed_no_more_often_than_here(t: &TestApp) {
    let real = Real::start(json!({"AutoVerifiedAttributes": ["email"]}), json!({})).await;
    user_with(real.t(), &real.site.pool, "jane", email()).await;
    let s = site(t).await;
    real.behind(t, &s).await;
    let mut last = None;
    for _ in 0..22 {
        let input = json!({"ClientId": s.client, "Username": "jane", "ConfirmationCode": "000000", "Password": "N3wPassw0rd!"});
        last = t.call("ConfirmForgotPassword", input).await.err();
    }
    assert_eq!(last.unwrap().0, "LimitExceededException");
    assert!(real.operations().len() <= 20);
}

#[each_engine]
async fn a_name_that_is_taken_there_is_taken_here(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = site(t).await;
    let mut wanted = real.wanted(&s.client);
    wanted.access_key = Some(("AKIDEXAMPLE".into(), "secret".into()));
    set(t, &s.pool, &wanted).await;
    let sign_up = |name: &str| {
        json!({"ClientId": s.client, "Username": name, "Password": PASSWORD,
        "UserAttributes": [{"Name": "email", "Value": "x@example.com"}]})
    };
    let refusal = t.call("SignUp", sign_up("jane")).await.unwrap_err();
    let taken = (
        "UsernameExistsException".into(),
        "User already exists".into(),
    );
    assert_eq!(refusal, taken);
    t.ok("SignUp", sign_up("joe")).await;
    real.plays("*", Play::Reset);
    assert_eq!(t.call("SignUp", sign_up("jim")).await.unwrap_err(), fault());
    real.relax();
    // With the key all attributes come, whatever the client there may read.
    set(t, &s.pool, &wanted).await;
    real.asked();
    t.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    assert!(real.operations().contains(&"AdminGetUser".to_owned()));
    refused(t, &s.client, "jane", "Wrong-1!", wrong()).await;
}
