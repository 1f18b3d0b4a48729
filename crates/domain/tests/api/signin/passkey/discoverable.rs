//! A passkey without a name, on pages.

use cognate_crypto::random;
use cognate_crypto::webauthn::client::Authenticator;
use cognate_domain::audit::About;
use cognate_domain::signin::answer::{Needed, StartRequest, UserAuth, Way};
use cognate_domain::signin::opening::{KeepSession, Outcome};
use cognate_domain::signin::passkey::discoverable::invite;
use cognate_domain::signin::secret_hash::ClientProof;
use cognate_domain::signin::{At, Surface, driver};
use cognate_domain::{Caller, ClientInfo, Cx, Endpoint, run};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::passkeys::WRONG_PASSKEY;
use crate::support::passkeys::*;
use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

fn cx(t: &TestApp) -> Cx<'_> {
    let (caller, from) = (Caller::Public, ClientInfo::default());
    Cx::new(&t.app, Endpoint::SignIn, caller, from, random::uuid_v4())
}

/// Returns what a page asks; None where it asks nothing.
async fn invited(t: &TestApp, client: &str) -> Option<Asked> {
    let cx = cx(t);
    let (pool, client) = cx.client(client).await.unwrap();
    let invitation = invite(&cx, &pool, &client).unwrap()?;
    Some(Asked {
        session: json!(invitation.session),
        options: serde_json::from_str(&invitation.options).unwrap(),
    })
}

async fn send(
    t: &TestApp,
    client: &str,
    asked: &Asked,
    credential: &Value,
    surface: Surface,
) -> Result<String, Refusal> {
    let request = StartRequest {
        name: Needed::present(String::new()),
        proof: ClientProof::Trusted,
        device_key: None,
        way: Way::Passkey {
            session: asked.session.as_str().unwrap().to_owned(),
            credential: credential.to_string(),
            wish: UserAuth::default(),
        },
    };
    let cx = cx(t);
    let outcome = run(&cx, About::default, || async {
        let (pool, client) = cx.client(client).await?;
        let at = At {
            surface,
            pool: &pool,
            client: &client,
            metadata: None,
        };
        driver::start(&cx, at, &request, &KeepSession).await
    });
    match outcome.await {
        Ok(Outcome::SignedIn(session, ())) => Ok(session.user.username.clone()),
        Ok(Outcome::Challenge(challenge)) => panic!("{challenge:?}"),
        Err(error) => Err((error.code.as_str().into(), error.message.into_owned())),
    }
}

async fn page(t: &TestApp, client: &str, asked: &Asked, shown: &Value) -> Result<String, Refusal> {
    send(t, client, asked, shown, Surface::Page).await
}

/// Returns the answer of a device that keeps the id of its user.
fn shown(asked: &Asked, device: &mut Authenticator, sub: &str, from: &str) -> Value {
    let mut credential = Page::at(from).get(&asked.options, device);
    credential["response"]["userHandle"] = json!(b64(sub));
    credential
}

async fn sub(t: &TestApp, s: &Site, name: &str) -> String {
    let input = json!({"UserPoolId": s.pool, "Username": name});
    let user = t.ok("AdminGetUser", input).await;
    let all = user["UserAttributes"].as_array().unwrap().clone();
    let found = all.into_iter().find(|one| one["Name"] == "sub").unwrap();
    found["Value"].as_str().unwrap().to_owned()
}

const INVALID: (&str, &str) = ("NotAuthorizedException", "Invalid session for the user.");

#[each_engine]
async fn a_passkey_signs_in_without_a_name_and_once(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    registered(t, &s, "jane", &device).await;
    let jane = sub(t, &s, "jane").await;
    let asked = invited(t, &s.client).await.unwrap();
    assert_eq!(asked.options["allowCredentials"], json!([]));
    assert_eq!(asked.options["rpId"], RP);
    let credential = shown(&asked, &mut device, &jane, ORIGIN);
    // Not through the API.
    let by_api = send(t, &s.client, &asked, &credential, Surface::PublicApi).await;
    assert_eq!(by_api, Err(refusal(INVALID)));
    // Two at once: one of them.
    let (one, two) = tokio::join!(
        page(t, &s.client, &asked, &credential),
        page(t, &s.client, &asked, &credential),
    );
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(one.or(two).unwrap(), "jane");
    // The same answer again, and another one to the same question.
    assert!(page(t, &s.client, &asked, &credential).await.is_err());
    let again = shown(&asked, &mut device, &jane, ORIGIN);
    let (code, text) = page(t, &s.client, &asked, &again).await.unwrap_err();
    assert_eq!(code, "NotAuthorizedException");
    assert!(text.starts_with("Invalid session"), "{text}");
}

