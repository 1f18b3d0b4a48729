//! What a request says of the user's device, in its events.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::hash;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;

fn encoded(context: Value) -> String {
    let payload =
        json!({"contextData": context, "username": "jane", "userPoolId": "p", "timestamp": "1"});
    let whole = json!({"payload": payload.to_string(), "signature": "x", "version": "IOS20171114"});
    STANDARD.encode(whole.to_string())
}

/// Returns the context of the newest event.
async fn newest(t: &TestApp, s: &Site) -> Value {
    events(t, &s.pool, "jane").await[0]["EventContextData"].clone()
}

#[each_engine]
async fn a_client_with_a_secret_may_say_its_users_address_if_it_is_set_so(t: &TestApp) {
    let (s, _) = watched(t, 0).await;
    let app = t.from("192.0.2.1", "Boto3/1.34 os/linux");
    let told = json!({"IpAddress": "203.0.113.9", "EncodedData": encoded(json!({"ClientTimezone": "+02:00", "Platform": "iOS"}))});
    let sign_in = async |client: &str, hash: Option<String>| {
        let mut input = with(
            by_password(client, "jane", PASSWORD),
            json!({"UserContextData": told}),
        );
        if let Some(hash) = hash {
            input["AuthParameters"]["SECRET_HASH"] = json!(hash);
        }
        app.ok("InitiateAuth", input).await;
    };
    // Anybody could be a public client.
    sign_in(&s.client, None).await;
    let peer =
        json!({"IpAddress": "192.0.2.1", "DeviceName": "Boto3 1, Linux", "Timezone": "+02:00"});
    assert_eq!(newest(t, &s).await, peer);
    for (flag, ip) in [(false, "192.0.2.1"), (true, "203.0.113.9")] {
        let made =
            json!({"GenerateSecret": true, "EnablePropagateAdditionalUserContextData": flag});
        let client = client_of(t, &s.pool, made).await;
        let (id, secret) = (
            client["ClientId"].as_str().unwrap(),
            client["ClientSecret"].as_str().unwrap(),
        );
        sign_in(id, Some(hash::secret_hash(secret, "jane", id))).await;
        assert_eq!(newest(t, &s).await["IpAddress"], ip);
    }
}

#[each_engine]
async fn a_back_end_says_all_of_its_users(t: &TestApp) {
    let (s, _) = watched(t, 0).await;
    let sign_in = async |context: Value| {
        let input = json!({
            "UserPoolId": s.pool, "ClientId": s.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": "jane", "PASSWORD": PASSWORD},
        });
        let input = match context.is_null() {
            true => input,
            false => with(input, json!({"ContextData": context})),
        };
        t.ok("AdminInitiateAuth", input).await;
    };
    let context = |ip: &str, data: String| {
        json!({
            "IpAddress": ip, "ServerName": "app.example", "ServerPath": "/login", "EncodedData": data,
            "HttpHeaders": [
                {"headerName": "Accept", "headerValue": "*/*"},
                {"headerName": "User-AGENT", "headerValue": "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"},
            ],
        })
    };
    sign_in(context(
        "2001:DB8::7",
        encoded(json!({"ClientTimezone": "-07:00"})),
    ))
    .await;
    let told = json!({"IpAddress": "2001:db8::7", "DeviceName": "Firefox 127, Linux", "Timezone": "-07:00"});
    assert_eq!(newest(t, &s).await, told);
    // What cannot be read is left out, and the back end's own address is not the user's.
    sign_in(context("no address", "x".repeat(100_000))).await;
    let told = json!({"IpAddress": "unknown", "DeviceName": "Firefox 127, Linux"});
    assert_eq!(newest(t, &s).await, told);
    sign_in(Value::Null).await;
    assert_ne!(newest(t, &s).await["IpAddress"], "unknown");
}

#[each_engine]
async fn what_is_said_moves_no_limit(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    // Five wrong passwords from addresses that a back end makes up.
    for n in 0..5 {
        let input = json!({
            "UserPoolId": s.pool, "ClientId": s.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": "jane", "PASSWORD": "Passw0rd?"},
            "ContextData": {"IpAddress": format!("203.0.113.{n}"), "ServerName": "s", "ServerPath": "/", "HttpHeaders": []},
        });
        refuse(t, "AdminInitiateAuth", input, WRONG).await;
    }
    let right = by_password(&s.client, "jane", PASSWORD);
    refuse(t, "InitiateAuth", right, LOCKED).await;
}
