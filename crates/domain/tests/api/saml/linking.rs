//! SAML and the policies about users of the pool's own (decision 015).

use cognate_domain::oauth::provider::arrival::Arrived;
use cognate_domain::records::provider::Linking;
use cognate_domain::resources::providers::linking;
use cognate_federation::saml::idp::shapes::Shape;
use each_engine::each_engine;
use serde_json::json;

use super::flow::*;
use crate::support::TestApp;
use crate::support::signin::*;

#[each_engine]
async fn an_assertion_with_which_somebody_waits_signs_nobody_in_afterwards(t: &TestApp) {
    let c = company(t).await;
    let sub = user(t, &c.pool, "jane").await;
    let (store, root) = (&t.app.store, &t.app.root);
    let named = (c.pool.as_str(), CORP);
    let now = t.app.clock.service();
    linking::set_policy(store, root, now, named, Linking::AdminApproval)
        .await
        .unwrap();
    let first = depart(t, &c).await;
    assert!(post(t, &first, &honest(t, &c, &first)).await);
    let pending = waiting(t, &first, &first.handle).await.unwrap();
    let arrived = arrive(t, &first, &pending).await.unwrap();
    assert!(matches!(arrived, Ok(Arrived::Waits)));
    let listed = linking::list(store, root, now, &c.pool, (0, "")).await;
    let line = listed.unwrap().remove(0);
    assert_eq!(line.subject, JANE);
    let request = (c.pool.as_str(), line.id.as_str());
    linking::approve(store, root, now, request, Some("jane"))
        .await
        .unwrap();
    // The same assertion, in answer to another request.
    let second = depart(t, &c).await;
    let id = first.assertion_id();
    let text = answer_of(t, &c, Some(second.request_id()), 0, Shape::Okta, JANE, &id);
    let said = refused(t, &second, &signed(&text, Shape::Okta, &KEY, &id)).await;
    assert_eq!(
        said.1,
        "The provider's answer was used before. Check: answer.used."
    );
    let third = depart(t, &c).await;
    let finished = bring(t, &third, &honest(t, &c, &third)).await;
    let finished = finished.map_err(|refused| refused.check).unwrap();
    assert_eq!(identity(t, &c, &finished).await["sub"], json!(sub));
}
