//! Sign-outs that begin at the provider, which needs no browser for them.

use cognate_domain::oauth::provider::incoming::{Incoming, Kind};
use each_engine::each_engine;

use super::flow::*;
use super::leaving::*;
use super::*;
use crate::oauth::flow::*;
use crate::oauth::{named, refusal};
use crate::support::TestApp;
use crate::support::signin::*;

const SUCCESS: &str = "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>";
const REQUESTER: &str =
    "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Requester\"/>";

#[each_engine]
async fn all_sessions_of_a_name_end_and_no_others(t: &TestApp) {
    let c = told(t).await;
    let (authorization, jane) = enters(t, &c, JANE, "_s1").await;
    let (_, again) = enters(t, &c, JANE, "_s2").await;
    let (_, joe) = enters(t, &c, "joe@corp.example", "_s1").await;
    user(t, &c.pool, "jane").await;
    let local = authorized(t, &crate::oauth::flow::ask(&c.client)).await;
    let own = page(t, &local).await;
    let [first, second] = [&jane, &again].map(|finished| tokens(t, &c, finished));
    let (first, second) = (first.await, second.await);
    let (third, fourth) = (tokens(t, &c, &joe).await, tokens(t, &c, &own).await);
    let asked = by_url(Kind::Request, &wish(t, JANE, None), &KEY);
    let sent = super::leaving::ask(t, None, &asked).await;
    let text = said(&sent);
    for part in [
        SUCCESS.to_owned(),
        "InResponseTo=\"_request\"".to_owned(),
        format!("Destination=\"{SLO_ANSWER}\""),
        format!(
            "<saml:Issuer>urn:amazon:cognito:sp:{}</saml:Issuer>",
            c.pool
        ),
    ] {
        assert!(text.contains(&part), "{part} in {text}");
    }
    let Ok(Some(cognate_domain::oauth::provider::outgoing::Sent::To(url))) = &sent else {
        panic!("{sent:?}")
    };
    assert!(is_signed(url, &pool_key(t, &c).await));
    for (finished, tokens, lives_on) in [
        (&jane, &first, false),
        (&again, &second, false),
        (&joe, &third, true),
        (&own, &fourth, true),
    ] {
        assert_eq!(is_signed_in(t, &authorization, finished).await, lives_on);
        assert_eq!(lives(t, &c, tokens).await, lives_on);
    }
}

#[each_engine]
async fn a_request_that_names_a_session_ends_that_one(t: &TestApp) {
    let c = told(t).await;
    let (authorization, jane) = enters(t, &c, JANE, "_s1").await;
    let (_, again) = enters(t, &c, JANE, "_s2").await;
    let (_, joe) = enters(t, &c, "joe@corp.example", "_s1").await;
    let kept = tokens(t, &c, &again).await;
    // Of an unknown session nothing ends, and the provider learns no more than that.
    let unknown = posted(Kind::Request, &wish(t, JANE, Some("_s3")), &KEY);
    assert!(said(&super::leaving::ask(t, None, &unknown).await).contains(SUCCESS));
    assert!(is_signed_in(t, &authorization, &jane).await);
    let text = wish(t, JANE, Some("_s1")).replace("_request", "_another");
    let signed = cognate_federation::saml::idp::Signer::new(&KEY)
        .sign(&text, "_another")
        .unwrap();
    let asked = plain(Kind::Request, &signed);
    assert!(said(&super::leaving::ask(t, None, &asked).await).contains(SUCCESS));
    assert!(!is_signed_in(t, &authorization, &jane).await);
    assert!(is_signed_in(t, &authorization, &again).await);
    assert!(is_signed_in(t, &authorization, &joe).await);
    assert!(lives(t, &c, &kept).await);
    // The code of the session that ended is worth nothing.
    let request = exchange(code(&jane.reply));
    let refused = refusal(traded(t, named(&c.client, None), request).await);
    assert_eq!(refused.error, "invalid_grant");
    // The other one's is.
    tokens(t, &c, &joe).await;
}

