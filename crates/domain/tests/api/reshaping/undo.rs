//! Steps that end in the middle, and the way back from each.

use cognate_domain::reshaping::{self, Memory};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::{drive, file, ground, id, logins, planned, rows, status, told, try_apply};
use crate::support::TestApp;
use crate::support::signin::{Site, site_with, user, user_with};

async fn site(t: &TestApp) -> Site {
    let s = site_with(
        t,
        json!({"AliasAttributes": ["preferred_username"]}),
        json!({}),
    )
    .await;
    for n in 0..6 {
        user(t, &s.pool, &format!("user-{n}")).await;
    }
    for name in ["JANE", "jane", "BOB", "bob", "EVE", "eve"] {
        user(t, &s.pool, name).await;
    }
    user_with(
        t,
        &s.pool,
        "nick",
        json!([{"Name": "preferred_username", "Value": "Star"}]),
    )
    .await;
    user(t, &s.pool, "STAR").await;
    s
}

/// A decision of each kind.
fn decisions(plan: &Value) -> Vec<(&str, Value)> {
    let list = plan["conflicts"].as_array().unwrap();
    let of = |name: &str| {
        list.iter()
            .find(|conflict| conflict["name"] == name)
            .unwrap()
    };
    let sub = |name: &str, username: &str| {
        let users = of(name)["users"].as_array().unwrap();
        users
            .iter()
            .find(|user| user["username"] == username)
            .unwrap()["sub"]
            .as_str()
            .unwrap()
    };
    vec![
        (id(of("jane")), json!({"keep": sub("jane", "JANE")})),
        (
            id(of("bob")),
            json!({"rename": {sub("bob", "BOB"): "bob2"}}),
        ),
        (id(of("eve")), json!({"merge-into": sub("eve", "eve")})),
        (id(of("star")), json!("clear")),
    ]
}

/// Takes steps, each as a worker that has just started and knows nothing; the number of steps there were.
async fn steps(t: &TestApp, pool: &str, most: usize) -> usize {
    let mut done = 0;
    // A scan needs the memory of its worker, as its rounds are one after the other.
    let mut memory = Memory::default();
    while done < most && told(reshaping::step(ground(t), pool, &mut memory).await).unwrap() {
        if status(t, pool).await["state"] != "checking" {
            memory = Memory::default();
            done += 1;
        }
    }
    t.app.cache.forget(pool, None);
    done
}

#[each_engine]
async fn a_worker_that_ends_anywhere_is_followed_by_another_or_undone(t: &TestApp) {
    let s = site(t).await;
    let before = rows(t, &s.pool).await;
    for ends in 0.. {
        let plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
        let text = file(&plan, &decisions(&plan));
        try_apply(t, &s.pool, &plan, Some(&text)).await.unwrap();
        let done = steps(t, &s.pool, ends).await;
        told(reshaping::undo(ground(t), &s.pool, plan["plan"].as_str().unwrap()).await).unwrap();
        // The undo ends in the middle, too.
        steps(t, &s.pool, ends % 5).await;
        let end = drive(t, &s.pool).await;
        assert_eq!(
            (&end["state"], &end["not_restored"]),
            (&json!("undone"), &json!(0))
        );
        assert_eq!(rows(t, &s.pool).await, before, "after {ends} steps");
        if done < ends {
            assert!(ends > 8, "{ends}");
            break;
        }
    }
    let plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
    let text = file(&plan, &decisions(&plan));
    try_apply(t, &s.pool, &plan, Some(&text)).await.unwrap();
    while status(t, &s.pool).await["state"] != "applied" {
        steps(t, &s.pool, 1).await;
    }
    told(reshaping::finish(ground(t), &s.pool, plan["plan"].as_str().unwrap()).await).unwrap();
    while status(t, &s.pool).await["state"] != "finished" {
        steps(t, &s.pool, 1).await;
    }
    let names: Vec<_> = logins(t, &s.pool)
        .await
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let mut wanted: Vec<_> = (0..6).map(|n| format!("user-{n}")).collect();
    wanted.extend(["bob", "bob2", "eve", "jane", "nick", "star"].map(str::to_owned));
    wanted.sort();
    let mut sorted = names;
    sorted.sort();
    assert_eq!(sorted, wanted);
    // What is finished cannot be taken back.
    let again = told(reshaping::undo(ground(t), &s.pool, plan["plan"].as_str().unwrap()).await);
    assert!(again.unwrap_err().ends_with("is finished"));
}

#[each_engine]
async fn changes_of_users_since_survive_an_undo(t: &TestApp) {
    let s = site(t).await;
    let plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
    let text = file(&plan, &decisions(&plan));
    try_apply(t, &s.pool, &plan, Some(&text)).await.unwrap();
    drive(t, &s.pool).await;
    let attributes = json!([{"Name": "name", "Value": "Bob"}]);
    t.ok(
        "AdminUpdateUserAttributes",
        json!({"UserPoolId": s.pool, "Username": "bob2", "UserAttributes": attributes}),
    )
    .await;
    t.ok("AdminSetUserPassword", json!({"UserPoolId": s.pool, "Username": "bob2", "Password": "An0ther!", "Permanent": true})).await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": s.pool, "Username": "nick"}),
    )
    .await;
    user(t, &s.pool, "New").await;
    told(reshaping::undo(ground(t), &s.pool, plan["plan"].as_str().unwrap()).await).unwrap();
    let end = drive(t, &s.pool).await;
    assert_eq!(end["state"], "undone");
    let bob = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "BOB"}),
        )
        .await;
    assert_eq!(crate::support::users::attribute(&bob, "name"), Some("Bob"));
    t.ok(
        "AdminGetUser",
        json!({"UserPoolId": s.pool, "Username": "New"}),
    )
    .await;
    let gone = t
        .call(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "nick"}),
        )
        .await;
    assert_eq!(gone.unwrap_err().0, "UserNotFoundException");
}
