//! A message to nobody takes as long as one to a user, although no function is called for it (decision 013).

use std::sync::Arc;
use std::time::{Duration, Instant};

use cognate_crypto::random;
use cognate_domain::app::functions::InvokeError;
use cognate_domain::{Caller, ClientInfo, Cx, Slot, dispatch};
use cognate_shapes::Op;
use each_engine::each_engine;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::function::Function;
use crate::support::TestApp;
use crate::support::choice;
use crate::support::functions::answered;
use crate::support::users::{confirmed, futures_all, sign_up, with};

/// The time that the function takes: far longer than anything else here.
const SLOW: Duration = Duration::from_millis(400);

async fn time(t: &TestApp, op: &str, input: Value) -> Duration {
    let begun = Instant::now();
    t.ok(op, input).await;
    begun.elapsed()
}

/// Asks that both requests take about as long as the slow function, and that only the first one calls it.
async fn assert_alike(t: &TestApp, function: &Function, op: &str, user: Value, nobody: Value) {
    function.takes(SLOW);
    for _ in 0..2 {
        let took = time(t, op, user.clone()).await;
        assert!(took >= SLOW, "{op}: {took:?}");
        assert_eq!(function.events().len(), 1);
    }
    for _ in 0..2 {
        let took = time(t, op, nobody.clone()).await;
        assert!(took >= SLOW * 9 / 10, "{op}: {took:?}");
        assert!(took <= SLOW * 3, "{op}: {took:?}");
        assert!(function.events().is_empty(), "{op} called for nobody");
    }
}

#[each_engine]
async fn codes_for_nobody_wait_as_long_as_the_function_takes(t: &TestApp) {
    let settings = json!({"AutoVerifiedAttributes": ["email"]});
    let hides = json!({"PreventUserExistenceErrors": "ENABLED"});
    let s = choice::choices(t, settings.clone(), hides).await;
    confirmed(t, &s.pool, &s.client, "bob", "bob@example.com").await;
    sign_up(t, &s.client, "ann", "ann@example.com").await;
    let kept = with(crate::support::users::sms(), settings);
    let policies = json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}}});
    let function = Function::of_pool(t, &s.pool, with(kept, policies)).await;
    let named = |name: &str| json!({"ClientId": s.client, "Username": name});
    assert_alike(
        t,
        &function,
        "ForgotPassword",
        named("bob"),
        named("nobody"),
    )
    .await;
    // A user who cannot get a code looks like nobody.
    assert_alike(t, &function, "ForgotPassword", named("bob"), named("ann")).await;
    assert_alike(
        t,
        &function,
        "ResendConfirmationCode",
        named("ann"),
        named("nobody"),
    )
    .await;
    let by_code = |name: &str| choice::prefer(&s.client, name, "EMAIL_OTP");
    assert_alike(
        t,
        &function,
        "InitiateAuth",
        by_code("bob"),
        by_code("nobody@example.com"),
    )
    .await;
}

#[each_engine]
async fn nobody_meets_what_users_meet_when_the_function_cannot_be_called(t: &TestApp) {
    let hides = json!({"PreventUserExistenceErrors": "ENABLED"});
    let settings = json!({"AutoVerifiedAttributes": ["email"]});
    let pool = crate::support::users::pool(t, settings.clone()).await;
    let client = crate::support::users::client(t, &pool, hides).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let function = Function::of_pool(t, &pool, settings).await;
    let named = |name: &str| json!({"ClientId": client, "Username": name});
    for error in [
        InvokeError::Timeout,
        InvokeError::NotJson,
        InvokeError::Refused("AccessDeniedException".into()),
        InvokeError::Unreachable("x".into()),
        InvokeError::NoTarget,
    ] {
        let thrown = error.clone();
        function.does(move |_| Err(thrown.clone()));
        let of_user = t.call("ForgotPassword", named("bob")).await.unwrap_err();
        let of_nobody = t.call("ForgotPassword", named("nobody")).await;
        assert_eq!(of_nobody.unwrap_err(), of_user, "{error:?}");
    }
    function.does(|call| Ok(answered(call, json!({}))));
    t.ok("ForgotPassword", named("bob")).await;
    t.ok("ForgotPassword", named("nobody")).await;
    // What the function itself says may be about its user, and is said to nobody else.
    function.does(|_| Err(InvokeError::Failed("bob@example.com is blocked".into())));
    assert!(t.call("ForgotPassword", named("bob")).await.is_err());
    t.ok("ForgotPassword", named("nobody")).await;
}

#[each_engine]
async fn waiting_for_nobody_keeps_nobody_waiting(t: &TestApp) {
    let pool = crate::support::users::pool(t, json!({})).await;
    let hides = json!({"PreventUserExistenceErrors": "ENABLED"});
    let client = crate::support::users::client(t, &pool, hides).await;
    confirmed_by_admin(t, &pool).await;
    let function = Function::of_pool(t, &pool, json!({})).await;
    function.takes(SLOW);
    let named = |name: &str| json!({"ClientId": client, "Username": name});
    t.ok("ForgotPassword", named("bob")).await;
    // Sixteen requests for the same name, which share a lock, and one place.
    let place = Arc::new(Semaphore::new(1));
    let begun = Instant::now();
    let requests = (0..16).map(async |_| {
        let held = place.clone().acquire_owned().await.unwrap();
        let (caller, from) = (Caller::Public, ClientInfo::default());
        let cx = Cx::new(&t.app, Op::ForgotPassword, caller, from, random::uuid_v4());
        let cx = cx.holding(Slot::new(place.clone(), held));
        assert!(dispatch(&cx, named("nobody")).await.is_ok());
    });
    futures_all(requests).await;
    let took = begun.elapsed();
    assert!(took >= SLOW * 9 / 10 && took < SLOW * 12, "{took:?}");
    assert_eq!(place.available_permits(), 1);
}

async fn confirmed_by_admin(t: &TestApp, pool: &str) {
    let attributes = json!([{"Name": "email", "Value": "bob@example.com"}, {"Name": "email_verified", "Value": "true"}]);
    crate::support::signin::user_with(t, pool, "bob", attributes).await;
}
