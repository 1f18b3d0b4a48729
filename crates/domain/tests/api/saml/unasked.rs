//! Answers that nobody asked for (IDPInit), and what a pool publishes.

use cognate_domain::oauth::authorization::{Authorization, Cause, Parameters};
use cognate_domain::oauth::provider::metadata::{self, Asked};
use cognate_domain::oauth::provider::steps;
use cognate_domain::{Endpoint, audit::About, run};
use cognate_federation::saml::idp::shapes::Shape;
use each_engine::each_engine;

use super::flow::*;
use super::*;
use crate::oauth::cx;
use crate::oauth::flow::*;
use crate::support::TestApp;
use crate::support::signin::*;

/// Lets a client offer these providers.
async fn offers(t: &TestApp, c: &Company, names: &[&str]) {
    let input = with(
        hosted_client(),
        json!({"UserPoolId": c.pool, "ClientId": c.client, "SupportedIdentityProviders": names}),
    );
    t.ok("UpdateUserPoolClient", input).await;
    t.app.cache.forget(&c.pool, Some(&c.client));
}

async fn wanted(t: &TestApp, c: &Company) -> Authorization {
    let parameters = Parameters {
        identity_provider: Some(CORP),
        ..ask(&c.client)
    };
    authorized(t, &parameters).await
}

/// Posts an answer that nobody asked for; a sign-in that waits to be fetched.
async fn arrive(t: &TestApp, authorization: Authorization, xml: &str) -> Result<Journey, Cause> {
    let posted = STANDARD.encode(xml);
    let cx = cx(t, Endpoint::Federation);
    let begun = run(&cx, About::default, || {
        steps::begin_unasked(&cx, &authorization, "the=query", BROWSER, &posted)
    });
    let handle = begun.await.unwrap()?;
    Ok(Journey {
        authorization,
        location: String::new(),
        asked: String::new(),
        handle,
    })
}

/// Returns an answer to nothing.
fn unasked(t: &TestApp, c: &Company, id: &str, age: i64) -> String {
    let text = answer_of(t, c, None, age, Shape::Okta, JANE, id);
    signed(&text, Shape::Okta, &KEY, id)
}

#[each_engine]
async fn a_provider_begins_sign_ins_only_where_it_may(t: &TestApp) {
    let c = company_with(t, json!({}), json!({"IDPInit": "true"})).await;
    let asked = wanted(t, &c).await;
    let refused = arrive(t, asked, &unasked(t, &c, "_1", 0)).await;
    // The client offers the pool's own users, too.
    assert!(matches!(refused, Err(Cause::Unasked(_))));
    offers(t, &c, &[CORP]).await;
    let journey = arrive(t, wanted(t, &c).await, &unasked(t, &c, "_1", 0)).await;
    let finished = fetch(t, &journey.unwrap()).await.unwrap().unwrap();
    assert_eq!(identity(t, &c, &finished).await["email"], JANE);
    // The same answer once more.
    let journey = arrive(t, wanted(t, &c).await, &unasked(t, &c, "_1", 0)).await;
    let refused = fetch(t, &journey.unwrap()).await.unwrap().err().unwrap();
    assert_eq!(
        refused.check,
        "The provider's answer was used before. Check: answer.used."
    );
    // Six minutes, no longer.
    let journey = arrive(t, wanted(t, &c).await, &unasked(t, &c, "_2", 362)).await;
    let refused = fetch(t, &journey.unwrap()).await.unwrap().err().unwrap();
    assert!(refused.check.contains("time of issue"), "{}", refused.check);
    // An answer to a request is none, and an answer to nothing answers no request.
    let journey = depart(t, &c).await;
    let begun = arrive(t, wanted(t, &c).await, &honest(t, &c, &journey)).await;
    let refused = fetch(t, &begun.unwrap()).await.unwrap().err().unwrap();
    assert!(
        refused.check.contains("another request"),
        "{}",
        refused.check
    );
    let (_, check) = super::flow::refused(t, &journey, &unasked(t, &c, "_3", 0)).await;
    assert!(check.contains("another request"), "{check}");
}

#[each_engine]
async fn without_idp_init_no_sign_in_begins_at_the_provider(t: &TestApp) {
    let c = company(t).await;
    offers(t, &c, &[CORP]).await;
    let refused = arrive(t, wanted(t, &c).await, &unasked(t, &c, "_1", 0)).await;
    assert!(matches!(refused, Err(Cause::Unasked(_))));
    let authorization = authorized(t, &ask(&c.client)).await;
    let refused = arrive(t, authorization, &unasked(t, &c, "_1", 0)).await;
    assert!(matches!(refused, Err(Cause::Unasked(_))));
}

#[each_engine]
async fn a_pool_publishes_its_keys(t: &TestApp) {
    let c = company(t).await;
    let of = async |asked: Asked<'_>| {
        let cx = cx(t, Endpoint::Federation);
        let made = run(&cx, About::default, || metadata::document(&cx, asked, BASE));
        made.await.unwrap()
    };
    let by_pool = Asked {
        pool_id: Some(&c.pool),
        ..Asked::default()
    };
    let document = of(by_pool).await.unwrap();
    let shown = t
        .ok("GetSigningCertificate", json!({"UserPoolId": c.pool}))
        .await;
    assert!(document.contains(shown["Certificate"].as_str().unwrap()));
    assert!(document.contains(&format!("entityID=\"urn:amazon:cognito:sp:{}\"", c.pool)));
    assert!(document.contains(&format!("Location=\"{BASE}/saml2/idpresponse\"")));
    assert!(!document.contains("use=\"encryption\""));
    // Other pools may have the same provider on this host.
    let slo = format!("Location=\"{BASE}/saml2/logout?user_pool_id={}\"", c.pool);
    assert_eq!(document.matches(&slo).count(), 2);
    let by_client = Asked {
        client_id: Some(&c.client),
        provider: Some(CORP),
        ..Asked::default()
    };
    let document = of(by_client).await.unwrap();
    let own = &c.provider["ProviderDetails"]["ActiveEncryptionCertificate"];
    assert!(document.contains(own.as_str().unwrap()));
    let unknown = Asked {
        provider: Some("Nobody"),
        ..by_pool
    };
    assert_eq!(of(unknown).await, None);
    assert_eq!(of(Asked::default()).await, None);
    let unknown = Asked {
        pool_id: Some("us-east-1_nobody"),
        ..Asked::default()
    };
    assert_eq!(of(unknown).await, None);
}
