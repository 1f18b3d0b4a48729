//! Sign-outs that begin here: the session ends, the provider is told, and the browser goes on.

use cognate_domain::oauth::provider::incoming::Kind;
use cognate_domain::oauth::provider::kept::{Browser, pool_of};
use cognate_domain::oauth::provider::outgoing::Sent;
use cognate_domain::records::pool::Pool;
use cognate_domain::{Endpoint, audit::About, run};
use each_engine::each_engine;

use super::flow::*;
use super::leaving::*;
use super::*;
use crate::oauth::cx;
use crate::oauth::flow::*;
use crate::support::TestApp;
use crate::support::signin::*;

#[each_engine]
async fn the_session_ends_the_provider_is_told_and_the_browser_goes_on(t: &TestApp) {
    let c = told(t).await;
    let (authorization, finished) = enters(t, &c, JANE, "_s1").await;
    assert!(is_signed_in(t, &authorization, &finished).await);
    let renewed = tokens(t, &c, &finished).await;
    let sent = leaves(t, &authorization, cookie(&finished)).await;
    // It has ended, whatever the provider will say; the tokens have not.
    assert!(!is_signed_in(t, &authorization, &finished).await);
    assert!(lives(t, &c, &renewed).await);
    let Some(Sent::To(url)) = &sent else {
        panic!("{sent:?}")
    };
    assert!(url.starts_with(&format!("{SLO}?SAMLRequest=")), "{url}");
    assert!(is_signed(url, &pool_key(t, &c).await));
    // Once more: there is no session to end.
    assert_eq!(leaves(t, &authorization, cookie(&finished)).await, None);

    let away = away(t, &c, JANE).await;
    for part in [
        format!(
            "<saml:Issuer>urn:amazon:cognito:sp:{}</saml:Issuer>",
            c.pool
        ),
        format!(
            "<saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">{JANE}</saml:NameID>"
        ),
        "<samlp:SessionIndex>_s1</samlp:SessionIndex>".to_owned(),
        format!("Destination=\"{SLO}\""),
    ] {
        assert!(away.asked.contains(&part), "{part} in {}", away.asked);
    }
    let answer = by_url(Kind::Response, &away.answer(t), &KEY);
    assert_eq!(away.check(t, answer).await, Ok(None));
    let leaving = away.waiting(t).await.unwrap();
    assert!(leaving.is_of(&away.authorization.pool, BROWSER));
    let other = Browser {
        cookie: "the cookie of another browser",
        ..BROWSER
    };
    assert!(!leaving.is_of(&away.authorization.pool, other));
    let elsewhere = Browser {
        base_url: "http://localhost:9229",
        ..BROWSER
    };
    assert!(!leaving.is_of(&away.authorization.pool, elsewhere));
    let onward = away.finish(t, &leaving, None).await.unwrap();
    assert_eq!((onward.next, onward.query.as_str()), (bye(), "the=query"));
    assert_eq!(onward.client_id, c.client);
    // Once.
    assert!(away.finish(t, &leaving, None).await.is_none());
    assert!(away.waiting(t).await.is_none());
}

#[each_engine]
async fn an_answer_that_is_posted_waits_for_its_browser(t: &TestApp) {
    let c = told(t).await;
    let away = away(t, &c, JANE).await;
    let answer = posted(Kind::Response, &away.answer(t), &KEY);
    assert_eq!(away.check(t, answer).await, Ok(None));
    let leaving = away.waiting(t).await.unwrap();
    assert!(!leaving.is_answered());
    let pool = &away.authorization.pool;
    let keep = async |said: Option<&str>| {
        let said = said.map(str::to_owned);
        let cx = cx(t, Endpoint::ProviderLogout);
        let kept = run(&cx, About::default, || {
            cognate_domain::oauth::provider::logout::keep(&cx, pool, &leaving, said.clone())
        });
        kept.await.unwrap()
    };
    assert!(keep(Some("urn:partial")).await);
    // Another answer comes too late, and so does who found it before.
    assert!(!keep(None).await);
    assert!(away.finish(t, &leaving, None).await.is_none());
    let answered = away.waiting(t).await.unwrap();
    assert!(answered.is_answered());
    assert!(away.finish(t, &answered, None).await.is_some());
    // What the provider did not do is on record.
    let rows = t
        .app
        .store
        .rows("SELECT doc FROM audit", vec![])
        .await
        .unwrap();
    let said = |row: &cognate_store::Row| row.text(0).unwrap().contains("urn:partial");
    assert!(rows.iter().any(said));
}

#[each_engine]
async fn an_answer_that_is_not_the_providers_leads_nowhere(t: &TestApp) {
    let c = told(t).await;
    let first = away(t, &c, JANE).await;
    let second = away(t, &c, JANE).await;
    let good = first.answer(t);
    for (incoming, check) in [
        (plain(Kind::Response, &good), "nothing is signed"),
        (
            posted(Kind::Response, &good, &OTHER),
            "no key of the provider",
        ),
        (
            by_url(Kind::Response, &good, &OTHER),
            "no key of the provider",
        ),
        // That of another sign-out.
        (
            posted(Kind::Response, &second.answer(t), &KEY),
            "another request",
        ),
        (
            posted(
                Kind::Response,
                &good.replace(ISSUER, "https://evil.example"),
                &KEY,
            ),
            "issuer",
        ),
        (
            posted(
                Kind::Response,
                &good.replace(HERE, "http://127.0.0.1:9229/"),
                &KEY,
            ),
            "destination",
        ),
        (
            posted(
                Kind::Response,
                &good.replace("Version=\"2.0\"", "Version=\"1.1\""),
                &KEY,
            ),
            "version",
        ),
        // A request is no answer.
        (
            by_url(Kind::Request, &wish(t, JANE, None), &KEY),
            "another kind",
        ),
        (
            by_url(Kind::Response, &wish(t, JANE, None), &KEY),
            "another kind",
        ),
    ] {
        let said = first.check(t, incoming).await.unwrap_err();
        assert!(said.contains(check), "{said}: {check}");
    }
    // None of them has used up the sign-out.
    assert_eq!(
        first.check(t, posted(Kind::Response, &good, &KEY)).await,
        Ok(None)
    );
    let partial = good.replace("status:Success", "status:Responder");
    let said = first.check(t, posted(Kind::Response, &partial, &KEY)).await;
    assert!(said.unwrap().unwrap().ends_with("status:Responder"));
}