#[each_engine]
async fn a_request_that_the_provider_did_not_sign_does_nothing(t: &TestApp) {
    let c = told(t).await;
    let (authorization, jane) = enters(t, &c, JANE, "_s1").await;
    let good = wish(t, JANE, None);
    for (incoming, check) in [
        (plain(Kind::Request, &good), "nothing is signed"),
        (
            posted(Kind::Request, &good, &OTHER),
            "no key of the provider",
        ),
        (
            by_url(Kind::Request, &good, &OTHER),
            "no key of the provider",
        ),
        (
            posted(
                Kind::Request,
                &good.replace(HERE, "http://127.0.0.1:9229/"),
                &KEY,
            ),
            "destination",
        ),
        (
            posted(
                Kind::Request,
                &good.replace(ISSUER, "https://evil.example"),
                &KEY,
            ),
            "no provider",
        ),
        (by_url(Kind::Response, &good, &KEY), "another kind"),
        (
            Incoming::posted(Kind::Request, "!", None).unwrap(),
            "not base64",
        ),
        (plain(Kind::Request, "<x>"), "not XML"),
    ] {
        let refused = super::leaving::ask(t, None, &incoming).await.unwrap_err();
        assert!(refused.check.contains(check), "{}: {check}", refused.check);
    }
    assert!(is_signed_in(t, &authorization, &jane).await);
}

#[each_engine]
async fn a_request_that_is_not_good_any_more_is_denied_and_does_nothing(t: &TestApp) {
    let c = told(t).await;
    let good = wish(t, JANE, None);
    let asked = posted(Kind::Request, &good, &KEY);
    assert!(said(&super::leaving::ask(t, None, &asked).await).contains(SUCCESS));
    let (authorization, jane) = enters(t, &c, JANE, "_s1").await;
    // Once more, in either form.
    for again in [asked.clone(), by_url(Kind::Request, &good, &KEY)] {
        let text = said(&super::leaving::ask(t, None, &again).await);
        assert!(text.contains(REQUESTER) && text.contains("InResponseTo=\"_request\""));
    }
    for (from, to) in [
        (JANE, ""),
        (
            "IssueInstant=\"",
            "NotOnOrAfter=\"2020-01-01T00:00:00Z\" IssueInstant=\"",
        ),
        ("IssueInstant=\"", "IssueInstant=\"x"),
    ] {
        let text = posted(Kind::Request, &good.replace(from, to), &KEY);
        let text = said(&super::leaving::ask(t, None, &text).await);
        assert!(text.contains(REQUESTER), "{text}");
    }
    t.advance(541).await;
    let old = good.replace("_request", "_old");
    let old = cognate_federation::saml::idp::Signer::new(&KEY)
        .sign(&old, "_old")
        .unwrap();
    let text = said(&super::leaving::ask(t, None, &plain(Kind::Request, &old)).await);
    assert!(text.contains(REQUESTER), "{text}");
    assert!(is_signed_in(t, &authorization, &jane).await);
}

#[each_engine]
async fn pools_that_have_the_same_provider_are_told_apart(t: &TestApp) {
    let c = told(t).await;
    let other = told(t).await;
    let (authorization, jane) = enters(t, &c, JANE, "_s1").await;
    let (there, twin) = enters(t, &other, JANE, "_s1").await;
    let asked = posted(Kind::Request, &wish(t, JANE, None), &KEY);
    let refused = super::leaving::ask(t, None, &asked).await.unwrap_err();
    assert!(refused.check.contains("several pools"), "{}", refused.check);
    let named = format!("{HERE}?user_pool_id={}", c.pool);
    let asked = posted(
        Kind::Request,
        &wish(t, JANE, None).replace(HERE, &named),
        &KEY,
    );
    // The URL of the other pool is not this one's.
    let refused = super::leaving::ask(t, Some(&other.pool), &asked).await;
    assert!(refused.unwrap_err().check.contains("destination"));
    let nobody = super::leaving::ask(t, Some("us-east-1_nobody"), &asked).await;
    assert!(nobody.unwrap_err().check.contains("no provider"));
    let text = said(&super::leaving::ask(t, Some(&c.pool), &asked).await);
    assert!(text.contains(&format!("sp:{}<", c.pool)), "{text}");
    assert!(!is_signed_in(t, &authorization, &jane).await);
    assert!(is_signed_in(t, &there, &twin).await);
}

#[each_engine]
async fn another_pools_key_ends_nobodys_session(t: &TestApp) {
    let c = told(t).await;
    let details = json!({"MetadataFile": metadata_by("HTTP-Redirect", &OTHER)});
    let evil = company_with(t, json!({}), details).await;
    let (authorization, jane) = enters(t, &c, JANE, "_s1").await;
    let asked = posted(Kind::Request, &wish(t, JANE, None), &OTHER);
    let refused = super::leaving::ask(t, Some(&c.pool), &asked).await;
    assert!(refused.unwrap_err().check.contains("no key"));
    // In its own pool it may, and nobody is there.
    let text = said(&super::leaving::ask(t, Some(&evil.pool), &asked).await);
    assert!(text.contains(SUCCESS));
    assert!(is_signed_in(t, &authorization, &jane).await);
}

