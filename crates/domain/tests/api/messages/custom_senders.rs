//! CustomEmailSender and CustomSMSSender: the pool's functions send its messages, with an encrypted code.

use std::sync::{Arc, Mutex};

use cognate_domain::app::code_cipher::{CodeCipher, Encrypting};
use cognate_domain::app::functions::{Functions, Invocation, InvokeError, Invoking};
use cognate_shapes::DeliveryMediumType;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::post::{Post, log, serving, turn};
use crate::support::TestApp;
use crate::support::users::*;

const KEY: &str = "arn:aws:kms:us-east-1:000000000000:key/k";
const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:";

/// Encrypts by writing down what it got.
struct Cipher;

impl CodeCipher for Cipher {
    fn encrypt<'a>(&'a self, key: &'a str, pool_id: &'a str, text: &'a str) -> Encrypting<'a> {
        Box::pin(async move { Ok(format!("{key}|{pool_id}|{text}")) })
    }
}

/// Records calls and answers them, the newest answer first; without one, with `{}`.
#[derive(Clone, Default)]
struct Stub {
    calls: Arc<Mutex<Vec<Invocation>>>,
    answers: Arc<Mutex<Vec<Result<Value, InvokeError>>>>,
}

impl Stub {
    fn calls(&self) -> Vec<Invocation> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }
}

impl Functions for Stub {
    fn invoke<'a>(&'a self, call: &'a Invocation) -> Invoking<'a> {
        Box::pin(async move {
            self.calls.lock().unwrap().push(call.clone());
            let answer = self.answers.lock().unwrap().pop();
            answer.unwrap_or_else(|| Ok(json!({})))
        })
    }
}

fn senders(media: &[&str]) -> Value {
    let sender = |name: &&str| {
        let sender = json!({"LambdaVersion": "V1_0", "LambdaArn": format!("{ARN}{name}")});
        ((*name).to_owned(), sender)
    };
    let mut config: serde_json::Map<_, _> = media.iter().map(sender).collect();
    config.insert("KMSKeyID".to_owned(), KEY.into());
    json!({"LambdaConfig": config})
}

async fn world(t: &TestApp, media: &[&str], settings: Value) -> (String, String) {
    let verified = json!({"AutoVerifiedAttributes": ["email"]});
    let pool = pool(t, with(with(senders(media), verified), settings)).await;
    let client = client(t, &pool, json!({})).await;
    (pool, client)
}

fn request(call: &Invocation, name: &str) -> Value {
    call.event["request"][name].clone()
}

#[each_engine]
async fn the_function_gets_the_whole_event_in_place_of_the_courier(t: &TestApp) {
    let post = Post::of(t);
    let stub = Stub::default();
    assert!(t.app.functions.set(Box::new(stub.clone())).is_ok());
    assert!(t.app.code_cipher.set(Box::new(Cipher)).is_ok());
    let (pool, client) = world(t, &["CustomEmailSender"], json!({})).await;
    let input = json!({
        "ClientId": client, "Username": "jane", "Password": PASSWORD,
        "UserAttributes": [{"Name": "email", "Value": "jane@example.com"}],
        "ClientMetadata": {"lang": "de"},
    });
    let sub = t.ok("SignUp", input).await["UserSub"].clone();
    assert!(stub.calls().is_empty());
    turn(t).await;
    let digits = code(t, &pool, "jane").await;
    let calls = stub.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].arn, format!("{ARN}CustomEmailSender"));
    assert_eq!(
        calls[0].event,
        json!({
            "version": "1",
            "triggerSource": "CustomEmailSender_SignUp",
            "region": "us-east-1",
            "userPoolId": pool,
            "userName": "jane",
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client},
            "request": {
                "type": "customEmailSenderRequestV1",
                "code": format!("{KEY}|{pool}|{digits}"),
                "clientMetadata": {"lang": "de"},
                "userAttributes": {
                    "sub": sub, "email": "jane@example.com", "email_verified": "false",
                    "cognito:user_status": "UNCONFIRMED",
                },
            },
        })
    );
    // By e-mail, a resent code comes without ClientMetadata.
    let again = json!({"ClientId": client, "Username": "jane", "ClientMetadata": {"lang": "de"}});
    t.ok("ResendConfirmationCode", again).await;
    turn(t).await;
    let calls = stub.calls();
    assert_eq!(
        calls[0].event["triggerSource"],
        "CustomEmailSender_ResendCode"
    );
    assert_eq!(request(&calls[0], "clientMetadata"), Value::Null);
    assert!(
        calls[0].event["request"]
            .as_object()
            .unwrap()
            .contains_key("clientMetadata")
    );
    // The server's own sender sent none of it.
    assert!(post.sent().is_empty());
    let lines = log(t).await;
    let line = lines.last().unwrap();
    assert_eq!(line, "4 1 j***@e*** sent by CustomEmailSender wiped");
}

