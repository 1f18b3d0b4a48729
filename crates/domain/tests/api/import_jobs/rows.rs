//! What a pool makes of a row: users as they were written down, and a reason for each row that is none.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::imports::*;
use crate::support::signin::{RESET, by_password, client_of, user_with};
use crate::support::users::{sms, user as get_user, with};

const NOTHING_VERIFIED: &str = "The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true).";

/// Imports rows below a header; the lines of the log.
async fn lines(t: &TestApp, pool: &str, header: &str, rows: &[&str]) -> Vec<String> {
    let file = format!("{header}\n{}\n", rows.join("\n"));
    let job = import(t, pool, file.as_bytes(), json!({})).await;
    log(t, &job).await
}

/// Imports rows each of which fails; their reasons.
async fn reasons(t: &TestApp, pool: &str, header: &str, rows: &[&str]) -> Vec<String> {
    let lines = lines(t, pool, header, rows).await;
    let strip = |(line, number): (&String, usize)| {
        let prefix = format!("[FAILED] Line Number {number} - ");
        line.strip_prefix(&prefix).unwrap_or(line).to_owned()
    };
    lines.iter().zip(2..).map(strip).collect()
}

/// Returns the attributes of a user, without the `sub`.
fn attributes(user: &Value) -> Value {
    let list = user["UserAttributes"].as_array().unwrap();
    let pairs = list.iter().filter(|a| a["Name"] != "sub");
    Value::Object(
        pairs
            .map(|a| (a["Name"].as_str().unwrap().to_owned(), a["Value"].clone()))
            .collect(),
    )
}

#[each_engine]
async fn a_user_has_what_the_row_says(t: &TestApp) {
    let schema = json!({"Schema": [{"Name": "id", "AttributeDataType": "Number"}]});
    let pool = verifying(t, schema).await;
    let file = "\u{FEFF}custom:id, cognito:username ,email,email_verified,phone_number,phone_number_verified,address,birthdate,\
        updated_at,cognito:mfa_enabled,name\r\n\
        7,Jörg,JOE@Example.com,TRUE,,FALSE,1 Main St\\, Springfield,02/29/2024,1700000000,false,=cmd|' /C calc'!A0\r\n\
        \r\n";
    let job = import(t, &pool, file.as_bytes(), json!({})).await;
    assert_eq!(outcome(&job), succeeded(1, 0, 0));
    let user = get_user(t, &pool, "Jörg").await;
    let expected = json!({
        "custom:id": "7", "email": "JOE@Example.com", "email_verified": "true", "address": "1 Main St, Springfield",
        "birthdate": "2024-02-29", "updated_at": "1700000000", "name": "=cmd|' /C calc'!A0",
    });
    assert_eq!(attributes(&user), expected);
    assert_eq!(
        (&user["UserStatus"], &user["Enabled"]),
        (&json!("RESET_REQUIRED"), &json!(true))
    );
    assert_eq!(user["UserCreateDate"], user["UserLastModifiedDate"]);
    assert!(user["UserCreateDate"].as_f64() >= job["StartDate"].as_f64());
    // Every way to find a user finds this one.
    let found = t
        .ok(
            "ListUsers",
            json!({"UserPoolId": pool, "Filter": "email = \"joe@example.com\""}),
        )
        .await;
    assert_eq!(found["Users"][0]["Username"], "Jörg");
    let found = t
        .ok(
            "ListUsers",
            json!({"UserPoolId": pool, "Filter": "cognito:user_status = \"RESET_REQUIRED\""}),
        )
        .await;
    assert_eq!(found["Users"].as_array().unwrap().len(), 1);
}

#[each_engine]
async fn users_without_a_password_reset_it(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let file = b"cognito:username,email,email_verified\njane,jane@example.com,true\n";
    import(t, &pool, file, json!({})).await;
    let client = client_of(t, &pool, json!({})).await;
    let client = client["ClientId"].as_str().unwrap();
    let refused = t
        .call("InitiateAuth", by_password(client, "jane", "Passw0rd!"))
        .await;
    let refused = refused.unwrap_err();
    assert_eq!((refused.0.as_str(), refused.1.as_str()), RESET);
    let sent = t
        .ok(
            "ForgotPassword",
            json!({"ClientId": client, "Username": "jane"}),
        )
        .await;
    assert_eq!(sent["CodeDeliveryDetails"]["AttributeName"], "email");
    let code = crate::support::users::code(t, &pool, "jane").await;
    let input = json!({"ClientId": client, "Username": "jane", "ConfirmationCode": code, "Password": "Passw0rd!"});
    t.ok("ConfirmForgotPassword", input).await;
    let signed_in = t
        .ok("InitiateAuth", by_password(client, "jane", "Passw0rd!"))
        .await;
    assert!(signed_in["AuthenticationResult"].is_object());
    assert_eq!(get_user(t, &pool, "jane").await["UserStatus"], "CONFIRMED");
}

