//! What appears between the plan and the end of a change.

use cognate_domain::reshaping::{self, Memory};
use each_engine::each_engine;
use serde_json::json;

use super::{drive, ground, planned, rows, status, told, try_apply, undone};
use crate::support::TestApp;
use crate::support::signin::{PASSWORD, site_with, user};

#[each_engine]
async fn names_that_the_new_rules_refuse_are_refused_while_the_change_goes_on(t: &TestApp) {
    let s = site_with(t, json!({}), json!({})).await;
    let mut plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
    for n in 0..3 {
        user(t, &s.pool, &format!("u{n}")).await;
        plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
    }
    try_apply(t, &s.pool, &plan, None).await.unwrap();
    let mut memory = Memory::default();
    while status(t, &s.pool).await["state"] == "checking" {
        reshaping::step(ground(t), &s.pool, &mut memory)
            .await
            .unwrap();
    }
    t.app.cache.forget(&s.pool, None);
    assert_eq!(status(t, &s.pool).await["state"], "applying");
    // Both have names in the new space from the beginning.
    user(t, &s.pool, "Fresh").await;
    let sign_up =
        |name: &str| json!({"ClientId": s.client, "Username": name, "Password": PASSWORD});
    t.refused(
        "SignUp",
        sign_up("FRESH"),
        "UsernameExistsException",
        "User already exists",
    )
    .await;
    t.ok("SignUp", sign_up("Other")).await;
    assert_eq!(drive(t, &s.pool).await["state"], "applied");
    // And the earlier rules hold until the end.
    t.refused(
        "SignUp",
        sign_up("fresh"),
        "UsernameExistsException",
        "User already exists",
    )
    .await;
}

#[each_engine]
async fn a_node_with_the_earlier_rules_writes_by_the_new_ones(t: &TestApp) {
    let s = site_with(t, json!({}), json!({})).await;
    user(t, &s.pool, "jane").await;
    let other = t.second_node().await;
    other.hold(&s.pool, &s.client).await;
    let plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
    try_apply(t, &s.pool, &plan, None).await.unwrap();
    assert_eq!(drive(t, &s.pool).await["state"], "applied");
    // Its cache says that names differ by case.
    let sign_up = json!({"ClientId": s.client, "Username": "JANE", "Password": PASSWORD});
    other
        .refused(
            "SignUp",
            sign_up,
            "UsernameExistsException",
            "User already exists",
        )
        .await;
}

#[each_engine]
async fn a_collision_that_came_too_late_blocks_the_change(t: &TestApp) {
    let s = site_with(t, json!({}), json!({})).await;
    let plan = {
        user(t, &s.pool, "jane").await;
        planned(t, &s.pool, &["case-sensitive=false"]).await
    };
    try_apply(t, &s.pool, &plan, None).await.unwrap();
    let mut memory = Memory::default();
    while status(t, &s.pool).await["state"] == "checking" {
        reshaping::step(ground(t), &s.pool, &mut memory)
            .await
            .unwrap();
    }
    t.app.cache.forget(&s.pool, None);
    // "jane" has no name in the new space yet, so that another user can take it.
    user(t, &s.pool, "JANE").await;
    let before: Vec<_> = rows(t, &s.pool)
        .await
        .into_iter()
        .filter(|row| !row.contains('\u{1}'))
        .collect();
    let end = drive(t, &s.pool).await;
    assert_eq!(end["state"], "blocked", "{end}");
    assert!(
        end["blocked"]
            .as_str()
            .unwrap()
            .contains("is another user's since the plan was made")
    );
    // Nothing of it is seen.
    for name in ["jane", "JANE"] {
        t.ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": name}),
        )
        .await;
    }
    undone(t, &s.pool, &plan).await;
    let after = rows(t, &s.pool).await;
    assert_eq!(
        after.len(),
        before.iter().filter(|row| !row.contains("\\u{1}")).count()
    );
    told(reshaping::plan(ground(t), &s.pool, &["case-sensitive=false".to_owned()]).await).unwrap();
}
