//! A page signs a user up, confirms, and replaces a forgotten password, without a request of the API.

use std::collections::BTreeMap;

use cognate_crypto::random;
use cognate_crypto::secret::Secret;
use cognate_domain::accounts::confirm_sign_up::{Confirmation, confirm_sign_up};
use cognate_domain::accounts::forgot_password::{Forgotten, forgot_password};
use cognate_domain::accounts::resend_code::{AnotherCode, resend_code};
use cognate_domain::accounts::reset_forgotten::{Reset, reset_forgotten};
use cognate_domain::accounts::sign_up::{SignUp, SignedUp, sign_up};
use cognate_domain::audit::About;
use cognate_domain::errors::ErrorCode;
use cognate_domain::facts::contact::Contact;
use cognate_domain::facts::factor::Factor;
use cognate_domain::signin::answer::{Needed, StartRequest, Way};
use cognate_domain::signin::opening::{KeepSession, Outcome};
use cognate_domain::signin::secret_hash::ClientProof;
use cognate_domain::signin::{At, Surface, driver};
use cognate_domain::{ApiError, Caller, ClientInfo, Cx, Endpoint, run};
use serde_json::json;

use crate::support::TestApp;
use crate::support::users::{PASSWORD, attribute, client, code, inbox, pool, sign_in, user};
use each_engine::each_engine;

fn visit(t: &TestApp) -> Cx<'_> {
    let from = ClientInfo::default();
    let id = random::uuid_v4();
    Cx::new(&t.app, Endpoint::Account, Caller::Public, from, id)
}

async fn register(t: &TestApp, client: &str, name: &str) -> Result<SignedUp, ApiError> {
    register_from(t, client, name, None, PASSWORD).await
}

async fn register_from(
    t: &TestApp,
    client: &str,
    name: &str,
    sender: Option<&str>,
    password: &str,
) -> Result<SignedUp, ApiError> {
    let cx = visit(t);
    let form = SignUp {
        sender,
        client_id: client,
        username: name,
        proof: None,
        password: Some(Secret::new(password.to_owned())),
        attributes: vec![("email".to_owned(), Some("jane@example.com".to_owned()))],
        validation: BTreeMap::new(),
        metadata: None,
    };
    run(&cx, About::default, || sign_up(&cx, &form)).await
}

async fn confirm(
    t: &TestApp,
    client: &str,
    name: &str,
    code: &str,
) -> Result<Option<String>, ApiError> {
    confirm_with(t, client, name, code, None).await
}

async fn confirm_with(
    t: &TestApp,
    client: &str,
    name: &str,
    code: &str,
    session: Option<&str>,
) -> Result<Option<String>, ApiError> {
    let cx = visit(t);
    let form = Confirmation {
        client_id: client,
        username: name,
        proof: None,
        code,
        session,
        force_alias: false,
        metadata: None,
    };
    run(&cx, About::default, || confirm_sign_up(&cx, &form)).await
}

async fn reset(t: &TestApp, client: &str, code: &str, password: &str) -> Result<(), ApiError> {
    let cx = visit(t);
    let form = Reset {
        client_id: client,
        username: "jane",
        proof: None,
        code,
        password: Secret::new(password.to_owned()),
        metadata: None,
    };
    run(&cx, About::default, || reset_forgotten(&cx, &form)).await
}

#[each_engine]
async fn a_page_signs_up_confirms_and_replaces_a_forgotten_password(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client = client(t, &pool, json!({})).await;
    let made = register(t, &client, "jane").await.unwrap();
    assert!(!made.confirmed);
    let delivery = made.delivery.unwrap();
    assert_eq!(
        (delivery.to.as_str(), delivery.contact),
        ("j***@e***", Contact::Email)
    );
    let taken = register(t, &client, "jane").await.unwrap_err();
    assert_eq!(taken.code, ErrorCode::UsernameExists);

    let another = AnotherCode {
        client_id: &client,
        username: "jane",
        proof: None,
        metadata: None,
    };
    let cx = visit(t);
    assert_eq!(
        run(&cx, About::default, || resend_code(&cx, &another))
            .await
            .unwrap(),
        delivery
    );
    let digits = code(t, &pool, &made.user_id).await;
    let wrong = confirm(t, &client, "jane", crate::support::users::wrong(&digits)).await;
    assert_eq!(wrong.unwrap_err().code, ErrorCode::CodeMismatch);
    assert_eq!(confirm(t, &client, "jane", &digits).await.unwrap(), None);
    sign_in(t, &client, "jane", PASSWORD).await.unwrap();

    let forgotten = Forgotten {
        client_id: &client,
        username: "jane",
        proof: None,
        metadata: None,
    };
    let cx = visit(t);
    assert_eq!(
        run(&cx, About::default, || forgot_password(&cx, &forgotten))
            .await
            .unwrap(),
        delivery
    );
    let digits = code(t, &pool, &made.user_id).await;
    let weak = reset(t, &client, &digits, "short").await.unwrap_err();
    assert_eq!(weak.code, ErrorCode::InvalidPassword);
    reset(t, &client, &digits, "Another1!").await.unwrap();
    sign_in(t, &client, "jane", "Another1!").await.unwrap();
    assert!(sign_in(t, &client, "jane", PASSWORD).await.is_err());
    let jane = user(t, &pool, "jane").await;
    assert_eq!(attribute(&jane, "email_verified"), Some("true"));
}

