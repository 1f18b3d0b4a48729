//! A sign-in on a page of this server: the driver without any name of the API, and a session without a token.

use cognate_crypto::random;
use cognate_crypto::secret::Secret;
use cognate_domain::audit::About;
use cognate_domain::facts::factor::{Factor, MfaFactor};
use cognate_domain::signin::answer::{Answer, AnswerRequest, Needed, StartRequest, Way};
use cognate_domain::signin::challenge::{Ask, Challenge};
use cognate_domain::signin::opening::{KeepSession, Outcome};
use cognate_domain::signin::secret_hash::ClientProof;
use cognate_domain::signin::{At, Surface, driver};
use cognate_domain::tokens::opened::OpenedSession;
use cognate_domain::{Caller, ClientInfo, Cx, Endpoint, run};
use cognate_shapes::ChallengeNameType;
use cognate_store::params;
use serde_json::json;

use super::triggers::TRIGGERS;
use crate::support::functions::lambda_config;
use crate::support::mfa::{INVALID, USED, WRONG_TOTP, jane, jane_with_app, mfa_site, prefer};
use crate::support::played::Played;
use crate::support::signin::*;
use crate::support::{Refusal, TestApp};
use each_engine::each_engine;

/// A page that remembers the client and the name that was typed.
struct Page<'t> {
    t: &'t TestApp,
    client: String,
    name: &'static str,
}

enum Request {
    Start(StartRequest),
    Answer(AnswerRequest),
}

impl Page<'_> {
    async fn send(&self, request: Request) -> Result<Outcome<()>, Refusal> {
        let (caller, from) = (Caller::Public, ClientInfo::default());
        let id = random::uuid_v4();
        let cx = Cx::new(&self.t.app, Endpoint::SignIn, caller, from, id);
        let outcome = run(&cx, About::default, || async {
            let (pool, client) = cx.client(&self.client).await?;
            let at = At {
                surface: Surface::Page,
                pool: &pool,
                client: &client,
                metadata: None,
            };
            match &request {
                Request::Start(request) => driver::start(&cx, at, request, &KeepSession).await,
                Request::Answer(request) => driver::answer(&cx, at, request, &KeepSession).await,
            }
        });
        let outcome = outcome.await;
        outcome.map_err(|error| (error.code.as_str().into(), error.message.into_owned()))
    }

    async fn password(&self, password: &str) -> Result<Outcome<()>, Refusal> {
        let password = Secret::new(password.to_owned());
        self.send(Request::Start(StartRequest {
            name: Needed::present(self.name.to_owned()),
            proof: ClientProof::Trusted,
            device_key: None,
            way: Way::Password(Needed::present(password)),
        }))
        .await
    }

    async fn answer(&self, session: &str, answer: Answer) -> Result<Outcome<()>, Refusal> {
        self.send(Request::Answer(AnswerRequest {
            name: Needed::present(self.name.to_owned()),
            proof: ClientProof::Trusted,
            device_key: None,
            session: Needed::present(session.to_owned()),
            answer,
        }))
        .await
    }
}

fn asked(outcome: Result<Outcome<()>, Refusal>) -> (Ask, String) {
    match outcome.unwrap() {
        Outcome::Challenge(Challenge { ask, session, .. }) => (ask, session.unwrap()),
        Outcome::SignedIn(..) => panic!("signed in"),
    }
}

fn opened(outcome: Result<Outcome<()>, Refusal>) -> OpenedSession {
    match outcome.unwrap() {
        Outcome::SignedIn(session, ()) => *session,
        Outcome::Challenge(challenge) => panic!("{challenge:?}"),
    }
}

fn refused(outcome: Result<Outcome<()>, Refusal>) -> Refusal {
    outcome.err().expect("a refusal")
}

async fn count(t: &TestApp, sql: &'static str, pool: &str) -> i64 {
    let rows = t.app.store.rows(sql, params![pool]).await.unwrap();
    rows[0].int(0).unwrap()
}

async fn sessions(t: &TestApp, pool: &str) -> i64 {
    count(t, "SELECT COUNT(*) FROM sessions WHERE pool_id = ?1", pool).await
}

async fn signing_keys(t: &TestApp, pool: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM signing_keys WHERE pool_id = ?1";
    count(t, sql, pool).await
}

#[each_engine]
async fn a_page_signs_in_with_a_password_and_signs_no_token(t: &TestApp) {
    let s = site_with(t, json!({}), json!({"GenerateSecret": true})).await;
    let sub = user(t, &s.pool, "jane").await;
    let page = Page {
        t,
        client: s.client.clone(),
        name: "jane",
    };
    let session = opened(page.password(PASSWORD).await);
    assert_eq!((&session.user.id, &session.refresh.user_id), (&sub, &sub));
    assert!(session.doc.proven.has(Factor::Password) && session.new_device.is_none());
    assert_eq!(session.refresh.session_id, session.id);
    assert_eq!(sessions(t, &s.pool).await, 1);
    // The keys of a pool are made with its first token.
    assert_eq!(signing_keys(t, &s.pool).await, 0);
}