#[each_engine]
async fn a_handle_is_good_in_its_pool_and_for_five_minutes_and_for_nothing_else(t: &TestApp) {
    let c = told(t).await;
    let other = told(t).await;
    let away = away(t, &c, JANE).await;
    let foreign = super::leaving::away(t, &other, JANE).await;
    let find = async |pool: &Pool, handle: &str| {
        let cx = cx(t, Endpoint::ProviderLogout);
        let found = run(&cx, About::default, || {
            cognate_domain::oauth::provider::logout::find(&cx, pool, handle)
        });
        found.await.unwrap().is_some()
    };
    let pool = &away.authorization.pool;
    assert!(find(pool, &away.handle).await);
    assert!(!find(pool, &foreign.handle).await);
    assert!(!find(&foreign.authorization.pool, &away.handle).await);
    assert!(!find(pool, "nothing").await);
    // Sign-ins and sign-outs do not take each other's.
    let journey = depart(t, &c).await;
    assert!(!find(pool, &journey.handle).await);
    assert!(waiting(t, &journey, &away.handle).await.is_none());
    t.advance(200).await;
    assert!(find(pool, &away.handle).await);
    t.advance(101).await;
    assert!(!find(pool, &away.handle).await);
}

#[each_engine]
async fn a_provider_that_is_gone_or_another_one_now_answers_nothing(t: &TestApp) {
    let c = told(t).await;
    let away = away(t, &c, JANE).await;
    let (authorization, finished) = enters(t, &c, JANE, "_s2").await;
    let named = json!({"UserPoolId": c.pool, "ProviderName": CORP});
    let offers = json!({"UserPoolId": c.pool, "ClientId": c.client, "SupportedIdentityProviders": ["COGNITO"]});
    t.ok("UpdateUserPoolClient", with(hosted_client(), offers))
        .await;
    t.ok("DeleteIdentityProvider", named).await;
    assert!(away.waiting(t).await.is_none());
    // A session that came of it ends here alone.
    assert_eq!(leaves(t, &authorization, cookie(&finished)).await, None);
    assert!(!is_signed_in(t, &authorization, &finished).await);
}

#[each_engine]
async fn only_a_provider_that_wants_to_know_is_told(t: &TestApp) {
    let unwanted = json!({"MetadataFile": metadata_by("HTTP-Redirect", &KEY)});
    let nowhere = json!({"IDPSignout": "true"});
    let off = json!({"MetadataFile": metadata_by("HTTP-Redirect", &KEY), "IDPSignout": "false"});
    for details in [unwanted, nowhere, off] {
        let c = company_with(t, json!({}), details).await;
        let (authorization, finished) = enters(t, &c, JANE, "_s1").await;
        assert_eq!(leaves(t, &authorization, cookie(&finished)).await, None);
        assert!(!is_signed_in(t, &authorization, &finished).await);
    }
    // Users of the pool itself came from nowhere.
    let c = told(t).await;
    user(t, &c.pool, "jane").await;
    let authorization = authorized(t, &crate::oauth::flow::ask(&c.client)).await;
    let finished = page(t, &authorization).await;
    assert_eq!(leaves(t, &authorization, cookie(&finished)).await, None);
    assert!(!is_signed_in(t, &authorization, &finished).await);
}

#[each_engine]
async fn a_provider_without_urls_gets_a_form(t: &TestApp) {
    let c = company_with(t, json!({}), told_by("HTTP-POST")).await;
    let (authorization, finished) = enters(t, &c, JANE, "_s1").await;
    let sent = leaves(t, &authorization, cookie(&finished)).await;
    let Some(Sent::Form { action, fields }) = sent else {
        panic!("{sent:?}")
    };
    assert_eq!(action, SLO);
    let [("SAMLRequest", message), ("RelayState", handle)] = fields.as_slice() else {
        panic!("{fields:?}")
    };
    assert_eq!(pool_of(handle), Some(c.pool.as_str()));
    let text = String::from_utf8(STANDARD.decode(message).unwrap()).unwrap();
    assert!(text.contains("<ds:SignatureValue>") && text.contains(JANE));
    // Its answers to our requests go there, too.
    let asked = posted(Kind::Request, &wish(t, JANE, None), &KEY);
    let sent = super::leaving::ask(t, Some(&c.pool), &asked).await;
    let Ok(Some(Sent::Form { action, fields })) = sent else {
        panic!("{sent:?}")
    };
    assert_eq!(action, SLO_ANSWER);
    assert_eq!(fields[1], ("RelayState", "their state".to_owned()));
}
