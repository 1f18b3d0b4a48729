//! PreTokenGeneration: what its answers do to both tokens, on sign-in and on refresh, and what they cannot do.

use cognate_domain::app::functions::{Functions, Invocation, InvokeError, Invoking, Trigger};
use each_engine::each_engine;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::groups::{group, join};
use crate::support::functions::{answered, arn, lambda_config};
use crate::support::played::{Played, UNRECOGNIZABLE, failures};
use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

const T: Trigger = Trigger::PreTokenGeneration;
const ROLE: &str = "arn:aws:iam::000000000000:role/r";
const ACCOUNT: &str = "aws.cognito.signin.user.admin";

/// Returns LambdaConfig with a function of this version.
fn config(version: &str) -> Value {
    match version {
        "" => lambda_config(&[T]),
        _ => {
            json!({"PreTokenGenerationConfig": {"LambdaVersion": version, "LambdaArn": arn(T)}})
        }
    }
}

/// Creates a pool with a function of this version, and jane, who is in the group `staff`.
async fn armed(t: &TestApp, version: &str, client: Value) -> (Site, Arc<Played>) {
    let s = site_with(t, json!({"LambdaConfig": config(version)}), client).await;
    let attributes = json!([
        {"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": "true"},
        {"Name": "nickname", "Value": "J"},
    ]);
    user_with(t, &s.pool, "jane", attributes).await;
    group(t, &s.pool, "staff", json!({"RoleArn": ROLE})).await;
    join(t, &s.pool, "staff", "jane").await;
    (s, Played::install(t))
}

fn first(details: Value) -> Value {
    json!({"claimsOverrideDetails": details})
}

fn later(details: Value) -> Value {
    json!({"claimsAndScopeOverrideDetails": details})
}

async fn by_flow(t: &TestApp, s: &Site, refresh: &Value) -> Result<Value, Refusal> {
    let mut input = initiate(
        &s.client,
        "REFRESH_TOKEN_AUTH",
        json!({"REFRESH_TOKEN": refresh}),
    );
    input["ClientMetadata"] = json!({"k": "v"});
    let answer = t.call("InitiateAuth", input).await?;
    Ok(answer["AuthenticationResult"].clone())
}

async fn by_operation(t: &TestApp, s: &Site, refresh: &Value) -> Result<Value, Refusal> {
    let input =
        json!({"ClientId": s.client, "RefreshToken": refresh, "ClientMetadata": {"k": "v"}});
    let answer = t.call("GetTokensFromRefreshToken", input).await?;
    Ok(answer["AuthenticationResult"].clone())
}

/// Returns the claims of both tokens; no name stands twice in either.
fn both(tokens: &Value) -> (Value, Value) {
    for token in ["IdToken", "AccessToken"] {
        let (text, said) = (text(&tokens[token]), claims(&tokens[token]));
        let mut count = 0;
        let mut names = said.as_object().unwrap().clone();
        let mut reader = serde_json::Deserializer::from_str(&text).into_iter::<Members>();
        for name in reader.next().unwrap().unwrap().0 {
            count += 1;
            assert!(names.remove(&name).is_some(), "{name} stands twice: {text}");
        }
        assert_eq!(count, said.as_object().unwrap().len());
    }
    (claims(&tokens["IdToken"]), claims(&tokens["AccessToken"]))
}

/// Returns the text of a token's claims.
fn text(token: &Value) -> String {
    use base64::Engine;
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(part)
        .unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The names of an object's members, as often as they stand there.
struct Members(Vec<String>);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> serde::de::Visitor<'de> for Names {
            type Value = Vec<String>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Vec<String>, A::Error> {
                let mut names = Vec::new();
                while let Some((name, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                    names.push(name);
                }
                Ok(names)
            }
        }
        from.deserialize_map(Names).map(Members)
    }
}

/// Signs in as jane, refreshes in both ways, and returns the tokens of all three.
async fn three_times(t: &TestApp, s: &Site) -> Vec<Value> {
    let tokens = sign_in(t, &s.client, "jane").await;
    let refresh = &tokens["RefreshToken"];
    let again = [
        by_flow(t, s, refresh).await.unwrap(),
        by_operation(t, s, refresh).await.unwrap(),
    ];
    [tokens].into_iter().chain(again).collect()
}

