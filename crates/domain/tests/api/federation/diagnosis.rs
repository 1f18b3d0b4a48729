//! `cognate providers test` for providers of OAuth: each fault is told as its own, with what to change.

use cognate_domain::oauth::provider::diagnosis::report::{Report, Step, Verdict};
use cognate_domain::oauth::provider::diagnosis::{self, Asked};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::flow::*;
use crate::support::TestApp;
use crate::support::idp::{Answer, Idp};
use crate::support::signin::with;

const DISCOVERY: &str = "/.well-known/openid-configuration";

async fn report(t: &TestApp, c: &Company, answer: Option<&str>) -> Report {
    let urls = [BASE.to_owned()];
    let asked = Asked {
        pool: &c.pool,
        provider: c.name,
        answer,
        urls: &urls,
    };
    let report = diagnosis::test(&t.app, asked).await.unwrap();
    let text = serde_json::to_string(&report).unwrap();
    assert!(!text.contains("a-word-to-hide"), "{text}");
    let silent = |step: &&Step| step.verdict != Verdict::Ok && step.change.is_none();
    assert_eq!(report.steps.iter().find(silent), None);
    report
}

/// Returns the steps that are not good: name, verdict, and what they say.
fn faults(report: &Report) -> Vec<(&str, Verdict, &str)> {
    let faults = report
        .steps
        .iter()
        .filter(|step| step.verdict != Verdict::Ok);
    faults
        .map(|step| (&*step.step, step.verdict, &*step.says))
        .collect()
}

/// Returns what the good steps of a name say.
fn good<'r>(report: &'r Report, name: &str) -> Vec<&'r str> {
    let good = report
        .steps
        .iter()
        .filter(|step| step.verdict == Verdict::Ok && step.step == name);
    good.map(|step| &*step.says).collect()
}

/// A provider in order, which answers as the usual ones do.
async fn sound(t: &TestApp) -> Company {
    let c = company(t).await;
    refuses(&c.idp, 400, json!({"error": "invalid_grant"}));
    c.idp.answers("/user", Answer::Of(401, String::new()));
    c
}

fn refuses(idp: &Idp, status: u16, body: Value) {
    idp.answers("/token", Answer::Of(status, body.to_string()));
}

/// Has something wrong with a provider in order; the one step that says so.
async fn fault(t: &TestApp, wrong: impl FnOnce(&Idp), step: &str, verdict: Verdict, says: &str) {
    let c = sound(t).await;
    wrong(&c.idp);
    let report = report(t, &c, None).await;
    match faults(&report).as_slice() {
        [(name, found, text)] => {
            assert_eq!((*name, *found), (step, verdict), "{text}");
            assert!(text.contains(says), "{text}");
        }
        others => panic!("{step}, {says}: {others:?}"),
    }
}

#[each_engine]
async fn a_provider_in_order_has_no_fault(t: &TestApp) {
    let c = sound(t).await;
    let report = report(t, &c, None).await;
    assert!(faults(&report).is_empty(), "{:?}", faults(&report));
    assert_eq!((&*report.provider, &*report.kind), (CORP, "OIDC"));
    assert_eq!(
        good(&report, "keys"),
        ["1 of 1 can check signatures: \"k1\""]
    );
    assert!(good(&report, "credentials")[0].contains("invalid_grant"));
    assert_eq!(
        good(&report, "paste"),
        [format!("redirect URI: {BASE}/oauth2/idpresponse")]
    );
    // The call is that of a sign-in.
    let form = c.idp.last("/token").form;
    assert_eq!(form["client_secret"], "a-word-to-hide");
    assert_eq!(form["redirect_uri"], format!("{BASE}/oauth2/idpresponse"));
    assert_eq!(form["grant_type"], "authorization_code");
    let sql = "SELECT doc FROM audit WHERE pool_id = ?1";
    let rows = t
        .app
        .store
        .rows(sql, cognate_store::params![&c.pool])
        .await
        .unwrap();
    let is_test = |doc: &str| doc.contains("\"TestProvider\"") && doc.contains("\"Corp\"");
    assert!(rows.into_iter().any(|row| is_test(row.text(0).unwrap())));
    let listed = {
        let pool = t.app.cached_pool(&c.pool).await.unwrap().unwrap();
        diagnosis::list(&pool, &t.app.store).await.unwrap()
    };
    let names = listed.iter().map(|one| (&*one.name, &*one.kind));
    assert_eq!(names.collect::<Vec<_>>(), [(CORP, "OIDC")]);
}

