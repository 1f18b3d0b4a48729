//! Pools, clients, users and inboxes for the tests of users.

use cognate_domain::messages::inbox::{self, InboxFilter};
use serde_json::{Value, json};

use crate::support::TestApp;

pub use crate::support::signin::{PASSWORD, with};

/// Creates a pool with these settings; returns its id.
pub async fn pool(t: &TestApp, settings: Value) -> String {
    let made = t
        .ok("CreateUserPool", with(json!({"PoolName": "p"}), settings))
        .await;
    made["UserPool"]["Id"].as_str().unwrap().to_owned()
}

/// Creates a public client with these settings; returns its id.
pub async fn client(t: &TestApp, pool: &str, settings: Value) -> String {
    let base = json!({
        "UserPoolId": pool, "ClientName": "c",
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    });
    let made = t.ok("CreateUserPoolClient", with(base, settings)).await;
    made["UserPoolClient"]["ClientId"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Creates a pool that verifies e-mail addresses, and a client that reveals which users exist.
pub async fn email_pool(t: &TestApp) -> (String, String) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client = client(t, &pool, json!({})).await;
    (pool, client)
}

/// Returns the settings with which a pool can send text messages.
pub fn sms() -> Value {
    json!({"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x"}})
}

/// Signs a user up with an e-mail address; the answer.
pub async fn sign_up(t: &TestApp, client: &str, name: &str, email: &str) -> Value {
    let attributes = json!([{"Name": "email", "Value": email}]);
    let input = json!({"ClientId": client, "Username": name, "Password": PASSWORD, "UserAttributes": attributes});
    t.ok("SignUp", input).await
}

/// Signs a user up and confirms by the code.
pub async fn confirmed(t: &TestApp, pool: &str, client: &str, name: &str, email: &str) -> String {
    let sub = sign_up(t, client, name, email).await["UserSub"]
        .as_str()
        .unwrap()
        .to_owned();
    let code = code(t, pool, &sub).await;
    t.ok(
        "ConfirmSignUp",
        json!({"ClientId": client, "Username": name, "ConfirmationCode": code}),
    )
    .await;
    sub
}

/// Returns the inbox of a pool, newest first.
pub async fn inbox(t: &TestApp, pool: &str) -> Vec<Value> {
    let filter = InboxFilter {
        pool: Some(pool.to_owned()),
        ..InboxFilter::default()
    };
    let list = inbox::list(&t.app, &filter)
        .await
        .unwrap_or_else(|e| panic!("{e:?}"));
    list.into_iter()
        .map(|message| serde_json::to_value(message).unwrap())
        .collect()
}

/// Returns the newest code that went to a user.
pub async fn code(t: &TestApp, pool: &str, user: &str) -> String {
    let filter = InboxFilter {
        pool: Some(pool.to_owned()),
        user: Some(user.to_owned()),
        ..InboxFilter::default()
    };
    let list = inbox::list(&t.app, &filter)
        .await
        .unwrap_or_else(|e| panic!("{e:?}"));
    list.first().expect("a message").code.clone()
}

/// Returns another code than `code`.
pub fn wrong(code: &str) -> &'static str {
    if code == "000000" { "111111" } else { "000000" }
}

/// Calls AdminGetUser.
pub async fn user(t: &TestApp, pool: &str, name: &str) -> Value {
    t.ok(
        "AdminGetUser",
        json!({"UserPoolId": pool, "Username": name}),
    )
    .await
}

/// Returns an attribute in an answer.
pub fn attribute<'a>(user: &'a Value, name: &str) -> Option<&'a str> {
    let list = user
        .get("UserAttributes")
        .or_else(|| user.get("Attributes"))?;
    let found = list.as_array()?.iter().find(|a| a["Name"] == name)?;
    found["Value"].as_str()
}

/// Signs in with a name and password; returns the refusal's code and message if that fails.
pub async fn sign_in(
    t: &TestApp,
    client: &str,
    name: &str,
    password: &str,
) -> Result<Value, (String, String)> {
    let parameters = json!({"USERNAME": name, "PASSWORD": password});
    t.call(
        "InitiateAuth",
        json!({"ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}),
    )
    .await
}

/// Returns the access token of a sign-in.
pub async fn access_token(t: &TestApp, client: &str, name: &str, password: &str) -> String {
    let answer = sign_in(t, client, name, password)
        .await
        .unwrap_or_else(|e| panic!("{e:?}"));
    answer["AuthenticationResult"]["AccessToken"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Makes all calls at the same time.
pub async fn all_at_once(
    t: &TestApp,
    op: &str,
    inputs: Vec<Value>,
) -> Vec<Result<Value, (String, String)>> {
    let mut pending: Vec<_> = inputs
        .into_iter()
        .map(|input| Box::pin(t.call(op, input)))
        .collect();
    let mut answers = Vec::new();
    std::future::poll_fn(|context| {
        pending.retain_mut(|call| match call.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                answers.push(answer);
                false
            }
            std::task::Poll::Pending => true,
        });
        if pending.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    answers
}

/// Runs calls at once.
pub async fn futures_all<F: Future>(calls: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = calls.map(|call| (Box::pin(call), None)).collect();
    std::future::poll_fn(|cx| {
        let mut pending = false;
        for (call, answer) in waiting.iter_mut().filter(|(_, answer)| answer.is_none()) {
            match call.as_mut().poll(cx) {
                std::task::Poll::Ready(value) => *answer = Some(value),
                std::task::Poll::Pending => pending = true,
            }
        }
        if pending {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
    waiting
        .into_iter()
        .map(|(_, answer)| answer.unwrap())
        .collect()
}