#[each_engine]
async fn a_first_version_changes_the_id_token_and_the_groups_of_both(t: &TestApp) {
    for version in ["", "V1_0"] {
        let t = &t.second_node().await;
        let (s, functions) = armed(t, version, json!({})).await;
        functions.answers(
            T,
            first(json!({
                "claimsToAddOrOverride": {"tenant": "7", "nickname": "K", "custom:x": "y", "email": "gone"},
                "claimsToSuppress": ["email", "email_verified"],
                "groupOverrideDetails": {"groupsToOverride": ["b", "a"], "iamRolesToOverride": ["r"], "preferredRole": "r"},
            })),
        );
        for tokens in three_times(t, &s).await {
            let (id, access) = both(&tokens);
            assert_eq!(
                (&id["tenant"], &id["nickname"], &id["custom:x"]),
                (&json!("7"), &json!("K"), &json!("y"))
            );
            assert!(id.get("email").is_none() && id.get("email_verified").is_none());
            assert_eq!(
                (&id["cognito:groups"], &id["cognito:roles"]),
                (&json!(["b", "a"]), &json!(["r"]))
            );
            assert_eq!(id["cognito:preferred_role"], "r");
            assert_eq!(access["cognito:groups"], json!(["b", "a"]));
            assert!(access.get("tenant").is_none() && access.get("cognito:roles").is_none());
            get_user(t, &tokens["AccessToken"]).await.unwrap();
        }
    }
}

#[each_engine]
async fn later_versions_change_both_tokens_and_the_scopes(t: &TestApp) {
    for version in ["V2_0", "V3_0"] {
        let t = &t.second_node().await;
        let (s, functions) = armed(t, version, json!({})).await;
        let value = json!({"list": [1, true, null, {"a": "b"}], "n": 1.5});
        functions.answers(
            T,
            later(json!({
                "idTokenGeneration": {
                    "claimsToAddOrOverride": {"tenant": value, "nickname": 7}, "claimsToSuppress": ["cognito:groups"],
                },
                "accessTokenGeneration": {
                    "claimsToAddOrOverride": {"tenant": value, "aud": s.client, "email": "jane@example.com", "none": null},
                    "claimsToSuppress": ["absent"], "scopesToAdd": ["shop/read", "shop/write"],
                    "scopesToSuppress": ["shop/write"],
                },
            })),
        );
        for tokens in three_times(t, &s).await {
            let (id, access) = both(&tokens);
            assert_eq!((&id["tenant"], &id["nickname"]), (&value, &json!(7)));
            for name in ["cognito:groups", "cognito:roles", "cognito:preferred_role"] {
                assert_eq!(id.get(name), None, "{name}");
            }
            assert_eq!(access["cognito:groups"], json!(["staff"]));
            assert_eq!(
                (&access["tenant"], &access["aud"]),
                (&value, &json!(s.client))
            );
            assert_eq!(
                (&access["email"], access.get("none")),
                (&json!("jane@example.com"), None)
            );
            assert_eq!(access["scope"], format!("{ACCOUNT} shop/read"));
            get_user(t, &tokens["AccessToken"]).await.unwrap();
        }
    }
}

/// Says nothing about groups, after the user has left theirs on another node.
struct Leaves {
    other: TestApp,
    pool: String,
}

impl Functions for Leaves {
    fn invoke<'a>(&'a self, call: &'a Invocation) -> Invoking<'a> {
        Box::pin(async {
            let staff = json!({"UserPoolId": self.pool, "GroupName": "staff", "Username": "jane"});
            self.other.ok("AdminRemoveUserFromGroup", staff).await;
            Ok(answered(call, later(json!({}))))
        })
    }
}

#[each_engine]
async fn a_group_that_was_left_during_the_call_is_in_no_token(t: &TestApp) {
    let s = site_with(t, json!({"LambdaConfig": config("V2_0")}), json!({})).await;
    user(t, &s.pool, "jane").await;
    group(t, &s.pool, "staff", json!({"RoleArn": ROLE})).await;
    join(t, &s.pool, "staff", "jane").await;
    let functions = Leaves {
        other: t.second_node().await,
        pool: s.pool.clone(),
    };
    assert!(t.app.functions.set(Box::new(functions)).is_ok());
    let (id, access) = both(&sign_in(t, &s.client, "jane").await);
    for claim in ["cognito:groups", "cognito:roles", "cognito:preferred_role"] {
        assert!(id.get(claim).is_none() && access.get(claim).is_none());
    }
}

