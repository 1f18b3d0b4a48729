//! Decision files and plans that are not what they say they are.

use cognate_domain::reshaping;
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::json;

use super::{applied, drive, file, ground, id, only, planned, status, told, try_apply};
use crate::support::TestApp;
use crate::support::signin::{Site, site_with, user};

async fn folding(t: &TestApp) -> (Site, String, String) {
    let s = site_with(t, json!({}), json!({})).await;
    let (upper, lower) = (
        user(t, &s.pool, "JANE").await,
        user(t, &s.pool, "jane").await,
    );
    (s, upper, lower)
}

#[each_engine]
async fn decision_files_must_be_about_the_plan(t: &TestApp) {
    let (s, upper, lower) = folding(t).await;
    let (other, others_upper, _) = folding(t).await;
    let plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
    let others = planned(t, &other.pool, &["case-sensitive=false"]).await;
    let conflict = id(only(&plan, "name-shared"));
    let keep = json!({"keep": lower});
    let good = file(&plan, &[(conflict, keep.clone())]);
    let cases = [
        (None, format!("conflict {conflict} is not decided")),
        (
            Some("{".to_owned()),
            "the decision file is not understood".to_owned(),
        ),
        (
            Some("[]".to_owned()),
            "the decision file is not understood".to_owned(),
        ),
        (
            Some(file(
                &others,
                &[(
                    id(only(&others, "name-shared")),
                    json!({"keep": others_upper}),
                )],
            )),
            "the decision file is for the plan".to_owned(),
        ),
        (
            Some(good.replace(
                plan["hash"].as_str().unwrap(),
                others["hash"].as_str().unwrap(),
            )),
            "the decision file is for another state of the pool; its hash differs".to_owned(),
        ),
        (
            Some(good.replace(conflict, "0000000000000000")),
            "the plan has no conflict \"0000000000000000\"".to_owned(),
        ),
        (
            Some(file(
                &plan,
                &[(conflict, keep.clone()), ("more", json!("clear"))],
            )),
            "the plan has no conflict \"more\"".to_owned(),
        ),
        (
            Some(file(&plan, &[(conflict, json!({"keep": others_upper}))])),
            format!("conflict {conflict} is not about the user {others_upper:?}"),
        ),
        (
            Some(file(&plan, &[(conflict, json!("exempt"))])),
            format!("conflict {conflict} cannot be decided by exempt"),
        ),
        (
            Some(file(
                &plan,
                &[(conflict, json!({"keep": lower, "rename": {}}))],
            )),
            "the decision file is not understood".to_owned(),
        ),
        (
            Some(file(
                &plan,
                &[(conflict, json!({"rename": {upper.as_str(): "jane"}}))],
            )),
            "the name \"jane\" is taken".to_owned(),
        ),
        (
            Some(file(
                &plan,
                &[(
                    conflict,
                    json!({"rename": {upper.as_str(): lower.to_uppercase()}}),
                )],
            )),
            String::new(),
        ),
        (
            Some(file(
                &plan,
                &[(conflict, json!({"rename": {upper.as_str(): "a\u{200b}"}}))],
            )),
            String::new(),
        ),
    ];
    for (text, why) in cases {
        let told = try_apply(t, &s.pool, &plan, text.as_deref())
            .await
            .unwrap_err();
        assert!(
            told.starts_with(&why) && !told.starts_with("internal"),
            "{told}"
        );
        assert_eq!(status(t, &s.pool).await["state"], "planned");
    }
    // A plan of another pool is none of this one.
    let why = try_apply(t, &s.pool, &others, None).await.unwrap_err();
    assert_eq!(
        why,
        format!("the pool {} has no plan {}", s.pool, others["plan"])
    );
    try_apply(t, &s.pool, &plan, Some(&good)).await.unwrap();
    // A second time, and another plan meanwhile.
    let why = try_apply(t, &s.pool, &plan, Some(&good)).await.unwrap_err();
    assert!(why.contains("only a plan can be applied"), "{why}");
    let words = ["alias-attributes=email".to_owned()];
    let why = told(reshaping::plan(ground(t), &s.pool, &words).await).unwrap_err();
    assert!(why.contains("undo or finish it first"), "{why}");
    assert_eq!(drive(t, &s.pool).await["state"], "applied");
}

