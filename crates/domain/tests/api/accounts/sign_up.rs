//! SignUp: messages, checks, clients.

use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::texts::codes::EXPIRED;
use crate::support::users::{
    PASSWORD, attribute, client, code, email_pool, inbox, pool, sign_in, sign_up, sms, user, with,
};

#[each_engine]
async fn a_new_user_gets_a_code_and_confirms_with_it(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let answer = sign_up(t, &client, "bob", "bob@example.com").await;
    let sub = answer["UserSub"].as_str().unwrap();
    assert_eq!(
        answer,
        json!({
            "UserConfirmed": false, "UserSub": sub,
            "CodeDeliveryDetails": {"Destination": "b***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
        })
    );
    let before = user(t, &pool, "bob").await;
    assert_eq!(before["UserStatus"], "UNCONFIRMED");
    assert_eq!(before["Enabled"], true);
    assert_eq!(
        before["UserAttributes"],
        json!([
            {"Name": "sub", "Value": sub}, {"Name": "email", "Value": "bob@example.com"}
        ])
    );
    let messages = inbox(t, &pool).await;
    assert_eq!(messages.len(), 1);
    let message = &messages[0];
    let digits = message["code"].as_str().unwrap();
    assert!(digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()));
    assert_eq!(
        message,
        &json!({
            "id": message["id"], "time": message["time"], "pool": pool, "user": "bob", "to": "bob@example.com",
            "channel": "EMAIL", "kind": "sign_up", "subject": "Your verification code",
            "body": format!("Your verification code is {digits}. "), "code": digits
        })
    );
    let confirm = json!({"ClientId": client, "Username": "bob", "ConfirmationCode": digits});
    assert_eq!(t.ok("ConfirmSignUp", confirm.clone()).await, json!({}));
    let after = user(t, &pool, "bob").await;
    assert_eq!(after["UserStatus"], "CONFIRMED");
    assert_eq!(attribute(&after, "email_verified"), Some("true"));
    t.refused(
        "ConfirmSignUp",
        confirm,
        "NotAuthorizedException",
        "User cannot be confirmed. Current status is CONFIRMED",
    )
    .await;
    assert!(sign_in(t, &client, "bob", PASSWORD).await.is_ok());
}

#[each_engine]
async fn a_pool_that_verifies_nothing_sends_nothing(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let client = client(t, &pool, json!({})).await;
    let answer = sign_up(t, &client, "bob", "bob@example.com").await;
    assert_eq!(
        answer,
        json!({"UserConfirmed": false, "UserSub": answer["UserSub"]})
    );
    assert!(inbox(t, &pool).await.is_empty());
    let resend = json!({"ClientId": client, "Username": "bob"});
    t.refused(
        "ResendConfirmationCode",
        resend,
        "NotAuthorizedException",
        "Cannot resend codes. Auto verification not turned on.",
    )
    .await;
    let confirm = json!({"ClientId": client, "Username": "bob", "ConfirmationCode": "123456"});
    t.refused("ConfirmSignUp", confirm, EXPIRED.0, EXPIRED.1)
        .await;
}

#[each_engine]
async fn without_the_verified_attribute_there_is_no_code(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let answer = t
        .ok(
            "SignUp",
            json!({"ClientId": client, "Username": "bob", "Password": PASSWORD}),
        )
        .await;
    assert_eq!(answer.get("CodeDeliveryDetails"), None);
    let resend = json!({"ClientId": client, "Username": "bob"});
    t.refused(
        "ResendConfirmationCode",
        resend,
        "InvalidParameterException",
        "Cannot confirm user because email or phone_number is missing",
    )
    .await;
    assert!(inbox(t, &pool).await.is_empty());
}

#[each_engine]
async fn the_phone_wins_and_gets_a_text_message(t: &TestApp) {
    let pool = pool(
        t,
        with(
            json!({"AutoVerifiedAttributes": ["email", "phone_number"]}),
            sms(),
        ),
    )
    .await;
    let client = client(t, &pool, json!({})).await;
    let attributes = json!([{"Name": "email", "Value": "b@example.com"}, {"Name": "phone_number", "Value": "+15555554444"}]);
    let input = json!({"ClientId": client, "Username": "bob", "Password": PASSWORD, "UserAttributes": attributes});
    let answer = t.ok("SignUp", input).await;
    assert_eq!(
        answer["CodeDeliveryDetails"],
        json!({"Destination": "+*******4444", "DeliveryMedium": "SMS", "AttributeName": "phone_number"})
    );
    let messages = inbox(t, &pool).await;
    assert_eq!(
        (
            messages.len(),
            &messages[0]["channel"],
            &messages[0]["subject"]
        ),
        (1, &json!("SMS"), &json!(null))
    );
    let confirm =
        json!({"ClientId": client, "Username": "bob", "ConfirmationCode": messages[0]["code"]});
    t.ok("ConfirmSignUp", confirm).await;
    let after = user(t, &pool, "bob").await;
    assert_eq!(attribute(&after, "phone_number_verified"), Some("true"));
    assert_eq!(attribute(&after, "email_verified"), None);
}