#[each_engine]
async fn a_provider_that_takes_no_answers_gets_none_and_is_obeyed(t: &TestApp) {
    let c = company(t).await;
    let (authorization, jane) = enters(t, &c, JANE, "_s1").await;
    let asked = posted(Kind::Request, &wish(t, JANE, None), &KEY);
    let sent = super::leaving::ask(t, None, &asked).await;
    assert_eq!(sent, Ok(None));
    assert!(!is_signed_in(t, &authorization, &jane).await);
}

#[each_engine]
async fn an_answer_does_not_outrun_the_sign_out_that_was_made_after_it(t: &TestApp) {
    let c = told(t).await;
    let [waits, other] = [depart(t, &c).await, depart(t, &c).await];
    assert!(post(t, &waits, &in_session(t, &c, &waits, JANE, "_s1")).await);
    assert!(post(t, &other, &in_session(t, &c, &other, JANE, "_s2")).await);
    let asked = posted(Kind::Request, &wish(t, JANE, Some("_s1")), &KEY);
    super::leaving::ask(t, None, &asked).await.unwrap();
    let over = |refused: Result<_, cognate_domain::oauth::provider::refusal::Refused>| {
        let check = refused.err().unwrap().check;
        assert!(check.contains("session at the provider is over"), "{check}");
    };
    over(fetch(t, &waits).await.unwrap());
    assert!(fetch(t, &other).await.unwrap().is_ok());
    // The session is over for good.
    let late = depart(t, &c).await;
    over(bring(t, &late, &in_session(t, &c, &late, JANE, "_s1")).await);
    // A sign-out that names no session ends the sign-ins that have begun, and no later ones.
    let waits = depart(t, &c).await;
    assert!(post(t, &waits, &in_session(t, &c, &waits, JANE, "_s3")).await);
    let all = wish(t, JANE, None).replace("_request", "_all");
    let all = cognate_federation::saml::idp::Signer::new(&KEY)
        .sign(&all, "_all")
        .unwrap();
    super::leaving::ask(t, None, &plain(Kind::Request, &all))
        .await
        .unwrap();
    over(fetch(t, &waits).await.unwrap());
    t.advance(1).await;
    enters(t, &c, JANE, "_s4").await;
}

/// Returns the ends of what is kept for sign-outs, in seconds from now.
async fn kept(t: &TestApp, c: &Company) -> Vec<i64> {
    let sql = "SELECT expires FROM provider_sessions WHERE pool_id = ?1 ORDER BY expires";
    let rows = t.app.store.rows(sql, cognate_store::params![&c.pool]).await;
    let now = t.app.clock.service();
    let rows = rows.unwrap();
    rows.iter()
        .map(|row| (row.int(0).unwrap() - now) / 1_000_000)
        .collect()
}

#[each_engine]
async fn what_a_sign_out_needs_lives_as_long_as_the_tokens_and_goes_with_the_user(t: &TestApp) {
    let c = told(t).await;
    let (_, jane) = enters(t, &c, JANE, "_s1").await;
    enters(t, &c, "joe@corp.example", "_s1").await;
    let ends = kept(t, &c).await;
    let short = |end: &i64| (3_600..=7_200).contains(end);
    assert!(ends.iter().all(short), "{ends:?}");
    let renewed = tokens(t, &c, &jane).await;
    let ends = kept(t, &c).await;
    // Thirty days, and the last access token.
    assert!(short(&ends[0]) && ends[1] > 30 * 86_400, "{ends:?}");
    let named = json!({"UserPoolId": c.pool, "Username": format!("{CORP}_joe@corp.example")});
    t.ok("AdminDeleteUser", named).await;
    assert_eq!(kept(t, &c).await.len(), 1);
    t.advance(20 * 86_400).await;
    assert!(lives(t, &c, &renewed).await);
    let asked = posted(Kind::Request, &wish(t, JANE, Some("_s1")), &KEY);
    assert!(said(&super::leaving::ask(t, None, &asked).await).contains(SUCCESS));
    assert!(!lives(t, &c, &renewed).await);
    assert!(kept(t, &c).await.is_empty());
}

#[each_engine]
async fn signing_out_everywhere_leaves_the_browser_and_what_its_sign_out_needs(t: &TestApp) {
    let c = told(t).await;
    let (authorization, jane) = enters(t, &c, JANE, "_s1").await;
    let named = json!({"UserPoolId": c.pool, "Username": format!("{CORP}_{JANE}")});
    t.ok("AdminUserGlobalSignOut", named).await;
    assert!(is_signed_in(t, &authorization, &jane).await);
    assert!(leaves(t, &authorization, cookie(&jane)).await.is_some());
}