#[each_engine]
async fn temporary_passwords_are_escaped_and_new_addresses_are_told(t: &TestApp) {
    let stub = Stub::default();
    assert!(t.app.functions.set(Box::new(stub.clone())).is_ok());
    assert!(t.app.code_cipher.set(Box::new(Cipher)).is_ok());
    let (pool, client) = world(t, &["CustomEmailSender", "CustomSMSSender"], json!({})).await;
    let create = json!({
        "UserPoolId": pool, "Username": "jane", "TemporaryPassword": "Pa<ss>&word1",
        "DesiredDeliveryMediums": ["EMAIL", "SMS"], "ClientMetadata": {"a": "b"},
        "UserAttributes": [
            {"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": "true"},
            {"Name": "phone_number", "Value": "+491555550100"},
        ],
    });
    t.ok("AdminCreateUser", create).await;
    turn(t).await;
    let mut calls = stub.calls();
    calls.sort_by_key(|call| call.arn.clone());
    assert_eq!(calls.len(), 2);
    for (call, name, kind, metadata) in [
        (
            &calls[0],
            "CustomEmailSender",
            "customEmailSenderRequestV1",
            json!(null),
        ),
        (
            &calls[1],
            "CustomSMSSender",
            "customSMSSenderRequestV1",
            json!({"a": "b"}),
        ),
    ] {
        assert_eq!(
            call.event["triggerSource"],
            format!("{name}_AdminCreateUser")
        );
        assert_eq!(
            call.event["callerContext"]["clientId"],
            "CLIENT_ID_NOT_APPLICABLE"
        );
        assert_eq!(request(call, "type"), kind);
        assert_eq!(request(call, "clientMetadata"), metadata);
        let code = request(call, "code");
        assert_eq!(code, format!("{KEY}|{pool}|Pa&lt;ss&gt;&amp;word1"));
    }
    let password =
        json!({"UserPoolId": pool, "Username": "jane", "Password": PASSWORD, "Permanent": true});
    t.ok("AdminSetUserPassword", password).await;
    let token = access_token(t, &client, "jane", PASSWORD).await;
    let change = json!({"AccessToken": token, "UserAttributes": [{"Name": "email", "Value": "new@example.com"}]});
    t.ok("UpdateUserAttributes", change).await;
    turn(t).await;
    let calls = stub.calls();
    assert_eq!(
        calls[0].event["triggerSource"],
        "CustomEmailSender_UpdateUserAttribute"
    );
    assert_eq!(
        request(&calls[0], "userAttributes")["email"],
        "new@example.com"
    );
}

#[each_engine]
async fn a_function_that_fails_is_called_again_with_the_same_id(t: &TestApp) {
    let stub = Stub::default();
    let (_, client) = world(t, &["CustomEmailSender"], json!({})).await;
    sign_up(t, &client, "jane", "jane@example.com").await;
    turn(t).await;
    let outcome = async || log(t).await.pop().unwrap();
    assert_eq!(
        outcome().await,
        "0 1 j***@e*** nothing encrypts codes for functions body"
    );
    assert!(t.app.code_cipher.set(Box::new(Cipher)).is_ok());
    t.advance(7).await;
    turn(t).await;
    assert_eq!(
        outcome().await,
        "0 2 j***@e*** nothing calls functions body"
    );
    assert!(t.app.functions.set(Box::new(stub.clone())).is_ok());
    *stub.answers.lock().unwrap() = vec![
        Err(InvokeError::NotJson),
        Err(InvokeError::Timeout),
        Err(InvokeError::Failed("the code is 123456".to_owned())),
    ];
    t.advance(37).await;
    turn(t).await;
    assert_eq!(
        outcome().await,
        "0 3 j***@e*** the function ended with an error body"
    );
    t.advance(150).await;
    turn(t).await;
    assert_eq!(
        outcome().await,
        "0 4 j***@e*** the function took too long body"
    );
    // Whatever it answers, it was called.
    t.advance(730).await;
    turn(t).await;
    assert_eq!(
        outcome().await,
        "4 5 j***@e*** sent by CustomEmailSender wiped"
    );
    let ids: std::collections::BTreeSet<_> = stub.calls().into_iter().map(|call| call.id).collect();
    assert_eq!(ids.len(), 1);
}

/// Without a courier, `serve` accepts what the pool's own function sends, and nothing else.
#[tokio::test]
async fn a_function_is_sender_enough() {
    let t = &TestApp::sqlite_with(serving()).await;
    let stub = Stub::default();
    assert!(t.app.functions.set(Box::new(stub.clone())).is_ok());
    assert!(t.app.code_cipher.set(Box::new(Cipher)).is_ok());
    let verified = json!({"AutoVerifiedAttributes": ["email", "phone_number"]});
    let (_, client) = world(t, &["CustomEmailSender"], with(sms(), verified)).await;
    sign_up(t, &client, "jane", "jane@example.com").await;
    let by_phone = json!({
        "ClientId": client, "Username": "john", "Password": PASSWORD,
        "UserAttributes": [{"Name": "phone_number", "Value": "+491555550100"}],
    });
    let refused = t.call("SignUp", by_phone).await.unwrap_err();
    assert_eq!(refused.0, "CodeDeliveryFailureException");
    turn(t).await;
    assert_eq!(stub.calls().len(), 1);
    assert_eq!(DeliveryMediumType::Email.as_str(), "EMAIL");
}

/// A pool that gives up its own sender has what waits sent by the server's.
#[each_engine]
async fn without_the_function_the_courier_sends(t: &TestApp) {
    let (pool, client) = world(t, &["CustomEmailSender"], json!({})).await;
    sign_up(t, &client, "jane", "jane@example.com").await;
    let post = Post::of(t);
    let settings = json!({"UserPoolId": pool, "AutoVerifiedAttributes": ["email"]});
    t.ok("UpdateUserPool", settings).await;
    turn(t).await;
    assert_eq!(post.sent(), ["jane@example.com sign_up"]);
}
