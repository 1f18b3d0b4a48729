//! Settings whose feature has no code yet: the operations that they govern answer 501 for that pool, others work.

use cognate_domain::dispatch::NOT_BUILT;
use cognate_domain::pending::{CLIENT_SETTINGS, POOL_SETTINGS};
use cognate_shapes::Op;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::clients;
use crate::support::pools::pool;

/// Settings of a pool that turn a row of the table on.
fn settings(name: &str) -> Value {
    match name {
        "KeyConfiguration.KeyType" => json!({"KeyConfiguration": {
            "KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": "arn:aws:kms:us-east-1:000000000000:key/k",
        }}),
        other => panic!("no settings for {other}"),
    }
}

/// Returns a request that is valid in form.
fn request(op: Op, pool_id: &str, client_id: &str) -> Option<Value> {
    let pass = json!({"USERNAME": "u", "PASSWORD": "Passw0rd!"});
    Some(match op {
        Op::InitiateAuth => {
            json!({"ClientId": client_id, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": pass})
        }
        Op::AdminInitiateAuth => json!({
            "UserPoolId": pool_id, "ClientId": client_id, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": pass,
        }),
        Op::RespondToAuthChallenge => json!({
            "ClientId": client_id, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "s".repeat(20),
            "ChallengeResponses": {"USERNAME": "u", "NEW_PASSWORD": "Passw0rd!"},
        }),
        Op::AdminRespondToAuthChallenge => json!({
            "UserPoolId": pool_id, "ClientId": client_id, "ChallengeName": "NEW_PASSWORD_REQUIRED",
            "Session": "s".repeat(20), "ChallengeResponses": {"USERNAME": "u", "NEW_PASSWORD": "Passw0rd!"},
        }),
        Op::GetTokensFromRefreshToken => json!({"ClientId": client_id, "RefreshToken": "r"}),
        Op::GetDerivedToken => {
            json!({"ClientId": client_id, "SubjectToken": "t", "SubjectTokenType": "ACCESS_TOKEN"})
        }
        Op::SignUp => json!({"ClientId": client_id, "Username": "u", "Password": "Passw0rd!"}),
        Op::ConfirmSignUp => {
            json!({"ClientId": client_id, "Username": "u", "ConfirmationCode": "123456"})
        }
        Op::ResendConfirmationCode | Op::ForgotPassword => {
            json!({"ClientId": client_id, "Username": "u"})
        }
        Op::ConfirmForgotPassword => json!({
            "ClientId": client_id, "Username": "u", "ConfirmationCode": "123456", "Password": "Passw0rd!",
        }),
        Op::AdminCreateUser | Op::AdminConfirmSignUp => {
            json!({"UserPoolId": pool_id, "Username": "u"})
        }
        Op::AdminUpdateUserAttributes => json!({
            "UserPoolId": pool_id, "Username": "u", "UserAttributes": [{"Name": "name", "Value": "U"}],
        }),
        Op::AdminResetUserPassword => json!({"UserPoolId": pool_id, "Username": "u"}),
        Op::AdminSetUserPassword => {
            json!({"UserPoolId": pool_id, "Username": "u", "Password": "Passw0rd!"})
        }
        // The others find their pool by an access token, which such a pool does not give out.
        _ => return None,
    })
}

/// Operations on pools, clients and users that no setting governs.
async fn others_work(t: &TestApp, pool_id: &str, name: &str) {
    for (op, more) in [
        ("DescribeUserPool", json!({})),
        ("ListUserPoolClients", json!({})),
        ("ListUsers", json!({})),
        ("DeleteUserPool", json!({})),
    ] {
        let mut request = more;
        request["UserPoolId"] = json!(pool_id);
        assert!(
            t.call(op, request).await.is_ok(),
            "{op} in a pool with {name}"
        );
    }
}

#[each_engine]
async fn the_operations_that_a_setting_governs_fail_closed(t: &TestApp) {
    for setting in POOL_SETTINGS {
        let id = pool(t, settings(setting.name)).await;
        let client = clients::create(t, &id, json!({"ExplicitAuthFlows": [
            "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
        ]})).await;
        let client = client["ClientId"].as_str().unwrap();
        let text = format!("{} is not implemented yet.", setting.name);
        let mut tried = 0;
        for op in setting.governs.iter().filter(|op| !NOT_BUILT.contains(op)) {
            if let Some(request) = request(*op, &id, client) {
                t.refused(op.name(), request, "NotImplementedException", &text)
                    .await;
                tried += 1;
            }
        }
        assert!(tried > 0, "{} was tried with no operation", setting.name);
        others_work(t, &id, setting.name).await;
    }
    assert!(
        CLIENT_SETTINGS.is_empty(),
        "a client setting needs rows here"
    );
}

#[each_engine]
async fn a_bare_pool_is_governed_by_nothing(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let client = clients::create(t, &id, json!({})).await;
    for op in POOL_SETTINGS
        .iter()
        .flat_map(|setting| setting.governs)
        .filter(|op| !NOT_BUILT.contains(op))
    {
        if let Some(request) = request(*op, &id, client["ClientId"].as_str().unwrap())
            && let Err((code, text)) = t.call(op.name(), request).await
        {
            assert_ne!(code, "NotImplementedException", "{}: {text}", op.name());
        }
    }
}