#[each_engine]
async fn a_page_asks_for_a_new_password(t: &TestApp) {
    let s = site(t).await;
    let input = json!({"UserPoolId": s.pool, "Username": "jane", "MessageAction": "SUPPRESS", "TemporaryPassword": PASSWORD});
    t.ok("AdminCreateUser", input).await;
    let page = Page {
        t,
        client: s.client.clone(),
        name: "jane",
    };
    let (ask, session) = asked(page.password(PASSWORD).await);
    let Ask::NewPassword { required, .. } = ask else {
        panic!("{ask:?}")
    };
    assert!(required.is_empty());
    let new = |password: &str| Answer::NewPassword {
        password: Needed::present(Secret::new(password.to_owned())),
        attributes: Default::default(),
    };
    let weak = refused(page.answer(&session, new("weak")).await);
    assert_eq!(weak.0, "InvalidPasswordException");
    opened(page.answer(&session, new("An0ther-1!")).await);
    assert_eq!(refused(page.password(PASSWORD).await), refusal(WRONG));
    opened(page.password("An0ther-1!").await);
}

#[each_engine]
async fn a_page_asks_for_the_code_of_an_app(t: &TestApp) {
    let (s, app) = jane_with_app(t).await;
    let page = Page {
        t,
        client: s.client.clone(),
        name: "jane",
    };
    let before = sessions(t, &s.pool).await;
    let (ask, session) = asked(page.password(PASSWORD).await);
    assert!(matches!(ask, Ask::SoftwareToken { .. }), "{ask:?}");
    let code = |code: String| Answer::SoftwareToken(Needed::present(code));
    let wrong = refused(page.answer(&session, code(app.wrong(t))).await);
    assert_eq!(wrong, refusal(WRONG_TOTP));
    let signed_in = opened(page.answer(&session, code(app.code(t))).await);
    assert!(signed_in.doc.proven.has(Factor::SoftwareToken));
    assert_eq!(sessions(t, &s.pool).await, before + 1);
    let used = refused(page.answer(&session, code(app.code(t))).await);
    assert_eq!(
        used,
        not_authorized("Invalid session for the user, session can only be used once.")
    );
}

#[each_engine]
async fn a_page_asks_for_another_second_factor_and_spends_the_session(t: &TestApp) {
    let s = mfa_site(t, "OPTIONAL", &["SMS_MFA", "EMAIL_OTP"]).await;
    jane(t, &s, &["email", "phone_number"]).await;
    let on = json!({"SMSMfaSettings": {"Enabled": true}, "EmailMfaSettings": {"Enabled": true}});
    prefer(t, &s, on).await;
    let page = Page {
        t,
        client: s.client.clone(),
        name: "jane",
    };
    let (ask, choice) = asked(page.password(PASSWORD).await);
    assert!(matches!(ask, Ask::SelectMfa(_)), "{ask:?}");
    let instead = |instead_of, factor| Answer::Instead { instead_of, factor };
    // A session that asks for no second factor yet.
    let early = instead(ChallengeNameType::SelectMfaType, MfaFactor::Sms);
    assert_eq!(
        refused(page.answer(&choice, early).await),
        not_authorized(INVALID)
    );
    let chosen = Answer::SelectMfa(Needed::present(Some(MfaFactor::Sms)));
    let (ask, sms) = asked(page.answer(&choice, chosen).await);
    assert!(matches!(ask, Ask::SmsMfa { .. }), "{ask:?}");
    let app = instead(ChallengeNameType::SmsMfa, MfaFactor::SoftwareToken);
    assert_eq!(
        refused(page.answer(&sms, app).await),
        not_authorized(INVALID)
    );
    let email = || instead(ChallengeNameType::SmsMfa, MfaFactor::Email);
    let (ask, _) = asked(page.answer(&sms, email()).await);
    assert!(matches!(ask, Ask::EmailOtp(_)), "{ask:?}");
    assert_eq!(
        refused(page.answer(&sms, email()).await),
        not_authorized(USED)
    );
    assert_eq!(sessions(t, &s.pool).await, 0);
}

#[each_engine]
async fn wrong_answers_on_a_page_count_as_at_the_api(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let page = Page {
        t,
        client: s.client.clone(),
        name: "jane",
    };
    for _ in 0..5 {
        assert_eq!(refused(page.password("Wr0ng-one!").await), refusal(WRONG));
    }
    let locked = not_authorized("Password attempts exceeded");
    assert_eq!(refused(page.password(PASSWORD).await), locked);
    let api = t
        .call("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    assert_eq!(api.unwrap_err(), locked);
    assert_eq!(sessions(t, &s.pool).await, 0);
}

#[each_engine]
async fn a_page_leaves_the_function_of_tokens_to_whoever_signs_some(t: &TestApp) {
    let config = json!({"LambdaConfig": lambda_config(&TRIGGERS)});
    let s = site_with(t, config, json!({})).await;
    user(t, &s.pool, "jane").await;
    let functions = Played::install(t);
    let page = Page {
        t,
        client: s.client.clone(),
        name: "jane",
    };
    let session = opened(page.password(PASSWORD).await);
    assert!(session.consulted.is_none());
    assert_eq!(
        functions.sources(),
        [
            "PreAuthentication_Authentication",
            "PostAuthentication_Authentication"
        ]
    );
}
