//! Browsers that pages remember, as the driver judges them: what is written, and who wins.

use std::sync::Arc;

use cognate_crypto::secret::{Secret, SecretString};
use cognate_domain::clock::DAY;
use cognate_domain::oauth::authorization::Authorization;
use cognate_domain::oauth::hosted::{Finished, OnPage};
use cognate_domain::records::device::BrowserCookie;
use cognate_domain::signin::answer::{Answer, AnswerRequest, Needed, StartRequest, Way};
use cognate_domain::signin::device::browser::Browser;
use cognate_domain::signin::opening::Outcome as Step;
use cognate_domain::signin::secret_hash::ClientProof;
use cognate_domain::signin::{At, Surface, driver};
use each_engine::each_engine;

use super::flow::*;
use super::*;
use crate::support::mfa::{code, jane, mfa_site_with, prefer, recovery};

type Jar = Vec<(String, SecretString)>;

/// Jane with codes by e-mail in a pool that remembers browsers on her wish.
async fn world(t: &TestApp) -> (Site, Authorization) {
    let devices = json!({"DeviceConfiguration": {
        "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": true,
    }});
    let settings = with(recovery(&["admin_only"]), devices);
    let s = mfa_site_with(t, "OPTIONAL", &["EMAIL_OTP"], settings).await;
    jane(t, &s, &["email"]).await;
    let verified = json!([{"Name": "email_verified", "Value": "true"}]);
    let input = json!({"UserPoolId": s.pool, "Username": "jane", "UserAttributes": verified});
    t.ok("AdminUpdateUserAttributes", input).await;
    prefer(t, &s, json!({"EmailMfaSettings": {"Enabled": true}})).await;
    let client = client_of(t, &s.pool, hosted_client()).await;
    let authorization = authorized(t, &ask(text(&client["ClientId"]))).await;
    (s, authorization)
}

fn jar(cookie: &BrowserCookie) -> Jar {
    let value = SecretString::new(cookie.value.expose().clone());
    vec![(cookie.name.clone(), value)]
}

async fn begin(t: &TestApp, authorization: &Authorization, jar: &Jar) -> Step<Finished> {
    let cx = cx(t, Endpoint::SignIn);
    let request = StartRequest {
        name: Needed::present("jane".to_owned()),
        proof: ClientProof::Trusted,
        device_key: None,
        way: Way::Password(Needed::present(Secret::new(PASSWORD.to_owned()))),
    };
    let outcome = run(&cx, About::default, || async {
        let ending = ending(authorization, jar, false);
        driver::start(&cx, at(authorization), &request, &ending).await
    });
    outcome.await.unwrap()
}

fn at(authorization: &Authorization) -> At<'_> {
    At {
        surface: Surface::Page,
        pool: &authorization.pool,
        client: &authorization.client,
        metadata: None,
    }
}

fn ending<'a>(authorization: &'a Authorization, cookies: &'a Jar, wish: bool) -> OnPage<'a> {
    OnPage {
        provider: COGNITO,
        authorization,
        browser: Browser {
            host: HOST,
            cookies,
            wish,
        },
        replaces: None,
    }
}

/// Signs in with password and code, and wishes to be remembered.
async fn remembered(t: &TestApp, s: &Site, authorization: &Authorization) -> Arc<BrowserCookie> {
    let Step::Challenge(challenge) = begin(t, authorization, &Jar::new()).await else {
        panic!("signed in")
    };
    let request = AnswerRequest {
        name: Needed::present("jane".to_owned()),
        proof: ClientProof::Trusted,
        device_key: None,
        session: Needed::present(challenge.session.unwrap()),
        answer: Answer::EmailOtp(Needed::present(code(t, &s.pool, "jane").await)),
    };
    let cx = cx(t, Endpoint::SignIn);
    let jar = Jar::new();
    let outcome = run(&cx, About::default, || async {
        let ending = ending(authorization, &jar, true);
        driver::answer(&cx, at(authorization), &request, &ending).await
    });
    match outcome.await.unwrap() {
        Step::SignedIn(_, finished) => finished.remembered.unwrap(),
        Step::Challenge(challenge) => panic!("{challenge:?}"),
    }
}

/// Signs in with a password and a cookie; None if a code is asked for.
async fn with_cookie(t: &TestApp, authorization: &Authorization, jar: &Jar) -> Option<Jar> {
    match begin(t, authorization, jar).await {
        Step::SignedIn(_, finished) => {
            let cookie = finished.remembered.expect("another cookie");
            Some(super::remembered::jar(&cookie))
        }
        Step::Challenge(_) => None,
    }
}

#[each_engine]
async fn a_remembered_browser_stands_in_for_a_code_until_it_is_copied(t: &TestApp) {
    let (s, authorization) = world(t).await;
    let first = jar(&*remembered(t, &s, &authorization).await);
    assert_eq!(rows(t, "devices", &s.pool).await, 1);
    let second = with_cookie(t, &authorization, &first).await.unwrap();
    assert!(with_cookie(t, &authorization, &first).await.is_none());
    let third = with_cookie(t, &authorization, &second).await.unwrap();
    // One that is older than the one before is a copy at once.
    assert!(with_cookie(t, &authorization, &first).await.is_none());
    assert_eq!(rows(t, "devices", &s.pool).await, 0);
    assert!(with_cookie(t, &authorization, &third).await.is_none());
}

#[each_engine]
async fn of_many_uses_at_once_one_wins(t: &TestApp) {
    let (s, authorization) = world(t).await;
    let jar = jar(&*remembered(t, &s, &authorization).await);
    let one = || with_cookie(t, &authorization, &jar);
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    let won: Vec<Jar> = [a, b, c, d].into_iter().flatten().collect();
    assert_eq!(won.len(), 1);
    assert_eq!(rows(t, "devices", &s.pool).await, 1);
    assert!(with_cookie(t, &authorization, &won[0]).await.is_some());
}

#[each_engine]
async fn the_browsers_of_a_user_are_bounded_and_those_that_ended_go(t: &TestApp) {
    let (s, authorization) = world(t).await;
    let oldest = jar(&*remembered(t, &s, &authorization).await);
    let mut newest = Jar::new();
    for _ in 0..50 {
        t.advance(301).await;
        newest = jar(&*remembered(t, &s, &authorization).await);
    }
    assert_eq!(rows(t, "devices", &s.pool).await, 50);
    assert!(with_cookie(t, &authorization, &oldest).await.is_none());
    assert!(with_cookie(t, &authorization, &newest).await.is_some());
    t.advance(31 * DAY / 1_000_000).await;
    remembered(t, &s, &authorization).await;
    assert_eq!(rows(t, "devices", &s.pool).await, 1);
}