#[each_engine]
async fn names_passwords_and_attributes_are_checked(t: &TestApp) {
    let schema = json!([
        {"Name": "name", "Required": true, "Mutable": true, "AttributeDataType": "String"},
        {"Name": "email", "Required": true, "Mutable": true, "AttributeDataType": "String"},
        {"Name": "tier", "AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "3"}}
    ]);
    let pool = pool(t, json!({"Schema": schema})).await;
    let client = client(t, &pool, json!({})).await;
    let attempt = |over: serde_json::Value| {
        with(
            json!({
                "ClientId": client, "Username": "bob", "Password": PASSWORD,
                "UserAttributes": [{"Name": "name", "Value": "Bob"}, {"Name": "email", "Value": "b@example.com"}]
            }),
            over,
        )
    };
    for (over, code, message) in [
        (
            json!({"Password": "Pass0!"}),
            "InvalidPasswordException",
            "Password did not conform with policy: Password not long enough",
        ),
        (
            json!({"Password": "passw0rd!"}),
            "InvalidPasswordException",
            "Password did not conform with policy: Password must have uppercase characters",
        ),
        (
            json!({"Password": "PASSW0RD!"}),
            "InvalidPasswordException",
            "Password did not conform with policy: Password must have lowercase characters",
        ),
        (
            json!({"Password": "Password!"}),
            "InvalidPasswordException",
            "Password did not conform with policy: Password must have numeric characters",
        ),
        (
            json!({"Password": "Passw0rdd"}),
            "InvalidPasswordException",
            "Password did not conform with policy: Password must have symbol characters",
        ),
        (
            json!({"UserAttributes": []}),
            "InvalidParameterException",
            "Attributes did not conform to the schema: name.formatted: The attribute name.formatted is required\nemail: The attribute is required\n",
        ),
        (
            json!({"UserAttributes": [{"Name": "name"}]}),
            "InvalidParameterException",
            "Attribute value for name must not be null",
        ),
        (
            json!({"UserAttributes": [{"Name": "custom:x", "Value": "1"}]}),
            "InvalidParameterException",
            "Attributes did not conform to the schema: Type for attribute {custom:x} could not be determined",
        ),
        (
            json!({"UserAttributes": [{"Name": "custom:tier", "Value": "1"}]}),
            "NotAuthorizedException",
            "A client attempted to write unauthorized attribute",
        ),
        (
            json!({"UserAttributes": [{"Name": "email_verified", "Value": "true"}]}),
            "NotAuthorizedException",
            "A client attempted to write unauthorized attribute",
        ),
        (
            json!({"UserAttributes": [{"Name": "sub", "Value": "x"}]}),
            "NotAuthorizedException",
            "A client attempted to write unauthorized attribute",
        ),
        (
            json!({"UserAttributes": [{"Name": "name", "Value": "B"}, {"Name": "email", "Value": "b@"}]}),
            "InvalidParameterException",
            "Invalid email address format.",
        ),
        (
            json!({"UserAttributes": [{"Name": "phone_number", "Value": "123"}]}),
            "InvalidParameterException",
            "Invalid phone number format.",
        ),
    ] {
        t.refused("SignUp", attempt(over), code, message).await;
    }
    let writer = crate::support::users::client(
        t,
        &pool,
        json!({"WriteAttributes": ["name", "email", "custom:tier"]}),
    )
    .await;
    let tier = |value: &str| {
        attempt(json!({"ClientId": writer, "UserAttributes": [
            {"Name": "name", "Value": "Bob"}, {"Name": "email", "Value": "b@example.com"}, {"Name": "custom:tier", "Value": value}
        ]}))
    };
    t.refused(
        "SignUp",
        tier("4"),
        "InvalidParameterException",
        "Attributes did not conform to the schema: custom:tier: Number must be no more than 3\n",
    )
    .await;
    t.ok("SignUp", tier("3")).await;
    assert_eq!(
        attribute(&user(t, &pool, "bob").await, "custom:tier"),
        Some("3")
    );
}

#[each_engine]
async fn a_pool_for_administrators_lets_nobody_sign_up(t: &TestApp) {
    let pool = pool(
        t,
        json!({"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true}}),
    )
    .await;
    let client = client(t, &pool, json!({})).await;
    let input = json!({"ClientId": client, "Username": "bob", "Password": PASSWORD});
    t.refused(
        "SignUp",
        input,
        "NotAuthorizedException",
        "SignUp is not permitted for this user pool",
    )
    .await;
}

#[each_engine]
async fn clients_with_a_secret_need_its_hash(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let made = t
        .ok(
            "CreateUserPoolClient",
            json!({"UserPoolId": pool, "ClientName": "c", "GenerateSecret": true}),
        )
        .await;
    let client = made["UserPoolClient"]["ClientId"].as_str().unwrap();
    let secret = made["UserPoolClient"]["ClientSecret"].as_str().unwrap();
    let missing =
        format!("Client {client} is configured with secret but SECRET_HASH was not received");
    let refusal = format!("SecretHash does not match for the client: {client}");
    let hash = cognate_crypto::hash::secret_hash(secret, "bob", client);
    let other = cognate_crypto::hash::secret_hash(secret, "rob", client);
    for (op, more) in [
        (
            "SignUp",
            json!({"Password": PASSWORD, "UserAttributes": [{"Name": "email", "Value": "b@example.com"}]}),
        ),
        ("ResendConfirmationCode", json!({})),
        ("ConfirmSignUp", json!({"ConfirmationCode": "123456"})),
        ("ForgotPassword", json!({})),
        (
            "ConfirmForgotPassword",
            json!({"ConfirmationCode": "123456", "Password": PASSWORD}),
        ),
    ] {
        let input = with(json!({"ClientId": client, "Username": "bob"}), more);
        t.refused(op, input.clone(), "NotAuthorizedException", &missing)
            .await;
        t.refused(
            op,
            with(input.clone(), json!({"SecretHash": other})),
            "NotAuthorizedException",
            &refusal,
        )
        .await;
        let right = t.call(op, with(input, json!({"SecretHash": hash}))).await;
        assert_ne!(
            right.err().map(|(_, message)| message),
            Some(refusal.clone()),
            "{op}"
        );
    }
}

#[each_engine]
async fn unknown_clients_are_told_so(t: &TestApp) {
    for (op, more) in [
        ("SignUp", json!({"Password": PASSWORD})),
        ("ResendConfirmationCode", json!({})),
        ("ConfirmSignUp", json!({"ConfirmationCode": "1"})),
        ("ForgotPassword", json!({})),
        (
            "ConfirmForgotPassword",
            json!({"ConfirmationCode": "1", "Password": PASSWORD}),
        ),
    ] {
        let input = with(json!({"ClientId": "nobody", "Username": "bob"}), more);
        t.refused(
            op,
            input,
            "ResourceNotFoundException",
            "User pool client nobody does not exist.",
        )
        .await;
    }
}

#[each_engine]
async fn a_password_is_needed_where_passwords_are_the_only_factor(t: &TestApp) {
    let (_, client) = email_pool(t).await;
    let input = json!({"ClientId": client, "Username": "bob"});
    t.refused("SignUp", input, "InvalidParameterException",
        "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null").await;
}

#[each_engine]
async fn the_database_shows_neither_codes_nor_passwords(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let digits = code(t, &pool, "bob").await;
    let holds = |bytes: &[u8], secret: &str| {
        bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes())
    };
    for (sql, column) in [
        ("SELECT sealed FROM codes", 0),
        ("SELECT sealed FROM messages", 0),
        ("SELECT credential FROM users", 0),
    ] {
        let rows = t.app.store.rows(sql, vec![]).await.unwrap();
        assert_eq!(rows.len(), 1);
        for secret in [digits.as_str(), PASSWORD, "bob@example.com", "srp6a"] {
            assert!(
                !holds(rows[0].bytes(column).unwrap(), secret),
                "{sql}: {secret}"
            );
        }
    }
    for (sql, expected) in [("SELECT doc FROM audit", 3), ("SELECT doc FROM users", 1)] {
        let rows = t.app.store.rows(sql, vec![]).await.unwrap();
        assert_eq!(rows.len(), expected, "{sql}");
        for row in rows {
            let text = row.text(0).unwrap();
            assert!(
                !text.contains(&digits) && !text.contains(PASSWORD),
                "{text}"
            );
        }
    }
}
