//! CreateUserPoolClient, DescribeUserPoolClient, UpdateUserPoolClient, ListUserPoolClients, DeleteUserPoolClient.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::clients::create;
use crate::support::pools::pool;

async fn describe(t: &TestApp, pool_id: &str, client: &Value) -> Value {
    let request = json!({"UserPoolId": pool_id, "ClientId": client["ClientId"]});
    t.ok("DescribeUserPoolClient", request).await["UserPoolClient"].clone()
}

/// Takes ids and dates out of a client, checked for shape.
fn without_identity(mut client: Value, pool_id: &str) -> Value {
    let map = client.as_object_mut().unwrap();
    assert_eq!(map.remove("UserPoolId").unwrap(), pool_id);
    let id = map.remove("ClientId").unwrap();
    let id = id.as_str().unwrap();
    assert!(
        id.len() == 26
            && id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()),
        "{id}"
    );
    for date in ["CreationDate", "LastModifiedDate"] {
        assert!(
            map.remove(date).unwrap().as_f64().unwrap() > 1.7e9,
            "{date}"
        );
    }
    client
}

const BARE: &str = r#"{"ClientName": "c", "RefreshTokenValidity": 30, "AllowedOAuthFlowsUserPoolClient": false,
    "EnableTokenRevocation": true, "EnablePropagateAdditionalUserContextData": false, "AuthSessionValidity": 3,
    "ClientType": "REGULAR"}"#;

fn bare() -> Value {
    serde_json::from_str(BARE).unwrap()
}

/// Returns every setting of a client with a secret.
fn every_setting() -> Value {
    json!({
        "RefreshTokenValidity": 90, "AccessTokenValidity": 5, "IdTokenValidity": 600,
        "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "seconds", "RefreshToken": "minutes"},
        "ReadAttributes": ["email", "email_verified", "custom:x", "sub"], "WriteAttributes": ["email", "custom:x"],
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_AUTH"],
        "SupportedIdentityProviders": ["COGNITO"],
        "CallbackURLs": ["https://app.example/cb", "myapp://cb", "http://localhost:3000"],
        "LogoutURLs": ["https://app.example/out"], "DefaultRedirectURI": "https://app.example/cb",
        "AllowedOAuthFlows": ["code", "implicit"], "AllowedOAuthScopes": ["openid", "aws.cognito.signin.user.admin"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "AnalyticsConfiguration": {
            "ApplicationId": "a1", "RoleArn": "arn:aws:iam::000000000000:role/pinpoint", "ExternalId": "x",
            "UserDataShared": true,
        },
        "PreventUserExistenceErrors": "ENABLED", "EnableTokenRevocation": false,
        "EnablePropagateAdditionalUserContextData": true, "AuthSessionValidity": 15,
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60},
    })
}

#[each_engine]
async fn a_bare_client_has_every_documented_default(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let created = create(t, &id, json!({})).await;
    assert_eq!(describe(t, &id, &created).await, created);
    assert_eq!(without_identity(created, &id), bare());
}

#[each_engine]
async fn every_setting_comes_back_as_sent_and_an_empty_update_resets_it(t: &TestApp) {
    let id = pool(
        t,
        json!({"Schema": [{"Name": "x", "AttributeDataType": "String"}]}),
    )
    .await;
    let mut sent = every_setting();
    sent["GenerateSecret"] = json!(true);
    let created = create(t, &id, sent).await;
    assert_eq!(describe(t, &id, &created).await, created);
    let secret = created["ClientSecret"].as_str().unwrap();
    assert!((51..=52).contains(&secret.len()), "{}", secret.len());
    assert!(
        secret
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    );
    let mut expected = every_setting();
    expected["ClientName"] = json!("c");
    expected["ClientType"] = json!("REGULAR");
    expected["ClientSecret"] = json!(secret);
    assert_eq!(without_identity(created.clone(), &id), expected);

    t.advance(10).await;
    let request = json!({"UserPoolId": id, "ClientId": created["ClientId"]});
    let updated = t.ok("UpdateUserPoolClient", request).await["UserPoolClient"].clone();
    assert_eq!(describe(t, &id, &updated).await, updated);
    assert_eq!(
        (&updated["ClientId"], &updated["CreationDate"]),
        (&created["ClientId"], &created["CreationDate"])
    );
    assert!(updated["LastModifiedDate"].as_f64() > created["LastModifiedDate"].as_f64());
    let mut expected = bare();
    expected["ClientSecret"] = json!(secret);
    assert_eq!(without_identity(updated, &id), expected);
}