#[each_engine]
async fn a_page_tells_no_more_of_an_unknown_name_than_the_operation_does(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client = client(t, &pool, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    let forgotten = Forgotten {
        client_id: &client,
        username: "joe",
        proof: None,
        metadata: None,
    };
    let cx = visit(t);
    let delivery = run(&cx, About::default, || forgot_password(&cx, &forgotten))
        .await
        .unwrap();
    let input = json!({"ClientId": client, "Username": "joe"});
    let told = t.ok("ForgotPassword", input).await;
    assert_eq!(told["CodeDeliveryDetails"]["Destination"], delivery.to);
    let secret = crate::support::users::client(t, &pool, json!({"GenerateSecret": true})).await;
    let refused = register(t, &secret, "jane").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotAuthorized);
}

#[each_engine]
async fn the_browser_that_signed_up_is_signed_in_by_its_code_and_no_other_is(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    // The client allows no USER_AUTH at the API.
    let client = client(t, &pool, json!({})).await;
    let start = async |surface: Surface, name: &str, session: &str| {
        let from = ClientInfo::default();
        let cx = Cx::new(
            &t.app,
            Endpoint::SignIn,
            Caller::Public,
            from,
            random::uuid_v4(),
        );
        let request = StartRequest {
            name: Needed::present(name.to_owned()),
            proof: ClientProof::Trusted,
            device_key: None,
            way: Way::SignUp(session.to_owned()),
        };
        let outcome = run(&cx, About::default, || async {
            let (pool, client) = cx.client(&client).await?;
            let at = At {
                surface,
                pool: &pool,
                client: &client,
                metadata: None,
            };
            driver::start(&cx, at, &request, &KeepSession).await
        });
        match outcome.await {
            Ok(Outcome::SignedIn(session, ())) => Ok(session.doc.proven.clone()),
            Ok(Outcome::Challenge(challenge)) => panic!("{challenge:?}"),
            Err(error) => Err(error),
        }
    };
    let made = register(t, &client, "jane").await.unwrap();
    let sign_up = made.session.unwrap();
    let digits = code(t, &pool, &made.user_id).await;
    let confirmed = confirm_with(t, &client, "jane", &digits, Some(&sign_up)).await;
    let session = confirmed.unwrap().unwrap();
    let refused = start(Surface::PublicApi, "jane", &session)
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotAuthorized);
    assert_eq!(
        start(Surface::Page, "joe", &session)
            .await
            .unwrap_err()
            .code,
        ErrorCode::NotAuthorized
    );
    // The session of the sign-up itself signs nobody in.
    assert!(start(Surface::Page, "jane", &sign_up).await.is_err());
    let proven = start(Surface::Page, "jane", &session).await.unwrap();
    assert!(proven.has(Factor::Password) && !proven.has(Factor::ConfirmedSignUp));
    assert!(start(Surface::Page, "jane", &session).await.is_err());
}

#[each_engine]
async fn a_password_that_was_replaced_meanwhile_signs_nobody_in(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client = client(t, &pool, json!({})).await;
    let made = register(t, &client, "jane").await.unwrap();
    // A later sign-up of the same browser's form, by an administrator's hand.
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "jane"}),
    )
    .await;
    let again = register(t, &client, "jane").await.unwrap();
    let digits = code(t, &pool, &again.user_id).await;
    let refused = confirm_with(t, &client, "jane", &digits, made.session.as_deref()).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::NotAuthorized);
}

#[each_engine]
async fn the_same_form_sent_twice_makes_one_user_and_has_one_answer(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client = client(t, &pool, json!({})).await;
    let send = |sender: Option<&'static str>, password: &'static str| {
        let client = client.clone();
        async move { register_from(t, &client, "jane", sender, password).await }
    };
    let (one, two) = tokio::join!(
        send(Some("browser"), PASSWORD),
        send(Some("browser"), PASSWORD)
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(
        (&one.user_id, one.confirmed, &one.delivery),
        (&two.user_id, false, &two.delivery)
    );
    assert_eq!(one.user_id.len(), 36);
    // One code was sent, and it is good.
    let messages = inbox(t, &pool).await;
    assert_eq!(messages.len(), 1, "{messages:?}");
    // Another browser, another password, and a program are told that the name is taken.
    for (sender, password) in [
        (Some("another"), PASSWORD),
        (Some("browser"), "Another-Horse-8"),
        (None, PASSWORD),
    ] {
        let refused = send(sender, password).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::UsernameExists, "{sender:?}");
    }
    // A minute later the form is still known, two minutes later it is not.
    t.advance(60).await;
    let again = send(Some("browser"), PASSWORD).await.unwrap();
    assert_eq!(again.user_id, one.user_id);
    t.advance(121).await;
    let refused = send(Some("browser"), PASSWORD).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::UsernameExists);
}

#[each_engine]
async fn the_form_of_a_user_who_was_deleted_makes_another_one(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client = client(t, &pool, json!({})).await;
    let first = register_from(t, &client, "jane", Some("browser"), PASSWORD).await;
    let named = json!({"UserPoolId": pool, "Username": "jane"});
    t.ok("AdminDeleteUser", named.clone()).await;
    let second = register_from(t, &client, "jane", Some("browser"), PASSWORD).await;
    assert_ne!(first.unwrap().user_id, second.unwrap().user_id);
    // Once it is confirmed, the form leads on to the sign-in.
    t.ok("AdminDeleteUser", named.clone()).await;
    t.advance(121).await;
    let third = register_from(t, &client, "jane", Some("browser"), PASSWORD).await;
    t.ok("AdminConfirmSignUp", named).await;
    let again = register_from(t, &client, "jane", Some("browser"), PASSWORD).await;
    let again = again.unwrap();
    assert_eq!(
        (again.user_id, again.confirmed, again.delivery),
        (third.unwrap().user_id, true, None)
    );
}