#[each_engine]
async fn groups_stay_only_where_the_answer_is_silent_about_them(t: &TestApp) {
    let (s, functions) = armed(t, "V2_0", json!({})).await;
    let cases = [
        (json!(null), Some(json!(["staff"]))),
        (json!({}), Some(json!(["staff"]))),
        (json!({"groupOverrideDetails": null}), None),
        (json!({"groupOverrideDetails": {}}), None),
        (
            json!({"groupOverrideDetails": {"groupsToOverride": []}}),
            None,
        ),
        (
            json!({"groupOverrideDetails": {"groupsToOverride": ["staff"]}}),
            Some(json!(["staff"])),
        ),
    ];
    for (details, groups) in cases {
        functions.answers(T, later(details.clone()));
        let (id, access) = both(&sign_in(t, &s.client, "jane").await);
        assert_eq!(id.get("cognito:groups"), groups.as_ref(), "{details}");
        assert_eq!(access.get("cognito:groups"), groups.as_ref(), "{details}");
        // Roles are replaced with the groups.
        let roles = details.get("groupOverrideDetails").is_none();
        assert_eq!(id.get("cognito:roles").is_some(), roles, "{details}");
        assert_eq!(
            id.get("cognito:preferred_role").is_some(),
            roles,
            "{details}"
        );
    }
    for (suppressed, kept) in [
        ("cognito:roles", "cognito:preferred_role"),
        ("cognito:preferred_role", "cognito:roles"),
    ] {
        let id = json!({"claimsToSuppress": [suppressed]});
        functions.answers(T, later(json!({"idTokenGeneration": id})));
        let (id, _) = both(&sign_in(t, &s.client, "jane").await);
        assert!(id.get(suppressed).is_none() && id.get(kept).is_some());
        assert_eq!(id["cognito:groups"], json!(["staff"]));
    }
}

/// Claims on which something depends, with values that would be worth something.
fn forged(victim: &str) -> Value {
    json!({
        "sub": victim, "username": "victim", "cognito:username": "victim", "client_id": "other", "token_use": "access",
        "iss": "https://evil.example", "exp": 9_999_999_999_i64, "iat": 0, "nbf": 0, "auth_time": 0, "jti": "x",
        "origin_jti": "x", "event_id": "x", "scope": ACCOUNT, "aud": "other", "device_key": "x", "version": 9,
        "acr": "urn:cognito:loa:4", "amr": ["mfa"], "act": {"sub": "x"}, "nonce": "x", "azp": "x", "at_hash": "x",
        "identities": [{"userId": "x"}], "cognito:groups": ["admin"], "cognito:roles": ["r"], "dev:x": "y",
    })
}

#[each_engine]
async fn what_the_service_decides_by_is_out_of_reach(t: &TestApp) {
    // With `origin_jti` in the tokens and without it.
    for revocation in [true, false] {
        let t = &t.second_node().await;
        let client = json!({"EnableTokenRevocation": revocation});
        let (s, functions) = armed(t, "V2_0", client).await;
        let victim = user(t, &s.pool, "victim").await;
        let plain = both(&sign_in(t, &s.client, "jane").await);
        let names: Vec<String> = forged(&victim)
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        let own = |claims: &Value| {
            let fixed = names
                .iter()
                .filter(|name| !name.starts_with("cognito:groups") && *name != "cognito:roles");
            fixed
                .map(|name| (name.clone(), claims.get(name).is_some()))
                .collect::<Vec<_>>()
        };
        for part in [
            json!({"claimsToAddOrOverride": forged(&victim)}),
            json!({"claimsToSuppress": names}),
        ] {
            let details = json!({"idTokenGeneration": part, "accessTokenGeneration": part});
            functions.answers(T, later(details));
            for tokens in three_times(t, &s).await {
                let (id, access) = both(&tokens);
                // In an ID token the claims of access tokens mean nothing.
                let mut id_without = id.clone();
                if part.get("claimsToAddOrOverride").is_some() {
                    for name in ["client_id", "device_key", "scope", "username", "version"] {
                        id_without.as_object_mut().unwrap().remove(name).unwrap();
                    }
                }
                assert_eq!(own(&id_without), own(&plain.0));
                let mut access_without = access.clone();
                access_without.as_object_mut().unwrap().remove("identities");
                assert_eq!(own(&access_without), own(&plain.1));
                for (now, before) in [(&id, &plain.0), (&access, &plain.1)] {
                    for name in ["sub", "iss", "token_use", "acr", "amr", "cognito:username"] {
                        assert_eq!(now.get(name), before.get(name), "{name}");
                    }
                    assert_ne!(now["cognito:groups"], json!(["admin"]));
                }
                assert_eq!(
                    (&access["client_id"], &access["username"]),
                    (&json!(s.client), &json!("jane"))
                );
                let shown = get_user(t, &tokens["AccessToken"]).await.unwrap();
                assert_eq!(shown["Username"], "jane");
                let refused = get_user(t, &tokens["IdToken"]).await;
                assert_eq!(refused, Err(not_authorized("Invalid Access Token")));
            }
        }
        // The session is still found: signing out ends the tokens.
        let tokens = sign_in(t, &s.client, "jane").await;
        let access = &tokens["AccessToken"];
        t.ok("GlobalSignOut", json!({"AccessToken": access})).await;
        assert!(get_user(t, access).await.is_err());
    }
}

