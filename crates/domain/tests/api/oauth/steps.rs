//! Sign-ins of several steps that end in a code, and sessions that came through a provider.

use cognate_crypto::secret::Secret;
use cognate_domain::oauth::authorization::{Authorization, Parameters};
use cognate_domain::oauth::hosted::{Finished, OnPage};
use cognate_domain::signin::answer::{Answer, AnswerRequest, Needed, StartRequest, Way};
use cognate_domain::signin::challenge::Ask;
use cognate_domain::signin::device::browser::Browser;
use cognate_domain::signin::opening::Outcome as Step;
use cognate_domain::signin::secret_hash::ClientProof;
use cognate_domain::signin::{At, Surface, driver};
use each_engine::each_engine;

use super::flow::*;
use super::*;

enum Sent {
    Start(StartRequest),
    Answer(AnswerRequest),
}

async fn send(t: &TestApp, authorization: &Authorization, sent: Sent) -> Step<Finished> {
    let cx = cx(t, Endpoint::SignIn);
    let outcome = run(&cx, About::default, || async {
        let at = At {
            surface: Surface::Page,
            pool: &authorization.pool,
            client: &authorization.client,
            metadata: None,
        };
        let ending = OnPage {
            provider: COGNITO,
            authorization,
            browser: Browser::blank(HOST),
            replaces: None,
        };
        match &sent {
            Sent::Start(request) => driver::start(&cx, at, request, &ending).await,
            Sent::Answer(request) => driver::answer(&cx, at, request, &ending).await,
        }
    });
    outcome.await.unwrap()
}

fn start(name: &str, password: &str) -> Sent {
    Sent::Start(StartRequest {
        name: Needed::present(name.to_owned()),
        proof: ClientProof::Trusted,
        device_key: None,
        way: Way::Password(Needed::present(Secret::new(password.to_owned()))),
    })
}

#[each_engine]
async fn a_new_password_is_the_one_that_the_session_was_begun_with(t: &TestApp) {
    let s = hosted(t).await;
    let input = json!({
        "UserPoolId": s.pool, "Username": "john", "MessageAction": "SUPPRESS", "TemporaryPassword": PASSWORD,
    });
    t.ok("AdminCreateUser", input).await;
    for response_type in ["code", "token"] {
        let request = Parameters {
            response_type: Some(response_type),
            ..ask(&s.client)
        };
        let authorization = authorized(t, &request).await;
        let Step::Challenge(challenge) = send(t, &authorization, start("john", PASSWORD)).await
        else {
            panic!("signed in")
        };
        assert!(matches!(challenge.ask, Ask::NewPassword { .. }));
        // Nothing is there before the last step.
        assert_eq!(
            rows(t, "authorization_codes", &s.pool).await,
            i64::from(response_type == "token")
        );
        let answered = Sent::Answer(AnswerRequest {
            name: Needed::present("john".to_owned()),
            proof: ClientProof::Trusted,
            device_key: None,
            session: Needed::present(challenge.session.unwrap()),
            answer: Answer::NewPassword {
                password: Needed::present(Secret::new("An0ther-1!".to_owned())),
                attributes: Default::default(),
            },
        });
        let Step::SignedIn(_, finished) = send(t, &authorization, answered).await else {
            panic!("one more step")
        };
        let access = match response_type {
            "code" => {
                let request = exchange(code(&finished.reply));
                answer(traded(t, named(&s.client, None), request).await).access
            }
            _ => finished.reply.parameter("access_token").unwrap().to_owned(),
        };
        answer(info(t, &access).await);
        assert!(
            session_of(t, &authorization, HOST, cookie(&finished))
                .await
                .is_some()
        );
        let reset = json!({
            "UserPoolId": s.pool, "Username": "john", "Password": PASSWORD, "Permanent": false,
        });
        t.ok("AdminSetUserPassword", reset).await;
        assert!(
            session_of(t, &authorization, HOST, cookie(&finished))
                .await
                .is_none()
        );
    }
}