#[each_engine]
async fn a_plan_that_is_out_of_date_changes_nothing(t: &TestApp) {
    let (s, upper, lower) = folding(t).await;
    let plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
    let text = file(
        &plan,
        &[(id(only(&plan, "name-shared")), json!({"keep": lower}))],
    );
    user(t, &s.pool, "Jane").await;
    try_apply(t, &s.pool, &plan, Some(&text)).await.unwrap();
    let stale = drive(t, &s.pool).await;
    assert_eq!(
        (&stale["state"], &stale["done"]),
        (&json!("stale"), &json!(0))
    );
    let plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
    assert_eq!(only(&plan, "name-shared")["count"], 3);
    // The settings have changed since.
    let text = file(
        &plan,
        &[(id(only(&plan, "name-shared")), json!({"keep": upper}))],
    );
    let custom = json!([{"Name": "x", "AttributeDataType": "String"}]);
    t.ok(
        "AddCustomAttributes",
        json!({"UserPoolId": s.pool, "CustomAttributes": custom}),
    )
    .await;
    let why = try_apply(t, &s.pool, &plan, Some(&text)).await.unwrap_err();
    assert_eq!(
        why,
        "the settings of the pool have changed since the plan was made; plan again"
    );
}

#[each_engine]
async fn rows_that_somebody_else_wrote_are_refused(t: &TestApp) {
    let s = site_with(t, json!({}), json!({})).await;
    user(t, &s.pool, "jane").await;
    let plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
    for sql in [
        "UPDATE pool_changes SET state = 'finishing' WHERE pool_id = ?1",
        "UPDATE pool_changes SET progress = '{}', state = 'applying' WHERE pool_id = ?1",
    ] {
        let batch = Batch::new().run(sql, params![&s.pool]);
        t.app.store.commit(batch).await.unwrap();
        assert!(
            told(reshaping::drive(ground(t), &s.pool).await)
                .unwrap_err()
                .starts_with("internal")
        );
        assert!(
            try_apply(t, &s.pool, &plan, None)
                .await
                .unwrap_err()
                .starts_with("internal")
        );
    }
    let batch = Batch::new().run(
        "UPDATE pools SET shape = 7 WHERE pool_id = ?1",
        params![&s.pool],
    );
    t.app.store.commit(batch).await.unwrap();
    t.app.cache.clear();
    let answer = t
        .call("DescribeUserPool", json!({"UserPoolId": s.pool}))
        .await;
    assert_eq!(answer.unwrap_err().0, "InternalErrorException");
}

#[each_engine]
async fn what_a_plan_changes_is_not_changed_meanwhile(t: &TestApp) {
    let s = site_with(t, json!({}), json!({})).await;
    user(t, &s.pool, "jane").await;
    let plan = planned(t, &s.pool, &["required.email=true"]).await;
    applied(
        t,
        &s.pool,
        &plan,
        &[(id(only(&plan, "value-missing")), json!("exempt"))],
    )
    .await;
    let custom = json!([{"Name": "x", "AttributeDataType": "String"}]);
    let input = json!({"UserPoolId": s.pool, "CustomAttributes": custom});
    let refused = t.call("AddCustomAttributes", input).await.unwrap_err();
    let why = "The attributes of the user pool are being changed.";
    assert_eq!(
        refused,
        ("InvalidParameterException".to_owned(), why.to_owned())
    );
    // Deleting the pool ends everything.
    t.ok("DeleteUserPool", json!({"UserPoolId": s.pool})).await;
    told(reshaping::drive(ground(t), &s.pool).await).unwrap();
}