#[each_engine]
async fn a_suppressed_account_scope_closes_the_users_own_operations(t: &TestApp) {
    let (s, functions) = armed(t, "V2_0", json!({})).await;
    let scopes = |add: Value, suppress: Value| {
        let access = json!({"scopesToAdd": add, "scopesToSuppress": suppress});
        later(json!({"accessTokenGeneration": access}))
    };
    let closed = Err(not_authorized("Access Token does not have required scopes"));
    for answer in [
        scopes(json!([]), json!([ACCOUNT])),
        scopes(json!([ACCOUNT]), json!([ACCOUNT])),
        scopes(json!(["shop/read"]), json!([ACCOUNT])),
    ] {
        functions.answers(T, answer);
        let tokens = sign_in(t, &s.client, "jane").await;
        assert_eq!(get_user(t, &tokens["AccessToken"]).await, closed);
    }
    // The next tokens of the same session are what the function says then.
    let tokens = sign_in(t, &s.client, "jane").await;
    functions.answers(T, scopes(json!([ACCOUNT]), json!([])));
    let tokens = by_flow(t, &s, &tokens["RefreshToken"]).await.unwrap();
    assert_eq!(claims(&tokens["AccessToken"])["scope"], ACCOUNT);
    get_user(t, &tokens["AccessToken"]).await.unwrap();
}

#[each_engine]
async fn every_refresh_asks_again_and_is_told_of_the_groups_of_now(t: &TestApp) {
    let (s, functions) = armed(t, "V2_0", json!({})).await;
    functions.does(T, |call| {
        let source = call.event["triggerSource"].clone();
        let details = json!({"idTokenGeneration": {"claimsToAddOrOverride": {"why": source}}});
        Ok(json!({"response": later(details)}))
    });
    let tokens = sign_in(t, &s.client, "jane").await;
    let sub = claims(&tokens["IdToken"])["sub"].clone();
    group(t, &s.pool, "more", json!({})).await;
    join(t, &s.pool, "more", "jane").await;
    functions.events();
    let event = |source: &str, metadata: Option<Value>| {
        let mut event = json!({
            "version": "2", "triggerSource": source, "region": "us-east-1", "userPoolId": s.pool, "userName": "jane",
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": s.client},
            "request": {
                "userAttributes": {
                    "sub": sub, "cognito:user_status": "CONFIRMED", "email": "jane@example.com",
                    "email_verified": "true", "nickname": "J",
                },
                "groupConfiguration": {
                    "groupsToOverride": ["more", "staff"], "iamRolesToOverride": [ROLE], "preferredRole": ROLE,
                },
                "scopes": [ACCOUNT],
            },
            "response": {"claimsAndScopeOverrideDetails": null},
        });
        if let Some(metadata) = metadata {
            event["request"]["clientMetadata"] = metadata;
        }
        event
    };
    let refresh = &tokens["RefreshToken"];
    let (flow, operation) = (
        "TokenGeneration_RefreshTokens",
        "TokenGeneration_Authentication",
    );
    let new = by_flow(t, &s, refresh).await.unwrap();
    assert_eq!(claims(&new["IdToken"])["why"], flow);
    assert_eq!(functions.events(), [event(flow, None)]);
    let new = by_operation(t, &s, refresh).await.unwrap();
    assert_eq!(claims(&new["IdToken"])["why"], operation);
    assert_eq!(
        functions.events(),
        [event(operation, Some(json!({"k": "v"})))]
    );
}

#[each_engine]
async fn a_refresh_that_the_function_stops_changes_nothing(t: &TestApp) {
    let rotation = json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
    });
    let (s, functions) = armed(t, "V2_0", rotation).await;
    let tokens = sign_in(t, &s.client, "jane").await;
    let refresh = &tokens["RefreshToken"];
    for (answer, code, text) in failures(T) {
        functions.does(T, move |_| answer.clone());
        let refused = by_operation(t, &s, refresh).await;
        assert_eq!(refused, Err((code.to_owned(), text)));
    }
    functions.answers(T, later(json!([])));
    let refused = by_operation(t, &s, refresh).await;
    assert_eq!(refused, Err(refusal(UNRECOGNIZABLE)));
    // The token is still the newest one, and changes once.
    functions.answers(T, json!({}));
    let new = by_operation(t, &s, refresh).await.unwrap();
    assert!(new["RefreshToken"].is_string() && new["RefreshToken"] != *refresh);
    functions.fails(T, InvokeError::Failed("no".into()));
    // A token that two hold ends the session without asking anybody.
    functions.events();
    let (code, _) = by_operation(t, &s, refresh).await.unwrap_err();
    assert_eq!(code, "RefreshTokenReuseException");
    assert!(functions.events().is_empty());

    let t = &t.second_node().await;
    let (s, functions) = armed(t, "", json!({})).await;
    let tokens = sign_in(t, &s.client, "jane").await;
    for (answer, code, text) in failures(T) {
        functions.does(T, move |_| answer.clone());
        let refused = by_flow(t, &s, &tokens["RefreshToken"]).await;
        assert_eq!(refused, Err((code.to_owned(), text)));
    }
}
