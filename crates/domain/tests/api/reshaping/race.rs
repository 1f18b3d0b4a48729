//! Many writers on two nodes while a change is applied, taken back and applied again.

use std::collections::{BTreeMap, BTreeSet};

use cognate_domain::reshaping::{self, Memory};
use each_engine::each_engine;
use serde_json::json;

use super::{ground, logins, planned, status, told, try_apply};
use crate::support::TestApp;
use crate::support::signin::{PASSWORD, by_password, site_with, user_with};
use crate::support::users::{attribute, futures_all};

/// Writers at once.
const WRITERS: usize = 16;
/// Rounds of each writer.
const ROUNDS: usize = 12;

#[each_engine]
async fn no_two_users_share_a_name_and_none_is_lost(t: &TestApp) {
    let s = site_with(
        t,
        json!({"AliasAttributes": ["preferred_username"]}),
        json!({}),
    )
    .await;
    for n in 0..WRITERS {
        let nick = json!([{"Name": "preferred_username", "Value": format!("nick-{n}")}]);
        user_with(t, &s.pool, &format!("user-{n}"), nick).await;
    }
    let other = t.second_node().await;
    let plan = planned(
        t,
        &s.pool,
        &[
            "case-sensitive=false",
            "alias-attributes=preferred_username,email",
        ],
    )
    .await;
    try_apply(t, &s.pool, &plan, None).await.unwrap();
    let (s, other) = (&s, &other);
    let write = |n: usize| async move {
        let node = if n.is_multiple_of(2) { t } else { other };
        let mut made = Vec::new();
        for round in 0..ROUNDS {
            let name = format!("user-{n}");
            // Two writers want each of these, in different spellings.
            let wanted = match n % 2 {
                0 => format!("Shared-{}-{round}", n / 2),
                _ => format!("sHARED-{}-{round}", n / 2),
            };
            let nick = json!([{"Name": "preferred_username", "Value": wanted}]);
            let change = json!({"UserPoolId": s.pool, "Username": name, "UserAttributes": nick});
            match node.call("AdminUpdateUserAttributes", change).await {
                Ok(_) => {}
                Err((code, _)) => assert_eq!(code, "AliasExistsException"),
            }
            let fresh = match n % 2 {
                0 => format!("New-{}-{round}", n / 2),
                _ => format!("nEW-{}-{round}", n / 2),
            };
            let sign_up = json!({"ClientId": s.client, "Username": fresh, "Password": PASSWORD});
            match node.call("SignUp", sign_up).await {
                Ok(answer) => made.push(answer["UserSub"].as_str().unwrap().to_owned()),
                Err((code, _)) => assert_eq!(code, "UsernameExistsException"),
            }
            if round % 4 == 0 {
                node.ok("InitiateAuth", by_password(&s.client, &name, PASSWORD))
                    .await;
            }
        }
        made
    };
    let work = async {
        let mut memory = Memory::default();
        while told(reshaping::step(ground(t), &s.pool, &mut memory).await).unwrap() {
            tokio::task::yield_now().await;
        }
    };
    let (made, ()) = tokio::join!(futures_all((0..WRITERS).map(write)), work);
    let end = status(t, &s.pool).await;
    // A late collision blocks, which is a right end, too: then the earlier rules hold alone after the undo.
    let state = end["state"].as_str().unwrap();
    assert!(["applied", "blocked", "stale"].contains(&state), "{end}");
    t.app.cache.clear();
    let made: BTreeSet<String> = made.into_iter().flatten().collect();
    let id = plan["plan"].as_str().unwrap();
    if state == "applied" {
        told(reshaping::finish(ground(t), &s.pool, id).await).unwrap();
    } else if state == "blocked" {
        told(reshaping::undo(ground(t), &s.pool, id).await).unwrap();
    }
    super::drive(t, &s.pool).await;
    // Each name of the space is one user's by the primary key; each user has every name, and is found by it.
    let mut by_user: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, sub) in logins(t, &s.pool).await {
        by_user.entry(sub).or_default().insert(name);
    }
    for sub in &made {
        assert!(by_user.contains_key(sub), "{sub} is lost");
    }
    let fold = |text: &str| match state {
        "applied" => text.to_lowercase(),
        _ => text.to_owned(),
    };
    for (sub, names) in &by_user {
        let user = t
            .ok(
                "AdminGetUser",
                json!({"UserPoolId": s.pool, "Username": sub}),
            )
            .await;
        let mut wanted = BTreeSet::from([fold(user["Username"].as_str().unwrap())]);
        if user["UserStatus"] != "UNCONFIRMED" {
            wanted.extend(attribute(&user, "preferred_username").map(fold));
        }
        assert_eq!(names, &wanted, "{user}");
        for name in names {
            let found = t
                .ok(
                    "AdminGetUser",
                    json!({"UserPoolId": s.pool, "Username": name}),
                )
                .await;
            assert_eq!(attribute(&found, "sub"), Some(sub.as_str()), "{name}");
        }
    }
}
