//! Token exchange by callers with and without a signature.

use cognate_testkit::{Raw, TestServer};
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-Horse-7-Battery";

async fn client(raw: &Raw, pool: &str, flow: &str, secret: bool) -> Value {
    let input = json!({
        "UserPoolId": pool, "ClientName": "c", "ExplicitAuthFlows": [flow], "GenerateSecret": secret,
    });
    raw.ok("CreateUserPoolClient", input).await.unwrap()["UserPoolClient"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_proves_the_client_and_a_signature_stands_for_it() {
    let server = TestServer::dev().await.unwrap();
    let (raw, public) = (server.raw(), server.unsigned());
    let made = raw
        .ok("CreateUserPool", json!({"PoolName": "p"}))
        .await
        .unwrap();
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let jane = json!({"UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS"});
    raw.ok("AdminCreateUser", jane).await.unwrap();
    let password =
        json!({"UserPoolId": pool, "Username": "jane", "Password": PASSWORD, "Permanent": true});
    raw.ok("AdminSetUserPassword", password).await.unwrap();
    let people = client(&raw, &pool, "ALLOW_USER_PASSWORD_AUTH", false).await;
    let sign_in = json!({
        "ClientId": people["ClientId"], "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "jane", "PASSWORD": PASSWORD},
    });
    let tokens = public.ok("InitiateAuth", sign_in).await.unwrap();
    let token = &tokens["AuthenticationResult"]["AccessToken"];
    let trade = |client: &Value| {
        json!({
            "ClientId": client["ClientId"], "SubjectToken": token, "SubjectTokenType": "ACCESS_TOKEN",
        })
    };
    let flow = "ALLOW_TOKEN_EXCHANGE_IMPERSONATION";
    let closed = client(&raw, &pool, flow, true).await;
    // A client without a secret cannot prove who it is: its id is no proof, and a signature does not replace a secret.
    for caller in [&public, &raw] {
        let refused = caller
            .call("GetDerivedToken", trade(&people))
            .await
            .unwrap();
        let body = json!({"__type": "NotAuthorizedException", "message": "Invalid client secret."});
        assert_eq!(refused.json(), body);
    }
    let refused = public
        .call("GetDerivedToken", trade(&closed))
        .await
        .unwrap();
    let body = json!({"__type": "NotAuthorizedException", "message": "Invalid client secret."});
    assert_eq!(refused.json(), body);
    let mut proven = trade(&closed);
    proven["ClientSecret"] = closed["ClientSecret"].clone();
    public.ok("GetDerivedToken", proven).await.unwrap();
    raw.ok("GetDerivedToken", trade(&closed)).await.unwrap();
    // A policy of another region says nothing about this pool.
    let elsewhere = server.raw().in_region("eu-west-1");
    let refused = elsewhere
        .call("GetDerivedToken", trade(&closed))
        .await
        .unwrap();
    assert_eq!(refused.error(), "ResourceNotFoundException");
}