#[each_engine]
async fn whoever_may_not_sign_in_is_refused_alike(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    registered(t, &s, "jane", &device).await;
    let jane = sub(t, &s, "jane").await;
    let other = passkey_site(t, json!({})).await;
    let mut foreign = Authenticator::es256(RP);
    registered(t, &other, "bob", &foreign).await;
    let bob = sub(t, &other, "bob").await;
    let asked = invited(t, &s.client).await.unwrap();
    let mut unknown = Authenticator::es256(RP);
    for credential in [
        shown(&asked, &mut unknown, &jane, ORIGIN),
        shown(&asked, &mut unknown, &random::uuid_v4(), ORIGIN),
        shown(&asked, &mut unknown, "nobody", ORIGIN),
        shown(&asked, &mut foreign, &bob, ORIGIN),
        shown(&asked, &mut device, &jane, "https://example.com"),
        shown(&asked, &mut device, &bob, ORIGIN),
        Page::default().get(&asked.options, &mut device),
    ] {
        let refused = page(t, &s.client, &asked, &credential).await;
        assert_eq!(refused, Err(refusal(WRONG_PASSKEY)), "{credential}");
    }
    // Another pool's question.
    let credential = shown(&asked, &mut device, &jane, ORIGIN);
    let refused = page(t, &other.client, &asked, &credential).await;
    assert_eq!(refused, Err(refusal(INVALID)));
    let input = json!({"UserPoolId": s.pool, "Username": "jane"});
    t.ok("AdminDisableUser", input.clone()).await;
    let credential = shown(&asked, &mut device, &jane, ORIGIN);
    let refused = page(t, &s.client, &asked, &credential).await;
    assert_eq!(refused, Err(refusal(WRONG_PASSKEY)));
    t.ok("AdminEnableUser", input).await;
    // The refusals used nothing up.
    let credential = shown(&asked, &mut device, &jane, ORIGIN);
    assert!(page(t, &s.client, &asked, &credential).await.is_ok());
}

#[each_engine]
async fn a_question_is_good_for_its_client_and_the_time_of_a_step(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    registered(t, &s, "jane", &device).await;
    let jane = sub(t, &s, "jane").await;
    let asked = invited(t, &s.client).await.unwrap();
    let input = json!({"UserPoolId": s.pool, "ClientName": "other", "ExplicitAuthFlows": ["ALLOW_USER_AUTH"]});
    let made = t.ok("CreateUserPoolClient", input).await;
    let other = made["UserPoolClient"]["ClientId"].as_str().unwrap();
    let credential = shown(&asked, &mut device, &jane, ORIGIN);
    let refused = page(t, other, &asked, &credential).await;
    assert_eq!(refused, Err(refusal(INVALID)));
    // The challenge of one question with the session of another.
    let mixed = Asked {
        session: invited(t, &s.client).await.unwrap().session,
        options: json!({}),
    };
    let refused = page(t, &s.client, &mixed, &credential).await;
    assert_eq!(refused, Err(refusal(WRONG_PASSKEY)));
    t.advance(181).await;
    let (code, text) = page(t, &s.client, &asked, &credential).await.unwrap_err();
    assert_eq!(code, "NotAuthorizedException");
    assert!(text.contains("expired"), "{text}");
}

#[each_engine]
async fn a_pool_with_second_factors_takes_only_a_passkey_that_is_both(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    registered(t, &s, "jane", &device).await;
    let jane = sub(t, &s, "jane").await;
    let both = "MULTI_FACTOR_WITH_USER_VERIFICATION";
    let input = json!({
        "UserPoolId": s.pool, "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": true},
        "WebAuthnConfiguration": {"RelyingPartyId": RP, "FactorConfiguration": both, "UserVerification": "required"},
    });
    t.ok("SetUserPoolMfaConfig", input).await;
    let asked = invited(t, &s.client).await.unwrap();
    assert_eq!(asked.options["userVerification"], "required");
    // Not for a user who has not turned that on.
    let credential = shown(&asked, &mut device, &jane, ORIGIN);
    let refused = page(t, &s.client, &asked, &credential).await;
    assert_eq!(refused, Err(refusal(INVALID)));
}