#[each_engine]
async fn a_passwordless_pool_has_its_users_confirmed(t: &TestApp) {
    let factors = json!({
        "UserPoolTier": "ESSENTIALS",
        "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
    });
    let pool = verifying(t, factors).await;
    let file = b"cognito:username,email,email_verified\njane,jane@example.com,true\n";
    assert_eq!(
        outcome(&import(t, &pool, file, json!({})).await),
        succeeded(1, 0, 0)
    );
    assert_eq!(get_user(t, &pool, "jane").await["UserStatus"], "CONFIRMED");
}

#[each_engine]
async fn each_bad_row_has_its_reason(t: &TestApp) {
    let schema = json!({"Schema": [
        {"Name": "id", "AttributeDataType": "Number", "NumberAttributeConstraints": {"MaxValue": "9"}},
        {"Name": "given_name", "Required": true},
    ]});
    let pool = verifying(t, schema).await;
    let header = "cognito:username,email,email_verified,phone_number,phone_number_verified,given_name,custom:id,birthdate,\
        cognito:mfa_enabled,updated_at";
    let long = format!("u,a@b.co,true,,,{},,,,", "x".repeat(2_049));
    let longest = format!("u,a@b.co,true,,,{},,,,", "x".repeat(16_000));
    let name = format!("{},a@b.co,true,,,x,,,,", "u".repeat(129));
    let conform = |text: &str| format!("Attributes did not conform to the schema: {text}\n");
    let cases: Vec<(&str, String)> = vec![
        (
            ",a@b.co,true,,,x,,,,",
            "The User Record has no cognito:username.".into(),
        ),
        (
            "a b,a@b.co,true,,,x,,,,",
            "The cognito:username is not valid.".into(),
        ),
        (
            "a\tb,a@b.co,true,,,x,,,,",
            "The cognito:username is not valid.".into(),
        ),
        (&name, "The cognito:username is not valid.".into()),
        (
            "34c84488-e0e1-70ae-d2ee-991ad1a898c8,a@b.co,true,,,x,,,,",
            "Username cannot be of user id format.".into(),
        ),
        ("u,a@b.co,,,,x,,,,", NOTHING_VERIFIED.into()),
        ("u,a@b.co,false,,,x,,,,", NOTHING_VERIFIED.into()),
        ("u,,false,+15555550100,true,x,,,,", NOTHING_VERIFIED.into()),
        (
            "u,a@b.co,yes,,,x,,,,",
            conform("email_verified: Attribute value does not match its data type."),
        ),
        (
            "u,nobody,true,,,x,,,,",
            "Invalid email address format.".into(),
        ),
        (
            "u,a@b.co,true,555,true,x,,,,",
            "Invalid phone number format.".into(),
        ),
        (
            "u,a@b.co,true,,,,,,,",
            conform("given_name: The attribute is required"),
        ),
        (
            "u,a@b.co,true,,,x,10,,,",
            conform("custom:id: Number must be no more than 9"),
        ),
        (
            "u,a@b.co,true,,,x,ten,,,",
            conform("custom:id: Attribute value does not match its data type."),
        ),
        (
            "u,a@b.co,true,,,x,,2024-02-29,,",
            "The birthdate is not of the form mm/dd/yyyy.".into(),
        ),
        (
            "u,a@b.co,true,,,x,,02/30/2024,,",
            "Invalid birthdate format, please use YYYY-MM-DD.".into(),
        ),
        (
            "u,a@b.co,true,,,x,,,true,",
            "The value of cognito:mfa_enabled contradicts the MFA configuration of the user pool."
                .into(),
        ),
        (
            "u,a@b.co,true,,,x,,,maybe,",
            "The value of cognito:mfa_enabled contradicts the MFA configuration of the user pool."
                .into(),
        ),
        (
            "u,a@b.co,true,,,x,,,,now",
            conform("updated_at: Attribute value does not match its data type."),
        ),
        (&long, "The value of given_name is too long.".into()),
        (&longest, "The row has more than 16000 characters.".into()),
        (
            "u,a@b.co,true",
            "The row has another number of values than the header.".into(),
        ),
        (
            "u,a@b.co,true,,,x,,,,,",
            "The row has another number of values than the header.".into(),
        ),
        (
            "u,a@b.co,true,,,x\0,,,,",
            "The row has a NUL character.".into(),
        ),
    ];
    let rows: Vec<&str> = cases.iter().map(|(row, _)| *row).collect();
    let expected: Vec<&String> = cases.iter().map(|(_, reason)| reason).collect();
    let found = reasons(t, &pool, header, &rows).await;
    for ((row, expected), found) in rows.iter().zip(expected).zip(&found) {
        assert_eq!(found.trim_end(), expected.trim_end(), "{row}");
    }
    assert_eq!(found.len(), cases.len());
    let users = t.ok("ListUsers", json!({"UserPoolId": pool})).await;
    assert_eq!(users["Users"], json!([]));
}