#[each_engine]
async fn each_fault_of_a_document_is_told_as_its_own(t: &TestApp) {
    use Verdict::{Fail, Warn};
    let document = |answer: Answer| move |idp: &Idp| idp.answers(DISCOVERY, answer);
    let member = |over: Value| move |idp: &Idp| idp.discovery(over);
    let of = |status, body: &str| Answer::Of(status, body.to_owned());
    fault(t, document(of(404, "")), "discovery", Fail, "status 404").await;
    fault(t, document(of(301, "")), "discovery", Fail, "a redirect to").await;
    fault(
        t,
        document(Answer::Reset),
        "discovery",
        Fail,
        "broke before",
    )
    .await;
    fault(
        t,
        document(of(200, "<html>")),
        "discovery",
        Fail,
        "no JSON object",
    )
    .await;
    fault(
        t,
        document(of(200, r#"{"issuer":"a","issuer":"b"}"#)),
        "discovery",
        Fail,
        "twice",
    )
    .await;
    let large = "x".repeat((1 << 20) + 1);
    fault(t, document(of(200, &large)), "discovery", Fail, "too large").await;
    let issuer = json!({"issuer": "https://evil.example"});
    fault(t, member(issuer), "issuer", Fail, "another issuer").await;
    let all = json!({"issuer": "https://login.example/{tenantid}/v2.0"});
    fault(t, member(all), "issuer", Fail, "all tenants").await;
    fault(
        t,
        member(json!({"jwks_uri": 7})),
        "endpoints",
        Fail,
        "lacks jwks_uri",
    )
    .await;
    let plain = json!({"token_endpoint": "http://idp.example.com/token"});
    fault(t, member(plain), "endpoints", Fail, "no https URL").await;
    let moved = json!({"token_endpoint": "https://idp.example.com/token?key=secret"});
    fault(
        t,
        member(moved),
        "endpoints",
        Warn,
        "https://idp.example.com/token",
    )
    .await;
    let pkce = json!({"code_challenge_methods_supported": ["S256"]});
    fault(t, member(pkce), "pkce", Warn, "offers S256").await;
    let iss = json!({"authorization_response_iss_parameter_supported": true});
    fault(t, member(iss), "iss", Warn, "name the issuer").await;
    for (name, list, step) in [
        ("response_types_supported", "id_token", "response-type"),
        ("response_modes_supported", "fragment", "response-mode"),
        ("grant_types_supported", "implicit", "grant-type"),
        (
            "id_token_signing_alg_values_supported",
            "HS256",
            "algorithms",
        ),
    ] {
        fault(
            t,
            member(json!({name: [list]})),
            step,
            Fail,
            &format!("\"{list}\""),
        )
        .await;
    }
    let method = json!({"token_endpoint_auth_methods_supported": ["private_key_jwt"]});
    fault(
        t,
        member(method),
        "client-authentication",
        Warn,
        "private_key_jwt",
    )
    .await;
    let scopes = json!({"scopes_supported": ["openid"]});
    fault(t, member(scopes), "scopes", Warn, "\"email\"").await;
}

#[each_engine]
async fn each_key_that_is_left_out_says_why(t: &TestApp) {
    use Verdict::{Fail, Warn};
    let keys =
        |keys: Value| move |idp: &Idp| idp.answers("/jwks", Answer::ok(json!({"keys": keys})));
    let odd = |over: Value| {
        move |idp: &Idp| {
            let good = idp.jwk();
            idp.publish(&[good.clone(), with(good, over)]);
        }
    };
    fault(
        t,
        |idp| idp.answers("/jwks", Answer::Of(500, String::new())),
        "keys",
        Fail,
        "status 500",
    )
    .await;
    fault(
        t,
        |idp| idp.answers("/jwks", Answer::ok("{}")),
        "keys",
        Fail,
        "no set",
    )
    .await;
    fault(t, keys(json!([])), "keys", Fail, "none of 0 keys").await;
    fault(t, odd(json!({"kty": "oct"})), "keys", Warn, "symmetric").await;
    fault(t, odd(json!({"kid": null})), "keys", Warn, "no kid").await;
    fault(
        t,
        odd(json!({"crv": "P-521"})),
        "keys",
        Warn,
        "no RSA key of 2048",
    )
    .await;
    fault(t, odd(json!({"kid": 7})), "keys", Warn, "malformed").await;
    let c = sound(t).await;
    let other = with(c.idp.jwk(), json!({"kid": "e", "use": "enc"}));
    c.idp.publish(&[c.idp.jwk(), other]);
    let report = report(t, &c, None).await;
    assert!(faults(&report).is_empty(), "{:?}", faults(&report));
    assert!(good(&report, "keys")[0].contains("\"e\""));
}

#[each_engine]
async fn what_the_provider_thinks_of_the_client_is_told(t: &TestApp) {
    use Verdict::{Fail, Warn};
    let said = |status, body: Value| move |idp: &Idp| refuses(idp, status, body);
    let error =
        |name: &str| json!({"error": name, "error_description": "for a-word-to-hide\u{1b}[2J"});
    for (status, name, verdict) in [
        (401, "invalid_client", Fail),
        (400, "invalid_client", Fail),
        (400, "unauthorized_client", Fail),
        (400, "unsupported_grant_type", Fail),
        (400, "redirect_uri_mismatch", Fail),
        (400, "invalid_request", Warn),
        (503, "temporarily_unavailable", Warn),
    ] {
        fault(t, said(status, error(name)), "credentials", verdict, name).await;
    }
    fault(t, said(401, json!("")), "credentials", Fail, "status 401").await;
    fault(t, said(404, json!("")), "credentials", Fail, "status 404").await;
    fault(t, said(302, json!("")), "credentials", Fail, "status 302").await;
    fault(
        t,
        said(200, json!("page")),
        "credentials",
        Fail,
        "no JSON object",
    )
    .await;
    let tokens = json!({"id_token": "x", "access_token": "y"});
    fault(t, said(200, tokens), "credentials", Fail, "with success").await;
    let user = |status| move |idp: &Idp| idp.answers("/user", Answer::Of(status, "{}".to_owned()));
    fault(t, user(404), "userinfo", Fail, "status 404").await;
    fault(t, user(200), "userinfo", Warn, "made-up token").await;
}

#[each_engine]
async fn settings_by_hand_are_compared_with_what_tokens_will_say(t: &TestApp) {
    let idp = Idp::start().await;
    let url = idp.url.clone();
    idp.discovery(json!({"issuer": format!("{url}/")}));
    refuses(&idp, 400, json!({"error": "invalid_grant"}));
    idp.answers("/user", Answer::Of(401, String::new()));
    let details = json!({
        "client_id": "our-client", "authorize_scopes": "email", "oidc_issuer": url, "attributes_request_method": "GET",
        "authorize_url": format!("{url}/authorize"), "token_url": format!("{url}/token"),
        "attributes_url": format!("{url}/user"), "jwks_uri": format!("{url}/jwks"),
    });
    let members = json!({ "ProviderDetails": details });
    let c = company_of(t, idp, CORP, "OIDC", json!({}), members, json!({})).await;
    let report = report(t, &c, None).await;
    let faults = faults(&report);
    let names: Vec<_> = faults
        .iter()
        .map(|(name, verdict, _)| (*name, *verdict))
        .collect();
    assert_eq!(
        names,
        [
            ("settings", Verdict::Fail),
            ("settings", Verdict::Warn),
            ("issuer", Verdict::Fail)
        ]
    );
    assert!(faults[0].2.contains("without openid") && faults[1].2.contains("no client_secret"));
    assert!(faults[2].2.contains("tokens are compared with"));
}

/// Checks a token; the faults of the answer.
async fn judged(t: &TestApp, c: &Company, token: &str) -> Report {
    let mut report = report(t, c, Some(token)).await;
    report.steps.retain(|step| step.step.starts_with("answer"));
    report
}

#[each_engine]
async fn a_token_is_told_check_by_check(t: &TestApp) {
    let c = sound(t).await;
    let now = t.app.clock.service() / 1_000_000;
    let payload = json!({
        "iss": c.idp.url, "aud": "our-client", "sub": "jane-the-subject", "iat": now, "exp": now + 600, "email": "jane@corp.example",
        "email_verified": true, "name": "Jane",
    });
    let make = |over: Value| c.idp.token(&c.idp.header(), &with(payload.clone(), over));
    let whole = judged(t, &c, &make(json!({}))).await;
    assert!(faults(&whole).is_empty(), "{:?}", faults(&whole));
    assert_eq!(whole.steps.len(), 16);
    assert_eq!(
        good(&whole, "answer/issuer"),
        [format!("\"{}\"", c.idp.url)]
    );
    let text = serde_json::to_string(&whole).unwrap();
    assert!(!text.contains("jane"), "{text}");
    // Several faults at once, each with what was wanted.
    let wrong = json!({"iss": "https://evil.example", "aud": "theirs", "exp": now - 1000, "iat": now - 2000, "name": null});
    let report = judged(t, &c, &make(wrong)).await;
    let told = faults(&report);
    let names: Vec<_> = told
        .iter()
        .map(|(name, verdict, _)| (*name, *verdict))
        .collect();
    assert_eq!(
        names,
        [
            ("answer/issuer", Verdict::Fail),
            ("answer/audience", Verdict::Fail),
            ("answer/end", Verdict::Fail),
            ("answer/attributes", Verdict::Warn)
        ]
    );
    assert!(told[0].2.contains(&format!("Expected: \"{}\"", c.idp.url)));
    assert!(told[0].2.contains("Found: \"https://evil.example\""));
    assert!(
        told[1]
            .2
            .contains("Expected: \"our-client\". Found: \"theirs\"")
    );
    assert!(told[3].2.contains("\"name\""));
    // Nothing is looked at behind a signature that does not hold.
    let (good_one, other) = (make(json!({})), make(json!({"sub": "root"})));
    let parts: Vec<&str> = good_one.split('.').collect();
    let forged = format!(
        "{}.{}.{}",
        parts[0],
        other.split('.').nth(1).unwrap(),
        parts[2]
    );
    let report = judged(t, &c, &forged).await;
    let told = faults(&report);
    assert_eq!((told[0].0, told[0].1), ("answer/signature", Verdict::Fail));
    assert!(
        told.len() == 11
            && told[1..]
                .iter()
                .all(|(_, verdict, says)| *verdict == Verdict::Warn && *says == "not looked at")
    );
    let header = with(c.idp.header(), json!({"kid": "\u{202e}k2"}));
    let report = judged(t, &c, &c.idp.token(&header, &payload)).await;
    let told = faults(&report);
    assert_eq!(told[0].0, "answer/key");
    assert!(
        told[0].2.contains("Expected: \"k1\". Found: \"k2\""),
        "{}",
        told[0].2
    );
    let report = judged(t, &c, "no token").await;
    assert_eq!(faults(&report)[0].0, "answer/form");
}

#[each_engine]
async fn apple_s_key_is_tried_and_facebook_s_words_are_read(t: &TestApp) {
    let idp = Idp::start().await;
    let url = idp.url.clone();
    refuses(&idp, 400, json!({"error": "invalid_client"}));
    let details = json!({
        "client_id": "com.example.web", "team_id": "ABCDE12345", "key_id": "SHORT", "private_key": "no key at all",
        "authorize_scopes": "email name", "oidc_issuer": url, "authorize_url": format!("{url}/authorize"),
        "token_url": format!("{url}/token"), "jwks_uri": format!("{url}/jwks"),
    });
    let name = "SignInWithApple";
    let members = json!({ "ProviderDetails": details });
    let c = company_of(t, idp, name, name, json!({}), members, json!({})).await;
    let report_ = report(t, &c, None).await;
    let names: Vec<_> = faults(&report_)
        .iter()
        .map(|(name, verdict, _)| (*name, *verdict))
        .collect();
    assert_eq!(
        names,
        [
            ("private-key", Verdict::Warn),
            ("private-key", Verdict::Fail),
            ("credentials", Verdict::Fail)
        ]
    );
    for (words, verdict) in [
        ("Error validating client secret.", Verdict::Fail),
        (
            "Error validating application. Cannot get application info due to a system error.",
            Verdict::Fail,
        ),
        ("Invalid verification code format.", Verdict::Ok),
    ] {
        let idp = Idp::start().await;
        let url = idp.url.clone();
        refuses(
            &idp,
            400,
            json!({"error": {"message": words, "type": "OAuthException", "code": 1}}),
        );
        idp.answers("/me", Answer::Of(400, String::new()));
        let details = json!({
            "client_id": "our-client", "client_secret": "a-word-to-hide", "authorize_scopes": "email",
            "authorize_url": format!("{url}/authorize"), "token_url": format!("{url}/token"),
            "attributes_url": format!("{url}/me"),
        });
        let members = json!({ "ProviderDetails": details });
        let c = company_of(
            t,
            idp,
            "Facebook",
            "Facebook",
            json!({}),
            members,
            json!({}),
        )
        .await;
        let report = report(t, &c, None).await;
        let found = report
            .steps
            .iter()
            .find(|step| step.step == "credentials")
            .unwrap();
        assert_eq!(found.verdict, verdict, "{words}");
    }
}

#[each_engine]
async fn a_provider_that_is_not_there_is_told(t: &TestApp) {
    let c = company(t).await;
    for (pool, provider) in [("us-east-1_none", CORP), (c.pool.as_str(), "Other")] {
        let asked = Asked {
            pool,
            provider,
            answer: None,
            urls: &[],
        };
        assert!(diagnosis::test(&t.app, asked).await.is_err());
    }
}