#[each_engine]
async fn wrong_answers_count_for_the_user_whom_they_name(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    registered(t, &s, "jane", &device).await;
    let jane = sub(t, &s, "jane").await;
    let asked = invited(t, &s.client).await.unwrap();
    let mut stranger = Authenticator::es256(RP);
    let exceeded = refusal(("NotAuthorizedException", "Password attempts exceeded"));
    // Together with wrong passwords, and for one user only.
    let wrong = by_password(&s.client, "jane", "Wrong-Horse-1");
    for _ in 0..2 {
        let text = "Incorrect username or password.";
        t.refused(
            "InitiateAuth",
            wrong.clone(),
            "NotAuthorizedException",
            text,
        )
        .await;
    }
    for _ in 0..3 {
        let credential = shown(&asked, &mut stranger, &jane, ORIGIN);
        let refused = page(t, &s.client, &asked, &credential).await;
        assert_eq!(refused, Err(refusal(WRONG_PASSKEY)));
    }
    let right = shown(&asked, &mut device, &jane, ORIGIN);
    assert_eq!(
        page(t, &s.client, &asked, &right).await,
        Err(exceeded.clone())
    );
    t.refused(
        "InitiateAuth",
        wrong,
        exceeded.0.as_str(),
        exceeded.1.as_str(),
    )
    .await;
    // An id that nobody has locks in the same way.
    let nobody = random::uuid_v4();
    for n in 0..6 {
        let credential = shown(&asked, &mut stranger, &nobody, ORIGIN);
        let refused = page(t, &s.client, &asked, &credential).await;
        let expected = if n < 5 {
            refusal(WRONG_PASSKEY)
        } else {
            exceeded.clone()
        };
        assert_eq!(refused, Err(expected), "{n}");
    }
    // So does a passkey that names nobody, whatever its signature.
    for n in 0..6 {
        let credential = Page::default().get(&asked.options, &mut stranger);
        let refused = page(t, &s.client, &asked, &credential).await;
        let expected = if n < 5 {
            refusal(WRONG_PASSKEY)
        } else {
            exceeded.clone()
        };
        assert_eq!(refused, Err(expected), "{n}");
    }
    t.advance(2).await;
    assert_eq!(page(t, &s.client, &asked, &right).await, Ok("jane".into()));
    // Who is signed in begins anew.
    let asked = invited(t, &s.client).await.unwrap();
    let credential = shown(&asked, &mut stranger, &jane, ORIGIN);
    let refused = page(t, &s.client, &asked, &credential).await;
    assert_eq!(refused, Err(refusal(WRONG_PASSKEY)));
    let right = shown(&asked, &mut device, &jane, ORIGIN);
    assert!(page(t, &s.client, &asked, &right).await.is_ok());
}

#[each_engine]
async fn guesses_side_by_side_are_counted_one_after_the_other(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    registered(t, &s, "jane", &Authenticator::es256(RP)).await;
    let jane = sub(t, &s, "jane").await;
    let asked = invited(t, &s.client).await.unwrap();
    let mut stranger = Authenticator::es256(RP);
    let mut guess = || shown(&asked, &mut stranger, &jane, ORIGIN);
    let all = [guess(), guess(), guess(), guess(), guess(), guess()];
    let [a, b, c, d, e, f] = all.each_ref().map(|one| page(t, &s.client, &asked, one));
    let (a, b, c, d, e, f) = tokio::join!(a, b, c, d, e, f);
    let wrong = Err(refusal(WRONG_PASSKEY));
    let judged = [a, b, c, d, e, f].into_iter().filter(|one| *one == wrong);
    assert_eq!(judged.count(), 5);
}

/// A context of a page on a host.
fn cx_at<'a>(t: &'a TestApp, url: &str, pool: Option<&str>) -> Cx<'a> {
    let from = ClientInfo {
        base_url: Some(url.to_owned()),
        domain_pool: pool.map(str::to_owned),
        path_pool: None,
        ..ClientInfo::default()
    };
    Cx::new(
        &t.app,
        Endpoint::SignIn,
        Caller::Public,
        from,
        random::uuid_v4(),
    )
}

#[each_engine]
async fn a_page_asks_only_for_passkeys_that_its_host_can_use(t: &TestApp) {
    let (bare, named) = (
        bare_site(t, json!({})).await,
        passkey_site(t, json!({})).await,
    );
    let asked = async |s: &Site, url: &str, domain: Option<&Site>| {
        let cx = cx_at(t, url, domain.map(|s| s.pool.as_str()));
        let (pool, client) = cx.client(&s.client).await.unwrap();
        let invitation = invite(&cx, &pool, &client).unwrap()?;
        let options: Value = serde_json::from_str(&invitation.options).unwrap();
        Some(options["rpId"].as_str().unwrap().to_owned())
    };
    // A pool that names no relying party has the domain on which the page is, and nothing on other hosts.
    let (prefix, custom) = (
        "https://shop.auth.us-east-1.id.example:8443",
        "https://Login.shop.example",
    );
    let own = Some(&bare);
    assert_eq!(
        asked(&bare, prefix, own).await.unwrap(),
        "shop.auth.us-east-1.id.example"
    );
    assert_eq!(
        asked(&bare, custom, own).await.unwrap(),
        "login.shop.example"
    );
    assert_eq!(asked(&bare, custom, None).await, None);
    assert_eq!(asked(&bare, custom, Some(&named)).await, None);
    // One that names it, on pages of that host and below.
    for (url, fits) in [
        ("https://login.example.com", true),
        ("https://eu.login.example.com:444", true),
        ("https://example.com", false),
        ("https://xlogin.example.com", false),
        ("https://login.example.com.evil.org", false),
        (prefix, false),
    ] {
        assert_eq!(
            asked(&named, url, Some(&named)).await.is_some(),
            fits,
            "{url}"
        );
    }
}