#[each_engine]
async fn an_update_sets_everything_but_the_secret_and_the_id(t: &TestApp) {
    let id = pool(
        t,
        json!({"Schema": [{"Name": "x", "AttributeDataType": "String"}]}),
    )
    .await;
    let created = create(t, &id, json!({"ClientSecret": "A_1+".repeat(6)})).await;
    let mut request = every_setting();
    request["UserPoolId"] = json!(id);
    request["ClientId"] = created["ClientId"].clone();
    request["ClientName"] = json!("d");
    let updated = t.ok("UpdateUserPoolClient", request).await["UserPoolClient"].clone();
    let mut expected = every_setting();
    expected["ClientName"] = json!("d");
    expected["ClientType"] = json!("REGULAR");
    expected["ClientSecret"] = json!("A_1+A_1+A_1+A_1+A_1+A_1+");
    assert_eq!(without_identity(updated, &id), expected);
}

#[each_engine]
async fn the_secret_is_sealed_in_the_database(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let secret = "s".repeat(24);
    create(t, &id, json!({"ClientSecret": secret})).await;
    let row = t
        .app
        .store
        .row("SELECT doc, sealed FROM clients", vec![])
        .await
        .unwrap()
        .unwrap();
    assert!(!row.text(0).unwrap().contains("ssss"));
    assert!(!row.bytes(1).unwrap().windows(4).any(|part| part == b"ssss"));
}

#[each_engine]
async fn empty_lists_say_the_same_as_none(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let created = create(t, &id, json!({
        "ReadAttributes": [], "WriteAttributes": [], "ExplicitAuthFlows": [], "SupportedIdentityProviders": [],
        "CallbackURLs": [], "LogoutURLs": [], "AllowedOAuthFlows": [], "AllowedOAuthScopes": [],
    })).await;
    assert_eq!(without_identity(created, &id), bare());
}

#[each_engine]
async fn a_refresh_validity_of_0_is_thirty_days(t: &TestApp) {
    let id = pool(t, json!({})).await;
    assert_eq!(
        create(t, &id, json!({"RefreshTokenValidity": 0})).await["RefreshTokenValidity"],
        30
    );
    let hours = create(
        t,
        &id,
        json!({"TokenValidityUnits": {"RefreshToken": "hours"}}),
    )
    .await;
    assert_eq!(hours["RefreshTokenValidity"], 720);
    assert_eq!(
        hours["TokenValidityUnits"],
        json!({"RefreshToken": "hours"})
    );
}

#[each_engine]
async fn rotation_always_shows_its_grace_period(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let created = create(
        t,
        &id,
        json!({"RefreshTokenRotation": {"Feature": "DISABLED"}}),
    )
    .await;
    assert_eq!(
        created["RefreshTokenRotation"],
        json!({"Feature": "DISABLED", "RetryGracePeriodSeconds": 0})
    );
}

#[each_engine]
async fn analytics_by_arn_shows_the_service_linked_role(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let project = "arn:aws:mobiletargeting:us-east-1:000000000000:apps/a1";
    let created = create(
        t,
        &id,
        json!({"AnalyticsConfiguration": {"ApplicationArn": project}}),
    )
    .await;
    assert_eq!(
        created["AnalyticsConfiguration"],
        json!({
            "ApplicationArn": project, "UserDataShared": false,
            "RoleArn": "arn:aws:iam::000000000000:role/aws-service-role/cognito-idp.amazonaws.com/AWSServiceRoleForAmazonCognitoIdp",
        })
    );
}

