//! Many changes of one user at the same time.

use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::users::all_at_once;

#[each_engine]
async fn thirty_two_changes_of_one_user_at_once_are_all_made(t: &TestApp) {
    let pool = t
        .ok("CreateUserPool", json!({ "PoolName": "contention" }))
        .await;
    let pool = pool["UserPool"]["Id"].clone();
    let user = json!({ "UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS" });
    t.ok("AdminCreateUser", user).await;
    let names = [
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "nickname",
        "profile",
        "picture",
        "website",
    ];
    let changes = (0..32)
        .map(|i| {
            let attribute = json!({ "Name": names[i % names.len()], "Value": format!("value-{}", i / names.len()) });
            json!({ "UserPoolId": pool, "Username": "jane", "UserAttributes": [attribute] })
        })
        .collect();
    for answer in all_at_once(t, "AdminUpdateUserAttributes", changes).await {
        assert_eq!(answer, Ok(json!({})));
    }
    let user = t
        .ok(
            "AdminGetUser",
            json!({ "UserPoolId": pool, "Username": "jane" }),
        )
        .await;
    let kept = user["UserAttributes"].as_array().unwrap();
    for name in names {
        assert!(
            kept.iter().any(|a| a["Name"] == name),
            "{name} was lost: {user}"
        );
    }
}