#[each_engine]
async fn a_flag_needs_its_address(t: &TestApp) {
    let both = json!({"AutoVerifiedAttributes": ["email", "phone_number"]});
    let pool = verifying(t, with(sms(), both)).await;
    let header = "cognito:username,email,email_verified,phone_number,phone_number_verified";
    // Either address will do.
    let rows = [
        "a,a@b.co,true,,false",
        "b,,false,+15555550100,TRUE",
        "c,,true,+15555550101,true",
    ];
    let found = lines(t, &pool, header, &rows).await;
    assert_eq!(
        found[..2],
        [
            "[SUCCEEDED] Line Number 2 - The import succeeded.",
            "[SUCCEEDED] Line Number 3 - The import succeeded.",
        ]
    );
    assert!(
        found[2].starts_with("[FAILED] Line Number 4 - ") && found[2].contains("email"),
        "{}",
        found[2]
    );
}

#[each_engine]
async fn mfa_is_as_the_pool_says(t: &TestApp) {
    let sms = with(sms(), json!({"MfaConfiguration": "OPTIONAL"}));
    let contradicts =
        "The value of cognito:mfa_enabled contradicts the MFA configuration of the user pool.";
    let header = "cognito:username,email,email_verified,phone_number,cognito:mfa_enabled";
    let optional = verifying(t, sms.clone()).await;
    let rows = [
        "a,a@b.co,true,+15555550100,TRUE",
        "b,b@b.co,true,+15555550101,false",
        "c,c@b.co,true,+15555550102,",
        "d,d@b.co,true,,true",
    ];
    let found = lines(t, &optional, header, &rows).await;
    assert!(
        found.iter().all(|line| line.starts_with("[SUCCEEDED]")),
        "{found:?}"
    );
    for (name, factors) in [
        ("a", json!(["SMS_MFA"])),
        ("b", Value::Null),
        ("c", Value::Null),
        ("d", Value::Null),
    ] {
        assert_eq!(
            get_user(t, &optional, name).await["UserMFASettingList"],
            factors,
            "{name}"
        );
    }
    let on = verifying(t, with(sms, json!({"MfaConfiguration": "ON"}))).await;
    let found = lines(t, &on, header, &rows).await;
    assert_eq!(found[1], format!("[FAILED] Line Number 3 - {contradicts}"));
    for n in [0, 2, 3] {
        assert!(found[n].starts_with("[SUCCEEDED]"), "{}", found[n]);
    }
}

#[each_engine]
async fn who_is_there_is_skipped(t: &TestApp) {
    let pool = verifying(
        t,
        json!({"UsernameConfiguration": {"CaseSensitive": false}}),
    )
    .await;
    user_with(t, &pool, "jane", json!([])).await;
    let header = "cognito:username,email,email_verified";
    let found = lines(
        t,
        &pool,
        header,
        &["JANE,a@b.co,true", "John,b@b.co,true", "john,c@b.co,true"],
    )
    .await;
    let expected = [
        "[SKIPPED] Line Number 2 - The user already exists.",
        "[SUCCEEDED] Line Number 3 - The import succeeded.",
        "[SKIPPED] Line Number 4 - The user already exists.",
    ];
    assert_eq!(found, expected);
    assert_eq!(get_user(t, &pool, "john").await["Username"], "John");
}