#[each_engine]
async fn a_machine_client_needs_a_secret_and_nothing_of_users(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let created = create(
        t,
        &id,
        json!({"GenerateSecret": true, "AllowedOAuthFlows": ["client_credentials"]}),
    )
    .await;
    assert_eq!(created["AllowedOAuthFlows"], json!(["client_credentials"]));
}

#[each_engine]
async fn pages_hold_every_client_of_the_pool_once(t: &TestApp) {
    let (id, other) = (pool(t, json!({})).await, pool(t, json!({})).await);
    create(t, &other, json!({"ClientName": "other"})).await;
    let mut made = Vec::new();
    for n in 0..5 {
        let client = create(t, &id, json!({"ClientName": format!("c{n}")})).await;
        made.push(json!({"ClientId": client["ClientId"], "UserPoolId": id, "ClientName": format!("c{n}")}));
    }
    let by_id =
        |list: &mut Vec<Value>| list.sort_by_key(|c| c["ClientId"].as_str().unwrap().to_owned());
    by_id(&mut made);
    for (size, kind) in [
        (1, Value::Null),
        (2, json!("REGULAR")),
        (5, Value::Null),
        (60, Value::Null),
    ] {
        let (mut listed, mut token) = (Vec::new(), Value::Null);
        loop {
            let request = json!({"UserPoolId": id, "MaxResults": size, "NextToken": token, "ClientType": kind});
            let page = t.ok("ListUserPoolClients", request).await;
            listed.extend(page["UserPoolClients"].as_array().unwrap().clone());
            match page.get("NextToken") {
                Some(next) => token = next.clone(),
                None => break,
            }
        }
        by_id(&mut listed);
        assert_eq!(listed, made, "pages of {size}");
    }
    let none = t
        .ok(
            "ListUserPoolClients",
            json!({"UserPoolId": id, "ClientType": "DCR"}),
        )
        .await;
    assert_eq!(none, json!({"UserPoolClients": []}));
}

#[each_engine]
async fn a_page_token_is_good_for_its_pool_and_filter_only(t: &TestApp) {
    let (id, other) = (pool(t, json!({})).await, pool(t, json!({})).await);
    for _ in 0..2 {
        create(t, &id, json!({})).await;
    }
    let token = t
        .ok(
            "ListUserPoolClients",
            json!({"UserPoolId": id, "MaxResults": 1}),
        )
        .await["NextToken"]
        .clone();
    for request in [
        json!({"UserPoolId": other, "NextToken": token}),
        json!({"UserPoolId": id, "NextToken": token, "ClientType": "REGULAR"}),
        json!({"UserPoolId": id, "NextToken": "made-up"}),
    ] {
        t.refused(
            "ListUserPoolClients",
            request,
            "InvalidParameterException",
            "Invalid pagination token.",
        )
        .await;
    }
}

#[each_engine]
async fn a_deleted_client_is_gone(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let client = create(t, &id, json!({})).await["ClientId"].clone();
    let request = json!({"UserPoolId": id, "ClientId": client});
    assert_eq!(
        t.ok("DeleteUserPoolClient", request.clone()).await,
        Value::Null
    );
    let text = format!(
        "User pool client {} does not exist.",
        client.as_str().unwrap()
    );
    for op in [
        "DescribeUserPoolClient",
        "UpdateUserPoolClient",
        "DeleteUserPoolClient",
    ] {
        t.refused(op, request.clone(), "ResourceNotFoundException", &text)
            .await;
    }
    assert_eq!(
        t.ok("ListUserPoolClients", json!({"UserPoolId": id})).await,
        json!({"UserPoolClients": []})
    );
}

#[each_engine]
async fn a_client_of_another_pool_does_not_exist_here(t: &TestApp) {
    let (id, other) = (pool(t, json!({})).await, pool(t, json!({})).await);
    let client = create(t, &other, json!({})).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let text = format!("User pool client {client} does not exist.");
    for op in [
        "DescribeUserPoolClient",
        "UpdateUserPoolClient",
        "DeleteUserPoolClient",
    ] {
        t.refused(
            op,
            json!({"UserPoolId": id, "ClientId": client}),
            "ResourceNotFoundException",
            &text,
        )
        .await;
    }
}