#[each_engine]
async fn a_session_of_a_provider_is_good_for_its_client_and_provider(t: &TestApp) {
    let s = hosted(t).await;
    let provider = crate::support::providers::oidc_provider(&s.pool, "Corp", json!({}));
    t.ok("CreateIdentityProvider", provider).await;
    let both = with(
        hosted_client(),
        json!({"SupportedIdentityProviders": ["COGNITO", "Corp"]}),
    );
    let made = [
        client_of(t, &s.pool, both.clone()).await,
        client_of(t, &s.pool, both).await,
    ];
    let [first, second] = [text(&made[0]["ClientId"]), text(&made[1]["ClientId"])];
    let own = authorized(t, &ask(first)).await;
    let finished = page(t, &own).await;
    let mut session = session_of(t, &own, HOST, cookie(&finished)).await.unwrap();
    let now = t.app.clock.service();
    let other = authorized(t, &ask(second)).await;
    assert!(session.answers(&own, now) && session.answers(&other, now));
    session.provider = "Corp".to_owned();
    assert!(session.answers(&own, now) && !session.answers(&other, now));
    for (name, good) in [("Corp", true), ("COGNITO", false)] {
        let request = Parameters {
            identity_provider: Some(name),
            ..ask(first)
        };
        let authorization = authorized(t, &request).await;
        assert_eq!(session.answers(&authorization, now), good, "{name}");
    }
}

#[each_engine]
async fn a_client_that_means_another_user_gets_neither_code_nor_tokens(t: &TestApp) {
    let s = hosted(t).await;
    let first = authorized(t, &ask(&s.client)).await;
    let finished = page(t, &first).await;
    let own = session_of(t, &first, HOST, cookie(&finished)).await;
    let own = own.unwrap().user.id;
    for response_type in ["code", "token"] {
        let parameters = Parameters {
            response_type: Some(response_type),
            ..ask(&s.client)
        };
        let plain = authorized(t, &parameters).await;
        let counts = async || {
            (
                rows(t, "authorization_codes", &s.pool).await,
                rows(t, "sessions", &s.pool).await,
            )
        };
        let before = counts().await;
        let other = Authorization {
            user_id: Some("11111111-2222-4333-8444-555555555555".to_owned()),
            ..plain.clone()
        };
        let finished = page(t, &other).await;
        assert_eq!(finished.reply.parameter("error"), Some("login_required"));
        for secret in ["code", "access_token", "id_token"] {
            assert_eq!(finished.reply.parameter(secret), None);
        }
        assert_eq!(counts().await, before);
        // The browser is signed in all the same.
        assert!(
            session_of(t, &plain, HOST, cookie(&finished))
                .await
                .is_some()
        );
        let same = Authorization {
            user_id: Some(own.clone()),
            ..plain
        };
        assert_eq!(page(t, &same).await.reply.parameter("error"), None);
    }
}

#[each_engine]
async fn a_sign_in_that_lacks_a_proof_goes_on_through_a_sign_out_everywhere(t: &TestApp) {
    let s = hosted(t).await;
    let input = json!({
        "UserPoolId": s.pool, "Username": "john", "MessageAction": "SUPPRESS", "TemporaryPassword": PASSWORD,
    });
    t.ok("AdminCreateUser", input).await;
    let authorization = authorized(t, &ask(&s.client)).await;
    let Step::Challenge(challenge) = send(t, &authorization, start("john", PASSWORD)).await else {
        panic!("signed in")
    };
    let user = json!({"UserPoolId": s.pool, "Username": "john"});
    t.ok("AdminUserGlobalSignOut", user).await;
    let answered = Sent::Answer(AnswerRequest {
        name: Needed::present("john".to_owned()),
        proof: ClientProof::Trusted,
        device_key: None,
        session: Needed::present(challenge.session.unwrap()),
        answer: Answer::NewPassword {
            password: Needed::present(Secret::new("An0ther-1!".to_owned())),
            attributes: Default::default(),
        },
    });
    let Step::SignedIn(_, finished) = send(t, &authorization, answered).await else {
        panic!("one more step")
    };
    // The code is younger than the sign-out.
    let request = exchange(code(&finished.reply));
    let tokens = answer(traded(t, named(&s.client, None), request).await);
    answer(info(t, &tokens.access).await);
}