#[each_engine]
async fn aliases_are_taken_by_the_first_who_has_them(t: &TestApp) {
    let aliases = json!({"AliasAttributes": ["email", "preferred_username"]});
    let pool = verifying(t, aliases).await;
    let header = "cognito:username,email,email_verified,preferred_username";
    let rows = [
        "a,same@b.co,true,",
        "b,same@b.co,true,",
        "c,c@b.co,true,nick",
        "d,d@b.co,true,nick",
        "x@y.co,e@b.co,true,",
        "f,f@b.co,true,x@y.co",
    ];
    let found = reasons(t, &pool, header, &rows).await;
    let expected = [
        "[SUCCEEDED] Line Number 2 - The import succeeded.",
        "An account with the given email already exists.",
        "[SUCCEEDED] Line Number 4 - The import succeeded.",
        "An account with the given preferred_username already exists.",
        "Username cannot be of email format, since user pool is configured for email alias.",
        "Preferred username cannot be of email format, since user pool is configured for email alias.",
    ];
    assert_eq!(found, expected);
    assert_eq!(get_user(t, &pool, "same@b.co").await["Username"], "a");
    assert_eq!(get_user(t, &pool, "nick").await["Username"], "c");
}

#[each_engine]
async fn in_a_pool_of_addresses_the_name_is_the_address(t: &TestApp) {
    let pool = verifying(t, json!({"UsernameAttributes": ["email"]})).await;
    let header = "cognito:username,email,email_verified";
    let rows = [
        "a@b.co,,true",
        "b@b.co,b@b.co,true",
        "a@b.co,a@b.co,true",
        "c@b.co,d@b.co,true",
        "jane,e@b.co,true",
    ];
    let found = reasons(t, &pool, header, &rows).await;
    let succeeded = |n: usize| format!("[SUCCEEDED] Line Number {n} - The import succeeded.");
    assert_eq!(found[..2], [succeeded(2), succeeded(3)]);
    assert_eq!(
        found[2],
        "[SKIPPED] Line Number 4 - The user already exists."
    );
    assert_eq!(found[4], "Username should be an email.");
    assert!(!found[3].starts_with('['), "{}", found[3]);
    let user = get_user(t, &pool, "a@b.co").await;
    let sub = user["UserAttributes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["Name"] == "sub")
        .unwrap();
    assert_eq!(user["Username"], sub["Value"]);
    assert_eq!(
        attributes(&user),
        json!({"email": "a@b.co", "email_verified": "true"})
    );
}

#[each_engine]
async fn functions_of_the_pool_are_not_called(t: &TestApp) {
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    let triggers = json!({"LambdaConfig": {
        "PreSignUp": arn, "PostConfirmation": arn, "UserMigration": arn, "PreAuthentication": arn,
    }});
    let pool = verifying(t, triggers).await;
    // Nothing here calls functions, so that a call would fail.
    let file = b"cognito:username,email,email_verified\njane,jane@example.com,true\n";
    assert_eq!(
        outcome(&import(t, &pool, file, json!({})).await),
        succeeded(1, 0, 0)
    );
    let messages = t
        .app
        .store
        .rows("SELECT 1 FROM messages", vec![])
        .await
        .unwrap();
    assert!(messages.is_empty());
}

#[each_engine]
async fn each_commit_of_rows_leaves_one_row_of_the_trail_with_its_users(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let file = b"cognito:username,email,email_verified\njane,jane@example.com,true\njohn,john@example.com,true\njim,,true\n";
    let job = import(t, &pool, file, json!({})).await;
    let sql = "SELECT doc FROM audit ORDER BY at";
    let rows = t.app.store.rows(sql, vec![]).await.unwrap();
    let docs = rows
        .iter()
        .map(|row| serde_json::from_str::<Value>(row.text(0).unwrap()).unwrap());
    let docs: Vec<Value> = docs
        .filter(|doc| {
            doc["operation"]
                .as_str()
                .unwrap()
                .starts_with("user import")
        })
        .collect();
    let users = t.ok("ListUsers", json!({"UserPoolId": pool})).await;
    let mut subs: Vec<&Value> = Vec::new();
    for user in users["Users"].as_array().unwrap() {
        let attributes = user["Attributes"].as_array().unwrap();
        subs.push(&attributes.iter().find(|a| a["Name"] == "sub").unwrap()["Value"]);
    }
    let mut expected = json!({
        "operation": "user import", "caller": "test", "user": null, "address": "", "result": "ok",
        "detail": job["JobId"],
    });
    let [upload, rows] = docs.as_slice() else {
        panic!("{docs:?}");
    };
    let mut named: Vec<&Value> = rows["born"].as_array().unwrap().iter().collect();
    named.sort_by_key(|id| id.to_string());
    assert_eq!(named, subs);
    expected["born"] = rows["born"].clone();
    assert_eq!(*rows, expected);
    let expected = json!({
        "operation": "user import upload", "caller": null, "user": null, "address": "192.0.2.1", "result": "ok",
        "detail": job["JobId"],
    });
    assert_eq!(*upload, expected);
}
